"""The contents of the course as ``course.toml`` has them: lessons, exercises, levels, plans.

Whatever names a lesson, or says how long something takes, reads it here. No torch is needed.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path

FILE = Path(__file__).with_name("course.toml")
PARTS = ("address", "lessons", "achievement", "levels", "plans", "short_path", "points", "xp")


@dataclass(frozen=True)
class Address:
    """Where the course is published: ``owner/name`` on GitHub, and the tag or branch to open."""

    repository: str
    ref: str

    @property
    def pages(self) -> str:
        """Where its pages are published."""
        owner, name = self.repository.split("/")
        return f"https://{owner}.github.io/{name}/"


@dataclass(frozen=True)
class Exercise:
    """An exercise, and what passing it is worth: points in a class, XP on the progress panel."""

    id: str
    title: str
    level: str
    minutes: int
    points: int
    xp: int


@dataclass(frozen=True)
class Achievement:
    """A name, what you can do once you have it, and its lesson (``"all"``: every exercise).

    A lesson's is earned by passing its warm-up and core exercises.
    """

    name: str
    ability: str
    lesson: str


@dataclass(frozen=True)
class Lesson:
    """A lesson: what the learner sees and proves in it, in how many minutes.

    ``minutes`` are those of its main path, ``further`` those of its optional sections. ``seconds``
    is how long a run of its page takes. ``guesses`` counts the guesses that it asks for:
    ``"03.1"``, ``"03.2"`` and so on. The last ``further_guesses`` of them stand in its optional
    sections.
    """

    number: str
    seconds: int
    title: str
    proves: str
    minutes: int
    tags: tuple[str, ...]
    further: int = 0
    guesses: int = 0
    further_guesses: int = 0
    exercises: tuple[Exercise, ...] = ()
    achievement: Achievement | None = None

    @property
    def file(self) -> str:
        """The name of its notebook, and of its exercises': 03_read_the_dials.ipynb."""
        return f"{self.number}_{re.sub('[ -]', '_', self.title.lower())}.ipynb"


@dataclass(frozen=True)
class Level:
    """A level of the progress panel, and the XP at which it begins."""

    xp: int
    name: str


@dataclass(frozen=True)
class Block:
    """A part of a plan: the lessons that it takes, and minutes in the room."""

    name: str
    room: int
    lessons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A way to give the course to a class. ``column`` is what a block is called: block, week."""

    title: str
    column: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class ShortPath:
    """The lessons of the short path, by number, and what they use of those left out."""

    lessons: tuple[str, ...]
    facts: str


@dataclass(frozen=True)
class Course:
    """All that ``course.toml`` says. ``xp`` has a level of exercises, or "lesson", for its key."""

    address: Address
    lessons: tuple[Lesson, ...]
    achievements: tuple[Achievement, ...]
    levels: tuple[Level, ...]
    plans: tuple[Plan, ...]
    short_path: ShortPath
    xp: Mapping[str, int]

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        return tuple(exercise for lesson in self.lessons for exercise in lesson.exercises)

    def lesson(self, number: str) -> Lesson:
        """Find a lesson by its number, such as ``"03"``.

        Raises
        ------
        ValueError
            If the course has no such lesson.
        """
        for lesson in self.lessons:
            if lesson.number == number:
                return lesson
        last = self.lessons[-1].number
        raise ValueError(f"there is no lesson {number!r}; use one from 00 to {last}")

    def exercise(self, id: str) -> Exercise:
        """Find an exercise by its id, such as ``"03.2"``.

        Raises
        ------
        ValueError
            If the course has no such exercise.
        """
        for exercise in self.exercises:
            if exercise.id == id:
                return exercise
        ids = ", ".join(exercise.id for exercise in self.exercises)
        raise ValueError(f"there is no exercise {id!r}; there are {ids}")


def read(path: Path = FILE) -> Course:
    """Read the contents of the course.

    Parameters
    ----------
    path : Path
        A file like ``course.toml``.

    Raises
    ------
    ValueError
        If the file is no TOML, an entry is missing or unknown, a number is out of its order, or an
        exercise's level is none of those that have points.
    OSError
        If it cannot be read.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path.name} is not TOML: {error}") from None
    for name in PARTS:
        if name not in tables:
            raise ValueError(f"{path.name} lacks {name}")
    worth = {level: (points, tables["xp"][level]) for level, points in tables["points"].items()}
    lessons = tuple(
        _lesson(f"{number:02}", table, worth) for number, table in enumerate(tables["lessons"])
    )
    own = tuple(lesson.achievement for lesson in lessons if lesson.achievement)
    last = _make(Achievement, "the achievement for all", tables["achievement"], lesson="all")
    return Course(
        _make(Address, "the address", tables["address"]),
        lessons,
        achievements=(*own, last),
        levels=tuple(_make(Level, "a level", table) for table in tables["levels"]),
        plans=tuple(_plan(table) for table in tables["plans"]),
        short_path=_short_path(tables["short_path"], lessons),
        xp=tables["xp"],
    )


def _lesson(number: str, table: dict, worth: Mapping[str, tuple[int, int]]) -> Lesson:
    where = f"lesson {number}"
    _expect(number, table.get("number"), "lesson")
    made = {"tags": tuple(table.get("tags", ()))}
    if "achievement" in table:
        made["achievement"] = _make(Achievement, where, table["achievement"], lesson=number)
    made["exercises"] = tuple(
        _exercise(f"{number}.{place}", entry, worth)
        for place, entry in enumerate(table.get("exercises", ()), 1)
    )
    return _make(Lesson, where, table | made)


def _exercise(id: str, table: dict, worth: Mapping[str, tuple[int, int]]) -> Exercise:
    _expect(id, table.get("id"), "exercise")
    level = table.get("level")
    if level not in worth:
        raise ValueError(f"exercise {id} has level {level!r}; use one of {', '.join(worth)}")
    points, xp = worth[level]
    return _make(Exercise, f"exercise {id}", table, points=points, xp=xp)


def _short_path(table: dict, lessons: tuple[Lesson, ...]) -> ShortPath:
    numbers = [lesson.number for lesson in lessons]
    for number in table.get("lessons", ()):
        if number not in numbers:
            raise ValueError(
                f"the short path has lesson {number!r}; use one from 00 to {numbers[-1]}"
            )
    made = {"lessons": tuple(table.get("lessons", ()))}
    return _make(ShortPath, "the short path", table | made)


def _plan(table: dict) -> Plan:
    where = f"plan {table.get('title')!r}"
    blocks = tuple(
        _make(Block, where, block | {"lessons": tuple(block.get("lessons", ()))})
        for block in table.get("blocks", ())
    )
    return _make(Plan, where, table | {"blocks": blocks})


def _expect(expected: str, found: object, what: str) -> None:
    if found != expected:
        raise ValueError(f"{what} {found!r} stands where {expected!r} should; leave no gap")


def _make(kind: type, where: str, table: dict, **more):
    """Make a ``kind`` of what a table says, or name the entries that it lacks or has too many."""
    given = table | more
    entries = {field.name: field.default is MISSING for field in fields(kind)}
    missing = [name for name, needed in entries.items() if needed and name not in given]
    unknown = [name for name in given if name not in entries]
    if missing or unknown:
        said = [f"lacks {', '.join(missing)}"] if missing else []
        said += [f"has {', '.join(unknown)}, which nobody reads"] if unknown else []
        raise ValueError(f"in course.toml {where} {' and '.join(said)}")
    return kind(**given)


COURSE = read()
