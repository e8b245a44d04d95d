"""What the course says of the machine it runs on."""

import os
import platform
import time

import pytest
import torch

from lesson_utils import machine
from tests.helpers import python


@pytest.mark.parametrize(
    ("cuda", "mps", "best"), [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")]
)
def test_auto_is_the_best_device_that_is_here(monkeypatch, cuda, mps, best):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert machine.choose_device("auto") == torch.device(best)
    assert machine.choose_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_device_that_is_not_here_is_refused_by_name(monkeypatch, name):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(ValueError, match=f"--device {name} is not to be had.*auto or cpu"):
        machine.choose_device(name)


def test_a_gpu_is_called_by_its_model_and_the_others_by_their_kind(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"GPU number {device.index}")
    names = [
        machine.device_name(torch.device(*given)) for given in (("cuda", 1), ("cpu",), ("mps",))
    ]
    assert names == ["GPU number 1", "CPU", "Apple GPU"]


def test_memory_is_that_of_the_machine_in_gibibytes():
    if not os.path.exists("/proc/meminfo"):
        pytest.skip("only Linux tells it a second time")
    with open("/proc/meminfo", encoding="utf-8") as file:
        kibibytes = int(file.readline().split()[1])
    assert machine.memory() == pytest.approx(kibibytes / 2**20, rel=1e-6)
    assert machine.memory_of(torch.device("cpu")) == machine.memory()


def test_memory_that_the_system_does_not_tell_is_none(monkeypatch):
    monkeypatch.delattr(machine.os, "sysconf")
    assert machine.memory() is None


def test_memory_of_a_gpu_is_what_is_free_there(monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (3 * 2**30, 8 * 2**30))
    assert machine.memory_of(torch.device("cuda")) == 3.0


def test_a_record_says_how_it_came_about():
    days = {time.strftime("%Y-%m-%d", time.gmtime())}
    found = machine.provenance("python x.py --fast", torch.device("cpu"), 7)
    days.add(time.strftime("%Y-%m-%d", time.gmtime()))
    assert found.pop("date") in days
    assert found == {
        "command": "python x.py --fast",
        "seed": 7,
        "device": "CPU",
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
    }


def test_the_module_starts_without_torch():
    code = "import sys, lesson_utils.machine; sys.exit('torch' in sys.modules)"
    assert python("-c", code).returncode == 0
