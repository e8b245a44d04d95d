"""Checks for lesson 04, Break the model."""

import math

import numpy as np
import torch

from lesson_utils.checks.findings import WRONG_FORM, WRONG_VALUE, Finding, as_numbers, expect
from lesson_utils.checks.registry import exercise


@exercise(
    "04.1",
    nudge="Two models cut the same text into different pieces. What do they have in common, that "
    "you could divide by?",
    outline="Add up the losses of all tokens. A bit is ln 2 nats: divide by that. Then divide once "
    "by the number of bytes of all tokens together.",
    takeaway="Perplexity counts by the token, and every tokenizer has tokens of its own. Bits per "
    "byte compare across all of them.",
)
def bits_per_byte(answer):
    losses = np.array([2.1, 0.7, 3.3, 1.2, 5.0])
    counts = np.array([4, 1, 7, 2, 3])
    nats, bits = losses.sum(), losses.sum() / math.log(2)
    got = answer(losses=torch.from_numpy(losses), byte_counts=torch.from_numpy(counts))
    expect(
        got,
        bits / counts.sum(),
        {
            "This is bits per token. By what do you divide to have them per byte?": bits / 5,
            "This is nats per byte. How many nats is a bit?": nats / counts.sum(),
            "You multiplied by ln 2. A bit is ln 2 nats: are there more bits than nats, or "
            "fewer?": nats * math.log(2) / counts.sum(),
            "You took each token's bits per byte, and then the mean. So a token of one byte says "
            "as much as one of 7. When do you divide?": (losses / counts).mean() / math.log(2),
            "You multiplied each loss by its token's bytes. A token's loss is all of it already.": (
                losses * counts
            ).sum()
            / counts.sum()
            / math.log(2),
            "This is a perplexity. The task asks for bits.": math.exp(nats / counts.sum()),
            "This is a perplexity per token.": math.exp(nats / 5),
            "You took the logarithm of a loss, which is a logarithm already. How does a loss in "
            "nats become one in bits?": math.log2(nats / counts.sum()),
            "You took the logarithm of a loss, which is a logarithm already, and counted by the "
            "token.": math.log2(nats / 5),
            "This is bytes per bit. Which goes on top?": counts.sum() / bits,
            "These are the bits of the whole text. How many are they per byte?": bits,
            "These are bits for each token. The task asks for one number.": losses / math.log(2),
            "These are bits per byte for each token. The task asks for one number, of the whole "
            "text.": losses / counts / math.log(2),
        },
        otherwise="A single token with a loss of ln 2 and one byte is one bit per byte. What does "
        "yours give?",
    )


@exercise(
    "04.2",
    nudge="Which bytes count, and how many are they in all batches together?",
    outline="Go through the batches. Of each, keep the losses where `scored` is true; add their "
    "sum to one total, their number to another. Divide once, after the last batch, and then take "
    "the exponential.",
    takeaway="Sums add up, means do not. Carry a sum and a count, and no batch size changes the "
    "number that you report.",
)
def corpus_perplexity(answer):
    rng = np.random.default_rng(4)
    batches = []
    for shape, hardness, lengths in (
        ((3, 6), 1.0, (6, 2, 5)),
        ((2, 9), 2.2, (9, 7)),
        ((1, 4), 0.4, (3,)),
    ):
        scored = np.arange(shape[1]) < np.array(lengths)[:, None]
        scored[:, 0] = False  # the first byte of a text has nothing before it
        batches.append((np.where(scored, rng.gamma(2, hardness, shape), 5.5), scored))
    batches[0][0][:, 0] = 5.5
    got = answer(batches=[(torch.from_numpy(x), torch.from_numpy(s)) for x, s in batches])

    kept = [x[s] for x, s in batches]
    rows = [x[i][s[i]] for x, s in batches for i in range(len(x))]
    means = np.array([part.mean() for part in kept])
    every, total = [x.ravel() for x, _ in batches], np.concatenate(kept)
    expect(
        got,
        math.exp(total.mean()),
        {
            "You took the exponential of each batch and then the mean. That gives most say to the "
            "hardest batch. When is the one time to take it?": np.exp(means).mean(),
            "You took the mean of the batches' means. One byte of a small batch then counts more "
            "than one of a large batch. What could you carry from batch to batch "
            "instead?": math.exp(means.mean()),
            "You took the mean of each text, and then of those. Short texts then count as much as "
            "long ones.": math.exp(np.mean([row.mean() for row in rows])),
            "You took a perplexity for each text, and then the mean of them. Hard texts then count "
            "most, and short ones as much as long ones.": np.mean(
                [math.exp(row.mean()) for row in rows]
            ),
            "You took e to each loss, and then the mean. One byte of bad luck then outweighs "
            "hundreds.": np.exp(total).mean(),
            "You count the filling at the end of short texts, and first bytes, as if they had been "
            "read. What does `scored` say?": math.exp(np.concatenate(every).mean()),
            "You add up the right losses, and divide by the number of all places, the filling "
            "included. How many bytes were scored?": math.exp(total.sum() / sum(map(len, every))),
            "You add up all losses, and divide by the number that were scored. Which losses belong "
            "in the sum?": math.exp(np.concatenate(every).sum() / len(total)),
            "You took the mean of each batch with its filling, and then of those.": math.exp(
                np.mean([part.mean() for part in every])
            ),
            "You divided the sum by the number of batches. How many bytes is it over?": math.exp(
                total.sum() / len(batches)
            ),
            "This is the mean loss. What makes a perplexity of it?": total.mean(),
            "You raised 2 to the mean loss. Losses are in nats: which number do they belong to?": 2
            ** total.mean(),
            "Your sign is the other way round: a loss is −ln p already.": math.exp(-total.mean()),
            "Only your last batch counts. Where do you keep the ones before?": math.exp(means[-1]),
            "Only your first batch counts. Does the function return too early?": math.exp(means[0]),
        },
        otherwise=f"There are {len(total)} bytes scored in three batches. How many do you divide "
        "by, and when?",
    )


@exercise(
    "04.3",
    nudge="Write down the first three windows of a document by hand. Up to which byte has "
    "everything been scored when a new one begins?",
    outline="The first window is 0 to `length`, and scores from 1. Each further one begins a "
    "stride later and scores from where the one before it ended. The last one ends with the "
    "document: cut it short there, or move it back. Then stop.",
    takeaway="A stride buys context and costs reading. Report both it and the length, or nobody "
    "can compare your number with theirs.",
)
def plan_windows(answer):
    for total, length, stride in (
        (1000, 300, 100),
        (1000, 300, 128),
        (1037, 300, 299),
        (200, 300, 100),
        (300, 300, 100),
    ):
        got = as_numbers(answer(total=total, length=length, stride=stride))
        if got.ndim != 2 or got.shape[1] != 3 or not len(got):
            raise Finding(
                WRONG_FORM, "Return a list with three numbers for each window: start, end, first."
            )
        case = f"With {total} bytes, windows of {length}, and a stride of {stride}: "
        question = _windows_amiss(got, total, length, stride)
        if question:
            raise Finding(WRONG_VALUE, case + question)


def _windows_amiss(plan, total, length, stride):
    """Return what is to be asked of a plan, "" if nothing."""
    if not np.array_equal(plan, np.round(plan)):
        return "a window begins or ends between two bytes. Do you divide with `/`?"
    plan = plan.astype(int)
    times = np.zeros(total + 1, dtype=int)
    for start, end, first in plan:
        if start < 0 or end > total:
            return (
                f"your window from {start} to {end} leaves the document. Where must it end, or "
                "begin?"
            )
        if end - start > length:
            return f"your window from {start} to {end} has {end - start} bytes. Is that too many?"
        if first == end:
            return (
                f"your window from {start} to {end} has nothing new to score. At which window "
                "should you have stopped?"
            )
        if not start <= first < end:
            return (
                f"your window from {start} to {end} scores from {first}. `first` is counted in "
                "the document, like the other two; which bytes are new in this window?"
            )
        times[first:end] += 1
    if times[0]:
        return "you score byte 0. What could the model have guessed it from?"
    twice = np.flatnonzero(times > 1)
    if len(twice):
        return (
            f"byte {twice[0]} is scored {times[twice[0]]} times. Which window scored it already, "
            "and up to where?"
        )
    never = np.flatnonzero(times[1:total] == 0) + 1
    if len(never) and never[0] == plan[:, 1].max():
        return (
            f"the last {total - never[0]} bytes are never scored. What becomes of a rest that is "
            "shorter than a stride?"
        )
    if len(never):
        return (
            f"byte {never[0]} is never scored, {len(never)} are left out in all. Which window "
            "should have had it?"
        )
    for start, _, first in plan:
        if first - start < min(first, length - stride):
            return (
                f"byte {first} is scored with {first - start} bytes before it, where "
                f"{min(first, length - stride)} could be had. Where should its window begin?"
            )
    needed = 1 + max(0, math.ceil((total - length) / stride))
    if len(plan) != needed:
        return (
            f"you read {len(plan)} windows, and {needed} do. Does each begin a stride after the "
            "one before?"
        )
    return ""


@exercise(
    "04.4",
    nudge="A table of offsets, query's position less key's, says of every score whether it may be "
    "seen. What must a score be so that softmax gives it nothing?",
    outline="Score all queries against all keys and divide by √head_dim. Where the offset is "
    "negative, or is `window` or more, put −∞. Take softmax over the keys, and mix the values with "
    "it.",
    takeaway="Low perplexity on a long text does not show that far text was used: a reader who "
    "forgets it may score better than one who remembers.",
)
def local_attention(answer):
    rng = np.random.default_rng(4)
    n, window, head_dim = 7, 3, 8
    q, k, v = rng.normal(size=(3, 2, 3, n, head_dim))  # two texts, three heads
    root = math.sqrt(head_dim)
    offset = np.arange(n)[:, None] - np.arange(n)
    causal, seen = offset >= 0, (offset >= 0) & (offset < window)

    scores = q @ np.swapaxes(k, -1, -2) / root

    def weights(seen, scores=scores, axis=-1):
        with np.errstate(invalid="ignore"):
            raised = np.exp(np.where(seen, scores, -np.inf))
            return raised / raised.sum(axis, keepdims=True)

    got = answer(q=torch.from_numpy(q), k=torch.from_numpy(k), v=torch.from_numpy(v), window=window)
    expect(
        got,
        weights(seen) @ v,
        {
            "You return the weights. What do they weight?": weights(seen),
            "Your query sees one key too many. With a window of 3 it sees its own and the two "
            "before it: which is the largest offset?": weights(causal & (offset <= window)) @ v,
            "Your query sees one key too few. Its own counts, too.": weights(
                causal & (offset < window - 1)
            )
            @ v,
            "Your query sees keys that come after it. Which sign has their offset?": weights(
                np.abs(offset) < window
            )
            @ v,
            "Your queries see the keys after them and not those before. Which way round is your "
            "offset, and which axis has the queries?": weights(seen.T) @ v,
            "You hid the far keys and left those after the query in sight.": weights(
                offset < window
            )
            @ v,
            "You hid the future, but nothing far. Where does the window come in?": weights(causal)
            @ v,
            "You put 0 where nothing should be seen. Softmax makes e⁰ = 1 of it, and that is a "
            "lot. What does it make 0 of?": weights(True, scores * seen) @ v,
            "Your mask holds 0 and 1 as numbers, and they were added to the scores. Which kind of "
            "mask hides, and what would an added one have to hold?": weights(True, scores + seen)
            @ v,
            "You took softmax over all keys and cut afterwards. Do the weights that are left still "
            "add up to 1?": (weights(True) * seen) @ v,
            "You took softmax over the keys up to the query, and cut the far ones afterwards. Do "
            "the weights that are left still add up to 1?": (weights(causal) * seen) @ v,
            "Your scores are not divided by √head_dim.": weights(seen, scores * root) @ v,
            "You divided by head_dim. By which power of it?": weights(seen, scores / root) @ v,
            "Your weights add up to 1 over the queries. Which axis has the keys?": weights(
                seen, axis=-2
            )
            @ v,
            "The first queries give NaN: for them nothing is left to see. Which keys did you "
            "hide, the far or the near?": weights(offset >= window) @ v,
            "You hid what may be seen, and show the rest. Does your mask say which to keep, or "
            "which to hide?": weights(~seen) @ v,
        },
        otherwise="The first query sees its own key alone, so its result is the first value as it "
        "is. Is yours? If so, look at the second: it has two to choose from.",
    )
