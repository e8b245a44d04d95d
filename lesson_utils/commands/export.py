"""``python -m lesson_utils export``: a shipped model, as others' loaders want it."""

import sys

from lesson_utils.commands.options import WEIGHTS

HELP = "write a shipped model as a Hugging Face folder"


def add_arguments(parser) -> None:
    parser.add_argument("--weights", default="base", choices=WEIGHTS)
    parser.add_argument("--out", required=True, metavar="FOLDER", help="a new folder")


def run(options) -> None:
    from lesson_utils.hub.export import export

    folder = export(options.weights, options.out)
    print(f"wrote {folder}: transformers' AutoModelForCausalLM loads it", file=sys.stderr)
