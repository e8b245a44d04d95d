"""Widgets show what their pure functions give, carry a picture, and never fail in silence."""

import json
import math
import os
import re

import nbformat
import numpy as np
import pytest

from lesson_utils import widgets
from lesson_utils.figures.chart import Axis, Chart, Panel, as_figure
from lesson_utils.widgets import charts, frequency_chart, page, panel
from lesson_utils.widgets.dials import BASES, HEAD_DIMS, WINDOWS
from lesson_utils.widgets.panel import ControlPanel, PlotlyChart, slider
from lesson_utils.widgets.shown import WIDGET_VIEW
from tests.helpers import contrast, course_environment, python
from tools import run_notebooks

SHOWN = [widgets.position_dial, widgets.wall_of_dials, widgets.wavelengths]


@pytest.fixture(params=SHOWN, ids=lambda show: show.__name__)
def output(request, monkeypatch, capsys):
    """The (mime bundle, metadata, printed digest) of a widget's cell."""
    shown = []
    monkeypatch.setattr(
        "IPython.display.display", lambda data, metadata, raw: shown.append((data, metadata))
    )
    assert request.param() is None
    (data, metadata), *others = shown
    assert not others
    return data, metadata, capsys.readouterr().out


def test_a_widget_carries_its_view_and_a_described_picture(output):
    data, metadata, digest = output
    assert re.fullmatch("[0-9a-f]{32}", data[WIDGET_VIEW]["model_id"])
    assert data["image/png"].startswith("iVBOR")
    assert len(metadata["image/png"]["alt"]) >= 40
    assert re.search(r"\d", digest)


def test_the_text_of_a_widget_is_the_same_every_time(output):
    data, _, digest = output
    assert data[WIDGET_VIEW]["model_id"] not in data["text/plain"] + digest
    assert not re.search(r"0x[0-9a-f]+|[0-9a-f]{8}", data["text/plain"])


# --- panels ---


def line_through(a, b):
    return PlotlyChart(
        [{"type": "scatter", "x": [0, 1], "y": [a, b]}],
        {"title": {"text": f"{a} to {b}"}},
        f"from {a} to {b}",
    )


def make_panel(draw=line_through):
    return ControlPanel(draw, {"a": slider("a", [1, 2, 3], 1), "b": slider("b", [4, 5], 4)})


def test_a_panel_draws_its_first_setting_when_it_is_made():
    made = make_panel()
    assert list(made.chart.data[0].y) == [1, 4]
    assert "from 1 to 4" in made.line.value


def test_moving_a_slider_redraws_trace_title_and_line():
    made = make_panel()
    made.controls["a"].value = 3
    assert list(made.chart.data[0].y) == [3, 4]
    assert made.chart.layout.title.text == "3 to 4"
    assert "from 3 to 4" in made.line.value


def test_a_function_that_fails_at_first_fails_in_the_cell():
    with pytest.raises(ZeroDivisionError):
        make_panel(lambda a, b: 1 / 0)


def test_a_function_that_fails_later_says_so_in_the_panel_and_recovers():
    def draw(a, b):
        if a == 2:
            raise ValueError("no <2>")
        return line_through(a, b)

    made = make_panel(draw)
    made.controls["a"].value = 2
    assert "Not drawn: ValueError: no &lt;2&gt;" in made.line.value
    made.controls["a"].value = 3
    assert "from 3 to 4" in made.line.value


def test_a_picture_with_another_number_of_traces_is_not_drawn_in_part():
    made = make_panel()
    made.draw = lambda a, b: PlotlyChart([], {}, "nothing")
    made.controls["a"].value = 2
    assert "Not drawn" in made.line.value


def test_only_what_changed_is_given_to_plotly(monkeypatch):
    made, sent = make_panel(), []
    monkeypatch.setattr(made.chart, "_send_update_msg", lambda *given, **named: sent.append(given))
    made.put(made.shown)
    assert sent == []
    made.controls["a"].value = 2
    assert len(sent) == 1


def test_the_page_is_never_told_a_part_and_its_whole_at_once(monkeypatch):
    plain = {"type": "scatter", "x": [1], "y": [1]}
    red, blue = plain | {"line": {"color": "red"}}, plain | {"line": {"color": "blue"}}
    pictures = [PlotlyChart([red, plain], {}, "one"), PlotlyChart([blue, blue], {}, "two")]
    made = panel.ControlPanel(lambda which: pictures[which], {"which": slider("which", [0, 1], 0)})
    told = []
    monkeypatch.setattr(
        made.chart, "_send_update_msg", lambda **named: told.append(set(named["restyle_data"]))
    )
    for which in (1, 0):
        made.controls["which"].value = which
    assert told == [{"line.color"}] * 2


def test_a_chart_holds_what_its_newest_picture_says_and_nothing_else():
    dash = {"type": "line", "x0": 0, "x1": 1, "y0": 0, "y1": 1}
    pictures = [
        PlotlyChart(
            [{"type": "scatter", "x": [1, 2], "y": [1, np.nan], "marker": {"size": 3}}],
            {"shapes": [dash, dash | {"x1": 2}], "xaxis": {"range": [0, 1]}},
            "two shapes",
        ),
        PlotlyChart(
            [{"type": "scatter", "x": [1, 2], "y": [5, 6], "marker": {"color": "#123456"}}],
            {"shapes": [dash], "xaxis": {"range": [0, 2], "title": {"text": "bytes"}}},
            "one shape",
        ),
    ]
    made = panel.ControlPanel(lambda which: pictures[which], {"which": slider("which", [0, 1], 0)})
    for which in (1, 0, 1):
        made.controls["which"].value = which
        trace, wanted = made.chart.data[0].to_plotly_json(), pictures[which]
        assert trace["marker"] == wanted.traces[0]["marker"]
        np.testing.assert_array_equal(trace["y"], wanted.traces[0]["y"])
        layout = made.chart.layout.to_plotly_json()
        assert len(layout["shapes"]) == len(wanted.layout["shapes"])
        assert (layout["xaxis"].get("title") or None) == wanted.layout["xaxis"].get("title")
        assert list(layout["xaxis"]["range"]) == wanted.layout["xaxis"]["range"]


def test_an_axis_is_told_its_type_before_its_range():
    """Else plotly's page replaces the range by one of its own, [1, 2]."""
    new = {f"yaxis{row}": {"type": "log", "range": [-2, row]} for row in range(2, 9)}
    told = [path for path, _ in panel._changes({"yaxis9": {"visible": False}}, new)]
    wanted = [f"yaxis{row}.{part}" for row in range(2, 9) for part in ("type", "range")]
    assert told == [*wanted, "yaxis9.visible"]
    turns = Panel(Axis("pair", (0, 31)), Axis("turns", (0.01, 100), log=True), ())
    axis = charts.as_plotly(Chart("A sentence", (turns,)), panels=1, lines=0).layout["yaxis"]
    assert list(axis).index("type") < list(axis).index("range")


def test_no_button_sends_the_chart_away():
    config = make_panel().chart._config
    assert {"sendChartToCloud", "sendDataToCloud"} <= set(config["modeBarButtonsToRemove"])
    assert config["displaylogo"] is False


def test_only_the_first_chart_of_a_kernel_brings_plotly_along():
    first, second = make_panel().chart, make_panel().chart
    if not hasattr(first, "_esm"):
        pytest.skip("plotly 5 is an extension of JupyterLab and brings nothing")
    assert len(second._esm) < 1000
    whole = panel._first_figure_widget()
    assert len(whole._esm) > 1_000_000 and "ropePlotly = import(import.meta.url)" in whole._esm
    for name in ("_sendTraceDeltas", "_sendLayoutDelta"):
        assert whole._esm.count(f".{name}(") > 1, "plotly calls it by another name"


def test_a_slider_writes_its_values_and_stands_at_the_one_asked_for():
    made = slider("base", [1_000, 500_000], 500_000)
    assert [text for text, _ in made.options] == ["1,000", "500,000"]
    assert made.value == 500_000 and made.description == "base"


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
    shown = frequency_chart.picture(base, head_dim, window)
    assert [trace["y"].tolist() for trace in shown.traces] == [
        list(line.y) for line in (speeds, slow, lengths, window_line)
    ]
    assert shown.traces[0]["mode"] == "markers" and shown.traces[1]["mode"] == "lines"


@pytest.mark.lesson("03")
def test_the_shade_begins_between_the_last_finished_pair_and_the_first_unfinished():
    shapes = frequency_chart.picture(10_000, 64, 512).layout["shapes"]
    assert [(shape["x0"], shape["x1"]) for shape in shapes] == [(15.5, 31.5)] * 2
    assert [shape["yref"] for shape in shapes] == ["y domain", "y2 domain"]
    chart = frequency_chart.chart(10_000, 64, 512)
    assert chart.title == "16 of 32 pairs never finish a turn in 512 positions"
    assert chart.digest[0].endswith("the first that never finishes one is pair 16")
    assert [axes.patches[0].get_x() for axes in as_figure(chart).axes] == [15.5, 15.5]


@pytest.mark.lesson("03")
def test_where_every_pair_finishes_a_turn_nothing_is_shaded():
    chart = frequency_chart.chart(1_000, 16, 8192)
    assert frequency_chart.picture(1_000, 16, 8192).layout["shapes"] == []
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
    run_notebooks.run(path, timeout=120)
    return path


def compare(path, **broken):
    environment = course_environment(**broken)
    environment.pop("PYTEST_XDIST_WORKER", None)
    arguments = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env"]
    done = python(*arguments, "--rootdir", path.parent, "-c", os.devnull, path, env=environment)
    counts = re.findall(r"(\d+) (passed|failed|xfailed|xpassed)", done.stdout.splitlines()[-1])
    return {kind: int(count) for count, kind in counts}


def test_widgets_of_a_saved_notebook_compare_equal_when_run_again(lesson_with_sliders):
    saved = json.loads(lesson_with_sliders.read_text(encoding="utf-8"))
    for cell in saved["cells"][1:]:
        assert {key for o in cell["outputs"] for key in o.get("data", {})} == {
            "image/png",
            "text/plain",
        }
    assert compare(lesson_with_sliders) == {"passed": 4}


@pytest.mark.parametrize("broken", ["frequency_chart.picture", "dials.lesson_03.hands_at"])
def test_a_broken_renderer_fails_the_comparison_of_notebooks(lesson_with_sliders, broken):
    assert compare(lesson_with_sliders, BREAK=broken)["failed"] >= 1
