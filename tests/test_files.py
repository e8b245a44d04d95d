"""Files are written whole or not at all, and nobody else's are read without end."""

import errno
import os
import re

import pytest

from lesson_utils import files
from tests.helpers import ROOT, python


def fail(code):
    def refuse(*arguments, **options):
        raise OSError(code, os.strerror(code))

    return refuse


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "file.txt"
    path.write_bytes(b"the old text\n")
    return path


# --- one file ---


def test_text_is_written_as_utf_8_with_the_line_ends_it_has(tmp_path):
    files.write_whole(tmp_path / "new.txt", "größer\nthan ≥\r\n")
    assert (tmp_path / "new.txt").read_bytes() == "größer\nthan ≥\r\n".encode()
    files.write_whole(tmp_path / "new.txt", b"\x00\xff")
    assert (tmp_path / "new.txt").read_bytes() == b"\x00\xff"
    assert [path.name for path in tmp_path.iterdir()] == ["new.txt"]


def test_a_disk_that_fills_half_way_leaves_the_old_file_and_nothing_else(file):
    with pytest.raises(OSError, match="No space left"):
        with files.replacing(file) as unfinished:
            unfinished.write_bytes(b"half of the n")
            fail(errno.ENOSPC)()
    assert file.read_bytes() == b"the old text\n" and list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_a_disk_that_refuses_at_the_end_leaves_the_old_file_too(file, monkeypatch, step, code):
    monkeypatch.setattr(files.os, step, fail(code))
    with pytest.raises(OSError, match=os.strerror(code)):
        files.write_whole(file, "the new text\n")
    assert file.read_bytes() == b"the old text\n" and list(file.parent.iterdir()) == [file]


def test_the_bytes_are_on_the_disk_before_the_name_and_the_name_before_it_returns(
    file, monkeypatch
):
    steps, fsync, replace = [], os.fsync, os.replace

    def note_fsync(handle):
        steps.append("folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "file")
        fsync(handle)

    def note_replace(*places):
        steps.append("name")
        replace(*places)

    monkeypatch.setattr(files.os, "fsync", note_fsync)
    monkeypatch.setattr(files.os, "replace", note_replace)
    files.write_whole(file, "the new text\n")
    assert steps == ["file", "name", "folder"] or not os.path.isdir("/proc/self/fd")


def test_the_unfinished_file_is_in_the_same_folder_so_that_a_rename_is_one_step(file):
    with files.replacing(file) as unfinished:
        unfinished.write_bytes(b"new")
        assert unfinished.parent == file.parent.resolve() and unfinished.name.startswith(".")
        assert file.read_bytes() == b"the old text\n"
    assert file.read_bytes() == b"new"


def test_an_error_names_the_file_and_not_the_unfinished_one(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        files.write_whole(tmp_path / "nowhere" / "file.txt", "text")
    assert caught.value.filename == str(tmp_path / "nowhere" / "file.txt")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_a_new_file_may_be_read_by_whom_the_system_lets(tmp_path, mask):
    before = os.umask(mask)
    try:
        files.write_whole(tmp_path / "file.txt", "text")
        with files.new_folder(tmp_path / "folder") as unfinished:
            files.write_whole(unfinished / "a", "text")
    finally:
        os.umask(before)
    assert (tmp_path / "file.txt").stat().st_mode & 0o777 == 0o666 & ~mask
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o777 & ~mask


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o444])
def test_a_file_that_is_replaced_keeps_its_permissions(file, mode):
    file.chmod(mode)
    files.write_whole(file, "the new text\n")
    assert file.stat().st_mode & 0o777 == mode and file.read_bytes() == b"the new text\n"


def test_a_link_still_points_to_the_file_that_is_written(file, tmp_path):
    link = tmp_path / "link.txt"
    link.symlink_to(file)
    files.write_whole(link, "through the link\n")
    assert link.is_symlink() and file.read_text() == "through the link\n"


def test_what_a_killed_process_left_of_a_file_is_removed_and_nothing_else(file):
    (file.parent / ".file.txt.99.part").touch()
    for name in (".file.txt.backup", ".other.txt.99.part", "file.txt.part"):
        (file.parent / name).touch()
    files.remove_unfinished(file)
    left = sorted(path.name for path in file.parent.iterdir())
    assert left == [".file.txt.backup", ".other.txt.99.part", "file.txt", "file.txt.part"]


KILLED = """
import os, signal, sys
from lesson_utils import files
from tests.helpers import ROOT, python
with files.replacing(sys.argv[1]) as unfinished:
    unfinished.write_bytes(b"half of the n")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_process_killed_while_it_writes_leaves_the_old_file(file):
    done = python("-c", KILLED, file)
    assert done.returncode < 0 and file.read_bytes() == b"the old text\n"


# --- a folder ---


def test_a_folder_appears_with_all_its_files(tmp_path):
    with files.new_folder(tmp_path / "deep" / "folder") as unfinished:
        files.write_whole(unfinished / "a", "1")
        files.write_whole(unfinished / "b", "2")
        assert not (tmp_path / "deep" / "folder").exists()
    assert sorted(p.name for p in (tmp_path / "deep" / "folder").iterdir()) == ["a", "b"]
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["folder"]


def test_a_folder_that_could_not_be_filled_does_not_appear(tmp_path):
    with pytest.raises(OSError, match="No space"):
        with files.new_folder(tmp_path / "folder") as unfinished:
            files.write_whole(unfinished / "a", "1")
            fail(errno.ENOSPC)()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_not_replaced(file):
    with pytest.raises(ValueError, match="is there already.*give a new one"):
        with files.new_folder(file.parent):
            pytest.fail("there was work before it was refused")
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    "make", [files.make_folder, lambda path: files.new_folder(path).__enter__()]
)
def test_a_folder_that_cannot_be_made_is_named_with_the_reason_and_the_fix(file, make):
    place = file / "below" / "a file"
    with pytest.raises(
        ValueError, match=r"Not a directory.*give one where you may write"
    ) as caught:
        make(place)
    assert str(place) in str(caught.value)


def test_a_folder_made_ready_to_write_in_has_nothing_in_it(tmp_path):
    files.make_folder(tmp_path / "deep" / "folder")
    files.make_folder(tmp_path / "deep" / "folder")
    assert list((tmp_path / "deep" / "folder").iterdir()) == []


# --- reading ---


def test_a_file_is_read_no_further_than_shows_that_it_is_too_large(tmp_path):
    path = tmp_path / "sparse"
    with open(path, "wb") as file:
        file.truncate(2**40)  # it says that it has a tebibyte
    assert files.read_at_most(path, 100) == bytes(101)
    path.write_bytes(b"short")
    assert files.read_at_most(path, 5) == files.read_at_most(path, 100) == b"short"


# --- everybody writes this way ---


WRITES_A_FILE = re.compile(r"\.write_(text|bytes)\(|\bopen\(.*[\"'][wax]b?[\"']|mkstemp|fsync\(")
WRITES_ITS_OWN = re.compile(r"\b(torch\.save|save_file|savefig)\((?!page|.*unfinished)")
THE_ONE_WAY = ROOT / "lesson_utils" / "files.py"


def test_nothing_in_the_course_writes_a_file_in_another_way():
    found = []
    for folder in ("lesson_utils", "tools", "benchmarks"):
        for path in (ROOT / folder).rglob("*.py"):
            lines = path.read_text(encoding="utf-8").splitlines()
            writing = [x for x in lines if WRITES_A_FILE.search(x) or WRITES_ITS_OWN.search(x)]
            found += [f"{path}: {line.strip()}" for line in writing if path != THE_ONE_WAY]
    assert not found
    assert WRITES_A_FILE.search(THE_ONE_WAY.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "line",
    [
        'path.write_text("x")',
        'with open(path, "w", encoding="utf-8") as file:',
        "open(path, 'ab')",
        "torch.save(state, path)",
        'figure.savefig(TARGET, format="png")',
    ],
)
def test_another_way_to_write_would_be_found(line):
    assert WRITES_A_FILE.search(line) or WRITES_ITS_OWN.search(line)
