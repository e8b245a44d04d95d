"""What browser tests share: one JupyterLab, and in a module a Chromium and a copy of the lessons.

JupyterLab takes longer to start in a page than most tests take, so the page stays open as well.
"""

import shutil
from types import SimpleNamespace

import pytest

from tests import lab_in_browser
from tests.helpers import ROOT


@pytest.fixture(scope="module")
def chromium():
    with lab_in_browser.browser() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """Serve a folder with JupyterLab; ``address_of`` gives the address of a path in it."""
    folder = tmp_path_factory.mktemp("lab")
    with lab_in_browser.lab(folder) as address_of:
        yield SimpleNamespace(folder=folder, address_of=address_of)


@pytest.fixture(scope="module")
def folder(served, request):
    folder = served.folder / request.module.__name__.rpartition(".")[2]
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    return folder


@pytest.fixture(scope="module")
def pages(chromium, served):
    """The page of JupyterLab that stays open from test to test, if there is one."""
    pages = []
    yield pages
    for notebook in pages:
        notebook.close()


@pytest.fixture
def open_notebook(request, chromium, served, folder, pages):
    """Open notebooks: in the page that stays open, or with options in a page of their own.

    A page in which something failed is not used again.
    """
    own, failed = [], request.session.testsfailed

    def open_notebook(path, **options):
        path = f"{folder.name}/{path}"
        if pages and pages[0].page.is_closed():
            pages.clear()
        if pages and not options:
            pages[0].open(path)
            return pages[0]
        viewport = {"width": 1280, "height": 900}
        notebook = lab_in_browser.Notebook(
            chromium, served.address_of(path), viewport=viewport, **options
        )
        (own if options else pages).append(notebook)
        return notebook

    yield open_notebook
    for notebook in own:
        notebook.close()
    for notebook in list(pages):
        if notebook.errors or request.session.testsfailed > failed:
            notebook.close()
        else:
            notebook.leave()
    pages[:] = [notebook for notebook in pages if not notebook.page.is_closed()]
