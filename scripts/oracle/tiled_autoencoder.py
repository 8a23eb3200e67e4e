"""The tiny AutoencoderKL of `autoencoders.py` over pictures that are coded in tiles.

Writes test/fixtures/autoencoders/kl/tiled.safetensors.

    python scripts/oracle/tiled_autoencoder.py          (after autoencoders.py)

Two statements. `sliver_*` is diffusers' own tiled coding of pictures that whole tiles fit, along one axis; up to where
its last tile begins, a sliver as wide as the overlap, ours has to be the same. `even_*` is our layout along both axes,
where whole tiles don't fit: diffusers' autoencoder on evenly spread tiles, blended over a quarter of a tile in the
middle of each overlap. Also prints how far both are from coding the whole at once.
"""

import torch
from diffusers import AutoencoderKL

from fixture_io import FIXTURES, write_fixture

TILE = 8  # latents
OVERLAP = TILE // 4
SCALE = 4  # pixels per latent


def starts(length: int) -> list[int]:
    count = -(-(length - OVERLAP) // (TILE - OVERLAP))
    return [int((length - TILE) * i / (count - 1) + 0.5) for i in range(count)]


def ramp(length: int, scale: int) -> torch.Tensor:
    """[tiles, length * scale]: how much each tile counts at each place of an axis."""
    at = torch.arange(length * scale, dtype=torch.float64)
    begins = starts(length)
    risen = [torch.ones_like(at)]
    for before, begin in zip(begins, begins[1:]):
        overlap = (before + TILE - begin) * scale
        first = begin * scale + (overlap - OVERLAP * scale) // 2
        risen.append(((at - first) / (OVERLAP * scale)).clamp(0, 1))
    return torch.stack([up * (1 - down) for up, down in zip(risen, [*risen[1:], torch.zeros_like(at)])])


def evenly(whole: torch.Tensor, into: int, out: int, code) -> torch.Tensor:
    height, width = whole.shape[2] // into, whole.shape[3] // into
    down, across = ramp(height, out), ramp(width, out)
    blended = 0
    for i, top in enumerate(starts(height)):
        for j, left in enumerate(starts(width)):
            tile = whole[:, :, top * into : (top + TILE) * into, left * into : (left + TILE) * into]
            placed = torch.zeros(1, code.channels, height * out, width * out, dtype=torch.float64)
            placed[:, :, top * out : (top + TILE) * out, left * out : (left + TILE) * out] = code(tile)
            blended = blended + placed * down[i][:, None] * across[j]
    return blended


class Half:
    def __init__(self, run, channels: int):
        self.run, self.channels = run, channels

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return self.run(x)


def main() -> None:
    model = AutoencoderKL.from_pretrained(FIXTURES / "autoencoders" / "kl", torch_dtype=torch.float64).eval()
    channels = model.config.latent_channels
    decode = Half(lambda x: model.decode(x).sample, 3)
    encode = Half(lambda x: model.encode(x).latent_dist.mean, channels)
    random = torch.Generator().manual_seed(2)

    def latents(height: int, width: int) -> torch.Tensor:
        return (torch.randn(1, channels, height, width, generator=random) * 2).float().double()

    def picture(height: int, width: int) -> torch.Tensor:
        return (torch.rand(1, 3, height * SCALE, width * SCALE, generator=random) * 2 - 1).float().double()

    tensors = {}
    with torch.no_grad():
        # along one axis: tiles at 0 and 6, both whole, and diffusers' sliver at 12 of 14
        one_axis = latents(TILE - OVERLAP, 2 * TILE - OVERLAP), picture(TILE - OVERLAP, 2 * TILE - OVERLAP)
        both_axes = latents(19, 11), picture(19, 11)
        whole = [(decode(l), encode(p)) for l, p in (one_axis, both_axes)]
        even = [(None, None), (evenly(both_axes[0], 1, SCALE, decode), evenly(both_axes[1], SCALE, 1, encode))]

        model.enable_tiling()
        model.tile_latent_min_size, model.tile_sample_min_size = TILE, TILE * SCALE
        assert model.tile_overlap_factor == 0.25
        theirs = [(decode(l), encode(p)) for l, p in (one_axis, both_axes)]
    tensors |= {"sliver_latents": one_axis[0], "sliver_decoded": theirs[0][0]}
    tensors |= {"sliver_picture": one_axis[1], "sliver_encoded": theirs[0][1]}
    tensors |= {"even_latents": both_axes[0], "even_decoded": even[1][0]}
    tensors |= {"even_picture": both_axes[1], "even_encoded": even[1][1]}
    write_fixture(FIXTURES / "autoencoders" / "kl" / "tiled.safetensors", tensors)
    for half, name in enumerate(("decoding", "encoding")):
        error = [(tiled[1][half] - whole[1][half]).abs() for tiled in (theirs, even)]
        print(f"  {name}, both axes, off the whole: diffusers {error[0].mean():.3f}, even {error[1].mean():.3f}")


if __name__ == "__main__":
    main()
