"""What lesson 03 draws: walls of dials, wavelengths, and what stopped pairs cost."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from lesson_utils.figures.chart import (
    AT_ENDS,
    Axis,
    Chart,
    Line,
    Panel,
    as_picture,
    round_ticks,
)
from lesson_utils.figures.common import border_line
from lesson_utils.figures.dials import NEW, SEEN, wall
from lesson_utils.figures.picture import Picture, drawn
from lesson_utils.figures.style import (
    NOTE_COLOUR,
    NOTE_SIZE,
    SERIES,
    STYLES,
    label_ends,
    new_figure,
)

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
POWERS = {10.0**n: f"10{str(n).translate(RAISED)}" for n in range(-8, 9)}
"""Written out, so that the static picture and the live one write them alike."""
EVEN_POWERS = dict([*POWERS.items()][::2])


def hands_at_4000(angles: Sequence[float], swept: Sequence[float], new: Sequence[bool]) -> Picture:
    """Draw a dial for every pair at offset 4,000; arguments as for :func:`dials.wall`."""
    return wall(
        angles,
        swept,
        new,
        title=f"At offset 4,000, {sum(map(bool, new))} of {len(new)} are at a new angle",
        description="32 dials in four rows, at offset 4,000. The hands of pairs 17, 18, 19, 21 and "
        "23 to 31 are orange with a cross, outside their slice. Those of pairs 0 to 16, 20 and 22 "
        "are blue.",
    )


def hands_at(
    position: int, angles: Sequence[float], swept: Sequence[float], new: Sequence[bool]
) -> Picture:
    """Draw the dials at any offset, as they stand before a slider is moved."""
    count = f"{sum(map(bool, new))} of {len(new)} hands are at a new angle"
    return wall(
        angles,
        swept,
        new,
        title=f"Offset {position:,}: {count}",
        description=f"A wall of {len(new)} dials, one for each pair, at offset {position:,}: "
        f"{count}. A slice of each dial is pale blue: where its hand pointed inside the trained "
        "window.",
    )


def wavelengths_in_windows(models: Mapping[str, Sequence[float]]) -> Picture:
    """Draw each pair's wavelength, in trained windows, against its place in the head.

    Parameters
    ----------
    models : mapping
        Name of a model to wavelength over trained window, float [pairs].
    """
    lines = [
        Line(name, _places(ratios), np.asarray(ratios), colour, marker, dash="", size=4.5)
        for (name, ratios), (colour, marker) in zip(models.items(), SERIES, strict=False)
    ]
    bottom, top = min(line.y[0] for line in lines) / 2, max(line.y[-1] for line in lines) * 2
    border = border_line("one window", 1, (-0.02, 1), named=False)
    panel = Panel(
        Axis("pair, as a share of the head (0: fastest)", (-0.02, 1.0)),
        Axis("wavelength / window (log scale)", (bottom, top), log=True, ticks=POWERS),
        (border, *lines),
        band=(1, top),
        fill="unfinished",
        names=AT_ENDS,
    )
    picture = as_picture(
        Chart("In all four models, 28 % to 50 % of pairs make less than one turn", (panel,)),
        "Wavelength over window, log scale, against a pair's place in the head. All four lines "
        "rise from far below 1 and cross it: the tiny model's at 0.48 of the head, Llama 3's at "
        "0.55, SmolLM2's at 0.62, Llama 2's at 0.70. They end between 13 and 312 windows.",
    )
    axes = picture.figure.axes[0]
    note = "wavelength longer than the window:\nnever finishes a turn"
    axes.text(0.02, 0.95, note, va="top", transform=axes.transAxes, color=NOTE_COLOUR,
              fontsize=NOTE_SIZE)  # fmt: skip
    return picture


def _places(pairs: Sequence[float]) -> np.ndarray:
    return np.arange(len(pairs)) / len(pairs)


@drawn
def landscape_of_cosines(
    offsets: Sequence[float], pairs: Sequence[int], height: np.ndarray, new: np.ndarray
) -> Picture:
    """Draw the cosine of each pair's angle at each offset, as a landscape in space.

    Parameters
    ----------
    offsets, pairs : sequence
        [offsets] and [pairs].
    height, new : np.ndarray
        The cosine, and whether the angle is new, [pairs, offsets] each.
    """
    figure = Figure(figsize=(8.0, 4.5), layout="none")
    axes = figure.add_axes((0, 0.02, 1, 0.86), projection="3d")
    axes.set_box_aspect((2.0, 1.1, 0.4), zoom=1.25)
    x, y = np.meshgrid(offsets, pairs)
    colours = np.where(new, NEW[1], SEEN[1])
    axes.plot_surface(
        x, y, height, facecolors=colours, lw=0, rcount=len(pairs), ccount=len(offsets)
    )
    axes.set(xlabel="offset", ylabel="pair", zlabel="cosine", zticks=(-1, 0, 1))
    axes.xaxis.labelpad = axes.yaxis.labelpad = 12
    axes.view_init(elev=38, azim=-112)
    for place, (label, colour, _) in zip((0.02, 0.36), (SEEN, NEW), strict=True):
        figure.text(place, 0.88, f"■ {label}", color=colour, fontsize=NOTE_SIZE)
    title = "Unchanged, the slow pairs turn to new angles past the window"
    figure.suptitle(title, x=0.01, ha="left")
    return Picture(
        figure,
        f"A landscape: cosine of pairs {pairs[0]} to {pairs[-1]} over offsets 0 to "
        f"{offsets[-1]:,.0f}. The fast pairs make many short waves, all blue. The slow pairs make "
        "long slopes, blue up to offset 512 and mostly orange, at new angles, from there on.",
    )


@drawn
def stopped_and_reversed(
    costs: Mapping[str, Mapping[tuple[int, int], Sequence[float]]], unchanged: Sequence[float]
) -> Picture:
    """Draw what it costs to change groups of neighbouring pairs, two points a group.

    Parameters
    ----------
    costs : mapping
        What was done, such as ``"stopped"``, to {(first pair, last pair): perplexities of several
        documents}. A point is their median, and a thin line joins the lowest and the highest.
    unchanged : sequence of float
        The same with all pairs as trained: a level line, and a band from the lowest to the highest.
    """
    title = "Stopped, two groups cost much; backwards, three"
    least, middle, most = np.min(unchanged), np.median(unchanged), np.max(unchanged)
    figure, axes = new_figure(title, "pairs changed", "perplexity per byte (log scale)")
    axes.set_yscale("log")
    groups = list(next(iter(costs.values())))
    for side, (label, values) in enumerate(costs.items()):
        _points(axes, side, label, [values[group] for group in groups])
    axes.set_xticks(range(len(groups)), [f"{first}–{last}" for first, last in groups])
    name, colour, *_ = STYLES["rope"]
    axes.axhline(middle, color=colour, lw=1.5)
    axes.axhspan(least, most, color="#999999", alpha=0.35, lw=0, label="documents, unchanged")
    top = 1.35 * max(max(row) for values in costs.values() for row in values.values())
    ticks = round_ticks(middle * 0.8, top, steps=(1, 2, 5))
    axes.set_yticks(list(ticks), list(ticks.values()))
    axes.yaxis.minorticks_off()
    axes.set_ylim(middle * 0.8, top)
    axes.grid(axis="x", visible=False)
    axes.legend(loc="upper right", title="thin lines: lowest to highest document")
    label_ends(axes, {name: (0, middle, colour)})
    return Picture(
        figure,
        "Two points for each group of four pairs: perplexity with the group stopped, and with it "
        "turned backwards, log scale. Stopped, pairs 0–3 stand far above the rest, pairs 16–19 "
        "a little. Turned backwards, both stand higher, and pairs 20–23 rise as well. The other "
        "points hardly leave the line of the unchanged model, and its pale band of documents.",
    )


def _points(axes, side: int, label: str, rows: Sequence[Sequence[float]]) -> None:
    """Draw the median of each row of values as a point, on the left (0) or right (1)."""
    middle = np.median(rows, axis=1)
    ends = middle - np.min(rows, axis=1), np.max(rows, axis=1) - middle
    axes.errorbar(
        np.arange(len(rows)) + 0.3 * (side - 0.5), middle, yerr=ends, label=label, ls="",
        color=("#332288", "#EE7733")[side], marker="os"[side], ms=7.5, mec="white", elinewidth=2,
        capsize=4, zorder=3,
    )  # fmt: skip


# --- under sliders ---


def wavelength_chart(
    speeds: np.ndarray, waves: np.ndarray, *, trained_length: int, slowest: float
) -> Chart:
    """Draw each pair's frequency and wavelength, and shade the pairs that never finish a turn.

    Parameters
    ----------
    speeds, waves : np.ndarray
        Radians per position and positions per turn, from the fastest pair to the slowest, [pairs].
    trained_length : int
        Window the model was trained on, in positions.
    slowest : float
        Radians per position that make one turn in the window.

    Returns
    -------
    Chart
        Radians per position above, positions per turn below, both on log scales.
    """
    pairs, ends = np.arange(len(speeds)), (-0.5, len(speeds) - 0.5)
    slow = np.flatnonzero(waves > trained_length)
    shade = (slow[0] - 0.5, ends[1]) if len(slow) else None
    window = f"one turn in the trained window, {trained_length:,}"
    panels = []
    for label, limits, values, border in (
        ("radians per position", (1e-7, 3), speeds, slowest),
        ("positions per turn", (2, 1e8), waves, trained_length),
    ):
        named = not panels
        dots = Line("pairs", pairs, values, SEEN[1], marker="o", dash="", named=named, size=6)
        turn = border_line(window, border, ends, named=named, width=2)
        axis = Axis(label, limits, log=True, ticks=EVEN_POWERS)
        across = Axis("" if named else "pair, from fast to slow", ends)
        panels.append(Panel(across, axis, (dots, turn), shade=shade))
    first = (
        f"the first that never finishes one is pair {slow[0]}" if len(slow) else "all finish one"
    )
    return Chart(
        f"{len(slow)} of {len(pairs)} pairs never finish a turn in {trained_length:,} positions",
        tuple(panels),
        (
            f"pair 0 turns once in {waves[0]:.2f} positions, pair {pairs[-1]} in {waves[-1]:,.0f}; "
            f"{first}",
        ),
        number=f"{len(slow)}",
    )


def wavelength_picture(chart: Chart) -> Picture:
    """Draw what :func:`wavelength_chart` describes."""
    return as_picture(
        chart,
        "Two charts over the pairs, on log scales. Radians per position fall in a straight line, "
        "positions per turn rise in one. Pairs past the line of the trained window are shaded.",
    )
