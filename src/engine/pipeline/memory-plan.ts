/**
 * How a model is kept in memory. A pure choice from numbers: what takes how much is memory-estimate.ts, what loads and
 * releases accordingly is load-pipeline.ts. All numbers are bytes.
 */

/** What a model is made of here: its text encoders, its U-Net (with what samples and previews), its autoencoder. */
export type MemoryPart = 'text' | 'unet' | 'vae';

export interface PartNeeds {
  /** weights in copies that kernels prefer, once they are made */
  readonly copied: number;
  /** the same while they are made */
  readonly copying: number;
  /** weights used as they lie in the file (OnnxSessionOptions.mapWeights), with what is converted at a time */
  readonly mapped: number;
  /** of its largest run; stays taken until the part is released */
  readonly activations: number;
  /** the same where weights are used as they lie, for which kernels take more */
  readonly mappedActivations: number;
}

export interface MemoryNeeds {
  /** the process without a model */
  readonly base: number;
  readonly text: PartNeeds;
  readonly unet: PartNeeds;
  readonly vae: PartNeeds;
  /** of the autoencoder, if it takes a picture in its smallest tiles; equal to its activations where it has none */
  readonly leastVaeActivations: number;
}

export interface MemoryPlan {
  /** Parts in memory at the same time. A part is loaded when it is first needed, and released for one of another stage. */
  readonly stages: readonly (readonly MemoryPart[])[];
  /** the parts whose weights are used as they lie in the file */
  readonly mapped: readonly MemoryPart[];
  /** what the autoencoder's work may take; infinite where a whole picture fits */
  readonly autoencoderMemory: number;
  /** the most that all this takes at once of the machine's memory */
  readonly needed: number;
  /** the same of a GPU's own memory; 0 where none is used */
  readonly onDevice: number;
}

type Arrangement = Pick<MemoryPlan, 'stages' | 'mapped'>;

const TOGETHER = [['text', 'unet', 'vae']] as const;
/** What is fastest, whatever it takes. */
export const EVERYTHING_AT_ONCE: MemoryPlan = {
  stages: TOGETHER,
  mapped: [],
  autoencoderMemory: Number.POSITIVE_INFINITY,
  needed: 0,
  onDevice: 0,
};
/** Prompts are read before anything is sampled, and their embeddings are small. */
const TEXT_FIRST = [['text'], ['unet', 'vae']] as const;
const ALL_APART = [['text'], ['unet'], ['vae']] as const;

/**
 * Fastest first: copies make every step of a story 5 to 15 % faster, loading a part again costs once per story. Where
 * text encoders are loaded for each story, they are used as they lie: that loads at once, and they run once.
 */
const ARRANGEMENTS: readonly Arrangement[] = [
  { stages: TOGETHER, mapped: [] },
  { stages: TEXT_FIRST, mapped: ['text'] },
  { stages: ALL_APART, mapped: ['text'] },
  { stages: TOGETHER, mapped: ['text', 'unet'] },
  { stages: TEXT_FIRST, mapped: ['text', 'unet'] },
  { stages: ALL_APART, mapped: ['text', 'unet'] },
];

export interface PlanLimits {
  /** bytes that everything may take */
  readonly limit: number;
  /** whether the provider can use weights as they lie */
  readonly canMap: boolean;
  /** whether the autoencoder is needed while the U-Net samples (tiny ones make the previews) */
  readonly vaeWhileSampling: boolean;
  /** a GPU's own memory, where the parts lie and work; the other needs are of what loading them takes beside it then */
  readonly device?: { readonly needs: MemoryNeeds; readonly limit: number } | undefined;
}

/**
 * The fastest way that fits: with the autoencoder taking whole pictures if any way does, in tiles otherwise.
 * @returns what needs least, if nothing fits: `needed` or `onDevice` is above its limit then
 */
export function planMemory(needs: MemoryNeeds, limits: PlanLimits): MemoryPlan {
  const { device } = limits;
  const possible = ARRANGEMENTS.filter(
    ({ stages, mapped }) =>
      (limits.canMap || mapped.length === 0 || stages !== TOGETHER) &&
      !(limits.vaeWhileSampling && stages === ALL_APART),
  ).map(({ stages, mapped }) => ({ stages, mapped: limits.canMap ? mapped : [] }));
  const fits = ({ needed, onDevice }: MemoryPlan) => needed <= limits.limit && (!device || onDevice <= device.limit);

  const whole = possible.map((each) => ({
    ...each,
    autoencoderMemory: Number.POSITIVE_INFINITY,
    needed: neededBy(needs, each),
    onDevice: device ? neededBy(device.needs, each) : 0,
  }));
  const fitting = whole.find(fits);
  if (fitting) return fitting;
  // the autoencoder works where its weights are
  const workplace = device ?? { needs, limit: limits.limit };
  const tiled = possible.map((each) => ({
    ...each,
    autoencoderMemory: leftForAutoencoder(workplace.needs, each, workplace.limit),
    needed: neededBy(inTiles(needs), each),
    onDevice: device ? neededBy(inTiles(device.needs), each) : 0,
  }));
  return tiled.find(fits) ?? least(tiled);
}

/** The most that an arrangement takes at once. */
function neededBy(needs: MemoryNeeds, { stages, mapped }: Arrangement): number {
  const weights = (part: MemoryPart) => (mapped.includes(part) ? needs[part].mapped : needs[part].copied);
  const loading = (part: MemoryPart) => (mapped.includes(part) ? needs[part].mapped : needs[part].copying);
  const activations = (part: MemoryPart) =>
    mapped.includes(part) ? needs[part].mappedActivations : needs[part].activations;
  const peaks = stages.map((parts) => {
    const held = sum(parts.map(weights));
    const working = held + sum(parts.map(activations));
    return Math.max(working, ...parts.map((part) => held - weights(part) + loading(part)));
  });
  return needs.base + Math.max(...peaks);
}

const withAutoencoderTaking = (needs: MemoryNeeds, activations: number): MemoryNeeds => ({
  ...needs,
  vae: { ...needs.vae, activations },
});

const inTiles = (needs: MemoryNeeds): MemoryNeeds => withAutoencoderTaking(needs, needs.leastVaeActivations);

/** What of the limit is left for the autoencoder's work, and no less than its smallest tiles take. */
function leftForAutoencoder(needs: MemoryNeeds, arrangement: Arrangement, limit: number): number {
  const stage = arrangement.stages.find((parts) => parts.includes('vae')) as readonly MemoryPart[];
  const others = neededBy(withAutoencoderTaking(needs, 0), { ...arrangement, stages: [stage] });
  return Math.max(needs.leastVaeActivations, limit - others);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

const least = (plans: readonly MemoryPlan[]): MemoryPlan => {
  const total = ({ needed, onDevice }: MemoryPlan) => needed + onDevice;
  return plans.reduce((best, plan) => (total(plan) < total(best) ? plan : best));
};
