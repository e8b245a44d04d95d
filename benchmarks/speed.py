"""Print one table: how long reading, training and rotating take here, against two yardsticks.

    python -m benchmarks.speed

*transformers* is the same model as ``LlamaForCausalLM``: read one window at a time, as its guide to
perplexity does, and as many windows at once as the course does; trained with ``torch.compile`` and
the course's own optimiser. *floor* is what cannot be left out: the matrix products and attention
alone, or, of a rotation, a copy of the same bytes. Every number is the median of ``--repeats``
rounds; in each round all of a row's columns take their turn. The exponent says how the time of one
window, or the memory, grows with its length: 1 is in proportion, 2 with the square.
"""

import argparse
import math
import os
import platform
import statistics
import time

import numpy as np
import torch
import torch.nn.functional as F

from lesson_utils import perplexity
from lesson_utils.corpus import Document
from lesson_utils.machine import choose_device, device_name
from lesson_utils.model import ModelConfig, TinyLlama
from lesson_utils.rope import cos_sin, rope, rotate_half_split
from lesson_utils.training import (
    NextByteLoss,
    TrainingConfig,
    follow_gradients,
    make_optimizer,
    mixed_precision,
    windows_of_step,
)
from lesson_utils.weights import load

LENGTHS = (512, 1_024, 4_096, 16_384)
WARM_UP, STEPS = 12, 20


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda"])
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    device = choose_device(options.device)
    print(f"{machine(device)}, torch {torch.__version__}, {time.strftime('%Y-%m-%d')}\n")
    print("| | ours | transformers, one by one | transformers, at once | floor "
          "| ours / at once | ours / floor | ours, memory | transformers, memory |")  # fmt: skip
    print("|--" * 9 + "|")
    bench_reading(device, options.repeats)
    bench_rotation(device, options.repeats)
    if device.type == "cuda":
        bench_training(device, options.repeats)


def machine(device) -> str:
    if device.type == "cuda":
        return device_name(device)
    return f"{platform.machine()} CPU, {os.cpu_count()} cores, {torch.get_num_threads()} threads"


def bench_reading(device, repeats: int) -> None:
    """Score the same bytes at each length: two are read for each one scored."""
    model = load("base").to(device)
    theirs = as_llama(model).to(device)
    size = 131_072 if device.type == "cuda" else 16_384
    random = np.random.default_rng(0)
    document = Document("random bytes", random.integers(0, 256, size, dtype=np.uint8))
    found = {}
    for length in LENGTHS:
        found[length] = race(device, repeats, readers(model, theirs, document, length))
        print_row(f"read {size / 1024:.0f} KiB in windows of {length:,}", found[length])
    print_exponents(found)


def readers(model: TinyLlama, theirs, document: Document, length: int) -> dict:
    """Return each column's way to read a document, as functions without arguments."""
    longest = LENGTHS[-1]
    batches = list(perplexity.window_batches([document], length, longest, model.device))
    pairs = [pair for windows, fresh in batches for pair in zip(windows, fresh, strict=True)]
    single = [(window[None], fresh[None]) for window, fresh in pairs]
    return {
        "ours": lambda: perplexity.score_windows(model, [document], length, longest=longest),
        "guide": lambda: read_with(theirs, single),
        "at once": lambda: read_with(theirs, batches),
        "floor": lambda: [products_of_reading(model, *windows.shape) for windows, _ in batches],
    }


def as_llama(model: TinyLlama):
    """Put the same weights into ``transformers``' class."""
    from transformers import LlamaConfig, LlamaForCausalLM

    c = model.config
    config = LlamaConfig(
        vocab_size=c.vocabulary, hidden_size=c.hidden_size, num_hidden_layers=c.layers,
        intermediate_size=c.intermediate_size, num_attention_heads=c.heads,
        max_position_embeddings=c.trained_length, rms_norm_eps=c.norm_eps,
        tie_word_embeddings=True, attn_implementation="sdpa",
    )  # fmt: skip
    theirs = LlamaForCausalLM(config)
    theirs.load_state_dict(model.state_dict(), strict=False)
    theirs.tie_weights()
    return theirs.eval()


@torch.inference_mode()
def read_with(theirs, batches) -> float:
    """Sum the losses of the fresh bytes of every window."""
    nats = 0.0
    for windows, fresh in batches:
        logits = theirs(input_ids=windows, use_cache=False).logits[:, :-1].float()
        losses = F.cross_entropy(logits.transpose(1, 2), windows[:, 1:], reduction="none").cpu()
        length = windows.shape[1]
        nats += losses[torch.arange(1, length) >= length - fresh[:, None]].double().sum().item()
    return nats


@torch.inference_mode()
def products_of_reading(model: TinyLlama, windows: int, length: int) -> None:
    """Make the model's products and attention calls on noise, and nothing else."""
    config, device = model.config, model.device
    x = torch.randn(windows, length, config.hidden_size, device=device)
    wide = torch.randn(windows, length, config.intermediate_size, device=device)
    heads = x.view(windows, length, config.heads, config.head_dim).transpose(1, 2)
    for layer in model.model.layers:
        attention, feed_forward = layer.self_attn, layer.mlp
        for weights in (attention.q_proj, attention.k_proj, attention.v_proj, attention.o_proj):
            weights(x)
        F.scaled_dot_product_attention(heads, heads, heads, is_causal=True)
        feed_forward.gate_proj(x), feed_forward.up_proj(x), feed_forward.down_proj(wide)
    model.logits(x)


def bench_rotation(device, repeats: int) -> None:
    """Rotate the queries and keys of one layer; the floor copies them."""
    from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

    q, k = torch.randn(2, 8, 4, 4096, 64, device=device)
    cos, sin = (t.float() for t in cos_sin(rope(64), torch.arange(4096, device=device)))
    wide = [torch.cat((t, t), -1)[None] for t in (cos, sin)]
    times = race(device, repeats, {
        "ours": lambda: (rotate_half_split(q, cos, sin), rotate_half_split(k, cos, sin)),
        "at once": lambda: apply_rotary_pos_emb(q, k, *wide),
        "floor": lambda: (q.clone(), k.clone()),
    })  # fmt: skip
    print_row("rotate q and k, 8 × 4 heads × 4,096", times)


def bench_training(device, repeats: int) -> None:
    """Take steps of 131,072 bytes, both models compiled, with one optimiser and one precision."""
    for length in (512, 4_096):
        ours = TinyLlama(ModelConfig(trained_length=length)).to(device)
        config = TrainingConfig(length=length)
        times = race(device, repeats, trainers(ours, config))
        print_row(f"train {STEPS} steps of 128 KiB, window {length:,}", times)
        products = sum(w.numel() for w in ours.parameters() if w.ndim == 2)
        scores = length * ours.config.hidden_size * ours.config.layers
        work = 6 * (products + scores) * config.bytes_per_step * STEPS / times["ours"][0]
        print(f"| products and attention, window {length:,} | {work / 1e12:.0f} TFLOP/s" + " |" * 8)


def trainers(ours: TinyLlama, config: TrainingConfig) -> dict:
    """Return both columns' way to take :data:`STEPS` steps, compiled and warm."""
    device = ours.device
    text = torch.randint(0, 256, (4_000_000,), dtype=torch.uint8, device=device)
    loss, theirs = NextByteLoss(ours.train()), as_llama(ours).to(device).train()
    loss.compile()
    compiled = torch.compile(theirs)
    tables = [t.float() for t in cos_sin(rope(64), torch.arange(config.length, device=device))]

    def loss_of_theirs(tokens):
        logits = compiled(input_ids=tokens[:, :-1], use_cache=False).logits.float()
        return F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())

    return {
        "ours": steps_of(ours, lambda tokens: loss(tokens, *tables), text, config),
        "at once": steps_of(theirs, loss_of_theirs, text, config),
    }


def steps_of(model, loss_of, text, config):
    """Return a function that trains for some steps."""
    optimizer = make_optimizer(model, config)
    autocast, scaler = mixed_precision(model.device)

    def run(steps=STEPS):
        for step in range(steps):
            (tokens,) = windows_of_step(text, config, step, 0, 1)
            with autocast:
                loss = loss_of(tokens)
            scaler.scale(loss).backward()
            follow_gradients(model, optimizer, scaler, config.clip)

    run(WARM_UP)
    return run


def race(device, repeats: int, runs: dict) -> dict[str, tuple[float, float]]:
    """Let the columns of a row take turns; return median seconds and peak MiB of each."""
    seconds, peaks = {name: [] for name in runs}, {}
    for round_number in range(repeats + 1):
        for name, run in runs.items():
            if device.type == "cuda":
                torch.cuda.synchronize()
                torch.cuda.reset_peak_memory_stats()
            start = time.perf_counter()
            run()
            if device.type == "cuda":
                torch.cuda.synchronize()
                peaks[name] = torch.cuda.max_memory_allocated() / 2**20
            if round_number:  # the first one warms up
                seconds[name].append(time.perf_counter() - start)
    return {name: (statistics.median(s), peaks.get(name, math.nan)) for name, s in seconds.items()}


def print_row(title: str, times: dict) -> None:
    def ms(name):
        return f"{times[name][0] * 1e3:,.1f} ms" if name in times else ""

    def ratio(name):
        return f"{times['ours'][0] / times[name][0]:.2f}" if name in times else ""

    def mib(name):
        return "" if math.isnan(times[name][1]) else f"{times[name][1]:,.0f} MiB"

    cells = [title, ms("ours"), ms("guide"), ms("at once"), ms("floor"), ratio("at once"),
             ratio("floor"), mib("ours"), mib("at once")]  # fmt: skip
    print("| " + " | ".join(cells) + " |", flush=True)


def print_exponents(found: dict) -> None:
    """Print how the time of one window grows from the last length but one to the last."""
    short, long = LENGTHS[-2:]
    step = math.log(long / short)
    cells = [
        f"{1 + math.log(found[long][name][0] / found[short][name][0]) / step:.2f}"
        for name in ("ours", "guide", "at once", "floor")
    ]
    print(f"| exponent of time, {short:,} to {long:,} | " + " | ".join(cells) + " | | | | |")


if __name__ == "__main__":
    main()
