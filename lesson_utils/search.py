"""Search for frequencies instead of deriving them: a small evolution, in the manner of LongRoPE.

A candidate slows every pair down by its own amount, never less than the pair before it, and has a
multiplier on cos and sin. Candidates that read well have children: copies with some numbers moved,
or a mixture of two. What is kept from one generation to the next is the best, and nothing else.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from lesson_utils.rope import RotaryFrequencies, as_frequencies, rope


@dataclass(frozen=True)
class Candidate:
    """A recipe under search: slow-downs [head_dim / 2], a multiplier, and how well it read."""

    slow_down: np.ndarray
    attention_scaling: float
    perplexity: float = float("inf")

    def frequencies(self, base: float = 10_000.0) -> RotaryFrequencies:
        """Turn the slow-downs into ``(inv_freq, attention_scaling)``."""
        plain = rope(2 * len(self.slow_down), base=base).inv_freq
        inv_freq = plain / torch.tensor(self.slow_down, dtype=torch.float32)
        return RotaryFrequencies(inv_freq, self.attention_scaling)


def candidate(frequencies: RotaryFrequencies, base: float = 10_000.0) -> Candidate:
    """Write ``(inv_freq, attention_scaling)`` as slow-downs relative to plain RoPE."""
    inv_freq, attention_scaling = as_frequencies(frequencies)
    plain = rope(2 * len(inv_freq), base=base).inv_freq
    return Candidate((plain / inv_freq).double().numpy(), attention_scaling)


def evolve(
    read: Callable[[RotaryFrequencies], float],
    start: Sequence[RotaryFrequencies],
    *,
    slowest: float,
    generations: int,
    children: int = 32,
    parents: int = 8,
    base: float = 10_000.0,
    seed: int = 0,
) -> Iterator[Candidate]:
    """Yield the best candidate of the start, and then of each generation.

    Parameters
    ----------
    read : callable
        ``frequencies -> perplexity``, the judge: lower is better.
    start : sequence of RotaryFrequencies
        The first parents, at least one.
    slowest : float
        The most that a pair may be slowed down by, at least 1; usually the factor.
    generations, children : int
        How often, and how many candidates are read each time.
    parents : int
        How many of the best, old or new, have children next.
    base : float
        The base that slow-downs are relative to.
    seed : int
        For the same seed and judge, the search goes the same way.

    Yields
    ------
    Candidate
        Its perplexity never rises from one to the next.

    References
    ----------
    The idea, and the rule that slow-downs never fall from a pair to the next: Ding et al. 2024,
    arXiv:2402.13753. The way of making children here is our own, and so is moving the multiplier.
    """
    random = np.random.default_rng(seed)

    def judged(one: Candidate) -> Candidate:
        return replace(one, perplexity=read(one.frequencies(base)))

    best = sorted((judged(candidate(f, base)) for f in start), key=lambda one: one.perplexity)
    yield best[0]
    for _ in range(generations):
        born = [judged(child(random, best, slowest)) for _ in range(children)]
        best = sorted(best + born, key=lambda one: one.perplexity)[:parents]
        yield best[0]


def child(random: np.random.Generator, parents: Sequence[Candidate], slowest: float) -> Candidate:
    """Mix two parents or copy one, then move some numbers and put the slow-downs in order."""
    mother, father = (parents[random.integers(len(parents))] for _ in range(2))
    pairs = len(mother.slow_down)
    share = random.random(pairs) if random.random() < 0.5 else np.ones(pairs)
    logs = share * np.log(mother.slow_down) + (1 - share) * np.log(father.slow_down)
    first, last = np.sort(random.integers(pairs + 1, size=2))
    logs[first:last] += random.normal(0, 0.3)  # a band of pairs together
    logs += random.normal(0, 0.1, pairs) * (random.random(pairs) < 0.2)  # and a few alone
    slow_down = np.maximum.accumulate(np.exp(logs).clip(1, slowest))
    scaling = mother.attention_scaling + random.normal(0, 0.02)
    return Candidate(slow_down, max(scaling, 0.5))
