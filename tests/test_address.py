"""Every badge, link and first cell names the one address that course.toml has."""

import re
import shutil

import pytest

from lesson_utils import catalogue
from lesson_utils.catalogue import COURSE, Address
from tests.helpers import EXERCISES, LESSONS, ROOT, SOLUTIONS, of_any_lesson, sources
from tools import set_address

HERE = COURSE.address
THERE = Address("somebody-else/course.of-theirs", "v2.0")
OPENING = re.compile(
    r"colab\.research\.google\.com/github/(?P<colab>[^/\s]+/[^/\s]+/blob/[^/\s]+)"
    r"|mybinder\.org/v2/gh/(?P<binder>[^/\s]+/[^/\s]+/[^?)\s]+)"
    r"|git\+https://github\.com/(?P<pip>[^\s\"\\)]+)"
    r"|codespaces\.new/(?P<codespaces>[^/\s]+/[^/\s]+/tree/[^?)\s]+)"
)
pytestmark = of_any_lesson


@pytest.fixture(scope="module")
def texts():
    return {path: path.read_text(encoding="utf-8") for path in set_address.files(ROOT)}


def test_no_badge_and_no_first_cell_disagrees_with_the_address(texts):
    repository, ref = HERE.repository, HERE.ref
    wanted = {
        "colab": f"{repository}/blob/{ref}",
        "binder": f"{repository}/{ref}",
        "pip": f"{repository}@{ref}",
        "codespaces": f"{repository}/tree/{ref}",
    }
    found = [match for text in texts.values() for match in OPENING.finditer(text)]
    assert {(m.lastgroup, m[m.lastgroup]) for m in found} == set(wanted.items())
    notebooks = len([*LESSONS, *SOLUTIONS, *EXERCISES])
    assert sum(match.lastgroup == "pip" for match in found) == notebooks


@pytest.mark.parametrize("path", [*LESSONS, *SOLUTIONS, *EXERCISES], ids=lambda p: p.parent.name)
def test_a_first_cell_begins_with_what_colab_needs_and_nobody_else_runs(path):
    begin = (
        "import sys\n\n"
        'if "google.colab" in sys.modules:  # Colab has all but the course itself\n'
        "    %pip -q install --no-deps "
        f"git+https://github.com/{HERE.repository}@{HERE.ref}\n"
    )
    first, *others = sources(path, "code")
    assert first.startswith(begin)
    assert not any("%pip" in cell for cell in others)


@pytest.fixture
def copy(tmp_path):
    """Another copy of the course, as far as it names its address."""
    for path in set_address.files(ROOT):
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return tmp_path


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def move(monkeypatch, folder, address):
    monkeypatch.setattr(set_address, "ROOT", folder)
    assert set_address.main([address.repository, address.ref]) == 0


def test_the_address_moves_as_a_whole_and_running_it_back_leaves_no_difference(copy, monkeypatch):
    before = contents(copy)
    move(monkeypatch, copy, THERE)
    moved = contents(copy)
    assert catalogue.read(copy / "lesson_utils" / "course.toml").address == THERE
    here = HERE.repository.encode()
    assert [name for name, text in before.items() if here in text]
    assert [name for name, text in moved.items() if here in text] == []
    assert [name for name, text in moved.items() if HERE.pages[:-1].encode() in text] == []
    move(monkeypatch, copy, HERE)
    assert contents(copy) == before


def test_no_file_outside_those_that_are_rewritten_names_the_address():
    kept = (".git", ".venv", "_site", "runs", ".pytest_cache", ".ruff_cache", ".hypothesis")
    rewritten = set(set_address.files(ROOT))
    parts = (path for path in ROOT.iterdir() if path.name not in kept)
    left_out = [
        path
        for part in parts
        for path in ([part] if part.is_file() else part.rglob("*"))
        if path.is_file() and path not in rewritten and path.suffix in set_address.TEXT
    ]
    assert left_out
    naming = [p for p in left_out if HERE.repository.encode() in p.read_bytes()]
    made = {"__pycache__", "lesson_utils.egg-info"}  # by Python and pip, anew at each install
    assert [p for p in naming if not made & set(p.parts)] == []


@pytest.mark.parametrize(
    ("repository", "ref", "told"),
    [
        ("rope", "main", "'rope' is no repository; write REPO=owner/name"),
        ("a/b/c", "main", "'a/b/c' is no repository; write REPO=owner/name"),
        ("a/b", "one two", "'one two' is no tag or branch for a link; write one like REF=v1.0"),
        ("a/b", "", "'' is no tag or branch for a link; write one like REF=v1.0"),
    ],
)
def test_what_is_no_address_is_refused_with_what_to_write(capsys, repository, ref, told):
    with pytest.raises(SystemExit):
        set_address.main([repository, ref])
    assert told in capsys.readouterr().err


def test_the_address_of_a_repository_that_a_lesson_quotes_is_refused(copy, monkeypatch, capsys):
    before = contents(copy)
    monkeypatch.setattr(set_address, "ROOT", copy)
    with pytest.raises(SystemExit):
        set_address.main(["huggingface/transformers", "main"])
    assert "has links of its own to huggingface/transformers" in capsys.readouterr().err
    assert contents(copy) == before


def test_a_longer_name_that_begins_like_the_address_is_left_alone():
    text = "github.com/a/b, github.com/a/b-2, github.com/a/b.git, github.com/a/b."
    there = "github.com/c/d, github.com/a/b-2, github.com/a/b.git, github.com/c/d."
    assert set_address.renamed(text, Address("a/b", "main"), Address("c/d", "v1")) == there
