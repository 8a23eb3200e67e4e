import { int64Tensor, type TensorOf } from '../runtime/tensor-value.ts';
import type { MaskTracker } from './mask-tracker.ts';
import type { RowLayout } from './row-layout.ts';
import type { StagePanel } from './stage.ts';
import type { Grid } from './subject-mask.ts';
import type { MaskOf, OwnersOf } from './token-bank.ts';
import { MOST_OWNERS, tokenOwners } from './token-owners.ts';
import type { Conditioning, PicturePart } from './unet-rows.ts';

/** By concept: what a panel says of it alone. */
export type OwnPrompts = Readonly<Record<string, Conditioning>>;

/** The parts of a panel that hear a prompt of their own; before the first step none is known. */
export function pictureParts(masks: MaskTracker, prompts: OwnPrompts): PicturePart[] {
  return Object.entries(prompts)
    .map(([concept, text]) => ({ mask: masks.mask(concept), text }))
    .filter(({ mask }) => mask.includes(1));
}

/** Whose tokens are whose, for shared attention in which everybody looks at their own. */
export interface SharedOwners {
  readonly shown: OwnersOf;
  /** int64 [B, S]: whose the rows' own tokens are; nobody's in vanilla twins */
  viewers(layout: RowLayout, level: Grid): TensorOf<'int64'>;
}

/**
 * A panel counts its characters in its own order. With one character there is nobody to tell it from.
 * @param maskOf of drawn and remembered panels, over `maskGrid`
 */
export function ownersIn(panels: readonly StagePanel[], maskOf: MaskOf, maskGrid: Grid): SharedOwners {
  const isCompany = (panel: number) => (panels[panel]?.concepts.length ?? 0) > 1;
  const ownersOf = (viewer: number, source: number, concepts: readonly string[], level: Grid) => {
    const counted = (panels[viewer] as StagePanel).concepts.slice(0, MOST_OWNERS);
    const nothing = new Uint8Array(maskGrid.height * maskGrid.width);
    const masks = counted.map((concept) => (concepts.includes(concept) ? maskOf(source, [concept]) : nothing));
    return tokenOwners(masks, maskGrid, level);
  };
  return {
    shown: ({ viewer, source, concepts }, level) =>
      isCompany(viewer) ? ownersOf(viewer, source, concepts, level) : undefined,
    viewers: (layout, level) => {
      const tokens = level.height * level.width;
      const owners = new Uint8Array(layout.rows * tokens);
      panels.forEach(({ concepts }, panel) => {
        if (!isCompany(panel)) return;
        const own = ownersOf(panel, panel, concepts, level);
        for (const half of layout.halves) owners.set(own, half.row(panel) * tokens);
      });
      return int64Tensor(owners, [layout.rows, tokens]);
    },
  };
}
