"""Judge the recipes of lesson 10 at two lengths, and by what forgetting cannot win.

    python -m tools.judge_recipes --out lesson_utils/recorded/recipes.json

Each of the scoreboard's eight documents is read at 512 and at 8,192 bytes at once, over the same
bytes. Then a random string is hidden in it, to be copied from afar. Beside the recipes stand
unchanged RoPE, and the reader to beat, which forgets all but the last 512 bytes.
"""

import argparse
import json
import math
import time
from pathlib import Path

from lesson_utils import scoreboard
from lesson_utils.copying import copy_losses, copy_windows
from lesson_utils.files import write_whole
from lesson_utils.machine import choose_device, provenance
from lesson_utils.model import attend_last, rotary_attention
from lesson_utils.perplexity import perplexity
from lesson_utils.weights import load

WINDOW, SEED = 512, 0
LENGTHS, DISTANCES = (512, scoreboard.LENGTH), (1024, 7168)
STRINGS = 8


def readers():
    """Name what reads: ``(frequencies, attention)``."""
    recipes = scoreboard.marks()
    recipes["three numbers of lesson 07"] = scoreboard.three_numbers(0.5)
    return {
        "unchanged RoPE": (None, rotary_attention),
        "last 512 only": (None, attend_last(WINDOW)),
        **{name: (chosen, rotary_attention) for name, chosen in recipes.items()},
    }


def by_length(model, documents):
    """Return for each reader and length the mean loss of every document, over the same bytes."""
    found = {}
    for name, (chosen, attend) in readers().items():
        read = [perplexity(model, [d], LENGTHS, chosen, attend=attend) for d in documents]
        found[name] = {n: [round(math.log(one[n]), 5) for one in read] for n in LENGTHS}
        print(name, found[name], flush=True)
    return found


def copies(model, documents):
    """Return for each reader and distance the loss of the second copy, string by string."""
    found = {name: {} for name in readers()}
    for distance in DISTANCES:
        windows = copy_windows(
            documents, distance, length=scoreboard.LENGTH, strings=STRINGS, seed=SEED
        )
        for name, (chosen, attend) in readers().items():
            losses = copy_losses(model, windows, chosen, attend=attend)
            found[name][distance] = [round(float(row.mean()), 4) for row in losses]
            print(distance, name, found[name][distance], flush=True)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    started, device = time.perf_counter(), choose_device("auto")
    model = load("base", device=device)
    sets = {
        "practice": scoreboard.documents(scoreboard.PRACTICE),
        "held_out": scoreboard.documents(scoreboard.HELD_OUT),
    }
    documents = sets["practice"] + sets["held_out"]
    measured = {
        "nats": by_length(model, documents),
        "nats_of_copies": copies(model, documents),
    }
    command = f"python -m tools.judge_recipes --out {options.out}"
    record = {
        **provenance(command, device, SEED),
        "seconds": round(time.perf_counter() - started, 1),
        "documents": {name: [d.name for d in some] for name, some in sets.items()},
        **measured,
    }
    write_whole(options.out, json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
