"""Judge the recipes of lesson 10 at two lengths, and by what forgetting cannot win.

    python -m tools.judge_recipes --out lesson_utils/recorded/recipes.json
    python -m tools.judge_recipes --swaps --out lesson_utils/recorded/recipes.json

Each of the scoreboard's eight documents is read at 512 and at 8,192 bytes at once, over the same
bytes. Then a random string is hidden in it, to be copied from afar; its loss stands beside that
with nothing to copy. Beside the recipes stand unchanged RoPE, and the reader to beat, which forgets
all but the last 512 bytes.

``--swaps`` adds to a record why the two recipes that searches found copy so differently: they
differ in four parts, and each part of the one is put into the other, alone and with others. That
a part makes the difference is refuted if the copy does not change with it.
"""

import argparse
import itertools
import json
import math
import sys
import time
from pathlib import Path

from lesson_utils import scoreboard
from lesson_utils.copying import copy_losses, copy_windows
from lesson_utils.files import write_whole
from lesson_utils.machine import choose_device, provenance
from lesson_utils.model import attend_last, rotary_attention
from lesson_utils.perplexity import perplexity
from lesson_utils.search import Candidate, candidate
from lesson_utils.weights import load
from tools.collect_evidence import in_lines
from tools.gather_evidence import with_nothing_to_copy

WINDOW, SEED = 512, 0
LENGTHS, DISTANCES = (512, scoreboard.LENGTH), (1024, 7168)
STRINGS = 8
FOUND = "found on 16", "found on 3"
PARTS = {
    "pairs 0 to 9": slice(0, 10),
    "pairs 10 to 14": slice(10, 15),
    "pairs 15 to 31": slice(15, 32),
    "multiplier": None,
}
"""In what the two found recipes differ."""


def readers():
    """Name what reads: ``(frequencies, attention)``."""
    recipes = scoreboard.recorded_recipes()
    return {
        "unchanged RoPE": (None, rotary_attention),
        "last 512 only": (None, attend_last(WINDOW)),
        **{name: (chosen, rotary_attention) for name, chosen in recipes.items()},
    }


def swapped():
    """Name what was found on 16 documents, with each choice of parts of what was found on 3."""
    ours, theirs = (candidate(scoreboard.marks()[name]) for name in FOUND)
    choices = itertools.product((False, True), repeat=len(PARTS))
    return {
        ", ".join(parts) or "none": (put_into(ours, theirs, parts).frequencies(), rotary_attention)
        for parts in (list(itertools.compress(PARTS, choice)) for choice in choices)
    }


def put_into(ours, theirs, parts):
    """Take these parts of a recipe from another one."""
    slow_down, scaling = ours.slow_down.copy(), ours.attention_scaling
    for part in parts:
        if PARTS[part] is None:
            scaling = theirs.attention_scaling
        else:
            slow_down[PARTS[part]] = theirs.slow_down[PARTS[part]]
    return Candidate(slow_down, scaling)


def by_length(model, documents, judged):
    """Return for each reader and length the mean loss of every document, over the same bytes."""
    found = {}
    for name, (chosen, attend) in judged.items():
        read = [perplexity(model, [d], LENGTHS, chosen, attend=attend) for d in documents]
        found[name] = {n: [round(math.log(one[n]), 5) for one in read] for n in LENGTHS}
        print(name, found[name], flush=True)
    return found


def copies(model, documents, judged, change=lambda windows: windows):
    """Return for each reader and distance the loss of the second copy, string by string.

    ``change`` may take the first copy from the windows, as :func:`with_nothing_to_copy` does.
    """
    found = {name: {} for name in judged}
    for distance in DISTANCES:
        windows = change(
            copy_windows(documents, distance, length=scoreboard.LENGTH, strings=STRINGS, seed=SEED)
        )
        for name, (chosen, attend) in judged.items():
            losses = copy_losses(model, windows, chosen, attend=attend)
            found[name][distance] = [round(float(row.mean()), 4) for row in losses]
            print(distance, name, found[name][distance], flush=True)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--swaps", action="store_true", help="add the swaps to the record at --out")
    options = parser.parse_args()
    started, device = time.perf_counter(), choose_device("auto")
    model = load("base", device=device)
    sets = {
        "practice": scoreboard.documents(scoreboard.PRACTICE),
        "held_out": scoreboard.documents(scoreboard.HELD_OUT),
    }
    documents = sets["practice"] + sets["held_out"]
    judged = swapped() if options.swaps else readers()
    measured = {
        "nats": by_length(model, documents, judged),
        "nats_of_copies": copies(model, documents, judged),
    }
    if not options.swaps:
        without = copies(model, documents, judged, with_nothing_to_copy)
        measured["nats_with_nothing_to_copy"] = without
    record = {
        **provenance("python -m tools.judge_recipes " + " ".join(sys.argv[1:]), device, SEED),
        "seconds": round(time.perf_counter() - started, 1),
        "documents": {name: [d.name for d in some] for name, some in sets.items()},
        **measured,
    }
    if options.swaps:
        old = json.loads(options.out.read_text(encoding="utf-8"))
        record = old | {"swaps": record}
    write_whole(options.out, in_lines(record) + "\n")


if __name__ == "__main__":
    main()
