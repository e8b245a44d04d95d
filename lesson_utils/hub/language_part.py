"""Find the language part of a config, which may stand inside that of a larger model.

The sizes of the part are its own: a key of the whole model does not fill in for one that the part
leaves out, since loaders fill in the default of the part's model type.
"""

from lesson_utils.hub.architectures import ELSEWHERE, SIZES, STANDARD, find

PARTS = (
    "text_config", "llm_config", "language_config", "thinker_config", "vlm_config", "llm_cfg",
    "text_cfg", "lm_config", "language_model_config", "text_model_config",
)  # fmt: skip
"""Where published files keep the language part."""
DECIDING = frozenset(
    {"rope_scaling", "rope_parameters", "qk_rope_head_dim", "original_max_position_embeddings"}
    | {key for table in (STANDARD, SIZES, ELSEWHERE) for keys in table.values() for key in keys}
)
META_SCALING = {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                "original_max_position_embeddings": 8192}  # fmt: skip
"""``apply_scaling`` in meta-llama/llama-models, models/llama3/model.py."""


def language_part(config: dict) -> tuple[dict, list[str], list[str]]:
    """Go down to the language part of a config.

    Parameters
    ----------
    config : dict
        A config.json, or Mistral's or Meta's params.json.

    Returns
    -------
    part : dict
        In the form of a config.json.
    notes : list of str
        Where it was found, and what outside it was left out.
    doubts : list of str
        What a loader would have to know besides.
    """
    if "dim" in config and "n_heads" in config and "model_type" not in config:
        part, doubts = from_params_json(config)
        return part, ["read as a params.json, the form of Mistral's and Meta's own files"], doubts
    path, notes, doubts = [], [], []
    while (name := part_name(config)) is not None:
        part = dict(config.get(name) or {})
        if not part:
            doubts.append(f"the file leaves out {name}, the language part of this model")
        outer = find(config.get("model_type"))
        part.setdefault("model_type", outer.row.get("part_type") or outer.usual.get("part_type"))
        if not find(part["model_type"]).known:  # nobody knows what its loader would fill in
            part = {k: v for k, v in config.items() if k in DECIDING and k not in part} | part
        notes += outside_notes(config, part, name)
        path.append(name)
        config = part
    if path:
        notes.insert(0, f"read from {'.'.join(path)}, the language part of this model")
    elif part_type := find(config.get("model_type")).usual.get("part_type"):
        outer, config = find(config["model_type"]), dict(config, model_type=part_type)
        if not outer.row.get("flat"):
            doubts.append(f"{outer.name} keeps its language part apart, and this file does not")
    return config, notes, doubts


def part_name(config: dict) -> str | None:
    """Name the key that holds the language part, or return None if this is it."""
    for name in PARTS:
        if isinstance(config.get(name), dict) and config[name]:
            return name
    if any(key in config for key in DECIDING):  # an older file, whose keys stand flat
        return None
    return find(config.get("model_type")).usual.get("part")


def outside_notes(config: dict, part: dict, name: str) -> list[str]:
    """Name what stands outside the language part, speaks of RoPE, and says something else."""
    outside = sorted(
        key for key in DECIDING & config.keys() if config[key] and config[key] != part.get(key)
    )
    if not outside:
        return []
    return [f"outside {name}, and not read there: {', '.join(outside)}"]


def from_params_json(config: dict) -> tuple[dict, list[str]]:
    """Turn Mistral's or Meta's params.json into the form of a config.json.

    References
    ----------
    vllm, transformers_utils/configs/mistral.py; meta-llama/llama-models, models/llama3/args.py.
    """
    part, doubts = dict(config, model_type="mistral-params.json"), []
    yarn = part.pop("yarn", None)
    if isinstance(yarn, dict):
        part["rope_scaling"] = mistral_yarn(yarn, latent=bool(config.get("qk_rope_head_dim")))
    if part.pop("use_scaled_rope", False):
        given = {
            "factor": part.pop("rope_scaling_factor", None),
            "high_freq_factor": part.pop("rope_high_freq_factor", None),
        }
        given = {name: value for name, value in given.items() if value is not None}
        part["rope_scaling"] = {"rope_type": "llama3"} | META_SCALING | given
        if "factor" not in given:
            doubts.append(
                "use_scaled_rope does not say its factor: 8 is Llama 3.1's, Llama 3.2's is 32"
            )
    if config.get("rope_theta") is None:
        doubts.append("no rope_theta: Llama 2 and Mistral 7B v0.1 mean 10,000, later code others")
    return part, doubts


def mistral_yarn(yarn: dict, *, latent: bool) -> dict:
    """Rename the keys of Mistral's yarn; ``apply_scale`` says whether it has a temperature."""
    names = {"beta": "beta_fast", "alpha": "beta_slow"}
    scaling = {names.get(key, key): value for key, value in yarn.items() if key != "apply_scale"}
    scaling["rope_type"] = "yarn"
    if yarn.get("apply_scale") is False:
        scaling["attention_factor"] = 1.0
    elif latent:
        scaling |= {"mscale": 1.0, "mscale_all_dim": 1.0}
    return scaling
