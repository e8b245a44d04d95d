"""A head's score by pairs: the controls' attention, the record, and attention lit on a text."""

import html
import re

import numpy as np
import pytest
import torch

from lesson_utils import recorded
from lesson_utils.angles import lift_by_pair, neighbour_step, pair_scores
from lesson_utils.attention import looks_by_distance, mean_contents, weights_of_head
from lesson_utils.copying import copy_losses, copy_windows
from lesson_utils.corpus import default_documents
from lesson_utils.figures.lit_text import SHADES, lit_text
from lesson_utils.model import attend_last, rotary_attention
from lesson_utils.rope import cos_sin, rope
from lesson_utils.weights import load
from tests.helpers import runs_tool
from tools.gather_controls import far_keys
from tools.gather_evidence import slowed, with_nothing_to_copy
from tools.measure_pairs import (
    COPYING,
    WINDOW,
    by_hand,
    copied,
    kinds_of_shift,
    lifts,
    only,
    shifts,
    turned_by,
)

pytestmark = pytest.mark.lesson("04", "05")
RECORD = recorded.read("pairs")
PLAIN = rope(64).inv_freq.double().numpy()
LONGER = WINDOW + 40


@pytest.fixture(scope="module")
def vectors():
    generator = torch.Generator().manual_seed(0)
    q, k, v = (torch.randn(1, 2, LONGER, 64, generator=generator) for _ in range(3))
    return q, k, v, *(table.float() for table in cos_sin(rope(64), torch.arange(LONGER)))


# --- what the controls do to the model ---


def test_with_no_pair_held_the_model_attends_as_always(vectors):
    torch.testing.assert_close(by_hand()(*vectors), rotary_attention(*vectors))


def test_held_pairs_score_from_afar_as_at_offset_511(vectors):
    kept, edge = torch.ones(LONGER, dtype=torch.bool), torch.full((LONGER,), WINDOW - 1)
    wanted = far_keys(kept, edge, first_pair=10)(*vectors)
    torch.testing.assert_close(by_hand(range(10, 32))(*vectors), wanted)


def test_held_pairs_score_from_afar_as_at_any_known_offset(vectors):
    kept, known = torch.ones(LONGER, dtype=torch.bool), torch.full((LONGER,), 256)
    wanted = far_keys(kept, known, first_pair=10)(*vectors)
    torch.testing.assert_close(by_hand(range(10, 32), held_at=256)(*vectors), wanted)


def test_slowed_pairs_turn_slower_and_the_others_as_always(vectors):
    slower = slowed(16, 4).inv_freq / rope(64).inv_freq
    assert slower.tolist() == 16 * [1.0] + 16 * [0.25]
    tables = cos_sin(slowed(16, 4), torch.arange(LONGER))
    wanted = rotary_attention(*vectors[:3], *tables)
    torch.testing.assert_close(turned_by(slowed(16, 4))(*vectors), wanted)


def test_a_shift_is_added_to_the_scores_of_its_own_layer(vectors):
    shift = torch.zeros(2, 2, LONGER)
    shift[1, :, WINDOW:] = -1e9
    attend = by_hand(shift=shift)
    torch.testing.assert_close(attend(*vectors), rotary_attention(*vectors))
    torch.testing.assert_close(attend(*vectors), attend_last(WINDOW)(*vectors))


def test_a_difference_is_how_far_a_heads_score_lies_above_that_at_offset_511():
    content = mean_contents()[:4]
    differences = shifts(content, PLAIN, (2, 2), LONGER)
    assert not differences[..., :WINDOW].any()
    first = [pair_scores(content[3], PLAIN, [at]).sum() for at in (WINDOW - 1, LONGER - 1)]
    assert differences[1, 1, -1].item() == pytest.approx(first[1] - first[0], abs=1e-5)


def test_level_and_shape_add_up_to_the_differences_and_change_no_near_score():
    differences = torch.zeros(1, 2, LONGER)
    differences[..., WINDOW:] = torch.arange(80.0).view(1, 2, 40)
    kinds = kinds_of_shift(differences)
    level, shape = kinds["level of the differences"], kinds["shape of the differences"]
    torch.testing.assert_close(level + shape, differences)
    assert not level[..., :WINDOW].any() and not shape[..., :WINDOW].any()
    assert level[0, :, -1].tolist() == [19.5, 59.5]
    assert kinds["differences of the next head"][0, 0].equal(differences[0, 1])


def test_what_some_pairs_add_to_the_differences_and_what_the_others_add_make_the_whole():
    content = mean_contents()[:4]
    six = only(content, "16–21")
    assert six[:, 16:22].any(1).all() and not six[:, :16].any() and not six[:, 22:].any()
    parts = [shifts(part, PLAIN, (2, 2), LONGER) for part in (six, content - six, content)]
    torch.testing.assert_close(parts[0] + parts[1], parts[2], atol=1e-5, rtol=0)


def test_with_its_lift_subtracted_a_heads_mean_score_is_the_same_past_the_window_as_inside():
    content = mean_contents()[:4]
    shift = lifts(content, PLAIN, (2, 2), LONGER)
    assert not shift[..., :WINDOW].any()
    score = pair_scores(content[3], PLAIN, range(LONGER)).sum(0) - shift[1, 1].numpy()
    assert score[WINDOW:].mean() == pytest.approx(score[:WINDOW].mean(), abs=1e-5)


def test_with_nothing_to_copy_a_window_ends_in_the_string_of_another():
    windows = copy_windows(default_documents(1), 100, length=200, strings=3)
    without = with_nothing_to_copy(windows)
    assert without[:, :-24].equal(windows[:, :-24])
    assert without[1, -24:].equal(windows[0, -24:])


def test_a_copy_that_is_asked_of_each_way_of_reading_is_a_mean_over_all_strings():
    ways = dict.fromkeys(COPYING, rotary_attention)
    texts, model = default_documents(1), load("base")
    found = copied(model, texts, ways, 200, 100, 2)["nats"]
    windows = copy_windows(texts, 100, length=200, strings=2)
    expected = {"copy": windows, "nothing": with_nothing_to_copy(windows)}
    for what, asked in expected.items():
        assert found[COPYING[0]][what] == pytest.approx(copy_losses(model, asked).mean(), abs=6e-4)
    known = {name: {"copy": 1, "nothing": 2} for name in COPYING[1:]}
    assert copied(model, texts, ways, 200, 100, 2, known)["nats"] == found | known


# --- what the record shows ---


def test_the_record_says_how_it_came_about():
    assert {"command", "device", "versions", "date", "seed", "documents"} <= set(RECORD)
    for one in (RECORD, *RECORD["more"]):
        assert runs_tool(one["command"], "measure_pairs")
        assert set(one.get("ways", ())) <= set(RECORD["perplexity"])


def test_all_heads_but_one_are_lifted_past_the_window_in_every_document():
    lift = np.array(RECORD["lift_by_document"])
    assert lift.shape == (8, 24) and sorted((lift > 0).all(0)) == [False] + 23 * [True]


def test_seven_pairs_make_nearly_all_of_the_lift():
    lifts = np.array([lift_by_pair(c, PLAIN, 512, 2048) for c in mean_contents()])
    np.testing.assert_allclose(lifts.sum(1), np.mean(RECORD["lift_by_document"], 0), atol=0.02)
    assert lifts[:, 16:23].sum() > 0.9 * lifts.sum()


def by_document():
    return {name: np.array(one["by_document"][0]) for name, one in RECORD["perplexity"].items()}


def test_in_every_document_the_differences_break_the_model_and_without_them_most_is_repaired():
    read = by_document()
    assert all(read["differences subtracted"] < read["unchanged"] / 3)
    assert all(read["10–31 held, differences added"] > 4 * read["10–31 held"])
    assert all(read["22–31 held"] > 0.95 * read["unchanged"])


def test_the_differences_of_another_head_repair_far_less_than_a_heads_own():
    read = by_document()
    assert all(read["differences of the next head subtracted"] > 2 * read["differences subtracted"])


def test_what_six_pairs_add_to_the_differences_does_more_harm_than_what_the_other_pairs_add():
    read = by_document()
    whole, six, others = (
        read[f"differences{part} subtracted"]
        for part in ("", " of pairs 16–21", " of the other pairs")
    )
    assert all(1.5 * whole < six) and all(1.3 * six < others)
    assert all(others < read["unchanged"])


def test_added_differences_of_another_head_break_the_model_nearly_as_much():
    read = by_document()
    own, others = (
        read[f"10–31 held, {kind} added"]
        for kind in ("differences", "differences of the next head")
    )
    assert all(0.8 * own < others) and all(others < own)


def test_level_and_shape_of_the_differences_repair_less_alone_than_together():
    read = by_document()
    both, level, shape = (
        read[f"{kind} subtracted"]
        for kind in ("differences", "level of the differences", "shape of the differences")
    )
    assert all(1.5 * both < shape) and all(shape < level) and all(level < read["unchanged"])


def test_without_its_lift_a_head_does_less_harm_than_without_the_shape_of_its_differences():
    read = by_document()
    lift, shape = (read[f"{name} subtracted"] for name in ("lift", "shape of the differences"))
    assert all(read["differences subtracted"] < lift) and all(lift < 0.9 * shape)


def test_slowed_the_model_copies_with_pairs_held_a_little_with_differences_subtracted_not():
    nats = RECORD["copies"]["nats"]
    gained = {name: row["nothing"] - row["copy"] for name, row in nats.items()}
    assert all(0.5 < gained[f"{pairs} held"] < 2.5 for pairs in ("16–31", "10–31"))
    assert gained["16–21 held"] < 0.5 < 2.5 < gained["16–31 slowed by 4"]
    assert gained["16–21 held at 256"] > 1.5
    assert all(abs(gained[name]) < 0.2 for name in ("last 512 only", "differences subtracted"))


def test_held_at_256_the_six_pairs_repair_as_much_as_forgetting_does():
    read = by_document()
    assert all(abs(read["16–21 held at 256"] / read["last 512 only"] - 1) < 0.05)


def test_six_pairs_alone_repair_most_and_the_fast_ones_help_somewhat():
    read = by_document()
    for name, share in (("16–21", 0.4), ("10–15", 0.7), ("0–9", 0.9)):
        assert all(read[f"{name} held"] < share * read["unchanged"])
    assert all(read["16–21 held"] < read["10–15 held"])


def test_pi_takes_the_lift_from_every_head_and_most_of_the_difference_between_neighbours():
    slowed = PLAIN / 4
    assert all(lift_by_pair(c, slowed, 512, 2048).sum() < 0 for c in mean_contents())
    left = [neighbour_step(c, slowed) / neighbour_step(c, PLAIN) for c in mean_contents()]
    assert np.median(left) < 0.5


# --- attention lit on a text ---


def test_the_weights_of_a_head_are_those_that_are_counted_by_distance():
    tokens, model = default_documents(1)[0].excerpt(0, 200).tokens(), load("base")
    weights = weights_of_head(model, tokens, 1, 3)
    shares = looks_by_distance(model, tokens, [199]).shares[1, 3, 0]
    ends = [(1, 2), (2, 4), (64, 128)]  # bytes back, from the first up to the second
    known = [weights[::-1][slice(*each)].sum() for each in ends]
    np.testing.assert_allclose(known, shares[[1, 2, 7]], atol=1e-5)
    forgetful = weights_of_head(model, tokens, 1, 3, last=50)
    assert forgetful.sum() == pytest.approx(1) and not forgetful[:-50].any()


LIT = lit_text(
    'if x < 2:\n    y = "e"',
    {"one": {"shades": "0123450012" + "0" * 9 + "05", "beyond": 0.254}},
    from_weight=(0.001, 0.003, 0.01, 0.03, 0.1),
    trained_length=10,
)


def test_a_lit_text_is_the_text_with_a_mark_where_the_window_ends():
    body = re.search(r"<pre[^>]*>(.*)</pre>", LIT.page, re.DOTALL)[1]
    text = html.unescape(re.sub(r"<[^>]*>", "", body)).replace("↵", "")
    assert text == 'if x < 2:\n ┃   y = "e"◀'


def test_a_lit_text_shows_each_shade_and_says_in_words_what_lies_beyond():
    assert all(shade in LIT.page for shade in SHADES)
    assert LIT.page.count("<b>") == 2 + 3  # the legend's two, and three letters
    assert LIT.sentences == ("one: 25 % goes 10 bytes back or further",)
    assert LIT._repr_mimebundle_()["text/plain"] == LIT.sentences[0]
