"""Make an environment with other versions than the lock's: python -m tools.other_versions oldest.

``oldest`` has the lower bounds of pyproject.toml, ``latest`` the newest of everything, ``colab``
what stands in tools/colab.txt. The first two are resolved for every Python that the course
promises; what is installed is for this one. Needs uv, which reads an index in seconds.

On Linux torch comes from PyTorch's own index of builds for the CPU, since PyPI's brings gigabytes
of CUDA. Where that index has not the version that is asked for, the lock's is taken, and the list
at the end says so.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLAB, LOCK = ROOT / "tools" / "colab.txt", ROOT / "requirements.lock"
TESTS = re.compile(r"(hypothesis|sortedcontainers)==")
"""What the unit tests import, and Colab has not."""
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
LEARNERS = ("lab", "open-weights", "real-model")
"""The extras that a learner may ask for, and so their lower bounds are promised as well."""
TOLD = ("torch", "numpy", "matplotlib", "plotly", "ipywidgets", "anywidget", "sympy")
OF_TORCH = re.compile(r"(torch|triton|nvidia-|cuda-)")


def main(arguments: list[str] | None = None) -> int:
    """Resolve, install, and say which versions there are now."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("which", choices=("oldest", "latest", "colab"))
    parser.add_argument("--python", required=True, help="the Python of an empty environment")
    parser.add_argument("--torch-index", required=True, help="where builds for the CPU are")
    options = parser.parse_args(arguments)
    if options.which == "colab":
        wanted = [*lines_of(COLAB), *(line for line in lines_of(LOCK) if TESTS.match(line))]
    else:
        wanted = resolved_for_all(options.which, version_of(options.python))
    wished = dict(line.split("==") for line in wanted if "==" in line)
    install_torch(options.python, wished["torch"], options.torch_index)
    install(options.python, wanted)
    for name in TOLD:
        here = installed(options.python, name)
        asked = "" if here.split("+")[0] == wished[name] else f" (asked for: {wished[name]})"
        print(f"  {name:12} {here}{asked}")
    return 0


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def resolved_for_all(which: str, ours: str) -> list[str]:
    """Resolve for each Python, and return the versions for the one that is here."""
    found = {}
    for version in dict.fromkeys((*PYTHONS, ours)):
        found[version] = resolve(which, version)
        versions = dict(line.split("==") for line in found[version])
        told = ", ".join(f"{name} {versions[name]}" for name in TOLD)
        print(f"Python {version}: {len(versions)} packages; {told}", flush=True)
    return found[ours]


def resolve(which: str, version: str) -> list[str]:
    """List name==version of all that the tests need, for one version of Python."""
    if which == "latest":
        return compiled(version, ("test",))
    # The bounds are promised for what learners install; tests may take newer tools.
    bounds = compiled(version, LEARNERS, "--resolution", "lowest-direct")
    return compiled(version, ("test",), "--constraints", "-", text="\n".join(bounds))


def compiled(version: str, extras: tuple[str, ...], *options: str, text: str = "") -> list[str]:
    """Have uv resolve pyproject.toml, from packages that need no compiler."""
    asked = [f"--extra={extra}" for extra in extras]
    command = [
        sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-annotate", "--no-header",
        "--no-build", "--native-tls", f"--python-version={version}", *asked, *options,
        "pyproject.toml",
    ]  # fmt: skip
    done = subprocess.run(command, input=text, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise SystemExit(f"for Python {version} there is no such set of packages:\n{done.stderr}")
    return done.stdout.split()


def install_torch(python: str, version: str, index: str) -> None:
    """Install this version of torch; on Linux its build for the CPU, or that of the lock's."""
    pip = [python, "-m", "pip", "install", "--quiet", "--no-deps"]
    if sys.platform == "linux":
        pip += ["--index-url", index, "--retries", "1", "--timeout", "15"]
        if subprocess.run([*pip, f"torch=={version}+cpu"], capture_output=True).returncode:
            (locked,) = (line for line in lines_of(LOCK) if line.startswith("torch=="))
            subprocess.run([*pip, f"{locked}+cpu"], check=True)
    else:
        subprocess.run([*pip, f"torch=={version}"], check=True)


def install(python: str, wanted: list[str]) -> None:
    """Install exactly these versions, torch and what belongs to it left aside."""
    lines = [line for line in wanted if "==" in line and not OF_TORCH.match(line)]
    pip = [python, "-m", "pip", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, *lines], check=True)
    subprocess.run([*pip, "--editable", str(ROOT)], check=True)


def version_of(python: str) -> str:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return told_by(python, code)


def installed(python: str, name: str) -> str:
    return told_by(python, f"import importlib.metadata as m; print(m.version({name!r}))")


def told_by(python: str, code: str) -> str:
    return subprocess.run(
        [python, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


if __name__ == "__main__":
    raise SystemExit(main())
