"""The readers without a model, against sums written out."""

import lzma
import math

import numpy as np
import pytest

from lesson_utils.corpus import Document, DocumentError
from lesson_utils.floors import score_compressor, score_counts


def document(data):
    return Document("text", np.frombuffer(data, dtype=np.uint8))


def test_counts_guess_by_what_has_stood_so_far():
    # After "aab": a has stood twice in 3 bytes, then 3 times in 4, then b once in 5 and so on.
    score = score_counts([document(b"aabaab")], 6)
    odds = [3 / 259, 4 / 260, 2 / 261]
    assert score.scored_bytes == 3
    assert score.nats == pytest.approx(-sum(map(math.log, odds)), rel=1e-12)


def test_counts_start_anew_in_each_window():
    twice = score_counts([document(b"aabaab" * 2)], 6)
    assert twice.nats == pytest.approx(2 * score_counts([document(b"aabaab")], 6).nats)
    assert twice.scored_bytes == 6


def test_a_compressor_pays_for_noise_in_full_and_little_for_a_repeat():
    noise = np.random.default_rng(0).integers(0, 256, 4096, dtype=np.uint8)
    repeat = Document("repeat", np.concatenate((noise[:2048], noise[:2048])))
    # Noise cannot be made smaller; LZMA may add a little for saying that it stores it as it is.
    assert 8 <= score_compressor([Document("noise", noise)], 4096).bits_per_byte < 8.2
    assert score_compressor([repeat], 4096).bits_per_byte < 0.3


def test_a_compressor_is_charged_for_what_the_second_half_adds():
    data = b"def f(x):\n    return x + 1\n" * 40
    raw = lambda part: len(  # noqa: E731
        lzma.compress(part, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2, "preset": 9}])
    )
    score = score_compressor([document(data[:1000])], 1000)
    added = raw(data[:1000]) - raw(data[:500])
    assert score.scored_bytes == 500
    assert abs(score.bits_per_byte * 500 / 8 - added) <= 4, "another preset, a few bytes apart"


@pytest.mark.parametrize("score", [score_counts, score_compressor])
def test_a_short_document_is_refused(score):
    with pytest.raises(DocumentError, match="too few for a window of 64"):
        score([document(b"short")], 64)
