"""Options that several commands share, and what they are turned into."""

import argparse

from lesson_utils.methods import OPTIONS, TABLE, Option, owners

METHOD_OPTIONS = (*OPTIONS, "attention_scaling")
"""What a method may be given besides its factor."""
WEIGHTS = ("base", "rope", "pi", "ntk_aware", "yarn")
"""What :data:`lesson_utils.weights.NAMES` says, which costs loading torch."""


def add_method(parser, *, required: bool = True) -> None:
    """Add ``--method``, and how to change one."""
    parser.add_argument("--method", required=required, choices=tuple(TABLE))
    without = " and ".join(name for name in TABLE if name not in owners("factor"))
    parser.add_argument(
        "--factor",
        type=float,
        metavar="S",
        help=f"left out: length / trained length, at least 1; all but {without}",
    )
    for option in OPTIONS.values():
        add_own_option(parser, option)
    parser.add_argument(
        "--attention-scaling", type=float, metavar="M", help="multiplier on cos and sin"
    )


def add_own_option(parser, option: Option) -> None:
    """Add what only some methods have: a word of a few, a yes or no, or a number."""
    kind = {"type": float, "metavar": "X"}
    if option.choices:
        kind = {"choices": option.choices}
    elif isinstance(option.default, bool):
        kind = {"action": argparse.BooleanOptionalAction}
    default = f"{option.default:,g}" if isinstance(option.default, float) else option.default
    text = f"{option.help}; {' and '.join(owners(option.name))} ({default})"
    parser.add_argument(option.flag, help=text, **kind)


def add_device(parser) -> None:
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")


def method_options(options) -> dict:
    """Collect what was given of :data:`METHOD_OPTIONS`."""
    given = {name: getattr(options, name) for name in METHOD_OPTIONS}
    return {name: value for name, value in given.items() if value is not None}


def factor_for(options, length: int, trained_length: int) -> float:
    """Return the ``--factor`` that was given, or the one that windows of ``length`` ask for."""
    if options.factor is not None:
        return options.factor
    if "length" in TABLE[options.method].asks_for:  # it looks itself; the paper's factor is 1
        return 1.0
    return max(1.0, length / trained_length)


def frequencies_for(options, config, length: int):
    """Turn the options of :func:`add_method` into frequencies for windows of ``length``.

    Parameters
    ----------
    options : argparse.Namespace
    config : ModelConfig
        Of the model that is to read.
    length : int
        Bytes in a window.

    Returns
    -------
    RotaryFrequencies
    """
    from lesson_utils.scaling import by_name

    return by_name(
        options.method,
        factor=factor_for(options, length, config.trained_length),
        head_dim=config.head_dim,
        base=config.base,
        trained_length=config.trained_length,
        length=length,
        **method_options(options),
    )


def at_least_one(name: str, value: int) -> int:
    """Return a count as it is.

    Raises
    ------
    ValueError
        If it is below 1.
    """
    if value < 1:
        raise ValueError(f"{name} is {value}; give 1 or more")
    return value
