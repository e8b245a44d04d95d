"""Perplexity done right: every byte scored once, every scored byte with context, bytes as weights.

The loss of a byte is −ln of the probability that the model gave it, in nats. Perplexity is e to the
mean loss. The mean is taken over bytes, once, at the end: a mean of means, or of perplexities,
would let a short window count as much as a long one.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from lesson_utils.corpus import Document, DocumentError
from lesson_utils.model import TinyLlama, rotary_attention
from lesson_utils.rope import RotaryFrequencies

BYTES_AT_ONCE = 4096
"""Short windows are read side by side, up to so many bytes; it bounds the memory in use."""


@dataclass(frozen=True)
class Score:
    """A sum of losses and the number of bytes it is over. Scores add up; perplexities do not."""

    nats: float = 0.0
    scored_bytes: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.nats + other.nats, self.scored_bytes + other.scored_bytes)

    @property
    def perplexity(self) -> float:
        """Per byte: among how many equally likely bytes the model might as well be guessing."""
        return math.exp(self.nats / self.scored_bytes)

    @property
    def bits_per_byte(self) -> float:
        """The same, as the bits a compressor built on this model would spend on each byte."""
        return self.nats / self.scored_bytes / math.log(2)


@torch.inference_mode()
def byte_losses(
    model: TinyLlama,
    tokens: torch.Tensor,
    frequencies: RotaryFrequencies | None = None,
    *,
    attend=rotary_attention,
) -> torch.Tensor:
    """Read windows and return the loss of every byte but the first of each.

    Parameters
    ----------
    model : TinyLlama
        In evaluation mode.
    tokens : torch.Tensor
        int64 [windows, n], bytes 0 to 255.
    frequencies : RotaryFrequencies, optional
        Left out: plain RoPE with the model's base.
    attend : callable, optional
        As for :meth:`TinyLlama.forward`.

    Returns
    -------
    torch.Tensor
        float32 [windows, n - 1], nats; entry t is the loss of byte t + 1. Logits are made and
        dropped a slice at a time, so that those of a long window never stand in memory together.
    """
    hidden = model.hidden(tokens, frequencies, attend=attend)[:, :-1]
    losses = [
        F.cross_entropy(model.logits(part).transpose(1, 2), answers, reduction="none")
        for part, answers in zip(hidden.split(1024, 1), tokens[:, 1:].split(1024, 1), strict=True)
    ]
    return torch.cat(losses, dim=1)


def score_windows(
    model: TinyLlama,
    documents: Sequence[Document],
    length: int,
    frequencies: RotaryFrequencies | None = None,
    *,
    attend=rotary_attention,
    progress=None,
) -> Score:
    """Cut documents into windows and score the second half of each.

    So every scored byte has at least ``length // 2`` bytes of context, and none is scored twice.
    A remainder shorter than a window is left out.

    Parameters
    ----------
    model : TinyLlama
    documents : sequence of Document
        Each at least ``length`` bytes long.
    length : int
        Bytes in a window, at least 2.
    frequencies : RotaryFrequencies, optional
        Left out: plain RoPE with the model's base.
    attend : callable, optional
        As for :meth:`TinyLlama.forward`.
    progress : callable, optional
        Called with the number of bytes read, after each batch of windows.

    Returns
    -------
    Score

    Raises
    ------
    DocumentError
        If there is no document, or one is shorter than a window.
    ValueError
        If ``length`` is below 2.
    """
    first_scored = length // 2
    total = Score()
    for windows in _window_batches(documents, length, model.device):
        losses = byte_losses(model, windows, frequencies, attend=attend)
        scored = losses[:, first_scored - 1 :]
        total += Score(scored.cpu().double().sum().item(), scored.numel())
        if progress:
            progress(windows.numel())
    return total


def perplexity(
    model: TinyLlama,
    documents: Sequence[Document],
    length: int,
    frequencies: RotaryFrequencies | None = None,
    *,
    attend=rotary_attention,
) -> float:
    """Return the perplexity per byte of :func:`score_windows`, whose parameters these are."""
    return score_windows(model, documents, length, frequencies, attend=attend).perplexity


def score_sliding(
    model: TinyLlama,
    document: Document,
    length: int,
    stride: int,
    frequencies: RotaryFrequencies | None = None,
    *,
    attend=rotary_attention,
) -> Score:
    """Slide a window over a document by ``stride`` and score the bytes that are new in each.

    Every byte but the first is scored once. After the first window, each has at least
    ``length - stride`` bytes of context.

    Parameters
    ----------
    model : TinyLlama
    document : Document
        At least 2 bytes long.
    length : int
        Bytes in a window, at least 2.
    stride : int
        Bytes that the window moves by, from 1 to ``length - 1``. Smaller is slower, and fairer.
    frequencies, attend
        As for :func:`score_windows`.

    Returns
    -------
    Score

    Raises
    ------
    DocumentError
        If the document has fewer than 2 bytes.
    ValueError
        If ``length`` is below 2 or ``stride`` out of range.
    """
    _require_length(length)
    if not 1 <= stride < length:
        raise ValueError(f"stride is {stride}; give 1 to {length - 1}, below the window's length")
    if len(document) < 2:
        raise DocumentError(f"{document.name} has {len(document)} bytes; give it at least 2")
    total, end = Score(), 0
    for start in range(0, len(document), stride):
        scored_up_to, end = end, min(start + length, len(document))
        window = _tokens(document.data[start:end], model.device)
        losses = byte_losses(model, window[None], frequencies, attend=attend)[0]
        new = losses[max(scored_up_to - start, 1) - 1 :]
        total += Score(new.cpu().double().sum().item(), new.numel())
        if end == len(document):
            break
    return total


def loss_by_position(
    model: TinyLlama,
    documents: Sequence[Document],
    length: int,
    frequencies: RotaryFrequencies | None = None,
    *,
    attend=rotary_attention,
) -> np.ndarray:
    """Average the loss at each position of a window: one forward pass shows where reading breaks.

    Parameters and errors are those of :func:`score_windows`.

    Returns
    -------
    np.ndarray
        float64 [length], nats; entry 0 is NaN, since the first byte of a window has no context.
    """
    _require_length(length)
    total, windows_read = torch.zeros(length - 1, dtype=torch.float64), 0
    for windows in _window_batches(documents, length, model.device):
        losses = byte_losses(model, windows, frequencies, attend=attend)
        total += losses.cpu().double().sum(0)
        windows_read += len(windows)
    return np.concatenate(([np.nan], (total / windows_read).numpy()))


def require_windows(documents: Sequence[Document], length: int) -> None:
    """See that there are documents, and that each fills a window.

    Raises
    ------
    DocumentError
        If there is no document, or one is shorter than a window.
    ValueError
        If ``length`` is below 2.
    """
    _require_length(length)
    if not documents:
        raise DocumentError("there is no document to read; give at least one")
    for document in documents:
        if len(document) < length:
            raise DocumentError(
                f"{document.name} has {len(document):,} bytes, too few for a window of "
                f"{length:,}; give a longer document or a shorter length"
            )


def _window_batches(
    documents: Sequence[Document], length: int, device: torch.device
) -> Iterator[torch.Tensor]:
    """Yield the windows of one document after another, int64 [up to so many, length]."""
    require_windows(documents, length)
    at_once = max(1, BYTES_AT_ONCE // length) * length
    for document in documents:
        whole = len(document) // length * length
        for start in range(0, whole, at_once):
            part = document.data[start : min(start + at_once, whole)]
            yield _tokens(part, device).view(-1, length)


def _tokens(data: np.ndarray, device: torch.device) -> torch.Tensor:
    return torch.from_numpy(data.astype(np.int64)).to(device)


def _require_length(length: int) -> None:
    if length < 2:
        raise ValueError(
            f"length is {length}; a window needs at least 2 bytes, one to read and one to score"
        )
