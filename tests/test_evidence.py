"""The evidence: gathered in small here, and what the records of three seeds must show."""

import json
import math

import numpy as np
import pytest

from lesson_utils import recorded
from lesson_utils.copying import GIVEN, SCORED, copy_losses, copy_windows
from lesson_utils.corpus import Document, default_documents
from lesson_utils.model import attend_last
from lesson_utils.perplexity import perplexity, score_windows
from lesson_utils.scaling import yarn
from lesson_utils.weights import load
from tests.helpers import python, small_model
from tools import collect_evidence

LENGTHS = ("512", "1024", "2048", "4096", "8192", "16384")
PAST_THE_WINDOW = ("768", "1024", "1536", "2048", "3072")


# --- one command gathers it ---


IN_ONE_PROCESS = """
import sys
from tools.gather_evidence import main
out, *calls = sys.argv[1:]
for parts in calls:
    sys.argv[1:] = [*parts.split(), "--tiny", "--out", out]
    main()
"""
"""One command after another, with torch imported once."""


@pytest.fixture(scope="module")
def gathered(tmp_path_factory):
    """All parts with nothing learned; the judge of ``far`` is the long model of another seed."""
    out = tmp_path_factory.mktemp("runs")
    first = "base zero_shot sweeps tuned copies long stages factors same_window --seed 0"
    done = python("-c", IN_ONE_PROCESS, out, first, "base long --seed 1", "far --seed 0")
    assert done.returncode == 0, done.stderr
    return out


def test_each_part_says_how_it_came_about(gathered):
    for part in collect_evidence.RECORDS:
        record = json.loads((gathered / f"{part}_0.json").read_text(encoding="utf-8"))
        assert record["command"].startswith("python -m tools.gather_evidence")
        assert record["seed"] == 0 and record["device"] and record["date"]


def test_the_small_run_joins_into_records_of_the_shape_that_the_course_has(gathered, tmp_path):
    done = python("-m", "tools.collect_evidence", str(gathered), "--to", str(tmp_path))
    assert done.returncode == 0, done.stderr
    names = {collect_evidence.NAMES.get(part, part) for part in collect_evidence.RECORDS}
    assert {path.stem for path in tmp_path.iterdir()} == names
    for name in names:
        small = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
        assert set(small) == set(recorded.read(name))


def test_a_part_that_is_missing_is_named(tmp_path):
    done = python("-m", "tools.collect_evidence", str(tmp_path), "--to", str(tmp_path))
    assert done.returncode == 1 and "has no zero_shot_N.json; gather that part" in done.stderr


def test_a_spread_is_a_median_with_its_ends():
    found = collect_evidence.spread([3.0, 1.00001, 2.0])
    assert found == {"median": 2.0, "low": 1.0, "high": 3.0, "by_seed": [3.0, 1.0, 2.0]}


# --- what a window to copy in looks like ---


@pytest.mark.parametrize("form", ["bare", "code"])
@pytest.mark.parametrize("distance", [64, 300, 464])
def test_a_string_stands_twice_so_far_apart_in_real_text(form, distance):
    text = np.frombuffer(b"." * 2000, dtype=np.uint8)
    windows = copy_windows([Document("dots", text)], distance, length=512, strings=5, form=form)
    assert windows.shape == (5, 512)
    for window in windows.tolist():
        data = bytes(window)
        string = data[-GIVEN - SCORED :]
        assert string.isalnum() and data.count(string) == 2
        assert data.rindex(string) - data.index(string) == distance
        around = data[data.index(string) - 14 : data.index(string) + 26]
        assert around.count(b".") == (16 if form == "bare" else 0)
        assert (b'secret = "' + string in data) == (form == "code")
    assert len({tuple(window[-SCORED:]) for window in windows.tolist()}) == 5


def test_strings_and_places_are_the_same_at_every_distance():
    documents = default_documents(2)
    near, far = (copy_windows(documents, d, length=1024, strings=4, seed=3) for d in (100, 900))
    assert (near[:, -GIVEN - SCORED :] == far[:, -GIVEN - SCORED :]).all()
    assert (near != far).float().mean() < 0.05


@pytest.mark.parametrize("distance", [23, 489, -1])
def test_a_distance_that_does_not_fit_is_refused_with_its_limits(distance):
    with pytest.raises(ValueError, match=f"distance is {distance}; in windows of 512 give 24 to"):
        copy_windows(default_documents(1), distance, length=512, strings=1)


def test_copying_scores_the_last_bytes_alone():
    model = small_model(layers=1).eval().requires_grad_(False)
    windows = copy_windows(default_documents(1), 200, length=512, strings=10)
    losses = copy_losses(model, windows)
    assert losses.shape == (10, SCORED)
    odds = model(windows[9:])[0].double().log_softmax(-1)
    by_hand = [-odds[at - 1, windows[9, at]].item() for at in range(512 - SCORED, 512)]
    np.testing.assert_allclose(losses[9], by_hand, atol=2e-5)


def test_the_shipped_model_copies_inside_its_window_and_the_reader_that_forgets_not_past_it():
    model, documents = load("base"), default_documents(2)
    inside = copy_windows(documents, 128, length=512, strings=4)
    assert copy_losses(model, inside).mean() < 1.5 < math.log(36)
    past = copy_windows(documents, 1000, length=1200, strings=4)
    assert copy_losses(model, past, attend=attend_last(512)).mean() > math.log(36)


# --- what the records of three seeds show, in every seed ---


def by_seed(entry):
    return np.array(entry["by_seed"])


def test_records_are_of_three_seeds_and_eight_documents():
    names = ("zero_shot", "tuned", "copies", "long_models", "stages", "far_bytes", "same_window")
    for name in names:
        assert recorded.read(name)["seeds"] == [0, 1, 2]
        assert "seeds 0, 1, 2" in recorded.read(name).receipt()
    rows = recorded.read("zero_shot")["by_length"]
    for row in rows.values():
        assert tuple(row) == LENGTHS
        assert all(np.shape(entry["by_document"]) == (3, 8) for entry in row.values())


def test_a_cpu_reads_what_the_gpu_recorded():
    row = recorded.read("zero_shot")["by_length"]
    documents, frequencies = default_documents(1), yarn(64, 2, trained_length=512, ramp="index")
    ours = score_windows(load("base"), documents, 1024, frequencies, longest=16_384).perplexity
    # The record has 3 decimals; between two devices, float32 sums differ a little more than that.
    assert ours == pytest.approx(row["yarn_index"]["1024"]["by_document"][0][0], abs=1e-3)


def test_the_reader_of_the_last_512_bytes_beats_every_method_before_training():
    rows = recorded.read("zero_shot")["by_length"]
    for variant, row in rows.items():
        if variant != "last_512":
            for n in ("2048", "4096", "8192", "16384"):
                assert (by_seed(rows["last_512"][n]) < by_seed(row[n])).all(), (variant, n)


def test_zero_shot_yarn_is_the_best_method_at_eight_times_the_window():
    rows = recorded.read("zero_shot")["by_length"]
    for variant, row in rows.items():
        if variant not in ("last_512", "yarn_index"):
            assert (by_seed(rows["yarn_index"]["4096"]) < by_seed(row["4096"])).all()


def test_forty_steps_take_yarn_below_the_reader_of_the_last_512_bytes():
    # Both over the bytes that a window of 4,096 scores; the reader of 512 is the base itself.
    run = recorded.read("tuned")["runs"]
    at = {k: by_seed(v["4096"]) for k, v in run["yarn_index"]["after_steps"].items()}
    unchanged = by_seed(run["rope"]["after_steps"]["0"]["512"])
    assert (at["0"] > unchanged).all() and (at["20"] < unchanged).all()


def test_fine_tuned_yarn_copies_past_the_window_where_the_forgetful_reader_guesses():
    for form, rows in recorded.read("copies").items():
        if form not in ("bare", "code"):
            continue
        for d in PAST_THE_WINDOW:
            ours = rows["yarn_index, tuned"][d]["nats"]
            theirs = rows["last 512 only"][d]["nats"]
            margin = theirs["low"] - ours["high"]
            spread = max(e["high"] - e["low"] for e in (ours, theirs))
            assert margin > spread, (form, d)


def test_yarn_copies_past_the_window_untrained_and_pi_does_not():
    for form in ("bare", "code"):
        rows = recorded.read("copies")[form]
        for d in ("768", "1024", "1536"):
            assert rows["yarn_index, untuned"][d]["nats"]["high"] < math.log(36)
            assert rows["pi, untuned"][d]["nats"]["low"] > math.log(36)


def test_where_far_text_helps_yarn_beats_the_forgetful_reader_and_elsewhere_it_does_not():
    rows = recorded.read("far_bytes")["rows"]
    yarn_row, forgetful = rows["yarn_index, untuned"], rows["last 512 only"]
    helped, elsewhere = "where_far_helps", "elsewhere"
    assert (by_seed(yarn_row[helped]) < by_seed(forgetful[helped])).all()
    assert (by_seed(yarn_row[elsewhere]) > by_seed(forgetful[elsewhere])).all()


def test_one_call_with_several_lengths_is_what_the_records_hold():
    # Two lengths of the shipped base, over the first document, beside the record of seed 0.
    rows = recorded.read("tuned")["runs"]["rope"]["after_steps"]["0"]
    ours = perplexity(load("base"), default_documents(1), (512, 4096))
    for n in ("512", "4096"):
        assert ours[int(n)] == pytest.approx(rows[n]["by_document"][0][0], abs=5e-3, rel=1e-3)
