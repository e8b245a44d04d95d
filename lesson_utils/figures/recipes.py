"""Figures of the recipes: ramps, temperatures, and what a little fine-tuning does."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from lesson_utils.figures.reading import draw_by_length
from lesson_utils.figures.style import (
    FONT_SIZE,
    RAMP_LINES,
    STYLES,
    WINDOW_COLOUR,
    label_ends,
    mark_upright,
    new_figure,
    plain_log_ticks,
    style_of,
)

PASS_COLOURS = ("#88CCEE", "#44AA99", "#117733", "#332288", "#882255")
"""Light to dark, for a quantity that grows from line to line."""


def ramps(
    shares: Mapping[str, Sequence[float]], *, ends: Mapping[str, float], title: str
) -> Figure:
    """Draw the share of each pair that is left untouched, one line a ramp.

    Parameters
    ----------
    shares : mapping
        ``"turns"`` and ``"index"`` to γ, float [pairs].
    ends : mapping
        Label to the pair, a fraction or not, where a dotted line goes.
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(title, "pair, from fast to slow", "share left untouched, γ")
    colour = STYLES["ntk_by_parts"][1]
    marks = {"turns": ("D", "turns: the paper's ramp"), "index": ("o", "index: the code's ramp")}
    for name, share in shares.items():
        marker, label = marks[name]
        face = colour if name == "turns" else "white"
        axes.plot(share, RAMP_LINES[name], color=colour, marker=marker, mfc=face, lw=2, label=label)
    for label, pair in ends.items():
        axes.axvline(pair, color="#555555", ls=":", lw=1.5)
        axes.annotate(
            f" {label}",
            (pair, 1.04),
            color="#555555",
            fontsize=FONT_SIZE - 1,
            va="bottom",
        )
    axes.set_ylim(-0.03, 1.16)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.set_xticks(range(0, len(share), 4))
    axes.legend(fontsize=FONT_SIZE, frameon=False, loc="center right")
    return figure


def slow_downs(curves: Mapping[str, Sequence[float]], *, factor: float, title: str) -> Figure:
    """Draw how many times slower each pair turns, one line a method, on a log scale.

    Parameters
    ----------
    curves : mapping
        Method (a key of ``STYLES``, or one with ``_turns`` or ``_index`` behind it) to plain
        frequency over the method's, float [pairs].
    factor : float
        The factor asked for; a level line is drawn there.
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(title, "pair, from fast to slow", "slowed down by (log scale)")
    axes.set_yscale("log", base=2)
    for name, slowed in curves.items():
        label, colour, marker, line = style_of(name)
        face = "white" if line == RAMP_LINES["index"] else colour
        axes.plot(slowed, line, color=colour, marker=marker, mfc=face, ms=6, lw=2, label=label)
    ticks = [2**k for k in range(int(math.log2(factor)) + 1)]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_ylim(0.9, factor * 1.15)
    axes.set_xticks(range(0, len(slowed), 4))
    axes.legend(fontsize=FONT_SIZE, frameon=False, loc="lower right")
    return figure


def keys_by_layer(rows: Mapping[str, tuple[str, Sequence[float]]], *, title: str) -> Figure:
    """Draw over how many keys the attention of each layer spreads, one line a reading.

    Parameters
    ----------
    rows : mapping
        Label to (a key of ``STYLES``, e to the mean entropy of each layer).
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(
        title, "layer", "keys that share the attention (log scale)", size=(8.0, 4.8)
    )
    axes.set_yscale("log")
    ends = {}
    for label, (name, keys) in rows.items():
        _, colour, marker, line = style_of(name)
        axes.plot(keys, line, color=colour, marker=marker, markersize=7, lw=2)
        ends[label] = (len(keys) - 1, keys[-1], colour)
    axes.set_xticks(range(len(keys)))
    plain_log_ticks(axes, [value for _, keys in rows.values() for value in keys])
    label_ends(axes, ends)
    return figure


def temperatures(curves: Mapping[float, Mapping[float, float]], *, title: str) -> Figure:
    """Draw perplexity against the multiplier on cos and sin, one line a factor, best point ringed.

    Parameters
    ----------
    curves : mapping
        Factor to {multiplier: perplexity}.
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(
        title, "multiplier on cos and sin", "perplexity per byte (log scale)", size=(8.0, 4.8)
    )
    axes.set_yscale("log")
    ends = {}
    for (factor, curve), colour in zip(curves.items(), PASS_COLOURS[1:], strict=False):
        axes.plot(list(curve), list(curve.values()), color=colour, lw=2)
        best = min(curve, key=curve.get)
        axes.plot(best, curve[best], "o", mfc="white", mec=colour, mew=2.5, markersize=10)
        paper = 0.1 * math.log(factor) + 1
        value = np.interp(paper, list(curve), list(curve.values()))
        axes.plot(paper, value, "v", color=colour, markersize=9)
        ends[f"factor {factor}"] = (list(curve)[-1], list(curve.values())[-1], colour)
    heights = [value for curve in curves.values() for value in curve.values()]
    ticks = [tick for tick in (2, 2.5, 3, 4, 5, 7, 10, 15, 20) if tick <= max(heights) * 1.1]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.yaxis.minorticks_off()
    axes.set_ylim(min(heights) / 1.1, max(heights) * 1.3)
    for marker, face, label in (("o", "white", "best"), ("v", "#555555", "0.1 ln s + 1")):
        axes.plot([], [], marker, mfc=face, mec="#555555", mew=2, markersize=9, label=label)
    axes.legend(fontsize=FONT_SIZE, frameon=False, loc="upper center", ncols=2)
    label_ends(axes, ends)
    return figure


def coefficients(
    best: Mapping[str, Mapping[float, float]], lines: Mapping[str, float], *, title: str
) -> Figure:
    """Draw the best multiplier against the factor, with lines c ln s + 1 to compare.

    Parameters
    ----------
    best : mapping
        ``"turns"`` and ``"index"`` to {factor: best multiplier}.
    lines : mapping
        Label to c.
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(title, "factor s (log scale)", "best multiplier on cos and sin")
    axes.set_xscale("log", base=2)
    factors = sorted({factor for points in best.values() for factor in points})
    grid = np.geomspace(factors[0] / 1.3, factors[-1] * 1.15)
    ends, colours = {}, ("#555555", STYLES["yarn"][1], STYLES["yarn"][1])
    for (label, c), colour, line in zip(lines.items(), colours, (":", "-", "--"), strict=False):
        heights = c * np.log(grid) + 1
        axes.plot(grid, heights, line, color=colour, lw=2)
        ends[label] = (grid[-1], heights[-1], colour)
    for name, points in best.items():
        face = STYLES["yarn"][1] if name == "turns" else "white"
        axes.plot(
            list(points),
            list(points.values()),
            "v" if name == "turns" else "o",
            color=STYLES["yarn"][1],
            mfc=face,
            mew=2,
            markersize=9,
            label=f"best for this model, ramp “{name}”",
        )
    axes.set_xticks(factors, [f"{factor:g}" for factor in factors])
    axes.xaxis.minorticks_off()
    axes.legend(fontsize=FONT_SIZE, frameon=False, loc="upper left")
    label_ends(axes, ends)
    return figure


def ramp_ends(tables: Mapping[str, Mapping[tuple[float, float], float]], *, title: str) -> Figure:
    """Draw perplexity against β, one line for each α, one panel for each ramp.

    Parameters
    ----------
    tables : mapping
        ``"turns"`` and ``"index"`` to {(α, β): perplexity}.
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = Figure(figsize=(8.0, 4.4), layout="constrained")
    panels = figure.subplots(1, len(tables), sharey=True)
    figure.suptitle(title, fontsize=FONT_SIZE + 2, fontweight="bold", x=0.01, ha="left")
    for axes, (name, table) in zip(np.atleast_1d(panels), tables.items(), strict=True):
        axes.set_xscale("log", base=2)
        alphas = sorted({a for a, _ in table})
        betas = sorted({b for _, b in table})
        for alpha, colour, marker in zip(alphas, PASS_COLOURS[1:], "so^D", strict=False):
            heights = [table[alpha, beta] for beta in betas]
            axes.plot(
                betas, heights, color=colour, marker=marker, markersize=7, lw=2,
                label=f"α = {alpha:g}",
            )  # fmt: skip
        axes.set_title(f"ramp “{name}”", fontsize=FONT_SIZE)
        axes.set_xticks(betas, [f"{beta:g}" for beta in betas])
        axes.xaxis.minorticks_off()
        axes.set_xlabel("β (log scale)", fontsize=FONT_SIZE)
        axes.tick_params(labelsize=FONT_SIZE - 1)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
    first = np.atleast_1d(panels)[0]
    first.set_ylabel("perplexity per byte", fontsize=FONT_SIZE)
    first.legend(fontsize=FONT_SIZE, frameon=False, loc="upper left")
    return figure


def steps_to_quality(
    curves: Mapping[str, Mapping[int, float]],
    *,
    target: float,
    target_label: str,
    title: str,
    length: int,
    top: float,
) -> Figure:
    """Draw perplexity against steps of fine-tuning, one line a method, steps on a log scale.

    Step 0 has a place of its own at the left, since a log scale has no zero. Lines that begin above
    ``top`` enter the picture from above.

    Parameters
    ----------
    curves : mapping
        Method (a key of ``STYLES``, or one with a ramp behind it) to {steps: perplexity}.
    target : float
        A perplexity to compare with, drawn as a level line.
    target_label : str
        What that perplexity is.
    title : str
        The message, as a sentence.
    length : int
        Bytes read at once, for the axis.
    top : float
        Where the axis of perplexity is cut off.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(
        title,
        "steps of fine-tuning (log scale, with a place for 0)",
        f"perplexity at {length:,} bytes, cut off at {top:g}",
        size=(8.0, 4.8),
    )
    steps = sorted({step for curve in curves.values() for step in curve})
    first = next(step for step in steps if step)
    place = {step: math.log2(step) if step else math.log2(first) - 1 for step in steps}
    ends = {}
    for name, curve in curves.items():
        label, colour, marker, line = style_of(name)
        across, heights = [place[step] for step in curve], list(curve.values())
        face = "white" if line == RAMP_LINES["index"] else colour
        axes.plot(across, heights, line, color=colour, marker=marker, mfc=face, ms=7, lw=2)
        ends[label] = (across[-1], heights[-1], colour)
    axes.axhline(target, color=WINDOW_COLOUR, ls=":", lw=2, zorder=0)
    axes.annotate(
        target_label,
        (0.01, target),
        xycoords=("axes fraction", "data"),
        xytext=(0, -5),
        textcoords="offset points",
        va="top",
        color="#555555",
        fontsize=FONT_SIZE - 1,
    )
    axes.set_xticks([place[step] for step in steps], [f"{step}" for step in steps])
    lowest = min([target, *(value for curve in curves.values() for value in curve.values())])
    axes.set_ylim(lowest - 0.12 * (top - lowest), top)
    label_ends(axes, ends)
    return figure


def past_the_target(
    curves: Mapping[str, Mapping[int, float]],
    *,
    trained_length: int,
    target_length: int,
    title: str,
) -> Figure:
    """Draw perplexity against window length, with the trained and the fine-tuned window marked.

    Parameters
    ----------
    curves : mapping
        Method to {length in bytes: perplexity per byte}.
    trained_length, target_length : int
        Where the two dashed lines go.
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(
        title, "bytes read at once (log scale)", "perplexity per byte (log scale)", size=(8.0, 4.8)
    )
    ends = draw_by_length(axes, curves, trained_length)
    mark_upright(
        axes, target_length, "fine-tuned window ends ", line="-.", height=0.9, side="right"
    )
    label_ends(axes, ends)
    return figure


def reach(
    curve: Mapping[int, float], *, levels: Mapping[str, tuple[float, str]], title: str
) -> Figure:
    """Draw the perplexity of the same bytes against how much text is read at once.

    Parameters
    ----------
    curve : mapping
        Bytes read at once to perplexity, for the fine-tuned model.
    levels : mapping
        Label to (perplexity, a key of ``STYLES``), each drawn as a level line.
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(
        title, "bytes read at once (log scale)", "perplexity of the same bytes"
    )
    axes.set_xscale("log", base=2)
    label, colour, marker, line = style_of("yarn")
    axes.plot(list(curve), list(curve.values()), line, color=colour, marker=marker, ms=8, lw=2)
    ends = {f"{label}, tuned": (list(curve)[-1], list(curve.values())[-1], colour)}
    for name, (value, style) in levels.items():
        colour = style_of(style)[1]
        axes.axhline(value, color=colour, ls=":", lw=2)
        ends[name] = (list(curve)[-1], value, colour)
    axes.set_xticks(list(curve), [f"{width:,}" for width in curve])
    axes.xaxis.minorticks_off()
    label_ends(axes, ends)
    return figure
