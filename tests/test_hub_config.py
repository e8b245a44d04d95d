"""Configs of published models against transformers, in every spelling, and in every broken one."""

import copy
import json
import math
import pickle

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from transformers import CONFIG_MAPPING
from transformers import logging as transformers_logging
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.deepseek_v3.modeling_deepseek_v3 import yarn_get_mscale

from lesson_utils import hub
from lesson_utils.commands import main
from lesson_utils.hub.architectures import tables
from lesson_utils.hub.config import read_config
from tests import oracles
from tests.helpers import python, shell
from tools import survey_transformers

transformers_logging.set_verbosity_error()
steady = settings(max_examples=200, deadline=None, derandomize=True)

# float32 holds a number to 6e-8 of itself; transformers computes in it throughout, ours is rounded
# once, at the end.
CLOSE = 1e-6


def loaded(config):
    """Make transformers' config object of ours, as it would read it from a file."""
    settings = copy.deepcopy(config)
    model_type = settings.pop("model_type", "llama")
    if model_type == "kimi_k2":  # not in transformers; its architecture is DeepSeek-V3's
        model_type = "deepseek_v3"
    return CONFIG_MAPPING[model_type](**settings)


def theirs(config, *, length=None, layer_type=None):
    """Let transformers compute (inv_freq, attention_scaling, softmax_scale_multiplier)."""
    config = loaded(config)
    parameters = config.rope_parameters[layer_type] if layer_type else config.rope_parameters
    rope_type = parameters["rope_type"]
    if rope_type == "default":  # not among its functions: each model has its own copy
        head_dim = getattr(config, "head_dim", None)
        head_dim = head_dim or config.hidden_size // config.num_attention_heads
        rotary = int(head_dim * (parameters.get("partial_rotary_factor") or 1.0))
        return oracles.rope(rotary, parameters["rope_theta"]), 1.0, 1.0
    speeds, scaling = ROPE_INIT_FUNCTIONS[rope_type](
        config, "cpu", seq_len=length, layer_type=layer_type
    )
    latent = getattr(config, "qk_rope_head_dim", None) is not None
    weight = parameters.get("mscale_all_dim", 0) if latent else 0
    multiplier = yarn_get_mscale(parameters["factor"], weight) ** 2 if weight else 1.0
    return speeds.numpy(), scaling, multiplier


def agree(read, expected):
    speeds, scaling, multiplier = expected
    np.testing.assert_allclose(read.frequencies.inv_freq, speeds, rtol=CLOSE, atol=0)
    assert read.frequencies.attention_scaling == pytest.approx(scaling, rel=1e-12)
    assert read.softmax_scale_multiplier == pytest.approx(multiplier, rel=1e-12)
    assert read.head_dim == 2 * len(speeds)


# --- the records ---

every_model = pytest.mark.parametrize("name", hub.names())


def test_there_is_a_record_of_every_model_of_the_lesson():
    assert hub.names() == [
        "Llama 2 7B", "Llama 3 70B", "Llama 3.1 8B", "Llama 3.2 1B", "Llama 3.3 70B",
        "Code Llama 7B", "Yarn-Llama-2-7b-64k", "Yarn-Llama-2-7b-128k", "Yarn-Mistral-7b-64k",
        "Yarn-Mistral-7b-128k", "Mistral 7B v0.1", "Qwen2.5 7B", "Qwen3", "DeepSeek-V2",
        "DeepSeek-V3", "gpt-oss", "Phi-3-mini-128k", "Gemma 3 12B", "Kimi K2", "Vicuna 7B v1.5 16k",
    ]  # fmt: skip


@every_model
def test_a_record_read_by_us_is_the_record_read_by_transformers(name):
    config = hub.record(name).config
    read = read_config(config)
    agree(read, theirs(config, layer_type=read.layer_type))


def test_the_local_layers_of_gemma_3_have_a_base_of_their_own():
    config = hub.record("Gemma 3 12B").config
    read = read_config(config, layer_type="sliding_attention")
    assert (read.rope_type, read.base) == ("default", 10_000)
    agree(read, theirs(config, layer_type="sliding_attention"))


def test_phi_3_has_other_frequencies_past_its_window():
    config = hub.record("Phi-3-mini-128k").config
    agree(read_config(config, length=4096), theirs(config, length=4096))
    agree(read_config(config, length=4097), theirs(config, length=4097))
    short, long = (read_config(config, length=n).frequencies for n in (4096, 4097))
    ratio = short.inv_freq / long.inv_freq
    assert ratio[-1] == pytest.approx(64.76 / 3.05, rel=1e-3)  # the lists' last numbers


# Selected values, from a run of transformers 5.23 that is not this test's.
@pytest.mark.parametrize(
    "name, scaling, pairs",
    [
        ("Yarn-Llama-2-7b-64k", 1.27725887, {16: 0.1, 32: 0.00567307696, 63: 7.21738706e-6}),
        ("Yarn-Llama-2-7b-128k", 1.34657359, {32: 0.00552884629, 48: 3.125e-5}),
        ("Qwen2.5 7B", 1.13862944, {16: 0.0316227786, 32: 6.02941145e-4, 63: 3.10234441e-7}),
        ("gpt-oss", 1.34657359, {8: 0.0508132726, 16: 4.56483918e-4, 31: 3.0235114e-7}),
        ("DeepSeek-V3", 1.0, {16: 0.00550000044, 31: 3.33380353e-6}),
        ("Llama 3.1 8B", 1.0, {16: 0.0376060307, 32: 5.24846022e-4, 63: 3.06892588e-7}),
        ("Llama 3.2 1B", 1.0, {16: 4.29556705e-4, 31: 9.41830649e-8}),
    ],
)
def test_a_record_has_the_numbers_written_down(name, scaling, pairs):
    frequencies = hub.record(name).rotary().frequencies
    assert frequencies.attention_scaling == pytest.approx(scaling, abs=5e-9)
    for pair, speed in pairs.items():
        assert frequencies.inv_freq[pair].item() == pytest.approx(speed, rel=CLOSE)


@pytest.mark.parametrize("name, strength", [("DeepSeek-V2", 0.707), ("DeepSeek-V3", 1.0)])
def test_deepseek_has_its_temperature_on_the_scores_and_not_on_cos_and_sin(name, strength):
    read = hub.record(name).rotary()
    assert read.frequencies.attention_scaling == 1.0
    assert read.softmax_scale_multiplier == pytest.approx(
        (0.1 * strength * math.log(40) + 1) ** 2, rel=1e-12
    )


@every_model
def test_every_value_of_a_record_has_a_source_and_a_word_on_how_sure_it_is(name):
    record = hub.record(name)
    assert record.fields and record.hub.count("/") == 1 and record.remarks
    for field in record.fields:
        assert len(field.where) > 5, field
        assert field.sure in ("vendor page", "vendor code", "paper", "copy", "unverified"), field
        assert (field.sure == "unverified") == str(field).endswith("(unverified)")


def test_what_nobody_has_seen_is_named_as_unverified():
    unverified = {n: hub.record(n).unverified for n in hub.names()}
    assert {n: fields for n, fields in unverified.items() if fields} == {
        "Phi-3-mini-128k": ["rope_theta"],
        "Kimi K2": [
            "qk_rope_head_dim",
            "rope_scaling.original_max_position_embeddings",
            "rope_scaling.mscale",
            "rope_scaling.mscale_all_dim",
        ],
    }


def test_records_are_read_without_torch_or_transformers():
    code = (
        "import sys; from lesson_utils import hub; hub.record('gpt-oss').fields;"
        "print({'torch', 'transformers'} & sys.modules.keys())"
    )
    done = python("-c", code)
    assert done.stdout == "set()\n", done.stderr


def test_an_unknown_model_is_named_with_those_there_are():
    with pytest.raises(ValueError, match="no model is called 'GPT-5'; use one of Llama 2 7B, "):
        hub.record("GPT-5")


@pytest.mark.parametrize("model_type", sorted(tables()["by_model_type"]))
def test_what_transformers_fills_in_is_what_our_table_says(model_type):
    if model_type not in CONFIG_MAPPING:
        pytest.skip("this version of transformers has no such model")
    assert survey_transformers.describe(model_type) == tables()["by_model_type"][model_type]


def test_the_types_that_do_not_rotate_are_those_whose_code_has_no_word_of_it():
    without = tables()["without_rope"]
    assert len(without) > 230
    for model_type in without:
        if model_type in CONFIG_MAPPING:
            assert survey_transformers.describe(model_type) is None, model_type


# --- where we differ on purpose ---


def per_layer(parameters, **outside):
    return {
        "model_type": "gemma3_text",
        "layer_types": ["sliding_attention", "full_attention"],
        "num_hidden_layers": 2,
        "head_dim": 64,
        "max_position_embeddings": 131_072,
        "rope_parameters": {
            "full_attention": {"rope_theta": 150_000.0} | parameters,
            "sliding_attention": {"rope_type": "default", "rope_theta": 10_000.0},
        },
    } | outside


YARN_32 = {"rope_type": "yarn", "factor": 32.0, "original_max_position_embeddings": 4096}


@pytest.mark.parametrize("size, factor", [("64k", 8.0), ("128k", 16.0)])
def test_yarn_mistral_is_given_as_its_file_says_and_as_it_was_trained(size, factor):
    # The file lacks what the code beside it has. Stock loaders, and we, read 32, 1 and 0.1 ln s + 1
    # from it. The record keeps the other reading too.
    record = hub.record(f"Yarn-Mistral-7b-{size}")
    as_filed, as_trained = record.rotary(), read_config(record.as_trained)
    agree(as_filed, theirs(record.config))
    assert any("beta_fast 128" in note for note in as_filed.notes)
    expected = oracles.ntk_by_parts(128, factor, 8192, beta_fast=128.0, beta_slow=2.0, ramp="index")
    np.testing.assert_allclose(as_trained.frequencies.inv_freq, expected, rtol=CLOSE)
    assert as_trained.frequencies.attention_scaling == pytest.approx(0.07 * math.log(factor) + 1)
    assert not any("beta_fast" in note for note in as_trained.notes)
    assert (as_filed.frequencies.inv_freq / as_trained.frequencies.inv_freq).max() > 1.5


def test_truncate_inside_a_layer_type_is_followed_where_transformers_does_not_see_it():
    config = per_layer(YARN_32 | {"truncate": False})
    read = read_config(config)
    unrounded = oracles.ntk_by_parts(64, 32.0, 4096, 150_000.0, ramp="index", truncate=False)
    rounded = oracles.ntk_by_parts(64, 32.0, 4096, 150_000.0, ramp="index", truncate=True)
    np.testing.assert_allclose(read.frequencies.inv_freq, unrounded, rtol=CLOSE)
    speeds, _, _ = theirs(config, layer_type="full_attention")
    np.testing.assert_allclose(speeds, rounded, rtol=CLOSE)
    assert any("truncate: false is followed here" in note for note in read.notes)


def test_the_original_length_outside_the_layer_types_counts_where_transformers_forgets_it():
    inside = {k: v for k, v in YARN_32.items() if k != "original_max_position_embeddings"}
    config = per_layer(inside, original_max_position_embeddings=4096)
    expected = oracles.ntk_by_parts(64, 32.0, 4096, 150_000.0, ramp="index")
    np.testing.assert_allclose(read_config(config).frequencies.inv_freq, expected, rtol=CLOSE)
    speeds, _, _ = theirs(config, layer_type="full_attention")
    assert abs(speeds / expected - 1).max() > 0.5


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"factor": 0.5}, "factor is 0.5"),  # transformers warns, and speeds the pairs up
        ({"beta_fast": 1, "beta_slow": 32}, "must be the larger"),  # warns, and turns the ramp over
        ({"attention_factor": 0.0}, "attention_factor is 0.0"),  # takes it: cos and sin become 0
        ({"factor": True}, "factor is True"),  # takes it for 1
    ],
)
def test_what_transformers_computes_with_a_warning_at_most_is_refused(changes, words):
    config = SMALL | {"rope_scaling": YARN_32 | changes}
    theirs(config)
    with pytest.raises(ValueError, match=words):
        read_config(config)


def test_a_factor_that_is_missing_is_derived_where_transformers_gives_up():
    config = SMALL | {"rope_scaling": {k: v for k, v in YARN_32.items() if k != "factor"}}
    with pytest.raises(KeyError):
        theirs(config)
    read = read_config(config)
    assert read.factor == 32 and any("131,072 / 4,096 = 32" in note for note in read.notes)
    agree(read, theirs(SMALL | {"rope_scaling": YARN_32}))


# --- legal spellings ---

SMALL = {
    "model_type": "llama",
    "hidden_size": 512,
    "num_attention_heads": 8,
    "max_position_embeddings": 131_072,
    "rope_theta": 10_000.0,
}
LLAMA3 = {
    "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}  # fmt: skip
LONG = {
    "short_factor": [1 + i / 50 for i in range(32)],
    "long_factor": [1 + i for i in range(32)],
}
MLA = {
    "model_type": "deepseek_v3", "hidden_size": 512, "num_attention_heads": 8,
    "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "max_position_embeddings": 163_840,
    "rope_theta": 10_000,
}  # fmt: skip


def without(config, *names):
    return {name: value for name, value in config.items() if name not in names}


# name: (config, options of read_config, a note's words or None)
SPELLINGS = {
    "no scaling": (SMALL, {}, None),
    "scaling null": (SMALL | {"rope_scaling": None}, {}, None),
    "scaling empty": (SMALL | {"rope_scaling": {}}, {}, None),
    "head_dim instead of sizes": (
        without(SMALL, "hidden_size", "num_attention_heads") | {"head_dim": 128}, {}, None,
    ),
    "head_dim null": (SMALL | {"head_dim": None}, {}, None),
    "head_dim besides the sizes": (SMALL | {"head_dim": 128}, {}, None),
    "sizes as floats that are whole": (SMALL | {"rope_theta": 500_000}, {}, None),
    "default in new keys": (
        without(SMALL, "rope_theta")
        | {"rope_parameters": {"rope_type": "default", "rope_theta": 5e5}}, {}, None,
    ),
    "base inside wins over base outside": (
        SMALL | {"rope_parameters": {"rope_type": "default", "rope_theta": 5e5}}, {}, None,
    ),
    "no base": (without(SMALL, "rope_theta"), {}, "no rope_theta in the file: 10,000"),
    "no base, a model with another default": (
        without(SMALL, "rope_theta") | {"model_type": "cohere"}, {},
        "no rope_theta in the file: 500,000",
    ),
    "linear, old": (SMALL | {"rope_scaling": {"type": "linear", "factor": 4.0}}, {}, "before"),
    "linear, new": (
        without(SMALL, "rope_theta")
        | {"rope_parameters": {"rope_type": "linear", "factor": 4, "rope_theta": 1e4}}, {},
        "before stretching",
    ),
    "dynamic, short": (
        SMALL | {"max_position_embeddings": 2048, "rope_scaling": {"type": "dynamic", "factor": 2}},
        {}, "unscaled, as for texts up to 2,048",
    ),
    "dynamic, long": (
        SMALL | {"max_position_embeddings": 2048, "rope_scaling": {"type": "dynamic", "factor": 2}},
        {"length": 9000}, None,
    ),
    "yarn, old, type": (
        SMALL | {"rope_scaling": without(YARN_32, "rope_type") | {"type": "yarn"}}, {}, None,
    ),
    "yarn, old, rope_type": (SMALL | {"rope_scaling": YARN_32}, {}, None),
    "yarn, type and rope_type disagree": (
        SMALL | {"rope_scaling": YARN_32 | {"type": "linear"}}, {}, "rope_type counts",
    ),
    "yarn, new": (SMALL | {"rope_parameters": YARN_32 | {"rope_theta": 2e4}}, {}, None),
    "yarn, old and new disagree": (
        SMALL | {"rope_scaling": YARN_32, "rope_parameters": {"rope_type": "default"}}, {},
        "rope_scaling and rope_parameters disagree",
    ),
    "yarn, betas and attention_factor": (
        SMALL | {"rope_scaling": YARN_32 | {
            "beta_fast": 64, "beta_slow": 2.0, "attention_factor": 1.1}}, {}, None,
    ),
    "yarn, null stands for absent": (
        SMALL | {"rope_scaling": YARN_32 | {"beta_fast": None, "attention_factor": None}}, {}, None,
    ),
    "yarn, beta_fast 0": (
        SMALL | {"rope_scaling": YARN_32 | {"beta_fast": 0}}, {}, "beta_fast is 0, which",
    ),
    "yarn, factor null": (
        SMALL | {"rope_scaling": YARN_32 | {"factor": None}}, {}, "131,072 / 4,096 = 32",
    ),
    "yarn, factor and lengths disagree": (
        SMALL | {"rope_scaling": YARN_32 | {"factor": 16.0}}, {},
        "a ratio of 32; the factor counts",
    ),
    "yarn, window not raised": (
        SMALL | {"max_position_embeddings": 4096, "rope_scaling": YARN_32}, {},
        "still 4,096; servers may refuse",
    ),
    "yarn, no original length": (
        SMALL | {"rope_scaling": without(YARN_32, "original_max_position_embeddings")}, {},
        "is taken for it, as transformers does without a word",
    ),
    "yarn, original length outside": (
        SMALL | {"original_max_position_embeddings": 2048, "rope_scaling": YARN_32}, {},
        "takes the one outside",
    ),
    "yarn, truncate false": (SMALL | {"rope_scaling": YARN_32 | {"truncate": False}}, {}, None),
    "yarn, equal betas": (
        SMALL | {"rope_scaling": YARN_32 | {"beta_fast": 1.0, "beta_slow": 1.0}}, {}, None,
    ),
    "yarn, unknown keys": (
        SMALL | {"rope_scaling": YARN_32 | {"finetuned": True, "beta_fats": 4}}, {},
        "ignored, since yarn has no such key: beta_fats, finetuned",
    ),
    "yarn, mscale alone": (
        SMALL | {"rope_scaling": YARN_32 | {"mscale": 0.5}}, {}, "only one is given",
    ),
    "yarn, both mscales, no latent attention": (
        SMALL | {"rope_scaling": YARN_32 | {"mscale": 1.0, "mscale_all_dim": 0.5}}, {},
        "which this is not",
    ),
    "yarn, latent attention": (
        MLA | {"rope_scaling": YARN_32 | {"mscale": 1.0, "mscale_all_dim": 0.8}}, {},
        "64 channels of each head turn",
    ),
    "yarn, latent attention, no mscale": (MLA | {"rope_scaling": YARN_32}, {}, None),
    "yarn, latent attention, mscale_all_dim alone": (
        MLA | {"rope_scaling": YARN_32 | {"mscale_all_dim": 1.0}}, {}, "only one is given",
    ),
    "yarn, part of the head": (
        SMALL | {"partial_rotary_factor": 0.5, "rope_scaling": YARN_32}, {}, "32 of the head's 64",
    ),
    "yarn, part of the head, inside": (
        SMALL | {"rope_parameters": YARN_32 | {"partial_rotary_factor": 0.25}}, {},
        "16 of the head's 64",
    ),
    "a model that turns half of each head": (
        SMALL | {"model_type": "phi"}, {}, "32 of the head's 64",
    ),
    "a model with sizes of its own": (
        without(SMALL, "hidden_size", "num_attention_heads") | {"model_type": "qwen3"}, {},
        "no head_dim in the file: 128",
    ),
    "rotary_pct and rotary_emb_base": (
        without(SMALL, "rope_theta")
        | {"model_type": "gpt_neox", "rotary_pct": 0.5, "rotary_emb_base": 5e4}, {}, "32 of",
    ),
    "gpt-oss, nothing said": (
        {"model_type": "gpt_oss"}, {}, "no rope parameters in the file",
    ),
    "longrope, short": (
        SMALL | {"original_max_position_embeddings": 4096,
                 "rope_scaling": {"type": "longrope"} | LONG}, {}, "short_factor of two lists",
    ),
    "longrope, long": (
        SMALL | {"rope_scaling": {"rope_type": "longrope", "factor": 8.0,
                                  "original_max_position_embeddings": 4096} | LONG},
        {"length": 5000}, "long_factor of two lists",
    ),
    "longrope, equal lists": (
        SMALL | {"original_max_position_embeddings": 4096, "rope_scaling": {
            "type": "longrope", "short_factor": LONG["long_factor"],
            "long_factor": LONG["long_factor"]}}, {}, "are equal",
    ),
    "longrope, attention_factor": (
        SMALL | {"rope_parameters": {"rope_type": "longrope", "attention_factor": 1.19,
                                     "original_max_position_embeddings": 4096} | LONG}, {}, None,
    ),
    "longrope, its older name": (
        SMALL | {"model_type": "phi3", "rope_scaling": {"type": "su", **LONG,
                                                        "original_max_position_embeddings": 4096}},
        {}, "su is an older name of longrope",
    ),
    "llama3, old": (SMALL | {"rope_scaling": LLAMA3}, {}, "a ratio of 16; the factor counts"),
    "llama3, new": (
        without(SMALL, "rope_theta") | {"rope_parameters": LLAMA3 | {"rope_theta": 5e5}}, {}, None,
    ),
    "llama3, no original length": (
        SMALL | {"rope_scaling": without(LLAMA3, "original_max_position_embeddings")}, {},
        "is taken for it",
    ),
    "proportional": (
        SMALL | {"rope_parameters": {"rope_type": "proportional", "rope_theta": 1e6,
                                     "partial_rotary_factor": 0.25}}, {}, "8 of 32 pairs turn",
    ),
    "proportional, with a factor": (
        SMALL | {"rope_parameters": {"rope_type": "proportional", "rope_theta": 1e6,
                                     "partial_rotary_factor": 0.5, "factor": 4.0}}, {}, "16 of 32",
    ),
    "per layer, full": (
        per_layer(YARN_32), {"layer_type": "full_attention"}, "there are also sliding_attention",
    ),
    "per layer, sliding": (per_layer(YARN_32), {"layer_type": "sliding_attention"}, None),
    "per layer, truncate outside": (
        per_layer(YARN_32) | {"rope_parameters": per_layer(YARN_32)["rope_parameters"]
                              | {"truncate": False}}, {"layer_type": "full_attention"}, None,
    ),
    "per layer, old keys, full": (
        per_layer({}) | {"rope_parameters": None, "rope_theta": 2e6, "rope_local_base_freq": 2e4,
                         "rope_scaling": {"rope_type": "linear", "factor": 8.0}},
        {"layer_type": "full_attention"}, "the length after",
    ),
    "per layer, old keys, sliding": (
        per_layer({}) | {"rope_parameters": None, "rope_theta": 2e6, "rope_local_base_freq": 2e4,
                         "rope_scaling": {"rope_type": "linear", "factor": 8.0}},
        {"layer_type": "sliding_attention"}, None,
    ),
    "per layer, old keys, no base for sliding": (
        without(per_layer({}), "rope_parameters") | {"rope_theta": 2e6},
        {"layer_type": "sliding_attention"}, None,
    ),
    "per layer, nothing said, full": (
        without(per_layer({}), "rope_parameters"), {"layer_type": "full_attention"}, "1,000,000",
    ),
    "per layer, nothing said, sliding": (
        without(per_layer({}), "rope_parameters"), {"layer_type": "sliding_attention"}, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("config, options, words", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_a_legal_spelling_is_read_as_transformers_reads_it(config, options, words, tmp_path):
    read = read_config(config, **options)
    agree(read, theirs(config, **options))
    assert words is None or any(words in note for note in read.notes), read.notes
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert read_config(tmp_path, **options).report() == read.report()


def test_an_unknown_key_of_a_language_part_is_found_where_it_stands():
    inner = SMALL | {"rope_scaling": YARN_32}
    read = read_config({"model_type": "llava", "text_config": inner, "vision_config": {}})
    agree(read, theirs(inner))
    assert "read from text_config" in read.notes[0]


def test_a_model_whose_plain_rope_counts_three_kinds_of_positions_is_plain():
    scaling = {"type": "mrope", "mrope_section": [16, 24, 24]}
    read = read_config(SMALL | {"rope_scaling": scaling})
    agree(read, theirs(SMALL))
    assert read.rope_type == "default" and any("mrope" in note for note in read.notes)


def test_words_about_rope_that_nobody_reads_are_pointed_out():
    read = read_config(SMALL | {"global_rope_theta": 160_000.0, "no_rope_layers": [1, 0]})
    assert any("global_rope_theta, no_rope_layers" in note for note in read.notes)


def test_code_in_the_folder_is_pointed_out_and_left_alone():
    read = read_config(SMALL | {"auto_map": {"AutoModel": "modeling_x.Model"}})
    assert any("code of its own (auto_map)" in note for note in read.notes)


def test_the_config_is_not_changed_by_reading_it():
    config = copy.deepcopy(SPELLINGS["per layer, truncate outside"][0])
    read_config(config)
    assert config == SPELLINGS["per layer, truncate outside"][0]


@pytest.mark.parametrize(
    "name, lengths",
    [
        ("Llama 2 7B", (4096, 4096)),
        ("Yarn-Mistral-7b-64k", (8192, 65_536)),  # max_position_embeddings says 32,768
        ("Llama 3.1 8B", (8192, 131_072)),  # 16 times the window, with a factor of 8
        ("Vicuna 7B v1.5 16k", (4096, 16_384)),
        ("Gemma 3 12B", (None, 131_072)),
    ],
)
def test_lengths_before_and_after_stretching(name, lengths):
    read = hub.record(name).rotary()
    assert (read.trained_length, read.target_length) == lengths


def test_turns_are_those_of_the_plain_frequencies_inside_the_trained_window():
    read = hub.record("Yarn-Llama-2-7b-128k").rotary()
    expected = [4096 * speed / (2 * math.pi) for speed in oracles.rope(128)]
    np.testing.assert_allclose(read.turns, expected, rtol=CLOSE)
    assert hub.record("Gemma 3 12B").rotary().turns == []


def test_a_pair_at_rest_makes_no_turns():
    config, options, _ = SPELLINGS["proportional"]
    turns = read_config(config, **options).turns
    assert turns[7] > 0 and turns[8:] == [0.0] * 24


@steady
@given(
    pairs=st.integers(2, 64),
    base=st.floats(1e3, 1e7),
    factor=st.floats(1.0, 128.0),
    original=st.integers(512, 65_536),
    betas=st.tuples(st.floats(4.0, 128.0), st.floats(0.5, 4.0)),
    truncate=st.booleans(),
)
@example(
    pairs=21, base=6731819.0, factor=23.0, original=20274, betas=(4.0, 1.75), truncate=False
)  # 5.1e-6 apart: a pair that keeps a hundredth
def test_any_yarn_config_is_read_as_transformers_reads_it(
    pairs, base, factor, original, betas, truncate
):
    config = SMALL | {
        "head_dim": 2 * pairs,
        "rope_theta": base,
        "rope_scaling": {
            "type": "yarn", "factor": factor, "original_max_position_embeddings": original,
            "beta_fast": betas[0], "beta_slow": betas[1], "truncate": truncate,
        },
    }  # fmt: skip
    speeds, scaling, _ = theirs(config)
    frequencies = read_config(config).frequencies
    # Theirs rounds the ramp to float32. Where it is narrower than a pair, or the factor is large,
    # a rounding counts a hundredfold: at most 3.4e-5 in 6,000 tries. Wrong rules are off by 1 %.
    np.testing.assert_allclose(frequencies.inv_freq, speeds, rtol=1e-4, atol=0)
    assert frequencies.attention_scaling == pytest.approx(scaling, rel=1e-12)


# --- the command ---

KEYS = [
    "rope_type", "head_dim", "whole_head_dim", "base", "factor", "trained_length", "target_length",
    "inv_freq", "attention_scaling", "softmax_scale_multiplier", "turns", "layer_type",
    "layers_differ", "sure", "notes",
]  # fmt: skip


@pytest.fixture
def ask(capsys, tmp_path):
    """Write a config, or bytes, and ask the command about it."""

    def ask(content, *options):
        path = tmp_path / "config.json"
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        path.write_bytes(data)
        capsys.readouterr()
        code = main(["frequencies", str(path), *options])
        told = capsys.readouterr()
        return code, told.out, told.err

    return ask


def strict(text):
    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


@every_model
def test_the_command_prints_one_object_with_the_keys_promised(ask, name):
    code, out, err = ask(hub.record(name).config, "--json")
    assert (code, err, out.count("\n")) == (0, "", 1)
    assert list(strict(out)) == KEYS


def test_the_command_reads_a_long_text_with_the_long_list(ask):
    config = hub.record("Phi-3-mini-128k").config
    _, short, _ = ask(config, "--json")
    _, long, _ = ask(config, "--json", "--length", "5000")
    assert strict(short)["inv_freq"][-1] > 20 * strict(long)["inv_freq"][-1]


def test_the_command_takes_a_layer_type(ask):
    config = hub.record("Gemma 3 12B").config
    _, out, _ = ask(config, "--json", "--layer-type", "sliding_attention")
    assert strict(out)["base"] == 10_000


def test_the_command_says_it_to_a_person_pair_by_pair_with_the_notes_last(ask):
    code, out, _ = ask(hub.record("Yarn-Llama-2-7b-128k").config)
    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith(
        "yarn: head_dim 128, base 10,000, factor 32, 4,096 tokens to 131,072"
    )
    assert lines[3].split() == ["0", "1.000000e+00", "6.3", "1.000", "651.899"]
    assert lines[66].split()[0] == "63" and lines[66].split()[3] == "32.000"
    assert all(line.startswith("note: ") for line in lines[67:]) and len(lines) > 67


@pytest.mark.parametrize("name", ["proportional", "default", "gemma"])
def test_the_command_says_it_to_a_person_where_numbers_are_missing(ask, name):
    configs = {
        "proportional": SPELLINGS["proportional"][0],
        "default": without(SMALL, "max_position_embeddings"),
        "gemma": hub.record("Gemma 3 12B").config,
    }
    code, out, err = ask(configs[name])
    assert (code, err) == (0, "") and "note: " in out


def yarn(**changes):
    return SMALL | {"rope_scaling": YARN_32 | changes}


MALFORMED = {
    "empty": (b"", "not valid JSON"),
    "not JSON": (b"{'model_type': 'llama'}", "not valid JSON"),
    "cut off": (json.dumps(SMALL).encode()[:-5], "not valid JSON"),
    "a list": (b"[]", "holds a list; give an object"),
    "a string": (b'"config"', "holds a str"),
    "null": (b"null", "holds a NoneType"),
    "a number": (b"3", "holds a int"),
    "NaN": (b'{"head_dim": NaN}', "holds NaN, which is no number"),
    "Infinity": (b'{"head_dim": 64, "rope_theta": Infinity}', "holds Infinity"),
    "minus Infinity": (b'{"head_dim": 64, "rope_theta": -Infinity}', "holds -Infinity"),
    "infinity in digits": (b'{"head_dim": 64, "rope_theta": 1e999}', "rope_theta is inf"),
    "a key twice": (b'{"head_dim": 64, "head_dim": 128}', "'head_dim' stands there twice"),
    "binary": (bytes(range(256)), "is not text"),
    "UTF-16": (json.dumps(SMALL).encode("utf-16"), "is not text"),
    "nested a little too deep": (b'{"a":' * 100_000, "nested without end"),
    "lists without end": (b"[" * 1_000_000, "nested without end"),
    "ten million brackets": (b"[" * 10_000_000, "larger than 1,048,576 bytes"),
    "a number of 5,000 digits": (b'{"head_dim": ' + b"9" * 5000 + b"}", "not valid JSON"),
    "a number of 4,000 digits": (b'{"head_dim": ' + b"9" * 4000 + b"}", "give a whole number"),
    "no sizes": ({"rope_theta": 10_000.0}, "has no hidden_size; give head_dim, or"),
    "no heads": ({"hidden_size": 512}, "has no num_attention_heads"),
    "heads that do not divide": (SMALL | {"num_attention_heads": 7}, "do not share evenly"),
    "zero heads": (SMALL | {"num_attention_heads": 0}, "num_attention_heads is 0"),
    "negative size": (SMALL | {"hidden_size": -512}, "hidden_size is -512"),
    "size in words": (SMALL | {"hidden_size": "512"}, "hidden_size is '512'"),
    "size with a fraction": (SMALL | {"hidden_size": 512.5}, "hidden_size is 512.5"),
    "size true": (SMALL | {"head_dim": True}, "head_dim is True"),
    "odd head": (SMALL | {"head_dim": 65}, "head_dim is 65, which is odd"),
    "a head of two, with a rule that needs more": (
        yarn() | {"head_dim": 2}, "head_dim is 2, and this reader knows no yarn of a single pair",
    ),
    "a head that would fill the memory": (SMALL | {"head_dim": 2**40}, "no head has more than"),
    "base 1": (SMALL | {"rope_theta": 1}, "rope_theta is 1"),
    "negative base": (SMALL | {"rope_theta": -10_000.0}, "rope_theta is -10000.0"),
    "base in words": (SMALL | {"rope_theta": "1e4"}, "rope_theta is '1e4'"),
    "base a list": (SMALL | {"rope_theta": [10_000]}, "rope_theta is [10000]"),
    "scaling in words": (SMALL | {"rope_scaling": "yarn"}, "rope_scaling is 'yarn'; give an obj"),
    "scaling a list": (SMALL | {"rope_parameters": [1]}, "rope_parameters is [1]"),
    "unknown type": (SMALL | {"rope_scaling": {"type": "ntk"}}, "rope_type is 'ntk'; this reader"),
    "type a list": (SMALL | {"rope_scaling": {"type": ["yarn"]}}, "rope_type is ['yarn']"),
    "positions in two directions": (
        SMALL | {"rope_parameters": {"rope_type": "axial"}}, "rope_type is 'axial'",
    ),
    "linear without factor": (SMALL | {"rope_scaling": {"type": "linear"}}, "have no factor"),
    "factor in words": (yarn(factor="32"), "factor is '32'"),
    "factor zero": (yarn(factor=0), "factor is 0"),
    "factor negative": (yarn(factor=-4.0), "factor is -4.0"),
    "factor an object": (yarn(factor={"full": 4}), "factor is {'full': 4}"),
    "factor beyond measure": (yarn(factor=1e300), "factor is 1e+300"),
    "original length zero": (yarn(original_max_position_embeddings=0), "embeddings is 0"),
    "original length negative": (yarn(original_max_position_embeddings=-1), "embeddings is -1"),
    "original length in words": (yarn(original_max_position_embeddings="4k"), "is '4k'"),
    "no length at all": (
        without(yarn(), "max_position_embeddings")
        | {"rope_scaling": without(YARN_32, "original_max_position_embeddings")},
        "neither original_max_position_embeddings nor max_position_embeddings",
    ),
    "longest negative": (SMALL | {"max_position_embeddings": -1}, "max_position_embeddings is -1"),
    "a window too short for any ramp": (yarn(original_max_position_embeddings=2), "no pair of a"),
    "beta negative": (yarn(beta_fast=-32), "beta_fast is -32"),
    "beta in words": (yarn(beta_slow="1"), "beta_slow is '1'"),
    "truncate in words": (yarn(truncate="false"), "truncate is 'false'; give true or false"),
    "mscale negative": (yarn(mscale=-1, mscale_all_dim=1), "mscale is -1"),
    "attention_factor negative": (yarn(attention_factor=-1.0), "attention_factor is -1.0"),
    "partial above 1": (SMALL | {"partial_rotary_factor": 1.5}, "partial_rotary_factor is 1.5"),
    "partial so small that nothing turns": (
        SMALL | {"partial_rotary_factor": 0.01}, "head_dim is 0",
    ),
    "longrope without lists": (
        yarn(rope_type="longrope"), "short_factor is None; longrope needs a list",
    ),
    "longrope with a short list": (
        yarn(rope_type="longrope", short_factor=[1.0], long_factor=[1.0]), "short_factor has 1 num",
    ),
    "longrope with a zero": (
        yarn(rope_type="longrope", short_factor=[1.0] * 32, long_factor=[0.0] * 32),
        "long_factor[0] is 0.0",
    ),
    "longrope with words": (
        yarn(rope_type="longrope", short_factor=["1"] * 32, long_factor=[1.0] * 32),
        "short_factor[0] is '1'",
    ),
    "dynamic without a window": (
        without(SMALL, "max_position_embeddings")
        | {"rope_scaling": {"type": "dynamic", "factor": 2.0}}, "which dynamic starts from",
    ),
    "llama3 without its bounds": (
        yarn(rope_type="llama3"), "no low_freq_factor, which llama3 needs",
    ),
    "llama3 bounds the wrong way round": (
        yarn(rope_type="llama3", low_freq_factor=4.0, high_freq_factor=1.0), "must be the larger",
    ),
    "a line break in a type": (SMALL | {"rope_scaling": {"type": "ya\nrn"}}, "'ya\\nrn'"),
    "a very long word": (SMALL | {"rope_theta": "x" * 500_000}, "rope_theta is 'xxx"),
}  # fmt: skip


@pytest.mark.parametrize("content, words", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_config_is_refused_in_one_line(ask, content, words):
    code, out, err = ask(content)
    assert (code, out) == (2, "")
    assert err.startswith("error: ") and err.count("\n") == 1 and err.endswith("\n")
    assert len(err) < 500
    assert words in err


def test_there_are_enough_configs_of_either_kind():
    assert len(SPELLINGS) >= 30 and len(MALFORMED) >= 40


@pytest.mark.parametrize("length", ["0", "-5"])
def test_a_length_that_is_none_is_refused(ask, length):
    code, _, err = ask(SMALL, "--length", length)
    assert code == 2 and f"length is {length}; give a whole number above 0" in err


@pytest.mark.parametrize(
    "config, layer_type, words",
    [
        (SMALL, "full_attention", "all are alike"),
        (per_layer(YARN_32), "chunked_attention", "use full_attention, sliding_attention"),
        (
            per_layer(YARN_32)
            | {"rope_parameters": {"full_attention": None, "sliding_attention": YARN_32}},
            "full_attention",
            "have no RoPE",
        ),
    ],
)
def test_a_layer_type_that_is_not_there_is_refused(config, layer_type, words):
    with pytest.raises(ValueError, match=words):
        read_config(config, layer_type=layer_type)


def test_a_missing_file_and_a_folder_without_a_config_are_refused(tmp_path, capsys):
    for path in (tmp_path / "nothing.json", tmp_path):
        assert main(["frequencies", str(path)]) == 2
        said = capsys.readouterr().err
        assert "is not a file; give a config.json" in said and said.count("\n") == 1


class Bomb:
    """A pickle of this leaves a file behind when somebody loads it."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return (open, (self.path, "w"))


def test_nothing_in_a_model_folder_is_run(tmp_path):
    mark = tmp_path / "mark"
    (tmp_path / "modeling_x.py").write_text(f"open({str(mark)!r}, 'w')\n")
    (tmp_path / "pytorch_model.bin").write_bytes(pickle.dumps(Bomb(mark)))
    config = SMALL | {"auto_map": {"AutoConfig": "modeling_x.Config"}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert shell("frequencies", tmp_path).returncode == 0
    (tmp_path / "config.json").write_bytes(pickle.dumps(Bomb(mark)))
    done = shell("frequencies", tmp_path)
    assert done.returncode == 2 and "is not text" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not mark.exists()


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5)
    | st.sampled_from([0, 1, -1, 2**60, 1e-300, 1e29, "yarn", "linear", "default"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["factor", "type", "full_attention"]), inner, max_size=3),
    max_leaves=4,
)  # fmt: skip


@steady
@given(data=st.data())
def test_one_wrong_value_is_read_or_refused_and_never_a_crash(data):
    config = copy.deepcopy(data.draw(st.sampled_from([c for c, _, _ in SPELLINGS.values()])))
    places = [config] + [v for v in config.values() if isinstance(v, dict)]
    place = data.draw(st.sampled_from(places))
    assume(place)
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(anything)
    try:
        report = read_config(config).report()
    except ValueError as error:
        assert "\n" not in str(error)
        return
    strict(json.dumps(report))
    assert all(speed >= 0 for speed in report["inv_freq"])
    assert len(report["inv_freq"]) == report["head_dim"] / 2
