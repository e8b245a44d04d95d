"""Checks for lesson 10, Choose a recipe."""

import itertools
import math

import numpy as np

from lesson_utils.checks.findings import number
from lesson_utils.checks.judging import asked, judge
from lesson_utils.checks.registry import exercise

# --- 10.1 compare ---


@exercise(
    "10.1",
    nudge="Take one document. By how much is its loss, ln of the perplexity, lower with mine? "
    "How far do these differences scatter from document to document?",
    outline="For each document: d = ln theirs − ln mine. gain = the mean of all d. For error: "
    "square what each d is off the gain, add up, divide by n − 1, take the root: that is the "
    "standard deviation. Divide it by √n.",
    takeaway="Documents differ far more than recipes do. A difference taken document by document "
    "leaves that out.",
)
def compare(answer):
    judge(
        answer,
        _compared,
        **asked(_PAIRS),
        mistakes=_MISCOMPARED,
        by_hand=_SMALL_PAIRS,
        names=("gain", "error"),
        form=number,
        absolute=1e-6,  # what float32 leaves of an error that should be 0
    )


def _pair(mine, theirs):
    return {"mine": mine, "theirs": theirs}


_DIFFERENCES = (
    "For each document there is one difference, ln theirs − ln mine. The gain is their mean, and "
    "the error is their standard deviation (with n − 1) over √n."
)
_PAIRS = (
    (_pair([2.81, 2.44, 3.39, 2.27, 2.23], [2.79, 2.50, 3.46, 2.41, 2.31]), _DIFFERENCES),
    (_pair([4.1, 2.9, 1.7, 3.3], [3.2, 3.6, 1.8, 2.3]), _DIFFERENCES),
    (
        _pair([5.2, 2.1, 2.6, 3.8, 7.1, 1.4, 2.2, 3.1], [4.4, 2.4, 2.9, 3.1, 8.7, 1.5, 2.3, 3.9]),
        _DIFFERENCES,
    ),
    (
        _pair([2.0, 6.0], [3.0, 5.0]),
        "Of two documents it goes wrong. What is n − 1 then, and is one of the two left out?",
    ),
    (
        _pair([2.0, 4.0, 3.0], [2.2, 4.4, 3.3]),
        "Here mine is ahead by the same ratio on all three documents. How far do the differences "
        "of the logarithms scatter?",
    ),
)
_SMALL_PAIRS = (
    (
        _pair([1.0, 1.0], [1.0, math.e**2]),
        "The two differences are 0 and 2. Their mean is 1. Each is off by 1, so the standard "
        "deviation is √(2 / 1), and the error is that over √2.",
    ),
    (
        _pair([1.0, 1.0, 1.0], [1.0, math.e**3, math.e**3]),
        "The differences are 0, 3 and 3, and their mean is 2. They are off by −2, 1 and 1: the "
        "standard deviation is √(6 / 2), and the error is that over √3.",
    ),
    (
        _pair([math.e, 1.0, math.e**2], [1.0, math.e, math.e**2]),
        "The differences are −1, 1 and 0. One document may say the opposite of another.",
    ),
)


def _error(differences, ddof=1):
    return np.std(differences, ddof=ddof) / math.sqrt(len(differences))


def _compared(mine, theirs, log=np.log, error=_error, gain=np.mean):
    differences = log(np.array(theirs)) - log(np.array(mine))
    return float(gain(differences)), float(error(differences))


def _otherwise(**changes):
    return lambda mine, theirs: _compared(mine, theirs, **changes)


def _unpaired(mine, theirs, ddof=1):
    """Take each recipe's own scatter, as if the documents were not the same."""
    gain, _ = _compared(mine, theirs)
    parts = (np.var(np.log(one), ddof=ddof) / len(one) for one in (mine, theirs))
    return gain, math.sqrt(sum(parts))


def _sorted_first(mine, theirs):
    return _compared(sorted(mine), sorted(theirs))


def _of_the_means(mine, theirs):
    return math.log(np.mean(theirs) / np.mean(mine)), _compared(mine, theirs)[1]


_MISCOMPARED = {
    "You took each recipe's own scatter, as for two sets of documents. But they are the same "
    "documents. Of which numbers is the standard deviation?": (
        _unpaired,
        lambda mine, theirs: _unpaired(mine, theirs, ddof=0),
        lambda mine, theirs: (_compared(mine, theirs)[0], float(_error(np.log(mine)))),
        lambda mine, theirs: (_compared(mine, theirs)[0], float(_error(np.log(theirs)))),
    ),
    "You took the differences of the perplexities. A mean is taken of losses: what is the loss of "
    "a document?": (_otherwise(log=np.array), _otherwise(log=lambda x: -x)),
    "Your logarithm has another base. Nats have base e.": (
        _otherwise(log=np.log2),
        _otherwise(log=np.log10),
    ),
    "Your gain has the wrong sign. If mine has the lower perplexity, is it above 0?": (
        lambda mine, theirs: _compared(theirs, mine)
    ),
    "You divided the squares by n. For a standard error they are divided by n − 1 "
    "(`ddof=1`).": _otherwise(error=lambda d: _error(d, ddof=0)),
    "That is the standard deviation: how far one document scatters. How far does the mean of n of "
    "them scatter?": (_otherwise(error=lambda d: np.std(d, ddof=1)), _otherwise(error=np.std)),
    "You divided by n, and not by √n.": (
        _otherwise(error=lambda d: np.std(d, ddof=1) / len(d)),
        _otherwise(error=lambda d: np.std(d) / len(d)),
    ),
    "That is the variance of the mean, a square. Where is the root?": (
        _otherwise(error=lambda d: np.var(d, ddof=1) / len(d)),
        _otherwise(error=lambda d: np.var(d) / len(d)),
    ),
    "You divided by √(n − 1), and the squares by n − 1 as well. Only one of them has n − 1.": (
        _otherwise(error=lambda d: np.std(d, ddof=1) / math.sqrt(len(d) - 1))
    ),
    "You took the mean of how far the differences are off, without the squares.": (
        _otherwise(error=lambda d: np.abs(d - d.mean()).mean() / math.sqrt(len(d))),
        _otherwise(error=lambda d: np.abs(d - d.mean()).mean()),
        _otherwise(error=lambda d: np.abs(d - d.mean()).sum() / (len(d) - 1) / math.sqrt(len(d))),
    ),
    "Your squares are of the differences themselves. How far is each off the mean?": (
        _otherwise(error=lambda d: math.sqrt((d * d).sum() / (len(d) - 1) / len(d))),
        _otherwise(error=lambda d: math.sqrt((d * d).mean() / len(d))),
    ),
    "You sorted the two lists, each for itself. Then the documents no longer belong together.": (
        _sorted_first
    ),
    "Your gain is of the mean perplexities. Take the logarithm of each document first.": (
        _of_the_means
    ),
    "Your gain is a sum. How many documents are there?": _otherwise(gain=np.sum),
    "Your gain is the median. The task asks for the mean.": _otherwise(gain=np.median),
    "Your gain is a ratio of perplexities. In nats it is the logarithm of that.": (
        _otherwise(gain=lambda d: math.exp(d.mean())),
        _otherwise(gain=lambda d: math.exp(d.mean()) - 1),
        _otherwise(gain=lambda d: 1 - math.exp(-d.mean())),
    ),
}


# --- 10.2 optimism ---


@exercise(
    "10.2",
    nudge="Choose three documents. Which row has the lowest mean on them? What does the same row "
    "have on the others?",
    outline="For chosen in itertools.combinations(range(documents), seen): rest = the other "
    "columns. Means of all rows over chosen; best = argmin. Note mean(best row over rest) − "
    "mean(best row over chosen). Return the mean of all that was noted.",
    takeaway="The figure that a winner was chosen by is too good. How much too good depends on how "
    "many tried, and on how many documents chose.",
)
def optimism(answer):
    judge(
        answer,
        _optimism,
        **asked(_TABLES),
        mistakes=_MISJUDGED,
        by_hand=_SMALL_TABLES,
        form=number,
        absolute=1e-9,  # what rounding leaves where it should be 0
    )


def _seen(nats, seen):
    return {"nats": np.array(nats), "seen": seen}


_EVERY_CHOICE = (
    "For every choice of {seen} documents: which row has the lowest mean on them, and what is that "
    "row's mean on the others, less its mean on these? Return the mean over all choices."
)
_TABLES = (
    (
        _seen(
            [
                [1.05, 0.92, 1.31, 0.74, 0.98],
                [1.12, 0.71, 1.02, 0.93, 1.20],
                [0.83, 1.21, 0.98, 0.88, 1.01],
                [1.11, 0.91, 0.90, 1.23, 0.69],
            ],
            3,
        ),
        _EVERY_CHOICE,
    ),
    (
        _seen(
            [
                [2.2, 1.1, 0.4, 1.9, 3.1, 0.6],
                [1.7, 1.6, 0.9, 1.2, 2.6, 1.1],
                [2.5, 0.7, 1.3, 1.4, 2.9, 0.2],
            ],
            2,
        ),
        _EVERY_CHOICE,
    ),
    (
        _seen(
            [
                [1.3, 0.4, 2.2, 1.7],
                [0.9, 1.5, 1.4, 2.1],
                [1.6, 0.8, 1.1, 1.2],
                [0.7, 1.0, 2.5, 1.8],
                [1.4, 0.9, 1.9, 0.8],
            ],
            1,
        ),
        _EVERY_CHOICE,
    ),
    (
        _seen([[0.9, 1.7, 1.2, 2.4, 0.3]], 2),
        "There is one recipe alone, so nothing was chosen. Over all choices, what is left?",
    ),
    (
        _seen([[1.2, 0.7, 1.9, 1.1], [0.8, 1.3, 1.4, 1.5]], 3),
        "Three of four documents are seen, so one is left to judge by. Which?",
    ),
)
_SMALL_TABLES = (
    (
        _seen([[1.0, 3.0]], 1),
        "One recipe, two documents. Seen the first: 3 − 1. Seen the second: 1 − 3. And the mean?",
    ),
    (
        _seen([[1.0, 3.0], [2.0, 1.0]], 1),
        "Seen the first, row 0 wins with 1, and has 3 on the other. Seen the second, row 1 wins "
        "with 1, and has 2 on the other.",
    ),
    (
        _seen([[1.0, 2.0, 6.0], [4.0, 1.0, 1.0]], 2),
        "Seen 0 and 1, row 0 wins with 1.5, and has 6 on the third. Seen 0 and 2, row 1 wins with "
        "2.5, and has 1. Seen 1 and 2, row 1 wins with 1, and has 4.",
    ),
)


def _choices(nats, seen):
    columns = range(nats.shape[1])
    for chosen in itertools.combinations(columns, seen):
        yield list(chosen), [column for column in columns if column not in chosen]


def _winner(nats, chosen, rest):
    return nats[:, chosen].mean(1).argmin()


def _optimism(
    nats,
    seen,
    *,
    choices=_choices,
    winner=_winner,
    off=lambda nats, row, chosen, rest: nats[row, rest].mean() - nats[row, chosen].mean(),
    together=np.mean,
):
    """Choose on some documents, judge on the others; each step of the way may be another."""
    found = [
        off(nats, winner(nats, chosen, rest), chosen, rest) for chosen, rest in choices(nats, seen)
    ]
    return float(together(found))


def _misjudged(**changes):
    return lambda nats, seen: _optimism(nats, seen, **changes)


def _windows(nats, seen):
    columns = list(range(nats.shape[1]))
    for start in range(len(columns) - seen + 1):
        yield columns[start : start + seen], columns[:start] + columns[start + seen :]


def _first_alone(nats, seen):
    columns = list(range(nats.shape[1]))
    yield columns[:seen], columns[seen:]


def _last_alone(nats, seen):
    columns = list(range(nats.shape[1]))
    yield columns[-seen:], columns[:-seen]


def _all_but_seen(nats, seen):
    for chosen, rest in _choices(nats, seen):
        yield rest, chosen


def _recipes_in_columns(nats, seen):
    if len(nats) <= seen:
        raise ValueError(f"{len(nats)} rows leave none to judge by")
    return _optimism(nats.T, seen)


_MISJUDGED = {
    "Your sign is the other way round: what the others say, less what the seen ones say.": (
        _misjudged(
            off=lambda nats, row, chosen, rest: nats[row, chosen].mean() - nats[row, rest].mean()
        )
    ),
    "You took one choice alone. How many ways are there to choose {seen} documents?": (
        _misjudged(choices=_first_alone),
        _misjudged(choices=_last_alone),
    ),
    "Your choices are neighbours. `itertools.combinations` gives all choices of {seen} "
    "documents.": _misjudged(choices=_windows),
    "The documents that judge have chosen the winner. Who may choose it?": (
        _misjudged(winner=lambda nats, chosen, rest: nats[:, rest].mean(1).argmin())
    ),
    "Your winner is chosen by all documents. Those that judge may have no say in it.": (
        _misjudged(winner=lambda nats, chosen, rest: nats.mean(1).argmin())
    ),
    "Your winner is the row with the highest loss.": (
        _misjudged(winner=lambda nats, chosen, rest: nats[:, chosen].mean(1).argmax())
    ),
    "You judge by all documents. Those that chose are not fair judges.": _misjudged(
        off=lambda nats, row, chosen, rest: nats[row].mean() - nats[row, chosen].mean()
    ),
    "You changed the two sets: {seen} documents choose, and the others judge.": _misjudged(
        choices=_all_but_seen
    ),
    "You subtract from the best of the rest, or from the mean of all rows. It is one row, the "
    "winner, whose two figures are compared.": (
        _misjudged(
            off=lambda nats, row, chosen, rest: (
                nats[:, rest].mean(1).min() - nats[row, chosen].mean()
            )
        ),
        _misjudged(
            off=lambda nats, row, chosen, rest: nats[:, rest].mean() - nats[row, chosen].mean()
        ),
    ),
    "You compare the winner with the best row on the others. What is asked is how much its own "
    "figure changes.": _misjudged(
        off=lambda nats, row, chosen, rest: nats[row, rest].mean() - nats[:, rest].mean(1).min()
    ),
    "That is the winner's figure on the others. By how much is it above its figure on the seen "
    "ones?": _misjudged(off=lambda nats, row, chosen, rest: nats[row, rest].mean()),
    "You compare sums over different numbers of documents. Compare means.": _misjudged(
        off=lambda nats, row, chosen, rest: nats[row, rest].sum() - nats[row, chosen].sum()
    ),
    "You added the choices up. The mean over them is asked for.": _misjudged(together=np.sum),
    "You took the largest of all choices. The mean over them is asked for.": (
        _misjudged(together=np.max)
    ),
    "You took the median over the choices. The mean is asked for.": _misjudged(together=np.median),
    "You took the absolute value of each. One choice may be too good, and another too bad.": (
        _misjudged(
            off=lambda nats, row, chosen, rest: abs(
                nats[row, rest].mean() - nats[row, chosen].mean()
            )
        )
    ),
    "In your table, recipes and documents have changed places. A row is a recipe.": (
        _recipes_in_columns
    ),
}


# --- 10.3 race ---


@exercise(
    "10.3",
    nudge="After the first document, which rows go on? What do they read next, and how many "
    "readings is that?",
    outline="running = all rows; totals = zeros; readings = 0. For each column: add it to the "
    "totals of those running; readings += how many run; sort them by total and keep the first "
    "(n + 1) // 2; stop when one is left. Return (the first of them, readings).",
    takeaway="Most recipes show on one document that they will not win. A race spends its readings "
    "on those that might.",
)
def race(answer):
    judge(
        answer,
        _race,
        **asked(_RACES),
        mistakes=_MISRUN,
        by_hand=_SMALL_RACES,
        names=("winner", "readings"),
        form=number,
    )


def _run(nats):
    return {"nats": np.array(nats)}


_ROUND_BY_ROUND = (
    "In each round, those still running read the next document, and the better half by the sum so "
    "far goes on, of an odd number the larger half. Which row is left, and how many readings were "
    "that?"
)
_RACES = (
    (
        _run(
            [
                [1.5, 1.0, 0.9, 1.1],
                [1.1, 1.6, 1.7, 0.8],
                [0.9, 2.6, 0.7, 0.6],
                [1.3, 1.1, 1.0, 1.2],
                [1.2, 1.3, 0.8, 2.5],
                [2.0, 0.5, 0.4, 0.3],
                [1.0, 1.9, 1.8, 1.9],
            ]
        ),
        _ROUND_BY_ROUND,
    ),
    (
        _run(
            [
                [2.4, 1.2, 2.0, 1.1, 0.2],
                [2.9, 0.3, 0.4, 0.5, 0.1],
                [1.9, 1.8, 1.6, 1.4, 0.9],
                [1.4, 2.1, 1.7, 2.2, 0.4],
                [2.2, 1.3, 2.4, 1.0, 0.3],
            ]
        ),
        _ROUND_BY_ROUND,
    ),
    (
        _run(
            [
                [2.1, 0.7, 0.9],
                [1.9, 0.1, 0.6],
                [1.3, 2.0, 0.7],
                [1.8, 0.6, 0.2],
                [1.0, 2.3, 0.4],
                [1.7, 1.1, 0.1],
                [1.2, 0.9, 2.0],
                [0.9, 1.6, 1.5],
                [1.1, 1.5, 1.0],
                [0.8, 1.9, 2.2],
                [1.6, 0.2, 0.3],
            ]
        ),
        "Here the documents end before one row is left alone. Who wins then?",
    ),
    (
        _run([[1.4, 0.9, 0.8]]),
        "There is one recipe alone. How many readings does a race of one take?",
    ),
    (
        _run([[1.3, 0.2, 0.4], [1.1, 0.9, 2.0]]),
        "Two recipes: after the first document one is left. Does the race go on?",
    ),
)
_SMALL_RACES = (
    (_run([[1.0], [2.0]]), "Two rows read one document: 2 readings, and row 0 is left."),
    (
        _run([[3.0, 1.0], [1.0, 3.0], [2.0, 1.0]]),
        "Three rows read the first document, and 2, the larger half, go on: rows 1 and 2. Their "
        "sums are then 4 and 3. That makes 3 + 2 readings.",
    ),
    (
        _run([[1.0, 5.0], [2.0, 1.0], [3.0, 1.0], [4.0, 1.0]]),
        "Four rows read the first document, and rows 0 and 1 go on. Their sums are then 6 and 3. "
        "That makes 4 + 2 readings.",
    ),
)


def _race(
    nats,
    *,
    half=lambda running: (running + 1) // 2,
    score=lambda nats, row, document: nats[row, : document + 1].sum(),
    at_least=1,
    worst=False,
    count=lambda running, left: running,
):
    """Run the race; each step of the way may be another."""
    running, readings = list(range(len(nats))), 0
    for document in range(nats.shape[1]):
        if len(running) <= at_least:
            break
        best_first = sorted(running, key=lambda row: score(nats, row, document), reverse=worst)
        left = best_first[: max(1, half(len(running)))]
        readings += count(len(running), len(left))
        running = left
    return running[0], readings


def _misrun(**changes):
    return lambda nats: _race(nats, **changes)


def _by_place(nats):
    """Forget which rows went on: their places among those running are not their numbers."""
    table = nats
    for document in range(nats.shape[1]):
        order = table[:, : document + 1].sum(1).argsort(kind="stable")
        table = table[order[: (len(order) + 1) // 2]]
        if len(table) == 1:
            break
    return int(order[0]), _race(nats)[1]


def _first_left(nats):
    """Take the lowest row number of those left, not the best of them."""
    running, readings = list(range(len(nats))), 0
    for document in range(nats.shape[1]):
        if len(running) == 1:
            break
        readings += len(running)
        totals = sorted(running, key=lambda row: nats[row, : document + 1].sum())
        running = sorted(totals[: (len(running) + 1) // 2])
    return running[0], readings


_MISRUN = {
    "You keep the smaller half of an odd number. The task keeps the larger one.": _misrun(
        half=lambda running: running // 2
    ),
    "You look at the last document read, and not at the sum of all so far.": _misrun(
        score=lambda nats, row, document: nats[row, document]
    ),
    "Your rows go on by what they read in the first document. Later ones have a say, too.": _misrun(
        score=lambda nats, row, document: nats[row, 0]
    ),
    "You sort by all documents, and some of them nobody has read yet.": _misrun(
        score=lambda nats, row, document: nats[row].sum()
    ),
    "The worse half goes on. Is a loss good when it is high?": _misrun(worst=True),
    "You count the readings after the cut. Who has read this document?": _misrun(
        count=lambda running, left: left
    ),
    "You count rounds, and not readings. How many rows read in a round?": _misrun(
        count=lambda running, left: 1
    ),
    "You count those who left. Those who stayed have read as well.": _misrun(
        count=lambda running, left: running - left
    ),
    "You count a reading for every row in every round. Those who left read no more.": (
        lambda nats: (_race(nats)[0], nats.size),
        lambda nats: (_race(nats)[0], len(nats) * _race(nats, count=lambda running, left: 1)[1]),
    ),
    "Your race goes on when one row is left alone. There is nobody to beat any more.": _misrun(
        at_least=0
    ),
    "Your race ends with two rows. Go on until one is left.": _misrun(at_least=2),
    "You drop one row in a round. The better half goes on.": _misrun(
        half=lambda running: running - 1
    ),
    "You keep one row after the first document. Half of them go on.": _misrun(
        half=lambda running: 1
    ),
    "Your winner is a place among those who were left, and not the number of its row.": _by_place,
    "Of those left at the end you return the first by number. Which of them has the lowest sum?": (
        _first_left
    ),
}
