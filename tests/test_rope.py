"""The rotation: its tables, its two layouts, and what it must not lose."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lesson_utils.rope import (
    RotaryFrequencies,
    as_frequencies,
    cos_sin,
    half_split_to_interleaved,
    interleaved_to_half_split,
    rope,
    rotate_half_split,
    rotate_interleaved,
    turns,
    wavelength,
)
from tests import oracles

LAYOUTS = {"half_split": rotate_half_split, "interleaved": rotate_interleaved}
both_layouts = pytest.mark.parametrize("layout", LAYOUTS)

# The same examples on every run and on every machine, and no time limit for a machine that is busy.
steady = settings(max_examples=60, deadline=None, derandomize=True)

head_dims = st.integers(2, 64).map(lambda pairs: 2 * pairs)


def random_vectors(*shape, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64).to(dtype)


def double(frequencies):
    return RotaryFrequencies(frequencies.inv_freq.double(), frequencies.attention_scaling)


def score(rotate, q, k, frequencies, q_position, k_position):
    """One query and one key, each turned to its position: their dot product."""
    turned = [
        rotate(x[None], *cos_sin(frequencies, torch.tensor([position], dtype=torch.float64)))[0]
        for x, position in ((q, q_position), (k, k_position))
    ]
    return (turned[0] @ turned[1]).item()


# --- speeds ---


@pytest.mark.parametrize("head_dim", [4, 32, 64, 96, 128, 256])
@pytest.mark.parametrize("base", [10_000.0, 500_000.0, 1e6])
def test_pair_i_turns_by_base_to_the_minus_2i_over_head_dim(head_dim, base):
    inv_freq, attention_scaling = rope(head_dim, base=base)
    assert inv_freq.dtype == torch.float32
    assert attention_scaling == 1.0
    # 1e-7: one rounding of a float64 to float32 costs at most 2 ** -24 = 6e-8 of the value.
    np.testing.assert_allclose(inv_freq, oracles.rope(head_dim, base), rtol=1e-7)


def test_a_wavelength_is_the_positions_that_one_turn_takes():
    inv_freq = torch.tensor([2 * math.pi, math.pi, math.pi / 50], dtype=torch.float64)
    torch.testing.assert_close(
        wavelength(inv_freq), torch.tensor([1.0, 2.0, 100.0], dtype=torch.float64)
    )
    torch.testing.assert_close(
        turns(inv_freq, 100), torch.tensor([100.0, 50.0, 1.0], dtype=torch.float64)
    )


# --- tables ---


def test_tables_hold_the_cos_and_sin_of_position_times_speed():
    frequencies = rope(64)
    positions = torch.arange(512)
    cos, sin = cos_sin(frequencies, positions)
    assert cos.shape == sin.shape == (512, 32)
    for position in (0, 1, 17, 511):
        for pair in (0, 1, 16, 31):
            angle = position * frequencies.inv_freq[pair].item()
            # 4e-5: an angle below 512 is rounded to a multiple of 2 ** -15 = 3e-5, by half of it.
            assert cos[position, pair].item() == pytest.approx(math.cos(angle), abs=4e-5)
            assert sin[position, pair].item() == pytest.approx(math.sin(angle), abs=4e-5)


@pytest.mark.parametrize("speed_dtype", [torch.bfloat16, torch.float16, torch.float32])
@pytest.mark.parametrize(
    "position_dtype", [torch.int32, torch.int64, torch.bfloat16, torch.float16, torch.float32]
)
def test_tables_are_float32_whatever_comes_in(speed_dtype, position_dtype):
    inv_freq = rope(64).inv_freq.to(speed_dtype)
    for table in cos_sin((inv_freq, 1.0), torch.arange(8).to(position_dtype)):
        assert table.dtype == torch.float32


@pytest.mark.parametrize(
    "speed_dtype, position_dtype",
    [
        (torch.float64, torch.int64),
        (torch.float32, torch.float64),
        (torch.float64, torch.float64),
        (torch.float64, torch.bfloat16),
    ],
)
def test_tables_are_float64_when_speeds_or_positions_are(speed_dtype, position_dtype):
    positions = torch.tensor([100.0]).to(position_dtype)
    cos, sin = cos_sin((torch.tensor([0.3]).to(speed_dtype), 1.0), positions)
    assert cos.dtype == sin.dtype == torch.float64
    angle = 100 * float(torch.tensor(0.3).to(speed_dtype))
    # 1e-13: float64 keeps an angle of 30 to 4e-15. In float32 the table would be 1e-6 off.
    assert cos.item() == pytest.approx(math.cos(angle), abs=1e-13)


@pytest.mark.parametrize(
    "half, position", [(torch.bfloat16, 257), (torch.float16, 2049), (torch.bfloat16, 15_962)]
)
def test_a_position_that_half_precision_cannot_hold_still_gets_its_own_angle(half, position):
    rounded = torch.tensor(position).to(half)
    assert rounded.item() != position  # the trap: this is what a table in half precision would use
    # Speed 1, which every float holds: a half-precision model's frequencies do not spoil the table.
    cos, sin = cos_sin((torch.ones(2, dtype=half), 1.0), torch.tensor([position]))
    # 1e-6: the angle is a whole number, exact in float32; what is left is the last bit of cos.
    assert cos[0, 0].item() == pytest.approx(math.cos(position), abs=1e-6)
    assert sin[0, 0].item() == pytest.approx(math.sin(position), abs=1e-6)
    assert abs(math.sin(position) - math.sin(rounded.item())) > 0.1


def test_attention_scaling_multiplies_cos_and_sin_alike():
    frequencies = rope(32)
    positions = torch.arange(100)
    cos, sin = cos_sin(frequencies, positions)
    longer_cos, longer_sin = cos_sin(frequencies._replace(attention_scaling=1.25), positions)
    torch.testing.assert_close(longer_cos, 1.25 * cos)
    torch.testing.assert_close(longer_sin, 1.25 * sin)
    # Every pair is then 1.25 long. 1e-6: a few roundings of float32 (6e-8 each).
    lengths = (longer_cos.square() + longer_sin.square()).sqrt()
    torch.testing.assert_close(lengths, torch.full_like(lengths, 1.25), rtol=1e-6, atol=0)


def test_each_pair_may_have_positions_of_its_own():
    inv_freq = torch.tensor([1.0, 0.5], dtype=torch.float64)
    positions = torch.tensor([[0.0, 10.0], [3.0, 20.0], [7.0, 0.0]])
    cos, sin = cos_sin((inv_freq, 1.0), positions)
    angles = [[0.0, 5.0], [3.0, 10.0], [7.0, 0.0]]
    # 1e-15: float64, angles exact.
    np.testing.assert_allclose(cos, np.cos(angles), atol=1e-15)
    np.testing.assert_allclose(sin, np.sin(angles), atol=1e-15)


def test_one_position_for_all_pairs_is_the_same_as_giving_it_to_each():
    frequencies = rope(16)
    positions = torch.arange(5)
    shared = cos_sin(frequencies, positions)
    separate = cos_sin(frequencies, positions[:, None].expand(5, 8))
    assert torch.equal(shared[0], separate[0])
    assert torch.equal(shared[1], separate[1])


@pytest.mark.parametrize("as_given", [list, np.array, tuple, torch.tensor])
def test_speeds_may_be_a_list_or_an_array(as_given):
    cos, _ = cos_sin((as_given([0.5, 0.25]), 1.0), torch.tensor([2, 4]))
    np.testing.assert_allclose(cos, np.cos([[1.0, 0.5], [2.0, 1.0]]), atol=1e-7)  # float32


# --- the rotation, both layouts ---


def test_half_split_turns_channel_i_with_channel_i_plus_half():
    # Pair 0 makes a quarter turn, pair 1 half a turn, so the result can be read off.
    tables = cos_sin((torch.tensor([math.pi / 2, math.pi]), 1.0), torch.tensor([1]))
    turned = rotate_half_split(torch.tensor([[1.0, 2.0, 3.0, 4.0]]), *tables)
    # (1, 3) becomes (-3, 1) and (2, 4) becomes (-2, -4). 1e-6: pi in float32 is 9e-8 off.
    expected = torch.tensor([[-3.0, -2.0, 1.0, -4.0]])
    torch.testing.assert_close(turned, expected, atol=1e-6, rtol=0)


def test_interleaved_turns_each_channel_with_its_neighbour():
    tables = cos_sin((torch.tensor([math.pi / 2, math.pi]), 1.0), torch.tensor([1]))
    turned = rotate_interleaved(torch.tensor([[1.0, 2.0, 3.0, 4.0]]), *tables)
    # (1, 2) becomes (-2, 1) and (3, 4) becomes (-3, -4). 1e-6 as above.
    expected = torch.tensor([[-2.0, 1.0, -3.0, -4.0]])
    torch.testing.assert_close(turned, expected, atol=1e-6, rtol=0)


@both_layouts
@pytest.mark.parametrize("head_dim", [4, 6, 64])
def test_rotation_equals_one_matrix_for_each_pair(layout, head_dim):
    x = random_vectors(9, head_dim)
    positions = [0, 1, 2, 5, 100, 511, 512, 4095, 131_071]
    frequencies = double(rope(head_dim))._replace(attention_scaling=1.3)
    turned = LAYOUTS[layout](x, *cos_sin(frequencies, torch.tensor(positions)))
    expected = oracles.turn_pairs(x, frequencies.inv_freq, positions, layout, scaling=1.3)
    # 1e-12: numbers of size 1 in float64, with a handful of roundings (1e-16 each).
    np.testing.assert_allclose(turned, expected, atol=1e-12)


@both_layouts
def test_batches_and_heads_turn_by_the_row_alone(layout):
    x = random_vectors(2, 3, 7, 16)
    positions = torch.arange(40, 47)
    frequencies = double(rope(16))
    turned = LAYOUTS[layout](x, *cos_sin(frequencies, positions))
    assert turned.shape == x.shape
    for batch in range(2):
        for head in range(3):
            expected = oracles.turn_pairs(x[batch, head], frequencies.inv_freq, positions, layout)
            np.testing.assert_allclose(turned[batch, head], expected, atol=1e-12)  # as above


@both_layouts
@pytest.mark.parametrize(
    "dtype, tolerance",
    # One rounding at the end: half of the last bit of each format, relative to the value.
    [(torch.bfloat16, 2**-8), (torch.float16, 2**-11), (torch.float32, 1e-6)],
)
def test_rotation_keeps_the_dtype_and_rounds_once(layout, dtype, tolerance):
    x = random_vectors(6, 32, dtype=dtype)
    positions = torch.arange(250, 256)
    frequencies = rope(32)
    turned = LAYOUTS[layout](x, *cos_sin(frequencies, positions))
    assert turned.dtype == dtype
    expected = oracles.turn_pairs(x.double(), frequencies.inv_freq, positions, layout)
    # 1e-4 for what float32 angles near 256 lose (1.5e-5 each), on values up to 4.
    np.testing.assert_allclose(turned.double(), expected, rtol=tolerance, atol=1e-4)


@both_layouts
def test_rotation_stays_in_float64_when_x_is(layout):
    x = random_vectors(3, 8)
    assert LAYOUTS[layout](x, *cos_sin(double(rope(8)), torch.arange(3))).dtype == torch.float64


@both_layouts
def test_inputs_are_left_as_they_were(layout):
    x, frequencies, positions = random_vectors(5, 16), rope(16), torch.arange(5)
    cos, sin = cos_sin(frequencies, positions)
    before = [t.clone() for t in (x, frequencies.inv_freq, positions, cos, sin)]
    LAYOUTS[layout](x, cos, sin)
    for now, then in zip((x, frequencies.inv_freq, positions, cos, sin), before):
        assert torch.equal(now, then)


@both_layouts
def test_position_zero_changes_nothing(layout):
    x = random_vectors(1, 64)
    assert torch.equal(LAYOUTS[layout](x, *cos_sin(rope(64), torch.tensor([0]))), x)


@both_layouts
@steady
@given(head_dim=head_dims, position=st.integers(0, 1_000_000), seed=st.integers(0, 2**31))
def test_rotation_keeps_every_length(layout, head_dim, position, seed):
    x = random_vectors(1, head_dim, seed=seed)
    turned = LAYOUTS[layout](x, *cos_sin(double(rope(head_dim)), torch.tensor([position])))
    # cos² + sin² is 1 whatever the angle, so the size of the position costs nothing: float64.
    torch.testing.assert_close(turned.norm(), x.norm(), rtol=1e-13, atol=0)


@both_layouts
@steady
@given(
    head_dim=head_dims,
    positions=st.tuples(st.integers(0, 100_000), st.integers(0, 100_000)),
    shift=st.integers(0, 100_000),
    seed=st.integers(0, 2**31),
)
def test_a_score_depends_on_the_offset_alone(layout, head_dim, positions, shift, seed):
    q, k = random_vectors(2, head_dim, seed=seed)
    m, n = positions
    rotate, frequencies = LAYOUTS[layout], double(rope(head_dim))
    here = score(rotate, q, k, frequencies, m, n)
    there = score(rotate, q, k, frequencies, m + shift, n + shift)
    # 1e-8: a float64 angle of 200,000 is good to 3e-11, and up to 64 pairs of size ~10 add up.
    assert there == pytest.approx(here, abs=1e-8)


# --- the two layouts and the way between them ---


@pytest.mark.parametrize("head_dim", [4, 6, 64, 128])
def test_permutation_lists_even_channels_and_then_odd_ones(head_dim):
    expected = list(range(0, head_dim, 2)) + list(range(1, head_dim, 2))
    assert interleaved_to_half_split(head_dim).tolist() == expected


@pytest.mark.parametrize("head_dim", [4, 6, 64, 128])
def test_each_permutation_undoes_the_other(head_dim):
    there, back = interleaved_to_half_split(head_dim), half_split_to_interleaved(head_dim)
    x = random_vectors(3, head_dim)
    assert torch.equal(x[:, there][:, back], x)
    assert torch.equal(x[:, back][:, there], x)


@pytest.mark.parametrize("head_dim", [4, 6, 64])
def test_permuted_channels_turn_to_the_very_same_numbers(head_dim):
    tables = cos_sin(rope(head_dim), torch.arange(20))
    there, back = interleaved_to_half_split(head_dim), half_split_to_interleaved(head_dim)
    x = random_vectors(20, head_dim, dtype=torch.float32)
    assert torch.equal(
        rotate_half_split(x[:, there], *tables)[:, back], rotate_interleaved(x, *tables)
    )
    assert torch.equal(
        rotate_interleaved(x[:, back], *tables)[:, there], rotate_half_split(x, *tables)
    )


def test_permuting_q_and_k_keeps_every_score():
    q, k = random_vectors(2, 30, 64)
    tables = cos_sin(double(rope(64)), torch.arange(30))
    there = interleaved_to_half_split(64)
    before = rotate_interleaved(q, *tables) @ rotate_interleaved(k, *tables).T
    after = rotate_half_split(q[:, there], *tables) @ rotate_half_split(k[:, there], *tables).T
    # The products are the same numbers; 1e-12 for adding them up in another order in float64.
    torch.testing.assert_close(after, before, rtol=0, atol=1e-12)
    mixed = rotate_half_split(q, *tables) @ rotate_half_split(k, *tables).T
    assert (mixed - before).abs().max() > 1  # without the permutation, other scores altogether


@pytest.mark.parametrize(
    "wanted, other", [("half_split", "interleaved"), ("interleaved", "half_split")]
)
def test_a_mixed_up_layout_passes_every_relative_test_and_fails_the_loop(wanted, other):
    x = random_vectors(2, 64)
    frequencies, positions = double(rope(64)), [3, 40]
    mixed_up = LAYOUTS[other](x, *cos_sin(frequencies, torch.tensor(positions)))

    # Lengths are kept, and scores depend on the offset alone: nothing seems to be wrong.
    torch.testing.assert_close(mixed_up.norm(dim=-1), x.norm(dim=-1))
    shifted = score(LAYOUTS[other], *x, frequencies, 1003, 1040)
    assert shifted == pytest.approx((mixed_up[0] @ mixed_up[1]).item(), abs=1e-9)

    right = oracles.turn_pairs(x, frequencies.inv_freq, positions, wanted)
    assert np.abs(mixed_up.numpy() - right).max() > 1
    assert abs(mixed_up[0] @ mixed_up[1] - right[0] @ right[1]) > 0.1


# --- errors ---


@pytest.mark.parametrize(
    "call, value, fix",
    [
        (lambda: rope(63), "63", "use 62 or 64"),
        (lambda: rope(2), "2", "at least 4"),
        (lambda: rope(0), "0", "at least 4"),
        (lambda: rope(-8), "-8", "at least 4"),
        (lambda: rope(64.0), "64.0", "whole number"),
        (lambda: rope("64"), "'64'", "whole number"),
        (lambda: rope(True), "True", "whole number"),
        (lambda: rope(None), "None", "whole number"),
        (lambda: rope(64, base=1.0), "1.0", "above 1"),
        (lambda: rope(64, base=-10.0), "-10.0", "above 1"),
        (lambda: rope(64, base=math.nan), "nan", "finite number above 1"),
        (lambda: rope(64, base=math.inf), "inf", "finite number above 1"),
        (lambda: rope(64, base="10000"), "'10000'", "finite number above 1"),
        (lambda: rope(64, base=None), "None", "finite number above 1"),
        (lambda: rope(64, base=True), "True", "finite number above 1"),
        (lambda: interleaved_to_half_split(7), "7", "use 6 or 8"),
        (lambda: half_split_to_interleaved(7), "7", "use 6 or 8"),
        (
            lambda: cos_sin((torch.ones(4, 2), 1.0), torch.arange(3)),
            "inv_freq has shape [4, 2]",
            "one frequency for each pair",
        ),
        (
            lambda: cos_sin((torch.tensor(1.0), 1.0), torch.arange(3)),
            "inv_freq has shape []",
            "one frequency for each pair",
        ),
        (
            lambda: cos_sin((torch.tensor([1.0, math.nan]), 1.0), torch.arange(3)),
            "NaN",
            "look for",
        ),
        (
            lambda: cos_sin((torch.tensor([1.0, math.inf]), 1.0), torch.arange(3)),
            "infinity",
            "look for",
        ),
        (
            lambda: cos_sin(rope(8), torch.ones(5, 3)),
            "positions have shape [5, 3]",
            "give [n] or [n, 4]",
        ),
        (lambda: cos_sin(rope(8), torch.ones(2, 5, 4)), "[2, 5, 4]", "give [n] or [n, 4]"),
        (lambda: cos_sin(rope(8), torch.tensor(3)), "[]", "give [n] or [n, 4]"),
    ],
)
def test_an_error_names_the_value_and_the_fix(call, value, fix):
    with pytest.raises(ValueError) as error:
        call()
    assert value in str(error.value)
    assert fix in str(error.value)
    assert "\n" not in str(error.value)


@both_layouts
@pytest.mark.parametrize(
    "x, cos, sin",
    [
        ((5, 8), (5, 8), (5, 8)),  # tables with both halves, as Hugging Face makes them
        ((5, 8), (5, 3), (5, 3)),  # tables of another head
        ((5, 8), (6, 4), (6, 4)),  # tables of another length
        ((5, 8), (1, 4), (1, 4)),  # one row for all, which would broadcast and turn nothing apart
        ((5, 8), (5, 4), (5, 3)),  # tables that differ
        ((5, 7), (5, 3), (5, 3)),  # an odd head
    ],
)
def test_tables_that_do_not_fit_are_named_with_their_shapes(layout, x, cos, sin):
    with pytest.raises(ValueError) as error:
        LAYOUTS[layout](torch.ones(x), torch.ones(cos), torch.ones(sin))
    for shape in (x, cos, sin):
        assert str(list(shape)) in str(error.value)
    assert "[n, head_dim / 2]" in str(error.value)


# --- what a learner may hand over ---


@pytest.mark.parametrize(
    "frequencies, named",
    [
        (torch.ones(4), r"a Tensor; give two things"),
        ((torch.ones(4),), r"a tuple; give two things"),
        ((torch.ones(2, 2), 1.0), r"shape \[2, 2\]; give one frequency for each pair"),
        ((torch.tensor([1.0, math.nan]), 1.0), "NaN or infinity"),
        ((torch.ones(4), math.nan), "attention_scaling is nan; give a finite number above 0"),
        ((torch.ones(4), "a"), "attention_scaling is 'a'; give a finite number above 0"),
        ((torch.ones(4), np.True_), "attention_scaling is .*True.*; give a finite number above 0"),
    ],
)
def test_what_is_not_a_pair_of_frequencies_and_scaling_is_refused_with_the_fix(frequencies, named):
    with pytest.raises(ValueError, match=named):
        as_frequencies(frequencies)


@pytest.mark.parametrize("inv_freq", [[1.0, 0.1], (1.0, 0.1), np.array([1.0, 0.1])])
def test_lists_and_arrays_are_taken_as_frequencies(inv_freq):
    assert as_frequencies([inv_freq, 1]).inv_freq.tolist() == pytest.approx([1.0, 0.1])


@pytest.mark.parametrize("huge", [10**400, -(10**400)])
def test_a_whole_number_too_large_for_a_float_is_refused(huge):
    with pytest.raises(ValueError, match="base is"):
        rope(64, base=huge)
