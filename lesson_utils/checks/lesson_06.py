"""Checks for lesson 06, Scale the base."""

import math

import numpy as np
import torch

from lesson_utils.checks.findings import expect
from lesson_utils.checks.registry import exercise


@exercise(
    "06.1",
    nudge="With a new base, pair k slows by (b′ / b)^(2k / d). What should that be equal to?",
    outline="Set (b′ / b)^(2k / d) equal to the factor, and solve for b′: raise both sides to "
    "d / (2k), then multiply by b.",
    takeaway="NTK-aware's formula is one wish among many: pair k slows by s. The paper wishes it "
    "of the last pair, and gets d / (d − 2).",
)
def base_for_pair(answer):
    for head_dim, base, pair, factor in ((96, 40_000.0, 20, 12.0), (64, 10_000.0, 31, 8.0)):
        got = answer(head_dim=head_dim, base=base, pair=pair, factor=factor)
        power = head_dim / (2 * pair)
        mistakes = {
            "Your base shrank, so every pair turns faster. Which sign does the exponent have?": (
                base * factor**-power
            ),
            "Your base grew by the factor itself. The exponent of pair k is 2k / d: how much must "
            "the base grow, so that its power is the factor?": base * factor,
            "That slows the last pair by the factor, whichever pair was asked for. Where does "
            "`pair` come in?": base * factor ** (head_dim / (head_dim - 2)),
            "Your exponent is upside down: 2k / d is what happens to the base. What undoes it?": (
                base * factor ** (1 / power)
            ),
            "You count pairs from 1, so the pair before the one you were asked for is granted the "
            "wish. What is the exponent of pair 0?": base * factor ** (head_dim / (2 * pair + 2)),
            "Your exponent is twice too large. Pair k is two channels; what stands beside k in "
            "θ = b^(−2k / d)?": base * factor ** (head_dim / pair),
            "Your exponent is half of what it should be. Is head_dim the number of channels, or of "
            "pairs?": base * factor ** (power / 2),
            "You took (d − 2) / 2k, which turns one factor into another. What turns a factor into "
            "a base?": base * factor ** ((head_dim - 2) / (2 * pair)),
            "That is what the base is multiplied by. What is the new base?": factor**power,
            "Your base is slowed, not the pair: it is divided by the factor. Do slower pairs need "
            "a smaller base, or a larger?": base / factor,
        }
        if pair == head_dim // 2 - 1:  # here the lesson's formula is right
            mistakes = {}
        expect(
            got,
            base * factor**power,
            mistakes,
            otherwise=f"Put your base b′ into (b′ / b)^(2k / d), with b = {base:,.0f}, k = {pair} "
            f"and d = {head_dim}. Does {factor:g} come out?",
        )


@exercise(
    "06.2",
    nudge="Which pair overshoots most? It slows by factor^(2i / (d − 2)). By how much should it?",
    outline="Find the first pair whose angle at position trained − 1 is below 2π. At target − 1 "
    "its angle is (target − 1) / (trained − 1) times as wide, and this is the slow-down it needs. "
    "Raise that to (d − 2) / (2i). The result is never below 1, and 1 if every pair finishes.",
    takeaway="Where the first unfinished pair stands decides how far NTK-aware's factor is above "
    "the stretch: the further down the head, the closer they are.",
)
def factor_for_length(answer):
    def first_unfinished(head_dim, base, length, full=2 * math.pi):
        theta = base ** (-2 * np.arange(head_dim // 2) / head_dim)
        return int((length * theta >= full).sum())

    head_dim, base, trained, target = 96, 3_000.0, 120, 1_000
    wider = (target - 1) / (trained - 1)
    pair = first_unfinished(head_dim, base, trained - 1)

    def needed(i=pair, ratio=wider, dims=head_dim - 2):
        return ratio ** (dims / (2 * i))

    in_target = first_unfinished(head_dim, base, target - 1)
    in_radians = first_unfinished(head_dim, base, trained - 1, full=1)
    half_turn = first_unfinished(head_dim, base, trained - 1, full=math.pi)
    expect(
        answer(head_dim=head_dim, base=base, trained=trained, target=target),
        needed(),
        {
            "With that factor, the stretch itself, the last pair alone comes home. Which of the "
            "unfinished pairs is slowed least?": wider,
            "That is the stretch, and it brings only the last pair home. Which of the unfinished "
            "pairs is slowed least?": target / trained,
            "You have the right pair, and widened its angle by target / trained. At which position "
            "is the widest angle of a text of `trained` tokens?": needed(ratio=target / trained),
            "You brought the last *finished* pair home. Has it any angle that it never met?": (
                needed(pair - 1)
            ),
            "That is for the second unfinished pair. The first is slowed less; does your count "
            "begin at 0?": needed(pair + 1),
            "You took a pair that turns by less than one radian in training. How many radians "
            "make a whole turn?": needed(in_radians),
            "You took a pair that turns by less than half a turn. How many radians make a whole "
            "one?": needed(half_turn),
            "You took the pair that never finishes in the *target* length. In which length had the "
            "model met its angles?": needed(in_target),
            "Your exponent has d / 2i, so this is what the base grows by. `ntk_aware` takes a "
            "factor, and makes the base from it; which exponent is left?": needed(dims=head_dim),
            "Your exponent is upside down: your factor is *below* the stretch. Which power of the "
            "factor is the slow-down of pair i?": wider ** (2 * pair / (head_dim - 2)),
            "Your exponent is twice too large. Is i the number of a pair, or of a channel?": (
                needed(dims=2 * (head_dim - 2))
            ),
            "You multiplied the stretch by the overshoot. With the new factor the pair slows by a "
            "power of it, so it is still not home. Which factor has the right power?": wider
            * wider
            / wider ** (2 * pair / (head_dim - 2)),
            "That is a base. What was asked for is the factor that `ntk_aware` takes.": base
            * needed(dims=head_dim),
        },
        otherwise=f"The first pair that never finishes a turn here is pair {pair}, and it must "
        f"slow by {wider:.4g}. Which factor does that, if pair i slows by factor^(2i / (d − 2))?",
    )
    shorter = answer(head_dim=64, base=10_000.0, trained=512, target=200)
    first = first_unfinished(64, 10_000.0, 511)
    below = (199 / 511) ** (62 / (2 * first))
    expect(
        shorter,
        1.0,
        {
            "For a target shorter than the window you speed pairs up. What does a text that fits "
            "need?": below,
            "For a target shorter than the window you speed pairs up. What does a shorter text "
            "need?": 199 / 511,
        },
        otherwise="The long text is right. A target of 200, in a window of 512, has no new angle. "
        "Which factor changes nothing?",
    )
    expect(
        answer(head_dim=16, base=50.0, trained=4096, target=16_384),
        1.0,
        {
            "Here every pair finishes a turn in training, the last one too. You stretched all the "
            "same; which angle would be new?": 16_383 / 4095,
            "Here every pair finishes a turn in training. Your pair lies past the end of the head; "
            "which angle would be new?": (16_383 / 4095) ** (14 / 16),
        },
        otherwise="Here every pair finishes a turn in training, the last one too. Which angle is "
        "new then, and which factor changes nothing?",
    )


@exercise(
    "06.3",
    nudge="How many tokens are in use now: those of `q`, or those of `keys`? Which scale does that "
    "give, and which positions have the queries, the last of them?",
    outline="With m keys, the scale is max(1, m / trained). Make the base, then the frequencies. "
    "Key j is at position j; query j of n is at position m − n + j. Turn both (first half of the "
    "head with the second half), take every query · key, and divide by √head_dim.",
    takeaway="Keys kept as they were before rotation owe nothing to yesterday's frequencies, nor "
    "to their old positions. Both may change at each step.",
)
def fresh_scores(answer):
    trained, base = 16, 500.0
    for n, m in ((3, 7), (5, 58)):  # inside the window, then past it
        generator = np.random.default_rng(m)
        q, keys = (generator.normal(size=(2, 3, count, 20)) for count in (n, m))
        got = answer(q=torch.from_numpy(q), keys=torch.from_numpy(keys), trained=trained, base=base)
        expect(
            got,
            _scores(q, keys, _slowed(base, m / trained)),
            _mistakes(q, keys, trained, base),
            otherwise=f"There are {n} queries and {m} keys, and the trained window is {trained}. "
            "Look at the last query with the last key, which share a position: is that q · k / "
            "√head_dim, as if nothing turned? Then look one key back.",
        )


def _slowed(base, scale, head_dim=20, dims=None):
    """Return NTK-aware's frequencies of a head of 20, never sped up, float64 [10]."""
    dims = dims or head_dim
    base = base * max(1.0, scale) ** (dims / (dims - 2))
    return base ** (-2 * np.arange(head_dim // 2) / head_dim)


def _scores(q, keys, theta, key_theta=None, first=None, pairs="halves"):
    """Turn complex numbers and multiply: float64 [batch, heads, n, m]."""

    def turned(x, positions, theta):
        real, imaginary = (
            np.split(x, 2, axis=-1) if pairs == "halves" else (x[..., ::2], x[..., 1::2])
        )
        return (real + 1j * imaginary) * np.exp(1j * positions[:, None] * theta)

    n, m = q.shape[2], keys.shape[2]
    first = m - n if first is None else first
    q = turned(q, first + np.arange(n), theta)
    keys = turned(keys, np.arange(m), theta if key_theta is None else key_theta)
    return np.einsum("bhni,bhmi->bhnm", q, keys.conj()).real / math.sqrt(20)


def _mistakes(q, keys, trained, base):
    n, m = q.shape[2], keys.shape[2]
    now, still = _slowed(base, m / trained), np.zeros(10)
    yesterday = np.stack([_slowed(base, (p + 1) / trained) for p in range(m)])
    right = _scores(q, keys, now)
    weights = np.exp(right - right.max(-1, keepdims=True))
    hidden = ~np.tri(n, m, m - n, dtype=bool)
    last = _scores(q, keys, base ** (-2 * np.arange(10) / 20))
    return {
        "Your queries begin at position 0 again. How many tokens came before them?": _scores(
            q, keys, now, first=0
        ),
        "Your queries are one position too late. The last one stands where the last key stands; "
        "which position is that?": _scores(q, keys, now, first=m - n + 1),
        "Your queries are one position too early. The last one stands where the last key stands; "
        "which position is that?": _scores(q, keys, now, first=m - n - 1),
        "Your queries begin behind all the keys. Are the new tokens' own keys in `keys` "
        "already?": _scores(q, keys, now, first=m),
        "You turned neighbours, 0 with 1, and so on. Which numbers make a pair in this model?": (
            _scores(q, keys, now, pairs="neighbours")
        ),
        "Your queries are not turned. Which of the two does the cache hand over bare?": _scores(
            q, keys, still, now
        ),
        "Your keys are not turned. They come from the cache as they were before rotation; what do "
        "they need?": _scores(q, keys, now, still),
        "Neither queries nor keys are turned. Where do the positions come in?": _scores(
            q, keys, still
        ),
        "Your queries and keys turn against each other: angles add up where they should cancel. "
        "Did both get the same sign of sin?": _scores(q, keys, now, -now),
        "You turned both backwards. Which of x₁ sin and x₂ sin carries the minus?": _scores(
            q, keys, -now
        ),
        "√head_dim is missing.": right * math.sqrt(20),
        "You divided by head_dim. By which power of it does attention divide?": right
        / math.sqrt(20),
        "You took the softmax already. Scores are what goes into it.": weights
        / weights.sum(-1, keepdims=True),
        "You hid the keys of later positions. Who was to do that, by the task?": np.where(
            hidden, -np.inf, right
        ),
        "Your keys are the rows. Which axis do the queries have in [batch, heads, n, m]?": (
            right.swapaxes(2, 3)
        ),
        "A text inside the window is sped up by you: your scale is m / trained, below 1. How small "
        "may a scale become?": _scores(q, keys, _unclamped(base, m / trained)),
        "Each key is turned by the frequencies of the day it came. What was the cache kept bare "
        "for?": _scores(q, keys, now, yesterday),
        "Your keys turn at plain RoPE's speed, your queries at the new one. What are the "
        "frequencies of today, for both?": _scores(q, keys, now, _slowed(base, 1)),
        "Your queries turn at plain RoPE's speed, your keys at the new one. What are the "
        "frequencies of today, for both?": _scores(q, keys, _slowed(base, 1), now),
        "Everything turns at plain RoPE's speed. Is the text still inside the window? Count the "
        "keys, not the queries.": last,
        "Your scale counts the keys from before this step. How many tokens are in use with the "
        "new ones?": _scores(q, keys, _slowed(base, (m - n) / trained)),
        "Your scale is a whole number. Is m / trained?": _scores(
            q, keys, _slowed(base, m // trained)
        ),
        "Your base grows by the scale itself. Which exponent slows the last pair by the scale?": (
            _scores(q, keys, (base * max(1, m / trained)) ** (-2 * np.arange(10) / 20))
        ),
        "You took all heads together for d in the exponent. How many channels has one head?": (
            _scores(q, keys, _slowed(base, m / trained, dims=60))
        ),
        "You slowed every pair by the scale, as PI does. Which pair does NTK-aware leave as it "
        "is?": _scores(q, keys, _slowed(base, 1) / max(1, m / trained)),
        "Your pairs slow down half as fast as they should, from one to the next. What stands "
        "beside i in the exponent?": _scores(
            q, keys, (base * max(1, m / trained) ** (20 / 18)) ** (-np.arange(10) / 20)
        ),
    }


def _unclamped(base, scale):
    return (base * scale ** (20 / 18)) ** (-2 * np.arange(10) / 20)
