"""List every guess that the lessons ask for, its answer, and what gives the answer away.

    python -m tools.list_guesses            all lessons
    python -m tools.list_guesses FILE …     these

The answer is what the saved result says. Above its fold stand the texts and the code of all cells
before it, their outputs, its own code, and the line that JupyterLab shows in place of a folded
output: its first. A number is given away where it stands there, exact or
rounded. A choice or an order may be of everyday words, so it is looked for nearer by: in the
heading of its section, and from the question to the fold. A choice is given away where a cell names
it and not all others; an order, where a cell has its things in that order. Exit 1 if one is.
"""

import argparse
import ast
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.account_for_numbers import FOLDER, decimals, output_text, value, values_in


@dataclass(frozen=True)
class Guess:
    """A guess: what is asked, what to choose from or to order (none: a number), the answer."""

    notebook: str
    name: str
    label: str
    choices: tuple[str, ...]
    asked_in: int
    result_in: int
    answer: str


def guesses(path: Path) -> list[Guess]:
    """List the guesses of a notebook in their order.

    Raises
    ------
    ValueError
        If one is asked for and not answered, answered before it is asked for, or not yet run.
    """
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    found = []
    for place, cell in enumerate(cells):
        for call in calls(cell, "predict"):
            name, label = (ast.literal_eval(argument) for argument in call.args[:2])
            later = (i for i in range(place, len(cells)) if name in named(cells[i], "reveal"))
            result_in = next(later, None)
            if result_in is None:
                raise ValueError(f"{path.name} asks for guess {name} and reveals nothing after it")
            answer = answer_to(label, cells[result_in])
            choices = options(call, cell)
            found.append(Guess(path.name, name, label, choices, place, result_in, answer))
    return found


def calls(cell: dict, function: str) -> list[ast.Call]:
    """Find the calls of a function that are lines of their own in a code cell."""
    if cell["cell_type"] != "code" or f"{function}(" not in "".join(cell["source"]):
        return []
    statements = ast.parse("".join(cell["source"])).body
    found = [
        s.value for s in statements if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call)
    ]
    return [call for call in found if getattr(call.func, "id", None) == function]


def named(cell: dict, function: str) -> list[str]:
    return [ast.literal_eval(call.args[0]) for call in calls(cell, function)]


def options(call: ast.Call, cell: dict) -> tuple[str, ...]:
    """Read what a call of predict lets one choose from or order, written there or just above."""
    given = [*call.args[2:], *(word.value for word in call.keywords if word.arg == "order")]
    if not given:
        return ()
    (node,) = given
    if isinstance(node, ast.Name):
        body = ast.parse("".join(cell["source"])).body
        (node,) = [
            s.value for s in body if isinstance(s, ast.Assign) and s.targets[0].id == node.id
        ]
    entries = node.keys if isinstance(node, ast.Dict) else node.elts
    return tuple(ast.literal_eval(entry) for entry in entries)


def answer_to(label: str, cell: dict) -> str:
    """Read from the saved card of a result what came out."""
    for output in cell["outputs"]:
        text = "".join(output.get("data", {}).get("text/plain", ""))
        if text.startswith(f"{label}: result. It is "):
            said = text.removeprefix(f"{label}: result. It is ")
            return said.rstrip(".").strip("“”")
    raise ValueError(f"no saved result says what came out of {label!r}; run the notebook")


def above_the_fold(path: Path, guess: Guess) -> list[str]:
    """Return the sources and outputs that can be seen before a result is unfolded."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    seen = ["".join(cell["source"]) for cell in cells[: guess.result_in + 1]]
    for cell in cells[: guess.result_in]:
        seen += [output_text(cell), *alt_texts(cell)]
    return [text for text in [*seen, shown_of(cells[guess.result_in])] if text]


def shown_of(cell: dict) -> str:
    """Return what JupyterLab shows of a folded output: the first line that its first part has."""
    first = cell["outputs"][0]
    parts = [first.get("data", {}).get(kind, "") for kind in ("text/html", "text/plain")]
    texts = ["".join(part) for part in (*parts, first.get("text", ""))]
    lines = next((text for text in texts if text), "").split("\n")
    return next((line for line in lines if line), "")


def near_the_question(path: Path, guess: Guess) -> list[str]:
    """Return the heading of the section, and the sources from the question to the fold."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"][: guess.result_in + 1]
    seen = ["".join(cell["source"]) for cell in cells]
    prose = "\n".join(text for text, cell in zip(seen, cells) if cell["cell_type"] == "markdown")
    headings = re.findall(r"^#+ .*$", prose, re.MULTILINE)
    return [*headings[-1:], *seen[guess.asked_in - 1 :], shown_of(cells[-1])]


def alt_texts(cell: dict) -> list[str]:
    metadata = [output.get("metadata", {}) for output in cell.get("outputs", [])]
    return [entry.get("image/png", {}).get("alt", "") for entry in metadata]


def leaks(path: Path, guess: Guess) -> list[str]:
    """List the texts above the fold that give the answer away."""
    if not guess.choices:
        number = guess.answer.split(" ")[0]
        return [text for text in above_the_fold(path, guess) if says_number(number, text)]
    seen = near_the_question(path, guess)
    if guess.answer in guess.choices:
        return [text for text in seen if names_alone(guess.answer, guess.choices, text)]
    order = guess.answer.split(", then ")
    return [text for text in seen if in_order(order, text)]


def says_number(number: str, text: str) -> bool:
    wanted = abs(value(number))
    return any(abs(round(abs(v), decimals(number)) - wanted) < 1e-9 for v in values_in(text))


def names_alone(answer: str, choices: tuple[str, ...], text: str) -> bool:
    """Say whether a text has the words of the right choice, and not of all choices."""
    missing = [choice for choice in choices if words(choice) not in words(text)]
    return words(answer) in words(text) and bool(missing)


def in_order(things: list[str], text: str) -> bool:
    places = [words(text).find(words(thing)) for thing in things]
    return -1 not in places and places == sorted(places)


def words(text: str) -> str:
    """Write a text as its words between single spaces, those inside a name as well."""
    apart = re.sub(r"[^\w−]|_", " ", text.lower())
    return f" {' '.join(apart.split())} "


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("notebooks", nargs="*", type=Path)
    found = 0
    for path in parser.parse_args().notebooks or sorted(FOLDER.glob("*.ipynb")):
        for guess in guesses(path):
            given_away = leaks(path, guess)
            found += len(given_away)
            asked = " · ".join(guess.choices) or "a number"
            print(f"{guess.name:<6} {guess.label}: {asked}  ->  {guess.answer}")
            print("".join(f"       GIVEN AWAY IN {text[:200]!r}\n" for text in given_away), end="")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
