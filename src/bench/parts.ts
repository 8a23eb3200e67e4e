import type { Circumstances } from './circumstances.ts';
import type { MemoryResult } from './memory.ts';
import type { RaceResult } from './race.ts';
import type { ScalingResult } from './scaling.ts';
import type { SdxlResult } from './sdxl/sdxl.ts';
import type { StepsResult } from './steps.ts';

/** What `npm run bench` measures, in parts that can be measured one by one. */
export interface BenchParts {
  readonly race: RaceResult;
  readonly compiled: RaceResult;
  readonly memory: MemoryResult;
  readonly scaling: ScalingResult;
  readonly steps: StepsResult;
  readonly sdxl512: SdxlResult;
  readonly sdxl1024: SdxlResult;
}
export type PartName = keyof BenchParts;
export type SdxlPart = 'sdxl512' | 'sdxl1024';
/** side of the pictures, pixels */
export const SDXL_SIZES: Readonly<Record<SdxlPart, number>> = { sdxl512: 512, sdxl1024: 1024 };
/** those of a small model; compilation, which takes the longest, comes last */
export const SMALL_PARTS: readonly PartName[] = ['race', 'memory', 'steps', 'scaling', 'compiled'];

export interface Measured<T> {
  readonly circumstances: Circumstances;
  readonly result: T;
}

export type MeasuredParts = { readonly [Name in PartName]?: Measured<BenchParts[Name]> };
