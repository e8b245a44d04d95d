"""What the tests compare with: closed forms in float64, one pair at a time, from the papers.

Nothing here comes from the package under test, and nothing is written the way it is written there.
RoPE is arXiv:2104.09864 (section 3.2.2), Position Interpolation arXiv:2306.15595 (section 2.3),
ABF arXiv:2309.16039, the rest arXiv:2309.00071v2 and, for Llama 3.1, the wavelength rule of
meta-llama/llama-models.
Each function returns the speeds of all pairs, float64 [head_dim / 2].
"""

import math

import numpy as np


def rope(head_dim, base=10_000.0):
    speeds = []
    for pair in range(head_dim // 2):
        speeds.append(1.0 / math.pow(base, 2.0 * pair / head_dim))
    return np.array(speeds)


def pi(head_dim, factor, base=10_000.0):
    # A rotation by `speed * (position / factor)` turns `speed / factor` per position.
    return np.array([speed / factor for speed in rope(head_dim, base)])


def ntk_aware(head_dim, factor, base=10_000.0):
    # Not by way of a larger base: eq. 16 put into eq. 5 and solved for the slow-down of one pair.
    speeds = []
    for pair, speed in enumerate(rope(head_dim, base)):
        speeds.append(speed * math.exp(-math.log(factor) * 2 * pair / (head_dim - 2)))
    return np.array(speeds)


def dynamic_ntk(head_dim, length, trained_length, factor=1.0, base=10_000.0):
    # Section 3.3 is the case factor = 1. In general, `factor` times as many positions over the
    # trained window count: 1 + factor * (excess / trained_length).
    excess = max(0.0, length - trained_length)
    return ntk_aware(head_dim, 1.0 + factor * excess / trained_length, base)


def share_by_turns(head_dim, trained_length, base=10_000.0, beta_fast=32.0, beta_slow=1.0):
    """Eq. 18: how much of each pair stays as it was, over the pair's turns in the window."""
    shares = []
    for speed in rope(head_dim, base):
        wavelength = 2 * math.pi / speed
        turns = trained_length / wavelength
        if turns < beta_slow:
            shares.append(0.0)
        elif turns > beta_fast:
            shares.append(1.0)
        else:
            shares.append((turns - beta_slow) / (beta_fast - beta_slow))
    return np.array(shares)


def share_by_index(
    head_dim, trained_length, base=10_000.0, beta_fast=32.0, beta_slow=1.0, truncate=True
):
    """As in released code: the same ends, and a straight line over the index of the pair."""

    def index_at(turns):
        # trained_length * base ** (-2 * index / head_dim) / (2 pi) == turns, solved for index
        return math.log(trained_length / (2 * math.pi * turns), base) * head_dim / 2

    first, last = index_at(beta_fast), index_at(beta_slow)
    if truncate:
        first, last = math.floor(first), math.ceil(last)
    if first < 0:
        first = 0
    if last > head_dim - 1:
        last = head_dim - 1
    if first == last:
        last += 0.001
    shares = []
    for pair in range(head_dim // 2):
        if pair <= first:
            shares.append(1.0)
        elif pair >= last:
            shares.append(0.0)
        else:
            shares.append((last - pair) / (last - first))
    return np.array(shares)


def ntk_by_parts(
    head_dim,
    factor,
    trained_length,
    base=10_000.0,
    beta_fast=32.0,
    beta_slow=1.0,
    ramp="turns",
    truncate=True,
):
    if ramp == "turns":
        shares = share_by_turns(head_dim, trained_length, base, beta_fast, beta_slow)
    else:
        shares = share_by_index(head_dim, trained_length, base, beta_fast, beta_slow, truncate)
    speeds = []
    for speed, share in zip(rope(head_dim, base), shares):
        speeds.append(share * speed + (1 - share) * speed / factor)
    return np.array(speeds)


def yarn_attention_scaling(factor):
    """Eq. 22: the root of 1 / t, for q and for k."""
    return 0.1 * math.log(factor) + 1.0


def llama3(
    head_dim,
    factor,
    trained_length,
    base=500_000.0,
    low_freq_factor=1.0,
    high_freq_factor=4.0,
):
    longest_kept = trained_length / high_freq_factor
    shortest_slowed = trained_length / low_freq_factor
    speeds = []
    for speed in rope(head_dim, base):
        wavelength = 2 * math.pi / speed
        if wavelength < longest_kept:
            speeds.append(speed)
        elif wavelength > shortest_slowed:
            speeds.append(speed / factor)
        else:
            kept = trained_length / wavelength - low_freq_factor
            kept /= high_freq_factor - low_freq_factor
            speeds.append(kept * speed + (1 - kept) * speed / factor)
    return np.array(speeds)


def abf(head_dim, adjusted_base):
    # Not by way of a power: the logarithms of the speeds fall in a straight line.
    step = math.log(adjusted_base) * 2 / head_dim
    return np.array([math.exp(-step * pair) for pair in range(head_dim // 2)])


def turn_pairs(x, speeds, positions, layout, scaling=1.0):
    """Multiply every pair of every row by its own 2x2 matrix.

    ``x`` is [n, head_dim]; ``layout`` says which channels are a pair, "half_split" (i and
    i + head_dim / 2) or "interleaved" (2i and 2i + 1).
    """
    x = np.asarray(x, dtype=np.float64)
    rows, head_dim = x.shape
    turned = np.zeros_like(x)
    for row in range(rows):
        for pair in range(head_dim // 2):
            if layout == "half_split":
                channels = [pair, pair + head_dim // 2]
            else:
                channels = [2 * pair, 2 * pair + 1]
            angle = float(positions[row]) * float(speeds[pair])
            matrix = scaling * np.array(
                [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
            )
            turned[row, channels] = matrix @ x[row, channels]
    return turned
