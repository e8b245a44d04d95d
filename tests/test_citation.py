"""CITATION.cff is what GitHub and Zotero can read, and agrees with pyproject.toml."""

import tomllib

import pytest
import yaml

from lesson_utils.catalogue import COURSE
from tests.helpers import ROOT

CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.mark.parametrize("field", ["cff-version", "message", "title", "authors"])
def test_a_field_that_the_format_requires_is_there(field):
    assert CITATION[field]


def test_the_format_is_that_of_1_2_0():
    # Unquoted, a version of two parts would be a number; the format wants text.
    assert CITATION["cff-version"] == "1.2.0"
    assert isinstance(CITATION["version"], str)
    assert CITATION["type"] == "software"  # the other type that there is: dataset


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("authors", PROJECT["authors"]),
        ("version", PROJECT["version"]),
        ("license", PROJECT["license"]),
        ("repository-code", PROJECT["urls"]["Repository"]),
        ("repository-code", f"https://github.com/{COURSE.address.repository}"),
    ],
)
def test_it_says_what_pyproject_says(field, expected):
    assert CITATION[field] == expected


def test_its_title_begins_with_the_name_of_the_course():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    name = readme.splitlines()[0].removeprefix("# ")
    assert CITATION["title"].startswith(f"{name}:")
