"""The shell commands that README and CONTRIBUTING print run as they stand there.

A new one has to find its place in the lists below, which say what is changed so that all of them
take a minute together.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from lesson_utils import hub
from lesson_utils.hub.export import export
from lesson_utils.hub.wheels import WHEELS
from tests.helpers import LONG_PATIENCE, ROOT, course_environment, fenced_blocks

PAGES = [
    page
    for page in ("README.md", "CONTRIBUTING.md", "site/ways.md", "site/shell.md", "site/results.md")
    if (ROOT / page).exists()
]
PROGRAMS = ("make", "python", "pip", "conda", "source")

STEP = "--steps 1 --length 64 --bytes-per-step 64 --corpus . --device cpu"
# What is typed behind a command, so that it takes seconds: a later option wins over an earlier one.
ADDED = {
    r"python -m lesson_utils": "",
    r"python -m lesson_utils doctor": "",
    r"python -m lesson_utils export --.*": "",
    r"python -m lesson_utils frequencies config.json .*": "",
    r"python -m lesson_utils perplexity --method .*": "--document FILE",  # not eight long ones
    r"python -m lesson_utils perplexity --model FOLDER_OR_ID .*": "--lengths 64,128",
    r"python -m lesson_utils train .*": f"{STEP} --layers 1 --hidden-size 64",
    r"python -m lesson_utils finetune .*": STEP,
    r"python -m tools.account_for_numbers --missing": "",
    r"source .venv/bin/activate": "",
}
# make only says what it would run: it installs from a network, or runs these very tests. NN, which
# stands for any lesson, is 05.
DRY = r"make( [-\w]+)?( [A-Z_]+=(\"[^\"]+\"|\S+))*"
# What needs a network or another program, and is looked at instead.
LOOKED_AT = {
    r'(python -m )?pip install .*-e ".*\[(?P<extra>[\w-]+)\]"': lambda found: (
        found["extra"] in extras()
    ),
    r"python3 -m venv (?P<folder>\S+)": lambda found: (
        f"{found['folder']}/" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    ),
    r"python -m pip install --extra-index-url \S+ (?P<torch>\S+)\+cpu": lambda found: (
        found["torch"] in (ROOT / "requirements.lock").read_text(encoding="utf-8").split()
    ),
    r'python -m pip install "notebook>=7"': lambda found: True,
    r"python -m (jupyterlab|notebook) (?P<file>\S+)": lambda found: (
        ROOT / found["file"]
    ).is_file(),
    r"python -m pytest -n 2": lambda found: "test" in extras(),
    r"python -m lesson_utils fetch (?P<name>\S+)": lambda found: found["name"] in WHEELS,
    r"python -m lesson_utils perplexity --model smollm2 .* (?P<file>\S+)": lambda found: (
        ROOT / found["file"]
    ).is_file(),
    r"conda env create -f (?P<file>\S+) && conda activate (?P<name>\S+) && .*": lambda found: (
        f"name: {found['name']}\n" in (ROOT / found["file"]).read_text(encoding="utf-8")
    ),
    r"conda activate (?P<name>\S+)": lambda found: (
        f"name: {found['name']}\n" in (ROOT / "environment.yml").read_text(encoding="utf-8")
    ),
    r"python -m (?P<folder>tools|benchmarks)\.(?P<name>\w+).*": lambda found: any(
        (ROOT / found["folder"] / file).exists()
        for file in (f"{found['name']}.py", f"{found['name']}/__main__.py")
    ),
}


def extras():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["optional-dependencies"]


def commands_in(markdown: str) -> list[str]:
    """List the lines of fenced blocks that name no language, and the commands among prose."""
    blocks = [text for language, text in fenced_blocks(markdown) if language in ("", "sh")]
    prose = re.sub(r"^```.*?^```$", "", markdown, flags=re.MULTILINE | re.DOTALL)
    inline = [code for code in re.findall(r"`([^`\n]+)`", prose) if code.split()[0] in PROGRAMS]
    lines = [line for block in blocks for line in block.splitlines()]
    return [command for command in lines + inline if command not in PROGRAMS]


def entry(patterns, command: str):
    """Find the entry whose pattern the whole command has, without its comment."""
    words = " ".join(command.partition(" #")[0].split())
    return next((found for p in patterns if (found := re.fullmatch(p, words))), None)


COMMANDS = {
    command: page
    for page in PAGES
    for command in commands_in((ROOT / page).read_text(encoding="utf-8"))
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with all that the commands name: a model, a document, a config, an environment."""
    folder = tmp_path_factory.mktemp("somewhere")
    export("yarn", folder / "FOLDER_OR_ID")
    (folder / "FILE").write_text("".join(f"value_{n} = {n * n}\n" for n in range(300)))
    (folder / "more.py").write_text("print('something to train on')\n" * 99)
    (folder / "config.json").write_text(json.dumps(hub.record("Llama 3.1 8B").config))
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def run_in_a_shell(command, folder, **variables):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=course_environment(PATH=path, STRETCHING_ROPE_PROGRESS="off", **variables),
        capture_output=True,
        text=True,
        timeout=LONG_PATIENCE,
    )


@pytest.fixture
def run_as_typed(run, folder, monkeypatch):
    """Run a command in a shell; what imports torch in this process, which has it already.

    A shell that finds ``python -m lesson_utils`` is started for those that need no torch.
    """

    def run_as_typed(command):
        words = shlex.split(command, comments=True)
        if words[:3] != ["python", "-m", "lesson_utils"] or words[3:] in ([], ["doctor"]):
            return run_in_a_shell(command, folder)
        monkeypatch.chdir(folder)
        return subprocess.CompletedProcess(words, *run(*words[3:]))

    return run_as_typed


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_runs_as_it_is_printed(command, run_as_typed):
    if found := entry(ADDED, command):
        bare = command.partition(" #")[0]  # what is added is no part of the comment behind it
        done = run_as_typed(f"{bare} {ADDED[found.re.pattern]}")
    elif entry([DRY], command):
        done = run_in_a_shell(command.replace("NN", "05"), ROOT, MAKEFLAGS="n")
    else:
        found = entry(LOOKED_AT, command)
        assert found, f"say in {Path(__file__).name} how this command of {COMMANDS[command]} is run"
        assert LOOKED_AT[found.re.pattern](found)
        return
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_list_has_what_no_page_prints():
    patterns = [*ADDED, *LOOKED_AT]
    printed = {found.re.pattern for command in COMMANDS if (found := entry(patterns, command))}
    assert set(patterns) - printed == set()


@pytest.mark.parametrize("command", ["python -m lesson_utils sing", "rm -r .", "make x; rm -r ."])
def test_a_command_that_no_list_has_is_noticed(command):
    assert commands_in(f"Do this:\n\n```\n{command}\n```\n") == [command]
    assert not entry([DRY, *ADDED, *LOOKED_AT], command)


def test_windows_is_told_the_same_as_the_others():
    page = (ROOT / "site" / "ways.md").read_text(encoding="utf-8")
    blocks = fenced_blocks(page.split("## Without make")[1].split("\n## ")[0])
    (others,), (windows,) = ([t for n, t in blocks if n == name] for name in ("", "powershell"))
    here = {
        "python3 -m venv .venv": "py -m venv .venv",
        "source .venv/bin/activate": r".venv\Scripts\Activate.ps1",
    }
    lines = [line for line in others.splitlines() if "+cpu" not in line]  # PyPI's is that one there
    assert windows.splitlines() == [here.get(line, line) for line in lines]


def test_a_command_among_prose_is_found_and_other_code_is_not():
    prose = (
        "Run `make lab` or `pip install x`, not `make` or `lesson_utils`.\n\n```python\nx\n```\n"
    )
    assert commands_in(prose) == ["make lab", "pip install x"]
