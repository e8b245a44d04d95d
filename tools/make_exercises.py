"""Make exercises/ from solutions/: the same notebooks, with the answers cut out.

    python -m tools.make_exercises             make them all anew
    python -m tools.make_exercises --check     write nothing; say what differs; exit 1 if any does

A notebook in solutions/ is the only place where an exercise is written. What stands there between
``### BEGIN SOLUTION`` and ``### END SOLUTION`` is cut from the exercise, and what the learner would
write is kept for ``hint`` in lesson_utils/checks/answers/.
"""

import argparse
import copy
import json
import re
from pathlib import Path

import nbformat

from lesson_utils.files import write_whole
from tools.run_notebooks import as_text, normal_form

ROOT = Path(__file__).resolve().parent.parent
SOLUTION = re.compile(
    r"^(?P<indent>[ ]*)### BEGIN SOLUTION\n(?P<answer>.*?)^[ ]*### END SOLUTION$",
    re.MULTILINE | re.DOTALL,
)
STUB = "...  # your code here"


class MarkersError(ValueError):
    """A solution that begins and does not end, or stands where nbgrader would not cut it."""


def main(arguments: list[str] | None = None) -> int:
    """Make the exercises, or with ``--check`` compare them; return 1 if one differs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, say what differs")
    options = parser.parse_args(arguments)
    wanted = made_from(ROOT)
    differing = [path for path, text in wanted.items() if saved(path) != text]
    left_over = sorted({*generated(ROOT)} - {*wanted})
    for path in [*differing, *left_over]:
        print(f"{path.relative_to(ROOT)} {'differs' if path in wanted else 'has no solution'}")
        if not options.check and path in wanted:
            path.parent.mkdir(exist_ok=True)
            write_whole(path, wanted[path])
        elif not options.check:
            path.unlink()
    if options.check and (differing or left_over):
        print("To make them anew: make exercises")
        return 1
    print(f"{len(wanted)} files made from {len([*(ROOT / 'solutions').glob('*.ipynb')])} solutions")
    return 0


def made_from(root: Path) -> dict[Path, str]:
    """Return the text of every file that is made from the solutions."""
    solutions = sorted((root / "solutions").glob("*.ipynb"))
    return {file: text for path in solutions for file, text in made_of(path, root).items()}


def made_of(path: Path, root: Path) -> dict[Path, str]:
    """Return the texts of the two files that are made from one notebook of solutions."""
    solution = nbformat.read(path, as_version=4)
    kept = json.dumps(answers(solution), indent=2, ensure_ascii=False) + "\n"
    return {
        root / "exercises" / path.name: as_text(as_exercise(solution, path.name)),
        root / f"lesson_utils/checks/answers/lesson_{path.name[:2]}.json": kept,
    }


def generated(root: Path) -> list[Path]:
    return [
        *(root / "exercises").glob("*.ipynb"),
        *(root / "lesson_utils/checks/answers").glob("*"),
    ]


def saved(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def as_exercise(solution: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    """Copy a solution without its answers and outputs, with a first line that says so."""
    notebook = normal_form(copy.deepcopy(solution))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = cut(cell.source)
            cell.outputs, cell.execution_count = [], None
    first = notebook.cells[0]
    first.source = (
        f"<!-- Made from solutions/{name} by `make exercises`. Edit that file, not this one. -->\n"
        + first.source.replace("/solutions/", "/exercises/").replace("solutions%2F", "exercises%2F")
    )
    return notebook


def answers(solution: nbformat.NotebookNode) -> dict[str, str]:
    """Return the answer to every exercise, "01.2" -> its cell without the markers."""
    found = {}
    for cell in solution.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if match := re.fullmatch(r"answer-(\d\d)-(\d+)", grade_id):
            found[".".join(match.groups())] = SOLUTION.sub(
                lambda m: m["answer"].rstrip("\n"), cell.source
            )
    return found


def cut(source: str) -> str:
    """Put a stub in the place of every solution."""
    stripped = SOLUTION.sub(lambda match: match["indent"] + STUB, source)
    if re.search("### (BEGIN|END) SOLUTION", stripped):
        raise MarkersError(f"a marker stands alone in this cell:\n{source}")
    return stripped


if __name__ == "__main__":
    raise SystemExit(main())
