"""A tiny random DreamSim, as its own package makes it, written by scripts/dreamsim_to_safetensors.py.

Writes test/fixtures/dreamsim/{config.json, model.safetensors, expected.safetensors}: two pictures, what the package's
preparation makes of them, their embeddings by each vision transformer and by all, and the distance.

    pip install dreamsim==0.2.1                       # beside requirements.txt
    python scripts/oracle/dreamsim_oracle.py          # the fixture
    python scripts/oracle/dreamsim_oracle.py --full /tmp/dreamsim   # three ViT-B/16; compared by dreamsim-full.ts

Nothing is fetched: the package's own VisionTransformer gets random weights, and LoRAs of `qkv` as published ones.
Outputs are of the package's unmerged model in float64, from weights that float16 holds (a full one: float32).
"""

import argparse
import sys
from functools import partial
from pathlib import Path

import numpy as np
import torch
from dreamsim import model as package
from dreamsim.feature_extraction.extractor import ViTExtractor
from dreamsim.feature_extraction.load_clip_as_dino import QuickGELU
from dreamsim.feature_extraction.vision_transformer import VisionTransformer
from peft import LoraConfig, get_peft_model
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import nn
from torchvision import transforms

from fixture_io import FIXTURES, write_fixture

sys.path.append(str(Path(__file__).resolve().parents[1]))
import dreamsim_to_safetensors  # noqa: E402

ENSEMBLE = package.dreamsim_args["model_config"]["ensemble"]
# the package reads the class token after layer 11: all of its transformers have 12
TINY = dict(image=20, patch=5, width=8, heads=2, projection=6, rank=2)
FULL = dict(image=224, patch=16, width=768, heads=12, projection=512, rank=16)
PICTURES = ((37, 24), (16, 16))  # width, height: both smaller and larger than what the model takes


def vision_transformer(model_type: str, size: dict):
    """What `ViTExtractor.create_model` loads, with random weights: CLIP's are normalised first, with another epsilon."""
    vit = VisionTransformer(
        img_size=[size["image"]], patch_size=size["patch"], embed_dim=size["width"], depth=12, num_heads=size["heads"],
        qkv_bias=True, norm_layer=partial(nn.LayerNorm, eps=1e-6),
    )
    if "clip" not in model_type:
        return vit
    vit.pos_drop = nn.LayerNorm(size["width"])
    for module in vit.modules():
        if isinstance(module, nn.LayerNorm):
            module.eps = 1e-5
    if model_type == "clip_vitb16":
        for block in vit.blocks:
            block.mlp.act = QuickGELU()
    return vit, torch.randn(size["width"], size["projection"]) / size["width"] ** 0.5


def draw(model: nn.Module, size: dict) -> None:
    """Weights at which layers change what they get, and which float16 holds."""
    with torch.no_grad():
        for name, t in model.named_parameters():
            if "lora_" in name:
                t.copy_(torch.randn_like(t) * (0.5 / t.shape[1] ** 0.5))
            elif t.dim() > 1 and not name.endswith(("pos_embed", "cls_token")):
                fan_in = t[0].numel()
                # random attention is uniform unless queries and keys are large
                t.copy_(torch.randn_like(t) * ((2.0 if "qkv" in name else 1.0) / fan_in**0.5))
            elif "norm" in name and name.endswith("weight") or "pos_drop.weight" in name:
                t.copy_(1 + 0.2 * torch.randn_like(t))
            else:
                t.copy_(0.3 * torch.randn_like(t))
            if size is TINY:
                t.copy_(t.half().float())
        if size is TINY:
            for extractor in model.base_model.model.extractor_list:
                if hasattr(extractor, "proj"):
                    extractor.proj = extractor.proj.half().float()


def dreamsim_of(size: dict):
    ViTExtractor.create_model = staticmethod(lambda model_type, _: vision_transformer(model_type, size))
    stride = ",".join([str(size["patch"])] * 3)
    perceptual = package.PerceptualModel(**dict(ENSEMBLE, stride=stride), device="cpu", normalize_embeds=True)
    # of the package's first release, which had it in its code
    model = get_peft_model(
        perceptual, LoraConfig(r=size["rank"], lora_alpha=0.5, lora_dropout=0.3, bias="none", target_modules=["qkv"])
    )
    draw(model, size)
    return model.eval().requires_grad_(False)


def pictures() -> list[Image.Image]:
    rng = np.random.default_rng(0)
    found = []
    for width, height in PICTURES:
        coarse = rng.integers(0, 256, (max(2, height // 4), max(2, width // 4), 3), dtype=np.uint8)
        picture = np.array(Image.fromarray(coarse).resize((width, height), Image.Resampling.NEAREST), dtype=np.int64)
        found.append(Image.fromarray(np.clip(picture + rng.integers(-20, 21, picture.shape), 0, 255).astype(np.uint8)))
    return found


def answers(model, size: dict) -> dict[str, torch.Tensor]:
    """By the package's forward(), in float64, with its preparation at the model's size."""
    resize = transforms.Resize((size["image"], size["image"]), interpolation=transforms.InterpolationMode.BICUBIC)
    found = pictures()
    resized = [resize(picture) for picture in found]
    inputs = [transforms.ToTensor()(picture).unsqueeze(0) for picture in resized]
    perceptual = model.base_model.model.double()
    for extractor in perceptual.extractor_list:
        if hasattr(extractor, "proj"):
            extractor.proj = extractor.proj.double()
    inputs = [x.double() for x in inputs]
    tensors = {"distance": perceptual(*inputs)}
    for i, (picture, small, x) in enumerate(zip(found, resized, inputs)):
        tensors[f"picture_{i}"] = torch.from_numpy(np.array(picture))
        tensors[f"resized_{i}"] = torch.from_numpy(np.array(small))
        tensors[f"embedding_{i}"] = perceptual.embed(x)[0]
        for b, extract in enumerate(perceptual.extract_feats_list):
            tensors[f"features_{i}_{b}"] = extract(x, extractor_index=b).reshape(-1)
    return tensors


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--full", type=Path, help="folder for a model of full size, which is not committed")
    full = parser.parse_args().full
    folder, size = (full, FULL) if full else (FIXTURES / "dreamsim", TINY)
    torch.manual_seed(0)
    model = dreamsim_of(size)
    tensors = answers(model, size)
    model.float()
    for extractor in model.base_model.model.extractor_list:
        if hasattr(extractor, "proj"):
            extractor.proj = extractor.proj.float()
    dreamsim_to_safetensors.write(model, folder, size["image"], "ensemble")
    spread = {name: round(t.std().item(), 3) for name, t in tensors.items() if name.startswith(("features", "embed"))}
    print(spread, "distance", tensors["distance"].item())
    if full:
        save_file({name: t.contiguous() for name, t in tensors.items()}, folder / "expected.safetensors")
    else:
        write_fixture(folder / "expected.safetensors", tensors, dreamsim="0.2.1")


if __name__ == "__main__":
    main()
