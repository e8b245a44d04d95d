"""The bench: set a recipe with sliders, and see its speeds, its reading and where a head looks."""

import ipywidgets as W

from lesson_utils.attention import doubling_distances
from lesson_utils.figures import bench as charts
from lesson_utils.figures.chart import Chart
from lesson_utils.figures.looking import attention_chart
from lesson_utils.model import ModelConfig
from lesson_utils.rope import rope
from lesson_utils.widgets import reading
from lesson_utils.widgets.live import LiveChart
from lesson_utils.widgets.newest import Newest
from lesson_utils.widgets.panel import Panel, choice, labelled
from lesson_utils.widgets.recipe import Knobs

METHODS = ("rope", "pi", "ntk_aware", "ntk_by_parts", "yarn", "llama3")
LENGTHS = (512, 1024, 2048, 4096)
TARGETS = (512, 1024, 2048, 4096, 8192, 16384)
POSITIONS = tuple(range(63, 4096, 64))


class Bench(Panel):
    """Controls for a recipe, and the chart of one view of it at a time.

    Parameters
    ----------
    start, kept : Recipe
        The recipe that the controls stand at first, and the one to compare with at first.
    methods : sequence of str
        Methods to choose from.
    views : sequence of str
        Of ``"speeds"``, ``"perplexity"`` and ``"attention"``; the first is shown first.
    model, document : TinyLlama and Document
        What reads and is read; the views but ``"speeds"`` need them. 4,096 bytes at least.
    head : (int, int)
        Layer and head that the attention view begins with.
    """

    def __init__(self, start, kept, methods, views, model=None, document=None, head=(4, 0)):
        self.config = model.config if model else ModelConfig()
        self.model, self.document, self.kept = model, document, kept
        self.tries: dict[str, dict[int, float]] = {}
        self.looks: dict[str, object] = {}
        self.knobs = Knobs(start, methods, self.changed)
        self.view = W.ToggleButtons(options=list(views), description="show")
        self.keep = W.Button(description="Keep for comparison")
        self.target = choice("bytes to read", TARGETS, LENGTHS[-1])
        self.layer = W.IntSlider(value=head[0], max=self.config.layers - 1, description="layer")
        self.head = W.IntSlider(value=head[1], max=self.config.heads - 1, description="head")
        self.position = choice("position of the query", POSITIONS, POSITIONS[-1])
        self.newest = Newest(self._work, self._deliver)
        views_need = {"speeds": (3, 3), "perplexity": (1, 3), "attention": (1, 2)}
        panels, lines = (max(views_need[view][n] for view in views) for n in (0, 1))
        super().__init__(LiveChart(panels=panels, lines=lines), self._rows())
        for control in (self.view, self.target, self.layer, self.head, self.position):
            control.observe(self.changed, "value")
        self.keep.on_click(self._keep)
        self._finish_first_reading()
        self.draw()

    def chart(self) -> Chart | None:
        """Describe what the controls ask for; None if the model has to read first."""
        return getattr(self, f"_{self.view.value}_chart")()

    def draw(self) -> None:
        """Show what is known, and have the model read what is not."""
        self._show_controls()
        chart = self.chart()
        if chart:
            self.show(chart)
        missing = self._missing()
        if missing:
            self.busy(True)
            self.newest.ask(missing)
        else:
            self.newest.stop()
            self.busy(False)

    def close(self) -> None:
        """Give up any reading, so that no thread outlives the panel."""
        self.newest.stop()
        super().close()

    def _rows(self):
        many = len(self.view.options) > 1
        self.of_recipe = labelled(self.knobs.controls)
        self.of_view = {
            "speeds": labelled([self.target]),
            "perplexity": [],
            "attention": labelled([self.layer, self.head, self.position]),
        }
        others = [control for view in self.view.options for control in self.of_view[view]]
        return [*([self.view] if many else []), *self.of_recipe, *others, self.keep]

    def _show_controls(self) -> None:
        shown = self.of_view[self.view.value]
        for controls in self.of_view.values():
            for control in controls:
                control.layout.display = None if control in shown else "none"
        self.keep.layout.display = "none" if self.view.value == "perplexity" else None

    def _keep(self, _) -> None:
        self.kept = self.knobs.recipe
        self.changed()

    # --- the three views ---

    def _speeds_chart(self) -> Chart:
        recipes = [self.knobs.recipe, self.kept]
        speeds = [
            charts.Speeds(
                recipe.in_words(), recipe.method,
                recipe.frequencies(self.config).inv_freq.numpy(), recipe.factor,
            )
            for recipe in recipes[: 1 if recipes[0].in_words() == recipes[1].in_words() else 2]
        ]  # fmt: skip
        plain = rope(self.config.head_dim, base=self.config.base).inv_freq.numpy()
        return charts.speeds_chart(
            speeds,
            plain,
            trained_length=self.config.trained_length,
            target_length=self.target.value,
        )

    def _perplexity_chart(self) -> Chart:
        now = self.knobs.recipe.in_words()
        whole = {words: curve for words, curve in self.tries.items() if len(curve) == len(LENGTHS)}
        tries = whole | {now: self.tries.get(now, {})}
        return charts.tries_chart(tries, now=now, lengths=LENGTHS)

    def _attention_chart(self) -> Chart | None:
        words = dict.fromkeys(r.in_words() for r in (self.knobs.recipe, self.kept))
        if not all(recipe in self.looks for recipe in words):
            return None
        styles = {r.in_words(): r.method for r in (self.knobs.recipe, self.kept)}
        layer, head, position = self.layer.value, self.head.value, self.position.value
        place = layer, head, POSITIONS.index(position)
        return attention_chart(
            {name: (styles[name], self.looks[name].shares[place]) for name in words},
            doubling_distances(POSITIONS[-1] + 1),
            trained_length=self.config.trained_length,
            where=f"Layer {layer}, head {head} at {position:,}",
            keys={name: self.looks[name].keys[place] for name in words},
        )

    # --- reading, in a thread ---

    def _missing(self) -> tuple | None:
        """Say what the model has to read for this view: (view, recipe, lengths), or None."""
        if self.view.value == "attention":
            for recipe in (self.knobs.recipe, self.kept):
                if recipe.in_words() not in self.looks:
                    return "attention", recipe, ()
        if self.view.value == "perplexity":
            recipe = self.knobs.recipe
            known = self.tries.setdefault(recipe.in_words(), {})
            lengths = tuple(length for length in LENGTHS if length not in known)
            return ("perplexity", recipe, lengths) if lengths else None
        return None

    def _work(self, task, check):
        view, recipe, lengths = task
        frequencies = recipe.frequencies(self.config)
        if view == "perplexity":
            yield from reading.perplexities(self.model, self.document, lengths, frequencies, check)
        else:
            yield reading.looks(self.model, self.document, POSITIONS, frequencies, check)

    def _note(self, task, result) -> None:
        view, recipe, _ = task
        if view == "perplexity":
            length, value = result
            self.tries[recipe.in_words()][length] = value
        else:
            self.looks[recipe.in_words()] = result

    def _deliver(self, task, result) -> None:
        if isinstance(result, Exception):
            self.busy(False)
            self.complain(result)
        elif result is None:
            self.changed()
        else:
            self._note(task, result)
            if task[0] == "perplexity":
                self.guarded(lambda: self.show(self.chart()))

    def _finish_first_reading(self) -> None:
        """Read in the cell itself, so that the saved picture is whole."""
        while task := self._missing():
            for result in self._work(task, lambda: None):
                self._note(task, result)
