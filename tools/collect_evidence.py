"""Join what ``tools.gather_evidence`` measured for each seed into the records of the course.

    python -m tools.collect_evidence runs

Losses become perplexities here, and the seeds a median with the lowest and the highest.
"""

import argparse
import json
import math
import statistics
from pathlib import Path

from lesson_utils import recorded
from lesson_utils.files import write_whole

WITHOUT_A_MODEL = ("counts", "compressor")


def spread(values: list[float], digits: int = 4) -> dict:
    """Return the median of the seeds, the lowest, the highest, and all of them."""
    values = [round(value, digits) for value in values]
    found = {"median": statistics.median(values), "low": min(values), "high": max(values)}
    return {**found, "by_seed": values}


def perplexity(nats: list[float]) -> float:
    """Documents have equally many scored bytes, so the mean over bytes is that over documents."""
    return math.exp(sum(nats) / len(nats))


def by_length(rows: list[dict]) -> dict:
    """Turn {length: nats of each document} of the seeds into perplexities with their spread."""
    return {
        n: {
            **spread([perplexity(row[n]) for row in rows]),
            "by_document": [[round(math.exp(x), 3) for x in row[n]] for row in rows],
        }
        for n in rows[0]
    }


def zero_shot(runs: list[dict]) -> dict:
    rows = [run["nats"] for run in runs]
    lengths = {k: by_length([r[k] for r in rows]) for k in rows[0] if k not in WITHOUT_A_MODEL}
    floors = {k: round(perplexity(rows[0][k]), 4) for k in WITHOUT_A_MODEL}
    return {"by_length": lengths, "without_a_model": floors}


def sweeps(runs: list[dict]) -> dict:
    table = lambda rows: {  # noqa: E731
        key: spread([perplexity(row[key]) for row in rows]) for key in rows[0]
    }
    temperature = {
        ramp: {
            s: table([run["temperature"][ramp][s] for run in runs])
            for s in runs[0]["temperature"][ramp]
        }
        for ramp in runs[0]["temperature"]
    }
    ends = {ramp: table([run["ends"][ramp] for run in runs]) for ramp in runs[0]["ends"]}
    return {"temperature": temperature, "ends": ends}


def tuned(runs: list[dict]) -> dict:
    found = {}
    for variant in runs[0]["runs"]:
        rows = [run["runs"][variant] for run in runs]
        steps = rows[0]["nats_after_steps"]
        found[variant] = {
            "seconds": [row["seconds"] for row in rows],
            "trained_bytes": rows[0]["trained_bytes"],
            "loss_curve": rows[0]["loss_curve"],
            "after_steps": {
                k: by_length([row["nats_after_steps"][k] for row in rows]) for k in steps
            },
            "by_length": by_length([row["nats_by_length"] for row in rows]),
        }
    return {"factor": runs[0]["factor"], "steps": runs[0]["steps"], "runs": found}


def copied(rows: list[dict]) -> dict:
    return {
        d: {
            "nats": spread([row[d]["nats"] for row in rows]),
            "likely": spread([row[d]["likely"] for row in rows]),
            "deviation_of_strings": [round(statistics.stdev(r[d]["by_string"]), 3) for r in rows],
        }
        for d in rows[0]
    }


def copies(runs: list[dict]) -> dict:
    rows = [run["nats"] for run in runs]
    return {
        form: {name: copied([row[form][name] for row in rows]) for name in rows[0][form]}
        for form in rows[0]
    }


def long(runs: list[dict]) -> dict:
    return {
        "seconds": [run["seconds"] for run in runs],
        "trained_bytes": runs[0]["trained_bytes"],
        "loss_curve": runs[0]["loss_curve"],
        "by_length": by_length([run["nats_by_length"] for run in runs]),
        "copies": {
            form: copied([run["copies"][form] for run in runs]) for form in ("bare", "code")
        },
    }


def stages(runs: list[dict]) -> dict:
    return {
        name: by_length([run[name]["nats_by_length"] for run in runs])
        for name in ("at once", "in two")
    }


def far(runs: list[dict]) -> dict:
    rows = [run["nats_where_far_helps_and_elsewhere"] for run in runs]
    counts = [row.pop("bytes") for row in rows]
    scored = [run["scored_bytes"] for run in runs]
    weights = [(c, [n - x for x in c]) for c, n in zip(counts, scored, strict=True)]
    return {
        "judges": [run["judge"] for run in runs],
        "helped_bytes": [sum(c) for c in counts],
        "scored_bytes": [n * len(c) for c, n in zip(counts, scored, strict=True)],
        "rows": {
            name: {
                place: spread(
                    [weighted(row[name], i, w[i]) for row, w in zip(rows, weights, strict=True)]
                )
                for i, place in enumerate(("where_far_helps", "elsewhere"))
            }
            for name in rows[0]
        },
    }


def factors(runs: list[dict]) -> dict:
    rows = [run["rows"] for run in runs]
    return {
        "steps": runs[0]["steps"],
        "rows": {
            name: {
                "by_length": by_length([row[name]["nats_by_length"] for row in rows]),
                "copies": {
                    d: {
                        what: spread([statistics.fmean(row[name][d][what]) for row in rows])
                        for what in ("copy", "nothing to copy")
                    }
                    for d in rows[0][name]
                    if d != "nats_by_length"
                },
            }
            for name in rows[0]
        },
    }


def same_window(runs: list[dict]) -> dict:
    return {
        "steps": runs[0]["steps"],
        "trained_bytes": runs[0]["trained_bytes"],
        "at_512": by_length([run["nats_at_512"] for run in runs]),
    }


def weighted(documents: list, place: int, counts: list[int]) -> float:
    """Return the perplexity over documents that have different numbers of such bytes."""
    nats = [d[place] * n for d, n in zip(documents, counts, strict=True) if n]
    return math.exp(sum(nats) / sum(counts))


RECORDS = {
    "zero_shot": zero_shot,
    "sweeps": sweeps,
    "tuned": tuned,
    "copies": copies,
    "long": long,
    "stages": stages,
    "far": far,
    "factors": factors,
    "same_window": same_window,
}
NAMES = {
    "sweeps": "ramp_and_temperature",
    "far": "far_bytes",
    "long": "long_models",
    "factors": "larger_factors",
}


def in_lines(value, depth: int = 0) -> str:
    """Write JSON with lists, and the smallest dicts, on a line of their own."""
    nested = isinstance(value, dict) and any(isinstance(v, dict) for v in value.values())
    if not nested and depth:
        return json.dumps(value)
    pad = " " * (depth + 1)
    rows = [f"{pad}{json.dumps(k)}: {in_lines(v, depth + 1)}" for k, v in value.items()]
    return "{\n" + ",\n".join(rows) + "\n" + " " * depth + "}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="what tools.gather_evidence wrote to")
    parser.add_argument("--to", type=Path, default=Path(recorded.__file__).parent)
    options = parser.parse_args()
    for part, join in RECORDS.items():
        paths = sorted(options.folder.glob(f"{part}_[0-9].json"))
        if not paths:
            raise SystemExit(f"{options.folder} has no {part}_N.json; gather that part first")
        runs = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
        who = {name: runs[0][name] for name in ("device", "versions", "date")}
        who |= {"seeds": [run["seed"] for run in runs], "seconds": runs[0]["seconds_in_all"]}
        command = f"python -m tools.gather_evidence {part} --seed N --out runs"
        record = {"command": command, **who, **join(runs)}
        name = NAMES.get(part, part)
        write_whole(options.to / f"{name}.json", in_lines(record) + "\n")
        print(f"{name}: {len(runs)} runs")


if __name__ == "__main__":
    main()
