"""Figures of what a model reads: perplexity by length, loss by position."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from lesson_utils.figures.style import (
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
