"""What the bench has the model do, in steps that can be given up."""

from collections.abc import Iterator

from lesson_utils.attention import Looks, looks_by_distance
from lesson_utils.corpus import Document
from lesson_utils.model import TinyLlama
from lesson_utils.perplexity import score_windows
from lesson_utils.rope import RotaryFrequencies


def perplexities(
    model: TinyLlama,
    document: Document,
    lengths,
    frequencies: RotaryFrequencies,
    check,
    *,
    longest: int,
) -> Iterator[tuple[int, float]]:
    """Read a document at one length after another.

    Parameters
    ----------
    model : TinyLlama
    document : Document
        At least as long as the longest length.
    lengths : iterable of int
        Bytes at once.
    frequencies : RotaryFrequencies
    check : callable
        Called after each batch of windows; what it raises ends the reading.
    longest : int
        At every length the bytes are scored that a window of so many can score.

    Yields
    ------
    (int, float)
        A length and the perplexity at it, as soon as it is known.
    """
    for length in lengths:
        score = score_windows(
            model,
            [document],
            length,
            frequencies,
            longest=longest,
            progress=lambda _: check(),
        )
        yield length, score.perplexity


def attention(
    model: TinyLlama, document: Document, positions, frequencies: RotaryFrequencies, check
) -> Looks:
    """Read a document up to the last position; note where each head looks from each of them."""
    tokens = document.excerpt(0, max(positions) + 1).tokens().to(model.device)
    return looks_by_distance(model, tokens, positions, frequencies, before_layer=check)
