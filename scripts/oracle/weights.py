"""Oracle of test/engine/weights: a file with every element type, written by the safetensors library.

    python scripts/oracle/weights.py
"""
from pathlib import Path

import safetensors
import torch
from safetensors.torch import save_file

OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "weights"
NUMBERS = [[-2, 0, 1], [3, 100, 127]]  # exact in every type, bfloat16 included


def main() -> None:
    types = dict(F64=torch.float64, F32=torch.float32, F16=torch.float16, BF16=torch.bfloat16, I32=torch.int32, I8=torch.int8)
    tensors = {name: torch.tensor(NUMBERS, dtype=dtype) for name, dtype in types.items()}
    tensors |= dict(
        I64=torch.tensor([[-2, 0, 1], [3, 100, 2**53 + 1]]),
        U8=torch.tensor([0, 255], dtype=torch.uint8),
        BOOL=torch.tensor([True, False, True]),
        empty=torch.zeros(0, 4),
        scalar=torch.tensor(0.5),
    )
    OUT.mkdir(parents=True, exist_ok=True)
    save_file(tensors, OUT / "every-type.safetensors", metadata=dict(made=f"by safetensors {safetensors.__version__}"))


if __name__ == "__main__":
    main()
