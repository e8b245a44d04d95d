"""The path of a pair's hand as the offset grows: a helix in three dimensions, turned by hand."""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lesson_utils.angles import new_angles
from lesson_utils.figures.lesson_03 import hand_path
from lesson_utils.methods import TABLE
from lesson_utils.rope import require_number
from lesson_utils.scaling import by_name
from lesson_utils.widgets.page import PageView
from lesson_utils.widgets.shown import display_view

HEAD = {"head_dim": 64, "base": 10_000.0}
METHODS = ("rope", "pi", "ntk_aware", "yarn")
FACTOR = 8
POINTS_IN_TURN, MOST_POINTS = 20, 5_000
FILES = ("controls.js", "rotary.js", "chart.js", "hand_path.js")


@dataclass(frozen=True)
class HandPath:
    """What one pair's hand does as the offset grows, under one method.

    ``positions``, ``angles`` (radians) and ``new`` (bool) are [points] each; ``arc`` is how far the
    hand came in training, in radians, one turn at most.
    """

    positions: np.ndarray
    angles: np.ndarray
    new: np.ndarray
    arc: float


def helix(
    pairs: Sequence[int] = (8, 12, 16, 20), trained_length: int = 512, length: int = 4096
) -> None:
    """Show the path of a pair's hand as the offset grows; turn it with the mouse.

    Parameters
    ----------
    pairs : sequence of int
        The pairs to choose from, 0 to 31, of a head of 64 with base 10,000. The last one is shown
        at first.
    trained_length, length : int
        Offsets in the trained window, and in the drawing.

    Raises
    ------
    ValueError
        If a pair is not in the head, ``length`` is not above ``trained_length``, or a pair
        turns so often that its path would be one blot.
    """
    known = hand_paths(pairs, trained_length, length)
    for pair, paths in known.items():
        points = len(paths["rope"].positions)
        if points > MOST_POINTS:
            raise ValueError(
                f"the path of pair {pair} takes {points:,} points, more than {MOST_POINTS:,}; "
                "choose slower pairs, or a smaller length"
            )
    path = known[pairs[-1]]["rope"]
    picture = hand_path(path.positions, path.angles, path.new, arc=path.arc, pair=pairs[-1],
                        trained_length=trained_length)  # fmt: skip
    display_view(view(pairs, trained_length, length), picture, name="The path of a pair's hand")
    # This stays where the view is alive: the lesson reads the table.
    print(textwrap.fill(f"At first: {picture.description}", 90))
    print(in_words(known, trained_length))


def view(pairs: Sequence[int], trained_length: int, length: int) -> PageView:
    """Return the drawing with its sliders."""
    methods = [(TABLE[name].label, TABLE[name].values({}), name) for name in METHODS]
    settings = {
        "head": HEAD | {"factor": FACTOR, "trained_length": trained_length},
        "methods": [{"name": n, "label": label, "others": own} for label, own, n in methods],
        "pairs": list(map(int, pairs)),
        "length": length,
    }
    return PageView(FILES, settings)


def hand_paths(
    pairs: Sequence[int], trained_length: int, length: int
) -> dict[int, dict[str, HandPath]]:
    """Compute the path of each pair under each of :data:`METHODS`, {pair: {method: path}}."""
    require_number("trained_length", trained_length, above=0)
    require_number("length", length, above=trained_length)
    outside = [pair for pair in pairs if pair not in range(HEAD["head_dim"] // 2)]
    if outside or not len(pairs):
        raise ValueError(f"pairs is {tuple(pairs)}; choose among 0 to {HEAD['head_dim'] // 2 - 1}")
    known = {name: speeds(name, trained_length) for name in METHODS}
    return {
        pair: {
            name: _path(of_method[pair], known["rope"][pair], trained_length, length)
            for name, of_method in known.items()
        }
        for pair in map(int, pairs)
    }


def speeds(name: str, trained_length: int) -> np.ndarray:
    """Return each pair's radians per position under one of :data:`METHODS`, float64 [pairs]."""
    made = by_name(name, **HEAD, factor=FACTOR, trained_length=trained_length)
    return made.inv_freq.double().numpy()


def _path(speed: float, trained: float, trained_length: int, length: int) -> HandPath:
    ends, positions = (0, trained_length - 1, length - 1), [np.zeros(1)]
    for low, high in zip(ends, ends[1:]):
        points = max(48, math.ceil(POINTS_IN_TURN * speed * (high - low) / math.tau))
        positions.append(np.linspace(low, high, points + 1)[1:])
    positions = np.concatenate(positions)
    new = [new_angles([speed], at, trained_length, [trained])[0] for at in positions]
    arc = min(float(trained) * trained_length, math.tau)
    return HandPath(positions, positions * speed, np.array(new), arc)


def in_words(known: dict[int, dict[str, HandPath]], trained_length: int) -> str:
    """Write how many turns each path makes, and which of them meet new angles."""
    length = next(iter(known.values()))["rope"].positions[-1] + 1
    lines = [
        f"turns in {length:,.0f} positions, factor {FACTOR}; * meets new angles",
        "pair  in training" + "".join(f"{TABLE[name].label:>16}" for name in METHODS),
    ]
    for pair, paths in known.items():
        each = {m: path.angles[-1] / path.positions[-1] / math.tau for m, path in paths.items()}
        turns = "".join(
            f"{each[m] * length:>15.2f}{'*' if path.new.any() else ' '}"
            for m, path in paths.items()
        )
        inside = each["rope"] * trained_length
        lines.append(f"{pair:>4}  {inside:>11.2f}{turns}".rstrip())
    return "\n".join(lines)
