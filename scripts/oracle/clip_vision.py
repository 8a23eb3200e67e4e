"""A tiny random CLIP, and what transformers makes of pictures and of a text with it.

Writes test/fixtures/clip/{config.json, model.safetensors, expected.safetensors}.

    python scripts/oracle/clip_vision.py

Outputs are computed in float64 from the stored weights, so that what a test sees is the error of the code under test
and not also PyTorch's.
"""

import torch
import transformers
from transformers import CLIPConfig, CLIPModel

from fixture_io import FIXTURES, write_fixture
from tiny_model import move_off_initialisation, save

FOLDER = FIXTURES / "clip"
# transformers draws embeddings and attention so small that all patches look alike and attention is uniform
GAINS = {"_embedding.weight": 20.0, "class_embedding": 20.0, "q_proj.weight": 4.0, "k_proj.weight": 4.0, "v_proj.weight": 4.0}
TEXT = dict(
    vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, max_position_embeddings=11,
    intermediate_size=28, bos_token_id=38, eos_token_id=39, pad_token_id=39,
)
VISION = dict(
    hidden_size=24, num_hidden_layers=3, num_attention_heads=3, intermediate_size=40, image_size=20, patch_size=5,
    layer_norm_eps=3e-5,
)


def main() -> None:
    torch.manual_seed(0)
    model = CLIPModel(CLIPConfig(text_config=dict(TEXT, projection_dim=12), vision_config=dict(VISION, projection_dim=12), projection_dim=12))
    move_off_initialisation(model, GAINS)
    save(model, FOLDER, torch.float16)
    model = CLIPModel.from_pretrained(FOLDER, dtype=torch.float64).eval()
    pixels = torch.randn(3, 3, VISION["image_size"], VISION["image_size"], dtype=torch.float64).float()
    ids = torch.tensor([[38, 5, 17, 3, 39, 39, 39, 39, 39, 39, 39], [38, 30, 2, 9, 11, 12, 1, 8, 39, 39, 39]])
    with torch.no_grad():
        vision = model.vision_model(pixels.double())
        tensors = {
            "pixel_values": pixels,
            "image_embeds": model.visual_projection(vision.pooler_output),
            "input_ids": ids,
            "text_embeds": model.text_projection(model.text_model(ids).pooler_output),
        }
    write_fixture(FOLDER / "expected.safetensors", tensors, transformers=transformers.__version__)
    print({key: round(t.double().std().item(), 3) for key, t in tensors.items()})


if __name__ == "__main__":
    main()
