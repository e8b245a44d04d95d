"""What the page computes and draws is what Python computes: formulas, descriptions, pictures.

All of it runs in one Chromium, without JupyterLab: a view needs neither that nor a kernel.
"""

import base64
import dataclasses
import itertools
import json
import math
import re

import numpy as np
import pytest

from lesson_utils import angles, scaling
from lesson_utils.attention import Looks
from lesson_utils.figures.chart import Axis, Chart, Line, Panel, as_data, limits
from lesson_utils.figures.style import ON_DARK
from lesson_utils.methods import BETA_FAST, BETA_SLOW, ROWS, STATIC, TABLE
from lesson_utils.rope import turns
from lesson_utils.widgets import (
    bench,
    dials,
    distance,
    frequency_chart,
    head_scores,
)
from lesson_utils.widgets.page import PageView, source
from lesson_utils.widgets.recipe import START, Recipe
from tests import lab_in_browser, lessons
from tests.helpers import contrast
from tools.pages import attention

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(lab_in_browser.find_chromium() is None, reason=lab_in_browser.NO_CHROMIUM),
]


@pytest.fixture(scope="module")
def blank_page(chromium):
    page = chromium.new_page(viewport={"width": 900, "height": 900})
    yield page
    page.close()


def in_page(page, module: str, expression: str, argument):
    """Import a view's module into an empty page and compute an expression of it there."""
    address = "data:text/javascript;base64," + base64.b64encode(module.encode()).decode()
    return page.evaluate(
        f"async ([address, a]) => {{ const m = await import(address); return {expression}; }}",
        [address, argument],
    )


# --- formulas ---

ROTARY = source("rotary.js")
HEAD_DIMS, BASES, FACTORS = (16, 64, 128), (1_000, 10_000, 5_000_000), (1, 1.5, 32)
WINDOWS = (128, 512, 8192)


def every_value(option):
    """List what an option is tried at: all its words, the ends of its steps, or yes and no."""
    if option.choices:
        return option.choices
    if isinstance(option.default, bool):
        return True, False
    return {option.default, *option.steps[:1], *option.steps[-1:]}


def every_setting():
    """Yield (method, settings) for each method, each value of its options and many heads."""
    # Every three of a head's four numbers meet in all their values; the fourth goes round.
    thirds = itertools.product(range(3), repeat=3)
    shapes = [
        (HEAD_DIMS[i], BASES[j], FACTORS[k], WINDOWS[(i + j + k) % 3]) for i, j, k in thirds
    ]
    for row in ROWS:
        values = [[(o.name, value) for value in every_value(o)] for o in row.options]
        for own in itertools.product(*values):
            for head_dim, base, factor, window in shapes:
                head = {"head_dim": head_dim, "base": base, "factor": factor}
                yield row.name, head | {"trained_length": window, "length": 3000, **dict(own)}


def computed_in_python(method, settings):
    """Compute by name; None where Python refuses, because a ramp lies outside the head."""
    try:
        return scaling.by_name(method, **settings)
    except ValueError as error:
        assert "no pair of a head" in str(error)
        return None


def test_the_page_has_the_frequencies_of_every_method_and_option(blank_page):
    asked = list(every_setting())
    known = [computed_in_python(*each) for each in asked]
    kept = [(each, known) for each, known in zip(asked, known, strict=True) if known]
    assert len(kept) > 0.9 * len(asked)
    found = in_page(
        blank_page,
        ROTARY,
        "a.map(([n, s]) => [m.inverseFrequencies(n, s), m.attentionScaling(n, s)])",
        [each for each, _ in kept],
    )
    for (each, wanted), (inv_freq, attention_scaling) in zip(kept, found, strict=True):
        np.testing.assert_allclose(inv_freq, wanted.inv_freq.numpy(), rtol=1e-6, err_msg=str(each))
        assert attention_scaling == pytest.approx(wanted.attention_scaling, rel=1e-12)


def test_an_attention_scaling_that_is_asked_for_replaces_the_methods_own(blank_page):
    asked = [["yarn", {"factor": 8, "attention_scaling": 1.5}], ["yarn", {"factor": 8}]]
    found = in_page(blank_page, ROTARY, "a.map((each) => m.attentionScaling(...each))", asked)
    assert found == pytest.approx([1.5, 0.1 * math.log(8) + 1])


def test_the_page_knows_every_method(blank_page):
    assert in_page(blank_page, ROTARY, "Object.keys(m.METHODS)", None) == list(TABLE)


def speeds_of_methods():
    """Yield frequencies under a method, those of training, and the trained window."""
    for name, base, window in itertools.product(STATIC, (1e3, 1e4, 5e5), (128, 512, 4096)):
        head = {"head_dim": 64, "base": base, "trained_length": window, "factor": 8}
        now, trained = (
            scaling.by_name(n, **head).inv_freq.double().numpy() for n in (name, "rope")
        )
        yield now, trained, window


def test_the_page_calls_the_same_angles_new(blank_page):
    asked, met, ever = [], [], []
    for now, trained, window in speeds_of_methods():
        for at in (1, window - 1, window, window + 1, 1000, 4095, 4096, 16_384):
            asked.append([now.tolist(), at, window, trained.tolist()])
            met.append(angles.new_angles(now, at, window, trained).tolist())
            ever.append(angles.meets_new_angles(now, at, window, trained).tolist())
    both = "a.map((each) => [m.newAngles(...each), m.meetsNewAngles(...each)])"
    assert in_page(blank_page, ROTARY, both, asked) == [list(pair) for pair in zip(met, ever)]


def test_the_page_counts_slow_downs_shares_and_turns_alike(blank_page):
    asked, wanted = [], []
    for (now, trained, window), factor in itertools.product(speeds_of_methods(), (1, 8)):
        asked.append([trained.tolist(), now.tolist(), factor, window])
        made = turns(now, window).numpy()
        wanted.append(
            [angles.slow_down(trained, now), angles.share_kept(trained, now, factor), made]
        )
    found = in_page(
        blank_page,
        ROTARY,
        "a.map(([t, n, f, w]) => [m.slowDown(t, n), m.shareKept(t, n, f), m.turns(n, w)])",
        asked,
    )
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-9)


def test_the_page_averages_scores_by_distance_alike(blank_page):
    asked, wanted = [], []
    for now, _, _ in speeds_of_methods():
        for block in (1, 16, 1024):
            starts = [0, 1, 511, 4096, 31_744]
            asked.append([now.tolist(), starts, block])
            means = angles.block_mean_score(now, starts, block)
            wanted.append([angles.mean_score(now, starts), means])
    found = in_page(
        blank_page,
        ROTARY,
        "a.map(([n, at, block]) => [m.meanScore(n, at), m.blockMeanScore(n, at, block)])",
        asked,
    )
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-7)


def test_the_page_splits_a_score_into_its_pairs_alike(blank_page):
    random, asked, wanted = np.random.default_rng(0), [], []
    for now, _, _ in speeds_of_methods():
        content = random.normal(size=(2, len(now)))
        starts, blocks = [0, 1, 511, 512, 31_744], [1, 512, 7, 1536, 64]
        asked.append([content.T.tolist(), now.tolist(), starts, blocks])
        wanted.append(angles.pair_scores(content[0] + 1j * content[1], now, starts, blocks))
    found = in_page(blank_page, ROTARY, "a.map((each) => m.pairScores(...each))", asked)
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-7)


def test_the_wall_says_which_method_it_lacks_and_draws_no_dial(blank_page):
    settings = dials.wall_settings()
    settings["methods"][1]["name"] = "longer_rope"
    shown = in_page(
        blank_page,
        source(*dials.WALL_OF_DIALS),
        "(() => { m.mount(document.body, a);"
        " return document.body.innerText + document.querySelectorAll('svg, input').length })()",
        settings,
    )
    assert shown.startswith("The page cannot compute longer_rope, only rope, pi")
    assert shown.endswith(".0")  # neither a dial nor a slider


def test_the_dial_scores_as_complex_numbers_do(blank_page):
    vectors = [(1.2, 0.5), (0.8, -0.6), (-0.3, 2.0)]
    places = itertools.product(vectors, vectors, (0, 1, 7, 40, 1040), (0, 3, 40, 1000))
    grid = [[q, k, m, n, speed] for q, k, m, n in places for speed in (0.01, 0.3, 1.0)]
    module = source(*dials.POSITION_DIAL)
    computed = in_page(blank_page, module, "a.map((each) => m.score(...each))", grid)
    expected = [
        (complex(*q) * np.exp(1j * m * speed) * (complex(*k) * np.exp(1j * n * speed)).conjugate())
        .real
        for q, k, m, n, speed in grid
    ]  # fmt: skip
    np.testing.assert_allclose(computed, expected, rtol=1e-6, atol=1e-9)


# --- descriptions of charts ---


def same(found, wanted) -> bool:
    """Compare two trees of JSON; numbers to 1e-6 and texts to the letter."""
    if isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(same(found[k], wanted[k]) for k in wanted)
    if isinstance(wanted, list | tuple):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    if isinstance(wanted, float) and isinstance(found, int | float):
        return math.isclose(found, wanted, rel_tol=1e-6, abs_tol=1e-7)
    return found == wanted


def assert_same(found, wanted, what):
    for name, part in wanted.items():
        assert same(found[name], json.loads(json.dumps(part))), f"{what}: {name}"


def grid_of(**values):
    return [dict(zip(values, each)) for each in itertools.product(*values.values())]


HEADS = {"base": dials.BASES, "head_dim": dials.HEAD_DIMS}
WAVELENGTHS = grid_of(**HEADS, trained_length=dials.WINDOWS)
SCORES = grid_of(**HEADS, reach=distance.REACHES)
HEADS_OF_LAYERS = grid_of(
    method=head_scores.METHODS, layer=[0, 4, 5], head=[0, 3], factor=[1, 8], pair=[0, 20]
)
FORMULAS = {
    "wavelengths": (frequency_chart, WAVELENGTHS, "m.describe(s.chart, each)"),
    "score_by_distance": (distance, SCORES, "m.describe(s.chart, each, s.tiny)"),
    "head_score": (head_scores, HEADS_OF_LAYERS, "m.describe(s, each)"),
}


@pytest.mark.lesson("02", "03", "04", "05", "06", "07")
@pytest.mark.parametrize("name", FORMULAS)
def test_the_page_describes_a_chart_as_python_does_at_every_setting(blank_page, name):
    module, grid, call = FORMULAS[name]
    view = module.view()
    expression = f"(([s, grid]) => grid.map((each) => {call}))(a)"
    asked = [view.settings, grid]
    found = in_page(blank_page, source(*view.files), expression, asked)
    for each, settings in zip(found, grid, strict=True):
        assert_same(each, as_data(module.chart(**settings)), settings)


def recipes_to_try():
    for row in (TABLE[name] for name in STATIC):
        for factor in (1, 1.5, 8, 64):
            yield Recipe(row.name, factor=factor)
    for fast, slow, ramp in itertools.product(BETA_FAST.steps, BETA_SLOW.steps, ("turns", "index")):
        yield Recipe("yarn", beta_fast=fast, beta_slow=slow, ramp=ramp, attention_scaling=0.9)
    for base in TABLE["abf"].options[0].steps:
        yield Recipe("abf", adjusted_base=base)


@pytest.mark.lesson("05", "06", "07")
def test_the_page_describes_the_speeds_of_every_recipe_as_python_does(blank_page):
    made = bench.Bench(Recipe("yarn"), Recipe("rope"), views=["speeds"])
    cases = [(r, Recipe("pi"), t) for r in recipes_to_try() for t in (512, 4096, 16384)]
    cases.append((Recipe("pi"), Recipe("pi"), 4096))  # one line, not two
    asked = [[r.as_data(), kept.as_data(), target] for r, kept, target in cases]
    found = in_page(
        blank_page,
        source(*bench.FILES),
        "(([s, all]) => all.map((each) => m.describeSpeeds(s, ...each)))(a)",
        [made.view().settings, asked],
    )
    for each, case in zip(found, cases, strict=True):
        assert_same(each, as_data(made.speeds_chart(*case)), case[0].in_words())


@pytest.fixture
def looks_bench(monkeypatch):
    """A bench whose heads look where chance has it, whatever the recipe."""
    random = np.random.default_rng(0)

    def attention(*_):
        shares = random.dirichlet(np.ones(len(bench.STARTS)), (6, 4, len(bench.POSITIONS)))
        keys = np.exp(random.uniform(0, 8, shares.shape[:3]))
        return Looks(shares.astype(np.float32), keys.astype(np.float32))

    monkeypatch.setattr(bench.measuring, "attention", attention)
    return bench.Bench(Recipe("yarn"), Recipe("rope"), views=["attention"])


def as_lists(told):
    """Write what the page is told with lists in place of buffers."""
    numbers = {n: np.frombuffer(told[n], dtype=np.float32).tolist() for n in ("shares", "keys")}
    return told | numbers


@pytest.mark.lesson("04", "07")
def test_the_page_describes_where_every_head_looks_as_python_does(blank_page, looks_bench):
    for layer in (0, 5):
        for recipe, kept in (("yarn", "rope"), ("rope", "rope")):
            places = grid_of(layer=[layer], head=[0, 1, 2, 3], position=bench.POSITIONS)
            recipes = {"recipe": Recipe(recipe).as_data(), "kept": Recipe(kept).as_data()}
            wanted = []
            for place in places:
                looks_bench.answer(recipes | {"view": "attention", "place": place})
                wanted.append(as_data(looks_bench.described()))
            looks = {told["words"]: as_lists(told) for told in looks_bench.line.told["looks"]}
            found = in_page(
                blank_page,
                source(*bench.FILES),
                "a[2].map((place) => m.describeAttention(a[0], a[1], place))",
                [looks_bench.view().settings, list(looks.values()), places],
            )
            for each, chart, place in zip(found, wanted, places, strict=True):
                assert_same(each, chart, place)


@pytest.mark.lesson("04", "07")
def test_before_anything_is_read_the_page_says_so_as_python_does(blank_page, looks_bench):
    looks_bench.attention.clear()
    found = in_page(
        blank_page,
        source(*bench.FILES),
        "m.describeAttention(a[0], [], a[1])",
        [looks_bench.view().settings, bench.PLACE],
    )
    assert_same(found, as_data(looks_bench.described()), "nothing read")


@pytest.mark.lesson("05", "06", "07")
def test_the_page_names_a_recipe_as_python_does(blank_page):
    made = bench.Bench(Recipe("yarn"), Recipe("rope"), views=["speeds"]).view().settings
    recipes = list(recipes_to_try())
    found = in_page(
        blank_page,
        source(*bench.FILES),
        "a[1].map((r) => m.inWords(a[0].find((row) => row.name === r.method), r))",
        [made["methods"], [recipe.as_data() for recipe in recipes]],
    )
    assert found == [recipe.in_words() for recipe in recipes]
    assert START.keys() >= {knob["name"] for knob in made["knobs"]}


# --- the drawing ---

DRAW = """(() => {
  document.body.replaceChildren();
  const chart = m.chartOf();
  document.body.append(chart.picture);
  chart.show(a);
  return READ(chart.picture);
})()"""
READ_DRAWN = """(element) => Array.from(element.querySelectorAll(".rope-panel"), (panel) => {
  const frame = panel.querySelector(".rope-frame").getAttribute("d").match(/[\\d.]+/g).map(Number);
  const path = (each) => each.getAttribute("d").split("M").filter(Boolean).map((part) =>
    part.split("L").map((place) => place.trim().split(" ").map(Number)));
  const place = (each) => each.getAttribute("transform").match(/-?[\\d.]+/g).map(Number);
  return {
    frame,
    curves: Array.from(panel.querySelectorAll(".rope-curve"), path),
    markers: Array.from(panel.querySelectorAll(".rope-markers"), (all) =>
      Array.from(all.children, place)),
  };
})"""
CHART_MODULE = source("controls.js", "chart.js")


def draw(page, chart, width=900):
    page.set_viewport_size({"width": width, "height": 900})
    expression = DRAW.replace("READ", f"({READ_DRAWN})")
    return in_page(page, CHART_MODULE, expression, as_data(chart))


def in_pixels(panel, line, frame):
    """Say where the points of a line belong, from the frame: left, top, bottom, right."""
    left, top, bottom, right = frame
    ends = []
    for name, start, end in (("x", left, right), ("y", bottom, top)):
        values, (low, high) = np.asarray(getattr(line, name), dtype=float), limits(panel, name)
        if getattr(panel, name).log:
            values, low, high = np.log(values), math.log(low), math.log(high)
        ends.append(start + (values - low) / (high - low) * (end - start))
    points = np.stack(ends, -1)
    return points[np.isfinite(points).all(-1)]


DRAWN = {name: picture().chart for name, picture in lessons.PICTURES.items()}
CHARTS = {name: chart for name, chart in DRAWN.items() if chart is not None}


@pytest.mark.parametrize("name", CHARTS)
def test_each_point_of_each_chart_of_the_course_is_drawn_in_its_place(blank_page, name):
    for panel, drawn in zip(CHARTS[name].panels, draw(blank_page, CHARTS[name]), strict=True):
        wanted = [in_pixels(panel, line, drawn["frame"]) for line in panel.lines if line.dash]
        found = [np.array(sum(curve, [])).reshape(-1, 2) for curve in drawn["curves"]]
        assert len(found) == len(wanted)
        for each, points in zip(found, wanted):
            np.testing.assert_allclose(each, points, atol=0.02)
        marked = [in_pixels(panel, line, drawn["frame"]) for line in panel.lines if line.marker]
        for each, points in zip(drawn["markers"], marked, strict=True):
            np.testing.assert_allclose(np.reshape(each, (-1, 2)), points, atol=0.02)


def test_a_gap_in_a_line_is_drawn_as_one(blank_page):
    line = Line("a", [0, 1, 2, 3, 4], [1, 2, math.nan, 1, 2], "#000000")
    panel = Panel(Axis("x", (0, 4)), Axis("y", (0, 3)), (line,))
    [drawn] = draw(blank_page, Chart("A gap", (panel,)))
    assert [len(part) for part in drawn["curves"][0]] == [2, 2]


@pytest.mark.parametrize("width", [400, 800, 1600])
def test_letters_keep_their_size_and_stay_in_the_picture_at_any_width(blank_page, width):
    chart = distance.chart(10_000, 64, 32_768)
    draw(blank_page, chart, width)
    blank_page.add_style_tag(content=source("page.css"))
    outside = blank_page.evaluate("""() => {
      document.body.classList.add("rope-page");
      const box = document.querySelector(".rope-panel").getBoundingClientRect();
      return Array.from(document.querySelectorAll("text"), (text) => {
        const { left, right, top, bottom } = text.getBoundingClientRect();
        const inside = left >= box.left && right <= box.right && top >= box.top
          && bottom <= box.bottom;
        return [inside, parseFloat(getComputedStyle(text).fontSize), text.textContent];
      }).filter(([inside, size]) => !inside || size < 13);
    }""")
    blank_page.evaluate("document.body.className = ''")
    assert outside == []


# --- a page alone ---

PAGE = """<!doctype html><meta charset="utf-8"><title>A view</title><style>{style}</style>
<main></main><script type="module">{module}
mount(document.querySelector("main"), {settings});</script>"""


@pytest.fixture
def plain_page(chromium, tmp_path):
    """Open a view in a page from disk; everything outside is blocked and noted."""
    context = lab_in_browser.new_context(chromium, viewport={"width": 900, "height": 900})
    asked = []

    def open_page(view: PageView):
        parts = {"style": source("page.css"), "module": source(*view.files)}
        path = tmp_path / "view.html"
        path.write_text(PAGE.format(**parts, settings=json.dumps(view.settings)), "utf-8")
        page = context.new_page()
        page.on("pageerror", lambda error: asked.append(str(error)))

        def only_this(route):
            if route.request.url == path.as_uri():
                return route.continue_()
            asked.append(route.request.url)
            return route.abort()

        page.route("**/*", only_this)
        page.goto(path.as_uri())
        return page

    yield open_page
    context.close()
    assert asked == [], "nothing is asked of anybody, and nothing fails"


def test_a_chart_moves_in_a_plain_page_without_jupyter(plain_page):
    page = plain_page(frequency_chart.view())
    page.get_by_role("slider", name="base").focus()
    page.keyboard.press("ArrowRight")
    chart = frequency_chart.chart(50_000, 64, 512)
    assert page.locator(".rope-big").inner_text() == chart.number
    assert page.locator(".rope-words").inner_text() == "\n".join(chart.digest)
    panels = page.evaluate(f"({READ_DRAWN})(document)")
    for panel, drawn in zip(chart.panels, panels, strict=True):
        dots, turn = panel.lines
        wanted = in_pixels(panel, dots, drawn["frame"])
        np.testing.assert_allclose(drawn["markers"][0], wanted, atol=0.02)


VIEWS = {
    "score_by_distance": distance.view,
    "wavelengths": frequency_chart.view,
    "method_bench": lambda: bench.speeds_bench("pi", beside="rope").view(),
    "head_score": head_scores.view,
}


# What is drawn anew for another width is there in the second frame at the latest.
TWO_FRAMES = """() => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"""


@pytest.mark.lesson("02", "03", "04", "05", "06")
@pytest.mark.parametrize("name", VIEWS)
def test_nothing_jumps_when_a_setting_changes(plain_page, name):
    page = plain_page(VIEWS[name]())
    places = """() => Array.from(
      document.querySelectorAll(".rope-chart, .rope-panel, .rope-slider"),
      (each) => each.getBoundingClientRect().top + scrollY)"""
    for width in (400, 800):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(TWO_FRAMES)
        before = page.evaluate(places)
        for slider in page.get_by_role("slider").all():
            for key in ("End", "Home"):
                slider.press(key) if slider.is_enabled() else None
                assert page.evaluate(places) == before, f"{width}: {key}"


@pytest.mark.lesson("02", "03", "04", "05", "06")
@pytest.mark.parametrize("name", VIEWS)
def test_a_picture_says_what_it_shows_and_letters_what_moves_it(plain_page, name):
    page = plain_page(VIEWS[name]())
    told = page.get_by_role("img").first.get_attribute("aria-label")
    assert page.locator(".rope-big").inner_text() in told and len(told) > 60
    for slider in page.get_by_role("slider").all():
        assert slider.get_attribute("aria-label")


def test_who_points_at_a_picture_reads_the_numbers_there(plain_page):
    page = plain_page(frequency_chart.view())
    page.get_by_role("slider", name="base").press("ArrowRight")
    box = page.locator(".rope-panel").nth(1).bounding_box()
    place = box["x"] + 62 + 10.6 / 32 * (box["width"] - 62 - 26)  # near pair 10, from -0.5 to 31.5
    page.mouse.move(place, box["y"] + 50)
    wavelength = 2 * math.pi * 50_000 ** (20 / 64)
    assert page.locator(".rope-readout").inner_text() == f"at 10: pairs {wavelength:.3g}"
    page.mouse.move(5, 5)
    assert "Point at the picture" in page.locator(".rope-readout").inner_text()


def test_buttons_of_two_views_on_one_page_do_not_release_one_another(blank_page):
    copies = [CHART_MODULE, CHART_MODULE + "//"]  # two modules, as two views of a page are
    addresses = [
        "data:text/javascript;base64," + base64.b64encode(module.encode()).decode()
        for module in copies
    ]
    pressed = blank_page.evaluate(
        """async (addresses) => {
          document.body.replaceChildren();
          const made = [];
          for (const address of addresses) {
            const { choice } = await import(address);
            const options = [["b", "b"], ["c", "c"]];
            made.push(choice({ label: "a", options, value: "b" }, () => {}));
            document.body.append(made.at(-1).element);
          }
          return made.map((each) => each.element.querySelectorAll(":checked").length);
        }""",
        addresses,
    )
    assert pressed == [1, 1]


def test_a_recipe_that_is_kept_stands_beside_the_next_and_the_page_says_so(plain_page):
    made = bench.speeds_bench("pi", beside="rope")
    page = plain_page(made.view())
    page.get_by_role("button", name="Keep for comparison").click()
    assert page.get_by_text("Kept: PI, factor 8").is_visible()
    page.get_by_role("slider", name="factor").press("Home")
    wanted = made.speeds_chart(Recipe("pi", factor=1), Recipe("pi"), 4096)
    assert page.locator(".rope-words").inner_text() == "\n".join(wanted.digest)


def test_settings_that_a_method_does_not_have_are_greyed_out(plain_page):
    page = plain_page(bench.Bench(Recipe("yarn"), Recipe("rope"), views=["speeds"]).view())
    page.get_by_label("PI", exact=True).check()
    free = [
        s.get_attribute("aria-label") for s in page.get_by_role("slider").all() if s.is_enabled()
    ]
    assert free == ["factor", "bytes to read"]
    assert page.get_by_label("index").is_disabled()


@pytest.fixture
def bench_page(plain_page):
    """A bench that begins with its speeds, and has a model read, if somebody answers."""
    made = bench.Bench(Recipe("yarn"), Recipe("rope"), views=["speeds"])
    view = made.view()
    settings = view.settings | {"views": ["speeds", "perplexity"], "key": "here"}
    return plain_page(PageView(view.files, settings))


def test_a_bench_without_a_kernel_says_how_to_get_one(bench_page):
    bench_page.get_by_label("perplexity").check()
    assert bench_page.get_by_text("Run this cell, and the model reads what you set.").is_visible()


def test_while_a_question_is_open_only_the_newest_other_one_waits(bench_page):
    bench_page.evaluate("""() => {
      window.asked = [];
      addEventListener("rope-ask-here", (event) => {
        event.preventDefault();
        window.asked.push(event.detail);
      });
    }""")
    bench_page.get_by_label("perplexity").check()
    for _ in range(3):
        bench_page.get_by_role("slider", name="factor").press("ArrowRight")
    answer = """() => dispatchEvent(new CustomEvent("rope-told-here", {
      detail: { number: window.asked.at(-1).number, status: "Read", view: "perplexity" } }))"""
    bench_page.evaluate(answer)
    bench_page.evaluate(answer)
    factors = [asked["recipe"]["factor"] for asked in bench_page.evaluate("window.asked")]
    assert factors == [8, 24]  # 12 and 16 were passed by
    assert bench_page.get_by_text("Read", exact=True).is_visible()


def test_colours_of_lines_stand_out_from_a_dark_page():
    assert all(contrast(colour, "#161616") >= 4.5 for colour in ON_DARK.values())
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in ON_DARK)


@pytest.mark.lesson("07")
def test_a_view_that_a_model_reads_for_draws_what_it_is_given_without_a_kernel(plain_page):
    line = Line("a", [512, 1024], [2.5, 3.5], "#000000", marker="o")
    first, next_one = (
        Chart(
            f"{number} of it",
            (Panel(Axis("x", (0, 2000)), Axis("y", (0, 4)), (part,)),),
            ("b",),
            number,
        )
        for number, part in (("1.0", line), ("2.0", dataclasses.replace(line, y=[1.5, 0.5])))
    )
    made = bench.Bench(Recipe("yarn"), Recipe("rope"), views=["speeds"]).view()
    settings = made.settings | {"views": ["perplexity"], "key": "here", "chart": as_data(first)}
    page = plain_page(PageView(made.files, settings))
    page.evaluate(
        """(chart) => addEventListener("rope-ask-here", (event) => {
          event.preventDefault();
          const { number, view, recipe } = event.detail;
          const detail = { number, view, status: `${recipe.factor} is read`, chart };
          dispatchEvent(new CustomEvent("rope-told-here", { detail }));
        })""",
        as_data(next_one),
    )
    for chart, key in ((first, "Tab"), (next_one, "ArrowRight")):
        page.get_by_role("slider", name="factor").press(key)
        [drawn] = page.evaluate(f"({READ_DRAWN})(document)")
        wanted = in_pixels(chart.panels[0], chart.panels[0].lines[0], drawn["frame"])
        np.testing.assert_allclose(drawn["markers"][0], wanted, atol=0.02)
        assert page.locator(".rope-big").inner_text() == chart.number
    assert page.get_by_text("12 is read").is_visible()


ANSWER_LOOKS = """(looks) => {
  window.asked = [];
  const buffer = (numbers) => new DataView(Float32Array.from([0, ...numbers]).buffer, 4);
  addEventListener("rope-ask-here", (event) => {
    event.preventDefault();
    window.asked.push(event.detail);
    const { number, view, place } = event.detail;
    const told = looks[place.layer].map(({ shares, keys, ...look }) => {
      return { ...look, shares: buffer(shares), keys: buffer(keys) };
    });
    dispatchEvent(new CustomEvent("rope-told-here", {
      detail: { number, view, status: "", looks: told } }));
  });
}"""


@pytest.mark.lesson("04", "07")
def test_where_a_layer_looks_is_asked_for_once_and_heads_and_positions_wait_for_nobody(
    plain_page, looks_bench
):
    def answer(**place):
        asked = {name: recipe.as_data() for name, recipe in looks_bench.start.items()}
        looks_bench.answer(asked | {"view": "attention", "place": bench.PLACE | place})
        return looks_bench.described()

    def press(name, key, **place):
        page.get_by_role("slider", name=name).press(key)
        chart = answer(**place)
        assert page.locator(".rope-big").inner_text() == chart.number
        assert page.locator(".rope-words").inner_text() == "\n".join(chart.digest)
        return [asked["lacking"] for asked in page.evaluate("window.asked")]

    looks = {}
    for layer in (4, 5):
        answer(layer=layer)
        looks[str(layer)] = [as_lists(told) for told in looks_bench.line.told["looks"]]
    view = looks_bench.view()
    page = plain_page(PageView(view.files, view.settings | {"key": "here"}))
    page.evaluate(ANSWER_LOOKS, looks)
    both = ["recipe", "kept"]
    at_end = bench.POSITIONS[-1]
    assert press("position of the query", "End", position=at_end) == [both]
    assert press("head", "End", position=at_end, head=3) == [both]
    assert press("layer", "ArrowRight", position=at_end, head=3, layer=5) == [both, both]
    assert press("layer", "ArrowLeft", position=at_end, head=3, layer=4) == [both, both]


@pytest.mark.lesson("04")
def test_the_published_bench_names_the_recipe_that_is_kept_with_all_its_settings(plain_page):
    view = attention.view()
    page = plain_page(PageView(view.files, view.settings))
    page.get_by_role("button", name="Keep for comparison").click()
    assert page.get_by_text(f"Kept: {Recipe('yarn').in_words()}").is_visible()
