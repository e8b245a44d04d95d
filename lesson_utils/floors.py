"""Readers without a model: the floor of cleverness that any model has to rise above.

Both score the bytes that :func:`lesson_utils.perplexity.score_windows` scores with windows of
``longest`` bytes, and both have read all that stands before them in their window.
"""

import lzma
import math
from collections.abc import Sequence

import numpy as np

from lesson_utils.corpus import Document
from lesson_utils.perplexity import Score, require_windows


def score_counts(documents: Sequence[Document], longest: int) -> Score:
    """Guess each byte by how often it has stood in the window so far, plus one for all 256.

    Parameters
    ----------
    documents : sequence of Document
        Each at least ``longest`` bytes long.
    longest : int
        Bytes in a window, at least 2. The second half is scored.

    Returns
    -------
    Score

    Raises
    ------
    DocumentError
        If there is no document, or one is shorter than a window.
    ValueError
        If ``longest`` is below 2.
    """
    total, half = Score(), longest // 2
    for window in _windows(documents, longest):
        counts = 1 + np.bincount(window[:half], minlength=256)
        nats = 0.0
        for byte in window[half:]:
            nats -= math.log(counts[byte] / counts.sum())
            counts[byte] += 1
        total += Score(nats, longest - half)
    return total


def score_compressor(documents: Sequence[Document], longest: int) -> Score:
    """Count the bits that LZMA adds for the second half of a window, once it has the first.

    Parameters, return and errors are those of :func:`score_counts`.
    """
    total, half = Score(), longest // 2
    for window in _windows(documents, longest):
        added = _compressed_bytes(window) - _compressed_bytes(window[:half])
        total += Score(8 * added * math.log(2), longest - half)
    return total


def _windows(documents: Sequence[Document], longest: int):
    require_windows(documents, longest, longest)
    for document in documents:
        for end in range(longest, len(document) + 1, longest):
            yield document.data[end - longest : end]


def _compressed_bytes(data: np.ndarray) -> int:
    """Length of the raw LZMA stream, without the headers that a file of any length has."""
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME}]
    return len(lzma.compress(data.tobytes(), format=lzma.FORMAT_RAW, filters=filters))
