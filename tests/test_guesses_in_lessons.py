"""Every guess of a lesson is asked for before its result, and nothing in sight tells the answer.

``python -m tools.list_guesses`` lists them all with their answers.
"""

import json
import re
from functools import cache
from pathlib import Path

import pytest

from lesson_utils.catalogue import COURSE
from lesson_utils.guesses.kinds import THEN
from tests import lessons
from tests.helpers import LESSONS, cells_of
from tests.test_pictures import title_of
from tools.account_for_numbers import values_in
from tools.list_guesses import Guess, above_the_fold, guesses, leaks, named, shown_of, words

PATHS = {path.name: path for path in LESSONS}
ALL = [guess for path in LESSONS for guess in guesses(path)]
GUESSING = [path for path in LESSONS if COURSE.lesson(path.name[:2]).guesses]
TELLING = 3
"""So many words of a figure's title in a row tell what it shows; two may stand anywhere."""
SMALL = {"a", "an", "and", "are", "as", "at", "by", "in", "is", "it", "of", "the", "to"}
"""Words that tell nothing, and are not counted."""


@pytest.fixture(params=ALL, ids=lambda guess: guess.name)
def guess(request) -> Guess:
    return request.param


@pytest.fixture(params=GUESSING, ids=lambda path: path.stem)
def lesson(request) -> Path:
    return request.param


@cache
def title(lesson: str, figure: str) -> str:
    return title_of(lessons.PICTURES[f"{lesson}.{figure}"]().figure)


def titles_drawn_in(path: Path, guess: Guess) -> list[str]:
    """The titles of the figures from the question to the fold."""
    sources = [source for _, source, _ in cells_of(path)][guess.asked_in : guess.result_in + 1]
    drawn = re.findall(r"\bdraw\.(\w+)\(", "\n".join(sources))
    return [title(guess.name[:2], figure) for figure in drawn]


def told_of(title: str, text: str) -> list[str]:
    """The runs of a title's words that stand in a text, in prose or in a name."""
    parts, said = ([w for w in words(t).split() if w not in SMALL] for t in (title, text))
    runs = [" ".join(parts[at : at + TELLING]) for at in range(len(parts) - TELLING + 1)]
    return [run for run in runs if f" {run} " in f" {' '.join(said)} "]


def test_there_are_guesses():
    assert len(ALL) == sum(lesson.guesses for lesson in COURSE.lessons) >= 12


def test_the_answer_is_out_of_sight_until_the_result_is_unfolded(guess):
    assert leaks(PATHS[guess.notebook], guess) == []


def test_no_word_above_the_fold_says_what_the_title_of_the_figure_says(guess):
    path = PATHS[guess.notebook]
    for text in above_the_fold(path, guess):
        for found in titles_drawn_in(path, guess):
            assert told_of(found, text) == []


def test_what_jupyterlab_shows_of_a_folded_result_has_no_number_of_it(guess):
    path = PATHS[guess.notebook]
    line = shown_of(cells_of(path)[guess.result_in][2])
    *earlier, last = above_the_fold(path, guess)
    assert last == line
    known = set().union(*map(values_in, earlier))
    assert values_in(line) <= known, "let the cell print a heading first"


def test_an_order_does_not_stand_in_order_at_first(guess):
    assert guess.answer != THEN.join(guess.choices)


def test_the_result_of_a_guess_is_saved_folded(guess):
    _, _, cell = cells_of(PATHS[guess.notebook])[guess.result_in]
    assert cell["metadata"]["jupyter"]["outputs_hidden"] is True
    assert "hide-output" in cell["metadata"]["tags"]


def test_a_question_stands_in_the_prose_right_above_its_form(guess):
    kind, prose, _ = cells_of(PATHS[guess.notebook])[guess.asked_in - 1]
    assert kind == "markdown" and prose.rstrip().split("\n\n")[-1].startswith("**Predict.**")


def test_a_lesson_numbers_its_guesses_and_the_course_counts_them(lesson):
    number = lesson.name[:2]
    count = COURSE.lesson(number).guesses
    asked = [guess.name for guess in ALL if guess.notebook == lesson.name]
    assert asked == [f"{number}.{n}" for n in range(1, count + 1)]


def test_the_guesses_of_optional_sections_are_counted_apart(lesson):
    cells = cells_of(lesson)
    headings = [i for i, (_, text, _) in enumerate(cells) if re.search(r"^## Further", text, re.M)]
    first = headings[0] if headings else len(cells)
    further = [g for g in ALL if g.notebook == lesson.name and g.asked_in > first]
    said = COURSE.lesson(lesson.name[:2]).further_guesses
    assert said == len(further), (
        f"in course.toml, lesson {lesson.name[:2]} say further_guesses = {len(further)}"
    )


def test_a_lesson_that_asks_for_guesses_asks_after_every_prompt(lesson):
    cells = cells_of(lesson)
    prompts = [i for i, (_, text, _) in enumerate(cells) if text.count("**Predict.**")]
    assert sorted({g.asked_in - 1 for g in ALL if g.notebook == lesson.name}) == prompts


def test_no_lesson_reveals_what_it_did_not_ask(lesson):
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    revealed = [name for cell in cells for name in named(cell, "reveal")]
    assert sorted(revealed) == sorted(g.name for g in ALL if g.notebook == lesson.name)


def test_a_lesson_without_guesses_in_the_course_asks_for_none():
    counted = {path.name for path in GUESSING}
    assert {guess.notebook for guess in ALL} == counted


# --- the guards can fail ---

ASK = 'predict("01.1", "The share", unit="%")'
CHOOSE = 'predict("01.1", "The share", ["large", "small"])'
ORDER = 'predict("01.1", "The share", order=["b", "a"])'


def page(tmp_path, ask, answer, prompt="**Predict.** How much?", before="", code="x = 1"):
    """Write a page that asks once, with its result saved; return its path and its guess."""
    said = f"The share: result. It is {answer}."
    texts = [("markdown", f"## Shares\n\n{before}"), ("markdown", prompt), ("code", ask)]
    cells = [{"cell_type": kind, "source": text, "outputs": []} for kind, text in texts]
    heading = {"output_type": "stream", "name": "stdout", "text": "the share\n"}
    card = {"output_type": "display_data", "data": {"text/plain": said}}
    code = f'{code}\nreveal("01.1", x)'
    cells.append({"cell_type": "code", "source": code, "outputs": [heading, card]})
    path = tmp_path / "page.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    (guess,) = guesses(path)
    return path, guess


@pytest.mark.parametrize(
    "given",
    [{"before": "It is 138 %."}, {"prompt": "**Predict.** More than 137.6?"},
     {"code": "x = 138"}, {"code": "x = 138.2  # measured"}],
)  # fmt: skip
def test_a_number_in_sight_is_found(tmp_path, given):
    path, guess = page(tmp_path, ASK, "138 %", **given)
    assert guess.answer == "138 %" and len(leaks(path, guess)) == 1


@pytest.mark.parametrize("given", [{}, {"before": "It is 139 %, or 1,138."}, {"code": "x = y138"}])
def test_other_numbers_are_no_answer(tmp_path, given):
    assert leaks(*page(tmp_path, ASK, "138 %", **given)) == []


@pytest.mark.parametrize(
    "given", [{"prompt": "**Predict.** How small?"}, {"code": "small_share = x = 1"}]
)
def test_a_choice_named_alone_is_found(tmp_path, given):
    assert len(leaks(*page(tmp_path, CHOOSE, "“small”", **given))) == 1


@pytest.mark.parametrize(
    "given",
    [{"prompt": "**Predict.** Large or small?"}, {"code": 'x = "small" if y else "large"'},
     {"code": "smaller = x = 1"}],
)  # fmt: skip
def test_a_choice_named_with_all_others_is_no_answer(tmp_path, given):
    assert leaks(*page(tmp_path, CHOOSE, "“small”", **given)) == []


def test_a_first_line_that_tells_is_found(tmp_path):
    path, guess = page(tmp_path, ASK, "138 %")
    cells = json.loads(path.read_text())
    printed = {"output_type": "stream", "name": "stdout", "text": ["\n", "138 percent\n", "2\n"]}
    cells["cells"][-1]["outputs"].insert(0, printed)
    path.write_text(json.dumps(cells))
    assert leaks(path, guess) == ["138 percent"]


def test_an_order_in_sight_is_found(tmp_path):
    path, guess = page(tmp_path, ORDER, "“a, then b”", prompt="**Predict.** First a, later b?")
    assert guess.choices == ("b", "a") and len(leaks(path, guess)) == 1
    assert leaks(*page(tmp_path, ORDER, "“a, then b”", prompt="**Predict.** Is b before a?")) == []


def test_a_heading_that_tells_is_found(tmp_path):
    path, guess = page(tmp_path, CHOOSE, "“small”")
    path.write_text(path.read_text().replace("## Shares", "## A small share"), encoding="utf-8")
    assert leaks(path, guess) == ["## A small share"]


def test_a_title_is_found_in_prose_and_in_a_name():
    told = "Half the pairs never finish a turn"
    assert told_of(told, "So half of the pairs never do.") == ["half pairs never"]
    assert told_of(told, "draw.pairs_never_finish(x)") == ["pairs never finish"]
    assert told_of(told, "the pairs finish a turn, and half of it") == []


def test_a_question_without_a_result_is_found(tmp_path):
    path, _ = page(tmp_path, ASK, "138 %")
    path.write_text(path.read_text().replace("reveal(", "print("), encoding="utf-8")
    with pytest.raises(ValueError, match="asks for guess 01.1 and reveals nothing after it"):
        guesses(path)


def test_a_result_that_was_not_run_is_found(tmp_path):
    path, _ = page(tmp_path, ASK, "138 %")
    path.write_text(path.read_text().replace("The share: result.", "Nothing."), encoding="utf-8")
    with pytest.raises(ValueError, match="no saved result says what came out"):
        guesses(path)
