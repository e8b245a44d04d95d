"""A panel that stays true: as long as its kernel runs, it is drawn anew when it comes into sight.

What JupyterLab shows is HTML, which also stands in a saved notebook. A second output, which has
nothing to see, fetches what has changed.
"""

import uuid
from collections.abc import Callable
from importlib.resources import files

import anywidget
import traitlets

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# Where the kernel is gone, JupyterLab would say in its place that there is no such widget.
STYLE = f"""<style>.jp-OutputArea-child:has(.rope-progress) ~
.jp-OutputArea-child:has([data-mime-type="{WIDGET_VIEW}"]) {{ height: 0; visibility: hidden; }}
</style>"""
STALE = "<div>Run this cell again to see what has changed since.</div>"


class LivePanel(anywidget.AnyWidget):
    """What fetches a panel.

    Parameters
    ----------
    draw : callable
        Returns the panel as it is now, in HTML.
    """

    _esm = (files("lesson_utils.progress") / "live.js").read_text(encoding="utf-8")
    key = traitlets.Unicode().tag(sync=True)
    html = traitlets.Unicode().tag(sync=True)

    def __init__(self, draw: Callable[[], str]):
        super().__init__(key=uuid.uuid4().hex)
        self._draw = draw
        self.on_msg(lambda *_: self.refresh())

    def refresh(self) -> None:
        """Tell the page the panel as it is now."""
        self.html = self._draw()


def show_live(draw: Callable[[], str], in_words: str) -> None:
    """Display a panel, and what keeps it up to date; where HTML is not shown, ``in_words``."""
    from IPython.display import display

    panel = LivePanel(draw)
    html = f'{STYLE}<div class="rope-progress" data-key="{panel.key}">{draw()}{STALE}</div>'
    display({"text/html": html, "text/plain": in_words}, raw=True)
    view = {"version_major": 2, "version_minor": 0, "model_id": panel.model_id}
    display({WIDGET_VIEW: view}, raw=True)
