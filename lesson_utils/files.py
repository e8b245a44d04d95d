"""How the course writes files, whole or not at all, and reads those it does not know.

A file is written beside its place, forced to the disk, and put in its place in one step. Whatever
happens in between (a full disk, a kill, a power cut), what is there is the old file or the new one.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path


def write_whole(path: str | Path, content: str | bytes) -> None:
    r"""Write a file so that it is whole or as it was.

    Parameters
    ----------
    path : str or Path
        In a folder that is there.
    content : str or bytes
        Text becomes UTF-8, and a line of it ends with ``\n`` on every system.

    Raises
    ------
    OSError
        If it cannot be written. The old file, if there was one, is still there.
    """
    data = content.encode() if isinstance(content, str) else content
    with replacing(path) as unfinished:
        unfinished.write_bytes(data)


@contextlib.contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a place to write a file to, and put it at ``path`` when the block ends well.

    For what writes its file itself, such as ``torch.save``. A file that is replaced keeps its
    permissions, and a link still points to it.

    Raises
    ------
    OSError
        If it cannot be written; the error names ``path``.
    """
    path = Path(os.path.realpath(path))
    unfinished = _beside(path)
    try:
        yield unfinished
        _force_to_disk(unfinished)
        if path.exists():
            shutil.copymode(path, unfinished)
        os.replace(unfinished, path)
        _force_folder_to_disk(path.parent)
    except OSError as error:
        if error.filename is not None:
            error.filename, error.filename2 = str(path), None
        raise
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)


@contextlib.contextmanager
def new_folder(folder: str | Path) -> Iterator[Path]:
    """Give an empty folder to fill, and put it at ``folder`` when the block ends well.

    Raises
    ------
    ValueError
        If there is something at ``folder`` already, or it cannot be made.
    """
    folder = Path(os.path.abspath(folder))
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise ValueError(f"{folder} is there already, and not an empty folder; give a new one")
    unfinished = _beside(folder)
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        unfinished.mkdir(parents=True)
    except OSError as error:
        raise _no_folder(folder, error) from None
    try:
        yield unfinished
        for path in unfinished.iterdir():
            _force_to_disk(path)
        _force_folder_to_disk(unfinished)
        if folder.is_dir():
            folder.rmdir()
        os.replace(unfinished, folder)
        _force_folder_to_disk(folder.parent)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def make_folder(folder: str | Path) -> None:
    """Make a folder if it is not there, and see that files can be written in it.

    Raises
    ------
    ValueError
        If it cannot be made, or nothing can be written in it.
    """
    folder = Path(folder)
    if folder.is_file():
        raise ValueError(f"{folder} is a file; give a folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = _beside(folder / "probe")
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise _no_folder(folder, error) from None


def remove_unfinished(path: str | Path) -> None:
    """Remove what killed processes left of a file, if nobody else is writing it now."""
    path = Path(os.path.realpath(path))
    for unfinished in path.parent.glob(f".{path.name}.*.part"):
        unfinished.unlink(missing_ok=True)


def read_at_most(path: str | Path, most: int) -> bytes:
    """Read a file of unknown size, but no further than shows that it is too large.

    Returns
    -------
    bytes
        The file's, or its first ``most + 1``.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    with open(path, "rb") as file:
        return file.read(most + 1)


def _beside(path: Path) -> Path:
    """Name an unfinished file: hidden, in the same folder, and of this process alone."""
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def _no_folder(folder: Path, error: OSError) -> ValueError:
    return ValueError(
        f"cannot write in a folder {folder} ({error.strerror}); give one where you may write"
    )


def _force_to_disk(path: Path) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _force_folder_to_disk(folder: Path) -> None:
    # Windows cannot open a folder, and some network disks cannot force one; the file is there.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
