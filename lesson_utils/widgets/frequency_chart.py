"""Each pair's frequency and wavelength, for a base, a head and a window of one's choice."""

import numpy as np

from lesson_utils.figures import dials
from lesson_utils.figures.dials import SEEN
from lesson_utils.figures.style import WINDOW_COLOUR
from lesson_utils.rope import rope
from lesson_utils.widgets.dials import BASES, HEAD_DIMS, WINDOWS
from lesson_utils.widgets.panel import Panel, Picture, slider
from lesson_utils.widgets.shown import show_live

SHADE = "rgba(213, 160, 60, 0.25)"
POWERS = {
    10.0**n: f"10{str(n).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"
    for n in range(-8, 9)
}
"""Written out: a power that plotly sets itself goes through its reader of markup at each redraw."""
NOTE = {"xanchor": "left", "yanchor": "bottom", "showarrow": False}


def wavelengths() -> None:
    """Show frequency and wavelength of each pair, and shade the pairs that never finish a turn."""
    panel = wavelengths_panel()
    values = panel.values()
    line = picture(**values).line
    inv_freq = rope(values["head_dim"], base=values["base"]).inv_freq
    show_live(
        panel,
        dials.frequencies_and_wavelengths(
            inv_freq, trained_length=values["trained_length"], title=title_of(**values)
        ),
        "Two charts over the pairs, on log scales. Radians per position fall in a straight line, "
        "positions per turn rise in one. Pairs past the line of the trained window are shaded.",
        name="Frequencies and wavelengths",
        digest=line,
    )


def wavelengths_panel() -> Panel:
    controls = {
        "base": slider("base", BASES, 10_000),
        "head_dim": slider("head_dim", HEAD_DIMS, 64),
        "trained_length": slider("trained window", WINDOWS, 512),
    }
    return Panel(picture, controls)


def title_of(base: float, head_dim: int, trained_length: int) -> str:
    count = len(unfinished(base, head_dim, trained_length))
    return f"{count} of {head_dim // 2} pairs never finish a turn in {trained_length:,} positions"


def unfinished(base: float, head_dim: int, trained_length: int) -> np.ndarray:
    """List the pairs whose wavelength is longer than the trained window."""
    return np.flatnonzero(2 * np.pi / rope(head_dim, base=base).inv_freq > trained_length)


def picture(base: float, head_dim: int, trained_length: int) -> Picture:
    """Compute what the chart shows at one setting.

    Returns
    -------
    Picture
        Frequency and wavelength of each pair, the trained window on both axes, and the shade.
    """
    speeds = rope(head_dim, base=base).inv_freq.double().numpy()
    lengths = 2 * np.pi / speeds
    pairs, ends = np.arange(head_dim // 2), [-0.5, head_dim // 2 - 0.5]
    slow = unfinished(base, head_dim, trained_length)
    dots = {"type": "scatter", "mode": "markers", "marker": {"color": SEEN[1], "size": 7}}
    dots |= {"x": pairs, "showlegend": False}
    dashes = {"type": "scatter", "mode": "lines", "x": ends, "hoverinfo": "skip"}
    dashes |= {"line": {"color": WINDOW_COLOUR, "dash": "dash"}, "showlegend": False}
    traces = [
        dots | {"y": speeds, "name": "radians per position"},
        dashes | {"y": [2 * np.pi / trained_length] * 2},
        dots | {"y": lengths, "name": "positions per turn", "xaxis": "x2", "yaxis": "y2"},
        dashes | {"y": [trained_length] * 2, "xaxis": "x2", "yaxis": "y2"},
    ]
    shade = {"type": "rect", "yref": "paper", "y0": 0, "y1": 1, "layer": "below",
             "line": {"width": 0}, "fillcolor": SHADE}  # fmt: skip
    span = {"x0": slow[0] - 0.5, "x1": ends[1]} if len(slow) else {"x0": ends[1], "x1": ends[1]}
    paper = {"xref": "paper", "yref": "paper", "y": 1}
    log = {"type": "log", "tickmode": "array"}
    log |= {"tickvals": list(POWERS), "ticktext": list(POWERS.values())}
    layout = {
        "annotations": [
            # Above each half, since titles beside the axes collide on a narrow page.
            NOTE | paper | {"text": "radians per position", "x": 0},
            NOTE | paper | {"text": "positions per turn", "x": 0.57},
            NOTE
            | {
                # On the right, and on the side of the line where no dot is that far.
                "text": "trained window",
                "xref": "x2",
                "x": ends[1],
                "xanchor": "right",
                "yref": "y2",
                "y": np.log10(trained_length),
                "yanchor": "top" if len(slow) else "bottom",
            },
        ],
        "shapes": [shade | span | {"xref": x} for x in ("x", "x2")],
        "xaxis": {"title": {"text": "pair"}, "range": ends, "domain": [0, 0.43]},
        "xaxis2": {"title": {"text": "pair"}, "range": ends, "domain": [0.57, 1]},
        "yaxis": log | {"range": [-7.2, 0.3]},
        "yaxis2": log | {"range": [0.5, 8], "anchor": "x2"},
    }
    last = len(pairs) - 1
    line = (
        f"pair 0 turns once in {lengths[0]:.2f} positions, pair {last} in {lengths[-1]:,.0f}; "
        f"{len(slow)} of {len(pairs)} never finish a turn"
    )
    return Picture(traces, layout, line)
