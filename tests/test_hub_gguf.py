"""GGUF files: read as the model that they were written from, and for what they say of RoPE."""

import json
import sys
from types import SimpleNamespace

import gguf
import numpy as np
import pytest
import torch

from lesson_utils import scaling
from lesson_utils.corpus import text_document
from lesson_utils.hub import gguf_file, loading, scoring, wheels
from lesson_utils.hub.config import read_config
from lesson_utils.hub.export import byte_letters
from lesson_utils.model import ModelConfig, TinyLlama
from lesson_utils.perplexity import perplexity
from tests.helpers import WITHOUT_NETWORK, python
from tools import stretch_smollm2

SMALL = ModelConfig(
    hidden_size=128,
    intermediate_size=64,
    layers=2,
    head_dim=64,
    trained_length=64,
    base=100_000.0,
    vocabulary=257,
)
"""Two heads, so that a head taken for another would be noticed."""
NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def small_model():
    torch.manual_seed(0)
    model = TinyLlama(SMALL)
    with torch.no_grad():
        for weights in model.parameters():
            if weights.ndim == 2:
                weights.mul_(10)
    return model.eval()


def interleaved(weights):
    """Reorder the rows of each head as llama.cpp has them: the two of a pair side by side."""
    heads = weights.view(-1, 2, SMALL.head_dim // 2, weights.shape[-1])
    return heads.transpose(1, 2).reshape(weights.shape)


def name_and_weights(name, weights):
    """Return a tensor as llama.cpp calls and keeps it."""
    if not name.startswith("model.layers."):
        name = {"model.embed_tokens.weight": "token_embd", "model.norm.weight": "output_norm"}[name]
        return f"{name}.weight", weights
    _, _, layer, rest = name.split(".", 3)
    short = NAMES[rest.removesuffix(".weight")]
    return f"blk.{layer}.{short}.weight", interleaved(weights) if short[-2:] in "_q_k" else weights


def write_gguf(path, *, name="llama", change=lambda writer: None):
    """Write the small model as a GGUF file of 32-bit numbers; ``change`` adds keys or tensors."""
    writer = gguf.GGUFWriter(path, name)
    writer.add_name("tiny")
    writer.add_context_length(SMALL.trained_length)
    writer.add_embedding_length(SMALL.hidden_size)
    writer.add_block_count(SMALL.layers)
    writer.add_feed_forward_length(SMALL.intermediate_size)
    writer.add_head_count(SMALL.heads)
    writer.add_head_count_kv(SMALL.heads)
    writer.add_layer_norm_rms_eps(SMALL.norm_eps)
    writer.add_rope_dimension_count(SMALL.head_dim)
    writer.add_rope_freq_base(SMALL.base)
    writer.add_tokenizer_model("gpt2")
    letters = byte_letters()
    writer.add_token_list([*letters, letters[0] + letters[1]])
    writer.add_token_types([gguf.TokenType.NORMAL] * SMALL.vocabulary)
    writer.add_token_merges([f"{letters[0]} {letters[1]}"])  # two bytes that no text here has
    change(writer)
    for tensor in small_model().state_dict().items():
        name, weights = name_and_weights(*tensor)
        writer.add_tensor(name, weights.numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return write_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "text.py"
    path.write_bytes(b"".join(b"value_%d = %d\n" % (n, n * n) for n in range(40)))
    return path


def read(run, model, document, *arguments):
    given = ("--document", document, "--device", "cpu", "--json")
    code, out, err = run("perplexity", "--model", model, *given, *arguments)
    assert code == 0, err
    return json.loads(out)["perplexity_per_token"]


def refuse(run, *arguments):
    code, out, err = run(*arguments)
    assert code == 2 and out == "" and "Traceback" not in err
    assert len(err.splitlines()) == 1 and err.startswith("error: ")
    return err


# --- its weights ---


def test_a_gguf_file_reads_as_the_model_that_it_was_written_from(run, file, document):
    found = read(run, file, document, "--lengths", "64,128")
    text = [text_document(document.read_bytes())]
    for length, ours in perplexity(small_model(), text, (64, 128)).items():
        assert found[str(length)] == pytest.approx(ours, rel=1e-5)


def test_a_gguf_file_is_read_without_a_network(file, document):
    given = f"perplexity --model {file} --document {document} --lengths 64 --device cpu --json"
    done = python("-c", WITHOUT_NETWORK, *given.split())
    assert done.returncode == 0, done.stderr


def test_a_method_replaces_that_of_a_gguf_file(run, file, document):
    found = read(run, file, document, "--lengths", 128, "--method", "yarn", "--factor", 2)
    text, shape = [text_document(document.read_bytes())], {"trained_length": 64, "base": SMALL.base}
    ours = perplexity(small_model(), text, 128, scaling.yarn(64, 2, **shape))
    assert found["128"] == pytest.approx(ours, rel=1e-5)
    assert ours != pytest.approx(perplexity(small_model(), text, 128), rel=1e-3)


def test_a_model_that_was_fetched_is_read_by_its_name(run, file, document, monkeypatch):
    monkeypatch.setitem(wheels.WHEELS, "tiny", at(file))
    assert read(run, "tiny", document, "--lengths", 64) == read(
        run, file, document, "--lengths", 64
    )
    assert read_config("tiny").report() == read_config(file).report()


def at(file):
    """Stand in for a wheel whose weights were put at ``file``."""

    class Here:
        path, weights_bytes = file, file.stat().st_size

    return Here


def test_memory_and_time_are_said_before_anything_is_read_and_nothing_else(
    run, file, document, monkeypatch
):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(scoring, "score_tokens", stop)
    given = ("perplexity", "--model", file, "--document", document, "--lengths", 64)
    _, _, err = run(*given, "--device", "cpu")
    memory, seconds, last = err.splitlines()
    # By hand: the table, and two layers' four square and three wide matrices, are 213,000 numbers.
    assert memory.startswith("0.2 million parameters in float32 on cpu: about 0.5")
    assert memory.endswith("GiB of memory") and " s to read" in seconds and last == "stopped"


def test_without_the_packages_that_read_it_the_message_has_the_command(
    run, file, document, monkeypatch
):
    for package in ("gguf", "accelerate"):
        with monkeypatch.context() as without:
            without.setattr(loading, "find_spec", lambda name, gone=package: name != gone or None)
            message = refuse(
                run, "perplexity", "--model", file, "--document", document, "--lengths", 64
            )
        assert package in message and "pip install gguf accelerate" in message


def test_a_gguf_file_that_is_not_there_is_not_looked_for_on_the_hub(run, document):
    given = ("perplexity", "--document", document, "--lengths", 64, "--model")
    assert "no folder and no GGUF file" in refuse(run, *given, "models/tiny.gguf")


def test_a_model_that_is_not_fetched_yet_is_named_with_the_command(
    run, document, tmp_path, monkeypatch
):
    monkeypatch.setattr(wheels, "data_folder", lambda: tmp_path)
    given = ("perplexity", "--document", document, "--lengths", 64, "--model", "smollm2")
    for command in (given, ("frequencies", "smollm2")):
        assert "run `python -m lesson_utils fetch smollm2`" in refuse(run, *command)


# --- its keys ---


def test_the_base_and_the_window_of_a_gguf_file_are_read(file):
    found = read_config(file)
    assert (found.base, found.head_dim, found.trained_length) == (100_000.0, 64, 64)
    assert found.sure and found.rope_type == "default"
    # By the formula, pair 16 of 32 turns by the base to the power of minus one half.
    assert found.frequencies.inv_freq[16].item() == pytest.approx(100_000.0**-0.5, rel=1e-6)
    assert any("GGUF" in note for note in found.notes)


def test_frequencies_needs_no_package_for_a_gguf_file(run, file, monkeypatch):
    for package in ("gguf", "transformers"):
        monkeypatch.setitem(sys.modules, package, None)
    code, out, _ = run("frequencies", file, "--json")
    assert code == 0 and json.loads(out)["base"] == 100_000.0


def linear(writer):
    writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
    writer.add_rope_scaling_factor(4.0)


def yarn(writer):
    writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
    writer.add_rope_scaling_factor(2.0)
    writer.add_rope_scaling_orig_ctx_len(32)


STRETCHED = {
    "linear": (linear, scaling.pi(64, 4, base=SMALL.base)),
    "yarn": (yarn, scaling.yarn(64, 2, base=SMALL.base, trained_length=32, ramp="index")),
}


@pytest.mark.parametrize("kind", STRETCHED)
def test_a_gguf_file_that_stretches_rope_is_read_so(run, tmp_path, document, kind):
    change, frequencies = STRETCHED[kind]
    file = write_gguf(tmp_path / "stretched.gguf", change=change)
    found = read_config(file).frequencies
    assert torch.allclose(found.inv_freq, frequencies.inv_freq, rtol=1e-6)
    assert found.attention_scaling == pytest.approx(frequencies.attention_scaling)
    ours = perplexity(small_model(), [text_document(document.read_bytes())], 128, frequencies)
    assert read(run, file, document, "--lengths", 128)["128"] == pytest.approx(ours, rel=1e-5)


def test_a_table_of_speeds_among_the_weights_is_refused(run, tmp_path, document):
    def table(writer):
        writer.add_tensor("rope_freqs.weight", torch.ones(32).numpy())

    file = write_gguf(tmp_path / "table.gguf", change=table)
    given = ("perplexity", "--document", document, "--lengths", 64, "--model", file)
    for command in (("frequencies", file), given):
        assert "rope_freqs.weight" in refuse(run, *command)


def test_a_share_of_the_head_turns_where_the_keys_say_so(tmp_path):
    def share(writer):
        writer.add_key_length(128)

    found = read_config(write_gguf(tmp_path / "share.gguf", change=share))
    assert (found.head_dim, found.whole_head_dim) == (64, 128)


def test_another_architecture_than_llama_is_a_guess(tmp_path):
    found = read_config(write_gguf(tmp_path / "other.gguf", name="qwen2"))
    assert not found.sure and "qwen2" in found.notes[0] and found.base == 100_000.0


def test_every_type_of_key_is_read_as_it_was_written(tmp_path):
    written = {
        "uint8": 200, "int8": -100, "uint16": 60_000, "int16": -30_000, "uint32": 2**31,
        "int32": -(2**31), "uint64": 2**63, "int64": -(2**63), "float32": 0.5, "float64": 1e300,
        "bool": True, "string": "naïve 中",
    }  # fmt: skip
    lists = {"list": [1, 2, 3], "words": ["a", "", "é"]}

    def every(writer):
        for kind, value in written.items():
            getattr(writer, f"add_{kind}")(f"test.{kind}", value)
        for kind, values in lists.items():
            writer.add_array(f"test.{kind}", values)

    keys, tensors = gguf_file.metadata(write_gguf(tmp_path / "keys.gguf", change=every))
    assert {key[5:]: keys[key] for key in keys if key.startswith("test.")} == written | lists
    assert set(tensors) == {
        name_and_weights(*tensor)[0] for tensor in small_model().state_dict().items()
    }


@pytest.mark.parametrize("left", [4, 8, 24, 30, 200, 2_000])
def test_a_file_that_is_cut_off_in_its_keys_is_one_line(run, file, tmp_path, document, left):
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(file.read_bytes()[:left])
    given = ("perplexity", "--document", document, "--lengths", 64, "--model", cut)
    for command in (("frequencies", cut), given):
        assert "no whole GGUF file" in refuse(run, *command)


def test_a_file_that_is_cut_off_in_its_weights_is_one_line(run, file, tmp_path, document):
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(file.read_bytes()[:-1_000])
    message = refuse(run, "perplexity", "--document", document, "--lengths", 64, "--model", cut)
    assert "cut.gguf" in message


@pytest.mark.parametrize(
    "bytes_after_the_word",
    [b"\1\0\0\0" + bytes(16), b"\0\0\0\3" + bytes(16)],
    ids=["version 1", "big-endian"],
)
def test_a_file_of_another_version_is_refused(run, tmp_path, bytes_after_the_word):
    (tmp_path / "old.gguf").write_bytes(b"GGUF" + bytes_after_the_word)
    assert "versions 2 and 3" in refuse(run, "frequencies", tmp_path / "old.gguf")


def test_lists_inside_lists_without_end_are_one_line(run, tmp_path):
    nested = (9).to_bytes(4, "little") + (1).to_bytes(8, "little")
    key = (1).to_bytes(8, "little") + b"a" + (9).to_bytes(4, "little")
    head = b"GGUF" + (3).to_bytes(4, "little") + bytes(8) + (1).to_bytes(8, "little")
    (tmp_path / "deep.gguf").write_bytes(head + key + nested * 100_000)
    assert "no whole GGUF file" in refuse(run, "frequencies", tmp_path / "deep.gguf")


# --- the study of the published model, in small ---


@pytest.fixture
def small_study(tmp_path, monkeypatch):
    """Return a function that runs the study on the small model: window 128, texts of 256 bytes."""
    file = write_gguf(tmp_path / "tiny.gguf", change=lambda writer: writer.add_eos_token_id(0))
    text = text_document(b"".join(b"value_%d = %d\n" % (n, n * n) for n in range(200)))
    trained_on = [SimpleNamespace(path="a.py", bytes=len(text))]
    for name, value in {
        "WINDOW": 128,
        "CONTEXTS": (48, 128, 256),
        "SCORED": 24,
        "DISTANCES": (32, 128),
        "COPIED": (1, 256),
        "longest_modules": lambda: [("squares", text)],
        "gather_training_text": lambda: (np.append(text.data, 0), trained_on),
    }.items():
        monkeypatch.setattr(stretch_smollm2, name, value)

    def run(stage, *more):
        given = [stage, "--model", str(file), "--out", str(tmp_path), "--end", "256", *more]
        monkeypatch.setattr("sys.argv", ["stretch_smollm2", *given, "--strings", "2"])
        stretch_smollm2.main()
        return json.loads(next(tmp_path.glob(f"*_{stage}_0_*.json")).read_text(encoding="utf-8"))

    return run


def test_the_study_of_the_published_model_runs_in_small_untrained(small_study):
    record = small_study("zero_shot", "--methods", "rope", "pi", "--documents", "1")
    assert set(record["methods"]) == {"rope", "pi"} and record["documents"]["code"] == ["squares"]
    rope, pi = (record["methods"][name] for name in ("rope", "pi"))
    assert set(rope["by_context"]) == {"48", "128", "256"}
    # The methods differ past the window alone: up to it the factor is 1.
    assert rope["by_context"]["128"] == pi["by_context"]["128"]
    assert rope["by_context"]["256"] != pi["by_context"]["256"]
    assert set(pi["copy"]) == {"32", "128"} and len(pi["copy"]["32"]["by_string"]) == 2


def test_the_study_of_the_published_model_runs_in_small_trained(small_study):
    record = small_study("finetune", "--methods", "yarn", "--documents", "1", "--steps", "12")
    run = record["methods"]["yarn"]
    assert run["trained_tokens"] == 12 * 2 * 256 and len(run["losses"]) == 12
    assert set(run["perplexity_after_steps"]) == {"0", "10", "12"}
    after = run["perplexity_after_steps"]
    assert after["12"] < after["0"], "it learns the one text it has"
