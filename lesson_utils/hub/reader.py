"""A config, which of its layers it is read for, and what their rope parameters say."""

from lesson_utils.hub.architectures import find
from lesson_utils.hub.language_part import language_part
from lesson_utils.hub.layers import Layers, has_attention
from lesson_utils.hub.values import listed, number, short

OLD_NAMES = {"su": "longrope", "mrope": "default", "xdrope": "ntk_alpha"}
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
    "ntk_alpha": {"alpha"},
    "qwen_dynamic": set(),
}  # fmt: skip
"""The keys that each type reads, besides the shared ones: what else stands there is ignored."""
READ_OUTSIDE = {"rope_scaling", "rope_parameters", "rope_interleave"}
SWITCHES = {
    "alibi": (True,), "use_alibi": (True,), "use_rope": (False,), "rotary": (False,),
    "use_rotary": (False,), "rope": (False,), "use_mem_rope": (False,), "mla_use_nope": (True,),
    "position_embedding_type": (
        "nope", "none", "absolute", "learned", "alibi", "sinusoidal", "relative_key",
        "relative_key_query",
    ),
}  # fmt: skip
"""Words that say, in a model type nobody knows, that nothing rotates."""


class Reader:
    """A config, the part of it that holds the rope parameters, and the notes made on the way."""

    def __init__(self, config: dict):
        self.config, self.notes, self.doubts = language_part(config)
        self.architecture = find(self.config.get("model_type"))
        self.used = {"model_type", *READ_OUTSIDE}
        inside = self.architecture.row.get("inside", "")
        if isinstance(self.config.get(inside), dict):
            self.config = self.config | self.config[inside]
            self.used.add(inside)
        self.layer_type: str | None = None
        self.by_kind = False
        self.partial = 1.0
        self.layers_differ = False
        self.parameters: dict = {}

    def note(self, text: str) -> None:
        self.notes.append(text)

    def doubt(self, text: str) -> None:
        self.doubts.append(text)

    def get(self, key: str):
        self.used.add(key)
        return self.config.get(key)

    def found(self, thing: str) -> tuple[str, object]:
        """Find the first key that says a thing, and its value; null is as good as absent."""
        keys = self.architecture.keys(thing)
        values = [(key, self.get(key)) for key in keys]
        zero_is_absent = thing in ("head_dim", "rotary_dim")
        present = ((k, v) for k, v in values if v is not None and not (zero_is_absent and v == 0))
        return next(present, (keys[0] if keys else thing, None))

    # --- does it rotate, and which layers ---

    def require_rotation(self) -> None:
        """Refuse a config that says, or whose model type means, that nothing rotates."""
        name, row = self.architecture.name, self.architecture.row
        if self.architecture.no_rope:
            raise ValueError(f"{name} has no rotary embedding: {self.architecture.no_rope}")
        if rule := row.get("rotates_if"):
            key = rule["key"]
            value = self.config.get(key, rule.get("usual"))
            self.used.add(key)
            if "is" in rule and value not in rule["is"] or value in rule.get("not", ()):
                why = rule.get("why", f"{name} has no rotary embedding then")
                raise ValueError(f"no layer rotates: {key} is {short(value)}; {why}")
        if not self.architecture.known:
            for key, values in SWITCHES.items():
                if any(self.get(key) is value or self.get(key) == value for value in values):
                    raise ValueError(f"no layer rotates: {key} is {short(self.config[key])}")
        self._doubt_the_model_type()

    def _doubt_the_model_type(self) -> None:
        name, row = self.architecture.name, self.architecture.row
        if not name:
            self.doubt("the file names no model_type")
        elif not self.architecture.known:
            self.doubt(f"model_type {listed([name])} is not in this course's table")
        for key in row.get("doubt_if", "").split():
            if self.config.get(key):
                self.doubt(f"{key} is {short(self.get(key))}, which is not read here")
        for key, usual in row.get("doubt_unless", {}).items():
            if self.get(key) not in (None, usual):
                self.doubt(f"{key} is {short(self.get(key))}, which is not read here")
        if "doubt" in row:
            self.doubt(row["doubt"])

    def choose_layers(self, wanted: str | None) -> None:
        """Find the rope parameters, of one kind of layer if kinds differ."""
        layers = Layers(self.config, self.architecture, self.used)
        self.doubts += layers.doubts
        kinds = layers.kinds
        if not kinds:
            self.parameters = layers.given
            self._name_layers_that_are_alike(wanted, layers.resting())
            self.notes += layers.notes
            return
        rotating = [kind for kind, parameters in kinds.items() if parameters is not None]
        if not rotating:
            raise ValueError(f"no layer rotates: there are only {listed(kinds)} layers")
        if wanted is None:
            wanted = "full_attention" if "full_attention" in rotating else rotating[0]
        if wanted not in kinds:
            raise ValueError(
                f"layer type {short(wanted)} is not in this config; use {listed(kinds)}"
            )
        if kinds[wanted] is None:
            raise ValueError(f"layers of type {listed([wanted])} have no RoPE in this config")
        self._note_the_others(wanted, kinds)
        self.by_kind = True
        self.layer_type, self.parameters = wanted, kinds[wanted]
        self.notes += layers.notes
        if self.parameters.get("truncate") is False and "truncate" not in layers.given:
            self.note(
                "truncate: false is followed here; transformers 5.23 looks for it outside the "
                "layer type, does not find it, and rounds"
            )

    def _name_layers_that_are_alike(self, wanted: str | None, resting: int | None) -> None:
        named = self.get("layer_types")
        named = [str(name) for name in named] if isinstance(named, list) else []
        if wanted is not None and (wanted not in named or not has_attention(wanted)):
            why = "has no attention" if wanted in named else "all are alike"
            raise ValueError(f"layer type {short(wanted)} is not in this config: {why}")
        self.layer_type = wanted
        attending = {name for name in named if has_attention(name)}
        if len(attending) > 1 and not self.architecture.known:
            self.doubt(f"its layers are {listed(sorted(attending))}, which may differ")
        if resting:
            self.layers_differ = True
            self.note(f"{resting} of the layers do not rotate; these are the others")

    def _note_the_others(self, wanted: str, kinds: dict) -> None:
        others = [name for name in kinds if name != wanted]
        resting = [name for name in others if kinds[name] is None]
        turning = [name for name in others if kinds[name] is not None]
        if turning:
            self.note(f"these are the {listed([wanted])} layers; there are also {listed(turning)}")
        if resting:
            self.note(f"layers of type {listed(resting)} have no RoPE")
        self.layers_differ = any(kinds[name] != kinds[wanted] for name in others)

    # --- what the parameters say ---

    def rope_type(self) -> str:
        new, old = self.parameters.get("rope_type"), self.parameters.get("type")
        if new is not None and old is not None and new != old:
            self.note(f"rope_type is {short(new)} and type is {short(old)}; rope_type counts")
        name = new if new is not None else old if old is not None else "default"
        known = OLD_NAMES.get(name, name) if isinstance(name, str) else name
        if not isinstance(known, str) or known not in KEYS.keys() - {"qwen_dynamic"}:
            types = listed(sorted(KEYS.keys() - {"qwen_dynamic"}, key=list(KEYS).index))
            raise ValueError(f"rope_type is {short(name)}; this reader knows {types}")
        if name == "dynamic" and self.parameters.get("alpha") and self.architecture.reads("alpha"):
            return "ntk_alpha"
        if self._turns_slower_in_steps(known):
            return "qwen_dynamic"
        if known != name:
            self.note(f"{name} is an older name of {known}")
        return known

    def _turns_slower_in_steps(self, rope_type: str) -> bool:
        reads = "use_dynamic_ntk" in self.architecture.row.get("reads", ())
        return rope_type == "default" and reads and self.get("use_dynamic_ntk") is True

    def number(self, name: str, default=None, **bound) -> float | None:
        """Read a number of the rope parameters; null is as good as absent."""
        value = self.parameters.get(name)
        return default if value is None else float(number(name, value, **bound))

    def base(self) -> float:
        """Find the base: in the rope parameters, beside them, or among transformers' defaults."""
        key, outside = self.found("base")
        given = self.parameters.get("rope_theta")
        given = outside if given is None else given
        if given is None:
            kinds = self.architecture.usual.get("rope_parameters", {})
            usual = kinds.get(self.layer_type)
            usual = usual if isinstance(usual, dict) else {}
            given = usual.get("rope_theta") or self.architecture.usual.get("rope_theta", 10_000.0)
            theirs = self.architecture.from_transformers
            whose = "transformers' default for its model_type" if theirs else "the usual one"
            self.note(f"no rope_theta in the file: {given:,.0f} is {whose}")
        key = key if self.parameters.get("rope_theta") is None else "rope_theta"
        base = float(number(key, given, above=1))
        _, times = self.found("base_factor")
        return base if times is None else base * float(number("rope_ratio", times, above=0))

    def has_latent_attention(self) -> bool:
        if self.config.get("use_mla") is False:
            return False
        name = "qk_rope_head_dim"
        return bool(self.config.get(name, self.architecture.usual.get(name)))
