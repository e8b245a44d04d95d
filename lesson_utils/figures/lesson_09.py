"""Pictures of lesson 09: several models side by side, and one config read in several ways."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lesson_utils.figures import common
from lesson_utils.figures.chart import Chart, Panel, as_picture, log_axis, round_ticks
from lesson_utils.figures.picture import Picture
from lesson_utils.figures.style import SERIES

LOOKS = [(*look, dash) for look, dash in zip(SERIES, ("-", "--", ":", "-."))]


def slow_downs_of_models(curves: Mapping[str, tuple[Sequence[float], Sequence[float]]]) -> Picture:
    """Draw how many times slower each pair turns than without the rule, one line a model.

    Parameters
    ----------
    curves : mapping
        Up to four: name of a model to (turns of each pair in the first window, plain frequency
        over its own), each float [pairs]. Models may have different numbers of pairs.
    """
    lines = [
        common.styled_line(look, turns, slowed, label=name, size=4)
        for (name, (turns, slowed)), look in zip(curves.items(), LOOKS)
    ]
    made = [turn for line in lines for turn in line.x]
    told = "; ".join(
        f"{name} leaves {sum(value < 1.01 for value in slowed)} of {len(slowed)} pairs at their "
        f"speed, and slows the last by {slowed[-1]:.0f}"
        for name, (_, slowed) in curves.items()
    )
    panel = Panel(
        replace(
            log_axis("turns in the first window: slow pairs left, fast pairs right", made),
            ticks=round_ticks(min(made), max(made), steps=(1,)),
        ),
        common.slow_down_axis(max(max(line.y) for line in lines)),
        tuple(lines),
        names="upper right",
    )
    return as_picture(
        Chart("Two rules keep the fast pairs; Phi-3's list slows them all", (panel,)),
        "Slow-down against the turns that a pair made in its model's first window, both on log "
        f"scales: {told}.",
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
