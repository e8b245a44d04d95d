"""``python -m lesson_utils finetune``: a trained model learns to read further."""

from lesson_utils.commands.options import add_method, frequencies_for
from lesson_utils.commands.training import add_training, run_training

HELP = "teach a trained model to read further"


def add_arguments(parser) -> None:
    add_method(parser)
    parser.add_argument("--weights", default="base", help="where to start from (base)")
    add_training(parser, steps=250, length=4096, learning_rate=5e-4, warmup=10)


def run(options) -> None:
    run_training(options, load_model)


def load_model(options, device):
    """Return the model to start from, and the frequencies that it learns to read with."""
    from lesson_utils.weights import load

    model = load(options.weights, device=device)
    return model, frequencies_for(options, model.config, options.length)
