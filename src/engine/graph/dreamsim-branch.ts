import { z } from 'zod';
import type { TensorIndex } from '../weights/tensor-index.ts';
import { clipVisionStates, parseClipVisionConfig, pictureEmbedding, pictureToken } from './clip-vision-trunk.ts';
import { Graph } from './graph.ts';
import type { Value } from './graph-builder.ts';
import { parseConfig } from './parse-config.ts';

const RGB = z.tuple([z.number(), z.number(), z.number()]);

/** What scripts/dreamsim_to_safetensors.py says of one of DreamSim's vision transformers. */
const BRANCH = z.strictObject({
  name: z.string(),
  /** the picture's token after the last layer as it is, or normalised and projected as CLIP does it */
  feature: z.enum(['cls', 'embedding']),
  hidden_act: z.enum(['quick_gelu', 'gelu']),
  hidden_size: z.int(),
  image_mean: RGB,
  image_std: RGB,
  intermediate_size: z.int(),
  layer_norm_eps: z.number(),
  num_attention_heads: z.int(),
  num_hidden_layers: z.int(),
  patch_size: z.int(),
  pre_norm: z.boolean(),
  projection_dim: z.int(),
});

const CONFIG = z.strictObject({
  model_type: z.literal('dreamsim'),
  dreamsim_type: z.string(),
  image_size: z.int().positive(),
  branches: z.array(BRANCH).min(1),
});

export type DreamSimConfig = z.output<typeof CONFIG>;

/** @throws UserError `config-unsupported` */
export const parseDreamSimConfig = (json: unknown): DreamSimConfig => parseConfig(CONFIG, json, 'DreamSim');

export interface DreamSimBranchOptions {
  readonly config: DreamSimConfig;
  /** which of its branches */
  readonly branch: number;
  /** of all branches */
  readonly weights: TensorIndex;
  /** folder that the weights' files lie under */
  readonly root: string;
}

/**
 * Writes the graph of one of DreamSim's vision transformers (arXiv 2306.09344), its LoRA merged into the weights:
 * `pixel_values` [batch, 3, S, S], normalised -> `features` [batch, P]. CLIP's vision encoder, or DINO's, which differs in
 * what is normalised and in what is taken for the picture's feature.
 * @throws UserError for a config that isn't understood, or weights that don't fit it
 */
export function buildDreamSimBranch({ config, branch: number, weights, root }: DreamSimBranchOptions): Uint8Array {
  const { image_size: size, branches } = config;
  const branch = branches[number] as Branch;
  const vision = parseClipVisionConfig({ ...branch, image_size: size });
  const prefix = `branches.${number}.`;
  const others = branches.map((_, i) => `branches.${i}.`).filter((each) => each !== prefix);
  // what belongs to no branch stays, and is refused as unused
  const own = [...weights]
    .filter(([name]) => !others.some((other) => name.startsWith(other)))
    .map(([name, at]) => [name.startsWith(prefix) ? name.slice(prefix.length) : name, at] as const);
  const g = new Graph({ compute: 'float32', weights: new Map(own), root });
  const pixels = g.input('pixel_values', g.compute, ['batch', 3, size, size]);
  const last = clipVisionStates(g, pixels, vision, vision.num_hidden_layers, branch.pre_norm).at(-1) as Value;
  g.output('features', branch.feature === 'cls' ? pictureToken(g, last) : pictureEmbedding(g, last, vision));
  return g.encode();
}

type Branch = z.output<typeof BRANCH>;
