"""Figures of what a model reads: perplexity by length, loss by position."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from lesson_utils.figures.style import (
    STYLES,
    label_ends,
    mark_trained_window,
    new_figure,
    plain_log_ticks,
    style_of,
)


def perplexity_by_length(
    curves: Mapping[str, Mapping[int, float]], *, trained_length: int, title: str
) -> Figure:
    """Draw perplexity against window length, one line a method, both axes logarithmic.

    Parameters
    ----------
    curves : mapping
        Method name (a key of :data:`STYLES`) to {length in bytes: perplexity per byte}.
    trained_length : int
        Where the line of the trained window goes.
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(
        title, "bytes read at once (log scale)", "perplexity per byte (log scale)"
    )
    label_ends(axes, draw_by_length(axes, curves, trained_length))
    return figure


def draw_by_length(axes, curves: Mapping[str, Mapping[int, float]], trained_length: int) -> dict:
    """Draw the lines of :func:`perplexity_by_length`; return their ends, for the labels."""
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    ends = {}
    for method, curve in curves.items():
        label, colour, marker, line = style_of(method)
        lengths, values = list(curve), list(curve.values())
        axes.plot(lengths, values, line, color=colour, marker=marker, markersize=7, lw=2)
        ends[label] = (lengths[-1], values[-1], colour)
    lengths = sorted({length for curve in curves.values() for length in curve})
    axes.set_xticks(lengths, [f"{length:,}" for length in lengths])
    axes.xaxis.minorticks_off()
    plain_log_ticks(axes, [v for curve in curves.values() for v in curve.values()])
    mark_trained_window(axes, trained_length)
    axes.set_xlim(lengths[0] / 1.2, lengths[-1] * 1.1)
    return ends


def loss_over_positions(
    curves: Mapping[str, Sequence[float]], *, trained_length: int, title: str, block: int = 64
) -> Figure:
    """Draw mean loss against position in the window, averaged over blocks of positions.

    Parameters
    ----------
    curves : mapping
        Method name to losses in nats, float [length]; NaN entries are left out of their block.
    trained_length : int
        Where the line of the trained window goes.
    title : str
        The message, as a sentence.
    block : int
        Positions averaged into one point.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(title, "position in the window", "mean loss, nats per byte")
    ends = {}
    for method, losses in curves.items():
        label, colour, _, line = STYLES[method]
        means = block_means(losses, block)
        centres = (np.arange(len(means)) + 0.5) * block
        axes.plot(centres, means, line, color=colour, lw=2)
        ends[label] = (centres[-1], means[-1], colour)
    axes.set_ylim(bottom=0)
    mark_trained_window(axes, trained_length)
    label_ends(axes, ends)
    return figure


def split_experiment(
    spared: Mapping[str, Mapping[int, float]], *, unspared: float, title: str
) -> Figure:
    """Draw perplexity against where the pairs were split, one line for each side spared.

    Parameters
    ----------
    spared : mapping
        ``"slow"`` and ``"fast"`` to {split k: perplexity with that side spared}.
    unspared : float
        Perplexity with no pair spared, drawn as a level line.
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(title, "split k: the first k pairs are the fast ones", "perplexity")
    sides = {
        "slow": ("slow pairs spared (k to 31)", "#332288", "o"),
        "fast": ("fast pairs spared (0 to k − 1)", "#AA4466", "s"),
    }
    ends = {"no pair spared": (0, unspared, "#555555")}
    axes.axhline(unspared, color="#555555", ls=":", lw=1.5)
    for side, (label, colour, marker) in sides.items():
        splits, values = list(spared[side]), list(spared[side].values())
        axes.plot(splits, values, color=colour, marker=marker, markersize=7, lw=2)
        ends[label] = (splits[-1], values[-1], colour)
    axes.set_xticks(list(spared["slow"]))
    axes.set_ylim(bottom=0)
    label_ends(axes, ends)
    return figure


def block_means(values: Sequence[float], block: int) -> np.ndarray:
    """Average consecutive blocks of ``block`` values, leaving NaN out; a remainder is dropped."""
    values = np.asarray(values, dtype=float)
    whole = len(values) // block * block
    return np.nanmean(values[:whole].reshape(-1, block), axis=1)
