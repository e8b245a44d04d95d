"""Copy from afar: a measure that a reader cannot win by forgetting.

A random string stands in a text, and ``distance`` bytes later it begins again. Nothing but the
first copy tells how the second goes on. So a reader that has forgotten it can only guess among the
characters that such strings are made of: ln 36, or 3.58 nats a byte.
"""

from collections.abc import Sequence

import numpy as np
import torch

from lesson_utils.corpus import Document
from lesson_utils.model import TinyLlama, rotary_attention
from lesson_utils.perplexity import byte_losses
from lesson_utils.rope import RotaryFrequencies

CHARACTERS = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz0123456789", dtype=np.uint8)
GIVEN, SCORED = 8, 16
"""Bytes of the second copy that only say which string it is, and bytes after them that count."""
FORMS = {"bare": (b"", b""), "code": (b'\n    secret = "', b'"\n')}
"""What stands before and after a string: nothing, or a line of Python around it."""
WINDOWS_AT_ONCE = 8


def copy_windows(
    documents: Sequence[Document],
    distance: int,
    *,
    length: int,
    strings: int,
    form: str = "bare",
    seed: int = 0,
) -> torch.Tensor:
    """Hide a string in windows of real text, and let it begin again at their end.

    Parameters
    ----------
    documents : sequence of Document
        Windows are cut from them in turn, at random places.
    distance : int
        Bytes from the first copy to the second.
    length : int
        Bytes in a window.
    strings : int
        How many windows to make, each with a string of its own.
    form : str
        ``"bare"``, or ``"code"`` for a line of Python around the string.
    seed : int
        Places and strings follow from it, and are the same at every distance.

    Returns
    -------
    torch.Tensor
        int64 [strings, length]. The last ``SCORED`` bytes of each window are those to score.

    Raises
    ------
    ValueError
        If the distance is too short for the copies not to overlap, or too long for the window.
    """
    before, after = FORMS[form]
    copy = len(before) + GIVEN + SCORED
    nearest, farthest = copy + len(after), length - copy
    if not nearest <= distance <= farthest:
        raise ValueError(
            f"distance is {distance}; in windows of {length} give {nearest} to {farthest}"
        )
    random, windows = np.random.default_rng(seed), []
    for number in range(strings):
        document = documents[number % len(documents)]
        start = random.integers(len(document) - length + 1)
        window = document.data[start : start + length].copy()
        string = random.choice(CHARACTERS, GIVEN + SCORED).tobytes()
        first, second = length - copy - distance, length - copy
        hidden = np.frombuffer(before + string + after, dtype=np.uint8)
        window[first : first + len(hidden)] = hidden
        window[second:] = hidden[:copy]
        windows.append(window)
    return torch.from_numpy(np.stack(windows).astype(np.int64))


def copy_losses(
    model: TinyLlama,
    windows: torch.Tensor,
    frequencies: RotaryFrequencies | None = None,
    *,
    attend=rotary_attention,
) -> np.ndarray:
    """Score the second copies of :func:`copy_windows`.

    Parameters
    ----------
    model : TinyLlama
    windows : torch.Tensor
        int64 [strings, length].
    frequencies, attend
        As for :func:`lesson_utils.perplexity.score_windows`.

    Returns
    -------
    np.ndarray
        float32 [strings, SCORED], nats a byte.
    """
    parts = [
        byte_losses(model, part.to(model.device), frequencies, attend=attend)[:, -SCORED:].cpu()
        for part in windows.split(WINDOWS_AT_ONCE)
    ]
    return torch.cat(parts).numpy()
