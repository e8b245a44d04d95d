"""Lesson 09: wrong and right answers to its exercises, and its pictures in small."""

import math

import numpy as np
import torch

from lesson_utils.checks.findings import RAISES, WRONG_FORM
from lesson_utils.figures import lesson_09
from tests.lessons import right, wrong


def rule_of(config):
    return config.get("rope_parameters") or config.get("rope_scaling") or {}


def kind_of(config):
    rule = rule_of(config)
    return rule.get("rope_type", rule.get("type", "default"))


# --- 09.1 windows ---


@wrong("windows", "the window *after* stretching")
def takes_every_file_for_linear(config):
    stated = config["max_position_embeddings"]
    return stated, int(stated * rule_of(config).get("factor", 1))


@wrong("windows", "Both your windows are the long one")
def takes_the_stated_length_for_both(config):
    return config["max_position_embeddings"], config["max_position_embeddings"]


@wrong("windows", "stays the window *before*")
def divides_by_the_factor(config):
    stated, rule = config["max_position_embeddings"], rule_of(config)
    before = rule.get("original_max_position_embeddings", stated // rule.get("factor", 1))
    return int(before), stated


@wrong("windows", "Did you find its factor?")
def knows_only_the_new_spelling(config):
    rule = config.get("rope_parameters") or {}
    stated = config["max_position_embeddings"]
    if rule.get("rope_type") in ("linear", "dynamic"):
        return stated, int(stated * rule["factor"])
    return rule.get("original_max_position_embeddings", stated), stated


@wrong("windows", "8 × 8,192 is not what it promises")
def promises_the_factor_times_the_window(config):
    stated, rule = config["max_position_embeddings"], rule_of(config)
    before = rule.get("original_max_position_embeddings", stated)
    return before, int(before * rule.get("factor", 1))


@wrong("windows", "Is `dynamic` a rule that you know?")
def forgets_dynamic(config):
    stated, rule = config["max_position_embeddings"], rule_of(config)
    if kind_of(config) == "linear":
        return stated, int(stated * rule["factor"])
    return rule.get("original_max_position_embeddings", stated), stated


@wrong("windows", "in the other order")
def returns_the_promise_first(config):
    return knows_both_kinds(config)[::-1]


@wrong("windows", "Return 2 things", WRONG_FORM)
def returns_one_window(config):
    return config["max_position_embeddings"]


@wrong("windows", "KeyError", RAISES)
def trusts_the_new_key_to_be_there(config):
    rule = config["rope_parameters"]
    return rule["original_max_position_embeddings"], config["max_position_embeddings"]


@right("windows")
def knows_both_kinds(config):
    stated, rule = config["max_position_embeddings"], rule_of(config)
    if kind_of(config) in ("linear", "dynamic"):
        return stated, int(stated * rule["factor"])
    return rule.get("original_max_position_embeddings", stated), stated


@right("windows")
def with_a_match(config):
    length = config["max_position_embeddings"]
    match config:
        case {"rope_parameters": {"rope_type": "linear" | "dynamic", "factor": s}}:
            return [length, length * s]
        case {"rope_scaling": {"type": "linear" | "dynamic", "factor": s}}:
            return [length, length * s]
        case {"rope_parameters": {"original_max_position_embeddings": window}}:
            return [window, length]
        case {"rope_scaling": {"original_max_position_embeddings": window}}:
            return [window, length]
    return [length, length]


@right("windows")
def as_an_array(file):
    rule, length = rule_of(file), file["max_position_embeddings"]
    own = rule.get("original_max_position_embeddings")
    return tuple(np.array([own or length, length if own else length * rule.get("factor", 1)]))


# --- 09.2 temperature ---


def g(factor, m=1.0):
    return 0.1 * m * math.log(factor) + 1


def softmax_part(parameters, in_softmax):
    under = parameters.get("mscale_all_dim")
    return g(parameters["factor"], under) ** 2 if in_softmax and under else 1.0


def cos_part(parameters):
    over, under = parameters.get("mscale"), parameters.get("mscale_all_dim")
    factor = parameters["factor"]
    if "attention_factor" in parameters:
        return parameters["attention_factor"]
    return g(factor, over) / g(factor, under) if over and under else g(factor)


@wrong("temperature", "You squared it")
def squares_it_on_cos_and_sin(parameters, in_softmax):
    return cos_part(parameters) ** 2, softmax_part(parameters, in_softmax)


@wrong("temperature", "softmax as well")
def applies_it_twice(parameters, in_softmax):
    return cos_part(parameters), cos_part(parameters) ** 2


@wrong("temperature", "this makes attention softer")
def divides_by_it(parameters, in_softmax):
    return 1 / cos_part(parameters), softmax_part(parameters, in_softmax)


@wrong("temperature", "There is no temperature in yours")
def forgets_it(parameters, in_softmax):
    return parameters.get("attention_factor", 1.0), 1.0


@wrong("temperature", "to the base 10")
def takes_another_logarithm(parameters, in_softmax):
    return 0.1 * math.log10(parameters["factor"]) + 1, softmax_part(parameters, in_softmax)


@wrong("temperature", "a number that is stated or one that is computed")
def ignores_the_stated_factor(parameters, in_softmax):
    return g(parameters["factor"]), softmax_part(parameters, in_softmax)


@wrong("temperature", "Which is stronger?")
def prefers_the_pair(parameters, in_softmax):
    rest = {k: v for k, v in parameters.items() if k != "attention_factor"}
    return cos_part(rest), softmax_part(parameters, in_softmax)


@wrong("temperature", "cancel on cos and sin")
def ignores_the_pair(parameters, in_softmax):
    stated = parameters.get("attention_factor", g(parameters["factor"]))
    return stated, softmax_part(parameters, in_softmax)


@wrong("temperature", "Is your number for it the square?")
def forgets_the_square(parameters, in_softmax):
    return cos_part(parameters), softmax_part(parameters, in_softmax) ** 0.5


@wrong("temperature", "Where does an architecture like DeepSeek's put it?")
def reads_half_of_deepseek(parameters, in_softmax):
    return cos_part(parameters), 1.0


@wrong("temperature", "does not look at `mscale_all_dim`")
def always_looks_at_the_softmax(parameters, in_softmax):
    return cos_part(parameters), softmax_part(parameters, "attention_factor" not in parameters)


@wrong("temperature", "The pair is upside down")
def turns_the_pair_over(parameters, in_softmax):
    swapped = dict(parameters)
    over, under = parameters.get("mscale"), parameters.get("mscale_all_dim")
    swapped["mscale"], swapped["mscale_all_dim"] = under, over
    return cos_part(swapped), softmax_part(parameters, in_softmax)


@wrong("temperature", "Is half a pair a pair?")
def takes_half_a_pair(parameters, in_softmax):
    factor = parameters["factor"]
    over, under = parameters.get("mscale", 1.0), parameters.get("mscale_all_dim", 0.0)
    computed = g(factor, over) / g(factor, under)
    return parameters.get("attention_factor", computed), softmax_part(parameters, in_softmax)


@wrong("temperature", "`mscale` is 0 here")
def takes_zero_for_a_number(parameters, in_softmax):
    factor = parameters["factor"]
    both = "mscale" in parameters and "mscale_all_dim" in parameters
    if "attention_factor" in parameters or not both:
        return cos_part(parameters), softmax_part(parameters, in_softmax)
    over, under = parameters["mscale"], parameters["mscale_all_dim"]
    return g(factor, over) / g(factor, under), softmax_part(parameters, in_softmax)


@right("temperature")
def with_steps(parameters, in_softmax):
    return cos_part(parameters), softmax_part(parameters, in_softmax)


@right("temperature")
def with_tensors(parameters, in_softmax):
    log = torch.log(torch.tensor(parameters["factor"]))
    m, n = parameters.get("mscale") or 0.0, parameters.get("mscale_all_dim") or 0.0
    on_cos = (1 + 0.1 * m * log) / (1 + 0.1 * n * log) if m * n else 1 + 0.1 * log
    on_cos = torch.tensor(parameters.get("attention_factor", on_cos.item()))
    return on_cos, (1 + 0.1 * n * log * bool(in_softmax)) ** 2


@right("temperature")
def with_other_names(rule, softmax):
    try:
        first = rule["attention_factor"]
    except KeyError:
        first = cos_part(rule)
    return [np.float32(first), np.float32(softmax_part(rule, softmax))]


# --- 09.3 yarn_of ---


def yarn(config, **changes):
    rule = rule_of(config)
    d = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    read = {
        "b": rule.get("rope_theta", config.get("rope_theta", 10_000.0)),
        "window": rule["original_max_position_embeddings"],
        "s": rule["factor"],
        "fast": rule.get("beta_fast", 32),
        "slow": rule.get("beta_slow", 1),
        "rounds": rule.get("truncate", True),
    } | changes
    b, window, s, fast, slow, rounds = read.values()
    low, high = (
        d * math.log(window / (2 * math.pi * turns)) / (2 * math.log(b)) for turns in (fast, slow)
    )
    if rounds:
        low, high = math.floor(low), math.ceil(high)
    pair = torch.arange(d // 2).double()
    theta = b ** (-2 * pair / d)
    share = (1 - (pair - low) / (high - low)).clamp(0, 1)
    return share * theta + (1 - share) * theta / s


@wrong("yarn_of", "Does this file want that?")
def always_rounds(config):
    return yarn(config, rounds=True)


@wrong("yarn_of", "when nobody states it?")
def never_rounds(config):
    return yarn(config, rounds=False)


@wrong("yarn_of", "Your base is 10,000")
def trusts_the_default_base(config):
    return yarn(config, b=10_000.0)


@wrong("yarn_of", "perhaps in another place?")
def looks_for_the_base_outside_only(config):
    return yarn(config, b=config.get("rope_theta", 10_000.0))


@wrong("yarn_of", "Which of the two lengths does a ramp need?")
def takes_the_promise_for_the_window(config):
    return yarn(config, window=config["max_position_embeddings"])


@wrong("yarn_of", "The file states one; which wins?")
def computes_the_factor(config):
    before = rule_of(config)["original_max_position_embeddings"]
    return yarn(config, s=config["max_position_embeddings"] / before)


@wrong("yarn_of", "Your ends are 32 and 1")
def ignores_the_ends(config):
    return yarn(config, fast=32, slow=1)


@wrong("yarn_of", "the paper's")
def blends_over_the_turns(config):
    plain = yarn(config, s=1.0)
    rule = rule_of(config)
    turns = rule["original_max_position_embeddings"] * plain / (2 * math.pi)
    slow = rule.get("beta_slow", 1)
    share = ((turns - slow) / (rule.get("beta_fast", 32) - slow)).clamp(0, 1)
    return share * plain + (1 - share) * plain / rule["factor"]


@wrong("yarn_of", "upside down")
def slows_the_fast_pairs(config):
    plain, s = yarn(config, s=1.0), rule_of(config)["factor"]
    return plain + plain / s - yarn(config)


@wrong("yarn_of", "that is PI")
def interpolates(config):
    return yarn(config, s=1.0) / rule_of(config)["factor"]


@wrong("yarn_of", "NTK-aware")
def raises_the_base(config):
    rule = rule_of(config)
    d = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    b = rule.get("rope_theta", config.get("rope_theta", 10_000.0))
    return yarn(config, s=1.0, b=b * rule["factor"] ** (d / (d - 2)))


@wrong("yarn_of", "Your result has shape", WRONG_FORM)
def repeats_every_frequency(config):
    return torch.cat((yarn(config), yarn(config)))


@right("yarn_of")
def in_double(config):
    return yarn(config)


@right("yarn_of")
def in_single_with_a_multiplier(config):
    return yarn(config).float(), 0.1 * math.log(rule_of(config)["factor"]) + 1


@right("yarn_of")
def with_numpy_and_interp(settings):
    rule = rule_of(settings)
    d = settings.get("head_dim") or settings["hidden_size"] // settings["num_attention_heads"]
    b = rule.get("rope_theta") or settings.get("rope_theta") or 1e4
    window = rule["original_max_position_embeddings"]
    ends = np.log(window / (2 * np.pi * np.array([rule.get("beta_fast", 32.0), 1.0])))
    ends[1] = np.log(window / (2 * np.pi * rule.get("beta_slow", 1.0)))
    ends *= d / (2 * np.log(b))
    if rule.get("truncate", True):
        ends = np.floor(ends[0]), np.ceil(ends[1])
    share = np.interp(np.arange(d // 2), ends, [1.0, 0.0])
    return b ** (-2 * np.arange(d // 2) / d) * (share + (1 - share) / rule["factor"])


@right("yarn_of")
def with_a_loop(config):
    whole = yarn(config).tolist()
    return [whole[i] for i in range(len(whole))]


# --- pictures ---

HANDS = ([20.0, 5.0, 1.0, 0.5] * 4, [20.0, 5.0, 2.0, 1.0] * 4, [False, False, True, True] * 4)

PICTURES = {
    "09.walls": lambda: lesson_09.walls({"one": HANDS, "two": HANDS}),
    "09.readings_of_one_config": lambda: lesson_09.readings_of_one_config(
        {"stock": [1.0, 2.0, 16.0], "as trained": [1.0, 4.0, 16.0]}
    ),
}
