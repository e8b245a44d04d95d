"""What a page or a card tells the learner to call, the learner can call on that page."""

import ast
import builtins
import html
import re

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from lesson_utils.catalogue import COURSE
from lesson_utils.checks import all_exercises, check, hint, running
from lesson_utils.progress import store
from lesson_utils.progress.state import State
from tests.helpers import EXERCISES, LESSONS, SOLUTIONS, sources


def called_in(text):
    """The functions that are called in inline code, such as ``check.move``."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`|<code>(.*?)</code>", prose)
    code = "\n".join(html.unescape(ticks or tags) for ticks, tags in inline)
    return set(re.findall(r"(?<![\w.])([A-Za-z_][\w.]*)\(", code))


def names_in(cells):
    """What code cells bind: an import of the course's to its object, all other names to None."""
    names = vars(builtins).copy()
    for node in (n for cell in cells for n in ast.walk(ast.parse(plain_python(cell)))):
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "lesson_utils":
            exec(ast.unparse(node), names)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0]: None for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names[node.name] = None
        elif isinstance(node, ast.arg):
            names[node.arg] = None
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names[node.id] = None
    return names


def plain_python(cell):
    return TransformerManager().transform_cell(cell)


def is_known(call, names):
    """Whether the first name is bound; and where that is the course's, whether it has the rest."""
    root, *attributes = call.split(".")
    thing = names.get(root)
    for attribute in attributes if thing is not None else ():
        if not hasattr(thing, attribute):
            return False
        thing = getattr(thing, attribute)
    return root in names


def unknown(path, texts):
    names = names_in(sources(path, "code"))
    return {call for text in texts for call in called_in(text) if not is_known(call, names)}


@pytest.mark.parametrize(
    "path", LESSONS + SOLUTIONS + EXERCISES, ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_every_function_that_the_prose_calls_is_known_on_that_page(path):
    assert unknown(path, sources(path, "markdown")) == set()


@pytest.fixture
def cards(monkeypatch):
    """Collect what cards say, and start with no hint given and nothing tried."""
    shown = []
    monkeypatch.setattr(running, "_show", lambda card: shown.append(repr(card)))
    monkeypatch.setattr(running, "_hints_given", {})
    monkeypatch.setattr(store, "_unsaved", State())
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    return shown


@pytest.mark.parametrize(
    "path", SOLUTIONS + EXERCISES, ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_every_function_that_a_card_calls_is_known_on_its_page(path, cards):
    names = {exercise.id: exercise.name for exercise in all_exercises()}
    for exercise in COURSE.lesson(path.stem[:2]).exercises:
        for given in (None, 3.0, lambda *args, **kwargs: object()):
            getattr(check, names[exercise.id])(given)
        for _ in range(3):
            hint(exercise.id)
    assert "hint" in set().union(*map(called_in, cards))
    assert unknown(path, cards) == set()


# --- the helpers can fail ---


def test_a_call_is_found_in_inline_code_and_nowhere_else():
    text = 'Try `hint("01.1")` or <code>2 &lt; scaling.pi(64, 8)</code>, not f(x) or `read`.'
    assert called_in(f"{text}\n\n```python\ng(1)\n```\n") == {"hint", "scaling.pi"}


CELLS = [
    "%pip list\nimport os.path\nfrom json import dumps as to_json",
    "from lesson_utils.checks import check\nfrom lesson_utils import scaling",
    "def f(x):\n    y = len(x)",
    "z = 1",
]


@pytest.mark.parametrize("call", ["os.getcwd", "to_json", "check.move", "scaling.pi", *"fxyz"])
def test_what_a_page_imports_defines_or_assigns_is_known(call):
    assert is_known(call, names_in(CELLS))


@pytest.mark.parametrize("call", ["hint", "check.mvoe", "scaling.ip", "dumps", "g"])
def test_what_it_does_not_have_is_unknown(call):
    assert not is_known(call, names_in(CELLS))
