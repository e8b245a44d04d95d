"""Reading the models of others: scored as ours are, never running what came with them."""

import json
import sys
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from lesson_utils import scaling
from lesson_utils.commands import perplexity_of_model
from lesson_utils.corpus import default_documents, text_document
from lesson_utils.hub import loading, scoring
from lesson_utils.hub.export import byte_letters, export, texts
from lesson_utils.methods import TABLE
from lesson_utils.model import ModelConfig, TinyLlama
from lesson_utils.perplexity import perplexity
from lesson_utils.weights import load
from tests.helpers import WITHOUT_NETWORK, cells_of, notebook_of, python

SMALL = ModelConfig(
    hidden_size=64, intermediate_size=64, layers=1, head_dim=64, trained_length=64, vocabulary=300
)
CPU, FLOAT32 = torch.device("cpu"), torch.float32


def write_folder(folder, **changes):
    """Write a small random model as a folder; ``changes`` replace keys of its config.json."""
    torch.manual_seed(0)
    model = TinyLlama(SMALL)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 2:
                parameter.mul_(10)
    folder.mkdir()
    for name, content in texts("base", SMALL).items():
        if name == "config.json":
            content |= changes
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    save_file(model.state_dict(), folder / "model.safetensors", metadata={"format": "pt"})
    return folder


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path / "model")


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "text.py"
    path.write_bytes(b"".join(b"value_%d = %d\n" % (n, n * n) for n in range(40)))
    return path


def read(run, folder, document, *arguments):
    given = ("--document", document, "--device", "cpu", "--json")
    code, out, err = run("perplexity", "--model", folder, *given, *arguments)
    assert code == 0, err
    assert out.count("\n") == 1
    return json.loads(out)


# --- the same numbers as ours ---


def test_a_folder_is_read_without_a_network_and_its_perplexity_is_ours(tmp_path):
    text = default_documents(1)[0].data[:4096]
    (tmp_path / "text.py").write_bytes(text.tobytes())
    folder = export("base", tmp_path / "base")
    given = f"perplexity --model {folder} --document {tmp_path / 'text.py'} --lengths 512,1024"
    done = python("-c", WITHOUT_NETWORK, *given.split(), "--device", "cpu", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    document, model = text_document(text.tobytes()), load("base")
    for length, ours in perplexity(model, [document], (512, 1024)).items():
        assert report["perplexity_per_token"][str(length)] == pytest.approx(ours, abs=1e-4)
    # One token is one byte here, and half of each window is scored.
    assert report["scored_tokens"] == report["scored_bytes"] == {"512": 2048, "1024": 2048}
    assert report["parameters"] == 4_885_760
    first_line = done.stderr.splitlines()[0]
    assert "4.9 million parameters in float32 on cpu" in first_line and "GiB" in first_line


METHODS = {
    "pi": lambda: scaling.pi(64, 4),
    "ntk_aware": lambda: scaling.ntk_aware(64, 4),
    "dynamic_ntk": lambda: scaling.dynamic_ntk(64, 256, trained_length=64),
    "llama3": lambda: scaling.llama3(64, 4, trained_length=64, base=10_000.0),
    "ntk_by_parts": lambda: scaling.ntk_by_parts(64, 4, trained_length=64),
    "yarn": lambda: scaling.yarn(64, 4, trained_length=64),
    "yarn --ramp index": lambda: scaling.yarn(64, 4, trained_length=64, ramp="index"),
    "yarn --factor 8 --beta-fast 8": lambda: scaling.yarn(64, 8, trained_length=64, beta_fast=8.0),
}
SHAPE = {"head_dim": 64, "base": 10_000.0, "trained_length": 64, "length": 256}
METHODS |= {
    name: partial(scaling.by_name, name, factor=4, **SHAPE)
    for name in TABLE
    if name not in METHODS and name != "rope"  # the model has that one already
}


@pytest.mark.parametrize("method", METHODS)
def test_a_method_replaces_the_models_own(run, folder, document, method):
    report = read(run, folder, document, "--lengths", 256, "--method", *method.split())
    torch.manual_seed(0)
    model = TinyLlama(SMALL)
    model.load_state_dict(load_file(folder / "model.safetensors"))
    text = [text_document(document.read_bytes())]
    ours = perplexity(model.eval(), text, 256, METHODS[method]())
    assert report["perplexity_per_token"]["256"] == pytest.approx(ours, rel=1e-5)
    assert ours != pytest.approx(perplexity(model, text, 256), rel=1e-3)


def test_left_out_the_factor_follows_each_length(run, folder, document):
    both = read(run, folder, document, "--lengths", "128,256", "--method", "pi")
    for length, factor in (("128", 2), ("256", 4)):
        alone = read(
            run,
            folder,
            document,
            "--lengths",
            f"{length},256",
            "--method",
            "pi",
            "--factor",
            factor,
        )
        assert both["bits_per_byte"][length] == alone["bits_per_byte"][length]


def test_without_json_each_length_has_a_line_that_tells_tokens_from_bytes(run, folder, document):
    code, out, err = run(
        *("perplexity", "--model", folder, "--document", document, "--lengths", "64,128")
    )
    assert code == 0
    heading, *lines = out.splitlines()
    assert "its own method" in heading and len(lines) == 2
    assert all("per token" in line and "bits per byte" in line for line in lines)


# --- tokens and bytes ---


@pytest.fixture
def tokenizer(folder):
    return loading.open_tokenizer(str(folder))


def with_merges(folder, *pairs):
    """Give a folder's tokenizer tokens of two bytes."""
    path = folder / "tokenizer.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    letters = byte_letters()
    for first, second in pairs:
        first, second = letters[first], letters[second]
        content["model"]["vocab"][first + second] = len(content["model"]["vocab"])
        content["model"]["merges"].append([first, second])
    path.write_text(json.dumps(content), encoding="utf-8")
    return folder


MIXED = "value = 'é中🌀' # naïve\n" * 40


def test_scored_bytes_are_the_bytes_of_the_scored_tokens(folder):
    # "va", a letter of two bytes that becomes one token, and half of a letter of three.
    with_merges(folder, (ord("v"), ord("a")), (0xC3, 0xA9), (0xB8, 0xAD))
    tokenizer = loading.open_tokenizer(str(folder))
    sizes = [2 if token >= 256 else 1 for token in tokenizer(MIXED).input_ids]
    found = list(scoring.tokens_of(tokenizer, text_document(MIXED)))
    assert sum(size for _, size in found) == len(MIXED.encode())
    assert [token for token, _ in found] == tokenizer(MIXED).input_ids
    # 中 has three bytes in two tokens of one and two. They are shared out evenly, which may move
    # one byte from one neighbour to the other, and never more.
    drift = np.cumsum([size for _, size in found]) - np.cumsum(sizes)
    assert abs(drift).max() <= 1


def test_a_byte_tokenizers_tokens_have_one_byte_each_in_any_script(tokenizer):
    found = list(scoring.tokens_of(tokenizer, text_document(MIXED)))
    assert found == [(byte, 1) for byte in MIXED.encode()]


@pytest.mark.parametrize("at_once", [1, 2, 3, 7, 64])
def test_pieces_of_any_size_join_into_the_text(monkeypatch, tokenizer, at_once):
    monkeypatch.setattr(scoring, "TEXT_AT_ONCE", at_once)
    assert "".join(scoring.pieces_of(text_document(MIXED))) == MIXED
    found = list(scoring.tokens_of(tokenizer, text_document(MIXED)))
    assert found == [(byte, 1) for byte in MIXED.encode()]


def test_pieces_end_with_a_line_and_stay_small(monkeypatch):
    monkeypatch.setattr(scoring, "TEXT_AT_ONCE", 100)
    pieces = list(scoring.pieces_of(text_document(MIXED)))
    assert all(piece.endswith("\n") for piece in pieces)
    assert max(map(len, pieces)) <= 100


def test_a_document_cut_inside_a_letter_is_read_up_to_it():
    assert "".join(scoring.pieces_of(text_document("abc é".encode()[:-1]))) == "abc "


@pytest.mark.parametrize(
    "text, offsets, ends",
    [
        ("abc", [(0, 1), (1, 3)], [1, 3]),
        ("é中", [(0, 1), (0, 1), (1, 2), (1, 2), (1, 2)], [1, 2, 3, 4, 5]),
        ("中a", [(0, 1), (0, 1), (1, 2)], [2, 3, 4]),
        ("a b", [(0, 1), (2, 3)], [1, 3]),  # what no token covers belongs to the next one
        ("ab", [(0, 0), (0, 2), (0, 0)], [0, 2, 2]),  # a token without text
        ("ab  ", [(0, 2)], [4]),
        ("", [], []),
    ],
)
def test_the_byte_at_which_each_token_ends(text, offsets, ends):
    assert scoring.byte_ends(text, offsets) == ends


def begin_texts_with(folder, *marks):
    """Make a folder's tokenizer put special tokens in front, as Llama's <s> or GLM's two."""
    path = folder / "tokenizer.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    plain = {name: False for name in ("single_word", "lstrip", "rstrip", "normalized")}
    ids = {mark: 256 + i for i, mark in enumerate(marks)}
    content["added_tokens"] = [
        {"id": token, "content": mark, "special": True} | plain for mark, token in ids.items()
    ]
    begin = [{"SpecialToken": {"id": mark, "type_id": 0}} for mark in marks]
    text = {"Sequence": {"id": "A", "type_id": 0}}
    content["post_processor"] = {
        "type": "TemplateProcessing",
        "single": [*begin, text],
        "pair": [*begin, text],
        "special_tokens": {m: {"id": m, "ids": [i], "tokens": [m]} for m, i in ids.items()},
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return loading.open_tokenizer(str(folder))


@pytest.mark.parametrize("marks", [(), ("<s>",), ("[gMASK]", "<sop>")], ids=len)
def test_every_window_begins_with_all_that_the_tokenizer_puts_in_front(folder, document, marks):
    # Of GLM's two, neither is its bos_token; only the tokenizer knows them.
    tokenizer, data = begin_texts_with(folder, *marks), document.read_bytes()
    in_front = list(range(256, 256 + len(marks)))
    step = 64 - len(marks)
    windows = list(scoring.windows_of(tokenizer, [text_document(data)], 64, 64))
    assert len(windows) == len(data) // step
    for i, (window, fresh) in enumerate(windows):
        tokens = [*in_front, *data[step * i : step * (i + 1)]]
        assert window == [(t, int(t < 256)) for t in tokens] and fresh == 32


@pytest.mark.parametrize("marks", [(), ("<s>",), ("[gMASK]", "<sop>")], ids=len)
@pytest.mark.parametrize("length", [4, 15, 16, 39, 40])
def test_every_length_scores_the_tokens_of_the_longest_window_once(folder, marks, length):
    tokenizer = begin_texts_with(folder, *marks)
    room = 40 - len(marks)
    data = bytes(range(3 * room))  # each byte is a token of its own, and stands here once
    scored = []
    for window, fresh in scoring.windows_of(tokenizer, [text_document(data)], length, 40):
        assert len(window) == length
        assert [token for token, _ in window[: len(marks)]] == [*range(256, 256 + len(marks))]
        assert length - fresh >= length // 2
        text = [token for token, _ in window[len(marks) :]]
        assert text == [*range(text[0], text[0] + len(text))]
        scored += text[-fresh:]
    wanted = [room * i + t - len(marks) for i in range(3) for t in range(20, 40)]
    assert scored == wanted


def test_the_command_scores_a_text_behind_glms_two_tokens(run, folder, document):
    begin_texts_with(folder, "[gMASK]", "<sop>")
    report = read(run, folder, document, "--lengths", 64)
    model = TinyLlama(SMALL).eval()
    model.load_state_dict(load_file(folder / "model.safetensors"))
    data = document.read_bytes()
    windows = [[256, 257, *data[i : i + 62]] for i in range(0, len(data) - 61, 62)]
    with torch.no_grad():
        losses = [
            F.cross_entropy(model(torch.tensor([window]))[0, 31:-1], torch.tensor(window[32:]))
            for window in windows
        ]
    expected = torch.stack(losses).mean().exp().item()
    assert report["perplexity_per_token"]["64"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("length", [2, 3])
def test_a_window_that_the_opening_would_fill_is_refused(run, folder, document, length):
    begin_texts_with(folder, "[gMASK]", "<sop>")
    message = refuse(run, folder, document, lengths=str(length))
    assert f"a window of {length} tokens has no room for the 2 that this model begins" in message
    assert "give --lengths of at least 4" in message


def test_a_special_token_written_out_in_a_document_is_text(folder):
    tokenizer = begin_texts_with(folder, "<s>")
    text = "a <s> b</s>\n" * 20
    assert tokenizer(text, add_special_tokens=False).input_ids.count(256) == 20  # left to itself
    found = list(scoring.tokens_of(tokenizer, text_document(text)))
    assert found == [(byte, 1) for byte in text.encode()]


# --- bounded memory ---


def losses_at_once(model, tokens):
    """The sum over the second half, from all logits together: what slices must add up to."""
    logits = model(tokens).logits[0]
    half = tokens.shape[1] // 2
    return F.cross_entropy(logits[half - 1 : -1].float(), tokens[0, half:], reduction="sum").item()


def test_logits_are_made_a_slice_at_a_time(monkeypatch, folder, tokenizer):
    monkeypatch.setattr(scoring, "LOGITS_AT_ONCE", 16)
    config = loading.open_config(str(folder))
    model = loading.open_model(str(folder), config, CPU, FLOAT32)
    sizes = []
    model.lm_head.register_forward_hook(lambda _, given, __: sizes.append(given[0].shape[-2]))
    scored = scoring.score_tokens(model, tokenizer, [text_document(b"abc def\n" * 25)], 200)
    assert len(sizes) >= 100 / 16 and max(sizes) <= 16
    tokens = torch.tensor([list(b"abc def\n" * 25)])
    assert scored.nats == pytest.approx(losses_at_once(model, tokens), rel=1e-5)


def test_a_model_that_scales_its_logits_afterwards_is_scored_right(folder, tokenizer):
    from transformers import GraniteConfig, GraniteForCausalLM

    torch.manual_seed(0)
    shape = dict(hidden_size=32, intermediate_size=32, num_hidden_layers=1, vocab_size=256)
    heads = dict(num_attention_heads=2, num_key_value_heads=2)
    model = GraniteForCausalLM(GraniteConfig(logits_scaling=0.05, **shape, **heads)).eval()
    tokens = torch.tensor([list(b"abc def\n" * 8)])
    scored = scoring.score_tokens(model, tokenizer, [text_document(b"abc def\n" * 8)], 64)
    with torch.inference_mode():
        assert scored.nats == pytest.approx(losses_at_once(model, tokens), rel=1e-5)


def test_the_cost_is_counted_before_any_weights_are_loaded(folder):
    config = loading.open_config(str(folder))
    cost = loading.cost(config, torch.bfloat16, {64: 3, 128: 1})
    # By hand: the table, a layer's four square and three wide matrices, and three norms.
    parameters = 300 * 64 + 4 * 64 * 64 + 3 * 64 * 64 + 3 * 64
    assert cost["parameters"] == parameters and cost["weight_bytes"] == 2 * parameters
    assert cost["bytes"] > cost["weight_bytes"]
    # Each token costs two operations a parameter; attention adds to that.
    assert cost["operations"] > 2 * parameters * (3 * 64 + 128)


@pytest.mark.lesson("09")
def test_the_memory_that_lesson_09_works_out_is_what_the_command_announces():
    from transformers import LlamaConfig

    llama_2_7b = LlamaConfig(
        hidden_size=4096, num_hidden_layers=32, intermediate_size=11008, vocab_size=32000
    )
    (row,) = [
        line
        for _, source, _ in cells_of(notebook_of("09"))
        for line in source.splitlines()
        if line.startswith("| To score 65,536 tokens")
    ]
    small, large = (
        f"{loading.cost(llama_2_7b, torch.bfloat16, {length: 1})['bytes'] / 2**30:.1f} GiB"
        for length in (65_536, 131_072)
    )
    assert f"Yarn-Llama-2-7b-128k takes {small}" in row and f"131,072, {large}" in row


def test_dtypes_follow_the_device(monkeypatch):
    assert perplexity_of_model.choose_dtype("auto", CPU) == "float32"
    assert perplexity_of_model.choose_dtype("auto", torch.device("mps")) == "float16"
    for supported, name in ((True, "bfloat16"), (False, "float16")):
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda supported=supported: supported)
        assert perplexity_of_model.choose_dtype("auto", torch.device("cuda")) == name
    assert perplexity_of_model.choose_dtype("bfloat16", CPU) == "bfloat16"


# --- what a person can mend is one line ---


def refuse(run, model, document, *arguments, lengths="64"):
    given = ("--document", document, "--lengths", lengths, "--device", "cpu")
    code, out, err = run("perplexity", "--model", model, *given, *arguments)
    assert code == 2 and out == ""
    *before, last = err.splitlines()
    assert last.startswith("error: ") and "Traceback" not in err
    expected = ("million parameters", "s to read", "token/s")
    assert all(any(words in line for words in expected) for line in before), err
    return last


def remove(name):
    return lambda folder: (folder / name).unlink()


def write(name, text):
    return lambda folder: (folder / name).write_text(text, encoding="utf-8")


def truncate(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])


def drop_a_weight(folder):
    path = folder / "model.safetensors"
    kept = load_file(path)
    del kept["model.layers.0.mlp.up_proj.weight"]
    save_file(kept, path, metadata={"format": "pt"})


def only_a_pickle(folder):
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")


SPOILED = {
    "no config": (remove("config.json"), "has no config.json"),
    "a config of nothing": (write("config.json", "[]"), "names no model_type"),
    "a config that is no JSON": (write("config.json", "{"), "names no model_type"),
    "an unknown kind": (write("config.json", '{"model_type": "x"}'), "cannot load"),
    "no weights": (remove("model.safetensors"), "has no weights"),
    "only a pickle": (only_a_pickle, "a pickle, which may run code"),
    "half the weights": (truncate, "cannot load"),
    "a weight missing": (drop_a_weight, "lacks the weights model.layers.0.mlp.up_proj.weight"),
    "no tokenizer": (remove("tokenizer.json"), "cannot load"),
    "a broken tokenizer": (write("tokenizer.json", "{}"), "cannot load"),
}


@pytest.mark.parametrize("what", SPOILED)
def test_a_folder_that_is_no_whole_model_is_refused(run, folder, document, what):
    spoil, words = SPOILED[what]
    spoil(folder)
    message = refuse(run, folder, document)
    assert words in message and len(message) < 500


def test_a_pickle_from_the_hub_is_not_loaded_either(run, folder, document, monkeypatch):
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    torch.save(weights, folder / "pytorch_model.bin")
    # What is on the hub is not looked through beforehand; only how it is loaded protects.
    monkeypatch.setattr(loading, "_require_model_files", lambda folder: None)
    assert "cannot load" in refuse(run, folder, document)


@pytest.mark.parametrize("name", ["./nowhere", "nowhere", "a/b/c", "/nowhere/at/all", "../x"])
def test_what_is_neither_a_folder_nor_an_id_is_refused(run, document, name):
    message = refuse(run, name, document)
    assert (
        "is no folder and no GGUF file; give one" in message and "or the id of a model" in message
    )


def test_a_folder_mistyped_is_not_looked_for_on_the_hub(run, tmp_path, document, monkeypatch):
    (tmp_path / "runs" / "yarn").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert "runs/yam is no folder" in refuse(run, "runs/yam", document)


def test_a_hub_id_that_cannot_be_fetched_is_one_line(run, document, monkeypatch):
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    assert "cannot load nobody/nothing: " in refuse(run, "nobody/nothing", document)


def test_without_transformers_the_message_has_the_command(run, folder, document, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    assert 'pip install "transformers>=5.2"' in refuse(run, folder, document)


def test_a_window_longer_than_the_document_is_refused(run, folder, document):
    message = refuse(run, folder, document, lengths="5000")
    assert "no document fills a window of 5,000 tokens" in message


def test_all_lengths_are_checked_before_the_weights_are_loaded(run, folder, document, monkeypatch):
    monkeypatch.setattr(loading, "open_model", lambda *_: pytest.fail("it was loaded"))
    message = refuse(run, folder, document, lengths="64,128,5000")
    assert "no document fills a window of 5,000 tokens" in message


@pytest.mark.parametrize("begins", [[], [256]])
def test_windows_are_counted_as_they_will_be_cut(tokenizer, document, monkeypatch, begins):
    monkeypatch.setattr(scoring, "opening_of", lambda tokenizer, length: begins)
    texts = [text_document(document.read_bytes()), text_document(b"short")]
    counted = scoring.count_windows(tokenizer, texts, [2, 63, 64, 65, 300])
    for length, count in counted.items():
        assert count == len(list(scoring.windows_of(tokenizer, texts, length, 300))) > 0


def test_a_document_that_is_not_text_is_refused(run, folder, tmp_path):
    (tmp_path / "a.bin").write_bytes(b"abc\xff\xfe" * 100)
    assert "a.bin is not UTF-8 text" in refuse(run, folder, tmp_path / "a.bin")


def test_weights_and_model_exclude_each_other(run, folder, document):
    assert "not allowed with" in refuse(run, folder, document, "--weights", "yarn")


@pytest.mark.parametrize("option", ["--factor 4", "--ramp index", "--attention-scaling 1.2"])
def test_a_change_to_no_method_is_refused(run, folder, document, option):
    message = refuse(run, folder, document, *option.split())
    assert option.split()[0] in message and "--method" in message


def test_without_a_model_the_method_is_asked_for(run):
    code, _, err = run("perplexity", "--lengths", "64")
    assert code == 2 and "--method is missing; give one of rope, pi" in err


def test_a_method_for_a_model_with_several_rotary_embeddings_is_refused(run, tmp_path, document):
    from transformers import Gemma3TextConfig

    shape = dict(hidden_size=32, intermediate_size=32, num_hidden_layers=2, head_dim=16)
    config = Gemma3TextConfig(num_attention_heads=2, num_key_value_heads=2, **shape)
    folder = write_folder(tmp_path / "gemma")
    config.save_pretrained(folder)
    message = refuse(run, folder, document, "--method", "pi")
    assert "several rotary embeddings" in message


def test_a_model_with_a_table_of_positions_is_not_read_beyond_it(run, tmp_path, document):
    from transformers import GPT2Config

    folder = write_folder(tmp_path / "gpt2")
    GPT2Config(n_positions=32, n_embd=16, n_layer=1, n_head=2).save_pretrained(folder)
    assert "a table of 32 positions" in refuse(run, folder, document)
    assert "this one has none" in refuse(run, folder, document, "--method", "pi", lengths="32")


def test_memory_that_runs_out_on_the_way_is_one_line(run, folder, document, monkeypatch):
    def full(*_, **__):
        raise torch.OutOfMemoryError("tried to allocate 3 TiB")

    monkeypatch.setattr(scoring.F, "cross_entropy", full)
    message = refuse(run, folder, document)
    assert "a window of 64 tokens does not fit into memory; give shorter --lengths" in message


def test_weights_larger_than_the_memory_are_not_loaded(run, folder, document, monkeypatch):
    monkeypatch.setattr(perplexity_of_model, "memory_of", lambda device: 1e-6)
    monkeypatch.setattr(loading, "open_model", lambda *_: pytest.fail("it was loaded"))
    assert "the weights alone need" in refuse(run, folder, document)


def test_code_that_comes_with_a_model_is_not_run(run, tmp_path, document):
    trap = tmp_path / "it_ran"
    code = f"open({str(trap)!r}, 'w')\n"
    known = write_folder(tmp_path / "known", auto_map={"AutoModelForCausalLM": "own.Model"})
    unknown = write_folder(
        tmp_path / "unknown", model_type="own", auto_map={"AutoConfig": "own.Config"}
    )
    for folder in (known, unknown):
        (folder / "own.py").write_text(code, encoding="utf-8")
    read(run, known, document, "--lengths", 64)
    refuse(run, unknown, document)
    assert not trap.exists()
