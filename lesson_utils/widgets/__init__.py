"""Figures with sliders: each is one call in a lesson, after the lesson's first cell.

What turns with every key press computes in the page (:mod:`~lesson_utils.widgets.page`). Charts
compute in Python (:mod:`~lesson_utils.widgets.panel`). Either way the output also carries the
picture of the default setting, which a page without a kernel shows instead.
"""

from lesson_utils.widgets.bench import attention_seen, method_bench, recipe_bench
from lesson_utils.widgets.dials import position_dial, wall_of_dials
from lesson_utils.widgets.distance import score_by_distance
from lesson_utils.widgets.frequency_chart import wavelengths

__all__ = [
    "attention_seen",
    "method_bench",
    "position_dial",
    "recipe_bench",
    "score_by_distance",
    "wall_of_dials",
    "wavelengths",
]
