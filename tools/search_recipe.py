"""Search for the frequencies and the temperature that read 8,192 bytes best; needs a GPU.

    python -m tools.search_recipe --pack runs/documents       copy the documents out of SymPy
    python -m tools.search_recipe --documents runs/documents --out runs/recipe_search.json

Two searches start from the same recipes. One sees the three practice documents of the scoreboard,
as a learner does; the other sees sixteen. Held-out documents, which neither sees, say what was
learned and what was learned by heart. The result is recorded as
``lesson_utils/recorded/recipe_search.json``. ``--quick`` is a rehearsal, of no worth as a result.
"""

import argparse
import json
import math
import sys
import time
from pathlib import Path

import torch

from lesson_utils import scoreboard, search
from lesson_utils.corpus import MODULES, sympy_folder
from lesson_utils.files import make_folder, write_whole
from lesson_utils.machine import choose_device, provenance
from lesson_utils.perplexity import byte_losses
from lesson_utils.weights import load


def reader(model, documents):
    """Return ``frequencies -> perplexity`` over documents that stay on the device, side by side."""
    length = scoreboard.LENGTH
    rows = [torch.tensor(document.data[:length], dtype=torch.int64) for document in documents]
    windows = torch.stack(rows).to(model.device)

    def read(frequencies):
        losses = [byte_losses(model, part, frequencies) for part in windows.split(4)]
        return math.exp(torch.cat(losses)[:, length // 2 - 1 :].double().mean().item())

    return read


def run_search(read, judge, seconds, options):
    """Search until time or generations run out; keep the best of each generation."""
    started, history = time.perf_counter(), []
    found = search.evolve(
        read,
        list(scoreboard.starts().values()),
        slowest=scoreboard.FACTOR,
        generations=options.generations,
        children=options.children,
        seed=options.seed,
    )
    for best in found:
        history.append([round(best.perplexity, 5), round(judge(best.frequencies()), 5)])
        spent = time.perf_counter() - started
        print(f"{len(history) - 1:>4} {history[-1]} {spent:6.1f} s", file=sys.stderr, flush=True)
        if spent > seconds:
            break
    generations = len(history) - 1
    return {
        "slow_down": [round(value, 6) for value in best.slow_down.tolist()],
        "attention_scaling": round(best.attention_scaling, 6),
        "generations": generations,
        "recipes_read": len(scoreboard.starts()) + generations * options.children,
        "seconds": round(spent, 1),
        "searched_and_held_out": history,
    }


def document_sets(options):
    """Open the documents to practise on, to judge by and to search on, in this order."""
    modules = {
        "practice": scoreboard.PRACTICE,
        "held_out": scoreboard.HELD_OUT,
        "search": scoreboard.SEARCH,
    }
    most = 1 if options.quick else None
    return {
        name: scoreboard.documents(chosen, folder=options.documents)[:most]
        for name, chosen in modules.items()
    }


def run(options):
    """Search twice, judge what was found beside the marks, and write the record."""
    device = choose_device(options.device)
    make_folder(options.out.parent)
    model, sets = load("base", device=device), document_sets(options)
    practice, held_out, broad = (reader(model, documents) for documents in sets.values())
    searches = {
        "few": run_search(practice, held_out, 60 * options.minutes / 3, options),
        "many": run_search(broad, held_out, 60 * options.minutes * 2 / 3, options),
    }
    judged = scoreboard.starts()
    for name, documents in (("few", sets["practice"]), ("many", sets["search"])):
        label = f"found on {len(documents)}"
        judged[label] = scoreboard.found_frequencies(searches[name])
    record = {
        **provenance("python -m tools.search_recipe " + options.given, device, options.seed),
        "children": options.children,
        "documents": {name: [d.name for d in documents] for name, documents in sets.items()},
        "marks": [
            {"name": name, "practice": round(practice(f), 4), "held_out": round(held_out(f), 4)}
            for name, f in judged.items()
        ],
        "searches": searches,
    }
    write_whole(options.out, json.dumps(record, indent=1) + "\n")
    print(f"wrote {options.out}", file=sys.stderr)


def pack(folder):
    """Copy every document that a search reads, so that a machine without SymPy has them."""
    for modules in (scoreboard.PRACTICE, scoreboard.HELD_OUT, scoreboard.SEARCH, MODULES):
        for module in modules:
            (folder / module).parent.mkdir(parents=True, exist_ok=True)
            write_whole(folder / module, (sympy_folder() / module).read_bytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pack", type=Path, metavar="FOLDER")
    parser.add_argument("--documents", type=Path, metavar="FOLDER", help="a packed folder")
    parser.add_argument("--out", type=Path, default=Path("runs/recipe_search.json"))
    parser.add_argument("--device", default="auto")
    parser.add_argument("--minutes", type=float, default=5.0, help="for both searches together")
    parser.add_argument("--generations", type=int, default=60)
    parser.add_argument("--children", type=int, default=32)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="one document a set: a rehearsal")
    options = parser.parse_args()
    options.given = " ".join(sys.argv[1:])
    if options.pack:
        pack(options.pack)
    else:
        run(options)


if __name__ == "__main__":
    main()
