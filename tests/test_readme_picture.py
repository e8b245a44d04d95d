"""README's moving picture shows the recorded figures, and dials that turn as RoPE's pairs do."""

import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.helpers import ROOT, contrast
from tools import draw_readme_picture, turning_dials

CURVES = draw_readme_picture.curves()
every_theme = pytest.mark.parametrize("theme", turning_dials.THEMES)


def picture(theme="light"):
    return turning_dials.picture(CURVES, theme)


def hand(text, name):
    """The keyframes of a hand, as (percent of the cycle, degrees)."""
    (steps,) = re.findall(rf"@keyframes t-{name}\{{(.*?\}})\}}", text)
    found = re.findall(r"([\d.]+)%\{transform:rotate\(([\d.]+)deg\)\}", steps)
    return [(float(at), float(angle)) for at, angle in found]


@every_theme
def test_what_is_saved_is_what_is_drawn(theme):
    saved = ROOT / "site" / "images" / f"turning_dials_{theme}.svg"
    assert saved.read_text(encoding="utf-8") == picture(theme), (
        "run python -m tools.draw_readme_picture"
    )


@every_theme
def test_it_is_well_formed_and_small_and_asks_for_nothing_outside(theme):
    text = picture(theme)
    ElementTree.fromstring(text)
    assert len(text) < 20_000
    assert not re.search(r"href|url\(|@import|<script", text)


def test_a_hand_turns_at_its_pair_s_speed():
    for pair in turning_dials.PAIRS:
        end = math.degrees(10_000 ** (-2 * pair / 64) * 4096)
        assert hand(picture(), f"rope{pair}")[-1][1] == pytest.approx(end, abs=0.06)
    slowest = hand(picture(), "yarn30")[-1][1]
    assert slowest == pytest.approx(hand(picture(), "rope30")[-1][1] / 8, abs=0.06)


def test_a_hand_is_marked_where_training_has_not_been():
    text, new = picture(), turning_dials.THEMES["light"]["rope"]
    for pair in turning_dials.PAIRS:
        for method in ("rope", "yarn"):
            (colours,) = re.findall(rf"@keyframes c-{method}{pair}\{{(.*?\}})\}}", text)
            slow = pair > 14  # pair 14 makes a full turn within 512 bytes
            assert (new in colours) == (method == "rope" and slow)


def test_the_numbers_are_those_of_the_record():
    for method, label in (("rope", "unchanged RoPE"), ("yarn", "YaRN")):
        assert f">{label}: {CURVES[method][4096]:.2f}<" in picture()


def test_readme_describes_what_moves_with_the_same_numbers():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (alt,) = re.findall(r'<img alt="(.*?)"', readme)
    assert f"rises from {CURVES['rope'][512]:.0f} to {CURVES['rope'][4096]:.0f}" in alt
    assert f"ends at {CURVES['yarn'][4096]:.2f}" in alt
    assert f"stays level at {CURVES['last_512'][4096]:.0f}" in alt


def test_the_still_picture_has_a_line_for_every_method():
    drawn = [
        line.get_xydata() for line in draw_readme_picture.methods_by_length().figure.axes[0].lines
    ]
    for curve in CURVES.values():
        assert any(np.array_equal(each, [*curve.items()]) for each in drawn)


def test_it_stands_still_for_whoever_asks_for_less_motion():
    assert "@media (prefers-reduced-motion:reduce){*{animation:none!important}}" in picture()


@every_theme
def test_words_and_lines_stand_out_from_the_page(theme):
    colours = turning_dials.THEMES[theme]
    for name in ("ink", "quiet", "rope", "yarn"):
        assert contrast(colours[name], colours["page"]) >= 4.5
    assert contrast(colours["yarn"], colours["window"]) >= 3
