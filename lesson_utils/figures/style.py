"""What all figures share beside their style file: colours, the open page, and labels.

The same thing has the same colour, marker and line in every lesson. Colours are Okabe and Ito's,
which stay apart for colour-blind eyes; markers and labels say the same again.
"""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from lesson_utils.figures.picture import drawn
from lesson_utils.methods import ROWS

STYLES = {row.name: (row.label, row.colour, row.marker, row.line) for row in ROWS}
"""Each method's label, colour, marker and line."""
RAMP_LINES = {"turns": "-", "index": "--"}
"""The paper's ramp is drawn whole, the shipped code's dashed, in the colour of the method."""
OWN_STYLES = {
    "mine": ("mine", "#0072B2", "o", "-"),
    "found": ("found by search", "#000000", "*", "-"),
    "found_too": ("found by another search", "#009988", "P", ":"),
    "last_512": ("last 512 only", "#555555", "p", ":"),
}
"""Of a learner's recipe, of one that a search found, and of the reader that forgets."""
SERIES = (("#000000", "o"), ("#CC3311", "s"), ("#009988", "^"), ("#AA4499", "D"))
"""Colour and marker of the first, second, … model or setting where lines are no methods."""
WINDOW_COLOUR = "#777777"
ON_DARK = {
    "#000000": "#EEEEEE",
    "#B8860B": "#D9A520",
    "#0072B2": "#56B4E9",
    "#56B4E9": "#9AD4F5",
    "#009E73": "#2FC79B",
    "#D55E00": "#FF8A3D",
    "#AA4499": "#D98CCB",
    "#7F4F24": "#C4906B",
    "#CC3311": "#FF7A66",
    "#777777": "#A6A6A6",
    "#8C8C8C": "#9A9A9A",
}
"""What a colour of a live chart becomes on a dark page; one that is not here stays."""
NOTE_COLOUR = "#555555"
NOTE_SIZE = 11
"""Of words beside a line that marks a place. All other sizes stand in ``course.mplstyle``."""


def style_of(name: str):
    """Look up label, colour, marker and line; ``"yarn_index"`` is YaRN with the index ramp."""
    if name in OWN_STYLES:
        return OWN_STYLES[name]
    method, _, ramp = name.rpartition("_")
    if ramp in RAMP_LINES and method in STYLES:
        label, colour, marker, _ = STYLES[method]
        return f"{label}, {ramp}", colour, marker, RAMP_LINES[ramp]
    return STYLES[name]


def on_any_page(colour: str) -> str:
    """Write a colour as CSS that a light and a dark page read as each needs it."""
    dark = ON_DARK.get(colour.upper())
    return f"light-dark({colour}, {dark})" if dark else colour


def pale(colour: str) -> str:
    """Mix a colour, ``"#rrggbb"``, with white, for lines that stand behind others."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(0.45 * part + 0.55 * 255):02X}" for part in parts)


@drawn
def new_figure(title: str, xlabel: str, ylabel: str, *, size=(8.0, 4.5)):
    """Open a figure of about 800 pixels with a sentence for a title; return it and its axes."""
    figure = Figure(figsize=size)
    axes = figure.add_subplot()
    axes.set(title=title, xlabel=xlabel, ylabel=ylabel)
    return figure, axes


@drawn
def mark_upright(axes, x: float, label: str, *, height: float, side: str) -> None:
    """Draw a dashed upright line; its label, at a share of the height, begins at the side named."""
    axes.axvline(x, color=WINDOW_COLOUR, ls="--", lw=1.5, zorder=0)
    axes.annotate(
        label,
        (x, height),
        xycoords=("data", "axes fraction"),
        ha=side,
        va="top",
        color=NOTE_COLOUR,
        fontsize=NOTE_SIZE,
    )


@drawn
def label_ends(axes, ends: Mapping[str, tuple[float, float, str]]) -> None:
    """Name each line at its right end, {name: (x, y, colour)}, close names moved apart."""
    axes.figure.draw_without_rendering()  # settles the layout, which the heights depend on
    to_axes = axes.transData + axes.transAxes.inverted()
    wanted = sorted((to_axes.transform((x, y))[1], label) for label, (x, y, _) in ends.items())
    heights = spread([height for height, _ in wanted], gap=0.065, top=0.97)
    for (_, label), height in zip(wanted, heights, strict=True):
        axes.annotate(
            label,
            (1.01, height),
            xycoords="axes fraction",
            va="center",
            color=ends[label][2],
            annotation_clip=False,
        )


def spread(heights: Sequence[float], *, gap: float, top: float) -> list[float]:
    """Move rising heights up until they are ``gap`` apart; then down, those above ``top``."""
    moved = list(heights)
    for place in range(1, len(moved)):
        moved[place] = max(moved[place], moved[place - 1] + gap)
    for place in reversed(range(len(moved))):
        moved[place] = min(moved[place], top)
        top = moved[place] - gap
    return moved
