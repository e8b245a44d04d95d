"""Picture of lesson 10: recipes side by side."""

from collections.abc import Mapping, Sequence

from lesson_utils.figures import common
from lesson_utils.figures.picture import Picture


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
        title="Both searches jump at pair 15: one to 16, the other to 13",
        description="Slow-down against pair, on a log scale, for YaRN with either ramp, three "
        "numbers, and the recipes found on 3 and on 16 documents. From pair 5 to 14 the turns ramp "
        "slows most, and without a jump; from 10 to 14 the one found on 3 comes next. At pair 15 "
        "both found ones jump: that found on 3 to 16, that found on 16 to 13.",
    )
