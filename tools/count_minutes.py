"""Count how many minutes each lesson takes, and write it where it is said.

    python -m tools.count_minutes                        all lessons
    python -m tools.count_minutes notebooks/02*.ipynb    these
    python -m tools.count_minutes --write                and write course.toml and the lessons' line

A lesson's main path is all of its page but the sections headed "## Further: …", which are optional
and counted apart. Its minutes are

    words / 200  +  lines of code / 15  +  guesses * 0.75  +  seconds of running it all / 60

Words are those of the prose, without badges, folded answers and the table of receipts. Lines of
code are those of all cells but the first and the last, without blank ones, comments and imports.
The seconds stand in course.toml. A run is of the whole page, so all of them count on the main path.
"""

import argparse
import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat

from lesson_utils import catalogue
from lesson_utils.files import write_whole
from tools.list_guesses import calls
from tools.run_notebooks import as_text

FOLDER = Path(__file__).parents[1] / "notebooks"
WORDS_A_MINUTE, LINES_A_MINUTE, MINUTES_A_GUESS = 200, 15, 0.75
FURTHER = "## Further: "
RECEIPTS = "## Receipts"
SAID = re.compile(r"^\*\*\d+ minutes\*\*.*$", re.MULTILINE)
"""The line of a lesson that says how long it takes."""
UNREAD = re.compile(r"<details>.*?</details>|<!--.*?-->|^\[!\[.*?$", re.DOTALL | re.MULTILINE)
"""Folded answers, comments and badges."""


@dataclass
class Amount:
    """How much there is to read, to guess and to wait for."""

    words: int = 0
    lines: int = 0
    guesses: int = 0
    seconds: int = 0

    @property
    def minutes(self) -> int:
        read = self.words / WORDS_A_MINUTE + self.lines / LINES_A_MINUTE
        return round(read + self.guesses * MINUTES_A_GUESS + self.seconds / 60)


def count(path: Path) -> tuple[Amount, Amount]:
    """Count a lesson's main path, without the seconds of its run, and its further sections."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    unread = (code[0], code[-1])  # the imports, and the mark that the lesson has been read
    main, further = Amount(), Amount()
    for heading, cell, text in pieces(cells):
        amount = further if heading.startswith(FURTHER) else main
        if cell["cell_type"] == "markdown":
            amount.words += len(words(text, heading))
        elif not any(cell is other for other in unread):
            amount.lines += len(code_lines(text))
            amount.guesses += len(calls(cell, "predict"))
    return main, further


def pieces(cells: list[dict]) -> Iterator[tuple[str, dict, str]]:
    """Cut a page where a section begins: (the section's heading, the cell, the text)."""
    heading = ""
    for cell in cells:
        source = "".join(cell["source"])
        prose = cell["cell_type"] == "markdown"
        for text in re.split(r"^(?=## )", source, flags=re.MULTILINE) if prose else [source]:
            if prose and text.startswith("## "):
                heading = text.split("\n")[0]
            yield heading, cell, text


def words(text: str, heading: str) -> list[str]:
    """List the words of a piece of prose that a learner reads."""
    text = SAID.sub("", UNREAD.sub("", text))
    if heading == RECEIPTS:
        text = re.sub(r"^\|.*$", "", text, flags=re.MULTILINE)
    return re.findall(r"\S*\w\S*", text)


def code_lines(source: str) -> list[str]:
    """List the lines of a cell without blank ones, comments and imports."""
    plain = re.sub(r"^([ \t]*)[%!].*$", r"\1pass", source, flags=re.MULTILINE)  # what is no Python
    imports = {
        number
        for statement in ast.walk(ast.parse(plain))
        if isinstance(statement, ast.Import | ast.ImportFrom)
        for number in range(statement.lineno, statement.end_lineno + 1)
    }
    lines = enumerate(map(str.strip, source.split("\n")), 1)
    return [line for number, line in lines if line and line[0] != "#" and number not in imports]


def written_in_course(toml: str, number: str, minutes: int, further: int) -> str:
    """Put the minutes of a lesson into the text of course.toml."""
    block = re.compile(rf'(?<=^number = "{number}"\n).*?(?=^\[\[|\Z)', re.DOTALL | re.MULTILINE)
    said = f"minutes = {minutes}\n" + (f"further = {further}\n" if further else "")
    was = re.compile(r"^minutes = \d+\n(further = \d+\n)?", re.MULTILINE)
    return block.sub(lambda found: was.sub(said, found[0], count=1), toml)


def written_in_lesson(path: Path, minutes: int, further: int) -> str:
    """Return the text of a lesson's file, with the line that says how long it takes."""
    said = f"**{minutes} minutes**"
    said += f", and {further} more for the sections marked *Further*." if further else "."
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source = SAID.sub(said, notebook.cells[0].source)
    return as_text(notebook)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("notebooks", nargs="*", type=Path)
    parser.add_argument("--write", action="store_true", help="write course.toml and the lessons")
    options = parser.parse_args()
    course = catalogue.read()
    print(f"{'lesson':<36} words  code  guesses  run s  minutes  further")
    together = [0, 0]
    for path in options.notebooks or sorted(FOLDER.glob("*.ipynb")):
        number = path.name[:2]
        own, further = count(path)
        own.seconds = course.lesson(number).seconds
        told = (own.minutes, further.minutes)
        together = [a + b for a, b in zip(together, told)]
        print(
            f"{path.stem:<36}{own.words:>6}{own.lines:>6}{own.guesses:>9}{own.seconds:>7}"
            f"{told[0]:>9}{told[1]:>9}"
        )
        if options.write:
            toml = catalogue.FILE.read_text(encoding="utf-8")
            write_whole(catalogue.FILE, written_in_course(toml, number, *told))
            write_whole(path, written_in_lesson(path, *told))
    print(f"{'together':<64}{together[0]:>9}{together[1]:>9}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
