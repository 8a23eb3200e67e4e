"""A whole story, sampled twice as ConsiStory section 4 has it, on the pocket model: test/fixtures/consistory/story.safetensors.

    python scripts/oracle/story.py

Nothing of the engine is used: prompts are encoded and latents are walked by diffusers (encode_prompt, DDIMScheduler),
the steps are those of consistory.py (extended keys with a log mask, blended queries, injected features), masks and
thresholds those of subject.py, and the random numbers those of random_stream.py. Both passes are sampled from noise to
the end; the engine starts the second one where injection begins.

Three panels, two anchors for each subject: the fox is in all panels, the bear in the last two, so panel 1 sees the bear
of panel 2 and not its fox, and no patch of a fox may take features from a bear.

Stored, by panel: `first` and `last` float [steps, N, C, H, W], the latents after each step of both passes;
`mask_<subject>` uint8 [N, S] after the first pass; `injected` int64 [n, 4] of (panel, token, source, source's token).
"""

from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from diffusers import DDIMScheduler, StableDiffusionXLPipeline

import random_stream
import subject
import unet
from consistory import Outcome, Step, run
from fixture_io import FIXTURES, write_fixture

PROMPTS = [
    "a storybook drawing of a fox wearing a scarf in the forest",
    "a storybook drawing of a fox and a bear on the beach",
    "a storybook drawing of a bear and a fox in the snow",
]
NEGATIVE = "rain"
SUBJECTS = {"fox": [0, 1, 2], "bear": [1, 2]}  # the panels that each is in
ANCHORS = {"fox": [0, 1], "bear": [1, 2]}  # the first two of them
STORY_SEED = 7
STEPS = 6
GUIDANCE = 4.0
DROPOUT = 0.5
BLENDED = {0: 0.9, 1: 0.85, 2: 0.8}  # step -> strength
INJECTED_AT = range(1, 4)
ALPHA = 0.8
DIFT_TIMESTEP = 261
SIDE = 16  # of the latents
LOW, HIGH = 4, 8  # sides of the levels with attention; masks, features and injection are at the high one
N = len(PROMPTS)


def numbers(kind: str, purpose: str, panel: int, count: int, step: int = 0) -> np.ndarray:
    name = dict(seed=str(STORY_SEED), purpose=purpose, panel=panel, revision=0, step=step)
    random_stream.COUNT = count
    return np.array(getattr(random_stream, kind)(name))


def noise(purpose: str) -> torch.Tensor:
    draws = [numbers("normal", purpose, panel, 4 * SIDE * SIDE) for panel in range(N)]
    return torch.from_numpy(np.stack(draws).reshape(N, 4, SIDE, SIDE))


def kept(step: int) -> dict[int, np.ndarray]:
    """Section 4.2: which tokens survive this step's dropout, by side of the level: bool [N, S]. The low level's first."""
    draws = np.stack([numbers("uniform", "dropout", panel, LOW**2 + HIGH**2, step) for panel in range(N)])
    return {LOW: draws[:, : LOW**2] >= DROPOUT, HIGH: draws[:, LOW**2 :] >= DROPOUT}


@dataclass
class Text:
    inputs: dict[str, torch.Tensor]  # of both branches, uncond first: [2N, ...]
    columns: list[dict[str, int]]  # by panel: the token of each subject's word


def encode() -> Text:
    pipeline = StableDiffusionXLPipeline.from_pretrained(unet.POCKET.parent)
    hidden, negative, pooled, negative_pooled = pipeline.encode_prompt(
        PROMPTS, negative_prompt=[NEGATIVE] * N, device="cpu", do_classifier_free_guidance=True
    )
    size = float(SIDE * pipeline.vae_scale_factor)
    columns = []
    for panel, prompt in enumerate(PROMPTS):
        tokens = pipeline.tokenizer.tokenize(prompt)
        present = [name for name, panels in SUBJECTS.items() if panel in panels]
        columns.append({name: 1 + tokens.index(f"{name}</w>") for name in present})
    inputs = {
        "encoder_hidden_states": torch.cat([negative, hidden]),
        "text_embeds": torch.cat([negative_pooled, pooled]),
        "time_ids": torch.tensor([[size, size, 0, 0, size, size]]).repeat(2 * N, 1),
    }
    return Text({name: value.detach() for name, value in inputs.items()}, columns)


def subject_masks(maps: list[np.ndarray], text: Text) -> dict[str, np.ndarray]:
    """By subject: where each panel shows it, bool [N, h, w], from the maps of the steps so far (each [N, T, h, w])."""
    masks = {name: np.zeros((N, HIGH, HIGH), dtype=bool) for name in SUBJECTS}
    if maps:
        for panel, columns in enumerate(text.columns):
            for name, column in columns.items():
                masks[name][panel] = subject.subject_mask(np.stack([step[panel] for step in maps]), [[column]])
    return masks


def halve(mask: np.ndarray) -> np.ndarray:
    """A coarse token belongs to the subject if at least half of the four tokens that it covers do."""
    return mask.reshape(LOW, 2, LOW, 2).mean((1, 3)) >= 0.5


def shared_tokens(masks: dict[str, np.ndarray], step: int) -> dict[int, torch.Tensor]:
    """By S: bool [viewer, source, S], the union of the subjects that the viewer takes from this source."""
    survivors = kept(step)
    shared = {LOW: np.zeros((N, N, LOW**2), dtype=bool), HIGH: np.zeros((N, N, HIGH**2), dtype=bool)}
    for viewer in range(N):
        for source in range(N):
            names = [name for name in SUBJECTS if viewer in SUBJECTS[name] and source in ANCHORS[name]]
            if viewer == source or not names:
                continue
            union = np.any([masks[name][source] for name in names], axis=0)
            for side, mask in ((HIGH, union), (LOW, halve(union))):
                shared[side][viewer, source] = mask.flatten() & survivors[side][source]
    return {side**2: torch.from_numpy(mask) for side, mask in shared.items()}


@dataclass
class Injection:
    image: np.ndarray  # int64 [N, S]
    patch: np.ndarray  # int64 [N, S]
    chosen: np.ndarray  # bool [N, S]


NO_INJECTION = Injection(*(np.zeros((N, HIGH**2), dtype=t) for t in (np.int64, np.int64, bool)))


def choose_injection(features: np.ndarray, masks: dict[str, np.ndarray]) -> Injection:
    """Section 4.3: the most similar patch among the anchors of the subjects at a patch; Otsu for each panel and subject."""
    image, patch, chosen = (x.copy() for x in (NO_INJECTION.image, NO_INJECTION.patch, NO_INJECTION.chosen))
    best = np.full((N, HIGH**2), -np.inf)
    for name, flat in ((name, mask.reshape(N, -1)) for name, mask in masks.items()):
        nearest, similarity = subject.correspondences(features, flat)
        of, to, passes = subject.injection_choice(nearest, similarity, flat, ANCHORS[name], "image")
        for viewer in SUBJECTS[name]:
            here = np.take_along_axis(similarity[viewer], np.maximum(of[viewer], 0)[None], 0)[0]
            better = passes[viewer] & (here > best[viewer])
            best[viewer, better], chosen[viewer, better] = here[better], True
            image[viewer, better], patch[viewer, better] = of[viewer, better], to[viewer, better]
    return Injection(image, patch, chosen)


class Sampler:
    def __init__(self) -> None:
        self.model = unet.load("pocket")
        self.text = encode()
        self.scheduler = DDIMScheduler.from_pretrained(unet.POCKET.parent / "scheduler")
        self.scheduler.set_timesteps(STEPS)

    def look(self, latents: torch.Tensor, timestep: float, step: Step | None, plain: Outcome | None) -> Outcome:
        both = latents.repeat(2, 1, 1, 1)
        times = torch.full((2 * N,), float(timestep))
        return run(self.model, {**self.text.inputs, "sample": both, "timestep": times}, step, plain)

    def sample(self, injection: Injection) -> tuple[list[torch.Tensor], dict[str, np.ndarray]]:
        """Latents after each step, and the masks after the last."""
        latents, history, maps = noise("latents"), [], []
        for at, timestep in enumerate(self.scheduler.timesteps):
            injects = torch.from_numpy(injection.chosen) if at in INJECTED_AT else torch.zeros(N, HIGH**2)
            step = Step(
                shared=shared_tokens(subject_masks(maps, self.text), at),
                looks_at=~torch.eye(N, dtype=torch.bool),
                query_strength=torch.full((2, N), BLENDED.get(at, 0.0), dtype=torch.float64),
                nearest_image=torch.from_numpy(injection.image),
                nearest_patch=torch.from_numpy(injection.patch),
                inject_strength=ALPHA * injects.double(),
                inject_branches=(0, 1),
                inject_tokens=HIGH**2,
            )
            outcome = self.look(latents, timestep, step, plain=self.look(latents, timestep, None, None))
            uncond, cond = outcome.noise.chunk(2)
            guided = uncond + GUIDANCE * (cond - uncond)
            latents = self.scheduler.step(guided, timestep, latents).prev_sample
            history.append(latents)
            seen = outcome.maps[HIGH**2].chunk(2)[1]  # [N, S, T]
            maps.append(seen.transpose(1, 2).unflatten(2, (HIGH, HIGH)).numpy())
        return history, subject_masks(maps, self.text)

    def features(self, finished: torch.Tensor) -> np.ndarray:
        """DIFT: [N, C', S] of the finished latents with noise put back, under each panel's own prompt."""
        noised = self.scheduler.add_noise(finished, noise("dift"), torch.tensor([DIFT_TIMESTEP]))
        return self.look(noised, DIFT_TIMESTEP, None, None).dift.chunk(2)[1].flatten(2).numpy()


def main() -> None:
    sampler = Sampler()
    first, masks = sampler.sample(NO_INJECTION)
    injection = choose_injection(sampler.features(first[-1]), masks)
    last, _ = sampler.sample(injection)
    for name, mask in masks.items():
        print(f"  {name} covers {[round(float(m.mean()), 2) for m in mask]}")
    panels, tokens = injection.chosen.nonzero()
    where = injection.chosen
    injected = np.stack([panels, tokens, injection.image[where], injection.patch[where]], axis=1)
    change = float((last[-1] - first[-1]).abs().max())
    print(f"  {len(injected)} tokens injected; they change the latents by up to {change:.3g}")
    assert set(panels) == set(range(N)) and change > 0.1, "injection has to show in every panel"
    assert sampler.scheduler.config.prediction_type == "v_prediction"
    # Until injection begins, the second pass is the first one.
    assert all(torch.equal(a, b) for a, b in islice(zip(first, last), INJECTED_AT.start))
    write_fixture(
        FIXTURES / "consistory" / "story.safetensors",
        {
            "first": torch.stack(first),
            "last": torch.stack(last),
            "injected": torch.from_numpy(injected),
            **{f"mask_{name}": torch.from_numpy(mask.reshape(N, -1)) for name, mask in masks.items()},
        },
    )


if __name__ == "__main__":
    main()
