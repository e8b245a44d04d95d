"""Pictures of lesson 09: how far published models' pairs reach, one config read in several ways."""

from collections.abc import Mapping, Sequence

from lesson_utils.figures import common
from lesson_utils.figures.chart import AT_ENDS, Axis, Chart, Line, Panel, as_picture
from lesson_utils.figures.picture import Picture
from lesson_utils.figures.style import SERIES

LEVEL = 0.005
"""Up to this far from 1, a pair ends where its first window ended."""


def reach(models: Mapping[str, Sequence[float]]) -> Picture:
    """Draw how far the unfinished pairs of each model reach, in units of their first window.

    Models whose pairs all end where the first window ended share one line.

    Parameters
    ----------
    models : mapping
        Name to the widest angle at the promised length over that of the first window, for each pair
        that makes less than one turn in the first window, from the fastest to the slowest.
    """
    level = {n: v for n, v in models.items() if max(abs(one - 1) for one in v) < LEVEL}
    others = {n: v for n, v in models.items() if n not in level}
    curves = dict(others)
    if level:
        curves[f"the other {len(level)}"] = max(level.values(), key=len)
    lines = [
        Line(label, range(1, len(values) + 1), list(reversed(values)), colour, marker)
        for (label, values), (colour, marker) in zip(curves.items(), SERIES, strict=False)
    ]
    most = max(len(values) for values in models.values())
    panel = Panel(
        Axis("unfinished pair, counted from the slowest", ticks={n: str(n) for n in (1, 10, 20)}),
        Axis("angle at the promised length,\nin units of the first window's widest", (0, None)),
        (*lines, common.band_name("met before", most, 0.2)),
        band=(0, 1),
        names=AT_ENDS,
    )
    beyond = {n: sum(one > 1 + LEVEL for one in v) for n, v in models.items()}
    told = ", ".join(f"{count} of {name}" for name, count in beyond.items() if count)
    return as_picture(
        Chart("In seven of eight models no pair meets a new angle", (panel,)),
        "Widest angle at the promised length over the widest one in the first window, for each "
        f"unfinished pair. Above 1: {told or 'none'}. Level at 1: {', '.join(level) or 'none'}.",
    )


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
