"""What open weights add to ``python -m lesson_utils``: ``export``, and ``perplexity --model``."""

import json
import os
import sys
import time
from pathlib import Path

from lesson_utils.methods import OPTIONS, TABLE

WEIGHTS = ("base", "rope", "pi", "ntk_aware", "yarn")  # weights.NAMES, which costs loading torch
DTYPES = ("auto", "float32", "bfloat16", "float16")


def add_export_command(commands) -> None:
    parser = commands.add_parser("export", help="write a shipped model as a Hugging Face folder")
    parser.set_defaults(run=run_export)
    parser.add_argument("--weights", default="base", choices=WEIGHTS)
    parser.add_argument("--out", type=Path, required=True, help="a new folder")


def run_export(options) -> None:
    from lesson_utils.open_weights.export import export

    folder = export(options.weights, options.out)
    print(f"wrote {folder}: transformers' AutoModelForCausalLM loads it", file=sys.stderr)


def add_model_options(parser, excluding) -> None:
    """Add ``--model``, to a group with what it excludes, and ``--dtype``."""
    excluding.add_argument(
        "--model",
        metavar="ID_OR_FOLDER",
        help="a model of others': its folder, or its id on the Hugging Face hub. Lengths are then "
        "in tokens, and --method, if given, replaces the model's own",
    )
    parser.add_argument(
        "--dtype",
        choices=DTYPES,
        default="auto",
        help="with --model (auto: float32 on a CPU, bfloat16 or float16 on a GPU)",
    )


def run_perplexity_of_model(options, lengths, device, documents) -> None:
    """Say what it costs, read, and print the report of ``perplexity --model``."""
    import torch
    from tqdm import tqdm

    from lesson_utils.open_weights import loading, reading

    if options.method is None and (given := changes(options)):
        raise loading.ModelError(f"--{given[0]} says how to change a --method; give one, too")
    dtype = getattr(torch, choose_dtype(options.dtype, device))
    configs = {length: configure(options, length) for length in lengths}
    tokenizer = loading.open_tokenizer(options.model)
    windows = {n: sum(1 for _ in reading.windows_of(tokenizer, documents, n)) for n in lengths}
    for length, count in windows.items():
        if not count:
            raise reading.no_window(length)
    cost = loading.cost(configs[lengths[0]], dtype, windows)
    announce(cost, dtype, device)

    started, scores, loaded = time.perf_counter(), {}, None
    total = sum(length * count for length, count in windows.items())
    with tqdm(total=total, unit="token", unit_scale=True, disable=None, file=sys.stderr) as bar:
        for length, config in configs.items():
            if loaded is None or config.to_dict() != loaded:
                loaded, model = config.to_dict(), None  # let go of the last one first
                model = loading.open_model(options.model, config, device, dtype)
            scores[length] = reading.score(model, tokenizer, documents, length, progress=bar.update)
    report = {
        "model": options.model,
        "method": options.method,
        "factor": options.factor,
        "parameters": cost["parameters"],
        "device": str(device),
        "dtype": str(dtype).removeprefix("torch."),
        "documents": [document.name for document in documents],
        "perplexity_per_token": {str(n): round(s.perplexity, 6) for n, s in scores.items()},
        "bits_per_byte": {str(n): round(s.bits_per_byte, 6) for n, s in scores.items()},
        "scored_tokens": {str(n): s.scored_tokens for n, s in scores.items()},
        "scored_bytes": {str(n): s.scored_bytes for n, s in scores.items()},
        "seconds": round(time.perf_counter() - started, 2),
    }
    if options.json:
        print(json.dumps(report))
        return
    method = options.method or "its own method"
    print(f"{options.model} with {method}, {len(documents)} documents, {device}, {report['dtype']}")
    for n, score in scores.items():
        print(
            f"{n:>7,} tokens  perplexity {score.perplexity:8.3f} per token  "
            f"{score.bits_per_byte:6.3f} bits per byte  "
            f"{score.scored_tokens:,} tokens of {score.scored_bytes:,} bytes scored"
        )


def changes(options) -> list[str]:
    """List the options given that mean nothing without ``--method``."""
    names = ("factor", *OPTIONS, "attention_scaling")
    return [name.replace("_", "-") for name in names if getattr(options, name) is not None]


def configure(options, length: int):
    """Read the model's config, with the method of the options in it, for windows of ``length``."""
    from lesson_utils.open_weights import loading

    config = loading.read_config(options.model)
    loading.require_room(config, length)
    if options.method is None:
        return config
    factor = options.factor
    if factor is None:
        dynamic = "length" in TABLE[options.method].asks_for  # it looks at the length itself
        factor = 1.0 if dynamic else max(1.0, length / loading.trained_length(config))
    names = (*OPTIONS, "attention_scaling")
    extras = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    loading.override_rope(config, options.method, factor, **extras)
    return config


def choose_dtype(name: str, device) -> str:
    """Turn ``auto`` into what the device computes well in."""
    import torch

    if name != "auto":
        return name
    if device.type == "cpu":
        return "float32"
    return "bfloat16" if device.type == "cuda" and torch.cuda.is_bf16_supported() else "float16"


def announce(cost: dict, dtype, device) -> None:
    """Say on stderr what reading will take; refuse if the weights alone cannot fit."""
    from lesson_utils.open_weights import loading

    need, have = cost["bytes"] / 2**30, memory_of(device)
    seconds = cost["operations"] / loading.speed(device, dtype)
    print(
        f"{cost['parameters'] / 1e6:,.1f} million parameters in {str(dtype)[6:]} on {device}: "
        f"about {need:,.2f} GiB of memory, and {seconds:,.0f} s or more to read",
        file=sys.stderr,
    )
    if have is not None and cost["weight_bytes"] / 2**30 > have:
        raise loading.ModelError(
            f"the weights alone need {cost['weight_bytes'] / 2**30:,.1f} GiB, and {device} has "
            f"{have:,.1f}; give a smaller model, a smaller --dtype or another --device"
        )


def memory_of(device) -> float | None:
    """Return the memory of a device in GiB, or None where it is not told."""
    import torch

    try:
        if device.type == "cuda":
            return torch.cuda.mem_get_info(device)[0] / 2**30
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):
        return None
