"""A guess in a real JupyterLab: entered by mouse or by keys alone, kept, and shown by the result.

Where no Chromium is found, all tests here are skipped, and pytest's last line counts them.
"""

import json

import pytest

from tests import lab_in_browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(lab_in_browser.find_chromium() is None, reason=lab_in_browser.NO_CHROMIUM),
]

SETUP = """
import os
os.environ |= {"STRETCHING_ROPE_PROGRESS": "on", "STRETCHING_ROPE_PROGRESS_FILE": %r}
from lesson_utils.guesses import predict, reveal
"""
ASKED = [
    'predict("01.1", "It differs", ["a lot", "a little", "not at all"])',
    'predict("01.2", "Its share", unit="%")',
    'predict("01.3", "From low to high", order=["three", "one", "two"])',
]
ANSWERED = (
    'reveal("01.1", "a little")\nreveal("01.2", 138)\nreveal("01.3", ["one", "two", "three"])'
)


@pytest.fixture
def asked(open_notebook, folder, tmp_path):
    """A notebook whose three questions are asked, and the file in which guesses are kept."""
    kept = tmp_path / "progress.json"
    path = lab_in_browser.scratch(folder, SETUP % str(kept), *ASKED, ANSWERED)
    notebook = open_notebook(path)
    for index in range(4):
        notebook.run(index)
        if index:
            notebook.output(index).locator("form").wait_for()
    return notebook, kept


def told(notebook, index):
    line = notebook.output(index).locator("[role=status]")
    line.filter(has_text="You said").wait_for()
    return line.inner_text()


def guesses_in(kept):
    return json.loads(kept.read_text(encoding="utf-8"))["guesses"]


def test_guesses_are_entered_by_mouse_kept_and_shown_beside_the_results(asked):
    notebook, kept = asked
    choice, number, order = (notebook.output(index) for index in (1, 2, 3))
    choice.get_by_role("radio", name="a lot").check()
    choice.get_by_role("button", name="Guess").click()
    assert told(notebook, 1) == "You said “a lot”. Now run the next cell."
    number.get_by_role("textbox", name="Its share").fill("1")
    number.get_by_role("button", name="Guess").click()
    assert told(notebook, 2) == "You said 1 %. Now run the next cell."
    order.get_by_role("button", name="Move three down").click()
    order.get_by_role("button", name="Guess").click()
    assert told(notebook, 3) == "You said “one, then three, then two”. Now run the next cell."
    said = {"01.1": "a lot", "01.2": "1.0", "01.3": "one, then three, then two"}
    assert guesses_in(kept) == said
    for index in (1, 2, 3):
        assert notebook.output(index).locator("input:enabled, button:enabled").count() == 0
    notebook.run(4)
    results = notebook.output(4)
    results.get_by_text("it is “one, then two, then three”.").wait_for()
    shown = results.inner_text()
    assert "You said “a lot”, it is “a little”." in shown
    assert "You said 1 %, it is 138 %." in shown and "Swapped: 1 of 3 pairs." in shown
    assert notebook.errors == [] and notebook.outside == []


def test_guesses_are_entered_by_keys_alone(asked):
    notebook, kept = asked
    press = notebook.page.keyboard.press
    notebook.output(1).get_by_role("radio").first.focus()
    for key in ("Space", "ArrowDown", "ArrowDown", "Tab", "Enter"):
        press(key)
    assert told(notebook, 1) == "You said “not at all”. Now run the next cell."
    notebook.output(2).get_by_role("textbox").focus()
    for key in ("0", "0", "Backspace", ".", "5", "Enter"):  # "0 0" would restart the kernel
        press(key)
    assert told(notebook, 2) == "You said 0.5 %. Now run the next cell."
    notebook.output(3).get_by_role("button", name="Move three down").focus()
    for key in ("Enter", "Space"):  # the button goes along with its row, and keeps the focus
        press(key)
    assert notebook.output(3).locator("[role=status]").inner_text() == "three: 3 of 3"
    notebook.output(3).get_by_role("button", name="Guess").focus()
    press("Enter")
    assert told(notebook, 3) == "You said “one, then two, then three”. Now run the next cell."
    press("Shift+Enter")  # from where the focus went, JupyterLab goes on
    notebook.page.wait_for_function("jupyterapp.shell.currentWidget.content.activeCellIndex === 4")
    assert set(guesses_in(kept)) == {"01.1", "01.2", "01.3"}


def test_nothing_chosen_and_no_number_leave_the_form_open(asked):
    notebook, kept = asked
    choice, number = notebook.output(1), notebook.output(2)
    choice.get_by_role("button", name="Guess").click()
    assert choice.locator("input:invalid").count() == 3
    number.get_by_role("textbox").fill("0,5")
    number.get_by_role("button", name="Guess").click()
    number.get_by_text("“0,5” is no number here.").wait_for()
    assert number.get_by_role("button", name="Guess").is_enabled() and not kept.exists()


def test_a_result_that_is_out_closes_the_form(asked):
    notebook, kept = asked
    notebook.run(4)
    notebook.output(1).get_by_text("The result is out").wait_for()
    assert notebook.output(1).locator("input:enabled, button:visible").count() == 0
    assert "You said" not in notebook.output(4).inner_text() and not kept.exists()
