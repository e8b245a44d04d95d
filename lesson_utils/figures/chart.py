"""One description of a chart that is drawn twice: as a picture to keep, and live under sliders.

A chart function takes arrays and returns a :class:`Chart`. :func:`as_figure` draws it with
matplotlib, for the saved page. The sliders draw the same description with plotly. So what moves and
what was printed can never be two different things.
"""

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from matplotlib.figure import Figure

from lesson_utils.figures.style import FONT_SIZE, WINDOW_COLOUR

SHADE, SHADE_ALPHA = "#D5A03C", 0.25


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


@dataclass(frozen=True)
class Axis:
    """What an axis measures, its ends, and the numbers that are written on it.

    One without a label has no numbers: it goes by those of the panel below.
    """

    label: str
    limits: tuple[float, float]
    log: bool = False
    ticks: Mapping[float, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Panel:
    """Lines on a pair of axes, upright lines that mark a place, {label: x}, and a shaded span."""

    x: Axis
    y: Axis
    lines: tuple[Line, ...]
    uprights: Mapping[str, float] = field(default_factory=dict)
    shade: tuple[float, float] | None = None


@dataclass(frozen=True)
class Chart:
    """Panels above one another, a sentence for a title, and the chart's numbers in words."""

    title: str
    panels: tuple[Panel, ...]
    digest: tuple[str, ...]


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
    count = len(chart.panels)
    figure = Figure(figsize=(8.0, 4.6 if count == 1 else 0.8 + 2.2 * count), layout="constrained")
    title = textwrap.fill(chart.title, 78)
    figure.suptitle(title, fontsize=FONT_SIZE + 2, x=0.01, ha="left", fontweight="bold")
    for axes, panel in zip(figure.subplots(count, 1, squeeze=False)[:, 0], chart.panels):
        _draw_panel(axes, panel)
    return figure


def _draw_panel(axes, panel: Panel) -> None:
    for name, axis in (("x", panel.x), ("y", panel.y)):
        axes.set(**{f"{name}scale": "log" if axis.log else "linear", f"{name}lim": axis.limits})
        side = getattr(axes, f"{name}axis")
        side.set_label_text(axis.label, fontsize=FONT_SIZE)
        if axis.ticks:
            side.set_ticks(list(axis.ticks), list(axis.ticks.values()))
            side.minorticks_off()
        if not axis.label:
            side.set_tick_params(labelcolor="none")
    axes.tick_params(labelsize=FONT_SIZE - 1)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    for line in panel.lines:
        axes.plot(
            line.x, line.y, ls=line.dash or "none", lw=line.width, color=line.colour,
            marker=line.marker or None, ms=6,
            mfc="white" if line.open_marker else line.colour,
            label=line.label if line.named else None,
        )  # fmt: skip
    if panel.shade:
        axes.axvspan(*panel.shade, color=SHADE, alpha=SHADE_ALPHA, lw=0, zorder=0)
    for label, x in panel.uprights.items():
        if panel.x.limits[0] < x < panel.x.limits[1]:
            axes.axvline(x, color=WINDOW_COLOUR, ls="--", lw=1.5, zorder=0)
            place = (x, 0.98)
            axes.annotate(
                f" {label}", place, xycoords=("data", "axes fraction"), va="top", color="#555555",
                fontsize=FONT_SIZE - 1,
            )  # fmt: skip
    named = [line.label for line in panel.lines if line.named]
    if named:
        columns = len(named) if sum(map(len, named)) < 75 else 1
        place = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0.2}
        axes.legend(fontsize=FONT_SIZE - 1, frameon=False, ncols=columns, **place)


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
