"""Picture of lesson 09: one config read in several ways."""

from collections.abc import Mapping, Sequence

from lesson_utils.figures import common
from lesson_utils.figures.picture import Picture
from lesson_utils.figures.style import SERIES


def readings_of_one_config(curves: Mapping[str, Sequence[float]]) -> Picture:
    """Draw how many times slower each pair turns, one line for each way to read a config.

    Parameters
    ----------
    curves : mapping
        Up to four: name of a reading to plain frequency over its own, float [pairs].
    """
    looks = [(*look, dash) for look, dash in zip(SERIES, ("-", "--", ":", "-."))]
    told = "; ".join(
        f"{name} leaves 1 after pair {_last_below(slowed, 1.01)} and reaches "
        f"{max(slowed):.0f} at pair {_last_below(slowed, 0.999 * max(slowed)) + 1}"
        for name, slowed in curves.items()
    )
    return common.slow_down_by_pair(
        {name: (look, slowed) for (name, slowed), look in zip(curves.items(), looks)},
        title="Yarn-Mistral's own code slows the middle pairs far more",
        description=f"Slow-down against pair on a log scale, one line a reading: {told}.",
        names="upper left",
    )


def _last_below(rising: Sequence[float], limit: float) -> int:
    return sum(value < limit for value in rising) - 1
