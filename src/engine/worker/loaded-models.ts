/** A model in memory. */
export interface HeldModel {
  /** what it was loaded for; equal keys need no loading */
  readonly key: string;
  /** bytes that it takes at most, the process without it left out */
  needed: number;
  readonly pipeline: { release(): Promise<void> };
}

/**
 * The models that stay in memory after their stories, the next of which may be for any of them. Two are never there at
 * once unless they fit.
 */
export class LoadedModels<Model extends HeldModel> {
  /** bytes for all of them */
  private readonly limit: number;
  /** in the order in which they were last used */
  private models: Model[] = [];

  constructor(limit: number) {
    this.limit = limit;
  }

  find(applies: (model: Model) => boolean): Model | undefined {
    return this.models.find(applies);
  }

  /**
   * A model for work that takes so many bytes. Others are released, those that were not used the longest first, until
   * both fit.
   * @param load is called when there is room, if no model has this key
   */
  async use(key: string, needed: number, load: () => Promise<Model>): Promise<Model> {
    const known = this.models.find((model) => model.key === key);
    const others = this.models.filter((model) => model !== known);
    const wanted = Math.max(needed, known?.needed ?? 0);
    while (others.length > 0 && wanted + sum(others) > this.limit) await this.release(others.shift() as Model);
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

const sum = (models: readonly HeldModel[]): number => models.reduce((total, { needed }) => total + needed, 0);
