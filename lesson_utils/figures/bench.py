"""Charts of the bench: what a recipe does to each pair, and how the model reads with it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lesson_utils.angles import meets_new_angles, share_kept, slow_down
from lesson_utils.figures.chart import Axis, Chart, Line, Panel, round_ticks
from lesson_utils.figures.style import STYLES, WINDOW_COLOUR

LIVE, FADED, BEST = "#D55E00", "#8C8C8C", "#0072B2"


@dataclass(frozen=True)
class Speeds:
    """A recipe's name, its look (a key of ``STYLES``) and what it makes of every pair."""

    label: str
    style: str
    inv_freq: np.ndarray
    factor: float
    ramp: str = "turns"
    """Which of ``RAMP_LINES`` it is drawn with."""


def speeds_chart(
    recipes: Sequence[Speeds], plain: np.ndarray, *, trained_length: int, target_length: int
) -> Chart:
    """Draw slow-down, turns and share kept of every pair, one line a recipe.

    Parameters
    ----------
    recipes : sequence of Speeds
        The recipe at hand first; the one to compare it with, if any, second.
    plain : np.ndarray
        Frequencies in training, float [pairs].
    trained_length, target_length : int
        Positions in training, and positions to read now.

    Returns
    -------
    Chart
    """
    pairs = np.arange(len(plain))
    slowed, kept = [], []
    seen = _turns(plain, trained_length)
    reached = [Line("seen in training", pairs, seen, WINDOW_COLOUR, dash=":", width=3.0)]
    for place, recipe in enumerate(recipes):
        colour, dash = STYLES[recipe.style][1], "--" if place else "-"
        for lines, values in (
            (slowed, slow_down(plain, recipe.inv_freq)),
            (reached, _turns(recipe.inv_freq, target_length)),
            (kept, share_kept(plain, recipe.inv_freq, recipe.factor)),
        ):
            named = lines is slowed
            lines.append(
                Line(recipe.label, pairs, values, colour, dash=dash, width=2.5, named=named)
            )
    across = Axis("pair, from fast to slow", (-0.5, len(plain) - 0.5))
    bare = Axis("", across.limits)
    most = max(32.0, *(line.y.max() for line in slowed))
    fourfolds = {4.0**n: str(4**n) for n in range(0, math.floor(math.log(most, 4)) + 1)}
    turns_limits = (5e-3, 3e3)
    powers = {10.0**n: f"{10.0**n:,g}" for n in range(-2, 4, 2)}
    new = meets_new_angles(recipes[0].inv_freq, target_length, trained_length, plain).sum()
    return Chart(
        f"{recipes[0].label}: {_pairs(new)} of {len(plain)} meet"
        f"{'s' if new == 1 else ''} new angles within {target_length:,} bytes",
        (
            Panel(bare, Axis("slowed down by", (0.85, most * 1.2), True, fourfolds), tuple(slowed)),
            Panel(
                bare,
                Axis(f"turns in {target_length:,}", turns_limits, True, powers),
                tuple(reached),
            ),
            Panel(across, Axis("share left alone", (-0.08, 1.08)), tuple(kept)),
        ),
        tuple(_speeds_in_words(recipe, plain) for recipe in recipes),
    )


def _speeds_in_words(recipe: Speeds, plain: np.ndarray) -> str:
    slowed = slow_down(plain, recipe.inv_freq)
    kept = share_kept(plain, recipe.inv_freq, recipe.factor)
    shown = ", ".join(f"{i} by {slowed[i]:.2f}" for i in range(0, len(plain), 8))
    return f"{recipe.label}: pair {shown}; share left alone on average {kept.mean():.2f}"


def tries_chart(
    tries: Mapping[str, Mapping[int, float]], *, now: str, lengths: Sequence[int]
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

    Returns
    -------
    Chart
    """
    best = best_of(tries, lengths[-1])
    x, y = [], []
    for words, curve in tries.items():
        if words not in (now, best):
            x += [*curve, math.nan]
            y += [*curve.values(), math.nan]
    lines = [Line("earlier tries", x, y, FADED, marker="o", width=1.5)]
    for words, name, look in (
        (best, "best so far", {"colour": BEST, "marker": "D", "dash": "--", "open_marker": True}),
        (now, "this one", {"colour": LIVE, "marker": "v", "width": 3.0}),
    ):
        curve = tries.get(words, {})
        lines.append(Line(name, list(curve), list(curve.values()), **look))
    highest = max([value for curve in tries.values() for value in curve.values()], default=2)
    limits = (1.8, next(top for top in (4, 8, 16, 32, 64, 256) if highest <= top))
    panel = Panel(
        Axis(
            "bytes read at once (log scale)",
            (lengths[0] / 1.15, lengths[-1] * 1.15),
            True,
            {n: f"{n:,}" for n in lengths},
        ),  # fmt: skip
        Axis(
            "perplexity per byte (log scale)",
            limits,
            True,
            round_ticks(*limits, steps=(1, 2, 2.5, 3, 4, 5, 6, 8)),
        ),  # fmt: skip
        tuple(lines),
    )
    values = ", ".join(f"{n:,}: {value:.2f}" for n, value in tries[now].items()) or "reading …"
    digest = [f"this one, {now}: {values}"]
    if best:
        digest.append(f"best so far, {best}: {tries[best][lengths[-1]]:.2f} at {lengths[-1]:,}")
    digest.append(f"tries: {len(tries)}")
    return Chart(_tries_title(tries, now, best, lengths[-1]), (panel,), tuple(digest))


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


def _turns(inv_freq: np.ndarray, length: int) -> np.ndarray:
    return length * np.asarray(inv_freq, dtype=float) / (2 * math.pi)


def _pairs(count: int) -> str:
    return "1 pair" if count == 1 else f"{count} pairs"
