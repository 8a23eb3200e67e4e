"""Tiny random U-Nets of each family and what diffusers makes of them.

Writes test/fixtures/unet/<name>/{config.json, diffusion_pytorch_model.safetensors, plain.safetensors};
for `pocket` only plain.safetensors, the model is models/pocket/unet.

    python scripts/oracle/unet.py

Outputs are computed in float64 from the stored weights, so that what a test sees is the error of the code under
test and not also PyTorch's. Most weights are stored in fp16, to keep them small; both sides widen them exactly.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import UNet2DConditionModel

from fixture_io import FIXTURES, write_fixture
from tiny_model import move_off_initialisation, save

POCKET = Path(__file__).resolve().parents[2] / "models" / "pocket" / "unet"
# Random projections make attention almost uniform: a wrong index would not show.
SHARPNESS = {"to_q.weight": 3.5, "to_k.weight": 3.5}


@dataclass(frozen=True)
class Case:
    config: dict | None  # None: the pocket model
    height: int  # latents
    width: int
    tokens: int  # text tokens
    stored: torch.dtype = torch.float16


CASES = {
    # SDXL: the first level has no attention, depth differs by level, heads are given per level, text_time embedding.
    "sdxl": Case(
        dict(
            sample_size=16,
            block_out_channels=(8, 12, 16),
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
            layers_per_block=1,
            transformer_layers_per_block=(1, 1, 2),
            attention_head_dim=(1, 2, 4),
            use_linear_projection=True,
            cross_attention_dim=16,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=14 + 6 * 8,
            norm_num_groups=4,
        ),
        height=16,
        width=16,
        tokens=7,
    ),
    # SD 1.5: 1x1 convolutions around the transformers; `attention_head_dim: 8` means eight heads
    # (https://github.com/huggingface/diffusers/issues/2011); the last level has none, so up block 0 hasn't either.
    "sd15": Case(
        dict(
            sample_size=16,
            block_out_channels=(8, 16, 16, 16),
            down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
            up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
            layers_per_block=1,
            attention_head_dim=8,
            cross_attention_dim=12,
            norm_num_groups=8,
        ),
        height=16,
        width=16,
        tokens=6,
    ),
    # SD 2.1: linear projections, heads per level, upcast_attention (no effect in fp32); two layers per block and
    # latents that are not square.
    "sd21": Case(
        dict(
            sample_size=16,
            block_out_channels=(4, 8, 12),
            down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
            up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
            layers_per_block=2,
            attention_head_dim=(2, 4, 3),
            use_linear_projection=True,
            upcast_attention=True,
            cross_attention_dim=20,
            norm_num_groups=4,
        ),
        height=8,
        width=12,
        tokens=5,
        stored=torch.float32,
    ),
    "pocket": Case(None, height=32, width=32, tokens=12),
}


def folder(name: str) -> Path:
    return POCKET if CASES[name].config is None else FIXTURES / "unet" / name


def write_tiny_model(name: str) -> None:
    torch.manual_seed(0)
    model = UNet2DConditionModel(**CASES[name].config)
    move_off_initialisation(model, SHARPNESS)
    save(model, folder(name), CASES[name].stored)


def load(name: str) -> UNet2DConditionModel:
    """The stored weights in float64 (diffusers still makes the sinusoids of the time embedding in float32)."""
    return UNet2DConditionModel.from_pretrained(folder(name), torch_dtype=torch.float64).eval()


def draw_inputs(name: str, model: UNet2DConditionModel, rows: int, seed: int) -> dict[str, torch.Tensor]:
    """Random inputs, the same floats that the fixture stores. Every row has its own text; sizes of row 1 differ."""
    case, config = CASES[name], model.config
    random = torch.Generator().manual_seed(seed)
    inputs = {
        "sample": torch.randn(rows, config.in_channels, case.height, case.width, generator=random),
        "encoder_hidden_states": torch.randn(rows, case.tokens, config.cross_attention_dim, generator=random),
    }
    if config.addition_embed_type == "text_time":
        pooled = config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim
        inputs["text_embeds"] = torch.randn(rows, pooled, generator=random)
        inputs["time_ids"] = torch.tensor([[1024.0, 1024, 0, 0, 1024, 1024]]).repeat(rows, 1)
        inputs["time_ids"][1, 2:4] = torch.tensor([37.0, 512])
    return inputs


def predict(model: UNet2DConditionModel, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    """The model's prediction [B, C, H, W] in float64 for inputs as the fixtures name them."""
    x = {name: value.double() for name, value in inputs.items()}
    added = {key: x[key] for key in ("text_embeds", "time_ids") if key in x}
    with torch.no_grad():
        return model(x["sample"], x["timestep"], x["encoder_hidden_states"], added_cond_kwargs=added or None).sample


def main() -> None:
    for name, case in CASES.items():
        if case.config is not None:
            write_tiny_model(name)
        model = load(name)
        inputs = draw_inputs(name, model, rows=2, seed=1)
        inputs["timestep"] = torch.tensor([741.0, 12.0])  # rows may stand at different times
        noise = predict(model, inputs)
        write_fixture(FIXTURES / "unet" / name / "plain.safetensors", {**inputs, "noise": noise})
        print(f"  noise: mean {noise.mean():.3f}, deviation {noise.std():.3f}")


if __name__ == "__main__":
    main()
