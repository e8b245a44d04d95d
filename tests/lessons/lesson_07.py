"""Lesson 07: wrong and right answers to its exercises, and its pictures in small."""

import math

import numpy as np
import torch

from lesson_utils.checks.findings import RAISES, WRONG_FORM
from lesson_utils.figures import lesson_07
from lesson_utils.rope import RotaryFrequencies
from tests.lessons import right, wrong
from tests.lessons.arrays import SPARED

# --- 07.1 three_groups ---


def counted(made, alpha, beta):
    return [
        int((made > beta).sum()),
        int(((made >= alpha) & (made <= beta)).sum()),
        int((made < alpha).sum()),
    ]


def turns_made(head_dim, base, length):
    return length * base ** (-2 * torch.arange(head_dim // 2).double() / head_dim) / (2 * math.pi)


@wrong("three_groups", "how many radians make a turn?")
def counts_radians(head_dim, base, length, alpha, beta):
    return counted(turns_made(head_dim, base, length) * 2 * math.pi, alpha, beta)


@wrong("three_groups", "You counted channels")
def counts_channels(head_dim, base, length, alpha, beta):
    return counted(turns_made(head_dim, base, length).repeat(2), alpha, beta)


@wrong("three_groups", "What stands in the exponent beside i?")
def forgets_the_two(head_dim, base, length, alpha, beta):
    inv_freq = base ** (-torch.arange(head_dim // 2) / head_dim)
    return counted(length * inv_freq / (2 * math.pi), alpha, beta)


@wrong("three_groups", "divided by head_dim or by the number of pairs?")
def divides_by_the_pairs(head_dim, base, length, alpha, beta):
    inv_freq = base ** (-2 * torch.arange(head_dim // 2) / (head_dim // 2))
    return counted(length * inv_freq / (2 * math.pi), alpha, beta)


@wrong("three_groups", "in another order")
def begins_with_the_slow(head_dim, base, length, alpha, beta):
    return counted(turns_made(head_dim, base, length), alpha, beta)[::-1]


@wrong("three_groups", "α and β the other way round")
def swaps_alpha_and_beta(head_dim, base, length, alpha, beta):
    made = turns_made(head_dim, base, length)
    fast, slow = (made > alpha).sum(), (made < beta).sum()
    return fast, head_dim // 2 - fast - slow, slow


@wrong("three_groups", "You compared wavelengths")
def compares_wavelengths(head_dim, base, length, alpha, beta):
    return counted(length / turns_made(head_dim, base, length), alpha, beta)


@wrong("three_groups", "How many positions does the window have?")
def forgets_the_length(head_dim, base, length, alpha, beta):
    return counted(turns_made(head_dim, base, 1), alpha, beta)


@wrong("three_groups", "holds the untouched pairs, too")
def counts_the_untouched_twice(head_dim, base, length, alpha, beta):
    made = turns_made(head_dim, base, length)
    return (made > beta).sum(), (made > alpha).sum(), (made < alpha).sum()


@wrong("three_groups", "How far does i go?")
def goes_on_to_head_dim(head_dim, base, length, alpha, beta):
    inv_freq = base ** (-2 * torch.arange(head_dim) / head_dim)
    return counted(length * inv_freq / (2 * math.pi), alpha, beta)


@wrong("three_groups", "One is above β, one below α")
def has_a_natural_base(head_dim, base, length, alpha, beta):
    return counted(turns_made(head_dim, math.log(base), length), alpha, beta)


@wrong("three_groups", "You return 32 numbers, and one is asked for", WRONG_FORM)
def returns_masks(head_dim, base, length, alpha, beta):
    made = turns_made(head_dim, base, length)
    return torch.stack((made > beta, (made <= beta) & (made >= alpha), made < alpha))


@wrong("three_groups", "You take head_dim for 64")
def knows_heads_of_sixty_four(head_dim, base, length, alpha, beta):
    return counted(turns_made(64, base, length), alpha, beta)


@wrong("three_groups", "Your base is 10,000")
def knows_one_base(head_dim, base, length, alpha, beta):
    return counted(turns_made(head_dim, 1e4, length), alpha, beta)


@wrong("three_groups", "Your window is 512, or 4,096")
def knows_one_window(head_dim, base, length, alpha, beta):
    return counted(turns_made(head_dim, base, 512), alpha, beta)


@wrong("three_groups", "Your α and β are 1 and 32")
def knows_the_papers_borders(head_dim, base, length, alpha, beta):
    return counted(turns_made(head_dim, base, length), 1, 32)


@wrong("three_groups", "Your β is 32")
def knows_the_papers_beta(head_dim, base, length, alpha, beta):
    return counted(turns_made(head_dim, base, length), alpha, 32)


@wrong("three_groups", "one pair at least is untouched")
def leaves_one_alone_always(head_dim, base, length, alpha, beta):
    untouched, blended, slowed = counted(turns_made(head_dim, base, length), alpha, beta)
    return (untouched, blended, slowed) if untouched else (1, blended - 1, slowed)


@wrong("three_groups", "You rounded the turns to whole ones")
def counts_whole_turns(head_dim, base, length, alpha, beta):
    return counted(turns_made(head_dim, base, length).floor(), alpha, beta)


@wrong("three_groups", "up to position length − 1")
def counts_to_the_last_position(head_dim, base, length, alpha, beta):
    return counted(turns_made(head_dim, base, length - 1), alpha, beta)


@wrong("three_groups", "You cut α and β to whole numbers")
def cuts_the_borders(head_dim, base, length, alpha, beta):
    return counted(turns_made(head_dim, base, length), int(alpha), int(beta))


@wrong("three_groups", "what is missing to 32 pairs")
def fills_up_to_thirty_two(head_dim, base, length, alpha, beta):
    untouched, blended, _ = counted(turns_made(head_dim, base, length), alpha, beta)
    return untouched, blended, 32 - untouched - blended


@wrong("three_groups", "That is NTK-aware's")
def divides_by_two_less(head_dim, base, length, alpha, beta):
    pairs = torch.arange(head_dim // 2).double()
    made = length * base ** (-2 * pairs / (head_dim - 2)) / (2 * math.pi)
    return counted(made, alpha, beta)


@wrong("three_groups", "in another order")
def returns_the_blended_last(head_dim, base, length, alpha, beta):
    untouched, blended, slowed = counted(turns_made(head_dim, base, length), alpha, beta)
    return untouched, slowed, blended


@wrong("three_groups", "α is 18. How many pairs are slowed in full?")
def leaves_one_pair_at_least(head_dim, base, length, alpha, beta):
    made = turns_made(head_dim, base, length)
    untouched, slowed = int((made > beta).sum()), int((made < alpha).sum())
    slowed = min(slowed, head_dim // 2 - 1)
    return untouched, head_dim // 2 - untouched - slowed, slowed


@wrong("three_groups", "blended at its second end, near α")
def blends_one_more_at_alpha(head_dim, base, length, alpha, beta):
    made = turns_made(head_dim, base, length)
    untouched, slowed = int((made > beta).sum()), int((made < alpha).sum())
    slowed -= slowed > 0
    return untouched, head_dim // 2 - untouched - slowed, slowed


@wrong("three_groups", "length − 1, and one pair too many")
def counts_to_the_last_position_and_one_more(head_dim, base, length, alpha, beta):
    made = turns_made(head_dim, base, length - 1)
    untouched, slowed = int((made > beta).sum()), int((made < alpha).sum())
    untouched -= untouched > 0
    return untouched, head_dim // 2 - untouched - slowed, slowed


@wrong("three_groups", "you divided by 360")
def counts_degrees(head_dim, base, length, alpha, beta):
    return counted(turns_made(head_dim, base, length) * 2 * math.pi / 360, alpha, beta)


@wrong("three_groups", "wavelengths in positions")
def sorts_wavelengths_the_other_way_round(head_dim, base, length, alpha, beta):
    waves = length / turns_made(head_dim, base, length)
    return counted(waves, alpha, beta)[::-1]


@wrong("three_groups", "The last pair is in none of your groups")
def leaves_the_last_pair_out(head_dim, base, length, alpha, beta):
    return counted(turns_made(head_dim, base, length)[:-1], alpha, beta)


@wrong("three_groups", "Pair 0 is in none of your groups")
def leaves_pair_0_out(head_dim, base, length, alpha, beta):
    return counted(turns_made(head_dim, base, length)[1:], alpha, beta)


@wrong("three_groups", "There is a pair too many in your groups")
def counts_a_pair_too_many(head_dim, base, length, alpha, beta):
    made = turns_made(head_dim, base, length)
    return counted(torch.cat((made, made[-1:] * made[1] / made[0])), alpha, beta)


@wrong("three_groups", "as the ramp of YaRN's code does")
def rounds_the_borders_outwards(head_dim, base, length, alpha, beta):
    low, high = (
        head_dim * math.log(length / (2 * math.pi * turns)) / (2 * math.log(base))
        for turns in (beta, alpha)
    )
    low, high = max(math.floor(low), 0), min(math.ceil(high), head_dim // 2 - 1)
    return low, high - low, head_dim // 2 - high


@right("three_groups")
def with_a_loop(head_dim, base, length, alpha, beta):
    groups = [0, 0, 0]
    for pair in range(head_dim // 2):
        wavelength = 2 * math.pi * base ** (2 * pair / head_dim)
        made = length / wavelength
        groups[0 if made > beta else 2 if made < alpha else 1] += 1
    return tuple(groups)


@right("three_groups")
def with_the_logarithm(d, b, window, /, alpha, beta):
    def pair_at(number):
        return d * math.log(window / (2 * math.pi * number)) / (2 * math.log(b))

    untouched = max(0, math.ceil(pair_at(beta)))
    not_slowed = min(d // 2, max(0, math.floor(pair_at(alpha)) + 1))
    return torch.tensor([untouched, not_slowed - untouched, d // 2 - not_slowed])


@right("three_groups")
def with_numpy_and_a_histogram(head_dim, base, length, alpha, beta):
    inv_freq = np.float32(base) ** -np.linspace(0, 1, head_dim // 2, endpoint=False)
    radians = 2 * np.pi * np.array([0, alpha, beta, length])
    return np.histogram(length * inv_freq, radians)[0][::-1]


# --- 07.2 llama3_rule ---


def share_of(waves, low, high):
    return ((waves - low) / (high - low)).clamp(0, 1)


def mixed(share, inv_freq, factor):
    return share * inv_freq + (1 - share) * inv_freq / factor


def waves_in(length, inv_freq):
    return length * inv_freq / (2 * math.pi)


@wrong("llama3_rule", "runs the wrong way between the two borders")
def reverses_the_share_between(inv_freq, factor, low, high, length):
    waves = waves_in(length, inv_freq)
    share = share_of(waves, low, high)
    return mixed(torch.where((waves > low) & (waves < high), 1 - share, share), inv_freq, factor)


@wrong("llama3_rule", "You slow the short waves and keep the long ones")
def reverses_all(inv_freq, factor, low, high, length):
    return mixed(1 - share_of(waves_in(length, inv_freq), low, high), inv_freq, factor)


@wrong("llama3_rule", "straight line over the wavelength")
def goes_by_the_wavelength(inv_freq, factor, low, high, length):
    wavelength = 2 * math.pi / inv_freq
    share = (length / low - wavelength) / (length / low - length / high)
    return mixed(share.clamp(0, 1), inv_freq, factor)


@wrong("llama3_rule", "the ramp of YaRN's code")
def goes_by_the_pair(inv_freq, factor, low, high, length):
    waves = waves_in(length, inv_freq)
    return mixed(share_of(waves.log(), math.log(low), math.log(high)), inv_freq, factor)


@wrong("llama3_rule", "You blended wavelengths")
def blends_wavelengths(inv_freq, factor, low, high, length):
    share = share_of(waves_in(length, inv_freq), low, high)
    return 1 / (share / inv_freq + (1 - share) * factor / inv_freq)


@wrong("llama3_rule", "the original or the target?")
def takes_the_target_length(inv_freq, factor, low, high, length):
    return mixed(share_of(waves_in(length * factor, inv_freq), low, high), inv_freq, factor)


@wrong("llama3_rule", "How many radians make a whole wave?")
def forgets_two_pi(inv_freq, factor, low, high, length):
    return mixed(share_of(length * inv_freq, low, high), inv_freq, factor)


@wrong("llama3_rule", "Between the borders you left pairs as they are")
def leaves_the_middle(inv_freq, factor, low, high, length):
    return torch.where(2 * math.pi / inv_freq > length / low, inv_freq / factor, inv_freq)


@wrong("llama3_rule", "Between the borders you slowed pairs in full")
def slows_the_middle(inv_freq, factor, low, high, length):
    return torch.where(2 * math.pi / inv_freq > length / high, inv_freq / factor, inv_freq)


@wrong("llama3_rule", "above 1 and below 0")
def forgets_to_clamp(inv_freq, factor, low, high, length):
    return mixed((waves_in(length, inv_freq) - low) / (high - low), inv_freq, factor)


@wrong("llama3_rule", "Your long waves speed up")
def multiplies_by_the_factor(inv_freq, factor, low, high, length):
    return mixed(share_of(waves_in(length, inv_freq), low, high), inv_freq, 1 / factor)


@wrong("llama3_rule", "You put a temperature into the frequencies")
def warms_the_frequencies(inv_freq, factor, low, high, length):
    blended = mixed(share_of(waves_in(length, inv_freq), low, high), inv_freq, factor)
    return blended * (0.1 * math.log(factor) + 1)


@wrong("llama3_rule", "a temperature. Does the description name one?")
def adds_a_temperature(inv_freq, factor, low, high, length):
    blended = mixed(share_of(waves_in(length, inv_freq), low, high), inv_freq, factor)
    return RotaryFrequencies(blended, 0.1 * math.log(factor) + 1)


@wrong("llama3_rule", "Every pair is slowed by the whole factor")
def is_pi(inv_freq, factor, low, high, length):
    return inv_freq / factor


@wrong("llama3_rule", "Nothing is slowed")
def is_plain(inv_freq, factor, low, high, length):
    return inv_freq


@wrong("llama3_rule", "Right here is of shape [1], and yours of [32]")
def keeps_a_changed_base_for_the_plain_ones(inv_freq, factor, low, high, length):
    share = share_of(waves_in(length, inv_freq), low, high)
    faster = inv_freq * factor ** (-torch.arange(32) / 31)  # NTK-aware's
    return share * faster + (1 - share) * inv_freq / factor


@wrong("llama3_rule", "Boolean value of Tensor", RAISES)
def branches_on_a_tensor(inv_freq, factor, low, high, length):
    if 2 * math.pi / inv_freq < length / high:
        return inv_freq
    return inv_freq / factor


def by_waves(inv_freq, factor, low, high, length, share=None):
    """Follow the rule, with another share if one is given."""
    waves = length * inv_freq / (2 * math.pi)
    share = ((waves - low) / (high - low)).clamp(0, 1) if share is None else share(waves)
    return share * inv_freq + (1 - share) * inv_freq / factor


@wrong("llama3_rule", "Your factor is 8")
def knows_one_factor(inv_freq, factor, low, high, length):
    return by_waves(inv_freq, 8, low, high, length)


@wrong("llama3_rule", "Your `low_freq_factor` is 1")
def knows_one_low(inv_freq, factor, low, high, length):
    return by_waves(inv_freq, factor, 1, high, length)


@wrong("llama3_rule", "Your borders are 1 and 4")
def knows_llamas_borders(inv_freq, factor, low, high, length):
    return by_waves(inv_freq, factor, 1, 4, length)


@wrong("llama3_rule", "Your original length is 8,192")
def knows_llamas_window(inv_freq, factor, low, high, length):
    return by_waves(inv_freq, factor, low, high, 8192)


@wrong("llama3_rule", "Your share goes below 0")
def clamps_above_only(inv_freq, factor, low, high, length):
    return by_waves(
        inv_freq, factor, low, high, length, lambda w: ((w - low) / (high - low)).clamp(max=1)
    )


@wrong("llama3_rule", "Your share goes above 1 where")
def clamps_below_only(inv_freq, factor, low, high, length):
    return by_waves(
        inv_freq, factor, low, high, length, lambda w: ((w - low) / (high - low)).clamp(min=0)
    )


@wrong("llama3_rule", "a smooth curve")
def takes_a_smooth_step(inv_freq, factor, low, high, length):
    def smooth(waves):
        x = ((waves - low) / (high - low)).clamp(0, 1)
        return 3 * x**2 - 2 * x**3

    return by_waves(inv_freq, factor, low, high, length, smooth)


@wrong("llama3_rule", "a geometric mean")
def blends_geometrically(inv_freq, factor, low, high, length):
    waves = length * inv_freq / (2 * math.pi)
    return inv_freq * factor ** (((waves - low) / (high - low)).clamp(0, 1) - 1)


@wrong("llama3_rule", "You count whole waves only")
def counts_whole_waves(inv_freq, factor, low, high, length):
    return by_waves(
        inv_freq,
        factor,
        low,
        high,
        length,
        lambda w: ((w.floor() - low) / (high - low)).clamp(0, 1),
    )


@wrong("llama3_rule", "half of each")
def takes_halves(inv_freq, factor, low, high, length):
    return by_waves(
        inv_freq, factor, low, high, length, lambda w: ((w >= low).double() + (w >= high)) / 2
    )


@wrong("llama3_rule", "the weight of the plain frequency")
def returns_the_share(inv_freq, factor, low, high, length):
    return ((length * inv_freq / (2 * math.pi) - low) / (high - low)).clamp(0, 1)


@wrong("llama3_rule", "Your borders are whole wavelengths")
def divides_to_whole_wavelengths(inv_freq, factor, low, high, length):
    wave = 2 * math.pi / inv_freq
    share = (length / wave - low) / (high - low)
    new = share * inv_freq + (1 - share) * inv_freq / factor
    new = torch.where(wave < length // high, inv_freq, new)
    return torch.where(wave > length // low, inv_freq / factor, new)


@wrong("llama3_rule", "Your weight is waves / high")
def does_not_begin_at_zero(inv_freq, factor, low, high, length):
    def share(waves):
        inside = (waves > low) & (waves < high)
        return torch.where(inside, waves / high, (waves >= high).to(waves.dtype))

    return by_waves(inv_freq, factor, low, high, length, share)


@wrong("llama3_rule", "Your longest waves are not slowed")
def leaves_the_longest_waves(inv_freq, factor, low, high, length):
    def share(waves):
        return torch.where(waves < low, 1.0, share_of(waves, low, high))

    return by_waves(inv_freq, factor, low, high, length, share)


@wrong("llama3_rule", "Your borders are products")
def multiplies_for_the_borders(inv_freq, factor, low, high, length):
    wave = 2 * math.pi / inv_freq
    share = (length / wave - low) / (high - low)
    share = torch.where(wave < length * low, 1.0, share)
    share = torch.where(wave > length * high, 0.0, share)
    return mixed(share, inv_freq, factor)


@wrong("llama3_rule", "by how much each pair is slowed")
def returns_slow_downs(inv_freq, factor, low, high, length):
    return inv_freq / by_waves(inv_freq, factor, low, high, length)


@right("llama3_rule")
def with_three_branches_and_lists(inv_freq, factor, low, high, length):
    new = []
    for frequency in inv_freq.tolist():
        wavelength = 2 * math.pi / frequency
        if wavelength < length / high:
            new.append(frequency)
        elif wavelength > length / low:
            new.append(frequency / factor)
        else:
            smooth = (length / wavelength - low) / (high - low)
            new.append((1 - smooth) * frequency / factor + smooth * frequency)
    return new


@right("llama3_rule")
def with_where_in_float32(inv_freq, factor, low_freq_factor, high_freq_factor, original_length):
    inv_freq = inv_freq.float()
    wavelength = 2 * math.pi / inv_freq
    smooth = original_length / wavelength - low_freq_factor
    smooth = smooth / (high_freq_factor - low_freq_factor)
    new = (1 - smooth) * inv_freq / factor + smooth * inv_freq
    new = torch.where(wavelength < original_length / high_freq_factor, inv_freq, new)
    return torch.where(wavelength > original_length / low_freq_factor, inv_freq / factor, new)


@right("llama3_rule")
def with_numpy_interp(*, inv_freq, factor, low_freq_factor, high_freq_factor, original_length):
    waves = original_length * inv_freq.numpy() / (2 * np.pi)
    kept = np.interp(waves, [low_freq_factor, high_freq_factor], [1 / factor, 1])
    return RotaryFrequencies(torch.from_numpy(kept) * inv_freq)


# --- 07.3 move_temperature ---


def g(factor, coefficient):
    return 0.1 * coefficient * math.log(factor) + 1 if factor > 1 else 1.0


def shared_out(factor, mscale, all_dim, head_dim, log=math.log):
    def g(coefficient):
        return 0.1 * coefficient * log(factor) + 1 if factor > 1 else 1.0

    return g(mscale) / g(all_dim), g(all_dim) ** 2 / math.sqrt(head_dim)


@wrong("move_temperature", "Once is not enough")
def forgets_the_square(factor, mscale, all_dim, head_dim):
    return g(factor, mscale) / g(factor, all_dim), g(factor, all_dim) / math.sqrt(head_dim)


@wrong("move_temperature", "The softmax scale lacks it")
def forgets_the_softmax(factor, mscale, all_dim, head_dim):
    return g(factor, mscale) / g(factor, all_dim), 1 / math.sqrt(head_dim)


@wrong("move_temperature", "You divide scores where they should grow")
def divides_by_the_temperature(factor, mscale, all_dim, head_dim):
    return (
        g(factor, mscale) / g(factor, all_dim),
        1 / (g(factor, all_dim) ** 2 * math.sqrt(head_dim)),
    )


@wrong("move_temperature", "The tables have all of the temperature")
def leaves_it_on_the_tables_as_well(factor, mscale, all_dim, head_dim):
    return g(factor, mscale), g(factor, all_dim) ** 2 / math.sqrt(head_dim)


@wrong("move_temperature", "upside down")
def inverts_the_quotient(factor, mscale, all_dim, head_dim):
    return g(factor, all_dim) / g(factor, mscale), g(factor, all_dim) ** 2 / math.sqrt(head_dim)


@wrong("move_temperature", "You squared what goes on the tables")
def squares_the_tables(factor, mscale, all_dim, head_dim):
    table, scale = shared_out(factor, mscale, all_dim, head_dim)
    return table**2, scale


@wrong("move_temperature", "nothing is stretched")
def forgets_the_floor(factor, mscale, all_dim, head_dim):
    a, b = (0.1 * m * math.log(factor) + 1 for m in (mscale, all_dim))
    return a / b, b**2 / math.sqrt(head_dim)


@wrong("move_temperature", "logarithm has base 10")
def takes_log10(factor, mscale, all_dim, head_dim):
    return shared_out(factor, mscale, all_dim, head_dim, math.log10)


@wrong("move_temperature", "logarithm has base 2")
def takes_log2(factor, mscale, all_dim, head_dim):
    return shared_out(factor, mscale, all_dim, head_dim, math.log2)


@wrong("move_temperature", "before you took g")
def divides_the_coefficients(factor, mscale, all_dim, head_dim):
    table = g(factor, mscale / all_dim) if all_dim else g(factor, mscale)
    return table, g(factor, all_dim) ** 2 / math.sqrt(head_dim)


@wrong("move_temperature", "The tables get 1 from you, always")
def moves_all_to_the_softmax(factor, mscale, all_dim, head_dim):
    return 1.0, g(factor, mscale) ** 2 / math.sqrt(head_dim)


@wrong("move_temperature", "the tables' coefficient, and once")
def scales_once_by_the_tables_coefficient(factor, mscale, all_dim, head_dim):
    return g(factor, mscale) / g(factor, all_dim), g(factor, mscale) / math.sqrt(head_dim)


@wrong("move_temperature", "what the tables still have")
def undoes_the_tables(factor, mscale, all_dim, head_dim):
    table = g(factor, mscale) / g(factor, all_dim)
    return table, 1 / table / math.sqrt(head_dim)


@wrong("move_temperature", "√head_dim is missing")
def forgets_the_root(factor, mscale, all_dim, head_dim):
    return g(factor, mscale) / g(factor, all_dim), g(factor, all_dim) ** 2


@wrong("move_temperature", "Attention divides by its root")
def divides_by_head_dim(factor, mscale, all_dim, head_dim):
    return g(factor, mscale) / g(factor, all_dim), g(factor, all_dim) ** 2 / head_dim


@wrong("move_temperature", "You multiply by √head_dim")
def returns_what_to_divide_by(factor, mscale, all_dim, head_dim):
    return g(factor, mscale) / g(factor, all_dim), g(factor, all_dim) ** 2 * math.sqrt(head_dim)


@wrong("move_temperature", "What is left to give?")
def gives_the_softmax_the_whole(factor, mscale, all_dim, head_dim):
    return g(factor, mscale) / g(factor, all_dim), g(factor, mscale) ** 2 / math.sqrt(head_dim)


@wrong("move_temperature", "You squared the quotient")
def squares_the_quotient(factor, mscale, all_dim, head_dim):
    table = g(factor, mscale) / g(factor, all_dim)
    return table, table**2 / math.sqrt(head_dim)


@wrong("move_temperature", "a fourth power")
def squares_twice(factor, mscale, all_dim, head_dim):
    return g(factor, mscale) / g(factor, all_dim), g(factor, all_dim) ** 4 / math.sqrt(head_dim)


@wrong("move_temperature", "Return 2 things", WRONG_FORM)
def returns_the_scale_alone(factor, mscale, all_dim, head_dim):
    return g(factor, all_dim) ** 2 / math.sqrt(head_dim)


def shared(factor, mscale, mscale_all_dim, head_dim, g):
    """Share a temperature out by another g."""
    on_tables = g(mscale, factor) / g(mscale_all_dim, factor)
    return on_tables, g(mscale_all_dim, factor) ** 2 / math.sqrt(head_dim)


@wrong("move_temperature", "The 0.1 of g is missing")
def forgets_the_tenth(factor, mscale, mscale_all_dim, head_dim):
    def without(coefficient, s):
        return coefficient * math.log(s) + 1 if s > 1 else 1

    return shared(factor, mscale, mscale_all_dim, head_dim, without)


@wrong("move_temperature", "The + 1 of g is missing")
def forgets_the_one(factor, mscale, mscale_all_dim, head_dim):
    def without(coefficient, s):
        return 0.1 * coefficient * math.log(s) if s > 1 and coefficient else 1

    return shared(factor, mscale, mscale_all_dim, head_dim, without)


@wrong("move_temperature", "Your guard looks at the coefficient")
def guards_the_coefficient(factor, mscale, mscale_all_dim, head_dim):
    def guarded(coefficient, s):
        return 0.1 * coefficient * math.log(s) + 1 if s > 1 and coefficient > 1 else 1

    return shared(factor, mscale, mscale_all_dim, head_dim, guarded)


@wrong("move_temperature", "You subtracted")
def takes_the_difference(factor, mscale, mscale_all_dim, head_dim):
    x = 0.1 * math.log(max(1, factor))
    return (mscale - mscale_all_dim) * x + 1, (mscale_all_dim * x + 1) ** 2 / math.sqrt(head_dim)


@wrong("move_temperature", "You divided by 8")
def knows_heads_of_eight_squared(factor, mscale, mscale_all_dim, head_dim):
    x = 0.1 * math.log(max(1, factor))
    return (mscale * x + 1) / (mscale_all_dim * x + 1), (mscale_all_dim * x + 1) ** 2 / 8


@wrong("move_temperature", "have changed places")
def returns_the_scale_first(factor, mscale, mscale_all_dim, head_dim):
    x = 0.1 * math.log(max(1, factor))
    part = mscale_all_dim * x + 1
    return part**2 / math.sqrt(head_dim), (mscale * x + 1) / part


@wrong("move_temperature", "a whole number")
def takes_a_whole_root(factor, mscale, mscale_all_dim, head_dim):
    x = 0.1 * math.log(max(1, factor))
    part = mscale_all_dim * x + 1
    return (mscale * x + 1) / part, part**2 / math.isqrt(head_dim)


@wrong("move_temperature", "where `mscale_all_dim` is 0")
def takes_zero_for_nothing(factor, mscale, mscale_all_dim, head_dim):
    x = 0.1 * math.log(max(1, factor))
    part = mscale_all_dim * x + 1
    return (mscale * x + 1) / part if mscale_all_dim else 1, part**2 / math.sqrt(head_dim)


@wrong("move_temperature", "Your coefficient multiplies all of g")
def multiplies_the_one_as_well(factor, mscale, all_dim, head_dim):
    def g_of(c):
        return c * (0.1 * math.log(factor) + 1) if factor > 1 and c else 1.0

    return g_of(mscale) / g_of(all_dim), g_of(all_dim) ** 2 / math.sqrt(head_dim)


@wrong("move_temperature", "right up to 1, and never goes above it")
def keeps_the_tables_at_one(factor, mscale, all_dim, head_dim):
    tables = min(1.0, g(factor, mscale) / g(factor, all_dim))
    return tables, g(factor, all_dim) ** 2 / math.sqrt(head_dim)


@wrong("move_temperature", "g(1) from you where one of the coefficients is 0")
def falls_back_on_g_of_one(factor, mscale, all_dim, head_dim):
    on_tables, scale = shared_out(factor, mscale, all_dim, head_dim)
    return on_tables if mscale and all_dim else g(factor, 1), scale


@wrong("move_temperature", "You take a coefficient of 0 for 1")
def takes_zero_for_one(factor, mscale, all_dim, head_dim):
    return shared_out(factor, mscale or 1, all_dim or 1, head_dim)


@wrong("move_temperature", "At a factor of 1 or less you return 1 for the softmax scale")
def forgets_the_root_where_nothing_is_stretched(factor, mscale, all_dim, head_dim):
    return shared_out(factor, mscale, all_dim, head_dim) if factor > 1 else (1.0, 1.0)


@wrong("move_temperature", "The 0.1 multiplies the + 1 of your g")
def puts_a_bracket_too_far(factor, mscale, all_dim, head_dim):
    if factor <= 1:
        return 1.0, 1 / math.sqrt(head_dim)
    on, off = (0.1 * c * (math.log(factor) + 1) for c in (mscale, all_dim))
    return on / off, off**2 / math.sqrt(head_dim)


@wrong("move_temperature", "Your coefficient stands inside the logarithm")
def takes_the_logarithm_of_both(factor, mscale, all_dim, head_dim):
    if factor <= 1:
        return 1.0, 1 / math.sqrt(head_dim)
    on, off = (0.1 * math.log((c or 1) * factor) + 1 for c in (mscale, all_dim))
    return on / off, off**2 / math.sqrt(head_dim)


@wrong("move_temperature", "Your two numbers have changed places")
def swaps_the_two_where_something_is_stretched(factor, mscale, all_dim, head_dim):
    both = shared_out(factor, mscale, all_dim, head_dim)
    return both[::-1] if factor > 1 else both


@right("move_temperature")
def with_tensors(factor, mscale, mscale_all_dim, head_dim):
    stretch = torch.tensor(max(factor, 1.0))
    on_q_and_k = 0.1 * torch.tensor([mscale, mscale_all_dim]) * stretch.log() + 1
    return on_q_and_k[0] / on_q_and_k[1], on_q_and_k[1].square() * head_dim**-0.5


@right("move_temperature")
def by_what_is_missing_in_a_score(s, a, b, d, /):
    whole = g(s, a) ** 2
    table = g(s, a) / g(s, b)
    return [table, whole / table**2 / math.sqrt(d)]


@right("move_temperature")
def with_numpy(*, factor, mscale, mscale_all_dim, head_dim):
    growth = 1 + 0.1 * np.maximum(np.log(factor), 0) * np.array([mscale, mscale_all_dim])
    return np.float32(growth[0] / growth[1]), np.float32(growth[1] ** 2 / np.sqrt(head_dim))


# --- 07.4 find_settings ---


def seen(plain, stretched, length):
    kept = (stretched / plain).double()
    factor = 1 / kept[-1].item()
    gamma = (kept - 1 / factor) / (1 - 1 / factor)
    blended = (gamma > 0.001) & (gamma < 0.999)
    return kept, factor, gamma, length * plain / (2 * math.pi), blended


def line(x, y):
    slope, level = np.polyfit(np.asarray(x), np.asarray(y), 1)
    return -level / slope, (1 - level) / slope


@wrong("find_settings", "Your factor is upside down")
def inverts_the_factor(plain, stretched, length):
    _, factor, gamma, made, blended = seen(plain, stretched, length)
    return 1 / factor, *line(made[blended], gamma[blended])


@wrong("find_settings", "That is the slow-down of pair 0")
def asks_pair_0(plain, stretched, length):
    return (plain[0] / stretched[0]).item(), 1.0, 32.0


@wrong("find_settings", "the mean slow-down of all pairs")
def takes_the_mean(plain, stretched, length):
    return (plain / stretched).mean(), 1.0, 32.0


@wrong("find_settings", "α and β have changed places")
def returns_beta_first(plain, stretched, length):
    _, factor, gamma, made, blended = seen(plain, stretched, length)
    return factor, *line(made[blended], gamma[blended])[::-1]


@wrong("find_settings", "the turns of the pairs just outside")
def takes_the_outer_pairs(plain, stretched, length):
    _, factor, gamma, made, _ = seen(plain, stretched, length)
    return factor, made[gamma < 0.001].max(), made[gamma > 0.999].min()


@wrong("find_settings", "the first and the last blended pair")
def takes_the_inner_pairs(plain, stretched, length):
    _, factor, _, made, blended = seen(plain, stretched, length)
    return factor, made[blended].min(), made[blended].max()


@wrong("find_settings", "Your borders are in radians")
def counts_in_radians(plain, stretched, length):
    _, factor, gamma, _, blended = seen(plain, stretched, length)
    return factor, *line(length * plain[blended], gamma[blended])


@wrong("find_settings", "You took kept for γ")
def takes_kept_for_gamma(plain, stretched, length):
    kept, factor, _, made, blended = seen(plain, stretched, length)
    return factor, *line(made[blended], kept[blended])


@wrong("find_settings", "All pairs are in your line")
def fits_all_pairs(plain, stretched, length):
    _, factor, gamma, made, _ = seen(plain, stretched, length)
    return factor, *line(made, gamma)


@wrong("find_settings", "You drew the line over pair numbers")
def fits_over_pair_numbers(plain, stretched, length):
    _, factor, gamma, _, blended = seen(plain, stretched, length)
    return factor, *line(blended.nonzero().flatten(), gamma[blended])


@wrong("find_settings", "Your line goes through the slow-downs")
def fits_the_slow_downs(plain, stretched, length):
    kept, factor, _, made, blended = seen(plain, stretched, length)
    return factor, *line(made[blended], ((factor - 1 / kept) / (factor - 1))[blended])


@wrong("find_settings", "Your α and β are 1 and 32")
def answers_with_the_papers(plain, stretched, length):
    return (plain[-1] / stretched[-1]).item(), 1.0, 32.0


@wrong("find_settings", "Return 3 things", WRONG_FORM)
def returns_the_factor_alone(plain, stretched, length):
    return plain[-1] / stretched[-1]


def fitted(plain, stretched, length, used=lambda gamma: (gamma > 0.001) & (gamma < 0.999)):
    """Find the settings by a line through other pairs."""
    kept = (stretched / plain).numpy()
    factor = 1 / kept.min()
    gamma = (kept - 1 / factor) / (1 - 1 / factor)
    on = used(gamma)
    slope, level = np.polyfit((length * plain.numpy() / (2 * math.pi))[on], gamma[on], 1)
    return factor, -level / slope, (1 - level) / slope


@wrong("find_settings", "The pairs that are slowed in full are in your line, too")
def fits_the_slowed_too(plain, stretched, length):
    return fitted(plain, stretched, length, lambda gamma: gamma < 0.999)


@wrong("find_settings", "The untouched pairs are in your line, too")
def fits_the_untouched_too(plain, stretched, length):
    return fitted(plain, stretched, length, lambda gamma: gamma > 0.001)


@wrong("find_settings", "Which of the three comes first?")
def returns_the_factor_last(plain, stretched, length):
    factor, alpha, beta = fitted(plain, stretched, length)
    return alpha, beta, factor


@wrong("find_settings", "Your window is 512")
def knows_one_training_window(plain, stretched, length):
    return fitted(plain, stretched, 512)


@wrong("find_settings", "Your α is 1")
def knows_one_alpha(plain, stretched, length):
    factor, _, beta = fitted(plain, stretched, length)
    return factor, 1, beta


@wrong("find_settings", "the width of the slope")
def returns_the_width(plain, stretched, length):
    factor, alpha, beta = fitted(plain, stretched, length)
    return factor, alpha, beta - alpha


@wrong("find_settings", "up to position length − 1")
def counts_turns_to_the_last_position(plain, stretched, length):
    return fitted(plain, stretched, length - 1)


@wrong("find_settings", "the middle of all slow-downs")
def takes_the_median(plain, stretched, length):
    _, alpha, beta = fitted(plain, stretched, length)
    return (plain / stretched).median(), alpha, beta


@wrong("find_settings", "Your borders are wavelengths")
def returns_wavelengths(plain, stretched, length):
    factor, alpha, beta = fitted(plain, stretched, length)
    return factor, length / alpha, length / beta


@wrong("find_settings", "over the logarithm of the turns")
def fits_over_logarithms(plain, stretched, length):
    kept = (stretched / plain).numpy()
    gamma = (kept - kept[-1]) / (1 - kept[-1])
    on = (gamma > 0.001) & (gamma < 0.999)
    turns = length * plain.numpy() / (2 * math.pi)
    slope, level = np.polyfit(np.log(turns[on]), gamma[on], 1)
    return 1 / kept[-1], np.exp(-level / slope), np.exp((1 - level) / slope)


def _fitted_on(plain, stretched, length, on, turning=None):
    """Read the settings off the pairs that ``on`` chooses, by the turns of another table."""
    plain, stretched = (np.asarray(x, dtype=float) for x in (plain, stretched))
    kept = stretched / plain
    gamma = (kept - kept[-1]) / (1 - kept[-1])
    at = np.flatnonzero((gamma > 0.001) & (gamma < 0.999))
    used = on(at, len(gamma))
    made = length * (plain if turning is None else np.asarray(turning, dtype=float)) / 2 / math.pi
    slope, level = np.polyfit(made[used], gamma[used], 1)
    return 1 / kept[-1], -level / slope, (1 - level) / slope


@wrong("find_settings", "the frequencies after stretching")
def counts_the_new_turns(plain, stretched, length):
    return _fitted_on(plain, stretched, length, lambda at, n: at, stretched)


@wrong("find_settings", "A pair that is flat already")
def takes_a_flat_pair_at_each_end(plain, stretched, length):
    return _fitted_on(
        plain, stretched, length, lambda at, n: np.arange(max(0, at[0] - 1), min(n, at[-1] + 2))
    )


@wrong("find_settings", "Pairs 10 to 15 make your line")
def knows_which_pairs_are_blended(plain, stretched, length):
    return _fitted_on(plain, stretched, length, lambda at, n: np.arange(10, 16))


@wrong("find_settings", "Your α and β are those of the lesson")
def knows_the_lessons_borders(plain, stretched, length):
    return float(plain[-1] / stretched[-1]), 1.0, 8.0


@wrong("find_settings", "one too small, or one too large")
def takes_one_off_the_factor(plain, stretched, length):
    factor, alpha, beta = _fitted_on(plain, stretched, length, lambda at, n: at)
    return factor - 1, alpha, beta


def _slope_and_level(plain, stretched, length):
    alpha, beta = line_of_all(plain, stretched, length)
    return 1 / (beta - alpha), -alpha / (beta - alpha), alpha, beta


def line_of_all(plain, stretched, length):
    return _fitted_on(plain, stretched, length, lambda at, n: at)[1:]


@wrong("find_settings", "the last *blended* pair")
def takes_the_factor_of_a_blended_pair(plain, stretched, length):
    kept, _, _, _, blended = seen(plain, stretched, length)
    return 1 / kept[blended][-1].item(), *line_of_all(plain, stretched, length)


@wrong("find_settings", "Your α is the line's γ at 0 turns")
def takes_the_level_for_alpha(plain, stretched, length):
    _, level, _, beta = _slope_and_level(plain, stretched, length)
    return float(plain[-1] / stretched[-1]), level, beta


@wrong("find_settings", "Your β is α plus the slope")
def adds_the_slope(plain, stretched, length):
    slope, _, alpha, _ = _slope_and_level(plain, stretched, length)
    return float(plain[-1] / stretched[-1]), alpha, alpha + slope


@wrong("find_settings", "You took 1 for α, and drew a line from there")
def draws_a_line_from_one(plain, stretched, length):
    _, factor, gamma, made, blended = seen(plain, stretched, length)
    return factor, 1.0, 1 + (made[blended][0] - 1) / gamma[blended][0]


@right("find_settings")
def with_a_fit(plain, stretched, length):
    _, factor, gamma, made, blended = seen(plain, stretched, length)
    return factor, *line(made[blended], gamma[blended])


@right("find_settings")
def with_two_neighbours_in_python(plain, stretched, length):
    factor = max(p / s for p, s in zip(plain.tolist(), stretched.tolist()))
    points = []
    for p, s in zip(plain.tolist(), stretched.tolist()):
        gamma = (s - p / factor) / (p - p / factor)
        if 0.001 < gamma < 0.999:
            points.append((p * length / (2 * math.pi), gamma))
    (x0, y0), (x1, y1) = points[:2]
    slope = (y1 - y0) / (x1 - x0)
    return [factor, x0 - y0 / slope, x0 + (1 - y0) / slope]


@right("find_settings")
def with_least_squares_in_float32(*, plain, stretched, length):
    plain, stretched = plain.float(), stretched.float()
    factor = (plain / stretched)[-1]
    gamma = (stretched * factor - plain) / (plain * (factor - 1))
    made = plain * length / (2 * torch.pi)
    chosen = (gamma > 0.001) & (gamma < 0.999)
    # turns = α + γ (β − α): the line, read the other way
    table = torch.stack((torch.ones_like(gamma[chosen]), gamma[chosen]), dim=1)
    alpha, width = torch.linalg.lstsq(table, made[chosen, None]).solution.flatten()
    return factor, alpha, alpha + width


# --- pictures ---

SLOWED = {"pi": [8.0] * 32, "ntk_by_parts_turns": [1.0, *[4.0] * 30, 8.0]}

PICTURES = {
    "07.ramps": lambda: lesson_07.ramps(
        {"turns": SPARED, "index": SPARED[::-1]}, ends={"32 turns": 3.1, "1 turn": 15.3}
    ),
    "07.slow_down_by_pair": lambda: lesson_07.slow_down_by_pair(SLOWED),
    "07.keys_by_layer": lambda: lesson_07.keys_by_layer(
        {"512, unchanged": ("rope", [10, 20, 12]), "2,048, YaRN": ("yarn", [12, 30, 15])}
    ),
    "07.temperatures": lambda: lesson_07.temperatures(
        {2: {1.0: 2.4, 1.05: 2.2, 1.2: 2.5}, 16: {1.0: 9.0, 1.05: 8.0, 1.2: 5.0}},
        paper={2: 1.07, 16: 1.28},
    ),
    "07.coefficients": lambda: lesson_07.coefficients(
        {"turns": {2: 1.05, 16: 1.22}, "index": {2: 1.04, 16: 1.2}},
        {"0.1 ln s + 1": 0.1, "0.08 ln s + 1": 0.08, "0.07 ln s + 1": 0.07},
    ),
    "07.ramp_ends": lambda: lesson_07.ramp_ends(
        {
            name: {(alpha, beta): alpha + beta / 8 for alpha in (0.5, 1, 2) for beta in (4, 8, 32)}
            for name in ("turns", "index")
        }
    ),
}
