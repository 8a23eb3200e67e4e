import type { TensorEntry } from './tensor-index.ts';

/** Families that Troupe doesn't draw with, by names that only their modules have. */
const OTHER_FAMILIES: readonly (readonly [name: RegExp, family: string])[] = [
  [/double_blocks|single_blocks|single_transformer_blocks/u, 'one for FLUX'],
  [/joint_blocks|^transformer\.transformer_blocks\.\d+\.attn\.add_[qk]/u, 'one for Stable Diffusion 3'],
  [/^(?:transformer|lora_transformer|diffusion_model)[._]/u, 'one for a model without a U-Net'],
];

/** Width of the text that the U-Net's cross-attention reads, [in] of attn2.to_k. */
const FAMILY_OF_TEXT_WIDTH: ReadonlyMap<number, string> = new Map([
  [768, 'one for Stable Diffusion 1.x'],
  [1024, 'one for Stable Diffusion 2.x'],
  [2048, 'one for SDXL'],
]);
const TEXT_KEYS = /attn2[._]to_k$/u;

/** What an adapter was made for, as far as its names and sizes tell. */
export function adapterFamily(
  names: Iterable<string>,
  modules: ReadonlyMap<string, { readonly down?: TensorEntry }>,
): string {
  const all = [...names];
  const other = OTHER_FAMILIES.find(([pattern]) => all.some((name) => pattern.test(name)));
  if (other) return other[1];
  for (const [module, { down }] of modules) {
    const family = TEXT_KEYS.test(module) ? FAMILY_OF_TEXT_WIDTH.get(down?.shape[1] ?? 0) : undefined;
    if (family) return family;
  }
  return 'one for another model';
}
