"""Guards over the saved notebooks: what nbval does not look at, or would pass without looking."""

import json
import math
import re
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbval.plugin import find_comment_markers, find_metadata_tags

from lesson_utils.catalogue import COURSE
from tests.counting import MINIMUM_NOTEBOOKS, NotebookCount
from tools.run_notebooks import as_text, every_notebook, normal_form, out_of_order, problems

NOTEBOOKS = every_notebook()

MAXIMUM_BYTES = 1_000_000  # more is slow to open on a phone's connection, and hard to review
# Of a notebook's code cells, the share whose output may go uncompared; one cell is always allowed.
UNCOMPARED_SHARE = 0.03
# Folders in which people and hosted notebooks keep a checkout, an environment or a kernel.
MACHINE_PATH = re.compile(
    r"(?<![\w.])/(?:home|root|tmp|Users|usr|opt|mnt|srv|var|content|workspace)/|\b[A-Z]:\\"
)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook):
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def widget_state(notebook):
    return "widgets" in notebook.metadata


def errors(notebook):
    return [o.ename for o in outputs(notebook) if o.output_type == "error"]


def warnings(notebook):
    return [o.text for o in outputs(notebook) if o.get("name") == "stderr"]


def machine_paths(notebook):
    texts = []
    for output in outputs(notebook):
        # A PNG is Base64, in which "/tmp/" may stand by chance.
        data = {k: v for k, v in output.get("data", {}).items() if not k.startswith("image/")}
        # What is no text is searched as JSON, in which a backslash is doubled.
        texts += [v if isinstance(v, str) else json.dumps(v) for v in data.values()]
        texts.append(output.get("text", ""))
    return [line for text in texts for line in text.splitlines() if MACHINE_PATH.search(line)]


def uncompared(notebook):
    """The cells that nbval, by its own reading of tags and comments, runs without comparing."""
    found = []
    for cell in code_cells(notebook):
        options = dict(find_metadata_tags(cell.metadata))
        options.update(find_comment_markers(cell.source))
        if not options.get("check", True) or options.get("skip") or options.get("check_exception"):
            found.append(cell)
    return found


def uncompared_allowance(notebook):
    return max(1, math.ceil(UNCOMPARED_SHARE * len(code_cells(notebook))))


def unexplained(notebook):
    return [
        cell.source
        for cell in uncompared(notebook)
        if not re.match(r"# not compared: \w", cell.source)
    ]


# --- the notebooks of the course ---


def test_there_are_the_notebooks_that_the_course_has_and_no_others():
    lessons = [f"notebooks/{lesson.file}" for lesson in COURSE.lessons]
    solutions = [f"solutions/{lesson.file}" for lesson in COURSE.lessons if lesson.exercises]
    found = [f"{path.parent.name}/{path.name}" for path in NOTEBOOKS]
    assert found == lessons + solutions
    assert len(found) == MINIMUM_NOTEBOOKS >= 11 + 9


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.name}")
def path(request) -> Path:
    return request.param


@pytest.fixture
def notebook(path):
    return nbformat.read(path, as_version=4)


def test_every_cell_was_run_in_order_from_a_fresh_kernel(notebook):
    assert code_cells(notebook)
    assert out_of_order(notebook) == []


def test_the_file_is_in_normal_form(path):
    assert problems(path.read_text(encoding="utf-8")) == []


def test_the_file_is_small(path):
    assert path.stat().st_size <= MAXIMUM_BYTES


def test_no_widget_state_is_saved(notebook):
    assert not widget_state(notebook)


def test_no_output_is_an_error(notebook):
    assert errors(notebook) == []


def test_no_output_is_a_warning(notebook):
    assert warnings(notebook) == []


def test_no_output_names_a_folder_of_the_machine_it_ran_on(notebook):
    assert machine_paths(notebook) == []


def test_few_cells_go_uncompared(notebook):
    assert len(uncompared(notebook)) <= uncompared_allowance(notebook)


def test_every_uncompared_cell_says_why_in_its_first_line(notebook):
    assert unexplained(notebook) == []


# --- the guards themselves, shown what they are there to catch ---


def notebook_of(*cells):
    return new_notebook(cells=[new_markdown_cell("# Title"), *cells])


def cell(source="1 + 1", count=1, tags=(), **output):
    made = new_code_cell(source, execution_count=count)
    if tags:
        made.metadata["tags"] = list(tags)
    if output:
        made.outputs = [new_output(**output)]
    return made


@pytest.mark.parametrize("counts", [(None,), (2,), (1, 1), (2, 1), (1, 3), (1, None)])
def test_a_cell_not_run_or_run_out_of_order_is_found(counts):
    assert out_of_order(notebook_of(*(cell(count=count) for count in counts)))


def test_cells_run_in_order_pass():
    assert out_of_order(notebook_of(cell(), new_markdown_cell("…"), cell(count=2))) == []


def test_a_notebook_in_normal_form_has_no_problems():
    assert problems(as_text(normal_form(notebook_of(cell())))) == []


def spoil_widgets(notebook):
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}


def spoil_times(notebook):
    notebook.cells[1].metadata["execution"] = {"iopub.status.busy": "2026-01-01T00:00:00Z"}


def spoil_kernel(notebook):
    notebook.metadata.kernelspec.name = "my-environment"


def spoil_version(notebook):
    notebook.metadata.language_info["version"] = "3.11.7"


def spoil_order(notebook):
    notebook.cells[1].execution_count = 7


@pytest.mark.parametrize(
    "spoil", [spoil_widgets, spoil_times, spoil_kernel, spoil_version, spoil_order]
)
def test_what_differs_from_run_to_run_is_a_problem(spoil):
    notebook = normal_form(notebook_of(cell()))
    spoil(notebook)
    assert problems(as_text(notebook))


@pytest.mark.parametrize("change", [str.rstrip, lambda text: text.replace("\n ", "\n  ")])
def test_another_layout_of_the_file_is_a_problem(change):
    assert problems(change(as_text(normal_form(notebook_of(cell())))))


def test_the_view_of_a_widget_is_dropped_and_its_text_kept():
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1f"}, "text/plain": "Dial()"}
    kept = normal_form(notebook_of(cell(output_type="display_data", data=view)))
    assert kept.cells[1].outputs[0].data == {"text/plain": "Dial()"}


def test_the_script_of_a_view_is_dropped_and_so_is_an_output_that_held_nothing_else():
    view = {"application/javascript": "1", "image/png": "p", "text/plain": "A view"}
    line = {"application/vnd.jupyter.widget-view+json": {"model_id": "1f"}}
    notebook = notebook_of(cell(output_type="display_data", data=view))
    notebook.cells[1].outputs.append(new_output("display_data", data=line))
    kept = [output.data for output in normal_form(notebook).cells[1].outputs]
    assert kept == [{"image/png": "p", "text/plain": "A view"}]


def test_widget_state_is_found():
    notebook = notebook_of(cell())
    spoil_widgets(notebook)
    assert widget_state(notebook)


def test_an_error_is_found():
    bad = cell("1 / 0", output_type="error", ename="ZeroDivisionError", evalue="", traceback=[])
    assert errors(notebook_of(bad)) == ["ZeroDivisionError"]


def test_a_warning_is_found_and_a_print_is_not():
    assert warnings(notebook_of(cell(output_type="stream", name="stderr", text="Careful")))
    assert not warnings(notebook_of(cell(output_type="stream", name="stdout", text="Careful")))


PATHS = ["see /home/ada/rope", "'/tmp/x.py'", "/Users/ada", "/root/.cache", r"C:\Users\ada"]


@pytest.mark.parametrize("text", PATHS)
def test_a_path_of_a_machine_is_found(text):
    stream = cell(output_type="stream", text=text + "/and/on")
    plain = cell(output_type="display_data", data={"text/plain": text + "/and/on"})
    figure = cell(output_type="display_data", data={"application/json": {"at": text + "/and/on"}})
    for bad in (stream, plain, figure):
        assert machine_paths(notebook_of(bad))


@pytest.mark.parametrize("text", ["sympy/core/expr.py", "https://arxiv.org/abs/home/", "x:\\frac"])
def test_other_text_and_pictures_are_no_paths(text):
    picture = cell(output_type="display_data", data={"image/png": "iVBORw0/tmp/KGgo="})
    assert not machine_paths(notebook_of(picture, cell(output_type="stream", text=text)))


IGNORED = [
    cell(tags=["nbval-ignore-output"]),
    cell(tags=["nbval-skip"]),
    cell(tags=["raises-exception"]),
    cell("# NBVAL_IGNORE_OUTPUT\n1 + 1"),
    cell("x = 1\n#NBVAL_SKIP"),
    cell("# PYTEST_VALIDATE_IGNORE_OUTPUT"),
]


@pytest.mark.parametrize("ignored", IGNORED)
def test_an_uncompared_cell_is_counted_and_asked_for_its_reason(ignored):
    notebook = notebook_of(cell(), ignored)
    assert uncompared(notebook) == [ignored]
    assert unexplained(notebook) == [ignored.source]


def test_a_reason_in_the_first_line_is_enough():
    explained = cell("# not compared: it prints seconds\n1 + 1", tags=["nbval-ignore-output"])
    assert unexplained(notebook_of(explained)) == []


def test_a_cell_that_nbval_compares_is_not_counted():
    assert uncompared(notebook_of(cell(tags=["nbval-check-output", "hide-input"]))) == []


@pytest.mark.parametrize("cells, allowed", [(1, 1), (33, 1), (34, 2), (67, 3)])
def test_the_allowance_is_three_in_a_hundred_rounded_up(cells, allowed):
    assert uncompared_allowance(notebook_of(*(cell() for _ in range(cells)))) == allowed


def test_a_run_that_compares_too_few_notebooks_fails():
    count = NotebookCount()
    session = SimpleNamespace(exitstatus=pytest.ExitCode.OK)
    count.pytest_sessionfinish(session)
    assert session.exitstatus == pytest.ExitCode.TESTS_FAILED


def test_a_notebook_counts_once_and_only_if_a_cell_of_it_passed():
    count = NotebookCount()
    for file, passed in [("04.ipynb", 1), ("04.ipynb", 1), ("05.ipynb", 0), ("test_rope.py", 1)]:
        report = SimpleNamespace(when="call", passed=bool(passed), nodeid=f"{file}::Cell 0")
        count.pytest_runtest_logreport(report)
    assert count.notebooks == {"04.ipynb"}
