"""Writes DreamSim (Fu et al. 2023, arXiv 2306.09344) as safetensors, which Troupe opens: run once, where torch is.

    pip install dreamsim==0.2.1 safetensors
    python scripts/dreamsim_to_safetensors.py dreamsim-ensemble                  # three ViT-B/16, 1.0 GB
    python scripts/dreamsim_to_safetensors.py dreamsim-dino --type dino_vitb16   # one, 0.34 GB
    npm run model -- add dreamsim-ensemble --from dreamsim-ensemble

Its authors publish the vision transformers as pickles (.pth), and what they trained as LoRAs of `qkv`
(adapter_model.safetensors), in zip files that the package fetches into --cache. Here the package itself loads them, peft
merges the LoRAs, and the tensors get the names of CLIP's vision encoder in transformers, with `qkv` in three. Before
anything is written, the merged model has to answer what the package answers.
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file

TYPES = ("ensemble", "dino_vitb16", "clip_vitb32", "open_clip_vitb32")
MOST_APART = 1e-4


def branch_of(perceptual, number: int) -> tuple[dict, dict[str, torch.Tensor]]:
    """One of the model's vision transformers: its configuration and its tensors."""
    extractor, feature = perceptual.extractor_list[number], perceptual.feat_type_list[number]
    name, vit = perceptual.model_list[number], extractor.model
    if feature not in ("cls", "embedding"):
        raise SystemExit(f"{name}: features of the kind {feature} are not known to Troupe")
    block = vit.blocks[0]
    width = vit.embed_dim
    patch = vit.patch_embed.proj.kernel_size[0]
    tensors = {
        "embeddings.class_embedding": vit.cls_token.reshape(width),
        "embeddings.patch_embedding.weight": vit.patch_embed.proj.weight,
        "embeddings.patch_embedding.bias": vit.patch_embed.proj.bias,
        "embeddings.position_embedding.weight": vit.pos_embed[0],
    }
    norms = {}
    if isinstance(vit.pos_drop, torch.nn.LayerNorm):
        norms["pre_layrnorm"] = vit.pos_drop
    if feature == "embedding":
        norms["post_layernorm"] = vit.norm
    for i, layer in enumerate(vit.blocks):
        at = f"encoder.layers.{i}"
        norms |= {f"{at}.layer_norm1": layer.norm1, f"{at}.layer_norm2": layer.norm2}
        for kind in ("weight", "bias"):
            q, k, v = getattr(layer.attn.qkv, kind).chunk(3)
            tensors |= {f"{at}.self_attn.{part}_proj.{kind}": t for part, t in (("q", q), ("k", k), ("v", v))}
            tensors[f"{at}.self_attn.out_proj.{kind}"] = getattr(layer.attn.proj, kind)
            tensors[f"{at}.mlp.fc1.{kind}"] = getattr(layer.mlp.fc1, kind)
            tensors[f"{at}.mlp.fc2.{kind}"] = getattr(layer.mlp.fc2, kind)
    for at, norm in norms.items():
        tensors |= {f"{at}.weight": norm.weight, f"{at}.bias": norm.bias}
    named = {f"vision_model.{at}": t for at, t in tensors.items()}
    if feature == "embedding":
        named["visual_projection.weight"] = extractor.proj.T
    config = {
        "name": name,
        "feature": feature,
        "hidden_act": "quick_gelu" if type(block.mlp.act).__name__ == "QuickGELU" else "gelu",
        "hidden_size": width,
        "image_mean": list(perceptual._get_mean(name)),
        "image_std": list(perceptual._get_std(name)),
        "intermediate_size": block.mlp.fc1.out_features,
        "layer_norm_eps": block.norm1.eps,
        "num_attention_heads": block.attn.num_heads,
        "num_hidden_layers": len(vit.blocks),
        "patch_size": patch,
        "pre_norm": "pre_layrnorm" in norms,
        "projection_dim": extractor.proj.shape[1] if feature == "embedding" else width,
    }
    return config, named


def write(model, folder: Path, image_size: int, dreamsim_type: str) -> None:
    """`model`: what `dreamsim()` of the package returns, a PeftModel of its PerceptualModel, on the CPU."""
    picture = torch.rand(1, 3, image_size, image_size, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        before = model.base_model.model.embed(picture)
        merged = model.merge_and_unload()
        apart = (merged.embed(picture) - before).abs().max().item()
    if apart > MOST_APART:
        raise SystemExit(f"merged, an embedding is {apart} off: the LoRAs are not what this program takes them for")
    branches, tensors = [], {}
    for number in range(len(merged.extractor_list)):
        config, named = branch_of(merged, number)
        branches.append(config)
        tensors |= {f"branches.{number}.{at}": t.detach().clone().float().contiguous() for at, t in named.items()}
    folder.mkdir(parents=True, exist_ok=True)
    config = {"model_type": "dreamsim", "dreamsim_type": dreamsim_type, "image_size": image_size, "branches": branches}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    weights = folder / "model.safetensors"
    save_file(tensors, weights)
    weights.chmod(0o644)
    names = ", ".join(branch["name"] for branch in branches)
    print(f"{folder}: {names}, {weights.stat().st_size / 1e6:.1f} MB; merged, an embedding is {apart:.1e} off")


def main() -> None:
    from dreamsim import dreamsim
    from dreamsim.config import dreamsim_args

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="to be written")
    parser.add_argument("--type", choices=TYPES, default="ensemble")
    parser.add_argument("--cache", default="./dreamsim-cache", help="where the package keeps what it fetches")
    options = parser.parse_args()
    model, _ = dreamsim(pretrained=True, device="cpu", cache_dir=options.cache, dreamsim_type=options.type)
    write(model, options.folder, dreamsim_args["img_size"], options.type)


if __name__ == "__main__":
    main()
