import { PLAIN_SETTINGS } from '../../engine/consistory/settings.ts';
import type { Grid } from '../../engine/consistory/subject-mask.ts';
import type { StoryRequest } from '../../engine/draw-story.ts';
import type { RasterImage } from '../../engine/raster-image.ts';
import type { Engine, EngineHooks } from '../../engine/worker/engine-client.ts';
import type { ModelChoice } from '../../engine/worker/messages.ts';
import { base64, fromBase64 } from '../base64.ts';
import { contentKey } from '../content-key.ts';
import { sampleSize } from '../drawing-signature.ts';
import type { LocalisationPrompt } from './prompts.ts';

/** What a picture's subjects' words attended to, at one resolution: by subject, [step][word], each [S] */
export type Attention = Readonly<Record<string, readonly (readonly Float32Array[])[]>>;

export interface AttendedPicture {
  readonly image: RasterImage;
  readonly attention: Attention;
}

export interface AttendedBatch {
  readonly grid: Grid;
  /** all that the model has, lowest first */
  readonly grids: readonly Grid[];
  readonly pictures: readonly AttendedPicture[];
}

/** The request that draws pictures by themselves and keeps the attention of all their steps. */
export function attentionRequest(
  prompts: readonly LocalisationPrompt[],
  firstId: number,
  { seed, steps, guidance }: { readonly seed: bigint; readonly steps: number; readonly guidance: number },
): StoryRequest {
  const subjects = [...new Set(prompts.flatMap((prompt) => prompt.subjects))];
  return {
    panels: prompts.map(({ prompt, subjects }, i) => ({
      id: firstId + i,
      revision: 0,
      seed,
      concepts: subjects,
      prompt,
      negativePrompt: '',
    })),
    concepts: subjects.map((subject) => ({ name: subject, words: subject })),
    settings: { ...PLAIN_SETTINGS, maskWindow: steps },
    steps,
    guidance,
  };
}

export async function drawAttention(
  engine: Engine,
  model: ModelChoice,
  request: StoryRequest,
  progress: EngineHooks['progress'] = () => {},
): Promise<AttendedBatch> {
  const options = { trace: true, previewEvery: 0 };
  const { panels, trace, maskGrid } = await engine.draw(model, request, options, { progress });
  if (!trace) throw new Error('pictures were drawn without their trace');
  return {
    grid: maskGrid,
    grids: trace.attentionGrids,
    pictures: panels.map(({ image }, i) => ({ image, attention: trace.panels[i]?.attentionByStep ?? {} })),
  };
}

/** Few: what is asked is whether the code still does the same. */
const SAMPLE_STEPS = 4;
const SAMPLE: LocalisationPrompt = { subjects: ['cat'], prompt: 'a cat sitting in a garden' };

/**
 * Names the engine and the model by what they draw and attend to in a small sample: changes of the code that change
 * neither keep what was drawn before.
 * @param model the sample is drawn in its size, or a fraction of it (sampleSize)
 * @param modelHash another model is another one, though it drew the sample alike
 */
export async function attentionSignature(
  engine: Engine,
  model: ModelChoice,
  modelHash: string,
  { steps, guidance }: { readonly steps: number; readonly guidance: number },
  progress?: EngineHooks['progress'],
): Promise<string> {
  const sampled = { ...model, size: sampleSize(model.size) };
  const request = attentionRequest([SAMPLE], 1, { seed: 1n, steps: Math.min(SAMPLE_STEPS, steps), guidance });
  return contentKey({ modelHash, sample: encodeBatch(await drawAttention(engine, sampled, request, progress)) });
}

/** The same picture is drawn for every resolution of attention, and kept once. */
export interface KeptBatch extends Omit<AttendedBatch, 'pictures'> {
  readonly pictures: readonly (Pick<AttendedPicture, 'attention'> & Partial<AttendedPicture>)[];
}

interface StoredBatch extends Omit<AttendedBatch, 'pictures'> {
  readonly pictures: readonly {
    readonly image?: { readonly width: number; readonly height: number; readonly rgb: string };
    readonly attention: Readonly<Record<string, readonly (readonly string[])[]>>;
  }[];
}

/** A batch as JSON keeps it. */
export function encodeBatch({ pictures, ...rest }: KeptBatch): StoredBatch {
  return {
    ...rest,
    pictures: pictures.map(({ image, attention }) => ({
      ...(image ? { image: { ...image, rgb: base64(image.rgb) } } : {}),
      attention: mapEach(attention, (map) => base64(map)),
    })),
  };
}

export function decodeBatch({ pictures, ...rest }: StoredBatch): KeptBatch {
  return {
    ...rest,
    pictures: pictures.map(({ image, attention }) => ({
      ...(image ? { image: { ...image, rgb: fromBase64(image.rgb) } } : {}),
      attention: mapEach(attention, (map) => new Float32Array(fromBase64(map).buffer)),
    })),
  };
}

function mapEach<From, To>(
  attention: Readonly<Record<string, readonly (readonly From[])[]>>,
  convert: (map: From) => To,
): Record<string, To[][]> {
  return Object.fromEntries(
    Object.entries(attention).map(([name, steps]) => [name, steps.map((maps) => maps.map(convert))]),
  );
}
