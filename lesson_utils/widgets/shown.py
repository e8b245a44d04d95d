"""How a widget is displayed: live where there is a kernel, as a picture where there is none."""

import base64
import sys

from lesson_utils.figures.picture import Picture, as_png

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def show_live(widget, picture: Picture, *, name: str, digest: str) -> None:
    """Display a widget together with the picture of its default setting, and print a digest.

    A notebook keeps the picture and the name. ``tools/run_notebooks.py`` drops the view, which
    points to a widget in a kernel that is gone.

    Parameters
    ----------
    widget : ipywidgets.DOMWidget
    picture : Picture
        What the widget shows before anything is moved, and what that is in a sentence.
    name : str
        What the widget is called where only text can be shown.
    digest : str
        The picture's main numbers, rounded away from ties.
    """
    png = base64.b64encode(as_png(picture.figure)).decode("ascii")
    text = f"{name}: the sliders move when this notebook runs in JupyterLab"
    alt = {"image/png": {"alt": picture.description}}
    display_widget(widget, {"image/png": png, "text/plain": text}, alt)
    print(f"Before anything is moved:\n{digest}")  # it stays as it is, below what moves


def display_widget(widget, instead: dict[str, str], metadata: dict | None = None) -> None:
    """Display a widget, and ``instead`` of it, by MIME type, where there is no kernel."""
    from IPython.display import display

    if "google.colab" in sys.modules:  # it shows other people's widgets only when asked to
        from google.colab import output

        output.enable_custom_widget_manager()
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    display({WIDGET_VIEW: view, **instead}, metadata=metadata, raw=True)
