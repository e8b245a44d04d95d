"""Chart of a score against distance: what RoPE does to a query and a key that match perfectly."""

import numpy as np

from lesson_utils.figures.chart import Axis, Chart, Line, Panel
from lesson_utils.figures.style import WINDOW_COLOUR

POINTS = 512
BLOCKS = 32
"""How many offsets are drawn as they are, and how many means over neighbouring offsets."""
COLOURS = ("#CC3311", WINDOW_COLOUR)


def mean_scores(inv_freq: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Average the score of a unit vector, as query and key, over all directions it may have.

    A pair's share of a random unit vector is 2 / head_dim on average, and turning key against query
    by ``offset * inv_freq`` leaves the cosine of it. So the mean is that of the cosines. A vector
    of equal numbers, each √(1 / head_dim), has exactly this score.

    Parameters
    ----------
    inv_freq : np.ndarray
        float [head_dim / 2], radians per position.
    offsets : np.ndarray
        [n], positions between query and key.

    Returns
    -------
    np.ndarray
        float64 [n], 1 at offset 0.

    References
    ----------
    Su et al. 2021, arXiv:2104.09864, section 3.4.3, bounds it for any contents.
    """
    return np.cos(np.outer(offsets, np.asarray(inv_freq, dtype=float))).mean(1)


def block_mean_scores(inv_freq: np.ndarray, starts: np.ndarray, block: int) -> np.ndarray:
    """Average :func:`mean_scores` over ``block`` offsets from each start on, in closed form.

    The sum of ``block`` cosines in even steps θ is that of the middle one, times
    sin(block θ / 2) / sin(θ / 2).

    Parameters
    ----------
    inv_freq : np.ndarray
        float [head_dim / 2], each above 0 and at most 1 radian per position.
    starts : np.ndarray
        [n], first offset of each block.
    block : int
        Offsets in a block, at least 1.

    Returns
    -------
    np.ndarray
        float64 [n].
    """
    half = np.asarray(inv_freq, dtype=float) / 2
    middle = np.cos(np.outer(2 * np.asarray(starts) + block - 1, half))
    return (middle * np.sin(block * half) / np.sin(half)).mean(1) / block


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
            fine = mean_scores(frequencies, offsets)
            lines.append(Line("at single offsets", offsets, fine, "#E8A79B", width=1, named=False))
        means = block_mean_scores(frequencies, starts, block)
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
    near = mean_scores(inv_freq, np.array([1, 16, 512]))
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
