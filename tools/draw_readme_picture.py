"""Draw the pictures of README and of the results from the recorded table of three base models.

python -m tools.draw_readme_picture
"""

from pathlib import Path

from lesson_utils import recorded
from lesson_utils.figures.common import TRAINED_LENGTH, perplexity_by_length
from lesson_utils.figures.picture import Picture, as_png
from lesson_utils.files import write_whole
from tools import turning_dials

IMAGES = Path(__file__).parents[1] / "site" / "images"
SHOWN = {
    "rope": "rope",
    "pi": "pi",
    "ntk_aware": "ntk_aware",
    "ntk_by_parts": "ntk_by_parts_index",
    "yarn": "yarn_index",
    "last_512": "last_512",
}


def curves() -> dict[str, dict[int, float]]:
    """Return what each method reads without training, up to 8,192 bytes."""
    table = recorded.read("zero_shot")["by_length"]
    return {
        name: {int(n): entry["median"] for n, entry in table[row].items() if int(n) <= 8192}
        for name, row in SHOWN.items()
    }


def methods_by_length() -> Picture:
    """Draw perplexity by length under every method."""
    return perplexity_by_length(
        curves(),
        title="Past its window the model breaks; YaRN nearly mends it",
        description="Perplexity against bytes read at once, one line a method.",
        trained_length=TRAINED_LENGTH,
    )


def main() -> None:
    """Write all pictures."""
    write_whole(IMAGES / "past_the_window.png", as_png(methods_by_length().figure))
    for theme in turning_dials.THEMES:
        picture = turning_dials.picture(curves(), theme)
        write_whole(IMAGES / f"turning_dials_{theme}.svg", picture)


if __name__ == "__main__":
    main()
