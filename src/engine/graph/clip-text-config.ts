import { z } from 'zod';
import { only, PROVENANCE, parseConfig, trainingOnly } from './parse-config.ts';

const ARCHITECTURES = ['CLIPTextModel', 'CLIPTextModelWithProjection'] as const;

/** transformers' CLIPTextConfig; its defaults where a file may leave a field out. */
const schema = z.strictObject({
  ...PROVENANCE,
  architectures: z.tuple([z.enum(ARCHITECTURES)]).optional(),
  attention_dropout: trainingOnly,
  bos_token_id: z.unknown().optional(), // the tokenizer's business, as is the padding
  dropout: trainingOnly,
  dtype: z.string().optional(), // of the file; the safetensors header is believed instead
  eos_token_id: z.int().default(49407),
  hidden_act: z.enum(['quick_gelu', 'gelu']).default('quick_gelu'),
  hidden_size: z.int().positive(),
  initializer_factor: trainingOnly,
  initializer_range: trainingOnly,
  intermediate_size: z.int().positive(),
  layer_norm_eps: z.number().positive().default(1e-5),
  max_position_embeddings: z.int().positive().default(77),
  model_type: only('clip_text_model'),
  num_attention_heads: z.int().positive(),
  num_hidden_layers: z.int().positive(),
  pad_token_id: z.unknown().optional(),
  projection_dim: z.int().positive().default(512),
  torch_dtype: z.string().nullish(),
  transformers_version: z.string().optional(),
  vocab_size: z.int().positive(),
});

export type ClipTextConfig = z.output<typeof schema>;

/** @throws UserError `config-unsupported` */
export function parseClipTextConfig(json: unknown): ClipTextConfig {
  const refined = schema.refine((config) => config.hidden_size % config.num_attention_heads === 0, {
    path: ['num_attention_heads'],
    message: 'does not divide hidden_size',
  });
  return parseConfig(refined, json, 'CLIP text encoder');
}

/**
 * What a whole CLIP's configuration says of its text encoder, and transformers' defaults. The other fields of published
 * files are transformers' own, from the time when every configuration carried all of them.
 */
const OF_WHOLE = z.object({
  eos_token_id: z.int().optional(),
  hidden_act: z.string().default('quick_gelu'),
  hidden_size: z.int().default(512),
  intermediate_size: z.int().default(2048),
  layer_norm_eps: z.number().default(1e-5),
  max_position_embeddings: z.int().default(77),
  num_attention_heads: z.int().default(8),
  num_hidden_layers: z.int().default(12),
  vocab_size: z.int().default(49408),
});

/**
 * The configuration of a whole CLIP's (or CLIPSeg's) text encoder, as `buildClipTextEncoder` wants it.
 * @param json its `text_config`
 * @throws UserError `config-unsupported`
 */
export function textConfigOfWhole(json: unknown, projectionDim: number): Readonly<Record<string, unknown>> {
  const text = parseConfig(OF_WHOLE, json, 'CLIP text encoder');
  return { ...text, projection_dim: projectionDim, architectures: ['CLIPTextModelWithProjection'] };
}

/** The id that configs named as end of text before transformers' pull request 24773 set them right. */
const LEGACY_EOS_TOKEN_ID = 2;

/**
 * Where the pooled embedding of a prompt is read: at its first end-of-text token. Configs with the legacy id don't know
 * that token; there, as in transformers, it is the highest id, which end-of-text has in CLIP's vocabulary.
 * @param ids one prompt's tokens
 * @throws Error if the prompt has no end-of-text token: the tokenizer always adds one
 */
export function eosIndex(ids: readonly number[], eosTokenId: number): number {
  const sought = eosTokenId === LEGACY_EOS_TOKEN_ID ? Math.max(...ids) : eosTokenId;
  const index = ids.indexOf(sought);
  if (index < 0) throw new Error(`no end-of-text token ${eosTokenId} among ${ids.length} tokens`);
  return index;
}
