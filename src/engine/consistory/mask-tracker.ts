import { type Apart, apartMasks } from './apart-masks.ts';
import { type Mask, subjectMask, unionMasks } from './subject-mask.ts';

/** A concept's attention columns in the maps that the U-Net gives for a panel: one list of map rows per word. */
export type ConceptRows = Readonly<Record<string, readonly (readonly number[])[]>>;

/**
 * The subject masks of one panel while it is drawn: the attention maps of the last steps, and the masks that their
 * mean gives. Before the first step there is no mask, and nothing is shared.
 */
export class MaskTracker {
  private readonly history: readonly Float32Array[];
  private readonly rows: ConceptRows;
  private readonly tokens: number;
  private readonly window: number;
  private readonly apart: Apart | undefined;
  /** a tracker never changes, so a mask is found once, however many layers and viewers ask for it */
  private readonly found = new Map<string, Mask>();

  /**
   * @param tokens S, tokens at the mask resolution
   * @param window steps to average over
   * @param apart masks of several concepts exclude each other; undefined: they may overlap, as in the paper
   */
  constructor(rows: ConceptRows, tokens: number, window: number, apart?: Apart, history: readonly Float32Array[] = []) {
    this.rows = rows;
    this.tokens = tokens;
    this.window = window;
    this.apart = apart;
    this.history = history;
  }

  /** @param maps [K, S] of one step; kept, so the caller must not write to it again */
  add(maps: Float32Array): MaskTracker {
    return new MaskTracker(
      this.rows,
      this.tokens,
      this.window,
      this.apart,
      [...this.history, maps].slice(-this.window),
    );
  }

  /** Mean attention of each word of a concept over the last steps. */
  wordMaps(concept: string): Float32Array[] {
    return this.meanMaps(concept, this.history);
  }

  /** The same of each of the last steps by itself, the oldest first: [step][word]. */
  wordMapsByStep(concept: string): Float32Array[][] {
    return this.history.map((maps) => this.meanMaps(concept, [maps]));
  }

  private meanMaps(concept: string, steps: readonly Float32Array[]): Float32Array[] {
    return (this.rows[concept] ?? []).map((tokens) => {
      const mean = new Float32Array(this.tokens);
      for (const maps of steps) {
        for (const row of tokens) {
          for (let s = 0; s < this.tokens; s++) mean[s] = (mean[s] as number) + (maps[row * this.tokens + s] as number);
        }
      }
      const count = Math.max(1, steps.length * tokens.length);
      return mean.map((sum) => sum / count);
    });
  }

  /** Where a concept is; empty before the first step. */
  mask(concept: string): Mask {
    if (this.found.size === 0) for (const [name, mask] of this.findMasks()) this.found.set(name, mask);
    return this.found.get(concept) ?? new Uint8Array(this.tokens);
  }

  /** Where each of the concepts is. */
  masks(concepts: readonly string[]): Record<string, Mask> {
    // fromEntries, so that a character called "__proto__" is one
    return Object.fromEntries(concepts.map((concept) => [concept, this.mask(concept)]));
  }

  private findMasks(): [concept: string, mask: Mask][] {
    if (this.history.length === 0) return [];
    const concepts = Object.keys(this.rows);
    const sighted = concepts.map((concept) => {
      const maps = this.wordMaps(concept);
      return { maps, mask: subjectMask(maps) };
    });
    const masks = this.apart && concepts.length > 1 ? apartMasks(sighted, this.apart) : sighted.map(({ mask }) => mask);
    return concepts.map((concept, i) => [concept, masks[i] as Mask]);
  }

  /** Where any of the concepts is. */
  union(concepts: readonly string[]): Mask {
    return unionMasks(
      concepts.map((concept) => this.mask(concept)),
      this.tokens,
    );
  }
}
