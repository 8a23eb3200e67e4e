"""Single steps of a large U-Net through diffusers in eager float32, for `npm run bench -- --sdxl DIR`.

    python sdxl_rival.py TASK.json

TASK is written by src/bench/sdxl/. Says `{"ready": versions}` on stdout, then answers `plain` and `everything` with
`{"wall"}` in milliseconds, and leaves the guided prediction (float32 [N, C, H, W]) in the task's `answer`.
"""

import json
import sys
import time
from pathlib import Path

import diffusers
import numpy
import torch
from diffusers import DDIMScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor2_0

from consistory_sampling import Draws, Sampler, State, Story

task = json.loads(Path(sys.argv[1]).read_text())
torch.set_num_threads(task["threads"])
torch.set_grad_enabled(False)
diffusers.utils.logging.set_verbosity_error()


def read(name: str, dtype=numpy.float32) -> torch.Tensor:
    described = task["tensors"][name]
    return torch.from_numpy(numpy.fromfile(described["file"], dtype=dtype)).reshape(described["shape"])


class Rival:
    def __init__(self) -> None:
        self.unet = UNet2DConditionModel.from_pretrained(task["model"], subfolder="unet", torch_dtype=torch.float32).eval()
        latents, masks = read("latents"), read("masks", numpy.uint8)
        story = Story.of(
            task,
            text=read("text"),
            added={"text_embeds": read("pooled"), "time_ids": read("timeIds")},
            columns=torch.full((len(latents),), task["column"]),
        )
        draws = Draws(latents, latents, read("kept", numpy.uint8).bool())
        scheduler = DDIMScheduler()
        scheduler.set_timesteps(task["steps"])
        self.sampler = Sampler(self.unet, self.unet, scheduler, story, draws, task["gathered"])
        weight = task["settings"]["featureInjection"]["strength"] * read("chosen", numpy.uint8)
        injected = read("image", numpy.int64), read("patch", numpy.int64), weight[..., None].float()
        # a map that is the mask is its own mask
        everything = State(latents, task["step"], [masks.float()])
        self.orders = {"plain": (State(latents), None), "everything": (everything, injected)}

    def step(self, order: str) -> dict:
        is_plain = order == "plain"
        self.unet.set_attn_processor(AttnProcessor2_0() if is_plain else dict(self.sampler.processors))
        started = time.perf_counter()
        noise = self.sampler.predict(self.orders[order][0], task["timestep"], self.orders[order][1])
        wall = (time.perf_counter() - started) * 1e3
        noise.numpy().tofile(task["answer"])
        return {"wall": wall}


def main() -> None:
    say = lambda message: print(json.dumps(message), flush=True)
    rival = Rival()
    say({"ready": {module.__name__: module.__version__ for module in (torch, diffusers)}})
    for line in sys.stdin:
        say(rival.step(line.strip()))


if __name__ == "__main__":
    main()
