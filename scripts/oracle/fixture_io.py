"""What every oracle writes: one safetensors file whose metadata names the libraries that made it."""

from pathlib import Path

import diffusers
import torch
from safetensors.torch import save_file

FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures"
STORED = {torch.float64: torch.float32, torch.bool: torch.uint8}


def write_fixture(path: Path, tensors: dict[str, torch.Tensor], **notes: str) -> None:
    """Store `tensors`: float64 as float32, bool as uint8 (0 or 1), int64 as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = {name: t.to(STORED.get(t.dtype, t.dtype)).contiguous() for name, t in tensors.items()}
    made_by = {"torch": torch.__version__, "diffusers": diffusers.__version__, **notes}
    # One entry: safetensors writes several in random order, and the same oracle has to write the same bytes.
    save_file(stored, path, {"made_by": ", ".join(f"{name} {value}" for name, value in made_by.items())})
    path.chmod(0o644)
    print(f"{path.relative_to(FIXTURES.parents[1])}: {path.stat().st_size / 1000:.0f} kB")
