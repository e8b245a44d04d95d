"""What a file says and nobody reads: without effect, ignored, or able to change the answer."""

import re

from lesson_utils.hub.reader import KEYS, SHARED_KEYS, Reader
from lesson_utils.hub.values import listed

NO_FREQUENCY = {
    "llama_4_scaling_beta", "mrope_section", "mrope_interleaved",
    "max_position_embeddings", "rope_interleave", "xdrope_section",
}  # fmt: skip
"""Keys that some code reads, but that change no frequency and no multiplier."""
SUSPICIOUS = re.compile(
    r"rope|rotary|theta|alibi|position_emb|pos_emb|nope|ntk|yarn|mscale|kv_channels|head_dim|"
    r"head_size|freq|rope_scal|pos_scal|layer_type|sliding|local|global|attn_config|per_layer|"
    r"pattern|alpha|layer_switch|swa"
)
"""Names of keys that could change the answer, if some code reads them."""
DECIDES_ELSEWHERE = {
    "alpha", "short_mscale", "long_mscale", "apply_yarn_scaling", "attn_factor",
    "extrapolation_factor",
}  # fmt: skip
"""Rope parameters that change a frequency or a multiplier where some code reads them."""
HARMLESS = {"v_head_dim", "qk_nope_head_dim", "index_head_dim", "moe_layer_freq",
            "sliding_window", "use_sliding_window", "finetuned"}  # fmt: skip


def note_what_nobody_reads(reader: Reader, rope_type: str) -> None:
    """Name the keys that were left unread, and say which of them could change the answer."""
    own = set(reader.architecture.row.get("reads", ()))
    unknown = set(map(str, reader.parameters)) - SHARED_KEYS - KEYS[rope_type] - own
    if rope_type != "default" and reader.has_latent_attention():
        unknown -= {"mscale_all_dim"}
    quiet = sorted(unknown & NO_FREQUENCY)
    elsewhere = sorted(unknown & DECIDES_ELSEWHERE)
    ignored = sorted(unknown - set(quiet) - set(elsewhere))
    if quiet:
        reader.note(f"without effect on any frequency: {listed(quiet)}")
    if ignored:
        reader.note(f"ignored, since {rope_type} has no such key: {listed(ignored)}")
    if elsewhere:
        reader.doubt(
            f"{listed(elsewhere)} not followed, though some code reads it with {rope_type}"
        )
    outside = _unread_outside(reader, re.compile("rope|rotary"))
    if reader.architecture.known and outside:
        reader.note(f"not read here, though the names speak of RoPE: {listed(outside)}")
    if not reader.architecture.known and (unread := _unread_outside(reader, SUSPICIOUS) + ignored):
        reader.doubt(f"not read, and able to change the answer: {listed(unread)}")
    if reader.config.get("auto_map"):
        reader.note(
            "the folder brings code of its own (auto_map), which may compute something else; "
            "it is not run here, nor by transformers unless it is told to"
        )


def _unread_outside(reader: Reader, pattern: re.Pattern) -> list[str]:
    own = set(reader.architecture.row.get("reads", ())) | reader.used | HARMLESS
    return sorted(
        str(key)
        for key, value in reader.config.items()
        if key not in own and value not in (None, False) and _speaks(key, value, pattern)
    )


def _speaks(key, value, pattern: re.Pattern) -> bool:
    inner = value if isinstance(value, dict) and "vision" not in str(key) else {}
    return any(pattern.search(str(name)) for name in (key, *inner))
