"""A guess is read, kept, judged by a stated rule and shown beside its result, or nothing breaks."""

import json
import os
import re

import nbformat
import pytest

from lesson_utils import guesses, progress
from lesson_utils.checks.cards import LOOKS
from lesson_utils.guesses import TOO_LATE, predict, reveal
from lesson_utils.guesses.kinds import Choice, Number, Order, plainly
from lesson_utils.progress import store
from lesson_utils.progress.state import MAXIMUM_GUESS, State
from lesson_utils.widgets.guess_form import GuessForm
from tests.helpers import LONG_PATIENCE, contrast, course_environment, python
from tools import run_notebooks


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A kernel that has just started, with progress on and a file of its own."""
    path = tmp_path / "progress.json"
    monkeypatch.setenv("STRETCHING_ROPE_PROGRESS", "on")
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setenv("STRETCHING_ROPE_PROGRESS_FILE", str(path))
    restart_kernel(monkeypatch)
    return path


def restart_kernel(monkeypatch):
    monkeypatch.setattr(store, "_unsaved", State())
    monkeypatch.setattr(store, "_told", set())
    monkeypatch.setattr(guesses, "_asked", {})
    monkeypatch.setattr(guesses, "_out", set())


def form_of(name) -> GuessForm:
    return guesses._asked[name][1]


def enter(name, text):
    """Do what the page does when the learner presses the button."""
    ask(form_of(name), text)


def ask(form, text):
    form.line.asked = {"guess": text, "number": form.line.asked.get("number", 0) + 1}


@pytest.fixture
def revealed(capsys):
    def revealed(name, value):
        capsys.readouterr()
        reveal(name, value)
        return capsys.readouterr().out.strip()

    return revealed


def sides(near, far, kind, result):
    for said, expected in [*((text, "near") for text in near), *((t, "not near") for t in far)]:
        assert kind.compare(kind.read(said), result)[0] == expected, said


# --- what is near ---


def test_a_number_is_near_within_a_factor_of_two():
    sides(["69", "100", "138", "276"], ["68.9", "276.1", "0", "-138"], Number("x"), "138.0")


def test_a_negative_number_is_near_within_a_factor_of_two():
    sides(["-1", "-0.5", "-2"], ["1", "-0.4", "-2.1", "0"], Number("x"), "-1.0")


def test_nothing_but_zero_is_near_zero():
    sides(["0", "-0"], ["0.001", "-0.001"], Number("x"), "0.0")


def test_a_number_with_a_tolerance_is_near_within_it():
    sides(["0.2", "-0.2", "0"], ["0.21", "-0.3"], Number("x", within=0.2), "0.0")


def test_only_the_right_choice_is_right():
    choice = Choice("x", ("a lot", "a little"))
    assert choice.compare("a lot", "a lot") == ("right", "")
    assert choice.compare("a lot", "a little") == ("not near", "")


@pytest.mark.parametrize("value, right", [(0.0101, "a hundredth"), (0.4, "a half"), (7, "a half")])
def test_of_choices_with_numbers_the_nearest_is_right(value, right):
    assert Choice("x", ("a half", "a hundredth"), (0.5, 0.01)).result(value) == right


@pytest.mark.parametrize(
    "said, verdict, swapped",
    [("abc", "right", ""), ("acb", "near", "1 of 3"), ("bac", "near", "1 of 3"),
     ("cab", "not near", "2 of 3"), ("cba", "not near", "3 of 3")],
)  # fmt: skip
def test_an_order_is_near_with_one_swapped_pair(said, verdict, swapped):
    order = Order("x", ("c", "b", "a"))
    found, why = order.compare(order.result(said), order.result(["a", "b", "c"]))
    assert found == verdict and swapped in why


# --- what is read and written ---


@pytest.mark.parametrize(
    "text, value",
    [("1", 1), (" 138 % ", 138), ("138%", 138), ("−0.5", -0.5), ("1,000", 1000), ("1 000", 1000),
     ("12,345,678.5", 12345678.5), (".5", 0.5), ("5.", 5), ("1e-3", 0.001), ("1E3", 1000)],
)  # fmt: skip
def test_a_number_is_read_as_people_write_it(text, value):
    assert float(Number("x", "%").read(text)) == value


@pytest.mark.parametrize("text", ["", "0,5", "1,00", "ten", "1/2", "nan", "1e", ".", "1 or 2"])
def test_what_is_no_number_is_refused_with_the_way_to_write_one(text):
    with pytest.raises(ValueError, match=re.escape(f"“{text}” is no number here. Write one such")):
        Number("x", "%").read(text)


@pytest.mark.parametrize("text", ["1e999", "9" * 400])
def test_a_number_too_large_to_keep_is_refused(text):
    with pytest.raises(ValueError, match="too large"):
        Number("x").read(text)


@pytest.mark.parametrize(
    "value, text",
    [(138, "138"), (1.375, "1.38"), (27.0661, "27.1"), (0.01, "0.01"), (-2049, "−2,049"),
     (1234.5, "1,234"), (1.3e-4, "0.00013"), ("a", "“a”"), (["a", "b"], "“a, then b”")],
)  # fmt: skip
def test_a_result_is_written_whole_or_to_three_digits(value, text):
    assert plainly(value) == text


@pytest.mark.parametrize("choices", [["a"], ["a", "a"], ["a, then b", "c"]])
def test_choices_that_cannot_be_told_apart_are_refused(choices):
    with pytest.raises(ValueError, match="choice"):
        predict("01.1", "x", choices)
    with pytest.raises(ValueError, match="choice"):
        predict("01.1", "x", order=choices)


@pytest.mark.parametrize("name", ["1.1", "01", "01.", "x"])
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(ValueError, match=re.escape(repr(name))):
        predict(name, "x")


def test_a_result_that_is_no_choice_is_refused(file):
    predict("01.1", "x", ["a lot", "a little"])
    with pytest.raises(ValueError, match="'much' is not among 'a lot', 'a little'"):
        reveal("01.1", "much")


# --- the guess beside the result ---


def test_the_guess_stands_beside_the_result(file, revealed):
    predict("01.1", "The share", unit="%")
    enter("01.1", "1 %")
    assert revealed("01.1", 138) == (
        "The share: not near. You said 1 %, it is 138 %.\nNear means within a factor of 2."
    )


def test_a_tolerance_is_named_with_its_unit(file, revealed):
    predict("01.1", "The angle", unit="radians", within=0.1)
    enter("01.1", "0.5")
    assert revealed("01.1", 0.53).endswith(
        "near. You said 0.5 radians, it is 0.53 radians.\nNear means within 0.1 radians."
    )


def test_a_choice_and_an_order_stand_in_quotes(file, revealed):
    predict("01.1", "It differs", ["a lot", "not at all"])
    enter("01.1", "a lot")
    assert revealed("01.1", "not at all") == (
        "It differs: not near. You said “a lot”, it is “not at all”."
    )
    predict("01.2", "Order", order=["b", "a"])
    enter("01.2", "b, then a")
    assert "You said “b, then a”, it is “a, then b”." in revealed("01.2", ["a", "b"])


def test_a_guess_outlives_the_kernel(file, monkeypatch, revealed):
    predict("01.1", "The share", unit="%")
    enter("01.1", "100")
    restart_kernel(monkeypatch)
    predict("01.1", "The share", unit="%")
    assert form_of("01.1").closed and form_of("01.1").said == "100.0"
    assert "You said 100 %, it is 138 %." in revealed("01.1", 138)
    assert store.load().near == {"01.1"}


def test_only_near_guesses_are_remembered_as_near(file):
    for name, said in (("01.1", "a"), ("01.2", "b")):
        predict(name, "x", ["a", "b"])
        enter(name, said)
        reveal(name, "a")
    state = store.load()
    assert state.guesses == {"01.1": "a", "01.2": "b"} and state.near == {"01.1"}


def test_the_first_guess_stands(file):
    predict("01.1", "x", ["a", "b"])
    enter("01.1", "a")
    enter("01.1", "b")
    assert progress.guess_of("01.1") == "a"
    assert form_of("01.1").told == "You said “a”. Now run the next cell."


def test_a_guess_that_cannot_be_read_leaves_the_form_open(file):
    predict("01.1", "x", unit="%")
    enter("01.1", "0,5")
    assert not form_of("01.1").closed and "Write one such as 0.5" in form_of("01.1").told
    enter("01.1", "0.5")
    assert form_of("01.1").closed and progress.guess_of("01.1") == "0.5"


def test_once_the_result_is_out_no_guess_is_taken(file, revealed):
    predict("01.1", "x", ["a", "b"])
    first = form_of("01.1")
    revealed("01.1", "a")
    predict("01.1", "x", ["a", "b"])
    for form in (first, form_of("01.1")):
        assert form.closed and form.told == TOO_LATE
    enter("01.1", "a")
    assert progress.guess_of("01.1") is None


def test_an_older_form_of_the_same_question_takes_no_guess_after_the_result(file, revealed):
    predict("01.1", "x", ["a", "b"])
    first = form_of("01.1")
    predict("01.1", "x", ["a", "b"])
    revealed("01.1", "a")
    ask(first, "a")
    assert first.told == TOO_LATE and progress.guess_of("01.1") is None


def test_an_answer_to_an_older_question_of_the_same_name_is_none(file, revealed):
    progress.record_guess("01.1", "blue")
    predict("01.1", "x", ["a", "b"])
    assert not form_of("01.1").closed
    assert revealed("01.1", "a") == "x: result. It is “a”."


# --- without a guess, a kernel, a file ---


def test_a_guess_that_was_skipped_leaves_the_result_alone(file, revealed):
    predict("01.1", "The share", unit="%")
    assert revealed("01.1", 138) == "The share: result. It is 138 %."
    assert not file.exists()


@pytest.mark.parametrize("value, text", [(138, "138"), ("a lot", "“a lot”"), (["a"], "“a”")])
def test_a_question_whose_cell_was_not_run_leaves_the_result_alone(file, revealed, value, text):
    assert revealed("01.1", value) == f"Guess 01.1: result. It is {text}."


def test_turned_off_a_guess_counts_in_this_kernel_and_is_not_written(file, monkeypatch, revealed):
    monkeypatch.setenv("STRETCHING_ROPE_PROGRESS", "off")
    predict("01.1", "x", ["a", "b"])
    enter("01.1", "a")
    assert "You said “a”" in revealed("01.1", "a")
    assert list(file.parent.iterdir()) == []


def test_a_home_that_cannot_be_written_costs_one_line_and_the_guess_still_stands(
    file, monkeypatch, revealed, capsys
):
    def refuse(*arguments, **options):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(store, "write_whole", refuse)
    predict("01.1", "x", ["a", "b"])
    enter("01.1", "a")
    assert capsys.readouterr().err.count("\n") == 1
    assert "You said “a”, it is “a”." in revealed("01.1", "a")


def test_a_damaged_file_costs_a_line_and_the_guess_is_asked_anew(file, capsys):
    file.write_text("damage")
    predict("01.1", "x", ["a", "b"])
    assert "started anew" in capsys.readouterr().err
    assert not form_of("01.1").closed


LONG = [
    "a choice of quite a few words and more, such as no lesson has " + letter for letter in "ab"
]


def test_the_longest_guess_of_the_lessons_can_be_kept(file):
    assert len(", then ".join(LONG)) < MAXIMUM_GUESS
    predict("01.1", "x", order=LONG)
    enter("01.1", ", then ".join(LONG))
    assert progress.guess_of("01.1") == ", then ".join(LONG)


# --- the page ---


@pytest.mark.parametrize("state", ["right", "near", "not near", "result"])
def test_the_label_of_a_result_can_be_read_and_is_more_than_a_colour(state):
    icon, colour = LOOKS[state]
    assert contrast("#FFFFFF", colour) >= 4.5 and icon


CELLS = [
    "from lesson_utils.guesses import predict, reveal",
    'predict("01.1", "It differs", ["a lot", "not at all"])\npredict("01.2", "Share", unit="%")',
    'print("measured")\nreveal("01.1", "not at all")\nreveal("01.2", 138)',
    "2 + 2",
]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = tmp_path_factory.mktemp("guesses") / "page.ipynb"
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    cells[3].metadata["tags"] = ["hide-output", "mine"]
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
    run_notebooks.run(path, timeout=LONG_PATIENCE)
    return path


def test_a_saved_form_says_its_question_in_words_and_keeps_no_widget(page):
    outputs = json.loads(page.read_text(encoding="utf-8"))["cells"][1]["outputs"]
    assert [output["data"] for output in outputs] == [
        {"text/plain": ["Guess 01.1. It differs: a lot · not at all?"]},
        {"text/plain": ["Guess 01.2. Share: which number (%)?"]},
    ]


def test_a_result_and_what_is_tagged_are_saved_folded_and_nothing_else(page):
    cells = json.loads(page.read_text(encoding="utf-8"))["cells"]
    folded = {"jupyter": {"outputs_hidden": True}, "tags": ["hide-output"]}
    assert [cell["metadata"] for cell in cells] == [
        {}, {}, folded, folded | {"tags": ["hide-output", "mine"]},
    ]  # fmt: skip


def test_what_jupyterlab_unfolded_is_folded_again_when_it_is_saved_by_the_tool(page):
    text = page.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    notebook.cells[2].metadata.update({"collapsed": False, "jupyter": {"outputs_hidden": False}})
    assert run_notebooks.problems(run_notebooks.as_text(notebook))
    assert run_notebooks.as_text(run_notebooks.normal_form(notebook)) == text


def test_nothing_that_is_compared_depends_on_what_the_person_who_compares_guessed(page, tmp_path):
    kept = tmp_path / "progress.json"
    guessed = State(guesses={"01.1": "a lot", "01.2": "100.0"})
    kept.write_text(store.to_text(guessed))
    environment = course_environment(STRETCHING_ROPE_PROGRESS_FILE=str(kept))
    assert environment["STRETCHING_ROPE_PROGRESS"] == "off", "as conftest.py and make set it"
    environment.pop("PYTEST_XDIST_WORKER", None)
    arguments = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "conftest"]
    arguments += ["--nbval"]
    done = python(*arguments, "--rootdir", page.parent, "-c", os.devnull, page, env=environment)
    assert "4 passed" in done.stdout.splitlines()[-1], done.stdout
