"""What all figures share: colours, the open page, labels, and how they are shown.

The same thing has the same colour, marker and line in every lesson. Colours are Okabe and Ito's,
which stay apart for colour-blind eyes; markers and labels say the same again.
"""

import io
from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from lesson_utils.figures.picture import Picture
from lesson_utils.methods import ROWS

STYLES = {row.name: (row.label, row.colour, row.marker, row.line) for row in ROWS}
"""Each method's label, colour, marker and line."""
RAMP_LINES = {"turns": "-", "index": "--"}
"""The paper's ramp is drawn whole, the shipped code's dashed, in the colour of the method."""
WINDOW_COLOUR = "#777777"
FONT_SIZE = 12


def style_of(name: str):
    """Look up label, colour, marker and line; ``"yarn_index"`` is YaRN with the index ramp."""
    method, _, ramp = name.rpartition("_")
    if ramp in RAMP_LINES and method in STYLES:
        label, colour, marker, _ = STYLES[method]
        return f"{label}, {ramp}", colour, marker, RAMP_LINES[ramp]
    return STYLES[name]


def new_figure(title: str, xlabel: str, ylabel: str, *, size=(8.0, 4.5)):
    """Open a figure of about 800 pixels with a sentence for a title; return it and its axes."""
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, fontsize=FONT_SIZE + 2, loc="left", fontweight="bold")
    axes.set_xlabel(xlabel, fontsize=FONT_SIZE)
    axes.set_ylabel(ylabel, fontsize=FONT_SIZE)
    axes.tick_params(labelsize=FONT_SIZE - 1)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    return figure, axes


def show(picture: Picture | Figure, description: str | None = None) -> None:
    """Display a picture, with its description as the alternative text.

    Parameters
    ----------
    picture : Picture
    description : str, optional
        What a bare matplotlib figure shows, in a sentence.
    """
    from IPython.display import Image, display

    figure, description = (
        (picture.figure, picture.description) if description is None else (picture, description)
    )
    display(Image(as_png(figure), format="png", alt=description))


def as_png(figure: Figure) -> bytes:
    page = io.BytesIO()
    figure.savefig(page, format="png", dpi=100)
    return page.getvalue()


def mark_trained_window(axes, trained_length: float) -> None:
    """Draw where the trained window ends: in every figure the same grey, dashed line."""
    mark_upright(axes, trained_length, " trained window ends", line="--")


def mark_upright(
    axes, x: float, label: str, *, line: str, height=0.98, side="left", colour=WINDOW_COLOUR
) -> None:
    """Draw an upright line through the figure, its label near the top, on the side it starts at."""
    axes.axvline(x, color=colour, ls=line, lw=1.5, zorder=0)
    axes.annotate(
        label,
        (x, height),
        xycoords=("data", "axes fraction"),
        ha=side,
        va="top",
        color="#555555",
        fontsize=FONT_SIZE - 1,
    )


def label_ends(axes, ends: Mapping[str, tuple[float, float, str]]) -> None:
    """Name each line at its right end, moving names apart where lines end close together."""
    axes.figure.draw_without_rendering()  # settles the layout, which the heights depend on
    to_axes = axes.transData + axes.transAxes.inverted()
    wanted = sorted((to_axes.transform((x, y))[1], label) for label, (x, y, _) in ends.items())
    gap, heights = 0.065, []
    for height, _ in wanted:
        heights.append(max(height, heights[-1] + gap if heights else 0.0))
    overflow = max(0.0, heights[-1] - 0.97) if heights else 0.0
    for (_, label), height in zip(wanted, heights, strict=True):
        axes.annotate(
            label,
            (1.01, height - overflow),
            xycoords="axes fraction",
            va="center",
            color=ends[label][2],
            fontsize=FONT_SIZE,
            annotation_clip=False,
        )


def plain_log_ticks(axes, values: Sequence[float]) -> None:
    """Label a logarithmic axis with round numbers, not powers of ten."""
    low, high = min(values), max(values)
    steps = [m * 10**e for e in range(-3, 6) for m in (1, 2, 5)]
    ticks = [step for step in steps if low / 1.3 <= step <= high * 1.3]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.yaxis.minorticks_off()
    axes.set_ylim(low / 1.25, high * 1.25)
