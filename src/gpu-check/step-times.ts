import { PLAIN_SETTINGS } from '../engine/consistory/settings.ts';
import type { ConsistoryFeeds, ConsistoryUnet, UnetRow } from '../engine/consistory/unet-rows.ts';
import { drawStory } from '../engine/draw-story.ts';
import { loadPipeline } from '../engine/pipeline/load-pipeline.ts';
import { openModelFolder } from '../engine/weights/model-folder.ts';
import { type Bench, providersOf } from './check.ts';
import { POCKET } from './oracle-fixtures.ts';
import { ORACLE_STORY } from './oracle-story.ts';

/** Milliseconds of one step of the U-Net, the middle one of those taken. */
export interface StepTimes {
  /** nothing shared */
  readonly plain: number;
  /** with the bank of shared tokens */
  readonly shared: number;
}

/** What is timed, in words. */
export const TIMED = 'three panels of 128 x 128 with guidance, the pocket model';
const SIZE = { width: 128, height: 128 } as const;

/** Times the steps of a short story, drawn once before for what is made at first use (kernels, caches). */
export async function timeSteps({ provider, compute, threads }: Bench): Promise<StepTimes> {
  const options = { providers: providersOf(provider), threads, compute, size: SIZE };
  const pipeline = await loadPipeline(openModelFolder(POCKET), options);
  try {
    const times: { plain: number[]; shared: number[] } = { plain: [], shared: [] };
    const timed = { ...pipeline, unet: timedUnet(pipeline.unet, times) };
    const queryBlending = undefined; // twins are a few steps' only, and another number of rows
    const stories = [PLAIN_SETTINGS, { ...ORACLE_STORY.settings, queryBlending }];
    for (const settings of stories) await drawStory(timed, { ...ORACLE_STORY, settings });
    times.plain.length = 0;
    times.shared.length = 0;
    for (const settings of stories) await drawStory(timed, { ...ORACLE_STORY, settings });
    return { plain: middle(times.plain), shared: middle(times.shared) };
  } finally {
    await pipeline.release();
  }
}

function timedUnet(unet: ConsistoryUnet, times: { plain: number[]; shared: number[] }): ConsistoryUnet {
  const run = async (rows: readonly UnetRow[], consistory: ConsistoryFeeds = {}) => {
    const began = performance.now();
    const result = await unet.run(rows, consistory);
    const isShared = Object.entries(consistory).some(([name, { shape }]) => /^bank_index/.test(name) && shape[1] !== 0);
    (isShared ? times.shared : times.plain).push(performance.now() - began);
    return result;
  };
  return Object.create(unet, { run: { value: run } }) as ConsistoryUnet;
}

const middle = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] as number;
