"""What each model type's own code reads: which keys decide, and where its layers differ.

Two tables, both data. ``architectures.json`` is written by hand: one row a model type that reads a
key of its own, rotates only under a condition, or has layers of several kinds, and a list of the
types that ``transformers``' shared functions describe in full. ``defaults.json`` is printed from
``transformers``: what it fills in where a file is silent, and the types that do not rotate at all.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

STANDARD = {
    "base": ("rope_theta",),
    "base_factor": (),
    "share": ("partial_rotary_factor",),
    "rotary_dim": (),
    "head_dim": ("head_dim",),
    "hidden_size": ("hidden_size",),
    "heads": ("num_attention_heads",),
    "trained": (),
    "longest": ("max_position_embeddings",),
}
"""For each thing that a reader asks for, the key that most model types have for it."""
SIZES = {
    "hidden_size": ("n_embd", "d_model", "dim", "n_embed", "model_dim"),
    "heads": ("n_head", "n_heads", "num_heads", "attention_heads"),
    "longest": (
        "n_positions", "max_seq_len", "max_sequence_length", "seq_length", "model_max_length",
        "n_ctx", "max_seq_length", "max_context_length",
    ),
}  # fmt: skip
"""Other names of sizes. They mean the same wherever they stand."""
ELSEWHERE = {
    "base": (
        "rotary_emb_base", "rope_embedding_base", "rotary_embedding_base", "rope_freq_constant",
        "rope_base", "rotary_base", "global_rope_theta", "layer_rope_theta",
    ),
    "base_factor": ("rope_ratio",),
    "share": (
        "rotary_pct", "rope_pct", "rope_percent", "rotary_percent", "rotary_emb_fraction",
        "partial_rotary_factors",
    ),
    "rotary_dim": ("rotary_dim", "rotary_ndims", "rope_dim"),
    "head_dim": ("kv_channels", "attention_head_dim", "d_kv"),
}  # fmt: skip
"""Keys that some code reads and other code does not: followed in a model type nobody knows."""


@dataclass(frozen=True)
class Architecture:
    """A model type, as far as its rotary embedding goes."""

    name: str
    known: bool
    """Whether the tables say what its code reads. If not, a reading is a guess."""
    row: Mapping
    """Its row of ``architectures.json``, or nothing."""
    usual: Mapping
    """What is filled in where the file is silent."""
    from_transformers: bool
    """Whether that is what ``transformers`` fills in."""
    no_rope: str | None
    """Why it does not rotate, or None if it may."""

    def keys(self, thing: str) -> tuple[str, ...]:
        """List the keys that say a thing, of :data:`STANDARD`; the first one present counts."""
        own = tuple(self.row.get("keys", {}).get(thing, STANDARD[thing]))
        return own + SIZES.get(thing, ()) + (() if self.known else ELSEWHERE.get(thing, ()))

    def reads(self, key: str) -> bool:
        """Tell whether its code reads a key that only some code reads; a guess reads it."""
        return not self.known or key in self.row.get("reads", ())


def find(model_type) -> Architecture:
    """Look a model type up; one that is in no table is described as unknown."""
    name = model_type if isinstance(model_type, str) else ""
    rows, row = tables()["rows"], tables()["rows"].get(name, {})
    like = row.get("like", name)
    defaults = tables()["by_model_type"].get(like, {})
    row = rows.get(like, {}) | row
    why = row.get("no_rope")
    if name in tables()["without_rope"] and not row:
        why = "transformers' code of it rotates nothing"
    known = name in rows or name in tables()["as_transformers"]
    usual = defaults | row.get("usual", {})
    return Architecture(name, known, row, usual, bool(defaults), why)


@cache
def tables() -> dict:
    """Read both tables: ``rows``, ``as_transformers``, ``by_model_type`` and ``without_rope``."""
    folder = files("lesson_utils.hub")
    texts = [folder.joinpath(f"{n}.json").read_text("utf-8") for n in ("architectures", "defaults")]
    both = [json.loads(text) for text in texts]
    return both[0] | both[1]
