"""ConsiStory's operations at one denoising step, stated from the paper (arXiv 2402.03286) on diffusers' U-Net.

This file is meant to be read next to the paper. It knows masks and correspondences, as the paper does, and nothing
of how the TypeScript engine computes the same with index tensors. It is as slow as it is plain.

A batch holds N images under classifier-free guidance. Its rows are the N unconditional ones, then the N conditional
ones, so [2N, S, C] is seen as [2, N, S, C]: branch, image, token, channel. Branches never see each other.
"""

from dataclasses import dataclass, field, replace

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor


@dataclass(frozen=True)
class Step:
    """What the method knows when a step begins. S is the number of tokens of the level concerned."""

    # Section 4.1: M_j of image j at each attention level (keyed by its S): the subject's tokens that take part in
    # sharing, after this step's mask dropout (section 4.2). bool [N, S]; where images share several subjects, but not
    # all the same, M as each image sees it, by viewer: bool [N, N, S]
    shared: dict[int, Tensor]
    # Which images an image extends its attention to: all others (4.1), or only the anchors (4.4). bool [N, N]
    looks_at: Tensor
    # Section 4.2: v of the blend of queries with those of the plain pass; 0 leaves a row alone. float [2, N]
    query_strength: Tensor
    # Section 4.3: for each patch the image and the patch it corresponds to, int64 [N, S], at one level only, and
    # alpha where features are injected, 0 elsewhere (outside the subject, or not similar enough). float [N, S]
    nearest_image: Tensor
    nearest_patch: Tensor
    inject_strength: Tensor
    inject_branches: tuple[int, ...]  # 0 unconditional, 1 conditional
    inject_tokens: int  # S of the level where features are injected
    # Not in the paper (docs/adr/0007-two-characters.md). Whose a token is, keyed by S: int64 [N, S], 0 for nobody's.
    # Somebody's tokens don't look at another's in other images
    owner: dict[int, Tensor] = field(default_factory=dict)
    # Prompts of their own for parts of conditional images, in place of the image's
    parts: tuple["Part", ...] = ()


@dataclass(frozen=True)
class Part:
    image: int
    text: Tensor  # [T, X]
    tokens: dict[int, Tensor]  # keyed by S: bool [S]; no two parts of an image overlap


def without_owners(step: Step) -> Step:
    return replace(step, owner={})


def without_parts(step: Step) -> Step:
    return replace(step, parts=())


def without_sharing(step: Step) -> Step:
    return replace(step, shared={tokens: torch.zeros_like(mask) for tokens, mask in step.shared.items()})


def without_query_blending(step: Step) -> Step:
    return replace(step, query_strength=torch.zeros_like(step.query_strength))


def without_injection(step: Step) -> Step:
    return replace(step, inject_strength=torch.zeros_like(step.inject_strength))


def attend(q: Tensor, k: Tensor, v: Tensor, heads: int, log_mask: Tensor | float = 0.0) -> tuple[Tensor, Tensor]:
    """softmax(Q K^T / sqrt(d) + log M) V by heads: q [Q, C], k and v [K, C] -> [Q, C], probabilities [heads, Q, K]."""
    q, k, v = (x.unflatten(-1, (heads, -1)).transpose(0, 1) for x in (q, k, v))  # [heads, tokens, d]
    probabilities = (q @ k.transpose(1, 2) / q.shape[-1] ** 0.5 + log_mask).softmax(-1)
    return (probabilities @ v).transpose(0, 1).flatten(1), probabilities


class SelfAttention:
    """Self-attention of one layer. With a step it is the paper's, without one it is plain and records its queries."""

    def __init__(self, layer: str, queries: dict[str, Tensor], step: Step | None):
        self.layer, self.queries, self.step = layer, queries, step
        self.in_decoder = layer.startswith("up_blocks")
        self.in_encoder = layer.startswith("down_blocks")

    def __call__(self, attn, hidden_states: Tensor, **_) -> Tensor:
        q, k, v = (
            project(hidden_states).unflatten(0, (2, -1))  # [2, N, S, C]
            for project in (attn.to_q, attn.to_k, attn.to_v)
        )
        if self.step is None:
            self.queries[self.layer] = q
        elif self.in_decoder:
            q = self.blend_queries(q)
        out = torch.empty_like(q)
        for branch in range(2):
            for image in range(q.shape[1]):
                out[branch, image] = self.attend_as(image, q[branch, image], k[branch], v[branch], attn.heads)
        out = attn.to_out[0](out)
        if self.step is not None and (self.in_decoder or self.in_encoder) and out.shape[2] == self.step.inject_tokens:
            out = self.inject(out)
        return out.flatten(0, 1)

    def blend_queries(self, q: Tensor) -> Tensor:
        """Section 4.2: Q* = (1 - v) Q + v Q_vanilla."""
        v = self.step.query_strength[..., None, None]
        return (1 - v) * q + v * self.queries[self.layer]

    def attend_as(self, image: int, q: Tensor, k: Tensor, v: Tensor, heads: int) -> Tensor:
        """Section 4.1. K+ = [K_1 ... K_N], M+ = [M_1 ... 1 (the image itself) ... M_N]; q [S, C], k and v [N, S, C]."""
        if self.step is None or not self.in_decoder:
            return attend(q, k[image], v[image], heads)[0]
        shared = self.step.shared[k.shape[1]]
        seen = shared[image] if shared.ndim == 3 else shared
        allowed = seen & self.step.looks_at[image][:, None]  # [N, S]
        owner = self.step.owner.get(k.shape[1])
        per_query = allowed.expand(len(q), *allowed.shape).clone()  # [S of the query, N, S]
        if owner is not None:
            mine = owner[image][:, None, None]
            per_query &= (mine == 0) | (owner == 0) | (owner == mine)
        per_query[:, image] = True
        return attend(q, k.flatten(0, 1), v.flatten(0, 1), heads, log_mask=per_query.flatten(1).to(q.dtype).log())[0]

    def inject(self, x: Tensor) -> Tensor:
        """Section 4.3: x <- (1 - alpha) x + alpha x[correspondence], from the features before any injection."""
        injected = x.clone()
        for branch in self.step.inject_branches:
            corresponding = x[branch, self.step.nearest_image, self.step.nearest_patch]  # [N, S, C]
            alpha = self.step.inject_strength[..., None]
            injected[branch] = (1 - alpha) * x[branch] + alpha * corresponding
        return injected


class CrossAttention:
    """Cross-attention that keeps its probabilities with the images' own prompts, mean over heads, by image tokens."""

    def __init__(self, maps: dict[int, list[Tensor]], parts: tuple[Part, ...]):
        self.maps, self.parts = maps, parts

    def __call__(self, attn, hidden_states: Tensor, encoder_hidden_states: Tensor, **_) -> Tensor:
        q, k, v = attn.to_q(hidden_states), attn.to_k(encoder_hidden_states), attn.to_v(encoder_hidden_states)
        results = [attend(*row, attn.heads) for row in zip(q, k, v)]
        probabilities = torch.stack([p.mean(0) for _, p in results])  # [2N, S, T]
        self.maps.setdefault(q.shape[1], []).append(probabilities)
        out = torch.stack([out for out, _ in results])
        for part in self.parts:
            row = len(out) // 2 + part.image  # conditional
            text = part.text.to(q.dtype)
            inside = part.tokens.get(q.shape[1], torch.zeros(q.shape[1], dtype=torch.bool))
            out[row, inside] = attend(q[row, inside], attn.to_k(text), attn.to_v(text), attn.heads)[0]
        return attn.to_out[0](out)


@dataclass(frozen=True)
class Outcome:
    noise: Tensor  # [2N, C, H, W]
    maps: dict[int, Tensor]  # by S: cross-attention probabilities [2N, S, T], mean over heads and over all layers
    dift: Tensor  # features that leave up block 0 (with its upsampler), for correspondence (4.3): [2N, C', h, w]
    queries: dict[str, Tensor]  # of self-attention layers, from a plain pass


def run(model: UNet2DConditionModel, inputs: dict[str, Tensor], step: Step | None, plain: Outcome | None) -> Outcome:
    """One pass over `inputs` ([2N, ...] each), with the method if there is a step; `plain` is the pass without it."""
    queries = {} if plain is None else plain.queries
    maps: dict[int, list[Tensor]] = {}
    dift: list[Tensor] = []
    model.set_attn_processor(
        {
            name: SelfAttention(name, queries, step) if ".attn1." in name else CrossAttention(maps, step.parts if step else ())
            for name in model.attn_processors
        }
    )
    hook = model.up_blocks[0].register_forward_hook(lambda _block, _args, out: dift.append(out))
    try:
        with torch.no_grad():
            added = {key: inputs[key].double() for key in ("text_embeds", "time_ids") if key in inputs}
            noise = model(
                inputs["sample"].double(),
                inputs["timestep"].double(),
                inputs["encoder_hidden_states"].double(),
                added_cond_kwargs=added or None,
            ).sample
    finally:
        hook.remove()
    return Outcome(noise, {s: torch.stack(layers).mean(0) for s, layers in maps.items()}, dift[0], queries)
