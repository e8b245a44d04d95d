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
ROUNDED = 2**-7
"""What a bfloat16 keeps: 8 significant bits, after a few operations a little less."""

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


class Answer:
    """A learner's function as a check sees it: called with copies, and never trusted.

    Call it with keywords, in the order of the stub. An answer whose parameters have other names is
    called by position.
    """

    def __init__(self, given, check_name: str):
        if given is None or given is ...:
            raise Finding(NOT_WRITTEN, "Nothing here yet. Fill in the cell above, then run both.")
        if not callable(given):
            raise Finding(
                WRONG_FORM,
                f"This is {described(given)}, not a function. Did you call it? "
                f"Hand it over by its name alone: `check.{check_name}(my_function)`.",
            )
        self.function = given

    def __call__(self, **inputs):
        handed = copy.deepcopy(inputs)
        call = self._bound(handed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbgrader would take a warning for a failed test
            try:
                result = call()
            except NotImplementedError:
                result = None
            except Exception as error:
                raise self._raised(error) from None
        if result is None or result is ...:
            raise Finding(
                NOT_WRITTEN,
                "It returns nothing so far. If you have written it: is a `return` missing?",
            )
        for name, original in inputs.items():
            if not unchanged(original, handed[name]):
                raise Finding(
                    CHANGES_INPUT,
                    f"Your function changed `{name}`, which its caller may still need. Which line "
                    "writes into it (`x += …`, `x[…] = …`, `x.mul_(…)`), and what makes a new one?",
                )
        return result

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

    def _raised(self, error: Exception) -> Finding:
        text = f"{type(error).__name__}: {error}".strip().rstrip(":")
        text = text if len(text) < 300 else text[:300] + " …"
        return Finding(RAISES, text, code=learners_line(error))


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
        Relative, plus a tenth of it of the largest value.

    Raises
    ------
    Finding
        With the first state that applies: type, known mistake, shape, precision, value.
    """
    whole = np.asarray(right).dtype.kind in "biu"
    right, mine = as_numbers(right), as_numbers(got)
    if mine.size == right.size == 1:
        mine = mine.reshape(right.shape)  # 3 and [3] say the same
    if agrees(mine, right, tolerance):
        return
    shown = {}
    if mine.shape == right.shape:
        shown["table"] = differences(mine, right, entry, tolerance)
        shown["picture"] = pictures.compared(right, mine, entry)
    for question, wrong in (mistakes or {}).items():
        if agrees(mine, as_numbers(wrong), tolerance):
            raise Finding(WRONG_VALUE, question, **shown)
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
    if not whole and agrees(mine, right, ROUNDED):
        raise Finding(WRONG_PRECISION, _precision_question(got), **shown)
    if not whole and any(np.array_equal(mine, cut(right)) for cut in (np.trunc, np.round)):
        raise Finding(
            WRONG_PRECISION,
            "Your numbers are whole. Are they stored as integers, or divided with `//`?",
            **shown,
        )
    raise Finding(WRONG_VALUE, otherwise, **shown)


def expect_dtype(got, dtype: torch.dtype, question: str) -> None:
    """End the check unless ``got`` is a tensor of this dtype."""
    found = getattr(got, "dtype", type(got).__name__)
    if found != dtype:
        raise Finding(WRONG_PRECISION, f"Your result is {found}, expected is {dtype}. {question}")


def parts(got, names: tuple[str, ...]) -> tuple:
    """Take a result of several things apart, or end the check if it does not have as many."""
    if not isinstance(got, tuple | list) or len(got) != len(names):
        raise Finding(
            WRONG_FORM,
            f"Return {len(names)} things, ({', '.join(names)}); this is {described(got)}.",
        )
    if any(part is None or part is ... for part in got):
        raise Finding(NOT_WRITTEN, "Part of what it returns is still empty.")
    return tuple(got)


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


def agrees(mine: np.ndarray, other: np.ndarray, tolerance: float) -> bool:
    if mine.shape != other.shape:
        return False
    scale = np.abs(other[np.isfinite(other)]).max(initial=0)
    return np.allclose(mine, other, rtol=tolerance, atol=tolerance / 10 * scale, equal_nan=True)


def differences(mine, right, entry: str, tolerance: float, most: int = 3):
    """List (where, expected, yours) for the first entries that differ."""
    scale = np.abs(right[np.isfinite(right)]).max(initial=0)
    off = ~np.isclose(mine, right, rtol=tolerance, atol=tolerance / 10 * scale)
    rows = []
    for index in map(tuple, np.argwhere(off)[:most]):
        named = entry and len(index) == 1
        where = f"{entry} {index[0]}" if named else str([int(i) for i in index]) if index else ""
        rows.append((where, f"{right[index]:.6g}", f"{mine[index]:.6g}"))
    return rows


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


def _precision_question(got) -> str:
    dtype = str(getattr(got, "dtype", type(got).__name__)).removeprefix("torch.")
    if dtype in ("bfloat16", "float16"):
        return (
            f"Nearly right, but your numbers are {dtype}. In which step did they get so short, and "
            "where would float32 have done?"
        )
    return (
        f"Nearly right: the first two digits or so. Your result is {dtype}; was a number on the "
        "way to it rounded, or cast to half precision?"
    )
