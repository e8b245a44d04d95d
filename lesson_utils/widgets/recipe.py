"""A recipe, and the controls that set it."""

from dataclasses import dataclass

import ipywidgets as W

from lesson_utils import scaling
from lesson_utils.figures.style import STYLES
from lesson_utils.model import ModelConfig
from lesson_utils.rope import RotaryFrequencies
from lesson_utils.widgets.panel import choice

FACTORS = (1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
BETAS_FAST = (4, 6, 8, 12, 16, 24, 32, 48, 64)
BETAS_SLOW = (0.25, 0.5, 0.75, 1, 1.5, 2, 3)
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
            words += [f"ramp {self.ramp}", f"β {self.beta_fast:g} and {self.beta_slow:g}"]
        if self.method == "yarn":
            words.append(f"multiplier {self.attention_scaling:.2f}")
        return ", ".join(words)


class Knobs:
    """Controls for a recipe; those that the chosen method does not have are greyed out.

    Parameters
    ----------
    start : Recipe
        Where the controls stand at first.
    methods : sequence of str
        Methods to choose from.
    on_change : callable
        Called with no argument when the recipe has changed.
    """

    def __init__(self, start: Recipe, methods, on_change):
        names = [(STYLES[name][0], name) for name in methods]
        self.method = W.Dropdown(options=names, value=start.method, description="method")
        self.factor = choice("factor", FACTORS, start.factor)
        self.ramp = W.ToggleButtons(
            options=["turns", "index"], value=start.ramp, description="ramp"
        )
        self.ramp.style.button_width = "5em"
        self.beta_fast = choice("β_fast, turns", BETAS_FAST, start.beta_fast)
        self.beta_slow = choice("β_slow, turns", BETAS_SLOW, start.beta_slow)
        self.attention_scaling = W.FloatSlider(
            value=start.attention_scaling, min=0.9, max=1.5, step=0.01,
            description="attention_scaling",
        )  # fmt: skip
        self.has_ramp = set(methods) & set(WITH_RAMP)
        self._grey_out()
        for control in self.controls:
            control.observe(lambda _: (self._grey_out(), on_change()), "value")

    @property
    def controls(self) -> list[W.Widget]:
        """The controls that the methods to choose from have a use for."""
        controls = [self.method, self.factor]
        if self.has_ramp:
            controls += [self.ramp, self.beta_fast, self.beta_slow, self.attention_scaling]
        return controls

    @property
    def recipe(self) -> Recipe:
        """What the controls say now."""
        names = Recipe.__dataclass_fields__
        return Recipe(**{name: getattr(self, name).value for name in names})

    def _grey_out(self) -> None:
        method = self.method.value
        self.factor.disabled = method == "rope"
        for control in (self.ramp, self.beta_fast, self.beta_slow):
            control.disabled = method not in WITH_RAMP
        self.attention_scaling.disabled = method != "yarn"
