"""Time one slider of every view on the published pages, from key press to paint.

    python -m benchmarks.pages          `make bench-site` builds the pages and runs this

It measures the views of benchmarks/sliders.py, as that does in JupyterLab. Exits with 1 when a view
is slower than the limit: run it on a computer that does nothing else.
"""

import os
import statistics
import sys

import nbformat

from benchmarks import sliders
from lesson_utils.catalogue import COURSE
from tests import lab_in_browser
from tests.helpers import ROOT
from tests.served import served
from tools.pages import views

LIMIT = sliders.IN_THE_PAGE
OPENING = ("", "opening", sliders.CHART, LIMIT)
"""The view of the landing page, which JupyterLab does not have."""


def main() -> int:
    """Print the table; return 1 if the limit is broken."""
    if lab_in_browser.find_chromium() is None:
        print(lab_in_browser.NO_CHROMIUM, file=sys.stderr)
        return 1
    presses = f"{sliders.PRESSES} presses each"
    print(f"{os.cpu_count()} cores, {presses}; milliseconds from key press to paint")
    print(f"{'view':<24}{'first 10':>10}{'median':>8}{'p90':>8}{'limit':>8}")
    broken = 0
    with served(ROOT / "_site") as address, lab_in_browser.browser() as chromium:
        for lesson, call, drawing, _ in [OPENING, *sliders.WIDGETS]:
            page = chromium.new_page(viewport={"width": 1280, "height": 900})
            page.goto(address + path_of(lesson))
            times = measure(page, module_of(lesson, call), call, drawing)
            page.close()
            first, times = times[: sliders.WARM_UP], times[sliders.WARM_UP :]
            high = statistics.quantiles(times, n=10)[-1]
            broken += high > LIMIT
            row = f"{statistics.median(first):10.0f}{statistics.median(times):8.0f}{high:8.0f}"
            print(f"{lesson or '--'} {call:<21}{row}{LIMIT:8}", flush=True)
    return 1 if broken else 0


def path_of(lesson: str) -> str:
    name = COURSE.lesson(lesson).file.removesuffix(".ipynb") if lesson else ""
    return f"notebooks/{name}.html" if lesson else "index.html"


def module_of(lesson: str, call: str) -> str:
    """Name the module that a page mounts where a lesson's cell makes this call."""
    if not lesson:
        return call
    path = ROOT / "notebooks" / COURSE.lesson(lesson).file
    cells = nbformat.read(path, as_version=4).cells
    code = next(cell.source for cell in cells if cell.source.startswith(f"widgets.{call}("))
    return views.module_name(views.view_of(code).files)


def measure(page, module: str, call: str, drawing: str) -> list[float]:
    """Press the keys of a view's slider; return what each press took, in milliseconds."""
    place = page.locator(f".rope-mount[data-view={module}]").first
    handle = sliders.SLIDER.get(call, sliders.HANDLE)
    place.locator(handle).first.wait_for()
    place.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)
    place.locator(handle).first.press("Home")  # from an end, a press to the right always moves it
    page.wait_for_timeout(200)
    place.evaluate(sliders.WATCH, [drawing, handle])
    for press in range(sliders.WARM_UP + sliders.PRESSES):
        page.evaluate(sliders.PROMISE)
        page.keyboard.press(("ArrowRight", "ArrowLeft")[press % 2])
        page.evaluate("window.ropePromise")
        page.wait_for_timeout(50)
    return page.evaluate("window.ropeTimes")


if __name__ == "__main__":
    raise SystemExit(main())
