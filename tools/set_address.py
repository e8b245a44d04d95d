"""Write the course's address everywhere: python -m tools.set_address owner/name tag.

The address is a repository on GitHub, and the tag or branch that badges and first cells open. It
stands in course.toml. From there this rewrites every other place: badges, links, first cells. What
names another repository is left alone.
"""

import argparse
import re
from pathlib import Path

from lesson_utils import catalogue
from lesson_utils.catalogue import Address
from lesson_utils.files import write_whole

ROOT = Path(__file__).resolve().parent.parent
PLACES = (
    "*.md", "*.cff", "*.toml", "*.yml", "Makefile", "lesson_utils/course.toml", "notebooks/*.ipynb",
    "solutions/*.ipynb", "exercises/*.ipynb", "site/**/*", ".github/**/*", ".devcontainer/*",
)  # fmt: skip
TEXT = {".md", ".cff", ".toml", ".yml", ".yaml", ".ipynb", ".json", ".py", ".html", ".js", ""}
REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")
REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def main(arguments: list[str] | None = None) -> int:
    """Write an address everywhere, and say which files changed; return 2 if it cannot be one."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("repository", help="owner/name on GitHub")
    parser.add_argument("ref", help="the tag or branch that badges and first cells open")
    options = parser.parse_args(arguments)
    old = catalogue.read(ROOT / "lesson_utils" / "course.toml").address
    try:
        changed = rewritten(ROOT, old, address(options.repository, options.ref))
    except ValueError as error:
        parser.error(str(error))
    for path, text in changed.items():
        write_whole(path, text)
        print(path.relative_to(ROOT))
    print(f"{len(changed)} files now name {options.repository} at {options.ref}")
    return 0


def address(repository: str, ref: str) -> Address:
    """Make an address, or say why these two words are none."""
    if not REPOSITORY.fullmatch(repository):
        raise ValueError(f"{repository!r} is no repository; write REPO=owner/name")
    if not REF.fullmatch(ref):
        raise ValueError(f"{ref!r} is no tag or branch for a link; write one like REF=v1.0")
    return Address(repository, ref)


def rewritten(root: Path, old: Address, new: Address) -> dict[Path, str]:
    """Return the texts of the files that name ``old``, naming ``new`` instead.

    Raises
    ------
    ValueError
        If a file names ``new`` already, in a link that is not the course's: it could not be told
        apart any more, and there would be no way back.
    """
    changed = {}
    for path in files(root):
        before = path.read_bytes().decode("utf-8")
        after = renamed(before, old, new)
        if renamed(after, new, old) != before:
            raise ValueError(f"{path.relative_to(root)} has links of its own to {new.repository}")
        if after != before:
            changed[path] = after
    return changed


def files(root: Path) -> list[Path]:
    """List the files that may name the address."""
    found = {path for place in PLACES for path in root.glob(place)}
    return sorted(path for path in found if path.is_file() and path.suffix in TEXT)


def renamed(text: str, old: Address, new: Address) -> str:
    """Put a new address into a text, in each of the forms that an address has."""
    for before, after in zip(forms(old), forms(new), strict=True):
        text = re.sub(rf"{re.escape(before)}(?![\w-]|\.\w)", after.replace("\\", r"\\"), text)
    return text


def forms(address: Address) -> list[str]:
    """List the forms of an address, each before those that are a part of it."""
    repository, ref = address.repository, address.ref
    return [
        f"colab.research.google.com/github/{repository}/blob/{ref}",
        f"mybinder.org/v2/gh/{repository}/{ref}",
        f"codespaces.new/{repository}/tree/{ref}",
        f"github.com/{repository}/blob/{ref}",
        f"git+https://github.com/{repository}@{ref}",
        f"github.com/{repository}",
        address.pages.removesuffix("/"),
        f'repository = "{repository}"\nref = "{ref}"',
    ]


if __name__ == "__main__":
    raise SystemExit(main())
