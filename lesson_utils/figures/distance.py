"""Chart of a score against distance: what RoPE does to a query and a key that match perfectly."""

import numpy as np

from lesson_utils.angles import block_mean_score, mean_score
from lesson_utils.figures.chart import Axis, Chart, Line, Panel
from lesson_utils.figures.style import WINDOW_COLOUR

POINTS = 512
BLOCKS = 32
"""How many offsets are drawn as they are, and how many means over neighbouring offsets."""
COLOURS = ("#CC3311", WINDOW_COLOUR)


def score_chart(inv_freq: np.ndarray, kept: np.ndarray, reach: int, *, label: str, kept_label: str):
    """Draw mean scores against the offset, beside those of other frequencies.

    Parameters
    ----------
    inv_freq, kept : np.ndarray
        Frequencies to draw, and those to compare with; float [head_dim / 2] each.
    reach : int
        Largest offset, a multiple of 512.
    label, kept_label : str
        Names of the two.

    Returns
    -------
    Chart
    """
    every, block = reach // POINTS, reach // BLOCKS
    offsets, starts = np.arange(0, reach + 1, every), np.arange(0, reach, block)
    lines, ends = [], []
    for first, frequencies, name, colour in zip(
        (True, False), (inv_freq, kept), (label, kept_label), COLOURS, strict=True
    ):
        if first:
            fine = mean_score(frequencies, offsets)
            lines.append(Line("at single offsets", offsets, fine, "#E8A79B", width=1, named=False))
        means = block_mean_score(frequencies, starts, block)
        ends.append(means[-1])
        middles = starts + (block - 1) / 2
        lines.append(Line(name, middles, means, colour, dash="-" if first else "--", width=2.5))
    ticks = {n * reach / 4: f"{n * reach // 4:,}" for n in range(5)}
    panel = Panel(
        Axis("offset between query and key, positions", (0, reach), ticks=ticks),
        Axis("score, 1 at offset 0", (-0.35, 1.05)),
        tuple(lines),
        {"trained window ends": 512},
    )
    near = mean_score(inv_freq, np.array([1, 16, 512]))
    return Chart(
        f"Near offset {reach:,}, a matching key scores {_signed(ends[0])}",
        (panel,),
        (
            "score at offset 1: {}, at 16: {}, at 512: {}".format(*map(_signed, near)),
            f"mean over the last {block:,} offsets: {_signed(ends[0])}, {kept_label}: "
            f"{_signed(ends[1])}",
            f"pairs that turn less than once in {reach:,}: "
            f"{int((reach * np.asarray(inv_freq) < 2 * np.pi).sum())} of {len(inv_freq)}",
        ),
    )


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−")
