"""What lesson 01 draws: arrows that turn, scores by place, scores by offset."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Arc
from matplotlib.patheffects import withStroke

from lesson_utils.figures.chart import Axis, Chart, Line, Panel, as_picture
from lesson_utils.figures.picture import Picture, drawn
from lesson_utils.figures.style import pale

QUERY = ("q", "#117733", "-")
KEY = ("k", "#882255", "--")
"""The query's and the key's label, colour and line."""
FAST = ("fast: 1 radian per position", "#AA4466", "-")
SLOW = ("slow: 0.01 radians per position", "#332288", "--")
"""Label, colour and line of the fast pair and of the slow one."""
CENTRED = {"ha": "center", "va": "center"}

Turned = Mapping[tuple[int, int], tuple[Sequence[float], Sequence[float], float]]
"""(position of q, position of k) to (q there, k there, their score); q and k are [2]."""


def turned_arrows(turned: Turned) -> Picture:
    """Draw a query and a key as arrows, one small picture a place."""
    return _arrows(
        turned,
        title="Offset 3 is one angle everywhere, and offset −3 another",
        description="Five pictures of the arrows q and k, turned to positions 3 and 0, 8 and 5, 20 "
        "and 17, 103 and 100, and last 0 and 3. In the first four they point elsewhere each time, "
        "with the same angle between them, 1.94 radians, and the same score. In the last both are "
        "others, and the angle is 0.14.",
        angles=True,
    )


def two_arrows(turned: Turned) -> Picture:
    """Draw the dial of one query and one key, as it stands before a slider is moved."""
    ((m, n), (_, _, score)), *_ = turned.items()
    return _arrows(
        turned,
        title="Two arrows, turned to their positions",
        description=f"A query at position {m} and a key at position {n} as arrows from one point. "
        f"An arc marks the angle between them. The score below is {score:.3f}.",
    )


Pair = tuple[Sequence[float], Sequence[float]]
"""q and k, [2] each."""


@drawn
def before_and_after(before: Pair, after: Pair) -> Picture:
    """Draw a query and a key before they are turned and after it, with the names of all angles."""
    figure = Figure(figsize=(8.5, 4.4))
    figure.suptitle("Turning adds mθ to one angle and nθ to the other", x=0.01, ha="left")
    left, right = figure.subplots(1, 2)
    (beta, gamma), turned = ([_degrees(arrow) for arrow in pair] for pair in (before, after))
    for axes, pair in ((left, before), (right, after)):
        for arrow, style in zip(pair, (QUERY, KEY), strict=True):
            _arrow(axes, arrow, style, 0.2)
        axes.set(xlim=(-1.7, 1.7), ylim=(-1.45, 1.6), aspect="equal", xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    left.set_title("before turning", loc="center", fontsize="medium", fontweight="normal")
    left.plot((0, 0.8), (0, 0), "#777777", lw=1)
    _angle(left, 0.55, (0, beta), "β", QUERY[1])
    _angle(left, 0.4, (gamma, 0), "γ", KEY[1])
    _angle(left, 0.8, (gamma, beta), "α", "#333333")
    right.set_title("at positions m and n", loc="center", fontsize="medium", fontweight="normal")
    for arrow, (_, colour, _) in zip(before, (QUERY, KEY), strict=True):
        right.plot(*zip((0, 0), arrow, strict=True), ":", color=colour, lw=1.5)
    _angle(right, 1.15, (beta, turned[0]), "mθ", QUERY[1])
    _angle(right, 0.6, (gamma, turned[1]), "nθ", KEY[1])
    _angle(right, 0.3, turned[::-1], "", "#333333")
    right.text(-0.07, 0.45, "α + (m − n)θ", color="#333333", fontsize=13, va="center")
    return Picture(
        figure,
        "Two pictures of the arrows q and k. Before turning, β is the angle of q, γ that of k, "
        "here below 0, and α the angle between them. After it, q has gone on by mθ and k by nθ, "
        "and the angle between them is α + (m − n)θ.",
    )


def _degrees(arrow: Sequence[float]) -> float:
    return math.degrees(math.atan2(arrow[1], arrow[0]))


def _angle(axes, radius: float, ends: Sequence[float], name: str, colour: str) -> None:
    """Draw an arc between two angles in degrees, its name just outside its middle."""
    start, stop = ends
    arc = Arc((0, 0), 2 * radius, 2 * radius, theta1=start, theta2=stop, color=colour, lw=2)
    axes.add_patch(arc)
    middle, out = math.radians((start + stop) / 2), radius + 0.16
    place = out * math.cos(middle), out * math.sin(middle)
    white = {"boxstyle": "square,pad=0.1", "color": "white"} if name else None
    axes.text(*place, name, color=colour, fontsize=13, bbox=white, **CENTRED)


def score_maps(maps: Mapping[str, np.ndarray], *, offset: int = 16) -> Picture:
    """Draw scores over the positions of query and key, one map beside the other.

    Parameters
    ----------
    maps : mapping
        What was done to q and k, to scores [query position, key position].
    offset : int
        The diagonal on which the query is so far behind the key is drawn and named.
    """
    return _maps(
        maps,
        offset,
        title="Turned, every diagonal has one score",
        description="Two maps of the score, query position against key position, 0 to 63. With the "
        "position vector added, blobs: the score changes along a diagonal. Turned, straight "
        "stripes along the diagonals.",
    )


def fast_and_slow(
    fast: Sequence[float], slow: Sequence[float], between: Sequence[float]
) -> Picture:
    """Draw the scores of two pairs against the offset, from 0 on; ring them at 1 and 44.

    Parameters
    ----------
    fast, slow : sequence of float
        Scores of the fast pair and of the slow pair, at offsets 0, 1, 2, …
    between : sequence of float
        The fast pair's scores once more, with many steps from one offset to the next.
    """
    (label, colour, _), last = FAST, len(fast) - 1
    along = np.linspace(0, last, len(between))
    lines = (
        Line(label, along, between, pale(colour), width=1, named=False),
        Line(label, range(last + 1), fast, colour, "o", dash="", size=4),
        Line(SLOW[0], range(last + 1), slow, SLOW[1], dash=SLOW[2]),
    )
    panel = Panel(Axis("offset between query and key"), Axis("score", (None, 1.4)), lines)
    picture = as_picture(
        Chart("After 44 positions the fast pair is back, the slow one is not", (panel,)),
        "Score against offset, 0 to 100. The fast pair, a dot at each offset, swings between −1 "
        "and 1. The slow pair falls gently from 1 to 0.54. Circles mark both at offset 1, where "
        "only the fast pair has left 1, and at offset 44, where only the slow pair has.",
    )
    _ring(picture.figure.axes[0], {n: (fast[n], slow[n]) for n in (1, 44)})
    return picture


@drawn
def _ring(axes, points: Mapping[int, Sequence[float]]) -> None:
    for offset, scores in points.items():
        for score in scores:
            axes.plot(offset, score, "o", mfc="none", mec="#000000", ms=11, mew=1.5)
        above = {"xytext": (0, 9), "textcoords": "offset points", "ha": "center"}
        axes.annotate(f"{offset}", (offset, 1), **above)


@drawn
def _arrows(turned: Turned, *, title: str, description: str, angles: bool = False) -> Picture:
    figure = Figure(figsize=(8.0, 8.0 / max(2, len(turned)) + 0.9 + 0.2 * angles))
    figure.suptitle(title, x=0.01, ha="left")
    reach = 1.3 * max(math.hypot(*arrow) for q, k, _ in turned.values() for arrow in (q, k))
    row = figure.subplots(1, len(turned), squeeze=False)[0]
    between = " " if len(turned) < 4 else "\n"  # small pictures have no room for one line
    for axes, ((m, n), (q, k, score)) in zip(row, turned.items(), strict=True):
        start, stop = sorted(map(_degrees, (q, k)))
        if stop - start > 180:
            start, stop = stop, start + 360
        apart = 20 * (stop - start < 20)  # names of arrows so close make room for each other
        for arrow, style in ((q, QUERY), (k, KEY)):
            aside = apart if math.isclose(_degrees(arrow) % 360, stop % 360) else -apart
            _arrow(axes, arrow, style, 0.15 * reach, aside)
        axes.add_patch(Arc((0, 0), 0.5, 0.5, theta1=start, theta2=stop, color="#333333", lw=2))
        axes.set_title(
            f"q at {m:,},{between}k at {n:,}", loc="center", fontsize="medium", fontweight="normal"
        )
        angle = f"angle {math.radians(stop - start):.2f}\n" if angles else ""
        axes.set_xlabel(angle + f"score {score:.3f}".replace("-", "−"))
        axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    return Picture(figure, description)


def _arrow(
    axes, arrow: Sequence[float], style: tuple[str, str, str], beyond: float, aside: float = 0
) -> None:
    """Draw an arrow from the centre, the circle that its tip runs on, and its name past the tip.

    The name stands ``aside`` degrees further round.
    """
    (x, y), (name, colour, line) = map(float, arrow), style
    length = math.hypot(x, y)
    axes.add_patch(Arc((0, 0), 2 * length, 2 * length, color=colour, lw=1, alpha=0.35))
    look = {"arrowstyle": "-|>", "mutation_scale": 10, "color": colour, "ls": line, "lw": 2.2}
    axes.annotate("", (x, y), (0, 0), arrowprops=look | {"shrinkA": 0, "shrinkB": 0})
    out, there = length + beyond, math.atan2(y, x) + math.radians(aside)
    place = out * math.cos(there), out * math.sin(there)
    clear = [withStroke(linewidth=4, foreground="white")]  # of the other arrow's circle
    axes.text(*place, name, color=colour, fontsize=13, path_effects=clear, **CENTRED)


@drawn
def _maps(maps: Mapping[str, np.ndarray], offset: int, *, title: str, description: str) -> Picture:
    figure = Figure(figsize=(8.5, 4.6))
    figure.suptitle(title, x=0.01, ha="left")
    for axes, (label, scores) in zip(figure.subplots(1, len(maps)), maps.items(), strict=True):
        scores = np.asarray(scores)
        size, bound = len(scores), np.abs(scores).max()
        image = axes.imshow(scores, cmap="PuOr", vmin=-bound, vmax=bound, origin="lower")
        axes.grid(False)
        axes.spines[:].set_visible(True)
        axes.set_title(label, loc="center", fontsize="medium", fontweight="normal")
        axes.set(xlabel="position of the key", ylabel="position of the query")
        axes.set(xticks=range(0, size, size // 4), yticks=range(0, size, size // 4))
        _diagonal(axes, offset, size)
        bar = figure.colorbar(image, ax=axes, location="bottom", shrink=0.9, aspect=30)
        bar.set_label("score")
    return Picture(figure, description)


def _diagonal(axes, offset: int, size: int) -> None:
    outline = [withStroke(linewidth=4, foreground="white")]
    ends = (0, size - 1 - offset), (offset, size - 1)
    axes.plot(*ends, "#000000", lw=1.5, path_effects=outline)
    axes.annotate(
        f"offset {offset}",
        (size * 0.2, size * 0.2 + offset),
        xytext=(-4, 8),
        textcoords="offset points",
        rotation=45,
        rotation_mode="anchor",
        bbox={"boxstyle": "square,pad=0.1", "color": "white", "alpha": 0.8},
    )
