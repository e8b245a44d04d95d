"""Checks for lesson 01, Turn position into angle."""

import math

import numpy as np
import torch

from lesson_utils.checks.findings import number
from lesson_utils.checks.judging import if_it_runs, judge
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
            "To position 0 it goes wrong. It is a position like any other.": dict(
                arrows=words, old=6, new=0, speed=0.2
            ),
            "Close by it is right, a thousand positions on it is not. What happens to a long way, "
            "or to a large angle, in your code?": dict(arrows=words, old=7, new=1007, speed=0.3),
        },
        otherwise="Your arrows end elsewhere. By which angle did you turn, and are x and y of each "
        "arrow both in both lines?",
        by_hand=_BY_HAND,
        absolute=3e-4,
    )


def _quarters(old, new, *arrows):
    """Make a small case: a position is a quarter turn."""
    return dict(arrows=np.float32(arrows), old=old, new=new, speed=math.pi / 2)


_BY_HAND = [
    (_quarters(0, 1, (1, 0)), "A quarter turn takes (1, 0) to (0, 1)."),
    (_quarters(0, 1, (0, 1)), "(1, 0) comes out right. A quarter turn takes (0, 1) to (−1, 0)."),
    (_quarters(0, 1, (-1, 0)), "A quarter turn takes (−1, 0) to (0, −1). (1, 0) is right already."),
    (_quarters(0, 1, (0, -1)), "A quarter turn takes (0, −1) to (1, 0). (0, 1) is right already."),
    (_quarters(0, 1, (3, 4)), "A quarter turn takes (3, 4) to (−4, 3): as long as it was."),
    (
        _quarters(0, 1, (1, 2), (3, 4)),
        "One arrow comes out right, and two do not: (1, 2) and (3, 4). Which axis has x and y?",
    ),
    (
        _quarters(2, 3, (3, 4)),
        "From 0 to 1 your arrow is right. From 2 to 3 the turn is the same: a quarter.",
    ),
    (
        _quarters(1, 0, (3, 4)),
        "Forward your arrow is right. From 1 to 0 it has to go a quarter turn back.",
    ),
]


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


def _by_a_series(terms):
    """Make a mistake: e^(i angle) by its first terms."""

    def mistake(arrows, old, new, speed):
        angle = 1j * (new - old) * speed
        factor = sum(angle**n / math.factorial(n) for n in range(terms))
        z = (arrows[..., 0] + 1j * arrows[..., 1]) * factor
        return np.stack((z.real, z.imag), axis=-1)

    return mistake


def _right_angle(old, new, speed):
    return (new - old) * speed


def _overwritten(x, y, cos, sin):
    x = x * cos - y * sin
    return x, x * sin + y * cos


def _angle_first(real, change):
    """Make a mistake: find the arrow's own angle by a function that loses a half of the circle."""

    def mistake(arrows, old, new, speed):
        x, y = arrows[..., 0], arrows[..., 1]
        kept = np.abs(x) + 1j * y if real else x + 1j * np.abs(y)
        z = change(kept) * np.exp(1j * (new - old) * speed)
        return np.stack((z.real, z.imag), axis=-1)

    return mistake


def _from_the_x_axis(angle):
    """Make a mistake: an arrow of the right length at an angle that forgets its own."""

    def mistake(arrows, old, new, speed):
        along = np.stack((np.linalg.norm(arrows, axis=-1), 0 * arrows[..., 0]), axis=-1)
        return turned(along, angle(old, new, speed))

    return mistake


def _flat_halves(arrows, old, new, speed):
    half = arrows.size // 2
    z = (arrows.ravel()[:half] + 1j * arrows.ravel()[half:]) * np.exp(1j * (new - old) * speed)
    return np.concatenate((z.real, z.imag)).reshape(arrows.shape)


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
    "The speed belongs to both positions. In `new * speed - old`, what does it multiply?": (
        _with(lambda old, new, speed: new * speed - old),
        _with(lambda old, new, speed: new - old * speed),
    ),
    "You threw away where the arrow points, and started from the x axis. Its own direction "
    "counts.": (
        _from_the_x_axis(lambda old, new, speed: new * speed),
        _from_the_x_axis(lambda old, new, speed: (new - old) * speed),
        _from_the_x_axis(lambda old, new, speed: new),
    ),
    "Arrows to the left come out as if they pointed to the right. `asin` knows half of the circle; "
    "what knows all of it?": _angle_first(True, lambda z: z),
    "Arrows that point down come out as if they pointed up. `acos` knows half of the circle; what "
    "knows all of it?": _angle_first(False, lambda z: z),
    "You cut all numbers of all arrows into two halves. Which axis of [..., 2] has x and y of one "
    "arrow?": _flat_halves,
    "Positions begin anew after 512. Each further position has an angle of its own.": (
        _with(lambda old, new, speed: (new % 512 - old % 512) * speed),
        _with(lambda old, new, speed: (new % 512 - old) * speed),
        _with(lambda old, new, speed: (new - old) % 512 * speed),
    ),
    "Your positions stop at 511. Where do arrows beyond it stand?": (
        _with(lambda old, new, speed: (min(new, 511) - old) * speed),
        _with(lambda old, new, speed: min(new - old, 511) * speed),
        _with(lambda old, new, speed: min(new - old, 512) * speed),
    ),
    "Your angle stops at a whole turn, or a half. What is one turn and a bit?": (
        _with(lambda old, new, speed: np.clip((new - old) * speed, -math.pi, math.pi)),
        _with(lambda old, new, speed: np.clip((new - old) * speed, -TURN, TURN)),
    ),
    "You return the first arrow alone. Where are the others?": _with(
        _right_angle, lambda out, _: out[0]
    ),
    "You return x alone. What is y after the turn?": _with(
        _right_angle, lambda out, _: out[..., 0]
    ),
    "You put x and y on the first axis. Where does [..., 2] have them?": _with(
        _right_angle, lambda out, _: np.stack((out[..., 0], out[..., 1]))
    ),
    "x and y have changed places in your result.": _with(
        _right_angle, lambda out, _: out[..., ::-1]
    ),
    "You turned the arrow twice. Where does it stand after the first time?": _with(
        lambda old, new, speed: 2 * (new - old) * speed
    ),
    "You return how far the arrow has moved. Where is it now?": _with(
        _right_angle, lambda out, arrows: out - arrows
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
    "Your positions, or the step between them, are made whole. From 1.5 to 4.25 it is 2.75; where "
    "does the rest go?": (
        _with(lambda old, new, speed: int(new - old) * speed),
        _with(lambda old, new, speed: round(new - old) * speed),
        _with(lambda old, new, speed: (int(new) - int(old)) * speed),
        _with(lambda old, new, speed: (round(new) - round(old)) * speed),
    ),
    "You divided by the speed. It says how many radians there are in a position: how many are in "
    "several?": _with(lambda old, new, speed: (new - old) / speed),
    "You turned by new over old, or by their product. What is between two positions, and how is it "
    "computed?": (
        _with(lambda old, new, speed: new / old * speed),
        _with(lambda old, new, speed: new * old * speed),
    ),
    "Your x has turned, and y came through as it was. Both change.": _of_components(
        lambda x, y, cos, sin: (x * cos - y * sin, y)
    ),
    "Your y has turned, and x came through as it was. Both change.": _of_components(
        lambda x, y, cos, sin: (x, x * sin + y * cos)
    ),
    "Each of your lines reads one of x and y alone. Both belong into both.": _of_components(
        lambda x, y, cos, sin: (x * cos - x * sin, y * sin + y * cos)
    ),
    "Your arrow is mirrored before it turns, or y has the other sign. (0, 1) turned a quarter is "
    "(−1, 0).": _of_components(lambda x, y, cos, sin: (x * cos + y * sin, x * sin - y * cos)),
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
    "Your cosine and sine are shortcuts, such as 1 and the angle, or a few terms of a series. They "
    "hold for small angles only.": tuple(_by_a_series(terms) for terms in range(2, 20)),
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


def _first_within(tolerance, pairs=slice(None)):
    """Make a mistake: take the first offset that is near enough, not the nearest."""

    def found(angles, speeds, length):
        off = np.abs(wrapped(np.arange(length)[:, None] * speeds - angles))[:, pairs]
        return int((off <= tolerance + 1e-4).all(1).argmax())

    return found


def _last_within(tolerance):
    """Make a mistake: go on after an offset that is near enough, and keep the last of them."""

    def found(angles, speeds, length):
        return (
            length - 1 - _first_within(tolerance)(angles - (length - 1) * speeds, -speeds, length)
        )

    return found


def _one_pair(pair, turn):
    """Make a mistake: divide the angle of one pair, brought into one turn or not, by its speed."""

    def found(change, low, high):
        def offset(angles, speeds, length):
            angle = angles[pair] % TURN if turn else angles[pair]
            return int(np.clip(change(angle / speeds[pair]), low, length - 1 if high else math.inf))

        return offset

    return tuple(
        found(change, low, high)
        for change in (np.round, np.trunc, np.floor)
        for low in (0, -math.inf)
        for high in (True, False)
    )


def _backwards_too(angles, speeds, length):
    return int(_apart(np.arange(-length, length)[:, None] * speeds, angles).argmin()) - length


def _every_second(angles, speeds, length):
    return 2 * _best(angles, 2 * speeds, (length + 1) // 2)


def _every(step):
    """Make a mistake: try every so many offsets only."""
    return lambda angles, speeds, length: (
        step * _best(angles, step * speeds, (length + step - 1) // step)
    )


def _weighted(power, square):
    """Make a mistake: weigh what a pair is off by with a power of its speed."""

    def found(angles, speeds, length):
        off = np.abs(wrapped(np.arange(length)[:, None] * speeds - angles))
        return int(((off**2 if square else off) * speeds**power).sum(1).argmin())

    return found


def _of_each_pair(middle):
    """Make a mistake: take each pair's best offset, and one number of these."""

    def found(angles, speeds, length):
        off = np.abs(wrapped(np.arange(length)[:, None] * speeds - angles))
        return int(np.round(middle(off.argmin(0))))

    return found


def _in_short(dtype, twice):
    """Make a mistake: angles in a short dtype, and what they are off by as well."""

    def short(x):
        return torch.as_tensor(x).to(dtype).double().numpy()

    def found(angles, speeds, length):
        shown = short(short(np.arange(length * 1.0)[:, None]) * short(speeds))
        off = short(shown - short(angles)) if twice else shown - angles
        return int(np.abs(wrapped(off)).sum(1).argmin())

    return found


def _all_in_short(dtype, cost):
    """Make a mistake: every step in a short dtype."""

    def found(angles, speeds, length):
        angles, speeds = (torch.as_tensor(x).to(dtype) for x in (angles, speeds))
        return int(cost(torch.arange(length).to(dtype)[:, None] * speeds - angles).argmin())

    return found


def _one_too_few(beyond):
    """Make a mistake: begin with offset 1, and return the place in the list."""
    return tuple(
        lambda found=found, **inputs: found(**inputs) - 1
        for found in _in_any_measure(first=1, beyond=beyond)
    )


def _in_positions(angles, speeds, length):
    off = np.abs(wrapped(np.arange(length)[:, None] * speeds - angles)) / speeds
    return int(off.sum(1).argmin())


def _how_far_off(measure, best=np.min):
    """Make a mistake: return the measure of the best offset."""
    return lambda angles, speeds, length: best(
        measure(np.arange(length)[:, None] * speeds - angles)
    )


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
    "You divided the slowest pair's angle by its speed. That is rough, since a small error of the "
    "angle is many positions; and what do the other pairs add?": (
        *_one_pair(-1, turn=False),
        *_one_pair(-1, turn=True),
        lambda angles, speeds, length: round(angles[-1] / speeds[-1]) % length,
        lambda angles, speeds, length: int(angles[-1] / speeds[-1]) % length,
        lambda angles, speeds, length: round(abs(angles[-1] / speeds[-1])),
    ),
    "You divided the fastest pair's angle by its speed. It has come round many times; how often, "
    "do the other pairs say?": (*_one_pair(0, turn=False), *_one_pair(0, turn=True)),
    "You divided each angle by its speed and took the mean. An angle tells an offset only up to "
    "whole turns; which of them would you average?": (
        lambda angles, speeds, length: int(
            np.clip(np.round((angles / speeds).mean()), 0, length - 1)
        ),
        lambda angles, speeds, length: int(
            np.clip(np.round((angles % TURN / speeds).mean()), 0, length - 1)
        ),
        lambda angles, speeds, length: int(np.round((angles / speeds).mean())),
        lambda angles, speeds, length: int(np.round((angles % TURN / speeds).mean())),
        lambda angles, speeds, length: (angles / speeds).mean(),
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
    "This offset fits worst of all. Of what you measure, is the largest the best, or the "
    "smallest?": _in_any_measure(sign=-1),
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
    "You take the first offset with every pair near enough, such as within 0.1. A later one may "
    "fit better. When do you know?": tuple(
        _first_within(tolerance) for tolerance in (0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.5)
    ),
    "You leave out the fastest pair. Who else can see single steps?": _in_any_measure(
        lambda s, a: (s - a)[:, 1:]
    ),
    "You leave out the slowest pair. Who else knows how often the others came round?": (
        _in_any_measure(lambda s, a: (s - a)[:, :-1])
    ),
    "You went by a pair in the middle alone. What do the others say?": _fitting(
        lambda s, a: -np.cos(s - a)[:, s.shape[1] // 2]
    ),
    "Pairs weigh more in your sum if they are fast, or slow. All are off by as much.": (
        _weighted(1, False),
        _weighted(2, True),
        _weighted(-2, True),
    ),
    "Your π has two or three digits. Past many turns, its error is that of a whole hand.": (
        _fitting(lambda s, a: np.abs((s - a + 3.14) % 6.28 - 3.14).sum(1)),
        _fitting(lambda s, a: np.abs((s - a + 3.142) % 6.284 - 3.142).sum(1)),
    ),
    "You look for the largest sum of sines. Where two angles agree the sine of their difference is "
    "0, and what is 1?": (
        _fitting(lambda s, a: -np.sin(s - a).sum(1)),
        _fitting(lambda s, a: np.sin(s - a).sum(1)),
    ),
    "You try every fifth offset only, or every tenth. Which ones are left out?": (
        _every(5),
        _every(10),
    ),
    "You took the best offset of each pair by itself, and the mean or the median of them. A pair "
    "fits at many: which offset suits all at once?": (
        _of_each_pair(np.mean),
        _of_each_pair(np.median),
        _of_each_pair(np.min),
        _of_each_pair(np.max),
    ),
    "You count from the far end. Offset 0 is where the two stand at the same place.": (
        lambda angles, speeds, length: length - 1 - _best(angles, speeds, length)
    ),
    "You try no more offsets than some fixed number. Where does `length` come in?": tuple(
        lambda angles, speeds, length, most=most, fit=fit: fit(angles, speeds, min(length, most))
        for most in (512, 1000, 1024)
        for fit in _in_any_measure()
    ),
    "Your angles are made in half precision. How many digits of a large angle are left there?": (
        *(_in_short(dtype, twice) for dtype in (torch.bfloat16, torch.float16) for twice in (0, 1)),
        *(
            _all_in_short(dtype, cost)
            for dtype in (torch.bfloat16, torch.float16)
            for cost in (
                lambda off: -off.cos().sum(1),
                lambda off: (1 - off.cos()).sum(1),
                lambda off: torch.remainder(off + math.pi, TURN).sub(math.pi).abs().sum(1),
            )
        ),
    ),
    "Your list begins with offset 1, and you return the place in it. Which offset stands at place "
    "0?": (*_one_too_few(0), *_one_too_few(1)),
    "You take the absolute value of a complex sum. It is as large where all pairs are off by the "
    "same angle; what tells that from 0?": (
        _fitting(lambda s, a: -np.abs(np.exp(1j * (s - a)).sum(1)))
    ),
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
    "You multiplied what the pairs are off by. One pair that fits by chance makes that 0: what "
    "makes every pair count?": (
        _fitting(lambda s, a: np.abs(wrapped(s - a)).prod(1)),
        _fitting(lambda s, a: (1 - np.cos(s - a)).prod(1)),
        _fitting(lambda s, a: -np.cos(s - a).prod(1)),
    ),
    "You took the median over the pairs. Every pair has a say.": (
        _fitting(lambda s, a: np.median(np.abs(wrapped(s - a)), axis=1)),
    ),
    "You take the first offset at which the fastest pair fits. It fits once in every turn: what do "
    "the slower pairs say?": tuple(
        _first_within(tolerance, slice(1)) for tolerance in (0.05, 0.1, 0.2, 0.3)
    ),
    "You take the last offset with every pair within 0.1, or within 0.3. An earlier one may fit "
    "better.": (_last_within(0.1), _last_within(0.3)),
    "You return how far off the best offset is, or how well it fits. Which offset is it?": (
        *(_how_far_off(measure) for measure in MEASURES),
        _how_far_off(lambda off: np.abs(wrapped(off)).mean(1)),
        _how_far_off(lambda off: np.square(wrapped(off)).mean(1)),
        _how_far_off(lambda off: np.cos(off).sum(1), np.max),
        _how_far_off(lambda off: np.cos(off).mean(1), np.max),
    ),
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

    def right(q, k, speeds, offsets):
        return _by_pair(q, k, speeds, offsets).sum(1)

    judge(
        answer,
        right,
        cases=[
            head(6, 0.05, [0, 1, 2, 5, 11]),
            head(64, 1e-4, [3, 40, 600, 9, 0, 1, 511]),
            head(10, 0.01, [-3, 7.5, 2.25, -0.5]),  # ahead of the query, and between two positions
        ],
        mistakes=_WRONG_SCORES,
        otherwise="One pair alone is |q| |k| cos(α + offset · speed). Which of its parts, or which "
        "pairs in the sum, are others in yours?",
        by_hand=_PAIRS_BY_HAND,
        entry="offset no.",
        absolute=1e-3,
    )
    if_it_runs(
        answer,
        right,
        head(8, 0.02, [0, 3, 17]) | dict(offsets=np.array([0, 3, 17])),
        "With whole numbers as offsets, of dtype int64, it goes wrong. What becomes of a speed of "
        "0.3 if it is made one, too?",
        absolute=1e-3,
    )


def _quarter_speeds(q, k, *offsets):
    """Make a small case: the fastest pair makes a quarter turn a position, the next an eighth."""
    speeds = math.pi / 2 / 2 ** np.arange(len(q) // 2)
    return dict(
        q=np.float32(q), k=np.float32(k), speeds=np.float32(speeds), offsets=np.float32(offsets)
    )


_PAIRS_BY_HAND = [
    (
        _quarter_speeds([1, 0], [2, 0], 0, 1, 2),
        "One pair, q = (1, 0) and k = (2, 0), a quarter turn a position: 2, then 0, then −2.",
    ),
    (
        _quarter_speeds([1, 0], [0, 2], 0, 1, 2),
        "Where q and k point the same way it is right. Here k = (0, 2) is a quarter turn ahead of "
        "q at offset 0, and meets it at offset 1: 0, 2, 0.",
    ),
    (
        _quarter_speeds([1, 0], [0, -2], 0, 1, 2),
        "Where k is ahead of q it is right. Here k = (0, −2) is a quarter turn behind: 0, −2, 0.",
    ),
    (
        _quarter_speeds([0, 1, 0, 0], [0, 2, 0, 0], 0, 2),
        "Number 1 of a head of four is the first of pair 1, which turns at the second speed: 2, "
        "then 0.",
    ),
    (
        _quarter_speeds([1, 1, 0, 0], [2, 3, 0, 0], 0, 2),
        "With one pair it is right. Here are two, and their scores are added: 5, then −2.",
    ),
    (
        _quarter_speeds([1, 0], [2, 0], 2, 1),
        "From offset 0 on it is right. Here the offsets are 2 and 1, in this order: −2, then 0.",
    ),
]


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


def _of_scores_at(change):
    """Make a mistake: other speeds."""
    return lambda q, k, speeds, offsets: _by_pair(q, k, change(speeds), offsets).sum(1)


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
    "You divided the offsets by the speeds. A speed says how many radians there are in a position: "
    "how many are in several?": _of_scores_at(lambda speeds: 1 / speeds),
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
    "offset, or do q and k both turn by it?": lambda q, k, speeds, offsets: np.full(
        len(offsets), q @ k
    ),
    "The angle between q and k at offset 0 is missing: you turn as if they pointed the same "
    "way.": _of_pairs(lambda q, k, t: np.abs(q * k) * np.cos(t)),
    "You divided by √d. The task asks for the plain dot product.": lambda q, k, speeds, offsets: (
        _by_pair(q, k, speeds, offsets).sum(1) / math.sqrt(len(q))
    ),
    "You divided by the lengths of q and k. The task asks for the plain dot "
    "product.": lambda q, k, speeds, offsets: (
        _by_pair(q, k, speeds, offsets).sum(1) / np.linalg.norm(q) / np.linalg.norm(k)
    ),
    "You divided by 8, as for a head of 64. The task asks for the plain dot product.": _of_scores(
        lambda x: x.sum(1) / 8
    ),
    "You divided by head_dim. A dot product is a sum.": _of_scores(lambda x: x.mean(1) / 2),
    "You cut negative scores to 0. A score may be negative.": _of_scores(
        lambda x: np.maximum(x.sum(1), 0)
    ),
    "You cut each pair's negative part to 0. A pair may speak against a key.": _of_scores(
        lambda x: np.maximum(x, 0).sum(1)
    ),
    "You dropped the sign of each pair's part. A pair may speak against a key.": _of_scores(
        lambda x: np.abs(x).sum(1)
    ),
    "You took the score of the first offset away from all. The scores themselves are asked "
    "for.": _of_scores(lambda x: x.sum(1) - x.sum(1)[0]),
    "You took the score at offset 0, q · k, away from all. The scores themselves are asked "
    "for.": lambda q, k, speeds, offsets: _by_pair(q, k, speeds, offsets).sum(1) - q @ k,
    "Your scores are sorted. Return them in the order of the offsets.": (
        _of_scores(lambda x: np.sort(x.sum(1))),
        _of_scores(lambda x: np.sort(x.sum(1))[::-1]),
    ),
    "You sorted the offsets. Return the scores in the order in which they are handed "
    "over.": lambda q, k, speeds, offsets: _by_pair(q, k, speeds, np.sort(offsets)).sum(1),
    "Your scores add up from offset to offset. Each is a sum over pairs alone.": _of_scores(
        lambda x: x.sum(1).cumsum()
    ),
    "Your α has no sign: `acos` of a quotient cannot tell a turn to the left from one to the "
    "right. What can?": (
        _of_pairs(lambda q, k, t: np.abs(q * k) * np.cos(t + np.abs(np.angle(q * np.conj(k))))),
        _of_pairs(lambda q, k, t: np.abs(q * k) * np.cos(t - np.abs(np.angle(q * np.conj(k))))),
        _of_pairs(
            lambda q, k, t: np.abs(q * k) * np.cos(t + np.abs(np.angle(q)) - np.abs(np.angle(k)))
        ),
    ),
    "You multiplied the plain products of q and k by cosines, number by number. A turn mixes the "
    "two numbers of a pair.": _of_pairs(
        lambda q, k, t: q.real * k.real * np.cos(t) + q.imag * k.imag * np.sin(t)
    ),
    "You turned both, and by the whole offset each. How far apart do they end?": (
        _of_pairs(lambda q, k, t: (q * np.conj(k) * np.exp(2j * t)).real),
    ),
    "Your offsets begin anew after 512, or stop there. They go on.": tuple(
        lambda q, k, speeds, offsets, change=change: _by_pair(q, k, speeds, change(offsets)).sum(1)
        for change in (
            lambda offsets: offsets % 512,
            lambda offsets: np.minimum(offsets, 511),
            lambda offsets: np.minimum(offsets, 512),
        )
    ),
    "Half of your pairs are missing from the sum.": (
        _of_scores(lambda x: x[:, : x.shape[1] // 2].sum(1)),
        _of_scores(lambda x: x[:, x.shape[1] // 2 :].sum(1)),
        _of_scores(lambda x: x[:, ::2].sum(1)),
    ),
    "The lengths of q and k are added. A dot product has their product.": _of_pairs(
        lambda q, k, t: (np.abs(q) + np.abs(k)) * np.cos(t + np.angle(q * np.conj(k)))
    ),
    "Your lengths are squared. In |q| |k| each stands once.": _of_pairs(
        lambda q, k, t: np.abs(q * k) ** 2 * np.cos(t + np.angle(q * np.conj(k)))
    ),
    "The length of k is missing.": _of_pairs(
        lambda q, k, t: np.abs(q) * np.cos(t + np.angle(q * np.conj(k)))
    ),
    "The length of q is missing.": _of_pairs(
        lambda q, k, t: np.abs(k) * np.cos(t + np.angle(q * np.conj(k)))
    ),
    "The length of q stands there twice, and that of k is missing.": _of_pairs(
        lambda q, k, t: np.abs(q) ** 2 * np.cos(t + np.angle(q * np.conj(k)))
    ),
    "α is multiplied by the offset, too. At offset 0 it is there already.": _of_pairs(
        lambda q, k, t: np.abs(q * k) * np.cos(t * np.angle(q * np.conj(k)))
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
