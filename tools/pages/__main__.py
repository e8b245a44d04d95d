"""Lay out the published pages for Sphinx: python -m tools.pages FOLDER.

`make site` does this, and then runs Sphinx over the folder. Nothing in it is edited by hand.
"""

import argparse
import json
from pathlib import Path

import nbformat

from lesson_utils.catalogue import COURSE
from lesson_utils.files import write_whole
from tools.pages import links, notebooks, opening, reference, views
from tools.write_tables import lesson_table

SITE = links.ROOT / "site"
OPENING, LESSONS = '<div id="opening"></div>', "<!-- lessons -->"
"""Where the landing page has the dial, and the table of lessons."""


def main(arguments: list[str] | None = None) -> int:
    """Write the sources of all pages into the folder that is named."""
    parser = argparse.ArgumentParser(prog="python -m tools.pages", description=main.__doc__)
    parser.add_argument("folder", type=Path, help="what else it holds is removed")
    folder = parser.parse_args(arguments).folder
    files = {**dict(texts()), **dict(lessons()), **dict(scripts()), **dict(pictures())}
    for path in [each for each in folder.rglob("*") if each.is_file()]:
        if path.relative_to(folder).as_posix() not in files:
            path.unlink()
    for path, content in files.items():
        write(folder / path, content.encode() if isinstance(content, str) else content)
    print(f"{len(files)} files in {folder}")
    return 0


def write(path: Path, content: bytes) -> None:
    """Write a file if it changed, since Sphinx makes anew what is younger than its page."""
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)


def texts():
    """Yield every page of text: those of site/, the two lists of exercises, and the reference."""
    for path in sorted(SITE.glob("*.md")):
        at = "" if path.name == "index.md" else "site"
        text = links.on_the_pages(path.read_text(encoding="utf-8"), "site", at)
        yield f"{at}/{path.name}".lstrip("/"), filled(text)
    yield "exercises/index.md", exercise_list("exercises", "Exercises")
    yield "solutions/index.md", exercise_list("solutions", "Solutions")
    yield from reference.pages().items()


def filled(text: str) -> str:
    """Put the first screen and the table of lessons where the landing page has a place for them."""
    if OPENING not in text:
        return text
    dial = views.mount("opening", opening.settings(), "A dial to turn, and perplexity")
    return text.replace(OPENING, dial).replace(LESSONS, lesson_table())


def lessons():
    """Yield every notebook as a page."""
    for folder in ("notebooks", "exercises", "solutions"):
        for path in sorted((links.ROOT / folder).glob("*.ipynb")):
            page = notebooks.as_page(nbformat.read(path, as_version=4), folder, path.name)
            yield f"{folder}/{path.name}", nbformat.writes(page)


def scripts():
    """Yield the modules that the pages mount, their styles, and the contents of the course."""
    for name, module in views.modules().items():
        yield f"_static/views/{name}.js", module
    yield "_static/views/page.css", views.source("page.css")
    yield "_static/course.json", json.dumps(contents(), ensure_ascii=False)
    for path in (SITE / "_static").iterdir():
        yield f"_static/{path.name}", path.read_bytes()


def pictures():
    for path in (SITE / "images").iterdir():
        yield f"site/images/{path.name}", path.read_bytes()


def contents() -> dict:
    """Return what the page of progress shows: lessons with their guesses and exercises."""
    return {
        "lessons": [
            {
                "number": lesson.number,
                "title": lesson.title,
                "page": f"notebooks/{lesson.file.removesuffix('.ipynb')}.html",
                "minutes": lesson.minutes,
                "guesses": lesson.guesses - lesson.further_guesses,
                "exercises": [exercise.id for exercise in lesson.exercises],
            }
            for lesson in COURSE.lessons
        ]
    }


def exercise_list(folder: str, title: str) -> str:
    """Write the page that lists a folder's notebooks with their exercises, levels and minutes."""
    with_exercises = [lesson for lesson in COURSE.lessons if lesson.exercises]
    rows = [
        f"| [{exercise.id}]({lesson.file}) | {exercise.title} | {exercise.level} "
        f"| {exercise.minutes} |"
        for lesson in with_exercises
        for exercise in lesson.exercises
    ]
    names = "\n".join(lesson.file.removesuffix(".ipynb") for lesson in with_exercises)
    return "\n".join(
        [f"# {title}", "", LEAD[folder], "", "| | exercise | level | minutes |", "|--|--|--|--|",
         *rows, "", "```{toctree}", ":hidden:", "", names, "```", ""]
    )  # fmt: skip


LEAD = {
    "exercises": "To solve one, open its notebook in Colab, in Binder or at home: the first row of "
    "its page has the links. A check says at once whether your function is right, and hints come "
    "in steps.",
    "solutions": "Try the exercise first. An answer that you read is not one that you can write. "
    "Here each answer is folded, and what the check says of it stands below.",
}


if __name__ == "__main__":
    raise SystemExit(main())
