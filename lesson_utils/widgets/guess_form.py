"""The form of a guess: a choice, a number or an order, and one button that commits to it."""

from collections.abc import Callable

from lesson_utils.widgets.page import Line, PageView
from lesson_utils.widgets.shown import SCRIPT_TYPE, display_line, display_raw

FILES = ("controls.js", "kept.js", "guess_form.js")


class GuessForm:
    """A question with a button. What is entered goes to ``take``.

    Where no kernel runs, the page's browser keeps the guess; see ``kept.js``.

    Parameters
    ----------
    question : dict
        ``name``, ``label``, ``kind`` ("choice", "number" or "order"), and ``choices`` or ``unit``.
    take : callable
        From the text that was entered to (the guess that is kept, what the form says then). A
        ValueError of it is told to the learner, and the form stays open.
    """

    def __init__(self, question: dict, take: Callable[[str], tuple[str, str]]):
        self.question, self._take = question, take
        self.said, self.told, self.closed = "", "", False
        self.line = Line()
        self.line.observe(lambda change: self.answer(change.new["guess"]), "asked")
        self._tell()

    def view(self) -> PageView:
        """Return the form as it stands."""
        return PageView(FILES, self.question | self._state() | {"key": self.line.key})

    def finish(self, told: str, said: str = "") -> None:
        """Take no more guesses, and say why."""
        self.said, self.told, self.closed = said, told, True
        self._tell()

    def answer(self, text: str) -> None:
        """Take a guess that was entered, and tell the page what became of it."""
        if self.closed:
            return self._tell()
        try:
            said, told = self._take(text)
        except ValueError as error:
            self.told = str(error)
            self._tell()
        else:
            self.finish(told, said)

    def _state(self) -> dict:
        return {"said": self.said, "told": self.told, "closed": self.closed}

    def _tell(self) -> None:
        # The page waits for an answer, and one that is as before would not be sent.
        number = self.line.asked.get("number", 0)
        self.line.told = self._state() | {"number": number}


def show_form(form: GuessForm, in_words: str) -> None:
    """Display a form; where no script may run, the question in words."""
    display_raw({SCRIPT_TYPE: form.view().as_javascript(), "text/plain": in_words})
    display_line(form.line)
