"""A real JupyterLab in a real Chromium, for the browser tests and the benchmark of the sliders.

Nothing outside this computer can be reached from the page; what it tries to reach is noted.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from nbformat.v4 import new_code_cell, new_notebook, writes

from tests.helpers import PATIENCE, course_environment
from tools.run_notebooks import METADATA

NO_CHROMIUM = "no Chromium here: apt-get install chromium, or install Google Chrome"
SETTINGS = {
    "@jupyterlab/apputils-extension/notification": '{"fetchNews": "false"}',
    "@jupyterlab/docmanager-extension/plugin": '{"autosave": false}',
}

# JupyterLab says so when a widget stands in a saved notebook, before its cell is run again, and
# says it at once or late. Tests look for the text "Error displaying widget" instead.
SAVED_WIDGET = "Error: widget model not found"

# The only pictures that a lesson's text takes from elsewhere, for its two launch links.
BADGES = (
    "https://colab.research.google.com/assets/colab-badge.svg",
    "https://mybinder.org/badge_logo.svg",
)


def find_chromium() -> str | None:
    """Find Chromium or Chrome by the names under which systems install it."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def browser():
    """Start Chromium without a window; yield it as Playwright's browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield chromium
        chromium.close()


def new_context(chromium, **options):
    """Begin with an empty browser, as it were, that waits for its pages as long as a test does."""
    context = chromium.new_context(**options)
    context.set_default_timeout(1000 * PATIENCE)
    return context


@contextmanager
def lab(folder: Path):
    """Serve a folder with JupyterLab; yield a function from a path in it to an address."""
    home = folder / "jupyter"
    for name, text in SETTINGS.items():
        path = home / "settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    port, token = free_port(), secrets.token_hex(16)
    environment = os.environ | {
        "PYTHONPATH": course_environment()["PYTHONPATH"],
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "JUPYTER_PREFER_ENV_PATH": "1",
    }
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
        f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={folder}", f"--IdentityProvider.token={token}",
        "--LabApp.expose_app_in_browser=True", "--ServerApp.log_level=ERROR",
        "--LanguageServerManager.autodetect=False",
    ]  # fmt: skip
    with open(folder / "lab.log", "w", encoding="utf-8") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}/api?token={token}", server, folder / "lab.log")
            yield lambda path: f"http://127.0.0.1:{port}/lab/tree/{path}?reset&token={token}"
        finally:
            server.terminate()
            try:
                server.wait(timeout=PATIENCE)
            except subprocess.TimeoutExpired:  # still seeing its kernels off, on a busy computer
                server.kill()
                server.wait()


def scratch(folder: Path, *sources: str) -> str:
    """Write a notebook of these cells, not yet run; return its path in the folder."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources], metadata=METADATA)
    path = folder / "notebooks" / "scratch.ipynb"
    path.write_text(writes(notebook), encoding="utf-8")
    return "notebooks/scratch.ipynb"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')}")


class Notebook:
    """A notebook open in JupyterLab, and notes of what its page did."""

    def __init__(self, chromium, address: str, **options):
        self.errors: list[str] = []
        self.outside: list[str] = []
        self.received = 0
        self.context = new_context(chromium, **options)
        self.page = self.context.new_page()
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("websocket", self._note_socket)
        self.page.route("**/*", self._stay_inside)
        self.page.goto(address)
        self._wait()

    def _wait(self) -> None:
        """Wait until the notebook is there, and its kernel."""
        self.page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.context?.model")
        self.page.wait_for_function(
            "async () => { const { currentWidget } = jupyterapp.shell;"
            "await currentWidget.context.ready;"
            "await currentWidget.context.sessionContext.ready;"
            "return currentWidget.content.widgets.length > 1; }"
        )

    def open(self, path: str) -> None:
        """Open another notebook in this page, once ``leave`` has closed the one before it."""
        self.errors, self.outside, self.received = [], [], 0
        self.page.evaluate(
            "async path => { await jupyterapp.commands.execute('docmanager:open', { path }); }",
            path,
        )
        self._wait()

    def leave(self) -> None:
        """Close every notebook, forget guesses, and stop the kernels: each takes much memory."""
        self.page.evaluate(
            "async () => { for (const widget of [...jupyterapp.shell.widgets('main')]) {"
            "if (!widget.context) continue;"
            "await widget.context.sessionContext.shutdown();"
            "widget.dispose(); }"
            "localStorage.clear(); }"
        )

    def close(self) -> None:
        """Close the page, too. A second time, do nothing."""
        if self.page.is_closed():
            return
        self.leave()
        self.context.close()

    def sources(self) -> list[str]:
        return self.page.evaluate(
            "jupyterapp.shell.currentWidget.content.widgets.map("
            "cell => cell.model.type === 'code' ? cell.model.sharedModel.source : '')"
        )

    def run(self, index: int) -> None:
        """Run one cell and wait until it is done."""
        self.page.evaluate(
            """async (index) => {
              const { content } = jupyterapp.shell.currentWidget;
              content.activeCellIndex = index;
              content.deselectAll();
              await jupyterapp.commands.execute("notebook:run-cell");
            }""",
            index,
        )

    def cell(self, index: int):
        """Return the place on the page where a cell is, with its output or what hides it."""
        place = self.page.locator(".jp-Notebook .jp-Cell").nth(index)
        place.scroll_into_view_if_needed()
        return place

    def output(self, index: int):
        """Return the place on the page where a cell's output is, if it is not folded."""
        place = self.cell(index).locator(".jp-Cell-outputArea")
        place.scroll_into_view_if_needed()
        return place

    def theme(self, name: str) -> None:
        self.page.evaluate(
            "name => jupyterapp.commands.execute('apputils:change-theme', { theme: name })", name
        )

    def _note_console(self, message) -> None:
        if message.type == "error" and not message.text.startswith(SAVED_WIDGET):
            self.errors.append(f"{message.text} {message.location.get('url', '')}")

    def _note_socket(self, socket) -> None:
        if not _is_here(socket.url):
            self.outside.append(socket.url)
        socket.on("framereceived", self._note_frame)

    def _note_frame(self, frame) -> None:
        self.received += len(frame)

    def _stay_inside(self, route) -> None:
        if _is_here(route.request.url):
            route.continue_()
        elif route.request.url in BADGES:
            route.fulfill(
                content_type="image/svg+xml", body="<svg xmlns='http://www.w3.org/2000/svg'/>"
            )
        else:
            self.outside.append(route.request.url)
            route.abort()


def _is_here(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("data", "blob") or parts.hostname in ("127.0.0.1", "localhost")
