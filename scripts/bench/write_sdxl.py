"""Writes the U-Net of SDXL at its published size with random weights, for `npm run bench -- --sdxl DIR`.

    python write_sdxl.py DIR [float16]        DIR/unet/config.json and diffusion_pytorch_model.safetensors; 5.1 GB

The configuration is that of stabilityai/stable-diffusion-xl-base-1.0; the weights are nobody's. What comes out of a layer
is about as large as what went in, so that activations are finite and products are those of a real model.
"""

import json
import math
import sys
from pathlib import Path

import numpy
import torch
from diffusers import UNet2DConditionModel

CONFIG = {
    "_class_name": "UNet2DConditionModel",
    "sample_size": 128,
    "in_channels": 4,
    "out_channels": 4,
    "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
    "block_out_channels": [320, 640, 1280],
    "layers_per_block": 2,
    "transformer_layers_per_block": [1, 2, 10],
    "attention_head_dim": [5, 10, 20],
    "cross_attention_dim": 2048,
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2816,
}
BLOCK = 2**20 - 3  # random numbers, used over and over; odd, so that rows of matrices differ
STRIDE = 7919  # between the places in the block where tensors begin
SMALL = 0.02  # of biases
TYPES = {"float16": "F16", "float32": "F32"}


def main() -> None:
    folder, dtype = Path(sys.argv[1]) / "unet", (sys.argv[2:] or ["float16"])[0]
    with torch.device("meta"):
        shapes = {name: list(t.shape) for name, t in UNet2DConditionModel.from_config(CONFIG).state_dict().items()}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(CONFIG, indent=1))
    itemsize, end, header = numpy.dtype(dtype).itemsize, 0, {}
    for name, shape in shapes.items():
        begin, end = end, end + math.prod(shape) * itemsize
        header[name] = {"dtype": TYPES[dtype], "shape": shape, "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    block = numpy.random.default_rng(0).standard_normal(BLOCK, dtype=numpy.float32)
    with open(folder / "diffusion_pytorch_model.safetensors", "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for index, (name, shape) in enumerate(shapes.items()):
            is_norm = len(shape) == 1 and name.endswith(".weight")
            spread = SMALL if len(shape) == 1 else 1 / math.sqrt(math.prod(shape[1:]))
            values = (numpy.roll(block, -index * STRIDE) * spread + is_norm).astype(dtype)
            count = math.prod(shape)
            for start in range(0, count, BLOCK):
                file.write(values[: count - start].tobytes())
    print(f"{folder}: {end / 1e9:.1f} GB, {sum(math.prod(s) for s in shapes.values()) / 1e6:.0f} M parameters")


if __name__ == "__main__":
    main()
