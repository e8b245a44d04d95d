"""What pairs do: how much slower they turn, which angles are new to them, what scores they make.

Frequencies come as arrays or tensors, one number a pair, from the fastest pair to the slowest, in
radians per position. What comes back is numpy's, computed in float64.
"""

import math
from collections.abc import Sequence

import numpy as np

TURN = 2 * math.pi
ROUNDING = 1e-6
"""An angle that falls short of a new one by no more than this part of it is rounding, and new."""


def slow_down(plain: Sequence[float], inv_freq: Sequence[float]) -> np.ndarray:
    """Say how many times slower each pair turns: plain over new frequency, float64 [pairs]."""
    return _floats(plain) / _floats(inv_freq)


def share_kept(plain: Sequence[float], inv_freq: Sequence[float], factor: float) -> np.ndarray:
    """Say which share γ of each pair a method left alone, whatever the method.

    Solves ``new = γ plain + (1 - γ) plain / factor``. PI keeps 0 of every pair, unchanged RoPE all;
    for NTK-by-parts, this is the ramp.

    Parameters
    ----------
    plain, inv_freq : sequence of float
        Frequencies before and after, [pairs].
    factor : float
        The method's factor. At 1 nothing is slowed, and all is kept.

    Returns
    -------
    np.ndarray
        float64 [pairs].

    References
    ----------
    Peng et al. 2023, arXiv:2309.00071v2, eqs. 19 and 20, solved for γ.
    """
    if factor == 1:
        return np.ones(len(plain))
    return (factor / slow_down(plain, inv_freq) - 1) / (factor - 1)


# --- new angles: a window of n positions knows all angles from 0 up to that of offset n ---


def new_angles(
    inv_freq: Sequence[float],
    offset: float,
    trained_length: int,
    trained_with: Sequence[float] | None = None,
) -> np.ndarray:
    """Tell which pairs point, at an offset, where the trained window never put them.

    A pair that finished a turn has been everywhere. Any other has been at angles from 0 up to that
    of offset ``trained_length``, which is its first new one. An angle counts modulo one turn.

    Parameters
    ----------
    inv_freq : sequence of float
        Radians per position, as the model is read now, [pairs].
    offset : float
        Positions between query and key.
    trained_length : int
        Window the model was trained on, in positions.
    trained_with : sequence of float, optional
        Radians per position in training, where a method has changed them since.

    Returns
    -------
    np.ndarray
        bool [pairs].
    """
    trained = inv_freq if trained_with is None else trained_with
    return _floats(inv_freq) * offset % TURN >= _first_new(trained, trained_length)


def meets_new_angles(
    inv_freq: Sequence[float],
    length: int,
    trained_length: int,
    trained_with: Sequence[float] | None = None,
) -> np.ndarray:
    """Tell which pairs meet a new angle at any offset within a text of ``length`` positions.

    What an angle must be to be new, :func:`new_angles` says. The other parameters are its own.

    Returns
    -------
    np.ndarray
        bool [pairs].
    """
    trained = inv_freq if trained_with is None else trained_with
    return _floats(inv_freq) * (length - 1) >= _first_new(trained, trained_length)


def _first_new(trained: Sequence[float], trained_length: int) -> np.ndarray:
    """Return the smallest angle that is new to each pair; infinity if it has been everywhere."""
    reached = _floats(trained) * trained_length
    return np.where(reached < TURN, reached * (1 - ROUNDING), np.inf)


# --- scores by distance ---


def mean_score(inv_freq: Sequence[float], offsets: Sequence[float]) -> np.ndarray:
    """Average the score of a unit vector, as query and key, over all directions it may have.

    A pair's share of a random unit vector is 2 / head_dim on average, and turning key against query
    by ``offset * inv_freq`` leaves the cosine of it. So the mean is that of the cosines. A vector
    of equal numbers, each √(1 / head_dim), has exactly this score.

    Parameters
    ----------
    inv_freq : sequence of float
        [head_dim / 2], radians per position.
    offsets : sequence of float
        [n], positions between query and key.

    Returns
    -------
    np.ndarray
        float64 [n], 1 at offset 0.

    References
    ----------
    Su et al. 2021, arXiv:2104.09864, section 3.4.3, bounds it for any contents.
    """
    return np.cos(np.outer(offsets, _floats(inv_freq))).mean(1)


def block_mean_score(inv_freq: Sequence[float], starts: Sequence[int], block: int) -> np.ndarray:
    """Average :func:`mean_score` over ``block`` offsets from each start on, in closed form.

    Parameters
    ----------
    inv_freq : sequence of float
        [head_dim / 2], each above 0 and at most 1 radian per position.
    starts : sequence of int
        [n], first offset of each block.
    block : int
        Offsets in a block, at least 1.

    Returns
    -------
    np.ndarray
        float64 [n].
    """
    return pair_scores(np.ones(len(inv_freq)), inv_freq, starts, block).mean(0)


def pair_content(query: Sequence[float], key: Sequence[float]) -> np.ndarray:
    """Write what a query and a key have in each pair as one complex number, for its score.

    Its size A and its angle φ say all: at offset d the pair adds A cos(d θ + φ) to the score.

    Parameters
    ----------
    query, key : array
        [..., head_dim], before they are turned, in the half-split layout.

    Returns
    -------
    np.ndarray
        complex128 [..., head_dim / 2], divided by √head_dim as the score is.
    """
    q, k = (np.asarray(vector, dtype=float) for vector in (query, key))
    half = q.shape[-1] // 2
    q, k = (vector[..., :half] + 1j * vector[..., half:] for vector in (q, k))
    return q * k.conj() / math.sqrt(2 * half)


def pair_scores(
    content: Sequence[complex],
    inv_freq: Sequence[float],
    starts: Sequence[int],
    block: int | Sequence[int] = 1,
) -> np.ndarray:
    """Say what each pair adds to a score, as a mean over ``block`` offsets from each start on.

    A score is a sum over pairs of A cos(d θ + φ). The sum of ``block`` cosines in even steps θ is
    that of the middle one, times sin(block θ / 2) / sin(θ / 2).

    Parameters
    ----------
    content : sequence of complex
        [pairs], A and φ of each pair: what :func:`pair_content` returns, or a mean of it. A method
        that multiplies q and k multiplies it by its ``attention_scaling`` twice.
    inv_freq : sequence of float
        [pairs], each above 0 and at most 1 radian per position.
    starts : sequence of int
        [n], first offset of each block.
    block : int or sequence of int
        Offsets in each block, at least 1.

    Returns
    -------
    np.ndarray
        float64 [pairs, n]. Their sum over pairs is the score.

    References
    ----------
    Su et al. 2021, arXiv:2104.09864, section 3.4.3, writes the score as this sum.
    """
    half, blocks = _floats(inv_freq)[:, None] / 2, np.asarray(block)
    middle = np.exp(1j * half * (2 * np.asarray(starts) + blocks - 1))
    turned = (np.asarray(content)[:, None] * middle).real
    return turned * np.sin(blocks * half) / (blocks * np.sin(half))


def lift_by_pair(
    content: Sequence[complex], inv_freq: Sequence[float], trained_length: int, length: int
) -> np.ndarray:
    """Say how much higher each pair's mean score is past the trained window than inside it.

    Parameters
    ----------
    content, inv_freq
        As for :func:`pair_scores`.
    trained_length : int
        Offsets below it are inside.
    length : int
        Offsets below it, and not inside, are past the window.

    Returns
    -------
    np.ndarray
        float64 [pairs]. Their sum is the lift of the head.
    """
    blocks = (trained_length, length - trained_length)
    inside, past = pair_scores(content, inv_freq, (0, trained_length), blocks).T
    return past - inside


def neighbour_step(content: Sequence[complex], inv_freq: Sequence[float], near: int = 16) -> float:
    """Say by how much the mean scores of neighbours differ, among the ``near`` nearest offsets.

    Parameters
    ----------
    content, inv_freq
        As for :func:`pair_scores`.
    near : int
        Steps between offsets 0 and ``near`` that are averaged.

    Returns
    -------
    float
    """
    scores = pair_scores(content, inv_freq, range(near + 1)).sum(0)
    return float(np.abs(np.diff(scores)).mean())


def _floats(values: Sequence[float]) -> np.ndarray:
    return np.asarray(values, dtype=float)
