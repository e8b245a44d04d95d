"""Measure what the lessons claim of the tiny model, with another seed each time.

    python -m tools.gather_evidence base zero_shot sweeps tuned copies --seed 1 --out runs
    python -m tools.gather_evidence long stages far factors same_window --seed 1 --out runs
    python -m tools.gather_evidence base zero_shot tuned copies --tiny --out runs

Each part writes ``PART_SEED.json`` with its command, device, date and seed, and the weights that
later parts read. ``base`` trains a base model; seed 0 is the one that the course ships. ``tuned``
fine-tunes it at factor 8 by each method, ``long`` trains a model on windows of 4,096 from the
start, ``stages`` stretches in one step and in two. ``factors`` fine-tunes at larger factors, and
without a ramp, and asks for copies. ``same_window`` fine-tunes with the window left as it is.
``zero_shot``, ``copies`` and ``far`` read.
``--tiny`` does the same with a model and steps so small that nothing is learned.
"""

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from lesson_utils.copying import GIVEN, SCORED, copy_losses, copy_windows
from lesson_utils.corpus import Document, default_documents, gather_training_text
from lesson_utils.files import make_folder, write_whole
from lesson_utils.floors import score_compressor, score_counts
from lesson_utils.machine import choose_device, provenance
from lesson_utils.model import ModelConfig, TinyLlama, attend_last, rotary_attention
from lesson_utils.perplexity import scored_losses
from lesson_utils.rope import RotaryFrequencies, rope
from lesson_utils.scaling import by_name
from lesson_utils.training import TrainingConfig, loss_curve, train
from lesson_utils.weights import load, save

WINDOW, TARGET, FACTOR = 512, 4_096, 8
LENGTHS = (512, 1_024, 2_048, 4_096, 8_192, 16_384)
VARIANTS = {
    "rope": ("rope", {}),
    "pi": ("pi", {}),
    "ntk_aware": ("ntk_aware", {}),
    "ntk_by_parts_turns": ("ntk_by_parts", {"ramp": "turns"}),
    "ntk_by_parts_index": ("ntk_by_parts", {"ramp": "index"}),
    "yarn_turns": ("yarn", {"ramp": "turns"}),
    "yarn_index": ("yarn", {"ramp": "index"}),
    "llama3": ("llama3", {}),
    "abf": ("abf", {"adjusted_base": 500_000.0}),  # Llama 3's
}
TUNED = [name for name in VARIANTS if name != "llama3"]
MEASURE_AT = (0, 5, 10, 20, 40, 80, 160, 320)
COEFFICIENTS = [round(0.01 * c, 2) for c in range(16)]
SLOW, FAST = (0.5, 1.0, 2.0, 4.0), (4.0, 8.0, 16.0, 32.0, 64.0)
DISTANCES = (64, 128, 256, 384, 448, 768, 1_024, 1_536, 2_048, 3_072, 3_840)
ASKED = (256, 1_024, 2_048, 3_840)
"""Bytes from the first copy to the second, where each loss stands beside one without a copy."""
SPLIT = "split_at_16"
"""YaRN without a ramp: pairs 16 to 31 slower by the factor, and YaRN's multiplier."""
STRETCHED = [
    ("rope", 8), ("pi", 8), ("ntk_aware", 8), ("abf", 8), ("yarn_turns", 8), (SPLIT, 8),
    ("yarn_turns", 16), ("yarn_turns", 44),
]  # fmt: skip
"""At which factors ``factors`` fine-tunes; 44 is NTK-aware's that makes the base 500,000."""
HELPED = 1.0
"""Nats that the far text must save a judge on a byte, for far text to have helped there."""
BASE = TrainingConfig()
TUNING = TrainingConfig(steps=320, length=TARGET, learning_rate=5e-4, warmup_steps=10)
SHAPE = ModelConfig()
TINY = {
    "BASE": replace(BASE, steps=2, length=64, bytes_per_step=128, warmup_steps=1),
    "TUNING": replace(TUNING, steps=2, length=64, bytes_per_step=128, warmup_steps=1),
    "SHAPE": ModelConfig(hidden_size=64, intermediate_size=64, layers=1),
    "LENGTHS": (512, 1_024),
    "TARGET": 1_024,
    "MEASURE_AT": (0, 2),
    "COEFFICIENTS": [0.0, 0.1],
    "SLOW": (1.0,),
    "FAST": (32.0,),
    "DISTANCES": (64, 768),
    "ASKED": (768,),
    "STRETCHED": [("rope", 8), (SPLIT, 8)],
    "TUNED": ["rope", "yarn_index"],
    "HELPED": 0.0,
}


def frequencies(variant: str, factor: float, **options) -> RotaryFrequencies:
    if variant == SPLIT:
        multiplier = frequencies("yarn_turns", factor).attention_scaling
        return RotaryFrequencies(slowed(16, factor).inv_freq, multiplier)
    method, own = VARIANTS[variant]
    shape = {"head_dim": SHAPE.head_dim, "base": SHAPE.base, "trained_length": WINDOW}
    return by_name(method, factor=max(1.0, factor), **own, **shape, **options)


def slowed(first: int, factor: float) -> RotaryFrequencies:
    """Slow down the pairs from ``first`` on, and no others."""
    inv_freq = rope(SHAPE.head_dim, base=SHAPE.base).inv_freq.clone()
    inv_freq[first:] /= factor
    return RotaryFrequencies(inv_freq, 1.0)


class Study:
    """One seed: its documents, its device, and where its weights are."""

    def __init__(self, options):
        self.out, self.seed, self.tiny = options.out, options.seed, options.tiny
        self.device = choose_device("auto")
        self.documents = default_documents(1 if self.tiny else None)
        if self.tiny:
            self.documents = [document.excerpt(0, LENGTHS[-1]) for document in self.documents]
        self._text = None

    @property
    def text(self) -> np.ndarray:
        """The training text, gathered when it is first needed."""
        if self._text is None:
            self._text = self.documents[0].data if self.tiny else gather_training_text()[0]
        return self._text

    def weights(self, name: str) -> Path:
        folder = self.out / f"weights_{self.seed}"
        make_folder(folder)
        return folder / f"{name}.safetensors"

    def open(self, name: str, seed: int | None = None) -> TinyLlama:
        """Open weights of this study; the base of seed 0 is the one that the course ships."""
        seed = self.seed if seed is None else seed
        if name == "base" and seed == 0 and not self.tiny:
            return load("base", device=self.device)
        return load(self.out / f"weights_{seed}" / f"{name}.safetensors", device=self.device)

    def train(self, model: TinyLlama, config: TrainingConfig, chosen, name: str, **more) -> dict:
        """Train, save, and say what it took."""
        started = time.perf_counter()
        losses = train(model, self.text, config, chosen, **more)
        save(model, self.weights(name))
        return {
            "seconds": round(time.perf_counter() - started, 1),
            "trained_bytes": config.steps * config.bytes_per_step,
            "loss_curve": loss_curve(losses, 40),
        }

    # --- reading ---

    def nats(self, model, lengths, chosen, *, attend=rotary_attention, documents=None) -> dict:
        """Return the mean loss of each document at each length, over the same bytes."""
        found = {}
        for length in lengths:
            one = chosen(length) if callable(chosen) else chosen
            losses = [
                scored_losses(model, d, length, one, longest=max(lengths), attend=attend)
                for d in documents or self.documents
            ]
            found[length] = [round(float(row.mean(dtype=np.float64)), 5) for row in losses]
        return found

    # --- the parts ---

    def base(self) -> dict:
        if self.seed == 0 and not self.tiny:
            return {"note": "the base model that the course ships"}
        torch.manual_seed(self.seed)
        model = TinyLlama(SHAPE).to(self.device)
        return self.train(model, replace(BASE, seed=self.seed), rope(SHAPE.head_dim), "base")

    def zero_shot(self) -> dict:
        """Read at every length by every method; beside them the readers to beat."""
        model = self.open("base")
        rows = {
            variant: self.nats(model, LENGTHS, lambda n, v=variant: frequencies(v, n / WINDOW))
            for variant in VARIANTS
        }
        rows["last_512"] = self.nats(model, LENGTHS, None, attend=attend_last(WINDOW))
        longest = LENGTHS[-1]
        for name, score in (("counts", score_counts), ("compressor", score_compressor)):
            scores = [score([document], longest) for document in self.documents]
            rows[name] = [round(s.nats / s.scored_bytes, 5) for s in scores]
        return {"nats": rows}

    def sweeps(self) -> dict:
        """Vary the temperature at each factor, and the ends of the ramp at factor 8."""
        model = self.open("base")
        ramps = ("yarn_turns", "yarn_index")
        factors = [n // WINDOW for n in LENGTHS[1:-1] or LENGTHS[1:]]
        return {
            "temperature": {
                ramp: {
                    s: {
                        c: self.nats(
                            model,
                            [WINDOW * s],
                            frequencies(ramp, s, attention_scaling=c * float(np.log(s)) + 1),
                        )[WINDOW * s]
                        for c in COEFFICIENTS
                    }
                    for s in factors
                }
                for ramp in ramps
            },
            "ends": {
                ramp: {
                    f"{slow:g},{fast:g}": self.nats(
                        model,
                        [TARGET],
                        frequencies(ramp, TARGET / WINDOW, beta_slow=slow, beta_fast=fast),
                    )[TARGET]
                    for slow in SLOW
                    for fast in FAST
                    if slow < fast
                }
                for ramp in ramps
            },
        }

    def tuned(self) -> dict:
        """Fine-tune at factor 8 by each method, and read at 512 and 4,096 on the way."""
        config, runs = replace(TUNING, seed=self.seed), {}
        for variant in TUNED:
            model, chosen, measured = self.open("base"), frequencies(variant, FACTOR), {}

            def measure(step, model, chosen=chosen, measured=measured):
                if step in MEASURE_AT:
                    measured[step] = self.nats(model, (WINDOW, TARGET), chosen)

            runs[variant] = self.train(model, config, chosen, f"tuned_{variant}", on_step=measure)
            runs[variant]["nats_after_steps"] = measured
            runs[variant]["nats_by_length"] = self.nats(model, LENGTHS, chosen)
            print(variant, runs[variant]["seconds"], flush=True)
        return {"factor": FACTOR, "steps": config.steps, "runs": runs}

    def copies(self) -> dict:
        """Copy from afar: inside the window, and in texts of 4,096, untuned and tuned."""
        base, rows = self.open("base"), {}
        for form in ("bare", "code"):
            rows[form] = {"inside 512": self.copied(base, None, form, length=WINDOW)}
            forgetful = {"attend": attend_last(WINDOW)}
            rows[form]["last 512 only"] = self.copied(base, None, form, **forgetful)
            for variant in VARIANTS:
                chosen = frequencies(variant, FACTOR)
                rows[form][f"{variant}, untuned"] = self.copied(base, chosen, form)
                if variant in TUNED:
                    model = self.open(f"tuned_{variant}")
                    rows[form][f"{variant}, tuned"] = self.copied(model, chosen, form)
        return {"nats": rows}

    def copied(self, model, chosen, form: str, *, length=None, attend=rotary_attention) -> dict:
        """Return by distance the mean loss of each string's scored bytes, and the share guessed."""
        length, found = length or TARGET, {}
        for distance in DISTANCES:
            if distance > length - 48:
                continue
            windows = copy_windows(
                self.documents,
                distance,
                length=length,
                strings=2 if self.tiny else 32,
                form=form,
                seed=self.seed,
            )
            losses = copy_losses(model, windows, chosen, attend=attend)
            by_string = [round(float(row.mean()), 3) for row in losses]
            found[distance] = {
                "nats": round(float(losses.mean()), 4),
                "likely": round(float((losses < np.log(2)).mean()), 4),
                "by_string": by_string,
            }
        return found

    def long(self) -> dict:
        """Train the same model on windows of 4,096 from the start, with as many bytes."""
        torch.manual_seed(self.seed)
        model = TinyLlama(replace(SHAPE, trained_length=TARGET)).to(self.device)
        config = replace(BASE, length=TUNING.length, seed=self.seed)
        record = self.train(model, config, rope(SHAPE.head_dim), "long")
        record["nats_by_length"] = self.nats(model, LENGTHS, None)
        record["copies"] = {form: self.copied(model, None, form) for form in ("bare", "code")}
        return record

    def stages(self) -> dict:
        """Stretch 16 times at once, and 8 times and then 16 times, with as many bytes."""
        last, far = 2 * FACTOR, "yarn_index"
        whole = replace(TUNING, length=2 * TUNING.length, seed=self.seed)
        half = replace(whole, steps=whole.steps // 2)
        once, twice = self.open("base"), self.open("base")
        chosen = frequencies(far, last)
        found = {"at once": self.train(once, whole, chosen, "once")}
        first = replace(half, length=TUNING.length)
        self.train(twice, first, frequencies(far, FACTOR), "first_stage")
        found["in two"] = self.train(twice, replace(half, seed=half.seed + 100), chosen, "twice")
        for name, model in (("at once", once), ("in two", twice)):
            found[name]["nats_by_length"] = self.nats(model, LENGTHS, chosen)
        return found

    def far(self) -> dict:
        """Read the bytes that far text helps, chosen by a long model of another seed."""
        judge = self.open("long", seed=(self.seed + 1) % 3)
        helped = [self.gain(judge, document) > HELPED for document in self.documents]
        rows = {"bytes": [int(mask.sum()) for mask in helped]}
        base, longest = self.open("base"), {"longest": TARGET}
        readers = {
            "512 bytes at once": (base, WINDOW, None, rotary_attention),
            "last 512 only": (base, TARGET, None, attend_last(WINDOW)),
            "long from the start": (self.open("long"), TARGET, None, rotary_attention),
        }
        for variant in VARIANTS:
            chosen = frequencies(variant, FACTOR)
            readers[f"{variant}, untuned"] = (base, TARGET, chosen, rotary_attention)
            if variant in TUNED:
                model = self.open(f"tuned_{variant}")
                readers[f"{variant}, tuned"] = (model, TARGET, chosen, rotary_attention)
        for name, (model, length, chosen, attend) in readers.items():
            nats = []
            for document, mask in zip(self.documents, helped, strict=True):
                losses = scored_losses(model, document, length, chosen, attend=attend, **longest)
                nats.append([mean_of(losses[m]) for m in (mask, ~mask)])
            rows[name] = nats
        scored = len(helped[0])
        return {
            "judge": (self.seed + 1) % 3,
            "scored_bytes": scored,
            "nats_where_far_helps_and_elsewhere": rows,
        }

    def factors(self) -> dict:
        """Read and copy untuned and tuned, at factor 8, at larger ones, and without a ramp.

        Lesson 08 finds that a base of 500,000, which is NTK-aware's factor 44, copies from afar
        better than YaRN at factor 8. Refuted as a merit of the base, if YaRN at as large a factor
        does as well. Lesson 07 asks what the ramp is for: nothing, if the split does as well.
        Each copy stands beside the loss of the same string where it has no first copy.
        """
        config, rows = replace(TUNING, seed=self.seed), {}
        for variant, factor in STRETCHED:
            chosen, model = frequencies(variant, factor), self.open("base")
            name = f"{variant}, factor {factor}"
            rows[f"{name}, untuned"] = self.asked(model, chosen)
            self.train(model, config, chosen, f"factors_{variant}_{factor}")
            rows[f"{name}, tuned"] = self.asked(model, chosen)
            print(name, flush=True)
        forgetful = attend_last(WINDOW)
        rows["last 512 only"] = self.asked(self.open("base"), None, attend=forgetful)
        return {"steps": config.steps, "rows": rows}

    def same_window(self) -> dict:
        """Fine-tune with the old window, and with YaRN on one 8 times as long; read 512 bytes.

        A model tuned at factor 8 is level with the base model at 512 bytes, and has read 13 % more
        text. A price is hidden there, if the same text in windows of 512 makes the base better.
        """
        longer = replace(TUNING, seed=self.seed)
        # With the seed of the base, this length would draw again the windows that it began with.
        same = replace(longer, length=longer.length // FACTOR, seed=self.seed + 100)
        plain, yarn = frequencies("rope", 1), frequencies("yarn_turns", FACTOR)
        found = {"untuned": self.nats(self.open("base"), (WINDOW, TARGET), plain)[WINDOW]}
        for name, config, chosen in (("rope_512", same, plain), ("yarn_4096", longer, yarn)):
            model = self.open("base")
            self.train(model, config, chosen, f"same_window_{name}")
            found[name] = self.nats(model, (WINDOW, TARGET), chosen)[WINDOW]
        took = {"steps": longer.steps, "trained_bytes": longer.steps * longer.bytes_per_step}
        return {**took, "nats_at_512": found}

    def asked(self, model, chosen, *, attend=rotary_attention) -> dict:
        found = {"nats_by_length": self.nats(model, (WINDOW, TARGET), chosen, attend=attend)}
        for distance in ASKED:
            windows = copy_windows(
                self.documents, distance, length=TARGET, strings=2 if self.tiny else 32,
                seed=self.seed,
            )  # fmt: skip
            without = with_nothing_to_copy(windows)
            found[distance] = {
                what: [
                    round(float(row.mean()), 3)
                    for row in copy_losses(model, some, chosen, attend=attend)
                ]
                for what, some in (("copy", windows), ("nothing to copy", without))
            }
        return found

    def gain(self, judge: TinyLlama, document: Document) -> np.ndarray:
        """Say how many nats a reader gains on each byte by reading 4,096 bytes instead of 512."""
        near, far = (scored_losses(judge, document, n, longest=TARGET) for n in (WINDOW, TARGET))
        return near - far


def with_nothing_to_copy(windows: torch.Tensor) -> torch.Tensor:
    """Let each window of :func:`copy_windows` end in the string of another."""
    others = windows[:, -GIVEN - SCORED :].roll(1, 0)
    return torch.cat((windows[:, : -GIVEN - SCORED], others), dim=1)


def mean_of(losses: np.ndarray) -> float | None:
    return round(float(losses.mean(dtype=np.float64)), 4) if len(losses) else None


PARTS = (
    "base", "zero_shot", "sweeps", "tuned", "copies", "long", "stages", "far", "factors",
    "same_window",
)  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("parts", nargs="+", choices=PARTS)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tiny", action="store_true", help="learn nothing, in a minute")
    options = parser.parse_args()
    make_folder(options.out)
    if options.tiny:
        globals().update(TINY)
    study = Study(options)
    command = "python -m tools.gather_evidence " + " ".join(sys.argv[1:])
    for part in options.parts:
        started = time.perf_counter()
        measured = getattr(study, part)()
        took = {"seconds_in_all": round(time.perf_counter() - started, 1)}
        record = {**provenance(command, study.device, options.seed), **took, **measured}
        path = options.out / f"{part}_{options.seed}.json"
        write_whole(path, json.dumps(record, indent=1) + "\n")
        print(part, took, flush=True)


if __name__ == "__main__":
    main()
