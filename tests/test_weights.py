"""The weight files: what is shipped is whole, and what is not whole is not read."""

import json

import pytest
import torch
from safetensors import safe_open

from lesson_utils import weights
from lesson_utils.model import ModelConfig, TinyLlama
from lesson_utils.weights import NAMES, WeightsError, checksum, load, save, weights_path

MEBIBYTE = 2**20
every_shipped_file = pytest.mark.parametrize("name", NAMES)

SMALL = ModelConfig(hidden_size=16, intermediate_size=24, layers=2, head_dim=8)


def small_model(seed=0):
    torch.manual_seed(seed)
    return TinyLlama(SMALL)


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "small.safetensors"
    save(small_model(), path)
    return path


# --- what is shipped ---


def test_the_base_model_and_four_fine_tuned_ones_are_shipped():
    assert NAMES == ("base", "rope", "pi", "ntk_aware", "yarn")


@every_shipped_file
def test_a_shipped_model_loads_ready_to_read_in_float32(name):
    model = load(name)
    assert not model.training
    assert model.config == ModelConfig()
    for parameter in model.parameters():
        assert parameter.dtype == torch.float32
        assert parameter.isfinite().all()
        assert not parameter.requires_grad


@every_shipped_file
def test_a_shipped_file_is_bfloat16_and_at_most_16_mebibytes(name):
    path = weights_path(name)
    assert path.stat().st_size <= 16 * MEBIBYTE
    with safe_open(path, framework="pt") as file:
        # get_slice tells the type without reading the numbers.
        assert {file.get_slice(key).get_dtype() for key in file.keys()} == {"BF16"}


def test_all_shipped_files_together_are_at_most_48_mebibytes():
    assert sum(weights_path(name).stat().st_size for name in NAMES) <= 48 * MEBIBYTE


def test_no_two_shipped_models_are_the_same():
    assert len({checksum(name) for name in NAMES}) == len(NAMES)


# --- saving and loading ---


def test_a_saved_model_comes_back_rounded_to_bfloat16_and_no_further(saved):
    original, loaded = small_model(), load(saved)
    assert loaded.config == SMALL
    expected = {name: t.bfloat16().float() for name, t in original.state_dict().items()}
    assert loaded.state_dict().keys() == expected.keys()
    for name, tensor in loaded.state_dict().items():
        assert torch.equal(tensor, expected[name])


def test_saving_what_was_loaded_keeps_the_checksum(saved, tmp_path):
    again = tmp_path / "again.safetensors"
    save(load(saved), again)
    assert checksum(again) == checksum(saved)


def test_saving_leaves_the_model_as_it_was(tmp_path):
    model = small_model()
    before = {name: t.clone() for name, t in model.state_dict().items()}
    save(model, tmp_path / "small.safetensors")
    for name, tensor in model.state_dict().items():
        assert tensor.dtype == torch.float32
        assert torch.equal(tensor, before[name])


def test_saving_makes_the_folder_and_leaves_nothing_but_the_file(tmp_path):
    path = tmp_path / "new" / "folder" / "small.safetensors"
    save(small_model(0), path)
    save(small_model(1), path)  # over the first
    assert list(path.parent.iterdir()) == [path]
    assert torch.equal(
        load(path).model.norm.weight, small_model(1).model.norm.weight.bfloat16().float()
    )


def test_saving_that_breaks_off_leaves_the_old_file_whole(saved, monkeypatch):
    before = saved.read_bytes()

    def break_off(tensors, path, metadata):
        path.write_bytes(b"half a file")
        raise OSError("disk full")

    monkeypatch.setattr(weights, "save_file", break_off)
    with pytest.raises(OSError, match="disk full"):
        save(small_model(1), saved)
    assert saved.read_bytes() == before


def test_the_checksum_tells_models_apart_by_their_numbers_and_by_their_shape(tmp_path):
    sums = []
    for index, model in enumerate(
        (
            small_model(0),
            small_model(1),
            TinyLlama(ModelConfig(**{**vars(SMALL), "base": 500.0})),
        )
    ):
        if index == 2:
            model.load_state_dict(small_model(0).state_dict())
        path = tmp_path / f"{index}.safetensors"
        save(model, path)
        sums.append(checksum(path))
    assert len(set(sums)) == 3


# --- files that are not whole ---


def message(path):
    with pytest.raises(WeightsError) as error:
        load(path)
    said = str(error.value)
    assert "\n" not in said
    assert str(path) in said
    return said


def header_length(data):
    """A safetensors file is 8 bytes with the length of its header, the header, and the numbers."""
    return int.from_bytes(data[:8], "little")


def with_header(data, edit):
    """Write the header anew, of any length, in front of the same numbers."""
    end = 8 + header_length(data)
    header = json.loads(data[8:end])
    edit(header)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data[end:]


@pytest.mark.parametrize("kept", [0, 5, 200, -1, 0.5])
def test_a_download_that_broke_off_is_named_with_the_fix(saved, kept):
    data = saved.read_bytes()
    saved.write_bytes(data[: int(kept * len(data)) if kept == 0.5 else kept])
    said = message(saved)
    assert "cannot read" in said
    assert "copy it again" in said and "train it again" in said


@pytest.mark.parametrize("place", ["first", "middle", "last"])
@pytest.mark.parametrize("bit", [0, 7])
def test_one_flipped_bit_is_found(saved, place, bit):
    data = bytearray(saved.read_bytes())
    start = 8 + header_length(data)
    at = {"first": start, "middle": (start + len(data)) // 2, "last": len(data) - 1}[place]
    data[at] ^= 1 << bit
    saved.write_bytes(data)
    said = message(saved)
    assert "does not match its own checksum" in said
    assert "copy it again" in said


def test_no_flipped_bit_of_the_header_changes_the_model_or_escapes_as_another_error(saved):
    data, before = saved.read_bytes(), load(saved)
    # Every 41st bit, some 500: 41 and 8 share no factor, so each bit of a byte has its turn.
    for bit in range(0, 8 * (8 + header_length(data)), 41):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        saved.write_bytes(flipped)
        try:
            after = load(saved)
        except WeightsError as error:
            assert str(saved) in str(error) and "\n" not in str(error)
        else:  # the note that this is a PyTorch file, which nothing here reads
            assert after.config == before.config
            for name, tensor in after.state_dict().items():
                assert torch.equal(tensor, before.state_dict()[name])


@pytest.mark.parametrize(
    "old, new",
    [('"base": 10000.0', '"base": 20000.0'), ('"trained_length": 512', '"trained_length": 768')],
)
def test_an_altered_config_is_found_although_every_number_is_right(saved, old, new):
    def edit(header):
        config = header["__metadata__"]["config"]
        assert old in config
        header["__metadata__"]["config"] = config.replace(old, new)

    saved.write_bytes(with_header(saved.read_bytes(), edit))
    assert "does not match its own checksum" in message(saved)


@pytest.mark.parametrize("lost", ["config", "sha256", "__metadata__"])
def test_a_file_without_its_notes_is_not_read(saved, lost):
    def edit(header):
        holder = header if lost == "__metadata__" else header["__metadata__"]
        del holder[lost]

    saved.write_bytes(with_header(saved.read_bytes(), edit))
    said = message(saved)
    assert "does not match its own checksum" in said
    assert "copy it again" in said


def test_a_renamed_tensor_is_found(saved):
    def edit(header):
        header["model.norm.bias"] = header.pop("model.norm.weight")

    saved.write_bytes(with_header(saved.read_bytes(), edit))
    assert "does not match its own checksum" in message(saved)


def test_rewriting_the_header_alone_is_no_damage(saved):
    # So that the four tests above fail for the reason that they give.
    before = load(saved).state_dict()
    saved.write_bytes(with_header(saved.read_bytes(), lambda header: None))
    for name, tensor in load(saved).state_dict().items():
        assert torch.equal(tensor, before[name])


def test_a_missing_file_is_named_with_what_there_is(tmp_path):
    said = message(tmp_path / "nowhere.safetensors")
    assert "no weights at" in said
    for name in NAMES:
        assert name in said
    assert "python -m lesson_utils train" in said


def test_a_misspelt_name_is_taken_for_a_path_and_told_the_names():
    said = message("ntk-aware")
    assert "ntk_aware" in said


def test_a_text_file_named_safetensors_is_named_with_the_fix(tmp_path):
    path = tmp_path / "notes.safetensors"
    path.write_text("These are not weights but notes about them.\n" * 20)
    said = message(path)
    assert "cannot read" in said
    assert "copy it again" in said


def test_a_folder_is_named_with_the_fix(tmp_path):
    assert "cannot read" in message(tmp_path)


def test_a_damaged_shipped_file_is_told_how_to_be_restored(saved, monkeypatch):
    monkeypatch.setattr(weights, "FOLDER", saved.parent)
    path = saved.rename(saved.parent / "base.safetensors")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(WeightsError) as error:
        load("base")
    assert str(path) in str(error.value)
    assert "git checkout -- base.safetensors" in str(error.value)
    assert "\n" not in str(error.value)
