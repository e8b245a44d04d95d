"""Run notebooks from a fresh kernel and save them in normal form.

    python -m tools.run_notebooks                         all of notebooks/ and solutions/
    python -m tools.run_notebooks notebooks/04*.ipynb     only these
    python -m tools.run_notebooks --check                 run nothing; look at what is saved

Normal form means that running the same notebook twice writes the same bytes, so that a diff shows
what changed for the learner and nothing else. A notebook in which a cell fails is left as it was.

A cell that reveals a result after a guess is saved folded: JupyterLab hides its output until it is
run, and the published pages until it is clicked. To fold another cell, give it the tag hide-output.
"""

import argparse
import copy
import os
import re
import sys
import textwrap
import time
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from lesson_utils.files import write_whole

ROOT = Path(__file__).resolve().parent.parent
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    # Jupyter's own entry names the patch version of whoever ran the notebook last.
    "language_info": {"name": "python"},
}
# The first points to a widget in a kernel that is gone, by a number that is new each time. The
# others are a view's script and a plotly figure, 40 to 300 kB that each run writes again.
NOT_SAVED = (
    "application/vnd.jupyter.widget-view+json",
    "application/javascript",
    "application/vnd.plotly.v1+json",
)
REVEALS = re.compile(r"^reveal\(", re.MULTILINE)
FOLDED = "hide-output"
"""The tag by which MyST-NB folds an output."""


class CellFailed(Exception):
    """A cell that raised, ran too long, or took the kernel down with it."""


def main(arguments: list[str] | None = None) -> int:
    """Run, or check, the notebooks named; return 1 if one failed."""
    parser = argparse.ArgumentParser(description="Run notebooks afresh and save them.")
    parser.add_argument(
        "notebooks", nargs="*", type=Path, help="left out: notebooks/ and solutions/"
    )
    parser.add_argument("--check", action="store_true", help="run nothing, look at what is saved")
    parser.add_argument("--timeout", type=int, default=300, help="seconds for one cell (300)")
    options = parser.parse_args(arguments)
    os.environ["STRETCHING_ROPE_PROGRESS"] = (
        "off"  # what a card says must not depend on who runs it
    )
    failed = 0
    for path in options.notebooks or every_notebook():
        try:
            if options.check:
                complaints = problems(path.read_text(encoding="utf-8"))
                print(f"{path.name}: {'; '.join(complaints) or 'in normal form'}")
                failed += bool(complaints)
            else:
                print(f"{path.name}: {run(path, timeout=options.timeout)}", flush=True)
        except (CellFailed, OSError, nbformat.reader.NotJSONError) as error:
            print(f"{path.name}: {error}", file=sys.stderr)
            failed += 1
    return 1 if failed else 0


def every_notebook() -> list[Path]:
    """List the notebooks that are saved with their outputs: the lessons, then the solutions."""
    return [p for name in ("notebooks", "solutions") for p in sorted((ROOT / name).glob("*.ipynb"))]


def run(path: Path, *, timeout: int) -> str:
    """Execute a notebook in its own folder and save it; return what that took."""
    started = time.perf_counter()
    notebook = normal_form(nbformat.read(path, as_version=4))
    reached, peak = 0, 0

    def note_cell(cell, cell_index):
        nonlocal reached
        reached = cell_index

    def note_memory(cell, cell_index, execute_reply):
        nonlocal peak
        peak = max(peak, peak_memory(client.km.provisioner.pid))

    client = NotebookClient(
        notebook,
        timeout=timeout,
        resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=False,
        record_timing=False,
        coalesce_streams=True,  # where one print ends and the next begins depends on timing
        # Silences the kernel's own remarks about its sockets, not what a cell prints.
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        on_cell_start=note_cell,
        on_cell_executed=note_memory,
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise failure(notebook, reached, f"{error.ename}: {error.evalue}") from None
    except CellTimeoutError:
        raise failure(notebook, reached, f"took more than {timeout} s") from None
    except DeadKernelError:
        raise failure(notebook, reached, "the kernel died, perhaps for want of memory") from None
    write_whole(path, as_text(normal_form(notebook)))
    return f"{time.perf_counter() - started:.1f} s, {peak / 2**20:,.0f} MiB at its peak"


def failure(notebook: nbformat.NotebookNode, index: int, reason: str) -> CellFailed:
    source = textwrap.indent(notebook.cells[index].source, "    ")
    return CellFailed(f"not saved; cell {index + 1} failed.\n{source}\n{reason}")


def peak_memory(process: int) -> int:
    """Return the most bytes that a process ever held; where only Linux tells, what it holds now."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return psutil.Process(process).memory_info().rss
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def normal_form(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Copy a notebook without times, versions and widget state, and with its results folded."""
    notebook = copy.deepcopy(notebook)
    notebook.metadata.pop("widgets", None)  # of no use once the kernel is gone
    notebook.metadata.update(copy.deepcopy(METADATA))
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if "outputs" in cell:
            cell.outputs = [output for output in cell.outputs if something_stays(output)]
        if is_folded(cell):
            fold(cell)
    return notebook


def something_stays(output: nbformat.NotebookNode) -> bool:
    """Take away what is not saved; say whether that leaves anything to show."""
    data = output.get("data", {})
    taken = [data.pop(kind) for kind in NOT_SAVED if kind in data]
    return bool(data) or not taken


def is_folded(cell: nbformat.NotebookNode) -> bool:
    """Say whether a cell's output is to be saved folded: it reveals a result, or is tagged."""
    tagged = FOLDED in cell.metadata.get("tags", [])
    return cell.cell_type == "code" and (tagged or bool(REVEALS.search(cell.source)))


def fold(cell: nbformat.NotebookNode) -> None:
    """Mark a cell's output as folded for JupyterLab and for MyST-NB."""
    cell.metadata.pop("collapsed", None)  # JupyterLab's other word for it, which it writes as well
    cell.metadata.setdefault("jupyter", {})["outputs_hidden"] = True
    cell.metadata["tags"] = sorted({FOLDED, *cell.metadata.get("tags", [])})


def as_text(notebook: nbformat.NotebookNode) -> str:
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def problems(text: str) -> list[str]:
    """List what keeps the text of a notebook file from being one that :func:`run` saved."""
    notebook = nbformat.reads(text, as_version=4)
    found = out_of_order(notebook)
    if text != as_text(normal_form(notebook)):
        found.append("not in normal form: save it with `make notebooks`")
    return found


def out_of_order(notebook: nbformat.NotebookNode) -> list[str]:
    """List the code cells that were not run, or not run in order from a fresh kernel."""
    code = [(i, cell) for i, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code"]
    return [
        f"cell {i} has execution count {cell.execution_count}, not {expected}"
        for expected, (i, cell) in enumerate(code, 1)
        if cell.execution_count != expected
    ]


if __name__ == "__main__":
    raise SystemExit(main())
