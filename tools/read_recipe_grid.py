"""Read 24 documents with 120 recipes, so that one can see what choosing among them does.

    python -m tools.search_recipe --pack runs/documents
    python -m tools.read_recipe_grid --documents runs/documents --out runs/recipe_grid.json

The recipes are YaRN's for 8,192 bytes with other numbers in it: each ramp, both of its ends, and
the coefficient of the temperature. The documents are those of the scoreboard and those of its
search. Beside the recipes stand unchanged RoPE, and the reader that forgets all but the last 512
bytes. Then the recipes of the scoreboard read the course's documents at several lengths, the same
bytes at each. The result is recorded as ``lesson_utils/recorded/recipe_grid.json``.
"""

import argparse
import itertools
import json
import math
import sys
from functools import partial
from pathlib import Path

from lesson_utils import scoreboard
from lesson_utils.corpus import DOCUMENT_BYTES, MODULES, sympy_documents
from lesson_utils.files import make_folder, write_whole
from lesson_utils.machine import choose_device, provenance
from lesson_utils.model import attend_last, rotary_attention
from lesson_utils.perplexity import perplexity
from lesson_utils.weights import load
from tools.search_recipe import document_sets

RAMPS = ("turns", "index")
ALPHAS, BETAS = (0.5, 1.0, 2.0), (4, 8, 16, 32)
COEFFICIENTS = (0.06, 0.072, 0.081, 0.09, 0.1)
LENGTHS = (512, 1024, 2048, 4096, 8192, 16384)
WINDOW = 512


def reader(model, documents):
    """Return ``(frequencies, attend) -> nats``, the mean loss over each document's second half."""

    def read(frequencies, attend=rotary_attention):
        one = partial(perplexity, model, frequencies=frequencies, attend=attend)
        return [round(math.log(one([document], scoreboard.LENGTH)), 5) for document in documents]

    return read


def read_grid(read):
    """Return the numbers of every recipe, each with what it reads."""
    rows = []
    for ramp, alpha, beta, coefficient in itertools.product(RAMPS, ALPHAS, BETAS, COEFFICIENTS):
        recipe = scoreboard.shipped(ramp, coefficient, beta_slow=alpha, beta_fast=beta)
        numbers = {"ramp": ramp, "alpha": alpha, "beta": beta, "coefficient": coefficient}
        rows.append(numbers | {"nats": read(recipe)})
    return rows


def by_length(model, folder):
    """Read the course's documents with the scoreboard's recipes, the same bytes at each length."""
    course = sympy_documents(MODULES, DOCUMENT_BYTES, folder=folder)
    readers = {"unchanged RoPE": (None, rotary_attention)}
    readers["last 512 only"] = (None, attend_last(WINDOW))
    readers |= {name: (chosen, rotary_attention) for name, chosen in scoreboard.marks().items()}
    found = {}
    for name, (chosen, attend) in readers.items():
        read = perplexity(model, course, LENGTHS, chosen, attend=attend)
        found[name] = {length: round(value, 4) for length, value in read.items()}
        print(name, found[name], file=sys.stderr, flush=True)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--documents", type=Path, metavar="FOLDER", help="a packed folder")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--quick", action="store_true", help="one document a set: a rehearsal")
    options = parser.parse_args()
    device = choose_device(options.device)
    make_folder(options.out.parent)
    model, sets = load("base", device=device), document_sets(options)
    read = reader(model, [document for some in sets.values() for document in some])
    record = {
        **provenance("python -m tools.read_recipe_grid " + " ".join(sys.argv[1:]), device, 0),
        "documents": {name: [d.name for d in some] for name, some in sets.items()},
        "beside": {
            "unchanged RoPE": read(None),
            "last 512 only": read(None, attend_last(WINDOW)),
        },
        "recipes": read_grid(read),
        "by_length": {} if options.quick else by_length(model, options.documents),
    }
    write_whole(options.out, as_json(record))


def as_json(record):
    """Write a record with one line for each recipe."""
    lines = ",\n  ".join(json.dumps(row) for row in record["recipes"])
    text = json.dumps(record | {"recipes": []}, indent=1)
    return text.replace('"recipes": []', f'"recipes": [\n  {lines}\n ]') + "\n"


if __name__ == "__main__":
    main()
