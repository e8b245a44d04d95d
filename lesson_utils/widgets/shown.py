"""How a view is displayed: live where scripts may run, as a picture where they may not."""

import base64
import sys
import textwrap

from lesson_utils.figures.picture import Picture, as_jpeg, as_png
from lesson_utils.widgets.page import Line, PageView

SCRIPT_TYPE = "application/javascript"
PLOTLY_TYPE = "application/vnd.plotly.v1+json"
PLOTLY_CONFIG = {
    "displaylogo": False,
    "responsive": True,
    "modeBarButtonsToRemove": ["sendChartToCloud"],  # it would upload the figure
}
HOW_TO_MOVE = "Run this cell to move the sliders."
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


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
    live = {SCRIPT_TYPE: view.as_javascript()}
    _display(live, {"image/png": as_png(picture.figure)}, picture.description, name)
    print(f"{HOW_TO_MOVE}\nBefore anything is moved:\n{digest}")


def show_plotly(figure: dict, picture: Picture, *, name: str, digest: str) -> None:
    """Display a plotly figure as :func:`show_live` does a view, and print what it shows in words.

    JupyterLab draws it with the plotly that it has from Python's, and asks no other host. What is
    printed stays where the figure is alive: it is the description for those who cannot see it.

    Parameters
    ----------
    figure : dict
        Data, layout and frames, as JSON.
    picture, name, digest
        As for :func:`show_live`; the digest is about all that can be chosen.
    """
    # Where there is a PNG, JupyterLab shows it in place of the figure, as one that it drew itself.
    live = {PLOTLY_TYPE: figure | {"config": PLOTLY_CONFIG}}
    _display(live, {"image/jpeg": as_jpeg(picture.figure)}, picture.description, name)
    print(textwrap.fill(f"At first: {picture.description}", 90), digest, sep="\n")


def _display(live: dict, image: dict[str, bytes], description: str, name: str) -> None:
    ((kind, picture),) = image.items()
    text = f"{name}: the sliders move when this notebook runs in JupyterLab"
    data = {**live, kind: base64.b64encode(picture).decode("ascii"), "text/plain": text}
    display_raw(data, {kind: {"alt": description}})


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
