"""What open weights add to ``python -m lesson_utils``: the command ``export``."""

import sys
from pathlib import Path

WEIGHTS = ("base", "rope", "pi", "ntk_aware", "yarn")  # weights.NAMES, which costs loading torch


def add_export_command(commands) -> None:
    parser = commands.add_parser("export", help="write a shipped model as a Hugging Face folder")
    parser.set_defaults(run=run_export)
    parser.add_argument("--weights", default="base", choices=WEIGHTS)
    parser.add_argument("--out", type=Path, required=True, help="a new folder")


def run_export(options) -> None:
    from lesson_utils.open_weights.export import export

    folder = export(options.weights, options.out)
    print(f"wrote {folder}: transformers' AutoModelForCausalLM loads it", file=sys.stderr)
