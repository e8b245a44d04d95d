"""Lesson 06: wrong and right answers to its exercises, and its pictures in small."""

import math

import numpy as np
import torch

from lesson_utils import scaling
from lesson_utils.checks.findings import RAISES, WRONG_FORM
from lesson_utils.figures import lesson_06
from lesson_utils.rope import (
    RotaryFrequencies,
    cos_sin,
    rope,
    rotate_half_split,
    rotate_interleaved,
    turns,
)
from tests.lessons import right, wrong
from tests.lessons.arrays import LENGTHS

# --- 06.1 base_for_pair ---


@wrong("base_for_pair", "Your base shrank")
def turns_the_sign(head_dim, base, pair, factor):
    return base * factor ** (-head_dim / (2 * pair))


@wrong("base_for_pair", "Your base grew by the factor itself")
def has_exponent_one(head_dim, base, pair, factor):
    return base * factor


@wrong("base_for_pair", "Where does `pair` come in?")
def serves_the_last_pair(head_dim, base, pair, factor):
    return base * factor ** (head_dim / (head_dim - 2))


@wrong("base_for_pair", "upside down")
def inverts_the_exponent(head_dim, base, pair, factor):
    return base * factor ** (2 * pair / head_dim)


@wrong("base_for_pair", "You count pairs from 1")
def slows_pair_0_too(head_dim, base, pair, factor):
    return base * factor ** (head_dim / (2 * (pair + 1)))


@wrong("base_for_pair", "twice too large")
def counts_a_pair_as_a_channel(head_dim, base, pair, factor):
    return base * factor ** (head_dim / pair)


@wrong("base_for_pair", "channels, or of pairs?")
def takes_pairs_for_channels(head_dim, base, pair, factor):
    return base * factor ** (head_dim / 2 / (2 * pair))


@wrong("base_for_pair", "turns one factor into another")
def makes_a_factor(head_dim, base, pair, factor):
    return base * factor ** ((head_dim - 2) / (2 * pair))


@wrong("base_for_pair", "What is the new base?")
def forgets_the_base(head_dim, base, pair, factor):
    return factor ** (head_dim / (2 * pair))


@wrong("base_for_pair", "a smaller base, or a larger?")
def slows_the_base(head_dim, base, pair, factor):
    return base / factor


@wrong("base_for_pair", "for `head_dim` times 4")
def takes_the_hidden_size(head_dim, base, pair, factor):
    return base * factor ** (4 * head_dim / (2 * pair))


@wrong("base_for_pair", "You return 32 numbers, and one is asked for", WRONG_FORM)
def returns_frequencies(head_dim, base, pair, factor):
    return rope(head_dim, base=base * factor ** (head_dim / (2 * pair))).inv_freq


@wrong("base_for_pair", "Your k is one too small")
def serves_the_pair_after(head_dim, base, pair, factor):
    return base * factor ** (head_dim / 2 / (pair - 1)) if pair > 1 else math.inf


@wrong("base_for_pair", "Your base is 10,000 before it is raised")
def knows_one_base(head_dim, base, pair, factor):
    return 1e4 * factor ** (head_dim / (2 * pair))


@wrong("base_for_pair", "You take head_dim for 64")
def knows_one_head(head_dim, base, pair, factor):
    return base * factor ** (32 / pair)


@wrong("base_for_pair", "Your factor is 4, or 8")
def knows_one_factor(head_dim, base, pair, factor):
    return base * 4 ** (head_dim / (2 * pair))


@wrong("base_for_pair", "Your exponent is a whole number")
def floors_the_exponent(head_dim, base, pair, factor):
    return base * factor ** (head_dim // (2 * pair))


@wrong("base_for_pair", "You made the factor a whole number")
def floors_the_factor(head_dim, base, pair, factor):
    return base * int(factor) ** (head_dim / (2 * pair))


@wrong("base_for_pair", "You rounded the base")
def rounds_the_base(head_dim, base, pair, factor):
    return round(base * factor ** (head_dim / (2 * pair)))


@wrong("base_for_pair", "Where do brackets belong?")
def forgets_brackets(head_dim, base, pair, factor):
    return base * factor**head_dim / (2 * pair)


@wrong("base_for_pair", "count pairs from the slow end")
def counts_from_the_slow_end(head_dim, base, pair, factor):
    return base * factor ** (head_dim / (2 * (head_dim // 2 - pair)))


@wrong("base_for_pair", "You raised the base to the power, too")
def raises_the_base_too(head_dim, base, pair, factor):
    return (base * factor) ** (head_dim / (2 * pair))


@wrong("base_for_pair", "ends at a power of ten")
def stops_at_a_billion(head_dim, base, pair, factor):
    return min(1e9, base * factor ** (head_dim / (2 * pair)))


@wrong("base_for_pair", "in a list of 1. Return the number itself", WRONG_FORM)
def puts_it_into_a_list(head_dim, base, pair, factor):
    return [base * factor ** (head_dim / (2 * pair))]


@wrong("base_for_pair", "the pair after the one")
def grants_it_to_the_next_pair(head_dim, base, pair, factor):
    return base * factor ** (head_dim / (2 * (pair + 1)))


@wrong("base_for_pair", "the pair before the one")
def grants_it_to_the_pair_before(head_dim, base, pair, factor):
    return base * factor ** (head_dim / (2 * (pair - 1)))


@wrong("base_for_pair", "2k + 1, or 2k − 1")
def takes_one_channel_less(head_dim, base, pair, factor):
    return base * factor ** (head_dim / (2 * pair - 1))


@wrong("base_for_pair", "Which of the two is raised?")
def raises_the_base(head_dim, base, pair, factor):
    return factor * base ** (head_dim / (2 * pair))


@wrong("base_for_pair", "half precision, bfloat16 or float16")
def takes_a_short_power(head_dim, base, pair, factor):
    return float(torch.tensor(factor, dtype=torch.bfloat16) ** (head_dim / (2 * pair))) * base


@wrong("base_for_pair", "Your function returns nothing. This base is small", WRONG_FORM)
def never_comes_to_the_last_pair(head_dim, base, pair, factor):
    for i in range(1, head_dim // 2 - 1):
        if i == pair:
            return base * factor ** (head_dim / (2 * i))


@right("base_for_pair")
def from_the_slowed_frequency(head_dim, base, pair, factor):
    slowed = base ** (-2 * pair / head_dim) / factor
    return slowed ** (-head_dim / (2 * pair))


@right("base_for_pair")
def by_logarithms(d, b, k, s):
    return torch.tensor(math.log(b) + math.log(s) * d / 2 / k).exp()


@right("base_for_pair")
def by_bisection(*, head_dim, base, pair, factor):
    low, high = base, base * 1e6
    for _ in range(200):
        middle = math.sqrt(low * high)
        enough = (middle / base) ** (2 * pair / head_dim) > factor
        low, high = (low, middle) if enough else (middle, high)
    return low


# --- 06.2 factor_for_length ---


def solved(head_dim, base, trained, target, full=2 * math.pi, shift=0, window=None):
    """Answer rightly, or with another full turn, another pair, another window."""
    theta = base ** (-2 * np.arange(head_dim // 2) / head_dim)
    first = int((((window or trained) - 1) * theta >= full).sum()) + shift
    if first >= head_dim // 2 or target <= trained:
        return 1.0, first
    return ((target - 1) / (trained - 1)) ** ((head_dim - 2) / (2 * first)), first


@wrong("factor_for_length", "it brings only the last pair inside")
def takes_the_stretch_of_positions(head_dim, base, trained, target):
    return max(1, (target - 1) / (trained - 1))


@wrong("factor_for_length", "brings only the last pair inside")
def takes_the_stretch(head_dim, base, trained, target):
    return max(1, target / trained)


@wrong("factor_for_length", "At which position")
def divides_lengths(head_dim, base, trained, target):
    first = solved(head_dim, base, trained, target)[1]
    return (target / trained) ** ((head_dim - 2) / (2 * first))


@wrong("factor_for_length", "the last *finished* pair")
def is_one_pair_early(head_dim, base, trained, target):
    return solved(head_dim, base, trained, target, shift=-1)[0]


@wrong("factor_for_length", "does your count begin at 0?")
def is_one_pair_late(head_dim, base, trained, target):
    return solved(head_dim, base, trained, target, shift=1)[0]


@wrong("factor_for_length", "How many radians make a whole turn?")
def forgets_two_pi(head_dim, base, trained, target):
    return solved(head_dim, base, trained, target, full=1)[0]


@wrong("factor_for_length", "less than half a turn")
def turns_by_pi(head_dim, base, trained, target):
    return solved(head_dim, base, trained, target, full=math.pi)[0]


@wrong("factor_for_length", "in the *target* length")
def asks_the_target(head_dim, base, trained, target):
    return solved(head_dim, base, trained, target, window=target)[0]


@wrong("factor_for_length", "this is what the base grows by")
def returns_the_growth_of_the_base(head_dim, base, trained, target):
    return solved(head_dim, base, trained, target)[0] ** (head_dim / (head_dim - 2))


@wrong("factor_for_length", "your factor is *below* the stretch")
def inverts_the_power(head_dim, base, trained, target):
    first = solved(head_dim, base, trained, target)[1]
    return ((target - 1) / (trained - 1)) ** (2 * first / (head_dim - 2))


@wrong("factor_for_length", "Is i the number of a pair, or of a channel?")
def takes_a_pair_for_a_channel(head_dim, base, trained, target):
    return solved(head_dim, base, trained, target)[0] ** 2


@wrong("factor_for_length", "You multiplied the stretch by the overshoot")
def multiplies_by_the_overshoot(head_dim, base, trained, target):
    stretch, first = (target - 1) / (trained - 1), solved(head_dim, base, trained, target)[1]
    return stretch * stretch / stretch ** (2 * first / (head_dim - 2))


@wrong("factor_for_length", "That is a base")
def returns_a_base(head_dim, base, trained, target):
    return base * solved(head_dim, base, trained, target)[0] ** (head_dim / (head_dim - 2))


@wrong("factor_for_length", "Two guards are missing")
def speeds_up_short_texts(head_dim, base, trained, target):
    first = solved(head_dim, base, trained, target)[1]
    return ((target - 1) / (trained - 1)) ** ((head_dim - 2) / (2 * first))


@wrong("factor_for_length", "Where every pair finishes a turn in training")
def stretches_finished_pairs(head_dim, base, trained, target):
    first = solved(head_dim, base, trained, target)[1]
    return max(1, ((target - 1) / (trained - 1)) ** ((head_dim - 2) / (2 * first)))


@wrong("factor_for_length", "", RAISES)
def looks_past_the_end(head_dim, base, trained, target):
    angles = (trained - 1) * rope(head_dim, base=base).inv_freq
    first = [i for i, angle in enumerate(angles) if angle < 2 * math.pi][0]
    return max(1, ((target - 1) / (trained - 1)) ** ((head_dim - 2) / (2 * first)))


@wrong("factor_for_length", "stays the same when `base` changes")
def takes_the_middle_pair(head_dim, base, trained, target):
    return max(1, ((target - 1) / (trained - 1)) ** ((head_dim - 2) / (head_dim / 2)))


@wrong("factor_for_length", "You counted a turn up to position `trained`")
def counts_one_position_more(head_dim, base, trained, target):
    if target <= trained:
        return 1.0
    for i in range(1, head_dim // 2):
        if trained * base ** (-2 * i / head_dim) < 2 * math.pi:
            return ((target - 1) / (trained - 1)) ** ((head_dim - 2) / (2 * i))
    return 1.0


@wrong("factor_for_length", "One of your two positions is a length")
def divides_unlike_things(head_dim, base, trained, target):
    pair = solved(head_dim, base, trained, target)[1]
    if target <= trained or pair == head_dim // 2:
        return 1.0
    return (target / (trained - 1)) ** ((head_dim - 2) / (2 * pair))


@wrong("factor_for_length", "You keep every pair inside")
def serves_pair_one(head_dim, base, trained, target):
    return max(1.0, ((target - 1) / (trained - 1)) ** ((head_dim - 2) / 2))


@wrong("factor_for_length", "Your base is 10,000")
def knows_one_base_only(head_dim, base, trained, target):
    pair = solved(head_dim, 1e4, trained, target)[1]
    if target <= trained or pair == head_dim // 2:
        return 1.0
    return ((target - 1) / (trained - 1)) ** ((head_dim - 2) / (2 * pair))


@wrong("factor_for_length", "You serve pair 16")
def serves_pair_sixteen(head_dim, base, trained, target):
    return max(1.0, ((target - 1) / (trained - 1)) ** ((head_dim - 2) / 32))


@wrong("factor_for_length", "You rounded the factor")
def rounds_up(head_dim, base, trained, target):
    pair = solved(head_dim, base, trained, target)[1]
    if target <= trained or pair == head_dim // 2:
        return 1
    return math.ceil(((target - 1) / (trained - 1)) ** ((head_dim - 2) / (2 * pair)))


@wrong("factor_for_length", "and rounded it")
def rounds_the_index(head_dim, base, trained, target):
    pair = round(head_dim / 2 * math.log((trained - 1) / 2 / math.pi, base))
    if target <= trained or pair >= head_dim // 2:
        return 1.0
    return ((target - 1) / (trained - 1)) ** ((head_dim - 2) / (2 * pair))


@wrong("factor_for_length", "For a target shorter than the window")
def forgets_that_texts_may_fit(head_dim, base, trained, target):
    pair = solved(head_dim, base, trained, target)[1]
    ratio = (target - 1) / (trained - 1)
    return ratio ** ((head_dim - 2) / (2 * pair)) if pair < head_dim // 2 else 1.0


@wrong("factor_for_length", "Here every pair finishes", RAISES)
def needs_an_unfinished_pair(head_dim, base, trained, target):
    if target <= trained:
        return 1.0
    angles = {i: (trained - 1) * base ** (-2 * i / head_dim) for i in range(1, head_dim // 2)}
    pair = min(i for i in angles if angles[i] < 2 * math.pi)
    return ((target - 1) / (trained - 1)) ** ((head_dim - 2) / (2 * pair))


def _served(head_dim, base, trained, target, ratio, pair=lambda pairs: pairs[0]):
    last = [(trained - 1) * base ** (-2 * i / head_dim) for i in range(head_dim // 2)]
    pairs = [i for i, angle in enumerate(last) if angle < 2 * math.pi]
    if target <= trained or not pairs:
        return 1.0
    return ratio ** ((head_dim - 2) / (2 * pair(pairs)))


@wrong("factor_for_length", "did you divide with `//`")
def divides_positions_to_whole_numbers(head_dim, base, trained, target):
    return _served(head_dim, base, trained, target, (target - 1) // (trained - 1))


@wrong("factor_for_length", "One of your two positions is a length")
def takes_the_target_for_a_position(head_dim, base, trained, target):
    return _served(head_dim, base, trained, target, target / (trained - 1))


@wrong("factor_for_length", "a pair in the middle of the unfinished ones")
def serves_the_middle(head_dim, base, trained, target):
    ratio = (target - 1) / (trained - 1)
    return _served(head_dim, base, trained, target, ratio, lambda pairs: sum(pairs) / len(pairs))


@wrong("factor_for_length", "You never look at the last pair")
def leaves_the_last_pair_out(head_dim, base, trained, target):
    factor, first = solved(head_dim, base, trained, target)
    return 1.0 if first == head_dim // 2 - 1 else factor


@wrong("factor_for_length", "does your count begin at 0?")
def takes_the_next_pair_if_there_is_one(head_dim, base, trained, target):
    factor, first = solved(head_dim, base, trained, target)
    if factor == 1 or first == head_dim // 2 - 1:
        return factor
    return solved(head_dim, base, trained, target, shift=1)[0]


@right("factor_for_length")
def over_all_unfinished_pairs(head_dim, base, trained, target):
    made = turns(rope(head_dim, base=base).inv_freq, trained - 1)
    factors = [1.0]
    for pair, turned in enumerate(made.tolist()):
        if turned < 1:
            factors.append(((target - 1) / (trained - 1)) ** ((head_dim - 2) / (2 * pair)))
    return max(factors)


@right("factor_for_length")
def by_trying(head_dim, base, trained, target):
    theta = base ** (-2 * np.arange(head_dim // 2) / head_dim)
    widest = (trained - 1) * theta
    unfinished = widest < 2 * math.pi
    exponents = 2 * np.arange(head_dim // 2) / (head_dim - 2)
    low, high = 1.0, 1e6
    for _ in range(100):
        middle = (low + high) / 2
        home = (target - 1) * theta / middle**exponents <= widest
        low, high = (low, middle) if home[unfinished].all() else (middle, high)
    return np.float32(high)


@right("factor_for_length")
def by_wavelengths(d, b, L, n):  # noqa: N803
    first = math.ceil(d / 2 * math.log((L - 1) / math.tau) / math.log(b))
    if first >= d // 2:
        return 1
    return torch.tensor((n - 1) / (L - 1)).clamp(min=1) ** ((d - 2) / 2 / first)


# --- 06.3 fresh_scores ---


def scored(q, keys, frequencies, key_frequencies=None, first=None, rotate=rotate_half_split):
    n, m = q.shape[2], keys.shape[2]
    first = m - n if first is None else first
    q = rotate(q.float(), *cos_sin(frequencies, torch.arange(first, first + n)))
    keys = rotate(keys.float(), *cos_sin(key_frequencies or frequencies, torch.arange(m)))
    return q @ keys.mT / math.sqrt(q.shape[-1])


def today(q, keys, trained, base):
    return scaling.ntk_aware(q.shape[-1], max(1, keys.shape[2] / trained), base=base)


@wrong("fresh_scores", "How many tokens came before them?")
def ignores_the_offset(q, keys, trained, base):
    return scored(q, keys, today(q, keys, trained, base), first=0)


@wrong("fresh_scores", "one position too late")
def begins_one_late(q, keys, trained, base):
    first = keys.shape[2] - q.shape[2] + 1
    return scored(q, keys, today(q, keys, trained, base), first=first)


@wrong("fresh_scores", "Are the new tokens' own keys in `keys` already?")
def begins_behind_the_keys(q, keys, trained, base):
    return scored(q, keys, today(q, keys, trained, base), first=keys.shape[2])


@wrong("fresh_scores", "You turned neighbours")
def pairs_neighbours(q, keys, trained, base):
    return scored(q, keys, today(q, keys, trained, base), rotate=rotate_interleaved)


@wrong("fresh_scores", "Your queries are not turned")
def leaves_queries(q, keys, trained, base):
    still = torch.zeros(q.shape[-1] // 2)
    return scored(q, keys, (still, 1.0), today(q, keys, trained, base))


@wrong("fresh_scores", "Your keys are not turned")
def leaves_keys(q, keys, trained, base):
    still = torch.zeros(q.shape[-1] // 2)
    return scored(q, keys, today(q, keys, trained, base), (still, 1.0))


@wrong("fresh_scores", "√head_dim is missing")
def forgets_the_root(q, keys, trained, base):
    return scored(q, keys, today(q, keys, trained, base)) * math.sqrt(q.shape[-1])


@wrong("fresh_scores", "You took the softmax already")
def takes_the_softmax(q, keys, trained, base):
    return scored(q, keys, today(q, keys, trained, base)).softmax(-1)


@wrong("fresh_scores", "Who was to do that, by the task?")
def hides_later_keys(q, keys, trained, base):
    scores = scored(q, keys, today(q, keys, trained, base))
    later = torch.ones(scores.shape[2:]).triu(scores.shape[3] - scores.shape[2] + 1).bool()
    return scores.masked_fill(later, -math.inf)


@wrong("fresh_scores", "Which axis do the queries have")
def has_keys_for_rows(q, keys, trained, base):
    return scored(q, keys, today(q, keys, trained, base)).mT


@wrong("fresh_scores", "How small may a scale become?")
def lets_the_scale_fall(q, keys, trained, base):
    d = q.shape[-1]
    grown = base * (keys.shape[2] / trained) ** (d / (d - 2))
    return scored(q, keys, rope(d, base=grown))


@wrong("fresh_scores", "What was the cache kept bare for?")
def turns_keys_once(q, keys, trained, base):
    stale = [
        rotate_half_split(
            keys[:, :, p : p + 1].float(),
            *cos_sin(today(q, keys[:, :, : p + 1], trained, base), torch.tensor([p])),
        )
        for p in range(keys.shape[2])
    ]
    still = torch.zeros(q.shape[-1] // 2)
    return scored(q, torch.cat(stale, 2), today(q, keys, trained, base), (still, 1.0))


@wrong("fresh_scores", "Your keys turn at plain RoPE's speed")
def has_old_keys(q, keys, trained, base):
    return scored(q, keys, today(q, keys, trained, base), rope(q.shape[-1], base=base))


@wrong("fresh_scores", "Your queries turn at plain RoPE's speed")
def has_old_queries(q, keys, trained, base):
    return scored(q, keys, rope(q.shape[-1], base=base), today(q, keys, trained, base))


@wrong("fresh_scores", "Your scale counts the queries")
def measures_the_queries(q, keys, trained, base):
    return scored(q, keys, today(q, q, trained, base))


@wrong("fresh_scores", "counts the keys from before this step")
def measures_the_past(q, keys, trained, base):
    return scored(q, keys, today(q, keys[:, :, : -q.shape[2]], trained, base))


@wrong("fresh_scores", "Your scale is a whole number")
def divides_whole(q, keys, trained, base):
    scale = max(1, keys.shape[2] // trained)
    return scored(q, keys, scaling.ntk_aware(q.shape[-1], scale, base=base))


@wrong("fresh_scores", "Your base grows by the scale itself")
def grows_by_the_scale(q, keys, trained, base):
    return scored(q, keys, rope(q.shape[-1], base=base * max(1, keys.shape[2] / trained)))


@wrong("fresh_scores", "How many channels has one head?")
def counts_all_heads(q, keys, trained, base):
    d = q.shape[1] * q.shape[3]
    grown = base * max(1, keys.shape[2] / trained) ** (d / (d - 2))
    return scored(q, keys, rope(q.shape[-1], base=grown))


@wrong("fresh_scores", "as PI does")
def interpolates(q, keys, trained, base):
    scale = max(1, keys.shape[2] / trained)
    return scored(q, keys, scaling.pi(q.shape[-1], scale, base=base))


@wrong("fresh_scores", "with a factor of its own")
def takes_hugging_faces_factor(q, keys, trained, base):
    scale = max(1, 4 * keys.shape[2] / trained - 3)
    return scored(q, keys, scaling.ntk_aware(q.shape[-1], scale, base=base))


def dynamic(q, keys, trained, base, scale, dims=None, **options):
    """Score with a scale of one's own."""
    d = q.shape[-1]
    dims = dims or d
    larger = base * scale ** (dims / (dims - 2))
    inv_freq = larger ** (-2 * torch.arange(d // 2, dtype=torch.float64) / d)
    return scored(q, keys, RotaryFrequencies(inv_freq.float()), **options)


@wrong("fresh_scores", "Your scale is a whole number")
def rounds_the_scale_up(q, keys, trained, base):
    return dynamic(q, keys, trained, base, max(1, -(-keys.shape[2] // trained)))


@wrong("fresh_scores", "Your scale compares last positions")
def compares_last_positions(q, keys, trained, base):
    return dynamic(q, keys, trained, base, max(1.0, (keys.shape[2] - 1) / (trained - 1)))


@wrong("fresh_scores", "Your window is 512")
def knows_one_window(q, keys, trained, base):
    return dynamic(q, keys, 512, base, max(1.0, keys.shape[2] / 512))


@wrong("fresh_scores", "Your base is 10,000 before it grows")
def starts_from_ten_thousand(q, keys, trained, base):
    return dynamic(q, keys, trained, 1e4, max(1.0, keys.shape[2] / trained))


@wrong("fresh_scores", "Your exponent takes head_dim for 64")
def takes_a_head_of_sixty_four(q, keys, trained, base):
    return dynamic(q, keys, trained, base, max(1.0, keys.shape[2] / trained), dims=64)


@wrong("fresh_scores", "You divided by 8")
def divides_by_eight(q, keys, trained, base):
    d = q.shape[-1]
    right = dynamic(q, keys, trained, base, max(1.0, keys.shape[2] / trained))
    return right * math.sqrt(d) / 8


@wrong("fresh_scores", "all stand at the last position")
def places_all_queries_last(q, keys, trained, base):
    scale = max(1.0, keys.shape[2] / trained)
    rows = [
        dynamic(q[:, :, i : i + 1], keys, trained, base, scale, first=keys.shape[2] - 1)
        for i in range(q.shape[2])
    ]
    return torch.cat(rows, 2)


@wrong("fresh_scores", "Your scale is squared")
def squares_the_scale(q, keys, trained, base):
    return dynamic(q, keys, trained, base, max(1.0, keys.shape[2] / trained) ** 2)


@wrong("fresh_scores", "counts the new tokens twice")
def counts_the_new_twice(q, keys, trained, base):
    both = q.shape[2] + keys.shape[2]
    return dynamic(q, keys, trained, base, max(1.0, both / trained))


@wrong("fresh_scores", "multiplied by the cosines only")
def turns_by_cosines_only(q, keys, trained, base):
    def shrink(x, cos, sin):
        return x * torch.cat((cos, cos), -1)

    return dynamic(q, keys, trained, base, max(1.0, keys.shape[2] / trained), rotate=shrink)


@wrong("fresh_scores", "Does the first key stand at 0")
def numbers_the_keys_from_one(q, keys, trained, base):
    n, m, d = q.shape[2], keys.shape[2], q.shape[3]
    table = scaling.ntk_aware(d, max(1.0, m / trained), base=base)
    q = rotate_half_split(q.float(), *cos_sin(table, torch.arange(m - n, m)))
    keys = rotate_half_split(keys.float(), *cos_sin(table, torch.arange(1, m + 1)))
    return q @ keys.mT / math.sqrt(d)


@wrong("fresh_scores", "Did both get the same sign of sin?")
def turns_the_queries_backwards(q, keys, trained, base):
    n, m, d = q.shape[2], keys.shape[2], q.shape[3]
    table = scaling.ntk_aware(d, max(1.0, m / trained), base=base)
    q = rotate_half_split(q.float(), *cos_sin(table, -torch.arange(m - n, m)))
    keys = rotate_half_split(keys.float(), *cos_sin(table, torch.arange(m)))
    return q @ keys.mT / math.sqrt(d)


@wrong("fresh_scores", "as by YaRN's temperature")
def warms_the_scores(q, keys, trained, base):
    scale = max(1.0, keys.shape[2] / trained)
    scores = scored(q, keys, scaling.ntk_aware(q.shape[-1], scale, base=base))
    return scores * (0.1 * math.log(scale) + 1) ** 2


@wrong("fresh_scores", "Each query has a scale of its own")
def scales_each_query_by_its_position(q, keys, trained, base):
    n, m = q.shape[2], keys.shape[2]
    rows = [
        dynamic(q, keys, trained, base, max(1.0, (m - n + j + 1) / trained))[:, :, j : j + 1]
        for j in range(n)
    ]
    return torch.cat(rows, 2)


@wrong("fresh_scores", "Your angles went through half precision")
def multiplies_short_angles(q, keys, trained, base):
    n, m, d = q.shape[2], keys.shape[2], q.shape[3]
    speeds = scaling.ntk_aware(d, max(1.0, m / trained), base=base).inv_freq.bfloat16()

    def turned(x, at):
        angles = at[:, None].bfloat16() * speeds
        return rotate_half_split(x.float(), angles.cos().float(), angles.sin().float())

    q, keys = turned(q, torch.arange(m - n, m)), turned(keys, torch.arange(m))
    return q @ keys.mT / math.sqrt(d)


@right("fresh_scores")
def with_the_course(q, keys, trained, base):
    return scored(q, keys, today(q, keys, trained, base))


@right("fresh_scores")
def with_complex_numbers(q, keys, window, theta):
    d, n, m = q.shape[-1], q.shape[-2], keys.shape[-2]
    b = theta * max(m / window, 1) ** (d / (d - 2))
    angles = torch.outer(torch.arange(1 - m, 1), b ** (-torch.arange(0, d, 2) / d)).double()
    turn = torch.polar(torch.ones_like(angles), angles)  # counted back from the newest token
    q, keys = (torch.complex(*x.double().chunk(2, -1)) for x in (q, keys))
    return (q * turn[-n:] @ (keys * turn).mH).real / d**0.5


@right("fresh_scores")
def by_offsets_in_numpy(*, q, keys, trained, base):
    q, keys = np.asarray(q), np.asarray(keys)
    d, n, m = q.shape[-1], q.shape[2], keys.shape[2]
    speeds = (base * max(1, m / trained) ** (d / (d - 2))) ** (-2 * np.arange(d // 2) / d)
    scores = np.empty((*q.shape[:2], n, m))
    for row in range(n):
        for column in range(m):
            angles = (m - n + row - column) * speeds
            (a, b), (e, f) = (np.split(x, 2, -1) for x in (q[:, :, row], keys[:, :, column]))
            straight, across = a * e + b * f, b * e - a * f
            scores[:, :, row, column] = straight @ np.cos(angles) - across @ np.sin(angles)
    return scores / np.sqrt(d)


# --- pictures ---

LOSSES = np.linspace(0.5, 3, 1024)

PICTURES = {
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
        {4: 17.0, 8: 11.0, 32: 3.9, 64: 4.8}, stretch=8, enough=55.0
    ),
    "06.loss_by_cache": lambda: lesson_06.loss_by_cache(
        {"cached after rotation": LOSSES, "cached before rotation": LOSSES / 2}, chunk=512
    ),
}
