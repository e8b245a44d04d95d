"""Figures draw the numbers they are given, name every line, and keep their labels apart."""

import itertools

import numpy as np
import pytest

from lesson_utils import figures
from lesson_utils.figures.style import spread

CURVES = {
    "rope": {512: 2.0, 1024: 5.0, 4096: 20.0},
    "pi": {512: 2.0, 1024: 8.0, 4096: 21.0},
    "yarn": {512: 2.0, 1024: 2.1, 4096: 2.5},
}


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
    return figures.perplexity_by_length(curves, trained_length=512, title="A sentence")


def by_position():
    losses = {"rope": np.linspace(0.5, 3, 1024), "yarn": np.full(1024, 0.7)}
    return figures.loss_over_positions(losses, trained_length=512, title="A sentence")


def by_split():
    spared = {"slow": {6: 2.4, 10: 2.3, 16: 3.5}, "fast": {6: 14.1, 10: 14.8, 16: 9.8}}
    return figures.split_experiment(spared, unspared=16.7, title="A sentence")


def test_each_line_holds_its_methods_numbers():
    lines = drawn(by_length())
    for method, curve in CURVES.items():
        x, y = lines[figures.STYLES[method][1]]
        assert list(x) == list(curve) and list(y) == list(curve.values())


def test_positions_are_averaged_in_blocks():
    losses = np.arange(12.0)
    losses[0] = np.nan
    assert figures.block_means(losses, 4).tolist() == [2.0, 5.5, 9.5]
    assert figures.block_means(losses[:11], 4).tolist() == [2.0, 5.5]


@pytest.mark.parametrize("draw", [by_length, by_position, by_split])
def test_labels_stay_apart_and_on_the_page(draw):
    figure = draw()
    assert not overlapping(figure)
    assert not outside(figure)


def test_lines_that_end_together_still_get_labels_apart():
    together = {method: {512: 2.0, 1024: 2.0, 2048: 2.0} for method in CURVES}
    assert not overlapping(by_length(together))


@pytest.mark.parametrize("draw", [by_length, by_position, by_split])
def test_fonts_are_large_enough_to_read(draw):
    axes = draw().axes[0]
    texts = [axes.title, axes.xaxis.label, axes.yaxis.label, *axes.get_xticklabels(), *axes.texts]
    assert min(text.get_fontsize() for text in texts) >= 11


def test_names_that_must_come_down_leave_the_others_where_their_lines_end():
    assert spread([0.0, 0.95, 0.96, 0.97], gap=0.1, top=1.0) == pytest.approx([0, 0.8, 0.9, 1])
    assert spread([0.1, 0.12, 0.9], gap=0.1, top=1.0) == pytest.approx([0.1, 0.2, 0.9])


def test_no_two_methods_share_a_colour_or_a_marker():
    colours = [style[1] for style in figures.STYLES.values()]
    markers = [style[2] for style in figures.STYLES.values()]
    assert len(set(colours)) == len(colours) and len(set(markers)) == len(markers)


def test_a_shown_figure_carries_its_description(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    figures.show(by_length(), "What is to be seen")
    data, metadata = shown[0]._repr_mimebundle_()
    assert set(data) == {"image/png"}
    assert metadata["image/png"]["alt"] == "What is to be seen"
