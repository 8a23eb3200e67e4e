"""Plain text-to-image sampling with diffusers' own parts, for `npm run bench`: float32, eager, on the CPU.

    python diffusers_plain.py TASK.json

TASK: {"model", "threads", "steps", "guidance", "prompts", "negative", "latents" (a file), "shape"}. `latents` holds the
initial noise, float32 [B, C, H, W], so that both sides draw the same pictures. Says `{"ready": versions}` on stdout, and then
answers each line of stdin: `draw` with `{"wall", "cpu"}` in milliseconds, `write FILE` (the finished latents) with `{}`.
"""

import json
import sys
import time

import diffusers
import numpy
import torch
import transformers

task = json.load(open(sys.argv[1]))
torch.set_num_threads(task["threads"])
torch.set_grad_enabled(False)
diffusers.utils.logging.set_verbosity_error()
diffusers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()

pipeline = diffusers.DiffusionPipeline.from_pretrained(task["model"], dtype=torch.float32)
unet, scheduler = pipeline.unet.eval(), pipeline.scheduler
count = len(task["prompts"])
noise = torch.from_numpy(numpy.fromfile(task["latents"], dtype=numpy.float32)).reshape(task["shape"])

cond, uncond, pooled, pooled_uncond = pipeline.encode_prompt(
    task["prompts"], num_images_per_prompt=1, do_classifier_free_guidance=True, negative_prompt=[task["negative"]] * count
)
text = torch.cat([uncond, cond])
side = [noise.shape[axis] * pipeline.vae_scale_factor for axis in (2, 3)]
time_ids = torch.tensor([[*side, 0, 0, *side]], dtype=torch.float32).repeat(2 * count, 1)
added = {"text_embeds": torch.cat([pooled_uncond, pooled]), "time_ids": time_ids}


def sample():
    """As StableDiffusionXLPipeline.__call__ does it, without its bookkeeping."""
    scheduler.set_timesteps(task["steps"])
    latents = noise * scheduler.init_noise_sigma
    for timestep in scheduler.timesteps:
        model_input = scheduler.scale_model_input(torch.cat([latents, latents]), timestep)
        prediction = unet(
            model_input, timestep, encoder_hidden_states=text, added_cond_kwargs=added, return_dict=False
        )[0]
        without, with_prompt = prediction.chunk(2)
        guided = without + task["guidance"] * (with_prompt - without)
        latents = scheduler.step(guided, timestep, latents, return_dict=False)[0]
    return latents


def say(message):
    print(json.dumps(message), flush=True)


say({"ready": {"torch": torch.__version__, "diffusers": diffusers.__version__, "transformers": transformers.__version__}})
finished = None
for line in sys.stdin:
    order, _, argument = line.strip().partition(" ")
    if order == "draw":
        wall, cpu = time.perf_counter(), time.process_time()
        finished = sample()
        say({"wall": (time.perf_counter() - wall) * 1e3, "cpu": (time.process_time() - cpu) * 1e3})
    elif order == "write":
        finished.numpy().astype(numpy.float32).tofile(argument)
        say({})
