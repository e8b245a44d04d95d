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
           got = answer(head_dim=64, factor=8.0)
           pair = np.arange(32)
           expect(
               got,
               8.0 ** (2 * pair / 62),
               {
                   "The last pair slows by 7.5, not 8. Which i is it?": 8.0 ** (2 * pair / 64),
                   "Your pairs speed up. Which way should the base go?": 8.0 ** (-2 * pair / 62),
               },
               otherwise="Pair 0 should keep its speed, and the last pair slow by exactly 8.",
               entry="pair",
           )

   Call ``answer`` with keywords, in the order of the stub. Compute what is right and what each
   mistake gives by arithmetic, in float64: not with this course's functions, never with the
   learner's. Choose inputs for which every mistake has numbers of its own: not 0, 1 or 2, not
   square, not symmetric. Ask about one mechanism at a time, in the order in which a person would
   look.

3. ``solutions/NN_*.ipynb`` has the task, the answer between ``### BEGIN SOLUTION`` and
   ``### END SOLUTION``, and the call of the check. ``make exercises`` makes ``exercises/`` and the
   answers of :func:`hint` from it.

4. ``tests/lessons/lesson_NN.py`` has at least four wrong answers, each with a piece of the message
   that is meant for it, and three right ones that are written differently.
"""

from lesson_utils.checks.registry import all_exercises
from lesson_utils.checks.running import check, hint

__all__ = ["all_exercises", "check", "hint"]
