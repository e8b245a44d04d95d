"""A chart that changes in place: one plotly FigureWidget, redrawn from a description."""

import math

import numpy as np

from lesson_utils.figures.chart import Axis, Chart, Line, Panel
from lesson_utils.figures.style import FONT_SIZE, WINDOW_COLOUR

DASHES = {"-": "solid", "--": "dash", ":": "dot", "-.": "dashdot"}
MARKERS = {
    "o": "circle",
    "s": "square",
    "^": "triangle-up",
    "v": "triangle-down",
    "<": "triangle-left",
    "D": "diamond",
    "P": "cross",
    "X": "x",
}
INK, GRID = "#222222", "#DDDDDD"
ROW_HEIGHT, MARGIN = {1: 360, 2: 210, 3: 165}, 90
GAP = 0.07


class LiveChart:
    """Show one :class:`Chart` after another in the same figure.

    Parameters
    ----------
    panels, lines : int
        The most panels that a chart has, and the most lines in one of its panels.
    """

    def __init__(self, *, panels: int, lines: int):
        import plotly.graph_objects as go  # takes seconds, so only those who draw live wait for it

        self.panels, self.lines = panels, lines
        traces = [
            go.Scatter(xaxis=_axis("x", row), yaxis=_axis("y", row), hoverinfo="x+y+name")
            for row in range(panels)
            for _ in range(lines)
        ]
        self.widget = go.FigureWidget(traces, layout=_bare_layout(panels))
        buttons = ["sendChartToCloud", "sendDataToCloud", "lasso2d", "select2d", "autoScale2d"]
        self.widget._config = {
            **self.widget._config,
            "displaylogo": False,
            "modeBarButtonsToRemove": buttons,
            "responsive": True,
        }

    def show(self, chart: Chart) -> None:
        """Redraw everything that changed, in one message."""
        changes = [
            _trace(panel.lines[place] if panel and place < len(panel.lines) else None)
            for row in range(self.panels)
            for panel in [chart.panels[row] if row < len(chart.panels) else None]
            for place in range(self.lines)
        ]
        with self.widget.batch_update():
            for trace, change in zip(self.widget.data, changes, strict=True):
                trace.update(change, overwrite=False)
            self.widget.layout.update(_layout(chart, self.panels))


def _axis(letter: str, row: int) -> str:
    return f"{letter}{row + 1 if row else ''}"


def _trace(line: Line | None) -> dict:
    if line is None:
        return {"x": [], "y": [], "visible": False}
    symbol = MARKERS.get(line.marker, "circle") + ("-open" if line.open_marker else "")
    return {
        "x": np.asarray(line.x, dtype=float).tolist(),
        "y": [None if math.isnan(value) else value for value in map(float, line.y)],
        "visible": True,
        "name": line.label,
        "showlegend": line.named,
        "mode": "lines+markers" if line.marker else "lines",
        "line": {"color": line.colour, "dash": DASHES[line.dash], "width": line.width},
        "marker": {"symbol": symbol, "color": line.colour, "size": 7},
    }


def _bare_layout(panels: int) -> dict:
    layout = {
        "template": "none",
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "font": {"size": FONT_SIZE + 1, "color": INK},
        "margin": {"l": 70, "r": 16, "t": 46, "b": 52},
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        "autosize": True,
        "uirevision": "kept",
    }
    for row in range(panels):
        line = {"gridcolor": GRID, "zeroline": False, "showline": True, "linecolor": INK}
        layout[_long("x", row)] = {**line, "anchor": _axis("y", row)}
        layout[_long("y", row)] = {**line, "anchor": _axis("x", row)}
    return layout


def _long(letter: str, row: int) -> str:
    return f"{letter}axis{row + 1 if row else ''}"


def _layout(chart: Chart, panels: int) -> dict:
    count = len(chart.panels)
    layout = {"height": MARGIN + count * ROW_HEIGHT[count], "shapes": [], "annotations": []}
    for row in range(panels):
        shown = row < count
        x, y = {"visible": shown}, {"visible": shown}
        if shown:
            panel = chart.panels[row]
            x |= _side(panel.x)
            y |= _side(panel.y) | {"domain": _domain(row, count)}
            layout["shapes"] += [_upright(x_, row, panel) for x_ in panel.uprights.values()]
            layout["annotations"] += [
                _upright_label(label, x_, row, panel) for label, x_ in panel.uprights.items()
            ]
        layout[_long("x", row)], layout[_long("y", row)] = x, y
    return layout


def _domain(row: int, count: int) -> list[float]:
    height = (1 - GAP * (count - 1)) / count
    top = 1 - row * (height + GAP)
    return [max(0.0, top - height), min(1.0, top)]


def _side(axis: Axis) -> dict:
    side = {
        "title": {"text": axis.label, "standoff": 6},
        "type": "log" if axis.log else "linear",
        "range": [math.log10(end) if axis.log else end for end in axis.limits],
        "tickmode": "array" if axis.ticks else "auto",
    }
    if axis.ticks:
        side |= {"tickvals": list(axis.ticks), "ticktext": list(axis.ticks.values())}
    return side


def _inside(x: float, panel: Panel) -> bool:
    return panel.x.limits[0] < x < panel.x.limits[1]


def _upright(x: float, row: int, panel: Panel) -> dict:
    return {
        "type": "line",
        "xref": _axis("x", row),
        "yref": f"{_axis('y', row)} domain",
        "x0": x,
        "x1": x,
        "y0": 0,
        "y1": 1,
        "visible": _inside(x, panel),
        "line": {"color": WINDOW_COLOUR, "width": 1.5, "dash": "dash"},
    }


def _upright_label(label: str, x: float, row: int, panel: Panel) -> dict:
    return {
        "text": label,
        "xref": _axis("x", row),
        "yref": f"{_axis('y', row)} domain",
        "x": math.log10(x) if panel.x.log else x,
        "y": 1,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "top",
        "visible": _inside(x, panel),
        "font": {"color": "#555555"},
    }
