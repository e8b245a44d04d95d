"""Write down what ``transformers`` fills in for each model type, and which types do not rotate.

    python -m tools.survey_transformers

The table is read by ``lesson_utils.hub``, which works without ``transformers``.
"""

import json
import re
from importlib.util import find_spec
from pathlib import Path

import transformers
from transformers import CONFIG_MAPPING
from transformers.models.auto.configuration_auto import model_type_to_module_name

from lesson_utils.files import write_whole

TARGET = Path(__file__).parents[1] / "lesson_utils" / "hub" / "defaults.json"
MODELS = Path(find_spec("transformers").origin).parent / "models"
SIZES = ("hidden_size", "num_attention_heads", "num_hidden_layers", "max_position_embeddings")
PARTS = ("text_config", "thinker_config", "vlm_config", "decoder")
"""Where a composite model's config keeps its language part."""
WORDS = re.compile(r"rotary|inv_freq|\brope\b|_rope|rope_", re.IGNORECASE)


def survey() -> dict:
    """Ask every config class of ``transformers`` for its defaults."""
    transformers.logging.set_verbosity(transformers.logging.CRITICAL)
    types, without = {}, []
    for model_type in sorted(CONFIG_MAPPING):
        found = describe(model_type)
        if found is None:
            without.append(model_type)
        elif found:
            types[model_type] = found
    return {
        "source": f"transformers {transformers.__version__}, printed from its config classes",
        "command": "python -m tools.survey_transformers",
        "by_model_type": types,
        "without_rope": without,
    }


def describe(model_type: str) -> dict | None:
    """Describe a model type: its defaults, or {} if nobody knows; None if it does not rotate."""
    try:
        config = CONFIG_MAPPING[model_type]()
    except Exception:  # two types cannot be made without arguments
        return {}
    for part in PARTS:
        inner = getattr(config, part, None)
        if hasattr(inner, "model_type") and not has_rope(config):
            return {"part": part, "part_type": inner.model_type}
    if has_rope(config) or WORDS.search(code_of(model_type)):
        return defaults_of(model_type, config)
    return {} if getattr(type(config), "sub_configs", None) else None


def has_rope(config) -> bool:
    return bool(getattr(config, "rope_parameters", None)) or hasattr(config, "rope_theta")


def code_of(model_type: str) -> str:
    folder = MODELS / model_type_to_module_name(model_type)
    return "".join(path.read_text(encoding="utf-8") for path in folder.glob("modeling_*.py"))


def defaults_of(model_type: str, config) -> dict:
    """Collect what a config has without being told."""
    found = {}
    head = "qk_rope_head_dim" if of(config, "qk_rope_head_dim") else "head_dim"
    fixed = [head] if is_fixed(model_type, head) else []
    for name in (*SIZES, *fixed):
        value = of(config, name)
        if isinstance(value, int) and value > 0:
            found[name] = value
    if "partial_rotary_factor" in code_of(model_type):
        found["reads_share"] = True
    parameters = dict(getattr(config, "rope_parameters", None) or {})
    nested = any(isinstance(value, dict) for value in parameters.values())
    if nested or parameters.get("rope_type", "default") != "default":
        theta = getattr(type(config), "default_theta", None)
        found |= {"rope_theta": theta} if isinstance(theta, int | float) else {}
        if (
            not nested
            and CONFIG_MAPPING[model_type](rope_theta=5.0).rope_parameters["rope_theta"] == 5.0
        ):  # a key outside counts, so the default is not part of the parameters
            del parameters["rope_theta"]
        found["rope_parameters"] = parameters
    else:
        names = ("rope_theta", "partial_rotary_factor")
        found |= {name: parameters[name] for name in names if name in parameters}
    return found


def is_fixed(model_type: str, name: str) -> bool:
    """Tell whether a size is a number of its own, not worked out from hidden_size."""
    config = CONFIG_MAPPING[model_type]()
    hidden = of(config, "hidden_size")
    if not isinstance(hidden, int):
        return True
    try:
        other = CONFIG_MAPPING[model_type](hidden_size=2 * hidden)
    except Exception:  # sizes that must fit others
        return True
    return of(other, name) == of(config, name)


def of(config, name: str):
    """Read an attribute, or None where kinds of layers differ in it."""
    try:
        return getattr(config, name, None)
    except Exception:  # a config with layers of several sizes refuses to name one
        return None


def one_line_a_type(found: dict) -> str:
    """Write JSON that a person can read and compare: a line for each model type."""
    types = ",\n".join(
        f"  {json.dumps(name)}: {json.dumps(values)}"
        for name, values in found["by_model_type"].items()
    )
    rest = json.dumps(found | {"by_model_type": "TYPES"}, indent=1)
    return rest.replace('"TYPES"', "{\n" + types + "\n }") + "\n"


if __name__ == "__main__":
    write_whole(TARGET, one_line_a_type(survey()))
