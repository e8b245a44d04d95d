"""Lesson 00: its pictures in small."""

from lesson_utils.figures import lesson_00
from tests.lessons.arrays import BY_LENGTH

WRITTEN = {
    "400 bytes read": b"obj\n\n    return obj",
    "1,900 bytes read": b"  intendent    an",
    "1,900 bytes read, YaRN": b"obj._args\n        obj._mhash = args and a line too long",
}

PICTURES = {
    "00.written_after": lambda: lesson_00.written_after(b"return ", b"0\n\n", WRITTEN),
    "00.unchanged_and_yarn": lambda: lesson_00.unchanged_and_yarn(BY_LENGTH),
}
