"""Read with every model that the course ships, over the same bytes at 512 and 4,096.

python -m tools.measure_shipped
"""

import json
from pathlib import Path

from lesson_utils import recorded
from lesson_utils.corpus import default_documents
from lesson_utils.files import write_whole
from lesson_utils.machine import choose_device, provenance
from lesson_utils.perplexity import perplexity
from lesson_utils.rope import rope
from lesson_utils.scaling import ntk_aware, pi, yarn
from lesson_utils.weights import load

LENGTHS = (512, 4096)
TRAINED_WITH = {
    "base": rope(64),
    "rope": rope(64),
    "pi": pi(64, 8),
    "ntk_aware": ntk_aware(64, 8),
    "yarn": yarn(64, 8, trained_length=512),
}


def main():
    device, documents = choose_device("auto"), default_documents()
    record = provenance("python -m tools.measure_shipped", device, 0)
    record["perplexity"] = {}
    for name, frequencies in TRAINED_WITH.items():
        read = perplexity(load(name, device=device), documents, LENGTHS, frequencies)
        record["perplexity"][name] = {str(n): round(value, 4) for n, value in read.items()}
        print(name, record["perplexity"][name], flush=True)
    target = Path(recorded.__file__).parent / "shipped.json"
    write_whole(target, json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
