"""What lesson 04 draws: loss by position, copies, attention."""

from collections.abc import Mapping, Sequence

import numpy as np

from lesson_utils.figures.chart import AT_ENDS, Axis, Chart, Line, Panel, as_picture
from lesson_utils.figures.common import (
    TRAINED_LENGTH,
    block_means,
    copies_by_distance,
)
from lesson_utils.figures.picture import Picture
from lesson_utils.figures.style import STYLES, style_of


def copies_untuned(
    curves: Mapping[str, tuple[str, Mapping[int, float]]], *, guess: float
) -> Picture:
    """Draw how well untuned readers copy from afar; see :func:`common.copies_by_distance`."""
    return copies_by_distance(curves, title="From far back, YaRN alone copies", guess=guess)


def loss_over_positions(losses: Mapping[str, Sequence[float]]) -> Picture:
    """Draw mean loss against position in the window, averaged over blocks of 64 positions.

    Parameters
    ----------
    losses : mapping
        A style's name to losses in nats, float [length]; NaN entries are left out of their block.
    """
    lines = []
    for method, values in losses.items():
        label, colour, _, dash = style_of(method)
        lines.append(Line(label, *block_means(values, 64), colour, dash=dash))
    panel = Panel(
        Axis("position in the window"),
        Axis("mean loss, nats per byte", (0, None)),
        tuple(lines),
        {"trained window ends": TRAINED_LENGTH},
        names=AT_ENDS,
    )
    return as_picture(
        Chart("Two hundred bytes past the window, the loss takes off", (panel,)),
        "Mean loss against position, 0 to 2,048. Up to position 511 both lines are one, near 0.9. "
        "From about 700 on, unchanged RoPE climbs to about 3; last 512 only stays near 0.9.",
    )


# --- under sliders ---


def attention_chart(
    shares: Mapping[str, tuple[str, np.ndarray]],
    starts: Sequence[int],
    *,
    trained_length: int,
    where: str,
    keys: Mapping[str, float],
) -> Chart:
    """Draw how much of a head's attention goes how far back, one line a recipe.

    Parameters
    ----------
    shares : mapping
        Label to (a key of ``STYLES``, share of the attention in each bin, float [bins]). A second
        line is dashed with open markers.
    starts : sequence of int
        Distance at which each bin begins, such as 0, 1, 2, 4, 8, …
    trained_length : int
        A distance at which a bin begins: from there on none was ever met in training.
    where : str
        Which head looks from where, in words.
    keys : mapping
        The same labels to the number of keys that share the attention.

    Returns
    -------
    Chart
    """
    starts = list(starts)
    places = np.arange(len(starts))
    border = starts.index(trained_length)
    # Summed in float64, as the page does, which draws the same chart.
    shares = {label: (style, np.asarray(v, dtype=float)) for label, (style, v) in shares.items()}
    lines, digest = [], []
    for order, (label, (style, values)) in enumerate(shares.items()):
        _, colour, marker, _ = STYLES[style]
        look = {"marker": marker, "dash": "--" if order else "-", "open_marker": order > 0}
        lines.append(Line(label, places, 100 * values, colour, width=2.5, **look))
        beyond, peak = values[border:].sum(), int(np.argmax(values))
        digest.append(
            f"{label}: {100 * beyond:.0f} % goes {trained_length:,} bytes back or further; most, "
            f"{100 * values[peak]:.0f} %, goes {bin_name(starts, peak)} back; "
            f"{_count(keys[label])} keys share it"
        )
    # Every second name: all of them do not fit a narrow page.
    names = {place: bin_name(starts, place) for place in range(0, len(starts), 2)}
    panel = Panel(
        Axis("bytes back from the query", (-0.5, len(starts) - 0.5), ticks=names),
        Axis("share of the attention, %", (-3, 110), ticks={n: str(n) for n in range(0, 101, 20)}),
        tuple(lines),
        {"trained window ends": border - 0.5},
    )
    sent = [
        (STYLES[style][0], f"{100 * values[border:].sum():.0f} %")
        for style, values in shares.values()
    ]
    told = [f"{name} sends {share}" for name, share in sent]
    title = f"{where}: beyond the window, {', '.join(told) or 'reading …'}"
    return Chart(title, (panel,), tuple(digest), number=sent[0][1] if sent else "…")


def bin_name(starts: Sequence[int], place: int) -> str:
    """Name a bin by its distances: 0, 1, 2–3, … ≥ 64."""
    first = starts[place]
    if place + 1 == len(starts):
        return f"≥ {first:,}"
    last = starts[place + 1] - 1
    return f"{first:,}" if first == last else f"{first:,}–{last:,}"


def _count(keys: float) -> str:
    return f"{keys:.3g}" if keys < 100 else f"{keys:,.0f}"
