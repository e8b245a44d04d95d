"""What each lesson is tried with: answers that its checks must tell apart, and its pictures.

One module for each lesson. A wrong answer carries a piece of the message that is meant for it. A
picture is drawn from small arrays; ``PICTURES`` names it by lesson and function.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from lesson_utils.checks.findings import WRONG_VALUE


@dataclass(frozen=True)
class KnownAnswer:
    """An answer to ``check.<exercise>`` of which we know whether it is right."""

    exercise: str
    function: Callable

    @property
    def lesson(self) -> str:
        return self.function.__module__[-2:]


@dataclass(frozen=True)
class Mutant(KnownAnswer):
    """A wrong answer, the state that it must be found in, and a piece of its message."""

    message: str
    state: str


class Variant(KnownAnswer):
    """A right answer, written in a way of its own."""


MUTANTS: list[Mutant] = []
VARIANTS: list[Variant] = []


def wrong(exercise: str, message: str, state: str = WRONG_VALUE):
    """Declare the function below as a wrong answer to ``check.<exercise>``."""

    def declare(function):
        MUTANTS.append(Mutant(exercise, function, message, state))
        return function

    return declare


def right(exercise: str):
    """Declare the function below as a right answer to ``check.<exercise>``."""

    def declare(function):
        VARIANTS.append(Variant(exercise, function))
        return function

    return declare


PICTURES: dict[str, Callable] = {}
for _module in pkgutil.iter_modules(__path__):
    PICTURES |= getattr(importlib.import_module(f"{__name__}.{_module.name}"), "PICTURES", {})
