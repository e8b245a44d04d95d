"""Write the tables of lessons, plans, methods and results: python -m tools.write_tables.

They stand in README.md, in the first lesson and in pages of site/, each between two
comments that carry its name and where it comes from: course.toml, lesson_utils/methods.py or a
record. Edit that, not what is between them. So does the last line of a lesson that another one
follows.
"""

import re
from pathlib import Path

import nbformat

from lesson_utils import recorded
from lesson_utils.catalogue import COURSE, Lesson, Plan
from lesson_utils.files import write_whole
from lesson_utils.methods import ROWS, TABLE
from tools.run_notebooks import as_text

ROOT = Path(__file__).resolve().parent.parent
FILES = (
    "README.md",
    "site/teaching.md",
    "site/shell.md",
    "site/results.md",
    *(f"notebooks/{lesson.file}" for lesson in COURSE.lessons),
)
MARK = "◆"
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
    lesson = following[0]
    line = f"**Next:** [lesson {lesson.number}, {lesson.title}]({lesson.file})."
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
    if name == "untrained":
        return untrained_table()
    if name == "copies":
        return copy_table()
    if name in plans:
        return plan_table(plans[name])
    raise ValueError(
        f"there is no table {name!r}; use lessons, map, {', '.join(plans)}, methods, "
        "untrained, copies"
    )


def lesson_table() -> str:
    """List every lesson for README, how long they take together, and the short path."""
    rows = [
        (
            lesson.number,
            f"[{lesson.title}](notebooks/{lesson.file}){mark(lesson)}",
            lesson.proves,
            lesson.minutes,
        )
        for lesson in COURSE.lessons
    ]
    together, further = (
        sum(getattr(lesson, part) for lesson in COURSE.lessons) for part in ("minutes", "further")
    )
    more = f", and {further} more for the sections marked *Further*" if further else ""
    return (
        f"{table(('', 'lesson', 'you see, and prove', 'minutes'), rows)}\n\n"
        f"Together {together} minutes{more}. {short_path_takes()}"
    )


def lesson_map() -> str:
    """List for the first lesson those that follow."""
    rows = [
        (
            f"[{lesson.number} · {lesson.title}]({lesson.file}){mark(lesson)}",
            lesson.proves,
            f"**{lesson.minutes} minutes**",
        )
        for lesson in COURSE.lessons[1:]
    ]
    whom = "It is for whoever has little time: this lesson and those marked"
    needed = "It needs this of the lessons that it skips"
    return (
        f"{table(('lesson', 'you see, and prove', 'time'), rows)}\n\n{short_path_takes()} "
        f"{whom}, from a model that breaks to YaRN, which repairs it.\n\n"
        f"{needed}: {COURSE.short_path.facts}."
    )


def mark(lesson: Lesson) -> str:
    """Mark a lesson of the short path."""
    return f" {MARK}" if lesson.number in COURSE.short_path.lessons else ""


def short_path_takes() -> str:
    """Say how long the short path takes."""
    minutes = sum(COURSE.lesson(number).minutes for number in COURSE.short_path.lessons)
    return f"The short path, marked {MARK}, takes **{minutes} minutes**."


def plan_table(plan: Plan) -> str:
    """List a plan's blocks: their lessons, minutes to read these, minutes in the room."""
    rows = []
    for block in plan.blocks:
        read = sum(COURSE.lesson(number).minutes for number in block.lessons)
        rows.append((block.name, ", ".join(block.lessons), read or "", block.room))
    return table((plan.column, "lessons", "read", "room"), rows)


def method_table() -> str:
    """List every method: what the shell calls it, its own options, its rope_type."""
    rows = []
    for method in ROWS:
        flags = ", ".join(f"`{option.flag}`" for option in method.options) or "none"
        kind = f"`{method.rope_type}`"
        if "ramp" in method.values({}):
            kind += " for an index ramp, otherwise `longrope`"
        rows.append((f"`{method.name}`", method.label, flags, kind))
    heads = ("`--method`", "", "options of its own", "`rope_type` in a Hugging Face config")
    return table(heads, rows)


LENGTHS = ("512", "1024", "2048", "4096", "8192", "16384")
DISTANCES = ("256", "448", "768", "1024", "2048", "3072")
READERS = {
    "unchanged, in its window": "inside 512",
    "last 512 only": "last 512 only",
    "unchanged RoPE": "rope, untuned",
    "PI": "pi, untuned",
    "YaRN": "yarn_index, untuned",
    "unchanged RoPE, fine-tuned": "rope, tuned",
    "PI, fine-tuned": "pi, tuned",
    "YaRN, fine-tuned": "yarn_index, tuned",
}


def untrained_table() -> str:
    """List what every method reads without training, and the readers to beat."""
    record = recorded.read("zero_shot")
    rows = [
        (label_of(name), *(f"{row[n]['median']:.2f}" for n in LENGTHS))
        for name, row in record["by_length"].items()
    ]
    floors = [
        (label, *[f"{record['without_a_model'][key]:.2f}"] * len(LENGTHS))
        for key, label in (("compressor", "LZMA, no model"), ("counts", "byte counts, no model"))
    ]
    lengths = [f"{int(n):,}" for n in LENGTHS]
    return table(("perplexity per byte, untrained", *lengths), rows + floors)


def copy_table() -> str:
    """List how well a string is copied from so far back, in nats a byte."""
    read = recorded.read("copies")["bare"]
    rows = []
    for label, name in READERS.items():
        found = [read[name].get(d, {"nats": {"median": None}})["nats"]["median"] for d in DISTANCES]
        rows.append((label, *("" if nats is None else f"{nats:.2f}" for nats in found)))
    heads = ("nats a byte, copied from so far back", *(f"{int(d):,}" for d in DISTANCES))
    return table(heads, rows)


def label_of(variant: str) -> str:
    """Name a row of a record as the tables do: the method, and its ramp if it has two."""
    if variant == "last_512":
        return "unchanged RoPE, last 512 only"
    name, _, ramp = variant.rpartition("_")
    if ramp in ("turns", "index"):
        return f"{TABLE[name].label}, `--ramp {ramp}`"
    return "unchanged RoPE" if variant == "rope" else TABLE[variant].label


def table(heads: tuple, rows: list[tuple]) -> str:
    return "\n".join([row(heads), "|" + "--|" * len(heads), *map(row, rows)])


def row(cells: tuple) -> str:
    return "|" + "|".join(" " if cell == "" else f" {cell} " for cell in cells) + "|"


if __name__ == "__main__":
    raise SystemExit(main())
