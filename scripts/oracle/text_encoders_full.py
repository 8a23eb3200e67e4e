"""SDXL's text encoders at their full size, with random weights, and what transformers makes of them.

Run by hand; too large for fixtures. Writes <folder>/<name>/{config.json, model.safetensors, expected.safetensors} (1.7 GB),
which scripts/oracle/text-encoders-full.ts compares with our graphs:

    python scripts/oracle/text_encoders_full.py /tmp/full-text
    node --import tsx scripts/oracle/text-encoders-full.ts /tmp/full-text

Weights are stored in half precision, as models of this size are; outputs are computed in float32 from them.
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from text_encoders import GAINS, draw_prompts
from tiny_model import move_off_initialisation, save

COMMON = dict(vocab_size=49408, max_position_embeddings=77, bos_token_id=49406, eos_token_id=49407)
CASES = {
    "clip-l": (
        CLIPTextModel,
        dict(COMMON, hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, hidden_act="quick_gelu", projection_dim=768, pad_token_id=49407),
    ),
    "open-clip-g": (
        CLIPTextModelWithProjection,
        dict(COMMON, hidden_size=1280, intermediate_size=5120, num_hidden_layers=32, num_attention_heads=20, hidden_act="gelu", projection_dim=1280, pad_token_id=0),
    ),
}  # fmt: skip


def main() -> None:
    root = Path(sys.argv[1])
    for name, (kind, config) in CASES.items():
        torch.manual_seed(0)
        folder = root / name
        model = kind(CLIPTextConfig(**config))
        move_off_initialisation(model, GAINS)
        save(model, folder, torch.float16)
        del model
        model = kind.from_pretrained(folder, dtype=torch.float32).eval()
        ids = draw_prompts(model.config)
        text_model = model.text_model if kind is CLIPTextModelWithProjection else model
        with torch.no_grad():
            output = text_model(ids, output_hidden_states=True)
            tensors = {"input_ids": ids, "penultimate": output.hidden_states[-2]}
            if kind is CLIPTextModelWithProjection:
                tensors["text_embeds"] = model(ids).text_embeds
        save_file({key: t.contiguous() for key, t in tensors.items()}, folder / "expected.safetensors")
        print(name, {key: round(t.float().std().item(), 3) for key, t in tensors.items()})


if __name__ == "__main__":
    main()
