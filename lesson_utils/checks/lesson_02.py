"""Checks for lesson 02, Build RoPE."""

import numpy as np
import torch

from lesson_utils.checks.findings import expect, expect_dtype, parts
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
    heads, head_dim, columns = 3, 8, 5
    weight = np.random.default_rng(2).normal(size=(heads * head_dim, columns))
    evens_first = np.array([0, 2, 4, 6, 1, 3, 5, 7])

    def permuted(order):
        return weight.reshape(heads, head_dim, columns)[:, order].reshape(weight.shape)

    whole = np.arange(heads * head_dim).reshape(-1, 2).T.ravel()
    pairs_first = weight.reshape(heads, head_dim // 2, 2, columns)
    got = answer(weight=torch.from_numpy(weight), head_dim=head_dim)
    expect(
        got,
        permuted(evens_first),
        {
            "You went the other way: from half-split to interleaved. Which rows does the "
            "half-split layout want first, neighbours or every second one?": permuted(
                np.argsort(evens_first)
            ),
            "You permuted across heads. Rows of one head now stand in another; where does a head "
            "begin and end?": weight[whole],
            "The pairs are the right ones, and their two numbers have changed places. Which comes "
            "first, the even row or the odd one?": permuted(np.roll(evens_first, 4)),
            "Nothing has moved. Which rows should come first in a head?": weight,
            "You permuted the columns, where the input comes in. Which axis of the weight makes "
            "the numbers of q?": _columns_permuted(weight),
            "The rows are in the right order, and still cut into heads. How do they become one "
            "matrix again?": permuted(evens_first).reshape(heads, head_dim, columns),
            "The rows of all heads are mixed: first every head's even rows, then every head's odd "
            "ones. Should a head stay together?": np.moveaxis(pairs_first, 2, 0).reshape(
                weight.shape
            ),
        },
        otherwise="Your rows are in another order. Take one head of 8, and label its rows: 0a 0b "
        "1a 1b 2a 2b 3a 3b. Half-split wants 0a 1a 2a 3a 0b 1b 2b 3b. What do you get?",
    )


def _columns_permuted(weight):
    return weight[:, [0, 2, 4, 1, 3]]


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
    heads, n, head_dim, first = 2, 3, 8, 37
    x = np.random.default_rng(3).normal(size=(heads, n, head_dim))
    inv_freq = speeds(head_dim, base=50.0)
    rows = np.arange(n)

    def rotated(angles, pair=_halves, unpair=_together):
        return unpair(pair(x) * np.exp(1j * angles))

    def at(positions):
        return np.asarray(positions)[:, None] * inv_freq

    got = answer(x=torch.from_numpy(x), inv_freq=torch.from_numpy(inv_freq), first=first)
    expect(
        got,
        rotated(at(first + rows)),
        {
            "Your rows stand at positions 0, 1, 2. What has been read before them?": rotated(
                at(rows)
            ),
            "You are one position late. The cache holds positions 0 to first − 1; which one is the "
            "next?": rotated(at(first + 1 + rows)),
            "You are one position early: your first row stands where the last key of the cache "
            "stands.": rotated(at(first - 1 + rows)),
            "You added `first` to the angle. It is a number of positions; each pair makes its own "
            "angle of it.": rotated(at(rows) + first),
            "All rows stand at the same position. Which one is the second row's?": rotated(
                at(0 * rows + first)
            ),
            "Your pairs are neighbours, 0 and 1. This model pairs the halves, 0 and 4 in a head of "
            "8.": rotated(at(first + rows), _neighbours, _side_by_side),
            "You turn the other way round. Which of the two sines has the minus sign?": rotated(
                -at(first + rows)
            ),
            "The halves of x became one half: q and k need all of head_dim back. What is missing "
            "from the result?": rotated(at(first + rows))[..., : head_dim // 2],
            "You count positions along the heads. Which axis of x is the text?": _along_heads(
                x, inv_freq, first
            ),
        },
        otherwise="Your numbers are others. Check one row: row 0 should be turned by first times "
        "each frequency, and row 1 by first + 1 times each.",
    )


def _halves(x):
    half = x.shape[-1] // 2
    return x[..., :half] + 1j * x[..., half:]


def _together(z):
    return np.concatenate((z.real, z.imag), axis=-1)


def _neighbours(x):
    return x[..., 0::2] + 1j * x[..., 1::2]


def _side_by_side(z):
    return np.stack((z.real, z.imag), axis=-1).reshape(*z.shape[:-1], -1)


def _along_heads(x, inv_freq, first):
    positions = first + np.arange(len(x))[:, None, None]
    return _together(_halves(x) * np.exp(1j * positions * inv_freq))


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
    inv_freq = speeds(64)
    for positions, told in (([0, 5, 200], ""), ([4001, 4010, 4499], ""), ([100_000_003], _FAR)):
        angles = np.array(positions)[:, None] * inv_freq
        got = answer(
            positions=torch.tensor(positions),
            inv_freq=torch.from_numpy(inv_freq),
            dtype=torch.bfloat16,
        )
        tables = parts(got, ("cos", "sin"))
        for name, table, function in zip(("cos", "sin"), tables, (np.cos, np.sin)):
            other = np.sin if function is np.cos else np.cos
            expect(
                torch.as_tensor(table) if isinstance(table, np.ndarray) else table,
                function(angles),
                {
                    "These are sines where the cosines should be. Return cos first, then sin."
                    if name == "cos"
                    else "These are cosines where the sines should be.": other(angles),
                    **_rounded_on_the_way(positions, inv_freq, function),
                },
                otherwise=told
                or f"Your {name} differs by more than rounding. Is an angle the position times the "
                "frequency, in radians?",
                tolerance=2**-8,  # the rounding of a bfloat16
            )
    for table in tables:
        expect_dtype(
            table, torch.bfloat16, "The model multiplies in `dtype`; where does the cast belong?"
        )


_FAR = (
    "Up to a few thousand positions it is right; at position 100,000,003 it is not. How many "
    "digits does a float32 hold, and how many does this position have?"
)


def _rounded_on_the_way(positions, inv_freq, function):
    def rounded(x, dtype=torch.bfloat16):
        return torch.as_tensor(np.asarray(x, dtype=np.float64)).to(dtype).double().numpy()

    def cast(x):
        return rounded(function(x))

    at, wide = rounded(positions)[:, None], np.array(positions)[:, None]
    in_float32 = {f"{_FAR} ": cast(rounded(np.float32(wide) * np.float32(inv_freq), torch.float32))}
    return {
        "The positions were cast first. bfloat16 cannot tell 4,001 from 4,000; at which step "
        "could it do no harm?": cast(at * inv_freq),
        "The angles were cast before cos and sin. An angle of 4,001 radians becomes 4,000 in "
        "bfloat16: most of a turn is lost. What would you rather cast?": cast(
            rounded(wide * inv_freq)
        ),
        "Positions, frequencies and angles are all in bfloat16. Which of the steps needs more "
        "digits?": cast(rounded(at * rounded(inv_freq))),
        "The frequencies were cast. Each is off by up to a part in 500, and the angle by as much "
        "again for every position: at 4,001 that is turns. When would you cast instead?": cast(
            wide * rounded(inv_freq)
        ),
        **(in_float32 if max(positions) > 2**24 else {}),
    }
