"""Lesson 05: wrong and right answers to its exercises, and its pictures in small."""

import math

import numpy as np
import torch

from lesson_utils.checks.findings import (
    CHANGES_INPUT,
    NOT_WRITTEN,
    RAISES,
    WRONG_FORM,
)
from lesson_utils.figures import lesson_05
from tests.lessons import right, wrong
from tests.lessons.arrays import STEPS

# --- 05.1 squeeze_piece ---


@wrong("squeeze_piece", "up rather than down")
def scales_up(first, n, factor):
    return torch.arange(first, first + n) * factor


@wrong("squeeze_piece", "the piece still begins at `first`")
def leaves_first_as_it_is(first, n, factor):
    return first + torch.arange(n) / factor


@wrong("squeeze_piece", "two neighbours are a whole step apart")
def squeezes_first_only(first, n, factor):
    return first / factor + torch.arange(n)


@wrong("squeeze_piece", "How many bytes have been read before it?")
def forgets_the_cache(first, n, factor):
    return torch.arange(n) / factor


@wrong("squeeze_piece", "Where does the factor come in?")
def squeezes_nothing(first, n, factor):
    return torch.arange(first, first + n)


@wrong("squeeze_piece", "divide with `//`")
def floors(first, n, factor):
    return torch.arange(first, first + n) // factor


@wrong("squeeze_piece", "one byte late")
def starts_one_late(first, n, factor):
    return torch.arange(first + 1, first + 1 + n) / factor


@wrong("squeeze_piece", "one byte early")
def starts_one_early(first, n, factor):
    return torch.arange(first - 1, first - 1 + n) / factor


@wrong("squeeze_piece", "How many steps lie between")
def spreads_to_the_next_piece(first, n, factor):
    return torch.linspace(first / factor, (first + n) / factor, n)


@wrong("squeeze_piece", "Your range has all positions from 0")
def returns_the_cached_positions_as_well(first, n, factor):
    return torch.arange(first + n) / factor


@wrong("squeeze_piece", "rounded to whole numbers")
def stores_whole_numbers(first, n, factor):
    return (torch.arange(first, first + n) / factor).round().long()


@wrong("squeeze_piece", "went through half precision")
def divides_in_half_precision(first, n, factor):
    return torch.arange(first, first + n).bfloat16() / factor


@wrong("squeeze_piece", "What happens at first = 0?")
def takes_no_cache_for_no_method(first, n, factor):
    return torch.arange(first, first + n) / (factor if first else 1)


@wrong("squeeze_piece", "Your factor is 8")
def divides_by_the_pages_factor(first, n, factor):
    return torch.arange(first, first + n) / 8


@wrong("squeeze_piece", "Your factor is a whole number")
def divides_by_a_whole_factor(first, n, factor):
    return torch.arange(first, first + n) / int(factor)


@wrong("squeeze_piece", "There are 512 positions")
def takes_whole_windows(first, n, factor):
    return (torch.arange(512) + first) / factor


@wrong("squeeze_piece", "one position too many")
def steps_by_the_inverse_factor(first, n, factor):
    return np.arange(first / factor, (first + n) / factor, 1 / factor)


@wrong("squeeze_piece", "Your range ends at n")
def ends_the_range_at_n(first, n, factor):
    return torch.arange(max(n, first))[first:n] / factor


@wrong("squeeze_piece", "the start of the piece has none")
def floors_the_start(first, n, factor):
    return math.floor(first / factor) + np.arange(n) / factor


@wrong("squeeze_piece", "Your positions end at 511")
def stops_at_the_window(first, n, factor):
    return [min(511, (first + i) / factor) for i in range(n)]


@wrong("squeeze_piece", "That is the last position alone")
def returns_the_last_position(first, n, factor):
    return (first + n - 1) / factor


@wrong("squeeze_piece", "`first` counts the bytes before it")
def takes_first_for_the_number_of_the_piece(first, n, factor):
    return (first * n + torch.arange(n)) / factor


@wrong("squeeze_piece", "begin again at 0 after the window")
def wraps_at_the_window(first, n, factor):
    return (torch.arange(first, first + n) % 512) / factor


@wrong("squeeze_piece", "squeezed the piece by its length")
def squeezes_by_the_length(first, n, factor):
    return torch.arange(first, first + n) / n


@wrong("squeeze_piece", "took the two ends of the piece")
def returns_the_ends(first, n, factor):
    return torch.tensor([first / factor, (first + n) / factor])


@right("squeeze_piece")
def with_a_loop(first, n, factor):
    return [(first + step) / factor for step in range(n)]


@right("squeeze_piece")
def with_numpy_in_float32(start, count, s):
    return np.linspace(start / s, (start + count) / s, count, endpoint=False, dtype=np.float32)


@right("squeeze_piece")
def step_after_step(*, first, n, factor):
    steps = torch.full((n,), 1 / factor, dtype=torch.float64)
    return steps.cumsum(0) + (first - 1) / factor


@wrong("squeeze_piece", "divide by n − 1?", RAISES)
def divides_by_the_steps_of_a_piece(first, n, factor):
    start, last = first / factor, (first + n - 1) / factor
    return [start + i * (last - start) / (n - 1) for i in range(n)]


@wrong("squeeze_piece", "as it is while it is short")
def squeezes_long_texts_only(first, n, factor):
    at = torch.arange(first, first + n)
    return at if first + n <= 512 else at / factor


# --- 05.2 grouped_positions ---


def groups_of(n, group):
    return torch.arange(n) // group


@wrong("grouped_positions", "you have no shift")
def shifts_nothing(n, group, neighbours):
    return groups_of(n, group), groups_of(n, group)


@wrong("grouped_positions", "Part of the way its group number brings")
def shifts_by_all_neighbours(n, group, neighbours):
    return groups_of(n, group) + neighbours, groups_of(n, group)


@wrong("grouped_positions", "added as it is or by a shift before the grouping")
def shifts_by_the_groups(n, group, neighbours):
    return groups_of(n, group) + neighbours // group, groups_of(n, group)


@wrong("grouped_positions", "on the wrong one")
def shifts_the_keys(n, group, neighbours):
    shift = neighbours - neighbours // group
    return groups_of(n, group), groups_of(n, group) + shift


@wrong("grouped_positions", "on queries and keys alike")
def shifts_both(n, group, neighbours):
    shift = neighbours - neighbours // group
    return groups_of(n, group) + shift, groups_of(n, group) + shift


@wrong("grouped_positions", "this is PI")
def does_pi(n, group, neighbours):
    positions = torch.arange(n) / group
    return positions + neighbours - neighbours / group, positions


@wrong("grouped_positions", "Then the first group is shorter")
def rounds(n, group, neighbours):
    positions = (torch.arange(n) / group).round()
    return positions + neighbours - neighbours // group, positions


@wrong("grouped_positions", "which operator gives the number of the group?")
def takes_the_rest(n, group, neighbours):
    positions = torch.arange(n) % group
    return positions + neighbours - neighbours // group, positions


@wrong("grouped_positions", "Do you multiply by the group?")
def multiplies(n, group, neighbours):
    positions = torch.arange(n) * group
    return positions + neighbours - neighbours // group, positions


@wrong("grouped_positions", "your keys are not")
def groups_queries_only(n, group, neighbours):
    return groups_of(n, group) + neighbours - neighbours // group, torch.arange(n)


@wrong("grouped_positions", "your queries are not")
def groups_keys_only(n, group, neighbours):
    return torch.arange(n) + neighbours - neighbours // group, groups_of(n, group)


@wrong("grouped_positions", "How much of the shift is left")
def shifts_before_grouping(n, group, neighbours):
    shift = neighbours - neighbours // group
    return (torch.arange(n) + shift) // group, groups_of(n, group)


@wrong("grouped_positions", "Only queries that have a far key")
def shifts_late_queries_only(n, group, neighbours):
    shift = torch.where(torch.arange(n) >= neighbours, neighbours - neighbours // group, 0)
    return groups_of(n, group) + shift, groups_of(n, group)


@wrong("grouped_positions", "which is not full, is left out")
def drops_the_last_group(n, group, neighbours):
    groups = torch.arange(n // group).repeat_interleave(group)
    return groups + neighbours - neighbours // group, groups


@wrong("grouped_positions", "Return 2 things", WRONG_FORM)
def returns_the_queries_alone(n, group, neighbours):
    return groups_of(n, group) + neighbours - neighbours // group


@wrong("grouped_positions", "Is your shift one too small")
def shifts_one_too_little(n, group, neighbours):
    groups = torch.arange(n) // group
    return groups + (neighbours - 1) - neighbours // group, groups


@wrong("grouped_positions", "Is your shift one too large")
def shifts_one_too_far(n, group, neighbours):
    groups = torch.arange(n) // group
    return groups + (neighbours + 1) - neighbours // group, groups


@wrong("grouped_positions", "byte 0 is alone in group 0")
def rounds_groups_up(n, group, neighbours):
    groups = np.ceil(np.arange(n) / group)
    return groups + neighbours - neighbours / group, groups


@wrong("grouped_positions", "Do you count bytes from 1?")
def counts_bytes_from_one(n, group, neighbours):
    groups = torch.arange(1, n + 1) // group
    return groups + neighbours - neighbours // group, groups


@wrong("grouped_positions", "Are numbers of the page")
def writes_the_pages_numbers(n, group, neighbours):
    groups = torch.arange(n) // 3
    return groups + 20, groups


@wrong("grouped_positions", "have changed places")
def takes_one_for_the_other(n, first, second):
    groups = torch.arange(n) // max(second, 1)
    return groups + first - first // max(second, 1), groups


@wrong("grouped_positions", "Your positions end at 511")
def stops_at_the_last_position(n, group, neighbours):
    groups = torch.arange(n) // group
    shift = neighbours - neighbours // group
    return (groups + shift).clamp(max=511), groups.clamp(max=511)


@wrong("grouped_positions", "keep positions of their own")
def leaves_the_first_keys_alone(n, group, neighbours):
    groups = [i // group for i in range(n)]
    keys = [i if i < neighbours else i // group for i in range(n)]
    return [g + neighbours - neighbours // group for g in groups], keys


@wrong("grouped_positions", "or do your keys begin with group 1?")
def numbers_the_keys_from_one(n, group, neighbours):
    groups = torch.arange(n) // group
    return groups + neighbours - neighbours // group, groups + 1


@wrong("grouped_positions", "in the other order")
def returns_keys_first(n, group, neighbours):
    groups = torch.arange(n) // group
    return groups, groups + neighbours - neighbours // group


@wrong("grouped_positions", "those of keys [29]. Each byte has one position", WRONG_FORM)
def returns_the_differences(n, group, neighbours):
    groups = torch.arange(n) // group
    return (groups + neighbours - neighbours // group)[:, None] - groups, groups


@wrong("grouped_positions", "You made `group` groups of the text")
def makes_as_many_groups(n, group, neighbours):
    groups = torch.arange(n) * group // n
    return groups + neighbours - neighbours // group, groups


@wrong("grouped_positions", "as queries and as keys")
def keeps_the_first_neighbours(n, group, neighbours):
    at = torch.arange(n)
    shifted = at // group + neighbours - neighbours // group
    return torch.where(at < neighbours, at, shifted), torch.where(at < neighbours, at, at // group)


@wrong("grouped_positions", "Nothing goes below 0")
def keeps_keys_at_zero(n, group, neighbours):
    groups = torch.arange(n) // group
    return groups, (groups - neighbours + neighbours // group).clamp(min=0)


@right("grouped_positions")
def with_the_shift_on_the_keys(n, group, neighbours):
    groups = groups_of(n, group)
    return groups, groups - (neighbours - neighbours // group)


@right("grouped_positions")
def with_lists(length, g, w):
    of_keys = [position // g for position in range(length)]
    return [number + w - w // g for number in of_keys], of_keys


@right("grouped_positions")
def with_numpy_floats(n, group, neighbours):
    groups = np.floor(np.arange(n) / group)
    return np.stack((groups + neighbours * (1 - 1 / group), groups)).tolist()


@right("grouped_positions")
def by_repeating(*, n, group, neighbours):
    groups = torch.arange(-(-n // group)).repeat_interleave(group)[:n].float()
    return [groups + neighbours - neighbours // group, groups]


@wrong("grouped_positions", "as far apart as their first bytes are")
def stands_at_the_first_byte_of_a_group(n, group, neighbours):
    keys = torch.arange(n) // group * group
    return keys, keys


@wrong("grouped_positions", "keep positions of their own, as queries and as keys")
def groups_the_far_part_of_a_text(n, group, neighbours):
    at = torch.arange(n)
    both = torch.where(at < neighbours, at, neighbours + (at - neighbours) // group)
    return both, both


@wrong("grouped_positions", "256 and 257 are one number")
def numbers_groups_in_bfloat16(n, group, neighbours):
    keys = (torch.arange(n) // group).bfloat16()
    return keys + neighbours - neighbours // group, keys


# --- 05.3 two_rulers ---


def offsets(scores):
    at = torch.arange(scores.shape[-1])
    return at[:, None] - at


def attend(scores, v, seen=None):
    seen = offsets(scores) >= 0 if seen is None else seen
    return scores.masked_fill(~seen, -math.inf).softmax(-1) @ v


def chosen(near, far, neighbours):
    return torch.where(offsets(near) < neighbours, near, far)


@wrong("two_rulers", "and the other way round")
def swaps_the_rulers(near, far, v, neighbours):
    return attend(chosen(far, near, neighbours), v)


@wrong("two_rulers", "counts as near with you")
def counts_the_border_as_near(near, far, v, neighbours):
    return attend(chosen(near, far, neighbours + 1), v)


@wrong("two_rulers", "see the keys that come after them")
def sees_the_future(near, far, v, neighbours):
    return chosen(near, far, neighbours).softmax(-1) @ v


@wrong("two_rulers", "which score makes it 0?")
def masks_with_zero(near, far, v, neighbours):
    return chosen(near, far, neighbours).tril().softmax(-1) @ v


@wrong("two_rulers", "or key less query?")
def turns_the_offset_round(near, far, v, neighbours):
    offset = -offsets(near)
    return attend(torch.where(offset < neighbours, near, far), v, offset >= 0)


@wrong("two_rulers", "You masked after the softmax")
def masks_after_the_softmax(near, far, v, neighbours):
    return chosen(near, far, neighbours).softmax(-1).tril() @ v


@wrong("two_rulers", "Should an offset of 0 be masked?")
def masks_itself(near, far, v, neighbours):
    return attend(chosen(near, far, neighbours), v, offsets(near) > 0)


@wrong("two_rulers", "When should the two sets of keys compete?")
def adds_two_attentions(near, far, v, neighbours):
    close, past = offsets(near) < neighbours, offsets(near) >= 0
    return attend(near, v, close & past) + attend(far, v, ~close).nan_to_num()


@wrong("two_rulers", "You took the mean of two attentions")
def averages_two_attentions(near, far, v, neighbours):
    return adds_two_attentions(near, far, v, neighbours) / 2


@wrong("two_rulers", "a softmax over nothing is 0 / 0")
def adds_two_attentions_with_nan(near, far, v, neighbours):
    close, past = offsets(near) < neighbours, offsets(near) >= 0
    return attend(near, v, close & past) + attend(far, v, ~close)


@wrong("two_rulers", "only one of the two counts")
def adds_the_scores(near, far, v, neighbours):
    return attend(near + far, v)


@wrong("two_rulers", "how far back a key is")
def takes_the_larger(near, far, v, neighbours):
    return attend(torch.maximum(near, far), v)


@wrong("two_rulers", "Where do the far scores come in?")
def reads_near_alone(near, far, v, neighbours):
    return attend(near, v)


@wrong("two_rulers", "Where do the near scores come in?")
def reads_far_alone(near, far, v, neighbours):
    return attend(far, v)


@wrong("two_rulers", "Whose weights should add up to 1?")
def normalises_over_queries(near, far, v, neighbours):
    scores = chosen(near, far, neighbours).masked_fill(offsets(near) < 0, -math.inf)
    return scores.softmax(-2) @ v


@wrong("two_rulers", "from the start of the text")
def counts_from_the_start(near, far, v, neighbours):
    return attend(torch.where(torch.arange(near.shape[-1]) < neighbours, near, far), v)


@wrong("two_rulers", "What do they mix?")
def returns_the_weights(near, far, v, neighbours):
    identity = torch.eye(v.shape[-2], dtype=v.dtype)
    return attend(chosen(near, far, neighbours), identity.expand(len(v), -1, -1))


@wrong("two_rulers", "you did so again")
def divides_again(near, far, v, neighbours):
    return attend(chosen(near, far, neighbours) / math.sqrt(v.shape[-1]), v)


@wrong("two_rulers", "You mix by the scores themselves")
def forgets_the_softmax(near, far, v, neighbours):
    return chosen(near, far, neighbours).tril() @ v


@wrong("two_rulers", "What does your code do when no key is far?")
def needs_a_far_key(near, far, v, neighbours):
    return attend(chosen(near, far, min(neighbours, 3)), v)


@wrong("two_rulers", "changed `near`", CHANGES_INPUT)
def writes_into_near(near, far, v, neighbours):
    near[:, offsets(near) >= neighbours] = far[:, offsets(near) >= neighbours]
    return attend(near, v)


@wrong("two_rulers", "NameError: name 'offset' is not defined", RAISES)
def misspells(near, far, v, neighbours):
    return torch.where(offset < neighbours, near, far)  # noqa: F821


@wrong("two_rulers", "can it end without a `return`", NOT_WRITTEN)
def forgets_to_return(near, far, v, neighbours):
    attend(chosen(near, far, neighbours), v)


@wrong("two_rulers", "and the weights do not add up to 1")
def forgets_the_divisor(near, far, v, neighbours):
    offset = offsets(near)
    scores = torch.where(offset < neighbours, near, far).clamp(max=600)
    return scores.exp().tril() @ v


@wrong("two_rulers", "Such an e^x is too large for a number")
def overflows(near, far, v, neighbours):
    weights = torch.where(offsets(near) < neighbours, near, far).exp().tril()
    return weights / weights.sum(-1, keepdim=True) @ v


@wrong("two_rulers", "as −10")
def hides_with_a_small_number(near, far, v, neighbours):
    offset = offsets(near)
    scores = torch.where(offset < neighbours, near, far)
    return scores.masked_fill(offset < 0, -10).softmax(-1) @ v


@wrong("two_rulers", "You have 8 neighbours")
def has_eight_neighbours(near, far, v, neighbours):
    offset = offsets(near)
    scores = torch.where(offset < 8, near, far)
    return scores.masked_fill(offset < 0, -math.inf).softmax(-1) @ v


@wrong("two_rulers", "You have 128 neighbours")
def has_a_hundred_and_twenty_eight(near, far, v, neighbours):
    offset = offsets(near)
    scores = torch.where(offset < 128, near, far)
    return scores.masked_fill(offset < 0, -math.inf).softmax(-1) @ v


@wrong("two_rulers", "counts as far with you")
def has_one_neighbour_fewer(near, far, v, neighbours):
    offset = offsets(near)
    scores = torch.where(offset < neighbours - 1, near, far)
    return scores.masked_fill(offset < 0, -math.inf).softmax(-1) @ v


@wrong("two_rulers", "Your far keys are hidden")
def forgets_the_far(near, far, v, neighbours):
    offset = offsets(near)
    return near.masked_fill((offset < 0) | (offset >= neighbours), -math.inf).softmax(-1) @ v


@wrong("two_rulers", "reads itself off the far ruler")
def is_far_from_itself(near, far, v, neighbours):
    offset = offsets(near)
    scores = torch.where((offset > 0) & (offset < neighbours), near, far)
    return scores.masked_fill(offset < 0, -math.inf).softmax(-1) @ v


@wrong("two_rulers", "and chose from the weights")
def chooses_weights(near, far, v, neighbours):
    offset = offsets(near)
    both = [x.masked_fill(offset < 0, -math.inf).softmax(-1) for x in (near, far)]
    return torch.where(offset < neighbours, *both) @ v


@wrong("two_rulers", "nothing is far", RAISES)
def fails_without_a_far_key(near, far, v, neighbours):
    n = near.shape[-1]
    mask = torch.zeros(n, n, dtype=torch.bool)
    mask[neighbours:, : n - neighbours] = torch.ones(n - neighbours, n - neighbours).tril().bool()
    return torch.where(mask, far, near).masked_fill(offsets(near) < 0, -math.inf).softmax(-1) @ v


def _read(near, far, v, neighbours):
    back = torch.arange(v.shape[1])[:, None] - torch.arange(v.shape[1])
    scores = torch.where(back < neighbours, near, far).masked_fill(back < 0, -math.inf)
    return scores.softmax(-1) @ v


@wrong("two_rulers", "the mean of near and far beyond the neighbours")
def takes_the_mean_beyond(near, far, v, neighbours):
    return _read(near, (near + far) / 2, v, neighbours)


@wrong("two_rulers", "the larger of near and far")
def takes_the_larger_beyond(near, far, v, neighbours):
    return _read(near, torch.maximum(near, far), v, neighbours)


@wrong("two_rulers", "Your scores are transposed")
def takes_columns_for_queries(near, far, v, neighbours):
    return _read(near.mT, far.mT, v, neighbours)


@wrong("two_rulers", "The softmax runs over the heads")
def weighs_over_the_heads(near, far, v, neighbours):
    back = torch.arange(v.shape[1])[:, None] - torch.arange(v.shape[1])
    scores = torch.where(back < neighbours, near, far).masked_fill(back < 0, -1e9)
    return scores.softmax(0) @ v


@wrong("two_rulers", "All heads use the scores of one head")
def reads_the_first_heads_scores(near, far, v, neighbours):
    return _read(near[:1], far[:1], v, neighbours)


@wrong("two_rulers", "the first 4 of 5", WRONG_FORM)
def reads_four_heads(near, far, v, neighbours):
    return _read(near, far, v, neighbours)[:4]


@wrong("two_rulers", "Is 0 fewer than 0?")
def keeps_its_own_key_near(near, far, v, neighbours):
    return _read(near, far, v, max(1, neighbours))


@wrong("two_rulers", "half as many neighbours")
def halves_the_neighbours(near, far, v, neighbours):
    return _read(near, far, v, neighbours // 2)


@wrong("two_rulers", "stays the same when `near` changes")
def weighs_by_the_position(near, far, v, neighbours):
    weights = torch.tril(torch.arange(1.0, v.shape[1] + 1).expand(v.shape[1], -1))
    return (weights / weights.sum(-1, keepdim=True)).to(v.dtype) @ v


@right("two_rulers")
def with_scaled_scores_and_one_softmax(near, far, v, neighbours):
    return attend(chosen(near, far, neighbours).float(), v.float())


@right("two_rulers")
def with_two_sums_and_one_denominator(near, far, v, neighbours):
    offset = offsets(near)
    largest = torch.where(offset < neighbours, near, far)
    largest = largest.masked_fill(offset < 0, -math.inf).amax(-1, keepdim=True)
    near, far = near - largest, far - largest
    near, far = near.clamp(max=0), far.clamp(max=0)
    near = near.exp() * ((offset >= 0) & (offset < neighbours))
    far = far.exp() * (offset >= neighbours)
    total = near.sum(-1, keepdim=True) + far.sum(-1, keepdim=True)
    return (near @ v + far @ v) / total


@right("two_rulers")
def with_loops_and_numpy(near, far, v, neighbours):
    near, far, v = near.numpy(), far.numpy(), v.numpy()
    mixed = np.zeros_like(v)
    for head in range(len(v)):
        for query in range(v.shape[1]):
            scores = [
                (near if query - key < neighbours else far)[head, query, key]
                for key in range(query + 1)
            ]
            weights = np.exp(np.array(scores) - max(scores))
            weights /= weights.sum()
            mixed[head, query] = weights @ v[head, : query + 1]
    return mixed


@right("two_rulers")
def with_triangles_and_einsum(close, distant, values, width):
    scores = close - close.tril(-width) + distant.tril(-width)
    hidden = torch.full_like(scores, -math.inf).triu(1)
    return torch.einsum("hqk,hkd->hqd", (scores + hidden).softmax(-1), values)


def offsets_of(near):
    at = torch.arange(near.shape[-1])
    return at[:, None] - at


@wrong("two_rulers", "so that they add up to 1 again")
def makes_two_softmaxes_add_up(near, far, v, neighbours):
    back = offsets_of(near)
    close, distant = (x.masked_fill(back < 0, -math.inf).softmax(-1) for x in (near, far))
    weights = torch.where(back < neighbours, close, distant)
    return weights / weights.sum(-1, keepdim=True) @ v


@wrong("two_rulers", "those in the same block")
def has_neighbours_in_blocks(near, far, v, neighbours):
    block = torch.arange(near.shape[-1]) // neighbours
    scores = torch.where(block[:, None] == block, near, far)
    return scores.masked_fill(offsets_of(near) < 0, -math.inf).softmax(-1) @ v


@wrong("two_rulers", "A mask times −∞ does that")
def multiplies_a_mask_by_minus_infinity(near, far, v, neighbours):
    back = offsets_of(near)
    scores = torch.where(back < neighbours, near, far) + (back < 0) * -math.inf
    return scores.softmax(-1) @ v


# --- pictures ---

HEAD = {
    "base model, unchanged": ("rope", [0.1, 0.8, 0.1]),
    "base model, PI": ("pi", [0.1, 0.1, 0.3]),
}
TUNED_HEAD = HEAD | {"fine-tuned with PI": ("pi", [0.1, 0.6, 0.2])}

PICTURES = {
    "05.head_under_pi": lambda: lesson_05.head_under_pi(HEAD),
    "05.head_after_tuning": lambda: lesson_05.head_after_tuning(TUNED_HEAD),
    "05.split_sweep": lambda: lesson_05.split_sweep(
        {512: {0: 13.6, 16: 2.0, 32: 1.95}, 2048: {0: 14.0, 16: 2.4, 32: 10.9}}
    ),
    "05.fine_tuning": lambda: lesson_05.fine_tuning(
        {"PI, 4,096 bytes": ("pi", STEPS["pi"]), "unchanged": ("rope", STEPS["rope"])},
        base_model=2.04,
    ),
}
