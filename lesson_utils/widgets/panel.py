"""What all panels with sliders share: how they are laid out, shown, and how they fail."""

import base64
import io
from html import escape

import ipywidgets as W
from IPython.display import display

from lesson_utils.figures.chart import Chart, picture
from lesson_utils.widgets.live import LiveChart

_shown: dict[str, "Panel"] = {}


class Panel:
    """Controls above a chart, its title and its numbers in words.

    A subclass draws in ``draw``. An error in it, after the first drawing, becomes a line in the
    panel: a slider has no cell to raise it in.
    """

    def __init__(self, live: LiveChart, controls):
        self.live = live
        self._title, self._numbers, self._status = W.HTML(), W.HTML(), W.HTML()
        self._chart = None
        box = W.Box(list(controls), layout=W.Layout(flex_flow="row wrap", align_items="center"))
        self.widget = W.VBox([box, self._title, live.widget, self._numbers, self._status])

    def draw(self) -> None:
        raise NotImplementedError

    def changed(self, _=None) -> None:
        """Draw again; the observer of every control."""
        self.guarded(self.draw)

    def guarded(self, action) -> None:
        """Do something, and show an error of it in one line."""
        try:
            self._status.value = ""
            action()
        except Exception as error:
            self.complain(error)

    def complain(self, error: Exception) -> None:
        """Show an error in one line."""
        self._status.value = _line("alert", f"{type(error).__name__}: {error}")

    def busy(self, working: bool) -> None:
        """Show that the model is reading, or that it is done."""
        if working:
            self._status.value = _line("status", "⏳ The model is reading …")
        elif "role='status'" in self._status.value:
            self._status.value = ""

    def show(self, chart: Chart) -> None:
        """Draw a chart, its title and its numbers."""
        self._chart = chart
        self._title.value = f"<b style='font-size: 1.15em'>{escape(chart.title)}</b>"
        lines = "".join(f"<li>{escape(line)}</li>" for line in chart.digest)
        self._numbers.value = f"<ul style='margin: 0; line-height: 1.5'>{lines}</ul>"
        self.live.show(chart)

    def close(self) -> None:
        """End what the panel does."""

    def display(self) -> None:
        """Show the panel with a picture of it for pages without a kernel, and print its numbers."""
        name = type(self).__name__
        if name in _shown:
            _shown[name].close()
        _shown[name] = self
        page = io.BytesIO()
        picture(self._chart).savefig(page, format="png", dpi=100)
        view = {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}
        data = {
            "text/plain": self._chart.title,
            "image/png": base64.b64encode(page.getvalue()).decode(),
            "application/vnd.jupyter.widget-view+json": view,
        }
        alt = ". ".join((self._chart.title, *self._chart.digest))
        display(data, metadata={"image/png": {"alt": alt}}, raw=True)
        print("\n".join(self._chart.digest))


def labelled(controls) -> list[W.Widget]:
    """Give controls room for their names and values."""
    for control in controls:
        control.style.description_width = "initial"
        control.layout.width = "auto" if isinstance(control, W.ToggleButtons) else "320px"
    return list(controls)


def choice(description: str, values, value) -> W.SelectionSlider:
    """Make a slider over given numbers, evenly spaced whatever their values."""
    options = [(f"{number:,g}", number) for number in values]
    return W.SelectionSlider(options=options, value=value, description=description)


def _line(role: str, text: str) -> str:
    colour = "var(--jp-error-color1, #b00020)" if role == "alert" else "inherit"
    return f"<span role='{role}' style='color: {colour}'>{escape(text)}</span>"
