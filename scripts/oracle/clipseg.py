"""Tiny random CLIPSegs, and what transformers makes of pictures and phrases with them.

Writes test/fixtures/clipseg/{refined, simple}/{config.json, model.safetensors, expected.safetensors}, and for the first
preprocessor_config.json and whole.safetensors: from a picture's bytes and phrases' letters to probabilities.

    python scripts/oracle/clipseg.py                    # the fixtures
    python scripts/oracle/clipseg.py --full FOLDER      # CIDAS/clipseg-rd64-refined's size, random: for clipseg-full.ts

Logits are computed in float64 from the stored weights, so that what a test sees is the error of the code under test
and not also PyTorch's.
"""

import argparse
import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import CLIPSegConfig, CLIPSegForImageSegmentation, CLIPTokenizer, ViTImageProcessorPil

from fixture_io import FIXTURES, write_fixture
from tiny_model import move_off_initialisation, save

FOLDER = FIXTURES / "clipseg"
POCKET_TOKENIZER = FIXTURES.parents[1] / "models" / "pocket" / "tokenizer"
# transformers draws embeddings and attention so small that all patches look alike and attention is uniform
GAINS = {
    "_embedding.weight": 20.0, "class_embedding": 20.0, "q_proj.weight": 4.0, "k_proj.weight": 4.0, "v_proj.weight": 4.0,
    "film_mul.weight": 12.0, "film_add.weight": 12.0,
}
# of the logits: some pixels inside and some outside, by phrase and place
SPREAD, MEAN = 2.0, -0.5
# the words of the pocket's tokenizer, so that a whole folder can be opened with it
VOCABULARY = len(json.loads((POCKET_TOKENIZER / "vocab.json").read_text()))
TEXT = dict(
    vocab_size=VOCABULARY, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, max_position_embeddings=12,
    intermediate_size=28, bos_token_id=VOCABULARY - 2, eos_token_id=VOCABULARY - 1, pad_token_id=VOCABULARY - 1,
)
VISION = dict(hidden_size=24, num_hidden_layers=5, num_attention_heads=3, intermediate_size=40, layer_norm_eps=3e-5)
WHOLE = ["a fox", "a bear in the snow"]
VARIANTS = {
    # as clipseg-rd64-refined is made: positions for fewer patches than it looks at, three convolutions at the end
    "refined": dict(
        vision=dict(VISION, image_size=48, patch_size=16), side=80, reduce_dim=8, decoder_num_attention_heads=2,
        decoder_intermediate_size=20, projection_dim=12, extract_layers=[1, 2, 3], conditional_layer=0,
        use_complex_transposed_convolution=True,
    ),
    # all else: positions that fit, the phrase at a later layer, one convolution, layers that lie otherwise
    "simple": dict(
        vision=dict(VISION, image_size=40, patch_size=8), side=40, reduce_dim=6, decoder_num_attention_heads=3,
        decoder_intermediate_size=10, projection_dim=12, extract_layers=[0, 2, 4], conditional_layer=1,
        use_complex_transposed_convolution=False,
    ),
}
# published with clipseg-rd64-refined (preprocessor_config.json), but for the size
PROCESSOR = dict(image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225], resample=2)


def phrases() -> torch.Tensor:
    """[3, 12]: a beginning, words, an end and padding, which is the same token."""
    begin, end = VOCABULARY - 2, VOCABULARY - 1
    words = [[5, 17, 300], [30, 2, 9, 11, 12, 600, 8], [44]]
    return torch.tensor([[begin, *ids, *[end] * (11 - len(ids))] for ids in words])


def answer(model: CLIPSegForImageSegmentation, pixels: torch.Tensor, ids: torch.Tensor) -> dict[str, torch.Tensor]:
    """One picture [1, 3, S, S], every phrase."""
    with torch.no_grad():
        got = model(input_ids=ids, pixel_values=pixels.expand(len(ids), -1, -1, -1))
    return {"pixel_values": pixels, "input_ids": ids, "text_embeds": got.conditional_embeddings, "logits": got.logits}


def centre_logits(model: CLIPSegForImageSegmentation, pixels: torch.Tensor, ids: torch.Tensor) -> None:
    """Scale and move the last convolution, so that logits lie about 0."""
    logits = answer(model.eval(), pixels, ids)["logits"]
    last = model.decoder.transposed_convolution
    last = last[-1] if isinstance(last, torch.nn.Sequential) else last
    factor = SPREAD / logits.std()
    with torch.no_grad():
        last.weight.mul_(factor)
        last.bias.copy_((last.bias - logits.mean()) * factor + MEAN)


def write_variant(name: str, variant: dict) -> None:
    torch.manual_seed(0)
    config = dict(variant)
    vision, side = config.pop("vision"), config.pop("side")
    model = CLIPSegForImageSegmentation(CLIPSegConfig(text_config=TEXT, vision_config=vision, **config))
    move_off_initialisation(model, GAINS)
    pixels = torch.randn(1, 3, side, side).half().double()
    centre_logits(model, pixels.float(), phrases())
    save(model, FOLDER / name, torch.float16)
    model = CLIPSegForImageSegmentation.from_pretrained(FOLDER / name, dtype=torch.float64).eval()
    tensors = answer(model, pixels, phrases())
    write_fixture(
        FOLDER / name / "expected.safetensors", tensors | {"pixel_values": pixels.half()},
        transformers=transformers.__version__,
    )
    logits = tensors["logits"]
    between = (logits - logits.mean(0)).std().item()
    print({"logits": tuple(logits.shape), "std": round(logits.std().item(), 3), "between phrases": round(between, 3)})


def write_whole() -> None:
    """A picture of another shape and size, and phrases, as the processor prepares them and the model sees them."""
    folder = FOLDER / "refined"
    y, x = torch.meshgrid(torch.arange(60) / 60, torch.arange(90) / 90, indexing="ij")
    waves = torch.stack([torch.sin(9 * x + 4 * y), torch.cos(7 * y - 3 * x), torch.sin(12 * x * y)])
    noise = torch.rand(3, 60, 90, generator=torch.Generator().manual_seed(1)) - 0.5
    picture = ((waves + 0.5 * noise + 1.25) / 2.5 * 255).round().clamp(0, 255).to(torch.uint8)
    side = VARIANTS["refined"]["side"]
    processor = ViTImageProcessorPil(size={"height": side, "width": side}, **PROCESSOR)
    processor.save_pretrained(folder)
    pixels = processor(picture, return_tensors="pt").pixel_values
    tokenizer = CLIPTokenizer.from_pretrained(POCKET_TOKENIZER, model_max_length=TEXT["max_position_embeddings"])
    ids = tokenizer(WHOLE, padding="max_length", truncation=True, return_tensors="pt").input_ids
    model = CLIPSegForImageSegmentation.from_pretrained(folder, dtype=torch.float64).eval()
    probabilities = answer(model, pixels.double(), ids)["logits"].sigmoid()
    write_fixture(
        folder / "whole.safetensors",
        {"picture": picture.permute(1, 2, 0), "pixel_values": pixels.half(), "probabilities": probabilities.half()},
        transformers=transformers.__version__,
    )
    print({"inside": (probabilities > 0.5).double().mean((1, 2)).tolist(), "ids": ids.tolist()})


def write_full(folder: Path) -> None:
    """As large as the published model, with its answers in float32 and float64; too large to keep."""
    torch.manual_seed(0)
    config = CLIPSegConfig(vision_config=dict(patch_size=16), use_complex_transposed_convolution=True)
    model = CLIPSegForImageSegmentation(config)
    move_off_initialisation(model, {"_embedding.weight": 10.0, "film_mul.weight": 4.0, "film_add.weight": 4.0})
    pixels = torch.randn(1, 3, 352, 352)
    ids = torch.tensor([[49406, *words, *[49407] * (76 - len(words))] for words in ([320, 2368], [320, 1929, 533])])
    centre_logits(model, pixels, ids)
    model.save_pretrained(folder)
    single = answer(model, pixels, ids)
    double = answer(model.double(), pixels.double(), ids)
    save_file({name: double[name].float() for name in ("pixel_values", "text_embeds", "logits")}, folder / "expected.safetensors")
    print("std", single["logits"].std().item(), "float32 off by", (single["logits"] - double["logits"]).abs().max().item())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", type=Path)
    full = parser.parse_args().full
    if full:
        write_full(full)
    else:
        for name, variant in VARIANTS.items():
            write_variant(name, variant)
        write_whole()
