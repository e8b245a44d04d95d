"""Figures of published models: their dials side by side, and one config read in several ways."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from lesson_utils.figures.dials import NEW, SEEN, draw_dial
from lesson_utils.figures.style import FONT_SIZE, SERIES, new_figure

DIALS = 16
"""Dials drawn of each model, evenly spread over its pairs."""


def walls(
    models: Mapping[str, tuple[Sequence[float], Sequence[float], Sequence[bool]]],
    *,
    title: str,
    columns: int = 2,
) -> Figure:
    """Draw a small wall of dials for each model: where its hands point at its longest offset.

    Pale blue is the arc that a hand swept inside the window before stretching. The hand is blue
    with a round tip where it lies on that arc, and orange with a cross where it does not.

    Parameters
    ----------
    models : mapping
        Name to (widest angle before stretching, angle at the longest offset after it, whether that
        is a new angle), [pairs] each, in radians, from the fastest pair to the slowest.
    title : str
        The message, as a sentence.
    columns : int
        Walls side by side.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows, across = -(-len(models) // columns), DIALS // 2
    figure, axes = new_figure(title, "", "", size=(9.0, 0.9 + 1.62 * rows))
    axes.grid(False)
    axes.set_axis_off()
    for place, (name, (widest, angle, new)) in enumerate(models.items()):
        left, top = (place % columns) * (across + 0.9), -(place // columns) * 2.95
        axes.text(left - 0.4, top + 0.62, name, fontsize=FONT_SIZE, va="bottom", fontweight="bold")
        shown = np.linspace(0, len(widest) - 1, DIALS).round().astype(int)
        for dial, pair in enumerate(shown):
            centre = (left + dial % across, top - 1.0 * (dial // across))
            draw_dial(axes, centre, angle[pair], widest[pair], new[pair])
    bottom = -(rows - 1) * 2.95 - 2.2
    _explain_hands(axes, bottom)
    axes.set_aspect("equal")
    axes.set_xlim(-0.5, columns * (across + 0.9) - 1.0)
    axes.set_ylim(bottom - 0.3, 1.2)
    return figure


def _explain_hands(axes, height: float) -> None:
    for left, (label, colour, marker) in zip((0.0, 5.4), (SEEN, NEW)):
        axes.plot(left, height, marker, color=colour, markersize=9)
        axes.text(left + 0.4, height, label, va="center", fontsize=FONT_SIZE, color=colour)
    label = "pale blue: swept before stretching"
    axes.text(9.4, height, label, va="center", fontsize=FONT_SIZE, color="#555555")


def readings(curves: Mapping[str, Sequence[float]], *, factor: float, title: str) -> Figure:
    """Draw how many times slower each pair turns, one line for each way to read a config.

    Parameters
    ----------
    curves : mapping
        Name of a reading to plain frequency over its own, float [pairs].
    factor : float
        The factor of the config; the scale ends there.
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(title, "pair, from fast to slow", "slowed down by (log scale)")
    axes.set_yscale("log", base=2)
    for (name, slowed), (colour, marker), line in zip(
        curves.items(), SERIES, ("-", "--", ":", "-.")
    ):
        pairs = np.arange(len(slowed))
        axes.plot(pairs, slowed, line, color=colour, marker=marker, ms=5, lw=1.8, label=name)
    ticks = [2**k for k in range(int(np.log2(factor)) + 1)]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.legend(fontsize=FONT_SIZE, frameon=False, loc="upper left")
    return figure
