"""Every method against closed forms, against transformers, and against numbers written down."""

import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lesson_utils.hub.rope_parameters import rope_parameters
from lesson_utils.methods import TABLE
from lesson_utils.rope import RotaryFrequencies, cos_sin, rope, rotate_half_split, turns
from lesson_utils.scaling import (
    METHODS,
    abf,
    by_name,
    correction_range,
    dynamic_ntk,
    llama3,
    ntk_aware,
    ntk_by_parts,
    pi,
    untouched_share,
    yarn,
)
from tests import oracles
from tests.helpers import of_transformers

# The same examples on every run and on every machine, and no time limit for a machine that is busy.
steady = settings(max_examples=100, deadline=None, derandomize=True)

# float32 holds a number to 6e-8 of itself. Ours is rounded once; a library that computes in float32
# throughout rounds some ten times.
CLOSE = 1e-6


def same(actual, expected, rtol=CLOSE):
    """Compare speeds, and see to it that they are what every method promises to return."""
    assert actual.dtype == torch.float32
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=0)


# head_dim, factor, trained length, base: what published configs say, and what the course trains.
CONFIGS = {
    "Llama-2 64k": (128, 16.0, 4096, 10_000.0),
    "Llama-2 128k": (128, 32.0, 4096, 10_000.0),
    "Qwen2.5": (128, 4.0, 32_768, 1e6),
    "gpt-oss": (64, 32.0, 4096, 150_000.0),
    "DeepSeek-V3": (64, 40.0, 4096, 10_000.0),
    "Llama 3.1": (128, 8.0, 8192, 500_000.0),
    "Llama 3.2 1B": (64, 32.0, 8192, 500_000.0),
    "the course": (64, 8.0, 512, 10_000.0),
    "the course, twice as far": (64, 16.0, 512, 10_000.0),
    "no pair is fast": (32, 8.0, 128, 10_000.0),  # the ramp would begin before pair 0
    "ramp ends past the last pair": (64, 4.0, 131_072, 10_000.0),  # at index 35 of 32 pairs
    "ramp ends past the head": (64, 4.0, 1000, 11.0),  # at index 68, cut off at 63
    "not extended": (128, 1.0, 4096, 10_000.0),
    "a factor that is no power of two": (96, 2.7, 2048, 1e5),
    "the smallest head": (4, 8.0, 512, 10_000.0),
}
every_config = pytest.mark.parametrize(
    "head_dim, factor, trained_length, base", CONFIGS.values(), ids=CONFIGS.keys()
)


# --- against the closed forms ---


@every_config
def test_pi_is_its_closed_form(head_dim, factor, trained_length, base):
    frequencies = pi(head_dim, factor, base=base)
    same(frequencies.inv_freq, oracles.pi(head_dim, factor, base))
    assert frequencies.attention_scaling == 1.0


@every_config
def test_ntk_aware_is_its_closed_form(head_dim, factor, trained_length, base):
    frequencies = ntk_aware(head_dim, factor, base=base)
    same(frequencies.inv_freq, oracles.ntk_aware(head_dim, factor, base))
    assert frequencies.attention_scaling == 1.0


@every_config
@pytest.mark.parametrize("config_factor", [1.0, 2.0, 4.0])
def test_dynamic_ntk_is_its_closed_form(head_dim, factor, trained_length, base, config_factor):
    for length in (1, trained_length // 2, trained_length, trained_length + 1, 5 * trained_length):
        frequencies = dynamic_ntk(
            head_dim, length, trained_length=trained_length, factor=config_factor, base=base
        )
        expected = oracles.dynamic_ntk(head_dim, length, trained_length, config_factor, base)
        same(frequencies.inv_freq, expected)
        assert frequencies.attention_scaling == 1.0


@every_config
@pytest.mark.parametrize(
    "blend", [dict(ramp="turns"), dict(ramp="index"), dict(ramp="index", truncate=False)], ids=str
)
@pytest.mark.parametrize("betas", [(32.0, 1.0), (4.0, 1.0), (128.0, 2.0), (1.5, 0.75)], ids=str)
def test_ntk_by_parts_and_yarn_are_their_closed_form(
    head_dim, factor, trained_length, base, blend, betas
):
    beta_fast, beta_slow = betas
    options = dict(trained_length=trained_length, base=base, **blend)
    options |= dict(beta_fast=beta_fast, beta_slow=beta_slow)
    expected = oracles.ntk_by_parts(head_dim, factor, **options)

    by_parts = ntk_by_parts(head_dim, factor, **options)
    same(by_parts.inv_freq, expected)
    assert by_parts.attention_scaling == 1.0

    with_temperature = yarn(head_dim, factor, **options)
    same(with_temperature.inv_freq, expected)
    scaling = oracles.yarn_attention_scaling(factor)
    assert with_temperature.attention_scaling == pytest.approx(scaling, rel=1e-12)  # float64


@every_config
@pytest.mark.parametrize("bounds", [(1.0, 4.0), (2.0, 3.0), (0.5, 16.0)], ids=str)
def test_llama3_is_its_rule_of_wavelengths(head_dim, factor, trained_length, base, bounds):
    low, high = bounds
    frequencies = llama3(
        head_dim,
        factor,
        trained_length=trained_length,
        base=base,
        low_freq_factor=low,
        high_freq_factor=high,
    )
    same(frequencies.inv_freq, oracles.llama3(head_dim, factor, trained_length, base, low, high))
    assert frequencies.attention_scaling == 1.0


@every_config
def test_llama3_is_ntk_by_parts_with_betas_1_and_4(head_dim, factor, trained_length, base):
    rule = llama3(head_dim, factor, trained_length=trained_length, base=base)
    options = dict(trained_length=trained_length, base=base, beta_fast=4.0, beta_slow=1.0)
    same(rule.inv_freq, oracles.ntk_by_parts(head_dim, factor, ramp="turns", **options))
    same(rule.inv_freq, ntk_by_parts(head_dim, factor, **options).inv_freq)


def test_left_out_the_ramp_is_the_papers_and_the_betas_are_those_for_llama():
    paper = dict(ramp="turns", beta_fast=32.0, beta_slow=1.0)
    expected = oracles.ntk_by_parts(128, 16.0, 4096, **paper)
    same(ntk_by_parts(128, 16.0, trained_length=4096).inv_freq, expected)
    same(yarn(128, 16.0, trained_length=4096).inv_freq, expected)


def test_the_two_ramps_agree_at_their_ends_and_not_in_between():
    # Llama-2 to 64k: pairs 0 to 20 are untouched, 46 to 63 interpolated, by the paper and the code.
    options = dict(trained_length=4096, base=10_000.0)
    paper = ntk_by_parts(128, 16.0, ramp="turns", **options).inv_freq
    code = ntk_by_parts(128, 16.0, ramp="index", **options).inv_freq
    same(paper[:21], code[:21])
    same(paper[46:], code[46:])
    # Three times faster at pair 38: computed once from both closed forms, to the digits shown.
    assert (code / paper).max().item() == pytest.approx(3.04, abs=0.005)
    assert (code / paper).argmax().item() == 38


@every_config
@pytest.mark.parametrize("adjusted_base", [5e5, 1e6, 1e5, 500.0])
def test_abf_is_its_closed_form(head_dim, factor, trained_length, base, adjusted_base):
    frequencies = abf(head_dim, adjusted_base)
    same(frequencies.inv_freq, oracles.abf(head_dim, adjusted_base))
    assert frequencies.attention_scaling == 1.0


# --- against transformers ---


def equals(frequencies, theirs):
    inv_freq, attention_scaling = theirs
    same(frequencies.inv_freq, inv_freq)
    assert frequencies.attention_scaling == pytest.approx(attention_scaling, rel=CLOSE)


@every_config
def test_rope_is_that_of_transformers(head_dim, factor, trained_length, base):
    equals(rope(head_dim, base=base), of_transformers("default", head_dim, base, trained_length))


@every_config
def test_pi_is_linear_of_transformers(head_dim, factor, trained_length, base):
    theirs = of_transformers("linear", head_dim, base, trained_length, factor=factor)
    equals(pi(head_dim, factor, base=base), theirs)


@every_config
@pytest.mark.parametrize("config_factor", [1.0, 2.0, 4.0])
def test_dynamic_ntk_is_dynamic_of_transformers(
    head_dim, factor, trained_length, base, config_factor
):
    for length in (trained_length // 2, trained_length, 3 * trained_length, 16 * trained_length):
        theirs = of_transformers(
            "dynamic", head_dim, base, trained_length, length, factor=config_factor
        )
        ours = dynamic_ntk(
            head_dim, length, trained_length=trained_length, factor=config_factor, base=base
        )
        equals(ours, theirs)


@every_config
@pytest.mark.parametrize("truncate", [True, False])
@pytest.mark.parametrize("betas", [(32.0, 1.0), (4.0, 1.0), (128.0, 2.0)], ids=str)
def test_yarn_with_the_index_ramp_is_yarn_of_transformers(
    head_dim, factor, trained_length, base, truncate, betas
):
    options = dict(beta_fast=betas[0], beta_slow=betas[1], truncate=truncate)
    theirs = of_transformers(
        "yarn",
        head_dim,
        base,
        int(factor * trained_length),
        factor=factor,
        original_max_position_embeddings=trained_length,
        **options,
    )
    ours = yarn(head_dim, factor, trained_length=trained_length, base=base, ramp="index", **options)
    # Theirs computes 1 - share and subtracts that from 1 again, in float32: 2 ** -23 of the plain
    # speed may be lost, which counts where the share is small and the pair is almost slowed down.
    lost = 2**-23 * oracles.rope(head_dim, base)
    difference = np.abs(ours.inv_freq.double().numpy() - theirs[0].double().numpy())
    assert (difference <= CLOSE * theirs[0].numpy() + lost).all()
    assert ours.attention_scaling == pytest.approx(theirs[1], rel=CLOSE)


def test_yarn_with_a_scaling_of_ones_own_is_attention_factor_of_transformers():
    theirs = of_transformers(
        "yarn",
        64,
        10_000.0,
        163_840,
        factor=40.0,
        original_max_position_embeddings=4096,
        attention_factor=0.9,
    )
    ours = yarn(64, 40.0, trained_length=4096, ramp="index", attention_scaling=0.9)
    assert ours.attention_scaling == theirs[1] == 0.9


@every_config
def test_llama3_is_llama3_of_transformers(head_dim, factor, trained_length, base):
    theirs = of_transformers(
        "llama3",
        head_dim,
        base,
        int(factor * trained_length),
        factor=factor,
        original_max_position_embeddings=trained_length,
        low_freq_factor=1.0,
        high_freq_factor=4.0,
    )
    equals(llama3(head_dim, factor, trained_length=trained_length, base=base), theirs)


@every_config
def test_abf_is_in_a_config_the_default_of_transformers_with_the_new_base(
    head_dim, factor, trained_length, base
):
    shape = dict(head_dim=head_dim, base=base, trained_length=trained_length)
    written = rope_parameters("abf", factor=factor, adjusted_base=1e6, **shape)
    assert written == {"rope_type": "default", "rope_theta": 1e6}
    theirs = of_transformers(**written, head_dim=head_dim, max_positions=trained_length)
    equals(abf(head_dim, 1e6), theirs)


# --- against numbers written down ---


def test_llama_3s_base_slows_the_last_pair_47_fold_and_the_first_not_at_all():
    slowed = rope(128).inv_freq / abf(128).inv_freq
    assert slowed[0] == 1.0
    assert slowed[-1] == pytest.approx(50 ** (126 / 128), rel=CLOSE)


@pytest.mark.parametrize("factor, larger_base", [(2, 20221.3), (8, 82684.6), (32, 338096.9)])
def test_ntk_aware_is_an_adjusted_base_that_follows_the_factor(factor, larger_base):
    # The bases are those of the authors' code, for a head of 128; six digits of them.
    same(ntk_aware(128, factor).inv_freq, abf(128, larger_base).inv_freq, rtol=5e-6)


# From transformers 5.23.0; yarn and llama3 equalled the reference code of jquesnelle/yarn,
# openai/gpt-oss and meta-llama/llama-models, DeepSeek-V3's to 1.1e-7. Each: the call, its attention
# scaling, and the speeds of some pairs.
GOLDEN = {
    "default": (
        lambda: rope(128),
        1.0,
        {0: 1.0, 1: 0.865964353, 32: 0.01, 63: 1.15478193e-4},
    ),
    "linear, factor 4": (
        lambda: pi(128, 4.0),
        1.0,
        {0: 0.25, 32: 0.0025, 63: 2.88695483e-5},
    ),
    "dynamic, factor 1, four times the length": (
        lambda: dynamic_ntk(128, 16_384, trained_length=4096),
        1.0,
        {1: 0.847117245, 32: 0.00494528981, 63: 2.88695519e-5},
    ),
    "the same as static NTK": (
        lambda: ntk_aware(128, 4.0),
        1.0,
        {1: 0.847117245, 32: 0.00494528981, 63: 2.88695519e-5},
    ),
    "dynamic, factor 2, four times the length": (
        lambda: dynamic_ntk(128, 16_384, trained_length=4096, factor=2.0),
        1.0,
        {32: 0.00372172147, 63: 1.6496886e-5},
    ),
    "yarn, Llama-2 64k": (
        lambda: yarn(128, 16.0, trained_length=4096, ramp="index"),
        1.27725887,
        {16: 0.1, 32: 0.00567307696, 48: 6.25e-5, 63: 7.21738706e-6},
    ),
    "yarn, Llama-2 128k": (
        lambda: yarn(128, 32.0, trained_length=4096, ramp="index"),
        1.34657359,
        {32: 0.00552884629, 48: 3.125e-5, 63: 3.60869353e-6},
    ),
    "yarn, Qwen2.5": (
        lambda: yarn(128, 4.0, trained_length=32_768, base=1e6, ramp="index"),
        1.13862944,
        {16: 0.0316227786, 32: 6.02941145e-4, 63: 3.10234441e-7},
    ),
    "yarn, gpt-oss": (
        lambda: yarn(64, 32.0, trained_length=4096, base=150_000.0, ramp="index", truncate=False),
        1.34657359,
        {8: 0.0508132726, 16: 4.56483918e-4, 31: 3.0235114e-7},
    ),
    "yarn, gpt-oss if it were truncated": (
        lambda: yarn(64, 32.0, trained_length=4096, base=150_000.0, ramp="index"),
        1.34657359,
        {16: 5.80947497e-4},
    ),
    "yarn, DeepSeek-V3": (
        lambda: yarn(64, 40.0, trained_length=4096, ramp="index", attention_scaling=1.0),
        1.0,
        {16: 0.00550000044, 31: 3.33380353e-6},
    ),
    "llama3, Llama 3.1": (
        lambda: llama3(128, 8.0, trained_length=8192),
        1.0,
        {16: 0.0376060307, 32: 5.24846022e-4, 63: 3.06892588e-7},
    ),
    "llama3, Llama 3.2 1B": (
        lambda: llama3(64, 32.0, trained_length=8192),
        1.0,
        {16: 4.29556705e-4, 31: 9.41830649e-8},
    ),
    "yarn, a window in which no pair is fast": (
        lambda: yarn(32, 8.0, trained_length=128, ramp="index"),
        1.20794415,
        {1: 0.480333209, 4: 0.0416666642, 8: 0.00125, 15: 2.22284925e-5},
    ),
}


@pytest.mark.parametrize("call, attention_scaling, speeds", GOLDEN.values(), ids=GOLDEN.keys())
def test_numbers_written_down_from_other_code_still_hold(call, attention_scaling, speeds):
    frequencies = call()
    assert frequencies.attention_scaling == pytest.approx(attention_scaling, rel=1e-8)  # 9 digits
    actual = {pair: frequencies.inv_freq[pair].item() for pair in speeds}
    assert actual == pytest.approx(speeds, rel=CLOSE)


@pytest.mark.parametrize(
    "factor, on_cos_and_sin, on_scores",
    [
        (2, 1.0693, 1.1434),
        (4, 1.1386, 1.2965),
        (8, 1.2079, 1.4591),
        (16, 1.2773, 1.6314),
        (32, 1.3466, 1.8133),
        (40, 1.3689, 1.8739),
    ],
)
def test_yarn_temperature_is_that_of_the_paper(factor, on_cos_and_sin, on_scores):
    scaling = yarn(64, factor, trained_length=512).attention_scaling
    # Four decimals, worked out by hand from eqs. 21 and 22.
    assert scaling == pytest.approx(on_cos_and_sin, abs=5e-5)
    assert scaling**2 == pytest.approx(on_scores, abs=1e-4)


def test_correction_range_of_llama_2_is_20_to_46_and_unrounded_in_between():
    options = dict(trained_length=4096, base=10_000.0, beta_fast=32.0, beta_slow=1.0)
    assert correction_range(128, **options, truncate=True) == (20, 46)
    # Two decimals, from solving for the pair by hand.
    expected = pytest.approx((20.94, 45.03), abs=0.005)
    assert correction_range(128, **options, truncate=False) == expected


def test_correction_range_is_cut_off_at_the_head_and_not_at_its_last_pair():
    options = dict(trained_length=131_072, beta_fast=32.0, beta_slow=1.0)
    # Of 32 pairs, one turn is made at index 34.55 (base 10,000) and at 65.4 (base 130).
    assert correction_range(64, base=10_000.0, truncate=True, **options)[1] == 35
    assert correction_range(64, base=10_000.0, truncate=False, **options)[1] == pytest.approx(
        34.55, abs=0.005
    )
    assert correction_range(64, base=130.0, truncate=True, **options)[1] == 63


def test_correction_range_is_never_empty_so_that_nothing_is_divided_by_zero():
    # In 100 positions the fastest pair makes 15.9 turns. Both ends are then before it, and cut off.
    options = dict(trained_length=100, base=10_000.0, beta_fast=32.0, beta_slow=17.0)
    assert correction_range(64, truncate=True, **options) == (0, 0.001)
    share = untouched_share(64, ramp="index", **options)
    np.testing.assert_array_equal(share, [1.0] + 31 * [0.0])


# --- what holds for all numbers ---

head_dims = st.integers(2, 128).map(lambda pairs: 2 * pairs)
factors = st.floats(1.0, 128.0)
bases = st.floats(1000.0, 1e7)
windows = st.integers(64, 131_072)
ramps = st.sampled_from([("turns", True), ("index", True), ("index", False)])

EXTENDED = {
    "pi": lambda head_dim, factor, window, base: pi(head_dim, factor, base=base),
    "ntk_aware": lambda head_dim, factor, window, base: ntk_aware(head_dim, factor, base=base),
    "dynamic_ntk": lambda head_dim, factor, window, base: dynamic_ntk(
        head_dim, factor * window, trained_length=window, base=base
    ),
    "ntk_by_parts": lambda head_dim, factor, window, base: ntk_by_parts(
        head_dim, factor, trained_length=window, base=base
    ),
    "ntk_by_parts, index": lambda head_dim, factor, window, base: ntk_by_parts(
        head_dim, factor, trained_length=window, base=base, ramp="index"
    ),
    "yarn": lambda head_dim, factor, window, base: yarn(
        head_dim, factor, trained_length=window, base=base
    ),
    "yarn, index, not truncated": lambda head_dim, factor, window, base: yarn(
        head_dim, factor, trained_length=window, base=base, ramp="index", truncate=False
    ),
    "llama3": lambda head_dim, factor, window, base: llama3(
        head_dim, factor, trained_length=window, base=base
    ),
}
every_method = pytest.mark.parametrize("method", EXTENDED.values(), ids=EXTENDED.keys())


@every_method
@steady
@given(head_dim=head_dims, base=bases, window=windows)
def test_a_factor_of_one_is_plain_rope(method, head_dim, base, window):
    frequencies = method(head_dim, 1.0, window, base)
    same(frequencies.inv_freq, oracles.rope(head_dim, base), rtol=2e-7)  # one or two roundings
    assert frequencies.attention_scaling == 1.0


@every_method
@steady
@given(
    head_dim=head_dims,
    base=bases,
    window=windows,
    both=st.tuples(factors, factors).map(sorted),
)
def test_a_larger_factor_speeds_no_pair_up(method, head_dim, base, window, both):
    smaller, larger = (method(head_dim, factor, window, base).inv_freq for factor in both)
    # 2e-7: equal speeds may be rounded apart in the last bit of float32.
    assert (larger <= smaller * (1 + 2e-7)).all()


@every_method
@steady
@given(head_dim=head_dims, base=bases, window=windows, factor=factors)
def test_every_pair_is_slowed_by_something_from_one_to_the_factor(
    method, head_dim, base, window, factor
):
    slowed = oracles.rope(head_dim, base) / method(head_dim, factor, window, base).inv_freq.numpy()
    # 2e-7: the last bit of float32.
    assert slowed.min() >= 1 - 2e-7
    assert slowed.max() <= factor * (1 + 2e-7)


@steady
@given(
    head_dim=head_dims, factor=factors, base=bases, position=st.integers(0, 131_072), data=st.data()
)
def test_pi_is_rotating_at_the_position_over_the_factor(head_dim, factor, base, position, data):
    seed = data.draw(st.integers(0, 2**31))
    x = np.random.default_rng(seed).normal(size=(1, head_dim))
    inv_freq, scaling = pi(head_dim, factor, base=base)
    turned = rotate_half_split(
        torch.from_numpy(x), *cos_sin((inv_freq.double(), scaling), torch.tensor([position]))
    )
    nearer = [position / factor]
    expected = oracles.turn_pairs(x, oracles.rope(head_dim, base), nearer, "half_split")
    # The float32 speeds are good to 6e-8, which an angle of position / factor multiplies; values
    # are below 10.
    np.testing.assert_allclose(turned, expected, atol=1e-12 + 10 * 6e-8 * position / factor)


@steady
@given(head_dim=head_dims, factor=factors, base=bases)
def test_ntk_leaves_pair_0_and_slows_the_last_pair_by_exactly_the_factor(head_dim, factor, base):
    slowed = oracles.rope(head_dim, base) / ntk_aware(head_dim, factor, base=base).inv_freq.numpy()
    assert slowed[0] == 1.0
    assert slowed[-1] == pytest.approx(factor, rel=1e-7)  # one rounding to float32


@steady
@given(head_dim=head_dims, factor=factors, base=bases)
def test_ntk_slows_pair_i_by_the_factor_to_the_2i_over_d_minus_2(head_dim, factor, base):
    slowed = oracles.rope(head_dim, base) / ntk_aware(head_dim, factor, base=base).inv_freq.numpy()
    expected = [factor ** (2 * i / (head_dim - 2)) for i in range(head_dim // 2)]
    np.testing.assert_allclose(slowed, expected, rtol=1e-7)  # one rounding to float32


@steady
@given(
    head_dim=head_dims,
    factor=factors,
    base=bases,
    window=windows,
    share=st.floats(0.01, 1.0),
    config_factor=factors,
)
def test_dynamic_ntk_within_the_trained_length_is_plain_rope(
    head_dim, factor, base, window, share, config_factor
):
    length = max(1, int(share * window))
    frequencies = dynamic_ntk(
        head_dim, length, trained_length=window, factor=config_factor, base=base
    )
    assert torch.equal(frequencies.inv_freq, rope(head_dim, base=base).inv_freq)
    assert frequencies.attention_scaling == 1.0


@steady
@given(head_dim=head_dims, factor=factors, base=bases, window=windows)
def test_yarn_outside_its_ramp_is_plain_rope_or_pi(head_dim, factor, base, window):
    made = turns(torch.from_numpy(oracles.rope(head_dim, base)), window)
    speeds = yarn(head_dim, factor, trained_length=window, base=base).inv_freq
    fast, slow = made >= 32, made <= 1
    assert torch.equal(speeds[fast], rope(head_dim, base=base).inv_freq[fast])
    assert torch.equal(speeds[slow], pi(head_dim, factor, base=base).inv_freq[slow])


@steady
@given(head_dim=head_dims, factor=factors, base=bases, window=windows)
def test_yarn_with_the_index_ramp_leaves_no_fewer_pairs_than_the_paper_at_either_end(
    head_dim, factor, base, window
):
    # The ends are rounded outwards: pairs a whole index beyond them are plain, or interpolated.
    plain = oracles.rope(head_dim, base)
    made = torch.from_numpy(window * plain / (2 * math.pi))
    step = base ** (2 / head_dim)  # by which turns fall from one pair to the next
    speeds = yarn(head_dim, factor, trained_length=window, base=base, ramp="index").inv_freq
    fast, slow = made > 32 * step * 1.000001, made < 1 / step / 1.000001
    assert torch.equal(speeds[fast], rope(head_dim, base=base).inv_freq[fast])
    assert torch.equal(speeds[slow], pi(head_dim, factor, base=base).inv_freq[slow])


@steady
@given(
    head_dim=head_dims,
    base=bases,
    window=windows,
    blend=ramps,
    betas=st.tuples(st.floats(2.0, 64.0), st.floats(0.5, 1.9)),
)
def test_the_ramp_never_rises_and_stays_between_0_and_1(head_dim, base, window, blend, betas):
    ramp, truncate = blend
    options = dict(beta_fast=betas[0], beta_slow=betas[1], ramp=ramp, truncate=truncate)
    share = untouched_share(head_dim, trained_length=window, base=base, **options)
    assert share.shape == (head_dim // 2,)
    assert share.dtype == torch.float64
    assert share.min() >= 0
    assert share.max() <= 1
    assert (share.diff() <= 0).all()


@every_config
def test_the_ramp_is_that_of_the_closed_form(head_dim, factor, trained_length, base):
    options = dict(trained_length=trained_length, base=base)
    by_turns = oracles.share_by_turns(head_dim, **options)
    # 1e-12: float64, and numbers up to 32 are subtracted.
    np.testing.assert_allclose(untouched_share(head_dim, **options), by_turns, atol=1e-12)
    for truncate in (True, False):
        by_index = oracles.share_by_index(head_dim, **options, truncate=truncate)
        share = untouched_share(head_dim, ramp="index", truncate=truncate, **options)
        np.testing.assert_allclose(share, by_index, atol=1e-12)


@every_method
@steady
@given(head_dim=head_dims, factor=factors, base=bases, window=windows)
def test_speeds_never_rise_from_one_pair_to_the_next(method, head_dim, factor, base, window):
    assert (method(head_dim, factor, window, base).inv_freq.diff() <= 0).all()


@steady
@given(factor=factors, offset=st.integers(0, 4096), seed=st.integers(0, 2**31))
def test_scores_grow_by_the_square_of_the_attention_scaling(factor, offset, seed):
    q, k = torch.from_numpy(np.random.default_rng(seed).normal(size=(2, 1, 64)))
    scores = []
    for frequencies in (
        ntk_by_parts(64, factor, trained_length=512),
        yarn(64, factor, trained_length=512),
    ):
        wide = RotaryFrequencies(frequencies.inv_freq.double(), frequencies.attention_scaling)
        turned_q = rotate_half_split(q, *cos_sin(wide, torch.tensor([offset])))
        turned_k = rotate_half_split(k, *cos_sin(wide, torch.tensor([0])))
        scores.append((turned_q @ turned_k.T).item())
    without, with_temperature = scores
    expected = without * (0.1 * math.log(factor) + 1) ** 2
    # 1e-12: float64; up to 32 products of size 10 are added.
    assert with_temperature == pytest.approx(expected, rel=1e-12, abs=1e-12)


# --- by name ---


def test_methods_are_listed_by_their_own_names():
    assert [function.__name__ for function in METHODS.values()] == list(METHODS) == list(TABLE)


@pytest.mark.parametrize(
    "method, options, direct",
    [
        ("rope", {}, lambda: rope(64, base=2e4)),
        ("pi", {}, lambda: pi(64, 8.0, base=2e4)),
        ("ntk_aware", {}, lambda: ntk_aware(64, 8.0, base=2e4)),
        (
            "dynamic_ntk",
            dict(length=3000),
            lambda: dynamic_ntk(64, 3000, trained_length=512, factor=8.0, base=2e4),
        ),
        (
            "ntk_by_parts",
            dict(beta_fast=8.0),
            lambda: ntk_by_parts(64, 8.0, trained_length=512, base=2e4, beta_fast=8.0),
        ),
        ("yarn", {}, lambda: yarn(64, 8.0, trained_length=512, base=2e4)),
        (
            "yarn",
            dict(ramp="index", truncate=False, beta_slow=0.5),
            lambda: yarn(
                64,
                8.0,
                trained_length=512,
                base=2e4,
                ramp="index",
                truncate=False,
                beta_slow=0.5,
            ),
        ),
        (
            "yarn",
            dict(attention_scaling=1.5),
            lambda: yarn(64, 8.0, trained_length=512, base=2e4, attention_scaling=1.5),
        ),
        (
            "llama3",
            dict(high_freq_factor=6.0),
            lambda: llama3(64, 8.0, trained_length=512, base=2e4, high_freq_factor=6.0),
        ),
        ("abf", {}, lambda: abf(64, 500_000.0)),
        ("abf", dict(adjusted_base=1e6), lambda: abf(64, 1e6)),
    ],
)
def test_by_name_equals_the_direct_call(method, options, direct):
    called = by_name(method, head_dim=64, factor=8.0, base=2e4, trained_length=512, **options)
    expected = direct()
    assert torch.equal(called.inv_freq, expected.inv_freq)
    assert called.attention_scaling == expected.attention_scaling


def test_by_name_can_replace_the_attention_scaling_of_any_method():
    shared = dict(head_dim=64, factor=8.0, base=1e4, trained_length=512, length=4096)
    for method in METHODS:
        plain = by_name(method, **shared)
        longer = by_name(method, attention_scaling=1.75, **shared)
        assert longer.attention_scaling == 1.75
        assert torch.equal(longer.inv_freq, plain.inv_freq)


# --- errors ---

TAKES_FACTOR = {
    "pi": lambda d, s: pi(d, s),
    "ntk_aware": lambda d, s: ntk_aware(d, s),
    "dynamic_ntk": lambda d, s: dynamic_ntk(d, 1000, trained_length=512, factor=s),
    "ntk_by_parts": lambda d, s: ntk_by_parts(d, s, trained_length=512),
    "yarn": lambda d, s: yarn(d, s, trained_length=512),
    "llama3": lambda d, s: llama3(d, s, trained_length=512),
    "by_name": lambda d, s: by_name("yarn", head_dim=d, factor=s, base=1e4, trained_length=512),
}
TAKES_WINDOW = {
    "dynamic_ntk": lambda n: dynamic_ntk(64, 1000, trained_length=n),
    "ntk_by_parts": lambda n: ntk_by_parts(64, 8.0, trained_length=n),
    "yarn": lambda n: yarn(64, 8.0, trained_length=n, ramp="index"),
    "llama3": lambda n: llama3(64, 8.0, trained_length=n),
    "untouched_share": lambda n: untouched_share(64, trained_length=n),
}
TAKES_BASE = {
    "pi": lambda b: pi(64, 8.0, base=b),
    "ntk_aware": lambda b: ntk_aware(64, 8.0, base=b),
    "dynamic_ntk": lambda b: dynamic_ntk(64, 1000, trained_length=512, base=b),
    "ntk_by_parts": lambda b: ntk_by_parts(64, 8.0, trained_length=512, base=b),
    "yarn": lambda b: yarn(64, 8.0, trained_length=512, base=b),
    "llama3": lambda b: llama3(64, 8.0, trained_length=512, base=b),
}


def message(call, *arguments):
    with pytest.raises(ValueError) as error:
        call(*arguments)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("call", TAKES_FACTOR.values(), ids=TAKES_FACTOR.keys())
@pytest.mark.parametrize("head_dim, fix", [(63, "62 or 64"), (2, "at least 4"), (64.0, "whole")])
def test_an_impossible_head_dim_is_named_as_it_was_given(call, head_dim, fix):
    assert f"head_dim is {head_dim!r}" in message(call, head_dim, 8.0)
    assert fix in message(call, head_dim, 8.0)


@pytest.mark.parametrize("call", TAKES_FACTOR.values(), ids=TAKES_FACTOR.keys())
@pytest.mark.parametrize(
    "factor", [0.99, 0, -8.0, math.nan, math.inf, -math.inf, True, "8", None, [8.0]], ids=repr
)
def test_an_impossible_factor_is_named_with_its_bound(call, factor):
    assert f"factor is {factor!r}" in message(call, 64, factor)
    assert "at least 1" in message(call, 64, factor)


@pytest.mark.parametrize("call", TAKES_WINDOW.values(), ids=TAKES_WINDOW.keys())
@pytest.mark.parametrize("window", [0, -512, math.nan, math.inf, True, "512", None], ids=repr)
def test_an_impossible_trained_length_is_named_with_its_bound(call, window):
    assert f"trained_length is {window!r}" in message(call, window)
    assert "above 0" in message(call, window)


@pytest.mark.parametrize("call", TAKES_BASE.values(), ids=TAKES_BASE.keys())
@pytest.mark.parametrize("base", [1.0, 0, -1e4, math.nan, math.inf, True, "10000", None], ids=repr)
def test_an_impossible_base_is_named_as_it_was_given(call, base):
    assert f"base is {base!r}" in message(call, base)
    assert "above 1" in message(call, base)


@pytest.mark.parametrize("length", [0, -1, math.nan, math.inf, True, "1000", None], ids=repr)
def test_an_impossible_length_is_named_with_its_bound(length):
    said = message(lambda: dynamic_ntk(64, length, trained_length=512))
    assert f"length is {length!r}" in said
    assert "above 0" in said


@pytest.mark.parametrize("method", [ntk_by_parts, yarn])
@pytest.mark.parametrize("fast, slow", [(1.0, 1.0), (1.0, 32.0), (0.5, 1.0)])
def test_betas_the_wrong_way_round_are_named_and_told_apart(method, fast, slow):
    said = message(lambda: method(64, 8.0, trained_length=512, beta_fast=fast, beta_slow=slow))
    assert f"beta_fast is {fast:g}" in said
    assert f"beta_slow is {slow:g}" in said
    assert "beta_fast" in said.split(";")[1] and "must be the larger" in said


@pytest.mark.parametrize("low, high", [(1.0, 1.0), (4.0, 1.0)])
def test_llama3_bounds_the_wrong_way_round_are_named_and_told_apart(low, high):
    said = message(
        lambda: llama3(64, 8.0, trained_length=512, low_freq_factor=low, high_freq_factor=high)
    )
    assert f"low_freq_factor is {low:g}" in said
    assert f"high_freq_factor is {high:g}" in said
    assert "must be the larger" in said


@pytest.mark.parametrize("value", [0, -1.0, math.nan, math.inf, True, "1"], ids=repr)
@pytest.mark.parametrize("name", ["beta_fast", "beta_slow"])
def test_an_impossible_beta_is_named_with_its_bound(name, value):
    said = message(lambda: yarn(64, 8.0, trained_length=512, **{name: value}))
    assert f"{name} is {value!r}" in said
    assert "above 0" in said


@pytest.mark.parametrize("value", [0, -1.2, math.nan, math.inf, True, "1.2"], ids=repr)
def test_an_impossible_attention_scaling_is_named_with_its_bound(value):
    for call in (
        lambda: yarn(64, 8.0, trained_length=512, attention_scaling=value),
        lambda: by_name(
            "pi", head_dim=64, factor=8.0, base=1e4, trained_length=512, attention_scaling=value
        ),
    ):
        assert f"attention_scaling is {value!r}" in message(call)
        assert "above 0" in message(call)


@pytest.mark.parametrize("ramp", ["linear", "Turns", "", None])
def test_an_unknown_ramp_is_named_with_the_two_there_are(ramp):
    said = message(lambda: yarn(64, 8.0, trained_length=512, ramp=ramp))
    assert f"ramp is {ramp!r}" in said
    assert '"turns"' in said and '"index"' in said


def test_an_index_ramp_outside_the_head_is_named_with_the_way_out():
    # 2 positions make not even one turn of the fastest pair.
    said = message(lambda: yarn(64, 8.0, trained_length=2, ramp="index"))
    assert "head of 64" in said and "trained_length=2" in said
    assert "beta_slow=1" in said and "beta_fast=32" in said
    assert 'ramp="turns"' in said


@pytest.mark.parametrize("method", ["linear", "YaRN", "", None])
def test_an_unknown_method_is_named_with_all_there_are(method):
    said = message(lambda: by_name(method, head_dim=64, base=1e4, trained_length=512))
    assert f"method is {method!r}" in said
    assert f"use one of {', '.join(TABLE)}" in said


@pytest.mark.parametrize(
    "method, option",
    [("pi", "ramp"), ("rope", "beta_fast"), ("llama3", "truncate"), ("yarn", "bet")],
)
def test_an_option_that_a_method_does_not_have_is_named_with_the_method(method, option):
    shared = dict(head_dim=64, base=1e4, trained_length=512)
    said = message(lambda: by_name(method, **shared, **{option: 1}))
    assert f"{method} has no {option}" in said
    assert "leave it out" in said


@pytest.mark.parametrize(
    "method, option, advice",
    [
        ("pi", "low_freq_factor", "or choose llama3"),
        ("llama3", "ramp", "or choose ntk_by_parts or yarn"),
        ("yarn", "high_freq_factor", "or choose llama3"),
        ("yarn", "bet", "and no other method has"),
    ],
)
def test_only_methods_that_have_the_option_are_advised(method, option, advice):
    shared = dict(head_dim=64, base=1e4, trained_length=512)
    said = message(lambda: by_name(method, **shared, **{option: 1}))
    assert advice in said
    for advised in re.findall(r"\w+", said.partition("or choose ")[2].replace(" or ", " ")):
        by_name(advised, **shared, **{option: "index" if option == "ramp" else 2})  # is accepted


@pytest.mark.parametrize("value", [1.0, 0.0, -5e5, math.nan, math.inf])
def test_an_impossible_adjusted_base_is_named(value):
    assert f"adjusted_base is {value!r}" in message(lambda: abf(64, value))


def test_dynamic_ntk_by_name_asks_for_the_length_it_needs():
    said = message(
        lambda: by_name("dynamic_ntk", head_dim=64, factor=8.0, base=1e4, trained_length=512)
    )
    assert "length is None" in said and "above 0" in said
