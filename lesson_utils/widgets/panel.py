"""A plotly chart under a few sliders, computed in Python.

A lesson's chart is a pure function from settings to a :class:`PlotlyChart`. A
:class:`ControlPanel` draws it when it is made, so that a function that fails, fails in its cell;
and again after each change.
"""

import html
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import anywidget
import ipywidgets
import numpy as np
from traitlets import Int

from lesson_utils.widgets.page import source

CONFIG = {
    "responsive": True,
    "displaylogo": False,
    "modeBarButtonsToRemove": ["sendChartToCloud", "sendDataToCloud"],
}
"""No advertisement, and no button that sends the learner's chart to somebody's server."""
GRID = "rgba(128, 128, 128, 0.3)"
FONT_SIZE = 14


class PlotlyChart(NamedTuple):
    """What a chart shows at one setting."""

    traces: list[dict]
    """One dict a trace, always in the same order. Lines that share a style are one trace, with
    NaN between them: many traces redraw slowly."""
    layout: dict
    """What of plotly's layout depends on the setting."""
    line: str
    """The setting's main numbers, in a sentence under the chart."""


class _Manners(anywidget.AnyWidget):
    """Has nothing to see: it brings the panel's colours, names its sliders and fits its chart."""

    _esm = source("panel.js")
    _css = source("panel.css")


class ControlPanel(ipywidgets.VBox):
    """Controls, a chart, and a line of numbers that is read aloud when it changes.

    Parameters
    ----------
    draw : callable
        Takes the value of each control by its name and returns a :class:`PlotlyChart`.
    controls : mapping
        Argument of ``draw`` to the ipywidget that sets it. Make sliders with :func:`slider`.

    Raises
    ------
    Exception
        Whatever ``draw`` raises at the controls' first values. Later errors are told in the line.
    """

    def __init__(self, draw: Callable[..., PlotlyChart], controls: Mapping[str, ipywidgets.Widget]):
        self.draw, self.controls = draw, dict(controls)
        first = draw(**self.values())
        self.shown, self.chart = first, new_chart(first)
        self.line = ipywidgets.HTML(_said(first.line))
        for control in self.controls.values():
            control.observe(self.redraw, "value")
        knobs = ipywidgets.Box(
            list(self.controls.values()), layout={"flex_flow": "row wrap", "overflow": "visible"}
        )
        super().__init__([knobs, self.chart, self.line, _Manners()])
        self.add_class("rope-panel")

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(self.controls)})"  # no ids: the same every time

    def values(self) -> dict[str, Any]:
        return {name: control.value for name, control in self.controls.items()}

    def redraw(self, _change=None) -> None:
        """Draw the present setting; if that fails, say so where the learner looks."""
        try:
            self.put(self.draw(**self.values()))
        except Exception as error:
            self.line.value = _said(f"Not drawn: {type(error).__name__}: {error}")

    def put(self, picture: PlotlyChart) -> None:
        """Replace what the chart shows, in one message to the page.

        Plotly checks every value that it is given, changed or not, and takes longer over a layout
        than we over the numbers. So it is given what changed.
        """
        traces = zip(self.chart.data, self.shown.traces, picture.traces, strict=True)
        traces = [(trace, list(_changes(old, new))) for trace, old, new in traces]
        layout = list(_changes(self.shown.layout, picture.layout))
        with self.chart.batch_update():
            for part, changes in [*traces, (self.chart.layout, layout)]:
                for path, value in changes:
                    part[path] = value
        self.line.value = _said(picture.line)  # after the chart, which takes longer to draw
        self.shown = picture


class Slider(ipywidgets.SelectionSlider):
    """ipywidgets' slider, but the kernel does not repeat each new value back to the page."""

    index = Int(help="Selected index").tag(sync=True, echo_update=False)


def slider(label: str, values, value, *, form: str = "{:,}") -> Slider:
    """Make a slider over given values, with its label before it and its value after it.

    Parameters
    ----------
    label : str
        What it sets, in a word or two.
    values : sequence
        What it can be set to, from left to right.
    value
        One of ``values``: where it stands at first.
    form : str
        How a value is written, as for :meth:`str.format`.
    """
    return Slider(
        options=[(form.format(v), v) for v in values],
        value=value,
        description=label,
        style={"description_width": "initial"},
        layout={"width": "23em"},
    )


def new_chart(picture: PlotlyChart):
    """Open the chart of a picture: transparent, so that it stands on a light or a dark page."""
    axis = {"gridcolor": GRID, "zerolinecolor": GRID, "linecolor": GRID}
    axis["title"] = {"standoff": 8, "font": {"size": FONT_SIZE}}
    axis |= {"ticklabeloverflow": "allow", "fixedrange": True}
    chart = _figure_widget()(
        data=picture.traces,
        layout={
            "template": {"layout": {"xaxis": axis | {"showgrid": False}, "yaxis": axis}},
            "autosize": True,
            "height": 440,
            "margin": {"l": 70, "r": 20, "t": 40, "b": 60},
            "paper_bgcolor": "rgba(0, 0, 0, 0)",
            "plot_bgcolor": "rgba(0, 0, 0, 0)",
            "font": {"size": FONT_SIZE},
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        },
    )
    chart.update_layout(picture.layout)
    chart._config = {**chart._config, **CONFIG}
    return chart


def _changes(old: dict, new: dict, inside: str = "") -> Iterator[tuple[str, Any]]:
    """List what differs, as ("marker.color", the new value); None takes an entry away.

    Always the innermost names: a page that is told "marker" of one trace and "marker.color" of
    another at once refuses both. In the picture's order, with an axis' type before its range:
    the page makes up a new range for an axis that becomes logarithmic.
    """
    for name in {**new, **old}:
        before, now = old.get(name), new.get(name)
        if isinstance(before, dict) or isinstance(now, dict):
            yield from _changes(before or {}, now or {}, f"{inside}{name}.")
        elif not _same(before, now):
            yield f"{inside}{name}", now


def _same(one, other) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return np.array_equal(one, other, equal_nan=True)
    return type(one) is type(other) and one == other


# After each change, plotly's page tells the kernel every default that it chose, and the next press
# waits for that. Nothing of ours asks for them; nor for the numbers that say which change they
# belong to, which would go to the page in two messages before each change.
_KEEP = """
globalThis.ropePlotly = import(import.meta.url).then((plotly) => {
  Object.assign(plotly.FigureView.prototype, { _sendTraceDeltas() {}, _sendLayoutDelta() {} });
  return plotly;
});
"""


@cache
def _first_figure_widget() -> type:
    """Make the kernel's first kind of FigureWidget, which leaves plotly's code in the page."""
    import plotly.graph_objects as go

    return _chart_class("FirstChart", str(go.FigureWidget._esm) + _KEEP)


# Waits, since a page that is loaded again restores its widgets in no fixed order.
_REUSE = """
while (!globalThis.ropePlotly) await new Promise((done) => setTimeout(done, 50));
export default (await globalThis.ropePlotly).default;
"""


def _figure_widget() -> type:
    """Choose the class: every one but the first takes 5 MB of plotly from the first, not anew."""
    import plotly.graph_objects as go

    if not hasattr(go.FigureWidget, "_esm"):  # plotly 5, whose code JupyterLab has as an extension
        return go.FigureWidget
    if not _first_figure_widget.cache_info().currsize:
        return _first_figure_widget()
    return _chart_class("LaterChart", _REUSE)


def _chart_class(name: str, esm: str) -> type:
    import plotly.graph_objects as go

    unsent = {"_last_trace_edit_id": Int(0), "_last_layout_edit_id": Int(0)}
    return type(name, (go.FigureWidget,), {"_esm": esm, **unsent})


def _said(line: str) -> str:
    """Mark a line as one that a screen reader speaks when it changes."""
    return f'<p role="status" class="rope-line">{html.escape(line)}</p>'
