import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectDatabase } from '../../src/store/prisma-client.ts';
import { storableText } from '../../src/store/storable-text.ts';
import { freshStore, TEST_PROVIDERS } from './support/fresh-database.ts';
import { GUILD, hashOf, OTHER_GUILD, RUSTY } from './support/samples.ts';

const SHEET = [0, 1, 2, 3].map((position) => ({
  seed: String(position),
  prompt: 'a fox wearing a scarf',
  pictureHash: hashOf(position),
  canonBlobHash: hashOf(10 + position),
  modelHash: hashOf(99),
}));

describe.each(TEST_PROVIDERS)('characters on %s', (provider) => {
  test('given a character, then it is found by its name in any case, and only in its scope', async () => {
    const { store } = await freshStore(provider);
    const created = await store.characters.create(GUILD, '42', RUSTY);
    expect(created).toMatchObject({ ...RUSTY, scope: GUILD, ownerId: '42', status: 'active', style: null });
    expect(await store.characters.get(created.id)).toEqual(created);
    expect(await store.characters.find(GUILD, '  rUSTY ')).toEqual(created);
    expect(await store.characters.find(OTHER_GUILD, 'Rusty')).toBeUndefined();
    expect(await store.characters.find({ kind: 'direct', memberId: '42' }, 'Rusty')).toBeUndefined();
  });

  test.each([
    ['Rusty', 'RUSTY'],
    ['Straße', 'STRASSE'],
    ['ＦＯＸ', 'fox'],
    ['Zoë', 'Zoe\u0308'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
    ['Old  Fox', 'old fox'],
  ])('given a character %s, then the name %s is taken in its scope and free elsewhere', async (name, same) => {
    const { store } = await freshStore(provider);
    const { id } = await store.characters.create(GUILD, '42', { ...RUSTY, name });
    await expect(store.characters.create(GUILD, '43', { ...RUSTY, name: same })).rejects.toMatchObject({
      code: 'character-name-taken',
      context: { characterId: id, ownerId: '42' },
    });
    await store.characters.create(OTHER_GUILD, '43', { ...RUSTY, name: same });
  });

  test('given ten people who want the same name at once, then one gets it and the others are told', async () => {
    const { store } = await freshStore(provider);
    const tries = await Promise.allSettled(
      Array.from({ length: 10 }, (_, member) => store.characters.create(GUILD, String(member), RUSTY)),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const each of tries) {
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'character-name-taken' });
    }
  });

  test('given a retired character, then its name is free, and it is listed only when asked for', async () => {
    const { store } = await freshStore(provider);
    const old = await store.characters.create(GUILD, '42', RUSTY);
    expect(await store.characters.retire(old.id)).toMatchObject({ status: 'retired' });
    const young = await store.characters.create(GUILD, '42', RUSTY);
    expect((await store.characters.find(GUILD, 'rusty'))?.id).toBe(young.id);
    expect((await store.characters.list(GUILD)).map(({ id }) => id)).toEqual([young.id]);
    expect(await store.characters.list(GUILD, { retired: true })).toHaveLength(2);
    // A new name for the retired one must not take it from anybody.
    await store.characters.edit(old.id, { name: 'Rusty' });
    expect((await store.characters.find(GUILD, 'rusty'))?.id).toBe(young.id);
    expect(await store.checkIntegrity()).toEqual([]);
  });

  test('given an edit, then it changes what it names, and another name is refused if it is taken', async () => {
    const { store, clock } = await freshStore(provider);
    const rusty = await store.characters.create(GUILD, '42', { ...RUSTY, style: 'ink' });
    await store.characters.create(GUILD, '42', { ...RUSTY, name: 'Bella' });
    clock.advance(1000);
    const edited = await store.characters.edit(rusty.id, { looks: 'a fox in a coat' });
    expect(edited).toEqual({ ...rusty, looks: 'a fox in a coat', updatedAt: new Date(clock.now()) });
    await expect(store.characters.edit(rusty.id, { name: 'bella' })).rejects.toMatchObject({
      code: 'character-name-taken',
    });
    expect(await store.characters.edit(rusty.id, { name: 'RUSTY' })).toMatchObject({ name: 'RUSTY' });
    await expect(store.characters.edit(rusty.id, { name: ' ' })).rejects.toMatchObject({
      code: 'character-name-empty',
    });
    await expect(store.characters.edit('nobody', {})).rejects.toMatchObject({ code: 'character-not-found' });
  });

  test('given part of a name with wildcards of SQL, then only names that hold it as typed are listed', async () => {
    const { store } = await freshStore(provider);
    for (const name of ['Fox', '100% fox', 'Ox_', 'Bear'])
      await store.characters.create(GUILD, '42', { ...RUSTY, name });
    const namesWith = async (containing: string) =>
      (await store.characters.list(GUILD, { containing })).map(({ name }) => name);
    expect(await namesWith('OX')).toEqual(['100% fox', 'Fox', 'Ox_']);
    expect(await namesWith('%')).toEqual(['100% fox']);
    expect(await namesWith('_')).toEqual(['Ox_']);
    expect(await store.characters.list(GUILD, { limit: 2 })).toHaveLength(2);
    expect(await store.characters.list(GUILD, { ownerId: '43' })).toEqual([]);
  });

  test('given any text as name, looks, style and words, then it is read back as it was typed', async () => {
    const { store } = await freshStore(provider);
    let number = 0;
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    const halves = fc.string({
      unit: fc.constantFrom('\0', '\ud83e', '\udd8a', 'a', '\u{1F98A}', "'", '"', '\\', '%'),
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, halves), fc.oneof(text, halves), async (typed, word) => {
        const name = `${typed}x${number++}`;
        const character = await store.characters.create(GUILD, '42', {
          name,
          looks: typed,
          subjectWords: [word],
          style: typed,
        });
        const read = await store.characters.get(character.id);
        const stored = { name: storableText(name), looks: storableText(typed), subjectWords: [storableText(word)] };
        expect(read).toMatchObject(stored);
        expect(character).toEqual(read);
        expect((await store.characters.find(GUILD, name))?.id).toBe(character.id);
        expect(stored.looks.length).toBe(typed.length);
      }),
      { numRuns: 150 },
    );
  });
});

test('given text without NUL and lone surrogates, then storing it changes nothing; those two become U+FFFD', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(storableText(text)).toBe(text.replaceAll('\0', '\uFFFD'));
    }),
  );
  expect(storableText('a\0b\ud800c\u{1F98A}')).toBe('a\uFFFDb\uFFFDc\u{1F98A}');
});

describe.each(TEST_PROVIDERS)('castings on %s', (provider) => {
  test('given a sheet and a pick, then the pick is the canon, and picking another keeps the first', async () => {
    const { store } = await freshStore(provider);
    const { id } = await store.characters.create(GUILD, '42', RUSTY);
    const round = await store.castings.reserveRound(id);
    const sheet = await store.castings.addSheet(id, round, SHEET);
    expect(sheet.map(({ position }) => position)).toEqual([0, 1, 2, 3]);
    const first = await store.castings.pick(sheet[2]?.id ?? '');
    expect(first).toMatchObject({ blobHash: hashOf(12), pictureHash: hashOf(2), seed: '2', modelHash: hashOf(99) });
    expect((await store.characters.get(id)).currentCanonId).toBe(first.id);
    const second = await store.castings.pick(sheet[0]?.id ?? '');
    expect((await store.characters.get(id)).currentCanonId).toBe(second.id);
    expect(await store.castings.pick(sheet[2]?.id ?? '')).toEqual(first);
    expect((await store.characters.get(id)).currentCanonId).toBe(first.id);
    expect(await store.castings.canons(id)).toHaveLength(2);
    expect((await store.castings.sheet(id))[2]?.canonId).toBe(first.id);
  });

  test('given canons of several models, then each model has the one picked last of its own', async () => {
    const { store, clock } = await freshStore(provider);
    const { id } = await store.characters.create(GUILD, '42', RUSTY);
    const castBy = async (model: number) => {
      const record = SHEET.map((each) => ({ ...each, modelHash: hashOf(model), modelName: `model ${model}` }));
      return store.castings.addSheet(id, await store.castings.reserveRound(id), record);
    };
    const [old, other] = [await castBy(1), await castBy(2)];
    const pick = async (candidate: { readonly id: string } | undefined) => {
      clock.advance(1000);
      return store.castings.pick(candidate?.id ?? '');
    };
    expect(await store.castings.canonFor(id, hashOf(1))).toBeUndefined();
    const first = await pick(old[0]);
    await pick(old[1]);
    const again = await pick(old[0]);
    const second = await pick(other[3]);
    expect(again.id).toBe(first.id);
    expect((await store.characters.get(id)).currentCanonId).toBe(second.id);
    expect(await store.castings.canonFor(id, hashOf(1))).toEqual(again);
    expect(await store.castings.canonFor(id, hashOf(2))).toMatchObject({ id: second.id, modelName: 'model 2' });
    expect(await store.castings.canonFor(id, hashOf(3))).toBeUndefined();
    await expect(store.castings.canonFor('none', hashOf(1))).rejects.toMatchObject({ code: 'character-not-found' });
  });

  test('given picks from before their times were noted, then the current canon counts', async () => {
    const { store, clock, databaseUrl } = await freshStore(provider);
    const { id } = await store.characters.create(GUILD, '42', RUSTY);
    const sheet = await store.castings.addSheet(id, await store.castings.reserveRound(id), SHEET);
    for (const place of [1, 3, 1]) {
      clock.advance(1000);
      await store.castings.pick(sheet[place]?.id ?? '');
    }
    const database = await connectDatabase(databaseUrl);
    await database.client.$executeRawUnsafe('UPDATE "Canon" SET "chosenAt" = NULL, "modelName" = NULL');
    await database.close();
    const { currentCanonId } = await store.characters.get(id);
    expect(await store.castings.canonFor(id, hashOf(99))).toMatchObject({ id: currentCanonId, seed: '1' });
  });

  test('given a job that stores its sheet again after a crash, then there is one sheet', async () => {
    const { store } = await freshStore(provider);
    const { id } = await store.characters.create(GUILD, '42', RUSTY);
    const round = await store.castings.reserveRound(id);
    const sheet = await store.castings.addSheet(id, round, SHEET);
    expect(await store.castings.addSheet(id, round, SHEET)).toEqual(sheet);
    expect(await store.castings.reserveRound(id)).toBe(round + 1);
    expect(await store.castings.sheet(id)).toEqual(sheet);
  });

  test("given a canon of another character, then it can't be chosen", async () => {
    const { store } = await freshStore(provider);
    const rusty = await store.characters.create(GUILD, '42', RUSTY);
    const bella = await store.characters.create(GUILD, '42', { ...RUSTY, name: 'Bella' });
    const canon = await store.castings.add(bella.id, {
      blobHash: hashOf(1),
      pictureHash: null,
      modelHash: hashOf(2),
      seed: '1',
    });
    await expect(store.castings.choose(rusty.id, canon.id)).rejects.toMatchObject({ code: 'canon-not-found' });
    expect(await store.castings.choose(bella.id, canon.id)).toEqual(canon);
    expect(await store.castings.canon(canon.id)).toEqual(canon);
    await expect(store.castings.pick('none')).rejects.toMatchObject({ code: 'candidate-not-found' });
    await expect(store.castings.reserveRound('none')).rejects.toMatchObject({ code: 'character-not-found' });
  });
});
