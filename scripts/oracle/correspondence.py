"""Nearest neighbours by cosine similarity within a mask, as the paper (section 4.3) and DIFT (section 3) state them.

Writes test/fixtures/correspondence/expected.safetensors.

    python scripts/oracle/correspondence.py
"""

import numpy as np
import torch
import torch.nn.functional as F

from fixture_io import FIXTURES, write_fixture

IMAGES, CHANNELS, PATCHES = 4, 12, 24
PAIRS = [(0, 1), (1, 0), (2, 1), (3, 3), (0, 2), (0, 2)]  # (query, key); an image may meet itself, a pair may repeat
EXCLUDED = -1e4


def main() -> None:
    random = torch.Generator().manual_seed(0)
    # lengths from 0.01 to 100: a product that isn't normalised would choose others
    lengths = 10 ** (torch.rand(IMAGES, 1, PATCHES, generator=random) * 4 - 2)
    features = torch.randn(IMAGES, CHANNELS, PATCHES, generator=random) * lengths
    features[0, :, 5] = 0  # a patch without a direction is equally far from all
    mask = torch.where(torch.rand(len(PAIRS), PATCHES, generator=random) < 0.4, 0.0, EXCLUDED)

    direction = F.normalize(features.double(), dim=1)
    similarity = torch.empty(len(PAIRS), PATCHES)
    nearest = torch.empty(len(PAIRS), PATCHES, dtype=torch.int64)
    for row, (query, key) in enumerate(PAIRS):
        for patch in range(PATCHES):
            candidates = (direction[query, :, patch] @ direction[key] + mask[row].double()).numpy()
            best = int(np.argmax(candidates))  # the first of equals
            nearest[row, patch], similarity[row, patch] = best, candidates[best]
    write_fixture(
        FIXTURES / "correspondence" / "expected.safetensors",
        {
            "features": features,
            "query_image": torch.tensor([query for query, _ in PAIRS]),
            "key_image": torch.tensor([key for _, key in PAIRS]),
            "key_mask": mask,
            "nearest": nearest,
            "similarity": similarity,
        },
        numpy=np.__version__,
    )


if __name__ == "__main__":
    main()
