"""Every model type of the installed transformers: read right, as not rotating, or as a guess.

A default config is read as it would stand in a file, and compared with what the model's own rotary
module makes of it. No reading may differ from that without a word.
"""

import copy
import json
import re
from collections import Counter

import numpy as np
import pytest
from transformers import CONFIG_MAPPING
from transformers import logging as transformers_logging

from lesson_utils.hub.architectures import tables
from lesson_utils.hub.config import read_config
from tests import oracles
from tests.rotary_modules import frequencies, rotary_class

transformers_logging.set_verbosity(transformers_logging.CRITICAL)

SHARES = 8
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 1024}
FILES = {
    "silent": {},
    "base": {"rope_theta": 123_456.0},
    "yarn": {"rope_scaling": YARN, "max_position_embeddings": 4096, "rope_theta": 5e4},
    "head": {"head_dim": 48},
    "saved": None,  # as save_pretrained writes it
}
# transformers overlooks the key there, and the makers' own code does not.
TRANSFORMERS_OVERLOOKS = {
    ("mimo_v2_flash", "base"),
    ("mimo_v2_flash", "yarn"),
    ("olmo3", "base"),
    ("olmo3", "yarn"),
    ("qwen2_5_vl", "head"),
    ("qwen2_vl", "head"),
}
# Functions there, not modules: the closed form instead.
IN_CLOSED_FORM = {"gptj": 64, "codegen": 64, "roformer": 64}
WITHOUT_CODE = {"internlm3"}  # only a config in this version
REFUSALS = re.compile(
    "no layer rotates|has no rotary embedding|rope_type is 'axial'|have no RoPE|has no attention"
)


def language_part(config):
    """Go down to the part that transformers would hand to its language model."""
    for name in ("thinker_config", "text_config", "vlm_config", "decoder"):
        inner = getattr(config, name, None)
        if hasattr(inner, "model_type"):
            return language_part(inner)
    return config


def theirs(model_type, config):
    """What transformers computes for the language part of a config; None if it has no module."""
    part = language_part(config)
    if model_type in IN_CLOSED_FORM:
        return {None: (oracles.rope(IN_CLOSED_FORM[model_type], 10_000.0), 1.0)}
    cls = rotary_class(part.model_type) if part.model_type in CONFIG_MAPPING else None
    return frequencies(cls, part) if cls else None


def verdict(file, kind, speeds, scaling):
    try:
        read = read_config(copy.deepcopy(file), layer_type=kind)
    except ValueError as error:
        assert "\n" not in str(error)
        return "does not rotate" if REFUSALS.search(str(error)) else "refused"
    ours = read.frequencies
    same = len(ours.inv_freq) == len(speeds) and np.allclose(
        ours.inv_freq, speeds, rtol=5e-6, atol=0
    )
    if not read.sure:
        return "a guess"
    return "right" if same and ours.attention_scaling == pytest.approx(scaling) else "WRONG"


def verdicts(model_type):
    """Yield (how the file is written, verdict) for one model type."""
    if model_type in tables()["without_rope"]:  # no word of RoPE in its code, as a test below says
        yield "silent", without_module({"model_type": model_type})
        return
    for name, keys in FILES.items():
        try:
            config = CONFIG_MAPPING[model_type](**copy.deepcopy(keys or {}))
        except Exception:  # keys that this type does not take
            continue
        file = {"model_type": model_type} | (keys or {})
        if keys is None:
            file = json.loads(json.dumps(config.to_dict(), default=str))
        try:
            found = theirs(model_type, config)
        except Exception:  # transformers itself cannot run what is written there
            yield name, "nothing to compare with"
            continue
        if found is None:
            yield name, without_module(file)
            continue
        for kind, (speeds, scaling) in found.items():
            yield name, verdict(file, kind, speeds, scaling)


def without_module(file):
    """A type with no module to run must be refused, or be a guess."""
    try:
        return "WRONG" if read_config(file).sure else "a guess"
    except ValueError as error:
        return "does not rotate" if REFUSALS.search(str(error)) else "refused"


@pytest.mark.parametrize("share", range(SHARES))
def test_no_model_type_of_transformers_is_read_wrong_without_a_word(share, capsys):
    counts, wrong = Counter(), []
    for model_type in sorted(set(CONFIG_MAPPING) - WITHOUT_CODE)[share::SHARES]:
        for name, found in verdicts(model_type):
            if (model_type, name) in TRANSFORMERS_OVERLOOKS:
                continue
            counts[found] += 1
            if found == "WRONG":
                wrong.append((model_type, name))
    with capsys.disabled():
        print(f" {dict(counts)}", end=" ")
    assert not wrong
    assert counts["right"] > 60 and counts["does not rotate"] > 30


def test_every_type_that_the_table_trusts_to_transformers_is_read_surely():
    assert len(tables()["as_transformers"]) > 100
    for model_type in tables()["as_transformers"]:
        # A few default sizes do not share evenly, and are refused; with a head_dim they are read.
        assert read_config({"model_type": model_type, "head_dim": 80}).sure or latent(model_type)


def latent(model_type):
    """Tell a type with a rotary size of its own, beside which a head_dim is a contradiction."""
    assert read_config({"model_type": model_type}).sure, model_type
    return "qk_rope_head_dim" in tables()["by_model_type"][model_type]
