"""What the browser tests share: one Chromium, one JupyterLab over a copy of the lessons."""

import shutil

import pytest

from tests import lab_in_browser
from tests.helpers import ROOT


@pytest.fixture(scope="module")
def chromium():
    with lab_in_browser.browser() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    return folder


@pytest.fixture(scope="module")
def address_of(folder):
    with lab_in_browser.lab(folder) as address_of:
        yield address_of


@pytest.fixture
def open_notebook(chromium, address_of):
    opened = []

    def open_notebook(path, **options):
        viewport = {"width": 1280, "height": 900}
        opened.append(
            lab_in_browser.Notebook(chromium, address_of(path), viewport=viewport, **options)
        )
        return opened[-1]

    yield open_notebook
    for notebook in opened:
        notebook.close()
