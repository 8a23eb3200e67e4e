"""The same panels by PyTorch through diffusers on the same weights, for `npm run bench`.

    python diffusers_rival.py TASK.json

TASK is written by src/bench/diffusers-rival.ts. Says `{"ready": versions}` on stdout, then answers each line of stdin
with a line of JSON: `plain` and `consistory` draw with `{"wall", "cpu"}` in milliseconds, sampling alone; `write DIR` writes
the finished `latents` (float32 [N, C, H, W]), `masks` (uint8 [N, S], after consistory) and `pictures` (uint8 [N, H, W, 3]);
`peak` is the largest resident memory so far, in bytes; `flops` counts the products of one plain step.
"""

import json
import os
import sys
import time
from pathlib import Path

import diffusers
import numpy
import torch
import transformers
from diffusers.models.attention_processor import AttnProcessor2_0
from torch.utils.flop_counter import FlopCounterMode

from consistory_sampling import Draws, Sampler, Story

task = json.loads(Path(sys.argv[1]).read_text())
os.environ["TORCHINDUCTOR_CACHE_DIR"] = task["compilerCache"]  # read when something is compiled
torch.set_num_threads(task["threads"])
torch.set_grad_enabled(False)
diffusers.utils.logging.set_verbosity_error()
diffusers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()


def read(name: str, dtype, shape) -> torch.Tensor:
    return torch.from_numpy(numpy.fromfile(task["files"][name], dtype=dtype)).reshape(shape)


class Rival:
    def __init__(self) -> None:
        dtype = getattr(torch, task["dtype"])
        pipeline = diffusers.DiffusionPipeline.from_pretrained(task["model"], dtype=torch.float32)
        self.vae, self.scheduler = pipeline.vae, pipeline.scheduler
        self.unet = pipeline.unet.to(dtype).eval()
        self.forward = torch.compile(self.unet) if task["compile"] else self.unet
        prompts, shape = task["prompts"], task["shape"]
        count = len(prompts)
        cond, uncond, pooled, pooled_uncond = pipeline.encode_prompt(
            prompts, num_images_per_prompt=1, do_classifier_free_guidance=True, negative_prompt=[task["negative"]] * count
        )
        side = [shape[axis] * pipeline.vae_scale_factor for axis in (2, 3)]
        time_ids = torch.tensor([[*side, 0, 0, *side]], dtype=torch.float32).repeat(2 * count, 1)
        words = [pipeline.tokenizer.tokenize(prompt) for prompt in prompts]
        self.story = Story.of(
            task,
            text=torch.cat([uncond, cond]).to(dtype),
            added={"text_embeds": torch.cat([pooled_uncond, pooled]).to(dtype), "time_ids": time_ids},
            columns=torch.tensor([1 + tokens.index(f"{task['subject']}</w>") for tokens in words]),
        )
        self.draws = Draws(
            latents=read("latents", numpy.float32, shape),
            dift=read("dift", numpy.float32, shape),
            kept=read("kept", numpy.uint8, (task["steps"], count, -1)).bool(),
        )
        self.latents, self.masks = self.draws.latents, torch.zeros(count, 0)

    def plain(self) -> None:
        """As StableDiffusionXLPipeline.__call__ does it, without its bookkeeping."""
        self.unet.set_attn_processor(AttnProcessor2_0())
        self.scheduler.set_timesteps(self.story.steps)
        latents = self.draws.latents * self.scheduler.init_noise_sigma
        for timestep in self.scheduler.timesteps:
            rows = self.scheduler.scale_model_input(torch.cat([latents, latents]), timestep)
            uncond, cond = self.predict(rows, timestep).float().chunk(2)
            guided = uncond + self.story.guidance * (cond - uncond)
            latents = self.scheduler.step(guided, timestep, latents, return_dict=False)[0]
        self.latents = latents

    def predict(self, rows: torch.Tensor, timestep) -> torch.Tensor:
        inputs = rows.to(self.unet.dtype), timestep, self.story.text
        return self.forward(*inputs, added_cond_kwargs=self.story.added, return_dict=False)[0]

    def consistory(self) -> None:
        sampler = Sampler(self.unet, self.forward, self.scheduler, self.story, self.draws, task["gathered"])
        self.latents, self.masks = sampler.draw()

    def write(self, folder: Path) -> dict:
        self.latents.numpy().astype(numpy.float32).tofile(folder / "latents")
        self.masks.numpy().astype(numpy.uint8).tofile(folder / "masks")
        pictures = self.vae.decode(self.latents / self.vae.config.scaling_factor, return_dict=False)[0]
        levels = (pictures / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1).numpy() * 255
        levels.round().astype(numpy.uint8).tofile(folder / "pictures")
        return {}

    def flops(self) -> dict:
        self.unet.set_attn_processor(AttnProcessor2_0())
        rows = torch.cat([self.draws.latents] * 2)
        with FlopCounterMode(display=False) as counter:
            self.unet(rows.to(self.unet.dtype), 500, self.story.text, added_cond_kwargs=self.story.added)
        return {"flops": counter.get_total_flops()}


def timed(draw) -> dict:
    wall, cpu = time.perf_counter(), time.process_time()
    draw()
    return {"wall": (time.perf_counter() - wall) * 1e3, "cpu": (time.process_time() - cpu) * 1e3}


def peak() -> dict:
    """Not from getrusage, whose number a process inherits from the one that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return {"peak": next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))}


def main() -> None:
    say = lambda message: print(json.dumps(message), flush=True)
    rival = Rival()
    versions = {module.__name__: module.__version__ for module in (torch, diffusers, transformers)}
    say({"ready": versions})
    for line in sys.stdin:
        order, _, argument = line.strip().partition(" ")
        if order in ("plain", "consistory"):
            say(timed(getattr(rival, order)))
        elif order == "write":
            say(rival.write(Path(argument)))
        elif order == "peak":
            say(peak())
        elif order == "flops":
            say(rival.flops())


if __name__ == "__main__":
    main()
