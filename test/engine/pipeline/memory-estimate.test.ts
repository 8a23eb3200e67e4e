import fs from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { estimateMemory, memoryNeeds, planFor } from '../../../src/engine/pipeline/memory-estimate.ts';
import { planThatFits } from '../../../src/engine/pipeline/plan-that-fits.ts';
import { openModelFolder } from '../../../src/engine/weights/model-folder.ts';
import { openModel } from '../../../src/engine/weights/open-model.ts';
import { showPlan } from '../../../src/operations/measure-drawing.ts';
import { POCKET } from '../../support/fixtures.ts';
import { refusal } from '../../support/refusal.ts';
import { headerOf, singleFileFixture, writeSparse } from '../../support/single-files.ts';
import { temporaryFolder } from '../../support/story-runs.ts';

const SIZE = { width: 128, height: 128 };
const model = openModelFolder(POCKET);
const place = temporaryFolder();
afterAll(() => place.remove());

/** model, pixels of a side, limit in GB, plan, measured peak in GB: a step of one plain panel */
const MEASURED_BIG = [
  ['sdxl', 256, 12, 'text~ unet~ vae', 8.17],
  ['sdxl', 512, 12, 'text~ unet~ vae', 9.2],
  ['sdxl', 1024, 12, 'text~, then unet~, then vae', 7.29],
  ['sd1', 256, 12, 'text unet vae', 7.08],
  ['sd1', 512, 12, 'text unet vae', 7.07],
  ['sd1', 1024, 12, 'text~, then unet vae', 10.37],
] as const;

describe('given the pocket model', () => {
  // peak resident memory of a process that drew one story, `exact` (docs/operations.md, "Memory")
  it.each([
    [2, 128, 312e6],
    [4, 128, 331e6],
    [6, 128, 350e6],
    [12, 128, 419e6],
    [4, 256, 464e6],
  ])(
    'with %i panels of %i pixels, then the estimate is within a tenth of what was measured',
    (panels, side, measured) => {
      const estimate = estimateMemory(model, { width: side, height: side }, panels);
      console.info(`${panels} panels of ${side}: estimated ${estimate / 1e6} MB, measured ${measured / 1e6} MB`);
      expect(Math.abs(estimate - measured) / measured).toBeLessThan(0.1);
    },
  );

  it('then each panel and each pixel adds as much as the one before', () => {
    const at = (panels: number, side = 128) => estimateMemory(model, { width: side, height: side }, panels);
    expect(at(3) - at(2)).toBeCloseTo(at(2) - at(1), 0);
    expect(at(1, 256) - at(0, 256)).toBeCloseTo(4 * (at(1) - at(0)), 0);
  });

  it('then a LoRA adds its matrices, those in half precision twice', () => {
    const entry = { shape: [10, 1000], file: 'x', offset: 0, length: 0 };
    const update = { down: { ...entry, type: 'float16' }, up: { ...entry, type: 'float32' }, scale: 1 } as const;
    const none = new Map();
    const updates = { unet: new Map([['a', update]]), text_encoder: none, text_encoder_2: none };
    const lora = { file: 'x', name: 'x', updates };
    expect(estimateMemory(model, SIZE, 2, [lora]) - estimateMemory(model, SIZE, 2)).toBeCloseTo(
      4 * (20_000 + 10_000),
      0,
    );
  });

  it('then rows that no run has are not counted: one for each panel where there is neither guidance nor blending of queries', () => {
    const sampling = (more: object) => memoryNeeds(model, { size: SIZE, panels: 4, ...more }).unet.activations;
    expect(sampling({ guided: false, twins: false })).toBe(sampling({}) / 2);
    for (const both of [{ guided: false }, { twins: false }, { guided: true, twins: true }])
      expect(sampling(both)).toBe(sampling({})); // halves of the batch run apart while there are twins
  });

  it('then a story is refused with the numbers exactly where it needs more than the limit', () => {
    const needed = planFor(model, { size: SIZE, panels: 4 }, { limit: 0 }).needed;
    expect(needed).toBeLessThan(estimateMemory(model, SIZE, 4));
    expect(() => planThatFits(model, { size: SIZE, panels: 4 }, { limit: needed })).not.toThrow();
    const { code, context } = refusal(() => planThatFits(model, { size: SIZE, panels: 4 }, { limit: needed - 1 }));
    expect(code).toBe('memory-limit');
    expect(context).toMatchObject({ needed, limit: needed - 1 });
    expect(context.got).toContain('4 panels of 128 x 128');
    // the limit that is told is enough
    const told = Number(/raise the memory limit to ([\d.]+) GB/u.exec(String(context.todo))?.[1]);
    expect(() => planThatFits(model, { size: SIZE, panels: 4 }, { limit: told * 1e9 })).not.toThrow();
    expect(told * 1e9 - needed).toBeLessThan(1e6);
  });
});

describe('given models of real size (scripts/oracle/single_file.py), in half precision', () => {
  /** Peaks of resident memory by `npm run big-models`, see docs/operations.md. */
  const big = (name: 'sdxl' | 'sd1') => {
    const file = place.at(`${name}.safetensors`);
    if (!fs.existsSync(file)) writeSparse(file, headerOf(singleFileFixture(name)));
    return openModel(file);
  };
  const plain = { panels: 1, twins: false };
  const square = (side: number) => ({ width: side, height: side });

  it.each(MEASURED_BIG)(
    '%s, %i pixels, at most %d GB: the estimate is near what was measured',
    (name, side, limit, plan, peak) => {
      const planned = planFor(big(name), { ...plain, size: square(side) }, { limit: limit * 1e9 });
      console.info(`${name} at ${side}: ${(planned.needed / 1e9).toFixed(2)} GB, measured ${peak} GB`);
      expect(showPlan(planned)).toBe(plan);
      expect(planned.needed / 1e9 / peak).toBeGreaterThan(0.95);
      expect(planned.needed / 1e9 / peak).toBeLessThan(1.25);
    },
  );

  it('then SDXL where it fits in no way is refused with what it needs and what would fit', () => {
    const story = { size: square(1024), panels: 6 };
    const { code, context } = refusal(() => planThatFits(big('sdxl'), story, { limit: 10e9 }));
    expect(code).toBe('memory-limit');
    expect(context.got).toContain('6 panels of 1024 x 1024');
    expect(context.todo).toMatch(/^Draw at most \d panels? of this size, or panels of \d+ x \d+ pixels\./u);
    const least = refusal(() => planThatFits(big('sdxl'), story, { limit: 3e9 })).context;
    expect(least.todo).toMatch(/^Choose a smaller model, or raise the memory limit to \d/u);
  });
});
