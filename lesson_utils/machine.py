"""The machine at hand: its device, its memory, what a record says of both, and its data folder.

What is not Python's own is imported only where it is asked, so that ``doctor`` can tell that it is
missing.
"""

import os
import platform
import time
from importlib.metadata import version
from pathlib import Path


def choose_device(name: str):
    """Turn ``auto`` into the best device here.

    Parameters
    ----------
    name : str
        ``auto``, ``cpu``, ``cuda`` or ``mps``.

    Returns
    -------
    torch.device

    Raises
    ------
    ValueError
        If the device is not here.
    """
    import torch

    here = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if name == "auto":
        name = next(kind for kind in ("cuda", "mps", "cpu") if here[kind])
    if not here[name]:
        raise ValueError(f"--device {name} is not to be had on this machine; use auto or cpu")
    return torch.device(name)


def device_name(device) -> str:
    """Say what a device is called: a GPU by its model, else ``CPU`` or ``Apple GPU``."""
    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return {"cpu": "CPU", "mps": "Apple GPU"}[device.type]


def data_folder() -> Path:
    """Return where the course keeps what is this learner's own: the system's place for such data.

    ``~/.local/share/stretching-rope`` on Linux, or in ``XDG_DATA_HOME`` if that is set;
    ``~/Library/Application Support`` on a Mac, ``%LOCALAPPDATA%`` on Windows. It may not be there
    yet.
    """
    from platformdirs import user_data_path

    return user_data_path("stretching-rope", appauthor=False)


def memory() -> float | None:
    """Return this machine's memory in GiB, or None where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):
        return None


def memory_of(device) -> float | None:
    """Return the memory that a device has free (a GPU) or has (any other), in GiB."""
    import torch

    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0] / 2**30
    return memory()


def provenance(command: str, device, seed: int) -> dict:
    """Say how a result came about: what a record of it begins with.

    Parameters
    ----------
    command : str
        What was typed.
    device : torch.device
    seed : int

    Returns
    -------
    dict
        ``command``, ``seed``, ``device``, ``versions`` of Python and PyTorch, ``date`` (UTC).
    """
    return {
        "command": command,
        "seed": seed,
        "device": device_name(device),
        "versions": {"python": platform.python_version(), "torch": version("torch")},
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }
