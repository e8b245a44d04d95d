"""``python -m lesson_utils doctor``: what runs here, what is missing, and how to get it.

It starts with Python's own library alone, since what it is asked for is what else is missing.
"""

import os
import platform
import re
import sys
import tomllib
import warnings
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from lesson_utils.commands.options import WEIGHTS
from lesson_utils.machine import choose_device, device_name, memory

HELP = "say what runs here, and what is missing"
ROOT = Path(__file__).parents[2]
"""The folder that the course was cloned into, if it is used from there."""


def add_arguments(parser) -> None:
    """Add nothing: doctor looks at everything."""


def run(options) -> int:
    """Print what runs here and what is missing; return 1 if something is."""
    report = Report()
    report.check("Python", python, "install Python 3.11 or newer")
    for requirement in requirements():
        report.check(requirement.name, requirement.require, requirement.fix())
    lab = "run `make lab`, or open a hosted notebook"
    report.check("JupyterLab", Requirement("jupyterlab").require, lab)
    report.check("device", device, "install PyTorch again", needs=("torch",))
    report.check("memory", memory_in_words, "")
    for name in WEIGHTS:
        needs, fix = ("torch", "numpy", "safetensors"), "install the course again"
        report.check(f"weights {name}", lambda name=name: weights(name), fix, needs=needs)
    report.check("documents", documents, advice("sympy"), needs=("numpy",))
    return report.close()


class Report:
    """The lines that doctor prints, and the names of what is to be mended."""

    def __init__(self):
        self.faults: list[str] = []

    def check(self, name: str, probe, fix: str, *, needs: tuple[str, ...] = ()) -> None:
        """Print what a probe finds, or what it raises and the fix."""
        missing = [module for module in needs if find_spec(module) is None]
        if missing:
            print(f"?     {name}: not looked at, for want of {missing[0]}")
            return
        try:
            print(f"ok    {name}: {probe()}")
        except Exception as error:  # whatever is wrong, the other checks should still be made
            self.faults.append(name)
            words = " ".join(str(error).split()) or type(error).__name__
            print(f"FAULT {name}: {words}\n      {fix}")

    def close(self) -> int:
        """Print the last line; return 1 if there was a fault."""
        count, names = len(self.faults), ", ".join(self.faults)
        print(f"{count} to mend: {names}" if count else "all is well")
        return 1 if count else 0


@dataclass(frozen=True)
class Requirement:
    """A package that the course declares, and the least version that will do."""

    name: str
    least: str = ""

    def found(self) -> str | None:
        """Return the version that is installed, or None."""
        try:
            return metadata.version(self.name)
        except metadata.PackageNotFoundError:
            return None

    def require(self) -> str:
        """Return the version that is installed, or raise."""
        found = self.found()
        if found is None:
            raise RuntimeError(f"{self.name} is not installed")
        if release(found) < release(self.least):
            raise RuntimeError(f"{found} is too old; the course needs {self.least}")
        return found

    def fix(self) -> str:
        return advice(self.name if self.found() is None else f"--upgrade {self.name}")


def requirements() -> list[Requirement]:
    """List what the course declares that every learner needs.

    The list is that of the installed package, or of ``pyproject.toml`` where it is not installed.
    """
    try:
        lines = metadata.requires("lesson-utils")
    except metadata.PackageNotFoundError:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        lines = project["project"]["dependencies"]
    # What follows a semicolon is the condition under which an extra, or a system, needs a package.
    found = [re.match(r"([\w.-]+)\s*(?:>=\s*([\d.]+))?", line) for line in lines if ";" not in line]
    return [Requirement(match[1], match[2] or "") for match in found]


def release(version: str) -> tuple[int, ...]:
    """Turn ``2.13.0+cpu`` into (2, 13), which compares as versions do."""
    numbers = [int(number) for number in re.match(r"[\d.]*", version)[0].split(".") if number]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def advice(package: str) -> str:
    """Say how to get a package: in the course's own environment, if there is or can be one."""
    environment = ROOT / ".venv"
    here = Path(sys.prefix).resolve() == environment.resolve()
    if (environment / "pyvenv.cfg").is_file() and not here:
        return f"it may be in {environment}: run `{activation(environment)}`, and ask again"
    if (ROOT / "Makefile").is_file() and sys.prefix == sys.base_prefix and not in_conda():
        return "run `make lab`, which installs it"
    return f"run `pip install {package}`"


def activation(environment: Path) -> str:
    """Say what to type to have an environment's ``python`` be the shell's."""
    if os.name == "nt":
        return f"{environment}\\Scripts\\activate"
    return f"source {environment}/bin/activate"


def in_conda() -> bool:
    return (Path(sys.prefix) / "conda-meta").is_dir()


def python() -> str:
    return f"{platform.python_version()} on {platform.system()} {platform.machine()}"


def device() -> str:
    return f"{device_name(choose_device('auto'))}, {os.cpu_count()} CPU cores"


def memory_in_words() -> str:
    known = memory()
    return "unknown" if known is None else f"{known:.1f} GiB"


def weights(name: str) -> str:
    from lesson_utils.weights import checksum, load

    load(name)
    return f"checksum {checksum(name)[:16]} holds"


def documents() -> str:
    from lesson_utils.corpus import default_documents

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = default_documents()
    return f"{len(found)} modules of SymPy {metadata.version('sympy')}"
