import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, PLAIN_SETTINGS } from '../../src/engine/consistory/settings.ts';
import { planFor } from '../../src/engine/pipeline/memory-estimate.ts';
import { openEvaluated } from '../../src/evaluation/evaluated-model.ts';
import { notMeasured, notMeasuredText } from '../../src/evaluation/not-measured.ts';
import { panelsThatFit, refuseTooLarge } from '../../src/evaluation/panels-that-fit.ts';
import { POCKET } from '../support/fixtures.ts';
import { copyPocket, ownFolder } from '../support/model-copies.ts';
import { refusal } from '../support/refusal.ts';

describe('the model that is evaluated', () => {
  it('given the name of an installed one, with or without its owner, then its folder and its card', () => {
    for (const named of ['pocket', 'someone/pocket', undefined]) {
      const { choice, sampling, isPocketWorld } = openEvaluated({ model: named });
      expect(choice).toEqual({ folder: fs.realpathSync(POCKET), size: { width: 128, height: 128 } });
      expect(sampling).toEqual({ promptPrefix: 'a storybook drawing of', steps: 30, guidance: 4 });
      expect(isPocketWorld).toBe(true);
    }
    expect(refusal(() => openEvaluated({ model: 'someone/nobody' })).code).toBe('model-folder');
  });

  it('given fewer steps of its own than a quick evaluation takes, then these; given more, then those', () => {
    const few = copyPocket(ownFolder(), 'few', { card: { steps: 4 } });
    expect(openEvaluated({ model: few }, 20).sampling.steps).toBe(4);
    expect(openEvaluated({ model: POCKET }, 20).sampling.steps).toBe(20);
    expect(openEvaluated({ model: POCKET, steps: 7 }, 5).sampling.steps).toBe(7);
  });

  it('given another name, or another size, then it is no model of the judge’s world', () => {
    const other = copyPocket(ownFolder(), 'other');
    expect(openEvaluated({ model: other }).isPocketWorld).toBe(false);
    expect(openEvaluated({ model: POCKET, size: { width: 64, height: 128 } }).isPocketWorld).toBe(false);
  });
});

describe('panels that fit', () => {
  const model = openEvaluated({});
  const limit = planFor(model.opened, { size: model.choice.size, panels: 3 }, { limit: 0 }).needed;

  it('then as many as the memory holds, and fewer of those of which each takes more rows', () => {
    expect(panelsThatFit(model, DEFAULT_SETTINGS, { limit }, { most: 12, least: 1 })).toBe(3);
    const unguided = { ...model, sampling: { ...model.sampling, guidance: 1 } };
    expect(panelsThatFit(unguided, PLAIN_SETTINGS, { limit }, { most: 12, least: 1 })).toBe(6);
    expect(panelsThatFit(model, DEFAULT_SETTINGS, {}, { most: 12, least: 1 })).toBe(12);
  });

  it('given a story that does not fit, then it is refused with what would, and the options for it', () => {
    const error = refusal(() => refuseTooLarge(model, [{ settings: DEFAULT_SETTINGS }], 4, { limit }));
    expect(error.code).toBe('memory-limit');
    expect(error.message).toMatch(/at most 3 panels.*--panels, --size/);
    expect(() => refuseTooLarge(model, [{ settings: DEFAULT_SETTINGS }], 3, { limit })).not.toThrow();
  });
});

describe('what is not measured', () => {
  it('given nothing but a model, then each measure of a missing instrument with the reason; given all, then nothing', () => {
    const text = notMeasuredText(notMeasured({ pocketWorld: false, clip: false, dreamSim: false }));
    expect(text).toMatch(/- same coat, species seen.*: it needs the pocket’s world/);
    expect(text).toMatch(/- CLIP-I.*: it needs an installed CLIP/);
    expect(notMeasuredText(notMeasured({ pocketWorld: true, clip: true, dreamSim: true }))).toBeUndefined();
  });
});
