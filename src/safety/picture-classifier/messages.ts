import type { ClassifierCard } from './classifier-card.ts';

/** What the classifier's thread is told once. */
export interface ClassifierSetup {
  readonly modelFile: string;
  readonly card: ClassifierCard;
  /** 0: all cores */
  readonly threads: number;
}

export interface ClassifierQuestion {
  readonly id: number;
  /** size * size * 3, rows from the top, RGB */
  readonly rgb: Uint8Array;
}

export type ClassifierAnswer =
  | { readonly id: number; readonly probabilities: readonly number[] }
  | { readonly id: number; readonly error: string };
