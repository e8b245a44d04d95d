"""Figures of the lessons: arrays in, a picture with its description out, one message each.

What one lesson draws is in ``lesson_00`` … ``lesson_10``, and what several draw in ``common``. The
same thing has the same colour, marker and line in every lesson. Colours are of Okabe and Ito's
kind, which stay apart for colour-blind eyes; markers and labels say the same again.
"""

from lesson_utils.figures.picture import show

__all__ = ["show"]
