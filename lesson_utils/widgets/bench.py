"""The bench: set a recipe with sliders, and see its speeds, how it reads, and where a head looks.

The page computes the speeds. What the model must read for a chart, it reads here in a thread. Where
heads look the page is told for a whole layer, and draws any of its heads at any position by itself.
"""

from collections.abc import Sequence

from lesson_utils import angles
from lesson_utils.attention import doubling_distances
from lesson_utils.corpus import Document
from lesson_utils.figures import bench as charts
from lesson_utils.figures.chart import Chart, as_data
from lesson_utils.figures.lesson_04 import attention_chart
from lesson_utils.methods import STATIC, TABLE
from lesson_utils.model import ModelConfig, TinyLlama
from lesson_utils.rope import rope, turns
from lesson_utils.widgets import measuring
from lesson_utils.widgets.newest import Newest
from lesson_utils.widgets.page import Line, PageView
from lesson_utils.widgets.recipe import Recipe, for_the_page
from lesson_utils.widgets.shown import display_line, show_live

LENGTHS = (512, 1024, 2048, 4096)
TARGETS = (512, 1024, 2048, 4096, 8192, 16384)
POSITIONS = tuple(range(63, 4096, 64))
TARGET, PLACE = 4096, {"layer": 4, "head": 0, "position": 2047}
"""Bytes to read and head to look at, at first."""
STARTS = doubling_distances(POSITIONS[-1] + 1)
"""Where each bin of distances begins."""
BOTH = ("recipe", "kept")
FILES = ("controls.js", "rotary.js", "chart.js", "looks.js", "bench.js")


class Bench:
    """A recipe that the page sets, and the chart of one view of it at a time.

    Parameters
    ----------
    start, kept : Recipe
        The recipe that the controls stand at first, and the one to compare with at first.
    methods : sequence of str
        Methods to choose from.
    views : sequence of str
        ``"speeds"``, ``"perplexity"`` or ``"attention"``; the first is shown first.
    model, document : TinyLlama and Document, optional
        What reads, and what it reads the start of: 4,096 bytes. ``"speeds"`` does without.

    Raises
    ------
    Exception
        Whatever the first chart raises. Later errors are told in the page.
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
        self.model, self.document, self.methods, self.views = model, document, methods, views
        self.config = model.config if model else ModelConfig()
        self.start, self.tries, self.attention = {"recipe": start, "kept": kept}, {}, {}
        self.begun = {}
        self.asked = self.start | {"number": 0, "view": views[0], "place": PLACE}
        self.newest = Newest(self._work, self._deliver)
        self.line = None
        if set(views) - {"speeds"}:
            self.line = Line()
            self.line.observe(lambda change: self.answer(change.new), "asked")
        while task := self._missing():  # so that the first chart is saved whole
            for result in self._work(task, lambda: None):
                self._note(task, result)
        self.chart = self.described()
        if views[0] == "attention":  # so that the first press waits for nobody
            self._tell("")

    # --- what is drawn ---

    def view(self) -> PageView:
        """Return what the page draws."""
        shape = {n: getattr(self.config, n) for n in ("head_dim", "base", "trained_length")}
        settings = for_the_page(self.start["recipe"], self.methods) | {
            "kept": self.start["kept"].as_data(),
            "kept_words": self.start["kept"].in_words(),
            "views": list(self.views),
            "shape": shape,
            "targets": TARGETS,
            "target": TARGET,
            "layers": [*range(self.config.layers)],
            "heads": [*range(self.config.heads)],
            "positions": POSITIONS,
            "place": PLACE,
            "chart": as_data(self.chart),
            "key": self.line and self.line.key,
        }
        if "speeds" in self.views:
            settings["speeds"] = as_data(self.speeds_chart(**self.start))
        if "attention" in self.views:
            settings["attention"] = attention_settings(self.config)
        return PageView(FILES, settings)

    def described(self) -> Chart:
        """Describe the chart that was asked for, as far as it is known."""
        if self.asked["view"] == "speeds":
            return self.speeds_chart(**self.start)
        return getattr(self, f"_{self.asked['view']}_chart")()

    def speeds_chart(self, recipe: Recipe, kept: Recipe, target: int = TARGET) -> Chart:
        """Describe what both recipes make of the pairs, as the page does."""
        plain = rope(self.config.head_dim, base=self.config.base).inv_freq
        trained = self.config.trained_length
        ramps = any("trained_length" in TABLE[name].asks_for for name in self.methods)
        speeds = []
        for words, r in {r.in_words(): r for r in (recipe, kept)}.items():
            inv_freq = r.frequencies(self.config).inv_freq
            reached = turns(inv_freq.double(), target).numpy()
            slowed = angles.slow_down(plain, inv_freq)
            full = r.factor or slowed.max()
            share = angles.share_kept(plain, inv_freq, full) if ramps else None
            speeds.append(charts.Speeds(words, r.method, slowed, reached, share))
        now = recipe.frequencies(self.config).inv_freq
        return charts.speeds_chart(
            speeds,
            turns(plain.double(), trained).numpy(),
            new=angles.meets_new_angles(now, target, trained, trained_with=plain),
            target_length=target,
        )

    def _perplexity_chart(self) -> Chart:
        now = self.asked["recipe"].in_words()
        whole = {words: curve for words, curve in self.tries.items() if len(curve) == len(LENGTHS)}
        known = self.tries.get(now, {})
        begun = {n: value for n, value in self.begun.get(now, {}).items() if n not in known}
        return charts.tries_chart(whole | {now: known}, now=now, lengths=LENGTHS, begun=begun)

    def _attention_chart(self) -> Chart:
        layer, head, position = (self.asked["place"][name] for name in PLACE)
        place = layer, head, POSITIONS.index(position)
        known = {
            r.in_words(): (r.method, self.attention[r.in_words()])
            for r in (self.asked[name] for name in BOTH)
            if r.in_words() in self.attention
        }
        return attention_chart(
            {words: (style, looks.shares[place]) for words, (style, looks) in known.items()},
            STARTS,
            trained_length=self.config.trained_length,
            where=f"Layer {layer}, head {head} at byte {position:,}",
            keys={words: looks.keys[place] for words, (_, looks) in known.items()},
        )

    # --- what the page asks, and is told ---

    def answer(self, asked: dict) -> None:
        """Tell the page what is known of what it asks, and have the model read what is not."""
        recipes = {name: Recipe(**asked[name]) for name in BOTH}
        self.asked = asked | recipes
        missing = self._missing()
        self._tell("The model is reading …" if missing else "")
        if missing:
            self.newest.ask(missing)
        else:
            self.newest.stop()

    def _tell(self, status: str) -> None:
        told = {name: self.asked.get(name) for name in ("number", "view")} | {"status": status}
        if self.asked["view"] == "attention":
            self.line.told = told | {"looks": self._looks()}
        else:
            self.line.told = told | {"chart": as_data(self.described())}

    def _looks(self) -> list[dict]:
        """List what is known of the layer asked for, for the recipes that the page lacks."""
        layer = self.asked["place"]["layer"]
        told = []
        for recipe in (self.asked[name] for name in self.asked.get("lacking", BOTH)):
            if looks := self.attention.get(recipe.in_words()):
                numbers = {"shares": looks.shares[layer], "keys": looks.keys[layer]}
                buffers = {name: array.tobytes() for name, array in numbers.items()}
                told.append(recipe.as_line() | {"layer": layer} | buffers)
        return told

    # --- what the model reads ---

    def _missing(self) -> tuple | None:
        """Say what the model has to read now, (view, recipe, lengths); None if nothing."""
        view, recipe, kept = (self.asked[name] for name in ("view", "recipe", "kept"))
        if view == "attention":
            unread = [r for r in (recipe, kept) if r.in_words() not in self.attention]
            return ("attention", unread[0], ()) if unread else None
        if view == "perplexity":
            known = self.tries.setdefault(recipe.in_words(), {})
            lengths = tuple(length for length in LENGTHS if length not in known)
            return ("perplexity", recipe, lengths) if lengths else None
        return None

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
            length, value, share = result
            known = self.tries if share == 1 else self.begun
            known.setdefault(recipe.in_words(), {})[length] = value
        else:
            self.attention[recipe.in_words()] = result

    def _deliver(self, task: tuple, result) -> None:
        if isinstance(result, Exception):
            self._tell(f"Not read: {type(result).__name__}: {result}")
        elif result is not None:
            self._note(task, result)
            self._tell("The model is reading …" if self._missing() else "")
        elif missing := self._missing():
            self.newest.ask(missing)


def attention_settings(config: ModelConfig) -> dict:
    """Write what ``looks.js`` needs to draw where a head looks."""
    window = config.trained_length
    chart = attention_chart({}, STARTS, trained_length=window, where="Attention", keys={})
    return {"starts": STARTS, "window": window, "chart": as_data(chart)}


_open: list[Bench] = []


def show_bench(bench: Bench, *, name: str) -> None:
    """Display a bench and its picture, and have earlier ones stop reading."""
    while _open:
        _open.pop().newest.stop()
    _open.append(bench)
    chart, digest = bench.chart, "\n".join(bench.chart.digest)
    show_live(bench.view(), charts.bench_picture(chart), name=name, digest=digest)
    if bench.line:
        display_line(bench.line)


def method_bench(method: str, *, beside: str) -> None:
    """Show what a method does to every pair, with sliders for its factor and the target length.

    Parameters
    ----------
    method, beside : str
        The method to begin with and the one to compare it with: ``"rope"``, ``"pi"`` or
        ``"ntk_aware"``.
    """
    show_bench(speeds_bench(method, beside=beside), name="Speeds")


def speeds_bench(method: str, *, beside: str) -> Bench:
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
    show_bench(attention_bench(model, document), name="Attention, seen")


def attention_bench(model: TinyLlama, document: Document) -> Bench:
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
