"""Every lesson has its parts, in order, and every number in its prose has a source."""

import json
import re
from urllib.parse import quote

import pytest

from lesson_utils.catalogue import COURSE
from tests.helpers import LESSONS, ROOT, cells_of, of_any_lesson, prose_of
from tools import account_for_numbers

ADDRESS = COURSE.address
PARTS = (
    "**You need:**",
    "**You will be able to:**",
    "**Predict.**",
    "## Check yourself",
    "## Receipts",
    "**Read on.**",
)


def minutes_of(path):
    return int(re.search(r"^\*\*(\d+) minutes\*\*", prose_of(path), re.MULTILINE)[1])


def figures_of(path):
    """The (alternative text, printed text) of every cell that shows a picture."""
    shown = []
    for kind, _, cell in cells_of(path):
        if kind != "code":
            continue
        outputs = cell["outputs"]
        printed = "".join("".join(o["text"]) for o in outputs if o.get("name") == "stdout")
        for output in outputs:
            if "image/png" in output.get("data", {}):
                alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
                shown.append((alt, printed))
    return shown


def parts_out_of_order(prose):
    places = [prose.find(part) for part in PARTS]
    missing = [part for part, place in zip(PARTS, places) if place < 0]
    return missing or ([] if places == sorted(places) else ["the order of the parts"])


def predictions_without_a_run(path):
    """Predict cells that no code cell follows before the next prose."""
    cells = cells_of(path)
    return [
        text
        for (kind, text, _), following in zip(cells, [*cells[1:], ("markdown", "", {})])
        if kind == "markdown" and "**Predict.**" in text and following[0] != "code"
    ]


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem)
def lesson(request):
    return request.param


def test_a_lesson_has_its_parts_in_order(lesson):
    assert not parts_out_of_order(prose_of(lesson))


def test_a_lesson_opens_with_its_number_and_a_title(lesson):
    first = cells_of(lesson)[0][1]
    number, title = re.match(r"# (\d\d) · (\w.+)\n", first).groups()
    assert lesson.stem == f"{number}_{re.sub('[ -]', '_', title.lower())}"


def test_launch_badges_open_this_very_lesson(lesson):
    first = cells_of(lesson)[0][1]
    path = f"notebooks/{lesson.name}"
    opened = f"github/{ADDRESS.repository}/blob/{ADDRESS.ref}/{path}"
    assert f"https://colab.research.google.com/{opened}" in first
    opened = f"gh/{ADDRESS.repository}/{ADDRESS.ref}?labpath={quote(path, safe='')}"
    assert f"https://mybinder.org/v2/{opened}" in first


def test_a_lesson_installs_the_course_on_colab(lesson):
    source = f"git+https://github.com/{ADDRESS.repository}@{ADDRESS.ref}\n"
    assert f"%pip -q install --no-deps {source}" in cells_of(lesson)[1][1]


def test_the_main_path_of_a_lesson_takes_no_more_than_25_minutes(lesson):
    assert 5 <= minutes_of(lesson) <= 25


def test_the_learner_commits_to_a_guess_at_least_twice_and_then_runs(lesson):
    assert prose_of(lesson).count("**Predict.**") >= 2
    assert not predictions_without_a_run(lesson)


def test_every_figure_is_described_and_has_numbers_printed_beside_it(lesson):
    figures = figures_of(lesson)
    for alt, printed in figures:
        assert len(alt) >= 40, f"a figure needs a description, this one has {alt!r}"
        assert re.search(r"\d", printed), f"no digest is printed beside the figure: {alt}"


def test_a_lesson_closes_with_three_questions_whose_answers_are_folded(lesson):
    questions = prose_of(lesson).split("## Check yourself")[1].split("## Receipts")[0]
    assert re.findall(r"^\*\*(\d)\.\*\*", questions, re.MULTILINE) == ["1", "2", "3"]
    assert questions.count("<details><summary>Answer</summary>") == 3
    assert questions.count("</details>") == 3


def test_receipts_are_a_table_of_claim_place_and_difference(lesson):
    receipts = prose_of(lesson).split("## Receipts")[1]
    assert re.search(r"\| claim \| shown in \| what differs", receipts)
    assert len(re.findall(r"^\|", receipts, re.MULTILINE)) >= 2 + 3


def test_the_last_cell_marks_the_lesson_as_read(lesson):
    kind, source, _ = cells_of(lesson)[-1]
    mark = f'from lesson_utils import progress\n\nprogress.mark_read("{lesson.name[:2]}")'
    assert (kind, source) == ("code", mark)


def test_every_number_in_prose_has_a_source(lesson):
    missing = [f for f in account_for_numbers.account(lesson) if f.source is None]
    assert not missing, "\n".join(f"{f.number} in: {f.sentence}" for f in missing)


@of_any_lesson
def test_lessons_are_numbered_without_a_gap_and_point_to_the_next():
    titles = {p: re.match(r"# \d\d · (.+)\n", cells_of(p)[0][1])[1] for p in LESSONS}
    for lesson, following in zip(LESSONS, LESSONS[1:]):
        assert int(following.name[:2]) == int(lesson.name[:2]) + 1
        link = f"[lesson {following.name[:2]}, {titles[following]}]({following.name})"
        assert f"**Next:** {link}." in prose_of(lesson)


def test_the_readme_lists_every_lesson_with_its_minutes():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"\(notebooks/(\w+\.ipynb)\).*?\| (\d+) \|", readme)
    assert listed == [(lesson.name, str(minutes_of(lesson))) for lesson in LESSONS]
    total = sum(map(minutes_of, LESSONS))
    assert f"{total} minutes" in readme


def test_the_first_lesson_maps_all_others_with_their_minutes():
    first, *others = LESSONS
    rows = re.findall(r"\((\d\d_\w+\.ipynb)\).*?\*\*(\d+) minutes\*\* \|", prose_of(first))
    assert rows == [(lesson.name, str(minutes_of(lesson))) for lesson in others]


# --- the checks can fail ---


def test_a_lesson_without_receipts_is_noticed():
    prose = "\n".join(part for part in PARTS if part != "## Receipts")
    assert parts_out_of_order(prose) == ["## Receipts"]


def test_parts_in_the_wrong_order_are_noticed():
    assert parts_out_of_order("\n".join(reversed(PARTS)))


def write_notebook(path, prose, output):
    cells = [
        {"cell_type": "markdown", "id": "a", "source": prose},
        {"cell_type": "code", "id": "b", "source": "read()", "outputs": [{"text": output}]},
    ]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return account_for_numbers.account(path)


@pytest.mark.parametrize("prose", ["It reads 3.14 there.", "At 4,096 it is 18.74.", "Only 97 %."])
def test_a_number_that_nobody_printed_is_noticed(tmp_path, prose):
    found = write_notebook(tmp_path / "a.ipynb", prose, "18.73 at length 4096")
    assert [f.source for f in found][-1] is None


@pytest.mark.parametrize("prose", ["It is 18.73.", "It is 18.7.", "About 19.", "At 4,096."])
def test_a_printed_number_may_be_quoted_rounded(tmp_path, prose):
    found = write_notebook(tmp_path / "a.ipynb", prose, "18.73 at length 4096")
    assert [f.source for f in found] == ["printed by a cell"]


def test_a_cited_number_is_accounted_for(tmp_path):
    found = write_notebook(
        tmp_path / "a.ipynb", "Theirs is 36.8 (arXiv:2309.00071v2, Table 6).", ""
    )
    assert [f.source for f in found] == ["cited beside it"]
