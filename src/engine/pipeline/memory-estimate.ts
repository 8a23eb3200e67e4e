import { parseUNetConfig } from '../graph/unet/unet-config.ts';
import { elementCount } from '../runtime/tensor-value.ts';
import type { Lora } from '../weights/lora.ts';
import type { AdaptedPart } from '../weights/lora-targets.ts';
import type { ModelFolder, ModelPart } from '../weights/model-folder.ts';
import type { TensorEntry } from '../weights/tensor-index.ts';
import { decoderActivationBytes, encoderActivationBytes, leastPiece } from './autoencoder-memory.ts';
import { latentSpaceOf } from './image-codec.ts';
import { CALIBRATION_SIDE } from './linear-preview.ts';
import { type MemoryNeeds, type MemoryPlan, type PartNeeds, planMemory } from './memory-plan.ts';
import type { PictureSize } from './unet-session.ts';

/** The constants are fitted to measurements that docs/operations.md, "Memory", has. */
const BYTES_PER_FLOAT = 4;
/** Node with its TypeScript loader, the engine's thread, onnxruntime and its code. */
export const PROCESS_MEMORY = 190e6;
/** Of the single-precision copy that weights in half precision pass through, the allocator keeps this much ... */
const KEPT_OF_COPY = 0.33;
/** ... and all of what lies in small pieces, up to so much. */
const KEPT_IN_PIECES = 60e6;
/** Copies of weights in half precision while they are made: most of two. */
const COPIES_WHILE_CONVERTING = 1.85;
/** Weights used as they lie: the largest tensor, converted, and as large ones that wait or were cut out for it. */
const CONVERTED_AT_ONCE = 4;
/** Floats alive at once in the U-Net, per latent pixel, row and channel of the first level. */
const FLOATS_PER_LATENT_AND_CHANNEL = 22;
/** The same where weights are used as they lie: convolutions then unfold their input. */
const FLOATS_WITH_MAPPED_WEIGHTS = 30;

/** What of a story decides how much memory its drawing takes. */
export interface Workload {
  readonly size: PictureSize;
  readonly panels: number;
  /** whether there is guidance, which makes two rows of each panel in place of one; yes unless told */
  readonly guided?: boolean;
  /** whether queries are blended, which doubles the rows for some steps; yes unless told */
  readonly twins?: boolean;
}

export interface PlanOptions {
  /** bytes; any by default */
  readonly limit?: number;
  readonly loras?: readonly Lora[];
  /** whether the provider can use weights as they lie (the CPU can) */
  readonly canMap?: boolean;
}

/** About how many bytes a story takes while it is drawn, the process that draws it included, where nothing is spared. */
export function estimateMemory(
  model: ModelFolder,
  size: PictureSize,
  panels: number,
  loras: readonly Lora[] = [],
): number {
  return planFor(model, { size, panels }, { loras }).needed;
}

/**
 * How the model is to be kept in memory for a story: the fastest way that fits.
 * @returns a plan whose `needed` is above the limit, if none fits
 */
export function planFor(
  model: ModelFolder,
  workload: Workload,
  { limit = Number.POSITIVE_INFINITY, loras = [], canMap = true }: PlanOptions = {},
): MemoryPlan {
  const vaeWhileSampling = isTiny(model.vae);
  return planMemory(memoryNeeds(model, workload, loras), { limit, canMap, vaeWhileSampling });
}

/** What each part of a model takes for a story. */
export function memoryNeeds(model: ModelFolder, workload: Workload, loras: readonly Lora[] = []): MemoryNeeds {
  const { size } = workload;
  const encoders = [model.textEncoder, ...(model.textEncoder2 ? [model.textEncoder2] : [])];
  const whole = decoderActivationBytes(model.vae, size);
  const previews = previewBytes(model, size);
  const tiled = decoderActivationBytes(model.vae, leastPiece(model.vae, size));
  return {
    base: PROCESS_MEMORY,
    text: { ...weightsOf(encoders, loras), activations: 0, mappedActivations: 0 },
    unet: {
      ...weightsOf([model.unet], loras),
      activations: samplingBytes(model, workload, FLOATS_PER_LATENT_AND_CHANNEL) + previews,
      mappedActivations: samplingBytes(model, workload, FLOATS_WITH_MAPPED_WEIGHTS) + previews,
    },
    vae: { ...weightsOf([model.vae], []), activations: whole, mappedActivations: whole },
    leastVaeActivations: isTiny(model.vae) ? whole : tiled,
  };
}

type WeightNeeds = Pick<PartNeeds, 'copied' | 'copying' | 'mapped'>;

function weightsOf(parts: readonly ModelPart[], loras: readonly Lora[]): WeightNeeds {
  const named = parts.flatMap(({ weights }) => [...weights]);
  const tensors = [
    ...named.map(([, entry]) => entry),
    ...parts.flatMap(({ name }) => loras.flatMap((lora) => matricesOf(lora, name as AdaptedPart))),
  ];
  const float32 = BYTES_PER_FLOAT * elementsOf(tensors.filter(({ type }) => type === 'float32'));
  const others = tensors.filter(({ type }) => type !== 'float32');
  const converted = BYTES_PER_FLOAT * elementsOf(others);
  // of an embedding table only the rows that are looked up are converted
  const layers = named.filter(([name]) => !name.includes('_embedding.'));
  const largest = layers.reduce((most, [, { shape }]) => Math.max(most, elementCount(shape)), 0);
  return {
    copied: float32 + converted + Math.min(converted, KEPT_IN_PIECES + KEPT_OF_COPY * converted),
    copying: float32 + COPIES_WHILE_CONVERTING * converted,
    mapped: tensors.reduce((sum, { length }) => sum + length, 0) + CONVERTED_AT_ONCE * BYTES_PER_FLOAT * largest,
  };
}

function samplingBytes(
  model: ModelFolder,
  { size, panels, guided = true, twins = true }: Workload,
  floats: number,
): number {
  const rows = panels * (guided ? 2 : 1) * (twins ? 2 : 1);
  const channels = parseUNetConfig(model.unet.config).levels[0]?.channels ?? 0;
  const { downscale } = latentSpaceOf(model.vae);
  const latents = (size.width * size.height) / downscale ** 2;
  return rows * latents * channels * floats * BYTES_PER_FLOAT;
}

/** What previews take beside the U-Net (latent-preview.ts); a tiny autoencoder makes them itself. */
function previewBytes({ vae, preview }: ModelFolder, size: PictureSize): number {
  if (isTiny(vae)) return 0;
  if (preview) return decoderActivationBytes(preview, size) + weightsOf([preview], []).copied;
  const side = CALIBRATION_SIDE * latentSpaceOf(vae).downscale;
  return encoderActivationBytes(vae, { width: side, height: side }) + weightsOf([vae], []).copied / 2;
}

function matricesOf({ updates }: Lora, part: AdaptedPart): TensorEntry[] {
  return [...(updates[part]?.values() ?? [])].flatMap(({ down, up }) => [down, up]);
}

const isTiny = ({ className }: ModelPart): boolean => className === 'AutoencoderTiny';

const elementsOf = (tensors: readonly TensorEntry[]): number =>
  tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);
