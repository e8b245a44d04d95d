"""Pictures of lesson 08: what a little fine-tuning does, near, far, and past the new window."""

from collections.abc import Mapping

from lesson_utils.figures import common
from lesson_utils.figures.chart import Axis
from lesson_utils.figures.picture import Picture
from lesson_utils.figures.style import style_of

LABELS = {"rope": "tuned RoPE"}
"""Here its weights have changed, and its frequencies have not."""


def label_of(name: str) -> str:
    return LABELS.get(name, style_of(name)[0])


def steps_to_quality(
    curves: Mapping[str, Mapping[int, float]], target: float, *, length: int
) -> Picture:
    """Draw perplexity on long texts against steps of fine-tuning, one line a method.

    Parameters
    ----------
    curves : mapping
        Method (a key of ``STYLES``, or one with a ramp behind it) to {steps: perplexity}.
    target : float
        What the base model reads its own window at, drawn as a level line.
    length : int
        Bytes read at once, for the axis.
    """
    return _by_step(
        curves,
        ("the base model at 512", target),
        "YaRN passes the mark by step 20, PI by step 160 or 320",
        f"Perplexity at {length:,} bytes against steps of fine-tuning. YaRN starts lowest and is "
        f"the first to cross the base model's {target:.2f}; NTK-aware, tuned RoPE and PI "
        "follow in this order.",
        length=length,
        top=4,
    )


def price_on_short_texts(
    curves: Mapping[str, Mapping[int, float]], target: float, *, length: int
) -> Picture:
    """Draw perplexity inside the old window against steps of fine-tuning, one line a method.

    Parameters
    ----------
    curves : mapping
        Method (a key of ``STYLES``, or one with a ramp behind it) to {steps: perplexity}.
    target : float
        What the base model reads the same length at, drawn as a level line.
    length : int
        Bytes read at once, for the axis.
    """
    return _by_step(
        curves,
        ("the base model", target),
        "Short texts suffer first; only PI is still far off by step 320",
        f"Perplexity at {length:,} bytes against steps of fine-tuning. YaRN and NTK-aware fall to "
        f"the base model's {target:.2f}. Tuned RoPE rises first and comes back. PI falls from "
        "far above and stays above.",
        length=length,
        top=3,
    )


def _by_step(curves, level, title: str, description: str, *, length: int, top: float) -> Picture:
    """Draw perplexity by step, cut off at ``top``; lines that begin above come in from there."""
    lowest = min(level[1], *(value for curve in curves.values() for value in curve.values()))
    label = f"perplexity at {length:,} bytes, cut off at {top:g}"
    told = (
        f"{label_of(name)}: from {curve[min(curve)]:.2f} to {curve[max(curve)]:.2f}."
        for name, curve in curves.items()
    )
    return common.perplexity_by_step(
        {label_of(name): (name, curve) for name, curve in curves.items()},
        title=title,
        description=" ".join([description, *told]),
        perplexity=Axis(label, (lowest - 0.12 * (top - lowest), top)),
        level=level,
        names="upper right",  # the lines end too close together to be named there
    )


def past_the_new_window(curves: Mapping[str, Mapping[int, float]], *, tuned_length: int) -> Picture:
    """Draw perplexity against window length, with the trained and the fine-tuned window marked.

    Parameters
    ----------
    curves : mapping
        Method (a key of ``STYLES``, or one with a ramp behind it) to {length: perplexity per byte}.
    tuned_length : int
        Bytes that the models were fine-tuned on at once; marked, as the trained window is.
    """
    last = max(max(curve) for curve in curves.values())
    told = ", ".join(f"{label_of(name)} {curve[last]:.1f}" for name, curve in curves.items())
    return common.perplexity_by_length(
        curves,
        title="Past the new window, tuned RoPE breaks least",
        description="Perplexity against length for the tuned models, and for the base model that "
        "sees the last 512 bytes only. All are near 2 up to "
        f"{tuned_length:,} bytes. Beyond, they part; at {last:,} bytes: {told}.",
        trained_length=common.TRAINED_LENGTH,
        tuned_length=tuned_length,
        labels=LABELS,
    )
