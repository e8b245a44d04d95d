"""Gather all that the page with the model in it needs.

Run ``python -m tools.gather_model_page --out FOLDER``. Anything that serves files can serve the
folder, and its page asks for nothing outside it. ONNX Runtime Web comes from npm, at the version
of ``site/model_in_page/package-lock.json``.
"""

import argparse
import json
import math
import shutil
import sys
from pathlib import Path

from lesson_utils import weights
from lesson_utils.corpus import default_documents
from lesson_utils.files import write_whole
from lesson_utils.methods import TABLE
from lesson_utils.model import ModelConfig, attend_last
from lesson_utils.perplexity import byte_losses, perplexity
from lesson_utils.rope import rope
from lesson_utils.widgets import bench
from lesson_utils.widgets.page import source
from lesson_utils.widgets.recipe import Recipe, for_the_page
from tools.export_onnx import NAMES, export

RUNTIME = Path(sys.prefix) / "node_modules" / "onnxruntime-web" / "dist"
"""Where `make site` has npm put ONNX Runtime Web."""
PAGE = Path(__file__).parents[1] / "site" / "model_in_page"
LENGTHS = (512, 1024, 2048, 4096)
KNOWN_BYTES = 64
RUNTIMES = {
    kind: {"script": script, "module": f"{binary}.mjs", "binary": f"{binary}.wasm"}
    for kind, script, binary in (
        ("webgpu", "ort.webgpu.min.mjs", "ort-wasm-simd-threaded.asyncify"),
        ("wasm", "ort.wasm.min.mjs", "ort-wasm-simd-threaded"),
    )
}
"""For each way to compute in a browser, the files of ONNX Runtime Web that it takes."""


def gather(folder: Path, *, runtime: Path = RUNTIME) -> None:
    """Write the page's modules, models, text and settings into a folder.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    runtime : Path
        Where npm has put ``onnxruntime-web``'s files.

    Raises
    ------
    FileNotFoundError
        If it has not.
    """
    if not runtime.is_dir():
        raise FileNotFoundError(f"{runtime} is not there; `make site` has npm put it there")
    folder.mkdir(parents=True, exist_ok=True)
    for file in [*PAGE.glob("*.js"), *PAGE.glob("*.css")]:
        shutil.copyfile(file, folder / file.name)
    write_whole(folder / "course.js", source(*bench.FILES))
    write_whole(folder / "course.css", source("page.css"))
    for file in {name for files in RUNTIMES.values() for name in files.values()}:
        shutil.copyfile(runtime / file, folder / file)
    export(folder)
    (document,) = default_documents(1)
    write_whole(folder / "document.txt", document.data[: LENGTHS[-1]].tobytes())
    sizes = {file.name: file.stat().st_size for file in folder.iterdir()}
    told = json.dumps(settings(document) | {"sizes": sizes}, ensure_ascii=False)
    write_whole(folder / "settings.json", told)


def settings(document) -> dict:
    """Say what can be set, what the model is, and what Python reads on the page's text."""
    config = ModelConfig()
    shape = ("heads", "layers", "head_dim", "base", "trained_length")
    caches = [f"{what}_{i}" for i in range(config.layers) for what in ("keys", "values")]
    return for_the_page(Recipe("yarn"), list(TABLE)) | {
        "shape": {name: getattr(config, name) for name in shape},
        "caches": caches,
        "lengths": LENGTHS,
        "runtimes": RUNTIMES,
        "document": document.name,
        "recorded": recorded(document.excerpt(0, LENGTHS[-1], name=document.name)),
        "check": known_line(document.excerpt(0, KNOWN_BYTES)),
    }


def recorded(text) -> dict:
    """Read the page's text in Python: unchanged, and with the last 512 bytes in sight only."""
    model, window = weights.load("base"), ModelConfig().trained_length
    readers = {"rope": {}, "last_512": {"attend": attend_last(window)}}
    found = {name: perplexity(model, [text], LENGTHS, **how) for name, how in readers.items()}
    assert all(math.isfinite(value) for curve in found.values() for value in curve.values())
    return found


def known_line(line) -> dict:
    """Say what Python makes of a short line, so that a page can tell whether it reads as well."""
    frequencies = rope(ModelConfig().head_dim, base=ModelConfig().base)
    losses = {n: byte_losses(weights.load(n), line.tokens()[None], frequencies) for n in NAMES}
    return {
        "bytes": line.data.tolist(),
        "speeds": frequencies.inv_freq.tolist(),
        "nats": {name: each.mean().item() for name, each in losses.items()},
    }


def main() -> None:
    """Gather the page and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    folder = parser.parse_args().out
    gather(folder)
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{folder}: {size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
