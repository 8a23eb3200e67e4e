import { describe, expect, it } from 'vitest';
import { consistentSampling } from '../../../src/engine/consistory/consistent-sampling.ts';
import { type PassContext, type PassState, samplingPass } from '../../../src/engine/consistory/sampling-pass.ts';
import { PAPER_SETTINGS, PLAIN_SETTINGS } from '../../../src/engine/consistory/settings.ts';
import { type StagePanel, sharingEdges } from '../../../src/engine/consistory/stage.ts';
import { normalNoise, randomStream } from '../../../src/engine/random/random-stream.ts';
import { createScheduler } from '../../../src/engine/schedulers/create-scheduler.ts';
import { SAMPLERS, type SamplerName } from '../../../src/engine/schedulers/sampler-names.ts';
import type { Scheduler } from '../../../src/engine/schedulers/scheduler.ts';
import { type Asked, recordingMatcher, recordingUnet, SIZE, simpleScheduler } from '../../support/recording-model.ts';

const STEPS = 10;
const MODEL = {
  _class_name: 'PNDMScheduler',
  skip_prk_steps: true,
  beta_schedule: 'scaled_linear',
  beta_start: 0.00085,
  beta_end: 0.012,
  prediction_type: 'v_prediction',
  steps_offset: 1,
};
const schedulersOf = (model: typeof MODEL): readonly (readonly [string, Scheduler])[] => [
  ['the model’s PNDM', createScheduler(model, STEPS)],
  ...SAMPLERS.map((name: SamplerName) => [name, createScheduler(model, STEPS, name)] as const),
];
const SCHEDULERS = schedulersOf(MODEL);
const CAST: readonly StagePanel[] = [0, 1, 2].map((id) => ({ id, revision: 0, seed: 7n, concepts: ['fox'] }));
const text = (value: number) => ({ hidden: Float32Array.of(value / 10), pooled: new Float32Array(0) });

function context(scheduler: Scheduler, panels: readonly StagePanel[], asked: Asked, guidance = 3): PassContext {
  return {
    unet: recordingUnet(asked),
    scheduler,
    settings: PAPER_SETTINGS,
    panels,
    edges: sharingEdges(panels, PAPER_SETTINGS.anchors),
    prompts: panels.map(({ id }) => text(id + 1)),
    negatives: panels.map(() => text(-1)),
    columns: panels.map(() => [3]),
    guidance,
    afterStep: () => {},
  };
}

const nothingAsked = (): Asked => ({ runs: [], featureRuns: [], matched: [] });
const sample = (scheduler: Scheduler, panels = CAST, asked = nothingAsked(), guidance = 3) =>
  consistentSampling(
    context(scheduler, panels, asked, guidance),
    panels.map(() => ({ fox: [[0]] })),
    recordingMatcher(asked),
    { progress: () => {} },
  );

describe.each(SCHEDULERS)('given %s', (_, scheduler) => {
  it('then a pass that starts from another’s middle ends where that one ended, bit for bit', async () => {
    const states: PassState[] = [];
    const asked = nothingAsked();
    const full = context(scheduler, CAST, asked);
    await consistentSampling(
      { ...full, settings: PLAIN_SETTINGS },
      CAST.map(() => ({ fox: [[0]] })),
      recordingMatcher(asked),
      { progress: (__, ___, ____, state) => void states.push(state) },
    );
    const end = states.at(-1) as PassState;
    expect(end.step).toBe(scheduler.timesteps.length);
    for (const middle of states.slice(0, -1)) {
      const again = await samplingPass({ ...full, settings: PLAIN_SETTINGS }, middle);
      expect(again.latents).toEqual(end.latents);
      expect(again.memories).toEqual(end.memories);
    }
  });

  it('then the same story comes out again, whatever else is in the batch, and another take differs', async () => {
    const plain = async (panels: readonly StagePanel[]) => {
      const asked = nothingAsked();
      const { last } = await consistentSampling(
        { ...context(scheduler, panels, asked), settings: PLAIN_SETTINGS, edges: [] },
        panels.map(() => ({ fox: [[0]] })),
        recordingMatcher(asked),
        { progress: () => {} },
      );
      return last.latents;
    };
    const all = await plain(CAST);
    expect(await plain(CAST.slice(1, 2))).toEqual([all[1]]);
    expect(await plain([...CAST].reverse())).toEqual([...all].reverse());
    expect(await plain([{ ...(CAST[1] as StagePanel), revision: 1 }])).not.toEqual([all[1]]);
    expect((await sample(scheduler)).last.latents).toEqual((await sample(scheduler)).last.latents);
    expect([...(all[0] as Float32Array)].every(Number.isFinite)).toBe(true);
  });

  it('then a given picture is seen at the noise level of each step, and stays as it is', async () => {
    const given = Float32Array.of(1, -1, 0.5, 2);
    const panels = [{ ...(CAST[0] as StagePanel), canon: 'brought', given }, ...CAST.slice(1)];
    const asked = nothingAsked();
    const { last } = await sample(scheduler, panels, asked);
    expect(last.latents[0]).toBe(given);
    asked.runs.slice(0, scheduler.timesteps.length).forEach(({ rows }, step) => {
      const noise = normalNoise(randomStream({ seed: 7n, purpose: 'inversion', panel: 0, step }), SIZE);
      const timestep = Math.round(scheduler.timesteps[step] as number);
      expect(rows[0]?.latents).toEqual(scheduler.addNoise(given, noise, timestep));
      expect(rows[3]?.latents).toEqual(rows[0]?.latents);
    });
  });
});

/** Levels between two training timesteps, and DPM-Solver's timesteps, which are rounded, are off by this at most. */
const LEVEL_TOLERANCE = 0.01;

describe.each(schedulersOf({ ...MODEL, prediction_type: 'epsilon' }))(
  'given %s and the truth in place of a U-Net',
  (_, scheduler) => {
    it('then a given picture’s noise is that of the panels which are drawn, at every step', () => {
      // Two numbers follow the level: one of pure signal, one of pure noise; fresh noise adds by variance.
      const original = Float32Array.of(1, 0);
      const noise = Float32Array.of(0, 1);
      const first = scheduler.timesteps[0] as number;
      const seenAtFirst = scheduler.addNoise(original, noise, Math.round(first));
      const scale = scheduler.scaleModelInput(Float32Array.of(1), 0)[0] as number;
      let current: Float32Array = seenAtFirst.map((value) => value / scale);
      let memory: readonly Float32Array[] = [];
      let worst = 0;
      scheduler.timesteps.forEach((timestep, step) => {
        const seen = scheduler.scaleModelInput(current, step);
        const given = scheduler.addNoise(original, noise, Math.round(timestep));
        for (let at = 0; at < 2; at++) worst = Math.max(worst, Math.abs((seen[at] as number) - (given[at] as number)));
        const context = (fresh: number) => ({ memory, noise: () => Float32Array.of(0, fresh) });
        const next = scheduler.step(noise, step, current, context(0));
        const fresh =
          (scheduler.step(noise, step, current, context(1)).sample[1] as number) - (next.sample[1] as number);
        current = Float32Array.of(next.sample[0] as number, Math.hypot(next.sample[1] as number, fresh));
        memory = next.memory;
      });
      console.info(`largest difference of signal and noise: ${worst.toExponential(1)}`);
      expect(worst).toBeLessThan(LEVEL_TOLERANCE);
    });
  },
);

describe('given guidance of 1 or less', () => {
  it.each([0, 0.5, 1])(
    'then at %s there are cond rows only, with their twins, banks and injections',
    async (guidance) => {
      const asked = nothingAsked();
      const { last } = await sample(simpleScheduler(STEPS), CAST, asked, guidance);
      expect(asked.runs.map(({ rows }) => rows.length).slice(0, 3)).toEqual([3, 3, 3]);
      for (const { rows, feeds } of asked.runs) {
        expect(rows.every(({ text }) => (text.hidden[0] as number) > 0)).toBe(true);
        for (const name of ['bank_length_2', 'query_source']) {
          if (feeds[name]) expect(feeds[name].shape).toEqual([rows.length]);
        }
        const tokens = [...((feeds.bank_index_2?.data as BigInt64Array) ?? []), ...injected(feeds)].map(Number);
        expect(Math.max(0, ...tokens)).toBeLessThan(3 * SIZE);
      }
      expect(asked.runs.some(({ feeds }) => injected(feeds).length > 0)).toBe(true);
      expect(last.latents).toEqual((await sample(simpleScheduler(STEPS), CAST, nothingAsked(), 1)).last.latents);
    },
  );

  it('then twins stand beside cond rows while queries are blended', async () => {
    const asked = nothingAsked();
    const settings = {
      ...PAPER_SETTINGS,
      queryBlending: { from: 0.9, to: 0.8, until: 0.3 },
      featureInjection: undefined,
    };
    await consistentSampling(
      { ...context(simpleScheduler(STEPS), CAST, asked, 1), settings },
      CAST.map(() => ({ fox: [[0]] })),
      recordingMatcher(asked),
      { progress: () => {} },
    );
    expect(asked.runs.map(({ rows }) => rows.length).slice(0, 4)).toEqual([3, 6, 6, 3]);
    const sources = asked.runs[1]?.feeds.query_source?.data ?? [];
    expect([...sources].map(Number)).toEqual([3, 4, 5, 3, 4, 5]);
  });

  it('then a story of one step, in which nothing can be injected, takes one run', async () => {
    const asked = nothingAsked();
    const { first, last } = await sample(simpleScheduler(1), CAST, asked, 0);
    expect(asked.runs.length).toBe(1);
    expect(last).toBe(first);
  });
});

const injected = (feeds: Asked['runs'][number]['feeds']) => [
  ...((feeds.inject_rows_2?.data as BigInt64Array) ?? []),
  ...((feeds.inject_source_2?.data as BigInt64Array) ?? []),
];
