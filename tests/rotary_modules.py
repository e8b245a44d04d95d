"""The rotary modules of ``transformers``' own models, found and run: an oracle."""

import importlib
import inspect
import re
from functools import cache

import torch
from transformers import CONFIG_MAPPING
from transformers.models.auto.configuration_auto import model_type_to_module_name

ROTARY = re.compile("Rotary|RoPE|Rope")
OF_OTHER_PARTS = re.compile("Attention|Vision|Audio|DiT|Conformer")


@cache
def rotary_class(model_type):
    """Find the rotary module that a model type's code makes of its config, or None."""
    name = model_type_to_module_name(model_type)
    try:
        module = importlib.import_module(f"transformers.models.{name}.modeling_{name}")
    except ModuleNotFoundError:
        return None
    config_class = CONFIG_MAPPING[model_type]
    classes = [
        cls
        for name, cls in vars(module).items()
        if inspect.isclass(cls) and issubclass(cls, torch.nn.Module) and ROTARY.search(name)
    ]
    made_for_it = [cls for cls in classes if _config_of(cls) == config_class.__name__]
    if made_for_it:
        return made_for_it[-1]
    others = (cls for cls in classes if not OF_OTHER_PARTS.search(cls.__name__))
    return next((cls for cls in others if _runs(cls, config_class)), None)


def _config_of(cls):
    """Name the config class in the signature of a module."""
    parameter = inspect.signature(cls.__init__).parameters.get("config")
    if parameter is None or "Attention" in cls.__name__:
        return None
    annotation = parameter.annotation
    return getattr(annotation, "__name__", str(annotation)).strip("'")


def _runs(cls, config_class):
    try:
        return bool(frequencies(cls, config_class()))
    except Exception:  # made for another config
        return False


def frequencies(cls, config):
    """Run a rotary module, and return {kind of layer or None: (inv_freq, attention_scaling)}."""
    module = cls(config)
    buffers = dict(module.named_buffers())
    if "inv_freq" in buffers:
        scaling = float(getattr(module, "attention_scaling", 1.0))
        return {None: (buffers["inv_freq"].numpy(), scaling)}
    ending = "_inv_freq"
    kinds = [n.removesuffix(ending) for n in buffers if n.endswith(ending) and "original" not in n]
    return {
        kind: (buffers[kind + ending].numpy(), float(getattr(module, f"{kind}_attention_scaling")))
        for kind in kinds
    }
