"""Sliders: figures that answer while you drag. One call a cell; each shows a picture as well."""

from lesson_utils.corpus import Document
from lesson_utils.model import TinyLlama
from lesson_utils.widgets.bench import METHODS, Bench
from lesson_utils.widgets.distance import Distance
from lesson_utils.widgets.recipe import Recipe


def score_by_distance() -> None:
    """Show how the score of a matching key falls with distance, with sliders."""
    Distance().display()


def method_bench(method: str, *, beside: str) -> None:
    """Show what a method does to every pair, with sliders for the method and its factor.

    Parameters
    ----------
    method, beside : str
        The method to begin with, and the one to compare it with: ``"rope"``, ``"pi"`` or
        ``"ntk_aware"``.
    """
    Bench(Recipe(method), Recipe(beside), ("rope", "pi", "ntk_aware"), ("speeds",)).display()


def attention_seen(model: TinyLlama, document: Document) -> None:
    """Show where one head looks, before and after a method, with sliders.

    Parameters
    ----------
    model : TinyLlama
    document : Document
        Its first 4,096 bytes are read.
    """
    Bench(Recipe("rope"), Recipe("yarn"), METHODS[:-1], ("attention",), model, document).display()


def recipe_bench(model: TinyLlama, document: Document) -> None:
    """Show the whole bench: speeds, live perplexity and attention of any recipe.

    Parameters
    ----------
    model : TinyLlama
    document : Document
        At least 4,096 bytes; all whole windows of it are read at 512 to 4,096 bytes.
    """
    views = ("perplexity", "speeds", "attention")
    Bench(Recipe("yarn"), Recipe("rope"), METHODS, views, model, document).display()
