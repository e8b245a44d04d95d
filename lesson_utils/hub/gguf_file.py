"""Read what a GGUF file says of its model: the keys at its beginning, and no weights.

GGUF is the format of llama.cpp. A file begins with its version and two counts. Then come the keys,
each with the type of its value, and then the names and sizes of the tensors. All numbers are
little-endian. Source: docs/gguf.md of ggml-org/ggml, versions 2 and 3 of the format.
"""

import mmap
import struct
from collections.abc import Sequence
from pathlib import Path

from lesson_utils.hub.values import whole

NUMBERS = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q",
    12: "<d",
}  # fmt: skip
"""How each type of number is packed, by its number in the file."""
TEXT, LIST = 8, 9


def is_gguf(path: Path) -> bool:
    """Tell a GGUF file by its first four bytes."""
    if not path.is_file():
        return False
    with open(path, "rb") as file:
        return file.read(4) == b"GGUF"


def metadata(path: Path) -> tuple[dict, list[str]]:
    """Read a file's keys, and the names of its tensors.

    Parameters
    ----------
    path : pathlib.Path
        A GGUF file.

    Returns
    -------
    keys : dict
        Such as ``"llama.rope.freq_base": 100000.0``.
    tensors : list of str

    Raises
    ------
    ValueError
        If the file is cut off or damaged, or of another version.
    """
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            return _read(_Cursor(data))
        except (struct.error, KeyError, RecursionError):
            raise ValueError(f"{path} is no whole GGUF file; fetch it again") from None


def config_of(path: Path) -> dict:
    """Say what a GGUF file says of RoPE, in the form of a config.json.

    Raises
    ------
    ValueError
        If the file is damaged, or has a table of speeds of its own.
    """
    keys, tensors = metadata(path)
    _refuse_a_table(path, tensors)
    name = keys.get("general.architecture")

    def find(key: str):
        return keys.get(f"{name}.{key}")

    config = {
        "model_type": name,
        "hidden_size": find("embedding_length"),
        "num_attention_heads": find("attention.head_count"),
        "head_dim": find("attention.key_length"),
        "max_position_embeddings": find("context_length"),
        "rope_theta": find("rope.freq_base"),
        "partial_rotary_factor": _share(find),
        "rope_scaling": _scaling(find),
    }
    return {key: value for key, value in config.items() if value is not None}


class _Cursor:
    """A place in a file, which moves on with each thing that is read."""

    def __init__(self, data: Sequence):
        self.data, self.at = data, 0

    def number(self, form: str):
        (value,) = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return value

    def text(self) -> str:
        size = self.number("<Q")
        if size > len(self.data) - self.at:
            raise struct.error("a text goes on past the end of the file")
        self.at += size
        return self.data[self.at - size : self.at].decode("utf-8", "replace")

    def value(self, kind: int):
        if kind == TEXT:
            return self.text()
        if kind == LIST:
            kind, count = self.number("<I"), self.number("<Q")
            return [self.value(kind) for _ in range(count)]
        return self.number(NUMBERS[kind])


def _read(cursor: _Cursor) -> tuple[dict, list[str]]:
    cursor.at = 4  # after the word GGUF
    version = cursor.number("<I")
    if version not in (2, 3):
        raise ValueError(f"the file is of GGUF version {version}; versions 2 and 3 are read here")
    tensor_count, key_count = cursor.number("<Q"), cursor.number("<Q")
    keys = {}
    for _ in range(key_count):
        key = cursor.text()
        keys[key] = cursor.value(cursor.number("<I"))
    tensors = []
    for _ in range(tensor_count):
        tensors.append(cursor.text())
        dimensions = cursor.number("<I")
        cursor.at += 8 * dimensions + 4 + 8  # their sizes, the type, and where the weights are
    return keys, tensors


def _share(find) -> float | None:
    """Say which share of a head turns, if the file says both numbers and they differ."""
    turning, all_of_them = find("rope.dimension_count"), find("attention.key_length")
    if turning is None or all_of_them is None or turning == all_of_them:
        return None
    return whole("rope.dimension_count", turning) / whole("attention.key_length", all_of_them)


def _scaling(find) -> dict | None:
    """Say how far the file has RoPE stretched, in the words of a config.json."""
    kind = find("rope.scaling.type")
    if kind in (None, "none"):
        return None
    scaling = {
        "rope_type": kind,
        "factor": find("rope.scaling.factor"),
        "original_max_position_embeddings": find("rope.scaling.original_context_length"),
    }
    return {key: value for key, value in scaling.items() if value is not None}


def _refuse_a_table(path: Path, tensors: list[str]) -> None:
    """Refuse a file whose speeds stand among its weights, as Llama 3.1's and Phi-3's do."""
    tables = [name for name in tensors if name.startswith("rope_f")]
    if tables:
        raise ValueError(
            f"{path} has a table of its own for how fast the pairs turn ({tables[0]}), which is "
            "not read here; give the model's folder or its config.json"
        )
