"""The judge's errors on held-out scenes: evaluate.py DATA JUDGE.safetensors [--redrawn] -> JSON

A creature of the recipe counts as found where a creature that the judge sees overlaps it by IoU 0.5; the rest of the
judge's are false alarms. Attributes are compared on those found.
"""
import json, sys

import numpy as np
import torch

import labelled_scenes as world
from export import opened
from reading import read

LEAST = 40  # cells: of hidden creatures less may be left


MOST = 300  # pictures


def evaluate(data, file, redrawn=False, vae_only=False):
    torch.set_num_threads(1)
    net = opened(file)
    ids, labels, scenes = (np.load(f"{data}/{n}.npy") for n in ("ids", "labels", "scenes"))
    if redrawn:
        noised = np.load(f"{data}/noised.npy"); rows = np.flatnonzero((noised == 0) if vae_only else (noised > 0))
        rows = rows[:MOST]; pictures = np.load(f"{data}/redrawn.npy", mmap_mode="r")[rows]
    else: rows = np.arange(min(MOST, len(ids))); pictures = np.load(f"{data}/pictures.npy", mmap_mode="r")
    cut, all_ = np.zeros(len(world.SPECIES) + 1), np.zeros(len(world.SPECIES) + 1)
    right = {name: [] for name in [*world.ATTRIBUTES, "count", "place", "time", "wears"]}; ious = []; missed = alarms = creatures = 0
    for at in range(0, len(rows), 20):
        with torch.no_grad():
            x = torch.from_numpy(np.ascontiguousarray(pictures[at:at + 20])).permute(0, 3, 1, 2).float() / 127.5 - 1
            out = [t.numpy() for t in net(x)]
        for j, row in enumerate(rows[at:at + 20]):
            seen = read(*(t[j] for t in out))
            truth = np.where(ids[row] > 0, labels[row, ids[row].astype(int) - 1, 0] + 1, 0)
            for k in range(len(cut)):
                a, b = truth == k, seen["species"] == k
                cut[k] += (a & b).sum(); all_[k] += (a | b).sum()
            there = [i for i in range(world.MOST) if (ids[row] == i + 1).sum() >= LEAST]
            right["count"].append(len(seen["creatures"]) == len(there))
            right["place"].append(seen["place"] == world.PLACES[scenes[row, 0]]); right["time"].append(seen["time"] == world.TIMES[scenes[row, 1]])
            taken = set()
            for i in there:
                creatures += 1; mask = ids[row] == i + 1
                overlaps = [(mask & one["mask"]).sum() / (mask | one["mask"]).sum() if n not in taken else 0 for n, one in enumerate(seen["creatures"])]
                if not overlaps or max(overlaps) < .5: missed += 1; continue
                best = int(np.argmax(overlaps)); taken.add(best); ious.append(max(overlaps)); one = seen["creatures"][best]
                right["wears"].append((one["accessory"] == "none") == (labels[row, i, 2] == 0))
                for column, (name, words) in enumerate(world.ATTRIBUTES.items()):
                    if labels[row, i, column] >= 0: right[name].append(one[name] == words[labels[row, i, column]])
            alarms += len(seen["creatures"]) - len(taken)
    return {"pictures": len(rows), "creatures": creatures, "missed": missed / creatures, "falseAlarms": alarms / creatures,
            "maskIou": float(np.mean(ious)), "speciesIou": {s: round(float(cut[k + 1] / all_[k + 1]), 3) for k, s in enumerate(world.SPECIES)},
            "accuracy": {k: round(float(np.mean(v)), 4) for k, v in right.items()}}


if __name__ == "__main__":
    data, file = sys.argv[1:3]
    print(json.dumps(evaluate(data, file, "--redrawn" in sys.argv), indent=1))
