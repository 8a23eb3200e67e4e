import { type ChartBlock, prose, type Section } from '../blocks.ts';

/** What the page needs of `npm run bench`'s JSON file. */
export interface SpeedResults {
  readonly charts?: readonly ChartBlock[];
}

/** Speed and memory as `npm run bench` tells them. */
export function speedSection(markdown: string, results: SpeedResults | undefined): Section {
  return { id: 'speed', title: 'Speed and memory', blocks: [...(results?.charts ?? []), prose(markdown)] };
}
