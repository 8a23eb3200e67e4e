"""ship.py CHECKPOINT HELD-OUT: writes src/evaluation/judge/weights/ and its fixture test/fixtures/judge/ with what the
judge says of some scenes by PyTorch; prints the errors on held-out scenes, which judge.json keeps."""
import hashlib, json, sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

import labelled_scenes as world
from evaluate import evaluate
from export import folded, opened
from network import Judge
from reading import read

ROOT = Path(__file__).resolve().parents[2]
TO, FIXTURE = ROOT / "src/evaluation/judge/weights", ROOT / "test/fixtures/judge"
RECIPE = ["scripts/train-pocket/scenes.py", *(f"scripts/train-judge/{n}.py" for n in ("labelled_scenes", "make_data", "redraw", "network", "train"))]
EVERY = 4  # cells of the outputs between those that the fixture keeps

checkpoint, held = sys.argv[1:3]
net = Judge().eval(); net.load_state_dict(torch.load(checkpoint))
TO.mkdir(parents=True, exist_ok=True); FIXTURE.mkdir(parents=True, exist_ok=True)
weights = TO / "judge.safetensors"
save_file(folded(net), weights)
errors = {"scenes": evaluate(held, weights), "throughVae": evaluate(held, weights, True, True), "redrawn": evaluate(held, weights, True)}
recipe = hashlib.sha256(b"".join((ROOT / f).read_bytes() for f in RECIPE)).hexdigest()
card = {"about": "A net that sees in pictures of the pocket's world who is where and what it is (scripts/train-judge/).",
        "recipe": recipe, "recipeFiles": RECIPE, "attributes": world.ATTRIBUTES, "places": world.PLACES, "times": world.TIMES,
        "parameters": sum(p.numel() for p in net.parameters()), "heldOut": errors}
(TO / "judge.json").write_text(json.dumps(card, indent=1) + "\n")
print(json.dumps(errors, indent=1))

exported = opened(weights)
labels = np.load(f"{held}/labels.npy")
rows = [int(np.flatnonzero((labels[:, :, 0] >= 0).sum(1) == n)[0]) for n in range(world.MOST + 1)]  # nobody, one, two, three
pictures = np.load(f"{held}/pictures.npy", mmap_mode="r")[rows]
with torch.no_grad(): out = exported(torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1)
fixture = {"pictures": torch.from_numpy(np.ascontiguousarray(pictures)), "map": out[0][..., ::EVERY, ::EVERY].contiguous(),
           "attributes": out[1][..., ::EVERY, ::EVERY].contiguous(), "scene": out[2]}
save_file(fixture, FIXTURE / "judge.safetensors", {"made_by": f"torch {torch.__version__}, recipe {recipe}"})
said = []
for i in range(len(rows)):
    seen = read(*(t[i].numpy() for t in out)); ys, xs = zip(*[np.nonzero(one["mask"]) for one in seen["creatures"]]) if seen["creatures"] else ((), ())
    said.append({"place": seen["place"], "time": seen["time"], "creatures": [
        {k: v for k, v in one.items() if k != "mask"} | {"area": float(one["mask"].mean()), "x": float((x + .5).mean() / 64), "y": float((y + .5).mean() / 64)}
        for one, x, y in zip(seen["creatures"], xs, ys)]})
(FIXTURE / "judgements.json").write_text(json.dumps(said, indent=1) + "\n")
