"""Checks for lesson 08, Fine-tune a little."""

import itertools
import math
import re

import numpy as np

from lesson_utils.checks.findings import WRONG_FORM, Finding, described, number, parts
from lesson_utils.checks.judging import asked, judge
from lesson_utils.checks.registry import exercise


@exercise(
    "08.1",
    nudge="Between which two recorded steps does the curve go below the target for the first time? "
    "How far on the way from one to the other?",
    outline="Go through neighbouring steps. At the first pair where the later value is at or below "
    "the target: with x = ln of the perplexities, the share of the way is "
    "(x_before − ln target) / (x_before − x_after). Step = before + share · (after − before); "
    "times bytes_per_step. At the start already: 0. Never: `math.inf`.",
    takeaway="Runs are compared by the text they read, at a point that a curve crosses, and not by "
    "the next step that somebody happened to record.",
)
def bytes_to_target(answer):
    judge(
        answer,
        _reached,
        **asked(_CURVES),
        mistakes=_MISREACHED,
        by_hand=_SMALL_CURVES,
        form=number,
    )


def _run(curve, target, bytes_per_step=700):
    return {"curve": curve, "target": target, "bytes_per_step": bytes_per_step}


_BETWEEN = (
    "Between which two looks does the curve go below {target} for the first time? Your result "
    "should lie between their steps, times the bytes of a step."
)
_CURVES = (
    (_run({0: 9.0, 8: 5.2, 20: 3.6, 50: 1.7, 90: 2.3, 160: 1.6}, 2.0), _BETWEEN),
    (_run({0: 8.5, 30: 6.1, 70: 2.7, 110: 1.9}, 4.9, 450), _BETWEEN),
    (
        _run({40: 6.0, 55: 4.0, 100: 2.6, 130: 2.2}, 2.5, 1_000),
        "The first look at this curve was at step 40. How much had been read by then?",
    ),
    (
        _run({30: 1.9, 60: 1.5, 90: 2.4, 120: 1.2}, 2.0),
        "This curve starts below the target. How many bytes does it take to get there?",
    ),
    (
        _run({0: 7.0, 10: 4.5, 30: 3.2}, 2.0),
        "This curve never gets to the target. What does the task want then?",
    ),
    (
        _run({0: 6.0, 10: 4.0, 26: 2.9, 40: 3.5}, 2.9, 300),
        "This curve touches the target at step 26, and goes up again. Did it get down to it?",
    ),
    (
        _run({20: 6.0, 45: 1.4, 80: 2.5, 120: 1.3}, 2.0, 600),
        "This curve crosses between its first two looks, at steps 20 and 45. Does your search "
        "begin there?",
    ),
    (
        _run({5: 2.9, 15: 3.5, 40: 1.5}, 2.9, 300),
        "This curve starts exactly at the target. What does the task want then?",
    ),
)


_SMALL_CURVES = (
    (_run({0: 4.0, 10: 2.0}, 2.0, 1), "It is at 2 at step 10, and a step is one byte."),
    (_run({0: 4.0, 10: 2.0}, 2.0, 100), "It is at 2 at step 10, and a step is 100 bytes."),
    (_run({0: 1.5, 10: 1.2}, 2.0, 100), "It is below 2 from the start."),
    (_run({0: 4.0, 10: 3.0}, 2.0, 100), "It never gets down to 2."),
    (
        _run({0: 4.0, 10: 1.0}, 2.0, 1),
        "The logarithm falls from ln 4 to ln 1 = 0, and ln 2 is half-way. At which step is that?",
    ),
    (
        _run({0: 16.0, 10: 8.0, 30: 2.0}, 4.0, 1),
        "ln 8 is 3 ln 2 at step 10, and ln 2 at step 30. At which step is it 2 ln 2?",
    ),
    (
        _run({10: 16.0, 20: 1.0}, 2.0, 1),
        "ln 16 is 4 ln 2 at step 10, and ln 1 is 0 at step 20. At which step is it ln 2?",
    ),
)


def _reached(
    curve,
    target,
    bytes_per_step,
    *,
    scale=math.log,
    share=lambda share: share,
    below=lambda value, target: value <= target,
    at_start=lambda step: 0.0,
    never=lambda steps: math.inf,
    crossing=lambda found: found[0],
):
    """Find the bytes at the first crossing; each step of the way may be another."""
    steps, values = list(curve), list(curve.values())
    if below(values[0], target) and at_start is not None:
        return at_start(steps[0]) * bytes_per_step
    pairs = itertools.pairwise(zip(steps, values, strict=True))
    found = [pair for pair in pairs if below(pair[1][1], target)]
    if not found:
        return never(steps) * bytes_per_step
    (before, high), (after, low) = crossing(found)
    way = (scale(high) - scale(target)) / (scale(high) - scale(low))
    return (before + share(way) * (after - before)) * bytes_per_step


def _other(**changes):
    return lambda **run: _reached(**run, **changes)


def _changed(change):
    """Change a result that is neither 0 nor infinite, given the run."""

    def changed(**run):
        right = _reached(**run)
        return right if right in (0, math.inf) else change(right, run)

    return changed


def _last_crossing(found):
    falling = [pair for pair in found if pair[0][1] > pair[1][1]]
    return falling[-1]


def _last_from_above(curve, target, bytes_per_step):
    crossings = [
        pair for pair in itertools.pairwise(curve.items()) if pair[0][1] > target >= pair[1][1]
    ]
    return _reached(dict(crossings[-1]), target, bytes_per_step)


def _back_up(curve, target, bytes_per_step):
    for (before, low), (after, high) in itertools.pairwise(curve.items()):
        if low < target < high:
            way = math.log(target / low) / math.log(high / low)
            return (before + way * (after - before)) * bytes_per_step
    return _reached(curve, target, bytes_per_step)


def _first_crossing_only(curve, target, bytes_per_step):
    """Look for a step down through the target, and not at the start."""
    for (before, high), (after, low) in itertools.pairwise(curve.items()):
        if high > target >= low:
            return _reached({before: high, after: low}, target, bytes_per_step)
    return math.inf


def _one_line(right, run):
    """Draw a line through the first look and the last, whatever lies between."""
    (first, high), *_, (last, low) = run["curve"].items()
    way = math.log(high / run["target"]) / math.log(high / low)
    return (first + way * (last - first)) * run["bytes_per_step"]


def _later(curve):
    """Return the curve without its first look."""
    return dict(list(curve.items())[1:])


def _over_log_steps(
    curve, target, bytes_per_step, log=lambda step: math.log(max(step, 1)), back=math.exp
):
    stretched = {log(step): value for step, value in curve.items()}
    found = _reached(stretched, target, 1)
    return found if found in (0, math.inf) else back(found) * bytes_per_step


def _drawn_on(curve, target, bytes_per_step):
    """Draw the last line on beyond the last look."""
    found = _reached(curve, target, bytes_per_step)
    (before, high), (after, low) = list(curve.items())[-2:]
    way = math.log(high / target) / math.log(high / low)
    return found if found < math.inf else (before + way * (after - before)) * bytes_per_step


def _renumbered(number):
    """Give the looks other steps, made from their steps."""
    return lambda curve, target, bytes_per_step: _reached(
        dict(zip(number(list(curve)), curve.values(), strict=True)), target, bytes_per_step
    )


def _sorted_curve(curve, target, bytes_per_step):
    if min(curve.values()) > target:
        return math.inf
    steps = sorted((-math.log(value), step) for step, value in curve.items())
    losses, at = zip(*steps, strict=True)
    return float(np.interp(-math.log(target), losses, at)) * bytes_per_step


_MISREACHED = {
    "That is the crossing in steps. How many bytes does a step read?": lambda **run: _reached(
        **run | {"bytes_per_step": 1}
    ),
    "You divided by the bytes of a step.": lambda **run: (
        _reached(**run | {"bytes_per_step": 1}) / run["bytes_per_step"]
    ),
    "Your result is in millions of bytes. Which unit does the task ask for?": lambda **run: (
        _reached(**run) / 1e6
    ),
    "You took the next recorded step. The curve crosses before it; where?": _other(
        share=lambda share: 1.0
    ),
    "You took the last step that is still above the target. The curve crosses after it; where?": (
        _other(share=lambda share: 0.0)
    ),
    "Your line between two looks is not straight in the loss, ln of the perplexity. In what is it "
    "straight?": (
        _other(scale=lambda value: math.log(math.log(value))),
        _other(scale=lambda value: math.log(1 + math.log(value))),
        _other(scale=lambda value: math.log(1 + value)),
        _other(scale=lambda value: math.log(value) ** 2),
        _other(scale=lambda value: value),
        _other(scale=math.exp),
        _other(scale=lambda value: 1 / value),
        _other(scale=math.sqrt),
        _other(scale=lambda value: value * value),
    ),
    "Your line is straight over the logarithm of the step. What does the task ask for, along the "
    "steps?": (
        _over_log_steps,
        lambda **run: _over_log_steps(**run, log=math.log1p, back=math.expm1),
    ),
    "This curve comes back up and crosses once more. Which of the two times is the first?": (
        _last_from_above,
        _changed(lambda right, run: _last_from_above(**run)),
        _other(crossing=_last_crossing),
        _other(crossing=lambda found: found[-1]),
    ),
    "You found where the curve comes back up. In which direction should it cross?": _back_up,
    "You took the lowest point of the curve. It is below the target; where did it cross?": (
        _changed(lambda right, run: min(run["curve"], key=run["curve"].get) * run["bytes_per_step"])
    ),
    "You sorted the looks by their perplexity, as `np.interp` needs them. A curve that comes back "
    "up is then out of order in time. Which look is the first below the target?": (
        _sorted_curve,
        lambda **run: (
            0.0 if next(iter(run["curve"].values())) <= run["target"] else _sorted_curve(**run)
        ),
    ),
    "Your share of the way is counted from the wrong end. At a share of 0, where should you be?": (
        _other(share=lambda share: 1 - share)
    ),
    "You took the point half-way between two steps. Is the target half-way between their values?": (
        _other(share=lambda share: 0.5),
        _other(share=lambda share: 0.5 if share < 1 else 1.0),
    ),
    "You drew one line from the first look to the lowest point. Between which two does the curve "
    "cross?": lambda curve, target, bytes_per_step: _reached(
        {step: curve[step] for step in (next(iter(curve)), min(curve, key=curve.get))},
        target,
        bytes_per_step,
    ),
    "You took the look nearest to the target, or nearest in time. The curve crosses between two "
    "looks; where?": (
        _other(share=round),
        _changed(
            lambda right, run: (
                min(run["curve"], key=lambda step: abs(run["curve"][step] - run["target"]))
                * run["bytes_per_step"]
            )
        ),
    ),
    "You left the logarithm of the target out, or took that of base 2 or 10 for one of the two. "
    "Which numbers are compared?": tuple(
        lambda curve, target, bytes_per_step, log=log: _reached(
            curve, math.exp(log(target)), bytes_per_step
        )
        for log in (math.log2, math.log10)
    ),
    "Your share is upside down: the whole way over the part. At the target, how much of the way is "
    "behind you?": _other(share=lambda share: 1 / share if share else 0.0),
    "You added the share to the step. It is a share of the way to the next; how long is that?": (
        _changed(
            lambda right, run: (
                _reached(**run, share=lambda share: 0.0)
                + run["bytes_per_step"]
                * (right - _reached(**run, share=lambda share: 0.0))
                / (
                    _reached(**run, share=lambda share: 1.0)
                    - _reached(**run, share=lambda share: 0.0)
                )
            )
        )
    ),
    "You never look between the last two steps. Up to which pair of neighbours does your search "
    "go?": (lambda curve, **run: _reached(curve=dict(list(curve.items())[:-1]), **run)),
    "You never look between the first two steps. With which pair of neighbours does your search "
    "begin?": (
        _changed(lambda right, run: _reached(**run | {"curve": _later(run["curve"])})),
        _changed(lambda right, run: _first_crossing_only(**run | {"curve": _later(run["curve"])})),
    ),
    "That is the way from the step before to the crossing. How far is it from the start?": (
        _changed(lambda right, run: right - _reached(**run, share=lambda share: 0.0))
    ),
    "You rounded to whole steps. Where between two steps does the line cross?": tuple(
        _changed(
            lambda right, run, cut=cut: (
                cut(round(right / run["bytes_per_step"], 9)) * run["bytes_per_step"]
            )
        )
        for cut in (math.floor, math.ceil, round)
    ),
    "Your result is one step too many. Do you count steps from 1?": _changed(
        lambda right, run: right + run["bytes_per_step"]
    ),
    "You numbered the looks, 0, 1, 2, … At which steps were they?": _renumbered(
        lambda steps: list(range(len(steps)))
    ),
    "You take all looks for as far apart as the first two. At which steps were they?": _renumbered(
        lambda steps: [steps[0] + i * (steps[1] - steps[0]) for i in range(len(steps))]
    ),
    "You drew one line from the first look to the last. Between which two does the curve cross?": (
        lambda curve, target, bytes_per_step: _reached(
            dict([list(curve.items())[0], list(curve.items())[-1]]), target, bytes_per_step
        ),
        _changed(_one_line),
    ),
    "You compared the loss with the target as it is. Of which of the two have you taken ln?": (
        lambda curve, target, bytes_per_step: _reached(
            {step: math.log(value) for step, value in curve.items()},
            target,
            bytes_per_step,
            scale=lambda value: value,
        ),
        lambda curve, target, bytes_per_step: _reached(
            curve, math.log(target), bytes_per_step, scale=lambda value: value
        ),
    ),
    "You counted from the first look. If that was at step 40, how much had been read by then?": (
        _changed(lambda right, run: right - next(iter(run["curve"])) * run["bytes_per_step"])
    ),
    "This curve is at or below the target from the start, and you gave the bytes of its first "
    "look. What does the task want then?": _other(at_start=lambda step: step),
    "This curve is at or below the target from the start, and you looked for a place where it goes "
    "down through it, or drew a line to it. What does the task want then?": (
        _other(at_start=None),
        _first_crossing_only,
        _other(at_start=lambda step: math.inf),
        _other(at_start=lambda step: math.nan),
    ),
    "A curve that only touches the target does not count with you. Has it got *down to* it?": (
        _other(below=lambda value, target: value < target),
        lambda curve, target, bytes_per_step: (
            0.0
            if next(iter(curve.values())) <= target
            else _reached(curve, target, bytes_per_step, below=lambda value, target: value < target)
        ),
    ),
    "A curve that starts exactly at the target does not count with you. Has it got *down to* it?": (
        lambda curve, target, bytes_per_step: (
            _first_crossing_only(curve, target, bytes_per_step)
            if next(iter(curve.values())) == target
            else _reached(curve, target, bytes_per_step)
        ),
        lambda curve, target, bytes_per_step: (
            _reached(curve, target, bytes_per_step, at_start=None)
            if next(iter(curve.values())) == target
            else _reached(curve, target, bytes_per_step)
        ),
    ),
    "This curve never gets to the target, and you gave its last step. What does the task want "
    "then?": _other(never=lambda steps: steps[-1]),
    "This curve never gets to the target, and you drew its line on beyond the last look. What does "
    "the task want then?": _drawn_on,
    "This curve never gets to the target, and you gave a number that is no answer, such as −1 or "
    "0. What does the task want then?": (
        _other(never=lambda steps: 0),
        lambda **run: -1 if _reached(**run) == math.inf else _reached(**run),
        _other(never=lambda steps: math.nan),
        _other(never=lambda steps: -math.inf),
    ),
}


@exercise(
    "08.2",
    nudge="Ten prompts of 4,096 bytes and ninety of 512: which of the two kinds has more bytes? "
    "And what is it that may be averaged over bytes, a perplexity or a loss?",
    outline="Weight of a length: prompts · length. Take the logarithm of each perplexity, average "
    "them with these weights, divided by the weights' sum, and raise e to the result.",
    takeaway="Long prompts are few, and most of the bytes. What a model is like in use depends on "
    "the bytes.",
)
def mixed_perplexity(answer):
    judge(
        answer,
        _mixed,
        **asked(_MIXES),
        mistakes=_MISMIXED,
        by_hand=_SMALL_MIXES,
        form=number,
    )


def _mix(perplexities, lengths, prompts):
    return {"perplexities": perplexities, "lengths": lengths, "prompts": prompts}


_OF_EACH_KIND = (
    "How many bytes are there of each kind, and what is the loss on each of them? The mean is over "
    "all bytes."
)
_MIXES = (
    (_mix([3.0, 7.5, 1.4], [200, 1100, 5000], [61, 27, 5]), _OF_EACH_KIND),
    (_mix([4.5, 2.1, 3.3, 9.0], [700, 90, 2600, 350], [12, 140, 3, 31]), _OF_EACH_KIND),
    (
        _mix([3.2, 2.7], [512, 4096], [990, 10]),
        "With three kinds of prompts it is right, and with two it is not. What changes?",
    ),
    (
        _mix([6.0, 2.5, 4.0, 1.2], [900, 40, 17, 2300], [3, 1, 250, 0]),
        "Of one length, there is a single prompt here, and of another none. What weight have they?",
    ),
    (
        _mix([2.0, 16.0], [30, 50], [4, 2]),
        "These are few and short prompts: 220 bytes. Does every byte of them count?",
    ),
)


_SMALL_MIXES = (
    (_mix([5.0], [10], [3]), "There is one kind alone, so its own perplexity is asked for."),
    (
        _mix([2.0, 8.0], [10, 10], [1, 1]),
        "Ten bytes at ln 2 and ten at 3 ln 2: the mean is 2 ln 2.",
    ),
    (
        _mix([2.0, 16.0], [10, 10], [2, 1]),
        "Twenty bytes at ln 2 and ten at 4 ln 2: the mean is 2 ln 2. Prompts of a kind add up.",
    ),
    (
        _mix([2.0, 16.0], [20, 10], [1, 1]),
        "Twenty bytes at ln 2 and ten at 4 ln 2: the mean is 2 ln 2. Long prompts have more bytes.",
    ),
    (
        _mix([2.0, 16.0, 2.0], [10, 10, 5], [1, 1, 2]),
        "With two kinds you are right, and with three not: ten bytes at ln 2, ten at 4 ln 2, ten "
        "at ln 2.",
    ),
)


def _mixed(
    perplexities,
    lengths,
    prompts,
    *,
    weight=lambda length, count: length * count,
    down=np.log,
    up=np.exp,
    total=np.sum,
):
    """Average over all bytes; the weights, the two steps and the divisor may be others."""
    p, n, count = (np.array(x, dtype=float) for x in (perplexities, lengths, prompts))
    weights = weight(n, count)
    return up((weights * down(p)).sum() / total(weights))


def _with(**changes):
    return lambda **mix: _mixed(**mix, **changes)


def _same(value):
    return value


def _of_rows(choose):
    """Mix other rows, made from the three lists."""
    return lambda perplexities, lengths, prompts: _mixed(
        *zip(*choose(list(zip(perplexities, lengths, prompts, strict=True))), strict=True)
    )


def _without(index):
    """Leave a kind out, everywhere or where losses are added up alone."""

    def nothing_lost(perplexities, lengths, prompts):
        silent = list(perplexities)
        silent[index] = 1.0
        return _mixed(silent, lengths, prompts)

    def left_out(rows):
        return [row for row in rows if row is not rows[index]]

    return nothing_lost, _of_rows(left_out)


def _whole_percent(weights):
    return 100 * weights // weights.sum()


def _by_rounded_shares(perplexities, lengths, prompts, digits, total=np.sum):
    weights = np.multiply(lengths, prompts)
    shares = np.round(weights / weights.sum(), digits)
    return math.exp((shares * np.log(perplexities)).sum() / total(shares))


def _shares(perplexities, lengths, prompts):
    weights = _whole_percent(np.multiply(lengths, prompts))
    return math.exp((weights * np.log(perplexities)).sum() / 100)


_MISMIXED = {
    "Each prompt counts the same with you. Has one of 5,000 bytes no more to say than one of "
    "200?": _with(weight=lambda length, count: count),
    "You averaged perplexities. Which number of each byte may be averaged?": _with(
        down=_same, up=_same
    ),
    "You averaged perplexities, and each prompt counts the same. What may be averaged, and over "
    "what?": _with(weight=lambda length, count: count, down=_same, up=_same),
    "You averaged perplexities, by length alone. What may be averaged, and over what?": _with(
        weight=lambda length, count: length, down=_same, up=_same
    ),
    "The kinds count the same with you, however many prompts and bytes they have.": _with(
        weight=lambda length, count: np.ones_like(length)
    ),
    "You took the plain mean of the perplexities. What may be averaged, and over what?": _with(
        weight=lambda length, count: np.ones_like(length), down=_same, up=_same
    ),
    "You weighed by length alone. How many prompts of each length are there?": _with(
        weight=lambda length, count: length
    ),
    "You weighed long prompts less: divided by their length, where they should be multiplied.": (
        _with(weight=lambda length, count: count / length)
    ),
    "You divided a length by the number of prompts, where the two should be multiplied.": _with(
        weight=lambda length, count: length / count
    ),
    "You added prompts and length. How many bytes have 5 prompts of 200?": _with(
        weight=lambda length, count: length + count
    ),
    "The length counts twice in your weights. How many bytes have 5 prompts of 200?": _with(
        weight=lambda length, count: length**2 * count
    ),
    "The number of prompts counts twice in your weights. How many bytes have 5 prompts of 200?": (
        _with(weight=lambda length, count: length * count**2)
    ),
    "One byte of each prompt is left out of your weights. Here all bytes count.": (
        _with(weight=lambda length, count: (length - 1) * count),
        _with(weight=lambda length, count: (length - 1) ** 2 * count),
        lambda perplexities, lengths, prompts: _mixed(
            perplexities,
            lengths,
            prompts,
            weight=lambda length, count: (length - 1) * count,
            total=lambda weights: np.dot(lengths, prompts),
        ),
        lambda perplexities, lengths, prompts: _mixed(
            perplexities,
            lengths,
            prompts,
            total=lambda weights: np.dot(np.subtract(lengths, 1), prompts),
        ),
    ),
    "You count one byte more for each prompt than it has.": (
        _with(weight=lambda length, count: (length + 1) * count)
    ),
    "You weighed by the logarithm or the root of a length or of a number of prompts. How many "
    "bytes are there of a kind?": (
        _with(weight=lambda length, count: np.log(length) * count),
        _with(weight=lambda length, count: np.sqrt(length) * count),
        _with(weight=lambda length, count: np.sqrt(length * count)),
        _with(weight=lambda length, count: np.log(length * np.maximum(count, 1))),
    ),
    "Your lengths are whole windows of 512, or thousands of bytes. Each byte of a prompt counts.": (
        _with(weight=lambda length, count: length // 512 * count),
        _with(weight=lambda length, count: np.maximum(1, length // 512) * count),
        _with(weight=lambda length, count: np.ceil(length / 512) * count),
        _with(weight=lambda length, count: length // 1000 * count),
        _with(weight=lambda length, count: np.maximum(1, length // 1000) * count),
        _with(weight=lambda length, count: length // 1024 * count),
    ),
    "A kind of which no prompt comes in counts with you. What weight has it?": _with(
        weight=lambda length, count: length * np.maximum(1, count)
    ),
    "You took the perplexity in the middle, the smallest or the largest. All bytes count.": (
        lambda perplexities, lengths, prompts: float(np.median(perplexities)),
        lambda perplexities, lengths, prompts: min(perplexities),
        lambda perplexities, lengths, prompts: max(perplexities),
        lambda perplexities, lengths, prompts: math.exp(np.median(np.log(perplexities))),
    ),
    "You multiplied or added perplexities, and took no mean. Which number of each byte may be "
    "averaged?": (
        lambda perplexities, lengths, prompts: math.prod(perplexities),
        lambda perplexities, lengths, prompts: sum(perplexities),
        _with(total=lambda weights: 1.0, down=_same, up=_same),
    ),
    "That is the mean loss, in nats. What makes a perplexity of it?": _with(up=_same),
    "That is the mean in bits. What makes a perplexity of it?": _with(down=np.log2, up=_same),
    "You went down with one base and up with another: bits and nats are mixed.": (
        _with(down=np.log2),
        _with(down=np.log10),
        _with(up=np.exp2),
        _with(down=np.log10, up=np.exp2),
    ),
    "That is e to a mean of perplexities. What may be averaged is a loss.": (
        _with(down=_same),
        _with(down=_same, weight=lambda length, count: count),
    ),
    "That is the logarithm of a mean of perplexities. First the logarithm, then the mean.": _with(
        down=_same, up=np.log
    ),
    "You took a mean of the perplexities, not a plain one: harmonic, or of squares or roots. Which "
    "number of each byte may be averaged?": (
        _with(down=lambda p: 1 / p, up=lambda x: 1 / x),
        _with(down=np.square, up=np.sqrt),
        _with(down=np.sqrt, up=np.square),
    ),
    "You divided by the number of prompts, where the weights are bytes. What do the weights add up "
    "to?": (
        lambda perplexities, lengths, prompts: _mixed(
            perplexities, lengths, prompts, total=lambda weights: sum(prompts)
        ),
        lambda perplexities, lengths, prompts: math.exp(
            min(700, sum(np.log(perplexities) * lengths * prompts) / sum(prompts))
        ),
    ),
    "You divided by the prompts times the mean length, and there are not as many of each kind. "
    "What do the weights add up to?": lambda perplexities, lengths, prompts: _mixed(
        perplexities,
        lengths,
        prompts,
        total=lambda weights: sum(lengths) * sum(prompts) / len(prompts),
    ),
    "You divided by the number of kinds, or by their lengths. What do the weights add up to?": (
        _with(total=len),
        lambda perplexities, lengths, prompts: _mixed(
            perplexities, lengths, prompts, total=lambda weights: sum(lengths)
        ),
    ),
    "You divided by a thousand prompts, whatever came in. Is a number written into your code?": (
        lambda perplexities, lengths, prompts: _mixed(
            perplexities, lengths, prompts, total=lambda weights: 1000 * sum(lengths) / len(lengths)
        ),
        _with(total=lambda weights: 1000),
    ),
    "Your shares are whole per cents, or have few digits. What becomes of a kind with less than "
    "one?": (
        _shares,
        lambda **mix: _by_rounded_shares(**mix, digits=2),
        lambda **mix: _by_rounded_shares(**mix, digits=1),
        lambda **mix: _by_rounded_shares(**mix, digits=2, total=lambda shares: 1.0),
        lambda **mix: _by_rounded_shares(**mix, digits=1, total=lambda shares: 1.0),
    ),
    "A thousand prompts come in with you, the second kind being what the first leaves. How many "
    "come in is in the list.": (
        _of_rows(lambda rows: [rows[0], (*rows[1][:2], 1000 - rows[0][2])]),
    ),
    "You mix the first two kinds only. How long are the lists?": _of_rows(lambda rows: rows[:2]),
    "Your lengths are 512 and 4,096, whatever they are given as. Are numbers written into your "
    "code?": (
        _of_rows(lambda rows: [(p, n, k) for (p, _, k), n in zip(rows, (512, 4096), strict=False)]),
        _of_rows(
            lambda rows: [(p, n, k) for (p, _, k), n in zip(rows, (512, *[4096] * 9), strict=False)]
        ),
        _of_rows(
            lambda rows: [(p, n, k) for (p, _, k), n in zip(rows, [512, 4096] * 9, strict=False)]
        ),
    ),
    "The last kind is missing: you never come to it, or its bytes count without a loss. Up to "
    "which entry do you go?": _without(-1),
    "The first kind is missing: you begin after it, or its bytes count without a loss. With which "
    "entry do lists begin?": _without(0),
    "You sorted the lists, each by itself. Which perplexity belongs to which length then?": (
        *(
            lambda perplexities, lengths, prompts, first=first, second=second, third=third: _mixed(
                first(perplexities), second(lengths), third(prompts)
            )
            for first, second, third in list(itertools.product((list, sorted), repeat=3))[1:]
        ),
    ),
    "You leave out a length with a single prompt. What weight has it?": _of_rows(
        lambda rows: [row for row in rows if row[2] > 1] or rows
    ),
    "You took the longest prompts alone. What do the others weigh?": (
        lambda perplexities, lengths, prompts: perplexities[int(np.argmax(lengths))]
    ),
    "You took one kind alone, that with the most bytes or prompts. What do the others weigh?": (
        lambda perplexities, lengths, prompts: perplexities[
            int(np.argmax(np.multiply(lengths, prompts)))
        ],
        lambda perplexities, lengths, prompts: perplexities[int(np.argmax(prompts))],
    ),
    "You took the mean of two means, one by prompts and one by lengths. A kind has prompts times "
    "length bytes.": (
        lambda **mix: math.sqrt(
            _mixed(**mix, weight=lambda length, count: length)
            * _mixed(**mix, weight=lambda length, count: count)
        ),
        lambda **mix: (
            (
                _mixed(**mix, weight=lambda length, count: length)
                + _mixed(**mix, weight=lambda length, count: count)
            )
            / 2
        ),
    ),
    "You rounded the perplexity. How many digits does the task ask for?": tuple(
        lambda digits=digits, **mix: round(float(_mixed(**mix)), digits) for digits in (0, 1, 2, 3)
    ),
}


@exercise(
    "08.3",
    nudge="How many bytes of text have room beside the secret, the question and the answer? Depth "
    "is a share of that. And: the first byte of a prompt has no loss.",
    outline="room = length − the other three. cut = round(depth · room). The prompt is text[:cut], "
    "secret, text[cut:room], question, answer. The answer begins at byte length − len(answer); "
    "entry t of the losses belongs to byte t + 1.",
    takeaway="Ask for one thing far back, and score only the bytes of the answer. The loss of a "
    "whole text hides what happens to eight bytes of it.",
)
def hide_key(answer):
    entries = {question: _entry(mistake) for question, mistake in _MISCOUNTED.items()}
    try:
        judge(
            answer.then(_of_bytes),
            _hidden,
            **asked(_HIDINGS),
            mistakes={question: _prompt_by(mistake) for question, mistake in _MISPUT.items()}
            | entries,
            names=("prompt", "first"),
            form=lambda part: isinstance(part, bytes) or number(part),
            entry="byte",
        )
    except Finding as found:
        found.table = [(where, *_characters(where, row)) for where, *row in found.table]
        found.message = _in_bytes(found.message)
        raise


def _in_bytes(message: str) -> str:
    """Say of a prompt that is too long or too short how many bytes it has."""
    sizes = re.match(r"Your result has shape \[(\d+)\]; expected is \[(\d+)\]", message)
    if not sizes:
        return message
    mine, right = sizes.groups()
    question = "Which part is missing, cut, or there twice?"
    return f"Your prompt has {mine} bytes; {right} are asked for. {question}"


def _of_bytes(got):
    prompt, first = parts(got, ("prompt", "first"))
    return _as_bytes(prompt, first), first


def _as_bytes(prompt, first):
    if isinstance(prompt, bytes | bytearray):
        return bytes(prompt)
    question = "expected are bytes, put together with `+`."
    if isinstance(first, bytes | bytearray):
        question = "the bytes come second with you. Which of the two is asked for first?"
    raise Finding(WRONG_FORM, f"The prompt is {described(prompt)}; {question}")


def _characters(where: str, numbers) -> list[str]:
    """Show bytes as bytes, where the table has their numbers."""
    if not where.startswith("prompt"):
        return numbers
    return [repr(bytes([int(float(number))])) for number in numbers]


_TEXT = (
    np.random.default_rng(8)
    .choice(
        np.frombuffer(b"abcdefghijklmnopqrstuvwxyz      \n\n..,()_=:#12\xc3\xa9", np.uint8), 5000
    )
    .tobytes()
)


def _hiding(depth, room=400, key=b"4711>", skipped=0, question=b"<KEY? ", before=b""):
    secret = b"<KEY IS " + key
    return {
        "text": before + _TEXT[skipped:],
        "secret": secret,
        "question": question,
        "answer": key,
        "depth": depth,
        "length": room + len(secret) + len(question) + len(key),
    }


_PARTS = (
    "Where do your bytes part from what is expected? If none does: at which byte does the answer "
    "begin, and in which entry is the loss of that byte?"
)
_HIDINGS = (
    (_hiding(0.25), _PARTS),
    (_hiding(0.0), f"Depth 0 puts the secret before all of the text. {_PARTS}"),
    (_hiding(1.0), f"Depth 1 puts the secret after all of the text. {_PARTS}"),
    (
        _hiding(0.37, room=415, key=b"k7qzw3xv9", skipped=70),
        f"Here depth · room is 153.55, and `round` makes 154 of it. {_PARTS}",
    ),
    (
        _hiding(0.9, room=313, key=b"abc", question=b"\nWhich key? "),
        f"Here depth · room is 281.7, and `round` makes 282 of it. {_PARTS}",
    ),
    (
        _hiding(0.61, room=225, key=b"k7qzw3xv"),
        f"Here depth · room is 137.25, and `round` makes 137 of it. {_PARTS}",
    ),
    (
        _hiding(0.8, room=260, key=b"4711>", before=b"as in <KEY? 4711> or so: "),
        f"Here question and answer stand in the text, too. {_PARTS}",
    ),
)


def _room(secret, question, answer, length):
    return length - len(secret) - len(question) - len(answer)


def _put(put):
    """Put a prompt together from text, secret, ending, cut, room, and all that was asked."""

    def prompt(text, secret, question, answer, depth, length):
        asked = {"question": question, "answer": answer, "depth": depth, "length": length}
        room = _room(secret, question, answer, length)
        made = put(text, secret, question + answer, round(depth * room), room, **asked)
        return made

    return prompt


def _by_letters(name, errors):
    """Put the prompt together as a str, and encode it at the end."""

    def prompt(text, secret, question, answer, depth, length):
        text, secret, question, answer = (
            part.decode(name, errors) for part in (text, secret, question, answer)
        )
        made = _prompt(text, secret, question, answer, depth, length)
        return made.encode()

    return prompt


def _twice_within(text, secret, question, answer, depth, length):
    """Put the secret into less text, and once more before the question."""
    room = _room(secret, question, answer, length) - len(secret)
    cut = round(depth * room)
    return text[:cut] + secret + text[cut:room] + secret + question + answer


_prompt = _put(lambda text, secret, end, cut, room, **_: text[:cut] + secret + text[cut:room] + end)


def _with_room(change):
    """Take another room for the text."""

    def put(text, secret, end, cut, room, question, answer, depth, length):
        room = change(room, text, secret, question, answer, length)
        cut = round(depth * room)
        return text[:cut] + secret + text[cut:room] + end

    return _put(put)


def _with_cut(change):
    """Put the secret at another place."""

    def put(text, secret, end, cut, room, depth, length, **_):
        cut = min(room, change(depth, room, text, length))
        return text[:cut] + secret + text[cut:room] + end

    return _put(put)


_MISPUT = {
    "Depth 0 is the beginning. From which end do you count?": (
        _with_cut(lambda depth, room, text, length: round((1 - depth) * room)),
        _with_cut(lambda depth, room, text, length: room - round(depth * room)),
    ),
    "You cut decimals off depth · room. What does the task do with them?": _with_cut(
        lambda depth, room, text, length: int(depth * room)
    ),
    "You round depth · room up. What does the task do with its decimals?": _with_cut(
        lambda depth, room, text, length: math.ceil(depth * room)
    ),
    "The secret overwrote some of the text: it stands in place of as many bytes. Where should the "
    "text go on after it?": (
        _put(
            lambda text, secret, end, cut, room, **_: (
                text[:cut] + secret + text[cut + len(secret) : room + len(secret)] + end
            )
        ),
        _put(
            lambda text, secret, end, cut, room, **_: (
                text[:cut] + secret + text[cut + len(secret) : room] + end
            )
        ),
    ),
    "You took depth as a share of the whole prompt. At depth 1, would the secret still stand in "
    "the text?": (
        _with_cut(lambda depth, room, text, length: round(depth * length)),
        _put(
            lambda text, secret, end, cut, room, depth, length, **_: (
                text[: round(depth * length)] + secret + text[round(depth * length) : room] + end
            )
        ),
    ),
    "You took depth as a share of all the text there is. How much of it has room?": (
        _with_cut(lambda depth, room, text, length: round(depth * len(text))),
        _put(
            lambda text, secret, end, cut, room, depth, length, **_: (
                (text[: round(depth * len(text))] + secret + text[round(depth * len(text)) :])[
                    : length - len(end)
                ]
                + end
            )
        ),
    ),
    "Depth changes nothing with you: the secret is always at the same place. Where does `depth` "
    "come in?": (
        _with_cut(lambda depth, room, text, length: 0),
        _with_cut(lambda depth, room, text, length: room),
        _with_cut(lambda depth, room, text, length: room // 2),
    ),
    "The text repeats itself after the secret: it begins anew. Where should it go on?": _put(
        lambda text, secret, end, cut, room, **_: text[:cut] + secret + text[: room - cut] + end
    ),
    "The text goes on from its end after the secret, or all of it comes again: a slice such as "
    "`[-n:]` takes the last bytes, and everything where n is 0. Where should the text go on?": (
        _put(
            lambda text, secret, end, cut, room, **_: (
                text[:cut] + secret + text[:room][-(room - cut) :] + end
            )
        ),
        _put(
            lambda text, secret, end, cut, room, **_: (
                text[:cut] + secret + text[-(room - cut) :] + end
            )
        ),
        _put(
            lambda text, secret, end, cut, room, **_: (
                text[:cut] + secret + text[len(text) - (room - cut) :] + end
            )
        ),
    ),
    "The text before the secret is lost where none comes after it: a slice such as `[:-n]` is "
    "empty where n is 0.": _put(
        lambda text, secret, end, cut, room, **_: (
            text[:room][: -(room - cut)] + secret + text[cut:room] + end
        )
    ),
    "The text goes on too late after the secret: bytes behind the cut are passed over. Where "
    "should it go on?": (
        _put(
            lambda text, secret, end, cut, room, **_: (
                text[:cut] + secret + text[room : room + room - cut] + end
            )
        ),
        _put(
            lambda text, secret, end, cut, room, **_: (
                text[:cut] + secret + text[2 * cut : cut + room] + end
            )
        ),
    ),
    "You counted letters, not bytes: a letter may be two bytes or more, and some bytes are none. "
    "What do `len` and a slice count in bytes?": (
        _by_letters("utf-8", "replace"),
        _by_letters("latin-1", "strict"),
    ),
    "The answer stands before the question.": _put(
        lambda text, secret, end, cut, room, question, answer, **_: (
            text[:cut] + secret + text[cut:room] + answer + question
        )
    ),
    "The question stands before the text. What comes after the text, by the task?": _put(
        lambda text, secret, end, cut, room, question, answer, **_: (
            question + text[:cut] + secret + text[cut:room] + answer
        )
    ),
    "The byte at the cut stands twice in your prompt, or not at all. Where do two slices meet?": (
        _put(
            lambda text, secret, end, cut, room, length, **_: (
                text[: cut + 1] + secret + text[cut:room] + end
            )[-length:]
        ),
        _put(
            lambda text, secret, end, cut, room, **_: (
                text[: cut + 1] + secret + text[cut:room] + end
            )
        ),
        _put(
            lambda text, secret, end, cut, room, **_: (
                text[:cut] + secret + text[cut + 1 : room] + end
            )
        ),
        _put(
            lambda text, secret, end, cut, room, **_: (
                text[:cut] + secret + text[cut + 1 : room + 1] + end
            )
        ),
    ),
    "The secret stands one byte too early or too late. After how many bytes is it to stand?": (
        _with_cut(lambda depth, room, text, length: round(depth * room) + 1),
        _with_cut(lambda depth, room, text, length: max(0, round(depth * room) - 1)),
    ),
    "The answer stands twice.": _put(
        lambda text, secret, end, cut, room, answer, **_: (
            text[:cut] + secret + text[cut:room] + end + answer
        )
    ),
    "The prompt ends with the question. A model's loss on the answer needs the answer to stand "
    "there; see the order in the task.": (
        _put(
            lambda text, secret, end, cut, room, question, answer, **_: (
                text[:cut] + secret + text[cut : room + len(answer)] + question
            )
        ),
        _put(
            lambda text, secret, end, cut, room, question, **_: (
                text[:cut] + secret + text[cut:room] + question
            )
        ),
        _put(
            lambda text, secret, end, cut, room, question, answer, depth, **_: (
                text[: round(depth * (room + len(answer)))]
                + secret
                + text[round(depth * (room + len(answer))) : room + len(answer)]
                + question
            )
        ),
    ),
    "The question is missing. What asks the model for the key?": (
        _put(
            lambda text, secret, end, cut, room, question, answer, **_: (
                text[:cut] + secret + text[cut : room + len(question)] + answer
            )
        ),
        _put(
            lambda text, secret, end, cut, room, answer, **_: (
                text[:cut] + secret + text[cut:room] + answer
            )
        ),
    ),
    "The secret stands twice, or more often.": (
        _put(
            lambda text, secret, end, cut, room, question, **_: (
                text[:cut] + secret + text[cut:room] + secret + end
            )
        ),
        _put(
            lambda text, secret, end, cut, room, question, **_: (
                text[:cut] + secret + text[cut : max(0, room - len(secret))] + secret + end
            )
        ),
        _twice_within,
        _put(
            lambda text, secret, end, cut, room, question, **_: (
                secret + text[:cut] + secret + text[cut:room] + end
            )
        ),
    ),
    "The secret was moved to the end of a line, of a word or of a sentence. It goes in after "
    "exactly `round(depth · room)` bytes.": tuple(
        _with_cut(lambda depth, room, text, length, find=find: find(text, round(depth * room)))
        for find in (
            lambda text, cut: text.find(b"\n", cut) + 1 or cut,
            lambda text, cut: text.find(b"\n", cut) if b"\n" in text[cut:] else cut,
            lambda text, cut: text.rfind(b"\n", 0, cut) + 1,
            lambda text, cut: max(0, text.rfind(b"\n", 0, cut)),
            lambda text, cut: text.find(b" ", cut) + 1 or cut,
            lambda text, cut: text.find(b" ", cut) if b" " in text[cut:] else cut,
            lambda text, cut: text.rfind(b" ", 0, cut) + 1,
            lambda text, cut: max(0, text.rfind(b" ", 0, cut)),
            lambda text, cut: text.find(b".", cut) + 1 or cut,
        )
    ),
    "The text was stripped, or split into lines or words and joined again. Every byte of it "
    "counts.": tuple(
        lambda clean=clean, **asked: _prompt(**asked | {"text": clean(asked["text"])})
        for clean in (
            lambda text: text.strip(),
            lambda text: b" ".join(text.split()),
            lambda text: b"".join(text.split()),
            lambda text: b"".join(text.splitlines()),
            lambda text: b" ".join(text.splitlines()),
            lambda text: text.decode(errors="ignore").encode(),
            lambda text: text.decode(errors="replace").encode(),
            lambda text: text.decode("ascii", errors="ignore").encode(),
        )
    ),
    "Depth 0 or depth 1 is not quite the end with you: at 0 no byte of text comes before the "
    "secret, at 1 none after it.": (
        _with_cut(lambda depth, room, text, length: max(1, round(depth * room))),
        _with_cut(lambda depth, room, text, length: min(room - 1, round(depth * room))),
        _with_cut(lambda depth, room, text, length: min(room - 1, max(1, round(depth * room)))),
    ),
    "You took the share of the room less one byte, or of one more. How many bytes of text are in "
    "the prompt?": (
        _with_cut(lambda depth, room, text, length: round(depth * (room - 1))),
        _with_cut(lambda depth, room, text, length: round(depth * (room + 1))),
    ),
    "Your depth is in per cent, or in tenths. It is a share, from 0 to 1.": (
        _with_cut(lambda depth, room, text, length: round(depth / 100 * room)),
        _with_cut(lambda depth, room, text, length: round(round(depth, 1) * room)),
        _with_cut(lambda depth, room, text, length: round(int(depth) * room)),
        _with_cut(lambda depth, room, text, length: round(round(depth) * room)),
    ),
    "Where is the secret?": (
        _put(lambda text, secret, end, cut, room, length, **_: text[: length - len(end)] + end),
        _put(lambda text, secret, end, cut, room, **_: text[:room] + end),
    ),
    "You took the last bytes of the text. Which ones does the task ask for?": _put(
        lambda text, secret, end, cut, room, **_: (
            text[-room:][:cut] + secret + text[-room:][cut:] + end
        )
    ),
    "Your prompt is too long by the answer. What must have room, too?": _with_room(
        lambda room, text, secret, question, answer, length: room + len(answer)
    ),
    "Your prompt is too long by the question. What must have room, too?": _with_room(
        lambda room, text, secret, question, answer, length: room + len(question)
    ),
    "Your prompt is too long by the secret. What must have room, too?": _with_room(
        lambda room, text, secret, question, answer, length: room + len(secret)
    ),
    "Your prompt is too long by question and answer. What must have room, too?": _with_room(
        lambda room, text, secret, question, answer, length: length - len(secret)
    ),
    "A part of the prompt was taken off the room twice: your text is too short by the secret, the "
    "question or the answer.": (
        _with_room(lambda room, text, secret, question, answer, length: room - len(secret)),
        _with_room(lambda room, text, secret, question, answer, length: room - len(question)),
        _with_room(lambda room, text, secret, question, answer, length: room - len(answer)),
    ),
    "Your prompt has `length` bytes of text, and all the rest on top. What must have room within "
    "`length`?": _with_room(lambda room, text, secret, question, answer, length: length),
    "You cut the prompt at `length`, so its end is missing. What must have room before?": (
        _put(
            lambda text, secret, end, cut, room, depth, length, **_: (
                text[: round(depth * length)] + secret + text[round(depth * length) : length] + end
            )[:length]
        ),
        _put(
            lambda text, secret, end, cut, room, depth, length, **_: (
                text[: round(depth * len(text))] + secret + text[round(depth * len(text)) :] + end
            )[:length]
        ),
        _put(
            lambda text, secret, end, cut, room, length, **_: (
                text[:cut] + secret + text[cut:] + end
            )[:length]
        ),
        *(
            _put(
                lambda text, secret, end, cut, room, depth, length, without=without, **asked: (
                    text[: round(depth * (room + without(secret, **asked)))]
                    + secret
                    + text[
                        round(depth * (room + without(secret, **asked))) : room
                        + without(secret, **asked)
                    ]
                    + end
                )[:length]
            )
            for without in (
                lambda secret, question, answer: len(secret),
                lambda secret, question, answer: len(question),
                lambda secret, question, answer: len(question + answer),
            )
        ),
    ),
    "All of the text is in your prompt. How much of it has room?": (
        _with_room(lambda room, text, secret, question, answer, length: len(text)),
        _put(lambda text, secret, end, cut, room, **_: text[:cut] + secret + text[cut:] + end),
    ),
    "The text has one byte too few in your prompt. How many have room?": _with_room(
        lambda room, text, secret, question, answer, length: room - 1
    ),
    "The text has one byte too many in your prompt. How many have room?": _with_room(
        lambda room, text, secret, question, answer, length: room + 1
    ),
    "A line break or a blank stands in your prompt that nobody gave you. What makes it exactly "
    "`length` bytes?": tuple(
        _put(put)
        for space in (b"\n", b" ")
        for put in (
            lambda text, secret, end, cut, room, space=space, **_: (
                text[:cut] + secret + text[cut:room] + space + end
            ),
            lambda text, secret, end, cut, room, question, answer, space=space, **_: (
                text[:cut] + secret + text[cut:room] + question + space + answer
            ),
            lambda text, secret, end, cut, room, space=space, **_: (
                text[:cut] + space + secret + space + text[cut:room] + end
            ),
        )
    ),
    "Your prompt has 4,096 bytes, whatever length is asked for. Is a number written into your "
    "code?": _with_room(lambda room, text, secret, question, answer, length: room + 4096 - length),
    "Your prompt is the text of a Python literal, b'…', quotes and all. What joins bytes without "
    "`str`?": _put(
        lambda text, secret, end, cut, room, **_: str(
            text[:cut] + secret + text[cut:room] + end
        ).encode()
    ),
}


def _first(text, secret, question, answer, depth, length):
    return length - len(answer) - 1


def _hidden(prompt=None, first=None, **asked):
    return (prompt or _prompt)(**asked), (first or _first)(**asked)


def _prompt_by(mistake):
    """Join a wrong prompt with the entry of its own answer."""
    if isinstance(mistake, tuple):
        return tuple(map(_prompt_by, mistake))

    def hidden(**asked):
        prompt = mistake(**asked)
        return prompt, len(prompt) - len(asked["answer"]) - 1

    return hidden


def _entry(mistake):
    """Join a wrong entry with the right prompt."""
    if isinstance(mistake, tuple):
        return tuple(map(_entry, mistake))
    return lambda **asked: _hidden(first=mistake, **asked)


def _at(entry):
    """Give another entry, made from length, answer, question, secret and cut."""

    def first(text, secret, question, answer, depth, length):
        cut = round(depth * _room(secret, question, answer, length))
        return entry(length, len(answer), len(question), len(secret), cut)

    return first


def _found(sought, before):
    """Look for the question, or for it with the answer, from the front; count from its end."""

    def first(**asked):
        place = _prompt(**asked).find(sought(asked["question"], asked["answer"]))
        return place + len(asked["question"]) - before

    return first


def _found_in_secret(**asked):
    prompt = _prompt(**asked)
    return prompt.find(asked["answer"]) - 1


_MISCOUNTED = {
    "One late: that is where the answer stands in the prompt. The first byte has no loss, so which "
    "entry is the loss of byte t?": _at(lambda length, answer, *_: length - answer),
    "Two late, with the right prompt. Entry t is the loss of byte t + 1; so which entry comes "
    "before the place of the answer's first byte?": _at(
        lambda length, answer, *_: length - answer + 1
    ),
    "One late in the other direction: two before the answer. Entry t is the loss of byte t + 1; "
    "which t for the answer's first?": _at(lambda length, answer, *_: length - answer - 2),
    "That is where the question begins. Which bytes does the model have to know?": (
        _at(lambda length, answer, question, *_: length - answer - question - 1),
        _at(lambda length, answer, question, *_: length - answer - question),
    ),
    "That is where the secret stands. Nobody can know it there; where is it asked for?": (
        _at(lambda length, answer, question, secret, cut: cut),
        _at(lambda length, answer, question, secret, cut: cut - 1),
        _at(lambda length, answer, question, secret, cut: cut + secret - 1),
        _at(lambda length, answer, question, secret, cut: cut + secret),
    ),
    "You looked for the answer from the front, and found it inside the secret. Nobody can know it "
    "there; where is it asked for?": (
        _found_in_secret,
        lambda **asked: _found_in_secret(**asked) + 1,
    ),
    "You looked for the question from the front, and found it in the text. Where does the prompt "
    "ask?": (
        _found(lambda question, answer: question, 1),
        _found(lambda question, answer: question, 0),
        _found(lambda question, answer: question + answer, 1),
        _found(lambda question, answer: question + answer, 0),
    ),
    "Your `first` is too small by the secret. Does that stand before the answer, too?": (
        _at(lambda length, answer, question, secret, cut: length - answer - secret - 1),
        _at(lambda length, answer, question, secret, cut: length - answer - secret),
    ),
    "You counted from the end. Give the entry as a whole number from 0.": (
        _at(lambda length, answer, *_: -answer),
        _at(lambda length, answer, *_: -answer - 1),
    ),
    "That is the last entry, the answer's last byte. Which is its first?": (
        _at(lambda length, *_: length - 2),
        _at(lambda length, *_: length - 1),
    ),
    "That is how many bytes the answer has. Where does it begin?": _at(
        lambda length, answer, *_: answer
    ),
    "You take the answer for eight bytes long, whatever it is. Is a number written into your "
    "code?": (
        _at(lambda length, *_: length - 9),
        _at(lambda length, *_: length - 8),
    ),
    "You take the prompt for 4,096 bytes long, whatever it is. Is a number written into your "
    "code?": (_at(lambda length, answer, *_: 4096 - answer - 1), _at(lambda *_: 4096 - 8 - 1)),
}
