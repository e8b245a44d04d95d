"""Each pair's frequency and wavelength, for a base, a head and a window of one's choice."""

import math

from lesson_utils.figures.chart import Chart
from lesson_utils.figures.lesson_03 import wavelength_chart, wavelength_picture
from lesson_utils.rope import rope, wavelength
from lesson_utils.widgets.charts import as_plotly
from lesson_utils.widgets.dials import BASES, HEAD_DIMS, WINDOWS
from lesson_utils.widgets.panel import ControlPanel, PlotlyChart, slider
from lesson_utils.widgets.shown import show_live


def wavelengths() -> None:
    """Show frequency and wavelength of each pair, and shade the pairs that never finish a turn."""
    panel = wavelengths_panel()
    start = chart(**panel.values())
    show_live(
        panel,
        wavelength_picture(start),
        name="Frequencies and wavelengths",
        digest="\n".join((start.title, *start.digest)),
    )


def wavelengths_panel() -> ControlPanel:
    controls = {
        "base": slider("base", BASES, 10_000),
        "head_dim": slider("head_dim", HEAD_DIMS, 64),
        "trained_length": slider("trained window", WINDOWS, 512),
    }
    return ControlPanel(picture, controls)


def picture(base: float, head_dim: int, trained_length: int) -> PlotlyChart:
    """Draw what the chart shows at one setting."""
    return as_plotly(chart(base, head_dim, trained_length), panels=2, lines=2)


def chart(base: float, head_dim: int, trained_length: int) -> Chart:
    """Compute frequency and wavelength of each pair at one setting."""
    inv_freq = rope(head_dim, base=base).inv_freq.double()
    return wavelength_chart(
        inv_freq.numpy(),
        wavelength(inv_freq).numpy(),
        trained_length=trained_length,
        slowest=2 * math.pi / trained_length,
    )
