"""Each picture of a lesson draws what it is given, and says in words what it shows."""

import inspect
import itertools
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text
from plotly import graph_objects

from lesson_utils.figures import (
    bench,
    lesson_00,
    lesson_01,
    lesson_02,
    lesson_03,
    lesson_04,
    lesson_05,
    lesson_06,
    lesson_07,
    lesson_08,
    lesson_09,
    lesson_10,
)
from lesson_utils.figures.chart import limits
from lesson_utils.figures.common import level_line, styled_lines
from lesson_utils.figures.dials import NEW, SEEN
from lesson_utils.figures.picture import Picture
from lesson_utils.figures.style import STYLES
from lesson_utils.widgets import distance, frequency_chart
from lesson_utils.widgets.charts import as_plotly
from tests.helpers import LESSONS

MODULES = (
    lesson_00, lesson_01, lesson_02, lesson_03, lesson_04, lesson_05,
    lesson_06, lesson_07, lesson_08, lesson_09, lesson_10, bench,
)  # fmt: skip

# --- small arrays, one call for each picture ---

POSITIONS = np.arange(4096)
HEAD = {
    "base model, unchanged": ("rope", [0.1, 0.8, 0.1]),
    "base model, PI": ("pi", [0.1, 0.1, 0.3]),
}
TUNED_HEAD = HEAD | {"fine-tuned with PI": ("pi", [0.1, 0.6, 0.2])}
BY_FACTOR = {1: 2.0, 2: 8.0, 8: 4.0, 16: 5.0}
STEPS = {
    "rope": {0: 19.0, 20: 3.0, 250: 1.95},
    "pi": {0: 20.0, 20: 6.0, 250: 2.0},
    "yarn_turns": {0: 2.5, 20: 2.0, 250: 1.8},
    "yarn_index": {0: 2.4, 20: 1.99, 250: 1.81},
}
LENGTHS = {"rope": {512: 2.0, 1024: 2.0, 4096: 2.1}, "yarn_turns": {512: 2.0, 1024: 9.0, 4096: 21}}
SPARED = [1.0] * 20 + [4.0] * 12
SLOWED = {"pi": [8.0] * 32, "ntk_by_parts_turns": [1.0, *[4.0] * 30, 8.0]}
LOSSES = np.linspace(0.5, 3, 1024)
HANDS = ([20.0, 5.0, 1.0, 0.5] * 4, [20.0, 5.0, 2.0, 1.0] * 4, [False, False, True, True] * 4)
RECIPES = {"YaRN, ramp index": ("yarn_index", SPARED), "mine": ("mine", SPARED[::-1])}

SIDES = {"slow": {6: 2.4, 10: 2.3, 16: 3.5}, "fast": {6: 14.1, 10: 14.8, 16: 9.8}}
FOUR_HANDS = ([0.1, 0.2, 7.0, 0.3], [0.1, 0.15, 9.0, 0.2], [False, True, False, True])
TURNED = {(3, 0): ((1.0, 0.2), (0.5, -0.5), 0.4), (5, 2): ((-0.2, 1.0), (0.5, 0.5), 0.4)}
WAVES = 2 * np.pi * 1e4 ** (np.arange(32) / 32)
BY_LENGTH = {
    "rope": {512: 2.0, 1024: 5.0, 4096: 20.0},
    "pi": {512: 2.0, 1024: 8.0, 4096: 21.0},
    "yarn": {512: 2.0, 1024: 2.1, 4096: 2.5},
}

PICTURES = {
    "00.unchanged_and_yarn": lambda: lesson_00.unchanged_and_yarn(BY_LENGTH),
    "01.turned_arrows": lambda: lesson_01.turned_arrows(TURNED),
    "01.two_arrows": lambda: lesson_01.two_arrows(dict([*TURNED.items()][:1])),
    "01.score_maps": lambda: lesson_01.score_maps({"added": np.eye(32), "turned": np.eye(32)}),
    "01.fast_and_slow": lambda: lesson_01.fast_and_slow(
        np.cos(np.arange(50)), np.cos(np.arange(50) / 100), [25, 44]
    ),
    "02.pair_layouts": lambda: lesson_02.pair_layouts({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1]}),
    "02.mean_score_by_offset": lambda: lesson_02.mean_score_by_offset(
        {"base 10,000": np.linspace(1, 0, 640), "base 500,000": np.linspace(1, 0.5, 640)}
    ),
    "02.rounded_positions": lambda: lesson_02.rounded_positions(
        range(100, 141), {"exact": range(100, 141), "coarse": [100] * 20 + [120] * 21}
    ),
    "02.score_picture": lambda: lesson_02.score_picture(distance.chart(10_000, 64, 2048)),
    "03.hands_at_400": lambda: lesson_03.hands_at_400(*FOUR_HANDS),
    "03.hands_at_4000": lambda: lesson_03.hands_at_4000(*FOUR_HANDS),
    "03.hands_at": lambda: lesson_03.hands_at(700, *FOUR_HANDS),
    "03.wavelengths_in_windows": lambda: lesson_03.wavelengths_in_windows(
        {"one": WAVES / 512, "two": WAVES / 2048}
    ),
    "03.wavelengths_by_pair": lambda: lesson_03.wavelengths_by_pair(
        {"b 10,000, d 64": WAVES, "b 10,000, d 128": 2 * np.pi * 1e4 ** (np.arange(64) / 64)}
    ),
    "03.stopped_pairs": lambda: lesson_03.stopped_pairs({(0, 3): 10.1, (4, 7): 2.2}, 2.1),
    "03.wavelength_picture": lambda: lesson_03.wavelength_picture(
        frequency_chart.chart(10_000, 64, 512)
    ),
    "04.methods_by_length": lambda: lesson_04.methods_by_length(BY_LENGTH),
    "04.loss_over_positions": lambda: lesson_04.loss_over_positions(
        {"rope": np.linspace(0.5, 3, 1024), "yarn": np.full(1024, 0.7)}
    ),
    "04.split_experiment": lambda: lesson_04.split_experiment(SIDES, 16.7),
    "05.slowest_pair": lambda: lesson_05.slowest_pair(
        {"rope": 1e-4 * POSITIONS, "pi": 1e-4 / 8 * POSITIONS}
    ),
    "05.head_under_pi": lambda: lesson_05.head_under_pi(HEAD),
    "05.head_after_tuning": lambda: lesson_05.head_after_tuning(TUNED_HEAD),
    "05.inside_the_window": lambda: lesson_05.inside_the_window(BY_FACTOR),
    "05.split_sweep": lambda: lesson_05.split_sweep(
        {512: {0: 13.6, 16: 2.0, 32: 1.95}, 2048: {0: 14.0, 16: 2.4, 32: 10.9}}
    ),
    "05.fine_tuning": lambda: lesson_05.fine_tuning(
        {"PI, 4,096 bytes": ("pi", STEPS["pi"]), "unchanged": ("rope", STEPS["rope"])},
        base_model=2.04,
    ),
    "06.slow_down_by_pair": lambda: lesson_06.slow_down_by_pair(
        {"PI": ("pi", [8.0] * 32), "NTK-aware": ("ntk_aware", np.linspace(1, 8, 32))}
    ),
    "06.perplexity_by_length": lambda: lesson_06.perplexity_by_length(
        {"rope": LENGTHS["rope"], "ntk_aware": LENGTHS["yarn_turns"]}
    ),
    "06.overshoot_by_pair": lambda: lesson_06.overshoot_by_pair(
        {"PI, 8": ("pi", [1.0] * 16), "NTK-aware, 8": ("ntk_aware", np.linspace(2.7, 1, 16))},
        first_pair=16,
    ),
    "06.perplexity_by_factor": lambda: lesson_06.perplexity_by_factor(
        {4: 17.0, 8: 11.0, 32: 3.9, 64: 4.8}, stretch=8, all_at_home=55.0
    ),
    "06.loss_by_cache": lambda: lesson_06.loss_by_cache(
        {"cached after rotation": LOSSES, "cached before rotation": LOSSES / 2}, chunk=512
    ),
    "07.ramps": lambda: lesson_07.ramps(
        {"turns": SPARED, "index": SPARED[::-1]}, ends={"32 turns": 3.1, "1 turn": 15.3}
    ),
    "07.slow_down_by_pair": lambda: lesson_07.slow_down_by_pair(SLOWED),
    "07.keys_by_layer": lambda: lesson_07.keys_by_layer(
        {"512, unchanged": ("rope", [10, 20, 12]), "2,048, YaRN": ("yarn", [12, 30, 15])}
    ),
    "07.temperatures": lambda: lesson_07.temperatures(
        {2: {1.0: 2.4, 1.05: 2.2, 1.2: 2.5}, 16: {1.0: 9.0, 1.05: 8.0, 1.2: 5.0}},
        paper={2: 1.07, 16: 1.28},
    ),
    "07.coefficients": lambda: lesson_07.coefficients(
        {"turns": {2: 1.05, 16: 1.22}, "index": {2: 1.04, 16: 1.2}},
        {"0.1 ln s + 1": 0.1, "0.08 ln s + 1": 0.08, "0.07 ln s + 1": 0.07},
    ),
    "07.ramp_ends": lambda: lesson_07.ramp_ends(
        {
            name: {(alpha, beta): alpha + beta / 8 for alpha in (0.5, 1, 2) for beta in (4, 8, 32)}
            for name in ("turns", "index")
        }
    ),
    "08.steps_to_quality": lambda: lesson_08.steps_to_quality(STEPS, 2.04, length=4096),
    "08.price_on_short_texts": lambda: lesson_08.price_on_short_texts(STEPS, 2.04, length=512),
    "08.past_the_new_window": lambda: lesson_08.past_the_new_window(LENGTHS, tuned_length=2048),
    "08.what_length_buys": lambda: lesson_08.what_length_buys(
        {512: 2.0, 1024: 1.97, 4096: 1.9}, base=2.02
    ),
    "09.walls": lambda: lesson_09.walls({"one": HANDS, "two": HANDS}),
    "09.readings_of_one_config": lambda: lesson_09.readings_of_one_config(
        {"stock": [1.0, 2.0, 16.0], "as trained": [1.0, 4.0, 16.0]}
    ),
    "10.mine_beside_yarn": lambda: lesson_10.mine_beside_yarn(RECIPES),
    "10.found_beside_mine": lambda: lesson_10.found_beside_mine(
        RECIPES | {"found on 16 documents": ("found", SPARED)}
    ),
    "10.gains": lambda: lesson_10.gains(
        {"3 documents": [[3.0, 4.0], [2.5, 3.9]], "16 documents": [[5.0, 4.0], [4.8, 3.8]]},
        children=10,
    ),
    "bench.bench_picture": lambda: bench.bench_picture(
        bench.tries_chart(
            {"PI, factor 8": {512: 20.5, 4096: 20.9}, "YaRN, factor 8": {512: 2.0, 4096: 2.5}},
            now="PI, factor 8",
            lengths=(512, 4096),
        )
    ),
}


NO_CHARTS = {
    "01.two_arrows", "01.score_maps", "01.turned_arrows", "02.pair_layouts", "03.hands_at",
    "03.hands_at_400", "03.hands_at_4000", "03.stopped_pairs", "07.coefficients", "07.ramp_ends",
    "07.temperatures", "09.walls",
}  # fmt: skip
"""Arrows, maps, boxes, dials and bars; and lines side by side."""


@cache
def drawn_once(name: str) -> Picture:
    return PICTURES[name]()


@pytest.fixture(params=PICTURES)
def picture(request) -> Picture:
    return drawn_once(request.param)


@pytest.fixture(params=[name for name in PICTURES if name not in NO_CHARTS])
def charted(request) -> Picture:
    return drawn_once(request.param)


def title_of(figure):
    texts = [figure.get_suptitle(), *(axes.get_title(loc="left") for axes in figure.axes)]
    return next(text for text in texts if text)


def written(figure):
    """All texts of a figure that show something, once its ticks are in place."""
    figure.draw_without_rendering()
    return [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]


def lines_of(picture):
    """Lines of the first axes that hold data, as [(x, y)]."""
    lines = picture.figure.axes[0].lines
    return [line.get_xydata().T.tolist() for line in lines if len(line.get_xdata()) > 2]


# --- what holds for all of them ---


def test_every_picture_of_every_lesson_is_tried_here():
    public = {
        f"{module.__name__.rpartition('.')[2].removeprefix('lesson_')}.{name}"
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and inspect.signature(function).return_annotation is Picture
    }
    assert public == set(PICTURES)


def test_there_is_one_module_of_pictures_for_each_lesson():
    folder = Path(bench.__file__).parent
    drawn = {path.stem for path in folder.glob("lesson_*.py")}
    assert drawn == {f"lesson_{path.name[:2]}" for path in LESSONS}


def test_a_picture_says_its_message_in_one_sentence(picture):
    title = title_of(picture.figure)
    assert (title[0].isupper() or title[0].isdigit()) and len(title.split()) >= 4
    assert ". " not in title and not title.endswith(".") and "\n" not in title


def test_a_picture_is_described_in_whole_sentences(picture):
    assert len(picture.description) >= 100
    assert picture.description[0].isupper() or picture.description[0].isdigit()
    assert picture.description.endswith(".") and "nan" not in picture.description


def test_nothing_written_leaves_the_page(picture):
    picture.figure.draw_without_rendering()
    used, (width, height) = picture.figure.get_tightbbox(), picture.figure.get_size_inches()
    assert used.x0 >= 0 and used.y0 >= 0 and used.x1 <= width and used.y1 <= height


def test_what_is_written_is_large_enough_to_read(picture):
    assert min(text.get_fontsize() for text in written(picture.figure)) >= 11


def test_labels_inside_a_picture_stay_apart(picture):
    picture.figure.draw_without_rendering()
    for axes in picture.figure.axes:
        boxes = [(t.get_text(), t.get_window_extent()) for t in axes.texts if t.get_text().strip()]
        pairs = itertools.combinations(boxes, 2)
        assert not [(a, b) for (a, box), (b, other) in pairs if box.overlaps(other)]


def test_a_picture_that_is_a_chart_can_be_drawn_live_as_it_stands(charted):
    panels = charted.chart.panels
    most = max(len(panel.lines) for panel in panels)
    live = as_plotly(charted.chart, panels=len(panels), lines=most)
    chart = graph_objects.Figure(live.traces, live.layout)  # which checks every name and value
    shown = [trace for trace in chart.data if trace.visible]
    lines = [line for panel in panels for line in panel.lines]
    for trace, line in zip(shown, lines, strict=True):
        np.testing.assert_array_equal(trace.x, np.asarray(line.x, dtype=float))
        np.testing.assert_array_equal(trace.y, np.asarray(line.y, dtype=float))
        assert trace.name == line.label


def test_both_drawings_of_a_chart_have_the_same_ends(charted):
    for axes, panel in zip(charted.figure.axes, charted.chart.panels, strict=True):
        assert limits(panel, "x") == pytest.approx(axes.get_xlim())
        assert limits(panel, "y") == pytest.approx(axes.get_ylim())


def test_every_chart_keeps_what_it_draws_as_data():
    assert {name for name in PICTURES if drawn_once(name).chart is None} == NO_CHARTS


# --- lines ---


def test_the_second_line_of_a_look_is_told_apart_by_more_than_its_label():
    first, again = styled_lines({"first": ("pi", [1, 2]), "again": ("pi", {3: 2, 5: 1})})
    assert (list(first.x), list(first.y), list(again.x), list(again.y)) == (
        [0, 1],
        [1, 2],
        [3, 5],
        [2, 1],
    )
    assert (first.dash, again.dash) == ("-", "--")
    assert (first.open_marker, again.open_marker) == (False, True)


def test_the_codes_ramp_has_open_markers_and_the_papers_full_ones():
    turns, index = styled_lines({"a": ("yarn_turns", [1, 2]), "b": ("yarn_index", [2, 1])})
    assert turns.colour == index.colour == STYLES["yarn"][1]
    assert (turns.open_marker, index.open_marker) == (False, True)


def test_a_level_line_reaches_from_the_first_point_to_the_last():
    line = level_line("level", 2.5, {4: 1, 2: 3, 8: 2})
    assert (line.x, line.y) == ((2, 8), (2.5, 2.5))


# --- single pictures ---


def test_the_wall_at_4000_counts_its_new_hands_in_the_title():
    title = lesson_03.hands_at_4000(*FOUR_HANDS).figure.axes[0].get_title(loc="left")
    assert title == "Offset 4,000: 2 hands point somewhere new"


def test_arrows_are_drawn_where_they_were_turned_to_with_the_score_below():
    picture = PICTURES["01.turned_arrows"]()
    first, second = picture.figure.axes
    tips = [a.xy for a in first.texts if hasattr(a, "xy")]
    assert tips == [(1.0, 0.2), (0.5, -0.5)]
    assert second.get_title() == "q at 5, k at 2" and second.get_xlabel() == "score 0.400"


def test_rounded_positions_are_stairs_around_each_position():
    chart = PICTURES["02.rounded_positions"]().chart
    stairs = {line.label: line for line in chart.panels[0].lines}
    assert stairs["coarse"].x[:4].tolist() == [99.5, 100.5, 100.5, 101.5]
    assert set(stairs["coarse"].y) == {100, 120}


def test_the_band_of_the_slowest_pair_ends_with_the_trained_window():
    picture = PICTURES["05.slowest_pair"]()
    band = next(patch for patch in picture.figure.axes[0].patches)
    assert band.get_y() + band.get_height() == pytest.approx(1e-4 * 511)
    assert "0 to 4,095" in picture.description and "0.41" in picture.description


def test_the_split_sweep_tells_the_lowest_point_of_each_length():
    description = PICTURES["05.split_sweep"]().description
    assert "At 512 bytes it begins at 13.6, is lowest at k = 32 with 1.95" in description
    assert "At 2,048 bytes it begins at 14.0, is lowest at k = 16 with 2.40" in description


def test_the_factors_picture_tells_the_lowest_point_and_draws_both_marks():
    picture = PICTURES["06.perplexity_by_factor"]()
    assert "lowest point of 3.9 at 32" in picture.description
    uprights = [line for line in picture.figure.axes[0].lines if len(set(line.get_xdata())) == 1]
    assert [line.get_xdata()[0] for line in uprights] == [8, 55.0]


def test_losses_by_cache_are_averaged_in_blocks():
    losses = {"cached": np.repeat([1.0, 3.0], 64)}
    border, line = lesson_06.loss_by_cache(losses, chunk=64).chart.panels[0].lines
    assert border.x == (64, 64)
    assert (list(line.x), list(line.y)) == ([32, 96], [1, 3])


def test_the_best_temperature_is_ringed_and_the_papers_lies_on_the_line():
    picture = lesson_07.temperatures({2: {1.0: 3.0, 1.1: 2.0, 1.3: 4.0}}, paper={2: 1.2})
    points = [line for line in picture.figure.axes[0].lines if len(line.get_xdata()) == 1]
    ring, mark = (line.get_xydata().tolist()[0] for line in points)
    assert ring == [1.1, 2.0] and mark == pytest.approx([1.2, 3.0])
    assert "1.1 for factor 2" in picture.description


def test_step_0_has_a_place_left_of_all_others():
    for name in ("08.steps_to_quality", "08.price_on_short_texts"):
        picture = PICTURES[name]()
        for x, _ in lines_of(picture):
            assert x == sorted(x) and x[0] < x[1] - 0.5
        assert [y for _, y in lines_of(picture)] == [
            list(curve.values()) for curve in STEPS.values()
        ]


def test_both_windows_are_marked_past_the_new_one():
    axes = PICTURES["08.past_the_new_window"]().figure.axes[0]
    uprights = [line.get_xdata()[0] for line in axes.lines if len(set(line.get_xdata())) == 1]
    assert sorted(uprights) == [512, 2048]


def test_the_walls_mark_new_hands_and_only_those():
    widest, angles, beyond = HANDS
    picture = lesson_09.walls(
        {"at home": (widest, widest, [False] * 16), "beyond": (widest, angles, beyond)}
    )
    tips = [line for line in picture.figure.axes[0].lines if len(line.get_xdata()) == 1]
    assert sum(tip.get_marker() == NEW[2] for tip in tips) == 8 + 1  # and one in the legend
    assert sum(tip.get_marker() == SEEN[2] for tip in tips) == 24 + 1
    assert "8 in beyond" in picture.description and "at home" not in picture.description


def test_the_readings_are_drawn_as_given_and_told_apart_by_more_than_colour():
    picture = PICTURES["09.readings_of_one_config"]()
    axes = picture.figure.axes[0]
    assert [y for _, y in lines_of(picture)] == [[1.0, 2.0, 16.0], [1.0, 4.0, 16.0]]
    assert len({(line.get_marker(), line.get_linestyle()) for line in axes.lines}) == 2
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["stock", "as trained"]


def test_the_picture_of_recipes_draws_each_ones_slow_downs():
    curves = {"YaRN": ("yarn_index", [1, 4, 16]), "yours": ("mine", [1, 2, 16])}
    axes = lesson_10.mine_beside_yarn(curves).figure.axes[0]
    assert [line.get_ydata().tolist() for line in axes.lines] == [[1, 4, 16], [1, 2, 16]]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["YaRN", "yours"]
    assert axes.lines[0].get_color() != axes.lines[1].get_color()


def test_the_gains_are_two_lines_for_each_search_from_a_common_start():
    history = {"few": [[3.0, 4.0], [2.5, 3.9]], "many": [[5.0, 4.0], [4.8, 3.8], [4.7, 3.7]]}
    picture = lesson_10.gains(history, children=10)
    lines = [line.get_xydata().tolist() for line in picture.figure.axes[0].lines[:4]]
    assert lines[0] == [[0, 0], [10, -0.5]]
    assert lines[3][-1] == pytest.approx([20, -0.3])
    assert "few, searched: -0.500." in picture.description
