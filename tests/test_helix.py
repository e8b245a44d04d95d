"""The path of a pair's hand in space is the helix that its formula says."""

import base64
import math

import numpy as np
import pytest

from lesson_utils import widgets
from lesson_utils.widgets import helix_figure
from lesson_utils.widgets.helix_figure import hand_paths
from lesson_utils.widgets.page import source
from tests import lab_in_browser

SETTINGS = [((8, 12, 16, 20), 512, 4096), ((16, 31), 1024, 2048), ((20,), 128, 1024)]
pytestmark = pytest.mark.lesson("03")


def parts_of(path, window):
    """Cut a path as the page does: inside the window, beyond it, and at new angles beyond it."""
    return np.where(path.positions <= window - 1, 0, np.where(path.new, 2, 1))


@pytest.mark.parametrize("pairs, window, length", SETTINGS)
def test_each_path_has_the_points_of_the_formula_and_leaves_the_arc_where_angles_are_new(
    pairs, window, length
):
    known = hand_paths(pairs, window, length)
    assert list(known) == list(pairs)
    for pair, paths in known.items():
        speed = 10_000 ** (-2 * pair / 64)
        for factor, method in ((1, "rope"), (8, "pi")):
            path = paths[method]
            np.testing.assert_allclose(path.angles, path.positions * speed / factor, rtol=1e-6)
            if method == "pi" and length <= 8 * window:
                assert not path.new.any(), "PI brings every angle back onto its arc"
    slow = 10_000 ** (-2 * pairs[-1] / 64) * window < math.tau
    assert known[pairs[-1]]["rope"].new.any() == slow


@pytest.mark.browser
@pytest.mark.skipif(lab_in_browser.find_chromium() is None, reason=lab_in_browser.NO_CHROMIUM)
@pytest.mark.parametrize("pairs, window, length", SETTINGS)
def test_the_page_cuts_and_places_the_same_paths(chromium, pairs, window, length):
    view = helix_figure.view(pairs, window, length)
    address = base64.b64encode(source(*view.files).encode()).decode()
    page = chromium.new_page()
    for pair, paths in hand_paths(pairs, window, length).items():
        for method, path in paths.items():
            runs = page.evaluate(
                """async ([address, s, method, pair]) => {
                  const m = await import("data:text/javascript;base64," + address);
                  return m.runsOf(s, method, pair); }""",
                [address, view.settings, method, pair],
            )
            found = [tuple(p) for i, run in enumerate(runs) for p in run["points"][bool(i) :]]
            np.testing.assert_allclose(found, np.stack((path.positions, path.angles), 1), rtol=1e-6)
            parts = np.concatenate(
                [[r["part"]] * (len(r["points"]) - bool(i)) for i, r in enumerate(runs)]
            )
            np.testing.assert_array_equal(parts, parts_of(path, window))
    page.close()


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
