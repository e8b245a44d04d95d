"""What you have read, guessed and passed: kept on this machine, for your eyes alone.

Nothing is sent anywhere. ``STRETCHING_ROPE_PROGRESS=off`` turns it off, and
``STRETCHING_ROPE_PROGRESS_FILE`` names another file. No function here stops a lesson: trouble with
the file costs one line.
"""

from pathlib import Path

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


def mark_read(lesson: str, *, anyway: bool = False) -> None:
    """Remember that a lesson was read, once its guesses were made; say where its exercises are.

    To run every cell is not to read, so a lesson with open guesses is not marked. Those of its
    optional sections are not asked for.

    Parameters
    ----------
    lesson : str
        Its number, such as ``"03"``.
    anyway : bool
        True: it was read without guessing. The learner says so.

    Raises
    ------
    ValueError
        If the course has no such lesson.
    """
    found = COURSE.lesson(lesson)
    exercises = f" Its exercises: exercises/{found.file}" if found.exercises else ""
    before = store.load()
    made = score.main_guesses_in(lesson) <= before.guesses.keys()
    if anyway or made or lesson in before.read:
        print(f"Lesson {lesson} is read.{exercises}")
        line = _record(lambda state: state.with_read(lesson))
    else:
        print(f"Lesson {lesson} ends here.{exercises}")
        line = (
            ""
            if store.is_off()
            else (
                "It counts as read once its guesses are made. Restart the kernel and make them, "
                f'or say so: progress.mark_read("{lesson}", anyway=True)'
            )
        )
    if line:
        print(line)


def record_try(exercise: str) -> str | None:
    """Count a try of an exercise, such as ``"03.2"``; return what it was worth, or None.

    A try in a notebook of ``solutions/`` is not the learner's own, and is not counted.
    """
    if _is_exercise(exercise) and not _in_solutions():
        return _record(lambda state: state.with_try(exercise))
    return None


def record_pass(exercise: str) -> str | None:
    """Remember that an exercise was passed; return a line such as ``"+20 XP"``, or None.

    In a notebook of ``solutions/`` nothing is remembered, and the line says so.
    """
    if _in_solutions():
        return None if store.is_off() else "a solution of the course: no XP"
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


def _in_solutions() -> bool:
    """Say whether this is a notebook of ``solutions/``: Jupyter runs each in its own folder."""
    try:
        return Path.cwd().name == "solutions"
    except OSError:  # the folder is gone
        return False


def _is_exercise(name: str) -> bool:
    known = isinstance(name, str) and EXERCISE.fullmatch(name) is not None
    if not known:
        store.tell(f"Progress has no exercise {name!r}; use a name like '03.2'.")
    return known
