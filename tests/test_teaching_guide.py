"""The guide for teachers agrees with the course; what it says of nbgrader is in classroom.py."""

import re

import pytest

from tests.helpers import ROOT

GUIDE = (ROOT / "site" / "teaching.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
MINUTES = {n: int(m) for n, m in re.findall(r"^\| (\d\d) \|.*\| (\d+) \|$", README, re.MULTILINE)}
PLANS = dict(re.findall(r"^### ([^\n]+)\n(.*?)(?=^##)", GUIDE, re.MULTILINE | re.DOTALL))
TOTALS = {"One evening": 150, "A half-day": 240, "Four weeks": 4 * 90}


def rows(plan):
    """A plan's rows: lessons, minutes to read them, minutes in the room."""
    found = re.findall(r"^\|[^|]+\|([\d, ]*)\| *(\d*) *\| (\d+) \|$", PLANS[plan], re.MULTILINE)
    return [(re.findall(r"\d\d", n), int(read or 0), int(room)) for n, read, room in found]


@pytest.mark.parametrize("plan", TOTALS)
def test_a_plan_adds_up(plan):
    for lessons, read, room in rows(plan):
        assert read == sum(MINUTES[lesson] for lesson in lessons)
        assert read < room
    assert sum(room for _, _, room in rows(plan)) == TOTALS[plan]


def test_four_weeks_take_every_lesson_in_order():
    assert [lesson for lessons, _, _ in rows("Four weeks") for lesson in lessons] == sorted(MINUTES)


def test_links_of_the_guide_lead_somewhere():
    prose = re.sub(r"^```.*?^```$", "", GUIDE, flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", prose)
    assert links and all((ROOT / "site" / link).exists() for link in links)
    assert "(site/teaching.md)" in README
