import { isGuided } from '../consistory/row-layout.ts';
import type { ConsistencySettings } from '../consistory/settings.ts';
import { BYTES_PER_ELEMENT, type ComputeType } from '../graph/element-type.ts';
import { parseUNetConfig } from '../graph/unet/unet-config.ts';
import type { Provider } from '../runtime/onnx-session.ts';
import type { Lora } from '../weights/lora.ts';
import type { ModelFolder, ModelPart } from '../weights/model-folder.ts';
import { decoderActivationBytes, encoderActivationBytes, leastPiece } from './autoencoder-memory.ts';
import { computeTypeFor } from './compute-type.ts';
import { latentSpaceOf } from './image-codec.ts';
import { CALIBRATION_SIDE } from './linear-preview.ts';
import { type MemoryNeeds, type MemoryPlan, type PartNeeds, planMemory } from './memory-plan.ts';
import { residenceOf } from './residence.ts';
import type { PictureSize } from './unet-session.ts';
import { type WeightNeeds, weightsBesideDevice, weightsOnCpu, weightsOnDevice } from './weights-memory.ts';

/** The constants are fitted to measurements that docs/operations.md, "Memory", has. */
/** Node with its TypeScript loader, the engine's thread, onnxruntime and its code. */
export const PROCESS_MEMORY = 200e6;
/** Numbers alive at once in the U-Net, per latent pixel, row and channel of the first level. */
const NUMBERS_PER_LATENT_AND_CHANNEL = 22;
/** The same where weights are used as they lie: convolutions then unfold their input. */
const NUMBERS_WITH_MAPPED_WEIGHTS = 30;

/** What of a story decides how much memory its drawing takes. */
export interface Workload {
  readonly size: PictureSize;
  readonly panels: number;
  /** whether there is guidance, which makes two rows of each panel in place of one; yes unless told */
  readonly guided?: boolean;
  /** whether queries are blended, which for some steps makes two rows of each panel without guidance too; yes unless told */
  readonly twins?: boolean;
}

/** What takes rows of the U-Net beside the number of panels. */
export interface RowSettings {
  readonly guidance: number;
  readonly settings: Pick<ConsistencySettings, 'queryBlending'>;
}

/** Which rows each panel has, for a Workload. */
export const rowsOfPanels = ({ guidance, settings }: RowSettings) => ({
  guided: isGuided(guidance),
  twins: settings.queryBlending !== undefined,
});

/** What there is to draw with. */
export interface DrawingMemory {
  /** what computes, and where it has memory of its own, keeps the model; the CPU unless told */
  readonly provider?: Provider;
  /** bytes of the machine's memory; any by default */
  readonly limit?: number;
  /** bytes of a GPU's own memory; any by default */
  readonly deviceLimit?: number;
}

export interface PlanOptions extends DrawingMemory {
  readonly loras?: readonly Lora[];
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
 * @returns a plan whose `needed` or `onDevice` is above its limit, if none fits
 */
export function planFor(model: ModelFolder, workload: Workload, options: PlanOptions = {}): MemoryPlan {
  const { provider = 'cpu', limit = Number.POSITIVE_INFINITY, deviceLimit = Number.POSITIVE_INFINITY, loras } = options;
  const residence = residenceOf(provider);
  const vaeWhileSampling = isTiny(model.vae);
  if (residence === 'host') {
    return planMemory(memoryNeeds(model, workload, loras), { limit, canMap: true, vaeWhileSampling });
  }
  const { onDevice, beside } = deviceNeeds(model, workload, computeTypeFor([provider], model.unet), loras);
  const limits = { limit, canMap: false, vaeWhileSampling };
  return residence === 'device'
    ? planMemory(beside, { ...limits, device: { needs: onDevice, limit: deviceLimit } })
    : planMemory(inOneMemory(onDevice, beside), limits);
}

/** What each part of a model takes for a story on the CPU. */
export function memoryNeeds(model: ModelFolder, workload: Workload, loras: readonly Lora[] = []): MemoryNeeds {
  const weights = (parts: readonly ModelPart[]) => weightsOnCpu(parts, loras);
  return needsIn({ base: PROCESS_MEMORY, weights, works: true }, model, workload, 'float32');
}

/** The same on a GPU: what of its memory, and what of the machine's beside it. */
export function deviceNeeds(
  model: ModelFolder,
  workload: Workload,
  compute: ComputeType,
  loras: readonly Lora[] = [],
): { readonly onDevice: MemoryNeeds; readonly beside: MemoryNeeds } {
  const needs = (base: number, works: boolean, weigh: typeof weightsOnDevice) =>
    needsIn({ base, works, weights: (parts, type) => weigh(parts, loras, type) }, model, workload, compute);
  return { onDevice: needs(0, true, weightsOnDevice), beside: needs(PROCESS_MEMORY, false, weightsBesideDevice) };
}

/** A memory, as far as a model is in it. */
interface Place {
  readonly base: number;
  /** whether what parts make while they run is here */
  readonly works: boolean;
  weights(parts: readonly ModelPart[], compute: ComputeType): WeightNeeds;
}

/** @param compute of the U-Net; the others are in float32 (model-graphs.ts) */
function needsIn({ base, weights, works }: Place, model: ModelFolder, workload: Workload, compute: ComputeType) {
  const { textEncoder, textEncoder2, unet, vae } = model;
  const { size } = workload;
  const part = (needs: WeightNeeds, activations: number, mappedActivations = activations): PartNeeds =>
    works ? { ...needs, activations, mappedActivations } : { ...needs, activations: 0, mappedActivations: 0 };
  const sampling = samplingNumbers(model, workload) * BYTES_PER_ELEMENT[compute];
  const previews = previewBytes(model, size, (each) => weights([each], 'float32').copied);
  const whole = decoderActivationBytes(vae, size);
  const least = isTiny(vae) ? whole : decoderActivationBytes(vae, leastPiece(vae, size));
  return {
    base,
    text: part(weights([textEncoder, ...(textEncoder2 ? [textEncoder2] : [])], 'float32'), 0),
    unet: part(
      weights([unet], compute),
      sampling * NUMBERS_PER_LATENT_AND_CHANNEL + previews,
      sampling * NUMBERS_WITH_MAPPED_WEIGHTS + previews,
    ),
    vae: part(weights([vae], 'float32'), whole),
    leastVaeActivations: works ? least : 0,
  };
}

/** For a GPU that shares the machine's memory. */
function inOneMemory(one: MemoryNeeds, other: MemoryNeeds): MemoryNeeds {
  const add = <T extends Readonly<Record<keyof T, number>>>(a: T, b: T): T => {
    const names = Object.keys(a) as (keyof T)[];
    return Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as unknown as T;
  };
  return {
    base: one.base + other.base,
    text: add(one.text, other.text),
    unet: add(one.unet, other.unet),
    vae: add(one.vae, other.vae),
    leastVaeActivations: one.leastVaeActivations + other.leastVaeActivations,
  };
}

/** How many latents of the first level there are at once, in all rows and channels. */
function samplingNumbers(model: ModelFolder, { size, panels, guided = true, twins = true }: Workload): number {
  // of one run: while there are twins, halves of the batch run apart (row-layout.ts)
  const rows = panels * (guided || twins ? 2 : 1);
  const channels = parseUNetConfig(model.unet.config).levels[0]?.channels ?? 0;
  const { downscale } = latentSpaceOf(model.vae);
  const latents = (size.width * size.height) / downscale ** 2;
  return rows * latents * channels;
}

/** What previews take beside the U-Net (latent-preview.ts); a tiny autoencoder makes them itself. */
function previewBytes({ vae, preview }: ModelFolder, size: PictureSize, weights: (part: ModelPart) => number): number {
  if (isTiny(vae)) return 0;
  if (preview) return decoderActivationBytes(preview, size) + weights(preview);
  const side = CALIBRATION_SIDE * latentSpaceOf(vae).downscale;
  return encoderActivationBytes(vae, { width: side, height: side }) + weights(vae) / 2;
}

const isTiny = ({ className }: ModelPart): boolean => className === 'AutoencoderTiny';
