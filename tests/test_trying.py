"""Notebooks are tried in processes that are watched, and held to what Binder gives."""

import subprocess
import sys

import nbformat
import psutil
import pytest

from tests.helpers import ROOT
from tools import first_cell, other_versions, try_notebooks


@pytest.fixture(autouse=True)
def cold(monkeypatch):
    """What is tried starts its kernel by itself: only its own process can be held to limits."""
    monkeypatch.delenv("JUPYTER_PATH", raising=False)


def watched(code, limit=None):
    process = psutil.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    return try_notebooks.watch(process, limit=limit), process


TAKES = "import subprocess, sys, time; x = b'x' * 60_000_000; {more}; time.sleep(1)"
CHILD = f'subprocess.run([sys.executable, "-c", {TAKES.format(more="pass")!r}])'


def test_memory_of_children_counts():
    (alone, _, trouble), _ = watched(TAKES.format(more="pass"))
    (both, _, _), _ = watched(TAKES.format(more=CHILD))
    assert not trouble and 60e6 < alone < 110e6
    assert both > alone + 55e6


def test_what_takes_more_than_the_limit_is_stopped_with_its_children_and_said():
    (_, _, trouble), process = watched(TAKES.format(more=CHILD), limit=100 * 10**6)
    assert trouble.startswith("stopped: ") and trouble.endswith(" MB is more than 100")
    assert process.returncode != 0


def test_a_notebook_that_fails_is_said_to_have_failed_with_its_error(tmp_path):
    cells = [nbformat.v4.new_code_cell("this_name_is_nowhere", id="a")]
    path = tmp_path / "broken.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    result = try_notebooks.attempt(path, python=sys.executable, lean=True)
    assert result.trouble.startswith("failed:\n") and "this_name_is_nowhere" in result.trouble
    assert result.memory > 30e6 and result.processor > 0


def test_a_lean_notebook_has_one_core_and_no_network(tmp_path):
    if not try_notebooks.network_can_be_taken_away():
        pytest.skip("this system has no unshare that takes the network away")
    code = (
        "import os, socket\n"
        "assert len(os.sched_getaffinity(0)) == 1\n"
        "assert [name for _, name in socket.if_nameindex()] == ['lo']"
    )
    path = tmp_path / "lean.ipynb"
    cells = [nbformat.v4.new_code_cell(code, id="a")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    assert try_notebooks.attempt(path, python=sys.executable, lean=True).trouble == ""
    assert [p.name for p in tmp_path.iterdir()] == ["lean.ipynb"]


def test_the_trial_of_colab_has_versions_for_all_that_the_course_imports():
    versions = dict(line.split("==") for line in other_versions.COLAB.read_text().split("\n")[3:-1])
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    needed = project.split("\ndependencies = [")[1].split("\n]")[0]
    names = [line.strip().strip('"').split(">=")[0] for line in needed.splitlines() if line.strip()]
    assert len(names) == 11 and set(names) <= set(versions)
    assert versions["ipywidgets"].startswith("7.") and versions["ipython"].startswith("7.")


def test_torch_and_what_belongs_to_it_is_not_taken_from_pypi():
    lines = ["torch==2.10.0", "triton==3.6.0", "nvidia-nccl-cu13==2.28.9", "cuda-bindings==13.0"]
    assert all(map(other_versions.OF_TORCH.match, lines))
    assert not other_versions.OF_TORCH.match("tornado==6.5.7")


def test_on_colab_git_takes_this_copy_at_the_address_s_ref(tmp_path):
    if not (ROOT / ".git").exists():
        pytest.skip("this copy is not git's")
    variables = first_cell.as_on_colab(tmp_path)
    url = f"https://github.com/{first_cell.COURSE.address.repository}"
    asked = ["git", "ls-remote", url, first_cell.COURSE.address.ref]
    here = {"PATH": variables["PATH"]} | {n: v for n, v in variables.items() if n[:3] == "GIT"}
    told = subprocess.run(asked, env=here, capture_output=True, text=True, check=True).stdout
    head = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
    commit = subprocess.run(head, capture_output=True, text=True, check=True).stdout.strip()
    assert {line.split("\t")[0] for line in told.splitlines()} == {commit}
