"""What can be seen in a wrong result without knowing the exercise.

Each observation is tried out on every case before it is said, so it is true of this answer, whoever
wrote it and for whatever reason: an argument that changes nothing, two that have changed places, a
result that is right for one position more, twice too large, rounded, or in another order.
"""

import dataclasses
import functools
import itertools
import math
from collections.abc import Mapping

import numpy as np
import torch

from lesson_utils.checks import findings, relating
from lesson_utils.checks.findings import WRONG_FORM, WRONG_PRECISION, WRONG_VALUE, Finding

FACTORS = {
    "2": 2,
    "1/2": 0.5,
    "4": 4,
    "1/4": 0.25,
    "π": math.pi,
    "1/π": 1 / math.pi,
    "2π": 2 * math.pi,
    "1/(2π)": 0.5 / math.pi,
    "180/π": 180 / math.pi,
    "π/180": math.pi / 180,
    "ln 2": math.log(2),
    "1/ln 2": 1 / math.log(2),
    "8": 8,
    "1/8": 1 / 8,
    "10": 10,
    "1/10": 0.1,
    "100": 100,
    "1/100": 0.01,
    "−1": -1,
}
CHANGED = {
    "the natural logarithm of what it should be": np.log,
    "the logarithm to base 2 of what it should be": np.log2,
    "the logarithm to base 10 of what it should be": np.log10,
    "e to the power of what it should be": np.exp,
    "one over what it should be": lambda x: 1 / x,
    "the square of what it should be": np.square,
    "the square root of what it should be": np.sqrt,
    "the absolute value of what it should be": np.abs,
    "one too many, each time": lambda x: x + 1,
    "one too few, each time": lambda x: x - 1,
    "what it should be, less 1": lambda x: x - 1.0,
    "1 less what it should be": lambda x: 1 - x,
    "whether there is one, not how much it is": lambda x: x > 0,
}
OF_ONE = {
    "the natural logarithm of {}": lambda x, _: math.log(x),
    "the logarithm of {} to base 2": lambda x, _: math.log2(x),
    "the square of {}": lambda x, _: x * x,
    "the root of {}": lambda x, _: math.sqrt(x),
    "one over {}": lambda x, _: 1 / x,
}
OF_TWO = {
    "`{1}` in place of `{0}`": lambda one, other: other,
    "`{} + {}`": lambda one, other: one + other,
    "`{} - {}`": lambda one, other: one - other,
    "`{} * {}`": lambda one, other: one * other,
    "`{} / {}`": lambda one, other: one / other,
}
LIMITED = {
    "`min({}, {})`": min,
    "`max({}, {})`": max,
    "`{} % {}`": lambda x, limit: x % limit,
}
OFTEN_WRITTEN = (0, 1, 2, 4, 8, 16, 32, 64, 128, 511, 512, 1024, 2048, 4096, 8192, 10_000, 500_000)
WHICH_AXIS = "Which axis is missing, left over, or in another place?"
UNREAD = {
    "all but the first": slice(1, None),
    "all but the last": slice(None, -1),
    "the first": slice(None, 1),
    "the last": slice(-1, None),
}
REARRANGED = {
    "in reverse order": lambda x: np.flip(x, -1) if x.ndim else x,
    "with its rows in reverse order": lambda x: np.flip(x, -2) if x.ndim > 1 else x,
    "rolled on by one": lambda x: np.roll(x, 1, -1) if x.ndim else x,
    "rolled back by one": lambda x: np.roll(x, -1, -1) if x.ndim else x,
}


def observation(answer, task, tried, wrong) -> tuple[str, str] | None:
    """Return the state and the question of the first observation that holds, or None."""
    ran = [t for t in tried if not t.failed]
    with np.errstate(all="ignore"):
        return (
            _of_parts(task, ran)
            or _of_shape(task, ran, wrong)
            or _of_nan(wrong)
            or _of_values(answer, task, ran, wrong)
            or _of_the_wrong_part(answer, task, ran, wrong)
            or _of_parts_of_arguments(answer, task, ran)
            or _of_infinity(wrong)
            or _of_the_ignored(answer, task, ran)
        )


def _of_values(answer, task, ran, wrong):
    return (
        _of_rounding(task, ran, wrong)
        or _of_a_factor(task, ran)
        or of_arguments(answer, task, ran, wrong)
        or _of_results(task, ran)
        or _of_a_probe(answer, task, ran)
    )


@dataclasses.dataclass(frozen=True)
class OnePart:
    """A task in which several things are returned, and one of them is looked at."""

    task: object
    index: int
    names: tuple = ()

    @property
    def right(self):
        return self.task.right

    def of(self, parts):
        return parts[self.index : self.index + 1]

    def value(self, function, inputs):
        return self.of(self.task.value(function, inputs))

    def read(self, got):
        return self.of(self.task.read(got))

    def same(self, mine, other, inputs) -> bool:
        return self.task.same(mine, other, inputs)


def _of_the_wrong_part(answer, task, ran, wrong):
    """Where all things returned but one are right, look at that one by itself."""
    said, off = right_parts(task, ran), wrong_parts(task, ran)
    if not said or len(off) != 1:
        return None
    part = OnePart(task, off[0])
    ran, wrong = (
        [
            dataclasses.replace(
                t, mine=part.of(t.mine), right=part.of(t.right), got=part.of(t.mine)
            )
            for t in some
        ]
        for some in (ran, wrong)
    )
    wrong = [t for t in wrong if not task.same(t.mine, t.right, t.inputs)]
    if seen := _of_values(answer, part, ran, wrong):
        return seen[0], said + seen[1]


def tells_little(seen) -> bool:
    """Say whether a mistake that is known from one case alone would say more."""
    return seen is None or seen[1].endswith(WHICH_AXIS) or seen[1].startswith("There is a")


def _holds(task, ran, change) -> bool:
    """Say whether every case came back as the right value, changed in this way."""
    return all(task.same(t.mine, tuple(map(change, t.right)), t.inputs) for t in ran)


def _of_parts(task, ran):
    """Notice things returned in another order."""
    for order in itertools.permutations(range(len(task.names))):
        if all(task.same(t.mine, tuple(t.right[i] for i in order), t.inputs) for t in ran):
            yours = ", ".join(task.names[i] for i in order)
            wanted = ", ".join(task.names)
            return (
                WRONG_VALUE,
                f"You return ({yours}). In which order are they asked for? ({wanted})",
            )


def _of_shape(task, ran, wrong):
    """Notice a wrong shape, and whether the numbers in it are right."""
    t = next((t for t in wrong if any(a.shape != b.shape for a, b in zip(t.mine, t.right))), None)
    if t is None:
        return None
    mine, right = next((a, b) for a, b in zip(t.mine, t.right) if a.shape != b.shape)
    sizes = f"Your result has shape {list(mine.shape)}; expected is {list(right.shape)}. "
    if right.size == 1:
        sizes = f"You return {mine.size} numbers, and one is asked for. "
        return WRONG_FORM, sizes + "Is it one of them, or what follows from them?"
    same = functools.partial(_alike, task, t.inputs)
    if piece := _piece_of(task, t, mine, right) or relating.shapes(mine, right, same):
        return WRONG_FORM, sizes + piece
    if mine.size != right.size:
        return WRONG_FORM, sizes + WHICH_AXIS
    if all(_is_reshaped(task, t) for t in wrong):
        return WRONG_FORM, sizes + "The numbers are right. How do they get the shape asked for?"
    if sorted(mine.shape) == sorted(right.shape):
        for axes in itertools.permutations(range(right.ndim)):
            if task.same((mine,), (right.transpose(axes),), t.inputs):
                return (
                    WRONG_FORM,
                    sizes + "The numbers are right, and two axes have changed places.",
                )
    return WRONG_FORM, sizes + WHICH_AXIS


def _alike(task, inputs, mine, other) -> bool:
    return task.same((mine,), (other,), inputs)


def _is_reshaped(task, t) -> bool:
    """Say whether the numbers are right, and only in another shape."""
    if any(a.size != b.size for a, b in zip(t.mine, t.right)):
        return False
    return task.same(tuple(a.reshape(b.shape) for a, b in zip(t.mine, t.right)), t.right, t.inputs)


def _piece_of(task, t, mine, right) -> str:
    """Say of a result that is too short along one axis whether it is right as far as it goes."""
    axes = [i for i, (a, b) in enumerate(zip(mine.shape, right.shape)) if a != b]
    if mine.ndim != right.ndim or len(axes) != 1:
        return ""
    axis, n, all_ = axes[0], mine.shape[axes[0]], right.shape[axes[0]]
    for said, first in (("first", 0), ("last", all_ - n)):
        piece = right.take(range(first, first + n), axis) if n < all_ else None
        if piece is not None and task.same((mine,), (piece,), t.inputs):
            return f"It is right as far as it goes: the {said} {n} of {all_}. Where are the others?"
    return ""


def _of_rounding(task, ran, wrong):
    """Notice what looks like rounding, and nothing that merely is nearly right."""
    if any(part.dtype.kind in "biu" for t in ran for part in t.right):
        return None
    if question := findings.rounding([(t.got, t.mine, t.right) for t in wrong]):
        return WRONG_PRECISION, question


def of_arguments(answer, task, ran, wrong):
    """Notice an argument that is ignored, is another's, or is counted from elsewhere."""
    for name, fixed in _fixed_numbers(ran):
        if all(task.same(t.mine, _value(task, t.inputs | {name: fixed}), t.inputs) for t in ran):
            said = f"Yours is the result for `{name} = {fixed}`, whatever is handed over. "
            left_out = fixed in (0, 1) and fixed not in [t.inputs[name] for t in ran]
            question = (
                f"Where does `{name}` come in?"
                if left_out
                else "Is this number written in your code?"
            )
            return WRONG_VALUE, said + question
    ignored = [name for name in ran[0].inputs if _is_ignored(answer, task, ran, name)]
    if ignored and len(ignored) == len(ran[0].inputs):
        return WRONG_VALUE, "Your result is always the same. Does it use what is handed over?"
    if not all(isinstance(ran[0].inputs[name], np.ndarray) for name in ignored):
        ignored = ignored if 3 * len(wrong) <= 2 * len(ran) else []  # more may be wrong than this
    if ignored and len(wrong) < len(ran):
        names = " or ".join(f"`{name}`" for name in ignored)
        return (
            WRONG_VALUE,
            f"Your result stays the same when {names} changes. Is there a number in your code that "
            "should be made from it, or does it not come in at all?",
        )
    counts = all(part.dtype.kind in "biu" for t in ran for part in t.right)  # alike by chance
    for names, said, change in _replacements(ran[0].inputs, other_kinds=not counts):
        if all(task.same(t.mine, _changed_value(task, change, t.inputs), t.inputs) for t in ran):
            return WRONG_VALUE, f"Yours is the result for {said}. How do you use {names}?"
    return None


def _changed_value(task, change, inputs):
    try:
        return _value(task, change(inputs))
    except (ArithmeticError, ValueError, TypeError):
        return None


def _fixed_numbers(ran):
    """Give (argument, number) for numbers written down, and 1 or 0 for what is left out."""
    handed = {
        name: [t.inputs[name] for t in ran]
        for name, value in ran[0].inputs.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    for numbers in (None, (1,), (0,), OFTEN_WRITTEN[2:]):
        for name in handed:
            for number in dict.fromkeys(numbers or handed[name]):
                yield name, number


def _replacements(inputs: Mapping, other_kinds: bool):
    """Give (what it is about, what was taken in its place, how to change the inputs)."""

    def with_one(name, function):
        return lambda inputs: inputs | {name: function(inputs[name])}

    for one, other in itertools.combinations(inputs, 2):
        if isinstance(inputs[one], np.ndarray) == isinstance(inputs[other], np.ndarray):
            yield (
                f"each of `{one}` and `{other}`",
                f"`{one}` and `{other}` in each other's place",
                lambda x, one=one, other=other: x | {one: x[other], other: x[one]},
            )
    for name, value in inputs.items():
        if not _is_number(value):
            continue
        if other_kinds:
            yield from _of_another_kind(name, value, inputs)
        if np.all(np.equal(np.mod(value, 1), 0)):
            for step in (1, -1, 2, -2):
                sign = "+" if step > 0 else "−"
                yield f"`{name}`", f"`{name} {sign} {abs(step)}`", with_one(name, _plus(step))
        for said, factor in FACTORS.items():
            if factor != int(factor) and np.asarray(value).dtype.kind in "iu":
                continue
            yield f"`{name}`", f"`{name}` times {said}", with_one(name, _times(factor))
        if np.ndim(value):
            yield (
                f"`{name}`",
                f"`{name}` in reverse order",
                with_one(name, lambda x: np.flip(x, -1)),
            )


def _of_another_kind(name: str, value, inputs: Mapping):
    """Give what a number may have been taken for: another input, its logarithm, a limit."""
    if np.ndim(value):
        return
    for other, found in inputs.items():
        if other != name and _is_number(found) and not np.ndim(found):
            for said, change in OF_TWO.items():
                said = said.format(name, other)
                yield f"`{name}`", said, _from(name, other, change)
    for said, change in OF_ONE.items():
        yield f"`{name}`", said.format(f"`{name}`"), _from(name, name, change)
    for limit, (said, change) in itertools.product(OFTEN_WRITTEN[1:], LIMITED.items()):
        yield f"`{name}`", said.format(name, limit), _to_limit(name, change, limit)


def _from(name: str, other: str, change):
    return lambda inputs: inputs | {name: change(inputs[name], inputs[other])}


def _to_limit(name: str, change, limit):
    return lambda inputs: inputs | {name: change(inputs[name], limit)}


def _plus(step):
    return lambda x: x + step


def _times(factor):
    return lambda x: x * factor


def _is_number(value) -> bool:
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "iuf"
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_ignored(answer, task, ran, name) -> bool:
    """Change one argument where that matters; say whether the result never follows."""
    tested = 0
    for t, other in itertools.product(ran, repeat=2):
        value = t.inputs[name]
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            changed = np.flip(value, -1).copy() * 0.7 if other is t else value
        else:
            changed = other.inputs[name]
        if isinstance(changed, dict | list | np.ndarray) and changed is value:
            continue
        inputs = t.inputs | {name: changed}
        right = _value(task, inputs)
        if right is None or task.same(right, t.right, inputs):
            continue
        mine = _probe(answer, task, inputs)
        if mine is None or not _identical(mine, t.mine):
            return False
        tested += 1
    return tested > 0


def _identical(mine, other) -> bool:
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(mine, other))


def _of_a_factor(task, ran):
    """Notice a result that is right but for a factor, the same in all cases."""
    for said, factor in FACTORS.items():
        if _holds(task, ran, _times(factor)):
            if factor == -1:
                return (
                    WRONG_VALUE,
                    "Your result has the other sign. Which step turns it round?",
                )
            return WRONG_VALUE, f"Your result is {said} times what it should be, each time."
    return None


def _of_results(task, ran):
    """Notice a result that is a known change of the right one, the same in all cases."""
    for said, change in CHANGED.items():
        whole = all(part.dtype.kind in "biu" for t in ran for part in t.right)
        if _holds(task, ran, change) and (whole or "each time" not in said):
            return WRONG_VALUE, f"Your result is {said}."
    if all(
        task.same(tuple(map(np.abs, t.mine)), tuple(map(np.abs, t.right)), t.inputs) for t in ran
    ):
        return WRONG_VALUE, "Your numbers are right but for the sign of some. Which ones?"
    for said, change in REARRANGED.items():
        if _holds(task, ran, change):
            return WRONG_VALUE, f"Your result is right but for its order: it is {said}."
    if said := relating.told(task, ran):
        return WRONG_VALUE, said
    return None


def _of_a_probe(answer, task, ran):
    """Notice an argument of which a part is lost: what follows the point, or the sign."""
    if any(part.dtype.kind in "biu" for t in ran for part in t.right):
        return None  # a count may stay the same by chance
    losses = {
        "is cut to a whole number. Where does its fraction go?": np.trunc,
        "is rounded to a whole number. Where does its fraction go?": np.round,
        "might as well have no sign. What should a negative one do?": np.abs,
    }
    for name in ran[0].inputs:
        if not _is_number(ran[0].inputs[name]):
            continue
        if _is_ignored(answer, task, ran, name):
            continue
        for said, loss in losses.items():
            if _is_lost(answer, task, ran, name, loss):
                return WRONG_VALUE, f"In your code `{name}` {said}"
    return _of_short_numbers(answer, task, ran)


def _of_short_numbers(answer, task, ran):
    """Notice half precision: numbers that come out alike, or jump."""
    for name, dtype in itertools.product(ran[0].inputs, (torch.bfloat16, torch.float16)):
        if not _is_ignored(answer, task, ran, name) and _is_cast(answer, task, ran, name, dtype):
            short = str(dtype).removeprefix("torch.")
            return (
                WRONG_PRECISION,
                f"In your code `{name}` is cast to {short}, or to less. How many of its digits are "
                "left then?",
            )
    for name in ran[0].inputs:
        if _is_rough(answer, task, ran, name):
            return (
                WRONG_PRECISION,
                f"Nearly right, and rough: a small change of `{name}` comes out too large, or not "
                "at all. Is a step done in half precision, or rounded?",
            )
    return None


def _is_rough(answer, task, ran, name) -> bool:
    """Say whether results are off by a little, and jump where an input changes by much less."""
    for t in ran:
        value = t.inputs[name]
        if not isinstance(value, np.ndarray | float) or np.asarray(value).dtype.kind != "f":
            return False
        near = all(np.abs(a - b).max() <= 0.03 * np.abs(b).max() for a, b in zip(t.mine, t.right))
        inputs = t.inputs | {name: value * (1 + 2**-13)} if near else None
        right = inputs and _value(task, inputs)
        mine = right and _probe(answer, task, inputs)
        if not mine or not _jumps(mine, t.mine, right, t.right):
            return False
    return True


def _jumps(mine, before, right, right_before) -> bool:
    """Say whether a change differs from the right one by more than half of it."""
    off = sum(
        np.square((a - b) - (c - d)).sum() for a, b, c, d in zip(mine, before, right, right_before)
    )
    all_ = sum(np.square(c - d).sum() for c, d in zip(right, right_before))
    return 0 < all_ < 4 * off


def _is_cast(answer, task, ran, name, dtype) -> bool:
    """Say whether numbers and the same in a short dtype come out alike, bit for bit.

    What is a little larger must not: else the result follows nothing so small.
    """
    tested = 0
    for t in ran:
        value = t.inputs[name]
        inputs = t.inputs | {name: _in_floats(value, lambda x: _shortened(x, dtype))}
        larger = t.inputs | {name: _in_floats(value, lambda x: _moved(x, dtype))}
        right = _value(task, inputs)
        if right is None or task.same(right, t.right, inputs):
            continue
        mine, other = _probe(answer, task, inputs), _probe(answer, task, larger)
        if mine is None or other is None or not _identical(mine, t.mine):
            return False
        if _identical(other, t.mine):
            return False
        tested += 1
    return tested > 1


def _shortened(numbers, dtype):
    return torch.from_numpy(numbers.copy()).to(dtype).double().numpy().astype(numbers.dtype)


def _moved(numbers, dtype):
    """Make those numbers larger that the dtype cannot hold, by more than its last digit."""
    return np.where(_shortened(numbers, dtype) == numbers, numbers, numbers * (1 + 2**-5)).astype(
        numbers.dtype
    )


def _in_floats(value, change):
    """Change the arrays of floats in a value, in lists as well."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return change(value)
    if isinstance(value, list | tuple):
        return type(value)(_in_floats(item, change) for item in value)
    return value


def _of_parts_of_arguments(answer, task, ran):
    """Notice that part of an array never comes in: changing it changes nothing."""
    if any(part.dtype.kind in "biu" for t in ran for part in t.right):
        return None
    for name, value in ran[0].inputs.items():
        if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
            continue
        if _is_ignored(answer, task, ran, name):
            continue
        for axis in range(value.ndim):
            for said, part in UNREAD.items():
                if _is_unread(answer, task, ran, name, axis, part):
                    axes = f" along axis {axis}" if value.ndim > 1 else ""
                    return (
                        WRONG_VALUE,
                        f"Your result stays the same when {said} of `{name}`{axes} changes. "
                        "Where should it come in?",
                    )
    return None


def _is_unread(answer, task, ran, name, axis, part) -> bool:
    tested = 0
    for t in ran:
        value = t.inputs[name]
        if value.ndim <= axis or value.shape[axis] < 2:
            continue
        changed = np.moveaxis(value.copy(), axis, 0)
        changed[part] = 0.7 * changed[part] + 0.1
        inputs = t.inputs | {name: np.moveaxis(changed, 0, axis)}
        right = _value(task, inputs)
        if right is None or task.same(right, t.right, inputs):
            continue
        mine = _probe(answer, task, inputs)
        if mine is None or not _identical(mine, t.mine):
            return False
        tested += 1
    return tested > 1


def _of_the_ignored(answer, task, ran):
    """Notice at last an argument that changes nothing, beside what else may be wrong."""
    for name in ran[0].inputs:
        if _is_ignored(answer, task, ran, name):
            return (
                WRONG_VALUE,
                f"Your result stays the same when `{name}` changes. Is a number in your code "
                "that should be made from it?",
            )
    return None


def _is_lost(answer, task, ran, name, loss) -> bool:
    tested = 0
    for t in ran:
        value = t.inputs[name]
        changed = loss(value)
        changed = (
            changed.astype(value.dtype) if isinstance(value, np.ndarray) else type(value)(changed)
        )
        inputs = t.inputs | {name: changed}
        right = _value(task, inputs)
        if np.array_equal(changed, value) or right is None or task.same(right, t.right, inputs):
            continue
        mine = _probe(answer, task, inputs)
        if mine is None or not _identical(mine, t.mine) or not task.same(mine, right, inputs):
            return False
        tested += 1
    return tested > 0


def _of_nan(wrong):
    for mine in wrong[0].mine:
        if np.isnan(mine).any():
            first = [int(i) for i in np.argwhere(np.isnan(mine))[0]]
            where = f"in your result, first at {first}" if first else "in place of your result"
            return (
                WRONG_VALUE,
                f"There is a NaN {where}. Is 0 divided by 0 there, or multiplied by −∞? Or a "
                "softmax taken of nothing, or a number too large for `exp` or its dtype?",
            )
    return None


def _of_infinity(wrong):
    for mine, right in zip(wrong[0].mine, wrong[0].right):
        if (~np.isfinite(mine) & np.isfinite(right)).any():
            return (
                WRONG_VALUE,
                "There is an infinity in your result. Is something divided by 0, a logarithm "
                "taken of 0, or a power too large?",
            )
    return None


def right_parts(task, ran) -> str:
    """Say which of the things returned are right in all cases; "" if none is, or all are one."""
    off = {task.names[i] for i in wrong_parts(task, ran)}
    right = [name for name in task.names if name not in off]
    if not right or len(ran) < 2:
        return ""
    return f"Right is {_and(right)}, and not {_and(n for n in task.names if n not in right)}. "


def wrong_parts(task, ran) -> list[int]:
    """Return the numbers of those of the things returned that are wrong in some case."""
    return [
        i
        for i in range(len(task.names))
        if not all(task.same(t.mine[i : i + 1], t.right[i : i + 1], t.inputs) for t in ran)
    ]


def both(task, t) -> str:
    """Say what is right and what came back, where both are one number; else which places are."""
    if len(t.right) == 1 and t.right[0].size == t.mine[0].size == 1:
        return f"Right here is {t.right[0].item():.5g}, and yours is {t.mine[0].item():.5g}. "
    sizes = [(list(a.shape), list(b.shape)) for a, b in zip(t.right, t.mine) if a.shape != b.shape]
    if sizes:
        return f"Right here is of shape {sizes[0][0]}, and yours of {sizes[0][1]}. "
    return right_places(task, t)


def right_places(task, t) -> str:
    """Say which places of a result along its last telling axis are right; "" if it is all or none.

    An axis tells something if some of its places are right all over, and others are not.
    """
    if len(t.right) != 1 or t.right[0].shape != t.mine[0].shape:
        return ""
    mine, right = t.mine[0], t.right[0]
    off = findings.off(mine, right, *task.loose(t.inputs))
    for axis in reversed(range(right.ndim)):
        bad = off.any(axis=tuple(i for i in range(right.ndim) if i != axis))
        if not bad.all() and bad.any():
            along = f" along axis {axis}" if right.ndim > 1 else ""
            return f"Right{along}: {_runs(~bad)}; wrong: {_runs(bad)}. "
    return ""


def _runs(marks) -> str:
    """Write where marks are true: ``0 to 2, 5``, and no more than three runs."""
    at = np.flatnonzero(marks)
    runs = np.split(at, np.flatnonzero(np.diff(at) > 1) + 1)
    words = [f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]
    return ", ".join(words[:3]) + (" …" if len(words) > 3 else "")


def _and(names) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _value(task, inputs):
    """Compute what is right for inputs that are no case; None where nothing is, or a NaN."""
    try:
        value = task.value(task.right, inputs)
    except (ArithmeticError, ValueError, LookupError, TypeError, AttributeError, Finding):
        return None
    return None if any(np.isnan(part).any() for part in value) else value


def _probe(answer, task, inputs):
    """Call the answer once more, with inputs that are no case; None if that fails."""
    try:
        return task.read(answer(**{name: findings.handed(value) for name, value in inputs.items()}))
    except Finding as finding:
        if finding.stopped:
            raise
        return None
