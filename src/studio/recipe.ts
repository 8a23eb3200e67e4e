import { z } from 'zod';
import type { ConsistencySettings } from '../engine/consistory/settings.ts';
import { SAMPLERS } from '../engine/schedulers/sampler-names.ts';
import type { JsonObject } from '../store/json.ts';

const share = z.number().min(0).max(1);
/** JSON has no undefined. */
const orNothing = <T extends z.ZodType>(schema: T) => schema.nullable().transform((value) => value ?? undefined);

const consistencySchema = z.object({
  sharedAttention: z.boolean(),
  sharedTokens: z.enum(['subject', 'all']).default('subject'),
  maskDropout: share,
  queryBlending: orNothing(z.object({ from: share, to: share, until: share })),
  featureInjection: orNothing(
    z.object({
      lookahead: z.union([z.int().min(1), z.literal('pass')]).default('pass'),
      strength: share,
      from: share,
      until: share,
      similarity: z.union([z.number(), z.literal('otsu')]),
    }),
  ),
  anchors: z.union([z.int().min(1), z.literal('all')]),
  maskWindow: z.int().min(1),
  separation: orNothing(
    z.object({ prompts: z.boolean(), sharing: z.boolean(), smoothing: share }).nullable().default(null),
  ),
});

const castMemberSchema = z.object({
  characterId: z.string(),
  name: z.string(),
  looks: z.string(),
  subject: z.string(),
  /** The canon in use when the character came into the story; null: not cast yet, the story's panels are its anchors. */
  canonId: z.string().nullable(),
});

const loraSchema = z.object({
  name: z.string(),
  /** sha256 of the file */
  hash: z.string(),
  weight: z.number(),
});

/** How pictures are drawn, but for seed and prompts. */
const drawingSchema = z.object({
  steps: z.int().min(1),
  guidance: z.number(),
  /** A canon's own; the model's if it says nothing. */
  sampler: z.enum(SAMPLERS).optional(),
  /** Words before every scene. */
  promptPrefix: z.string(),
  negativePrompt: z.string(),
  size: z.object({ width: z.int(), height: z.int() }),
  /** in the engine's order (lora-identity.ts); stories from before there were any have none */
  loras: z.array(loraSchema).default([]),
  consistency: consistencySchema,
});

const recipeSchema = drawingSchema.extend({
  cast: z.array(castMemberSchema),
  /** Characters that are in every panel, also in those added later. */
  always: z.array(z.string()),
  /** Panels that were drawn together at first: they alone are anchors of characters without a canon. */
  firstPanels: z.int().min(1),
});

export type StoredLora = Readonly<z.infer<typeof loraSchema>>;
export type CastMember = Readonly<z.infer<typeof castMemberSchema>>;
export type Drawing = Readonly<z.infer<typeof drawingSchema>>;
/**
 * What a story is drawn by, as it was when the story was made: with the seed and the panels' prompts, numbers and
 * revisions all that the engine is asked. Later changes of settings, looks and canons don't touch it.
 */
export type Recipe = Readonly<z.infer<typeof recipeSchema>>;

export function parseRecipe(settings: unknown): Recipe {
  return recipeSchema.parse(settings);
}

/** How a story's pictures are drawn, without who is in them. */
export function drawingOf({ cast: _cast, always: _always, firstPanels: _first, ...drawing }: Recipe): Drawing {
  return drawing;
}

export function parseDrawing(settings: unknown): Drawing {
  return drawingSchema.parse(settings);
}

export function storedDrawing<T extends Drawing>(drawing: T): JsonObject {
  const { queryBlending = null, featureInjection = null, separation = null } = drawing.consistency;
  const consistency: Record<keyof ConsistencySettings, unknown> = {
    ...drawing.consistency,
    queryBlending,
    featureInjection,
    separation,
  };
  return { ...drawing, consistency } as unknown as JsonObject;
}
