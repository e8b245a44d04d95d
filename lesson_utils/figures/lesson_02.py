"""What lesson 02 draws: layouts of a head, and scores by distance."""

from collections.abc import Mapping, Sequence

import numpy as np

from lesson_utils.figures.chart import Axis, Chart, Line, Panel, as_picture
from lesson_utils.figures.common import across, signed
from lesson_utils.figures.picture import Picture, drawn
from lesson_utils.figures.style import SERIES, WINDOW_COLOUR, new_figure, pale

LIVE = SERIES[1][0]
PALETTE = (
    ("#332288", "white"), ("#88CCEE", "black"), ("#117733", "white"), ("#DDCC77", "black"),
    ("#882255", "white"), ("#44AA99", "black"), ("#CC6677", "black"), ("#AAAAAA", "black"),
)  # fmt: skip
"""Each pair's colour, and the ink that can be read on it."""


@drawn
def pair_layouts(layouts: Mapping[str, Sequence[int]]) -> Picture:
    """Draw a head's channels as a row of boxes for each layout, the two of a pair joined.

    Parameters
    ----------
    layouts : mapping
        Name of a layout to the pair that each channel belongs to, int [head_dim].
    """
    title = "Two layouts: the same eight pairs at other indices"
    figure, axes = new_figure(title, "channel", "", size=(8.0, 1.0 + 1.35 * len(layouts)))
    axes.grid(False)
    axes.spines[["left", "bottom"]].set_visible(False)
    heights = [-1.5 * row for row in range(len(layouts))]
    for height, pairs in zip(heights, layouts.values(), strict=True):
        pairs = np.asarray(pairs)
        _boxes(axes, pairs, height)
        _bows(axes, pairs, height)
    axes.set_xticks(range(len(pairs)))
    axes.set(xlim=(-0.7, len(pairs) - 0.3), ylim=(heights[-1] - 0.6, 1.0))
    axes.set_yticks(heights, list(layouts))
    axes.tick_params(axis="y", length=0, labelsize="medium")
    return Picture(
        figure,
        "Two rows of 16 boxes, one a channel, numbered and coloured by pair. Interleaved: 0 0 1 1 "
        "up to 7 7, arcs join neighbours. Half-split: 0 to 7 twice, arcs join boxes eight apart.",
    )


def _boxes(axes, pairs: np.ndarray, height: float) -> None:
    for channel, pair in enumerate(pairs):
        colour, ink = PALETTE[pair % len(PALETTE)]
        box = {"boxstyle": "square,pad=0.45", "facecolor": colour, "edgecolor": "white"}
        axes.text(channel, height, str(pair), ha="center", va="center", bbox=box, color=ink)


def _bows(axes, pairs: np.ndarray, height: float) -> None:
    for pair in np.unique(pairs):
        left, right = np.flatnonzero(pairs == pair)
        rise = 0.05 + 0.5 * min(1.0, (right - left) / len(pairs) * 2)
        bow = height + 0.3 + rise * np.sin(np.linspace(0, np.pi, 50))
        colour = PALETTE[pair % len(PALETTE)][0]
        axes.plot(np.linspace(left, right, 50), bow, color=colour, zorder=0)


# --- under sliders ---


def score_chart(
    singly: Mapping[float, float],
    means: Mapping[str, Mapping[float, float]],
    *,
    reach: int,
    digest: Sequence[str],
) -> Chart:
    """Draw mean scores against the offset, beside those of other frequencies.

    Parameters
    ----------
    singly : mapping
        Offset to score, for the frequencies at hand.
    means : mapping
        Name of the frequencies at hand, and of those to compare with, to {middle of a block of
        offsets: mean score over the block}.
    reach : int
        Largest offset.
    digest : sequence of str
        The chart's numbers in words.
    """
    lines = [Line("at single offsets", *across(singly), pale(LIVE), width=1, named=False)]
    for (name, curve), colour, dash in zip(means.items(), (LIVE, WINDOW_COLOUR), ("-", "--")):
        lines.append(Line(name, *across(curve), colour, dash=dash, width=2.5))
    ticks = {n * reach / 4: f"{n * reach // 4:,}" for n in range(5)}
    panel = Panel(
        Axis("offset between query and key, positions", (0, reach), ticks=ticks),
        Axis("score, 1 at offset 0", (-0.35, 1.05)),
        tuple(lines),
    )
    last = signed(lines[1].y[-1])
    title = f"Near offset {reach:,}, a matching key scores {last}"
    return Chart(title, (panel,), tuple(digest), number=last)


def score_picture(chart: Chart) -> Picture:
    """Draw what :func:`score_chart` describes."""
    return as_picture(
        chart,
        f"Mean score against the offset: {chart.title}. It falls steeply at first, then slowly.",
    )
