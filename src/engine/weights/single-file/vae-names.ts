const SAME = new Set([
  'encoder.conv_in',
  'encoder.conv_out',
  'decoder.conv_in',
  'decoder.conv_out',
  'quant_conv',
  'post_quant_conv',
]);

/** The middle's attention. Its weights are 1x1 convolutions here and linear layers in diffusers: the same bytes. */
const ATTENTION: ReadonlyMap<string, string> = new Map([
  ['norm', 'group_norm'],
  ['q', 'to_q'],
  ['k', 'to_k'],
  ['v', 'to_v'],
  ['proj_out', 'to_out.0'],
]);

/**
 * The name in diffusers of a tensor of the autoencoder in a checkpoint of the original code, as diffusers'
 * convert_ldm_vae_checkpoint has it.
 * @param name without `first_stage_model.`
 * @param levels of the autoencoder: the decoder counts its levels from full size, diffusers from the latents
 * @returns undefined for a name of another model
 */
export function vaeName(name: string, levels: number): string | undefined {
  const parts = name.split('.');
  const leaf = parts.at(-1) as string;
  const module = parts.slice(0, -1).join('.');
  if (SAME.has(module)) return name;
  const [half, kind] = parts;
  if (half !== 'encoder' && half !== 'decoder') return undefined;
  if (module === `${half}.norm_out`) return `${half}.conv_norm_out.${leaf}`;
  if (kind === 'mid') {
    const [, , part, ...rest] = parts;
    if (part === 'attn_1') {
      const layer = ATTENTION.get(rest.slice(0, -1).join('.'));
      return layer === undefined ? undefined : `${half}.mid_block.attentions.0.${layer}.${leaf}`;
    }
    const number = /^block_([12])$/.exec(part ?? '')?.[1];
    return number === undefined ? undefined : resnet(`${half}.mid_block.resnets.${Number(number) - 1}`, rest);
  }
  if (kind !== (half === 'encoder' ? 'down' : 'up')) return undefined;
  const [, , number, part, ...rest] = parts;
  const level = Number(number);
  if (!/^\d+$/.test(number ?? '') || level >= levels) return undefined;
  const at = half === 'encoder' ? `encoder.down_blocks.${level}` : `decoder.up_blocks.${levels - 1 - level}`;
  if (part === 'block') return resnet(`${at}.resnets.${rest[0]}`, rest.slice(1));
  if (part === 'downsample') return `${at}.downsamplers.0.${rest.join('.')}`;
  return part === 'upsample' ? `${at}.upsamplers.0.${rest.join('.')}` : undefined;
}

function resnet(block: string, rest: readonly string[]): string {
  return `${block}.${rest.join('.').replace('nin_shortcut', 'conv_shortcut')}`;
}
