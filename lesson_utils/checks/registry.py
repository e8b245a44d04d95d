"""Where exercises are declared and found: one module for each lesson, one function for each."""

import difflib
import functools
import importlib
import json
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lesson_utils.catalogue import COURSE, Exercise

ANSWERS = Path(__file__).parent / "answers"


@dataclass(frozen=True)
class CheckedExercise(Exercise):
    """An exercise of the catalogue, with its check and its hints."""

    name: str
    nudge: str
    outline: str
    takeaway: str
    check: Callable

    @property
    def answer(self) -> str:
        """The code that ``solutions/`` has for it, as ``make exercises`` copied it from there."""
        path = ANSWERS / f"lesson_{self.id[:2]}.json"
        return json.loads(path.read_text(encoding="utf-8"))[self.id]


_declared: dict[str, CheckedExercise] = {}


def exercise(id: str, *, nudge: str, outline: str, takeaway: str):
    """Declare the function below as the check of an exercise; its name becomes ``check.<name>``.

    Parameters
    ----------
    id : str
        Lesson and number, "03.2", as in ``course.toml``, which has its title, level and minutes.
    nudge, outline : str
        The first two hints: where to look; then the steps in words.
    takeaway : str
        One sentence for the card of a right answer: what to remember of it.

    Raises
    ------
    ValueError
        If ``course.toml`` has no such exercise, or another one's check has this name.
    """
    listed = COURSE.exercise(id)

    def declare(function):
        name = function.__name__
        if name in _declared and _declared[name].id != id:
            raise ValueError(f"two exercises are called {name}: {_declared[name].id} and {id}")
        _declared[name] = CheckedExercise(
            **vars(listed),
            name=name,
            nudge=nudge,
            outline=outline,
            takeaway=takeaway,
            check=function,
        )
        return function

    return declare


@functools.cache
def all_exercises() -> tuple[CheckedExercise, ...]:
    """Return every exercise that has a check, by number."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name.startswith("lesson_"):
            importlib.import_module(f"{__package__}.{module.name}")
    return tuple(sorted(_declared.values(), key=lambda exercise: exercise.id))


def by_name(name: str) -> CheckedExercise:
    """Find an exercise by the name of its check, or say which name is near."""
    names = {found.name: found for found in all_exercises()}
    if name not in names:
        near = difflib.get_close_matches(name, names, 1)
        raise AttributeError(
            f"there is no check.{name}" + (f"; did you mean check.{near[0]}?" if near else "")
        )
    return names[name]


def by_id(id: str) -> CheckedExercise:
    """Find an exercise by its id, or say which ids there are."""
    ids = {found.id: found for found in all_exercises()}
    if id not in ids:
        raise ValueError(f"there is no exercise {id!r}; there are {', '.join(ids)}")
    return ids[id]
