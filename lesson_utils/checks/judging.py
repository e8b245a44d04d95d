"""Judge an answer by several inputs at once, and say of a wrong one only what is true of all.

One input decides little: a slip may give the right number there, and two slips the same wrong one.
So an answer is called with every case before anything is said. A named mistake is said only where
it explains what came back in all of them, and no other named one does. After those come
observations (:mod:`lesson_utils.checks.observing`), each of which has been tried out before it is
said: "the result stays the same when `length` changes".
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from lesson_utils.checks import findings, observing, pictures
from lesson_utils.checks.findings import (
    NOT_WRITTEN,
    RAISES,
    TOLERANCE,
    WRONG_FORM,
    WRONG_VALUE,
    Answer,
    Finding,
    handed,
    table,
)


@dataclass(frozen=True)
class Task:
    """What is right, and how a result is read and compared."""

    right: Callable
    names: tuple[str, ...] = ()
    tolerance: float | Callable = TOLERANCE
    absolute: float | Callable = 0.0

    def value(self, function: Callable, inputs: Mapping) -> tuple[np.ndarray, ...]:
        """Compute a value in float64, as a tuple with one array for each thing returned."""
        found = function(**{name: in_float64(value) for name, value in inputs.items()})
        parts = found if self.names and isinstance(found, tuple) else (found,)
        return tuple(
            part if isinstance(part, np.ndarray) and part.dtype.kind in "biu" else _plain(part)
            for part in parts
        )

    def read(self, got) -> tuple[np.ndarray, ...]:
        """Read what an answer returned, in the form of :meth:`value`."""
        parts = findings.parts(got, self.names) if self.names else (got,)
        return tuple(findings.as_numbers(part) for part in parts)

    def same(self, mine, other, inputs: Mapping) -> bool:
        """Compare two values entry by entry."""
        if mine is None or other is None or len(mine) != len(other):
            return False
        relative, absolute = self.loose(inputs)
        return all(findings.agrees(a, b, relative, absolute) for a, b in zip(mine, other))

    def loose(self, inputs: Mapping) -> tuple[float, float]:
        """Return how far a value may be off: relatively, and by what rounding may leave."""
        sizes = self.tolerance, self.absolute
        return tuple(size(**inputs) if callable(size) else size for size in sizes)


@dataclass(frozen=True, eq=False)
class Tried:
    """One case: its inputs, what is right, and what came back (or why nothing did)."""

    inputs: Mapping
    right: tuple[np.ndarray, ...]
    got: object = None
    mine: tuple[np.ndarray, ...] | None = None
    failed: Finding | None = None


def judge(
    answer: Answer,
    right: Callable,
    *,
    cases: Sequence[Mapping],
    mistakes: Mapping[str, Callable | tuple[Callable, ...]] | None = None,
    edges: Mapping[str, Mapping] | None = None,
    otherwise: str,
    by_hand: Sequence[tuple[Mapping, str]] = (),
    names: tuple[str, ...] = (),
    form: Callable = table,
    entry: str = "",
    tolerance: float | Callable = TOLERANCE,
    absolute: float | Callable = 0.0,
) -> list:
    """Call an answer with every case; end the check unless all of it is right.

    Parameters
    ----------
    answer : Answer
        The learner's function.
    right : callable
        Takes the inputs (arrays in float64) and returns what is right, by arithmetic of its own.
        Whole numbers (``int``) are demanded exactly.
    cases : sequence of mappings
        Inputs by name, in the order of the stub. Arrays are handed over as tensors of their dtype.
        Each input should vary from case to case. The first one is shown while nothing is written.
    mistakes : mapping, optional
        What to ask -> the function that this mistake would be, or a tuple of them where it can be
        made in several ways. ``{name}`` in the question becomes that input of the first wrong case.
    edges : mapping, optional
        What to ask if this case is the first that fails, and all common ones are right -> its
        inputs.
    otherwise : str
        What to ask if nothing is known of the mistake. Takes ``{name}``, too.
    by_hand : sequence of (mapping, str), optional
        Small inputs, from easy to hard, that a learner can work out. If nothing is known of the
        mistake, they are tried, and of the first that fails its question is asked.
    names : tuple of str, optional
        What the things are called, where several are returned.
    form : callable
        ``table`` or ``number`` of :mod:`findings`: what the next cell of the page can use.
    entry : str, optional
        What an entry of a one-dimensional result is called in the table: "pair", "position".
    tolerance, absolute : float, or callable of the inputs
        Entry by entry: relative; and, for sums that cancel, what rounding may leave of them.

    Returns
    -------
    list
        What the answer returned for each case, for what a check may ask beside the values.

    Raises
    ------
    Finding
        With what is to be said of this answer.
    """
    task = Task(right, names, tolerance, absolute)
    edges = edges or {}
    inputs = [*cases, *edges.values()]
    answer.example = example(answer.name, inputs[0], task.value(right, inputs[0]), names)
    tried = _tried(answer, task, inputs)
    wrong = [t for t in tried if t.failed or not task.same(t.mine, t.right, t.inputs)]
    if not wrong:
        _of_the_right_form(tried, form, names)
        return [t.got for t in tried]
    known, seen = _recognised(answer, task, tried, wrong, len(cases), mistakes or {})
    ran = [t for t in wrong if not t.failed]
    t = (ran or wrong)[0]
    shown = _shown(task, t, answer.name, entry)
    if len(known) == 1:
        raise Finding(WRONG_VALUE, _filled(known[0], t), **shown)
    if not ran or (wrong[0].failed and not known and not seen):
        raise _failure(answer, tried, wrong, edges)
    edge = _of_the_edge(edges, t) if t is wrong[0] else ""
    if seen and not known and not (edge and observing.tells_little(seen)):
        raise Finding(*seen, **shown)
    said = observing.right_parts(task, [t for t in tried if not t.failed])
    if not edge:
        _work_out(answer, task, by_hand, entry)
        said += _where(tried, wrong) + observing.right_places(task, t)
    raise Finding(WRONG_VALUE, said + _filled(edge or otherwise, t), **shown)


def if_it_runs(answer, right: Callable, inputs: Mapping, question: str, absolute: float) -> None:
    """Ask about one more case, of another dtype than the page's: an answer may refuse it."""
    task = Task(right, absolute=absolute)
    t = attempt(answer, task, inputs)
    if not t.failed and not task.same(t.mine, t.right, inputs):
        raise Finding(WRONG_VALUE, question, **_shown(task, t, answer.name, ""))


def _tried(answer, task: Task, inputs) -> list[Tried]:
    """Call an answer with each case; end the check if it is not written for any."""
    tried = [attempt(answer, task, inputs[0])]
    blank = tried[0].failed and tried[0].failed.state == NOT_WRITTEN
    with contextlib.redirect_stdout(None) if blank else contextlib.nullcontext():
        tried += [attempt(answer, task, case) for case in inputs[1:]]
    if all(t.failed and t.failed.state == NOT_WRITTEN for t in tried):
        raise tried[0].failed
    return tried


def _work_out(answer, task: Task, by_hand, entry: str) -> None:
    """Try small inputs one after the other; end the check with what is asked of the first wrong."""
    for inputs, question in by_hand:
        t = attempt(answer, task, inputs)
        if t.failed or not task.same(t.mine, t.right, inputs):
            said = "" if t.failed else observing.both(task, t)
            raise Finding(WRONG_VALUE, said + question, **_shown(task, t, answer.name, entry))


def _recognised(answer, task: Task, tried, wrong, common: int, mistakes):
    """Return the questions of the mistakes that explain this, and what is seen where none does.

    A mistake that explains the first wrong case alone comes last: what else is said is true of all.
    """
    known, seen = explaining(task, tried, mistakes, range(len(tried)), range(common)), None
    ran = [t for t in wrong if not t.failed]
    if ran and not known:
        seen = observing.observation(answer, task, tried, ran)
        if observing.tells_little(seen):
            known = alone(task, tried, mistakes, ran[0])
    return known, seen


def _of_the_edge(edges: Mapping, t: Tried) -> str:
    """Return what an edge asks if this case is it; "" for a common one."""
    return next((question for question, case in edges.items() if case is t.inputs), "")


def asked(pairs: Sequence[tuple[Mapping, str]]) -> dict:
    """Make cases, edges and the last question of :func:`judge` from (inputs, question) pairs.

    The cases that share the first one's question are common; each other one is an edge.
    """
    otherwise = pairs[0][1]
    return {
        "cases": [inputs for inputs, question in pairs if question == otherwise],
        "edges": {question: inputs for inputs, question in pairs if question != otherwise},
        "otherwise": otherwise,
    }


def attempt(answer: Answer, task: Task, inputs: Mapping) -> Tried:
    """Call an answer with one case. A changed input ends the check, and so does a stop."""
    right = task.value(task.right, inputs)
    try:
        got = answer(**{name: handed(value) for name, value in inputs.items()})
        return Tried(inputs, right, got, _as_right(task.read(got), right))
    except Finding as finding:
        if finding.stopped or finding.state not in (NOT_WRITTEN, RAISES, WRONG_FORM):
            raise
        return Tried(inputs, right, failed=finding)


def _failure(answer, tried, wrong, edges) -> Finding:
    """Return what ended the calls that ended early; where others did not, say for which inputs."""
    failed = wrong[0].failed
    if len(wrong) == len(tried):
        return failed
    if failed.state == NOT_WRITTEN:
        failed.state, failed.message = WRONG_FORM, "Your function returns nothing."
        failed.code = call(answer.name, wrong[0].inputs)
    where, question = _where(tried, wrong), _of_the_edge(edges, wrong[0])
    if not question and failed.state == RAISES and " of shape " in where:
        question = _of_the_error(failed.message)
    if not question and failed.message.startswith("OverflowError"):
        question = "A number grew too large there. Which step can be done with logarithms?"
    failed.message = f"{where}There: {failed.message}" if where else failed.message
    if question:
        failed.message = f"{failed.message.rstrip('.')}. {question}"
    return failed


def _of_the_error(message: str) -> str:
    """Return what to ask of an error that inputs of another shape raise."""
    if "upper bound" in message:
        return "A range of yours ends before it begins. From where to where should it go?"
    if "out of bounds for dimension" in message:
        return "Is that the axis that you mean? Or is a size written down in your code?"
    return "Is a size written down in your code, or taken from another axis?"


def explaining(task: Task, tried, mistakes, *scopes) -> list[str]:
    """Return the questions whose mistakes explain what came back. Two of them explain none.

    Of each scope, a range of cases, all has to be explained: of every case; or of the common ones,
    where another mistake is made at an edge. If no mistake explains the whole, one of the things
    returned may do.
    """

    @cache
    def value(way: Callable, case: int):  # most mistakes are ruled out by the first case
        t = tried[case]
        return _as_right(mistaken(task, way, t.inputs), t.right)

    named = [
        (question, partial(value, way))
        for question, mistake in mistakes.items()
        for way in ways(mistake)
    ]
    for part in (None, *filter(lambda i: _may_explain(task, tried, i), range(len(task.names)))):
        for scope in scopes:
            fits = [q for q, given in named if _explains(task, tried, given, scope, part)]
            if fits:
                return list(dict.fromkeys(fits))
    return []


def _may_explain(task: Task, tried, part: int) -> bool:
    """Say whether a part may be explained alone: not a count beside a wrong one, alike by chance.

    It may if it is no whole number, or if all the other things returned are right.
    """
    ran = [t for t in tried if not t.failed]
    count = any(t.right[part].dtype.kind in "biu" and t.right[part].size == 1 for t in ran)
    return not count or observing.wrong_parts(task, ran) == [part]


def alone(task: Task, tried, mistakes, t: Tried) -> list[str]:
    """Return the questions whose mistakes explain one case: not one whole number, nor a NaN."""
    if sum(map(np.size, t.right)) == 1 and t.right[0].dtype.kind != "f":
        return []
    if not all(np.isfinite(mine).all() for mine in t.mine):
        return []
    return explaining(task, tried, mistakes, (tried.index(t),))


def ways(mistake) -> tuple[Callable, ...]:
    """Return the functions that a mistake may be: one, or several ways to make it."""
    return mistake if isinstance(mistake, tuple) else (mistake,)


def _as_right(given, right):
    """Take a tensor of one number for the number, in all the things returned or in none."""
    if given is None or len(given) != len(right):
        return given
    alone = all(g.size == r.size == 1 for g, r in zip(given, right))
    return tuple(g.reshape(r.shape) for g, r in zip(given, right)) if alone else given


def _explains(task: Task, tried, given: Callable, scope, part: int | None) -> bool:
    """Say whether a mistake gives what came back within the scope, and is not refuted outside."""
    met = False
    for i, t in enumerate(tried):
        wrong = None if t.failed else given(i)
        if wrong is None:  # an error, on either side, speaks for nothing
            continue
        mine, right = t.mine, t.right
        if part is not None:
            if max(map(len, (mine, wrong))) > len(right):
                return False
            mine, wrong, right = (x[part : part + 1] for x in (mine, wrong, right))
        if i in scope and not task.same(mine, wrong, t.inputs):
            return False
        differs = not task.same(wrong, right, t.inputs)
        if i not in scope and differs and task.same(mine, right, t.inputs):
            return False
        met = met or (i in scope and differs)
    return met


def mistaken(task: Task, mistake: Callable, inputs: Mapping):
    """Compute a mistake's value; None where the mistake would have raised an error."""
    try:
        with np.errstate(all="ignore"):
            return task.value(mistake, inputs)
    except (ArithmeticError, ValueError, LookupError, TypeError, Finding):
        return None


def _of_the_right_form(tried, form: Callable, names) -> None:
    for t in tried:
        parts = findings.parts(t.got, names) if names else (t.got,)
        for part in parts:
            form(part)


def _shown(task: Task, t: Tried, name: str, entry: str) -> dict:
    """Return what stands below the question: the call, and where the numbers differ."""
    shown = {"code": call(name, t.inputs)}
    if t.failed:
        return shown
    for label, right, mine in zip(task.names or ("",), t.right, t.mine):
        if mine.shape == right.shape and not task.same((mine,), (right,), t.inputs):
            rows = findings.differences(mine, right, entry)
            shown["table"] = [(f"{label} {where}".strip(), *rest) for where, *rest in rows]
            shown["picture"] = pictures.compared(right.astype(float), mine, entry)
            break
    return shown


def _filled(question: str, t: Tried) -> str:
    return question.format(**t.inputs) if "{" in question else question


def _where(tried, wrong) -> str:
    """Say in what a case that is right differs from one that is not: the one that differs least."""
    passed = [t for t in tried if t not in wrong]
    if not passed:
        return ""
    bad = wrong[0].inputs
    good = min((t.inputs for t in passed), key=lambda inputs: len(_differing(inputs, bad)))
    this, that = ({name: case[name] for name in _differing(good, bad)} for case in (good, bad))
    said = f"Right with {told(this)}, and not with {told(that)}. "
    few = f"Right in {len(passed)} of {len(tried)} cases, and not in this one. "
    return said if len(said) < 200 else few


def _differing(good: Mapping, bad: Mapping) -> list[str]:
    """Return the inputs that differ: those of another size, if there are any."""
    sizes = [name for name in good if _size(good[name]) != _size(bad[name])]
    return sizes or [name for name in good if short(good[name]) != short(bad[name])]


def _size(value):
    if isinstance(value, list | tuple):
        return [_size(item) for item in value]
    return np.shape(value) if isinstance(value, np.ndarray) else value


def in_float64(value):
    """Turn floating-point arrays into float64, and leave all else as it is."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.astype(np.float64)
    if isinstance(value, list | tuple):
        return type(value)(map(in_float64, value))
    return value


def _plain(part) -> np.ndarray:
    whole = isinstance(part, int | np.integer)
    return np.asarray(part) if whole else findings.as_numbers(part)


def told(inputs: Mapping) -> str:
    """Say inputs in words: ``first = 0, x of shape [2, 3]``. Of equal shapes one is enough."""
    words, shapes = [], set()
    for name, value in inputs.items():
        if isinstance(value, np.ndarray) and value.size > 4:
            if value.shape not in shapes:
                words.append(f"{name} of shape {list(value.shape)}")
            shapes.add(value.shape)
        elif isinstance(value, list) and len(short(value)) > 40:
            words.append(f"{name} of {_sizes(value)}")
        else:
            words.append(f"{name} = {short(value)}")
    return ", ".join(words)


def _sizes(things: list) -> str:
    """Say how large the things of a list are: by the first array of each, or how many they are."""
    first = [thing[0] if isinstance(thing, tuple) else thing for thing in things]
    shapes = [str(list(x.shape)) for x in first if isinstance(x, np.ndarray)]
    return f"shapes {' and '.join(shapes)}" if shapes else str(len(things))


def call(name: str, inputs: Mapping) -> str:
    """Write the call of an answer as a line of code, long arrays by their shape."""
    return f"{name}({', '.join(f'{key}={short(value)}' for key, value in inputs.items())})"


def short(value) -> str:
    """Write a value as it may stand in a line; a long array by its shape."""
    if isinstance(value, np.ndarray):
        if value.size > 16:
            return f"<shape {list(value.shape)}>"
        return (
            str(np.vectorize(lambda x: float(f"{x:.4g}"))(value).tolist()) if value.size else "[]"
        )
    if isinstance(value, list | tuple):
        text = f"[{', '.join(map(short, value))}]"
        return text if isinstance(value, list) else f"({text[1:-1]})"
    text = repr(value)
    return text if len(text) < 160 else text[:160] + " …"


def example(name: str, inputs: Mapping, right: tuple, names) -> str:
    """Write one input with its result, for who has not begun."""
    results = ", ".join(short(np.asarray(part)) if part.ndim else f"{part:.6g}" for part in right)
    return f"{call(name, inputs)}\n→ {f'({results})' if names else results}"
