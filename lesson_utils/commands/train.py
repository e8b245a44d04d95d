"""``python -m lesson_utils train``: the base model, from nothing."""

from lesson_utils.commands.training import add_training, run_training

HELP = "train the base model (wants a GPU)"


def add_arguments(parser) -> None:
    add_training(parser, steps=2_500, length=512, learning_rate=2e-3, warmup=200)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--hidden-size", type=int, default=256, help="a multiple of 64 (256)")


def run(options) -> None:
    if options.hidden_size < 64 or options.hidden_size % 64 or options.layers < 1:
        raise ValueError(
            f"--hidden-size is {options.hidden_size} and --layers is {options.layers}; "
            "give a multiple of 64, and at least one layer"
        )
    run_training(options, new_model)


def new_model(options, device):
    """Return a model that knows nothing, and plain RoPE."""
    import torch

    from lesson_utils.model import ModelConfig, TinyLlama
    from lesson_utils.rope import rope

    torch.manual_seed(options.seed)
    config = ModelConfig(
        layers=options.layers,
        hidden_size=options.hidden_size,
        intermediate_size=options.hidden_size * 11 // 4,
        trained_length=options.length,
    )
    return TinyLlama(config).to(device), rope(config.head_dim, base=config.base)
