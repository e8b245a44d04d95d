"""Lesson 10: its picture in small."""

from lesson_utils.figures import lesson_10
from tests.lessons.arrays import SPARED

RECIPES = {"YaRN, ramp index": ("yarn_index", SPARED), "mine": ("mine", SPARED[::-1])}

PICTURES = {
    "10.found_beside_mine": lambda: lesson_10.found_beside_mine(
        RECIPES | {"found on 16 documents": ("found", SPARED)}
    ),
}
