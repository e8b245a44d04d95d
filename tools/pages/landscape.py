"""Bring plotly and the landscape of lesson 03 to the pages, which fetch both when a reader asks.

    python -m tools.pages.landscape FOLDER

JupyterLab has plotly's script already. On a page it is three times as large as all the rest.
"""

import argparse
import json
import shutil
from importlib.resources import as_file, files
from pathlib import Path

from lesson_utils.files import write_whole
from lesson_utils.widgets.landscape_figure import as_data
from lesson_utils.widgets.page import PageView

SCRIPT = files("plotly") / "package_data" / "plotly.min.js"


def main(arguments: list[str] | None = None) -> int:
    """Write plotly's script and the figure into the folder that is named."""
    parser = argparse.ArgumentParser(prog="python -m tools.pages.landscape", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    with as_file(SCRIPT) as script:
        shutil.copyfile(script, folder / SCRIPT.name)
    write_whole(folder / "landscape.json", json.dumps(as_data()))
    return 0


def view() -> PageView:
    """Return the button that fetches the landscape. The saved picture stays above it."""
    with as_file(SCRIPT) as script:
        megabytes = round(script.stat().st_size / 1e6, 1)
    return PageView(("landscape.js",), {"megabytes": megabytes, "keepsPicture": True})


if __name__ == "__main__":
    raise SystemExit(main())
