"""Find a model of others', say what it would cost, and load it with ``transformers``.

Nothing that comes with a model is run: weights are safetensors or GGUF, and code beside them stays
shut. A folder or a file is never looked for on a network; an id on the Hugging Face hub is fetched,
since naming one is asking for it.
"""

import io
import json
import time
from contextlib import contextmanager, redirect_stderr
from importlib.util import find_spec
from pathlib import Path

import torch

from lesson_utils.files import read_at_most
from lesson_utils.hub.config import LARGEST_FILE
from lesson_utils.hub.fetching import looks_like_id
from lesson_utils.hub.gguf_file import config_of, is_gguf
from lesson_utils.hub.rope_parameters import rope_parameters
from lesson_utils.hub.wheels import WHEELS, fetched

LOGITS_AT_ONCE = 512
"""Positions whose logits stand in memory together."""
PIECE, PIECE_ON_GPU = 256, 2_048
"""Tokens of the small piece that is read to see how fast it goes."""


class ModelError(ValueError):
    """A model that is missing, incomplete, unsafe to load, or not fit for what was asked."""


def require_transformers():
    """Import ``transformers``, or say how to get it."""
    try:
        import transformers
    except ImportError:
        raise ModelError(
            'reading with --model needs transformers; run `pip install "transformers>=5.2"`'
        ) from None
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    return transformers


def place_of(model: str) -> dict:
    """Say where a model is, in the words of ``from_pretrained``.

    Parameters
    ----------
    model : str
        The name of a model that was fetched, a GGUF file, a folder, or an id on the hub. What is
        here is never looked for on the hub, nor fetched from it.

    Raises
    ------
    ModelError
        If it is none of them, a folder without what a model needs, or a GGUF file without the
        packages that read one.
    """
    path = fetched(model) or Path(model).expanduser()
    if is_gguf(path):
        _require_gguf_readers()
        where = {"pretrained_model_name_or_path": str(path.parent), "gguf_file": path.name}
        return where | {"local_files_only": True}
    if path.is_dir():
        _require_model_files(path)
        return {"pretrained_model_name_or_path": str(path), "local_files_only": True}
    if path.exists() or not looks_like_id(model):
        raise ModelError(
            f"{model} is no folder and no GGUF file; give one, {' or '.join(WHEELS)}, or the id of "
            "a model on the Hugging Face hub, like owner/name"
        )
    return {"pretrained_model_name_or_path": model, "local_files_only": False}


def _require_gguf_readers() -> None:
    for package in ("gguf", "accelerate"):
        if find_spec(package) is None:
            raise ModelError(
                f"transformers reads a GGUF file with {package}, which is not here; run "
                "`pip install gguf accelerate`"
            )


def _require_model_files(folder: Path) -> None:
    if not (folder / "config.json").is_file():
        raise ModelError(f"{folder} has no config.json; give the folder of a Hugging Face model")
    try:
        config = json.loads(read_at_most(folder / "config.json", LARGEST_FILE))
    except (ValueError, RecursionError, OSError):
        config = None
    if not isinstance(config, dict) or not isinstance(config.get("model_type"), str):
        raise ModelError(f"{folder}/config.json is not a model's config; it names no model_type")
    if not any(folder.glob("*.safetensors")):
        pickles = [*folder.glob("*.bin"), *folder.glob("*.pt"), *folder.glob("*.pth")]
        reason = (
            f"only {pickles[0].name}, a pickle, which may run code of its author when it is loaded"
            if pickles
            else "no weights"
        )
        raise ModelError(f"{folder} has {reason}; give one with .safetensors files")


@contextmanager
def one_line_errors(name: str):
    """Turn whatever the libraries raise while they load into one sentence that names the model."""
    try:
        yield
    except Exception as error:  # theirs are of many kinds, and none is ours to mend
        if isinstance(error, ModelError) or out_of_memory(error):
            raise
        first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelError(f"cannot load {name}: {first_line[:300]}") from None


def open_config(name: str):
    """Open a model's config with ``transformers``; no code of the model's is run."""
    transformers = require_transformers()
    place = place_of(name)
    stretching = {}
    if "gguf_file" in place:  # transformers 5.24 does not read how far one has RoPE stretched
        path = Path(place["pretrained_model_name_or_path"], place["gguf_file"])
        stretching = config_of(path).get("rope_scaling", {})
    with one_line_errors(name):
        config = transformers.AutoConfig.from_pretrained(**place, trust_remote_code=False)
    if stretching and "rope_theta" not in config.rope_parameters:
        raise ModelError(f"{name} stretches several rotary embeddings; give the model's folder")
    if stretching:
        config.rope_parameters = config.rope_parameters | stretching
    return config


def override_rope(config, method: str, factor: float, **options) -> None:
    """Put a method of this course into a config, as the library's own ``rope_parameters``.

    Parameters
    ----------
    config : transformers.PreTrainedConfig
        Changed in place. Its own base and trained window stay.
    method, factor, **options
        As for :func:`lesson_utils.scaling.by_name`.

    Raises
    ------
    ModelError
        If the model has no rotary embedding, or a different one in different layers.
    """
    own = getattr(config, "rope_parameters", None)
    if not isinstance(own, dict) or own.get("rope_theta") is None:
        what = "several rotary embeddings" if isinstance(own, dict) and own else "none"
        raise ModelError(f"--method replaces a model's rotary embedding, and this one has {what}")
    head_dim = getattr(config, "head_dim", None)
    head_dim = head_dim or config.hidden_size // config.num_attention_heads
    share = own.get("partial_rotary_factor", 1.0)
    config.rope_parameters = rope_parameters(
        method,
        factor=factor,
        head_dim=int(head_dim * share),
        base=own["rope_theta"],
        trained_length=trained_length(config),
        **options,
    )
    if config.rope_parameters["rope_type"] == "dynamic":  # its window is looked for here alone
        config.max_position_embeddings = config.rope_parameters["original_max_position_embeddings"]
    if share != 1.0:
        config.rope_parameters["partial_rotary_factor"] = share


def trained_length(config) -> int:
    """Find the window that a model was first trained on: its config's original length, if any."""
    own = getattr(config, "rope_parameters", None) or {}
    original = own.get("original_max_position_embeddings")
    original = original or getattr(config, "original_max_position_embeddings", None)
    return int(original or config.max_position_embeddings)


def require_room(config, length: int) -> None:
    """Refuse a window that a model with a table of positions has no room for."""
    room = getattr(config, "max_position_embeddings", None)
    if not getattr(config, "rope_parameters", None) and room and length > room:
        raise ModelError(
            f"this model has no rotary embedding but a table of {room:,} positions; give --lengths "
            "up to that"
        )


def open_tokenizer(name: str):
    """Load a model's tokenizer, which must be a ``tokenizer.json``."""
    transformers = require_transformers()
    with one_line_errors(name):
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            **place_of(name), trust_remote_code=False
        )
    if not tokenizer.is_fast:
        raise ModelError(f"{name} has no tokenizer.json, without which bytes cannot be counted")
    return tokenizer


def open_model(name: str, config, device: torch.device, dtype: torch.dtype) -> torch.nn.Module:
    """Load a model's weights: safetensors or GGUF only, and no code from the model's folder.

    Parameters
    ----------
    name : str
        As for :func:`place_of`. Weights in a GGUF file become numbers of ``dtype``.
    config : transformers.PreTrainedConfig
        From :func:`open_config`, perhaps changed.
    device, dtype
        Where to put the model, and in what.

    Returns
    -------
    torch.nn.Module
        In evaluation mode.

    Raises
    ------
    ModelError
        If something is missing, broken or unsafe, or memory does not suffice.
    """
    transformers = require_transformers()
    # A GGUF file's numbers are unpacked under a bar that cannot be turned off otherwise.
    with one_line_errors(name), redirect_stderr(io.StringIO()):
        model, info = transformers.AutoModelForCausalLM.from_pretrained(
            **place_of(name),
            config=config,
            dtype=dtype,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    if info["missing_keys"]:  # the library would fill them with random numbers
        raise ModelError(f"cannot load {name}: it lacks the weights {min(info['missing_keys'])}")
    return model.eval().requires_grad_(False).to(device)


def cost(config, dtype: torch.dtype, windows: dict[int, int]) -> dict:
    """Count what reading will take, before any weights are loaded.

    Parameters
    ----------
    config : transformers.PreTrainedConfig
    dtype : torch.dtype
    windows : dict
        For each length in tokens, how many windows will be read.

    Returns
    -------
    dict
        ``parameters``; ``weight_bytes``; ``bytes``, which adds the states of the longest window;
        ``operations``, the floating-point ones of all windows together.
    """
    transformers = require_transformers()
    with one_line_errors("this model"), torch.device("meta"):
        model = transformers.AutoModelForCausalLM.from_config(config, trust_remote_code=False)
    parameters = sum(weights.numel() for weights in model.parameters())
    text = config.get_text_config()
    hidden = text.hidden_size
    wide = getattr(text, "intermediate_size", None) or 4 * hidden
    per_token = 4 * hidden + 3 * wide  # the widest moment of one layer
    states = max(windows) * per_token * dtype.itemsize + LOGITS_AT_ONCE * text.vocab_size * 8
    return {
        "parameters": parameters,
        "weight_bytes": parameters * dtype.itemsize,
        "bytes": parameters * dtype.itemsize + states,
        "operations": sum(operations(model, n) * count for n, count in windows.items()),
    }


def operations(model: torch.nn.Module, length: int) -> int:
    """Count the floating-point operations of one window: each weight's, and attention's."""
    parameters = sum(weights.numel() for weights in model.parameters())
    text = model.config.get_text_config()
    attention = 2 * length * length * text.num_hidden_layers * text.hidden_size
    return 2 * length * parameters + attention


@torch.inference_mode()
def speed(model: torch.nn.Module, longest: int) -> float:
    """Have a model read a small piece, and return its floating-point operations per second.

    Parameters
    ----------
    model : torch.nn.Module
    longest : int
        Tokens of the longest window that it will read; the piece is no longer.

    Returns
    -------
    float
        The best of three tries. Per operation, longer windows may go faster or slower.
    """
    length = min(longest, PIECE if model.device.type == "cpu" else PIECE_ON_GPU)
    tokens = torch.zeros(1, length, dtype=torch.long, device=model.device)
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        first = model.base_model(tokens, use_cache=False)[0]
        float(first.flatten()[0])  # reading a number waits until a GPU is done
        seconds.append(time.perf_counter() - started)
    return operations(model, length) / min(seconds)


def out_of_memory(error: BaseException) -> bool:
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or (
        isinstance(error, RuntimeError) and "allocate memory" in str(error)
    )
