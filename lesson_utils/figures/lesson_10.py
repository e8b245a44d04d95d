"""Pictures of lesson 10: recipes side by side, and how a search gained, here and elsewhere."""

from collections.abc import Mapping, Sequence

from lesson_utils.figures import common
from lesson_utils.figures.chart import Axis, Chart, Line, Panel, as_picture
from lesson_utils.figures.picture import Picture

COLOURS = ("#0072B2", "#D55E00")


def found_beside_mine(curves: Mapping[str, tuple[str, Sequence[float]]]) -> Picture:
    """Draw how many times slower each pair turns in recipes that searches found, and in others.

    Parameters
    ----------
    curves : mapping
        Label to (``"mine"``, ``"found"``, ``"found_too"`` or what ``style_of`` knows, plain over
        new frequency, float [pairs]).
    """
    return common.slow_down_by_pair(
        curves,
        title="Both searches keep the fast pairs, and jump at pair 15",
        description="Slow-down against pair, on a log scale, for YaRN with either ramp, three "
        "numbers, and the recipes found on 3 and on 16 documents. From pair 5 to 14 the turns ramp "
        "slows most, and without a jump; from 10 to 14 the one found on 3 comes next. At pair 15 "
        "both found ones jump, to the whole factor or near it.",
    )


def gains(searches: Mapping[str, Sequence[Sequence[float]]], *, children: int) -> Picture:
    """Draw how far perplexity fell, on the documents searched on and on held-out ones.

    Parameters
    ----------
    searches : mapping
        Up to two: label to, for each generation, (perplexity searched, perplexity held out).
    children : int
        Recipes read in a generation.
    """
    lines = []
    for (label, history), colour in zip(searches.items(), COLOURS):
        read = [children * generation for generation in range(len(history))]
        for column, (dash, where) in enumerate((("-", "searched"), ("--", "held out"))):
            fallen = [row[column] - history[0][column] for row in history]
            lines.append(Line(f"{label}, {where}", read, fallen, colour, dash=dash))
    told = " ".join(f"{line.label}: {line.y[-1]:.3f}." for line in lines)
    panel = Panel(
        Axis("recipes read"),
        Axis("perplexity, against the start"),
        tuple(lines),
        names="upper right",
    )
    return as_picture(
        Chart("Most of the gain comes with the first 576 recipes", (panel,)),
        "Fall in perplexity against recipes read, for a search on few documents and one on many, "
        "each on the documents searched (whole lines) and on held-out ones (dashed). The "
        f"dashed line of each search ends above its whole line. {told}",
    )
