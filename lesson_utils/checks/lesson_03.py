"""Checks for lesson 03, Read the dials."""

import math

import numpy as np
import torch

from lesson_utils.checks.findings import expect
from lesson_utils.checks.registry import exercise

TURN = 2 * math.pi


@exercise(
    "03.1",
    nudge="Pair i needs 2π b^(2i/d) positions for a turn. Which i makes that equal to what you "
    "are given? And which indices are there at all?",
    outline="Divide the positions by 2π, take the logarithm, divide by the logarithm of the base, "
    "and multiply by half of head_dim. That is a place between two pairs: round it. Then keep it "
    "between 0 and the last pair. Or compute all wavelengths, and take the nearest.",
    takeaway="From pair to wavelength and back: that is how a number of positions becomes a number "
    "of a pair. YaRN's two borders are found in this way.",
)
def pair_nearest(answer):
    def place(positions, head_dim=128, base=5e5):
        return head_dim / 2 * math.log(positions / TURN) / math.log(base)

    for positions, right in ((900, 24), (3400, 31)):
        here = place(positions)
        got = answer(positions=positions, head_dim=128, base=500_000.0)
        expect(
            got,
            right,
            {
                "You return the place itself, between two pairs. Which whole number is nearest to "
                "it?": here,
                "Is a turn one radian, or 2π of them? Your index is too high by what that is "
                "worth.": round(place(positions * TURN)),
                "Python reads `x / 2 * math.pi` from left to right: you multiplied by π. Where do "
                "the brackets go?": round(place(positions * math.pi**2)),
                "You divided logarithms of two kinds. Is one `log10` or `log2`, and the other "
                "`log`?": round(here / math.log(10)),
                "Your index is twice as large. The exponent is 2i/d: by what do you multiply to "
                "get i from it?": round(2 * here),
                "Your index belongs to base 10,000. Where does yours come in?": round(
                    place(positions, base=1e4)
                ),
                "Your index belongs to a head of 64. Where does head_dim come in?": round(
                    place(positions, head_dim=64)
                ),
                "This is how many positions a pair needs. Which pair is it?": TURN
                * 5e5 ** (right / 64),
                f"Your pair needs a longer turn than {positions:,} positions, and the one before "
                "it is nearer. Do you round up, or count pairs from 1?": math.ceil(here),
                f"Your pair needs a shorter turn than {positions:,} positions, and the next one "
                "is nearer. Do you round down?": math.floor(here),
                "You came out at the first pair. Do you compare positions with speeds, where you "
                "need wavelengths?": 0,
                "You came out at the other end: counted from the slowest pair. Which one is "
                "pair 0?": 63 - right,
            },
            otherwise=f"Take your pair back: it needs 2π b^(2i/d) positions for a turn. Is that "
            f"near {positions:,}?",
        )
    for positions, right in ((2, 0), (10_000_000, 63)):
        expect(
            answer(positions=positions, head_dim=128, base=500_000.0),
            right,
            otherwise=f"For {positions:,} positions, your formula leaves the head: there are 64 "
            "pairs, 0 to 63. Which of them is nearest?",
        )


@exercise(
    "03.2",
    nudge="If just the first 16 pairs finish a turn, which one is the last to do so? Raise the "
    "base until that one is about to fail.",
    outline="The last pair that finishes has index `finished − 1`. At the largest base its "
    "wavelength 2π b^(2i/d) is exactly the length. Solve that for b.",
    takeaway="A base and a length say the same thing in two ways: which pairs come round. Give one "
    "of them, and the other follows.",
)
def largest_base(answer):
    for finished, length, head_dim in ((35, 8192, 128), (16, 4096, 64)):
        pairs, turn = head_dim // 2, length / TURN

        def base(pair, turn=turn, d=head_dim):
            return turn ** (d / (2 * pair))

        got = answer(finished=finished, length=length, head_dim=head_dim)
        expect(
            got,
            base(finished - 1),
            {
                f"At your base, pair {finished} is just finishing. Counted from pair 0, how many "
                "finish then?": base(finished),
                "Your base is that of exponents i/d. A pair's exponent is 2i/d; where is the "
                "2?": base((finished - 1) / 2),
                "With your base a turn would be one radian. Where is the 2π?": base(
                    finished - 1, length
                ),
                "Python reads `x / 2 * math.pi` from left to right: you multiplied by π. Where do "
                "the brackets go?": base(finished - 1, turn * math.pi**2),
                "Your exponent is upside down. From b^(2i/d) = …, how do you come to b?": turn
                ** (2 * (finished - 1) / head_dim),
                "Your exponent is a whole number. Do you divide with `//`?": turn
                ** (head_dim // (2 * (finished - 1))),
                "You multiplied by 2π where the wavelength is 2π times a power. What is the power "
                "equal to?": base(finished - 1, length * TURN),
                f"At your base, {pairs - finished} pairs finish and {finished} do not. Which did "
                "you count?": base(pairs - finished - 1),
                "This is the base's logarithm. What undoes a logarithm?": math.log(
                    base(finished - 1)
                ),
                "Your base is below 1. Which way up did you divide length and 2π?": base(
                    finished - 1, 1 / turn
                ),
                "Your exponent has head_dim − 2 in it. A pair's exponent is 2i/d, with d the whole "
                "head; for what did you take 2 away?": base(finished - 1, d=head_dim - 2),
                f"At your base, the slowest pair, {pairs - 1}, is just finishing. Which pair does "
                "the task fix?": base(pairs - 1),
            },
            otherwise=f"Count with your base: how many of the {pairs} wavelengths 2π b^(2i/d) are "
            f"at most {length:,}? It should be {finished}, and one fewer if the base grows a bit.",
        )


@exercise(
    "03.3",
    nudge="The slice goes from angle 0 to the angle at the last trained offset. A hand outside it "
    "has two ways back. Which is shorter?",
    outline="Bring `offset * now` into one turn. The slice ends at `(trained_length − 1) * "
    "trained`. If the hand is not past that end, the distance is 0. Otherwise it is the smaller "
    "of two: back to the end of the slice, or on to a whole turn, where the slice begins.",
    takeaway="A hand that stays at home is needed, and not enough. A model has to tell offsets "
    "apart as well, in the steps that it knows.",
)
def distance_from_seen(answer):
    # What the first pair swept, brought into one turn, would be too small a slice for its hand.
    trained = np.array([0.9, 0.04, 0.02, 0.015, 0.006, 0.005, 0.002])
    now = np.array([0.85, 0.05, 0.018, 0.012, 0.007, 0.004, 0.001])
    offset, length = 650, 100
    straight, end = offset * now, (length - 1) * trained
    hand, half = np.mod(straight, TURN), np.angle(np.exp(1j * straight))

    def outside(end, hand=hand):
        return np.where(hand <= end, 0.0, np.minimum(hand - end, TURN - hand))

    right = outside(end)
    offsets = np.arange(length)[:, None]
    nearest_whole = np.abs(np.angle(np.exp(1j * (straight - offsets * trained)))).min(0)
    got = answer(
        trained=torch.from_numpy(trained),
        now=torch.from_numpy(now),
        offset=offset,
        trained_length=length,
    )
    expect(
        got,
        right,
        {
            "Your hands still turn as they did in training. Where do they point with the speeds of "
            "now?": outside(end, np.mod(offset * trained, TURN)),
            "Your slices are those of the new speeds. Which speeds did the model have when it "
            "swept them?": outside((length - 1) * now),
            "You changed the two speeds over. Which one swept the slice, and which one turns the "
            "hand?": outside((length - 1) * now, np.mod(offset * trained, TURN)),
            "You compare angles that have gone on past a whole turn. Where does the hand point "
            "after 6.5 turns?": np.maximum(straight - end, 0),
            "You go back to the end of the slice only. The slice begins at 0, and past a whole "
            "turn the hand comes to it from below. Which way is shorter?": np.maximum(
                hand - end, 0
            ),
            "You go to where the slice begins only. For some hands its other end is "
            "nearer.": np.where(hand <= end, 0.0, np.minimum(hand, TURN - hand)),
            "You go to angle 0 the one way, up to a whole turn. For some hands the way back to the "
            "slice's end is shorter.": np.where(hand <= end, 0.0, TURN - hand),
            "You brought the slice's end into one turn, too. What has a pair seen that went round "
            "14 times?": outside(np.mod(end, TURN)),
            "Your slice ends at position 100. The window has positions 0 to 99: what is the "
            "largest offset in it?": outside(length * trained),
            "Your numbers are degrees. The task asks for radians.": np.degrees(right),
            "Your numbers are shares of a turn. The task asks for radians.": right / TURN,
            "Inside the slice your distance is negative, or not 0. What should it be at home?": hand
            - end,
            "Inside the slice you still measure to its nearer end. What should it be at "
            "home?": np.where(
                hand <= end, np.minimum(hand, end - hand), np.minimum(hand - end, TURN - hand)
            ),
            "Your slice lies on both sides of 0. A key never stands after its query: on which "
            "side has the hand been?": np.maximum(np.abs(half) - end, 0),
            "You compare with the angles at whole offsets, one by one. Count what lies between "
            "two of them as seen, too.": nearest_whole,
            "Inside the slice you still measure to its end, and outside you go back to it only. "
            "What should the distance be at home?": np.abs(hand - end),
            "You say whether a hand is somewhere new. How far from home is it?": right > 0,
            "You take the sum. Return one distance for each pair.": right.sum(),
            "You measure to the middle of the slice. Where does home end?": np.abs(
                np.angle(np.exp(1j * (straight - np.minimum(end, TURN) / 2)))
            ),
        },
        otherwise="Take the last pair: its slice ends at 0.198, its hand is at 0.65 radians. What "
        "is missing between them, and what do you get?",
        entry="pair",
    )
