"""What a run of pytest counts: notebooks compared, and answers to exercises judged.

A wrong path or a changed option would otherwise compare nothing, and say that all is well.
"""

from collections import Counter

import pytest

from lesson_utils.catalogue import COURSE

# Every lesson has a notebook, and one of solutions if it has exercises.
MINIMUM_NOTEBOOKS = sum(1 + bool(lesson.exercises) for lesson in COURSE.lessons)


class NotebookCount:
    """Count the notebooks of which a cell has passed, and fail the run if they are too few."""

    def __init__(self):
        self.notebooks = set()

    def too_few(self):
        return len(self.notebooks) < MINIMUM_NOTEBOOKS

    def pytest_runtest_logreport(self, report):
        file = report.nodeid.split("::")[0]
        if report.when == "call" and report.passed and file.endswith(".ipynb"):
            self.notebooks.add(file)

    def pytest_sessionfinish(self, session):
        if self.too_few() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        count = f"{len(self.notebooks)} notebooks compared, at least {MINIMUM_NOTEBOOKS} expected"
        terminalreporter.write_line(count, red=self.too_few())


class WhatWasCounted:
    """Say at the end how many answers to exercises were judged, and how."""

    def __init__(self):
        self.counts = Counter()

    def pytest_runtest_logreport(self, report):
        if report.when == "call" and report.passed:
            self.counts.update(what for name, what in report.user_properties if name == "counted")

    def pytest_terminal_summary(self, terminalreporter):
        if self.counts:
            counts = sorted(self.counts.items())
            terminalreporter.write_line(", ".join(f"{number} {what}" for what, number in counts))
