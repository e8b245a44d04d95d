"""What is remembered of a learner, and how two memories become one.

Lessons read and exercises passed are sets, tries are counts. Two states merge by union and by
maximum, so that merging in any order, or twice, gives the same.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

VERSION = 1
MAXIMUM_BYTES = 1_000_000
"""All exercises there can be take a tenth of this; a larger file is not ours."""
MAXIMUM_TRIES = 1_000_000
LESSON = re.compile(r"[0-9]{2}")
EXERCISE = re.compile(r"[0-9]{2}\.[0-9]{1,2}")


class Damaged(ValueError):
    """Not a whole progress file, or not one at all."""


class FromNewerCourse(ValueError):
    """A progress file that a later version of the course wrote: whole, but not for us to read."""


@dataclass(frozen=True)
class State:
    """Lessons read (``"03"``), exercises passed (``"03.2"``), and tries of each exercise."""

    read: frozenset[str] = frozenset()
    passed: frozenset[str] = frozenset()
    tries: Mapping[str, int] = field(default_factory=dict)

    def with_read(self, lesson: str) -> "State":
        return self.merge(State(read=frozenset([lesson])))

    def with_pass(self, exercise: str) -> "State":
        return self.merge(State(passed=frozenset([exercise])))

    def with_try(self, exercise: str) -> "State":
        count = min(self.tries.get(exercise, 0) + 1, MAXIMUM_TRIES)
        return self.merge(State(tries={exercise: count}))

    def merge(self, other: "State") -> "State":
        """Keep all that either knows."""
        exercises = self.tries.keys() | other.tries.keys()
        most = {e: max(self.tries.get(e, 0), other.tries.get(e, 0)) for e in exercises}
        return State(self.read | other.read, self.passed | other.passed, most)

    def holds(self, other: "State") -> bool:
        """Say whether merging ``other`` would add nothing."""
        return self.merge(other) == self


def to_text(state: State) -> str:
    """Write a state as JSON that a person can read; never one that :func:`parse` would refuse.

    Raises
    ------
    ValueError
        If a name in it is no lesson or exercise.
    """
    record = {
        "version": VERSION,
        "read": sorted(state.read),
        "passed": sorted(state.passed),
        "tries": dict(sorted(state.tries.items())),
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
    if type(version) is not int or version != VERSION:
        raise Damaged("it is not a progress file of this course")
    if record.keys() != {"version", "read", "passed", "tries"}:
        raise Damaged("it has other entries than version, read, passed and tries")
    tries = record["tries"]
    if not isinstance(tries, dict):
        raise Damaged("its tries are not a table")
    for exercise, count in tries.items():
        if type(count) is not int or not 0 <= count <= MAXIMUM_TRIES:
            raise Damaged(f"its tries of {exercise[:20]!r} are not a count")
    return State(
        _names("read", record["read"], LESSON),
        _names("passed", record["passed"], EXERCISE),
        {name: tries[name] for name in _names("tries", list(tries), EXERCISE)},
    )


def _names(entry: str, names: object, form: re.Pattern) -> frozenset[str]:
    if not isinstance(names, list):
        raise Damaged(f"its entry {entry!r} is not a list")
    for name in names:
        if not isinstance(name, str) or not form.fullmatch(name):
            shown = repr(name[:20]) if isinstance(name, str) else "something"
            raise Damaged(f"its entry {entry!r} has {shown}, no name of ours")
    return frozenset(names)
