"""Widgets that compute in the page, so that a figure follows each key press at once.

Their formulas stand in JavaScript a second time. ``tests/test_sliders_in_browser.py`` runs both
over a grid and compares them, so that one formula never becomes two.
"""

from importlib.resources import files

import anywidget
import traitlets

FOLDER = files("lesson_utils.widgets")


def source(*names: str) -> str:
    """Join JavaScript files into one module: in the page, a module has no folder to import from."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)


class PageWidget(anywidget.AnyWidget):
    """A figure drawn by a JavaScript module from ``settings``, which hold its defaults.

    Subclasses set ``_esm`` with :func:`source`; ``controls.js`` makes labelled sliders.
    """

    _css = source("page.css")
    settings = traitlets.Dict().tag(sync=True)

    def __repr__(self):
        return f"{type(self).__name__}()"
