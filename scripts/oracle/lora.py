"""Random LoRAs of the tiny models, and what diffusers, transformers and PEFT make of both.

Writes test/fixtures/lora/<model>/{kohya.safetensors, peft.safetensors, expected.safetensors}, and names.json: every
module of the real SDXL and SD 1.5 U-Nets that kohya's trainers adapt, as their files call it.

    python scripts/oracle/lora.py          # after unet.py and text_encoders.py

Each file is an adapter of its own. A prediction is stated three times, and the program fails unless all agree: by
PEFT's layers inside the model, by W + weight * alpha / rank * B @ A written into the weights by hand, and by diffusers'
loader of the very file that is stored. Everything in float64 from the stored weights.
"""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import diffusers
import peft
import torch
from diffusers import StableDiffusionXLPipeline, UNet2DConditionModel
from diffusers.loaders import StableDiffusionLoraLoaderMixin as SdLoader
from diffusers.loaders import StableDiffusionXLLoraLoaderMixin as XlLoader
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from transformers import CLIPTextModel, CLIPTextModelWithProjection

import text_encoders
import unet
from fixture_io import FIXTURES, write_fixture

AGREEMENT = 1e-9
# Random matrices of this size change the answer by about as much as the answer itself.
DEVIATION = 0.12
WEIGHTS = {"kohya": 0.7, "peft": -0.45}


def modules_of(model: torch.nn.Module) -> dict[str, torch.nn.Module]:
    """What a LoRA can change: linear layers and convolutions."""
    return {n: m for n, m in model.named_modules() if isinstance(m, (torch.nn.Linear, torch.nn.Conv2d))}


# ---- names, as the original Stable Diffusion code builds its U-Net ---------------------------------------------------


def original_modules(config) -> dict[str, str]:
    """original name -> diffusers name, by walking through openaimodel.py's constructor: every entry of input_blocks and
    output_blocks is appended when its turn comes."""
    names: dict[str, str] = {"input_blocks.0.0": "conv_in", "out.2": "conv_out"}
    for i, part in ((0, "linear_1"), (2, "linear_2")):
        names[f"time_embed.{i}"] = f"time_embedding.{part}"
        if config["addition_embed_type"] == "text_time":
            names[f"label_emb.0.{i}"] = f"add_embedding.{part}"

    def resnet(original: str, ours: str) -> None:
        pairs = {"in_layers.2": "conv1", "emb_layers.1": "time_emb_proj", "out_layers.3": "conv2"}
        pairs["skip_connection"] = "conv_shortcut"
        names.update({f"{original}.{a}": f"{ours}.{b}" for a, b in pairs.items()})

    depths, layers = config["transformer_layers_per_block"], config["layers_per_block"]
    levels = len(config["block_out_channels"])
    depths = [depths] * levels if isinstance(depths, int) else list(depths)

    def attention(original: str, ours: str, depth: int) -> None:
        inner = ["proj_in", "proj_out"]
        for d in range(depth):
            block = f"transformer_blocks.{d}"
            inner += [f"{block}.{a}.{p}" for a in ("attn1", "attn2") for p in ("to_q", "to_k", "to_v", "to_out.0")]
            inner += [f"{block}.ff.net.0.proj", f"{block}.ff.net.2"]
        names.update({f"{original}.{name}": f"{ours}.{name}" for name in inner})

    count = 1
    for level, kind in enumerate(config["down_block_types"]):
        for layer in range(layers):
            resnet(f"input_blocks.{count}.0", f"down_blocks.{level}.resnets.{layer}")
            if kind.startswith("CrossAttn"):
                attention(f"input_blocks.{count}.1", f"down_blocks.{level}.attentions.{layer}", depths[level])
            count += 1
        if level != levels - 1:
            names[f"input_blocks.{count}.0.op"] = f"down_blocks.{level}.downsamplers.0.conv"
            count += 1
    resnet("middle_block.0", "mid_block.resnets.0")
    attention("middle_block.1", "mid_block.attentions.0", depths[-1])
    resnet("middle_block.2", "mid_block.resnets.1")
    count = 0
    for block, kind in enumerate(config["up_block_types"]):
        for layer in range(layers + 1):
            entry = [f"up_blocks.{block}.resnets.{layer}"]
            resnet(f"output_blocks.{count}.0", entry[0])
            if kind.startswith("CrossAttn"):
                entry.append(f"up_blocks.{block}.attentions.{layer}")
                attention(f"output_blocks.{count}.1", entry[1], depths[levels - 1 - block])
            if block != levels - 1 and layer == layers:
                names[f"output_blocks.{count}.{len(entry)}.conv"] = f"up_blocks.{block}.upsamplers.0.conv"
            count += 1
    return names


def flat(name: str) -> str:
    return name.replace(".", "_")


# ---- adapters ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Adapter:
    """What PEFT holds, by module of the model: down [r, C(, k, k)], up [N, r(, 1, 1)], alpha."""

    down: dict[str, torch.Tensor]
    up: dict[str, torch.Tensor]
    alpha: dict[str, float]


def add_adapter(model: torch.nn.Module, name: str, targets: list[str], seed: int) -> Adapter:
    """A random adapter with ranks and alphas that differ, inside the model; stored in fp16, so made of fp16's numbers."""
    random = torch.Generator().manual_seed(seed)
    # diffusers' loader forgets kohya's alphas of attention layers that differ from the others' (0.42.1: its pattern
    # names no module), so those keep the common one
    other = [target for target in targets[::3] if ".attn" not in target]
    config = LoraConfig(
        r=2,
        lora_alpha=3,
        target_modules=targets,
        rank_pattern={f"^{module}": 3 for module in other},
        alpha_pattern={f"^{module}": 1.5 for module in other},
        init_lora_weights=False,
    )
    model.add_adapter(config, adapter_name=name)
    adapter = Adapter({}, {}, {})
    with torch.no_grad():
        for path, layer in model.named_modules():
            if not hasattr(layer, "lora_A") or name not in layer.lora_A:
                continue
            for half, kept in ((layer.lora_A, adapter.down), (layer.lora_B, adapter.up)):
                weight = half[name].weight
                drawn = torch.randn(weight.shape, generator=random) * DEVIATION
                weight.copy_(drawn.half().to(weight.dtype))
                kept[path] = drawn.half()
            adapter.alpha[path] = 1.5 if path in other else 3.0
    return adapter


def merged(model: torch.nn.Module, adapter: Adapter, weight: float) -> None:
    """W + weight * alpha / rank * B @ A, in place."""
    with torch.no_grad():
        for path, down in adapter.down.items():
            up, target = adapter.up[path], model.get_submodule(path).weight
            rank = down.shape[0]
            update = (up.double().reshape(-1, rank) @ down.double().reshape(rank, -1)).reshape(target.shape)
            target += (weight * adapter.alpha[path] / rank * update).to(target.dtype)


def save_kohya(file: Path, adapter: Adapter, name_of) -> None:
    tensors = {}
    for path, down in adapter.down.items():
        name = name_of(path)
        tensors[f"{name}.lora_down.weight"] = down.contiguous()
        tensors[f"{name}.lora_up.weight"] = adapter.up[path].contiguous()
        tensors[f"{name}.alpha"] = torch.tensor(adapter.alpha[path], dtype=torch.float16)
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, file, {"ss_network_module": "networks.lora"})
    file.chmod(0o644)


def save_peft(file: Path, model: torch.nn.Module, name: str, part: str) -> None:
    """With diffusers' own writer, which puts ranks and alphas into the file's metadata."""
    tensors = {k: v.half().contiguous() for k, v in get_peft_model_state_dict(model, adapter_name=name).items()}
    metadata = model.peft_config[name].to_dict()
    metadata["target_modules"] = sorted(metadata["target_modules"])
    layers = {"unet": "unet_lora", "text_encoder": "text_encoder_lora", "text_encoder_2": "text_encoder_2_lora"}[part]
    with tempfile.TemporaryDirectory() as folder:
        StableDiffusionXLPipeline.save_lora_weights(
            folder, **{f"{layers}_layers": tensors, f"{layers}_adapter_metadata": metadata}
        )
        written = Path(folder) / "pytorch_lora_weights.safetensors"
        with safe_open(written, "pt") as opened:
            settings = json.loads(opened.metadata()["lora_adapter_metadata"])
        used = ("lora_alpha", "alpha_pattern", "r", "rank_pattern", "target_modules", "use_dora", "use_rslora")
        # the file without settings that don't matter, one line of them, and the same bytes each time
        kept = {key: value for key, value in settings.items() if key.split(".")[-1] in used}
        file.parent.mkdir(parents=True, exist_ok=True)
        save_file(load_file(written), file, {"lora_adapter_metadata": json.dumps(kept, sort_keys=True)})
    file.chmod(0o644)


def agree(what: str, a: torch.Tensor, b: torch.Tensor) -> None:
    difference = (a - b).abs().max().item()
    print(f"  {what}: {difference:.1e}")
    if not difference < AGREEMENT:
        raise SystemExit(f"{what} disagrees by {difference}")


# ---- U-Nets ------------------------------------------------------------------------------------------------------


def unet_case(name: str, kohya_names, kohya_targets: list[str], peft_targets: list[str]) -> None:
    folder = FIXTURES / "lora" / name
    inputs = load_inputs(FIXTURES / "unet" / name / "plain.safetensors")
    model = unet.load(name)
    plain = unet.predict(model, inputs)
    adapters = {
        "kohya": add_adapter(model, "kohya", kohya_targets, seed=2),
        "peft": add_adapter(model, "peft", peft_targets, seed=3),
    }
    save_kohya(folder / "kohya.safetensors", adapters["kohya"], kohya_names)
    save_peft(folder / "peft.safetensors", model, "peft", "unet")

    tensors = {}
    for chosen in (["kohya"], ["peft"], ["kohya", "peft"]):
        weights = [1.0 if len(chosen) == 1 else WEIGHTS[c] for c in chosen]
        model.set_adapters(chosen, weights)
        noise = unet.predict(model, inputs)
        by_hand = unet.load(name)
        for c, weight in zip(chosen, weights):
            merged(by_hand, adapters[c], weight)
        agree(f"{name} {chosen}: PEFT and by hand", noise, unet.predict(by_hand, inputs))
        agree(f"{name} {chosen}: PEFT and diffusers' loader", noise, unet.predict(loaded(name, folder, chosen, weights), inputs))
        changed = (noise - plain).abs().mean() / plain.std()
        print(f"  {name} {chosen}: changes the noise by {changed:.2f} deviations")
        tensors["both" if len(chosen) == 2 else chosen[0]] = noise
    write_fixture(folder / "expected.safetensors", tensors, peft=peft.__version__)


def loaded(name: str, folder: Path, chosen: list[str], weights: list[float]) -> UNet2DConditionModel:
    """The stored files through diffusers' loader."""
    model = unet.load(name)
    for c in chosen:
        file = folder / f"{c}.safetensors"
        with safe_open(file, "pt") as opened:
            metadata = opened.metadata().get("lora_adapter_metadata")
        loader = XlLoader if name == "sdxl" else SdLoader
        state, alphas = loader.lora_state_dict(load_file(file), unet_config=model.config)
        model.load_lora_adapter(
            state,
            prefix="unet",
            network_alphas=alphas or None,
            metadata=json.loads(metadata) if metadata else None,
            adapter_name=c,
        )
    model.set_adapters(chosen, weights)
    return model.double()


def load_inputs(file: Path) -> dict[str, torch.Tensor]:
    return {k: v for k, v in load_file(file).items() if k != "noise"}


# ---- text encoders -----------------------------------------------------------------------------------------------


def text_case(name: str, part: str, kohya_prefix: str) -> None:
    case, folder = text_encoders.CASES[name], FIXTURES / "lora" / name
    ids = load_file(FIXTURES / "text-encoders" / name / "expected.safetensors")["input_ids"]
    model = case.model.from_pretrained(text_encoders.folder(name), dtype=torch.float64).eval()
    targets = sorted(modules_of(model))
    adapters = {
        "kohya": add_adapter(model, "kohya", targets, seed=4),
        "peft": add_adapter(model, "peft", [t for t in targets if "_proj" in t and "text_proj" not in t], seed=5),
    }

    def kohya_name(path: str) -> str:
        # kohya trains with the names that transformers had before 5
        old = path if path.startswith(("text_model.", "text_projection")) else f"text_model.{path}"
        return f"{kohya_prefix}_{flat(old)}"

    save_kohya(folder / "kohya.safetensors", adapters["kohya"], kohya_name)
    save_peft(folder / "peft.safetensors", model, "peft", part)

    tensors = {}
    for adapter in adapters:
        model.set_adapter(adapter)
        by_hand = case.model.from_pretrained(text_encoders.folder(name), dtype=torch.float64).eval()
        merged(by_hand, adapters[adapter], 1)
        answers, again = encode(case, model, ids), encode(case, by_hand, ids)
        for key, value in answers.items():
            agree(f"{name} {adapter} {key}: PEFT and by hand", value, again[key])
            tensors[f"{adapter}.{key}"] = value
    write_fixture(folder / "expected.safetensors", tensors, peft=peft.__version__)


def encode(case, model, ids: torch.Tensor) -> dict[str, torch.Tensor]:
    text_model = model.text_model if case.model is CLIPTextModelWithProjection else model
    with torch.no_grad():
        output = text_model(ids, output_hidden_states=True)
        answers = {"penultimate": output.hidden_states[-2], "last": output.last_hidden_state}
        if case.model is CLIPTextModelWithProjection:
            answers["text_embeds"] = model(ids).text_embeds
    return answers


# ---- names of the real models ------------------------------------------------------------------------------------

SDXL = dict(
    block_out_channels=(320, 640, 1280),
    down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    layers_per_block=2,
    transformer_layers_per_block=(1, 2, 10),
    addition_embed_type="text_time",
    addition_time_embed_dim=256,
    projection_class_embeddings_input_dim=2816,
    attention_head_dim=(5, 10, 20),
    cross_attention_dim=2048,
    use_linear_projection=True,
)
SD15 = dict(
    block_out_channels=(320, 640, 1280, 1280),
    down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
    up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
    layers_per_block=2,
    transformer_layers_per_block=1,
    addition_embed_type=None,
    attention_head_dim=8,
    cross_attention_dim=768,
)


def write_names() -> None:
    """kohya's name -> module, by diffusers' converter, for the first and the last transformer block of each layer."""
    result = {"made_by": f"diffusers {diffusers.__version__}"}
    for family, config in {"sdxl": SDXL, "sd15": SD15}.items():
        with torch.device("meta"):
            model = UNet2DConditionModel(**config)
        modules = modules_of(model)
        original = {a: b for a, b in original_modules(config).items() if b in modules}
        missing = set(modules) - set(original.values())
        if missing:
            raise SystemExit(f"no original name for {sorted(missing)[:5]}")
        pairs = {}
        for kohya, module in original.items():
            if any(f"transformer_blocks.{d}." in module for d in range(1, 9)):
                continue
            pairs[f"lora_unet_{flat(kohya)}"] = module
        if family == "sdxl":  # diffusers converts these; kohya trains SD 1.5 by diffusers' names
            check_by_diffusers(pairs, model.config)
        result[family] = pairs
    file = FIXTURES / "lora" / "names.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(result, indent=0, sort_keys=True) + "\n")
    print(f"names.json: {file.stat().st_size / 1000:.0f} kB")


def check_by_diffusers(pairs: dict[str, str], config) -> None:
    """Each adapter carries a number of its own through diffusers' converter."""
    state = {}
    for i, name in enumerate(pairs):
        state[f"{name}.lora_down.weight"] = torch.full((1, 1), float(i))
        state[f"{name}.lora_up.weight"] = torch.full((1, 1), float(i))
    converted, _ = XlLoader.lora_state_dict(state, unet_config=config)
    found = {}
    for key, value in diffusers.utils.convert_unet_state_dict_to_peft(
        {k.removeprefix("unet."): v for k, v in converted.items()}
    ).items():
        found[int(value[0, 0])] = key.split(".lora_")[0]
    for i, (name, module) in enumerate(pairs.items()):
        if found.get(i) != module:
            raise SystemExit(f"diffusers takes {name} for {found.get(i)}, not for {module}")
    print(f"  {len(pairs)} names as diffusers converts them")


def main() -> None:
    write_names()
    for name in ("sdxl", "sd15", "sd21"):
        model = unet.load(name)
        every = sorted(modules_of(model))
        attention = [n for n in every if ".attn" in n or ".ff." in n or "conv_shortcut" in n or "proj_in" in n]
        original = {b: a for a, b in original_modules(model.config).items()}

        def kohya_name(path: str) -> str:
            return f"lora_unet_{flat(original[path] if name == 'sdxl' else path)}"

        unet_case(name, kohya_name, every, attention)
    text_case("clip-l", "text_encoder", "lora_te1")
    text_case("open-clip-g", "text_encoder_2", "lora_te2")


if __name__ == "__main__":
    main()
