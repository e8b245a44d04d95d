"""Note where each head of the tiny model looks, for pages without a kernel.

    python -m tools.pages.attention FOLDER

The view of lesson 04 asks for it, one recipe at a time. `make site` runs this once; it reads 4,096
bytes for each recipe.
"""

import argparse
import json
from pathlib import Path

from lesson_utils.corpus import default_documents
from lesson_utils.files import write_whole
from lesson_utils.model import ModelConfig
from lesson_utils.weights import load
from lesson_utils.widgets import bench, measuring
from lesson_utils.widgets.page import PageView
from lesson_utils.widgets.recipe import Recipe, for_the_page

FACTORS = (4, 8, 16)
METHODS = ("pi", "ntk_aware", "ntk_by_parts", "yarn")
START, KEPT = Recipe("yarn"), Recipe("rope")
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
    rows = for_the_page(START, METHODS)
    factor = next(knob for knob in rows["knobs"] if knob["name"] == "factor")
    config = ModelConfig()
    drawn = bench.attention_settings(config)
    settings = rows | {
        "knobs": [factor | {"values": FACTORS}],
        "kept": KEPT.as_data(),
        "kept_words": KEPT.in_words(),
        "views": ["attention"],
        "layers": [*range(config.layers)],
        "heads": [*range(config.heads)],
        "positions": bench.POSITIONS,
        "place": bench.PLACE,
        "attention": drawn,
        "chart": drawn["chart"],
        "key": KEY,
    }
    settings["methods"].append({"name": "rope", "label": "unchanged RoPE", "words": "", "has": []})
    return PageView(bench.FILES, settings)


def answers() -> dict:
    """Return what ``attention.js`` answers with."""
    named = {name: recipe.as_line() for name, recipe in recipes().items()}
    first = {"recipe": START.as_data(), "kept": KEPT.as_data(), "place": bench.PLACE}
    return {"key": KEY, "recipes": named, "ask": first}


if __name__ == "__main__":
    raise SystemExit(main())
