"""The controls: run in small here, and what their record shows of the lessons' explanations."""

import json

import pytest
import torch

from lesson_utils import recorded
from lesson_utils.corpus import default_documents, text_document
from lesson_utils.model import attend_last, causal_attention, rotary_attention
from lesson_utils.perplexity import byte_losses
from lesson_utils.rope import cos_sin, rope, rotate_half_split
from lesson_utils.scaling import yarn
from lesson_utils.weights import load
from tests.helpers import python, small_model
from tools import collect_controls
from tools.gather_controls import KEY_BYTES, ask, far_keys, free_heads, hide_key, stop_from

PARTS = list(collect_controls.PARTS)


# --- one command gathers them ---


@pytest.fixture(scope="module")
def gathered(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs")
    done = python("-m", "tools.gather_controls", *PARTS, "--tiny", "--out", str(out))
    assert done.returncode == 0, done.stderr
    return out


def test_each_part_says_how_it_came_about(gathered):
    for part in PARTS:
        found = json.loads((gathered / f"{part}_0.json").read_text(encoding="utf-8"))
        assert found["command"].startswith("python -m tools.gather_controls")
        assert found["seed"] == 0 and found["device"] and found["date"] and found["documents"]


def test_the_small_run_joins_into_a_record_of_the_shape_that_the_course_has(gathered, tmp_path):
    done = python("-m", "tools.collect_controls", str(gathered), "--to", str(tmp_path))
    assert done.returncode == 0, done.stderr
    small = json.loads((tmp_path / "controls.json").read_text(encoding="utf-8"))
    whole = recorded.read("controls")
    assert list(small) == list(whole)
    for part in PARTS:
        assert list(small[part]) == list(whole[part])


def test_a_part_that_is_missing_is_named(tmp_path):
    done = python("-m", "tools.collect_controls", str(tmp_path), "--to", str(tmp_path))
    assert done.returncode == 1 and "has no heads_N.json; gather that part" in done.stderr


# --- what the parts do to a model ---


@pytest.fixture(scope="module")
def vectors():
    random = torch.Generator().manual_seed(0)
    q, k, v = (torch.randn(1, 2, 700, 64, generator=random) for _ in range(3))
    cos, sin = (x.float() for x in cos_sin(rope(64), torch.arange(700)))
    return q, k, v, cos, sin


def test_the_same_keys_four_times_over_change_nothing(vectors):
    q, k, v, cos, sin = vectors
    q, k = rotate_half_split(q, cos, sin), rotate_half_split(k, cos, sin)
    once = causal_attention(q[:, :, -1:], k, v)
    four_times = causal_attention(q[:, :, -1:], k.repeat(1, 1, 4, 1), v.repeat(1, 1, 4, 1))
    torch.testing.assert_close(once, four_times, atol=1e-5, rtol=0)


def test_with_all_far_keys_the_attention_is_the_models_own_and_with_none_the_last_512s(vectors):
    for kept, known in ((True, rotary_attention), (False, attend_last(512))):
        ours = far_keys(torch.full((700,), kept))(*vectors)
        torch.testing.assert_close(ours, known(*vectors), atol=2e-5, rtol=0)


@pytest.mark.parametrize("first_pair", [0, 10])
def test_far_keys_pretend_an_offset_in_the_chosen_pairs_alone(vectors, first_pair):
    q, k, v, cos, sin = vectors
    offsets = torch.randint(256, 512, (700,), generator=torch.Generator().manual_seed(1))
    kept = torch.ones(700, dtype=torch.bool)
    ours = far_keys(kept, offsets, first_pair=first_pair, sharpen=1.2)(*vectors)
    # The last query by hand: its score with a key is a sum over pairs of |q||k| cos(…).
    back = 699 - torch.arange(700)
    told = torch.where(back < 512, back, offsets)
    pairs = torch.arange(32) >= first_pair
    offset = torch.where(pairs, told[:, None], back[:, None]).double()
    angle = -offset * rope(64).inv_freq.double()
    turned = torch.polar(torch.ones_like(angle), angle)
    query, keys = (torch.complex(*x[0].double().chunk(2, -1)) for x in (q[:, :, -1:], k))
    scores = 1.2 * (query.conj() * keys * turned).real.sum(-1) / 8
    by_hand = scores.softmax(-1)[:, None] @ v[0].double()
    torch.testing.assert_close(ours[0, :, -1:].double(), by_hand, atol=2e-4, rtol=0)


def test_a_head_that_is_not_free_sees_the_last_512_keys_in_every_layer_and_every_reading():
    model = small_model(layers=2).eval()
    tokens = default_documents(1)[0].tokens()[None, :700]
    own, near = model(tokens), model(tokens, attend=attend_last(512))
    assert (own - near).abs().max() > 1e-3
    for free, known in ((True, own), (False, near)):
        attend = free_heads(torch.full((2, 1), free))
        for _ in range(2):
            torch.testing.assert_close(model(tokens, attend=attend), known)
    one = model(tokens, attend=free_heads(torch.tensor([[True], [False]])))
    assert (one - own).abs().max() > 1e-3 < (one - near).abs().max()


def test_stopped_pairs_have_the_same_angle_at_every_offset_and_the_others_keep_theirs():
    chosen = yarn(64, 8, trained_length=512)
    stopped = stop_from(chosen, 19)
    assert (stopped.inv_freq[19:] == 0).all()
    assert (stopped.inv_freq[:19] == chosen.inv_freq[:19]).all() and chosen.inv_freq[19] > 0
    assert stopped.attention_scaling == chosen.attention_scaling


@pytest.mark.parametrize("depth, first", [(0, 0), (0.5, 475), (1, 950)])
def test_a_key_stands_once_at_its_depth_and_once_at_the_end(depth, first):
    prompt = bytes(hide_key(text_document("." * 1000), b"k7qzw3xv", depth).tolist())
    assert len(prompt) == 1000 and prompt.endswith(b"\nassert PASSKEY == 'k7qzw3xv")
    assert prompt.index(b"\nPASSKEY = 'k7qzw3xv'\n") == first
    assert prompt.count(b".") == 950


def test_asking_scores_the_bytes_of_the_key_alone_and_finds_it_only_whole():
    model, document = load("base"), default_documents(1)[0].excerpt(0, 400)
    prompts = torch.stack([hide_key(document, key, 0.8) for key in (b"k7qzw3xv", b"returned")])
    nats, found = ask(prompts, model, None, rotary_attention)
    losses = byte_losses(model, prompts)[:, -KEY_BYTES:]
    assert nats == pytest.approx(losses.mean(1).tolist(), abs=1e-3)
    choices = model(prompts)[:, -KEY_BYTES - 1 : -1].argmax(-1) == prompts[:, -KEY_BYTES:]
    assert found == choices.all(1).int().tolist()
