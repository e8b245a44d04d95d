"""Every check passes what is right, and says of what is wrong what was meant for it."""

import dataclasses
import json
import re
import shutil
import threading
from types import SimpleNamespace
from urllib.parse import quote

import nbformat
import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from lesson_utils import progress
from lesson_utils.catalogue import COURSE
from lesson_utils.checks import (
    all_exercises,
    check,
    findings,
    hint,
    judging,
    pictures,
    registry,
    running,
)
from lesson_utils.checks.cards import LOOKS, Card
from lesson_utils.checks.findings import (
    NOT_WRITTEN,
    PASSED,
    RAISES,
    WRONG_FORM,
    WRONG_PRECISION,
    WRONG_VALUE,
    Answer,
    Finding,
    expect,
)
from lesson_utils.checks.registry import by_name
from lesson_utils.progress import store
from lesson_utils.progress.state import State
from tests import pages
from tests.helpers import EXERCISES, PATIENCE, ROOT, SOLUTIONS, contrast
from tests.lessons import MUTANTS, VARIANTS
from tools import account_for_numbers, make_exercises

every_exercise = pytest.mark.parametrize("exercise", all_exercises(), ids=lambda e: e.id)


@pytest.fixture(autouse=True)
def no_progress(monkeypatch):
    monkeypatch.setenv("STRETCHING_ROPE_PROGRESS", "off")
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setattr(store, "_unsaved", State())
    monkeypatch.setattr(running, "_hints_given", {})


@pytest.fixture
def cards(monkeypatch):
    """Collect the cards that would be shown."""
    shown = []
    monkeypatch.setattr(running, "_show", shown.append)
    return shown


# --- what every exercise has ---


@every_exercise
def test_an_exercise_has_four_wrong_and_three_right_answers(exercise, record_property):
    wrong = [mutant for mutant in MUTANTS if mutant.exercise == exercise.name]
    assert len({mutant.message for mutant in wrong}) >= 4
    assert len([v for v in VARIANTS if v.exercise == exercise.name]) >= 3
    record_property("counted", "exercises")


def test_every_exercise_of_the_catalogue_has_a_check_and_every_check_its_exercise():
    checked = {exercise.id: exercise for exercise in all_exercises()}
    assert list(checked) == [exercise.id for exercise in COURSE.exercises]
    for listed in COURSE.exercises:
        assert vars(listed).items() <= vars(checked[listed.id]).items()


def test_a_check_of_an_exercise_that_the_catalogue_does_not_have_is_refused():
    with pytest.raises(ValueError, match="there is no exercise '01.9'; there are 01.1"):
        registry.exercise("01.9", nudge="", outline="", takeaway="")


def test_every_wrong_or_right_answer_belongs_to_an_exercise():
    names = {exercise.name for exercise in all_exercises()}
    assert {known.exercise for known in MUTANTS + VARIANTS} <= names


@every_exercise
def test_an_exercise_says_what_it_is(exercise):
    assert re.fullmatch(r"\d\d\.\d", exercise.id)
    assert 2 <= exercise.minutes <= 25
    assert all(len(text) > 20 for text in (exercise.nudge, exercise.outline, exercise.takeaway))
    assert exercise.nudge != exercise.outline


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_a_lesson_has_three_exercises_or_more_from_easy_to_hard(path):
    levels = [e.level for e in COURSE.lesson(path.stem[:2]).exercises]
    assert set(levels) == {"warm-up", "core", "stretch"}
    assert levels == sorted(levels, key=["warm-up", "core", "stretch"].index)


# --- what the checks say ---


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m.exercise}-{m.function.__name__}")
def test_a_wrong_answer_gets_the_message_that_is_meant_for_it(mutant, record_property):
    finding = running.find(by_name(mutant.exercise), mutant.function)
    assert mutant.message in finding.message
    assert finding.state == mutant.state
    record_property("counted", "wrong answers rejected")


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: f"{v.exercise}-{v.function.__name__}")
def test_a_right_answer_passes_however_it_is_written(variant, record_property):
    finding = running.find(by_name(variant.exercise), variant.function)
    assert (finding.state, finding.message) == (PASSED, by_name(variant.exercise).takeaway)
    record_property("counted", "right answers passed")


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: f"{v.exercise}-{v.function.__name__}")
def test_a_right_answer_runs_in_the_later_cells_of_its_page(variant):
    pages.run_later_cells(by_name(variant.exercise), variant.function)


def _blank(*args, **kwargs): ...


def _passes(*args, **kwargs):
    pass


def _not_implemented(*args, **kwargs):
    raise NotImplementedError()


def _returns_dots(*args, **kwargs):
    return ...


@every_exercise
@pytest.mark.parametrize("blank", [_blank, _passes, _not_implemented, _returns_dots, None, ...])
def test_a_blank_is_not_written_yet(exercise, blank):
    assert running.find(exercise, blank).state == NOT_WRITTEN


def _raises(*args, **kwargs):
    return 1 / 0


@every_exercise
def test_an_error_shows_the_line_it_came_from_and_no_traceback(exercise, cards):
    result = getattr(check, exercise.name)(_raises)
    assert not result and result.state == RAISES
    assert "ZeroDivisionError: division by zero" in repr(cards[0])
    assert re.search(r"line \d+: return 1 / 0", repr(cards[0]))
    assert "Traceback" not in repr(cards[0])


def test_an_error_deep_in_a_library_shows_the_learners_line():
    def inverts(**kwargs):
        return np.linalg.inv(np.zeros((2, 2)))

    with pytest.raises(Finding, match="LinAlgError: Singular matrix") as found:
        Answer(inverts, "any")(x=1)
    assert re.fullmatch(r"line \d+: return np.linalg.inv\(.*", found.value.code)


NO_NUMBERS = [object(), "text", {"a": 1}, {3}, [[1.0], [1.0, 2.0]], [], torch.zeros(0)]


@every_exercise
@pytest.mark.parametrize("result", NO_NUMBERS, ids=lambda result: type(result).__name__)
def test_what_is_no_answer_at_all_is_of_the_wrong_form(exercise, result):
    assert running.find(exercise, lambda *args, **kwargs: result).state == WRONG_FORM


@every_exercise
@pytest.mark.parametrize("given", [3.0, "move", torch.zeros(2), [1, 2]])
def test_a_result_in_place_of_the_function_is_asked_about(exercise, given):
    finding = running.find(exercise, given)
    assert finding.state == WRONG_FORM
    assert f"check.{exercise.name}(my_function)" in finding.message


@every_exercise
def test_nan_is_a_wrong_value(exercise):
    def nan(*args, **kwargs):
        return torch.tensor(float("nan"))

    assert running.find(exercise, nan).state in (WRONG_VALUE, WRONG_FORM)


@every_exercise
@pytest.mark.parametrize(
    "leaves, said",
    [
        (KeyboardInterrupt, "Is there a loop that never ends?"),
        (SystemExit, "Use `return` to leave it."),
        (GeneratorExit, "GeneratorExit"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_answer_that_is_stopped_or_leaves_the_program_gets_a_card(exercise, leaves, said):
    def answer(*args, **kwargs):
        raise leaves

    finding = running.find(exercise, answer)
    assert finding.state == RAISES and said in finding.message
    assert finding.code.endswith("raise leaves")


# --- cards ---

CARD = Card(
    "wrong value",
    "01.1 · Move",
    "Is `x < y`?",
    code="line 1: x",
    table=(("[0]", "1", "2"),),
    footer="end",
)


def test_a_card_says_the_same_in_text():
    assert repr(CARD).splitlines() == [
        "01.1 · Move: wrong value. Is `x < y`?",
        "    line 1: x",
        "         expected  yours",
        "    [0]         1      2",
        "end",
    ]


def test_a_card_shows_code_as_code_and_escapes_it():
    html = CARD.html()
    assert ">x &lt; y</code>?" in html and "<y" not in html
    assert "wrong value" in html and "≠" in html


@pytest.mark.parametrize("state", LOOKS)
def test_a_label_is_readable_and_its_edge_is_seen_on_light_and_dark_pages(state):
    colour = LOOKS[state][1]
    assert contrast(colour, "#FFFFFF") >= 4.5
    assert contrast(colour, "#111111") >= 2.5  # JupyterLab's dark page; the edge only decorates


def test_every_state_has_a_look():
    assert set(findings.STATES) <= set(LOOKS)


def test_the_result_is_silent_as_the_last_line_of_a_cell(cards):
    shell = InteractiveShell.instance()
    assert shell.display_formatter.format(check.move(_blank)) == ({}, {})


def test_a_check_raises_while_nbgrader_grades_and_only_then(cards, monkeypatch):
    assert not check.move(_blank)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(AssertionError, match="not written yet"):
        check.move(_blank)


def test_a_check_without_an_answer_is_not_written_yet(cards):
    assert check.move().state == NOT_WRITTEN


def test_a_check_that_stumbles_over_a_result_shows_a_card_all_the_same():
    def stumbles(answer):
        return answer(x=1)["missing"]

    exercise = dataclasses.replace(by_name("move"), check=stumbles)
    finding = running.find(exercise, lambda x: {})
    assert finding.state == WRONG_FORM and "KeyError: 'missing'" in finding.message


def test_what_progress_says_is_the_last_line_of_the_card(cards, monkeypatch):
    said = SimpleNamespace(record_pass=lambda id: f"+10 XP for {id}", record_try=lambda id: None)
    monkeypatch.setattr(running, "progress", said)
    check.move(VARIANTS[0].function)
    check.move(_raises)
    assert [card.footer for card in cards] == ["+10 XP for 01.1", 'Stuck? `hint("01.1")`']


def test_a_wrong_name_of_a_check_is_answered_with_a_near_one():
    with pytest.raises(AttributeError, match="did you mean check.move?"):
        check.mvoe  # noqa: B018


# --- the helpers that checks are written with ---


def state_of(got, right, **options):
    try:
        expect(got, right, otherwise="no", **options)
    except Finding as finding:
        return finding.state
    return PASSED


THIRDS = np.arange(1, 5) / 3


@pytest.mark.parametrize(
    "got, state",
    [
        (THIRDS.tolist(), PASSED),
        (tuple(map(torch.tensor, THIRDS)), PASSED),
        (torch.tensor(THIRDS).float().requires_grad_(), PASSED),
        (torch.tensor(THIRDS + 1e-9j), PASSED),
        (torch.tensor(THIRDS + 1j), WRONG_VALUE),
        (torch.tensor(THIRDS).bfloat16(), WRONG_PRECISION),
        (torch.tensor(THIRDS).half().double(), WRONG_PRECISION),
        (THIRDS.astype(int), WRONG_PRECISION),
        (THIRDS[:, None], WRONG_FORM),
        (THIRDS[:3], WRONG_FORM),
        (THIRDS * 1.02, WRONG_VALUE),
        (THIRDS[::-1], WRONG_VALUE),
    ],
)
def test_numbers_are_taken_in_any_form_and_judged_by_their_values(got, state):
    assert state_of(got, THIRDS) == state


def test_whole_numbers_are_compared_exactly():
    assert state_of(339, 339) == state_of([339.0], 339) == PASSED
    assert state_of(340, 339) == WRONG_VALUE


def test_a_mistake_is_known_even_by_its_shape():
    with pytest.raises(Finding, match="transposed"):
        expect(np.ones((2, 3)), np.ones((3, 2)), {"transposed": np.ones((2, 3))}, otherwise="")


def test_the_first_entries_that_differ_are_listed():
    with pytest.raises(Finding) as found:
        expect([1, 5, 3, 7.0], [1.0, 2.0, 3.0, 4.0], otherwise="", entry="pair")
    assert found.value.table == (("pair 1", "2", "5"), ("pair 3", "4", "7"))


FALLING = 10.0 ** -np.arange(0, 4, 0.125)


@pytest.mark.parametrize(
    "right, mine, drawn",
    [
        (FALLING, 2 * FALLING, "from pair 0 to 31, logarithmic"),
        (-FALLING, FALLING, "from pair 0 to 31<"),
        (FALLING[:3], FALLING[1:4], ""),
        (FALLING, 1.1 * FALLING, ""),
        (FALLING, FALLING * np.nan, ""),
        (FALLING.reshape(8, 4), FALLING.reshape(8, 4) + 1, ""),
    ],
)
def test_two_curves_are_drawn_where_they_say_more_than_a_table(right, mine, drawn):
    with pytest.raises(Finding) as found:
        expect(mine, right, otherwise="", entry="pair")
    assert drawn in found.value.picture and bool(drawn) == bool(found.value.picture)


def test_the_higher_curve_is_drawn_higher():
    picture = pictures.compared(np.zeros(8), np.ones(8), "")
    expected, yours = re.findall(r'points="([^"]+)"', picture)
    bottom, top = pictures.HEIGHT - pictures.MARGIN, pictures.MARGIN
    assert {point.split(",")[1] for point in expected.split()} == {f"{bottom:.1f}"}
    assert {point.split(",")[1] for point in yours.split()} == {f"{top:.1f}"}


def test_an_answer_gets_copies_and_a_change_is_noticed():
    def clears(x):
        x[0] = 0
        return 1

    mine = torch.ones(3)
    for inputs in (mine, mine.numpy(), [1, 2], {0: 1}):
        with pytest.raises(Finding, match="changed `x`"):
            Answer(clears, "any")(x=inputs)
    assert mine.tolist() == [1, 1, 1]


def test_a_warning_in_an_answer_is_not_printed(recwarn):
    Answer(lambda x: torch.tensor(x), "any")(x=torch.ones(1))
    assert len(recwarn) == 0


def test_a_long_print_is_cut_and_what_follows_is_counted(capsys):
    def shouts(**inputs):
        for line in range(10_000):
            print("line", line)

    running.find(by_name("move"), shouts)
    printed = capsys.readouterr().out
    assert printed.startswith("line 0\nline 1\n") and len(printed) < running.PRINTED + 100
    assert re.search(r" … and [\d,]+ characters more\n$", printed)


def test_a_short_print_is_shown_as_it_is(capsys):
    running.find(by_name("move"), lambda *args: print("here"))
    assert capsys.readouterr().out == "here\n"


def timers():
    """List what waits to tell how an answer is stopped."""
    return [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]


def test_an_endless_answer_is_told_how_to_stop_it(cards, monkeypatch, capsys):
    monkeypatch.setattr(running, "PATIENCE", 0.05)
    check.move(lambda *args, **inputs: [timer.join(PATIENCE) for timer in timers()])
    assert "Kernel → Interrupt" in capsys.readouterr().out


def test_a_quick_answer_is_told_nothing(cards, monkeypatch, capsys):
    monkeypatch.setattr(running, "PATIENCE", 2 * PATIENCE)
    check.move(_blank)
    for timer in timers():
        timer.join(PATIENCE)
        assert not timer.is_alive(), "what would tell it still waits"
    assert capsys.readouterr().out == ""


# --- several inputs ---


def halves(x, y):
    return x / 2 + y


HALVING = {
    "cases": [{"x": 3.0, "y": 1.0}],
    "edges": {"What if x is 0?": {"x": 0.0, "y": 2.0}, "And below?": {"x": -4.0, "y": 0.5}},
    "mistakes": {
        "Is y in the half?": (lambda x, y: (x + y) / 2, lambda x, y: (x + y) * 0.5),
        "Is x turned round?": lambda x, y: y + 1 / (2 / x),
        "Do you add twice?": lambda x, y: x / 2 + 2 * y,
    },
    "otherwise": "Other.",
    "form": findings.number,
}


def message_of(function, right=halves, **options):
    with pytest.raises(Finding) as found:
        judging.judge(Answer(function, "halves"), right, **HALVING | options)
    return found.value.message


def test_a_mistake_may_be_made_in_several_ways():
    assert message_of(lambda x, y: (x + y) / 2) == "Is y in the half?"


def test_a_mistake_that_a_right_case_speaks_against_is_not_named():
    def once(x, y):
        return (x + y) / 2 if x == 3 else halves(x, y)

    assert "half" not in message_of(once)


def test_a_wrong_case_among_others_is_asked_about_by_its_own_question():
    assert message_of(lambda x, y: halves(x, y) if x else 7.0) == "What if x is 0?"
    assert message_of(lambda x, y: halves(x, y) if x >= 0 else 7.0) == "And below?"


def test_an_error_in_one_case_is_followed_by_its_question():
    assert message_of(lambda x, y: y + 1 / (2 / x)).endswith("What if x is 0?")


def test_where_two_things_are_wrong_the_first_is_named_by_itself():
    mistakes = {"Is the sum a difference?": lambda x, y: (x - y, x * y)}
    names = ("sum", "product")
    said = message_of(
        lambda x, y: (x - y, 17.0 + x),
        right=lambda x, y: (x + y, x * y),
        mistakes=mistakes,
        names=names,
    )
    assert said == "Is the sum a difference?"


def test_one_number_is_asked_for_where_a_list_of_one_comes():
    assert "in a list of 1. Return the number itself" in message_of(lambda x, y: [halves(x, y)])


def test_an_array_of_one_is_no_number_since_float_refuses_it():
    assert "in a ndarray of shape [1]" in message_of(lambda x, y: np.array([halves(x, y)]))


def test_cases_share_the_first_question_and_edges_have_their_own():
    one, two, three = {"x": 1}, {"x": 2}, {"x": 3}
    assert judging.asked([(one, "Why?"), (two, "Zero?"), (three, "Why?")]) == {
        "cases": [one, three],
        "edges": {"Zero?": two},
        "otherwise": "Why?",
    }


def test_an_answer_may_be_read_before_it_is_judged():
    answer = Answer(lambda x: (x, "more"), "any").then(lambda got: got[0])
    assert answer(x=3) == 3


# --- hints ---


def test_hints_come_in_steps_and_the_answer_after_three_tries(cards):
    exercise = by_name("move")
    for _ in range(3):
        hint("01.1")
    assert [exercise.nudge, exercise.outline] == [card.message for card in cards[:2]]
    assert "after 3 tries" in cards[2].message and not cards[2].code
    for _ in range(3):
        check.move(_raises)
    hint("01.1")
    assert "def move" in cards[-1].code


def test_the_answer_is_shown_on_request(cards):
    hint("01.1", answer=True)
    assert cards[0].code == by_name("move").answer
    hint("01.1")
    assert cards[1].message == by_name("move").nudge  # the steps are still to come


def test_a_blank_is_no_try(cards):
    check.move(_blank)
    assert progress.tries("01.1") == 0


def test_a_hint_for_no_exercise_says_which_there_are():
    with pytest.raises(ValueError, match="there is no exercise '99.9'; there are 01.1"):
        hint("99.9")


@every_exercise
def test_the_answer_of_the_hint_is_code_without_markers(exercise):
    compile(exercise.answer, exercise.id, "exec")
    assert "SOLUTION" not in exercise.answer
    assert f"{exercise.name}" in exercise.answer or "=" in exercise.answer


# --- solutions and exercises ---


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_exercises_and_answers_are_made_from_the_solutions(path):
    for made, text in make_exercises.made_of(path, ROOT).items():
        assert make_exercises.saved(made) == text, f"run `make exercises`; {made.name} differs"


def test_nothing_is_made_from_solutions_that_are_gone():
    assert set(make_exercises.generated(ROOT)) == set(make_exercises.made_from(ROOT))


def graded(notebook, kind):
    found = {}
    for cell in notebook.cells:
        metadata = cell.metadata.get("nbgrader", {})
        if metadata.get("grade_id", "").startswith(f"{kind}-"):
            found[metadata["grade_id"].removeprefix(f"{kind}-").replace("-", ".")] = cell
    return found


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_every_exercise_has_its_heading_answer_and_check_with_points(path):
    notebook = nbformat.read(path, as_version=4)
    lesson = COURSE.lesson(path.stem[:2]).exercises
    prose = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    answers, checks = graded(notebook, "answer"), graded(notebook, "check")
    assert list(answers) == list(checks) == [exercise.id for exercise in lesson]
    names = {exercise.id: exercise.name for exercise in all_exercises()}
    for exercise in lesson:
        assert f"## {exercise.id} · {exercise.title}\n" in prose
        assert f"**{exercise.level}** · **{exercise.minutes} minutes**" in prose
        answer, checking = answers[exercise.id], checks[exercise.id]
        assert "### BEGIN SOLUTION" in answer.source
        assert f"check.{names[exercise.id]}(" in checking.source
        flags = {"grade": False, "locked": False, "solution": True, "task": False}
        assert flags.items() <= answer.metadata.nbgrader.items()
        flags = {"grade": True, "locked": True, "solution": False, "points": exercise.points}
        assert flags.items() <= checking.metadata.nbgrader.items()
    assert f"**{sum(e.minutes for e in lesson)} minutes** for" in prose


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_every_check_passed_in_the_saved_solutions(path):
    for id, cell in graded(nbformat.read(path, as_version=4), "check").items():
        texts = [output.get("data", {}).get("text/plain", "") for output in cell.outputs]
        assert any(text.startswith(f"{id} · ") and ": passed." in text for text in texts)


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_every_number_in_the_prose_of_solutions_has_a_source(path):
    missing = [found for found in account_for_numbers.account(path) if found.source is None]
    assert not missing, "\n".join(f"{found.number} in: {found.sentence}" for found in missing)


def run_here(cells):
    """Run a page's cells in this process, with nothing defined; return the outputs of each.

    That a page runs in a kernel of its own is seen where its solution is compared.
    """
    shell = InteractiveShell.instance()
    shell.reset()
    outputs = []
    for cell in cells:
        with capture_output() as captured:
            shell.run_cell(cell.source).raise_error()
        outputs.append(captured.outputs)
    return outputs


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
def test_a_blank_exercise_runs_to_its_end_and_says_what_is_not_written(
    path, record_property, monkeypatch
):
    monkeypatch.chdir(path.parent)
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    checks = graded(nbformat.read(path, as_version=4), "check").values()
    shown = dict(zip((cell.id for cell in cells), run_here(cells), strict=True))
    ids = [exercise.id for exercise in COURSE.lesson(path.stem[:2]).exercises]
    texts = [output.data["text/plain"] for cell in checks for output in shown[cell.id]]
    assert [text[:4] for text in texts] == ids
    for text in texts:
        assert ": not written yet." in text
        record_property("counted", "blanks not written yet")


@pytest.mark.parametrize("path", SOLUTIONS + EXERCISES, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_launch_badges_and_the_lesson_are_those_of_this_notebook(path):
    first = nbformat.read(path, as_version=4).cells[0].source
    here = f"{path.parent.name}/{path.name}"
    assert f"/blob/main/{here})" in first and f"labpath={quote(here, safe='')})" in first
    assert f"(../notebooks/{path.name})" in first
    assert (ROOT / "notebooks" / path.name).exists()


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
def test_an_exercise_holds_no_answer_no_output_and_names_its_source(path):
    notebook = nbformat.read(path, as_version=4)
    assert f"solutions/{path.name}" in notebook.cells[0].source.splitlines()[0]
    for cell in notebook.cells:
        assert "SOLUTION" not in cell.source
        if cell.cell_type == "code":
            assert cell.execution_count is None and not cell.outputs


SOLUTION = "def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\n\n\nf(1)"


def test_a_solution_is_cut_to_a_stub_of_the_same_indent():
    assert make_exercises.cut(SOLUTION) == f"def f(x):\n    {make_exercises.STUB}\n\n\nf(1)"


@pytest.mark.parametrize("marker", ["### BEGIN SOLUTION", "### END SOLUTION"])
def test_a_marker_without_its_other_half_is_an_error(marker):
    with pytest.raises(make_exercises.MarkersError, match="stands alone"):
        make_exercises.cut(SOLUTION.replace(marker, ""))


def test_check_mode_notices_a_changed_exercise_and_make_mends_it(tmp_path, monkeypatch, capsys):
    for folder in ("solutions", "exercises", "lesson_utils/checks/answers"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.setattr(make_exercises, "ROOT", tmp_path)
    assert make_exercises.main(["--check"]) == 0
    changed = sorted((tmp_path / "exercises").glob("*.ipynb"))[0]
    changed.write_text(json.dumps(json.loads(changed.read_text()) | {"nbformat_minor": 4}))
    (tmp_path / "exercises/99_left_over.ipynb").write_text("{}")
    assert make_exercises.main(["--check"]) == 1
    said = capsys.readouterr().out
    assert f"{changed.name} differs" in said and "99_left_over.ipynb has no solution" in said
    assert make_exercises.main([]) == 0
    assert make_exercises.main(["--check"]) == 0
