"""What is exported is loaded where this course is not, and computes the same."""

import inspect
import itertools
import json
import math
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file

from lesson_utils import scaling
from lesson_utils.corpus import default_documents
from lesson_utils.hub.export import byte_letters, export
from lesson_utils.hub.rope_parameters import pair_by_pair, rope_parameters
from lesson_utils.methods import OPTIONS, STATIC, TABLE
from lesson_utils.perplexity import perplexity
from lesson_utils.rope import RotaryFrequencies, rope
from lesson_utils.weights import NAMES, load
from tests import oracles
from tests.helpers import LONG_PATIENCE, another_value, of_transformers

TRAINED_WITH = {
    "base": rope(64),
    "rope": rope(64),
    "pi": scaling.pi(64, 8),
    "ntk_aware": scaling.ntk_aware(64, 8),
    "yarn": scaling.yarn(64, 8, trained_length=512, ramp="turns"),
}
PROMPT = b"import numpy as np\n\n\ndef test_"

# Run by a Python that can reach neither this course nor a network.
ELSEWHERE = """
import json, os, socket, sys

def refuse(*_, **__):
    raise OSError("this process has no network")

socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
os.environ["HF_HUB_OFFLINE"] = "1"

class WithoutTheCourse:
    def find_spec(self, name, *_):
        if name.partition(".")[0] == "lesson_utils":
            raise ImportError("the course is not here")

sys.meta_path.insert(0, WithoutTheCourse())
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

job = json.load(sys.stdin)

def read(folder):
    model = AutoModelForCausalLM.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokens = tokenizer(job["text"], return_tensors="pt").input_ids
    found = {"dtype": str(model.dtype), "tokens": tokens[0].tolist(), "perplexity": {}}
    found["text"] = tokenizer.decode(tokens[0])
    for n in job["lengths"]:
        losses = []
        for window in tokens.split(n, 1):
            logits = model(window).logits[0, n // 2 - 1 : -1]
            losses.append(torch.nn.functional.cross_entropy(logits, window[0, n // 2 :]))
        found["perplexity"][n] = torch.stack(losses).double().mean().exp().item()
    prompt = tokenizer(job["prompt"], return_tensors="pt")
    answer = model.generate(**prompt, max_new_tokens=60, use_cache=True)[0]
    found["generated"] = answer[prompt.input_ids.shape[1] :].tolist()
    return found

with torch.inference_mode():
    found = {name: read(folder) for name, folder in job["folders"].items()}
print(json.dumps(found))
"""


def read_elsewhere(folders, text):
    job = {
        "folders": {name: str(folder) for name, folder in folders.items()},
        "text": text,
        "lengths": [512, 2048],
        "prompt": PROMPT.decode(),
    }
    done = subprocess.run(
        [sys.executable, "-I", "-c", ELSEWHERE],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        timeout=LONG_PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def text():
    return default_documents(1)[0].data[:2048].tobytes().decode()


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    parent = tmp_path_factory.mktemp("exported")
    return {name: export(name, parent / name) for name in NAMES}


@pytest.fixture(scope="module")
def elsewhere(folders, text):
    """What every model did where the course is not."""
    return read_elsewhere(folders, text)


@pytest.fixture(params=NAMES)
def pair(request, elsewhere):
    """The name of a model, and what it did elsewhere."""
    return request.param, elsewhere[request.param]


# --- the way out ---


def test_perplexity_elsewhere_is_ours(pair, text):
    name, elsewhere = pair
    model, document = load(name), type(default_documents(1)[0])("text", to_bytes(text))
    for length in (512, 2048):
        ours = perplexity(model, [document], length, TRAINED_WITH[name])
        assert elsewhere["perplexity"][str(length)] == pytest.approx(ours, abs=1e-4)


def to_bytes(text):
    return torch.tensor(list(text.encode()), dtype=torch.uint8).numpy()


def test_generation_through_the_key_cache_is_ours_token_for_token(pair):
    name, elsewhere = pair
    ours = load(name).generate(PROMPT, 60, TRAINED_WITH[name])
    assert bytes(elsewhere["generated"]) == ours


def test_one_token_is_one_byte_and_its_number_is_the_bytes_value(pair, text):
    _, elsewhere = pair
    assert elsewhere["tokens"] == list(text.encode())
    assert elsewhere["text"] == text
    assert elsewhere["dtype"] == "torch.float32"


@pytest.fixture(scope="module")
def tokenizer(folders):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folders["base"])


def test_every_character_of_every_width_in_utf_8_comes_back(tokenizer):
    text = "".join(map(chr, range(0x250))) + "é中\u20ac\U0001f300\r\n\t  \x00 a  b"
    tokens = tokenizer(text).input_ids
    assert tokens == list(text.encode()) and tokenizer.decode(tokens) == text


def test_all_256_bytes_have_a_token_and_there_are_no_others(tokenizer):
    assert len(tokenizer) == 256 and len(set(byte_letters())) == 256
    assert tokenizer.convert_tokens_to_ids(byte_letters()) == list(range(256))
    assert tokenizer.all_special_tokens == []


def test_the_exported_numbers_are_those_of_the_course(folders):
    for name, folder in folders.items():
        theirs, ours = load_file(folder / "model.safetensors"), load(name).state_dict()
        assert theirs.keys() == ours.keys()
        assert all(torch.equal(theirs[key], ours[key]) for key in ours)


def test_every_loader_would_find_the_files_it_looks_for(folders):
    expected = {
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }
    for folder in folders.values():
        assert {path.name for path in folder.iterdir()} == expected
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        # Llama's defaults are 1 and 2, which here are bytes like any other.
        assert config["bos_token_id"] is None and config["eos_token_id"] is None


def test_yarns_config_slows_each_pair_by_the_papers_ramp_and_not_by_the_codes(folders):
    config = json.loads((folders["yarn"] / "config.json").read_text(encoding="utf-8"))
    written = config["rope_parameters"]
    plain = oracles.rope(64)
    assert written["rope_type"] == "longrope"
    for listed in (written["short_factor"], written["long_factor"]):
        slowed = plain / oracles.ntk_by_parts(64, 8, 512, ramp="turns")
        # The frequencies were rounded to float32 on the way.
        assert listed == pytest.approx(slowed, rel=1e-6)
        assert listed != pytest.approx(plain / oracles.ntk_by_parts(64, 8, 512, ramp="index"))
    assert written["attention_factor"] == pytest.approx(0.1 * math.log(8) + 1, rel=1e-12)


# --- methods as rope_parameters ---

VARIANTS = [
    ("rope", {}, "default"),
    ("pi", {}, "linear"),
    ("ntk_aware", {}, "default"),
    ("llama3", {}, "llama3"),
    ("ntk_by_parts", {}, "longrope"),
    ("ntk_by_parts", {"ramp": "index", "beta_fast": 8.0}, "yarn"),
    ("ntk_by_parts", {"beta_fast": 4.0}, "longrope"),
    ("yarn", {"beta_slow": 2.0}, "longrope"),
    ("yarn", {"ramp": "index"}, "yarn"),
    ("yarn", {"ramp": "index", "truncate": False}, "yarn"),
    ("yarn", {"ramp": "index", "attention_scaling": 1.3}, "yarn"),
    ("pi", {"attention_scaling": 1.1}, "longrope"),
    ("rope", {"attention_scaling": 1.1}, "longrope"),
]
# What is not listed above has the type of its row.
VARIANTS += [
    (name, {}, TABLE[name].rope_type)
    for name in STATIC
    if name not in {method for method, *_ in VARIANTS}
]
SHAPES = [(64, 8.0, 10_000.0, 512), (128, 4.0, 1e6, 32_768), (32, 1.0, 10_000.0, 128)]


def asked_for(written, head_dim, length):
    """What a model of this length computes from its ``rope_parameters``."""
    return of_transformers(**written, head_dim=head_dim, max_positions=length, length=length)


@pytest.mark.parametrize("method, options, kind", VARIANTS)
@pytest.mark.parametrize("head_dim, factor, base, trained_length", SHAPES)
def test_transformers_computes_from_the_config_what_the_method_computes(
    method, options, kind, head_dim, factor, base, trained_length
):
    shape = {"head_dim": head_dim, "base": base, "trained_length": trained_length}
    written = rope_parameters(method, factor=factor, **shape, **options)
    ours = scaling.by_name(method, factor=factor, **shape, **options)
    assert written["rope_type"] == kind
    for length in (trained_length, 8 * trained_length):
        inv_freq, multiplier = asked_for(written, head_dim, length)
        # Theirs is computed in float32 throughout; its power function is good to a few units.
        torch.testing.assert_close(inv_freq, ours.inv_freq, rtol=1e-6, atol=0)
        assert multiplier == pytest.approx(ours.attention_scaling, rel=1e-12)


def every_choice(method):
    """Every way to give or leave out the options of a method, each with a value of its own."""
    own = {option.name: another_value(option) for option in TABLE[method].options}
    own["attention_scaling"] = 1.3
    for count in range(len(own) + 1):
        for names in itertools.combinations(own, count):
            yield {name: own[name] for name in names}


def test_the_sweep_knows_every_option_of_every_method():
    takes = [inspect.signature(method).parameters for method in scaling.METHODS.values()]
    shape = {"head_dim", "factor", "base", "trained_length", "length"}
    assert set().union(*takes) - shape == {*OPTIONS, "attention_scaling"}


@pytest.mark.parametrize("method", STATIC)
@pytest.mark.parametrize("head_dim, factor, base, trained_length", SHAPES)
def test_no_option_is_lost_on_the_way_to_a_config(method, head_dim, factor, base, trained_length):
    shape = {"head_dim": head_dim, "base": base, "trained_length": trained_length}
    for options in every_choice(method):
        written = rope_parameters(method, factor=factor, **shape, **options)
        ours = scaling.by_name(method, factor=factor, **shape, **options)
        inv_freq, multiplier = asked_for(written, head_dim, 8 * trained_length)
        # As above; a blend of two rounded numbers, with rounded weights, loses a few units more.
        torch.testing.assert_close(inv_freq, ours.inv_freq, rtol=3e-6, atol=0, msg=str(options))
        assert multiplier == pytest.approx(ours.attention_scaling, rel=1e-12), options


def test_a_multiplier_that_dynamic_has_no_place_for_is_refused():
    shape = {"head_dim": 64, "base": 10_000.0, "trained_length": 512}
    with pytest.raises(ValueError, match="has no place for one; leave it out, or choose ntk_aware"):
        rope_parameters("dynamic_ntk", factor=2.0, attention_scaling=1.2, **shape)


@pytest.mark.parametrize("length", [512, 2048, 4096])
def test_dynamic_ntk_becomes_dynamic_which_follows_the_length(length):
    shape = {"head_dim": 64, "base": 10_000.0, "trained_length": 512}
    written = rope_parameters("dynamic_ntk", factor=2.0, **shape)
    ours = scaling.dynamic_ntk(64, length, trained_length=512, factor=2.0)
    inv_freq, _ = of_transformers(**written, head_dim=64, max_positions=512, length=length)
    torch.testing.assert_close(inv_freq, ours.inv_freq, rtol=1e-6, atol=0)


def test_any_frequencies_can_be_written_pair_by_pair():
    torch.manual_seed(0)
    mine = RotaryFrequencies(rope(64).inv_freq / (1 + 15 * torch.rand(32)), 1.25)
    written = pair_by_pair(mine, base=10_000.0, factor=16, trained_length=512)
    for length in (512, 8192):
        inv_freq, multiplier = asked_for(written, 64, length)
        torch.testing.assert_close(inv_freq, mine.inv_freq, rtol=1e-6, atol=0)
        assert multiplier == 1.25


# --- the command ---


def test_the_command_writes_the_same_folder(run, folders, tmp_path):
    code, out, err = run("export", "--weights", "yarn", "--out", tmp_path / "new" / "yarn")
    assert (code, out) == (0, "") and "AutoModelForCausalLM" in err
    for path in folders["yarn"].iterdir():
        assert (tmp_path / "new" / "yarn" / path.name).read_bytes() == path.read_bytes()


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "here").mkdir()
    assert (export("base", tmp_path / "here") / "config.json").is_file()


@pytest.mark.parametrize("make", [lambda p: (p.mkdir(), (p / "a").touch()), lambda p: p.touch()])
def test_what_is_there_is_never_overwritten(run, tmp_path, make):
    make(tmp_path / "mine")
    code, out, err = run("export", "--out", tmp_path / "mine")
    assert code == 2 and out == "" and err.count("\n") == 1
    assert "is there already" in err and "give a new one" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine"]


def test_a_folder_that_could_not_be_finished_does_not_appear(tmp_path, monkeypatch):
    from lesson_utils.hub import export as module

    def full(*_, **__):
        raise OSError("no space left on device")

    monkeypatch.setattr(module, "save_file", full)
    with pytest.raises(OSError, match="no space"):
        module.export("base", tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_unknown_weights_are_refused_by_name(run, tmp_path):
    with pytest.raises(ValueError, match="weights are 'yarm'; use one of base, rope"):
        export("yarm", tmp_path / "new")
    assert run("export", "--weights", "yarm", "--out", tmp_path / "new")[0] == 2
