"""How a view is displayed: live where scripts may run, as a picture where they may not."""

import base64
import sys

from lesson_utils.figures.picture import Picture, as_png
from lesson_utils.widgets.page import PageView

SCRIPT_TYPE = "application/javascript"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def show_live(view: PageView, picture: Picture, *, name: str, digest: str) -> None:
    """Display a view together with the picture of its default setting, and print a digest.

    JupyterLab runs the script of a notebook that it trusts, and shows the picture of any other.
    Where the view is alive, ``page.css`` hides the digest, which is about the default setting.
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
    from IPython.display import display

    png = base64.b64encode(as_png(picture.figure)).decode("ascii")
    text = f"{name}: the sliders move when this notebook runs in JupyterLab"
    alt = {"image/png": {"alt": picture.description}}
    data = {SCRIPT_TYPE: view.as_javascript(), "image/png": png, "text/plain": text}
    display(data, metadata=alt, raw=True)
    print(f"Before anything is moved:\n{digest}")


def display_widget(widget, instead: dict[str, str]) -> None:
    """Display a widget, and ``instead`` of it, by MIME type, where there is no kernel."""
    from IPython.display import display

    if "google.colab" in sys.modules:  # it shows other people's widgets only when asked to
        from google.colab import output

        output.enable_custom_widget_manager()
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    display({WIDGET_VIEW: view, **instead}, raw=True)
