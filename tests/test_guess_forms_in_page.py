"""A guess in a page without Jupyter and without a kernel: filled in, checked, kept in the browser.

A page that stands in for Python shows what happens once there is one.
"""

import functools
import http.server
import json
import threading

import pytest

from lesson_utils.guesses.kinds import Choice, Number, Order
from lesson_utils.progress.state import State, parse
from lesson_utils.widgets.guess_form import GuessForm
from lesson_utils.widgets.page import source
from tests import lab_in_browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(lab_in_browser.find_chromium() is None, reason=lab_in_browser.NO_CHROMIUM),
]

KINDS = {
    "01.1": Choice("It differs", ("a lot", "a little", "not at all")),
    "01.2": Number("Its share", "%"),
    "01.3": Order("From low to high", ("three", "one", "two")),
}
PAGE = """<!doctype html><meta charset="utf-8"><title>Guesses</title><style>{style}</style>
<script type="module">{module}
for (const question of {questions}) mount(document.body, question);</script>"""
KEPT = "localStorage.getItem('stretching-rope-progress')"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Serve a page with one form of each kind: what a browser keeps belongs to an address."""
    folder = tmp_path_factory.mktemp("forms")
    views = [GuessForm(kind.question(name), None).view() for name, kind in KINDS.items()]
    questions = json.dumps([view.settings | {"key": view.settings["name"]} for view in views])
    parts = {"style": source("page.css"), "module": source(*views[0].files)}
    (folder / "index.html").write_text(PAGE.format(**parts, questions=questions), "utf-8")
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/index.html"
        server.shutdown()


@pytest.fixture
def page(chromium, address):
    context = lab_in_browser.new_context(chromium)
    page = context.new_page()
    failed = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(address)
    yield page
    context.close()
    assert failed == []


def form_of(page, name):
    return page.locator(".rope-form").filter(has=page.get_by_role("form", name=f"Guess {name}"))


def kept_by(page) -> State:
    return parse(page.evaluate(KEPT).encode())


def guess_all(page):
    choice, number, order = (form_of(page, name) for name in KINDS)
    choice.get_by_role("radio", name="a little").check()
    number.get_by_role("textbox").fill("1,380 %")
    order.get_by_role("button", name="Move three down").click()
    for form in (choice, number, order):
        form.get_by_role("button", name="Guess", exact=True).click()


def test_without_a_kernel_a_browser_keeps_guesses_as_a_progress_file_that_python_reads(page):
    guess_all(page)
    state = kept_by(page)
    said = {name: KINDS[name].read(text) for name, text in state.guesses.items()}
    assert said == {"01.1": "a little", "01.2": "1380.0", "01.3": "one, then three, then two"}
    assert state == State(guesses=state.guesses)


def test_a_guess_that_a_browser_kept_is_shown_when_the_page_is_opened_again(page):
    guess_all(page)
    page.reload()
    for name, words in (
        ("01.1", "“a little”"), ("01.2", "1,380 %"), ("01.3", "“one, then three, then two”"),
    ):  # fmt: skip
        form = form_of(page, name)
        assert form.get_by_role("status").inner_text().startswith(f"You said {words}. It is kept")
        assert form.locator("input:enabled, button:visible:enabled").count() == 0
    assert form_of(page, "01.1").get_by_role("radio", name="a little").is_checked()
    assert form_of(page, "01.3").locator("li span").all_inner_texts() == ["one", "three", "two"]


def test_what_is_no_number_is_refused_in_the_page_as_in_python(page):
    form = form_of(page, "01.2")
    for text in ("0,5", "ten", "1,00", "1e999", "-"):
        form.get_by_role("textbox").fill(text)
        form.get_by_role("button", name="Guess").click()
        assert "is no number here" in form.get_by_role("status").inner_text(), text
        with pytest.raises(ValueError):
            KINDS["01.2"].read(text)
    assert page.evaluate(KEPT) is None


@pytest.mark.parametrize(
    "text", ["1", " 138 % ", "−0.5", "1 000", ".5", "1.375", "1e-3", "12345.6"]
)
def test_a_number_is_repeated_in_the_words_that_python_uses(page, text):
    form = form_of(page, "01.2")
    form.get_by_role("textbox").fill(text)
    form.get_by_role("button", name="Guess").click()
    kind = KINDS["01.2"]
    wanted = f"You said {kind.written(kind.read(text))}. It is kept in this browser."
    assert form.get_by_role("status").inner_text() == wanted


# Answers what is asked under a key, as guess_form.py does; `told` is what it says then.
PYTHON = """([key, told]) => {
  window.asked = [];
  addEventListener(`rope-ask-${key}`, (event) => {
    event.preventDefault();
    window.asked.push(event.detail.guess);
    dispatchEvent(new CustomEvent(`rope-told-${key}`, { detail: told }));
  });
  const open = { said: "", told: "", closed: false };
  dispatchEvent(new CustomEvent(`rope-told-${key}`, { detail: open }));
}"""


def test_a_guess_that_a_browser_kept_goes_to_python_once_its_cell_is_run(page):
    guess_all(page)
    thanks = {"said": "a little", "told": "You said “a little”. Now run", "closed": True}
    page.evaluate(PYTHON, ["01.1", thanks])
    assert page.evaluate("window.asked") == ["a little"]
    assert form_of(page, "01.1").get_by_role("status").inner_text() == thanks["told"]
    assert set(kept_by(page).guesses) == {"01.2", "01.3"}, "Python keeps it from now on"


def test_a_kernel_that_does_not_answer_loses_no_guess(page):
    page.evaluate("addEventListener('rope-ask-01.1', (event) => event.preventDefault())")
    form = form_of(page, "01.1")
    form.get_by_role("radio", name="a lot").check()
    form.get_by_role("button", name="Guess").click()
    form.get_by_text("It is kept in this browser.").wait_for()
    assert kept_by(page).guesses == {"01.1": "a lot"}


@pytest.mark.parametrize("kept", ["damage", "null", "[]", '{"version": 9}'])
def test_what_a_browser_kept_and_cannot_be_read_is_as_nothing(page, kept):
    page.evaluate("kept => localStorage.setItem('stretching-rope-progress', kept)", kept)
    page.reload()
    guess_all(page)
    assert len(kept_by(page).guesses) == 3
