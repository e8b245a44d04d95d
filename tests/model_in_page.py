"""The model in the page reads as Python does: `make test-model-in-page`.

It needs what the published pages are made with (onnx, onnxruntime, ONNX Runtime Web) and Chromium,
which reaches nothing outside this computer here. `make test` does without.
"""

import functools
import json
import re
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import onnxruntime
import pytest
import torch

from lesson_utils import scaling, weights
from lesson_utils.attention import doubling_distances, looks_by_distance
from lesson_utils.corpus import default_documents
from lesson_utils.figures.bench import tries_chart
from lesson_utils.figures.chart import as_data
from lesson_utils.methods import TABLE
from lesson_utils.model import ModelConfig, attend_last
from lesson_utils.perplexity import byte_losses, perplexity
from lesson_utils.rope import cos_sin, rope
from lesson_utils.widgets.recipe import Recipe
from tests import lab_in_browser
from tests.helpers import ROOT
from tools.export_onnx import NAMES, model_graph
from tools.gather_model_page import LENGTHS, gather

SHAPE = {"head_dim": 64, "base": 10_000.0, "trained_length": 512}
TEXT = default_documents(1)[0].excerpt(0, 4096, name="sympy/core/basic.py")


def frequencies_of(method, length=1024, **options):
    return scaling.by_name(method, factor=8, length=length, **SHAPE, **options)


# --- the graph, run by ONNX Runtime in Python ---


@functools.cache
def session(name, weight_type=np.float16):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    data = model_graph(weights.load(name), weight_type=weight_type).SerializeToString()
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def read(session, data, frequencies, *, piece=256, reach=2**30):
    """Read a text in pieces; return the losses of all bytes but the first, and the last outputs."""
    data = np.asarray(data, np.int64)
    answers, losses = np.append(data[1:], 0), []
    cache = {i.name: np.zeros((4, 0, 64), np.float32) for i in session.get_inputs()[5:]}
    for start in range(0, len(data), piece):
        part = slice(start, start + piece)
        count = len(data[part])
        cos, sin = cos_sin(frequencies, torch.arange(start, start + count))
        given = {"tokens": data[part], "answers": answers[part], "reach": np.array([reach])}
        given |= {"cos": cos.numpy(), "sin": sin.numpy()}
        found, logits, looks, *cached = session.run(None, given | cache)
        cache = dict(zip(cache, cached, strict=True))
        losses.append(found)
    return np.concatenate(losses)[:-1], logits, looks


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", TABLE)
def test_the_graph_reads_every_byte_as_pytorch_does(name, method):
    """To 5e-5 nats, a few roundings of float32 at a loss of 10 nats; on average to 1e-6."""
    frequencies, text = frequencies_of(method), TEXT.tokens()[:1024]
    wanted = byte_losses(weights.load(name), text[None], frequencies)[0].numpy()
    found, *_ = read(session(name, np.float32), text, frequencies)
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=5e-5)
    assert found.mean() == pytest.approx(wanted.mean(), abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_weights_kept_as_float16_move_no_loss_by_more_than_1e_4(name):
    text, frequencies = TEXT.tokens()[:1024], frequencies_of("yarn")
    half, full = (
        read(session(name, kept), text, frequencies)[0] for kept in (np.float16, np.float32)
    )
    assert np.abs(half - full).max() < 1e-4
    assert half.mean() == pytest.approx(full.mean(), abs=1e-6)
    for tensor in weights.load(name).parameters():
        assert (tensor - tensor.half().float()).abs().max() < 3e-8 + 1e-12


@pytest.mark.parametrize("piece", [1, 37, 300])
def test_pieces_of_any_size_read_as_one(piece):
    text, frequencies = TEXT.tokens()[:300], frequencies_of("yarn")
    whole, parts = (read(session("base"), text, frequencies, piece=size) for size in (300, piece))
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


def test_a_reach_of_100_is_the_reader_that_sees_100_keys():
    text, frequencies = TEXT.tokens()[:512], rope(64)
    attend = attend_last(100)
    wanted = byte_losses(weights.load("base"), text[None], frequencies, attend=attend)[0].numpy()
    found, *_ = read(session("base"), text, frequencies, reach=100)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4)


def test_the_weights_are_those_that_the_lessons_count():
    text, frequencies = TEXT.tokens()[:512], frequencies_of("yarn")
    counted = looks_by_distance(weights.load("base"), text, [511], frequencies).shares[:, :, 0]
    *_, looks = read(session("base"), text, frequencies)
    back = looks[..., ::-1]
    starts = doubling_distances(512)
    found = np.add.reduceat(back, starts, axis=-1)
    np.testing.assert_allclose(found, counted, atol=1e-5)


# --- the page, in Chromium ---


class Quiet(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".js": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, *_):
        pass


@contextmanager
def served(folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def as_html(markdown: str) -> str:
    """Return the page as Sphinx makes it, as far as its script can tell."""
    parts = re.split(r"```\{raw\} html\n(.*?)```\n", markdown, flags=re.DOTALL)
    prose = [f"<p>{each}</p>" if place % 2 == 0 else each for place, each in enumerate(parts)]
    head = '<meta charset="utf-8"><link rel="icon" href="data:,"><title>The model</title>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(prose)}</body></html>'


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    gather(folder / "_static" / "model_in_page")
    (folder / "site").mkdir()
    page = as_html((ROOT / "site" / "model_in_page.md").read_text(encoding="utf-8"))
    (folder / "site" / "model_in_page.html").write_text(page, encoding="utf-8")
    (folder / "blank.html").write_text('<link rel="icon" href="data:,">', encoding="utf-8")
    with served(folder) as address:
        yield address


@pytest.fixture(scope="module")
def open_page(chromium, site):
    """Open a page; what it asks of others, and what goes wrong in it, is noted and blocked."""
    opened = []

    def open_page(path, **options):
        page = chromium.new_page(**options)
        page.noted = []
        page.route("**/*", lambda route: keep_inside(route, site, page.noted))
        page.on("pageerror", lambda error: page.noted.append(str(error)))
        page.on("console", lambda m: m.type == "error" and page.noted.append(m.text))
        page.goto(f"{site}/{path}")
        opened.append(page)
        return page

    yield open_page
    for page in opened:
        page.close()


def keep_inside(route, site, noted):
    if route.request.url.startswith((site, "data:", "blob:")):
        return route.continue_()
    noted.append(f"asked for {route.request.url}")
    return route.abort()


OPEN = """async (runtime) => {
  const { openLab } = await import("/_static/model_in_page/lab.js");
  window.lab = await openLab({ runtime });
  window.jobOf = async (kind, length, recipe, more) => {
    const frequencies = await lab.frequencies([length], { ...lab.settings.now, ...recipe });
    const text = lab.text.bytes.slice(0, length);
    const job = { kind, model: "base", text, lengths: [length], longest: length, frequencies };
    if (kind !== "perplexity") job.frequencies = frequencies[length];
    return { ...job, ...more };
  };
  window.ask = async (job, view = "test") => {
    const results = [];
    const done = await lab.model.ask(view, job, (result) => results.push(result));
    return { done, results };
  };
}"""


@pytest.fixture(scope="module")
def lab(open_page):
    """A page without views, in which the model can be asked."""
    page = open_page("blank.html")
    page.evaluate(OPEN, "wasm")
    yield page
    assert page.noted == []


PERPLEXITY = """async ([recipe, lengths, model, body]) => {
  lab.body = body ?? "";
  const longest = lengths.at(-1);
  const frequencies = await lab.frequencies(lengths, { ...lab.settings.now, ...recipe });
  const text = lab.text.bytes.slice(0, longest);
  const { results } = await ask({ kind: "perplexity", model, text, lengths, longest, frequencies });
  return results.filter(({ perplexity }) => perplexity).map((r) => [r.length, r.perplexity]);
}"""
SHORT = [256, 1024]


def in_page(lab, recipe, lengths=SHORT, model="base", body=None):
    return dict(lab.evaluate(PERPLEXITY, [recipe, lengths, model, body]))


def in_python(frequencies, lengths=SHORT, model="base"):
    text = TEXT.excerpt(0, max(lengths))
    return perplexity(weights.load(model), [text], lengths, frequencies)


@pytest.mark.parametrize("method", TABLE)
def test_perplexity_in_the_page_is_pythons_to_a_thousandth(lab, method):
    asked = {"method": method, "attention_scaling": 1.1}
    own = {"attention_scaling": 1.1} if method == "yarn" else {}
    wanted = in_python(lambda length: frequencies_of(method, length, **own))
    assert in_page(lab, asked) == pytest.approx(wanted, abs=1e-3)


@pytest.mark.parametrize(
    "settings", [{"ramp": "index", "beta_fast": 8}, {"beta_slow": 3, "factor": 4}]
)
def test_the_settings_of_a_method_reach_the_model(lab, settings):
    wanted = in_python(Recipe("yarn", **settings).frequencies(ModelConfig()))
    assert in_page(lab, {"method": "yarn", **settings}) == pytest.approx(wanted, abs=1e-3)


def test_the_fine_tuned_weights_read_as_pythons(lab):
    wanted = in_python(Recipe("yarn").frequencies(ModelConfig()), model="yarn")
    assert in_page(lab, {"method": "yarn"}, model="yarn") == pytest.approx(wanted, abs=1e-3)


def test_4096_bytes_read_at_once_are_pythons_and_the_recorded_ones(lab):
    recorded = lab.evaluate("lab.settings.recorded.rope")
    found = in_page(lab, {"method": "rope"}, lengths=[4096])
    assert found[4096] == pytest.approx(recorded["4096"], abs=1e-3)
    assert set(recorded) == {str(length) for length in LENGTHS}


def test_the_recorded_reader_that_forgets_is_the_one_that_the_page_can_run(lab):
    found = lab.evaluate("""async () => {
      const job = await jobOf("perplexity", 1024, { method: "rope" }, { reach: 100 });
      return (await ask(job)).results.at(-1).perplexity;
    }""")
    excerpt = [TEXT.excerpt(0, 1024)]
    wanted = perplexity(weights.load("base"), excerpt, 1024, attend=attend_last(100))
    assert found == pytest.approx(wanted, abs=1e-3)


def test_attention_in_the_page_is_pythons(lab):
    found = lab.evaluate("""async () => {
      const job = await jobOf("attention", 640, { method: "yarn" }, { every: 64 });
      const { results } = await ask(job);
      return results.map(({ position, weights }) => [position, Array.from(weights)]);
    }""")
    assert [position for position, _ in found] == list(range(63, 640, 64))
    frequencies = Recipe("yarn").frequencies(ModelConfig())
    for position, weights_ in found[::3]:
        text = TEXT.tokens()[: position + 1]
        *_, wanted = read(session("base"), text, frequencies)
        np.testing.assert_allclose(np.reshape(weights_, wanted.shape), wanted, atol=1e-4)


def test_the_page_writes_what_python_writes(lab):
    found = lab.evaluate("""async () => {
      const job = await jobOf("completion", 300, { method: "rope" }, { count: 40 });
      return (await ask(job)).results.filter(({ byte }) => byte !== undefined);
    }""")
    wanted = weights.load("base").generate(TEXT.data[:300].tobytes(), 40)
    assert bytes(each["byte"] for each in found) == wanted
    assert all(1 / 256 <= each["probability"] <= 1 for each in found)


def test_what_is_drawn_by_chance_is_the_same_for_the_same_seed_alone(lab):
    drawn = """async (seed) => {
      const job = await jobOf("completion", 300, { method: "rope" }, { count: 30, seed });
      return (await ask(job)).results.map(({ byte }) => byte);
    }"""
    first, again, other = (lab.evaluate(drawn, seed) for seed in (1, 1, 2))
    assert first == again != other


def test_a_newer_wish_ends_an_older_reading_between_two_pieces(lab):
    ended = lab.evaluate("""async () => {
      const [long, short] = [await jobOf("perplexity", 4096), await jobOf("perplexity", 256)];
      const [older, newer] = await Promise.all([ask(long), ask(short)]);
      return [older.done, newer.done, older.results.length];
    }""")
    assert ended[:2] == [False, True]
    assert ended[2] <= 2  # of 16


def test_a_newer_wish_of_another_view_goes_first_and_ends_nothing(lab):
    order = lab.evaluate("""async () => {
      const [long, short] = [await jobOf("perplexity", 1024), await jobOf("perplexity", 256)];
      const order = [];
      const told = (view, job) => ask(job, view).then(({ done }) => order.push([view, done]));
      await Promise.all([told("one", long), told("other", short)]);
      return order;
    }""")
    assert order == [["other", True], ["one", True]]


# --- a learner's own frequencies ---

PI = "return Array.from({ length: head_dim / 2 }, (_, i) => base ** (-2 * i / head_dim) / factor);"


def test_a_learners_own_numbers_drive_the_model(lab):
    found = in_page(lab, {"method": "mine", "factor": 8}, body=PI)
    assert found == pytest.approx(in_python(frequencies_of("pi")), abs=1e-3)


def test_a_learners_own_multiplier_and_length_reach_the_model(lab):
    body = PI.replace("return ", "const inv_freq = ").replace("factor", "(length / 512)")
    body += "return { inv_freq, attention_scaling: 1.2 };"
    found = in_page(lab, {"method": "mine"}, body=body)
    wanted = in_python(
        lambda n: (
            scaling.pi(64, max(1, n / 512))._replace(attention_scaling=1.2)
            if n >= 512
            else rope(64)._replace(inv_freq=rope(64).inv_freq * 512 / n, attention_scaling=1.2)
        )
    )
    assert found == pytest.approx(wanted, abs=1e-3)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("const a = 1;", 'returned undefined. End it with "return" and a list of 32 numbers'),
        ("return 3;", "returned number. End it"),
        (
            "return Array(31).fill(1);",
            "returned 31 numbers. The model turns 32 pairs, so return 32",
        ),
        ("return Array(32).fill(NaN);", "number of pair 0 is NaN. Give 0 or more"),
        ("return [...Array(31).fill(1), -2];", "number of pair 31 is -2. Give 0 or more"),
        ("return Array(32).fill('fast');", "number of pair 0 is fast. Give 0 or more"),
        (
            "return { inv_freq: Array(32).fill(1), attention_scaling: 0 };",
            "attention_scaling is 0.",
        ),
        ("return nothing_known;", "stopped: nothing_known is not defined"),
        ("return [;", "cannot be read: "),
        ("while (true) {}", "ran for 2 seconds. Does a loop in it never end?"),
    ],
)
def test_a_wrong_function_gets_a_sentence_that_says_what_to_mend(lab, body, message):
    told = lab.evaluate(
        """(body) => {
          lab.body = body;
          const asked = lab.frequencies([512], { method: "mine", factor: 8 });
          return asked.then(() => "", (error) => error.message);
        }""",
        body,
    )
    assert message in told


# --- the bench of a lesson, as the page answers it ---

TRIES = {
    "PI, factor 8": {512: 7.27, 1024: 9.51, 2048: 12.26, 4096: 22.14},
    "YaRN, factor 8": {512: 2.63, 1024: 2.51, 2048: 2.76, 4096: 3.38},
    "ABF, base 500,000": {512: 2.13, 1024: 2.88},
}


@pytest.mark.parametrize("now", TRIES)
@pytest.mark.parametrize("count", [1, 3])
def test_the_page_describes_tries_as_python_does(lab, now, count):
    tries = {now: TRIES[now], **dict(list(TRIES.items())[: count - 1])}
    wanted = as_data(tries_chart(tries, now=now, lengths=LENGTHS))
    found = lab.evaluate(
        """async (state) => {
          const { describeTries } = await import("/_static/model_in_page/tries.js");
          return describeTries(state);
        }""",
        {"tries": tries, "now": now, "lengths": LENGTHS},
    )
    for each in (found, wanted):
        (panel,) = each["panels"]
        panel["lines"] = [line for line in panel["lines"] if line["x"]]
        for line in panel["lines"]:
            line["x"], line["y"] = ([v for v in line[axis] if v] for axis in ("x", "y"))
    assert found == wanted


def test_the_bench_of_a_lesson_reads_with_the_model_in_the_page(open_page):
    page = open_page("blank.html")
    told = page.evaluate("""async (now) => {
      const { mount } = await import("/_static/model_in_page/bench_line.js");
      await mount(document.body, { key: "k" });
      const told = [];
      addEventListener("rope-told-k", ({ detail }) => told.push(detail));
      const detail = { number: 1, view: "perplexity", recipe: now };
      const heard = !dispatchEvent(new CustomEvent("rope-ask-k", { detail, cancelable: true }));
      return [heard, told[0].status, told[0].chart.number];
    }""", Recipe("rope").as_data())  # fmt: skip
    assert told == [True, "Load the model, with the button below, and it reads what you set.", "…"]
    page.evaluate("addEventListener('rope-told-k', ({ detail }) => (window.last = detail))")
    page.get_by_role("button", name="Load the model").click()
    page.wait_for_function("window.last?.chart.panels[0].lines[2].x.length === 4", timeout=300_000)
    found = page.evaluate("window.last.chart.panels[0].lines[2].y[0]")
    assert found == pytest.approx(page_recorded(page)["512"], abs=1e-3)


def page_recorded(page):
    address = "/_static/model_in_page/settings.json"
    return page.evaluate(f"fetch('{address}').then((r) => r.json())")["recorded"]["rope"]


# --- loading, and the views ---


def test_weights_that_do_not_come_are_named_and_can_be_asked_for_again(open_page):
    page = open_page("blank.html")
    page.route("**/base.onnx", lambda route: route.fulfill(status=503), times=1)
    page.evaluate(OPEN, "wasm")
    load = "lab.load(() => {}).then((kind) => kind, (error) => error.message)"
    assert page.evaluate(load) == "base.onnx did not come (status 503). Try again."
    assert page.evaluate(load) == "wasm"


def test_a_graphics_card_that_fails_is_left_alone(open_page):
    """Headless Chromium lends no graphics card, so asking for one fails."""
    page = open_page("blank.html")
    page.evaluate(OPEN, "webgpu")
    assert page.evaluate("lab.load(() => {})") == "wasm"


def test_on_a_graphics_card_the_known_line_is_read_as_python_reads_it(site, chromium):
    """Chromium imitates a card here, slowly. One that reads otherwise would be left alone."""
    switches = ["--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]
    path = lab_in_browser.find_chromium()
    imitating = chromium.browser_type.launch(executable_path=path, args=switches)
    page = imitating.new_page()
    page.goto(f"{site}/blank.html")
    page.evaluate(OPEN, "webgpu")
    lent = page.evaluate("navigator.gpu?.requestAdapter().then(Boolean) ?? false")
    kind = lent and page.evaluate("lab.load(() => {})")
    imitating.close()
    if not lent:
        pytest.skip("this Chromium imitates no graphics card")
    assert kind == "webgpu"


def test_every_view_of_the_page_comes_to_life(open_page):
    page = open_page("site/model_in_page.html", viewport={"width": 900, "height": 900})
    page.get_by_role("button", name=re.compile(r"Load the model \(24 MB\)")).click()
    page.get_by_role("slider", name="bytes read before").fill("0")
    wait_for(page, "perplexity", "Read: sympy/core/basic.py")
    now, unchanged = chart_points(page, "this one"), chart_points(page, "unchanged")
    assert now == unchanged == 4
    page.get_by_role("button", name="Look").click()
    wait_for(page, "attention", "Read. Choose")
    assert page.locator(".model-query").count() == 1
    page.get_by_role("button", name="Complete").click()
    wait_for(page, "completion", "Written.")
    assert len(page.locator(".model-made").nth(1).inner_text()) > 100
    assert page.noted == []


SLOW = """const until = Date.now() + 400; // once for each of four lengths
while (Date.now() < until);
return Array(32).fill(0.01);"""


def test_a_recipe_that_is_set_while_own_code_still_runs_is_the_one_that_is_read(open_page):
    page = open_page("site/model_in_page.html")
    page.evaluate("(code) => localStorage.setItem('rope-own-frequencies', code)", SLOW)
    page.reload()
    page.get_by_role("button", name="Load the model").click()
    page.wait_for_selector(".model-loaded", timeout=60_000)
    page.get_by_role("radio", name="your own", exact=True).check(force=True)
    view = page.locator("[data-model-view=perplexity]")
    view.get_by_text("this one, your own no. 1").first.wait_for()  # its code runs once more now
    page.get_by_role("radio", name="unchanged RoPE").check(force=True)
    wait_for(page, "perplexity", "Read: sympy/core/basic.py")
    assert view.get_by_text(re.compile(r"this one, unchanged RoPE: .* 4,096: 21\.44")).count()


def test_a_short_text_of_ones_own_is_read_to_its_last_query(open_page):
    page = open_page("site/model_in_page.html")
    page.get_by_role("button", name="Load the model").click()
    page.wait_for_selector(".model-loaded", timeout=60_000)
    page.get_by_role("radio", name="a text of your own").check(force=True)
    own = page.get_by_role("textbox", name="your own text")
    own.fill("too short")
    page.get_by_role("button", name="Read this text").click()
    assert page.get_by_text("9 bytes. Paste at least 1,024.").count() == 1
    own.fill("x = 'ä'\n" * 130)  # 1,170 bytes
    page.get_by_role("button", name="Read this text").click()
    page.get_by_role("button", name="Look").click()
    wait_for(page, "attention", "Read. Choose")
    assert page.get_by_text("gives at byte 1,151 goes").count() == 1
    assert page.locator(".model-query").count() == 1


def wait_for(page, view, words):
    place = f"[data-model-view={view}]"
    inside = "([place, words]) => document.querySelector(place).textContent.includes(words)"
    page.wait_for_function(inside, arg=[place, words], timeout=300_000)


def chart_points(page, label):
    """Count the markers of a line, by its place among the names."""
    names = page.locator("[data-model-view=perplexity] .rope-names span").all_inner_texts()
    lines = page.locator("[data-model-view=perplexity] .rope-panel > .rope-markers")
    return lines.nth(names.index(label)).locator("path").count()


def test_settings_are_json_that_any_browser_reads(site, open_page):
    page = open_page("blank.html")
    text = page.evaluate("fetch('/_static/model_in_page/settings.json').then((r) => r.text())")
    assert "NaN" not in text and "Infinity" not in text
    assert json.loads(text)["document"] == TEXT.name
