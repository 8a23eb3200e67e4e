import { type MeanInterval, meanInterval } from './bootstrap.ts';
import type { PanelPair } from './measures/measure-drawing.ts';
import type { Cell } from './run-evaluation.ts';

/** Pairs of panels whose layouts are about equally far apart. */
export interface PoseBin {
  /** displacement, sides of the picture */
  readonly from: number;
  readonly to: number;
  readonly byVariant: Readonly<Record<string, PoseAgreement>>;
}

export interface PoseAgreement {
  readonly pairs: number;
  readonly colours: MeanInterval | undefined;
  readonly partColours: MeanInterval | undefined;
}

/**
 * Agreement of panel pairs by how far their layouts are apart. The borders part the pairs of all variants together into
 * bins of equal counts, so that variants are compared at equal distances.
 */
export function poseBins(cells: readonly Cell[], count: number): PoseBin[] {
  const pairs = cells.flatMap(({ variant, pairs: found }) =>
    found.flatMap((pair) => (pair.displacement === null ? [] : [{ ...pair, variant, apart: pair.displacement }])),
  );
  const sorted = pairs.map(({ apart }) => apart).sort((a, b) => a - b);
  if (sorted.length < count) return [];
  const borders = Array.from({ length: count + 1 }, (_, i) =>
    i === count ? Number.POSITIVE_INFINITY : (sorted[Math.floor((i * sorted.length) / count)] as number),
  );
  const variants = [...new Set(cells.map((cell) => cell.variant))];
  return borders.slice(0, -1).map((from, i) => {
    const within = pairs.filter(({ apart }) => apart >= from && apart < (borders[i + 1] as number));
    const agreementOf = (variant: string) => agreement(within.filter((pair) => pair.variant === variant));
    return {
      from,
      to: Math.max(...within.map(({ apart }) => apart)),
      byVariant: Object.fromEntries(variants.map((variant) => [variant, agreementOf(variant)])),
    };
  });
}

function agreement(pairs: readonly PanelPair[]): PoseAgreement {
  const known = (values: readonly (number | null)[]) => values.filter((value) => value !== null);
  return {
    pairs: pairs.length,
    colours: meanInterval(known(pairs.map((pair) => pair.colours))),
    partColours: meanInterval(known(pairs.map((pair) => pair.partColours))),
  };
}
