import { UserError } from '../../errors/user-error.ts';
import type { LowRankUpdate } from '../weights/lora.ts';

/** The low-rank updates that one LoRA has for a part of a model, by module. */
export type LoraUpdates = ReadonlyMap<string, LowRankUpdate>;

/** The input, [1], that says how much of a LoRA is wanted; `lora` counts those that the graph was written with. */
export const loraWeightInput = (lora: number): string => `lora_weight_${lora}`;

const SHOWN_NAMES = 5;

/** The LoRAs that a graph is written with. It notes which of their updates the graph has asked for. */
export class GraphLoras {
  private readonly loras: readonly LoraUpdates[];
  private readonly used = new Set<string>();

  constructor(loras: readonly LoraUpdates[]) {
    this.loras = loras;
  }

  /** The updates of a module, each with the number of its LoRA. */
  of(module: string): readonly (LowRankUpdate & { readonly lora: number })[] {
    this.used.add(module);
    return this.loras.flatMap((updates, lora) => {
      const update = updates.get(module);
      return update ? [{ ...update, lora }] : [];
    });
  }

  /**
   * @param mayIgnore whether the graph has no use for a weight
   * @throws UserError `lora-unmatched` for updates that nobody asked for: the graph would draw without them
   */
  refuseUnused(mayIgnore: (tensor: string) => boolean = () => false): void {
    const unused = this.loras
      .flatMap((updates) => [...updates.keys()])
      .filter((module) => !this.used.has(module) && !mayIgnore(`${module}.weight`));
    if (unused.length === 0) return;
    throw new UserError('lora-unmatched', {
      expected: 'a LoRA of linear layers and convolutions',
      got: `updates of ${unused.slice(0, SHOWN_NAMES).join(', ')}${unused.length > SHOWN_NAMES ? ', …' : ''}`,
      todo: 'Use a LoRA without them.',
      modules: unused,
    });
  }
}
