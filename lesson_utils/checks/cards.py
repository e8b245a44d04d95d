"""How a finding, a hint or a guess looks: a card for light and dark, and the same as text.

Words take the colour of the page they are on. Only the label has colours of its own, dark behind
white, so that its contrast is the same on every page.
"""

import html
from dataclasses import dataclass

from lesson_utils.checks import findings

# White on each of these colours is at least 4.5 to 1.
LOOKS = {
    findings.PASSED: ("✓", "#00735A"),
    findings.NOT_WRITTEN: ("✎", "#5F6368"),
    findings.RAISES: ("⚠", "#A8410B"),
    findings.CHANGES_INPUT: ("⚠", "#A8410B"),
    findings.WRONG_FORM: ("▦", "#8A5A00"),
    findings.WRONG_PRECISION: ("≈", "#8A5A00"),
    findings.WRONG_VALUE: ("≠", "#B3261E"),
    "hint": ("➤", "#0B63A5"),
    "right": ("✓", "#00735A"),
    "near": ("≈", "#00735A"),
    "not near": ("↔", "#8A5A00"),
    "result": ("=", "#5F6368"),
}
MONOSPACE = "font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.93em"


@dataclass(frozen=True)
class Card:
    """A label, a heading, a message; perhaps a line of code, a table, a picture, a last line."""

    label: str
    heading: str
    message: str
    code: str = ""
    table: tuple[tuple[str, str, str], ...] = ()
    picture: str = ""
    footer: str = ""

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html(), "text/plain": repr(self)}

    def __repr__(self):
        """Say all that the card shows but for its picture, in sentences and columns."""
        lines = [f"{self.heading}: {self.label}. {self.message}"]
        lines += [f"    {line}" for line in self.code.splitlines()]
        if self.table:
            rows = [("", "expected", "yours"), *self.table]
            wide = [max(len(row[i]) for row in rows) for i in range(3)]
            lines += [
                f"    {a:<{wide[0]}}  {b:>{wide[1]}}  {c:>{wide[2]}}".rstrip() for a, b, c in rows
            ]
        return "\n".join([*lines, self.footer] if self.footer else lines)

    def html(self) -> str:
        icon, colour = LOOKS[self.label]
        pieces = [
            f'<div style="margin-bottom: 6px"><span style="background: {colour}; color: #FFFFFF; '
            'padding: 2px 9px; border-radius: 10px; font-weight: 600; white-space: nowrap">'
            f'<span aria-hidden="true">{icon}</span> {self.label}</span> '
            f"<strong>{html.escape(self.heading)}</strong></div>",
            f"<div>{with_code(self.message)}</div>",
        ]
        if self.code:
            pieces.append(
                f'<pre style="{MONOSPACE}; color: inherit; background: transparent; margin: 6px 0; '
                f'padding: 0 0 0 14px; white-space: pre-wrap">{html.escape(self.code)}</pre>'
            )
        if self.table:
            pieces.append(self._table())
        pieces.append(self.picture)
        if self.footer:
            pieces.append(f'<div style="margin-top: 6px">{with_code(self.footer)}</div>')
        return (
            f'<div style="border-left: 5px solid {colour}; padding: 4px 0 4px 14px; margin: 6px 0; '
            f'max-width: 46em; color: inherit; line-height: 1.5">{"".join(pieces)}</div>'
        )

    def _table(self) -> str:
        cell = 'style="text-align: right; padding: 1px 14px; color: inherit"'
        rows = [("", "expected", "yours"), *self.table]
        tags = ["th"] + ["td"] * len(self.table)
        body = "".join(
            "<tr>" + "".join(f"<{tag} {cell}>{html.escape(text)}</{tag}>" for text in row) + "</tr>"
            for tag, row in zip(tags, rows)
        )
        plain = f"{MONOSPACE}; background: transparent; border-collapse: collapse; margin: 6px 0"
        return f'<table style="{plain}">{body}</table>'


def with_code(text: str) -> str:
    """Escape a sentence, and set what stands between backquotes as code."""
    pieces = html.escape(text, quote=False).split("`")
    return "".join(
        f'<code style="{MONOSPACE}; color: inherit; background: transparent; padding: 0; '
        f'white-space: pre-wrap">{piece}</code>'
        if number % 2
        else piece
        for number, piece in enumerate(pieces)
    ).replace("\n", "<br>")
