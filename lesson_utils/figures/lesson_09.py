"""Pictures of lesson 09: several models side by side, and one config read in several ways."""

from collections.abc import Mapping, Sequence

from lesson_utils.figures import common
from lesson_utils.figures.chart import AT_ENDS, Axis, Chart, Panel, as_picture
from lesson_utils.figures.picture import Picture
from lesson_utils.figures.style import SERIES

DASHES = ("-", "--", ":", "-.", "-")
LOOKS = [(*look, dash) for look, dash in zip((*SERIES, ("#0072B2", "v")), DASHES)]


def slow_downs_of_models(curves: Mapping[str, Sequence[float]]) -> Picture:
    """Draw how many times slower each pair turns than without the rule, one line a model.

    Parameters
    ----------
    curves : mapping
        Up to five: name of a model to plain frequency over its own, float [pairs], at least two.
        Models may have different numbers of pairs.
    """
    lines = [
        common.styled_line(
            look,
            [100 * pair / (len(slowed) - 1) for pair in range(len(slowed))],
            slowed,
            label=name,
            size=4,
        )
        for (name, slowed), look in zip(curves.items(), LOOKS)
    ]
    most = max(max(slowed) for slowed in curves.values())
    told = "; ".join(
        f"{name} leaves {sum(value < 1.01 for value in slowed)} of {len(slowed)} pairs at their "
        f"speed, and slows the last by {slowed[-1]:.0f}"
        for name, slowed in curves.items()
    )
    panel = Panel(
        Axis(
            "pairs of the model, from the fastest to the slowest",
            ticks={share: f"{share} %" for share in range(0, 101, 20)},
        ),
        common.slow_down_axis(most),
        tuple(lines),
        names=AT_ENDS,
    )
    return as_picture(
        Chart("Four rules keep the fast pairs; the searched list slows them all", (panel,)),
        f"Slow-down, on a log scale, against the place of a pair among its model's: {told}.",
    )


def readings_of_one_config(curves: Mapping[str, Sequence[float]]) -> Picture:
    """Draw how many times slower each pair turns, one line for each way to read a config.

    Parameters
    ----------
    curves : mapping
        Up to four: name of a reading to plain frequency over its own, float [pairs].
    """
    told = "; ".join(
        f"{name} leaves 1 after pair {_last_below(slowed, 1.01)} and reaches "
        f"{max(slowed):.0f} at pair {_last_below(slowed, 0.999 * max(slowed)) + 1}"
        for name, slowed in curves.items()
    )
    return common.slow_down_by_pair(
        {name: (look, slowed) for (name, slowed), look in zip(curves.items(), LOOKS)},
        title="Yarn-Mistral's own code slows the middle pairs far more",
        description=f"Slow-down against pair on a log scale, one line a reading: {told}.",
        names="upper left",
    )


def _last_below(rising: Sequence[float], limit: float) -> int:
    return sum(value < limit for value in rising) - 1
