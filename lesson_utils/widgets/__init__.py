"""Figures with sliders: each is one call in a lesson, after the lesson's first cell.

Each computes and draws in the page (:mod:`~lesson_utils.widgets.page`), also where no kernel runs.
What a model must read for a chart, Python has it read when the page asks. The output also carries
the picture of the default setting, which a page without scripts shows instead. ``landscape`` alone
is plotly's: a surface in space is what plotly draws better than a script of ours would.
"""

from lesson_utils.widgets.bench import attention_seen, method_bench, recipe_bench
from lesson_utils.widgets.dials import position_dial, wall_of_dials
from lesson_utils.widgets.distance import score_by_distance
from lesson_utils.widgets.frequency_chart import wavelengths
from lesson_utils.widgets.head_scores import head_score
from lesson_utils.widgets.landscape_figure import landscape

__all__ = [
    "attention_seen",
    "head_score",
    "landscape",
    "method_bench",
    "position_dial",
    "recipe_bench",
    "score_by_distance",
    "wall_of_dials",
    "wavelengths",
]
