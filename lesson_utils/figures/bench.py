"""Charts of the bench: what a recipe does to each pair, and how the model reads with it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lesson_utils.figures.chart import Axis, Chart, Line, Panel, as_picture, round_ticks
from lesson_utils.figures.common import across
from lesson_utils.figures.dials import NEW
from lesson_utils.figures.picture import Picture
from lesson_utils.figures.style import STYLES, WINDOW_COLOUR

LIVE, FADED, BEST = "#D55E00", "#8C8C8C", "#0072B2"


@dataclass(frozen=True)
class Speeds:
    """A recipe's name, its look (a key of ``STYLES``) and what it makes of every pair."""

    label: str
    style: str
    slowed: np.ndarray
    """How many times slower each pair turns, float [pairs]."""
    turns: np.ndarray
    """How many turns it makes over the length to read."""
    kept: np.ndarray | None = None
    """Which share of it is left alone; None where no method to choose from has a ramp."""

    def in_words(self) -> str:
        """Give every eighth slow-down, and the mean of the shares."""
        every = range(0, len(self.slowed), 8)
        shown = ", ".join(f"{i} by {self.slowed[i]:.2f}" for i in every)
        told = f"{self.label}: pair {shown}"
        if self.kept is None:
            return told
        return f"{told}; share left alone on average {self.kept.mean():.2f}"


def speeds_chart(
    recipes: Sequence[Speeds], seen: np.ndarray, *, new: np.ndarray, target_length: int
) -> Chart:
    """Draw slow-down, turns and, if there is one, share kept of every pair, one line a recipe.

    Parameters
    ----------
    recipes : sequence of Speeds
        The recipe at hand first; the one to compare it with, if any, second.
    seen : np.ndarray
        Turns in the trained window, float [pairs].
    new : np.ndarray
        Which pairs meet new angles with the recipe at hand, bool [pairs].
    target_length : int
        Positions to read.

    Returns
    -------
    Chart
    """
    pairs = np.arange(len(seen))
    slowed, kept = [], []
    reached = [Line("seen in training", pairs, seen, WINDOW_COLOUR, dash=":", width=3.0)]
    for place, recipe in enumerate(recipes):
        look = {"dash": "--" if place else "-", "width": 2.5}
        for lines, values in (
            (slowed, recipe.slowed), (reached, recipe.turns), (kept, recipe.kept),
        ):  # fmt: skip
            look["named"] = lines is slowed
            if values is not None:
                lines.append(Line(recipe.label, pairs, values, STYLES[recipe.style][1], **look))
    marks = {"colour": NEW[1], "marker": NEW[2], "dash": "", "size": 9}
    reached.append(Line("meets a new angle", pairs[new], recipes[0].turns[new], **marks))
    most = max(32.0, *(recipe.slowed.max() for recipe in recipes))
    fourfolds = {4.0**n: str(4**n) for n in range(0, math.floor(math.log(most, 4)) + 1)}
    powers = {10.0**n: f"{10.0**n:,g}" for n in range(-2, 4, 2)}
    panels = [
        (Axis("slowed down by", (0.85, most * 1.2), True, fourfolds), slowed),
        (Axis(f"turns in {target_length:,}", (5e-3, 3e3), True, powers), reached),
        (Axis("share left alone", (-0.08, 1.08)), kept),
    ][: 3 if kept else 2]
    names = [""] * (len(panels) - 1) + ["pair, from fast to slow"]
    limits = (-0.5, len(seen) - 0.5)
    count = int(new.sum())
    return Chart(
        f"{recipes[0].label}: {_pairs(count)} of {len(seen)} meet"
        f"{'s' if count == 1 else ''} new angles within {target_length:,} bytes",
        tuple(Panel(Axis(n, limits), y, tuple(lines)) for n, (y, lines) in zip(names, panels)),
        tuple(recipe.in_words() for recipe in recipes),
        number=f"{count}",
    )


def tries_chart(
    tries: Mapping[str, Mapping[int, float]],
    *,
    now: str,
    lengths: Sequence[int],
    begun: Mapping[int, float] | None = None,
) -> Chart:
    """Draw the perplexity of every recipe tried, the one at hand and the best of them on top.

    The best is the one that reads the longest length best, among those read to the end.

    Parameters
    ----------
    tries : mapping
        A recipe in words to {length in bytes: perplexity per byte}, in the order tried. A recipe
        still being read has fewer lengths.
    now : str
        The recipe at hand, one of them.
    lengths : sequence of int
        Lengths to be read, from short to long.
    begun : mapping, optional
        What is known of the recipe at hand at a length of which only a part was read.

    Returns
    -------
    Chart
    """
    begun = begun or {}
    best = best_of(tries, lengths[-1])
    ticks = {n: f"{n:,}" for n in lengths}
    ends = (lengths[0] / 1.15, lengths[-1] * 1.15)
    panel = Panel(
        Axis("bytes read at once (log scale)", ends, True, ticks),
        _perplexities([*tries.values(), begun]),
        _tries_lines(tries, now, best, begun),
    )
    values = [f"{n:,}: {value:.2f}" for n, value in tries[now].items()]
    values += [f"{n:,}: about {value:.1f}" for n, value in begun.items()]
    digest = [f"this one, {now}: {', '.join(values) or 'reading …'}"]
    if best:
        digest.append(f"best so far, {best}: {tries[best][lengths[-1]]:.2f} at {lengths[-1]:,}")
    digest.append(f"tries: {len(tries)}")
    longest = tries[now].get(lengths[-1])
    number = "…" if longest is None else f"{longest:.2f}"
    title = _tries_title(tries, now, best, lengths[-1])
    return Chart(title, (panel,), tuple(digest), number=number)


def _perplexities(curves) -> Axis:
    highest = max([value for curve in curves for value in curve.values()], default=2)
    top = next((top for top in (4, 8, 16, 32, 64) if highest <= top), 1.2 * highest)
    ticks = round_ticks(1.8, top, steps=(1, 2, 2.5, 3, 4, 5, 6, 8))
    return Axis("perplexity per byte (log scale)", (1.8, top), True, ticks)


def _tries_lines(tries, now: str, best: str | None, begun) -> tuple[Line, ...]:
    """Draw earlier tries as one line with gaps, which redraws faster than many."""
    x, y = [], []
    for words, curve in tries.items():
        if words not in (now, best):
            x += [*curve, math.nan]
            y += [*curve.values(), math.nan]
    earlier = Line("earlier tries", x, y, FADED, marker="o", width=1.5)
    at_best, at_now = across(tries.get(best, {})), across({**tries[now], **begun})
    return (
        earlier,
        Line("best so far", *at_best, BEST, "D", "--", open_marker=True),
        Line("this one", *at_now, LIVE, "v", width=3.0, open_marker=bool(begun)),
    )


def best_of(tries: Mapping[str, Mapping[int, float]], length: int) -> str | None:
    """Name the recipe with the lowest perplexity at a length; None if none was read so far."""
    whole = {words: curve[length] for words, curve in tries.items() if length in curve}
    return min(whole, key=whole.get, default=None)


def _tries_title(tries, now: str, best: str | None, length: int) -> str:
    if length not in tries[now]:
        return "Reading …"
    value = tries[now][length]
    if now == best:
        return f"{value:.2f} at {length:,} bytes: the best so far"
    return f"{value:.2f} at {length:,} bytes; the best so far has {tries[best][length]:.2f}"


def bench_picture(chart: Chart) -> Picture:
    """Draw a chart of the bench; its title and its numbers describe it."""
    return as_picture(chart, ". ".join((chart.title, *chart.digest)) + ".")


def _pairs(count: int) -> str:
    return "1 pair" if count == 1 else f"{count} pairs"
