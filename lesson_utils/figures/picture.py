"""A figure with its description, drawn in the course's style."""

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from importlib.resources import as_file, files
from typing import Any

import matplotlib.style
from matplotlib.figure import Figure

STYLE_FILE = "course.mplstyle"


@dataclass(frozen=True)
class Picture:
    """A figure, and what it shows in a sentence or two for those who cannot see it.

    The last line of a cell displays it; :func:`show` does so anywhere else.
    """

    figure: Figure = field(repr=False)
    description: str
    chart: Any = field(default=None, repr=False)
    """What was drawn, as data (:class:`~lesson_utils.figures.chart.Chart`), where it is a chart."""

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"image/png": as_png(self.figure)}, {"image/png": {"alt": self.description}}


def drawn(function: Callable) -> Callable:
    """Draw what a function draws with the sizes and lines of ``course.mplstyle``.

    A learner's own figures, in the same kernel, keep their own style.
    """

    @wraps(function)
    def wrapped(*arguments, **options):
        with as_file(files(__package__) / STYLE_FILE) as path, matplotlib.style.context(str(path)):
            return function(*arguments, **options)

    return wrapped


@drawn
def as_png(figure: Figure) -> bytes:
    """Write a figure as PNG; some numbers along its axes are only drawn now."""
    page = io.BytesIO()
    figure.savefig(page, format="png", metadata={"Software": None})
    return page.getvalue()


@drawn
def as_jpeg(figure: Figure) -> bytes:
    """Write a figure as JPEG, which JupyterLab does not take for one that plotly drew before."""
    page = io.BytesIO()
    figure.savefig(page, format="jpeg")
    return page.getvalue()


def show(picture: Picture) -> None:
    """Display a picture, with its description as the alternative text.

    IPython's own ``Image`` takes such a text only from version 8 on, and Colab has version 7.
    """
    from IPython.display import display

    image = base64.b64encode(as_png(picture.figure)).decode("ascii")
    data = {"image/png": image, "text/plain": "<IPython.core.display.Image object>"}
    display(data, metadata={"image/png": {"alt": picture.description}}, raw=True)
