"""Join what ``tools.gather_controls`` measured into the record of the controls.

    python -m tools.collect_controls runs

Losses become perplexities here, and documents a median with the lowest and the highest.
"""

import argparse
import json
import math
import statistics
from pathlib import Path

import numpy as np

from lesson_utils import recorded
from lesson_utils.files import write_whole
from tools.collect_evidence import in_lines, perplexity
from tools.gather_controls import KEY_BYTES

LN_36 = math.log(36)
"""Nats a byte of somebody who guesses evenly among the characters of a key."""


def of_documents(seeds: list[list[float]], digits: int = 3) -> dict:
    """Return the median of all documents, the lowest, the highest, and each by seed."""
    seeds = [[round(value, digits) for value in documents] for documents in seeds]
    values = sum(seeds, [])
    middle = round(statistics.median(values), digits)
    return {"median": middle, "low": min(values), "high": max(values), "by_document": seeds}


def read(seeds: list[list[float]]) -> dict:
    """Turn the nats of documents into perplexities, with that over all of them by seed."""
    whole = [round(perplexity(documents), 4) for documents in seeds]
    return {"by_seed": whole, **of_documents([[math.exp(x) for x in row] for row in seeds])}


def heads(runs: list[dict]) -> dict:
    """Summarise each head over documents: shares [layers · heads] by method and place."""
    places = [str(place) for place in runs[0]["places"]]
    found = {"uniform": dict(zip(places, runs[0]["uniform"], strict=True)), "shares": {}}
    for variant in runs[0]["shares"]:
        shares = np.concatenate([run["shares"][variant] for run in runs])
        flat = shares.reshape(len(shares), -1, len(places))
        found["shares"][variant] = {
            place: {
                name: summary(flat[..., i], axis=0).round(3).tolist()
                for name, summary in (("median", np.median), ("low", np.min), ("high", np.max))
            }
            for i, place in enumerate(places)
        }
    rows = {who: read([run["nats"][who] for run in runs]) for who in runs[0]["nats"]}
    return {**found, "perplexity_where_free": rows}


def stopped(runs: list[dict]) -> dict:
    return {
        "length": runs[0]["length"],
        "perplexity": {
            name: {stop: read([run["nats"][name][stop] for run in runs]) for stop in row}
            for name, row in runs[0]["nats"].items()
        },
    }


def neighbours(runs: list[dict]) -> dict:
    return {
        **{name: runs[0][name] for name in ("near", "factor", "longest")},
        "perplexity": {
            length: {form: read([run["nats"][length][form] for run in runs]) for form in row}
            for length, row in runs[0]["nats"].items()
        },
    }


def more_keys(runs: list[dict]) -> dict:
    return {
        "length": runs[0]["length"],
        "scores_times": runs[0]["scores_times"],
        "perplexity": {
            form: {
                share: {
                    times: read([run["nats"][form][share][times] for run in runs]) for times in row
                }
                for share, row in shares.items()
            }
            for form, shares in runs[0]["nats"].items()
        },
    }


def search(runs: list[dict]) -> dict:
    """Say what each recipe gained over the start of the searches; a seed changes nothing here."""
    rows = runs[0]["nats"]
    found = {"length": runs[0]["length"], "gains": {}}
    for name, row in rows.items():
        start = row["start"]
        found["gains"][name] = {
            recipe: {
                "perplexity": round(perplexity(start) - perplexity(nats), 4),
                "better_in": sum(x < y for x, y in zip(nats, start, strict=True)),
                "by_document": [
                    round(math.exp(x) - math.exp(y), 3) for x, y in zip(start, nats, strict=True)
                ],
            }
            for recipe, nats in row.items()
            if recipe != "start"
        }
    return found


def nothing_to_copy(runs: list[dict]) -> dict:
    """Give each reader's loss with a first copy and without one, by seed.

    It was read on another machine than the other parts, so it names its own.
    """
    own = ("device", "versions", "date", "length", "back")
    found = {**{name: runs[0][name] for name in own}, "readers": {}}
    for name, row in runs[0]["nats"].items():
        found["readers"][name] = {}
        for what in row:
            strings = [run["nats"][name][what] for run in runs]
            found["readers"][name][what] = {
                "by_seed": [round(statistics.mean(each), 4) for each in strings],
                "deviation_of_strings": [round(statistics.stdev(each), 3) for each in strings],
            }
    return found


def keys_found(runs: list[dict]) -> dict:
    """Count the keys, by reader and depth."""
    readers = {}
    for name, depths in runs[0]["readers"].items():
        readers[name] = {}
        for depth in depths:
            rows = [run["readers"][name][depth] for run in runs]
            nats = [documents["nats"] for documents in rows]
            every = np.concatenate(nats)
            right = np.concatenate([documents["right"] for documents in rows])
            readers[name][depth] = {
                "asked": every.size,
                "found": int((right == KEY_BYTES).sum()),
                "share_of_bytes_right": round(float(right.mean()) / KEY_BYTES, 3),
                "better_than_a_guess": int((every < LN_36).sum()),
                "better_by_document": [[sum(x < LN_36 for x in keys) for keys in s] for s in nats],
                "nats": of_documents([[statistics.mean(keys) for keys in seed] for seed in nats]),
            }
    keys = runs[0]["keys_in_a_document"]
    return {"length": runs[0]["length"], "keys_in_a_document": keys, "readers": readers}


def spreading(runs: list[dict]) -> dict:
    return {
        **{name: runs[0][name] for name in ("length", "factor")},
        "keys": {who: of_documents([run["keys"][who] for run in runs]) for who in runs[0]["keys"]},
    }


PARTS = {
    "heads": heads,
    "stopped": stopped,
    "neighbours": neighbours,
    "more_keys": more_keys,
    "search": search,
    "nothing_to_copy": nothing_to_copy,
    "keys_found": keys_found,
    "spreading": spreading,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="what tools.gather_controls wrote to")
    parser.add_argument("--to", type=Path, default=Path(recorded.__file__).parent)
    options = parser.parse_args()
    record = {"command": "python -m tools.gather_controls PART --out runs"}
    for part, join in PARTS.items():
        paths = sorted(options.folder.glob(f"{part}_[0-9].json"))
        if not paths:
            raise SystemExit(f"{options.folder} has no {part}_N.json; gather that part first")
        runs = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
        record |= {name: runs[0][name] for name in ("device", "versions", "date")}
        record[part] = {
            "command": runs[0]["command"],
            "seeds": [run["seed"] for run in runs],
            "seconds": [run["seconds_in_all"] for run in runs],
            "documents": [run["documents"] for run in runs],
            **join(runs),
        }
    write_whole(options.to / "controls.json", in_lines(record) + "\n")


if __name__ == "__main__":
    main()
