"""Views that compute and draw in the page, so that a figure follows each key press at once.

A view is a JavaScript module with one function, ``mount(element, settings)``, which draws into any
element of any page. The modules' formulas stand in JavaScript a second time;
``tests/test_views_in_page.py`` runs both over a grid and compares them.
"""

import json
import uuid
from dataclasses import dataclass
from importlib.resources import files

import anywidget
import traitlets

FOLDER = files("lesson_utils.widgets")
# JupyterLab calls the place of an output `element`, and Colab has a function that returns it.
SCRIPT = """{{
const place = globalThis.google?.colab?.output.getActiveOutputArea() ?? element;
place.append(Object.assign(document.createElement("style"), {{ textContent: {style} }}));
const module = new Blob([{module}], {{ type: "text/javascript" }});
import(URL.createObjectURL(module)).then(({{ mount }}) => mount(place, {settings}));
}}"""


def source(*names: str) -> str:
    """Join JavaScript files into one module: in the page, a module has no folder to import from."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)


@dataclass(frozen=True)
class PageView:
    """A figure that a JavaScript module draws from its settings.

    Parameters
    ----------
    files : tuple of str
        Files of this folder that make the module; the last one has ``mount``.
    settings : dict
        What ``mount`` is given, as JSON.
    """

    files: tuple[str, ...]
    settings: dict

    def as_javascript(self) -> str:
        """Write the script that mounts the view where Jupyter shows a cell's output.

        It holds all that it needs. So a saved notebook that is trusted shows a living view, and no
        kernel is asked.
        """
        parts = {"style": source("page.css"), "module": source(*self.files)}
        parts["settings"] = self.settings
        return SCRIPT.format(**{name: json.dumps(part) for name, part in parts.items()})


class Line(anywidget.AnyWidget):
    """What a view asks the kernel, and what it is told; a view finds its line by ``key``."""

    _esm = source("line.js")
    key = traitlets.Unicode().tag(sync=True)
    asked = traitlets.Dict().tag(sync=True, echo_update=False)
    told = traitlets.Dict().tag(sync=True)

    def __init__(self):
        super().__init__(key=uuid.uuid4().hex)

    def __repr__(self):
        return "Line()"
