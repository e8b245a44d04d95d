"""Rotary position embeddings: frequencies, tables, and the rotation in both pair layouts.

A head of ``head_dim`` numbers is read as ``head_dim / 2`` pairs. Pair i turns by ``inv_freq[i]``
radians per position, so pair 0 is the fastest. Everything else in this course changes ``inv_freq``.
"""

import math
from numbers import Integral
from typing import NamedTuple

import torch


class RotaryFrequencies(NamedTuple):
    """How fast each pair turns, and how much longer q and k become.

    This is the pair that ``transformers``' ``ROPE_INIT_FUNCTIONS`` return, so theirs, ours and a
    learner's own ``(inv_freq, attention_scaling)`` tuple are interchangeable.
    """

    inv_freq: torch.Tensor
    """float32 [head_dim / 2], radians per position, from the fastest pair to the slowest."""
    attention_scaling: float = 1.0
    """Multiplier on cos and sin. It reaches q and k alike, so scores carry its square."""


def rope(head_dim: int, *, base: float = 10_000.0) -> RotaryFrequencies:
    """Give each pair its own speed, from one radian per position down to nearly ``1 / base``.

    Pair i turns by ``base ** (-2 * i / head_dim)`` radians per position.

    Parameters
    ----------
    head_dim : int
        Rotary dimensions of one head; even, at least 4.
    base : float
        RoPE base (``rope_theta`` in a config), above 1.

    Returns
    -------
    RotaryFrequencies
        ``inv_freq`` float32 [head_dim / 2], radians per position; ``attention_scaling`` 1.0.

    Raises
    ------
    ValueError
        If ``head_dim`` is odd or below 4, or ``base`` is not a finite number above 1.

    References
    ----------
    Su et al. 2021, arXiv:2104.09864, section 3.2.2.
    """
    return RotaryFrequencies(inverse_frequencies(head_dim, base).float(), 1.0)


def inverse_frequencies(head_dim: int, base: float) -> torch.Tensor:
    """Compute plain RoPE's frequencies without rounding them to float32.

    Parameters
    ----------
    head_dim : int
        Rotary dimensions of one head; even, at least 4.
    base : float
        RoPE base, above 1.

    Returns
    -------
    torch.Tensor
        float64 [head_dim / 2], radians per position.

    Raises
    ------
    ValueError
        As :func:`rope`.
    """
    require_head_dim(head_dim)
    require_number("base", base, above=1)
    pair = torch.arange(head_dim // 2, dtype=torch.float64)
    return float(base) ** (-2 * pair / head_dim)


def cos_sin(frequencies: RotaryFrequencies, positions: torch.Tensor):
    """Tabulate cos and sin of every angle, times ``attention_scaling``.

    Angles are computed in float32, or in float64 when ``inv_freq`` or ``positions`` is: a bfloat16
    cannot hold the number 257, so a table made in a model's half precision turns the wrong way.

    Parameters
    ----------
    frequencies : RotaryFrequencies
        Or any ``(inv_freq, attention_scaling)``; ``inv_freq`` is [head_dim / 2].
    positions : torch.Tensor
        [n], or [n, head_dim / 2] to give each pair a position of its own.

    Returns
    -------
    cos, sin : torch.Tensor
        [n, head_dim / 2] each, float32 or float64, on the device of ``positions``.

    Raises
    ------
    ValueError
        If the shapes do not fit, or ``inv_freq`` holds something that is not a finite number.
    """
    inv_freq, attention_scaling = as_frequencies(frequencies)
    positions = torch.as_tensor(positions)
    inv_freq = inv_freq.to(positions.device)
    if positions.ndim == 1:
        positions = positions[:, None]
    if positions.ndim != 2 or positions.shape[1] not in (1, len(inv_freq)):
        raise ValueError(
            f"positions have shape {list(positions.shape)}; give [n] or [n, {len(inv_freq)}]"
        )
    wide = torch.promote_types(inv_freq.dtype, torch.float32)
    if positions.dtype == torch.float64:
        wide = torch.float64
    angles = positions.to(wide) * inv_freq.to(wide)
    return angles.cos() * attention_scaling, angles.sin() * attention_scaling


def as_frequencies(frequencies) -> RotaryFrequencies:
    """Take any ``(inv_freq, attention_scaling)``, of tensors, arrays or lists, and check it.

    Raises
    ------
    ValueError
        If it is not such a pair, ``inv_freq`` is not one finite number for each pair of dimensions,
        or ``attention_scaling`` is not a finite number above 0.
    """
    if not isinstance(frequencies, tuple | list) or len(frequencies) != 2:
        raise ValueError(
            f"frequencies are a {type(frequencies).__name__}; give two things, "
            "(inv_freq, attention_scaling), such as (inv_freq, 1.0)"
        )
    inv_freq = torch.as_tensor(frequencies[0])
    if inv_freq.ndim != 1:
        raise ValueError(
            f"inv_freq has shape {list(inv_freq.shape)}; give one frequency for each pair, "
            "shape [head_dim / 2]"
        )
    if not torch.isfinite(inv_freq).all():
        raise ValueError(
            "inv_freq holds NaN or infinity; look for a division by zero or a log of 0"
        )
    require_number("attention_scaling", frequencies[1], above=0)
    return RotaryFrequencies(inv_freq, float(frequencies[1]))


def rotate_half_split(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Turn every pair ``(x[i], x[i + head_dim / 2])``: the layout of Hugging Face's Llama.

    Parameters
    ----------
    x : torch.Tensor
        [..., n, head_dim], any float dtype.
    cos, sin : torch.Tensor
        [n, head_dim / 2], from :func:`cos_sin`.

    Returns
    -------
    torch.Tensor
        [..., n, head_dim] in the dtype of ``x``.

    Raises
    ------
    ValueError
        If the tables do not have one column for each pair of ``x``.
    """
    _require_fitting_tables(x, cos, sin)
    first, second = x.chunk(2, dim=-1)
    turned = torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)
    return turned.to(x.dtype)


def rotate_interleaved(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Turn every pair ``(x[2i], x[2i + 1])``: the layout of the RoPE paper and of Meta's Llama.

    Same shapes, dtypes and errors as :func:`rotate_half_split`.
    """
    _require_fitting_tables(x, cos, sin)
    even, odd = x[..., 0::2], x[..., 1::2]
    turned = torch.stack((even * cos - odd * sin, odd * cos + even * sin), dim=-1)
    return turned.flatten(-2).to(x.dtype)


def interleaved_to_half_split(head_dim: int) -> torch.Tensor:
    """List the channels that carry an interleaved head over to the half-split layout.

    ``x[..., interleaved_to_half_split(d)]`` puts pair i of an interleaved ``x`` where
    :func:`rotate_half_split` looks for it. Apply it to q and to k (or to the rows of their
    projections) and every score stays the same.

    Parameters
    ----------
    head_dim : int
        Rotary dimensions of one head; even, at least 4.

    Returns
    -------
    torch.Tensor
        int64 [head_dim]: 0, 2, 4, …, 1, 3, 5, …

    Raises
    ------
    ValueError
        If ``head_dim`` is odd or below 4.
    """
    require_head_dim(head_dim)
    return torch.arange(head_dim).view(-1, 2).T.flatten()


def half_split_to_interleaved(head_dim: int) -> torch.Tensor:
    """List the channels of the way back: the inverse of :func:`interleaved_to_half_split`."""
    return interleaved_to_half_split(head_dim).argsort()


def wavelength(inv_freq: torch.Tensor) -> torch.Tensor:
    """Count the positions that each pair needs for one full turn: 2π / ``inv_freq``."""
    return 2 * math.pi / torch.as_tensor(inv_freq)


def turns(inv_freq: torch.Tensor, length: float) -> torch.Tensor:
    """Count the turns that each pair makes over ``length`` positions: ``length`` / wavelength."""
    return length / wavelength(inv_freq)


def require_head_dim(head_dim: int) -> None:
    """Raise a ValueError that names ``head_dim`` and the fix unless it is even and at least 4."""
    if isinstance(head_dim, bool) or not isinstance(head_dim, Integral):
        raise ValueError(f"head_dim is {head_dim!r}; give a whole number such as 64")
    if head_dim < 4:
        raise ValueError(f"head_dim is {head_dim}; give at least 4, so that there are two pairs")
    if head_dim % 2:
        raise ValueError(
            f"head_dim is {head_dim}, which is odd; dimensions turn in pairs, "
            f"so use {head_dim - 1} or {head_dim + 1}"
        )


def require_number(
    name: str, value: float, *, at_least: float | None = None, above: float | None = None
) -> None:
    """Raise a ValueError that names ``value`` and its bound unless it is finite and within it."""
    bound = f"at least {at_least:g}" if above is None else f"above {above:g}"
    try:
        finite = math.isfinite(value) and type(value).__name__ not in ("bool", "bool_")
    except (TypeError, OverflowError):
        finite = False
    if not finite:
        raise ValueError(f"{name} is {value!r}; give a finite number {bound}")
    if (above is None and value < at_least) or (above is not None and value <= above):
        raise ValueError(f"{name} is {value!r}; give a number {bound}")


def _require_fitting_tables(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> None:
    pairs = cos.shape[-1]
    if cos.shape != sin.shape or x.shape[-1] != 2 * pairs or x.shape[-2] != cos.shape[-2]:
        raise ValueError(
            f"x is {list(x.shape)} but cos is {list(cos.shape)} and sin is {list(sin.shape)}; "
            "for x [..., n, head_dim], both tables must be [n, head_dim / 2]"
        )
