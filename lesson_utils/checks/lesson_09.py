"""Checks for lesson 09, Read a published model."""

import math

import numpy as np

from lesson_utils.checks.findings import WRONG_FORM, Finding, number
from lesson_utils.checks.judging import asked, judge
from lesson_utils.checks.registry import exercise

ORIGINAL = "original_max_position_embeddings"


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
    judge(
        answer,
        _windows,
        **asked(_FILES),
        mistakes=_MISREAD,
        names=("trained", "promised"),
        form=number,
    )


def _file(window, rule=None, under="rope_parameters", **beside):
    config = {"max_position_embeddings": window} | beside
    return {"config": config if rule is None else config | {under: rule}}


_FILES = (
    (
        _file(131072, {"rope_type": "yarn", "factor": 16.0, ORIGINAL: 8192}),
        "For `yarn`, which key has the window before stretching, and which the one after it?",
    ),
    (
        _file(4096, {"type": "linear", "factor": 4.0}, "rope_scaling"),
        "This is a `linear` config in the old spelling, `rope_scaling` and `type`. What is said "
        "there of the text before stretching, and what of the text after it?",
    ),
    (
        _file(
            131072,
            {
                "rope_type": "llama3",
                "factor": 8.0,
                "low_freq_factor": 1.0,
                "high_freq_factor": 4.0,
                ORIGINAL: 8192,
            },
            "rope_scaling",
        ),
        "This is Llama 3.1. Its factor is no ratio of lengths. Which two keys have the lengths?",
    ),
    (
        _file(2048, {"rope_type": "dynamic", "factor": 2.5}),
        "For `dynamic`, `max_position_embeddings` is the window before stretching, and this factor "
        "is not whole. What does it promise?",
    ),
    (
        {"config": {"max_position_embeddings": 8192, "rope_theta": 5e5, "rope_scaling": None}},
        "The rule is None here: plain RoPE. What does it promise?",
    ),
    (
        _file(40960, {"rope_type": "yarn", "factor": 16.0, ORIGINAL: 4096}),
        "Here factor times window is 65,536, and the file promises 40,960. Which of the two does "
        "the task ask for?",
    ),
    (
        _file(
            131072,
            {"rope_type": "llama3", "factor": 32.0, ORIGINAL: 8192},
            "rope_scaling",
        ),
        "Here factor times window is 262,144, and the file promises 131,072. Which of the two does "
        "the task ask for?",
    ),
    (
        _file(4096, {"type": "linear", "factor": 8.0}, "rope_scaling", rope_parameters=None),
        "`rope_parameters` is None in this file, and a rule stands under `rope_scaling`. What does "
        "it promise?",
    ),
    (
        _file(1024, {"rope_type": "dynamic", "factor": 4.0}, rope_scaling=None),
        "`rope_scaling` is None in this file, and a rule stands under `rope_parameters`. What does "
        "it promise?",
    ),
    (_file(32768), "There is no part for a rule at all here: plain RoPE. What does it promise?"),
    (
        _file(
            16384,
            {"type": "yarn", "factor": 32.0, ORIGINAL: 2048},
            "rope_scaling",
            sliding_window=4096,
            max_sequence_length=65536,
            original_max_position_embeddings=1024,
        ),
        "This file has more lengths than are asked for. Which two keys does the task name?",
    ),
)


def _rule_of(config):
    return config.get("rope_parameters") or config.get("rope_scaling") or {}


def _name_of(rule):
    return rule.get("rope_type", rule.get("type"))


def _windows(
    config,
    *,
    rule_of=_rule_of,
    name_of=_name_of,
    stretched=("linear", "dynamic"),
    stated=("yarn", "llama3"),
    factor=lambda factor: factor,
):
    """Read both windows; which rules are known, and how they are found, may be other."""
    rule, window = rule_of(config), config["max_position_embeddings"]
    name = name_of(rule)
    if name in stretched:
        return window, int(window * factor(rule["factor"]))
    return rule[ORIGINAL] if name in stated else window, window


def _otherwise_read(**changes):
    return lambda config: _windows(config, **changes)


def _for_rules(names, change):
    """Change the two windows of some rules, given the rule and the config."""

    def changed(config):
        rule = _rule_of(config)
        right = _windows(config)
        return change(*right, rule, config) if _name_of(rule) in names else right

    return changed


def _each(change):
    return lambda config: change(*_windows(config), _rule_of(config), config)


def _times_factor(trained, promised, rule, config):
    return trained, int(trained * rule["factor"])


def _divided(trained, promised, rule, config):
    window = config["max_position_embeddings"]
    return int(window / rule["factor"]), window


def _all_divided(trained, promised, rule, config):
    window = config["max_position_embeddings"]
    return int(window / rule.get("factor", 1)), window


def _window_stretched(trained, promised, rule, config):
    window = config["max_position_embeddings"]
    return window, int(window * rule["factor"])


def _as_plain(trained, promised, rule, config):
    return (config["max_position_embeddings"],) * 2


_BEFORE, _AFTER = ("linear", "dynamic"), ("yarn", "llama3")
_MISREAD = {
    "You have both windows, in the other order. Which comes first, trained or promised?": _each(
        lambda trained, promised, rule, config: (promised, trained)
    ),
    "For `yarn` and `llama3`, `max_position_embeddings` is the window *after* stretching, and "
    "is promised whatever the factor. You took factor times the trained window.": _for_rules(
        _AFTER, _times_factor
    ),
    "For `yarn`, `max_position_embeddings` is what is promised, whatever the factor. You took "
    "factor times the trained window.": _for_rules(("yarn",), _times_factor),
    "For `llama3`, the factor is no ratio of lengths. You promise factor times the trained "
    "window; where does the file say how long a text may be?": _for_rules(
        ("llama3",), _times_factor
    ),
    "You promise the larger of two: `max_position_embeddings`, and factor times the trained "
    "window. What does the task say for `yarn` and `llama3`?": _for_rules(
        _AFTER,
        lambda trained, promised, rule, config: (
            trained,
            max(promised, int(trained * rule["factor"])),
        ),
    ),
    "For `yarn` and `llama3`, `max_position_embeddings` is the window *after* stretching. You "
    "stretched it once more; which key has the one before?": (
        _for_rules(_AFTER, _window_stretched)
    ),
    "For `yarn`, `max_position_embeddings` is the window *after* stretching. You stretched it "
    "once more; which key has the one before?": _for_rules(("yarn",), _window_stretched),
    "For `llama3`, `max_position_embeddings` is the window *after* stretching. You stretched "
    "it once more; which key has the one before?": _for_rules(("llama3",), _window_stretched),
    "You divided by the factor for every rule, and promise `max_position_embeddings`. For which "
    "rules is that the window *before* stretching, and which key has it for the others?": (
        _each(_all_divided),
        _each(
            lambda trained, promised, rule, config: (
                _all_divided(trained, promised, rule, config)[0],
                promised,
            )
        ),
    ),
    "A file without a rule has a window of your own with you. Which key has its window?": tuple(
        _for_rules((None,), lambda *_, own=own: (own, own))
        for own in (512, 1024, 2048, 4096, 8192, 32768)
    )
    + tuple(
        _for_rules((None,), lambda trained, promised, *_, own=own: (own, promised))
        for own in (512, 1024, 2048, 4096, 8192, 32768)
    ),
    "A file without a rule promises a multiple of its window with you, or nothing. What does plain "
    "RoPE promise?": tuple(
        _for_rules((None,), lambda trained, promised, *_, times=times: (trained, times * trained))
        for times in (0, 2, 4, 8)
    ),
    "You promise the smaller of two: `max_position_embeddings`, and factor times the trained "
    "window. What does the task say?": (
        _each(
            lambda trained, promised, rule, config: (
                trained,
                min(promised, int(trained * rule.get("factor", 1))),
            )
        ),
        _each(
            lambda trained, promised, rule, config: (
                trained,
                min(promised, int(trained * rule["factor"])) if "factor" in rule else promised,
            )
        ),
    ),
    "You added the factor's part to the window. How long is the text that is promised?": (
        _for_rules(_BEFORE, lambda trained, promised, *_: (trained, trained + promised)),
        _each(lambda trained, promised, *_: (trained, trained + promised)),
        _each(lambda trained, promised, *_: (trained, promised - trained)),
    ),
    "You read `original_max_position_embeddings` beside the rule. Which one belongs to the rule?": (
        _each(lambda trained, promised, rule, config: (config.get(ORIGINAL, trained), promised))
    ),
    "With `yarn` and `llama3` you have both windows in the other order.": _for_rules(
        _AFTER, lambda trained, promised, *_: (promised, trained)
    ),
    "With `linear` and `dynamic` you have both windows in the other order.": _for_rules(
        _BEFORE, lambda trained, promised, *_: (promised, trained)
    ),
    "With `linear` and `dynamic` you promise no more than was trained. What does their factor "
    "do?": (
        _for_rules(_BEFORE, _as_plain),
        lambda config: (_windows(config)[0], config["max_position_embeddings"]),
    ),
    "With `linear` and `dynamic`, `max_position_embeddings` stays the window *before* "
    "stretching. Did you divide by the factor?": _for_rules(_BEFORE, _divided),
    "`dynamic` looks like plain RoPE to you. Is it a rule that you know? It stretches as "
    "`linear` does.": _otherwise_read(stretched=("linear",)),
    "`linear` looks like plain RoPE to you. Is it a rule that you know?": _otherwise_read(
        stretched=("dynamic",)
    ),
    "`llama3` looks like plain RoPE to you. Which key has its trained window?": _otherwise_read(
        stated=("yarn",)
    ),
    "`yarn` looks like plain RoPE to you. Which key has its trained window?": _otherwise_read(
        stated=("llama3",)
    ),
    "`yarn` and `llama3` look like plain RoPE to you. Which key has their trained window? (It "
    "stands in the rule, not beside it.)": (
        _otherwise_read(stated=()),
        lambda config: (
            config.get(ORIGINAL, _windows(config, stated=())[0]),
            _windows(config)[1],
        ),
    ),
    "You divided what is promised by the factor. Which key has the trained window, whatever is "
    "promised?": (
        _for_rules(_AFTER, _divided),
        _for_rules(("yarn",), _divided),
        _for_rules(("llama3",), _divided),
    ),
    "You read `rope_scaling` alone, so newer files look like plain RoPE. Where else may a rule "
    "stand?": _otherwise_read(rule_of=lambda config: config.get("rope_scaling") or {}),
    "You read `rope_parameters` alone, so older files look like plain RoPE. Where else may a "
    "rule stand?": _otherwise_read(rule_of=lambda config: config.get("rope_parameters") or {}),
    "A part that is None hides the other part with you, and the rule in it. Where may a rule still "
    "stand?": (
        _otherwise_read(
            rule_of=lambda config: config.get("rope_parameters", config.get("rope_scaling")) or {}
        ),
        _otherwise_read(
            rule_of=lambda config: config.get("rope_scaling", config.get("rope_parameters")) or {}
        ),
    ),
    "You read `type` alone, so newer files look like plain RoPE. What else may a rule's name "
    "be called?": _otherwise_read(name_of=lambda rule: rule.get("type")),
    "You read `rope_type` alone, so older files look like plain RoPE. What else may a rule's "
    "name be called?": _otherwise_read(name_of=lambda rule: rule.get("rope_type")),
    "No rule is read: each file looks like plain RoPE. Where do rules stand?": _each(_as_plain),
    "You cut the factor to a whole number. Is every factor?": (
        _otherwise_read(factor=int),
        _otherwise_read(factor=round),
        _otherwise_read(factor=math.ceil),
    ),
    "Your trained window is 4,096, or 8,192, whatever the file says. Is a number written into "
    "your code?": (
        _each(lambda trained, promised, *_: (4096, promised)),
        _each(lambda trained, promised, *_: (8192, promised)),
    ),
    "You promise what was trained, for every rule. What is stretching for?": _each(
        lambda trained, promised, *_: (trained, trained)
    ),
    "Your second number is how many times longer the text may be. The length is asked for.": (
        _each(lambda trained, promised, *_: (trained, promised / trained)),
        _each(lambda trained, promised, *_: (trained, promised // trained)),
    ),
    "Your second number is the factor. The length is asked for.": _each(
        lambda trained, promised, rule, config: (trained, rule.get("factor", 1))
    ),
    "You promise `max_sequence_length` where a file has it. Which key does the task name?": (
        _each(
            lambda trained, promised, rule, config: (
                trained,
                config.get("max_sequence_length", promised),
            )
        )
    ),
    "You took `sliding_window` where a file has it. Which keys does the task name?": (
        _each(
            lambda trained, promised, rule, config: (
                trained,
                config.get("sliding_window", promised),
            )
        ),
        _each(
            lambda trained, promised, rule, config: (
                config.get("sliding_window", trained),
                promised,
            )
        ),
    ),
}


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
    judge(
        answer,
        _temperature,
        **asked(_PARAMETERS),
        mistakes=_MISTEMPERED,
        by_hand=_SMALL_PARAMETERS,
        names=("on_cos_sin", "on_softmax"),
        form=number,
    )


def _rule(in_softmax, factor, **keys):
    parameters = {"rope_type": "yarn", "factor": factor} | keys
    return {"parameters": parameters, "in_softmax": in_softmax}


_BY_HAND = "Work out 0.1 · m · ln s + 1 for each m that you find, by hand. Which did you use?"
_PARAMETERS = (
    (_rule(False, 16.0), f"Nothing but the factor is stated here. {_BY_HAND}"),
    (
        _rule(False, 16.0, attention_factor=1.05, mscale=0.7, mscale_all_dim=0.4),
        "Somebody wrote `attention_factor: 1.05` into this file. Who wins, a number that is stated "
        "or one that is computed? And the architecture does not look at its softmax.",
    ),
    (
        _rule(True, 40.0, mscale=0.707, mscale_all_dim=0.707),
        f"Equal coefficients cancel on cos and sin. {_BY_HAND}",
    ),
    (
        _rule(False, 40.0, mscale=0.707, mscale_all_dim=0.707),
        "With in_softmax=False the architecture does not look at `mscale_all_dim` for its softmax.",
    ),
    (_rule(True, 10.0, mscale=1.3, mscale_all_dim=0.5), f"Both coefficients are here. {_BY_HAND}"),
    (
        _rule(True, 24.0, mscale=1.3),
        "`mscale` stands here alone, without `mscale_all_dim`. Is half a pair a pair?",
    ),
    (
        _rule(True, 6.5, mscale_all_dim=0.8),
        "`mscale_all_dim` stands here alone, without `mscale`. What does the softmax get, and what "
        "do cos and sin?",
    ),
    (
        _rule(True, 16.0, mscale=0.0, mscale_all_dim=0.6),
        "`mscale` is 0 here, which counts as not there. Which multiplier is left for cos and sin?",
    ),
    (
        _rule(True, 16.0, mscale=1.2, mscale_all_dim=0),
        "`mscale_all_dim` is 0 here, which counts as not there. What is left for both?",
    ),
    (
        _rule(False, 20.0, attention_factor=1.2),
        "`attention_factor` stands here alone. Who wins, a number that is stated or one that is "
        "computed?",
    ),
    (
        _rule(True, 12.0, attention_factor=1.1, mscale=0.7, mscale_all_dim=0.4),
        "`attention_factor` states what is on cos and sin. Does it say anything of the softmax?",
    ),
)


_TEN = math.exp(10)
_SMALL_PARAMETERS = (
    (_rule(False, _TEN), "ln s is 10 here, so g(m) is m + 1. Nothing is stated: g(1), and 1."),
    (
        _rule(True, _TEN, mscale=2.0, mscale_all_dim=1.0),
        "ln s is 10 here, so g(2) is 3 and g(1) is 2. What do cos and sin get, and what, squared, "
        "the softmax?",
    ),
    (
        _rule(True, _TEN, mscale_all_dim=2.0),
        "ln s is 10 here, so g(2) is 3 and g(1) is 2. There is no pair, and there is a part for "
        "the softmax.",
    ),
    (
        _rule(True, _TEN, attention_factor=1.5, mscale=2.0, mscale_all_dim=1.0),
        "ln s is 10 here, so g(1) is 2. Cos and sin are stated; the softmax has its own key.",
    ),
)


def _g(m, factor, log=math.log, tenth=0.1):
    return tenth * m * log(factor) + 1


def _on_cos_sin(parameters, *, g=_g, quotient=None, there=lambda x: x, default=None):
    factor, over, under = (parameters.get(k) for k in ("factor", "mscale", "mscale_all_dim"))
    if "attention_factor" in parameters:
        return parameters["attention_factor"]
    if there(over) and there(under):
        return (quotient or (lambda over, under, g, s: g(over, s) / g(under, s)))(
            over, under, g, factor
        )
    return g(1, factor) if default is None else default(over, under, factor)


def _on_softmax(parameters, in_softmax, *, g=_g, power=2):
    under = parameters.get("mscale_all_dim")
    return g(under, parameters["factor"]) ** power if in_softmax and under else 1.0


def _temperature(parameters, in_softmax, *, g=_g, power=2, **on_cos_sin):
    """Read both multipliers; each step may be another."""
    softmax = _on_softmax(parameters, in_softmax, g=g, power=power)
    return _on_cos_sin(parameters, g=g, **on_cos_sin), softmax


def _read_as(**changes):
    return lambda parameters, in_softmax: _temperature(parameters, in_softmax, **changes)


def _turned(change):
    """Change the two right numbers, given the parameters, in_softmax, and g as a function of m."""

    def changed(parameters, in_softmax):
        right = _temperature(parameters, in_softmax)
        given = parameters | {"looks": in_softmax}
        return change(*right, given, lambda m: _g(m, parameters["factor"]))

    return changed


def _without(*keys):
    return lambda parameters, in_softmax: _temperature(
        {key: value for key, value in parameters.items() if key not in keys}, in_softmax
    )


def _pair_first(parameters, in_softmax):
    rest = {key: value for key, value in parameters.items() if key != "attention_factor"}
    pair = parameters.get("mscale") and parameters.get("mscale_all_dim")
    return _temperature(rest if pair else parameters, in_softmax)


_MISTEMPERED = {
    "You squared it. On cos and sin it reaches q and k, so the scores get the square by "
    "themselves.": (
        _turned(lambda on, soft, given, g: (on**2, soft)),
        _turned(lambda on, soft, given, g: (on if "attention_factor" in given else on**2, soft)),
        _read_as(default=lambda over, under, s: _g(1, s) ** 2),
        _read_as(quotient=lambda over, under, g, s: (g(over, s) / g(under, s)) ** 2),
    ),
    "You took a root for cos and sin. They reach q and k; what stands in the task?": (
        _turned(lambda on, soft, given, g: (math.sqrt(on), soft)),
        _read_as(default=lambda over, under, s: math.sqrt(_g(1, s))),
        _read_as(quotient=lambda over, under, g, s: math.sqrt(g(over, s) / g(under, s))),
    ),
    "You put it on the softmax as well. With it on cos and sin the scores have it already.": (
        _turned(lambda on, soft, given, g: (on, on**2)),
        _turned(lambda on, soft, given, g: (on, soft if soft != 1 else on**2)),
        _turned(lambda on, soft, given, g: (on, on)),
    ),
    "You divided where you should multiply: this makes attention softer. Is √(1/t) below or above "
    "1?": (
        _turned(lambda on, soft, given, g: (1 / on, soft)),
        _turned(lambda on, soft, given, g: (on if "attention_factor" in given else 1 / on, soft)),
        _turned(
            lambda on, soft, given, g: (
                on if "attention_factor" in given else 1 / on,
                1 / soft,
            )
        ),
    ),
    "Your logarithm is to the base 10. The paper's ln is the natural one.": _read_as(
        g=lambda m, s: _g(m, s, math.log10)
    ),
    "Your logarithm is to the base 2. The paper's ln is the natural one.": _read_as(
        g=lambda m, s: _g(m, s, math.log2)
    ),
    "The 0.1 of g is missing.": _read_as(g=lambda m, s: _g(m, s, tenth=1.0)),
    "The + 1 of g is missing.": _read_as(g=lambda m, s: 0.1 * m * math.log(s)),
    "Your m multiplies all of g, the + 1 too. Where do the brackets end?": (
        _read_as(g=lambda m, s: m * (0.1 * math.log(s) + 1)),
        _read_as(g=lambda m, s: m * (0.1 * math.log(s) + 1) if m else 1.0),
    ),
    "The 0.1 multiplies the + 1 of your g, too. Where do the brackets end?": (
        _read_as(g=lambda m, s: 0.1 * m * (math.log(s) + 1)),
        _read_as(g=lambda m, s: 0.1 * (m * math.log(s) + 1)),
    ),
    "Your m stands inside the logarithm. What does it multiply?": (
        _read_as(g=lambda m, s: 0.1 * math.log(m * s) + 1)
    ),
    "Your + 1 stands inside the logarithm. What is it added to?": (
        _read_as(g=lambda m, s: 0.1 * m * math.log(s + 1)),
        _read_as(g=lambda m, s: 0.1 * m * math.log(s + 1) + 1),
        _read_as(g=lambda m, s: 0.1 * m * math.log1p(s)),
    ),
    "Your g has a minus. Is an attention that is to be sharper multiplied by more than 1, or by "
    "less?": _read_as(g=lambda m, s: _g(-m, s)),
    "Where nothing is stated you take g of another number. Which m stands in the task?": tuple(
        _read_as(default=lambda over, under, s, m=m: _g(m, s)) for m in (0.5, 0.707, 2, 10)
    ),
    "There is no logarithm in your g.": _read_as(g=lambda m, s: 0.1 * m * s + 1),
    "Your g takes no coefficient: it is g(1) for all of them.": _read_as(g=lambda m, s: _g(1, s)),
    "Your factor is 8, or 16, whatever the file says. Is a number written into your code?": (
        _read_as(g=lambda m, s: _g(m, 8.0)),
        _read_as(g=lambda m, s: _g(m, 16.0)),
    ),
    "Where the file says nothing, there is no temperature in yours. YaRN has one by default; what "
    "is it?": _read_as(default=lambda over, under, s: 1.0),
    "You have both numbers, in the other order.": _turned(lambda on, soft, given, g: (soft, on)),
    "Somebody wrote `attention_factor` into the file, and you do not read it. Who wins, a number "
    "that is stated or one that is computed?": _without("attention_factor"),
    "`attention_factor` is stated, and you took the mscale pair. Which is stronger?": _pair_first,
    "You multiplied the stated `attention_factor` with what is computed. It replaces it.": _turned(
        lambda on, soft, given, g: (
            on * g(1) if "attention_factor" in given else on,
            soft,
        )
    ),
    "With `attention_factor`, your softmax gets 1. It states what is on cos and sin; does it say "
    "anything of the softmax?": _turned(
        lambda on, soft, given, g: (on, 1.0 if "attention_factor" in given else soft)
    ),
    "Equal `mscale` and `mscale_all_dim` cancel on cos and sin. You took the default, g(1), where "
    "both are there.": _read_as(quotient=lambda over, under, g, s: g(1, s)),
    "You took g(mscale) for cos and sin, and did not divide by g(mscale_all_dim).": _read_as(
        quotient=lambda over, under, g, s: g(over, s)
    ),
    "The pair is upside down: g(mscale) is above the line.": _read_as(
        quotient=lambda over, under, g, s: g(under, s) / g(over, s)
    ),
    "You divided mscale by mscale_all_dim, and not g of one by g of the other.": _read_as(
        quotient=lambda over, under, g, s: over / under
    ),
    "You took g of the quotient. Which is asked for, g of a quotient or a quotient of two "
    "g's?": _read_as(quotient=lambda over, under, g, s: g(over / under, s)),
    "You took g of a difference. Which is asked for, g of a difference or a quotient of two "
    "g's?": _read_as(quotient=lambda over, under, g, s: g(over - under, s)),
    "You multiplied the two g. Which is asked for, a product or a quotient?": _read_as(
        quotient=lambda over, under, g, s: g(over, s) * g(under, s)
    ),
    "Cos and sin get 1 from the pair, whatever its coefficients are. Only equal ones cancel.": (
        _read_as(quotient=lambda over, under, g, s: 1.0)
    ),
    "The softmax multiplies scores once, where cos and sin reach q and k. Is your number for it "
    "the square?": _read_as(power=1),
    "Twice too often: a fourth power on the softmax, which multiplies scores once.": _read_as(
        power=4
    ),
    "You divided the scores. A temperature below 1 makes them larger.": _read_as(power=-2),
    "Your softmax always gets 1. Where does an architecture like DeepSeek's look?": _turned(
        lambda on, soft, given, g: (on, 1.0)
    ),
    "Your softmax gets 0 where it has nothing. What does not change a score that it multiplies?": (
        _turned(lambda on, soft, given, g: (on, 0.0 if soft == 1 else soft))
    ),
    "With in_softmax=False the architecture does not look at `mscale_all_dim` for its softmax.": (
        lambda parameters, in_softmax: _temperature(parameters, True)
    ),
    "You have in_softmax the wrong way round. When does the architecture look?": (
        lambda parameters, in_softmax: _temperature(parameters, not in_softmax)
    ),
    "You take the pair for cos and sin only with in_softmax=True, or only without. On what does "
    "their multiplier depend?": (
        _turned(
            lambda on, soft, given, g: (
                on if given["looks"] or "attention_factor" in given else g(1),
                soft,
            )
        ),
        _turned(
            lambda on, soft, given, g: (
                g(1) if given["looks"] and "attention_factor" not in given else on,
                soft,
            )
        ),
    ),
    "With in_softmax=True, cos and sin get 1 from you. What does their multiplier depend on?": (
        _turned(lambda on, soft, given, g: (1.0 if given["looks"] else on, soft)),
        _turned(lambda on, soft, given, g: (1.0 if soft != 1 else on, soft)),
    ),
    "Your softmax gets g(mscale). Which of the two coefficients is its own?": (
        _turned(lambda on, soft, given, g: (on, soft if soft == 1 else g(given["mscale"]) ** 2)),
        _turned(
            lambda on, soft, given, g: (
                on,
                g(given["mscale"]) ** 2 if given["looks"] and given.get("mscale") else 1.0,
            )
        ),
        _turned(
            lambda on, soft, given, g: (
                on,
                1.0 if soft == 1 else g(given["mscale"]) ** 2 if given.get("mscale") else 1.0,
            )
        ),
    ),
    "Your softmax gets g(1) squared, whatever `mscale_all_dim` is. Does it know it?": _turned(
        lambda on, soft, given, g: (on, soft if soft == 1 else g(1) ** 2)
    ),
    "Your softmax gets g(1) squared where `mscale_all_dim` is not there. What does it get then?": (
        _turned(
            lambda on, soft, given, g: (
                on,
                g(1) ** 2 if given["looks"] and soft == 1 else soft,
            )
        ),
        _turned(
            lambda on, soft, given, g: (
                on,
                g(1) ** 2 if given["looks"] and "mscale_all_dim" not in given else soft,
            )
        ),
    ),
    "Your softmax gets its part only where `mscale` is there, too. Which key does it ask for?": (
        _turned(lambda on, soft, given, g: (on, soft if given.get("mscale") else 1.0)),
        _turned(lambda on, soft, given, g: (on, soft if "mscale" in given else 1.0)),
    ),
    "`mscale` alone is enough for you, without `mscale_all_dim`. Is half a pair a pair?": _read_as(
        default=lambda over, under, s: _g(over, s) if over and not under else _g(1, s)
    ),
    "`mscale_all_dim` alone is enough for you, without `mscale`. Is half a pair a pair?": (
        _read_as(
            default=lambda over, under, s: (
                _g(1, s) / _g(under, s) if under and not over else _g(1, s)
            )
        ),
        _read_as(
            default=lambda over, under, s: 1 / _g(under, s) if under and not over else _g(1, s)
        ),
    ),
    "One of `mscale` and `mscale_all_dim` is enough for you; the other is taken for 1 or 0. Is "
    "half a pair a pair?": tuple(
        _read_as(
            default=lambda over, under, s, zero=zero, missing=missing: (
                _g(missing if over is None or (zero and not over) else over, s)
                / _g(missing if under is None or (zero and not under) else under, s)
                if over or under
                else _g(1, s)
            )
        )
        for zero in (True, False)
        for missing in (1, 0)
    )
    + (
        _read_as(
            default=lambda over, under, s: (
                _g(1 if over is None else over, s) / (_g(under, s) if under else 1)
            )
        ),
    ),
    "A coefficient of 0 counts with you. It counts as not there; which multiplier is left for cos "
    "and sin?": (
        _read_as(there=lambda x: x is not None),
        _read_as(
            default=lambda over, under, s: 1 / _g(under, s) if over == 0 and under else _g(1, s)
        ),
        _read_as(default=lambda over, under, s: _g(over, s) if under == 0 and over else _g(1, s)),
    ),
}


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
    judge(
        answer.then(_alone),
        _yarn,
        **asked(_YARNS),
        mistakes=_MISMADE,
        by_hand=_SMALL_YARNS,
        entry="pair",
    )


def _alone(got):
    if isinstance(got, tuple | list) and len(got) == 2:
        raise Finding(WRONG_FORM, "Return `inv_freq` alone, not a pair with a temperature.")
    return got


_PAIR = (
    "YaRN leaves pair 0 alone, and slows the last pair by the factor. Between the two ends of the "
    "ramp it mixes."
)


def _yarn_file(window, factor, original, beside, under="rope_parameters", **rule):
    rule = {"rope_type": "yarn", "factor": factor, ORIGINAL: original} | rule
    return {"config": {"max_position_embeddings": window} | beside | {under: rule}}


_YARNS = (
    (
        {
            "config": {
                "head_dim": 128,
                "max_position_embeddings": 65536,
                "rope_scaling": {"type": "yarn", "factor": 16.0, ORIGINAL: 4096},
            }
        },
        f"This file states no more than it must. {_PAIR}",
    ),
    (
        _yarn_file(
            131072,
            32.0,
            4096,
            {"head_dim": 64, "rope_theta": 150000.0},
            "rope_scaling",
            beta_fast=32.0,
            beta_slow=1.0,
            truncate=False,
        ),
        f"This is gpt-oss, with `truncate: false`. {_PAIR}",
    ),
    (
        _yarn_file(
            40960,
            4.0,
            8192,
            {
                "hidden_size": 1536,
                "intermediate_size": 4096,
                "num_attention_heads": 16,
                "num_key_value_heads": 4,
                "num_hidden_layers": 32,
            },
            rope_theta=1000000.0,
            beta_fast=20.0,
            beta_slow=2.0,
        ),
        f"This file is in the new spelling, without `head_dim`, with ends of its own. {_PAIR}",
    ),
    (
        _yarn_file(
            100000,
            2.5,
            6000,
            {
                "head_dim": 80,
                "hidden_size": 2048,
                "num_attention_heads": 16,
                "num_key_value_heads": 2,
                "rope_theta": 20000,
                ORIGINAL: 4096,
            },
            beta_fast=12.0,
            truncate=True,
        ),
        "This file states head_dim, beside a hidden_size that says otherwise, and one of the two "
        f"ends. {_PAIR}",
    ),
    (
        _yarn_file(
            20000,
            8.0,
            3000,
            {"head_dim": 96, "rope_theta": 5e5, "beta_fast": 16.0, "truncate": False},
            beta_slow=0.5,
        ),
        f"This file states `beta_slow` alone, and a large base. {_PAIR}",
    ),
)


def _small_file(factor, fast, slow, **rule):
    """Make a file with speeds of 1, 0.1, 0.01, 0.001, so that index i makes 99.95 / 10^i turns."""
    beside = {"head_dim": 8, "rope_theta": 10_000.0}
    return _yarn_file(1256, factor, 628, beside, beta_fast=fast, beta_slow=slow, **rule)


_SMALL_YARNS = (
    (
        _small_file(1.0, 10.0, 0.1, truncate=False),
        "With a factor of 1 nothing changes: θ as in plain RoPE, four pairs.",
    ),
    (
        _small_file(2.0, 10.0, 0.1, truncate=False),
        "The ramp begins at index 1 here and ends at 3: pairs 0 and 1 stay, pair 2 is half mixed, "
        "pair 3 is slowed in full.",
    ),
    (
        _small_file(2.0, 20.0, 0.5, truncate=False),
        "The ramp begins at index 0.7 here and ends at 2.3, and the file wants no rounding.",
    ),
    (
        _small_file(2.0, 20.0, 0.5),
        "The two indices are 0.7 and 2.3 here. Rounded outwards, the ramp goes from 0 to 3.",
    ),
)


def _d(config):
    return config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]


def _share(pair, low, high):
    return np.clip(1 - (pair - low) / (high - low), 0, 1)


def _blend(share, kept, slowed):
    return share * kept + (1 - share) * slowed


def _yarn(
    config,
    *,
    rounds=(math.floor, math.ceil),
    truncate=None,
    turns=2 * math.pi,
    share=_share,
    mean=_blend,
    index=lambda index: index,
    theta=lambda base, pair, d: base ** (-2 * pair / d),
    **read,
):
    """Make the table of a file; what is read, rounded and blended may be other."""
    read = {**_stated(config), **{key: value(config) for key, value in read.items()}}
    base, window, factor, fast, slow, d = (
        read[key] for key in ("base", "window", "factor", "fast", "slow", "d")
    )
    pair = np.arange(d // 2)
    speeds = theta(float(base), pair, d)
    low, high = (
        index(d * math.log(window / (turns * beta)) / (2 * math.log(base))) for beta in (fast, slow)
    )
    rule = _rule_of(config)
    if rule.get("truncate", True) if truncate is None else truncate(rule):
        low, high = rounds[0](low), rounds[1](high)
    return mean(share(pair, low, high), speeds, speeds / factor)


def _stated(config):
    rule = _rule_of(config)
    return {
        "d": _d(config),
        "base": rule.get("rope_theta", config.get("rope_theta", 10_000.0)),
        "window": rule[ORIGINAL],
        "factor": rule["factor"],
        "fast": rule.get("beta_fast", 32.0),
        "slow": rule.get("beta_slow", 1.0),
    }


def _made(**changes):
    return lambda config: _yarn(config, **changes)


def _straight_over(made):
    """Make a ramp that is straight over something made of a pair's turns, between its two ends."""

    def blended(config):
        read = _stated(config)
        theta = float(read["base"]) ** (-2 * np.arange(read["d"] // 2) / read["d"])
        at, low, high = (
            made(x) for x in (read["window"] * theta / (2 * math.pi), read["slow"], read["fast"])
        )
        return _blend(np.clip((at - low) / (high - low), 0, 1), theta, theta / read["factor"])

    return blended


_in_turns, _in_waves = _straight_over(lambda turns: turns), _straight_over(lambda turns: 1 / turns)


def _ntk(config):
    read = _stated(config)
    base = read["base"] * read["factor"] ** (read["d"] / (read["d"] - 2))
    return float(base) ** (-2 * np.arange(read["d"] // 2) / read["d"])


_MISMADE = {
    "You never round the ends of the ramp. What is `truncate` when nobody states it?": _made(
        truncate=lambda rule: False
    ),
    "You do not round the ends where `truncate` is not stated. What is it then?": _made(
        truncate=lambda rule: rule.get("truncate", False)
    ),
    "You always round the ends of the ramp. Does this file want that?": _made(
        truncate=lambda rule: True
    ),
    "You have `truncate` the wrong way round: you round where it is false.": (
        _made(truncate=lambda rule: not rule.get("truncate", True)),
        _made(truncate=lambda rule: not rule.get("truncate", False)),
    ),
    "You round both ends down. Which of them goes up?": _made(rounds=(math.floor, math.floor)),
    "You round both ends up. Which of them goes down?": _made(rounds=(math.ceil, math.ceil)),
    "You round both ends to the nearest. Which of them goes down, and which up?": _made(
        rounds=(round, round)
    ),
    "You round the ends inwards: the first up, the second down. Which of them goes down?": _made(
        rounds=(math.ceil, math.floor)
    ),
    "The second end is one index too far. Where does the ramp end?": (
        _made(rounds=(math.floor, lambda x: math.ceil(x) + 1)),
        _made(rounds=(math.floor, lambda x: math.floor(x) + 2)),
        _made(share=lambda pair, low, high: _share(pair, low, high + 1)),
    ),
    "The first end is one index too early or too late. Where does the ramp begin?": (
        _made(rounds=(lambda x: math.floor(x) - 1, math.ceil)),
        _made(share=lambda pair, low, high: _share(pair, low - 1, high)),
        _made(share=lambda pair, low, high: _share(pair, low + 1, high)),
    ),
    "The second end is one index too early. Where does the ramp end?": (
        _made(share=lambda pair, low, high: _share(pair, low, high - 1)),
    ),
    "Two logarithms are mixed in the index, of different bases. Which one stands above the line, "
    "and which below?": tuple(
        _made(index=lambda index, by=by: index * by)
        for by in (1 / math.log(2), 1 / math.log(10), math.log(2), math.log(10))
    ),
    "Your ramp is a smooth curve between its ends. The code's is straight.": (
        _made(share=lambda *given: _share(*given) ** 2 * (3 - 2 * _share(*given))),
        _made(share=lambda *given: (1 - np.cos(math.pi * _share(*given))) / 2),
        _made(share=lambda *given: _share(*given) ** 2),
        _made(share=lambda *given: np.sqrt(_share(*given))),
        _made(share=lambda *given: 1 - (1 - _share(*given)) ** 2),
    ),
    "Your ramp is straight in the wavelength. The code's is straight in the pair's index.": (
        _in_waves
    ),
    "Your θ falls too slowly or too fast from pair to pair. What stands in its exponent beside i, "
    "and below the line?": (
        _made(theta=lambda base, pair, d: base ** (-pair / d)),
        _made(theta=lambda base, pair, d: base ** (-4 * pair / d)),
        _made(theta=lambda base, pair, d: base ** (-2 * pair / (d - 2))),
    ),
    "Your trained window is one position short, or one too long. How many positions is L?": (
        _made(window=lambda config: _stated(config)["window"] - 1),
        _made(window=lambda config: _stated(config)["window"] + 1),
    ),
    "You read the trained window beside the rule where a file has one there. Which one belongs to "
    "the rule?": _made(window=lambda config: config.get(ORIGINAL, _stated(config)["window"])),
    "You read the ends or `truncate` beside the rule, too. Where do they stand, by the task?": (
        _made(fast=lambda config: config.get("beta_fast", _stated(config)["fast"])),
        _made(fast=lambda config: _rule_of(config).get("beta_fast", config.get("beta_fast", 32.0))),
        lambda config: _yarn(
            config,
            truncate=lambda rule: rule.get("truncate", config.get("truncate", True)),
        ),
        lambda config: _yarn(
            config,
            fast=lambda config: _rule_of(config).get("beta_fast", config.get("beta_fast", 32.0)),
            truncate=lambda rule: rule.get("truncate", config.get("truncate", True)),
        ),
    ),
    "You divided `hidden_size` by the heads of keys and values, or by another number. Which key "
    "does the task name?": tuple(
        _made(
            d=lambda config, key=key: (
                config.get("head_dim")
                or config["hidden_size"] // config.get(key, config["num_attention_heads"])
            )
        )
        for key in ("num_key_value_heads", "num_hidden_layers")
    ),
    "Your d is `hidden_size` itself, or a number of your own, where `head_dim` is missing. By what "
    "is it divided?": (
        _made(d=lambda config: config.get("head_dim", config.get("hidden_size"))),
        *(
            _made(d=lambda config, own=own: config.get("head_dim", own))
            for own in (32, 64, 128, 256)
        ),
    ),
    "Your pairs count from 1 in the ramp. Which is the index of the fastest?": _made(
        share=lambda pair, low, high: _share(pair + 1, low, high)
    ),
    "Your pairs count from 1 in θ. How fast is pair 0?": _made(
        mean=lambda share, kept, slowed: _blend(share, kept, slowed) * kept[1]
    ),
    "`beta_fast` and `beta_slow` have changed places. Which pair comes first, the one with many "
    "turns or the one with few?": _made(
        fast=lambda config: _stated(config)["slow"], slow=lambda config: _stated(config)["fast"]
    ),
    "Your ends are 32 and 1. Does the file state others, in the rule and not beside it?": _made(
        fast=lambda config: 32.0, slow=lambda config: 1.0
    ),
    "Your `beta_slow` is always 1. Does the file state another?": _made(slow=lambda config: 1.0),
    "Your `beta_fast` is always 32. Does the file state another?": _made(fast=lambda config: 32.0),
    "Your base is always 10,000. Does the file state another, perhaps in another place?": _made(
        base=lambda config: 10_000.0
    ),
    "You read `rope_theta` inside the rule alone. Where else may it stand?": _made(
        base=lambda config: _rule_of(config).get("rope_theta", 10_000.0)
    ),
    "You read `rope_theta` beside the rule alone. Where else may it stand?": _made(
        base=lambda config: config.get("rope_theta", 10_000.0)
    ),
    "Your base is another number where `rope_theta` is nowhere. What is it then?": tuple(
        _made(
            base=lambda config, missing=missing: _rule_of(config).get(
                "rope_theta", config.get("rope_theta", missing)
            )
        )
        for missing in (500_000.0, 1_000_000.0, 150_000.0, 100_000.0)
    ),
    "You do not read `head_dim` where a file has `hidden_size`. Which of the two wins?": _made(
        d=lambda config: (
            config["hidden_size"] // config["num_attention_heads"]
            if "hidden_size" in config
            else _d(config)
        )
    ),
    "You take head_dim for 64, whatever it is. Is a number written into your code?": _made(
        d=lambda config: 64
    ),
    "You take head_dim for 128, whatever it is. Is a number written into your code?": _made(
        d=lambda config: 128
    ),
    "You take half of head_dim for d: the number of pairs. How many channels has a head?": _made(
        d=lambda config: _d(config) // 2
    ),
    "You took `max_position_embeddings` for the trained window. Which of the two lengths does a "
    "ramp need?": _made(window=lambda config: config["max_position_embeddings"]),
    "Your trained window is 512, whatever the file says. Is a number written into your code?": (
        _made(window=lambda config: 512)
    ),
    "Your trained window is 4,096, whatever the file says. Is a number written into your code?": (
        _made(window=lambda config: 4096)
    ),
    "Your factor is 8, whatever the file says. Is a number written into your code?": _made(
        factor=lambda config: 8.0
    ),
    "You made the factor a whole number. Is every factor?": (
        _made(factor=lambda config: int(_rule_of(config)["factor"])),
        _made(factor=lambda config: math.ceil(_rule_of(config)["factor"])),
    ),
    "You computed the factor from the two lengths. The file states one; which wins?": _made(
        factor=lambda config: config["max_position_embeddings"] / _rule_of(config)[ORIGINAL]
    ),
    "Your ends lie too far: 2π is missing. How many radians make a turn?": _made(turns=1.0),
    "Your ends are off: you have π where a turn has 2π.": _made(turns=math.pi),
    "In your index β multiplies where it should divide: (L / 2π) · β. Where do the brackets of "
    "L / 2πβ end?": _made(
        fast=lambda config: 1 / _stated(config)["fast"],
        slow=lambda config: 1 / _stated(config)["slow"],
    ),
    "In your index L is divided by 2 alone, and multiplied by π and β. Where do the brackets of "
    "L / 2πβ end?": _made(
        fast=lambda config: 1 / (math.pi**2 * _stated(config)["fast"]),
        slow=lambda config: 1 / (math.pi**2 * _stated(config)["slow"]),
    ),
    "Your ends lie twice too far. Which 2 is missing in the index?": _made(
        index=lambda index: 2 * index
    ),
    "Your ends come half as far as they should. Is d head_dim, or the number of pairs?": _made(
        index=lambda index: index / 2
    ),
    "Your ramp is straight in the turns: the paper's. A config file means the code's, straight in "
    "the pair's index.": _in_turns,
    "Your ramp is the right one, upside down: you slow the fast pairs.": _made(
        share=lambda *given: 1 - _share(*given)
    ),
    "Your ramp goes above 1 and below 0. What should happen to a pair outside its ends?": _made(
        share=lambda pair, low, high: 1 - (pair - low) / (high - low)
    ),
    "Your ramp goes above 1 before its first end. What should happen to a pair there?": _made(
        share=lambda pair, low, high: np.maximum(1 - (pair - low) / (high - low), 0)
    ),
    "Your ramp goes below 0 past its second end. What should happen to a pair there?": _made(
        share=lambda pair, low, high: np.minimum(1 - (pair - low) / (high - low), 1)
    ),
    "There is no ramp with you: pairs between the ends are left as they are, or slowed in full. "
    "What lies between?": (
        _made(share=lambda pair, low, high: (pair < high).astype(float)),
        _made(share=lambda pair, low, high: (pair <= low).astype(float)),
        _made(share=lambda pair, low, high: (pair < (low + high) / 2).astype(float)),
        _made(share=lambda pair, low, high: (pair <= (low + high) / 2).astype(float)),
    ),
    "Between the ends you take half of each, at every pair. What does the ramp fall by?": _made(
        share=lambda pair, low, high: np.where(pair <= low, 1, np.where(pair >= high, 0, 0.5))
    ),
    "You blended wavelengths. What is the ramp the mean of?": _made(
        mean=lambda share, kept, slowed: 1 / _blend(share, 1 / kept, 1 / slowed)
    ),
    "You took a geometric mean of the two frequencies. Which mean has weights that add up?": _made(
        mean=lambda share, kept, slowed: kept**share * slowed ** (1 - share)
    ),
    "These are wavelengths. The frequencies are asked for.": _made(
        mean=lambda share, kept, slowed: 2 * math.pi / _blend(share, kept, slowed)
    ),
    "You return by how much each pair is slowed. The new frequencies are asked for.": (
        _made(mean=lambda share, kept, slowed: kept / _blend(share, kept, slowed)),
        _made(mean=lambda share, kept, slowed: _blend(share, kept, slowed) / kept),
    ),
    "That is the ramp, or its opposite. What does it blend?": (
        _made(mean=lambda share, kept, slowed: share),
        _made(mean=lambda share, kept, slowed: 1 - share),
    ),
    "Each frequency stands twice: [head_dim] numbers. One for each pair is asked for.": (
        lambda config: np.tile(_yarn(config), 2),
        lambda config: np.repeat(_yarn(config), 2),
    ),
    "Your slow pairs speed up. Should their frequency be multiplied by the factor, or "
    "divided?": _made(mean=lambda share, kept, slowed: _blend(share, kept, kept * kept / slowed)),
    "You put the temperature into the frequencies. Where does it belong?": lambda config: (
        _yarn(config) * (0.1 * math.log(_rule_of(config)["factor"]) + 1)
    ),
    "No pair is slowed down. Where does the factor come in?": _made(factor=lambda config: 1.0),
    "Every pair is slowed by the whole factor: that is PI. Where is the ramp?": _made(
        share=lambda pair, low, high: 0 * pair
    ),
    "You raised the base. That is NTK-aware scaling.": _ntk,
}
