"""Figures of Position Interpolation and NTK-aware scaling: what a method does to each pair."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from lesson_utils.figures.style import (
    STYLES,
    WINDOW_COLOUR,
    label_ends,
    mark_trained_window,
    mark_upright,
    new_figure,
    plain_log_ticks,
)

LEVEL_COLOUR = "#555555"
INSIDE_COLOUR = "#117733"
BEYOND_COLOUR = "#882255"


def angle_over_positions(
    curves: Mapping[str, Sequence[float]], *, trained_length: int, title: str
) -> Figure:
    """Draw one pair's angle at each position, over the band of angles it took in training.

    Parameters
    ----------
    curves : mapping
        Method name (a key of :data:`STYLES`) to angles in radians, float [length]. It must hold
        ``"rope"``, whose angle at the end of the window is the top of the band.
    trained_length : int
        Positions in the trained window.
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(title, "position", "angle of the pair, radians")
    known = curves["rope"][trained_length - 1]
    axes.axhspan(0, known, color=WINDOW_COLOUR, alpha=0.2, lw=0)
    ends = {"angles met in training": (0, known / 2, LEVEL_COLOUR)}
    for method, angles in curves.items():
        label, colour, _, line = STYLES[method]
        axes.plot(angles, line, color=colour, lw=2.5)
        ends[label] = (len(angles) - 1, angles[-1], colour)
    axes.set_ylim(bottom=0)
    axes.set_xlim(0, max(len(angles) for angles in curves.values()))
    mark_trained_window(axes, trained_length)
    label_ends(axes, ends)
    return figure


def attention_by_offset(curves: Mapping[str, tuple[str, Sequence[float]]], *, title: str) -> Figure:
    """Draw how much a head attends to each offset back, one line a model.

    Parameters
    ----------
    curves : mapping
        Label to (key of :data:`STYLES`, mean attention weights from offset 0 on). Where two lines
        share a style, the later is dashed with open markers.
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(title, "offset: bytes back from the query", "mean attention weight")
    seen = []
    for label, (style, weights) in curves.items():
        _, colour, marker, _ = STYLES[style]
        again = style in seen
        seen.append(style)
        axes.plot(
            range(len(weights)),
            weights,
            "--" if again else "-",
            color=colour,
            marker=marker,
            markersize=7,
            markerfacecolor="white" if again else colour,
            lw=2,
            label=label,
        )
    axes.legend(fontsize=12, frameon=False, loc="upper right")
    axes.set_xticks(range(0, max(len(w) for _, w in curves.values()), 2))
    axes.set_ylim(bottom=0)
    return figure


def perplexity_by_factor(
    curves: Mapping[str, tuple[str, Mapping[float, float]]],
    *,
    title: str,
    levels: Mapping[str, float] | None = None,
    marks: Mapping[str, float] | None = None,
) -> Figure:
    """Draw perplexity against the scale factor, both axes logarithmic.

    Parameters
    ----------
    curves : mapping
        Label to (key of :data:`STYLES`, {factor: perplexity per byte}).
    title : str
        The message, as a sentence.
    levels : mapping, optional
        Label to a perplexity, drawn as a dotted level line.
    marks : mapping, optional
        Label to a factor, drawn as a dotted upright line.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(
        title, "scale factor s (log scale)", "perplexity per byte (log scale)"
    )
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    ends, everything = {}, list((levels or {}).values())
    for label, (style, curve) in curves.items():
        _, colour, marker, line = STYLES[style]
        factors, values = list(curve), list(curve.values())
        axes.plot(factors, values, line, color=colour, marker=marker, markersize=7, lw=2)
        ends[label] = (factors[-1], values[-1], colour)
        everything += values
    for label, level in (levels or {}).items():
        axes.axhline(level, color=LEVEL_COLOUR, ls=":", lw=1.5)
        ends[label] = (1, level, LEVEL_COLOUR)
    for label, factor in (marks or {}).items():
        mark_upright(axes, factor, f" {label}", line=":", colour=LEVEL_COLOUR)
    factors = sorted({factor for _, curve in curves.values() for factor in curve})
    axes.set_xticks(factors, [f"{factor:g}" for factor in factors])
    axes.xaxis.minorticks_off()
    plain_log_ticks(axes, everything)
    label_ends(axes, ends)
    return figure


def split_sweep(
    curves: Mapping[int, Mapping[int, float]], *, trained_length: int, title: str
) -> Figure:
    """Draw perplexity against the split k, where pairs k and slower are slowed and the rest not.

    Parameters
    ----------
    curves : mapping
        Length in bytes to {split k: perplexity per byte}.
    trained_length : int
        Lengths up to it are drawn as inside the window, longer ones as beyond it.
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(
        title,
        "split k: pairs k to 31 are slowed, pairs 0 to k − 1 are not",
        "perplexity (log scale)",
    )
    axes.set_yscale("log")
    ends = {}
    for length, curve in curves.items():
        inside = length <= trained_length
        colour = INSIDE_COLOUR if inside else BEYOND_COLOUR
        splits, values = list(curve), list(curve.values())
        axes.plot(splits, values, color=colour, marker="o" if inside else "s", markersize=7, lw=2)
        ends[f"{length:,} bytes at once"] = (splits[-1], values[-1], colour)
    splits = sorted({split for curve in curves.values() for split in curve})
    ticks = {split: str(split) for split in splits}
    ticks[splits[0]] += "\nall: PI"
    ticks[splits[-1]] += "\nnone"
    axes.set_xticks(splits, [ticks[split] for split in splits])
    plain_log_ticks(axes, [v for curve in curves.values() for v in curve.values()])
    label_ends(axes, ends)
    return figure


def perplexity_by_step(
    curves: Mapping[str, tuple[str, Mapping[int, float]]],
    *,
    title: str,
    levels: Mapping[str, float] | None = None,
) -> Figure:
    """Draw perplexity against fine-tuning steps; the step axis is logarithmic from step 5 on.

    Parameters
    ----------
    curves : mapping
        Label to (key of :data:`STYLES`, {steps: perplexity per byte}). Where two lines share a
        style, the later is dashed with open markers.
    title : str
        The message, as a sentence.
    levels : mapping, optional
        Label to a perplexity, drawn as a dotted level line.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(
        title, "fine-tuning steps (log scale after 5)", "perplexity per byte (log scale)"
    )
    axes.set_xscale("symlog", linthresh=5, linscale=0.5)
    axes.set_yscale("log")
    seen, everything = [], list((levels or {}).values())
    for label, (style, curve) in curves.items():
        _, colour, marker, _ = STYLES[style]
        again = style in seen
        seen.append(style)
        axes.plot(
            list(curve),
            list(curve.values()),
            "--" if again else "-",
            color=colour,
            marker=marker,
            markersize=7,
            markerfacecolor="white" if again else colour,
            lw=2,
            label=label,
        )
        everything += curve.values()
    for label, level in (levels or {}).items():
        axes.axhline(level, color=LEVEL_COLOUR, ls=":", lw=2, label=label)
    steps = sorted({step for _, curve in curves.values() for step in curve})
    axes.set_xticks(steps, [str(step) for step in steps])
    axes.xaxis.minorticks_off()
    plain_log_ticks(axes, everything)
    axes.legend(fontsize=12, frameon=False, loc="upper right")
    return figure


def slow_down_by_pair(curves: Mapping[str, tuple[str, Sequence[float]]], *, title: str) -> Figure:
    """Draw by what factor each pair is slowed down, on a log scale of base 2.

    Parameters
    ----------
    curves : mapping
        Label to (key of :data:`STYLES`, unchanged over new frequency, float [head_dim / 2]).
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(title, "pair, from fast to slow", "slowed down by (log scale)")
    axes.set_yscale("log", base=2)
    ends = {}
    for label, (style, slow_down) in curves.items():
        _, colour, marker, line = STYLES[style]
        slow_down = np.asarray(slow_down, dtype=float)
        axes.plot(slow_down, line, color=colour, marker=marker, markersize=5, lw=2)
        ends[label] = (len(slow_down) - 1, slow_down[-1], colour)
    largest = max(max(slow_down) for _, slow_down in curves.values())
    ticks = [2**power for power in range(int(np.ceil(np.log2(largest))) + 1)]
    axes.set_yticks(ticks, [str(tick) for tick in ticks])
    axes.yaxis.minorticks_off()
    axes.set_ylim(0.85, largest * 1.25)
    label_ends(axes, ends)
    return figure


def overshoot_by_pair(
    curves: Mapping[str, tuple[str, Sequence[float]]], *, first_pair: int, title: str
) -> Figure:
    """Draw each pair's angle at the target length over the largest angle that it met in training.

    Parameters
    ----------
    curves : mapping
        Label to (key of :data:`STYLES`, ratios, float [pairs]). Where two lines share a style, the
        later is dashed with open markers.
    first_pair : int
        The pair that the first ratio belongs to: the fastest that never finishes a turn.
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(
        title, "pair, from fast to slow", "angle at the target length,\nin trained maxima"
    )
    axes.axhspan(0, 1, color=WINDOW_COLOUR, alpha=0.2, lw=0)
    axes.annotate(
        "angles met in training",
        (first_pair, 0.08),
        xycoords=("data", "data"),
        color=LEVEL_COLOUR,
        fontsize=11,
    )
    ends, seen = {}, []
    for label, (style, ratios) in curves.items():
        _, colour, marker, _ = STYLES[style]
        again = style in seen
        seen.append(style)
        pairs = range(first_pair, first_pair + len(ratios))
        axes.plot(
            pairs,
            ratios,
            "--" if again else "-",
            color=colour,
            marker=marker,
            markersize=6,
            markerfacecolor="white" if again else colour,
            lw=2,
        )
        ends[label] = (pairs[-1], ratios[-1], colour)
    axes.set_ylim(bottom=0)
    axes.set_xticks(range(first_pair, first_pair + len(ratios), 3))
    label_ends(axes, ends)
    return figure


def loss_by_cache(
    curves: Mapping[str, Sequence[float]], *, chunk: int, title: str, block: int = 64
) -> Figure:
    """Draw mean loss against position for a text that was read in chunks, one line a cache.

    Parameters
    ----------
    curves : mapping
        Label to losses in nats, float [length], up to four lines.
    chunk : int
        Where the dotted lines between chunks go.
    title : str
        The message, as a sentence.
    block : int
        Positions averaged into one point.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(title, "position", "mean loss, nats per byte")
    looks = (("#882255", "-"), ("#117733", "-"), ("#332288", "--"), ("#555555", ":"))
    ends, length = {}, 0
    for (label, losses), (colour, line) in zip(curves.items(), looks, strict=False):
        losses = np.asarray(losses, dtype=float)
        length = len(losses) // block * block
        means = np.nanmean(losses[:length].reshape(-1, block), axis=1)
        centres = (np.arange(len(means)) + 0.5) * block
        axes.plot(centres, means, line, color=colour, lw=2.5)
        ends[label] = (centres[-1], means[-1], colour)
    for border in range(chunk, length, chunk):
        axes.axvline(border, color=LEVEL_COLOUR, ls=":", lw=1, zorder=0)
    axes.set_xticks(range(0, length + 1, chunk))
    axes.set_ylim(bottom=0)
    label_ends(axes, ends)
    return figure
