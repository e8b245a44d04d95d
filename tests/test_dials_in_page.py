"""The two dials and their controls in a page without Jupyter: mouse, fingers, keys, light and dark.

``mount`` of each module draws into an element of an empty page, so that nothing waits for a kernel.
"""

import base64
import json
import math

import numpy as np
import pytest

from lesson_utils.angles import new_angles
from lesson_utils.rope import rope, turns, wavelength
from lesson_utils.widgets import dials, page
from tests import lab_in_browser
from tests.helpers import contrast

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(lab_in_browser.find_chromium() is None, reason=lab_in_browser.NO_CHROMIUM),
]

DIAL = {"query": [1.2, 0.5], "key": [0.8, -0.6], "speed": 0.3, "places": 40,
        "queryAt": 3, "keyAt": 0, "shifts": 1000}  # fmt: skip
WALL = {"headDim": 64, "base": 10_000, "window": 512, "position": 400}
HTML = """<!doctype html><meta name="viewport" content="width=device-width">
<style>body {{ margin: 0; {scheme} }} {css}</style><body></body>"""
SIZES = (400, 800, 1280, 1600)


@pytest.fixture
def mounted(chromium):
    """Mount a view in an empty page; at the end, the page must have made no error."""
    opened = []

    def mount(kind, width=1280, scheme="light", body="", motion=None, **settings):
        context = lab_in_browser.new_context(
            chromium, viewport={"width": width, "height": 900}, color_scheme=scheme,
            reduced_motion=motion, has_touch=True,
        )  # fmt: skip
        tab = context.new_page()
        errors = []
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.on("console", lambda said: said.type == "error" and errors.append(said.text))
        opened.append((context, errors))
        tab.clock.install(time=0)
        tab.clock.pause_at(1000)  # from here on, time passes only when a test says so
        tab.set_content(HTML.format(scheme=body, css=page.source("page.css")))
        module, first = VIEWS[kind]
        address = "data:text/javascript;base64," + base64.b64encode(module.encode()).decode()
        tab.evaluate(
            "async ([address, s]) => { (await import(address)).mount(document.body, s); }",
            [address, json.loads(json.dumps(first | settings))],
        )
        return tab

    yield mount
    for context, errors in opened:
        context.close()
        assert errors == []


VIEWS = {
    "dial": (page.source(*dials.POSITION_DIAL), DIAL),
    "wall": (page.source(*dials.WALL_OF_DIALS), dials.wall_settings() | WALL),
}


def control(tab, label):
    name = tab.locator(".rope-label", has_text=label)
    return tab.locator(".rope-slider").filter(has=name)


def value(tab, label):
    return control(tab, label).locator(".rope-box").input_value()


def type_in(tab, label, text):
    box = control(tab, label).locator(".rope-box")
    box.fill(text)
    box.press("Enter")
    return control(tab, label).locator(".rope-note").inner_text()


def said(tab):
    return f"{tab.locator('.rope-big').inner_text()} {tab.locator('.rope-line').inner_text()}"


# --- a slider ---


def test_a_number_can_be_typed_and_the_wall_goes_there(mounted):
    tab = mounted("wall")
    assert type_in(tab, "offset", "4,000") == "" and value(tab, "offset") == "4,000"
    inv_freq = rope(64, base=10_000).inv_freq.double()
    new = new_angles(inv_freq, 4000, 512)
    assert said(tab) == f"{new.sum()} of 32 hands are at a new angle at offset 4,000"
    marked = tab.locator(".rope-one").evaluate_all(
        "all => all.map((one) => one.classList.contains('rope-fresh'))"
    )
    assert marked == new.tolist()


@pytest.mark.parametrize(
    "label, typed, taken, note",
    [
        ("offset", "20000", "16,384", "0 to 16,384"),
        ("offset", "-3", "0", "0 to 16,384"),
        ("offset", "many", "400", "0 to 16,384"),
        ("offset", "", "400", "0 to 16,384"),
        ("offset", "1e3", "1,000", ""),
        ("base", "20 000", "20,000", ""),
        ("head_dim", "100", "96", "nearest value"),
    ],
)
def test_what_cannot_be_set_is_said_beside_the_box(mounted, label, typed, taken, note):
    tab = mounted("wall")
    assert type_in(tab, label, typed) == note
    assert value(tab, label) == taken


def test_a_preset_is_pressed_while_its_value_is_set_and_reset_leads_back(mounted):
    tab = mounted("wall")
    preset = control(tab, "offset").get_by_role("button", name="offset 4,000")
    assert preset.get_attribute("aria-pressed") == "false"
    preset.click()
    assert preset.get_attribute("aria-pressed") == "true"
    assert said(tab).startswith("13 of 32")
    control(tab, "offset").get_by_role("button", name="Reset offset to 400").click()
    assert preset.get_attribute("aria-pressed") == "false"
    assert value(tab, "offset") == "400" and said(tab).startswith("0 of 32")


@pytest.mark.parametrize(
    "label, keys",
    [
        ("offset", {"ArrowRight": "401", "ArrowLeft": "400", "PageUp": "500", "End": "16,384",
                      "PageDown": "12,000", "Home": "0"}),
        ("base", {"ArrowUp": "50,000", "ArrowDown": "10,000", "End": "10,000,000"}),
        ("head_dim", {"ArrowRight": "96", "PageUp": "128", "Home": "16"}),
    ],
)  # fmt: skip
def test_keys_move_by_one_by_a_round_step_and_to_the_ends(mounted, label, keys):
    tab = mounted("wall")
    track = control(tab, label).locator(".rope-track")
    track.focus()
    for key, wanted in keys.items():
        tab.keyboard.press(key)
        assert (key, value(tab, label)) == (key, wanted)
        assert track.get_attribute("aria-valuetext") == wanted


def test_between_the_values_of_a_list_an_arrow_goes_to_the_next(mounted):
    tab = mounted("wall")
    type_in(tab, "base", "20000")
    control(tab, "base").locator(".rope-track").press("ArrowRight")
    assert value(tab, "base") == "50,000"
    type_in(tab, "base", "20000")
    control(tab, "base").locator(".rope-track").press("ArrowLeft")
    assert value(tab, "base") == "10,000"


def test_a_handle_that_is_dragged_stops_at_round_numbers_of_every_size(mounted):
    tab = mounted("wall")
    box = control(tab, "offset").locator(".rope-track").bounding_box()
    seen = []
    for share in np.linspace(0, 1, 60):
        tab.mouse.click(box["x"] + 11 + share * (box["width"] - 22), box["y"] + 14)
        seen.append(int(value(tab, "offset").replace(",", "")))
    assert seen == sorted(seen) and seen[0] == 0 and seen[-1] == 16_384
    assert sum(v < 512 for v in seen) > 15 and sum(v > 4000 for v in seen) > 10
    for v in seen[:-1]:  # two digits and a zero or a five, all but zeros behind them
        assert float(f"{v:.1e}") == v or float(f"{v:.2e}") == v


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("kind", VIEWS)
def test_at_every_width_tracks_are_long_and_nothing_touches_or_sticks_out(mounted, kind, width):
    tab = mounted(kind, width)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    for one in tab.locator(".rope-slider").all():
        assert one.locator(".rope-track").bounding_box()["width"] >= 200
        parts = one.locator(".rope-label, .rope-box, .rope-small, .rope-track").all()
        boxes = [part.bounding_box() for part in parts]
        for i, a in enumerate(boxes):
            for b in boxes[:i]:
                across = min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"])
                down = min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"])
                assert across <= 0 or down <= 0, (parts[i].inner_text(), a, b)


# --- light and dark ---


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", VIEWS)
def test_colours_follow_the_reader_and_jupyterlab_before_the_reader(mounted, kind, scheme):
    tab = mounted(kind, scheme=scheme)
    look = """() => {
      const style = getComputedStyle(document.querySelector(".rope-page"));
      return [style.color, style.backgroundColor];
    }"""
    hexadecimal = [as_hex(colour) for colour in tab.evaluate(look)]
    assert contrast(*hexadecimal) >= 12
    assert (hexadecimal[1] == "#ffffff") == (scheme == "light")
    tab.evaluate("light => { document.body.dataset.jpThemeLight = light }", scheme == "dark")
    assert (as_hex(tab.evaluate(look)[1]) == "#ffffff") == (scheme == "dark")


def as_hex(colour):
    return "#" + "".join(f"{int(part):02x}" for part in colour[4:-1].split(","))


# --- the arrows of the position dial ---


def middle_and_tip(tab, letter):
    return tab.evaluate(
        """letter => {
          const box = document.querySelector(".rope-dial > svg").getBoundingClientRect();
          const head = document.querySelector(`path.rope-${letter}-head`).getBoundingClientRect();
          const centre = (b) => [b.x + b.width / 2, b.y + b.height / 2];
          return [centre(box), centre(head)];
        }""",
        letter,
    )


def way_round(tab, letter, radians):
    """Give the points on the way from an arrow's head through an angle around the middle."""
    (cx, cy), (x, y) = middle_and_tip(tab, letter)
    radius, start = math.hypot(x - cx, y - cy), math.atan2(cy - y, x - cx)
    angles = start + np.linspace(0, radians, 3 + int(8 * abs(radians)))
    return [(cx + radius * math.cos(a), cy - radius * math.sin(a)) for a in angles]


@pytest.mark.parametrize(
    "letter, label, radians, at",
    [("q", "query", 1.5, "8"), ("q", "query", 9.0, "33"), ("k", "key", 0.9, "3"),
     ("k", "key", -2.0, "0")],
)  # fmt: skip
def test_an_arrow_is_dragged_round_and_round(mounted, letter, label, radians, at):
    tab = mounted("dial")
    start, *way = way_round(tab, letter, radians)
    tab.mouse.move(*start)
    tab.mouse.down()
    for place in way:
        tab.mouse.move(*place)
    tab.mouse.up()
    assert value(tab, label) == at
    (cx, cy), (x, y) = middle_and_tip(tab, letter)
    if at != "0":  # it stands where the pointer left it, to the half of a position
        off = math.atan2(cy - y, x - cx) - math.atan2(cy - way[-1][1], way[-1][0] - cx)
        assert abs(math.remainder(off, 2 * math.pi)) <= 0.16


def test_an_arrow_is_dragged_by_a_finger(mounted):
    tab = mounted("dial", width=400)
    start, *way = way_round(tab, "q", 1.5)
    touch = tab.context.new_cdp_session(tab)
    for kind, places in [("touchStart", [start]), *(("touchMove", [p]) for p in way)]:
        points = [{"x": x, "y": y} for x, y in places]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert value(tab, "query") == "8"


def test_an_arrow_is_a_slider_for_keys_and_for_who_listens(mounted):
    tab = mounted("dial")
    arrow = tab.get_by_role("slider", name="query", exact=True).and_(tab.locator("g"))
    arrow.focus()
    for key, at in {"ArrowUp": "4", "ArrowLeft": "3", "End": "40", "Home": "0"}.items():
        tab.keyboard.press(key)
        assert value(tab, "query") == arrow.get_attribute("aria-valuenow") == at


def test_the_score_stands_still_while_both_move_and_its_bar_shows_sign_and_size(mounted):
    tab = mounted("dial")

    def shown():
        bar = tab.locator(".rope-bar-fill").evaluate("bar => [bar.style.left, bar.style.width]")
        return tab.locator(".rope-big").inner_text(), bar

    score = (complex(1.2, 0.5) * np.exp(0.9j) * complex(0.8, 0.6)).real
    half = 50 * score / 1.3  # arrows of length 1.3 and 1
    before = shown()
    assert before[0] == "−0.467" and score < 0
    assert [float(side[:-1]) for side in before[1]] == pytest.approx([50 + half, -half], abs=0.01)
    type_in(tab, "both further by", "777")
    assert shown() == before
    assert tab.locator(".rope-facts").inner_text() == "query at 780 · key at 777 · offset 3"


# --- play ---


def play(tab, speed):
    tab.get_by_role("radio", name=speed).check()
    tab.get_by_role("button", name="Play").click()


HANDS = """all => all.map((one) => {
  const hand = one.querySelector("g");
  const drawn = getComputedStyle(hand).display !== "none";
  return drawn ? Number(hand.getAttribute("transform").match(/-?\\d[\\d.e-]*/)[0]) : null;
})"""


@pytest.mark.parametrize("speed, a_second", [("slow", 8), ("normal", 30), ("fast", 1000)])
def test_no_hand_turns_further_than_half_a_radian_a_frame(mounted, speed, a_second):
    tab = mounted("wall")
    play(tab, speed)
    tab.clock.run_for(100)
    before = tab.locator(".rope-one").evaluate_all(HANDS)
    for _ in range(20):
        tab.clock.run_for(16)
        now = tab.locator(".rope-one").evaluate_all(HANDS)
        for old, new in zip(before, now, strict=True):
            if old is not None and new is not None:
                assert abs(math.remainder(math.radians(new - old), 2 * math.pi)) <= 0.51
        before = now
    tab.clock.run_for(1000)
    passed = int(value(tab, "offset").replace(",", "")) - 400
    assert passed == pytest.approx(1.42 * a_second, rel=0.1)  # seconds, frame by frame
    assert before[31] is not None


def test_at_the_end_play_begins_again(mounted):
    tab = mounted("wall", position=16_000)
    play(tab, "fast")
    tab.clock.run_for(1000)
    button = tab.locator(".rope-play")
    assert value(tab, "offset") == "16,384" and button.inner_text() == "↺ Restart"
    button.click()
    tab.clock.run_for(500)
    assert 100 < int(value(tab, "offset").replace(",", "")) < 600
    button.click()
    assert button.inner_text() == "▶ Play"


def test_paused_every_hand_is_drawn_at_the_position_that_is_shown(mounted):
    tab = mounted("wall")
    play(tab, "fast")
    tab.clock.run_for(777)
    assert None in tab.locator(".rope-one").evaluate_all(HANDS)
    tab.locator(".rope-play").click()
    hands = tab.locator(".rope-one").evaluate_all(HANDS)
    at = int(value(tab, "offset").replace(",", ""))
    wanted = np.exp(1j * rope(64, base=10_000).inv_freq.double().numpy() * at)
    np.testing.assert_allclose(np.exp(-1j * np.radians(hands)), wanted, atol=2e-3)  # float32


def test_who_asks_for_less_motion_gets_a_step_in_place_of_the_film(mounted):
    tab = mounted("wall", motion="reduce")
    button = tab.locator(".rope-play")
    assert button.inner_text() == "Step"
    button.click()
    assert value(tab, "offset") == "464"  # half a second at 512 positions in four seconds, from 400
    tab.clock.run_for(1000)
    assert value(tab, "offset") == "464"


def test_what_changes_with_every_frame_is_read_out_once_it_stands_still(mounted):
    tab = mounted("wall")
    tab.clock.run_for(1000)
    aloud = tab.locator(".rope-aloud[role=status]")
    assert aloud.inner_text() == "0 of 32 hands are at a new angle at offset 400"
    play(tab, "normal")
    for _ in range(20):
        tab.clock.run_for(100)
        assert aloud.inner_text().endswith("at offset 400")
    tab.locator(".rope-play").click()
    tab.clock.run_for(1000)
    assert aloud.inner_text() == said(tab) and not aloud.inner_text().endswith("400")
    assert tab.locator("[aria-live], output").count() == 0  # nothing else speaks up by itself


# --- the wall ---


@pytest.mark.parametrize("width", SIZES)
def test_nothing_jumps_when_head_dim_or_the_method_changes(mounted, width):
    tab = mounted("wall", width)
    places = """() => Array.from(
      document.querySelectorAll(".rope-track, .rope-wall, .rope-detail, legend, .rope-page"),
      (part) => {
        const { x, y, width, height } = part.getBoundingClientRect();
        const words = part.tagName === "LEGEND" ? part.textContent : part.className;
        return [part.ariaLabel ?? words, [x, y + scrollY, width, height]];
      },
    )"""
    before = dict(tab.evaluate(places))
    for head_dim in dials.HEAD_DIMS:
        type_in(tab, "head_dim", str(head_dim))
        assert tab.locator(".rope-one").count() == head_dim // 2
        assert tab.locator(".rope-wall").evaluate("w => w.scrollHeight <= w.clientHeight")
        assert dict(tab.evaluate(places)) == before
    for method in ("PI", "YaRN", "ABF"):
        tab.get_by_role("radio", name=method, exact=True).check()
        after = dict(tab.evaluate(places))
        assert {name: after[name] for name in before} == before


def test_a_dial_that_is_looked_at_says_its_pair_wavelength_and_turns(mounted):
    tab = mounted("wall", position=4000)
    tab.locator(".rope-one").nth(20).hover()
    inv_freq = rope(64, base=10_000).inv_freq.double()
    long = wavelength(inv_freq)[20].item()
    inside, by = (turns(inv_freq, n)[20].item() for n in (512, 4000))
    detail = tab.locator(".rope-detail")
    assert detail.inner_text() == (
        f"Pair 20: wavelength {long:,.0f} positions. {inside:.2f} turns in the trained window, "
        f"{by:.2f} by offset 4,000: inside the trained range."
    )
    tab.get_by_role("radio", name="PI", exact=True).check()
    assert f"wavelength {8 * long:,.0f} positions ({long:,.0f} in training)" in detail.inner_text()


def test_the_wall_is_one_stop_for_the_tab_key_and_arrows_go_from_dial_to_dial(mounted):
    tab = mounted("wall", position=4000)
    assert tab.locator(".rope-one[tabindex='0']").count() == 1
    tab.locator(".rope-one").first.focus()
    for key, pair in {"ArrowRight": 1, "ArrowDown": 9, "ArrowUp": 1, "End": 31, "Home": 0}.items():
        tab.keyboard.press(key)
        chosen = tab.locator(":focus")
        assert chosen.inner_text() == f"{pair}"
        assert chosen.get_attribute("aria-label").startswith(f"Pair {pair}: wavelength")
    assert tab.locator(".rope-one[tabindex='0']").count() == 1
