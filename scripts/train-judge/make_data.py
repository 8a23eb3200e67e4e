"""Draws N scenes into a folder, as .npy: make_data.py N FOLDER [FIRST SEED]"""
import json, os, random, sys
from multiprocessing import Pool

import numpy as np

import labelled_scenes as world

N, OUT, FIRST = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 50_000_000
SHAPES = {"pictures": ((128, 128, 3), np.uint8), "ids": ((64, 64), np.uint8), "labels": ((3, len(world.ATTRIBUTES)), np.int8),
          "scenes": ((2,), np.int8)}


def opened(mode): return {k: np.lib.format.open_memmap(f"{OUT}/{k}.npy", mode, t, (N, *s)) if mode == "w+" else np.load(f"{OUT}/{k}.npy", mmap_mode=mode) for k, (s, t) in SHAPES.items()}


def work(span):
    out = opened("r+")
    captions = []
    for i in range(*span):
        r = random.Random(FIRST + i)
        scene = world.labelled_scene(r)
        out["pictures"][i], out["ids"][i], out["labels"][i] = world.render(scene, r)
        out["scenes"][i] = [world.PLACES.index(scene["place"]), world.TIMES.index(scene["time"] or "day")]
        captions.append(" and ".join(f"{w['color']} {w['species']}" + (f" wearing {w['acolor']} {w['accessory']}" if w["accessory"] else "") + f" {a}"
                                     for w, a in zip(scene["chars"], scene["acts"])) + f" {world.scenes.PLACES[scene['place']]} {scene['time']}")
    return span[0], captions


if __name__ == "__main__":
    os.makedirs(OUT, exist_ok=True)
    opened("w+")
    with Pool(2) as pool: done = sorted(pool.map(work, [(i, min(i + 250, N)) for i in range(0, N, 250)], chunksize=1))
    json.dump([c for _, part in done for c in part], open(f"{OUT}/captions.json", "w"))
