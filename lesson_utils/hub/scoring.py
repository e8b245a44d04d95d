"""Read a document with a model of others', through ``transformers``, and score it as ours.

A window is counted in tokens. The second half of the longest window is scored, the same tokens at
every length, as in :mod:`lesson_utils.perplexity`.
Tokens differ from model to model, so the bytes of the scored text are counted too: bits per byte
compare models, perplexity per token does not.
"""

import codecs
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from lesson_utils.corpus import Document, DocumentError
from lesson_utils.hub.loading import LOGITS_AT_ONCE, ModelError, out_of_memory
from lesson_utils.perplexity import places

TEXT_AT_ONCE = 200_000
"""Bytes of text that go through the tokenizer together."""


@dataclass(frozen=True)
class TokenScore:
    """Sums over the scored tokens: losses in nats, tokens, and the bytes of their text."""

    nats: float = 0.0
    scored_tokens: int = 0
    scored_bytes: int = 0

    def __add__(self, other: "TokenScore") -> "TokenScore":
        return TokenScore(
            self.nats + other.nats,
            self.scored_tokens + other.scored_tokens,
            self.scored_bytes + other.scored_bytes,
        )

    @property
    def perplexity(self) -> float:
        """Per token, so comparable only between models that share a tokenizer."""
        return math.exp(self.nats / self.scored_tokens)

    @property
    def bits_per_byte(self) -> float:
        """Comparable between all models that read the same text."""
        return self.nats / self.scored_bytes / math.log(2)


def pieces_of(document: Document) -> Iterator[str]:
    """Yield a document's text in pieces, each but the last ending with a line if it can.

    Raises
    ------
    DocumentError
        If it is not UTF-8.
    """
    decoder, rest = codecs.getincrementaldecoder("utf-8")(), ""
    for start in range(0, len(document), TEXT_AT_ONCE):
        try:
            text = rest + decoder.decode(document.data[start : start + TEXT_AT_ONCE].tobytes())
        except UnicodeDecodeError as error:
            raise DocumentError(
                f"{document.name} is not UTF-8 text ({error.reason} near byte {start:,}); "
                "tokenizers read text only"
            ) from None
        cut = text.rfind("\n") + 1 or len(text)
        yield text[:cut]
        rest = text[cut:]
    if rest:
        yield rest


def tokens_of(tokenizer, document: Document) -> Iterator[tuple[int, int]]:
    """Yield (token, bytes of its text), holding one piece of the document at a time.

    Where a character is split over several tokens, its bytes are shared out among them. A special
    token written out in the text, such as ``<s>``, is text.
    """
    for piece in pieces_of(document):
        found = tokenizer(
            piece, add_special_tokens=False, split_special_tokens=True, return_offsets_mapping=True
        )
        ends = byte_ends(piece, found.offset_mapping)
        yield from zip(found.input_ids, (b - a for a, b in zip([0, *ends], ends)))


def byte_ends(text: str, offsets: list[tuple[int, int]]) -> list[int]:
    """Turn tokens' spans in characters into the byte at which each token ends.

    Parameters
    ----------
    text : str
    offsets : list of (int, int)
        Of each token, its first character and the one after its last. Tokens that share a
        character have overlapping spans.

    Returns
    -------
    list of int
        Never falling; the last is the length of the text in bytes.
    """
    at, total = [0], 0  # the byte at which each character begins
    for character in text:
        total += len(character.encode("utf-8", "surrogatepass"))
        at.append(total)
    ends, previous = [], 0
    for i, (_, end) in enumerate(offsets):
        share = 1  # the tokens from here on that this token's last character is spread over
        while i + share < len(offsets) and offsets[i + share][0] < min(end, offsets[i + share][1]):
            share += 1
        start = max(at[max(end - 1, 0)], previous)
        previous = max(previous, start + round((at[end] - start) / share))
        ends.append(previous)
    if ends:
        ends[-1] = total
    return ends


def opening_of(tokenizer, length: int) -> list[int]:
    """List the special tokens that a tokenizer puts in front of every text: none, one, or more.

    Raises
    ------
    ModelError
        If they fill more of a window of ``length`` tokens than the half that is not scored.
    """
    found = tokenizer("a", return_special_tokens_mask=True)
    marked = zip(found.input_ids, found.special_tokens_mask)
    opening = [token for token, _ in itertools.takewhile(lambda pair: pair[1], marked)]
    if length // 2 < len(opening):
        raise ModelError(
            f"a window of {length} tokens has no room for the {len(opening)} that this model "
            f"begins every text with; give --lengths of at least {2 * len(opening)}"
        )
    return opening


def windows_of(
    tokenizer, documents: Iterable[Document], length: int, longest: int
) -> Iterator[tuple[list, int]]:
    """Yield windows of ``length`` (token, bytes), and how many tokens at the end are scored.

    A remainder of a document, too short for the longest window, is left out. A model that begins
    every text with special tokens gets them at the start of every window, in place of tokens of the
    text.
    """
    opening = [(token, 0) for token in opening_of(tokenizer, length)]
    room = longest - len(opening)
    for document in documents:
        tokens = tokens_of(tokenizer, document)
        while len(text := list(itertools.islice(tokens, room))) == room:
            for end, fresh in places(length, longest):
                end -= len(opening)
                yield opening + text[end - (length - len(opening)) : end], fresh


def count_windows(
    tokenizer, documents: Iterable[Document], lengths: Iterable[int]
) -> dict[int, int]:
    """Count the windows that :func:`windows_of` will yield for each length, in one pass.

    Raises
    ------
    DocumentError
        If no document fills the longest window, or a document is not text.
    ModelError
        If a length has no room for what the model begins every text with.
    """
    lengths = list(lengths)
    longest = max(lengths)
    room = [longest - len(opening_of(tokenizer, length)) for length in lengths][0]
    tokens = (sum(1 for _ in tokens_of(tokenizer, document)) for document in documents)
    whole = sum(n // room for n in tokens)
    if not whole:
        raise no_window(longest)
    return {length: whole * sum(1 for _ in places(length, longest)) for length in lengths}


@torch.inference_mode()
def score_tokens(
    model: torch.nn.Module,
    tokenizer,
    documents: Sequence[Document],
    length: int,
    *,
    longest: int | None = None,
    progress: Callable | None = None,
) -> TokenScore:
    """Score the second half of each of the longest windows, read ``length`` tokens at a time.

    The same tokens are scored at every length, as :func:`lesson_utils.perplexity.score_windows`
    does it with bytes.

    Parameters
    ----------
    model, tokenizer
        From :func:`.loading.open_model` and :func:`.loading.open_tokenizer`.
    documents : sequence of Document
        UTF-8 text. One that does not fill the longest window is not read.
    length : int
        Tokens in a window, at least 2.
    longest : int, optional
        The longest window that this length is compared with. Left out: ``length``.
    progress : callable, optional
        Called with the number of tokens read, after each window.

    Returns
    -------
    TokenScore

    Raises
    ------
    DocumentError
        If no document fills the longest window, or one is not text.
    ModelError
        If memory does not suffice.
    """
    total, whole_logits = TokenScore(), not _head_gives_the_logits(model)
    longest = longest or length
    for window, fresh in windows_of(tokenizer, documents, length, longest):
        total += _score_window(model, window, fresh, whole_logits)
        if progress:
            progress(length)
    if not total.scored_tokens:
        raise no_window(longest)
    return total


def no_window(length: int) -> DocumentError:
    return DocumentError(
        f"no document fills a window of {length:,} tokens; give a longer --document or shorter "
        "--lengths"
    )


def _score_window(model, window, fresh, whole_logits) -> TokenScore:
    length = len(window)
    first = length - fresh
    tokens = torch.tensor([[token for token, _ in window]], device=model.device)
    try:
        if whole_logits:
            logits = model(tokens, use_cache=False).logits[0]
        else:
            hidden = model.base_model(tokens, use_cache=False).last_hidden_state[0]
        nats = 0.0
        for start in range(first, length, LOGITS_AT_ONCE):
            end = min(start + LOGITS_AT_ONCE, length)
            before = slice(start - 1, end - 1)
            part = logits[before] if whole_logits else model.lm_head(hidden[before])
            nats += F.cross_entropy(part.float(), tokens[0, start:end], reduction="sum").item()
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        raise ModelError(
            f"a window of {length:,} tokens does not fit into memory; give shorter --lengths, "
            "a smaller --dtype or another --device"
        ) from None
    return TokenScore(nats, length - first, sum(size for _, size in window[first:]))


def _head_gives_the_logits(model) -> bool:
    """Try whether ``lm_head`` over the last states is all there is to the logits.

    Some models scale or squash them afterwards. Theirs must be made all at once.
    """
    if not isinstance(getattr(model, "lm_head", None), torch.nn.Module):
        return False
    tokens = torch.arange(8, device=model.device)[None]
    hidden = model.base_model(tokens, use_cache=False).last_hidden_state
    logits = model(tokens, use_cache=False).logits
    return torch.allclose(model.lm_head(hidden).float(), logits.float(), rtol=1e-3, atol=1e-3)
