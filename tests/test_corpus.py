"""The text to train on and the documents to read: fixed, found again, and never the same."""

import hashlib
import os
import shutil
import threading
import warnings
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

import numpy as np
import pytest

import lesson_utils
from lesson_utils import corpus
from lesson_utils.corpus import (
    DocumentError,
    SourceFile,
    default_documents,
    gather_training_text,
    is_held_out,
    read_document,
    read_manifest,
    summarise,
    text_document,
    write_manifest,
)
from tests.helpers import PATIENCE, course_environment, python

PACKAGE = Path(lesson_utils.__file__).parent
SYMPY = Path(find_spec("sympy").origin).parent
# Hashes of the documents are SymPy 1.14.0's, so what is said of them is said of that release.
pinned = pytest.mark.skipif(version("sympy") != "1.14.0", reason="another SymPy is installed")


def start_of_sha256(data):
    return hashlib.sha256(data).hexdigest()[:16]


@pytest.fixture
def sources(tmp_path):
    """A small folder of one's own, with what a real one has: copies, an empty file, other files."""
    folder = tmp_path / "mine"
    for name, text in {
        "b.py": b"b = 2\n",
        "a.py": b"a = 1\n",
        "deeper/c.py": b"c = 3\n",
        "deeper/copy_of_a.py": b"a = 1\n",
        "empty.py": b"",
        "notes.txt": b"not Python\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text)
    return folder


# The documents


@pinned
def test_default_documents_are_the_starts_of_eight_long_sympy_modules():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        documents = default_documents()
    assert len(documents) >= 8
    assert len({document.name for document in documents}) == len(documents)
    for document in documents:
        package, module = document.name.split("/", 1)
        text = (SYMPY / module).read_bytes()
        assert package == "sympy" and len(text) >= 16 * 1024
        assert document.data.dtype == np.uint8 and len(document) == 16_384
        assert document.data.tobytes() == text[:16_384]
        assert start_of_sha256(text[:16_384]) == corpus.MODULES[module]


def test_no_document_repeats_another():
    documents = default_documents()
    assert len({document.data.tobytes() for document in documents}) == len(documents)


def test_max_documents_takes_the_first_so_many():
    names = [document.name for document in default_documents()]
    assert [document.name for document in default_documents(3)] == names[:3]
    assert [document.name for document in default_documents(99)] == names


@pytest.mark.parametrize("count", [0, -1])
def test_fewer_than_one_document_is_refused(count):
    with pytest.raises(DocumentError, match=f"{count}; give 1 or more"):
        default_documents(count)


def test_documents_are_mapped_from_the_disk_not_read_into_memory(tmp_path):
    assert all(isinstance(document.data, np.memmap) for document in default_documents())
    path = tmp_path / "sparse.txt"
    with path.open("wb") as file:
        file.truncate(2**36)  # 64 GiB of hole: reading it would be noticed
    document = read_document(path)
    assert isinstance(document.data, np.memmap) and len(document) == 2**36


def test_another_sympy_still_runs_and_says_that_figures_will_differ_a_little(tmp_path):
    other = tmp_path / "sympy"
    (other / "__init__.py").parent.mkdir()
    (other / "__init__.py").touch()
    for module in corpus.MODULES:
        (other / module).parent.mkdir(exist_ok=True)
        shutil.copy(SYMPY / module, other / module)
    changed = other / list(corpus.MODULES)[0]
    changed.write_bytes(b"# changed\n" + changed.read_bytes())
    code = (
        "from lesson_utils.corpus import default_documents as open_all\n"
        "documents = open_all()\n"
        "print(len(documents), documents[0].data[:9].tobytes().decode())\n"
    )
    done = python("-c", code, env=course_environment(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "8 # changed\n"
    assert "figures will differ a little" in done.stderr
    assert "SymPy 1.14.0" in done.stderr


@pinned
def test_the_warning_counts_the_documents_that_changed(tmp_path, monkeypatch):
    for module in corpus.MODULES:
        (tmp_path / module).parent.mkdir(exist_ok=True)
        shutil.copy(SYMPY / module, tmp_path / module)
    for module in list(corpus.MODULES)[:2]:
        (tmp_path / module).write_bytes(b"#" * 20_000)
    monkeypatch.setattr(corpus, "sympy_folder", lambda: tmp_path)
    with pytest.warns(UserWarning, match="^2 of 8 documents"):
        default_documents()


def test_a_change_after_the_part_that_is_read_changes_no_figure_and_warns_of_nothing(
    tmp_path, monkeypatch
):
    if version("sympy") != "1.14.0":
        pytest.skip("another SymPy is installed")
    module = list(corpus.MODULES)[0]
    (tmp_path / module).parent.mkdir()
    (tmp_path / module).write_bytes((SYMPY / module).read_bytes()[:16_384] + b"more")
    monkeypatch.setattr(corpus, "sympy_folder", lambda: tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        default_documents(1)


def test_missing_sympy_is_told_with_the_command_that_mends_it(monkeypatch):
    monkeypatch.setattr(corpus, "find_spec", lambda name: None)
    with pytest.raises(DocumentError, match="SymPy is not installed.*pip install sympy"):
        default_documents()


def test_a_file_is_a_document_byte_for_byte(tmp_path):
    path = tmp_path / "notes.bin"
    path.write_bytes(bytes(range(256)))
    document = read_document(path)
    assert document.name == "notes.bin" and document.data.tobytes() == bytes(range(256))
    assert read_document(str(path), name="mine").name == "mine"


def refusal_of(path):
    with pytest.raises(DocumentError) as caught:
        read_document(path)
    message = str(caught.value)
    assert str(path) in message and "; give" in message and "\n" not in message
    return message


def test_a_missing_document_is_told_by_its_path(tmp_path):
    assert "No such file" in refusal_of(tmp_path / "nowhere.txt")


def test_a_folder_is_no_document(tmp_path):
    assert "plain text file" in refusal_of(tmp_path)


def test_an_empty_file_is_no_document(tmp_path):
    (tmp_path / "empty.txt").touch()
    assert "is empty" in refusal_of(tmp_path / "empty.txt")


def test_a_file_that_may_not_be_read_is_told_with_the_reason(tmp_path, monkeypatch):
    path = tmp_path / "secret.txt"
    path.write_text("secret")

    def forbid(*arguments, **options):
        raise PermissionError(13, "Permission denied", str(path))

    # Root may read a file whatever its mode, so the refusal is played.
    monkeypatch.setattr(corpus.np, "memmap", forbid)
    assert "Permission denied" in refusal_of(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_that_nobody_writes_to_is_refused_not_waited_for(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    told = []
    reading = threading.Thread(target=lambda: told.append(refusal_of(path)), daemon=True)
    reading.start()
    reading.join(PATIENCE)
    assert told, "read_document still waits for the pipe"


def test_text_becomes_its_utf8_bytes():
    assert text_document("é = 1").data.tolist() == [0xC3, 0xA9, 0x20, 0x3D, 0x20, 0x31]
    assert text_document(b"\xff\x00").data.tolist() == [255, 0]
    assert text_document("x", name="mine").name == "mine"


def test_an_excerpt_is_the_bytes_between_two_places():
    text = text_document("one, two, three", name="counting")
    assert text.excerpt(5, 8).data.tobytes() == b"two"
    assert text.excerpt(10).data.tobytes() == b"three"
    assert (text.excerpt(5).name, text.excerpt(5, name="the rest").name) == (
        "an excerpt",
        "the rest",
    )


@pytest.mark.parametrize(("start", "stop"), [(3, 3), (4, 2), (-1, 5), (0, 16), (15, None)])
def test_an_excerpt_without_bytes_is_refused_with_the_length_there_is(start, stop):
    with pytest.raises(DocumentError, match="<= 15, the length of counting"):
        text_document("one, two, three", name="counting").excerpt(start, stop)


def test_tokens_are_the_bytes_as_whole_numbers():
    tokens = text_document(b"\xff\x00a").tokens()
    assert tokens.tolist() == [255, 0, 97] and str(tokens.dtype) == "torch.int64"


@pytest.mark.parametrize("nothing", ["", b""])
def test_empty_text_is_refused(nothing):
    with pytest.raises(DocumentError, match="mine is empty; give at least one byte"):
        text_document(nothing, name="mine")


# What is held out


@pytest.fixture(scope="module")
def shipped():
    return read_manifest(PACKAGE / "weights" / "manifest.csv.gz")


def test_shipped_manifest_lists_a_whole_environment(shipped):
    packages = {file.package for file in shipped}
    assert {"python", "torch", "numpy"} <= packages
    # 327 million bytes are seen in training: far fewer than that, but no toy.
    assert sum(file.bytes for file in shipped) > 20_000_000
    assert len({file.sha256 for file in shipped}) == len(shipped), "every text once"


def test_no_file_of_sympy_is_in_the_shipped_manifest_by_package_or_path(shipped):
    assert not [file for file in shipped if "sympy" in file.package.lower()]
    # As a whole part: packages have helpers of their own with names like sympy_helpers.py.
    parts = [(file.path, part) for file in shipped for part in PurePosixPath(file.path).parts]
    assert not [path for path, part in parts if part.lower() in ("sympy", "isympy.py")]


def test_no_file_of_sympy_is_in_the_shipped_manifest_under_another_name(shipped):
    trained_on = {file.sha256: file for file in shipped}
    held_out = {start_of_sha256(path.read_bytes()): path for path in SYMPY.rglob("*.py")}
    # Many packages have an empty file; the manifest has no file without a byte.
    assert all(file.bytes > 0 for file in shipped)
    assert len(held_out) > 1000, "this looks for all of SymPy"
    assert not held_out.keys() & trained_on.keys()


@pytest.mark.parametrize(
    ("package", "path"),
    [
        ("sympy", "sympy/core/basic.py"),
        ("SymPy", "anything.py"),
        ("sympy", "isympy.py"),
        ("mine", "vendor/sympy/core/basic.py"),
        ("mine", "sympy/__init__.py"),
    ],
)
def test_sympy_is_held_out_by_package_and_by_folder(package, path):
    assert is_held_out(package, path)


@pytest.mark.parametrize("path", ["torch/utils/_sympy/value_ranges.py", "sympy_tools.py", "a.py"])
def test_what_only_sounds_like_sympy_is_not_held_out(path):
    assert not is_held_out("torch", path)


def test_a_copy_of_a_held_out_file_is_left_out_whatever_its_name(sources):
    module = list(corpus.MODULES)[0]
    shutil.copy(SYMPY / module, sources / "innocent.py")
    _, files = gather_training_text(sources)
    assert [file.path for file in files] == ["a.py", "b.py", "deeper/c.py"]
    # The same text with one byte more is another text: so it was the hash that kept it out.
    with (sources / "innocent.py").open("ab") as file:
        file.write(b"#")
    _, files = gather_training_text(sources)
    assert [file.path for file in files] == ["a.py", "b.py", "deeper/c.py", "innocent.py"]


def test_a_folder_called_sympy_is_left_out_whatever_is_in_it(sources):
    (sources / "vendor" / "sympy").mkdir(parents=True)
    (sources / "vendor" / "sympy" / "new.py").write_text("print('never seen')\n")
    _, files = gather_training_text(sources)
    assert [file.path for file in files] == ["a.py", "b.py", "deeper/c.py"]


# Gathering


def test_each_text_is_taken_once_in_order_with_a_zero_byte_after_it(sources):
    data, files = gather_training_text(sources)
    assert data.dtype == np.uint8
    assert data.tobytes() == b"a = 1\n\0b = 2\n\0c = 3\n\0"
    assert files == [
        SourceFile("mine", "", name, 6, start_of_sha256(text))
        for name, text in (("a.py", b"a = 1\n"), ("b.py", b"b = 2\n"), ("deeper/c.py", b"c = 3\n"))
    ]


def test_the_order_does_not_depend_on_when_files_were_made(sources, tmp_path):
    again = tmp_path / "again" / "mine"
    for path in sorted(sources.rglob("*.py"), reverse=True):
        copy = again / path.relative_to(sources)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    first, second = gather_training_text(sources), gather_training_text(again)
    assert first[0].tobytes() == second[0].tobytes() and first[1] == second[1]


def test_what_cannot_be_read_is_passed_over(sources):
    (sources / "gone.py").symlink_to(sources / "nowhere.py")
    (sources / "folder.py").mkdir()
    (sources / "folder.py" / "d.py").write_bytes(b"d = 4\n")
    _, files = gather_training_text(sources)
    assert [f.path for f in files] == ["a.py", "b.py", "deeper/c.py", "folder.py/d.py"]


@pytest.mark.parametrize("name", ["nothing here", "no such folder"])
def test_nothing_to_train_on_is_told_with_the_folder(tmp_path, name):
    folder = tmp_path / name
    if name == "nothing here":
        folder.mkdir()
    with pytest.raises(DocumentError, match=f"no Python files to train on in .*{name}"):
        gather_training_text(folder)


def test_this_environment_gives_its_standard_library_and_packages_but_sympy():
    sources = list(corpus._environment_sources())
    packages = {package for package, *_ in sources}
    assert {"python", "numpy", "torch", "sympy"} <= packages
    kept = [(package, name) for package, _, name, _ in sources if not is_held_out(package, name)]
    assert "sympy" not in {package for package, _ in kept}
    standard = {name for package, name in kept if package == "python"}
    assert {"ast.py", "json/decoder.py"} <= standard
    assert not [name for name in standard if "site-packages" in PurePosixPath(name).parts]
    # Python first, then each package after the one before it, each file after the one before it.
    listed = [(package != "python", package, name) for package, _, name, _ in sources]
    assert listed == sorted(listed), "an order that the disk has no say in"


# The manifest


ODD_FILES = [
    SourceFile("python", "3.12.3", "ast.py", 10, "0" * 16),
    SourceFile("mine", "", 'a "quoted", name.py', 5, "1" * 16),
    SourceFile("mine", "", "naïve/☃.py", 7, "2" * 16),
    SourceFile("python", "3.12.3", "json/tool.py", 1, "3" * 16),
]


def test_a_manifest_reads_back_as_it_was_written(tmp_path):
    write_manifest(ODD_FILES, tmp_path / "manifest.csv.gz")
    assert read_manifest(tmp_path / "manifest.csv.gz") == ODD_FILES


def test_a_manifest_is_the_same_bytes_every_time(tmp_path, monkeypatch):
    write_manifest(ODD_FILES, tmp_path / "one.csv.gz")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)  # gzip would note the time
    write_manifest(ODD_FILES, tmp_path / "two.csv.gz")
    assert (tmp_path / "one.csv.gz").read_bytes() == (tmp_path / "two.csv.gz").read_bytes()


def test_the_shipped_manifest_survives_being_read_and_written(shipped, tmp_path):
    write_manifest(shipped, tmp_path / "again.csv.gz")
    assert read_manifest(tmp_path / "again.csv.gz") == shipped


def test_sums_by_package_account_for_every_file_and_byte(shipped):
    for files in (ODD_FILES, shipped):
        packages = summarise(files)
        names = [entry["package"] for entry in packages]
        assert len(set(names)) == len(names) and set(names) == {file.package for file in files}
        assert sum(entry["files"] for entry in packages) == len(files)
        assert sum(entry["bytes"] for entry in packages) == sum(file.bytes for file in files)
    mine = summarise(ODD_FILES)[1]
    assert (mine["package"], mine["version"], mine["files"], mine["bytes"]) == ("mine", "", 2, 12)


def test_the_hash_of_a_package_changes_with_any_file_of_it_and_no_other():
    before = {entry["package"]: entry["sha256"] for entry in summarise(ODD_FILES)}
    changed = [*ODD_FILES[:3], SourceFile("python", "3.12.3", "json/tool.py", 1, "4" * 16)]
    after = {entry["package"]: entry["sha256"] for entry in summarise(changed)}
    assert before["python"] != after["python"]
    assert before["mine"] == after["mine"]
