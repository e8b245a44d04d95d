"""Run lesson 00 as Colab does, first cell and all: python -m tools.first_cell --python PATH.

The cell installs the course from GitHub, at the ref of the address. Here git is told to take the
last commit of this copy instead. After that only the course may have been added: Colab's own
packages must be the versions that they were.
"""

import argparse
import os
import subprocess
import tempfile
from pathlib import Path

from lesson_utils.catalogue import COURSE
from lesson_utils.files import write_whole
from tools.try_notebooks import ROOT, attempt

# What a Colab kernel has imported before the first cell runs, as far as the course asks for it.
COLAB = {
    "sitecustomize.py": "import google.colab.output\n",
    "google/__init__.py": "",
    "google/colab/__init__.py": "",
    "google/colab/output.py": "def enable_custom_widget_manager():\n    pass\n",
}
PACKAGE = "lesson-utils"


def main(arguments: list[str] | None = None) -> int:
    """Run the lesson, and say what its first cell changed; return 1 if that is not the course."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--python", required=True, help="the Python of Colab's environment")
    python = parser.parse_args(arguments).python
    subprocess.run([python, "-m", "pip", "uninstall", "--quiet", "--yes", PACKAGE], check=True)
    before = packages(python)
    lesson = ROOT / "notebooks" / COURSE.lessons[0].file
    with tempfile.TemporaryDirectory() as folder:
        result = attempt(lesson, python=python, lean=False, environment=as_on_colab(Path(folder)))
    changed = before ^ packages(python)
    ours = {line for line in changed if line.startswith((PACKAGE, PACKAGE.replace("-", "_")))}
    print(f"The first cell installed {', '.join(ours) or 'nothing'}")
    print(f"and lesson 00 {result.trouble or 'ran'} in {result.seconds:.0f} s.")
    if changed != ours:
        print(f"It changed what it must leave alone: {', '.join(sorted(changed - ours))}")
    return 0 if ours and changed == ours and not result.trouble else 1


def as_on_colab(folder: Path) -> dict[str, str]:
    """Make Colab's modules and a copy of the repository; return the variables that show them."""
    for name, text in COLAB.items():
        path = folder / "modules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    copy = folder / "repository"
    git = ["git", "clone", "--quiet", "--bare", str(ROOT), str(copy)]
    subprocess.run(git, check=True)
    head = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    for kind in ("heads", "tags"):  # the ref may be either, and pip takes what it finds first
        ref = f"refs/{kind}/{COURSE.address.ref}"
        subprocess.run(["git", "-C", str(copy), "update-ref", ref, head], check=True)
    return {
        "PYTHONPATH": str(folder / "modules"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{copy.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": f"https://github.com/{COURSE.address.repository}",
        "PATH": os.environ["PATH"],
    }


def packages(python: str) -> set[str]:
    """List what is installed, as name==version or where it came from."""
    pip = [python, "-m", "pip", "freeze"]
    return set(subprocess.run(pip, capture_output=True, text=True, check=True).stdout.splitlines())


if __name__ == "__main__":
    raise SystemExit(main())
