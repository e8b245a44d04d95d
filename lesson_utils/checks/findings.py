"""What a check may find, and the few helpers that a check is written with.

A check reads like the order in which a person would look: is there an answer, does it run, does it
have the right form, is it right. The first thing that is not ends it with a :class:`Finding`.
"""

import copy
import inspect
import linecache
import sysconfig
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch

from lesson_utils.checks import pictures

PASSED = "passed"
NOT_WRITTEN = "not written yet"
RAISES = "raises an error"
CHANGES_INPUT = "changes its input"
WRONG_FORM = "wrong type or shape"
WRONG_PRECISION = "wrong dtype or precision"
WRONG_VALUE = "wrong value"
STATES = (PASSED, NOT_WRITTEN, RAISES, CHANGES_INPUT, WRONG_FORM, WRONG_PRECISION, WRONG_VALUE)

TOLERANCE = 1e-4
"""Float32 all the way is a right answer. Each wrong one should be off by far more than this."""
SAME = 1e-6
"""Float32 numbers that were rounded alike agree to this."""

_NOT_THE_LEARNERS = (
    str(Path(__file__).resolve().parents[1]),
    *(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib")),
)


class Finding(Exception):
    """Why an answer does not pass: a state, a message, and perhaps numbers or a line of code."""

    def __init__(self, state: str, message: str, *, table=(), code: str = "", picture: str = ""):
        super().__init__(message)
        self.state, self.message = state, message
        self.table, self.code, self.picture = tuple(table), code, picture
        self.stopped = False  # by who waits, or by `exit`: then nothing more is tried


class Answer:
    """A learner's function as a check sees it: called with copies, and never trusted.

    Call it with keywords, in the order of the stub. An answer whose parameters have other names is
    called by position. Set ``example`` to what the card of a blank shows: one input and its result.
    """

    def __init__(self, given, check_name: str):
        if given is not None and given is not ... and not callable(given):
            raise Finding(
                WRONG_FORM,
                f"This is {described(given)}, not a function. Did you call it? "
                f"Hand it over by its name alone: `check.{check_name}(my_function)`.",
            )
        self.function, self.name = given, check_name
        self.example = ""
        self._read = lambda got: got

    def then(self, read: Callable) -> "Answer":
        """Return this answer with its results read first: a pair taken apart, bytes as numbers."""
        other = copy.copy(self)
        other._read = read
        return other

    def __call__(self, **inputs):
        if self.function is None or self.function is ...:
            self._blank("Nothing here yet. Fill in the cell above, then run both.")
        copied = copy.deepcopy(inputs)
        call = self._bound(copied)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbgrader would take a warning for a failed test
            try:
                result = call()
            except NotImplementedError:
                result = None
            except BaseException as error:  # exit() and an interrupt, too, end in a card
                raise self._raised(error) from None
        if result is None or result is ...:
            self._blank(
                "It returns nothing so far. If you have written it: can it end without a `return`, "
                "as for the input below?"
            )
        for name, original in inputs.items():
            if not unchanged(original, copied[name]):
                raise Finding(
                    CHANGES_INPUT,
                    f"Your function changed `{name}`, which its caller may still need. Which line "
                    "writes into it (`x += …`, `x[…] = …`, `x.mul_(…)`), and what makes a new one?",
                )
        return self._read(result)

    def _blank(self, message: str):
        raise Finding(NOT_WRITTEN, message, code=self.example)

    def _bound(self, inputs: dict) -> Callable:
        try:
            signature = inspect.signature(self.function)
        except (TypeError, ValueError):  # some functions written in C do not tell
            return lambda: self.function(*inputs.values())
        for args, kwargs in (((), inputs), (tuple(inputs.values()), {})):
            try:
                signature.bind(*args, **kwargs)
            except TypeError:
                continue
            return lambda: self.function(*args, **kwargs)  # noqa: B023 (returned at once)
        raise Finding(
            RAISES,
            f"It is called with {len(inputs)} arguments, ({', '.join(inputs)}), and yours takes "
            f"{signature}. Keep the stub's arguments in their order.",
        )

    def _raised(self, error: BaseException) -> Finding:
        line = learners_line(error)
        if isinstance(error, SystemExit):
            message = "Your function ends the whole program with `exit`. Use `return` to leave it."
        elif isinstance(error, KeyboardInterrupt):
            message = "Stopped before it had an answer. Is there a loop that never ends?"
        else:
            text = f"{type(error).__name__}: {error}".strip().rstrip(":")
            message = text if len(text) < 300 else text[:300] + " …"
        finding = Finding(RAISES, message, code=line)
        finding.stopped = isinstance(error, KeyboardInterrupt | SystemExit)
        return finding


def learners_line(error: BaseException) -> str:
    """Find the last line of the learner's own that was running, as ``line 3: x = y``; or ""."""
    found, step = "", error.__traceback__
    while step:
        file, number = step.tb_frame.f_code.co_filename, step.tb_lineno
        if not file.startswith(_NOT_THE_LEARNERS) and not file.startswith("<frozen"):
            found = f"line {number}: {linecache.getline(file, number).strip()}"
        step = step.tb_next
    return found


def expect(
    got,
    right,
    mistakes: Mapping[str, object] | None = None,
    *,
    otherwise: str,
    entry: str = "",
    tolerance: float = TOLERANCE,
    absolute: float = 0.0,
) -> None:
    """Compare a result with what arithmetic says; end the check if it differs.

    Parameters
    ----------
    got : number, list, array or tensor
        What the learner's function returned, of any dtype and on any device.
    right : number, list, array or tensor
        The expected value, computed in float64 by the check itself. Its shape is demanded. Whole
        numbers (an ``int``, not a ``float``) are demanded exactly.
    mistakes : mapping, optional
        The question to ask -> the value that this mistake gives. Looked at before anything else, so
        a mistake may have a shape of its own.
    otherwise : str
        What to ask if the value is wrong in no way that is known.
    entry : str, optional
        What an entry of a one-dimensional result is called in the table: "pair", "position".
    tolerance : float, optional
        Relative, for each entry by itself.
    absolute : float, optional
        What rounding may leave of an entry that is a sum of larger ones and comes out near 0.

    Raises
    ------
    Finding
        With the first state that applies: type, known mistake, shape, precision, value.
    """
    whole = np.asarray(right).dtype.kind in "biu"
    right, mine = np.asarray(right) if whole else as_numbers(right), as_numbers(got)
    if mine.size == right.size == 1:
        mine = mine.reshape(right.shape)  # 3 and [3] say the same
    if agrees(mine, right, tolerance, absolute):
        return
    shown = {}
    if mine.shape == right.shape:
        shown["table"] = differences(mine, right, entry, tolerance, absolute)
        shown["picture"] = pictures.compared(right, mine, entry)
    found = [
        question
        for question, wrong in (mistakes or {}).items()
        if agrees(mine, as_numbers(wrong), tolerance, absolute)
    ]
    if len(found) == 1:  # where two mistakes give the same, naming one would be a guess
        raise Finding(WRONG_VALUE, found[0], **shown)
    if mine.shape != right.shape:
        raise Finding(
            WRONG_FORM,
            f"Your result has shape {list(mine.shape)}; expected is {list(right.shape)}. "
            "Which axis is missing, left over, or in another place?",
        )
    if not np.isfinite(mine).all():
        raise Finding(
            WRONG_VALUE,
            "There is a NaN or an infinity in your result. Is something divided by 0, or a "
            "logarithm taken of 0?",
            **shown,
        )
    if not whole and (question := rounding([(got, (mine,), (right,))])):
        raise Finding(WRONG_PRECISION, question, **shown)
    raise Finding(WRONG_VALUE, otherwise, **shown)


def expect_dtype(got, dtype: torch.dtype, question: str) -> None:
    """End the check unless ``got`` is a tensor of this dtype."""
    found = getattr(got, "dtype", type(got).__name__)
    if found != dtype:
        raise Finding(WRONG_PRECISION, f"Your result is {found}, expected is {dtype}. {question}")


def parts(got, names: tuple[str, ...]) -> tuple:
    """Take a result of several things apart, or end the check if it does not have as many.

    An array or a tensor with as many rows is as good as a tuple: it can be unpacked like one.
    """
    if isinstance(got, np.ndarray | torch.Tensor) and got.ndim and len(got) == len(names):
        got = tuple(got)
    if not isinstance(got, tuple | list) or len(got) != len(names):
        raise Finding(
            WRONG_FORM,
            f"Return {len(names)} things, ({', '.join(names)}); this is {described(got)}.",
        )
    empty = [name for name, part in zip(names, got) if part is None or part is ...]
    if len(empty) == len(names) or any(part is ... for part in got):
        raise Finding(NOT_WRITTEN, "Part of what it returns is still empty.")
    if empty:
        raise Finding(WRONG_FORM, f"`{empty[0]}` is None in what you return. It is asked for, too.")
    return tuple(got)


def number(got) -> None:
    """End the check unless the cells of the page can use this as one number."""
    if isinstance(got, tuple | list) or (isinstance(got, np.ndarray) and got.ndim):
        raise Finding(
            WRONG_FORM,
            f"The number is right, in {described(got)}. Return the number itself, without the "
            "brackets.",
        )


def table(got) -> None:
    """End the check unless the cells of the page can make one tensor of this."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.as_tensor(got)
    except (TypeError, ValueError, RuntimeError):
        raise Finding(
            WRONG_FORM,
            f"The numbers are right, in {described(got)} of which the page cannot make a tensor. "
            "Return one tensor or one array. `torch.stack` makes one of several.",
        ) from None


def frequencies(got):
    """Take ``inv_freq``, ``(inv_freq, attention_scaling)`` or RotaryFrequencies; return both."""
    if isinstance(got, tuple | list) and len(got) == 2 and np.ndim(got[1]) == 0:
        return parts(got, ("inv_freq", "attention_scaling"))
    return got, 1.0


def as_numbers(value) -> np.ndarray:
    """Copy numbers of any kind to a float64 array (complex128 if they have an imaginary part)."""
    try:
        if isinstance(value, tuple | list):
            value = np.stack([as_numbers(item) for item in value]) if value else np.empty(0)
        elif isinstance(value, bytes | bytearray):
            value = np.frombuffer(bytes(value), dtype=np.uint8)
        elif isinstance(value, torch.Tensor):
            value = value.detach().cpu()
            value = value.to(torch.complex128 if value.is_complex() else torch.float64).numpy()
        array = np.asarray(value)
        if array.dtype.kind not in "biufc":
            raise TypeError
    except (TypeError, ValueError, RuntimeError):
        raise Finding(
            WRONG_FORM, f"It returns {described(value)}; expected are numbers, such as a tensor."
        ) from None
    if array.dtype.kind == "c":
        rounding = 1e-6 * max(1.0, np.abs(array).max(initial=0))
        return array if np.abs(array.imag).max(initial=0) > rounding else array.real.astype(float)
    return array.astype(np.float64)


def handed(value):
    """Turn an array into the tensor that an answer is called with; in lists as well."""
    if isinstance(value, np.ndarray):
        return torch.from_numpy(value.copy())
    if isinstance(value, list | tuple):
        return type(value)(map(handed, value))
    return value


def agrees(mine: np.ndarray, other: np.ndarray, tolerance: float, absolute: float = 0.0) -> bool:
    """Compare entry by entry; exactly where ``other`` holds whole numbers."""
    if mine.shape != other.shape:
        return False
    if other.dtype.kind in "biu":
        return np.array_equal(mine, other)
    return np.allclose(mine, other, rtol=tolerance, atol=absolute, equal_nan=True)


def differences(
    mine, right, entry: str, tolerance: float = TOLERANCE, absolute: float = 0.0, most: int = 3
):
    """List (where, expected, yours) for the first entries that differ."""
    rows = []
    for index in map(tuple, np.argwhere(off(mine, right, tolerance, absolute))[:most]):
        named = entry and len(index) == 1
        where = f"{entry} {index[0]}" if named else str([int(i) for i in index]) if index else ""
        rows.append((where, f"{right[index]:.6g}", f"{mine[index]:.6g}"))
    return rows


def off(mine, right, tolerance: float, absolute: float = 0.0) -> np.ndarray:
    """Mark the entries that differ; whole numbers have to be the same."""
    if right.dtype.kind in "biu":
        return mine != right
    return ~np.isclose(mine, right, rtol=tolerance, atol=absolute)


def rounding(found) -> str:
    """Return what to ask of results that look rounded; "" if they only are nearly right.

    Parameters
    ----------
    found : list of (object, tuple of arrays, tuple of arrays)
        What came back, the same as numbers, and what is right, in each case that is wrong.
    """
    gots = [
        part for got, _, _ in found for part in (got if isinstance(got, tuple | list) else [got])
    ]
    pairs = [pair for _, mine, right in found for pair in zip(mine, right)]
    dtypes = {str(getattr(got, "dtype", "")).removeprefix("torch.") for got in gots}
    for name in {"bfloat16", "float16"} & dtypes:
        if len(dtypes) == 1 and all(
            np.allclose(a, b, rtol=2**-6, atol=2**-7 * np.abs(b).max()) for a, b in pairs
        ):
            return (
                f"Nearly right, but your numbers are {name}. In which step did they get so short, "
                "and where would float32 have done?"
            )
    for dtype, step in ((torch.bfloat16, 2**-6), (torch.float16, 2**-9)):
        if all(
            _held_in(dtype, a) and np.allclose(a, b, rtol=step, atol=step * np.abs(b).max())
            for a, b in pairs
        ):
            name = str(dtype).removeprefix("torch.")
            return f"Your numbers are those that a {name} can hold. Where were they cast?"
    for digits in range(7):
        for cut in (np.round, _floored, _cut, _raised):
            if all(np.allclose(a, cut(b, digits), rtol=SAME, atol=0) for a, b in pairs):
                if digits == 0:
                    return "Your numbers are whole. Are they rounded, or divided with `//`?"
                return f"Your result has {digits} digits after the point. Where is it rounded?"
    for digits in range(1, 7):
        if all(np.allclose(a, _significant(b, digits), rtol=SAME, atol=0) for a, b in pairs):
            return f"Your result is rounded to {digits} digits. The task asks for all of them."
    return ""


def _held_in(dtype: torch.dtype, numbers: np.ndarray) -> bool:
    """Say whether all are numbers of this dtype, and not only because they are round ones."""
    tensor = torch.as_tensor(numbers)
    if tensor.is_complex() or bool((tensor * 16 == (tensor * 16).round()).all()):
        return False
    return torch.equal(tensor, tensor.to(dtype).to(tensor.dtype))


def _floored(numbers, digits: int):
    return np.floor(numbers * 10.0**digits) / 10.0**digits


def _raised(numbers, digits: int):
    return np.ceil(numbers * 10.0**digits) / 10.0**digits


def _cut(numbers, digits: int):
    return np.trunc(numbers * 10.0**digits) / 10.0**digits


def _significant(numbers, digits: int):
    return np.vectorize(lambda x: float(f"{x:.{digits - 1}e}"), otypes=[float])(numbers)


def described(value) -> str:
    """Name a thing by type and shape: ``a float``, ``a Tensor of shape [3]``."""
    shape = getattr(value, "shape", None)
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    kind = type(value).__name__
    article = "an" if kind[0] in "aeiouAEIO" else "a"
    return f"{article} {kind}" + ("" if shape is None else f" of shape {list(shape)}")


def unchanged(before, after) -> bool:
    """Compare an input with itself after the call, down to its dtype."""
    if isinstance(before, torch.Tensor):
        same = before.shape == after.shape and before.dtype == after.dtype
        return same and torch.equal(before.nan_to_num(), after.nan_to_num())
    if isinstance(before, np.ndarray):
        return before.shape == after.shape and np.array_equal(before, after)
    if isinstance(before, tuple | list):
        return len(before) == len(after) and all(map(unchanged, before, after))
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(unchanged(before[k], after[k]) for k in before)
    return type(before).__module__ != "builtins" or before == after
