"""Time a window of 4,096 bytes against its floor: the matrix products and attention calls alone.

    python -m benchmarks.reading_speed

Nothing that computes this model's output can be faster than those, so the ratio says how much time
goes into everything else: rotation, norms, gates, and memory.
"""

import argparse
import time

import torch
import torch.nn.functional as F

from lesson_utils.perplexity import byte_losses
from lesson_utils.weights import load


def best_of(repeats: int, function) -> float:
    """Run once to warm up, then return the least seconds of so many runs."""
    function()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


@torch.inference_mode()
def floor(model, length: int):
    """Return a function that makes the model's products and attention calls, and nothing else."""
    config = model.config
    torch.manual_seed(0)
    x = torch.randn(1, length, config.hidden_size)
    wide = torch.randn(1, length, config.intermediate_size)
    heads = torch.randn(1, length, config.heads, config.head_dim).transpose(1, 2)

    @torch.inference_mode()
    def run():
        for layer in model.model.layers:
            attention, feed_forward = layer.self_attn, layer.mlp
            for weights in (attention.q_proj, attention.k_proj, attention.v_proj, attention.o_proj):
                weights(x)
            F.scaled_dot_product_attention(heads, heads, heads, is_causal=True)
            feed_forward.gate_proj(x)
            feed_forward.up_proj(x)
            feed_forward.down_proj(wide)
        model.logits(x)

    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--length", type=int, default=4096)
    parser.add_argument("--repeats", type=int, default=10)
    options = parser.parse_args()
    model = load("base")
    tokens = torch.randint(0, 256, (1, options.length))
    least = best_of(options.repeats, floor(model, options.length))
    whole = best_of(options.repeats, lambda: byte_losses(model, tokens))
    print(f"{torch.get_num_threads()} threads, torch {torch.__version__}, {options.length:,} bytes")
    print(f"floor {least:.3f} s, reading {whole:.3f} s, ratio {whole / least:.2f}")


if __name__ == "__main__":
    main()
