"""Score by distance: how fast a matching key fades, for a base and a head_dim of one's choice."""

from lesson_utils.figures.chart import Chart, as_figure
from lesson_utils.figures.distance import score_chart
from lesson_utils.model import ModelConfig
from lesson_utils.rope import rope
from lesson_utils.widgets.charts import as_picture
from lesson_utils.widgets.dials import BASES, HEAD_DIMS
from lesson_utils.widgets.panel import Panel, Picture, slider
from lesson_utils.widgets.shown import show_live

REACHES = (512, 1024, 2048, 4096, 8192, 16384, 32768)


def score_by_distance() -> None:
    """Show how the score of a matching key falls with distance, beside the tiny model's own."""
    panel = score_by_distance_panel()
    start = chart(**panel.values())
    show_live(
        panel,
        as_figure(start),
        f"Mean score against the offset: {start.title}. It falls steeply at first, then slowly.",
        name="Score by distance",
        digest="\n".join(start.digest),
    )


def score_by_distance_panel() -> Panel:
    controls = {
        "base": slider("base", BASES, 10_000),
        "head_dim": slider("head_dim", HEAD_DIMS, 64),
        "reach": slider("reach, positions", REACHES, 2048),
    }
    return Panel(picture, controls)


def picture(base: float, head_dim: int, reach: int) -> Picture:
    """Draw what the chart shows at one setting."""
    return as_picture(chart(base, head_dim, reach), panels=1, lines=3)


def chart(base: float, head_dim: int, reach: int) -> Chart:
    """Compute the scores of one setting, and of the tiny model's."""
    tiny = ModelConfig()
    return score_chart(
        rope(head_dim, base=base).inv_freq.numpy(),
        rope(tiny.head_dim, base=tiny.base).inv_freq.numpy(),
        reach,
        label=f"base {base:,}, head_dim {head_dim}",
        kept_label=f"the tiny model, base {tiny.base:,.0f}, head_dim {tiny.head_dim}",
    )
