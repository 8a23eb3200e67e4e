/** Where the parts of a ResNet block are in the original code, and in diffusers. */
export const RESNET: ReadonlyMap<string, string> = new Map([
  ['in_layers.0', 'norm1'],
  ['in_layers.2', 'conv1'],
  ['emb_layers.1', 'time_emb_proj'],
  ['out_layers.0', 'norm2'],
  ['out_layers.3', 'conv2'],
  ['skip_connection', 'conv_shortcut'],
]);

/** Layers outside of the blocks, and the blocks in the middle. */
export const OUTSIDE: ReadonlyMap<string, string> = new Map([
  ['time_embed.0', 'time_embedding.linear_1'],
  ['time_embed.2', 'time_embedding.linear_2'],
  ['label_emb.0.0', 'add_embedding.linear_1'],
  ['label_emb.0.2', 'add_embedding.linear_2'],
  ['input_blocks.0.0', 'conv_in'],
  ['out.0', 'conv_norm_out'],
  ['out.2', 'conv_out'],
  ['middle_block.0', 'mid_block.resnets.0'],
  ['middle_block.1', 'mid_block.attentions.0'],
  ['middle_block.2', 'mid_block.resnets.1'],
]);

/**
 * The name in diffusers of a U-Net's tensor in a checkpoint of the original code (Rombach et al. 2022, whose
 * `UNetModel` numbers its blocks through), as diffusers' convert_ldm_unet_checkpoint has it.
 * @param name without `model.diffusion_model.`
 * @param layersPerBlock ResNet blocks of a level on the way down
 * @returns undefined for a name of another model
 */
export function unetName(name: string, layersPerBlock: number): string | undefined {
  const parts = name.split('.');
  const leaf = parts.at(-1) as string;
  const module = parts.slice(0, -1).join('.');
  const outside = OUTSIDE.get(module);
  if (outside !== undefined) return `${outside}.${leaf}`;
  const [blocks, number, place, ...rest] = parts;
  if (blocks === 'middle_block') return inside(OUTSIDE.get(`${blocks}.${number}`), [place as string, ...rest]);
  const index = Number(number);
  if (!/^\d+$/.test(number ?? '') || place === undefined) return undefined;
  const perLevel = layersPerBlock + 1;
  if (blocks === 'input_blocks' && index > 0) {
    const level = Math.floor((index - 1) / perLevel);
    const layer = (index - 1) % perLevel;
    const at = `down_blocks.${level}`;
    if (layer === layersPerBlock) {
      return place === '0' && rest[0] === 'op' ? `${at}.downsamplers.0.conv.${leaf}` : undefined;
    }
    if (place === '0') return inside(`${at}.resnets.${layer}`, rest);
    return place === '1' ? inside(`${at}.attentions.${layer}`, rest) : undefined;
  }
  if (blocks === 'output_blocks') {
    const at = `up_blocks.${Math.floor(index / perLevel)}`;
    const layer = index % perLevel;
    if (place === '0') return inside(`${at}.resnets.${layer}`, rest);
    if (rest[0] === 'conv') return `${at}.upsamplers.0.conv.${leaf}`;
    return place === '1' ? inside(`${at}.attentions.${layer}`, rest) : undefined;
  }
  return undefined;
}

/** Inside a ResNet block names differ; inside an attention block they are the same. */
function inside(block: string | undefined, rest: readonly string[]): string | undefined {
  if (block === undefined || rest.length === 0) return undefined;
  if (!block.includes('.resnets.')) return `${block}.${rest.join('.')}`;
  const layer = RESNET.get(rest.slice(0, -1).join('.'));
  return layer === undefined ? undefined : `${block}.${layer}.${rest.at(-1)}`;
}
