import { beforeEach, describe, expect, it } from 'vitest';
import { consistentSampling, type SamplingResult } from '../../../src/engine/consistory/consistent-sampling.ts';
import {
  type ConsistencySettings,
  type FeatureInjection,
  PAPER_SETTINGS,
  PLAIN_SETTINGS,
} from '../../../src/engine/consistory/settings.ts';
import { type StagePanel, sharingEdges } from '../../../src/engine/consistory/stage.ts';
import { normalNoise, randomStream } from '../../../src/engine/random/random-stream.ts';
import {
  type Asked,
  type Run,
  recordingMatcher,
  recordingUnet,
  SIZE,
  simpleScheduler,
} from '../../support/recording-model.ts';

const STEPS = 20;
const GUIDANCE = 3;

/** the paper's, with one run of the U-Net for each step: blended queries, which take two, have a test of their own */
const SETTINGS: ConsistencySettings = { ...PAPER_SETTINGS, queryBlending: undefined };

const scheduler = simpleScheduler(STEPS);
let asked: Asked;

const panels: StagePanel[] = [0, 1, 2].map((id) => ({ id, revision: 0, seed: 7n, concepts: ['fox'] }));
const text = (value: number) => ({ hidden: Float32Array.of(value), pooled: new Float32Array(0) });

async function sample(settings: ConsistencySettings, cast = panels, log: string[] = []): Promise<SamplingResult> {
  const edges = settings.sharedAttention || settings.featureInjection ? sharingEdges(cast, settings.anchors) : [];
  return consistentSampling(
    {
      unet: recordingUnet(asked),
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
    recordingMatcher(asked),
    { progress: (phase, done, total) => void log.push(`${phase} ${done}/${total}`) },
  );
}

beforeEach(() => {
  asked = { runs: [], featureRuns: [], matched: [] };
});

const has = (kind: string) => (run: Run) =>
  Object.entries(run.feeds).some(([name, v]) => name.startsWith(kind) && v.data.length > 0);

describe("given the paper's settings and 20 steps", () => {
  it('then the first pass takes them all and the second those from where injection begins', async () => {
    const log: string[] = [];
    await sample(SETTINGS, panels, log);
    expect(asked.runs.length).toBe(STEPS + 18);
    expect(log.slice(0, 2)).toEqual(['sample 0/20', 'sample 1/20']);
    expect(log.slice(STEPS, STEPS + 4)).toEqual(['sample 20/20', 'match 0/1', 'match 1/1', 'inject 0/18']);
    expect(log.at(-1)).toBe('inject 18/18');
  });

  it('then only the second pass injects, in steps 2 to 6 of 20', async () => {
    await sample(SETTINGS);
    const injecting = asked.runs.map(has('inject_rows'));
    expect(injecting.indexOf(true)).toBe(STEPS);
    expect(injecting.filter(Boolean).length).toBe(5); // round(20 / 10) = 2 to round(20 / 3) = 7
    expect(injecting.slice(STEPS, STEPS + 5).every(Boolean)).toBe(true);
  });

  it('then the second pass shares in each step the very tokens that the first one shared in it', async () => {
    await sample(SETTINGS);
    // this U-Net sees the subject at the same place whatever the latents
    for (let step = 2; step < STEPS; step++) {
      expect(asked.runs[STEPS + step - 2]?.feeds.bank_index_2).toEqual(asked.runs[step]?.feeds.bank_index_2);
      expect(asked.runs[STEPS + step - 2]?.rows[0]?.timestep).toBe(scheduler.timesteps[step]);
    }
  });

  it("then the second pass starts from the first one's latents at that step", async () => {
    await sample(SETTINGS);
    expect(asked.runs[STEPS]?.rows.map((row) => row.latents)).toEqual(asked.runs[2]?.rows.map((row) => row.latents));
    expect(asked.runs[STEPS + 1]?.rows[0]?.latents).not.toEqual(asked.runs[3]?.rows[0]?.latents);
  });

  it('then twins with the same latents, text and time stand beside the rows while queries are blended, 0.85 then 0.8', async () => {
    await sample({
      ...PAPER_SETTINGS,
      queryBlending: { from: 0.9, to: 0.8, until: 0.15 },
      featureInjection: undefined,
    });
    // no mask before the first step; then the halves of the batch apart, each as large as both without twins
    expect(asked.runs.length).toBe(STEPS + 2);
    expect(new Set(asked.runs.map(({ rows }) => rows.length))).toEqual(new Set([6]));
    const blended = asked.runs.slice(1, 5);
    expect(blended.map(({ rows }) => rows[0]?.text)).toEqual([text(-1), text(1), text(-1), text(1)]);
    for (const { rows, feeds } of blended) {
      expect(rows.slice(3)).toEqual(rows.slice(0, 3));
      expect([...(feeds.query_source?.data ?? [])].map(Number)).toEqual([3, 4, 5, 3, 4, 5]);
    }
    const strengths = blended.map(({ feeds }) => [...(feeds.query_strength?.data ?? [])].map(Number));
    const around = (strength: number) => [...Array(3).fill(Math.fround(strength)), ...Array(3).fill(0)];
    expect(strengths).toEqual([around(0.85), around(0.85), around(0.8), around(0.8)]);
    expect([asked.runs[0], ...asked.runs.slice(5)].some((run) => has('query_')(run as Run))).toBe(false);
  });

  it('then nothing is shared before there is a mask, and at most the masked token afterwards', async () => {
    await sample(SETTINGS);
    const shared = asked.runs.map(({ feeds }) => [...((feeds.bank_length_2?.data as BigInt64Array) ?? [])].map(Number));
    expect(shared[0]).toEqual(Array(6).fill(0));
    const most = shared.slice(1).map((lengths) => Math.max(...lengths));
    expect(Math.max(...most)).toBe(2); // token 0 of two anchors
    expect(most).toContain(1); // dropout
  });

  it("then features are taken of the first pass's finished latents with each panel's own noise at t = 261", async () => {
    const { first } = await sample(SETTINGS);
    expect(asked.matched).toEqual([[SIZE, SIZE, SIZE]]);
    asked.featureRuns[0]?.forEach((row, i) => {
      const noise = normalNoise(randomStream({ seed: 7n, purpose: 'dift', panel: i, revision: 0 }), SIZE);
      expect(row.timestep).toBe(261);
      expect(row.text).toEqual(text(i + 1)); // the prompt's, not the negative's
      expect(row.latents).toEqual(scheduler.addNoise(first.latents[i] as Float32Array, noise, 261));
    });
  });
});

describe('given a look ahead of three long steps in place of a whole first pass', () => {
  const LONG_STEPS = 3;
  const FROM = 2; // round(20 / 10)
  const settings: ConsistencySettings = {
    ...SETTINGS,
    featureInjection: { ...(SETTINGS.featureInjection as FeatureInjection), lookahead: LONG_STEPS },
  };

  it('then it goes in equal strides from where injection begins to the noise of DIFT', async () => {
    const log: string[] = [];
    await sample(settings, panels, log);
    expect(asked.runs.length).toBe(FROM + LONG_STEPS + STEPS - FROM);
    const from = scheduler.timesteps[FROM] as number; // 900
    const ahead = asked.runs.slice(FROM, FROM + LONG_STEPS);
    expect(ahead.map(({ rows }) => rows[0]?.timestep)).toEqual([from, 687, 474]); // then 261
    expect(log.slice(0, 2)).toEqual(['sample 0/5', 'sample 1/5']);
    expect(log.slice(5, 9)).toEqual(['sample 5/5', 'match 0/1', 'match 1/1', 'inject 0/18']);
  });

  it('then each stride starts where the one before ended, and features are taken where the last one did', async () => {
    await sample(settings);
    const ahead = asked.runs.slice(FROM, FROM + LONG_STEPS);
    const ends = [687, 474, 261];
    ahead.forEach(({ rows }, done) => {
      const next = done + 1 < LONG_STEPS ? (ahead[done + 1] as Run).rows : asked.featureRuns[0];
      panels.forEach(({ id }, i) => {
        const row = rows[i + 3] as Run['rows'][number]; // cond rows come second
        const noise = row.latents.map((z) => 0.1 * z - 1 + GUIDANCE * (id + 1 + 1));
        const wanted = scheduler.stride(noise, row.latents, row.timestep, ends[done] as number);
        const found = next?.[done + 1 < LONG_STEPS ? i + 3 : i]?.latents;
        wanted.forEach((z, at) => {
          expect(found?.[at]).toBeCloseTo(z, 4);
        });
      });
    });
    expect(asked.featureRuns[0]?.map(({ timestep }) => timestep)).toEqual([261, 261, 261]);
  });

  it('then nothing is injected on the way, tokens are shared as at the nearest step, and the pass goes on from before', async () => {
    await sample(settings);
    const ahead = asked.runs.slice(FROM, FROM + LONG_STEPS);
    const pass = [...asked.runs.slice(0, FROM), ...asked.runs.slice(FROM + LONG_STEPS)];
    expect(ahead.some(has('inject_rows'))).toBe(false);
    expect(pass.map(({ rows }) => rows[0]?.timestep)).toEqual(scheduler.timesteps);
    const nearest = [2, 6, 11]; // steps of 900, 700 (687) and 450 (474)
    ahead.forEach((run, i) => {
      expect(run.feeds.bank_index_2).toEqual(pass[nearest[i] as number]?.feeds.bank_index_2);
    });
    expect(pass[FROM]?.rows.map((row) => row.latents)).toEqual(ahead[0]?.rows.map((row) => row.latents));
    expect(pass.map(has('inject_rows')).indexOf(true)).toBe(FROM);
  });

  it('then a given picture has its own latents with the noise of DIFT', async () => {
    const given = Float32Array.of(1, 2, 3, 4);
    await sample(settings, [{ ...(panels[0] as StagePanel), given }, ...panels.slice(1)]);
    const noise = normalNoise(randomStream({ seed: 7n, purpose: 'dift', panel: 0, revision: 0 }), SIZE);
    expect(asked.featureRuns[0]?.[0]?.latents).toEqual(scheduler.addNoise(given, noise, 261));
  });
});

describe('given all tokens to be shared, as methods without masks do', () => {
  it('then each image sees every token of the anchors once there was a step', async () => {
    await sample({ ...SETTINGS, sharedTokens: 'all', maskDropout: 0, featureInjection: undefined });
    const lengths = asked.runs.map(({ feeds }) => [...(feeds.bank_length_2?.data ?? [])].map(Number));
    expect(lengths[0]).toEqual(Array(6).fill(0));
    for (const row of lengths.slice(1)) expect(row.slice(0, 6)).toEqual([4, 4, 8, 4, 4, 8]);
  });
});

describe('given classifier-free guidance', () => {
  it('then the noise is uncond + scale (cond - uncond), on latents in the scale that the U-Net wants', async () => {
    const { last } = await sample(PLAIN_SETTINGS);
    panels.forEach(({ id }, i) => {
      const start = normalNoise(randomStream({ seed: 7n, purpose: 'latents', panel: id, revision: 0 }), SIZE);
      let latents = [...start].map((z) => 2 * z);
      expect(asked.runs[0]?.rows[i]?.latents).toEqual(start);
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
    expect(asked.runs.length).toBe(STEPS);
    expect(last).toBe(first);
    expect(injected).toEqual([]);
    for (const { rows, feeds } of asked.runs) {
      expect(rows.length).toBe(6);
      expect(feeds).toEqual({});
    }
  });

  it('then a panel alone, with nobody to share with, is drawn plainly, without twins', async () => {
    await sample(SETTINGS, panels.slice(0, 1));
    expect(asked.runs.length).toBe(STEPS);
    expect(asked.runs.every(({ rows, feeds }) => rows.length === 2 && Object.keys(feeds).length === 0)).toBe(true);
  });

  it('then without shared attention there are injections but no banks', async () => {
    await sample({ ...SETTINGS, sharedAttention: false });
    expect(asked.runs.some(has('inject_rows'))).toBe(true);
    expect(asked.runs.some(has('bank_'))).toBe(false);
  });

  it('then without query blending there are no twins', async () => {
    await sample({ ...PAPER_SETTINGS, queryBlending: undefined });
    expect(asked.runs.every(({ rows }) => rows.length === 6)).toBe(true);
  });

  it('then without dropout all masked tokens are shared in every step', async () => {
    await sample({ ...SETTINGS, maskDropout: 0 });
    const lengths = asked.runs[5]?.feeds.bank_length_2?.data as BigInt64Array;
    expect([...lengths].map(Number)).toEqual([1, 1, 2, 1, 1, 2]);
  });
});

describe('given a hook that throws', () => {
  it('then sampling ends with it, at that step', async () => {
    const stop = new Error('stop');
    const sampling = consistentSampling(
      {
        unet: recordingUnet(asked),
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
      recordingMatcher(asked),
      {
        progress: (_, done) => {
          if (done === 3) throw stop;
        },
      },
    );
    await expect(sampling).rejects.toBe(stop);
    expect(asked.runs.length).toBe(3);
  });
});
