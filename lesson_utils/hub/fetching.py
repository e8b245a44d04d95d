"""Tell a path from an id on the Hugging Face hub, and fetch the config of an id: nothing else."""

import re
from pathlib import Path


def looks_like_id(source: str) -> bool:
    """Tell whether a name is an id such as ``owner/name``, and not a path mistyped."""
    owner = source.partition("/")[0]
    is_id = re.fullmatch(r"\w[\w.-]*/\w[\w.-]*", source) and not source.endswith((".json", ".gguf"))
    return bool(is_id) and not Path(source).exists() and not Path(owner).is_dir()


def fetch_config(name: str) -> Path:
    """Fetch a model's config.json, or params.json, from the hub; no other file, and no code.

    Parameters
    ----------
    name : str
        An id on the Hugging Face hub.

    Returns
    -------
    pathlib.Path
        The file, in the hub's own cache, where a second call finds it without a network.

    Raises
    ------
    ValueError
        If ``huggingface_hub`` is not installed, or the file cannot be had. One line.
    """
    try:
        from huggingface_hub import try_to_load_from_cache
        from huggingface_hub.errors import EntryNotFoundError
    except ImportError:
        raise ValueError(
            f'{name} is no file; to fetch it from the hub, run `pip install "transformers>=5.2"`'
        ) from None
    try:
        try:
            return _download(name, "config.json")
        except EntryNotFoundError:
            return _download(name, "params.json")
    except Exception as error:  # theirs are of many kinds: offline, gated, missing
        if isinstance(cached := try_to_load_from_cache(name, "config.json"), str):
            return Path(cached)
        why = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise ValueError(
            f"{name} is no file, and its config cannot be fetched from the hub: {why}"
        ) from None


def _download(name: str, file: str) -> Path:
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url

    # Without a network this fails at once, where hf_hub_download would try for half a minute.
    get_hf_file_metadata(hf_hub_url(name, file), timeout=10)
    return Path(hf_hub_download(name, file))
