"""How many dimensions a head has, and how many of them turn."""

from lesson_utils.hub.reader import Reader
from lesson_utils.hub.values import number, whole

LARGEST_HEAD = 2**14


def head_dims(reader: Reader, rope_type: str) -> tuple[int, int]:
    """Work out how many dimensions of a head turn, and how many it has.

    For proportional the first is all of them: those that rest are told by their frequency.
    """
    latent = _latent(reader)
    if latent is not None:
        still = reader.config.get("qk_nope_head_dim")
        whole_head = latent + (whole("qk_nope_head_dim", still) if still else 0)
        reader.note(f"{latent} channels of each head turn, those of qk_rope_head_dim")
        _doubt_other_sizes(reader, latent)
        return _sensible(latent), whole_head
    whole_head = _whole_head(reader)
    rotary = _rotary_dim(reader, whole_head, rope_type)
    if rotary < whole_head:
        reader.note(f"{rotary} of the head's {whole_head} channels turn")
    return _sensible(rotary), whole_head


def _sensible(rotary: int) -> int:
    if rotary > LARGEST_HEAD:
        raise ValueError(f"head_dim is {rotary:,}; no head has more than {LARGEST_HEAD:,}")
    if rotary < 2:
        raise ValueError(f"head_dim is {rotary}; give at least 2, so that there is a pair")
    if rotary % 2:
        raise ValueError(f"head_dim is {rotary}, which is odd; dimensions turn in pairs")
    return rotary


def _latent(reader: Reader) -> int | None:
    """Read the rotary part of a head with latent attention; 0 or use_mla false mean none."""
    name = "qk_rope_head_dim"
    if reader.get("use_mla") is False or reader.config.get(name) == 0:
        reader.used.add(name)
        return None
    if reader.config.get(name) is None:
        return _usual_size(reader, name)
    architecture = reader.architecture
    if architecture.known and not (name in architecture.usual or architecture.reads(name)):
        reader.doubt(f"{name} is followed here, and {reader.architecture.name}'s own code has none")
    return whole(name, reader.get(name))


def _doubt_other_sizes(reader: Reader, latent: int) -> None:
    """Doubt a head_dim or a share beside qk_rope_head_dim, which some loaders follow."""
    if "qk_rope_head_dim" in reader.architecture.row.get("reads", ()):
        return
    head, share = reader.get("head_dim"), reader.get("partial_rotary_factor")
    head = latent if head is None else number("head_dim", head, at_least=0) or latent
    share = reader.parameters.get("partial_rotary_factor", share)
    share = 1 if share is None else number("partial_rotary_factor", share, above=0)
    if head * share != latent:
        reader.doubt("head_dim or partial_rotary_factor say something else than qk_rope_head_dim")


def _rotary_dim(reader: Reader, whole_head: int, rope_type: str) -> int:
    share = _share(reader, rope_type)
    if share is None:
        name, given = reader.found("rotary_dim")
        given = reader.architecture.usual.get("rotary_dim") if given is None else given
        if given is not None:
            rotary = whole(name, given)
            if rotary > whole_head:
                raise ValueError(f"{name} is {rotary}, more than the head's {whole_head}")
            return rotary
        share = reader.architecture.usual.get("partial_rotary_factor", 1.0)
    reader.partial = share
    return whole_head if rope_type == "proportional" else int(whole_head * share)


def _share(reader: Reader, rope_type: str) -> float | None:
    """Read the share of a head that turns, if the file says it."""
    name, outside = reader.found("share")
    given = reader.parameters.get("partial_rotary_factor")
    name, given = (name, outside) if given is None else ("partial_rotary_factor", given)
    if given is None:
        return None
    share = number(name, given, above=0)
    if share > 1:
        raise ValueError(f"{name} is {share:g}; give a number up to 1")
    known, usual = reader.architecture.known, reader.architecture.usual
    told = "share" in reader.architecture.row.get("keys", {}) or "reads_share" in usual
    told = told or "reads_share" in reader.architecture.row or rope_type == "proportional"
    if known and share < 1 and not told:
        reader.doubt(f"{name} is followed here, and {reader.architecture.name}'s own code may not")
    return share


def _whole_head(reader: Reader) -> int:
    by_kind = reader.get("per_layer_config")
    by_kind = by_kind.get(reader.layer_type) if isinstance(by_kind, dict) else None
    if isinstance(by_kind, dict) and by_kind.get("head_dim"):
        return whole("per_layer_config's head_dim", by_kind["head_dim"])
    if reader.layer_type == "full_attention" and (size := _size(reader, "global_head_dim")):
        return size
    name, given = reader.found("head_dim")
    if given is not None:
        return whole(name, given)
    usual = _usual_size(reader, "head_dim")
    return _head_of_the_sizes(reader) if usual is None else usual


def _head_of_the_sizes(reader: Reader) -> int:
    name, hidden = reader.found("hidden_size")
    hidden = _usual_size(reader, "hidden_size") if hidden is None else whole(name, hidden)
    name, heads = reader.found("heads")
    heads = _usual_size(reader, "num_attention_heads") if heads is None else whole(name, heads)
    for name, value in (("hidden_size", hidden), ("num_attention_heads", heads)):
        if value is None:
            raise ValueError(
                f"the config has no {name}; give head_dim, or hidden_size and num_attention_heads"
            )
    hidden *= reader.architecture.row.get("heads_share", 1)
    if hidden % heads:
        raise ValueError(f"hidden_size is {hidden}, which {heads} heads do not share evenly")
    return hidden // heads


def _size(reader: Reader, name: str) -> int | None:
    """Read a size from the file, or take transformers' for the model_type, if it has one."""
    value = reader.get(name)
    return _usual_size(reader, name) if value is None or value == 0 else whole(name, value)


def _usual_size(reader: Reader, name: str) -> int | None:
    usual = reader.architecture.usual.get(name)
    if usual is not None:
        reader.note(f"no {name} in the file: {usual} is transformers' for its model_type")
    return usual
