"""What lesson 00 draws: what the model writes, and how far it reads, unchanged and with YaRN."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from lesson_utils.figures.common import TRAINED_LENGTH, perplexity_by_length
from lesson_utils.figures.picture import Picture, drawn

LINES, COLUMNS = 6, 31
"""What a panel holds, at 11 points."""
GIVEN_COLOUR, WRITTEN_COLOUR = "#555555", "#0072B2"
CODE = {"family": "monospace", "fontsize": 11, "va": "top"}
POINTS_A_COLUMN = 0.602 * CODE["fontsize"]
"""A letter of DejaVu Sans Mono, which comes with matplotlib, is so wide."""


def written_after(given: bytes, written: Mapping[str, bytes]) -> Picture:
    """Draw what the model wrote as code, one panel for each way of reading.

    Parameters
    ----------
    given : bytes
        The line that the text broke off in, in grey.
    written : mapping
        How the text was read, to what was written then.
    """
    return _written_after(given.decode(), {how: w.decode() for how, w in written.items()})


@drawn
def _written_after(given: str, written: Mapping[str, str]) -> Picture:
    figure = Figure(figsize=(9, 2.4))
    title = "Past its window the model babbles, until one argument is changed"
    figure.suptitle(title, ha="left", x=0.01)
    figure.text(0.99, 0.02, "grey: read, blue: written", ha="right", fontsize=11)
    for axes, (how, text) in zip(figure.subplots(1, len(written)), written.items()):
        axes.set_title(how, fontsize=12)
        axes.set(xticks=[], yticks=[], xlim=(0, 1), ylim=(LINES, -0.3))
        axes.spines[:].set_visible(False)
        first, *others = code_lines(given + text)
        axes.text(0, 0, given, color=GIVEN_COLOUR, **CODE)
        rows = {
            0: (len(given), first[len(given) :]),
            **{i: (0, o) for i, o in enumerate(others, 1)},
        }
        for row, (column, line) in rows.items():
            right = (column * POINTS_A_COLUMN, 0)
            axes.annotate(
                line, (0, row), right, textcoords="offset points", color=WRITTEN_COLOUR, **CODE
            )
    told = " ".join(f"{how}: {' '.join(text.split())!r}." for how, text in written.items())
    return Picture(
        figure,
        f"Panels of code, each beginning with {given.strip()!r} in grey. What the model wrote next "
        f"is in blue. {told}",
    )


def code_lines(text: str) -> list[str]:
    """Cut code into lines that fit a panel, the long ones in pieces."""
    lines = []
    for line in text.split("\n"):
        lines += [line[at : at + COLUMNS] for at in range(0, max(len(line), 1), COLUMNS)]
    return lines[:LINES]


def unchanged_and_yarn(curves: Mapping[str, Mapping[int, float]]) -> Picture:
    """Draw perplexity by length of the untuned model, {method: {length: perplexity}}."""
    return perplexity_by_length(
        curves,
        title="The same three models, read in three ways",
        description="Perplexity against bytes read at once, both on log scales. Unchanged RoPE "
        "leaves 2 at the trained window of 512 and stays near 20 from 4,096 on. YaRN rises slowly, "
        "to 4 at 16,384. A reader of the last 512 bytes stays at 2.",
        trained_length=TRAINED_LENGTH,
    )
