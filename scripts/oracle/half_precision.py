"""How far off diffusers and transformers themselves are in half precision, on the tiny models of the other oracles.

    python scripts/oracle/half_precision.py          (after unet.py, text_encoders.py)

Writes test/fixtures/unet/<name>/half.safetensors with diffusers' prediction in float16 (on the CPU) for the inputs of
plain.safetensors, and the same of text encoders to test/fixtures/text-encoders/<name>/half.safetensors. A test asks of
ours in half precision that it is no farther from the float64 answer than that.
"""

import torch
import transformers
from diffusers import UNet2DConditionModel
from safetensors.torch import load_file

import text_encoders
import unet
from fixture_io import FIXTURES, write_fixture


def half_unet(name: str) -> None:
    stored = load_file(FIXTURES / "unet" / name / "plain.safetensors")
    model = UNet2DConditionModel.from_pretrained(unet.folder(name), torch_dtype=torch.float16).eval()
    half = {key: value.half() for key, value in stored.items()}
    added = {key: half[key] for key in ("text_embeds", "time_ids") if key in half}
    with torch.no_grad():
        predicted = model(
            half["sample"], stored["timestep"], half["encoder_hidden_states"], added_cond_kwargs=added or None
        ).sample
    write_fixture(FIXTURES / "unet" / name / "half.safetensors", {"noise": predicted})
    print(f"  off by up to {(predicted.float() - stored['noise']).abs().max():.2e} of {stored['noise'].abs().max():.2f}")


def half_text_encoder(name: str) -> None:
    stored = load_file(FIXTURES / "text-encoders" / name / "expected.safetensors")
    case = text_encoders.CASES[name]
    model = case.model.from_pretrained(text_encoders.folder(name), dtype=torch.float16).eval()
    text_model = model.text_model if hasattr(model, "text_projection") else model
    with torch.no_grad():
        states = text_model(stored["input_ids"], output_hidden_states=True).hidden_states[-2]
    target = FIXTURES / "text-encoders" / name / "half.safetensors"
    write_fixture(target, {"penultimate": states}, transformers=transformers.__version__)
    off = (states.float() - stored["penultimate"]).abs().max()
    print(f"  off by up to {off:.2e} of {stored['penultimate'].abs().max():.2f}")


if __name__ == "__main__":
    for each in unet.CASES:
        half_unet(each)
    for each in ("clip-l", "open-clip-g"):
        half_text_encoder(each)
