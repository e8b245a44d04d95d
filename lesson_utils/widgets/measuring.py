"""What the bench has the model do, in steps that can be given up."""

from collections.abc import Callable, Iterator, Sequence

from lesson_utils.attention import Looks, looks_by_distance
from lesson_utils.corpus import Document
from lesson_utils.model import TinyLlama, rotary_attention
from lesson_utils.perplexity import Score, score_windows
from lesson_utils.rope import RotaryFrequencies


def perplexities(
    model: TinyLlama,
    document: Document,
    lengths: Sequence[int],
    frequencies: RotaryFrequencies,
    check: Callable[[], None],
    *,
    longest: int,
) -> Iterator[tuple[int, float, float]]:
    """Read the start of a document at one length after another.

    Parameters
    ----------
    model : TinyLlama
    document : Document
        At least ``longest`` bytes.
    lengths : sequence of int
        Bytes at once.
    frequencies : RotaryFrequencies
    check : callable
        Called before each layer reads; what it raises ends the reading.
    longest : int
        At every length the bytes are scored that a window of so many can score.

    Yields
    ------
    (int, float, float)
        A length, the perplexity at it, and the share of the bytes that it is over. The first length
        comes twice, at first over a few bytes, so that a learner soon sees where a recipe leads.
    """

    def attend(*tensors):
        check()
        return rotary_attention(*tensors)

    for length in lengths:
        score = Score()
        for start, end in parts(length, longest, in_two=length == lengths[0]):
            part = document.excerpt(start, end)
            score += score_windows(
                model, [part], length, frequencies, longest=end - start, attend=attend
            )
            yield length, score.perplexity, score.scored_bytes / (longest // 2)


def parts(length: int, longest: int, *, in_two: bool) -> list[tuple[int, int]]:
    """Cut the longest window so that the second halves of both parts make up its second half."""
    middle = longest // 2
    if in_two and length < middle:
        return [(middle - length, middle + length), (2 * length, longest)]
    return [(0, longest)]


def attention(
    model: TinyLlama, document: Document, positions, frequencies: RotaryFrequencies, check
) -> Looks:
    """Read a document up to the last position; note where each head looks from each of them."""
    tokens = document.excerpt(0, max(positions) + 1).tokens().to(model.device)
    return looks_by_distance(model, tokens, positions, frequencies, before_layer=check)
