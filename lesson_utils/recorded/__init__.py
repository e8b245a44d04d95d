"""Results that took a GPU, many minutes, or a library no lesson needs: data, with receipts."""

import json
from importlib.resources import files


class Record(dict):
    """A record as it was written: a dict, which can say in a line how it came about."""

    def receipt(self) -> str:
        """Say device, date, seed and command in one line, as far as the record has them."""
        who = ", ".join(str(self[name]) for name in ("device", "date") if name in self)
        who += f", seed {self['seed']}" if "seed" in self else ""
        who += f", seeds {', '.join(map(str, self['seeds']))}" if "seeds" in self else ""
        return f"{who or self.get('source', 'recorded')}: {self['command']}"


def read(name: str) -> Record:
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
    return Record(json.loads(folder.joinpath(f"{name}.json").read_text(encoding="utf-8")))
