"""What a lesson says in a folded answer, where no cell prints it, is what its reader will see."""

import re

import pytest
import torch

from lesson_utils.copying import copy_losses, copy_windows
from lesson_utils.corpus import default_documents
from lesson_utils.perplexity import perplexity
from lesson_utils.rope import RotaryFrequencies, rope
from lesson_utils.weights import load
from tests.helpers import LESSONS, prose_of


@pytest.mark.lesson("00")
def test_all_pairs_four_times_slower_read_and_copy_as_the_answer_says():
    model, document = load("base"), default_documents(1)[0]
    slower = RotaryFrequencies(rope(model.config.head_dim).inv_freq / 4)
    windows = copy_windows([document], 1000, length=2048, strings=4)
    nothing = torch.cat((windows[:, :-24], windows[:, -24:].roll(1, 0)), dim=1)
    seen = [
        perplexity(model, [document], 2048, slower),
        *(copy_losses(model, each, slower).mean() for each in (windows, nothing)),
    ]
    answer = (
        r"Its perplexity is `([\d.]+)`.* `([\d.]+)` nats is only `([\d.]+)` below its `([\d.]+)`"
    )
    *said, gap, nothing = map(float, re.search(answer, prose_of(LESSONS[0])).groups())
    assert gap == pytest.approx(nothing - said[1], abs=0.01)
    said.append(nothing)
    assert said == pytest.approx(seen, abs=0.01)  # said to two digits
