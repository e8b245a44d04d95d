"""What the charts under sliders show, against values from closed forms and from literal numbers."""

import math

import numpy as np
import pytest
import torch

from lesson_utils.attention import doubling_distances, looks_by_distance
from lesson_utils.figures import bench, lesson_04
from lesson_utils.figures.chart import Axis, Chart, Line, Panel, as_data, as_figure, round_ticks
from lesson_utils.model import ModelConfig, TinyLlama
from lesson_utils.rope import rotate_half_split
from lesson_utils.widgets import distance
from lesson_utils.widgets.bench import Bench
from lesson_utils.widgets.recipe import Recipe

pytestmark = pytest.mark.lesson("02", "04", "05", "06", "07")


@pytest.mark.parametrize("reach", [512, 2048, 32768])
def test_the_score_chart_ends_where_its_reach_does(reach):
    chart = distance.chart(10_000, 64, reach)  # the tiny model's, beside itself
    fine, means, kept = chart.panels[0].lines
    assert fine.x[-1] == reach and chart.panels[0].x.limits == (0, reach)
    assert len(means.x) == 32 and list(means.y) == list(kept.y)
    assert fine.y[0] == 1


def test_the_score_chart_says_its_numbers():
    chart = distance.chart(10_000, 64, 2048)
    assert chart.title == "Near offset 2,048, a matching key scores 0.07"
    # Pairs 21 to 31 turn once in more than 2,048: 2π · 10,000^(i / 32) passes it between 20 and 21.
    assert chart.digest[2] == "pairs that turn less than once in 2,048: 11 of 32"


def test_the_speeds_chart_lays_the_kept_recipe_beside_the_one_at_hand():
    ones = np.ones(32)
    recipes = [
        bench.Speeds("PI, factor 8", "pi", 8 * ones, 2 * ones, 0 * ones),
        bench.Speeds("unchanged", "rope", ones, 16 * ones, ones),
    ]
    new = np.zeros(32, dtype=bool)
    chart = bench.speeds_chart(recipes, 2 * ones, new=new, target_length=4096)
    slowed, turns, kept = chart.panels
    assert [line.label for line in slowed.lines] == ["PI, factor 8", "unchanged"]
    assert [line.y[0] for line in slowed.lines] == [8, 1]
    assert [line.y[0] for line in turns.lines[:3]] == [2, 2, 16]
    assert [line.y[0] for line in kept.lines] == [0, 1]
    assert [line.dash for line in slowed.lines] == ["-", "--"]
    assert chart.title == "PI, factor 8: 0 pairs of 32 meet new angles within 4,096 bytes"
    assert len(as_figure(chart).axes) == 3


def test_pairs_with_new_angles_are_marked_in_the_picture_that_counts_them():
    turns = np.linspace(64, 1, 32)
    recipe = bench.Speeds("PI, factor 8", "pi", np.ones(32), turns, np.ones(32))
    new = np.arange(32) > 28
    chart = bench.speeds_chart([recipe], turns, new=new, target_length=4096)
    crosses = chart.panels[1].lines[-1]
    assert crosses.label == "meets a new angle" and crosses.marker == "X" and not crosses.dash
    assert list(crosses.x) == [29, 30, 31] and list(crosses.y) == list(turns[29:])
    assert chart.number == "3" and ": 3 pairs of 32 meet new angles" in chart.title


def test_the_bench_draws_what_each_recipe_makes_of_the_pairs():
    panel = Bench(Recipe("pi"), Recipe("rope"), views=["speeds"])
    slowed, turns, kept = panel.chart.panels
    np.testing.assert_allclose(slowed.lines[0].y, 8, rtol=1e-6)
    np.testing.assert_allclose(turns.lines[2].y, 8 * turns.lines[0].y, rtol=1e-6)  # 4,096 / 512
    np.testing.assert_allclose(kept.lines[1].y, 1)
    assert panel.chart.title.endswith("0 pairs of 32 meet new angles within 4,096 bytes")


def test_a_bench_whose_methods_have_no_ramp_draws_no_share_left_alone():
    chart = Bench(Recipe("pi"), Recipe("rope"), methods=("rope", "pi"), views=["speeds"]).chart
    assert [panel.y.label for panel in chart.panels] == ["slowed down by", "turns in 4,096"]
    assert [panel.x.label for panel in chart.panels] == ["", "pair, from fast to slow"]
    assert not any("share left alone" in line for line in chart.digest)


TRIES = {
    "a": {512: 2.5, 4096: 3.0},
    "b": {512: 2.4, 4096: 2.2},
    "c": {512: 2.1},
}


def test_the_best_try_is_the_lowest_at_the_longest_length_read_to_the_end():
    assert bench.best_of(TRIES, 4096) == "b"
    assert bench.best_of({"c": TRIES["c"]}, 4096) is None


def test_earlier_tries_are_one_line_with_gaps_and_the_best_has_its_own():
    chart = bench.tries_chart(TRIES, now="c", lengths=(512, 4096))
    earlier, best, now = chart.panels[0].lines
    assert list(earlier.x[:2]) == [512, 4096] and math.isnan(earlier.x[2])
    assert list(best.y) == [2.4, 2.2] and list(now.y) == [2.1]
    assert chart.title == "Reading …"
    assert any(line == "best so far, b: 2.20 at 4,096" for line in chart.digest)


def test_all_of_the_curves_fit_on_the_axis():
    chart = bench.tries_chart({"a": {512: 2.0, 4096: 21.0}}, now="a", lengths=(512, 4096))
    assert chart.panels[0].y.limits[1] >= 21


def test_a_hopeless_recipe_still_fits_on_the_axis():
    chart = bench.tries_chart({"a": {512: 2.0, 4096: 300.0}}, now="a", lengths=(512, 4096))
    assert chart.panels[0].y.limits[1] >= 300


def test_the_attention_chart_says_what_goes_beyond_the_window():
    starts = doubling_distances(2048)
    shares = np.zeros(len(starts))
    shares[[2, starts.index(512), starts.index(1024)]] = 0.25, 0.5, 0.25
    chart = lesson_04.attention_chart(
        {"mine": ("yarn", shares)}, starts, trained_length=512, where="There", keys={"mine": 3.0}
    )
    assert chart.title == "There: beyond the window, YaRN sends 75 %"
    assert chart.panels[0].lines[0].y[starts.index(512)] == 50
    assert "50 %, goes 512–1,023 back; 3 keys share it" in chart.digest[0]


def test_a_long_title_stays_on_the_page():
    words = "Layer 4, head 0 at byte 2,047: beyond the window, YaRN sends 0 %, unchanged RoPE 100 %"
    figure = as_figure(Chart(words, (Panel(Axis("x", (0, 1)), Axis("y", (0, 1)), ()),)))
    figure.draw_without_rendering()
    used = figure.get_tightbbox()
    assert used.x1 <= figure.get_size_inches()[0] and "\n" in figure.get_suptitle()


@pytest.mark.parametrize("place, name", [(0, "0"), (1, "1"), (2, "2–3"), (4, "≥ 8")])
def test_bins_are_named_by_their_distances(place, name):
    assert lesson_04.bin_name([0, 1, 2, 4, 8], place) == name


def test_round_ticks_are_round():
    assert round_ticks(1.8, 60, steps=(1, 2, 5)) == {2: "2", 5: "5", 10: "10", 20: "20", 50: "50"}


@pytest.mark.parametrize("lines, rows", [((), 0), ("a", 2), ("ab", 2), ("abc", 3)])
def test_the_page_keeps_room_for_the_name_of_a_second_line_that_may_come(lines, rows):
    drawn = tuple(Line(name, [0, 1], [0, 1], "#000000") for name in lines)
    panel = Panel(Axis("x", (0, 1)), Axis("y", (0, 1)), drawn)
    assert as_data(Chart("A sentence", (panel,)))["panels"][0]["rows"] == rows


def test_a_mark_on_a_log_axis_stands_at_the_same_place_live():
    line = Line("a", [10, 1000], [0, 1], "#000000")
    panel = Panel(Axis("bytes", log=True), Axis("y"), (line,), {"here": 200.0})
    [mark] = live(panel)["uprights"]
    assert mark["x"] == 200 and mark["label"] == "here"
    assert mark["side"] == "right"  # past the middle, 100


def test_an_axis_without_limits_reaches_a_little_past_its_lines_live_too():
    panel = Panel(Axis("x"), Axis("y", (0, None)), (Line("a", [0, 100], [1, 2], "#000000"),))
    assert live(panel)["x"]["limits"] == pytest.approx([-5, 105])
    assert live(panel)["y"]["limits"] == pytest.approx([0, 2.05])
    axes = as_figure(Chart("A sentence", (panel,))).axes[0]
    assert axes.get_xlim() == pytest.approx((-5, 105))
    assert axes.get_ylim() == pytest.approx((0, 2.05))


def test_a_gap_in_a_line_and_a_black_that_turns_light_can_be_sent_to_the_page():
    panel = Panel(Axis("x"), Axis("y"), (Line("a", [0, 1, 2], [1, math.nan, 2], "#000000"),))
    [line] = live(panel)["lines"]
    assert line["y"] == [1, None, 2]
    assert line["colour"] == "light-dark(#000000, #EEEEEE)"


def live(panel):
    return as_data(Chart("A sentence", (panel,)))["panels"][0]


# --- where a head looks, against weights written out whole ---


@pytest.fixture(scope="module")
def small():
    torch.manual_seed(0)
    config = ModelConfig(hidden_size=32, intermediate_size=48, layers=2, head_dim=16)
    return TinyLlama(config).eval()


def test_shares_by_distance_are_those_of_the_whole_softmax(small):
    tokens = torch.randint(256, (40,), generator=torch.Generator().manual_seed(1))
    positions, weights = [0, 7, 39], []

    def attend(q, k, v, cos, sin):
        scores = rotate_half_split(q, cos, sin) @ rotate_half_split(k, cos, sin).mT / 4
        whole = scores.masked_fill(torch.ones(40, 40).triu(1).bool(), -math.inf).softmax(-1)
        weights.append(whole[0])
        return whole @ v

    looks = looks_by_distance(small, tokens, positions)
    with torch.inference_mode():
        small(tokens[None], attend=attend)
    edges = [0, 1, 2, 4, 8, 16, 32, 64]
    assert doubling_distances(40) == edges[:-1]
    for layer, whole in enumerate(weights):
        for place, position in enumerate(positions):
            row = whole[:, position].numpy()
            back = position - np.arange(40)
            for bin_, (first, last) in enumerate(zip(edges, edges[1:])):
                wanted = row[:, (back >= first) & (back < last)].sum(-1)
                np.testing.assert_allclose(looks.shares[layer, :, place, bin_], wanted, atol=1e-5)
    np.testing.assert_allclose(looks.shares.sum(-1), 1, rtol=1e-5)


def test_keys_that_share_the_attention_lie_between_one_and_all(small):
    looks = looks_by_distance(small, torch.arange(40), [0, 39])
    np.testing.assert_allclose(looks.keys[:, :, 0], 1, rtol=1e-5)  # the first byte sees itself
    assert (looks.keys[:, :, 1] < 40 + 1e-3).all()


def test_a_position_outside_the_text_is_named(small):
    with pytest.raises(ValueError, match="40"):
        looks_by_distance(small, torch.arange(40), [40])
