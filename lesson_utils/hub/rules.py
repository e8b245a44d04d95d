"""The types of RoPE that a config can ask for, each from its keys to its frequencies.

A rule returns the factor, the window before stretching and after it (None where the file does not
say), and the frequencies.
"""

import math
from collections.abc import Callable

from lesson_utils.hub.lengths import factor_of, longest_length, original_length, unscaled_length
from lesson_utils.hub.reader import Reader
from lesson_utils.hub.values import number, short
from lesson_utils.rope import RotaryFrequencies, rope
from lesson_utils.scaling import (
    dynamic_ntk,
    llama3,
    longrope,
    ntk_aware,
    pi,
    proportional,
    yarn,
)

Rule = tuple[float, int | None, int | None, RotaryFrequencies]


def frequencies_of(
    reader: Reader, rope_type: str, head_dim: int, base: float, length: int | None
) -> Rule:
    """Follow the rule of a type. A head of two has one pair, which is pair 0 of any other head."""
    if head_dim > 2:
        return RULES[rope_type](reader, head_dim, base, length)
    if rope_type not in ("default", "linear", "llama3"):
        raise ValueError(f"head_dim is 2, and this reader knows no {rope_type} of a single pair")
    *rest, (inv_freq, scaling) = RULES[rope_type](reader, 4, base, length)
    return *rest, RotaryFrequencies(inv_freq[:1], scaling)


def _default(reader: Reader, head_dim: int, base: float, length: int | None) -> Rule:
    trained = unscaled_length(reader)
    return 1.0, trained, trained, rope(head_dim, base=base)


def _linear(reader: Reader, head_dim: int, base: float, length: int | None) -> Rule:
    factor, longest = factor_of(reader), unscaled_length(reader)
    frequencies = pi(head_dim, factor, base=base)
    if longest is None:
        return factor, None, None, frequencies
    if str(reader.config.get("model_type")).startswith("gemma3"):
        reader.note(
            f"in Gemma 3's files max_position_embeddings, {longest:,}, is the length after "
            "stretching; the one before is not in the file, so no turns can be counted"
        )
        return factor, None, longest, frequencies
    reader.note(
        f"max_position_embeddings, {longest:,}, is taken for the length before stretching; with "
        "linear, some files mean the length after it. The frequencies are the same"
    )
    return factor, longest, round(factor * longest), frequencies


def _dynamic(reader: Reader, head_dim: int, base: float, length: int | None) -> Rule:
    factor, trained = factor_of(reader), longest_length(reader)
    if trained is None:
        raise ValueError("the config has no max_position_embeddings, which dynamic starts from")
    now = length or trained
    frequencies = dynamic_ntk(head_dim, now, trained_length=trained, factor=factor, base=base)
    if now <= trained:
        reader.note(
            f"unscaled, as for texts up to {trained:,}; with a longer one all but the first pair "
            "slow down, and keys cached before no longer fit"
        )
    return factor, trained, round(factor * trained), frequencies


def _yarn(reader: Reader, head_dim: int, base: float, length: int | None) -> Rule:
    trained = original_length(reader, "yarn")
    factor = factor_of(reader, trained)
    truncate = reader.parameters.get("truncate", True)
    if not isinstance(truncate, bool):
        raise ValueError(f"truncate is {short(truncate)}; give true or false")
    _note_yarn_mistral(reader)
    frequencies = yarn(
        head_dim,
        factor,
        trained_length=trained,
        base=base,
        beta_fast=_beta(reader, "beta_fast", 32.0),
        beta_slow=_beta(reader, "beta_slow", 1.0),
        ramp="index",
        truncate=truncate,
        attention_scaling=_yarn_attention_scaling(reader, factor),
    )
    return factor, trained, round(factor * trained), frequencies


def _note_yarn_mistral(reader: Reader) -> None:
    said = any(reader.parameters.get(n) for n in ("beta_fast", "beta_slow", "attention_factor"))
    if reader.config.get("model_type") == "mistral" and not said:
        reader.note(
            "if this is a Yarn-Mistral by NousResearch, it was trained with beta_fast 128, "
            "beta_slow 2 and 0.07 ln s + 1, which its file does not say; these are 32, 1 and 0.1"
        )


def _beta(reader: Reader, name: str, usual: float) -> float:
    beta = reader.number(name, usual, at_least=0)
    if beta == 0:
        reader.note(f"{name} is 0, which transformers takes for {usual:g}, its default")
    return beta or usual


def _yarn_attention_scaling(reader: Reader, factor: float) -> float:
    explicit = reader.number("attention_factor", above=0)
    strength = reader.number("mscale", at_least=0)
    of_all = reader.number("mscale_all_dim", at_least=0)
    if explicit is not None:
        return explicit
    if strength and of_all:
        return temperature(factor, strength) / temperature(factor, of_all)
    if strength or of_all:
        reader.note(
            "of mscale and mscale_all_dim only one is given; on cos and sin transformers ignores "
            "it, and takes 0.1 ln s + 1"
        )
    return temperature(factor)


def temperature(factor: float, strength: float = 1.0) -> float:
    """Compute YaRN's √(1/t), 0.1 ln s + 1, with DeepSeek's ``strength`` (mscale) on the 0.1."""
    return 0.1 * strength * math.log(factor) + 1.0


def softmax_scale_multiplier(reader: Reader, rope_type: str, factor: float) -> float:
    """Compute DeepSeek's second place for the temperature: on the scores, so squared."""
    strength = reader.number("mscale_all_dim", at_least=0)
    if rope_type == "default" or not strength:
        return 1.0
    if reader.has_latent_attention():
        return temperature(factor, strength) ** 2
    reader.note(
        "mscale_all_dim scales the scores only in models with latent attention "
        "(qk_rope_head_dim), which this is not"
    )
    return 1.0


def _longrope(reader: Reader, head_dim: int, base: float, length: int | None) -> Rule:
    trained = original_length(reader, "longrope")
    factor = factor_of(reader, trained)
    lists = {n: _slow_downs(reader, n, head_dim // 2) for n in ("short_factor", "long_factor")}
    used = "long_factor" if (length or 0) > trained else "short_factor"
    if lists["short_factor"] == lists["long_factor"]:
        reader.note("short_factor and long_factor are equal: short texts are read as long ones")
    else:
        reader.note(
            f"{used} of two lists: short_factor is for up to {trained:,} tokens, long_factor for "
            "more; keys cached under one do not fit the other"
        )
    frequencies = longrope(head_dim, lists[used], factor=factor, trained_length=trained, base=base)
    explicit = reader.number("attention_factor", above=0)
    multiplier = _multiplier_of_the_list(reader, used) if explicit is None else explicit
    if multiplier is not None:
        frequencies = frequencies._replace(attention_scaling=multiplier)
    return factor, trained, round(factor * trained), frequencies


def _multiplier_of_the_list(reader: Reader, used: str) -> float | None:
    """Read short_mscale or long_mscale, which Phi-3-small's and Phi-3.5-MoE's code read."""
    name = used.replace("factor", "mscale")
    if not reader.architecture.reads(name):
        return None
    return reader.number(name, above=0)


def _slow_downs(reader: Reader, name: str, pairs: int) -> list[float]:
    values = reader.parameters.get(name)
    if not isinstance(values, list):
        raise ValueError(f"{name} is {short(values)}; longrope needs a list, one number a pair")
    if len(values) != pairs:
        raise ValueError(f"{name} has {len(values)} numbers; give one for each of {pairs} pairs")
    return [float(number(f"{name}[{i}]", value, above=0)) for i, value in enumerate(values)]


def _llama3(reader: Reader, head_dim: int, base: float, length: int | None) -> Rule:
    bounds = {name: reader.number(name, above=0) for name in _LLAMA3_NEEDS}
    for name, value in bounds.items():
        if value is None:
            raise ValueError(f"the rope parameters have no {name}, which llama3 needs")
    factor = bounds.pop("factor")
    trained = original_length(reader, "llama3")
    if bounds["high_freq_factor"] == bounds["low_freq_factor"]:  # a step, with no blend: Llama 4's
        bounds["high_freq_factor"] = math.nextafter(bounds["low_freq_factor"], math.inf)
    frequencies = llama3(
        head_dim, factor_of(reader, trained), trained_length=trained, base=base, **bounds
    )
    longest = longest_length(reader) or 0
    # Llama 3.1 slows its slow pairs down by 8 and promises 16 times its window: not a ratio.
    return factor, trained, longest if longest > trained else round(factor * trained), frequencies


_LLAMA3_NEEDS = ("factor", "low_freq_factor", "high_freq_factor")


def _proportional(reader: Reader, head_dim: int, base: float, length: int | None) -> Rule:
    factor, trained = reader.number("factor", 1.0, at_least=1), unscaled_length(reader)
    frequencies = proportional(head_dim, reader.partial, factor=factor, base=base)
    turning = int((frequencies.inv_freq > 0).sum())
    reader.note(f"{turning} of {head_dim // 2} pairs turn; the others stand still")
    target = None if trained is None else round(factor * trained)
    return factor, trained, target, frequencies


def _ntk_alpha(reader: Reader, head_dim: int, base: float, length: int | None) -> Rule:
    trained, alpha = unscaled_length(reader), reader.number("alpha", above=0)
    if alpha is None:
        raise ValueError("the rope parameters have no alpha, which xdrope needs")
    if alpha < 1:
        raise ValueError(f"alpha is {alpha:g}; give a number that is at least 1")
    reader.note("alpha is NTK-aware scaling's factor, the same at every length")
    return alpha, trained, trained, ntk_aware(head_dim, alpha, base=base)


def _qwen_dynamic(reader: Reader, head_dim: int, base: float, length: int | None) -> Rule:
    trained = unscaled_length(reader)
    if trained is None:
        raise ValueError("the config has no seq_length, which use_dynamic_ntk starts from")
    doublings = math.ceil(math.log2((length or trained) / trained) + 1)
    alpha = max(2.0**doublings - 1, 1.0)
    reader.note(
        f"unscaled up to {trained:,} tokens; with every doubling beyond, all but the first pair "
        "slow down further (use_dynamic_ntk)"
    )
    return alpha, trained, trained, ntk_aware(head_dim, alpha, base=base)


RULES: dict[str, Callable[[Reader, int, float, int | None], Rule]] = {
    "default": _default,
    "linear": _linear,
    "dynamic": _dynamic,
    "yarn": _yarn,
    "longrope": _longrope,
    "llama3": _llama3,
    "proportional": _proportional,
    "ntk_alpha": _ntk_alpha,
    "qwen_dynamic": _qwen_dynamic,
}
