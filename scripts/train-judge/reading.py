"""From the network's outputs to creatures: what src/evaluation/judge/read-judgement.ts does, stated a second time."""
import numpy as np

import labelled_scenes as world

CENTRE, AROUND, LEAST, OFFSET = .3, 2, 30, 16.
TELLING = len(world.SPECIES) + 1


def softmax(x):
    e = np.exp(x - x.max()); return e / e.sum()


def read(map_, attributes, scene):
    """map [16, 64, 64], attributes [52, 32, 32], scene [16] -> creatures, largest first, place, time, species [64, 64]"""
    logits = map_[:TELLING]; side = map_.shape[-1]
    species = logits.argmax(0)
    e = np.exp(logits - logits.max(0)); inside = e[0] < e[1:].sum(0)
    heat = 1 / (1 + np.exp(-map_[TELLING]))
    padded = np.pad(heat, AROUND, constant_values=-1)
    highest = np.lib.stride_tricks.sliding_window_view(padded, (2 * AROUND + 1, 2 * AROUND + 1)).max((2, 3))
    peaks = [(x, y) for y, x in zip(*np.nonzero((heat >= CENTRE) & (heat == highest)))]
    ys, xs = np.nonzero(inside)
    if not peaks and len(ys): peaks = [(xs.mean(), ys.mean())]
    masks = np.zeros((len(peaks), side, side), bool)
    if len(ys):
        to = np.stack([xs + OFFSET * map_[TELLING + 1, ys, xs], ys + OFFSET * map_[TELLING + 2, ys, xs]], 1)
        masks[((to[:, None] - np.array(peaks)[None]) ** 2).sum(2).argmin(1), ys, xs] = True
    found = []
    for mask in masks:
        if mask.sum() < LEAST: continue
        weight = mask.reshape(side // 2, 2, side // 2, 2).mean((1, 3)); mean = (attributes * weight).sum((1, 2)) / weight.sum()
        one, at = {"mask": mask}, 0
        for name, words in world.ATTRIBUTES.items():
            p = softmax(mean[at:at + len(words)]); at += len(words); one[name] = words[int(p.argmax())]; one[name + "Confidence"] = float(p.max())
        found.append(one)
    found.sort(key=lambda one: -one["mask"].sum())
    n = len(world.PLACES)
    return {"creatures": found, "place": world.PLACES[int(scene[:n].argmax())], "time": world.TIMES[int(scene[n:].argmax())], "species": species}
