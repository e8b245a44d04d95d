"""Lesson 03: wrong and right answers to its exercises, and its pictures in small."""

import bisect
import math

import numpy as np
import torch

from lesson_utils.checks.findings import CHANGES_INPUT, WRONG_FORM, WRONG_PRECISION, WRONG_VALUE
from lesson_utils.figures import lesson_03
from lesson_utils.widgets import frequency_chart
from tests.lessons import right, wrong

TURN = 2 * math.pi

# --- 03.1 pair_nearest ---


def place(positions, head_dim, base):
    return head_dim / 2 * math.log(positions / TURN) / math.log(base)


def kept(pair, head_dim):
    return min(max(pair, 0), head_dim // 2 - 1)


@wrong("pair_nearest", "Which whole number is meant?")
def returns_the_place(positions, head_dim, base):
    return place(positions, head_dim, base)


@wrong("pair_nearest", "or 2π of them?")
def forgets_two_pi(positions, head_dim, base):
    return kept(round(place(positions * TURN, head_dim, base)), head_dim)


@wrong("pair_nearest", "Where do the brackets go?")
def divides_by_two_times_pi(positions, head_dim, base):
    return round(head_dim / 2 * math.log(positions / 2 * math.pi) / math.log(base))


@wrong("pair_nearest", "logarithms of two kinds")
def mixes_logarithms(positions, head_dim, base):
    return round(head_dim / 2 * math.log10(positions / TURN) / math.log(base))


@wrong("pair_nearest", "twice as large")
def multiplies_by_head_dim(positions, head_dim, base):
    return kept(round(2 * place(positions, head_dim, base)), head_dim)


@wrong("pair_nearest", "belongs to base 10,000")
def assumes_the_base(positions, head_dim, base):
    return kept(round(place(positions, head_dim, 10_000)), head_dim)


@wrong("pair_nearest", "belongs to a head of 64")
def assumes_head_dim(positions, head_dim, base):
    return kept(round(place(positions, 64, base)), head_dim)


@wrong("pair_nearest", "do you always round down?")
def rounds_down(positions, head_dim, base):
    return kept(int(place(positions, head_dim, base)), head_dim)


@wrong("pair_nearest", "do you always round up?")
def takes_the_first_that_is_longer(positions, head_dim, base):
    waves = TURN * base ** (torch.arange(0, head_dim, 2) / head_dim)
    return kept(torch.searchsorted(waves, positions).item(), head_dim)


@wrong("pair_nearest", "Do you count pairs from 1?")
def counts_from_one(positions, head_dim, base):
    return kept(round(place(positions, head_dim, base)), head_dim) + 1


@wrong("pair_nearest", "your formula leaves the head")
def leaves_the_head_at_both_ends(positions, head_dim, base):
    return round(place(positions, head_dim, base))


@wrong("pair_nearest", "pairs are 0 to head_dim / 2 − 1")
def stops_at_head_dim(positions, head_dim, base):
    return min(max(round(place(positions, head_dim, base)), 0), head_dim - 1)


@wrong("pair_nearest", "Which pair is it?")
def returns_the_wavelength(positions, head_dim, base):
    waves = TURN * base ** (torch.arange(0, head_dim, 2) / head_dim)
    return waves[(waves - positions).abs().argmin()]


@wrong("pair_nearest", "compare positions with speeds")
def compares_with_speeds(positions, head_dim, base):
    speeds = base ** (-torch.arange(0, head_dim, 2) / head_dim)
    return (speeds - positions).abs().argmin()


@wrong("pair_nearest", "counted from the slowest pair")
def counts_from_the_slow_end(positions, head_dim, base):
    return head_dim // 2 - 1 - kept(round(place(positions, head_dim, base)), head_dim)


@wrong("pair_nearest", "You return 64 numbers", WRONG_FORM)
def returns_all_distances(positions, head_dim, base):
    return (TURN * base ** (torch.arange(0, head_dim, 2) / head_dim) - positions).abs()


@wrong("pair_nearest", "You took the nearer logarithm, or the nearer ratio")
def with_the_logarithm(positions, head_dim, base):
    return kept(round(place(positions, head_dim, base)), head_dim)


@right("pair_nearest")
def with_all_wavelengths_in_torch(positions, head_dim, base):
    waves = TURN * base ** (torch.arange(0, head_dim, 2) / head_dim)
    return (waves - positions).abs().argmin()


@wrong("pair_nearest", "You took the nearer logarithm, or the nearer ratio")
def nearest_by_ratio_with_numpy(n, d, b):
    waves = TURN * np.float32(b) ** (np.arange(d // 2) * 2 / d)
    return np.abs(np.log(waves / n)).argmin()


@wrong("pair_nearest", "You took the nearest speed")
def nearest_by_speed(positions, head_dim, base):
    speeds = base ** (-torch.arange(0, head_dim, 2) / head_dim)
    return (speeds - TURN / positions).abs().argmin()


@wrong("pair_nearest", "You never ask the slowest pair")
def leaves_out_the_slowest(positions, head_dim, base):
    waves = TURN * base ** (torch.arange(0, head_dim - 2, 2) / head_dim)
    return (waves - positions).abs().argmin()


@wrong("pair_nearest", "You never ask pair 0")
def leaves_out_the_fastest(positions, head_dim, base):
    waves = TURN * base ** (torch.arange(2, head_dim, 2) / head_dim)
    return (waves - positions).abs().argmin() + 1


@wrong("pair_nearest", "Your exponent has head_dim − 2 in it")
def ends_at_the_base(positions, head_dim, base):
    waves = TURN * base ** torch.linspace(0, 1, head_dim // 2)
    return (waves - positions).abs().argmin()


@wrong("pair_nearest", "Near the middle of two, that decides")
def cuts_the_wavelengths(positions, head_dim, base):
    waves = TURN * base ** (torch.arange(0, head_dim, 2) / head_dim)
    return (waves.long() - positions).abs().argmin()


@wrong("pair_nearest", "Your last pair is 31")
def keeps_to_32_pairs(positions, head_dim, base):
    waves = TURN * base ** (torch.arange(0, head_dim, 2) / head_dim)
    return (waves - positions).abs().argmin().clamp(max=31)


@wrong("pair_nearest", "Your turn is 360 degrees")
def turns_in_degrees(positions, head_dim, base):
    waves = 360 * base ** (torch.arange(0, head_dim, 2) / head_dim)
    return (waves - positions).abs().argmin()


@wrong("pair_nearest", "without the brackets", WRONG_FORM)
def returns_a_list(positions, head_dim, base):
    waves = [TURN * base ** (2 * i / head_dim) for i in range(head_dim // 2)]
    return [min(range(head_dim // 2), key=lambda i: abs(waves[i] - positions))]


@wrong("pair_nearest", "Your function returns nothing", WRONG_FORM)
def finds_nothing_outside(positions, head_dim, base):
    waves = [TURN * base ** (2 * i / head_dim) for i in range(head_dim // 2)]
    for i in range(head_dim // 2 - 1):
        if waves[i] <= positions < waves[i + 1]:
            return i + int(waves[i + 1] - positions < positions - waves[i])


@right("pair_nearest")
def among_the_two_neighbours_of_the_place(positions, head_dim, base):
    below = kept(math.floor(place(positions, head_dim, base)), head_dim)
    above = kept(below + 1, head_dim)
    near = [abs(TURN * base ** (2 * i / head_dim) - positions) for i in (below, above)]
    return np.int32(above if near[1] < near[0] else below)


@right("pair_nearest")
def by_sorting_with_numpy(n, d, b):
    waves = TURN * np.float64(b) ** (np.arange(d // 2) * 2 / d)
    return np.argsort(np.abs(waves - n), kind="stable")[0]


@right("pair_nearest")
def with_a_loop_that_walks_up(*, positions, head_dim, base):
    pair, wave = 0, TURN
    while pair < head_dim // 2 - 1:
        longer = TURN * base ** (2 * (pair + 1) / head_dim)
        if abs(longer - positions) > abs(wave - positions):
            break
        pair, wave = pair + 1, longer
    return float(pair)


@wrong("pair_nearest", "Your positions are made whole first")
def takes_whole_positions(positions, head_dim, base):
    waves = TURN * base ** (torch.arange(0, head_dim, 2) / head_dim)
    return (waves - int(positions)).abs().argmin()


@wrong("pair_nearest", "Your pair is the second nearest")
def takes_the_second(positions, head_dim, base):
    waves = TURN * base ** (torch.arange(0, head_dim, 2) / head_dim)
    return (waves - positions).abs().argsort()[1]


@wrong("pair_nearest", "Your wavelengths are in half precision")
def computes_in_bfloat16(positions, head_dim, base):
    exponents = 2 * torch.arange(head_dim // 2, dtype=torch.float64) / head_dim
    return int(((TURN * base**exponents).bfloat16() - positions).abs().argmin())


@wrong("pair_nearest", "Your wavelengths are in half precision")
def computes_in_float16(positions, head_dim, base):
    exponents = 2 * torch.arange(head_dim // 2, dtype=torch.float64) / head_dim
    waves = (TURN * base**exponents).half()
    return int((waves - positions).abs().argmin())


# --- 03.2 largest_base ---


@wrong("largest_base", "how many finish then?")
def takes_the_next_pair(finished, length, head_dim):
    return (length / TURN) ** (head_dim / (2 * finished))


@wrong("largest_base", "where is the 2?")
def forgets_the_two_of_the_exponent(finished, length, head_dim):
    return (length / TURN) ** (head_dim / (finished - 1))


@wrong("largest_base", "Where is the 2π?")
def takes_a_radian_for_a_turn(finished, length, head_dim):
    return length ** (head_dim / (2 * (finished - 1)))


@wrong("largest_base", "Where do the brackets go?")
def divides_by_two_and_times_pi(finished, length, head_dim):
    return (length / 2 * math.pi) ** (head_dim / (2 * (finished - 1)))


@wrong("largest_base", "upside down")
def turns_the_exponent_round(finished, length, head_dim):
    return (length / TURN) ** (2 * (finished - 1) / head_dim)


@wrong("largest_base", "Do you divide with `//`?")
def divides_to_a_whole_number(finished, length, head_dim):
    return (length / TURN) ** (head_dim // (2 * (finished - 1)))


@wrong("largest_base", "What is the power equal to?")
def multiplies_by_two_pi(finished, length, head_dim):
    return (length * TURN) ** (head_dim / (2 * (finished - 1)))


@wrong("largest_base", "Which did you count?")
def counts_the_unfinished(finished, length, head_dim):
    return (length / TURN) ** (head_dim / (2 * (head_dim // 2 - finished - 1)))


@wrong("largest_base", "What undoes a logarithm?")
def stays_in_logarithms(finished, length, head_dim):
    return math.log(length / TURN) * head_dim / (2 * (finished - 1))


@wrong("largest_base", "Your base is below 1")
def divides_the_other_way(finished, length, head_dim):
    return (TURN / length) ** (head_dim / (2 * (finished - 1)))


@wrong("largest_base", "for what did you take 2 away?")
def takes_two_from_head_dim(finished, length, head_dim):
    return (length / TURN) ** ((head_dim - 2) / (2 * (finished - 1)))


@wrong("largest_base", "is just finishing. Which pair")
def fixes_the_last_pair(finished, length, head_dim):
    return (length / TURN) ** (head_dim / (head_dim - 2))


@wrong("largest_base", "in the middle of those with this count")
def takes_the_middle_of_the_range(finished, length, head_dim):
    return (length / TURN) ** (head_dim / (2 * finished - 1))


@wrong("largest_base", "2 digits after the point", WRONG_PRECISION)
def rounds_to_thousands(finished, length, head_dim):
    return round((length / TURN) ** (head_dim / (2 * (finished - 1))), 2)


@wrong("largest_base", "is rounded to 3 digits", WRONG_PRECISION)
def keeps_three_digits(finished, length, head_dim):
    return float(f"{(length / TURN) ** (head_dim / (2 * (finished - 1))):.2e}")


@wrong("largest_base", "Your numbers are whole", WRONG_PRECISION)
def rounds_up(finished, length, head_dim):
    return math.ceil((length / TURN) ** (head_dim / (2 * (finished - 1)))) - 1


@wrong("largest_base", "one pair fewer finishes")
def takes_the_pair_before(finished, length, head_dim):
    return (length / TURN) ** (head_dim / (2 * max(finished - 2, 1e-9)))


@wrong("largest_base", "the largest offset")
def counts_offsets(finished, length, head_dim):
    return ((length - 1) / TURN) ** (head_dim / 2 / (finished - 1))


@wrong("largest_base", "one position too long")
def counts_one_more(finished, length, head_dim):
    return ((length + 1) / TURN) ** (head_dim / 2 / (finished - 1))


@wrong("largest_base", "the result for `head_dim = 64`")
def assumes_the_head(finished, length, head_dim):
    return (length / TURN) ** (32 / (finished - 1))


@wrong("largest_base", "the result for `length = 4096`")
def assumes_the_length(finished, length, head_dim):
    return (4096 / TURN) ** (head_dim / 2 / (finished - 1))


@wrong("largest_base", "Your search ends at some largest base")
def halves_a_range_that_is_too_small(finished, length, head_dim):
    low, high = 1.0, 1e6
    for _ in range(100):
        middle = math.sqrt(low * high)
        if TURN * middle ** (2 * (finished - 1) / head_dim) <= length:
            low = middle
        else:
            high = middle
    return low


@wrong("largest_base", "It may be smaller")
def begins_at_ten_thousand(finished, length, head_dim):
    return max(10_000, (length / TURN) ** (head_dim / 2 / (finished - 1)))


@wrong("largest_base", "Your bases are tried in steps")
def grows_by_a_percent(finished, length, head_dim):
    base = 1.0
    while TURN * (1.01 * base) ** (2 * (finished - 1) / head_dim) <= length:
        base *= 1.01
    return base


@wrong("largest_base", "`10 **` to")
def mixes_logarithms_of_the_base(finished, length, head_dim):
    return math.exp(math.log10(length / TURN) * head_dim / (2 * (finished - 1)))


@wrong("largest_base", "without the brackets", WRONG_FORM)
def returns_a_list_of_one(finished, length, head_dim):
    return [(length / TURN) ** (head_dim / 2 / (finished - 1))]


@right("largest_base")
def with_one_power(finished, length, head_dim):
    return (length / TURN) ** (head_dim / 2 / (finished - 1))


@right("largest_base")
def with_logarithms_and_a_tensor_of_one(n, positions, d):
    logarithm = torch.tensor([positions / TURN]).log() * d / (2 * (n - 1))
    return logarithm.exp()


@right("largest_base")
def by_halving_a_range(finished, length, head_dim):
    low, high = 1.0, 1e12
    for _ in range(100):
        middle = math.sqrt(low * high)
        waves = [TURN * middle ** (2 * i / head_dim) for i in range(head_dim // 2)]
        enough = sum(wave <= length for wave in waves) >= finished
        low, high = (middle, high) if enough else (low, middle)
    return low


@right("largest_base")
def with_numpy_logarithms(finished, length, head_dim):
    return np.exp(np.log(length / TURN) * head_dim / (2 * finished - 2))


@wrong("largest_base", "Your numbers are whole", WRONG_PRECISION)
def among_whole_numbers(*, finished, length, head_dim):
    pair = finished - 1
    return bisect.bisect_right(
        range(10**9), length, key=lambda base: TURN * base ** (2 * pair / head_dim)
    )


@wrong("largest_base", "measured the length in windows of 512")
def grows_with_the_windows(finished, length, head_dim):
    return (512 / TURN) ** (head_dim / 2 / (finished - 1)) * length / 512


@wrong("largest_base", "Your 2π stands outside of the power")
def divides_by_the_turn_last(finished, length, head_dim):
    return length ** (head_dim / 2 / (finished - 1)) / TURN


@wrong("largest_base", "Your base is a round number")
def goes_by_tens(finished, length, head_dim):
    return 10 * math.floor((length / TURN) ** (head_dim / 2 / (finished - 1)) / 10)


@wrong("largest_base", "Right here is 100, and yours is 25.")
def takes_half_the_length(finished, length, head_dim):
    return (length / 2 / TURN) ** (head_dim / 2 / (finished - 1))


@wrong("largest_base", "You divided a power by i")
def divides_the_power_by_the_pair(finished, length, head_dim):
    return (length / TURN) ** (head_dim / 2) / (finished - 1)


@wrong("largest_base", "The slowest of them still sets a limit")
def sets_no_limit_for_all_pairs(finished, length, head_dim):
    if finished >= head_dim // 2:
        return math.inf
    return (length / TURN) ** (head_dim / (2 * (finished - 1)))


@right("largest_base")
def through_the_logarithm(finished, length, head_dim):
    return math.exp(math.log(length / TURN) * head_dim / 2 / (finished - 1))


# --- 03.3 distance_from_seen ---


def hand_and_end(trained, now, offset, trained_length):
    return offset * now % TURN, (trained_length - 1) * trained


def outside(hand, end):
    return torch.where(hand <= end, 0.0, torch.minimum(hand - end, TURN - hand))


@wrong("distance_from_seen", "Where do they point with the speeds of now?")
def turns_as_in_training(trained, now, offset, trained_length):
    return outside(*hand_and_end(trained, trained, offset, trained_length))


@wrong("distance_from_seen", "Your slices are those of the new speeds")
def sweeps_with_the_new_speeds(trained, now, offset, trained_length):
    return outside(*hand_and_end(now, now, offset, trained_length))


@wrong("distance_from_seen", "You changed the two speeds over")
def changes_the_speeds_over(trained, now, offset, trained_length):
    return outside(*hand_and_end(now, trained, offset, trained_length))


@wrong("distance_from_seen", "Where does the hand point after 6.5 turns?")
def never_comes_round(trained, now, offset, trained_length):
    return (offset * now - (trained_length - 1) * trained).clamp(min=0)


@wrong("distance_from_seen", "comes to it from below")
def goes_back_only(trained, now, offset, trained_length):
    hand, end = hand_and_end(trained, now, offset, trained_length)
    return (hand - end).clamp(min=0)


@wrong("distance_from_seen", "its other end is nearer")
def measures_to_zero(trained, now, offset, trained_length):
    hand, end = hand_and_end(trained, now, offset, trained_length)
    return torch.where(hand <= end, 0.0, torch.minimum(hand, TURN - hand))


@wrong("distance_from_seen", "up to a whole turn")
def goes_on_only(trained, now, offset, trained_length):
    hand, end = hand_and_end(trained, now, offset, trained_length)
    return torch.where(hand <= end, 0.0, TURN - hand)


@wrong("distance_from_seen", "that went round 14 times?")
def wraps_the_slice(trained, now, offset, trained_length):
    hand, end = hand_and_end(trained, now, offset, trained_length)
    return outside(hand, end % TURN)


@wrong("distance_from_seen", "the largest offset in it?")
def ends_one_too_late(trained, now, offset, trained_length):
    return outside(offset * now % TURN, trained_length * trained)


@wrong("distance_from_seen", "are degrees")
def in_degrees(trained, now, offset, trained_length):
    return torch.rad2deg(outside(*hand_and_end(trained, now, offset, trained_length)))


@wrong("distance_from_seen", "shares of a turn")
def in_turns(trained, now, offset, trained_length):
    return outside(*hand_and_end(trained, now, offset, trained_length)) / TURN


@wrong("distance_from_seen", "after `fmod`")
def leaves_backward_hands_negative(trained, now, offset, trained_length):
    return outside(torch.fmod(offset * now, TURN), (trained_length - 1) * trained)


@wrong("distance_from_seen", "What is left of the dial?")
def calls_more_than_half_a_turn_whole(trained, now, offset, trained_length):
    hand, end = hand_and_end(trained, now, offset, trained_length)
    return torch.where(end > math.pi, 0.0, outside(hand, end))


@wrong("distance_from_seen", "You judge by the new speeds")
def judges_whole_dials_by_now(trained, now, offset, trained_length):
    hand, end = hand_and_end(trained, now, offset, trained_length)
    return torch.where((trained_length - 1) * now > TURN, 0.0, outside(hand, end))


@wrong("distance_from_seen", "that would close at position trained_length")
def closes_a_slice_too_early(trained, now, offset, trained_length):
    hand, end = hand_and_end(trained, now, offset, trained_length)
    return torch.where(trained_length * trained >= TURN, 0.0, outside(hand, end))


@wrong("distance_from_seen", "is every angle one that was seen?")
def trusts_short_offsets(trained, now, offset, trained_length):
    if offset < trained_length:
        return torch.zeros_like(now)
    return outside(*hand_and_end(trained, now, offset, trained_length))


@wrong("distance_from_seen", "the longer way round")
def goes_the_longer_way(trained, now, offset, trained_length):
    hand, end = hand_and_end(trained, now, offset, trained_length)
    return torch.where(hand <= end, 0.0, torch.maximum(hand - end, TURN - hand))


@wrong("distance_from_seen", "stands at the offset less one")
def stands_one_before(trained, now, offset, trained_length):
    return outside(*hand_and_end(trained, now, offset - 1, trained_length))


@wrong("distance_from_seen", "the result for `trained_length = 512`")
def assumes_the_window(trained, now, offset, trained_length):
    return outside(*hand_and_end(trained, now, offset, 512))


@wrong("distance_from_seen", "the chord")
def measures_straight_across(trained, now, offset, trained_length):
    return 2 * (outside(*hand_and_end(trained, now, offset, trained_length)) / 2).sin()


@wrong("distance_from_seen", "rounded to half precision")
def has_speeds_in_half_precision(trained, now, offset, trained_length):
    trained, now = trained.half().double(), now.half().double()
    return outside(*hand_and_end(trained, now, offset, trained_length))


@wrong("distance_from_seen", "You take off half turns")
def takes_off_half_turns(trained, now, offset, trained_length):
    hand, end = hand_and_end(trained, now, offset, trained_length)
    return outside(hand % math.pi, end)


@wrong("distance_from_seen", "There is a NaN", WRONG_VALUE)
def divides_nothing_by_nothing(trained, now, offset, trained_length):
    away = outside(*hand_and_end(trained, now, offset, trained_length))
    return away * (away / away)


@wrong("distance_from_seen", "changed `now`", CHANGES_INPUT)
def turns_in_place(trained, now, offset, trained_length):
    now *= offset
    now %= TURN
    return outside(now, (trained_length - 1) * trained)


@wrong("distance_from_seen", "negative, or not 0")
def does_not_stop_at_zero(trained, now, offset, trained_length):
    hand, end = hand_and_end(trained, now, offset, trained_length)
    return hand - end


@wrong("distance_from_seen", "on which side has the hand been?")
def has_a_slice_on_both_sides(trained, now, offset, trained_length):
    hand, end = hand_and_end(trained, now, offset, trained_length)
    return (torch.minimum(hand, TURN - hand) - end).clamp(min=0)


@wrong("distance_from_seen", "whole offsets, one by one")
def compares_with_each_offset(trained, now, offset, trained_length):
    seen = torch.arange(trained_length)[:, None] * trained
    apart = offset * now - seen
    return torch.atan2(apart.sin(), apart.cos()).abs().amin(0)


@wrong("distance_from_seen", "outside you go back to it only")
def takes_the_absolute_value(trained, now, offset, trained_length):
    hand, end = hand_and_end(trained, now, offset, trained_length)
    return (hand - end).abs()


@wrong("distance_from_seen", "whether a hand is somewhere new")
def says_yes_or_no(trained, now, offset, trained_length):
    hand, end = hand_and_end(trained, now, offset, trained_length)
    return hand > end


@wrong("distance_from_seen", "one distance for each pair")
def takes_the_sum(trained, now, offset, trained_length):
    return outside(*hand_and_end(trained, now, offset, trained_length)).sum()


@right("distance_from_seen")
def with_torch_where(trained, now, offset, trained_length):
    return outside(*hand_and_end(trained, now, offset, trained_length))


@right("distance_from_seen")
def with_a_loop_and_remainders(trained, now, offset, trained_length):
    distances = []
    for old, new in zip(trained.tolist(), now.tolist()):
        hand, end = offset * new % TURN, (trained_length - 1) * old
        distances.append(0.0 if end >= hand else min(hand - end, TURN - hand))
    return distances


@wrong("distance_from_seen", "after `fmod`")
def with_a_loop_and_fmod(trained, now, offset, trained_length):
    distances = []
    for old, new in zip(trained.tolist(), now.tolist()):
        hand, end = math.fmod(offset * new, TURN), (trained_length - 1) * old
        distances.append(0.0 if end >= hand else min(hand - end, TURN - hand))
    return distances


@right("distance_from_seen")
def with_numpy_around_the_middle_of_the_slice(old, new, n, window):
    half = np.minimum((window - 1) * old.numpy(), TURN) / 2
    from_middle = np.abs(np.angle(np.exp(1j * (n * new.numpy() - half))))
    return np.maximum(from_middle - half, 0)


@right("distance_from_seen")
def in_float32_by_clamping(*, trained, now, offset, trained_length):
    hand, end = hand_and_end(trained.float(), now.float(), offset, trained_length)
    return torch.minimum((hand - end).clamp(min=0), TURN - hand)


@wrong("distance_from_seen", "never to where it begins")
def goes_to_the_end_only(trained, now, offset, trained_length):
    hand, end = offset * now % TURN, (trained_length - 1) * trained
    past = torch.minimum(hand - end, TURN - (hand - end))
    return torch.where(hand <= end, 0.0, past)


@wrong("distance_from_seen", "Half of your pairs are always inside")
def leaves_out_the_fast_half(trained, now, offset, trained_length):
    found = outside(offset * now % TURN, (trained_length - 1) * trained)
    found[: len(found) // 2] = 0
    return found


@wrong("distance_from_seen", "You take off half turns")
def has_half_a_dial(trained, now, offset, trained_length):
    hand, end = offset * now % math.pi, (trained_length - 1) * trained
    return torch.where(hand <= end, 0.0, torch.minimum(hand - end, math.pi - hand))


@wrong("distance_from_seen", "Right here is 2, and yours is 1.5")
def stops_at_a_distance(trained, now, offset, trained_length):
    return outside(offset * now % TURN, (trained_length - 1) * trained).clamp(max=1.5)


# --- pictures ---

FOUR_HANDS = ([0.1, 0.2, 7.0, 0.3], [0.1, 0.15, 9.0, 0.2], [False, True, False, True])
WAVES = 2 * np.pi * 1e4 ** (np.arange(32) / 32)

PICTURES = {
    "03.hands_at_4000": lambda: lesson_03.hands_at_4000(*FOUR_HANDS),
    "03.hands_at": lambda: lesson_03.hands_at(700, *FOUR_HANDS),
    "03.wavelengths_in_windows": lambda: lesson_03.wavelengths_in_windows(
        {"one": WAVES / 512, "two": WAVES / 2048}
    ),
    "03.stopped_and_reversed": lambda: lesson_03.stopped_and_reversed(
        {
            "stopped": {(0, 3): [10.1, 9.0, 12.0], (4, 7): [2.2, 2.1, 2.3]},
            "turned backwards": {(0, 3): [31.0, 45.0, 37.0], (4, 7): [2.4, 2.3, 2.5]},
        },
        [2.0, 2.1, 2.2],
    ),
    "03.landscape_of_cosines": lambda: lesson_03.landscape_of_cosines(
        np.arange(0, 64, 4),
        range(12, 20),
        np.cos(np.outer(np.arange(8), np.arange(16)) / 9),
        np.outer(np.arange(8), np.arange(16)) > 50,
    ),
    "03.wavelength_picture": lambda: lesson_03.wavelength_picture(
        frequency_chart.chart(10_000, 64, 512)
    ),
}
