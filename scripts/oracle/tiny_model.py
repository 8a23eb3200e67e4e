"""What all oracles with random models of their own need."""

from pathlib import Path

import torch

# Default initialisation leaves norms at 1 and biases at 0, so that a swapped norm or a lost bias would not show.
SPREAD = 0.1


def move_off_initialisation(model: torch.nn.Module, gains: dict[str, float] | None = None) -> None:
    """Spread the one-dimensional parameters, and multiply the weights whose path ends in a key of `gains`."""
    with torch.no_grad():
        for path, parameter in model.named_parameters():
            if parameter.ndim == 1:
                parameter.add_(torch.randn_like(parameter) * SPREAD)
            for ending, gain in (gains or {}).items():
                if path.endswith(ending):
                    parameter.mul_(gain)


def save(model: torch.nn.Module, folder: Path, dtype: torch.dtype) -> None:
    """Store a model in its library's layout; its weights with fewer bits, which both sides widen exactly."""
    model.to(dtype).save_pretrained(folder)
    for weights in folder.glob("*model.safetensors"):
        weights.chmod(0o644)
        print(f"{folder.name}: {model.num_parameters()} parameters, {weights.stat().st_size / 1000:.0f} kB")
