import { z } from 'zod';
import { textConfigOfWhole } from './clip-text-config.ts';
import { type ClipVisionConfig, parseClipVisionConfig } from './clip-vision-trunk.ts';
import { only, parseConfig } from './parse-config.ts';

const PART = z.record(z.string(), z.unknown());

/**
 * transformers' CLIPSegConfig and its defaults. Not strict, as CLIP's. `decoder_hidden_act` is left out on purpose:
 * transformers doesn't read it either, the decoder has ReLU.
 */
const schema = z
  .object({
    conditional_layer: z.int().nonnegative().default(0),
    decoder_intermediate_size: z.int().positive().default(2048),
    decoder_num_attention_heads: z.int().positive().default(4),
    extract_layers: z.array(z.int().nonnegative()).min(1).default([3, 6, 9]),
    model_type: only('clipseg'),
    projection_dim: z.int().positive().default(512),
    reduce_dim: z.int().positive().default(64),
    text_config: PART.nullish(),
    // of files by transformers before 4.30, where they count and those above repeat them
    text_config_dict: PART.nullish(),
    use_complex_transposed_convolution: z.boolean().default(false),
    vision_config: PART.nullish(),
    vision_config_dict: PART.nullish(),
  })
  .refine((config) => config.reduce_dim % config.decoder_num_attention_heads === 0, {
    path: ['decoder_num_attention_heads'],
    message: 'does not divide reduce_dim',
  })
  .refine((config) => config.conditional_layer < config.extract_layers.length, {
    path: ['conditional_layer'],
    message: 'is not a layer of the decoder',
  });

export interface ClipSegConfig extends z.output<typeof schema> {
  readonly vision: ClipVisionConfig;
  /** of its text encoder, which is CLIP's, for `buildClipTextEncoder` */
  readonly text: Readonly<Record<string, unknown>>;
}

/** @throws UserError `config-unsupported` */
export function parseClipSegConfig(json: unknown): ClipSegConfig {
  const part = 'CLIPSeg';
  const config = parseConfig(schema, json, part);
  const vision = parseClipVisionConfig(config.vision_config_dict ?? config.vision_config ?? {});
  const text = textConfigOfWhole(config.text_config_dict ?? config.text_config ?? {}, config.projection_dim);
  const layers = z.array(z.int().max(vision.num_hidden_layers - 1, 'is not a layer of the vision encoder'));
  parseConfig(z.object({ extract_layers: layers }), config, part);
  return { ...config, vision, text };
}
