"""The views of the lessons as a page without a kernel mounts them: a module and its settings."""

import ast
import contextlib
import json
from unittest import mock

from lesson_utils import widgets
from lesson_utils.methods import TABLE
from lesson_utils.widgets import (
    bench,
    dials,
    distance,
    frequency_chart,
    guess_form,
    helix_figure,
)
from lesson_utils.widgets.page import PageView, source
from lesson_utils.widgets.recipe import Recipe
from tools.pages import attention

CALL = "widgets."


def view_of(code: str) -> PageView | None:
    """Return the view that a cell shows; None if it shows none that lives without a kernel.

    Parameters
    ----------
    code : str
        A cell of a lesson. A cell that shows a view is one call, such as
        ``widgets.method_bench("pi", beside="rope")``.
    """
    if not code.startswith(CALL):
        return None
    call = ast.parse(code).body[0].value
    name = call.func.attr
    if name in OTHERWISE:
        return OTHERWISE[name]()
    arguments = [ast.literal_eval(each) for each in call.args]
    named = {each.arg: ast.literal_eval(each.value) for each in call.keywords}
    return shown_by(getattr(widgets, name), *arguments, **named)


def shown_by(show, *arguments, **named) -> PageView:
    """Call a function that shows a view, show nothing, and return the view."""
    shown = []
    with contextlib.ExitStack() as stack:
        for module in (bench, dials, distance, frequency_chart):
            note = mock.patch.object(module, "show_live", lambda view, *_, **__: shown.append(view))
            stack.enter_context(note)
        show(*arguments, **named)
    return shown[0]


RECIPE_KEY = "recipe"
"""What the bench of lesson 07 and ``bench_line.js`` call one another by."""


def bench_of_a_recipe() -> PageView:
    """Return the bench of lesson 07, whose perplexity the model in the page reads."""
    view = bench.Bench(Recipe("yarn"), Recipe("rope"), views=["speeds", "perplexity"]).view()
    return PageView(view.files, view.settings | {"key": RECIPE_KEY})


def path_in_space() -> PageView:
    """Return what ``helix.js`` draws: the pairs and methods of ``widgets.helix``."""
    settings = {
        "head": {**helix_figure.HEAD, "factor": helix_figure.FACTOR, "trained_length": 512},
        "methods": [
            {"name": name, "label": TABLE[name].label, "others": TABLE[name].values({})}
            for name in helix_figure.METHODS
        ],
        "pairs": [8, 12, 16, 20],
        "length": 4096,
    }
    return PageView(("controls.js", "rotary.js", "helix.js"), settings)


OTHERWISE = {
    "recipe_bench": bench_of_a_recipe,
    "helix": path_in_space,
    "attention_seen": attention.view,
}
"""Views that a page without a kernel shows in another way."""


def module_name(view: PageView) -> str:
    """Name the module of a view: its last file, without the ending."""
    return view.files[-1].removesuffix(".js")


def modules() -> dict[str, str]:
    """Write every module that a page may mount, {name: JavaScript}."""
    views = (
        PageView(dials.POSITION_DIAL, {}),
        PageView(dials.WALL_OF_DIALS, {}),
        PageView(bench.FILES, {}),
        PageView(guess_form.FILES, {}),
        distance.view(),
        frequency_chart.view(),
    )
    return {module_name(view): source(*view.files) for view in views}


def as_html(view: PageView, label: str) -> str:
    """Write the place where ``pages.js`` mounts a view."""
    return mount(module_name(view), view.settings, label)


def mount(module: str, settings: dict, label: str) -> str:
    """Write a place where ``pages.js`` mounts a module with these settings."""
    data = json.dumps(settings, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return (
        f'<div class="rope-mount" data-view="{module}" role="group" aria-label="{label}">'
        f'<script type="application/json">{data}</script></div>'
    )
