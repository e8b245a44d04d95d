"""Figures of lesson 10: recipes side by side, and what a search gained, here and elsewhere."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from lesson_utils.figures.style import FONT_SIZE, RAMP_LINES, label_ends, new_figure, style_of

COLOURS = ("#0072B2", "#D55E00")
OWN_STYLES = {"mine": ("#0072B2", "o", "-"), "found": ("#000000", "*", "-")}
"""Colour, marker and line of a learner's recipe and of one that a search found."""


def slow_downs(
    curves: Mapping[str, tuple[str, Sequence[float]]], *, factor: float, title: str
) -> Figure:
    """Draw how many times slower each pair turns, one line a recipe, on a log scale.

    Parameters
    ----------
    curves : mapping
        Label to (``"mine"``, ``"found"`` or what ``style_of`` knows, float [pairs]).
    factor : float
        Of the recipes; the top of the scale.
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(title, "pair, from fast to slow", "slowed down by (log scale)")
    axes.set_yscale("log", base=2)
    for label, (style, slowed) in curves.items():
        colour, marker, line = OWN_STYLES.get(style) or style_of(style)[1:]
        face = "white" if line == RAMP_LINES["index"] else colour
        axes.plot(slowed, line, color=colour, marker=marker, mfc=face, ms=6, lw=2, label=label)
    ticks = [tick for tick in (1, 2, 4, 8, 16, 32) if tick <= factor]
    axes.set_yticks(ticks, [str(tick) for tick in ticks])
    axes.yaxis.minorticks_off()
    axes.set_ylim(0.9, factor * 1.15)
    axes.set_xticks(range(0, len(slowed), 4))
    axes.legend(fontsize=FONT_SIZE, frameon=False, loc="lower right")
    return figure


def gains(
    searches: Mapping[str, Sequence[Sequence[float]]], *, children: int, title: str
) -> Figure:
    """Draw how far perplexity fell, on the documents searched on and on held-out ones.

    Parameters
    ----------
    searches : mapping
        Up to two: label to, for each generation, (perplexity searched, perplexity held out).
    children : int
        Recipes read in a generation.
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(title, "recipes read", "perplexity, against the start")
    ends = {}
    for (label, history), colour in zip(searches.items(), COLOURS):
        read = [children * generation for generation in range(len(history))]
        for column, (line, where) in enumerate((("-", "searched"), ("--", "held out"))):
            fallen = [row[column] - history[0][column] for row in history]
            axes.plot(read, fallen, line, color=colour, lw=2)
            ends[f"{label}, {where}"] = (read[-1], fallen[-1], colour)
    axes.axhline(0, color="#555555", lw=1)
    label_ends(axes, ends)
    axes.annotate(
        "whole: where it searched\ndashed: held-out documents",
        (0.98, 0.95),
        xycoords="axes fraction",
        ha="right",
        va="top",
        fontsize=FONT_SIZE,
    )
    return figure
