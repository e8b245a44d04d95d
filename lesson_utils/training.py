"""Train the tiny model, and fine-tune it to read further: one plain loop for both.

The text of a step depends on the seed and the step's number alone. That is why a run that was
killed goes on as if nothing had happened, and why two processes see what one would have seen.
"""

import hashlib
import math
import os
from collections.abc import Callable, Iterable
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist

# Its functions take the group that exists when it is imported as a default, and so keep that group
# and its threads alive to the end of the program, where a live thread can abort it. An optimiser
# imports it, which is too late.
import torch.distributed.nn  # noqa: F401
import torch.nn.functional as F
from torch import nn
from tqdm.auto import tqdm

from lesson_utils.files import remove_unfinished, replacing
from lesson_utils.model import TinyLlama
from lesson_utils.rope import RotaryFrequencies, as_frequencies, cos_sin


@dataclass(frozen=True)
class TrainingConfig:
    """How to train. The defaults are those of the base model that the course ships."""

    steps: int = 2_500
    length: int = 512
    """Bytes in a window: the model reads ``length`` and is asked for the byte after each."""
    bytes_per_step: int = 131_072
    learning_rate: float = 2e-3
    final_share: float = 0.1
    """Share of the learning rate that the cosine ends at; 1 keeps it constant."""
    warmup_steps: int = 200
    weight_decay: float = 0.1
    clip: float = 1.0
    seed: int = 0
    checkpoint_every: int = 500
    bytes_per_pass: int | None = None
    """Bytes that go through the model together; a step is split into so many passes as it takes.
    Left out, it is chosen by the device's memory."""


class TrainingError(RuntimeError):
    """A run that cannot start or go on as asked."""


class NextByteLoss(nn.Module):
    """The model and its loss in one module, so that both can be compiled and shared out."""

    def __init__(self, model: TinyLlama):
        super().__init__()
        self.model = model

    def forward(self, tokens, cos, sin):
        hidden = self.model.model(tokens[:, :-1], cos, sin)
        logits = self.model.logits(hidden)
        return F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())


def train(
    model: TinyLlama,
    data: np.ndarray,
    config: TrainingConfig,
    frequencies: RotaryFrequencies,
    *,
    folder: str | Path | None = None,
    on_step: Callable[[int, TinyLlama], None] | None = None,
) -> list[float]:
    """Train a model on text, where its parameters are.

    Parameters
    ----------
    model : TinyLlama
        On the device to train on, in float32. It is changed in place.
    data : np.ndarray
        uint8 [bytes], longer than a window.
    config : TrainingConfig
    frequencies : RotaryFrequencies
        What the pairs turn by while it learns.
    folder : str or Path, optional
        Where checkpoints go. A run that finds one there goes on from it.
    on_step : callable, optional
        Called with the number of finished steps and the model, before the first step and after
        each.

    Returns
    -------
    list of float
        The loss of every step, in nats per byte, those before a restart included.

    Raises
    ------
    TrainingError
        If the checkpoint in ``folder`` is of another configuration or other text, the text is
        shorter than a window, or a loss is not finite.
    """
    rank, processes = (dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else (0, 1)
    require_whole_windows(data, config, processes)
    frequencies, device = as_frequencies(frequencies), model.device
    text = torch.from_numpy(data.copy()).to(device)
    tables = [t.float() for t in cos_sin(frequencies, torch.arange(config.length, device=device))]
    optimizer = make_optimizer(model, config)
    autocast, scaler = mixed_precision(device)
    parts = {"model": model, "optimizer": optimizer, "scaler": scaler}
    checkpoint = Checkpoint(folder, identity_of_run(model, data, config, frequencies), parts)
    losses = checkpoint.restore(device)
    compute_loss = prepare_loss(model, processes, steps=config.steps - len(losses))

    bar = tqdm(total=config.steps, initial=len(losses), unit="step", disable=rank > 0)
    if on_step:
        on_step(len(losses), model)
    for done in range(len(losses) + 1, config.steps + 1):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(config, done - 1)
        passes = windows_of_step(text, config, done - 1, rank, processes)
        loss = add_gradients(compute_loss, passes, tables, autocast, scaler)
        if processes > 1:
            dist.all_reduce(loss)
        losses.append(loss / processes)
        follow_gradients(model, optimizer, scaler, config.clip)
        bar.update()
        if done % config.checkpoint_every == 0 or done == config.steps:
            losses = as_finite_numbers(losses)
            bar.set_postfix(loss=f"{losses[-1]:.3f}")
            if rank == 0:
                checkpoint.save(losses)
        if on_step:
            on_step(done, model)
    bar.close()
    model.eval().requires_grad_(False)
    return as_finite_numbers(losses)


def require_whole_windows(data: np.ndarray, config: TrainingConfig, processes: int) -> None:
    """Refuse a text shorter than a window, and a step that does not share out into windows."""
    if len(data) <= config.length:
        raise TrainingError(
            f"the text has {len(data):,} bytes, too few for windows of {config.length:,}; "
            "give more text or a shorter length"
        )
    if config.bytes_per_step < 1 or config.bytes_per_step % (config.length * processes):
        raise TrainingError(
            f"a step of {config.bytes_per_step:,} bytes does not share out into windows of "
            f"{config.length:,} for {processes} processes; make it a multiple of their product"
        )


def identity_of_run(
    model: TinyLlama, data: np.ndarray, config: TrainingConfig, frequencies: RotaryFrequencies
) -> dict:
    """Collect what must be the same for a run to go on from a checkpoint."""
    weights = (weights.detach().cpu().numpy() for weights in model.parameters())
    return {
        "config": asdict(config),
        "model": asdict(model.config),
        "starting_weights": digest(weights),
        "text": digest([data]),
        "inv_freq": frequencies.inv_freq.tolist(),
        "attention_scaling": frequencies.attention_scaling,
    }


def prepare_loss(model: TinyLlama, processes: int, *, steps: int) -> nn.Module:
    """Make the loss to train with: shared out among processes, and compiled if that pays."""
    compute_loss, device = NextByteLoss(model.train().requires_grad_(True)), model.device
    if processes > 1:
        ids = [device.index] if device.type == "cuda" else None
        compute_loss = nn.parallel.DistributedDataParallel(compute_loss, device_ids=ids)
    if device.type == "cuda" and steps >= 200:
        compute_loss.compile()  # costs about half a minute, and then doubles the speed
    return compute_loss


def add_gradients(compute_loss: nn.Module, passes, tables, autocast, scaler) -> torch.Tensor:
    """Send the windows of a step through the model; return their mean loss, in nats, []."""
    total = torch.zeros((), device=passes[0].device)
    for number, tokens in enumerate(passes):
        goes_on = number < len(passes) - 1
        shared_out = isinstance(compute_loss, nn.parallel.DistributedDataParallel)
        # Gradients are averaged over the processes once, in the last pass.
        with compute_loss.no_sync() if shared_out and goes_on else nullcontext():
            with autocast:
                loss = compute_loss(tokens, *tables)
            share = len(tokens) / sum(map(len, passes))
            scaler.scale(loss * share).backward()
        total += loss.detach() * share
    return total


def follow_gradients(
    model: TinyLlama, optimizer: torch.optim.Optimizer, scaler, clip: float
) -> None:
    """Take one step of the optimiser, with gradients cut to the length ``clip``."""
    scaler.unscale_(optimizer)
    nn.utils.clip_grad_norm_(model.parameters(), clip)
    scaler.step(optimizer)
    scaler.update()
    optimizer.zero_grad(set_to_none=True)


def windows_of_step(
    text: torch.Tensor, config: TrainingConfig, step: int, rank: int, processes: int
) -> tuple[torch.Tensor, ...]:
    """Draw this step's windows and cut this process's share of them into passes.

    Returns
    -------
    tuple of torch.Tensor
        int64 [windows, length + 1] each.
    """
    random = torch.Generator().manual_seed(config.seed * 1_000_003 + step)
    windows = config.bytes_per_step // config.length
    starts = torch.randint(len(text) - config.length, (windows,), generator=random)
    starts = starts[rank::processes]
    if text.is_cuda:
        starts = starts.pin_memory()  # or the copy waits for the step before, and the GPU for us
    starts = starts.to(text.device, non_blocking=True)
    tokens = text[starts[:, None] + torch.arange(config.length + 1, device=text.device)].long()
    at_once = config.bytes_per_pass or _bytes_that_fit(text.device)
    return tokens.split(max(1, at_once // config.length))


def learning_rate(config: TrainingConfig, step: int) -> float:
    """Rise in a line over the warm-up, then fall along half a cosine to ``final_share``."""
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    progress = (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
    cosine = (1 + math.cos(math.pi * progress)) / 2
    return config.learning_rate * (config.final_share + (1 - config.final_share) * cosine)


def make_optimizer(model: TinyLlama, config: TrainingConfig) -> torch.optim.AdamW:
    """Set up AdamW with weight decay on matrices, none on the norms' scales."""
    matrices = [weights for weights in model.parameters() if weights.ndim == 2]
    scales = [weights for weights in model.parameters() if weights.ndim == 1]
    groups = [
        {"params": matrices, "weight_decay": config.weight_decay},
        {"params": scales, "weight_decay": 0.0},
    ]
    fused = model.device.type == "cuda"
    return torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.95), fused=fused)


def mixed_precision(device: torch.device):
    """Choose bfloat16 on a GPU that has it, float16 with loss scaling on one that has not.

    Everything else trains in float32.

    Returns
    -------
    autocast, scaler
        A context for the forward pass, and a gradient scaler that does nothing unless it must.
    """
    if device.type != "cuda":
        return nullcontext(), torch.amp.GradScaler(enabled=False)
    has_bfloat16 = torch.cuda.get_device_capability(device) >= (8, 0)
    dtype = torch.bfloat16 if has_bfloat16 else torch.float16
    scaler = torch.amp.GradScaler("cuda", enabled=not has_bfloat16)
    return torch.autocast("cuda", dtype=dtype), scaler


class Checkpoint:
    """The state of a run on disk: written whole or not at all, and read by its own run alone."""

    def __init__(self, folder: str | Path | None, run: dict, parts: dict):
        self.path = Path(folder) / "checkpoint.pt" if folder else None
        self.run, self.parts = run, parts

    def save(self, losses: list[float]) -> None:
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        remove_unfinished(self.path)
        state = {name: part.state_dict() for name, part in self.parts.items()}
        with replacing(self.path) as unfinished:
            torch.save({"run": self.run, "losses": losses, **state}, unfinished)

    def restore(self, device: torch.device) -> list[float]:
        """Put the saved state back, if there is one; return the losses up to it."""
        if self.path is None or not self.path.exists():
            return []
        choice = "choose another folder, or delete it to start again"
        try:
            state = torch.load(self.path, map_location=device, weights_only=True)
        except Exception as error:  # a damaged file fails in many ways, and each means the same
            raise TrainingError(
                f"cannot read {self.path} ({type(error).__name__}); {choice}"
            ) from None
        if state["run"] != self.run:
            changed = [key for key in self.run if state["run"].get(key) != self.run[key]]
            raise TrainingError(
                f"{self.path} belongs to a run with other settings ({', '.join(changed)}); {choice}"
            )
        for name, part in self.parts.items():
            part.load_state_dict(state[name])
        return state["losses"]


def digest(arrays: Iterable[np.ndarray]) -> str:
    """Hash the bytes of arrays, one after another."""
    sha256 = hashlib.sha256()
    for array in arrays:
        sha256.update(np.ascontiguousarray(array).data)
    return sha256.hexdigest()


@contextmanager
def joined_processes():
    """Join the other processes if ``torchrun`` started us, and leave them at the end.

    Yields
    ------
    torch.device or None
        This process's device; None if nothing was started.
    """
    if "LOCAL_RANK" not in os.environ:
        yield None
        return
    local_rank = int(os.environ["LOCAL_RANK"])
    use_gpu = torch.cuda.is_available()
    device = torch.device("cuda", local_rank) if use_gpu else torch.device("cpu")
    if use_gpu:
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if use_gpu else "gloo")
    try:
        yield device
    finally:
        dist.destroy_process_group()


def as_finite_numbers(losses: list) -> list[float]:
    """Bring losses over from the device; stop the run if one of them is not a number."""
    numbers = [float(loss) for loss in losses]
    bad = next((step for step, loss in enumerate(numbers) if not math.isfinite(loss)), None)
    if bad is not None:
        raise TrainingError(
            f"the loss of step {bad} is {numbers[bad]}; lower the learning rate and go on from the "
            "last checkpoint"
        )
    return numbers


def loss_curve(losses: list[float], points: int = 100) -> list[list[float]]:
    """Thin losses out to [step, mean loss of the steps up to it], about ``points`` of them."""
    stride = max(1, len(losses) // points)
    blocks = range(0, len(losses) - stride + 1, stride)
    return [[s + stride, round(sum(losses[s : s + stride]) / stride, 4)] for s in blocks]


def _bytes_that_fit(device: torch.device) -> int:
    if device.type == "cuda" and torch.cuda.get_device_properties(device).total_memory > 40e9:
        return 131_072
    return 16_384
