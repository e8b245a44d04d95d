"""Checks for lesson 07, Build YaRN."""

import math

import numpy as np
import torch

from lesson_utils.checks.findings import as_numbers, expect, frequencies, parts
from lesson_utils.checks.registry import exercise


def speeds(head_dim, base):
    return base ** (-2 * np.arange(head_dim // 2) / head_dim)


@exercise(
    "07.1",
    nudge="How far does a pair turn per position? How far in the whole window, and how many full "
    "circles is that?",
    outline="Make the frequency of each of the head_dim / 2 pairs, base^(−2i / head_dim). Times "
    "the length, over 2π, gives its turns. Count those above beta, those below alpha, and the "
    "rest.",
    takeaway="Which pairs a method leaves alone follows from three numbers of the model alone, "
    "head_dim, base and trained window. A short window has no pairs to leave alone.",
)
def three_groups(answer):
    head_dim, base, length, alpha, beta = 96, 40_000.0, 3_000, 2.0, 24.0

    def groups(turns, fast=beta, slow=alpha):
        untouched, slowed = (turns > fast).sum(), (turns < slow).sum()
        return np.array([untouched, len(turns) - untouched - slowed, slowed])

    theta = speeds(head_dim, base)
    turns = length * theta / (2 * math.pi)
    got = answer(head_dim=head_dim, base=base, length=length, alpha=alpha, beta=beta)
    expect(
        got,
        groups(turns),
        {
            "Your pairs turn too often, by a factor of about 6. Frequencies are in radians per "
            "position; how many radians make a turn?": groups(length * theta),
            "You counted channels. A head of 96 has 48 pairs, and your three numbers add up to "
            "96.": 2 * groups(turns),
            "Your pairs slow down half as fast as they should, from one to the next. What stands "
            "in the exponent beside i?": groups(
                length * base ** (-np.arange(head_dim // 2) / head_dim) / (2 * math.pi)
            ),
            "Your frequencies fall too fast: the last pair is far slower than 1 / base. Is i "
            "divided by head_dim or by the number of pairs?": groups(
                length * base ** (-4 * np.arange(head_dim // 2) / head_dim) / (2 * math.pi)
            ),
            "The three numbers are right, in the other order. Which group turns fast, the "
            "untouched or the slowed?": groups(turns)[::-1],
            "You have α and β the other way round. Which of the two is the larger number of turns, "
            "and who is above it?": groups(turns, fast=alpha, slow=beta),
            "Your second number holds the untouched pairs, too: the three should add up to 48.": (
                np.array([(turns > beta).sum(), (turns >= alpha).sum(), (turns < alpha).sum()])
            ),
            "Your three numbers add up to 96, and a head of 96 has 48 pairs. How far does i "
            "go?": groups(length * base ** (-2 * np.arange(head_dim) / head_dim) / (2 * math.pi)),
            "You compared wavelengths with α and β. A wavelength is positions per turn; how many "
            "such turns fit into the window?": groups(2 * math.pi / theta),
            "You counted the turns in one position. How many positions does the window have?": (
                groups(theta / (2 * math.pi))
            ),
        },
        otherwise="Your counts are others. Look at pair 0 first: it turns one radian per position. "
        "How many turns are that in this window, and is it above β?",
        entry="group",
    )


@exercise(
    "07.2",
    nudge="For each pair: how long is a wave in positions, and how many such waves fit into the "
    "original length? At which number of waves does the share become 1, at which 0?",
    outline="waves = original_length · inv_freq / 2π. The share is "
    "(waves − low) / (high − low), kept between 0 and 1. The result is share · inv_freq + "
    "(1 − share) · inv_freq / factor.",
    takeaway="Llama 3.1's rule speaks of wavelengths, and is NTK-by-parts: `low_freq_factor` is α, "
    "`high_freq_factor` is β, and there is no temperature.",
)
def llama3_rule(answer):
    factor, low, high, length = 16.0, 1.5, 20.0, 4096
    theta = speeds(64, 50_000.0)
    waves = length * theta / (2 * math.pi)

    def share(waves=waves, low=low, high=high):
        return np.clip((waves - low) / (high - low), 0, 1)

    def blend(weight, kept=theta, slowed=theta / factor):
        return weight * kept + (1 - weight) * slowed

    right, between = share(), (waves > low) & (waves < high)
    shortest, longest = length / high, length / low
    over_wavelength = np.clip((longest - length / waves) / (longest - shortest), 0, 1)
    over_pairs = np.clip(np.log(waves / low) / np.log(high / low), 0, 1)
    got, multiplier = frequencies(
        answer(
            inv_freq=torch.from_numpy(theta),
            factor=factor,
            low_freq_factor=low,
            high_freq_factor=high,
            original_length=length,
        )
    )
    root = 0.1 * math.log(factor) + 1
    expect(
        got,
        blend(right),
        {
            "Your share runs the wrong way between the two borders: it jumps at both. Which "
            "neighbour should a pair near the short border resemble?": blend(
                np.where(between, 1 - right, right)
            ),
            "You slow the short waves and keep the long ones. Which of them meets new angles past "
            "the window?": blend(1 - right),
            "Your share falls in a straight line over the wavelength. The rule's is straight over "
            "how many waves fit, original_length / wavelength.": blend(over_wavelength),
            "Your share falls in a straight line over the pair's number: that is the ramp of "
            "YaRN's code. What does this rule's share go by?": blend(over_pairs),
            "You blended wavelengths, the plain and the longer one. What does the rule take the "
            "mean of?": theta / blend(right, 1.0, factor),
            "Your borders are too long, by the factor. Which length had the model been trained on, "
            "the original or the target?": blend(share(factor * waves)),
            "Your waves are too short, by a factor of about 6: you took 1 / frequency. How many "
            "radians make a whole wave?": blend(share(2 * math.pi * waves)),
            "Between the borders you left pairs as they are. What does the rule do with "
            "them?": blend((waves > low).astype(float)),
            "Between the borders you slowed pairs in full. What does the rule do with them?": blend(
                (waves >= high).astype(float)
            ),
            "Your share goes above 1 and below 0 outside the borders. What should happen to a pair "
            "that is past one?": blend((waves - low) / (high - low)),
            "Your long waves speed up. Should their frequency be multiplied by the factor, or "
            "divided?": blend(right, theta, theta * factor),
            "You put a temperature into the frequencies. Does the description name one?": root
            * blend(right),
            "Every pair is slowed by the whole factor, as PI does. Which ones does the rule leave "
            "alone?": theta / factor,
            "Nothing is slowed. Which pairs have waves longer than original_length / "
            "low_freq_factor?": theta,
        },
        otherwise="Look at the first pair that differs. How many of its waves fit into 4,096 "
        "positions, and is that above 20, below 1.5, or between?",
        entry="pair",
    )
    expect(
        multiplier,
        1.0,
        {
            "Your frequencies are right, and you added YaRN's temperature. Does the description "
            "name one?": root
        },
        otherwise="Your frequencies are right. What is the second number that you return, and does "
        "the description name one?",
    )


@exercise(
    "07.3",
    nudge="A score is q · k. If both tables carry a multiplier, how often does it reach the score? "
    "And how often does the softmax scale?",
    outline="Compute g for both coefficients. The tables get g(mscale) / g(mscale_all_dim), and "
    "reach a score twice. What is missing there from g(mscale)² goes into the softmax scale, "
    "beside the usual 1 / √head_dim.",
    takeaway="A multiplier on cos and sin counts twice in a score, one in the softmax scale once. "
    "To move it from there to here, square it.",
)
def move_temperature(answer):
    def g(factor, coefficient):
        return 0.1 * coefficient * math.log(factor) + 1 if factor > 1 else 1.0

    for factor, mscale, all_dim, head_dim in (
        (24.0, 1.7, 0.6, 96),  # first, as here no two mistakes have the same numbers
        (40.0, 0.9, 0.9, 192),
        (8.0, 1.0, 0.0, 64),
        (0.5, 1.7, 0.6, 96),
    ):
        got = answer(factor=factor, mscale=mscale, mscale_all_dim=all_dim, head_dim=head_dim)
        table, scale = parts(got, ("on_tables", "softmax_scale"))
        as_numbers([table, scale])  # both are numbers, before one is looked at
        whole, part, root = g(factor, mscale), g(factor, all_dim), math.sqrt(head_dim)
        case = f"factor {factor:g}, mscale {mscale:g}, mscale_all_dim {all_dim:g}: "
        unclamped = [0.1 * m * math.log(factor) + 1 for m in (mscale, all_dim)]
        by_ten, by_two = (
            [0.1 * m * f(factor) + 1 for m in (mscale, all_dim)] for f in (np.log10, np.log2)
        )
        expect(
            table,
            whole / part,
            {
                "The tables have all of the temperature, and the softmax is to have a part. What "
                "did mscale_all_dim take off the tables?": whole,
                "Your quotient is upside down: which of the two coefficients belongs to the "
                "tables?": part / whole,
                "You squared what goes on the tables. They reach q and k, so who does the "
                "squaring?": (whole / part) ** 2,
                "At a factor of 1 or less nothing is stretched. What should g be then?": (
                    unclamped[0] / unclamped[1]
                ),
                "Your logarithm has base 10. Which one does the formula take?": by_ten[0]
                / by_ten[1],
                "Your logarithm has base 2. Which one does the formula take?": by_two[0]
                / by_two[1],
                "You divided the two coefficients before you took g. Is g(a) / g(b) the same as "
                "g(a / b)?": g(factor, mscale / all_dim) if all_dim else np.nan,
                "The tables get nothing from you. What does mscale_all_dim leave on them, where it "
                "is less than mscale?": 1.0,
            },
            otherwise=f"{case}look at what goes on cos and sin. What are g(mscale) and "
            "g(mscale_all_dim) here?",
        )
        expect(
            scale,
            part**2 / root,
            {
                "Once is not enough. On the tables, the multiplier reached q and k, so how often "
                "was it in a score?": part / root,
                "The softmax scale lacks it. What did mscale_all_dim take off the tables, and "
                "where does it come back?": 1 / root,
                "You divide scores where they should grow. Temperature t is below 1; what do you "
                "divide by it?": 1 / (part**2 * root),
                "You gave the softmax g(mscale), which is the tables' coefficient, and once. What "
                "did mscale_all_dim take off, and how often does a score feel it?": whole / root,
                "You took back in the softmax what the tables still have. What is missing on them "
                "should come back.": part / whole / root,
                "√head_dim is missing: the softmax scale holds it, too.": part**2,
                "You divided by head_dim. Attention divides by its root.": part**2 / head_dim,
                "You multiply by √head_dim. Attention divides by it.": part**2 * root,
                "The tables still have a part, and you gave the softmax the whole: g(mscale)². "
                "What is left to give?": whole**2 / root,
                "You squared the quotient, which the tables have already. What is *missing* on "
                "them?": (whole / part) ** 2 / root,
                "Twice too often: a fourth power. Does the softmax scale reach q and k one by one, "
                "or the score?": part**4 / root,
                "At a factor of 1 or less nothing is stretched. What should g be then?": (
                    unclamped[1] ** 2 / root
                ),
            },
            otherwise=f"{case}the tables are right; the softmax scale is not. A score should come "
            "out as if the tables had had all of g(mscale).",
        )


@exercise(
    "07.4",
    nudge="Which pairs know the factor? And the blended ones: how much of the plain frequency did "
    "each keep? Draw that over its turns.",
    outline="The factor is the slow-down of the last pair. With kept = stretched / plain, solve "
    "kept = γ + (1 − γ) / factor for γ. Over turns, γ of the blended pairs lies on a straight "
    "line: fit it (`numpy.polyfit`, or two points), then ask where it is 0 and where 1.",
    takeaway="A table of frequencies says how it was made. Between pairs, where the borders lie, "
    "only the line through the blended ones can tell.",
)
def find_settings(answer):
    for length, base, factor, alpha, beta in (
        (4096, 50_000.0, 6.0, 1.5, 24.0),
        (700, 3_000.0, 20.0, 0.7, 40.0),
    ):
        theta = speeds(64, base)
        turns = length * theta / (2 * math.pi)
        gamma = np.clip((turns - alpha) / (beta - alpha), 0, 1)
        kept = gamma + (1 - gamma) / factor
        got = answer(
            plain=torch.from_numpy(theta), stretched=torch.from_numpy(kept * theta), length=length
        )
        found = parts(got, ("factor", "alpha", "beta"))
        blended = (gamma > 0) & (gamma < 1)
        fit_all = _crossings(turns, gamma)
        untouched, slowed = turns[gamma == 1].min(), turns[gamma == 0].max()
        inner = turns[blended]
        expect(
            found[0],
            factor,
            {
                "Your factor is upside down. Is the last pair stretched faster or slower than "
                "before?": 1 / factor,
                "That is the slow-down of pair 0, which nothing touches. Which pair has the whole "
                "factor?": 1.0,
                "You took the mean slow-down of all pairs. Which of them have the whole factor?": (
                    1 / kept
                ).mean(),
            },
            otherwise="Your factor is another. Which pairs are slowed in full, and by how much is "
            "the last?",
        )
        expect(
            list(found[1:]),
            [alpha, beta],
            {
                "α and β have changed places. At which of them does γ become 0?": [beta, alpha],
                "You took the turns of the pairs just outside: the last untouched and the first "
                "slowed in full. The borders lie between pairs; what do the blended ones say?": [
                    slowed,
                    untouched,
                ],
                "You took the turns of the first and the last blended pair. Is γ 1 and 0 there, or "
                "still on the way?": [inner.min(), inner.max()],
                "Your borders are in radians. How many radians make a turn?": [
                    2 * math.pi * alpha,
                    2 * math.pi * beta,
                ],
                "You took kept for γ. A pair with γ = 0 still keeps 1 / factor of its speed; how "
                "do you take that off?": _crossings(inner, kept[blended]),
                "All pairs are in your line, those at γ = 0 and γ = 1 too. Which of them lie on "
                "the slope?": fit_all,
                "You drew the line over pair numbers. Over what is the paper's ramp straight?": (
                    _crossings(np.arange(32)[blended], gamma[blended])
                ),
                "Your line goes through the slow-downs. Which of them is blended evenly, the "
                "slow-downs or the frequencies?": _crossings(
                    inner, (factor - 1 / kept[blended]) / (factor - 1)
                ),
            },
            otherwise="The factor is right, the borders are not. Take one blended pair: what is "
            "its γ, and how many turns does it make?",
            tolerance=1e-3,
        )


def _crossings(x, y):
    slope, level = np.polyfit(x, y, 1)
    return [-level / slope, (1 - level) / slope]
