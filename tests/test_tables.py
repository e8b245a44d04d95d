"""The tables are those that course.toml and methods.py make, and nobody's handwork."""

import dataclasses
import re
import shutil

import nbformat
import pytest

from lesson_utils.catalogue import COURSE
from lesson_utils.methods import TABLE
from tests.helpers import ROOT, of_any_lesson
from tools import write_tables

README, GUIDE, SHELL, RESULTS, FIRST_LESSON, *OTHERS = write_tables.FILES
pytestmark = of_any_lesson
TABLES = {
    README: ["lessons"],
    SHELL: ["methods"],
    RESULTS: ["untrained", "copies"],
    GUIDE: ["One evening", "A half-day", "Four weeks"],
    FIRST_LESSON: ["map"],
    **{lesson: [] for lesson in OTHERS},
}


@pytest.mark.parametrize("name", TABLES)
def test_a_file_has_its_tables_as_they_are_made_from_the_catalogue(name):
    path = ROOT / name
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"<!-- made by [^:]+: ([^>]+) -->", text) == TABLES[name]
    assert write_tables.filled(path, text) == text, "run `make tables`"


def test_every_plan_of_the_catalogue_is_in_the_guide():
    assert [plan.title for plan in COURSE.plans] == TABLES[GUIDE]


@pytest.fixture
def changed_course(tmp_path, monkeypatch):
    """A copy of the files, and a course whose lesson 01 has another title and takes 100 minutes."""
    for name in TABLES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    first, second, *others = COURSE.lessons
    second = dataclasses.replace(second, title="Turn about", minutes=100)
    changed = dataclasses.replace(COURSE, lessons=(first, second, *others))
    monkeypatch.setattr(write_tables, "COURSE", changed)
    monkeypatch.setattr(write_tables, "ROOT", tmp_path)
    return tmp_path


def test_a_change_of_the_catalogue_reaches_every_table(changed_course, capsys):
    assert write_tables.main() == 0
    assert capsys.readouterr().out.count("written") == 3
    proves = COURSE.lesson("01").proves
    readme = (changed_course / README).read_text(encoding="utf-8")
    together = sum(lesson.minutes for lesson in COURSE.lessons) - COURSE.lesson("01").minutes + 100
    assert f"| 01 | [Turn about](notebooks/01_turn_about.ipynb) ◆ | {proves} | 100 |" in readme
    assert f"\nTogether {together} minutes" in readme
    first_lesson = nbformat.read(changed_course / FIRST_LESSON, as_version=4)
    row = f"| [01 · Turn about](01_turn_about.ipynb) ◆ | {proves} | **100 minutes** |"
    assert sum(cell.source.count(row) for cell in first_lesson.cells) == 1
    guide = (changed_course / GUIDE).read_text(encoding="utf-8")
    assert f"| 00, 01 | {COURSE.lesson('00').minutes + 100} |" in guide
    assert write_tables.main() == 0
    assert "written" not in capsys.readouterr().out


def test_readme_adds_up_the_optional_sections_where_there_are_some(monkeypatch):
    plain, further = (
        [dataclasses.replace(lesson, minutes=10, further=n) for lesson in COURSE.lessons]
        for n in (0, 2)
    )
    count = len(COURSE.lessons)
    for lessons, said in (
        (plain, "minutes. The short path"),
        (further, f"minutes, and {2 * count} more for the sections "),
    ):
        course = dataclasses.replace(COURSE, lessons=tuple(lessons))
        monkeypatch.setattr(write_tables, "COURSE", course)
        assert f"\nTogether {10 * count} {said}" in write_tables.made("lessons")


@pytest.mark.parametrize("table", ["lessons", "map"])
def test_the_short_path_is_marked_lesson_by_lesson_and_its_minutes_are_added_up(table):
    text = write_tables.made(table)
    marked = re.findall(r"(\d\d)_\w+\.ipynb\) ◆ \|", text)
    assert marked == [n for n in COURSE.short_path.lessons if table == "lessons" or n != "00"]
    minutes = sum(COURSE.lesson(n).minutes for n in COURSE.short_path.lessons)
    assert f"marked ◆, takes **{minutes} minutes**" in text


def test_a_lesson_leads_on_to_the_next_and_the_last_one_where_it_likes():
    prose = "Read on.\n\n**Next:** somewhere.\n"
    line = "**Next:** [lesson 05, Interpolate positions](05_interpolate_positions.ipynb).\n"
    assert line in write_tables.lead_on(prose, after="04")
    assert write_tables.lead_on(prose, after=COURSE.lessons[-1].number) == prose


def test_every_method_has_a_line_with_its_options_and_its_type():
    lines = write_tables.made("methods").splitlines()
    assert "| `pi` | PI | none | `linear` |" in lines
    ends = "`--low-freq-factor`, `--high-freq-factor`"
    assert f"| `llama3` | Llama 3.1's rule | {ends} | `llama3` |" in lines
    assert [line.split("`")[1] for line in lines[2:]] == list(TABLE)


def test_what_stands_outside_the_tables_is_left_as_it_is(changed_course):
    def outside(name):
        text = (changed_course / name).read_text(encoding="utf-8")
        text = re.sub(r"<!-- made by.*?<!-- end of", "", text, flags=re.DOTALL)
        return re.sub(r"\*\*Next:\*\* .*?\)\.", "", text)

    before = {name: outside(name) for name in TABLES}
    write_tables.main()
    assert {name: outside(name) for name in TABLES} == before


def test_a_table_that_nobody_makes_is_refused_with_those_that_are_made():
    marked = "<!-- made by `make tables` from course.toml: menu -->\n<!-- end of menu -->"
    with pytest.raises(ValueError, match="no table 'menu'; use lessons, map, One evening"):
        write_tables.fill(marked)
