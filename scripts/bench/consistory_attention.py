"""ConsiStory's attention (arXiv 2402.03286, section 4) as attention processors of diffusers, for `npm run bench`.

Written for this comparison from the paper alone. Rows of a batch are the uncond images, then the cond images: [2N, S, C].
All layers read what they have to do at a step from one `Plan`; without sharing, blending and injection they are plain.
"""

from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass
class Bank:
    """Which tokens of the sources each image may look at, at one level."""

    allowed: Tensor  # bool [N, M]
    index: Tensor | None = None  # int64 [N, M]: places in the sources' A * S tokens; None: all of them, M = A * S


@dataclass
class Plan:
    """What the method does at a step."""

    sources: Tensor  # int64 [A]: the images that the others look at (section 4.4)
    banks: dict[int, Bank] = field(default_factory=dict)  # by S; empty: nothing is shared
    records_queries: bool = False
    blend: Tensor | None = None  # v of section 4.2, a scalar
    injected: tuple[Tensor, Tensor, Tensor] | None = None  # image [N, S], patch [N, S], weight [N, S, 1] (4.3)


@dataclass
class Stage:
    """What all layers share."""

    plan: Plan
    mask_tokens: int
    inject_tokens: int
    columns: Tensor  # int64 [N]: the subject's token in each prompt
    queries: dict[str, Tensor] = field(default_factory=dict)
    maps: list[Tensor] = field(default_factory=list)  # of the layers of this step, [N, S] each


def split(x: Tensor, heads: int) -> Tensor:
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)  # [B, heads, S, d]


def join(x: Tensor) -> Tensor:
    return x.transpose(1, 2).flatten(2)


class SelfAttention:
    def __init__(self, name: str, stage: Stage):
        self.name, self.stage = name, stage
        self.is_up, self.is_mid = name.startswith("up_blocks"), name.startswith("mid_block")

    def __call__(self, attn, hidden_states: Tensor, encoder_hidden_states=None, attention_mask=None, **_) -> Tensor:
        plan = self.stage.plan
        q, k, v = attn.to_q(hidden_states), attn.to_k(hidden_states), attn.to_v(hidden_states)
        mask = None
        if self.is_up:
            if plan.records_queries:
                self.stage.queries[self.name] = q
            if plan.blend is not None:
                q = torch.lerp(q, self.stage.queries[self.name], plan.blend)  # section 4.2
            if plan.banks:
                bank = plan.banks[k.shape[1]]
                k, v, mask = self.extended(k, bank), self.extended(v, bank), self.visible(k, bank)
        attended = F.scaled_dot_product_attention(*(split(x, attn.heads) for x in (q, k, v)), attn_mask=mask)
        y = attn.to_out[0](join(attended))
        if plan.injected is not None and not self.is_mid and y.shape[1] == self.stage.inject_tokens:
            y = self.inject(y, *plan.injected)
        return y

    def extended(self, x: Tensor, bank: Bank) -> Tensor:
        """Section 4.1: K+ = [K_i, K of the sources]. [2N, S, C] -> [2N, S + M, C]"""
        images = bank.allowed.shape[0]
        halves = x.unflatten(0, (2, images))  # [2, N, S, C]
        sources = halves[:, self.stage.plan.sources].flatten(1, 2)  # [2, A * S, C]
        if bank.index is None:
            shared = sources[:, None].expand(-1, images, -1, -1)
        else:
            shared = sources[:, bank.index]
        return torch.cat([halves, shared], 2).flatten(0, 1)

    def visible(self, k: Tensor, bank: Bank) -> Tensor:
        """M+ of section 4.1: all of an image's own tokens and the subject's tokens of the sources. [2N, 1, 1, S + M]"""
        own = bank.allowed.new_ones(bank.allowed.shape[0], k.shape[1])
        return torch.cat([own, bank.allowed], 1).repeat(2, 1)[:, None, None]

    def inject(self, y: Tensor, image: Tensor, patch: Tensor, weight: Tensor) -> Tensor:
        """Section 4.3: y <- (1 - alpha) y + alpha y[correspondence]"""
        halves = y.unflatten(0, (2, image.shape[0]))
        return torch.lerp(halves, halves[:, image, patch], weight.to(y.dtype)).flatten(0, 1)


class CrossAttention:
    def __init__(self, stage: Stage):
        self.stage = stage

    def __call__(self, attn, hidden_states: Tensor, encoder_hidden_states: Tensor, attention_mask=None, **_) -> Tensor:
        q, k, v = attn.to_q(hidden_states), attn.to_k(encoder_hidden_states), attn.to_v(encoder_hidden_states)
        q, k, v = (split(x, attn.heads) for x in (q, k, v))
        if q.shape[2] != self.stage.mask_tokens:
            return attn.to_out[0](join(F.scaled_dot_product_attention(q, k, v)))
        # here the maps are wanted, so the probabilities have to exist
        probabilities = (q * q.shape[-1] ** -0.5 @ k.transpose(2, 3)).softmax(-1)  # [2N, heads, S, T]
        columns = self.stage.columns
        images = torch.arange(len(columns))
        self.stage.maps.append(probabilities[len(columns) :].mean(1)[images, :, columns])
        return attn.to_out[0](join(probabilities @ v))
