"""``python -m lesson_utils progress``: look at it, carry it elsewhere, or start over."""

import json
from pathlib import Path

from lesson_utils.files import read_at_most, write_whole

HELP = "what you have read, guessed and passed on this machine"


def add_arguments(parser) -> None:
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--json", action="store_true", help="print one JSON object")
    one.add_argument(
        "--export", type=Path, metavar="FILE", help="write it to a file, to take with you"
    )
    one.add_argument(
        "--import", type=Path, metavar="FILE", dest="source", help="add what such a file holds"
    )
    one.add_argument("--reset", action="store_true", help="start over; the old file is kept")


def run(options) -> None:
    """Do what the options say, and print what was done."""
    from lesson_utils.progress import panel, store

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


def summary(state) -> dict:
    """Collect all that the panel shows, for other programs."""
    from lesson_utils.catalogue import COURSE
    from lesson_utils.progress import score, store

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
        "guesses": dict(sorted(state.guesses.items())),
        "near": sorted(state.near),
        "achievements": [achievement.name for achievement in score.earned(state)],
    }


def export_to(path: Path) -> str:
    """Write progress to a file, unless the file holds some that is not here.

    Raises
    ------
    ValueError
        If it does, is no progress file, or cannot be written.
    """
    from lesson_utils.progress import store
    from lesson_utils.progress.state import to_text

    state = store.load()
    if path.exists() and not state.holds(read(path)):
        raise ValueError(f"{path} has progress that is not here; --import it first")
    try:
        write_whole(path, to_text(state))
    except OSError as error:
        raise ValueError(
            f"cannot write {path} ({error.strerror}); give --export a file in a folder of yours"
        ) from None
    return f"wrote {path}"


def import_from(path: Path) -> str:
    """Add what an exported file holds. Nothing that is here is lost.

    Raises
    ------
    ValueError
        If it cannot be read, or is no progress file.
    OSError
        If what it holds cannot be written.
    """
    from lesson_utils.progress import store

    imported = read(path)
    before, after = store.update_file(lambda state: state.merge(imported))
    lessons, exercises = len(after.read - before.read), len(after.passed - before.passed)
    guesses = len(after.guesses.keys() - before.guesses.keys())
    return (
        f"added {lessons} lessons read and {exercises} exercises passed, and {guesses} guesses, "
        f"from {path}"
    )


def read(path: Path):
    from lesson_utils.progress.state import MAXIMUM_BYTES, Damaged, FromNewerCourse, parse

    try:
        return parse(read_at_most(path, MAXIMUM_BYTES))
    except (Damaged, FromNewerCourse) as error:
        raise ValueError(f"{path} was not read: {error}") from None
    except OSError as error:
        raise ValueError(
            f"cannot read {path} ({error.strerror}); give a file that --export wrote"
        ) from None
