"""Kernels for the tests that start warm: forked from a process that has imported torch already.

A run of all tests starts some sixty kernels. Each would spend four seconds of a core on importing
torch, matplotlib and widgets before its first cell. Here one process imports what other people
wrote, never the course, and forks for each kernel that Jupyter starts. All else is as in any.

Jupyter starts this file in place of ``ipykernel_launcher``. It passes its own arguments,
environment, folder and files on, waits for the kernel to end, and hands it every signal. A kernel
whose starter was killed ends, too.
"""

import json
import os
import signal
import socket
import sys

SOCKET = "WARM_KERNELS"
IMPORTED = ("ipykernel.kernelapp", "torch", "matplotlib.pyplot", "anywidget", "tqdm.auto")
FILES = (0, 1, 2)


# --- what Jupyter starts, once for each kernel ---


def start_kernel(arguments: list[str]) -> None:
    """Have a kernel forked, and live as long as it does."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(os.environ[SOCKET])
        order = {"argv": arguments, "env": dict(os.environ), "cwd": os.getcwd()}
        text = json.dumps(order).encode()
        socket.send_fds(line, [len(text).to_bytes(8, "big")], FILES)
        line.sendall(text)
        kernel = int.from_bytes(line.recv(8, socket.MSG_WAITALL), "big")
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, frame: os.kill(kernel, number))
        line.recv(1)  # nothing ever comes: the line closes when the kernel ends


# --- what the tests start, once for each run ---


def serve(path: str) -> None:
    """Import, then fork a kernel for each order, until the run that started this has ended."""
    import gc
    import importlib
    import select

    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen(16)  # who comes early waits
        # Read while importing, where a kernel that Jupyter starts has the same.
        os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
        os.environ["JPY_PARENT_PID"] = str(os.getpid())
        for name in IMPORTED:
            importlib.import_module(name)
        gc.freeze()  # the garbage collector would write to, and so copy, the pages that are shared
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a kernel's exit status
        while sys.stdin not in select.select([door, sys.stdin], [], [])[0]:
            line, _ = door.accept()
            if os.fork() == 0:
                door.close()
                become_kernel(line)
            line.close()


def become_kernel(line: socket.socket) -> None:
    """Take over the arguments, environment, folder and files of who ordered this; then run."""
    import runpy
    import threading

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    size, files, _, _ = socket.recv_fds(line, 8, len(FILES))
    order = json.loads(line.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL))
    for given, own in zip(files, FILES, strict=True):
        os.dup2(given, own)
        os.close(given)
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    wanted = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    sys.path[:0] = ["", *(path for path in wanted if path not in sys.path)]
    sys.argv = ["ipykernel_launcher", *order["argv"]]

    def end_with_the_starter():
        line.recv(1)
        os._exit(1)

    line.sendall(os.getpid().to_bytes(8, "big"))
    threading.Thread(target=end_with_the_starter, daemon=True).start()
    runpy.run_module("ipykernel_launcher", run_name="__main__")
    sys.exit()


# --- how a run of the tests has both ---


class WarmKernels:
    """Serve kernels to everything that this run of pytest starts, where a process can fork."""

    def pytest_configure(self, config):
        import subprocess
        import tempfile
        from pathlib import Path

        from ipykernel.kernelspec import get_kernel_dict

        self.folder = tempfile.TemporaryDirectory()
        path = f"{self.folder.name}/orders"
        spec = Path(self.folder.name) / "kernels" / "python3" / "kernel.json"
        spec.parent.mkdir(parents=True)
        argv = [sys.executable, "-I", "-S", __file__, "-f", "{connection_file}"]
        spec.write_text(json.dumps(get_kernel_dict() | {"argv": argv}), encoding="utf-8")
        self.server = subprocess.Popen(
            [sys.executable, "-P", __file__, "serve", path], stdin=subprocess.PIPE
        )
        os.environ |= {SOCKET: path, "JUPYTER_PATH": self.folder.name}

    def pytest_unconfigure(self, config):
        self.server.communicate()
        self.folder.cleanup()


if __name__ == "__main__":
    serve(sys.argv[2]) if sys.argv[1] == "serve" else start_kernel(sys.argv[1:])
