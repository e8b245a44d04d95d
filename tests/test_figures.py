"""Figures draw the numbers they are given, name every line, and keep their labels apart."""

import base64
import itertools
import math
import re

import matplotlib
import numpy as np
import pytest

from lesson_utils import figures
from lesson_utils.figures import common, dials
from lesson_utils.figures.style import STYLES, spread, style_of
from tests.helpers import ROOT

CURVES = {
    "rope": {512: 2.0, 1024: 5.0, 4096: 20.0},
    "pi": {512: 2.0, 1024: 8.0, 4096: 21.0},
    "yarn": {512: 2.0, 1024: 2.1, 4096: 2.5},
}
HANDS = ([0.1, 0.2, 7.0, 0.3], [0.1, 0.15, 9.0, 0.2], [False, True, False, True])


def drawn(figure):
    """All lines of a figure's first axes that hold data, as {colour: (x, y)}."""
    lines = figure.axes[0].lines
    return {line.get_color(): line.get_xydata().T for line in lines if len(line.get_xdata()) > 2}


def labels(figure):
    return [text for text in figure.axes[0].texts if text.get_text().strip()]


def overlapping(figure):
    figure.draw_without_rendering()
    boxes = [(text.get_text(), text.get_window_extent()) for text in labels(figure)]
    return [
        (a, b) for (a, box), (b, other) in itertools.combinations(boxes, 2) if box.overlaps(other)
    ]


def by_length(curves=CURVES):
    texts = {"title": "A sentence", "description": "What is to be seen"}
    return common.perplexity_by_length(curves, trained_length=512, **texts)


def test_each_line_holds_its_methods_numbers():
    lines = drawn(by_length().figure)
    for method, curve in CURVES.items():
        x, y = lines[STYLES[method][1]]
        assert list(x) == list(curve) and list(y) == list(curve.values())


def test_positions_are_averaged_in_blocks():
    losses = np.arange(12.0)
    losses[0] = np.nan
    middles, means = common.block_means(losses, 4)
    assert middles.tolist() == [2, 6, 10] and means.tolist() == [2.0, 5.5, 9.5]
    assert common.block_means(losses[:11], 4)[1].tolist() == [2.0, 5.5]


def test_lines_that_end_together_still_get_labels_apart():
    together = {method: {512: 2.0, 1024: 2.0, 2048: 2.0} for method in CURVES}
    assert not overlapping(by_length(together).figure)


def test_names_that_must_come_down_leave_the_others_where_their_lines_end():
    assert spread([0.0, 0.95, 0.96, 0.97], gap=0.1, top=1.0) == pytest.approx([0, 0.8, 0.9, 1])
    assert spread([0.1, 0.12, 0.9], gap=0.1, top=1.0) == pytest.approx([0.1, 0.2, 0.9])


def test_no_two_methods_share_a_colour_or_a_marker():
    colours = [style[1] for style in STYLES.values()]
    markers = [style[2] for style in STYLES.values()]
    assert len(set(colours)) == len(colours) and len(set(markers)) == len(markers)


def test_the_reader_that_forgets_looks_like_no_method():
    label, colour, marker, _ = style_of("last_512")
    assert label == "last 512 only"
    assert not {colour, marker} & {look for style in STYLES.values() for look in style}


def test_a_shown_figure_carries_its_description(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **more: shown.append((data, more)))
    figures.show(by_length())
    ((data, more),) = shown
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert more == {"raw": True, "metadata": {"image/png": {"alt": "What is to be seen"}}}


def test_no_picture_needs_more_of_ipython_than_colab_has():
    """IPython 7 has no ``alt``: the first cell of the first lesson failed there."""
    here = ROOT / "lesson_utils"
    using = [p.name for p in here.rglob("*.py") if re.search(r"\bImage\(", p.read_text("utf-8"))]
    assert using == []


def test_a_picture_in_the_last_line_of_a_cell_shows_itself():
    data, metadata = by_length()._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"] == "What is to be seen"


def test_the_courses_style_ends_where_its_pictures_end():
    before = dict(matplotlib.rcParams)
    figures.picture.as_png(by_length().figure)
    assert dict(matplotlib.rcParams) == before


# --- dials, arrows and maps ---


def test_a_wall_marks_new_hands_and_draws_the_arcs_of_training():
    axes = dials.wall(*HANDS, title="A wall", description="").figure.axes[0]
    tips = [line for line in axes.lines if len(line.get_xdata()) == 1]
    assert [tip.get_marker() for tip in tips[:4]] == ["o", "X", "o", "X"]
    wedges = [patch for patch in axes.patches if hasattr(patch, "theta2")]
    ends = [math.degrees(0.1), math.degrees(0.15), 360, math.degrees(0.2)]
    assert [wedge.theta2 for wedge in wedges] == pytest.approx(ends)
