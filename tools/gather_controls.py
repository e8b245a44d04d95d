"""Run the controls for what the lessons explain, on the models that the course ships.

    python -m tools.gather_controls heads stopped neighbours more_keys search --out runs
    python -m tools.gather_controls nothing_to_copy keys_found spreading --out runs
    python -m tools.gather_controls heads keys_found --seed 1 --documents 32 --out runs
    python -m tools.gather_controls heads stopped neighbours --tiny --out runs

A lesson explains what it saw in one text, one head or one run. Each part here does the same with
many, and with the other condition beside it; its docstring says what would have refuted the
explanation. Each part writes ``PART_SEED.json`` with its command, device, date and seed, and all
results by document. A seed chooses the places in the documents, the keys and what is drawn by lot.
``--documents`` takes more of them. ``--tiny`` does the same with the first two layers on short
texts, in seconds.
"""

import argparse
import itertools
import json
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from lesson_utils import scoreboard
from lesson_utils.attention import doubling_distances, looks_by_distance
from lesson_utils.copying import CHARACTERS, copy_losses, copy_windows
from lesson_utils.corpus import Document, default_documents
from lesson_utils.files import make_folder, write_whole
from lesson_utils.machine import choose_device, provenance
from lesson_utils.model import TinyLlama, attend_last, rotary_attention
from lesson_utils.perplexity import scored_losses
from lesson_utils.rope import RotaryFrequencies, cos_sin, rope, rotate_half_split
from lesson_utils.weights import load
from tools.gather_evidence import FACTOR, VARIANTS, WINDOW, frequencies, with_nothing_to_copy

TUNED = {"rope": "rope", "pi": "pi", "ntk_aware": "ntk_aware", "yarn": "yarn_turns"}
"""The shipped fine-tuned models, and with which frequencies each of them was tuned."""
SHORT, LONG, SEARCHED = 2_048, 4_096, scoreboard.LENGTH
PLACES = (575, 767, 1_023, 1_535, 2_047)
QUERIES = 16
"""So many queries in a row, the last one at the place, are averaged."""
LAYERS = None
"""So many layers of a model are used; None means all."""
READ_BY_HEAD = 3
"""Documents that are read once for each head."""
STOPS = {"none": 32, "23–31": 23, "19–31": 19, "16–31": 16}
NEAR, NEAR_FACTOR = 8, 5
"""Offsets below the first are near; the second is more than any text here is stretched by."""
DIVIDED_BY = {
    "none": (1, 1),
    "near": (NEAR_FACTOR, 1),
    "far": (1, NEAR_FACTOR),
    "all": (NEAR_FACTOR, NEAR_FACTOR),
}
"""By what PI divides near and far offsets."""
SHARES = (1 / 16, 1 / 4, 1.0)
SHARPER = (1.1, 1.2, 1.3)
COPY_BACK, STRINGS = 1_024, 32
"""Bytes from the first copy to the second, and how many windows have each a string of its own."""
DEPTHS = (0.2, 0.5, 0.7, 0.9)
KEYS, KEY_BYTES = 2, 8
SECRET, QUESTION = b"\nPASSKEY = '%s'\n", b"\nassert PASSKEY == '"
TINY = {
    "SHORT": 768,
    "LONG": 1_024,
    "SEARCHED": 1_024,
    "PLACES": (575, 767),
    "LAYERS": 2,
    "READ_BY_HEAD": 1,
    "SHARES": (1 / 4, 1.0),
    "SHARPER": (1.2,),
    "COPY_BACK": 768,
    "STRINGS": 2,
    "DEPTHS": (0.2, 0.9),
}


class Controls:
    """One seed: its documents, and its device."""

    def __init__(self, options):
        self.seed, self.device = options.seed, choose_device("auto")
        sets = (scoreboard.PRACTICE, scoreboard.HELD_OUT, scoreboard.SEARCH)
        self.known = default_documents() + [d for s in sets for d in scoreboard.documents(s)]
        self.count = 1 if options.tiny else options.documents
        self.documents = self.known[: self.count]

    def open(self, name: str) -> TinyLlama:
        model = load(name, device=self.device)
        model.model.layers = model.model.layers[:LAYERS]
        model.config = replace(model.config, layers=len(model.model.layers))
        return model

    def excerpts(self, length: int) -> list[Document]:
        """Take a piece of each document, at a place that follows from the seed."""
        random = np.random.default_rng(self.seed)
        starts = [int(random.integers(len(d) - length + 1)) for d in self.documents]
        return [
            d.excerpt(start, start + length, name=d.name)
            for d, start in zip(self.documents, starts, strict=True)
        ]

    def nats(
        self, model, documents, chosen=None, *, length=None, attend=rotary_attention
    ) -> list[float]:
        """Return the mean loss of the second half of each document, read at once or in windows."""
        losses = [
            scored_losses(model, d, length or len(d), chosen, longest=len(d), attend=attend)
            for d in documents
        ]
        return [round(float(row.mean(dtype=np.float64)), 5) for row in losses]

    # --- the parts ---

    def heads(self) -> dict:
        """Ask every head how much of its attention goes beyond the trained window, at factor 4.

        Lesson 04 shows one head at one byte. It stands for all if most heads send far more there
        than uniform attention would. Beside it, what that does: each head alone may look beyond
        the window, while the other 23 may not.
        """
        model, excerpts = self.open("base"), self.excerpts(SHORT)
        queries = np.array([np.arange(p - QUERIES + 1, p + 1) for p in PLACES])
        shares = {
            variant: [
                self.beyond(model, d, queries, frequencies(variant, 4)).tolist() for d in excerpts
            ]
            for variant in VARIANTS
        }
        uniform = ((queries + 1 - WINDOW) / (queries + 1)).mean(1).round(4).tolist()
        who = {"places": PLACES, "queries": QUERIES, "uniform": uniform}
        return {**who, "shares": shares, "nats": self.free_in_turn(model, excerpts)}

    def beyond(self, model, document, queries, chosen) -> np.ndarray:
        """Return the share that goes 512 bytes back or further, [layers, heads, places]."""
        tokens = document.tokens().to(self.device)
        looks = looks_by_distance(model, tokens, queries.flatten().tolist(), chosen)
        first = doubling_distances(len(tokens)).index(WINDOW)
        share = looks.shares[..., first:].sum(-1, dtype=np.float64)
        return share.reshape(*share.shape[:2], *queries.shape).mean(-1).round(4)

    def free_in_turn(self, model, excerpts) -> dict:
        """Read while all heads, no head, and each head alone may look beyond the window."""
        shape = (model.config.layers, model.config.heads)
        settings = {"all": torch.ones(shape), "none": torch.zeros(shape)}
        found = {
            name: self.nats(model, excerpts, attend=free_heads(free.bool()))
            for name, free in settings.items()
        }
        for layer, head in itertools.product(*map(range, shape)):
            one = torch.zeros(shape, dtype=torch.bool)
            one[layer, head] = True
            some = excerpts[:READ_BY_HEAD]
            found[f"{layer}.{head}"] = self.nats(model, some, attend=free_heads(one))
        return found

    def stopped(self) -> dict:
        """Stop the same pairs in all four fine-tuned models.

        Lesson 08 says that the model tuned with plain RoPE does without the pairs that never
        finish a turn, and that YaRN and PI lean on them. But it stops 9 pairs in one model and 16
        in others. Refuted if, with the same pairs stopped, plain RoPE loses as much as YaRN does.
        """
        excerpts, rows = self.excerpts(LONG), {}
        for name, variant in TUNED.items():
            model, chosen = self.open(name), frequencies(variant, FACTOR)
            rows[name] = {
                stop: self.nats(model, excerpts, stop_from(chosen, first))
                for stop, first in STOPS.items()
            }
        return {"length": LONG, "nats": rows}

    def neighbours(self) -> dict:
        """Let PI have the near offsets alone, all but the near ones, or all.

        Lesson 05 says that PI harms the untuned model because its neighbours come closer together.
        Refuted if the harm goes with the far offsets: if PI on the near ones alone does little, or
        PI on all others does much. The far offsets go on where the near ones end, and the factor is
        large enough that no form meets a new angle.
        """
        model, excerpts, rows = self.open("base"), self.excerpts(SHORT), {}
        for length in (WINDOW, SHORT):
            rows[str(length)] = {}
            forms = {form: near_and_far(*factors) for form, factors in DIVIDED_BY.items()}
            for form, attend in (forms | {"last_512": attend_last(WINDOW)}).items():
                rows[str(length)][form] = self.nats(model, excerpts, length=length, attend=attend)
        return {"near": NEAR, "factor": NEAR_FACTOR, "longest": SHORT, "nats": rows}

    def more_keys(self) -> dict:
        """Give the base model more keys without new angles, and new angles without more keys.

        Lesson 04 holds slow pairs at offset 511, and says that what is still amiss comes from
        softmax over four times as many keys. (The number as such does nothing: each key four times
        over gives the same weights, summed. More keys can only hurt if they are other keys.) So
        near keys stay as they are, and a share of the far keys, drawn by lot, is added to them

        - ``held``: all at offset 511 in all pairs, so no angle is new;
        - ``spread``: each at an offset of its own from 256 to 511, so no angle is new;
        - ``slow held``: as in the lesson, pairs 10 to 31 at 511 and the others at their offset;
        - ``true``: at their true offset.

        Refuted if ``held`` and ``spread`` read as well with all far keys as with none. That it is
        the softmax is refuted if sharper scores do not win back what was lost, or win as much
        where no key was added. New angles alone are harmless if a few ``true`` keys are.
        """
        model, excerpts = self.open("base"), self.excerpts(SHORT)
        random = np.random.default_rng(self.seed)
        lot = torch.from_numpy(random.random(SHORT)).to(self.device)
        edge = torch.full((SHORT,), WINDOW - 1)
        spread = torch.from_numpy(random.integers(WINDOW // 2, WINDOW, SHORT))
        forms = {
            "held": {"offsets": edge},
            "spread": {"offsets": spread},
            "slow held": {"offsets": edge, "first_pair": 10},
            "true": {},
        }
        rows = {"no far key": {"0": self.sharper(model, excerpts, lot < 0)}}
        for name, form in forms.items():
            rows[name] = {}
            for share in SHARES:
                sharper = SHARPER if share == 1 else ()
                read = self.sharper(model, excerpts, lot < share, sharper=sharper, **form)
                rows[name][f"{share:g}"] = read
        return {"length": SHORT, "scores_times": [1, *SHARPER], "nats": rows}

    def sharper(self, model, excerpts, kept, *, sharper=None, **form) -> dict:
        """Read with the scores as they are, and multiplied."""
        return {
            f"{times:g}": self.nats(model, excerpts, attend=far_keys(kept, sharpen=times, **form))
            for times in (1.0, *(SHARPER if sharper is None else sharper))
        }

    def search(self) -> dict:
        """Read each document with what the searches of lesson 10 found, and with their start.

        It seems that few documents mislead a search, since only a part of the gain on three
        documents holds on others. A search that never saw these three is the control. Refuted if
        as small a part of *its* gain there holds on the held-out documents. The seed changes
        nothing here; another run of the searches would (``tools/search_recipe.py --seed``).
        """
        model, marks = self.open("base"), scoreboard.marks()
        recipes = {
            "start": marks["YaRN, index, fitted temperature"],
            "3 documents": marks["found on 3"],
            "16 documents": marks["found on 16"],
        }
        sets = {
            "practice": scoreboard.documents(scoreboard.PRACTICE),
            "held_out": scoreboard.documents(scoreboard.HELD_OUT),
            "course": default_documents(),
        }
        rows = {}
        for name, documents in sets.items():
            texts = [d.excerpt(0, SEARCHED) for d in documents[: self.count]]
            rows[name] = {one: self.nats(model, texts, f) for one, f in recipes.items()}
            print(name, flush=True)
        names = {name: [d.name for d in some[: self.count]] for name, some in sets.items()}
        return {"length": SEARCHED, "documents": names, "nats": rows}

    def nothing_to_copy(self) -> dict:
        """Ask each reader for a second copy whose first copy is not in its window.

        Lessons 05 and 06 say which readers copy from afar. One that copies has a lower loss than it
        has itself with nothing to copy. Refuted where the two are as high. The windows are those
        that ``tools.gather_evidence copies`` reads with the same seed. For the control each ends
        in the string of another.
        """
        windows = copy_windows(
            self.documents, COPY_BACK, length=LONG, strings=STRINGS, seed=self.seed
        )
        without = with_nothing_to_copy(windows)
        base, rows = self.open("base"), {}
        readers = {"last 512 only": (base, None, attend_last(WINDOW))}
        for variant in ("pi", "ntk_aware", "abf", "yarn_turns"):
            chosen = frequencies(variant, FACTOR)
            readers[f"{variant}, untuned"] = (base, chosen, rotary_attention)
        for name, variant in TUNED.items():
            chosen = frequencies(variant, FACTOR)
            readers[f"{variant}, tuned"] = (self.open(name), chosen, rotary_attention)
        for name, (model, chosen, attend) in readers.items():
            rows[name] = {
                what: [
                    round(float(row.mean()), 4)
                    for row in copy_losses(model, asked, chosen, attend=attend)
                ]
                for what, asked in (("copy", windows), ("nothing", without))
            }
            print(name, flush=True)
        return {"length": LONG, "back": COPY_BACK, "nats": rows}

    def keys_found(self) -> dict:
        """Hide keys at several depths of several documents, and ask each model for them.

        Exercise 08.3 hides one key at two depths of one document, and says that all four tuned
        models find it near the end, and that in the middle only YaRN's is clearly better than a
        guess. Refuted if that changes with the key and the document. Of each key it is counted how
        many bytes are the model's first choice, given those before; if all are, it is found.
        """
        yarn = frequencies("yarn_turns", FACTOR)
        readers = {
            f"{name}, tuned": (self.open(name), frequencies(variant, FACTOR), rotary_attention)
            for name, variant in TUNED.items()
        }
        readers["yarn, untuned"] = (self.open("base"), yarn, rotary_attention)
        readers["last 512 only"] = (self.open("base"), None, attend_last(WINDOW))
        rows = {name: {depth: {"nats": [], "right": []} for depth in DEPTHS} for name in readers}
        random = np.random.default_rng(self.seed)
        for document in self.excerpts(LONG):
            keys = [random.choice(CHARACTERS, KEY_BYTES).tobytes() for _ in range(KEYS)]
            for depth, (name, reader) in itertools.product(DEPTHS, readers.items()):
                prompts = torch.stack([hide_key(document, key, depth) for key in keys])
                asked = ask(prompts.to(self.device), *reader)
                for what, values in zip(("nats", "right"), asked, strict=True):
                    rows[name][depth][what].append(values)
            print(document.name, flush=True)
        return {"length": LONG, "keys_in_a_document": KEYS, "readers": rows}

    def spreading(self) -> dict:
        """Count the keys that share the attention, with each of two changes alone and with both.

        Lesson 07 says that NTK-by-parts spreads attention, and that slower pairs do so as well as a
        longer window. Refuted if slowed pairs alone, in windows of 512 bytes, spread it no more
        than plain RoPE does there. A share of each cause is refuted if it depends on which change
        is made first. The second half of each window is asked.
        """
        model, slowed, rows = self.open("base"), frequencies("ntk_by_parts_turns", 4), {}
        for length, (label, chosen) in itertools.product(
            (WINDOW, SHORT), (("unchanged", None), ("slowed", slowed))
        ):
            rows[f"{length}, {label}"] = [
                self.keys_sharing(model, document, length, chosen)
                for document in self.excerpts(SHORT)
            ]
        return {"length": SHORT, "factor": 4, "keys": rows}

    def keys_sharing(self, model, document, length, chosen) -> float:
        """Return e to the mean entropy of all heads, read in whole windows of ``length``."""
        tokens = document.tokens().to(self.device)
        windows = tokens[: len(tokens) // length * length].split(length)
        asked = range(length // 2, length)
        keys = [looks_by_distance(model, one, asked, chosen).keys for one in windows]
        return round(float(np.exp(np.log(np.stack(keys)).mean(dtype=np.float64))), 4)


# --- what the parts do to a model ---


def free_heads(free: torch.Tensor) -> Callable:
    """Make an attention in which only the free heads, bool [layers, heads], see far keys.

    Layers are counted as they attend, so a reading must go through all of them.
    """
    near, layers = attend_last(WINDOW), itertools.cycle(free)

    def attend(q, k, v, cos, sin):
        chosen = next(layers).to(q.device)[:, None, None]
        if not chosen.any():
            return near(q, k, v, cos, sin)
        far = rotary_attention(q, k, v, cos, sin)
        return far if chosen.all() else torch.where(chosen, far, near(q, k, v, cos, sin))

    return attend


def stop_from(chosen: RotaryFrequencies, first_pair: int) -> RotaryFrequencies:
    """Give all pairs from this one on the frequency 0: the same angle at every offset."""
    inv_freq = chosen.inv_freq.clone()
    inv_freq[first_pair:] = 0
    return RotaryFrequencies(inv_freq, chosen.attention_scaling)


def far_keys(
    kept: torch.Tensor,
    offsets: torch.Tensor | None = None,
    *,
    first_pair: int = 0,
    sharpen: float = 1.0,
) -> Callable:
    """Make an attention that sees all near keys, and of the far ones (512 back or more) some.

    Parameters
    ----------
    kept : torch.Tensor
        bool [n], which keys are still seen from afar.
    offsets : torch.Tensor, optional
        int64 [n], 0 to 511: the offset that each key pretends from afar. Left out: the true one.
    first_pair : int
        Only this pair and slower ones pretend.
    sharpen : float
        What all scores are multiplied by.

    Returns
    -------
    callable
        ``(q, k, v, cos, sin) -> mixed values``, for texts of n bytes and plain RoPE.
    """

    def attend(q, k, v, cos, sin):
        at = torch.arange(len(kept), device=q.device)
        back = at[:, None] - at
        scores = rotate_half_split(q, cos, sin) @ rotate_half_split(k, cos, sin).mT
        if offsets is not None:
            plain = rope(q.shape[-1])
            edge = [x.float() for x in cos_sin(plain, torch.full_like(at, WINDOW - 1))]
            key = [x.float() for x in cos_sin(plain, WINDOW - 1 - offsets.to(q.device))]
            for true, *told in zip((cos, sin), edge, key, strict=True):
                for table in told:
                    table[:, :first_pair] = true[:, :first_pair]
            pretended = rotate_half_split(q, *edge) @ rotate_half_split(k, *key).mT
            scores = torch.where(back < WINDOW, scores, pretended)
        seen = (back >= 0) & ((back < WINDOW) | kept.to(q.device))
        scores = scores * (sharpen / math.sqrt(q.shape[-1]))
        return scores.masked_fill(~seen, -math.inf).softmax(-1) @ v

    return attend


def near_and_far(near_factor: float, far_factor: float, near: int = NEAR) -> Callable:
    """Make an attention of plain RoPE that divides near offsets by one factor and far by another.

    An offset below ``near`` is seen as that over ``near_factor``. From there on, each step counts
    1 / ``far_factor``.

    Returns
    -------
    callable
        ``(q, k, v, cos, sin) -> mixed values``; time and memory grow with the square of the length.
    """

    def attend(q, k, v, cos, sin):
        plain, at = rope(q.shape[-1]), torch.arange(q.shape[-2], device=q.device)
        back = at[:, None] - at

        def scores(factor, shift):
            of_q, of_k = (cos_sin(plain, at.double() / factor + first) for first in (shift, 0))
            of_q, of_k = ([x.float() for x in tables] for tables in (of_q, of_k))
            return rotate_half_split(q, *of_q) @ rotate_half_split(k, *of_k).mT

        far = scores(far_factor, near / near_factor - near / far_factor)
        mixed = torch.where(back < near, scores(near_factor, 0), far) / math.sqrt(q.shape[-1])
        return mixed.masked_fill(back < 0, -math.inf).softmax(-1) @ v

    return attend


def hide_key(document: Document, key: bytes, depth: float) -> torch.Tensor:
    """Hide a key in a document and ask for it: as many bytes as before, the last ones the key."""
    secret = SECRET % key
    room = len(document) - len(secret) - len(QUESTION) - len(key)
    cut, text = round(depth * room), document.data.tobytes()
    prompt = text[:cut] + secret + text[cut:room] + QUESTION + key
    return torch.frombuffer(bytearray(prompt), dtype=torch.uint8).long()


@torch.inference_mode()
def ask(prompts: torch.Tensor, model: TinyLlama, chosen, attend) -> tuple[Sequence, Sequence]:
    """Return for each prompt the key's mean loss, and how many of its bytes were first choices."""
    hidden = model.hidden(prompts, chosen, attend=attend)[:, -KEY_BYTES - 1 : -1]
    odds, key = model.logits(hidden).log_softmax(-1), prompts[:, -KEY_BYTES:]
    nats = -odds.gather(-1, key[..., None])[..., 0].mean(-1)
    right = (odds.argmax(-1) == key).sum(-1)
    return [round(value, 4) for value in nats.tolist()], right.tolist()


PARTS = (
    "heads",
    "stopped",
    "neighbours",
    "more_keys",
    "search",
    "nothing_to_copy",
    "keys_found",
    "spreading",
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("parts", nargs="+", choices=PARTS)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--documents", type=int, default=8, help="1 to 32; of a set, in search")
    parser.add_argument("--tiny", action="store_true", help="two layers, short texts")
    options = parser.parse_args()
    make_folder(options.out)
    if options.tiny:
        globals().update(TINY)
    controls = Controls(options)
    command = "python -m tools.gather_controls " + " ".join(sys.argv[1:])
    for part in options.parts:
        started = time.perf_counter()
        measured = getattr(controls, part)()
        took = {"seconds_in_all": round(time.perf_counter() - started, 1)}
        read = {"documents": [document.name for document in controls.documents]}
        record = {**provenance(command, controls.device, options.seed), **took, **read, **measured}
        path = options.out / f"{part}_{options.seed}.json"
        write_whole(path, json.dumps(record, indent=1) + "\n")
        print(part, took, flush=True)


if __name__ == "__main__":
    main()
