"""Guesses and progress in a real JupyterLab: entered, kept, shown by the result and in the panel.

Where no Chromium is found, all tests here are skipped, and pytest's last line counts them.
"""

import json

import nbformat
import pytest
from nbformat.v4 import new_output

from tests import lab_in_browser
from tests.helpers import cells_of, notebook_of
from tools.run_notebooks import FOLDED, as_text, normal_form

pytestmark = [
    pytest.mark.browser,
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


# --- the fold ---


def is_folded(notebook, index):
    """Say whether a placeholder stands where the output would be."""
    cell = notebook.cell(index)
    cell.locator(".jp-OutputPlaceholder, .jp-OutputArea-output").first.wait_for()
    placeholders = cell.locator(".jp-OutputPlaceholder").count()
    assert placeholders + bool(cell.locator(".jp-OutputArea-output").count()) == 1
    return bool(placeholders)


@pytest.fixture
def saved(folder, tmp_path):
    """A saved notebook that asks in cell 1 and answers in cells 2 and 3."""
    kept = tmp_path / "progress.json"
    heading = 'print("what came out")\n'
    answers = [heading + 'reveal("01.1", "a little")', heading + 'reveal("01.2", 138)']
    path = lab_in_browser.scratch(folder, SETUP % str(kept), ASKED[0], *answers)
    notebook = nbformat.read(folder / path, as_version=4)
    for cell in notebook.cells[2:]:
        cell.outputs = [new_output("stream", text="what came out\nit is a little\n")]
    (folder / path).write_text(as_text(normal_form(notebook)), encoding="utf-8")
    return path


def test_a_saved_result_is_folded_until_its_cell_is_run(open_notebook, saved):
    notebook = open_notebook(saved)
    assert [is_folded(notebook, index) for index in (2, 3)] == [True, True]
    placeholder = notebook.cell(2).locator(".jp-OutputPlaceholder")
    assert placeholder.inner_text().strip() == "what came out"
    for index in (0, 1):
        notebook.run(index)
    notebook.output(1).get_by_role("radio", name="a lot").check()
    notebook.output(1).get_by_role("button", name="Guess").click()
    told(notebook, 1)
    notebook.run(2)
    notebook.output(2).get_by_text("You said “a lot”, it is “a little”.").wait_for()
    assert [is_folded(notebook, index) for index in (2, 3)] == [False, True]


@pytest.mark.parametrize("number", ["01", "02"])
def test_a_lesson_opens_with_its_results_folded_and_unfolds_the_one_that_is_run(
    open_notebook, number
):
    path = notebook_of(number)
    cells = [cell for _, _, cell in cells_of(path)]
    folded = [i for i, cell in enumerate(cells) if FOLDED in cell["metadata"].get("tags", [])]
    notebook = open_notebook(f"notebooks/{path.name}")
    assert all(is_folded(notebook, index) for index in folded)
    for index, cell in enumerate(cells[: folded[0] + 1]):
        if cell["cell_type"] == "code":
            notebook.run(index)
    result = notebook.output(folded[0]).locator("span", has_text="result").first
    result.wait_for()
    assert [is_folded(notebook, index) for index in folded[:2]] == [False, True]


def test_a_form_that_was_saved_can_be_filled_in_before_any_cell_is_run(
    open_notebook, folder, tmp_path
):
    path = lab_in_browser.scratch(folder, SETUP % str(tmp_path / "progress.json"), ASKED[0], "1")
    notebook = open_notebook(path)
    notebook.run(0)
    notebook.run(1)
    notebook.output(1).locator("form").wait_for()
    notebook.page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    notebook.page.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")
    notebook.close()
    notebook = open_notebook(path)
    output = notebook.output(1)
    output.get_by_role("radio", name="a lot").check()
    output.get_by_role("button", name="Guess").click()
    output.get_by_text("You said “a lot”. It is kept in this browser.").wait_for()
    assert not notebook.page.get_by_text("Error displaying widget").filter(visible=True).count()
    notebook.run(0)
    notebook.run(1)
    notebook.output(1).get_by_text("You said “a lot”. Now run the next cell.").wait_for()
    assert notebook.errors == []


# --- the panel of progress ---

PANEL = """
from pathlib import Path
from lesson_utils import progress
from lesson_utils.progress import view
view.FILE = Path.cwd().parent / "lesson_utils" / "course.toml"  # the course's folder is this copy
"""


def test_the_panel_leads_to_a_lesson_and_knows_what_happened_when_one_comes_back(
    open_notebook, folder, tmp_path
):
    setup = SETUP % str(tmp_path / "progress.json") + PANEL
    record = 'progress.record_pass("03.1")'
    notebook = open_notebook(lab_in_browser.scratch(folder, setup, "progress.panel()", record))
    panel = notebook.output(1)
    for index in range(2):
        notebook.run(index)
    panel.get_by_text("Exercises passed 0 of").wait_for()
    panel.get_by_text("Run this cell again").wait_for(state="detached")
    notebook.run(2)
    first = notebook.page.evaluate("jupyterapp.shell.currentWidget.id")
    for title in ("Read the dials", "Break the model"):  # the second link was drawn anew
        panel.get_by_role("link", name=title).click()
        notebook.page.wait_for_function("id => jupyterapp.shell.currentWidget.id !== id", arg=first)
        assert title.lower().replace(" ", "_") in notebook.page.evaluate(
            "jupyterapp.shell.currentWidget.context.path"
        )
        notebook.page.evaluate("id => jupyterapp.shell.activateById(id)", first)
        panel.get_by_text("Exercises passed 1 of").wait_for()
    assert notebook.errors == []


def test_a_panel_that_was_saved_says_how_to_renew_it_and_shows_no_error(
    open_notebook, folder, tmp_path
):
    setup = SETUP % str(tmp_path / "progress.json") + PANEL
    path = lab_in_browser.scratch(folder, setup, "progress.panel()")
    notebook = open_notebook(path)
    for index in range(2):
        notebook.run(index)
    notebook.output(1).get_by_text("Exercises passed 0 of").wait_for()
    notebook.page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    notebook.page.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")
    notebook.close()
    notebook = open_notebook(path)
    notebook.output(1).get_by_text("Run this cell again to see what has changed").wait_for()
    assert not notebook.page.get_by_text("Error displaying widget").filter(visible=True).count()
