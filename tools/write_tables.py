"""Write the tables of lessons, plans and methods: python -m tools.write_tables.

They stand in README.md, in the first lesson and in the guide for teachers, each between two
comments that carry its name and where it comes from: course.toml or lesson_utils/methods.py. Edit
that, not what is between them. So does the last line of a lesson that another one follows.
"""

import re
from pathlib import Path

import nbformat

from lesson_utils.catalogue import COURSE, Plan
from lesson_utils.files import write_whole
from lesson_utils.methods import ROWS
from tools.run_notebooks import as_text

ROOT = Path(__file__).resolve().parent.parent
FILES = (
    "README.md", "site/teaching.md", *(f"notebooks/{lesson.file}" for lesson in COURSE.lessons)
)  # fmt: skip
MARKED = re.compile(
    r"(?P<begin><!-- made by `make tables` from [\w./]+: (?P<name>[^\n]+) -->\n)"
    r".*?(?P<end><!-- end of (?P=name) -->)",
    re.DOTALL,
)


def main() -> int:
    """Write every table anew, and say which files changed."""
    for name in FILES:
        path = ROOT / name
        before = path.read_text(encoding="utf-8")
        after = filled(path, before)
        if after != before:
            write_whole(path, after)
        print(f"{name}: {'written' if after != before else 'as it should be'}")
    return 0


def filled(path: Path, text: str) -> str:
    """Return the text of a file, Markdown or a lesson, with its tables anew."""
    if path.suffix != ".ipynb":
        return fill(text)
    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = lead_on(fill(cell.source), after=path.name[:2])
    return as_text(notebook)


def lead_on(markdown: str, *, after: str) -> str:
    """Name the next lesson in the line that leads on; the last lesson's line stays as it is."""
    following = COURSE.lessons[int(after) + 1 :]
    if not following:
        return markdown
    line = f"**Next:** lesson {following[0].number}, {following[0].title}."
    return re.sub(r"^\*\*Next:\*\* .*$", line, markdown, flags=re.MULTILINE)


def fill(markdown: str) -> str:
    """Put every table anew between its two comments."""
    return MARKED.sub(
        lambda marked: f"{marked['begin']}\n{made(marked['name'])}\n\n{marked['end']}", markdown
    )


def made(name: str) -> str:
    """Make a table: "lessons", "map", "methods", or the title of a plan."""
    plans = {plan.title: plan for plan in COURSE.plans}
    if name == "lessons":
        return lesson_table()
    if name == "map":
        return lesson_map()
    if name == "methods":
        return method_table()
    if name in plans:
        return plan_table(plans[name])
    raise ValueError(f"there is no table {name!r}; use lessons, map, {', '.join(plans)}, methods")


def lesson_table() -> str:
    """List every lesson for README, and how long they take together."""
    rows = [
        (lesson.number, f"[{lesson.title}](notebooks/{lesson.file})", lesson.proves, lesson.minutes)
        for lesson in COURSE.lessons
    ]
    together = sum(lesson.minutes for lesson in COURSE.lessons)
    return table(("", "lesson", "you see, and prove", "minutes"), rows) + (
        f"\n\nTogether {together} minutes."
    )


def lesson_map() -> str:
    """List for the first lesson those that follow."""
    rows = [
        (
            f"[{lesson.number} · {lesson.title}]({lesson.file})",
            lesson.proves,
            f"**{lesson.minutes} minutes**",
        )
        for lesson in COURSE.lessons[1:]
    ]
    return table(("lesson", "you see, and prove", "time"), rows)


def plan_table(plan: Plan) -> str:
    """List a plan's blocks: their lessons, minutes to read these, minutes in the room."""
    rows = []
    for block in plan.blocks:
        read = sum(COURSE.lesson(number).minutes for number in block.lessons)
        rows.append((block.name, ", ".join(block.lessons), read or "", block.room))
    return table((plan.column, "lessons", "read", "room"), rows)


def method_table() -> str:
    """List every method for README: what the shell calls it, its own options, its rope_type."""
    rows = []
    for method in ROWS:
        flags = ", ".join(f"`{option.flag}`" for option in method.options) or "none"
        kind = f"`{method.rope_type}`"
        if "ramp" in method.values({}):
            kind += " for an index ramp, otherwise `longrope`"
        rows.append((f"`{method.name}`", method.label, flags, kind))
    heads = ("`--method`", "", "options of its own", "`rope_type` in a Hugging Face config")
    return table(heads, rows)


def table(heads: tuple, rows: list[tuple]) -> str:
    return "\n".join([row(heads), "|" + "--|" * len(heads), *map(row, rows)])


def row(cells: tuple) -> str:
    return "|" + "|".join(" " if cell == "" else f" {cell} " for cell in cells) + "|"


if __name__ == "__main__":
    raise SystemExit(main())
