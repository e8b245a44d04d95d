"""The dial that turns a query and a key, and the wall with a dial for every pair."""

import cmath
from collections.abc import Sequence

from lesson_utils.angles import new_angles
from lesson_utils.figures import lesson_01, lesson_03
from lesson_utils.methods import STATIC, TABLE, Method
from lesson_utils.rope import rope
from lesson_utils.widgets.page import PageView
from lesson_utils.widgets.shown import show_live

BASES = [1_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000, 10_000_000]
HEAD_DIMS = [16, 32, 64, 96, 128]
WINDOWS = [128, 256, 512, 1024, 2048, 4096, 8192]
FACTORS = [1, 2, 4, 8, 16, 32]
"""What base, head_dim, trained window and factor can be set to."""
POSITION_DIAL = ("controls.js", "position_dial.js")
WALL_OF_DIALS = ("controls.js", "rotary.js", "dial.js", "wall_of_dials.js")
"""The files of both dials."""


def position_dial(
    query: Sequence[float] = (1.2, 0.5),
    key: Sequence[float] = (0.8, -0.6),
    *,
    speed: float = 0.3,
    query_at: int = 3,
    key_at: int = 0,
) -> None:
    """Show a query and a key as arrows that turn with their positions, and their score.

    Parameters
    ----------
    query, key : sequence of float
        [2] each, as they are at position 0.
    speed : float
        Radians per position.
    query_at, key_at : int
        Where they stand at first, 0 to 40.
    """
    settings = {"query": list(query), "key": list(key), "speed": speed, "places": 40,
                "queryAt": query_at, "keyAt": key_at, "shifts": 1000}  # fmt: skip
    q, k = (
        complex(*arrow) * cmath.exp(1j * at * speed)
        for arrow, at in ((query, query_at), (key, key_at))
    )
    score = (q * k.conjugate()).real
    show_live(
        PageView(POSITION_DIAL, settings),
        lesson_01.two_arrows({(query_at, key_at): ((q.real, q.imag), (k.real, k.imag), score)}),
        name="Position dial",
        digest=f"q at {query_at}, k at {key_at}: offset {query_at - key_at}, score {score:.3f}",
    )


def wall_settings() -> dict:
    """Return what the page can set, and every method with what it asks for."""
    return {"headDims": HEAD_DIMS, "bases": BASES, "windows": WINDOWS, "last": 16_384,
            "factor": 8, "factors": FACTORS,
            "methods": [_for_the_page(TABLE[name]) for name in STATIC]}  # fmt: skip


def wall_of_dials(
    *, head_dim: int = 64, base: int = 10_000, trained_length: int = 512, position: int = 400
) -> None:
    """Show a dial for every pair, which turns with the offset and under a method.

    Parameters
    ----------
    head_dim, base, trained_length : int
        The settings at first: one each of :data:`HEAD_DIMS`, :data:`BASES` and :data:`WINDOWS`.
    position : int
        The offset at which the hands stand at first, 0 to 16,384.
    """
    settings = wall_settings() | {
        "headDim": head_dim, "base": base, "window": trained_length, "position": position,
    }  # fmt: skip
    inv_freq = rope(head_dim, base=base).inv_freq.double()
    new = new_angles(inv_freq, position, trained_length)
    show_live(
        PageView(WALL_OF_DIALS, settings),
        lesson_03.hands_at(position, inv_freq * position, inv_freq * (trained_length - 1), new),
        name="The wall of dials",
        digest=f"offset {position:,}: {new.sum()} of {len(new)} hands are at a new angle",
    )


def _for_the_page(row: Method) -> dict:
    own = [
        {"name": o.name, "label": o.label, "values": list(o.steps), "value": o.default}
        for o in row.options
    ]
    asks = "factor" in row.asks_for
    return {"name": row.name, "label": row.label, "asksFactor": asks, "options": own}
