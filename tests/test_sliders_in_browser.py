"""Every slider of every lesson, moved by mouse and by arrow keys in a real JupyterLab.

To add a widget: make its cell one call that needs only the lesson's first cell, and add one line
to WIDGETS.

* A chart: ``chart("call", describe, {"label on the page": "argument", …})``. ``describe`` is the
  pure function from settings to the chart's description; after every move its number, its words
  and each of its points must be on the page. Sliders and choices are read by their labels; a text
  that is no number reaches ``describe`` as it is, unless ``parse`` says otherwise.
* Any other view: ``Widget("call", read, expected)``. ``read`` is JavaScript
  from the output's element to what it shows, ``expected`` a function from {label: text} to the
  same thing, computed in Python.

Where no Chromium is found, all tests here are skipped, and pytest's last line counts them.
"""

import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest

from lesson_utils.angles import new_angles
from lesson_utils.corpus import default_documents
from lesson_utils.figures.chart import limits
from lesson_utils.methods import OPTIONS, ROWS
from lesson_utils.scaling import by_name
from lesson_utils.weights import load
from lesson_utils.widgets import bench, distance, frequency_chart, head_scores
from lesson_utils.widgets.recipe import Recipe
from tests import lab_in_browser
from tests.helpers import LESSONS, PATIENCE, cells_of, notebook_of, of_any_lesson

MAXIMUM_RECEIVED = 1_000_000
WIDGET_CALL = re.compile(r"^widgets\.(\w+)\(", re.MULTILINE)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(lab_in_browser.find_chromium() is None, reason=lab_in_browser.NO_CHROMIUM),
]


@dataclass(frozen=True)
class Widget:
    call: str
    read: str
    expected: Callable
    slow: tuple[str, ...] = ()
    """Sliders at which the model reads: keys are tried at the same ones in quicker widgets."""


def number(text: str):
    """Read a number as the page writes it; leave other text alone."""
    try:
        return float(text.replace(",", "").replace("−", "-"))
    except ValueError:
        return text


READ_CHART = """output => {
  const line = (part) => part.split("L").map((place) => place.trim().split(" ").map(Number));
  const pathPoints = (path) => path.getAttribute("d").split("M").filter(Boolean).flatMap(line);
  const place = (mark) => mark.getAttribute("transform").match(/-?[\\d.]+/g).map(Number);
  const panel = (svg) => {
    const frame = svg.querySelector(".rope-frame").getAttribute("d").match(/[\\d.]+/g).map(Number);
    const [left, top, bottom, right] = frame;
    const share = ([x, y]) => [(x - left) / (right - left), (bottom - y) / (bottom - top)];
    const all = (name, points) =>
      Array.from(svg.querySelectorAll(name), (each) => points(each).map(share));
    const marks = all(".rope-markers", (group) => Array.from(group.children, place));
    return { curves: all(".rope-curve", pathPoints), marks };
  };
  return {
    number: output.querySelector(".rope-big").textContent,
    words: output.querySelector(".rope-words").textContent,
    panels: Array.from(output.querySelectorAll(".rope-panel"), panel),
  };
}"""


def chart(call, describe, names, parse=number, slow=()):
    def expected(texts):
        known = {names[label]: parse(text) for label, text in texts.items() if label in names}
        shown = describe(**known)
        panels = [
            {
                "curves": [shares(panel, line) for line in panel.lines if line.dash],
                "marks": [shares(panel, line) for line in panel.lines if line.marker],
            }
            for panel in shown.panels
        ]
        return {"number": shown.number, "words": "\n".join(shown.digest), "panels": panels}

    return Widget(call, READ_CHART, expected, slow)


def shares(panel, line):
    """Say where a line's points lie, as shares of the panel's width and height."""
    places = []
    for name in ("x", "y"):
        values, (low, high) = np.asarray(getattr(line, name), dtype=float), limits(panel, name)
        if getattr(panel, name).log:
            values, low, high = np.log(values), math.log(low), math.log(high)
        places.append((values - low) / (high - low))
    points = np.stack(places, -1)
    return points[np.isfinite(points).all(-1)].tolist()


# --- the widgets ---

READ_DIAL = """output => ({
  facts: output.querySelector(".rope-facts").textContent,
  score: output.querySelector(".rope-big").textContent,
  bar: ["left", "width"].map((side) =>
    parseFloat(output.querySelector(".rope-bar-fill").style[side])),
  arrows: Array.from(output.querySelectorAll("path[transform]"), (head) => {
    const [x, y] = head.getAttribute("transform").match(/-?\\d[\\d.e-]*/g).map(Number);
    return [x / 100, -y / 100];
  }),
})"""


def dial_expected(texts):
    m, n = (int(number(texts[end]) + number(texts["both further by"])) for end in ("query", "key"))
    query, key = complex(1.2, 0.5) * np.exp(0.3j * m), complex(0.8, -0.6) * np.exp(0.3j * n)
    score = (query * key.conjugate()).real
    half = 50 * score / (abs(query) * abs(key))
    return {
        "facts": f"query at {m:,} · key at {n:,} · offset {m - n:,}".replace("-", "−"),
        "score": f"{score:.3f}".replace("-", "−"),
        "bar": [50 + min(0, half), abs(half)],
        "arrows": [[arrow.real, arrow.imag] for arrow in (key, query)],
    }


READ_WALL = """output => {
  const hands = Array.from(output.querySelectorAll(".rope-wall g"));
  return {
    fresh: hands.map((hand) => hand.getAttribute("class") === "rope-new"),
    radians: hands.map((hand) => {
      const degrees = Number(hand.getAttribute("transform").match(/-?\\d[\\d.e-]*/)[0]);
      return [Math.cos((degrees * Math.PI) / 180), -Math.sin((degrees * Math.PI) / 180)];
    }),
    marked: Array.from(output.querySelectorAll(".rope-one"), (one) =>
      one.classList.contains("rope-fresh")),
    count: output.querySelector(".rope-big").textContent,
    line: output.querySelector(".rope-line").textContent,
  };
}"""
METHOD_NAMES = {row.label: row.name for row in ROWS}
OPTION_NAMES = {option.label: option.name for option in OPTIONS.values() if option.label}


def wall_expected(texts):
    offset, window = int(number(texts["offset"])), int(number(texts["trained window"]))
    head = {"head_dim": int(number(texts["head_dim"])), "base": number(texts["base"])}
    head |= {"trained_length": window, "factor": number(texts["factor"])}
    own = {
        OPTION_NAMES[label]: number(text) for label, text in texts.items() if label in OPTION_NAMES
    }
    now = by_name(METHOD_NAMES[texts["method"]], **head, **own).inv_freq.double().numpy()
    trained = by_name("rope", **head).inv_freq.double().numpy()
    fresh = new_angles(now, offset, window, trained_with=trained)
    line = f"of {len(fresh)} hands are at a new angle at offset {offset:,}"
    angles = now * offset
    radians = np.stack((np.cos(angles), np.sin(angles)), -1).tolist()
    marks = {"fresh": fresh.tolist(), "marked": fresh.tolist(), "count": f"{fresh.sum()}"}
    return marks | {"radians": radians, "line": line}


SCORE = {"base": "base", "head_dim": "head_dim", "reach, positions": "reach"}
WAVELENGTHS = {"base": "base", "head_dim": "head_dim", "trained window": "trained_length"}


def whole(text):
    return int(number(text))


RECIPE = {"method": "method", "factor": "factor", "attention_scaling": "attention_scaling"}
RECIPE |= OPTION_NAMES
SPEEDS = RECIPE | {"bytes to read": "target"}
HEAD_SCORE = {"method": "method", "factor": "factor", "layer": "layer", "head": "head"}
HEAD_SCORE |= {"pair drawn alone": "pair"}
HEAD = RECIPE | {"layer": "layer", "head": "head", "position of the query": "position"}


def setting(text):
    return METHOD_NAMES.get(text) or number(text)


@cache
def attention_bench():
    """Make, once, the bench that this process draws with."""
    return bench.attention_bench(load("base"), default_documents(1)[0])


def attention_chart(layer, head, position, **recipe):
    made = attention_bench()
    place = {"layer": int(layer), "head": int(head), "position": int(position)}
    recipes = {"recipe": recipe, "kept": Recipe("rope").as_data()}
    made.answer(recipes | {"view": "attention", "place": place})
    assert made.newest.join(PATIENCE)
    return made.described()


def head_score_chart(method, factor, **place):
    return head_scores.chart(method, factor=factor, **{n: int(v) for n, v in place.items()})


def speeds_chart(method, kept):
    made = bench.speeds_bench(method, beside=kept)

    def describe(target, **recipe):
        return made.speeds_chart(Recipe(**recipe), Recipe(kept), target)

    return describe


READ_RECIPE = """output => ({
  recipe: output.querySelector(".rope-words").textContent.split("\\n")[0]
    .replace("this one, ", "").split(": ")[0],
  panels: output.querySelectorAll(".rope-panel").length,
})"""


def recipe_expected(texts):
    """Name the recipe: what it does to the chart is tested with less to wait for."""
    return {
        "recipe": Recipe(**{RECIPE[name]: setting(texts[name]) for name in RECIPE}).in_words(),
        "panels": 3 if texts["view"] == "speeds" else 1,
    }


HEAD_SCORES = chart("head_score", head_score_chart, HEAD_SCORE, parse=setting)
WIDGETS = {
    "01": [Widget("position_dial", READ_DIAL, dial_expected)],
    "02": [chart("score_by_distance", distance.chart, SCORE, parse=whole)],
    "03": [
        Widget("wall_of_dials", READ_WALL, wall_expected),
        chart("wavelengths", frequency_chart.chart, WAVELENGTHS, parse=whole),
    ],
    "04": [
        HEAD_SCORES,
        chart("attention_seen", attention_chart, HEAD, parse=setting, slow=tuple(RECIPE)),
    ],
    "05": [HEAD_SCORES],
    "06": [chart("method_bench", speeds_chart("ntk_aware", "pi"), SPEEDS, parse=setting)],
    "07": [Widget("recipe_bench", READ_RECIPE, recipe_expected)],
}

# --- how they are moved and read ---

READ_CONTROLS = """output => {
  const texts = {};
  const text = (box, part) => box.querySelector(part)?.textContent.trim().replaceAll("\xa0", " ");
  for (const box of output.querySelectorAll(".rope-slider"))
    texts[text(box, ".rope-label")] = box.querySelector(".rope-box").value;
  for (const box of output.querySelectorAll("fieldset"))
    texts[text(box, "legend")] = text(box, "label:has(:checked)");
  return texts;
}"""
SLIDERS = ".rope-slider:visible"
LABELS = ".rope-slider .rope-label"
CHOICES = ":not(.rope-player) > fieldset label"


def alike(shown, expected) -> bool:
    """Compare two trees of JSON; numbers to 1e-4, since page and kernel round to float32."""
    if isinstance(expected, dict):
        return shown.keys() == expected.keys() and all(
            alike(shown[key], expected[key]) for key in expected
        )
    if isinstance(expected, list):
        return len(shown) == len(expected) and all(map(alike, shown, expected))
    if isinstance(expected, float) and isinstance(shown, int | float):
        return math.isclose(shown, expected, rel_tol=1e-4, abs_tol=2e-3)
    return shown == expected


def settle(output, widget, *, before=None):
    """Wait until the widget shows what its function gives for its controls; return their texts."""
    deadline = time.monotonic() + PATIENCE
    while True:
        texts = output.evaluate(READ_CONTROLS)
        shown, expected = output.evaluate(widget.read), widget.expected(texts)
        if texts != before and texts == output.evaluate(READ_CONTROLS) and alike(shown, expected):
            return texts
        if time.monotonic() > deadline:
            pytest.fail(f"{widget.call} at {texts} shows\n{shown}\ninstead of\n{expected}")
        time.sleep(0.03)


def drag(page, slider) -> list[str]:
    """Drag the handle to the far side of the track; return the keys that lead back, and forth."""
    track = slider.locator(".rope-track")
    share = track.evaluate("element => element.value / element.max")
    box = track.bounding_box()
    # The middle of a native handle stays half its own width, 11 pixels, inside the track.
    start = 11 + share * (box["width"] - 22)
    # A chart that comes late may move the slider: hover waits until it stands still.
    track.hover(position={"x": start, "y": box["height"] / 2})
    page.mouse.down()
    box = track.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * (0.2 if share > 0.5 else 0.8), middle, steps=4)
    page.mouse.up()
    return ["ArrowRight", "ArrowLeft"] if share > 0.5 else ["ArrowLeft", "ArrowRight"]


def exercise(notebook, output, widget):
    """Choose whatever can be chosen, and move every slider by mouse and by keys where it is met."""
    texts = settle(output, widget)

    def do(action, *arguments):
        nonlocal texts
        done = action(*arguments)
        texts = settle(output, widget, before=texts)
        return done

    moved, met = set(), set()

    def move_sliders():
        met.update(output.locator(LABELS).all_text_contents())
        for slider in output.locator(SLIDERS).all():
            name = slider.locator(".rope-label").inner_text()
            if name in moved or slider.locator("input:disabled").count():
                continue
            moved.add(name)
            keys = do(drag, notebook.page, slider)
            slider.locator(".rope-track").focus()
            for key in () if name in widget.slow else keys:
                do(notebook.page.keyboard.press, key)

    move_sliders()
    for choice in reversed(output.locator(CHOICES).all()):  # views last: one has the model read
        button = choice.locator("input")
        if button.is_enabled() and not button.is_checked():
            do(choice.click)
            move_sliders()
    assert moved == met, "some slider was never free to move"


def calls_in(path: Path) -> list[str]:
    code = "\n".join(source for kind, source, _ in cells_of(path) if kind == "code")
    return WIDGET_CALL.findall(code)


# --- the tests ---


@of_any_lesson
def test_every_widget_of_every_lesson_is_in_the_table():
    found = {path.name[:2]: calls_in(path) for path in LESSONS}
    found["03"].remove("landscape")  # plotly's, without sliders: tests/test_landscape.py
    table = {number: [widget.call for widget in widgets] for number, widgets in WIDGETS.items()}
    assert {number: calls for number, calls in found.items() if calls} == table


@pytest.mark.parametrize("number", WIDGETS)
def test_every_slider_of_a_lesson_moves_figure_and_numbers(open_notebook, number):
    notebook = open_notebook(f"notebooks/{notebook_of(number).name}")
    sources = notebook.sources()
    notebook.run(next(index for index, source in enumerate(sources) if source))
    for widget in WIDGETS[number]:
        index = next(i for i, s in enumerate(sources) if s.startswith(f"widgets.{widget.call}("))
        output = notebook.output(index)
        assert output.locator("img").count() == 1, "before it runs, the saved picture is shown"
        assert output.get_by_text(HOW_TO_MOVE).count() == 1
        notebook.run(index)
        output.locator(SLIDERS).first.wait_for()
        assert output.locator("img").count() == 0, "once it runs, the widget is shown instead"
        exercise(notebook, output, widget)
    assert notebook.errors == []
    assert notebook.outside == []
    assert notebook.received <= MAXIMUM_RECEIVED


BREAK_DIAL = """
from lesson_utils.widgets import dials, page
whole = page.source
begin = "function draw() {"
page.source = lambda *names: whole(*names).replace(begin, begin + " missing();")
dials.position_dial()
"""


def test_a_page_widget_that_fails_leaves_an_error_in_the_console(open_notebook, folder):
    notebook = open_notebook(lab_in_browser.scratch(folder, BREAK_DIAL, "1"))
    notebook.run(0)
    deadline = time.monotonic() + PATIENCE
    while not notebook.errors and time.monotonic() < deadline:
        notebook.page.wait_for_timeout(50)
    assert any("missing is not defined" in error for error in notebook.errors)


def test_a_request_to_another_host_is_blocked_and_noted(open_notebook, folder):
    notebook = open_notebook(lab_in_browser.scratch(folder, "1", "1"))
    failed = notebook.page.evaluate("fetch('https://plot.ly').then(() => false, () => true)")
    assert failed
    assert notebook.outside == ["https://plot.ly/"]


# --- saved by a learner, and opened again ---

VIEW = "from lesson_utils import widgets\nwidgets.wavelengths()"
BENCH = """
from lesson_utils.widgets import bench
made = bench.Bench(bench.Recipe("yarn"), bench.Recipe("rope"), views=["speeds", "perplexity"])
bench.show_bench(made, name="A bench")
"""
AT_FIRST = "Before anything is moved"
HOW_TO_MOVE = "Run this cell to move the sliders."
NOT_RUN = "'a cell whose output came with the file'"


def saved_and_opened_again(open_notebook, path, cells):
    """Run some cells of a notebook, save it, and open it anew, with a new kernel."""
    notebook = open_notebook(path)
    for index in cells:
        notebook.run(index)
        notebook.output(index).locator(".rope-chart svg").first.wait_for()
    notebook.page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    notebook.page.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")
    notebook.close()
    return open_notebook(path)


def test_a_view_that_was_saved_is_alive_in_a_new_kernel_before_any_cell_is_run(
    open_notebook, folder
):
    path = lab_in_browser.scratch(folder, VIEW, BENCH)
    notebook = saved_and_opened_again(open_notebook, path, [0, 1])
    output = notebook.output(0)
    output.get_by_role("slider", name="base").focus()
    notebook.page.keyboard.press("ArrowRight")
    settle(output, WIDGETS["03"][-1])
    assert output.locator(".rope-big").inner_text() == frequency_chart.chart(50_000, 64, 512).number
    assert not output.get_by_text(AT_FIRST).is_visible()
    assert not output.get_by_text(HOW_TO_MOVE).is_visible()
    made = notebook.output(1)
    made.get_by_text("perplexity", exact=True).click()
    made.get_by_text("Run this cell, and the model reads what you set.").wait_for()
    assert not notebook.page.get_by_text("Error displaying widget").filter(visible=True).count()


def test_a_view_saved_in_a_notebook_that_is_not_trusted_leaves_its_picture(open_notebook, folder):
    path = lab_in_browser.scratch(folder, VIEW, BENCH, NOT_RUN)
    file = folder / path
    whole = nbformat.read(file, as_version=4)
    whole.cells[2].outputs = [nbformat.v4.new_output("display_data", {"text/html": "<p>Hello"})]
    nbformat.write(whole, file)
    notebook = saved_and_opened_again(open_notebook, path, [0, 1])
    for index in (0, 1):
        notebook.output(index).locator("img").wait_for()
        assert notebook.output(index).locator(".rope-page").count() == 0
        assert notebook.output(index).get_by_text(AT_FIRST).is_visible()
        assert notebook.output(index).get_by_text(HOW_TO_MOVE).is_visible()
    assert not notebook.page.get_by_text("Error displaying widget").filter(visible=True).count()
