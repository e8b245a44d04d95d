"""List every number in the lessons' prose, and say where each one comes from.

    python -m tools.account_for_numbers                 all lessons
    python -m tools.account_for_numbers FILE …          these
    python -m tools.account_for_numbers --missing       only those without a source

A number is accounted for when it stands in an output of the same notebook, as it is or rounded;
when code sets it, in a cell or in the line; when its sentence or table row names a paper, a config
or a record; or when it is one of the course's constants below. Exit 1 if a number is not.
"""

import argparse
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "notebooks"
CONSTANTS = {
    "256": "the number of bytes there are",
    "512": "the tiny model's trained window",
    "511": "the last position of the trained window",
    "64": "the tiny model's head_dim",
    "32": "pairs in a head of 64",
    "10,000": "the tiny model's base",
    "0": "a first index or position",
    "1": "a first pair, a factor that changes nothing, or one of something",
    "2": "a pair, a square, or half",
}
CITED = re.compile(r"arXiv|config|[Tt]able \d|recorded|transformers|`[\w/.-]+\.(py|json)`|github")
# What has digits in it but states no quantity.
NOT_NUMBERS = re.compile(
    r"""\$\$.*?\$\$ | \$[^$\n]+\$   # a formula
    | `[^`]*`              # code
    | <code>.*?</code>
    | \]\([^)]*\)          # the target of a link
    | https?://\S+
    | arXiv:\S+ (\s v\d+)?
    | [Ll]essons?\ \d\d(\ (to|and)\ \d\d)? | \#\ \d\d(\.\d)?\ ·
    | ([Ss]ection|[Tt]able|[Ee]q|[Ee]quation|[Ff]igure|[Dd]efinition)s?\.?
      \ [A-Z]?\.?[\d.]+((,|\ and|\ to|–)\ ?[A-Z]?\.?[\d.]+)*
    | ^\s*\d\.(\ |$) | \*\*\d\.\*\*     # the number of an item
    | \b(19|20)\d\d\b(?!\s*bytes)        # a year
    | \b[A-Za-z][\w-]*\d[\w.-]*          # a name: float32, bf16, Llama-2
    | \bLlama\ \d(\.\d)? | \bLLaMA\ \d | \bPython\ 3(\.\d+)? | \bGemma\ \d | \bPhi-\d | \bQwen[\d.]+
    | \d+-D\b | \d+[DB]\b                # 2-D, 7B
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
NUMBER = re.compile(r"(?<![\w.])[−-]?\d(?:[\d,]*\d)?(?:\.\d+)?(?:[eE][−-]?\d+)?(?!\w)")


@dataclass(frozen=True)
class Found:
    """A number in the prose: where it stands, and where it comes from (None: nobody knows)."""

    notebook: str
    cell: str
    number: str
    sentence: str
    source: str | None


def value(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-").rstrip("."))


def decimals(text: str) -> int:
    return len(text.partition(".")[2])


def output_text(cell: dict) -> str:
    parts = []
    for output in cell.get("outputs", []):
        parts.append("".join(output.get("text", [])))
        parts.append("".join(output.get("data", {}).get("text/plain", [])))
    return "\n".join(parts)


def values_in(text: str) -> set[float]:
    return {value(number) for number in NUMBER.findall(text)}


def sentences(markdown: str) -> list[str]:
    """Split prose at line ends and at sentences' ends; a table row stays whole."""
    pieces = []
    for line in markdown.split("\n"):
        pieces += [line] if line.startswith("|") else re.split(r"(?<=[.?!:;])\s+(?=[A-Z*`])", line)
    return pieces


def account(path: Path) -> list[Found]:
    """Find all numbers in a notebook's prose, and their sources."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    printed = values_in("\n".join(output_text(cell) for cell in code))
    set_in_code = values_in("\n".join("".join(cell["source"]) for cell in code))
    found = []
    for cell in cells:
        if cell["cell_type"] != "markdown":
            continue
        text = re.sub(r"^```.*?^```", "", "".join(cell["source"]), flags=re.DOTALL | re.MULTILINE)
        in_line = "\n".join(re.findall(r"`[^`\n]+`|<code>.*?</code>", text))
        for sentence in sentences(text):
            prose = NOT_NUMBERS.sub(" ", sentence)
            for number in NUMBER.findall(prose):
                source = source_of(number, sentence, printed, set_in_code | values_in(in_line))
                found.append(Found(path.name, cell["id"], number, sentence.strip(), source))
    return found


def source_of(number: str, sentence: str, printed: set[float], set_in_code: set[float]):
    wanted = abs(value(number))
    if any(abs(round(abs(p), decimals(number)) - wanted) < 1e-9 for p in printed):
        return "printed by a cell"
    if wanted in {abs(v) for v in set_in_code}:
        return "set in code"
    if number in CONSTANTS:
        return CONSTANTS[number]
    if CITED.search(sentence):
        return "cited beside it"
    if re.search(r"\*\*\d+ minutes?\*\*", sentence):
        return "reading time"
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("notebooks", nargs="*", type=Path)
    parser.add_argument("--missing", action="store_true", help="only numbers without a source")
    options = parser.parse_args()
    found = [
        f for path in options.notebooks or sorted(FOLDER.glob("*.ipynb")) for f in account(path)
    ]
    missing = [f for f in found if f.source is None]
    for item in missing if options.missing else found:
        where = item.source or "NO SOURCE"
        print(f"{item.notebook}  {item.cell}  {item.number:>10}  {where}: {item.sentence[:90]}")
    print(f"{len(found)} numbers in prose, {len(missing)} without a source", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
