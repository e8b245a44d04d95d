"""Widgets show what their pure functions give, carry a picture, and never fail in silence."""

import json
import math
import os
import re

import nbformat
import numpy as np
import pytest

from benchmarks import sliders
from lesson_utils import widgets
from lesson_utils.figures.chart import as_data, as_figure
from lesson_utils.widgets import frequency_chart, page
from lesson_utils.widgets.dials import BASES, HEAD_DIMS, WINDOWS
from lesson_utils.widgets.shown import SCRIPT_TYPE
from tests.helpers import (
    LONG_PATIENCE,
    contrast,
    course_environment,
    notebook_of,
    python,
    sources,
)
from tools import run_notebooks

SHOWN = [
    widgets.position_dial,
    widgets.wall_of_dials,
    widgets.wavelengths,
    widgets.score_by_distance,
    lambda: widgets.method_bench("pi", beside="rope"),
]
NAMES = ["position_dial", "wall_of_dials", "wavelengths", "score_by_distance", "method_bench"]


@pytest.fixture(params=SHOWN, ids=NAMES)
def output(request, monkeypatch, capsys):
    """The (mime bundle, metadata, printed digest) of a view's cell."""
    shown = []
    monkeypatch.setattr(
        "IPython.display.display", lambda data, metadata, raw: shown.append((data, metadata))
    )
    assert request.param() is None
    (data, metadata), *others = shown
    assert not others
    return data, metadata, capsys.readouterr().out


def test_a_view_carries_its_script_and_a_described_picture(output):
    data, metadata, digest = output
    assert ".then(({ mount }) => mount(place, {" in data[SCRIPT_TYPE]
    assert data["image/png"].startswith("iVBOR")
    assert len(metadata["image/png"]["alt"]) >= 40
    assert re.search(r"\d", digest)


def test_a_picture_says_how_to_bring_its_view_to_life(output):
    assert output[2].startswith("Run this cell to move the sliders.\n")


def test_the_text_of_a_view_is_the_same_every_time(output):
    data, _, digest = output
    assert not re.search(r"0x[0-9a-f]+|[0-9a-f]{8}", data["text/plain"] + digest)


def test_a_views_script_asks_nobody_for_anything(output):
    script = output[0][SCRIPT_TYPE]
    addresses = set(re.findall(r"https?://[^\s\"'`\\]+", script))
    assert addresses == {"http://www.w3.org/2000/svg"}  # a name, which nobody opens
    assert len(script) < 100_000


def test_a_view_asks_the_kernel_nothing_unless_a_model_reads(output):
    assert "rope-ask" not in output[0][SCRIPT_TYPE] or '"key": null' in output[0][SCRIPT_TYPE]


# --- the wavelengths ---


@pytest.mark.lesson("03")
@pytest.mark.parametrize(
    "base, head_dim, window", [(1e4, 64, 512), (5e5, 128, 8192), (1e3, 16, 128)]
)
def test_the_chart_holds_frequency_and_wavelength_of_every_pair(base, head_dim, window):
    chart = frequency_chart.chart(base, head_dim, window)
    pairs = np.arange(head_dim // 2)
    (speeds, slow), (lengths, window_line) = (panel.lines for panel in chart.panels)
    np.testing.assert_allclose(speeds.y, base ** (-2 * pairs / head_dim), rtol=1e-6)
    np.testing.assert_allclose(lengths.y, 2 * math.pi * base ** (2 * pairs / head_dim), rtol=1e-6)
    assert window_line.y == (window, window)
    np.testing.assert_allclose(slow.y, 2 * math.pi / window)
    assert all(not dots.dash and dots.marker for dots in (speeds, lengths))


@pytest.mark.lesson("03")
def test_the_shade_begins_between_the_last_finished_pair_and_the_first_unfinished():
    chart = frequency_chart.chart(10_000, 64, 512)
    assert [panel["shade"]["ends"] for panel in as_data(chart)["panels"]] == [[15.5, 31.5]] * 2
    assert chart.title == "16 of 32 pairs never finish a turn in 512 positions"
    assert chart.digest[0].endswith("the first that never finishes one is pair 16")
    assert [axes.patches[0].get_x() for axes in as_figure(chart).axes] == [15.5, 15.5]


@pytest.mark.lesson("03")
def test_where_every_pair_finishes_a_turn_nothing_is_shaded():
    chart = frequency_chart.chart(1_000, 16, 8192)
    assert all(panel["shade"] is None for panel in as_data(chart)["panels"])
    assert chart.digest[0].endswith("; all finish one")
    assert not any(axes.patches for axes in as_figure(chart).axes)


@pytest.mark.lesson("03")
@pytest.mark.parametrize("base", [min(BASES), max(BASES)])
@pytest.mark.parametrize("head_dim", [min(HEAD_DIMS), max(HEAD_DIMS)])
@pytest.mark.parametrize("window", [min(WINDOWS), max(WINDOWS)])
def test_every_dot_and_the_window_stay_on_the_chart(base, head_dim, window):
    for half in frequency_chart.chart(base, head_dim, window).panels:
        low, high = half.y.limits
        assert all(low < value < high for line in half.lines for value in line.y)


# --- colours ---


@pytest.mark.parametrize("which, paper", [(0, "#ffffff"), (1, "#111111")], ids=["light", "dark"])
def test_hands_and_arrows_stand_out_from_a_light_and_a_dark_page(which, paper):
    css = page.source("page.css")
    pairs = re.findall(r"--(\w+): (?:var\([\w-]+, )?light-dark\((#\w{6}), (#\w{6})\)", css)
    colours = {name: both[which] for name, *both in pairs}
    for name in ("ink", "quiet", "seen", "new", "query", "key"):
        assert contrast(colours[name], paper) >= 4.5, name
    assert contrast(colours["seen"], colours["pale"]) >= 2.9  # the hand on the slice it lies in
    assert contrast(colours["line"], paper) >= 3  # what bounds a control


# --- a broken renderer ---

SETUP = """
import os
from lesson_utils import widgets
from lesson_utils.widgets import dials, frequency_chart
if "BREAK" in os.environ:
    exec(f"{os.environ['BREAK']} = None")
"""


@pytest.fixture(scope="module")
def lesson_with_sliders(tmp_path_factory):
    path = tmp_path_factory.mktemp("lesson") / "sliders.ipynb"
    cells = [SETUP, "widgets.position_dial()", "widgets.wall_of_dials()", "widgets.wavelengths()"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    run_notebooks.run(path, timeout=LONG_PATIENCE)
    return path


def compare(path, **broken):
    environment = course_environment(**broken)
    environment.pop("PYTEST_XDIST_WORKER", None)
    arguments = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "conftest"]
    arguments += ["--nbval"]
    done = python(*arguments, "--rootdir", path.parent, "-c", os.devnull, path, env=environment)
    counts = re.findall(r"(\d+) (passed|failed|xfailed|xpassed)", done.stdout.splitlines()[-1])
    return {kind: int(count) for count, kind in counts}


def test_a_widget_is_saved_as_a_picture_with_words(lesson_with_sliders):
    saved = json.loads(lesson_with_sliders.read_text(encoding="utf-8"))
    for cell in saved["cells"][1:]:
        assert {key for o in cell["outputs"] for key in o.get("data", {})} == {
            "image/png",
            "text/plain",
        }


def test_broken_renderers_fail_the_comparison_of_notebooks_and_whole_ones_pass(lesson_with_sliders):
    broken = "frequency_chart.wavelength_chart = dials.lesson_03.hands_at"
    assert compare(lesson_with_sliders, BREAK=broken) == {"passed": 2, "failed": 2}


@pytest.mark.parametrize(("lesson", "call"), [row[:2] for row in sliders.WIDGETS])
def test_a_view_that_the_benchmark_times_is_in_its_lesson(lesson, call):
    assert any(f"widgets.{call}(" in cell for cell in sources(notebook_of(lesson), "code"))
