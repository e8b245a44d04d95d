"""Checks for lesson 01, Turn position into angle."""

import math

import numpy as np
import torch

from lesson_utils.checks.findings import number
from lesson_utils.checks.judging import judge
from lesson_utils.checks.registry import exercise

TURN = 2 * math.pi


def turned(pairs, angles):
    """Turn pairs [..., 2] by angles [...], in float64, as one multiplication of complex numbers."""
    numbers = (pairs[..., 0] + 1j * pairs[..., 1]) * np.exp(1j * np.asarray(angles))
    return np.stack((numbers.real, numbers.imag), axis=-1)


def wrapped(angles):
    """Bring angles to −π to π."""
    return np.angle(np.exp(1j * angles))


@exercise(
    "01.1",
    nudge="Two turns, one after the other, are one turn. By how much in all?",
    outline="The arrow has been turned by `old * speed` and should be turned by `new * speed`. "
    "What is missing is the difference of the two angles. Turn by that, with the cosine and the "
    "sine: `(x cos − y sin, x sin + y cos)`.",
    takeaway="A turned arrow can be moved on without knowing what it was before: turns add up. A "
    "cache full of keys can be moved like this, too.",
)
def move(answer):
    words = np.float32([[1.2, 0.5], [0.8, -0.6], [-0.4, 2.0]])
    more = np.float32(np.random.default_rng(1).normal(size=(2, 1, 4, 2)))
    judge(
        answer,
        lambda arrows, old, new, speed: turned(arrows, (new - old) * speed),
        cases=[
            dict(arrows=words, old=7, new=4, speed=0.3),
            dict(arrows=more, old=1.5, new=4.25, speed=0.41),  # and an axis of one, and of more
        ],
        mistakes=_WRONG_TURNS,
        edges={
            "Where old and new are the same, nothing has to move. What do you return then?": dict(
                arrows=words, old=5, new=5, speed=0.3
            ),
            "From position 0 on it goes wrong. What is done there that is done nowhere else?": dict(
                arrows=words, old=0, new=3, speed=0.7
            ),
            "Close by it is right, a thousand positions on it is not. Is a sine or a cosine "
            "replaced by something that holds for small angles only?": dict(
                arrows=words, old=7, new=1007, speed=0.3
            ),
        },
        otherwise="Your arrows end elsewhere. Try one by hand: (1, 0) turned by a quarter turn, "
        "π / 2, is (0, 1). What does yours give?",
        absolute=3e-4,
    )


def _with(angle, change=lambda turned, arrows: turned):
    """Make a mistake: turn by another angle of (old, new, speed), then change the result."""
    return lambda arrows, old, new, speed: change(turned(arrows, angle(old, new, speed)), arrows)


def _of_components(function):
    """Make a mistake: compute with x, y, cosine and sine of the right angle in another way."""

    def mistake(arrows, old, new, speed):
        angle = (new - old) * speed
        x, y = function(arrows[..., 0], arrows[..., 1], math.cos(angle), math.sin(angle))
        return np.stack((x, y), axis=-1)

    return mistake


def _right_angle(old, new, speed):
    return (new - old) * speed


def _overwritten(x, y, cos, sin):
    x = x * cos - y * sin
    return x, x * sin + y * cos


def _by_the_first_axis(arrows, old, new, speed):
    return np.moveaxis(turned(np.moveaxis(arrows[:2], 0, -1), (new - old) * speed), -1, 0)


_WRONG_TURNS = {
    "You turned by the whole new angle, on top of the old one. How much of the way has the "
    "arrow gone already?": _with(lambda old, new, speed: new * speed),
    "You turned the arrow back to position 0, and left it there. Where does new come in?": _with(
        lambda old, new, speed: -old * speed
    ),
    "Your arrow goes the other way: from {old} as far back as it should go on, or on as far as it "
    "should go back. In which order did you subtract? And which of the two sines has the minus "
    "sign?": _with(lambda old, new, speed: (old - new) * speed),
    "You turned by the difference of the positions. Where is the speed?": _with(
        lambda old, new, speed: new - old
    ),
    "You added the two angles. The arrow stands at the old one already; what is still "
    "missing?": _with(lambda old, new, speed: (new + old) * speed),
    "You always turn forward: from 7 to 4 as from 4 to 7. Which sign has the angle of a step "
    "back?": _with(lambda old, new, speed: abs(new - old) * speed),
    "From 7 to 4 your arrow stays where it is. Can it be turned back, too?": _with(
        lambda old, new, speed: max(0, new - old) * speed
    ),
    "Your arrow goes step by step, forward and by whole positions. What about a step back, or a "
    "half one?": _with(lambda old, new, speed: max(0, int(new) - int(old)) * speed),
    "Your step is cut to a whole number. From 1.5 to 4.25 it is 2.75; where does the rest "
    "go?": _with(lambda old, new, speed: int(new - old) * speed),
    "Your step is rounded to a whole number. From 1.5 to 4.25 it is 2.75; where does the "
    "rest go?": _with(lambda old, new, speed: round(new - old) * speed),
    "You divided by the speed. It says how many radians there are in a position: how many are in "
    "several?": _with(lambda old, new, speed: (new - old) / speed),
    "You turned by new over old. What is between two positions, their ratio or their "
    "difference?": _with(lambda old, new, speed: new / old * speed),
    "You take the angle modulo π. Half a turn more is another direction: after how much does an "
    "arrow come back?": _with(lambda old, new, speed: (new - old) * speed % math.pi),
    "Your arrows have not moved. Which line turns them?": _with(lambda *_: 0.0),
    "Your arrows are multiplied by a number. That makes them longer or shorter; what makes them "
    "turn?": (
        lambda arrows, old, new, speed: arrows * new / old,
        lambda arrows, old, new, speed: arrows * new / old * speed,
        lambda arrows, old, new, speed: arrows * (new - old) * speed,
        lambda arrows, old, new, speed: arrows * (new - old),
    ),
    "You added the angle to x and to y. An angle turns them; which two functions know "
    "how?": lambda arrows, old, new, speed: arrows + (new - old) * speed,
    "Your turn makes the arrow longer or shorter. One of your two lines reads a number that the "
    "other has just replaced; do both start from the old x and y?": _of_components(_overwritten),
    "Both your sines have a plus sign. In which of the two lines does the sine take something "
    "away?": _of_components(lambda x, y, cos, sin: (x * cos + y * sin, x * sin + y * cos)),
    "Both your sines have a minus sign. In which of the two lines does the sine add "
    "something?": _of_components(lambda x, y, cos, sin: (x * cos - y * sin, y * cos - x * sin)),
    "Cosine and sine have changed places. What should an angle of 0 leave as it "
    "is?": _of_components(lambda x, y, cos, sin: (x * sin - y * cos, x * cos + y * sin)),
    "The sines are missing. What does a quarter turn make of (1, 0)?": _of_components(
        lambda x, y, cos, sin: (x * cos, y * cos)
    ),
    "Your x is right, and y has the other sign: a mirror, not a turn. What is the second line of "
    "a turn?": _of_components(lambda x, y, cos, sin: (x * cos - y * sin, -x * sin - y * cos)),
    "You took the cosine for 1 and the sine for the angle. That holds for small angles "
    "only.": lambda arrows, old, new, speed: (
        arrows + (new - old) * speed * np.stack((-arrows[..., 1], arrows[..., 0]), axis=-1)
    ),
    "Your arrows all have length 1. A turn leaves the length as it is; where does it come "
    "in?": _with(_right_angle, lambda out, _: out / np.linalg.norm(out, axis=-1, keepdims=True)),
    "Arrows that point to the left come out on the other side. `atan(y / x)` cannot tell (1, 1) "
    "from (−1, −1); what can?": _with(
        _right_angle, lambda out, arrows: out * np.sign(arrows[..., :1])
    ),
    "You return complex numbers. What gives x and y apart again, on a last axis of two?": _with(
        _right_angle, lambda out, _: out[..., 0] + 1j * out[..., 1]
    ),
    "You put all x in front and then all y, on one axis. `torch.stack` makes a new axis; "
    "`torch.cat` does not.": _with(
        _right_angle, lambda out, _: np.concatenate((out[..., 0], out[..., 1]), axis=-1)
    ),
    "You took x and y from the first axis. Which axis of [..., 2] has the two "
    "numbers?": _by_the_first_axis,
}


@exercise(
    "01.2",
    nudge="Go through the offsets one by one, and ask of each: which angles would I see? How far "
    "is an angle of 3.1 from one of −3.1?",
    outline="For every offset from 0 to `length − 1` and every pair, compute `offset * speed − "
    "angle`. The cosine of it is 1 where they agree, however many whole turns lie between. Add "
    "the cosines over the pairs; the offset with the highest sum fits best.",
    takeaway="No pair can tell the offset alone. All together can, as long as no other offset in "
    "reach brings every pair back to the same angle.",
)
def find_offset(answer):
    # Chosen by a search: no two of the mistakes below find the same in all of them, and whatever
    # sensible measure "fits best" is taken in, the right offset is the same.
    cases = [
        _clock(512, 339, (1.0, 0.04), (0.1, -0.03), (0.01, 0.05)),
        _clock(2500, 1280, (0.4, 0.02), (0.07, -0.041)),
        _clock(60, 0, (0.8, 0.059), (0.13, 0.083), (0.02, -0.046)),
        _clock(700, 699, (0.4, 0.006), (0.07, 0.036)),
        _clock(100, 99, (0.1, 0.088), (0.03, 0.077)),
        _clock(2500, 2499, (0.8, 0.087), (0.13, 0.082), (0.02, 0.058)),
    ]
    judge(
        answer,
        _best,
        cases=cases,
        mistakes=_MISREAD,
        edges={
            "With a single pair it goes wrong. Does your code count on several?": _clock(
                60, 41, (0.05, 0.03)
            )
        },
        otherwise="Of {length} offsets you took another one. Compute the angles that your offset "
        "would show. Which pair disagrees with what is seen?",
        form=number,
        absolute=1e-3,
    )


def _clock(length, offset, *pairs):
    """Make a case: each pair has a speed, and how far off its angle is seen."""
    speeds, off = np.array(pairs).T
    seen = np.float32(wrapped(offset * speeds + off))
    return dict(angles=seen, speeds=np.float32(speeds), length=length)


def _fitting(cost, first=0, beyond=0):
    """Return the offset of which ``cost(angles shown, angles seen)`` is smallest, as a function."""

    def found(angles, speeds, length):
        offsets = np.arange(first, length + beyond)[:, None]
        return int(cost(offsets * speeds, angles).argmin()) + first

    return found


def _apart(shown, seen):
    """Return the cost of each offset: 0 for a pair that fits, 2 for one half a turn off."""
    return (1 - np.cos(shown - seen)).sum(1)


MEASURES = (
    lambda off: (1 - np.cos(off)).sum(1),
    lambda off: np.abs(wrapped(off)).sum(1),
    lambda off: np.square(wrapped(off)).sum(1),
    lambda off: np.abs(wrapped(off)).max(1),
)


def _in_any_measure(off=lambda shown, seen: shown - seen, sign=1, **among):
    """Make a mistake in each way to say how far off an offset is in all pairs together."""
    return tuple(
        _fitting(lambda s, a, measure=measure: sign * measure(off(s, a)), **among)
        for measure in MEASURES
    )


def _summed(off):
    """Make a mistake that measures each pair by itself, with absolute values or squares."""
    return (
        _fitting(lambda s, a: np.abs(off(s, a)).sum(1)),
        _fitting(lambda s, a: np.square(off(s, a)).sum(1)),
        _fitting(lambda s, a: np.abs(off(s, a)).max(1)),
    )


def _first_within(tolerance):
    """Make a mistake: take the first offset that is near enough, not the nearest."""

    def found(angles, speeds, length):
        off = np.abs(wrapped(np.arange(length)[:, None] * speeds - angles))
        return int((off <= tolerance + 1e-4).all(1).argmax())

    return found


def _backwards_too(angles, speeds, length):
    return int(_apart(np.arange(-length, length)[:, None] * speeds, angles).argmin()) - length


def _every_second(angles, speeds, length):
    return 2 * _best(angles, 2 * speeds, (length + 1) // 2)


def _in_positions(angles, speeds, length):
    off = np.abs(wrapped(np.arange(length)[:, None] * speeds - angles)) / speeds
    return int(off.sum(1).argmin())


def _how_far_off(angles, speeds, length):
    return np.abs(wrapped(np.arange(length)[:, None] * speeds - angles)).sum(1).min()


_best = _fitting(_apart)
_MISREAD = {
    "You found the offset at which the fast pair fits. It fits at many, once in every turn. "
    "What do the slower pairs say about this one?": _fitting(lambda s, a: -np.cos(s - a)[:, 0]),
    "You went by the slowest pair alone. It hardly moves from one offset to the next, so a small "
    "error of its angle is many positions. Who can see single steps?": _fitting(
        lambda s, a: -np.cos(s - a)[:, -1]
    ),
    "You went by the two fastest pairs alone. What do the slower ones say?": _in_any_measure(
        lambda s, a: (s - a)[:, :2]
    ),
    "You divided the slowest pair's angle by its speed. Past half a turn its angle is negative; "
    "and what do the other pairs add?": (
        lambda angles, speeds, length: round(angles[-1] / speeds[-1]),
        lambda angles, speeds, length: round(angles[-1] / speeds[-1]) % length,
        lambda angles, speeds, length: int(angles[-1] / speeds[-1]),
        lambda angles, speeds, length: int(angles[-1] / speeds[-1]) % length,
    ),
    "You divided the slowest pair's angle by its speed, and kept it between 0 and the last offset. "
    "What do the other pairs add?": lambda angles, speeds, length: int(
        np.clip(round(angles[-1] / speeds[-1]), 0, length - 1)
    ),
    "You divided each angle by its speed and took the mean. An angle tells an offset only up to "
    "whole turns; which of them would you average?": lambda angles, speeds, length: int(
        np.clip(np.round((angles / speeds).mean()), 0, length - 1)
    ),
    "You compare angles as plain numbers, or let them come round after 360, which is a turn in "
    "degrees. `offset * speed` goes on past a whole turn, and what is seen comes back. When are "
    "two angles in radians the same?": _summed(lambda s, a: s - a),
    "You brought the angles that an offset shows between −π and π, and then subtracted. There, "
    "3.1 and −3.1 look far apart. How far is it from one to the other on the circle?": _summed(
        lambda s, a: wrapped(s) - a
    ),
    "You brought the angles into one turn, but compare 0.1 with 6.2 as if they lay far apart. "
    "What is between them on the circle?": _summed(lambda s, a: s % TURN - a),
    "You brought both angles into one turn, from 0 to 2π. There, 0.1 and 6.2 look far apart. "
    "How far is it from one to the other on the circle?": _summed(lambda s, a: s % TURN - a % TURN),
    "You brought the difference between 0 and 2π, where a little too small looks like a whole "
    "turn too large. Which way is shorter?": (
        *_summed(lambda s, a: (s - a) % TURN),
        *_summed(lambda s, a: (a - s) % TURN),
    ),
    "You added π and took the rest modulo 2π. So a difference of 0 becomes π; what has to be "
    "taken off again?": (
        *_summed(lambda s, a: (s - a + math.pi) % TURN),
        *_summed(lambda s, a: (a - s + math.pi) % TURN),
    ),
    "You brought the difference into half a turn. Then opposite angles look the same. After how "
    "much does a hand come back?": _summed(
        lambda s, a: np.minimum((s - a) % math.pi, (a - s) % math.pi)
    ),
    "You took the speeds for degrees. They are radians per position.": _in_any_measure(
        lambda s, a: np.radians(s) - a
    ),
    "This offset fits worst of all. Do you look for the smallest where you need the "
    "largest?": _in_any_measure(sign=-1),
    "Your offset fits angles of the opposite sign. Should the angle grow with the offset, or "
    "shrink?": _in_any_measure(lambda s, a: s + a),
    "You never try offset 0. Can the two stand at the same place?": _in_any_measure(first=1),
    "You never try the last offset, length − 1. Where does your range end?": _in_any_measure(
        beyond=-1
    ),
    "You try the offset `length`, too. The last one is length − 1.": _in_any_measure(beyond=1),
    "You count offsets from 1. The first one is 0.": lambda **inputs: _best(**inputs) + 1,
    "You try every second offset only. Which ones are left out?": _every_second,
    "You try 512 offsets, whatever the length. Where does `length` come in?": tuple(
        lambda angles, speeds, length, fit=fit: fit(angles, speeds, 512)
        for fit in _in_any_measure()
    ),
    "You compare cosines alone. An angle and its opposite have the same one; what tells them "
    "apart?": _summed(lambda s, a: np.cos(s) - np.cos(a)),
    "You compare sines alone. Two angles of a turn have the same one; what tells them "
    "apart?": _summed(lambda s, a: np.sin(s) - np.sin(a)),
    "Your differences have signs, and in the sum they cancel. What makes each one count?": _fitting(
        lambda s, a: np.abs(wrapped(s - a).sum(1))
    ),
    "You take the first offset with every pair within 0.1. A later one may fit better. When do "
    "you know?": _first_within(0.1),
    "You take the first offset with every pair within 0.3. A later one may fit better. When do "
    "you know?": _first_within(0.3),
    "You look among negative offsets, too. A key never stands after its query.": _backwards_too,
    "You look among negative offsets, too, and drop the sign. A key never stands after its "
    "query.": lambda **inputs: abs(_backwards_too(**inputs)),
    "Your minimum is over the pairs, not over the offsets. Which axis is which?": (
        _fitting(lambda s, a: np.square(wrapped(s - a)).sum(0)),
        _fitting(lambda s, a: np.abs(wrapped(s - a)).sum(0)),
        _fitting(lambda s, a: -np.cos(s - a).sum(0)),
    ),
    "You divided each difference by its speed, so the slow pairs decide, and they are the ones "
    "that cannot see single steps. In what are they all off by as much?": _in_positions,
    "You take the offset at which a single pair fits best, whichever it is. What do the others "
    "say?": _fitting(lambda s, a: np.abs(wrapped(s - a)).min(1)),
    "You return how far off the best offset is. Which offset is it?": _how_far_off,
}


@exercise(
    "01.3",
    nudge="For one pair the lesson has the formula: |q| |k| cos(α + offset · θ). A head has 32 "
    "such pairs, and a score is a sum.",
    outline="Cut q and k in the middle: number i of the first half and number i of the second are "
    "pair i. Then α is the angle of q's pair less that of k's (`torch.atan2` knows angles), and "
    "the lengths are `torch.hypot`. Make a table with a row for each offset and a column for each "
    "pair, and add up each row.",
    takeaway="The content of a query and a key fixes a whole curve over offsets, a sum of cosines. "
    "That is all the freedom that a head has to choose where it looks.",
)
def score_by_offset(answer):
    rng = np.random.default_rng(1)

    def head(head_dim, slowest, offsets):
        pairs = head_dim // 2
        q, k = np.float32(rng.normal(size=(2, head_dim)))
        speeds = np.float32(slowest ** (np.arange(pairs) / pairs))
        return dict(q=q, k=k, speeds=speeds, offsets=np.float32(offsets))

    judge(
        answer,
        lambda q, k, speeds, offsets: _by_pair(q, k, speeds, offsets).sum(1),
        cases=[
            head(6, 0.05, [0, 1, 2, 5, 11]),
            head(64, 1e-4, [3, 40, 600, 9, 0, 1, 511]),
            head(10, 0.01, [-3, 7.5, 2.25, -0.5]),  # ahead of the query, and between two positions
        ],
        mistakes=_WRONG_SCORES,
        otherwise="At offset 0, no turning has happened, and your score must be the plain q · k. "
        "Is it? If so, look at offset 1.",
        entry="offset no.",
        absolute=1e-3,
    )


def _halves(x):
    return x[: len(x) // 2] + 1j * x[len(x) // 2 :]


def _neighbours(x):
    return x[0::2] + 1j * x[1::2]


def _ends(x):
    return x[: len(x) // 2] + 1j * x[::-1][: len(x) // 2]


def _by_pair(q, k, speeds, offsets, pair=_halves):
    return (pair(q) * np.conj(pair(k)) * np.exp(1j * offsets[:, None] * speeds)).real


def _of_pairs(function):
    """Make a mistake: a sum over pairs of a function of q, k as complex numbers and the angles."""
    return lambda q, k, speeds, offsets: function(
        _halves(q), _halves(k), offsets[:, None] * speeds
    ).sum(1)


def _of_scores(function):
    """Make a mistake: change the table of right scores, [n, pairs]."""
    return lambda **inputs: function(_by_pair(**inputs))


def _crossed(cross):
    """Make a mistake: the number beside the sine, from both halves of q and k."""
    return _of_pairs(
        lambda q, k, t: (
            (q * np.conj(k)).real * np.cos(t) + cross(q.real, q.imag, k.real, k.imag) * np.sin(t)
        )
    )


def _in_bfloat16(x):
    return torch.as_tensor(x).bfloat16().double().numpy()


_WRONG_SCORES = {
    "Your curve runs the other way round: it is the score of a key that stands after the query. "
    "Is α the angle of q less that of k, or k less q?": _of_pairs(
        lambda q, k, t: (q * np.conj(k) * np.exp(-1j * t)).real
    ),
    "You paired neighbours, numbers 0 and 1. This model pairs the two halves: numbers 0 and "
    "head_dim / 2.": lambda **inputs: _by_pair(**inputs, pair=_neighbours).sum(1),
    "You paired the first number with the last. This model pairs the first with number "
    "head_dim / 2.": lambda **inputs: _by_pair(**inputs, pair=_ends).sum(1),
    "All your pairs have the same weight. A pair in which q and k are long says more; where do "
    "their lengths come in?": _of_pairs(lambda q, k, t: np.cos(np.angle(q * np.conj(k)) + t)),
    "You took the mean over pairs. A dot product is a sum.": _of_scores(lambda x: x.mean(1)),
    "This is the score of each pair by itself. What makes one score of them?": _of_scores(
        lambda x: x
    ),
    "You added up over offsets, and kept the pairs apart. Which axis is which?": _of_scores(
        lambda x: x.sum(0)
    ),
    "At offset 0 you are right, and every offset gives the same. Does the angle know the "
    "offset?": lambda q, k, speeds, offsets: np.full(len(offsets), q @ k),
    "The angle between q and k at offset 0 is missing: you turn as if they pointed the same "
    "way.": _of_pairs(lambda q, k, t: np.abs(q * k) * np.cos(t)),
    "You divided by √d. The task asks for the plain dot product.": lambda q, k, speeds, offsets: (
        _by_pair(q, k, speeds, offsets).sum(1) / math.sqrt(len(q))
    ),
    "You divided by the lengths of q and k. The task asks for the plain dot "
    "product.": lambda q, k, speeds, offsets: (
        _by_pair(q, k, speeds, offsets).sum(1) / np.linalg.norm(q) / np.linalg.norm(k)
    ),
    "You took softmax of the scores. The task asks for the scores themselves.": _of_scores(
        lambda x: np.exp(x.sum(1)) / np.exp(x.sum(1)).sum()
    ),
    "You return the largest score alone. Return one for each offset.": _of_scores(
        lambda x: x.sum(1).max()
    ),
    "You return the offset that scores highest. Return the score of each.": _of_scores(
        lambda x: x.sum(1).argmax()
    ),
    "You have cosines of the angles, and no sines. What does turning a pair by a quarter turn "
    "put into the score?": _of_pairs(lambda q, k, t: (q * np.conj(k)).real * np.cos(t)),
    "You have sines where the score has cosines.": _of_pairs(
        lambda q, k, t: (q * np.conj(k) * np.exp(1j * t)).imag
    ),
    "You multiplied q by k as complex numbers, and their angles add up. The score knows their "
    "difference: which of the two is conjugated?": _of_pairs(
        lambda q, k, t: (q * k * np.exp(1j * t)).real
    ),
    "You multiplied q by k as complex numbers, and turned the other way. The score knows the "
    "difference of their angles: which of the two is conjugated?": _of_pairs(
        lambda q, k, t: (q * k * np.exp(-1j * t)).real
    ),
    "What stands with the sine has both its parts added. One of them is taken away: which "
    "one?": _crossed(lambda a, b, c, d: a * d + b * c),
    "What stands with the sine has a wrong factor. Each of its two products has one number of the "
    "first half and one of the second.": _crossed(lambda a, b, c, d: a * c - b * d),
    "What stands with the cosine has a minus sign. At offset 0 the score is q · k: which sign has "
    "the product of the second halves?": _of_pairs(
        lambda q, k, t: (
            (q.real * k.real - q.imag * k.imag) * np.cos(t)
            + (q.real * k.imag - q.imag * k.real) * np.sin(t)
        )
    ),
    "Some of your pairs are half a turn off. `atan` of a ratio cannot tell (1, 1) from (−1, −1); "
    "what can?": _of_pairs(
        lambda q, k, t: (q * np.conj(k) * np.exp(1j * t)).real * np.sign((q * np.conj(k)).real)
    ),
    "Some of your pairs are half a turn off. `atan` of second over first cannot tell (1, 1) from "
    "(−1, −1); what can?": _of_pairs(
        lambda q, k, t: (q * np.conj(k) * np.exp(1j * t)).real * np.sign(q.real * k.real)
    ),
    "The slowest pair is missing from your sum.": _of_scores(lambda x: x[:, :-1].sum(1)),
    "The fastest pair is missing from your sum.": _of_scores(lambda x: x[:, 1:].sum(1)),
    "You counted the offsets anew, from 0. They are handed over, and need not be 0, 1, 2 "
    "…": lambda q, k, speeds, offsets: _by_pair(q, k, speeds, np.arange(len(offsets))).sum(1),
    "Your angles are in bfloat16. How many digits of an angle of 600 radians are left "
    "there?": lambda q, k, speeds, offsets: (
        _halves(q)
        * np.conj(_halves(k))
        * np.exp(1j * _in_bfloat16(_in_bfloat16(offsets)[:, None] * _in_bfloat16(speeds)))
    ).real.sum(1),
}
