"""A recipe, and the controls that set it."""

from collections.abc import Sequence

import ipywidgets

from lesson_utils import scaling
from lesson_utils.methods import OPTIONS, TABLE, Method
from lesson_utils.model import ModelConfig
from lesson_utils.rope import RotaryFrequencies
from lesson_utils.widgets.panel import slider

FACTORS = (1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
MULTIPLIERS = tuple(round(0.9 + step / 100, 2) for step in range(61))
"""What can be set; the steps of a method's own options stand in ``methods.py``."""
START = {
    "factor": 8,
    **{option.name: option.default for option in OPTIONS.values() if option.label},
    "attention_scaling": 1.21,
}
"""Every setting, in the order of the controls, and where it stands at first."""


class Recipe:
    """A method by its name, and its settings; those that the method does not have go unused.

    Parameters
    ----------
    method : str
        A name of :data:`lesson_utils.methods.TABLE`.
    **settings
        Of :data:`START`; one that is left out is as it stands there.
    """

    def __init__(self, method: str = "yarn", **settings):
        if unknown := settings.keys() - START.keys():
            raise TypeError(f"no setting is called {min(unknown)}; use one of {', '.join(START)}")
        self.row = TABLE[method]
        self.method, self.settings = method, START | settings

    @property
    def factor(self) -> float | None:
        """The factor, or None where the method has none."""
        return self.settings["factor"] if has(self.row, "factor") else None

    def frequencies(self, config: ModelConfig) -> RotaryFrequencies:
        """Compute the frequencies of this recipe for a model of this shape."""
        own = {name: value for name, value in self.settings.items() if has(self.row, name)}
        return scaling.by_name(
            self.method,
            head_dim=config.head_dim,
            base=config.base,
            trained_length=config.trained_length,
            **own,
        )

    def in_words(self) -> str:
        """Name the method and those settings that it has; two recipes of one name do the same."""
        words = self.row.words.format(**self.settings)
        return ", ".join(filter(None, (self.row.label, words)))


def has(row: Method, setting: str) -> bool:
    """Say whether a method has a setting: it asks for it, or it is an option of its own."""
    return setting in row.asks_for or setting in row.values({})


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
    names = [(TABLE[name].label, name) for name in methods]
    controls = {"method": _choice("method", names, start.method)}
    for name, value in start.settings.items():
        if any(has(TABLE[method], name) for method in methods):
            controls[name] = _control(name, value)
    return controls


def grey_out(controls: dict[str, ipywidgets.Widget]) -> None:
    """Disable the settings that the chosen method does not have."""
    row = TABLE[controls["method"].value]
    for name in START.keys() & controls.keys():
        controls[name].disabled = not has(row, name)


def _control(name: str, value) -> ipywidgets.Widget:
    if name == "factor":
        return slider("factor", FACTORS, value)
    if name == "attention_scaling":
        return slider("attention_scaling", MULTIPLIERS, value, form="{:.2f}")
    option = OPTIONS[name]
    if option.choices:
        return _choice(option.label, option.choices, value)
    return slider(option.label, option.steps, value)


def _choice(label: str, options, value) -> ipywidgets.Dropdown:
    style = {"description_width": "initial"}
    layout = {"width": "21em", "margin": "2px 2em 2px 2px"}
    return ipywidgets.Dropdown(
        options=options, value=value, description=label, style=style, layout=layout
    )
