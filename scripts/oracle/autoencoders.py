"""Tiny random autoencoders, and what diffusers makes of them and of the pocket model's.

Writes test/fixtures/autoencoders/<name>/{config.json, diffusion_pytorch_model.safetensors, expected.safetensors};
for `pocket` only expected.safetensors, the model is models/pocket/vae.

    python scripts/oracle/autoencoders.py

Outputs are computed in float64 from the stored weights, so that what a test sees is the error of the code under test
and not also PyTorch's.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import AutoencoderKL, AutoencoderTiny

from fixture_io import FIXTURES, write_fixture
from tiny_model import move_off_initialisation, save

POCKET = Path(__file__).resolve().parents[2] / "models" / "pocket" / "vae"
BATCH = 2


@dataclass(frozen=True)
class Case:
    model: type
    config: dict | None  # None: the pocket model
    height: int  # latents
    width: int
    stored: torch.dtype = torch.float16


def tiny(decoder_blocks: tuple[int, ...], encoder_blocks: tuple[int, ...], channels: int, **more: object) -> dict:
    return dict(
        num_decoder_blocks=decoder_blocks,
        num_encoder_blocks=encoder_blocks,
        decoder_block_out_channels=(channels,) * len(decoder_blocks),
        encoder_block_out_channels=(channels,) * len(encoder_blocks),
        **more,
    )


CASES = {
    # TAESD's own shape with fewer blocks
    "tiny": Case(AutoencoderTiny, tiny((2, 1, 1), (1, 1, 2), 6), height=4, width=6),
    # everything that the config can change
    "tiny-other": Case(
        AutoencoderTiny,
        tiny((1, 0), (0, 1), 5, latent_channels=3, act_fn="gelu", upsampling_scaling_factor=3, shift_factor=0.25),
        height=5,
        width=3,
        stored=torch.float32,
    ),
    # SDXL's and SD 1.5's shape
    "kl": Case(
        AutoencoderKL,
        dict(
            block_out_channels=(4, 6, 8),
            down_block_types=("DownEncoderBlock2D",) * 3,
            up_block_types=("UpDecoderBlock2D",) * 3,
            layers_per_block=2,
            norm_num_groups=2,
            scaling_factor=0.13025,
        ),
        height=4,
        width=6,
    ),
    # everything that may be left out, and statistics per channel (playground-v2.5)
    "kl-bare": Case(
        AutoencoderKL,
        dict(
            block_out_channels=(4, 4),
            down_block_types=("DownEncoderBlock2D",) * 2,
            up_block_types=("UpDecoderBlock2D",) * 2,
            layers_per_block=1,
            norm_num_groups=4,
            latent_channels=3,
            use_quant_conv=False,
            use_post_quant_conv=False,
            mid_block_add_attention=False,
            latents_mean=(-1.6, -0.7, 0.5),
            latents_std=(8.4, 6.1, 6.5),
            scaling_factor=0.5,
            force_upcast=False,
        ),
        height=3,
        width=5,
        stored=torch.float32,
    ),
    "pocket": Case(AutoencoderTiny, None, height=8, width=8),
}


def folder(name: str) -> Path:
    return FIXTURES / "autoencoders" / name if CASES[name].config else POCKET


def write_tiny_model(name: str) -> None:
    torch.manual_seed(0)
    case = CASES[name]
    model = case.model(**case.config)
    move_off_initialisation(model, {"to_q.weight": 4.0, "to_k.weight": 4.0})
    if case.config.get("use_quant_conv", True) and case.model is AutoencoderKL:
        # let the log-variance of two channels run into its limits, -30 and 20
        with torch.no_grad():
            model.quant_conv.bias[-2] += 20.0
            model.quant_conv.bias[-1] -= 30.0
    save(model, folder(name), case.stored)


def main() -> None:
    for name, case in CASES.items():
        if case.config:
            write_tiny_model(name)
        model = case.model.from_pretrained(folder(name), torch_dtype=torch.float64).eval()
        random = torch.Generator().manual_seed(1)
        latents = torch.randn(BATCH, model.config.latent_channels, case.height, case.width, generator=random) * 2
        halvings = len(model.encoder.down_blocks if case.model is AutoencoderKL else model.config.num_encoder_blocks) - 1
        sides = (case.height * 2**halvings, case.width * 2**halvings)
        picture = torch.rand(BATCH, 3, *sides, generator=random) * 2 - 1
        tensors = {"latents": latents, "picture": picture}
        with torch.no_grad():
            tensors["decoded"] = model.decode(latents.double()).sample
            if case.model is AutoencoderKL:
                distribution = model.encode(picture.double()).latent_dist
                tensors["mean"], tensors["logvar"] = distribution.mean, distribution.logvar
            else:
                tensors["encoded"] = model.encode(picture.double()).latents
        write_fixture(FIXTURES / "autoencoders" / name / "expected.safetensors", tensors)
        print(f"  {name}: deviations", {key: round(t.double().std().item(), 3) for key, t in tensors.items()})


if __name__ == "__main__":
    main()
