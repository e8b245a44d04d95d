"""Between this course and the models of others: write ours for their loaders, read theirs.

Everything here speaks Hugging Face's language: a folder with ``config.json``, safetensors and a
tokenizer. Writing one (:mod:`.export`) needs nothing beyond the course; reading one
(:mod:`.reading`) needs ``transformers``.
"""
