"""Checks for lesson 06, Scale the base."""

import math

import numpy as np
import torch

from lesson_utils.checks.findings import number
from lesson_utils.checks.judging import asked, judge
from lesson_utils.checks.registry import exercise


@exercise(
    "06.1",
    nudge="With a new base, pair k slows by (b′ / b)^(2k / d). What should that be equal to?",
    outline="Set (b′ / b)^(2k / d) equal to the factor, and solve for b′: raise both sides to "
    "d / (2k), then multiply by b.",
    takeaway="NTK-aware's formula is one wish among many: pair k slows by s. The paper wishes it "
    "of the last pair, and gets d / (d − 2).",
)
def base_for_pair(answer):
    judge(
        answer,
        _granted,
        **asked(_WISHES),
        mistakes=_OTHER_BASES,
        by_hand=_SMALL_WISHES,
        form=number,
    )


def _wish(head_dim, base, pair, factor):
    return {"head_dim": head_dim, "base": base, "pair": pair, "factor": factor}


_PUT_IN = "Put your base b′ into (b′ / b)^(2k / d), with k = {pair}. Does {factor} come out?"
_WISHES = (
    (_wish(64, 10_000.0, 8, 4.0), _PUT_IN),
    (_wish(96, 40_000.0, 20, 2.5), _PUT_IN),
    (
        _wish(20, 12.5, 9, 1.3),
        "This base is small, and the pair is the last one. Put your base into (b′ / b)^(2k / d): "
        "does 1.3 come out?",
    ),
    (
        _wish(40, 3_000.0, 13, 3.5),
        "This pair is in the slower half. Does your rule know the pair there?",
    ),
    (
        _wish(128, 10_000.0, 1, 1.23),
        "Pair 1 is nearly as fast as pair 0, so this base is very large, about 5.7 billion. Is "
        "yours kept below some number?",
    ),
)


_SMALL_WISHES = (
    (_wish(4, 100.0, 1, 1.0), "A factor of 1 slows nothing. Which base does that?"),
    (_wish(4, 100.0, 1, 3.0), "Pair 1 of 2 turns by b^(−1/2). Which base makes that 3 times less?"),
    (_wish(8, 100.0, 2, 3.0), "Pair 2 of 4 turns by b^(−1/2). Which base makes that 3 times less?"),
    (_wish(8, 100.0, 1, 2.0), "Pair 1 of 4 turns by b^(−1/4). Which base makes that half?"),
    (_wish(12, 100.0, 4, 4.0), "Pair 4 of 6 turns by b^(−2/3). Which base makes that a quarter?"),
)


def _granted(head_dim, base, pair, factor):
    return base * factor ** (head_dim / (2 * pair))


def _in_half(base, factor, exponent, dtype, whole):
    """Take the power in a short dtype, and multiply there as well or outside."""
    power = torch.tensor(factor, dtype=dtype) ** exponent
    return (power * base).item() if whole else power.item() * base


_OTHER_BASES = {
    "Your base shrank, so every pair turns faster. Which sign does the exponent have?": (
        lambda head_dim, base, pair, factor: base * factor ** -(head_dim / (2 * pair))
    ),
    "Your base grew by the factor itself. The exponent of pair k is 2k / d: how much must the base "
    "grow, so that its power is the factor?": lambda head_dim, base, pair, factor: base * factor,
    "That slows the last pair by the factor, whichever pair was asked for. Where does `pair` come "
    "in?": lambda head_dim, base, pair, factor: base * factor ** (head_dim / (head_dim - 2)),
    "Your exponent is upside down: 2k / d is what happens to the base. What undoes it?": (
        lambda head_dim, base, pair, factor: base * factor ** (2 * pair / head_dim)
    ),
    "You count pairs from 1, so the pair after the one you were asked for is granted the wish. "
    "What is the exponent of pair 0?": (
        lambda head_dim, base, pair, factor: base * factor ** (head_dim / (2 * pair + 2))
    ),
    "Your k is one too small, so the pair before the one you were asked for is granted the wish. "
    "Pairs count from 0 here, and `pair` too.": (
        lambda head_dim, base, pair, factor: base * factor ** (head_dim / (2 * pair - 2))
    ),
    "Your exponent has 2k + 1, or 2k − 1. Which two channels are pair k, and what stands in "
    "θ = b^(−2k / d)?": (
        lambda head_dim, base, pair, factor: base * factor ** (head_dim / (2 * pair - 1)),
        lambda head_dim, base, pair, factor: base * factor ** (head_dim / (2 * pair + 1)),
        lambda head_dim, base, pair, factor: base * factor ** (head_dim / (pair + 1)),
    ),
    "Logarithms of two bases are mixed. Which one does `exp` undo?": tuple(
        lambda head_dim, base, pair, factor, by=by: base * factor ** (head_dim / (2 * pair) * by)
        for by in (1 / math.log(2), 1 / math.log(10), math.log(2), math.log(10))
    )
    + tuple(
        lambda head_dim, base, pair, factor, by=by: _granted(head_dim, base, pair, factor) ** by
        for by in (1 / math.log(2), 1 / math.log(10), math.log(2))
    ),
    "You multiplied where a power is due. What undoes b^(2k / d)?": (
        lambda head_dim, base, pair, factor: base * factor * head_dim / (2 * pair),
        lambda head_dim, base, pair, factor: base * factor * 2 * pair / head_dim,
        lambda head_dim, base, pair, factor: base * (1 + factor * head_dim / (2 * pair)),
    ),
    "You took base and factor for each other, in the power. Which of the two is raised?": (
        lambda head_dim, base, pair, factor: factor * base ** (head_dim / (2 * pair)),
        lambda head_dim, base, pair, factor: factor * base ** (2 * pair / head_dim),
    ),
    "Your base has only the last pair's wish, or that of the pair beside it, from the slower half "
    "on. Which pairs can be asked for?": (
        lambda head_dim, base, pair, factor: _granted(
            head_dim, base, pair if 4 * pair < head_dim else head_dim // 2 - 1, factor
        ),
        lambda head_dim, base, pair, factor: _granted(
            head_dim, base, min(pair, head_dim // 4), factor
        ),
    ),
    "You count pairs from the slow end. Which pair is number 0?": (
        lambda head_dim, base, pair, factor: base * factor ** (head_dim / (head_dim - 2 * pair)),
        lambda head_dim, base, pair, factor: (
            base * factor ** (head_dim / (head_dim - 2 - 2 * pair))
        ),
    ),
    "Your exponent is twice too large. Pair k is two channels; what stands beside k in "
    "θ = b^(−2k / d)?": lambda head_dim, base, pair, factor: base * factor ** (head_dim / pair),
    "Your exponent is half of what it should be. Is head_dim the number of channels, or of "
    "pairs?": lambda head_dim, base, pair, factor: base * factor ** (head_dim / (4 * pair)),
    "You took (d − 2) / 2k, which turns one factor into another. What turns a factor into a "
    "base?": lambda head_dim, base, pair, factor: base * factor ** ((head_dim - 2) / (2 * pair)),
    "Your exponent is a whole number: you divided with `//`, or rounded it. Is d / 2k whole?": (
        lambda head_dim, base, pair, factor: base * factor ** (head_dim // (2 * pair)),
        lambda head_dim, base, pair, factor: base * factor ** round(head_dim / (2 * pair)),
        lambda head_dim, base, pair, factor: base * factor ** math.ceil(head_dim / (2 * pair)),
    ),
    "A power goes before a division: `a ** b / c` is (a ** b) / c. Where do brackets belong?": (
        lambda head_dim, base, pair, factor: base * factor**head_dim / (2 * pair),
        lambda head_dim, base, pair, factor: base * factor**head_dim / 2 * pair,
        lambda head_dim, base, pair, factor: base * factor ** (head_dim / 2 * pair),
    ),
    "You raised the base to the power, too. To which of the two does d / 2k belong?": (
        lambda head_dim, base, pair, factor: (base * factor) ** (head_dim / (2 * pair))
    ),
    "You added to the base. By what is it multiplied?": (
        lambda head_dim, base, pair, factor: base + factor ** (head_dim / (2 * pair))
    ),
    "That is what the base is multiplied by. What is the new base?": (
        lambda head_dim, base, pair, factor: factor ** (head_dim / (2 * pair))
    ),
    "Your base is slowed, not the pair: it is divided by the factor. Do slower pairs need a "
    "smaller base, or a larger?": lambda head_dim, base, pair, factor: base / factor,
    "That is the pair's new speed. Which base gives it?": (
        lambda head_dim, base, pair, factor: base ** (-2 * pair / head_dim) / factor
    ),
    "That is a logarithm of the base. What undoes it?": (
        lambda head_dim, base, pair, factor: math.log(_granted(head_dim, base, pair, factor)),
        lambda head_dim, base, pair, factor: math.log10(_granted(head_dim, base, pair, factor)),
    ),
    "Your base is 10,000 before it is raised, whatever it is given as. Is a number written into "
    "your code?": lambda head_dim, base, pair, factor: _granted(head_dim, 10_000.0, pair, factor),
    "You take head_dim for 64, whatever it is. Is a number written into your code?": (
        lambda head_dim, base, pair, factor: _granted(64, base, pair, factor)
    ),
    "Your factor is 4, or 8, whatever it is given as. Is a number written into your code?": (
        lambda head_dim, base, pair, factor: _granted(head_dim, base, pair, 4.0),
        lambda head_dim, base, pair, factor: _granted(head_dim, base, pair, 8.0),
    ),
    "You serve pair 8 or pair 16, whichever was asked for. Is a number written into your code?": (
        lambda head_dim, base, pair, factor: _granted(head_dim, base, 8, factor),
        lambda head_dim, base, pair, factor: _granted(head_dim, base, 16, factor),
    ),
    "You made the factor a whole number. Is every factor?": (
        lambda head_dim, base, pair, factor: _granted(head_dim, base, pair, int(factor)),
        lambda head_dim, base, pair, factor: _granted(head_dim, base, pair, round(factor)),
        lambda head_dim, base, pair, factor: _granted(head_dim, base, pair, math.ceil(factor)),
    ),
    "You rounded the base. With which base does the pair slow by *exactly* the factor?": tuple(
        lambda cut=cut, **wish: float(cut(_granted(**wish)))
        for cut in (
            round,
            math.floor,
            math.ceil,
            *(lambda x, digits=digits: round(x, digits) for digits in (-3, -2, -1, 1)),
            *(lambda x, digits=digits: float(f"{x:.{digits}g}") for digits in (1, 2, 3)),
        )
    ),
    "Your power goes through half precision, bfloat16 or float16. How many digits has such a "
    "number?": tuple(
        lambda head_dim, base, pair, factor, dtype=dtype, whole=whole: _in_half(
            base, factor, head_dim / (2 * pair), dtype, whole
        )
        for dtype in (torch.bfloat16, torch.float16)
        for whole in (True, False)
    ),
    "Your base ends at a power of ten. How large may a base be?": tuple(
        lambda head_dim, base, pair, factor, most=most: min(
            most, _granted(head_dim, base, pair, factor)
        )
        for most in (1e6, 1e7, 1e8, 1e9)
    ),
}


@exercise(
    "06.2",
    nudge="Which pair overshoots most? It slows by factor^(2i / (d − 2)). By how much should it?",
    outline="Find the first pair whose angle at position trained − 1 is below 2π. At target − 1 "
    "its angle is (target − 1) / (trained − 1) times as wide, and this is the slow-down it needs. "
    "Raise that to (d − 2) / (2i). The result is never below 1, and 1 if every pair finishes.",
    takeaway="Where the first unfinished pair stands decides how far NTK-aware's factor is above "
    "the stretch: the further down the head, the closer they are.",
)
def factor_for_length(answer):
    judge(
        answer,
        _factor,
        **asked(_STRETCHES),
        mistakes=_OTHER_FACTORS,
        by_hand=_SMALL_STRETCHES,
        form=number,
    )


def _stretch(head_dim, base, trained, target):
    return {"head_dim": head_dim, "base": base, "trained": trained, "target": target}


_FIRST_UNFINISHED = (
    "Which pair is the first that never finishes a turn in training, and by how much must it slow? "
    "It slows by factor^(2i / (d − 2))."
)
_STRETCHES = (
    (_stretch(64, 10_000.0, 512, 4096), _FIRST_UNFINISHED),
    (_stretch(96, 3_000.0, 120, 1_000), _FIRST_UNFINISHED),
    (
        _stretch(64, 10_000.0, 512, 200),
        "A target of 200, in a window of 512, has no new angle. Which factor changes nothing?",
    ),
    (
        _stretch(16, 50.0, 4096, 16_384),
        "Here every pair finishes a turn in training, the last one too. Which angle is new then, "
        "and which factor changes nothing?",
    ),
    (
        _stretch(32, 625.0, 32, 100),
        "Pair 4 turns a fifth of a radian per position, and the last of 32 positions is 31: 6.2 "
        "radians. Does it finish a turn?",
    ),
    (
        _stretch(12, 10_000.0, 8, 20),
        "This window is so short that only pair 0 finishes a turn. Which pair is the first "
        "unfinished one?",
    ),
    (
        _stretch(8, 100.0, 101, 301),
        "At position 100 the angles are 100, 31.6, 10 and 3.16: only the last pair is unfinished. "
        "By how much must it slow?",
    ),
)


_SMALL_STRETCHES = (
    (
        _stretch(4, 10_000.0, 101, 201),
        "Pair 1 is the only other one. At position 100 its angle is 1, at 200 it would be 2, and "
        "its exponent is 1.",
    ),
    (
        _stretch(8, 10_000.0, 101, 401),
        "At position 100 the angles are 100, 10, 1 and 0.1: pair 2 is the first unfinished one. It "
        "slows by factor^(2/3), and must by 4.",
    ),
    (
        _stretch(8, 1e8, 101, 201),
        "At position 100 pair 1 has an angle of 1, so it is unfinished. It slows by factor^(1/3), "
        "and must by 2.",
    ),
)


def _theta(head_dim, base):
    return base ** (-2 * np.arange(head_dim // 2) / head_dim)


def _first(head_dim, base, last, full=2 * math.pi):
    """Return the number of the first pair that stays below a full turn at this position."""
    return int((last * _theta(head_dim, base) >= full).sum())


def _last(head_dim, base, last):
    return head_dim // 2 - 1


def _middle(head_dim, base, last):
    return (_first(head_dim, base, last) + head_dim // 2 - 1) / 2


def _index(head_dim, base, last):
    """Return where the angle is a full turn at this position, as a pair number with decimals."""
    return head_dim * math.log(last / (2 * math.pi)) / (2 * math.log(base))


def _factor(head_dim, base, trained, target, *, ratio=None, power=None, count=None):
    """Compute the smallest factor; its three steps may be others."""
    pair = (count or _first)(head_dim, base, trained - 1)
    if target <= trained or pair >= head_dim // 2:
        return 1.0
    ratio = (target - 1) / (trained - 1) if ratio is None else ratio(trained, target)
    return ratio ** ((head_dim - 2) / (2 * pair) if power is None else power(head_dim, pair))


def _step(**changes):
    """Take another step: looking whether anything needs to be done with it, without it, or not."""

    def counted(head_dim, base, trained, target):
        return (changes.get("count") or _first)(head_dim, base, trained - 1)

    def looking(**asked):
        return 1.0 if _factor(**asked) == 1 else _factor(**asked, **changes)

    def unguarded(**asked):
        inside = min(counted(**asked), asked["head_dim"] // 2 - 1)
        asked["target"] = max(asked["target"], asked["trained"] + 1)
        return _factor(**asked, **changes | {"count": lambda *_: inside})

    return lambda **asked: _factor(**asked, **changes), looking, unguarded


def _guarded(function):
    """Return 1 where nothing needs to be done; and the same without looking."""

    def looking(**asked):
        return 1.0 if _factor(**asked) == 1 else function(**asked)

    def short_only(**asked):
        return 1.0 if asked["target"] <= asked["trained"] else function(**asked)

    return looking, short_only, function


def _for_pair(moved):
    """Serve the pair that is so many after the first unfinished one."""
    return (
        *_step(count=lambda *asked: max(1, _first(*asked) + moved)),
        *_step(count=lambda *asked: _first(*asked) + moved),
    )


def _unguarded(head_dim, base, trained, target):
    pair = min(_first(head_dim, base, trained - 1), head_dim // 2 - 1)
    return ((target - 1) / (trained - 1)) ** ((head_dim - 2) / (2 * pair))


def _unguarded_past_the_end(head_dim, base, trained, target):
    pair = _first(head_dim, base, trained - 1)
    return ((target - 1) / (trained - 1)) ** ((head_dim - 2) / (2 * pair))


def _past_the_end(head_dim, base, trained, target):
    if target <= trained:
        return 1.0
    pair = _first(head_dim, base, trained - 1)
    return ((target - 1) / (trained - 1)) ** ((head_dim - 2) / (2 * pair))


def _below_a_turn(head_dim, base, trained, target):
    pairs = range(max(1, _first(head_dim, base, trained - 1)), head_dim // 2)
    wide = (target - 1) * _theta(head_dim, base) / (2 * math.pi)
    return max([1.0, *(max(1.0, wide[i]) ** ((head_dim - 2) / (2 * i)) for i in pairs)])


def _needs(head_dim, base, trained, target):
    """Return the factor that each unfinished pair would need."""
    pairs = np.arange(_first(head_dim, base, trained - 1), head_dim // 2)
    if not len(pairs):
        raise ValueError("no pair is unfinished")
    return ((target - 1) / (trained - 1)) ** ((head_dim - 2) / (2 * pairs))


def _rounded(cut):
    return lambda **asked: cut(_factor(**asked))


def _fixed(**numbers):
    return lambda **asked: _factor(**asked | numbers)


_OTHER_FACTORS = {
    "That is the stretch, and it brings only the last pair inside. Which of the unfinished "
    "pairs is slowed least? If you take that one: is your exponent upside down?": (
        *_guarded(lambda head_dim, base, trained, target: (target - 1) / (trained - 1)),
        *_guarded(lambda head_dim, base, trained, target: target / trained),
    ),
    "You widened the pair's angle by target / trained. At which position is the widest "
    "angle of a text of `trained` tokens, and at which that of `target` tokens?": _step(
        ratio=lambda trained, target: target / trained
    ),
    "One of your two positions is a length. The last position of n tokens is n − 1, in both "
    "texts.": (
        *_step(ratio=lambda trained, target: target / (trained - 1)),
        *_step(ratio=lambda trained, target: (target - 1) / trained),
    ),
    "Your ratio of the two positions is a whole number: did you divide with `//`, or round it?": (
        *_step(ratio=lambda trained, target: max(1, (target - 1) // (trained - 1))),
        *_step(ratio=lambda trained, target: max(1, target // trained)),
        *_step(ratio=lambda trained, target: math.ceil((target - 1) / (trained - 1))),
        *_step(ratio=lambda trained, target: math.ceil(target / trained)),
    ),
    "You serve a pair in the middle of the unfinished ones. Which of them is slowed least?": (
        *_step(count=_middle),
        *_step(count=lambda *asked: math.floor(_middle(*asked))),
        *_step(count=lambda *asked: math.ceil(_middle(*asked))),
    ),
    "Your exponent has 2i + 1, or 2i − 1. Which power of the factor is the slow-down of pair i?": (
        *_step(power=lambda head_dim, pair: (head_dim - 2) / (2 * pair - 1)),
        *_step(power=lambda head_dim, pair: (head_dim - 2) / (2 * pair + 1)),
    ),
    "Your exponent has d + 2, or d − 1, in place of d − 2. Which pair does `ntk_aware` slow by the "
    "factor itself?": (
        *_step(power=lambda head_dim, pair: (head_dim + 2) / (2 * pair)),
        *_step(power=lambda head_dim, pair: (head_dim - 1) / (2 * pair)),
    ),
    "You multiplied by the exponent. The pair slows by a *power* of the factor; what undoes it?": (
        *_guarded(
            lambda head_dim, base, trained, target: (
                (target - 1)
                / (trained - 1)
                * (head_dim - 2)
                / (2 * _first(head_dim, base, trained - 1))
            )
        ),
    ),
    "Your ratio is upside down: trained over target. Which of the two has the wider angle?": _step(
        ratio=lambda trained, target: (trained - 1) / (target - 1)
    ),
    "You counted a turn up to position `trained`. Which is the last position of a text of "
    "that length?": _step(count=lambda head_dim, base, last: _first(head_dim, base, last + 1)),
    "You brought the last *finished* pair inside. Has it any angle that it never met?": (
        _for_pair(-1)
    ),
    "That is for the second unfinished pair. The first is slowed less; does your count "
    "begin at 0?": (
        *_for_pair(1),
        *_step(count=lambda *asked: min(_first(*asked) + 1, max(_first(*asked), _last(*asked)))),
    ),
    "You took a pair that turns by less than one radian in training. How many radians make "
    "a whole turn?": _step(count=lambda *asked: _first(*asked, full=1)),
    "You took a pair that turns by less than half a turn. How many radians make a whole "
    "one?": _step(count=lambda *asked: _first(*asked, full=math.pi)),
    "You count degrees: 360 of them. In which unit are these angles?": _step(
        count=lambda *asked: _first(*asked, full=360)
    ),
    "Your pairs slow down half as fast as they should, from one to the next. What stands "
    "beside i in the exponent of θ?": _step(
        count=lambda head_dim, base, last: _first(head_dim, math.sqrt(base), last)
    ),
    "You keep every pair inside, pair 1 too, although it has met all angles. Which pairs "
    "are *unfinished*?": _step(count=lambda *asked: 1),
    "Your exponent has d / 2i, so this is what the base grows by. `ntk_aware` takes a "
    "factor, and makes the base from it; which exponent is left?": _step(
        power=lambda head_dim, pair: head_dim / (2 * pair)
    ),
    "Your exponent is upside down: your factor is *below* the stretch. Which power of the "
    "factor is the slow-down of pair i?": _step(
        power=lambda head_dim, pair: 2 * pair / (head_dim - 2)
    ),
    "Your exponent is twice too large. Is i the number of a pair, or of a channel?": _step(
        power=lambda head_dim, pair: (head_dim - 2) / pair
    ),
    "Your exponent is half of what it should be. Is head_dim the number of channels, or of "
    "pairs?": _step(power=lambda head_dim, pair: (head_dim - 2) / (4 * pair)),
    "Your exponent is a whole number: you divided with `//`. Is (d − 2) / 2i whole?": _step(
        power=lambda head_dim, pair: (head_dim - 2) // (2 * pair)
    ),
    "You took the pair that never finishes in the *target* length. In which length had the "
    "model met its angles?": _guarded(
        lambda head_dim, base, trained, target: _factor(
            head_dim,
            base,
            trained,
            target,
            count=lambda *_: _first(head_dim, base, target - 1),
        )
    ),
    "You multiplied the stretch by the overshoot. With the new factor the pair slows by a "
    "power of it, so it is still outside. Which factor has the right power?": _step(
        power=lambda head_dim, pair: 2 - 2 * pair / (head_dim - 2)
    ),
    "That is a base. What was asked for is the factor that `ntk_aware` takes.": (
        lambda head_dim, base, trained, target: (
            base * _factor(head_dim, base, trained, target) ** (head_dim / (head_dim - 2))
        ),
        lambda **asked: (
            asked["base"] * _factor(**asked, power=lambda head_dim, pair: head_dim / (2 * pair))
        ),
    ),
    "You never look at the last pair. Up to which number do pairs go?": (
        lambda **asked: (
            1.0
            if _first(asked["head_dim"], asked["base"], asked["trained"] - 1)
            == asked["head_dim"] // 2 - 1
            else _factor(**asked)
        )
    ),
    "You kept the pairs below a full turn. They must not go beyond the angle that they "
    "had at position trained − 1, which is smaller.": _guarded(_below_a_turn),
    "You took the mean of what the pairs need. Does it bring the one inside that needs most?": (
        *_guarded(lambda **asked: np.mean(_needs(**asked))),
        *_guarded(lambda **asked: np.median(_needs(**asked))),
        *_guarded(lambda **asked: np.exp(np.mean(np.log(_needs(**asked))))),
    ),
    "You added up what the pairs need. One factor serves them all; which of them needs most?": (
        *_guarded(lambda **asked: np.sum(_needs(**asked))),
    ),
    "For a target shorter than the window you speed pairs up. What does a text that fits need?": (
        lambda head_dim, base, trained, target: (
            1.0
            if _first(head_dim, base, trained - 1) == head_dim // 2
            else _unguarded(head_dim, base, trained, target)
        ),
        lambda **asked: (
            _factor(**asked)
            if asked["target"] > asked["trained"]
            else (asked["target"] - 1) / (asked["trained"] - 1)
        ),
        lambda **asked: (
            _factor(**asked)
            if asked["target"] > asked["trained"]
            else asked["target"] / asked["trained"]
        ),
    ),
    "Where every pair finishes a turn in training, the last one too, you stretch all the "
    "same. Which angle is new there?": (
        lambda head_dim, base, trained, target: (
            1.0 if target <= trained else _unguarded(head_dim, base, trained, target)
        ),
        _past_the_end,
        lambda head_dim, base, trained, target: (
            target / trained
            if target > trained and _factor(head_dim, base, trained, target) == 1
            else _factor(head_dim, base, trained, target)
        ),
    ),
    "Two guards are missing: a target that fits into the window, and pairs that all "
    "finish. What does each of the two need?": (_unguarded, _unguarded_past_the_end),
    "Your base is 10,000, whatever it is given as. Is a number written into your code?": (
        _fixed(base=10_000.0)
    ),
    "You take head_dim for 64, whatever it is. Is a number written into your code?": _fixed(
        head_dim=64
    ),
    "Your window is 512, whatever was trained on. Is a number written into your code?": (
        _fixed(trained=512)
    ),
    "Your target is 4,096, whatever was asked for. Is a number written into your code?": (
        _fixed(target=4096)
    ),
    "You serve pair 16, whichever is the first unfinished one. Is a number written into "
    "your code?": _guarded(
        lambda head_dim, base, trained, target: (
            ((target - 1) / (trained - 1)) ** ((head_dim - 2) / 32)
        )
    ),
    "You computed the index of the first unfinished pair, and rounded it. A pair with "
    "decimals is none; which whole pair is the first that stays below a full turn?": (
        *_step(count=lambda *asked: round(_index(*asked))),
        *_step(count=_index),
    ),
    "You rounded the factor. Which is the *smallest* that keeps every unfinished pair inside?": (
        _rounded(math.ceil),
        _rounded(round),
        _rounded(math.floor),
        *(_rounded(lambda x, by=by: math.ceil(x * by - 1e-9) / by) for by in (2, 4, 10)),
        _rounded(lambda x: round(x, 1)),
    ),
}


@exercise(
    "06.3",
    nudge="How many tokens are in use now: those of `q`, or those of `keys`? Which scale does that "
    "give, and which positions have the queries, the last of them?",
    outline="With m keys, the scale is max(1, m / trained). Make the base, then the frequencies. "
    "Key j is at position j; query j of n is at position m − n + j. Turn both (first half of the "
    "head with the second half), take every query · key, and divide by √head_dim.",
    takeaway="Keys kept as they were before rotation owe nothing to yesterday's frequencies, nor "
    "to their old positions. Both may change at each step.",
)
def fresh_scores(answer):
    judge(
        answer,
        _scores,
        **asked(_steps()),
        mistakes=_MISTURNED,
        by_hand=_small_steps(),
        absolute=5e-5,
    )


def _steps():
    def step(n, m, trained=16, base=500.0, head_dim=20, heads=3, batch=2):
        rng = np.random.default_rng(m)
        q, keys = (rng.normal(size=(batch, heads, count, head_dim)) for count in (n, m))
        return {"q": q, "keys": keys, "trained": trained, "base": base}

    turned = "Turn each key at its place, and each query at that of its own key, at today's speeds."
    return (
        (step(3, 7), f"There are 3 queries and 7 keys, in a window of 16. {turned}"),
        (step(5, 58), f"There are 5 queries and 58 keys, past a window of 16. {turned}"),
        (step(20, 30, heads=5), f"Here are more queries, 20, than the window has tokens. {turned}"),
        (
            step(2, 1100, trained=100, base=10_000.0, head_dim=12, batch=1),
            "Here are 1,100 keys, and a head of 12. Is a size written into your code?",
        ),
        (step(6, 6, trained=4, batch=3), f"All six tokens are new here. {turned}"),
    )


def _small_steps():
    def small(query, *keys, trained=16, base=4.0):
        q, k = (np.array(x, dtype=float)[None, None] for x in ([query], keys))
        return {"q": q, "keys": k, "trained": trained, "base": base}

    one, other, half, across = np.eye(4)[[0, 1, 2, 3]]
    return (
        (small(one, one), "One query and its own key, both 1 in number 0: 1 / √4, as if unturned."),
        (
            small(one, one, one),
            "The query is at position 1, its own key as well, and one key at 0. Pair 0 turns one "
            "radian from one to the other.",
        ),
        (
            small(one, half, one),
            "Pair 0 is numbers 0 and 2. The query turns by one radian, from number 0 towards "
            "number 2; how much of it meets a key that is 1 in number 2?",
        ),
        (small(other, across, other), "Pair 1 is numbers 1 and 3. Here it turns half a radian."),
        (
            small(other, other, other, trained=1),
            "Two keys in a window of 1: the scale is 2, so pair 1, the last, turns by 0.25 and not "
            "by 0.5.",
        ),
        (
            small(one, one, one, trained=1),
            "Two keys in a window of 1: the scale is 2. Pair 0 keeps its speed, 1 radian.",
        ),
    )


def _slowed(head_dim, base, scale, dims=None):
    """Return NTK-aware's frequencies, float64 [head_dim / 2]."""
    dims = dims or head_dim
    return _theta(head_dim, base * scale ** (dims / (dims - 2)))


def _whole_turn(a, b, angle):
    return a * np.cos(angle) - b * np.sin(angle), a * np.sin(angle) + b * np.cos(angle)


def _scores(
    q,
    keys,
    trained,
    base,
    *,
    speeds=None,
    key_speeds=None,
    first=None,
    turn=_whole_turn,
    at=lambda at: at,
    halves=True,
):
    """Turn queries and keys and multiply: float64 [batch, heads, n, m]; each step may be another.

    ``speeds`` and ``key_speeds`` take the head's size, the base, n, m and the window.
    """
    n, m, head_dim = q.shape[2], keys.shape[2], q.shape[3]
    speeds = speeds or _today
    given = head_dim, base, n, m, trained

    def turned(x, positions, theta):
        a, b = np.split(x, 2, axis=-1) if halves else (x[..., ::2], x[..., 1::2])
        return np.concatenate(turn(a, b, at(positions)[:, None] * theta), axis=-1)

    places = (m - n if first is None else first(n, m)) + np.arange(n)
    q = turned(q, places, speeds(*given))
    keys = turned(keys, np.arange(m), (key_speeds or speeds)(*given))
    return q @ keys.swapaxes(2, 3) / math.sqrt(head_dim)


def _short(numbers, dtype):
    """Round numbers to a short dtype."""
    return torch.as_tensor(numbers, dtype=torch.float32).to(dtype).double().numpy()


def _in_short_angles(dtype, tables):
    """Multiply short positions with short frequencies; cosines and sines may be short as well."""

    def turn(a, b, angle):
        angle = _short(angle, dtype)
        cos, sin = _short(np.cos(angle), tables), _short(np.sin(angle), tables)
        return a * cos - b * sin, a * sin + b * cos

    return _other(
        speeds=lambda *given: _short(_today(*given), dtype),
        at=lambda at: _short(at, dtype),
        turn=turn,
    )


def _warmed(power):
    """Multiply the right scores by a power of YaRN's temperature."""
    return lambda q, keys, trained, base: (
        _scores(q, keys, trained, base)
        * (0.1 * math.log(max(1.0, keys.shape[2] / trained)) + 1) ** power
    )


def _today(head_dim, base, n, m, trained):
    return _slowed(head_dim, base, max(1.0, m / trained))


def _plain(head_dim, base, n, m, trained):
    return _theta(head_dim, base)


def _still(head_dim, base, n, m, trained):
    return np.zeros(head_dim // 2)


def _backwards(*given):
    return -_today(*given)


def _yesterday(head_dim, base, n, m, trained):
    """Return each key's frequencies of the day it came, [m, head_dim / 2]."""
    return np.stack([_slowed(head_dim, base, max(1.0, (p + 1) / trained)) for p in range(m)])


def _by_own_scale(q, keys, trained, base):
    """Give each query, with all keys, the scale of its own position."""
    n, m = q.shape[2], keys.shape[2]

    def row(j):
        upto = m - n + j + 1
        scale = max(1.0, upto / trained)
        return _scores(
            q[:, :, j : j + 1],
            keys,
            trained,
            base,
            speeds=lambda head_dim, base, *_: _slowed(head_dim, base, scale),
            first=lambda *_: upto - 1,
        )

    return np.concatenate([row(j) for j in range(n)], axis=2)


def _scaled(scale):
    """Turn by another scale, made from n, m and the window."""
    return _other(
        speeds=lambda head_dim, base, n, m, trained: _slowed(head_dim, base, scale(n, m, trained))
    )


def _grown(power):
    """Turn by a base that grows by another power of the scale."""
    return _other(
        speeds=lambda head_dim, base, n, m, trained: _theta(
            head_dim, base * max(1.0, m / trained) ** power(head_dim)
        )
    )


def _other(**changes):
    return lambda **given: _scores(**given, **changes)


def _after(change):
    """Change the right scores, given the head's size."""
    return lambda **given: change(_scores(**given), given["q"].shape[3])


def _softmax(x):
    weights = np.exp(x - x.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)


def _hidden(scores, head_dim):
    n, m = scores.shape[2:]
    return np.where(np.tri(n, m, m - n, dtype=bool), scores, -np.inf)


_MISTURNED = {
    "Your queries begin at position 0 again. How many tokens came before them?": _other(
        first=lambda n, m: 0
    ),
    "Your queries stand one position too late beside the keys. Does the first key stand at 0, and "
    "the last query where the last key does?": _other(first=lambda n, m: m - n + 1),
    "Your queries stand one position too early beside the keys. Does the first key stand at 0, and "
    "the last query where the last key does?": _other(first=lambda n, m: m - n - 1),
    "Your queries begin behind all the keys. Are the new tokens' own keys in `keys` already?": (
        _other(first=lambda n, m: m)
    ),
    "Your queries all stand at the last position. Which one is the newest?": _other(
        first=lambda n, m: m - 1 - np.arange(n)
    ),
    "Your keys run backwards: the first of them is at position 0.": lambda **given: _scores(
        **given | {"keys": given["keys"][:, :, ::-1]}
    ),
    "You turned neighbours, 0 with 1, and so on. Which numbers make a pair in this model?": _other(
        halves=False
    ),
    "Your queries are not turned. Which of the two does the cache hand over bare?": _other(
        speeds=_still, key_speeds=_today
    ),
    "Your keys are not turned. They come from the cache as they were before rotation; what do they "
    "need?": _other(key_speeds=_still),
    "Neither queries nor keys are turned. Where do the positions come in?": _other(speeds=_still),
    "Your queries and keys turn against each other: angles add up where they should cancel. Did "
    "both get the same sign of sin?": (
        _other(key_speeds=_backwards),
        _other(speeds=_backwards, key_speeds=_today),
    ),
    "Scores are larger with you, as by YaRN's temperature. Does NTK-aware have one?": (
        _warmed(2),
        _warmed(1),
    ),
    "Your angles went through half precision, bfloat16 or float16. How exact is position × "
    "frequency then?": tuple(
        _other(turn=lambda a, b, angle, dtype=dtype: _whole_turn(a, b, _short(angle, dtype)))
        for dtype in (torch.bfloat16, torch.float16)
    )
    + tuple(
        _in_short_angles(dtype, tables)
        for dtype in (torch.bfloat16, torch.float16)
        for tables in (dtype, torch.float32)
    ),
    "Your positions went through half precision. Which whole numbers has bfloat16 above 256?": (
        _other(at=lambda at: _short(at, torch.bfloat16)),
    ),
    "Your frequencies run from slow to fast. Which pair is the fastest?": _other(
        speeds=lambda *given: _today(*given)[::-1]
    ),
    "The base has grown, and each frequency is divided by the scale besides. One of the two is "
    "NTK-aware's.": _other(
        speeds=lambda head_dim, base, n, m, trained: (
            _today(head_dim, base, n, m, trained) / max(1.0, m / trained)
        )
    ),
    "Your exponent of θ has head_dim − 2 below the line. The base alone is changed; what stands "
    "there in plain RoPE?": _other(
        speeds=lambda head_dim, base, n, m, trained: (
            (base * max(1.0, m / trained) ** (head_dim / (head_dim - 2)))
            ** (-2 * np.arange(head_dim // 2) / (head_dim - 2))
        )
    ),
    "Your scale is scale · m / trained − (scale − 1), as in `transformers`, with a factor of its "
    "own. The paper's is m / trained.": tuple(
        _scaled(
            lambda n, m, trained, factor=factor: max(
                1.0, (factor or m / trained) * m / trained - (factor or m / trained) + 1
            )
        )
        for factor in (None, 2, 4, 8)
    ),
    "Your scale is m / trained plus one, or counts one token more or less. How many tokens are in "
    "use?": (
        _scaled(lambda n, m, trained: 1 + m / trained),
        _scaled(lambda n, m, trained: max(1.0, (m + 1) / trained)),
        _scaled(lambda n, m, trained: max(1.0, (m - 1) / trained)),
    ),
    "Your scale is m / trained less one, or the root or the logarithm of it. The paper's is the "
    "ratio itself.": (
        _scaled(lambda n, m, trained: max(1.0, m / trained - 1)),
        _scaled(lambda n, m, trained: math.sqrt(max(1.0, m / trained))),
        _scaled(lambda n, m, trained: 1 + math.log(max(1.0, m / trained))),
    ),
    "You turned both backwards, or cosine and sine have changed places. Which of x₁ sin and x₂ sin "
    "carries the minus?": _other(speeds=_backwards),
    "Both of your halves have a minus before the sine. Which of x₁ sin and x₂ sin carries it?": (
        _other(
            turn=lambda a, b, angle: (
                a * np.cos(angle) - b * np.sin(angle),
                b * np.cos(angle) - a * np.sin(angle),
            )
        )
    ),
    "Neither of your halves has a minus before the sine. Which of x₁ sin and x₂ sin carries it?": (
        _other(
            turn=lambda a, b, angle: (
                a * np.cos(angle) + b * np.sin(angle),
                a * np.sin(angle) + b * np.cos(angle),
            )
        )
    ),
    "You multiplied by the cosines only. Where do the sines come in?": _other(
        turn=lambda a, b, angle: (a * np.cos(angle), b * np.cos(angle))
    ),
    "√head_dim is missing.": _after(lambda scores, d: scores * math.sqrt(d)),
    "You divided by head_dim. By which power of it does attention divide?": _after(
        lambda scores, d: scores / math.sqrt(d)
    ),
    "You divided by 8, whatever head_dim is. Which head has √head_dim = 8?": _after(
        lambda scores, d: scores * math.sqrt(d) / 8
    ),
    "You multiplied by √head_dim. Attention divides by it.": _after(lambda scores, d: scores * d),
    "You divided by the root of half the head. How many numbers are in q · k?": _after(
        lambda scores, d: scores * math.sqrt(2)
    ),
    "You took the softmax already. Scores are what goes into it.": _after(
        lambda scores, d: _softmax(scores)
    ),
    "You hid the keys of later positions. Who was to do that, by the task?": (
        _after(_hidden),
        _after(lambda scores, d: np.nan_to_num(_hidden(scores, d), neginf=0)),
    ),
    "Your keys are the rows. Which axis do the queries have in [batch, heads, n, m]?": _after(
        lambda scores, d: scores.swapaxes(2, 3)
    ),
    "Those are the scores of the newest query alone. How many queries came in?": (
        _after(lambda scores, d: scores[:, :, -1:]),
        _after(lambda scores, d: scores[:, :, -1]),
    ),
    "A text inside the window is sped up by you: your scale is m / trained, below 1. How small may "
    "a scale become?": _scaled(lambda n, m, trained: m / trained),
    "Each key is turned by the frequencies of the day it came. What was the cache kept bare for?": (
        _other(key_speeds=_yesterday)
    ),
    "Each query has a scale of its own with you, by its position. What are the frequencies of "
    "today, for all of them?": _by_own_scale,
    "Your keys turn at plain RoPE's speed, your queries at the new one. What are the frequencies "
    "of today, for both?": _other(key_speeds=_plain),
    "Your queries turn at plain RoPE's speed, your keys at the new one. What are the frequencies "
    "of today, for both?": _other(speeds=_plain, key_speeds=_today),
    "Everything turns at plain RoPE's speed. Is the text still inside the window? Count the keys, "
    "not the queries.": _other(speeds=_plain),
    "Your scale counts the queries. How many tokens are in use: those of `q`, or those of "
    "`keys`?": _scaled(lambda n, m, trained: max(1.0, n / trained)),
    "Your scale counts the keys from before this step. How many tokens are in use with the new "
    "ones?": _scaled(lambda n, m, trained: max(1.0, (m - n) / trained)),
    "Your scale counts the new tokens twice. They are among the m keys already.": _scaled(
        lambda n, m, trained: max(1.0, (m + n) / trained)
    ),
    "Your scale compares last positions, (m − 1) / (trained − 1). The paper's compares lengths.": (
        _scaled(lambda n, m, trained: max(1.0, (m - 1) / (trained - 1)))
    ),
    "Your scale is a whole number. Is m / trained?": (
        _scaled(lambda n, m, trained: max(1, m // trained)),
        _scaled(lambda n, m, trained: max(1, math.ceil(m / trained))),
        _scaled(lambda n, m, trained: max(1, round(m / trained))),
    ),
    "Your scale is squared.": _scaled(lambda n, m, trained: max(1.0, m / trained) ** 2),
    "Your scale is upside down: trained over m. Which grows with the text?": (
        _scaled(lambda n, m, trained: max(1.0, trained / m)),
        _scaled(lambda n, m, trained: min(1.0, trained / m)),
        _scaled(lambda n, m, trained: trained / m),
    ),
    "Your scale is never above 1: you took the smaller of the two. How small may it be?": _scaled(
        lambda n, m, trained: min(1.0, m / trained)
    ),
    "Your frequencies begin with i = 1. How fast is pair 0?": _other(
        speeds=lambda *given: _today(*given) * _today(*given)[1]
    ),
    "Your window is 512, whatever the model was trained on. Is a number written into your code?": (
        _scaled(lambda n, m, trained: max(1.0, m / 512))
    ),
    "Your base is 10,000 before it grows, whatever it is given as. Is a number written into your "
    "code?": lambda **given: _scores(**given | {"base": 10_000.0}),
    "Your base grows by the scale itself. Which exponent slows the last pair by the scale?": _grown(
        lambda head_dim: 1
    ),
    "Your exponent is (d − 2) / d. Upside down, it slows the last pair by the scale.": _grown(
        lambda head_dim: (head_dim - 2) / head_dim
    ),
    "Your exponent takes head_dim for 64. How long is a head here?": _grown(
        lambda head_dim: 64 / 62
    ),
    "You took half of the head, its pairs, for d in the exponent. How many channels has a head?": (
        _grown(lambda head_dim: (head_dim // 2) / (head_dim // 2 - 2))
    ),
    "You took all heads together for d in the exponent. How many channels has one head?": _grown(
        lambda head_dim: 3 * head_dim / (3 * head_dim - 2)
    ),
    "You slowed every pair by the scale, as PI does. Which pair does NTK-aware leave as it is?": (
        _other(
            speeds=lambda head_dim, base, n, m, trained: (
                _theta(head_dim, base) / max(1.0, m / trained)
            )
        )
    ),
    "Your pairs slow down half as fast as they should, from one to the next. What stands beside i "
    "in the exponent?": _other(
        speeds=lambda head_dim, base, n, m, trained: np.sqrt(_today(head_dim, base, n, m, trained))
    ),
}
