"""Checks for lesson 03, Read the dials."""

import math

import numpy as np
import torch

from lesson_utils.checks.findings import number
from lesson_utils.checks.judging import judge
from lesson_utils.checks.registry import exercise

TURN = 2 * math.pi


@exercise(
    "03.1",
    nudge="Pair i needs 2π b^(2i/d) positions for a turn. Which i makes that equal to what you "
    "are given? And which indices are there at all?",
    outline="Compute all wavelengths, 2π b^(2i/d) for i from 0 to head_dim / 2 − 1. Take the one "
    "whose difference to the positions is smallest, and return its index. (Or solve for i: that "
    "is a place between two pairs. The pair with the nearer wavelength need not be the nearer "
    "place; and keep it between 0 and the last pair.)",
    takeaway="From pair to wavelength and back: that is how a number of positions becomes a number "
    "of a pair. YaRN's two borders are found in this way.",
)
def pair_nearest(answer):
    def ask(positions, head_dim, base):
        return dict(positions=positions, head_dim=head_dim, base=base)

    judge(
        answer,
        _nearest(_wave),
        cases=[
            ask(900, 128, 500_000.0),
            ask(1297, 64, 10_000.0),  # the nearer wavelength is not the nearer logarithm
            ask(1283, 64, 10_000.0),  # nor the nearer speed
            ask(18.7, 8, 16.0),
            ask(9.45, 8, 16.0),  # 9 is nearer to another
            ask(3400, 24, 2e6),
            ask(75, 48, 300.0),
            ask(420, 96, 10_000.0),
            ask(1303.9, 64, 10_000.0),  # 0.6 positions nearer to one of two
        ],
        mistakes=_WRONG_PAIRS,
        edges={
            "A turn of the fastest pair takes 6.28 positions. Which pair is nearest to 2?": ask(
                2, 128, 500_000.0
            ),
            "The slowest pair, head_dim / 2 − 1, needs fewer positions than these. Which pair is "
            "nearest?": ask(10_000_000, 128, 500_000.0),
            "The slowest pair of a head of 8 is pair 3. Is it asked?": ask(60, 8, 16.0),
        },
        otherwise="Take your pair back: it needs 2π b^(2i/d) positions for a turn. Is that "
        "nearest to {positions:,}?",
        form=number,
    )


def _wave(pair, head_dim, base):
    return TURN * base ** (2 * pair / head_dim)


def _place(positions, head_dim, base):
    """Solve for i: the place, between two pairs, whose wavelength would be ``positions``."""
    return head_dim / 2 * math.log(positions / TURN) / math.log(base)


def _nearest(wave, pairs=lambda head_dim: range(head_dim // 2), off=lambda wave, n: abs(wave - n)):
    """Return the pair whose ``wave(i, head_dim, base)`` is nearest, as a function."""

    def found(positions, head_dim, base):
        return min(pairs(head_dim), key=lambda i: off(wave(i, head_dim, base), positions))

    return found


def _log_off(wave, positions):
    return abs(math.log(wave / positions))


def _either_way(wave, pairs=lambda head_dim: range(head_dim // 2)):
    """Make a mistake for those who compare wavelengths, and for those who solve for the pair."""
    return _nearest(wave, pairs), _nearest(wave, pairs, _log_off)


def _then(change):
    """Make a mistake: the right pair, changed. ``change`` takes (pair, head_dim, base)."""
    return tuple(
        lambda positions, head_dim, base, found=found: change(
            found(positions, head_dim, base), head_dim, base
        )
        for found in _either_way(_wave)
    )


def _cut(change, low=0, high=None):
    """Make a mistake: round the place by ``change``; keep it from ``low`` to ``high``."""

    def found(positions, head_dim, base):
        last = head_dim // 2 - 1 if high is None else high
        return int(min(max(change(_place(positions, head_dim, base)), low), last))

    return found


def _unkept(low, high):
    """Make a mistake: not kept inside the head at one end or both."""

    def by_wavelength(positions, head_dim, base):
        place = _place(positions, head_dim, base)
        near = (math.floor(place), math.ceil(place))
        pair = min(near, key=lambda i: abs(_wave(i, head_dim, base) - positions))
        return min(max(pair, low), head_dim // 2 - 1 if high is None else high)

    return by_wavelength, _cut(round, low, high)


def _in_short(dtype):
    """Make a mistake: wavelengths in half precision."""

    def found(positions, head_dim, base):
        waves = [_wave(i, head_dim, base) for i in range(head_dim // 2)]
        return int((torch.tensor(waves, dtype=dtype) - positions).abs().argmin())

    return found


_ANY = 10**6
_WRONG_PAIRS = {
    "Your wavelengths are in half precision, which has three digits or so; float16 ends at 65,504. "
    "Where would you rather compute them?": (_in_short(torch.float16), _in_short(torch.bfloat16)),
    "You return the place itself, between two pairs. Which whole number is meant?": _place,
    "You took the nearer logarithm, or the nearer ratio. Which turn is nearer in positions? From "
    "1,117 and 1,490, to 1,297 it is 180 and 193.": _nearest(_wave, off=_log_off),
    "For few or for many positions your formula leaves the head: pairs are 0 to head_dim / 2 − 1. "
    "Which of them is nearest then?": (
        *_unkept(-_ANY, _ANY),
        *_unkept(0, _ANY),
        *_unkept(-_ANY, None),
        *_either_way(_wave, range),
    ),
    "Is a turn one radian, or 2π of them? Your index is too high by what that is "
    "worth.": _either_way(lambda i, d, b: b ** (2 * i / d)),
    "Your turn is π. Half a turn brings a hand to the other side.": _either_way(
        lambda i, d, b: math.pi * b ** (2 * i / d)
    ),
    "Your turn is 360 degrees. The speeds are in radians; how many has a turn?": _either_way(
        lambda i, d, b: 360 * b ** (2 * i / d)
    ),
    "Python reads `x / 2 * math.pi` from left to right: you multiplied by π. Where do the brackets "
    "go?": (
        *_either_way(lambda i, d, b: 2 / math.pi * b ** (2 * i / d)),
        lambda positions, head_dim, base: round(_place(positions * math.pi**2, head_dim, base)),
    ),
    "You divided logarithms of two kinds. Is one `log10` or `log2`, and the other `log`?": (
        _cut(lambda place: round(place / math.log(10))),
        _cut(lambda place: round(place * math.log(10))),
        _cut(lambda place: round(place / math.log(2))),
        _cut(lambda place: round(place * math.log(2))),
        _cut(lambda place: round(place / math.log(10)), -_ANY, _ANY),
    ),
    "Your index is twice as large. The exponent is 2i/d: by what do you multiply to get i from "
    "it?": (
        *_either_way(lambda i, d, b: TURN * b ** (i / d)),
        _cut(lambda place: round(2 * place)),
    ),
    "Your index is that of a number of the head: pair i begins at number 2i, if you count so. "
    "Which pair is it?": _then(lambda i, d, b: 2 * i),
    "Your exponent has head_dim − 2 in it. A pair's exponent is 2i/d, with d the whole "
    "head.": _either_way(lambda i, d, b: TURN * b ** (2 * i / (d - 2))),
    "Your index belongs to base 10,000. Where does yours come in?": _either_way(
        lambda i, d, b: _wave(i, d, 10_000.0)
    ),
    "Your index belongs to a head of 64. Where does head_dim come in?": (
        *_either_way(lambda i, d, b: _wave(i, 64, b), lambda head_dim: range(32)),
        *_either_way(lambda i, d, b: _wave(i, 64, b)),
    ),
    "Your last pair is 31, as in a head of 64. Which one is it in this head?": (
        *_either_way(_wave, lambda head_dim: range(32)),
        _cut(round, high=31),
        lambda positions, head_dim, base: min(_nearest(_wave)(positions, head_dim, base), 31),
        *_unkept(0, 31),
    ),
    "You look among one pair too many. The last one is head_dim / 2 − 1.": _either_way(
        _wave, lambda head_dim: range(head_dim // 2 + 1)
    ),
    "You never ask the slowest pair, head_dim / 2 − 1. Where does your range end?": _either_way(
        _wave, lambda head_dim: range(head_dim // 2 - 1)
    ),
    "You never ask pair 0. It is a pair like any other.": _either_way(
        _wave, lambda head_dim: range(1, head_dim // 2)
    ),
    "This is how many positions a pair needs. Which pair is it?": _then(_wave),
    "This is a speed. Which pair has it?": _then(lambda i, d, b: b ** (-2 * i / d)),
    "Your pair needs a longer turn than {positions:,} positions, and the one before it is nearer, "
    "or not: do you always round up?": _cut(math.ceil),
    "Your pair needs a shorter turn than {positions:,} positions, and the next one is nearer, or "
    "not: do you always round down?": (_cut(math.floor), _cut(int, -_ANY, None)),
    "Your index is one too high each time. Do you count pairs from 1?": _then(
        lambda i, d, b: i + 1
    ),
    "You came out at the first pair each time. Do you compare positions with speeds, where you "
    "need wavelengths? Or is an exponent cut by `//`?": _nearest(lambda i, d, b: b ** (-2 * i / d)),
    "You came out at the last pair each time. Do you look for the largest difference, with its "
    "sign?": lambda positions, head_dim, base: head_dim // 2 - 1,
    "Your positions stop at 512, or just before. They may be more.": tuple(
        lambda positions, head_dim, base, most=most: _nearest(_wave)(
            min(positions, most), head_dim, base
        )
        for most in (511, 512)
    ),
    "Your positions are made whole first. Between two pairs, a fraction may decide.": (
        lambda positions, head_dim, base: _nearest(_wave)(int(positions), head_dim, base),
        lambda positions, head_dim, base: _nearest(_wave)(round(positions), head_dim, base),
    ),
    "This is how far off the nearest turn is. Which pair has it?": (
        lambda positions, head_dim, base: min(
            abs(_wave(i, head_dim, base) - positions) for i in range(head_dim // 2)
        )
    ),
    "Your pair is the second nearest.": lambda positions, head_dim, base: sorted(
        range(head_dim // 2), key=lambda i: abs(_wave(i, head_dim, base) - positions)
    )[1],
    "Your exponent belongs to the pair after. Pair 0 has an exponent of 0.": _either_way(
        lambda i, d, b: _wave(i + 1, d, b)
    ),
    "You look among half of the pairs. There are head_dim / 2 of them.": _either_way(
        _wave, lambda head_dim: range(head_dim // 4)
    ),
    "You took the nearest speed, or divided the difference by the turn. Which turn is nearest in "
    "positions?": _nearest(
        lambda i, d, b: b ** (-2 * i / d), off=lambda speed, n: abs(speed - TURN / n)
    ),
    "Your base is upside down, or your exponent has a minus sign: do the turns get longer from "
    "pair to pair?": _either_way(lambda i, d, b: TURN * b ** (-2 * i / d)),
    "You always take the pair after the one that is nearest. Where does your search stop?": _then(
        lambda i, d, b: min(i + 1, d // 2 - 1)
    ),
    "You always take the pair before the one that is nearest. Where does your search stop?": _then(
        lambda i, d, b: max(i - 1, 0)
    ),
    "You came out at the other end: counted from the slowest pair. Which one is pair 0?": _then(
        lambda i, d, b: d // 2 - 1 - i
    ),
    "Your pair is the one furthest away. Do you look for the largest difference?": _nearest(
        _wave, off=lambda wave, n: -abs(wave - n)
    ),
    "You made the wavelengths whole numbers first. Near the middle of two, that decides.": (
        _nearest(lambda *pair: int(_wave(*pair)))
    ),
}


@exercise(
    "03.2",
    nudge="If just the first 16 pairs finish a turn, which one is the last to do so? Raise the "
    "base until that one is about to fail.",
    outline="The last pair that finishes has index `finished − 1`. At the largest base its "
    "wavelength 2π b^(2i/d) is exactly the length. Solve that for b.",
    takeaway="A base and a length say the same thing in two ways: which pairs come round. Give one "
    "of them, and the other follows.",
)
def largest_base(answer):
    def ask(finished, length, head_dim):
        return dict(finished=finished, length=length, head_dim=head_dim)

    judge(
        answer,
        lambda finished, length, head_dim: _base(finished - 1, length, head_dim),
        cases=[
            ask(35, 8192, 128),
            ask(16, 4096, 64),
            ask(9, 40, 20),
            ask(5, 700, 22),
            ask(3, 512, 10),
        ],
        mistakes=_WRONG_BASES,
        edges={
            "With two pairs it is pair 1 that comes round last. What does your formula divide "
            "by?": ask(2, 300, 10),
            "Here all pairs of the head shall finish. The slowest of them still sets a limit: "
            "which?": ask(8, 2000, 16),
        },
        otherwise="Count with your base: how many of the wavelengths 2π b^(2i/d) are at most "
        "{length:,}? It should be {finished}, and one fewer if the base grows a bit.",
        by_hand=[
            (
                ask(2, TURN * 10, 4),
                "In a head of 4 pair 1 turns at b^(−1/2), and ten times 2π is the length.",
            ),
            (
                ask(3, TURN * 10, 8),
                "In a head of 4 it is right. Here pair 2 of a head of 8 has the same speed.",
            ),
            (
                ask(2, TURN * 10, 8),
                "For three pairs of a head of 8 it is right. Here the second of them, pair 1, is "
                "the last to finish, with the exponent 1/4.",
            ),
        ],
        form=number,
    )


def _base(pair, length, head_dim, turn=TURN):
    """Return the base at which this pair needs ``length`` positions for a turn."""
    return (length / turn) ** (head_dim / (2 * pair))


def _based(function):
    """Make a mistake from (pair that just finishes, length, head_dim)."""
    return lambda finished, length, head_dim: function(finished - 1, length, head_dim)


def _coarse(step, first=1.0):
    """Make a mistake: try bases that grow by a factor, and take the last that does."""

    def found(finished, length, head_dim):
        right = _base(finished - 1, length, head_dim)
        return first * step ** math.floor(math.log(right / first) / math.log(step))

    return found


_WRONG_BASES = {
    "At your base, pair {finished} is just finishing. Counted from pair 0, how many finish "
    "then?": _based(lambda i, n, d: _base(i + 1, n, d)),
    "At your base, one pair fewer finishes. The last of {finished} pairs that are counted from 0: "
    "which one is it?": _based(lambda i, n, d: _base(i - 1, n, d)),
    "Your base is that of exponents i/d. A pair's exponent is 2i/d; where is the 2?": _based(
        lambda i, n, d: _base(i / 2, n, d)
    ),
    "The 2 of 2i/d is in your formula twice.": _based(lambda i, n, d: _base(2 * i, n, d)),
    "With your base a turn would be one radian. Where is the 2π?": _based(
        lambda i, n, d: _base(i, n, d, 1)
    ),
    "Your turn is π. Half a turn is not a whole one.": _based(
        lambda i, n, d: _base(i, n, d, math.pi)
    ),
    "Your turn is 360 degrees. The speeds are in radians; how many has a turn?": _based(
        lambda i, n, d: _base(i, n, d, 360)
    ),
    "Python reads `x / 2 * math.pi` from left to right: you multiplied by π. Where do the brackets "
    "go?": _based(lambda i, n, d: _base(i, n, d, 2 / math.pi)),
    "Your exponent is upside down. From b^(2i/d) = …, how do you come to b?": _based(
        lambda i, n, d: (n / TURN) ** (2 * i / d)
    ),
    "Your exponent is a whole number. Do you divide with `//`?": _based(
        lambda i, n, d: (n / TURN) ** (d // (2 * i))
    ),
    "Your length over 2π is a whole number. Do you divide with `//`, or round?": (
        _based(lambda i, n, d: (n // TURN) ** (d / (2 * i))),
        _based(lambda i, n, d: round(n / TURN) ** (d / (2 * i))),
        _based(lambda i, n, d: math.ceil(n / TURN) ** (d / (2 * i))),
    ),
    "Your π has two or three digits. `math.pi` has all of them.": tuple(
        _based(lambda i, n, d, turn=turn: _base(i, n, d, turn)) for turn in (6.28, 6.283, 6)
    ),
    "You multiplied by 2π where the wavelength is 2π times a power. What is the power equal "
    "to?": _based(lambda i, n, d: _base(i, n, d, 1 / TURN)),
    "At your base, {finished} pairs do not finish, and the others do. Which did you "
    "count?": lambda finished, length, head_dim: _base(
        head_dim // 2 - finished - 1, length, head_dim
    ),
    "This is the base's logarithm. What undoes a logarithm?": (
        _based(lambda i, n, d: math.log(_base(i, n, d))),
        _based(lambda i, n, d: math.log10(_base(i, n, d))),
        _based(lambda i, n, d: math.log2(_base(i, n, d))),
    ),
    "A logarithm of one kind is undone by a power of another: `exp` belongs to `log`, `10 **` to "
    "`log10`.": (
        _based(lambda i, n, d: math.exp(math.log10(_base(i, n, d)))),
        _based(lambda i, n, d: math.exp(math.log2(_base(i, n, d)))),
    ),
    "Your base is below 1. Which way up did you divide length and 2π?": _based(
        lambda i, n, d: 1 / _base(i, n, d)
    ),
    "This is the speed, or the wavelength, of the pair that just finishes. At which base does it "
    "have it?": (_based(lambda i, n, d: TURN / n), _based(lambda i, n, d: n)),
    "Your exponent has head_dim − 2 in it. A pair's exponent is 2i/d, with d the whole head; for "
    "what did you take 2 away?": _based(lambda i, n, d: _base(i, n, d - 2)),
    "At your base, the slowest pair of the head is just finishing. Which pair does the task "
    "fix?": _based(lambda i, n, d: _base(d / 2 - 1, n, d)),
    "Your length is that of the largest offset, {length} − 1. A turn may take all of the "
    "{length} positions.": _based(lambda i, n, d: _base(i, n - 1, d)),
    "Your base lies in the middle of those with this count. Which one is the largest?": (
        _based(lambda i, n, d: math.sqrt(_base(i, n, d) * _base(i + 1, n, d))),
        _based(lambda i, n, d: (_base(i, n, d) + _base(i + 1, n, d)) / 2),
        _based(lambda i, n, d: _base(i + 0.5, n, d)),
    ),
    "Your base is kept at 10,000 or above. It may be smaller.": _based(
        lambda i, n, d: max(10_000.0, _base(i, n, d))
    ),
    "Your search ends at some largest base, and the base asked for is larger.": tuple(
        _based(lambda i, n, d, most=most: min(most, _base(i, n, d)))
        for most in (1e4, 1e5, 5e5, 1e6)
    ),
    "You measured the length in windows of 512 or so, and multiplied a base of that window. The "
    "length itself says all.": (
        _based(lambda i, n, d: _base(i, 512, d) * n / 512),
        _based(lambda i, n, d: 10_000.0 * n / 512),
        _based(lambda i, n, d: 10_000.0 * n / 4096),
        _based(lambda i, n, d: _base(i, 4096, d) * n / 4096),
    ),
    "Your 2π stands outside of the power. Solve 2π b^(2i/d) = length: what is divided first?": (
        _based(lambda i, n, d: n ** (d / (2 * i)) / TURN),
        _based(lambda i, n, d: n ** (d / (2 * i)) * TURN),
    ),
    "You multiplied by the exponent. What undoes b^(2i/d)?": (
        _based(lambda i, n, d: n / TURN * d / (2 * i)),
        _based(lambda i, n, d: n / TURN * 2 * i / d),
    ),
    "You divided a power by i. In a pair's exponent, 2i/d, i stands inside: what do you divide by "
    "it?": (
        _based(lambda i, n, d: (n / TURN) ** (d / 2) / i),
        _based(lambda i, n, d: (n / TURN) ** d / (2 * i)),
    ),
    "You divided by 2i and left out d. A pair's exponent is 2i/d.": (
        _based(lambda i, n, d: (n / TURN) ** (1 / (2 * i))),
        _based(lambda i, n, d: (n / TURN) ** (1 / i)),
    ),
    "Your exponent is d, whatever the pair. A pair's exponent is 2i/d.": (
        _based(lambda i, n, d: (n / TURN) ** d),
        _based(lambda i, n, d: (n / TURN) ** (d / 2)),
    ),
    "Your head has one number more or fewer than it has. A pair's exponent is 2i/d, with d the "
    "whole head.": (
        _based(lambda i, n, d: _base(i, n, d - 1)),
        _based(lambda i, n, d: _base(i, n, d + 1)),
    ),
    "Your exponent has head_dim + 2 in it. A pair's exponent is 2i/d, with d the whole head.": (
        _based(lambda i, n, d: _base(i, n, d + 2))
    ),
    "You counted pairs from the slow end. `finished` are the fast ones.": lambda **case: _base(
        case["head_dim"] // 2 - case["finished"] or 1, case["length"], case["head_dim"]
    ),
    "Your length is one position too long: {length} + 1. A turn has to fit into {length}.": _based(
        lambda i, n, d: _base(i, n + 1, d)
    ),
    "Your base is a round number, some way below or above. How near can you come?": tuple(
        _based(lambda i, n, d, step=step, to=to: to(_base(i, n, d) / step) * step)
        for step in (10, 100, 1000)
        for to in (math.floor, round)
    ),
    "Your base is moved a little beyond or before the border. At the border itself it is still "
    "right.": (
        _based(lambda i, n, d: _base(i, n, d) - 1),
        _based(lambda i, n, d: _base(i, n, d) + 1),
        _based(lambda i, n, d: _base(i, n, d) * 0.99),
        _based(lambda i, n, d: _base(i, n, d) * 0.999),
    ),
    "Your search goes by whole bases, or ends at some largest one. The base need not be a whole "
    "number, and may be large.": tuple(
        _based(lambda i, n, d, most=most: min(most, math.floor(_base(i, n, d))))
        for most in (1e5, 1e6)
    ),
    "Your bases are tried in steps, and the last one that does is some way below. How near can you "
    "come?": tuple(_coarse(step) for step in (1.001, 1.01, 1.05, 1.1, 2, 10)),
}


@exercise(
    "03.3",
    nudge="The slice goes from angle 0 to the angle at the last trained offset. A hand outside it "
    "has two ways back. Which is shorter?",
    outline="Bring `offset * now` into one turn. The slice ends at `(trained_length − 1) * "
    "trained`. If the hand is not past that end, the distance is 0. Otherwise it is the smaller "
    "of two: back to the end of the slice, or on to a whole turn, where the slice begins.",
    takeaway="A hand inside its slice is needed, and not enough. A model has to tell offsets "
    "apart as well, in the steps that it knows.",
)
def distance_from_seen(answer):
    pairs = np.arange(12) / 12
    judge(
        answer,
        lambda **inputs: _outside(*_hand_and_end(**inputs)),
        cases=[
            # What the first pair swept, brought into one turn, would be too small for its hand.
            _ask(
                [0.9, 0.04, 0.02, 0.015, 0.006, 0.005, 0.002],
                [0.85, 0.05, 0.018, 0.012, 0.007, 0.004, 0.001],
                650,
                100,
            ),
            # A slice of nearly a turn, of more than half, and hands that stop and run backwards.
            _ask([0.0632, 0.045, 0.01, 0.05, 0.03], [0.1045, 0.09, 0.05, -0.02, 0.0], 60, 100),
            _ask(10_000.0**-pairs, 500_000.0**-pairs, 4000, 512),
            _ask([0.3, 0.011, 0.002, 0.003], [0.31, -0.007, 0.0035, 0.77], 1500, 300),
        ],
        mistakes=_WRONG_DISTANCES,
        otherwise="Take one pair: its slice ends at (trained_length − 1) · trained, its hand is at "
        "offset · now, less whole turns. What is missing between them, either way round?",
        by_hand=_SLICES_BY_HAND,
        entry="pair",
        absolute=1e-3,
    )


def _ask(trained, now, offset, trained_length):
    trained, now = np.array(trained), np.array(now)
    return dict(trained=trained, now=now, offset=offset, trained_length=trained_length)


_SLICES_BY_HAND = [
    (_ask([0.01], [0.01], 50, 101), "The slice is 0 to 1, the hand at 0.5: inside."),
    (_ask([0.01], [0.01], 100, 101), "The slice is 0 to 1, the hand at its very end."),
    (
        _ask([0.01], [0.02], 100, 101),
        "Inside it is right. The slice is 0 to 1, the hand at 2.",
    ),
    (
        _ask([0.01], [0.06], 100, 101),
        "Just past the end it is right. The slice is 0 to 1, the hand at 6: which way to "
        "it is shorter?",
    ),
    (
        _ask([0.01], [0.08], 100, 101),
        "Within a turn it is right. The slice is 0 to 1, the hand at 8, a turn and 1.72.",
    ),
    (
        _ask([0.01], [-0.02], 100, 101),
        "Forward it is right. The slice is 0 to 1, the hand at −2, which is 4.28.",
    ),
    (
        _ask([0.07], [0.09], 100, 101),
        "With short slices it is right. This one has gone round: 0 to 7, and the hand is at 9.",
    ),
    (
        _ask([0.01, 0.07, 0.01], [0.02, 0.09, 0.06], 100, 101),
        "One pair alone is right, and three are not. What does a pair do to another?",
    ),
]


def _hand_and_end(trained, now, offset, trained_length):
    return np.mod(offset * now, TURN), (trained_length - 1) * trained


def _outside(hand, end):
    return np.where(hand <= end, 0.0, np.minimum(hand - end, TURN - hand))


def _measured(function):
    """Make a mistake: measure in another way from (hand, end of the slice)."""
    return lambda **inputs: function(*_hand_and_end(**inputs))


def _guarded(is_whole):
    """Make a mistake: call another slice a whole dial. ``is_whole`` takes (trained, now, n)."""

    def distance(trained, now, offset, trained_length):
        found = _outside(*_hand_and_end(trained, now, offset, trained_length))
        return np.where(is_whole(trained, now, trained_length), 0.0, found)

    return distance


def _with_hand(at):
    """Make a mistake: the hand stands elsewhere. ``at`` takes its angle before whole turns."""

    def distance(trained, now, offset, trained_length):
        return _outside(at(offset * now), (trained_length - 1) * trained)

    return distance


def _with_turn(turn):
    """Make a mistake: a whole turn is another number."""

    def distance(trained, now, offset, trained_length):
        hand, end = np.mod(offset * now, turn), (trained_length - 1) * trained
        return np.where(hand <= end, 0.0, np.minimum(hand - end, turn - hand))

    return distance


def _nearest_of_all(trained, now, offset, trained_length):
    seen = np.arange(trained_length)[:, None] * trained
    return np.abs(np.angle(np.exp(1j * (offset * now - seen)))).min(0)


def _only_beyond(trained, now, offset, trained_length):
    found = _outside(*_hand_and_end(trained, now, offset, trained_length))
    return 0 * found if offset < trained_length else found


def _signed(hand, end):
    found = _outside(hand, end)
    return np.where(TURN - hand < hand - end, -found, found)


def _to_both_ends_of_a_half_turn(hand, end):
    half = np.where(hand > math.pi, hand - TURN, hand)
    inside = (half >= 0) & (half <= end)
    return np.where(inside, 0.0, np.minimum(np.abs(half), np.abs(half - end)))


def _in_half(x):
    return x.astype(np.float16).astype(float)


_WRONG_DISTANCES = {
    "Your hands still turn as they did in training. Where do they point with the speeds of "
    "now?": lambda trained, now, offset, trained_length: _outside(
        *_hand_and_end(trained, trained, offset, trained_length)
    ),
    "Your slices are those of the new speeds. Which speeds did the model have when it swept "
    "them?": lambda trained, now, offset, trained_length: _outside(
        *_hand_and_end(now, now, offset, trained_length)
    ),
    "You changed the two speeds over. Which one swept the slice, and which one turns the "
    "hand?": lambda trained, now, offset, trained_length: _outside(
        *_hand_and_end(now, trained, offset, trained_length)
    ),
    "You compare angles that have gone on past a whole turn. Where does the hand point after 6.5 "
    "turns?": lambda trained, now, offset, trained_length: np.maximum(
        offset * now - (trained_length - 1) * trained, 0
    ),
    "You go back to the end of the slice only. The slice begins at 0, and past a whole turn the "
    "hand comes to it from below. Which way is shorter?": _measured(
        lambda hand, end: np.maximum(hand - end, 0)
    ),
    "You go to where the slice begins only. For some hands its other end is nearer.": _measured(
        lambda hand, end: np.where(hand <= end, 0.0, np.minimum(hand, TURN - hand))
    ),
    "You measure to angle 0, and leave the slice out. How far did it reach?": _measured(
        lambda hand, end: np.minimum(hand, TURN - hand)
    ),
    "You go to angle 0 the one way, up to a whole turn. For some hands the way back to the slice's "
    "end is shorter.": _measured(lambda hand, end: np.where(hand <= end, 0.0, TURN - hand)),
    "You go to the end of the slice, the shorter way round, and never to where it begins, at 0. "
    "Which of its two ends is nearer?": (
        _measured(
            lambda hand, end: np.where(
                hand <= end, 0.0, np.minimum(hand - end, TURN - (hand - end))
            )
        ),
        _measured(
            lambda hand, end: np.where(
                hand <= end, 0.0, np.abs(np.angle(np.exp(1j * (hand - end))))
            )
        ),
    ),
    "Half of your pairs are always inside. Which ones did you leave out?": (
        _measured(lambda hand, end: _outside(hand, end) * (np.arange(len(hand)) >= len(hand) // 2)),
        _measured(lambda hand, end: _outside(hand, end) * (np.arange(len(hand)) < len(hand) // 2)),
    ),
    "Your dial is 360 units round. In radians a turn is 2π.": _with_turn(360.0),
    "Your slice begins a step after 0. Offset 0 is in it.": (
        lambda trained, now, offset, trained_length: np.where(
            np.mod(offset * now, TURN) < trained,
            trained - np.mod(offset * now, TURN),
            _outside(*_hand_and_end(trained, now, offset, trained_length)),
        )
    ),
    "Your π has a few digits. After hundreds of turns its error is that of a whole hand.": tuple(
        _with_turn(turn) for turn in (6.28, 6.283, 6.2832)
    ),
    "You take off one whole turn alone. How often has the hand come round?": _with_hand(
        lambda angle: np.where(angle > TURN, angle - TURN, angle)
    ),
    "You return where the hand is. How far is it from the slice?": _measured(
        lambda hand, end: hand
    ),
    "You return where the slice ends. How far is the hand from it?": _measured(
        lambda hand, end: end
    ),
    "You take the offset modulo the window. It goes on past it.": (
        lambda trained, now, offset, trained_length: _outside(
            np.mod(offset % trained_length * now, TURN), (trained_length - 1) * trained
        )
    ),
    "Your hand turns at now / trained, a ratio. It turns at the speed of now.": (
        lambda trained, now, offset, trained_length: _outside(
            np.mod(offset * now / trained, TURN), (trained_length - 1) * trained
        )
    ),
    "You measure by a cosine. The task asks for the angle.": _measured(
        lambda hand, end: 1 - np.cos(_outside(hand, end))
    ),
    "You add the two ways. One of them is shorter.": _measured(
        lambda hand, end: np.where(hand <= end, 0.0, (hand - end) + (TURN - hand))
    ),
    "You take the middle of the two ways. One of them is shorter.": _measured(
        lambda hand, end: np.where(hand <= end, 0.0, (TURN - end) / 2)
    ),
    "Your distances are squared, or a root of squares.": _measured(
        lambda hand, end: _outside(hand, end) ** 2
    ),
    "Your hand stands at the offset less one.": (
        lambda trained, now, offset, trained_length: _outside(
            *_hand_and_end(trained, now, offset - 1, trained_length)
        )
    ),
    "Your hand turns at the difference of the two speeds. It turns at that of now.": (
        lambda trained, now, offset, trained_length: _outside(
            np.mod(offset * (now - trained), TURN), (trained_length - 1) * trained
        )
    ),
    "Your hand starts from the end of the window. It turns from 0 on.": (
        lambda trained, now, offset, trained_length: _outside(
            np.mod((offset - trained_length + 1) * now + (trained_length - 1) * trained, TURN),
            (trained_length - 1) * trained,
        )
    ),
    "You go the longer way round. Which one is asked for?": _measured(
        lambda hand, end: np.where(hand <= end, 0.0, np.maximum(hand - end, TURN - hand))
    ),
    "You brought the slice's end into one turn, too. What has a pair seen that went round 14 "
    "times?": _measured(lambda hand, end: _outside(hand, np.mod(end, TURN))),
    "Your slice ends at position trained_length. The window has one position fewer after position "
    "0: what is the largest offset in it?": (
        lambda trained, now, offset, trained_length: _outside(
            np.mod(offset * now, TURN), trained_length * trained
        )
    ),
    "Your numbers are degrees. The task asks for radians.": _measured(
        lambda hand, end: np.degrees(_outside(hand, end))
    ),
    "Your numbers are shares of a turn. The task asks for radians.": _measured(
        lambda hand, end: _outside(hand, end) / TURN
    ),
    "You divided by a speed: these are positions. The task asks for radians.": (
        lambda trained, now, offset, trained_length: (
            _outside(*_hand_and_end(trained, now, offset, trained_length)) / trained
        )
    ),
    "Inside the slice your distance is negative, or not 0. What should it be there?": _measured(
        lambda hand, end: hand - end
    ),
    "Inside the slice your distance is negative. What should it be there?": _measured(
        lambda hand, end: np.minimum(hand - end, TURN - hand)
    ),
    "Your distance is negative where the way on to 0 is shorter. Either way, how far is "
    "it?": _measured(_signed),
    "Inside the slice you still measure to its nearer end. What should it be there?": _measured(
        lambda hand, end: np.where(
            hand <= end, np.minimum(hand, end - hand), np.minimum(hand - end, TURN - hand)
        )
    ),
    "Inside the slice you still measure to its end. What should it be there?": (
        _measured(lambda hand, end: np.minimum(np.abs(hand - end), TURN - hand)),
        _measured(lambda hand, end: np.abs(np.angle(np.exp(1j * (hand - end))))),
    ),
    "Your slice lies on both sides of 0. A key never stands after its query: on which side has the "
    "hand been?": _measured(lambda hand, end: np.maximum(np.minimum(hand, TURN - hand) - end, 0)),
    "You compare with the angles at whole offsets, one by one. Count what lies between two of them "
    "as seen, too.": _nearest_of_all,
    "Inside the slice you still measure to its end, and outside you go back to it only. What "
    "should the distance be there?": _measured(lambda hand, end: np.abs(hand - end)),
    "You say whether a hand is somewhere new. How far outside is it?": _measured(
        lambda hand, end: (_outside(hand, end) > 0).astype(float)
    ),
    "You say whether a hand is inside. How far outside is it?": _measured(
        lambda hand, end: (_outside(hand, end) == 0).astype(float)
    ),
    "You take the sum. Return one distance for each pair.": _measured(
        lambda hand, end: _outside(hand, end).sum()
    ),
    "You take the mean. Return one distance for each pair.": _measured(
        lambda hand, end: _outside(hand, end).mean()
    ),
    "You take the largest. Return one distance for each pair.": _measured(
        lambda hand, end: _outside(hand, end).max()
    ),
    "You measure to the middle of the slice. Where does the slice end?": _measured(
        lambda hand, end: np.abs(np.angle(np.exp(1j * (hand - np.minimum(end, TURN) / 2))))
    ),
    "You measure straight across the dial, the chord. The task asks for the angle.": _measured(
        lambda hand, end: 2 * np.sin(_outside(hand, end) / 2)
    ),
    "You take off half turns. After how much is a hand back where it was?": (
        _with_hand(lambda angle: np.mod(angle, math.pi)),
        _with_turn(math.pi),
    ),
    "You go on to half a turn, π. The slice begins at 0, which is a whole turn.": _measured(
        lambda hand, end: np.where(hand <= end, 0.0, np.minimum(hand - end, np.abs(math.pi - hand)))
    ),
    "Your hand is between −π and π, and a negative angle counts as inside. Where is it on the way "
    "from 0 to 2π?": (
        _with_hand(lambda angle: np.angle(np.exp(1j * angle))),
        lambda trained, now, offset, trained_length: np.maximum(
            np.angle(np.exp(1j * offset * now)) - (trained_length - 1) * trained, 0
        ),
    ),
    "Your hand is between −π and π, and the slice goes on to 2π. Which angle of the slice is the "
    "same as −1?": _measured(_to_both_ends_of_a_half_turn),
    "A hand that runs backwards has a negative angle after `fmod`, and counts as inside. Where is "
    "it on the way from 0 to 2π?": _with_hand(lambda angle: np.fmod(angle, TURN)),
    "You drop the sign of a speed. A hand that runs backwards is on the other side.": _with_hand(
        lambda angle: np.mod(np.abs(angle), TURN)
    ),
    "A slice of more than half a turn counts as the whole dial for you. What is left of the "
    "dial?": _guarded(lambda trained, now, n: (n - 1) * trained >= math.pi),
    "You judge by the new speeds whether the whole dial was seen. Which speeds did the model have "
    "in training?": _guarded(lambda trained, now, n: (n - 1) * now >= TURN),
    "You count a slice as whole that would close at position trained_length. The largest offset is "
    "one less.": _guarded(lambda trained, now, n: n * trained >= TURN),
    "Offsets below trained_length are all inside for you. With a new speed, is every angle one "
    "that was seen?": _only_beyond,
    "Your speeds are rounded to half precision. After 4,000 positions, what is left of the "
    "angle?": (
        lambda trained, now, offset, trained_length: _outside(
            *_hand_and_end(_in_half(trained), _in_half(now), offset, trained_length)
        ),
        lambda trained, now, offset, trained_length: _outside(
            *_hand_and_end(trained, _in_half(now), offset, trained_length)
        ),
    ),
}
