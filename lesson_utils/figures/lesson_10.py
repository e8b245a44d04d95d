"""The picture of lesson 10: recipes side by side."""

from collections.abc import Mapping, Sequence

from lesson_utils.figures import common
from lesson_utils.figures.picture import Picture


def found_beside_mine(curves: Mapping[str, tuple[str, Sequence[float]]]) -> Picture:
    """Draw how many times slower each pair turns in a recipe that a search found, and in others.

    Parameters
    ----------
    curves : mapping
        Label to (``"mine"``, ``"found"`` or what ``style_of`` knows, plain over new frequency,
        float [pairs]).
    """
    return common.slow_down_by_pair(
        curves,
        title="The search follows one ramp, then the other, then jumps",
        description="Slow-down against pair, on a log scale, for YaRN with the index ramp, my "
        "recipe, and the recipe found on 16 documents. The found one stays near the index ramp up "
        "to pair 9 and on mine from 11 to 13, then jumps up and soon reaches the whole factor.",
    )
