"""The form of a guess: a choice, a number or an order, and one button that commits to it."""

from collections.abc import Callable

import traitlets

from lesson_utils.widgets.page import PageWidget, source
from lesson_utils.widgets.shown import display_widget


class GuessForm(PageWidget):
    """A question with a button. What is entered goes to ``take``.

    Parameters
    ----------
    question : dict
        ``name``, ``label``, ``kind`` ("choice", "number" or "order"), and ``choices`` or ``unit``.
    take : callable
        From the text that was entered to (the guess that is kept, what the form says then). A
        ValueError of it is told to the learner, and the form stays open.
    """

    _esm = source("controls.js", "guess_form.js")
    said = traitlets.Unicode().tag(sync=True)
    told = traitlets.Unicode().tag(sync=True)
    closed = traitlets.Bool().tag(sync=True)

    def __init__(self, question: dict, take: Callable[[str], tuple[str, str]]):
        super().__init__(settings=question)
        self._take = take
        self.on_msg(self._receive)

    def finish(self, told: str, said: str = "") -> None:
        """Take no more guesses, and say why."""
        with self.hold_sync():  # one message, so that the page changes at once
            self.said, self.told, self.closed = said, told, True

    def _receive(self, _widget, content, _buffers) -> None:
        if self.closed:
            return
        try:
            said, told = self._take(str(content["guess"]))
        except ValueError as error:
            self.told = str(error)
        else:
            self.finish(told, said)


def show_form(form: GuessForm, in_words: str) -> None:
    """Display a form; where there is no kernel, the question in words."""
    display_widget(form, {"text/plain": in_words})
