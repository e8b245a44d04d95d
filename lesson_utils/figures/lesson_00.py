"""What lesson 00 draws: how far the model reads, unchanged and with YaRN."""

from collections.abc import Mapping

from lesson_utils.figures.common import TRAINED_LENGTH, perplexity_by_length
from lesson_utils.figures.picture import Picture


def unchanged_and_yarn(curves: Mapping[str, Mapping[int, float]]) -> Picture:
    """Draw perplexity by length of the untuned model, {method: {length: perplexity}}."""
    return perplexity_by_length(
        curves,
        title="Nothing was trained between these two lines",
        description="Perplexity against bytes read at once, both on log scales. Unchanged RoPE "
        "leaves 2 at the trained window of 512 and stays near 20 from 4,096 on. YaRN rises slowly, "
        "to 4 at 16,384.",
        trained_length=TRAINED_LENGTH,
    )
