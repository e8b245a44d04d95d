"""Between this course and the models of others: write ours for their loaders, read theirs.

Everything here speaks Hugging Face's language: a folder with ``config.json``, safetensors and a
tokenizer. Writing one (:mod:`.export`) needs nothing beyond the course; loading one
(:mod:`.loading`) and reading with it (:mod:`.reading`) need ``transformers``.
"""
