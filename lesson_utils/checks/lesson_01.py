"""Checks for lesson 01, Turn position into angle."""

import math

import numpy as np
import torch

from lesson_utils.checks.findings import expect
from lesson_utils.checks.registry import exercise


def turned(pairs, angles):
    """Turn pairs [..., 2] by angles [...], in float64, as one multiplication of complex numbers."""
    pairs = np.asarray(pairs, dtype=np.float64)
    numbers = (pairs[..., 0] + 1j * pairs[..., 1]) * np.exp(1j * np.asarray(angles))
    return np.stack((numbers.real, numbers.imag), axis=-1)


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
    speed, old, new = 0.3, 7, 4  # back, not on: an angle of the wrong sign shows
    words = torch.tensor([[1.2, 0.5], [0.8, -0.6], [-0.4, 2.0]], dtype=torch.float64)
    now = turned(words, old * speed)
    got = answer(arrows=torch.from_numpy(now), old=old, new=new, speed=speed)
    expect(
        got,
        turned(words, new * speed),
        {
            "You turned by the whole new angle, on top of the old one. How much of the way has the "
            "arrow gone already?": turned(now, new * speed),
            "Your arrow goes the other way: from 7 it came to 10, not to 4. In which order did you "
            "subtract? And which of the two sines has the minus sign?": turned(
                now, (old - new) * speed
            ),
            "You turned by the difference of the positions. Where is the speed?": turned(
                now, new - old
            ),
            "You added the two angles. The arrow stands at the old one already; what is still "
            "missing?": turned(now, (new + old) * speed),
            "Your arrows have not moved. Which line turns them?": now,
            "Your arrows are multiplied by a number. That makes them longer or shorter; what "
            "makes them turn?": now * new / old,
            "Your turn makes the arrow longer or shorter. One of your two lines reads a number "
            "that the other has just replaced; do both start from the old x and y?": _overwritten(
                now, (new - old) * speed
            ),
        },
        otherwise="Your arrows end elsewhere. Try one by hand: (1, 0) turned by a quarter turn, "
        "π / 2, is (0, 1). What does yours give?",
    )
    far = answer(arrows=torch.from_numpy(now), old=7, new=1007, speed=speed)
    expect(
        far,
        turned(words, 1007 * speed),
        otherwise="Close by it is right, a thousand positions on it is not. Is a sine or a cosine "
        "replaced by something that holds for small angles only?",
    )


def _overwritten(pairs, angle):
    x, y = pairs[..., 0], pairs[..., 1]
    x = x * math.cos(angle) - y * math.sin(angle)
    return np.stack((x, x * math.sin(angle) + y * math.cos(angle)), axis=-1)


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
    speeds, length = np.array([1.0, 0.1, 0.01]), 512
    for offset in (339, 63, 508):  # at 63 the second hand is back where it began, seen from below
        # What is seen is a little off, each pair by its own: an exact comparison finds nothing.
        seen = np.angle(np.exp(1j * (offset * speeds + np.array([0.04, -0.03, 0.05]))))
        got = answer(angles=torch.from_numpy(seen), speeds=torch.from_numpy(speeds), length=length)
        expect(
            got,
            offset,
            _misread_offsets(seen, speeds, length),
            otherwise=f"The arrows are {offset} apart, and yours is another offset. Compute the "
            "angles that your offset would show. Which pair disagrees with what is seen?",
        )


def _misread_offsets(seen, speeds, length):
    offsets = np.arange(length)[:, None]
    off = offsets * speeds - seen
    on_circle = np.abs(np.angle(np.exp(1j * off)))
    wrapped = np.mod(offsets * speeds, 2 * np.pi)
    return {
        "You found the offset at which the fast pair fits. It fits at many, once in every turn. "
        "What do the slower pairs say about this one?": np.argmin(on_circle[:, 0]),
        "You went by the slowest pair alone. It hardly moves from one offset to the next, "
        "so a small error of its angle is many positions. Who can see single steps?": np.argmin(
            on_circle[:, -1]
        ),
        "You divided the slowest pair's angle by its speed, and came out below 0. Past half a turn "
        "its angle is negative; and what do the other pairs add?": np.round(seen[-1] / speeds[-1]),
        "You compare angles as plain numbers. `offset * speed` goes on past a whole turn, and what "
        "is seen comes back. When are two angles the same?": np.argmin(np.abs(off).sum(1)),
        "You brought the angles into one turn, but compare 0.1 with 6.2 as if they lay far apart. "
        "What is between them on the circle?": np.argmin(np.abs(wrapped - seen).sum(1)),
        "You brought both angles into one turn, from 0 to 2π. There, 0.1 and 6.2 look far apart. "
        "How far is it from one to the other on the circle?": np.argmin(
            np.abs(wrapped - np.mod(seen, 2 * np.pi)).sum(1)
        ),
        "This offset fits worst of all. Do you look for the smallest where you need the "
        "largest?": np.argmin(np.cos(off).sum(1)),
        "Your offset fits angles of the opposite sign. Should the angle grow with the offset, or "
        "shrink?": np.argmax(np.cos(offsets * speeds + seen).sum(1)),
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
    q, k = rng.normal(size=(2, 8))
    speeds = np.array([1.0, 0.4, 0.15, 0.05])
    offsets = np.array([0, 1, 2, 5, 11])
    first, second = q[:4] + 1j * q[4:], k[:4] + 1j * k[4:]
    neighbours = q[0::2] + 1j * q[1::2], k[0::2] + 1j * k[1::2]
    turns = np.exp(1j * offsets[:, None] * speeds)

    def scores(q, k, turns):
        return (q * np.conj(k) * turns).real

    right = scores(first, second, turns)
    alike = (first / np.abs(first), second / np.abs(second))
    got = answer(
        q=torch.from_numpy(q),
        k=torch.from_numpy(k),
        speeds=torch.from_numpy(speeds),
        offsets=torch.from_numpy(offsets).double(),
    )
    expect(
        got,
        right.sum(1),
        {
            "Your curve runs the other way round: it is the score of a key that stands after the "
            "query. Is α the angle of q less that of k, or k less q?": scores(
                first, second, np.conj(turns)
            ).sum(1),
            "You paired neighbours, numbers 0 and 1. This model pairs the two halves: numbers 0 "
            "and 4, here where a head has 8.": scores(*neighbours, turns).sum(1),
            "All your pairs have the same weight. A pair in which q and k are long says more; "
            "where do their lengths come in?": scores(*alike, turns).sum(1),
            "You took the mean over pairs. A dot product is a sum.": right.mean(1),
            "This is the score of each pair by itself. What makes one score of them?": right,
            "You added up over offsets, and kept the pairs apart. Which axis is which?": right.sum(
                0
            ),
            "At offset 0 you are right, and every offset gives the same. Does the angle know the "
            "offset?": np.repeat(right[:1].sum(1), len(offsets)),
            "The angle between q and k at offset 0 is missing: you turn as if they pointed the "
            "same way.": (np.abs(first * second) * turns.real).sum(1),
            "You divided by √d. The task asks for the plain dot product.": right.sum(1)
            / math.sqrt(8),
        },
        otherwise="At offset 0, no turning has happened, and your score must be the plain q · k. "
        "Is it? If so, look at offset 1.",
        entry="offset no.",
    )
