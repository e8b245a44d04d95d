"""The bench: set a recipe with sliders, and see its speeds, how it reads, and where a head looks.

One panel holds all three, since a notebook should have one plotly chart: each new one costs the
page megabytes. What the model must read for a chart, it reads in a thread.
"""

import html
from collections.abc import Sequence

import ipywidgets

from lesson_utils import angles
from lesson_utils.attention import doubling_distances
from lesson_utils.corpus import Document
from lesson_utils.figures import bench as charts
from lesson_utils.figures.chart import Chart
from lesson_utils.figures.lesson_04 import attention_chart
from lesson_utils.methods import STATIC
from lesson_utils.model import ModelConfig, TinyLlama
from lesson_utils.rope import rope, turns
from lesson_utils.widgets import measuring
from lesson_utils.widgets.charts import as_plotly
from lesson_utils.widgets.newest import Newest
from lesson_utils.widgets.panel import ControlPanel, PlotlyChart, slider
from lesson_utils.widgets.recipe import Recipe, grey_out, recipe_controls
from lesson_utils.widgets.shown import show_live

LENGTHS = (512, 1024, 2048, 4096)
TARGETS = (512, 1024, 2048, 4096, 8192, 16384)
POSITIONS = tuple(range(63, 4096, 64))
SIZES = {"speeds": (3, 3), "perplexity": (1, 3), "attention": (1, 2)}
"""Panels and lines of each view."""


class Bench(ControlPanel):
    """Controls for a recipe, and the chart of one view of it at a time.

    Parameters
    ----------
    start, kept : Recipe
        The recipe that the controls stand at first, and the one to compare with at first.
    methods : sequence of str
        Methods to choose from.
    views : sequence of str
        Of :data:`SIZES`; the first is shown first.
    model, document : TinyLlama and Document, optional
        What reads, and what it reads the start of: 4,096 bytes. ``"speeds"`` does without.
    """

    def __init__(
        self,
        start: Recipe,
        kept: Recipe,
        *,
        methods: Sequence[str] = STATIC,
        views: Sequence[str],
        model: TinyLlama | None = None,
        document: Document | None = None,
    ):
        self.model, self.document, self.kept, self.views = model, document, kept, views
        self.config = model.config if model else ModelConfig()
        self.size = {
            n: max(SIZES[view][i] for view in views) for i, n in ((0, "panels"), (1, "lines"))
        }
        self.tries, self.attention = {}, {}
        self.newest = Newest(self._work, self._deliver)
        self.of_recipe = recipe_controls(start, methods)
        self.of_view = self._view_controls()
        others = {name: c for view in views for name, c in self.of_view[view].items()}
        self.view = ipywidgets.ToggleButtons(options=list(views), layout={"width": "100%"})
        first = {"view": self.view} if len(views) > 1 else {}
        self._read_here(start, views[0])
        super().__init__(self.picture, first | self.of_recipe | others)
        self.keep = ipywidgets.Button(description="Keep for comparison", layout={"width": "14em"})
        self.keep.on_click(self._keep)
        self.status = ipywidgets.HTML()
        knobs, chart, line, manners = self.children
        knobs.children += (self.keep,)
        self.children = knobs, self.status, chart, line, manners
        self._settle()

    # --- what is drawn ---

    def recipe(self) -> Recipe:
        """Read the controls."""
        return Recipe(**{name: control.value for name, control in self.of_recipe.items()})

    def picture(self, **_) -> PlotlyChart:
        """Draw what the controls ask for, as far as it is known."""
        return as_plotly(self.described(), **self.size)

    def described(self) -> Chart:
        """Describe the chart of the present view."""
        return getattr(self, f"_{self.view.value}_chart")(self.recipe())

    def redraw(self, _change=None) -> None:
        """Draw what is known, and have the model read what is not."""
        super().redraw()
        self._settle()

    def _settle(self) -> None:
        grey_out(self.of_recipe)
        for view, controls in self.of_view.items():
            for control in controls.values():
                control.layout.display = None if view == self.view.value else "none"
        self.keep.layout.display = "none" if self.view.value == "perplexity" else None
        missing = self._missing(self.recipe(), self.view.value)
        self._say("The model is reading …" if missing else "")
        if missing:
            self.newest.ask(missing)
        else:
            self.newest.stop()

    def _say(self, text: str) -> None:
        self.status.value = f'<b role="status">{html.escape(text)}</b>'

    def _keep(self, _button) -> None:
        self.kept = self.recipe()
        self.redraw()

    def _view_controls(self) -> dict[str, dict[str, ipywidgets.Widget]]:
        layers, heads = range(self.config.layers), range(self.config.heads)
        return {
            "speeds": {"target": slider("bytes to read", TARGETS, 4096)},
            "perplexity": {},
            "attention": {
                "layer": slider("layer", layers, 4),
                "head": slider("head", heads, 0),
                "position": slider("position of the query", POSITIONS, 2047),
            },
        }

    def _speeds_chart(self, recipe: Recipe) -> Chart:
        plain = rope(self.config.head_dim, base=self.config.base).inv_freq
        trained, target = self.config.trained_length, self.of_view["speeds"]["target"].value
        recipes = {r.in_words(): r for r in (recipe, self.kept)}
        speeds = []
        for words, r in recipes.items():
            inv_freq = r.frequencies(self.config).inv_freq
            reached = turns(inv_freq.double(), target).numpy()
            slowed = angles.slow_down(plain, inv_freq)
            kept = angles.share_kept(plain, inv_freq, r.factor or slowed.max())
            speeds.append(charts.Speeds(words, r.method, slowed, reached, kept))
        now = recipe.frequencies(self.config).inv_freq
        return charts.speeds_chart(
            speeds,
            turns(plain.double(), trained).numpy(),
            new=int(angles.meets_new_angles(now, target, trained, trained_with=plain).sum()),
            target_length=target,
        )

    def _perplexity_chart(self, recipe: Recipe) -> Chart:
        now = recipe.in_words()
        whole = {words: curve for words, curve in self.tries.items() if len(curve) == len(LENGTHS)}
        tries = whole | {now: self.tries.get(now, {})}
        return charts.tries_chart(tries, now=now, lengths=LENGTHS)

    def _attention_chart(self, recipe: Recipe) -> Chart:
        layer, head, position = (control.value for control in self.of_view["attention"].values())
        place = layer, head, POSITIONS.index(position)
        known = {
            r.in_words(): (r.method, self.attention[r.in_words()])
            for r in (recipe, self.kept)
            if r.in_words() in self.attention
        }
        return attention_chart(
            {words: (style, looks.shares[place]) for words, (style, looks) in known.items()},
            doubling_distances(POSITIONS[-1] + 1),
            trained_length=self.config.trained_length,
            where=f"Layer {layer}, head {head} at byte {position:,}",
            keys={words: looks.keys[place] for words, (_, looks) in known.items()},
        )

    # --- what the model reads ---

    def _missing(self, recipe: Recipe, view: str) -> tuple | None:
        """Say what the model has to read for a view, (view, recipe, lengths); None if nothing."""
        if view == "attention":
            unread = [r for r in (recipe, self.kept) if r.in_words() not in self.attention]
            return ("attention", unread[0], ()) if unread else None
        if view == "perplexity":
            known = self.tries.setdefault(recipe.in_words(), {})
            lengths = tuple(length for length in LENGTHS if length not in known)
            return ("perplexity", recipe, lengths) if lengths else None
        return None

    def _read_here(self, recipe: Recipe, view: str) -> None:
        """Read in the cell itself what the first chart needs, so that it is saved whole."""
        while task := self._missing(recipe, view):
            for result in self._work(task, lambda: None):
                self._note(task, result)

    def _work(self, task: tuple, check):
        view, recipe, lengths = task
        what, frequencies = (self.model, self.document), recipe.frequencies(self.config)
        if view == "perplexity":
            yield from measuring.perplexities(
                *what, lengths, frequencies, check, longest=LENGTHS[-1]
            )
        else:
            yield measuring.attention(*what, POSITIONS, frequencies, check)

    def _note(self, task: tuple, result) -> None:
        view, recipe, _ = task
        if view == "perplexity":
            length, value = result
            self.tries[recipe.in_words()][length] = value
        else:
            self.attention[recipe.in_words()] = result

    def _deliver(self, task: tuple, result) -> None:
        if isinstance(result, Exception):
            self._say(f"Not read: {type(result).__name__}: {result}")
        elif result is None:
            self.redraw()
        else:
            self._note(task, result)
            super().redraw()


_open: list[Bench] = []


def show_bench(bench: Bench, *, name: str) -> None:
    """Display a bench and its picture, and have earlier ones stop reading."""
    while _open:
        _open.pop().newest.stop()
    _open.append(bench)
    chart = bench.described()
    show_live(bench, charts.bench_picture(chart), name=name, digest="\n".join(chart.digest))


def method_bench(method: str, *, beside: str) -> None:
    """Show what a method does to every pair, with sliders for its factor and the target length.

    Parameters
    ----------
    method, beside : str
        The method to begin with and the one to compare it with: ``"rope"``, ``"pi"`` or
        ``"ntk_aware"``.
    """
    show_bench(method_bench_panel(method, beside=beside), name="Speeds")


def method_bench_panel(method: str, *, beside: str) -> Bench:
    methods = ("rope", "pi", "ntk_aware")
    return Bench(Recipe(method), Recipe(beside), methods=methods, views=["speeds"])


def attention_seen(model: TinyLlama, document: Document) -> None:
    """Show where one head looks, before and after a method, with sliders for head and position.

    Parameters
    ----------
    model : TinyLlama
    document : Document
        Its first 4,096 bytes are read.
    """
    show_bench(attention_panel(model, document), name="Attention, seen")


def attention_panel(model: TinyLlama, document: Document) -> Bench:
    methods = ("pi", "ntk_aware", "ntk_by_parts", "yarn")
    what = {"methods": methods, "views": ["attention"], "model": model, "document": document}
    return Bench(Recipe("yarn"), Recipe("rope"), **what)


def recipe_bench(model: TinyLlama, document: Document) -> None:
    """Show the whole bench: live perplexity, speeds and attention of any recipe.

    Parameters
    ----------
    model : TinyLlama
    document : Document
        Its first 4,096 bytes are read, 512, 1,024, 2,048 and 4,096 at once.
    """
    views = ["perplexity", "speeds", "attention"]
    start = document.excerpt(0, LENGTHS[-1], name=document.name)
    bench = Bench(Recipe("yarn"), Recipe("rope"), views=views, model=model, document=start)
    show_bench(bench, name="The bench")
