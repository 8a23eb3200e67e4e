/** Bytes of the machine's memory, the process without a model left out, and of a GPU's own. */
export interface Memory {
  readonly host: number;
  readonly device: number;
}

/** A model in memory. */
export interface HeldModel {
  /** what it was loaded for; equal keys need no loading */
  readonly key: string;
  needed: Memory;
  readonly pipeline: { release(): Promise<void> };
}

/**
 * The models that stay in memory after their stories, the next of which may be for any of them. Two are never there at
 * once unless they fit.
 */
export class LoadedModels<Model extends HeldModel> {
  /** for all of them */
  private readonly limit: Memory;
  /** in the order in which they were last used */
  private models: Model[] = [];

  constructor(limit: Memory) {
    this.limit = limit;
  }

  find(applies: (model: Model) => boolean): Model | undefined {
    return this.models.find(applies);
  }

  /**
   * A model for work that takes so much. Others are released, those that were not used the longest first, until
   * both fit.
   * @param load is called when there is room, if no model has this key
   */
  async use(key: string, needed: Memory, load: () => Promise<Model>): Promise<Model> {
    const known = this.models.find((model) => model.key === key);
    const others = this.models.filter((model) => model !== known);
    const wanted = { host: 0, device: 0 };
    for (const place of PLACES) wanted[place] = Math.max(needed[place], known?.needed[place] ?? 0);
    const fits = () => PLACES.every((place) => wanted[place] + sum(others, place) <= this.limit[place]);
    while (others.length > 0 && !fits()) await this.release(others.shift() as Model);
    const model = known ?? (await load());
    model.needed = wanted;
    this.models = [...others, model];
    return model;
  }

  async release(model: Model): Promise<void> {
    this.models = this.models.filter((other) => other !== model);
    await model.pipeline.release();
  }

  async releaseAll(): Promise<void> {
    for (const model of [...this.models]) await this.release(model);
  }
}

const PLACES = ['host', 'device'] as const;

const sum = (models: readonly HeldModel[], place: keyof Memory): number =>
  models.reduce((total, { needed }) => total + needed[place], 0);
