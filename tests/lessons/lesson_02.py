"""Lesson 02: wrong and right answers to its exercises, and its pictures in small."""

import math

import numpy as np
import torch

from lesson_utils.checks.findings import CHANGES_INPUT, RAISES, WRONG_FORM, WRONG_PRECISION
from lesson_utils.figures import lesson_02
from lesson_utils.widgets import distance
from tests.lessons import right, wrong


def evens_first(head_dim):
    return [*range(0, head_dim, 2), *range(1, head_dim, 2)]


def by_head(weight, head_dim):
    return weight.view(-1, head_dim, weight.shape[-1])


# --- 02.1 to_half_split ---


@wrong("to_half_split", "You went the other way")
def goes_to_interleaved(weight, head_dim):
    order = torch.arange(head_dim).view(2, -1).T.flatten()
    return by_head(weight, head_dim)[:, order].flatten(0, 1)


@wrong("to_half_split", "where does a head begin and end?")
def permutes_across_heads(weight, head_dim):
    return torch.cat((weight[0::2], weight[1::2]))


@wrong("to_half_split", "the even row or the odd one?")
def puts_the_odd_rows_first(weight, head_dim):
    heads = by_head(weight, head_dim)
    return torch.cat((heads[:, 1::2], heads[:, 0::2]), 1).flatten(0, 1)


@wrong("to_half_split", "Nothing has moved")
def views_there_and_back(weight, head_dim):
    return by_head(weight, head_dim).reshape(-1, 2, weight.shape[-1]).reshape(weight.shape)


@wrong("to_half_split", "Which axis of the weight makes the numbers of q?")
def permutes_columns(weight, head_dim):
    return torch.cat((weight[:, 0::2], weight[:, 1::2]), 1)


@wrong("to_half_split", "How do they become one matrix again?")
def leaves_the_heads_apart(weight, head_dim):
    return by_head(weight, head_dim)[:, evens_first(head_dim)]


@wrong("to_half_split", "changed `weight`", CHANGES_INPUT)
def permutes_in_place(weight, head_dim):
    for head in by_head(weight, head_dim):
        head.copy_(head[evens_first(head_dim)].clone())
    return weight


@wrong("to_half_split", "You return the first head alone")
def returns_the_first_head(weight, head_dim):
    return by_head(weight, head_dim)[0, evens_first(head_dim)]


@wrong("to_half_split", "The pairs are in reverse order")
def reverses_the_pairs(weight, head_dim):
    heads = by_head(weight, head_dim)
    return torch.cat((heads[:, 0::2].flip(1), heads[:, 1::2].flip(1)), 1).flatten(0, 1)


@wrong("to_half_split", "You did it twice")
def converts_what_is_converted(weight, head_dim):
    order = torch.tensor(evens_first(head_dim))
    return by_head(weight, head_dim)[:, order][:, order].flatten(0, 1)


@wrong("to_half_split", "Your first head is right")
def converts_one_head(weight, head_dim):
    made = weight.clone()
    made[:head_dim] = weight[:head_dim][evens_first(head_dim)]
    return made


@wrong("to_half_split", "Is a size written down in your code", RAISES)
def has_heads_of_64(weight, head_dim):
    return by_head(weight, 64)[:, evens_first(64)].reshape(weight.shape)


@wrong("to_half_split", "stays the same when `head_dim` changes")
def has_four_heads(weight, head_dim):
    heads = weight.reshape(4, -1, weight.shape[1])
    return heads[:, evens_first(heads.shape[1])].reshape(weight.shape)


@wrong("to_half_split", "a bfloat16 can hold", WRONG_PRECISION)
def saves_space(weight, head_dim):
    return by_head(weight, head_dim)[:, evens_first(head_dim)].flatten(0, 1).bfloat16().float()


@wrong("to_half_split", "You return the matrix transposed.")
def returns_it_transposed(weight, head_dim):
    return by_head(weight, head_dim)[:, evens_first(head_dim)].flatten(0, 1).T


@wrong("to_half_split", "You return the order of the rows")
def returns_an_index(weight, head_dim):
    return torch.arange(len(weight)).view(-1, head_dim)[:, evens_first(head_dim)].flatten()


@wrong("to_half_split", "the page cannot make a tensor", WRONG_FORM)
def returns_a_list_of_rows(weight, head_dim):
    return list(by_head(weight, head_dim)[:, evens_first(head_dim)].flatten(0, 1))


@wrong("to_half_split", "the matrix that you still read from?")
def reads_what_it_wrote(weight, head_dim):
    made = weight.clone()
    for head in made.split(head_dim):
        for i in range(head_dim // 2):
            head[i] = head[2 * i].clone()
            head[i + head_dim // 2] = head[2 * i + 1].clone()
    return made


@right("to_half_split")
def with_an_index(weight, head_dim):
    order = torch.cat((torch.arange(0, head_dim, 2), torch.arange(1, head_dim, 2)))
    rows = torch.arange(len(weight)).view(-1, head_dim)[:, order].flatten()
    return weight[rows]


@right("to_half_split")
def with_a_loop_over_rows(matrix, d):
    made = torch.empty_like(matrix)
    for row in range(len(matrix)):
        head, place = divmod(row, d)
        made[head * d + place // 2 + (place % 2) * d // 2] = matrix[row]
    return made


@right("to_half_split")
def with_numpy_and_a_permutation_matrix(weight, head_dim):
    swap = np.eye(head_dim)[[*range(0, head_dim, 2), *range(1, head_dim, 2)]]
    heads = weight.numpy().reshape(-1, head_dim, weight.shape[-1])
    return np.einsum("ij,hjc->hic", swap, heads).reshape(weight.shape)


@wrong("to_half_split", "Half of your rows have another sign")
def changes_signs(weight, head_dim):
    first, second = by_head(weight, head_dim)[:, evens_first(head_dim)].chunk(2, 1)
    return torch.cat((first, -second), 1).flatten(0, 1)


@wrong("to_half_split", "Every second head of yours")
def begins_every_second_head_with_odd_rows(weight, head_dim):
    heads = by_head(weight, head_dim)[:, evens_first(head_dim)].clone()
    heads[1::2] = heads[1::2].roll(head_dim // 2, 1)
    return heads.flatten(0, 1)


def in_heads(weight, head_dim, order):
    return weight.view(-1, head_dim, weight.shape[1])[:, order].reshape(weight.shape)


@wrong("to_half_split", "One half of each head is in reverse order")
def reverses_the_odd_rows(weight, head_dim):
    return in_heads(weight, head_dim, [*range(0, head_dim, 2), *range(head_dim - 1, 0, -2)])


@wrong("to_half_split", "You permuted across heads")
def puts_heads_side_by_side(weight, head_dim):
    rows = weight.reshape(-1, head_dim // 2, 2, weight.shape[1])
    return rows.permute(2, 1, 0, 3).reshape(weight.shape)


@wrong("to_half_split", "You permuted the columns")
def permutes_columns_in_heads(weight, head_dim):
    order = [*range(0, head_dim, 2), *range(1, head_dim, 2)]
    return weight.view(len(weight), -1, head_dim)[:, :, order].reshape(weight.shape)


# --- 02.2 rotate_from ---


def turn(x, angles):
    a, b = x.chunk(2, -1)
    return torch.cat((a * angles.cos() - b * angles.sin(), b * angles.cos() + a * angles.sin()), -1)


def angles_at(positions, inv_freq):
    return positions[:, None] * inv_freq


@wrong("rotate_from", "What has been read before them?")
def forgets_the_offset(x, inv_freq, first):
    return turn(x, angles_at(torch.arange(x.shape[-2]), inv_freq))


@wrong("rotate_from", "You are one position late")
def counts_from_one(x, inv_freq, first):
    return turn(x, angles_at(torch.arange(1, x.shape[-2] + 1) + first, inv_freq))


@wrong("rotate_from", "You are one position early")
def takes_the_last_cached_position(x, inv_freq, first):
    return turn(x, angles_at(torch.arange(x.shape[-2]) + first - 1, inv_freq))


@wrong("rotate_from", "You added `first` to the angle")
def adds_the_offset_in_radians(x, inv_freq, first):
    return turn(x, angles_at(torch.arange(x.shape[-2]), inv_freq) + first)


@wrong("rotate_from", "All rows stand at the same position")
def turns_every_row_alike(x, inv_freq, first):
    return turn(x, first * inv_freq)


@wrong("rotate_from", "Your pairs are neighbours")
def pairs_neighbours(x, inv_freq, first):
    angles = angles_at(torch.arange(x.shape[-2]) + first, inv_freq)
    numbers = torch.view_as_complex(x.unflatten(-1, (-1, 2)).contiguous())
    return torch.view_as_real(numbers * torch.exp(1j * angles)).flatten(-2)


@wrong("rotate_from", "You turn the other way round")
def turns_clockwise(x, inv_freq, first):
    return turn(x, -angles_at(torch.arange(x.shape[-2]) + first, inv_freq))


@wrong("rotate_from", "What is missing from the result?")
def returns_one_half(x, inv_freq, first):
    return turn(x, angles_at(torch.arange(x.shape[-2]) + first, inv_freq))[..., : len(inv_freq)]


@wrong("rotate_from", "Which axis of x is the text?")
def counts_along_the_heads(x, inv_freq, first):
    return turn(x, angles_at(torch.arange(x.shape[0]) + first, inv_freq)[:, None])


@wrong("rotate_from", "changed `x`", CHANGES_INPUT)
def turns_in_place(x, inv_freq, first):
    x[:] = turn(x.clone(), angles_at(torch.arange(x.shape[-2]) + first, inv_freq))
    return x


@wrong("rotate_from", "You multiplied by `first`")
def multiplies_by_the_offset(x, inv_freq, first):
    return turn(x, angles_at((torch.arange(x.shape[-2]) + 1) * first, inv_freq))


@wrong("rotate_from", "Positions begin anew after 512")
def begins_anew_after_a_window(x, inv_freq, first):
    return turn(x, angles_at((torch.arange(x.shape[-2]) + first).remainder(512), inv_freq))


@wrong("rotate_from", "Your positions stop at 511")
def stops_at_the_trained_window(x, inv_freq, first):
    return turn(x, angles_at((torch.arange(x.shape[-2]) + first).clip(max=511), inv_freq))


@wrong("rotate_from", "of base 10,000")
def makes_its_own_frequencies(x, inv_freq, first):
    half = x.shape[-1] // 2
    return turn(
        x, angles_at(torch.arange(x.shape[-2]) + first, 1e4 ** (-torch.arange(half) / half))
    )


@wrong("rotate_from", "In which half does the sine add something?")
def has_two_minus_signs(x, inv_freq, first):
    angles = angles_at(torch.arange(x.shape[-2]) + first, inv_freq)
    return turn(x, angles) * torch.tensor([1.0, 0.0]).repeat_interleave(len(inv_freq)) + turn(
        x, -angles
    ) * torch.tensor([0.0, 1.0]).repeat_interleave(len(inv_freq))


@wrong("rotate_from", "You multiplied by the cosines alone")
def forgets_the_sines(x, inv_freq, first):
    return x * angles_at(torch.arange(x.shape[-2]) + first, inv_freq).cos().repeat(1, 2)


@wrong("rotate_from", "Do both start from the old x?")
def overwrites_a_half(x, inv_freq, first):
    angles = angles_at(torch.arange(x.shape[-2]) + first, inv_freq)
    a, b = x.clone().chunk(2, -1)
    a = a * angles.cos() - b * angles.sin()
    b = b * angles.cos() + a * angles.sin()
    return torch.cat((a, b), -1)


@wrong("rotate_from", "Your function returns nothing", WRONG_FORM)
def leaves_the_first_piece(x, inv_freq, first):
    if first > 0:
        return turn(x, angles_at(torch.arange(x.shape[-2]) + first, inv_freq))


@wrong("rotate_from", "and not with x of shape [1, 3, 4]", RAISES)
def has_halves_of_32(x, inv_freq, first):
    angles = angles_at(torch.arange(x.shape[-2]) + first, inv_freq)
    a, b = x[..., :32], x[..., 32:64]
    return torch.cat((a * angles.cos() - b * angles.sin(), b * angles.cos() + a * angles.sin()), -1)


@wrong("rotate_from", "You multiplied by 2π.")
def takes_frequencies_for_turns(x, inv_freq, first):
    return turn(x, math.tau * angles_at(torch.arange(x.shape[-2]) + first, inv_freq))


@wrong("rotate_from", "Your positions are in bfloat16")
def has_positions_of_8_bits(x, inv_freq, first):
    positions = (torch.arange(x.shape[-2]) + first).bfloat16().float()
    return turn(x, angles_at(positions, inv_freq))


@wrong("rotate_from", "the page cannot make a tensor", WRONG_FORM)
def returns_a_list_of_heads(x, inv_freq, first):
    return list(turn(x, angles_at(torch.arange(x.shape[-2]) + first, inv_freq)))


@right("rotate_from")
def with_complex_numbers(x, inv_freq, first):
    z = torch.complex(*x.chunk(2, -1))
    positions = torch.arange(x.shape[1]) + first
    z = z * torch.polar(torch.ones(1, dtype=inv_freq.dtype), angles_at(positions, inv_freq))
    return torch.cat((z.real, z.imag), -1)


@right("rotate_from")
def as_hugging_face_writes_it(hidden, speeds, offset):
    positions = torch.arange(offset, offset + hidden.shape[1])
    angles = torch.outer(positions.double(), speeds.double()).repeat(1, 2)
    half = hidden.shape[-1] // 2
    rotated = torch.cat((-hidden[..., half:], hidden[..., :half]), -1)
    return hidden * angles.cos() + rotated * angles.sin()


@right("rotate_from")
def with_numpy_loops_in_float32(x, inv_freq, first):
    x = np.float32(x.numpy())
    made, half = np.zeros_like(x), x.shape[-1] // 2
    for row in range(x.shape[1]):
        for i, speed in enumerate(inv_freq.tolist()):
            c, s = np.cos((first + row) * speed), np.sin((first + row) * speed)
            made[:, row, i] = x[:, row, i] * c - x[:, row, i + half] * s
            made[:, row, i + half] = x[:, row, i + half] * c + x[:, row, i] * s
    return made


@right("rotate_from")
def in_two_turns(*, x, inv_freq, first):
    return turn(turn(x, angles_at(torch.arange(x.shape[1]), inv_freq)), first * inv_freq)


@wrong("rotate_from", "the first 128 of 600", WRONG_FORM)
def has_a_table_of_128(x, inv_freq, first):
    x = x[:, :128]
    return turn(x, angles_at(torch.arange(x.shape[-2]) + first, inv_freq))


@wrong("rotate_from", "At position 5,500 it goes wrong")
def stops_at_1000(x, inv_freq, first):
    return turn(x, angles_at((torch.arange(x.shape[-2]) + first).clamp(max=1000), inv_freq))


@wrong("rotate_from", "Your last row stands at `first`")
def ends_at_first(x, inv_freq, first):
    n = x.shape[-2]
    return turn(x, angles_at(torch.arange(first - n + 1, first + 1), inv_freq))


@wrong("rotate_from", "where a piece of a fixed size begins")
def begins_with_the_piece(x, inv_freq, first):
    return turn(x, angles_at(torch.arange(x.shape[-2]) + first // 128 * 128, inv_freq))


@wrong("rotate_from", "You divided by inv_freq")
def divides_by_the_speeds(x, inv_freq, first):
    return turn(x, angles_at(torch.arange(x.shape[-2]) + first, 1 / inv_freq))


@wrong("rotate_from", "the second came through as it was")
def turns_the_first_half(x, inv_freq, first):
    half = x.shape[-1] // 2
    turned = turn(x, angles_at(torch.arange(x.shape[-2]) + first, inv_freq))
    return torch.cat((turned[..., :half], x[..., half:]), -1)


@wrong("rotate_from", "With one row it is right")
def moves_on_every_second_row(x, inv_freq, first):
    return turn(x, angles_at(torch.arange(x.shape[-2]) // 2 + first, inv_freq))


def by_angles(x, angles):
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * angles.cos() - b * angles.sin(), b * angles.cos() + a * angles.sin()), -1)


@wrong("rotate_from", "A range of yours ends before it begins", RAISES)
def ends_its_range_at_n(x, inv_freq, first):
    return by_angles(x, torch.arange(first, x.shape[1])[:, None] * inv_freq)


@wrong("rotate_from", "With x in float16")
def computes_angles_in_the_dtype_of_x(x, inv_freq, first):
    at = torch.arange(first, first + x.shape[1]).to(x.dtype)
    return by_angles(x, at[:, None] * inv_freq.to(x.dtype))


@right("rotate_from")
def casts_the_tables_to_the_dtype_of_x(x, inv_freq, first):
    angles = torch.arange(first, first + x.shape[1]).double()[:, None] * inv_freq.double()
    a, b = x.chunk(2, dim=-1)
    c, s = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    return torch.cat((a * c - b * s, b * c + a * s), dim=-1)


@right("rotate_from")
def refuses_half_precision(x, inv_freq, first):
    angles = torch.arange(first, first + x.shape[1])[:, None] * inv_freq
    halves = torch.stack(x.chunk(2, dim=-1), dim=-1)
    c, s = angles.cos(), angles.sin()
    matrix = torch.stack((torch.stack((c, -s), -1), torch.stack((s, c), -1)), -2)
    return torch.cat(torch.einsum("npij,hnpj->hnpi", matrix, halves).unbind(-1), dim=-1)


# --- 02.3 half_tables ---


def in_dtype(angles, dtype):
    return angles.cos().to(dtype), angles.sin().to(dtype)


@wrong("half_tables", "Which of the steps needs more digits?")
def as_somebody_wrote_it(positions, inv_freq, dtype):
    angles = positions.to(dtype)[:, None] * inv_freq.to(dtype)
    return angles.cos(), angles.sin()


@wrong("half_tables", "The positions were cast first")
def casts_positions(positions, inv_freq, dtype):
    return in_dtype(positions.to(dtype).double()[:, None] * inv_freq, dtype)


@wrong("half_tables", "The angles were cast before cos and sin")
def casts_angles(positions, inv_freq, dtype):
    return in_dtype((positions[:, None] * inv_freq).to(dtype).double(), dtype)


@wrong("half_tables", "The frequencies were cast")
def casts_frequencies(positions, inv_freq, dtype):
    return in_dtype(positions[:, None] * inv_freq.to(dtype).double(), dtype)


@wrong("half_tables", "How many digits does a float32 hold")
def stops_at_float32(positions, inv_freq, dtype):
    return in_dtype(positions.float()[:, None] * inv_freq.float(), dtype)


@wrong("half_tables", "where does the cast belong?", WRONG_PRECISION)
def never_casts(positions, inv_freq, dtype):
    return in_dtype(positions[:, None] * inv_freq, torch.float64)


@wrong("half_tables", "Return cos first, then sin")
def returns_sin_first(positions, inv_freq, dtype):
    return in_dtype(positions[:, None] * inv_freq, dtype)[::-1]


@wrong("half_tables", "Return 2 things, (cos, sin)", WRONG_FORM)
def returns_one_table(positions, inv_freq, dtype):
    return torch.cat(in_dtype(positions[:, None] * inv_freq, dtype), 1)


@right("half_tables")
def in_one_stack(positions, inv_freq, dtype):
    return torch.stack(in_dtype(positions[:, None] * inv_freq, dtype))


@wrong("half_tables", "as short as bfloat16, whatever `dtype` says")
def always_casts_last_to_bfloat16(positions, inv_freq, dtype):
    angles = positions[:, None] * inv_freq
    return tuple(t if dtype == torch.bfloat16 else t.bfloat16() for t in in_dtype(angles, dtype))


@wrong("half_tables", "as short as bfloat16, whatever `dtype` says")
def goes_through_bfloat16(positions, inv_freq, dtype):
    return [t.to(dtype) for t in in_dtype(positions[:, None] * inv_freq, torch.bfloat16)]


@wrong("half_tables", "as short as float16, whatever `dtype` says")
def goes_through_float16(positions, inv_freq, dtype):
    return [t.to(dtype) for t in in_dtype(positions[:, None] * inv_freq, torch.float16)]


@wrong("half_tables", "how many does this position have?")
def counts_in_float32(positions, inv_freq, dtype):
    return in_dtype(positions.float().double()[:, None] * inv_freq, dtype)


@wrong("half_tables", "Your positions stop somewhere")
def has_tables_of_a_fixed_length(positions, inv_freq, dtype):
    return in_dtype(positions.clamp(0, 131_071)[:, None] * inv_freq, dtype)


@wrong("half_tables", "You count positions from the first one")
def begins_at_the_first_one(positions, inv_freq, dtype):
    return in_dtype((positions - positions.min())[:, None] * inv_freq, dtype)


@wrong("half_tables", "Your π is 3.1416 or so")
def takes_off_whole_turns_of_its_own(positions, inv_freq, dtype):
    return in_dtype((positions[:, None] * inv_freq).remainder(6.2832), dtype)


@wrong("half_tables", "Your sines are never negative")
def takes_a_root(positions, inv_freq, dtype):
    cos = (positions[:, None] * inv_freq).cos()
    return cos.to(dtype), (1 - cos**2).sqrt().to(dtype)


@wrong("half_tables", "two axes have changed places", WRONG_FORM)
def has_a_row_for_each_pair(positions, inv_freq, dtype):
    return in_dtype(inv_freq[:, None] * positions, dtype)


@wrong("half_tables", "Each table is there twice")
def repeats_the_table_for_both_halves(positions, inv_freq, dtype):
    return in_dtype((positions[:, None] * inv_freq).repeat(1, 2), dtype)


@wrong("half_tables", "You took the angles for degrees.")
def counts_in_degrees(positions, inv_freq, dtype):
    return in_dtype((positions[:, None] * inv_freq).deg2rad(), dtype)


@right("half_tables")
def by_polar_numbers(positions, inv_freq, dtype):
    turns = torch.polar(torch.ones(1).double(), torch.outer(positions.double(), inv_freq))
    return turns.real.to(dtype), turns.imag.to(dtype)


@right("half_tables")
def by_numpy(positions, inv_freq, dtype):
    angles = np.outer(positions.numpy(), inv_freq.numpy())
    return [torch.from_numpy(f(angles)).to(dtype) for f in (np.cos, np.sin)]


@right("half_tables")
def by_whole_turns_first(positions, inv_freq, dtype):
    angles = torch.remainder(positions.double()[:, None] * inv_freq.double(), 2 * torch.pi)
    return in_dtype(angles.float(), dtype)


@right("half_tables")
def by_einsum_through_float32(pos, speeds, kind):
    angles = torch.einsum("n,p->np", pos.double(), speeds.double())
    return angles.cos().float().to(kind), angles.sin().float().to(kind)


@wrong("half_tables", "brought into one turn and cast")
def takes_off_turns_and_casts(positions, inv_freq, dtype):
    angles = (positions[:, None] * inv_freq % math.tau).to(dtype).double()
    return in_dtype(angles, dtype)


@wrong("half_tables", "Positions begin anew after a while")
def begins_anew_after_512(positions, inv_freq, dtype):
    return in_dtype((positions % 512)[:, None] * inv_freq, dtype)


@wrong("half_tables", "You cut digits off, towards 0")
def cuts_bits(positions, inv_freq, dtype):
    digits = 1 - math.log2(torch.finfo(dtype).eps)
    angles = positions[:, None] * inv_freq
    fractions, exponents = zip(angles.cos().frexp(), angles.sin().frexp())
    return [
        ((x * 2**digits).trunc() / 2**digits).ldexp(exponent).to(dtype)
        for x, exponent in zip(fractions, exponents)
    ]


@wrong("half_tables", "Your positions are cast to float16")
def has_positions_in_float16(positions, inv_freq, dtype):
    return in_dtype(positions.half()[:, None].double() * inv_freq, dtype)


def tables(angles, dtype):
    return angles.cos().to(dtype), angles.sin().to(dtype)


@wrong("half_tables", "You count on from the first position")
def counts_on_from_the_first(positions, inv_freq, dtype):
    at = positions[0] + torch.arange(len(positions))
    return tables(at[:, None] * inv_freq, dtype)


@wrong("half_tables", "wavelengths that were made whole")
def takes_off_whole_wavelengths(positions, inv_freq, dtype):
    waves = torch.round(2 * math.pi / inv_freq)
    return tables(positions[:, None] % waves * inv_freq, dtype)


# --- pictures ---

PICTURES = {
    "02.pair_layouts": lambda: lesson_02.pair_layouts({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1]}),
    "02.score_picture": lambda: lesson_02.score_picture(distance.chart(10_000, 64, 2048)),
}
