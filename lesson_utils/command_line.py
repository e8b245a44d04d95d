"""The commands of ``python -m lesson_utils``; `--help` lists them.

Results go to stdout, everything else to stderr. What a person can mend is one line and exit code 2.
"""

import argparse
import json
import os
import platform
import re
import shlex
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path

from lesson_utils.frequencies_command import add_command as add_frequencies_command
from lesson_utils.methods import OPTIONS, TABLE, Option, owners
from lesson_utils.open_weights.commands import (
    add_export_command,
    add_model_options,
    run_perplexity_of_model,
)
from lesson_utils.progress import command as progress


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message):
        self.exit(2, f"error: {message}; see `python -m lesson_utils --help`\n")


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 if doctor finds a fault, 2 on bad input."""
    arguments = sys.argv[1:] if arguments is None else arguments
    options = build_parser().parse_args(join_negative_values(arguments))
    options.command = "python -m lesson_utils " + shlex.join(arguments)
    warnings.showwarning = lambda message, *_: print(f"note: {message}", file=sys.stderr)
    try:
        return options.run(options) or 0
    except (ValueError, RuntimeError, OSError) as error:
        print(f"error: {_one_line(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


def join_negative_values(arguments: list[str]) -> list[str]:
    """Write ``--lengths -5,512`` as ``--lengths=-5,512``.

    argparse takes the first for two options and says so. In the second it sees a value, which can
    then be refused by its name.
    """
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1].startswith("--") and re.match(r"-(\d|\.|inf|nan)", argument):
            joined[-1] += "=" + argument
        else:
            joined.append(argument)
    return joined


def build_parser() -> Parser:
    parser = Parser(prog="python -m lesson_utils", description="Stretching RoPE, from a shell.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    reading = commands.add_parser("perplexity", help="read long documents and score every byte")
    reading.set_defaults(run=run_perplexity)
    add_method(reading, required=False)
    reading.add_argument("--lengths", required=True, metavar="N,N,…", help="windows, in bytes")
    either = reading.add_mutually_exclusive_group()
    either.add_argument(
        "--weights", default="base", help="base, rope, pi, ntk_aware, yarn, or a path (base)"
    )
    add_model_options(reading, either)
    reading.add_argument(
        "--document",
        action="append",
        metavar="PATH",
        help="a file of yours, as often as you like; left out: eight SymPy modules",
    )
    reading.add_argument("--max-documents", type=int, metavar="N", help="only the first N")
    add_device(reading)
    reading.add_argument("--json", action="store_true", help="print one JSON object")

    base = commands.add_parser("train", help="train the base model (wants a GPU)")
    base.set_defaults(run=run_train)
    add_training(base, steps=2_500, length=512, learning_rate=2e-3, warmup=200)
    base.add_argument("--layers", type=int, default=6)
    base.add_argument("--hidden-size", type=int, default=256, help="a multiple of 64 (256)")

    tuning = commands.add_parser("finetune", help="teach a trained model to read further")
    tuning.set_defaults(run=run_finetune)
    add_method(tuning)
    tuning.add_argument("--weights", default="base", help="where to start from (base)")
    add_training(tuning, steps=250, length=4096, learning_rate=5e-4, warmup=10)

    add_export_command(commands)
    progress.add_command(commands)
    add_frequencies_command(commands)

    doctor = commands.add_parser("doctor", help="say what runs here, and what is missing")
    doctor.set_defaults(run=run_doctor)
    return parser


def add_method(parser: Parser, *, required: bool = True) -> None:
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


def add_own_option(parser: Parser, option: Option) -> None:
    """Add what only some methods have: a word of a few, a yes or no, or a number."""
    kind = {"type": float, "metavar": "X"}
    if option.choices:
        kind = {"choices": option.choices}
    elif isinstance(option.default, bool):
        kind = {"action": argparse.BooleanOptionalAction}
    default = f"{option.default:,g}" if isinstance(option.default, float) else option.default
    text = f"{option.help}; {' and '.join(owners(option.name))} ({default})"
    parser.add_argument(option.flag, help=text, **kind)


def add_device(parser: Parser) -> None:
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")


def add_training(
    parser: Parser, *, steps: int, length: int, learning_rate: float, warmup: int
) -> None:
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


def run_perplexity(options) -> None:
    from tqdm import tqdm

    from lesson_utils.corpus import DocumentError, default_documents, read_document
    from lesson_utils.perplexity import score_windows
    from lesson_utils.weights import load

    lengths = parse_lengths(options.lengths)
    device = choose_device(options.device)
    if options.max_documents is not None and options.max_documents < 1:
        raise DocumentError(f"--max-documents is {options.max_documents}; give 1 or more")
    if options.document:
        documents = [read_document(path) for path in options.document[: options.max_documents]]
    else:
        documents = default_documents(options.max_documents)
    if options.model is not None:
        run_perplexity_of_model(options, lengths, device, documents)
        return
    if options.method is None:
        raise ValueError(
            f"--method is missing; give one of {', '.join(TABLE)}, or see "
            "`python -m lesson_utils perplexity --help`"
        )
    model = load(options.weights, device=device)
    chosen = {length: choose_frequencies(options, model.config, length) for length in lengths}

    started = time.perf_counter()
    whole = sum(len(d) // length * length for length in lengths for d in documents)
    with tqdm(total=whole, unit="B", unit_scale=True, disable=None, file=sys.stderr) as bar:
        scores = {
            length: score_windows(model, documents, length, chosen[length], progress=bar.update)
            for length in lengths
        }
    report = {
        "method": options.method,
        "factor": options.factor,
        "weights": options.weights,
        "device": str(device),
        "documents": [document.name for document in documents],
        "perplexity": {str(n): round(score.perplexity, 6) for n, score in scores.items()},
        "bits_per_byte": {str(n): round(score.bits_per_byte, 6) for n, score in scores.items()},
        "scored_bytes": {str(n): score.scored_bytes for n, score in scores.items()},
        "seconds": round(time.perf_counter() - started, 2),
    }
    if options.json:
        print(json.dumps(report))
        return
    print(f"{options.method} on weights {options.weights}, {len(documents)} documents, {device}")
    for n, score in scores.items():
        print(
            f"{n:>7,} bytes  perplexity {score.perplexity:8.3f}  "
            f"{score.bits_per_byte:6.3f} bits per byte  {score.scored_bytes:,} bytes scored"
        )


def run_train(options) -> None:
    from lesson_utils.model import ModelConfig, TinyLlama
    from lesson_utils.rope import rope

    def make(device):
        import torch

        if options.hidden_size < 64 or options.hidden_size % 64 or options.layers < 1:
            raise ValueError(
                f"--hidden-size is {options.hidden_size} and --layers is {options.layers}; "
                "give a multiple of 64, and at least one layer"
            )
        torch.manual_seed(options.seed)
        config = ModelConfig(
            layers=options.layers,
            hidden_size=options.hidden_size,
            intermediate_size=options.hidden_size * 11 // 4,
            trained_length=options.length,
        )
        return TinyLlama(config).to(device), rope(config.head_dim, base=config.base)

    run_training(options, make)


def run_finetune(options) -> None:
    from lesson_utils.weights import load

    def make(device):
        model = load(options.weights, device=device)
        return model, choose_frequencies(options, model.config, options.length)

    run_training(options, make)


def run_training(options, make) -> None:
    """Train what ``make`` makes, then write the weights, the manifest and the record of the run."""
    import torch.distributed as dist

    from lesson_utils.corpus import gather_training_text, summarise, write_manifest
    from lesson_utils.training import TrainingConfig, start_processes, train
    from lesson_utils.weights import save

    if not 0 < options.learning_rate < 1:
        raise ValueError(f"--learning-rate is {options.learning_rate}; give one like 5e-4")
    config = TrainingConfig(
        steps=at_least_one("--steps", options.steps),
        length=at_least_one("--length", options.length),
        bytes_per_step=at_least_one("--bytes-per-step", options.bytes_per_step),
        learning_rate=options.learning_rate,
        warmup_steps=options.warmup_steps,
        seed=options.seed,
        checkpoint_every=at_least_one("--checkpoint-every", options.checkpoint_every),
    )
    device = start_processes() or choose_device(options.device)
    model, frequencies = make(device)
    if options.out.is_file():
        raise ValueError(f"--out is {options.out}, which is a file; give a folder")
    options.out.mkdir(parents=True, exist_ok=True)
    print("gathering the text to train on", file=sys.stderr)
    data, files = gather_training_text(options.corpus)
    started = time.perf_counter()
    losses = train(model, data, config, frequencies, folder=options.out)
    seconds = time.perf_counter() - started
    if dist.is_initialized():
        rank = dist.get_rank()
        dist.destroy_process_group()
        if rank > 0:
            return
    save(model, options.out / "model.safetensors")
    write_manifest(files, options.out / "manifest.csv.gz")
    record = {
        "command": options.command,
        "seed": config.seed,
        "device": device_name(device),
        "versions": {"python": platform.python_version(), "torch": version("torch")},
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "seconds": round(seconds, 1),
        "trained_bytes": config.steps * config.bytes_per_step,
        "attention_scaling": frequencies.attention_scaling,
        "inv_freq": frequencies.inv_freq.tolist(),
        "loss_curve": loss_curve(losses),
        "text": {"bytes": len(data), "files": len(files), "packages": summarise(files)},
    }
    (options.out / "run.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {options.out / 'model.safetensors'}", file=sys.stderr)


def run_doctor(options) -> int:
    """Print what runs here and what is missing; return 1 if something is."""
    faults = []

    def check(name: str, probe, fix: str) -> None:
        try:
            print(f"ok    {name}: {probe()}")
        except Exception as error:  # whatever is wrong, the other checks should still be made
            faults.append(name)
            print(f"FAULT {name}: {_one_line(error)}\n      {fix}")

    def python():
        if sys.version_info < (3, 11):  # noqa: UP036, it may have been copied there without pip
            raise RuntimeError(f"{platform.python_version()} is too old")
        return f"{platform.python_version()} on {platform.system()} {platform.machine()}"

    def device():
        chosen = choose_device("auto")
        return f"{device_name(chosen)}, {os.cpu_count()} CPU cores"

    def weights(name: str):
        from lesson_utils.weights import checksum, load

        load(name)
        return f"checksum {checksum(name)[:16]} holds"

    def documents():
        from lesson_utils.corpus import default_documents

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = default_documents()
        return f"{len(found)} modules of SymPy {version('sympy')}"

    check("Python", python, "install Python 3.11 or newer")
    for package in ("torch", "numpy", "sympy", "safetensors", "matplotlib", "plotly", "ipywidgets"):
        check(package, lambda package=package: version(package), f"run `pip install {package}`")
    check("JupyterLab", lambda: version("jupyterlab"), "run `make lab`, or open a hosted notebook")
    check("device", device, "install PyTorch again")
    check("memory", memory, "")
    for name in ("base", "rope", "pi", "ntk_aware", "yarn"):
        check(f"weights {name}", lambda name=name: weights(name), "install the course again")
    check("documents", documents, "run `pip install sympy`")
    print("all is well" if not faults else f"{len(faults)} to mend: {', '.join(faults)}")
    return 1 if faults else 0


def choose_frequencies(options, config, length: int):
    """Turn the options of :func:`add_method` into frequencies for windows of ``length``."""
    from lesson_utils.scaling import by_name

    extras = {name: getattr(options, name) for name in OPTIONS}
    factor = options.factor
    if factor is None:
        # dynamic_ntk looks at the length itself; its own factor is 1 in the paper.
        dynamic = "length" in TABLE[options.method].asks_for
        factor = 1.0 if dynamic else max(1.0, length / config.trained_length)
    return by_name(
        options.method,
        factor=factor,
        head_dim=config.head_dim,
        base=config.base,
        trained_length=config.trained_length,
        length=length,
        attention_scaling=options.attention_scaling,
        **{name: value for name, value in extras.items() if value is not None},
    )


def choose_device(name: str):
    """Turn ``auto`` into the best device here; refuse one that is not here."""
    import torch

    here = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if name == "auto":
        name = next(kind for kind in ("cuda", "mps", "cpu") if here[kind])
    if not here[name]:
        raise ValueError(f"--device {name} is not to be had on this machine; use auto or cpu")
    return torch.device(name)


def device_name(device) -> str:
    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return {"cpu": "CPU", "mps": "Apple GPU"}[device.type]


def parse_lengths(text: str) -> list[int]:
    """Read ``512,1024`` as window lengths, each at least 2."""
    lengths = []
    for part in text.split(","):
        try:
            lengths.append(int(part))
        except ValueError:
            raise ValueError(
                f"--lengths has {part!r}; give whole numbers with commas between, like 512,4096"
            ) from None
        if lengths[-1] < 2:
            raise ValueError(f"--lengths has {lengths[-1]}; a window needs at least 2 bytes")
    return lengths


def at_least_one(name: str, value: int) -> int:
    if value < 1:
        raise ValueError(f"{name} is {value}; give 1 or more")
    return value


def loss_curve(losses: list[float], points: int = 100) -> list[list[float]]:
    """Thin losses out to [step, mean loss of the steps up to it], about ``points`` of them."""
    stride = max(1, len(losses) // points)
    blocks = range(0, len(losses) - stride + 1, stride)
    return [[s + stride, round(sum(losses[s : s + stride]) / stride, 4)] for s in blocks]


def memory() -> str:
    """Say how much memory this machine has, where the system tells."""
    try:
        gibibytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):
        return "unknown"
    return f"{gibibytes:.1f} GiB"


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
