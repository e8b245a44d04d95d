"""The rooms of the course keep their order and their own names, and their functions are short.

CONTRIBUTING.md has the order; nothing here repeats it.
"""

import ast
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.helpers import ROOT, fenced_blocks, python

PACKAGE = ROOT / "lesson_utils"
DOORS = ("__init__", "__main__")
"""The modules of the package itself that stand in no room."""
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
(ROOMS,) = (text.split() for language, text in fenced_blocks(CONTRIBUTING) if language == "text")
EVERY_FILE = [
    path
    for folder in ("lesson_utils", "tools", "benchmarks", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
LONGEST = 40
TOO_LONG = {
    "lesson_utils/checks/findings.py": "expect tries the states in their order, one `if` for each",
    "lesson_utils/training.py": "train is one run in the order in which it happens",
}
"""Files with a function of more lines, and why."""


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_by(source: str) -> list[str]:
    """List what a module imports anywhere in it: "lesson_utils.rope.turns", "torch"."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [f"{'.' * node.level}{node.module}.{alias.name}" for alias in node.names]
    return found


def rooms_imported_by(source: str) -> set[str]:
    names = [name.split(".") for name in imported_by(source)]
    return {parts[1] for parts in names if parts[0] == "lesson_utils" and len(parts) > 1}


def upward(room: str, source: str) -> set[str]:
    """Name the rooms that a module of ``room`` imports although they do not stand before it."""
    return rooms_imported_by(source) - {room, *ROOMS[: ROOMS.index(room)]}


def private(source: str) -> list[str]:
    """List the private names that a module takes from others, by import or through a module."""
    tree, modules = ast.parse(source), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    taken = [name for name in imported_by(source) if any(map(is_private, name.split(".")))]
    return taken + [
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if node.value.id in modules and is_private(node.attr)
    ]


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def too_long(source: str) -> list[str]:
    """Name the functions with more lines than :data:`LONGEST`, docstrings not counted."""
    return [
        f"{node.name}: {lines}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (lines := length_of(node)) > LONGEST
    ]


def length_of(function) -> int:
    lines = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is not None:
        lines -= function.body[0].end_lineno - function.body[0].lineno + 1
    return lines


def in_package(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


MODULES = [path for path in EVERY_FILE if PACKAGE in path.parents and room_of(path) not in DOORS]


def test_every_room_is_in_the_list_and_every_name_of_it_is_a_room():
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    modules = {path.stem for path in PACKAGE.glob("*.py")} - set(DOORS)
    assert sorted(ROOMS) == sorted(folders | modules)


@pytest.mark.parametrize("path", MODULES, ids=in_package)
def test_a_module_imports_only_rooms_that_stand_before_its_own(path):
    assert upward(room_of(path), path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("figures/*.py")), ids=in_package)
def test_figures_know_no_room_but_the_table_of_methods(path):
    assert rooms_imported_by(path.read_text(encoding="utf-8")) <= {"figures", "methods"}


@pytest.mark.parametrize(
    "path", [path for path in MODULES if room_of(path) in ("checks", "progress")], ids=in_package
)
def test_checks_and_progress_show_no_views_and_progress_knows_no_checks(path):
    known = rooms_imported_by(path.read_text(encoding="utf-8"))
    assert not known & {"figures", "widgets"}
    assert room_of(path) == "checks" or "checks" not in known


def test_what_starts_a_command_does_not_import_torch():
    rooms = ("files", "machine", "methods", "catalogue", "progress", "commands")
    modules = ", ".join(f"lesson_utils.{room}" for room in rooms)
    done = python("-c", f"import sys, {modules}; sys.exit('torch' in sys.modules)")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "path", [path for path in EVERY_FILE if ROOT / "tests" not in path.parents], ids=in_package
)
def test_no_private_name_leaves_its_module(path):
    assert private(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", EVERY_FILE, ids=in_package)
def test_functions_are_short_or_their_file_says_why_not(path):
    long = too_long(path.read_text(encoding="utf-8"))
    assert not long or any(fnmatch(in_package(path), pattern) for pattern in TOO_LONG)


@pytest.mark.parametrize("pattern", TOO_LONG)
def test_no_file_is_excused_that_has_only_short_functions(pattern):
    assert any(too_long(path.read_text(encoding="utf-8")) for path in ROOT.glob(pattern))


# --- the guards can fail ---


@pytest.mark.parametrize(
    "line",
    ["from lesson_utils.model import TinyLlama", "import lesson_utils.model",
     "from lesson_utils import model", "def f():\n    from lesson_utils import model"],
)  # fmt: skip
def test_an_import_of_a_room_that_stands_behind_is_found(line):
    assert upward("rope", f"import torch\n{line}\n") == {"model"}
    assert upward("perplexity", line) == set()


@pytest.mark.parametrize(
    "source",
    ["from lesson_utils.corpus import _sympy_folder", "from lesson_utils._hidden import x",
     "from lesson_utils.progress import store\nstore._unsaved = 1"],
)  # fmt: skip
def test_a_private_name_of_another_module_is_found(source):
    assert len(private(source)) == 1


def test_ones_own_private_names_and_those_with_two_underscores_are_fine():
    assert (
        private("import re\nclass A:\n    def f(self):\n        return self._x, re.__name__") == []
    )


def test_a_long_function_is_found_and_its_docstring_is_not_counted():
    lines = "\n".join(f"    x = {n}" for n in range(LONGEST - 1))
    assert too_long(f"def f():\n    '''One\n\n    two.\n    '''\n{lines}\n") == []
    assert too_long(f"def f():\n{lines}\n    return x\n") == [f"f: {LONGEST + 1}"]
