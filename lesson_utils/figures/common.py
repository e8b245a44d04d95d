"""What several lessons draw: perplexity by length and by step, how much each pair is slowed."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from lesson_utils.figures.chart import (
    AT_ENDS,
    Axis,
    Chart,
    Line,
    Panel,
    as_picture,
    log_axis,
)
from lesson_utils.figures.picture import Picture
from lesson_utils.figures.style import NOTE_COLOUR, NOTE_SIZE, WINDOW_COLOUR, style_of

TRAINED_LENGTH = 512
"""The tiny model's window."""
Points = Mapping[float, float] | Sequence[float]
"""What a line goes through: {x: y}, or y at 0, 1, 2, …"""


def perplexity_by_length(
    curves: Mapping[str, Mapping[int, float]],
    *,
    title: str,
    description: str,
    trained_length: int,
    tuned_length: int | None = None,
    labels: Mapping[str, str] | None = None,
) -> Picture:
    """Draw perplexity against window length, one line a method, both axes logarithmic.

    Parameters
    ----------
    curves : mapping
        Method (what :func:`~lesson_utils.figures.style.style_of` knows) to {length in bytes:
        perplexity per byte}.
    title, description : str
        The message, as a sentence; what is to be seen.
    trained_length, tuned_length : int
        Windows whose ends are marked: that of training and, if any, that of fine-tuning.
    labels : mapping, optional
        Method to its label, where it has another than everywhere.
    """
    names = labels or {}
    lines = [styled_line(m, *across(curve), label=names.get(m)) for m, curve in curves.items()]
    lengths = sorted({length for curve in curves.values() for length in curve})
    ends = {"trained window ends": trained_length}
    panel = Panel(
        Axis(
            "bytes read at once (log scale)",
            (lengths[0] / 1.2, lengths[-1] * 1.1),
            log=True,
            ticks={length: f"{length:,}" for length in lengths},
        ),
        log_axis("perplexity per byte", [y for line in lines for y in line.y]),
        tuple(lines),
        ends | ({"fine-tuned window ends": tuned_length} if tuned_length else {}),
        names=AT_ENDS,
    )
    return as_picture(Chart(title, (panel,)), description)


def copies_by_distance(
    curves: Mapping[str, tuple[str, Mapping[int, float]]], *, title: str, guess: float
) -> Picture:
    """Draw how well readers copy a string against how far back it stands, one line a reader.

    Parameters
    ----------
    curves : mapping
        Label to (what :func:`~lesson_utils.figures.style.style_of` knows, {distance in bytes: nats
        a byte}).
    title : str
        The message, as a sentence.
    guess : float
        Nats a byte of an even guess, drawn as a level line.
    """
    distances = sorted({distance for _, curve in curves.values() for distance in curve})
    most = max(value for _, curve in curves.values() for value in curve.values())
    panel = Panel(
        points_axis("bytes back to the first copy", distances),
        Axis("nats a byte of the second copy", (0, 1.15 * most)),  # room for the window's name
        (*styled_lines(curves), level_line("an even guess", guess, distances)),
        {"trained window ends": TRAINED_LENGTH},
        names=AT_ENDS,
    )
    told = "; ".join(
        f"{label}: {curve[min(curve)]:.1f} at {min(curve):,}, {curve[max(curve)]:.1f} at "
        f"{max(curve):,}"
        for label, (_, curve) in curves.items()
    )
    description = f"Loss of a copied string against bytes back to its first copy. {told}. An even"
    return as_picture(Chart(title, (panel,)), f"{description} guess has {guess:.2f}.")


def slow_down_by_pair(
    curves: Mapping[str, tuple[str | tuple[str, str, str], Sequence[float]]],
    *,
    title: str,
    description: str,
    names: str = "lower right",
    ends: Mapping[str, float] | None = None,
) -> Picture:
    """Draw how many times slower each pair turns, one line a method, on a log scale.

    Parameters
    ----------
    curves : mapping
        Label to (what :func:`~lesson_utils.figures.style.style_of` knows, or a colour, marker and
        line; plain over new frequency, float [pairs]).
    title, description : str
        The message, as a sentence; what is to be seen.
    names : str
        Where the lines are named, as in :class:`~lesson_utils.figures.chart.Panel`.
    ends : mapping, optional
        Label to the pair, a fraction or not, where an upright line goes.
    """
    lines = [
        styled_line(look, range(len(slowed)), slowed, label=label, size=6)
        for label, (look, slowed) in curves.items()
    ]
    most, pairs = max(max(line.y) for line in lines), max(len(line.y) for line in lines)
    step = max(1, pairs // 8)
    room = 1.6 if ends else 1.15  # above the lines, for the names of the ends
    panel = Panel(
        Axis("pair, from fast to slow", ticks={n: str(n) for n in range(0, pairs, step)}),
        slow_down_axis(most, room),
        tuple(lines),
        ends or {},
        names=names,
    )
    return as_picture(Chart(title, (panel,)), description)


def slow_down_axis(most: float, room: float = 1.15) -> Axis:
    """Lay out a logarithmic axis of slow-downs, from 1 to ``room`` times the most."""
    twofolds = {2**n: str(2**n) for n in range(math.ceil(math.log2(most)) + 1)}
    return Axis("slowed down by (log scale)", (0.9, float(most) * room), log=True, ticks=twofolds)


def perplexity_by_step(
    curves: Mapping[str, tuple[str, Mapping[int, float]]],
    *,
    title: str,
    description: str,
    perplexity: Axis,
    level: tuple[str, float],
    names: str = AT_ENDS,
) -> Picture:
    """Draw perplexity against steps of fine-tuning, on a log scale with a place for step 0.

    Parameters
    ----------
    curves : mapping
        Label to (what :func:`~lesson_utils.figures.style.style_of` knows, {steps: perplexity}).
    title, description : str
        The message, as a sentence; what is to be seen.
    perplexity : Axis
        Where it ends, lines that begin above enter the picture from above.
    level : tuple
        Label and perplexity of what to compare with, drawn as a level line.
    names : str
        Where the lines are named, as in :class:`~lesson_utils.figures.chart.Panel`.
    """
    steps = sorted({step for _, curve in curves.values() for step in curve})
    first = next(step for step in steps if step)
    place = {step: math.log2(step or first / 2) for step in steps}
    placed = {
        label: (look, {place[step]: value for step, value in curve.items()})
        for label, (look, curve) in curves.items()
    }
    panel = Panel(
        Axis(
            "steps of fine-tuning (log scale, with a place for 0)",
            ticks={place[step]: str(step) for step in steps},
        ),
        perplexity,
        (*styled_lines(placed), replace(level_line(*level, place.values()), named=False)),
        names=names,
    )
    picture = as_picture(Chart(title, (panel,)), description)
    _note_below(picture.figure.axes[0], *level)
    return picture


def _note_below(axes, note: str, height: float) -> None:
    """Write at the left what a level line is; its end, where others end, has no room for it."""
    axes.annotate(
        note, (0.01, height), xycoords=("axes fraction", "data"), xytext=(0, -5),
        textcoords="offset points", va="top", color=NOTE_COLOUR, fontsize=NOTE_SIZE,
    )  # fmt: skip


def styled_lines(curves: Mapping[str, tuple[str, Points]], **more) -> tuple[Line, ...]:
    """Make a line of each curve, {label: (look, points)}, as :func:`styled_line` does.

    A second line of the same look is dashed, so that more than its label tells the two apart.
    """
    lines, used = [], set()
    for label, (look, points) in curves.items():
        points = points if isinstance(points, Mapping) else dict(enumerate(points))
        line = styled_line(look, *across(points), label=label, **more)
        lines.append(replace(line, dash="--", open_marker=True) if look in used else line)
        used.add(look)
    return tuple(lines)


def styled_line(look, x, y, *, label: str | None = None, **more) -> Line:
    """Make a line in a method's style, dashed ones with open markers.

    Parameters
    ----------
    look : str or tuple
        What :func:`~lesson_utils.figures.style.style_of` knows, or (colour, marker, line).
    x, y : sequence of float
        Its points.
    label : str, optional
        Left out: the method's.
    more
        Other parts of :class:`~lesson_utils.figures.chart.Line`.
    """
    own, colour, marker, dash = style_of(look) if isinstance(look, str) else (None, *look)
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    return Line(label or own, x, y, colour, marker, dash, open_marker=dash == "--", **more)


def level_line(label: str, height: float, xs: Collection[float], **look) -> Line:
    """Make a dotted level line, from the smallest to the largest x, to compare others with.

    Parameters
    ----------
    label : str
        Its name.
    height : float
        Its y.
    xs : collection of float
        What it reaches across.
    look
        Other parts of :class:`~lesson_utils.figures.chart.Line`, for one that is not grey dots.
    """
    look = {"colour": NOTE_COLOUR, "dash": ":", "width": 1.5} | look
    return Line(label, (min(xs), max(xs)), (height, height), **look)


def border_line(label: str, height: float, xs: Collection[float], **look) -> Line:
    """Make a level line in the look of the trained window: what pairs past it never do."""
    return level_line(label, height, xs, **{"colour": WINDOW_COLOUR, "dash": "--"} | look)


def points_axis(label: str, values: Collection[float]) -> Axis:
    """Lay out a logarithmic axis on which the number of each point is written, and no other."""
    return Axis(f"{label} (log scale)", log=True, ticks={n: f"{n:,g}" for n in sorted(values)})


def across(curve: Mapping[float, float]) -> tuple[list[float], list[float]]:
    """Split a curve {x: y} into its x and its y."""
    return list(curve), list(curve.values())


def block_means(values: Sequence[float], block: int) -> tuple[np.ndarray, np.ndarray]:
    """Thin a long line out: average each ``block`` values, leaving NaN out.

    Returns
    -------
    middles, means : np.ndarray
        Middle of each block, counted from 0, and its mean. A remainder is dropped.
    """
    values = np.asarray(values, dtype=float)
    count = len(values) // block
    means = np.nanmean(values[: count * block].reshape(count, block), axis=1)
    return (np.arange(count) + 0.5) * block, means


def signed(score: float) -> str:
    """Write a score with two decimals, a true minus sign, and no minus before zero."""
    return f"{score:.2f}".replace("-0.00", "0.00").replace("-", "−")
