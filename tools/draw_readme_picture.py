"""Draw the README's picture from the recorded table of three base models.

python -m tools.draw_readme_picture
"""

from pathlib import Path

from lesson_utils import recorded
from lesson_utils.figures.lesson_04 import methods_by_length
from lesson_utils.figures.picture import as_png
from lesson_utils.files import write_whole

TARGET = Path(__file__).parents[1] / "site" / "images" / "past_the_window.png"
SHOWN = {
    "rope": "rope",
    "pi": "pi",
    "ntk_aware": "ntk_aware",
    "ntk_by_parts": "ntk_by_parts_index",
    "yarn": "yarn_index",
    "last_512": "last_512",
}

if __name__ == "__main__":
    table = recorded.read("zero_shot")["by_length"]
    curves = {
        name: {int(n): entry["median"] for n, entry in table[row].items() if int(n) <= 8192}
        for name, row in SHOWN.items()
    }
    write_whole(TARGET, as_png(methods_by_length(curves).figure))
