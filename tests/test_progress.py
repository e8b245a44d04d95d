"""Progress is kept whole: through two notebooks at once, damage, a full disk, and the way home."""

import errno
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesson_utils import progress
from lesson_utils.catalogue import COURSE
from lesson_utils.commands import main
from lesson_utils.progress import live, score, store, view
from lesson_utils.progress.live import LivePanel
from lesson_utils.progress.state import (
    VERSION,
    Damaged,
    FromNewerCourse,
    State,
    parse,
    to_text,
)
from tests.helpers import (
    LESSONS,
    LONG_PATIENCE,
    ROOT,
    SOLUTIONS,
    contrast,
    course_environment,
    of_any_lesson,
    prose_of,
    python,
    shell,
)

KINDS = {"03.1": "warm-up", "03.2": "core", "03.3": "stretch", "04.1": "core"}
GUESSES = {lesson.number: set() for lesson in COURSE.lessons}
GUESSES |= {"03": {"03.1", "03.2", "03.3"}, "04": {"04.1"}}
GUESSES["all"] = set().union(*GUESSES.values())


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A kernel that has just started, with progress on and a file of its own."""
    path = tmp_path / "data" / "progress.json"
    monkeypatch.setenv("STRETCHING_ROPE_PROGRESS", "on")
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setenv("STRETCHING_ROPE_PROGRESS_FILE", str(path))
    monkeypatch.setattr(score, "exercise_kinds", lambda: KINDS)
    monkeypatch.setattr(score, "guesses_in", lambda lesson: GUESSES[lesson])
    monkeypatch.setattr(score, "main_guesses_in", lambda lesson: set())
    restart_kernel(monkeypatch)
    return path


@pytest.fixture
def off(file, monkeypatch):
    monkeypatch.setenv("STRETCHING_ROPE_PROGRESS", "off")
    return file


def restart_kernel(monkeypatch):
    monkeypatch.setattr(store, "_unsaved", State())
    monkeypatch.setattr(store, "_told", set())


# --- merging ---

lessons = st.integers(0, 99).map("{:02}".format)
exercises = st.tuples(lessons, st.integers(0, 99)).map("{0[0]}.{0[1]}".format)
states = st.builds(
    State,
    read=st.frozensets(lessons),
    passed=st.frozensets(exercises),
    tries=st.dictionaries(exercises, st.integers(0, 1_000_000)),
    guesses=st.dictionaries(exercises, st.text(max_size=300)),
    near=st.frozensets(exercises),
)


@given(states, states)
def test_merging_in_either_order_gives_the_same(one, other):
    assert one.merge(other) == other.merge(one)


@given(states, states, states)
def test_merging_three_does_not_depend_on_which_two_come_first(one, two, three):
    assert one.merge(two).merge(three) == one.merge(two.merge(three))


@given(states, states)
def test_merging_a_second_time_changes_nothing(one, other):
    assert one.merge(one) == one
    assert one.merge(other).merge(other) == one.merge(other)


@given(states, states)
def test_merging_loses_nothing(one, other):
    merged = one.merge(other)
    for part in (one, other):
        assert merged.read >= part.read and merged.passed >= part.passed
        assert all(merged.tries[exercise] >= count for exercise, count in part.tries.items())
        assert merged.guesses.keys() >= part.guesses.keys() and merged.near >= part.near


@given(states)
def test_what_is_written_is_read_back(state):
    assert parse(to_text(state).encode()) == state


@given(st.binary(max_size=200))
def test_no_bytes_can_do_worse_than_be_refused(data):
    with pytest.raises(Damaged):
        parse(data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@given(
    read=json_values,
    passed=json_values,
    tries=json_values,
    guesses=json_values,
    near=json_values,
    version=json_values | st.just(VERSION),
)
def test_a_file_of_wrong_types_is_refused_or_is_in_order(version, **entries):
    record = {"version": version, **entries}
    try:
        state = parse(json.dumps(record).encode())
    except (Damaged, FromNewerCourse) as error:
        assert "\n" not in str(error) and len(str(error)) < 200
    else:
        assert parse(to_text(state).encode()) == state


def test_a_name_that_could_not_be_read_back_is_never_written():
    with pytest.raises(ValueError, match="no name of ours"):
        to_text(State(read=frozenset(["three"])))


def test_a_guess_that_is_too_long_is_never_written():
    with pytest.raises(ValueError, match="not a short text"):
        to_text(State(guesses={"03.1": "a" * 301}))


def test_the_file_of_an_earlier_learner_is_read_and_written_anew(file):
    file.parent.mkdir()
    file.write_text('{"version": 1, "read": ["01"], "passed": ["03.2"], "tries": {"03.2": 2}}')
    progress.record_guess("03.1", "a lot")
    assert parse(file.read_bytes()) == State(
        frozenset(["01"]), frozenset(["03.2"]), {"03.2": 2}, {"03.1": "a lot"}
    )
    assert not list(file.parent.glob("*damaged*"))


def test_a_new_guess_takes_the_place_of_an_old_one_and_is_not_near_before_it_is_judged():
    state = State().with_guess("03.1", "1.0").with_near("03.1").with_guess("03.1", "2.0")
    assert state == State(guesses={"03.1": "2.0"})


# --- keeping ---


def test_tries_passes_and_lessons_outlive_the_kernel(file, monkeypatch):
    for _ in range(3):
        progress.record_try("03.2")
    progress.record_pass("03.2")
    progress.mark_read("03")
    restart_kernel(monkeypatch)
    assert progress.tries("03.2") == 3 and progress.tries("03.1") == 0
    assert store.load() == State(frozenset(["03"]), frozenset(["03.2"]), {"03.2": 3})


def test_the_file_is_plain_json(file):
    progress.record_guess("03.1", "a lot")
    progress.record_near("03.1")
    progress.record_try("03.2")
    progress.record_pass("03.2")
    assert json.loads(file.read_text()) == {
        "version": 2,
        "read": [],
        "passed": ["03.2"],
        "tries": {"03.2": 1},
        "guesses": {"03.1": "a lot"},
        "near": ["03.1"],
    }


def test_the_file_is_in_the_users_own_data_folder(monkeypatch):
    monkeypatch.delenv("STRETCHING_ROPE_PROGRESS_FILE", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    place = store.place()
    assert place.name == "progress.json" and place.parent.name == "stretching-rope"
    if sys.platform == "linux":
        assert str(place) == "/somewhere/stretching-rope/progress.json"


WRITER = """
import sys
from lesson_utils import progress
from lesson_utils.progress import store
store.LOCK_SECONDS = 600  # the other one writes without a pause, and a disk may be busy
for n in range(200):
    progress.record_try("01.1")
    progress.record_try(f"{sys.argv[1]}.{n % 10}")
    if n % 20 == 0:
        progress.record_pass(f"{sys.argv[1]}.{n // 20}")
"""


def test_two_processes_that_write_200_times_each_lose_nothing(file):
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, lesson],
            env=course_environment(),
            stderr=subprocess.PIPE,
            text=True,
        )
        for lesson in ("02", "03")
    ]
    told = [writer.communicate(timeout=LONG_PATIENCE)[1] for writer in writers]
    assert told == ["", ""] and [writer.returncode for writer in writers] == [0, 0]
    state = store.load()
    assert state.tries["01.1"] == 400
    for lesson in ("02", "03"):
        assert {f"{lesson}.{n}" for n in range(10)} <= state.passed
        assert [state.tries[f"{lesson}.{n}"] for n in range(10)] == [20] * 10
    assert list(file.parent.glob("*.part")) == []


# --- damage ---


@pytest.fixture
def kept(file, monkeypatch):
    """A file with progress in it, and a kernel that has just started."""
    progress.record_try("03.2")
    progress.record_pass("03.2")
    restart_kernel(monkeypatch)
    return file


DAMAGE = {
    "half of it": lambda data: data[: len(data) // 2],
    "nothing left": lambda data: b"",
    "zeros": lambda data: bytes(len(data)),
    "another file": lambda data: b'{"cells": []}',
    "a wrong type": lambda data: data.replace(b'[\n  "03.2"\n ]', b'"03.2"'),
    "a wrong name": lambda data: data.replace(b'"passed"', b'"pasted"'),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_restored_from_its_backup_with_one_line(kept, capsys, damage):
    whole = kept.read_bytes()
    spoilt = damage(whole)
    assert spoilt != whole
    kept.write_bytes(spoilt)
    assert progress.record_try("03.3") is None
    assert progress.tries("03.3") == 1 and progress.tries("03.2") == 1
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
    assert str(kept) in err and "restored from its backup" in err
    assert (kept.parent / "progress.damaged-1.json").read_bytes() == spoilt
    assert "03.2" in parse(kept.read_bytes()).passed


def test_a_second_damaged_file_does_not_overwrite_the_first(kept, monkeypatch):
    for n in (1, 2):
        kept.write_bytes(b"damage %d" % n)
        progress.record_try("03.2")
        assert kept.with_name(f"progress.damaged-{n}.json").read_bytes() == b"damage %d" % n
    assert progress.tries("03.2") == 3


def test_when_the_backup_is_damaged_too_both_are_kept_aside(kept, capsys):
    kept.write_bytes(b"bad")
    store.backup_of(kept).write_bytes(b"worse")
    progress.record_try("03.3")
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "started anew" in err
    aside = {path.read_bytes() for path in kept.parent.glob("progress.damaged-*.json")}
    assert aside == {b"bad", b"worse"}
    assert parse(kept.read_bytes()) == State(tries={"03.3": 1})


def test_a_file_that_vanished_comes_back_from_the_backup(kept, capsys):
    kept.unlink()
    assert progress.tries("03.2") == 1
    assert "is missing; your progress is restored" in capsys.readouterr().err


def test_a_damaged_backup_alone_is_mended_by_the_next_change(kept, capsys):
    store.backup_of(kept).write_bytes(b"bad")
    progress.record_try("03.2")
    assert store.backup_of(kept).read_bytes() == kept.read_bytes()
    assert capsys.readouterr().err == ""


def test_a_file_of_a_newer_course_is_left_as_it_is(kept, capsys):
    newer = kept.read_bytes().replace(b'"version": 2', b'"version": 3')
    kept.write_bytes(newer)
    progress.record_pass("03.1")
    progress.record_pass("03.3")
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "its version is 3, and this course reads 2" in err
    assert kept.read_bytes() == newer
    assert not list(kept.parent.glob("*damaged*"))


# --- a disk that does not take it ---


def refuse(code):
    def fail(*arguments, **options):
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_disk_that_is_full_or_read_only_costs_one_line_and_nothing_kept(
    kept, capsys, monkeypatch, step, code
):
    whole = kept.read_bytes()
    monkeypatch.setattr(store.os, step, refuse(code))
    assert progress.record_try("03.1") is None
    line = progress.record_pass("03.1")
    assert line == "+10 XP · level 2, Learned table · achievement: Dial reader"
    progress.mark_read("03")
    out, err = capsys.readouterr()
    assert out.startswith("Lesson 03 is read.")
    assert err.count("\n") == 1 and os.strerror(code) in err and "The course goes on" in err
    assert kept.read_bytes() == whole and list(kept.parent.glob("*.part")) == []


def test_a_write_that_fills_the_disk_half_way_leaves_the_old_file(kept, monkeypatch):
    whole = kept.read_bytes()

    write_bytes = Path.write_bytes

    def fill_the_disk(path, data):
        write_bytes(path, data[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", fill_the_disk)
    progress.record_pass("03.1")
    assert kept.read_bytes() == whole and list(kept.parent.glob("*.part")) == []


def test_a_home_without_write_permission_costs_one_line(file, capsys, monkeypatch):
    monkeypatch.setattr(Path, "mkdir", refuse(errno.EACCES))
    assert progress.record_pass("03.2") == "+20 XP"
    assert progress.record_pass("03.2") is None, "it is remembered while the kernel lives"
    assert progress.tries("03.2") == 0
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "Permission denied" in err and str(file) in err


def test_a_folder_that_cannot_be_made_costs_one_line(file, capsys, monkeypatch):
    file.parent.write_text("a file where the folder should be")
    progress.record_try("03.2")
    progress.record_try("03.2")
    assert progress.tries("03.2") == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_file_on_a_read_only_disk_is_still_read(kept, monkeypatch):
    monkeypatch.setattr(store.FileLock, "acquire", refuse(errno.EROFS))
    progress.record_try("03.2")
    assert progress.tries("03.2") == 2, "one from the file, one from memory"


def test_a_notebook_that_holds_the_lock_for_ever_costs_one_line(file, capsys, monkeypatch):
    monkeypatch.setattr(store, "LOCK_SECONDS", 0.05)
    with store._locked():
        progress.record_try("03.2")
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "The course goes on" in err
    progress.record_try("03.2")
    assert parse(file.read_bytes()).tries == {"03.2": 2}


def test_what_a_full_disk_refused_is_written_once_there_is_room(kept, monkeypatch):
    with monkeypatch.context() as full:
        full.setattr(store.os, "replace", refuse(errno.ENOSPC))
        progress.record_pass("03.1")
        progress.mark_read("03")
    progress.record_try("03.3")
    restart_kernel(monkeypatch)
    state = store.load()
    assert state.passed == {"03.1", "03.2"} and state.read == {"03"}


def test_what_was_written_late_does_not_come_back_after_another_notebook_started_over(
    file, monkeypatch
):
    with monkeypatch.context() as full:
        full.setattr(store.os, "replace", refuse(errno.ENOSPC))
        progress.record_pass("03.1")
    progress.record_try("03.3")
    file.unlink()
    store.backup_of(file).unlink()
    assert store.load() == State()


@pytest.mark.parametrize("name", ["", "3.2", "03.2\n", "../x", "03.200", None, 3.2])
def test_a_name_that_is_no_exercise_is_told_and_not_kept(file, capsys, name):
    assert progress.record_try(name) is None and progress.record_pass(name) is None
    assert repr(name) in capsys.readouterr().err
    progress.record_try("03.2")
    assert parse(file.read_bytes()) == State(tries={"03.2": 1})


# --- off ---


def test_turned_off_it_writes_nothing_and_awards_nothing(off, capsys):
    assert progress.record_try("03.2") is None
    assert progress.record_pass("03.2") is None
    progress.mark_read("03")
    assert capsys.readouterr().out.count("\n") == 1
    assert not off.parent.exists()


def test_grading_a_class_is_no_progress_of_the_teacher(kept, monkeypatch, capsys):
    whole = kept.read_bytes()
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert progress.record_pass("03.1") is None
    assert kept.read_bytes() == whole and capsys.readouterr() == ("", "")


def test_turned_off_it_still_counts_tries_for_the_hints(off):
    progress.record_try("03.2")
    progress.record_try("03.2")
    assert progress.tries("03.2") == 2


def test_turned_off_the_panel_is_the_same_whatever_was_done(off):
    before = progress.panel()
    progress.mark_read("03")
    progress.record_pass("03.2")
    after = progress.panel()
    assert repr(before) == repr(after) and before._repr_html_() == after._repr_html_()
    assert "Progress is off" in repr(before) and str(off) not in before._repr_html_()


# --- what it is worth ---


def test_a_lesson_is_worth_5_and_exercises_10_20_and_40(file, capsys):
    progress.mark_read("03")
    assert capsys.readouterr().out.splitlines()[1] == "+5 XP"
    assert progress.record_pass("03.1") == "+10 XP"
    assert progress.record_pass("03.3") == "+40 XP · level 2, Learned table"
    assert progress.record_pass("03.2") == "+20 XP · achievement: Dial reader"


def test_nothing_is_worth_anything_twice(file, capsys):
    for expected in (2, 1):
        progress.mark_read("03")
        assert capsys.readouterr().out.count("\n") == expected
    assert progress.record_pass("03.2") == "+20 XP"
    assert progress.record_pass("03.2") is None
    assert progress.record_try("03.2") is None


def test_the_line_for_a_lesson_is_the_same_with_progress_on_and_off(file, capsys, monkeypatch):
    progress.mark_read("03")
    on = capsys.readouterr().out.splitlines()[0]
    monkeypatch.setenv("STRETCHING_ROPE_PROGRESS", "off")
    progress.mark_read("03")
    assert capsys.readouterr().out.splitlines() == [on]
    assert on == "Lesson 03 is read. Its exercises: exercises/03_read_the_dials.ipynb"


def test_a_lesson_without_exercises_names_none(file, capsys):
    progress.mark_read("00")
    assert capsys.readouterr().out.splitlines()[0] == "Lesson 00 is read."


# --- reading is earned ---


@pytest.fixture
def asking(file, monkeypatch):
    """A lesson whose main path asks for two guesses, and whose optional section for a third."""
    monkeypatch.setattr(score, "main_guesses_in", lambda lesson: {"03.1", "03.2"})
    return file


def test_a_lesson_whose_cells_were_only_run_is_not_read(asking, capsys):
    progress.record_guess("03.1", "a lot")
    progress.mark_read("03")
    first, second = capsys.readouterr().out.splitlines()
    assert first == "Lesson 03 ends here. Its exercises: exercises/03_read_the_dials.ipynb"
    assert "once its guesses are made" in second and "anyway=True" in second
    assert store.load().read == set()


def test_a_lesson_is_read_once_the_guesses_of_its_main_path_are_made(asking, capsys):
    for guess in ("03.1", "03.2"):
        progress.record_guess(guess, "a lot")
    progress.mark_read("03")
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("Lesson 03 is read.") and second == "+5 XP"
    assert store.load().read == {"03"}


def test_a_learner_may_say_that_a_lesson_is_read(asking, capsys):
    progress.mark_read("03", anyway=True)
    assert capsys.readouterr().out.splitlines()[1] == "+5 XP"
    assert store.load().read == {"03"}


def test_a_lesson_that_an_earlier_file_calls_read_stays_read(asking, capsys):
    asking.parent.mkdir()
    asking.write_text('{"version": 1, "read": ["03"], "passed": [], "tries": {}}')
    progress.mark_read("03")
    assert capsys.readouterr().out.startswith("Lesson 03 is read.")
    assert store.load().read == {"03"}


def test_the_guesses_of_the_main_path_are_all_but_those_of_the_optional_sections(monkeypatch):
    lesson = SimpleNamespace(guesses=5, further_guesses=2)
    monkeypatch.setattr(score, "COURSE", SimpleNamespace(lesson=lambda number: lesson))
    assert score.main_guesses_in("03") == {"03.1", "03.2", "03.3"}


def test_a_notebook_of_solutions_earns_nothing_and_says_so(kept, tmp_path, monkeypatch):
    whole = kept.read_bytes()
    (tmp_path / "solutions").mkdir()
    monkeypatch.chdir(tmp_path / "solutions")
    assert progress.record_pass("03.1") == "a solution of the course: no XP"
    assert progress.record_try("03.1") is None
    assert kept.read_bytes() == whole
    (tmp_path / "exercises").mkdir()
    monkeypatch.chdir(tmp_path / "exercises")
    assert progress.record_pass("03.1").startswith("+10 XP")


@pytest.mark.parametrize("lesson", ["3", "77", "", "03.1", "-1"])
def test_a_lesson_that_is_not_there_is_refused_by_name(file, lesson):
    with pytest.raises(ValueError, match=re.escape(repr(lesson))):
        progress.mark_read(lesson)


def test_the_titles_are_those_of_the_notebooks():
    assert [lesson.file for lesson in COURSE.lessons] == [path.name for path in LESSONS]
    for lesson, path in zip(COURSE.lessons, LESSONS, strict=True):
        first_line = prose_of(path).splitlines()[0]
        assert first_line == f"# {lesson.number} · {lesson.title}"


def test_levels_begin_where_they_should():
    starts = [level.xp for level in COURSE.levels]
    assert starts[0] == 0 and starts == sorted(set(starts)) and len(starts) == 8
    assert [score.level_at(xp) for xp in (0, 29, 30, 619, 620, 10_000)] == [1, 1, 2, 7, 8, 8]


def test_an_achievement_takes_the_warm_ups_and_cores_of_its_lesson(file):
    names = [a.name for a in score.earned(State(passed=frozenset(["03.1", "03.2"])))]
    assert names == ["Dial reader"]
    assert score.earned(State(passed=frozenset(["03.1", "03.3"]))) == []


def test_the_last_achievement_takes_every_exercise(file):
    assert score.earned(State(passed=frozenset(KINDS)))[-1].lesson == "all"
    for left_out in KINDS:
        most = State(passed=frozenset(KINDS) - {left_out})
        assert "all" not in [achievement.lesson for achievement in score.earned(most)]


def test_a_lesson_without_exercises_gives_no_achievement_away(monkeypatch):
    monkeypatch.setattr(score, "exercise_kinds", dict)
    assert score.earned(State(read=frozenset(["03"]))) == []


def test_every_lesson_with_exercises_has_an_achievement_that_says_what_you_can_do():
    earned_in = [achievement.lesson for achievement in COURSE.achievements]
    assert earned_in == [*(path.name[:2] for path in SOLUTIONS), "all"]
    assert len({achievement.name for achievement in COURSE.achievements}) == len(earned_in)
    assert all(len(achievement.ability.split()) >= 5 for achievement in COURSE.achievements)


def test_the_highest_level_can_be_reached():
    everything = State(
        read=frozenset(lesson.number for lesson in COURSE.lessons),
        passed=frozenset(exercise.id for exercise in COURSE.exercises),
    )
    assert score.level_at(score.xp_of(everything)) == len(COURSE.levels)


def test_an_exercise_that_the_course_no_longer_has_is_kept_and_worth_nothing(file):
    assert progress.record_pass("99.9") is None
    assert "99.9" in store.load().passed and score.xp_of(store.load()) == 0


# --- the panel ---


@of_any_lesson
def test_the_panel_saved_in_the_first_lesson_counts_every_lesson_and_exercise():
    saved = LESSONS[0].read_text(encoding="utf-8")
    again = f"run `make notebooks NOTEBOOKS=notebooks/{LESSONS[0].name}`"
    assert f"Lessons read 0 of {len(COURSE.lessons)} " in saved, again
    assert f"Exercises passed 0 of {len(COURSE.exercises)} " in saved, again


class Tags(HTMLParser):
    """Whether every tag that opens is closed in turn, and the text between them."""

    def __init__(self, html):
        super().__init__()
        self.open, self.text, self.styles = [], "", []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.styles += [value for name, value in attributes if name == "style"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_the_panel_says_the_same_in_html_and_in_text(file):
    progress.mark_read("03")
    for exercise in ("03.1", "03.2"):
        progress.record_pass(exercise)
    shown = progress.panel()
    tags = Tags(shown._repr_html_())
    assert tags.open == []
    for text in (repr(shown), tags.text):
        assert "Level 2, Learned table: 35 XP. 45 more to level 3, Sinusoid." in text
        assert f"Lessons read 1 of {len(COURSE.lessons)}" in text
        assert "Exercises passed 2 of 4" in text
        assert "★ Dial reader: " in text and str(file) in text
    assert "■■□ 2 of 3" in tags.text and "☆ Both layouts" in tags.text


def test_the_panel_counts_guesses_made_and_near_lesson_by_lesson(file):
    for guess in ("03.1", "03.3", "04.1", "99.1"):
        progress.record_guess(guess, "a lot")
    progress.record_near("03.3")
    shown = progress.panel()
    text = Tags(shown._repr_html_()).text
    assert "Guesses made 3 of 4, 1 near" in text and "Guesses made 3 of 4, 1 near" in repr(shown)
    assert "2 of 3, 1 near" in text and "1 of 1, 0 near" in text


def test_a_learner_who_guessed_nothing_is_told_how_many_there_are(file):
    assert "Guesses made 0 of 4\n" in repr(progress.panel())


def test_the_course_counts_the_guesses_of_every_lesson():
    for lesson in COURSE.lessons:
        names = {f"{lesson.number}.{n}" for n in range(1, lesson.guesses + 1)}
        assert score.guesses_in(lesson.number) == names <= score.guesses_in("all")


def test_the_panel_takes_its_text_colour_from_the_page(file):
    styles = ";".join(Tags(progress.panel()._repr_html_()).styles)
    assert set(re.findall(r"(?<![-\w])color:\s*([^;]+)", styles)) == {"inherit"}
    assert set(re.findall(r"background:\s*([^;]+)", styles)) == {"transparent", view.BAR}


def test_the_rows_of_the_panel_lead_to_the_lessons_and_their_exercises(monkeypatch):
    for folder in ("notebooks", "exercises"):
        monkeypatch.chdir(ROOT / folder)
        for lesson in view.COURSE.lessons:
            leads_to = re.findall('href="([^"]+)"', view.row(lesson.number, State()))
            kinds = ["notebooks", "exercises"] if lesson.exercises else ["notebooks"]
            wanted = [ROOT / kind / lesson.file for kind in kinds]
            assert [Path(path).resolve() for path in leads_to] == wanted


def test_outside_the_folder_of_the_course_the_panel_leads_nowhere(file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "href" not in progress.panel()._repr_html_()


@pytest.fixture
def displayed(monkeypatch):
    """What a cell that ends in a panel displays in a notebook."""
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    monkeypatch.setattr(view, "_in_a_notebook", lambda: True)
    return shown


def test_an_open_panel_shows_what_was_done_since_when_it_comes_into_sight(
    file, displayed, monkeypatch
):
    made = []
    monkeypatch.setattr(live, "LivePanel", lambda draw: made.append(LivePanel(draw)) or made[0])
    progress.panel()._ipython_display_()
    assert "Exercises passed 0 of" in displayed[0]["text/html"]
    progress.record_pass("03.1")
    made[0]._handle_custom_msg({}, [])
    assert "Exercises passed 1 of" in made[0].html and "Run this cell" not in made[0].html
    assert f'data-key="{made[0].key}"' in displayed[0]["text/html"]


def test_turned_off_a_panel_is_one_output_that_never_changes(off, displayed):
    with pytest.raises(NotImplementedError):
        progress.panel()._ipython_display_()
    assert displayed == []


@pytest.mark.parametrize("page", ["#FFFFFF", "#111111"])
def test_the_bar_stands_out_from_light_and_dark_pages(page):
    assert contrast(page, view.BAR) >= 3  # WCAG 2.2, 1.4.11, for what is not text


@pytest.mark.parametrize(("passed", "share"), [([], 0), (["03.2"], 67), (["03.3"], 20)])
def test_the_bar_shows_the_way_to_the_next_level(file, passed, share):
    assert f"width:{share}%" in view.bar(State(passed=frozenset(passed)))


def test_on_the_highest_level_the_bar_is_full(monkeypatch):
    monkeypatch.setattr(score, "xp_of", lambda state: 9_999)
    assert "width:100%" in view.bar(State())
    assert "no higher level" in view.headline(State())


# --- the command ---


@pytest.fixture
def run(capsys):
    def run(*arguments):
        capsys.readouterr()
        try:
            code = main(["progress", *map(str, arguments)])
        except SystemExit as stop:
            code = stop.code
        told = capsys.readouterr()
        return SimpleNamespace(code=code, out=told.out, err=told.err)

    return run


def test_the_command_shows_what_the_panel_shows(kept, run):
    done = run()
    assert (done.code, done.err) == (0, "") and done.out == f"{progress.panel()!r}\n"


def test_json_is_one_object(kept, run):
    done = run("--json")
    assert done.code == 0 and done.out.count("\n") == 1
    assert json.loads(done.out) == {
        "on": True,
        "file": str(kept),
        "xp": 20,
        "level": 1,
        "level_name": "One hot",
        "read": [],
        "passed": ["03.2"],
        "tries": {"03.2": 1},
        "guesses": {},
        "near": [],
        "achievements": [],
    }


def test_what_is_exported_comes_back_on_another_machine(kept, run, tmp_path, monkeypatch):
    carried = tmp_path / "carried.json"
    assert run("--export", carried).code == 0
    monkeypatch.setenv("STRETCHING_ROPE_PROGRESS_FILE", str(tmp_path / "new machine" / "p.json"))
    progress.record_try("04.1")
    progress.record_pass("04.1")
    for lessons_and_exercises in ("0 lessons read and 1 exercises", "0 lessons read and 0"):
        done = run("--import", carried)
        assert done.code == 0 and lessons_and_exercises in done.out
        assert store.load() == State(
            passed=frozenset(["03.2", "04.1"]), tries={"03.2": 1, "04.1": 1}
        )


def test_an_export_never_overwrites_progress_that_is_not_here(kept, run, tmp_path, monkeypatch):
    carried = tmp_path / "carried.json"
    run("--export", carried)
    whole = carried.read_bytes()
    monkeypatch.setenv("STRETCHING_ROPE_PROGRESS_FILE", str(tmp_path / "new machine" / "p.json"))
    done = run("--export", carried)
    assert done.code == 2 and done.err.count("\n") == 1 and "--import it first" in done.err
    assert carried.read_bytes() == whole
    run("--import", carried)
    progress.record_pass("03.1")
    assert run("--export", carried).code == 0
    assert parse(carried.read_bytes()).passed == {"03.1", "03.2"}


def test_an_export_leaves_another_file_alone(kept, run, tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text("mine")
    done = run("--export", notes)
    assert done.code == 2 and str(notes) in done.err and notes.read_text() == "mine"


HOSTILE = {
    "not JSON": (b"progress!", "not JSON"),
    "no text": (b"\xff\xfe\x00\xd8", "not JSON"),
    "empty": (b"", "not JSON"),
    "a notebook": (b'{"cells": [], "nbformat": 4}', "not a progress file"),
    "a list": (b"[]", "not a progress file"),
    "an old version": (b'{"version": 0}', "not a progress file"),
    "true for a version": (b'{"version": true}', "not a progress file"),
    "a newer version": (b'{"version": 3}', "its version is 3"),
    "huge": (b" " * 1_000_001, "at most 1,000,000"),
    "deep": (b"[" * 100_000, "not JSON"),
    "a huge number": (b"9" * 100_000, "not JSON"),
    "more entries": (
        b'{"version": 1, "read": [], "passed": [], "tries": {}, "x": 1}',
        "other entries",
    ),
    "entries of another version": (
        b'{"version": 2, "read": [], "passed": [], "tries": {}}',
        "other entries",
    ),
    "a number for a guess": (
        b'{"version": 2, "read": [], "passed": [], "tries": {}, "guesses": {"03.1": 1}, '
        b'"near": []}',
        "not a short text",
    ),
    "a missing entry": (b'{"version": 1, "read": [], "passed": []}', "other entries"),
    "a text for a list": (
        b'{"version": 1, "read": "03", "passed": [], "tries": {}}',
        "not a list",
    ),
    "a number for a name": (
        b'{"version": 1, "read": [3], "passed": [], "tries": {}}',
        "has something, no name of ours",
    ),
    "a path for a name": (
        b'{"version": 1, "read": ["../../x"], "passed": [], "tries": {}}',
        "no name of ours",
    ),
    "markup for a name": (
        b'{"version": 1, "read": [], "passed": ["<script>\\n"], "tries": {}}',
        "no name of ours",
    ),
    "a list for a table": (
        b'{"version": 1, "read": [], "passed": [], "tries": []}',
        "not a table",
    ),
    "a fraction for a count": (
        b'{"version": 1, "read": [], "passed": [], "tries": {"03.2": 1.5}}',
        "not a count",
    ),
    "NaN for a count": (
        b'{"version": 1, "read": [], "passed": [], "tries": {"03.2": NaN}}',
        "not a count",
    ),
    "a count below 0": (
        b'{"version": 1, "read": [], "passed": [], "tries": {"03.2": -1}}',
        "not a count",
    ),
    "a count without end": (
        b'{"version": 1, "read": [], "passed": [], "tries": {"03.2": 1e999}}',
        "not a count",
    ),
}


@pytest.mark.parametrize(("data", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_a_file_that_is_no_export_is_refused_in_one_line(kept, run, tmp_path, data, reason):
    before = {path: path.read_bytes() for path in kept.parent.iterdir()}
    source = tmp_path / "source.json"
    source.write_bytes(data)
    done = run("--import", source)
    assert done.code == 2 and done.out == "" and done.err.count("\n") == 1
    assert str(source) in done.err and reason in done.err and len(done.err) < 300
    assert {path: path.read_bytes() for path in kept.parent.iterdir()} == before


@pytest.mark.parametrize("kind", ["missing", "folder"])
def test_a_file_that_cannot_be_read_is_refused_in_one_line(kept, run, tmp_path, kind):
    source = tmp_path / "source.json"
    if kind == "folder":
        source.mkdir()
    done = run("--import", source)
    assert done.code == 2 and done.err.count("\n") == 1 and str(source) in done.err


def test_an_import_that_cannot_be_written_fails(kept, run, tmp_path, monkeypatch):
    source = tmp_path / "source.json"
    source.write_text(to_text(State(passed=frozenset(["04.1"]))))
    monkeypatch.setattr(store.os, "replace", refuse(errno.ENOSPC))
    done = run("--import", source)
    assert done.code == 2 and done.out == "" and "No space left" in done.err


def test_a_reset_starts_over_and_can_be_undone(kept, run):
    old = kept.read_bytes()
    done = run("--reset")
    aside = kept.with_name("progress.before-reset-1.json")
    assert done.code == 0 and str(aside) in done.out and aside.read_bytes() == old
    assert run().out.startswith("Level 1, One hot: 0 XP.")
    assert run("--import", aside).code == 0
    assert store.load() == parse(old)


def test_a_reset_with_nothing_to_reset_says_so(file, run):
    done = run("--reset")
    assert done.code == 0 and "there was no progress" in done.out


@pytest.mark.parametrize("option", ["--export", "--import", "--reset"])
def test_turned_off_the_command_shows_nothing_and_changes_nothing(off, run, tmp_path, option):
    assert "Progress is off" in run().out and json.loads(run("--json").out)["on"] is False
    done = run(option, *([] if option == "--reset" else [tmp_path / "x.json"]))
    assert done.code == 2 and done.err.count("\n") == 1 and "unset" in done.err
    assert list(tmp_path.iterdir()) == []


def test_two_wishes_at_once_are_refused(kept, run, tmp_path):
    done = run("--reset", "--export", tmp_path / "x.json")
    assert done.code == 2 and done.err.count("\n") == 1 and kept.exists()


def test_the_command_works_from_a_real_shell(kept):
    done = shell("progress", "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["passed"] == ["03.2"]


def test_the_command_starts_without_torch_and_without_the_checks(kept):
    done = python("-X", "importtime", "-m", "lesson_utils", "progress")
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert done.returncode == 0 and "lesson_utils.progress.score" in loaded
    assert not loaded & {"torch", "numpy", "matplotlib", "lesson_utils.checks"}
