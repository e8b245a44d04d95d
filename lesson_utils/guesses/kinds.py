"""What can be guessed, how a guess is read and written, and what is near.

A guess is kept as a text, whatever its kind, so that it outlives its question.

* A choice is right if it is what came out.
* A number is near within a factor of 2, or within a tolerance that the question gives.
* An order is right if it is what came out, and near if at most one pair stands the wrong way round.
"""

import itertools
import math
import re
from dataclasses import dataclass

THEN = ", then "
NUMBER = re.compile(r"-?((\d+|\d{1,3}(,\d{3})+)(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Choice:
    """One of several. With ``numbers``, right is the one whose number is nearest to the result."""

    label: str
    choices: tuple[str, ...]
    numbers: tuple[float, ...] = ()

    def __post_init__(self):
        _expect_several(self.choices)

    def question(self, name: str) -> dict:
        return {"name": name, "label": self.label, "kind": "choice", "choices": self.choices}

    def in_words(self, name: str) -> str:
        return f"Guess {name}. {self.label}: {' · '.join(self.choices)}?"

    def read(self, text: str) -> str:
        if text not in self.choices:
            raise ValueError(f"{text!r} is not among {', '.join(map(repr, self.choices))}")
        return text

    def result(self, value) -> str:
        if not self.numbers:
            return self.read(value)
        apart = [abs(number - float(value)) for number in self.numbers]
        return self.choices[apart.index(min(apart))]

    def written(self, text: str) -> str:
        return f"“{text}”"

    def compare(self, said: str, result: str) -> tuple[str, str]:
        return ("right" if said == result else "not near"), ""


@dataclass(frozen=True)
class Number:
    """A number with a unit; near ``within`` so much, or else within a factor of 2."""

    label: str
    unit: str = ""
    within: float | None = None

    def question(self, name: str) -> dict:
        return {"name": name, "label": self.label, "kind": "number", "unit": self.unit}

    def in_words(self, name: str) -> str:
        unit = f" ({self.unit})" if self.unit else ""
        return f"Guess {name}. {self.label}: which number{unit}?"

    def read(self, text: str) -> str:
        number = text.replace("−", "-").replace("\u202f", "").replace(" ", "")
        number = number.removesuffix(self.unit.replace(" ", ""))
        if not NUMBER.fullmatch(number):
            raise ValueError(f"“{text[:20]}” is no number here. Write one such as 0.5 or 1,000.")
        value = float(number.replace(",", ""))
        if not math.isfinite(value):
            raise ValueError(f"“{text[:20]}” is too large. Write a smaller number.")
        return repr(value)

    def result(self, value) -> str:
        return repr(float(value))

    def written(self, text: str) -> str:
        return f"{plainly(float(text))}{' ' * bool(self.unit)}{self.unit}"

    def compare(self, said: str, result: str) -> tuple[str, str]:
        one, other = float(said), float(result)
        if self.within is None:
            low, high = sorted((other / 2, 2 * other))
            near, rule = low <= one <= high, "within a factor of 2"
        else:
            near = abs(one - other) <= self.within
            rule = f"within {self.written(repr(self.within))}"
        return ("near" if near else "not near"), f"Near means {rule}."


@dataclass(frozen=True)
class Order:
    """Several things in order; near if at most one pair of them stands the wrong way round."""

    label: str
    items: tuple[str, ...]

    def __post_init__(self):
        _expect_several(self.items)

    def question(self, name: str) -> dict:
        return {"name": name, "label": self.label, "kind": "order", "choices": self.items}

    def in_words(self, name: str) -> str:
        return f"Guess {name}. {self.label}: {' · '.join(self.items)}, in which order?"

    def read(self, text: str) -> str:
        if sorted(text.split(THEN)) != sorted(self.items):
            raise ValueError(f"{text!r} is no order of {', '.join(map(repr, self.items))}")
        return text

    def result(self, value) -> str:
        return self.read(THEN.join(value))

    def written(self, text: str) -> str:
        return f"“{text}”"

    def compare(self, said: str, result: str) -> tuple[str, str]:
        places = [result.split(THEN).index(item) for item in said.split(THEN)]
        pairs = [*itertools.combinations(places, 2)]
        swapped = sum(first > second for first, second in pairs)
        verdict = "right" if not swapped else "near" if swapped == 1 else "not near"
        why = f"Swapped: {swapped} of {len(pairs)} pairs. Near means at most one."
        return verdict, why * bool(swapped)


Kind = Choice | Number | Order


def plainly(value) -> str:
    """Write a result of any kind: whole numbers whole, others to three digits."""
    if isinstance(value, str):
        return f"“{value}”"
    if isinstance(value, list | tuple):
        return f"“{THEN.join(value)}”"
    number = float(value)
    whole = number == round(number) or abs(number) >= 1000
    text = f"{number:,.0f}" if whole and abs(number) < 1e15 else f"{number:.3g}"
    return text.replace("-", "−")


def _expect_several(choices: tuple[str, ...]) -> None:
    if len(set(choices)) < 2 or len(set(choices)) != len(choices):
        raise ValueError(f"choices are {choices!r}; give two or more, all different")
    if any(THEN in choice for choice in choices):
        raise ValueError(f"a choice holds {THEN!r}, which stands between those of an order")
