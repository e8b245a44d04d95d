"""Checks for lesson 02, Build RoPE."""

import numpy as np
import torch

from lesson_utils.checks.findings import expect_dtype, parts
from lesson_utils.checks.judging import if_it_runs, judge
from lesson_utils.checks.registry import exercise


def speeds(head_dim, base=10_000.0):
    return base ** (-2 * np.arange(head_dim // 2) / head_dim)


@exercise(
    "02.1",
    nudge="Write down, for a head of 8, in which row the interleaved layout keeps the first number "
    "of pair 0, 1, 2, 3. In which rows must they end?",
    outline="Cut the rows into heads: `weight.view(-1, head_dim, columns)`. In each head, take the "
    "even rows first, 0, 2, 4, …, and then the odd ones. Put the heads together again.",
    takeaway="One permutation within each head, of q and of k alike, carries a checkpoint from one "
    "layout to the other. Converters of Meta's weights for Hugging Face do this.",
)
def to_half_split(answer):
    def weight(heads, head_dim, columns):
        rows, numbers = np.arange(heads * head_dim)[:, None], np.arange(columns)
        return dict(weight=np.float32(rows + numbers / 10 + 0.3), head_dim=head_dim)

    judge(
        answer,
        lambda weight, head_dim: _in_heads(_evens_first)(weight, head_dim),
        cases=[weight(2, 4, 2), weight(3, 8, 6), weight(4, 64, 256), weight(1, 10, 4)],
        mistakes=_WRONG_ROWS,
        otherwise="Your rows are in another order. Take one head of 8, and label its rows: 0a 0b "
        "1a 1b 2a 2b 3a 3b. Half-split wants 0a 1a 2a 3a 0b 1b 2b 3b. What do you get?",
    )


def _evens_first(head_dim):
    return [*range(0, head_dim, 2), *range(1, head_dim, 2)]


def _in_heads(order):
    """Return a function that puts the rows of every head in the order that ``order`` gives."""

    def permuted(weight, head_dim):
        heads = weight.reshape(-1, head_dim, weight.shape[-1])
        return heads[:, order(head_dim)].reshape(weight.shape)

    return permuted


def _two_middle_ones(d):
    return [*range(d // 2 - 1), d // 2, d // 2 - 1, *range(d // 2 + 1, d)]


def _in_one_matrix(weight, head_dim):
    """Write into the rows that are still to be read."""
    made, half = weight.copy(), head_dim // 2
    for start in range(0, len(weight), head_dim):
        for i in range(half):
            made[start + i] = made[start + 2 * i]
            made[start + half + i] = made[start + 2 * i + 1]
    return made


def _across_heads(*axes):
    """Make a mistake: put the axes (head, pair, number of the pair) in another order."""

    def permuted(weight, head_dim):
        rows = np.arange(len(weight)).reshape(-1, head_dim // 2, 2)
        return weight[rows.transpose(axes).ravel()]

    return permuted


def _columns_of_heads(weight, head_dim):
    return _in_heads(_evens_first)(weight.T, head_dim).T


def _in_heads_mean(weight, head_dim):
    means = weight.reshape(-1, 2, weight.shape[-1]).mean(1)
    return np.repeat(means, 2, axis=0)


def _every_second_head(weight, head_dim):
    """Begin with the odd rows in heads 1, 3, 5 and so on."""
    made = _in_heads(_evens_first)(weight, head_dim).reshape(-1, 2, head_dim // 2, weight.shape[-1])
    made[1::2] = made[1::2, ::-1]
    return made.reshape(weight.shape)


def _signed_half(half):
    """Make a mistake: change the sign of a half of each head, as when turning."""

    def mistake(weight, head_dim):
        made = _in_heads(_evens_first)(weight, head_dim).reshape(-1, 2, head_dim // 2)
        rows = weight.shape[0]
        made = made.reshape(rows // head_dim, 2, head_dim // 2, -1)
        made[:, half] *= -1
        return made.reshape(weight.shape)

    return mistake


_WRONG_ROWS = {
    "Half of your rows have another sign. Rows are moved here, not turned.": (
        _signed_half(0),
        _signed_half(1),
    ),
    "Every second head of yours begins with the odd rows. All heads are alike.": (
        _every_second_head
    ),
    "Your columns are in reverse order, or permuted with the rows. Only the rows move.": (
        lambda weight, head_dim: _in_heads(_evens_first)(weight, head_dim)[:, ::-1],
        lambda weight, head_dim: _in_heads(_evens_first)(weight, head_dim)[
            :, _evens_first(weight.shape[1])
        ],
    ),
    "Your heads stand in reverse order with their rows, or all rows do.": (
        lambda weight, head_dim: _in_heads(_evens_first)(weight, head_dim)[::-1],
    ),
    "You return the even rows alone. Where are the odd ones?": lambda weight, head_dim: weight[::2],
    "You return the matrix transposed. A row makes a number of q.": lambda weight, head_dim: (
        _in_heads(_evens_first)(weight, head_dim).T
    ),
    "You averaged the two rows of each pair. Rows are moved here, none is lost.": (_in_heads_mean),
    "You went the other way: from half-split to interleaved. Which rows does the half-split layout "
    "want first, neighbours or every second one?": _in_heads(lambda d: np.argsort(_evens_first(d))),
    "You did it twice. Is the result of the first time permuted again?": _in_heads(
        lambda d: np.array(_evens_first(d))[_evens_first(d)]
    ),
    "You permuted across heads. Rows of one head now stand in another; where does a head begin and "
    "end?": (
        lambda weight, head_dim: weight[_evens_first(len(weight))],
        lambda weight, head_dim: (
            weight.reshape(head_dim // 2, 2, -1, weight.shape[-1])
            .swapaxes(0, 1)
            .reshape(weight.shape)
        ),
        *map(_across_heads, (1, 1, 2, 2), (0, 2, 0, 1), (2, 0, 1, 0)),
    ),
    "The pairs are the right ones, and their two numbers have changed places. Which comes first, "
    "the even row or the odd one?": _in_heads(lambda d: np.roll(_evens_first(d), d // 2)),
    "The pairs are in reverse order. Which one is pair 0?": _in_heads(
        lambda d: [*_evens_first(d)[: d // 2][::-1], *_evens_first(d)[d // 2 :][::-1]]
    ),
    "One half of each head is in reverse order. Do its rows count up, as those of the other?": (
        _in_heads(lambda d: [*range(0, d, 2), *range(d - 1, 0, -2)]),
        _in_heads(lambda d: [*range(d - 2, -1, -2), *range(1, d, 2)]),
    ),
    "The rows of each head are in reverse order.": _in_heads(lambda d: np.arange(d)[::-1]),
    "You changed the two halves of a head over. In interleaved layout they are no halves "
    "yet: which rows make pair 0?": _in_heads(lambda d: np.roll(np.arange(d), d // 2)),
    "You changed two rows in the middle of a head over. That does for a head of 4; what about "
    "longer ones?": _in_heads(_two_middle_ones),
    "You changed the two rows of every pair over. The first numbers of all pairs have to come "
    "together.": _in_heads(lambda d: np.arange(d).reshape(-1, 2)[:, ::-1].ravel()),
    "Nothing has moved. Which rows should come first in a head?": lambda weight, head_dim: weight,
    "You permuted the columns, where the input comes in. Which axis of the weight makes the "
    "numbers of q?": (
        lambda weight, head_dim: weight[:, _evens_first(weight.shape[1])],
        _columns_of_heads,
    ),
    "The rows are in the right order, and still cut into heads. How do they become one matrix "
    "again?": lambda weight, head_dim: _in_heads(_evens_first)(weight, head_dim).reshape(
        -1, head_dim, weight.shape[-1]
    ),
    "Your first head is right, and the others are as they were. Who converts "
    "them?": lambda weight, head_dim: np.concatenate(
        (weight[_evens_first(head_dim)], weight[head_dim:])
    ),
    "You return the first head alone. Where are the others?": lambda weight, head_dim: weight[
        _evens_first(head_dim)
    ],
    "Your heads have changed places. Only the rows within each should.": lambda weight, head_dim: (
        _in_heads(_evens_first)(weight, head_dim)
        .reshape(-1, head_dim, weight.shape[-1])[::-1]
        .reshape(weight.shape)
    ),
    "You return the order of the rows. What has to be put in this order?": (
        lambda weight, head_dim: np.array(_evens_first(head_dim)),
        lambda weight, head_dim: (
            np.arange(len(weight)).reshape(-1, head_dim)[:, _evens_first(head_dim)].ravel()
        ),
    ),
    "Some rows are there twice, and others are lost. Do you write into the matrix that you still "
    "read from?": _in_one_matrix,
}


@exercise(
    "02.2",
    nudge="The keys in the cache stand at positions 0 to `first − 1`. Where does the first new one "
    "stand?",
    outline="Make positions `first, first + 1, …`, one for each row of x. Multiply each by each "
    "frequency: a table [n, head_dim / 2] of angles. Cut x in the middle of its last axis, turn "
    "with cos and sin of the angles, and put the halves together.",
    takeaway="Tokens that come later start at a later position. Forget it, and no shape is wrong; "
    "the model only believes that the text began anew.",
)
def rotate_from(answer):
    rng = np.random.default_rng(3)

    def text(heads, n, head_dim, first, base):
        x = np.float32(np.round(rng.normal(size=(heads, n, head_dim)), 2))
        return dict(x=x, inv_freq=np.float32(speeds(head_dim, base)), first=first)

    def right(x, inv_freq, first):
        return _turned(x, _rows(x, first) * inv_freq)

    judge(
        answer,
        right,
        cases=[
            text(1, 3, 4, 37, base=50.0),
            text(4, 5, 64, 900, base=10_000.0),
            text(3, 2, 10, 509, base=300.0),
            text(2, 6, 6, 4, base=20.0),
        ],
        mistakes=_WRONG_PLACES,
        edges=_uncommon_rows(text),
        otherwise="Your numbers are others. Check one row: row 0 should be turned by first times "
        "each frequency, and row 1 by first + 1 times each.",
        by_hand=_ROWS_BY_HAND,
        absolute=1e-3,
    )
    in_half = text(2, 3, 16, 1801, base=10_000.0)
    if_it_runs(
        answer,
        right,
        in_half | dict(x=np.float16(in_half["x"])),
        "With x in float16 it goes wrong. Are positions or angles cast to its dtype? How many "
        "digits of 1,803 radians are left there?",
        absolute=0.02,
    )


def _uncommon_rows(text):
    """Make the edges of 02.2: no row before, one row, many rows, a large position."""
    return {
        "Where nothing has been read yet, first is 0. What do you return then?": text(
            2, 3, 8, 0, base=50.0
        ),
        "When a single row comes in, it goes wrong. Is an axis lost?": text(2, 1, 8, 12, base=50.0),
        "With 600 rows it goes wrong. What is in your code that is made for fewer?": text(
            1, 600, 6, 30, base=10_000.0
        ),
        "At position 5,500 it goes wrong. What becomes of a large position in your code?": text(
            1, 2, 8, 5501, base=10_000.0
        ),
    }


def _quarters(first, *rows):
    """Make a small case of one head: pair 0 makes a quarter turn a position, pair 1 an eighth."""
    speeds = np.pi / 2 / 2 ** np.arange(len(rows[0]) // 2)
    return dict(x=np.float32([rows]), inv_freq=np.float32(speeds), first=first)


_ROWS_BY_HAND = [
    (_quarters(0, [1, 0]), "At position 0 nothing turns."),
    (
        _quarters(1, [1, 0]),
        "Pair 0 makes a quarter turn a position here. It takes (1, 0) to (0, 1).",
    ),
    (_quarters(1, [0, 1]), "(1, 0) comes out right. A quarter turn takes (0, 1) to (−1, 0)."),
    (
        _quarters(2, [0, 1, 0, 0]),
        "With one pair it is right. Here number 1 of four is turned: it belongs to pair 1, which "
        "makes an eighth of a turn a position.",
    ),
    (
        _quarters(0, [1, 0], [1, 0]),
        "With one row it is right. Of two, row 1 stands one position after row 0.",
    ),
    (
        _quarters(1, [1, 0], [1, 0]),
        "From 0 on two rows are right. Here row 0 stands at 1, and row 1 at 2.",
    ),
    (
        _quarters(3, [1, 0], [1, 0]),
        "From 1 on two rows are right. Here row 0 stands at 3, and row 1 at 4.",
    ),
]


def _rows(x, first):
    return first + np.arange(x.shape[-2])[:, None]


def _halves(x):
    half = x.shape[-1] // 2
    return x[..., :half] + 1j * x[..., half:]


def _together(z):
    return np.concatenate((z.real, z.imag), axis=-1)


def _neighbours(x):
    return x[..., 0::2] + 1j * x[..., 1::2]


def _side_by_side(z):
    return np.stack((z.real, z.imag), axis=-1).reshape(*z.shape[:-1], -1)


def _turned(x, angles, pair=_halves, unpair=_together):
    return unpair(pair(x) * np.exp(1j * angles))


def _standing(at):
    """Make a mistake: rows stand elsewhere. ``at`` takes (row numbers, first)."""
    return lambda x, inv_freq, first: _turned(x, at(_rows(x, 0), first) * inv_freq)


def _changed(change):
    """Make a mistake: the result is changed. ``change`` takes (result, x)."""
    return lambda x, inv_freq, first: change(_turned(x, _rows(x, first) * inv_freq), x)


def _of_halves(function):
    """Make a mistake: compute from both halves, cos and sin in another way."""

    def mistake(x, inv_freq, first):
        half, angles = x.shape[-1] // 2, _rows(x, first) * inv_freq
        made = function(x[..., :half], x[..., half:], np.cos(angles), np.sin(angles))
        return np.concatenate(made, axis=-1)

    return mistake


def _with_speeds(change):
    """Make a mistake: other frequencies."""
    return lambda x, inv_freq, first: _turned(x, _rows(x, first) * change(inv_freq))


def _but_the_first_row(x, inv_freq, first):
    made = _turned(x, _rows(x, first) * inv_freq)
    made[..., :1, :] = x[..., :1, :]
    return made


def _first_row_only(x, inv_freq, first):
    made = x.copy()
    made[..., :1, :] = _turned(x, _rows(x, first) * inv_freq)[..., :1, :]
    return made


def _overwritten(a, b, cos, sin):
    a = a * cos - b * sin
    return a, b * cos + a * sin


def _tables_side_by_side(x, inv_freq, first):
    angles = np.repeat(_rows(x, first) * inv_freq, 2, axis=-1)
    half = x.shape[-1] // 2
    across = np.concatenate((-x[..., half:], x[..., :half]), axis=-1)
    return x * np.cos(angles) + across * np.sin(angles)


def _along_heads(x, inv_freq, first):
    return _turned(x, (first + np.arange(len(x))[:, None, None]) * inv_freq)


def _rounded(x, dtype=torch.bfloat16):
    return torch.as_tensor(np.asarray(x, dtype=np.float64)).to(dtype).double().numpy()


_WRONG_PLACES = {
    "Your rows stand at positions 0, 1, 2. What has been read before them?": _standing(
        lambda row, first: row
    ),
    "You are one position late. The cache holds positions 0 to first − 1; which one is the "
    "next?": _standing(lambda row, first: first + 1 + row),
    "You are one position early: your first row stands where the last key of the cache "
    "stands.": _standing(lambda row, first: first - 1 + row),
    "Your last row stands at `first`, or just before it. Which row stands there?": (
        lambda x, inv_freq, first: _turned(x, (_rows(x, first) - x.shape[-2] + 1) * inv_freq),
        lambda x, inv_freq, first: _turned(x, (_rows(x, first) - x.shape[-2]) * inv_freq),
    ),
    "Your rows begin where a piece of a fixed size begins, not at `first`. It may be any "
    "position.": tuple(
        _standing(lambda row, first, size=size: first // size * size + row)
        for size in (8, 16, 32, 64, 100, 128, 256, 512)
    ),
    "You divided by inv_freq. It says how many radians there are in a position.": _with_speeds(
        lambda f: 1 / f
    ),
    "You multiplied by 2π. inv_freq is in radians per position already.": _with_speeds(
        lambda f: 2 * np.pi * f
    ),
    "You divided by 2π. inv_freq is in radians per position already.": _with_speeds(
        lambda f: f / (2 * np.pi)
    ),
    "You took the radians for degrees, or made degrees of them.": (
        _with_speeds(np.radians),
        _with_speeds(np.degrees),
    ),
    "Your frequencies are in reverse order. Which pair is the fast one?": _with_speeds(
        lambda f: f[::-1]
    ),
    "All your pairs turn at the speed of pair 0. Each has its own.": _with_speeds(
        lambda f: f[0] + 0 * f
    ),
    "The first half is turned, and the second came through as it was. Both change.": _of_halves(
        lambda a, b, cos, sin: (a * cos - b * sin, b)
    ),
    "The second half is turned, and the first came through as it was. Both change.": _of_halves(
        lambda a, b, cos, sin: (a, b * cos + a * sin)
    ),
    "You multiplied by the sines alone. What do the cosines add?": _of_halves(
        lambda a, b, cos, sin: (-b * sin, a * sin)
    ),
    "Your second half has the other sign: a mirror, not a turn.": _of_halves(
        lambda a, b, cos, sin: (a * cos - b * sin, -b * cos - a * sin)
    ),
    "You turned twice, by `first` and by the row. Are these two angles added, or done anew to x?": (
        _standing(lambda row, first: 2 * first + row)
    ),
    "Nothing has turned. Which line of yours turns x?": _standing(lambda row, first: 0 * row),
    "Your positions end where n is. Counted from `first`, where do they end?": (
        _standing(lambda row, first: np.where(first + row < len(row), first + row, 0)),
        _standing(lambda row, first: np.minimum(first + row, len(row) - 1)),
    ),
    "Row 0 came through as it was. It stands at `first`.": _but_the_first_row,
    "Your frequencies have moved on by one pair. Which one is pair 0's?": (
        _with_speeds(lambda f: np.roll(f, 1)),
        _with_speeds(lambda f: np.roll(f, -1)),
    ),
    "Your frequencies are squared, or a root is taken. They are speeds as they are.": (
        _with_speeds(np.square),
        _with_speeds(np.sqrt),
    ),
    "Your angles begin anew after half a turn, π. After how much is an arrow back?": (
        lambda x, inv_freq, first: _turned(x, _rows(x, first) * inv_freq % np.pi)
    ),
    "Your positions are in float16, which has 11 bits: 5,501 becomes 5,500. Where would you rather "
    "round?": (
        lambda x, inv_freq, first: _turned(x, _rounded(_rows(x, first), torch.float16) * inv_freq),
    ),
    "`first` is counted in pieces of n rows, or of heads. It is a number of positions.": (
        lambda x, inv_freq, first: _turned(x, _rows(x, first * x.shape[1]) * inv_freq),
        lambda x, inv_freq, first: _turned(x, _rows(x, first * x.shape[0]) * inv_freq),
        lambda x, inv_freq, first: _turned(x, _rows(x, first + x.shape[1]) * inv_freq),
    ),
    "Only row 0 is turned. Which positions have the others?": _first_row_only,
    "`first` moves on by itself for each row twice. Row 1 stands one position after row 0.": (
        _standing(lambda row, first: first + 2 * row)
    ),
    "You added x once more to what is turned.": _changed(lambda out, x: out + x),
    "You added `first` to the angle. It is a number of positions; each pair makes its own angle of "
    "it.": lambda x, inv_freq, first: _turned(x, _rows(x, 0) * inv_freq + first),
    "All rows stand at the same position. Which one is the second row's?": _standing(
        lambda row, first: first + 0 * row
    ),
    "You multiplied by `first`. Row 1 stands one position after row 0, wherever that is: what is "
    "added to what?": (
        _standing(lambda row, first: row * first),
        _standing(lambda row, first: row * max(1, first)),
        _standing(lambda row, first: (row + 1) * first),
    ),
    "Your rows count down. Row 0 stands at `first`, and where does row 1 stand?": (
        _standing(lambda row, first: first + row[::-1]),
        _standing(lambda row, first: first - row),
    ),
    "Your pairs are neighbours, 0 and 1. This model pairs the halves, 0 and "
    "head_dim / 2.": lambda x, inv_freq, first: _turned(
        x, _rows(x, first) * inv_freq, _neighbours, _side_by_side
    ),
    "Your tables are those of neighbours, each number twice, and your pairs are halves. Which "
    "entry of the table belongs to number head_dim / 2?": _tables_side_by_side,
    "You turn the other way round. Which of the two sines has the minus sign?": _standing(
        lambda row, first: -first - row
    ),
    "Both your sines have a minus sign. In which half does the sine add something?": _of_halves(
        lambda a, b, cos, sin: (a * cos - b * sin, b * cos - a * sin)
    ),
    "Both your sines have a plus sign. In which half does the sine take something "
    "away?": _of_halves(lambda a, b, cos, sin: (a * cos + b * sin, b * cos + a * sin)),
    "Cosine and sine have changed places. What should an angle of 0 leave as it is?": _of_halves(
        lambda a, b, cos, sin: (a * sin - b * cos, b * sin + a * cos)
    ),
    "You multiplied by the cosines alone. What does the other half add?": _of_halves(
        lambda a, b, cos, sin: (a * cos, b * cos)
    ),
    "Each half is turned with itself. Which number is the other one of its pair?": _of_halves(
        lambda a, b, cos, sin: (a * cos - a * sin, b * cos + b * sin)
    ),
    "The second half reads the first one after it was changed. Do both start from the old "
    "x?": _of_halves(_overwritten),
    "The two halves have changed places.": _of_halves(
        lambda a, b, cos, sin: (b * cos + a * sin, a * cos - b * sin)
    ),
    "The halves of x became one half: q and k need all of head_dim back. What is missing from the "
    "result?": _changed(lambda out, x: out[..., : x.shape[-1] // 2]),
    "You return complex numbers. What makes two halves of them again?": _changed(
        lambda out, x: _halves(out)
    ),
    "Your numbers come back as neighbours. The layout of x is halves.": _changed(
        lambda out, x: _side_by_side(_halves(out))
    ),
    "You count positions along the heads. Which axis of x is the text?": _along_heads,
    "You made frequencies of your own, of base 10,000. They are handed "
    "over.": lambda x, inv_freq, first: _turned(x, _rows(x, first) * speeds(x.shape[-1])),
    "You return the first head alone. Where are the others?": _changed(lambda out, x: out[0]),
    "You return the last row alone. Every row of x has to be turned.": _changed(
        lambda out, x: out[:, -1:]
    ),
    "You divided by √head_dim. That comes with the scores; a turn leaves lengths as they "
    "are.": _changed(lambda out, x: out / np.sqrt(x.shape[-1])),
    "Positions begin anew after 512. Each further position has angles of its own.": (
        _standing(lambda row, first: (first + row) % 512),
        _standing(lambda row, first: first % 512 + row),
    ),
    "Your positions stop at 511. Where do the rows after it stand?": (
        _standing(lambda row, first: np.minimum(first + row, 511)),
        _standing(lambda row, first: min(first, 511) + row),
    ),
    "Your positions are in bfloat16, which has 8 bits: 901 becomes 900. Where would you rather "
    "round?": (
        lambda x, inv_freq, first: _turned(x, _rounded(_rounded(_rows(x, first)) * inv_freq)),
        lambda x, inv_freq, first: _turned(x, _rounded(_rows(x, first)) * inv_freq),
        lambda x, inv_freq, first: _turned(x, _rounded(_rows(x, first)) * _rounded(inv_freq)),
        lambda x, inv_freq, first: _turned(
            x, _rounded(_rounded(_rows(x, first)) * _rounded(inv_freq))
        ),
    ),
    "Your angles are in bfloat16, which has 8 bits: 901 radians become 900. Where would you rather "
    "round?": lambda x, inv_freq, first: _turned(x, _rounded(_rows(x, first) * inv_freq)),
}


@exercise(
    "02.3",
    nudge="Three numbers are made one after the other: positions, angles, and cos and sin. Which "
    "of them grow with the text, and which never leave −1 to 1? Print each for position 4,001 in "
    "bfloat16.",
    outline="Keep positions and frequencies in float64, multiply them there, take cos and sin "
    "there. Cast to `dtype` once, at the very end. Float32 would do for positions up to a few "
    "million, and no further.",
    takeaway="Round what is small and bounded, never what grows. Cast once, at the end.",
)
def half_tables(answer):
    def table(positions, inv_freq, dtype):
        return dict(positions=np.array(positions), inv_freq=inv_freq, dtype=dtype)

    cases = [
        table([0, 5, 200], speeds(8, base=100.0), torch.bfloat16),
        table([4001, 4010, 4499, 4500], speeds(64), torch.bfloat16),
        table([7, 300, 39_999], speeds(10, base=500.0), torch.float16),
        table([100_000_003], speeds(64), torch.bfloat16),
        table([3, 70_001, 100_000_007], speeds(12), torch.float32),
    ]
    got = judge(
        answer,
        _exact,
        cases=cases,
        mistakes=_WRONG_TABLES,
        otherwise="Your tables differ by more than rounding. Is an angle the position times the "
        "frequency, in radians? And where is it made short?",
        names=("cos", "sin"),
        tolerance=lambda dtype, **_: _ROUNDING[dtype],
        absolute=lambda dtype, **_: 2e-6,
    )
    for case, pair in zip(cases, got):
        for part in parts(pair, ("cos", "sin")):
            expect_dtype(
                part,
                case["dtype"],
                "The model multiplies in `dtype`; where does the cast belong?",
            )


# One unit in the last place, twice what rounding takes away.
_ROUNDING = {torch.bfloat16: 2**-8, torch.float16: 2**-11, torch.float32: 2**-22}


def _both(angles):
    return np.cos(angles), np.sin(angles)


def _exact(positions, inv_freq, dtype):
    return _both(positions[:, None] * inv_freq)


def _from(angles):
    """Make a mistake: other angles. ``angles`` takes positions as a column, and the rest."""
    return lambda positions, inv_freq, dtype: _both(angles(positions[:, None], inv_freq, dtype))


def _made_of(change):
    """Make a mistake: both tables changed alike."""
    return lambda **inputs: tuple(map(change, _exact(**inputs)))


def _angles(positions, inv_freq, dtype):
    return positions[:, None] * inv_freq, positions[:, None] * inv_freq


def _in_float32(x):
    return _rounded(x, torch.float32)


def _truncated(x, dtype):
    """Cut numbers to the digits of a dtype, towards 0."""
    digits = 1 - int(np.log2(torch.finfo(dtype).eps))
    fraction, exponent = np.frexp(x)
    return np.ldexp(np.trunc(np.ldexp(fraction, digits)), exponent - digits)


_TOO_LONG = (
    "Up to a few thousand positions it is right; at position 100,000,003 it is not. How many "
    "digits does a float32 hold, and how many does "
)
_WRONG_TABLES = {
    "The positions were cast first. bfloat16 cannot tell 4,001 from 4,000; at which step could it "
    "do no harm?": _from(lambda p, f, dtype: _rounded(p, dtype) * f),
    "The angles were cast before cos and sin. An angle of 4,001 radians becomes 4,000 in bfloat16: "
    "most of a turn is lost. What would you rather cast?": _from(
        lambda p, f, dtype: _rounded(p * f, dtype)
    ),
    "Positions, frequencies and angles are all in `dtype`. Which of the steps needs more "
    "digits?": _from(lambda p, f, dtype: _rounded(_rounded(p, dtype) * _rounded(f, dtype), dtype)),
    "The frequencies were cast. Each is off by up to a part in 500, and the angle by as much again "
    "for every position: at 4,001 that is turns. When would you cast instead?": _from(
        lambda p, f, dtype: p * _rounded(f, dtype)
    ),
    "Positions and frequencies are both in `dtype`. When would you cast instead?": _from(
        lambda p, f, dtype: _rounded(p, dtype) * _rounded(f, dtype)
    ),
    _TOO_LONG + "this angle have?": (
        _from(lambda p, f, dtype: _in_float32(_in_float32(p) * _in_float32(f))),
        _from(lambda p, f, dtype: _in_float32(_in_float32(p) * f)),
        _from(
            lambda p, f, dtype: (
                np.float32(_in_float32(_in_float32(p) * _in_float32(f))) % np.float32(2 * np.pi)
            )
        ),
    ),
    _TOO_LONG + "this position have?": _from(lambda p, f, dtype: _in_float32(p) * f),
    _TOO_LONG + "a frequency need?": _from(lambda p, f, dtype: p * _in_float32(f)),
    _TOO_LONG + "the angle have, before cos and sin?": _from(
        lambda p, f, dtype: _in_float32(p * f)
    ),
    "The angles were brought into one turn and cast before cos and sin. Even an angle of 6 has no "
    "digits to lose: what would you rather cast?": (
        _from(lambda p, f, dtype: _rounded(p * f % (2 * np.pi), dtype)),
        _from(lambda p, f, dtype: _rounded(np.angle(np.exp(1j * p * f)), dtype)),
    ),
    "You cut digits off, towards 0. A cast goes to the nearest number.": lambda **inputs: tuple(
        _truncated(x, inputs["dtype"]) for x in _exact(**inputs)
    ),
    "Your tables are as short as bfloat16, whatever `dtype` says. Where were they cast?": _made_of(
        lambda x: _rounded(x)
    ),
    "Your tables are as short as float16, whatever `dtype` says. Where were they cast?": _made_of(
        lambda x: _rounded(x, torch.float16)
    ),
    "Positions begin anew after a while. Each further position has angles of its own.": tuple(
        _from(lambda p, f, dtype, most=most: p % most * f)
        for most in (512, 1024, 2048, 4096, 8192, 32_768, 65_536, 131_072, 10**6, 10**8)
    ),
    "Your positions are in int16, which ends at 32,767 and goes on at −32,768.": _from(
        lambda p, f, dtype: ((p + 2**15) % 2**16 - 2**15) * f
    ),
    "Your positions are cast to float16, or to bfloat16, whatever `dtype` is. Where are more "
    "digits needed?": (
        _from(lambda p, f, dtype: _rounded(p, torch.float16) * f),
        _from(lambda p, f, dtype: _rounded(p) * f),
    ),
    "Your angles are in float16, whatever `dtype` is. Which step needs more digits?": _from(
        lambda p, f, dtype: _rounded(p * f, torch.float16)
    ),
    "You divided by inv_freq. It says how many radians there are in a position.": _from(
        lambda p, f, dtype: p / f
    ),
    "You multiplied by 2π, or divided by it. inv_freq is in radians per position already.": (
        _from(lambda p, f, dtype: p * f * 2 * np.pi),
        _from(lambda p, f, dtype: p * f / (2 * np.pi)),
    ),
    "You took the angles for degrees. They are radians.": _from(
        lambda p, f, dtype: np.radians(p * f)
    ),
    "Your angles come round after a half turn, π. After how much is a hand back?": _from(
        lambda p, f, dtype: p * f % np.pi
    ),
    "You count positions from 1. The first one is what it says.": _from(
        lambda p, f, dtype: (p + 1) * f
    ),
    "Your sines have the other sign.": lambda **inputs: (
        _exact(**inputs)[0],
        -_exact(**inputs)[1],
    ),
    "Your cosines are never negative. A root of 1 − sin² loses the sign.": lambda **inputs: (
        np.abs(_exact(**inputs)[0]),
        _exact(**inputs)[1],
    ),
    "Both of your tables are cosines. Return cos and sin.": lambda **inputs: (
        _exact(**inputs)[:1] * 2
    ),
    "Both of your tables are sines. Return cos and sin.": lambda **inputs: _exact(**inputs)[1:] * 2,
    "Your π is 3.1416 or so. At position 100,000,003 the hands have made millions of turns, and "
    "each adds the error. Do you need to take off whole turns at all?": (
        _from(lambda p, f, dtype: p * f % (2 * 3.14)),
        _from(lambda p, f, dtype: p * f % (2 * 3.1416)),
        _from(lambda p, f, dtype: p * f % (2 * 3.14159)),
        _from(lambda p, f, dtype: p * f % (2 * 3.141593)),
    ),
    "Your positions stop somewhere. They go on to a hundred million and more.": tuple(
        _from(lambda p, f, dtype, most=most: np.minimum(p, most) * f)
        for most in (
            *(2**n - less for n in (9, 10, 11, 12, 13, 14, 15, 16, 17) for less in (0, 1)),
            *(1000, 10_000, 100_000, 10**6, 10**8),
        )
    ),
    "You count positions from the first one handed over. It stands where it says.": _from(
        lambda p, f, dtype: (p - p[0]) * f
    ),
    "You count on from the first position. Each row has a position of its own, which is handed "
    "over.": _from(lambda p, f, dtype: (p[:1] + np.arange(len(p))[:, None]) * f),
    "You took off wavelengths that were made whole. 2π / inv_freq is no whole number, and each "
    "turn adds the error. Do you need to take off whole turns at all?": tuple(
        _from(lambda p, f, dtype, whole=whole: p % whole(2 * np.pi / f) * f)
        for whole in (np.round, np.floor, np.ceil)
    ),
    "You counted the rows. Their positions are handed over.": _from(
        lambda p, f, dtype: np.arange(len(p))[:, None] * f
    ),
    "These are sines where the cosines should be. Return cos first, then sin.": lambda **inputs: (
        _exact(**inputs)[::-1]
    ),
    "Your sines are never negative. A root of 1 − cos² loses the sign.": lambda **inputs: (
        _exact(**inputs)[0],
        np.abs(_exact(**inputs)[1]),
    ),
    "You return the angles. The tables hold their cosines and sines.": _angles,
    "Each table is there twice. Return one entry for each pair: [n, head_dim / 2].": (
        _made_of(lambda x: np.tile(x, 2)),
        _made_of(lambda x: np.repeat(x, 2, axis=-1)),
    ),
    "Your tables have a few digits after the point. How many does `dtype` hold?": tuple(
        _made_of(lambda x, digits=digits: np.round(x, digits)) for digits in (1, 2, 3, 4)
    ),
}
