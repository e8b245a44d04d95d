"""What README and the lessons print for a shell works where a learner types it.

After `make lab` that is a terminal of JupyterLab, or a cell that begins with an exclamation mark.
"""

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import ptyprocess
import pytest

from tests import lab_in_browser
from tests.helpers import LONG_PATIENCE, PATIENCE, ROOT, course_environment

START = ROOT / "tools" / "terminal" / "start.sh"
ENVIRONMENT = Path(sys.prefix)
TOLD = '"achievements":'
"""What stands in the output of ``progress --json``, and not in the command itself."""

pytestmark = pytest.mark.skipif(
    not (ENVIRONMENT / "bin" / "activate").is_file(), reason="not in an environment of make's kind"
)


@pytest.fixture
def home(tmp_path):
    """A home whose shells put another ``python`` before all others, as conda and pyenv do."""
    other = tmp_path / "home" / "other python"
    other.mkdir(parents=True)
    (other / "python").write_text("#!/bin/sh\necho the wrong python\n")
    (other / "python").chmod(0o755)
    for name in (".bashrc", ".bash_profile", ".zshrc", ".zprofile", ".profile"):
        line = f"export MINE=kept PATH='{other}':$PATH\n"
        (tmp_path / "home" / name).write_text(line)
    fish = tmp_path / "home" / ".config" / "fish"
    fish.mkdir(parents=True)
    (fish / "config.fish").write_text(f"set -gx MINE kept; set -gx PATH '{other}' $PATH\n")
    return tmp_path / "home"


def surroundings(home, shell):
    """Return a learner's environment variables, with this copy of the course to import."""
    kept = {name: v for name, v in os.environ.items() if not name.startswith(("JUPYTER", "XDG"))}
    path = os.pathsep.join(
        p for p in os.environ["PATH"].split(os.pathsep) if str(ENVIRONMENT) not in p
    )
    return kept | {
        "HOME": str(home),
        "SHELL": shell,
        "PATH": path,
        "PYTHONPATH": str(ROOT),
        "TERM": "dumb",
    }


def typed(command, environment, line):
    """Type a line and ``exit`` into a shell on a terminal; return all that it shows."""
    shell = ptyprocess.PtyProcess.spawn(command, env=environment, dimensions=(24, 500))
    shell.write(f"{line}\nexit\n".encode())
    shown = b""
    with contextlib.suppress(EOFError):
        while True:
            shown += shell.read()
    return shown.decode(errors="replace")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "sh"])
def test_every_shell_finds_the_course_whatever_its_own_files_say(home, shell):
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"there is no {shell} here")
    environment = surroundings(home, found)
    environment["VIRTUAL_ENV"] = str(ENVIRONMENT)
    environment["PATH"] = f"{ENVIRONMENT / 'bin'}{os.pathsep}{environment['PATH']}"
    shown = typed(["sh", str(START)], environment, "python -m lesson_utils progress --json")
    assert TOLD in shown and "the wrong python" not in shown
    if shell != "sh":  # it has no file of settings to read
        shown = typed(["sh", str(START)], environment, 'echo "MINE=$MINE"')
        assert "MINE=kept" in shown, "a learner's own settings still count"


@pytest.fixture
def clone(tmp_path):
    """The course's folder as `make lab` sees it, with the environment that is here."""
    clone = tmp_path / "a clone"
    clone.mkdir()
    for name in ("Makefile", "tools", "notebooks", "lesson_utils", "requirements.lock"):
        (clone / name).symlink_to(ROOT / name)
    (clone / ".venv").symlink_to(ENVIRONMENT)
    return clone


def make_lab(clone, *arguments):
    """Return the command that runs only the last step of `make lab`, all else being done."""
    folders = [f"JUPYTER_{name}_DIR={clone}/jupyter" for name in ("CONFIG", "DATA", "RUNTIME")]
    return ["make", "-C", str(clone), "-o", ".venv/.lab", "lab", *folders, *arguments]


class Server:
    """A JupyterLab that `make lab` started."""

    def __init__(self, clone, environment):
        self.port, self.token = lab_in_browser.free_port(), secrets.token_hex(16)
        flags = f"--no-browser --ServerApp.port={self.port} --IdentityProvider.token={self.token}"
        with open(clone / "lab.log", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                make_lab(clone, f"LAB_FLAGS={flags}"),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        address = f"http://127.0.0.1:{self.port}/api?token={self.token}"
        lab_in_browser.wait_for(address, self.process, clone / "lab.log")

    def post(self, path, content):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/{path}",
            data=json.dumps(content).encode(),
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            return json.load(reply)

    def connect(self, path):
        import websocket

        address = f"ws://127.0.0.1:{self.port}/{path}?token={self.token}"
        return websocket.create_connection(address, timeout=PATIENCE)

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(timeout=PATIENCE)


def listen(connection, wanted):
    """Collect messages until one of the wanted texts came, if it comes in time."""
    heard, started = "", time.monotonic()
    while not any(text in heard for text in wanted) and time.monotonic() - started < PATIENCE:
        message = connection.recv()
        heard += message if isinstance(message, str) else message.decode(errors="replace")
    return heard


def test_terminals_and_notebooks_of_make_lab_find_the_course(home, clone):
    server = Server(clone, surroundings(home, shutil.which("bash")))
    try:
        name = server.post("api/terminals", {})["name"]
        terminal = server.connect(f"terminals/websocket/{name}")
        terminal.send(json.dumps(["stdin", "python -m lesson_utils progress --json\r"]))
        told = TOLD.replace('"', '\\"')  # a message is JSON itself
        heard = listen(terminal, [told, "wrong python", "No module"])
        assert told in heard, heard

        kernel = server.post("api/kernels", {"name": "python3"})["id"]
        channels = server.connect(f"api/kernels/{kernel}/channels")
        code = "!python -m lesson_utils progress --json"
        content = {"code": code, "silent": False, "store_history": False}
        header = {"msg_id": "1", "msg_type": "execute_request", "session": "1", "version": "5.3"}
        header |= {"username": "", "date": "2000-01-01T00:00:00Z"}
        request = {"header": header, "content": content, "parent_header": {}, "metadata": {}}
        channels.send(json.dumps(request | {"channel": "shell", "buffers": []}))
        heard = listen(channels, [told, "wrong python", "No module", "not found"])
        assert told in heard, heard
    finally:
        server.stop()


def test_make_lab_puts_the_environment_first_and_starts_terminals_by_the_script(clone):
    done = subprocess.run(
        [*make_lab(clone), "-n"], capture_output=True, text=True, check=True, timeout=PATIENCE
    )
    assert 'PATH="$PWD/.venv/bin:$PATH" .venv/bin/python -m jupyterlab' in done.stdout
    assert f'{{"shell_command": ["sh", "{clone}/tools/terminal/start.sh"]}}' in done.stdout


@pytest.mark.parametrize("python", ["of make", "of the system"])
def test_make_doctor_runs_before_and_after_anything_is_installed(clone, python):
    if python == "of the system":
        (clone / ".venv").unlink()
    found = sys.executable
    done = subprocess.run(
        ["make", "-s", "-C", str(clone), "doctor", f"PYTHON={found}"],
        env=course_environment(),
        capture_output=True,
        text=True,
        timeout=LONG_PATIENCE,
    )
    assert "ok    Python" in done.stdout and "ok    documents" in done.stdout


def test_make_progress_prints_what_the_command_prints(clone):
    done = subprocess.run(
        ["make", "-s", "-C", str(clone), "-o", ".venv/.lab", "progress"],
        env=course_environment(STRETCHING_ROPE_PROGRESS="off"),
        capture_output=True,
        text=True,
        timeout=LONG_PATIENCE,
    )
    assert done.returncode == 0 and "Progress is off" in done.stdout
