"""The views of the lessons as a page without a kernel mounts them: a module and its settings."""

import ast
import functools
import json

import nbformat

from lesson_utils import widgets
from lesson_utils.widgets import bench, guess_form, page
from lesson_utils.widgets.page import PageView
from lesson_utils.widgets.recipe import Recipe
from lesson_utils.widgets.shown import views_noted
from tools.pages import attention, landscape
from tools.pages.links import ROOT

CALL = "widgets."
SCRIPTS = ROOT / "site" / "scripts"
BESIDE_LESSONS = (
    ("controls.js", "rotary.js", "chart.js", "dial.js", "opening.js"),
    ("controls.js", "kept.js", "progress.js"),
    ("attention.js",),
    ("bench_line.js",),
)
"""What the landing page, the page of progress and the benches without a kernel mount."""


def view_of(code: str) -> PageView | None:
    """Return the view that a cell shows; None if it shows none that lives without a kernel.

    Parameters
    ----------
    code : str
        A cell of a lesson. A cell that shows a view is one call, such as
        ``widgets.method_bench("ntk_aware", beside="pi")``.
    """
    if not code.startswith(CALL):
        return None
    call = ast.parse(code).body[0].value
    name = call.func.attr
    if name in OTHERWISE:
        return OTHERWISE[name]()
    arguments = [ast.literal_eval(each) for each in call.args]
    named = {each.arg: ast.literal_eval(each.value) for each in call.keywords}
    with views_noted() as shown:
        getattr(widgets, name)(*arguments, **named)
    return shown[0]


RECIPE_KEY = "recipe"
"""What the bench of lesson 07 and ``bench_line.js`` call one another by."""


def bench_of_a_recipe() -> PageView:
    """Return the bench of lesson 07, whose perplexity the model in the page reads."""
    view = bench.Bench(Recipe("yarn"), Recipe("rope"), views=["speeds", "perplexity"]).view()
    return PageView(view.files, view.settings | {"key": RECIPE_KEY})


OTHERWISE = {
    "recipe_bench": bench_of_a_recipe,
    "attention_seen": attention.view,
    "landscape": landscape.view,
}
"""Views that a page without a kernel shows in another way."""


def of_lessons():
    """Yield the view of every cell of a lesson that shows one."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code" and (view := view_of(cell.source)) is not None:
                yield view


def module_name(files: tuple[str, ...]) -> str:
    """Name a module: its last file, without the ending."""
    return files[-1].removesuffix(".js")


@functools.cache
def modules() -> dict[str, str]:
    """Write every module that a page may mount, {name: JavaScript}."""
    files = (*BESIDE_LESSONS, guess_form.FILES, *(view.files for view in of_lessons()))
    return {module_name(each): source(*each) for each in files}


def source(*names: str) -> str:
    """Join files of ``lesson_utils/widgets`` and of ``site/scripts`` into one module."""
    own = {path.name: path.read_text(encoding="utf-8") for path in SCRIPTS.iterdir()}
    return "\n".join(own.get(name) or page.source(name) for name in names)


def as_html(view: PageView, label: str) -> str:
    """Write the place where ``pages.js`` mounts a view."""
    return mount(module_name(view.files), view.settings, label)


def mount(module: str, settings: dict, label: str) -> str:
    """Write a place where ``pages.js`` mounts a module with these settings."""
    data = json.dumps(settings, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return (
        f'<div class="rope-mount" data-view="{module}" role="group" aria-label="{label}">'
        f'<script type="application/json">{data}</script></div>'
    )
