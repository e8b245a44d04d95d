"""Check one value of a stranger's file, and show it in a few words."""

import reprlib

LARGEST = 1e30
"""No number of a config is larger; below it, no product or power here overflows."""


def number(name: str, value, *, at_least: float | None = None, above: float | None = None):
    """Return ``value`` if it is a finite number within its bound, and name it otherwise."""
    bound = "" if at_least is None else f" that is at least {at_least:g}"
    bound = bound if above is None else f" above {above:g}"
    fine = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST
    fine = fine and (at_least is None or value >= at_least) and (above is None or value > above)
    if not fine:
        raise ValueError(f"{name} is {short(value)}; give a number{bound}")
    return value


def whole(name: str, value) -> int:
    """Return ``value`` as an int if it is a whole number above 0, and name it otherwise."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 2**53:
        raise ValueError(f"{name} is {short(value)}; give a whole number above 0")
    if value != int(value):
        raise ValueError(f"{name} is {value:g}; give a whole number above 0")
    return int(value)


def an_object(name: str, value) -> dict:
    if not isinstance(value, dict):
        raise ValueError(f"{name} is {short(value)}; give an object with keys")
    return value


def short(value) -> str:
    """Show a value of a stranger's file in a few words, whatever it is."""
    return reprlib.repr(value)


def listed(names) -> str:
    """List names of a stranger's file, none of them long and none with a line break in it."""
    names = [str(name) for name in names]
    names = [name[:40] if name.isprintable() else short(name) for name in names]
    shown = ", ".join(names[:8])
    return shown if len(names) <= 8 else f"{shown} and {len(names) - 8} more"
