"""Checks for lesson 07, Build YaRN."""

import itertools
import math

import numpy as np

from lesson_utils.checks.findings import WRONG_VALUE, Finding, frequencies, number
from lesson_utils.checks.judging import asked, judge
from lesson_utils.checks.registry import exercise


def speeds(head_dim, base):
    return base ** (-2 * np.arange(head_dim // 2) / head_dim)


@exercise(
    "07.1",
    nudge="How far does a pair turn per position? How far in the whole window, and how many full "
    "circles is that?",
    outline="Make the frequency of each of the head_dim / 2 pairs, base^(−2i / head_dim). Times "
    "the length, over 2π, gives its turns. Count those above beta, those below alpha, and the "
    "rest.",
    takeaway="Which pairs a method leaves alone follows from three numbers of the model alone, "
    "head_dim, base and trained window. A short window has no pairs to leave alone.",
)
def three_groups(answer):
    judge(
        answer,
        _as_tuple(_counted),
        **asked(_MODELS),
        mistakes={question: _as_tuple(mistake) for question, mistake in _MISCOUNTED.items()},
        by_hand=_SMALL_MODELS,
        names=("untouched", "blended", "slowed in full"),
        form=number,
    )


def _as_tuple(counted):
    """Return three numbers as a tuple, counted in one way or in several."""
    if isinstance(counted, tuple):
        return tuple(map(_as_tuple, counted))
    return lambda **model: tuple(counted(**model))


def _model(head_dim, base, length, alpha, beta):
    return {"head_dim": head_dim, "base": base, "length": length, "alpha": alpha, "beta": beta}


_COUNT = (
    "A pair turns by base^(−2i / head_dim) radians per position. How many turns does it make in "
    "the window, and is that above β, below α, or between?"
)
_MODELS = (
    (_model(64, 10_000.0, 4096, 1.0, 32.0), _COUNT),
    (_model(96, 40_000.0, 3_000, 2.5, 24.5), _COUNT),
    (_model(40, 1e7, 700, 0.05, 40.0), _COUNT),
    (
        _model(64, 10_000.0, 128, 1.0, 32.0),
        "In a window of 128, pair 0 makes 20 turns, and β is 32. How many pairs are untouched?",
    ),
    (
        _model(32, 50.0, 4096, 1.5, 20.0),
        "Here the slowest pair makes 16 turns, and α is 1.5. How many pairs are slowed in full?",
    ),
    (
        _model(24, 700.0, 100, 18.0, 45.0),
        "Here pair 0 makes 15.9 turns, and α is 18. How many pairs are slowed in full?",
    ),
    (
        _model(48, 20.0, 60, 1.65, 6.5),
        "This window is short, so a small error in the turns puts a pair into another group. Do "
        "you round the turns, or count them up to another position?",
    ),
)


_SMALL_MODELS = (
    (
        _model(4, 100.0, 63, 2.0, 5.0),
        "Pair 0 makes 10.03 turns here, and pair 1 makes 1.003. One is above β, one below α.",
    ),
    (
        _model(4, 100.0, 63, 0.5, 5.0),
        "Pair 0 makes 10.03 turns here, above β, and pair 1 makes 1.003, between α and β.",
    ),
    (_model(4, 100.0, 63, 0.5, 20.0), "10.03 and 1.003 turns, and both are between α and β."),
    (_model(4, 100.0, 63, 20.0, 40.0), "10.03 and 1.003 turns, and both are below α."),
    (_model(4, 100.0, 63, 0.2, 0.5), "10.03 and 1.003 turns, and both are above β."),
    (
        _model(8, 10_000.0, 630, 0.5, 20.0),
        "The four pairs make 100.3, 10.03, 1.003 and 0.1003 turns here.",
    ),
)


def _turns(head_dim, base, length):
    return length * speeds(head_dim, base) / (2 * math.pi)


def _sorted(turns, alpha, beta):
    untouched, slowed = (turns > beta).sum(), (turns < alpha).sum()
    return np.array([untouched, len(turns) - untouched - slowed, slowed])


def _counted(head_dim, base, length, alpha, beta):
    return _sorted(_turns(head_dim, base, length), alpha, beta)


def _recount(turns):
    """Count by other turns, made from head_dim, base and length."""
    return lambda head_dim, base, length, alpha, beta: _sorted(
        turns(head_dim, base, length), alpha, beta
    )


def _with_turns(change):
    """Count by the right turns, changed."""
    return lambda head_dim, base, length, alpha, beta: _sorted(
        change(_turns(head_dim, base, length)), alpha, beta
    )


def _inverted(numbers):
    """Count the other way round: untouched below α, slowed above β, as wavelengths would be."""

    def counted(head_dim, base, length, alpha, beta):
        at = numbers(head_dim, base, length)
        untouched, slowed = (at < alpha).sum(), (at > beta).sum()
        return np.array([untouched, len(at) - untouched - slowed, slowed])

    return counted


def _told(change):
    """Return the three right counts in another way."""
    return lambda **model: change(*_counted(**model))


def _given(**numbers):
    return lambda **model: _counted(**model | numbers)


def _one_more_blended(untouched, blended, slowed):
    more = int(untouched > 0)
    return np.array([untouched - more, blended + more, slowed])


def _by_index(first, last, past=0, both=True):
    """Count by the two border indices, each rounded, and kept inside the head.

    The last index may be the number of pairs, less ``past``. Where not ``both`` limits hold for
    either border, the first has the lower one, and the last the upper.
    """

    def counts(head_dim, base, length, alpha, beta):
        low, high = (
            head_dim * math.log(length / (2 * math.pi * turns)) / (2 * math.log(base))
            for turns in (beta, alpha)
        )
        most = head_dim // 2 - past
        low, high = max(0, first(low)), min(most, last(high))
        if both:
            low, high = min(most, low), max(0, high)
        return np.array([low, high - low, head_dim // 2 - high])

    return counts


_MISCOUNTED = {
    "Your pairs turn too often, by a factor of about 6. Frequencies are in radians per position; "
    "how many radians make a turn?": _recount(lambda d, base, length: length * speeds(d, base)),
    "Your pairs turn twice too often. How many radians make a whole turn?": _with_turns(
        lambda turns: 2 * turns
    ),
    "You counted channels. Two of them make a pair, so your three numbers add up to twice the "
    "pairs.": _told(lambda *counts: 2 * np.array(counts)),
    "Your pairs slow down half as fast as they should, from one to the next. What stands in the "
    "exponent beside i?": _recount(
        lambda d, base, length: length * base ** (-np.arange(d // 2) / d) / (2 * math.pi)
    ),
    "Your frequencies fall too fast: the last pair is far slower than 1 / base. Is i divided by "
    "head_dim or by the number of pairs?": _recount(
        lambda d, base, length: length * base ** (-4 * np.arange(d // 2) / d) / (2 * math.pi)
    ),
    "Your exponent divides by head_dim − 2. That is NTK-aware's; what stands in RoPE's?": _recount(
        lambda d, base, length: length * base ** (-2 * np.arange(d // 2) / (d - 2)) / (2 * math.pi)
    ),
    "The three numbers are right, in another order. Which is asked for first, second and "
    "third?": tuple(
        _told(lambda *counts, order=order: np.array(counts)[list(order)])
        for order in list(itertools.permutations(range(3)))[1:]
    ),
    "You have α and β the other way round. Which of the two is the larger number of turns, and who "
    "is above it?": (
        lambda head_dim, base, length, alpha, beta: _counted(head_dim, base, length, beta, alpha),
        lambda head_dim, base, length, alpha, beta: np.array(
            [
                (_turns(head_dim, base, length) > alpha).sum(),
                0,
                (_turns(head_dim, base, length) <= beta).sum(),
            ]
        ),
        lambda head_dim, base, length, alpha, beta: np.array(
            [
                (_turns(head_dim, base, length) > alpha).sum(),
                0,
                (_turns(head_dim, base, length) < beta).sum(),
            ]
        ),
    ),
    "Your second number holds the untouched pairs, too. A pair belongs to one group: what do the "
    "three add up to?": _told(lambda a, b, c: np.array([a, a + b, c])),
    "Your second number holds the slowed pairs, too. A pair belongs to one group: what do the "
    "three add up to?": _told(lambda a, b, c: np.array([a, b + c, c])),
    "Your numbers are where the groups end. How many pairs are in each?": _told(
        lambda a, b, c: np.array([a, a + b, a + b + c])
    ),
    "These are shares of all pairs. The counts are asked for.": _told(
        lambda *counts: np.array(counts) / sum(counts)
    ),
    "There are twice as many pairs with you as there are: one for each channel. How far does i "
    "go?": (
        _recount(lambda d, base, length: length * base ** (-2 * np.arange(d) / d) / (2 * math.pi)),
        _recount(lambda d, base, length: length * base ** (-np.arange(d) / d) / (2 * math.pi)),
    ),
    "You compared wavelengths with α and β. A wavelength is positions per turn; how many such "
    "turns fit into the window?": _with_turns(lambda turns: 1 / turns),
    "You compared wavelengths in positions with α and β. How many such waves fit into the "
    "window?": (
        _recount(lambda d, base, length: 2 * math.pi / speeds(d, base)),
        _inverted(lambda d, base, length: 2 * math.pi / speeds(d, base)),
        _inverted(lambda d, base, length: 1 / speeds(d, base)),
    ),
    "You count degrees: you divided by 360. In which unit are these frequencies?": (
        _recount(lambda d, base, length: length * speeds(d, base) / 360),
        _recount(lambda d, base, length: length * np.degrees(speeds(d, base))),
    ),
    "The last pair is in none of your groups. Up to which number do pairs go?": (
        _with_turns(lambda turns: turns[:-1])
    ),
    "Pair 0 is in none of your groups. With which number do pairs begin?": (
        _with_turns(lambda turns: turns[1:])
    ),
    "There is a pair too many in your groups. Up to which number do pairs go?": _recount(
        lambda d, base, length: length * base ** (-2 * np.arange(d // 2 + 1) / d) / (2 * math.pi)
    ),
    "You counted the turns in one position. How many positions does the window have?": _recount(
        lambda d, base, length: speeds(d, base) / (2 * math.pi)
    ),
    "You rounded the turns to whole ones before you compared them. Is a pair with half a turn more "
    "than β above it?": (
        _with_turns(np.floor),
        _with_turns(np.round),
        _with_turns(np.ceil),
    ),
    "You cut α and β to whole numbers. Are they?": (
        lambda head_dim, base, length, alpha, beta: _counted(
            head_dim, base, length, int(alpha), int(beta)
        ),
        lambda head_dim, base, length, alpha, beta: _counted(
            head_dim, base, length, round(alpha), round(beta)
        ),
    ),
    "You count turns up to position length − 1. They are asked for in the whole window, `length` "
    "positions long.": _recount(lambda d, base, length: _turns(d, base, length - 1)),
    "With you, one pair at least is untouched, or one slowed in full: the ramp of YaRN's code is "
    "kept inside the head like that. How many are there in a short window, and in a long one?": (
        _told(lambda a, b, c: np.array([max(a, 1), b - (a == 0), c])),
        _told(lambda a, b, c: np.array([a, b - (c == 0), max(c, 1)])),
        _told(lambda a, b, c: np.array([max(a, 1), b - (a == 0) - (c == 0), max(c, 1)])),
    ),
    "A pair too many is blended at its first end, near β. If you sort by pair numbers: with a "
    "border at 10.4, is pair 10 before it?": (
        _by_index(math.floor, math.ceil),
        _told(lambda a, b, c: np.array([a - 1, b + 1, c] if a else [a, b, c])),
    ),
    "A pair too many is blended at its second end, near α. If you sort by pair numbers: with a "
    "border at 10.4, is pair 11 before it?": _told(
        lambda a, b, c: np.array([a, b + 1, c - 1] if c else [a, b, c])
    ),
    "A pair too many is blended at either end. If you sort by pair numbers: with a border at 10.4, "
    "which pairs are before it?": _told(
        lambda a, b, c: np.array([a - (a > 0), b + (a > 0) + (c > 0), c - (c > 0)])
    ),
    "A pair too few is blended, with one too many slowed in full. If you sort by pair numbers: "
    "with a border at 10.4, is pair 10 before it?": _told(
        lambda a, b, c: np.array([a, b - 1, c + 1] if b else [a, b, c])
    ),
    "A pair too few is blended, with one too many untouched. Is β itself the border, or a pair "
    "after it?": _told(lambda a, b, c: np.array([a + 1, b - 1, c] if b else [a, b, c])),
    "You count turns up to position length − 1, and one pair too many as blended. Turns are asked "
    "for in the whole window.": lambda head_dim, base, length, alpha, beta: _one_more_blended(
        *_counted(head_dim, base, length - 1, alpha, beta)
    ),
    "You sort by pair numbers, with borders rounded to the nearest. If a border is at 10.4, is "
    "pair 10 before it, and with 10.6 pair 11?": _by_index(round, round),
    "You sort by pair numbers, with borders rounded outwards and kept between the first pair and "
    "the last, as the ramp of YaRN's code does. If a border is at 10.4, is pair 10 before it?": (
        _by_index(math.floor, math.ceil, past=1),
        _by_index(math.floor, math.ceil, past=1, both=False),
    ),
    "Your groups end one pair too early. Do you begin with i = 1, or cut the decimals of a border? "
    "If it is at 10.4, pairs 0 to 10 are before it.": _by_index(math.floor, math.floor),
    "Your last group is what is missing to 32 pairs. How many pairs has this head?": _told(
        lambda a, b, c: np.array([a, b, 32 - a - b])
    ),
    "You take head_dim for 64, whatever it is. Is a number written into your code?": _given(
        head_dim=64
    ),
    "You take head_dim for 128, whatever it is. Is a number written into your code?": _given(
        head_dim=128
    ),
    "Your base is 10,000, whatever it is given as. Is a number written into your code?": _given(
        base=10_000.0
    ),
    "Your window is 512, or 4,096, whatever it is given as. Is a number written into your code?": (
        _given(length=512),
        _given(length=4096),
    ),
    "Your α is 1, whatever it is given as. Is a number written into your code?": _given(alpha=1),
    "Your β is 32, whatever it is given as. Is a number written into your code?": _given(beta=32),
    "Your α and β are 1 and 32, whatever they are given as. Are numbers written into your "
    "code?": _given(alpha=1, beta=32),
}


@exercise(
    "07.2",
    nudge="For each pair: how long is a wave in positions, and how many such waves fit into the "
    "original length? At which number of waves does the share become 1, at which 0?",
    outline="waves = original_length · inv_freq / 2π. The share is "
    "(waves − low) / (high − low), kept between 0 and 1. The result is share · inv_freq + "
    "(1 − share) · inv_freq / factor.",
    takeaway="Llama 3.1's rule speaks of wavelengths, and is NTK-by-parts: `low_freq_factor` is α, "
    "`high_freq_factor` is β, and there is no temperature.",
)
def llama3_rule(answer):
    judge(
        answer.then(_alone),
        _llama3,
        **asked(_RULES),
        mistakes=_MISRULED,
        by_hand=_SMALL_RULES,
        entry="pair",
    )


def _alone(got):
    """Take the frequencies of a result that may have a multiplier of 1 beside them."""
    inv_freq, multiplier = frequencies(got)
    if abs(float(multiplier) - 1) > 1e-6:
        message = f"You return a second number, {float(multiplier):.4g}, a temperature. "
        raise Finding(WRONG_VALUE, message + "Does the description name one?")
    return inv_freq


def _rule(theta, factor, low, high, length):
    return {
        "inv_freq": theta,
        "factor": factor,
        "low_freq_factor": low,
        "high_freq_factor": high,
        "original_length": length,
    }


_WAVES = (
    "Look at the first pair that differs. How many of its waves fit into the original length, and "
    "is that above `high_freq_factor`, below `low_freq_factor`, or between?"
)
_RULES = (
    (_rule(speeds(64, 10_000.0), 8.0, 1.0, 4.0, 512), _WAVES),
    (_rule(speeds(64, 50_000.0), 16.0, 1.5, 20.0, 4096), _WAVES),
    (_rule(1.3 * speeds(40, 300.0), 2.5, 0.7, 9.3, 90), _WAVES),
    (_rule(2 * math.pi / np.array([2.0, 6.4, 12.0, 21.2, 60.0]), 3.0, 1.4, 4.4, 30), _WAVES),
)


def _waves(*counts):
    """Make a table of pairs whose waves fit so often into 100 positions; borders at 2 and 6."""
    return _rule(2 * math.pi * np.array(counts) / 100, 2.0, 2.0, 6.0, 100)


_SMALL_RULES = (
    (_waves(10.0), "10 waves of this pair fit into the original length, and 6 would do to stay."),
    (_waves(1.0), "1 wave of this pair fits into the original length, and the lower border is 2."),
    (
        _waves(4.0),
        "4 waves fit, half-way between the borders 2 and 6. So half of each frequency is taken.",
    ),
    (_waves(5.0), "5 waves fit, three quarters of the way from 2 to 6: so much is kept as it is."),
    (
        _waves(10.0, 5.0, 1.0),
        "One by one these pairs are right with you, and together they are not.",
    ),
)


def _ramp(waves, low, high):
    return np.clip((waves - low) / (high - low), 0, 1)


def _mean(share, kept, slowed):
    return share * kept + (1 - share) * slowed


def _llama3(
    inv_freq,
    factor,
    low_freq_factor,
    high_freq_factor,
    original_length,
    *,
    waves=lambda waves, factor: waves,
    share=_ramp,
    mean=_mean,
):
    """Blend by the rule; the waves, the share and the mean of the two may be others."""
    made = waves(original_length * inv_freq / (2 * math.pi), factor)
    return mean(share(made, low_freq_factor, high_freq_factor), inv_freq, inv_freq / factor)


def _ruled(**changes):
    return lambda **given: _llama3(**given, **changes)


def _shared(between):
    """Keep the rule outside its borders; take another share between them."""

    def share(waves, low, high):
        inside = (waves > low) & (waves < high)
        return np.where(inside, between(waves, low, high), (waves >= high).astype(float))

    return _ruled(share=share)


def _over_pairs(waves, low, high):
    inside = (waves > low) & (waves < high)
    first, count = (waves >= high).sum(), inside.sum()
    return 1 - (np.arange(len(waves)) - first) / max(count, 1)


def _by_whole_wavelengths(inv_freq, factor, low_freq_factor, high_freq_factor, original_length):
    """Branch by the borders as whole wavelengths, and blend between them."""
    wave = 2 * math.pi / inv_freq
    share = (original_length / wave - low_freq_factor) / (high_freq_factor - low_freq_factor)
    share = np.where(wave < original_length // high_freq_factor, 1, share)
    share = np.where(wave > original_length // low_freq_factor, 0, share)
    return _mean(share, inv_freq, inv_freq / factor)


def _temperature(**given):
    return (0.1 * math.log(given["factor"]) + 1) * _llama3(**given)


def _only_changed(**given):
    waves = given["original_length"] * given["inv_freq"] / (2 * math.pi)
    return _llama3(**given)[waves < given["high_freq_factor"]]


def _set(**numbers):
    return lambda **given: _llama3(**given | numbers)


_MISRULED = {
    "Your share runs the wrong way between the two borders: it jumps at both. Which neighbour "
    "should a pair near the short border resemble?": _shared(
        lambda waves, low, high: 1 - (waves - low) / (high - low)
    ),
    "You slow the short waves and keep the long ones. Which of them meets new angles past the "
    "window? (Or have `low_freq_factor` and `high_freq_factor` changed places?)": _ruled(
        share=lambda *given: 1 - _ramp(*given)
    ),
    "Your share falls in a straight line over the wavelength. The rule's is straight over how many "
    "waves fit, original_length / wavelength.": _shared(
        lambda waves, low, high: (1 / low - 1 / waves) / (1 / low - 1 / high)
    ),
    "Your share falls in a straight line over the pair's number, or the logarithm of its waves: "
    "that is like the ramp of YaRN's code. What does this rule's share go by?": (
        _shared(lambda waves, low, high: np.log(waves / low) / np.log(high / low)),
        _shared(_over_pairs),
        _shared(
            lambda waves, low, high: (
                1
                - (np.arange(len(waves)) - (waves >= high).sum())
                / max(1, ((waves > low) & (waves < high)).sum() - 1)
            )
        ),
        _shared(
            lambda waves, low, high: (
                1
                - (np.arange(len(waves)) - (waves >= high).sum() + 1)
                / (((waves > low) & (waves < high)).sum() + 1)
            )
        ),
    ),
    "Your share is a smooth curve between the borders. What line does the rule name?": (
        _shared(
            lambda waves, low, high: (
                _ramp(waves, low, high) ** 2 * (3 - 2 * _ramp(waves, low, high))
            )
        ),
        _shared(lambda waves, low, high: (1 - np.cos(math.pi * _ramp(waves, low, high))) / 2),
        _shared(lambda waves, low, high: _ramp(waves, low, high) ** 2),
        _shared(lambda waves, low, high: np.sqrt(_ramp(waves, low, high))),
    ),
    "You take half of each between the borders, at every pair. What does the weight of the plain "
    "one fall by?": _shared(lambda waves, low, high: 0.5),
    "Your weight is (waves − low) / high, so it ends before 1. Over which distance does it rise?": (
        _shared(lambda waves, low, high: (waves - low) / high)
    ),
    "Your weight is waves / high, so it does not begin at 0. From where on does it rise?": (
        _shared(lambda waves, low, high: waves / high)
    ),
    "Your longest waves are not slowed. What does the rule do with waves longer than "
    "original_length / low_freq_factor?": _ruled(
        share=lambda waves, low, high: np.where(waves < low, 1, _ramp(waves, low, high))
    ),
    "Your borders are products, original_length times a factor. How does the rule make a length of "
    "them?": (
        _ruled(
            share=lambda waves, low, high: np.where(
                waves > 1 / low, 1, np.where(waves < 1 / high, 0, (waves - low) / (high - low))
            )
        ),
        _ruled(
            share=lambda waves, low, high: np.where(
                waves < 1 / low, 0, np.where(waves > 1 / high, 1, (waves - low) / (high - low))
            )
        ),
    ),
    "You return by how much each pair is slowed. The new frequencies are asked for.": (
        _ruled(mean=lambda share, kept, slowed: _mean(share, kept, slowed) / kept),
        _ruled(mean=lambda share, kept, slowed: kept / _mean(share, kept, slowed)),
    ),
    "Your borders are whole wavelengths: you divided with `//`. Are original_length / "
    "high_freq_factor and / low_freq_factor whole?": _by_whole_wavelengths,
    "You count whole waves only. Does the rule's share move in steps?": (
        _ruled(waves=lambda waves, factor: np.floor(waves)),
        _ruled(waves=lambda waves, factor: np.round(waves)),
        _shared(lambda waves, low, high: (np.floor(waves) - low) / (high - low)),
    ),
    "You blended wavelengths, the plain and the longer one. What does the rule take the mean "
    "of?": _ruled(mean=lambda share, kept, slowed: 1 / _mean(share, 1 / kept, 1 / slowed)),
    "You took a geometric mean of the two frequencies. Which mean has weights that add up?": _ruled(
        mean=lambda share, kept, slowed: kept**share * slowed ** (1 - share)
    ),
    "Your borders are too long, by the factor. Which length had the model been trained on, the "
    "original or the target?": _ruled(waves=lambda waves, factor: waves * factor),
    "Your waves are too short, by a factor of about 6: you took 1 / frequency. How many radians "
    "make a whole wave?": _ruled(waves=lambda waves, factor: 2 * math.pi * waves),
    "Your waves are too short, by half. How many radians make a whole wave?": _ruled(
        waves=lambda waves, factor: 2 * waves
    ),
    "Between the borders you left pairs as they are. What does the rule do with them? (If your "
    "code blends: do `low_freq_factor` and `high_freq_factor` stand at the right borders?)": _ruled(
        share=lambda waves, low, high: (waves > low).astype(float)
    ),
    "Between the borders you slowed pairs in full. What does the rule do with them? (If your code "
    "does blend: do `low_freq_factor` and `high_freq_factor` stand at the right borders?)": _ruled(
        share=lambda waves, low, high: (waves >= high).astype(float)
    ),
    "Your share goes above 1 and below 0 outside the borders. What should happen to a pair that is "
    "past one?": _ruled(share=lambda waves, low, high: (waves - low) / (high - low)),
    "Your share goes below 0 where waves are longer than the border. What should happen to a pair "
    "that is past it?": _ruled(
        share=lambda waves, low, high: np.minimum((waves - low) / (high - low), 1)
    ),
    "Your share goes above 1 where waves are shorter than the border. What should happen to a pair "
    "that is past it?": _ruled(
        share=lambda waves, low, high: np.maximum((waves - low) / (high - low), 0)
    ),
    "Your long waves speed up. Should their frequency be multiplied by the factor, or "
    "divided?": _ruled(mean=lambda share, kept, slowed: _mean(share, kept, kept * kept / slowed)),
    "Your weights do not add up to 1: the slowed one is added in full, or the plain one.": (
        _ruled(mean=lambda share, kept, slowed: share * kept + slowed),
        _ruled(mean=lambda share, kept, slowed: kept + (1 - share) * slowed),
    ),
    "You put a temperature into the frequencies. Does the description name one?": _temperature,
    "Every pair is slowed by the whole factor, as PI does. Which ones does the rule leave "
    "alone?": _ruled(share=lambda waves, low, high: 0),
    "Nothing is slowed. Which pairs have waves longer than original_length / "
    "low_freq_factor?": _ruled(share=lambda waves, low, high: 1),
    "That is the weight of the plain frequency. What is the frequency?": _ruled(
        mean=lambda share, kept, slowed: share
    ),
    "These are wavelengths. The new frequencies are asked for.": _ruled(
        mean=lambda share, kept, slowed: 2 * math.pi / _mean(share, kept, slowed)
    ),
    "Those are the pairs that change, alone. Which shape has the result?": _only_changed,
    "Your factor is 8, whatever it is given as. Is a number written into your code?": _set(
        factor=8
    ),
    "Your `low_freq_factor` is 1, whatever it is given as. Is a number written into your code?": (
        _set(low_freq_factor=1)
    ),
    "Your `high_freq_factor` is 4, whatever it is given as. Is a number written into your code?": (
        _set(high_freq_factor=4)
    ),
    "Your borders are 1 and 4, whatever they are given as. Are numbers written into your code?": (
        _set(low_freq_factor=1, high_freq_factor=4)
    ),
    "Your original length is 512, whatever it is given as. Is a number written into your code?": (
        _set(original_length=512)
    ),
    "Your original length is 8,192, Llama's, whatever it is given as. Is a number written into "
    "your code?": _set(original_length=8192),
}


@exercise(
    "07.3",
    nudge="Take one entry of both tables. What is cos² + sin² of an angle, and what is it here? "
    "And by how much does one score grow in all, beside q · k / √head_dim?",
    outline="cos² + sin² is the square of the multiplier m on the tables. A score grows by m², and "
    "by softmax_scale · √head_dim. The root of the product is the multiplier that YaRN would have "
    "on the tables. Take 1 off, and divide by ln factor.",
    takeaway="A temperature may stand on the tables, in the softmax scale, or in both. What counts "
    "is by how much a score grows, and tables count twice.",
)
def temperature_coefficient(answer):
    judge(
        answer,
        _coefficient,
        **asked(_PROGRAMS),
        mistakes=_MISGROWN,
        by_hand=_SMALL_PROGRAMS,
        form=number,
        tolerance=1e-4,
        absolute=2e-6,  # m in float32, less 1
    )


def _program(on_tables, times, factor, head_dim, angles=((0.4, 0.7), (1.9, 0.1), (4.1, 0.9))):
    """Make the inputs: a multiplier on the tables, and what 1 / √head_dim is multiplied by."""
    angles = np.array(angles)
    return {
        "cos": on_tables * np.cos(angles),
        "sin": on_tables * np.sin(angles),
        "softmax_scale": times / math.sqrt(head_dim),
        "head_dim": head_dim,
        "factor": factor,
    }


_GROWTH = (
    "Which multiplier do the tables carry, and by how much does a score grow in all? Which c gives "
    "the same growth, if c ln s + 1 is on both tables and the softmax scale is 1 / √head_dim?"
)
_MORE_ANGLES = ((2.2, 0.7, 0.4), (5.3, 1.4, 0.2))
_PROGRAMS = (
    (_program(1.15, 1.3, 8.0, 64), _GROWTH),
    (_program(1.3, 1.1, 20.0, 192, _MORE_ANGLES), _GROWTH),
    (_program(1.07, 1.6, 3.5, 48), _GROWTH),
    (_program(1.0, 1.4, 12.0, 96), f"Here the tables carry nothing. {_GROWTH}"),
    (_program(1.2, 1.0, 16.0, 128), f"Here the softmax scale is the usual one. {_GROWTH}"),
    (_program(1.0, 1.0, 4.0, 80), "Here a score does not grow at all. Which c says so?"),
    (
        _program(0.9, 1.0, 6.0, 64),
        "Here a score shrinks, so c is below 0. Does your code keep the sign?",
    ),
)
_FLAT, _STEEP = math.exp(10), math.exp(5)
_SMALL_PROGRAMS = (
    (_program(1.0, 1.0, _FLAT, 4, ((0.0,),)), "Nothing is multiplied by anything, so c is 0."),
    (
        _program(2.0, 1.0, _FLAT, 4, ((0.0,),)),
        "The tables carry 2, and ln s is 10. Which c makes c · 10 + 1 equal to 2?",
    ),
    (
        _program(1.0, 4.0, _FLAT, 4, ((0.0,),)),
        "The softmax scale is 4 times 1 / √4, so scores grow by 4. Tables with 2 do the same.",
    ),
    (
        _program(2.0, 1.0, _FLAT, 4, ((1.0,),)),
        "The tables carry 2, as before, at another angle. Which number of them does not depend on "
        "the angle?",
    ),
    (
        _program(1.5, 4.0, _STEEP, 4, ((1.0,),)),
        "Scores grow by 1.5 · 1.5 from the tables and by 4 from the softmax scale: by 9, as with 3 "
        "on the tables. And ln s is 5.",
    ),
)


def _growths(cos, sin, softmax_scale, head_dim, root=math.sqrt):
    """Return by how much scores grow through the tables, and through the softmax scale."""
    return float((cos**2 + sin**2).mean()), softmax_scale * root(head_dim)


def _coefficient(cos, sin, softmax_scale, head_dim, factor):
    tables, softmax = _growths(cos, sin, softmax_scale, head_dim)
    return (math.sqrt(tables * softmax) - 1) / math.log(factor)


def _grown(formula):
    """Take another growth of a score, made from that of the tables and that of the softmax."""

    def found(cos, sin, softmax_scale, head_dim, factor):
        growth = formula(*_growths(cos, sin, softmax_scale, head_dim))
        return (math.sqrt(growth) - 1) / math.log(factor)

    return found


def _solved(formula):
    """Solve otherwise for c, from the right growth of a score and the factor."""

    def found(cos, sin, softmax_scale, head_dim, factor):
        tables, softmax = _growths(cos, sin, softmax_scale, head_dim)
        return formula(tables * softmax, factor)

    return found


def _multiplier(formula):
    """Read another multiplier off the tables."""

    def found(cos, sin, softmax_scale, head_dim, factor):
        growth = formula(cos, sin) ** 2 * softmax_scale * math.sqrt(head_dim)
        return (math.sqrt(growth) - 1) / math.log(factor)

    return found


def _scaled(root):
    """Take another number than √head_dim off the softmax scale, from it and the pairs."""

    def found(cos, sin, softmax_scale, head_dim, factor):
        growth = float((cos**2 + sin**2).mean()) * softmax_scale * root(head_dim, cos.shape[1])
        return (math.sqrt(growth) - 1) / math.log(factor)

    return found


_MISGROWN = {
    "You left the softmax scale out. It multiplies a score, too.": _grown(
        lambda tables, softmax: tables
    ),
    "You left the tables out. What multiplier do they carry?": _grown(
        lambda tables, softmax: softmax
    ),
    "The tables count once with you. They turn q and k, so how often is their multiplier in a "
    "score?": _grown(lambda tables, softmax: math.sqrt(tables) * softmax),
    "The softmax scale counts twice with you. It multiplies a score, and not q and k.": _grown(
        lambda tables, softmax: tables * softmax**2
    ),
    "You added what stands on the tables and what stands in the softmax scale. Both multiply a "
    "score.": (
        _grown(lambda tables, softmax: tables + softmax - 1),
        _grown(lambda tables, softmax: (math.sqrt(tables) + math.sqrt(softmax) - 1) ** 2),
        _grown(lambda tables, softmax: (math.sqrt(tables) + softmax - 1) ** 2),
        _grown(lambda tables, softmax: (tables + softmax) / 2),
    ),
    "You divided one by the other. Tables and softmax scale both multiply a score.": (
        _grown(lambda tables, softmax: tables / softmax),
        _grown(lambda tables, softmax: softmax / tables),
    ),
    "You took by how much a *score* grows for the multiplier on the tables. The tables are in a "
    "score twice.": _solved(lambda growth, s: (growth - 1) / math.log(s)),
    "You took the root twice. The growth of a score is the square of the multiplier.": _solved(
        lambda growth, s: (growth**0.25 - 1) / math.log(s)
    ),
    "You squared where a root is due. A score grows by the square of the multiplier: what is the "
    "multiplier, then?": _solved(lambda growth, s: (growth**2 - 1) / math.log(s)),
    "The + 1 is still in it. What has to be taken off before you divide?": _solved(
        lambda growth, s: math.sqrt(growth) / math.log(s)
    ),
    "You took 1 off after you divided. Which comes first in c ln s + 1?": _solved(
        lambda growth, s: math.sqrt(growth) / math.log(s) - 1
    ),
    "That is the multiplier, c ln s + 1. What is c?": _solved(lambda growth, s: math.sqrt(growth)),
    "That is by how much a score grows. What multiplier on the tables does that, and what is c?": (
        _solved(lambda growth, s: growth)
    ),
    "That is the temperature t, or 1 / √t upside down. The coefficient is asked for.": (
        _solved(lambda growth, s: 1 / growth),
        _solved(lambda growth, s: 1 / math.sqrt(growth)),
    ),
    "That is c ln s. How large is ln s here?": _solved(lambda growth, s: math.sqrt(growth) - 1),
    "You divided by the factor. Which function of it stands in c ln s + 1?": _solved(
        lambda growth, s: (math.sqrt(growth) - 1) / s
    ),
    "Your logarithm has base 10. Which one does the formula take?": _solved(
        lambda growth, s: (math.sqrt(growth) - 1) / math.log10(s)
    ),
    "Your logarithm has base 2. Which one does the formula take?": _solved(
        lambda growth, s: (math.sqrt(growth) - 1) / math.log2(s)
    ),
    "You multiplied by ln s. To take a factor off, divide by it.": _solved(
        lambda growth, s: (math.sqrt(growth) - 1) * math.log(s)
    ),
    "Your c has the wrong sign. Does a positive c make scores larger, or smaller?": (
        _solved(lambda growth, s: (1 - math.sqrt(growth)) / math.log(s)),
        _solved(lambda growth, s: (1 / math.sqrt(growth) - 1) / math.log(s)),
    ),
    "You divided by 0.1 as well. Here c is the whole coefficient, 0.1 in YaRN's rule.": _solved(
        lambda growth, s: (math.sqrt(growth) - 1) / (0.1 * math.log(s))
    ),
    "You divided by c's neighbour, ln s + 1. To solve c ln s + 1 = m for c, take 1 off m.": _solved(
        lambda growth, s: math.sqrt(growth) / (math.log(s) + 1)
    ),
    "Your c is the paper's 0.1, whatever the program does. Read it off the program.": _solved(
        lambda growth, s: 0.1
    ),
    "√head_dim is missing: the softmax scale holds 1 / √head_dim besides.": _scaled(
        lambda head_dim, pairs: 1
    ),
    "You took head_dim off the softmax scale. Attention divides by its root.": _scaled(
        lambda head_dim, pairs: head_dim
    ),
    "You divided the softmax scale by √head_dim once more. It is divided by it already.": _scaled(
        lambda head_dim, pairs: 1 / math.sqrt(head_dim)
    ),
    "You took 8 for √head_dim, whatever head_dim is.": _scaled(lambda head_dim, pairs: 8),
    "You counted head_dim by the width of the tables. A program may turn a part of each head only, "
    "and divides by the root of all of it.": (
        _scaled(lambda head_dim, pairs: math.sqrt(2 * pairs)),
        _scaled(lambda head_dim, pairs: math.sqrt(pairs)),
    ),
    "You took an entry of cos for the multiplier. That holds at angle 0 alone, and these tables "
    "begin elsewhere.": (
        _multiplier(lambda cos, sin: float(cos[0, 0])),
        _multiplier(lambda cos, sin: float(cos[0, -1])),
    ),
    "You took the largest entry for the multiplier. It is reached at angle 0 or a quarter turn "
    "alone.": (
        _multiplier(lambda cos, sin: float(cos.max())),
        _multiplier(lambda cos, sin: float(np.abs(cos).max())),
        _multiplier(lambda cos, sin: float(max(cos.max(), sin.max()))),
        _multiplier(lambda cos, sin: float(max(np.abs(cos).max(), np.abs(sin).max()))),
    ),
    "You took a mean of the entries for the multiplier. What do cos and sin of one angle give "
    "together?": (
        _multiplier(lambda cos, sin: float(cos.mean())),
        _multiplier(lambda cos, sin: float(np.abs(cos).mean())),
        _multiplier(lambda cos, sin: math.sqrt(float((cos**2).mean()))),
        _multiplier(lambda cos, sin: math.sqrt(2 * float((cos**2).mean()))),
    ),
    "You added cos and sin. For which powers of them does the angle drop out?": (
        _multiplier(lambda cos, sin: float((cos + sin)[0, 0])),
        _multiplier(lambda cos, sin: float((cos + sin).mean())),
    ),
    "cos² + sin² is the square of the multiplier, and you took it for the multiplier.": (
        _multiplier(lambda cos, sin: float((cos**2 + sin**2).mean()))
    ),
    "You summed cos² + sin² over several angles. One angle is enough.": (
        _multiplier(lambda cos, sin: math.sqrt(float((cos**2 + sin**2).sum()))),
        _multiplier(lambda cos, sin: math.sqrt(float((cos**2 + sin**2)[0].sum()))),
        _multiplier(lambda cos, sin: math.sqrt(float((cos**2 + sin**2)[:, 0].sum()))),
    ),
    "Your factor is 8, whatever it is given as. Is a number written into your code?": (
        lambda **given: _coefficient(**given | {"factor": 8.0})
    ),
    "Your c is never below 0. Can a program make scores smaller?": (
        lambda **given: max(0.0, _coefficient(**given)),
        lambda **given: abs(_coefficient(**given)),
    ),
}


@exercise(
    "07.4",
    nudge="Which pairs know the factor? And the blended ones: how much of the plain frequency did "
    "each keep? Draw that over its turns.",
    outline="The factor is the slow-down of the last pair. With kept = stretched / plain, solve "
    "kept = γ + (1 − γ) / factor for γ. Over turns, γ of the blended pairs lies on a straight "
    "line: fit it (`numpy.polyfit`, or two points), then ask where it is 0 and where 1.",
    takeaway="A table of frequencies says how it was made. Between pairs, where the borders lie, "
    "only the line through the blended ones can tell.",
)
def find_settings(answer):
    judge(
        answer,
        _settings,
        **asked(_TABLES),
        mistakes=_misread(),
        by_hand=_SMALL_TABLES,
        names=("factor", "alpha", "beta"),
        form=number,
        tolerance=5e-4,
    )


def _settings(factor=None, borders=None, **table):
    return (factor or _factor_of)(**table), *(borders or _borders)(**table)


def _misread():
    """Join a wrong factor with the right borders, and the other way round."""

    def joined(which, mistake):
        ways = mistake if isinstance(mistake, tuple) else (mistake,)
        return tuple(lambda way=way, **table: _settings(**table | {which: way}) for way in ways)

    wrong = {"factor": _MISFACTORED, "borders": _MISREAD}
    return {
        question: joined(which, mistake)
        for which, mistakes in wrong.items()
        for question, mistake in mistakes.items()
    }


def _made(length, head_dim, base, factor, alpha, beta):
    """Make a table as a file holds it: rounded to float32."""
    theta = speeds(head_dim, base)
    share = _ramp(length * theta / (2 * math.pi), alpha, beta)
    table = (share + (1 - share) / factor) * theta
    plain, stretched = (x.astype(np.float32).astype(np.float64) for x in (theta, table))
    return {"plain": plain, "stretched": stretched, "length": length}


_LINE = (
    "The factor is the slow-down of the last pair. For α and β, take one blended pair: what is its "
    "γ, and how many turns does it make?"
)
_TABLES = (
    (_made(4096, 64, 50_000.0, 6.0, 1.5, 24.0), _LINE),
    (_made(700, 64, 3_000.0, 20.0, 0.7, 40.0), _LINE),
    (_made(512, 64, 10_000.0, 4.0, 1.0, 32.0), _LINE),
    (
        _made(900, 40, 5_000.0, 2.5, 1.2, 50.0),
        f"This head has 20 pairs, not 32, and most of them are not slowed in full. {_LINE}",
    ),
)


def _table_of(turns, kept):
    plain = 2 * math.pi * np.array(turns) / 100
    return {"plain": plain, "stretched": plain * np.array(kept), "length": 100}


_SMALL_TABLES = (
    (
        _table_of((40.0, 8.0, 4.0, 1.0), (1, 0.875, 0.625, 0.5)),
        "The pairs make 40, 8, 4 and 1 turns here, and keep all, 7/8, 5/8 and half of their speed. "
        "So two γ are 3/4 and 1/4.",
    ),
    (
        _table_of((40.0, 8.0, 6.0, 1.0, 0.5), (1, 0.8, 0.6, 0.2, 0.2)),
        "The pairs make 40, 8, 6, 1 and 0.5 turns here, and keep all, 80, 60, 20 and 20 % of their "
        "speed. So two γ are 3/4 and 1/2.",
    ),
)


def _kept(plain, stretched):
    return stretched / plain


def _factor_of(plain, stretched, length):
    return 1 / _kept(plain, stretched)[-1]


def _line(x, y):
    """Fit a line; return its slope and its level at 0.

    LAPACK would write to the terminal of numbers that are not finite, or all in one place.
    """
    if not (np.isfinite([x, y]).all() and np.ptp(x) > 0):
        raise ValueError("a line needs finite numbers at two places or more")
    return np.polyfit(x, y, 1)


def _crossings(x, y):
    slope, level = _line(x, y)
    return np.array([-level / slope, (1 - level) / slope])


def _from_the_line(borders):
    """Make the borders in another way from the slope of the line and its level at 0 turns."""
    return _fitted(crossings=lambda x, y: np.array(borders(*_line(x, y))))


def _from_one_pair(which):
    """Take 1 for α, and draw the line through one of the blended pairs."""
    return _fitted(
        crossings=lambda x, y: np.array([1.0, 1 + (x[which(x)] - 1) / y[which(x)]]),
    )


def _borders(
    plain,
    stretched,
    length,
    *,
    x=lambda turns: turns,
    y=lambda gamma, kept, factor: gamma,
    on=lambda gamma: (gamma > 0.001) & (gamma < 0.999),
    crossings=_crossings,
):
    """Fit γ of the blended pairs over their turns; return where it is 0 and where 1."""
    kept = _kept(plain, stretched)
    factor = 1 / kept[-1]
    gamma = (kept - 1 / factor) / (1 - 1 / factor)
    turns = length * plain / (2 * math.pi)
    used = on(gamma)
    return crossings(x(turns)[used], y(gamma, kept, factor)[used])


def _fitted(**changes):
    return lambda **table: _borders(**table, **changes)


def _borders_as(change):
    """Return the right borders in another way, given the length."""
    return lambda **table: change(*_borders(**table), table["length"])


def _by_new_turns(plain, stretched, length):
    kept = _kept(plain, stretched)
    gamma = (kept - kept[-1]) / (1 - kept[-1])
    on = (gamma > 0.001) & (gamma < 0.999)
    return _crossings((length * stretched / (2 * math.pi))[on], gamma[on])


def _widened(before, after):
    """Fit the blended pairs, and so many more before them and after them."""

    def on(gamma):
        at = np.flatnonzero((gamma > 0.001) & (gamma < 0.999))
        return slice(max(0, at[0] - before), at[-1] + 1 + after)

    return _fitted(on=on)


def _outside(plain, stretched, length):
    kept = _kept(plain, stretched)
    gamma = (kept - kept[-1]) / (1 - kept[-1])
    turns = length * plain / (2 * math.pi)
    return np.array([turns[gamma <= 0.001].max(), turns[gamma >= 0.999].min()])


def _through_origin(turns, gamma):
    return np.array([0.0, (turns @ turns) / (turns @ gamma)])


_MISFACTORED = {
    "Your factor is upside down. Is the last pair stretched faster or slower than before?": (
        lambda **table: 1 / _factor_of(**table)
    ),
    "That is the slow-down of pair 0, which nothing touches. Which pair has the whole factor?": (
        lambda **table: 1.0
    ),
    "You took the mean slow-down of all pairs. Which of them have the whole factor?": (
        lambda plain, stretched, length: (1 / _kept(plain, stretched)).mean(),
        lambda plain, stretched, length: 1 / _kept(plain, stretched).mean(),
    ),
    "You took the middle of all slow-downs, or that of a pair in the middle. Which pairs have the "
    "whole factor?": (
        lambda plain, stretched, length: np.median(1 / _kept(plain, stretched)),
        lambda plain, stretched, length: np.sort(plain / stretched)[(len(plain) - 1) // 2],
        lambda plain, stretched, length: 1 / _kept(plain, stretched)[len(plain) // 2],
    ),
    "You took the sum of frequencies, before and after. Which pairs have the whole factor?": (
        lambda plain, stretched, length: float(plain.sum() / stretched.sum())
    ),
    "Your factor is another number: α or β stands in its place. Which of the three comes first?": (
        lambda **table: _borders(**table)[0],
        lambda **table: _borders(**table)[1],
    ),
    "You rounded the factor. Must it be whole?": (
        lambda **table: round(_factor_of(**table)),
        lambda **table: math.floor(_factor_of(**table) + 1e-4),
        lambda **table: math.ceil(_factor_of(**table) - 1e-4),
    ),
    "Your factor is one too small, or one too large. By what is the last pair slower?": (
        lambda **table: _factor_of(**table) - 1,
        lambda **table: _factor_of(**table) + 1,
    ),
    "You took the largest difference of frequencies, or that of the last pair. Of what is the "
    "factor a quotient?": (
        lambda plain, stretched, length: (plain - stretched).max(),
        lambda plain, stretched, length: plain[-1] - stretched[-1],
    ),
    "Your factor is that of the last pair but one, or of the first blended one. Which has all of "
    "it?": (
        lambda plain, stretched, length: (
            plain[np.argmax(stretched < 0.999 * plain)]
            / stretched[np.argmax(stretched < 0.999 * plain)]
        ),
    ),
    "Your factor is the slow-down of the last *blended* pair. Which pairs have the whole factor?": (
        lambda plain, stretched, length: max(
            slow for slow in plain / stretched if slow < 0.999 * plain[-1] / stretched[-1]
        )
    ),
    "You divided the speed of pair 0 by that of the last pair. Of one pair, how much slower is it "
    "than before?": (
        lambda plain, stretched, length: stretched[0] / stretched[-1],
        lambda plain, stretched, length: plain[0] / stretched[-1],
    ),
    "Your factor is 8, whatever the table says. Is a number written into your code?": (
        lambda **table: 8.0
    ),
    "Your factor is 4, whatever the table says. Is a number written into your code?": (
        lambda **table: 4.0
    ),
}
_MISREAD = {
    "α and β have changed places. At which of them does γ, the share of the plain frequency, "
    "become 0?": (_borders_as(lambda alpha, beta, length: np.array([beta, alpha]))),
    "You took the turns of the pairs just outside: the last untouched and the first slowed in "
    "full. The borders lie between pairs; what do the blended ones say?": _outside,
    "You took the turns of the first and the last blended pair. Is γ 1 and 0 there, or still on "
    "the way?": _fitted(crossings=lambda turns, gamma: np.array([turns.min(), turns.max()])),
    "You counted turns by the frequencies after stretching. In training the pairs turned by the "
    "plain ones.": _by_new_turns,
    "A pair that is flat already is in your line, at one end of the slope or at either. Which "
    "pairs lie on the slope?": (_widened(1, 1), _widened(1, 0), _widened(0, 1)),
    "Pairs 10 to 15 make your line, in any table. Which pairs are blended here?": tuple(
        lambda first=first, end=end, **table: _borders(
            **table, on=lambda gamma: np.isin(np.arange(len(gamma)), range(first, end))
        )
        for first, end in ((10, 16), (10, 15), (9, 16), (8, 16), (10, 17))
    ),
    "Your α and β are those of the lesson, whatever the table says. Are numbers written into your "
    "code?": tuple(
        lambda one=one, other=other, **table: np.array([one, other])
        for one, other in ((1.0, 8.0), (1.0, 4.0), (1.0, 16.0), (2.0, 32.0), (2.0, 8.0))
    ),
    "Your borders are twice too large, or half. How many radians make a turn?": (
        _borders_as(lambda alpha, beta, length: 2 * np.array([alpha, beta])),
        _borders_as(lambda alpha, beta, length: np.array([alpha, beta]) / 2),
    ),
    "You took γ for 1 − γ. At which border is a pair left alone?": _fitted(
        y=lambda gamma, kept, factor: (1 - kept) / factor
    ),
    "Your borders are where γ is 0.001 and 0.999, or 1/4 and 3/4. Where is it 0, and where 1?": (
        _fitted(crossings=lambda x, y: np.polyval(_line(y, x), [0.25, 0.75])),
        _fitted(crossings=lambda x, y: np.polyval(_line(y, x), [0.001, 0.999])),
    ),
    "Your borders are in radians. How many radians make a turn?": (
        _borders_as(lambda alpha, beta, length: 2 * math.pi * np.array([alpha, beta]))
    ),
    "Your borders are wavelengths, in positions. How many of them fit into the window?": (
        _borders_as(lambda alpha, beta, length: length / np.array([alpha, beta]))
    ),
    "You drew the line over wavelengths. Over what is the paper's ramp straight?": (
        _fitted(x=lambda turns: 1 / turns),
        lambda **table: table["length"] * _borders(**table, x=lambda turns: 1 / turns),
        lambda **table: 1 / _borders(**table, x=lambda turns: 1 / turns),
    ),
    "Your borders are in turns per position. How many positions has the window?": (
        _borders_as(lambda alpha, beta, length: np.array([alpha, beta]) / length),
        _borders_as(lambda alpha, beta, length: 2 * math.pi * np.array([alpha, beta]) / length),
    ),
    "You took kept for γ. A pair with γ = 0 still keeps 1 / factor of its speed; how do you take "
    "that off?": _fitted(y=lambda gamma, kept, factor: kept),
    "You took 1 / factor off, and did not divide by 1 − 1 / factor. What is γ of an untouched "
    "pair then?": _fitted(y=lambda gamma, kept, factor: kept - 1 / factor),
    "All pairs are in your line, those at γ = 0 and γ = 1 too. Which of them lie on the slope?": (
        _fitted(on=lambda gamma: gamma > -1)
    ),
    "The pairs that are slowed in full are in your line, too. Which lie on the slope?": _fitted(
        on=lambda gamma: gamma < 0.999
    ),
    "The untouched pairs are in your line, too. Which lie on the slope?": _fitted(
        on=lambda gamma: gamma > 0.001
    ),
    "You drew the line over pair numbers. Over what is the paper's ramp straight?": (
        _fitted(x=lambda turns: np.arange(len(turns)))
    ),
    "You drew the line over the logarithm of the turns. Over what is the paper's ramp straight?": (
        _fitted(x=np.log),
        lambda **table: np.exp(_borders(**table, x=np.log)),
    ),
    "Your line goes through the slow-downs. Which of them is blended evenly, the slow-downs or the "
    "frequencies?": _fitted(y=lambda gamma, kept, factor: (factor - 1 / kept) / (factor - 1)),
    "Your line is forced through 0 turns. May α be anything but 0 then?": _fitted(
        crossings=_through_origin
    ),
    "Your α is the line's γ at 0 turns. At how many turns is γ 0?": (
        _from_the_line(lambda slope, level: (level, (1 - level) / slope)),
        _from_the_line(lambda slope, level: (-level, (1 - level) / slope)),
        _from_the_line(lambda slope, level: (level / slope, (1 - level) / slope)),
    ),
    "Your β is α plus the slope of the line, or the slope alone. Over how many turns does γ rise "
    "from 0 to 1?": (
        _from_the_line(lambda slope, level: (-level / slope, -level / slope + slope)),
        _from_the_line(lambda slope, level: (-level / slope, slope)),
    ),
    "Your α and β are the line's level and its slope. At how many turns is γ 0, and at how many "
    "1?": (
        _from_the_line(lambda slope, level: (level, slope)),
        _from_the_line(lambda slope, level: (slope, level)),
    ),
    "You took 1 for α, and drew a line from there through one pair. Through which pairs should it "
    "go?": (
        _from_one_pair(lambda turns: 0),
        _from_one_pair(lambda turns: -1),
        _from_one_pair(lambda turns: len(turns) // 2),
    ),
    "Your second border is β − α, the width of the slope. Where does it end?": (
        _borders_as(lambda alpha, beta, length: np.array([alpha, beta - alpha]))
    ),
    "Your turns are counted up to position length − 1. They are made in the whole window.": (
        _borders_as(lambda alpha, beta, length: np.array([alpha, beta]) * (length - 1) / length)
    ),
    "Your window is 512, whatever it is given as. Is a number written into your code?": (
        _borders_as(lambda alpha, beta, length: np.array([alpha, beta]) * 512 / length)
    ),
    "Your α is 1, whatever the table says. Is a number written into your code?": (
        _borders_as(lambda alpha, beta, length: np.array([1.0, beta]))
    ),
    "Your β is 32, whatever the table says. Is a number written into your code?": (
        _borders_as(lambda alpha, beta, length: np.array([alpha, 32.0]))
    ),
    "Your α and β are 1 and 32, whatever the table says. Are numbers written into your code?": (
        lambda **table: np.array([1.0, 32.0])
    ),
    "You rounded α and β to whole numbers. Must they be?": (
        _borders_as(lambda alpha, beta, length: np.round([alpha, beta])),
        _borders_as(lambda alpha, beta, length: np.floor([alpha, beta])),
    ),
}
