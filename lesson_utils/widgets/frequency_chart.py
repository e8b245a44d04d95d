"""Each pair's frequency and wavelength, for a base, a head and a window of one's choice."""

import math

from lesson_utils.figures.chart import Chart, as_data
from lesson_utils.figures.lesson_03 import wavelength_chart, wavelength_picture
from lesson_utils.rope import rope, wavelength
from lesson_utils.widgets.dials import BASES, HEAD_DIMS, WINDOWS
from lesson_utils.widgets.page import PageView
from lesson_utils.widgets.shown import show_live

START = {"base": 10_000, "head_dim": 64, "trained_length": 512}


def wavelengths() -> None:
    """Show frequency and wavelength of each pair, and shade the pairs that never finish a turn."""
    start = chart(**START)
    show_live(
        view(),
        wavelength_picture(start),
        name="Frequencies and wavelengths",
        digest="\n".join((start.title, *start.digest)),
    )


def view() -> PageView:
    """Return the chart with its sliders."""
    settings = {"bases": BASES, "headDims": HEAD_DIMS, "windows": WINDOWS}
    settings |= {"start": START, "chart": as_data(chart(**START))}
    return PageView(("controls.js", "rotary.js", "chart.js", "frequency_chart.js"), settings)


def chart(base: float, head_dim: int, trained_length: int) -> Chart:
    """Compute frequency and wavelength of each pair at one setting."""
    inv_freq = rope(head_dim, base=base).inv_freq.double()
    return wavelength_chart(
        inv_freq.numpy(),
        wavelength(inv_freq).numpy(),
        trained_length=trained_length,
        slowest=2 * math.pi / trained_length,
    )
