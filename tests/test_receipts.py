"""The page of receipts is what claims and records give, and a verdict is what its rule says."""

import copy
import re

import numpy as np
import pytest

from lesson_utils import receipts, recorded
from tests.helpers import ROOT, python
from tools import write_receipts

PAPERS, CLAIMS = receipts.read_file()
RECORDS = receipts.read_records(CLAIMS)
PAGE = (ROOT / "site" / "receipts.md").read_text(encoding="utf-8")
by_id = pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim["id"])


def claim_of(name):
    (found,) = [claim for claim in CLAIMS if claim["id"] == name]
    return found


def said(name):
    return [finding.verdict for finding in receipts.judge(claim_of(name), RECORDS)[1].values()]


# --- the page ---


def test_the_page_is_what_claims_and_records_give():
    assert write_receipts.page() == PAGE, "run `python -m tools.write_receipts`"


@by_id
def test_a_claim_is_on_the_page_once_with_its_place_and_its_verdict(claim):
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| {claim['says']} |")]
    assert f"({claim['place']})" in row
    assert f"| **{receipts.judge(claim, RECORDS)[0]}**<br>{claim['why']} |" in row


def test_every_link_to_a_receipt_leads_to_a_heading_with_device_date_and_command():
    parts = re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]
    headings = {write_receipts.anchor(part.split("\n")[0]): part for part in parts}
    assert set(re.findall(r"\(#([^)]+)\)", PAGE)) == set(headings)
    for part in headings.values():
        assert re.search(r"^- .+, 20\d\d-\d\d-\d\d, seeds? \d.*: python -m tools\.", part, re.M)


def test_readme_links_the_page():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "(site/receipts.md)" in readme


@pytest.fixture
def changed(monkeypatch):
    """Return a function that changes the records of the three seeds, as a new run would."""

    def change(path, by):
        records = copy.deepcopy(RECORDS)
        name, *keys = path.split("/")
        entry = records[name]
        for key in keys:
            entry = entry[key]
        entry["by_seed"][:] = [value * by for value in entry["by_seed"]]
        monkeypatch.setattr(recorded, "read", records.__getitem__)

    return change


def test_a_record_that_changes_a_little_changes_the_page(changed):
    changed("zero_shot/by_length/yarn_index/4096", by=1.01)
    page = write_receipts.page()
    before = RECORDS["zero_shot"]["by_length"]["yarn_index"]["4096"]["median"]
    was, now = f"YaRN {before:.3f} (", f"YaRN {1.01 * before:.3f} ("
    assert (was in PAGE, now in PAGE) == (True, False)
    assert (was in page, now in page) == (False, True)


def test_a_record_that_turns_a_verdict_stops_the_page_and_names_the_claim(changed):
    changed("zero_shot/by_length/yarn_index/4096", by=2.0)
    with pytest.raises(
        ValueError, match="'differs, agrees' to claim 'best_untuned', and its `why`"
    ):
        write_receipts.page()


# --- the claims ---


def test_claims_have_names_of_their_own_and_every_paper_has_a_claim():
    assert len({claim["id"] for claim in CLAIMS}) == len(CLAIMS)
    assert {claim["paper"] for claim in CLAIMS} == {paper["id"] for paper in PAPERS}


@by_id
def test_a_claim_has_a_place_with_its_page(claim):
    without = {"ends_index": r"commit [0-9a-f]{7}.*line \d", "post_title": "the post's title"}
    assert re.search(without.get(claim["id"], r"\bpp?\. \d"), claim["place"])
    assert claim["figure"] and claim["says"].endswith(".")


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper["id"])
def test_a_paper_on_arxiv_names_the_version_that_was_read(paper):
    assert re.fullmatch(r"arXiv:\d{4}\.\d{5}v\d|reddit\.com/\S+", paper["source"])


@by_id
def test_the_sentence_of_a_claim_was_written_for_the_verdicts_that_the_records_give(claim):
    _, findings = receipts.judge(claim, RECORDS)
    assert receipts.reason(claim, findings) == claim["why"]


@by_id
def test_no_sentence_holds_a_measured_figure_that_a_new_record_would_leave_behind(claim):
    assert not re.search(r"\d\.\d", claim["why"])


@by_id
def test_what_is_compared_is_read_over_the_same_text(claim):
    # Lengths in zero_shot, stages, long_models and tuned's by_length are over the bytes that a
    # window of 16,384 scores; tuned's after_steps are over those that one of 4,096 scores.
    for check in receipts.checks_of([claim]):
        kinds = {
            "after_steps" if "after_steps" in path else "by_length"
            for path in receipts.paths([check])
            if path.split("/")[0] in ("zero_shot", "stages", "long_models", "tuned")
        }
        assert len(kinds) <= 1


# --- verdicts by hand ---


def test_tuned_yarn_is_behind_by_parts_in_every_seed_of_the_tiny_model_and_in_two_of_the_other():
    tuned = RECORDS["tuned"]["runs"]
    after = {name: run["after_steps"]["320"]["4096"]["by_seed"] for name, run in tuned.items()}
    assert (np.array(after["yarn_index"]) > after["ntk_by_parts_index"]).all()
    runs = [run["methods"] for run in RECORDS["smollm2"]["runs"]]
    last = {
        name: np.array([
            run[name]["perplexity_after_steps"]["60"]
            for run in runs
            if run.get(name, {}).get("steps") == 60
        ])
        for name in ("yarn", "ntk_by_parts")
    }  # fmt: skip
    assert (last["yarn"] < last["ntk_by_parts"]).sum() == 1
    assert said("best_tuned") == ["differs", "cannot tell"]


def test_steps_that_pi_needs_are_those_that_a_straight_line_between_its_points_gives():
    runs, steps = RECORDS["tuned"]["runs"], [0, 5, 10, 20, 40, 80, 160, 320]
    ratios = []
    for seed in range(3):
        pi = [runs["pi"]["after_steps"][str(k)]["4096"]["by_seed"][seed] for k in steps]
        target = runs["yarn_index"]["after_steps"]["10"]["4096"]["by_seed"][seed]
        assert pi == sorted(pi, reverse=True)  # np.interp wants it so
        ratios.append(np.interp(-target, [-value for value in pi], steps) / 10)
    given = claim_of("steps")["tiny"][1]["first"]
    assert given["over_steps"] == 10
    found = receipts.figure(given, RECORDS)
    np.testing.assert_allclose(found.values, ratios)
    assert not any(found.more_than) and min(ratios) > 2.5
    assert said("steps") == ["agrees", "agrees"]


def test_pi_never_reaches_on_smollm2_what_yarn_has_after_ten_steps_and_the_page_says_more_than():
    given = claim_of("steps")["smollm2"][0]["first"]
    assert receipts.figure(given, RECORDS) == receipts.Figure((6.0,) * 3, (True,) * 3)
    assert "after 10 steps of YaRN: more than 6.0. At least 2.5: 3 of 3 seeds." in PAGE


def test_the_best_temperature_is_the_lowest_point_of_the_recorded_sweep():
    sweep = RECORDS["ramp_and_temperature"]["temperature"]["yarn_turns"]["8"]
    table = np.array([entry["by_seed"] for entry in sweep.values()])
    best = [float(list(sweep)[i]) for i in table.argmin(axis=0)]
    check = claim_of("temperature_fit")["tiny"][1]
    assert list(receipts.figure(check["first"], RECORDS).values) == best
    assert all(abs(c - 0.1) > 0.01 for c in best) and said("temperature_fit")[0] == "differs"


def test_ends_of_the_ramp_are_divided_by_the_best_of_the_same_seed():
    table = RECORDS["ramp_and_temperature"]["ends"]["yarn_turns"]
    lowest = np.min([entry["by_seed"] for entry in table.values()], axis=0)
    found = receipts.figure(claim_of("ends_turns")["tiny"][0]["first"], RECORDS)
    np.testing.assert_allclose(found.values, table["1,32"]["by_seed"] / lowest)


# --- rules ---

SMALL = {
    "r": {
        "a": {"by_seed": [1.0, 2.0, 3.0]},
        "b": {"by_seed": [2.0, 2.0, 2.0]},
        "curve": {
            "0": {"by_seed": [9.0, 9.0, 1.0]},
            "10": {"by_seed": [5.0, 5.0, 1.0]},
            "20": {"by_seed": [1.0, 3.0, 1.0]},
        },
    }
}
A, B = {"name": "a", "at": "r/a"}, {"name": "b", "at": "r/b"}
STEPS = {"name": "steps", "steps": "r/curve/*", "until": "r/b"}  # 17.5, more than 20, 0


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"first": A, "below": B}, (True, False, False)),
        ({"first": A, "at_most": 2}, (True, True, False)),
        ({"first": A, "at_least": 2}, (False, True, True)),
        ({"first": A, "within": 50, "of": B}, (True, True, True)),
        ({"first": A, "within": 40, "of": B}, (False, True, False)),
        ({"first": A, "within": 1, "of": 3}, (False, False, True)),
        ({"first": STEPS, "at_most": 18}, (True, False, True)),
        ({"first": STEPS, "at_most": 40}, (True, None, True)),
        ({"first": STEPS, "at_least": 15}, (True, True, False)),
        ({"first": STEPS, "at_least": 40}, (False, None, False)),
        ({"first": STEPS, "within": 50, "of": 20}, (True, None, False)),
    ],
)
def test_a_rule_holds_in_the_seeds_in_which_it_is_true(rule, expected):
    assert receipts.holds(rule, SMALL) == expected


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ([(True, True, True)], "agrees"),
        ([(True, True, True), (True,)], "agrees"),
        ([(True, False, True)], "cannot tell"),
        ([(True, None, True)], "cannot tell"),
        ([(None, None, None)], "cannot tell"),
        ([(False, False, False)], "differs"),
        ([(True, False, False), (False, True, None)], "differs"),
        ([(True, True, True), (False,)], "differs"),
    ],
)
def test_a_verdict_agrees_in_every_seed_differs_in_none_or_cannot_tell(held, expected):
    assert receipts.verdict(tuple(held)) == expected


@pytest.mark.parametrize(
    ("tiny", "smollm2", "expected"),
    [
        ("below", "below", "agrees"),
        ("below", None, "agrees"),
        (None, "above", "differs"),
        ("below", "above", "cannot tell"),
        (None, None, "cannot tell"),
    ],
)
def test_a_row_has_the_verdict_that_its_models_share(tiny, smollm2, expected):
    checks = {"below": [{"first": B, "at_most": 3}], "above": [{"first": B, "at_least": 3}]}
    claim = {"tiny": checks.get(tiny), "smollm2": checks.get(smollm2)}
    claim = {model: own for model, own in claim.items() if own}
    assert receipts.judge(claim, SMALL)[0] == expected


@pytest.mark.parametrize(("target", "expected"), [(9, 0), (5, 10), (4, 12.5), (1, 20), (0.5, None)])
def test_steps_to_reach_a_target(target, expected):
    assert receipts.steps_to_reach({0: 9, 10: 5, 20: 1}, target) == expected


def test_steps_count_to_the_first_time_that_the_target_is_reached():
    assert receipts.steps_to_reach({0: 4, 10: 2, 20: 3, 30: 1}, 2) == 10


def test_words_have_the_median_the_spread_and_what_is_only_a_bound():
    assert receipts.as_text(A, SMALL) == "a 2.000 (1.000–3.000)"
    assert receipts.as_text(B, SMALL) == "b 2.000"
    assert receipts.as_text(STEPS, SMALL) == "steps 17.5 (0.000 to more than 20.0)"
    assert receipts.as_text({**B, "percent": True}, SMALL) == "b 200 %"
    check = {"where": "At 8", "first": A, "below": B}
    assert receipts.in_words(check, receipts.holds(check, SMALL), SMALL) == (
        "At 8: a 2.000 (1.000–3.000), b 2.000. The first below the second: 1 of 3 seeds."
    )


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("tuned/runs/pie", "no record has tuned/runs/pie: nothing is called 'pie'"),
        ("smollm2/60 steps/pie", "no run is at smollm2/60 steps/pie; SmolLM2's stages are"),
        ("tune/runs", "no record has tune/runs: nothing is called 'tune'"),
    ],
)
def test_a_path_that_leads_nowhere_is_named(path, message):
    with pytest.raises(ValueError, match=message):
        receipts.by_seed(path, RECORDS)


def test_receipts_need_no_torch():
    done = python("-c", "import sys, lesson_utils.receipts; sys.exit('torch' in sys.modules)")
    assert done.returncode == 0, done.stderr
