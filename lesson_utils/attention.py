"""Where each head of the model looks, counted by distance, and what its score is made of.

The model is not changed: an ``attend`` that mixes values as always notes the weights in passing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from lesson_utils import recorded
from lesson_utils.model import TinyLlama, attend_last, causal_attention, rotary_attention
from lesson_utils.rope import RotaryFrequencies, rotate_half_split


@dataclass(frozen=True)
class Looks:
    """What every head does at some positions; all arrays [layers, heads, positions, …]."""

    shares: np.ndarray
    """float32 […, bins]: attention that goes to each bin of distances; the bins sum to 1."""
    keys: np.ndarray
    """float32: e to the entropy of the weights, the number of keys that share the attention."""


def doubling_distances(length: int) -> list[int]:
    """List where bins of distance begin: 0, 1, 2, 4, 8, … below ``length``."""
    return [0, *(2**n for n in range((length - 1).bit_length()))]


@torch.inference_mode()
def looks_by_distance(
    model: TinyLlama,
    tokens: torch.Tensor,
    positions: Sequence[int],
    frequencies: RotaryFrequencies | None = None,
    *,
    before_layer=None,
) -> Looks:
    """Read a text once and note how far back each head looks from some of its positions.

    Weights are kept for one layer at a time, and for these positions only, so that a long text
    needs little memory.

    Parameters
    ----------
    model : TinyLlama
    tokens : torch.Tensor
        int64 [n], the text.
    positions : sequence of int
        Where the queries stand, each from 0 to n - 1.
    frequencies : RotaryFrequencies, optional
        Left out: plain RoPE with the model's base.
    before_layer : callable, optional
        Called with no argument before each layer attends; what it raises ends the reading.

    Returns
    -------
    Looks
        Bins begin at the distances that :func:`doubling_distances` lists.

    Raises
    ------
    ValueError
        If a position lies outside the text.
    """
    n = len(tokens)
    if not all(0 <= position < n for position in positions):
        raise ValueError(f"positions are {list(positions)}; give some from 0 to {n - 1}")
    places = torch.tensor(list(positions), device=tokens.device)
    distances = places[:, None] - torch.arange(n, device=tokens.device)
    starts = torch.tensor(doubling_distances(n), device=tokens.device)
    bins = torch.bucketize(distances.clamp(min=0), starts, right=True) - 1
    shares, keys = [], []

    def attend(q, k, v, cos, sin):
        if before_layer:
            before_layer()
        q, k = rotate_half_split(q, cos, sin), rotate_half_split(k, cos, sin)
        scores = (q[0, :, places] @ k[0].mT / math.sqrt(q.shape[-1])).float()
        weights = scores.masked_fill(distances < 0, -math.inf).softmax(-1)
        layer = weights.new_zeros(*weights.shape[:2], len(starts))
        shares.append(layer.scatter_add_(-1, bins.expand_as(weights), weights).cpu())
        keys.append(torch.special.entr(weights).sum(-1).exp().cpu())
        return causal_attention(q, k, v)

    model.hidden(tokens[None], frequencies, attend=attend)
    return Looks(torch.stack(shares).numpy(), torch.stack(keys).numpy())


@torch.inference_mode()
def weights_of_head(
    model: TinyLlama,
    tokens: torch.Tensor,
    layer: int,
    head: int,
    frequencies: RotaryFrequencies | None = None,
    last: int | None = None,
) -> np.ndarray:
    """Read a text once and return how much attention its last byte gives to each byte.

    Parameters
    ----------
    model : TinyLlama
    tokens : torch.Tensor
        int64 [n], the text.
    layer, head : int
        Which head, counted from 0.
    frequencies : RotaryFrequencies, optional
        Left out: plain RoPE with the model's base.
    last : int, optional
        Each byte, in every layer, sees only so many keys. Left out: all before it.

    Returns
    -------
    np.ndarray
        float64 [n], which sums to 1.
    """
    seen, mix = [], attend_last(last) if last else rotary_attention
    back = torch.arange(len(tokens) - 1, -1, -1, device=tokens.device)

    def attend(q, k, v, cos, sin):
        turned, keys = rotate_half_split(q, cos, sin), rotate_half_split(k, cos, sin)
        scores = (turned[0, head, -1] @ keys[0, head].mT / math.sqrt(q.shape[-1])).double()
        if last:
            scores = scores.masked_fill(back >= last, -math.inf)
        seen.append(scores.softmax(-1).cpu())
        return mix(q, k, v, cos, sin)

    model.hidden(tokens[None], frequencies, attend=attend)
    return seen[layer].numpy()


def mean_contents() -> np.ndarray:
    """Return what the mean query and the mean key of each head of the tiny model have in each pair.

    Measured inside the window, over eight documents, by ``tools/measure_pairs.py``.

    Returns
    -------
    np.ndarray
        complex128 [layers · heads, pairs], for :func:`lesson_utils.angles.pair_scores`.
    """
    parts = recorded.read("pairs")["content"]
    return np.array([np.array(one["real"]) + 1j * np.array(one["imag"]) for one in parts])
