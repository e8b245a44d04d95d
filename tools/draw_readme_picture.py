"""Draw the README's picture from the recorded table of the base model.

python tools/draw_readme_picture.py
"""

from pathlib import Path

from lesson_utils import figures, recorded
from lesson_utils.files import replacing

TARGET = Path(__file__).parents[1] / "site" / "images" / "past_the_window.png"
SHOWN = {
    "rope": "rope",
    "pi": "pi",
    "ntk_aware": "ntk_aware",
    "ntk_by_parts": "ntk_by_parts_index",
    "yarn": "yarn_index",
}

if __name__ == "__main__":
    table = recorded.read("base")["zero_shot"]
    curves = {
        name: {int(n): value for n, value in table[row].items() if int(n) <= 8192}
        for name, row in SHOWN.items()
    }
    figure = figures.perplexity_by_length(
        curves, trained_length=512, title="Past its window the model breaks; YaRN nearly mends it"
    )
    with replacing(TARGET) as unfinished:
        figure.savefig(unfinished, format="png", dpi=100, metadata={"Software": None})
