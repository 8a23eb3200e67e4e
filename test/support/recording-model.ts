import type { MatchPatches } from '../../src/engine/consistory/correspondence.ts';
import type { ConsistoryFeeds, ConsistoryUnet, UnetRow } from '../../src/engine/consistory/unet-rows.ts';
import { NO_MEMORY, type Scheduler } from '../../src/engine/schedulers/scheduler.ts';

/** Tokens of the model below. */
export const SIZE = 4;
const GRID = { height: 2, width: 2 };

export interface Run {
  readonly rows: readonly UnetRow[];
  readonly feeds: ConsistoryFeeds;
}

/** What a sampling asked the model for. */
export interface Asked {
  readonly runs: Run[];
  readonly featureRuns: (readonly UnetRow[])[];
  /** lengths of the features of each call of the matcher */
  readonly matched: number[][];
}

/**
 * A U-Net that can be followed by hand: it predicts text + a share of the latents, sees every concept at token 0, and
 * lets what is injected show in the prediction.
 */
export const recordingUnet = ({ runs, featureRuns }: Asked): ConsistoryUnet => ({
  latentShape: [1, 2, 2],
  maskGrid: GRID,
  sharedLevels: [GRID],
  injectGrid: GRID,
  diftGrid: GRID,
  memoryLayers: [],
  run: async (rows, feeds = {}) => {
    runs.push({ rows, feeds });
    const injected = feeds.inject_rows_2?.data.length ?? 0;
    return {
      noise: rows.map(({ latents, text }) => latents.map((z) => 0.1 * z + (text.hidden[0] as number) + injected)),
      attention: rows.map(({ columns }) =>
        Float32Array.from({ length: columns.length * SIZE }, (_, i) => Number(i % SIZE === 0)),
      ),
      kept: {},
    };
  },
  features: async (rows) => {
    featureRuns.push(rows);
    return rows.map(({ latents }) => latents);
  },
});

/** One whose arithmetic can be followed by hand, too. */
export const simpleScheduler = (steps: number): Scheduler => ({
  timesteps: Array.from({ length: steps }, (_, i) => 1000 - 50 * i),
  initNoiseSigma: 2,
  scaleModelInput: (sample) => sample.map((z) => z / 2),
  step: (noise, _, sample) => ({
    sample: sample.map((z, i) => z - (noise[i] as number) / steps),
    predictedOriginal: sample,
    memory: NO_MEMORY,
  }),
  addNoise: (original, noise, timestep) => original.map((z, i) => z + (noise[i] as number) + timestep),
  foresee: (_, sample) => sample,
  stride: (noise, sample, from, to) => sample.map((z, i) => z + ((noise[i] as number) * (to - from)) / 1000),
});

/** Finds patch 0 nearest to everything. */
export const recordingMatcher =
  ({ matched }: Asked): MatchPatches =>
  async (features, pairs) => {
    matched.push(features.map((image) => image.length));
    return pairs.map((pair) => ({
      ...pair,
      nearest: new Int32Array(SIZE),
      similarity: new Float32Array(SIZE).fill(0.9),
    }));
  };
