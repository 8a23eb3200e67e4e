/**
 * The samplers that can be asked for by name, in the order of a list. `euler-trailing` is what few-step models such as
 * SDXL-Lightning were distilled for, whatever their configuration says.
 */
export const SAMPLERS = [
  'ddim',
  'euler',
  'euler-trailing',
  'euler-ancestral',
  'dpm++-2m',
  'dpm++-2m-karras',
  'lcm',
] as const;

export type SamplerName = (typeof SAMPLERS)[number];
