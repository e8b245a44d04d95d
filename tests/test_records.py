"""What is written down (records, model card, README) agrees with what it was made from."""

import json
import re

import pytest

from lesson_utils import recorded
from lesson_utils.weights import FOLDER, NAMES
from tests.helpers import ROOT, runs_tool
from tools import freeze_transformers, write_model_card

GPU_RECORDS = ("base", "sweeps", "finetuning", "long_from_the_start")


@pytest.mark.parametrize("name", GPU_RECORDS)
def test_a_gpu_record_says_how_it_came_about(name):
    record = recorded.read(name)
    assert {"command", "device", "versions", "date", "seed"} <= set(record)
    assert runs_tool(record["command"], "train_course_models")


@pytest.mark.parametrize("name", ["base", "long_from_the_start"])
def test_a_record_of_training_reads_on_the_way_at_one_length(name):
    # Two lengths beside each other would be compared, and each scores bytes of its own.
    read = recorded.read(name)["perplexity_on_the_way"].values()
    assert len({tuple(row) for row in read}) == 1 and all(len(row) == 1 for row in read)


def test_the_base_model_stands_with_the_others_as_its_own_record_says():
    base, (first, *_) = recorded.read("base"), recorded.read("other_base_models")["runs"]
    assert first["command"] == base["command"]
    assert first["perplexity_on_the_way"] == base["perplexity_on_the_way"]


def test_other_base_models_say_how_they_came_about():
    for run in recorded.read("other_base_models")["runs"]:
        assert {"command", "device", "versions", "date", "seed"} <= set(run)


def test_runs_on_a_published_model_say_how_they_came_about():
    for run in recorded.read("smollm2")["runs"]:
        assert {"command", "device", "versions", "date", "seed", "documents"} <= set(run)
        assert runs_tool(run["command"], "stretch_smollm2")


def test_two_gpus_train_as_much_faster_than_one_as_the_page_says():
    runs = recorded.read("two_gpus")["runs"]
    pace = {(run["config"]["length"], run["processes"]): run["bytes_per_second"] for run in runs}
    gain = {length: pace[length, 2] / pace[length, 1] for length in (512, 4096)}
    page = (ROOT / "site" / "shell.md").read_text(encoding="utf-8")
    for ratio in gain.values():
        assert ratio > 1.7 and f"{ratio:.2f} times " in page


def test_two_gpus_follow_the_same_losses_as_one_until_rounding_grows():
    # Both add up the same gradients in another order. At this learning rate the difference grows.
    curves = [run["loss_curve"][:4] for run in recorded.read("two_gpus")["runs"]]
    for one, two in (curves[:2], curves[2:]):
        assert [step for step, _ in one] == [2, 4, 6, 8]
        assert [loss for _, loss in two] == pytest.approx([loss for _, loss in one], abs=1.5e-3)


def test_a_little_yarn_reads_the_published_model_further_than_its_own_window_in_every_seed():
    runs = [run for run in recorded.read("smollm2")["runs"] if "finetune" in run["command"]]
    tuned = [run["methods"]["yarn"]["by_context"] for run in runs if "yarn" in run["methods"]]
    assert len(tuned) == 4  # three seeds, and one of them for longer
    for read in tuned:
        assert read["32768"]["code"]["perplexity"] < read["8192"]["code"]["perplexity"]


def test_untrained_yarn_reads_the_same_tokens_6_to_21_per_cent_worse_at_four_windows_than_at_one():
    runs = recorded.read("smollm2")["runs"]
    methods = next(run["methods"] for run in runs if "zero_shot" in run["command"])
    window, stretched = (
        methods[name]["by_context"][length]["code"]["by_document"]
        for name, length in (("rope", "8192"), ("yarn", "32768"))
    )
    worse = [round(100 * (b / a - 1)) for a, b in zip(window, stretched, strict=True)]
    assert (min(worse), max(worse), len(worse)) == (6, 21, 8)  # as lesson 09 says


def test_the_order_of_methods_on_the_published_model_holds_at_half_the_learning_rate():
    def at_the_end(run):
        return {
            m: x["by_context"]["32768"]["code"]["perplexity"] for m, x in run["methods"].items()
        }

    record = recorded.read("smollm2")
    half = at_the_end(record["half_the_learning_rate"])
    usual = {}
    for run in record["runs"]:
        if "finetune" in run["command"] and run["seed"] == 0 and "400" not in run["command"]:
            usual |= at_the_end(run)
    order = ["yarn", "ntk_aware", "pi", "rope"]
    assert sorted(half, key=half.get) == order
    assert sorted(order, key=usual.get) == order
    assert half["yarn"] == pytest.approx(usual["yarn"], rel=0.005)
    assert half["pi"] > 1.3 * usual["pi"]  # what has much to learn depends on the rate


def test_the_frozen_numbers_are_what_transformers_computes():
    frozen, live = recorded.read("transformers")["rules"], freeze_transformers.freeze()["rules"]
    assert frozen.keys() == live.keys()
    for rule in frozen:
        # Another release may add up in another order: a few units in float32's last place.
        assert live[rule]["inv_freq"] == pytest.approx(frozen[rule]["inv_freq"], rel=1e-6)
        assert live[rule]["attention_scaling"] == pytest.approx(frozen[rule]["attention_scaling"])


def test_a_receipt_is_one_line_of_device_date_seed_and_command():
    receipt = recorded.read("base").receipt()
    assert receipt == (
        "NVIDIA H200, 2026-11-23, seed 0: python tools/train_course_models.py base --out runs "
        "--steps 2500 --learning-rate 2e-3"
    )


def test_the_receipt_of_a_frozen_library_names_its_release():
    assert recorded.read("transformers").receipt() == (
        "transformers 5.23.0: python tools/freeze_transformers.py"
    )


def test_an_unknown_record_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match="no record is called 'bass'; use one of base, "):
        recorded.read("bass")


def test_the_model_card_is_the_one_that_the_records_give():
    written = (FOLDER / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert written == write_model_card.model_card()


def test_descendants_trained_on_no_more_than_a_tenth_of_the_base_models_bytes():
    base, tuning = recorded.read("base"), recorded.read("finetuning")
    steps, size = tuning["config"]["steps"], tuning["config"]["bytes_per_step"]
    assert steps * size <= 0.1 * base["trained_bytes"]


def test_the_shipped_weights_read_what_is_recorded_of_them():
    record = recorded.read("shipped")["perplexity"]
    assert set(record) == set(NAMES)
    for name, row in record.items():
        # Each is better at the length it was trained on; only the base was trained on 512.
        assert (row["512"] < row["4096"]) == (name == "base")


def test_the_results_say_what_fine_tuned_yarn_reads():
    page = (ROOT / "site" / "results.md").read_text(encoding="utf-8")
    read = recorded.read("tuned")["runs"]["yarn_index"]["after_steps"]["320"]
    far, near = (f"{read[n]['median']:.2f}" for n in ("4096", "512"))
    assert f"reads 4,096 bytes at {far}, and the same bytes 512 at a time at {near}." in page


def test_records_hold_no_machine_paths():
    for path in (ROOT / "lesson_utils" / "recorded").glob("*.json"):
        text = json.dumps(json.loads(path.read_text(encoding="utf-8")))
        assert not re.search(r'"[^"]*(?:/home/|/root/|/tmp/)', text), path.name
