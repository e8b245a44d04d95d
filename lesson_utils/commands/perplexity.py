"""``python -m lesson_utils perplexity``: read long documents, and score every byte."""

import json
import shutil
import sys
import time

from lesson_utils.commands.options import (
    METHOD_OPTIONS,
    add_device,
    add_method,
    frequencies_for,
)
from lesson_utils.commands.perplexity_of_model import DTYPES, TheirModel
from lesson_utils.machine import choose_device
from lesson_utils.methods import TABLE

HELP = "read long documents and score every byte"


def add_arguments(parser) -> None:
    add_method(parser, required=False)
    parser.add_argument(
        "--lengths",
        required=True,
        metavar="N,N,…",
        help="windows, in bytes; each scores the bytes that the longest can score",
    )
    parser.add_argument(
        "--last",
        type=int,
        metavar="N",
        help="let each byte see the last N only, which is the reader to beat; with --weights",
    )
    either = parser.add_mutually_exclusive_group()
    either.add_argument(
        "--weights", default="base", help="base, rope, pi, ntk_aware, yarn, or a path (base)"
    )
    either.add_argument(
        "--model",
        metavar="MODEL",
        help="a model of others': smollm2 (see `fetch`), a GGUF file, a folder, or an id on the "
        "Hugging Face hub. Lengths are then in tokens, and --method, if given, replaces the "
        "model's own",
    )
    parser.add_argument(
        "--dtype",
        choices=DTYPES,
        default="auto",
        help="with --model (auto: float32 on a CPU, bfloat16 or float16 on a GPU)",
    )
    parser.add_argument(
        "--document",
        action="append",
        metavar="PATH",
        help="a file of yours, as often as you like; left out: eight SymPy modules",
    )
    parser.add_argument("--max-documents", type=int, metavar="N", help="only the first N")
    add_device(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options) -> None:
    """Check all that was asked for, then read, and print each length's row when it is known."""
    lengths = parse_lengths(options.lengths)
    require_method(options)
    documents = open_documents(options)
    reader = (OurModel if options.model is None else TheirModel)(options, lengths, documents)
    started, scores = time.perf_counter(), {}
    with progress_bar(reader.total, reader.unit) as bar:
        for length in lengths:
            scores[length] = reader.score(length, bar.update)
            if options.json:
                continue
            if len(scores) == 1:
                say(reader.heading)
            say(reader.row(length, scores[length]))
    if options.json:
        seconds = round(time.perf_counter() - started, 2)
        print(json.dumps({**reader.report(scores), "seconds": seconds}))


class OurModel:
    """The course's own model, which reads bytes: what it will read, and how it says so."""

    unit = "B"

    def __init__(self, options, lengths, documents):
        from lesson_utils.perplexity import bytes_to_read
        from lesson_utils.weights import load

        self.longest = max(lengths)
        self.total = sum(bytes_to_read(documents, n, self.longest) for n in lengths)
        self.attend = attention_of(options)
        self.options, self.documents = options, documents
        self.device = choose_device(options.device)
        self.model = load(options.weights, device=self.device)
        config = self.model.config
        self.frequencies = {n: frequencies_for(options, config, n) for n in lengths}
        on = f"on weights {options.weights}, {len(documents)} documents, {self.device}"
        seen = "" if options.last is None else f", last {options.last:,} bytes only,"
        self.heading = f"{options.method}{seen} {on}"

    def score(self, length: int, progress):
        from lesson_utils.perplexity import score_windows

        frequencies = self.frequencies[length]
        return score_windows(
            self.model,
            self.documents,
            length,
            frequencies,
            longest=self.longest,
            attend=self.attend,
            progress=progress,
        )

    def row(self, length: int, score) -> str:
        return (
            f"{length:>7,} bytes  perplexity {score.perplexity:8.3f}  "
            f"{score.bits_per_byte:6.3f} bits per byte  {score.scored_bytes:,} bytes scored"
        )

    def report(self, scores: dict) -> dict:
        return {
            "method": self.options.method,
            "factor": self.options.factor,
            "last": self.options.last,
            "weights": self.options.weights,
            "device": str(self.device),
            "documents": [document.name for document in self.documents],
            "perplexity": {str(n): round(s.perplexity, 6) for n, s in scores.items()},
            "bits_per_byte": {str(n): round(s.bits_per_byte, 6) for n, s in scores.items()},
            "scored_bytes": {str(n): s.scored_bytes for n, s in scores.items()},
        }


def attention_of(options):
    """Return how the model attends: to all that it has read, or to the last bytes only."""
    from lesson_utils.model import attend_last, rotary_attention

    return rotary_attention if options.last is None else attend_last(options.last)


def parse_lengths(text: str) -> list[int]:
    """Read ``512,1024`` as window lengths, each at least 2, and each once."""
    lengths = []
    for part in text.split(","):
        try:
            lengths.append(int(part))
        except ValueError:
            raise ValueError(
                f"--lengths has {part!r}; give whole numbers with commas between, like 512,4096"
            ) from None
        if lengths[-1] < 2:
            raise ValueError(f"--lengths has {lengths[-1]}; a window needs at least 2 bytes")
    return list(dict.fromkeys(lengths))


def require_method(options) -> None:
    """Refuse to read our model by no method, and to change a method that is not given."""
    if options.model is not None and options.last is not None:
        raise ValueError("--last is for the course's own models; leave it out, or --model")
    if options.method is not None:
        return
    if options.model is None:
        raise ValueError(
            f"--method is missing; give one of {', '.join(TABLE)}, or see "
            "`python -m lesson_utils perplexity --help`"
        )
    for name in ("factor", *METHOD_OPTIONS):
        if getattr(options, name) is not None:
            option = "--" + name.replace("_", "-")
            raise ValueError(f"{option} says how to change a --method; give one, too")


def open_documents(options) -> list:
    from lesson_utils.corpus import DocumentError, default_documents, read_document

    most = options.max_documents
    if most is not None and most < 1:
        raise DocumentError(f"--max-documents is {most}; give 1 or more")
    if options.document:
        return [read_document(path) for path in options.document[:most]]
    return default_documents(most)


def progress_bar(total: int, unit: str):
    """Make a bar on stderr, if that is a terminal, in 80 columns if it does not say how wide."""
    from tqdm import tqdm

    width = shutil.get_terminal_size().columns
    return tqdm(total=total, unit=unit, unit_scale=True, disable=None, file=sys.stderr, ncols=width)


def say(line: str) -> None:
    """Print a line at once, above the bar if there is one."""
    from tqdm import tqdm

    tqdm.write(line, file=sys.stdout)
    sys.stdout.flush()
