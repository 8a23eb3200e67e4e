"""ConsiStory's two passes (arXiv 2402.03286, section 4) through diffusers' U-Net and scheduler, for `npm run bench`.

Written for this comparison from the paper alone. The second pass starts where injection begins, because until then it
would do as the first one did: the rival is given what saves Troupe time, where that doesn't hang on its graphs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from diffusers.models.attention_processor import AttnProcessor2_0
from torch import Tensor

from consistory_attention import Bank, CrossAttention, Plan, SelfAttention, Stage
from subject_masks import injection, resize_masks, subject_masks

DIFT_TIMESTEP = 261

Injected = tuple[Tensor, Tensor, Tensor]  # image [N, S], patch [N, S], weight [N, S, 1]


@dataclass(frozen=True)
class Draws:
    """Random numbers, given so that both sides draw the same."""

    latents: Tensor  # [N, C, H, W]
    dift: Tensor  # [N, C, H, W]
    kept: Tensor  # bool [steps, N, tokens of all levels]: section 4.2's dropout, the lowest level first


@dataclass(frozen=True)
class Story:
    text: Tensor  # [2N, T, X], uncond first
    added: dict[str, Tensor]  # of SDXL, [2N, ...]
    columns: Tensor  # int64 [N]: the subject's token in each prompt
    guidance: float
    steps: int
    settings: dict  # ConsistencySettings of src/engine/consistory/settings.ts
    levels: list[tuple[int, int]]  # with shared attention, the lowest first
    mask_level: tuple[int, int]
    inject_level: tuple[int, int]  # also that of DIFT's features

    @classmethod
    def of(cls, task: dict, text: Tensor, added: dict[str, Tensor], columns: Tensor) -> "Story":
        """Of a task as src/bench/rival-task.ts and src/bench/sdxl/rival-files.ts write it."""
        return cls(
            text=text,
            added=added,
            columns=columns,
            guidance=task["guidance"],
            steps=task["steps"],
            settings=task["settings"],
            levels=[tuple(level) for level in task["levels"]],
            mask_level=tuple(task["maskLevel"]),
            inject_level=tuple(task["injectLevel"]),
        )


@dataclass
class State:
    latents: Tensor
    step: int = 0
    maps: list[Tensor] = field(default_factory=list)  # [N, S] of each of the last steps


class Sampler:
    def __init__(self, unet, forward: Callable, scheduler, story: Story, draws: Draws, gathered: bool = False):
        """
        forward: the U-Net, or what a compiler made of it. It draws the steps that share, with and without injection; the
        few others (the first, those with blended queries, DIFT) are other graphs, and not worth their compilation.
        gathered: share by index as Troupe does, not by mask.
        """
        self.unet, self.forward, self.scheduler = unet, forward, scheduler
        self.story, self.draws, self.gathered = story, draws, gathered
        anchors, images = story.settings["anchors"], len(story.columns)
        self.sources = torch.arange(images if anchors == "all" else min(anchors, images))
        area = lambda level: level[0] * level[1]
        self.stage = Stage(Plan(self.sources), area(story.mask_level), area(story.inject_level), story.columns)
        self.processors = {
            name: SelfAttention(name, self.stage) if ".attn1." in name else CrossAttention(self.stage)
            for name in unet.attn_processors
        }

    def draw(self) -> tuple[Tensor, Tensor]:
        """The finished latents [N, C, H, W] and where the subject is, bool [N, S]."""
        self.unet.set_attn_processor(dict(self.processors))
        self.scheduler.set_timesteps(self.story.steps)
        features = self.story.settings["featureInjection"]
        begin, end = (round(features[at] * self.story.steps) for at in ("from", "until"))
        state, middle = State(self.draws.latents * self.scheduler.init_noise_sigma), None
        while state.step < self.story.steps:
            if state.step == begin:
                middle = state
            state = self.step(state, None)
        masks = resize_masks(subject_masks(state.maps), self.story.mask_level, self.story.inject_level)
        image, patch, chosen = injection(self.features(state.latents), masks, self.sources.tolist(), features["similarity"])
        injected = image, patch, (features["strength"] * chosen)[..., None]
        state = middle
        while state.step < self.story.steps:
            state = self.step(state, injected if begin <= state.step < end else None)
        return state.latents, subject_masks(state.maps)

    def step(self, state: State, injected: Injected | None) -> State:
        timestep = self.scheduler.timesteps[state.step]
        guided = self.predict(state, timestep, injected)
        latents = self.scheduler.step(guided, timestep, state.latents, return_dict=False)[0]
        maps = [*state.maps, torch.stack(self.stage.maps).float().mean(0)][-self.story.settings["maskWindow"] :]
        return State(latents, state.step + 1, maps)

    def predict(self, state: State, timestep, injected: Injected | None) -> Tensor:
        """The guided prediction, with all that the step has of sharing, blending and injection: [N, C, H, W]."""
        rows = self.scheduler.scale_model_input(torch.cat([state.latents] * 2), timestep)
        plan = Plan(self.sources, injected=injected)
        if state.maps:  # before the first step nobody knows where the subject is
            plan.banks = self.banks(subject_masks(state.maps), state.step)
            plan.blend = self.blend(state.step)
            if plan.blend is not None:
                self.run(Plan(self.sources, records_queries=True), rows, timestep)
        uncond, cond = self.run(plan, rows, timestep).float().chunk(2)
        return uncond + self.story.guidance * (cond - uncond)

    def run(self, plan: Plan, rows: Tensor, timestep) -> Tensor:
        self.stage.plan, self.stage.maps = plan, []
        forward = self.forward if plan.banks and plan.blend is None else self.unet
        inputs = rows.to(self.unet.dtype), timestep, self.story.text
        return forward(*inputs, added_cond_kwargs=self.story.added, return_dict=False)[0]

    def blend(self, step: int) -> Tensor | None:
        blending = self.story.settings["queryBlending"]
        last = round(blending["until"] * self.story.steps)
        if step >= last:
            return None
        start, stop = blending["from"], blending["to"]
        return torch.tensor(start if last <= 1 else start + (stop - start) * step / (last - 1), dtype=self.unet.dtype)

    def banks(self, masks: Tensor, step: int) -> dict[int, Bank]:
        """Sections 4.1, 4.2, 4.4: by S, the sources' subject tokens that this step's dropout leaves, but not one's own."""
        images, banks, start = len(masks), {}, 0
        others = torch.arange(images)[:, None] != self.sources  # [N, A]
        for level in self.story.levels:
            tokens = level[0] * level[1]
            kept = self.draws.kept[step, :, start : start + tokens]
            start += tokens
            subject = (resize_masks(masks, self.story.mask_level, level) & kept)[self.sources]  # [A, S]
            allowed = (subject[None] & others[..., None]).flatten(1)  # [N, A * S]
            banks[tokens] = gather(allowed) if self.gathered else Bank(allowed)
        return banks

    def features(self, finished: Tensor) -> Tensor:
        """DIFT of the finished latents with noise put back, each under its own prompt: [N, C', S]."""
        rows = self.scheduler.add_noise(finished, self.draws.dift, torch.tensor([DIFT_TIMESTEP]))
        half = len(finished)
        found: list[Tensor] = []
        hook = self.unet.up_blocks[0].register_forward_hook(lambda _block, _args, out: found.append(out))
        self.unet.set_attn_processor(AttnProcessor2_0())
        added = {name: value[half:] for name, value in self.story.added.items()}
        self.unet(rows.to(self.unet.dtype), DIFT_TIMESTEP, self.story.text[half:], added_cond_kwargs=added)
        hook.remove()
        self.unet.set_attn_processor(dict(self.processors))
        return found[0].flatten(2)


def gather(allowed: Tensor) -> Bank:
    """The same tokens by their places, as many for each image as the one with the most has."""
    counts = allowed.sum(1)
    order = allowed.to(torch.uint8).argsort(dim=1, descending=True, stable=True)[:, : int(counts.max())]
    return Bank(torch.arange(order.shape[1]) < counts[:, None], order)
