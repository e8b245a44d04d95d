"""Published files of every kind, as small configs: each model type's own keys, layers and sizes.

Every config is written for this test, with the keys that its kind is about. Expected speeds are in
closed form. The public source of a fact stands beside it.
"""

import copy
import json

import numpy as np
import pytest

from lesson_utils.commands import main
from lesson_utils.hub.architectures import tables
from lesson_utils.hub.config import read_config
from tests import oracles

SMALL = {"hidden_size": 512, "num_attention_heads": 4, "max_position_embeddings": 8192}
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 2048}
LLAMA3 = {
    "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 1024,
}  # fmt: skip
FULL, SLIDING = {"layer_type": "full_attention"}, {"layer_type": "sliding_attention"}


def plain(dims, base=10_000.0):
    return oracles.rope(dims, base), 1.0, 1.0


def yarn(dims, base=10_000.0, **options):
    speeds = oracles.ntk_by_parts(dims, 4.0, 2048, base, ramp="index", **options)
    return speeds, oracles.yarn_attention_scaling(4.0), 1.0


def alpha(dims, by, base=10_000.0):
    return oracles.ntk_aware(dims, by, base), 1.0, 1.0


def step(dims, base, factor, window, turns):
    """Llama 4's rule: a pair that makes fewer turns is slowed down, and no other."""
    speeds = oracles.rope(dims, base)
    slow = speeds * window / (2 * np.pi) < turns
    return np.where(slow, speeds / factor, speeds), 1.0, 1.0


# name: (config, options of read_config, expected)
OWN_KEYS = {
    "gptj: rotary_dim, n_embd, n_head": (  # huggingface.co/EleutherAI/gpt-j-6b
        {"model_type": "gptj", "n_embd": 512, "n_head": 4, "n_positions": 2048, "rotary_dim": 32},
        {}, plain(32),
    ),
    "codegen: rotary_dim": (  # huggingface.co/Salesforce/codegen-350M-mono
        {"model_type": "codegen", "n_embd": 512, "n_head": 4, "rotary_dim": 32}, {}, plain(32),
    ),
    "phi-msft: rotary_dim": (  # huggingface.co/microsoft/phi-2, first revision
        {"model_type": "phi-msft", "n_embd": 512, "n_head": 8, "rotary_dim": 32}, {}, plain(32),
    ),
    "minimax_m2: rotary_dim": (  # huggingface/transformers#48241
        SMALL | {"model_type": "minimax_m2", "head_dim": 128, "rope_theta": 5e6, "rotary_dim": 64},
        {}, plain(64, 5e6),
    ),
    "minimax_m1: rotary_dim": (  # huggingface.co/MiniMaxAI/MiniMax-M1-80k
        SMALL | {"model_type": "minimax_m1", "head_dim": 128, "rope_theta": 1e7, "rotary_dim": 64},
        {}, plain(64, 1e7),
    ),
    "gpt_neox: rotary_pct and rotary_emb_base": (
        SMALL | {"model_type": "gpt_neox", "rotary_pct": 0.25, "rotary_emb_base": 5e4},
        {}, plain(32, 5e4),
    ),
    "gpt_neox_japanese: rotary_pct": (  # huggingface/transformers#48630
        SMALL | {"model_type": "gpt_neox_japanese", "rotary_pct": 0.5}, {}, plain(64),
    ),
    "stablelm_epoch: rope_pct": (  # huggingface.co/stabilityai/stablelm-3b-4e1t
        SMALL | {"model_type": "stablelm_epoch", "rope_pct": 0.25, "rope_theta": 1e4},
        {}, plain(32),
    ),
    "jetmoe: kv_channels": (  # huggingface.co/jetmoe/jetmoe-8b
        SMALL | {"model_type": "jetmoe", "kv_channels": 64}, {}, plain(64),
    ),
    "qwen: kv_channels, short": (  # huggingface.co/Qwen/Qwen-7B, modeling_qwen.py
        SMALL | {"model_type": "qwen", "kv_channels": 64, "seq_length": 2048,
                 "rotary_emb_base": 10_000, "use_dynamic_ntk": True},
        {}, plain(64),
    ),
    "qwen: use_dynamic_ntk, long": (  # 2 ** ceil(log2(5000 / 2048) + 1) - 1 = 7
        SMALL | {"model_type": "qwen", "kv_channels": 64, "seq_length": 2048,
                 "rotary_emb_base": 10_000, "use_dynamic_ntk": True},
        {"length": 5000}, alpha(64, 7.0),
    ),
    "qwen: use_dynamic_ntk false": (
        SMALL | {"model_type": "qwen", "kv_channels": 64, "seq_length": 2048,
                 "use_dynamic_ntk": False},
        {"length": 5000}, plain(64),
    ),
    "chatglm: half of kv_channels, rope_ratio": (  # vllm, models/chatglm.py
        SMALL | {"model_type": "chatglm", "kv_channels": 128, "rope_ratio": 50,
                 "seq_length": 32_768},
        {}, plain(64, 5e5),
    ),
    "phi3small: rope_embedding_base": (  # huggingface.co/microsoft/Phi-3-small-8k-instruct
        SMALL | {"model_type": "phi3small", "rope_embedding_base": 1e6, "rope_position_scale": 1.0},
        {}, plain(128, 1e6),
    ),
    "openelm: rope_freq_constant, model_dim": (  # huggingface.co/apple/OpenELM-1_1B
        {"model_type": "openelm", "model_dim": 512, "head_dim": 64, "rope_freq_constant": 2e4},
        {}, plain(64, 2e4),
    ),
    "hunyuan: attention_head_dim and alpha": (  # huggingface.co/tencent/Hunyuan-A13B-Instruct
        SMALL | {"model_type": "hunyuan_v1_moe", "attention_head_dim": 64, "rope_theta": 1e4,
                 "rope_scaling": {"type": "dynamic", "alpha": 1000.0, "factor": 1.0}},
        {}, alpha(64, 1000.0),
    ),
    "hunyuan_vl: xdrope": (  # huggingface/transformers PR #48960
        {"model_type": "hunyuan_vl", "text_config": SMALL | {
            "model_type": "hunyuan_vl_text", "head_dim": 64, "rope_theta": 1e4,
            "rope_scaling": {"type": "xdrope", "alpha": 500.0, "xdrope_section": [8, 8, 8, 8]}}},
        {}, alpha(64, 500.0),
    ),
    "phimoe: long_mscale": (  # huggingface.co/microsoft/Phi-3.5-MoE-instruct
        SMALL | {"model_type": "phimoe", "hidden_size": 256, "rope_theta": 1e4,
                 "original_max_position_embeddings": 4096,
                 "rope_scaling": {"type": "longrope", "short_factor": [1.0] * 32,
                                  "long_factor": [2.0] * 32, "short_mscale": 1.25,
                                  "long_mscale": 1.5}},
        {"length": 8000}, (oracles.rope(64) / 2, 1.5, 1.0),
    ),
    "dbrx: attn_config.rope_theta": (  # huggingface.co/databricks/dbrx-base
        {"model_type": "dbrx", "d_model": 512, "n_heads": 4, "max_seq_len": 32_768,
         "attn_config": {"rope_theta": 5e5, "kv_n_heads": 2}},
        {}, plain(128, 5e5),
    ),
    "mpt: attn_config.rope": (  # github.com/mosaicml/llm-foundry
        {"model_type": "mpt", "d_model": 512, "n_heads": 4, "max_seq_len": 2048,
         "attn_config": {"rope": True, "rope_theta": 2e4, "alibi": False}},
        {}, plain(128, 2e4),
    ),
    "hf_olmo: d_model, n_heads": (  # huggingface.co/allenai/OLMo-7B
        {"model_type": "hf_olmo", "d_model": 512, "n_heads": 4, "rope": True, "alibi": False},
        {}, plain(128),
    ),
    "zamba2: the head of a doubled input": (  # transformers, models/zamba2
        SMALL | {"model_type": "zamba2", "use_mem_rope": True}, {}, plain(256),
    ),
    "gemma4: per_layer_config": (
        {"model_type": "gemma4_text", "head_dim": 64,
         "layer_types": ["sliding_attention", "full_attention"],
         "per_layer_config": {"full_attention": {"head_dim": 96}},
         "rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 1e6},
                             "sliding_attention": {"rope_type": "default", "rope_theta": 1e4}}},
        FULL, plain(96, 1e6),
    ),
    "params.json: yarn without a temperature": (  # ggml-org/llama.cpp PR #22612
        {"dim": 512, "n_layers": 2, "head_dim": 64, "n_heads": 4, "rope_theta": 1e6,
         "yarn": {"alpha": 1, "beta": 32, "factor": 4, "apply_scale": False,
                  "original_max_position_embeddings": 2048}},
        {}, (yarn(64, 1e6)[0], 1.0, 1.0),
    ),
    "params.json: yarn with other ends and a temperature": (
        {"dim": 512, "n_layers": 2, "n_heads": 8, "rope_theta": 1e6,
         "yarn": {"alpha": 2, "beta": 16, "factor": 4, "apply_scale": True,
                  "original_max_position_embeddings": 2048}},
        {}, yarn(64, 1e6, beta_fast=16.0, beta_slow=2.0),
    ),
    "params.json: latent attention": (  # Mistral Large 3's own
        {"dim": 512, "n_layers": 2, "n_heads": 4, "head_dim": 128, "rope_theta": 1e4,
         "qk_rope_head_dim": 64, "qk_nope_head_dim": 128, "kv_lora_rank": 512,
         "yarn": {"alpha": 1, "beta": 32, "factor": 4, "apply_scale": False,
                  "original_max_position_embeddings": 2048}},
        {}, (yarn(64)[0], 1.0, 1.0),
    ),
    "params.json: latent attention with a temperature": (
        {"dim": 512, "n_layers": 2, "n_heads": 4, "rope_theta": 1e4, "qk_rope_head_dim": 64,
         "yarn": {"alpha": 1, "beta": 32, "factor": 4,
                  "original_max_position_embeddings": 2048}},
        {}, (yarn(64)[0], 1.0, oracles.yarn_attention_scaling(4.0) ** 2),
    ),
    "params.json: plain": (  # Code Llama's own
        {"dim": 512, "n_layers": 2, "n_heads": 4, "rope_theta": 1e6, "norm_eps": 1e-5},
        {}, plain(128, 1e6),
    ),
}  # fmt: skip

LAYERS = {
    "olmo3, full": (  # huggingface/transformers PR #45945
        SMALL | {"model_type": "olmo3", "rope_theta": 5e5, "num_hidden_layers": 4,
                 "rope_scaling": YARN}, FULL, yarn(128, 5e5),
    ),
    "olmo3, sliding": (
        SMALL | {"model_type": "olmo3", "rope_theta": 5e5, "num_hidden_layers": 4,
                 "rope_scaling": YARN}, SLIDING, plain(128, 5e5),
    ),
    "modernbert, full": (  # huggingface.co/answerdotai/ModernBERT-base
        SMALL | {"model_type": "modernbert", "global_rope_theta": 2e5, "local_rope_theta": 2e4,
                 "position_embedding_type": "absolute"}, FULL, plain(128, 2e5),
    ),
    "modernbert, sliding": (
        SMALL | {"model_type": "modernbert", "global_rope_theta": 2e5, "local_rope_theta": 2e4},
        SLIDING, plain(128, 2e4),
    ),
    "mimo_v2_flash, sliding": (  # huggingface.co/XiaomiMiMo/MiMo-V2-Flash
        SMALL | {"model_type": "mimo_v2_flash", "head_dim": 192, "rope_theta": 5e6,
                 "swa_rope_theta": 1e4, "partial_rotary_factor": 0.334}, SLIDING, plain(64),
    ),
    "mimo_v2_flash, full": (
        SMALL | {"model_type": "mimo_v2_flash", "head_dim": 192, "rope_theta": 5e6,
                 "swa_rope_theta": 1e4, "partial_rotary_factor": 0.334}, {}, plain(64, 5e6),
    ),
    "gemma3, sliding layers only": (  # huggingface/transformers#48392
        {"model_type": "gemma3_text", "head_dim": 64, "num_hidden_layers": 2,
         "layer_types": ["sliding_attention"] * 2, "rope_theta": 1e6,
         "rope_local_base_freq": 2e4}, {}, plain(64, 2e4),
    ),
    "gemma3, too few layers for a full one": (
        {"model_type": "gemma3_text", "head_dim": 64, "num_hidden_layers": 2, "rope_theta": 1e6},
        {}, plain(64, 1e4),
    ),
    "cohere2, sliding layers by default": (  # huggingface.co/CohereLabs/c4ai-command-r7b-12-2024
        SMALL | {"model_type": "cohere2", "rope_theta": 5e4, "layer_switch": 4,
                 "num_hidden_layers": 8}, {}, plain(128, 5e4),
    ),
    "exaone4, every layer where none slides": (  # LGAI-EXAONE/EXAONE-4.0-1.2B
        SMALL | {"model_type": "exaone4", "rope_theta": 1e6, "sliding_window": None,
                 "sliding_window_pattern": None}, {}, plain(128, 1e6),
    ),
    "afmoe, sliding": (
        SMALL | {"model_type": "afmoe", "head_dim": 64, "rope_theta": 1e4}, SLIDING, plain(64),
    ),
    "llama4, chunked": (  # huggingface.co/meta-llama/Llama-4-Scout-17B-16E-Instruct
        {"model_type": "llama4", "text_config": SMALL | {
            "model_type": "llama4_text", "head_dim": 64, "rope_theta": 5e5, "no_rope_layers": [],
            "rope_scaling": LLAMA3 | {"high_freq_factor": 1.0}}},
        {}, step(64, 5e5, 8.0, 1024, 1.0),
    ),
    "smollm3, those that rotate": (
        SMALL | {"model_type": "smollm3", "rope_theta": 5e6, "no_rope_layers": [1, 1, 1, 0]},
        {}, plain(128, 5e6),
    ),
    "one value a layer, full": (  # huggingface.co/stepfun-ai/Step-3.5-Flash
        SMALL | {"model_type": "step3p5", "head_dim": 64, "rope_theta": [5e6, 1e4, 1e4],
                 "partial_rotary_factors": [0.5, 1.0, 1.0], "yarn_only_types": ["full_attention"],
                 "layer_types": ["full_attention"] + ["sliding_attention"] * 2,
                 "rope_scaling": YARN}, FULL, yarn(32, 5e6),
    ),
    "one value a layer, sliding": (
        SMALL | {"model_type": "step3p5", "head_dim": 64, "rope_theta": [5e6, 1e4, 1e4],
                 "partial_rotary_factors": [0.5, 1.0, 1.0], "yarn_only_types": ["full_attention"],
                 "layer_types": ["full_attention"] + ["sliding_attention"] * 2,
                 "rope_scaling": YARN}, SLIDING, plain(64),
    ),
}  # fmt: skip

SIZES = {
    "text_config of an inner model type that fills in": (  # huggingface.co/llava-hf/llava-1.5-7b-hf
        {"model_type": "llava", "text_config": {"model_type": "llama", "vocab_size": 32_064},
         "vision_config": {"hidden_size": 1024, "num_attention_heads": 16}}, {}, plain(128),
    ),
    "text_config without a model type": (
        {"model_type": "llava", "text_config": {"hidden_size": 512, "num_attention_heads": 8}},
        {}, plain(64),
    ),
    "llm_config": (  # huggingface.co/OpenGVLab/InternVL2-8B
        {"model_type": "internvl_chat", "hidden_size": 999, "llm_config": SMALL | {
            "model_type": "qwen2", "rope_theta": 1e6}}, {}, plain(128, 1e6),
    ),
    "language_config": (
        {"model_type": "multi_modality", "language_config": {
            "model_type": "llama", "hidden_size": 512, "num_attention_heads": 8}}, {}, plain(64),
    ),
    "thinker_config": (  # huggingface.co/Qwen/Qwen2.5-Omni-7B
        {"model_type": "qwen2_5_omni", "thinker_config": {
            "model_type": "qwen2_5_omni_thinker", "text_config": SMALL | {
                "model_type": "qwen2_5_omni_text", "rope_theta": 1e6}}}, {}, plain(128, 1e6),
    ),
    "keys of the whole that hide the part": (
        {"model_type": "gemma3", "hidden_size": 4096, "num_attention_heads": 4, "head_dim": 1024,
         "text_config": {"model_type": "gemma3_text", "rope_scaling": {
             "rope_type": "linear", "factor": 8.0}}},
        FULL, (oracles.pi(256, 8.0, 1e6), 1.0, 1.0),
    ),
    "keys of the whole where there is no part": (  # huggingface.co/Qwen/Qwen2-VL-7B-Instruct
        SMALL | {"model_type": "qwen2_vl", "rope_theta": 1e6, "rope_scaling": {
            "type": "mrope", "mrope_section": [16, 24, 24]}}, {}, plain(128, 1e6),
    ),
    "zero means absent": (  # huggingface.co/deepseek-ai/DeepSeek-OCR
        SMALL | {"model_type": "deepseek_vl_v2", "use_mla": False, "qk_rope_head_dim": 0,
                 "language_config": SMALL | {"use_mla": False, "qk_rope_head_dim": 0}},
        {}, plain(128),
    ),
    "a head of two": (  # huggingface.co/trl-internal-testing/tiny-LlamaForCausalLM-3.2
        {"model_type": "llama", "hidden_size": 8, "num_attention_heads": 4, "head_dim": 2,
         "rope_theta": 5e5, "max_position_embeddings": 8192, "rope_scaling": LLAMA3},
        {}, (np.ones(1), 1.0, 1.0),
    ),
    "rope_scaling beside rope_parameters": (  # cf. vllm PR #28542
        SMALL | {"model_type": "qwen3", "head_dim": 128, "rope_scaling": YARN,
                 "rope_parameters": {"rope_type": "default", "rope_theta": 1e6}},
        {}, yarn(128),
    ),
}  # fmt: skip
ALL = OWN_KEYS | LAYERS | SIZES

REFUSED = {
    "granite 4 without positions": (  # huggingface/transformers#42862
        SMALL | {"model_type": "granitemoehybrid", "position_embedding_type": "nope",
                 "rope_theta": 1e4}, {}, "position_embedding_type is 'nope'",
    ),
    "falcon with ALiBi": (  # huggingface.co/tiiuae/falcon-rw-1b
        SMALL | {"model_type": "falcon", "alibi": True}, {}, "alibi is True",
    ),
    "mpt with ALiBi": (
        {"model_type": "mpt", "d_model": 512, "n_heads": 4, "attn_config": {"alibi": True}}, {},
        "rope is False",
    ),
    "baichuan 13B": (  # huggingface.co/baichuan-inc/Baichuan2-13B-Base
        {"model_type": "baichuan", "hidden_size": 5120, "num_attention_heads": 40}, {}, "ALiBi",
    ),
    "kimi linear": (
        SMALL | {"model_type": "kimi_linear", "mla_use_nope": True, "qk_rope_head_dim": 64}, {},
        "mla_use_nope is True",
    ),
    "zamba2 without RoPE": (
        SMALL | {"model_type": "zamba2", "use_mem_rope": False}, {}, "use_mem_rope is False",
    ),
    "esm with a table": (
        SMALL | {"model_type": "esm", "position_embedding_type": "absolute"}, {}, "is 'absolute'",
    ),
    "bert": (SMALL | {"model_type": "bert"}, {}, "bert has no rotary embedding"),
    "jamba": (SMALL | {"model_type": "jamba"}, {}, "jamba has no rotary embedding"),
    "nemotron_h": (SMALL | {"model_type": "nemotron_h"}, {}, "has no rotary embedding"),
    "an unknown type that says alibi": (
        SMALL | {"model_type": "new", "alibi": True}, {}, "alibi is True",
    ),
    "exaone4, full": (  # vllm PR #21060
        SMALL | {"model_type": "exaone4", "sliding_window": 4096, "sliding_window_pattern": "LLLG",
                 "num_hidden_layers": 4}, FULL, "full_attention have no RoPE",
    ),
    "cohere2, full": (
        SMALL | {"model_type": "cohere2", "num_hidden_layers": 4}, FULL, "have no RoPE",
    ),
    "llama4, full": (
        {"model_type": "llama4", "text_config": SMALL | {"model_type": "llama4_text"}}, FULL,
        "have no RoPE",
    ),
    "a rule of its own": (  # vllm PR #56446
        SMALL | {"model_type": "telechat3", "rope_scaling": YARN | {
            "rope_type": "telechat3-yarn"}}, {}, "rope_type is 'telechat3-yarn'",
    ),
    "positions in two directions": (
        SMALL | {"model_type": "qwen2_vl_vision"}, {}, "rope_type is 'axial'",
    ),
    "layers of a kind that is not there": (
        {"model_type": "gemma3_text", "head_dim": 64, "layer_types": ["sliding_attention"]}, FULL,
        "use sliding_attention",
    ),
    "layers without attention": (
        SMALL | {"model_type": "qwen3_next", "layer_types": ["linear_attention",
                                                             "full_attention"]},
        {"layer_type": "linear_attention"}, "has no attention",
    ),
}  # fmt: skip


def agree(report, expected):
    speeds, scaling, multiplier = expected
    # Speeds are float32: good to 6e-8 of themselves.
    np.testing.assert_allclose(report["inv_freq"], speeds, rtol=1e-6, atol=0)
    assert report["attention_scaling"] == pytest.approx(scaling, rel=1e-12)
    assert report["softmax_scale_multiplier"] == pytest.approx(multiplier, rel=1e-12)
    assert report["sure"], report["notes"]


def ask(tmp_path, capsys, config, options):
    """Ask the command, and return its exit code, its output and its errors."""
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    given = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    capsys.readouterr()
    code = main(["frequencies", str(path), "--json", *given])
    return code, *capsys.readouterr()


@pytest.mark.parametrize("config, options, expected", ALL.values(), ids=ALL)
def test_a_file_of_this_kind_is_read_right_and_surely(config, options, expected, tmp_path, capsys):
    before = copy.deepcopy(config)
    agree(read_config(config, **options).report(), expected)
    assert config == before
    code, out, err = ask(tmp_path, capsys, config, options)
    assert (code, err) == (0, "")
    agree(json.loads(out), expected)


@pytest.mark.parametrize("config, options, words", REFUSED.values(), ids=REFUSED)
def test_a_file_that_means_no_rotation_is_refused_with_the_reason(
    config, options, words, tmp_path, capsys
):
    with pytest.raises(ValueError) as error:
        read_config(config, **options)
    assert words in str(error.value)
    code, out, err = ask(tmp_path, capsys, config, options)
    assert (code, out) == (2, "") and err == f"error: {error.value}\n" and err.count("\n") == 1


DIFFERENT = (
    "olmo3, full", "modernbert, full", "cohere2, sliding layers by default",
    "smollm3, those that rotate", "llama4, chunked", "one value a layer, full",
)  # fmt: skip


@pytest.mark.parametrize("name", DIFFERENT)
def test_layers_that_differ_are_said_to_differ(name):
    config, options, _ = LAYERS[name]
    assert read_config(config, **options).layers_differ


@pytest.mark.parametrize(
    "changes", [{"layer_types": ["sliding_attention"] * 2}, {"num_hidden_layers": 2}]
)
def test_layers_of_one_kind_do_not_differ(changes):
    read = read_config({"model_type": "gemma3_text", "head_dim": 64} | changes)
    assert (read.layer_type, read.layers_differ) == ("sliding_attention", False)


def test_layers_named_but_alike_may_be_asked_for():
    config = SMALL | {"model_type": "gpt_oss", "layer_types": list(FULL.values())}
    read = read_config(config, **FULL)
    assert (read.layer_type, read.layers_differ, read.sure) == ("full_attention", False, True)


# --- a guess is said to be one ---


@pytest.mark.parametrize(
    "keys, named",
    [
        ({"rotary_share_of_head": 0.5}, "rotary_share_of_head"),
        ({"global_rope_scale": 2.0}, "global_rope_scale"),
        ({"attn_config": {"rope_theta": 5e5}}, "attn_config"),
        ({"rope_scaling": {"type": "linear", "factor": 2.0, "warp": 3}}, "warp"),
        ({"swa_head_dim": 96}, "swa_head_dim"),
        ({"layer_types": ["global", "local"]}, "its layers are global, local"),
    ],
)
def test_an_unknown_type_is_a_guess_that_names_what_could_change_it(keys, named, tmp_path, capsys):
    config = SMALL | {"model_type": "never_seen"} | keys
    report = read_config(config).report()
    assert report["sure"] is False
    assert report["notes"][0].startswith("this reading is a guess: model_type never_seen is not in")
    assert named in report["notes"][0]
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    main(["frequencies", str(path)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == report["notes"][0] and not any("guess" in line for line in lines[1:])


@pytest.mark.parametrize(
    "keys, expected",
    [
        ({"rotary_dim": 32}, plain(32)),
        ({"rotary_pct": 0.5}, plain(64)),
        ({"kv_channels": 64}, plain(64)),
        ({"rotary_emb_base": 5e4}, plain(128, 5e4)),
        ({"rope_ratio": 4}, plain(128, 4e4)),
    ],
)
def test_a_guess_follows_the_keys_that_other_types_read(keys, expected):
    report = read_config(SMALL | {"model_type": "never_seen"} | keys).report()
    np.testing.assert_allclose(report["inv_freq"], expected[0], rtol=1e-6)
    assert not report["sure"]


UNSURE = {
    "no model type": (SMALL, "names no model_type"),
    "alpha where some loaders read it": (
        SMALL | {"model_type": "llama", "rope_scaling": {
            "type": "dynamic", "factor": 2.0, "alpha": 8.0}}, "alpha",
    ),
    "a share that llama's code does not read": (
        SMALL | {"model_type": "llama", "partial_rotary_factor": 0.5}, "partial_rotary_factor",
    ),
    "latent attention in a type without it": (
        SMALL | {"model_type": "llama", "qk_rope_head_dim": 64}, "qk_rope_head_dim",
    ),
    "a head that contradicts qk_rope_head_dim": (
        SMALL | {"model_type": "deepseek_v3", "qk_rope_head_dim": 64, "head_dim": 128},
        "head_dim",
    ),
    "rope parameters of several kinds of layers, given flat": (
        SMALL | {"model_type": "laguna", "rope_theta": 5e4}, "not given by kind",
    ),
    "params.json of Llama 3": (
        {"dim": 512, "n_layers": 2, "n_heads": 4, "rope_theta": 5e5, "use_scaled_rope": True},
        "8 is Llama 3.1's",
    ),
    "params.json without a base": ({"dim": 512, "n_layers": 2, "n_heads": 4}, "no rope_theta"),
    "chatglm with positions in two directions": (
        SMALL | {"model_type": "chatglm", "position_encoding_2d": True}, "position_encoding_2d",
    ),
}  # fmt: skip


@pytest.mark.parametrize("config, words", UNSURE.values(), ids=UNSURE)
def test_what_loaders_disagree_on_is_a_guess_too(config, words):
    read = read_config(config)
    assert not read.sure and words in read.notes[0]


# --- notes ---


def test_a_key_that_other_code_reads_is_not_called_unknown():
    scaling = YARN | {"llama_4_scaling_beta": 0.1}
    notes = read_config(SMALL | {"model_type": "ministral3", "rope_parameters": scaling}).notes
    assert any("without effect on any frequency: llama_4_scaling_beta" in note for note in notes)
    assert not any("no such key" in note for note in notes)


def test_a_base_that_rope_scaling_makes_loaders_forget_is_pointed_out():
    notes = read_config(SIZES["rope_scaling beside rope_parameters"][0]).notes
    assert any("1000000.0, does not count" in note for note in notes)


def test_rope_scaling_outside_the_language_part_is_pointed_out():
    inner = SMALL | {"model_type": "llama"}
    read = read_config({"model_type": "llava", "rope_scaling": YARN, "text_config": inner})
    agree(read.report(), plain(128))
    assert any("outside text_config, and not read there: rope_scaling" in n for n in read.notes)


def test_the_headline_says_rotated_and_whole_dimensions(tmp_path, capsys):
    path = tmp_path / "config.json"
    path.write_text(json.dumps(OWN_KEYS["minimax_m2: rotary_dim"][0]), encoding="utf-8")
    main(["frequencies", str(path)])
    assert capsys.readouterr().out.startswith("default: head_dim 64 of 128, base 5,000,000")


@pytest.mark.parametrize(
    "config, dims",
    [
        (SMALL | {"model_type": "llama"}, (128, 128)),
        (SMALL | {"model_type": "deepseek_v3", "qk_rope_head_dim": 64, "qk_nope_head_dim": 96},
         (64, 160)),
    ],
)  # fmt: skip
def test_a_report_has_rotated_and_whole_dimensions(config, dims):
    report = read_config(config).report()
    assert (report["head_dim"], report["whole_head_dim"]) == dims


# --- the table ---


def test_every_row_says_where_its_facts_were_seen_and_uses_words_the_reader_knows():
    known = {
        "alike_without", "doubt", "doubt_if", "doubt_unless", "every", "first", "flat",
        "heads_share", "inside", "keys", "layers", "like", "no_rope", "no_scaling", "part_type",
        "pattern",
        "reads", "reads_share", "rotates_if", "rotating", "scaled_only", "source", "usual",
    }  # fmt: skip
    for name, row in tables()["rows"].items():
        assert len(row["source"]) > 15, name
        assert row.keys() <= known, name


def test_no_model_type_stands_in_the_table_twice():
    names = tables()["as_transformers"]
    assert len(set(names)) == len(names) and not set(names) & tables()["rows"].keys()


# --- an id on the hub ---


@pytest.fixture
def hub_of_one(monkeypatch, tmp_path):
    """A hub that has one file, and writes down what it is asked for."""
    import huggingface_hub

    asked = []

    def download(name, file):
        asked.append((name, file))
        path = tmp_path / file
        path.write_text(json.dumps(SMALL | {"model_type": "llama"}), encoding="utf-8")
        return str(path)

    monkeypatch.setattr(huggingface_hub, "get_hf_file_metadata", lambda *_, **__: None)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    return asked


def test_an_id_on_the_hub_has_its_config_fetched_and_no_other_file(hub_of_one, capsys):
    assert main(["frequencies", "owner/name", "--json"]) == 0
    agree(json.loads(capsys.readouterr().out), plain(128))
    assert hub_of_one == [("owner/name", "config.json")]


def test_a_path_is_never_looked_for_on_the_hub(hub_of_one, tmp_path, capsys, monkeypatch):
    (tmp_path / "runs").mkdir()
    monkeypatch.chdir(tmp_path)
    for path in ("runs/mistyped", "other/config.json", "./owner/name", "config.json"):
        assert main(["frequencies", path]) == 2
        assert "is not a file; give a config.json" in capsys.readouterr().err
    assert hub_of_one == []


def test_offline_an_id_is_refused_in_one_line(monkeypatch, capsys):
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    assert main(["frequencies", "nobody/nothing"]) == 2
    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1
    assert told.err.startswith("error: nobody/nothing is no file, and its config cannot be fetched")


def test_without_the_open_weights_extra_the_message_has_the_command(monkeypatch, capsys):
    import sys

    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    assert main(["frequencies", "owner/name"]) == 2
    assert 'pip install "transformers>=5.2"' in capsys.readouterr().err
