"""Every method, one row each: whatever lists methods reads this table.

The function that computes a method has the row's name in ``scaling.py`` (plain RoPE's is in
``rope.py``). Nothing here needs torch, so that a shell's help is there at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Option:
    """What some methods can be told beside what ``by_name`` hands to every method."""

    name: str
    default: float | str | bool
    help: str
    choices: tuple[str, ...] = ()
    """For a word: all that it can be."""
    label: str = ""
    """On the bench's control. An option without one stays at its default there."""
    steps: tuple[float, ...] = ()
    """For a number: the places of the bench's slider."""
    in_config: str = ""
    """Its key in a Hugging Face config; an option without one has no key there."""

    @property
    def flag(self) -> str:
        """Return the option as the shell has it."""
        return "--" + self.name.replace("_", "-")


@dataclass(frozen=True)
class Method:
    """What there is to know of a method without computing it."""

    name: str
    label: str
    """In charts, tables and menus."""
    asks_for: tuple[str, ...]
    """Those of base, factor, trained_length, length and attention_scaling that it takes."""
    options: tuple[Option, ...] = ()
    """Its own; their order is that of the shell's help and of the bench."""
    words: str = ""
    """How a recipe says the settings behind the label, as a format string."""
    rope_type: str = "longrope"
    """What a Hugging Face config calls it; ``longrope``, which lists a number for every pair, can
    say any frequencies."""
    colour: str = "#000000"
    marker: str = "o"
    line: str = "-"

    def values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the value of each of its own options: the given one, or the default."""
        return {option.name: given.get(option.name, option.default) for option in self.options}


RAMP = Option(
    "ramp", "turns", "what the blend falls in a straight line over",
    choices=("turns", "index"), label="ramp",
)  # fmt: skip
BETA_FAST = Option(
    "beta_fast", 32.0, "turns in the window from which a pair is left alone",
    label="β_fast, turns", steps=(4, 6, 8, 12, 16, 24, 32, 48, 64), in_config="beta_fast",
)  # fmt: skip
BETA_SLOW = Option(
    "beta_slow", 1.0, "turns in the window below which a pair is slowed down by the whole factor",
    label="β_slow, turns", steps=(0.25, 0.5, 0.75, 1, 1.5, 2, 3), in_config="beta_slow",
)  # fmt: skip
TRUNCATE = Option(
    "truncate", True, "round the ends of an index ramp to whole pairs", in_config="truncate"
)
LOW_FREQ_FACTOR = Option(
    "low_freq_factor", 1.0, "what other methods call beta_slow", in_config="low_freq_factor"
)
HIGH_FREQ_FACTOR = Option(
    "high_freq_factor", 4.0, "what other methods call beta_fast", in_config="high_freq_factor"
)
ADJUSTED_BASE = Option(
    "adjusted_base", 500_000.0, "the base to turn by in place of the model's own",
    label="adjusted base", in_config="rope_theta",
    steps=(10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000),
)  # fmt: skip

ROWS = (
    Method(
        "rope", "unchanged RoPE", asks_for=("base",), rope_type="default",
        colour="#000000", marker="o",
    ),
    Method(
        "pi", "PI", asks_for=("base", "factor"), words="factor {factor:g}", rope_type="linear",
        colour="#B8860B", marker="s",
    ),
    Method(
        "ntk_aware", "NTK-aware", asks_for=("base", "factor"), words="factor {factor:g}",
        rope_type="default", colour="#0072B2", marker="^",
    ),
    Method(
        "dynamic_ntk", "dynamic NTK", asks_for=("base", "factor", "trained_length", "length"),
        words="factor {factor:g}", rope_type="dynamic", colour="#56B4E9", marker="<", line="--",
    ),
    Method(
        "ntk_by_parts", "NTK-by-parts", asks_for=("base", "factor", "trained_length"),
        options=(RAMP, BETA_FAST, BETA_SLOW, TRUNCATE), rope_type="yarn",
        words="factor {factor:g}, {ramp}, β {beta_fast:g}/{beta_slow:g}",
        colour="#009E73", marker="D",
    ),
    Method(
        "yarn", "YaRN", asks_for=("base", "factor", "trained_length", "attention_scaling"),
        options=(RAMP, BETA_FAST, BETA_SLOW, TRUNCATE), rope_type="yarn",
        words="factor {factor:g}, {ramp}, β {beta_fast:g}/{beta_slow:g}, × {attention_scaling:.2f}",
        colour="#D55E00", marker="v",
    ),
    Method(
        "llama3", "Llama 3.1's rule", asks_for=("base", "factor", "trained_length"),
        options=(LOW_FREQ_FACTOR, HIGH_FREQ_FACTOR), words="factor {factor:g}", rope_type="llama3",
        colour="#AA4499", marker="P", line="--",
    ),
    Method(
        "abf", "ABF", asks_for=(), options=(ADJUSTED_BASE,), words="base {adjusted_base:,.0f}",
        rope_type="default", colour="#7F4F24", marker="X", line="-.",
    ),
)  # fmt: skip

TABLE = {row.name: row for row in ROWS}
"""Every method by its name, in the order in which they are listed."""
STATIC = tuple(row.name for row in ROWS if "length" not in row.asks_for)
"""Those whose frequencies are the same at every length, as on the bench and the wall of dials."""
OPTIONS = {option.name: option for row in ROWS for option in row.options}
"""Every option that one method or several have of their own, by its name."""


def owners(name: str) -> list[str]:
    """Name the methods that have an option of that name, or ask for that argument."""
    return [r.name for r in ROWS if name in r.asks_for or name in {o.name for o in r.options}]
