"""Figures draw the numbers they are given, name every line, and keep their labels apart."""

import itertools

import matplotlib
import numpy as np
import pytest

from lesson_utils import figures
from lesson_utils.figures import (
    common,
    dials,
    lesson_00,
    lesson_01,
    lesson_02,
    lesson_03,
    lesson_04,
)
from lesson_utils.figures.style import STYLES, spread

CURVES = {
    "rope": {512: 2.0, 1024: 5.0, 4096: 20.0},
    "pi": {512: 2.0, 1024: 8.0, 4096: 21.0},
    "yarn": {512: 2.0, 1024: 2.1, 4096: 2.5},
}


SPARED = {"slow": {6: 2.4, 10: 2.3, 16: 3.5}, "fast": {6: 14.1, 10: 14.8, 16: 9.8}}
HANDS = ([0.1, 0.2, 7.0], [0.1, 0.15, 9.0], [False, True, False])
TURNED = {(3, 0): ((1.0, 0.2), (0.5, -0.5), 0.4), (5, 2): ((-0.2, 1.0), (0.5, 0.5), 0.4)}
WAVES = 2 * np.pi * 1e4 ** (np.arange(32) / 32)

PICTURES = {
    "00 unchanged_and_yarn": lambda: lesson_00.unchanged_and_yarn(CURVES),
    "01 turned_arrows": lambda: lesson_01.turned_arrows(TURNED),
    "01 position_dial": lambda: lesson_01.position_dial(dict([*TURNED.items()][:1])),
    "01 score_maps": lambda: lesson_01.score_maps({"added": np.eye(32), "turned": np.eye(32)}),
    "01 fast_and_slow": lambda: lesson_01.fast_and_slow(
        np.cos(np.arange(50)), np.cos(np.arange(50) / 100), [25, 44]
    ),
    "02 pair_layouts": lambda: lesson_02.pair_layouts({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1]}),
    "02 mean_score_by_offset": lambda: lesson_02.mean_score_by_offset(
        {"base 10,000": np.linspace(1, 0, 640), "base 500,000": np.linspace(1, 0.5, 640)}
    ),
    "02 rounded_positions": lambda: lesson_02.rounded_positions(
        range(100, 141), {"exact": range(100, 141), "coarse": [100] * 20 + [120] * 21}
    ),
    "03 hands_at_400": lambda: lesson_03.hands_at_400(*HANDS),
    "03 hands_at_4000": lambda: lesson_03.hands_at_4000(*HANDS),
    "03 hands_at": lambda: lesson_03.hands_at(700, *HANDS),
    "03 wavelengths_in_windows": lambda: lesson_03.wavelengths_in_windows(
        {"one": WAVES / 512, "two": WAVES / 2048}
    ),
    "03 wavelengths_by_pair": lambda: lesson_03.wavelengths_by_pair(
        {"b 10,000, d 64": WAVES, "b 10,000, d 128": 2 * np.pi * 1e4 ** (np.arange(64) / 64)}
    ),
    "03 stopped_pairs": lambda: lesson_03.stopped_pairs({(0, 3): 10.1, (4, 7): 2.2}, 2.1),
    "04 methods_by_length": lambda: lesson_04.methods_by_length(CURVES),
    "04 loss_over_positions": lambda: lesson_04.loss_over_positions(
        {"rope": np.linspace(0.5, 3, 1024), "yarn": np.full(1024, 0.7)}
    ),
    "04 split_experiment": lambda: lesson_04.split_experiment(SPARED, 16.7),
}
"""One call for each picture of lessons 00 to 04."""


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


def outside(figure):
    figure.draw_without_rendering()
    page = figure.bbox
    return [
        text.get_text()
        for text in labels(figure)
        if text.get_window_extent().x1 > page.x1 or text.get_window_extent().y1 > page.y1
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


@pytest.mark.parametrize("name", PICTURES)
def test_labels_stay_apart_and_on_the_page(name):
    figure = PICTURES[name]().figure
    assert not overlapping(figure)
    assert not outside(figure)


def test_lines_that_end_together_still_get_labels_apart():
    together = {method: {512: 2.0, 1024: 2.0, 2048: 2.0} for method in CURVES}
    assert not overlapping(by_length(together).figure)


@pytest.mark.parametrize("name", PICTURES)
def test_fonts_are_large_enough_to_read(name):
    for axes in PICTURES[name]().figure.axes:
        texts = [axes.title, axes.xaxis.label, axes.yaxis.label, *axes.texts]
        texts += [*axes.get_xticklabels(), *axes.get_yticklabels()]
        assert min(text.get_fontsize() for text in texts) >= 11


def test_names_that_must_come_down_leave_the_others_where_their_lines_end():
    assert spread([0.0, 0.95, 0.96, 0.97], gap=0.1, top=1.0) == pytest.approx([0, 0.8, 0.9, 1])
    assert spread([0.1, 0.12, 0.9], gap=0.1, top=1.0) == pytest.approx([0.1, 0.2, 0.9])


def test_no_two_methods_share_a_colour_or_a_marker():
    colours = [style[1] for style in STYLES.values()]
    markers = [style[2] for style in STYLES.values()]
    assert len(set(colours)) == len(colours) and len(set(markers)) == len(markers)


def test_a_shown_figure_carries_its_description(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    figures.show(by_length())
    data, metadata = shown[0]._repr_mimebundle_()
    assert set(data) == {"image/png"}
    assert metadata["image/png"]["alt"] == "What is to be seen"


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
    assert [tip.get_marker() for tip in tips[:3]] == ["o", "X", "o"]
    wedges = [patch for patch in axes.patches if hasattr(patch, "theta2")]
    assert [w.theta2 for w in wedges] == pytest.approx([5.72958, 8.594367, 360], abs=1e-4)


def test_the_wall_at_4000_counts_its_new_hands_in_the_title():
    title = lesson_03.hands_at_4000(*HANDS).figure.axes[0].get_title(loc="left")
    assert title == "Offset 4,000: 1 hands point somewhere new"


def test_arrows_are_drawn_where_they_were_turned_to_with_the_score_below():
    picture = PICTURES["01 turned_arrows"]()
    first, second = picture.figure.axes
    tips = [a.xy for a in first.texts if hasattr(a, "xy")]
    assert tips == [(1.0, 0.2), (0.5, -0.5)]
    assert second.get_title() == "q at 5, k at 2" and second.get_xlabel() == "score 0.400"


def test_rounded_positions_are_stairs_around_each_position():
    chart = PICTURES["02 rounded_positions"]().chart
    stairs = {line.label: line for line in chart.panels[0].lines}
    assert stairs["coarse"].x[:4].tolist() == [99.5, 100.5, 100.5, 101.5]
    assert set(stairs["coarse"].y) == {100, 120}


# --- published models ---


def test_the_walls_mark_new_hands_and_only_those():
    from lesson_utils.figures.dials import NEW, SEEN
    from lesson_utils.figures.published import walls

    widest = [20.0, 5.0, 1.0, 0.5] * 4
    known, beyond = [False] * 16, [False, False, True, True] * 4
    figure = walls(
        {"at home": (widest, widest, known), "beyond": (widest, [20.0, 5.0, 2.0, 1.0] * 4, beyond)},
        title="Two walls",
    )
    tips = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 1]
    assert sum(tip.get_marker() == NEW[2] for tip in tips) == 8 + 1  # and one in the legend
    assert sum(tip.get_marker() == SEEN[2] for tip in tips) == 24 + 1
    assert not overlapping(figure) and not outside(figure)


def test_the_readings_are_drawn_as_given_and_told_apart_by_more_than_colour():
    from lesson_utils.figures.published import readings

    curves = {"stock": [1.0, 2.0, 16.0], "as trained": [1.0, 4.0, 16.0]}
    axes = readings(curves, factor=16, title="Two readings").axes[0]
    assert [list(line.get_ydata()) for line in axes.lines] == list(curves.values())
    assert len({(line.get_marker(), line.get_linestyle()) for line in axes.lines}) == 2
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(curves)
