"""Run a check and show its card; give hints one step at a time."""

import contextlib
import functools
import os
import sys
import threading
from dataclasses import dataclass

from lesson_utils import progress
from lesson_utils.checks.cards import Card
from lesson_utils.checks.findings import NOT_WRITTEN, PASSED, WRONG_FORM, Answer, Finding
from lesson_utils.checks.registry import CheckedExercise, all_exercises, by_id, by_name

TRIES_BEFORE_ANSWER = 3
PATIENCE = 20
"""Seconds after which a check says how to stop an answer that may never end."""
PRINTED = 1000
"""Characters of what an answer prints that are shown."""
_hints_given: dict[str, int] = {}


@dataclass(frozen=True)
class Result:
    """What a check found. It is true when the answer passed, and shows nothing of its own."""

    state: str
    message: str

    def __bool__(self):
        return self.state == PASSED

    def _ipython_display_(self):
        """Stay silent as the last line of a cell: the card has been shown."""


class Checks:
    """``check.<name>(my_function)`` for every exercise of the course."""

    def __getattr__(self, name: str):
        if name.startswith("_"):
            raise AttributeError(name)
        return functools.partial(run, by_name(name))

    def __dir__(self):
        return [found.name for found in all_exercises()]

    def __repr__(self):
        return "check.<name>(my_function), with one of these names: " + ", ".join(dir(self))


check = Checks()


def run(exercise: CheckedExercise, given=None) -> Result:
    """Check an answer, show the card, and return the result.

    While nbgrader grades or validates, an answer that does not pass is raised as an error, because
    that is how nbgrader knows.
    """
    with told_how_to_stop():
        finding = find(exercise, given)
    if finding.state == PASSED:
        footer = progress.record_pass(exercise.id) or ""
    elif finding.state == NOT_WRITTEN:
        footer = f'Stuck? `hint("{exercise.id}")`'
    else:
        footer = _join(f'Stuck? `hint("{exercise.id}")`', progress.record_try(exercise.id))
    card = Card(
        finding.state,
        _heading(exercise),
        finding.message,
        code=finding.code,
        table=finding.table,
        picture=finding.picture,
        footer=footer,
    )
    _show(card)
    if finding.state != PASSED and os.environ.get("NBGRADER_EXECUTION"):
        raise AssertionError(repr(card))
    return Result(finding.state, finding.message)


def find(exercise: CheckedExercise, given) -> Finding:
    """Check an answer and say what was found, without showing or counting it."""
    try:
        with shortened_prints():
            exercise.check(Answer(given, exercise.name))
    except Finding as finding:
        return finding
    except Exception as error:  # a result so odd that the check itself stumbles
        return Finding(
            WRONG_FORM,
            f"The check cannot read what your function returned ({type(error).__name__}: {error}). "
            "Is it of the type and shape that the task asks for?",
        )
    return Finding(PASSED, exercise.takeaway)


@contextlib.contextmanager
def told_how_to_stop():
    """After 20 s, print how to stop an answer. It is left to run: it may only be slow."""
    page = sys.stdout
    line = (
        f"Still running after {PATIENCE} s. If a loop never ends, stop it: the ■ button above, or "
        "Kernel → Interrupt. A card then says which line it was in."
    )
    timer = threading.Timer(PATIENCE, print, [line], {"file": page, "flush": True})
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class Shortened:
    """A stream that passes on the first characters, and then counts."""

    def __init__(self, stream):
        self._stream, self._left, self.cut = stream, PRINTED, 0

    def write(self, text: str) -> int:
        shown = text[: self._left]
        self._left -= len(shown)
        self.cut += len(text) - len(shown)
        if shown:
            self._stream.write(shown)
        return len(text)

    def __getattr__(self, name: str):
        return getattr(self._stream, name)


@contextlib.contextmanager
def shortened_prints():
    """Show the beginning of what an answer prints, and how much more there was."""
    out, err = Shortened(sys.stdout), Shortened(sys.stderr)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            yield
        finally:
            if cut := out.cut + err.cut:
                out._stream.write(f" … and {cut:,} characters more\n")


def hint(id: str, *, answer: bool = False) -> None:
    """Show the next hint for an exercise: a nudge, an outline, then the answer.

    Parameters
    ----------
    id : str
        Such as "03.2", as in the exercise's heading.
    answer : bool
        Show the answer now. Otherwise it is given after three tries that did not pass.

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    exercise = by_id(id)
    step = 2 if answer else _hints_given.get(id, 0)
    tries = progress.tries(id)
    again = f'Next: `hint("{id}")`'
    if step == 0:
        card = Card("hint", _heading(exercise), exercise.nudge, footer=f"{again} for the outline.")
    elif step == 1:
        card = Card("hint", _heading(exercise), exercise.outline, footer=f"{again} for the answer.")
    elif answer or tries >= TRIES_BEFORE_ANSWER:
        card = Card("hint", _heading(exercise), "One answer of many:", code=exercise.answer)
    else:
        card = Card(
            "hint",
            _heading(exercise),
            f"The answer opens after {TRIES_BEFORE_ANSWER} tries that do not pass; so far there "
            f'are {tries}. To see it now: `hint("{id}", answer=True)`. The outline again:\n'
            f"{exercise.outline}",
        )
    if not answer:
        _hints_given[id] = min(step + 1, 2)
    _show(card)


def _heading(exercise: CheckedExercise) -> str:
    return f"{exercise.id} · {exercise.title}"


def _show(card: Card) -> None:
    from IPython.display import display

    display(card)


def _join(*lines: str | None) -> str:
    return "\n".join(line for line in lines if line)
