"""Perplexity against an oracle that knows nothing of windows, batches or slices."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lesson_utils import perplexity as module
from lesson_utils.corpus import Document, DocumentError
from lesson_utils.perplexity import (
    Score,
    byte_losses,
    loss_by_position,
    perplexity,
    score_sliding,
    score_windows,
    scored_losses,
)
from lesson_utils.rope import rope
from lesson_utils.scaling import pi
from tests.helpers import python, small_model

# The model computes in float32. Its logits here are a few units large, so one rounding is about
# 1e-6, and the sums inside a layer add some dozens of those: 2e-5 nats a byte holds them, and is
# far below what one byte counted wrongly would change (losses of these bytes differ by whole nats).
PER_BYTE = 2e-5
pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def model():
    """A model whose logits are spread wide, so that every byte has a loss of its own."""
    return small_model(layers=2, spread=10).eval().requires_grad_(False)


def random_document(length, seed=0):
    random = np.random.default_rng([seed, length])
    return Document(f"random {length}", random.integers(0, 256, length, dtype=np.uint8))


def oracle_losses(model, data, frequencies=None):
    """Losses of bytes 1, 2, … of one window: softmax in float64, one position after another."""
    logits = model(torch.from_numpy(data.astype(np.int64))[None], frequencies)[0].numpy()
    losses = []
    for row, answer in zip(logits.astype(np.float64), data[1:], strict=False):
        odds = np.exp(row - row.max())
        losses.append(-math.log(odds[answer] / odds.sum()))
    return losses


def oracle_windows(model, documents, length, frequencies=None):
    """Every loss that is to count, by hand: byte t of a window counts when length // 2 ≤ t."""
    counted = []
    for document in documents:
        start = 0
        while start + length <= len(document.data):
            losses = oracle_losses(model, document.data[start : start + length], frequencies)
            counted += [losses[t - 1] for t in range(1, length) if t >= length // 2]
            start += length
    return counted


def oracle_sliding(model, document, length, stride, frequencies=None):
    """Each byte's loss in the first window that holds it and is not cut off before it."""
    found = {}
    for start in range(0, len(document.data), stride):
        losses = oracle_losses(model, document.data[start : start + length], frequencies)
        for t, loss in enumerate(losses, start=1):
            found.setdefault(start + t, loss)
    return [found[byte] for byte in sorted(found)]


# A stub whose losses can be read back. Byte value v costs exactly 64 · 4^v nats, so the total is a
# number in base 4 whose digit v says how often v was counted. Documents hold each value once.
# Up to 22 values, a total stays below 2^52, where float64 (and each loss, a power of 2, in float32)
# is exact.
VALUES = 22


class CountingStub:
    device = torch.device("cpu")

    def hidden(self, tokens, frequencies=None, *, attend=None):
        return torch.zeros(*tokens.shape, 1)

    def logits(self, hidden):
        # Value 255 has logit 0 and all else at most −64: the log of the sum of exponentials is 0.
        row = torch.full((256,), -math.inf)
        row[:VALUES] = -64.0 * 4.0 ** torch.arange(VALUES)
        row[255] = 0.0
        return row.expand(*hidden.shape[:2], 256)


def times_counted(score, length):
    digits, rest = [], int(score.nats) // 64
    for _ in range(length):
        rest, digit = divmod(rest, 4)
        digits.append(digit)
    assert rest == 0 and sum(digits) == score.scored_bytes
    return digits


def counting_document(length):
    return Document("counting", np.arange(length, dtype=np.uint8))


def test_stub_prices_each_value_at_64_times_a_power_of_four():
    losses = byte_losses(CountingStub(), torch.arange(VALUES)[None])[0]
    assert losses.tolist() == [64.0 * 4**v for v in range(1, VALUES)]


@pytest.mark.parametrize("length", [2, 3, 31, 64, 101])
@pytest.mark.parametrize("frequencies", [None, pi(64, 4.0)], ids=["rope", "pi"])
def test_windows_agree_with_a_float64_oracle(model, length, frequencies):
    documents = [random_document(n) for n in (101, 137, 203)]
    expected = oracle_windows(model, documents, length, frequencies)
    score = score_windows(model, documents, length, frequencies)
    assert score.scored_bytes == len(expected)
    assert score.nats == pytest.approx(sum(expected), abs=PER_BYTE * len(expected))
    mean = sum(expected) / len(expected)
    # A small difference of the mean is the same relative difference of its exponential.
    assert perplexity(model, documents, length, frequencies) == pytest.approx(
        math.exp(mean), rel=PER_BYTE
    )
    assert score.bits_per_byte == pytest.approx(mean / math.log(2), abs=2 * PER_BYTE)


def oracle_same_bytes(model, documents, length, longest, frequencies=None):
    """The losses of the bytes that the longest window scores, each from a window that is laid by
    hand: it ends with the last byte of its half window, counted from where scoring begins."""
    counted = []
    for document in documents:
        for start in range(0, len(document.data) - longest + 1, longest):
            first = start + longest // 2
            for byte in range(first, start + longest):
                half = length - length // 2
                end = min(first + ((byte - first) // half + 1) * half, start + longest)
                window = document.data[end - length : end]
                losses = oracle_losses(model, window, frequencies)
                counted.append(losses[byte - (end - length) - 1])
    return counted


@pytest.mark.parametrize(("length", "longest"), [(2, 5), (16, 64), (15, 64), (33, 64), (7, 7)])
def test_shorter_windows_score_the_bytes_of_the_longest(model, length, longest):
    documents = [random_document(n) for n in (64, 137)]
    expected = oracle_same_bytes(model, documents, length, longest)
    score = score_windows(model, documents, length, longest=longest)
    assert score.scored_bytes == len(expected)
    assert score.scored_bytes == score_windows(model, documents, longest).scored_bytes
    assert score.nats == pytest.approx(sum(expected), abs=PER_BYTE * len(expected))
    losses = [scored_losses(model, d, length, longest=longest) for d in documents]
    np.testing.assert_allclose(np.concatenate(losses), expected, atol=PER_BYTE, rtol=0)
    by_length = perplexity(model, documents, [length, longest])
    assert by_length[length] == pytest.approx(score.perplexity, rel=1e-12)
    assert by_length[longest] == perplexity(model, documents, longest)


def test_three_bytes_cost_the_same_when_their_windows_are_cut_by_hand(model):
    # Windows of 16 inside one of 64: byte 32 opens the scored half, 39 closes the first window of
    # 16, and 63 the last. Their windows of 16 begin at 24, 24 and 48.
    data = random_document(64).data
    for byte, start in ((32, 24), (39, 24), (63, 48)):
        alone = Document("one byte is scored", data[start : start + 16])
        counted = oracle_losses(model, alone.data)[byte - start - 1]
        only = np.full(64, 0, dtype=bool)
        only[byte] = True
        assert score_of(model, data, 16, 64, only) == pytest.approx(counted, abs=PER_BYTE)
        far = oracle_losses(model, data)[byte - 1]
        assert score_of(model, data, 64, 64, only) == pytest.approx(far, abs=PER_BYTE)


def score_of(model, data, length, longest, only):
    """What some bytes add to the score: all losses, with those of other bytes set to zero."""
    ends = iter([end for end, _ in module.places(length, longest)])
    real = module.byte_losses

    @torch.inference_mode()
    def others_are_zero(model, windows, frequencies=None, *, attend=None):
        losses = real(model, windows, frequencies)
        for row in losses:
            end = next(ends)
            row[~torch.from_numpy(only[end - length + 1 : end])] = 0
        return losses

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "byte_losses", others_are_zero)
        return score_windows(model, [Document("64", data)], length, longest=longest).nats


@pytest.mark.parametrize("longest", range(2, VALUES + 1))
def test_every_length_counts_the_second_half_of_the_longest_window_once(longest):
    for length in range(2, longest + 1):
        score = score_windows(CountingStub(), [counting_document(VALUES)], length, longest=longest)
        whole = VALUES // longest * longest
        wanted = [int(byte < whole and byte % longest >= longest // 2) for byte in range(VALUES)]
        assert times_counted(score, VALUES) == wanted


@settings(max_examples=100, deadline=None, database=None)
@given(st.integers(2, 300), st.integers(0, 300))
def test_every_scored_byte_has_half_a_window_before_it(length, more):
    longest = length + more
    last = longest // 2
    for end, fresh in module.places(length, longest):
        assert end - fresh == last and length // 2 <= length - fresh and end - length >= 0
        last = end
    assert last == longest


def test_several_lengths_may_each_have_frequencies_of_their_own(model):
    documents = [random_document(128)]
    found = perplexity(model, documents, (32, 64), lambda n: pi(64, n / 32))
    assert list(found) == [32, 64]
    assert found[64] == perplexity(model, documents, 64, pi(64, 2.0))
    expected = score_windows(model, documents, 32, rope(64), longest=64).perplexity
    assert found[32] == pytest.approx(expected, rel=1e-6)  # a factor of 1 is plain RoPE


def test_no_length_is_refused_with_the_fix(model):
    with pytest.raises(ValueError, match="lengths is empty; give at least one"):
        perplexity(model, [random_document(64)], [])


def test_a_length_above_the_longest_is_refused(model):
    with pytest.raises(ValueError, match="length is 64 and longest is 32"):
        score_windows(model, [random_document(64)], 64, longest=32)


@pytest.mark.parametrize("length", [2, 33, 64])
def test_bytes_to_read_is_what_progress_adds_up_to(length):
    documents, read = [random_document(9000), random_document(64)], []
    score_windows(CountingStub(), documents, length, longest=64, progress=read.append)
    assert sum(read) == module.bytes_to_read(documents, length, 64)


@pytest.mark.parametrize(
    ("size", "length", "stride"),
    [(2, 2, 1), (5, 9, 3), (97, 16, 8), (97, 33, 5), (130, 64, 63), (130, 130, 1), (131, 65, 13)],
)
def test_sliding_agrees_with_a_float64_oracle(model, size, length, stride):
    document = random_document(size)
    expected = oracle_sliding(model, document, length, stride)
    score = score_sliding(model, document, length, stride)
    assert score.scored_bytes == len(expected) == size - 1
    assert score.nats == pytest.approx(sum(expected), abs=PER_BYTE * len(expected))


@pytest.mark.parametrize("length", [2, 7, 40])
def test_loss_by_position_averages_each_position_over_all_windows(model, length):
    documents = [random_document(n) for n in (40, 95, 163)]
    columns = []
    for document in documents:
        for start in range(0, len(document) - length + 1, length):
            columns.append(oracle_losses(model, document.data[start : start + length]))
    found = loss_by_position(model, documents, length)
    assert found.shape == (length,) and found.dtype == np.float64
    assert math.isnan(found[0])
    np.testing.assert_allclose(found[1:], np.mean(columns, axis=0), atol=PER_BYTE, rtol=0)


def test_second_half_of_loss_by_position_is_the_score_of_windows(model):
    documents = [random_document(256), random_document(130)]
    score = score_windows(model, documents, 64)
    second_half = loss_by_position(model, documents, 64)[32:]
    # The same float32 losses, added up in float64 in another order.
    assert second_half.mean() == pytest.approx(score.nats / score.scored_bytes, rel=1e-12)


def test_long_windows_scored_in_slices_agree_with_the_whole(model):
    # 1,500 bytes are more than one slice of logits (1,024) and not a multiple of it.
    data = random_document(1500).data
    found = byte_losses(model, torch.from_numpy(data.astype(np.int64))[None])[0]
    expected = oracle_losses(model, data)
    np.testing.assert_allclose(found.numpy(), expected, atol=PER_BYTE, rtol=0)


@pytest.mark.parametrize("length", range(2, VALUES + 1))
def test_windows_count_the_second_half_of_each_whole_window_once(length):
    for size in range(length, VALUES + 1):
        score = score_windows(CountingStub(), [counting_document(size)], length)
        whole = size // length * length
        expected = [int(byte < whole and byte % length >= length // 2) for byte in range(size)]
        assert times_counted(score, size) == expected
        assert sum(expected[::length]) == 0, "the first byte of a window has no context"


@settings(max_examples=300, deadline=None, database=None)
@given(st.data())
def test_sliding_counts_every_byte_but_the_first_once(data):
    size = data.draw(st.integers(2, VALUES), label="document length")
    length = data.draw(st.integers(2, VALUES + 8), label="window")
    stride = data.draw(st.integers(1, length - 1), label="stride")
    score = score_sliding(CountingStub(), counting_document(size), length, stride)
    assert times_counted(score, size) == [0] + [1] * (size - 1)


@settings(max_examples=60, deadline=None, database=None)
@given(st.data())
def test_sliding_gives_every_byte_after_the_first_window_its_context(data):
    size = data.draw(st.integers(2, 300), label="document length")
    length = data.draw(st.integers(2, 64), label="window")
    stride = data.draw(st.integers(1, length - 1), label="stride")

    class ContextStub(CountingStub):
        """Prices a byte by its position in the window, so that its context can be read back."""

        def hidden(self, tokens, frequencies=None, *, attend=None):
            return torch.arange(tokens.shape[1]).float()[None, :, None]

        def logits(self, hidden):
            # The document is all zeros: −log softmax of value 0 is 64 · (1 + position) exactly.
            logits = torch.full((*hidden.shape[:2], 256), -math.inf)
            logits[..., 0] = -64 * (1 + hidden[..., 0])
            logits[..., 255] = 0
            return logits

    document = Document("zeros", np.zeros(size, dtype=np.uint8))
    total = score_sliding(ContextStub(), document, length, stride)
    # Byte b is first held by the window whose start is the earliest multiple of the stride that
    # reaches it; its context is all that lies before it there.
    expected = 0
    for byte in range(1, size):
        start = 0 if byte < length else math.ceil((byte - length + 1) / stride) * stride
        assert byte < length or byte - start >= length - stride
        expected += byte - start
    assert total.nats / 64 == expected
    assert total.scored_bytes == size - 1


def test_sliding_by_half_a_window_is_two_sets_of_windows_half_a_window_apart(model):
    n, document = 32, random_document(32 * 5 + 16)
    shifted = Document("shifted", document.data[n // 2 :])
    beginning = Document("beginning", document.data[: n // 2])
    parts = score_windows(model, [document], n) + score_windows(model, [shifted], n)
    parts += score_sliding(model, beginning, n, 1)  # the half window that no window scores
    score = score_sliding(model, document, n, n // 2)
    assert score.scored_bytes == parts.scored_bytes == len(document) - 1
    # A lone window and a batch of them may round differently in float32.
    assert score.nats == pytest.approx(parts.nats, abs=PER_BYTE * score.scored_bytes)


class FixedOdds(CountingStub):
    """Gives "a" the probability 1/2, "b" 1/16 and "c" 1/256, wherever they stand."""

    def logits(self, hidden):
        row = torch.full((256,), -math.inf)
        row[list(b"abc")] = torch.tensor([1 / 2, 1 / 16, 1 / 256]).log()
        row[0] = math.log(1 - 1 / 2 - 1 / 16 - 1 / 256)
        return row.expand(*hidden.shape[:2], 256)


def test_mean_is_over_bytes_not_over_windows_or_documents():
    # One window of "a", and four windows of which three hold "b" and one "c": in bits a byte,
    # 1 for four bytes, 4 for twelve, and 8 for four.
    documents = [
        Document("short", np.frombuffer(b"a" * 8, dtype=np.uint8)),
        Document("long", np.frombuffer(b"b" * 24 + b"c" * 8, dtype=np.uint8)),
    ]
    right = (4 * 1 + 12 * 4 + 4 * 8) / 20
    mean_of_document_means = (1 + (12 * 4 + 4 * 8) / 16) / 2
    mean_of_document_perplexities = math.log2((2**1 + 2**5) / 2)
    mean_of_window_perplexities = math.log2((2**1 + 3 * 2**4 + 2**8) / 5)
    wrong = {mean_of_document_means, mean_of_document_perplexities, mean_of_window_perplexities}
    assert all(abs(w - right) > 0.05 for w in wrong), "the wrong ways must show here"
    score = score_windows(FixedOdds(), documents, 8)
    # Three logarithms rounded to float32, half an ulp of 6 nats: 3e-7.
    assert score.bits_per_byte == pytest.approx(right, abs=1e-6)
    assert perplexity(FixedOdds(), documents, 8) == pytest.approx(2**right, rel=1e-6)


def test_sliding_weighs_a_short_last_window_by_its_new_bytes():
    # Windows of 8 by 6 over 15 bytes bring 7, 6 and 1 new bytes; only the last is "c".
    document = Document("end", np.frombuffer(b"a" * 14 + b"c", dtype=np.uint8))
    score = score_sliding(FixedOdds(), document, 8, 6)
    assert score.scored_bytes == 14
    assert score.bits_per_byte == pytest.approx((13 * 1 + 8) / 14, abs=1e-6)


def test_scores_add_up_as_sums_over_bytes():
    total = Score(math.log(2) * 3, 3) + Score(math.log(16) * 1, 1)
    assert total == Score(math.log(2) * 3 + math.log(16), 4)
    assert total.bits_per_byte == pytest.approx(7 / 4, rel=1e-12)
    assert total.perplexity == pytest.approx(2 ** (7 / 4), rel=1e-12)


@pytest.mark.parametrize("at_once", [1, 100, 10**6])
def test_scores_do_not_depend_on_how_many_windows_are_read_at_once(model, monkeypatch, at_once):
    documents = [random_document(333), random_document(200)]
    usual = score_windows(model, documents, 32)
    usual_by_position = loss_by_position(model, documents, 32)
    monkeypatch.setattr(module, "BYTES_AT_ONCE", at_once)
    score = score_windows(model, documents, 32)
    assert score.scored_bytes == usual.scored_bytes
    assert score.nats == pytest.approx(usual.nats, abs=PER_BYTE * usual.scored_bytes)
    np.testing.assert_allclose(
        loss_by_position(model, documents, 32), usual_by_position, atol=PER_BYTE, rtol=0
    )


def test_order_of_documents_does_not_matter(model):
    documents = [random_document(n) for n in (64, 130, 96)]
    forth, back = (score_windows(model, d, 32) for d in (documents, documents[::-1]))
    assert forth.scored_bytes == back.scored_bytes
    assert forth.nats == pytest.approx(back.nats, rel=1e-12)  # one float64 sum in two orders


def test_left_out_frequencies_are_plain_rope(model):
    documents = [random_document(128)]
    assert score_windows(model, documents, 64) == score_windows(model, documents, 64, rope(64))
    assert score_windows(model, documents, 64) != score_windows(model, documents, 64, pi(64, 2.0))


def test_an_attention_of_ones_own_reaches_every_way_of_scoring(model):
    calls = []

    def attend(q, k, v, cos, sin):
        calls.append(q.shape[-2])
        return v

    document = random_document(48)
    score_windows(model, [document], 16, attend=attend)
    score_sliding(model, document, 16, 8, attend=attend)
    loss_by_position(model, [document], 16, attend=attend)
    perplexity(model, [document], 16, attend=attend)
    # Two layers; one batch of three windows, or five sliding windows.
    assert calls == [16] * 2 * (1 + 5 + 1 + 1)


def test_progress_adds_up_to_the_bytes_of_all_whole_windows(model):
    read = []
    documents = [random_document(9000), random_document(700)]
    score_windows(CountingStub(), documents, 512, progress=read.append)
    assert sum(read) == 9000 // 512 * 512 + 512
    assert len(read) > 2, "a long document reports on the way"


PEAK = """
import sys
import numpy as np, torch
from lesson_utils.corpus import read_document
from lesson_utils.model import ModelConfig, TinyLlama
from lesson_utils.perplexity import score_windows

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024

model = TinyLlama(ModelConfig(hidden_size=64, intermediate_size=64, layers=1)).eval()
skip_attention = lambda q, k, v, cos, sin: v  # most of the time, and the same for any document
for path in sys.argv[1:]:
    score = score_windows(model, [read_document(path)], 4096, attend=skip_attention)
    print(score.scored_bytes, peak())
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak from /proc")
def test_peak_memory_does_not_grow_with_the_document(tmp_path):
    random = np.random.default_rng(0)
    paths = []
    for name, size in (("short", 300_000), ("long", 3_000_000)):
        (tmp_path / name).write_bytes(random.bytes(size))
        paths.append(str(tmp_path / name))
    done = python("-c", PEAK, *paths)
    assert done.returncode == 0, done.stderr
    (few, before), (many, after) = (map(float, line.split()) for line in done.stdout.splitlines())
    assert (few, many) == (300_000 // 4096 * 2048, 3_000_000 // 4096 * 2048)
    # The file is mapped, so its own pages (3 MiB) may count. Its losses alone would take 12 MiB,
    # its bytes as int64 24 MiB, its logits 3 GiB: 20 leaves room for the allocator, not for those.
    assert after - before < 20, f"peak grew from {before} to {after} MiB"


def test_no_document_is_refused_with_the_fix(model):
    for score in (score_windows, loss_by_position, perplexity):
        with pytest.raises(DocumentError, match="no document.*give at least one"):
            score(model, [], 16)


@pytest.mark.parametrize("size", [0, 1, 15])
def test_a_document_shorter_than_a_window_is_refused_by_name_and_size(model, size):
    documents = [random_document(64), Document("stub.py", np.zeros(size, dtype=np.uint8))]
    for score in (score_windows, loss_by_position, perplexity):
        with pytest.raises(DocumentError, match=rf"stub\.py has {size} byte.* 16; give a longer"):
            score(model, documents, 16)


def test_a_short_document_is_refused_before_anything_is_read(model):
    read = []
    with pytest.raises(DocumentError):
        score_windows(model, [random_document(64), random_document(8)], 16, progress=read.append)
    assert read == []


@pytest.mark.parametrize("size", [0, 1])
def test_sliding_refuses_a_document_without_a_byte_to_score(model, size):
    document = Document("stub.py", np.zeros(size, dtype=np.uint8))
    with pytest.raises(DocumentError, match=rf"stub\.py has {size} byte.*at least 2"):
        score_sliding(model, document, 16, 8)


@pytest.mark.parametrize("length", [1, 0, -5])
def test_a_window_without_a_byte_to_score_is_refused(model, length):
    document = random_document(64)
    told = rf"length is {length};.*at least 2"
    with pytest.raises(ValueError, match=told):
        score_windows(model, [document], length)
    with pytest.raises(ValueError, match=told):
        score_sliding(model, document, length, 1)


@pytest.mark.parametrize("length", [1, 0, -5])
def test_loss_by_position_refuses_a_window_without_a_byte_to_score(model, length):
    with pytest.raises(ValueError, match=rf"length is {length};.*at least 2"):
        loss_by_position(model, [random_document(64)], length)


@pytest.mark.parametrize("stride", [0, -1, 16, 17])
def test_a_stride_that_would_skip_bytes_or_stand_still_is_refused(model, stride):
    with pytest.raises(ValueError, match=rf"stride is {stride}; give 1 to 15"):
        score_sliding(model, random_document(64), 16, stride)
