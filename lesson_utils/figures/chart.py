"""One description of a chart that is drawn twice: as a picture to keep, and live under sliders.

A chart function takes arrays and returns a :class:`Chart`. :func:`as_figure` draws it with
matplotlib, for the saved page. ``widgets/chart.js`` draws the same description, written as JSON by
:func:`as_data`, in the page. So what moves and what was printed look and say the same.
"""

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
from matplotlib.figure import Figure

from lesson_utils.figures.picture import Picture, drawn
from lesson_utils.figures.style import (
    NOTE_SIZE,
    WINDOW_COLOUR,
    label_ends,
    mark_upright,
    on_any_page,
)

FILLS = {"unfinished": ("#D5A03C", 0.25), "known": (WINDOW_COLOUR, 0.2)}
"""Colour and opacity of what lies behind pairs that never finish a turn, and behind what the model
met in training."""
TITLE_WIDTH = 70
"""Letters of a title in a line; with more, wide ones leave the page."""
LOOKS = ("label", "marker", "dash", "width", "open_marker", "named", "size")
"""What of a line is the same on every page."""
ABOVE, AT_ENDS = "above", "at ends"
"""Where lines are named, beside matplotlib's own words for a corner, such as ``"upper left"``."""


@dataclass(frozen=True)
class Line:
    """A line through points, with the name that it gets in the chart."""

    label: str
    x: Sequence[float]
    y: Sequence[float]
    colour: str
    marker: str = ""
    """matplotlib's letter for it; empty for none."""
    dash: str = "-"
    """matplotlib's sign for it; empty for points that no line joins."""
    width: float = 2.0
    open_marker: bool = False
    named: bool = True
    """False for a line that needs no name, such as the same method in a second panel."""
    size: float = 7.0
    """Of its markers."""


@dataclass(frozen=True)
class Axis:
    """What an axis measures, its ends, and the numbers that are written on it.

    One without a label has no numbers: it goes by those of the panel below.
    """

    label: str
    limits: tuple[float | None, float | None] = (None, None)
    """None for an end that lies where the lines end, and a little beyond."""
    log: bool = False
    ticks: Mapping[float, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Panel:
    """Lines on a pair of axes, and what marks places on these axes."""

    x: Axis
    y: Axis
    lines: tuple[Line, ...]
    uprights: Mapping[str, float] = field(default_factory=dict)
    """Label to the x at which an upright line is drawn."""
    shade: tuple[float, float] | None = None
    """From which x to which pairs never finish a turn."""
    band: tuple[float, float] | None = None
    """From which y to which lies what is named by ``fill``."""
    fill: str = "known"
    """What the band is, a key of :data:`FILLS`."""
    names: str = ABOVE
    """Where the lines are named: above the panel, at their right ends, or in a corner."""


@dataclass(frozen=True)
class Chart:
    """Panels above one another, a sentence for a title, and the chart's numbers in words."""

    title: str
    panels: tuple[Panel, ...]
    digest: tuple[str, ...] = ()
    number: str = ""
    """The number that the title is about; a live view writes it large."""


def as_picture(chart: Chart, description: str) -> Picture:
    """Draw a chart with matplotlib, with what it shows for those who cannot see it."""
    return Picture(as_figure(chart), description, chart)


@drawn
def as_figure(chart: Chart) -> Figure:
    """Draw a chart with matplotlib.

    Parameters
    ----------
    chart : Chart

    Returns
    -------
    matplotlib.figure.Figure
        About 800 pixels wide, the panels above one another.
    """
    count, above = len(chart.panels), chart.panels[0].names == ABOVE
    height = (4.6 if above else 4.5) if count == 1 else 0.8 + 2.2 * count
    figure = Figure(figsize=(8.0, height))
    panels = figure.subplots(count, 1, squeeze=False)[:, 0]
    title = textwrap.fill(chart.title, TITLE_WIDTH)
    if above:  # the names stand between the panel and the title
        figure.suptitle(title, x=0.01, ha="left")
    else:
        panels[0].set_title(title)
    for axes, panel in zip(panels, chart.panels, strict=True):
        _draw_axis(axes, "x", panel.x)
        _draw_axis(axes, "y", panel.y)
        _draw_lines(axes, panel)
        _draw_marks(axes, panel)
        _name_lines(axes, panel)
    return figure


def _draw_axis(axes, name: str, axis: Axis) -> None:
    axes.set(**{f"{name}scale": "log" if axis.log else "linear"})
    side = getattr(axes, f"{name}axis")
    side.set_label_text(axis.label)
    if axis.ticks:
        side.set_ticks(list(axis.ticks), list(axis.ticks.values()))
        side.minorticks_off()
    if not axis.label:
        side.set_tick_params(labelcolor="none")


def _draw_lines(axes, panel: Panel) -> None:
    for line in panel.lines:
        axes.plot(
            line.x, line.y, ls=line.dash or "none", lw=line.width, color=line.colour,
            marker=line.marker or None, ms=line.size,
            mfc="white" if line.open_marker else line.colour,
            label=line.label if line.named else None,
        )  # fmt: skip
    axes.set(xlim=panel.x.limits, ylim=panel.y.limits)


def _draw_marks(axes, panel: Panel) -> None:
    if panel.shade:
        colour, alpha = FILLS["unfinished"]
        axes.axvspan(*panel.shade, color=colour, alpha=alpha, lw=0, zorder=0)
    if panel.band:
        colour, alpha = FILLS[panel.fill]
        axes.axhspan(*panel.band, color=colour, alpha=alpha, lw=0, zorder=0)
    for mark in uprights(panel):
        mark_upright(axes, mark.x, f" {mark.label} ", height=mark.height, side=mark.side)


def _name_lines(axes, panel: Panel) -> None:
    named = [line for line in panel.lines if line.named]
    if not named:
        return
    if panel.names == AT_ENDS:
        label_ends(axes, {line.label: (line.x[-1], line.y[-1], line.colour) for line in named})
    elif panel.names == ABOVE:
        columns = len(named) if sum(len(line.label) for line in named) < 75 else 1
        place = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0.2}
        axes.legend(fontsize=NOTE_SIZE, ncols=columns, **place)
    else:
        axes.legend(loc=panel.names)


# --- what both drawings of a chart need to know ---


@dataclass(frozen=True)
class Mark:
    """An upright line: where it stands, and where its label does."""

    label: str
    x: float
    height: float
    """Of the label's top, as a share of the panel."""
    side: str
    """Where the label begins: ``"left"`` if it runs to the right of the line."""


def uprights(panel: Panel) -> list[Mark]:
    """List the upright lines that lie inside the panel, their labels turned towards its middle."""
    low, high = limits(panel, "x")
    middle = math.sqrt(low * high) if panel.x.log else (low + high) / 2
    inside = [(label, x) for label, x in panel.uprights.items() if low < x < high]
    return [
        Mark(label, x, 0.98 - 0.08 * place, "right" if x > middle else "left")
        for place, (label, x) in enumerate(inside)
    ]


def limits(panel: Panel, name: str) -> tuple[float, float]:
    """Find the ends of an axis, ``"x"`` or ``"y"``: those given, else a little past the lines."""
    axis = getattr(panel, name)
    if None not in axis.limits:
        return axis.limits
    values = np.concatenate([np.asarray(getattr(line, name), dtype=float) for line in panel.lines])
    values = np.log(values) if axis.log else values
    low, high = np.nanmin(values), np.nanmax(values)
    beyond = 0.05 * (high - low) or 0.5
    ends = (low - beyond, high + beyond)
    ends = [math.exp(end) if axis.log else end for end in ends]
    return tuple(end if given is None else given for given, end in zip(axis.limits, ends))


def as_data(chart: Chart) -> dict:
    """Write a chart as JSON for ``widgets/chart.js``.

    Parameters
    ----------
    chart : Chart

    Returns
    -------
    dict
        The chart's fields, in lists and dicts. Limits are found and marks placed; a colour is for
        a light and a dark page; NaN is None.
    """
    parts = {"title": chart.title, "number": chart.number, "digest": list(chart.digest)}
    return parts | {"panels": [_panel_as_data(panel) for panel in chart.panels]}


def _panel_as_data(panel: Panel) -> dict:
    named = sum(line.named for line in panel.lines)
    return {
        **{name: _axis_as_data(panel, name) for name in ("x", "y")},
        "lines": [_line_as_data(line) for line in panel.lines],
        "uprights": [asdict(mark) for mark in uprights(panel)],
        "shade": _fill_as_data("unfinished", panel.shade),
        "band": _fill_as_data(panel.fill, panel.band),
        "rows": max(2, named) if named else 0,  # a second line may come and go
    }


def _axis_as_data(panel: Panel, name: str) -> dict:
    axis = getattr(panel, name)
    ends = [float(end) for end in limits(panel, name)]
    ticks = [[float(number), text] for number, text in axis.ticks.items()]
    return {"label": axis.label, "limits": ends, "log": axis.log, "ticks": ticks}


def _line_as_data(line: Line) -> dict:
    x, y = ([None if math.isnan(v) else float(v) for v in values] for values in (line.x, line.y))
    look = {name: getattr(line, name) for name in LOOKS}
    return look | {"x": x, "y": y, "colour": on_any_page(line.colour)}


def _fill_as_data(what: str, ends: tuple[float, float] | None) -> dict | None:
    colour, opacity = FILLS[what]
    return ends and {"colour": colour, "opacity": opacity, "ends": [float(end) for end in ends]}


def log_axis(label: str, values: Sequence[float]) -> Axis:
    """Lay out a logarithmic axis that holds all values, with round numbers written on it."""
    low, high = min(values), max(values)
    ticks = round_ticks(low / 1.25, high * 1.25)
    return Axis(f"{label} (log scale)", (low / 1.25, high * 1.25), log=True, ticks=ticks)


def round_ticks(low: float, high: float, *, steps: Sequence[float] = (1, 2, 5)) -> dict[float, str]:
    """Choose round numbers for a logarithmic axis, {number: how it is written}.

    Parameters
    ----------
    low, high : float
        Ends of the axis, above 0.
    steps : sequence of float
        The numbers to write in each power of ten.

    Returns
    -------
    dict
    """
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    numbers = [step * 10.0**power for power in powers for step in steps]
    return {n: f"{n:,.10g}" for n in numbers if low <= n <= high}
