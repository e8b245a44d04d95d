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


# --- 07.3 temperature_coefficient ---


def grown(cos, sin, softmax_scale, head_dim):
    """Return by how much a score grows, through one entry of the tables."""
    return (cos[-1, -1] ** 2 + sin[-1, -1] ** 2).item(), softmax_scale * math.sqrt(head_dim)


def solved(growth, factor, log=math.log):
    return (math.sqrt(growth) - 1) / log(factor)


@wrong("temperature_coefficient", "You left the softmax scale out")
def leaves_the_softmax_out(cos, sin, softmax_scale, head_dim, factor):
    return solved(grown(cos, sin, softmax_scale, head_dim)[0], factor)


@wrong("temperature_coefficient", "You left the tables out")
def leaves_the_tables_out(cos, sin, softmax_scale, head_dim, factor):
    return solved(softmax_scale * math.sqrt(head_dim), factor)


@wrong("temperature_coefficient", "The tables count once with you")
def counts_the_tables_once(cos, sin, softmax_scale, head_dim, factor):
    tables, softmax = grown(cos, sin, softmax_scale, head_dim)
    return solved(math.sqrt(tables) * softmax, factor)


@wrong("temperature_coefficient", "The softmax scale counts twice with you")
def counts_the_softmax_twice(cos, sin, softmax_scale, head_dim, factor):
    on_q_and_k = cos.square().add(sin.square()).sqrt().mean() * softmax_scale * head_dim**0.5
    return (on_q_and_k - 1) / math.log(factor)


@wrong("temperature_coefficient", "Both multiply a score")
def adds_the_two(cos, sin, softmax_scale, head_dim, factor):
    tables, softmax = grown(cos, sin, softmax_scale, head_dim)
    return solved(1 + (tables - 1) + (softmax - 1), factor)


@wrong("temperature_coefficient", "You divided one by the other")
def divides_the_two(cos, sin, softmax_scale, head_dim, factor):
    tables, softmax = grown(cos, sin, softmax_scale, head_dim)
    return solved(tables / softmax, factor)


@wrong("temperature_coefficient", "You took by how much a *score* grows")
def forgets_the_root(cos, sin, softmax_scale, head_dim, factor):
    tables, softmax = grown(cos, sin, softmax_scale, head_dim)
    return (tables * softmax - 1) / math.log(factor)


@wrong("temperature_coefficient", "You took the root twice")
def takes_the_root_twice(cos, sin, softmax_scale, head_dim, factor):
    tables, softmax = grown(cos, sin, softmax_scale, head_dim)
    return solved(math.sqrt(tables * softmax), factor)


@wrong("temperature_coefficient", "You squared where a root is due")
def squares_the_growth(cos, sin, softmax_scale, head_dim, factor):
    tables, softmax = grown(cos, sin, softmax_scale, head_dim)
    return solved((tables * softmax) ** 4, factor)


@wrong("temperature_coefficient", "The + 1 is still in it")
def forgets_the_one(cos, sin, softmax_scale, head_dim, factor):
    tables, softmax = grown(cos, sin, softmax_scale, head_dim)
    return math.sqrt(tables * softmax) / math.log(factor)


@wrong("temperature_coefficient", "You took 1 off after you divided")
def takes_one_off_too_late(cos, sin, softmax_scale, head_dim, factor):
    tables, softmax = grown(cos, sin, softmax_scale, head_dim)
    return math.sqrt(tables * softmax) / math.log(factor) - 1


@wrong("temperature_coefficient", "That is the multiplier")
def returns_the_multiplier(cos, sin, softmax_scale, head_dim, factor):
    return math.sqrt(math.prod(grown(cos, sin, softmax_scale, head_dim)))


@wrong("temperature_coefficient", "That is by how much a score grows")
def returns_the_growth(cos, sin, softmax_scale, head_dim, factor):
    return math.prod(grown(cos, sin, softmax_scale, head_dim))


@wrong("temperature_coefficient", "That is the temperature t")
def returns_the_temperature(cos, sin, softmax_scale, head_dim, factor):
    return 1 / math.prod(grown(cos, sin, softmax_scale, head_dim))


@wrong("temperature_coefficient", "That is c ln s")
def forgets_the_logarithm(cos, sin, softmax_scale, head_dim, factor):
    return math.sqrt(math.prod(grown(cos, sin, softmax_scale, head_dim))) - 1


@wrong("temperature_coefficient", "You divided by the factor")
def divides_by_the_factor(cos, sin, softmax_scale, head_dim, factor):
    return solved(math.prod(grown(cos, sin, softmax_scale, head_dim)), factor, lambda s: s)


@wrong("temperature_coefficient", "Your logarithm has base 10")
def takes_log10(cos, sin, softmax_scale, head_dim, factor):
    return solved(math.prod(grown(cos, sin, softmax_scale, head_dim)), factor, math.log10)


@wrong("temperature_coefficient", "Your logarithm has base 2")
def takes_log2(cos, sin, softmax_scale, head_dim, factor):
    return solved(math.prod(grown(cos, sin, softmax_scale, head_dim)), factor, math.log2)


@wrong("temperature_coefficient", "You multiplied by ln s")
def multiplies_by_the_logarithm(cos, sin, softmax_scale, head_dim, factor):
    growth = math.prod(grown(cos, sin, softmax_scale, head_dim))
    return (math.sqrt(growth) - 1) * math.log(factor)


@wrong("temperature_coefficient", "Your c has the wrong sign")
def turns_the_sign(cos, sin, softmax_scale, head_dim, factor):
    return -solved(math.prod(grown(cos, sin, softmax_scale, head_dim)), factor)


@wrong("temperature_coefficient", "You divided by 0.1 as well")
def divides_by_a_tenth(cos, sin, softmax_scale, head_dim, factor):
    return 10 * solved(math.prod(grown(cos, sin, softmax_scale, head_dim)), factor)


@wrong("temperature_coefficient", "ln s + 1")
def divides_by_the_logarithm_and_one(cos, sin, softmax_scale, head_dim, factor):
    growth = math.prod(grown(cos, sin, softmax_scale, head_dim))
    return math.sqrt(growth) / (math.log(factor) + 1)


@wrong("temperature_coefficient", "Your c is the paper's 0.1")
def answers_with_the_papers_coefficient(cos, sin, softmax_scale, head_dim, factor):
    return 0.1


@wrong("temperature_coefficient", "√head_dim is missing")
def forgets_head_dim(cos, sin, softmax_scale, head_dim, factor):
    return solved(grown(cos, sin, 1, 1)[0] * softmax_scale, factor)


@wrong("temperature_coefficient", "Attention divides by its root")
def takes_all_of_head_dim(cos, sin, softmax_scale, head_dim, factor):
    return solved(grown(cos, sin, 1, 1)[0] * softmax_scale * head_dim, factor)


@wrong("temperature_coefficient", "once more")
def divides_by_the_root_again(cos, sin, softmax_scale, head_dim, factor):
    return solved(grown(cos, sin, 1, 1)[0] * softmax_scale / math.sqrt(head_dim), factor)


@wrong("temperature_coefficient", "You took 8 for √head_dim")
def knows_one_head(cos, sin, softmax_scale, head_dim, factor):
    return solved(grown(cos, sin, 1, 1)[0] * softmax_scale * 8, factor)


@wrong("temperature_coefficient", "by the width of the tables")
def counts_the_turned_part(cos, sin, softmax_scale, head_dim, factor):
    return solved(math.prod(grown(cos, sin, softmax_scale, 2 * cos.shape[1])), factor)


@wrong("temperature_coefficient", "You took an entry of cos")
def takes_the_first_cosine(cos, sin, softmax_scale, head_dim, factor):
    return solved(cos[0, 0] ** 2 * softmax_scale * math.sqrt(head_dim), factor)


@wrong("temperature_coefficient", "You took the largest entry")
def takes_the_largest(cos, sin, softmax_scale, head_dim, factor):
    return solved(cos.abs().max() ** 2 * softmax_scale * math.sqrt(head_dim), factor)


@wrong("temperature_coefficient", "You took a mean of the entries")
def takes_the_mean_square(cos, sin, softmax_scale, head_dim, factor):
    return solved(2 * cos.square().mean() * softmax_scale * math.sqrt(head_dim), factor)


@wrong("temperature_coefficient", "You added cos and sin")
def adds_cos_and_sin(cos, sin, softmax_scale, head_dim, factor):
    return solved((cos + sin)[0, 0] ** 2 * softmax_scale * math.sqrt(head_dim), factor)


@wrong("temperature_coefficient", "and you took it for the multiplier")
def takes_the_square_for_the_multiplier(cos, sin, softmax_scale, head_dim, factor):
    tables, softmax = grown(cos, sin, softmax_scale, head_dim)
    return solved(tables**2 * softmax, factor)


@wrong("temperature_coefficient", "One angle is enough")
def sums_over_all_angles(cos, sin, softmax_scale, head_dim, factor):
    growth = torch.cat((cos, sin)).norm() ** 2 * softmax_scale * head_dim**0.5
    return solved(growth, factor)


@wrong("temperature_coefficient", "Your factor is 8")
def knows_one_stretch(cos, sin, softmax_scale, head_dim, factor):
    return solved(math.prod(grown(cos, sin, softmax_scale, head_dim)), 8)


@wrong("temperature_coefficient", "Can a program make scores smaller?")
def knows_no_negative_coefficient(cos, sin, softmax_scale, head_dim, factor):
    return max(0, solved(math.prod(grown(cos, sin, softmax_scale, head_dim)), factor))


@wrong("temperature_coefficient", "without the brackets", WRONG_FORM)
def returns_one_for_each_angle(cos, sin, softmax_scale, head_dim, factor):
    return [solved(math.prod(grown(cos, sin, softmax_scale, head_dim)), factor)]


@right("temperature_coefficient")
def with_a_hypotenuse(cos, sin, softmax_scale, head_dim, factor):
    on_q_and_k = torch.hypot(cos, sin).mean() * (softmax_scale**2 * head_dim) ** 0.25
    return (on_q_and_k - 1) / math.log(factor)


@right("temperature_coefficient")
def by_the_temperature(c, s, scale, d, stretch, /):
    t = 1 / ((c[0, 0] ** 2 + s[0, 0] ** 2).item() * scale * d**0.5)
    return (t**-0.5 - 1) / np.log(stretch)


@right("temperature_coefficient")
def with_complex_numbers(*, cos, sin, softmax_scale, head_dim, factor):
    growth = np.abs(cos.numpy() + 1j * sin.numpy()).max() ** 2 * softmax_scale * np.sqrt(head_dim)
    return np.float32(np.expm1(np.log(growth) / 2) / np.log(factor))


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

SLOWED = {"pi": [8.0] * 32, "ntk_by_parts": [1.0, *[4.0] * 30, 8.0]}

PICTURES = {
    "07.ramps": lambda: lesson_07.ramps(
        {"turns": SPARED, "index": SPARED[::-1]}, ends={"32 turns": 3.1, "1 turn": 15.3}
    ),
    "07.slow_down_by_pair": lambda: lesson_07.slow_down_by_pair(SLOWED, ends={"32 turns": 3.3}),
    "07.keys_by_layer": lambda: lesson_07.keys_by_layer(
        {"512, unchanged": ("rope", [10, 20, 12]), "2,048, YaRN": ("yarn", [12, 30, 15])}
    ),
    "07.temperatures": lambda: lesson_07.temperatures(
        {2: {1.0: 2.4, 1.05: 2.2, 1.2: 2.5}, 16: {1.0: 9.0, 1.05: 8.0, 1.2: 5.0}},
        paper={2: 1.07, 16: 1.28},
    ),
    "07.ramp_ends": lambda: lesson_07.ramp_ends(
        {
            name: {(alpha, beta): alpha + beta / 8 for alpha in (0.5, 1, 2) for beta in (4, 8, 32)}
            for name in ("turns", "index")
        }
    ),
}
