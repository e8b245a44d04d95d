"""Each pair's frequency and wavelength, for a base, a head and a window of one's choice."""

from lesson_utils.figures.chart import Chart, as_figure
from lesson_utils.figures.dials import wavelength_chart
from lesson_utils.rope import rope
from lesson_utils.widgets.charts import as_picture
from lesson_utils.widgets.dials import BASES, HEAD_DIMS, WINDOWS
from lesson_utils.widgets.panel import Panel, Picture, slider
from lesson_utils.widgets.shown import show_live


def wavelengths() -> None:
    """Show frequency and wavelength of each pair, and shade the pairs that never finish a turn."""
    panel = wavelengths_panel()
    start = chart(**panel.values())
    show_live(
        panel,
        as_figure(start),
        "Two charts over the pairs, on log scales. Radians per position fall in a straight line, "
        "positions per turn rise in one. Pairs past the line of the trained window are shaded.",
        name="Frequencies and wavelengths",
        digest="\n".join((start.title, *start.digest)),
    )


def wavelengths_panel() -> Panel:
    controls = {
        "base": slider("base", BASES, 10_000),
        "head_dim": slider("head_dim", HEAD_DIMS, 64),
        "trained_length": slider("trained window", WINDOWS, 512),
    }
    return Panel(picture, controls)


def picture(base: float, head_dim: int, trained_length: int) -> Picture:
    """Draw what the chart shows at one setting."""
    return as_picture(chart(base, head_dim, trained_length), panels=2, lines=2)


def chart(base: float, head_dim: int, trained_length: int) -> Chart:
    """Compute frequency and wavelength of each pair at one setting."""
    return wavelength_chart(
        rope(head_dim, base=base).inv_freq.numpy(), trained_length=trained_length
    )
