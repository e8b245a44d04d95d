"""The seven types of RoPE that a config can ask for, each from its keys to its frequencies.

A rule returns the factor, the window before stretching and after it (None where the file does not
say), and the frequencies.
"""

import math
from collections.abc import Callable

from lesson_utils.hub.reader import Reader, number, short
from lesson_utils.rope import RotaryFrequencies, rope
from lesson_utils.scaling import dynamic_ntk, llama3, longrope, pi, proportional, yarn

Rule = tuple[float, int | None, int | None, RotaryFrequencies]


def _default(reader: Reader, head_dim: int, base: float, length: int | None) -> Rule:
    trained = reader.unscaled_length()
    return 1.0, trained, trained, rope(head_dim, base=base)


def _linear(reader: Reader, head_dim: int, base: float, length: int | None) -> Rule:
    factor, longest = reader.factor(), reader.unscaled_length()
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
    factor, trained = reader.factor(), reader.longest()
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
    trained = reader.original_length("yarn")
    factor = reader.factor(trained)
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
    trained = reader.original_length("longrope")
    factor = reader.factor(trained)
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
    if explicit is not None:
        frequencies = frequencies._replace(attention_scaling=explicit)
    return factor, trained, round(factor * trained), frequencies


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
    trained = reader.original_length("llama3")
    frequencies = llama3(
        head_dim, reader.factor(trained), trained_length=trained, base=base, **bounds
    )
    longest = reader.longest() or 0
    # Llama 3.1 slows its slow pairs down by 8 and promises 16 times its window: not a ratio.
    return factor, trained, longest if longest > trained else round(factor * trained), frequencies


_LLAMA3_NEEDS = ("factor", "low_freq_factor", "high_freq_factor")


def _proportional(reader: Reader, head_dim: int, base: float, length: int | None) -> Rule:
    factor, trained = reader.number("factor", 1.0, at_least=1), reader.unscaled_length()
    frequencies = proportional(head_dim, reader.partial, factor=factor, base=base)
    turning = int((frequencies.inv_freq > 0).sum())
    reader.note(f"{turning} of {head_dim // 2} pairs turn; the others stand still")
    target = None if trained is None else round(factor * trained)
    return factor, trained, target, frequencies


RULES: dict[str, Callable[[Reader, int, float, int | None], Rule]] = {
    "default": _default,
    "linear": _linear,
    "dynamic": _dynamic,
    "yarn": _yarn,
    "longrope": _longrope,
    "llama3": _llama3,
    "proportional": _proportional,
}
