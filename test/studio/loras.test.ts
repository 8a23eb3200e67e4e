import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openModel } from '../../src/engine/weights/open-model.ts';
import { UserError } from '../../src/errors/user-error.ts';
import { type LoraShelf, loraKey, MAX_LORA_NAME, openLoraShelf } from '../../src/studio/loras.ts';
import { openModelShelf } from '../../src/studio/models.ts';
import { parseRecipe } from '../../src/studio/recipe.ts';
import type { FakeEngine } from '../support/fake-engine.ts';
import { POCKET } from '../support/fixtures.ts';
import { ownFolder } from '../support/model-copies.ts';
import { asker, newStory } from '../support/people.ts';
import { testStudio } from '../support/studios.ts';
import { toyLora, writeTensors } from '../support/toy-loras.ts';

const MODEL = openModelShelf({ configured: [POCKET], hashOf: async () => 'a'.repeat(64) }).get(undefined);
const write = (file: string, seed: bigint) =>
  writeTensors(file, toyLora(openModel(POCKET), { seed, modules: /mid_block.*attn2\.to_q/u }));

/** Two LoRAs for the model, one for another, and what is none. */
function folderOfLoras() {
  const folder = ownFolder();
  const loras = path.join(folder, 'loras');
  fs.mkdirSync(loras);
  write(path.join(loras, 'noir.safetensors'), 1n);
  write(path.join(loras, 'Ink Wash v2.safetensors'), 2n);
  const strange = {
    'lora_unet_elsewhere_to_q.lora_down.weight': { type: 'float32', shape: [2, 4], data: new Float32Array(8) },
  };
  writeTensors(path.join(loras, 'other.safetensors'), { ...strange } as Parameters<typeof writeTensors>[1]);
  fs.writeFileSync(path.join(loras, 'broken.safetensors'), 'no header');
  fs.writeFileSync(path.join(loras, 'notes.txt'), 'noir');
  const secret = write(path.join(folder, 'secret.safetensors'), 3n);
  return { folder, loras, secret };
}

const codeOf = (work: Promise<unknown>) => work.then(() => 'taken').catch((error) => error.code);
const choose = (shelf: LoraShelf, name: string, weight = 1) => shelf.choose([{ name, weight }], MODEL);

describe('the LoRAs of an installation', () => {
  test('given several files, then those for the model are offered, and others refused with the reason', async () => {
    const { loras } = folderOfLoras();
    const shelf = openLoraShelf(loras);
    expect(shelf.fitting(MODEL)).toEqual(['Ink Wash v2', 'noir']);
    const [chosen] = await choose(shelf, ' NOIR ', 0.5);
    expect(chosen).toMatchObject({
      name: 'noir',
      weight: 0.5,
      file: fs.realpathSync(path.join(loras, 'noir.safetensors')),
    });
    const codes = await Promise.all(['other', 'broken', 'notes', ''].map((name) => codeOf(choose(shelf, name))));
    expect(codes).toEqual(['lora-unsuited', 'lora-unusable', 'lora-unknown', 'lora-unknown']);
    expect(shelf.nameOf(loraKey('Ink Wash v2'))).toBe('Ink Wash v2');
    expect(await choose(shelf, 'noir', 0)).toEqual([]);
  });

  test('given no folder, then there are none; given a new file, then it is there at once', async () => {
    const { folder } = folderOfLoras();
    const shelf = openLoraShelf(path.join(folder, 'later'));
    expect(shelf.fitting(MODEL)).toEqual([]);
    expect(await codeOf(choose(shelf, 'noir'))).toBe('lora-unknown');
    fs.mkdirSync(path.join(folder, 'later'));
    write(path.join(folder, 'later/noir.safetensors'), 1n);
    expect(shelf.fitting(MODEL)).toEqual(['noir']);
  });

  test('given a link that leads out of the folder, then it is not opened', async () => {
    const { loras, secret } = folderOfLoras();
    fs.symlinkSync(secret, path.join(loras, 'linked.safetensors'));
    const shelf = openLoraShelf(loras);
    expect(shelf.fitting(MODEL)).not.toContain('linked');
    expect(await codeOf(choose(shelf, 'linked'))).toBe('lora-unusable');
  });

  test('given 3,000 names that people could type, then nothing outside of the folder is ever opened', async () => {
    const { folder, loras } = folderOfLoras();
    const shelf = openLoraShelf(loras);
    const part = fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      '\0',
      '%2e%2e',
      'secret',
      'loras',
      folder,
      '.safetensors',
      '∕',
      '．',
      ' ',
    );
    const name = fc.oneof(
      fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary' }),
    );
    const typed = fc.oneof(
      name,
      name.map((each) => `${each}secret`),
      name.map((each) => `../${each}`),
    );
    const property = fc.asyncProperty(typed, async (each) => {
      const error = await choose(shelf, each).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(UserError);
      expect(error.code).toBe('lora-unknown');
    });
    await fc.assert(property, { numRuns: 3000 });
    const files = [...'noir secret'.split(' ')].map((each) => shelf.nameOf(loraKey(each)));
    expect(files).toEqual(['noir', undefined]);
  });

  test('given names too long or with what custom ids can’t hold, then they aren’t offered', () => {
    const { loras } = folderOfLoras();
    const long = 'n'.repeat(MAX_LORA_NAME + 1);
    for (const name of [long, 'a|b', '.hidden']) write(path.join(loras, `${name}.safetensors`), 4n);
    expect(openLoraShelf(loras).fitting(MODEL)).toEqual(['Ink Wash v2', 'noir']);
  });
});

describe('a story with a LoRA', () => {
  const asked = (panels: string, lora: { name: string; weight: number }) => newStory(panels, { lora });

  test('given one, then panels, redraws and replays are drawn with it, and it is another model', async () => {
    const { loras } = folderOfLoras();
    const { studio, store, ended, engine } = await testStudio({ lorasFolder: loras });
    const file = fs.realpathSync(path.join(loras, 'noir.safetensors'));
    const { story } = await ended(
      studio.createStory(asker(), asked('a fox | a fox sleeping', { name: 'noir', weight: 0.8 })),
    );
    await ended(studio.redrawPanel(asker(), story.id, 2));
    await ended(studio.addPanel(asker(), story.id, 'a fox dancing'));
    const replay = await ended(studio.replayStory(asker(), story.id));
    const used = (engine as FakeEngine).calls.map(({ model }) => model.loras);
    expect(used).toEqual(Array.from({ length: 4 }, () => [{ file, weight: 0.8 }]));
    const [take] = await store.takes.shownOf(replay.story.id);
    const plain = await ended(studio.createStory(asker(), newStory('a fox')));
    expect(take?.modelHash).not.toBe((await store.takes.shownOf(plain.story.id))[0]?.modelHash);
    expect(parseRecipe(story.settings).loras).toMatchObject([{ name: 'noir', weight: 0.8 }]);
  });

  test('given a LoRA that was trained anew since, then the story is not drawn on', async () => {
    const { loras } = folderOfLoras();
    const { studio, ended } = await testStudio({ lorasFolder: loras });
    const { story } = await ended(studio.createStory(asker(), asked('a fox', { name: 'noir', weight: 1 })));
    write(path.join(loras, 'noir.safetensors'), 9n);
    expect(await codeOf(studio.redrawPanel(asker(), story.id, 1))).toBe('lora-gone');
    fs.rmSync(path.join(loras, 'noir.safetensors'));
    expect(await codeOf(studio.varyStory(asker(), story.id))).toBe('lora-gone');
  });

  test('given somebody cast without it, then they are offered to be recast with it, and keep their own canon', async () => {
    const { loras } = folderOfLoras();
    const { studio, store, ended, cast, engine } = await testStudio({ lorasFolder: loras });
    const { id, currentCanonId: own } = await cast('Rusty', 'a fox');
    const story = asked('Rusty sleeping', { name: 'Ink Wash v2', weight: 1.5 });
    const error = await studio.createStory(asker(), story).catch((thrown) => thrown);
    const lora = { key: loraKey('Ink Wash v2'), weight: 1.5 };
    expect(error).toMatchObject({ code: 'canon-outdated', context: { canonModel: 'pocket', recast: { lora } } });
    expect(error.context.model).toMatch(/^pocket \+ Ink Wash v2 \([0-9a-f]{12}\) at 1.5$/);
    await ended(studio.recast(asker(), id, error.context.recast));
    expect((engine as FakeEngine).calls.at(-1)?.model.loras).toMatchObject([{ weight: 1.5 }]);
    await studio.pickCandidate(asker(), (await store.castings.sheet(id))[1]?.id as string);
    expect((await ended(studio.createStory(asker(), story))).end.type).toBe('finished');
    const plain = await ended(studio.createStory(asker(), newStory('Rusty sleeping')));
    expect((await store.takes.shownOf(plain.story.id))[0]?.canonIds).toEqual([own]);
  });
});
