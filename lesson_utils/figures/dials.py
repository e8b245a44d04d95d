"""Dials: a hand for each pair, over the arc that it swept in training."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.patches import Circle, Wedge

from lesson_utils.figures.picture import Picture, drawn
from lesson_utils.figures.style import NOTE_COLOUR, NOTE_SIZE, new_figure

SEEN = ("inside the trained range", "#0072B2", "o")
NEW = ("new angle", "#D55E00", "X")
"""Label, colour and marker of a hand: inside its slice, and outside it."""
SWEPT = "#9ECAE1"
COLUMNS = 8


@drawn
def wall(
    angles: Sequence[float],
    swept: Sequence[float],
    new: Sequence[bool],
    *,
    title: str,
    description: str,
) -> Picture:
    """Draw a dial for every pair: where its hand points, and where it pointed in training.

    Pale blue is the arc that the hand swept in training. The hand is blue with a round tip at an
    angle that it knows, and orange with a cross at a new one.

    Parameters
    ----------
    angles, swept : sequence of float
        Radians, from the fastest pair to the slowest, [pairs]: where each hand points now, and the
        largest angle of training.
    new : sequence of bool
        Which of the angles are new.
    title, description : str
        The message, as a sentence; what is to be seen.
    """
    rows = math.ceil(len(angles) / COLUMNS)
    figure, axes = new_figure(title, "", "", size=(8.0, 0.85 + rows * 9.0 / COLUMNS))
    axes.grid(False)
    axes.set_axis_off()
    for pair, (angle, widest, is_new) in enumerate(zip(angles, swept, new, strict=True)):
        x, y = 1.0 * (pair % COLUMNS), -1.2 * (pair // COLUMNS)
        draw_dial(axes, (x, y), float(angle), float(widest), is_new)
        axes.annotate(f"{pair}", (x, y - 0.49), ha="center", va="top", fontsize=NOTE_SIZE)
    _explain(axes)
    axes.set_aspect("equal")
    axes.set(xlim=(-0.5, COLUMNS - 0.5), ylim=(-1.2 * (rows - 1) - 0.8, 0.45))
    return Picture(figure, description)


def _explain(axes) -> None:
    below = {"transform": axes.transAxes, "clip_on": False}
    for x, (label, colour, marker) in zip((0.02, 0.38), (SEEN, NEW), strict=True):
        axes.plot(x, -0.02, marker, color=colour, markersize=9, **below)
        axes.text(x + 0.02, -0.02, label, va="center", color=colour, **below)
    axes.text(0.58, -0.02, "pale blue: trained range", va="center", color=NOTE_COLOUR, **below)


def draw_dial(axes, centre, angle: float, widest: float, is_new: bool) -> None:
    """Draw one dial: angle 0 to the right, turning anticlockwise, as angles do in maths."""
    radius = 0.38
    whole = widest >= 2 * np.pi
    swept = 360.0 if whole else np.degrees(widest)
    axes.add_patch(Wedge(centre, radius, 0, swept, facecolor=SWEPT, alpha=0.55, lw=0))
    axes.add_patch(Circle(centre, radius, fill=False, edgecolor="#888888", lw=1))
    _, colour, marker = NEW if is_new else SEEN
    tip = (centre[0] + radius * np.cos(angle), centre[1] + radius * np.sin(angle))
    axes.plot((centre[0], tip[0]), (centre[1], tip[1]), color=colour, lw=2)
    axes.plot(*tip, marker, color=colour, markersize=8 if is_new else 6)
