"""What every run of pytest shares, over tests/ and over the notebooks alike."""

import os
import re

import pytest

from tests.counting import NotebookCount, WhatWasCounted
from tests.warm_kernels import SOCKET, WarmKernels
from tools.run_notebooks import NOT_SAVED

# How a lesson's number stands in names: 05, 05.1, 05_interpolate_positions.ipynb, lesson_05.py.
NUMBER = re.compile(r"(?:^|lesson_)(\d\d)(?=_|\.|$)")


def pytest_configure(config):
    os.environ["STRETCHING_ROPE_PROGRESS"] = (
        "off"  # a test is no progress of the person who runs it
    )
    config.pluginmanager.register(WhatWasCounted())
    comparing = config.getoption("nbval", default=False)
    named = any(argument.endswith(".ipynb") for argument in config.args)
    worker = hasattr(config, "workerinput")  # under pytest-xdist, the one who starts them counts
    if comparing and not named and not worker:
        config.pluginmanager.register(NotebookCount())
    if comparing and hasattr(os, "fork") and SOCKET not in os.environ:
        config.pluginmanager.register(WarmKernels())


def pytest_itemcollected(item):
    """Let ``-k lesson_05``, and so ``make test LESSON=05``, find what belongs to a lesson."""
    if hasattr(item.parent, "skip_compare"):  # nbval's; a view's live part is not saved
        item.parent.skip_compare = tuple({*item.parent.skip_compare, *NOT_SAVED})
    item.extra_keyword_matches.update(f"lesson_{number}" for number in lessons_of(item))


def lessons_of(item) -> set[str]:
    """Find a test's lessons: in its mark, in the name of its file, or in what it is given."""
    marked = {number for mark in item.iter_markers("lesson") for number in mark.args}
    given = item.callspec.params.values() if hasattr(item, "callspec") else ()
    names = [item.path.name, *map(name_of, given)]
    return marked | {found[1] for name in names if (found := NUMBER.search(name))}


def name_of(given) -> str:
    """Name a parameter: a text, an exercise, a known answer to one, a lesson or a path."""
    parts = (given, *(getattr(given, part, None) for part in ("id", "lesson", "number", "name")))
    return next((part for part in parts if isinstance(part, str)), "")


@pytest.fixture(scope="module")
def one_thread():
    """Models this small gain nothing from more threads, and lose much where others are busy."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def run(capsys):
    """Run a command in this process: quicker than a shell, and the same function."""
    from lesson_utils.commands import main

    def run(*arguments):
        capsys.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = stop.code
        told = capsys.readouterr()
        return code, told.out, told.err

    return run
