"""What the model is trained on, and what it is read on: never the same files.

Training text is the Python source of the standard library and of every installed package but
SymPy. SymPy is held out, all of it: every learner has it, since PyTorch needs it, and its modules
are long, real documents that the model has never seen.
"""

import csv
import gzip
import hashlib
import io
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import distributions, version
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

import numpy as np

from lesson_utils.files import write_whole

HELD_OUT_PACKAGE = "sympy"
DOCUMENT_BYTES = 16_384
SYMPY_VERSION = "1.14.0"
"""The SymPy release that the hashes below, and every figure in the lessons, belong to."""
MODULES = {
    "core/basic.py": "e32fdbdc8b380c8e",
    "solvers/solvers.py": "a2231dcfeff85059",
    "printing/latex.py": "c1521d838beb9305",
    "matrices/matrixbase.py": "f738e6ed7698df61",
    "geometry/polygon.py": "a6b8ecb1f2c0ce45",
    "integrals/manualintegrate.py": "23f384d4b75ceb64",
    "combinatorics/permutations.py": "a8f20edbeb2f2d90",
    "sets/sets.py": "28e0dcb8df4a1a01",
}
"""The documents that the course reads: SymPy modules, and how the SHA-256 of each one begins."""


class DocumentError(ValueError):
    """A document that is missing, unreadable, empty or too short."""


@dataclass(frozen=True)
class Document:
    """A text to read: its name and its bytes, uint8 [length]."""

    name: str
    data: np.ndarray

    def __len__(self) -> int:
        return len(self.data)

    def excerpt(
        self, start: int = 0, stop: int | None = None, *, name: str = "an excerpt"
    ) -> "Document":
        """Take the bytes from ``start`` up to ``stop`` (the end) as a document of its own.

        Raises
        ------
        DocumentError
            If there is no byte between the two.
        """
        stop = len(self) if stop is None else stop
        if not 0 <= start < stop <= len(self):
            raise DocumentError(
                f"start is {start} and stop is {stop}; give 0 <= start < stop <= {len(self)}, "
                f"the length of {self.name}"
            )
        return Document(name, self.data[start:stop])

    def tokens(self):
        """Return the bytes as a model reads them: a tensor, int64 [length]."""
        import torch

        return torch.from_numpy(self.data.astype(np.int64))


def default_documents(max_documents: int | None = None) -> list[Document]:
    """Open the SymPy modules that the course reads, the first 16,384 bytes of each.

    Parameters
    ----------
    max_documents : int, optional
        Only the first so many; at least 1.

    Returns
    -------
    list of Document

    Warns
    -----
    UserWarning
        If the installed SymPy is another release, so that figures will differ a little.

    Raises
    ------
    DocumentError
        If SymPy is not installed, or a module is missing from it.
    """
    if max_documents is not None and max_documents < 1:
        raise DocumentError(f"max_documents is {max_documents}; give 1 or more")
    chosen = dict(list(MODULES.items())[:max_documents])
    return sympy_documents(chosen, DOCUMENT_BYTES)


def sympy_documents(
    modules: dict[str, str], size: int, *, folder: str | Path | None = None
) -> list[Document]:
    """Open SymPy modules, the first ``size`` bytes of each, and check that they are the known ones.

    Parameters
    ----------
    modules : dict
        Paths inside SymPy, each with how the SHA-256 of its first ``size`` bytes begins.
    size : int
        Bytes to take of each.
    folder : str or Path, optional
        A copy of SymPy, or of these modules; the installed SymPy when left out.

    Returns
    -------
    list of Document

    Warns
    -----
    UserWarning
        If they are of another release, so that figures will differ a little.

    Raises
    ------
    DocumentError
        If SymPy is not installed, or a module is missing from it.
    """
    folder = sympy_folder() if folder is None else Path(folder)
    documents, changed = [], []
    for module, known_hash in modules.items():
        document = read_document(folder / module, name=f"sympy/{module}")
        document = Document(document.name, document.data[:size])
        if _short_hash(document.data.tobytes()) != known_hash:
            changed.append(module)
        documents.append(document)
    if changed:
        warnings.warn(
            f"{len(changed)} of {len(documents)} documents are not those of SymPy {SYMPY_VERSION} "
            f"(installed: {version('sympy')}); figures will differ a little",
            stacklevel=3,
        )
    return documents


def read_document(path: str | Path, *, name: str | None = None) -> Document:
    """Open a file as a document, without reading it into memory.

    Parameters
    ----------
    path : str or Path
        Any file. Its bytes are taken as they are.
    name : str, optional
        How to call it; the file's name when left out.

    Returns
    -------
    Document
        Backed by the file: a page of it is read when it is used.

    Raises
    ------
    DocumentError
        If the file is missing, unreadable or empty.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        data = np.memmap(path, dtype=np.uint8, mode="r") if size else None
    except (OSError, TypeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a plain file"
        raise DocumentError(
            f"cannot read {path!s} ({reason}); give the path of a plain text file"
        ) from None
    if data is None:
        raise DocumentError(f"{path} is empty; give a file with text in it")
    return Document(name or path.name, data)


def text_document(text: str | bytes, *, name: str = "your text") -> Document:
    """Make a document of a string (as UTF-8) or of bytes."""
    data = text.encode() if isinstance(text, str) else text
    if not data:
        raise DocumentError(f"{name} is empty; give at least one byte")
    return Document(name, np.frombuffer(data, dtype=np.uint8))


@dataclass(frozen=True)
class SourceFile:
    """One training file, as the manifest lists it: ``sha256`` is shortened to 16 digits."""

    package: str
    version: str
    path: str
    bytes: int
    sha256: str


def gather_training_text(folder: str | Path | None = None):
    """Read all training files into one array, a zero byte after each.

    Parameters
    ----------
    folder : str or Path, optional
        Train on the ``.py`` files below a folder of your own instead of this environment's.

    Returns
    -------
    data : np.ndarray
        uint8 [total bytes].
    files : list of SourceFile
        The manifest. A file that occurs twice is taken once; one whose bytes also stand in SymPy
        is left out, whatever its name.

    Raises
    ------
    DocumentError
        If there is nothing to train on.
    """
    sources = _environment_sources() if folder is None else _folder_sources(Path(folder))
    seen = {_short_hash(path.read_bytes()) for path in sympy_folder().rglob("*.py")}
    chunks, files = [], []
    for package, release, name, path in sources:
        if is_held_out(package, name):
            continue
        try:
            text = path.read_bytes()
        except OSError:
            continue  # listed by a package but gone from the disk
        digest = _short_hash(text)
        if not text or digest in seen:
            continue
        seen.add(digest)
        chunks += [text, b"\0"]
        files.append(SourceFile(package, release, name, len(text), digest))
    if not files:
        place = folder or "this environment"
        raise DocumentError(
            f"no Python files to train on in {place}; give a folder that holds some"
        )
    return np.frombuffer(b"".join(chunks), dtype=np.uint8), files


def is_held_out(package: str, path: str) -> bool:
    """Tell whether a file is SymPy's, by its package or by a folder of that name on its path."""
    return package.lower() == HELD_OUT_PACKAGE or HELD_OUT_PACKAGE in PurePosixPath(path).parts


def summarise(files: list[SourceFile]) -> list[dict]:
    """Sum the manifest up by package: files, bytes, and one hash over the files' hashes."""
    packages: dict[str, dict] = {}
    for file in files:
        entry = packages.setdefault(
            file.package,
            {
                "package": file.package,
                "version": file.version,
                "files": 0,
                "bytes": 0,
                "sha256": "",
            },
        )
        entry["files"] += 1
        entry["bytes"] += file.bytes
        entry["sha256"] = _short_hash((entry["sha256"] + file.sha256).encode())
    return list(packages.values())


def write_manifest(files: list[SourceFile], path: str | Path) -> None:
    """Write one line for each training file, as gzipped CSV, the same bytes every time."""
    table = io.StringIO()
    rows = csv.DictWriter(table, fieldnames=list(SourceFile.__annotations__), lineterminator="\n")
    rows.writeheader()
    rows.writerows(asdict(file) for file in files)
    write_whole(path, gzip.compress(table.getvalue().encode(), mtime=0))


def read_manifest(path: str | Path) -> list[SourceFile]:
    """Read what :func:`write_manifest` wrote."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as table:
        return [SourceFile(**{**row, "bytes": int(row["bytes"])}) for row in csv.DictReader(table)]


def _environment_sources() -> Iterator[tuple[str, str, str, Path]]:
    """List (package, version, path in it, file), in an order that does not depend on the disk."""
    library = Path(sysconfig.get_path("stdlib"))
    release = ".".join(map(str, sys.version_info[:3]))
    for name, path in _python_files(library):
        if not {"site-packages", "dist-packages"} & set(PurePosixPath(name).parts):
            yield "python", release, name, path
    packages = {}
    for distribution in distributions():
        name = (distribution.metadata or {}).get("Name")  # None where an uninstall left crumbs
        if name:
            packages.setdefault(name.lower(), distribution)
    for package in sorted(packages):
        distribution = packages[package]
        version = distribution.version  # asked once: each time, the package's metadata is read
        for name in sorted(str(file) for file in distribution.files or () if file.suffix == ".py"):
            yield package, version, name, Path(distribution.locate_file(name))


def _folder_sources(folder: Path) -> Iterator[tuple[str, str, str, Path]]:
    for name, path in _python_files(folder):
        yield folder.name, "", name, path


def _python_files(folder: Path) -> list[tuple[str, Path]]:
    return sorted((path.relative_to(folder).as_posix(), path) for path in folder.rglob("*.py"))


def sympy_folder() -> Path:
    """Find the installed SymPy.

    Raises
    ------
    DocumentError
        If there is none.
    """
    spec = find_spec(HELD_OUT_PACKAGE)
    if spec is None:
        raise DocumentError(
            "SymPy is not installed, and its modules are the documents that the course reads; "
            "run `pip install sympy`"
        )
    return Path(spec.origin).parent


def _short_hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
