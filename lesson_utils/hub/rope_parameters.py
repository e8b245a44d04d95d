"""Say in a ``config.json`` what a method does, so that ``transformers`` computes the same.

Some of our methods have a ``rope_type`` of their own there. All others are written as
``longrope``, whose config lists the slow-down of every pair one by one: that type can express any
frequencies at all.
"""

import torch

from lesson_utils.rope import RotaryFrequencies, as_frequencies, inverse_frequencies
from lesson_utils.scaling import by_name


def rope_parameters(
    method: str,
    *,
    factor: float = 1.0,
    head_dim: int,
    base: float,
    trained_length: int,
    attention_scaling: float | None = None,
    **options,
) -> dict:
    """Write a method as the ``rope_parameters`` of a Hugging Face config.

    Parameters
    ----------
    method, factor, head_dim, base, trained_length, attention_scaling, **options
        As for :func:`lesson_utils.scaling.by_name`, which takes a length besides: a config has
        none.

    Returns
    -------
    dict
        Of plain numbers, strings and lists, ready for JSON. ``transformers`` 5 computes from it
        the frequencies that ``by_name`` returns, with one exception: ``dynamic_ntk`` becomes
        ``dynamic``, which follows the length of what it reads.

    Raises
    ------
    ValueError
        As ``by_name``, or if ``dynamic_ntk`` is given an ``attention_scaling``: a config cannot say
        that.
    """
    if method == "dynamic_ntk" and attention_scaling is not None:
        raise ValueError(
            f"attention_scaling is {attention_scaling!r}, and a config's dynamic has no place for "
            "one; leave it out, or choose ntk_aware"
        )
    length = trained_length if method == "dynamic_ntk" else None
    frequencies = by_name(
        method,
        factor=factor,
        head_dim=head_dim,
        base=base,
        trained_length=trained_length,
        length=length,
        attention_scaling=attention_scaling,
        **options,
    )
    plain = {"rope_type": "default", "rope_theta": float(base)}
    scaled = plain | {"factor": float(factor)}
    original = {"original_max_position_embeddings": trained_length}
    if attention_scaling is None and method == "rope":
        return plain
    if attention_scaling is None and method == "pi":
        return scaled | {"rope_type": "linear"}
    if attention_scaling is None and method == "dynamic_ntk":
        return scaled | original | {"rope_type": "dynamic"}
    if attention_scaling is None and method == "ntk_aware":
        return plain | {"rope_theta": base * factor ** (head_dim / (head_dim - 2))}
    if attention_scaling is None and method == "llama3":
        ends = {name: options.get(name, default) for name, default in LLAMA3_ENDS.items()}
        return scaled | original | ends | {"rope_type": "llama3"}
    if options.get("ramp") == "index":  # ntk_by_parts or yarn, as the libraries ship them
        ends = {name: options.get(name, default) for name, default in YARN_ENDS.items()}
        multiplier = {"attention_factor": frequencies.attention_scaling}
        return scaled | original | ends | multiplier | {"rope_type": "yarn"}
    return pair_by_pair(frequencies, base=base, factor=factor, trained_length=trained_length)


LLAMA3_ENDS = {"low_freq_factor": 1.0, "high_freq_factor": 4.0}
YARN_ENDS = {"beta_fast": 32.0, "beta_slow": 1.0, "truncate": True}


def pair_by_pair(
    frequencies: RotaryFrequencies, *, base: float, factor: float, trained_length: int
) -> dict:
    """Write any frequencies as ``longrope``, with the slow-down of every pair in two equal lists.

    ``longrope`` takes ``short_factor`` up to the trained length and ``long_factor`` beyond it. With
    the same list in both, the frequencies do not change with the length.

    Parameters
    ----------
    frequencies : RotaryFrequencies
        ``inv_freq`` [head_dim / 2], no entry of it 0.
    base : float
        The base that the slow-downs are relative to.
    factor : float
        Target length over trained length, at least 1. It is for information only.
    trained_length : int

    Returns
    -------
    dict
        ``rope_parameters`` for a Hugging Face config.
    """
    inv_freq, attention_scaling = as_frequencies(frequencies)
    plain = inverse_frequencies(2 * len(inv_freq), base)
    slow_downs = (plain / inv_freq.to(torch.float64)).tolist()
    return {
        "rope_type": "longrope",
        "rope_theta": float(base),
        "factor": float(factor),
        "original_max_position_embeddings": trained_length,
        "attention_factor": attention_scaling,
        "short_factor": slow_downs,
        "long_factor": slow_downs,
    }
