"""Tiny random CLIP text encoders, and what transformers makes of them and of the pocket model's.

Writes test/fixtures/text-encoders/<name>/{config.json, model.safetensors, expected.safetensors}; for the pocket
model's only expected.safetensors, the models are in models/pocket.

    python scripts/oracle/text_encoders.py

Outputs are computed in float64 from the stored weights, so that what a test sees is the error of the code under test
and not also PyTorch's.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
import transformers
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from fixture_io import FIXTURES, write_fixture
from tiny_model import move_off_initialisation, save

POCKET = Path(__file__).resolve().parents[2] / "models" / "pocket"
PROMPTS = 2
# transformers draws embeddings and attention so small that all tokens look alike and attention is uniform
GAINS = {"_embedding.weight": 20.0, "q_proj.weight": 4.0, "k_proj.weight": 4.0, "v_proj.weight": 4.0}


@dataclass(frozen=True)
class Case:
    model: type
    config: dict | None = None  # None: a part of the pocket model, named like the case without `pocket-`


TINY = dict(vocab_size=40, hidden_size=16, num_hidden_layers=3, num_attention_heads=2, max_position_embeddings=11)
CASES = {
    # SD 1.5's and SDXL's first: quick_gelu, and the wrong eos_token_id of configs from before transformers #24773.
    "clip-l": Case(
        CLIPTextModel,
        dict(TINY, intermediate_size=28, hidden_act="quick_gelu", bos_token_id=0, eos_token_id=2, pad_token_id=1),
    ),
    # SDXL's second: exact gelu, a projection to another width, an end-of-text token that is not the highest.
    "open-clip-g": Case(
        CLIPTextModelWithProjection,
        dict(
            TINY,
            intermediate_size=40,
            projection_dim=12,
            hidden_act="gelu",
            layer_norm_eps=3e-5,
            bos_token_id=36,
            eos_token_id=37,
            pad_token_id=0,
        ),
    ),
    "pocket-text_encoder": Case(CLIPTextModel),
    "pocket-text_encoder_2": Case(CLIPTextModelWithProjection),
}


def folder(name: str) -> Path:
    return FIXTURES / "text-encoders" / name if CASES[name].config else POCKET / name.removeprefix("pocket-")


def write_tiny_model(name: str) -> None:
    torch.manual_seed(0)
    model = CASES[name].model(CLIPTextConfig(**CASES[name].config))
    move_off_initialisation(model, GAINS)
    save(model, folder(name), torch.float16)


def draw_prompts(config: CLIPTextConfig) -> torch.Tensor:
    """Prompts of several lengths, each with end-of-text after it and, but for the longest, padding after that."""
    random = torch.Generator().manual_seed(1)
    length = config.max_position_embeddings
    legacy = config.eos_token_id == 2
    end = config.vocab_size - 1 if legacy else config.eos_token_id
    ordinary = min(config.bos_token_id, end) if not legacy else end
    ids = torch.randint(3, ordinary, (PROMPTS, length), generator=random)
    ids[:, 0] = config.bos_token_id
    for row in range(PROMPTS):
        last = length - 1 - row * (length // PROMPTS)
        ids[row, last] = end
        ids[row, last + 1 :] = config.pad_token_id
    return ids


def main() -> None:
    for name, case in CASES.items():
        if case.config:
            write_tiny_model(name)
        model = case.model.from_pretrained(folder(name), dtype=torch.float64).eval()
        ids = draw_prompts(model.config)
        text_model = model.text_model if case.model is CLIPTextModelWithProjection else model
        with torch.no_grad():
            output = text_model(ids, output_hidden_states=True)
            tensors = {
                "input_ids": ids,
                "penultimate": output.hidden_states[-2],
                "last": output.last_hidden_state,
                "pooled": output.pooler_output,
            }
            if case.model is CLIPTextModelWithProjection:
                tensors["text_embeds"] = model(ids).text_embeds
        target = FIXTURES / "text-encoders" / name / "expected.safetensors"
        write_fixture(target, tensors, transformers=transformers.__version__)
        print(f"  {name}: deviations", {key: round(t.double().std().item(), 3) for key, t in tensors.items()})


if __name__ == "__main__":
    main()
