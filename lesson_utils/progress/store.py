"""Where progress is kept: one small file on this machine, in the user's own data folder.

Each change is made under a lock, written beside its place, and put there in one step; a second copy
follows. So two notebooks lose nothing of each other's, and a crash leaves a whole file. When the
file cannot be written, what happened stays in memory, and goes into the file when it can.
"""

import contextlib
import itertools
import os
import sys
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from lesson_utils.files import read_at_most, write_whole
from lesson_utils.machine import data_folder
from lesson_utils.progress.state import MAXIMUM_BYTES, Damaged, State, parse, to_text

LOCK_SECONDS = 10.0
"""A change takes milliseconds; who waits longer than this is waiting for a notebook that hangs."""

_unsaved = State()
_told: set[str] = set()


def is_off() -> bool:
    """Say whether the learner, or a test, has turned progress off, or a teacher is grading."""
    turned_off = os.environ.get("STRETCHING_ROPE_PROGRESS", "").strip().lower() == "off"
    # What nbgrader runs is not the teacher's own work; and a word on stderr would cost the points.
    return turned_off or "NBGRADER_EXECUTION" in os.environ


def place() -> Path:
    """Return where the file is, or will be: ``STRETCHING_ROPE_PROGRESS_FILE`` if that is set."""
    chosen = os.environ.get("STRETCHING_ROPE_PROGRESS_FILE")
    return Path(chosen).expanduser() if chosen else data_folder() / "progress.json"


def backup_of(path: Path) -> Path:
    return path.with_name(path.name + ".backup")


def load() -> State:
    """Read what is known: the file, and what could not be written to it."""
    if is_off():
        return _unsaved
    try:
        with _locked():
            return _read().merge(_unsaved)
    except (OSError, ValueError, NotImplementedError) as error:
        _tell_not_saved(error)
    # The file may be readable all the same, as on a disk that is mounted read-only.
    with contextlib.suppress(OSError, ValueError):
        return parse(read_at_most(place(), MAXIMUM_BYTES)).merge(_unsaved)
    return _unsaved


def update(change: Callable[[State], State]) -> tuple[State, State]:
    """Apply a change to what is known, and return it before and after.

    A file that cannot be written costs one line on stderr, and nothing else.
    """
    global _unsaved
    if not is_off():
        try:
            return update_file(change)
        except (OSError, ValueError, NotImplementedError) as error:
            _tell_not_saved(error)
    before = load()
    _unsaved = change(before)
    return before, _unsaved


def update_file(change: Callable[[State], State]) -> tuple[State, State]:
    """Do what :func:`update` does, in the file or not at all.

    Raises
    ------
    OSError
        If the file cannot be locked, read or written.
    FromNewerCourse
        If a later version of the course wrote it.
    """
    global _unsaved
    with _locked():
        kept = _read()
        before = kept.merge(_unsaved)
        after = change(before)
        if after != kept:
            _write(after)
        _unsaved = State()
        return before, after


def reset() -> Path | None:
    """Start over; return where the old file was put, or None if there was none.

    Raises
    ------
    OSError
        If the file cannot be moved.
    """
    global _unsaved
    with _locked():
        _unsaved = State()
        kept = _set_aside(place(), "before-reset") if place().exists() else None
        backup_of(place()).unlink(missing_ok=True)
    return kept


def tell(line: str) -> None:
    """Say a thing on stderr, once in the life of a kernel."""
    if line not in _told:
        _told.add(line)
        print(line, file=sys.stderr)


def _locked():
    place().parent.mkdir(parents=True, exist_ok=True)
    return FileLock(f"{place()}.lock", timeout=LOCK_SECONDS)


def _read() -> State:
    """Read the file; if it is damaged, put it aside and take the backup. Needs the lock."""
    path, backup = place(), backup_of(place())
    if not path.exists() and not backup.exists():
        return State()
    trouble = "is missing"
    if path.exists():
        try:
            return parse(read_at_most(path, MAXIMUM_BYTES))
        except Damaged as damage:
            trouble = f"was damaged ({damage}) and is kept as {_set_aside(path, 'damaged').name}"
    try:
        state = parse(read_at_most(backup, MAXIMUM_BYTES)) if backup.exists() else None
    except Damaged:
        _set_aside(backup, "damaged")
        state = None
    how = "restored from its backup" if state else "started anew, since it has no good backup"
    tell(f"{path} {trouble}; your progress is {how}.")
    _write(state or State())
    return state or State()


def _write(state: State) -> None:
    text = to_text(state)
    write_whole(place(), text)
    write_whole(backup_of(place()), text)


def _set_aside(path: Path, why: str) -> Path:
    """Rename a file to the first free name of its kind, so that none is ever overwritten."""
    numbered = (place().with_name(f"progress.{why}-{n}.json") for n in itertools.count(1))
    kept = next(name for name in numbered if not name.exists())
    os.replace(path, kept)
    return kept


def _tell_not_saved(error: BaseException) -> None:
    reason = getattr(error, "strerror", None) or " ".join(str(error).split())
    tell(
        f"Progress is not saved: {reason} ({place()}). The course goes on, and what you do "
        "counts until this kernel stops."
    )
