"""The first screen: one slow pair's dial, and perplexity by length as it was recorded."""

from lesson_utils import recorded
from lesson_utils.figures.chart import as_data
from lesson_utils.figures.common import TRAINED_LENGTH, perplexity_by_length
from lesson_utils.methods import TABLE
from lesson_utils.model import ModelConfig

ROWS = {"rope": "rope", "pi": "pi", "ntk_aware": "ntk_aware", "yarn": "yarn_turns"}
"""A method, and its row in the record."""
LONGEST, PAIR = 4096, 24
"""Bytes, and the pair of the dial: up to there, its hand makes less than a turn."""
SAYS = {
    "edge": "The blue slice is what this pair of numbers met in training: 512 bytes. Turn the hand "
    "out of it.",
    "fresh": "Orange: an angle that the model never met. Now choose another rule below.",
    "close": "Back in the slice, yet worse: neighbours stand too close now. Lesson 05 says why.",
    "home": "Back in the slice: the same weights, and other speeds.",
}
"""What stands below the dial, by what has happened."""


def settings() -> dict:
    """Return what ``opening.js`` draws."""
    record = recorded.read("zero_shot")["by_length"]
    curves = {
        name: {int(n): each["median"] for n, each in record[row].items() if int(n) <= LONGEST}
        for name, row in ROWS.items()
    }
    chart = perplexity_by_length(curves, title="", description="", trained_length=TRAINED_LENGTH)
    config = ModelConfig()
    return {
        "chart": as_data(chart.chart),
        "methods": [
            {"name": name, "label": TABLE[name].label, "others": TABLE[name].values({})}
            for name in ROWS
        ],
        "head": {"head_dim": config.head_dim, "base": config.base},
        "window": TRAINED_LENGTH,
        "longest": LONGEST,
        "lengths": [int(n) for n in record["rope"] if int(n) <= LONGEST],
        "pair": PAIR,
        "says": SAYS,
    }
