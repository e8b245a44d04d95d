"""Time the first slider of every view on the published pages, from key press to paint.

    python -m benchmarks.pages          `make bench-site` builds the pages and runs this

It measures as benchmarks/sliders.py does in JupyterLab. Exits with 1 when a view is slower than the
limit: run it on a computer that does nothing else.
"""

import os
import statistics
import sys

from benchmarks.sliders import IN_THE_PAGE, PRESSES, PROMISE, WARM_UP, WATCH
from lesson_utils.catalogue import COURSE
from tests import lab_in_browser
from tests.helpers import ROOT
from tests.served import served

CHART = ".rope-chart"
# Page (a lesson, or the landing page), module, what is drawn in.
VIEWS = [
    ("", "opening", CHART),
    ("01", "position_dial", ".rope-dial"),
    ("02", "distance", CHART),
    ("03", "wall_of_dials", ".rope-wall"),
    ("03", "hand_path", ".rope-path"),
    ("03", "frequency_chart", CHART),
    ("04", "bench", CHART),
    ("05", "bench", CHART),
    ("07", "bench", CHART),
]


def main() -> int:
    """Print the table; return 1 if the limit is broken."""
    if lab_in_browser.find_chromium() is None:
        print(lab_in_browser.NO_CHROMIUM, file=sys.stderr)
        return 1
    print(f"{os.cpu_count()} cores, {PRESSES} presses each; milliseconds from key press to paint")
    print(f"{'view':<24}{'first 10':>10}{'median':>8}{'p90':>8}{'limit':>8}")
    broken = 0
    with served(ROOT / "_site") as address, lab_in_browser.browser() as chromium:
        for lesson, module, drawing in VIEWS:
            page = chromium.new_page(viewport={"width": 1280, "height": 900})
            page.goto(address + path_of(lesson))
            times = measure(page, module, drawing)
            page.close()
            first, times = statistics.median(times[:WARM_UP]), times[WARM_UP:]
            high = statistics.quantiles(times, n=10)[-1]
            broken += high > IN_THE_PAGE
            row = f"{first:10.0f}{statistics.median(times):8.0f}{high:8.0f}{IN_THE_PAGE:8}"
            print(f"{lesson or '--'} {module:<21}{row}", flush=True)
    return 1 if broken else 0


def path_of(lesson: str) -> str:
    name = COURSE.lesson(lesson).file.removesuffix(".ipynb") if lesson else ""
    return f"notebooks/{name}.html" if lesson else "index.html"


def measure(page, module: str, drawing: str) -> list[float]:
    """Press the keys of a view's first slider; return what each press took, in milliseconds."""
    place = page.locator(f".rope-mount[data-view={module}]").first
    handle = "input[type=range]"
    place.locator(handle).first.wait_for()
    place.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)
    place.locator(handle).first.press("Home")  # from an end, a press to the right always moves it
    page.wait_for_timeout(200)
    place.evaluate(WATCH, [drawing, handle])
    for press in range(WARM_UP + PRESSES):
        page.evaluate(PROMISE)
        page.keyboard.press(("ArrowRight", "ArrowLeft")[press % 2])
        page.evaluate("window.ropePromise")
        page.wait_for_timeout(50)
    return page.evaluate("window.ropeTimes")


if __name__ == "__main__":
    raise SystemExit(main())
