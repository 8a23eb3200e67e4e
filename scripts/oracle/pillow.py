"""Pictures in other sizes, by Pillow. Writes test/fixtures/pillow/expected.safetensors.

    python scripts/oracle/pillow.py
"""

import numpy as np
import PIL
import torch
from PIL import Image

from fixture_io import FIXTURES, write_fixture

FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
SIZES = ((224, 5), (9, 9), (37, 24), (37, 7), (50, 24), (60, 50), (1, 1))  # width, height


def main() -> None:
    rng = np.random.default_rng(0)
    # edges from black to white, where a cubic kernel overshoots, and noise
    picture = np.repeat(np.repeat(rng.integers(0, 2, (6, 10, 3)) * 255, 4, 0), 4, 1)[:24, :37]
    picture = Image.fromarray(np.where(rng.random((24, 37, 3)) < 0.3, rng.integers(0, 256, (24, 37, 3)), picture).astype(np.uint8))
    tensors = {"picture": torch.from_numpy(np.array(picture))}
    for name, filter in FILTERS.items():
        for size in SIZES:
            tensors[f"{name}_{size[0]}x{size[1]}"] = torch.from_numpy(np.array(picture.resize(size, filter)))
    write_fixture(FIXTURES / "pillow" / "expected.safetensors", tensors, pillow=PIL.__version__)


if __name__ == "__main__":
    main()
