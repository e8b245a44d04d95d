"""Which kinds of layers a model has, and which rope parameters each kind follows."""

from lesson_utils.hub.architectures import Architecture
from lesson_utils.hub.values import an_object, listed, short

LOCAL_BASES = ("rope_local_base_freq", "local_rope_theta", "swa_rope_theta", "sliding_rope_theta")
"""A second base, in files of model types nobody knows: sliding layers have it."""
PARAMETERS = {
    "rope_type", "type", "rope_theta", "partial_rotary_factor", "factor", "short_factor",
    "long_factor", "mrope_section", "xdrope_section", "truncate",
}  # fmt: skip
NO_ATTENTION = ("mamba", "conv", "linear_attention", "recurrent", "ssm", "lightning_attention")


class Layers:
    """The kinds of layers of a config.

    Attributes
    ----------
    kinds : dict of str to (dict or None)
        The rope parameters of each kind of layer that is there; None for one that does not rotate.
        Empty where all layers are alike.
    given : dict
        The rope parameters of the file, for a model whose layers are alike.
    notes, doubts : list of str
    """

    def __init__(self, config: dict, architecture: Architecture, used: set[str]):
        self.config, self.architecture, self.used = config, architecture, used
        self.notes: list[str] = []
        self.doubts: list[str] = []
        self.given = self._given()
        row = architecture.row
        used.update(row.get("pattern", ()), [row.get("rotating", "")])
        self.kinds = self._present(self._all_kinds())

    def _get(self, key: str):
        self.used.add(key)
        return self.config.get(key)

    def _given(self) -> dict:
        """Take rope_scaling or rope_parameters: as transformers, the first if both are there."""
        old, new = self._get("rope_scaling"), self._get("rope_parameters")
        if self.architecture.row.get("no_scaling"):
            if old or new:
                self.notes.append(f"{self.architecture.name}'s own code reads no rope_scaling")
            return {}
        old = an_object("rope_scaling", old) if old else {}
        new = an_object("rope_parameters", new) if new else {}
        if old and new and old != new:
            self.notes.append(
                "rope_scaling and rope_parameters disagree; transformers takes rope_scaling"
            )
            if "rope_theta" in new and "rope_theta" not in old:
                self.notes.append(
                    f"the base in rope_parameters, {short(new['rope_theta'])}, does not count: "
                    "transformers forgets it when rope_scaling stands beside. Put it inside"
                )
        return old or new

    # --- the kinds that a model type has ---

    def _all_kinds(self) -> dict[str, dict | None]:
        if _is_nested(self.given):
            return self._nested()
        if self._lists():
            return self._kinds_of_lists()
        if kinds := self.architecture.row.get("layers"):
            alike_without = self.architecture.row.get("alike_without")
            if alike_without in self.config and self._get(alike_without) is None:
                return {}
            self._doubt_what_kinds_share()
            return {kind: self._parameters_of(kind, rule) for kind, rule in kinds.items()}
        local = next((key for key in LOCAL_BASES if self.config.get(key) is not None), None)
        if local and not self.architecture.known:
            sliding = {"rope_type": "default", "rope_theta": self._get(local)}
            return {"sliding_attention": sliding, "full_attention": self.given}
        return self._usual_kinds()

    def _nested(self) -> dict[str, dict | None]:
        shared = {"truncate": self.given["truncate"]} if "truncate" in self.given else {}
        return {
            kind: shared | value if isinstance(value, dict) else None
            for kind, value in self.given.items()
            if isinstance(value, dict) or value is None
        }

    def _doubt_what_kinds_share(self) -> None:
        """Doubt what transformers 5.23 overlooks in a model type with rules for its kinds."""
        usual = self.architecture.usual.get("rope_parameters", {})
        if not _is_nested(usual) or not self.given:
            return
        if self.given is self.config.get("rope_parameters"):
            self.doubts.append("rope_parameters are not given by kind of layer")
        elif self.given.get("rope_type") is None and self.given.get("type") is not None:
            self.doubts.append("transformers looks for rope_type here, and the file says type")

    def _parameters_of(self, kind: str, rule: dict | None) -> dict | None:
        """Give one kind its parameters by the rule of its model type; None rests."""
        if rule is None:
            return None
        parameters = dict(self.given) if rule.get("scaled", True) else {}
        if "base" not in rule:
            if "rope_theta" in self.given:
                parameters["rope_theta"] = self.given["rope_theta"]
            return parameters
        found = [self._get(key) for key in rule["base"]]
        usual = self.architecture.usual.get("rope_parameters", {}).get(kind, {})
        base = next((base for base in found if base is not None), usual.get("rope_theta"))
        return parameters if base is None else {"rope_theta": base} | parameters

    def _usual_kinds(self) -> dict[str, dict | None]:
        usual = self.architecture.usual.get("rope_parameters", {})
        if not _is_nested(usual):
            if not self.given and "rope_type" in usual:
                self.notes.append(
                    "no rope parameters in the file: these are transformers' for its model_type"
                )
                self.given = dict(usual)
            return {}
        flat = ("rope_theta", "partial_rotary_factor")
        if self.given or any(self.config.get(key) is not None for key in flat):
            self.doubts.append(
                f"{self.architecture.name} has several kinds of layers, and the file's rope "
                "parameters are not given by kind"
            )
            return {kind: value and value | self.given for kind, value in usual.items()}
        return dict(usual)

    # --- lists, one value a layer ---

    def _lists(self) -> dict[str, list]:
        keys = (*self.architecture.keys("base"), *self.architecture.keys("share"))
        return {key: self.config[key] for key in keys if isinstance(self.config.get(key), list)}

    def _kinds_of_lists(self) -> dict[str, dict | None]:
        """Read lists of one value a layer: the first layer of each kind speaks for its kind."""
        lists, names = self._lists(), self._get("layer_types")
        if not isinstance(names, list) or not names:
            key, values = next(iter(lists.items()))
            raise ValueError(f"{key} is {short(values)}; without layer_types, give one number")
        kinds: dict[str, dict | None] = {}
        for layer, name in enumerate(map(str, names)):
            own = {
                "rope_theta" if key in self.architecture.keys("base") else "partial_rotary_factor":
                values[layer] for key, values in lists.items() if layer < len(values)
            }  # fmt: skip
            if kinds.setdefault(name, own) != own:
                doubt = f"{listed([name])} layers differ among themselves; this is the first one"
                self.doubts += [doubt] if doubt not in self.doubts else []
        self.used.update(lists)
        return {
            name: None if own.get("rope_theta") == 0 else self._scaling_of(name) | own
            for name, own in kinds.items()
        }

    def _scaling_of(self, kind: str) -> dict:
        only = self._get(self.architecture.row.get("scaled_only", "")) or [kind]
        return self.given if kind in only else {}

    # --- the kinds that this file has ---

    def _present(self, kinds: dict[str, dict | None]) -> dict[str, dict | None]:
        """Leave out the kinds of layers of which the file has none."""
        named = self._get("layer_types")
        if isinstance(named, list) and any(name in kinds for name in map(str, named)):
            return {kind: kinds[kind] for kind in kinds if kind in named}
        row = self.architecture.row
        if not kinds or "every" not in row:
            return kinds
        rotating = self._get(row.get("rotating", ""))
        if isinstance(rotating, list) and rotating:
            keep = {bool(rests) for rests in rotating}
            return {kind: value for kind, value in kinds.items() if (value is not None) in keep}
        every, layers = self._every(), self._get("num_hidden_layers")
        if every == 1:
            return {"full_attention": kinds["full_attention"]}
        first = 1 if row.get("first") else every
        if isinstance(layers, int) and layers < first:
            return {kind: value for kind, value in kinds.items() if kind != "full_attention"}
        return kinds

    def _every(self) -> int:
        """Count the layers from one that looks at everything to the next."""
        found = [self._get(key) for key in self.architecture.row.get("pattern", ())]
        given = next((value for value in found if value), None)
        given = len(given) if isinstance(given, str) else given
        return given if isinstance(given, int) else self.architecture.row["every"]

    def resting(self) -> int | None:
        """Count the layers that do not rotate where no name tells them; None if all do."""
        row = self.architecture.row
        if "rotating" not in row or "layers" in row:
            return None
        rotating = self._get(row["rotating"])
        if isinstance(rotating, list) and rotating:
            return sum(not rotates for rotates in rotating) or None
        layers = self._get("num_hidden_layers") or self.architecture.usual["num_hidden_layers"]
        return layers // self._every() or None if isinstance(layers, int) else None


def has_attention(kind: str) -> bool:
    """Tell whether layers of a kind attend at all; without attention nothing rotates."""
    return not any(word in kind for word in NO_ATTENTION)


def _is_nested(parameters: dict) -> bool:
    """Tell parameters by kind of layer from the parameters themselves."""
    return any(
        isinstance(value, dict) and key not in PARAMETERS for key, value in parameters.items()
    )
