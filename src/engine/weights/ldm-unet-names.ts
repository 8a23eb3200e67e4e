import { OUTSIDE, RESNET } from './single-file/unet-names.ts';

/**
 * The U-Net's modules as the original Stable Diffusion code names them (LDM's openaimodel.py, SDXL's sgm), of which
 * single files and kohya's SDXL adapters are made. Diffusers counts blocks and layers; the original counts all layers
 * of a side of the U in one list: conv_in, then per level its layers and what halves them.
 */

/** What of a U-Net decides its original names. */
export interface UnetLayout {
  /** ResNet blocks per level on the way down; one more on the way up */
  readonly layersPerBlock: number;
  /** whether an up block has attention, the lowest resolution first */
  readonly upAttention: (block: number) => boolean;
}

/** The layout of a U-Net by the names of its tensors or modules. */
export function unetLayout(names: Iterable<string>): UnetLayout {
  const layers = new Set<string>();
  const attending = new Set<number>();
  for (const name of names) {
    const [, layer] = /^down_blocks\.0\.resnets\.(\d+)\./u.exec(name) ?? [];
    if (layer !== undefined) layers.add(layer);
    const [, block] = /^up_blocks\.(\d+)\.attentions\./u.exec(name) ?? [];
    if (block !== undefined) attending.add(Number(block));
  }
  return { layersPerBlock: layers.size, upAttention: (block) => attending.has(block) };
}

const inverse = (names: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
  new Map([...names].map(([original, module]) => [module, original]));
const OUTSIDE_BLOCKS = inverse(OUTSIDE);
const IN_RESNET = inverse(RESNET);

/**
 * The original name of a module (`down_blocks.1.resnets.0.conv1` is `input_blocks.4.0.in_layers.2` in SDXL); undefined
 * for one that the original does not have.
 */
export function ldmUnetName(module: string, layout: UnetLayout): string | undefined {
  const outside = OUTSIDE_BLOCKS.get(module);
  if (outside !== undefined) return outside;
  const [, side, block, kind, layer, rest] =
    /^(down|mid|up)_blocks?(?:\.(\d+))?\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.+)$/u.exec(module) ??
    [];
  if (side === undefined || kind === undefined || rest === undefined) return undefined;
  const place = placeOf(side, kind, Number(block ?? 0), Number(layer), layout);
  if (kind === 'downsamplers') return rest === 'conv' ? `${place}.op` : undefined;
  if (kind !== 'resnets') return `${place}.${rest}`;
  const inResnet = IN_RESNET.get(rest);
  return inResnet === undefined ? undefined : `${place}.${inResnet}`;
}

function placeOf(side: string, kind: string, block: number, layer: number, layout: UnetLayout): string {
  const { layersPerBlock, upAttention } = layout;
  // an entry of the list holds a ResNet block, then perhaps attention, then perhaps what doubles the resolution
  const inEntry = kind === 'attentions' ? 1 : 0;
  if (side === 'mid') return `middle_block.${kind === 'attentions' ? 1 : 2 * layer}`;
  if (side === 'down') {
    const first = 1 + block * (layersPerBlock + 1);
    return `input_blocks.${first + (kind === 'downsamplers' ? layersPerBlock : layer)}.${inEntry}`;
  }
  const first = block * (layersPerBlock + 1);
  if (kind === 'upsamplers') return `output_blocks.${first + layersPerBlock}.${upAttention(block) ? 2 : 1}`;
  return `output_blocks.${first + layer}.${inEntry}`;
}
