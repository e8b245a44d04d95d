"""The controls: run in small here, and what their record shows of the lessons' explanations."""

import json
import math

import numpy as np
import pytest
import torch

from lesson_utils import recorded
from lesson_utils.corpus import default_documents, text_document
from lesson_utils.model import attend_last, causal_attention, rotary_attention
from lesson_utils.perplexity import byte_losses
from lesson_utils.rope import cos_sin, rope, rotate_half_split
from lesson_utils.scaling import pi, yarn
from lesson_utils.weights import load
from tests.helpers import python, small_model
from tools import collect_controls
from tools.gather_controls import (
    KEY_BYTES,
    ask,
    far_keys,
    free_heads,
    hide_key,
    near_and_far,
    stop_from,
)

PARTS = list(collect_controls.PARTS)


# --- one command gathers them ---


@pytest.fixture(scope="module")
def gathered(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs")
    done = python("-m", "tools.gather_controls", *PARTS, "--tiny", "--out", str(out))
    assert done.returncode == 0, done.stderr
    return out


def test_each_part_says_how_it_came_about(gathered):
    for part in PARTS:
        found = json.loads((gathered / f"{part}_0.json").read_text(encoding="utf-8"))
        assert found["command"].startswith("python -m tools.gather_controls")
        assert found["seed"] == 0 and found["device"] and found["date"] and found["documents"]


def test_the_small_run_joins_into_a_record_of_the_shape_that_the_course_has(gathered, tmp_path):
    done = python("-m", "tools.collect_controls", str(gathered), "--to", str(tmp_path))
    assert done.returncode == 0, done.stderr
    small = json.loads((tmp_path / "controls.json").read_text(encoding="utf-8"))
    whole = recorded.read("controls")
    assert list(small) == list(whole)
    for part in PARTS:
        assert list(small[part]) == list(whole[part])


def test_a_part_that_is_missing_is_named(tmp_path):
    done = python("-m", "tools.collect_controls", str(tmp_path), "--to", str(tmp_path))
    assert done.returncode == 1 and "has no heads_N.json; gather that part" in done.stderr


# --- what the parts do to a model ---


@pytest.fixture(scope="module")
def vectors():
    random = torch.Generator().manual_seed(0)
    q, k, v = (torch.randn(1, 2, 700, 64, generator=random) for _ in range(3))
    cos, sin = (x.float() for x in cos_sin(rope(64), torch.arange(700)))
    return q, k, v, cos, sin


def test_the_same_keys_four_times_over_change_nothing(vectors):
    q, k, v, cos, sin = vectors
    q, k = rotate_half_split(q, cos, sin), rotate_half_split(k, cos, sin)
    once = causal_attention(q[:, :, -1:], k, v)
    four_times = causal_attention(q[:, :, -1:], k.repeat(1, 1, 4, 1), v.repeat(1, 1, 4, 1))
    torch.testing.assert_close(once, four_times, atol=1e-5, rtol=0)


def test_with_all_far_keys_the_attention_is_the_models_own_and_with_none_the_last_512s(vectors):
    for kept, known in ((True, rotary_attention), (False, attend_last(512))):
        ours = far_keys(torch.full((700,), kept))(*vectors)
        torch.testing.assert_close(ours, known(*vectors), atol=2e-5, rtol=0)


@pytest.mark.parametrize("first_pair", [0, 10])
def test_far_keys_pretend_an_offset_in_the_chosen_pairs_alone(vectors, first_pair):
    q, k, v, cos, sin = vectors
    offsets = torch.randint(256, 512, (700,), generator=torch.Generator().manual_seed(1))
    kept = torch.ones(700, dtype=torch.bool)
    ours = far_keys(kept, offsets, first_pair=first_pair, sharpen=1.2)(*vectors)
    # The last query by hand: its score with a key is a sum over pairs of |q||k| cos(…).
    back = 699 - torch.arange(700)
    told = torch.where(back < 512, back, offsets)
    pairs = torch.arange(32) >= first_pair
    offset = torch.where(pairs, told[:, None], back[:, None]).double()
    angle = -offset * rope(64).inv_freq.double()
    turned = torch.polar(torch.ones_like(angle), angle)
    query, keys = (torch.complex(*x[0].double().chunk(2, -1)) for x in (q[:, :, -1:], k))
    scores = 1.2 * (query.conj() * keys * turned).real.sum(-1) / 8
    by_hand = scores.softmax(-1)[:, None] @ v[0].double()
    torch.testing.assert_close(ours[0, :, -1:].double(), by_hand, atol=2e-4, rtol=0)


def test_near_and_far_offsets_divided_by_one_factor_are_position_interpolation(vectors):
    q, k, v, cos, sin = vectors
    for factor in (1, 5):
        tables = cos_sin(pi(64, factor), torch.arange(700))
        known = rotary_attention(q, k, v, *(x.float() for x in tables))
        ours = near_and_far(factor, factor)(*vectors)
        torch.testing.assert_close(ours, known, atol=2e-4, rtol=0)


@pytest.mark.parametrize("near_factor, far_factor", [(1, 5), (5, 1)])
def test_far_offsets_go_on_where_the_near_ones_end(vectors, near_factor, far_factor):
    q, k, v, cos, sin = vectors
    back = (699 - torch.arange(700)).double()
    seen = back.clamp(max=8) / near_factor + (back - 8).clamp(min=0) / far_factor
    angle = -seen[:, None] * rope(64).inv_freq.double()
    query, keys = (torch.complex(*x[0].double().chunk(2, -1)) for x in (q[:, :, -1:], k))
    turned = torch.polar(torch.ones_like(angle), angle)
    scores = (query.conj() * keys * turned).real.sum(-1) / 8
    by_hand = scores.softmax(-1)[:, None] @ v[0].double()
    ours = near_and_far(near_factor, far_factor)(*vectors)
    torch.testing.assert_close(ours[0, :, -1:].double(), by_hand, atol=2e-4, rtol=0)


def test_a_head_that_is_not_free_sees_the_last_512_keys_in_every_layer_and_every_reading():
    model = small_model(layers=2).eval()
    tokens = default_documents(1)[0].tokens()[None, :700]
    own, near = model(tokens), model(tokens, attend=attend_last(512))
    assert (own - near).abs().max() > 1e-3
    for free, known in ((True, own), (False, near)):
        attend = free_heads(torch.full((2, 1), free))
        for _ in range(2):
            torch.testing.assert_close(model(tokens, attend=attend), known)
    one = model(tokens, attend=free_heads(torch.tensor([[True], [False]])))
    assert (one - own).abs().max() > 1e-3 < (one - near).abs().max()


def test_stopped_pairs_have_the_same_angle_at_every_offset_and_the_others_keep_theirs():
    chosen = yarn(64, 8, trained_length=512)
    stopped = stop_from(chosen, 19)
    assert (stopped.inv_freq[19:] == 0).all()
    assert (stopped.inv_freq[:19] == chosen.inv_freq[:19]).all() and chosen.inv_freq[19] > 0
    assert stopped.attention_scaling == chosen.attention_scaling


@pytest.mark.parametrize("depth, first", [(0, 0), (0.5, 475), (1, 950)])
def test_a_key_stands_once_at_its_depth_and_once_at_the_end(depth, first):
    prompt = bytes(hide_key(text_document("." * 1000), b"k7qzw3xv", depth).tolist())
    assert len(prompt) == 1000 and prompt.endswith(b"\nassert PASSKEY == 'k7qzw3xv")
    assert prompt.index(b"\nPASSKEY = 'k7qzw3xv'\n") == first
    assert prompt.count(b".") == 950


def test_asking_scores_the_bytes_of_the_key_alone_and_counts_its_first_choices():
    model, document = load("base"), default_documents(1)[0].excerpt(0, 400)
    prompts = torch.stack([hide_key(document, key, 0.8) for key in (b"k7qzw3xv", b"returned")])
    nats, right = ask(prompts, model, None, rotary_attention)
    losses = byte_losses(model, prompts)[:, -KEY_BYTES:]
    assert nats == pytest.approx(losses.mean(1).tolist(), abs=1e-3)
    choices = model(prompts)[:, -KEY_BYTES - 1 : -1].argmax(-1) == prompts[:, -KEY_BYTES:]
    assert right == choices.sum(1).tolist() and sum(right) > 0


# --- what the record shows: the form in which a lesson may say it ---


def part(name):
    return recorded.read("controls")[name]


def documents_of(entry):
    """List a perplexity by document, all seeds one after another."""
    return np.array(sum(entry["by_document"], []))


def test_the_record_says_of_each_part_how_many_documents_it_read():
    assert recorded.read("controls").receipt().startswith("CPU, ")
    for name in PARTS:
        assert len(part(name)["documents"]) == len(part(name)["seeds"])
        assert len(part(name)["documents"][0]) >= 3
        assert part(name)["command"].startswith(f"python -m tools.gather_controls {name}")


def test_three_times_as_many_keys_spread_over_known_offsets_cost_nothing():
    # Queries see 512 near keys, and 1,024 far ones on average.
    rows = part("more_keys")["perplexity"]
    none, spread = (rows[k][s]["1"] for k, s in (("no far key", "0"), ("spread", "1")))
    assert spread["by_seed"] == pytest.approx(none["by_seed"], rel=0.005)
    better = documents_of(spread) <= documents_of(none)
    assert 0 < better.sum() < len(better)  # not one sign in all documents


def test_as_many_keys_heaped_at_offset_511_cost_a_little_in_every_document():
    rows = part("more_keys")["perplexity"]
    none, held = (documents_of(rows[k][s]["1"]) for k, s in (("no far key", "0"), ("held", "1")))
    assert (held > 1.03 * none).all() and (held < 1.2 * none).all()


def test_sharper_scores_win_back_most_of_that_and_help_nowhere_without_the_keys():
    rows = part("more_keys")["perplexity"]
    none, held = rows["no far key"]["0"], rows["held"]["1"]
    for seed, (before, lost) in enumerate(
        zip(none["1"]["by_seed"], held["1"]["by_seed"], strict=True)
    ):
        assert lost - held["1.2"]["by_seed"][seed] > 0.5 * (lost - before)
    assert (documents_of(held["1.2"]) < documents_of(held["1"])).all()
    for times in ("1.1", "1.2", "1.3"):
        assert (np.array(none[times]["by_seed"]) > none["1"]["by_seed"]).all()


def test_a_sixteenth_of_the_far_keys_at_new_angles_does_more_harm_than_all_at_known_ones():
    rows = part("more_keys")["perplexity"]
    few = documents_of(rows["true"]["0.0625"]["1"])
    for form in ("held", "spread", "slow held"):
        assert (few > 1.5 * documents_of(rows[form]["1"]["1"])).all()


def test_dividing_the_nearest_8_offsets_alone_does_most_of_pis_harm_where_no_angle_is_new():
    rows = part("neighbours")["perplexity"]["512"]
    none, near, far, whole = (np.log(documents_of(rows[k])) for k in ("none", "near", "far", "all"))
    assert ((near - none) / (whole - none) > 0.8).all()
    assert ((far - none) / (whole - none) < 0.11).all()


def test_with_the_nearest_8_offsets_kept_pi_repairs_the_long_text_in_every_document():
    rows = part("neighbours")["perplexity"]["2048"]
    far, whole = documents_of(rows["far"]), documents_of(rows["all"])
    assert (far < 0.3 * documents_of(rows["none"])).all() and (far < 0.25 * whole).all()
    assert (far < 1.2 * documents_of(part("neighbours")["perplexity"]["512"]["none"])).all()


def test_no_tuned_model_uses_pairs_23_to_31_and_plain_rope_uses_them_most():
    rows = part("stopped")["perplexity"]
    cost = {
        name: documents_of(row["23–31"]) / documents_of(row["none"]) for name, row in rows.items()
    }
    assert max(values.max() for values in cost.values()) < 1.05
    for name in ("pi", "ntk_aware", "yarn"):
        assert (cost["rope"] > cost[name]).all() and cost[name].max() < 1.01


def test_every_tuned_model_leans_on_pairs_16_to_31_pi_and_yarn_most():
    rows = part("stopped")["perplexity"]
    cost = {
        name: documents_of(row["16–31"]) / documents_of(row["none"]) for name, row in rows.items()
    }
    assert min(values.min() for values in cost.values()) > 1.5
    for leans in ("pi", "yarn"):
        for other in ("rope", "ntk_aware"):
            assert (cost[leans] > 1.5 * cost[other]).all()


def test_yarn_leans_on_pairs_16_to_18_and_less_than_the_others_on_19_to_31():
    rows = part("stopped")["perplexity"]
    cost = {
        name: documents_of(row["19–31"]) / documents_of(row["none"]) for name, row in rows.items()
    }
    assert cost["yarn"].max() < 1.1
    for name in ("rope", "pi", "ntk_aware"):
        assert (cost["yarn"] < cost[name]).all()
    assert (documents_of(rows["yarn"]["16–31"]) > 3 * documents_of(rows["yarn"]["19–31"])).all()


def test_the_readers_of_the_control_copy_as_those_of_three_seeds_do():
    # The same shipped model and the same windows, so only a device's rounding may differ.
    known, control = recorded.read("copies")["bare"], part("nothing_to_copy")
    for name, row in control["readers"].items():
        if not name.endswith(", tuned"):  # those were tuned for other steps
            ours, theirs = row["copy"]["by_seed"][0], known[name][str(control["back"])]
            assert ours == pytest.approx(theirs["nats"]["by_seed"][0], abs=0.05)


def test_with_nothing_to_copy_every_reader_is_far_above_an_even_guess():
    for row in part("nothing_to_copy")["readers"].values():
        assert min(row["nothing"]["by_seed"]) > collect_controls.LN_36 + 1


# depth 0.9 of 4,096 bytes is 400 bytes back: inside the base model's own window
FAR_DEPTHS = ("0.2", "0.5", "0.7")


def test_inside_the_old_window_every_reader_beats_a_guess_with_every_key():
    for row in part("keys_found")["readers"].values():
        assert row["0.9"]["better_than_a_guess"] == row["0.9"]["asked"] >= 8


def test_far_back_tuned_pi_and_tuned_yarn_beat_a_guess_with_nine_keys_in_ten():
    for name in ("pi, tuned", "yarn, tuned"):
        for depth in FAR_DEPTHS:
            row = part("keys_found")["readers"][name][depth]
            assert row["better_than_a_guess"] >= 0.9 * row["asked"]


def test_far_back_tuned_plain_rope_beats_a_guess_no_oftener_than_the_reader_of_512_bytes():
    readers = part("keys_found")["readers"]
    for name in ("rope, tuned", "last 512 only"):
        for depth in FAR_DEPTHS:
            row = readers[name][depth]
            assert row["better_than_a_guess"] <= 0.1 * row["asked"]


def test_untrained_yarn_beats_a_guess_with_nearly_every_key():
    row = part("keys_found")["readers"]["yarn, untuned"]
    for depth in FAR_DEPTHS:
        assert row[depth]["better_than_a_guess"] >= 0.8 * row[depth]["asked"]


def test_tuned_pi_knows_more_of_a_far_key_than_tuned_yarn():
    readers = part("keys_found")["readers"]
    for depth in ("0.2", "0.7"):
        ours, theirs = (
            readers[name][depth]["nats"]["median"] for name in ("pi, tuned", "yarn, tuned")
        )
        assert ours < theirs


SHOWCASE = 4 * 4
"""Layer 4, head 0, in a list of 24 heads: the one that lesson 04 shows."""


def heads_at(variant, place, summary="median"):
    return np.array(part("heads")["shares"][variant][place][summary])


def test_just_past_the_window_the_head_of_lesson_04_is_an_outlier():
    heads, uniform = heads_at("rope", "575"), part("heads")["uniform"]["575"]
    assert len(heads) == 24 and heads.argmax() == SHOWCASE
    assert heads[SHOWCASE] > 6 * uniform > 0.5
    others = np.delete(heads, SHOWCASE)
    assert others.max() < 0.5 and np.median(heads) == pytest.approx(uniform, rel=0.1)


def test_further_past_the_window_most_heads_send_more_there_than_uniform_attention_would():
    uniform = part("heads")["uniform"]
    for place in ("767", "1023", "1535", "2047"):
        heads = heads_at("rope", place)
        assert (heads > uniform[place]).sum() >= 16
        assert np.median(heads) > uniform[place] + 0.1


def test_under_every_method_but_ntk_aware_no_head_sends_more_there_than_uniform_attention_would():
    uniform = part("heads")["uniform"]
    for variant in part("heads")["shares"]:
        for place in ("767", "1023", "1535", "2047"):
            over = (heads_at(variant, place) > uniform[place]).sum()
            if variant not in ("rope", "ntk_aware"):
                assert over == 0, (variant, place)
    assert (heads_at("ntk_aware", "1023") < uniform["1023"]).all()
    assert (heads_at("ntk_aware", "2047") > uniform["2047"]).sum() >= 8


def test_no_head_alone_breaks_the_model_and_the_showcase_is_among_the_five_that_harm_most():
    rows = part("heads")["perplexity_where_free"]
    alone = {who: documents_of(row).mean() for who, row in rows.items() if "." in who}
    assert len(alone) == 24
    read = [len(documents) for documents in rows["0.0"]["by_document"]]
    none, together = (
        np.mean(sum((x[:n] for x, n in zip(rows[who]["by_document"], read, strict=True)), []))
        for who in ("none", "all")
    )
    assert max(alone.values()) < 1.2 * none < 5 * none < together
    assert "4.0" in sorted(alone, key=alone.get)[-5:]


def test_a_search_that_never_saw_the_practice_documents_gains_as_much_there():
    gains = part("search")["gains"]
    saw, never = (gains["practice"][k] for k in ("3 documents", "16 documents"))
    assert never["perplexity"] >= saw["perplexity"] > 0.15
    assert 0 < sum(a > b for a, b in zip(never["by_document"], saw["by_document"])) < 3


def test_of_both_searches_gains_on_practice_three_quarters_hold_on_the_held_out_documents():
    gains = part("search")["gains"]
    for found in ("3 documents", "16 documents"):
        held = gains["held_out"][found]["perplexity"] / gains["practice"][found]["perplexity"]
        assert held == pytest.approx(0.76, abs=0.03)


def test_both_searches_gain_in_every_document_that_neither_saw():
    gains = part("search")["gains"]
    for name in ("held_out", "course"):
        for found in ("3 documents", "16 documents"):
            assert gains[name][found]["better_in"] == len(gains[name][found]["by_document"]) == 5


def test_which_search_reads_unseen_documents_better_cannot_be_told_by_their_signs():
    gains = part("search")["gains"]
    few, many = (
        np.array(sum((gains[name][k]["by_document"] for name in ("held_out", "course")), []))
        for k in ("3 documents", "16 documents")
    )
    wins = int((many > few).sum())
    chance = sum(math.comb(len(few), n) for n in range(wins, len(few) + 1)) / 2 ** len(few)
    assert wins > len(few) / 2 and chance > 0.05  # a sign test, one-sided


def test_slower_pairs_alone_spread_attention_in_every_excerpt_and_a_longer_window_adds_to_it():
    keys = {who: row["by_document"] for who, row in part("spreading")["keys"].items()}
    short, slowed, _, longer = (np.array(rows) for rows in keys.values())
    assert list(keys)[1::2] == ["512, slowed", "2048, slowed"] and short.size == 16
    assert (slowed > 1.7 * short).all() and (longer > 1.4 * slowed).all()


def test_unchanged_rope_past_its_window_spreads_attention_more_than_slower_pairs_do():
    keys = {who: row["by_document"] for who, row in part("spreading")["keys"].items()}
    assert (np.array(keys["2048, unchanged"]) > 2 * np.array(keys["2048, slowed"])).all()
