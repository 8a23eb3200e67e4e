import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Engine, startEngine } from '../../src/engine/worker/engine-client.ts';
import type { Clip } from '../../src/evaluation/clip/open-clip.ts';
import { contactSheet, methodSheet } from '../../src/evaluation/contact-sheet.ts';
import type { Drawing } from '../../src/evaluation/drawing.ts';
import { type Judge, openJudge } from '../../src/evaluation/judge/judge.ts';
import { MEASURE_NAMES } from '../../src/evaluation/measures/measure-names.ts';
import { reportMarkdown } from '../../src/evaluation/report-markdown.ts';
import { ResultCache } from '../../src/evaluation/result-cache.ts';
import { type Cell, type EvaluationPlan, runEvaluation } from '../../src/evaluation/run-evaluation.ts';
import type { EvaluationStory } from '../../src/evaluation/stories.ts';
import { summarize } from '../../src/evaluation/summary.ts';
import { parseVariants } from '../../src/evaluation/variants.ts';
import { POCKET } from '../support/fixtures.ts';

const STORY: EvaluationStory = {
  subject: 'fox',
  looks: 'a red fox',
  panels: [
    { action: 'standing', place: 'in the forest' },
    { action: 'jumping', place: 'in the snow' },
  ],
};
const PLAN: EvaluationPlan = {
  stories: [STORY],
  runs: 1,
  variants: parseVariants('plain,shared,all,same-noise'),
  sampling: { promptPrefix: 'a storybook drawing of', steps: 4, guidance: 4 },
  timesteps: [600],
  pocketDaylight: true,
};
const PNG_SIGNATURE = Buffer.of(0x89, 0x50, 0x4e, 0x47);

/** Counts what the engine is asked for. */
function counting(engine: Engine): { engine: Engine; draws: () => number; probes: () => number } {
  let [draws, probes] = [0, 0];
  return {
    draws: () => draws,
    probes: () => probes,
    engine: {
      draw: (...args) => {
        draws++;
        return engine.draw(...args);
      },
      probe: (...args) => {
        probes++;
        return engine.probe(...args);
      },
      modelHash: (...args) => engine.modelHash(...args),
      close: () => engine.close(),
    },
  };
}

/** In place of a CLIP and of a DreamSim: mean colours, and one text that is grey. */
const CLIP_OF_COLOURS: Clip = {
  embedPicture: async ({ rgb }) => {
    const sums = [0, 1, 2].map((channel) => rgb.reduce((sum, value, i) => sum + (i % 3 === channel ? value : 0), 0));
    return Float32Array.from(sums, (sum) => sum / Math.hypot(...sums));
  },
  embedText: async () => new Float32Array(3).fill(1 / Math.sqrt(3)),
  release: async () => undefined,
};

describe('an evaluation of two panels in four steps', () => {
  let folder: string;
  let real: Engine;
  let judge: Judge;
  let cells: Cell[];
  let drawings: ReadonlyMap<string, Drawing>;

  const run = async (engine: Engine, measuredBy = 'these measures') => {
    const found = await runEvaluation(
      PLAN,
      {
        engine,
        model: { folder: POCKET, size: { width: 128, height: 128 } },
        cache: new ResultCache(folder),
        drawnBy: async () => 'this code',
        measuredBy,
        judge: { judge, name: 'this judge' },
        clip: { clip: CLIP_OF_COLOURS, name: 'this clip' },
        dreamSim: { dreamSim: CLIP_OF_COLOURS, name: 'this dreamsim' },
      },
      {
        progress: () => undefined,
        drawn: async (_story, _seed, drawn) => {
          drawings = drawn;
        },
      },
    );
    return found;
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'troupe-evaluation-'));
    real = startEngine({ provider: 'cpu', threads: 1, maxMemory: 8e9 });
    judge = await openJudge({ threads: 1 });
    cells = await run(real);
  });

  afterAll(async () => {
    await judge.release();
    await real.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('given four variants, then each has all measures, and what its noise does not allow is left out', () => {
    expect(cells.map((cell) => cell.variant)).toEqual(['plain', 'shared', 'all', 'same-noise']);
    for (const { measures, variant } of cells) {
      const missing = MEASURE_NAMES.filter((name) => measures[name] === null);
      expect(missing).toEqual(variant === 'same-noise' ? ['backgroundMoved', 'twinOverlap'] : []);
    }
    expect(cells[0]?.measures).toMatchObject({ backgroundMoved: 0, twinOverlap: 1 });
    expect(cells[2]?.measures.twinOverlap).toBeLessThanOrEqual(1);
    expect(cells.map((cell) => cell.diagnosis.some((panel) => panel.injected > 0))).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });

  it('given plain pictures, then the same first panel comes from the same noise, and others from other noise', () => {
    const [plain, same] = [drawings.get('plain'), drawings.get('same-noise')];
    const far = (one: Float32Array | undefined, other: Float32Array | undefined) =>
      Math.max(...(one ?? []).map((value, i) => Math.abs(value - (other?.[i] ?? 0))));
    expect(far(same?.panels[0]?.latents, plain?.panels[0]?.latents)).toBeLessThan(1e-3);
    expect(far(same?.panels[1]?.latents, plain?.panels[1]?.latents)).toBeGreaterThan(0.1);
  });

  it('given results in the folder, then nothing is drawn or measured again and the cells are equal', async () => {
    const watched = counting(real);
    expect(await run(watched.engine)).toEqual(cells);
    expect([watched.draws(), watched.probes()]).toEqual([0, 0]);
  });

  it('given other measures, then pictures are measured again but not drawn again', async () => {
    const watched = counting(real);
    expect(await run(watched.engine, 'other measures')).toEqual(cells);
    expect(watched.draws()).toBe(0);
    expect(watched.probes()).toBeGreaterThan(0);
  });

  it('given a result that was cut off, then it is made again', async () => {
    const [file] = (await readdir(folder)).filter((name) => name.endsWith('.drawing.json'));
    await writeFile(path.join(folder, file ?? ''), '{"panels":[');
    const watched = counting(real);
    const again = await run(watched.engine);
    expect(again.map((cell) => cell.measures)).toEqual(cells.map((cell) => cell.measures));
    expect(watched.draws()).toBeGreaterThan(0);
  });

  it('given drawings, then there are sheets of them', async () => {
    const all = await contactSheet('fox', STORY, drawings, 'all');
    const method = await methodSheet('fox', STORY, drawings);
    expect(all.subarray(0, 4)).toEqual(PNG_SIGNATURE);
    expect(method?.subarray(0, 4)).toEqual(PNG_SIGNATURE);
    expect(await methodSheet('fox', STORY, new Map([...drawings].slice(0, 1)))).toBeUndefined();
  });

  it('given the summary, then the report names each variant, measure and seed', () => {
    const report = reportMarkdown(
      {
        command: 'npm run evaluate',
        model: 'pocket',
        modelHash: 'abc',
        machine: 'a machine',
        date: '2026-01-01T00:00:00.000Z',
        code: 'commit abc',
        stories: ['fox'],
        seeds: [['101']],
        panels: 2,
        steps: 4,
        guidance: 4,
        timesteps: [600],
        pocketDaylight: true,
        coats: { asked: 8, read: 7 },
      },
      summarize(cells),
    );
    for (const name of MEASURE_NAMES) expect(report).toContain(`\`${name}\``);
    for (const { variant } of cells) expect(report).toContain(`| ${variant} |`);
    expect(report).toContain('run 1: 101');
    expect(report).toContain('Of 8 panels whose prompt named the coat');
    expect(report).not.toMatch(/NaN|undefined/);
  });
});
