"""Trajectories of diffusers' samplers (test/fixtures/schedulers/trajectories.json, multistep-and-stochastic.json).

Each run feeds a sampler with a fixed pseudo-model: the output is a smooth function of the U-Net's input and the step,
recorded as given, so that a test feeds the same and an error of one step doesn't hide behind the next model call.
Noise that a sampler adds is recorded as well.

    python scripts/oracle/schedulers.py
"""

import base64
import itertools
import json
from pathlib import Path

import diffusers
import numpy as np
import torch
from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    LCMScheduler,
    PNDMScheduler,
)
from diffusers.schedulers import scheduling_euler_ancestral_discrete, scheduling_lcm

ROOT = Path(__file__).parents[2]
OUT = ROOT / "test/fixtures/schedulers"
LATENTS = 6
CLASSES = {"DDIMScheduler": DDIMScheduler, "EulerDiscreteScheduler": EulerDiscreteScheduler}
#: samplers that need earlier steps or new noise
OTHERS = {
    "DPMSolverMultistepScheduler": DPMSolverMultistepScheduler,
    "EulerAncestralDiscreteScheduler": EulerAncestralDiscreteScheduler,
    "LCMScheduler": LCMScheduler,
    "PNDMScheduler": PNDMScheduler,
}
#: both of the order 15, from where DPM-Solver ends otherwise
OTHERS_STEPS = [1, 4, 16]
STEPS = [1, 5, 20, 30]
SPACINGS = ["leading", "trailing", "linspace"]
PREDICTIONS = ["epsilon", "v_prediction", "sample"]
STABLE_DIFFUSION = dict(num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
#: where DIFT takes its features (ConsiStory 3.3), and the ends
NOISED_AT = [0, 261, 999]
#: timesteps alone are recorded for every number of steps up to this
SPACED_UP_TO = 64


def packed(values):
    """float32, little endian, base64"""
    return base64.b64encode(np.asarray(values, dtype="<f4").tobytes()).decode()


def pseudo_model(model_input, step):
    phase = torch.arange(LATENTS) * 0.7 + step * 0.3
    return torch.sin(1.3 * model_input + phase) + 0.4 * torch.cos(phase)


def configs():
    """Every config once, as scheduler_config.json has it: class name and fields."""
    for kind, prediction, spacing, zero_snr in itertools.product(CLASSES, PREDICTIONS, SPACINGS, [False, True]):
        first_step_has_no_signal = zero_snr and spacing == "trailing"
        if kind == "DDIMScheduler" and prediction == "epsilon" and first_step_has_no_signal:
            continue  # division by zero in diffusers; refused by ours
        if kind == "DDIMScheduler" and prediction == "epsilon" and zero_snr and spacing == "linspace":
            continue  # the same from two steps on
        ours = dict(prediction_type=prediction, timestep_spacing=spacing, rescale_betas_zero_snr=zero_snr, steps_offset=1)
        if kind == "DDIMScheduler":
            ours |= dict(clip_sample=False, set_alpha_to_one=False)
        yield dict(_class_name=kind, **STABLE_DIFFUSION, **ours), STEPS

    trained = np.linspace(0.01, 0.2, 40).round(4).tolist()
    for kind in CLASSES:
        off = dict(clip_sample=False) if kind == "DDIMScheduler" else {}
        yield dict(_class_name=kind), [7]  # all defaults: clipping and alpha one for DDIM, linspace for Euler
        yield dict(_class_name=kind, beta_schedule="squaredcos_cap_v2", timestep_spacing="leading", **off), [7]
        yield dict(_class_name=kind, beta_schedule="linear", timestep_spacing="leading", steps_offset=1, **off), [7]
        yield dict(_class_name=kind, trained_betas=trained, num_train_timesteps=40, timestep_spacing="leading", **off), [7]
    for prediction in PREDICTIONS:
        clipped = dict(prediction_type=prediction, clip_sample=True, clip_sample_range=0.75, steps_offset=1)
        yield dict(_class_name="DDIMScheduler", **STABLE_DIFFUSION, **clipped), [7]
        for spacing in SPACINGS:
            karras = dict(prediction_type=prediction, timestep_spacing=spacing, use_karras_sigmas=True, steps_offset=1)
            yield dict(_class_name="EulerDiscreteScheduler", **STABLE_DIFFUSION, **karras), [1, 20]
    yield json.loads((ROOT / "models/pocket/scheduler/scheduler_config.json").read_text()), [20, 30]


def other_configs():
    for prediction, spacing, zero_snr in itertools.product(PREDICTIONS, SPACINGS, [False, True]):
        common = dict(prediction_type=prediction, timestep_spacing=spacing, steps_offset=1)
        snr = dict(rescale_betas_zero_snr=zero_snr)
        yield dict(_class_name="DPMSolverMultistepScheduler", **STABLE_DIFFUSION, **common, **snr), OTHERS_STEPS
        if prediction != "sample":  # not implemented in diffusers
            yield dict(_class_name="EulerAncestralDiscreteScheduler", **STABLE_DIFFUSION, **common, **snr), OTHERS_STEPS
            if not zero_snr:
                pndm = dict(skip_prk_steps=True, clip_sample=False, set_alpha_to_one=False)
                yield dict(_class_name="PNDMScheduler", **STABLE_DIFFUSION, **common, **pndm), [1, 2, 16]

    for prediction in PREDICTIONS:
        dpm = dict(_class_name="DPMSolverMultistepScheduler", prediction_type=prediction, **STABLE_DIFFUSION)
        yield dict(**dpm, use_karras_sigmas=True, steps_offset=1), OTHERS_STEPS
        for zero_snr in [False, True]:
            if prediction == "epsilon" and zero_snr:
                continue  # division by zero at the first step
            snr = dict(rescale_betas_zero_snr=zero_snr)
            yield dict(_class_name="LCMScheduler", prediction_type=prediction, **STABLE_DIFFUSION, **snr), [1, 4, 8]
    dpm = dict(_class_name="DPMSolverMultistepScheduler", **STABLE_DIFFUSION)
    for karras in [False, True]:
        yield dict(**dpm, final_sigmas_type="sigma_min", use_karras_sigmas=karras), OTHERS_STEPS
    yield dict(**dpm, final_sigmas_type="sigma_min", lower_order_final=False), [4]
    yield dict(**dpm, final_sigmas_type="sigma_min", lower_order_final=False, euler_at_final=True), [4, 16]
    yield dict(**dpm, use_karras_sigmas=True, rescale_betas_zero_snr=True), [4, 16]
    yield dict(_class_name="DPMSolverMultistepScheduler", beta_schedule="squaredcos_cap_v2"), [7]
    lcm = dict(original_inference_steps=40, timestep_scaling=2.5, clip_sample=True, clip_sample_range=0.75)
    yield dict(_class_name="LCMScheduler", **STABLE_DIFFUSION, **lcm), [7]
    yield dict(_class_name="PNDMScheduler", **STABLE_DIFFUSION, skip_prk_steps=True, set_alpha_to_one=True), [7]
    trained = np.linspace(0.01, 0.2, 40).round(4).tolist()
    for kind in OTHERS:  # all defaults
        own = dict(skip_prk_steps=True) if kind == "PNDMScheduler" else {}
        yield dict(_class_name=kind, **own), [7]
        few = dict(original_inference_steps=20) if kind == "LCMScheduler" else {}
        yield dict(_class_name=kind, trained_betas=trained, num_train_timesteps=40, **own, **few), [7]


def make(config):
    return (CLASSES | OTHERS)[config["_class_name"]].from_config(dict(config))


def trajectory(config, steps):
    scheduler = make(config)
    scheduler.set_timesteps(steps)
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(0)  # rounded timesteps may be equal
    generator = torch.Generator().manual_seed(steps)
    noises = torch.randn(len(scheduler.timesteps), LATENTS, generator=torch.Generator().manual_seed(1000 + steps))
    sample = torch.randn(LATENTS, generator=generator) * scheduler.init_noise_sigma
    record = dict(start=sample.tolist(), inputs=[], outputs=[], samples=[], originals=[])
    for i, timestep in enumerate(scheduler.timesteps):
        model_input = scheduler.scale_model_input(sample, timestep)
        output = pseudo_model(model_input, i)
        scheduling_euler_ancestral_discrete.randn_tensor = lambda *_, **__: noises[i]
        scheduling_lcm.randn_tensor = lambda *_, **__: noises[i]
        result = scheduler.step(output, timestep, sample)
        sample = result.prev_sample
        originals = result.get("pred_original_sample", result.get("denoised"))
        if isinstance(scheduler, DPMSolverMultistepScheduler):
            originals = scheduler.model_outputs[-1]
        for name, value in dict(inputs=model_input, outputs=output, samples=sample, originals=originals).items():
            if value is not None:
                record[name] += value.tolist()
    if isinstance(scheduler, (EulerAncestralDiscreteScheduler, LCMScheduler)):
        record["noises"] = noises.tolist()
    if not record["originals"]:
        del record["originals"]
    assert np.isfinite(record["samples"]).all(), (config, steps)
    return dict(
        steps=steps,
        timesteps=packed(scheduler.timesteps.numpy()),
        initNoiseSigma=float(scheduler.init_noise_sigma),
        **{name: packed(values) for name, values in record.items()},
    )


EULERS = (EulerDiscreteScheduler, EulerAncestralDiscreteScheduler)


def noised(config):
    """add_noise over the training timesteps, as the U-Net is to see it"""
    scheduler = make(config)
    generator = torch.Generator().manual_seed(0)
    original, noise = torch.randn(2, LATENTS, generator=generator)
    results = []
    for t in NOISED_AT:
        if t >= scheduler.config.num_train_timesteps:
            continue
        timestep = torch.tensor([float(t) if isinstance(scheduler, EULERS) else t])
        if isinstance(scheduler, DPMSolverMultistepScheduler):  # knows the timesteps of its steps only
            alpha_bar = scheduler.alphas_cumprod[t]
            noisy = alpha_bar.sqrt() * original + (1 - alpha_bar).sqrt() * noise
        else:
            noisy = scheduler.add_noise(original, noise, timestep)
        if isinstance(scheduler, EULERS):
            noisy = scheduler.scale_model_input(noisy, timestep[0])
            scheduler._step_index = None
        results.append(dict(timestep=t, noisy=packed(noisy)))
    return dict(original=packed(original), noise=packed(noise), results=results)


def spacings(configs, up_to):
    """Timesteps for many numbers of steps, where rounding is easily got wrong."""
    for config in configs:
        scheduler = make(config)
        timesteps = []
        for steps in range(1, up_to + 1):
            scheduler.set_timesteps(steps)
            # For 61 trailing steps and a few others numpy.arange gives one more number, which becomes timestep -1.
            timesteps += [t for t in scheduler.timesteps.tolist() if t >= 0]
        yield dict(config=config, timesteps=packed(timesteps))


def write(name, configs, spaced):
    cases = [
        dict(config=config, noised=noised(config), trajectories=[trajectory(config, n) for n in steps])
        for config, steps in configs
    ]
    fixture = dict(
        made_by=f"scripts/oracle/schedulers.py, diffusers {diffusers.__version__}, torch {torch.__version__}",
        latents=LATENTS,
        cases=cases,
        spacings=spaced,
    )
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / name).write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
    print(name, len(cases), "configs,", (OUT / name).stat().st_size, "bytes")


def main():
    spaced = [
        dict(_class_name=kind, timestep_spacing=spacing, steps_offset=1)
        for kind, spacing in itertools.product(CLASSES, SPACINGS)
    ]
    write("trajectories.json", configs(), list(spacings(spaced, SPACED_UP_TO)))

    dpm = dict(_class_name="DPMSolverMultistepScheduler", steps_offset=1)
    pndm = dict(_class_name="PNDMScheduler", steps_offset=1, skip_prk_steps=True)
    spaced = [dict(**sampler, timestep_spacing=spacing) for sampler in [dpm, pndm] for spacing in SPACINGS]
    karras = dict(**dpm, **STABLE_DIFFUSION, use_karras_sigmas=True)
    lcm = dict(_class_name="LCMScheduler")
    write(
        "multistep-and-stochastic.json",
        other_configs(),
        [*spacings([*spaced, karras], 40), *spacings([lcm], 50)],
    )


if __name__ == "__main__":
    main()
