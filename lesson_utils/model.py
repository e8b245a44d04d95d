"""A byte-level Llama small enough for a laptop, driven by any rotary frequencies.

Parameter names are those of ``transformers.LlamaForCausalLM``, so the weights load there unchanged.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from lesson_utils.rope import (
    RotaryFrequencies,
    as_frequencies,
    cos_sin,
    rope,
    rotate_half_split,
)


@dataclass(frozen=True)
class ModelConfig:
    """The shape of a tiny Llama. One token is one byte, so there are 256 of them."""

    hidden_size: int = 256
    intermediate_size: int = 704
    layers: int = 6
    head_dim: int = 64
    base: float = 10_000.0
    trained_length: int = 512
    vocabulary: int = 256
    norm_eps: float = 1e-5

    def __post_init__(self):
        if self.hidden_size % self.head_dim:
            raise ValueError(
                f"hidden_size is {self.hidden_size}, which heads of {self.head_dim} do not fill; "
                f"give a multiple of {self.head_dim}"
            )

    @property
    def heads(self) -> int:
        return self.hidden_size // self.head_dim


class KeyValueCache:
    """Keys, already rotated, and values of every position read so far.

    A key is rotated once, by the frequencies in force when it was read. Change the frequencies
    afterwards and the old keys stay as they were: lesson 06 shows what that does.
    """

    def __init__(self, first_position: int = 0):
        self.first_position = first_position
        self.length = 0
        self._layers: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    @property
    def next_position(self) -> int:
        return self.first_position + self.length

    def extend(self, layer: int, keys: torch.Tensor, values: torch.Tensor):
        """Append [batch, heads, n, head_dim] to a layer; return all of its keys and values."""
        if layer in self._layers:
            old_keys, old_values = self._layers[layer]
            keys, values = torch.cat((old_keys, keys), 2), torch.cat((old_values, values), 2)
        self._layers[layer] = keys, values
        return keys, values


def causal_attention(q, k, v):
    """Mix values by softmax(q kᵀ / √head_dim), each query seeing keys up to its own position.

    The queries are the last ones of the keys: with a cache there are fewer queries than keys.

    Parameters
    ----------
    q : torch.Tensor
        [batch, heads, n, head_dim], rotated.
    k, v : torch.Tensor
        [batch, heads, m, head_dim] with m at least n, keys rotated.

    Returns
    -------
    torch.Tensor
        [batch, heads, n, head_dim].
    """
    n, m = q.shape[-2], k.shape[-2]
    if n == m:
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    visible = torch.ones(n, m, dtype=torch.bool, device=q.device).tril(m - n)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=visible)


def rotary_attention(q, k, v, cos, sin):
    """Rotate q and k by the tables, then attend: the step that a lesson may swap for its own."""
    return causal_attention(rotate_half_split(q, cos, sin), rotate_half_split(k, cos, sin), v)


def attend_last(keys: int) -> Callable:
    """Make an attention in which each query sees only the last ``keys`` keys.

    This is the reader to beat: it forgets all that is further back, and so it never meets an offset
    of ``keys`` or more. Its own key is among those it sees. What a layer has mixed into a key can
    still be handed on by the next layer, ``keys - 1`` positions at a time.

    Parameters
    ----------
    keys : int
        At least 1.

    Returns
    -------
    callable
        ``(q, k, v, cos, sin) -> mixed values``, as :meth:`TinyLlama.forward` takes it. Queries are
        taken ``keys`` at a time, so time and memory grow with the text's length, not its square.

    Raises
    ------
    ValueError
        If ``keys`` is below 1.
    """
    if keys < 1:
        raise ValueError(f"keys is {keys}; a query sees at least its own key, so give 1 or more")

    def attend(q, k, v, cos, sin):
        q, k = rotate_half_split(q, cos, sin), rotate_half_split(k, cos, sin)
        mixed = []
        for start in range(0, q.shape[-2], keys):
            queries = q[..., start : start + keys, :]
            seen = slice(max(0, start - keys + 1), start + queries.shape[-2])
            at = torch.arange(seen.stop, device=q.device)
            back = at[start:, None] - at[seen]
            visible = (back >= 0) & (back < keys)
            near_k, near_v = k[..., seen, :], v[..., seen, :]
            mixed.append(F.scaled_dot_product_attention(queries, near_k, near_v, attn_mask=visible))
        return torch.cat(mixed, -2)

    return attend


class Attention(nn.Module):
    def __init__(self, config: ModelConfig, layer: int):
        super().__init__()
        self.layer, self.heads, self.head_dim = layer, config.heads, config.head_dim
        size = config.hidden_size
        self.q_proj = nn.Linear(size, size, bias=False)
        self.k_proj = nn.Linear(size, size, bias=False)
        self.v_proj = nn.Linear(size, size, bias=False)
        self.o_proj = nn.Linear(size, size, bias=False)

    def forward(self, x, cos, sin, attend, cache):
        batch, n, size = x.shape
        # One product instead of three: the same numbers, and x is fetched from memory once.
        weights = torch.cat([p.weight for p in (self.q_proj, self.k_proj, self.v_proj)])
        together = F.linear(x, weights).view(batch, n, 3, self.heads, self.head_dim)
        q, k, v = together.permute(2, 0, 3, 1, 4)
        if cache is None:
            mixed = attend(q, k, v, cos, sin)
        else:
            keys, values = cache.extend(self.layer, rotate_half_split(k, cos, sin), v)
            mixed = causal_attention(rotate_half_split(q, cos, sin), keys, values)
        return self.o_proj(mixed.transpose(1, 2).reshape(batch, n, size))


class FeedForward(nn.Module):
    def __init__(self, config: ModelConfig):
        super().__init__()
        size, wide = config.hidden_size, config.intermediate_size
        self.gate_proj = nn.Linear(size, wide, bias=False)
        self.up_proj = nn.Linear(size, wide, bias=False)
        self.down_proj = nn.Linear(wide, size, bias=False)

    def forward(self, x):
        if self.training:
            return self._transform(x)
        # Every position is transformed alone, so a reader takes them in slices: the widest tensors
        # of the model then stay small, which saves memory and, on a CPU, time.
        slices = x.flatten(0, 1).split(1024 if x.device.type == "cpu" else 32_768)
        return torch.cat([self._transform(part) for part in slices]).view_as(x)

    def _transform(self, x):
        weights = torch.cat((self.gate_proj.weight, self.up_proj.weight))
        gate, up = F.linear(x, weights).chunk(2, dim=-1)
        return self.down_proj(F.silu(gate) * up)


class Layer(nn.Module):
    def __init__(self, config: ModelConfig, layer: int):
        super().__init__()
        self.input_layernorm = nn.RMSNorm(config.hidden_size, eps=config.norm_eps)
        self.self_attn = Attention(config, layer)
        self.post_attention_layernorm = nn.RMSNorm(config.hidden_size, eps=config.norm_eps)
        self.mlp = FeedForward(config)

    def forward(self, x, cos, sin, attend, cache):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, attend, cache)
        return x + self.mlp(self.post_attention_layernorm(x))


class Trunk(nn.Module):
    def __init__(self, config: ModelConfig):
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocabulary, config.hidden_size)
        self.layers = nn.ModuleList(Layer(config, i) for i in range(config.layers))
        self.norm = nn.RMSNorm(config.hidden_size, eps=config.norm_eps)

    def forward(self, tokens, cos, sin, attend=rotary_attention, cache=None):
        x = self.embed_tokens(tokens)
        kind = x.device.type
        if torch.is_autocast_enabled(kind) and torch.get_autocast_dtype(kind) == torch.bfloat16:
            x = x.bfloat16()  # what runs from layer to layer, too; float16 has not its range
        for layer in self.layers:
            x = layer(x, cos, sin, attend, cache)
        return self.norm(x)


class TinyLlama(nn.Module):
    """Read bytes, give the logits of each next byte; the rotary frequencies come from outside.

    Parameters
    ----------
    config : ModelConfig
        Its default is the model that the course ships.
    """

    def __init__(self, config: ModelConfig | None = None):
        super().__init__()
        self.config = config or ModelConfig()
        self.model = Trunk(self.config)
        for name, weights in self.named_parameters():
            if weights.ndim == 2:
                residual = name.endswith(("o_proj.weight", "down_proj.weight"))
                scale = (2 * self.config.layers) ** -0.5 if residual else 1.0
                nn.init.normal_(weights, std=0.02 * scale)

    @property
    def device(self) -> torch.device:
        return self.model.embed_tokens.weight.device

    def forward(
        self,
        tokens: torch.Tensor,
        frequencies: RotaryFrequencies | None = None,
        *,
        positions: torch.Tensor | None = None,
        attend: Callable = rotary_attention,
        cache: KeyValueCache | None = None,
    ) -> torch.Tensor:
        """Compute the logits of the byte after each byte.

        Parameters
        ----------
        tokens : torch.Tensor
            int64 [batch, n], bytes 0 to 255.
        frequencies : RotaryFrequencies, optional
            Any ``(inv_freq, attention_scaling)``. Left out: plain RoPE with the config's base.
        positions : torch.Tensor, optional
            [n], or [n, head_dim / 2] for a position of its own for each pair. Left out: 0, 1, 2, …,
            or on from the cache.
        attend : callable, optional
            ``(q, k, v, cos, sin) -> mixed values``, all [batch, heads, n, head_dim], in place of
            :func:`rotary_attention`. Not used with a cache.
        cache : KeyValueCache, optional
            Read these tokens after those in the cache, and add them to it.

        Returns
        -------
        torch.Tensor
            float32 [batch, n, 256].

        Raises
        ------
        ValueError
            If the frequencies do not have one entry for each pair of a head.
        """
        return self.logits(
            self.hidden(tokens, frequencies, positions=positions, attend=attend, cache=cache)
        )

    def hidden(
        self, tokens, frequencies=None, *, positions=None, attend=rotary_attention, cache=None
    ):
        """Compute what the logits are made from, [batch, n, hidden_size]: a quarter of the memory.

        Parameters and errors are those of :meth:`forward`.
        """
        config = self.config
        if frequencies is None:
            frequencies = rope(config.head_dim, base=config.base)
        frequencies = as_frequencies(frequencies)
        pairs = len(frequencies.inv_freq)
        if pairs != config.head_dim // 2:
            raise ValueError(
                f"these frequencies are for {pairs} pairs, but each head of this model has "
                f"{config.head_dim // 2}; use head_dim={config.head_dim}"
            )
        if positions is None:
            first = cache.next_position if cache else 0
            positions = torch.arange(first, first + tokens.shape[1], device=tokens.device)
        cos, sin = cos_sin(frequencies, positions)
        x = self.model(tokens, cos.float(), sin.float(), attend, cache)
        if cache is not None:
            cache.length += tokens.shape[1]
        return x

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """Score every possible next byte: the embedding table, used the other way round."""
        return F.linear(hidden, self.model.embed_tokens.weight).float()

    @torch.inference_mode()
    def generate(
        self,
        prompt: bytes,
        new_bytes: int,
        frequencies: RotaryFrequencies | None = None,
        *,
        first_position: int = 0,
    ) -> bytes:
        """Continue a prompt with the likeliest byte, one at a time, through a key-value cache.

        Parameters
        ----------
        prompt : bytes
            At least one byte; a ``str`` is encoded as UTF-8.
        new_bytes : int
            How many bytes to add, at least 0.
        frequencies : RotaryFrequencies, optional
            Left out: plain RoPE with the config's base.
        first_position : int
            Position of the prompt's first byte. Scores depend on offsets alone, so this changes
            nothing but rounding.

        Returns
        -------
        bytes
            The new bytes, without the prompt.

        Raises
        ------
        ValueError
            If the prompt is empty or ``new_bytes`` is negative.
        """
        prompt = prompt.encode() if isinstance(prompt, str) else prompt
        if not prompt:
            raise ValueError("the prompt is empty; give at least one byte to continue from")
        if new_bytes < 0:
            raise ValueError(f"new_bytes is {new_bytes}; give 0 or more")
        cache = KeyValueCache(first_position)
        tokens = torch.tensor([list(prompt)], device=self.device)
        added = bytearray()
        while len(added) < new_bytes:
            hidden = self.hidden(tokens, frequencies, cache=cache)
            tokens = self.logits(hidden[:, -1:]).argmax(-1)
            added.append(tokens.item())
        return bytes(added)


def count_parameters(model: nn.Module) -> int:
    """Count the numbers that training may change."""
    return sum(weights.numel() for weights in model.parameters())
