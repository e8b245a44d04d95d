"""Results that took a GPU, or a library no lesson needs: kept as data, with how they came about."""

import json
from importlib.resources import files


def read(name: str) -> dict:
    """Read a record by its name, such as ``"base"`` or ``"finetuning"``.

    Raises
    ------
    ValueError
        If there is no such record; the error lists those there are.
    """
    folder = files(__name__)
    names = sorted(file.name[:-5] for file in folder.iterdir() if file.name.endswith(".json"))
    if name not in names:
        raise ValueError(f"no record is called {name!r}; use one of {', '.join(names)}")
    return json.loads(folder.joinpath(f"{name}.json").read_text(encoding="utf-8"))
