import { describe, expect, test } from 'vitest';
import { connectDatabase } from '../../src/store/prisma-client.ts';
import { freshStore, TEST_PROVIDERS } from './support/fresh-database.ts';
import { GUILD, OTHER_GUILD } from './support/samples.ts';

describe.each(TEST_PROVIDERS)('settings on %s', (provider) => {
  test('given changes, then each changes what it names, null takes back, and other scopes keep theirs', async () => {
    const { store } = await freshStore(provider);
    expect(await store.settings.get(GUILD)).toEqual({});
    await store.settings.update(GUILD, { steps: 30, style: 'ink', blockedWords: ['gore'] });
    expect(await store.settings.update(GUILD, { steps: 25, style: null })).toEqual({
      steps: 25,
      blockedWords: ['gore'],
    });
    expect(await store.settings.get(GUILD)).toEqual({ steps: 25, blockedWords: ['gore'] });
    expect(await store.settings.get(OTHER_GUILD)).toEqual({});
  });

  test('given two changes at once, then none is lost', async () => {
    const { store } = await freshStore(provider);
    await Promise.all([
      store.settings.update(GUILD, { steps: 30 }),
      store.settings.update(GUILD, { style: 'ink' }),
      store.settings.update(GUILD, { spoilers: 'always' }),
    ]);
    expect(await store.settings.get(GUILD)).toEqual({ steps: 30, style: 'ink', spoilers: 'always' });
  });

  test.each([
    [{ steps: 0 }, 'steps'],
    [{ steps: 1.5 }, 'steps'],
    [{ blockedWords: ['x', ''] }, 'blockedWords.1'],
  ])('given the impossible %o, then it is refused by name and nothing changes', async (change, setting) => {
    const { store } = await freshStore(provider);
    await store.settings.update(GUILD, { steps: 30 });
    await expect(store.settings.update(GUILD, change)).rejects.toMatchObject({
      code: 'setting-invalid',
      context: { setting },
    });
    expect(await store.settings.get(GUILD)).toEqual({ steps: 30 });
  });

  test('given settings of another version, then what can be read holds and can still be changed', async () => {
    const { store, databaseUrl } = await freshStore(provider);
    await store.settings.update(GUILD, { style: 'ink' });
    const database = await connectDatabase(databaseUrl);
    await database.client.scope.update({
      where: { id: 'guild:1000' },
      data: { settings: { style: 'ink', steps: 'many', brush: 7 } },
    });
    await database.close();
    expect(await store.settings.get(GUILD)).toEqual({ style: 'ink' });
    expect(await store.settings.update(GUILD, { steps: 9 })).toEqual({ style: 'ink', steps: 9 });
  });
});
