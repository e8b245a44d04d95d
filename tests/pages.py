"""The cells of an exercise's page, run with an answer in its place: what passes must run there.

The first cells of a page are run once. A cell that reads the model at length reads a short excerpt
here: what is asked is whether it runs, and the excerpt's length decides nothing in that.
"""

import contextlib
import copy
import functools
import inspect
import io
import re

import nbformat
import torch

from lesson_utils.checks.findings import Answer
from tests.helpers import ROOT

SHORT = {"05": 1024, "06": 64}
"""Bytes that a page reads here, 128 if not said: 05 makes its tables for a whole window, and of 06
one right answer scores every pair of bytes in a loop."""
SMALLER = {"2048": "1024", "pieces=4": "pieces=2"}
"""Numbers in the cells of a page that only make it read longer."""
LAYERS = {"06": 6}
"""Layers of the model that are used, the first alone if not said: 06 counts them."""


class Passed:
    """Stands for ``check``: whatever it is given has passed already."""

    def __getattr__(self, name):
        return lambda answer: True


def run_later_cells(exercise, function) -> None:
    """Run what stands between this exercise's answer and the next one's, with this answer."""
    first, answers, later = cells(exercise.id[:2])
    page, stub = dict(first), {}
    exec(answers[exercise.id], page, stub)
    ((name, stub),) = stub.items()
    takes, answer = inspect.signature(stub), Answer(function, exercise.name)
    page[name] = lambda *args, **named: answer(**takes.bind(*args, **named).arguments)
    with contextlib.redirect_stdout(io.StringIO()):
        for source in later[exercise.id]:
            exec(compile(source, f"<{exercise.id}>", "exec"), page)


@functools.cache
def cells(lesson: str):
    """Return what a page's first cell makes, and by exercise its answer and its later cells."""
    path = next((ROOT / "exercises").glob(f"{lesson}_*.ipynb"))
    code = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    answers, later, at, first = {}, {}, None, []
    for cell in code:
        source = re.sub(r"(?m)^(\s*)%pip.*$", r"\1pass", cell.source)
        for large, small in SMALLER.items():
            source = source.replace(large, small)
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if grade_id.startswith("answer-"):
            at = grade_id.removeprefix("answer-").replace("-", ".")
            answers[at], later[at] = source, []
        else:
            (first if at is None else later[at]).append(source)
    page = {"__name__": "page"}
    with contextlib.redirect_stdout(io.StringIO()):
        for source in first:
            source = re.sub(r"(?m)^unchanged = .*$", "unchanged = 1.0", source)
            source = re.sub(r"(?m)^at_512, at_2048 = .*$", "at_512, at_2048 = 1.0, 1.0", source)
            source = re.sub(r"(?m)^print.*read\(.*$", "", source)
            exec(compile(source, f"<{lesson}>", "exec"), page)
    page.update(stubs(page, lesson))  # in place: the page's own functions look there
    return page, answers, later


def stubs(page: dict, lesson: str) -> dict:
    """Return the names of a page that stand here for slower ones."""
    whole = page.get("load")
    short, layers = SHORT.get(lesson, 128), LAYERS.get(lesson, 1)
    made = {"check": Passed()}
    for name in ("perplexity", "score_windows"):
        made[name] = briefly(page.get(name), short)
    made["byte_losses"] = remembered(page.get("byte_losses"))
    made["load"] = functools.cache(lambda name: cut(whole(name), layers))
    if "model" in page:
        made["model"] = made["load"]("base")
    if "excerpt" in page:
        made["excerpt"] = [page["excerpt"][0].excerpt(0, short)]
    return made


def cut(model, layers: int):
    """Keep the first layers of a model."""
    model = copy.deepcopy(model)
    model.model.layers = model.model.layers[:layers]
    return model


def briefly(reader, short: int):
    """Read one window of a document, and little of it; it stands for each of several lengths."""

    def read(model, documents, lengths, *args, longest=None, **options):
        one = isinstance(lengths, int)
        length = min(lengths if one else max(lengths), short)
        found = reader(model, [documents[0].excerpt(0, length)], length, *args, **options)
        return found if one else dict.fromkeys(lengths, found)

    return read


def remembered(byte_losses):
    """Keep what was read once: it is the same for every answer."""
    known = {}

    def losses(model, tokens, *args):
        if tokens.shape[-1] > 1000:
            return torch.ones(len(tokens), tokens.shape[-1] - 1)
        key = (id(model), tokens.numpy().tobytes(), tuple(tokens.shape), *map(id, args))
        if key not in known:
            known[key] = byte_losses(model, tokens, *args)
        return known[key].clone()

    return losses
