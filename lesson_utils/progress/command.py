"""``python -m lesson_utils progress``: look at it, carry it elsewhere, or start over."""

import json
from pathlib import Path

from lesson_utils.catalogue import COURSE
from lesson_utils.progress import panel, score, store
from lesson_utils.progress.state import Damaged, FromNewerCourse, State, parse, to_text


def add_command(commands) -> None:
    """Add the command to those of ``python -m lesson_utils``."""
    parser = commands.add_parser("progress", help="what you have read and passed on this machine")
    parser.set_defaults(run=run_progress)
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--json", action="store_true", help="print one JSON object")
    one.add_argument(
        "--export", type=Path, metavar="FILE", help="write it to a file, to take with you"
    )
    one.add_argument(
        "--import", type=Path, metavar="FILE", dest="source", help="add what such a file holds"
    )
    one.add_argument("--reset", action="store_true", help="start over; the old file is kept")


def run_progress(options) -> None:
    """Do what the options say, and print what was done."""
    if store.is_off() and (options.export or options.source or options.reset):
        raise ValueError("progress is off; unset STRETCHING_ROPE_PROGRESS to use its file")
    if options.export:
        print(export_to(options.export))
    elif options.source:
        print(import_from(options.source))
    elif options.reset:
        kept = store.reset()
        print(f"started over; the old progress is {kept}" if kept else "there was no progress")
    elif options.json:
        print(json.dumps(summary(panel().state)))
    else:
        print(panel())


def summary(state: State) -> dict:
    """Collect all that the panel shows, for other programs."""
    xp = score.xp_of(state)
    level = score.level_at(xp)
    return {
        "on": not store.is_off(),
        "file": str(store.place()),
        "xp": xp,
        "level": level,
        "level_name": COURSE.levels[level - 1].name,
        "read": sorted(state.read),
        "passed": sorted(state.passed),
        "tries": dict(sorted(state.tries.items())),
        "achievements": [achievement.name for achievement in score.earned(state)],
    }


def export_to(path: Path) -> str:
    """Write progress to a file, unless the file holds some that is not here.

    Raises
    ------
    ValueError
        If it does, or is no progress file.
    OSError
        If it cannot be written.
    """
    state = store.load()
    if path.exists() and not state.holds(read(path)):
        raise ValueError(f"{path} has progress that is not here; --import it first")
    store.write_in_one_step(path, to_text(state))
    return f"wrote {path}"


def import_from(path: Path) -> str:
    """Add what an exported file holds. Nothing that is here is lost.

    Raises
    ------
    ValueError
        If it is no progress file.
    OSError
        If it cannot be read, or what it holds cannot be written.
    """
    imported = read(path)
    before, after = store.update_file(lambda state: state.merge(imported))
    lessons, exercises = len(after.read - before.read), len(after.passed - before.passed)
    return f"added {lessons} lessons read and {exercises} exercises passed from {path}"


def read(path: Path) -> State:
    try:
        return parse(store.read_limited(path))
    except (Damaged, FromNewerCourse) as error:
        raise ValueError(f"{path} was not read: {error}") from None
