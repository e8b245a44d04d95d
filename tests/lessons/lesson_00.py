"""Lesson 00: its pictures in small."""

from lesson_utils.figures import lesson_00
from tests.lessons.arrays import BY_LENGTH

PICTURES = {
    "00.unchanged_and_yarn": lambda: lesson_00.unchanged_and_yarn(BY_LENGTH),
}
