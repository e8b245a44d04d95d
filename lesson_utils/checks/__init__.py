"""Checks that know what went wrong, for the exercises of every lesson.

For learners::

    from lesson_utils.checks import check, hint

    check.move(move)           # a card: passed, not written yet, or what to look at
    hint("01.1")               # a nudge, then an outline, then the answer

For authors. An exercise is written in four places:

1. ``lesson_utils/course.toml`` has its id, title, level and minutes, with its lesson.

2. ``lesson_NN.py`` in this folder has its check::

       @exercise(
           "06.1",
           nudge="Which two pairs does the derivation fix?",
           outline="Write the slow-down of pair i as … Solve for …",
           takeaway="Two conditions, one exponent.",
       )
       def ntk_exponent(answer):
           judge(
               answer,
               lambda head_dim, factor: factor ** slowed(head_dim, head_dim - 2),
               cases=[
                   dict(head_dim=64, factor=8.0),
                   dict(head_dim=10, factor=2.5),
                   dict(head_dim=36, factor=1.0),
               ],
               mistakes={
                   "The last pair slows by less than the factor. Which i is it?": (
                       lambda head_dim, factor: factor ** slowed(head_dim, head_dim)
                   ),
                   "Your pairs speed up. Which way should the base go?": (
                       lambda head_dim, factor: factor ** -slowed(head_dim, head_dim - 2)
                   ),
               },
               otherwise="Pair 0 should keep its speed, the last pair slow by exactly {factor}.",
               entry="pair",
           )

   What is right and what each mistake gives are functions of the inputs, in float64, by arithmetic
   of their own: not with this course's functions, never with the learner's. Each input changes
   from case to case, its edges included; one case has the sizes of the page, so that a number
   written down in an answer shows as one: right there, and nowhere else. No two mistakes may give
   the same in all cases (a test looks), since a wrong name is worse than none. What can be seen
   without knowing the exercise needs no entry: an ignored argument, one position more, a result
   twice too large, another order.

3. ``solutions/NN_*.ipynb`` has the task, the answer between ``### BEGIN SOLUTION`` and
   ``### END SOLUTION``, and the call of the check. ``make exercises`` makes ``exercises/`` and the
   answers of :func:`hint` from it.

4. ``tests/lessons/lesson_NN.py`` has at least four wrong answers, each with a piece of the message
   that is meant for it, and three right ones that are written differently.
"""

from lesson_utils.checks.registry import all_exercises
from lesson_utils.checks.running import check, hint

__all__ = ["all_exercises", "check", "hint"]
