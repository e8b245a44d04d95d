"""Progress as a table in a notebook, and as a few lines of text everywhere else.

Text takes the colour of the page around it, so that it reads in light and dark; every mark is a
word or a sign as well as a colour.
"""

import os
import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path

from lesson_utils.catalogue import COURSE, FILE, Achievement
from lesson_utils.progress import score, store
from lesson_utils.progress.state import State

BAR = "#3B82C4"  # at least 3:1 against white and against JupyterLab's dark page
OFF = "Progress is off: nothing is kept. To turn it on, unset STRETCHING_ROPE_PROGRESS."
LEFT = "text-align:left; padding:3px 12px 3px 0; vertical-align:top"


@dataclass(frozen=True)
class ProgressPanel:
    """A state to look at. ``off`` says that it is nobody's, since progress is turned off."""

    state: State
    off: bool = False

    def __repr__(self) -> str:
        lines = [headline(self.state), *(f"{label} {done}" for label, done in totals(self.state))]
        lines += [f"★ {a.name}: you can {a.ability}." for a in score.earned(self.state)]
        return "\n".join([*lines, self.where()])

    def where(self) -> str:
        return OFF if self.off else f"Kept in {store.place()}, and nowhere else."

    def _ipython_display_(self) -> None:
        if self.off or not _in_a_notebook():
            raise NotImplementedError  # IPython then shows what the other two methods return
        from lesson_utils.progress.live import show_live

        show_live(lambda: ProgressPanel(store.load())._repr_html_(), repr(self))

    def _repr_html_(self) -> str:
        return "".join(
            [
                '<div style="color:inherit; max-width:860px; line-height:1.5">',
                f'<div style="font-size:1.25em"><b>{escape(headline(self.state))}</b></div>',
                bar(self.state),
                "<div>" + " · ".join(f"{k} {v}" for k, v in totals(self.state)) + "</div>",
                lesson_table(self.state),
                f"<div>{escape(self.where())}</div></div>",
            ]
        )


def _in_a_notebook() -> bool:
    from IPython import get_ipython

    # Colab shows other people's widgets only when asked to; there the panel stays as it is.
    return hasattr(get_ipython(), "kernel") and "google.colab" not in sys.modules


def headline(state: State) -> str:
    """Say level, points and the next level in one line."""
    xp = score.xp_of(state)
    level = score.level_at(xp)
    line = f"Level {level}, {COURSE.levels[level - 1].name}: {xp} XP."
    if level == len(COURSE.levels):
        return f"{line} There is no higher level."
    following = COURSE.levels[level]
    return f"{line} {following.xp - xp} more to level {level + 1}, {following.name}."


def totals(state: State) -> list[tuple[str, str]]:
    """Count what is done and what there is to do."""
    exercises = score.exercise_kinds()
    return [
        ("Lessons read", f"{score.lessons_read(state)} of {len(COURSE.lessons)}"),
        ("Guesses made", guesses("all", state)),
        ("Exercises passed", f"{len(state.passed & exercises.keys())} of {len(exercises)}"),
        ("Achievements", f"{len(score.earned(state))} of {len(COURSE.achievements)}"),
    ]


def bar(state: State) -> str:
    """Draw how far it is to the next level. The line above says the same in numbers."""
    xp = score.xp_of(state)
    starts = [level.xp for level in COURSE.levels]
    level = score.level_at(xp)
    low, high = starts[level - 1], starts[min(level, len(starts) - 1)]
    share = 100 if high == low else round(100 * (xp - low) / (high - low))
    return (
        '<div style="height:10px; border:1px solid currentColor; border-radius:6px; margin:6px 0">'
        f'<div style="height:10px; width:{share}%; background:{BAR}; border-radius:5px"></div>'
        "</div>"
    )


def lesson_table(state: State) -> str:
    """Lay out lessons, their exercises, and what each makes you able to do."""
    rows = [row(lesson.number, state) for lesson in COURSE.lessons]
    heads = ("lesson", "read", "guesses", "exercises", "then you can …")
    head = "".join(f'<th style="{LEFT}">{name}</th>' for name in heads)
    return (
        '<table style="color:inherit; background:transparent; margin:8px 0">'
        f"<tr>{head}</tr>{''.join(rows)}{row('all', state)}</table>"
    )


def row(lesson: str, state: State) -> str:
    """Lay out a lesson (``"all"``: the whole course); its page and its exercises are links."""
    kinds = score.exercise_kinds()
    own = sorted(e for e in kinds if e.startswith(f"{lesson}.") or lesson == "all")
    passed = [e for e in own if e in state.passed]
    marks = "".join("■" if e in state.passed else "□" for e in own) if lesson != "all" else ""
    goal = next((a for a in COURSE.achievements if a.lesson == lesson), None)
    done = f"{marks} {len(passed)} of {len(own)}" if own else ""
    title, exercises = "the whole course", done
    if lesson != "all":
        found = COURSE.lesson(lesson)
        title = link("notebooks", found.file, f"{lesson} · {found.title}")
        exercises = link("exercises", found.file, done)
    read = "✓ read" if lesson in state.read else ""
    narrow = (title, read, guesses(lesson, state), exercises)
    cells = "".join(f'<td style="{LEFT}; white-space:nowrap">{cell}</td>' for cell in narrow)
    ability = aim(goal, state) if goal else ""
    return f'<tr>{cells}<td style="{LEFT}; min-width:16em">{ability}</td></tr>'


def link(folder: str, file: str, text: str) -> str:
    """Write a text as a link to a notebook, for a page that lies in the course's folder."""
    root, here = FILE.parent.parent, Path.cwd()
    if not text or not here.is_relative_to(root) or not (root / folder / file).exists():
        return escape(text)
    path = Path(os.path.relpath(root / folder / file, here)).as_posix()
    return f'<a href="{escape(path)}">{escape(text)}</a>'


def guesses(lesson: str, state: State) -> str:
    """Say how many of a lesson's guesses were made, and how many were near."""
    asked = score.guesses_in(lesson)
    made = asked & state.guesses.keys()
    near = f", {len(made & state.near)} near" if made else ""
    return f"{len(made)} of {len(asked)}{near}" if asked else ""


def aim(goal: Achievement, state: State) -> str:
    if goal in score.earned(state):
        return f"<b>★ {escape(goal.name)}: {escape(goal.ability)}</b>"
    return f"☆ {escape(goal.name)}: {escape(goal.ability)}"
