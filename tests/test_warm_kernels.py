"""A kernel that starts warm is like any other: nothing of the course, all that was given."""

import os
import time

import pytest
from jupyter_client.manager import KernelManager

from tests.helpers import PATIENCE
from tests.warm_kernels import IMPORTED, SOCKET

pytestmark = pytest.mark.skipif(
    SOCKET not in os.environ, reason="no kernel is served: `make test` does, where processes fork"
)
SAY = """
import os, sys
ours = [name for name in sys.modules if name.split(".")[0] in ("lesson_utils", "tests", "tools")]
print(ours, os.getcwd(), os.environ["GIVEN"], all(name in sys.modules for name in %r))
"""


@pytest.fixture
def kernel(tmp_path):
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(tmp_path), env=os.environ | {"GIVEN": "a word"})
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=PATIENCE)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def printed(client, code: str) -> str:
    texts = []

    def note(message):
        texts.append(message["content"].get("text") or message["content"].get("ename") or "")

    client.execute_interactive(code, output_hook=note, timeout=PATIENCE)
    return "".join(texts).strip()


def ends(process: int) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_it_has_what_it_was_given_and_nothing_of_the_course(kernel, tmp_path):
    assert printed(kernel[1], SAY % (IMPORTED,)) == f"[] {tmp_path} a word True"


def test_it_can_be_interrupted(kernel):
    manager, client = kernel
    client.execute("import time\nprint('begun', flush=True)\ntime.sleep(600)")
    while client.get_iopub_msg(timeout=PATIENCE)["content"].get("text", "").strip() != "begun":
        pass
    manager.interrupt_kernel()
    names = (client.get_iopub_msg(timeout=PATIENCE)["content"].get("ename") for _ in range(9))
    assert "KeyboardInterrupt" in names


def test_it_ends_when_its_starter_is_killed(kernel):
    manager, client = kernel
    process = int(printed(client, "import os; print(os.getpid())"))
    manager.shutdown_kernel(now=True)
    assert ends(process)
