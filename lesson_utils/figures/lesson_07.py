"""Pictures of lesson 07: ramps, temperatures, and where a ramp should end."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from lesson_utils.figures import common
from lesson_utils.figures.chart import AT_ENDS, Axis, Chart, Line, Panel, as_picture, log_axis
from lesson_utils.figures.common import styled_lines
from lesson_utils.figures.picture import Picture, drawn
from lesson_utils.figures.style import (
    NOTE_COLOUR,
    RAMP_LINES,
    STYLES,
    label_ends,
    new_figure,
    style_of,
)

PASS_COLOURS = ("#44AA99", "#117733", "#332288", "#882255")
"""Light to dark, for a quantity that grows from line to line."""
RAMPS = {
    "turns": ("D", "paper's (turns)"),
    "index": ("o", "code's (index)"),
}
"""Marker and label of each ramp."""


def ramps(shares: Mapping[str, Sequence[float]], *, ends: Mapping[str, float]) -> Picture:
    """Draw the share of each pair's speed that is left alone, one line a ramp.

    Parameters
    ----------
    shares : mapping
        ``"turns"`` and ``"index"`` to γ, float [pairs].
    ends : mapping
        Label to the pair, a fraction or not, where an upright line goes.
    """
    colour, lines = STYLES["ntk_by_parts"][1], []
    for name, share in shares.items():
        marker, label = RAMPS[name]
        look = {"dash": RAMP_LINES[name], "open_marker": name == "index"}
        lines.append(Line(label, range(len(share)), share, colour, marker, **look))
    panel = Panel(
        Axis("pair, from fast to slow", ticks={n: str(n) for n in range(0, len(share), 4)}),
        Axis(
            "share left alone, γ",
            (-0.03, 1.16),
            ticks={n / 4: f"{n / 4:g}" for n in range(5)},
        ),
        tuple(lines),
        ends,
        names="center right",
    )
    return as_picture(
        Chart("Two ramps with the same ends: the code's leaves more alone", (panel,)),
        "Share of a pair's speed that is left alone, against pair. Both ramps are 1 before the "
        "pair that makes 32 turns and 0 after the pair that makes one. Between them the paper's "
        "falls steeply at first and is soon below 0.1; the code's is straight.",
    )


def slow_down_by_pair(
    curves: Mapping[str, Sequence[float]], *, ends: Mapping[str, float] | None = None
) -> Picture:
    """Draw how many times slower each pair turns, one line a method, on a log scale.

    Parameters
    ----------
    curves : mapping
        Method (a key of ``STYLES``) to plain frequency over the method's, float [pairs].
    ends : mapping, optional
        Label to the pair, a fraction or not, where an upright line goes.
    """
    told = "; ".join(
        f"{style_of(name)[0]} from {slowed[0]:.2f} to {slowed[-1]:.2f}"
        for name, slowed in curves.items()
    )
    return common.slow_down_by_pair(
        {style_of(name)[0]: (name, slowed) for name, slowed in curves.items()},
        title="NTK-by-parts: fast pairs kept, slow pairs slowed in full",
        description=f"Slow-down against pair, on a log scale. From the first pair to the last: "
        f"{told}. NTK-by-parts is level at both ends and rises between."
        + (f" Upright lines mark {' and '.join(ends)}." if ends else ""),
        ends=ends,
    )


def keys_by_layer(rows: Mapping[str, tuple[str, Sequence[float]]]) -> Picture:
    """Draw over how many keys the attention of each layer spreads, one line a reading.

    Parameters
    ----------
    rows : mapping
        Label to (a key of ``STYLES``, e to the mean entropy of each layer).
    """
    lines = styled_lines(rows)
    panel = Panel(
        Axis("layer", ticks={layer: str(layer) for layer in range(len(lines[0].y))}),
        log_axis("keys that share the attention", [keys for line in lines for keys in line.y]),
        lines,
        names=AT_ENDS,
    )
    return as_picture(
        Chart("Temperature narrows attention again in every layer", (panel,)),
        "Keys that share the attention, layer by layer, on a log scale. In every layer "
        "NTK-by-parts is far above the unchanged model in its own window; YaRN lies between.",
    )


@drawn
def temperatures(
    curves: Mapping[float, Mapping[float, float]], *, paper: Mapping[float, float]
) -> Picture:
    """Draw perplexity against the multiplier on cos and sin, one line a factor, best point ringed.

    Parameters
    ----------
    curves : mapping
        Up to four: factor to {multiplier: perplexity}.
    paper : mapping
        Factor to the paper's multiplier, 0.1 ln s + 1.

    Returns
    -------
    Picture
    """
    figure, axes = new_figure(
        "The larger the factor, the larger the best multiplier",
        "multiplier on cos and sin",
        "perplexity per byte (log scale)",
        size=(8.0, 4.8),
    )
    axes.set_yscale("log")
    ends, told = {}, []
    for (factor, curve), colour in zip(curves.items(), PASS_COLOURS):
        multipliers, values = list(curve), list(curve.values())
        axes.plot(multipliers, values, color=colour)
        best = min(curve, key=curve.get)
        axes.plot(best, curve[best], "o", mfc="white", mec=colour, mew=2.5, markersize=10)
        at_paper = np.interp(paper[factor], multipliers, values)
        axes.plot(paper[factor], at_paper, "v", color=colour, markersize=9)
        ends[f"factor {factor}"] = (multipliers[-1], values[-1], colour)
        told.append(f"{best:g} for factor {factor}")
    for marker, face, label in (("o", "white", "best"), ("v", NOTE_COLOUR, "0.1 ln s + 1")):
        axes.plot([], [], marker, mfc=face, mec=NOTE_COLOUR, mew=2, markersize=9, label=label)
    _write_perplexities(axes, [v for curve in curves.values() for v in curve.values()])
    axes.legend(loc="upper center", ncols=2)
    label_ends(axes, ends)
    return Picture(
        figure,
        "Perplexity against the multiplier, one line a factor, with the paper's ramp. Each line "
        "falls, then rises. Its lowest point moves right as the factor grows "
        f"({', '.join(told)}) and lies left of the paper's multiplier each time.",
    )


def _write_perplexities(axes, heights: Sequence[float]) -> None:
    ticks = (2, 2.5, 3, 4, 5, 7, 10, 15, 20)
    ticks = [tick for tick in ticks if tick <= max(heights) * 1.1]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.yaxis.minorticks_off()
    axes.set_ylim(min(heights) / 1.1, max(heights) * 1.3)


@drawn
def ramp_ends(tables: Mapping[str, Mapping[tuple[float, float], float]]) -> Picture:
    """Draw perplexity against β, one line for each α, one panel for each ramp.

    Parameters
    ----------
    tables : mapping
        ``"turns"`` and ``"index"`` to {(α, β): perplexity}.

    Returns
    -------
    Picture
    """
    figure = Figure(figsize=(8.0, 4.4))
    title = "A ramp straight in turns reads best here with β far below 32"
    figure.suptitle(title, x=0.01, ha="left")
    row = figure.subplots(1, len(tables), sharey=True, squeeze=False)[0]
    told = []
    for axes, (name, table) in zip(row, tables.items()):
        axes.set_xscale("log", base=2)
        alphas, betas = (sorted(set(ends)) for ends in zip(*table))
        for alpha, colour, marker in zip(alphas, PASS_COLOURS, "so^D"):
            heights = [table[alpha, beta] for beta in betas]
            axes.plot(betas, heights, color=colour, marker=marker, label=f"α = {alpha:g}")
        axes.set_title(RAMPS[name][1], loc="center", fontsize="medium", fontweight="normal")
        axes.set_xlabel("β (log scale)")
        axes.set_xticks(betas, [f"{beta:g}" for beta in betas])
        axes.xaxis.minorticks_off()
        best = min(table, key=table.get)
        told.append(f"{RAMPS[name][1]} is lowest at α = {best[0]:g}, β = {best[1]:g}")
    row[0].set_ylabel("perplexity per byte")
    row[0].legend(loc="upper left")
    return Picture(
        figure,
        "Perplexity at 4,096 bytes against β, one line for each α, one panel for each ramp: "
        f"{'; '.join(told)}. With the paper's ramp all lines rise steeply to the largest β; "
        "with the code's they are nearly level.",
    )
