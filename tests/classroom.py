"""A class is taught and graded with nbgrader itself, by the commands of site/teaching.md.

``make test-classroom`` runs this in an environment of its own. pytest does not find it by its name,
because nbgrader is not in the learner's environment.
"""

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.helpers import ROOT, fenced_blocks, notebook_of

GUIDE = (ROOT / "site" / "teaching.md").read_text(encoding="utf-8")
HUB_LESSON, LESSON_BY_MAIL = "01", "02"
LESSONS = (HUB_LESSON, LESSON_BY_MAIL)
STUDENTS = {"ada": "perfect", "ben": "blank", "cleo": "half right"}


class Course:
    """A folder as the guide lays it out, and nbgrader run in it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.environment = {
            **os.environ,
            # nbgrader looks for its own tools on the path, as in an environment that is activated.
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "JUPYTER_DATA_DIR": str(folder / "jupyter"),
            "STRETCHING_ROPE_PROGRESS": "on",
            "STRETCHING_ROPE_PROGRESS_FILE": str(folder / "progress.json"),
        }

    def nbgrader(self, *arguments, fails=False):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *map(str, arguments)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert fails or done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


def guide_blocks(language: str) -> list[str]:
    """Find the code in the guide, so that what is tested is what teachers read."""
    return [code for name, code in fenced_blocks(GUIDE) if name == language]


def solution(lesson: str) -> Path:
    return notebook_of(lesson, "solutions")


def points(lesson: str) -> dict[str, float]:
    """Read the points of every exercise, such as ``"01.2"``, from the solutions' metadata."""
    found = {}
    for cell in nbformat.read(solution(lesson), as_version=4).cells:
        notes = cell.metadata.get("nbgrader", {})
        if notes.get("grade"):
            found[notes["grade_id"].removeprefix("check-").replace("-", ".")] = notes["points"]
    return found


def solved(lesson: str, student: str) -> set[str]:
    exercises = sorted(points(lesson))
    return {"ada": set(exercises), "ben": set(), "cleo": set(exercises[::2])}[student]


def fill_in(notebook: Path, lesson: str, exercises: set[str]) -> None:
    """Copy answers from the solutions into a student's notebook, and touch nothing else."""
    answers = {}
    for cell in nbformat.read(solution(lesson), as_version=4).cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            answers[cell.metadata.nbgrader.grade_id] = cell.source
    wanted = {f"answer-{exercise.replace('.', '-')}" for exercise in exercises}
    assert wanted <= answers.keys()
    filled = nbformat.read(notebook, as_version=4)
    for cell in filled.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") in wanted:
            cell.source = answers[cell.metadata.nbgrader.grade_id]
    nbformat.write(filled, notebook)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The whole way of two lessons, from solutions/ as they are to grades.csv."""
    folder = tmp_path_factory.mktemp("course")
    exchange = folder / "exchange"
    exchange.mkdir()
    (config,) = guide_blocks("python")
    assert "/srv/nbgrader/exchange" in config
    config = config.replace("/srv/nbgrader/exchange", str(exchange))
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    course = Course(folder)
    for lesson in LESSONS:
        source = folder / "source" / f"lesson_{lesson}"
        source.mkdir(parents=True)
        shutil.copy(solution(lesson), source)
        course.nbgrader("generate_assignment", f"lesson_{lesson}")
    collect_from_hub(course, f"lesson_{HUB_LESSON}")
    collect_from_mail(course, f"lesson_{LESSON_BY_MAIL}")
    for lesson in LESSONS:
        course.nbgrader("autograde", f"lesson_{lesson}")
        course.nbgrader("generate_feedback", f"lesson_{lesson}")
    course.nbgrader("export")
    return course


def collect_from_hub(course, assignment):
    course.nbgrader("release_assignment", assignment)
    for student in STUDENTS:
        home = course.folder / "homes" / student
        home.mkdir(parents=True)
        shutil.copy(course.folder / "nbgrader_config.py", home)
        at_home = Course(home)
        at_home.nbgrader("fetch_assignment", assignment)
        notebook = home / assignment / solution(HUB_LESSON).name
        fill_in(notebook, HUB_LESSON, solved(HUB_LESSON, student))
        # On a hub each student has an account, and need not say who they are.
        at_home.nbgrader("submit", assignment, "--student", student)
    course.nbgrader("collect", assignment)


def collect_from_mail(course, assignment):
    archive = course.folder / "downloaded" / assignment / "archive"
    archive.mkdir(parents=True)
    name = solution(LESSON_BY_MAIL).name
    for student in STUDENTS:
        notebook = archive / f"{student}_{name}"
        shutil.copy(course.folder / "release" / assignment / name, notebook)
        fill_in(notebook, LESSON_BY_MAIL, solved(LESSON_BY_MAIL, student))
    course.nbgrader("zip_collect", assignment)


@pytest.fixture(scope="module")
def grades(course):
    with open(course.folder / "grades.csv", newline="", encoding="utf-8") as file:
        return {(row["student_id"], row["assignment"]): row for row in csv.DictReader(file)}


@pytest.mark.parametrize("lesson", LESSONS)
def test_what_students_get_has_no_answer_in_it(course, lesson):
    name = solution(lesson).name
    released = (course.folder / "release" / f"lesson_{lesson}" / name).read_text(encoding="utf-8")
    assert "BEGIN SOLUTION" in solution(lesson).read_text(encoding="utf-8")
    assert "SOLUTION" not in released
    cells = nbformat.reads(released, as_version=4).cells
    stubs = [c.source for c in cells if c.metadata.get("nbgrader", {}).get("solution")]
    assert len(stubs) == len(points(lesson)) >= 3
    assert all("..." in stub for stub in stubs)


@pytest.mark.parametrize("lesson", LESSONS)
def test_an_exercise_has_the_points_of_its_level(lesson):
    prose = solution(lesson).read_text(encoding="utf-8")
    levels = dict(re.findall(r"## (\d\d\.\d+) ·.*?\*\*(warm-up|core|stretch)\*\*", prose, re.S))
    worth = {"warm-up": 1, "core": 2, "stretch": 3}
    assert points(lesson) == {exercise: worth[level] for exercise, level in levels.items()}


@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.parametrize("student", STUDENTS)
def test_a_submission_gets_the_points_of_the_exercises_that_it_solves(grades, student, lesson):
    row = grades[student, f"lesson_{lesson}"]
    everything = sum(points(lesson).values())
    expected = sum(points(lesson)[exercise] for exercise in solved(lesson, student))
    assert (float(row["score"]), float(row["max_score"])) == (expected, everything)
    assert expected in {"ada": {everything}, "ben": {0}, "cleo": set(range(1, everything))}[student]


def feedback(course, student, lesson):
    name = solution(lesson).with_suffix(".html").name
    return (course.folder / "feedback" / student / f"lesson_{lesson}" / name).read_text("utf-8")


def test_feedback_tells_a_student_which_exercise_is_not_written_yet(course):
    for lesson in LESSONS:
        assert "not written yet" in feedback(course, "ben", lesson)
        assert "not written yet" not in feedback(course, "ada", lesson)


def test_nothing_waits_for_a_teacher_to_grade_by_hand(course):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}") as book:
        waiting = [s.student.id for a in book.assignments for s in a.submissions]
        assert len(waiting) == len(LESSONS) * len(STUDENTS)
        for assignment in book.assignments:
            assert not any(s.needs_manual_grade for s in assignment.submissions)


def test_a_student_can_validate_before_handing_in(course):
    for student, says in {"ada": "Success! Your notebook passes", "ben": "failed"}.items():
        folder = course.folder / "homes" / student / f"lesson_{HUB_LESSON}"
        assert says in course.nbgrader("validate", folder / solution(HUB_LESSON).name, fails=True)


def test_a_locked_check_that_a_student_weakened_is_put_back(course):
    """Ben replaces every check by one that always passes, and gets nothing for it."""
    assignment = f"lesson_{HUB_LESSON}"
    submitted = course.folder / "submitted" / "ben" / assignment / solution(HUB_LESSON).name
    notebook = nbformat.read(submitted, as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.source = "pass"
    nbformat.write(notebook, submitted)
    course.nbgrader("autograde", assignment, "--student", "ben", "--force")
    course.nbgrader("export", "--to", "again.csv")
    with open(course.folder / "again.csv", newline="", encoding="utf-8") as file:
        rows = {(r["student_id"], r["assignment"]): r for r in csv.DictReader(file)}
    assert float(rows["ben", assignment]["score"]) == 0


def test_grading_is_no_progress_of_the_teacher(course):
    assert not (course.folder / "progress.json").exists()


def test_the_guide_names_the_commands_that_were_run_here():
    shell = "\n".join(guide_blocks(""))
    for command in (
        "generate_assignment",
        "release_assignment",
        "fetch_assignment",
        "submit",
        "collect",
        "zip_collect",
        "autograde",
        "generate_feedback",
        "export",
        "validate",
    ):
        assert f"nbgrader {command}" in shell, command
