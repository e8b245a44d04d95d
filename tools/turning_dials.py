"""README's moving picture: a text is read byte by byte, and five dials turn with it.

One SVG, once unchanged and then with YaRN. It moves by style sheets alone, so that a page may show
it as an image, and stands still for whoever has asked their system for less motion.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from lesson_utils.methods import TABLE
from lesson_utils.rope import RotaryFrequencies, rope
from lesson_utils.scaling import yarn

THEMES = {
    "light": {"page": "#ffffff", "ink": "#1f2328", "quiet": "#59636e", "rim": "#afb8c1",
              "window": "#d6e8f7", "rope": "#b3400a", "yarn": "#0067a3"},
    "dark": {"page": "#0d1117", "ink": "#f0f6fc", "quiet": "#9198a1", "rim": "#59636e",
             "window": "#1b3d5c", "rope": "#f58a4b", "yarn": "#5bb8f0"},
}  # fmt: skip
WINDOW, END, FACTOR = 512, 4096, 8
PAIRS = (14, 18, 22, 26, 30)
WALK, REST = 5.5, 2.5
"""Seconds that the reader goes on, and that it stands still at the end: once for each method."""
CYCLE = 2 * (WALK + REST)
WIDTH, HEIGHT = 840, 430
LEFT, RIGHT, TOP, BOTTOM = 40, 625, 235, 375
LOWEST, HIGHEST = 1.15, 26.0
RADIUS, DIALS_AT = 44, 105
TEXT = {"title": 20, "name": 15, "small": 13}
BEFORE = "Unchanged: past 512 bytes the slow dials reach angles never seen"
AFTER = f"{TABLE['yarn'].label}: the same model, its slow dials slowed {FACTOR} times"
WITHOUT_MOTION = "@media (prefers-reduced-motion:reduce){*{animation:none!important}}"

Colours = Mapping[str, str]
Curve = Mapping[int, float]


@dataclass(frozen=True)
class Scene:
    """One method: its colour's name, what it is called, its speeds, its curve, when it begins."""

    method: str
    title: str
    frequencies: RotaryFrequencies
    curve: Curve
    starts: float

    def time(self, position: float) -> float:
        """Return when the reader is at a position, in percent of the whole cycle."""
        return 100 * (self.starts + WALK * position / END) / CYCLE


def picture(curves: Mapping[str, Curve], theme: str) -> str:
    """Draw the whole picture as SVG.

    Parameters
    ----------
    curves : mapping
        ``rope``, ``yarn`` and ``last_512``, each from length in bytes to perplexity per byte.
    theme : str
        ``light`` or ``dark``.
    """
    colours = THEMES[theme]
    repair = yarn(64, FACTOR, trained_length=WINDOW, ramp="index")
    begins = WALK + REST
    scenes = (
        Scene("rope", BEFORE, rope(64), curves["rope"], 0.0),
        Scene("yarn", AFTER, repair, curves["yarn"], begins),
    )
    body = [ground(curves["last_512"], colours)]
    rules = [f"text{{font-family:system-ui,sans-serif}}{WITHOUT_MOTION}"]
    for scene in scenes:
        for part in (headline, dials, reading):
            shapes, styles = part(scene, colours)
            body.append(shapes)
            rules.append(styles)
    told = "A reader goes through 4,096 bytes. Five dials turn, each at its own speed."
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">\n'
        f"<title>{told}</title>\n<style>\n" + "\n".join(rules) + "\n</style>\n"
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="{colours["page"]}"/>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def ground(level: Curve, colours: Colours) -> str:
    """Draw what stays: the axis, the trained window, the reader that forgets."""
    x, y = across(WINDOW), down(level[END])
    parts = [
        f'<rect x="{LEFT}" y="{TOP}" width="{x - LEFT:.1f}" height="{BOTTOM - TOP}" '
        f'fill="{colours["window"]}"/>',
        label(
            LEFT,
            TOP - 10,
            "perplexity per byte, log scale: lower is better",
            colours["quiet"],
            "small",
        ),
        sample(RIGHT + 24, DIALS_AT - 14, colours["window"], "angles seen in training", colours),
        sample(RIGHT + 24, DIALS_AT + 14, colours["rope"], "never seen", colours),
        rule(LEFT, BOTTOM, RIGHT, BOTTOM, colours["rim"]),
        rule(x, y, RIGHT, y, colours["quiet"], "stroke-dasharray='3 4'"),
        label(RIGHT + 12, y + 22, "sees the last 512 only", colours["quiet"], "small"),
    ]
    for position in (0, 512, 1024, 2048, 4096):
        parts.append(label(across(position), BOTTOM + 20, f"{position:,}", colours["quiet"],
                           "small", MIDDLE))  # fmt: skip
    end = label(LEFT, BOTTOM + 42, "bytes read at once", colours["quiet"], "small")
    return "\n".join([*parts, end])


def headline(scene: Scene, colours: Colours) -> tuple[str, str]:
    """Draw what is shown now, while it is shown."""
    text = label(LEFT, 36, scene.title, colours["ink"], "title", "font-weight='600'")
    return shown(scene, text), visibility(scene)


def dials(scene: Scene, colours: Colours) -> tuple[str, str]:
    """Draw the dials: the angles seen in training as a sector, and the hand that turns."""
    shapes, styles = [], []
    trained = rope(64).inv_freq * WINDOW
    for place, pair in enumerate(PAIRS):
        middle = LEFT + RADIUS + place * (RIGHT - LEFT - 2 * RADIUS) / (len(PAIRS) - 1)
        name = f"{scene.method}{pair}"
        speed, seen = float(scene.frequencies.inv_freq[pair]), float(trained[pair])
        last = colours["rope" if speed * END % math.tau > seen else "yarn"]
        shapes.append(
            f'<g transform="translate({middle:.1f},{DIALS_AT})">'
            f'<circle r="{RADIUS}" fill="none" stroke="{colours["rim"]}"/>'
            f"{sector(seen, colours['window'])}"
            f'<line class="{name}" y2="-{RADIUS - 4}" stroke="{last}" stroke-width="3.5" '
            f'stroke-linecap="round" transform="rotate({math.degrees(speed * END):.1f})"/>'
            f"{label(0, RADIUS + 20, f'pair {pair}', colours['quiet'], 'small', MIDDLE)}</g>"
        )
        styles.append(turning(scene, name, speed, seen, colours))
    return shown(scene, "\n".join(shapes)), "\n".join(styles)


def sample(x: float, y: float, fill: str, text: str, colours: Colours) -> str:
    """Draw a small square of a colour, and beside it what the colour means for an angle."""
    square = f'<rect x="{x}" y="{y - 11}" width="13" height="13" rx="2" fill="{fill}"/>'
    return square + label(x + 20, y, text, colours["quiet"], "small")


MIDDLE = "text-anchor='middle'"


def turning(scene: Scene, name: str, speed: float, seen: float, colours: Colours) -> str:
    """Turn a hand, and colour it by whether training had its angle."""
    ends = [(0, 0.0), (scene.time(0), 0.0), (scene.time(END), speed * END), (100, speed * END)]
    turn = "".join(f"{at:.2f}%{{transform:rotate({math.degrees(a):.1f}deg)}}" for at, a in ends)
    changes, known = [f"0%{{stroke:{colours['yarn']}}}"], True
    for position in range(0, END, 4):
        if (speed * position % math.tau <= seen) != known:
            known = not known
            colour = colours["yarn" if known else "rope"]
            changes.append(f"{scene.time(position):.2f}%{{stroke:{colour}}}")
    return (
        f"@keyframes t-{name}{{{turn}}}\n@keyframes c-{name}{{{''.join(changes)}}}\n"
        f".{name}{{animation:t-{name} {CYCLE}s linear infinite,"
        f"c-{name} {CYCLE}s step-end infinite}}"
    )


def reading(scene: Scene, colours: Colours) -> tuple[str, str]:
    """Draw the curve as far as the reader is, the point on it, and where it ends."""
    colour, name = colours[scene.method], f"m-{scene.method}"
    points = [(n, scene.curve[n]) for n in (512, 1024, 2048, 4096)]
    places = [(0, points[0][1]), *points]
    steps = [(0, places[0]), *((scene.time(n), (n, p)) for n, p in places), (100, places[-1])]
    moves = "".join(
        f"{at:.2f}%{{transform:translate({across(n):.1f}px,{down(p):.1f}px)}}"
        for at, (n, p) in steps
    )
    drawn = " ".join(f"{across(n):.1f},{down(p):.1f}" for n, p in points)
    x, y = across(END), down(points[-1][1])
    end = f"{TABLE[scene.method].label}: {points[-1][1]:.2f}"
    line = f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
    shapes = (
        f'<circle class="{name}" r="7" fill="{colour}" transform="translate({x:.1f},{y:.1f})"/>'
        f"{label(x + 12, y + 5, end, colour, 'name', BOLD)}"
    )
    style = f"@keyframes {name}{{{moves}}}.{name}{{animation:{name} {CYCLE}s linear infinite}}"
    first = scene.starts == 0  # it stays, to compare
    return (line + shown(scene, shapes) if first else shown(scene, line + shapes)), style


BOLD = "font-weight='600'"


def visibility(scene: Scene) -> str:
    """Show what belongs to a scene while it lasts; without motion the first one stays."""
    first = scene.starts == 0
    half = "0%{opacity:1}50%{opacity:0}" if first else "0%{opacity:0}50%{opacity:1}"
    return (
        f"@keyframes s-{scene.method}{{{half}}}\n.s-{scene.method}"
        f"{{opacity:{int(first)};animation:s-{scene.method} {CYCLE}s step-end infinite}}"
    )


def shown(scene: Scene, shapes: str) -> str:
    return f'<g class="s-{scene.method}">{shapes}</g>'


def sector(angle: float, colour: str) -> str:
    """Draw the part of a dial between the top and an angle, clockwise; a full turn is all."""
    if angle >= math.tau:
        return f'<circle r="{RADIUS}" fill="{colour}"/>'
    x, y = RADIUS * math.sin(angle), -RADIUS * math.cos(angle)
    large = int(angle > math.pi)
    arc = f"A{RADIUS},{RADIUS} 0 {large} 1 {x:.2f},{y:.2f}"
    return f'<path d="M0,0 L0,-{RADIUS} {arc} Z" fill="{colour}"/>'


def across(position: float) -> float:
    return LEFT + (RIGHT - LEFT) * position / END


def down(perplexity: float) -> float:
    """Return the height at which a perplexity stands; the axis is logarithmic."""
    share = math.log(perplexity / LOWEST) / math.log(HIGHEST / LOWEST)
    return BOTTOM - (BOTTOM - TOP) * share


def label(x: float, y: float, text: str, colour: str, size: str, more: str = "") -> str:
    at = f'x="{x:.1f}" y="{y:.1f}"'
    return f'<text {at} fill="{colour}" font-size="{TEXT[size]}" {more}>{text}</text>'


def rule(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" {more}/>'
