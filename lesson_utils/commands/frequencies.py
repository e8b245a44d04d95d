"""``python -m lesson_utils frequencies``: what a config.json asks of RoPE, pair by pair."""

import json

HELP = "say what a model's config.json asks of RoPE"


def add_arguments(parser) -> None:
    parser.add_argument(
        "config",
        metavar="CONFIG",
        help="a config.json, its folder, a GGUF file, smollm2 (see `fetch`), or an id on the hub",
    )
    parser.add_argument("--length", type=int, metavar="N", help="tokens in use (a short text)")
    parser.add_argument("--layer-type", metavar="NAME", help="where layers differ (full_attention)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options) -> None:
    from lesson_utils.hub.config import read_config

    read = read_config(options.config, length=options.length, layer_type=options.layer_type)
    print(json.dumps(read.report()) if options.json else describe(read))


def describe(read) -> str:
    """Write a config out for a person: the settings, a line for every pair, the notes."""
    from lesson_utils.rope import wavelength

    layers = f" ({read.layer_type} layers)" if read.layer_type else ""
    lengths = "unknown lengths"
    if read.trained_length is not None:
        lengths = f"{read.trained_length:,} tokens to {read.target_length:,}"
    whole = f" of {read.whole_head_dim}" if read.whole_head_dim > read.head_dim else ""
    guess = [] if read.sure else [read.notes[0]]
    lines = guess + [
        f"{read.rope_type}{layers}: head_dim {read.head_dim}{whole}, base {read.base:,.0f}, "
        f"factor {read.factor:g}, {lengths}",
        f"multiplier on cos and sin {read.frequencies.attention_scaling:.6f}, on the softmax scale "
        f"{read.softmax_scale_multiplier:.6f}",
        "pair       inv_freq     wavelength   slowed down   turns before",
    ]
    inv_freq = read.frequencies.inv_freq
    slowed = read.plain / inv_freq
    turns = read.turns or [float("nan")] * len(inv_freq)
    for pair, (speed, wave) in enumerate(zip(inv_freq, wavelength(inv_freq))):
        row = f"{pair:>4}  {speed:>13.6e}  {wave:>13,.1f}"
        lines.append(f"{row}  {slowed[pair]:>12.3f}  {turns[pair]:>13.3f}")
    lines += [f"note: {note}" for note in read.notes[len(guess) :]]
    return "\n".join(lines)
