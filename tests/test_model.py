"""The tiny Llama: it is a Llama, any frequencies drive it, and a cache changes nothing."""

import math

import numpy as np
import pytest
import torch

import lesson_utils.model as model_module
from lesson_utils import weights
from lesson_utils.corpus import default_documents
from lesson_utils.model import (
    KeyValueCache,
    ModelConfig,
    TinyLlama,
    attend_last,
    causal_attention,
    count_parameters,
    rotary_attention,
)
from lesson_utils.perplexity import perplexity
from lesson_utils.rope import (
    RotaryFrequencies,
    cos_sin,
    rope,
    rotate_half_split,
    rotate_interleaved,
)
from lesson_utils.scaling import dynamic_ntk, llama3, ntk_aware, pi, yarn
from tests import oracles
from tests.helpers import small_model

WITHIN, PAST = 300, 1500  # the model was trained on windows of 512


@pytest.fixture(scope="module")
def model():
    return weights.load("base")


@pytest.fixture(scope="module")
def document():
    return default_documents(1)[0]


@pytest.fixture(scope="module")
def text(document):
    """Real text: on random bytes every prediction is equally bad, and mistakes hide."""
    return document.data.tobytes()


def tokens(text, start, length):
    return torch.tensor([list(text[start : start + length])])


@torch.inference_mode()
def logits(model, *arguments, **options):
    return model(*arguments, **options)


# --- it is a Llama ---


def hugging_face_model(model, **rope_parameters):
    # Imported here, so that all other tests of this file live on when the library changes.
    from transformers import LlamaConfig, LlamaForCausalLM

    # For every rope_type but yarn and llama3, this number means the trained length.
    extended = rope_parameters["rope_type"] in ("yarn", "llama3")
    config = LlamaConfig(
        vocab_size=256,
        hidden_size=256,
        intermediate_size=704,
        num_hidden_layers=6,
        num_attention_heads=4,
        head_dim=64,
        rms_norm_eps=1e-5,
        max_position_embeddings=4096 if extended else 512,
        tie_word_embeddings=True,
        attn_implementation="eager",  # written out step by step, unlike the kernel that ours calls
        bos_token_id=None,
        eos_token_id=None,  # the default, 2, is a byte like any other here
        pad_token_id=None,
        rope_parameters=dict(rope_theta=10_000.0, **rope_parameters),
    )
    theirs = LlamaForCausalLM(config).eval()
    missing, unexpected = theirs.load_state_dict(model.state_dict(), strict=False)
    assert unexpected == []
    assert missing == ["lm_head.weight"]  # tied: it is the embedding table that was just loaded
    assert theirs.lm_head.weight is theirs.model.embed_tokens.weight
    return theirs


LLAMAS = {
    "default": (dict(rope_type="default"), lambda length: rope(64)),
    "linear": (dict(rope_type="linear", factor=4.0), lambda length: pi(64, 4.0)),
    # Theirs remembers the longest length it has read, so the lengths below go from short to long.
    "dynamic": (
        dict(rope_type="dynamic", factor=2.0),
        lambda length: dynamic_ntk(64, length, trained_length=512, factor=2.0),
    ),
    "yarn": (
        dict(rope_type="yarn", factor=8.0, original_max_position_embeddings=512),
        lambda length: yarn(64, 8.0, trained_length=512, ramp="index"),
    ),
    "llama3": (
        dict(
            rope_type="llama3",
            factor=8.0,
            original_max_position_embeddings=512,
            low_freq_factor=1.0,
            high_freq_factor=4.0,
        ),
        lambda length: llama3(64, 8.0, trained_length=512, base=10_000.0),
    ),
}
every_llama = pytest.mark.parametrize(
    "rope_parameters, frequencies", LLAMAS.values(), ids=LLAMAS.keys()
)


@every_llama
def test_logits_are_those_of_transformers_with_the_same_weights(
    model, text, rope_parameters, frequencies
):
    theirs = hugging_face_model(model, **rope_parameters)
    rotary = theirs.model.rotary_emb
    for length in (WITHIN, PAST):
        read = tokens(text, 0, length)
        with torch.inference_mode():
            expected = theirs(read).logits
        assert expected.abs().max() > 10
        # 1e-4: logits reach 20, so this is 5e-6 of them; six layers of float32 sums (6e-8 each),
        # added up in another order. Their frequencies drive our model as they are.
        borrowed = logits(model, read, (rotary.inv_freq, rotary.attention_scaling))
        torch.testing.assert_close(borrowed, expected, atol=1e-4, rtol=0)
        # Our frequencies differ from theirs in the last bit of float32, 1.2e-7 of the speed. At
        # position 1,500 that is 2e-4 radians, far outside of what the model was trained on.
        tolerance = 1e-4 if length == WITHIN else 2e-3
        own = logits(model, read, frequencies(length))
        torch.testing.assert_close(own, expected, atol=tolerance, rtol=0)


def test_no_two_of_these_kinds_read_alike(model, text):
    # What makes the test above worth its name: a wrong kind is off by far more than 2e-3.
    read = tokens(text, 0, PAST)
    readings = [logits(model, read, frequencies(PAST)) for _, frequencies in LLAMAS.values()]
    for one, reading in enumerate(readings):
        for other in readings[:one]:
            assert (reading - other).abs().max() > 1


def test_two_texts_read_side_by_side_are_read_as_if_alone(model, text):
    first, second = tokens(text, 0, 100), tokens(text, 5000, 100)
    together = logits(model, torch.cat((first, second)))
    # 1e-4 as above: a batch of two is multiplied out in another order.
    torch.testing.assert_close(together[:1], logits(model, first), atol=1e-4, rtol=0)
    torch.testing.assert_close(together[1:], logits(model, second), atol=1e-4, rtol=0)


def test_no_byte_sees_a_later_one(model, text):
    read = tokens(text, 0, 100)
    altered = read.clone()
    altered[0, 60:] = 32
    before, after = logits(model, read), logits(model, altered)
    # 1e-4 as above. The same kernels run on the same shapes, so the difference is most often 0.
    torch.testing.assert_close(after[:, :60], before[:, :60], atol=1e-4, rtol=0)
    assert (after[:, 60:] - before[:, 60:]).abs().max() > 1


def test_slices_of_the_feed_forward_change_nothing(model):
    # It takes 1,024 positions at a time. One position alone must give what it gives among others.
    x = torch.randn(1, 1030, 256, generator=torch.Generator().manual_seed(0))
    block = model.model.layers[0].mlp
    with torch.inference_mode():
        whole = block(x)
        for position in (0, 1023, 1024, 1029):
            alone = block(x[:, position : position + 1])
            # 1e-5: values of size 1, float32 sums of 704 terms in another order.
            torch.testing.assert_close(whole[:, position : position + 1], alone, atol=1e-5, rtol=0)


# --- any frequencies drive it ---


@pytest.mark.parametrize(
    "given",
    [
        lambda inv_freq: (inv_freq, 1.1),
        lambda inv_freq: [inv_freq, 1.1],
        lambda inv_freq: (inv_freq.numpy(), 1.1),
        lambda inv_freq: (inv_freq.double().numpy(), np.float64(1.1)),
        lambda inv_freq: (inv_freq.tolist(), 1.1),
    ],
    ids=["tuple", "list of two", "numpy", "numpy float64", "list of numbers"],
)
def test_a_plain_tuple_of_ones_own_drives_the_model(model, text, given):
    read = tokens(text, 0, 100)
    frequencies = RotaryFrequencies(ntk_aware(64, 4.0).inv_freq, 1.1)
    expected = logits(model, read, frequencies)
    # 1e-4: float64 speeds give angles a little closer to the truth than float32 ones.
    torch.testing.assert_close(
        logits(model, read, given(frequencies.inv_freq)), expected, atol=1e-4, rtol=0
    )
    assert (logits(model, read) - expected).abs().max() > 0.1  # they do make a difference


def test_left_out_frequencies_are_plain_rope_with_the_base_of_the_config(text):
    torch.manual_seed(0)
    model = TinyLlama(ModelConfig(layers=1, base=500.0)).eval()
    read = tokens(text, 0, 50)
    assert torch.equal(logits(model, read), logits(model, read, rope(64, base=500.0)))
    assert not torch.equal(logits(model, read), logits(model, read, rope(64)))


def test_positions_may_be_given_for_all_pairs_or_for_each(model, text):
    read = tokens(text, 0, 100)
    interpolated = logits(model, read, pi(64, 4.0))
    stretched = torch.arange(100) / 4
    # 1e-4: position / 4 is exact, and so is speed / 4; the rest is float32 as above.
    for positions in (stretched, stretched[:, None].expand(100, 32)):
        torch.testing.assert_close(
            logits(model, read, positions=positions), interpolated, atol=1e-4, rtol=0
        )


@pytest.mark.parametrize("head_dim", [32, 128])
def test_a_wrong_number_of_pairs_is_named_with_the_right_one(model, text, head_dim):
    with pytest.raises(ValueError) as error:
        logits(model, tokens(text, 0, 10), rope(head_dim))
    said = str(error.value)
    assert f"for {head_dim // 2} pairs" in said and "has 32" in said
    assert "use head_dim=64" in said


def test_frequencies_with_nan_stop_before_the_first_layer(model, text):
    with pytest.raises(ValueError, match="NaN"):
        logits(model, tokens(text, 0, 10), (torch.full((32,), math.nan), 1.0))


# --- the attention step that a lesson may swap ---


def test_handing_over_the_models_own_attention_changes_nothing(model, text):
    read = tokens(text, 0, 200)
    assert torch.equal(logits(model, read, attend=rotary_attention), logits(model, read))


def test_attention_written_out_is_the_attention_of_the_model(model, text):
    def attend(q, k, v, cos, sin):
        angles = torch.atan2(sin, cos).double()
        assert cos.shape == (40, 32)
        half = torch.cat((angles, angles), dim=-1)

        def turned(x):
            a, b = x.double().chunk(2, dim=-1)
            return x.double() * half.cos() + torch.cat((-b, a), dim=-1) * half.sin()

        scores = turned(q) @ turned(k).transpose(-1, -2) / 64**0.5
        scores = scores.masked_fill(torch.ones(40, 40).triu(1).bool(), -math.inf)
        return (scores.softmax(-1) @ v.double()).float()

    read = tokens(text, 0, 40)
    # 1e-4 as for transformers.
    torch.testing.assert_close(
        logits(model, read, attend=attend), logits(model, read), atol=1e-4, rtol=0
    )


def test_the_wrong_layout_ruins_the_perplexity_of_a_trained_model(model, document):
    def interleaved_attention(q, k, v, cos, sin):
        return causal_attention(rotate_interleaved(q, cos, sin), rotate_interleaved(k, cos, sin), v)

    short = [type(document)(document.name, document.data[:2048])]
    right = perplexity(model, short, 256)
    wrong = perplexity(model, short, 256, attend=interleaved_attention)
    # A trained model guesses among two or three bytes; without positions it can use, among more.
    assert right < 4
    assert wrong > 1.5 * right


def test_attention_scaling_reaches_q_and_k_alike(model, text):
    seen = []

    def attend(q, k, v, cos, sin):
        seen.append((cos, sin))
        return rotary_attention(q, k, v, cos, sin)

    logits(model, tokens(text, 0, 20), (rope(64).inv_freq, 1.2), attend=attend)
    assert len(seen) == 6  # once in each layer
    for cos, sin in seen:
        # 1e-6: float32.
        torch.testing.assert_close(cos**2 + sin**2, torch.full((20, 32), 1.44), rtol=1e-6, atol=0)


def test_longer_q_and_k_are_a_sharper_softmax_with_the_square(text):
    # 1.2 on cos and sin is 1.44 on every score: the same as plain tables and a q that is 1.44 long.
    q, k, v = torch.randn(3, 1, 2, 12, 8, generator=torch.Generator().manual_seed(0))
    positions = torch.arange(12)
    scaled = rotary_attention(q, k, v, *cos_sin((rope(8).inv_freq, 1.2), positions))
    by_hand = rotary_attention(1.44 * q, k, v, *cos_sin(rope(8), positions))
    torch.testing.assert_close(scaled, by_hand, atol=1e-5, rtol=0)  # float32 values of size 1


def test_fewer_queries_than_keys_are_the_last_ones():
    q, k, v = torch.randn(3, 1, 2, 12, 8, generator=torch.Generator().manual_seed(0))
    whole = causal_attention(q, k, v)
    for n in (1, 5, 11):
        torch.testing.assert_close(causal_attention(q[:, :, -n:], k, v), whole[:, :, -n:])


# --- the cache ---

cached_frequencies = pytest.mark.parametrize(
    "frequencies",
    [rope(64), ntk_aware(64, 4.0), yarn(64, 8.0, trained_length=512)],
    ids=["rope", "ntk_aware", "yarn"],
)


@cached_frequencies
@pytest.mark.parametrize("first_position", [0, 1000])
def test_reading_in_chunks_is_reading_in_one_go(model, text, frequencies, first_position):
    read = tokens(text, 0, 640)
    positions = torch.arange(first_position, first_position + 640)
    expected = logits(model, read, frequencies, positions=positions)
    cache = KeyValueCache(first_position)
    chunks = []
    for part in read.split([1, 2, 397, 200, 1, 39], dim=1):
        chunks.append(logits(model, part, frequencies, cache=cache))
    # 1e-4 as for transformers.
    torch.testing.assert_close(torch.cat(chunks, dim=1), expected, atol=1e-4, rtol=0)
    assert cache.length == 640
    assert cache.next_position == first_position + 640


def test_a_cached_key_is_turned_once_to_its_absolute_position(model, text):
    class Recording(KeyValueCache):
        def extend(self, layer, keys, values):
            keys, values = super().extend(layer, keys, values)
            if layer == 0:
                self.keys = keys
            return keys, values

    read, frequencies = tokens(text, 0, 8), yarn(64, 8.0, trained_length=512)
    cache = Recording(1000)
    logits(model, read[:, :5], frequencies, cache=cache)
    logits(model, read[:, 5:], frequencies, cache=cache)
    with torch.inference_mode():
        layer = model.model.layers[0]
        k = layer.self_attn.k_proj(layer.input_layernorm(model.model.embed_tokens(read)))
    for head in range(4):
        expected = oracles.turn_pairs(
            k[0, :, 64 * head : 64 * (head + 1)],
            frequencies.inv_freq,
            range(1000, 1008),
            "half_split",
            frequencies.attention_scaling,
        )
        # 1e-3: float32 angles near 1,000 are good to 3e-5, keys reach 10.
        np.testing.assert_allclose(cache.keys[0, head], expected, atol=1e-3)


def test_tokens_after_a_cache_have_the_positions_after_it(model, text):
    read = tokens(text, 0, 60)
    cache = KeyValueCache()
    logits(model, read[:, :50], cache=cache)
    following = logits(model, read[:, 50:], cache=cache)
    expected = logits(model, read)[:, 50:]
    torch.testing.assert_close(following, expected, atol=1e-4, rtol=0)  # as for transformers
    assert (logits(model, read[:, 50:]) - expected).abs().max() > 1  # without it, another reading


# --- generating ---


@torch.inference_mode()
def continue_without_a_cache(model, prompt, new_bytes, frequencies, first_position=0):
    """Read everything anew for every byte; also return how clear the closest choice was."""
    read, closest = list(prompt), math.inf
    for _ in range(new_bytes):
        positions = torch.arange(first_position, first_position + len(read))
        last = model(torch.tensor([read]), frequencies, positions=positions)[0, -1]
        best, second = last.topk(2).values.tolist()
        closest = min(closest, best - second)
        read.append(last.argmax().item())
    return bytes(read[len(prompt) :]), closest


@cached_frequencies
@pytest.mark.parametrize("first_position", [0, 1000])
@pytest.mark.parametrize("length", [100, 506], ids=["within 512", "across 512"])
def test_generating_with_the_cache_is_generating_without(
    model, text, frequencies, first_position, length
):
    prompt = text[:length]
    expected, closest = continue_without_a_cache(model, prompt, 12, frequencies, first_position)
    # No two bytes are so close that rounding, some 1e-5 of logits up to 20, could swap them.
    assert closest > 0.01
    made = model.generate(prompt, 12, frequencies, first_position=first_position)
    assert made == expected


def test_generating_equals_that_of_transformers(model, text):
    for name in ("default", "yarn"):
        rope_parameters, frequencies = LLAMAS[name]
        theirs = hugging_face_model(model, **rope_parameters)
        for length in (100, 506):
            prompt = tokens(text, 0, length)
            expected = theirs.generate(
                prompt,
                attention_mask=torch.ones_like(prompt),
                max_new_tokens=24,
                do_sample=False,
            )
            made = model.generate(text[:length], 24, frequencies(length))
            assert made == bytes(expected[0, length:].tolist())


def test_generating_starts_at_the_first_position_and_goes_on_by_one(model, monkeypatch):
    seen = []

    def recording(frequencies, positions):
        seen.append(positions.tolist())
        return cos_sin(frequencies, positions)

    monkeypatch.setattr(model_module, "cos_sin", recording)
    model.generate(b"def ", 3, first_position=1000)
    assert seen == [[1000, 1001, 1002, 1003], [1004], [1005]]


def test_where_generating_starts_changes_nothing(model, text):
    made = {model.generate(text[:200], 30, first_position=first) for first in (0, 1, 1000)}
    assert len(made) == 1


def test_a_prompt_may_be_a_string_and_new_bytes_none(model):
    assert model.generate("def é", 8) == model.generate("def é".encode(), 8)
    assert model.generate(b"def ", 0) == b""
    assert len(model.generate(b"d", 5)) == 5


@pytest.mark.parametrize("prompt", [b"", ""])
def test_an_empty_prompt_is_an_error_that_says_so(model, prompt):
    with pytest.raises(ValueError, match="prompt is empty; give at least one byte"):
        model.generate(prompt, 5)


def test_a_negative_number_of_bytes_is_named_with_the_fix(model):
    with pytest.raises(ValueError, match="new_bytes is -3; give 0 or more"):
        model.generate(b"def ", -3)


def test_generating_with_frequencies_of_another_head_is_a_clear_error(model):
    with pytest.raises(ValueError, match="use head_dim=64"):
        model.generate(b"def ", 3, rope(128))


# --- its size and its start ---


def test_the_model_has_between_3_and_8_million_numbers():
    size, wide, layers = 256, 704, 6
    counted = 256 * size + layers * (4 * size * size + 3 * size * wide + 2 * size) + size
    assert count_parameters(TinyLlama()) == counted
    assert 3_000_000 < counted < 8_000_000


def test_the_same_seed_makes_the_same_model():
    def made(seed):
        torch.manual_seed(seed)
        return TinyLlama(ModelConfig(layers=2)).state_dict()

    first, again, other = made(1), made(1), made(2)
    assert all(torch.equal(first[name], again[name]) for name in first)
    name = "model.layers.1.self_attn.q_proj.weight"
    assert not torch.equal(first[name], other[name])


def test_a_new_model_guesses_among_all_256_bytes(text):
    torch.manual_seed(0)
    untrained = logits(TinyLlama().eval(), tokens(text, 0, 200))
    losses = torch.nn.functional.cross_entropy(untrained[0, :-1], tokens(text, 1, 199)[0])
    # Small weights make small logits: about ln 256 = 5.55 nats, and 0.3 for chance.
    assert losses.item() == pytest.approx(math.log(256), abs=0.3)


def test_a_hidden_size_that_the_heads_do_not_fill_is_refused():
    with pytest.raises(ValueError, match="hidden_size is 100, .* give a multiple of 64"):
        ModelConfig(hidden_size=100)


@pytest.mark.parametrize("keys", [1, 2, 7, 16, 40, 100])
def test_attend_last_is_attention_by_hand_to_the_last_keys(keys):
    torch.manual_seed(0)
    q, k, v = torch.randn(3, 2, 4, 40, 64, dtype=torch.float64)
    cos, sin = cos_sin(rope(64), torch.arange(40))
    turned_q, turned_k = rotate_half_split(q, cos, sin), rotate_half_split(k, cos, sin)
    expected = torch.empty_like(v)
    for query in range(40):
        seen = slice(max(0, query - keys + 1), query + 1)
        scores = (turned_k[:, :, seen] @ turned_q[:, :, query, :, None])[..., 0] / 8
        expected[:, :, query] = (scores.softmax(-1)[..., None] * v[:, :, seen]).sum(-2)
    torch.testing.assert_close(attend_last(keys)(q, k, v, cos, sin), expected)


def test_attend_last_sees_no_byte_further_back_than_its_layers_hand_on():
    # One layer hands on 8 − 1 positions, so two hand on 14: byte 15 back changes nothing.
    model = small_model(layers=2).eval()
    tokens = torch.randint(256, (1, 40), generator=torch.Generator().manual_seed(0))
    read = lambda tokens: model(tokens, attend=attend_last(8))[0, -1]  # noqa: E731
    before = read(tokens)
    for back, same in ((15, True), (14, False)):
        changed = tokens.clone()
        changed[0, -1 - back] += 1
        changed %= 256
        assert torch.equal(read(changed), before) == same


def test_attend_last_refuses_to_see_nothing():
    with pytest.raises(ValueError, match="keys is 0; a query sees at least its own key"):
        attend_last(0)


@pytest.mark.filterwarnings("ignore:Mismatch dtype")  # a CPU norms bfloat16 in two steps
@pytest.mark.parametrize(
    "autocast, carried",
    [(torch.bfloat16, torch.bfloat16), (torch.float16, torch.float32), (None, torch.float32)],
)
def test_layers_hand_on_bfloat16_where_products_are_in_bfloat16(autocast, carried):
    model, seen = TinyLlama(ModelConfig(layers=2)).eval(), []
    model.model.layers[1].register_forward_pre_hook(lambda _, given: seen.append(given[0].dtype))
    with torch.autocast("cpu", dtype=autocast or torch.bfloat16, enabled=autocast is not None):
        model(torch.zeros(1, 4, dtype=torch.long))
    assert seen == [carried]
