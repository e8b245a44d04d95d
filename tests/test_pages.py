"""What `make site` lays out for Sphinx: links, views, forms, folds. site.py opens the pages."""

import functools
import json
import re

import nbformat
import pytest

from lesson_utils import widgets
from lesson_utils.catalogue import COURSE
from lesson_utils.guesses.kinds import Choice, Number, Order
from lesson_utils.widgets import dials, frequency_chart, shown
from tests.helpers import EXERCISES, LESSONS, ROOT, SOLUTIONS, of_any_lesson
from tools.pages import __main__ as pages
from tools.pages import links, notebooks, opening, reference, views

pytestmark = of_any_lesson


@functools.cache
def page_of(path):
    return notebooks.as_page(nbformat.read(path, as_version=4), path.parent.name, path.name)


def html_of(page):
    outputs = (output for cell in page.cells for output in cell.get("outputs", ()))
    return "".join(output.get("data", {}).get("text/html", "") for output in outputs)


# --- links ---


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ("02_build_rope.ipynb", "02_build_rope.ipynb"),
        ("../site/receipts.md#tuned", "../site/receipts.md#tuned"),
        ("../README.md", "../index.md"),
        ("../exercises", "../exercises/index.md"),
        ("../CITATION.cff", links.in_repository("CITATION.cff")),
        ("../tools/README.md#top", links.in_repository("tools/README.md") + "#top"),
        ("https://arxiv.org/abs/2309.00071v2", "https://arxiv.org/abs/2309.00071v2"),
        ("#here", "#here"),
    ],
)  # fmt: skip
def test_a_link_leads_to_a_page_or_to_the_repository(link, leads_to):
    assert links.on_the_pages(f"[a]({link})", "notebooks") == f"[a]({leads_to})"


def test_the_landing_page_moves_up_and_its_links_with_it():
    text = "[a](receipts.md) [b](../notebooks/00_start_here.ipynb)"
    moved = "[a](site/receipts.md) [b](notebooks/00_start_here.ipynb)"
    assert links.on_the_pages(text, "site", "") == moved


@pytest.mark.parametrize("path", [*LESSONS, *EXERCISES, *SOLUTIONS], ids=lambda p: p.parent.name)
def test_a_page_asks_no_picture_of_others_and_keeps_its_launch_links(path):
    text = "".join(cell.source for cell in page_of(path).cells if cell.cell_type == "markdown")
    assert not re.search(r"!\[[^\]]*\]\(http", text)
    assert "colab.research.google.com" in text and "mybinder.org" in text


def test_every_lesson_and_every_text_of_site_is_a_page_of_the_contents():
    index = (ROOT / "site" / "index.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^(?:site|notebooks)/\S+$", index, re.MULTILINE))
    texts = {f"site/{path.stem}" for path in (ROOT / "site").glob("*.md")} - {"site/index"}
    assert listed == texts | {"notebooks/*"}
    assert {path.name for path in LESSONS} == {lesson.file for lesson in COURSE.lessons}


# --- views and forms ---


def test_a_cell_that_calls_a_view_gives_its_module_and_settings():
    view = views.view_of("widgets.wavelengths()")
    assert view.settings == frequency_chart.view().settings
    assert views.module_name(view.files) == "frequency_chart"
    dial = views.view_of("widgets.position_dial(speed=0.5)")
    assert dial.files == dials.POSITION_DIAL and dial.settings["speed"] == 0.5
    assert views.view_of("print(1)") is None


def test_to_look_for_a_view_displays_nothing_and_the_next_call_does_again(capsys, monkeypatch):
    displayed = []
    monkeypatch.setattr(shown, "display_raw", lambda data, _: displayed.append(data))
    views.view_of("widgets.wavelengths()")
    assert displayed == [] and capsys.readouterr().out == ""
    with pytest.raises(ValueError, match="speed of light"), shown.views_noted():
        raise ValueError("speed of light")
    widgets.wavelengths()
    assert len(displayed) == 1 and shown.HOW_TO_MOVE in capsys.readouterr().out


def test_a_view_that_keeps_its_picture_stands_below_it_and_any_other_above():
    page = page_of(LESSONS[3])
    for cell in page.cells:
        if (view := views.view_of(cell.source)) is not None:
            mounted = ["rope-mount" in str(output.get("data", {})) for output in cell.outputs]
            assert mounted.index(True) == (len(mounted) - 1 if "landscape" in cell.source else 0)
            assert view.settings.get("keepsPicture", False) == ("landscape" in cell.source)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_view_of_a_lesson_is_mounted_with_a_module_that_the_pages_have(path):
    calls = [
        cell.source
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "code" and cell.source.startswith("widgets.")
    ]
    mounted = re.findall(r'data-view="(\w+)"', html_of(page_of(path)))
    assert set(mounted) <= views.modules().keys()
    beside = ("guess_form", "attention", "bench_line")  # no view: a question; what answers a bench
    assert len([name for name in mounted if name not in beside]) == len(calls)


def test_settings_cannot_end_the_script_that_carries_them():
    written = views.mount("a", {"text": "</script><b>"}, "a")
    assert written.count("</script>") == 1
    assert json.loads(re.search(r"json\">(.*)</script>", written)[1]) == {"text": "</script><b>"}


@pytest.mark.parametrize(
    "kind",
    [
        Choice("Which", ("one", "two, three"), (1, 2)),
        Number("How many", "%"),
        Number("How many (roughly)"),
        Order("First", ("a", "b", "c")),
    ],
)
def test_a_question_is_read_back_from_the_words_that_a_notebook_keeps(kind):
    cell = nbformat.v4.new_code_cell("predict(…)")
    data = {"text/plain": kind.in_words("03.2")}
    cell.outputs = [nbformat.v4.new_output("display_data", data)]
    asked = kind.question("03.2")
    assert notebooks.question_of(cell) == json.loads(json.dumps(asked))


@pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.number)
def test_every_guess_of_a_lesson_has_its_form(lesson):
    html = html_of(page_of(ROOT / "notebooks" / lesson.file))
    names = re.findall(r'aria-label="Guess (\d\d\.\d+)"', html)
    assert names == [f"{lesson.number}.{n}" for n in range(1, lesson.guesses + 1)]


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_the_answers_of_solutions_are_folded(path):
    answers = [cell for cell in page_of(path).cells if notebooks.ANSWER in cell.source]
    assert answers
    assert all(notebooks.FOLD_CODE in cell.metadata.tags for cell in answers)


def test_a_notebook_itself_is_not_changed():
    notebook = nbformat.read(LESSONS[3], as_version=4)
    before = nbformat.writes(notebook)
    notebooks.as_page(notebook, "notebooks", LESSONS[3].name)
    assert nbformat.writes(notebook) == before


# --- the rest ---


def test_the_first_screen_starts_where_the_window_ends_and_its_hand_makes_no_whole_turn():
    settings = opening.settings()
    slowest = settings["head"]["base"] ** (-2 * settings["pair"] / settings["head"]["head_dim"])
    assert settings["lengths"][0] == settings["window"]
    assert settings["longest"] * slowest < 2 * 3.14159
    assert settings["lengths"][-1] == settings["longest"]


def test_every_room_that_is_called_from_python_has_a_page_of_reference():
    listed = reference.pages()
    assert {f"reference/{name}.md" for name in ("rope", "scaling", "checks")} <= listed.keys()
    assert "lesson_utils.checks.judging" in listed["reference/checks.md"]


def test_what_is_laid_out_twice_is_the_same_and_what_is_gone_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "lessons", lambda: [("notebooks/a.ipynb", "{}")])
    pages.main([str(tmp_path)])
    (tmp_path / "site" / "old.md").write_text("gone", encoding="utf-8")
    index = tmp_path / "index.md"
    before = index.stat().st_mtime_ns
    pages.main([str(tmp_path)])
    assert index.stat().st_mtime_ns == before  # Sphinx makes anew what is younger than its page
    assert not (tmp_path / "site" / "old.md").exists()
