"""Where the course is published, and where a link of a notebook leads on the pages."""

import posixpath
import re
import tomllib
from pathlib import Path

from lesson_utils.catalogue import COURSE

GITHUB = f"https://github.com/{COURSE.address.repository}"
ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("notebooks", "exercises", "solutions", "site")
"""Folders whose files are pages. A link to any other file of the course leads to the repository."""
LINK = re.compile(r"(?<=\]\()(?!https?:|mailto:|#)([^)\s#]+)(#[^)\s]*)?(?=\))")
OUTSIDE = re.compile(r"(?<!!)\[([^\]\[]+)\]\((https?://[^)\s]+)\)")
BADGE = re.compile(r"^\[!\[([^\]]+)\]\([^)]+\)\]\(([^)]+)\)\n?", re.MULTILINE)


def in_repository(path: str) -> str:
    """Return the address of a file of the course that is no page."""
    return f"{GITHUB}/blob/{COURSE.address.ref}/{path}"


def version() -> str:
    """Return the version of the course."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]


def launches(markdown: str) -> dict[str, str]:
    """List the launch links of a page, {"Open in Colab": address}, from its badges."""
    return dict(BADGE.findall(markdown))


def outside(markdown: str) -> dict[str, str]:
    """List the addresses that a text points to, {address: words of the first link}."""
    found = {}
    for words, address in OUTSIDE.findall(markdown):
        found.setdefault(address, words)
    return found


def on_the_pages(markdown: str, folder: str, at: str | None = None) -> str:
    """Rewrite the links of a text: to a page where there is one, else to the repository.

    Parameters
    ----------
    markdown : str
        Text of a file of the course.
    folder : str
        Its folder in the repository, ``""`` for the root.
    at : str, optional
        The folder of its page; left out, the same.
    """
    page = (folder if at is None else at) or "."

    def rewrite(found: re.Match) -> str:
        target = posixpath.normpath(posixpath.join(folder, found[1]))
        place = ROOT / target
        if target == "README.md":
            target = "index.md"
        elif place.is_dir() and target in FOLDERS:
            target = f"{target}/index.md"
        elif target.split("/")[0] not in FOLDERS or not place.is_file():
            return in_repository(target) + (found[2] or "")
        return posixpath.relpath(target, page) + (found[2] or "")

    return LINK.sub(rewrite, markdown)
