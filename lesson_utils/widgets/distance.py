"""Score by distance: how fast a matching key fades, for a base and a head_dim of one's choice."""

import numpy as np

from lesson_utils.angles import block_mean_score, mean_score
from lesson_utils.figures.chart import Chart, as_data
from lesson_utils.figures.common import signed
from lesson_utils.figures.lesson_02 import score_chart, score_picture
from lesson_utils.model import ModelConfig
from lesson_utils.rope import rope, turns
from lesson_utils.widgets.dials import BASES, HEAD_DIMS
from lesson_utils.widgets.page import PageView
from lesson_utils.widgets.shown import show_live

REACHES = (512, 1024, 2048, 4096, 8192, 16384, 32768)
START = {"base": 500_000, "head_dim": 64, "reach": 2048}
SINGLE, BLOCKS = 512, 32
"""How many offsets are drawn as they are, and how many means over neighbouring offsets."""


def score_by_distance() -> None:
    """Show how the score of a matching key falls with distance, beside the tiny model's own."""
    start = chart(**START)
    show_live(
        view(), score_picture(start), name="Score by distance", digest="\n".join(start.digest)
    )


def view() -> PageView:
    """Return the chart with its sliders."""
    tiny = {"base": ModelConfig().base, "head_dim": ModelConfig().head_dim}
    settings = {"bases": BASES, "headDims": HEAD_DIMS, "reaches": REACHES, "tiny": tiny}
    settings |= {"start": START, "chart": as_data(chart(**START))}
    return PageView(("controls.js", "rotary.js", "chart.js", "distance.js"), settings)


def chart(base: float, head_dim: int, reach: int) -> Chart:
    """Compute the scores of one setting, and of the tiny model's."""
    tiny = ModelConfig()
    own = f"base {base:,}, head_dim {head_dim}"
    kept = f"the tiny model, base {tiny.base:,.0f}, head_dim {tiny.head_dim}"
    inv_freq = rope(head_dim, base=base).inv_freq
    offsets = np.arange(0, reach + 1, reach // SINGLE)
    means = [
        by_block(inv_freq, reach),
        by_block(rope(tiny.head_dim, base=tiny.base).inv_freq, reach),
    ]
    near, ends = mean_score(inv_freq, [1, 16, 512]), [list(curve.values())[-1] for curve in means]
    return score_chart(
        dict(zip(offsets, mean_score(inv_freq, offsets), strict=True)),
        {own: means[0], kept: means[1]},
        reach=reach,
        digest=(
            "score at offset 1: {}, at 16: {}, at 512: {}".format(*map(signed, near)),
            f"mean over the last {reach // BLOCKS:,} offsets: {signed(ends[0])}, {kept}: "
            f"{signed(ends[1])}",
            f"pairs that turn less than once in {reach:,}: "
            f"{(turns(inv_freq, reach) < 1).sum()} of {len(inv_freq)}",
        ),
    )


def by_block(inv_freq, reach: int) -> dict[float, float]:
    """Average the scores up to ``reach`` in blocks, {middle of the block: mean}."""
    starts, block = np.arange(0, reach, reach // BLOCKS), reach // BLOCKS
    means = block_mean_score(inv_freq, starts, block)
    return dict(zip(starts + (block - 1) / 2, means, strict=True))
