"""Say in a ``config.json`` what a method does, so that ``transformers`` computes the same.

Some of our methods have a ``rope_type`` of their own there. All others are written as
``longrope``, whose config lists the slow-down of every pair one by one: that type can express any
frequencies at all.
"""

import torch

from lesson_utils.methods import TABLE
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
    frequencies = by_name(
        method,
        factor=factor,
        head_dim=head_dim,
        base=base,
        trained_length=trained_length,
        length=trained_length,
        attention_scaling=attention_scaling,
        **options,
    )
    row = TABLE[method]
    if "length" in row.asks_for and attention_scaling is not None:
        raise ValueError(
            f"attention_scaling is {attention_scaling!r}, and a config's {row.rope_type} has no "
            "place for one; leave it out, or choose ntk_aware"
        )
    own = row.values(options)
    said_otherwise = attention_scaling is not None and row.rope_type != "yarn"
    if row.rope_type == "longrope" or own.get("ramp") == "turns" or said_otherwise:
        return pair_by_pair(frequencies, base=base, factor=factor, trained_length=trained_length)
    written = {"rope_type": row.rope_type, "rope_theta": float(base)}
    if method == "ntk_aware":
        written["rope_theta"] = base * factor ** (head_dim / (head_dim - 2))
    if row.rope_type != "default":
        written["factor"] = float(factor)
    if "trained_length" in row.asks_for:
        written["original_max_position_embeddings"] = trained_length
    if row.rope_type == "yarn":
        written["attention_factor"] = frequencies.attention_scaling
    return written | {o.in_config: own[o.name] for o in row.options if o.in_config}


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
