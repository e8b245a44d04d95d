"""Ways to make a model read further, each as a choice of rotary frequencies.

Every function returns :class:`~lesson_utils.rope.RotaryFrequencies`. Frequencies are computed in
float64 and rounded to float32 once. Equation numbers of YaRN (Peng et al. 2023) are those of
arXiv:2309.00071v2; they moved in later versions.
"""

import math
from collections.abc import Sequence

import torch

from lesson_utils.methods import TABLE, owners
from lesson_utils.rope import (
    RotaryFrequencies,
    inverse_frequencies,
    require_number,
    rope,  # noqa: F401, METHODS finds it by its name, as it finds those below
    turns,
)


def pi(head_dim: int, factor: float, *, base: float = 10_000.0) -> RotaryFrequencies:
    """Slow every pair down by ``factor``: Position Interpolation.

    Turning ``factor`` times slower is the same as dividing every position by ``factor``.

    Parameters
    ----------
    head_dim : int
        Rotary dimensions of one head; even, at least 4.
    factor : float
        Target length over trained length, at least 1.
    base : float
        RoPE base (``rope_theta`` in a config), above 1.

    Returns
    -------
    RotaryFrequencies
        ``inv_freq`` float32 [head_dim / 2], radians per position; ``attention_scaling`` 1.0.

    Raises
    ------
    ValueError
        If ``head_dim`` is odd or below 4, ``factor`` is below 1, or either is not finite.

    References
    ----------
    Chen et al. 2023, arXiv:2306.15595, section 2.3.
    """
    require_number("factor", factor, at_least=1)
    return RotaryFrequencies((inverse_frequencies(head_dim, base) / factor).float(), 1.0)


def ntk_aware(head_dim: int, factor: float, *, base: float = 10_000.0) -> RotaryFrequencies:
    """Slow the pairs down by raising the base: pair 0 not at all, the last pair by ``factor``.

    Pair i slows down by ``factor ** (2 * i / (head_dim - 2))``: every pair but the first.

    Parameters
    ----------
    head_dim : int
        Rotary dimensions of one head; even, at least 4. Not the model's hidden size.
    factor : float
        Target length over trained length, at least 1. Choose it above the ratio you want: the
        middle pairs slow down by less than ``factor`` and overshoot the angles they know.
    base : float
        RoPE base before scaling, above 1.

    Returns
    -------
    RotaryFrequencies
        ``inv_freq`` float32 [head_dim / 2], radians per position; ``attention_scaling`` 1.0.

    Raises
    ------
    ValueError
        If ``head_dim`` is odd or below 4, ``factor`` is below 1, or either is not finite.

    References
    ----------
    Peng et al. 2023, arXiv:2309.00071v2, eq. 16.
    """
    require_number("factor", factor, at_least=1)
    inverse_frequencies(head_dim, base)  # so that a bad head_dim or base is named as it was given
    try:
        larger_base = base * factor ** (head_dim / (head_dim - 2))
    except OverflowError:
        raise ValueError(f"factor is {factor:g}, too large for any base; give less") from None
    return RotaryFrequencies(inverse_frequencies(head_dim, larger_base).float(), 1.0)


def dynamic_ntk(
    head_dim: int,
    length: int,
    *,
    trained_length: int,
    factor: float = 1.0,
    base: float = 10_000.0,
) -> RotaryFrequencies:
    """Choose the NTK-aware scale from the length at hand, so that short texts stay untouched.

    The scale is ``max(1, factor * length / trained_length - (factor - 1))``. The paper's rule,
    length over trained length, is ``factor=1``; Hugging Face's configs may ask for more.

    Parameters
    ----------
    head_dim : int
        Rotary dimensions of one head; even, at least 4.
    length : int
        Positions in use now, above 0. When it grows, so does the scale: keys that were rotated
        and cached at an earlier length no longer fit.
    trained_length : int
        Window the model was trained on, above 0.
    factor : float
        Hugging Face's ``factor`` for ``rope_type="dynamic"``, at least 1.
    base : float
        RoPE base before scaling, above 1.

    Returns
    -------
    RotaryFrequencies
        ``inv_freq`` float32 [head_dim / 2], radians per position; ``attention_scaling`` 1.0.

    Raises
    ------
    ValueError
        If an argument is out of range or not finite.

    References
    ----------
    Peng et al. 2023, arXiv:2309.00071v2, section 3.3; ``transformers`` ``rope_type="dynamic"``.
    """
    require_number("length", length, above=0)
    require_number("trained_length", trained_length, above=0)
    require_number("factor", factor, at_least=1)
    scale = max(1.0, factor * length / trained_length - (factor - 1))
    return ntk_aware(head_dim, scale, base=base)


def ntk_by_parts(
    head_dim: int,
    factor: float,
    *,
    trained_length: int,
    base: float = 10_000.0,
    beta_fast: float = 32.0,
    beta_slow: float = 1.0,
    ramp: str = "turns",
    truncate: bool = True,
) -> RotaryFrequencies:
    """Leave fast pairs alone, slow the slow pairs down by ``factor``, and blend in between.

    A pair is fast when it makes more than ``beta_fast`` turns inside the trained window, slow when
    it makes fewer than ``beta_slow``.

    Parameters
    ----------
    head_dim : int
        Rotary dimensions of one head; even, at least 4.
    factor : float
        Target length over trained length, at least 1.
    trained_length : int
        Window the model was trained on, above 0.
    base : float
        RoPE base, above 1.
    beta_fast, beta_slow : float
        Turns inside the trained window at the two ends of the blend; the paper's β and α.
    ramp : {"turns", "index"}
        How the untouched share falls from 1 to 0 in between. ``"turns"``: in a straight line over
        the turns, the paper's rule. ``"index"``: in a straight line over the pair's index, the rule
        of the authors' code and of every library that followed it.
    truncate : bool
        Only for ``ramp="index"``: round the two ends outwards to whole pairs. True in most
        libraries, False for gpt-oss.

    Returns
    -------
    RotaryFrequencies
        ``inv_freq`` float32 [head_dim / 2], radians per position; ``attention_scaling`` 1.0.

    Raises
    ------
    ValueError
        If an argument is out of range or not finite, ``beta_fast`` is not above ``beta_slow`` (an
        ``"index"`` ramp may have them equal: Kimi K2's is a step), or the ends of an ``"index"``
        ramp fall outside the head.

    References
    ----------
    Peng et al. 2023, arXiv:2309.00071v2, definition 2 (eqs. 17 to 20); ``transformers``
    ``rope_type="yarn"`` for ``ramp="index"``.
    """
    require_number("factor", factor, at_least=1)
    plain = inverse_frequencies(head_dim, base)
    untouched = untouched_share(
        head_dim,
        trained_length=trained_length,
        base=base,
        beta_fast=beta_fast,
        beta_slow=beta_slow,
        ramp=ramp,
        truncate=truncate,
    )
    blended = untouched * plain + (1 - untouched) * plain / factor
    return RotaryFrequencies(blended.float(), 1.0)


def yarn(
    head_dim: int,
    factor: float,
    *,
    trained_length: int,
    base: float = 10_000.0,
    beta_fast: float = 32.0,
    beta_slow: float = 1.0,
    ramp: str = "turns",
    truncate: bool = True,
    attention_scaling: float | None = None,
) -> RotaryFrequencies:
    """Turn the pairs as :func:`ntk_by_parts` does, and lengthen q and k to sharpen attention.

    Parameters
    ----------
    head_dim, factor, trained_length, base, beta_fast, beta_slow, ramp, truncate
        As for :func:`ntk_by_parts`.
    attention_scaling : float, optional
        Multiplier on cos and sin, above 0. Left out, it is ``0.1 * ln(factor) + 1``, the paper's
        √(1/t). It reaches q and k alike, so that scores grow by its square.

    Returns
    -------
    RotaryFrequencies
        ``inv_freq`` float32 [head_dim / 2], radians per position; ``attention_scaling``.

    Raises
    ------
    ValueError
        As :func:`ntk_by_parts`, or if ``attention_scaling`` is not a finite number above 0.

    References
    ----------
    Peng et al. 2023, arXiv:2309.00071v2, definition 3 and eqs. 21 and 22.
    """
    blended = ntk_by_parts(
        head_dim,
        factor,
        trained_length=trained_length,
        base=base,
        beta_fast=beta_fast,
        beta_slow=beta_slow,
        ramp=ramp,
        truncate=truncate,
    )
    if attention_scaling is None:
        attention_scaling = 0.1 * math.log(factor) + 1
    require_number("attention_scaling", attention_scaling, above=0)
    return RotaryFrequencies(blended.inv_freq, float(attention_scaling))


def llama3(
    head_dim: int,
    factor: float,
    *,
    trained_length: int,
    base: float = 500_000.0,
    low_freq_factor: float = 1.0,
    high_freq_factor: float = 4.0,
) -> RotaryFrequencies:
    """Follow Llama 3.1's rule, which sorts the pairs by wavelength.

    A pair whose wavelength is below ``trained_length / high_freq_factor`` is left alone, one above
    ``trained_length / low_freq_factor`` is slowed down by ``factor``. The rule is NTK-by-parts with
    the paper's ramp and (``beta_slow``, ``beta_fast``) = (1, 4), in other words.

    Parameters
    ----------
    head_dim : int
        Rotary dimensions of one head; even, at least 4.
    factor : float
        Target length over trained length, at least 1.
    trained_length : int
        Window the model was trained on (``original_max_position_embeddings``), above 0.
    base : float
        RoPE base, above 1; Llama 3's is 500,000.
    low_freq_factor, high_freq_factor : float
        Turns inside the trained window at the two ends of the blend.

    Returns
    -------
    RotaryFrequencies
        ``inv_freq`` float32 [head_dim / 2], radians per position; ``attention_scaling`` 1.0.

    Raises
    ------
    ValueError
        If an argument is out of range or not finite, or ``high_freq_factor`` is not above
        ``low_freq_factor``.

    References
    ----------
    ``apply_scaling`` in meta-llama/llama-models, models/llama3/model.py.
    """
    require_number("factor", factor, at_least=1)
    require_number("trained_length", trained_length, above=0)
    _require_order("high_freq_factor", high_freq_factor, "low_freq_factor", low_freq_factor)
    plain = inverse_frequencies(head_dim, base)
    wavelengths = 2 * math.pi / plain
    smooth = (trained_length / wavelengths - low_freq_factor) / (high_freq_factor - low_freq_factor)
    blended = (1 - smooth) * plain / factor + smooth * plain
    blended = torch.where(wavelengths < trained_length / high_freq_factor, plain, blended)
    blended = torch.where(wavelengths > trained_length / low_freq_factor, plain / factor, blended)
    return RotaryFrequencies(blended.float(), 1.0)


def abf(head_dim: int, adjusted_base: float = 500_000.0) -> RotaryFrequencies:
    """Turn the pairs by another base than the model was trained with: adjusted base frequency.

    Only the base changes. Pair 0 keeps its speed, and the slower a pair, the more a larger base
    slows it down. The rule knows neither a factor nor the trained window nor the base before; a
    model is trained further after it.

    Parameters
    ----------
    head_dim : int
        Rotary dimensions of one head; even, at least 4.
    adjusted_base : float
        The base to turn by, above 1. The paper and Llama 3 took 500,000 in place of the usual
        10,000; Code Llama took 1,000,000.

    Returns
    -------
    RotaryFrequencies
        ``inv_freq`` float32 [head_dim / 2], radians per position; ``attention_scaling`` 1.0.

    Raises
    ------
    ValueError
        If ``head_dim`` is odd or below 4, or ``adjusted_base`` is not above 1 or not finite.

    References
    ----------
    Xiong et al. 2023, arXiv:2309.16039; Code Llama, arXiv:2308.12950, section 2.4; Llama 3,
    arXiv:2407.21783, section 3.2.
    """
    require_number("adjusted_base", adjusted_base, above=1)
    return RotaryFrequencies(inverse_frequencies(head_dim, adjusted_base).float(), 1.0)


def longrope(
    head_dim: int,
    slow_downs: Sequence[float],
    *,
    factor: float,
    trained_length: int,
    base: float = 10_000.0,
) -> RotaryFrequencies:
    """Slow each pair down by a number of its own, found by search: LongRoPE.

    Parameters
    ----------
    head_dim : int
        Rotary dimensions of one head; even, at least 4.
    slow_downs : sequence of float
        One for each pair, above 0; a config's ``short_factor`` or ``long_factor``.
    factor : float
        Target length over trained length, at least 1. It decides the multiplier alone.
    trained_length : int
        Window the model was trained on, above 1.
    base : float
        RoPE base, above 1.

    Returns
    -------
    RotaryFrequencies
        ``inv_freq`` float32 [head_dim / 2], radians per position; ``attention_scaling``
        √(1 + ln factor / ln trained_length).

    Raises
    ------
    ValueError
        If an argument is out of range or not finite, or ``slow_downs`` is not one number a pair.

    References
    ----------
    Ding et al. 2024, arXiv:2402.13753; microsoft/LongRoPE; ``transformers``
    ``rope_type="longrope"``.
    """
    require_number("factor", factor, at_least=1)
    require_number("trained_length", trained_length, above=1)
    plain = inverse_frequencies(head_dim, base)
    if len(slow_downs) != len(plain):
        raise ValueError(
            f"there are {len(slow_downs)} slow-downs for {len(plain)} pairs; give one a pair"
        )
    for pair, slow_down in enumerate(slow_downs):
        require_number(f"the slow-down of pair {pair}", slow_down, above=0)
    slowed = plain / torch.tensor(slow_downs, dtype=torch.float64)
    scaling = math.sqrt(1 + math.log(factor) / math.log(trained_length))
    return RotaryFrequencies(slowed.float(), scaling)


def proportional(
    head_dim: int, share: float, *, factor: float = 1.0, base: float = 10_000.0
) -> RotaryFrequencies:
    """Turn the fastest pairs at their speed in the whole head, and stop the others.

    Parameters
    ----------
    head_dim : int
        Dimensions of one head, the still ones among them; even, at least 4.
    share : float
        Part of the pairs that turn, above 0 and at most 1; a config's ``partial_rotary_factor``.
    factor : float
        By which every pair is slowed down, at least 1.
    base : float
        RoPE base, above 1.

    Returns
    -------
    RotaryFrequencies
        ``inv_freq`` float32 [head_dim / 2], radians per position, 0 for a pair at rest;
        ``attention_scaling`` 1.0.

    Raises
    ------
    ValueError
        If an argument is out of range or not finite.

    References
    ----------
    ``transformers`` ``rope_type="proportional"``, which Gemma 4 uses.
    """
    require_number("share", share, above=0)
    if share > 1:
        raise ValueError(f"share is {share!r}; give a number up to 1")
    slowed = pi(head_dim, factor, base=base).inv_freq
    slowed[int(share * head_dim // 2) :] = 0
    return RotaryFrequencies(slowed, 1.0)


METHODS = {name: globals()[name] for name in TABLE}
"""The function of every row of ``methods.py``, by its name. :func:`longrope` and
:func:`proportional` have none: they take one number a pair, or a share of the head."""


def by_name(
    method: str,
    *,
    factor: float = 1.0,
    head_dim: int,
    base: float,
    trained_length: int,
    length: int | None = None,
    attention_scaling: float | None = None,
    **options,
) -> RotaryFrequencies:
    """Call a method by its name, with those of these arguments that its row asks for.

    Parameters
    ----------
    method : str
        One of :data:`METHODS`.
    factor, head_dim, base, trained_length
        As for :func:`yarn`. A method that does not ask for one goes without: plain RoPE has no
        factor.
    length : int, optional
        Positions in use, which only :func:`dynamic_ntk` asks for.
    attention_scaling : float, optional
        Replaces the method's own.
    **options
        ``ramp``, ``beta_fast``, … for the methods that have them.

    Returns
    -------
    RotaryFrequencies

    Raises
    ------
    ValueError
        If there is no such method, an option is not one of its own, or a value is out of range.
    """
    if method not in METHODS:
        raise ValueError(f"method is {method!r}; use one of {', '.join(METHODS)}")
    require_number("factor", factor, at_least=1)
    row = TABLE[method]
    for name in options:
        if name not in row.values({}):
            raise ValueError(_no_such_option(method, name))
    shared = {"base": base, "factor": factor, "trained_length": trained_length, "length": length}
    shared = {name: value for name, value in shared.items() if name in row.asks_for}
    frequencies = METHODS[method](head_dim, **shared, **options)
    if attention_scaling is None:
        return frequencies
    require_number("attention_scaling", attention_scaling, above=0)
    return frequencies._replace(attention_scaling=float(attention_scaling))


def _no_such_option(method: str, name: str) -> str:
    if having := owners(name):
        return f"{method} has no {name}; leave it out, or choose {' or '.join(having)}"
    return f"{method} has no {name}, and no other method has; leave it out"


def untouched_share(
    head_dim: int,
    *,
    trained_length: int,
    base: float = 10_000.0,
    beta_fast: float = 32.0,
    beta_slow: float = 1.0,
    ramp: str = "turns",
    truncate: bool = True,
) -> torch.Tensor:
    """Draw the ramp γ: 1 where a pair keeps its speed, 0 where it is slowed by the whole factor.

    Parameters and errors are those of :func:`ntk_by_parts`.

    Returns
    -------
    torch.Tensor
        float64 [head_dim / 2], between 0 and 1, never rising from one pair to the next.

    References
    ----------
    Peng et al. 2023, arXiv:2309.00071v2, eq. 18.
    """
    require_number("trained_length", trained_length, above=0)
    step = ramp == "index" and beta_fast == beta_slow
    _require_order("beta_fast", beta_fast, "beta_slow", beta_slow, may_be_equal=step)
    plain = inverse_frequencies(head_dim, base)
    if ramp == "turns":
        share = (turns(plain, trained_length) - beta_slow) / (beta_fast - beta_slow)
    elif ramp == "index":
        low, high = correction_range(
            head_dim,
            trained_length=trained_length,
            base=base,
            beta_fast=beta_fast,
            beta_slow=beta_slow,
            truncate=truncate,
        )
        share = 1 - (torch.arange(head_dim // 2, dtype=torch.float64) - low) / (high - low)
    else:
        raise ValueError(f'ramp is {ramp!r}; use "turns" (the paper\'s) or "index" (the code\'s)')
    return share.clamp(0, 1)


def correction_range(
    head_dim: int,
    *,
    trained_length: int,
    base: float,
    beta_fast: float,
    beta_slow: float,
    truncate: bool,
) -> tuple[float, float]:
    """Find the pair indices between which the ``"index"`` ramp falls from 1 to 0.

    Returns
    -------
    low, high : float
        Where a pair would make ``beta_fast`` and ``beta_slow`` turns inside the trained window;
        rounded outwards when ``truncate``, and cut off at 0 and ``head_dim - 1`` as shipped code
        does (not at ``head_dim / 2 - 1``, the last pair).

    Raises
    ------
    ValueError
        If the whole range lies outside the head.

    References
    ----------
    ``_compute_yarn_parameters`` in ``transformers``; jquesnelle/yarn.
    """

    def pair_that_makes(number_of_turns: float) -> float:
        needed = trained_length / (2 * math.pi * number_of_turns)
        return head_dim * math.log(needed) / (2 * math.log(base))

    low, high = pair_that_makes(beta_fast), pair_that_makes(beta_slow)
    if truncate:
        low, high = math.floor(low), math.ceil(high)
    low, high = max(low, 0), min(high, head_dim - 1)
    if low > high:
        raise ValueError(
            f"no pair of a head of {head_dim} makes between beta_slow={beta_slow:g} and "
            f"beta_fast={beta_fast:g} turns inside trained_length={trained_length}; "
            'choose other betas, or ramp="turns"'
        )
    return low, high + 0.001 if low == high else high


def _require_order(
    fast_name: str, fast: float, slow_name: str, slow: float, *, may_be_equal: bool = False
) -> None:
    require_number(fast_name, fast, above=0)
    require_number(slow_name, slow, above=0)
    if fast < slow or (fast == slow and not may_be_equal):
        raise ValueError(
            f"{fast_name} is {fast:g} and {slow_name} is {slow:g}; "
            f"{fast_name} counts the turns of the faster pairs, so it must be the larger"
        )
