"""Time every slider from key press to paint, in Chromium and a real JupyterLab.

    python -m benchmarks.sliders          `make bench-sliders` runs this

A press is over two frames after the figure changed. Each widget's first slider is pressed 10 times,
in which the browser compiles the page's code, then 50 times, to and fro; both are shown, and the
limit holds for the 50. The same chart drawn by matplotlib through ``@interact`` stands beside them.
Exits with 1 when a widget is slower than its limit: run it on a computer that does nothing else.
"""

import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import nbformat

from lesson_utils.files import write_whole
from tests import lab_in_browser
from tests.helpers import ROOT

WARM_UP, PRESSES = 10, 50
IN_THE_PAGE, FIRST_POINT = 50, 1000
CHART = ".rope-chart"
HANDLE = "input[type=range]"
POSITION = 'input[aria-label="position of the query"]'
YARDSTICK = ".noUi-handle"
# Lesson, call, what is drawn in, and the limit on the 90th percentile in milliseconds.
WIDGETS = [
    ("01", "position_dial", ".rope-dial", IN_THE_PAGE),
    ("02", "score_by_distance", CHART, IN_THE_PAGE),
    ("03", "wall_of_dials", ".rope-wall", IN_THE_PAGE),
    ("03", "wavelengths", CHART, IN_THE_PAGE),
    ("04", "head_score", CHART, IN_THE_PAGE),
    ("04", "attention_seen", CHART, IN_THE_PAGE),
    ("06", "method_bench", CHART, IN_THE_PAGE),
    ("07", "recipe_bench", CHART, FIRST_POINT),
]
# The first slider of these is greyed out, has the model read, or is no slider of ours.
SLIDER = {"attention_seen": POSITION, "head_score": HANDLE + ":enabled", "interact": YARDSTICK}
NEW_POINT = """async () => {
  const line = () => document.querySelector(".rope-words").textContent.split("\\n")[0];
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  // Looking at every frame would keep one of two cores busy with drawing them.
  const shows = async (words) => {
    while (!line().includes(words)) await new Promise((done) => setTimeout(done, 20));
  };
  const start = performance.now();
  await shows("reading");
  await shows(": 512: ");
  await frame();
  window.ropeTimes.push(performance.now() - start);
  await shows("4,096: ");
}"""
RECIPES = 6  # the factors below 8
INTERACT = """
import ipywidgets
from IPython.display import display
from IPython.display import Image
from lesson_utils.figures.chart import as_figure
from lesson_utils.figures.picture import as_png
from lesson_utils.widgets.frequency_chart import chart

@ipywidgets.interact(base=ipywidgets.SelectionSlider(options=[10_000, 100_000, 500_000]))
def draw(base):
    display(Image(as_png(as_figure(chart(base, head_dim=64, trained_length=512)))))
"""
WATCH = """(output, [drawing, handle]) => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  window.ropeTimes = [];
  const target = output.querySelector(drawing);
  let pressed = null;
  const note = () => (pressed = performance.now());
  output.querySelector(handle).addEventListener("keydown", note, true);
  new MutationObserver(async () => {
    if (pressed === null) return;
    const start = pressed;
    pressed = null;
    await Promise.all(Array.from(target.querySelectorAll("img"), (image) => image.decode()));
    await frame();
    await frame();
    window.ropeTimes.push(performance.now() - start);
    window.ropePainted();
  }).observe(target, { childList: true, subtree: true, attributeFilter: ["d", "transform"] });
}"""

PROMISE = "void (window.ropePromise = new Promise((done) => (window.ropePainted = done)))"


def main() -> int:
    """Print the table; return 1 if a limit is broken."""
    if lab_in_browser.find_chromium() is None:
        print(lab_in_browser.NO_CHROMIUM, file=sys.stderr)
        return 1
    print(f"{os.cpu_count()} cores, {PRESSES} presses each; milliseconds from key press to paint")
    print(f"{'widget':<28}{'first 10':>10}{'median':>8}{'p90':>8}{'limit':>8}")
    broken = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        shutil.copytree(ROOT / "notebooks", folder / "notebooks")
        write_yardstick(folder / "notebooks" / "99_interact.ipynb")
        with lab_in_browser.lab(folder) as address_of, lab_in_browser.browser() as chromium:
            for lesson, call, drawing, limit in [*WIDGETS, ("99", "interact", None, None)]:
                path = next((folder / "notebooks").glob(f"{lesson}_*.ipynb"))
                address = address_of(f"notebooks/{path.name}")
                notebook = lab_in_browser.Notebook(chromium, address)
                times = measure(notebook, call, drawing or ".widget-output")
                notebook.close()
                first, times = times[:-PRESSES], times[-PRESSES:]
                middle, high = statistics.median(times), statistics.quantiles(times, n=10)[-1]
                broken += bool(limit and high > limit)
                cold = f"{statistics.median(first):.0f}" if first else ""
                row = f"{lesson} {call:<25}{cold:>10}{middle:8.0f}{high:8.0f}{limit or '':>8}"
                print(row, flush=True)
    return 1 if broken else 0


def write_yardstick(path: Path) -> None:
    cells = [nbformat.v4.new_code_cell(source) for source in ("0", INTERACT)]
    metadata = {"kernelspec": {"display_name": "Python 3", "name": "python3"}}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    write_whole(path, nbformat.writes(notebook))


def measure(notebook, call: str, drawing: str) -> list[float]:
    """Press the first slider's keys and return what each press took, in milliseconds.

    ``WARM_UP`` presses, then ``PRESSES``; the points of the live perplexity are fewer.
    """
    sources = notebook.sources()
    notebook.run(next(i for i, source in enumerate(sources) if source))
    index = max(i for i, source in enumerate(sources) if f"{call}(" in source)
    notebook.run(index)
    output, handle = notebook.output(index), SLIDER.get(call, HANDLE)
    output.locator(handle).first.wait_for()
    output.locator(f"{drawing} svg, {drawing} img").first.wait_for()
    notebook.page.wait_for_timeout(1000)
    output.locator(handle).first.focus()
    if call == "recipe_bench":
        return first_points(notebook)
    if handle.startswith(HANDLE):
        notebook.page.keyboard.press("Home")  # from an end, a press to the right always moves it
        notebook.page.wait_for_timeout(200)
    output.evaluate(WATCH, [drawing, handle])
    for press in range(WARM_UP + PRESSES):
        notebook.page.evaluate(PROMISE)
        notebook.page.keyboard.press(("ArrowRight", "ArrowLeft")[press % 2])
        notebook.page.evaluate("window.ropePromise")
        notebook.page.wait_for_timeout(50)
    return notebook.page.evaluate("window.ropeTimes")


def first_points(notebook) -> list[float]:
    """Press the factor's key and wait for the first new point, on to the end, a few times."""
    notebook.page.evaluate("window.ropeTimes = []")
    for _ in range(RECIPES):
        notebook.page.evaluate(f"void (window.ropePoint = ({NEW_POINT})())")
        notebook.page.keyboard.press("ArrowLeft")
        notebook.page.evaluate("window.ropePoint")
    return notebook.page.evaluate("window.ropeTimes")


if __name__ == "__main__":
    raise SystemExit(main())
