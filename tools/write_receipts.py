"""Write the page of receipts: what papers claim, beside what our two models show.

    python -m tools.write_receipts

The claims are in lesson_utils/receipts.toml, the figures of ours in lesson_utils/recorded/.
"""

from collections import Counter
from pathlib import Path

from lesson_utils import receipts
from lesson_utils.files import write_whole
from tools.write_tables import table

TARGET = Path(__file__).resolve().parents[1] / "site" / "receipts.md"
HEADS = ("the paper claims", "its figure, and the place", *receipts.MODELS.values(), "verdict")
FORGETFUL = {"name": "it reads 4,096 bytes at", "at": "zero_shot/by_length/last_512/4096"}


def page() -> str:
    """Put the page together as Markdown."""
    papers, claims = receipts.read_file()
    records = receipts.read_records(claims)
    tables = [
        section(paper, [claim for claim in claims if claim["paper"] == paper["id"]], records)
        for paper in papers
    ]
    last = where_from(receipts.sources(receipts.checks_of(claims)), records)
    return "\n".join([head(claims, records), how_to_read(records), *tables, last])


def head(claims: list[dict], records: dict) -> str:
    """Say what the page is, and how many claims stand."""
    verdicts = Counter(receipts.judge(claim, records)[0] for claim in claims)
    return f"""# Receipts: what papers claim, and what our models show

<!-- made by `python -m tools.write_receipts` from lesson_utils/receipts.toml and \
lesson_utils/recorded/; do not edit -->

{len(claims)} claims of the papers that this course teaches. Our two models agree with \
{verdicts[receipts.AGREES]}, differ from {verdicts[receipts.DIFFERS]}, and cannot tell about \
{verdicts[receipts.CANNOT_TELL]}. A claim that differs here need not be wrong: our models are \
small, and were trained for minutes. The last column says what we think makes the difference.

Keep one thing in mind. A tiny model that forgets all but its last 512 bytes needs no method, and \
{receipts.as_text(FORGETFUL, records)}. No untuned method is as good. Low perplexity is not yet \
use of the far text.
"""


def how_to_read(records: dict) -> str:
    """Explain a row: the models, what a figure is, what a verdict is."""
    tuned, run = records["tuned"], receipts.runs_of("60 steps", records, "yarn")[0]
    step = tuned["runs"]["pi"]["trained_bytes"] // tuned["steps"]
    tokens = run["methods"]["yarn"]["trained_tokens"] // run["methods"]["yarn"]["steps"]
    return f"""## How to read a row

- **The tiny model** has 4.9 million parameters, and a window of 512 bytes. It is stretched \
{tuned["factor"]} times where the row does not say otherwise. A step of fine-tuning is {step:,} \
bytes of Python. There are {len(tuned["seeds"])} of it, trained from different seeds.
- **SmolLM2** is SmolLM2-135M-Instruct, with a window of 8,192 tokens. It is stretched 4 times. A \
step is {tokens:,} tokens of Python. It was fine-tuned with several seeds. What is untuned was \
read once, since no chance is in it.
- **A figure** is the median of the seeds, with the lowest and the highest in brackets. Where \
nothing else is said it is perplexity: per byte for the tiny model, per token for SmolLM2, both on \
Python code of SymPy that we tuned no model on. Figures of one comparison are over the same \
bytes, or tokens. Figures of two rows need not be.
- **YaRN and NTK-by-parts** have the ramp of the authors' code, which is straight in pair index. \
For claims about NTK-by-parts alone, the tiny model has the paper's ramp, straight in turns.
- **ABF**, a larger base, is 500,000 for the tiny model (before: 10,000), and 1,000,000 for \
SmolLM2 (before: 100,000). **Plain** is fine-tuning with unchanged RoPE.
- **A verdict follows from numbers alone.** After the figures stands what must hold. If all of it \
holds in every seed, the model *agrees*. If in no seed all of it holds, it *differs*. Otherwise it \
*cannot tell*. The verdict of the row is that of both models, or of the one that was measured. If \
they say different things, it is *cannot tell*.
"""


def section(paper: dict, claims: list[dict], records: dict) -> str:
    """Write the table of a paper."""
    note = f" {paper['note']}" if "note" in paper else ""
    rows = [row_of(claim, records) for claim in claims]
    return f"""## {paper["title"]}

{paper["authors"]}, {address(paper["source"])}.{note}

{table(HEADS, rows)}
"""


def address(source: str) -> str:
    """Link a source: an arXiv id with its version, or an address without https."""
    place = source.replace("arXiv:", "arxiv.org/abs/")
    return f"[{source}](https://{place})"


def row_of(claim: dict, records: dict) -> tuple[str, ...]:
    verdict, findings = receipts.judge(claim, records)
    rule = f"<br>*Our rule:* {claim['rule']}" if "rule" in claim else ""
    return (
        claim["says"],
        f"{claim['figure']}<br>({claim['place']}){rule}",
        *(ours(claim.get(model, []), findings[model], records) for model in receipts.MODELS),
        f"**{verdict}**<br>{receipts.reason(claim, findings)}",
    )


def ours(checks: list[dict], finding: receipts.Finding, records: dict) -> str:
    """Write what one model says to a claim, with links to the receipts of its figures."""
    lines = [f"*{finding.verdict}*"]
    for check, held in zip(checks, finding.held, strict=True):
        lines.append(receipts.in_words(check, held, records))
    links = [f"[{source}](#{anchor(source)})" for source in receipts.sources(checks)]
    if links:
        lines.append(f"({'; '.join(links)})")
    return "<br>".join(lines)


def anchor(source: str) -> str:
    """Return the name that GitHub gives to a heading."""
    return source.replace(",", "").replace(" ", "-")


def where_from(sources: list[str], records: dict) -> str:
    """List device, date, seeds and command of every run that a figure is from."""
    parts = ["## Where our figures are from\n"]
    for source in sources:
        lines = "\n".join(f"- {line}" for line in receipts.receipts_of(source, records))
        file = source.split(",")[0]
        parts.append(f"### {source}\n\n`lesson_utils/recorded/{file}.json`\n\n{lines}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    write_whole(TARGET, page())
