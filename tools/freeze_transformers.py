"""Write down what ``transformers`` computes, so that lessons can be compared with it without it.

    python -m tools.freeze_transformers

The numbers are for the tiny model: head_dim 64, base 10,000, trained window 512, factor 8.
"""

import json
from pathlib import Path

import transformers
from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

from lesson_utils.files import write_whole

TARGET = Path(__file__).parents[1] / "lesson_utils" / "recorded" / "transformers.json"
SHAPE = {"hidden_size": 256, "num_attention_heads": 4, "head_dim": 64}
RULES = {
    "linear": {"factor": 8.0},
    "dynamic": {"factor": 1.0},
    "dynamic_factor_4": {"factor": 4.0},
    "yarn": {"factor": 8.0, "original_max_position_embeddings": 512},
    "yarn_untruncated": {
        "factor": 8.0,
        "original_max_position_embeddings": 512,
        "truncate": False,
    },
    "llama3": {
        "factor": 8.0,
        "original_max_position_embeddings": 512,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
    },
}
DYNAMIC_LENGTH = 4096


def freeze() -> dict:
    """Ask ``transformers`` for every rule's frequencies and attention scaling."""
    rules = {"default": compute_default()}
    for name, parameters in RULES.items():
        kind = name.split("_")[0]
        # "dynamic" takes the trained window from max_position_embeddings, the others the target.
        longest = 512 if kind == "dynamic" else 4096
        config = LlamaConfig(
            **SHAPE,
            max_position_embeddings=longest,
            rope_parameters={"rope_type": kind, "rope_theta": 10_000.0, **parameters},
        )
        length = DYNAMIC_LENGTH if kind == "dynamic" else None
        inv_freq, scaling = ROPE_INIT_FUNCTIONS[kind](config, device="cpu", seq_len=length)
        rules[name] = {"inv_freq": inv_freq.tolist(), "attention_scaling": float(scaling)}
    return {
        "source": f"transformers {transformers.__version__}",
        "command": "python -m tools.freeze_transformers",
        "shape": {"head_dim": 64, "base": 10_000.0, "trained_length": 512, "factor": 8.0},
        "dynamic_length": DYNAMIC_LENGTH,
        "rules": rules,
    }


def compute_default() -> dict:
    config = LlamaConfig(**SHAPE, rope_parameters={"rope_type": "default", "rope_theta": 10_000.0})
    inv_freq, scaling = LlamaRotaryEmbedding.compute_default_rope_parameters(config)
    return {"inv_freq": inv_freq.tolist(), "attention_scaling": float(scaling)}


if __name__ == "__main__":
    write_whole(TARGET, json.dumps(freeze(), indent=1) + "\n")
