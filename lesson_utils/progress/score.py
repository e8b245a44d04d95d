"""What progress is worth: points, levels, and achievements that say what you can do now.

Only lessons, exercises, tries and guesses are stored. All that is here is computed from them and
from the contents of the course, so that a changed rule or a new exercise leaves no stale points.
"""

from lesson_utils.catalogue import COURSE, Achievement
from lesson_utils.progress.state import State


def exercise_kinds() -> dict[str, str]:
    """List every exercise of the course with how hard it is, ``"03.2": "core"``."""
    return {exercise.id: exercise.level for exercise in COURSE.exercises}


def lessons_read(state: State) -> int:
    """Count the lessons of the course that were read."""
    return sum(lesson.number in state.read for lesson in COURSE.lessons)


def guesses_in(lesson: str) -> set[str]:
    """Name the guesses that a lesson asks for (``"all"``: every lesson)."""
    return {
        f"{found.number}.{number}"
        for found in COURSE.lessons
        if lesson in ("all", found.number)
        for number in range(1, found.guesses + 1)
    }


def main_guesses_in(lesson: str) -> set[str]:
    """Name the guesses of a lesson's main path: all but the last ones, which are optional."""
    found = COURSE.lesson(lesson)
    return {f"{lesson}.{number}" for number in range(1, found.guesses - found.further_guesses + 1)}


def xp_of(state: State) -> int:
    """Add up a state's XP. What the course does not know, such as a removed exercise, adds none."""
    kinds = exercise_kinds()
    passed = sum(COURSE.xp[kinds[exercise]] for exercise in state.passed if exercise in kinds)
    return COURSE.xp["lesson"] * lessons_read(state) + passed


def level_at(xp: int) -> int:
    """Return the level, counted from 1, of so many points."""
    return sum(level.xp <= xp for level in COURSE.levels)


def earned(state: State) -> list[Achievement]:
    """List a state's achievements."""
    return [a for a in COURSE.achievements if (needed := needed_for(a)) and needed <= state.passed]


def needed_for(achievement: Achievement) -> set[str]:
    """Return the exercises that an achievement asks for; none while its lesson has none."""
    return {
        exercise
        for exercise, kind in exercise_kinds().items()
        if achievement.lesson == "all"
        or (exercise[:2] == achievement.lesson and kind in ("warm-up", "core"))
    }


def gain(before: State, after: State) -> str | None:
    """Say in one line what a change was worth; None if nothing."""
    old, new = xp_of(before), xp_of(after)
    parts = [f"+{new - old} XP"] if new > old else []
    if level_at(new) > level_at(old):
        parts.append(f"level {level_at(new)}, {COURSE.levels[level_at(new) - 1].name}")
    parts += [f"achievement: {a.name}" for a in earned(after) if a not in earned(before)]
    return " · ".join(parts) or None
