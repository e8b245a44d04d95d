"""What is remembered of a learner, and how two memories become one.

Lessons read, exercises passed and near guesses are sets, tries are counts, guesses are texts. Two
states merge by union, by maximum, and by the text that comes first in the alphabet, so that merging
in any order, or twice, gives the same.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

ENTRIES = {
    1: {"version", "read", "passed", "tries"},
    2: {"version", "read", "passed", "tries", "guesses", "near"},
}
"""What a file of each version holds. Files of every version here are read."""
VERSION = max(ENTRIES)
MAXIMUM_BYTES = 1_000_000
"""All exercises there can be take a tenth of this; a larger file is not ours."""
MAXIMUM_TRIES = 1_000_000
MAXIMUM_GUESS = 300
LESSON = re.compile(r"[0-9]{2}")
EXERCISE = re.compile(r"[0-9]{2}\.[0-9]{1,2}")
"""How an exercise is named, and a guess: lesson and number."""


class Damaged(ValueError):
    """Not a whole progress file, or not one at all."""


class FromNewerCourse(ValueError):
    """A progress file that a later version of the course wrote: whole, but not for us to read."""


@dataclass(frozen=True)
class State:
    """What one learner did, by lesson (``"03"``), by exercise and by guess (``"03.2"``)."""

    read: frozenset[str] = frozenset()
    passed: frozenset[str] = frozenset()
    tries: Mapping[str, int] = field(default_factory=dict)
    guesses: Mapping[str, str] = field(default_factory=dict)
    near: frozenset[str] = frozenset()

    def with_read(self, lesson: str) -> "State":
        return self.merge(State(read=frozenset([lesson])))

    def with_pass(self, exercise: str) -> "State":
        return self.merge(State(passed=frozenset([exercise])))

    def with_try(self, exercise: str) -> "State":
        count = min(self.tries.get(exercise, 0) + 1, MAXIMUM_TRIES)
        return self.merge(State(tries={exercise: count}))

    def with_guess(self, guess: str, said: str) -> "State":
        return replace(self, guesses={**self.guesses, guess: said}, near=self.near - {guess})

    def with_near(self, guess: str) -> "State":
        return self.merge(State(near=frozenset([guess])))

    def merge(self, other: "State") -> "State":
        """Keep all that either knows."""
        exercises = self.tries.keys() | other.tries.keys()
        most = {e: max(self.tries.get(e, 0), other.tries.get(e, 0)) for e in exercises}
        said = {**self.guesses, **other.guesses}
        said |= {g: min(self.guesses[g], said[g]) for g in self.guesses}
        near = self.near | other.near
        return State(self.read | other.read, self.passed | other.passed, most, said, near)

    def holds(self, other: "State") -> bool:
        """Say whether merging ``other`` would add nothing."""
        return self.merge(other) == self


def to_text(state: State) -> str:
    """Write a state as JSON that a person can read; never one that :func:`parse` would refuse.

    Raises
    ------
    ValueError
        If a name in it is no lesson, exercise or guess, or a guess is too long.
    """
    record = {
        "version": VERSION,
        "read": sorted(state.read),
        "passed": sorted(state.passed),
        "tries": dict(sorted(state.tries.items())),
        "guesses": dict(sorted(state.guesses.items())),
        "near": sorted(state.near),
    }
    text = json.dumps(record, indent=1) + "\n"
    parse(text.encode())
    return text


def parse(data: bytes) -> State:
    """Read what :func:`to_text` wrote, and trust nothing else.

    Raises
    ------
    Damaged
        If it is anything but a progress file, with what is wrong with it.
    FromNewerCourse
        If a later version of the course wrote it.
    """
    if len(data) > MAXIMUM_BYTES:
        raise Damaged(f"it has {len(data):,} bytes, and a progress file at most {MAXIMUM_BYTES:,}")
    try:
        record = json.loads(data)
    except (ValueError, RecursionError):
        raise Damaged("it is not JSON") from None
    version = record.get("version") if isinstance(record, dict) else None
    if type(version) is int and version > VERSION:
        raise FromNewerCourse(f"its version is {version}, and this course reads {VERSION}")
    if type(version) is not int or version not in ENTRIES:
        raise Damaged("it is not a progress file of this course")
    if record.keys() != ENTRIES[version]:
        raise Damaged(f"it has other entries than {', '.join(sorted(ENTRIES[version]))}")
    return State(
        _names("read", record["read"], LESSON),
        _names("passed", record["passed"], EXERCISE),
        _table("tries", record["tries"], _is_count, "a count"),
        _table("guesses", record.get("guesses", {}), _is_guess, "a short text"),
        _names("near", record.get("near", []), EXERCISE),
    )


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAXIMUM_TRIES


def _is_guess(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MAXIMUM_GUESS


def _table(entry: str, table: object, fits: Callable[[object], bool], what: str) -> dict:
    if not isinstance(table, dict):
        raise Damaged(f"its entry {entry!r} is not a table")
    for name, value in table.items():
        if not fits(value):
            raise Damaged(f"its entry {entry!r} has for {name[:20]!r} something that is not {what}")
    return {name: table[name] for name in _names(entry, list(table), EXERCISE)}


def _names(entry: str, names: object, form: re.Pattern) -> frozenset[str]:
    if not isinstance(names, list):
        raise Damaged(f"its entry {entry!r} is not a list")
    for name in names:
        if not isinstance(name, str) or not form.fullmatch(name):
            shown = repr(name[:20]) if isinstance(name, str) else "something"
            raise Damaged(f"its entry {entry!r} has {shown}, no name of ours")
    return frozenset(names)
