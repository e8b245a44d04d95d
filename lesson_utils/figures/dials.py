"""Figures of the rotation itself: layouts, scores by distance, wavelengths, and a dial per pair."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Wedge

from lesson_utils.angles import new_angles
from lesson_utils.figures.chart import Axis, Chart, Line, Panel
from lesson_utils.figures.style import (
    FONT_SIZE,
    STYLES,
    WINDOW_COLOUR,
    label_ends,
    mark_trained_window,
    new_figure,
)

SEEN = ("angle met in training", "#0072B2", "o")
NEW = ("new angle", "#D55E00", "X")
"""Label, colour and marker of a hand: at an angle that it knows, and at one that it does not."""
SWEPT = "#9ECAE1"
SERIES = (("#000000", "o"), ("#CC3311", "s"), ("#009988", "^"), ("#AA4499", "D"))
"""Colour and marker of the first, second, … model or setting where lines are no methods."""

EVEN_POWERS = {
    10.0**n: f"10{str(n).translate(str.maketrans('-02468', '⁻⁰²⁴⁶⁸'))}" for n in range(-8, 9, 2)
}
"""Written out: a power that plotly sets itself goes through its reader of markup at each redraw."""


def pair_layouts(layouts: Mapping[str, Sequence[int]], *, title: str) -> Figure:
    """Draw a head's channels as a row of boxes for each layout, the two of a pair joined.

    Parameters
    ----------
    layouts : mapping
        Name of a layout to the pair that each channel belongs to, int [head_dim].
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(title, "channel", "", size=(8.0, 1.0 + 1.35 * len(layouts)))
    axes.grid(False)
    axes.spines[["left", "bottom"]].set_visible(False)
    heights = []
    for row, pairs in enumerate(layouts.values()):
        pairs, height = np.asarray(pairs), -1.5 * row
        heights.append(height)
        shades = _pair_colours(pairs.max() + 1)
        for channel, pair in enumerate(pairs):
            colour, ink = shades[pair]
            box = {"boxstyle": "square,pad=0.45", "facecolor": colour, "edgecolor": "white"}
            axes.text(
                channel, height, str(pair), ha="center", va="center", bbox=box, color=ink,
                fontsize=FONT_SIZE,
            )  # fmt: skip
        for pair in np.unique(pairs):
            left, right = np.flatnonzero(pairs == pair)
            across = np.linspace(left, right, 50)
            rise = 0.35 + 0.5 * min(1.0, (right - left) / len(pairs) * 2)
            bow = height + 0.3 + (rise - 0.3) * np.sin(np.linspace(0, np.pi, 50))
            axes.plot(across, bow, color=shades[pair][0], lw=2, zorder=0)
    axes.set_xticks(range(len(pairs)))
    axes.set_xlim(-0.7, len(pairs) - 0.3)
    axes.set_ylim(heights[-1] - 0.6, 1.0)
    axes.set_yticks(heights, list(layouts))
    axes.tick_params(axis="y", length=0, labelsize=FONT_SIZE)
    return figure


def score_by_offset(
    curves: Mapping[str, Sequence[float]],
    *,
    title: str,
    trained_length: int | None = None,
    smooth_over: int = 64,
) -> Figure:
    """Draw the score of a query and a key against the offset between them, from 0 on.

    Parameters
    ----------
    curves : mapping
        Name of a setting, such as ``"base 10,000"``, to scores, float [offsets].
    title : str
        The message, as a sentence.
    trained_length : int, optional
        Where the line of the trained window goes.
    smooth_over : int
        Offsets averaged into each point of the bold line; the scores themselves are the thin one.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(title, "offset between query and key", "score")
    axes.axhline(0, color="#BBBBBB", lw=1, zorder=0)
    ends = {}
    for (name, scores), (colour, marker) in zip(curves.items(), SERIES, strict=False):
        scores = np.asarray(scores, dtype=float)
        axes.plot(scores, color=colour, lw=0.6, alpha=0.45)
        means = np.convolve(scores, np.ones(smooth_over) / smooth_over, mode="valid")
        centres = np.arange(len(means)) + (smooth_over - 1) / 2
        every = max(1, len(means) // 8)
        axes.plot(centres, means, color=colour, lw=2.5, marker=marker, markevery=every)
        ends[name] = (centres[-1], means[-1], colour)
    if trained_length is not None:
        mark_trained_window(axes, trained_length)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    label_ends(axes, ends)
    return figure


def rounded_positions(
    positions: Sequence[float], rounded: Mapping[str, Sequence[float]], *, title: str
) -> Figure:
    """Draw what positions become in narrower number formats, one staircase a format.

    Parameters
    ----------
    positions : sequence of float
        The positions as they are, [n].
    rounded : mapping
        Name of a format to the positions it makes of them, float [n].
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(title, "position", "position after the cast")
    ends = {}
    for depth, ((name, values), (colour, _)) in enumerate(zip(rounded.items(), SERIES)):
        line = {"lw": 1 + 0.7 * depth, "zorder": 5 - depth, "drawstyle": "steps-mid"}
        axes.plot(positions, values, color=colour, **line)
        ends[name] = (positions[-1], values[-1], colour)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:,.0f}")
    axes.set_xlim(positions[0], positions[-1])
    label_ends(axes, ends)
    return figure


def wall(
    inv_freq: Sequence[float], offset: float, *, trained_length: int, title: str, columns: int = 8
) -> Figure:
    """Draw a dial for every pair: where its hand points at an offset, and where it ever pointed.

    Pale blue is the arc that the hand swept at offsets 0 … ``trained_length`` − 1. The hand is blue
    with a round tip where it lies on that arc, and orange with a cross where it does not.

    Parameters
    ----------
    inv_freq : sequence of float
        Radians per position, from the fastest pair to the slowest, [pairs].
    offset : float
        Positions between query and key.
    trained_length : int
        Window the model was trained on.
    title : str
        The message, as a sentence.
    columns : int
        Dials in a row.

    Returns
    -------
    matplotlib.figure.Figure
    """
    inv_freq = np.asarray(inv_freq, dtype=float)
    new = new_angles(inv_freq, offset, trained_length)
    rows = math.ceil(len(inv_freq) / columns)
    figure, axes = new_figure(title, "", "", size=(8.0, 0.85 + rows * 9.0 / columns))
    axes.grid(False)
    axes.set_axis_off()
    for pair, speed in enumerate(inv_freq):
        centre = (1.0 * (pair % columns), -1.2 * (pair // columns))
        draw_dial(axes, centre, speed * offset, speed * (trained_length - 1), new[pair])
        axes.annotate(
            f"{pair}", (centre[0], centre[1] - 0.49), ha="center", va="top", fontsize=FONT_SIZE - 1
        )
    for place, (label, colour, marker) in zip((0.02, 0.38), (SEEN, NEW), strict=True):
        axes.plot(place, -0.02, marker, color=colour, markersize=9, transform=axes.transAxes,
                  clip_on=False)  # fmt: skip
        axes.text(
            place + 0.02, -0.02, label, transform=axes.transAxes, va="center",
            fontsize=FONT_SIZE, color=colour,
        )  # fmt: skip
    axes.text(
        0.58, -0.02, "pale blue: swept in training", transform=axes.transAxes, va="center",
        fontsize=FONT_SIZE, color="#555555",
    )  # fmt: skip
    axes.set_aspect("equal")
    axes.set_xlim(-0.5, columns - 0.5)
    axes.set_ylim(-1.2 * (rows - 1) - 0.8, 0.45)
    return figure


def wavelength_chart(inv_freq: np.ndarray, *, trained_length: int) -> Chart:
    """Draw each pair's frequency and wavelength, and shade the pairs that never finish a turn.

    Parameters
    ----------
    inv_freq : np.ndarray
        Radians per position, from the fastest pair to the slowest, float [pairs].
    trained_length : int
        Window the model was trained on, in positions.

    Returns
    -------
    Chart
        Radians per position above, positions per turn below, both on log scales.
    """
    speeds = np.asarray(inv_freq, dtype=float)
    lengths = 2 * math.pi / speeds
    pairs, ends = np.arange(len(speeds)), (-0.5, len(speeds) - 0.5)
    slow = np.flatnonzero(lengths > trained_length)
    shade = (slow[0] - 0.5, ends[1]) if len(slow) else None
    window = f"one turn in the trained window, {trained_length:,}"
    panels = []
    for label, limits, values, border in (
        ("radians per position", (1e-7, 3), speeds, 2 * math.pi / trained_length),
        ("positions per turn", (2, 1e8), lengths, trained_length),
    ):
        named = not panels
        dots = Line("pairs", pairs, values, SEEN[1], marker="o", dash="", named=named)
        border = Line(window, ends, [border] * 2, WINDOW_COLOUR, dash="--", named=named)
        axis = Axis(label, limits, log=True, ticks=EVEN_POWERS)
        across = Axis("" if named else "pair, from fast to slow", ends)
        panels.append(Panel(across, axis, (dots, border), shade=shade))
    first = (
        f"the first that never finishes one is pair {slow[0]}" if len(slow) else "all finish one"
    )
    return Chart(
        f"{len(slow)} of {len(pairs)} pairs never finish a turn in {trained_length:,} positions",
        tuple(panels),
        (
            f"pair 0 turns once in {lengths[0]:.2f} positions, pair {pairs[-1]} in "
            f"{lengths[-1]:,.0f}; {first}",
        ),
    )


def wavelengths_in_windows(
    models: Mapping[str, tuple[Sequence[float], int]], *, title: str
) -> Figure:
    """Draw each pair's wavelength, in trained windows, against its place in the head.

    Parameters
    ----------
    models : mapping
        Name of a model to (wavelength of each pair, trained window).
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
        Above the dashed line, a pair never finishes a turn inside the window.
    """
    figure, axes = new_figure(
        title, "pair, as a share of the head (0: fastest)", "wavelength / window (log scale)"
    )
    axes.set_yscale("log")
    axes.axhspan(1, 1e9, color="#F2E6D0", zorder=0)
    axes.axhline(1, color=WINDOW_COLOUR, ls="--", lw=1.5, zorder=1)
    axes.text(0.02, 0.95, "wavelength longer than the window:\nnever finishes a turn", va="top",
              transform=axes.transAxes, color="#555555", fontsize=FONT_SIZE - 1)  # fmt: skip
    ends, top, bottom = {}, 1.0, 1.0
    for (name, (lengths, window)), (colour, marker) in zip(models.items(), SERIES, strict=False):
        ratio = np.asarray(lengths, dtype=float) / window
        place = np.arange(len(ratio)) / len(ratio)
        axes.plot(place, ratio, marker, color=colour, markersize=4.5)
        ends[name] = (place[-1], ratio[-1], colour)
        top, bottom = max(top, ratio[-1]), min(bottom, ratio[0])
    axes.set_ylim(bottom / 2, top * 2)
    axes.set_xlim(-0.02, 1.0)
    label_ends(axes, ends)
    return figure


def wavelengths_by_pair(
    settings: Mapping[str, Sequence[float]], *, trained_length: int, title: str
) -> Figure:
    """Draw wavelengths against 2i/d, so that heads of different sizes share an axis.

    Parameters
    ----------
    settings : mapping
        Name of a setting, such as ``"base 10,000, head_dim 64"``, to wavelengths in positions,
        float [head_dim / 2].
    trained_length : int
        Where the line of the trained window goes.
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(title, "2i/d", "wavelength in positions (log scale)")
    axes.set_yscale("log")
    ends = {}
    for (name, lengths), (colour, marker) in zip(settings.items(), SERIES, strict=False):
        place = np.arange(len(lengths)) / len(lengths)
        dense = len(lengths) > 40
        axes.plot(place, lengths, marker, color=colour, markersize=3.5 if dense else 6,
                  fillstyle="full" if dense else "none", mew=1.5)  # fmt: skip
        ends[name] = (place[-1], lengths[-1], colour)
    axes.axhline(trained_length, color=WINDOW_COLOUR, ls="--", lw=1.5, zorder=0)
    axes.text(0.0, trained_length * 1.15, "trained window", color="#555555",
              fontsize=FONT_SIZE - 1, va="bottom")  # fmt: skip
    label_ends(axes, ends)
    return figure


def frozen_groups(
    perplexities: Mapping[tuple[int, int], float], *, unfrozen: float, title: str
) -> Figure:
    """Draw what it costs to stop groups of neighbouring pairs, one bar a group.

    Parameters
    ----------
    perplexities : mapping
        (first pair, last pair) to the perplexity with these pairs stopped.
    unfrozen : float
        Perplexity with all pairs turning, drawn as a level line.
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(title, "pairs stopped", "perplexity per byte (log scale)")
    names = [f"{first}–{last}" for first, last in perplexities]
    values = np.array(list(perplexities.values()))
    axes.set_yscale("log")
    axes.bar(names, values - unfrozen, bottom=unfrozen, color="#332288", width=0.7)
    for place, value in enumerate(values):
        axes.text(place, value * 1.04, f"{value:.2f}", ha="center", va="bottom", fontsize=FONT_SIZE)
    label, colour, *_ = STYLES["rope"]
    axes.axhline(unfrozen, color=colour, lw=1.5)
    steps = [1, 2, 3, 5, 10, 20, 50]
    top = values.max() * 1.35
    ticks = [step for step in steps if unfrozen * 0.8 < step < top]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.yaxis.minorticks_off()
    axes.set_ylim(unfrozen * 0.88, top)
    axes.grid(axis="x", visible=False)
    label_ends(axes, {label: (0, unfrozen, colour)})
    return figure


def draw_dial(axes, centre, angle: float, widest: float, is_new: bool) -> None:
    """Draw one dial: angle 0 to the right, turning counter-clockwise, as angles do in maths."""
    radius = 0.38
    whole = widest >= 2 * np.pi
    swept = 360.0 if whole else np.degrees(widest)
    axes.add_patch(Wedge(centre, radius, 0, swept, facecolor=SWEPT, alpha=0.55, lw=0))
    axes.add_patch(Circle(centre, radius, fill=False, edgecolor="#888888", lw=1))
    _, colour, marker = NEW if is_new else SEEN
    tip = (centre[0] + radius * np.cos(angle), centre[1] + radius * np.sin(angle))
    axes.plot((centre[0], tip[0]), (centre[1], tip[1]), color=colour, lw=2)
    axes.plot(*tip, marker, color=colour, markersize=8 if is_new else 6)


def _pair_colours(pairs: int) -> list[tuple[str, str]]:
    """Give each pair a colour, and the ink that can be read on it."""
    palette = (
        ("#332288", "white"), ("#88CCEE", "black"), ("#117733", "white"), ("#DDCC77", "black"),
        ("#882255", "white"), ("#44AA99", "black"), ("#CC6677", "black"), ("#AAAAAA", "black"),
    )  # fmt: skip
    return [palette[pair % len(palette)] for pair in range(pairs)]
