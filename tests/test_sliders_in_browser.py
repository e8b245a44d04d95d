"""Every slider of every lesson, moved by mouse and by arrow keys in a real JupyterLab.

To add a widget: make its cell one call that needs only the lesson's first cell, and add one line
to WIDGETS.

* A chart (a ``Panel``): ``chart("call", picture, {"label on the page": "argument", …})``.
  ``picture`` is the pure function that the panel draws; after every move its traces and its line
  must be on the page. Sliders, drop-downs and toggle buttons are read by their labels; a text that
  is no number reaches ``picture`` as it is, unless ``parse`` says otherwise.
* A widget that computes in the page: ``Widget("call", read, expected)``. ``read`` is JavaScript
  from the output's element to what it shows, ``expected`` a function from {label: text} to the
  same thing, computed in Python.

Where no Chromium is found, all tests here are skipped, and pytest's last line counts them.
"""

import base64
import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest

from lesson_utils.angles import new_angles
from lesson_utils.corpus import default_documents
from lesson_utils.methods import OPTIONS, ROWS, STATIC, TABLE
from lesson_utils.scaling import by_name
from lesson_utils.weights import load
from lesson_utils.widgets import bench, dials
from lesson_utils.widgets.dials import PositionDial, WallOfDials
from lesson_utils.widgets.distance import picture as score_picture
from lesson_utils.widgets.frequency_chart import picture as wavelengths_picture
from lesson_utils.widgets.recipe import Recipe
from tests import lab_in_browser
from tests.helpers import LESSONS, cells_of, notebook_of, of_any_lesson

MAXIMUM_RECEIVED = 6_000_000
WIDGET_CALL = re.compile(r"^widgets\.(\w+)\(", re.MULTILINE)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),  # one JupyterLab and one Chromium for all of them
    pytest.mark.skipif(lab_in_browser.find_chromium() is None, reason=lab_in_browser.NO_CHROMIUM),
]


@dataclass(frozen=True)
class Widget:
    call: str
    read: str
    expected: Callable


def number(text: str):
    """Read a number as the page writes it; leave other text alone."""
    try:
        return float(text.replace(",", "").replace("−", "-"))
    except ValueError:
        return text


READ_CHART = """output => {
  const numbers = (list) => Array.from(list ?? [], (v) => (Number.isFinite(v) ? v : null));
  const { data, _fullLayout } = output.querySelector(".js-plotly-plot");
  const axes = Object.entries(_fullLayout).filter(([name, axis]) => axis?.visible && axis.range);
  return {
    ranges: Object.fromEntries(axes.map(([name, axis]) => [name, numbers(axis.range)])),
    traces: data.map((trace) => [numbers(trace.x), numbers(trace.y)]),
    line: output.querySelector(".rope-line").textContent,
  };
}"""


def chart(call, picture, names, parse=number):
    def expected(texts):
        shown = picture(**{names[label]: parse(text) for label, text in texts.items()})
        return {
            "ranges": ranges(shown.layout),
            "traces": [[numbers(t["x"]), numbers(t["y"])] for t in shown.traces],
            "line": shown.line,
        }

    return Widget(call, READ_CHART, expected)


def ranges(layout):
    return {
        name: numbers(part["range"])
        for name, part in layout.items()
        if name[1:].startswith("axis") and "range" in part
    }


def numbers(values):
    floats = [float(value) for value in values]
    return [value if math.isfinite(value) else None for value in floats]


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
    position, window = int(number(texts["position"])), int(number(texts["trained window"]))
    head = {"head_dim": int(number(texts["head_dim"])), "base": number(texts["base"])}
    head |= {"trained_length": window, "factor": number(texts["factor"])}
    own = {
        OPTION_NAMES[label]: number(text) for label, text in texts.items() if label in OPTION_NAMES
    }
    now = by_name(METHOD_NAMES[texts["method"]], **head, **own).inv_freq.double().numpy()
    trained = by_name("rope", **head).inv_freq.double().numpy()
    fresh = new_angles(now, position, window, trained_with=trained)
    line = f"of {len(fresh)} hands point somewhere new at position {position:,}"
    angles = now * position
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
HEAD = RECIPE | {"layer": "layer", "head": "head", "position of the query": "position"}


def setting(text):
    return METHOD_NAMES.get(text) or number(text)


def with_bench(make):
    """Draw with a bench of this process, made once, in which the same controls are set."""
    made = cache(make)

    def picture(**settings):
        panel = made()
        for name, value in settings.items():
            panel.controls[name].value = value
        assert panel.newest.join(120)
        return panel.picture()

    return picture


def attention_bench():
    return bench.attention_panel(load("base"), default_documents(1)[0])


READ_RECIPE = """output => {
  const [, second = ""] = output.querySelector(".rope-line").textContent.split("\\n");
  const { xaxis, yaxis2 } = output.querySelector(".js-plotly-plot")._fullLayout;
  return {
    recipe: second.replace("this one, ", "").split(": ")[0],
    across: Array.from(xaxis.range),
    turns: yaxis2.visible ? Array.from(yaxis2.range) : null,
  };
}"""


def recipe_expected(texts):
    """Name the recipe: what it does to the chart is tested with less to wait for."""
    across = {
        "perplexity": [math.log10(512 / 1.15), math.log10(4096 * 1.15)],
        "speeds": [-0.5, 31.5],
        "attention": [-0.5, 12.5],
    }
    view = texts[""]
    return {
        "recipe": Recipe(**{RECIPE[name]: setting(texts[name]) for name in RECIPE}).in_words(),
        "across": across[view],
        "turns": [math.log10(5e-3), math.log10(3e3)] if view == "speeds" else None,
    }


WIDGETS = {
    "01": [Widget("position_dial", READ_DIAL, dial_expected)],
    "02": [chart("score_by_distance", score_picture, SCORE, parse=whole)],
    "03": [
        Widget("wall_of_dials", READ_WALL, wall_expected),
        chart("wavelengths", wavelengths_picture, WAVELENGTHS, parse=whole),
    ],
    "04": [chart("attention_seen", with_bench(attention_bench), HEAD, parse=setting)],
    "05": [
        chart(
            "method_bench",
            with_bench(lambda: bench.method_bench_panel("pi", beside="rope")),
            SPEEDS,
            parse=setting,
        )
    ],
    "06": [
        chart(
            "method_bench",
            with_bench(lambda: bench.method_bench_panel("ntk_aware", beside="pi")),
            SPEEDS,
            parse=setting,
        )
    ],
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
  for (const box of output.querySelectorAll(".widget-hslider"))
    texts[text(box, ".widget-label")] = text(box, ".widget-readout");
  for (const box of output.querySelectorAll(".widget-dropdown"))
    texts[text(box, ".widget-label")] = text(box, "option:checked");
  for (const box of output.querySelectorAll(".widget-toggle-buttons"))
    texts[text(box, ".widget-label")] = text(box, "button.mod-active");
  return texts;
}"""
SLIDERS = ".rope-slider:visible, .widget-hslider:visible"
LABELS = ".rope-slider .rope-label, .widget-hslider .widget-label"
HANDLE = "input, .noUi-handle"
TRACK = "input, .noUi-base"
DISABLED = "input:disabled, .noUi-target[disabled]"
MENUS = ".widget-dropdown:visible select"
MENU_KEYS = {False: ["ArrowDown", "ArrowUp"], True: ["ArrowUp", "ArrowDown"]}
CHOICES = ":not(.rope-player) > fieldset label, .widget-toggle-buttons button"


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


def settle(output, widget, *, before=None, seconds=20):
    """Wait until the widget shows what its function gives for its controls; return their texts."""
    deadline = time.monotonic() + seconds
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
    handle, track = slider.locator(HANDLE).first, slider.locator(TRACK).first
    slider.scroll_into_view_if_needed()
    box = track.bounding_box()
    if handle.evaluate("element => element.tagName === 'INPUT'"):
        share = handle.evaluate("element => element.value / element.max")
        # The middle of a native handle stays half its own width, 11 pixels, inside the track.
        start = box["x"] + 11 + share * (box["width"] - 22)
    else:
        place = handle.bounding_box()
        start = place["x"] + place["width"] / 2
        share = (start - box["x"]) / box["width"]
    middle = box["y"] + box["height"] / 2
    page.mouse.move(start, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * (0.2 if share > 0.5 else 0.8), middle, steps=4)
    page.mouse.up()
    return ["ArrowRight", "ArrowLeft"] if share > 0.5 else ["ArrowLeft", "ArrowRight"]


def exercise(notebook, output, widget):
    """Choose in every menu and view, and move every slider by mouse and by keys where it is met."""
    texts = settle(output, widget)

    def do(action, *arguments):
        nonlocal texts
        done = action(*arguments)
        texts = settle(output, widget, before=texts, seconds=60)
        return done

    for menu in output.locator(MENUS).all():
        menu.focus()
        for key in MENU_KEYS[menu.evaluate("menu => menu.selectedIndex > 0")]:
            do(notebook.page.keyboard.press, key)
    moved, met = set(), set()

    def move_sliders():
        met.update(output.locator(LABELS).all_text_contents())
        for slider in output.locator(SLIDERS).all():
            name = slider.locator("span, .widget-label").first.inner_text()
            if name in moved or slider.locator(DISABLED).count():
                continue
            moved.add(name)
            keys = do(drag, notebook.page, slider)
            slider.locator(HANDLE).first.focus()
            for key in keys:
                do(notebook.page.keyboard.press, key)

    choices = output.locator(CHOICES).all()
    for place in range(max(1, len(choices))):
        if place:
            do(choices[place].click)
        move_sliders()
    for choose in still_to_choose(output):
        if moved != met:  # some slider is free only for what a menu has not yet been set to
            do(choose)
            move_sliders()
    assert moved == met, "some slider was never free to move"


def still_to_choose(output):
    """Yield what sets each menu that can be used to each of its other choices, in turn."""
    for menu in output.locator(MENUS).all():
        now, count = menu.evaluate("menu => [menu.selectedIndex, menu.options.length]")
        for index in range(count):
            if index != now and menu.is_enabled():
                yield partial(menu.select_option, index=index)


def calls_in(path: Path) -> list[str]:
    code = "\n".join(source for kind, source, _ in cells_of(path) if kind == "code")
    return WIDGET_CALL.findall(code)


# --- the tests ---


@of_any_lesson
def test_every_widget_of_every_lesson_is_in_the_table():
    found = {path.name[:2]: calls_in(path) for path in LESSONS}
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
        notebook.run(index)
        output.locator(SLIDERS).first.wait_for()
        if "js-plotly-plot" in widget.read:
            output.locator(".js-plotly-plot .main-svg").first.wait_for()
        assert output.locator("img").count() == 0, "once it runs, the widget is shown instead"
        exercise(notebook, output, widget)
    assert notebook.errors == []
    assert notebook.outside == []
    assert notebook.received <= MAXIMUM_RECEIVED


BREAK_DIAL = """
from lesson_utils.widgets import bench, dials
class Broken(dials.PositionDial):
    _esm = dials.PositionDial._esm.replace("function draw() {", "function draw() { missing();")
dials.PositionDial = Broken
dials.position_dial()
"""


def test_a_page_widget_that_fails_leaves_an_error_in_the_console(open_notebook, folder):
    notebook = open_notebook(lab_in_browser.scratch(folder, BREAK_DIAL, "1"))
    notebook.run(0)
    deadline = time.monotonic() + 20
    while not notebook.errors and time.monotonic() < deadline:
        notebook.page.wait_for_timeout(50)
    assert any("missing is not defined" in error for error in notebook.errors)


def test_a_request_to_another_host_is_blocked_and_noted(open_notebook, folder):
    notebook = open_notebook(lab_in_browser.scratch(folder, "1", "1"))
    failed = notebook.page.evaluate("fetch('https://plot.ly').then(() => false, () => true)")
    assert failed
    assert notebook.outside == ["https://plot.ly/"]


# --- one formula is not two ---


@pytest.fixture(scope="module")
def blank_page(chromium):
    page = chromium.new_page()
    yield page
    page.close()


def in_page(page, module: str, expression: str, argument):
    """Import a widget's module into an empty page and compute an expression of it there."""
    address = "data:text/javascript;base64," + base64.b64encode(module.encode()).decode()
    return page.evaluate(
        f"async ([address, a]) => {{ const m = await import(address); return {expression}; }}",
        [address, argument],
    )


HEADS = [
    (name, {"head_dim": head_dim, "base": base, "factor": factor, "trained_length": window})
    for name in STATIC
    for head_dim in dials.HEAD_DIMS
    for base in dials.BASES
    for factor in (1, 2, 8, 32)
    for window in (128, 512, 8192)
]


def test_the_wall_has_the_frequencies_of_lesson_utils(blank_page):
    grid = [
        [name, {"headDim": h["head_dim"], "base": h["base"], "factor": h["factor"],
                "trainedLength": h["trained_length"], **TABLE[name].values({})}]
        for name, h in HEADS
    ]  # fmt: skip
    computed = in_page(blank_page, WallOfDials._esm, "a.map(([n, s]) => m.ruleOf(n)(s))", grid)
    for (name, head), speeds in zip(HEADS, computed, strict=True):
        expected = by_name(name, **head).inv_freq.double().numpy()
        np.testing.assert_allclose(speeds, expected, rtol=1e-6, err_msg=f"{name} {head}")


def test_the_wall_calls_the_same_angles_new(blank_page):
    grid, expected = [], []
    for name in STATIC:
        for base in (1e3, 1e4, 5e5):
            for window in (128, 512, 4096):
                for position in (0, 1, window - 1, window, 1000, 4095, 4096, 16_384):
                    head = {"head_dim": 64, "base": base, "trained_length": window, "factor": 8}
                    now, trained = (
                        by_name(n, **head).inv_freq.double().numpy() for n in (name, "rope")
                    )
                    grid.append([now.tolist(), position, trained.tolist(), window])
                    expected.append(new_angles(now, position, window, trained).tolist())
    assert (
        in_page(blank_page, WallOfDials._esm, "a.map((each) => m.newAngles(...each))", grid)
        == expected
    )


def test_the_wall_says_which_method_it_lacks_and_draws_no_dial(blank_page):
    settings = dials.wall_settings()
    settings["methods"][1]["name"] = "longer_rope"
    shown = in_page(
        blank_page,
        WallOfDials._esm,
        "(() => { m.default.render({ model: { get: () => a }, el: document.body });"
        " return document.body.innerText + document.querySelectorAll('svg, input').length })()",
        settings,
    )
    assert shown.startswith("The wall of dials cannot draw longer_rope, only rope, pi")
    assert shown.endswith(".0")  # neither a dial nor a slider


def test_the_dial_scores_as_complex_numbers_do(blank_page):
    vectors = [(1.2, 0.5), (0.8, -0.6), (-0.3, 2.0)]
    grid = [
        [query, key, m, n, speed]
        for query in vectors
        for key in vectors
        for m in (0, 1, 7, 40, 1040)
        for n in (0, 3, 40, 1000)
        for speed in (0.01, 0.3, 1.0)
    ]
    computed = in_page(blank_page, PositionDial._esm, "a.map((each) => m.score(...each))", grid)
    expected = [
        (complex(*q) * np.exp(1j * m * speed) * (complex(*k) * np.exp(1j * n * speed)).conjugate())
        .real
        for q, k, m, n, speed in grid
    ]  # fmt: skip
    np.testing.assert_allclose(computed, expected, rtol=1e-6, atol=1e-9)


# --- manners of the page ---


def test_who_asks_for_less_motion_gets_a_step_in_place_of_the_film(open_notebook):
    notebook = open_notebook(f"notebooks/{notebook_of('03').name}", reduced_motion="reduce")
    sources = notebook.sources()
    notebook.run(next(index for index, source in enumerate(sources) if source))
    index = next(i for i, s in enumerate(sources) if s.startswith("widgets.wall_of_dials("))
    notebook.run(index)
    button = notebook.output(index).locator("button.rope-play")
    assert button.inner_text() == "Step"
    button.click()
    moved = notebook.output(index).evaluate(READ_CONTROLS)["position"]
    notebook.page.wait_for_timeout(300)
    assert moved == "464"  # half a second at 512 positions in four seconds, from 400
    assert notebook.output(index).evaluate(READ_CONTROLS)["position"] == moved
