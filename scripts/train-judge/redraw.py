"""Scenes as the pocket would have drawn them: redraw.py DATA MODEL FIRST COUNT [SHARE REDRAWN]

Its VAE's round trip for all of them; for some (a share of those with one or two creatures) noise is put on the latents,
up to the timestep where layout and attributes just stay, and the pocket takes it off again, told what the scene shows.
So a picture has the pocket's smudges and the recipe's truth. Writes DATA/redrawn.npy and DATA/noised.npy (timesteps).
"""
import json, sys, time

import numpy as np
import torch
from diffusers import DDIMScheduler, StableDiffusionXLPipeline

data, model, first, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
share = float(sys.argv[5]) if len(sys.argv) > 5 else .5
BATCH, STEP, GUIDANCE, MOST_NOISE = 16, 90, 3., 420
torch.set_num_threads(1); torch.manual_seed(first); rng = np.random.default_rng(first)
pictures, labels = np.load(f"{data}/pictures.npy", mmap_mode="r"), np.load(f"{data}/labels.npy")
captions = json.load(open(f"{data}/captions.json"))
pipe = StableDiffusionXLPipeline.from_pretrained(model, torch_dtype=torch.float32, add_watermarker=False)
alphas = DDIMScheduler.from_config(pipe.scheduler.config).alphas_cumprod
size = torch.tensor([[128., 128, 0, 0, 128, 128]])


def article(caption):
    words = " and ".join(("an " if part[0] in "aeiou" else "a ") + part for part in caption.split(" and ")).split()
    out = []
    for i, w in enumerate(words):
        out.append(w)
        if w == "wearing" and not words[i + 1:i + 3][-1] == "glasses": out.append("an" if words[i + 1][0] in "aeiou" else "a")
    return "a storybook drawing of " + " ".join(out)


@torch.no_grad()
def redraw(latents, prompts, start):
    """v-prediction, DDIM from timestep `start` to 0"""
    c, u, pc, pu = pipe.encode_prompt(prompts, device="cpu", num_images_per_prompt=1, do_classifier_free_guidance=True, negative_prompt=[""] * len(prompts))
    n = len(latents); a = alphas[start]
    x = a.sqrt() * latents + (1 - a).sqrt() * torch.randn_like(latents)
    for t in range(start, 0, -STEP):
        a, b = alphas[t], alphas[t - STEP] if t > STEP else torch.tensor(1.)
        v = pipe.unet(torch.cat([x, x]), t, encoder_hidden_states=torch.cat([u, c]),
                      added_cond_kwargs={"text_embeds": torch.cat([pu, pc]), "time_ids": size.expand(2 * n, -1)}).sample
        v = v[:n] + GUIDANCE * (v[n:] - v[:n])
        clean, noise = a.sqrt() * x - (1 - a).sqrt() * v, a.sqrt() * v + (1 - a).sqrt() * x
        x = b.sqrt() * clean + (1 - b).sqrt() * noise
    return x


out = np.lib.format.open_memmap(f"{data}/redrawn.npy", "w+", np.uint8, (count, 128, 128, 3))
noised = np.lib.format.open_memmap(f"{data}/noised.npy", "w+", np.int16, (count,)); noised[:] = -1  # not there yet
began = time.time()
told = np.flatnonzero(((labels[first:first + count, :, 0] >= 0).sum(1) > 0) & ((labels[first:first + count, :, 0] >= 0).sum(1) < 3))
told = rng.permutation(told); told, rest = np.split(told, [int(share * len(told))])
rest = np.setdiff1d(np.arange(count), told)
batches = [(g[at:at + BATCH], kind) for g, kind in ((told, "noised"), (rest, "vae")) for at in range(0, len(g), BATCH)]
for done, which in enumerate(rng.permutation(len(batches))):
        some, kind = batches[which]; some = np.sort(some)
        x = torch.from_numpy(pictures[first + some]).permute(0, 3, 1, 2).float() / 127.5 - 1
        with torch.no_grad():
            z = pipe.vae.encode(x).latents
            start = int(rng.integers(60, MOST_NOISE)) if kind == "noised" else 0
            z = redraw(z, [article(captions[first + i]) for i in some], start) if start else z + .06 * torch.randn_like(z)
            y = pipe.vae.decode(z).sample.clamp(-1, 1)
        out[some] = ((y + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy(); noised[some] = start
        if done % 10 == 0: print(done, len(batches), kind, f"{time.time() - began:.0f} s", article(captions[first + some[0]]), flush=True)
