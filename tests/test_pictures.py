"""Each picture of a lesson draws what it is given, and says in words what it shows."""

import inspect
import itertools
import json
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text

from lesson_utils import widgets
from lesson_utils.catalogue import COURSE
from lesson_utils.figures import (
    bench,
    head_scores,
    lesson_03,
    lesson_06,
    lesson_07,
    lesson_10,
)
from lesson_utils.figures.chart import as_data, limits
from lesson_utils.figures.common import level_line, styled_lines
from lesson_utils.figures.picture import Picture
from lesson_utils.figures.style import STYLES
from tests import lessons
from tests.helpers import LESSONS, of_any_lesson
from tests.lessons.arrays import STEPS
from tests.lessons.lesson_03 import FOUR_HANDS

MODULES = [
    import_module(f"lesson_utils.figures.lesson_{lesson.number}") for lesson in COURSE.lessons
]
PICTURES = lessons.PICTURES | {
    "bench.bench_picture": lambda: bench.bench_picture(
        bench.tries_chart(
            {"PI, factor 8": {512: 20.5, 4096: 20.9}, "YaRN, factor 8": {512: 2.0, 4096: 2.5}},
            now="PI, factor 8",
            lengths=(512, 4096),
        )
    ),
    "head_scores.head_score_picture": lambda: head_scores.head_score_picture(
        widgets.head_scores.chart("pi", layer=3, head=3, factor=4, pair=17)
    ),
}
NO_CHARTS = {
    "00.written_after", "01.before_and_after", "01.two_arrows", "01.score_maps",
    "01.turned_arrows", "02.pair_layouts",
    "03.hands_at", "03.hands_at_4000", "03.landscape_of_cosines",
    "03.stopped_and_reversed",
    "07.ramp_ends", "07.temperatures",
}  # fmt: skip
"""Code, arrows, maps, boxes, dials and bars; and lines side by side."""


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


@of_any_lesson
def test_every_picture_of_every_lesson_is_tried_here():
    public = {
        f"{module.__name__.rpartition('.')[2].removeprefix('lesson_')}.{name}"
        for module in [*MODULES, bench, head_scores]
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and inspect.signature(function).return_annotation is Picture
    }
    assert public == set(PICTURES)


@of_any_lesson
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


def test_a_picture_that_is_a_chart_can_be_sent_to_the_page_as_it_stands(charted):
    sent = json.loads(json.dumps(as_data(charted.chart), allow_nan=False))
    for panel, of_page in zip(charted.chart.panels, sent["panels"], strict=True):
        assert [line["label"] for line in of_page["lines"]] == [line.label for line in panel.lines]
        for line, drawn in zip(panel.lines, of_page["lines"], strict=True):
            for name in ("x", "y"):
                np.testing.assert_array_equal(
                    np.array(drawn[name], dtype=float), np.asarray(getattr(line, name), dtype=float)
                )


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


@pytest.mark.lesson("03")
def test_the_wall_at_4000_counts_its_new_hands_in_the_title():
    title = lesson_03.hands_at_4000(*FOUR_HANDS).figure.axes[0].get_title(loc="left")
    assert title == "At offset 4,000, 2 of 4 are at a new angle"


@pytest.mark.lesson("01")
def test_arrows_are_drawn_where_they_were_turned_to_with_the_score_below():
    picture = PICTURES["01.turned_arrows"]()
    first, second = picture.figure.axes
    tips = [a.xy for a in first.texts if hasattr(a, "xy")]
    assert tips == [(1.0, 0.2), (0.5, -0.5)]
    assert (
        second.get_title() == "q at 5, k at 2" and second.get_xlabel() == "angle 0.98\nscore 0.400"
    )


@pytest.mark.lesson("05")
def test_the_split_sweep_tells_the_lowest_point_of_each_length():
    description = PICTURES["05.split_sweep"]().description
    assert "At 512 bytes it begins at 13.6, is lowest at k = 32 with 1.95" in description
    assert "At 2,048 bytes it begins at 14.0, is lowest at k = 16 with 2.40" in description


@pytest.mark.lesson("06")
def test_the_factors_picture_tells_the_lowest_point_and_draws_both_marks():
    picture = PICTURES["06.perplexity_by_factor"]()
    assert "lowest point of 3.9 at 32" in picture.description
    uprights = [line for line in picture.figure.axes[0].lines if len(set(line.get_xdata())) == 1]
    assert [line.get_xdata()[0] for line in uprights] == [8, 55.0]


@pytest.mark.lesson("06")
def test_losses_by_cache_are_averaged_in_blocks():
    losses = {"cached": np.repeat([1.0, 3.0], 64)}
    border, line = lesson_06.loss_by_cache(losses, chunk=64).chart.panels[0].lines
    assert border.x == (64, 64)
    assert (list(line.x), list(line.y)) == ([32, 96], [1, 3])


@pytest.mark.lesson("07")
def test_the_best_temperature_is_ringed_and_the_papers_lies_on_the_line():
    picture = lesson_07.temperatures({2: {1.0: 3.0, 1.1: 2.0, 1.3: 4.0}}, paper={2: 1.2})
    points = [line for line in picture.figure.axes[0].lines if len(line.get_xdata()) == 1]
    ring, mark = (line.get_xydata().tolist()[0] for line in points)
    assert ring == [1.1, 2.0] and mark == pytest.approx([1.2, 3.0])
    assert "1.1 for factor 2" in picture.description


@pytest.mark.lesson("08")
def test_step_0_has_a_place_left_of_all_others():
    for name in ("08.steps_to_quality", "08.price_on_short_texts"):
        picture = PICTURES[name]()
        for x, _ in lines_of(picture):
            assert x == sorted(x) and x[0] < x[1] - 0.5
        assert [y for _, y in lines_of(picture)] == [
            list(curve.values()) for curve in STEPS.values()
        ]


@pytest.mark.lesson("08")
def test_both_windows_are_marked_past_the_new_one():
    axes = PICTURES["08.past_the_new_window"]().figure.axes[0]
    uprights = [line.get_xdata()[0] for line in axes.lines if len(set(line.get_xdata())) == 1]
    assert sorted(uprights) == [512, 2048]


@pytest.mark.lesson("09")
def test_the_readings_are_drawn_as_given_and_told_apart_by_more_than_colour():
    picture = PICTURES["09.readings_of_one_config"]()
    axes = picture.figure.axes[0]
    assert [y for _, y in lines_of(picture)] == [[1.0, 2.0, 16.0], [1.0, 4.0, 16.0]]
    assert len({(line.get_marker(), line.get_linestyle()) for line in axes.lines}) == 2
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["stock", "its own code"]


@pytest.mark.lesson("09")
def test_models_of_different_sizes_are_drawn_over_the_turns_of_their_pairs():
    picture = PICTURES["09.slow_downs_of_models"]()
    drawn = [line.get_xydata().T.tolist() for line in picture.figure.axes[0].lines]
    assert drawn == [[[40, 4, 0.2], [1.0, 2.0, 8.0]], [[9, 0.5], [1.5, 3.0]]]
    assert "one leaves 1 of 3 pairs at their speed, and slows the last by 8" in picture.description
    assert "two leaves 0 of 2 pairs" in picture.description


@pytest.mark.lesson("10")
def test_the_picture_of_recipes_draws_each_ones_slow_downs():
    curves = {"YaRN": ("yarn_index", [1, 4, 16]), "yours": ("mine", [1, 2, 16])}
    axes = lesson_10.found_beside_mine(curves).figure.axes[0]
    assert [line.get_ydata().tolist() for line in axes.lines] == [[1, 4, 16], [1, 2, 16]]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["YaRN", "yours"]
    assert axes.lines[0].get_color() != axes.lines[1].get_color()
