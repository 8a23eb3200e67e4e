import { describe, expect, it } from 'vitest';
import { assertFits } from '../../../src/engine/pipeline/assert-fits.ts';
import { estimateMemory, planFor } from '../../../src/engine/pipeline/memory-estimate.ts';
import { openModelFolder } from '../../../src/engine/weights/model-folder.ts';
import { POCKET } from '../../support/fixtures.ts';
import { refusal } from '../../support/refusal.ts';

const SIZE = { width: 128, height: 128 };
const model = openModelFolder(POCKET);

describe('given the pocket model', () => {
  // peak resident memory of a process that drew one story, `exact` (docs/operations.md, "Memory")
  it.each([
    [2, 128, 299e6],
    [4, 128, 348e6],
    [6, 128, 388e6],
    [12, 128, 513e6],
    [4, 256, 553e6],
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

  it('then a story is refused with the numbers exactly where it needs more than the limit', () => {
    const needed = planFor(model, { size: SIZE, panels: 4 }, { limit: 0 }).needed;
    expect(needed).toBeLessThan(estimateMemory(model, SIZE, 4));
    expect(() => assertFits(model, SIZE, 4, needed)).not.toThrow();
    const { code, context } = refusal(() => assertFits(model, SIZE, 4, needed - 1));
    expect(code).toBe('memory-limit');
    expect(context).toMatchObject({ needed, limit: needed - 1 });
    expect(context.got).toContain('4 panels of 128 x 128');
  });
});
