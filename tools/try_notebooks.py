"""Run notebooks and save nothing: python -m tools.try_notebooks --python PATH.

PATH is the Python of another environment; left out, it is this one.

For each notebook it prints the seconds, the processor time, and the most memory that all of its
processes held together. With ``--lean`` they get what Binder gives: 2 GB, one core and no network.
One that takes more memory is stopped, and has failed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("notebooks", "solutions", "exercises")
MEMORY = 2 * 10**9
TIMEOUT = 900
"""Seconds that one cell may take. A cell that hangs is to end; a slow machine is not a fault."""

# Without a network there is no 127.0.0.1 either, so the kernel is talked to through files.
RUN = """
import os, sys, nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
path, folder, timeout = sys.argv[1:]
sockets = os.path.join(os.environ["JUPYTER_RUNTIME_DIR"], "socket")
manager = AsyncKernelManager(transport="ipc", ip=sockets, kernel_name="python3")
notebook = nbformat.read(path, as_version=4)
here = {"metadata": {"path": folder}}
limits = {"timeout": int(timeout), "startup_timeout": int(timeout)}
NotebookClient(notebook, km=manager, resources=here, **limits).execute()
"""
WITHOUT_NETWORK = ("unshare", "--map-root-user", "--net")


@dataclass(frozen=True)
class Tried:
    """What running a notebook took: seconds, processor seconds, bytes; and what went wrong."""

    seconds: float
    processor: float
    memory: int
    trouble: str = ""


def main(arguments: list[str] | None = None) -> int:
    """Run the notebooks named, print a line for each, and return 1 if one failed."""
    parser = argparse.ArgumentParser(description="Run notebooks, and save nothing.")
    parser.add_argument("notebooks", nargs="*", type=Path, help=f"left out: all of {FOLDERS}")
    parser.add_argument("--python", default=sys.executable, help="the environment's Python")
    parser.add_argument("--lean", action="store_true", help="2 GB, one core and no network")
    options = parser.parse_args(arguments)
    if options.lean and not network_can_be_taken_away():
        print("The network stays on: this system has no unshare that takes it away.")
    print(f"{'notebook':48} seconds  processor   memory")
    tried = []
    for path in options.notebooks or every_notebook():
        result = attempt(path.resolve(), python=options.python, lean=options.lean)
        tried.append(result)
        name = str(path.resolve().relative_to(ROOT))
        print(
            f"{name:48} {result.seconds:5.0f} s {result.processor:8.0f} s "
            f"{result.memory / 10**6:5,.0f} MB  {result.trouble or 'ran'}",
            flush=True,
        )
    failed = sum(bool(result.trouble) for result in tried)
    print(
        f"{len(tried) - failed} ran, {failed} failed; {sum(t.seconds for t in tried):,.0f} s, "
        f"{sum(t.processor for t in tried):,.0f} s of processor time, "
        f"{max(t.memory for t in tried) / 10**6:,.0f} MB at most"
    )
    return 1 if failed else 0


def every_notebook() -> list[Path]:
    """List the lessons, their exercises with and without answers."""
    return [path for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.ipynb"))]


def network_can_be_taken_away() -> bool:
    """Say whether this system starts processes that have no network."""
    if not shutil.which(WITHOUT_NETWORK[0]):
        return False
    return subprocess.run([*WITHOUT_NETWORK, "true"], capture_output=True).returncode == 0


def attempt(path: Path, *, python: str, lean: bool, environment: dict | None = None) -> Tried:
    """Run one notebook in its folder, in processes of its own.

    Parameters
    ----------
    path : Path
    python : str
        The Python of the environment that it runs in.
    lean : bool
        Give it what Binder gives: :data:`MEMORY`, one core, no network.
    environment : dict, optional
        Environment variables besides this process's own.
    """
    command = [python, "-c", RUN, str(path), str(path.parent), str(TIMEOUT)]
    if lean and network_can_be_taken_away():
        command = [*WITHOUT_NETWORK, *command]
    variables = {"STRETCHING_ROPE_PROGRESS": "off", "JUPYTER_PREFER_ENV_PATH": "1"}
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as log:
        process = psutil.Popen(
            command,
            env={**os.environ, **variables, "JUPYTER_RUNTIME_DIR": folder, **(environment or {})},
            stdout=log,
            stderr=log,
            preexec_fn=keep_to_one_core if lean else None,
        )
        memory, processor, trouble = watch(process, limit=MEMORY if lean else None)
        log.seek(0)
        told = log.read().decode("utf-8", "replace").strip()
    if process.returncode and not trouble:
        trouble = f"failed:\n{told}"
    return Tried(time.perf_counter() - started, processor, memory, trouble)


def keep_to_one_core() -> None:
    """Hold this process to one of the cores that it may use, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def watch(process: psutil.Popen, *, limit: int | None) -> tuple[int, float, str]:
    """Wait for a process and its children.

    Returns
    -------
    int, float, str
        The most bytes that they held together, the seconds of processor time, and any trouble.
    """
    most, seconds, trouble = 0, {}, ""
    while process.poll() is None and not trouble:
        family = family_of(process)
        most = max(most, sum(map(resident, family)))
        seconds |= {member.pid: processor_time(member) for member in family}
        if limit and most > limit:
            trouble = f"stopped: {most / 10**6:,.0f} MB is more than {limit / 10**6:,.0f}"
            for member in family:
                with_no_complaint(member.kill)
        time.sleep(0.1)
    process.wait()
    return most, sum(seconds.values()), trouble


def family_of(process: psutil.Process) -> list[psutil.Process]:
    return [process, *(with_no_complaint(process.children, recursive=True) or ())]


def resident(process: psutil.Process) -> int:
    """Return the bytes that a process holds in memory; what it shares with others counts here."""
    info = with_no_complaint(process.memory_info)
    return info.rss if info else 0


def processor_time(process: psutil.Process) -> float:
    times = with_no_complaint(process.cpu_times)
    return times.user + times.system if times else 0.0


def with_no_complaint(call, **options):
    """Call what may find its process gone; return None then."""
    try:
        return call(**options)
    except psutil.NoSuchProcess:
        return None


if __name__ == "__main__":
    raise SystemExit(main())
