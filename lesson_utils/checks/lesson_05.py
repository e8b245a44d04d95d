"""Checks for lesson 05, Interpolate positions."""

import math

import numpy as np
import torch

from lesson_utils.checks.findings import WRONG_FORM, Finding, as_numbers, parts
from lesson_utils.checks.judging import asked, judge
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
    judge(
        answer,
        _squeezed,
        **asked(_PIECES),
        mistakes=_MISPLACED,
        by_hand=_SMALL_PIECES,
        entry="byte no.",
    )


def _piece(first, n, factor):
    return {"first": first, "n": n, "factor": factor}


_FIRST_BYTE = (
    "Take byte {first}, the first of this piece: it should stand at {first} / {factor}. Where does "
    "yours stand, and where the one after it?"
)
_PIECES = (
    (_piece(1003, 20, 8.0), _FIRST_BYTE),
    (_piece(617, 9, 2.5), _FIRST_BYTE),
    (
        _piece(0, 4, 3.0),
        "These are the first four bytes of a text. Where does each of them stand?",
    ),
    (
        _piece(41, 1, 4.0),
        "A single byte comes in, as when a model writes. Does your code count on two, or divide by "
        "n − 1?",
    ),
    (
        _piece(3001, 5, 2.7),
        "This factor is not whole, and these positions lie beyond 511 even when they are divided. "
        "Which of the two does your code not expect?",
    ),
    (_piece(3, 7, 1.5), "This piece is longer than all that came before. What does that change?"),
)


_SMALL_PIECES = (
    (_piece(0, 3, 1.0), "With a factor of 1 the first three bytes stand at 0, 1 and 2."),
    (_piece(5, 3, 1.0), "With a factor of 1 the three bytes after the first five are at 5, 6, 7."),
    (_piece(0, 3, 2.0), "With a factor of 2 neighbours are half a step apart: 0, 0.5 and 1."),
    (_piece(6, 2, 2.0), "Bytes 6 and 7, with a factor of 2. Where does each of them stand?"),
)


def _squeezed(first, n, factor):
    return (first + np.arange(n)) / factor


def _through(dtype, first, n):
    return torch.arange(first, first + n).to(dtype)


def _short_as_it_is(most):
    """Make mistakes: leave a text, or its bytes, as they are up to a length."""

    def kept(first, n, factor):
        at = first + np.arange(n)
        return at if first + n <= most else at / factor

    def kept_bytes(first, n, factor):
        at = first + np.arange(n)
        return np.where(at < most, at, at / factor)

    return kept, kept_bytes


_MISPLACED = {
    "The first piece of a text stays as it is with you. What happens at first = 0?": (
        lambda first, n, factor: (first + np.arange(n)) / (factor if first else 1)
    ),
    "You leave a text as it is while it is short. PI divides every position, whatever the length; "
    "else a byte would jump back as the text grows.": (
        *(way for most in (256, 511, 512, 513, 1000, 1024, 2048) for way in _short_as_it_is(most)),
    ),
    "Did you scale the positions up rather than down? Should byte 1,003 come nearer to the start, "
    "or go further away?": lambda first, n, factor: (first + np.arange(n)) * factor,
    "Your steps are divided, and the piece still begins at `first`, as if nothing before it had "
    "been squeezed. Where did the byte before it end up, in the piece before?": (
        lambda first, n, factor: first + np.arange(n) / factor
    ),
    "Your piece begins in the right place, and two neighbours are a whole step apart. How far "
    "apart are they under PI?": lambda first, n, factor: first / factor + np.arange(n),
    "Your piece begins at 0. How many bytes have been read before it?": (
        lambda first, n, factor: np.arange(n) / factor
    ),
    "These are plain positions. Where does the factor come in?": (
        lambda first, n, factor: first + np.arange(n)
    ),
    "Your positions are cut to whole numbers, so several bytes share one. Did you divide with "
    "`//`?": lambda first, n, factor: (first + np.arange(n)) // factor,
    "Your positions are rounded to whole numbers, so several bytes share one. May a position have "
    "decimals?": lambda first, n, factor: np.round((first + np.arange(n)) / factor),
    "Your steps have decimals, and the start of the piece has none. Did you cut or round the start "
    "to a whole number?": (
        lambda first, n, factor: first // factor + np.arange(n) / factor,
        lambda first, n, factor: round(first / factor) + np.arange(n) / factor,
    ),
    "You are one byte late. The cache holds bytes 0 to first − 1; which comes next?": (
        lambda first, n, factor: (first + 1 + np.arange(n)) / factor
    ),
    "You are one byte early: byte `first − 1` is in the cache already.": (
        lambda first, n, factor: (first - 1 + np.arange(n)) / factor
    ),
    "Your last position is that of the next piece's first byte. How many steps lie between "
    "the first and the last of n bytes?": (
        lambda first, n, factor: np.linspace(first, first + n, n) / factor
    ),
    "Your factor is 8, whatever it is given as. Is a number written into your code?": (
        lambda first, n, factor: (first + np.arange(n)) / 8
    ),
    "Your factor is a whole number. Is every factor?": (
        lambda first, n, factor: (first + np.arange(n)) / int(factor),
        lambda first, n, factor: (first + np.arange(n)) / round(factor),
        lambda first, n, factor: (first + np.arange(n)) / np.ceil(factor),
    ),
    "There are 512 positions, however many were asked for. Where does n come in?": (
        lambda first, n, factor: (first + np.arange(512)) / factor
    ),
    "Yours is one position too many. Which is the last of n bytes, if the first is number "
    "`first`? (A range with a step of 1 / factor may run over by rounding.)": (
        lambda first, n, factor: (first + np.arange(n + 1)) / factor,
        lambda first, n, factor: torch.arange(first / factor, (first + n) / factor, 1 / factor),
    ),
    "Yours is one position short. Which is the last of n bytes, if the first is number `first`?": (
        lambda first, n, factor: (first + np.arange(n - 1)) / factor
    ),
    "Your range ends at n. The bytes are n further ones, after the first `first`; where does the "
    "piece end?": lambda first, n, factor: np.linspace(first, n - 1, n - first) / factor,
    "Your range has all positions from 0. Which of them belong to this piece?": (
        lambda first, n, factor: np.arange(first + n) / factor
    ),
    "You divided the number of bytes by the factor. Squeezed bytes stand closer; do they become "
    "fewer?": (
        lambda first, n, factor: first / factor + np.arange(int(n / factor)),
        lambda first, n, factor: first / factor + np.arange(np.ceil(n / factor)),
        lambda first, n, factor: (first + np.arange(int(n / factor))) / factor,
        lambda first, n, factor: (first + np.arange(max(1, int(n / factor)))) / factor,
        lambda first, n, factor: first / factor + np.arange(max(1, int(n / factor))),
    ),
    "You divided `first` by the factor twice. Which of the two divisions is for all "
    "bytes?": lambda first, n, factor: (first / factor + np.arange(n)) / factor,
    "Your positions went through half precision, bfloat16 or float16, which holds three digits or "
    "so. In which type can 1,003 / 8 be told from 1,004 / 8?": tuple(
        lambda first, n, factor, dtype=dtype: _through(dtype, first, n) / factor
        for dtype in (torch.bfloat16, torch.float16)
    ),
    "Your positions end at 511. Which position has a byte that stands further on, even squeezed?": (
        lambda first, n, factor: np.minimum((first + np.arange(n)) / factor, 511)
    ),
    "Each of your pieces is as long as this one, and `first` is their number. `first` counts the "
    "bytes before it.": lambda first, n, factor: (first * n + np.arange(n)) / factor,
    "Your positions begin again at 0 after the window, at 512. A byte further on has a position "
    "of its own, even squeezed.": (
        lambda first, n, factor: (first + np.arange(n)) % 512 / factor,
        lambda first, n, factor: ((first + np.arange(n)) / factor) % 512,
        lambda first, n, factor: (first % 512 + np.arange(n)) / factor,
    ),
    "You squeezed the piece by its length n. By what does the task squeeze it?": (
        lambda first, n, factor: (first + np.arange(n)) / n,
    ),
    "You took the two ends of the piece alone. How many bytes came in?": (
        lambda first, n, factor: np.array([first / factor, (first + n) / factor]),
        lambda first, n, factor: np.array([first / factor, (first + n - 1) / factor]),
    ),
    "Your positions are spread evenly from 0 on. Where does a piece begin that follows `first` "
    "bytes?": (
        lambda first, n, factor: np.linspace(0, (first + n) / factor, n),
        lambda first, n, factor: np.linspace(0, (first + n - 1) / factor, n),
    ),
    "Your first byte stands in the middle of its step, as `+ 0.5` would do. Where is byte 0?": (
        lambda first, n, factor: (first + np.arange(n) + 0.5) / factor,
        lambda first, n, factor: (first + np.arange(n) + 0.5) / factor - 0.5,
    ),
    "You took `first` for the number of bytes, and n for those before. Which is which?": (
        lambda first, n, factor: (n + np.arange(first)) / factor
    ),
    "That is the last position alone. How many bytes came in?": (
        lambda first, n, factor: (first + n - 1) / factor
    ),
    "Your positions run backwards. Which byte stands first?": (
        lambda first, n, factor: _squeezed(first, n, factor)[::-1]
    ),
}


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
    judge(
        answer.then(lambda got: _offsets(parts(got, ("of_queries", "of_keys")))),
        _seen(_rulers),
        **asked(_GROUPS),
        mistakes={question: _seen(mistake) for question, mistake in _MISGROUPED.items()},
        by_hand=_SMALL_GROUPS,
        absolute=1e-6,
    )


def _seen(rulers):
    """Compute what a score sees of two rulers, made in one way or in several."""
    if isinstance(rulers, tuple):
        return tuple(map(_seen, rulers))
    return lambda **given: _offsets(rulers(**given))


def _offsets(rulers):
    """Return the positions of queries and of keys, both counted from key 0: all a score sees."""
    of_queries, of_keys = map(as_numbers, rulers)
    if of_queries.shape != of_keys.shape:
        sizes = f"{list(of_queries.shape)}, and those of keys {list(of_keys.shape)}"
        question = "Each byte has one position as a query and one as a key: [n] and [n]."
        raise Finding(WRONG_FORM, f"Your positions of queries are {sizes}. {question}")
    return as_numbers((of_queries, of_keys)) - (of_keys.flat[0] if of_keys.size else 0)


def _grouping(n, group, neighbours):
    return {"n": n, "group": group, "neighbours": neighbours}


_LAST_QUERY = (
    "What are the numbers of the last query's group and of key 0's, and what do you add to that of "
    "the query?"
)
_GROUPS = (
    (_grouping(29, 4, 12), _LAST_QUERY),
    (_grouping(43, 7, 21), _LAST_QUERY),
    (
        _grouping(20, 3, 0),
        "Here all is far, from offset 0 on. By how much is a query shifted then?",
    ),
    (
        _grouping(600, 1, 5),
        "In groups of 1, every byte has a position of its own, up to 599. What should change then?",
    ),
)


_SMALL_GROUPS = (
    (_grouping(4, 1, 1), "In groups of 1 every byte has its own position, and no shift is due."),
    (_grouping(6, 2, 0), "Groups of 2, all far: three groups, and query and key of a byte agree."),
    (_grouping(7, 3, 0), "Groups of 3, all far, and the last group is not full: 0 0 0 1 1 1 2."),
    (
        _grouping(6, 2, 2),
        "A key 2 back is one group back, and should be seen 2 back. What does every query get?",
    ),
    (
        _grouping(9, 2, 4),
        "A key 4 back is two groups back, and should be seen 4 back. What does every query get?",
    ),
)


def _rulers(n, group, neighbours, shift=None, number=np.floor_divide):
    groups = number(np.arange(n), group)
    shift = neighbours - neighbours // group if shift is None else shift
    return groups + shift, groups


def _numbered(number):
    """Make rulers whose groups are numbered in another way, and shifted as is right."""
    return lambda **asked: _rulers(**asked, number=number)


def _numbered_by(number):
    """Make rulers whose groups are numbered by n, too, and shifted as is right."""
    return lambda n, group, neighbours: _rulers(
        n, group, neighbours, number=lambda at, group: number(at, group, n)
    )


def _kept_at_first(n, group, neighbours):
    at, rulers = np.arange(n), _rulers(n, group, neighbours)
    return tuple(np.where(at < neighbours, at, ruler) for ruler in rulers)


def _kept_then_grouped(n, group, neighbours):
    at = np.arange(n)
    return (np.where(at < neighbours, at, neighbours + (at - neighbours) // group),) * 2


def _in_bfloat16(grouped_first):
    """Make a mistake: group numbers in bfloat16, or positions before they are grouped."""

    def rulers(n, group, neighbours):
        at = torch.arange(n)
        groups = (at // group).bfloat16() if grouped_first else at.bfloat16() // group
        return groups + neighbours - neighbours // group, groups

    return rulers


def _shifted(shift):
    """Shift the queries by another number, made from group and neighbours."""
    return lambda n, group, neighbours: _rulers(n, group, neighbours, shift(group, neighbours))


def _mixed(queries, keys):
    """Make the two rulers from plain positions, groups, shift and group, each in its own way."""

    def rulers(n, group, neighbours):
        at, shift = np.arange(n), neighbours - neighbours // group
        return queries(at, at // group, shift, group), keys(at, at // group, shift, group)

    return rulers


_MISGROUPED = {
    "Your positions are in bfloat16, where 256 and 257 are one number. What is a whole number "
    "better kept in?": (_in_bfloat16(True), _in_bfloat16(False)),
    "A key `neighbours` back now looks `neighbours / group` back: you have no shift, or have it on "
    "queries and keys alike. What would take that key to `neighbours`?": _shifted(
        lambda group, neighbours: 0
    ),
    "A key `neighbours` back now looks further back than that. Part of the way its group number "
    "brings already; how much is missing?": _shifted(lambda group, neighbours: neighbours),
    "Your shift is `neighbours / group`, added as it is or by a shift before the grouping. So wide "
    "in groups is the neighbourhood, which a key has already; how much is missing?": _shifted(
        lambda group, neighbours: neighbours // group
    ),
    "Your keys stand higher than your queries. Is the shift on the wrong one, or of the wrong "
    "sign, or do you return the two in the other order?": _shifted(
        lambda group, neighbours: neighbours // group - neighbours
    ),
    "A key exactly `neighbours` back looks one less than that. Is your shift one too small, or do "
    "your keys begin with group 1?": (
        _shifted(lambda group, neighbours: neighbours - neighbours // group - 1)
    ),
    "A key exactly `neighbours` back looks one more than that. Is your shift one too large, or do "
    "your queries begin with group 1?": (
        _shifted(lambda group, neighbours: neighbours - neighbours // group + 1)
    ),
    "You took `group` off the neighbours. How many groups wide is the neighbourhood?": _shifted(
        lambda group, neighbours: neighbours - group
    ),
    "You divided the neighbours by the group twice. How many groups wide is the neighbourhood?": (
        _shifted(lambda group, neighbours: neighbours - neighbours // group**2)
    ),
    "Your shift grows with the group: neighbours times (group − 1), and not yet divided.": _shifted(
        lambda group, neighbours: neighbours * (group - 1)
    ),
    "The offsets are right up to a fraction: this is PI, with a position for each byte. Here, "
    "bytes of a group share one. Which division drops the rest?": _numbered(np.divide),
    "You round to the nearest group. Then the first group is shorter than the others; which "
    "division counts whole groups?": _numbered(lambda at, group: np.round(at / group)),
    "You round up: byte 0 is alone in group 0. Which division counts whole groups?": _numbered(
        lambda at, group: -(-at // group)
    ),
    "Your first group is one byte short. Do you count bytes from 1?": _numbered(
        lambda at, group: (at + 1) // group
    ),
    "Your first group is one byte too long. Which is the number of the first byte?": _numbered(
        lambda at, group: np.maximum(at - 1, 0) // group
    ),
    "You number the bytes inside their group. Far and near then look alike; which operator gives "
    "the number of the group?": _numbered(lambda at, group: at % group),
    "Your groups stay as far apart as their first bytes are. Whole groups are to be next to each "
    "other; did you multiply by the group again?": (
        _numbered(lambda at, group: at // group * group),
        lambda n, group, neighbours: _rulers(
            n, group, neighbours, neighbours - neighbours // group, lambda at, g: at // g * g
        ),
        _mixed(*(lambda at, groups, shift, group: groups * group,) * 2),
    ),
    "Your groups grow apart rather than together. Do you multiply by the group?": _numbered(
        np.multiply
    ),
    "Nothing is grouped: these are plain positions. Where does `group` come in?": _numbered(
        lambda at, group: at
    ),
    "Your positions end at 511. Which position has a group that stands further on?": _mixed(
        lambda at, groups, shift, group: np.minimum(groups + shift, 511),
        lambda at, groups, shift, group: np.minimum(groups, 511),
    ),
    "Your queries are grouped, and your keys are not. Should the two rulers have steps of the same "
    "size?": (
        _mixed(lambda at, groups, shift, group: groups + shift, lambda at, *_: at),
        _mixed(lambda at, groups, *_: groups, lambda at, *_: at),
    ),
    "Your keys are grouped, and your queries are not. Should the two rulers have steps of the same "
    "size?": (
        _mixed(lambda at, groups, shift, group: at + shift, lambda at, groups, *_: groups),
        _mixed(lambda at, *_: at, lambda at, groups, *_: groups),
    ),
    "Your groups run from the end of the text to its start. Which byte is in group 0?": _mixed(
        lambda at, groups, shift, group: (groups + shift)[::-1],
        lambda at, groups, shift, group: groups[::-1],
    ),
    "You shifted every byte before you grouped it. How much of the shift is left after the "
    "division?": _mixed(
        lambda at, groups, shift, group: (at + shift) // group,
        lambda at, groups, shift, group: groups,
    ),
    "You made `group` groups of the text, or as many as it has bytes by `group`. `group` is how "
    "many bytes share a position.": (
        _numbered_by(lambda at, group, n: at * group // n),
        _numbered_by(lambda at, group, n: at // -(-n // group)),
        _numbered_by(lambda at, group, n: at // max(1, n // group)),
    ),
    "The first `neighbours` bytes keep positions of their own, as queries and as keys. Who is near "
    "depends on the query; here is the ruler for the far.": (_kept_at_first, _kept_then_grouped),
    "Nothing goes below 0 with you: the first keys, or queries, are kept there. Then not all are "
    "shifted by the same number.": (
        _mixed(
            lambda at, groups, shift, group: groups,
            lambda at, groups, shift, group: np.maximum(groups - shift, 0),
        ),
        _mixed(
            lambda at, groups, shift, group: np.maximum(groups - shift, 0),
            lambda at, groups, shift, group: groups,
        ),
        _mixed(
            lambda at, groups, shift, group: np.maximum(groups, shift),
            lambda at, groups, shift, group: groups,
        ),
    ),
    "Only queries that have a far key are shifted with you. A constant shift is for all of them.": (
        lambda n, group, neighbours: (
            np.where(
                np.arange(n) < neighbours,
                np.arange(n) // group,
                _rulers(n, group, neighbours)[0],
            ),
            np.arange(n) // group,
        ),
        lambda n, group, neighbours: (
            np.where(np.arange(n) < neighbours, np.arange(n), _rulers(n, group, neighbours)[0]),
            np.arange(n) // group,
        ),
    ),
    "Your shift is `neighbours` times `group`, or that less a step. How far back does a key "
    "exactly `neighbours` back look?": (
        _shifted(lambda group, neighbours: neighbours * group),
        _shifted(lambda group, neighbours: neighbours * group - neighbours // group),
    ),
    "Your shift is `group`, or one less, whatever `neighbours` is. How much is missing at "
    "`neighbours` back?": (
        _shifted(lambda group, neighbours: group),
        _shifted(lambda group, neighbours: group - 1),
    ),
    "Your groups are centred: a byte's position is the middle of its group.": (
        _numbered(lambda at, group: (at + group / 2) // group),
    ),
    "You give one position for each group. How many bytes share it, and how many positions are "
    "asked for?": (
        lambda n, group, neighbours: (
            np.arange(-(-n // group)) + neighbours - neighbours // group,
            np.arange(-(-n // group)),
        )
    ),
    "The last group, which is not full, is left out. How many positions are asked for?": (
        lambda n, group, neighbours: _rulers(n // group * group, group, neighbours)
    ),
    "The first `neighbours` keys keep positions of their own. Who is near depends on the query; "
    "which ruler has the far?": (
        lambda n, group, neighbours: (
            _rulers(n, group, neighbours)[0],
            np.where(np.arange(n) < neighbours, np.arange(n), np.arange(n) // group),
        )
    ),
    "`group` and `neighbours` have changed places. Which is the second argument?": (
        lambda n, group, neighbours: _rulers(n, max(1, neighbours), group)
    ),
    "Your groups have 3 bytes and 30 neighbours, whatever is asked for. Are numbers of the page "
    "written into your code?": lambda n, group, neighbours: _rulers(n, 3, 30),
    "Your groups have 3 bytes, whatever is asked for. Is a number written into your code?": (
        lambda n, group, neighbours: _rulers(n, 3, neighbours)
    ),
    "You have 30 neighbours, whatever is asked for. Is a number written into your code?": (
        lambda n, group, neighbours: _rulers(n, group, 30)
    ),
}


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
    judge(
        answer,
        _attended,
        **asked(_texts()),
        mistakes=_MISREAD,
        by_hand=_small_texts(),
        absolute=3e-5,
    )


def _texts():
    rng = np.random.default_rng(5)

    def text(neighbours, n=11, size=1.0, heads=2, head_dim=6):
        near, far = rng.normal(size=(2, heads, n, n))
        v = rng.normal(size=(heads, n, head_dim))
        return {"near": size * near, "far": size * far, "v": v, "neighbours": neighbours}

    return (
        (
            text(3),
            "For each query, take one row of scores: `near` for fewer than `neighbours` back, "
            "`far` beyond, nothing after it. One softmax makes its weights.",
        ),
        (
            text(20),
            "With more neighbours than bytes, nothing is far, and yours still changes something. "
            "What does your code do when no key is far?",
        ),
        (
            text(1, heads=5, head_dim=10),
            "With one neighbour, a query has only itself on the near ruler. Is that what it gets?",
        ),
        (
            text(5, n=140, heads=1),
            "Short texts are right, and one of 140 bytes is not. Which number of your code grows "
            "with the text, and which should?",
        ),
        (
            text(4, n=9, size=500.0, heads=3, head_dim=4),
            "Here scores are in the hundreds, near and far. Such an e^x is too large for a number, "
            "and what is hidden by a large negative number may not be hidden. What does "
            "`torch.softmax` take off first, and which score gives a weight of 0?",
        ),
        (
            text(0, n=7),
            "With 0 neighbours no key is near, not even a query's own: 0 back is not fewer than 0.",
        ),
    )


def _small_texts():
    def small(near, far, values, neighbours):
        v = np.array(values)[None, :, None] * np.ones((1, 1, 2))
        return {"near": np.array([near]), "far": np.array([far]), "v": v, "neighbours": neighbours}

    nothing, third = np.zeros((3, 3)), math.log(3)
    return (
        (
            small([[0.7]], [[1.9]], [5.0], 1),
            "A single byte sees itself alone, so its value comes out as it is.",
        ),
        (
            small(nothing, nothing, [3.0, 5.0, 10.0], 1),
            "All scores are 0 here, so a query gets the plain mean of the values up to its own.",
        ),
        (
            small([[0.0, 0.0], [third, 0.0]], np.zeros((2, 2)), [3.0, 5.0], 2),
            "Both keys are near. The scores of byte 1 are ln 3 and 0, so its weights are 3 and 1, "
            "over 4.",
        ),
        (
            small(np.zeros((2, 2)), [[0.0, 0.0], [third, 0.0]], [3.0, 5.0], 1),
            "Byte 0 is far from byte 1 here. The scores of byte 1 are ln 3 and 0, so its weights "
            "are 3 and 1, over 4.",
        ),
        (
            small(nothing, nothing + third, [3.0, 5.0, 10.0], 2),
            "Each far score is ln 3, each near one 0. Byte 2 has one far key and two near ones: "
            "weights of 3, 1 and 1, over 5.",
        ),
    )


def _table(near, far, neighbours, offset=None):
    back = np.arange(near.shape[-1])[:, None] - np.arange(near.shape[-1])
    back = back if offset is None else offset(back)
    return np.where(back < neighbours, near, far)


def _attended(near, far, v, neighbours, table=_table, hidden=lambda back: back < 0, fill=-np.inf):
    """Attend by a table of scores, with some offsets hidden by a score of their own."""
    back = np.arange(near.shape[-1])[:, None] - np.arange(near.shape[-1])
    scores = np.where(hidden(back), fill, table(near, far, neighbours))
    return _softmax(scores) @ v


def _softmax(scores):
    with np.errstate(invalid="ignore"):  # over nothing but −∞ it is NaN, as a learner's would be
        weights = np.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)


def _by(table=_table, **options):
    """Attend with another table of scores, or with other offsets hidden."""
    return lambda **given: _attended(**given, table=table, **options)


def _neighbours(changed):
    """Attend with another number of neighbours."""
    return lambda near, far, v, neighbours: _attended(near, far, v, changed(neighbours))


def _divided(by):
    """Attend by scores that are divided once more, by a number made from v."""
    return lambda near, far, v, neighbours: _attended(near / by(v), far / by(v), v, neighbours)


def _weighed(weigh):
    """Mix v by weights that are made in another way, of the scores and of which are seen."""

    def attended(near, far, v, neighbours):
        back = np.arange(near.shape[-1])[:, None] - np.arange(near.shape[-1])
        return weigh(near, far, v, back >= 0, (back >= 0) & (back < neighbours), back >= neighbours)

    return attended


def _only(scores, seen):
    """Take the softmax over the keys that are seen; none where there are none."""
    return np.nan_to_num(_softmax(np.where(seen, scores, -np.inf)))


def _made_to_add_up(near, far, v, past, close, distant):
    weights = np.where(distant, _only(far, past), _only(near, past))
    return weights / weights.sum(-1, keepdims=True) @ v


def _in_blocks(near, far, neighbours):
    block = np.arange(near.shape[-1]) // neighbours
    return np.where(block[:, None] == block, near, far)


def _bare_exponent(near, far, v, past, close, distant):
    weights = np.exp(np.where(close, near, far)) * past
    return weights / weights.sum(-1, keepdims=True) @ v


def _softmax_over_queries(near, far, v, past, close, distant):
    scores = np.where(past, np.where(close, near, far), -np.inf)
    return np.swapaxes(_softmax(np.swapaxes(scores, 1, 2)), 1, 2) @ v


_MISREAD = {
    "You took the far score where the near one belongs, and the other way round. Which offsets are "
    "below `neighbours`?": _by(lambda near, far, neighbours: _table(far, near, neighbours)),
    "A key exactly `neighbours` back counts as near with you. The task has near *below* "
    "`neighbours`.": _neighbours(lambda neighbours: neighbours + 1),
    "A key `neighbours` − 1 back counts as far with you. The task has near *below* "
    "`neighbours`, the query itself included.": _neighbours(lambda neighbours: neighbours - 1),
    "You have 8 neighbours, whatever is asked for. Is a number written into your code?": (
        _neighbours(lambda neighbours: 8)
    ),
    "You have 128 neighbours, whatever is asked for. Is a number written into your code?": (
        _neighbours(lambda neighbours: 128)
    ),
    "Your queries see the keys that come after them. What should their weights be?": (
        _by(hidden=np.zeros_like),
        _by(
            lambda near, far, neighbours: _table(near, far, neighbours, np.abs),
            hidden=np.zeros_like,
        ),
    ),
    "Your queries see the bytes after them, and not those before. Is an offset the query's "
    "position less the key's, or key less query?": (
        _by(
            lambda near, far, neighbours: _table(near, far, neighbours, np.negative),
            hidden=lambda back: back > 0,
        ),
        _by(hidden=lambda back: back > 0),
    ),
    "You masked after the softmax, so the future had taken its share of the weights. Do yours add "
    "up to 1?": _weighed(
        lambda near, far, v, past, close, distant: _softmax(np.where(distant, far, near)) * past @ v
    ),
    "You gave the future a score of 0. What weight is e⁰, and which score makes it 0?": _by(fill=0),
    "You hide the future with a number of your own, such as −10. Such a key still gets some "
    "weight; which score leaves it none?": tuple(
        _by(fill=-size) for size in (1, 2, 5, 8, 10, 20, 50, 99, 100, 128)
    ),
    "A byte does not see itself with you. Should an offset of 0 be masked?": (
        _by(hidden=lambda back: back <= 0),
        _by(hidden=lambda back: (back < 0) | ((back == 0) & (np.arange(len(back)) > 0))),
    ),
    "A byte reads itself off the far ruler with you. On which is an offset of 0?": _by(
        lambda near, far, neighbours: _table(
            near, far, neighbours, lambda back: np.where(back == 0, neighbours, back)
        )
    ),
    "You made two softmaxes and added them, so near and far have a full share each, however well "
    "they fit. When should the two sets of keys compete?": _weighed(
        lambda near, far, v, past, close, distant: (_only(near, close) + _only(far, distant)) @ v
    ),
    "You took the mean of two attentions. Near and far have half of the weight each, however well "
    "they fit. When should the two sets of keys compete?": (
        _weighed(
            lambda near, far, v, past, close, distant: (
                (_only(near, close) + _only(far, distant)) @ v / 2
            )
        ),
        _weighed(
            lambda near, far, v, past, close, distant: (
                (_only(near, past) + _only(far, past)) @ v / 2
            )
        ),
    ),
    "You took two softmaxes over all keys, and chose from the weights. Do those of a query still "
    "add up to 1? Choose the scores first.": (
        _weighed(
            lambda near, far, v, past, close, distant: (
                np.where(distant, _only(far, past), _only(near, past)) @ v
            )
        ),
        _weighed(
            lambda near, far, v, past, close, distant: (
                np.where(distant, _softmax(far), _softmax(near)) * past @ v
            )
        ),
    ),
    "You took two softmaxes, chose from the weights, and divided so that they add up to 1 again. "
    "Choose the scores first; then one softmax does all.": _weighed(_made_to_add_up),
    "Your neighbours are those in the same block. A query's neighbours are counted back from "
    "itself.": _by(_in_blocks),
    "All your numbers are NaN. A mask times −∞ does that, since 0 times −∞ is no number; what puts "
    "−∞ only where it belongs?": lambda **given: _attended(**given) * np.nan,
    "Two softmaxes, and the first bytes are NaN: they have no far key at all, and a softmax over "
    "nothing is 0 / 0. Could one softmax serve both?": _weighed(
        lambda near, far, v, past, close, distant: (
            (_only(near, close) + _softmax(np.where(distant, far, -np.inf))) @ v
        )
    ),
    "You added near and far scores. For each key, only one of the two counts.": (
        _by(lambda near, far, neighbours: near + far),
        _by(lambda near, far, neighbours: _table(near + far, far, neighbours)),
        _by(lambda near, far, neighbours: _table(near, near + far, neighbours)),
    ),
    "You took the mean of near and far scores. For each key, only one of the two counts.": _by(
        lambda near, far, neighbours: (near + far) / 2
    ),
    "All offsets are read off the near ruler. Where do the far scores come in? (If you compare an "
    "offset: is yours the query's position less the key's?)": (
        _by(lambda near, far, neighbours: near),
        _by(lambda near, far, neighbours: _table(near, far, neighbours, np.negative)),
    ),
    "All offsets are read off the far ruler. Where do the near scores come in?": _by(
        lambda near, far, neighbours: far
    ),
    "Your far keys are hidden: nothing further back than the neighbours is seen. Which scores do "
    "they have?": _weighed(lambda near, far, v, past, close, distant: _only(near, close) @ v),
    "Your near keys are hidden: only what is further back is seen. Which scores have the others?": (
        _weighed(lambda near, far, v, past, close, distant: _only(far, distant) @ v),
        _weighed(
            lambda near, far, v, past, close, distant: _softmax(np.where(distant, far, -np.inf)) @ v
        ),
    ),
    "The softmax runs over the queries. Whose weights should add up to 1?": _weighed(
        _softmax_over_queries
    ),
    "You measure nearness from the start of the text: its first keys. It is counted back from the "
    "query.": _by(
        lambda near, far, neighbours: np.where(np.arange(near.shape[-1]) < neighbours, near, far)
    ),
    "The first queries of the text take the near scores, and all others the far ones. Nearness is "
    "counted from each query back to the key.": _by(
        lambda near, far, neighbours: np.where(
            np.arange(near.shape[-1])[:, None] < neighbours, near, far
        )
    ),
    "You mix by the scores themselves. What makes weights of them, that add up to 1?": _weighed(
        lambda near, far, v, past, close, distant: np.where(distant, far, near) * past @ v
    ),
    "You weigh by e^score, and the weights do not add up to 1. What are they divided by?": _weighed(
        lambda near, far, v, past, close, distant: np.exp(np.where(distant, far, near)) * past @ v
    ),
    "e^score, divided by its sum, is a softmax only where no score is large: an e⁸⁰⁰ is infinite. "
    "What does `torch.softmax` take off first?": _weighed(_bare_exponent),
    "These are the weights. What do they mix?": _weighed(
        lambda near, far, v, past, close, distant: _only(np.where(close, near, far), past)
    ),
    "The scores have been divided by √head_dim already; you did so again.": _divided(
        lambda v: math.sqrt(v.shape[-1])
    ),
    "You divided the scores by head_dim. They have been divided by √head_dim already.": _divided(
        lambda v: v.shape[-1]
    ),
    "You multiplied the scores by √head_dim. They are ready for the softmax as they come.": (
        _divided(lambda v: 1 / math.sqrt(v.shape[-1]))
    ),
    "You divided the scores by √n. They are ready for the softmax as they come.": _divided(
        lambda v: math.sqrt(v.shape[-2])
    ),
    "You took the mean of near and far beyond the neighbours. For each key, only one of the two "
    "counts.": _by(lambda near, far, neighbours: _table(near, (near + far) / 2, neighbours)),
    "You took the mean of near and far for the neighbours. For each key, only one of the two "
    "counts.": _by(lambda near, far, neighbours: _table((near + far) / 2, far, neighbours)),
    "You took the larger of near and far, or the smaller. What decides is how far back a key is, "
    "not the score.": tuple(
        _by(table)
        for pick in (np.maximum, np.minimum)
        for table in (
            lambda near, far, neighbours, pick=pick: pick(near, far),
            lambda near, far, neighbours, pick=pick: _table(near, pick(near, far), neighbours),
            lambda near, far, neighbours, pick=pick: _table(pick(near, far), far, neighbours),
        )
    ),
    "Your scores are transposed: rows are queries, and columns keys.": (
        _by(
            lambda near, far, neighbours: _table(
                near.swapaxes(1, 2), far.swapaxes(1, 2), neighbours
            )
        ),
        _by(lambda near, far, neighbours: _table(near, far.swapaxes(1, 2), neighbours)),
        _by(lambda near, far, neighbours: _table(near.swapaxes(1, 2), far, neighbours)),
    ),
    "Your weights are transposed before they meet the values. Which axis of them has the keys?": (
        _weighed(
            lambda near, far, v, past, close, distant: (
                _only(np.where(close, near, far), past).swapaxes(1, 2) @ v
            )
        )
    ),
    "The softmax runs over the heads. Each head has weights of its own; over which axis do they "
    "add up to 1?": _weighed(
        lambda near, far, v, past, close, distant: (
            np.swapaxes(
                _softmax(np.where(past, np.where(close, near, far), -1e9).swapaxes(0, 2)), 0, 2
            )
            @ v
        )
    ),
    "All heads use the scores of one head. Each has its own.": (
        _by(lambda near, far, neighbours: _table(near[:1], far[:1], neighbours)),
        _by(lambda near, far, neighbours: _table(near[-1:], far[-1:], neighbours)),
        _by(lambda near, far, neighbours: _table(near, far[:1], neighbours)),
        _by(lambda near, far, neighbours: _table(near[:1], far, neighbours)),
    ),
    "All heads use the mean of the heads' scores. Each has its own.": _by(
        lambda near, far, neighbours: _table(near, far, neighbours).mean(0, keepdims=True)
    ),
    "You take the value of the best key alone. A softmax mixes all that are seen.": _weighed(
        lambda near, far, v, past, close, distant: (
            np.eye(v.shape[1])[np.where(past, np.where(close, near, far), -np.inf).argmax(-1)] @ v
        )
    ),
    "All keys that are seen have the same weight with you. Where do the scores come in?": _weighed(
        lambda near, far, v, past, close, distant: _only(0 * near, past) @ v
    ),
    "You have half as many neighbours, or twice as many. How far back is near?": (
        _neighbours(lambda neighbours: neighbours // 2),
        _neighbours(lambda neighbours: 2 * neighbours),
    ),
    "You took a sigmoid of each score. Which function makes weights that add up to 1?": _weighed(
        lambda near, far, v, past, close, distant: (
            past / (1 + np.exp(-np.where(close, near, far).clip(-700))) @ v
        )
    ),
    "With no neighbours a query's own key is still near with you. Is 0 fewer than 0?": _neighbours(
        lambda neighbours: max(1, neighbours)
    ),
    "You divide the scores by 8. They have been divided by √head_dim already.": _by(
        lambda near, far, neighbours: _table(near, far, neighbours) / 8
    ),
    "You took the mean over the heads. Each head has a result of its own.": (
        lambda **given: _attended(**given).mean(0)
    ),
    "Your axes are [n, heads, head_dim]. Which comes first in the task?": (
        lambda **given: _attended(**given).swapaxes(0, 1)
    ),
}
