"""Figures of the lessons: arrays in, a matplotlib figure out, one message each.

The same thing has the same colour, marker and line in every lesson. Colours are of Okabe and Ito's
kind, which stay apart for colour-blind eyes; markers and labels say the same again.
"""

from lesson_utils.figures.picture import show
from lesson_utils.figures.reading import (
    block_means,
    loss_over_positions,
    perplexity_by_length,
    split_experiment,
)
from lesson_utils.figures.style import STYLES, new_figure

__all__ = [
    "STYLES",
    "block_means",
    "loss_over_positions",
    "new_figure",
    "perplexity_by_length",
    "show",
    "split_experiment",
]
