"""Figures with sliders: each is one call in a lesson, after the lesson's first cell.

What turns with every key press computes in the page (:mod:`~lesson_utils.widgets.page`). Charts
compute in Python (:mod:`~lesson_utils.widgets.panel`). Either way the output also carries the
picture of the default setting, which a page without a kernel shows instead.
"""

from lesson_utils.widgets.dials import position_dial, wall_of_dials
from lesson_utils.widgets.frequency_chart import wavelengths

__all__ = ["position_dial", "wall_of_dials", "wavelengths"]
