import { ldmUnetName, unetLayout } from './ldm-unet-names.ts';
import type { ModelFolder } from './model-folder.ts';
import type { TensorEntry, TensorIndex } from './tensor-index.ts';

/** The parts of a model that adapters change, as the model's folder calls them. */
export const ADAPTED_PARTS = ['unet', 'text_encoder', 'text_encoder_2'] as const;
export type AdaptedPart = (typeof ADAPTED_PARTS)[number];

export type AdaptedWeights = Readonly<Partial<Record<AdaptedPart, TensorIndex>>>;

/** The weights of a model that adapters change. */
export function adaptedWeights(model: Pick<ModelFolder, 'unet' | 'textEncoder' | 'textEncoder2'>): AdaptedWeights {
  const { unet, textEncoder, textEncoder2 } = model;
  return {
    unet: unet.weights,
    text_encoder: textEncoder.weights,
    ...(textEncoder2 && { text_encoder_2: textEncoder2.weights }),
  };
}

/** A linear layer or convolution of a model. */
export interface LoraTarget {
  readonly part: AdaptedPart;
  /** its path in the part, such as `down_blocks.1.attentions.0.proj_in` */
  readonly module: string;
  /** [N, C] or [N, C, k, k] */
  readonly weight: TensorEntry;
}

const LINEAR_RANK = 2;
const CONV_RANK = 4;

/**
 * Every name under which an adapter may mean a module of the model. Names are made from the model's own modules and
 * looked up, because kohya's can't be taken apart: `_` is its dot, and is in words too.
 */
export function loraTargets(weights: AdaptedWeights): ReadonlyMap<string, LoraTarget> {
  const targets = new Map<string, LoraTarget>();
  for (const part of ADAPTED_PARTS) {
    const index = weights[part];
    if (!index) continue;
    const aliases = part === 'unet' ? unetAliases(index) : textEncoderAliases(part);
    for (const [name, weight] of index) {
      if (!name.endsWith('.weight')) continue;
      if (weight.shape.length !== LINEAR_RANK && weight.shape.length !== CONV_RANK) continue;
      const module = name.slice(0, -'.weight'.length);
      for (const alias of aliases(module)) targets.set(alias, { part, module, weight });
    }
  }
  return targets;
}

const flat = (name: string): string => name.replaceAll('.', '_');

function unetAliases(index: TensorIndex): (module: string) => string[] {
  const layout = unetLayout(index.keys());
  return (module) => {
    const original = ldmUnetName(module, layout);
    return [
      `unet.${module}`,
      module, // diffusers before it adapted text encoders too
      `lora_unet_${flat(module)}`,
      ...(original === undefined ? [] : [`lora_unet_${flat(original)}`]),
    ];
  };
}

/** kohya calls the only encoder of SD 1.5 `te` and SDXL's two `te1` and `te2`. */
const KOHYA_ENCODERS: Readonly<Record<Exclude<AdaptedPart, 'unet'>, readonly string[]>> = {
  text_encoder: ['lora_te', 'lora_te1'],
  text_encoder_2: ['lora_te2'],
};

function textEncoderAliases(part: Exclude<AdaptedPart, 'unet'>): (module: string) => string[] {
  return (module) => {
    // transformers 5 leaves the prefix out, older versions have it: models and adapters may be of different ages
    const short = module.replace(/^text_model\./u, '');
    const names = [short, `text_model.${short}`];
    return names.flatMap((name) => [
      `${part}.${name}`,
      ...KOHYA_ENCODERS[part].map((encoder) => `${encoder}_${flat(name)}`),
    ]);
  };
}
