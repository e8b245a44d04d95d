"""Pictures of lesson 05: what Position Interpolation does to a head and to perplexity."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lesson_utils.figures.chart import AT_ENDS, Axis, Chart, Line, Panel, as_picture, log_axis
from lesson_utils.figures.common import (
    TRAINED_LENGTH,
    across,
    perplexity_by_step,
    styled_lines,
)
from lesson_utils.figures.picture import Picture

INSIDE = ("#117733", "o")
BEYOND = ("#882255", "s")
"""Colour and marker of lengths inside the trained window, and of longer ones."""
HIGHEST = 4.0
"""Where the picture of fine-tuning ends, so that the ends of its lines can be told apart."""
TICKS = {2.0: "2", 2.5: "2.5", 3.0: "3", 4.0: "4"}


def head_under_pi(curves: Mapping[str, tuple[str, Sequence[float]]]) -> Picture:
    """Draw how much one head attends to each offset back, unchanged and under PI.

    Parameters
    ----------
    curves : mapping
        Label to (key of ``STYLES``, mean attention weights from offset 0 on).
    """
    return _attention_by_offset(
        curves,
        "Under PI the head's peak moves to offset 8, and flattens",
        "Mean attention weight of one head against offset. Unchanged RoPE: a sharp peak at offset "
        "1. PI: a low, broad hill around offset 8, with next to nothing at offset 1.",
    )


def head_after_tuning(curves: Mapping[str, tuple[str, Sequence[float]]]) -> Picture:
    """Draw the lines of :func:`head_under_pi`, and the head after fine-tuning under PI.

    Parameters
    ----------
    curves : mapping
        Label to (key of ``STYLES``, mean attention weights from offset 0 on).
    """
    return _attention_by_offset(
        curves,
        "After fine-tuning the head looks near again",
        "Mean attention weight of one head against offset, three lines. Unchanged RoPE: a sharp "
        "peak at offset 1. PI: a low, broad hill around offset 8. The third line, dashed: after "
        "fine-tuning under PI the peak is back at offsets 0 and 1, lower and broader than the base "
        "model's.",
    )


def _attention_by_offset(curves, title: str, description: str) -> Picture:
    furthest = max(len(weights) for _, weights in curves.values())
    panel = Panel(
        Axis("offset: bytes back from the query", ticks={n: str(n) for n in range(0, furthest, 2)}),
        Axis("mean attention weight", (0, None)),
        styled_lines(curves),
        names="upper right",
    )
    return as_picture(Chart(title, (panel,)), description)


def split_sweep(curves: Mapping[int, Mapping[int, float]]) -> Picture:
    """Draw perplexity against the split k, where pairs k and slower are slowed and the rest not.

    Parameters
    ----------
    curves : mapping
        Length in bytes to {split k: perplexity per byte}.
    """
    lines, told = [], []
    for length, curve in curves.items():
        look = INSIDE if length <= TRAINED_LENGTH else BEYOND
        lines.append(Line(f"{length:,} bytes at once", *across(curve), *look))
        first, best, last = min(curve), min(curve, key=curve.get), max(curve)
        told.append(
            f"At {length:,} bytes it begins at {curve[first]:.1f}, is lowest at k = {best} with "
            f"{curve[best]:.2f}, and ends at {curve[last]:.1f}."
        )
    ticks = {split: str(split) for split in sorted({k for curve in curves.values() for k in curve})}
    ticks[min(ticks)] += "\nall: PI"
    ticks[max(ticks)] += "\nnone"
    panel = Panel(
        Axis("split k: pairs k to 31 are slowed, pairs 0 to k − 1 are not", ticks=ticks),
        log_axis("perplexity", [value for line in lines for value in line.y]),
        tuple(lines),
        names=AT_ENDS,
    )
    return as_picture(
        Chart("Slow the slow pairs only, and both lengths can be read", (panel,)),
        f"Perplexity on a log scale against the split k. {' '.join(told)}",
    )


def fine_tuning(
    curves: Mapping[str, tuple[str, Mapping[int, float]]], *, base_model: float
) -> Picture:
    """Draw perplexity at two lengths against steps of fine-tuning, with PI and with plain RoPE.

    Parameters
    ----------
    curves : mapping
        Label to (key of ``STYLES``, {steps: perplexity per byte}).
    base_model : float
        What the base model reads its own window at, drawn as a dotted level line.
    """
    near = [value for _, curve in curves.values() for value in curve.values() if value < HIGHEST]
    told = [
        f"{label}: from {curve[min(curve)]:.1f} to {curve[max(curve)]:.1f}."
        for label, (_, curve) in curves.items()
    ]
    return perplexity_by_step(
        curves,
        title="PI arrives later, and ends level at the long length only",
        description="Perplexity against fine-tuning steps, both on log scales. PI's two lines fall "
        "together, from above the picture; tuned RoPE falls faster at the long length and hardly "
        "moves at the short one. " + " ".join(told),
        perplexity=replace(log_axis("perplexity per byte", [base_model, *near]), ticks=TICKS),
        level=("base model, 512 bytes", base_model),
        names="upper right",
    )
