"""How a view is displayed: live where scripts may run, as a picture where they may not."""

import base64
import contextlib
import sys

from lesson_utils.figures.picture import Picture, as_png
from lesson_utils.widgets.page import Line, PageView

SCRIPT_TYPE = "application/javascript"
HOW_TO_MOVE = "Run this cell to move the sliders."
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
_notes: list[list[PageView]] = []
"""The lists in which views are noted now; views are displayed while there is none."""


def show_live(view: PageView, picture: Picture, *, name: str, digest: str) -> None:
    """Display a view together with the picture of its default setting, and print a digest.

    JupyterLab runs the script of a notebook that it trusts, and shows the picture of any other.
    Where the view is alive, ``page.css`` hides what is printed: how to bring it to life, and the
    digest, which is about the default setting.
    ``tools/run_notebooks.py`` drops the script, so that a notebook keeps the picture and the name.

    Parameters
    ----------
    view : PageView
    picture : Picture
        What the view shows before anything is moved, and what that is in a sentence.
    name : str
        What the view is called where only text can be shown.
    digest : str
        The picture's main numbers, rounded away from ties.
    """
    display_view(view, picture, name=name)
    print(f"{HOW_TO_MOVE}\nBefore anything is moved:\n{digest}")


def display_view(view: PageView, picture: Picture, *, name: str) -> None:
    """Display a view, and the picture instead of it where no script may run."""
    if _notes:
        _notes[-1].append(view)
        return
    image = base64.b64encode(as_png(picture.figure)).decode("ascii")
    text = f"{name}: the sliders move when this notebook runs in JupyterLab"
    data = {SCRIPT_TYPE: view.as_javascript(), "image/png": image, "text/plain": text}
    display_raw(data, {"image/png": {"alt": picture.description}})


@contextlib.contextmanager
def views_noted():
    """Display no view and print nothing; yield the list in which the views are noted instead."""
    _notes.append([])
    try:
        with contextlib.redirect_stdout(None):
            yield _notes[-1]
    finally:
        _notes.pop()


def display_line(line: Line) -> None:
    """Display what carries messages between a view and Python; it has nothing to see."""
    if "google.colab" in sys.modules:  # it shows other people's widgets only when asked to
        from google.colab import output

        output.enable_custom_widget_manager()
    display_raw({WIDGET_VIEW: {"version_major": 2, "version_minor": 0, "model_id": line.model_id}})


def display_raw(data: dict, metadata: dict | None = None) -> None:
    """Display one output, given by MIME type."""
    from IPython.display import display

    display(data, metadata=metadata or {}, raw=True)
