import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors/user-error.ts';
import { openLoraShelf } from '../../src/studio/loras.ts';
import { openModelShelf } from '../../src/studio/models.ts';
import { openOffers } from '../../src/studio/offers.ts';
import { POCKET } from '../support/fixtures.ts';
import { copyPocket, ownFolder } from '../support/model-copies.ts';
import { refusal } from '../support/refusal.ts';
import { NO_LORAS } from '../support/toy-loras.ts';

const limits = { panelsPerStory: 9, queuedPerMember: 5, queuedPerServer: 50 };

function shelfWith(installed: string) {
  const hashed: string[] = [];
  const hashOf = async (folder: string) => {
    hashed.push(folder);
    if (hashed.length === 1) throw new Error('a disk that was away for a moment');
    return `hash ${hashed.length}`;
  };
  return { models: openModelShelf({ configured: [POCKET], installed, hashOf }), hashed };
}

describe('the models of an installation', () => {
  test('given models that come, change and go while Troupe runs, then each look shows what is there', () => {
    const installed = ownFolder();
    const { models } = shelfWith(installed);
    const names = () => models.list().map(({ name }) => name);
    expect(names()).toEqual(['pocket']);
    expect(refusal(() => models.get('sketch')).code).toBe('model-unknown');
    const folder = copyPocket(installed, 'sketch', { card: { steps: 12 } });
    fs.mkdirSync(path.join(installed, 'half.partial'));
    expect(names()).toEqual(['pocket', 'sketch']);
    expect(models.get('sketch').card.steps).toBe(12);
    const card = path.join(folder, 'troupe.json');
    fs.writeFileSync(card, JSON.stringify({ ...JSON.parse(fs.readFileSync(card, 'utf8')), steps: 1234 }));
    expect(models.get('sketch').card.steps).toBe(1234);
    fs.rmSync(folder, { recursive: true });
    expect(names()).toEqual(['pocket']);
    expect(refusal(() => models.get('sketch')).code).toBe('model-unknown');
    expect(models.get(undefined).name).toBe('pocket');
  });

  test('given a model that breaks, then it is named with the reason, and works again once it is mended', () => {
    const installed = ownFolder();
    const folder = copyPocket(installed, 'sketch');
    const { models } = shelfWith(installed);
    const index = path.join(folder, 'model_index.json');
    const whole = fs.readFileSync(index);
    fs.writeFileSync(index, '{');
    const error = refusal(() => models.get('sketch'));
    expect(error).toMatchObject({ code: 'model-unusable', context: { model: 'sketch', problem: 'json-unreadable' } });
    expect(models.list()[1]?.model).toBeInstanceOf(UserError);
    fs.writeFileSync(index, whole);
    expect(models.get('sketch').name).toBe('sketch');
  });

  test('given a name that a model had by its card or its folder, then old stories find it', () => {
    const installed = ownFolder();
    copyPocket(installed, 'sketch-v2', { card: { name: 'Sketch' } });
    const { models } = shelfWith(installed);
    expect(models.get('sketch-v2').name).toBe('sketch-v2');
    expect(models.get('Sketch').name).toBe('sketch-v2');
  });

  test('given an installed model of a configured one’s name, then the configured one is meant, once', () => {
    const installed = ownFolder();
    copyPocket(installed, 'pocket', { card: { steps: 7 } });
    const { models } = shelfWith(installed);
    expect(models.list()).toHaveLength(1);
    expect(models.get('pocket').folder).toBe(POCKET);
  });

  test('given a hash that fails once, then it is read again; one that is known isn’t, until files change', async () => {
    const installed = ownFolder();
    const folder = copyPocket(installed, 'sketch');
    const { models, hashed } = shelfWith(installed);
    await expect(models.hash(models.get('sketch'))).rejects.toThrow('away for a moment');
    const both = await Promise.all([models.hash(models.get('sketch')), models.hash(models.get('sketch'))]);
    expect(both).toEqual(['hash 2', 'hash 2']);
    expect(hashed).toHaveLength(2);
    fs.appendFileSync(path.join(folder, 'tokenizer/merges.txt'), ' ');
    expect(await models.hash(models.get('sketch'))).toBe('hash 3');
  });

  test('given somebody who no longer waits for a hash, then others still get it', async () => {
    let finish = (_: string) => {};
    const hashOf = () => new Promise<string>((resolve) => (finish = resolve));
    const models = openModelShelf({ configured: [POCKET], hashOf });
    const abort = new AbortController();
    const impatient = models.hash(models.get(undefined), abort.signal);
    const patient = models.hash(models.get(undefined), new AbortController().signal);
    abort.abort(new Error('cancelled'));
    await expect(impatient).rejects.toThrow('cancelled');
    finish('a hash');
    expect(await patient).toBe('a hash');
  });
});

describe('what a server can choose', () => {
  test('given whole, broken and too large models, then each is told of, and only the first can be chosen', () => {
    const installed = ownFolder();
    copyPocket(installed, 'aged', {});
    fs.rmSync(path.join(installed, 'aged/unet/config.json'));
    copyPocket(installed, 'huge', { card: { width: 4096, height: 4096 } });
    copyPocket(installed, 'sketch', { card: { steps: 12 } });
    fs.mkdirSync(path.join(installed, 'no-model'));
    const { models } = shelfWith(installed);
    const offers = openOffers({ models, loras: openLoraShelf(NO_LORAS), limits, memory: { limit: 3e9 } });
    const offered = offers.models();
    expect(offered.map(({ name, problem }) => [name, problem?.code])).toEqual([
      ['pocket', undefined],
      ['sketch', undefined],
      ['aged', 'model-unusable'],
      ['huge', 'memory-limit'],
    ]);
    expect(offered.map(({ facts }) => facts?.isDefault)).toEqual([true, false, undefined, undefined]);
    expect(offered[1]?.facts).toMatchObject({ width: 128, height: 128, steps: 12, family: undefined });
    expect(offered[1]?.facts?.memory).toBeGreaterThan(1e8);
    expect(offers.defaults({})).toEqual({ ...limits, model: 'pocket', steps: 30, guidance: 4 });
    expect(offers.defaults({ model: 'sketch' })).toMatchObject({ model: 'pocket', steps: 12 });
    expect(offers.defaults({ model: 'aged' })).toEqual({ ...limits, model: 'pocket' });
    const codes = [{ model: 'aged' }, { model: 'huge' }, { model: 'other' }].map(
      (settings) => refusal(() => offers.assertDrawable(settings)).code,
    );
    expect(codes).toEqual(['model-unusable', 'memory-limit', 'model-unknown']);
    expect(() => offers.assertDrawable({ model: 'sketch', sampler: 'dpm++-2m-karras', steps: 20 })).not.toThrow();
    expect(refusal(() => offers.assertDrawable({ sampler: 'lcm', steps: 150 }))).toMatchObject({
      code: 'sampler-unsuited',
      context: { sampler: 'lcm', steps: 150, model: 'pocket' },
    });
  });
});
