"""The path of a pair's hand in space is the helix that its formula says, in a small figure."""

import json
import math

import numpy as np
import pytest

from lesson_utils import widgets
from lesson_utils.widgets.helix_figure import METHODS, hand_paths, plotly_figure
from lesson_utils.widgets.shown import PLOTLY_CONFIG
from tests.helpers import contrast, python

SETTINGS = [((8, 12, 16, 20), 512, 4096), ((16, 31), 1024, 2048), ((20,), 128, 1024)]
pytestmark = pytest.mark.lesson("03")


@pytest.mark.parametrize("pairs, window, length", SETTINGS)
def test_each_frame_has_the_points_of_the_formula_and_leaves_the_arc_where_angles_are_new(
    pairs, window, length
):
    known = hand_paths(pairs, window, length)
    figure = plotly_figure(known, window)
    assert [frame["name"] for frame in figure["frames"]] == [str(pair) for pair in pairs]
    for pair, frame in zip(pairs, figure["frames"], strict=True):
        speed = 10_000 ** (-2 * pair / 64)
        for factor, method in ((1, "rope"), (8, "pi")):
            first = 1 + 3 * METHODS.index(method)
            for part, trace in enumerate(frame["data"][first : first + 3]):
                x, y, z = (np.array(trace[axis], dtype=float) for axis in "xyz")
                drawn = np.isfinite(x)
                x, y, z = x[drawn], y[drawn], z[drawn]
                near = 2e-4 + 0.05 * speed / factor  # positions are rounded to a tenth
                np.testing.assert_allclose(y, np.cos(x * speed / factor), atol=near)
                np.testing.assert_allclose(z, np.sin(x * speed / factor), atol=near)
                assert (x <= window - 1).all() if part == 0 else (x >= window - 1).all()
                if method == "pi" and length <= 8 * window and part == 2:
                    assert not len(x), "PI brings every angle back onto its arc"
    slow = 10_000 ** (-2 * pairs[-1] / 64) * window < math.tau
    assert bool(figure["frames"][-1]["data"][3]["x"]) == slow


def test_the_figure_is_small_and_rounded_to_four_digits():
    text = json.dumps(plotly_figure(hand_paths(*SETTINGS[0]), 512), separators=(",", ":"))
    assert len(text) <= 150_000
    data = json.loads(text)["frames"][0]["data"]
    assert all(v is None or round(v, 4) == v for trace in data for v in trace["y"])


@pytest.mark.parametrize(
    "given, message",
    [
        ({"pairs": (8, 32)}, "choose among 0 to 31"),
        ({"pairs": ()}, "choose among 0 to 31"),
        ({"length": 512}, "length"),
        ({"pairs": (0, 1, 2)}, "choose slower pairs"),
    ],
)
def test_what_cannot_be_drawn_is_named(given, message):
    with pytest.raises(ValueError, match=message):
        widgets.helix(**given)


def test_the_views_can_be_imported_without_waiting_for_plotly():
    done = python(
        "-c", "import sys; from lesson_utils import widgets; print('plotly' in sys.modules)"
    )
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("paper", ["#FFFFFF", "#111111"], ids=["light", "dark"])
def test_the_figure_lies_on_any_page_and_its_letters_stand_out_there(paper):
    layout = plotly_figure(hand_paths((20,), 512, 4096), 512)["layout"]
    assert layout["paper_bgcolor"] == layout["legend"]["bgcolor"] == "rgba(0,0,0,0)"
    scene = [layout["scene"][axis]["color"] for axis in ("xaxis", "yaxis", "zaxis")]
    # No colour has more than 4.35 on both: the square root of their own contrast, 18.9.
    for colour in {layout["font"]["color"], *scene}:
        assert contrast(colour, paper) >= 4.2


def test_the_figure_is_as_wide_as_its_place():
    layout = plotly_figure(hand_paths((20,), 512, 4096), 512)["layout"]
    assert "width" not in layout and PLOTLY_CONFIG["responsive"]
