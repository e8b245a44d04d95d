"""A guess comes first, and counts: asked for before a result, shown beside it, kept in progress.

A lesson asks in one cell and answers in the next, whose saved output stays folded until it is run::

    predict("01.1", "What ? collects differs", ["a lot", "a little", "not at all"])

    reveal("01.1", "not at all" if apart == 0 else "a little" if apart < 0.1 else "a lot")

A guess is a choice, a number with a unit, or an order. The first one stands, and once the result is
out, none is taken. Who skips it sees the result alone. So do the tests, in which nobody guesses.
"""

from collections.abc import Mapping, Sequence

from lesson_utils import progress
from lesson_utils.checks.cards import Card
from lesson_utils.guesses.kinds import Choice, Kind, Number, Order, plainly
from lesson_utils.progress.state import EXERCISE
from lesson_utils.widgets.guess_form import GuessForm, show_form

__all__ = ["predict", "reveal"]

TOO_LATE = "The result is out, so no guess is taken here any more."
_asked: dict[str, tuple[Kind, GuessForm]] = {}
_out: set[str] = set()


def predict(
    name: str,
    label: str,
    choices: Sequence[str] | Mapping[str, float] = (),
    *,
    order: Sequence[str] = (),
    unit: str = "",
    within: float | None = None,
) -> None:
    """Ask for a guess in a small form: a choice, an order, or else a number.

    Parameters
    ----------
    name : str
        Lesson and number, such as ``"03.1"``: the guess is kept under it, so it stays the same.
    label : str
        What is asked, in a few words; the card of the result has them for its heading.
    choices : sequence of str, or mapping
        What to choose from. A mapping gives each choice the number it stands for; then
        :func:`reveal` takes a number, and the choice nearest to it is right.
    order : sequence of str
        What to bring into order, as it stands at first. One swapped pair is still near.
    unit : str
        Of a number: ``"%"``, ``"radians"``.
    within : float, optional
        How far from the result a number is still near, in its unit. Left out: a factor of 2.

    Raises
    ------
    ValueError
        If the name is none, or there are fewer than two things to choose from or to order.
    """
    if not EXERCISE.fullmatch(name):
        raise ValueError(f"{name!r} names no guess; use lesson and number, such as '03.1'")
    if order:
        kind = Order(label, tuple(order))
    elif choices:
        numbers = tuple(choices.values()) if isinstance(choices, Mapping) else ()
        kind = Choice(label, tuple(choices), numbers)
    else:
        kind = Number(label, unit, within)
    form = GuessForm(kind.question(name), lambda text: _take(name, kind, text))
    _asked[name] = kind, form
    said = _said(name, kind)
    if said is not None:
        form.finish(_thanks(kind, said), said)
    elif name in _out:
        form.finish(TOO_LATE)
    show_form(form, kind.in_words(name))


def reveal(name: str, value) -> None:
    """Show what came out, beside what was guessed if anything was.

    Parameters
    ----------
    name : str
        That of the guess.
    value
        What came out: one of the choices, a number, or all that was to be ordered, in order.

    Raises
    ------
    ValueError
        If it is no possible answer to what was asked.
    """
    from IPython.display import display

    _out.add(name)
    if name not in _asked:  # the cell that asks was not run, so nothing is known but the value
        display(Card("result", f"Guess {name}", f"It is {plainly(value)}."))
        return
    kind, form = _asked[name]
    said, result = _said(name, kind), kind.result(value)
    written = kind.written(result)
    if said is None:
        form.finish(TOO_LATE)
        display(Card("result", kind.label, f"It is {written}."))
        return
    verdict, why = kind.compare(said, result)
    if verdict != "not near":
        progress.record_near(name)
    display(
        Card(verdict, kind.label, f"You said {kind.written(said)}, it is {written}.", footer=why)
    )


def _take(name: str, kind: Kind, text: str) -> tuple[str, str]:
    """Keep a guess that was entered; return it, and what the form says then."""
    if name in _out:
        raise ValueError(TOO_LATE)
    said = kind.read(text)
    progress.record_guess(name, said)
    return said, _thanks(kind, said)


def _thanks(kind: Kind, said: str) -> str:
    return f"You said {kind.written(said)}. Now run the next cell."


def _said(name: str, kind: Kind) -> str | None:
    """Return what was guessed, unless the question has changed and that is no answer to it."""
    said = progress.guess_of(name)
    try:
        return None if said is None else kind.read(said)
    except ValueError:
        return None
