"""Training: the same run whether it is killed, shared out, or cut into passes."""

import json
import math
import random
import re
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from lesson_utils.commands.training import pace
from lesson_utils.corpus import gather_training_text, read_manifest
from lesson_utils.rope import rope
from lesson_utils.scaling import pi
from lesson_utils.training import (
    TrainingConfig,
    TrainingError,
    learning_rate,
    make_optimizer,
    mixed_precision,
    train,
    windows_of_step,
)
from lesson_utils.weights import load
from tests.helpers import course_environment, python, small_model

pytestmark = pytest.mark.usefixtures("one_thread")
TINY = TrainingConfig(
    steps=12, length=32, bytes_per_step=256, warmup_steps=4, checkpoint_every=5, learning_rate=5e-3
)


@pytest.fixture(scope="module")
def data():
    """Text that can be learned: a line of Python, numbered."""
    return np.frombuffer(
        b"".join(b"line_%03d = value[%d] + 1\n" % (n, n % 7) for n in range(200)), dtype=np.uint8
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory, data):
    """The same text, as a folder to train on from the shell."""
    folder = tmp_path_factory.mktemp("text")
    (folder / "lines.py").write_bytes(data.tobytes())
    (folder / "more.py").write_bytes(b"print('a few more bytes of another file')\n" * 9)
    return folder


def weights_of(model):
    return {name: weights.clone() for name, weights in model.state_dict().items()}


def assert_equal_weights(one, other):
    assert one.keys() == other.keys()
    for name in one:
        assert torch.equal(one[name], other[name]), name


# Killed and resumed

CHILD = """
import sys, time
import numpy as np, torch
from lesson_utils.model import ModelConfig, TinyLlama
from lesson_utils.rope import rope
from lesson_utils.training import TrainingConfig, train

folder, text, pause = sys.argv[1:]

def tell(step, model):
    print(step, flush=True)
    time.sleep(600 if float(pause) and step == 45 else float(pause))

torch.manual_seed(0)
model = TinyLlama(ModelConfig(hidden_size=64, intermediate_size=96, layers=1))
config = TrainingConfig(
    steps=60, length=32, bytes_per_step=256, warmup_steps=4, checkpoint_every=7, learning_rate=5e-3
)
losses = train(
    model, np.fromfile(text, np.uint8), config, rope(64), folder=folder, on_step=tell
)
torch.save({"losses": losses, "weights": model.state_dict()}, folder + "/result.pt")
"""


def killed(command, folder, kill_at, done_before) -> int:
    """Start a run and kill it at a step; return how many steps its checkpoint holds.

    It waits for that at step 45, however late this process is on a busy computer.
    """
    with subprocess.Popen(
        command, env=course_environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        steps = (int(line) for line in child.stdout)
        first = next(steps)
        assert first == done_before // 7 * 7, "it starts from the last checkpoint"
        last = next(step for step in steps if step >= kill_at)
        time.sleep(random.uniform(0, 0.05))  # so that it may strike inside a step
        child.send_signal(signal.SIGKILL)
        last = max([last, *steps])
    assert child.returncode == -signal.SIGKILL, f"not killed at step {kill_at}"
    assert not (folder / "result.pt").exists()
    state = torch.load(folder / "checkpoint.pt", weights_only=True)
    done = len(state["losses"])
    assert done in (last // 7 * 7, last // 7 * 7 + 7)
    return done


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_run_killed_at_a_random_step_goes_on_as_if_nothing_had_happened(
    tmp_path, data, monkeypatch
):
    text = tmp_path / "text"
    text.write_bytes(data.tobytes())
    results = {}
    for name, kills in (("whole", 0), ("killed", 2)):
        folder = tmp_path / name
        folder.mkdir()
        command = [sys.executable, "-c", CHILD, str(folder), str(text)]
        done_before = 0
        for attempt in range(kills):
            kill_at = random.randint(*((8, 25), (28, 40))[attempt])
            done_before = killed([*command, "0.03"], folder, kill_at, done_before)
        if kills:
            python(*command[1:], "0").check_returncode()
        else:
            monkeypatch.setattr(sys, "argv", ["", str(folder), str(text), "0"])
            exec(CHILD, {})  # never killed, so it needs no process of its own
        results[name] = torch.load(folder / "result.pt", weights_only=True)
    # Exactly equal: the text of a step depends on its number alone, and the checkpoint holds all
    # else (weights, AdamW's moments, losses) to the last bit.
    assert len(results["whole"]["losses"]) == 60
    assert results["killed"]["losses"] == results["whole"]["losses"]
    assert_equal_weights(results["killed"]["weights"], results["whole"]["weights"])


def test_a_checkpoint_half_written_is_not_mistaken_for_a_whole_one(tmp_path, data):
    whole, folder = small_model(), tmp_path
    losses = train(whole, data, TINY, rope(64))
    (folder / ".checkpoint.pt.99.part").write_bytes(b"broken off")
    resumed = small_model()
    assert train(resumed, data, TINY, rope(64), folder=folder) == losses
    assert_equal_weights(whole.state_dict(), resumed.state_dict())
    assert sorted(path.name for path in folder.iterdir()) == ["checkpoint.pt"]


def test_a_finished_run_is_not_run_again(tmp_path, data):
    model = small_model()
    losses = train(model, data, TINY, rope(64), folder=tmp_path)
    again, steps = small_model(), []
    result = train(
        again, data, TINY, rope(64), folder=tmp_path, on_step=lambda step, _: steps.append(step)
    )
    assert result == losses and steps == [TINY.steps]
    assert_equal_weights(model.state_dict(), again.state_dict())


def test_checkpoints_change_nothing(tmp_path, data):
    one, other = small_model(), small_model()
    assert train(one, data, TINY, rope(64)) == train(
        other, data, TINY, rope(64), folder=tmp_path / "run"
    )
    assert_equal_weights(one.state_dict(), other.state_dict())


@pytest.mark.parametrize(
    "other",
    [
        {"steps": 13},
        {"seed": 1},
        {"learning_rate": 4e-3},
        {"length": 64},
        {"bytes_per_step": 512},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_checkpoint_of_other_settings_is_refused(tmp_path, data, other):
    train(small_model(), data, TINY, rope(64), folder=tmp_path)
    with pytest.raises(TrainingError, match=r"checkpoint\.pt belongs to .*other settings.*delete"):
        train(small_model(), data, replace(TINY, **other), rope(64), folder=tmp_path)


def test_a_checkpoint_of_other_text_is_refused(tmp_path, data):
    train(small_model(), data, TINY, rope(64), folder=tmp_path)
    changed = data.copy()
    changed[1000] ^= 1
    with pytest.raises(
        TrainingError, match=r"checkpoint\.pt belongs to .*other settings \(text\).*delete"
    ):
        train(small_model(), changed, TINY, rope(64), folder=tmp_path)


def test_a_checkpoint_of_another_method_is_refused(tmp_path, data):
    train(small_model(), data, TINY, rope(64), folder=tmp_path)
    with pytest.raises(TrainingError, match=r"checkpoint\.pt belongs to .*other.*delete"):
        train(small_model(), data, TINY, pi(64, 8.0), folder=tmp_path)


def test_a_checkpoint_of_a_model_of_another_shape_is_refused(tmp_path, data):
    train(small_model(), data, TINY, rope(64), folder=tmp_path)
    deeper = small_model(layers=2)
    with pytest.raises(TrainingError, match=r"checkpoint\.pt belongs to .*other.*delete"):
        train(deeper, data, TINY, rope(64), folder=tmp_path)


def test_a_damaged_checkpoint_is_refused_with_its_path_and_the_fix(tmp_path, data):
    (tmp_path / "checkpoint.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(TrainingError, match=r"checkpoint\.pt.*delete"):
        train(small_model(), data, TINY, rope(64), folder=tmp_path)


# Shared out


SHELL_RUN = "--layers 1 --hidden-size 64 --length 64 --bytes-per-step 1024 --steps 8".split()
SHELL_RUN += "--warmup-steps 4 --checkpoint-every 3 --device cpu".split()


THREADS_AT_EXIT = """
import atexit, os, pathlib, sys

def write():
    tasks = pathlib.Path("/proc/self/task").glob("*/comm")
    out = pathlib.Path(sys.argv[sys.argv.index("--out") + 1])
    (out / f"threads_{os.getpid()}").write_text("".join(task.read_text() for task in tasks))

if "--out" in sys.orig_argv and "torch.distributed.run" not in sys.orig_argv:
    atexit.register(write)  # registered first, so called last
"""


def test_two_processes_learn_what_one_does(tmp_path, folder, run):
    (tmp_path / "sitecustomize.py").write_text(THREADS_AT_EXIT)
    launcher = ("-m", "torch.distributed.run", "--nproc_per_node", "2")
    launcher += ("--rdzv_backend", "c10d", "--rdzv_endpoint", "localhost:0", "-m", "lesson_utils")
    losses, weights = {}, {}
    train_to = {
        name: ("train", "--corpus", folder, "--out", tmp_path / name, *SHELL_RUN)
        for name in ("one", "two")
    }
    done = python(*launcher, *train_to["two"], env=course_environment(tmp_path))
    assert done.returncode == 0, done.stderr[-2000:]
    code, _, told = run(*train_to["one"])
    assert code == 0, told
    for name in train_to:
        state = torch.load(tmp_path / name / "checkpoint.pt", weights_only=True)
        losses[name], weights[name] = state["losses"], state["model"]
        record = json.loads((tmp_path / name / "run.json").read_text())
        # Eight steps are fewer than the points of a curve, so each step has its own.
        assert record["loss_curve"] == [
            [step, round(loss, 4)] for step, loss in enumerate(state["losses"], start=1)
        ]
    assert len(losses["one"]) == 8
    # The same windows, but their gradients are averaged in another order: float32 rounding, which
    # AdamW enlarges where a gradient is near zero. 1e-5 of 5 nats is some 20 roundings.
    np.testing.assert_allclose(losses["two"], losses["one"], atol=1e-5, rtol=0)
    # A thread of gloo that outlives the program can end it in an abort, after all was written.
    if sys.platform == "linux":
        at_exit = [file.read_text().split() for file in (tmp_path / "two").glob("threads_*")]
        assert len(at_exit) == 2
        assert not [name for names in at_exit for name in names if "gloo" in name]
    # If each process had seen the windows of both, or of the first alone, this would show.
    assert abs(losses["one"][7] - losses["one"][6]) > 1e-3


@pytest.mark.parametrize("processes", [1, 2, 4])
def test_processes_share_the_windows_of_a_step_without_gap_or_overlap(data, processes):
    text = torch.from_numpy(data.copy())
    whole = torch.cat(windows_of_step(text, TINY, 3, 0, 1))
    shares = [torch.cat(windows_of_step(text, TINY, 3, r, processes)) for r in range(processes)]
    assert {len(share) for share in shares} == {8 // processes}
    assert sorted(torch.cat(shares).tolist()) == sorted(whole.tolist())


def test_windows_are_pieces_of_the_text_drawn_anew_at_each_step(data):
    text = torch.from_numpy(data.copy())
    steps = [torch.cat(windows_of_step(text, TINY, step, 0, 1)) for step in range(50)]
    for windows in steps:
        assert windows.shape == (256 // 32, 32 + 1) and windows.dtype == torch.int64
        assert all(bytes(window.tolist()) in data.tobytes() for window in windows)
    assert len({tuple(windows.flatten().tolist()) for windows in steps}) == 50


def test_a_window_may_start_at_the_first_byte_and_end_at_the_last():
    text = torch.arange(40, dtype=torch.uint8)
    config = replace(TINY, bytes_per_step=32 * 64)
    windows = torch.cat(windows_of_step(text, config, 0, 0, 1))
    # 40 − 33 + 1 = 8 places, 64 draws: one is missed in fewer than 1 of 600 seeds (8 · (7/8)^64),
    # and this seed is fixed.
    assert sorted(set(windows[:, 0].tolist())) == list(range(8))
    assert windows.max() == 39


# Cut into passes


@pytest.mark.parametrize("bytes_per_pass", [1, 32, 96, 128])
def test_passes_add_up_to_one(data, bytes_per_pass):
    # 96 cuts 8 windows into 3, 3 and 2, which must not weigh the same.
    one, other = small_model(), small_model()
    config = replace(TINY, steps=4, bytes_per_pass=256)
    losses = train(one, data, config, rope(64))
    in_passes = train(other, data, replace(config, bytes_per_pass=bytes_per_pass), rope(64))
    # Losses of about 5.5 in float32, whose rounding is 2.4e-7, added up in another order.
    np.testing.assert_allclose(in_passes, losses, rtol=1e-6)


@pytest.mark.parametrize("bytes_per_pass", [32, 96])
def test_gradients_of_passes_add_up_to_that_of_one(data, bytes_per_pass, monkeypatch):
    gradients = []
    clip = torch.nn.utils.clip_grad_norm_

    def remember(parameters, limit):
        parameters = list(parameters)
        gradients.append([p.grad.clone() for p in parameters])
        return clip(parameters, limit)

    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", remember)
    config = replace(TINY, steps=1)
    for size in (256, bytes_per_pass):
        train(small_model(), data, replace(config, bytes_per_pass=size), rope(64))
    for one, other in zip(*gradients, strict=True):
        # Relative to the largest entry: float32 sums in another order, 1e-5 is about 80 roundings.
        torch.testing.assert_close(other, one, rtol=0, atol=1e-5 * one.abs().max().item())


# Seeds


def test_the_same_seed_is_the_same_run_and_another_seed_another(data):
    one, same, other = small_model(), small_model(), small_model()
    losses = train(one, data, TINY, rope(64))
    assert train(same, data, TINY, rope(64)) == losses
    assert_equal_weights(one.state_dict(), same.state_dict())
    assert train(other, data, replace(TINY, seed=1), rope(64)) != losses


def test_a_run_leaves_the_random_numbers_of_its_caller_alone(data):
    torch.manual_seed(5)
    expected = torch.rand(3)
    model = small_model()
    torch.manual_seed(5)
    train(model, data, replace(TINY, steps=2), rope(64))
    assert torch.equal(torch.rand(3), expected)


# The parts


def test_learning_rate_rises_in_a_line_and_falls_along_half_a_cosine():
    config = TrainingConfig(steps=110, warmup_steps=10, learning_rate=2.0, final_share=0.1)
    expected = {
        0: 2.0 * 1 / 10,
        4: 2.0 * 5 / 10,
        9: 2.0,  # the last step of the warm-up
        10: 2.0,  # cos 0
        35: 2.0 * (0.1 + 0.9 * (2 + math.sqrt(2)) / 4),  # a quarter of the way: cos 45°
        60: 2.0 * (0.1 + 0.9 / 2),  # half-way: cos 90°
        85: 2.0 * (0.1 + 0.9 * (2 - math.sqrt(2)) / 4),
        110: 2.0 * 0.1,  # where the curve ends, one step past the last
    }
    found = {step: learning_rate(config, step) for step in expected}
    assert found == pytest.approx(expected, rel=1e-12)
    rates = [learning_rate(config, step) for step in range(110)]
    assert rates[:10] == sorted(rates[:10]) and rates[9:] == sorted(rates[9:], reverse=True)


def test_final_share_one_keeps_the_learning_rate():
    config = TrainingConfig(steps=50, warmup_steps=0, learning_rate=0.5, final_share=1.0)
    assert {learning_rate(config, step) for step in range(50)} == {0.5}


def test_a_run_that_is_all_warm_up_never_divides_by_zero():
    config = TrainingConfig(steps=5, warmup_steps=5, learning_rate=1.0)
    assert [learning_rate(config, step) for step in range(5)] == pytest.approx(
        [0.2, 0.4, 0.6, 0.8, 1.0]
    )
    assert math.isfinite(learning_rate(config, 5))


def test_weight_decay_shrinks_matrices_and_leaves_scales_alone():
    model = small_model()
    optimizer = make_optimizer(model, TrainingConfig(learning_rate=0.5, weight_decay=0.1))
    assert sum(len(group["params"]) for group in optimizer.param_groups) == len(
        list(model.parameters())
    )
    before = weights_of(model)
    for weights in model.parameters():
        weights.grad = torch.zeros_like(weights)
    optimizer.step()
    for name, weights in model.named_parameters():
        # With a gradient of zero, decay is all that AdamW does: weights · (1 − rate · decay).
        expected = before[name] * (1 - 0.5 * 0.1) if weights.ndim == 2 else before[name]
        torch.testing.assert_close(weights, expected, rtol=1e-6, atol=0)  # a few float32 roundings
    scales = [name for name, weights in model.named_parameters() if weights.ndim == 1]
    assert scales and all("norm" in name for name in scales)


def test_mixed_precision_on_a_cpu_does_nothing():
    autocast, scaler = mixed_precision(torch.device("cpu"))
    with autocast:
        product = torch.ones(2, 2) @ torch.ones(2, 2)
    assert product.dtype == torch.float32
    assert not scaler.is_enabled()
    assert torch.equal(scaler.scale(product), product)


def test_losses_fall_on_a_text_that_can_be_learned(data):
    model = small_model()
    losses = train(model, data, replace(TINY, steps=60), rope(64))
    assert len(losses) == 60
    assert losses[0] == pytest.approx(math.log(256), abs=0.2)  # it starts out guessing
    # Counting each byte by itself gets this far (about 2.9 nats); context must do better.
    shares = np.unique(data, return_counts=True)[1] / len(data)
    assert np.mean(losses[-5:]) < -(shares * np.log(shares)).sum()


def test_a_trained_model_is_ready_to_read(data):
    model = small_model()
    train(model, data, replace(TINY, steps=1), rope(64))
    assert not model.training
    assert not any(weights.requires_grad for weights in model.parameters())


def test_on_step_is_called_before_the_first_step_and_after_each(data):
    steps, seen = [], []

    def note(step, model):
        steps.append(step)
        seen.append(model.model.embed_tokens.weight.detach().clone())

    model = small_model()
    start = model.model.embed_tokens.weight.detach().clone()
    train(model, data, replace(TINY, steps=4), rope(64), on_step=note)
    assert steps == [0, 1, 2, 3, 4]
    assert torch.equal(seen[0], start) and not torch.equal(seen[1], start)
    assert torch.equal(seen[-1], model.model.embed_tokens.weight)


def test_a_loss_that_is_not_a_number_stops_the_run_and_names_its_step(tmp_path, data):
    def poison(step, model):
        if step == 7:
            with torch.no_grad():
                model.model.norm.weight.fill_(math.nan)

    with pytest.raises(TrainingError, match="loss of step 7 is nan; lower the learning rate"):
        train(small_model(), data, TINY, rope(64), folder=tmp_path, on_step=poison)
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert len(state["losses"]) == 5, "the checkpoint before it is kept"
    assert all(torch.isfinite(weights).all() for weights in state["model"].values())


@pytest.mark.parametrize("size", [0, 1, 31, 32])
def test_a_text_without_a_window_is_refused(data, size):
    with pytest.raises(TrainingError, match=f"the text has {size} bytes.*32.*give more text"):
        train(small_model(), data[:size], TINY, rope(64))


@pytest.mark.parametrize("bytes_per_step", [0, 16, 100, 33])
def test_a_step_that_does_not_share_out_into_windows_is_refused(data, bytes_per_step):
    config = replace(TINY, steps=1, bytes_per_step=bytes_per_step)
    with pytest.raises(TrainingError, match=f"step of {bytes_per_step} bytes.*multiple"):
        train(small_model(), data, config, rope(64))


# From the shell


def test_finetune_starts_from_the_shipped_weights_and_records_its_run(tmp_path, folder, run):
    out = tmp_path / "run"
    arguments = ["finetune", "--method", "yarn", "--factor", "8", "--out", str(out)]
    arguments += ["--corpus", str(folder), "--steps", "2", "--length", "64", "--seed", "3"]
    arguments += ["--bytes-per-step", "128", "--device", "cpu"]
    days = {time.strftime("%Y-%m-%d", time.gmtime())}
    code, said, told = run(*arguments)
    days.add(time.strftime("%Y-%m-%d", time.gmtime()))
    assert code == 0, told
    assert said == ""
    assert f"wrote {out / 'model.safetensors'}" in told

    tuned, base = load(out / "model.safetensors"), load("base")
    assert tuned.config == base.config
    moved = [
        (one - other).abs().max().item()
        for one, other in zip(tuned.parameters(), base.parameters(), strict=True)
    ]
    # Two steps of AdamW move a weight by about the rate of each (5e-5 and 1e-4) at most; the
    # rest is bfloat16, whose rounding is 1/256 of weights that stay below 8.
    assert 0 < max(moved) < 0.04

    data, files = gather_training_text(folder)
    assert read_manifest(out / "manifest.csv.gz") == files
    record = json.loads((out / "run.json").read_text())
    assert record["command"] == "python -m lesson_utils " + shlex.join(arguments)
    assert record["seed"] == 3 and record["device"] == "CPU"
    assert record["date"] in days and re.fullmatch(r"\d{4}-\d\d-\d\d", record["date"])
    assert record["trained_bytes"] == 2 * 128 and record["processes"] == 1
    assert record["bytes_per_second"] > 0 and record["seconds"] > 0
    assert record["text"]["bytes"] == len(data) and record["text"]["files"] == len(files) == 2
    assert record["attention_scaling"] == pytest.approx(0.1 * math.log(8) + 1, rel=1e-12)
    # The last pair is slowed by the whole factor, and pair 0 not at all: eq. 18 with 81 turns.
    assert record["inv_freq"][0] == 1.0
    assert record["inv_freq"][-1] == pytest.approx(10_000 ** (-62 / 64) / 8, rel=1e-6)
    assert [step for step, _ in record["loss_curve"]] == [1, 2]
    # It starts from a model that knows Python: far below ln 256 = 5.5.
    assert all(loss < 3.5 for _, loss in record["loss_curve"])


def test_train_writes_weights_that_load_with_the_shape_asked_for(tmp_path, folder, run):
    out = tmp_path / "run"
    code, _, told = run("train", "--corpus", folder, "--out", out, *SHELL_RUN)
    assert code == 0, told
    model = load(out / "model.safetensors")
    assert (model.config.layers, model.config.hidden_size) == (1, 64)
    assert model.config.trained_length == 64
    again = torch.load(out / "checkpoint.pt", weights_only=True)["model"]
    for name, weights in model.state_dict().items():
        assert torch.equal(weights, again[name].bfloat16().float())


def test_a_checkpoint_that_started_from_other_weights_is_refused(tmp_path, data):
    train(small_model(), data, TINY, rope(64), folder=tmp_path)
    with pytest.raises(TrainingError, match=r"other settings \(starting_weights\)"):
        train(small_model(seed=9), data, TINY, rope(64), folder=tmp_path)


def test_the_pace_is_that_of_the_second_half():
    # Two slow steps, in which a model would be compiled, and two of 0.5 s.
    found = pace([0.0, 10.0, 20.0, 20.5, 21.0], 1000)
    assert found == {"seconds": 21.0, "bytes_per_second": 2000}
    assert pace([3.0, 4.5], 1000) == {"seconds": 1.5}
