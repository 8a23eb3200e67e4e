"""Scenes of the pocket's world (../train-pocket/scenes.py) with what the judge has to say of them.

The pocket itself is trained on one or two creatures of different species. Pictures that it draws wrongly show others:
none, three, or the same creature twice, one over the other. So the judge's scenes have those too, and more sizes.
"""
import os, random, sys

import numpy as np
import skia

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "train-pocket"))
import scenes  # noqa: E402

SPECIES, COLOURS, PLACES, ACTIONS = scenes.SPECIES, list(scenes.COLORS), list(scenes.PLACES), scenes.ACTIONS
ACCESSORIES = ["none"] + scenes.ACCESSORIES
TIMES = ["day"] + [t for t in scenes.TIMES if t]
EYES = ["dot", "wide"]
BELLY = ["plain", "light"]
PICTURE = 128  # pixels: what the pocket draws
GRID = 64  # cells: where the judge says which creature it sees
MOST = 3  # creatures
#: columns of a creature's labels; an accessory's colour is -1 where there is none to see
ATTRIBUTES = {"species": SPECIES, "colour": COLOURS, "accessory": ACCESSORIES, "accessoryColour": COLOURS,
              "eyes": EYES, "belly": BELLY, "action": ACTIONS}
#: these are drawn with white eyes whatever was drawn for them, and a robot's and a sleeper's can't be told well
EYES_TOLD = set(SPECIES) - {"frog", "owl", "robot"}


def labelled_scene(r):
    scene = scenes.random_scene(r)
    n = r.choices([0, 1, 2, 3], [.05, .52, .31, .12])[0]
    twins = n > 1 and r.random() < .4
    kinds = [r.choice(SPECIES)] * n if twins else r.sample(SPECIES, n)
    scene["chars"] = [scenes.random_character(r, kind) for kind in kinds]
    for who in scene["chars"]: who["prop"] = r.choice(["red", "yellow", "blue", "green", "purple", "pink"])
    scene["acts"] = [r.choice(ACTIONS) for _ in kinds]
    return scene


def layout(n, ground, r):
    """x, y of the feet and size of each: as the recipe places them, and otherwise."""
    usual = r.random() < .6
    if n == 1: xs, size = [r.uniform(84, 172) if usual else r.uniform(40, 216)], (.95, 1.3) if usual else (.6, 1.4)
    elif n == 2 and usual: xs, size = [r.uniform(58, 84), r.uniform(172, 198)], (.8, 1.)
    elif n == 2:
        middle, apart = r.uniform(100, 156), r.uniform(50, 120)
        xs, size = [middle - apart / 2, middle + apart / 2], (.6, 1.15)
    else: xs, size = [r.uniform(34, 58), r.uniform(112, 144), r.uniform(198, 222)], (.5, .85)
    xs = xs[:n]; r.shuffle(xs)
    return [(x, ground + r.uniform(14, 54), r.uniform(*size)) for x in xs]


def render(scene, r):
    """-> picture uint8 [128, 128, 3]; ids uint8 [64, 64], 0 the background, i the ith creature; labels int8 [3, 7]"""
    side = scenes.S
    surface = scenes.surface(); k = surface.getCanvas()
    ground = scenes.draw_background(k, scene["place"], scene["time"], r)
    cover = np.zeros((MOST + 1, GRID, GRID), np.float32)
    front = np.zeros((side, side), np.uint8)
    for i, (who, act, (x, y, s)) in enumerate(zip(scene["chars"], scene["acts"], layout(len(scene["chars"]), ground, r))):
        flip, tilt, head, seed = r.random() < .5, r.uniform(-5, 5), r.uniform(-9, 9), r.random()
        if scene["place"] != "sea":
            shade = scenes.mix(scenes.sky_colors(scene["place"], scene["time"]), (40, 40, 60), .6)
            scenes.Pen(k).ell(x, y, 36 * s, 6 * s, shade, False)
        scenes.draw_character(k, who, act, x, y, s, flip, tilt, random.Random(seed), False, head)
        ms = scenes.surface(); mk = ms.getCanvas(); mk.clear(skia.ColorBLACK)
        scenes.draw_character(mk, who, act, x, y, s, flip, tilt, random.Random(seed), True, head)
        front[np.array(ms.makeImageSnapshot().toarray())[..., 0] > 127] = i + 1
    veil = {"at night": ((26, 30, 80), .28), "at sunset": ((240, 120, 80), .1), "in the rain": ((90, 100, 120), .14)}.get(scene["time"])
    if veil: k.drawRect(skia.Rect(0, 0, side, side), scenes.fill(veil[0], int(255 * veil[1])))
    scenes.weather(k, scene["time"], r)
    image = np.array(surface.makeImageSnapshot().toarray(colorType=skia.kRGBA_8888_ColorType))[..., :3].astype(np.uint16)
    picture = ((image[::2, ::2] + image[1::2, ::2] + image[::2, 1::2] + image[1::2, 1::2] + 2) // 4).astype(np.uint8)
    cell = side // GRID
    for i in range(MOST + 1): cover[i] = (front == i).reshape(GRID, cell, GRID, cell).mean((1, 3))
    ids = cover.argmax(0).astype(np.uint8)
    labels = np.full((MOST, len(ATTRIBUTES)), -1, np.int8)
    for i, (who, act) in enumerate(zip(scene["chars"], scene["acts"])):
        eyes = EYES.index(who["eyes"]) if who["species"] in EYES_TOLD and act != "sleeping" else -1
        belly = BELLY.index("light" if who["belly"] else "plain") if who["species"] not in ("penguin", "robot") else -1
        labels[i] = [SPECIES.index(who["species"]), COLOURS.index(who["color"]), ACCESSORIES.index(who["accessory"] or "none"),
                     COLOURS.index(who["acolor"]) if who["accessory"] else -1, eyes, belly, ACTIONS.index(act)]
    return picture, ids, labels
