import { beforeEach, describe, expect, it } from 'vitest';
import { consistentSampling, type SamplingResult } from '../../../src/engine/consistory/consistent-sampling.ts';
import type { MatchPatches } from '../../../src/engine/consistory/correspondence.ts';
import { type ConsistencySettings, PAPER_SETTINGS, PLAIN_SETTINGS } from '../../../src/engine/consistory/settings.ts';
import { type StagePanel, sharingEdges } from '../../../src/engine/consistory/stage.ts';
import type { ConsistoryFeeds, ConsistoryUnet, UnetRow } from '../../../src/engine/consistory/unet-rows.ts';
import { normalNoise, randomStream } from '../../../src/engine/random/random-stream.ts';
import type { Scheduler } from '../../../src/engine/schedulers/scheduler.ts';

const STEPS = 20;
const GUIDANCE = 3;
const GRID = { height: 2, width: 2 };
const SIZE = 4;

interface Run {
  readonly rows: readonly UnetRow[];
  readonly feeds: ConsistoryFeeds;
}

let runs: Run[];
let featureRuns: (readonly UnetRow[])[];
let matched: number[][];

/**
 * A U-Net that can be followed by hand: it predicts text + a share of the latents, sees every concept at token 0, and
 * lets what is injected show in the prediction.
 */
const unet: ConsistoryUnet = {
  latentShape: [1, 2, 2],
  maskGrid: GRID,
  sharedLevels: [GRID],
  injectGrid: GRID,
  diftGrid: GRID,
  run: async (rows, feeds = {}) => {
    runs.push({ rows, feeds });
    const injected = feeds.inject_rows_2?.data.length ?? 0;
    return {
      noise: rows.map(({ latents, text }) => latents.map((z) => 0.1 * z + (text.hidden[0] as number) + injected)),
      attention: rows.map(({ columns }) =>
        Float32Array.from({ length: columns.length * SIZE }, (_, i) => Number(i % SIZE === 0)),
      ),
    };
  },
  features: async (rows) => {
    featureRuns.push(rows);
    return rows.map(({ latents }) => latents);
  },
};

const scheduler: Scheduler = {
  timesteps: Array.from({ length: STEPS }, (_, i) => 1000 - 50 * i),
  initNoiseSigma: 2,
  scaleModelInput: (sample) => sample.map((z) => z / 2),
  step: (noise, _, sample) => ({
    sample: sample.map((z, i) => z - (noise[i] as number) / STEPS),
    predictedOriginal: sample,
  }),
  addNoise: (original, noise, timestep) => original.map((z, i) => z + (noise[i] as number) + timestep),
  foresee: (_, sample) => sample,
};

const match: MatchPatches = async (features, pairs) => {
  matched.push(features.map((image) => image.length));
  return pairs.map((pair) => ({
    ...pair,
    nearest: new Int32Array(SIZE),
    similarity: new Float32Array(SIZE).fill(0.9),
  }));
};

const panels: StagePanel[] = [0, 1, 2].map((id) => ({ id, revision: 0, seed: 7n, concepts: ['fox'] }));
const text = (value: number) => ({ hidden: Float32Array.of(value), pooled: new Float32Array(0) });

async function sample(settings: ConsistencySettings, cast = panels, log: string[] = []): Promise<SamplingResult> {
  const edges = settings.sharedAttention || settings.featureInjection ? sharingEdges(cast, settings.anchors) : [];
  return consistentSampling(
    {
      unet,
      scheduler,
      settings,
      panels: cast,
      edges,
      prompts: cast.map(({ id }) => text(id + 1)),
      negatives: cast.map(() => text(-1)),
      columns: cast.map(() => [3]),
      guidance: GUIDANCE,
    },
    cast.map(() => ({ fox: [[0]] })),
    match,
    { progress: (phase, done, total) => void log.push(`${phase} ${done}/${total}`) },
  );
}

beforeEach(() => {
  [runs, featureRuns, matched] = [[], [], []];
});

const has = (kind: string) => (run: Run) =>
  Object.entries(run.feeds).some(([name, v]) => name.startsWith(kind) && v.data.length > 0);

describe("given the paper's settings and 20 steps", () => {
  it('then the first pass takes them all and the second those from where injection begins', async () => {
    const log: string[] = [];
    await sample(PAPER_SETTINGS, panels, log);
    expect(runs.length).toBe(STEPS + 18);
    expect(log.slice(0, 2)).toEqual(['sample 0/20', 'sample 1/20']);
    expect(log.slice(STEPS, STEPS + 4)).toEqual(['sample 20/20', 'match 0/1', 'match 1/1', 'inject 0/18']);
    expect(log.at(-1)).toBe('inject 18/18');
  });

  it('then only the second pass injects, in steps 2 to 6 of 20', async () => {
    await sample(PAPER_SETTINGS);
    const injecting = runs.map(has('inject_rows'));
    expect(injecting.indexOf(true)).toBe(STEPS);
    expect(injecting.filter(Boolean).length).toBe(5); // round(20 / 10) = 2 to round(20 / 3) = 7
    expect(injecting.slice(STEPS, STEPS + 5).every(Boolean)).toBe(true);
  });

  it('then the second pass shares in each step the very tokens that the first one shared in it', async () => {
    await sample(PAPER_SETTINGS);
    // this U-Net sees the subject at the same place whatever the latents
    for (let step = 2; step < STEPS; step++) {
      expect(runs[STEPS + step - 2]?.feeds.bank_index_2).toEqual(runs[step]?.feeds.bank_index_2);
      expect(runs[STEPS + step - 2]?.rows[0]?.timestep).toBe(scheduler.timesteps[step]);
    }
  });

  it("then the second pass starts from the first one's latents at that step", async () => {
    await sample(PAPER_SETTINGS);
    expect(runs[STEPS]?.rows.map((row) => row.latents)).toEqual(runs[2]?.rows.map((row) => row.latents));
    expect(runs[STEPS + 1]?.rows[0]?.latents).not.toEqual(runs[3]?.rows[0]?.latents);
  });

  it('then twins with the same latents, text and time stand beside the rows while queries are blended, 0.85 then 0.8', async () => {
    await sample({
      ...PAPER_SETTINGS,
      queryBlending: { from: 0.9, to: 0.8, until: 0.15 },
      featureInjection: undefined,
    });
    expect(runs.map(({ rows }) => rows.length).slice(0, 4)).toEqual([6, 12, 12, 6]); // no mask before the first step
    for (const { rows, feeds } of runs.slice(1, 3)) {
      expect(rows.slice(6)).toEqual(rows.slice(0, 6));
      expect([...(feeds.query_source?.data ?? [])].map(Number)).toEqual([6, 7, 8, 9, 10, 11, 6, 7, 8, 9, 10, 11]);
    }
    const strengths = runs.slice(1, 3).map(({ feeds }) => [...(feeds.query_strength?.data ?? [])].map(Number));
    const around = (strength: number) => [...Array(6).fill(Math.fround(strength)), ...Array(6).fill(0)];
    expect(strengths).toEqual([around(0.85), around(0.8)]);
    expect([runs[0], ...runs.slice(3)].some((run) => has('query_')(run as Run))).toBe(false);
  });

  it('then nothing is shared before there is a mask, and at most the masked token afterwards', async () => {
    await sample(PAPER_SETTINGS);
    const shared = runs.map(({ feeds }) => [...((feeds.bank_length_2?.data as BigInt64Array) ?? [])].map(Number));
    expect(shared[0]).toEqual(Array(6).fill(0));
    const most = shared.slice(1).map((lengths) => Math.max(...lengths));
    expect(Math.max(...most)).toBe(2); // token 0 of two anchors
    expect(most).toContain(1); // dropout
  });

  it("then features are taken of the first pass's finished latents with each panel's own noise at t = 261", async () => {
    const { first } = await sample(PAPER_SETTINGS);
    expect(matched).toEqual([[SIZE, SIZE, SIZE]]);
    featureRuns[0]?.forEach((row, i) => {
      const noise = normalNoise(randomStream({ seed: 7n, purpose: 'dift', panel: i, revision: 0 }), SIZE);
      expect(row.timestep).toBe(261);
      expect(row.text).toEqual(text(i + 1)); // the prompt's, not the negative's
      expect(row.latents).toEqual(scheduler.addNoise(first.latents[i] as Float32Array, noise, 261));
    });
  });
});

describe('given classifier-free guidance', () => {
  it('then the noise is uncond + scale (cond - uncond), on latents in the scale that the U-Net wants', async () => {
    const { last } = await sample(PLAIN_SETTINGS);
    panels.forEach(({ id }, i) => {
      const start = normalNoise(randomStream({ seed: 7n, purpose: 'latents', panel: id, revision: 0 }), SIZE);
      let latents = [...start].map((z) => 2 * z);
      expect(runs[0]?.rows[i]?.latents).toEqual(start);
      for (let step = 0; step < STEPS; step++) {
        latents = latents.map((z) => z - (0.05 * z - 1 + GUIDANCE * (id + 1 + 1)) / STEPS);
      }
      latents.forEach((z, at) => {
        expect(last.latents[i]?.[at]).toBeCloseTo(z, 4);
      });
    });
  });
});

describe('given parts that are switched off', () => {
  it('then plain settings run once, share, blend and inject nothing', async () => {
    const { first, last, injected } = await sample(PLAIN_SETTINGS);
    expect(runs.length).toBe(STEPS);
    expect(last).toBe(first);
    expect(injected).toEqual([]);
    for (const { rows, feeds } of runs) {
      expect(rows.length).toBe(6);
      expect(feeds).toEqual({});
    }
  });

  it('then a panel alone, with nobody to share with, is drawn plainly, without twins', async () => {
    await sample(PAPER_SETTINGS, panels.slice(0, 1));
    expect(runs.length).toBe(STEPS);
    expect(runs.every(({ rows, feeds }) => rows.length === 2 && Object.keys(feeds).length === 0)).toBe(true);
  });

  it('then without shared attention there are injections but no banks', async () => {
    await sample({ ...PAPER_SETTINGS, sharedAttention: false });
    expect(runs.some(has('inject_rows'))).toBe(true);
    expect(runs.some(has('bank_'))).toBe(false);
  });

  it('then without query blending there are no twins', async () => {
    await sample({ ...PAPER_SETTINGS, queryBlending: undefined });
    expect(runs.every(({ rows }) => rows.length === 6)).toBe(true);
  });

  it('then without dropout all masked tokens are shared in every step', async () => {
    await sample({ ...PAPER_SETTINGS, maskDropout: 0 });
    const lengths = runs[5]?.feeds.bank_length_2?.data as BigInt64Array;
    expect([...lengths].map(Number)).toEqual([1, 1, 2, 1, 1, 2]);
  });
});

describe('given a hook that throws', () => {
  it('then sampling ends with it, at that step', async () => {
    const stop = new Error('stop');
    const sampling = consistentSampling(
      {
        unet,
        scheduler,
        settings: PLAIN_SETTINGS,
        panels,
        edges: [],
        prompts: panels.map(() => text(0)),
        negatives: panels.map(() => text(0)),
        columns: panels.map(() => []),
        guidance: 1,
      },
      panels.map(() => ({})),
      match,
      {
        progress: (_, done) => {
          if (done === 3) throw stop;
        },
      },
    );
    await expect(sampling).rejects.toBe(stop);
    expect(runs.length).toBe(3);
  });
});
