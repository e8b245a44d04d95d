"""Every pair at every offset at once: a landscape of cosines, which plotly draws and turns."""

import base64
import json
import sys

import numpy as np

from lesson_utils.angles import new_angles
from lesson_utils.figures.dials import NEW, SEEN
from lesson_utils.figures.lesson_03 import landscape_of_cosines
from lesson_utils.figures.picture import Picture, as_jpeg
from lesson_utils.rope import rope
from lesson_utils.widgets.shown import display_raw

TRAINED_LENGTH, LENGTH = 512, 4096
SPEEDS = rope(64).inv_freq.double().numpy()
PAIRS = range(12, 32)
STEP = 16  # positions between two points of the drawing: pair 12 takes 12 of them for a turn
OFFSETS = np.arange(0, LENGTH + 1, STEP)
PLOTLY_TYPE = "application/vnd.plotly.v1+json"
CONFIG = {"displayModeBar": False}  # it hides the buttons, and one of its own uploads the figure
INK = "#7a7a7a"  # for letters on a light page and on a dark one


def landscape() -> None:
    """Show the cosine of each pair's angle at each offset up to 4,096; turn it with the mouse.

    A head of 64 with base 10,000, trained on 512 positions. Below it, print the share of all 32
    pairs and 4,096 offsets that are at a new angle.
    """
    if "google.colab" in sys.modules:  # it draws plotly's figures in a way of its own
        as_plotly().show(config=CONFIG)
    else:
        display_landscape(landscape_of_cosines(OFFSETS, PAIRS, *cosines(OFFSETS)))
    print(f"up to offset {LENGTH:,}, all 32 pairs: {share_of_new():.0%} of the angles are new")


def cosines(offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute the cosines of :data:`PAIRS`, and which of them stand at new angles.

    Parameters
    ----------
    offsets : np.ndarray
        Positions between query and key, [offsets].

    Returns
    -------
    tuple of np.ndarray
        Cosines, float64, and whether the angle is new, bool, each [pairs, offsets].
    """
    speeds = SPEEDS[list(PAIRS)]
    new = [new_angles(speeds, at, TRAINED_LENGTH) for at in offsets]
    return np.cos(np.outer(speeds, offsets)), np.transpose(new)


def share_of_new() -> float:
    """Return the share of angles, over all pairs and all offsets below 4,096, that are new."""
    return float(np.mean([new_angles(SPEEDS, at, TRAINED_LENGTH).mean() for at in range(LENGTH)]))


def as_plotly():
    """Draw the landscape at :data:`OFFSETS` as a plotly figure.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    from plotly import graph_objects  # takes most of a second, and only this view needs it

    (known, blue, _), (fresh, orange, _) = SEEN, NEW
    height, new = cosines(OFFSETS)
    surface = graph_objects.Surface(
        x=OFFSETS,
        y=list(PAIRS),
        z=height.round(3),
        surfacecolor=new.astype(int),
        text=np.where(new, fresh, known),
        hovertemplate="offset %{x:,}, pair %{y}<br>cosine %{z:.2f}<br>%{text}<extra></extra>",
        colorscale=[[0, blue], [0.5, blue], [0.5, orange], [1, orange]],
        cmin=0,
        cmax=1,
        showscale=False,
    )
    return graph_objects.Figure(surface, layout=_layout())


def _layout() -> dict:
    """Describe the axes, and what the two colours mean."""
    meanings = [f"<b style='color:{colour}'>■</b> {label}" for label, colour, _ in (SEEN, NEW)]
    note = {"text": "   ".join(meanings), "showarrow": False, "xref": "paper", "yref": "paper"}
    lines = {"gridcolor": INK, "showbackground": False, "zerolinecolor": INK}
    titles = {"xaxis": "offset", "yaxis": "pair", "zaxis": "cosine"}
    eye, center = (-0.75, -1.45, 0.95), (0, 0, -0.2)
    scene = {axis: {"title": title, **lines} for axis, title in titles.items()}
    scene["zaxis"]["tickvals"] = [-1, 0, 1]
    scene["aspectratio"] = {"x": 1.8, "y": 1, "z": 0.35}
    scene["camera"] = {"eye": dict(zip("xyz", eye)), "center": dict(zip("xyz", center))}
    return {
        "height": 520,
        "margin": {"l": 0, "r": 0, "t": 24, "b": 0},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": INK, "size": 13},
        "scene": scene,
        "annotations": [{**note, "x": 0, "y": 1, "yanchor": "top"}],
    }


def as_data() -> dict:
    """Return the figure and its config as what plotly's script takes, ready for JSON."""
    return json.loads(as_plotly().to_json()) | {"config": CONFIG}


def display_landscape(picture: Picture) -> None:
    """Display the landscape by plotly, and the picture where plotly's figures are not drawn."""
    # A JPEG: JupyterLab takes a PNG beside a plotly figure for one that it drew itself before.
    image = base64.b64encode(as_jpeg(picture.figure)).decode("ascii")
    text = "A landscape of cosines: it can be turned when this notebook runs in JupyterLab"
    data = {PLOTLY_TYPE: as_data(), "image/jpeg": image, "text/plain": text}
    display_raw(data, {"image/jpeg": {"alt": picture.description}})
