import { createHash } from 'node:crypto';
import { z } from 'zod';
import { SAMPLERS } from '../engine/schedulers/sampler-names.ts';
import { decodeSafetensors, encodeSafetensors } from '../engine/weights/safetensors.ts';
import type { StoredTensor } from '../engine/weights/tensor-data.ts';
import { UserError } from '../errors/user-error.ts';
import type { Anchor, Canon } from './canon.ts';

/**
 * A canon on disk (docs/canon-format.md): a safetensors file, data and nothing else, with the story's part as JSON in
 * its metadata under `troupe.canon` and per anchor the tensors `anchors.N.latents` and `anchors.N.masks.NAME`.
 */
const METADATA_KEY = 'troupe.canon';
const FORMAT_VERSION = 1;
/** A canon holds a few anchors: 34 kB with the pocket model, half a megabyte with SDXL. */
export const MAX_CANON_BYTES = 64 * 2 ** 20;

const dimension = z.int().min(1).max(4096);
const uint32 = z
  .int()
  .min(0)
  .max(2 ** 32 - 1);
const uint64 = z
  .string()
  .regex(/^\d{1,20}$/)
  .transform(BigInt)
  .refine((seed) => seed < 2n ** 64n);
const text = z.string().max(4000);
const share = z.number().min(0).max(1);
/** JSON has no undefined */
const orNothing = <T extends z.ZodType>(schema: T) => schema.nullable().transform((value) => value ?? undefined);

const schema = z.strictObject({
  version: z.literal(FORMAT_VERSION),
  characters: z
    .array(z.strictObject({ name: text.min(1), looks: text.min(1), subject: text.min(1) }))
    .min(1)
    .max(16),
  model: z.strictObject({ name: text, hash: z.string().regex(/^[0-9a-f]{64}$/) }),
  size: z.strictObject({ width: dimension, height: dimension }),
  steps: z.int().min(1).max(1000),
  guidance: z.number().min(0).max(100),
  sampler: z.enum(SAMPLERS).optional(),
  settings: z.strictObject({
    sharedAttention: z.boolean(),
    sharedTokens: z.enum(['subject', 'all']).default('subject'),
    maskDropout: share,
    queryBlending: orNothing(z.strictObject({ from: share, to: share, until: share })),
    featureInjection: orNothing(
      z.strictObject({
        lookahead: z.union([z.int().min(1).max(1000), z.literal('pass')]).default('pass'),
        strength: share,
        from: share,
        until: share,
        similarity: z.union([z.number().min(-1).max(1), z.literal('otsu')]),
      }),
    ),
    anchors: z.union([z.int().min(1).max(64), z.literal('all')]),
    maskWindow: z.int().min(1).max(1000),
    separation: orNothing(
      z.strictObject({ prompts: z.boolean(), sharing: z.boolean(), smoothing: share }).nullable().default(null),
    ),
  }),
  latentShape: z.tuple([dimension, dimension, dimension]),
  maskGrid: z.strictObject({ height: dimension, width: dimension }),
  anchors: z
    .array(
      z.strictObject({
        id: uint32,
        revision: uint32,
        seed: uint64,
        prompt: text,
        negativePrompt: text,
        given: z.boolean().optional(),
        concepts: z.array(text.min(1)).max(16),
      }),
    )
    .min(1)
    .max(64),
});

/** The same canon gives the same bytes. */
export function encodeCanon(canon: Omit<Canon, 'id'>): Uint8Array {
  const tensors: Record<string, StoredTensor> = {};
  const anchors = canon.anchors.map(({ latents, masks, seed, ...rest }, i) => {
    tensors[latentsName(i)] = { type: 'float32', shape: canon.latentShape, data: latents };
    for (const [concept, mask] of Object.entries(masks)) {
      tensors[maskName(i, concept)] = {
        type: 'uint8',
        shape: [canon.maskGrid.height, canon.maskGrid.width],
        data: mask,
      };
    }
    return { ...rest, seed: seed.toString() };
  });
  const { queryBlending = null, featureInjection = null } = canon.settings;
  const settings = { ...canon.settings, queryBlending, featureInjection };
  const json = JSON.stringify({ version: FORMAT_VERSION, ...canon, settings, anchors });
  return encodeSafetensors(tensors, { [METADATA_KEY]: json });
}

/**
 * Reads a canon, trusting nothing in it.
 * @param name what messages call it
 * @throws UserError `canon-unreadable` for anything else than a whole canon of a version that is known
 */
export function decodeCanon(bytes: Uint8Array, name: string): Canon {
  if (bytes.length > MAX_CANON_BYTES) throw unreadable(name, `${bytes.length} bytes`);
  const { tensors, metadata } = readContainer(bytes, name);
  const json = metadata[METADATA_KEY];
  if (json === undefined) throw unreadable(name, 'a safetensors file without a canon in it');
  const parsed = schema.safeParse(parseJson(json, name));
  if (!parsed.success) {
    const version = (parseJson(json, name) as { version?: unknown } | null)?.version;
    const problem = parsed.error.issues[0];
    throw unreadable(
      name,
      version === FORMAT_VERSION
        ? `${problem?.path.join('.')}: ${problem?.message}`
        : `version ${JSON.stringify(version)}`,
    );
  }
  const { version: _, ...canon } = parsed.data;
  refuseContradictions(canon, name);
  const take = (tensor: string, type: StoredTensor['type'], shape: readonly number[]): StoredTensor['data'] => {
    const stored = tensors.get(tensor);
    if (stored?.type !== type || stored.shape.join() !== shape.join()) {
      throw unreadable(name, `${tensor} is ${stored ? `${stored.type} [${stored.shape}]` : 'missing'}`);
    }
    return stored.data;
  };
  const { height, width } = canon.maskGrid;
  const anchors = canon.anchors.map(
    (anchor, i): Anchor => ({
      ...anchor,
      latents: finite(take(latentsName(i), 'float32', canon.latentShape) as Float32Array, name),
      masks: Object.fromEntries(
        anchor.concepts.map((concept) => {
          const mask = take(maskName(i, concept), 'uint8', [height, width]) as Uint8Array;
          return [concept, binary(mask, maskName(i, concept), name)];
        }),
      ),
    }),
  );
  return { ...canon, anchors, id: createHash('sha256').update(bytes).digest('hex') };
}

const latentsName = (anchor: number): string => `anchors.${anchor}.latents`;
const maskName = (anchor: number, concept: string): string => `anchors.${anchor}.masks.${concept}`;

function readContainer(bytes: Uint8Array, name: string) {
  try {
    return decodeSafetensors(bytes, name);
  } catch (error) {
    if (error instanceof UserError) throw unreadable(name, error.context.got);
    throw error;
  }
}

function parseJson(json: string, name: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw unreadable(name, 'damaged JSON');
  }
}

function finite(values: Float32Array, name: string): Float32Array {
  if (!values.every(Number.isFinite)) throw unreadable(name, 'latents that are not numbers');
  return values;
}

function binary(mask: Uint8Array, tensor: string, name: string): Uint8Array {
  if (!mask.every((value) => value <= 1)) throw unreadable(name, `${tensor} with other values than 0 and 1`);
  return mask;
}

/** Names tell characters apart, and every character is in an anchor: nobody else is. */
function refuseContradictions(
  { characters, anchors }: Pick<z.infer<typeof schema>, 'characters' | 'anchors'>,
  name: string,
) {
  const names = characters.map((character) => character.name);
  if (new Set(names).size !== names.length) throw unreadable(name, 'two characters of one name');
  const shown = new Set(anchors.flatMap(({ concepts }) => concepts));
  const missing = names.find((character) => !shown.has(character));
  if (missing !== undefined) throw unreadable(name, `no anchor of ${missing}`);
  for (const { concepts } of anchors) {
    const stranger = concepts.find((concept) => !names.includes(concept));
    if (stranger !== undefined) throw unreadable(name, `an anchor of ${stranger}, whom it does not describe`);
    if (new Set(concepts).size !== concepts.length) throw unreadable(name, 'somebody twice in one anchor');
  }
  const ids = new Set(anchors.map(({ id }) => id));
  if (ids.size !== anchors.length) throw unreadable(name, 'two anchors with one id');
}

function unreadable(name: string, got: string): UserError {
  return new UserError('canon-unreadable', {
    expected: `${name} to be a whole canon file of version ${FORMAT_VERSION}`,
    got,
    todo: 'Give a file that --save-canon wrote, with this or an older version of Troupe.',
    name,
  });
}
