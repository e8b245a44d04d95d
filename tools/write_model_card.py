"""Write the model card of the shipped weights from the records of how they were trained.

python -m tools.write_model_card
"""

from lesson_utils import recorded
from lesson_utils.files import write_whole
from lesson_utils.weights import FOLDER, NAMES, checksum, weights_path

TARGET = FOLDER / "MODEL_CARD.md"
METHOD_OF = {
    "base": "plain RoPE, windows of 512",
    "rope": "`rope(64)`",
    "pi": "`pi(64, 8)`",
    "ntk_aware": "`ntk_aware(64, 8)`",
    "yarn": '`yarn(64, 8, trained_length=512, ramp="turns")`',
}


def model_card() -> str:
    """Put the card together as Markdown."""
    base, tuning = recorded.read("base"), recorded.read("finetuning")
    return (
        section_on_files(base)
        + section_on_text(base)
        + section_on_training(base, tuning)
        + section_on_loss(base)
    )


def section_on_files(base: dict) -> str:
    """Say what the models are, and what is in which file."""
    shape = base["model"]
    return f"""# Model card: the tiny model and its descendants

A byte-level Llama: {shape["layers"]} layers, hidden size {shape["hidden_size"]}, 4 heads of \
{shape["head_dim"]}, feed-forward {shape["intermediate_size"]}, 4,885,760 parameters, RMSNorm, \
SwiGLU, half-split RoPE with base {shape["base"]:,.0f}, tied embeddings, no biases. \
Trained window: {shape["trained_length"]} bytes. \
`transformers.LlamaForCausalLM` loads the weights unchanged.

For learning and teaching. It writes Python that looks right and is not; do not use it for work.

## Files

Each file is in bfloat16, is loaded to float32, and carries a checksum of its own numbers.

| file | trained with | perplexity per byte at 512 | at 4,096 | checksum begins |
|--|--|--|--|--|
{chr(10).join(file_rows())}

Perplexity: eight SymPy modules, 16,384 bytes each, the second half of each window of 4,096, the \
same bytes at both lengths, read with the frequencies of the second column. For \
`rope_type="yarn"`, `transformers` takes the other ramp: it \
loads `yarn.safetensors`, and reads a little worse with it (lesson 09).

"""


def section_on_text(base: dict) -> str:
    """Say what the base model was trained on."""
    text = base["text"]
    packages = sorted(text["packages"], key=lambda package: -package["bytes"])
    largest = ", ".join(f"{p['package']} {p['version']}" for p in packages[:12])
    return f"""## Text

{text["files"]:,} Python files, {text["bytes"]:,} bytes: the standard library and \
{len(packages) - 1} packages of the environment it was trained in, one zero byte after each file, \
no file twice. All of SymPy is held out, by package, by folder name and by content. The largest \
shares: {largest}. Package by package, with versions, bytes and hashes: `recorded/base.json`. File \
by file: `manifest.csv.gz`.

The files keep their own licences. The model has seen them all, and may repeat short passages.

"""


def section_on_training(base: dict, tuning: dict) -> str:
    """Say how all of them were trained, and where."""
    config = base["config"]
    return f"""## Training

| | base | each descendant |
|--|--|--|
| command | `{base["command"]}` | `{tuning["command"]}` |
| seed | {base["seed"]} | {tuning["seed"]} |
| device | {base["device"]} | {tuning["device"]} |
| date | {base["date"]} | {tuning["date"]} |
| PyTorch | {base["versions"]["torch"]} | {tuning["versions"]["torch"]} |
| steps of {config["bytes_per_step"]:,} bytes | {config["steps"]:,} | {tuning["config"]["steps"]} |
| window | {config["length"]} | {tuning["config"]["length"]:,} |
| learning rate | {config["learning_rate"]} | {tuning["config"]["learning_rate"]} |
| seconds | {base["seconds"]} | {tuning["runs"]["pi"]["seconds"]} (with the measuring on the way) |

AdamW (0.9, 0.95), weight decay {config["weight_decay"]} on matrices, {config["warmup_steps"]} \
warm-up steps (descendants: {tuning["config"]["warmup_steps"]}), cosine to a tenth, gradients \
clipped at {config["clip"]:g}, bfloat16 autocast.

"""


def section_on_loss(base: dict) -> str:
    """List the loss of the base model as it fell."""
    return f"""## Loss of the base model

Mean training loss in nats per byte over the {base["loss_curve"][0][0]} steps before:

| step | loss |
|--|--|
{chr(10).join(f"| {step:,} | {loss:.3f} |" for step, loss in thin(base["loss_curve"]))}

The whole curves, and every other measurement: `recorded/`.
"""


def file_rows() -> list[str]:
    rows = []
    for name in NAMES:
        figures = recorded.read("shipped")["perplexity"][name]
        rows.append(
            f"| `{weights_path(name).name}` | {METHOD_OF[name]} | {figures['512']:.3f} | "
            f"{figures['4096']:.3f} | `{checksum(name)[:16]}` |"
        )
    return rows


def thin(curve: list) -> list:
    """Keep the first point, every tenth, and the last."""
    return [curve[0], *curve[9::10]]


if __name__ == "__main__":
    write_whole(TARGET, model_card())
