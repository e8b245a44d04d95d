"""A notebook as a page: live views, forms for guesses, folded answers, links that lead somewhere.

The notebook itself is not changed. Its text and its saved outputs stay as they are.
"""

import copy
import re
from html import escape

import nbformat
from nbformat.v4 import new_markdown_cell, new_output

from lesson_utils.catalogue import COURSE
from tools.pages import attention, links, views
from tools.run_notebooks import FOLDED

FOLD_CODE = "hide-input"
SETS_UP = "sys.modules:"  # stands in the first cell of every notebook
READ = re.compile(r"progress\.mark_read\(")
ANSWER = "### BEGIN SOLUTION"
NEEDS_THE_MODEL = (
    '<p class="rope-mount-note">Here the bench shows speeds and perplexity. Where heads look with '
    'the same recipe: <a href="../site/model_in_page.html">the model in the page</a> shows it.</p>'
)
GUESS = re.compile(r"Guess (?P<name>\d\d\.\d+)\. (?P<label>.+?): (?P<rest>.+)\?", re.DOTALL)
UNIT = re.compile(r"which number(?: \((.+)\))?")


def as_page(notebook: nbformat.NotebookNode, folder: str, name: str) -> nbformat.NotebookNode:
    """Return a copy of a notebook for the published pages.

    Parameters
    ----------
    notebook : NotebookNode
        A lesson, an exercise or a solution, as it is saved.
    folder, name : str
        Where it stands: ``"notebooks"``, ``"03_read_the_dials.ipynb"``.
    """
    page = copy.deepcopy(notebook)
    text = "\n".join(cell.source for cell in page.cells if cell.cell_type == "markdown")
    kept = []
    for cell in page.cells:
        if cell.cell_type == "markdown":
            cell.source = prose(cell.source, folder, name)
        elif READ.search(cell.source):
            cell = new_markdown_cell(read_button(name[:2]), id=cell.id)
        else:
            code(cell, folder)
        kept.append(cell)
    if pointed := links.outside(text):
        kept.append(new_markdown_cell(reading_list(pointed), id="outside-links"))
    page.cells = kept
    return page


# --- text ---


def prose(markdown: str, folder: str, name: str) -> str:
    """Return a cell's text with its badges as one row of links, and with links to pages."""
    if starts := links.launches(markdown):
        row = tools_row(starts, folder, name)
        markdown = links.BADGE.sub("", markdown).replace("\n\n\n", f"\n\n{row}\n\n", 1)
    if folder == "solutions":
        markdown = re.sub(r"^(# .+): exercises$", r"\1: solutions", markdown, flags=re.MULTILINE)
    return links.on_the_pages(markdown, folder)


def tools_row(starts: dict[str, str], folder: str, name: str) -> str:
    """Write the links that start a notebook, and its tags, which search for themselves."""
    file = links.in_repository(f"{folder}/{name}")
    row = [anchor(address, words) for words, address in {**starts, "Notebook": file}.items()]
    tags = COURSE.lesson(name[:2]).tags
    row += [anchor(f"../search.html?q={tag.replace(' ', '+')}", f"#{tag}", "tag") for tag in tags]
    return f'<p class="page-tools">{" ".join(row)}</p>'


def anchor(address: str, words: str, kind: str = "launch") -> str:
    return f'<a class="{kind}" href="{escape(address)}">{escape(words)}</a>'


def reading_list(pointed: dict[str, str]) -> str:
    """Write the section that lists the papers and pages that a text points to."""
    lines = [f"- [{words}]({address})" for address, words in pointed.items()]
    return "\n".join(["## Papers and pages named here", "", *lines])


def read_button(lesson: str) -> str:
    """Write the place where the browser asks whether a lesson was read."""
    return f'<div class="rope-read" data-lesson="{lesson}"></div>'


# --- code ---


def code(cell: nbformat.NotebookNode, folder: str) -> None:
    """Fold what a page folds, and put what lives there in the place of saved outputs."""
    if SETS_UP in cell.source:
        fold(cell, FOLD_CODE, "Show the code that sets up this page")
    elif ANSWER in cell.source:
        fold(cell, FOLD_CODE, "Show the answer")
    elif FOLDED in cell.metadata.get("tags", ()):
        fold(cell, FOLDED, "Show the result")
    describe_pictures(cell)
    if (view := views.view_of(cell.source)) is not None:
        at = len(cell.outputs) if view.settings.get("keepsPicture") else 0
        cell.outputs.insert(at, html(views.as_html(view, label=name_of(cell))))
        if "recipe_bench" in cell.source:
            cell.outputs.append(html(NEEDS_THE_MODEL))
        if view.settings.get("key") == attention.KEY:
            cell.outputs.insert(1, html(views.mount("attention", attention.answers(), "Answers")))
        if view.settings.get("key") == views.RECIPE_KEY:
            asked = {"key": views.RECIPE_KEY}
            cell.outputs.insert(1, html(views.mount("bench_line", asked, "The model")))
    elif (question := question_of(cell)) is not None:
        cell.outputs = [html(views.mount("guess_form", question, f"Guess {question['name']}"))]
        fold(cell, FOLD_CODE, "Show the code of this question")


def fold(cell: nbformat.NotebookNode, tag: str, prompt: str) -> None:
    cell.metadata["tags"] = sorted({tag, *cell.metadata.get("tags", ())})
    cell.metadata.setdefault("mystnb", {})["code_prompt_show"] = prompt


def describe_pictures(cell: nbformat.NotebookNode) -> None:
    """Give Sphinx the words for a picture that Jupyter keeps beside the output."""
    for output in cell.outputs:
        for kind, about in output.get("metadata", {}).items():
            if kind.startswith("image/") and "alt" in about:
                image = {"alt": about["alt"], "loading": "lazy"}
                cell.metadata.setdefault("mystnb", {})["image"] = image


def name_of(cell: nbformat.NotebookNode) -> str:
    """Return what a view is called: the saved output says so where only text can be shown."""
    texts = (output.get("data", {}).get("text/plain", "") for output in cell.outputs)
    return next(text.split(":")[0] for text in texts if ":" in text)


def question_of(cell: nbformat.NotebookNode) -> dict | None:
    """Return what a cell asks, as ``guess_form.js`` takes it; None if it asks nothing.

    The saved output has the question in words, as ``guesses/kinds.py`` writes it.
    """
    texts = [output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    found = GUESS.fullmatch(texts[0]) if texts else None
    if not found:
        return None
    asked, rest = {"name": found["name"], "label": found["label"]}, found["rest"]
    if unit := UNIT.fullmatch(rest):
        return asked | {"kind": "number", "unit": unit[1] or ""}
    kind = "order" if rest.endswith(", in which order") else "choice"
    choices = rest.removesuffix(", in which order").split(" · ")
    return asked | {"kind": kind, "choices": choices}


def html(text: str) -> nbformat.NotebookNode:
    return new_output("display_data", {"text/html": text})
