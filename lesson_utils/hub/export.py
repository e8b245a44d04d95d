"""Write the tiny model as a Hugging Face folder, which loads without this course.

The tokenizer is ours, too: one token is one byte, and its number is the byte's value.
"""

import json
from pathlib import Path

from safetensors.torch import save_file

from lesson_utils.files import new_folder, write_whole
from lesson_utils.hub.rope_parameters import rope_parameters
from lesson_utils.model import ModelConfig
from lesson_utils.weights import NAMES, load

FACTOR = 8
"""The factor that the descendants of the base model were fine-tuned at."""


def export(weights: str, folder: str | Path) -> Path:
    """Write a shipped model as a folder that ``AutoModelForCausalLM`` and ``AutoTokenizer`` load.

    The config states the frequencies that the weights were trained with. The YaRN weights know the
    paper's ramp, which ``rope_type="yarn"`` is not; theirs are written pair by pair instead, as
    ``longrope``.

    Parameters
    ----------
    weights : str
        One of :data:`lesson_utils.weights.NAMES`.
    folder : str or Path
        Where to write it: a new folder, or an empty one.

    Returns
    -------
    Path
        The folder. It appears whole or not at all.

    Raises
    ------
    ValueError
        If there are no such weights, or the folder has something in it or cannot be made.
    """
    if weights not in NAMES:
        raise ValueError(f"weights are {weights!r}; use one of {', '.join(NAMES)}")
    with new_folder(folder) as unfinished:
        model = load(weights)
        for name, content in texts(weights, model.config).items():
            text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
            write_whole(unfinished / name, text)
        save_file(model.state_dict(), unfinished / "model.safetensors", metadata={"format": "pt"})
    return Path(folder)


def texts(weights: str, config: ModelConfig) -> dict[str, dict]:
    """Make the contents of every JSON file of the folder, by its name."""
    no_special_tokens = {"bos_token_id": None, "eos_token_id": None, "pad_token_id": None}
    longest = config.trained_length * (1 if weights == "base" else FACTOR)
    return {
        "config.json": {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "vocab_size": config.vocabulary,
            "hidden_size": config.hidden_size,
            "intermediate_size": config.intermediate_size,
            "num_hidden_layers": config.layers,
            "num_attention_heads": config.heads,
            "num_key_value_heads": config.heads,
            "head_dim": config.head_dim,
            "hidden_act": "silu",
            "rms_norm_eps": config.norm_eps,
            "tie_word_embeddings": True,
            "attention_bias": False,
            "mlp_bias": False,
            "dtype": "float32",
            "max_position_embeddings": longest,
            "rope_parameters": trained_rope_parameters(weights, config),
            **no_special_tokens,
        },
        "generation_config.json": {"do_sample": False, **no_special_tokens},
        "tokenizer.json": byte_tokenizer(),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "clean_up_tokenization_spaces": False,
            "model_max_length": longest,
        },
    }


def trained_rope_parameters(weights: str, config: ModelConfig) -> dict:
    """Write the frequencies that shipped weights were trained with, as ``rope_parameters``."""
    return rope_parameters(
        "rope" if weights == "base" else weights,
        factor=1 if weights == "base" else FACTOR,
        head_dim=config.head_dim,
        base=config.base,
        trained_length=config.trained_length,
    )


def byte_tokenizer() -> dict:
    """Make a ``tokenizer.json`` in which a token's number is the value of its byte."""
    byte_level = {
        "type": "ByteLevel",
        "add_prefix_space": False,
        "trim_offsets": False,
        "use_regex": False,
    }
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": byte_level,
        "post_processor": None,
        "decoder": byte_level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "vocab": {letter: byte for byte, letter in enumerate(byte_letters())},
            "merges": [],
        },
    }


def byte_letters() -> list[str]:
    """Give each byte the letter that stands for it in a byte-level vocabulary, as GPT-2 chose them.

    A byte that is a visible character of Latin-1 stands for itself. The others, in order, take the
    letters from number 256 on.
    """
    visible = {*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("ÿ") + 1)} - {0xAD}
    letters, spare = [], 256
    for byte in range(256):
        if byte in visible:
            letters.append(chr(byte))
        else:
            letters.append(chr(spare))
            spare += 1
    return letters
