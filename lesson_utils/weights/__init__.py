"""The weights that the course ships, and how weights are saved and checked.

A file carries its own checksum: SHA-256 over the model's shape and every number in it. A download
that broke off, or a bit that flipped, is found before the first prediction.
"""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from lesson_utils.files import replacing
from lesson_utils.model import ModelConfig, TinyLlama

FOLDER = Path(__file__).parent
NAMES = ("base", "rope", "pi", "ntk_aware", "yarn")
"""The base model, and its descendants fine-tuned at factor 8 with the method of that name."""


class WeightsError(ValueError):
    """A weight file that is missing, broken off or altered."""


def weights_path(name: str | Path) -> Path:
    """Find a shipped model by its name, or take the path of a file as it is."""
    return FOLDER / f"{name}.safetensors" if str(name) in NAMES else Path(name)


def load(name: str | Path = "base", *, device: str | torch.device = "cpu") -> TinyLlama:
    """Load a model, check every number of it, and make it ready to read.

    Parameters
    ----------
    name : str or Path
        One of :data:`NAMES`, or the path of a file that :func:`save` wrote.
    device : str or torch.device
        Where to put it.

    Returns
    -------
    TinyLlama
        In float32 (files hold bfloat16) and in evaluation mode.

    Raises
    ------
    WeightsError
        If the file is missing, truncated or altered.
    """
    path = weights_path(name)
    try:
        with safe_open(path, framework="pt") as file:
            notes = file.metadata() or {}
            tensors = {key: file.get_tensor(key) for key in file.keys()}
    except FileNotFoundError:
        raise WeightsError(
            f"no weights at {path}; use one of {', '.join(NAMES)}, or the path of a .safetensors "
            "file that `python -m lesson_utils train` wrote"
        ) from None
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"cannot read {path} ({error}); {_fix(path)}") from None
    if "config" not in notes or notes.get("sha256") != _checksum(notes["config"], tensors):
        raise WeightsError(f"{path} does not match its own checksum; {_fix(path)}")
    model = TinyLlama(ModelConfig(**json.loads(notes["config"])))
    model.load_state_dict({key: tensor.float() for key, tensor in tensors.items()})
    return model.eval().requires_grad_(False).to(device)


def save(model: TinyLlama, path: str | Path) -> None:
    """Write a model's weights in bfloat16, with its shape and its checksum, in one step.

    The file appears whole or not at all.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    tensors = {key: t.detach().cpu().bfloat16() for key, t in model.state_dict().items()}
    config = json.dumps(asdict(model.config), sort_keys=True)
    notes = {"format": "pt", "config": config, "sha256": _checksum(config, tensors)}
    with replacing(path) as unfinished:
        save_file(tensors, unfinished, metadata=notes)


def checksum(name: str | Path) -> str:
    """Read the checksum that a weight file carries, without loading the weights."""
    with safe_open(weights_path(name), framework="pt") as file:
        return file.metadata()["sha256"]


def _checksum(config: str, tensors: dict[str, torch.Tensor]) -> str:
    digest = hashlib.sha256(config.encode())
    for key in sorted(tensors):
        tensor = tensors[key].contiguous()
        digest.update(f"{key} {tensor.dtype} {list(tensor.shape)}".encode())
        digest.update(tensor.view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _fix(path: Path) -> str:
    if path.parent == FOLDER:
        return f"restore it with `git checkout -- {path.name}` in its folder, or install again"
    return "copy it again from where it came, or train it again"
