"""The workflows and the container run what this copy has, on what the course promises."""

import json
import re
import tomllib

import pytest
import yaml

from tests.helpers import ROOT
from tools.other_versions import PYTHONS

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = {
    name: yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    for name in ("test.yml", "versions.yml")
}
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
WAYS = (ROOT / "site" / "ways.md").read_text(encoding="utf-8")


def jobs(name):
    return WORKFLOWS[name]["jobs"].values()


def rows(job):
    return job.get("strategy", {}).get("matrix", {}).get("include", [])


def commands(job):
    return [line for step in job["steps"] for line in step.get("run", "").splitlines()]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_what_a_workflow_makes_the_makefile_has(name):
    wanted = {row["target"] for job in jobs(name) for row in rows(job) if "target" in row}
    for job in jobs(name):
        wanted |= set(re.findall(r"make ([a-z-]+)", "\n".join(commands(job))))
    assert wanted
    assert [t for t in wanted if not re.search(rf"^{t}:", MAKEFILE, re.MULTILINE)] == []


def test_linux_macos_and_windows_are_tested_with_each_change():
    systems = {row["system"] for job in jobs("test.yml") for row in rows(job)}
    systems |= {job["runs-on"] for job in jobs("test.yml") if "windows" in job["runs-on"]}
    assert {system.split("-")[0] for system in systems} == {"ubuntu", "macos", "windows"}


def test_the_oldest_python_and_the_newest_are_tried():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tried = {row["python"] for name in WORKFLOWS for job in jobs(name) for row in rows(job)}
    assert project["requires-python"] == f">={PYTHONS[0]}"
    assert tried == set(PYTHONS)
    oldest = [r["python"] for j in jobs("versions.yml") for r in rows(j) if "oldest" in r["target"]]
    assert oldest == [PYTHONS[0]]


def test_windows_is_set_up_by_the_lines_that_its_learners_are_told():
    (windows,) = (job for job in jobs("test.yml") if "windows" in job["runs-on"])
    told = [line for line in commands(windows) if "pytest" not in line and "doctor" not in line]
    assert all(line.replace(".[test]", ".[lab]") in WAYS for line in told) and len(told) == 3


@pytest.mark.parametrize("name", WORKFLOWS)
def test_packages_are_kept_between_runs(name):
    for job in jobs(name):
        (python,) = (s["with"] for s in job["steps"] if "setup-python" in s.get("uses", ""))
        assert python["cache"] == "pip"
        files = python["cache-dependency-path"].split()
        assert files and all((ROOT / file).is_file() for file in files)


def test_every_week_all_is_tried_that_changes_without_us():
    for name in WORKFLOWS:
        ((when,),) = [WORKFLOWS[name][True]["schedule"]]  # YAML reads the word "on" as true
        assert re.fullmatch(r"\d+ \d+ \* \* \d", when["cron"])


def test_the_container_has_a_promised_python_and_sets_the_course_up():
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    container = json.loads(text)
    assert re.search(r":(3\.\d+)-", container["image"])[1] in PYTHONS
    made = container["postCreateCommand"].removeprefix("make ").replace(".venv", "$(VENV)")
    assert f"\n{made}:" in MAKEFILE
    (opened,) = container["customizations"]["codespaces"]["openFiles"]
    assert (ROOT / opened).is_file()
