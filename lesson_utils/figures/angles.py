"""Figures of positions as angles: arrows that turn, scores by place, scores by offset."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Arc
from matplotlib.patheffects import withStroke

from lesson_utils.figures.style import FONT_SIZE, label_ends, new_figure

QUERY = ("q", "#117733", "-")
KEY = ("k", "#882255", "--")
"""The query's and the key's label, colour and line."""
SPEEDS = {"fast": ("#AA4466", "-"), "slow": ("#332288", "--"), "both": ("#000000", "-")}
"""Colour and line of a fast pair, a slow pair, and the two together."""


def turning_arrows(
    query: Sequence[float],
    key: Sequence[float],
    places: Sequence[tuple[int, int]],
    speed: float,
    *,
    title: str,
) -> Figure:
    """Draw a query and a key as arrows, turned to their places, one small picture a place.

    Parameters
    ----------
    query, key : sequence of float
        [2] each, as they are at position 0.
    places : sequence of (int, int)
        Positions of query and key, one picture each.
    speed : float
        Radians per position.
    title : str
        The message, as a sentence.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = Figure(figsize=(8.0, 8.0 / max(2, len(places)) + 0.9), layout="constrained")
    figure.suptitle(title, fontsize=FONT_SIZE + 2, x=0.01, ha="left", fontweight="bold")
    reach = 1.3 * max(math.hypot(*query), math.hypot(*key))
    row = figure.subplots(1, len(places), squeeze=False)[0]
    for axes, (m, n) in zip(row, places, strict=True):
        ends = [_turned(query, m * speed), _turned(key, n * speed)]
        for (x, y), (name, colour, line) in zip(ends, (QUERY, KEY), strict=True):
            length = math.hypot(x, y)
            axes.add_patch(_circle(length, colour))
            arrow = {"arrowstyle": "-|>", "color": colour, "ls": line, "lw": 2.2}
            axes.annotate("", (x, y), (0, 0), arrowprops=arrow | {"shrinkA": 0, "shrinkB": 0})
            out = 1 + 0.15 * reach / length
            axes.text(out * x, out * y, name, color=colour, fontsize=FONT_SIZE + 1, **CENTRED)
        start, stop = sorted(math.degrees(math.atan2(y, x)) for x, y in ends)
        if stop - start > 180:
            start, stop = stop, start + 360
        axes.add_patch(Arc((0, 0), 0.5, 0.5, theta1=start, theta2=stop, color="#333333", lw=2))
        score = float(np.dot(*ends))
        axes.set_title(f"q at {m:,}, k at {n:,}", fontsize=FONT_SIZE)
        axes.set_xlabel(f"score {score:.3f}".replace("-", "−"), fontsize=FONT_SIZE)
        axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    return figure


def score_maps(
    maps: Mapping[str, np.ndarray], *, offset: int, title: str, step: int = 16
) -> Figure:
    """Draw scores over the positions of query and key, one map beside the other.

    Parameters
    ----------
    maps : mapping
        What was done to q and k, to scores [query position, key position].
    offset : int
        The diagonal on which the query is so far behind the key is drawn and named.
    title : str
        The message, as a sentence.
    step : int
        Positions from one tick to the next.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = Figure(figsize=(8.5, 4.6), layout="constrained")
    figure.suptitle(title, fontsize=FONT_SIZE + 2, x=0.01, ha="left", fontweight="bold")
    for axes, (label, scores) in zip(figure.subplots(1, len(maps)), maps.items(), strict=True):
        scores = np.asarray(scores)
        size, bound = len(scores), np.abs(scores).max()
        image = axes.imshow(scores, cmap="PuOr", vmin=-bound, vmax=bound, origin="lower")
        outline = [withStroke(linewidth=4, foreground="white")]
        axes.plot(
            [0, size - 1 - offset], [offset, size - 1], "#000000", lw=1.5, path_effects=outline
        )
        axes.annotate(
            f"offset {offset}",
            (size * 0.2, size * 0.2 + offset),
            xytext=(-4, 8),
            textcoords="offset points",
            rotation=45,
            rotation_mode="anchor",
            fontsize=FONT_SIZE,
            bbox={"boxstyle": "square,pad=0.1", "color": "white", "alpha": 0.8},
        )
        axes.set_title(label, fontsize=FONT_SIZE)
        axes.set_xlabel("position of the key", fontsize=FONT_SIZE)
        axes.set_ylabel("position of the query", fontsize=FONT_SIZE)
        axes.set_xticks(range(0, size, step))
        axes.set_yticks(range(0, size, step))
        axes.tick_params(labelsize=FONT_SIZE - 1)
        bar = figure.colorbar(image, ax=axes, location="bottom", shrink=0.9, aspect=30)
        bar.set_label("score", fontsize=FONT_SIZE)
        bar.ax.tick_params(labelsize=FONT_SIZE - 1)
    return figure


def score_by_offset(
    curves: Mapping[str, Sequence[float]],
    labels: Mapping[str, str],
    *,
    title: str,
    lookalikes: Sequence[int] = (),
) -> Figure:
    """Draw scores against the offset, and ring the offsets that look like offset 0.

    Parameters
    ----------
    curves : mapping
        A key of :data:`SPEEDS` to scores at offsets 0, 1, 2, …
    labels : mapping
        The same keys to the names that the lines get.
    title : str
        The message, as a sentence.
    lookalikes : sequence of int
        Offsets to ring on the first line.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = new_figure(title, "offset between query and key, positions", "score")
    ends = {}
    for name, scores in curves.items():
        colour, line = SPEEDS[name]
        axes.plot(scores, line, color=colour, lw=2)
        ends[labels[name]] = (len(scores) - 1, scores[-1], colour)
    first = next(iter(curves))
    for offset in (0, *lookalikes):
        axes.plot(offset, curves[first][offset], "o", mfc="none", mec="#000000", ms=11, mew=1.5)
        axes.annotate(
            str(offset),
            (offset, curves[first][offset]),
            xytext=(0, 9),
            textcoords="offset points",
            ha="center",
            fontsize=FONT_SIZE,
        )
    axes.set_ylim(top=axes.get_ylim()[1] + 0.2)
    label_ends(axes, ends)
    return figure


CENTRED = {"ha": "center", "va": "center"}


def _turned(arrow: Sequence[float], angle: float) -> tuple[float, float]:
    x, y = arrow
    cos, sin = math.cos(angle), math.sin(angle)
    return x * cos - y * sin, x * sin + y * cos


def _circle(radius: float, colour: str) -> Arc:
    return Arc((0, 0), 2 * radius, 2 * radius, color=colour, lw=1, alpha=0.35)
