import { type DrawingMemory, planFor } from '../engine/pipeline/memory-estimate.ts';
import { UserError } from '../errors/user-error.ts';
import type { GuildSettings } from '../store/guild-settings.ts';
import { drawingFor, type StudioLimits } from './desk.ts';
import { assertDrawable } from './drawable.ts';
import type { LoraShelf } from './loras.ts';
import type { ModelShelf, ShelvedModel, StudioModel } from './models.ts';

/** What is told of a model where one is chosen. */
export interface OfferedModel {
  readonly name: string;
  /** why it can't be chosen */
  readonly problem: UserError | undefined;
  readonly facts: ModelFacts | undefined;
}

export interface ModelFacts {
  /** undefined: one of its own kind */
  readonly family: string | undefined;
  /** pixels */
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  /** bytes that a story of four panels takes here, about: of the machine's memory, or of the GPU's if that is more */
  readonly memory: number;
  /** what whoever runs the bot has named first */
  readonly isDefault: boolean;
}

export type Defaults = StudioLimits & Readonly<Partial<Record<'model' | 'steps' | 'guidance', string | number>>>;

/** What a server can choose among, as it is now. */
export interface Offers {
  readonly limits: StudioLimits;
  /** The default first, then those that can be chosen. */
  models(): readonly OfferedModel[];
  /** What holds where a server has set nothing; only limits while its model can't be used. */
  defaults(settings: GuildSettings): Defaults;
  /** Names of the LoRAs for the server's model; none while that can't be used. */
  loras(settings: GuildSettings): readonly string[];
  /**
   * Refuses settings that no story could be drawn with.
   * @throws UserError `model-unknown`, `model-unusable`, `sampler-unsuited`, `memory-limit`
   */
  assertDrawable(settings: GuildSettings): void;
}

export interface OffersOptions {
  readonly models: ModelShelf;
  readonly loras: LoraShelf;
  readonly limits: StudioLimits;
  readonly memory: DrawingMemory;
}

/** What is no model at all needn't be offered: a VAE for previews lies in the folder of models too. */
const NO_MODEL = new Set(['model-folder', 'model-kind']);
/** What the size of a model is told by. */
const USUAL_PANELS = 4;
const LEAST_PANELS = 1;

/** By pipeline and the width of the text that the U-Net reads. */
const FAMILIES: Readonly<Record<string, string>> = {
  'StableDiffusionXLPipeline 2048': 'SDXL',
  'StableDiffusionPipeline 768': 'Stable Diffusion 1.x',
  'StableDiffusionPipeline 1024': 'Stable Diffusion 2.x',
};

export function openOffers({ models, loras, limits, memory }: OffersOptions): Offers {
  const assertChosen = (settings: GuildSettings) => {
    const model = models.get(settings.model);
    assertDrawable(model, drawingFor(model, settings, undefined), LEAST_PANELS, [], memory);
    return model;
  };

  const usable = (settings: GuildSettings): StudioModel | undefined => {
    try {
      return models.get(settings.model);
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  };

  /** Asked for at every letter that somebody types: what is known of a model's version is not found out again. */
  const known = new Map<string, OfferedModel>();
  const offer = ({ name, model }: ShelvedModel, isDefault: boolean): OfferedModel => {
    const key = model instanceof UserError ? undefined : `${name}\n${isDefault}\n${model.version}`;
    const offered = (key !== undefined && known.get(key)) || lookAt(name, isDefault);
    if (key !== undefined) known.set(key, offered);
    return offered;
  };

  const lookAt = (name: string, isDefault: boolean): OfferedModel => {
    const problem = problemOf(() => assertChosen({ model: name }));
    const facts = problem ? undefined : factsOf(models.get(name), isDefault, memory);
    return { name, problem, facts };
  };

  return {
    limits,
    models() {
      const all = models
        .list()
        .filter(({ model }) => !(model instanceof UserError && NO_MODEL.has(model.code)))
        .map((shelved, i) => offer(shelved, i === 0));
      return all.toSorted((a, b) => Number(a.problem !== undefined) - Number(b.problem !== undefined));
    },
    defaults(settings) {
      const [model] = models.list();
      const card = usable(settings)?.card;
      const own = card && { steps: card.steps, guidance: card.guidance };
      return { ...limits, ...(model && { model: model.name }), ...own };
    },
    loras(settings) {
      const model = usable(settings);
      return model ? loras.fitting(model) : [];
    },
    assertDrawable: (settings) => void assertChosen(settings),
  };
}

function factsOf({ opened, card }: StudioModel, isDefault: boolean, available: DrawingMemory): ModelFacts {
  const { width, height, steps } = card;
  const family = FAMILIES[`${opened.pipeline} ${opened.unet.config.cross_attention_dim}`];
  const { needed, onDevice } = planFor(opened, { size: { width, height }, panels: USUAL_PANELS }, available);
  return { family, width, height, steps, memory: Math.max(needed, onDevice), isDefault };
}

function problemOf(work: () => unknown): UserError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
