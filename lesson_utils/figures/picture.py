"""A figure with its description, drawn in the course's style."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from importlib.resources import as_file, files

import matplotlib.style
from matplotlib.figure import Figure

STYLE_FILE = "course.mplstyle"


@dataclass(frozen=True)
class Picture:
    """A figure, and what it shows in a sentence or two for those who cannot see it.

    The last line of a cell displays it; :func:`~lesson_utils.figures.show` does so anywhere else.
    """

    figure: Figure
    description: str

    def _repr_mimebundle_(self, include=None, exclude=None):
        from lesson_utils.figures.style import as_png

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
