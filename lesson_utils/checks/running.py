"""Run a check and show its card; give hints one step at a time."""

import functools
import os
from dataclasses import dataclass

from lesson_utils import progress
from lesson_utils.checks.cards import Card
from lesson_utils.checks.findings import NOT_WRITTEN, PASSED, WRONG_FORM, Answer, Finding
from lesson_utils.checks.registry import CheckedExercise, all_exercises, by_id, by_name

TRIES_BEFORE_ANSWER = 3
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
