"""Checks for lesson 05, Interpolate positions."""

import numpy as np
import torch

from lesson_utils.checks.findings import WRONG_FORM, Finding, as_numbers, expect, parts
from lesson_utils.checks.registry import exercise


@exercise(
    "05.1",
    nudge="Take factor 8. Where does byte 511 stand, and where byte 512?",
    outline="Number the bytes through the whole text: `first`, `first + 1`, … Then divide each of "
    "these numbers by the factor.",
    takeaway="PI divides the whole position, what lies before the piece included. Each piece alone "
    "looks right either way; only together they show it.",
)
def squeeze_piece(answer):
    first, n, factor = 1003, 5, 8.0
    step = np.arange(n)
    right = (first + step) / factor
    got = answer(first=first, n=n, factor=factor)
    expect(
        got,
        right,
        {
            "Did you scale the positions up rather than down? Byte 1,003 should come nearer to the "
            "start.": (first + step) * factor,
            "Your steps are an eighth, and the piece still begins at 1,003. Where did byte 1,002 "
            "end up, in the piece before?": first + step / factor,
            "Your piece begins in the right place. How far apart are two neighbours under "
            "PI?": first / factor + step,
            "Your piece begins at 0. How many bytes have been read before it?": step / factor,
            "These are plain positions. Where does the factor come in?": first + step,
            "Your positions are whole, so up to 8 bytes share one. Did you divide with `//`?": (
                first + step
            )
            // factor,
            "You are one byte late. The cache holds bytes 0 to first − 1; which comes next?": right
            + 1 / factor,
            "You are one byte early: byte `first − 1` is in the cache already.": right - 1 / factor,
            "Your last position is that of the next piece's first byte. How many steps lie between "
            "5 bytes?": np.linspace(first, first + n, n) / factor,
        },
        otherwise="Take byte 1,003, the first of this piece: it should stand at 1,003 / 8 = "
        "125.375. Where does yours stand, and where the one after it?",
        entry="byte no.",
    )
    expect(
        answer(first=0, n=4, factor=3.0),
        np.arange(4) / 3.0,
        otherwise="Pieces later in a text are right, and the very first one, with nothing before "
        "it, is not. What happens at first = 0?",
        entry="byte no.",
    )


@exercise(
    "05.2",
    nudge="A query at position 28 and a key 12 back, at 16. In groups of 4, what are the numbers "
    "of their groups, and how far apart are those? How far apart should they be?",
    outline="Number the groups: position // group, for queries and keys alike. Then a key exactly "
    "`neighbours` back is `neighbours / group` groups back, and should be `neighbours` back. Add "
    "the difference of the two to the positions of all queries.",
    takeaway="Query and key need not share one ruler. Only differences count, so a constant on one "
    "side shifts every offset, and the far can begin where the near ends.",
)
def grouped_positions(answer):
    for n, group, neighbours in ((29, 4, 12), (43, 7, 21)):
        got = answer(n=n, group=group, neighbours=neighbours)
        of_queries, of_keys = (
            _one_each(part, n, name)
            for part, name in zip(
                parts(got, ("of_queries", "of_keys")), ("of_queries", "of_keys"), strict=True
            )
        )
        at, shift = np.arange(n), neighbours - neighbours // group
        groups = at // group

        def offsets(queries, keys):  # of every key from the last query
            return queries[-1] - keys

        expect(
            offsets(of_queries, of_keys),
            offsets(groups + shift, groups),
            {
                f"A key {neighbours} back now looks {neighbours // group} back, nearer than "
                f"those that keep their offsets, up to {neighbours - 1}. What would take it to "
                f"{neighbours}?": offsets(groups, groups),
                f"A key {neighbours} back now looks {neighbours + neighbours // group} back. Part "
                "of the way its group number brings already; how much is missing?": offsets(
                    groups + neighbours, groups
                ),
                f"You added {neighbours // group}, the width of the neighbourhood in groups. It is "
                "what the key has; what it should have is more. How much is missing?": offsets(
                    groups + neighbours // group, groups
                ),
                "Your shift makes the keys later than the queries, and the far comes nearer. Which "
                "side should it go to?": offsets(groups, groups + shift),
                "Your shift has the wrong sign: the far comes nearer, past offset 0.": offsets(
                    groups - shift, groups
                ),
                "The offsets are right up to a fraction: this is PI, with a position for each "
                "byte. Here, bytes of a group share one. Which division drops the rest?": offsets(
                    at / group + shift, at / group
                ),
                "You round to the nearest group. Then the first group is shorter than the others; "
                "which division counts whole groups?": offsets(
                    np.round(at / group) + shift, np.round(at / group)
                ),
                "You number the bytes inside their group. Far and near then look alike; which "
                "operator gives the number of the group?": offsets(at % group + shift, at % group),
                "Your groups grow apart rather than together. Do you multiply by the group?": (
                    offsets(at * group + shift, at * group)
                ),
                "Your queries are grouped, and your keys are not. Should the two rulers have steps "
                "of the same size?": offsets(groups + shift, at),
                "Your keys are grouped, and your queries are not. Should the two rulers have steps "
                "of the same size?": offsets(at + shift, groups),
                "You shifted every byte before you grouped it. How much of the shift is left after "
                "the division?": offsets((at + shift) // group, groups),
            },
            otherwise=f"The last query stands at {n - 1}. What are the numbers of its group and of "
            f"key 0's, and what do you add?",
            entry="key",
        )
        expect(
            of_queries[:, None] - of_keys,
            (groups + shift)[:, None] - groups,
            otherwise="The last query is right, and another is not. Are all queries shifted by the "
            "same number?",
        )


def _one_each(part, n, name):
    numbers = as_numbers(part)
    if numbers.shape != (n,):
        raise Finding(
            WRONG_FORM,
            f"`{name}` has shape {list(numbers.shape)}; expected is [{n}], one for each position. "
            "Is the last group, which is not full, left out?",
        )
    return numbers


@exercise(
    "05.3",
    nudge="For each query and key, exactly one of the two scores counts. What must be decided "
    "before the softmax, and what after it?",
    outline="Make the table of offsets, row less column. Take `near` where the offset is below "
    "`neighbours`, `far` elsewhere (`torch.where`); put −∞ where the offset is negative. Then one "
    "softmax over the keys, and multiply by v.",
    takeaway="Where a key stands may depend on who asks. With the near offsets as trained and the "
    "far ones squeezed, a model reads far past its window with no training at all. The price is a "
    "second table of scores.",
)
def two_rulers(answer):
    rng = np.random.default_rng(5)
    n, neighbours = 7, 3
    near, far = rng.normal(size=(2, 2, n, n))
    v = rng.normal(size=(2, n, 5))
    offset = np.arange(n)[:, None] - np.arange(n)
    past, close = offset >= 0, offset < neighbours

    def mixed(scores, seen=past):
        return _softmax(np.where(seen, scores, -np.inf)) @ v

    right = mixed(np.where(close, near, far))
    halves = mixed(near, past & close), mixed(far, past & ~close)
    got = answer(
        near=torch.from_numpy(near),
        far=torch.from_numpy(far),
        v=torch.from_numpy(v),
        neighbours=neighbours,
    )
    expect(
        got,
        right,
        {
            "You took the far score where the near one belongs, and the other way round. Which "
            "offsets are below `neighbours`?": mixed(np.where(close, far, near)),
            "A key exactly 3 back counts as near with you. The task has near *below* "
            "`neighbours`.": mixed(np.where(offset <= neighbours, near, far)),
            "Your queries see the keys that come after them. What should their weights be?": mixed(
                np.where(close, near, far), True
            ),
            "Your queries see the bytes after them, and not those before. Is an offset the query's "
            "position less the key's, or key less query?": mixed(
                np.where(-offset < neighbours, near, far), offset <= 0
            ),
            "You masked after the softmax, so the future had taken its share of the weights. Do "
            "yours add up to 1?": (_softmax(np.where(close, near, far)) * past) @ v,
            "You gave the future a score of 0. What weight is e⁰, and which score makes it 0?": (
                _softmax(np.where(past, np.where(close, near, far), 0)) @ v
            ),
            "A byte does not see itself with you. Should an offset of 0 be masked?": mixed(
                np.where(close, near, far), offset > 0
            ),
            "You made two softmaxes and added them, so near and far have a full share each, "
            "however well they fit. When should the two sets of keys compete?": sum(
                np.nan_to_num(half) for half in halves
            ),
            "You took the mean of two attentions. Near and far have half of the weight each, "
            "however well they fit. When should the two sets of keys compete?": sum(
                np.nan_to_num(half) for half in halves
            )
            / 2,
            "Two softmaxes, and the first bytes are NaN: they have no far key at all, and a "
            "softmax over nothing is 0 / 0. Could one softmax serve both?": sum(halves),
            "You added near and far scores. For each key, only one of the two counts.": mixed(
                near + far
            ),
            "You took the larger of the two scores. It is the offset that decides which "
            "counts.": mixed(np.maximum(near, far)),
            "All offsets are read off the near ruler. Where do the far scores come in?": mixed(
                near
            ),
            "All offsets are read off the far ruler. Where do the near scores come in?": mixed(far),
            "The softmax runs over the queries. Whose weights should add up to 1?": (
                np.swapaxes(
                    _softmax(
                        np.swapaxes(np.where(past, np.where(close, near, far), -np.inf), 1, 2)
                    ),
                    1,
                    2,
                )
                @ v
            ),
            "You measure nearness from the start of the text: the first 3 keys. It is counted "
            "back from the query.": mixed(np.where(np.arange(n) < neighbours, near, far)),
            "These are the weights. What do they mix?": _softmax(
                np.where(past, np.where(close, near, far), -np.inf)
            ),
            "The scores have been divided by √head_dim already; you did so again.": mixed(
                np.where(close, near, far) / np.sqrt(5)
            ),
        },
        otherwise="Look at byte 0. It sees itself alone, so its row of the result must be row 0 of "
        "v. Is it? Then byte 3: it has its first far key, byte 0.",
    )
    expect(
        answer(
            near=torch.from_numpy(near),
            far=torch.from_numpy(far),
            v=torch.from_numpy(v),
            neighbours=20,
        ),
        mixed(near),
        otherwise="With more neighbours than bytes, nothing is far, and yours still changes "
        "something. What does your code do when no key is far?",
    )


def _softmax(scores):
    with np.errstate(invalid="ignore"):  # over nothing but −∞ it is NaN, as a learner's would be
        weights = np.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)
