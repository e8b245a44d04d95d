"""What lesson 00 draws: what the model writes, and how far it reads, unchanged and with YaRN."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from lesson_utils.figures.common import TRAINED_LENGTH, perplexity_by_length
from lesson_utils.figures.picture import Picture, drawn

LINES, COLUMNS = 6, 46
"""What a panel holds at most, at 11 points."""
GIVEN_COLOUR, TRUE_COLOUR, WRITTEN_COLOUR = "#777777", "#000000", "#0072B2"
CODE = {"family": "monospace", "fontsize": 11, "va": "top"}
POINTS_A_COLUMN = 0.602 * CODE["fontsize"]
"""A letter of DejaVu Sans Mono, which comes with matplotlib, is so wide."""


def written_after(given: bytes, true: bytes, written: Mapping[str, bytes]) -> Picture:
    """Draw what stands there and what the model wrote, one panel for each way of reading.

    Parameters
    ----------
    given : bytes
        The line that the text broke off in, in grey.
    true : bytes
        How the text goes on, in black.
    written : mapping
        How the text was read, to what was written then.
    """
    after = {how: text.decode() for how, text in written.items()}
    return _written_after(given.decode(), true.decode(), after)


@drawn
def _written_after(given: str, true: str, written: Mapping[str, str]) -> Picture:
    panels = {"SymPy itself": (true, TRUE_COLOUR)}
    panels |= {how: (text, WRITTEN_COLOUR) for how, text in written.items()}
    lines = [code_lines(given + text) for text, _ in panels.values()]
    heights = [max(map(len, lines[at : at + 2])) for at in (0, 2)]
    figure = Figure(figsize=(9, 1.4 + 0.25 * sum(heights)))
    title = "Past its window the model babbles, until one argument is changed"
    figure.suptitle(title, ha="left", x=0.01)
    key = "grey: read, black: SymPy, blue: the model"
    figure.supxlabel(key, x=0.99, ha="right", fontsize=11, fontweight="normal")
    places = figure.subplots(2, 2, gridspec_kw={"height_ratios": heights}).flat
    for at, (axes, (how, (_, colour))) in enumerate(zip(places, panels.items(), strict=True)):
        axes.set_title(how, fontsize=12)
        axes.set(xticks=[], yticks=[], xlim=(0, 1), ylim=(heights[at // 2], -0.3))
        axes.spines[:].set_visible(False)
        first, *others = lines[at]
        axes.text(0, 0, given, color=GIVEN_COLOUR, **CODE)
        rows = {
            0: (len(given), first[len(given) :]),
            **{i: (0, o) for i, o in enumerate(others, 1)},
        }
        for row, (column, line) in rows.items():
            right = (column * POINTS_A_COLUMN, 0)
            axes.annotate(line, (0, row), right, textcoords="offset points", color=colour, **CODE)
    told = " ".join(f"{how}: {' '.join(text.split())!r}." for how, (text, _) in panels.items())
    return Picture(
        figure,
        f"Panels of code, each beginning with {given.strip()!r} in grey. SymPy is in black, "
        f"and what the model wrote in blue. {told}",
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
        title="Unchanged RoPE breaks at once; YaRN has doubled by 16,384",
        description="Perplexity against bytes read at once, both on log scales. Unchanged RoPE "
        "leaves 2 at the trained window of 512 and stays near 20 from 4,096 on. YaRN rises from 2 "
        "to 4 at 16,384. A reader of the last 512 bytes stays at 2.",
        trained_length=TRAINED_LENGTH,
    )
