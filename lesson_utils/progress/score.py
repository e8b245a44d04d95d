"""What progress is worth: points, levels, and achievements that say what you can do now.

Only lessons, exercises and tries are stored. All that is here is computed from them, so that a
changed rule or a new exercise leaves no stale points behind.
"""

import re
from dataclasses import dataclass

from lesson_utils.progress.state import State

LESSONS = (
    "Start here",
    "Turn position into angle",
    "Build RoPE",
    "Read the dials",
    "Break the model",
    "Interpolate positions",
    "Scale the base",
    "Build YaRN",
    "Fine-tune a little",
    "Read a published model",
    "Choose a recipe",
)
"""The titles of lessons 00, 01, 02, …"""
READING = 5
POINTS = {"warm-up": 10, "core": 20, "stretch": 40}
"""XP for reading a lesson to its end, and for passing an exercise of each kind."""
LEVELS = (
    (0, "One hot"),
    (30, "Learned table"),
    (80, "Sinusoid"),
    (150, "Relative bias"),
    (240, "Rotator"),
    (350, "Interpolator"),
    (480, "Base scaler"),
    (620, "Yarn spinner"),
)
"""The XP at which each level begins. Their order is that in which the field found them."""


@dataclass(frozen=True)
class Achievement:
    """A name, what you can do once you have it, and its lesson (``"all"``: every exercise).

    A lesson's is earned by passing its warm-up and core exercises.
    """

    name: str
    ability: str
    lesson: str


ACHIEVEMENTS = (
    Achievement("Clock reader", "move a turned key, and read an offset off many hands", "01"),
    Achievement("Both layouts", "convert a checkpoint, and read on from a key cache", "02"),
    Achievement("Dial reader", "find the pair of a wavelength, and the base for a window", "03"),
    Achievement("Fair scorer", "measure how well a model reads at any length", "04"),
    Achievement("Inside the slice", "stretch a window by scaling positions down", "05"),
    Achievement("Two conditions", "derive the base that a factor needs", "06"),
    Achievement("By parts", "build YaRN from its ramp and its temperature", "07"),
    Achievement("Few steps", "judge what a little training adds, and what it costs", "08"),
    Achievement("Config reader", "say what a published model does to its positions", "09"),
    Achievement("Full stretch", "stretch a model by every method here, from an empty cell", "all"),
)


def exercise_kinds() -> dict[str, str]:
    """Look up every exercise's kind, ``"03.2": "core"``, where the exercises themselves keep it."""
    from lesson_utils.checks.registry import all_exercises

    return {exercise.id: exercise.level for exercise in all_exercises()}


def lesson_file(lesson: str) -> str:
    """Name a lesson's notebook, which is also its exercises': ``"03"`` → 03_read_the_dials.ipynb.

    Raises
    ------
    ValueError
        If the course has no such lesson.
    """
    if not re.fullmatch(r"[0-9]{2}", lesson) or int(lesson) >= len(LESSONS):
        raise ValueError(f"there is no lesson {lesson!r}; use one from 00 to {len(LESSONS) - 1:02}")
    return f"{lesson}_{re.sub('[ -]', '_', LESSONS[int(lesson)].lower())}.ipynb"


def points(state: State) -> int:
    """Add up a state's XP. What the course does not know, such as a removed exercise, adds none."""
    kinds = exercise_kinds()
    lessons = sum(int(lesson) < len(LESSONS) for lesson in state.read)
    return READING * lessons + sum(POINTS[kinds[e]] for e in state.passed if e in kinds)


def level_at(xp: int) -> int:
    """Return the level, counted from 1, of so many points."""
    return sum(start <= xp for start, _ in LEVELS)


def earned(state: State) -> list[Achievement]:
    """List a state's achievements."""
    return [a for a in ACHIEVEMENTS if (needed := needed_for(a)) and needed <= state.passed]


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
    old, new = points(before), points(after)
    parts = [f"+{new - old} XP"] if new > old else []
    if level_at(new) > level_at(old):
        parts.append(f"level {level_at(new)}, {LEVELS[level_at(new) - 1][1]}")
    parts += [f"achievement: {a.name}" for a in earned(after) if a not in earned(before)]
    return " · ".join(parts) or None
