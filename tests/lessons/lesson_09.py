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


@wrong("windows", "No rule is read")
def takes_the_stated_length_for_both(config):
    return config["max_position_embeddings"], config["max_position_embeddings"]


@wrong("windows", "stays the window *before*")
def divides_by_the_factor(config):
    stated, rule = config["max_position_embeddings"], rule_of(config)
    before = rule.get("original_max_position_embeddings", stated // rule.get("factor", 1))
    return int(before), stated


@wrong("windows", "You read `rope_parameters` alone")
def knows_only_the_new_spelling(config):
    rule = config.get("rope_parameters") or {}
    stated = config["max_position_embeddings"]
    if rule.get("rope_type") in ("linear", "dynamic"):
        return stated, int(stated * rule["factor"])
    return rule.get("original_max_position_embeddings", stated), stated


@wrong("windows", "You took factor times the trained window")
def promises_the_factor_times_the_window(config):
    stated, rule = config["max_position_embeddings"], rule_of(config)
    before = rule.get("original_max_position_embeddings", stated)
    return before, int(before * rule.get("factor", 1))


@wrong("windows", "`dynamic` looks like plain RoPE")
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


def read_windows(config, rule=None, name=None, factor=float):
    """Read both windows, with the rule and its name found in another way."""
    rule = rule_of(config) if rule is None else rule
    name = rule.get("rope_type", rule.get("type")) if name is None else name
    stated = config["max_position_embeddings"]
    if name in ("linear", "dynamic"):
        return stated, int(stated * factor(rule["factor"]))
    return rule.get("original_max_position_embeddings", stated) if name else stated, stated


@wrong("windows", "You cut the factor to a whole number")
def cuts_the_factor(config):
    return read_windows(config, factor=int)


@wrong("windows", "You read `rope_scaling` alone")
def knows_only_the_old_spelling(config):
    return read_windows(config, rule=config.get("rope_scaling") or {})


@wrong("windows", "You read `type` alone")
def knows_only_type(config):
    return read_windows(config, name=rule_of(config).get("type", ""))


@wrong("windows", "You read `rope_type` alone")
def knows_only_rope_type(config):
    return read_windows(config, name=rule_of(config).get("rope_type", ""))


@wrong("windows", "the larger of two")
def promises_the_larger(config):
    trained, promised = read_windows(config)
    return trained, max(promised, int(trained * rule_of(config).get("factor", 1)))


@wrong("windows", "You promise `max_sequence_length`")
def trusts_another_key(config):
    trained, promised = read_windows(config)
    return trained, config.get("max_sequence_length", promised)


@wrong("windows", "(It stands in the rule, not beside it.)")
def looks_beside_the_rule(config):
    stated = config["max_position_embeddings"]
    before = config.get("original_max_position_embeddings", stated)
    return before, read_windows(config)[1]


@wrong("windows", "Your trained window is 4,096")
def knows_one_trained_window(config):
    return 4096, read_windows(config)[1]


@wrong("windows", "There is no part for a rule at all", RAISES)
def needs_a_part(config):
    rule = config.get("rope_parameters") or config["rope_scaling"]
    return read_windows(config, rule=rule or {})


@wrong("windows", "The rule is None", RAISES)
def trips_over_none(config):
    rule = config.get("rope_parameters", config.get("rope_scaling", {}))
    return read_windows(config, rule=rule | {})


def _read(config):
    """Read both windows, rightly, and the rule."""
    rule = config.get("rope_parameters") or config.get("rope_scaling") or {}
    name, window = rule.get("rope_type", rule.get("type")), config["max_position_embeddings"]
    if name in ("linear", "dynamic"):
        return window, int(window * rule["factor"]), rule
    return rule.get("original_max_position_embeddings", window), window, rule


@wrong("windows", "You divided by the factor for every rule")
def divides_for_every_rule(config):
    rule, window = _read(config)[2], config["max_position_embeddings"]
    return int(window / rule.get("factor", 1)), window


@wrong("windows", "A file without a rule has a window of your own")
def has_a_window_of_its_own(config):
    trained, promised, rule = _read(config)
    return (trained, promised) if rule else (4096, 4096)


@wrong("windows", "You promise the smaller of two")
def promises_the_smaller(config):
    trained, promised, rule = _read(config)
    return trained, min(promised, int(trained * rule.get("factor", 1)))


@wrong("windows", "You added the factor's part")
def adds_the_stretch(config):
    trained, promised, rule = _read(config)
    stretches = rule.get("rope_type", rule.get("type")) in ("linear", "dynamic")
    return trained, promised + trained if stretches else promised


@wrong("windows", "`promised` is None in what you return", WRONG_FORM)
def promises_nothing_for_plain_rope(config):
    trained, promised, rule = _read(config)
    return trained, promised if rule else None


@wrong("windows", "A part that is None hides the other part")
def lets_none_hide_the_older_part(config):
    rule = config.get("rope_parameters", config.get("rope_scaling"))
    return _read(config | {"rope_parameters": rule, "rope_scaling": None})[:2]


@wrong("windows", "A part that is None hides the other part")
def lets_none_hide_the_newer_part(config):
    rule = config.get("rope_scaling", config.get("rope_parameters"))
    return _read(config | {"rope_parameters": rule, "rope_scaling": None})[:2]


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


@wrong("temperature", "there is no temperature in yours")
def forgets_it(parameters, in_softmax):
    return parameters.get("attention_factor", 1.0), 1.0


@wrong("temperature", "to the base 10")
def takes_another_logarithm(parameters, in_softmax):
    return 0.1 * math.log10(parameters["factor"]) + 1, softmax_part(parameters, in_softmax)


@wrong("temperature", "a number that is stated or one that is computed")
def ignores_the_stated_factor(parameters, in_softmax):
    return g(parameters["factor"]), softmax_part(parameters, in_softmax)


@wrong("temperature", "and you do not read it")
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


@wrong("temperature", "Your softmax always gets 1")
def reads_half_of_deepseek(parameters, in_softmax):
    return cos_part(parameters), 1.0


@wrong("temperature", "stays the same when `in_softmax` changes")
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


@wrong("temperature", "A coefficient of 0 counts with you")
def takes_zero_for_a_number(parameters, in_softmax):
    factor = parameters["factor"]
    both = "mscale" in parameters and "mscale_all_dim" in parameters
    if "attention_factor" in parameters or not both:
        return cos_part(parameters), softmax_part(parameters, in_softmax)
    over, under = parameters["mscale"], parameters["mscale_all_dim"]
    return g(factor, over) / g(factor, under), softmax_part(parameters, in_softmax)


@wrong("temperature", "With `attention_factor`, your softmax gets 1")
def lets_one_key_decide_both(parameters, in_softmax):
    if "attention_factor" in parameters:
        return parameters["attention_factor"], 1.0
    return cos_part(parameters), softmax_part(parameters, in_softmax)


@wrong("temperature", "only where `mscale` is there, too")
def wants_both_for_the_softmax(parameters, in_softmax):
    soft = softmax_part(parameters, in_softmax) if parameters.get("mscale") else 1.0
    return cos_part(parameters), soft


@wrong("temperature", "You have in_softmax the wrong way round")
def looks_when_it_should_not(parameters, in_softmax):
    return cos_part(parameters), softmax_part(parameters, not in_softmax)


@wrong("temperature", "squared where `mscale_all_dim` is not there")
def fills_in_a_one(parameters, in_softmax):
    under = parameters.get("mscale_all_dim", 1) or 0
    return cos_part(parameters), g(parameters["factor"], under) ** 2 if in_softmax else 1.0


@wrong("temperature", "Your softmax gets 0 where it has nothing")
def gives_zero(parameters, in_softmax):
    soft = softmax_part(parameters, in_softmax)
    return cos_part(parameters), 0 if soft == 1 else soft


@wrong("temperature", "Your factor is 8, or 16")
def knows_one_factor(parameters, in_softmax):
    known = parameters | {"factor": 8.0}
    return cos_part(known), softmax_part(known, in_softmax)


@wrong("temperature", "The 0.1 of g is missing")
def forgets_the_tenth(parameters, in_softmax):
    longer = parameters | {"factor": parameters["factor"] ** 10}
    return cos_part(longer), softmax_part(longer, in_softmax)


@wrong("temperature", "cos and sin get 1 from you")
def moves_all_of_it(parameters, in_softmax):
    return 1.0 if in_softmax else cos_part(parameters), softmax_part(parameters, in_softmax)


@wrong("temperature", "`mscale` stands here alone", RAISES)
def needs_both_keys(parameters, in_softmax):
    if "attention_factor" not in parameters and "mscale" in parameters:
        parameters["mscale_all_dim"]
    return cos_part(parameters), softmax_part(parameters, in_softmax)


def _tempered(parameters, in_softmax, g=None, default=None):
    factor, over, under = (parameters.get(k) for k in ("factor", "mscale", "mscale_all_dim"))
    g = g or (lambda m: 0.1 * m * math.log(factor) + 1)
    on = default or g(1)
    if over and under:
        on = g(over) / g(under)
    return parameters.get("attention_factor", on), g(under) ** 2 if in_softmax and under else 1.0


@wrong("temperature", "Your m multiplies all of g")
def multiplies_the_one_as_well(parameters, in_softmax):
    warm = 0.1 * math.log(parameters["factor"]) + 1
    return _tempered(parameters, in_softmax, g=lambda m: m * warm)


@wrong("temperature", "You squared it")
def squares_the_default(parameters, in_softmax):
    warm = 0.1 * math.log(parameters["factor"]) + 1
    return _tempered(parameters, in_softmax, default=warm**2)


@wrong("temperature", "`on_softmax` is None in what you return", WRONG_FORM)
def leaves_the_softmax_empty(parameters, in_softmax):
    on_cos_sin, on_softmax = _tempered(parameters, in_softmax)
    return on_cos_sin, on_softmax if in_softmax else None


@wrong("temperature", "The 0.1 multiplies the + 1 of your g")
def puts_a_bracket_too_far(parameters, in_softmax):
    log = math.log(parameters["factor"])
    return _tempered(parameters, in_softmax, g=lambda m: 0.1 * m * (log + 1))


@wrong("temperature", "You take the pair for cos and sin only with in_softmax=True")
def needs_the_softmax_for_the_pair(parameters, in_softmax):
    rest = {key: value for key, value in parameters.items() if key != "mscale"}
    return _tempered(parameters if in_softmax else rest, in_softmax)


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


@wrong("yarn_of", "Your base is always 10,000")
def trusts_the_default_base(config):
    return yarn(config, b=10_000.0)


@wrong("yarn_of", "You read `rope_theta` beside the rule alone")
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


@wrong("yarn_of", "Each frequency stands twice")
def repeats_every_frequency(config):
    return torch.cat((yarn(config), yarn(config)))


@wrong("yarn_of", "`beta_fast` and `beta_slow` have changed places")
def swaps_the_ends(config):
    rule = rule_of(config)
    ends = {"beta_fast": rule.get("beta_slow", 1.0), "beta_slow": rule.get("beta_fast", 32.0)}
    return yarn(config | {"rope_scaling": None, "rope_parameters": base_inside(config) | ends})


def base_inside(config):
    """Write the base into the rule, so that a rule can be changed as a whole."""
    return {"rope_theta": config.get("rope_theta", 1e4)} | rule_of(config)


def with_rule(config, **keys):
    return yarn(config | {"rope_scaling": None, "rope_parameters": base_inside(config) | keys})


@wrong("yarn_of", "Your `beta_slow` is always 1")
def knows_one_slow_end(config):
    return with_rule(config, beta_slow=1.0)


@wrong("yarn_of", "Your `beta_fast` is always 32")
def knows_one_fast_end(config):
    return with_rule(config, beta_fast=32.0)


@wrong("yarn_of", "Your factor is 8")
def knows_factor_eight(config):
    return with_rule(config, factor=8.0)


@wrong("yarn_of", "Your trained window is 512")
def knows_one_trained_window_only(config):
    return with_rule(config, original_max_position_embeddings=512)


@wrong("yarn_of", "2π is missing")
def forgets_two_pi(config):
    window = rule_of(config)["original_max_position_embeddings"]
    return with_rule(config, original_max_position_embeddings=window * 2 * math.pi)


@wrong("yarn_of", "You do not read `head_dim` where a file has `hidden_size`")
def divides_the_hidden_size(config):
    if "hidden_size" in config:
        config = {key: value for key, value in config.items() if key != "head_dim"}
    return yarn(config)


@wrong("yarn_of", "You do not round the ends where `truncate` is not stated")
def takes_a_missing_truncate_for_false(config):
    return with_rule(config, truncate=rule_of(config).get("truncate", False))


@wrong("yarn_of", "These are wavelengths")
def returns_wavelengths(config):
    return 2 * math.pi / yarn(config)


@wrong("yarn_of", "without `head_dim`", RAISES)
def needs_a_head_dim(config):
    return yarn({"head_dim": config["head_dim"]} | config)


def by_code(config, down=math.floor, up=math.ceil, share=lambda x: x.clamp(0, 1)):
    """Follow the code's ramp, with its ends rounded or its share kept in another way."""
    rule = base_inside(config)
    d = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    pair = torch.arange(d // 2, dtype=torch.float64)
    low, high = (
        d
        * math.log(rule["original_max_position_embeddings"] / (2 * math.pi * beta))
        / (2 * math.log(rule["rope_theta"]))
        for beta in (rule.get("beta_fast", 32.0), rule.get("beta_slow", 1.0))
    )
    if rule.get("truncate", True):
        low, high = down(low), up(high)
    theta = float(rule["rope_theta"]) ** (-2 * pair / d)
    slowed = share((pair - low) / (high - low))
    return (1 - slowed) * theta + slowed * theta / rule["factor"]


@wrong("yarn_of", "You round both ends down")
def rounds_both_down(config):
    return by_code(config, up=math.floor)


@wrong("yarn_of", "You round both ends up")
def rounds_both_up(config):
    return by_code(config, down=math.ceil)


@wrong("yarn_of", "You round the ends inwards")
def rounds_inwards(config):
    return by_code(config, math.ceil, math.floor)


@wrong("yarn_of", "You round both ends to the nearest")
def rounds_to_the_nearest(config):
    return by_code(config, round, round)


@wrong("yarn_of", "The second end is one index too far")
def ends_one_too_far(config):
    return by_code(config, up=lambda x: math.ceil(x) + 1)


@wrong("yarn_of", "Your ramp goes above 1 and below 0")
def forgets_to_clamp(config):
    return by_code(config, share=lambda x: x)


@wrong("yarn_of", "Your ramp goes below 0 past its second end")
def clamps_the_first_end_only(config):
    return by_code(config, share=lambda x: x.clamp(min=0))


@wrong("yarn_of", "There is no ramp with you")
def jumps(config):
    return by_code(config, share=lambda x: (x >= 1).double())


def _made_of(config, d=None, log=math.log, shape=lambda kept: kept):
    """Make the table of a file; its d, the logarithm above the line and the ramp may be other."""
    rule = config.get("rope_parameters") or config["rope_scaling"]
    d = d or config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    base = rule.get("rope_theta", config.get("rope_theta", 10_000.0))
    low, high = (
        d
        * log(rule["original_max_position_embeddings"] / (2 * math.pi * rule.get(key, turns)))
        / (2 * math.log(base))
        for key, turns in (("beta_fast", 32), ("beta_slow", 1))
    )
    if rule.get("truncate", True):
        low, high = math.floor(low), math.ceil(high)
    pair = torch.arange(d // 2, dtype=torch.float64)
    kept, plain = shape((1 - (pair - low) / (high - low)).clamp(0, 1)), base ** (-2 * pair / d)
    return kept * plain + (1 - kept) * plain / rule["factor"]


@wrong("yarn_of", "the heads of keys and values")
def divides_by_key_heads(config):
    heads = config.get("num_key_value_heads")
    return _made_of(config, d=None if "head_dim" in config else config["hidden_size"] // heads)


@wrong("yarn_of", "Two logarithms are mixed")
def mixes_logarithms(config):
    return _made_of(config, log=math.log2)


@wrong("yarn_of", "a smooth curve between its ends")
def takes_a_smooth_step(config):
    return _made_of(config, shape=lambda kept: 3 * kept**2 - 2 * kept**3)


@wrong("yarn_of", "There is no ramp with you")
def steps_in_the_middle(config):
    return _made_of(config, shape=lambda kept: (kept > 0.5).double())


@wrong("yarn_of", "In your index β multiplies where it should divide")
def forgets_a_bracket(config):
    rule = rule_of(config)
    fast, slow = rule.get("beta_fast", 32), rule.get("beta_slow", 1)
    return yarn(config, fast=1 / fast, slow=1 / slow)


@wrong("yarn_of", "by how much each pair is slowed")
def returns_slow_downs(config):
    return yarn(config, s=1.0) / yarn(config)


@right("yarn_of")
def in_double(config):
    return yarn(config)


@right("yarn_of")
def in_single(config):
    return yarn(config).float()


@wrong("yarn_of", "Return `inv_freq` alone", WRONG_FORM)
def adds_a_multiplier(config):
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

PICTURES = {
    "09.readings_of_one_config": lambda: lesson_09.readings_of_one_config(
        {"stock": [1.0, 2.0, 16.0], "its own code": [1.0, 4.0, 16.0]}
    ),
    "09.slow_downs_of_models": lambda: lesson_09.slow_downs_of_models(
        {"one": ([40, 4, 0.2], [1.0, 2.0, 8.0]), "two": ([9, 0.5], [1.5, 3.0])}
    ),
}
