"""What a config's keys mean, one by one: sizes, lengths, bases, and the gaps between them."""

import json
import math
import reprlib
from functools import cache
from importlib.resources import files

from lesson_utils.rope import require_head_dim

LARGEST_HEAD = 2**14
LARGEST = 1e30
"""No number of a config is larger; below it, no product or power here overflows."""
OLD_NAMES = {"su": "longrope", "mrope": "default"}
"""Names that older files use. Qwen's mrope is plain RoPE, with positions of three kinds."""
SHARED_KEYS = {"rope_type", "type", "rope_theta", "partial_rotary_factor"}
KEYS = {
    "default": {"mrope_section", "mrope_interleaved"},
    "linear": {"factor"},
    "dynamic": {"factor"},
    "yarn": {
        "factor", "original_max_position_embeddings", "attention_factor", "beta_fast", "beta_slow",
        "mscale", "mscale_all_dim", "truncate",
    },
    "longrope": {
        "factor", "original_max_position_embeddings", "attention_factor", "short_factor",
        "long_factor",
    },
    "llama3": {
        "factor", "original_max_position_embeddings", "low_freq_factor", "high_freq_factor",
    },
    "proportional": {"factor"},
}  # fmt: skip
"""The keys that each type reads, besides the shared ones: what else stands there is ignored."""
READ_OUTSIDE = {
    "rope_scaling", "rope_parameters", "rope_theta", "rope_local_base_freq", "rotary_emb_base",
    "rotary_pct", "partial_rotary_factor", "qk_rope_head_dim", "rope_interleave",
}  # fmt: skip


class Reader:
    """A config, the part of it that holds the rope parameters, and the notes made on the way."""

    def __init__(self, config: dict):
        self.notes: list[str] = []
        self.config = self._text_part(config)
        model_type = self.config.get("model_type")
        known = defaults().get(model_type, {}) if isinstance(model_type, str) else {}
        self.defaults: dict = known
        self.layer_type: str | None = None
        self.parameters: dict = {}

    def note(self, text: str) -> None:
        self.notes.append(text)

    def _text_part(self, config: dict) -> dict:
        inner = config.get("text_config")
        if not isinstance(inner, dict) or "hidden_size" in config or "head_dim" in config:
            return config
        self.note("read from text_config, the language part of this model")
        return inner

    # --- which parameters ---

    def choose_layers(self, wanted: str | None) -> None:
        """Find the rope parameters, of one kind of layer if kinds differ."""
        given = self._given()
        layers = self._layers(given)
        if layers is None:
            if wanted is not None:
                raise ValueError(f"layer type {short(wanted)} is not in this config: all are alike")
            return
        if wanted is None:
            wanted = "full_attention" if "full_attention" in layers else next(iter(layers))
        if wanted not in layers:
            raise ValueError(
                f"layer type {short(wanted)} is not in this config; use {listed(layers)}"
            )
        if layers[wanted] is None:
            raise ValueError(f"layers of type {listed([wanted])} have no RoPE in this config")
        others = [name for name in layers if name != wanted]
        if others:
            self.note(f"these are the {listed([wanted])} layers; there are also {listed(others)}")
        self.layer_type = wanted
        self.parameters = layers[wanted]
        if layers[wanted].get("truncate") is False and "truncate" not in given:
            self.note(
                "truncate: false is followed here; transformers 5.23 looks for it outside the "
                "layer type, does not find it, and rounds"
            )

    def _given(self) -> dict:
        """Take rope_scaling or rope_parameters, or transformers' own if there is neither."""
        old, new = self.config.get("rope_scaling"), self.config.get("rope_parameters")
        if old and new and old != new:
            self.note("rope_scaling and rope_parameters disagree; transformers takes rope_scaling")
        given = old or new or {}
        given = an_object("rope_scaling" if old else "rope_parameters", given)
        usual = self.defaults.get("rope_parameters", {})
        if not given and "rope_type" in usual:
            self.note("no rope parameters in the file: these are transformers' for its model_type")
            return dict(usual)
        return given

    def _layers(self, given: dict) -> dict | None:
        """Return the parameters of every kind of layer, or None if all layers are alike."""
        if _is_nested(given):
            shared = {"truncate": given["truncate"]} if "truncate" in given else {}
            return {
                name: shared | value if isinstance(value, dict) else None
                for name, value in given.items()
                if isinstance(value, dict) or value is None
            }
        usual = self.defaults.get("rope_parameters", {})
        if "full_attention" not in usual and "rope_local_base_freq" not in self.config:
            self.parameters = given
            return None
        return {
            "full_attention": given or self._without_base(usual.get("full_attention", {})),
            "sliding_attention": self._without_base(usual.get("sliding_attention", {})),
        }

    @staticmethod
    def _without_base(parameters: dict) -> dict:
        """Leave the base out, which a key outside may still set."""
        return {name: value for name, value in parameters.items() if name != "rope_theta"}

    # --- what they say ---

    def rope_type(self) -> str:
        new, old = self.parameters.get("rope_type"), self.parameters.get("type")
        if new is not None and old is not None and new != old:
            self.note(f"rope_type is {short(new)} and type is {short(old)}; rope_type counts")
        name = new if new is not None else old if old is not None else "default"
        known = OLD_NAMES.get(name, name) if isinstance(name, str) else name
        if not isinstance(known, str) or known not in KEYS:
            raise ValueError(f"rope_type is {short(name)}; this reader knows {listed(KEYS)}")
        if known != name:
            self.note(f"{name} is an older name of {known}")
        return known

    def head_dim(self, rope_type: str) -> int:
        """Work out how many dimensions of a head turn; for proportional, how many a head has."""
        partial = self._partial()
        rotary = self._size("qk_rope_head_dim")
        if rotary is not None:
            self.note(f"{rotary} channels of each head turn, those of qk_rope_head_dim")
        else:
            whole_head = self._whole_head()
            rotary = whole_head if rope_type == "proportional" else int(whole_head * partial)
            if rotary < whole_head:
                self.note(f"{rotary} of the head's {whole_head} channels turn")
        if rotary > LARGEST_HEAD:
            raise ValueError(f"head_dim is {rotary:,}; no head has more than {LARGEST_HEAD:,}")
        require_head_dim(rotary)
        return rotary

    def _partial(self) -> float:
        name = "partial_rotary_factor"
        candidates = [self.parameters.get(name), self.config.get(name)]
        candidates += [self.config.get("rotary_pct"), self.defaults.get(name)]
        given = next((partial for partial in candidates if partial is not None), 1.0)
        partial = number(name, given, above=0)
        if partial > 1:
            raise ValueError(f"partial_rotary_factor is {partial:g}; give a number up to 1")
        self.partial = partial
        return partial

    def _whole_head(self) -> int:
        given = self._size("global_head_dim") if self.layer_type == "full_attention" else None
        given = given or self._size("head_dim")
        if given is not None:
            return given
        for name in ("hidden_size", "num_attention_heads"):
            if self.config.get(name) is None:
                raise ValueError(
                    f"the config has no {name}; give head_dim, or hidden_size and "
                    "num_attention_heads"
                )
        hidden, heads = self.whole("hidden_size"), self.whole("num_attention_heads")
        if hidden % heads:
            raise ValueError(f"hidden_size is {hidden}, which {heads} heads do not share evenly")
        return hidden // heads

    def _size(self, name: str) -> int | None:
        """Read a size from the file, or take transformers' for the model_type, if it has one."""
        if self.config.get(name) is not None:
            return self.whole(name)
        usual = self.defaults.get(name)
        if usual is not None:
            self.note(f"no {name} in the file: {usual} is transformers' for its model_type")
        return usual

    def base(self) -> float:
        """Find the base: in the rope parameters, beside them, or among transformers' defaults."""
        sliding = self.layer_type == "sliding_attention"
        usual = self.defaults.get("rope_parameters", {})
        usual = usual.get(self.layer_type, usual)
        candidates = [
            self.parameters.get("rope_theta"),
            self.config.get("rope_local_base_freq" if sliding else "rope_theta"),
            usual.get("rope_theta") if sliding else None,
            self.config.get("rope_theta"),
            self.config.get("rotary_emb_base"),
        ]
        given = next((base for base in candidates if base is not None), None)
        if given is None:
            given = usual.get("rope_theta") or self.defaults.get("rope_theta", 10_000.0)
            self.note(
                f"no rope_theta in the file: {given:,.0f} is transformers' default for its "
                "model_type"
            )
        return float(number("rope_theta", given, above=1))

    def number(self, name: str, default=None, **bound) -> float | None:
        """Read a number of the rope parameters; null is as good as absent."""
        value = self.parameters.get(name)
        return default if value is None else float(number(name, value, **bound))

    def whole(self, name: str) -> int:
        return whole(name, self.config.get(name))

    # --- lengths ---

    def longest(self) -> int | None:
        """Read max_position_embeddings, whose meaning differs from type to type."""
        if self.config.get("max_position_embeddings") is None:
            return None
        return self.whole("max_position_embeddings")

    def unscaled_length(self) -> int | None:
        longest = self.longest()
        if longest is None:
            self.note("no max_position_embeddings in the file, so no turns can be counted")
        return longest

    def original_length(self, rope_type: str) -> int:
        """Read the window before stretching, which transformers guesses without a word."""
        name = "original_max_position_embeddings"
        inside, outside = self.parameters.get(name), self.config.get(name)
        if outside is not None and (inside is None or self.layer_type is None):
            if inside is not None and inside != outside:
                self.note(f"{name} is {short(inside)} inside and {short(outside)} outside the "
                          "rope parameters; transformers takes the one outside")  # fmt: skip
            return whole(name, outside)
        if inside is not None:
            return whole(name, inside)
        longest = self.longest()
        if longest is None:
            raise ValueError(f"the config has neither {name} nor max_position_embeddings; "
                             f"{rope_type} needs the first")  # fmt: skip
        self.note(
            f"no {name}: max_position_embeddings, {longest:,}, is taken for it, as transformers "
            f"does without a word. If {longest:,} is the length after stretching, these "
            "frequencies are wrong: add the key"
        )
        return longest

    def factor(self, original: int | None = None) -> float:
        """Read the factor; derive a missing one from the two lengths, where there are two."""
        given = self.number("factor", at_least=1)
        longest = self.longest()
        if given is not None:
            if original and longest and not math.isclose(longest, given * original):
                self._note_other_factor(given, original, longest)
            return given
        if original is None or longest is None:
            raise ValueError("the rope parameters have no factor; add one, at least 1")
        derived = longest / original
        self.note(f"no factor: {longest:,} / {original:,} = {derived:g}, the ratio of the lengths")
        return float(number("max_position_embeddings / original length", derived, at_least=1))

    def _note_other_factor(self, given: float, original: int, longest: int) -> None:
        made_for = f"factor {given:g} times {original:,} is {given * original:,.0f}"
        if longest == original:
            self.note(f"{made_for}, but max_position_embeddings is still {longest:,}; servers may "
                      "refuse longer texts until it is raised")  # fmt: skip
        else:
            self.note(f"{made_for}, but max_position_embeddings is {longest:,}, a ratio of "
                      f"{longest / original:g}; the factor counts")  # fmt: skip

    # --- what is left over ---

    def has_latent_attention(self) -> bool:
        return "qk_rope_head_dim" in self.config or "qk_rope_head_dim" in self.defaults

    def note_what_nobody_reads(self, rope_type: str) -> None:
        unknown = sorted(set(map(str, self.parameters)) - SHARED_KEYS - KEYS[rope_type])
        if rope_type != "default" and self.has_latent_attention():
            unknown = [name for name in unknown if name != "mscale_all_dim"]
        if unknown:
            self.note(f"ignored, since {rope_type} has no such key: {listed(unknown)}")
        outside = sorted(
            str(key) for key, value in self.config.items()
            if ("rope" in str(key) or "rotary" in str(key)) and key not in READ_OUTSIDE
            and value is not None
        )  # fmt: skip
        if outside:
            self.note(f"not read here, though the names speak of RoPE: {listed(outside)}")
        if self.config.get("auto_map"):
            self.note(
                "the folder brings code of its own (auto_map), which may compute something else; "
                "it is not run here, nor by transformers unless it is told to"
            )


def _is_nested(parameters: dict) -> bool:
    """Tell parameters by kind of layer from the parameters themselves."""
    known = SHARED_KEYS.union(*KEYS.values())
    return any(isinstance(value, dict) and key not in known for key, value in parameters.items())


@cache
def defaults() -> dict[str, dict]:
    """Read what transformers fills in for each model_type when the file says nothing."""
    text = files("lesson_utils.hub").joinpath("defaults.json").read_text(encoding="utf-8")
    return json.loads(text)["by_model_type"]


def number(name: str, value, *, at_least: float | None = None, above: float | None = None):
    """Return ``value`` if it is a finite number within its bound, and name it otherwise."""
    bound = "" if at_least is None else f" that is at least {at_least:g}"
    bound = bound if above is None else f" above {above:g}"
    fine = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST
    fine = fine and (at_least is None or value >= at_least) and (above is None or value > above)
    if not fine:
        raise ValueError(f"{name} is {short(value)}; give a number{bound}")
    return value


def whole(name: str, value) -> int:
    """Return ``value`` as an int if it is a whole number above 0, and name it otherwise."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 2**53:
        raise ValueError(f"{name} is {short(value)}; give a whole number above 0")
    if value != int(value):
        raise ValueError(f"{name} is {value:g}; give a whole number above 0")
    return int(value)


def an_object(name: str, value) -> dict:
    if not isinstance(value, dict):
        raise ValueError(f"{name} is {short(value)}; give an object with keys")
    return value


def short(value) -> str:
    """Show a value of a stranger's file in a few words, whatever it is."""
    return reprlib.repr(value)


def listed(names) -> str:
    """List names of a stranger's file, none of them long and none with a line break in it."""
    names = [str(name) for name in names]
    names = [name[:40] if name.isprintable() else short(name) for name in names]
    shown = ", ".join(names[:8])
    return shown if len(names) <= 8 else f"{shown} and {len(names) - 8} more"
