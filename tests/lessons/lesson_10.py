"""Lesson 10: wrong and right answers to its exercises, and its pictures in small."""

import itertools
import math
import statistics

import numpy as np
import torch

from lesson_utils.checks.findings import RAISES, WRONG_FORM
from lesson_utils.figures import lesson_10
from tests.lessons import right, wrong
from tests.lessons.arrays import SPARED

# --- 10.1 compare ---


def logs(mine, theirs):
    return np.log(np.array(theirs)) - np.log(np.array(mine))


@wrong("compare", "are the same documents")
def takes_each_scatter_alone(mine, theirs):
    one, other = np.log(mine), np.log(theirs)
    error = math.sqrt((one.var(ddof=1) + other.var(ddof=1)) / len(mine))
    return other.mean() - one.mean(), error


@wrong("compare", "differences of the perplexities")
def forgets_the_logarithm(mine, theirs):
    d = np.array(theirs) - np.array(mine)
    return d.mean(), d.std(ddof=1) / math.sqrt(len(d))


@wrong("compare", "Nats have base e")
def takes_bits(mine, theirs):
    d = np.log2(theirs) - np.log2(mine)
    return d.mean(), d.std(ddof=1) / math.sqrt(len(d))


@wrong("compare", "wrong sign")
def subtracts_theirs(mine, theirs):
    d = -logs(mine, theirs)
    return d.mean(), d.std(ddof=1) / math.sqrt(len(d))


@wrong("compare", "You divided the squares by n")
def takes_numpys_default(mine, theirs):
    d = logs(mine, theirs)
    return d.mean(), d.std() / math.sqrt(len(d))


@wrong("compare", "how far one document scatters")
def returns_the_deviation(mine, theirs):
    d = logs(mine, theirs)
    return d.mean(), d.std(ddof=1)


@wrong("compare", "and not by √n")
def divides_by_n(mine, theirs):
    d = logs(mine, theirs)
    return d.mean(), d.std(ddof=1) / len(d)


@wrong("compare", "Where is the root?")
def returns_the_variance(mine, theirs):
    d = logs(mine, theirs)
    return d.mean(), d.var(ddof=1) / len(d)


@wrong("compare", "Only one of them has n − 1")
def takes_one_off_twice(mine, theirs):
    d = logs(mine, theirs)
    return d.mean(), d.std(ddof=1) / math.sqrt(len(d) - 1)


@wrong("compare", "without the squares")
def takes_the_mean_deviation(mine, theirs):
    d = logs(mine, theirs)
    return d.mean(), np.abs(d - d.mean()).mean() / math.sqrt(len(d))


@wrong("compare", "How far is each off the mean?")
def squares_the_differences(mine, theirs):
    d = logs(mine, theirs)
    return d.mean(), math.sqrt((d**2).sum() / (len(d) - 1) / len(d))


@wrong("compare", "You sorted the two lists")
def sorts_both(mine, theirs):
    d = logs(sorted(mine), sorted(theirs))
    return d.mean(), d.std(ddof=1) / math.sqrt(len(d))


@wrong("compare", "of the mean perplexities")
def compares_means(mine, theirs):
    d = logs(mine, theirs)
    gain = math.log(np.mean(theirs)) - math.log(np.mean(mine))
    return gain, d.std(ddof=1) / math.sqrt(len(d))


@wrong("compare", "Your gain is a sum")
def adds_up(mine, theirs):
    d = logs(mine, theirs)
    return d.sum(), d.std(ddof=1) / math.sqrt(len(d))


@wrong("compare", "is the median")
def takes_the_middle_one(mine, theirs):
    d = logs(mine, theirs)
    return np.median(d), d.std(ddof=1) / math.sqrt(len(d))


@wrong("compare", "a ratio of perplexities")
def returns_a_ratio(mine, theirs):
    d = logs(mine, theirs)
    return math.exp(d.mean()), d.std(ddof=1) / math.sqrt(len(d))


@wrong("compare", "You return (error, gain)")
def returns_the_error_first(mine, theirs):
    d = logs(mine, theirs)
    return d.std(ddof=1) / math.sqrt(len(d)), d.mean()


@wrong("compare", "Return 2 things", WRONG_FORM)
def returns_the_gain_alone(mine, theirs):
    return logs(mine, theirs).mean()


@wrong("compare", "unsupported operand", RAISES)
def subtracts_lists(mine, theirs):
    return (theirs - mine).mean()


@right("compare")
def with_statistics(mine, theirs):
    d = [math.log(b / a) for a, b in zip(mine, theirs, strict=True)]
    return statistics.mean(d), statistics.stdev(d) / len(d) ** 0.5


@right("compare")
def with_torch(mine, theirs):
    d = torch.tensor(theirs, dtype=torch.float64).log() - torch.tensor(mine).double().log()
    return d.mean(), d.std() / len(d) ** 0.5  # torch divides by n − 1 unless told otherwise


@right("compare")
def with_numpy(a, b, /):
    d = logs(a, b)
    return np.array([d.mean(), np.sqrt(np.var(d, ddof=1) / d.size)])


# --- 10.2 optimism ---


def noted(nats, seen, note):
    """Collect what is noted of every choice: ``note(table, chosen, rest)``."""
    table, columns = np.array(nats), set(range(np.shape(nats)[1]))
    return [
        note(table, list(chosen), sorted(columns - set(chosen)))
        for chosen in itertools.combinations(sorted(columns), seen)
    ]


def change(table, chosen, rest):
    row = table[:, chosen].mean(1).argmin()
    return table[row, rest].mean() - table[row, chosen].mean()


@wrong("optimism", "Your sign is the other way round")
def subtracts_the_rest(nats, seen):
    return -np.mean(noted(nats, seen, change))


@wrong("optimism", "You took one choice alone")
def takes_the_first_documents(nats, seen):
    return noted(nats, seen, change)[0]


@wrong("optimism", "You took one choice alone")
def takes_the_last_documents(nats, seen):
    return noted(nats, seen, change)[-1]


@wrong("optimism", "Your choices are neighbours")
def slides_a_window(nats, seen):
    table, columns = np.array(nats), list(range(np.shape(nats)[1]))
    starts = range(len(columns) - seen + 1)
    cuts = ((columns[s : s + seen], columns[:s] + columns[s + seen :]) for s in starts)
    return np.mean([change(table, *cut) for cut in cuts])


@wrong("optimism", "Who may choose it?")
def lets_the_rest_choose(nats, seen):
    def note(table, chosen, rest):
        row = table[:, rest].mean(1).argmin()
        return table[row, rest].mean() - table[row, chosen].mean()

    return np.mean(noted(nats, seen, note))


@wrong("optimism", "may have no say in it")
def chooses_by_all(nats, seen):
    def note(table, chosen, rest):
        row = table.mean(1).argmin()
        return table[row, rest].mean() - table[row, chosen].mean()

    return np.mean(noted(nats, seen, note))


@wrong("optimism", "the highest loss")
def takes_the_worst(nats, seen):
    def note(table, chosen, rest):
        row = table[:, chosen].mean(1).argmax()
        return table[row, rest].mean() - table[row, chosen].mean()

    return np.mean(noted(nats, seen, note))


@wrong("optimism", "You judge by all documents")
def judges_by_all(nats, seen):
    def note(table, chosen, rest):
        row = table[:, chosen].mean(1).argmin()
        return table[row].mean() - table[row, chosen].mean()

    return np.mean(noted(nats, seen, note))


@wrong("optimism", "You changed the two sets")
def changes_the_sets(nats, seen):
    return np.mean(noted(nats, seen, lambda table, chosen, rest: change(table, rest, chosen)))


@wrong("optimism", "It is one row, the winner")
def takes_the_best_of_the_rest(nats, seen):
    return np.mean(
        noted(nats, seen, lambda t, c, rest: t[:, rest].mean(1).min() - t[:, c].mean(1).min())
    )


@wrong("optimism", "You compare the winner with the best row")
def asks_what_was_missed(nats, seen):
    def note(table, chosen, rest):
        means = table[:, rest].mean(1)
        return means[table[:, chosen].mean(1).argmin()] - means.min()

    return np.mean(noted(nats, seen, note))


@wrong("optimism", "That is the winner's figure on the others")
def forgets_to_subtract(nats, seen):
    return np.mean(noted(nats, seen, lambda t, c, rest: t[t[:, c].mean(1).argmin(), rest].mean()))


@wrong("optimism", "Compare means")
def compares_sums(nats, seen):
    def note(table, chosen, rest):
        row = table[:, chosen].sum(1).argmin()
        return table[row, rest].sum() - table[row, chosen].sum()

    return np.mean(noted(nats, seen, note))


@wrong("optimism", "You added the choices up")
def adds_the_choices_up(nats, seen):
    return sum(noted(nats, seen, change))


@wrong("optimism", "You took the largest of all choices")
def takes_the_largest(nats, seen):
    return max(noted(nats, seen, change))


@wrong("optimism", "the median over the choices")
def takes_the_median(nats, seen):
    return statistics.median(noted(nats, seen, change))


@wrong("optimism", "One choice may be too good")
def takes_absolute_values(nats, seen):
    return np.mean(np.abs(noted(nats, seen, change)))


@wrong("optimism", "recipes and documents have changed places")
def takes_rows_for_documents(nats, seen):
    return np.mean(noted(np.array(nats).T, seen, change))


@right("optimism")
def with_sums_over_all(nats, seen):
    table = np.array(nats)
    count, found = table.shape[1], 0.0
    choices = list(itertools.combinations(range(count), seen))
    for chosen in choices:
        sums = table[:, chosen].sum(1)
        row = np.argsort(sums)[0]
        found += (table[row].sum() - sums[row]) / (count - seen) - sums[row] / seen
    return found / len(choices)


@right("optimism")
def with_masks(nats, seen):
    table, found = torch.as_tensor(nats).double(), []
    for bits in itertools.product((0.0, 1.0), repeat=table.shape[1]):
        if sum(bits) == seen:
            mask = torch.tensor(bits).double()
            row = table[(table @ mask).argmin()]
            found.append(row @ (1 - mask) / (len(bits) - seen) - row @ mask / seen)
    return torch.stack(found).mean()


@right("optimism")
def with_plain_lists(nats, seen):
    rows, found = [row.tolist() for row in nats], []
    for chosen in itertools.combinations(range(len(rows[0])), seen):
        best = min(rows, key=lambda row: sum(row[c] for c in chosen))
        inside = sum(best[c] for c in chosen)
        found.append((sum(best) - inside) / (len(best) - seen) - inside / seen)
    return sum(found) / len(found)


# --- 10.3 race ---


def run(
    nats,
    keep=lambda n: (n + 1) // 2,
    total=lambda row, document: row[: document + 1].sum(),
    enough=1,
    sign=1,
    count=lambda before, after: before,
):
    """Run the race with one thing changed."""
    table, running, readings = np.array(nats), list(range(len(nats))), 0
    for document in range(table.shape[1]):
        if len(running) <= enough:
            break
        before = len(running)
        running.sort(key=lambda row: sign * total(table[row], document))
        running = running[: max(1, keep(before))]
        readings += count(before, len(running))
    return running[0], readings


@wrong("race", "You keep the smaller half")
def keeps_the_smaller_half(nats):
    return run(nats, keep=lambda n: n // 2)


@wrong("race", "You look at the last document read")
def looks_at_the_last(nats):
    return run(nats, total=lambda row, document: row[document])


@wrong("race", "by what they read in the first document")
def looks_at_the_first(nats):
    return run(nats, total=lambda row, document: row[0])


@wrong("race", "nobody has read yet")
def looks_ahead(nats):
    return run(nats, total=lambda row, document: row.sum())


@wrong("race", "Is a loss good when it is high?")
def keeps_the_worse(nats):
    return run(nats, sign=-1)


@wrong("race", "You count the readings after the cut")
def counts_after_the_cut(nats):
    return run(nats, count=lambda before, after: after)


@wrong("race", "You count rounds")
def counts_rounds(nats):
    return run(nats, count=lambda before, after: 1)


@wrong("race", "You count those who left")
def counts_those_who_left(nats):
    return run(nats, count=lambda before, after: before - after)


@wrong("race", "a reading for every row")
def counts_the_whole_table(nats):
    return run(nats)[0], nats.shape[0] * nats.shape[1]


@wrong("race", "Your race goes on when one row is left alone")
def goes_on_alone(nats):
    return run(nats, enough=0)


@wrong("race", "Your race ends with two rows")
def stops_at_two(nats):
    return run(nats, enough=2)


@wrong("race", "You drop one row in a round")
def drops_one(nats):
    return run(nats, keep=lambda n: n - 1)


@wrong("race", "You keep one row after the first document")
def keeps_one(nats):
    return run(nats, keep=lambda n: 1)


@wrong("race", "a place among those who were left")
def returns_a_place(nats):
    table, order = np.array(nats), [0]
    for document in range(table.shape[1]):
        order = table[:, : document + 1].sum(1).argsort()
        table = table[order[: (len(order) + 1) // 2]]
        if len(table) == 1:
            break
    return int(order[0]), run(nats)[1]


@wrong("race", "the first by number")
def returns_the_first_left(nats):
    table, running, readings = np.array(nats), list(range(len(nats))), 0
    for document in range(table.shape[1]):
        if len(running) == 1:
            break
        readings += len(running)
        totals = {row: table[row, : document + 1].sum() for row in running}
        limit = sorted(totals.values())[(len(running) + 1) // 2 - 1]
        running = [row for row in running if totals[row] <= limit]
    return running[0], readings


@wrong("race", "You return (readings, winner)")
def returns_the_readings_first(nats):
    return run(nats)[::-1]


@wrong("race", "Return 2 things", WRONG_FORM)
def returns_the_winner_alone(nats):
    return run(nats)[0]


@right("race")
def with_argsort(nats):
    table, rows, readings = torch.as_tensor(nats), torch.arange(len(nats)), 0
    for document in range(table.shape[1]):
        if len(rows) == 1:
            break
        readings += len(rows)
        order = table[rows, : document + 1].sum(1).argsort()
        rows = rows[order[: math.ceil(len(rows) / 2)]]
    return rows[0], readings


@right("race")
def with_a_queue(nats):
    left, readings, document = [(0.0, row) for row in range(len(nats))], 0, 0
    while len(left) > 1 and document < nats.shape[1]:
        left = sorted((total + float(nats[row, document]), row) for total, row in left)
        readings, document = readings + len(left), document + 1
        del left[-(-len(left) // 2) :]
    return left[0][1], readings


@right("race")
def with_recursion(nats):
    def go_on(running, document):
        if len(running) == 1 or document == nats.shape[1]:
            return running[0], 0
        best = sorted(running, key=lambda row: nats[row, : document + 1].sum().item())
        winner, later = go_on(best[: len(best) - len(best) // 2], document + 1)
        return winner, later + len(running)

    return go_on(list(range(len(nats))), 0)


# --- pictures ---

RECIPES = {"YaRN, ramp index": ("yarn_index", SPARED), "mine": ("mine", SPARED[::-1])}

PICTURES = {
    "10.found_beside_mine": lambda: lesson_10.found_beside_mine(
        RECIPES | {"found on 16": ("found", SPARED)}
    ),
}
