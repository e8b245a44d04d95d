"""A recipe, and what its controls can set."""

from collections.abc import Sequence

from lesson_utils import scaling
from lesson_utils.figures.style import on_any_page
from lesson_utils.methods import OPTIONS, TABLE, Method
from lesson_utils.model import ModelConfig
from lesson_utils.rope import RotaryFrequencies

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

    def as_data(self) -> dict:
        """Return the method and all settings, with which ``Recipe(**data)`` is made again."""
        return {"method": self.method, **self.settings}

    def as_line(self) -> dict:
        """Return how a chart in the page names and draws this recipe."""
        row = self.row
        look = {"label": row.label, "colour": on_any_page(row.colour), "marker": row.marker}
        return {"words": self.in_words(), **look}

    def in_words(self) -> str:
        """Name the method and those settings that it has; two recipes of one name do the same."""
        words = self.row.words.format(**self.settings)
        return ", ".join(filter(None, (self.row.label, words)))


def has(row: Method, setting: str) -> bool:
    """Say whether a method has a setting: it asks for it, or it is an option of its own."""
    return setting in row.asks_for or setting in row.values({})


def for_the_page(start: Recipe, methods: Sequence[str]) -> dict:
    """Write a recipe, and all that it can be set to, as JSON for ``bench.js``.

    Parameters
    ----------
    start : Recipe
        Where the controls stand at first.
    methods : sequence of str
        What to choose from.

    Returns
    -------
    dict
        ``now``, the recipe; ``methods``, each with the settings that it ``has``; ``knobs``, one for
        every setting that one of the methods has.
    """
    rows = [TABLE[name] for name in methods]
    names = [name for name in START if any(has(row, name) for row in rows)]
    return {
        "now": start.as_data(),
        "methods": [_method(row) for row in rows],
        "knobs": [_knob(name) for name in names],
    }


def _method(row: Method) -> dict:
    return {
        "name": row.name,
        "label": row.label,
        "words": row.words,
        "colour": on_any_page(row.colour),
        "has": [name for name in START if has(row, name)],
        "others": {name: value for name, value in row.values({}).items() if name not in START},
    }


def _knob(name: str) -> dict:
    if name == "factor":
        return {"name": name, "label": name, "values": FACTORS}
    if name == "attention_scaling":
        return {"name": name, "label": name, "values": MULTIPLIERS, "digits": 2}
    option = OPTIONS[name]
    return {"name": name, "label": option.label, "values": option.steps, "words": option.choices}
