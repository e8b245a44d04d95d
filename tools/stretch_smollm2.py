"""Stretch a published model by every method, untrained and after a little training.

    python -m lesson_utils fetch smollm2
    python -m tools.stretch_smollm2 zero_shot --out runs
    python -m tools.stretch_smollm2 finetune --out runs --seeds 0 1 2

The model is SmolLM2-135M-Instruct, whose window is 8,192 tokens. Its code is the eight longest
modules of SymPy, its prose the pages of Python's own help (pydoc_data/topics.py), neither of which
it is trained on here. Every context ends at the same tokens, and the same tokens are scored.
"""

import argparse
import json
import math
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.checkpoint import checkpoint

from lesson_utils.corpus import gather_training_text, read_document
from lesson_utils.files import make_folder, write_whole
from lesson_utils.hub.loading import open_config, open_model, open_tokenizer
from lesson_utils.hub.scoring import tokens_of
from lesson_utils.machine import choose_device, provenance
from lesson_utils.rope import RotaryFrequencies
from lesson_utils.scaling import by_name

WINDOW, BASE, HEAD_DIM = 8_192, 100_000.0, 64
END, SCORED = 32_768, 2_048
CONTEXTS = (2_304, 8_192, 16_384, 32_768)
DISTANCES = (256, 1_024, 4_096, 7_168, 10_240, 14_336, 20_480, 24_576, 30_720)
METHODS = {
    "rope": {},
    "pi": {},
    "ntk_aware": {},
    "ntk_by_parts": {"ramp": "index"},
    "yarn": {"ramp": "index"},
    "llama3": {},
    "abf": {"adjusted_base": 1_000_000.0},  # Code Llama's
}
COPIED = (1_000, 49_000)
"""Tokens that copied strings are made of: from the first up to the second."""
LOGITS_AT_ONCE = 4_096


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("stage", choices=("zero_shot", "finetune"))
    parser.add_argument("--model", default="smollm2", help="its name, or a GGUF file (smollm2)")
    parser.add_argument("--out", type=Path, required=True, help="folder of the records")
    parser.add_argument("--methods", nargs="+", default=[*METHODS])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--learning-rate", type=float, default=1e-4)
    parser.add_argument("--strings", type=int, default=16, help="strings copied at each distance")
    parser.add_argument("--documents", type=int, default=8, help="of each kind")
    parser.add_argument("--end", type=int, default=END, help="the token that contexts end at")
    options = parser.parse_args()
    make_folder(options.out)
    study = Study(options)
    stages = {"zero_shot": study.zero_shot, "finetune": study.finetune}
    for seed in options.seeds:
        started = time.perf_counter()
        measured = stages[options.stage](seed)
        command = "python -m tools.stretch_smollm2 " + " ".join(sys.argv[1:])
        record = provenance(command, study.device, seed) | {
            "seconds": round(time.perf_counter() - started, 1),
            "model": Path(options.model).name,
            "documents": {kind: [name for name, *_ in rows] for kind, rows in study.texts.items()},
            "methods": measured,
        }
        name = f"smollm2_{options.stage}_{seed}_{'_'.join(options.methods)}.json"
        write_whole(options.out / name, json.dumps(record, indent=1) + "\n")


class Study:
    """The model, its texts, and the measures that every method goes through."""

    def __init__(self, options):
        self.options = options
        self.device = choose_device("auto")
        self.tokenizer = open_tokenizer(options.model)
        config = open_config(options.model)
        self.model = open_model(options.model, config, self.device, torch.float32)
        self.model.requires_grad_(True)
        self.start = {name: w.clone() for name, w in self.model.state_dict().items()}
        contexts = [length for length in CONTEXTS if length <= options.end]
        self.contexts = contexts or [options.end]
        self.scored = min(SCORED, options.end // 2)
        code, prose = longest_modules(), help_pages()
        self.texts = {
            kind: [self.read(name, document) for name, document in documents[: options.documents]]
            for kind, documents in (("code", code), ("prose", prose(self.tokenizer, options.end)))
        }

    def read(self, name: str, document) -> tuple[str, torch.Tensor, torch.Tensor]:
        """Return a document's name, its first tokens, and the bytes of each."""
        pairs = []
        for pair in tokens_of(self.tokenizer, document):
            pairs.append(pair)
            if len(pairs) == self.options.end:
                break
        tokens, sizes = zip(*pairs, strict=True)
        return name, torch.tensor(tokens), torch.tensor(sizes)

    # --- the stages ---

    def zero_shot(self, seed: int) -> dict:
        measured = {}
        for method in self.options.methods:
            measured[method] = {"by_context": {}}
            for length in self.contexts:
                self.turn(method, length / WINDOW)
                measured[method]["by_context"][length] = self.perplexities(length)
            self.turn(method, self.options.end / WINDOW)
            measured[method] |= self.at_full_stretch(seed)
            print(method, json.dumps(measured[method]), flush=True)
        return measured

    def finetune(self, seed: int) -> dict:
        text = self.training_tokens(seed)
        measured = {}
        for method in self.options.methods:
            self.model.load_state_dict(self.start)
            self.turn(method, self.options.end / WINDOW)
            started = time.perf_counter()
            losses, on_the_way = self.train(text, seed)
            measured[method] = {
                "steps": self.options.steps,
                "learning_rate": self.options.learning_rate,
                "trained_tokens": self.options.steps * 2 * self.options.end,
                "seconds": round(time.perf_counter() - started, 1),
                "losses": losses,
                "perplexity_after_steps": on_the_way,
                "by_context": {length: self.perplexities(length) for length in self.contexts},
                **self.at_full_stretch(seed),
            }
            print(method, seed, json.dumps(measured[method]), flush=True)
        return measured

    def at_full_stretch(self, seed: int) -> dict:
        """Measure the price at short context, and what is copied from afar, at one setting."""
        window = next(n for n in (WINDOW, self.contexts[-1]) if n in self.contexts)
        return {
            "short_at_full_stretch": self.perplexities(self.contexts[0]),
            "window_at_full_stretch": self.perplexities(window),
            "copy": self.copied_from_afar(seed, self.options.end),
            "copy_in_window": self.copied_from_afar(seed, window),
        }

    # --- the model ---

    def turn(self, method: str, factor: float) -> None:
        """Set how fast each pair turns, in the one table that all layers use."""
        frequencies = frequencies_of(method, max(1.0, factor))
        rotary = self.model.model.rotary_emb
        rotary.inv_freq = frequencies.inv_freq.to(self.device)
        rotary.attention_scaling = frequencies.attention_scaling

    def token_losses(self, tokens: torch.Tensor, first: int) -> torch.Tensor:
        """Return the loss of every token from ``first`` on, nats, float32 [length - first]."""
        bfloat16 = torch.autocast(self.device.type, torch.bfloat16)
        with torch.inference_mode(), bfloat16:
            hidden = self.model.model(tokens[None], use_cache=False).last_hidden_state[0]
            losses = []
            for start in range(first, len(tokens), LOGITS_AT_ONCE):
                end = min(start + LOGITS_AT_ONCE, len(tokens))
                logits = self.model.lm_head(hidden[start - 1 : end - 1]).float()
                losses.append(F.cross_entropy(logits, tokens[start:end], reduction="none"))
        return torch.cat(losses)

    # --- the measures ---

    def perplexities(self, length: int) -> dict:
        """Score the last tokens of every document, seen from a context that ends with them."""
        found = {}
        for kind, documents in self.texts.items():
            by_document, nats, sizes = [], 0.0, 0
            for _, tokens, bytes_of in documents:
                losses = self.token_losses(tokens[-length:].to(self.device), length - self.scored)
                by_document.append(round(math.exp(losses.mean().item()), 4))
                nats += losses.sum().item()
                sizes += bytes_of[-self.scored :].sum().item()
            count = self.scored * len(documents)
            found[kind] = {
                "perplexity": round(math.exp(nats / count), 4),
                "bits_per_byte": round(nats / math.log(2) / sizes, 4),
                "by_document": by_document,
            }
        return found

    def copied_from_afar(self, seed: int, end: int, *, given: int = 4, length: int = 24) -> dict:
        """Let a random string begin again, so far back, and score the rest of it.

        One context holds a string for each distance; their second appearances stand at its end.
        Returns, by distance, the mean loss of the rest and the share of it that is guessed.
        """
        random = np.random.default_rng(seed)
        distances = [d for d in DISTANCES if d <= end - length * (len(DISTANCES) + 1)]
        nats = {d: [] for d in distances}
        filler = [tokens for _, tokens, _ in self.texts["code"]]
        for number in range(self.options.strings):
            tokens, places = filler[number % len(filler)][-end:].clone(), {}
            for place, distance in enumerate(random.permutation(distances)):
                again = end - length * (len(distances) - place)
                string = torch.from_numpy(random.integers(*COPIED, length))
                tokens[again - distance : again - distance + length] = string
                tokens[again : again + length] = string
                places[int(distance)] = again
            first = min(places.values())
            losses = self.token_losses(tokens.to(self.device), first).cpu()
            for distance, again in places.items():
                rest = slice(again - first + given, again - first + length)
                nats[distance].append(losses[rest].tolist())
        return {
            d: {
                "nats": round(float(np.mean(rows)), 4),
                "by_string": [round(float(np.mean(row)), 3) for row in rows],
                "likely": round(float((np.array(rows) < math.log(2)).mean()), 4),
            }
            for d, rows in nats.items()
        }

    # --- training ---

    def training_tokens(self, seed: int) -> torch.Tensor:
        """Tokenise files in a random order until there is enough text for the run."""
        data, files = gather_training_text()
        ends = np.cumsum([file.bytes + 1 for file in files])
        starts = ends - np.array([file.bytes + 1 for file in files])
        blocks = 200  # neighbours stay together, so that a window spans files of one package
        groups = [range(i, min(i + blocks, len(files))) for i in range(0, len(files), blocks)]
        np.random.default_rng(seed).shuffle(groups)
        wanted, found, texts = 3 * self.options.steps * 2 * self.options.end // 2, [], []
        for group in groups:
            for i in group:
                if not files[i].path.endswith("pydoc_data/topics.py"):
                    texts.append(data[starts[i] : ends[i] - 1].tobytes().decode(errors="replace"))
            for tokens in self.tokenizer(texts, verbose=False).input_ids:
                found += [*tokens, self.tokenizer.eos_token_id]
            texts = []
            if len(found) > max(wanted, 2 * self.options.end):
                break
        return torch.tensor(found, dtype=torch.int32)

    def train(self, text: torch.Tensor, seed: int) -> tuple[list, dict]:
        """Take steps of two windows each; return the losses, and perplexity after some steps."""
        optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=0.0, betas=(0.9, 0.95), weight_decay=0.0,
            fused=self.device.type == "cuda",
        )  # fmt: skip
        random = torch.Generator().manual_seed(seed)
        losses, on_the_way = [], {}
        for step in range(self.options.steps):
            if step in (0, 10, 20, 40, 80, 160, 320):
                on_the_way[step] = self.perplexities(self.options.end)["code"]["perplexity"]
            for group in optimizer.param_groups:
                group["lr"] = self.options.learning_rate * min(1.0, (step + 1) / 5)
            total = 0.0
            for start in torch.randint(len(text) - self.options.end, (2,), generator=random):
                tokens = text[start : start + self.options.end].long().to(self.device)
                loss = self.window_loss(tokens) / 2
                loss.backward()
                total += loss.item()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            losses.append(round(total, 4))
        on_the_way[self.options.steps] = self.perplexities(self.options.end)["code"]["perplexity"]
        return losses, on_the_way

    def window_loss(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return the mean loss of a window; its logits are made a piece at a time, twice."""
        with torch.autocast(self.device.type, torch.bfloat16):
            hidden = self.model.model(tokens[None], use_cache=False).last_hidden_state[0]
            total = 0.0
            for start in range(1, len(tokens), LOGITS_AT_ONCE):
                piece = slice(start, min(start + LOGITS_AT_ONCE, len(tokens)))
                before = hidden[piece.start - 1 : piece.stop - 1]
                total += checkpoint(self.piece_loss, before, tokens[piece], use_reentrant=False)
        return total / (len(tokens) - 1)

    def piece_loss(self, hidden: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(self.model.lm_head(hidden).float(), tokens, reduction="sum")


def frequencies_of(method: str, factor: float) -> RotaryFrequencies:
    """Return a method's frequencies for this model."""
    shape = {"head_dim": HEAD_DIM, "base": BASE, "trained_length": WINDOW}
    return by_name(method, factor=factor, **METHODS[method], **shape)


def longest_modules() -> list[tuple]:
    """Open SymPy's longest files, its tests and benchmarks among them."""
    folder = Path(find_spec("sympy").origin).parent
    paths = list(folder.rglob("*.py"))
    paths.sort(key=lambda path: -path.stat().st_size)
    return [(path.relative_to(folder.parent).as_posix(), read_document(path)) for path in paths[:8]]


def help_pages():
    """Return a function that cuts the pages of Python's help into documents of so many tokens."""
    from pydoc_data.topics import topics

    from lesson_utils.corpus import text_document

    def cut(tokenizer, length: int) -> list[tuple]:
        whole = "\n\n".join(topics[name] for name in sorted(topics))
        step = 6 * length  # bytes: more than a token of prose has
        count = len(whole) // step
        return [
            (f"Python's help, part {n}", text_document(whole[n * step : (n + 1) * step]))
            for n in range(count)
        ]

    return cut


if __name__ == "__main__":
    main()
