"""A lesson takes as many minutes as are counted, and says so.

``make minutes`` counts them and writes every place that states them.
"""

import json

import pytest

from lesson_utils.catalogue import COURSE, FILE
from tests.helpers import LESSONS, prose_of
from tools import count_minutes
from tools.count_minutes import Amount, code_lines, count


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem)
def lesson(request):
    return request.param


def test_a_lesson_takes_the_minutes_that_are_counted(lesson):
    entry = COURSE.lesson(lesson.name[:2])
    main, further = count(lesson)
    main.seconds = entry.seconds
    assert (entry.minutes, entry.further) == (main.minutes, further.minutes), "run `make minutes`"


def test_a_lesson_asks_as_many_guesses_as_are_counted(lesson):
    assert sum(part.guesses for part in count(lesson)) == COURSE.lesson(lesson.name[:2]).guesses


def test_a_lesson_says_how_long_its_optional_sections_take(lesson):
    entry = COURSE.lesson(lesson.name[:2])
    said = (
        f", and {entry.further} more for the sections marked *Further*." if entry.further else "."
    )
    assert f"\n**{entry.minutes} minutes**{said}\n" in prose_of(lesson)


def test_further_sections_stand_in_a_row_before_the_questions(lesson):
    headings = [line for line in prose_of(lesson).split("\n") if line.startswith("## ")]
    further = [i for i, line in enumerate(headings) if line.startswith(count_minutes.FURTHER)]
    questions = headings.index("## Check yourself")
    assert further == list(range(questions - len(further), questions))


# --- the formula, on pages written for it ---


def page(tmp_path, *cells):
    """Write a page: a first cell of imports, the cells, and a last one that marks it as read."""
    every = [("code", "import torch\nx = 1"), *cells, ("code", "y = 1\nprogress.mark_read()")]
    path = tmp_path / "01_page.ipynb"
    path.write_text(
        json.dumps({"cells": [{"cell_type": kind, "source": text} for kind, text in every]}),
        encoding="utf-8",
    )
    return path


def test_minutes_add_up_words_code_guesses_and_the_run():
    amount = Amount(words=1000, lines=60, guesses=4, seconds=60)
    assert amount.minutes == 5 + 4 + 3 + 1


def test_words_are_counted_without_badges_answers_receipts_and_the_line_of_minutes(tmp_path):
    read = "# One two\n\n**Three:** `four` five — [six](seven.ipynb).\n\n"
    unread = "[![Open in Colab](a.svg)](b)\n\n**18 minutes**, and 7 more for the sections.\n\n"
    answer = "<details><summary>Answer</summary>\n\nNo, never.\n</details>\n\n"
    receipts = "## Receipts\n\n| claim | place |\n|--|--|\n| all of it | here |\n\nRead on."
    main, further = count(page(tmp_path, ("markdown", read + unread + answer + receipts)))
    # "# One two", three to six, "## Receipts" and "Read on."
    assert (main.words, further.words) == (2 + 4 + 1 + 2, 0)


def test_a_table_outside_the_receipts_is_read(tmp_path):
    main, _ = count(page(tmp_path, ("markdown", "| one | two |\n|--|--|\n| three | |")))
    assert main.words == 3


def test_lines_of_code_are_counted_without_imports_comments_and_what_frames_the_page(tmp_path):
    cell = "# a comment\nfrom x import (\n    a,\n    b,\n)\n\nz = a(\n    b,\n)  # kept\n%time z"
    main, _ = count(page(tmp_path, ("code", cell)))
    assert main.lines == 4
    assert code_lines(cell) == ["z = a(", "b,", ")  # kept", "%time z"]


def test_optional_sections_are_counted_apart_until_another_section_begins(tmp_path):
    cells = (
        ("markdown", "## Main\n\none"),
        ("code", 'predict("01.1", "It")\nx = 2'),
        ("markdown", "two\n\n## Further: more of it\n\nthree four"),
        ("code", 'predict("01.2", "It")\n\npredict("01.3", "It")'),
        ("markdown", "five\n\n## Check yourself\n\nsix"),
    )
    main, further = count(page(tmp_path, *cells))
    assert (main.words, main.lines, main.guesses) == (6, 2, 1)
    assert (further.words, further.lines, further.guesses) == (7, 2, 2)


def test_counting_again_changes_nothing_in_the_course_and_only_the_lesson_named():
    text = FILE.read_text(encoding="utf-8")
    entry = COURSE.lesson("02")
    same = count_minutes.written_in_course(text, "02", entry.minutes, entry.further)
    assert same == text
    longer = count_minutes.written_in_course(text, "02", 99, 98)
    assert count_minutes.written_in_course(longer, "02", entry.minutes, entry.further) == text
    changed = [line for line in longer.split("\n") if line not in text.split("\n")]
    assert changed == ["minutes = 99", "further = 98"]


def test_the_line_of_a_lesson_is_written_with_its_optional_minutes_and_without(tmp_path):
    path = page(tmp_path, ("markdown", ""))
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    cells[0] = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "**1 minutes** (old)"}
    path.write_text(
        json.dumps({"cells": cells[:1], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}),
        encoding="utf-8",
    )
    assert '"**18 minutes**."' in count_minutes.written_in_lesson(path, 18, 0)
    said = '"**18 minutes**, and 7 more for the sections marked *Further*."'
    assert said in count_minutes.written_in_lesson(path, 18, 7)
