"""Note where each head of the tiny model looks, for pages without a kernel.

    python -m tools.pages.attention FOLDER

The view of lesson 04 asks for it, one recipe at a time. `make site` runs this once; it reads 4,096
bytes for each recipe.
"""

import argparse
import json
from pathlib import Path

from lesson_utils.attention import doubling_distances
from lesson_utils.corpus import default_documents
from lesson_utils.figures.chart import as_data
from lesson_utils.figures.common import TRAINED_LENGTH
from lesson_utils.figures.lesson_04 import attention_chart
from lesson_utils.figures.style import on_any_page
from lesson_utils.files import write_whole
from lesson_utils.methods import TABLE
from lesson_utils.model import ModelConfig
from lesson_utils.weights import load
from lesson_utils.widgets import bench, measuring
from lesson_utils.widgets.page import PageView
from lesson_utils.widgets.recipe import Recipe, for_the_page

FACTORS = (4, 8, 16)
METHODS = ("pi", "ntk_aware", "ntk_by_parts", "yarn")
START = {"recipe": {"method": "yarn", "factor": 8}, "kept": {"method": "rope"}}
KEY = "attention"
"""What the view and its answers call one another by."""


def recipes() -> dict[str, Recipe]:
    """List the recipes that are noted, by the name of their file."""
    stretched = {
        f"{name}-{factor}": Recipe(name, factor=factor) for name in METHODS for factor in FACTORS
    }
    return {"rope": Recipe("rope"), **stretched}


def main(arguments: list[str] | None = None) -> int:
    """Write one file a recipe into the folder that is named."""
    parser = argparse.ArgumentParser(prog="python -m tools.pages.attention", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    model, document = load("base"), default_documents(1)[0].excerpt(0, bench.POSITIONS[-1] + 1)
    for name, recipe in recipes().items():
        frequencies = recipe.frequencies(model.config)
        looks = measuring.attention(model, document, bench.POSITIONS, frequencies, lambda: None)
        write_whole(folder / f"{name}.json", as_text(looks))
        print(name, flush=True)
    return 0


def as_text(looks) -> str:
    """Write shares in thousandths, [layers, heads, positions, bins], and keys to three digits."""
    shares = (1000 * looks.shares).round().astype(int).tolist()
    keys = [[[float(f"{n:.3g}") for n in head] for head in layer] for layer in looks.keys.tolist()]
    return json.dumps({"shares": shares, "keys": keys}, separators=(",", ":"))


def view() -> PageView:
    """Return the bench of lesson 04, with the recipes that are noted."""
    rows = for_the_page(Recipe("yarn"), METHODS)
    factor = next(knob for knob in rows["knobs"] if knob["name"] == "factor")
    config = ModelConfig()
    settings = rows | {
        "now": START["recipe"],
        "knobs": [factor | {"values": FACTORS}],
        "kept": START["kept"],
        "views": ["attention"],
        "layers": [*range(config.layers)],
        "heads": [*range(config.heads)],
        "positions": bench.POSITIONS,
        "place": bench.PLACE,
        "chart": as_data(empty_chart()),
        "key": KEY,
    }
    settings["methods"].append({"name": "rope", "label": "unchanged RoPE", "words": "", "has": []})
    return PageView(bench.FILES, settings)


def answers() -> dict:
    """Return what ``attention.js`` answers with."""
    named = {
        name: {
            "words": recipe.in_words(),
            "label": TABLE[recipe.method].label,
            "colour": on_any_page(TABLE[recipe.method].colour),
            "marker": TABLE[recipe.method].marker,
        }
        for name, recipe in recipes().items()
    }
    return {
        "key": KEY,
        "recipes": named,
        "starts": starts(),
        "positions": bench.POSITIONS,
        "window": TRAINED_LENGTH,
        "chart": as_data(empty_chart()),
        "ask": {**START, "place": bench.PLACE},
    }


def starts():
    """Return where each bin of distances begins."""
    return doubling_distances(bench.POSITIONS[-1] + 1)


def empty_chart():
    """Describe the chart before anything is known."""
    return attention_chart({}, starts(), trained_length=TRAINED_LENGTH, where="Attention", keys={})


if __name__ == "__main__":
    raise SystemExit(main())
