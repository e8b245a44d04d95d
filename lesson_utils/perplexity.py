"""Perplexity done right: every byte scored once, every scored byte with context, bytes as weights.

The loss of a byte is −ln of the probability that the model gave it, in nats. Perplexity is e to the
mean loss. The mean is taken over bytes, once, at the end: a mean of means, or of perplexities,
would let a short window count as much as a long one. Lengths are compared on the same bytes: those
that the longest window can score.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from lesson_utils.corpus import Document, DocumentError
from lesson_utils.model import TinyLlama, rotary_attention
from lesson_utils.rope import RotaryFrequencies

BYTES_AT_ONCE = 4096
"""Short windows are read side by side, up to so many bytes; it bounds the memory in use."""
BYTES_AT_ONCE_ON_A_GPU = 131_072
"""The same on a GPU, which takes 1.1 GiB for them."""


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
    longest: int | None = None,
    attend=rotary_attention,
    progress=None,
) -> Score:
    """Score the second half of each of the longest windows, read ``length`` bytes at a time.

    A document is cut into windows of ``longest`` bytes, and the second half of each is scored. A
    shorter window slides over that half by half its own length. So the same bytes are scored at
    every length, each once, and each with at least ``length // 2`` bytes of context. A remainder
    shorter than the longest window is left out. Two bytes are read for each byte scored, at any
    length.

    Parameters
    ----------
    model : TinyLlama
    documents : sequence of Document
        Each at least ``longest`` bytes long.
    length : int
        Bytes in a window, at least 2.
    frequencies : RotaryFrequencies, optional
        Left out: plain RoPE with the model's base.
    longest : int, optional
        The longest window that this length is compared with, at least ``length``. Left out:
        ``length``.
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
        If there is no document, or one is shorter than the longest window.
    ValueError
        If ``length`` is below 2 or above ``longest``.
    """
    total = Score()
    for windows, fresh in window_batches(documents, length, longest or length, model.device):
        scored = _fresh_losses(model, windows, fresh, frequencies, attend)
        total += Score(scored.cpu().double().sum().item(), scored.numel())
        if progress:
            progress(windows.numel())
    return total


def scored_losses(
    model: TinyLlama,
    document: Document,
    length: int,
    frequencies: RotaryFrequencies | None = None,
    *,
    longest: int | None = None,
    attend=rotary_attention,
) -> np.ndarray:
    """Return the loss of each byte that :func:`score_windows` scores, in the document's order.

    So two lengths, or two models, can be compared byte by byte. Parameters and errors are those of
    :func:`score_windows`, but for one document.

    Returns
    -------
    np.ndarray
        float32 [scored bytes], nats.
    """
    batches = window_batches([document], length, longest or length, model.device)
    parts = [_fresh_losses(model, *batch, frequencies, attend).cpu() for batch in batches]
    return torch.cat(parts).numpy()


def _fresh_losses(model, windows, fresh, frequencies, attend) -> torch.Tensor:
    """Return the losses of the last ``fresh`` bytes of each window, one after another."""
    losses = byte_losses(model, windows, frequencies, attend=attend)
    return losses[torch.arange(1, windows.shape[1]) >= windows.shape[1] - fresh[:, None]]


def bytes_to_read(documents: Sequence[Document], length: int, longest: int) -> int:
    """Count the bytes that :func:`score_windows` reads; check its input as it does."""
    require_windows(documents, length, longest)
    return sum(length for document in documents for _ in _places_in(document, length, longest))


def perplexity(
    model: TinyLlama,
    documents: Sequence[Document],
    lengths: int | Iterable[int],
    frequencies: RotaryFrequencies | Callable[[int], RotaryFrequencies] | None = None,
    *,
    attend=rotary_attention,
) -> float | dict[int, float]:
    """Return the perplexity per byte of :func:`score_windows`, at one length or at several.

    Parameters
    ----------
    model, documents, attend
        As for :func:`score_windows`.
    lengths : int or iterable of int
        Several lengths are compared on the same bytes: those that the longest window can score.
    frequencies : RotaryFrequencies or callable, optional
        A callable is given each length, and returns the frequencies to read it with.

    Returns
    -------
    float or dict of int to float
        A dict by length if several were asked for.

    Raises
    ------
    DocumentError, ValueError
        As :func:`score_windows`, and if no length is given.
    """
    if isinstance(lengths, int | np.integer):
        return perplexity(model, documents, [lengths], frequencies, attend=attend)[lengths]
    lengths = list(lengths)
    if not lengths:
        raise ValueError("lengths is empty; give at least one, such as [512, 4096]")
    found = {}
    for length in lengths:
        chosen = frequencies(length) if callable(frequencies) else frequencies
        found[length] = score_windows(
            model, documents, length, chosen, longest=max(lengths), attend=attend
        ).perplexity
    return found


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

    Windows of ``length`` bytes stand side by side. Parameters and errors are those of
    :func:`score_windows`.

    Returns
    -------
    np.ndarray
        float64 [length], nats; entry 0 is NaN, since the first byte of a window has no context.
    """
    _require_length(length)
    total, windows_read = torch.zeros(length - 1, dtype=torch.float64), 0
    for windows, _ in window_batches(documents, length, length, model.device):
        losses = byte_losses(model, windows, frequencies, attend=attend)
        total += losses.cpu().double().sum(0)
        windows_read += len(windows)
    return np.concatenate(([np.nan], (total / windows_read).numpy()))


def require_windows(documents: Sequence[Document], length: int, longest: int) -> None:
    """See that there are documents, and that each fills the longest window.

    Raises
    ------
    DocumentError
        If there is no document, or one is shorter than ``longest``.
    ValueError
        If ``length`` is below 2 or above ``longest``.
    """
    _require_length(length)
    if longest < length:
        raise ValueError(
            f"length is {length:,} and longest is {longest:,}; longest must be at least as long"
        )
    if not documents:
        raise DocumentError("there is no document to read; give at least one")
    for document in documents:
        if len(document) < longest:
            raise DocumentError(
                f"{document.name} has {len(document):,} bytes, too few for a window of "
                f"{longest:,}; give a longer document or a shorter length"
            )


def places(length: int, longest: int) -> Iterator[tuple[int, int]]:
    """Lay windows of ``length`` inside one of ``longest``, sliding over its second half.

    Yields
    ------
    (int, int)
        Where a window ends, and how many of its last bytes (or tokens) are scored: half a window,
        and in the last one what is left of the longest.
    """
    scored = longest // 2
    while scored < longest:
        end = min(scored + length - length // 2, longest)
        yield end, end - scored
        scored = end


def _places_in(document: Document, length: int, longest: int) -> Iterator[tuple[int, int]]:
    """Yield the same for a whole document, cut into the longest windows."""
    for start in range(0, len(document) - longest + 1, longest):
        for end, fresh in places(length, longest):
            yield start + end, fresh


def window_batches(
    documents: Sequence[Document], length: int, longest: int, device: torch.device
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield windows, int64 [up to so many, length], and how many bytes of each are scored."""
    require_windows(documents, length, longest)
    at_once = BYTES_AT_ONCE_ON_A_GPU if device.type == "cuda" else BYTES_AT_ONCE
    for document in documents:
        laid = _places_in(document, length, longest)
        while batch := list(itertools.islice(laid, max(1, at_once // length))):
            windows = np.stack([document.data[end - length : end] for end, _ in batch])
            yield _tokens(windows, device), torch.tensor([fresh for _, fresh in batch])


def _tokens(data: np.ndarray, device: torch.device) -> torch.Tensor:
    return torch.from_numpy(data.astype(np.int64)).to(device)


def _require_length(length: int) -> None:
    if length < 2:
        raise ValueError(
            f"length is {length}; a window needs at least 2 bytes, one to read and one to score"
        )
