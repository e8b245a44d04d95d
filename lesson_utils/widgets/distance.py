"""Score by distance: how fast a matching key fades, for a base and a head_dim of your choice."""

from lesson_utils.figures.distance import score_chart
from lesson_utils.model import ModelConfig
from lesson_utils.rope import rope
from lesson_utils.widgets.live import LiveChart
from lesson_utils.widgets.panel import Panel, choice, labelled

BASES = (100, 1_000, 10_000, 100_000, 500_000, 1_000_000, 10_000_000)
HEAD_DIMS = (8, 16, 32, 64, 128, 256)
REACHES = (512, 1024, 2048, 4096, 8192, 16384, 32768)


class Distance(Panel):
    """Three sliders over :func:`score_chart`, beside the tiny model's own setting."""

    def __init__(self):
        self.base = choice("base", BASES, 10_000)
        self.head_dim = choice("head_dim", HEAD_DIMS, 64)
        self.reach = choice("reach, positions", REACHES, 2048)
        controls = labelled([self.base, self.head_dim, self.reach])
        super().__init__(LiveChart(panels=1, lines=3), controls)
        for control in controls:
            control.observe(self.changed, "value")
        self.draw()

    def draw(self) -> None:
        base, head_dim = self.base.value, self.head_dim.value
        tiny = ModelConfig()
        self.show(
            score_chart(
                rope(head_dim, base=base).inv_freq.numpy(),
                rope(tiny.head_dim, base=tiny.base).inv_freq.numpy(),
                self.reach.value,
                label=f"base {base:,}, head_dim {head_dim}",
                kept_label=f"the tiny model: base {tiny.base:,.0f}, head_dim {tiny.head_dim}",
            )
        )
