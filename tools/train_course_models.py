"""Train and measure everything that the course ships or quotes from a GPU.

    python -m tools.train_course_models base        --out runs
    python -m tools.train_course_models measure     --out runs
    python -m tools.train_course_models descendants --out runs
    python -m tools.train_course_models long        --out runs

``base`` trains the base model; ``measure`` sweeps one setting at a time with it.
``descendants`` fine-tunes it at factor 8 by five methods. ``long`` trains the same model on windows
of 4,096 from the start. Each stage writes weights and one JSON file with its command, device,
versions, date and seed. What compares lengths, over the same bytes, is ``tools.gather_evidence``.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

import torch

from lesson_utils.corpus import default_documents, gather_training_text, summarise, write_manifest
from lesson_utils.files import make_folder, write_whole
from lesson_utils.machine import choose_device, provenance
from lesson_utils.model import ModelConfig, TinyLlama
from lesson_utils.perplexity import loss_by_position, perplexity
from lesson_utils.rope import rope
from lesson_utils.scaling import by_name
from lesson_utils.training import TrainingConfig, loss_curve, train
from lesson_utils.weights import load, save

VARIANTS = {
    "rope": ("rope", {}),
    "pi": ("pi", {}),
    "ntk_aware": ("ntk_aware", {}),
    "yarn_turns": ("yarn", {"ramp": "turns"}),
    "yarn_index": ("yarn", {"ramp": "index"}),
}
SHIPPED = {"rope": "rope", "pi": "pi", "ntk_aware": "ntk_aware", "yarn_turns": "yarn"}
FACTOR = 8


def frequencies(variant, config, factor, **options):
    method, own = VARIANTS[variant]
    return by_name(
        method,
        factor=factor,
        head_dim=config.head_dim,
        base=config.base,
        trained_length=512,
        **own,
        **options,
    )


def sweeps(model, documents):
    """Vary one thing at a time: factor inside the window, NTK's factor, temperature, betas."""
    config = model.config
    temperatures = [round(1 + 0.025 * step, 3) for step in range(17)]
    ends = [(a, b) for a in (0.5, 1, 2) for b in (4, 8, 16, 32)]
    read = lambda n, f: round(perplexity(model, documents, n, f), 4)  # noqa: E731
    return {
        "pi_inside_512": {
            s: read(512, frequencies("pi", config, s)) for s in (1, 1.25, 1.5, 2, 3, 4, 6, 8, 16)
        },
        "ntk_factor_at_4096": {
            s: read(4096, frequencies("ntk_aware", config, s)) for s in (4, 8, 12, 16, 24, 32, 64)
        },
        "temperature": {
            variant: {
                s: {
                    m: read(512 * s, frequencies(variant, config, s, attention_scaling=m))
                    for m in temperatures
                }
                for s in (2, 4, 8, 16)
            }
            for variant in ("yarn_turns", "yarn_index")
        },
        "betas_at_4096": {
            variant: {
                f"{a},{b}": read(
                    4096, frequencies(variant, config, 8, beta_slow=float(a), beta_fast=float(b))
                )
                for a, b in ends
            }
            for variant in ("yarn_turns", "yarn_index")
        },
        "loss_by_position_8192": {
            variant: block_means(loss_by_position(model, documents, 8192, f))
            for variant, f in (
                ("rope", rope(config.head_dim)),
                ("yarn_index", frequencies("yarn_index", config, 16)),
            )
        },
    }


def block_means(losses, width=128):
    return [round(float(b[~(b != b)].mean()), 4) for b in losses.reshape(-1, width)]


def train_base(out, device, config, length_name):
    torch.manual_seed(config.seed)
    model = TinyLlama(ModelConfig(trained_length=config.length)).to(device)
    data, files = gather_training_text()
    documents = default_documents()
    on_the_way = {}

    def measure(step, model):
        if step and step % max(1, config.steps // 8) == 0:
            read = perplexity(model, documents, config.length)
            on_the_way[step] = {config.length: round(read, 4)}
            print(step, on_the_way[step], flush=True)

    started = time.perf_counter()
    losses = train(model, data, config, rope(64), folder=out / length_name, on_step=measure)
    seconds = time.perf_counter() - started
    save(model, out / f"{length_name}.safetensors")
    write_manifest(files, out / "manifest.csv.gz")
    return {
        "seconds": round(seconds, 1),
        "trained_bytes": config.steps * config.bytes_per_step,
        "config": asdict(config),
        "model": asdict(model.config),
        "loss_curve": loss_curve(losses),
        "perplexity_on_the_way": on_the_way,
        "text": {"bytes": len(data), "files": len(files), "packages": summarise(files)},
    }


def stage_base(out, device, options):
    return train_base(out, device, TrainingConfig(**options), "base")


def stage_measure(out, device, options):
    return sweeps(load("base", device=device), default_documents())


def stage_descendants(out, device, options):
    data, files = gather_training_text()
    config = TrainingConfig(
        **{"steps": 250, "length": 4096, "learning_rate": 5e-4, "warmup_steps": 10, **options}
    )
    record = {"config": asdict(config), "factor": FACTOR, "runs": {}}
    for variant in ("yarn_turns", "yarn_index", "pi", "ntk_aware", "rope"):
        model = load("base", device=device)
        chosen = frequencies(variant, model.config, FACTOR)
        started = time.perf_counter()
        losses = train(model, data, config, chosen)
        seconds = time.perf_counter() - started
        if variant in SHIPPED:
            save(model, out / f"{SHIPPED[variant]}.safetensors")
        record["runs"][variant] = {
            "seconds": round(seconds, 1),
            "loss_curve": loss_curve(losses, 40),
        }
        print(variant, seconds, flush=True)
    return record


def stage_long(out, device, options):
    config = TrainingConfig(length=4096, **options)
    return train_base(out, device, config, "long")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    stages = {
        "base": stage_base,
        "measure": stage_measure,
        "descendants": stage_descendants,
        "long": stage_long,
    }
    parser.add_argument("stage", choices=stages)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    make_folder(options.out)
    device = choose_device("auto")
    settings = ("steps", "learning_rate", "seed")
    changed = {name: getattr(options, name) for name in settings}
    changed = {name: value for name, value in changed.items() if value is not None}
    record = stages[options.stage](options.out, device, changed)
    command = "python -m tools.train_course_models " + " ".join(sys.argv[1:])
    record = {**provenance(command, device, options.seed or 0), **record}
    write_whole(options.out / f"{options.stage}.json", json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
