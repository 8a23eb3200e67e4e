"""Trains the judge: train.py DATA OUT STEPS [CHECKPOINT TO GO ON FROM]; logs, and keeps OUT/judge.pt, a running mean of the weights, every 200 steps.

The rate of learning stays until the last fifth of the steps, or until a file OUT/finish asks for them early: what comes
out is of use whenever it is stopped.
"""
import math, os, sys, time

import numpy as np
import torch
from torch.nn import functional as F

import labelled_scenes as world
from network import Judge

DATA, OUT, STEPS = sys.argv[1], sys.argv[2], int(sys.argv[3])
BATCH, RATE, WARM, FALLING = 12, 2e-3, 100, .4
KEPT = .99  # share of the running mean that a step keeps
REDRAWN = .5  # share of the pictures, once there are enough of them
SPREAD = 2.  # cells, of a centre's Gaussian
OFFSET = 16.  # cells: unit of the offsets
BALANCE = torch.tensor([.4] + [1.] * len(world.SPECIES))  # most of a picture is background
LEAST = 16  # cells: less of a creature says nothing of what it is
WEIGHTS = {"species": 1., "colour": 1., "accessory": 1., "accessoryColour": .5, "eyes": .5, "belly": .3, "action": .7}

torch.set_num_threads(1); torch.manual_seed(0); rng = np.random.default_rng(0)
pictures, ids, labels, scenes = (np.load(f"{DATA}/{n}.npy") for n in  # in memory: rows in random order are slow to map
                                  ("pictures", "ids", "labels", "scenes"))


def chosen():
    redrawn = []
    if os.path.exists(f"{DATA}/noised.npy"): redrawn = np.flatnonzero(np.load(f"{DATA}/noised.npy", mmap_mode="r") >= 0)
    few = min(REDRAWN, len(redrawn) / 4000)
    rows = rng.integers(0, len(ids), BATCH); images = pictures[rows]
    if len(redrawn):
        again = np.flatnonzero(rng.random(BATCH) < few); rows[again] = rng.choice(redrawn, len(again))
        images[again] = np.load(f"{DATA}/redrawn.npy", mmap_mode="r")[rows[again]]
    return images, ids[rows], labels[rows], scenes[rows]


def batch():
    images, who, what, where = chosen()
    x = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255
    m = torch.from_numpy(np.ascontiguousarray(who)).float()[:, None]
    b = len(x)
    # another place and size, or mirrored
    flip = torch.where(torch.rand(b) < .5, -1., 1.); moved = (torch.rand(b) < .5).float()
    size = 1 + moved * (torch.rand(b) * .5 - .25); shift = moved[:, None] * (torch.rand(b, 2) * .3 - .15)
    theta = torch.zeros(b, 2, 3); theta[:, 0, 0] = size * flip; theta[:, 1, 1] = size; theta[:, :, 2] = shift
    x = F.grid_sample(x, F.affine_grid(theta, x.shape, align_corners=False), padding_mode="reflection", align_corners=False)
    m = F.grid_sample(m, F.affine_grid(theta, m.shape, align_corners=False), mode="nearest", padding_mode="reflection", align_corners=False)
    # light, softness and noise of other hands
    def some(p): return (torch.rand(b) < p).float()[:, None, None, None]
    soft = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    coarse = F.interpolate(F.avg_pool2d(x, 2), scale_factor=2, mode="bilinear")
    x = torch.lerp(x, soft, some(.3) * torch.rand(b, 1, 1, 1)); x = torch.lerp(x, coarse, some(.15))
    night = torch.tensor([26., 30, 80])[:, None, None] / 255
    x = torch.lerp(x, night.expand_as(x), some(.1) * torch.rand(b, 1, 1, 1) * .3)
    x = (x - .5) * (1 + some(.3) * (torch.rand(b, 1, 1, 1) * .3 - .15)) + .5 + some(.3) * (torch.rand(b, 3, 1, 1) * .08 - .04)
    x = x + some(.3) * torch.rand(b, 1, 1, 1) * .06 * torch.randn_like(x)
    return x.clamp(0, 1) * 2 - 1, m[:, 0].round().long(), torch.from_numpy(what.astype(np.int64)), torch.from_numpy(where.astype(np.int64))


AT = torch.stack(torch.meshgrid(torch.arange(64.), torch.arange(64.), indexing="xy"))  # [2, 64, 64]: x, y


def loss_of(out, who, what, where):
    logits, attributes, scene = (t.float() for t in out)
    species = len(world.SPECIES) + 1
    truth = torch.zeros_like(who); heat = torch.zeros(who.shape); towards = torch.zeros(len(who), 2, 64, 64)
    pooled, told = [], []
    for i in range(world.MOST):
        mask = (who == i + 1).float(); cells = mask.sum((1, 2))  # [B, 64, 64], [B]
        truth += (who == i + 1) * (what[:, i, 0, None, None] + 1)
        centre = (AT[None] * mask[:, None]).sum((2, 3)) / cells[:, None].clamp(min=1)  # [B, 2]
        way = centre[:, :, None, None] - AT[None]
        heat = torch.maximum(heat, (cells >= LEAST).float()[:, None, None] * torch.exp(-way.square().sum(1) / (2 * SPREAD ** 2)))
        towards = torch.where(mask[:, None] > 0, way, towards)
        seen = cells >= LEAST
        weight = F.avg_pool2d(mask[:, None], 2)[:, 0]
        mean = (attributes * weight[:, None]).sum((2, 3)) / weight.sum((1, 2))[:, None].clamp(min=1e-3)
        pooled.append(mean[seen]); told.append(what[seen, i])
    parts = {"map": 2 * F.cross_entropy(logits[:, :species], truth, weight=BALANCE),
             "centre": 30 * F.mse_loss(logits[:, species].sigmoid(), heat)}
    inside = (who > 0)[:, None].expand(-1, 2, -1, -1)
    parts["offset"] = F.l1_loss(logits[:, species + 1:][inside], towards[inside] / OFFSET)
    pooled, told = torch.cat(pooled), torch.cat(told)
    at = 0; right = {}
    for column, (name, words) in enumerate(world.ATTRIBUTES.items()):
        mine = pooled[:, at:at + len(words)]; at += len(words)
        known = told[:, column] >= 0
        parts[name] = WEIGHTS[name] * F.cross_entropy(mine[known], told[known, column])
        right[name] = (mine[known].argmax(1) == told[known, column]).float().mean().item()
    n = len(world.PLACES)
    parts["place"] = .3 * F.cross_entropy(scene[:, :n], where[:, 0]); parts["time"] = .3 * F.cross_entropy(scene[:, n:], where[:, 1])
    return sum(parts.values()), {k: v.item() for k, v in parts.items()} | {f"right {k}": v for k, v in right.items()}


if __name__ == "__main__":
    net = Judge().to(memory_format=torch.channels_last).train()
    if len(sys.argv) > 4: net.load_state_dict(torch.load(sys.argv[4]))
    print(sum(p.numel() for p in net.parameters()), "parameters", flush=True)
    optimizer = torch.optim.AdamW(net.parameters(), RATE, weight_decay=.02)
    average = torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(KEPT), use_buffers=True)
    os.makedirs(OUT, exist_ok=True)
    began = time.time(); mean = {}; step, fall, last = 0, int(STEPS * (1 - FALLING)), STEPS
    while step < last:
        if step < fall and os.path.exists(f"{OUT}/finish"): fall, last = step, step + int(FALLING * step)
        rate = RATE * min(1, (step + 1) / WARM) * min(1, (last - step) / (last - fall))
        for group in optimizer.param_groups: group["lr"] = rate
        x, *truth = batch()
        with torch.autocast("cpu", dtype=torch.bfloat16): out = net(x.contiguous(memory_format=torch.channels_last))
        loss, parts = loss_of(out, *truth)
        optimizer.zero_grad(); loss.backward(); torch.nn.utils.clip_grad_norm_(net.parameters(), 5.); optimizer.step(); step += 1
        average.update_parameters(net)
        for k, v in parts.items():
            if v == v: mean[k] = mean.get(k, v) * .97 + v * .03
        if step % 50 == 0: print(f"{time.time() - began:.0f} s ({time.process_time():.0f} s of the processor), step {step}: " + " ".join(f"{k} {v:.3f}" for k, v in mean.items()), flush=True)
        if step % 200 == 0 or step == last: torch.save(average.module.state_dict(), f"{OUT}/judge.pt")
    print(f"{step} steps of {BATCH}", flush=True)
