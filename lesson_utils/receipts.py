"""What papers claim beside what our two models show: ``receipts.toml``, judged on the records.

A claim has its paper, its place there, and for each of our models the comparisons that must hold.
All figures of ours are read from ``recorded/``. No torch is needed.
"""

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from lesson_utils import recorded
from lesson_utils.recorded import Record

FILE = Path(__file__).with_name("receipts.toml")
MODELS = {"tiny": "the tiny model", "smollm2": "SmolLM2"}
AGREES, DIFFERS, CANNOT_TELL, NOT_MEASURED = "agrees", "differs", "cannot tell", "not measured"
SECOND = ("below", "of", "at_most", "at_least")
"""Under one of these a comparison has what its first figure is compared with."""


@dataclass(frozen=True)
class Figure:
    """A figure of ours, one value a seed; of some it is only known that they are more than that."""

    values: tuple[float, ...]
    more_than: tuple[bool, ...]


@dataclass(frozen=True)
class Finding:
    """What one model says to a claim: a verdict, and for each comparison and seed if it holds."""

    verdict: str
    held: tuple[tuple[bool | None, ...], ...] = ()


def read_file() -> tuple[list[dict], list[dict]]:
    """Return papers and claims as ``receipts.toml`` has them."""
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return content["papers"], content["claims"]


def read_records(claims: list[Mapping]) -> dict[str, Record]:
    """Return the records that the claims are judged on, by name."""
    names = {path.split("/")[0] for path in paths(checks_of(claims))}
    return {name: recorded.read(name) for name in sorted(names)}


def checks_of(claims: Iterable[Mapping]) -> list[dict]:
    """List every comparison of claims."""
    return [check for claim in claims for model in MODELS for check in claim.get(model, ())]


def paths(checks: Iterable[Mapping]) -> list[str]:
    """List every path of the figures that comparisons read, in their order."""
    figures = [given for check in checks for given in check.values() if isinstance(given, Mapping)]
    return [text for given in figures for key, text in given.items() if key in PATHS]


# --- a figure by its path ---


def nodes(path: str, records: Mapping[str, Record]) -> list:
    """Return what stands at a path: a list of one, or of SmolLM2 one for each of its runs.

    ``tuned/runs/pi/after_steps/20/4096`` goes down the keys of a record. For ``smollm2`` the first
    key chooses a stage, ``untuned`` or ``60 steps``, and the second a method.

    Raises
    ------
    ValueError
        If nothing stands there.
    """
    name, *keys = path.split("/")
    try:
        found = [records[name]]
        if name == "smollm2":
            stage, method, *keys = keys
            found = [run["methods"][method] for run in runs_of(stage, records, method)]
        for key in keys:
            found = [node[key] for node in found]
    except KeyError as error:
        raise ValueError(f"no record has {path}: nothing is called {error}") from None
    if not found:
        raise ValueError(f"no run is at {path}; SmolLM2's stages are untuned, 60 steps, 400 steps")
    return found


def runs_of(stage: str, records: Mapping[str, Record], method: str | None = None) -> list[Record]:
    """Return SmolLM2's runs of a stage, all or a method's, in order of seed."""
    runs = [
        Record(run)
        for run in records["smollm2"]["runs"]
        if method in (None, *run["methods"]) and stage_of(run) == stage
    ]
    return sorted(runs, key=lambda run: run["seed"])


def stage_of(run: Mapping) -> str:
    """Name a run's stage: all its methods took equally many steps, or none."""
    steps = next(iter(run["methods"].values())).get("steps")
    return f"{steps} steps" if steps else "untuned"


def by_seed(path: str, records: Mapping[str, Record]) -> list[float]:
    """Return the value at a path for each seed."""
    found = nodes(path, records)
    return found[0]["by_seed"] if isinstance(found[0], Mapping) else found


def curve(path: str, records: Mapping[str, Record]) -> dict[str, list[float]]:
    """Return the values for every key that can stand in place of the ``*`` in a path."""
    before, after = path.split("/*")
    return {key: by_seed(f"{before}/{key}{after}", records) for key in nodes(before, records)[0]}


# --- a figure that is computed ---


def figure(given: Mapping, records: Mapping[str, Record]) -> Figure:
    """Compute a figure of ours from its description in ``receipts.toml``.

    The description has one of the keys of ``KINDS``; each function says what it takes besides.
    """
    (kind,) = KINDS.keys() & given.keys()
    return KINDS[kind](given, records)


def value_at(given: Mapping, records: Mapping[str, Record]) -> Figure:
    """Read ``at``, a path; divide by ``over``, a path, or ``over_lowest``, a path with a ``*``."""
    values = by_seed(given["at"], records)
    if "over" in given:
        values = divided(values, by_seed(given["over"], records))
    if "over_lowest" in given:
        others = curve(given["over_lowest"], records).values()
        values = divided(values, list(map(min, zip(*others, strict=True))))
    return exactly(values)


def key_of_lowest(given: Mapping, records: Mapping[str, Record]) -> Figure:
    """Find the key, a number, under which ``key_of_lowest``, a path with a ``*``, is lowest."""
    values = curve(given["key_of_lowest"], records)
    seeds = zip(*values.values(), strict=True)
    return exactly(float(min(zip(row, values, strict=True))[1]) for row in seeds)


def steps_until(given: Mapping, records: Mapping[str, Record]) -> Figure:
    """Count the steps that ``steps``, a path with a ``*``, takes to be as low as ``until``, a path.

    The count is divided by ``over_steps``. Where it is never as low, the last step is known only to
    be too few.
    """
    values = curve(given["steps"], records)
    rows = list(zip(*values.values(), strict=True))
    rows, targets = same_length(rows, by_seed(given["until"], records))
    steps, unit = [int(key) for key in values], given.get("over_steps", 1)
    found = [
        steps_to_reach(dict(zip(steps, row, strict=True)), target)
        for row, target in zip(rows, targets, strict=True)
    ]
    counts = tuple((max(steps) if one is None else one) / unit for one in found)
    return Figure(counts, tuple(one is None for one in found))


def steps_to_reach(after_steps: Mapping[int, float], target: float) -> float | None:
    """Return the steps until a curve is first as low as the target; None if it never is.

    Between two measured points the curve is taken as a straight line.
    """
    points = sorted(after_steps.items())
    if points[0][1] <= target:
        return points[0][0]
    for (before, high), (after, low) in pairwise(points):
        if low <= target:
            return before + (after - before) * (high - target) / (high - low)
    return None


KINDS = {"at": value_at, "key_of_lowest": key_of_lowest, "steps": steps_until}
PATHS = (*KINDS, "over", "over_lowest", "until")


def exactly(values: Iterable[float]) -> Figure:
    values = tuple(values)
    return Figure(values, (False,) * len(values))


def divided(values: list[float], by: list[float]) -> list[float]:
    return [a / b for a, b in zip(*same_length(values, by), strict=True)]


def same_length(one: list, other: list) -> tuple[list, list]:
    """Repeat what was read once, without a seed, for every seed of the other."""
    longest = max(len(one), len(other))
    one, other = (row * longest if len(row) == 1 else row for row in (one, other))
    return one, other


# --- a verdict ---


def holds(check: Mapping, records: Mapping[str, Record]) -> tuple[bool | None, ...]:
    """Say for each seed whether a comparison holds; None where that is not known.

    ``first``, a figure, is ``below`` another one, ``within`` so many per cent ``of`` another one
    or a number, ``at_most`` or ``at_least`` a number.
    """
    first = figure(check["first"], records)
    given = second(check)
    others = list(figure(given, records).values) if isinstance(given, Mapping) else [given]
    rows = same_length(list(zip(first.values, first.more_than, strict=True)), others)
    return tuple(
        inside(value, more_than, *limits(check, other))
        for (value, more_than), other in zip(*rows, strict=True)
    )


def second(check: Mapping) -> Mapping | float:
    """Return what the first figure is compared with: another figure, or a number."""
    return next(check[key] for key in SECOND if key in check)


def limits(check: Mapping, other: float) -> tuple[float, float]:
    """Return the lowest and the highest value with which a comparison holds."""
    if "at_least" in check:
        return other, math.inf
    if "within" in check:
        share = check["within"] / 100
        return other * (1 - share), other * (1 + share)
    # "Below" is not "equal": the highest is the float before the other.
    return -math.inf, math.nextafter(other, -math.inf) if "below" in check else other


def inside(value: float, more_than: bool, low: float, high: float) -> bool | None:
    """Say whether a value is within its limits; one that is more than this may leave it open."""
    if not more_than:
        return low <= value <= high
    if value >= high:
        return False
    return True if value >= low and high == math.inf else None


def verdict(held: tuple[tuple[bool | None, ...], ...]) -> str:
    """Join comparisons, which must all hold: in every seed, "agrees"; in none, "differs"."""
    longest = max(map(len, held))
    rows = [row * longest if len(row) == 1 else row for row in held]
    seeds = [
        False if False in answers else None if None in answers else True
        for answers in zip(*rows, strict=True)
    ]
    if set(seeds) == {True}:
        return AGREES
    return DIFFERS if set(seeds) == {False} else CANNOT_TELL


def find(claim: Mapping, model: str, records: Mapping[str, Record]) -> Finding:
    """Judge a claim on one model, "tiny" or "smollm2"."""
    if model not in claim:
        return Finding(NOT_MEASURED)
    held = tuple(holds(check, records) for check in claim[model])
    return Finding(verdict(held), held)


def judge(claim: Mapping, records: Mapping[str, Record]) -> tuple[str, dict[str, Finding]]:
    """Return the verdict on a claim, and what each model says to it.

    The verdict is that of the models which were measured, if they say the same; otherwise
    "cannot tell".
    """
    findings = {model: find(claim, model, records) for model in MODELS}
    said = {finding.verdict for finding in findings.values()} - {NOT_MEASURED}
    return said.pop() if len(said) == 1 else CANNOT_TELL, findings


def reason(claim: Mapping, findings: Mapping[str, Finding]) -> str:
    """Return the sentence that says why, if it was written for what the records say now.

    Raises
    ------
    ValueError
        If a record has changed, and with it a model's verdict: the sentence may be false.
    """
    now = ", ".join(finding.verdict for finding in findings.values())
    if now != claim["why_for"]:
        raise ValueError(
            f"the records say {now!r} to claim {claim['id']!r}, and its `why` was written for "
            f"{claim['why_for']!r}; write it anew in receipts.toml, and `why_for` beside it"
        )
    return claim["why"]


# --- in words ---


def in_words(check: Mapping, held: tuple[bool | None, ...], records: Mapping[str, Record]) -> str:
    """Write a comparison: its figures, its rule, and in how many seeds it holds."""
    given = [check["first"], second(check)]
    figures = ", ".join(as_text(one, records) for one in given if isinstance(one, Mapping))
    where = f"{check['where']}: " if "where" in check else ""
    return f"{where}{figures}. {rule_of(check)}: {count(held)}."


def as_text(given: Mapping, records: Mapping[str, Record]) -> str:
    """Write a figure with its name: the median of the seeds, in brackets lowest and highest."""
    found = figure(given, records)
    pairs = sorted(zip(found.values, found.more_than, strict=True))
    low, middle, high = (bounded(*pairs[i], given) for i in (0, len(pairs) // 2, -1))
    spread = f" ({low} to {high})" if pairs[-1][1] else f" ({low}–{high})"
    return f"{given['name']} {middle}{spread if low != high else ''}"


def bounded(value: float, more_than: bool, given: Mapping) -> str:
    return f"more than {number(value, given)}" if more_than else number(value, given)


def number(value: float, given: Mapping) -> str:
    """Write a number with the digits that its size or its description asks for."""
    if given.get("percent"):
        return f"{100 * value:.0f} %"
    digits = 0 if value >= 100 else 1 if value >= 10 else 3
    return f"{value:,.{min(digits, given.get('digits', digits))}f}"


def rule_of(check: Mapping) -> str:
    """Say in words what must hold."""
    other = second(check)
    limit = "the second" if isinstance(other, Mapping) else f"{other:g}"
    if check["first"].get("percent") and not isinstance(other, Mapping):
        limit = number(other, check["first"])
    if "within" in check:
        return f"Within {check['within']:g} % of {limit}"
    words = {"below": "The first below", "at_most": "At most", "at_least": "At least"}
    return next(f"{said} {limit}" for rule, said in words.items() if rule in check)


def count(held: tuple[bool | None, ...]) -> str:
    """Say in how many seeds a comparison holds; what was read once is a plain yes or no."""
    if len(held) == 1:
        return {True: "yes", False: "no", None: "not known"}[held[0]]
    unknown = held.count(None)
    known = f"{held.count(True)} of {len(held)} seeds"
    return f"{known}, not known in {unknown}" if unknown else known


def sources(checks: Iterable[Mapping]) -> list[str]:
    """Name the records that comparisons read, and of SmolLM2 the stage: "smollm2, untuned"."""
    names = [path.split("/") for path in paths(checks)]
    return list(dict.fromkeys(f"{n}, {r[0]}" if n == "smollm2" else n for n, *r in names))


def receipts_of(source: str, records: Mapping[str, Record]) -> list[str]:
    """Say of a source how it came about: a line for each run."""
    name, _, stage = source.partition(", ")
    runs = runs_of(stage, records) if stage else [records[name]]
    return [run.receipt() for run in runs]
