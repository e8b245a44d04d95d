"""Lesson 10: its pictures in small."""

from lesson_utils.figures import lesson_10
from tests.lessons.arrays import SPARED

RECIPES = {"YaRN, ramp index": ("yarn_index", SPARED), "mine": ("mine", SPARED[::-1])}

PICTURES = {
    "10.found_beside_mine": lambda: lesson_10.found_beside_mine(
        RECIPES | {"found on 16 documents": ("found", SPARED)}
    ),
    "10.gains": lambda: lesson_10.gains(
        {"3 documents": [[3.0, 4.0], [2.5, 3.9]], "16 documents": [[5.0, 4.0], [4.8, 3.8]]},
        children=10,
    ),
}
