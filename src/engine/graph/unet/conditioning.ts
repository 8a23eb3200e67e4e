import { times } from '../dim.ts';
import type { Graph } from '../graph.ts';
import type { Value } from '../graph-builder.ts';
import { linear } from '../layers.ts';
import { TIME_IDS, type UNetConfig } from './unet-config.ts';

/** Longest wavelength of the sinusoids, in timesteps over 2 pi (diffusers' get_timestep_embedding). */
const MAX_PERIOD = 10_000;

/**
 * The embedding of timestep and, for SDXL, of pooled text and picture size, behind the activation that every ResNet
 * block applies to it. timestep [B] float32; -> [B, E]
 */
export function conditioning(g: Graph, config: UNetConfig, timestep: Value): Value {
  const width = config.levels[0]?.channels as number;
  let embedding = twoLayers(g, g.cast(sinusoids(g, config, timestep, width), g.compute), 'time_embedding');
  if (config.added) {
    const { pooledWidth, timeWidth } = config.added;
    const pooled = g.input('text_embeds', g.compute, ['batch', pooledWidth]);
    const ids = g.reshape(g.input('time_ids', 'float32', ['batch', TIME_IDS]), [times('batch', TIME_IDS)]);
    const sizes = g.reshape(sinusoids(g, config, ids, timeWidth), ['batch', TIME_IDS * timeWidth]);
    const added = g.concat([pooled, g.cast(sizes, g.compute)], 1);
    embedding = g.add(embedding, twoLayers(g, added, 'add_embedding'));
  }
  return g.silu(embedding);
}

/** values [N] float32 -> [N, width] float32: cosines and sines at geometrically spaced frequencies */
function sinusoids(g: Graph, config: UNetConfig, values: Value, width: number): Value {
  const half = width / 2;
  // torch computes exponent and frequency in float32; the last bit matters at timestep 999
  const frequencies = Array.from({ length: half }, (_, i) => {
    const exponent = Math.fround(Math.fround(-Math.log(MAX_PERIOD) * i) / Math.fround(half - config.frequencyShift));
    return Math.fround(Math.exp(exponent));
  });
  const angles = g.mul(g.unsqueeze(values, [1]), g.float32s(frequencies, [1, half]));
  const [sin, cos] = [g.unary('Sin', angles), g.unary('Cos', angles)];
  return g.concat(config.flipSinToCos ? [cos, sin] : [sin, cos], 1);
}

function twoLayers(g: Graph, x: Value, name: string): Value {
  return linear(g, g.silu(linear(g, x, `${name}.linear_1`)), `${name}.linear_2`);
}
