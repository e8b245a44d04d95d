"""Checks for lesson 04, Break the model."""

import functools
import itertools
import math

import numpy as np

from lesson_utils.checks.findings import WRONG_FORM, WRONG_VALUE, Finding, number
from lesson_utils.checks.judging import Task, attempt, call, example, explaining, judge
from lesson_utils.checks.observing import of_arguments
from lesson_utils.checks.registry import exercise

LN2 = math.log(2)


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
    def ask(*tokens):
        losses, byte_counts = zip(*tokens)
        return dict(losses=np.array(losses), byte_counts=np.array(byte_counts))

    judge(
        answer,
        lambda losses, byte_counts: losses.sum() / LN2 / byte_counts.sum(),
        cases=[
            ask((2.1, 2), (0.7, 1), (3.3, 9), (1.2, 8), (5.0, 3)),
            ask((0.31, 2), (6.7, 9), (0.05, 1), (2.9, 5), (1.4, 12), (2.9, 5), (3.61, 6)),
            ask((9.3, 14), (1.7, 41), (0.0, 3), (4.4, 8)),  # a token that was sure; two alike above
        ],
        mistakes=_WRONG_BITS,
        edges={"Of a single token it goes wrong. Is a token left out?": ask((2.9, 5))},
        otherwise="All losses together are nats, all byte counts together are bytes. When do you "
        "divide one by the other, and how many nats is a bit?",
        by_hand=[
            (ask((LN2, 1)), "This is one token of one byte with a loss of ln 2 nats, one bit."),
            (ask((LN2, 4)), "This is one token of four bytes. How many share its one bit?"),
            (
                ask((3 * LN2, 2)),
                "This is one token of two bytes with a loss of 3 ln 2, three bits.",
            ),
            (
                ask((LN2, 1), (3 * LN2, 1)),
                "With one token you are right. These are two of one byte each, four bits in all.",
            ),
            (
                ask((LN2, 1), (LN2, 3)),
                "With tokens of one byte you are right. These have one and three: two bits, "
                "four bytes.",
            ),
        ],
        form=number,
    )


def _of_totals(function):
    """Make a mistake from (nats in all, bytes in all, tokens)."""
    return lambda losses, byte_counts: function(losses.sum(), byte_counts.sum(), len(losses))


_WRONG_BITS = {
    "This is bits per token. By what do you divide to have them per byte?": _of_totals(
        lambda nats, count, tokens: nats / LN2 / tokens
    ),
    "This is nats per token. How many nats is a bit, and how many bytes has a token?": _of_totals(
        lambda nats, count, tokens: nats / tokens
    ),
    "This is nats per byte. How many nats is a bit?": _of_totals(
        lambda nats, count, tokens: nats / count
    ),
    "You divided by the number of tokens, and by that of bytes as well. One is enough: which?": (
        _of_totals(lambda nats, count, tokens: nats / tokens / count / LN2),
        _of_totals(lambda nats, count, tokens: nats / tokens / count),
    ),
    "You rounded the mean number of bytes, or took it by `//`. A token need not have a whole "
    "number of bytes in the mean.": (
        _of_totals(lambda nats, count, tokens: nats / tokens / round(count / tokens) / LN2),
        _of_totals(lambda nats, count, tokens: nats / tokens / (count // tokens) / LN2),
        _of_totals(lambda nats, count, tokens: nats / tokens / math.ceil(count / tokens) / LN2),
    ),
    "You rounded bits or nats down, with `//`. They need not be whole numbers.": (
        _of_totals(lambda nats, count, tokens: nats // LN2 / count),
        _of_totals(lambda nats, count, tokens: nats // 1 / LN2 / count),
        _of_totals(lambda nats, count, tokens: nats // count / LN2),
    ),
    "Your ln 2 has few digits. `math.log(2)` has all of them.": tuple(
        _of_totals(lambda nats, count, tokens, short=short: nats / count / short)
        for short in (0.7, 0.69, 0.693)
    ),
    "You multiplied by the bytes. Each of them gets a share of the bits.": (
        _of_totals(lambda nats, count, tokens: nats * count / LN2),
        _of_totals(lambda nats, count, tokens: nats / tokens * count / tokens / LN2),
    ),
    "This is how many times shorter than 8 bits a byte becomes. How many bits is it?": _of_totals(
        lambda nats, count, tokens: 8 * LN2 * count / nats
    ),
    "You took the median of the bytes, or of the losses. All of the text counts.": (
        lambda losses, byte_counts: losses.mean() / np.median(byte_counts) / LN2,
        lambda losses, byte_counts: (
            losses.mean() / np.sort(byte_counts)[(len(losses) - 1) // 2] / LN2
        ),
        lambda losses, byte_counts: np.median(losses) / byte_counts.mean() / LN2,
        lambda losses, byte_counts: np.median(losses) / np.median(byte_counts) / LN2,
    ),
    "You count one byte fewer than there are. Every token's loss is here, and every byte was paid "
    "for.": _of_totals(lambda nats, count, tokens: nats / (count - 1) / LN2),
    "You count one byte more than there are.": _of_totals(
        lambda nats, count, tokens: nats / (count + 1) / LN2
    ),
    "You divided by the number of tokens, give or take one. The task asks for bits per byte.": (
        _of_totals(lambda nats, count, tokens: nats / max(1, tokens - 1) / LN2),
        _of_totals(lambda nats, count, tokens: nats / (tokens + 1) / LN2),
    ),
    "You added the tokens to the bytes. Their bytes are counted already.": _of_totals(
        lambda nats, count, tokens: nats / (count + tokens) / LN2
    ),
    "You divided by log10 2. Nats are of base e: which logarithm of 2 belongs to them?": (
        _of_totals(lambda nats, count, tokens: nats / math.log10(2) / count)
    ),
    "You divided by ln 2 twice.": _of_totals(lambda nats, count, tokens: nats / LN2 / LN2 / count),
    "You divided by e. A bit is ln 2 nats.": _of_totals(
        lambda nats, count, tokens: nats / math.e / count
    ),
    "You multiplied by 8. Bits of surprise are not the bits that a byte is stored in.": (
        _of_totals(lambda nats, count, tokens: 8 * nats / LN2 / count),
        _of_totals(lambda nats, count, tokens: 8 * nats / count),
    ),
    "Your sign is the other way round: a loss is −ln p already.": _of_totals(
        lambda nats, count, tokens: -nats / LN2 / count
    ),
    "You took each loss once, and two tokens may have the same.": lambda losses, byte_counts: (
        np.unique(losses).sum() / byte_counts.sum() / LN2
    ),
    "You took bytes per bit of each token, and the mean of them, upside down. When do you "
    "divide?": lambda losses, byte_counts: 1 / (LN2 * (byte_counts / losses).mean()),
    "You took the largest alone. All of the text has to be paid for.": (
        lambda losses, byte_counts: (losses / byte_counts).max() / LN2,
        lambda losses, byte_counts: losses.max() / byte_counts.max() / LN2,
    ),
    "You left out tokens of one byte.": (
        lambda losses, byte_counts: (
            losses[byte_counts > 1].sum() / byte_counts[byte_counts > 1].sum() / LN2
        ),
        lambda losses, byte_counts: losses[byte_counts > 1].sum() / byte_counts.sum() / LN2,
    ),
    "You left out what cost nothing. Its bytes were read as well.": lambda losses, byte_counts: (
        losses.sum() / byte_counts[losses > 0].sum() / LN2
    ),
    "You multiplied by ln 2. A bit is ln 2 nats: are there more bits than nats, or "
    "fewer?": _of_totals(lambda nats, count, tokens: nats * LN2 / count),
    "You divided by ln 10, as for digits. How many nats is a bit?": _of_totals(
        lambda nats, count, tokens: nats / math.log(10) / count
    ),
    "You divided by 2. A bit is ln 2 nats.": _of_totals(
        lambda nats, count, tokens: nats / 2 / count
    ),
    "You divided by 8, the bits of a byte. By how many bytes are the bits to be "
    "divided?": _of_totals(lambda nats, count, tokens: nats / LN2 / count / 8),
    "You divided by 8, the bits of a byte, and not by the bytes of this text.": (
        _of_totals(lambda nats, count, tokens: nats / LN2 / 8),
        _of_totals(lambda nats, count, tokens: nats / LN2 / tokens / 8),
    ),
    "You divided by 4,096, whatever the text. How many bytes has it?": _of_totals(
        lambda nats, count, tokens: nats / LN2 / 4096
    ),
    "You took each token's bits per byte, and then the mean. So a token of one byte says as much "
    "as one of 9. When do you divide?": lambda losses, byte_counts: (
        (losses / byte_counts).mean() / LN2
    ),
    "You took each token's bits per byte, and added them up. When do you "
    "divide?": lambda losses, byte_counts: (losses / byte_counts).sum() / LN2,
    "You multiplied the mean loss by the mean of 1 / bytes. What is divided by "
    "what?": lambda losses, byte_counts: losses.mean() * (1 / byte_counts).mean() / LN2,
    "You multiplied each loss by its token's bytes. A token's loss is all of it "
    "already.": lambda losses, byte_counts: (losses * byte_counts).sum() / byte_counts.sum() / LN2,
    "You took the median. All of the text has to be paid for.": (
        lambda losses, byte_counts: np.median(losses / byte_counts) / LN2,
        lambda losses, byte_counts: np.sort(losses / byte_counts)[(len(losses) - 1) // 2] / LN2,
    ),
    "The first token's loss is left out, and its bytes are not.": lambda losses, byte_counts: (
        losses[1:].sum() / byte_counts.sum() / LN2
    ),
    "The first token is left out. All of them belong to the text.": lambda losses, byte_counts: (
        losses[1:].sum() / max(1, byte_counts[1:].sum()) / LN2
    ),
    "The last token is left out. All of them belong to the text.": lambda losses, byte_counts: (
        losses[:-1].sum() / max(1, byte_counts[:-1].sum()) / LN2
    ),
    "This is a perplexity. The task asks for bits.": (
        _of_totals(lambda nats, count, tokens: math.exp(nats / count)),
        _of_totals(lambda nats, count, tokens: math.exp(nats / count / LN2)),
        _of_totals(lambda nats, count, tokens: 2 ** (nats / count)),
        _of_totals(lambda nats, count, tokens: 2 ** (nats / LN2 / count)),
    ),
    "This is a perplexity per token.": _of_totals(
        lambda nats, count, tokens: math.exp(nats / tokens)
    ),
    "You took the logarithm of a loss, which is a logarithm already. How does a loss in nats "
    "become one in bits?": (
        _of_totals(lambda nats, count, tokens: math.log2(nats / count)),
        _of_totals(lambda nats, count, tokens: math.log2(nats) / count),
        _of_totals(lambda nats, count, tokens: math.log(nats) / LN2 / count / LN2),
        _of_totals(lambda nats, count, tokens: math.log(nats / count)),
        lambda losses, byte_counts: np.log2(losses).sum() / byte_counts.sum(),
        lambda losses, byte_counts: -np.log2(losses).sum() / byte_counts.sum(),
        lambda losses, byte_counts: np.log2(1 + losses).sum() / byte_counts.sum(),
    ),
    "You took the logarithm of a loss, which is a logarithm already, and counted by the "
    "token.": _of_totals(lambda nats, count, tokens: math.log2(nats / tokens)),
    "You took the mean of the tokens' perplexities, and the logarithm after it. Losses add up; "
    "perplexities do not.": (
        lambda losses, byte_counts: np.log2(np.exp(losses).mean()) * len(losses) / byte_counts.sum()
    ),
    "You took the mean of the tokens' probabilities, and its logarithm. Losses add up; "
    "probabilities do not.": (
        lambda losses, byte_counts: (
            -np.log2(np.exp(-losses).mean()) * len(losses) / byte_counts.sum()
        )
    ),
    "Each token's bits, or nats, are made whole. They need not be whole numbers.": tuple(
        lambda losses, byte_counts, whole=whole, unit=unit: (
            whole(losses / unit).sum() * unit / LN2 / byte_counts.sum()
        )
        for whole in (np.ceil, np.floor, np.round)
        for unit in (LN2, 1)
    ),
    "You took all tokens to be as long as the longest, or as the shortest. How many bytes are they "
    "together?": (
        lambda losses, byte_counts: losses.mean() / byte_counts.max() / LN2,
        lambda losses, byte_counts: losses.mean() / byte_counts.min() / LN2,
    ),
    "This is bytes per bit. Which goes on top?": _of_totals(
        lambda nats, count, tokens: count / (nats / LN2)
    ),
    "These are the bits of the whole text. How many are they per byte?": _of_totals(
        lambda nats, count, tokens: nats / LN2
    ),
    "These are bits for each token. The task asks for one number.": lambda losses, byte_counts: (
        losses / LN2
    ),
    "These are bits per byte for each token. The task asks for one number, of the whole text.": (
        lambda losses, byte_counts: losses / byte_counts / LN2
    ),
}


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

    batch, going_on = (functools.partial(make, rng) for make in (_batch, _going_on))
    judge(
        answer,
        lambda batches: math.exp(_scored(batches).mean()),
        cases=[
            dict(batches=[batch(1.0, 4, (4, 2), 5.5), batch(0.6, 5, (5,), 5.5)]),
            dict(
                batches=[
                    batch(1.0, 6, (6, 2, 5), 3.25),
                    batch(2.2, 9, (9, 7), 3.25),
                    batch(0.4, 4, (3,), 3.25),
                ]
            ),
            dict(batches=[batch(1.6, 8, (8, 3), -1.0), going_on(0.5, 8, (5, 6, 4, 8), -1.0)]),
            dict(batches=[going_on(0.7, 5, (4, 3), 0.0), batch(1.3, 7, (4, 7, 6), 0.0)]),
        ],
        mistakes=_WRONG_MEANS,
        edges=_uncommon_batches(batch),
        otherwise="Count the bytes that are scored, in all batches together. How many do you "
        "divide by, and when?",
        by_hand=_SMALL_BATCHES,
        form=number,
    )


def _uncommon_batches(batch):
    """Make the edges of 04.2: filling that is no number, nothing scored, much scored."""
    return {
        "The filling may be NaN or infinite, and NaN times 0 is NaN. What keeps it out of the "
        "sum?": dict(batches=[batch(1.1, 5, (5, 3), np.nan), batch(0.8, 4, (4, 2), np.inf)]),
        "In one batch nothing is scored. What is the mean of nothing, and do you need it?": dict(
            batches=[
                batch(0.9, 4, (4, 3), 2.5),
                batch(1.0, 3, (1, 1), 2.5),
                batch(1.5, 5, (2, 5), 2.5),
            ],
        ),
        "With many bytes it goes wrong: a product of so many probabilities is 0 in any dtype, "
        "and e to so large a sum is infinite. What can be added up instead?": dict(
            batches=[batch(1.1, 400, (400, 370), 3.5), batch(0.8, 300, (300,), 3.5)]
        ),
        "With a single batch it goes wrong.": dict(batches=[batch(1.4, 6, (6, 4, 3), 4.5)]),
    }


def _batch(rng, hardness, n, lengths, filling):
    scored = np.arange(n) < np.array(lengths)[:, None]
    scored[:, 0] = False  # the first byte of a text has nothing before it
    losses = rng.gamma(2, hardness, scored.shape).round(2) + 0.003
    return np.float32(np.where(scored, losses, filling)), scored


def _going_on(rng, hardness, n, lengths, filling):
    """Make a batch of texts that go on from an earlier one, and are filled up in front."""
    losses, scored = _batch(rng, hardness, n, lengths, filling)
    losses, scored = (np.roll(x[:, ::-1], 1, 1) for x in (losses, scored))
    losses[0, -1], scored[0, 0] = 0.0, True  # a byte that was sure: a loss of 0 counts, too
    losses[0, 0] = 25.0  # and one that was a great surprise
    losses[1, -2] = losses[1, -1]  # two may be alike
    return losses, scored


def _rows_of(*rows):
    """Make a batch of rows of losses; None is filling, which is 9 here."""
    losses = np.float32([[9 if loss is None else loss for loss in row] for row in rows])
    return losses, np.array([[loss is not None for loss in row] for row in rows])


_SMALL_BATCHES = [
    (dict(batches=[_rows_of([1, 1])]), "Two losses of 1 nat: what is e to the mean of them?"),
    (dict(batches=[_rows_of([1, 3])]), "Losses of 1 and 3 nats in one text: their mean is 2."),
    (
        dict(batches=[_rows_of([1, 3, None])]),
        "Two losses are scored, 1 and 3, and the filling is 9. What do you add up, and by how many "
        "do you divide?",
    ),
    (
        dict(batches=[_rows_of([None, 1, 3])]),
        "Here the filling stands in front. `scored` says which losses count, not only how many.",
    ),
    (
        dict(batches=[_rows_of([1, 1, 1], [5, None, None])]),
        "With one text you are right. These are two of unequal length; four losses, each counts "
        "once.",
    ),
    (
        dict(batches=[_rows_of([1, 1, 1]), _rows_of([5])]),
        "With one batch you are right. These are two of unequal size; four losses, each counts "
        "once.",
    ),
    (
        dict(batches=[_rows_of([1, 1], [1, None]), _rows_of([5])]),
        "With one text in a batch you are right. Here the first batch has two, three losses of 1 "
        "and filling; each of the four losses counts once.",
    ),
    (
        dict(batches=[_rows_of([2, 1]), _rows_of([5, 3]), _rows_of([0, 1])]),
        "With two batches you are right, and with three not. What do you carry from one to the "
        "next?",
    ),
]


def _scored(batches):
    return np.concatenate([losses[scored] for losses, scored in batches])


def _over_all(losses_of):
    """Make a mistake: e to the mean of other losses. ``losses_of`` takes (losses, scored)."""
    return lambda batches: math.exp(
        np.concatenate([losses_of(losses, scored).ravel() for losses, scored in batches]).mean()
    )


def _of_batches(function, then=lambda means, weights: math.exp(np.average(means, weights=weights))):
    """Make a mistake from each batch's mean and a weight: ``function`` takes (losses, scored).

    In two ways: a batch with nothing scored has a mean of NaN, or is left out.
    """

    def found(batches, skipping):
        kept = [(x, s) for x, s in batches if s.any() or not skipping]
        means = [x[s].mean() if s.any() else math.nan for x, s in kept]
        return then(np.array(means), [function(x, s) for x, s in kept])

    return tuple(
        lambda batches, skipping=skipping: found(batches, skipping) for skipping in (False, True)
    )


def _each_taken_in(means):
    """Carry a mean from batch to batch, and take the mean of it and the next one."""
    return functools.reduce(lambda carried, mean: (carried + mean) / 2, means)


def _but_one(which):
    """Make a mistake: leave out the first scored byte of each text (0), or the last (−1)."""

    def kept(losses, scored):
        kept = scored.copy()
        for row in kept:
            row[np.flatnonzero(row)[which : which + 1 or None]] = False
        return losses[kept]

    return _over_all(kept)


def _from_the_start(skip):
    """Make a mistake: take as many losses of each text as are scored, from its start."""

    def kept(losses, scored):
        rows = zip(losses, scored.sum(1))
        return np.concatenate([row[skip : skip + n] for row, n in rows])

    return _over_all(kept)


def _text_means(batches):
    return np.array(
        [x[s].mean() for losses, scored in batches for x, s in zip(losses, scored) if s.any()]
    )


def _ratio(above, below):
    """Make a mistake: e to one sum over another, each over all batches."""
    return lambda batches: math.exp(
        sum(above(*b) for b in batches) / sum(below(*b) for b in batches)
    )


_WRONG_MEANS = {
    "You took the exponential of each batch and then the mean. That gives most say to the hardest "
    "batch. When is the one time to take it?": (
        *_of_batches(lambda x, s: 1, lambda means, _: np.exp(means).mean()),
        *_of_batches(lambda x, s: 1, lambda means, _: np.nanmean(np.exp(means))),
    ),
    "You took the exponential of each batch, and weighted them. That still gives most say to the "
    "hardest. When is the one time to take it?": _of_batches(
        lambda x, s: s.sum(), lambda means, w: np.average(np.exp(means), weights=w)
    ),
    "You took the mean of the batches' means. One byte of a small batch then counts more than one "
    "of a large batch. What could you carry from batch to batch instead?": _of_batches(
        lambda x, s: 1
    ),
    "You weighted each batch by its number of texts. By how many bytes is a batch a "
    "mean?": _of_batches(lambda x, s: len(x)),
    "You weighted each batch by all its places, the filling included. How many were "
    "scored?": _of_batches(lambda x, s: x.size),
    "You weighted the means of batches, and a batch with nothing scored has none. Which two sums "
    "do without means?": _of_batches(lambda x, s: s.sum())[0],
    "You stop at a batch with nothing scored. What about the batches after it?": lambda batches: (
        math.exp(_scored(itertools.takewhile(lambda batch: batch[1].any(), batches)).mean())
    ),
    "You took the mean of what you have so far and of the next batch. Then the last batch counts "
    "for half. What could you carry instead?": (
        *_of_batches(lambda x, s: 1, lambda means, _: math.exp(_each_taken_in(means))),
        *_of_batches(lambda x, s: 1, lambda means, _: _each_taken_in(np.exp(means))),
    ),
    "You take the hardest batch, or the easiest. Every byte has to be paid for.": tuple(
        way
        for best in (np.nanmax, np.nanmin)
        for way in _of_batches(lambda x, s: 1, lambda means, _, best=best: best(np.exp(means)))
    ),
    "You weighted each batch by the length of its rows. How many bytes were scored in it?": (
        *_of_batches(lambda x, s: x.shape[1]),
        *_of_batches(lambda x, s: s.sum(1).max()),
    ),
    "Your mean is rounded down. Do you divide with `//`?": lambda batches: math.exp(
        _scored(batches).sum() // len(_scored(batches))
    ),
    "You cut large losses. A great surprise has to be paid for, too.": tuple(
        _over_all(lambda x, s, most=most: np.minimum(x[s], most)) for most in (5, 10, 20)
    ),
    "You took each loss once, and two bytes may have the same.": lambda batches: math.exp(
        np.unique(_scored(batches)).mean()
    ),
    "You count one byte more, or fewer, in each batch than are scored.": (
        _ratio(lambda x, s: x[s].sum(), lambda x, s: s.sum() + 1),
        _ratio(lambda x, s: x[s].sum(), lambda x, s: s.sum() - 1),
    ),
    "You add squares of losses. Losses are added as they are.": (
        lambda batches: math.exp(math.sqrt(np.square(_scored(batches)).mean())),
        lambda batches: math.exp(np.square(_scored(batches)).mean()),
    ),
    "You read the first text of each batch alone.": _over_all(lambda x, s: x[0][s[0]]),
    "You read the last byte of each text alone.": _over_all(lambda x, s: x[:, -1]),
    "You take the median of the batches. Every byte has to be paid for.": (
        *_of_batches(lambda x, s: 1, lambda means, _: math.exp(np.median(means))),
    ),
    "You multiplied the batches' perplexities. Where is the root, and the weight of each?": (
        *_of_batches(lambda x, s: 1, lambda means, _: np.exp(means).prod()),
    ),
    "A scored loss of 0 is left out. It is of a byte that the model was sure of, and counts.": (
        _over_all(lambda x, s: x[s & (x != 0)])
    ),
    "You take as many losses as are scored, from the start of each text. `scored` says which ones, "
    "not only how many.": (_from_the_start(0), _from_the_start(1)),
    "You leave out the first byte of each text even where it is scored. Who decides, its place or "
    "`scored`?": (
        _over_all(lambda x, s: x[:, 1:][s[:, 1:]]),
        _ratio(lambda x, s: x[:, 1:][s[:, 1:]].sum(), lambda x, s: s.sum()),
    ),
    "The last byte of each text is left out. What does `scored` say of it?": (
        _over_all(lambda x, s: x[:, :-1][s[:, :-1]]),
        _but_one(-1),
    ),
    "You add up over all batches, and divide by the bytes of the last one alone. Which of your two "
    "totals begins anew?": lambda batches: math.exp(
        _scored(batches).sum() / len(_scored(batches[-1:]))
    ),
    "You add up the losses of the last batch alone, and divide by the bytes of all.": (
        lambda batches: math.exp(_scored(batches[-1:]).sum() / len(_scored(batches)))
    ),
    "The last batch is left out. Where does your loop end?": lambda batches: math.exp(
        _scored(batches[:-1] or batches).mean()
    ),
    "The first batch is left out.": lambda batches: math.exp(
        _scored(batches[1:] or batches).mean()
    ),
    "You divide by one byte too few. Bytes are counted, not the steps between them.": (
        lambda batches: math.exp(_scored(batches).sum() / (len(_scored(batches)) - 1))
    ),
    "You take off one byte for each text, and `scored` has left out first bytes already.": _ratio(
        lambda x, s: x[s].sum(), lambda x, s: s.sum() - len(x)
    ),
    "You add one byte for each text. Only what is scored has a loss.": _ratio(
        lambda x, s: x[s].sum(), lambda x, s: s.sum() + len(x)
    ),
    "You divided by the length of a row, n. How many bytes were scored?": (
        _ratio(lambda x, s: x[s].sum(), lambda x, s: x.shape[1]),
    ),
    "You took the mean of each text, and then of those. Short texts then count as much as long "
    "ones.": lambda batches: math.exp(_text_means(batches).mean()),
    "You took the mean of each text, then of each batch, then of those. When is the one time to "
    "divide?": lambda batches: math.exp(np.mean([_text_means([b]).mean() for b in batches])),
    "You took a perplexity for each text, and then the mean of them. Hard texts then count most, "
    "and short ones as much as long ones.": lambda batches: np.exp(_text_means(batches)).mean(),
    "You took a perplexity for each text, and weighted them. Hard texts still count most. When "
    "is the one time to take it?": lambda batches: np.average(
        np.exp(_text_means(batches)),
        weights=[row.sum() for _, s in batches for row in s if row.any()],
    ),
    "You took e to each loss, and then the mean. One byte of bad luck then outweighs "
    "hundreds.": lambda batches: np.exp(_scored(batches)).mean(),
    "You count the filling at the end of short texts, and first bytes, as if they had been read. "
    "What does `scored` say?": _over_all(lambda x, s: x),
    "You left out the first byte of each text, and count the filling. What does `scored` "
    "say?": _over_all(lambda x, s: x[:, 1:]),
    "You count a loss above 0 as scored. Filling may be any number; what does `scored` say?": (
        _over_all(lambda x, s: x[x > 0]),
        _over_all(lambda x, s: x[x >= 0]),
    ),
    "You count what is not scored, and leave out what is. Which way round is the mask?": _over_all(
        lambda x, s: x[~s]
    ),
    "You multiplied the losses by the mask. Filling may be NaN, and NaN times 0 is NaN. What picks "
    "out the others?": _ratio(lambda x, s: (x * s).sum(), lambda x, s: s.sum()),
    "You add up the right losses, and divide by the number of all places, the filling included. "
    "How many bytes were scored?": (
        _ratio(lambda x, s: x[s].sum(), lambda x, s: s.size),
        _ratio(lambda x, s: (x * s).sum(), lambda x, s: s.size),
    ),
    "You add up all losses, and divide by the number that were scored. Which losses belong in the "
    "sum?": _ratio(lambda x, s: x.sum(), lambda x, s: s.sum()),
    "You took the mean of each batch with its filling, and then of those.": (
        lambda batches: math.exp(np.mean([x.mean() for x, _ in batches])),
        lambda batches: math.exp(np.mean([(x * s).mean() for x, s in batches])),
    ),
    "You divided the sum by the number of batches. How many bytes is it over?": _ratio(
        lambda x, s: x[s].sum(), lambda x, s: 1
    ),
    "You divided the sum by the number of texts. How many bytes is it over?": _ratio(
        lambda x, s: x[s].sum(), lambda x, s: len(x)
    ),
    "You did not divide the sum. How many bytes is it over?": (
        lambda batches: math.exp(_scored(batches).sum()),
        lambda batches: _scored(batches).sum(),
    ),
    "This is the mean loss. What makes a perplexity of it?": lambda batches: _scored(
        batches
    ).mean(),
    "You raised 2 to the mean loss. Losses are in nats: which number do they belong "
    "to?": lambda batches: 2 ** _scored(batches).mean(),
    "You raised 10 to the mean loss. Losses are in nats: which number do they belong "
    "to?": lambda batches: 10 ** _scored(batches).mean(),
    "You made bits of the losses, and raised e to them. Bits belong to 2, nats to e.": (
        lambda batches: math.exp(_scored(batches).mean() / LN2)
    ),
    "This is in bits. A perplexity is asked for.": lambda batches: _scored(batches).mean() / LN2,
    "Your sign is the other way round: a loss is −ln p already.": lambda batches: math.exp(
        -_scored(batches).mean()
    ),
    "Only your last batch counts. Where do you keep the ones before?": lambda batches: math.exp(
        _scored(batches[-1:]).mean()
    ),
    "Only your first batch counts. Does the function return too early?": lambda batches: math.exp(
        _scored(batches[:1]).mean()
    ),
    "You return one number for each batch. The task asks for one of all of them.": (
        *_of_batches(lambda x, s: 1, lambda means, _: np.exp(means)),
        *_of_batches(lambda x, s: 1, lambda means, _: means),
    ),
    "You return one number for each text. The task asks for one of all of them.": lambda batches: (
        np.exp(_text_means(batches))
    ),
    "You took the median. Every loss has to be paid for.": (
        lambda batches: math.exp(np.median(_scored(batches))),
        lambda batches: math.exp(np.sort(_scored(batches))[(len(_scored(batches)) - 1) // 2]),
    ),
    "The first scored byte of each text is missing. First bytes are not scored already.": (
        _over_all(lambda x, s: x[:, 2:][s[:, 2:]]),
        _but_one(0),
    ),
}


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
    answer.example = example(answer.name, _PLANS[0], (np.array(_usual(**_PLANS[0])),), names=())
    task = Task(lambda **case: np.array(_usual(**case), dtype=float))
    tried = [attempt(answer, task, _PLANS[0])]
    if tried[0].failed:
        raise tried[0].failed
    tried += [attempt(answer, task, case) for case in _PLANS[1:]]
    amiss = [(t, question) for t in tried if (question := _amiss(t))]
    if not amiss:
        return
    first, question = amiss[0]
    if first.failed:
        if first is not tried[0]:
            first.failed.message = _case(first) + first.failed.message
        raise first.failed
    ran = [t for t in tried if not t.failed]
    shown = {"code": call(answer.name, first.inputs)}
    wrong = [t for t, _ in amiss if not t.failed]
    found = explaining(task, tried, _WRONG_PLANS, range(len(tried)))
    if len(found) == 1:
        raise Finding(WRONG_VALUE, found[0], **shown)
    if _not_rows_of_three(first.mine[0]):
        raise Finding(WRONG_FORM, question, **shown)
    if not found and (seen := of_arguments(answer, task, ran, wrong)):
        raise Finding(*seen, **shown)
    raise Finding(WRONG_VALUE, _case(first) + question, **shown)


def _case(t) -> str:
    words = "With {total} bytes, windows of {length}, and a stride of {stride}: "
    return words.format(**t.inputs)


_PLANS = [
    dict(total=total, length=length, stride=stride)
    for total, length, stride in (
        (1000, 300, 100),
        (1000, 300, 128),
        (1037, 300, 299),
        (2048, 512, 256),
        (40, 12, 1),
        (200, 300, 100),
        (300, 300, 100),
        (301, 300, 70),
    )
]


def _usual(total, length, stride):
    if min(total, length, stride) < 1 or total > 5000:
        raise ValueError("no plan to be compared with")
    plan = [(0, min(length, total), 1)]
    while plan[-1][1] < total:
        start, end, _ = plan[-1]
        plan.append((start + stride, min(end + stride, total), end))
    return plan


def _moving_by(stride):
    """Make a mistake: another stride, of (length, stride)."""
    return lambda total, length, **case: np.array(
        _usual(total, length, stride(length, case["stride"])), dtype=float
    )


def _rows(change):
    """Make a mistake: change each (start, end, first) of the usual plan, given the case, too."""
    return lambda **case: np.array([change(*row, case) for row in _usual(**case)], dtype=float)


def _side_by_side(total, length, stride):
    starts = range(0, total, length)
    return np.array([(s, min(total, s + length), max(1, s)) for s in starts], dtype=float)


def _growing(total, length, stride):
    """Read no more than a stride at first, and so a window more than needed."""
    ends = [*range(stride, total, stride), total]
    return np.array([(max(0, e - length), e, max(1, e - stride)) for e in ends], dtype=float)


def _back_and_again(total, length, stride):
    """Move the last window back to its full length, and score all of its last stride again."""
    plan = np.array(_usual(total, length, stride), dtype=float)
    if total > length:
        plan[-1] = (total - length, total, total - stride)
    return plan


_WRONG_PLANS = {
    "One window reads the whole document. At most `length` bytes fit into one.": (
        lambda total, length, stride: np.array([(0, total, 1)], dtype=float)
    ),
    "Your windows stand side by side, moved by `length`. By how much should they move?": (
        _side_by_side
    ),
    "Your first window is as short as a stride. It may be `length` bytes long, so that one reads "
    "fewer of them.": _growing,
    "Your windows move by stride − 1. How far is it from one to the next?": _moving_by(
        lambda length, stride: max(1, stride - 1)
    ),
    "Your first window scores its last bytes only. Which window has the ones before them?": _rows(
        lambda start, end, first, case: (
            start,
            end,
            max(first, start + case["length"] - case["stride"]),
        )
    ),
    "Each of your windows scores all that it reads. Which of it had been scored already?": (
        _rows(lambda start, end, first, case: (start, end, start + 1)),
        _rows(lambda start, end, first, case: (start, end, max(1, start))),
    ),
    "Your `first` is counted from the start of its window. Like the other two it is counted in the "
    "document.": _rows(lambda start, end, first, case: (start, end, first - start)),
    "Your `first` is one too large: between two windows, a byte is never scored.": (
        _rows(lambda start, end, first, case: (start, end, first + (start > 0))),
        _rows(lambda start, end, first, case: (start, end, first + 1)),
    ),
    "Your `first` is one too small: between two windows, a byte is scored twice.": (
        _rows(lambda start, end, first, case: (start, end, first - (start > 0))),
    ),
    "Your `end` is one beyond what is read.": _rows(
        lambda start, end, first, case: (start, end + 1, first)
    ),
    "Your three numbers are (start, first, end). Asked for are (start, end, first).": _rows(
        lambda start, end, first, case: (start, first, end)
    ),
    "Your three numbers are (first, start, end). Asked for are (start, end, first).": _rows(
        lambda start, end, first, case: (first, start, end)
    ),
    "Your second number is how many bytes a window has. Where does it end in the document?": _rows(
        lambda start, end, first, case: (start, end - start, first)
    ),
    "Your third number is how many bytes are scored. At which does it begin to score?": _rows(
        lambda start, end, first, case: (start, end, end - first)
    ),
    "Your `end` is the last byte that is read. It should be the one after it: bytes `start` to "
    "`end − 1` are read.": _rows(lambda start, end, first, case: (start, end - 1, first)),
    "You return the first window only. Does the function return too early?": lambda **case: (
        np.array(_usual(**case)[:1], dtype=float)
    ),
    "The last window is missing. Where does your loop end?": lambda **case: np.array(
        _usual(**case)[:-1] or _usual(**case), dtype=float
    ),
    "The first window is missing. Which one scores the bytes before the second?": lambda **case: (
        np.array(_usual(**case)[1:] or _usual(**case), dtype=float)
    ),
    "Your windows move by half their length. Where does `stride` come in?": _moving_by(
        lambda length, stride: length // 2
    ),
    "Your windows are one byte shorter than they may be.": lambda total, length, stride: np.array(
        _usual(total, length - 1, min(stride, length - 2)), dtype=float
    ),
    "Your windows move by length − stride. The stride is how far they move, not how far they "
    "overlap.": _moving_by(lambda length, stride: length - stride),
    "Your windows start one byte too late: the first byte they score has one byte less before "
    "it.": _rows(lambda start, end, first, case: (start + 1 if start else 0, end, first)),
    "Your last window is moved back, and scores bytes that the one before it has scored. From "
    "where is its `first`?": _back_and_again,
}


def _not_rows_of_three(plan) -> bool:
    return plan.ndim != 2 or plan.shape[1] != 3 or not len(plan)


def _amiss(t) -> str:
    """Return what is to be asked of the plan for one case, "" if nothing."""
    if t.failed:
        return t.failed.message
    plan, total = t.mine[0], t.inputs["total"]
    if plan.size == 0:
        return f"Of a document of {total} bytes you read no window at all. Which one would do?"
    if _not_rows_of_three(plan):
        return "Return a list with three numbers for each window: start, end, first."
    if not np.array_equal(plan, np.round(plan)):
        return "a window begins or ends between two bytes. Do you divide with `/`?"
    plan = plan.astype(int)
    return (
        _of_each_window(plan, **t.inputs)
        or _of_each_byte(plan, total)
        or _of_context(plan, **t.inputs)
    )


def _of_each_window(plan, total, length, stride) -> str:
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
    return ""


def _of_each_byte(plan, total) -> str:
    times = np.zeros(total + 1, dtype=int)
    for _, end, first in plan:
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
            f"the last {total - never[0]} bytes are never scored. Which window should have them? "
            "And what becomes of a rest that is shorter than a stride?"
        )
    if len(never):
        return (
            f"byte {never[0]} is never scored, {len(never)} are left out in all. Which window "
            "should have had it?"
        )
    return ""


def _of_context(plan, total, length, stride) -> str:
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

    def text(batch, heads, n, head_dim, window, size=1.0):
        q, k, v = np.float32(rng.normal(size=(3, batch, heads, n, head_dim)))
        return dict(q=size * q, k=k, v=v, window=window)

    judge(
        answer,
        lambda q, k, v, window: _mixed(q, k, v, _near(q, window)),
        cases=[
            text(1, 1, 5, 4, window=3),
            text(2, 3, 7, 10, window=2),
            text(1, 2, 9, 64, window=4),
            text(2, 1, 12, 6, window=5),
        ],
        mistakes=_WRONG_ATTENTION,
        edges={
            "Your window may be longer than the text: then a query sees all keys up to its "
            "own.": text(1, 2, 5, 8, window=9),
            "A window of 1 is the query's own key alone. What should come out?": text(
                2, 2, 4, 6, window=1
            ),
            "With large scores it goes wrong: e to the power of 100 is more than a float32 can "
            "hold. What does softmax take off first?": text(
                1, 2, 8, 16, window=4, size=np.float32(200)
            ),
        },
        otherwise="The first query sees its own key alone, so its result is the first value as it "
        "is. Is yours? If so, look at the second: it has two to choose from.",
        by_hand=_SMALL_TEXTS,
        absolute=3e-4,
    )


def _small(scores, window, values):
    """Make a text of one head whose only query that asks anything is the last."""
    n = len(scores)
    q, k = np.zeros((2, 1, 1, n, 4), dtype=np.float32)
    q[..., -1, 0], k[..., 0], k[..., 1] = 2, scores, np.arange(n)
    v = np.float32(values)[:, None] * np.ones(2, dtype=np.float32)
    return dict(q=q, k=k, v=v[None, None], window=window)


_SMALL_TEXTS = [
    (
        _small([0, 0], 1, [3, 5]),
        "With a window of 1 a query sees its own key alone, so its value comes out as it is.",
    ),
    (
        _small([0, 0], 2, [3, 5]),
        "All scores are 0 here. The first query sees one key, the second two, with equal weights.",
    ),
    (
        _small([0, 0, 0], 2, [3, 5, 9]),
        "All scores are 0 here. The third query sees two keys of three, with equal weights: which?",
    ),
    (
        _small([0, math.log(3)], 2, [3, 5]),
        "The last query's scores are 0 and ln 3, once divided by √4. So its weights are 1 and 3, "
        "over 4.",
    ),
]


def _offsets(q):
    n = q.shape[-2]
    return np.arange(n)[:, None] - np.arange(n)


def _near(q, window):
    return (_offsets(q) >= 0) & (_offsets(q) < window)


def _scores(q, k):
    return q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])


def _softmax(scores, axis=-1):
    with np.errstate(all="ignore"):
        raised = np.exp(scores - scores.max(axis, keepdims=True))
        return raised / raised.sum(axis, keepdims=True)


def _log_softmax(scores):
    largest = scores.max(-1, keepdims=True)
    return scores - largest - np.log(np.exp(scores - largest).sum(-1, keepdims=True))


def _mixed(q, k, v, seen, axis=-1, hidden=-np.inf, times=1.0):
    return _softmax(np.where(seen, times * _scores(q, k), hidden), axis) @ v


def _seeing(seen):
    """Make a mistake: other keys are in sight. ``seen`` takes (offsets, window)."""
    return lambda q, k, v, window: _mixed(q, k, v, seen(_offsets(q), window))


def _with(**changed):
    """Make a mistake: the right keys, and another way to weigh them."""
    return lambda q, k, v, window: _mixed(q, k, v, _near(q, window), **changed)


def _scaled(times):
    """Make a mistake: scores multiplied once more. ``times`` takes q."""
    return lambda q, k, v, window: _mixed(q, k, v, _near(q, window), times=times(q))


def _weighed(function):
    """Make a mistake from (scores, what may be seen): the weights."""
    return lambda q, k, v, window: function(_scores(q, k), _near(q, window)) @ v


def _changed(change):
    """Make a mistake: the right result, changed."""
    return lambda q, k, v, window: change(_mixed(q, k, v, _near(q, window)))


def _rolled(q, k, v, window):
    """Let early queries see the end of the text, where keys before the first are looked for."""
    n = q.shape[-2]
    return _mixed(q, k, v, (_offsets(q) % n) < window)


def _with_zeros(scores, seen):
    """Weigh keys of zeros, with values of zeros, in place of those before the first."""
    raised = np.exp(scores) * seen
    window = seen.sum(-1).max()
    return raised / (raised.sum(-1, keepdims=True) + window - seen.sum(-1, keepdims=True))


def _by_the_last(q, k, v, window):
    """Let every query see what the last one may."""
    near = np.arange(q.shape[-2]) >= q.shape[-2] - window
    return _mixed(q, k, v, near & (_offsets(q) == _offsets(q)))


def _last_keys(q, k, v, window):
    near = np.arange(q.shape[-2]) >= q.shape[-2] - window
    return _mixed(q, k, v, (_offsets(q) >= 0) & near)


def _last_keys_or_own(q, k, v, window):
    near = np.arange(q.shape[-2]) >= q.shape[-2] - window
    return _mixed(q, k, v, (_offsets(q) >= 0) & near | (_offsets(q) == 0))


def _not_yet_full(fill):
    """Make a mistake: queries with fewer keys than the window get ``fill``, or their own value."""

    def mistake(q, k, v, window):
        early = np.arange(q.shape[-2])[:, None] < window - 1
        return np.where(early, v if fill is None else fill, _mixed(q, k, v, _near(q, window)))

    return mistake


def _as_one_head(q, k, v, window):
    batch, heads, n, head_dim = q.shape
    joined = (np.swapaxes(x, 1, 2).reshape(batch, 1, n, -1) for x in (q, k, v))
    mixed = _mixed(*joined, _near(q, window))
    return np.swapaxes(mixed.reshape(batch, n, heads, head_dim), 1, 2)


def _of_unit_length(q, k, v, window):
    q, k = (x / np.linalg.norm(x, axis=-1, keepdims=True) for x in (q, k))
    times = math.sqrt(q.shape[-1])
    return _mixed(q, k, v, _near(q, window), times=times)


def _in_blocks(q, k, v, window):
    at = np.arange(q.shape[-2]) // window
    return _mixed(q, k, v, (_offsets(q) >= 0) & (at[:, None] == at))


def _first_keys(q, k, v, window):
    first = np.arange(q.shape[-2]) < window
    return _mixed(q, k, v, (_offsets(q) >= 0) & first | (_offsets(q) == 0))


def _with_the_first(q, k, v, window):
    first = np.arange(q.shape[-2]) == 0
    return _mixed(q, k, v, _near(q, window) | (_offsets(q) >= 0) & first)


def _uncut(scores, seen, causal=False):
    """Take softmax over too many keys, and cut the weights afterwards."""
    n = scores.shape[-1]
    up_to = np.tri(n, dtype=bool) if causal else np.ones((n, n), dtype=bool)
    return _softmax(np.where(up_to, scores, -np.inf)) * seen


_WRONG_ATTENTION = {
    "You return the weights. What do they weight?": lambda q, k, v, window: _softmax(
        np.where(_near(q, window), _scores(q, k), -np.inf)
    ),
    "Your query sees one key too many. With a window of 3 it sees its own and the two before it: "
    "which is the largest offset?": _seeing(lambda o, w: (o >= 0) & (o <= w)),
    "Your query sees one key too few. Its own counts, too.": (
        _seeing(lambda o, w: (o >= 0) & (o < w - 1)),
        _seeing(lambda o, w: (o >= 0) & (o < max(1, w - 1))),
    ),
    "Your window is half as long as asked. The keys after a query are hidden, so all of it lies "
    "before.": (
        _seeing(lambda o, w: (o >= 0) & (o <= w // 2)),
        _seeing(lambda o, w: (o >= 0) & (o < max(1, w // 2))),
        _seeing(lambda o, w: (o >= 0) & (o < (w + 1) // 2)),
    ),
    "Your window is twice as long as asked.": _seeing(lambda o, w: (o >= 0) & (o < 2 * w)),
    "Your queries see the last keys of the whole text. Each has a window of its own, which ends "
    "with it.": (
        _by_the_last,
        _last_keys,
        _last_keys_or_own,
        lambda **given: np.nan_to_num(_last_keys(**given)),
    ),
    "Your query sees the key that is `window` back, and those between not. All of them count.": (
        _seeing(lambda o, w: (o == 0) | (o == w)),
        _seeing(lambda o, w: (o == 0) | (o == w - 1)),
    ),
    "Your query sees every `window`th key. It sees those next to it, without a gap.": _seeing(
        lambda o, w: (o >= 0) & (o % w == 0)
    ),
    "Your first queries see nothing, until a window is full. What may the first one see?": (
        _not_yet_full(math.nan),
        _not_yet_full(0.0),
        _not_yet_full(None),
    ),
    "For your first queries zeros stand before the text, and take part in softmax. What is not "
    "there has no weight.": _weighed(_with_zeros),
    "Your query does not see its own key. It counts, too.": (
        _seeing(lambda o, w: (o > 0) & (o < w)),
        _seeing(lambda o, w: (o > 0) & (o <= w)),
        _seeing(lambda o, w: (o > 0) & (o <= w) | (o == 0) & (np.arange(len(o)) == 0)),
        _seeing(lambda o, w: (o > 0) & (o < w) | (o == 0) & (np.arange(len(o)) == 0)),
    ),
    "Your query sees keys that come after it. Which sign has their offset?": (
        _seeing(lambda o, w: np.abs(o) < w),
        _seeing(lambda o, w: np.abs(o) <= w // 2),
    ),
    "Your query sees one key that comes after it. Its own is the last.": (
        _seeing(lambda o, w: (o >= -1) & (o < w)),
        _seeing(lambda o, w: (o >= -1) & (o < w - 1)),
    ),
    "Your queries see the keys after them and not those before. Which way round is your offset, "
    "and which axis has the queries?": _seeing(lambda o, w: (o <= 0) & (o > -w)),
    "You hid the far keys and left those after the query in sight.": _seeing(lambda o, w: o < w),
    "You hid the future, but nothing far. Where does the window come in?": _seeing(
        lambda o, w: o >= 0
    ),
    "You hid nothing. Which keys may a query not see?": _seeing(lambda o, w: o == o),
    "Your windows are blocks, side by side. Each query has a window of its own, which ends with "
    "it.": _in_blocks,
    "Your queries see the first keys of the text, not the last ones before them.": _first_keys,
    "The first key of the text stays in sight for every query. Only the last `window` keys "
    "should.": _with_the_first,
    "Your early queries see the end of the text: what is looked for before the first key comes "
    "round from behind.": _rolled,
    "You put 0 where nothing should be seen. Softmax makes e⁰ = 1 of it, and that is a lot. What "
    "does it make 0 of?": (_with(hidden=0.0), _weighed(lambda x, seen: _softmax(x * seen))),
    "You put a small number where nothing should be seen. Softmax still gives it something: what "
    "does it make 0 of?": tuple(
        _with(hidden=float(hidden))
        for hidden in (-1, -2, -3, -4, -5, -6, -8, -9, -10, -20, -50, -100)
    ),
    "You put a large number where nothing should be seen, and softmax goes for the largest. Which "
    "sign should it have?": tuple(_with(hidden=hidden) for hidden in (1e3, 1e4, 1e9, np.inf)),
    "You hid keys by a product with −∞ or a very small number: of a negative score that makes a "
    "large one.": tuple(
        _weighed(lambda x, seen, hidden=hidden: _softmax(np.where(seen, x, x * hidden)))
        for hidden in (-1e3, -1e4, -1e9)
    ),
    "Your weights do not add up to 1. By what does softmax divide?": (
        _weighed(lambda x, seen: np.exp(x) * seen),
        _weighed(
            lambda x, seen: _softmax(np.where(seen, x, -np.inf)) / seen.sum(-1, keepdims=True)
        ),
        lambda q, k, v, window: _mixed(q, k, v, _near(q, window)) / window,
    ),
    "You took a sigmoid of each score. Which function makes the weights of a query add up to "
    "1?": _weighed(lambda x, seen: seen / (1 + np.exp(-x))),
    "You divided the scores by their sum. Which function comes before that?": _weighed(
        lambda x, seen: x * seen / (x * seen).sum(-1, keepdims=True)
    ),
    "You take the value of the key with the highest score alone. Softmax mixes them.": _weighed(
        lambda x, seen: np.eye(x.shape[-1])[np.where(seen, x, -np.inf).argmax(-1)]
    ),
    "Your weights are transposed before they meet the values. Which axis of them has the "
    "keys?": _weighed(lambda x, seen: np.swapaxes(_softmax(np.where(seen, x, -np.inf)), -1, -2)),
    "Your mask holds 0 and 1 as numbers, and they were added to the scores. Which kind of mask "
    "hides, and what would an added one have to hold?": _weighed(
        lambda x, seen: _softmax(x + seen)
    ),
    "You took softmax over all keys and cut afterwards. Do the weights that are left still add up "
    "to 1?": _weighed(_uncut),
    "You took softmax over the keys up to the query, and cut the far ones afterwards. Do the "
    "weights that are left still add up to 1?": _weighed(
        lambda x, seen: _uncut(x, seen, causal=True)
    ),
    "There is no softmax in it: your scores are the weights.": _weighed(lambda x, seen: x * seen),
    "All keys in the window weigh the same. Where do the scores come in?": _weighed(
        lambda x, seen: np.broadcast_to(seen / seen.sum(-1, keepdims=True), x.shape)
    ),
    "Your scores are not divided by √head_dim.": _scaled(lambda q: math.sqrt(q.shape[-1])),
    "You divided by head_dim. By which power of it?": _scaled(lambda q: q.shape[-1] ** -0.5),
    "You multiplied by √head_dim.": _scaled(lambda q: q.shape[-1]),
    "You divided by the fourth root of head_dim. Once is enough, and all of it.": _scaled(
        lambda q: q.shape[-1] ** 0.25
    ),
    "You divided by 8, which is √64. How large is this head?": _scaled(
        lambda q: math.sqrt(q.shape[-1]) / 8
    ),
    "You divided by the root of the text's length. Which axis is head_dim?": _scaled(
        lambda q: math.sqrt(q.shape[-1] / q.shape[-2])
    ),
    "You divided by the root of the number of heads. Which axis is head_dim?": _scaled(
        lambda q: math.sqrt(q.shape[-1] / q.shape[1])
    ),
    "You divided by the root of all heads' numbers together. A score is of one head.": _scaled(
        lambda q: math.sqrt(1 / q.shape[1])
    ),
    "You divided by the root of half of head_dim. A score is a sum over all of it.": _scaled(
        lambda q: math.sqrt(2)
    ),
    "You divided by the root of the window. Which axis is head_dim?": lambda q, k, v, window: (
        _mixed(q, k, v, _near(q, window), times=math.sqrt(q.shape[-1] / window))
    ),
    "Your weights add up to 1 over the queries. Which axis has the keys?": (
        _with(axis=-2),
        _weighed(lambda x, seen: _softmax(np.where(seen, x, -np.inf), -2)),
    ),
    "Your weights add up to 1 over the heads. Which axis has the keys?": _weighed(
        lambda x, seen: np.where(seen, _softmax(x, 1), 0)
    ),
    "Your weights add up to 1 over the texts. Which axis has the keys?": _weighed(
        lambda x, seen: np.where(seen, _softmax(x, 0), 0)
    ),
    "You hid the near keys, and show the far ones. Which of them are in the window?": (
        _seeing(lambda o, w: o >= w),
        _seeing(lambda o, w: (o >= w) | (o == 0)),
        _seeing(lambda o, w: o > w),
    ),
    "You hid what may be seen, and show the rest. Does your mask say which to keep, or which to "
    "hide?": _seeing(lambda o, w: (o < 0) | (o >= w)),
    "You added the values once more to what is mixed. The model does that later.": (
        lambda q, k, v, window: v + _mixed(q, k, v, _near(q, window))
    ),
    "You added the queries to what is mixed. The model does that later.": (
        lambda q, k, v, window: q + _mixed(q, k, v, _near(q, window))
    ),
    "Your values have moved on by one against their keys.": (
        lambda q, k, v, window: _mixed(q, k, np.roll(v, 1, -2), _near(q, window)),
        lambda q, k, v, window: _mixed(q, k, np.roll(v, -1, -2), _near(q, window)),
    ),
    "You took the mean over the heads. Each head has a result of its own.": (
        _changed(lambda x: 0 * x + x.mean(1, keepdims=True)),
        _changed(lambda x: x.mean(1)),
    ),
    "You added up the heads. Each has a result of its own.": (
        _changed(lambda x: 0 * x + x.sum(1, keepdims=True)),
        _changed(lambda x: x.sum(1)),
    ),
    "All heads attend together in your code, as one. Each has scores of its own.": _as_one_head,
    "Your softmax has one too many to divide by: the weights add up to less than 1.": _weighed(
        lambda x, seen: np.exp(x) * seen / (1 + (np.exp(x) * seen).sum(-1, keepdims=True))
    ),
    "You took the logarithm of softmax. Values are weighted by softmax itself.": tuple(
        _weighed(lambda x, seen, hidden=hidden: _log_softmax(np.where(seen, x, hidden)))
        for hidden in (-1e4, -1e9, -np.inf)
    ),
    "You raised 2 to the scores. Softmax raises e.": _scaled(lambda q: LN2),
    "You dropped the sign of the scores. A key may be one to avoid.": _weighed(
        lambda x, seen: _softmax(np.where(seen, np.abs(x), -np.inf))
    ),
    "You cut negative scores to 0. A key may be one to avoid.": _weighed(
        lambda x, seen: _softmax(np.where(seen, np.maximum(x, 0), -np.inf))
    ),
    "You made q and k as long as 1. A long query or key says more.": _of_unit_length,
    "You mix the queries. What do the weights belong to?": lambda q, k, v, window: _mixed(
        q, k, q, _near(q, window)
    ),
    "You mix the keys. What do the weights belong to?": lambda q, k, v, window: _mixed(
        q, k, k, _near(q, window)
    ),
    "You scored the queries against the queries. What do they ask?": lambda q, k, v, window: _mixed(
        q, q, v, _near(q, window)
    ),
    "You return the first head alone. Where are the others?": _changed(lambda x: x[:, :1]),
    "You return the first text alone. Where are the others?": (
        _changed(lambda x: x[0]),
        _changed(lambda x: x[:1]),
    ),
    "All your numbers are NaN. A mask times −∞ does that, since 0 times −∞ is no number; what puts "
    "−∞ only where it belongs?": _changed(lambda x: x * np.nan),
    "Texts and heads have become one axis. Both are wanted back.": _changed(
        lambda x: x.reshape(-1, *x.shape[2:])
    ),
    "Your heads are side by side, as for the next layer. The task asks for [batch, heads, n, "
    "head_dim].": _changed(lambda x: x.swapaxes(1, 2).reshape(x.shape[0], x.shape[2], -1)),
}
