"""The table of methods says what the functions do, and whatever lists methods has its rows."""

import inspect
import json
import re
import shutil
import subprocess

import numpy as np
import pytest

from lesson_utils import scaling
from lesson_utils.methods import OPTIONS, ROWS, STATIC, TABLE
from lesson_utils.widgets import bench
from lesson_utils.widgets.dials import wall_settings
from lesson_utils.widgets.page import source
from lesson_utils.widgets.recipe import START, Recipe, has
from tests.helpers import PATIENCE, python

OWN = [(row.name, option.name) for row in ROWS for option in row.options]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_names_what_its_function_takes_and_its_defaults(row):
    taken = dict(inspect.signature(scaling.METHODS[row.name]).parameters)
    assert list(taken)[0] == "head_dim" and scaling.METHODS[row.name].__name__ == row.name
    own = {o.name: taken.pop(o.name).default for o in row.options}
    assert own == {o.name: o.default for o in row.options}
    assert taken.keys() - {"head_dim"} == set(row.asks_for)


@pytest.mark.parametrize("option", OPTIONS.values(), ids=OPTIONS)
def test_a_slider_of_an_option_can_stand_at_the_default(option):
    if option.label:
        assert option.default in (option.choices or option.steps)


def test_options_of_one_name_are_one_option():
    for row in ROWS:
        assert all(OPTIONS[option.name] is option for option in row.options)


def test_the_table_is_read_without_torch():
    code = "import sys, lesson_utils.methods; sys.exit('torch' in sys.modules)"
    assert python("-c", code).returncode == 0


# --- whoever lists methods ---


def test_the_shell_offers_every_method_and_every_option(run):
    code, told, _ = run("finetune", "--help")
    assert code == 0 and "{" + ",".join(TABLE) + "}" in told
    explained = " ".join(told.partition("\noptions:\n")[2].split())
    for option in OPTIONS.values():
        having = " and ".join(row.name for row in ROWS if option in row.options)
        own = re.search(rf" {option.flag}[ ,].*? \(", explained)
        assert own.group().endswith(f"; {having} (")


def test_the_bench_offers_every_method_that_needs_no_length():
    settings = bench.Bench(Recipe("pi"), Recipe("rope"), views=["speeds"]).view().settings
    labels = [method["label"] for method in settings["methods"]]
    assert labels == [row.label for row in ROWS if "length" not in row.asks_for]
    assert [knob["name"] for knob in settings["knobs"]] == list(START)


@pytest.mark.parametrize("method", STATIC)
def test_two_recipes_that_do_not_do_the_same_have_two_names(method):
    for setting, value in START.items():
        if setting in OPTIONS:
            values = OPTIONS[setting].choices or OPTIONS[setting].steps
        else:
            values = (1.5, 2)
        others = {Recipe(method, **{setting: v}).in_words() for v in {*values, value}}
        assert len(others) == (len({*values, value}) if has(TABLE[method], setting) else 1)


def test_a_recipe_refuses_a_setting_that_there_is_not():
    with pytest.raises(TypeError, match="no setting is called betas; use one of factor"):
        Recipe("yarn", betas=1)


# --- the page ---


def rules_of_the_page():
    """Name the methods of the page's JavaScript; each must have a line of its own."""
    (block,) = re.findall(
        r"^export const METHODS = \{\n(.*?)^\};", source("rotary.js"), re.MULTILINE | re.DOTALL
    )
    lines = [re.fullmatch(r"  (\w+): \(s\) => .+,", line) for line in block.splitlines()]
    assert all(lines), "METHODS in rotary.js should have one line a method, and no other"
    return [line[1] for line in lines]


def test_the_page_has_the_methods_of_the_table():
    assert rules_of_the_page() == list(TABLE)
    assert [row["name"] for row in wall_settings()["methods"]] == list(STATIC)


def in_node(tmp_path, expression, argument):
    """Import the formulas in node, which has no page, and compute an expression of it."""
    module = tmp_path / "rotary.mjs"
    module.write_text(
        f"{source('rotary.js')}\nconst a = {json.dumps(argument)};\n"
        f"console.log(JSON.stringify({expression}));\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        ["node", module], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    return json.loads(done.stdout)


needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="there is no node here")
SHAPES = [(64, 10_000, 8, 512), (128, 500_000, 2, 8192), (16, 1_000, 1, 128)]


@needs_node
@pytest.mark.parametrize("method", STATIC)
def test_the_page_turns_the_pairs_as_the_function_does(tmp_path, method):
    own = [{}, *({o.name: v} for o in TABLE[method].options for v in o.steps)]
    cases = [(*shape, TABLE[method].values(given)) for shape in SHAPES for given in own]
    asked = [
        {"head_dim": d, "base": b, "factor": s, "trained_length": n, **o} for d, b, s, n, o in cases
    ]
    speeds = in_node(tmp_path, f"a.map((s) => inverseFrequencies('{method}', s))", asked)
    for (head_dim, base, factor, trained, own), found in zip(cases, speeds, strict=True):
        shape = {"head_dim": head_dim, "base": base, "trained_length": trained}
        wanted = scaling.by_name(method, factor=factor, **shape, **own).inv_freq
        np.testing.assert_allclose(found, wanted.double(), rtol=1e-6)  # ours are float32


@needs_node
@pytest.mark.parametrize("method", ["longer_rope", "constructor", "toString"])
def test_the_page_refuses_a_method_that_it_lacks(tmp_path, method):
    said = in_node(
        tmp_path,
        "(() => { try { inverseFrequencies(a, {}) } catch (e) { return e.message } })()",
        method,
    )
    assert f"cannot compute {method}, only rope, pi" in said and "Add it to rotary.js" in said
