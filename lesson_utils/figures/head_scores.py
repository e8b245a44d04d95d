"""A head's score by offset, as the sum of its pairs, and which pairs lift it past the window."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lesson_utils.figures.chart import Axis, Chart, Line, Panel, as_picture
from lesson_utils.figures.common import TRAINED_LENGTH, level_line, signed
from lesson_utils.figures.picture import Picture
from lesson_utils.figures.style import STYLES

PAIR_COLOUR = "#AA4499"
ROOM = 0.12
"""Share of a panel that stays free above its lines, and below."""


@dataclass(frozen=True)
class Scores:
    """One method's name (a key of ``STYLES``), and the mean scores of one head under it."""

    method: str
    curve: np.ndarray
    """Mean score in each bin of offsets, float [bins]."""
    alone: np.ndarray
    """What one pair adds to it."""
    inside: np.ndarray
    """What each pair adds, as a mean over the offsets inside the trained window, float [pairs]."""
    past: np.ndarray
    """The same, over the offsets past it."""
    step: float
    """Mean difference between the scores of neighbours, among the nearest bytes."""

    @property
    def lift(self) -> np.ndarray:
        return self.past - self.inside


def head_score_chart(
    now: Scores, plain: Scores, middles: Sequence[float], *, head: str, pair: int, reach: int
) -> Chart:
    """Draw a head's mean score by offset, and the lift of each of its pairs past the window.

    Parameters
    ----------
    now, plain : Scores
        Under the method at hand, and under plain RoPE.
    middles : sequence of float
        Middle offset of each bin.
    head : str
        Which head it is.
    pair : int
        The pair that is also drawn alone.
    reach : int
        Offsets past the window end before this one.

    Returns
    -------
    Chart
    """
    both = (now, plain) if now.method != plain.method else (now,)
    up = "higher" if (total := now.lift.sum()) > 0 else "lower"
    most = ", ".join(f"{i} by {signed(now.lift[i])}" for i in np.argsort(-now.lift)[:3])
    mean = [signed(part.sum()) for part in (now.inside, now.past)]
    near = f"neighbours among the nearest 16 bytes differ by {now.step:.2f}"
    beside = (f"{near}; {STYLES[plain.method][0]}: {plain.step:.2f}",) if len(both) > 1 else ()
    return Chart(
        f"{abs(total):.2f} {up} on average past the window: {STYLES[now.method][0]}",
        (_by_offset(both, middles, pair, reach), _by_pair(both, pair)),
        (
            f"{head}: mean score inside the window {mean[0]}, past it {mean[1]}",
            f"pairs that lift it most: {most}",
            *beside,
        ),
        number=f"{abs(total):.2f}",
    )


def _by_offset(both: Sequence[Scores], middles, pair: int, reach: int) -> Panel:
    lines = [Line(f"pair {pair} alone", middles, both[0].alone, PAIR_COLOUR, dash=":", width=2.5)]
    for place, scores in reversed(list(enumerate(both))):
        label, colour, _, _ = STYLES[scores.method]
        look = {"dash": "--", "width": 1.5} if place else {"width": 2.5}
        lines.append(Line(label, middles, scores.curve, colour, **look))
    ticks = {4.0**n: f"{4**n:,}" for n in range(6)}
    return Panel(
        Axis("bytes back from the query (log scale)", (1, reach), log=True, ticks=ticks),
        Axis("mean score", _ends(lines)),
        tuple(lines),
        {"trained window ends": TRAINED_LENGTH},
    )


def _by_pair(both: Sequence[Scores], pair: int) -> Panel:
    pairs = np.arange(len(both[0].lift))
    zero = level_line("", 0, (-0.5, len(pairs) - 0.5), named=False)
    look = {"marker": "o", "dash": "", "open_marker": True, "named": False, "size": 14.0}
    ring = Line(f"pair {pair}", [pair], [both[0].lift[pair]], PAIR_COLOUR, **look)
    lines = [zero, ring]
    for place, scores in reversed(list(enumerate(both))):
        label, colour, marker, _ = STYLES[scores.method]
        look = {"dash": "", "open_marker": place > 0, "named": False}
        lines.append(Line(label, pairs, scores.lift, colour, marker, **look))
    ticks = {n: str(n) for n in range(0, len(pairs), 4)}
    return Panel(
        Axis("pair, from fast to slow", (-0.5, len(pairs) - 0.5), ticks=ticks),
        Axis("lift past the window", _ends(lines)),
        tuple(lines),
    )


def _ends(lines: Sequence[Line]) -> tuple[float, float]:
    values = np.concatenate([np.asarray(line.y, dtype=float) for line in lines])
    low, high = values.min(), values.max()
    room = ROOM * (high - low)
    return low - room, high + room


def head_score_picture(chart: Chart) -> Picture:
    """Draw what :func:`head_score_chart` describes."""
    return as_picture(
        chart,
        "Above, a head's mean score against bytes back, on a log scale, and what one pair adds to "
        "it. Below, by how much each pair is higher past the window than inside. "
        f"{chart.title}. {'; '.join(chart.digest)}.",
    )
