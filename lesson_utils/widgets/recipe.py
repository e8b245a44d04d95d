"""A recipe, and the controls that set it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import ipywidgets

from lesson_utils import scaling
from lesson_utils.figures.style import STYLES
from lesson_utils.model import ModelConfig
from lesson_utils.rope import RotaryFrequencies
from lesson_utils.widgets.panel import slider

FACTORS = (1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
BETAS_FAST = (4, 6, 8, 12, 16, 24, 32, 48, 64)
BETAS_SLOW = (0.25, 0.5, 0.75, 1, 1.5, 2, 3)
MULTIPLIERS = tuple(round(0.9 + step / 100, 2) for step in range(61))
"""What can be set; every β_fast is above every β_slow."""
WITH_RAMP = ("ntk_by_parts", "yarn")


@dataclass(frozen=True)
class Recipe:
    """A method by its name, and its settings; those that the method does not have go unused."""

    method: str = "yarn"
    factor: float = 8
    ramp: str = "turns"
    beta_fast: float = 32
    beta_slow: float = 1
    attention_scaling: float = 1.21

    def frequencies(self, config: ModelConfig) -> RotaryFrequencies:
        """Compute the frequencies of this recipe for a model of this shape."""
        options = {}
        if self.method in WITH_RAMP:
            options = {name: getattr(self, name) for name in ("ramp", "beta_fast", "beta_slow")}
        if self.method == "yarn":
            options["attention_scaling"] = self.attention_scaling
        return scaling.by_name(
            self.method,
            factor=self.factor,
            head_dim=config.head_dim,
            base=config.base,
            trained_length=config.trained_length,
            **options,
        )

    def in_words(self) -> str:
        """Name the method and those settings that it has; two recipes of one name do the same."""
        words = [STYLES[self.method][0]]
        if self.method != "rope":
            words.append(f"factor {self.factor:g}")
        if self.method in WITH_RAMP:
            words += [self.ramp, f"β {self.beta_fast:g}/{self.beta_slow:g}"]
        if self.method == "yarn":
            words.append(f"× {self.attention_scaling:.2f}")
        return ", ".join(words)


NAMES = tuple(field.name for field in fields(Recipe))


def recipe_controls(start: Recipe, methods: Sequence[str]) -> dict[str, ipywidgets.Widget]:
    """Make a control for every setting that one of the methods has.

    Parameters
    ----------
    start : Recipe
        Where they stand at first.
    methods : sequence of str
        What to choose from.

    Returns
    -------
    dict
        Name of the setting to its control.
    """
    names = [(STYLES[name][0], name) for name in methods]
    controls = {
        "method": _choice("method", names, start.method),
        "factor": slider("factor", FACTORS, start.factor),
    }
    if set(methods) & set(WITH_RAMP):
        controls |= {
            "ramp": _choice("ramp", ["turns", "index"], start.ramp),
            "beta_fast": slider("β_fast, turns", BETAS_FAST, start.beta_fast),
            "beta_slow": slider("β_slow, turns", BETAS_SLOW, start.beta_slow),
            "attention_scaling": slider(
                "attention_scaling", MULTIPLIERS, start.attention_scaling, form="{:.2f}"
            ),
        }
    return controls


def grey_out(controls: dict[str, ipywidgets.Widget]) -> None:
    """Disable the settings that the chosen method does not have."""
    method = controls["method"].value
    needed = {"factor": method != "rope", "attention_scaling": method == "yarn"}
    for name in ("ramp", "beta_fast", "beta_slow"):
        needed[name] = method in WITH_RAMP
    for name, control in controls.items():
        control.disabled = not needed.get(name, True)


def _choice(label: str, options, value) -> ipywidgets.Dropdown:
    style = {"description_width": "initial"}
    layout = {"width": "21em", "margin": "2px 2em 2px 2px"}
    return ipywidgets.Dropdown(
        options=options, value=value, description=label, style=style, layout=layout
    )
