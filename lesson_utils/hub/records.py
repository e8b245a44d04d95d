"""What published models do to RoPE: their configs as data, value by value with its source.

Each record is a piece of a model's config.json in the form of the original. For every value it says
where it was seen and how sure that makes it: ``"vendor page"`` (the config on the maker's page),
``"vendor code"``, ``"paper"``, ``"copy"`` (somebody else's copy or derivative of the model), or
``"unverified"`` (not seen; a guess that is named as one).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # at run time, only :meth:`ModelRecord.rotary` needs it, and torch with it
    from lesson_utils.hub.config import RotaryConfig


@dataclass(frozen=True)
class Field:
    """One value of a config, with its source."""

    name: str
    """Dotted where it is nested: ``"rope_scaling.factor"``."""
    value: object
    sure: str
    """``"vendor page"``, ``"vendor code"``, ``"paper"``, ``"copy"`` or ``"unverified"``."""
    where: str

    def __str__(self) -> str:
        mark = " (unverified)" if self.sure == "unverified" else ""
        value = f"[{len(self.value)} numbers]" if isinstance(self.value, list) else self.value
        return f"{self.name}: {value}{mark}"


@dataclass(frozen=True)
class ModelRecord:
    """A published model's config, value by value."""

    name: str
    hub: str
    """Its name on the Hugging Face hub."""
    config: dict
    """The piece of config.json that RoPE depends on, as published (or as its users are told)."""
    fields: tuple[Field, ...]
    remarks: tuple[str, ...]
    as_trained: dict | None
    """The config with what the model's own code has and its file lacks; None if nothing is."""

    @property
    def unverified(self) -> list[str]:
        return [field.name for field in self.fields if field.sure == "unverified"]

    def rotary(self, **options) -> "RotaryConfig":
        """Read the config; ``options`` are those of :func:`lesson_utils.hub.config.read_config`."""
        from lesson_utils.hub.config import read_config

        return read_config(self.config, **options)


def names() -> list[str]:
    """List the models there are records of."""
    return list(_records())


def record(name: str) -> ModelRecord:
    """Return the record of a model, such as ``"Llama 3.1 8B"``.

    Raises
    ------
    ValueError
        If there is no such record; the error lists those there are.
    """
    if name not in _records():
        raise ValueError(f"no model is called {name!r}; use one of {', '.join(names())}")
    data = _records()[name]
    sources = data["sources"]
    fields = tuple(
        Field(field, value, **sources[data["fields"][field]])
        for field, value in _leaves(data["config"])
    )
    return ModelRecord(
        name=name,
        hub=data["hub"],
        config=data["config"],
        fields=fields,
        remarks=tuple(data["remarks"]),
        as_trained=_with_changes(data),
    )


def _with_changes(data: dict) -> dict | None:
    if "as_trained" not in data:
        return None
    scaling = data["config"]["rope_scaling"] | data["as_trained"]["changes"]
    return data["config"] | {"rope_scaling": scaling}


def _leaves(config: dict, before: str = "") -> Iterator[tuple[str, object]]:
    for name, value in config.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{before}{name}.")
        else:
            yield before + name, value


@cache
def _records() -> dict[str, dict]:
    text = files("lesson_utils.hub").joinpath("models.json").read_text(encoding="utf-8")
    return json.loads(text)
