"""A head's score as a sum of turning pairs, for a head, a method and a factor of one's choice."""

import numpy as np

from lesson_utils import scaling
from lesson_utils.angles import neighbour_step, pair_scores
from lesson_utils.attention import mean_contents
from lesson_utils.figures.chart import Chart, as_data
from lesson_utils.figures.head_scores import Scores, head_score_chart, head_score_picture
from lesson_utils.figures.style import on_any_page
from lesson_utils.methods import TABLE
from lesson_utils.model import ModelConfig
from lesson_utils.widgets.dials import FACTORS
from lesson_utils.widgets.page import PageView
from lesson_utils.widgets.shown import show_live

METHODS = ("rope", "pi", "ntk_aware", "ntk_by_parts", "yarn")
REACH, NEAR = 2048, 16
"""Offsets end before the first; the second counts the nearest, whose scores are compared."""
EDGES = np.unique(np.round(2 ** (np.arange(89) / 8)).astype(int))
"""Where bins of offsets begin: at every offset at first, later at eight to a doubling."""
FILES = ("controls.js", "rotary.js", "chart.js", "head_scores.js")


def head_score(
    method: str = "rope", *, layer: int = 3, head: int = 3, factor: float = 4, pair: int = 17
) -> None:
    """Show a head's mean score by offset, which pairs lift it, and what a method does to both.

    Parameters
    ----------
    method : str
        One of :data:`METHODS`.
    layer, head : int
        Which head of the tiny model, counted from 0.
    factor : float
        What the method is asked for, one of the factors of the wall of dials.
    pair : int
        The pair that is also drawn alone.
    """
    start = {"method": method, "layer": layer, "head": head, "factor": factor, "pair": pair}
    first = chart(**start)
    show_live(
        view(**start),
        head_score_picture(first),
        name="Score of a head",
        digest="\n".join((first.title, *first.digest)),
    )


def view(**start) -> PageView:
    """Return the chart with its controls, which stand as ``start`` says."""
    config = ModelConfig()
    shape = {name: getattr(config, name) for name in ("head_dim", "base", "trained_length")}
    rows = [TABLE[name] for name in METHODS]
    start = {"method": "rope", "layer": 3, "head": 3, "factor": 4, "pair": 17} | start
    settings = {
        "contents": contents_for_the_page(),
        "methods": [
            {"name": row.name, "label": row.label, "colour": on_any_page(row.colour)}
            | {"marker": row.marker, "has": shape | row.values({})}
            for row in rows
        ],
        "layers": [*range(config.layers)],
        "heads": [*range(config.heads)],
        "factors": FACTORS,
        "edges": EDGES.tolist(),
        "near": NEAR,
        "start": start,
        "chart": as_data(chart(**start | {"method": "pi"})),
    }
    return PageView(FILES, settings)


def contents_for_the_page() -> list[dict]:
    """Return what each head's pairs have, real and imaginary parts apart."""
    contents = mean_contents()
    return [{"real": c.real.tolist(), "imag": c.imag.tolist()} for c in contents]


def chart(method: str, layer: int, head: int, factor: float, pair: int) -> Chart:
    """Compute the scores of one head under one method, and under plain RoPE."""
    config = ModelConfig()
    content = mean_contents()[config.heads * layer + head]
    now, plain = (scores(content, name, factor, pair, config) for name in (method, "rope"))
    where = f"Layer {layer}, head {head}"
    return head_score_chart(now, plain, middles(), head=where, pair=pair, reach=REACH)


def middles() -> np.ndarray:
    """Return the middle offset of each bin."""
    return (EDGES[:-1] + EDGES[1:] - 1) / 2


def scores(content, method: str, factor: float, pair: int, config: ModelConfig) -> Scores:
    """Compute what a method makes of a head whose pairs have this content."""
    shape = {name: getattr(config, name) for name in ("head_dim", "base", "trained_length")}
    inv_freq, scaled = scaling.by_name(method, factor=factor, **shape)
    window, content = config.trained_length, content * scaled**2
    each = pair_scores(content, inv_freq, EDGES[:-1], np.diff(EDGES))
    inside, past = pair_scores(content, inv_freq, (0, window), (window, REACH - window)).T
    step = neighbour_step(content, inv_freq, NEAR)
    return Scores(method, each.sum(0), each[pair], inside, past, step)
