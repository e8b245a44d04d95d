"""What you have read, guessed and passed: kept on this machine, for your eyes alone.

Nothing is sent anywhere. ``STRETCHING_ROPE_PROGRESS=off`` turns it off, and
``STRETCHING_ROPE_PROGRESS_FILE`` names another file. No function here stops a lesson: trouble with
the file costs one line.
"""

from lesson_utils.catalogue import COURSE
from lesson_utils.progress import score, store
from lesson_utils.progress.state import EXERCISE, State
from lesson_utils.progress.view import ProgressPanel

__all__ = [
    "guess_of",
    "mark_read",
    "panel",
    "record_guess",
    "record_near",
    "record_pass",
    "record_try",
    "tries",
]


def mark_read(lesson: str) -> None:
    """Remember that a lesson was read to its end, and say where its exercises are.

    Parameters
    ----------
    lesson : str
        Its number, such as ``"03"``.

    Raises
    ------
    ValueError
        If the course has no such lesson.
    """
    found = COURSE.lesson(lesson)
    exercises = f" Its exercises: exercises/{found.file}" if found.exercises else ""
    print(f"Lesson {lesson} is read.{exercises}")
    line = _record(lambda state: state.with_read(lesson))
    if line:
        print(line)


def record_try(exercise: str) -> str | None:
    """Count a try of an exercise, such as ``"03.2"``; return what it was worth, or None."""
    if _is_exercise(exercise):
        return _record(lambda state: state.with_try(exercise))
    return None


def record_pass(exercise: str) -> str | None:
    """Remember that an exercise was passed; return a line such as ``"+20 XP"``, or None."""
    if _is_exercise(exercise):
        return _record(lambda state: state.with_pass(exercise))
    return None


def record_guess(guess: str, said: str) -> None:
    """Keep what the learner guessed, as a short text, under a name such as ``"03.2"``."""
    _record(lambda state: state.with_guess(guess, said))


def record_near(guess: str) -> None:
    """Remember that a guess came near."""
    _record(lambda state: state.with_near(guess))


def guess_of(guess: str) -> str | None:
    """Return what was guessed; with progress off, in this kernel. None if nothing was."""
    return store.load().guesses.get(guess)


def tries(exercise: str) -> int:
    """Count the tries of an exercise so far; with progress off, those of this kernel."""
    return store.load().tries.get(exercise, 0)


def panel() -> ProgressPanel:
    """Show levels, lessons, guesses, exercises and achievements; in a notebook, as a table."""
    return ProgressPanel(State() if store.is_off() else store.load(), off=store.is_off())


def _record(change) -> str | None:
    before, after = store.update(change)
    return None if store.is_off() else score.gain(before, after)


def _is_exercise(name: str) -> bool:
    known = isinstance(name, str) and EXERCISE.fullmatch(name) is not None
    if not known:
        store.tell(f"Progress has no exercise {name!r}; use a name like '03.2'.")
    return known
