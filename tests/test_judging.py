"""A check decides by several inputs at once, and names a mistake only where nothing else fits."""

import itertools
import math
import sys

import numpy as np
import pytest
import torch

from lesson_utils.checks import all_exercises, judging, running
from lesson_utils.checks.findings import (
    NOT_WRITTEN,
    PASSED,
    RAISES,
    WRONG_FORM,
    WRONG_PRECISION,
    WRONG_VALUE,
    Answer,
    Finding,
    number,
)
from lesson_utils.checks.judging import Task, judge
from lesson_utils.checks.registry import by_name


class Seen(Exception):
    """Ends a check where it begins to judge, with all that it was going to ask."""


def judged_by(exercise) -> dict:
    """Return what a check hands to ``judge``; {} if it judges in a way of its own."""

    def seen(answer, right, **asked):
        raise Seen({"right": right, **asked})

    module = sys.modules[exercise.check.__module__]
    kept = getattr(module, "judge", None)
    try:
        module.judge = seen
        exercise.check(Answer(lambda **inputs: 0.0, exercise.name))
    except Seen as asked:
        return asked.args[0]
    except Finding:
        return {}
    finally:
        if kept:
            module.judge = kept
        else:
            del module.judge
    return {}


def task_of(asked) -> Task:
    options = {name: asked[name] for name in ("names", "tolerance", "absolute") if name in asked}
    return Task(asked["right"], **options)


def inputs_of(asked) -> list:
    return [*asked["cases"], *asked.get("edges", {}).values()]


def by_arithmetic(function):
    """Make an answer of a function that a check computes with: tensors in, arrays out."""

    def plain(value):
        if isinstance(value, torch.Tensor):
            value = value.numpy()
        if isinstance(value, list | tuple):
            return type(value)(map(plain, value))
        return judging.in_float64(value)

    def answer(**inputs):
        return function(**{name: plain(value) for name, value in inputs.items()})

    return answer


JUDGED = {e: asked for e in all_exercises() if (asked := judged_by(e))}
NAMED = [
    pytest.param(e, question, mistake, id=f"{e.name}-{i}")
    for e, asked in JUDGED.items()
    for i, (question, mistake) in enumerate((asked.get("mistakes") or {}).items())
]


@pytest.mark.parametrize("exercise", JUDGED, ids=lambda e: e.id)
def test_no_two_named_mistakes_of_a_check_give_the_same_in_all_its_cases(exercise):
    asked = JUDGED[exercise]
    task = task_of(asked)
    values = [("what is right", [task.value(task.right, x) for x in inputs_of(asked)])]
    for question, mistake in (asked.get("mistakes") or {}).items():
        for way in judging.ways(mistake):
            found = [judging.mistaken(task, way, x) for x in inputs_of(asked)]
            values.append((question, found))
    for (one, a), (other, b) in itertools.combinations(values, 2):
        alike = all(
            task.same(x, y, inputs) or x is y is None
            for x, y, inputs in zip(a, b, inputs_of(asked))
        )
        assert one == other or not alike, f"the same: {one!r} and {other!r}"


@pytest.mark.parametrize("exercise, question, mistake", NAMED)
def test_a_named_mistake_is_called_by_its_name_and_no_other(exercise, question, mistake):
    filled = [question.format(**inputs) for inputs in inputs_of(JUDGED[exercise])]
    for way in judging.ways(mistake):
        finding = running.find(exercise, by_arithmetic(way))
        assert finding.message in filled, way


@pytest.mark.parametrize("exercise", JUDGED, ids=lambda e: e.id)
def test_what_a_check_computes_passes_it_and_is_shown_to_who_has_not_begun(exercise):
    assert running.find(exercise, by_arithmetic(JUDGED[exercise]["right"])).state in (
        PASSED,
        WRONG_PRECISION,  # where a dtype is asked for: arithmetic is in float64
    )
    blank = running.find(exercise, None)
    assert blank.state == NOT_WRITTEN
    assert blank.code.startswith(f"{exercise.name}(") and "→" in blank.code


@pytest.mark.parametrize("exercise", JUDGED, ids=lambda e: e.id)
def test_every_argument_changes_from_case_to_case(exercise):
    inputs = inputs_of(JUDGED[exercise])
    for name in inputs[0]:
        assert len({judging.short(x[name]) for x in inputs}) > 1, name


# --- one small task, asked in every way ---

CASES = [dict(a=5.0, b=3), dict(a=7.5, b=2), dict(a=-1.25, b=4)]


def found(answer, right=lambda a, b: a**2 - b, **options):
    options = {"cases": CASES, "otherwise": "Otherwise."} | options
    try:
        judge(Answer(answer, "small"), right, **options)
    except Finding as finding:
        return finding.state, finding.message
    return PASSED, ""


def test_a_right_answer_passes_and_what_it_returned_is_handed_back():
    got = judge(
        Answer(lambda a, b: a**2 - b, "small"), lambda a, b: a**2 - b, cases=CASES, otherwise=""
    )
    assert got == [22.0, 54.25, -2.4375]


def test_a_mistake_that_explains_one_case_only_is_not_named():
    mistakes = {"Was it 22?": lambda a, b: 22.0}
    assert found(lambda a, b: 22.0 if b == 3 else 1.0, mistakes=mistakes)[1] != "Was it 22?"
    assert found(lambda a, b: 22.0, mistakes=mistakes | {"Plus?": lambda a, b: a**2 + b})[0] == (
        WRONG_VALUE
    )


def test_two_mistakes_that_give_the_same_are_both_left_unsaid():
    twice = {"One?": lambda a, b: a**2 + b, "Other?": lambda a, b: b + a * a}
    assert found(lambda a, b: a**2 + b, mistakes=twice) == (WRONG_VALUE, "Otherwise.")


def test_a_mistake_that_is_made_in_several_ways_has_one_name():
    ways = {"Is it {b}?": (lambda a, b: a**2 + b, lambda a, b: a**2 / b)}
    assert found(lambda a, b: a * a / b, mistakes=ways) == (WRONG_VALUE, "Is it 3?")


@pytest.mark.parametrize(
    "answer, state, said",
    [
        (lambda a, b: a**2 - 3, WRONG_VALUE, "the result for `b = 3`"),
        (lambda a, b: a**2 - 8, WRONG_VALUE, "the result for `b = 8`"),
        (lambda a, b: 7.0, WRONG_VALUE, "always the same"),
        (lambda a, b: b**2 - a, WRONG_VALUE, "`a` and `b` in each other's place"),
        (lambda a, b: a**2 - b - 1, WRONG_VALUE, "the result for `b + 1`"),
        (lambda a, b: (2 * a) ** 2 - b, WRONG_VALUE, "the result for `a` times 2"),
        (lambda a, b: b - a**2, WRONG_VALUE, "the other sign"),
        (lambda a, b: 2 * math.pi * (a**2 - b), WRONG_VALUE, "2π times what it should be"),
        (lambda a, b: math.exp(a**2 - b), WRONG_VALUE, "e to the power of what it should be"),
        (lambda a, b: abs(a**2 - b), WRONG_VALUE, "the absolute value of what it should be"),
        (lambda a, b: int(a) ** 2 - b, WRONG_VALUE, "`a` is cut to a whole number"),
        (lambda a, b: round(a) ** 2 - b, WRONG_VALUE, "`a` is rounded to a whole number"),
        (lambda a, b: round(a**2 - b, 1), WRONG_PRECISION, "1 digits after the point"),
        (lambda a, b: float(f"{a**2 - b:.2g}"), WRONG_PRECISION, "rounded to 2 digits"),
        (lambda a, b: 1.003 * (a**2 - b), WRONG_VALUE, "Otherwise."),
        (lambda a, b: math.nan, WRONG_VALUE, "NaN"),
        (lambda a, b: [a**2 - b] * 2, WRONG_FORM, "You return 2 numbers, and one is asked for"),
        (lambda a, b: None if b == 4 else a**2 - b, WRONG_FORM, "b = 4. There: Your function"),
        (lambda a, b: a**2 - b if b < 4 else 1 / 0, RAISES, "There: ZeroDivisionError"),
        (lambda a, b: a**2 - b if b < 4 else 0.5, WRONG_VALUE, "and not with a = -1.25, b = 4"),
    ],
)
def test_what_is_seen_in_a_wrong_result_is_said(answer, state, said):
    got, message = found(answer)
    assert got == state and said in message


def test_what_is_lost_is_seen_in_the_numbers_of_a_list():
    cases = [dict(x=np.array([1.5, -2.25, 3.0])), dict(x=np.array([0.75, -4.0]))]
    squares = {"right": lambda x: x**2 + x, "cases": cases}
    assert "`x` is cut" in found(lambda x: x.trunc() ** 2 + x.trunc(), **squares)[1]
    assert "`x` might as well have no sign" in found(lambda x: x**2 + x.abs(), **squares)[1]
    assert "in reverse order" in found(lambda x: (x**2 + x).flip(0), **squares)[1]


def test_half_precision_inside_is_seen_by_its_jumps():
    numbers = np.random.default_rng(3).normal(size=(2, 5, 40))
    cases = [dict(x=numbers[0]), dict(x=numbers[1])]
    options = {"right": lambda x: (x**2).sum(-1), "cases": cases, "absolute": 1e-5}
    short = found(lambda x: (x.bfloat16() * x).bfloat16().double().sum(-1), **options)
    assert short[0] == WRONG_PRECISION and "half precision" in short[1]
    near = found(lambda x: (x**2).sum(-1) * 1.004, **options)
    assert near == (WRONG_VALUE, "Otherwise.")


@pytest.mark.parametrize(
    "answer, said",
    [
        (lambda a, b: max(a**2 - b, 1), "right down to 1, and never goes below it"),
        (lambda a, b: (a**2 - b) % 32, "begins again at 0"),
        (lambda a, b: 1.7 * (a**2 - b), "1.7 times what it should be"),
        (lambda a, b: a**2 - b + 0.37, "plus 0.37"),
        (lambda a, b: (a**2 - b) / b, "divided by `b`"),
        (lambda a, b: (a**2 - b) * math.sqrt(b), "times the root of `b`"),
        (lambda a, b: a**2 - math.sqrt(b), "the root of `b`"),
        (lambda a, b: a**2 - a * b, "the result for `b * a`"),
    ],
)
def test_how_a_wrong_result_is_related_to_the_right_one_is_said(answer, said):
    assert said in found(answer)[1]


@pytest.mark.parametrize(
    "answer, said",
    [
        (lambda x: (2 * x).mean(0), "the mean along axis 0"),
        (lambda x: (2 * x).sum(1, keepdim=True), "the sum along axis 1"),
        (lambda x: torch.cat([2 * x, 2 * x], 1), "twice, one after the other"),
        (lambda x: (2 * x).repeat_interleave(2, 1), "twice, side by side"),
        (lambda x: torch.nn.functional.pad(2 * x, (0, 2)), "with 2 too many at the end of axis 1"),
        (lambda x: (2 * x)[-1], "the last one only along axis 0"),
    ],
)
def test_right_numbers_are_found_in_another_shape(answer, said):
    cases = [dict(x=np.arange(6.0).reshape(2, 3)), dict(x=np.ones((4, 5)))]
    state, message = found(answer, right=lambda x: 2 * x, cases=cases)
    assert state == WRONG_FORM and said in message


def test_where_all_things_but_one_are_right_that_one_is_looked_at():
    pair = {"right": lambda a, b: (a, a * b), "names": ("first", "last")}
    assert found(lambda a, b: (a, 3.7 * a * b), **pair)[1] == (
        "Right is `first`, and not `last`. Your result is 3.7 times what it should be, in all "
        "cases."
    )


def test_one_of_two_things_may_not_be_none():
    pair = {"right": lambda a, b: (a, b), "names": ("first", "last")}
    state, message = found(lambda a, b: (a, None if b == 4 else b), **pair)
    assert state == WRONG_FORM and "`last` is None in what you return" in message
    assert found(lambda a, b: (None, None), **pair)[0] == NOT_WRITTEN


@pytest.mark.parametrize(
    "answer, said",
    [
        (lambda a, b: (b, a), "You return (last, first)"),
        (lambda a, b: (a, a + b + 0.3), "Right is `first`, and not `last`."),
        (lambda a, b: (a, b, a), "Return 2 things, (first, last)"),
    ],
)
def test_several_things_are_told_apart(answer, said):
    pair = {"right": lambda a, b: (a, b), "names": ("first", "last")}
    assert said in found(answer, **pair)[1]


@pytest.mark.parametrize("kind", [tuple, list, np.array, torch.tensor])
def test_a_pair_may_come_in_whatever_can_be_unpacked(kind):
    pair = {"right": lambda a, b: (a, b), "names": ("first", "last"), "form": number}
    assert found(lambda a, b: kind([a, float(b)]), **pair) == (PASSED, "")


@pytest.mark.parametrize("kind", [float, np.float64, np.float32, np.array, torch.tensor])
def test_a_number_may_be_of_any_kind_but_not_in_a_list(kind):
    assert found(lambda a, b: kind(a**2 - b), form=number) == (PASSED, "")
    state, message = found(lambda a, b: [float(a**2 - b)], form=number)
    assert state == WRONG_FORM and "without the brackets" in message


def test_a_list_of_tensors_is_no_table():
    cases = [dict(x=np.ones((2, 3))), dict(x=np.zeros((3, 2)))]
    options = {"right": lambda x: 2 * x, "cases": cases}
    assert found(lambda x: 2 * x, **options) == (PASSED, "")
    assert found(lambda x: (2 * x).tolist(), **options) == (PASSED, "")
    state, message = found(lambda x: list(2 * x), **options)
    assert state == WRONG_FORM and "`torch.stack` makes one" in message


def test_a_small_entry_is_compared_for_itself():
    falling = {"right": lambda x: x, "cases": [dict(x=np.array([1.0, 1e-5])), dict(x=np.ones(3))]}
    assert found(lambda x: x * 1.00001, **falling)[0] == PASSED
    assert found(lambda x: torch.where(x < 0.1, 3 * x, x), **falling)[0] == WRONG_VALUE


STEPS = [
    (dict(a=0.0, b=1), "At 0 it is −1."),
    (dict(a=1.0, b=1), "At 0 you are right. At 1 it is 0."),
]


def test_what_has_no_name_is_worked_out_by_hand_from_easy_to_hard():
    hand = {"by_hand": STEPS}
    assert found(lambda a, b: a**2.03 - b if a > 0 else 9.0, **hand)[1] == (
        "Right here is -1, and yours is 9. At 0 it is −1."
    )
    wrong_at_1 = found(lambda a, b: a**2 - b + 0.7 * (a != 0) * (1 + 0.1 * b), **hand)
    assert wrong_at_1[1] == "Right here is 0, and yours is 0.77. At 0 you are right. At 1 it is 0."
    assert found(lambda a, b: a**2 - b + (abs(a) > 1) * 0.1 * a, **hand)[1] == "Otherwise."


ARRAYS = [
    dict(x=np.float32([1.3, -2.7, 3.1])),
    dict(x=np.float32([0.7, -4.3])),
    dict(x=np.float32([2.9, 1.1, -0.3])),
]
TABLES = [dict(x=np.float32(np.arange(6).reshape(2, 3) + 0.3)), dict(x=np.float32(np.eye(3) + 2))]


@pytest.mark.parametrize(
    "answer, cases, state, said",
    [
        (lambda x: (x.bfloat16() ** 2).float() + x.bfloat16(), ARRAYS, WRONG_PRECISION, "bfloat16"),
        (lambda x: x**2 + x + 0 * x + x[:1], ARRAYS, WRONG_VALUE, "Otherwise."),
        (lambda x: torch.where(x > 3, 0, x**2 + x), ARRAYS, WRONG_VALUE, "Right: 0 to 1; wrong: 2"),
        (lambda x: (x**2 + x) * x.sign(), ARRAYS, WRONG_VALUE, "but for the sign of some"),
        (lambda x: (x**2 + x)[:-1], ARRAYS, WRONG_FORM, "the first 2 of 3"),
        (lambda x: x[:1] ** 2 + x[:1] + 0 * x, TABLES, WRONG_VALUE, "all but the first of `x`"),
        (lambda x: x / 0 * 0, ARRAYS, WRONG_VALUE, "There is a NaN in your result, first at [0]"),
    ],
)
def test_what_is_seen_in_a_wrong_array_is_said(answer, cases, state, said):
    got, message = found(answer, right=lambda x: x**2 + x, cases=cases)
    assert got == state and said in message


def test_a_whole_result_is_not_called_a_cast():
    message = found(
        lambda x: (x**2 + x).sum() // 3 * 3.1, right=lambda x: (x**2 + x).sum(), cases=ARRAYS
    )
    assert "cast" not in message[1]


def test_numbers_are_only_called_right_in_another_shape_if_they_are_in_all_cases():
    cases = [dict(x=np.float32([[1.5, 2.5]])), dict(x=np.float32([[1.0, 2.0], [3.0, 4.0]]))]
    summed = found(lambda x: (2 * x).sum(0), right=lambda x: 2 * x, cases=cases)
    assert summed[0] == WRONG_FORM and "The numbers are right" not in summed[1]


def test_an_error_that_comes_with_other_sizes_asks_for_a_size_in_the_code():
    cases = [dict(x=np.arange(6.0)), dict(x=np.arange(8.0))]
    state, message = found(lambda x: 2 * x.view(3, 2).view(6), right=lambda x: 2 * x, cases=cases)
    assert state == RAISES and "Is a size written down in your code" in message


def test_an_answer_is_not_tried_with_what_has_no_right_value():
    known, seen = [tuple(case.values()) for case in CASES], set()

    def answer(a, b):
        seen.add((a, b))
        return 3 * a + b**3 + 0.3

    found(answer, right=lambda a, b: a**2 - b if (a, b) in known else math.nan)
    assert seen == set(known)


def test_nothing_is_printed_while_an_answer_without_a_name_is_judged(capfd):
    finding = running.find(by_name("find_settings"), lambda plain, stretched, length: (3, 2, 7))
    assert finding.state == WRONG_VALUE
    assert capfd.readouterr() == ("", "")


def test_a_count_beside_a_wrong_one_is_not_named_by_itself():
    def right(a, b):
        return int(a), b

    mistakes = {"Why one more?": lambda a, b: (int(a) + 1, b)}
    options = {"names": ("whole", "count"), "mistakes": mistakes, "otherwise": "Otherwise."}
    both = found(lambda a, b: (int(a) + 1, b * b % 7), right=right, **options)
    assert "Why one more?" not in both[1]
    assert found(lambda a, b: (int(a) + 1, b), right=right, **options)[1] == "Why one more?"


def test_a_call_that_returns_nothing_is_the_one_that_is_shown():
    def answer(a, b):
        return a**2 - b if b != 2 else None

    with pytest.raises(Finding) as finding:
        judge(Answer(answer, "small"), lambda a, b: a**2 - b, cases=CASES, otherwise="")
    assert finding.value.code == "small(a=7.5, b=2)"


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_after_a_stop_nothing_more_is_tried(stop):
    calls = []

    def endless(a, b):
        calls.append(b)
        raise stop

    assert found(endless)[0] == RAISES and calls == [3]


def test_an_input_with_braces_is_told_as_it_is():
    cases = [dict(x={1: 2.0}), dict(x={3: 0.5}), dict(x={4: 7.0})]
    options = {"right": lambda x: sum(x.values()), "cases": cases, "otherwise": "Of {x}?"}
    assert found(lambda x: 2.0 if 1 in x else 0.4 if 3 in x else 9.1, **options)[1] == (
        "Right with x = {1: 2.0}, and not with x = {3: 0.5}. Of {3: 0.5}?"
    )


def test_an_argument_that_is_left_out_is_not_called_a_number_written_down():
    assert "Where does `b` come in?" in found(lambda a, b: a**2)[1]


def test_an_edge_is_silent_where_a_common_case_fails_by_an_error():
    edge = {"edges": {"What about 0?": dict(a=0.0, b=1)}}
    assert "What about 0?" not in found(lambda a, b: 1 / 0 if a else 0.5, **edge)[1]


def test_an_edge_has_its_own_question():
    edge = {"edges": {"What about 0?": dict(a=0.0, b=1)}}
    assert found(lambda a, b: a**2 - b if a else 0.5, **edge) == (WRONG_VALUE, "What about 0?")


def test_an_answer_with_nothing_for_a_common_case_is_not_asked_about_an_edge():
    edge = {"edges": {"What about 0?": dict(a=0.0, b=1)}}
    state, message = found(lambda a, b: a**2 - b if a > 6 else 0.5 if a == 0 else None, **edge)
    assert state == WRONG_FORM and "There: Your function returns nothing." in message


def test_a_blank_sees_one_input_with_its_result():
    with pytest.raises(Finding) as blank:
        judge(Answer(None, "small"), lambda a, b: a**2 - b, cases=CASES, otherwise="")
    assert blank.value.code == "small(a=5.0, b=3)\n→ 22"


def test_the_card_of_a_wrong_answer_shows_the_call():
    finding = running.find(by_name("move"), lambda arrows, old, new, speed: 2 * arrows)
    assert finding.code.startswith("move(arrows=[[1.2, 0.5],") and "old=7" in finding.code
