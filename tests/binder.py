"""Binder builds what the course needs, by the rules of repo2docker itself.

``make test-binder`` runs this in an environment of its own, with repo2docker and without Docker.
pytest does not find it by its name, because repo2docker is not in the learner's environment.
"""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from repo2docker.app import Repo2Docker

ROOT = Path(__file__).resolve().parents[1]
FILES = ("environment.yml", "postBuild", "start", "pyproject.toml", "requirements.lock")
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
LOCK = dict(
    line.split("==")
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pip_lines():
    (listed,) = [entry["pip"] for entry in ENVIRONMENT["dependencies"] if isinstance(entry, dict)]
    return listed


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A folder with the files that repo2docker looks at; it looks where it is started."""
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def buildpack():
    """Choose what builds the current folder, as repo2docker does."""
    app = Repo2Docker()
    for kind in app.buildpacks:
        found = kind(app.base_image)
        if found.detect():
            found.platform = "linux/amd64"
            return found
    return None


def in_the_layer_that_is_kept(found):
    return "environment.yml" in found.get_preassemble_script_files()


def test_binder_takes_the_environment_file_and_its_python(copy):
    found = buildpack()
    assert type(found).__name__ == "CondaBuildPack"
    oldest = PROJECT["requires-python"].removeprefix(">=")
    assert tuple(map(int, found.python_version.split("."))) >= tuple(map(int, oldest.split(".")))
    assert f"python={found.python_version}" in ENVIRONMENT["dependencies"]


def test_a_commit_that_leaves_the_environment_alone_builds_nothing_anew(copy):
    assert in_the_layer_that_is_kept(buildpack())


def test_a_line_that_names_the_repository_would_build_all_anew_with_each_commit(copy):
    text = (copy / "environment.yml").read_text(encoding="utf-8")
    (copy / "environment.yml").write_text(f"{text}      - -e .\n", encoding="utf-8")
    assert not in_the_layer_that_is_kept(buildpack())


def test_the_image_runs_the_two_scripts(copy):
    image = buildpack().render({})
    assert re.search(r"^RUN \./postBuild$", image, re.MULTILINE)
    assert re.search(r'^ENV R2D_ENTRYPOINT="?\$\{REPO_DIR\}/start"?$', image, re.MULTILINE)
    assert all(os.access(copy / name, os.X_OK) for name in ("postBuild", "start"))


def test_a_step_that_fails_fails_the_build(copy):
    assert "\nset -e\n" in (copy / "postBuild").read_text(encoding="utf-8")


def test_the_server_starts_with_one_thread_and_its_own_arguments(copy):
    told = subprocess.run(
        ["./start", "sh", "-c", 'echo "$OMP_NUM_THREADS $0 $1"', "jupyter", "lab"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "1 jupyter lab\n"


def test_every_version_is_the_lock_file_s():
    pinned = [line.partition(" ")[0] for line in pip_lines() if not line.startswith("--")]
    assert pinned == [f"{name}=={LOCK[name]}" for name in map(name_of, pinned)]


def test_nothing_that_the_lessons_import_is_missing():
    here = {name_of(line) for line in pip_lines()}
    here |= {name_of(entry) for entry in ENVIRONMENT["dependencies"] if isinstance(entry, str)}
    needed = {name_of(requirement) for requirement in PROJECT["dependencies"]}
    assert needed <= here


def name_of(requirement):
    return re.match(r"[\w-]*", requirement)[0]
