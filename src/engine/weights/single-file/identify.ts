import { kindError } from '../model-kinds.ts';
import type { TensorIndex } from '../tensor-index.ts';

/** A kind of file that people mistake for a model. */
interface Kind {
  readonly what: string;
  readonly todo: string;
  readonly is: (names: readonly string[], tensors: TensorIndex) => boolean;
}

const CHOOSE = 'Choose a text-to-image model of SDXL or of Stable Diffusion 1.x or 2.x.';

const some =
  (pattern: RegExp): Kind['is'] =>
  (names) =>
    names.some((name) => pattern.test(name));

/** Most telling first. Names are those of diffusers' CHECKPOINT_KEY_NAMES and of the trainers' files. */
const KINDS: readonly Kind[] = [
  {
    what: 'a LoRA or another adapter of its kind: a small change to a model, not a model',
    todo: 'Give the model that it was made for with --model, and this file with --lora.',
    is: some(
      /^lora_(unet|te|te1|te2|prior)_|\.lora_(A|B|up|down)\b|\.lora\.(up|down)\b|\.(hada_w|lokr_w)\d|\.dora_scale$|\.oft_/,
    ),
  },
  {
    what: 'a ControlNet or another adapter that steers a model by a picture',
    todo: `Troupe does not use such adapters. ${CHOOSE}`,
    is: some(
      /^control_model\.|^controlnet_|^input_hint_block\.|^(ip_adapter|image_proj)\.|^adapter\.body\.|^controlnet_cond/,
    ),
  },
  {
    what: 'a motion module of AnimateDiff',
    todo: `Troupe draws pictures, not videos. ${CHOOSE}`,
    is: some(/\bmotion_modules\.\d/),
  },
  {
    what: 'FLUX, which has a transformer in place of the U-Net',
    todo: CHOOSE,
    is: some(/(^|\.)(double_blocks|single_blocks)\.\d+\.|(^|\.)single_transformer_blocks\.\d+\./),
  },
  {
    what: 'Stable Diffusion 3, which has a transformer in place of the U-Net',
    todo: CHOOSE,
    is: some(/(^|\.)joint_blocks\.\d+\.|^transformer_blocks\.\d+\.attn\.add_[qkv]_proj\./),
  },
  {
    what: "SDXL's refiner, which goes over pictures that the base model has begun",
    todo: 'Choose the base model, which draws without it.',
    is: some(/^conditioner\.embedders\.0\.model\./),
  },
  {
    what: 'a textual inversion: a word for a text encoder, not a model',
    todo: `Troupe does not use textual inversions. ${CHOOSE}`,
    is: (names, tensors) =>
      names.length <= 4 &&
      names.every((name) => (tensors.get(name)?.shape.length ?? 0) <= 2) &&
      names.some(
        (name) =>
          /^(emb_params|clip_[lg]|string_to_param|<.+>|.*\*$)/.test(name) ||
          EMBEDDING_WIDTHS.has(tensors.get(name)?.shape.at(-1) ?? 0),
      ),
  },
  {
    what: 'a transformer of a model of another family',
    todo: CHOOSE,
    is: (names) =>
      names.some((name) =>
        /(^|\.)(transformer_blocks|layers|blocks|t_embedder|x_embedder|patch_embedding)\.?/.test(name),
      ) &&
      names.some((name) => /^(model\.diffusion_model|net|transformer)\./.test(name)) &&
      !names.some((name) => name.startsWith('model.diffusion_model.input_blocks.')),
  },
  {
    what: 'an autoencoder (VAE) alone',
    todo: `It is a part of a model, not a model. ${CHOOSE}`,
    is: (names) =>
      names.some((name) =>
        /^(first_stage_model\.|vae\.)?(encoder|decoder)\.(conv_in|conv_out|layers\.\d+|mid|\d+)\b/.test(name),
      ) && !names.some((name) => UNET.test(name)),
  },
  {
    what: 'a text encoder alone',
    todo: `It is a part of a model, not a model. ${CHOOSE}`,
    is: (names) =>
      names.some((name) => /^(text_model\.|encoder\.block\.|transformer\.resblocks\.)/.test(name)) &&
      !names.some((name) => UNET.test(name)),
  },
  {
    what: "the U-Net of a model in diffusers layout, without the model's other parts",
    todo: 'Give the folder that holds model_index.json.',
    is: some(/^(down_blocks|mid_block|up_blocks)\.\d+\.(resnets|attentions)\.|^conv_norm_out\./),
  },
  {
    what: 'a picture upscaler',
    todo: CHOOSE,
    is: some(/^(params\.)?(conv_first|model\.0|body\.0|RRDB_trunk)\b/),
  },
];
/** Of the text encoders of Stable Diffusion 1.x, 2.x and SDXL. */
const EMBEDDING_WIDTHS = new Set([768, 1024, 1280]);
const UNET = /^(model\.diffusion_model\.|down_blocks\.|input_blocks\.)/;

/** What a file is that is no model to draw with, and what to do; undefined if it may be one. */
export function kindOf(tensors: TensorIndex): Pick<Kind, 'what' | 'todo'> | undefined {
  const names = [...tensors.keys()];
  return KINDS.find(({ is }) => is(names, tensors));
}

/** @throws UserError `model-kind` if the file is of a kind that is known, and isn't a checkpoint of Stable Diffusion */
export function refuseOtherKinds(tensors: TensorIndex, file: string): void {
  const kind = kindOf(tensors);
  if (kind !== undefined) throw kindError(file, kind.what, kind.todo);
}
