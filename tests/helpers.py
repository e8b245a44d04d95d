"""What several tests need: where things are, a shell, notebooks, colours, and a small model."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from lesson_utils.catalogue import COURSE
from lesson_utils.methods import Option
from lesson_utils.model import ModelConfig, TinyLlama

ROOT = Path(__file__).resolve().parents[1]
LESSONS, SOLUTIONS, EXERCISES = (
    sorted((ROOT / folder).glob("*.ipynb")) for folder in ("notebooks", "solutions", "exercises")
)


of_any_lesson = pytest.mark.lesson(*(lesson.number for lesson in COURSE.lessons))
"""Marks a test over the whole course that a new lesson may well break."""


def notebook_of(lesson: str, folder: str = "notebooks") -> Path:
    """Find the notebook of a lesson, such as "05"."""
    (path,) = (ROOT / folder).glob(f"{lesson}_*.ipynb")
    return path


def cells_of(path: Path) -> list[tuple[str, str, dict]]:
    """List a notebook's cells as (kind, source, the cell itself)."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [(cell["cell_type"], "".join(cell["source"]), cell) for cell in cells]


def sources(path: Path, kind: str) -> list[str]:
    """List the sources of a notebook's cells of one kind, "code" or "markdown"."""
    return [source for found, source, _ in cells_of(path) if found == kind]


def prose_of(path: Path) -> str:
    return "\n\n".join(sources(path, "markdown"))


def fenced_blocks(markdown: str) -> list[tuple[str, str]]:
    """List what stands between fences, as (language, text); the language may be empty."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", markdown, re.MULTILINE | re.DOTALL)


# --- other processes ---

PATIENCE = 120
"""Seconds that a test waits for what takes one or two, since a computer may be busy."""
LONG_PATIENCE = 600
"""The same for what takes a dozen: it ends what never ends, and fails nothing that is slow."""


def course_environment(*folders_before, **variables) -> dict[str, str]:
    """Return this process's environment, in which Python finds the course and uses one thread."""
    paths = [*folders_before, ROOT, os.environ.get("PYTHONPATH")]
    found = os.pathsep.join(str(path) for path in paths if path)
    return {**os.environ, "PYTHONPATH": found, "OMP_NUM_THREADS": "1", **variables}


def python(*arguments, env=None) -> subprocess.CompletedProcess:
    """Run this Python with these arguments in a process of its own."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        env=env or course_environment(),
        capture_output=True,
        text=True,
        timeout=LONG_PATIENCE,
    )


def shell(*arguments) -> subprocess.CompletedProcess:
    """Run one of the course's commands as from a real shell: slower than the fixture ``run``."""
    return python("-m", "lesson_utils", *arguments)


WITHOUT_NETWORK = """
import os, socket, sys

def refuse(*_, **__):
    os._exit(99)

socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from lesson_utils.commands import main
sys.exit(main(sys.argv[1:]))
"""
"""A command of the course; any attempt to reach a network ends its process."""


def runs_tool(command: str, name: str) -> bool:
    """Say whether a recorded command runs a tool, as today or as before tools/ was a package."""
    return command.startswith((f"python -m tools.{name}", f"python tools/{name}.py"))


# --- methods ---


def another_value(option: Option) -> float | str | bool:
    """Return a value of a method's option that is not its default."""
    if option.choices:
        return next(choice for choice in option.choices if choice != option.default)
    if isinstance(option.default, bool):
        return not option.default
    return 2 * option.default


# --- models and colours ---


def small_model(*, layers=1, intermediate_size=96, seed=0, spread=1.0) -> TinyLlama:
    """Make a random model of one head; ``spread`` multiplies its matrices, and so its logits."""
    torch.manual_seed(seed)
    shape = {"hidden_size": 64, "intermediate_size": intermediate_size, "layers": layers}
    model = TinyLlama(ModelConfig(**shape))
    with torch.no_grad():
        for weights in model.parameters():
            if weights.ndim == 2:
                weights.mul_(spread)
    return model


def luminance(colour: str) -> float:
    """Return the relative luminance of "#RRGGBB", as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def of_transformers(rope_type, head_dim, rope_theta, max_positions, length=None, **options):
    """Have ``transformers`` compute (inv_freq, attention_scaling) from a config's parameters."""
    # Imported here, so that all other tests live on when the library changes.
    from transformers import LlamaConfig
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
    from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

    config = LlamaConfig(
        hidden_size=4 * head_dim,
        num_attention_heads=4,
        head_dim=head_dim,
        max_position_embeddings=max_positions,
        rope_parameters=dict(rope_type=rope_type, rope_theta=rope_theta, **options),
    )
    if rope_type == "default":
        return LlamaRotaryEmbedding.compute_default_rope_parameters(config)
    return ROPE_INIT_FUNCTIONS[rope_type](config, device="cpu", seq_len=length)
