"""Who reads 8,192 bytes best, by frequencies and temperature alone: the scoreboard of lesson 10.

A recipe is practised on a few documents, as often as one likes, and then submitted: documents that
it was not chosen with decide. Neither are among those that the other lessons read. The model is
always the base model that the course ships, and every look at the deciding documents is counted.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from tqdm.auto import tqdm

from lesson_utils import recorded
from lesson_utils.corpus import Document, sympy_documents
from lesson_utils.perplexity import perplexity
from lesson_utils.rope import RotaryFrequencies, as_frequencies
from lesson_utils.scaling import yarn
from lesson_utils.search import Candidate
from lesson_utils.weights import load

LENGTH = 8192
"""Bytes in a window, and in a document: sixteen times the trained window."""
FACTOR = LENGTH / 512
FITTED = {"turns": 0.081, "index": 0.072}
"""Coefficients of the temperature, fitted to this model for each ramp; lesson 07 shows a sweep."""
PRACTICE = {
    "core/expr.py": "841b0862d8e74dad",
    "geometry/line.py": "790a0b501e78cd95",
    "simplify/simplify.py": "e37f0aa5585a963d",
}
FIRST = dict(list(PRACTICE.items())[:1])
HELD_OUT = {
    "solvers/solveset.py": "5a17a758f31f5a0a",
    "polys/rings.py": "12fe50f7a9b3f5bf",
    "stats/rv.py": "942ddf0ef7fd0e39",
    "logic/boolalg.py": "153d777960a5d19e",
    "physics/vector/frame.py": "9ce1f94c7c45e2ae",
}
SEARCH = {
    "combinatorics/perm_groups.py": "f5558ac7189e5642",
    "tensor/tensor.py": "136ac331ea4ddfe6",
    "physics/control/lti.py": "c9268b3559a90cf5",
    "physics/continuum_mechanics/beam.py": "34fb36e7da62aa35",
    "solvers/ode/ode.py": "6413e17f14f8f3a1",
    "core/numbers.py": "50638828a418474e",
    "solvers/diophantine/diophantine.py": "609275417bb5144a",
    "core/function.py": "8ef9aa64353b712d",
    "polys/matrices/domainmatrix.py": "86e16f6466dca7b3",
    "functions/combinatorial/numbers.py": "6b088bc819793229",
    "categories/diagram_drawing.py": "cd9c81411414ef12",
    "utilities/iterables.py": "5b221e1aad139047",
    "crypto/crypto.py": "d146f0092d17a64d",
    "integrals/laplace.py": "999ce9aa813e7d30",
    "ntheory/factor_.py": "a7852570276d1508",
    "concrete/summations.py": "c23817e746915518",
}
"""SymPy modules for practice, for the decision, and for the recorded search on a GPU, with how the
SHA-256 of their first 8,192 bytes begins."""


def documents(modules: dict[str, str], *, folder: str | Path | None = None) -> list[Document]:
    """Open the first 8,192 bytes of :data:`PRACTICE`, :data:`HELD_OUT` or :data:`SEARCH`."""
    return sympy_documents(modules, LENGTH, folder=folder)


@dataclass(frozen=True)
class Row:
    """A line of the scoreboard: a recipe's name and its perplexity per byte on both sets."""

    name: str
    practice: float
    held_out: float
    look: int = 0
    """Which look at the held-out documents this was; 0 for a mark to beat."""
    by_document: tuple[float, ...] = ()
    """Perplexity on each of the held-out documents; of a mark, none is kept."""
    recipe: RotaryFrequencies | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        looks = f"look {self.look} at the held-out documents" if self.look else "a mark to beat"
        return f"{self.name}: {self.held_out:.3f} held out, {self.practice:.3f} practice; {looks}"


_submitted: list[Row] = []
"""What this kernel submitted, on whichever board: a new board takes no look back."""


class Scoreboard:
    """Read with a learner's recipes, and hold them against the recorded marks.

    The base model reads, so recipes alone are compared. All boards of a kernel show the same rows.
    """

    def __init__(self):
        self._model = load("base")
        self._known = recorded_readings()
        recipes = marks()
        self._marks = [
            Row(**mark, recipe=recipes[mark["name"]])
            for mark in recorded.read("recipe_search")["marks"]
        ]

    @property
    def rows(self) -> list[Row]:
        """The marks, and what was submitted."""
        return self._marks + _submitted

    @property
    def looks(self) -> int:
        """How often this kernel looked at the held-out documents."""
        return len(_submitted)

    def practise(self, recipe) -> float:
        """Read the practice documents, as often as you like.

        What this board or the course has read before is not read again; the rest has a bar.

        Parameters
        ----------
        recipe : (inv_freq, attention_scaling)
            One frequency for each pair, above 0, and the multiplier on cos and sin.

        Returns
        -------
        float
            Perplexity per byte, over the second half of each document.

        Raises
        ------
        ValueError
            If it is no such recipe.
        """
        return together(self._read(PRACTICE, checked(recipe)))

    def glance(self, recipe) -> float:
        """Read the first practice document alone: a third of the time, and less to rely on.

        Parameter and errors are those of :meth:`practise`.
        """
        return self._read(FIRST, checked(recipe))[0]

    def submit(self, name: str, recipe) -> Row:
        """Let the held-out documents judge, and put the recipe on the board.

        Every look at them is counted. Choose by what they say, and they are practice documents.

        Parameters
        ----------
        name : str
            What to call it; not a name that is on the board.
        recipe : (inv_freq, attention_scaling)
            As for :meth:`practise`.

        Returns
        -------
        Row
            Submitted again under its name, the same recipe gives its row, and takes no look.

        Raises
        ------
        ValueError
            If the name is taken, the recipe is on the board, or it is no such recipe.
        """
        frequencies = checked(recipe)
        same = next((row for row in self.rows if alike(row.recipe, frequencies)), None)
        if same and same.name == name and same.look:
            return same
        if name in (row.name for row in self.rows):
            raise ValueError(f"{name!r} is on the board already; give your recipe another name")
        if same:
            raise ValueError(f"this recipe is on the board already, as {same.name!r}; change it")
        practice, held_out = (self._read(modules, frequencies) for modules in (PRACTICE, HELD_OUT))
        row = Row(
            name, together(practice), together(held_out), self.looks + 1, held_out, frequencies
        )
        _submitted.append(row)
        return row

    def _read(self, modules: dict[str, str], frequencies: RotaryFrequencies) -> tuple[float, ...]:
        """Return the perplexity of each document; read those that are not known yet."""
        same = (read for recipe, read in self._known if alike(recipe, frequencies, 1e-5))
        known = next(same, {})
        if not known:
            self._known.append((frequencies, known))
        missing = {module: start for module, start in modules.items() if module not in known}
        bar = tqdm(documents(missing), desc="3 to 5 s each", leave=False, disable=len(missing) < 2)
        for module, document in zip(missing, bar, strict=True):
            known[module] = perplexity(self._model, [document], LENGTH, frequencies)
        return tuple(known[module] for module in modules)

    def __str__(self) -> str:
        lines = [f"{'':<37}{'held-out':>9}{'practice':>10}"]
        for place, row in enumerate(sorted(self.rows, key=lambda row: row.held_out), 1):
            look = f"  look {row.look}" if row.look else ""
            lines.append(f"{place:>2}. {row.name:<33}{row.held_out:9.3f}{row.practice:10.3f}{look}")
        return "\n".join([*lines, f"looks at the held-out documents: {self.looks}"])


def together(perplexities: Sequence[float]) -> float:
    """Return the perplexity over several documents, of which equally many bytes were scored."""
    return math.exp(sum(map(math.log, perplexities)) / len(perplexities))


def shipped(ramp: str, coefficient: float = 0.1, **ends: float) -> RotaryFrequencies:
    """Make YaRN for 8,192 bytes, with ``coefficient`` · ln 16 + 1 for its multiplier."""
    multiplier = coefficient * math.log(FACTOR) + 1
    return yarn(64, FACTOR, trained_length=512, ramp=ramp, attention_scaling=multiplier, **ends)


def starts() -> dict[str, RotaryFrequencies]:
    """Make the recipes that the recorded searches start from: four of YaRN's."""
    return {
        "YaRN, ramp turns": shipped("turns"),
        "YaRN, ramp index": shipped("index"),
        "YaRN, turns, fitted temperature": shipped("turns", FITTED["turns"]),
        "YaRN, index, fitted temperature": shipped("index", FITTED["index"]),
    }


def marks() -> dict[str, RotaryFrequencies]:
    """Make the recipes to beat: those starts, and what two searches found."""
    found = recorded.read("recipe_search")["searches"]
    return starts() | {
        "found on 3": found_frequencies(found["few"]),
        "found on 16": found_frequencies(found["many"]),
    }


def three_numbers(alpha: float) -> RotaryFrequencies:
    """Make YaRN with β = 8, best in lesson 07, the α given, and 0.072 for the temperature."""
    return shipped("turns", FITTED["index"], beta_slow=alpha, beta_fast=8.0)


def recorded_recipes() -> dict[str, RotaryFrequencies]:
    """Make the recipes whose readings are on record: the marks, and two with three numbers."""
    return marks() | {f"three numbers, α = {alpha}": three_numbers(alpha) for alpha in (0.5, 1.0)}


def recorded_readings() -> list[tuple[RotaryFrequencies, dict[str, float]]]:
    """Return recorded recipes, each with its recorded perplexity by document."""
    nats = recorded.read("recipes")["nats"]
    return [
        (
            recipe,
            dict(zip(PRACTICE | HELD_OUT, map(math.exp, nats[name][str(LENGTH)]), strict=True)),
        )
        for name, recipe in recorded_recipes().items()
    ]


def found_frequencies(found: dict) -> RotaryFrequencies:
    """Turn the record of what a search found into ``(inv_freq, attention_scaling)``."""
    slow_down = torch.tensor(found["slow_down"], dtype=torch.float64)
    return Candidate(slow_down.numpy(), found["attention_scaling"]).frequencies()


def alike(one: RotaryFrequencies, other: RotaryFrequencies, within: float = 0.01) -> bool:
    """Say whether two recipes are the same in every number, if not told otherwise to 1 %."""
    pair = one.inv_freq.double(), other.inv_freq.double()
    scalings = (one.attention_scaling, other.attention_scaling)
    same_size = len(pair[0]) == len(pair[1])
    near = same_size and math.isclose(*scalings, rel_tol=within)
    return near and torch.allclose(*pair, rtol=within, atol=0)


def checked(recipe) -> RotaryFrequencies:
    """Take a learner's ``(inv_freq, attention_scaling)``, or say what is wrong with it."""
    frequencies = as_frequencies(recipe)
    inv_freq = torch.as_tensor(frequencies.inv_freq)
    if not (inv_freq > 0).all():
        raise ValueError(
            f"inv_freq of pair {int((inv_freq <= 0).nonzero()[0])} is not above 0; a pair that "
            "stands still, or turns back, is another model"
        )
    return frequencies
