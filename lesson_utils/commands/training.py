"""What ``train`` and ``finetune`` share: their options, and a run from them to its record."""

import json
import sys
import time
from pathlib import Path

from lesson_utils.commands.options import add_device, at_least_one
from lesson_utils.files import make_folder, write_whole
from lesson_utils.machine import choose_device, provenance


def add_training(parser, *, steps: int, length: int, learning_rate: float, warmup: int) -> None:
    """Add the options of a run, with the defaults of this one."""
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--steps", type=int, default=steps, help=f"({steps:,})")
    parser.add_argument("--length", type=int, default=length, help=f"bytes in a window ({length})")
    parser.add_argument("--bytes-per-step", type=int, default=131_072, help="(131,072)")
    parser.add_argument("--learning-rate", type=float, default=learning_rate)
    parser.add_argument("--warmup-steps", type=int, default=warmup)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint-every", type=int, default=500, metavar="STEPS")
    parser.add_argument(
        "--corpus",
        type=Path,
        metavar="FOLDER",
        help="your own Python files, not this environment's",
    )
    add_device(parser)


def run_training(options, make_model) -> None:
    """Train a model, then write the weights, the manifest and the record of the run.

    Parameters
    ----------
    options : argparse.Namespace
    make_model : callable
        Takes the options and a device; returns a model there, and the frequencies to train with.

    Raises
    ------
    ValueError
        If an option makes no sense, or nothing can be written where ``--out`` says.
    """
    config = training_config(options)

    import torch.distributed as dist

    from lesson_utils.corpus import gather_training_text
    from lesson_utils.training import joined_processes, train

    with joined_processes() as joined:
        device = joined or choose_device(options.device)
        is_first = joined is None or dist.get_rank() == 0
        model, frequencies = make_model(options, device)
        make_folder(options.out)
        print("gathering the text to train on", file=sys.stderr)
        data, files = gather_training_text(options.corpus)
        stamps: list[float] = []
        note_time = lambda step, model: stamps.append(time.perf_counter())  # noqa: E731
        losses = train(model, data, config, frequencies, folder=options.out, on_step=note_time)
        processes = dist.get_world_size() if joined else 1
    if not is_first:
        return
    record = provenance(options.command, device, config.seed)
    record |= {"processes": processes, **pace(stamps, config.bytes_per_step)}
    record |= describe(config, frequencies, losses, data, files)
    write_run(options.out, model, files, record)


def write_run(folder: Path, model, files: list, record: dict) -> None:
    """Write the weights, the list of what they were trained on, and the record, last of all."""
    from lesson_utils.corpus import write_manifest
    from lesson_utils.weights import save

    save(model, folder / "model.safetensors")
    write_manifest(files, folder / "manifest.csv.gz")
    write_whole(folder / "run.json", json.dumps(record, indent=1) + "\n")
    print(f"wrote {folder / 'model.safetensors'}", file=sys.stderr)


def training_config(options):
    """Turn the options of :func:`add_training` into a ``TrainingConfig``."""
    counts = ("steps", "length", "bytes_per_step", "checkpoint_every")
    for name in counts:
        at_least_one("--" + name.replace("_", "-"), getattr(options, name))
    if not 0 < options.learning_rate < 1:
        raise ValueError(f"--learning-rate is {options.learning_rate}; give one like 5e-4")

    from lesson_utils.training import TrainingConfig

    settings = (*counts, "learning_rate", "warmup_steps", "seed")
    return TrainingConfig(**{name: getattr(options, name) for name in settings})


def pace(stamps: list[float], bytes_per_step: int) -> dict:
    """Say how long a run took, and how fast its second half was: compiling is over by then."""
    seconds, half = stamps[-1] - stamps[0], stamps[len(stamps) // 2 :]
    found = {"seconds": round(seconds, 1)}
    if len(half) > 1:
        steps = len(half) - 1
        found["bytes_per_second"] = round(steps * bytes_per_step / (half[-1] - half[0]))
    return found


def describe(config, frequencies, losses, data, files) -> dict:
    """Say what a run did: what its record has besides how it came about."""
    from lesson_utils.corpus import summarise
    from lesson_utils.training import loss_curve

    return {
        "trained_bytes": config.steps * config.bytes_per_step,
        "attention_scaling": frequencies.attention_scaling,
        "inv_freq": frequencies.inv_freq.tolist(),
        "loss_curve": loss_curve(losses),
        "text": {"bytes": len(data), "files": len(files), "packages": summarise(files)},
    }
