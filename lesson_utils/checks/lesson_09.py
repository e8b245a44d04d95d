"""Checks for lesson 09, Read a published model."""

import math

import numpy as np

from lesson_utils.checks.findings import expect, frequencies, parts
from lesson_utils.checks.registry import exercise


@exercise(
    "09.1",
    nudge="`max_position_embeddings` is one key with two meanings. For which rules does it name "
    "the window before stretching?",
    outline="Find the rule: under `rope_parameters` or `rope_scaling`, called `rope_type` or "
    "`type`; no such part, or None, is plain RoPE. With `linear` and `dynamic`, "
    "`max_position_embeddings` is the trained window, and the promise is factor times that. With "
    "`yarn` and `llama3` it is the promise, and the trained window has a key of its "
    "own. Plain RoPE promises what it was trained on.",
    takeaway="The same key means the window before stretching in one file and after it in the "
    "next. Ask for the rule first.",
)
def windows(answer):
    for config, right, mistakes in _WINDOWS:
        got = answer(config=config)
        expect(
            list(parts(got, ("trained", "promised"))),
            np.array(right),
            {question: np.array(wrong) for question, wrong in mistakes.items()},
            otherwise=f"The config was {config}. What is said there of the text before stretching, "
            "and what of the text after it?",
        )


_YARN = {
    "max_position_embeddings": 131072,
    "rope_parameters": {
        "rope_type": "yarn",
        "factor": 16.0,
        "original_max_position_embeddings": 8192,
    },
}
_LINEAR = {"max_position_embeddings": 4096, "rope_scaling": {"type": "linear", "factor": 4.0}}
_LLAMA3 = {
    "max_position_embeddings": 131072,
    "rope_scaling": {
        "rope_type": "llama3",
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
    },
}
_DYNAMIC = {
    "max_position_embeddings": 2048,
    "rope_parameters": {"rope_type": "dynamic", "factor": 3.0},
}
_SHORT_PROMISE = {
    "max_position_embeddings": 40960,
    "rope_parameters": {
        "rope_type": "yarn",
        "factor": 16.0,
        "original_max_position_embeddings": 4096,
    },
}
_SWAPPED = "You have both windows, in the other order. Which comes first, trained or promised?"
_WINDOWS = (
    (
        _YARN,
        [8192, 131072],
        {
            "For YaRN, `max_position_embeddings` is the window *after* stretching. Which key has "
            "the one before?": [131072, 2097152],
            "Both your windows are the long one. Which key names the window that YaRN was told "
            "about?": [131072, 131072],
            "Both your windows are the short one. What does stretching by the factor make of it?": [
                8192,
                8192,
            ],
            _SWAPPED: [131072, 8192],
        },
    ),
    (
        _LINEAR,
        [4096, 16384],
        {
            "For the rule `linear`, `max_position_embeddings` stays the window *before* "
            "stretching. Did you divide by the factor?": [1024, 4096],
            "This is a `linear` config in the old spelling, `rope_scaling` and `type`. Did you "
            "find its factor?": [4096, 4096],
            _SWAPPED: [16384, 4096],
        },
    ),
    (
        _LLAMA3,
        [8192, 131072],
        {
            "Llama 3.1's factor is 8, and 8 × 8,192 is not what it promises. Where does the file "
            "say how long a text may be?": [8192, 65536],
            "You divided the promise by the factor. Llama 3.1's factor is no ratio of lengths; "
            "which key has the trained window?": [16384, 131072],
            "You took 131,072 for the trained window. Which key has it?": [131072, 1048576],
        },
    ),
    (
        _DYNAMIC,
        [2048, 6144],
        {
            "For `dynamic` too, `max_position_embeddings` is the window *before* stretching.": [
                2048 // 3,
                2048,
            ],
            "Is `dynamic` a rule that you know? It stretches as `linear` does.": [2048, 2048],
        },
    ),
    (
        {"max_position_embeddings": 8192, "rope_theta": 500000.0, "rope_scaling": None},
        [8192, 8192],
        {},
    ),
    (
        _SHORT_PROMISE,
        [4096, 40960],
        {
            "Here factor times window is 65,536, and the file promises 40,960. Which of the two "
            "does the task ask for?": [4096, 65536],
            "You divided what is promised by the factor. Which key has the trained window, "
            "whatever is promised?": [2560, 40960],
        },
    ),
)


@exercise(
    "09.2",
    nudge="Three keys may set the multiplier on cos and sin, and the strongest wins. Which would "
    "you obey first: the one that states it, or one from which it is computed?",
    outline="Let g(m) be 0.1 · m · ln s + 1. On cos and sin: `attention_factor` if it is there; "
    "else g(mscale) / g(mscale_all_dim) if both are there and neither is 0; else g(1). On the "
    "softmax: 1, unless `in_softmax` and `mscale_all_dim` is there and not 0; then "
    "g(mscale_all_dim), squared.",
    takeaway="One temperature, three places to write it. What counts is the product on the scores: "
    "the square of what is on cos and sin, times what is on the softmax.",
)
def temperature(answer):
    for parameters, in_softmax, right, mistakes in _temperatures():
        got = answer(parameters=parameters, in_softmax=in_softmax)
        expect(
            list(parts(got, ("on_cos_sin", "on_softmax"))),
            np.array(right),
            {question: np.array(wrong) for question, wrong in mistakes.items()},
            otherwise=f"The parameters were {parameters}, with in_softmax={in_softmax}. Work out "
            "0.1 · m · ln s + 1 for each m that you find, by hand. Which of them did you use?",
        )


def _temperatures():
    def g(factor, m=1.0):
        return 0.1 * m * math.log(factor) + 1

    plain = {"rope_type": "yarn", "factor": 16.0}
    yield (
        plain,
        False,
        [g(16), 1.0],
        {
            "You squared it. On cos and sin it reaches q and k, so the scores get the square by "
            "themselves.": [g(16) ** 2, 1.0],
            "You put it on the softmax as well. With it on cos and sin the scores have it "
            "already.": [g(16), g(16) ** 2],
            "You divided where you should multiply: this makes attention softer. Is √(1/t) below "
            "or above 1?": [1 / g(16), 1.0],
            "Your logarithm is to the base 10. The paper's ln is the natural one.": [
                0.1 * math.log10(16) + 1,
                1.0,
            ],
            "Your logarithm is to the base 2. The paper's ln is the natural one.": [
                0.1 * math.log2(16) + 1,
                1.0,
            ],
            "There is no temperature in yours. YaRN has one by default; what is it for this "
            "factor?": [1.0, 1.0],
            "You have both numbers, in the other order.": [1.0, g(16)],
        },
    )
    yield (
        plain | {"attention_factor": 1.05, "mscale": 0.7, "mscale_all_dim": 0.4},
        False,
        [1.05, 1.0],
        {
            "Somebody wrote `attention_factor: 1.05` into this file. Who wins, a number that is "
            "stated or one that is computed?": [g(16), 1.0],
            "`attention_factor` is stated, and you took the mscale pair. Which is stronger?": [
                g(16, 0.7) / g(16, 0.4),
                1.0,
            ],
            "You multiplied the stated `attention_factor` with the default. It replaces it.": [
                1.05 * g(16),
                1.0,
            ],
        },
    )
    deep = {"rope_type": "yarn", "factor": 40.0, "mscale": 0.707, "mscale_all_dim": 0.707}
    pair = g(40, 0.707)
    yield (
        deep,
        True,
        [1.0, pair**2],
        {
            "Equal `mscale` and `mscale_all_dim` cancel on cos and sin. Did you take the default "
            "there?": [g(40), pair**2],
            "You took g(mscale) for cos and sin, and did not divide by g(mscale_all_dim).": [
                pair,
                pair**2,
            ],
            "The softmax multiplies scores once, where cos and sin reach q and k. Is your number "
            "for it the square?": [1.0, pair],
            "The temperature is missing altogether: 1 on cos and sin, 1 on the scores. Where does "
            "an architecture like DeepSeek's put it?": [1.0, 1.0],
            "`mscale_all_dim` is 0.707 here. Does your softmax's multiplier know it?": [
                1.0,
                g(40) ** 2,
            ],
            "You divided the scores. A temperature below 1 makes them larger.": [1.0, 1 / pair**2],
        },
    )
    yield (
        deep,
        False,
        [1.0, 1.0],
        {
            "With in_softmax=False the architecture does not look at `mscale_all_dim` for its "
            "softmax.": [1.0, pair**2],
        },
    )
    yield (
        plain | {"mscale": 1.3, "mscale_all_dim": 0.5},
        True,
        [g(16, 1.3) / g(16, 0.5), g(16, 0.5) ** 2],
        {
            "The pair is upside down: g(mscale) is above the line.": [
                g(16, 0.5) / g(16, 1.3),
                g(16, 0.5) ** 2,
            ],
            "The two are not equal here. Which of them does the softmax get?": [
                g(16, 1.3) / g(16, 0.5),
                g(16, 1.3) ** 2,
            ],
            "You divided mscale by mscale_all_dim, and not g of one by g of the other.": [
                1.3 / 0.5,
                g(16, 0.5) ** 2,
            ],
            "You took g of the quotient. Which is asked for, g of a quotient or a quotient of "
            "two g's?": [g(16, 1.3 / 0.5), g(16, 0.5) ** 2],
            "You took the default on cos and sin. Both mscale keys are here, and not 0.": [
                g(16),
                g(16, 0.5) ** 2,
            ],
        },
    )
    yield (
        plain | {"mscale": 1.3},
        True,
        [g(16), 1.0],
        {
            "`mscale` stands here alone, without `mscale_all_dim`. Is half a pair a pair?": [
                g(16, 1.3),
                1.0,
            ],
        },
    )
    yield (
        plain | {"mscale": 0.0, "mscale_all_dim": 0.8},
        True,
        [g(16), g(16, 0.8) ** 2],
        {
            "`mscale` is 0 here, which counts as not there. Which multiplier is left for cos and "
            "sin?": [1 / g(16, 0.8), g(16, 0.8) ** 2],
        },
    )


@exercise(
    "09.3",
    nudge="The lesson's `my_read` takes 32, 1, a base and rounding for granted. Which of the four "
    "does this file state?",
    outline="Take every number from the file, and a default only where the key is missing: base "
    "10,000, β 32 and 1, `truncate` true. Find the pair that makes β_fast turns, and the one that "
    "makes β_slow, from d ln(L / 2πβ) / (2 ln b). Round them outwards only if `truncate` is true. "
    "γ falls from 1 to 0 in a straight line over the pair's index. Blend θ and θ / s.",
    takeaway="A key that is missing has a default, and a key that is there has a reason. "
    "Round gpt-oss's ramp against its file, and one of its pairs turns 1.76 times as fast as it "
    "should.",
)
def yarn_of(answer):
    for config, told in _FILES:
        got, scaling = frequencies(answer(config=config))
        del scaling
        right = _yarn(config)
        expect(
            got,
            right,
            {
                f"{question} ({told})": wrong
                for question, wrong in _misread(config).items()
                if not np.allclose(wrong, right, rtol=1e-3)
            },
            otherwise=f"Not yet ({told}). Compare pair 0, which YaRN leaves alone, and the last "
            "pair, which it slows by the factor. Are these two right? Then it is the ramp.",
            entry="pair",
        )


_FILES = (
    (
        {
            "head_dim": 128,
            "max_position_embeddings": 65536,
            "rope_scaling": {
                "type": "yarn",
                "factor": 16.0,
                "original_max_position_embeddings": 4096,
            },
        },
        "a file that states no more than it must",
    ),
    (
        {
            "head_dim": 64,
            "max_position_embeddings": 131072,
            "rope_theta": 150000.0,
            "rope_scaling": {
                "rope_type": "yarn",
                "factor": 32.0,
                "beta_fast": 32.0,
                "beta_slow": 1.0,
                "truncate": False,
                "original_max_position_embeddings": 4096,
            },
        },
        "gpt-oss, with `truncate: false`",
    ),
    (
        {
            "hidden_size": 1536,
            "num_attention_heads": 16,
            "max_position_embeddings": 40960,
            "rope_parameters": {
                "rope_type": "yarn",
                "rope_theta": 1000000.0,
                "factor": 4.0,
                "beta_fast": 20.0,
                "beta_slow": 2.0,
                "original_max_position_embeddings": 8192,
            },
        },
        "a file in the new spelling, without `head_dim`, with ends of its own",
    ),
)


def _yarn(config, *, rounded=None, in_turns=False, **changes):
    given = config.get("rope_parameters") or config.get("rope_scaling")
    d = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    read = {
        "base": given.get("rope_theta", config.get("rope_theta", 10_000.0)),
        "window": given["original_max_position_embeddings"],
        "factor": given["factor"],
        "fast": given.get("beta_fast", 32.0),
        "slow": given.get("beta_slow", 1.0),
    } | changes
    base, window, factor, fast, slow = read.values()
    pair = np.arange(d // 2)
    theta = base ** (-2 * pair / d)

    def makes(turns):
        return d * math.log(window / (2 * math.pi * turns)) / (2 * math.log(base))

    low, high = makes(fast), makes(slow)
    if given.get("truncate", True) if rounded is None else rounded:
        low, high = math.floor(low), math.ceil(high)
    share = np.clip(1 - (pair - low) / (high - low), 0, 1)
    if in_turns:
        share = np.clip((window * theta / (2 * math.pi) - slow) / (fast - slow), 0, 1)
    return share * theta + (1 - share) * theta / factor


def _misread(config):
    given = config.get("rope_parameters") or config.get("rope_scaling")
    d = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    rounds = given.get("truncate", True)
    promised = config["max_position_embeddings"]
    plain = _yarn(config, factor=1.0)
    kept_where_slow = plain * (1 + 1 / given["factor"]) - _yarn(config)
    rounding = (
        "You did not round the ends of the ramp. What is `truncate` when nobody states it?"
        if rounds
        else "You rounded the ends of the ramp. Does this file want that?"
    )
    return {
        rounding: _yarn(config, rounded=not rounds),
        "Your base is 10,000. Does the file state another, perhaps in another place?": _yarn(
            config, base=10_000.0
        ),
        "You took `max_position_embeddings` for the trained window. Which of the two lengths does "
        "a ramp need?": _yarn(config, window=promised),
        "You computed the factor from the two lengths. The file states one; which wins?": _yarn(
            config, factor=promised / given["original_max_position_embeddings"]
        ),
        "Your ends are 32 and 1. Does the file state others?": _yarn(config, fast=32.0, slow=1.0),
        "Your ramp is straight in the turns: the paper's. A config file means the code's, straight "
        "in the pair's index.": _yarn(config, in_turns=True),
        "Your ramp is the right one, upside down: you slow the fast pairs.": kept_where_slow,
        "No pair is slowed down. Where does the factor come in?": plain,
        "Every pair is slowed by the whole factor: that is PI. Where is the ramp?": plain
        / given["factor"],
        "You raised the base. That is NTK-aware scaling.": _yarn(
            config, base=_base(config) * given["factor"] ** (d / (d - 2)), factor=1.0
        ),
    }


def _base(config):
    given = config.get("rope_parameters") or config.get("rope_scaling")
    return given.get("rope_theta", config.get("rope_theta", 10_000.0))
