"""Read a model's config.json: which rotary frequencies it asks for, and what it leaves unsaid.

Only numbers are read. Nothing in a model's folder is ever run, and ``transformers`` is not needed:
the arithmetic is :mod:`lesson_utils.scaling`'s.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from lesson_utils.files import read_at_most
from lesson_utils.hub.fetching import fetch_config, looks_like_id
from lesson_utils.hub.gguf_file import config_of, is_gguf
from lesson_utils.hub.leftovers import note_what_nobody_reads
from lesson_utils.hub.reader import Reader
from lesson_utils.hub.rules import frequencies_of, softmax_scale_multiplier
from lesson_utils.hub.sizes import head_dims
from lesson_utils.hub.values import listed, short, whole
from lesson_utils.hub.wheels import fetched
from lesson_utils.rope import RotaryFrequencies, rope
from lesson_utils.rope import turns as count_turns

LARGEST_FILE = 2**20


@dataclass(frozen=True)
class RotaryConfig:
    """What a config says about RoPE."""

    rope_type: str
    """One of the keys of :data:`lesson_utils.hub.reader.KEYS`."""
    head_dim: int
    """Rotary dimensions of one head, which may be fewer than the head has."""
    whole_head_dim: int
    """Dimensions of one head, those that do not turn among them."""
    base: float
    factor: float
    trained_length: int | None
    """Window before stretching, in tokens; None if the file does not say."""
    target_length: int | None
    """Window after stretching: ``factor`` times ``trained_length``, or what the file promises where
    the factor is no ratio of lengths (llama3)."""
    frequencies: RotaryFrequencies
    """What the config asks for: ``inv_freq`` [head_dim / 2], and the multiplier on cos and sin."""
    softmax_scale_multiplier: float
    """Multiplier on all scores, besides: DeepSeek's place for the temperature. Else 1."""
    layer_type: str | None
    """Which layers this is about, where the file names kinds of layers."""
    layers_differ: bool
    """Whether other layers turn otherwise, or not at all."""
    sure: bool
    """False if this reading is a guess; the first note says why, and what could change it."""
    notes: tuple[str, ...]
    """What a reader of the file should know: gaps, contradictions, words that nobody reads."""

    @property
    def plain(self) -> torch.Tensor:
        """The frequencies before stretching, float32 [head_dim / 2]."""
        # Pair 0 turns by 1 in a head of any size; a head of two has no other.
        return rope(max(self.head_dim, 4), base=self.base).inv_freq[: self.head_dim // 2]

    @property
    def turns(self) -> list[float]:
        """Turns that each pair made inside the trained window, before stretching; or empty."""
        if self.trained_length is None:
            return []
        moving = self.frequencies.inv_freq > 0
        plain = self.plain.double() * moving
        return count_turns(plain, self.trained_length).tolist()

    def report(self) -> dict[str, Any]:
        """Give what ``python -m lesson_utils frequencies --json`` prints."""
        return {
            "rope_type": self.rope_type,
            "head_dim": self.head_dim,
            "whole_head_dim": self.whole_head_dim,
            "base": self.base,
            "factor": self.factor,
            "trained_length": self.trained_length,
            "target_length": self.target_length,
            "inv_freq": self.frequencies.inv_freq.tolist(),
            "attention_scaling": self.frequencies.attention_scaling,
            "softmax_scale_multiplier": self.softmax_scale_multiplier,
            "turns": self.turns,
            "layer_type": self.layer_type,
            "layers_differ": self.layers_differ,
            "sure": self.sure,
            "notes": list(self.notes),
        }


def read_config(
    source: str | Path | Mapping, *, length: int | None = None, layer_type: str | None = None
) -> RotaryConfig:
    """Work out the rotary frequencies that a config asks for, as ``transformers`` 5 reads it.

    Where that library computes something surprising without a word, ``notes`` has the word.

    Parameters
    ----------
    source : path, str or mapping
        A config.json, a folder that has one, the loaded contents, a GGUF file, the name of a model
        that ``python -m lesson_utils fetch`` has fetched, or an id on the Hugging Face hub such as
        ``"owner/name"``, whose config.json alone is fetched.
    length : int, optional
        Tokens in use now. Only ``dynamic`` and ``longrope`` look at it; left out, they are as for
        short texts.
    layer_type : str, optional
        For models whose layers differ, such as ``"sliding_attention"``. Left out:
        ``"full_attention"`` if there is such a thing, else the first one named.

    Returns
    -------
    RotaryConfig

    Raises
    ------
    ValueError
        If there is no such file, it is no JSON object, or what it says makes no sense. One line.
    """
    length = None if length is None else whole("length", length)
    reader = _reader_of(source)
    reader.require_rotation()
    reader.choose_layers(layer_type)
    rope_type, base = reader.rope_type(), reader.base()
    head_dim, whole_head_dim = head_dims(reader, rope_type)
    rule = frequencies_of(reader, rope_type, head_dim, base, length)
    factor, trained, target, frequencies = rule
    if length is not None and rope_type not in ("dynamic", "longrope", "qwen_dynamic"):
        reader.note(f"the length plays no part in {rope_type}: short texts are read the same way")
    multiplier = softmax_scale_multiplier(reader, rope_type, factor)
    note_what_nobody_reads(reader, rope_type)
    return RotaryConfig(
        rope_type=rope_type,
        head_dim=head_dim,
        whole_head_dim=whole_head_dim,
        base=base,
        factor=factor,
        trained_length=trained,
        target_length=target,
        frequencies=frequencies,
        softmax_scale_multiplier=multiplier,
        layer_type=reader.layer_type,
        layers_differ=reader.layers_differ,
        sure=not reader.doubts,
        notes=(*guess(reader.doubts), *reader.notes),
    )


def _reader_of(source: str | Path | Mapping) -> Reader:
    """Open a config, wherever it is."""
    if isinstance(source, Mapping):
        return Reader(dict(source))
    path = fetched(str(source)) or Path(source)
    if not is_gguf(path):
        return Reader(load_json(fetch_config(source) if looks_like_id(str(source)) else path))
    reader = Reader(config_of(path))
    reader.note("read from the keys of a GGUF file")
    if reader.architecture.name != "llama":
        name = listed([reader.architecture.name])
        reader.doubt(f"how the keys of a GGUF file mean {name} was checked for llama alone")
    return reader


def guess(doubts: list[str]) -> list[str]:
    """Say in one line that a reading is a guess, and why; nothing if it is none."""
    return [f"this reading is a guess: {'; '.join(doubts)}"] if doubts else []


def load_json(path: Path) -> dict:
    """Load a JSON object from a file, or from config.json in a folder, without trusting it.

    Raises
    ------
    ValueError
        If it is missing, too large, not text, not JSON, nested without end, holds NaN or a key
        twice, or is no object.
    """
    if path.is_dir():
        path = path / "config.json"
    if not path.is_file():
        raise ValueError(f"{path} is not a file; give a config.json or a folder that has one")
    data = read_at_most(path, LARGEST_FILE)
    if len(data) > LARGEST_FILE:
        raise ValueError(f"{path} is larger than {LARGEST_FILE:,} bytes; no config.json is")
    try:
        config = json.loads(
            data.decode("utf-8-sig"), parse_constant=_no_constant, object_pairs_hook=_no_key_twice
        )
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not text; give the config.json, not the weights") from None
    except RecursionError:
        raise ValueError(f"{path} is nested without end; no config.json is") from None
    except ValueError as error:
        raise ValueError(f"{path} is not valid JSON: {error}") from None
    if not isinstance(config, dict):
        raise ValueError(f"{path} holds a {type(config).__name__}; give an object with keys")
    return config


def _no_constant(name: str):
    raise ValueError(f"it holds {name}, which is no number")


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict:
    seen: dict[str, Any] = {}
    for key, value in pairs:
        if key in seen:
            raise ValueError(f"the key {short(key)} stands there twice")
        seen[key] = value
    return seen
