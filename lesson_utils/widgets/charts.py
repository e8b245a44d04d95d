"""The way from a chart's description to a plotly chart that stays the same while it moves."""

import math

import numpy as np

from lesson_utils.figures.chart import (
    FILLS,
    Chart,
    Line,
    Mark,
    Panel,
    limits,
    uprights,
)
from lesson_utils.figures.style import WINDOW_COLOUR
from lesson_utils.widgets.panel import PlotlyChart

DASHES = {"": "solid", "-": "solid", "--": "dash", ":": "dot", "-.": "dashdot"}
MARKERS = {
    "": "circle",
    "o": "circle",
    "s": "square",
    "^": "triangle-up",
    "v": "triangle-down",
    "<": "triangle-left",
    "D": "diamond",
    "P": "cross",
    "X": "x",
    "*": "star",
    "p": "pentagon",
}
HEIGHT = {1: 360, 2: 480, 3: 640}
"""Pixels for so many panels above one another."""
TOP, BOTTOM, GAP = 60, 55, 0.08


def as_plotly(chart: Chart, *, panels: int, lines: int) -> PlotlyChart:
    """Write a chart as plotly's traces and layout.

    Parameters
    ----------
    chart : Chart
    panels, lines : int
        The most panels that this chart may ever have, and the most lines in one of them. Plotly
        redraws fastest when traces stay, so those not in use are kept, and not seen.

    Returns
    -------
    PlotlyChart
        ``panels * lines`` traces, all on the lowest panel's x axis; the numbers in words, one to a
        line after the title.
    """
    traces = []
    layout = {
        "height": HEIGHT[len(chart.panels)],
        "margin": {"t": TOP, "b": BOTTOM, "l": 65, "r": 30},
        "legend": {"x": 0, "xanchor": "left"},
        "shapes": [],
        "annotations": [],
    }  # fmt: skip
    for row in range(panels):
        panel = chart.panels[row] if row < len(chart.panels) else None
        shown = panel.lines if panel else ()
        for place in range(lines):
            line = shown[place] if place < len(shown) else None
            traces.append(_trace(line, _name("y", row)))
        layout[f"yaxis{row + 1 if row else ''}"] = _y_axis(panel, row, len(chart.panels))
        if panel:
            _add_marks(layout, panel, row)
    lowest = len(chart.panels) - 1
    layout["xaxis"] = {"anchor": _name("y", lowest)} | _side(chart.panels[lowest], "x")
    return PlotlyChart(traces, layout, "\n".join((chart.title, *chart.digest)))


def _trace(line: Line | None, y: str) -> dict:
    trace = {"type": "scatter", "xaxis": "x", "yaxis": y}
    if line is None:
        return trace | {"x": [], "y": [], "showlegend": False, "visible": False}
    parts = ("lines", line.dash), ("markers", line.marker)
    symbol = MARKERS[line.marker] + ("-open" if line.open_marker else "")
    return trace | {
        "visible": True,
        "x": np.asarray(line.x, dtype=float),
        "y": np.asarray(line.y, dtype=float),
        "name": line.label,
        "showlegend": line.named,
        "mode": "+".join(part for part, look in parts if look) or "none",
        "line": {"color": line.colour, "dash": DASHES[line.dash], "width": line.width},
        "marker": {"color": line.colour, "symbol": symbol, "size": 8},
    }


def _y_axis(panel: Panel | None, row: int, count: int) -> dict:
    if panel is None:
        return {"visible": False}
    height = (1 - GAP * (count - 1)) / count
    bottom = (count - 1 - row) * (height + GAP)
    return {"visible": True, "domain": [bottom, min(1.0, bottom + height)]} | _side(panel, "y")


def _side(panel: Panel, name: str) -> dict:
    axis = getattr(panel, name)
    side = {
        "title": {"text": axis.label},
        "type": "log" if axis.log else "linear",
        "range": [math.log10(end) if axis.log else end for end in limits(panel, name)],
        "zeroline": False,
        "tickmode": "auto",
    }
    if axis.ticks:
        side |= {"tickmode": "array", "tickvals": list(axis.ticks)}
        side["ticktext"] = list(axis.ticks.values())
    return side


def _add_marks(layout: dict, panel: Panel, row: int) -> None:
    for mark in uprights(panel):
        _add_upright(layout, mark, row, log=panel.x.log)
    if panel.shade:
        across = {"x0": panel.shade[0], "x1": panel.shade[1], "y0": 0, "y1": 1}
        layout["shapes"].append(_across(row) | across | _filled("unfinished"))
    if panel.band:
        up = {"x0": 0, "x1": 1, "y0": panel.band[0], "y1": panel.band[1]}
        refs = {"xref": "x domain", "yref": _name("y", row)}
        layout["shapes"].append(refs | up | _filled(panel.fill))


def _add_upright(layout: dict, mark: Mark, row: int, *, log: bool) -> None:
    place = _across(row)
    line = {"color": WINDOW_COLOUR, "width": 1.5, "dash": "dash"}
    layout["shapes"].append(
        place | {"type": "line", "x0": mark.x, "x1": mark.x, "y0": 0, "y1": 1, "line": line}
    )
    x = math.log10(mark.x) if log else mark.x  # plotly asks for that of words, not of lines
    at = {"x": x, "y": mark.height, "xanchor": mark.side, "yanchor": "top"}
    layout["annotations"].append(place | at | {"text": mark.label, "showarrow": False})


def _filled(what: str) -> dict:
    colour, alpha = FILLS[what]
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    fill = f"rgba({red}, {green}, {blue}, {alpha})"
    return {"type": "rect", "layer": "below", "line": {"width": 0}, "fillcolor": fill}


def _across(row: int) -> dict:
    """Say that x is a number on the axis and y a share of the panel's height."""
    return {"xref": "x", "yref": f"{_name('y', row)} domain"}


def _name(letter: str, row: int) -> str:
    return f"{letter}{row + 1 if row else ''}"
