"""Lesson 04: wrong and right answers to its exercises, and its pictures in small."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from lesson_utils.checks.findings import CHANGES_INPUT, RAISES, WRONG_FORM, WRONG_PRECISION
from lesson_utils.figures import lesson_04
from tests.lessons import right, wrong
from tests.lessons.arrays import COPIES

# --- 04.1 bits_per_byte ---


@wrong("bits_per_byte", "This is bits per token")
def divides_by_tokens(losses, byte_counts):
    return losses.mean() / math.log(2)


@wrong("bits_per_byte", "How many nats is a bit?")
def stays_in_nats(losses, byte_counts):
    return losses.sum() / byte_counts.sum()


@wrong("bits_per_byte", "more bits than nats, or fewer?")
def multiplies_by_ln_2(losses, byte_counts):
    return losses.sum() * math.log(2) / byte_counts.sum()


@wrong("bits_per_byte", "When do you divide?")
def takes_the_mean_of_ratios(losses, byte_counts):
    return (losses / byte_counts).mean() / math.log(2)


@wrong("bits_per_byte", "A token's loss is all of it already")
def weights_by_bytes(losses, byte_counts):
    return (losses * byte_counts).sum() / byte_counts.sum() / math.log(2)


@wrong("bits_per_byte", "The task asks for bits")
def gives_a_perplexity(losses, byte_counts):
    return (losses.sum() / byte_counts.sum()).exp()


@wrong("bits_per_byte", "a logarithm already. How does")
def takes_log2_of_the_loss(losses, byte_counts):
    return (losses.sum() / byte_counts.sum()).log2()


@wrong("bits_per_byte", "Which goes on top?")
def divides_the_other_way(losses, byte_counts):
    return byte_counts.sum() / losses.sum() * math.log(2)


@wrong("bits_per_byte", "bits of the whole text")
def forgets_the_bytes(losses, byte_counts):
    return losses.sum() / math.log(2)


@wrong("bits_per_byte", "one number, of the whole")
def never_adds_up(losses, byte_counts):
    return losses / byte_counts / math.log(2)


@wrong("bits_per_byte", "You divided by 8, the bits of a byte")
def divides_by_eight(losses, byte_counts):
    return losses.sum() / math.log(2) / byte_counts.sum() / 8


@wrong("bits_per_byte", "its bytes are not")
def leaves_out_the_first_loss(losses, byte_counts):
    return losses[1:].sum() / math.log(2) / byte_counts.sum()


@wrong("bits_per_byte", "The first token is left out")
def leaves_out_the_first_token(losses, byte_counts):
    return losses[1:].sum() / math.log(2) / byte_counts[1:].sum().clamp(min=1)


@wrong("bits_per_byte", "You divided by ln 10")
def counts_digits(losses, byte_counts):
    return losses.sum() / math.log(10) / byte_counts.sum()


@wrong("bits_per_byte", "You took the median")
def takes_the_median(losses, byte_counts):
    return (losses / byte_counts).median() / math.log(2)


@wrong("bits_per_byte", "You divided by 4,096")
def assumes_the_text(losses, byte_counts):
    return losses.sum() / math.log(2) / 4096


@wrong("bits_per_byte", "1 digits after the point", WRONG_PRECISION)
def rounds_for_the_table(losses, byte_counts):
    return round((losses.sum() / math.log(2) / byte_counts.sum()).item(), 1)


@wrong("bits_per_byte", "You rounded bits or nats down, with `//`.")
def divides_whole(losses, byte_counts):
    return losses.sum() / math.log(2) // byte_counts.sum()


@wrong("bits_per_byte", "without the brackets", WRONG_FORM)
def returns_a_list_of_one(losses, byte_counts):
    return [(losses.sum() / math.log(2) / byte_counts.sum()).item()]


@wrong("bits_per_byte", "Losses add up; perplexities do not")
def takes_the_mean_of_perplexities(losses, byte_counts):
    return losses.exp().mean().log2() * len(losses) / byte_counts.sum()


@right("bits_per_byte")
def with_sums(losses, byte_counts):
    return losses.sum() / math.log(2) / byte_counts.sum()


@right("bits_per_byte")
def as_a_ratio_of_means_with_numpy(losses, byte_counts):
    return np.mean(losses.numpy() / np.log(2)) / np.mean(byte_counts.numpy())


@right("bits_per_byte")
def through_the_perplexity(x, n):
    return math.log2(math.exp(sum(x.tolist()) / sum(n.tolist())))


@right("bits_per_byte")
def weighted_by_bytes_in_float32(*, losses, byte_counts):
    shares = byte_counts / byte_counts.sum()
    return (losses.float() / byte_counts * shares).sum().div(math.log(2)).view(1)


@wrong("bits_per_byte", "by the number of tokens, and by that of bytes")
def divides_by_both(losses, byte_counts):
    return losses.mean() / math.log(2) / byte_counts.sum()


@wrong("bits_per_byte", "You rounded the mean number of bytes")
def rounds_the_mean_bytes(losses, byte_counts):
    return losses.mean() / math.log(2) / (byte_counts.sum() // len(byte_counts))


@wrong("bits_per_byte", "You divided by log10 2")
def divides_by_log10(losses, byte_counts):
    return losses.sum() / math.log10(2) / byte_counts.sum()


@wrong("bits_per_byte", "one byte fewer than there are")
def leaves_out_the_first_byte(losses, byte_counts):
    return losses.sum() / math.log(2) / (byte_counts.sum() - 1)


@wrong("bits_per_byte", "stays the same when `byte_counts` changes")
def has_3840_bytes(losses, byte_counts):
    return losses.sum() / math.log(2) / 3840


@wrong("bits_per_byte", "`losses` is cast to bfloat16", WRONG_PRECISION)
def adds_in_bfloat16(losses, byte_counts):
    return losses.bfloat16().sum().float() / math.log(2) / byte_counts.sum()


@wrong("bits_per_byte", "With one token you are right")
def takes_the_root_of_the_product(losses, byte_counts):
    return (losses.clamp(min=1e-9) / byte_counts).log().mean().exp() / math.log(2)


@wrong("bits_per_byte", "the tokens' probabilities, and its logarithm")
def takes_the_mean_of_probabilities(losses, byte_counts):
    return -torch.log2((-losses).exp().mean()) * len(losses) / byte_counts.sum()


@wrong("bits_per_byte", "Each token's bits, or nats, are made whole")
def rounds_each_token_up(losses, byte_counts):
    return (losses / math.log(2)).ceil().sum() / byte_counts.sum()


@wrong("bits_per_byte", "as long as the longest")
def counts_by_the_longest_token(losses, byte_counts):
    return losses.sum() / math.log(2) / (len(losses) * byte_counts.max())


# --- 04.2 corpus_perplexity ---


@wrong("corpus_perplexity", "the exponential of each batch")
def per_batch_exponentials(batches):
    return torch.stack([losses[scored].mean().exp() for losses, scored in batches]).mean()


@wrong("corpus_perplexity", "the mean of the batches' means")
def mean_of_batch_means(batches):
    return torch.stack([losses[scored].mean() for losses, scored in batches]).mean().exp()


def texts(batches):
    return [x[s] for losses, scored in batches for x, s in zip(losses, scored, strict=True)]


@wrong("corpus_perplexity", "the mean of each text")
def mean_of_text_means(batches):
    return torch.stack([text.mean() for text in texts(batches)]).mean().exp()


@wrong("corpus_perplexity", "a perplexity for each text")
def mean_of_text_perplexities(batches):
    return torch.stack([text.mean().exp() for text in texts(batches)]).mean()


@wrong("corpus_perplexity", "One byte of bad luck")
def mean_of_byte_perplexities(batches):
    return torch.cat(texts(batches)).exp().mean()


@wrong("corpus_perplexity", "What does `scored` say?")
def counts_the_filling(batches):
    return torch.cat([losses.flatten() for losses, _ in batches]).mean().exp()


@wrong("corpus_perplexity", "How many bytes were scored?")
def divides_by_all_places(batches):
    nats = sum((losses * scored).sum() for losses, scored in batches)
    return (nats / sum(losses.numel() for losses, _ in batches)).exp()


@wrong("corpus_perplexity", "Which losses belong in the sum?")
def adds_the_filling(batches):
    nats = sum(losses.sum() for losses, _ in batches)
    return (nats / sum(scored.sum() for _, scored in batches)).exp()


@wrong("corpus_perplexity", "with its filling, and then of those")
def mean_of_filled_batches(batches):
    return math.exp(np.mean([losses.mean() for losses, _ in batches]))


@wrong("corpus_perplexity", "by the number of batches")
def divides_by_batches(batches):
    return (sum(losses[scored].sum() for losses, scored in batches) / len(batches)).exp()


@wrong("corpus_perplexity", "What makes a perplexity of it?")
def forgets_the_exponential(batches):
    return torch.cat(texts(batches)).mean()


@wrong("corpus_perplexity", "You raised 2 to the mean loss")
def raises_two(batches):
    return 2 ** torch.cat(texts(batches)).mean()


@wrong("corpus_perplexity", "Only your last batch counts")
def starts_anew_in_each_batch(batches):
    for losses, scored in batches:
        nats, count = 0.0, 0
        nats += losses[scored].sum()
        count += scored.sum()
    return (nats / count).exp()


@wrong("corpus_perplexity", "Only your first batch counts")
def returns_too_early(batches):
    for losses, scored in batches:
        return losses[scored].mean().exp()


@wrong("corpus_perplexity", "The first scored byte of each text is missing")
def forgets_the_first_scored_byte(batches):
    return torch.cat([losses[:, 2:][scored[:, 2:]] for losses, scored in batches]).mean().exp()


@wrong("corpus_perplexity", "changed `batches`", CHANGES_INPUT)
def clears_the_filling_in_place(batches):
    for losses, scored in batches:
        losses.masked_fill_(~scored, 0)
    count = sum(scored.sum() for _, scored in batches)
    return (sum(losses.sum() for losses, _ in batches) / count).exp()


@right("corpus_perplexity")
def with_a_sum_and_a_count(batches):
    nats, count = 0.0, 0
    for losses, scored in batches:
        nats += losses[scored].sum().item()
        count += scored.sum().item()
    return math.exp(nats / count)


@right("corpus_perplexity")
def all_bytes_at_once(batches):
    return torch.cat(texts(batches)).mean().exp()


@wrong("corpus_perplexity", "You multiplied the losses by the mask")
def by_multiplying_with_the_mask(batches):
    nats = torch.stack([(losses * scored).sum() for losses, scored in batches])
    counts = torch.stack([scored.sum() for _, scored in batches])
    return torch.exp(nats.sum() / counts.sum())


@right("corpus_perplexity")
def with_where_in_float32(batches):
    nats = torch.stack([losses.where(scored, 0).sum() for losses, scored in batches])
    counts = torch.stack([scored.sum() for _, scored in batches])
    return torch.exp(nats.sum() / counts.sum()).view(1)


@wrong("corpus_perplexity", "a batch with nothing scored has none")
def weights_the_means(batches):
    nats = sum(losses[scored].mean() * scored.sum() for losses, scored in batches)
    return (nats / sum(scored.sum() for _, scored in batches)).exp()


@wrong("corpus_perplexity", "by its number of texts")
def weights_by_texts(batches):
    nats = sum(len(losses) * losses[scored].mean() for losses, scored in batches)
    return (nats / sum(len(losses) for losses, _ in batches)).exp()


@wrong("corpus_perplexity", "by all its places")
def weights_by_places(batches):
    nats = sum(losses.numel() * losses[scored].mean() for losses, scored in batches)
    return (nats / sum(losses.numel() for losses, _ in batches)).exp()


@wrong("corpus_perplexity", "You count a loss above 0 as scored")
def knows_filling_by_its_sign(batches):
    return torch.cat([losses[losses > 0] for losses, _ in batches]).mean().exp()


@wrong("corpus_perplexity", "You left out the first byte of each text, and count the filling")
def leaves_out_a_column(batches):
    return torch.cat([losses[:, 1:].flatten() for losses, _ in batches]).mean().exp()


@wrong("corpus_perplexity", "Which way round is the mask?")
def turns_the_mask_round(batches):
    return torch.cat([losses[~scored] for losses, scored in batches]).mean().exp()


@wrong("corpus_perplexity", "one number for each batch")
def returns_each_batch(batches):
    return [losses[scored].mean().exp() for losses, scored in batches]


@wrong("corpus_perplexity", "RuntimeError: Sizes of tensors must match", RAISES)
def needs_batches_of_one_shape(batches):
    losses, scored = (torch.cat(parts) for parts in zip(*batches, strict=True))
    return losses[scored].mean().exp()


@wrong("corpus_perplexity", "without the brackets", WRONG_FORM)
def returns_a_list_of_one_perplexity(batches):
    return [torch.cat(texts(batches)).mean().exp().item()]


@right("corpus_perplexity")
def with_weighted_means_in_numpy(data):
    data = [(losses, scored) for losses, scored in data if scored.any()]
    means = [np.mean(losses.numpy()[scored.numpy()]) for losses, scored in data]
    return np.exp(np.average(means, weights=[int(scored.sum()) for _, scored in data]))


@right("corpus_perplexity")
def with_plain_python(*, batches):
    kept = []
    for losses, scored in batches:
        for row, keep in zip(losses.tolist(), scored.tolist(), strict=True):
            kept += [loss for loss, k in zip(row, keep, strict=True) if k]
    return math.prod(math.exp(loss / len(kept)) for loss in kept)


@wrong("corpus_perplexity", "A scored loss of 0 is left out")
def counts_what_is_not_0(batches):
    losses = torch.cat([losses.where(scored, 0).flatten() for losses, scored in batches])
    return losses[losses != 0].mean().exp()


@wrong("corpus_perplexity", "even where it is scored")
def drops_the_first_column(batches):
    return torch.cat([losses[:, 1:][scored[:, 1:]] for losses, scored in batches]).mean().exp()


@wrong("corpus_perplexity", "from the start of each text")
def takes_the_mask_for_a_length(batches):
    rows = [(row, n) for losses, scored in batches for row, n in zip(losses, scored.sum(1))]
    return torch.cat([row[:n] for row, n in rows]).mean().exp()


@wrong("corpus_perplexity", "Then the last batch counts for half")
def takes_each_batch_in(batches):
    means = [losses[scored].mean() for losses, scored in batches]
    found = means[0]
    for mean in means[1:]:
        found = (found + mean) / 2
    return found.exp()


@wrong("corpus_perplexity", "You took the exponential of each batch, and weighted them")
def weights_perplexities(batches):
    kept = [(losses[scored].mean().exp(), scored.sum()) for losses, scored in batches]
    kept = [(perplexity, n) for perplexity, n in kept if n]
    return sum(perplexity * n for perplexity, n in kept) / sum(n for _, n in kept)


@wrong("corpus_perplexity", "You cut large losses")
def cuts_at_20(batches):
    return torch.cat(texts(batches)).clamp(max=20).mean().exp()


@wrong("corpus_perplexity", "You took each loss once")
def drops_what_is_alike(batches):
    return torch.cat(texts(batches)).unique().mean().exp()


@wrong("corpus_perplexity", "`batches` is cast to bfloat16", WRONG_PRECISION)
def reads_in_bfloat16(batches):
    return torch.cat(texts(batches)).bfloat16().double().mean().exp()


@wrong("corpus_perplexity", "You stop at a batch with nothing scored")
def stops_at_an_empty_batch(batches):
    nats, count = 0.0, 0
    for losses, scored in batches:
        if not scored.any():
            break
        nats, count = nats + losses[scored].sum().item(), count + scored.sum().item()
    return math.exp(nats / count)


@wrong("corpus_perplexity", "a product of so many probabilities is 0")
def multiplies_probabilities(batches):
    p = torch.cat([losses[scored] for losses, scored in batches]).neg().exp()
    return float(p.prod() ** (-1 / len(p)))


# --- 04.3 plan_windows ---


def slide(total, length, stride, first):
    """Plan windows that end with the document; ``first`` says where each begins to score."""
    plan, scored = [], 0
    for start in range(0, total, stride):
        end = min(start + length, total)
        plan.append((start, end, first(start, end, scored)))
        scored = end
        if end == total:
            break
    return plan


@wrong("plan_windows", "Your `first` is counted from the start of its window.")
def counts_first_in_the_window(total, length, stride):
    return slide(total, length, stride, lambda a, b, scored: max(scored - a, 1))


@wrong("plan_windows", "At which window should you have stopped?")
def never_stops(total, length, stride):
    plan, scored = [], 1
    for start in range(0, total, stride):
        end = min(start + length, total)
        plan.append((start, end, scored))
        scored = end
    return plan


@wrong("plan_windows", "you score byte 0")
def scores_the_first_byte(total, length, stride):
    return slide(total, length, stride, lambda a, b, scored: scored)


@wrong("plan_windows", "scores all that it reads.")
def scores_all_of_each_window(total, length, stride):
    return slide(total, length, stride, lambda a, b, scored: a + 1)


@wrong("plan_windows", "a byte is scored twice")
def scores_one_byte_twice(total, length, stride):
    return slide(total, length, stride, lambda a, b, scored: max(scored - 1, 1))


@wrong("plan_windows", "a byte is never scored")
def leaves_one_out_at_each_seam(total, length, stride):
    return slide(total, length, stride, lambda a, b, scored: scored + 1)


@wrong("plan_windows", "byte 1 is never scored")
def scores_second_halves(total, length, stride):
    return [(s, s + length, s + length - stride) for s in range(0, total - length + 1, stride)]


@wrong("plan_windows", "shorter than a stride?")
def drops_the_rest(total, length, stride):
    starts = range(0, total - length + 1, stride)
    return [(s, s + length, s + length - stride if s else 1) for s in starts]


@wrong("plan_windows", "leaves the document")
def runs_over_the_end(total, length, stride):
    plan, start = [], 0
    while not plan or plan[-1][1] < total:
        plan.append((start, start + length, max(plan[-1][1] if plan else 0, 1)))
        start += stride
    return plan


@wrong("plan_windows", "Your windows stand side by side")
def cuts_without_overlap(total, length, stride):
    return [(s, min(s + length, total), max(s, 1)) for s in range(0, total, length)]


@wrong("plan_windows", "Is that too many?")
def reads_all_that_came_before(total, length, stride):
    ends = [*range(length, total, stride), total]
    return [(0, end, before or 1) for before, end in zip([0, *ends], ends, strict=False)]


@wrong("plan_windows", "the result for `stride = 1`")
def moves_by_one(total, length, stride):
    first = (0, min(length, total), 1)
    return [first] + [(e - length, e, e - 1) for e in range(length + 1, total + 1)]


@wrong("plan_windows", "three numbers for each window", WRONG_FORM)
def returns_starts_and_ends(total, length, stride):
    return [(a, b) for a, b, _ in slide(total, length, stride, lambda a, b, scored: a)]


@wrong("plan_windows", "ZeroDivisionError", RAISES)
def divides_by_nothing(total, length, stride):
    return slide(total, length, stride, lambda a, b, scored: scored // (total - total))


@wrong("plan_windows", "Your three numbers are (start, first, end)")
def returns_first_before_end(total, length, stride):
    return [(a, c, b) for a, b, c in slide(total, length, stride, lambda a, b, s: max(s, 1))]


@wrong("plan_windows", "Your second number is how many bytes")
def returns_sizes(total, length, stride):
    return [(a, b - a, c) for a, b, c in slide(total, length, stride, lambda a, b, s: max(s, 1))]


@wrong("plan_windows", "Your `end` is the last byte")
def ends_on_the_last_byte(total, length, stride):
    return [(a, b - 1, c) for a, b, c in slide(total, length, stride, lambda a, b, s: max(s, 1))]


@wrong("plan_windows", "You return the first window only")
def returns_inside_the_loop(total, length, stride):
    for start in range(0, total, stride):
        return [(start, min(start + length, total), 1)]


@wrong("plan_windows", "The last window is missing")
def stops_before_the_last(total, length, stride):
    plan = slide(total, length, stride, lambda a, b, scored: max(scored, 1))
    return plan[:-1] if len(plan) > 1 else plan


@wrong("plan_windows", "no window at all", WRONG_FORM)
def has_nothing_for_a_short_text(total, length, stride):
    if total < length:
        return []
    return slide(total, length, stride, lambda a, b, scored: max(scored, 1))


@wrong("plan_windows", "Your windows move by half their length")
def moves_by_half(total, length, stride):
    return slide(total, length, length // 2, lambda a, b, scored: max(scored, 1))


@wrong("plan_windows", "Your windows move by length − stride")
def takes_the_stride_for_the_overlap(total, length, stride):
    return slide(total, length, length - stride, lambda a, b, scored: max(scored, 1))


@wrong("plan_windows", "the result for `length = 512`")
def reads_512(total, length, stride):
    return slide(total, 512, stride, lambda a, b, scored: max(scored, 1))


@wrong("plan_windows", "Your windows start one byte too late")
def starts_one_late(total, length, stride):
    plan = slide(total, length, stride, lambda a, b, scored: max(scored, 1))
    return [(a + (a > 0), b, c) for a, b, c in plan]


@wrong("plan_windows", "and 8 do")
def moves_by_half_a_stride(total, length, stride):
    return slide(total, length, (stride + 1) // 2, lambda a, b, scored: max(scored, 1))


@right("plan_windows")
def with_a_last_window_cut_short(total, length, stride):
    return slide(total, length, stride, lambda a, b, scored: max(scored, 1))


@right("plan_windows")
def with_a_last_window_moved_back(n, size, step):
    ends = [*range(min(size, n), n, step), n]
    return torch.tensor(
        [(max(e - size, 0), e, b) for b, e in zip([1, *ends[:-1]], ends, strict=True)]
    )


@right("plan_windows")
def with_numpy_and_a_count(*, total, length, stride):
    number = 1 + max(0, -(-(total - length) // stride))
    start = np.arange(number) * stride
    end = np.minimum(start + length, total)
    return np.stack((start, end, np.concatenate(([1], end[:-1]))), axis=1)


@right("plan_windows")
def by_walking_until_the_end(total, length, stride):
    plan = [[0, min(length, total), 1]]
    while plan[-1][1] < total:
        start, end, _ = plan[-1]
        plan.append([start + stride, min(end + stride, total), end])
    return plan


@wrong("plan_windows", "Your windows move by stride − 1")
def moves_one_less(total, length, stride):
    return slide(total, length, max(1, stride - 1), lambda a, b, scored: max(scored, 1))


@wrong("plan_windows", "Your first window is as short as a stride")
def begins_with_a_stride(total, length, stride):
    ends = [*range(stride, total, stride), total]
    return [(max(0, end - length), end, max(1, end - stride)) for end in ends]


@wrong("plan_windows", "One window reads the whole document")
def reads_all_at_once(total, length, stride):
    return [(0, total, 1)]


# --- 04.4 local_attention ---


def table(q, k):
    n = q.shape[-2]
    return torch.arange(n)[:, None] - torch.arange(n), q @ k.mT / math.sqrt(q.shape[-1])


@wrong("local_attention", "one key too many")
def sees_one_more(q, k, v, window):
    offset, scores = table(q, k)
    return scores.masked_fill((offset < 0) | (offset > window), -math.inf).softmax(-1) @ v


@wrong("local_attention", "one key too few")
def sees_one_less(q, k, v, window):
    offset, scores = table(q, k)
    return scores.masked_fill((offset < 0) | (offset >= window - 1), -math.inf).softmax(-1) @ v


@wrong("local_attention", "keys that come after it")
def sees_both_sides(q, k, v, window):
    offset, scores = table(q, k)
    return scores.masked_fill(offset.abs() >= window, -math.inf).softmax(-1) @ v


@wrong("local_attention", "Which way round is your offset")
def turns_the_offset_round(q, k, v, window):
    offset, scores = table(q, k)
    return scores.masked_fill((-offset < 0) | (-offset >= window), -math.inf).softmax(-1) @ v


@wrong("local_attention", "left those after the query in sight")
def forgets_the_future(q, k, v, window):
    offset, scores = table(q, k)
    return scores.masked_fill(offset >= window, -math.inf).softmax(-1) @ v


@wrong("local_attention", "Where does the window come in?")
def forgets_the_window(q, k, v, window):
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)


@wrong("local_attention", "You put 0 where nothing should be seen")
def multiplies_by_the_mask(q, k, v, window):
    offset, scores = table(q, k)
    return (scores * ((offset >= 0) & (offset < window))).softmax(-1) @ v


@wrong("local_attention", "0 and 1 as numbers")
def gives_a_mask_of_numbers(q, k, v, window):
    n = q.shape[-2]
    near = torch.ones(n, n, dtype=q.dtype).tril().triu(1 - window)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=near)


@wrong("local_attention", "over all keys and cut afterwards")
def cuts_after_softmax(q, k, v, window):
    offset, scores = table(q, k)
    return (scores.softmax(-1) * ((offset >= 0) & (offset < window))) @ v


@wrong("local_attention", "up to the query, and cut the far ones")
def cuts_the_far_after_softmax(q, k, v, window):
    offset, scores = table(q, k)
    weights = scores.masked_fill(offset < 0, -math.inf).softmax(-1)
    return weights.masked_fill(offset >= window, 0) @ v


@wrong("local_attention", "not divided by √head_dim")
def forgets_the_root(q, k, v, window):
    offset, scores = table(q * math.sqrt(q.shape[-1]), k)
    return scores.masked_fill((offset < 0) | (offset >= window), -math.inf).softmax(-1) @ v


@wrong("local_attention", "By which power of it?")
def divides_by_head_dim(q, k, v, window):
    offset, scores = table(q / math.sqrt(q.shape[-1]), k)
    return scores.masked_fill((offset < 0) | (offset >= window), -math.inf).softmax(-1) @ v


@wrong("local_attention", "Which axis has the keys?")
def takes_softmax_over_queries(q, k, v, window):
    offset, scores = table(q, k)
    return scores.masked_fill((offset < 0) | (offset >= window), -math.inf).softmax(-2) @ v


@wrong("local_attention", "You hid the near keys, and show the far ones.")
def hides_the_near(q, k, v, window):
    offset, scores = table(q, k)
    return scores.masked_fill(offset < window, -math.inf).softmax(-1) @ v


@wrong("local_attention", "which to keep, or which to hide?")
def hides_what_is_seen(q, k, v, window):
    offset, scores = table(q, k)
    return scores.masked_fill((offset >= 0) & (offset < window), -math.inf).softmax(-1) @ v


@wrong("local_attention", "What do they weight?")
def returns_the_weights(q, k, v, window):
    offset, scores = table(q, k)
    return scores.masked_fill((offset < 0) | (offset >= window), -math.inf).softmax(-1)


@wrong("local_attention", "You mix the keys")
def forgets_the_values(q, k, v, window):
    offset, scores = table(q, k)
    return scores.masked_fill((offset < 0) | (offset >= window), -math.inf).softmax(-1) @ k


@wrong("local_attention", "changed `q`", CHANGES_INPUT)
def scales_in_place(q, k, v, window):
    q /= math.sqrt(q.shape[-1])
    offset, scores = table(q * math.sqrt(q.shape[-1]), k)
    return scores.masked_fill((offset < 0) | (offset >= window), -math.inf).softmax(-1) @ v


def hidden(q, window):
    n = q.shape[-2]
    return ~torch.ones(n, n, dtype=torch.bool).tril().triu(1 - window)


@wrong("local_attention", "You divided by 8, which is √64")
def divides_by_eight_always(q, k, v, window):
    return (q @ k.mT / 8).masked_fill(hidden(q, window), -math.inf).softmax(-1) @ v


@wrong("local_attention", "the root of the text's length")
def divides_by_the_length(q, k, v, window):
    scores = q @ k.mT / math.sqrt(q.shape[2])
    return scores.masked_fill(hidden(q, window), -math.inf).softmax(-1) @ v


@wrong("local_attention", "Softmax still gives it something")
def puts_minus_five(q, k, v, window):
    return table(q, k)[1].masked_fill(hidden(q, window), -5).softmax(-1) @ v


@wrong("local_attention", "Your windows are blocks")
def reads_in_blocks(q, k, v, window):
    at = torch.arange(q.shape[2]) // window
    other = (at[:, None] != at) | hidden(q, q.shape[2])
    return table(q, k)[1].masked_fill(other, -math.inf).softmax(-1) @ v


@wrong("local_attention", "The first key of the text stays in sight")
def keeps_a_sink(q, k, v, window):
    hide = hidden(q, window)
    hide[:, 0] = False
    return table(q, k)[1].masked_fill(hide, -math.inf).softmax(-1) @ v


@wrong("local_attention", "comes round from behind")
def rolls_the_keys(q, k, v, window):
    window = min(window, q.shape[2])
    scores = torch.stack([(q * k.roll(i, 2)).sum(-1) for i in range(window)], -1)
    weights = (scores / math.sqrt(q.shape[-1])).softmax(-1)
    return sum(weights[..., i : i + 1] * v.roll(i, 2) for i in range(window))


@wrong("local_attention", "There is no softmax in it")
def forgets_softmax(q, k, v, window):
    return table(q, k)[1].masked_fill(hidden(q, window), 0) @ v


@wrong("local_attention", "All keys in the window weigh the same")
def takes_a_mean(q, k, v, window):
    return torch.zeros_like(q @ k.mT).masked_fill(hidden(q, window), -math.inf).softmax(-1) @ v


@wrong("local_attention", "With large scores it goes wrong")
def raises_e_to_large_scores(q, k, v, window):
    weights = table(q, k)[1].exp().masked_fill(hidden(q, window), 0)
    return weights / weights.sum(-1, keepdim=True) @ v


@wrong("local_attention", "and not with q of shape [1, 2, 5, 8]", RAISES)
def needs_a_text_longer_than_the_window(q, k, v, window):
    n = q.shape[2]
    near = torch.zeros(n, n, dtype=torch.bool)
    near[window:, : n - window] = torch.ones(n - window, n - window).tril().bool()
    return table(q, k)[1].masked_fill(near | hidden(q, n), -math.inf).softmax(-1) @ v


@wrong("local_attention", "Your heads are side by side")
def joins_the_heads(q, k, v, window):
    mixed = table(q, k)[1].masked_fill(hidden(q, window), -math.inf).softmax(-1) @ v
    return mixed.transpose(1, 2).flatten(2)


@wrong("local_attention", "the page cannot make a tensor", WRONG_FORM)
def returns_a_list_of_texts(q, k, v, window):
    return list(table(q, k)[1].masked_fill(hidden(q, window), -math.inf).softmax(-1) @ v)


@right("local_attention")
def with_a_mask_of_scores(q, k, v, window):
    offset, scores = table(q, k)
    return scores.masked_fill((offset < 0) | (offset >= window), -1e9).softmax(-1) @ v


@right("local_attention")
def with_the_fused_kernel_in_float32(q, k, v, window):
    n = q.shape[-2]
    near = torch.ones(n, n, dtype=torch.bool).tril().triu(1 - window)
    return F.scaled_dot_product_attention(q.float(), k.float(), v.float(), attn_mask=near)


@right("local_attention")
def one_query_at_a_time(queries, keys, values, near):
    mixed = torch.empty_like(values)
    for i in range(queries.shape[-2]):
        first = max(0, i - near + 1)
        scores = torch.einsum("bhd,bhmd->bhm", queries[:, :, i], keys[:, :, first : i + 1])
        weights = (scores / queries.shape[-1] ** 0.5).softmax(-1)
        mixed[:, :, i] = torch.einsum("bhm,bhmd->bhd", weights, values[:, :, first : i + 1])
    return mixed


@right("local_attention")
def by_weights_that_are_cut_and_made_whole_again(*, q, k, v, window):
    q, k, v = (x.numpy() for x in (q, k, v))
    n, d = q.shape[-2:]
    offset = np.subtract.outer(np.arange(n), np.arange(n))
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(d)
    scores = np.where((offset >= 0) & (offset < window), scores, -np.inf)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True) @ v


@wrong("local_attention", "Your window is half as long as asked")
def halves_the_window(q, k, v, window):
    offset, scores = table(q, k)
    return scores.masked_fill((offset < 0) | (offset > window // 2), -math.inf).softmax(-1) @ v


@wrong("local_attention", "the last keys of the whole text")
def sees_the_end_of_the_text(q, k, v, window):
    offset, scores = table(q, k)
    late = torch.arange(q.shape[-2]) >= q.shape[-2] - window
    seen = (offset >= 0) & late | (offset == 0)
    return scores.masked_fill(~seen, -math.inf).softmax(-1) @ v


@wrong("local_attention", "You put a small number")
def hides_by_minus_4(q, k, v, window):
    return table(q, k)[1].masked_fill(hidden(q, window), -4).softmax(-1) @ v


@wrong("local_attention", "Your weights are transposed")
def transposes_the_weights(q, k, v, window):
    weights = table(q, k)[1].masked_fill(hidden(q, window), -math.inf).softmax(-1)
    return weights.mT @ v


@wrong("local_attention", "zeros stand before the text")
def pads_with_zeros(q, k, v, window):
    k, v = (F.pad(x, (0, 0, window - 1, 0)).unfold(-2, window, 1) for x in (k, v))
    scores = (q[..., None] * k).sum(-2) / math.sqrt(q.shape[-1])
    return (v * scores.softmax(-1)[..., None, :]).sum(-1)


@wrong("local_attention", "until a window is full")
def waits_for_a_full_window(q, k, v, window):
    late = torch.arange(q.shape[-2])[:, None] >= window - 1
    seen = ~hidden(q, window) & late
    return table(q, k)[1].masked_fill(~seen, -math.inf).softmax(-1) @ v


@wrong("local_attention", "all but the first of `q` along axis 0 changes")
def reads_the_first_text(q, k, v, window):
    scores = table(q, k)[1].masked_fill(hidden(q, window), -math.inf)
    return (scores.softmax(-1) @ v)[:1].expand_as(v)


@wrong("local_attention", "one key that comes after it")
def looks_ahead_by_one(q, k, v, window):
    offset, scores = table(q, k)
    return scores.masked_fill((offset < -1) | (offset >= window), -math.inf).softmax(-1) @ v


def attends(q, k, v, seen):
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    return scores.masked_fill(~seen, -math.inf).softmax(-1) @ v


@wrong("local_attention", "the last keys of the whole text")
def sees_the_last_keys_of_the_text(q, k, v, window):
    at = torch.arange(q.shape[-2])
    seen = (at <= at[:, None]) & (at >= len(at) - window)
    return attends(q, k, v, seen).nan_to_num()


@wrong("local_attention", "You return the first text alone")
def returns_the_first_text(q, k, v, window):
    at = torch.arange(q.shape[-2])
    back = at[:, None] - at
    return attends(q[0], k[0], v[0], (back >= 0) & (back < window))


@wrong("local_attention", "A mask times −∞ does that")
def multiplies_a_mask_by_minus_infinity(q, k, v, window):
    at = torch.arange(q.shape[-2])
    back = at[:, None] - at
    hidden = ((back < 0) | (back >= window)) * -math.inf
    return (q @ k.mT / math.sqrt(q.shape[-1]) + hidden).softmax(-1) @ v


# --- pictures ---

PICTURES = {
    "04.copies_untuned": lambda: lesson_04.copies_untuned(COPIES, guess=3.58),
    "04.loss_over_positions": lambda: lesson_04.loss_over_positions(
        {"rope": np.linspace(0.5, 3, 1024), "last_512": np.full(1024, 0.7)}
    ),
}
