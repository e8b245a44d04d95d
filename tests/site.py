"""The published pages in Chromium, served from _site/, with everything outside blocked.

`make test-site` builds them and runs this; it takes a few minutes. test_pages.py has what is quick.
"""

import json
import random
import statistics

import numpy as np
import pytest

from lesson_utils.catalogue import COURSE
from lesson_utils.figures.lesson_04 import attention_chart
from lesson_utils.progress.state import State, parse
from lesson_utils.rope import rope
from lesson_utils.widgets import bench, distance, frequency_chart, landscape_figure
from lesson_utils.widgets.recipe import Recipe
from tests.helpers import ROOT
from tests.served import served
from tools.pages import attention, opening

SITE = ROOT / "_site"
PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html"))
LESSONS = [f"notebooks/{lesson.file.removesuffix('.ipynb')}.html" for lesson in COURSE.lessons]
KINDS = ("index.html", LESSONS[3], LESSONS[7], "exercises/index.html", "solutions/index.html",
         "site/receipts.html", "site/progress.html", "site/glossary.html", "reference/rope.html",
         "search.html")  # fmt: skip
LARGEST, FIRST_PAINT = 1_500_000, 1000
"""Bytes of a lesson's page with all that it loads; milliseconds."""

if not PAGES:
    raise pytest.UsageError("there is no _site/; `make site` builds it")


@pytest.fixture(scope="module")
def address():
    with served(SITE) as address:
        yield address


@pytest.fixture
def open_page(chromium, address):
    """Open pages of the site; at the end nothing failed, and nobody else was asked."""
    contexts, wrong = [], []

    def stay_inside(route):
        inside = route.request.url.startswith((address, "data:", "blob:"))
        if not inside:
            wrong.append(route.request.url)
        route.continue_() if inside else route.abort()

    def open_page(path, **options):
        contexts.append(
            chromium.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        )
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda m: m.type == "error" and wrong.append(f"{m.text} {m.location}"))
        page.route("**/*", stay_inside)
        page.goto(address + path, wait_until="load")
        page.wait_for_function("!document.querySelector('.rope-mount:not([data-mounted])')")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


# --- every page ---


@pytest.fixture(scope="module")
def axe():
    from axe_playwright_python.sync_playwright import Axe

    return Axe()


def complaints(axe, page) -> list[str]:
    """List what axe-core finds that keeps somebody from using a page."""
    found = axe.run(page).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_fits_every_screen_and_can_be_used_by_everybody(open_page, axe, path):
    page = open_page(path)
    assert complaints(axe, page) == []
    for width in (1280, 1100, 800, 390):
        page.set_viewport_size({"width": width, "height": 844})
        # A view is drawn anew in the frame after the page has become narrow.
        page.wait_for_function("w => document.documentElement.scrollWidth <= w", arg=width)


@pytest.mark.parametrize("path", KINDS)
def test_a_dark_page_can_be_used_by_everybody(open_page, axe, path):
    assert complaints(axe, open_page(path, color_scheme="dark")) == []


@pytest.mark.parametrize("path", LESSONS)
def test_a_lesson_is_small_and_paints_within_a_second(open_page, path):
    paints, sizes = [], []
    for _ in range(3):
        page = open_page(path)
        paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
        paints.append(page.evaluate(paint))
        for image in page.locator("article img").all():
            image.scroll_into_view_if_needed() if image.is_visible() else None
        loaded = (
            "performance.getEntriesByType('resource').map((each) => each.decodedBodySize)"
            ".reduce((sum, size) => sum + size,"
            " performance.getEntriesByType('navigation')[0].decodedBodySize)"
        )
        sizes.append(page.evaluate(loaded))
    assert max(sizes) <= LARGEST
    assert statistics.median(paints) < FIRST_PAINT


def test_a_click_leads_on_and_a_search_finds_a_lesson(open_page):
    page = open_page(LESSONS[0])
    page.locator("a.next-page").click()
    assert page.locator("h1").inner_text().startswith("01 ·")
    page.locator(".sidebar-search").fill("interleaved")
    page.keyboard.press("Enter")
    page.locator("#search-results a", has_text="Build RoPE").first.wait_for()


def test_a_result_is_folded_until_it_is_asked_for(open_page):
    page = open_page(LESSONS[3])
    folded = page.locator("details.hide.below-input").first
    assert "47,117" not in folded.inner_text()
    folded.locator("summary").click()
    assert "47,117" in folded.inner_text()


def test_a_problem_is_reported_with_page_section_and_version(open_page):
    page = open_page(LESSONS[3])
    link = page.locator("a[aria-label='Report a problem in this section']").first
    address = link.get_attribute("href")
    assert address.startswith(f"https://github.com/{COURSE.address.repository}/issues/new?")
    for part in ("page=notebooks/03_read_the_dials", "section=Two+numbers", "version="):
        assert part in address.replace("%2F", "/")


# --- views ---


def view_in(page, name: str):
    place = page.locator(f".rope-mount[data-view={name}]").first
    place.scroll_into_view_if_needed()
    return place


def number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


def values_of(view) -> dict[str, float]:
    """Read what every slider stands at, by its label."""
    return {
        each.locator(".rope-label").inner_text(): number(each.locator(".rope-box").input_value())
        for each in view.locator(".rope-slider").all()
        if each.is_visible()
    }


def every_move(view):
    """Move each slider of a view to its ends and on from there; yield where all of them stand."""
    yield values_of(view)
    for track in view.locator(".rope-track").all():
        if not track.is_visible() or not track.is_enabled():
            continue
        for key in ("End", "ArrowLeft", "Home", "ArrowRight", "ArrowRight"):
            track.press(key)
            yield values_of(view)


def says(view, chart):
    """Compare the number and the words under a chart with Python's description."""
    told = chart.title.removeprefix(chart.number).strip()
    assert view.locator(".rope-big").inner_text() == chart.number
    assert view.locator(".rope-title .rope-line").inner_text() == told
    assert view.locator(".rope-words").inner_text() == "\n".join(chart.digest)


def test_wavelengths_move_as_python_computes(open_page):
    view = view_in(open_page(LESSONS[3]), "frequency_chart")
    for now in every_move(view):
        says(
            view,
            frequency_chart.chart(now["base"], int(now["head_dim"]), int(now["trained window"])),
        )


def test_scores_by_distance_move_as_python_computes(open_page):
    view = view_in(open_page(LESSONS[2]), "distance")
    for now in every_move(view):
        says(
            view,
            distance.chart(int(now["base"]), int(now["head_dim"]), int(now["reach, positions"])),
        )


BENCHES = {
    6: ("ntk_aware", "pi", lambda: bench.speeds_bench("ntk_aware", beside="pi")),
    7: ("yarn", "rope", lambda: bench.Bench(Recipe("yarn"), Recipe("rope"), views=["speeds"])),
}


@pytest.mark.parametrize("lesson", BENCHES)
def test_speeds_move_as_python_computes(open_page, lesson):
    page = open_page(LESSONS[lesson])
    view = view_in(page, "bench")
    start, kept, make = BENCHES[lesson]
    made = make()
    labels = {"factor": "factor", "β_fast": "beta_fast", "β_slow": "beta_slow"}
    known = {knob["label"]: knob["name"] for knob in made.view().settings["knobs"]} | labels
    for now in every_move(view):
        recipe = Recipe(start, **{known[name]: v for name, v in now.items() if name in known})
        says(view, made.speeds_chart(recipe, Recipe(kept), int(now["bytes to read"])))


def test_the_wall_counts_new_angles_as_python_does(open_page):
    from lesson_utils.angles import new_angles

    view = view_in(open_page(LESSONS[3]), "wall_of_dials")
    for now in every_move(view):
        inv_freq = rope(int(now["head_dim"]), base=now["base"]).inv_freq.double()
        count = new_angles(inv_freq, int(now["offset"]), int(now["trained window"])).sum()
        assert view.locator(".rope-big").inner_text() == str(count)


def test_the_dial_scores_as_python_does(open_page):
    view = view_in(open_page(LESSONS[1]), "position_dial")
    import cmath

    for now in every_move(view):
        offset = now["query"] - now["key"]
        score = (complex(1.2, 0.5) * complex(0.8, -0.6).conjugate() * cmath.exp(0.3j * offset)).real
        assert number(view.locator(".rope-big").inner_text()) == pytest.approx(score, abs=6e-4)


def test_attention_is_what_was_noted_when_the_pages_were_made(open_page):
    view = view_in(open_page(LESSONS[4]), "bench")
    files = {
        name: json.loads((SITE / "_static" / "attention" / f"{name}.json").read_text("utf-8"))
        for name in attention.recipes()
    }
    import numpy as np

    for now in every_move(view):
        layer, head, at = int(now["layer"]), int(now["head"]), int(now["position of the query"])
        chosen = {f"yarn-{int(now['factor'])}": "yarn", "rope": "rope"}
        place, words = bench.POSITIONS.index(at), attention.recipes()
        chart = attention_chart(
            {
                words[name].in_words(): (
                    method, np.array(files[name]["shares"][layer][head][place]) / 1000
                )
                for name, method in chosen.items()
            },
            bench.STARTS,
            trained_length=512,
            where=f"Layer {layer}, head {head} at byte {at:,}",
            keys={words[n].in_words(): files[n]["keys"][layer][head][place] for n in chosen},
        )  # fmt: skip
        view.locator(".rope-words", has_text=chart.digest[0]).wait_for(timeout=5000)
        says(view, chart)


def test_the_landscape_is_fetched_when_asked_for_and_has_pythons_heights(open_page):
    page = open_page(LESSONS[3])
    view = view_in(page, "landscape")
    output = page.locator(".cell_output", has=view)
    assert output.locator("img").is_visible()
    view.get_by_role("button", name="Turn it here").click()
    view.locator(".gl-container canvas").first.wait_for()
    output.locator("img").wait_for(state="hidden")
    shown = """() => Array.from(
      document.querySelector(".js-plotly-plot")._fullData[0].z, row => [...row])"""
    heights, _ = landscape_figure.cosines(landscape_figure.OFFSETS)
    assert abs(np.array(page.evaluate(shown)) - heights).max() <= 6e-4


def test_the_first_screen_shows_what_was_recorded_and_breaks_past_the_window(open_page):
    view = view_in(open_page("index.html"), "opening")
    for row, method in zip(opening.settings()["chart"]["panels"][0]["lines"], opening.ROWS):
        view.locator(f"input[value={method}]").check()
        for length, value in zip(row["x"], row["y"]):
            view.locator(".rope-presets button", has_text=f"{int(length):,}").click()
            assert view.locator(".rope-big").inner_text() == f"{value:.1f}"
    for method, new in {"rope": 1, "pi": 0, "ntk_aware": 1, "yarn": 0}.items():
        view.locator(f"input[value={method}]").check()
        assert view.locator(".rope-new").count() == new, method


def test_the_hand_of_the_first_screen_can_be_dragged(open_page):
    view = view_in(open_page("index.html"), "opening")
    box = view.locator(".opening-dial svg").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    view.page.mouse.move(x + 60, y - 30)
    view.page.mouse.down()
    view.page.mouse.move(x, y - 70)  # a quarter of a turn
    view.page.mouse.up()
    quarter = 1 + 3.14159 / 2 / 10_000 ** (-48 / 64)
    assert values_of(view)["bytes read at once"] == pytest.approx(quarter, abs=20)


# --- what the browser keeps ---


def test_a_guess_and_a_lesson_read_are_kept_and_the_file_is_one_of_the_course(
    open_page, tmp_path, run, monkeypatch
):
    page = open_page(LESSONS[3])
    form = page.locator("form[aria-label='Guess 03.1']")
    form.locator("input").fill("50,000")
    form.locator("button[type=submit]").click()
    page.locator(".rope-read button").click()
    page.reload()
    page.locator("form[aria-label='Guess 03.1'] button[type=submit]").wait_for(state="hidden")
    page.goto(page.url.replace("notebooks/03_read_the_dials", "site/progress"))
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save to a file").click()
    path = tmp_path / "my_progress.json"
    saved.value.save_as(path)
    state = parse(path.read_bytes())
    assert state.read == {"03"} and list(state.guesses) == ["03.1"]
    monkeypatch.delenv("STRETCHING_ROPE_PROGRESS", raising=False)
    monkeypatch.setenv("STRETCHING_ROPE_PROGRESS_FILE", str(tmp_path / "own.json"))
    code, out, _ = run("progress", "--import", path)
    assert code == 0 and "added 1 lessons read" in out and "1 guesses" in out
    assert parse((tmp_path / "own.json").read_bytes()) == state


def test_a_file_of_the_course_is_added_and_another_is_refused(open_page, tmp_path):
    from lesson_utils.progress.state import to_text

    page = open_page("site/progress.html")
    (tmp_path / "mine.json").write_text(to_text(State(read=frozenset({"05"}))), "utf-8")
    (tmp_path / "other.json").write_text("[]", "utf-8")
    page.locator(".rope-progress input[type=file]").set_input_files(tmp_path / "mine.json")
    page.get_by_text("Added what mine.json holds").wait_for()
    assert page.locator(".rope-progress tr", has_text="05 ·").get_by_text("✓ read").count() == 1
    page.locator(".rope-progress input[type=file]").set_input_files(tmp_path / "other.json")
    page.get_by_text("other.json was not read: it is not a progress file of this course").wait_for()
    page.reload()
    page.locator(".rope-progress tr", has_text="05 ·").get_by_text("✓ read").wait_for()


def a_state(chance) -> State:
    some = lambda names: frozenset(chance.sample(names, chance.randrange(len(names))))  # noqa: E731
    ids = [f"0{n}.{i}" for n in range(1, 4) for i in range(1, 4)]
    return State(
        some(["01", "02", "03"]), some(ids), {name: chance.randrange(9) for name in some(ids)},
        {name: chance.choice("abc") for name in some(ids)}, some(ids),
    )  # fmt: skip


def test_the_page_merges_two_states_as_the_course_does(open_page):
    from lesson_utils.progress.state import to_text

    chance = random.Random(0)
    pairs = [(a_state(chance), a_state(chance)) for _ in range(50)]
    page = open_page("site/progress.html")
    found = page.evaluate(
        "async (pairs) => { const m = await import('../_static/views/progress.js');"
        " return pairs.map((pair) => JSON.stringify(m.merged(...pair.map(m.parsed)))) }",
        [[to_text(state) for state in pair] for pair in pairs],
    )
    for text, (one, other) in zip(found, pairs, strict=True):
        assert parse(text.encode()) == one.merge(other)
