"""Attention lit on the text itself: a page of text in which each byte is shaded by its weight."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SHADES = (
    "",
    "background-color:rgba(230,97,0,.18)",
    "background-color:rgba(230,97,0,.36)",
    "background-color:rgba(230,97,0,.6)",
    "background-color:#E66100;color:#000",
    "background-color:#E66100;color:#000;outline:2px solid #0072B2",
)
"""From no weight to the most. The last two are bold as well, where no colour is shown."""
BOLD = 4
EDGE = '<span style="color:#777777">┃</span>'
COLUMNS = "display:flex;flex-wrap:wrap;gap:8px 24px"
PAGE = (
    "white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere;"
    "font-size:12px;line-height:1.4;margin:0"
)


@dataclass(frozen=True)
class LitText:
    """HTML with its shades, and sentences that say the same."""

    page: str
    sentences: tuple[str, ...]

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.page, "text/plain": "\n".join(self.sentences)}


def lit_text(
    text: str,
    readers: Mapping[str, Mapping],
    *,
    from_weight: Sequence[float],
    trained_length: int,
) -> LitText:
    """Shade a text by how much its last byte attends to each byte, once for each reader.

    Parameters
    ----------
    text : str
        ASCII, so that a letter is a byte.
    readers : mapping
        Name to ``shades``, a digit for each byte from 0 to 5, and ``beyond``, the share of the
        attention that goes ``trained_length`` bytes back or further.
    from_weight : sequence of float
        From which share of the attention on a byte has shade 1 to 5.
    trained_length : int
        Where, counted from the end, a mark stands in the text.

    Returns
    -------
    LitText
    """
    sentences, parts = [], []
    for name, reader in readers.items():
        said = f"{100 * reader['beyond']:.0f} % goes {trained_length} bytes back or further"
        sentences.append(f"{name}: {said}")
        body = _shaded(text, reader["shades"], len(text) - trained_length)
        parts.append(
            f'<div style="flex:1 1 380px;min-width:0"><p><strong>{html.escape(name)}</strong>: '
            f'{said}.</p><pre style="{PAGE}">{body}◀</pre></div>'
        )
    page = f'<div style="{COLUMNS}">{"".join(parts)}</div>'
    return LitText(_legend(from_weight, trained_length) + page, tuple(sentences))


def _shaded(text: str, shades: str, edge: int) -> str:
    found = [_lit(letter, int(shade)) for letter, shade in zip(text, shades, strict=True)]
    return "".join(found[:edge]) + EDGE + "".join(found[edge:])


def _lit(letter: str, shade: int) -> str:
    shown = html.escape(letter)
    if not shade:
        return shown
    if letter == "\n":
        return _lit("↵", shade) + "\n"
    lit = f'<span style="{SHADES[shade]}">{shown}</span>'
    return f"<b>{lit}</b>" if shade >= BOLD else lit


def _legend(from_weight: Sequence[float], trained_length: int) -> str:
    steps = " ".join(
        _lit(f"\N{NO-BREAK SPACE}{100 * weight:g} %\N{NO-BREAK SPACE}", shade)
        for shade, weight in enumerate(from_weight, 1)
    )
    return (
        f"<p>Each byte is shaded by its share of the last byte's attention, from {steps} on. "
        f"{EDGE} stands {trained_length} bytes back, ◀ after the last byte. ↵ is a shaded end of a "
        "line.</p>"
    )
