"""What ``perplexity --model`` reads with: a model of others', in tokens."""

import copy
import sys

from lesson_utils.commands.options import factor_for, method_options
from lesson_utils.machine import choose_device, memory_of

DTYPES = ("auto", "float32", "bfloat16", "float16")
LIBRARIES = 0.5
"""GiB that PyTorch and transformers take themselves, measured on Linux."""


class TheirModel:
    """A model of others', which reads tokens: what it will read, and how it says so."""

    unit = "token"

    def __init__(self, options, lengths, documents):
        import torch

        from lesson_utils.hub import loading, scoring

        self.options, self.documents = options, documents
        self.device = choose_device(options.device)
        self.dtype = getattr(torch, choose_dtype(options.dtype, self.device))
        own = loading.open_config(options.model)
        self.configs = {n: configure(options, copy.deepcopy(own), n) for n in lengths}
        self.tokenizer = loading.open_tokenizer(options.model)
        windows = scoring.count_windows(self.tokenizer, documents, lengths)
        self.total = sum(length * count for length, count in windows.items())
        self.cost = loading.cost(self.configs[lengths[0]], self.dtype, windows)
        announce_memory(self.cost, self.dtype, self.device)
        self.model, self.loaded = None, None
        self.load(lengths[0])
        announce_time(self.cost, self.model, max(lengths))
        method = options.method or "its own method"
        on = f"{len(documents)} documents, {self.device}, {str(self.dtype)[6:]}"
        self.heading = f"{options.model} with {method}, {on}"

    def load(self, length: int) -> None:
        """Load the model as windows of this length want it, unless it is loaded so."""
        from lesson_utils.hub import loading

        config = self.configs[length]
        if config.to_dict() != self.loaded:
            self.loaded, self.model = config.to_dict(), None  # let go of the last one first
            self.model = loading.open_model(self.options.model, config, self.device, self.dtype)

    def score(self, length: int, progress):
        from lesson_utils.hub import scoring

        self.load(length)
        return scoring.score_tokens(
            self.model,
            self.tokenizer,
            self.documents,
            length,
            longest=max(self.configs),
            progress=progress,
        )

    def row(self, length: int, score) -> str:
        return (
            f"{length:>7,} tokens  perplexity {score.perplexity:8.3f} per token  "
            f"{score.bits_per_byte:6.3f} bits per byte  "
            f"{score.scored_tokens:,} tokens of {score.scored_bytes:,} bytes scored"
        )

    def report(self, scores: dict) -> dict:
        return {
            "model": self.options.model,
            "method": self.options.method,
            "factor": self.options.factor,
            "parameters": self.cost["parameters"],
            "device": str(self.device),
            "dtype": str(self.dtype).removeprefix("torch."),
            "documents": [document.name for document in self.documents],
            "perplexity_per_token": {str(n): round(s.perplexity, 6) for n, s in scores.items()},
            "bits_per_byte": {str(n): round(s.bits_per_byte, 6) for n, s in scores.items()},
            "scored_tokens": {str(n): s.scored_tokens for n, s in scores.items()},
            "scored_bytes": {str(n): s.scored_bytes for n, s in scores.items()},
        }


def configure(options, config, length: int):
    """Put the method of the options into a model's config, for windows of ``length``."""
    from lesson_utils.hub import loading

    loading.require_room(config, length)
    if options.method is not None:
        factor = factor_for(options, length, loading.trained_length(config))
        loading.override_rope(config, options.method, factor, **method_options(options))
    return config


def choose_dtype(name: str, device) -> str:
    """Turn ``auto`` into what the device computes well in."""
    import torch

    if name != "auto":
        return name
    if device.type == "cpu":
        return "float32"
    return "bfloat16" if device.type == "cuda" and torch.cuda.is_bf16_supported() else "float16"


def announce_memory(cost: dict, dtype, device) -> None:
    """Say on stderr what memory reading will take; refuse if the weights alone cannot fit."""
    from lesson_utils.hub import loading

    need, have = cost["bytes"] / 2**30, memory_of(device)
    need += LIBRARIES if device.type == "cpu" else 0
    print(
        f"{cost['parameters'] / 1e6:,.1f} million parameters in {str(dtype)[6:]} on {device}: "
        f"about {need:,.2f} GiB of memory",
        file=sys.stderr,
    )
    if have is not None and cost["weight_bytes"] / 2**30 > have:
        raise loading.ModelError(
            f"the weights alone need {cost['weight_bytes'] / 2**30:,.1f} GiB, and {device} has "
            f"{have:,.1f}; give a smaller model, a smaller --dtype or another --device"
        )


def announce_time(cost: dict, model, longest: int) -> None:
    """Say on stderr how long reading will take, by how fast the model reads a small piece."""
    from lesson_utils.hub import loading

    seconds = cost["operations"] / loading.speed(model, longest)
    print(f"about {seconds:,.0f} s to read, by the speed of a first piece", file=sys.stderr)
