"""The window before stretching and after it, and the factor: keys with more than one meaning."""

import math

from lesson_utils.hub.reader import Reader
from lesson_utils.hub.values import number, short, whole


def longest_length(reader: Reader) -> int | None:
    """Read max_position_embeddings, whose meaning differs from type to type."""
    name, value = reader.found("trained")
    name, value = reader.found("longest") if value is None else (name, value)
    return None if value is None else whole(name, value)


def unscaled_length(reader: Reader) -> int | None:
    longest = longest_length(reader)
    if longest is None:
        reader.note("no max_position_embeddings in the file, so no turns can be counted")
    return longest


def original_length(reader: Reader, rope_type: str) -> int:
    """Read the window before stretching, which transformers guesses without a word."""
    name = "original_max_position_embeddings"
    inside, outside = reader.parameters.get(name), reader.get(name)
    if outside is not None and (inside is None or not reader.by_kind):
        if inside is not None and inside != outside:
            reader.note(
                f"{name} is {short(inside)} inside and {short(outside)} outside the "
                "rope parameters; transformers takes the one outside"
            )
        return whole(name, outside)
    if inside is not None:
        return whole(name, inside)
    longest = longest_length(reader)
    if longest is None:
        raise ValueError(
            f"the config has neither {name} nor max_position_embeddings; "
            f"{rope_type} needs the first"
        )
    reader.note(
        f"no {name}: max_position_embeddings, {longest:,}, is taken for it, as transformers "
        f"does without a word. If {longest:,} is the length after stretching, these "
        "frequencies are wrong: add the key"
    )
    return longest


def factor_of(reader: Reader, original: int | None = None) -> float:
    """Read the factor; derive a missing one from the two lengths, where there are two."""
    given = reader.number("factor", at_least=1)
    longest = longest_length(reader)
    if given is not None:
        if original and longest and not math.isclose(longest, given * original):
            _note_other_factor(reader, given, original, longest)
        return given
    if original is None or longest is None:
        raise ValueError("the rope parameters have no factor; add one, at least 1")
    derived = longest / original
    reader.note(f"no factor: {longest:,} / {original:,} = {derived:g}, the ratio of the lengths")
    return float(number("max_position_embeddings / original length", derived, at_least=1))


def _note_other_factor(reader: Reader, given: float, original: int, longest: int) -> None:
    made_for = f"factor {given:g} times {original:,} is {given * original:,.0f}"
    if longest == original:
        reader.note(
            f"{made_for}, but max_position_embeddings is still {longest:,}; servers may "
            "refuse longer texts until it is raised"
        )
    else:
        reader.note(
            f"{made_for}, but max_position_embeddings is {longest:,}, a ratio of "
            f"{longest / original:g}; the factor counts"
        )
