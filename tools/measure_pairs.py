"""Measure which pairs of each head lift its score past the window, and whether that breaks it.

    python -m tools.measure_pairs --out lesson_utils/recorded/pairs.json
    python -m tools.measure_pairs --more --out lesson_utils/recorded/pairs.json
    python -m tools.measure_pairs --tiny --out runs/pairs.json

A score is a sum over 32 pairs of A cos(d θ + φ). The mean query and the mean key of a head give the
mean score of all its bytes, put at any offset. All are read inside the window, so nothing but the
offset is new. ``lift`` is that score's mean over offsets 512 to 2,047, less that over 0 to 511.

Refuted, if few heads are lifted, or by less than the scores differ inside the window; or if other
documents are. That these pairs break the model is refuted if it reads as badly with them held at
offset 511, or as well with others held. That new angles do it, and holding does not only quiet far
bytes, is refuted if 16 to 21 held at another known offset repair far less. The differences of a
head are how far its mean score lies above that at offset 511, at each offset past the window. That
these break it, and not what they do to single keys, is refuted if subtracting them from the scores,
with no angle changed, does not repair, or if those of the next head of its layer do so as well; and
the same for adding them. Their level is their mean, one number for all far offsets of a head; their
shape is the rest. What pairs 16 to 21 add to them is subtracted alone, too, and what the other
pairs add: that the six make them is refuted if the first does not repair, or the second does. The
contents for this come from other documents than those that are read. That lift itself is the
damage, far bytes scoring too high on average, is refuted if lowering them until the mean past the
window is that inside does not repair. That what repairs the reading brings the far text back, too,
is refuted if a copy from far back is as hard as it is with nothing to copy. ``--more`` adds to a
record what it has not.
"""

import argparse
import itertools
import json
import math
import sys
import time
from pathlib import Path

import numpy as np
import torch

from lesson_utils.angles import lift_by_pair, pair_content, pair_scores
from lesson_utils.attention import weights_of_head
from lesson_utils.copying import copy_losses, copy_windows
from lesson_utils.files import write_whole
from lesson_utils.machine import provenance
from lesson_utils.model import attend_last, rotary_attention
from lesson_utils.rope import cos_sin, rope, rotate_half_split
from tools.collect_controls import read
from tools.collect_evidence import in_lines
from tools.gather_controls import COPY_BACK, Controls
from tools.gather_evidence import WINDOW, frequencies, slowed, with_nothing_to_copy

READ, LENGTH, FIRST_QUERY = 8_192, 2_048, 64
"""Bytes of a document that contents are taken from; bytes read at once; queries before are few."""
HELD = {
    "10–31": (10, 32), "16–31": (16, 32), "0–15": (0, 16),
    "16–21": (16, 22), "22–31": (22, 32), "10–15": (10, 16), "0–9": (0, 10),
}  # fmt: skip
COPYING = (
    "last 512 only", "16–21 held", "16–21 held at 256", "16–31 held", "10–31 held",
    "16–31 slowed by 4", "differences subtracted",
)  # fmt: skip
"""Ways of reading that are asked for copies, too."""
STRINGS = 16
"""So many windows have each a string of its own."""
LIT = {"document": 0, "from": 8_448, "bytes": 768, "layer": 3, "head": 3, "factor": 4}
"""The text whose bytes are lit: the query is its last byte."""
READERS = {"last 512 only": "rope", "unchanged": "rope", "PI": "pi", "YaRN": "yarn_turns"}
SHADES = (0.001, 0.003, 0.01, 0.03, 0.1)
"""From which weight on a byte has which shade, 1 to 5."""


@torch.inference_mode()
def contents(model, document, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Return every head's mean content, [heads, pairs], and the spread of its scores, [heads].

    The spread is the standard deviation of one query's scores over its keys, a mean over queries.
    """
    windows = document.excerpt(0, length).tokens().view(-1, WINDOW).to(model.device)
    means, spreads = [], []

    def attend(q, k, v, cos, sin):
        middle = (q[:, :, FIRST_QUERY:].mean((0, 2)), k.mean((0, 2)))
        means.append(pair_content(*(part.cpu() for part in middle)))
        q_turned, k_turned = rotate_half_split(q, cos, sin), rotate_half_split(k, cos, sin)
        spreads.append(spread(q_turned[:, :, WINDOW // 2 :], k_turned).double().cpu())
        return rotary_attention(q, k, v, cos, sin)

    def spread(q, k):
        seen = torch.ones(WINDOW // 2, WINDOW, dtype=torch.bool, device=q.device).tril(WINDOW // 2)
        scores = (q @ k.mT / math.sqrt(q.shape[-1])).masked_fill(~seen, math.nan)
        around = scores - scores.nanmean(-1, keepdim=True)
        return around.square().nanmean(-1).sqrt().mean((0, 2))

    model.hidden(windows, attend=attend)
    return np.concatenate(means), torch.cat(spreads).numpy()


def by_hand(hold=(), shift=None, held_at=WINDOW - 1):
    """Make an attention that holds some pairs for far keys, as if at offset 511, or at another.

    ``shift`` is added to the scores, float32 [layers, heads, offsets].
    """
    layers = itertools.cycle([None] if shift is None else shift)

    def attend(q, k, v, cos, sin):
        held = torch.zeros(q.shape[-1] // 2, dtype=torch.bool, device=q.device)
        held[list(hold)] = True
        at = torch.arange(q.shape[-2], device=q.device)
        back = at[:, None] - at
        scores = rotate_half_split(q, cos, sin) @ rotate_half_split(k, cos, sin).mT
        if held.any():
            edge = (x.float() for x in cos_sin(rope(q.shape[-1]), back[held_at : held_at + 1, 0]))
            of_q = (torch.where(held, e, t) for e, t in zip(edge, (cos, sin), strict=True))
            of_k = torch.where(held, 1.0, cos), torch.where(held, 0.0, sin)
            far = rotate_half_split(q, *of_q) @ rotate_half_split(k, *of_k).mT
            scores = torch.where(back < WINDOW, scores, far)
        scores = scores / math.sqrt(q.shape[-1])
        added = next(layers)
        if added is not None:
            scores = scores + added.to(q.device)[:, back.clamp(min=0)]
        return scores.masked_fill(back < 0, -math.inf).softmax(-1) @ v

    return attend


def turned_by(chosen):
    """Make an attention that turns by these frequencies, whatever tables it is given."""

    def attend(q, k, v, *_):
        at = torch.arange(q.shape[-2], device=q.device)
        return rotary_attention(q, k, v, *cos_sin(chosen, at))

    return attend


def shifts(content, inv_freq, shape, length: int) -> torch.Tensor:
    """Say how far each head's mean score lies above that at offset 511, from there on."""
    scores = np.stack([pair_scores(one, inv_freq, np.arange(length)).sum(0) for one in content])
    above = np.where(np.arange(length) < WINDOW, 0, scores - scores[:, WINDOW - 1 : WINDOW])
    return torch.from_numpy(above).float().view(*shape, length)


def kinds_of_shift(differences: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return what is subtracted or added: the differences, their two parts, another head's."""
    level = differences.clone()
    level[..., WINDOW:] = differences[..., WINDOW:].mean(-1, keepdim=True)
    return {
        "differences": differences,
        "level of the differences": level,
        "shape of the differences": differences - level,
        "differences of the next head": differences.roll(-1, dims=1),
    }


def lifts(content, inv_freq, shape, length: int) -> torch.Tensor:
    """Give every offset past the window the lift of its head, and the others 0."""
    lift = [lift_by_pair(one, inv_freq, WINDOW, length).sum() for one in content]
    far = torch.arange(length) >= WINDOW
    return torch.tensor(lift).float().view(*shape, 1) * far


def ways_of_reading(config, content, inv_freq, length: int) -> dict:
    """Hold or slow some pairs; subtract each head's differences, or its lift, or add them."""
    shape = (config.layers, config.heads)
    differences = shifts(content, inv_freq, shape, length)
    ways = {"unchanged": rotary_attention, "last 512 only": attend_last(WINDOW)}
    ways |= {f"{name} held": by_hand(range(*ends)) for name, ends in HELD.items()}
    ways["16–21 held at 256"] = by_hand(range(*HELD["16–21"]), held_at=256)
    ways["16–31 slowed by 4"] = turned_by(slowed(16, 4))
    for kind, shift in kinds_of_shift(differences).items():
        ways[f"{kind} subtracted"] = by_hand(shift=-shift)
        ways[f"10–31 held, {kind} added"] = by_hand(range(10, 32), shift=shift)
    of_six = shifts(only(content, "16–21"), inv_freq, shape, length)
    ways["differences of pairs 16–21 subtracted"] = by_hand(shift=-of_six)
    ways["differences of the other pairs subtracted"] = by_hand(shift=of_six - differences)
    ways["lift subtracted"] = by_hand(shift=-lifts(content, inv_freq, shape, length))
    return ways


def copied(model, documents, ways: dict, length: int, back: int, strings: int, known=()) -> dict:
    """Ask for a second copy, and for one whose first copy is not in the window, nats a byte.

    What is ``known``, a dict by name, is not asked again.
    """
    known = dict(known)
    windows = copy_windows(documents, back, length=length, strings=strings)
    found = {
        name: known.get(name)
        or {
            what: round(
                float(np.mean([copy_losses(model, w, attend=ways[name]) for w in asked.split(1)])),
                3,
            )
            for what, asked in (("copy", windows), ("nothing", with_nothing_to_copy(windows)))
        }
        for name in COPYING
    }
    return {"length": length, "back": back, "strings": strings, "nats": found}


def only(content: np.ndarray, name: str) -> np.ndarray:
    """Leave nothing in the pairs that are not among those of this name in ``HELD``."""
    first, end = HELD[name]
    pairs = np.arange(content.shape[-1])
    return np.where((first <= pairs) & (pairs < end), content, 0)


def lit(model, document) -> dict:
    """Say which bytes the last one looks at, as shades, for one head and several readers."""
    text = document.excerpt(LIT["from"], LIT["from"] + LIT["bytes"])
    found = {}
    for name, variant in READERS.items():
        chosen = frequencies(variant, LIT["factor"])
        keys = WINDOW if name == "last 512 only" else None
        weights = weights_of_head(model, text.tokens(), LIT["layer"], LIT["head"], chosen, keys)
        found[name] = {
            "beyond": round(float(weights[:-WINDOW].sum()), 3),
            "shades": "".join(map(str, np.digitize(weights, SHADES))),
        }
    return LIT | {"text": text.data.tobytes().decode(), "from_weight": SHADES, "readers": found}


def asked_before(old: dict) -> dict:
    return old.get("copies", {}).get("nats", {})


def command_line():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0, help="chooses the places that are read")
    parser.add_argument("--documents", type=int, default=8, help="one half is read")
    parser.add_argument("--more", action="store_true", help="add what the record at --out has not")
    parser.add_argument("--tiny", action="store_true", help="short texts, in half a minute")
    return parser.parse_args()


def results(controls, model, means, options, old: dict) -> dict:
    """Read in every way that ``old`` has not, and ask for the copies that it has not."""
    length, half = (768, 1) if options.tiny else (LENGTH, options.documents // 2)
    inv_freq, known = rope(64).inv_freq.double().numpy(), old.get("perplexity", {})
    ways, excerpts = (
        ways_of_reading(model.config, means, inv_freq, length),
        controls.excerpts(length),
    )
    found = {
        name: read([controls.nats(model, excerpts[:half], attend=attend)])
        for name, attend in ways.items()
        if name not in known
    }
    texts, size = controls.documents[:half], (600, 2) if options.tiny else (COPY_BACK, STRINGS)
    copies = copied(model, texts, ways, length, *size, asked_before(old))
    return {"length": length, "perplexity": known | found, "copies": copies}


def main():
    options = command_line()
    started, half = time.perf_counter(), 1 if options.tiny else options.documents // 2
    old = json.loads(options.out.read_text(encoding="utf-8")) if options.more else {}
    controls = Controls(options)
    controls.documents = controls.known[: 2 * half]
    model, inv_freq = controls.open("base"), rope(64).inv_freq.double().numpy()
    each = [contents(model, d, WINDOW if options.tiny else READ) for d in controls.documents]
    content = np.stack([one for one, _ in each])
    command = "python -m tools.measure_pairs " + " ".join(sys.argv[1:])
    record = provenance(command, controls.device, options.seed)
    assert not old or old["seed"] == options.seed
    found = results(controls, model, content[half:].mean(0), options, old)
    if options.more:
        assert found["length"] == old["length"]
        record["ways"] = [name for name in found["perplexity"] if name not in old["perplexity"]]
        record["copies"] = [name for name in COPYING if name not in asked_before(old)]
        record["seconds"] = round(time.perf_counter() - started, 1)
        found["more"] = [*old.get("more", []), record]
        write_whole(options.out, in_lines(old | found) + "\n")
        return
    record |= {
        "documents": [document.name for document in controls.documents],
        "spread": np.mean([one for _, one in each], 0).round(2).tolist(),
        "lift_by_document": [
            [round(float(lift_by_pair(head, inv_freq, WINDOW, LENGTH).sum()), 2) for head in one]
            for one in content
        ],
        "content": [
            {"real": c.real.round(4).tolist(), "imag": c.imag.round(4).tolist()}
            for c in content.mean(0)
        ],
        **found,
        "lit": lit(model, controls.documents[LIT["document"]]),
    }
    record["seconds"] = round(time.perf_counter() - started, 1)
    write_whole(options.out, in_lines(record) + "\n")


if __name__ == "__main__":
    main()
