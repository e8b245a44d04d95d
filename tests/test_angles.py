"""What pairs do, against closed forms, rotations done whole, and walks over every offset."""

import math

import numpy as np
import pytest
import torch

from lesson_utils import angles, scaling
from lesson_utils.corpus import default_documents
from lesson_utils.model import rotary_attention
from lesson_utils.rope import rope, rotate_half_split
from lesson_utils.weights import load

PLAIN = rope(64).inv_freq.numpy()


def exact(head_dim, base=10_000.0):
    return np.array([base ** (-2 * i / head_dim) for i in range(head_dim // 2)])


@pytest.mark.parametrize("head_dim, base", [(8, 1_000), (64, 10_000), (128, 1e6)])
def test_the_mean_score_is_that_of_a_vector_of_equal_numbers_turned_directly(head_dim, base):
    offsets = np.array([0, 1, 16, 511, 2000])
    turned_by = torch.from_numpy(np.outer(offsets, exact(head_dim, base)))
    x = torch.full((head_dim,), head_dim**-0.5, dtype=torch.float64)
    turned = rotate_half_split(x.expand(len(offsets), -1), turned_by.cos(), turned_by.sin()) @ x
    got = angles.mean_score(exact(head_dim, base), offsets)
    np.testing.assert_allclose(got, turned, atol=1e-12)


def test_the_mean_score_is_the_mean_over_random_unit_vectors():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(20_000, 64, generator=generator, dtype=torch.float64)
    x /= x.norm(dim=-1, keepdim=True)
    turned_by = torch.from_numpy(np.outer([300], exact(64)))
    turned = rotate_half_split(x[:, None], turned_by.cos(), turned_by.sin())[:, 0]
    # 20,000 scores spread by about 0.1 leave their mean uncertain by 0.001.
    got = angles.mean_score(exact(64), np.array([300]))[0]
    assert got == pytest.approx((turned * x).sum(-1).mean().item(), abs=0.004)


def test_a_score_of_the_model_is_the_sum_of_what_its_pairs_add():
    model, tokens, seen = load("base"), default_documents(1)[0].excerpt(0, 300).tokens(), []

    def attend(q, k, v, cos, sin):
        turned = rotate_half_split(q, cos, sin) @ rotate_half_split(k, cos, sin).mT
        seen.append((q[0], k[0], turned[0] / 8))
        return rotary_attention(q, k, v, cos, sin)

    model.hidden(tokens[None], attend=attend)
    for q, k, scores in (seen[0], seen[4]):
        for head, at, key in ((0, 299, 0), (2, 299, 250), (3, 40, 40)):
            content = angles.pair_content(q[head, at], k[head, key])
            added = angles.pair_scores(content, PLAIN, [at - key])
            # The model turns and adds in float32.
            assert added.sum() == pytest.approx(scores[head, at, key].item(), abs=2e-4)


def test_the_mean_query_and_key_have_the_mean_score_of_all_pairs_of_bytes():
    random, offset = np.random.default_rng(0), [700]
    q, k = random.normal(size=(2, 5, 64)) + 1
    each = [
        angles.pair_scores(angles.pair_content(a, b), PLAIN, offset).sum() for a in q for b in k
    ]
    middle = angles.pair_scores(angles.pair_content(q.mean(0), k.mean(0)), PLAIN, offset)
    assert middle.sum() == pytest.approx(np.mean(each))


@pytest.mark.parametrize("block", [1, 7, 512])
def test_a_pairs_block_is_the_mean_of_its_offsets_one_by_one(block):
    content, starts = np.exp(1j * np.arange(32)) * np.arange(1, 33), [0, 5, 512]
    one_by_one = [
        angles.pair_scores(content, PLAIN, np.arange(s, s + block)).mean(1) for s in starts
    ]
    got = angles.pair_scores(content, PLAIN, starts, block)
    np.testing.assert_allclose(got, np.transpose(one_by_one), atol=1e-9)


@pytest.mark.parametrize("block", [1, 7, 64])
def test_the_closed_form_of_a_block_is_the_mean_of_its_offsets(block):
    starts = np.array([0, 64, 1000])
    wanted = [angles.mean_score(exact(32), np.arange(s, s + block)).mean() for s in starts]
    np.testing.assert_allclose(angles.block_mean_score(exact(32), starts, block), wanted)


METHODS_AT_8 = {
    "pi": [8.0] * 32,
    "ntk_aware": [8 ** (2 * i / 62) for i in range(32)],
    "rope": [1.0] * 32,
}


@pytest.mark.parametrize("method", METHODS_AT_8)
def test_slow_downs_are_those_of_the_closed_form(method):
    kind = {"head_dim": 64, "base": 1e4, "trained_length": 512}
    inv_freq = scaling.by_name(method, factor=8, **kind).inv_freq.numpy()
    np.testing.assert_allclose(angles.slow_down(PLAIN, inv_freq), METHODS_AT_8[method], rtol=1e-5)


@pytest.mark.parametrize("factor, fast, slow", [(8, 32, 1), (4, 8, 0.5), (64, 4, 3)])
def test_the_share_kept_of_ntk_by_parts_is_the_papers_ramp(factor, fast, slow):
    inv_freq = scaling.ntk_by_parts(
        64, factor, trained_length=512, beta_fast=fast, beta_slow=slow
    ).inv_freq.numpy()
    turns = 512 * exact(64) / (2 * math.pi)
    ramp = np.clip((turns - slow) / (fast - slow), 0, 1)
    np.testing.assert_allclose(angles.share_kept(PLAIN, inv_freq, factor), ramp, atol=1e-5)


def test_pi_keeps_nothing_and_a_factor_of_one_keeps_all():
    pi = scaling.pi(64, 8).inv_freq.numpy()
    np.testing.assert_allclose(angles.share_kept(PLAIN, pi, 8), 0, atol=1e-6)
    assert (angles.share_kept(PLAIN, PLAIN, 1) == 1).all()


# Pairs 16 to 31 make less than one turn in 512: 512 / (2π · 10,000^(i / 32)) falls below 1 there.
@pytest.mark.parametrize(
    "method, factor, length, count",
    [("rope", 1, 512, 0), ("rope", 1, 1024, 16), ("pi", 8, 4096, 0), ("pi", 6, 4096, 16),
     ("ntk_aware", 8, 4096, 15), ("ntk_aware", 64, 4096, 0), ("yarn", 8, 4096, 0)],
)  # fmt: skip
def test_pairs_that_meet_new_angles_are_counted(method, factor, length, count):
    kind = {"head_dim": 64, "base": 1e4, "trained_length": 512}
    inv_freq = scaling.by_name(method, factor=factor, **kind).inv_freq.numpy()
    assert angles.meets_new_angles(inv_freq, length, 512, trained_with=PLAIN).sum() == count


# --- new angles under a method ---


def test_a_slowed_pair_is_new_only_past_the_slice_of_its_trained_speed():
    trained, slowed = [0.01], [0.01 / 8]
    for offset, is_new in [(511 * 8, False), (512 * 8, True)]:
        assert angles.new_angles(slowed, offset, 512, trained_with=trained).tolist() == [is_new]
    assert angles.new_angles(slowed, 512, 512).tolist() == [True]  # had it been trained so slow


def test_an_interpolated_text_meets_no_new_angle_at_any_of_its_offsets():
    """Its last offset, 511.875 in trained positions, lies past 511 and before the first new one."""
    pi = scaling.pi(64, 8).inv_freq
    at = [angles.new_angles(pi, offset, 512, trained_with=PLAIN).sum() for offset in range(4097)]
    assert at[:4096] == [0] * 4096 and at[4096] == 16
    assert not angles.meets_new_angles(pi, 4096, 512, trained_with=PLAIN).any()


@pytest.mark.parametrize("method", ["rope", "pi", "ntk_aware", "yarn", "llama3"])
@pytest.mark.parametrize("length", [512, 600, 1024, 4096])
def test_a_text_meets_the_new_angles_of_its_offsets_and_no_others(method, length):
    kind = {"head_dim": 64, "base": 1e4, "trained_length": 512}
    now = scaling.by_name(method, factor=3, **kind).inv_freq
    walked = [angles.new_angles(now, offset, 512, PLAIN) for offset in range(length)]
    met = angles.meets_new_angles(now, length, 512, PLAIN)
    assert met.tolist() == np.any(walked, 0).tolist()


def test_a_pair_that_came_round_exactly_once_has_been_everywhere():
    once = [2 * math.pi / 512]
    assert not any(angles.new_angles(once, offset, 512).any() for offset in range(2048))
    assert angles.new_angles([once[0] * 0.99], 512, 512).tolist() == [True]


def test_a_pair_that_went_past_a_turn_is_judged_by_where_it_points():
    pair_20 = [PLAIN[20]]  # a turn in 1,987 positions: offset 4,000 looks like offset 26
    assert angles.new_angles(pair_20, 4000, 512).tolist() == [False]
    assert angles.new_angles(pair_20, 1900, 512).tolist() == [True]
    assert angles.meets_new_angles(pair_20, 4001, 512).tolist() == [True]


def test_frequencies_may_be_tensors_arrays_or_lists():
    for kind in (torch.tensor, np.array, list):
        assert angles.slow_down(kind([1.0, 0.5]), kind([1.0, 0.25])).tolist() == [1, 2]
        assert angles.new_angles(kind([1.0, 0.01]), 600, 512).tolist() == [False, True]
