"""How a wrong result is related to the right one: by a slice, a limit, or a number of the inputs.

Like the observations, of which these are a part, each is tried out on every case before it is said.
"""

import itertools
from collections.abc import Iterator, Mapping

import numpy as np

LIMITS = (0, 1, 10, 31, 32, 63, 64, 100, 127, 128, 255, 256, 511, 512, 1000, 1024, 4095, 4096)
LIMITED = {
    "Yours is right up to {}, and never goes above it. May it?": np.minimum,
    "Yours is right down to {}, and never goes below it. May it?": np.maximum,
    "Yours is right below {}, and begins again at 0 there. Where is that done?": (
        lambda x, limit: np.mod(x, limit) if limit > 1 else x
    ),
}
CHANGES = {
    "times {}": lambda x, q: x * q,
    "divided by {}": lambda x, q: x / q,
    "times the root of {}": lambda x, q: x * np.sqrt(q),
    "divided by the root of {}": lambda x, q: x / np.sqrt(q),
    "times the square of {}": lambda x, q: x * q * q,
    "divided by the square of {}": lambda x, q: x / (q * q),
    "plus {}": lambda x, q: x + q,
    "less {}": lambda x, q: x - q,
}


def told(task, ran) -> str:
    """Say how all results are related to the right ones; "" if in no way that is known."""
    return _to_a_limit(task, ran) or _to_a_constant(task, ran) or _to_an_input(task, ran)


def _holds(task, ran, change, numbers) -> bool:
    """Say whether each case came back as the right value, changed with a number of its own."""
    return all(
        task.same(t.mine, tuple(change(part, number) for part in t.right), t.inputs)
        for t, number in zip(ran, numbers)
    )


def _to_a_limit(task, ran) -> str:
    for limit, (said, change) in itertools.product(LIMITS, LIMITED.items()):
        if _holds(task, ran, change, [limit] * len(ran)):
            return said.format(limit)
    return ""


def _to_a_constant(task, ran) -> str:
    """Notice one factor or one difference between all that is yours and all that is right."""
    mine, right = (
        np.concatenate([np.ravel(part).astype(float) for t in ran for part in getattr(t, which)])
        for which in ("mine", "right")
    )
    if mine.shape != right.shape or np.ptp(right) == 0 or not np.isfinite(right).all():
        return ""
    factor, more = mine @ right / (right @ right), float((mine - right).mean())
    if abs(factor - 1) > 0.01 and abs(factor) > 1e-9:
        if _holds(task, ran, np.multiply, [factor] * len(ran)):
            return f"Your result is {factor:.4g} times what it should be, in all cases."
    if abs(more) > 1e-3 and _holds(task, ran, np.add, [more] * len(ran)):
        sign = "plus" if more > 0 else "less"
        return f"Your result is what it should be {sign} {abs(more):.4g}, in all cases."
    return ""


def _to_an_input(task, ran) -> str:
    numbers = [dict(quantities(t.inputs)) for t in ran]
    for name in numbers[0]:
        found = [given.get(name) for given in numbers]
        if None in found or len(set(found)) == 1:
            continue
        for said, change in CHANGES.items():
            if _holds(task, ran, change, found):
                return f"Your result is what it should be {said.format(name)}. What brings it in?"
    return ""


def quantities(inputs: Mapping) -> Iterator[tuple[str, float]]:
    """Give (what it is, number) for each number that an answer may take from its inputs."""
    for name, value in inputs.items():
        if isinstance(value, bool):
            continue
        if isinstance(value, int | float):
            yield f"`{name}`", float(value)
        elif isinstance(value, np.ndarray):
            for axis, size in enumerate(value.shape):
                yield f"the size of `{name}` along axis {axis}", float(size)
        elif isinstance(value, Mapping):
            for key, number in value.items():
                if isinstance(number, int | float) and not isinstance(number, bool):
                    yield f"`{name}[{key!r}]`", float(number)
        elif isinstance(value, list | tuple | bytes):
            yield f"the length of `{name}`", float(len(value))


def shapes(mine: np.ndarray, right: np.ndarray, agree) -> str:
    """Say how an array of another shape holds the right numbers; "" if in no way that is known."""
    for axis in range(right.ndim):
        for said, made in (
            ("the first one only", right.take(0, axis)),
            ("the last one only", right.take(-1, axis)),
            ("the mean", right.mean(axis)),
            ("the sum", right.sum(axis)),
        ):
            for kept in (made, np.expand_dims(made, axis)):
                if right.shape[axis] > 1 and agree(mine, kept):
                    return f"You give {said} along axis {axis}. All are asked for."
        for said, made in (
            ("twice, one after the other", np.concatenate([right, right], axis)),
            ("twice, side by side", np.repeat(right, 2, axis)),
        ):
            if agree(mine, made):
                return f"Each entry stands there {said}. Once is asked for."
        if said := _cut(mine, right, axis, agree):
            return said
    return ""


def _cut(mine, right, axis: int, agree) -> str:
    """Notice entries along one axis that are too many, at one end."""
    others = [size for i, size in enumerate(right.shape) if i != axis]
    if mine.ndim != right.ndim or [s for i, s in enumerate(mine.shape) if i != axis] != others:
        return ""
    size, more = right.shape[axis], mine.shape[axis] - right.shape[axis]
    if more < 1 or not size:
        return ""
    for end, first in (("end", 0), ("beginning", more)):
        if agree(mine.take(range(first, first + size), axis), right):
            where = "" if right.ndim == 1 else f" of axis {axis}"
            return f"What is asked for is in it, with {more} too many at the {end}{where}."
    return ""
