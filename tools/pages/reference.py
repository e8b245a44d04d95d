"""The reference: one page a room of the package, from its docstrings."""

from pathlib import Path

import lesson_utils

PACKAGE = Path(lesson_utils.__file__).parent
LEFT_OUT = {"commands", "recorded", "weights"}
"""Rooms that are commands of a shell, and two that have one function each."""


def pages() -> dict[str, str]:
    """Write the reference, {path of a page: its text}."""
    names = rooms()
    index = ["# Reference", "", "What the lessons import, module by module.", ""]
    index += ["```{toctree}", ":maxdepth: 1", "", *names, "```", ""]
    return {"reference/index.md": "\n".join(index)} | {
        f"reference/{name}.md": page(name) for name in names
    }


def rooms() -> list[str]:
    """List the modules and folders of the package, in alphabetical order."""
    found = {path.stem for path in PACKAGE.glob("*.py")} | {
        path.parent.name for path in PACKAGE.glob("*/__init__.py")
    }
    return sorted(found - {"__init__", "__main__"} - LEFT_OUT)


def page(name: str) -> str:
    """Write the page of a room: the module, or each public module of the folder."""
    modules = [f"lesson_utils.{name}"]
    folder = PACKAGE / name
    if folder.is_dir():
        modules += [f"lesson_utils.{name}.{each.stem}" for each in sorted(folder.glob("*.py"))
                    if not each.stem.startswith("_")]  # fmt: skip
    parts = [f"# {name}"]
    for module in modules:
        if len(modules) > 1:
            parts.append(f"## {module}")
        parts.append(f"```{{eval-rst}}\n.. automodule:: {module}\n   :members:\n```")
    return "\n\n".join(parts) + "\n"
