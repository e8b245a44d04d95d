"""The contents of the course are read whole, and a slip in them is named with its place."""

import re
import tomllib
from pathlib import Path

import pytest

from lesson_utils import catalogue
from lesson_utils.catalogue import COURSE
from tests.helpers import ROOT, notebook_of, prose_of

TEXT = catalogue.FILE.read_text(encoding="utf-8")
every_lesson = pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.number)


def test_the_contents_travel_with_the_package_to_colab():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert catalogue.FILE.parent == Path(catalogue.__file__).parent
    assert catalogue.FILE.name in project["tool"]["setuptools"]["package-data"]["lesson_utils"]


@every_lesson
def test_title_and_minutes_are_those_that_the_lesson_opens_with(lesson):
    prose = prose_of(notebook_of(lesson.number))
    assert prose.startswith(f"# {lesson.number} · {lesson.title}\n")
    assert re.findall(r"^\*\*(\d+) minutes\*\*", prose, re.MULTILINE) == [str(lesson.minutes)]


@every_lesson
def test_a_tag_is_a_word_of_its_lesson(lesson):
    prose = prose_of(notebook_of(lesson.number)).lower()
    assert lesson.tags and [tag for tag in lesson.tags if tag.lower() not in prose] == []


@every_lesson
def test_what_is_proved_is_told_in_a_line_that_fits_a_table(lesson):
    assert 20 <= len(lesson.proves) <= 120
    assert not re.search(r"[|\n]|\.$", lesson.proves)


def test_the_last_achievement_is_for_the_whole_course_and_the_others_for_their_lessons():
    *own, last = COURSE.achievements
    assert own == [lesson.achievement for lesson in COURSE.lessons if lesson.exercises]
    assert last.lesson == "all"


def test_an_exercise_is_worth_1_2_or_3_points_and_10_20_or_40_xp():
    worth = {exercise.level: (exercise.points, exercise.xp) for exercise in COURSE.exercises}
    assert worth == {"warm-up": (1, 10), "core": (2, 20), "stretch": (3, 40)}


def test_every_lesson_is_in_the_longest_plan():
    planned = [number for block in COURSE.plans[-1].blocks for number in block.lessons]
    assert planned == [lesson.number for lesson in COURSE.lessons]


def test_the_short_path_takes_lessons_in_order_and_at_most_90_minutes():
    path = COURSE.short_path.lessons
    assert list(path) == sorted(set(path))
    assert sum(COURSE.lesson(number).minutes for number in path) <= 90


@pytest.mark.parametrize("number", ["3", "77", "", "03.1", "-1"])
def test_a_lesson_that_is_not_there_is_refused_with_those_that_are(number):
    last = COURSE.lessons[-1].number
    with pytest.raises(ValueError, match=f"{re.escape(repr(number))}; use one from 00 to {last}"):
        COURSE.lesson(number)


def test_an_exercise_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(ValueError, match=r"no exercise '1\.1'; there are 01\.1, 01\.2"):
        COURSE.exercise("1.1")


SLIPS = {
    "a missing entry": ('title = "Read the dials"\n', "", "lesson 03 lacks title"),
    "an entry misspelt": (
        'proves = "wavelengths',
        'prove = "wavelengths',
        "lesson 03 lacks proves and has prove, which nobody reads",
    ),
    "a lesson's number twice": (
        'number = "03"',
        'number = "02"',
        "lesson '02' stands where '03' should",
    ),
    "an exercise's number left out": (
        'id = "03.2"',
        'id = "03.3"',
        r"exercise '03\.3' stands where '03\.2' should",
    ),
    "an exercise of another lesson": ('id = "03.1"', 'id = "02.4"', r"exercise '02\.4' stands"),
    "an unknown level": (
        'title = "Find the hand", level = "warm-up"',
        'title = "Find the hand", level = "easy"',
        r"exercise 03\.1 has level 'easy'; use one of warm-up, core, stretch",
    ),
    "an exercise without minutes": (
        'level = "warm-up", minutes = 5 },\n    { id = "03.2"',
        'level = "warm-up" },\n    { id = "03.2"',
        r"exercise 03\.1 lacks minutes",
    ),
    "an achievement without an ability": (
        'achievement = { name = "Dial reader", ability',
        'achievement = { name = "Dial reader", can',
        "lesson 03 lacks ability and has can",
    ),
    "a block without minutes": (
        'name = "Break", room = 10',
        'name = "Break"',
        "plan 'One evening'",
    ),
    "a lesson of the short path that is not there": (
        'lessons = ["00", "01", "04"',
        'lessons = ["00", "01", "44"',
        "the short path has lesson '44'; use one from 00 to",
    ),
    "a whole part missing": ("\n[xp]", "\n[xps]", "lacks xp"),
    "a quote left open": ('"Read the dials"', '"Read the dials', "is not TOML: .*line"),
}


@pytest.mark.parametrize(("found", "put", "said"), SLIPS.values(), ids=SLIPS)
def test_a_slip_in_the_contents_is_told_in_one_line_with_its_place(tmp_path, found, put, said):
    assert found in TEXT
    spoilt = tmp_path / "course.toml"
    spoilt.write_text(TEXT.replace(found, put, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=said) as error:
        catalogue.read(spoilt)
    assert "\n" not in str(error.value)
