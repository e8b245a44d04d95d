"""The path of a pair's hand along the text: a helix in three dimensions, turned by hand.

The one view that plotly draws, since it turns a drawing in space. It needs no kernel: the slider's
frames and the choices' methods are all in the figure.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lesson_utils.angles import new_angles
from lesson_utils.figures.dials import NEW, SEEN
from lesson_utils.figures.lesson_03 import hand_path
from lesson_utils.methods import TABLE
from lesson_utils.rope import require_number
from lesson_utils.scaling import by_name
from lesson_utils.widgets.shown import show_plotly

HEAD = {"head_dim": 64, "base": 10_000.0}
METHODS = ("rope", "pi", "ntk_aware", "yarn")
FACTOR = 8
PARTS = {
    "in the window": (SEEN[1], 9),
    "beyond it, angle met in training": (SEEN[1], 3),
    "beyond it, new angle": (NEW[1], 4),
}
"""Name of each part of a path: its colour and width."""
GREY, GRID = "#797979", "rgba(121,121,121,0.4)"
"""Letters that stand out from white by 4.3 and from JupyterLab's dark page by 4.3, and lines."""
SHEET = "all angles met in training"
POINTS_IN_TURN, SHEET_STEPS = 20, 32
LARGEST = 150_000
"""Letters of JSON in one figure."""


@dataclass(frozen=True)
class HandPath:
    """What one pair's hand does along a text under one method.

    ``positions``, ``angles`` (radians) and ``new`` (bool) are [points] each; ``arc`` is how far the
    hand came in training, in radians, one turn at most.
    """

    positions: np.ndarray
    angles: np.ndarray
    new: np.ndarray
    arc: float


def helix(
    pairs: Sequence[int] = (8, 12, 16, 20), trained_length: int = 512, length: int = 4096
) -> None:
    """Show the path of a pair's hand along the text; turn it with the mouse.

    Parameters
    ----------
    pairs : sequence of int
        The pairs to choose from, 0 to 31, of a head of 64 with base 10,000. The last one is shown
        at first.
    trained_length, length : int
        Positions of the trained window, and of the text.

    Raises
    ------
    ValueError
        If a pair is not in the head, ``length`` is not above ``trained_length``, or the figure
        would be too large.
    """
    known = hand_paths(pairs, trained_length, length)
    figure = plotly_figure(known, trained_length)
    size = len(json.dumps(figure, separators=(",", ":")))
    if size > LARGEST:
        raise ValueError(f"pairs {tuple(pairs)} take {size:,} letters to draw, more than "
                         f"{LARGEST:,}; choose slower pairs, or a smaller length")  # fmt: skip
    path = known[pairs[-1]]["rope"]
    show_plotly(
        figure,
        hand_path(path.positions, path.angles, path.new, arc=path.arc, pair=pairs[-1],
                  trained_length=trained_length),
        name="The path of a pair's hand",
        digest=in_words(known, trained_length),
    )  # fmt: skip


def hand_paths(
    pairs: Sequence[int], trained_length: int, length: int
) -> dict[int, dict[str, HandPath]]:
    """Compute the path of each pair under each of :data:`METHODS`, {pair: {method: path}}."""
    require_number("trained_length", trained_length, above=0)
    require_number("length", length, above=trained_length)
    outside = [pair for pair in pairs if pair not in range(HEAD["head_dim"] // 2)]
    if outside or not len(pairs):
        raise ValueError(f"pairs is {tuple(pairs)}; choose among 0 to {HEAD['head_dim'] // 2 - 1}")
    speeds = {
        name: by_name(name, **HEAD, factor=FACTOR, trained_length=trained_length)
        .inv_freq.double()
        .numpy()
        for name in METHODS
    }
    return {
        pair: {
            name: _path(of_method[pair], speeds["rope"][pair], trained_length, length)
            for name, of_method in speeds.items()
        }
        for pair in map(int, pairs)
    }


def _path(speed: float, trained: float, trained_length: int, length: int) -> HandPath:
    ends, positions = (0, trained_length - 1, length - 1), [np.zeros(1)]
    for low, high in zip(ends, ends[1:]):
        points = max(48, math.ceil(POINTS_IN_TURN * speed * (high - low) / math.tau))
        positions.append(np.linspace(low, high, points + 1)[1:])
    positions = np.concatenate(positions)
    new = [new_angles([speed], at, trained_length, [trained])[0] for at in positions]
    arc = min(float(trained) * trained_length, math.tau)
    return HandPath(positions, positions * speed, np.array(new), arc)


def in_words(known: dict[int, dict[str, HandPath]], trained_length: int) -> str:
    """Write how many turns each path makes, and which of them meet new angles."""
    length = next(iter(known.values()))["rope"].positions[-1] + 1
    lines = [
        f"turns in {length:,.0f} positions, factor {FACTOR}; * meets new angles",
        "pair  in training" + "".join(f"{TABLE[name].label:>16}" for name in METHODS),
    ]
    for pair, paths in known.items():
        each = {m: path.angles[-1] / path.positions[-1] / math.tau for m, path in paths.items()}
        turns = "".join(
            f"{each[m] * length:>15.2f}{'*' if path.new.any() else ' '}"
            for m, path in paths.items()
        )
        inside = each["rope"] * trained_length
        lines.append(f"{pair:>4}  {inside:>11.2f}{turns}".rstrip())
    return "\n".join(lines)


def plotly_figure(known: dict[int, dict[str, HandPath]], trained_length: int) -> dict:
    """Build plotly's figure: a frame for each pair, and three traces for each method.

    Parameters
    ----------
    known : dict
        {pair: {method: path}}, as :func:`hand_paths` computes them.
    trained_length : int
        Where the thick part of each path ends, in positions.

    Returns
    -------
    dict
        ``data``, ``layout`` and ``frames`` in plain lists and numbers, checked by plotly.
    """
    import plotly.graph_objects as go  # takes a second

    frames = {pair: _coordinates(paths, trained_length) for pair, paths in known.items()}
    shown = list(known)[-1]
    looks = [_sheet_look(), *(_part_look(m, part) for m in METHODS for part in PARTS)]
    figure = go.Figure(
        data=[look | at for look, at in zip(looks, frames[shown], strict=True)],
        frames=[
            go.Frame(
                name=str(pair),
                data=[{"type": look["type"]} | at for look, at in zip(looks, data, strict=True)],
                traces=list(range(len(looks))),
            )
            for pair, data in frames.items()
        ],
        layout=_layout(list(known)),
    )
    return json.loads(figure.to_json())


def _coordinates(paths: dict[str, HandPath], trained_length: int) -> list[dict]:
    """List x, y and z of the sheet, then of each method's three parts."""
    plain = paths["rope"]
    edge = np.linspace(0, plain.arc, SHEET_STEPS + 1)
    ends = np.repeat([0.0, plain.positions[-1]], len(edge))
    coordinates = [_in_space(ends, np.tile(edge, 2))]
    for path in paths.values():
        inside = path.positions <= trained_length - 1
        beyond = path.positions >= trained_length - 1
        new = beyond & path.new
        known = beyond & ~_surrounded(new)
        coordinates += [_in_space(path.positions, path.angles, at) for at in (inside, known, new)]
    return coordinates


def _surrounded(marked: np.ndarray) -> np.ndarray:
    """Leave out the first and last of each run, so that the parts of a path touch."""
    return marked & np.append(marked[1:], True) & np.insert(marked[:-1], 0, False)


def _in_space(positions, angles, drawn=None) -> dict[str, list]:
    """Round a path for the page; leave a gap where it is not drawn, and nothing if it never is."""
    if drawn is None:
        drawn = np.ones(len(positions), bool)
    kept = np.flatnonzero(drawn | np.append(drawn[1:], False) | np.insert(drawn[:-1], 0, False))
    kept = kept if drawn.any() else []
    columns = {"x": np.asarray(positions), "y": np.cos(angles), "z": np.sin(angles)}
    digits = {"x": 1, "y": 4, "z": 4}
    return {
        name: [round(float(values[at]), digits[name]) if drawn[at] else None for at in kept]
        for name, values in columns.items()
    }


def _sheet_look() -> dict:
    """Say how the corners of the sheet are joined: two triangles for each step of the arc."""
    near, far = np.arange(SHEET_STEPS), np.arange(SHEET_STEPS) + SHEET_STEPS + 1
    corners = {"i": [*near, *near], "j": [*near + 1, *far + 1], "k": [*far + 1, *far]}
    corners = {name: [int(at) for at in values] for name, values in corners.items()}
    return {"type": "mesh3d", "name": SHEET, "color": SEEN[1], "opacity": 0.35, "showlegend": True,
            "hoverinfo": "skip", "flatshading": True, **corners}  # fmt: skip


def _part_look(method: str, part: str) -> dict:
    colour, width = PARTS[part]
    return {"type": "scatter3d", "mode": "lines", "name": part, "visible": method == "rope",
            "line": {"color": colour, "width": width},
            "hovertemplate": "position %{x:.0f}<br>cos %{y:.2f}, sin %{z:.2f}"}  # fmt: skip


def _layout(pairs: Sequence[int]) -> dict:
    """Lay out a figure without a ground of its own, in a grey that a light and a dark page bear."""
    at_once = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}}
    at_once["transition"] = {"duration": 0}
    steps = [
        {"label": str(pair), "method": "animate", "args": [[str(pair)], at_once]} for pair in pairs
    ]
    buttons = [
        {"label": TABLE[name].label, "method": "restyle",
         "args": [{"visible": [True, *(name == m for m in METHODS for _ in PARTS)]}]}
        for name in METHODS
    ]  # fmt: skip
    axis = {"color": GREY, "gridcolor": GRID, "showbackground": False}
    hand = axis | {"range": [-1.2, 1.2], "tickvals": [-1, 0, 1]}
    clear = "rgba(0,0,0,0)"
    return {
        "template": "none", "paper_bgcolor": clear, "font": {"color": GREY, "size": 14},
        "height": 576, "margin": {"l": 0, "r": 0, "t": 84, "b": 100}, "uirevision": "kept",
        "title": {"text": "Where a pair's hand points along the text", "x": 0.02, "y": 0.98,
                  "font": {"size": 16}},
        "legend": {"x": 0, "y": 1, "yanchor": "top", "bgcolor": clear},
        "scene": {
            "xaxis": axis | {"title": {"text": "position"}, "nticks": 5},
            "yaxis": hand | {"title": {"text": "cos"}}, "zaxis": hand | {"title": {"text": "sin"}},
            "domain": {"x": [0, 1], "y": [0, 0.82]},  # the legend stands above
            "aspectmode": "manual", "aspectratio": {"x": 1.7, "y": 0.8, "z": 0.8},
            "camera": {
                "eye": {"x": 0.7, "y": -2.65, "z": 0.8}, "center": {"x": 0.03, "y": 0, "z": -0.05},
            },
        },
        "sliders": [{"active": len(pairs) - 1, "steps": steps, "x": 0.05, "len": 0.9, "y": 0,
                     "currentvalue": {"prefix": "pair "}, "bgcolor": GRID, "bordercolor": GREY,
                     "tickcolor": GREY}],
        "updatemenus": [{"type": "buttons", "direction": "right", "buttons": buttons, "x": 0.02,
                         "xanchor": "left", "y": 1.02, "yanchor": "bottom", "bgcolor": clear,
                         "bordercolor": GREY}],
    }  # fmt: skip
