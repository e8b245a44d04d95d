"""Pictures of lesson 06: what a larger base does to each pair, and what a stale cache does."""

from collections.abc import Mapping, Sequence

from lesson_utils.figures import common
from lesson_utils.figures.chart import AT_ENDS, Axis, Chart, Line, Panel, as_picture, log_axis
from lesson_utils.figures.common import block_means, points_axis, styled_lines
from lesson_utils.figures.picture import Picture
from lesson_utils.figures.style import NOTE_COLOUR

CACHES = (("#882255", "-"), ("#117733", "-"))
"""Colour and line of each way to cache the past."""


def slow_down_by_pair(curves: Mapping[str, tuple[str, Sequence[float]]]) -> Picture:
    """Draw how many times slower each pair turns, one line a method, on a log scale.

    Parameters
    ----------
    curves : mapping
        Label to (key of ``STYLES``, plain over new frequency, float [pairs]).
    """
    told = "; ".join(
        f"{label} from {slowed[0]:.2f} to {slowed[-1]:.2f}" for label, (_, slowed) in curves.items()
    )
    return common.slow_down_by_pair(
        curves,
        title="NTK-aware slows every pair but the first, and only the last by 8",
        description="Slow-down of each pair on a log scale, one straight line a method. From the "
        f"first pair to the last: {told}.",
        names=AT_ENDS,
    )


def perplexity_by_length(curves: Mapping[str, Mapping[int, float]]) -> Picture:
    """Draw perplexity against the bytes read at once, the factor chosen for each length.

    Parameters
    ----------
    curves : mapping
        Key of ``STYLES`` to {length in bytes: perplexity per byte}.
    """
    ntk_aware = "; ".join(f"{value:.1f} at {n:,}" for n, value in curves["ntk_aware"].items())
    _, (near, low), *_, (far, high) = curves["ntk_aware"].items()
    return common.perplexity_by_length(
        curves,
        title=f"NTK-aware: {low:.2f} at {near:,} bytes, {high:.1f} at {far:,}",
        description="Perplexity against bytes read at once, both on log scales. Unchanged RoPE and "
        f"PI leap up just past the trained window. NTK-aware rises later: {ntk_aware}. The reader "
        "of the last 512 bytes stays level, below all of them.",
        trained_length=common.TRAINED_LENGTH,
    )


def overshoot_by_pair(
    curves: Mapping[str, tuple[str, Sequence[float]]], *, first_pair: int
) -> Picture:
    """Draw each pair's angle at the target length over the largest angle that it met in training.

    Parameters
    ----------
    curves : mapping
        Label to (key of ``STYLES``, ratios, float [pairs]).
    first_pair : int
        The pair that the first ratio belongs to: the fastest that never finishes a turn.
    """
    by_pair = {
        label: (look, {first_pair + place: float(ratio) for place, ratio in enumerate(ratios)})
        for label, (look, ratios) in curves.items()
    }
    pairs = sorted({pair for _, line in by_pair.values() for pair in line})
    panel = Panel(
        Axis("pair, from fast to slow", ticks={pair: str(pair) for pair in pairs[::3]}),
        Axis("angle at the target length,\nin units of the largest met", (0, None)),
        styled_lines(by_pair),
        band=(0, 1),
        names="center right",
    )
    told = "; ".join(
        f"{label} from {line[pairs[0]]:.2f} to {line[pairs[-1]]:.2f}"
        for label, (_, line) in by_pair.items()
    )
    return as_picture(
        Chart("How far each pair reaches (grey: met in training)", (panel,)),
        "Angle at the target length over the largest angle in training; above 1 the pair meets new "
        f"ones. From pair {pairs[0]} to pair {pairs[-1]}: {told}.",
    )


def perplexity_by_factor(curve: Mapping[float, float], *, stretch: float, enough: float) -> Picture:
    """Draw perplexity at one length against NTK-aware's factor, both on log scales.

    Parameters
    ----------
    curve : mapping
        Factor to perplexity per byte.
    stretch : float
        The length read over the trained window; drawn as an upright line.
    enough : float
        The factor from which on no pair meets a new angle; drawn as an upright line.
    """
    panel = Panel(
        points_axis("factor s", curve),
        log_axis("perplexity per byte", curve.values()),
        styled_lines({"at 4,096 bytes": ("ntk_aware", curve)}),
        {"the stretch": stretch, "no pair overshoots →": enough},
        names=AT_ENDS,
    )
    first, best, last = min(curve), min(curve, key=curve.get), max(curve)
    title = f"To stretch by {stretch:g}, of {len(curve)} factors {best:g} reads best (one seed)"
    return as_picture(
        Chart(title, (panel,)),
        "Perplexity at 4,096 bytes against the factor, both on log scales: "
        f"{curve[first]:.1f} at {first:g}, down to a lowest point of {curve[best]:.1f} at "
        f"{best:g}, and {curve[last]:.1f} at {last:g}. The stretch itself, {stretch:g}, is far "
        "left of the lowest point.",
    )


def loss_by_cache(curves: Mapping[str, Sequence[float]], *, chunk: int) -> Picture:
    """Draw mean loss against position for a text that was read in chunks, one line a cache.

    Losses are averaged over blocks of 64 positions.

    Parameters
    ----------
    curves : mapping
        Up to two: label to losses in nats, float [length].
    chunk : int
        Where the dotted lines between chunks go.
    """
    lines = []
    for (label, losses), (colour, dash) in zip(curves.items(), CACHES):
        lines.append(Line(label, *block_means(losses, 64), colour, dash=dash, width=2.5))
    top, length = max(max(line.y) for line in lines), len(losses)
    look = {"colour": NOTE_COLOUR, "dash": ":", "width": 1, "named": False}
    borders = [Line("", (n, n), (0, top), **look) for n in range(chunk, length, chunk)]
    panel = Panel(
        Axis("position", ticks={n: f"{n:,}" for n in range(0, length + 1, chunk)}),
        Axis("mean loss, nats per byte", (0, None)),
        (*borders, *lines),
        names=AT_ENDS,
    )
    return as_picture(
        Chart(f"Stale keys ruin the reading (f = 4, chunks of {chunk})", (panel,)),
        f"Mean loss against position, 0 to {length:,}. Keys cached after rotation: the loss leaps "
        "up at the start of each chunk but the first, and falls only slowly. Cached before "
        "rotation: it stays near 1.",
    )
