"""Pictures of lesson 09: published models' dials side by side, one config read in several ways."""

from collections.abc import Mapping, Sequence

import numpy as np

from lesson_utils.figures import common
from lesson_utils.figures.dials import NEW, SEEN, draw_dial
from lesson_utils.figures.picture import Picture, drawn
from lesson_utils.figures.style import NOTE_COLOUR, SERIES, new_figure

DIALS = 16
"""Dials drawn of each model, evenly spread over its pairs."""
COLUMNS, ACROSS, DOWN = 2, DIALS // 2, 2.95
"""Models side by side; dials in a row; from one model to the one below it, in dials."""


@drawn
def walls(
    models: Mapping[str, tuple[Sequence[float], Sequence[float], Sequence[bool]]],
) -> Picture:
    """Draw a small wall of dials for each model: where its hands point at its longest offset.

    Pale blue is the arc that a hand swept inside the window before stretching. The hand is blue
    with a round tip where it lies on that arc, and orange with a cross where it does not.

    Parameters
    ----------
    models : mapping
        Name to (widest angle before stretching, angle at the longest offset after it, whether that
        is a new angle), [pairs] each, in radians, from the fastest pair to the slowest.

    Returns
    -------
    Picture
    """
    rows = -(-len(models) // COLUMNS)
    title = "In seven of eight models every hand stays on its old arc"
    figure, axes = new_figure(title, "", "", size=(9.0, 0.9 + 1.62 * rows))
    axes.grid(False)
    axes.set_axis_off()
    counts = {}
    for place, (name, hands) in enumerate(models.items()):
        left, top = (place % COLUMNS) * (ACROSS + 0.9), -(place // COLUMNS) * DOWN
        axes.text(left - 0.4, top + 0.62, name, va="bottom", fontweight="bold")
        counts[name] = _draw_wall(axes, left, top, *hands)
    bottom = -(rows - 1) * DOWN - 2.2
    _explain_hands(axes, bottom)
    axes.set_aspect("equal")
    axes.set_xlim(-0.5, COLUMNS * (ACROSS + 0.9) - 1.0)
    axes.set_ylim(bottom - 0.3, 1.2)
    beyond = ", ".join(f"{count} in {name}" for name, count in counts.items() if count)
    return Picture(
        figure,
        f"{DIALS} dials of each of {len(models)} models, from fast to slow. Hands that point "
        f"beyond the arc swept before stretching: {beyond or 'none'}. All others lie on it.",
    )


def _draw_wall(axes, left: float, top: float, widest, angle, new) -> int:
    """Draw one model's dials in two rows; return how many hands point at a new angle."""
    shown = np.linspace(0, len(widest) - 1, DIALS).round().astype(int)
    for dial, pair in enumerate(shown):
        centre = (left + dial % ACROSS, top - 1.0 * (dial // ACROSS))
        draw_dial(axes, centre, angle[pair], widest[pair], new[pair])
    return sum(bool(new[pair]) for pair in shown)


def _explain_hands(axes, height: float) -> None:
    labels = ("angle of the first window", "past it")
    for left, label, (_, colour, marker) in zip((0.0, 5.4), labels, (SEEN, NEW)):
        axes.plot(left, height, marker, color=colour, markersize=9)
        axes.text(left + 0.4, height, label, va="center", color=colour)
    axes.text(9.4, height, "pale blue: swept in the first window", va="center", color=NOTE_COLOUR)


def readings_of_one_config(curves: Mapping[str, Sequence[float]]) -> Picture:
    """Draw how many times slower each pair turns, one line for each way to read a config.

    Parameters
    ----------
    curves : mapping
        Up to four: name of a reading to plain frequency over its own, float [pairs].
    """
    looks = [(*look, dash) for look, dash in zip(SERIES, ("-", "--", ":", "-."))]
    told = "; ".join(
        f"{name} leaves 1 after pair {_last_below(slowed, 1.01)} and reaches "
        f"{max(slowed):.0f} at pair {_last_below(slowed, 0.999 * max(slowed)) + 1}"
        for name, slowed in curves.items()
    )
    return common.slow_down_by_pair(
        {name: (look, slowed) for (name, slowed), look in zip(curves.items(), looks)},
        title="Yarn-Mistral's own code slows the middle pairs far more",
        description=f"Slow-down against pair on a log scale, one line a reading: {told}.",
        names="upper left",
    )


def _last_below(rising: Sequence[float], limit: float) -> int:
    return sum(value < limit for value in rising) - 1
