"""Lesson 04: wrong and right answers to its exercises, and its pictures in small."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from lesson_utils.checks.findings import CHANGES_INPUT, RAISES, WRONG_FORM
from lesson_utils.figures import lesson_04
from tests.lessons import right, wrong
from tests.lessons.arrays import BY_LENGTH

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


@wrong("bits_per_byte", "one bit per byte. What does yours give?")
def divides_by_eight(losses, byte_counts):
    return losses.sum() / math.log(2) / byte_counts.sum() / 8


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


@wrong("corpus_perplexity", "How many do you divide by, and when?")
def forgets_the_first_scored_byte(batches):
    return torch.cat([losses[:, 2:][scored[:, 2:]] for losses, scored in batches]).mean().exp()


@wrong("corpus_perplexity", "changed `batches`", CHANGES_INPUT)
def clears_the_filling_in_place(batches):
    for losses, scored in batches:
        losses[~scored] = 0
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


@right("corpus_perplexity")
def by_multiplying_with_the_mask_in_float32(batches):
    nats = torch.stack([(losses.float() * scored).sum() for losses, scored in batches])
    counts = torch.stack([scored.sum() for _, scored in batches])
    return torch.exp(nats.sum() / counts.sum()).view(1)


@right("corpus_perplexity")
def with_weighted_means_in_numpy(data):
    means = [np.mean(losses.numpy()[scored.numpy()]) for losses, scored in data]
    return np.exp(np.average(means, weights=[int(scored.sum()) for _, scored in data]))


@right("corpus_perplexity")
def with_plain_python(*, batches):
    kept = []
    for losses, scored in batches:
        for row, keep in zip(losses.tolist(), scored.tolist(), strict=True):
            kept += [loss for loss, k in zip(row, keep, strict=True) if k]
    return math.prod(math.exp(loss / len(kept)) for loss in kept)


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


@wrong("plan_windows", "which bytes are new in this window?")
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


@wrong("plan_windows", "is scored 2 times")
def scores_all_of_each_window(total, length, stride):
    return slide(total, length, stride, lambda a, b, scored: a + 1)


@wrong("plan_windows", "byte 299 is scored 2 times")
def scores_one_byte_twice(total, length, stride):
    return slide(total, length, stride, lambda a, b, scored: max(scored - 1, 1))


@wrong("plan_windows", "byte 300 is never scored")
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


@wrong("plan_windows", "bytes before it, where")
def cuts_without_overlap(total, length, stride):
    return [(s, min(s + length, total), max(s, 1)) for s in range(0, total, length)]


@wrong("plan_windows", "Is that too many?")
def reads_all_that_came_before(total, length, stride):
    ends = [*range(length, total, stride), total]
    return [(0, end, before or 1) for before, end in zip([0, *ends], ends, strict=False)]


@wrong("plan_windows", "and 8 do")
def moves_by_one(total, length, stride):
    first = (0, min(length, total), 1)
    return [first] + [(e - length, e, e - 1) for e in range(length + 1, total + 1)]


@wrong("plan_windows", "three numbers for each window", WRONG_FORM)
def returns_starts_and_ends(total, length, stride):
    return [(a, b) for a, b, _ in slide(total, length, stride, lambda a, b, scored: a)]


@wrong("plan_windows", "ZeroDivisionError", RAISES)
def divides_by_nothing(total, length, stride):
    return slide(total, length, stride, lambda a, b, scored: scored // (total - total))


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


@wrong("local_attention", "for them nothing is left to see")
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


@wrong("local_attention", "its result is the first value as it is")
def forgets_the_values(q, k, v, window):
    offset, scores = table(q, k)
    return scores.masked_fill((offset < 0) | (offset >= window), -math.inf).softmax(-1) @ k


@wrong("local_attention", "changed `q`", CHANGES_INPUT)
def scales_in_place(q, k, v, window):
    q /= math.sqrt(q.shape[-1])
    offset, scores = table(q * math.sqrt(q.shape[-1]), k)
    return scores.masked_fill((offset < 0) | (offset >= window), -math.inf).softmax(-1) @ v


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
    weights = np.exp(q @ k.swapaxes(-1, -2) / np.sqrt(d)) * ((offset >= 0) & (offset < window))
    return weights / weights.sum(-1, keepdims=True) @ v


# --- pictures ---

SIDES = {"slow": {6: 2.4, 10: 2.3, 16: 3.5}, "fast": {6: 14.1, 10: 14.8, 16: 9.8}}

PICTURES = {
    "04.methods_by_length": lambda: lesson_04.methods_by_length(BY_LENGTH),
    "04.loss_over_positions": lambda: lesson_04.loss_over_positions(
        {"rope": np.linspace(0.5, 3, 1024), "yarn": np.full(1024, 0.7)}
    ),
    "04.split_experiment": lambda: lesson_04.split_experiment(SIDES, 16.7),
}
