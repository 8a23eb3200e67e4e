"""Oracle of test/engine/weights/single-file: which tensor of a single-file checkpoint is which tensor of diffusers.

    python scripts/oracle/single_file.py

For each family, at its published size (without memory) and tiny (with random weights), the names of the original code are
written here by a rule of their own, diffusers' conversion functions are run on such a checkpoint, and what they make of it
has to be exactly the model's state_dict. A fixture lists the rows: name in the file, shape there, part, names of diffusers,
and how they are made of it (the same bytes, thirds of it, or turned), with the configurations of the parts.
"""
import gzip
import json
import re

import diffusers
import torch
import transformers
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.loaders import single_file_utils as convert
from fixture_io import FIXTURES
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

CA_DOWN, CA_UP, DOWN, UP = "CrossAttnDownBlock2D", "CrossAttnUpBlock2D", "DownBlock2D", "UpBlock2D"
FOUR = dict(down_block_types=[CA_DOWN, CA_DOWN, CA_DOWN, DOWN], up_block_types=[UP, CA_UP, CA_UP, CA_UP], in_channels=4, out_channels=4, layers_per_block=2)
THREE = dict(down_block_types=[DOWN, CA_DOWN, CA_DOWN], up_block_types=[CA_UP, CA_UP, UP], in_channels=4, out_channels=4, layers_per_block=2)
VAE = dict(down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4, layers_per_block=2, latent_channels=4)
CLIP = dict(vocab_size=49408, max_position_embeddings=77)

BIG_VAE = VAE | dict(block_out_channels=[128, 256, 512, 512])
CLIP_L = CLIP | dict(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, hidden_act="quick_gelu", projection_dim=768)
TINY_VAE = VAE | dict(block_out_channels=[8, 16, 16, 16], norm_num_groups=4)
TINY_L = CLIP | dict(hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, hidden_act="quick_gelu", projection_dim=16)
TINY_OPEN = CLIP | dict(hidden_size=24, intermediate_size=40, num_hidden_layers=3, num_attention_heads=3, hidden_act="gelu", projection_dim=24)

# stabilityai/stable-diffusion-xl-base-1.0, runwayml/stable-diffusion-v1-5, stabilityai/stable-diffusion-2-1
FAMILIES = {
    "sdxl": dict(
        unet=THREE | dict(block_out_channels=[320, 640, 1280], attention_head_dim=[5, 10, 20], transformer_layers_per_block=[1, 2, 10],
                          cross_attention_dim=2048, use_linear_projection=True, addition_embed_type="text_time",
                          addition_time_embed_dim=256, projection_class_embeddings_input_dim=2816, sample_size=128),
        vae=BIG_VAE | dict(scaling_factor=0.13025), text_encoder=CLIP_L,
        text_encoder_2=CLIP | dict(hidden_size=1280, intermediate_size=5120, num_hidden_layers=32, num_attention_heads=20, hidden_act="gelu", projection_dim=1280)),
    "sd1": dict(unet=FOUR | dict(block_out_channels=[320, 640, 1280, 1280], attention_head_dim=8, cross_attention_dim=768, sample_size=64),
                vae=BIG_VAE, text_encoder=CLIP_L),
    "sd2": dict(unet=FOUR | dict(block_out_channels=[320, 640, 1280, 1280], attention_head_dim=[5, 10, 20, 20], cross_attention_dim=1024,
                                 use_linear_projection=True, sample_size=96),
                vae=BIG_VAE,
                text_encoder=CLIP | dict(hidden_size=1024, intermediate_size=4096, num_hidden_layers=23, num_attention_heads=16, hidden_act="gelu", projection_dim=512)),
    "tiny-sdxl": dict(
        unet=THREE | dict(block_out_channels=[8, 16, 24], attention_head_dim=[2, 4, 3], transformer_layers_per_block=[1, 2, 3], norm_num_groups=4,
                          cross_attention_dim=40, use_linear_projection=True, addition_embed_type="text_time", addition_time_embed_dim=8,
                          projection_class_embeddings_input_dim=72, sample_size=16),
        vae=TINY_VAE | dict(scaling_factor=0.13025), text_encoder=TINY_L, text_encoder_2=TINY_OPEN),
    "tiny-sd1": dict(unet=FOUR | dict(block_out_channels=[8, 16, 16, 16], attention_head_dim=4, norm_num_groups=4, cross_attention_dim=16, sample_size=16),
                     vae=TINY_VAE, text_encoder=TINY_L),
    "tiny-sd2": dict(unet=FOUR | dict(block_out_channels=[8, 16, 16, 16], attention_head_dim=[1, 2, 2, 2], norm_num_groups=4, cross_attention_dim=24,
                                      use_linear_projection=True, sample_size=16),
                     vae=TINY_VAE, text_encoder=TINY_OPEN),
}  # fmt: skip

RESNET = {"norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1", "norm2": "out_layers.0", "conv2": "out_layers.3", "conv_shortcut": "skip_connection"}
UNET_OUTSIDE = {"time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2", "add_embedding.linear_1": "label_emb.0.0",
                "add_embedding.linear_2": "label_emb.0.2", "conv_in": "input_blocks.0.0", "conv_norm_out": "out.0", "conv_out": "out.2"}  # fmt: skip
VAE_ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}
OPEN_CLIP = {"layer_norm1": "ln_1", "layer_norm2": "ln_2", "mlp.fc1": "mlp.c_fc", "mlp.fc2": "mlp.c_proj", "self_attn.out_proj": "attn.out_proj"}
OPEN_CLIP_OUTSIDE = {"embeddings.position_embedding.weight": "positional_embedding", "embeddings.token_embedding.weight": "token_embedding.weight",
                     "final_layer_norm.weight": "ln_final.weight", "final_layer_norm.bias": "ln_final.bias"}  # fmt: skip


def original_unet(name: str, config: dict) -> str:
    """The original code numbers the layers of all levels through, samplers included."""
    module, leaf = name.rsplit(".", 1)
    if module in UNET_OUTSIDE:
        return f"{UNET_OUTSIDE[module]}.{leaf}"
    per_level = 3  # two ResNet blocks and what comes after them
    if found := re.fullmatch(r"(down|up)_blocks\.(\d+)\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.+)", module):
        way, level, kind, layer, rest = found[1], int(found[2]), found[3], int(found[4]), found[5]
        if kind == "downsamplers":
            return f"input_blocks.{per_level * (level + 1)}.0.op.{leaf}"
        if kind == "upsamplers":
            has_attention = config["up_block_types"][level] == CA_UP
            return f"output_blocks.{per_level * (level + 1) - 1}.{2 if has_attention else 1}.conv.{leaf}"
        block = f"input_blocks.{1 + per_level * level + layer}" if way == "down" else f"output_blocks.{per_level * level + layer}"
        return f"{block}.0.{RESNET[rest]}.{leaf}" if kind == "resnets" else f"{block}.1.{rest}.{leaf}"
    found = re.fullmatch(r"mid_block\.(resnets|attentions)\.(\d+)\.(.+)", module)
    if found[1] == "attentions":
        return f"middle_block.1.{found[3]}.{leaf}"
    return f"middle_block.{2 * int(found[2])}.{RESNET[found[3]]}.{leaf}"


def original_vae(name: str, levels: int) -> str:
    name = name.replace("conv_shortcut", "nin_shortcut").replace("conv_norm_out", "norm_out")
    name = re.sub(r"mid_block\.resnets\.(\d)", lambda m: f"mid.block_{int(m[1]) + 1}", name)
    name = re.sub(r"mid_block\.attentions\.0\.(.+)\.", lambda m: f"mid.attn_1.{VAE_ATTENTION[m[1]]}.", name)
    name = re.sub(r"down_blocks\.(\d)", r"down.\1", name)
    name = re.sub(r"up_blocks\.(\d)", lambda m: f"up.{levels - 1 - int(m[1])}", name)
    return name.replace("resnets", "block").replace("downsamplers.0", "downsample").replace("upsamplers.0", "upsample")


def with_prefix(name: str) -> str:
    """transformers 5 leaves out of CLIPTextModel's names what all files have."""
    return name if name.startswith(("text_model.", "text_projection.")) else f"text_model.{name}"


Row = tuple[str, list[str], str]  # name in the file, names in diffusers, how


def rows_of(part: str, names: list[str], config: dict, is_open: bool) -> list[Row]:
    if part == "unet":
        return [(f"model.diffusion_model.{original_unet(n, config)}", [n], "same") for n in names]
    if part == "vae":
        return [(f"first_stage_model.{original_vae(n, len(config['block_out_channels']))}", [n], "same") for n in names]
    prefix = {"sdxl": {"text_encoder": "conditioner.embedders.0.transformer.", "text_encoder_2": "conditioner.embedders.1.model."}}.get(config["_family"])
    prefix = prefix[part] if prefix else ("cond_stage_model.model." if is_open else "cond_stage_model.transformer.")
    if not is_open:
        return [(prefix + n, [n], "same") for n in names]
    rows: list[Row] = []
    for name in names:
        inner = name.removeprefix("text_model.")
        if name == "text_projection.weight":
            rows.append((f"{prefix}text_projection", [name], "turned"))
        elif inner in OPEN_CLIP_OUTSIDE:
            rows.append((prefix + OPEN_CLIP_OUTSIDE[inner], [name], "same"))
        else:
            number, module, leaf = re.fullmatch(r"encoder\.layers\.(\d+)\.(.+)\.(weight|bias)", inner).groups()
            block = f"{prefix}transformer.resblocks.{number}"
            if module in OPEN_CLIP:
                rows.append((f"{block}.{OPEN_CLIP[module]}.{leaf}", [name], "same"))
            elif module == "self_attn.q_proj":
                rows.append((f"{block}.attn.in_proj_{leaf}", [name.replace("q_proj", f"{x}_proj") for x in "qkv"], "thirds"))
    return rows


def parts_of(family: str, device: str):
    configs = FAMILIES[family]
    with torch.device(device):
        yield "unet", UNet2DConditionModel(**configs["unet"])
        yield "vae", AutoencoderKL(**configs["vae"])
        yield "text_encoder", CLIPTextModel(CLIPTextConfig(**configs["text_encoder"]))
        if "text_encoder_2" in configs:
            yield "text_encoder_2", CLIPTextModelWithProjection(CLIPTextConfig(**configs["text_encoder_2"]))


def main() -> None:
    torch.manual_seed(6)
    for family, configs in FAMILIES.items():
        tiny = family.startswith("tiny")
        kind = family.removeprefix("tiny-")
        checkpoint, fixture, expected, models = {}, [], {}, {}
        for part, model in parts_of(family, "cpu" if tiny else "meta"):
            clip = part.startswith("text")
            state = {with_prefix(n) if clip else n: t for n, t in model.state_dict().items()}
            is_open = part == "text_encoder_2" or (part == "text_encoder" and kind == "sd2")
            expected[part], models[part] = state, model
            for name, targets, how in rows_of(part, list(state), configs[part] | dict(_family=kind), is_open):
                tensors = [state[t] for t in targets]
                tensor = torch.cat(tensors) if how == "thirds" else tensors[0].T.contiguous() if how == "turned" else tensors[0]
                if part == "vae" and re.search(r"attn_1\.(q|k|v|proj_out)\.weight", name):
                    tensor = tensor[:, :, None, None]
                checkpoint[name] = tensor
                fixture.append([name, list(tensor.shape), part, targets, how])
        converted = dict(unet=convert.convert_ldm_unet_checkpoint(checkpoint, configs["unet"]), vae=convert.convert_ldm_vae_checkpoint(checkpoint, configs["vae"]))
        if kind == "sd2":
            converted["text_encoder"] = convert.convert_open_clip_checkpoint(models["text_encoder"], checkpoint)
        else:
            converted["text_encoder"] = convert.convert_ldm_clip_checkpoint(checkpoint)
        if kind == "sdxl":
            converted["text_encoder_2"] = convert.convert_open_clip_checkpoint(models["text_encoder_2"], checkpoint, prefix="conditioner.embedders.1.model.")
        for part, state in expected.items():
            got = converted[part]
            assert got.keys() == state.keys(), (family, part, set(got) ^ set(state))
            for name, tensor in state.items():
                assert got[name].shape == tensor.shape, (family, name, got[name].shape, tensor.shape)
                assert not tiny or torch.equal(got[name], tensor), (family, name)
        made_by = f"diffusers {diffusers.__version__}, transformers {transformers.__version__}, torch {torch.__version__}"
        text = json.dumps(dict(made_by=made_by, configs=configs, rows=fixture), separators=(",", ":"))
        path = FIXTURES / "single-file" / f"{family}.json.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
        counts = {part: sum(row[2] == part for row in fixture) for part in expected}
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB, tensors {counts}")


if __name__ == "__main__":
    main()
