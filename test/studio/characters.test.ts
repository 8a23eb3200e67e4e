import { describe, expect, test } from 'vitest';
import { decodeCanon } from '../../src/canon/canon-file.ts';
import { decodePicture, encodePng } from '../../src/render/canvas.ts';
import type { FakeEngine } from '../support/fake-engine.ts';
import { asker, newStory } from '../support/people.ts';
import { panelColour, solidPanel } from '../support/solid-panels.ts';
import { testStudio } from '../support/studios.ts';

const RUSTY = { name: 'Rusty', looks: 'a fox wearing a scarf' };
const MODERATOR = asker({ memberId: '1', isModerator: true });
const OTHER = asker({ memberId: '43' });

describe('casting a character', () => {
  test('given a new character, then four different candidates are drawn, each with a canon of its own', async () => {
    const { studio, store, blobs, ended } = await testStudio();
    const { character, end, place } = await ended(studio.createCharacter(asker(), RUSTY));
    expect([end.type, place]).toEqual(['finished', 1]);
    expect(character).toMatchObject({ name: 'Rusty', subjectWords: ['fox'], ownerId: '42', currentCanonId: null });
    const sheet = await store.castings.sheet(character.id);
    expect(new Set(sheet.map(({ pictureHash }) => pictureHash)).size).toBe(4);
    expect(new Set(sheet.map(({ seed }) => seed)).size).toBe(4);
    for (const { canonBlobHash, seed, prompt } of sheet) {
      const canon = decodeCanon((await blobs.get(canonBlobHash)).bytes, 'Rusty');
      expect(canon.characters).toEqual([{ name: 'Rusty', looks: RUSTY.looks, subject: 'fox' }]);
      expect(canon.anchors.map((anchor) => [anchor.seed.toString(), anchor.prompt])).toEqual([[seed, prompt]]);
      expect(prompt).toBe('a storybook drawing of a fox wearing a scarf standing');
    }
    const page = await studio.castingSheet(character.id);
    expect(page.candidates.map(({ place, isCanon }) => [place, isCanon])).toEqual([
      [1, false],
      [2, false],
      [3, false],
      [4, false],
    ]);
    const picked = await studio.pickCandidate(asker(), page.candidates[2]?.id as string);
    expect(picked.currentCanonId).not.toBeNull();
    const after = await studio.castingSheet(character.id);
    expect(after.candidates.map(({ isCanon }) => isCanon)).toEqual([false, false, true, false]);
  });

  test('given a recast, then the canon in use stays until another is picked, and is kept after', async () => {
    const { studio, store, cast, ended } = await testStudio();
    const rusty = await cast('Rusty', RUSTY.looks);
    await ended(studio.recast(asker(), rusty.id));
    expect((await store.characters.get(rusty.id)).currentCanonId).toBe(rusty.currentCanonId);
    const [first] = (await studio.castingSheet(rusty.id)).candidates;
    expect((await studio.pickCandidate(asker(), first?.id as string)).currentCanonId).not.toBe(rusty.currentCanonId);
    expect(await store.castings.canons(rusty.id)).toHaveLength(2);
  });

  test('given that a casting was never drawn, then its sheet says so', async () => {
    const { studio } = await testStudio({ idle: true });
    const { character } = await studio.createCharacter(asker(), RUSTY);
    await expect(studio.castingSheet(character.id)).rejects.toMatchObject({ code: 'casting-not-drawn' });
  });
});

describe('what is refused', () => {
  test('given a name that is taken or a full queue, then nothing is stored and nothing waits', async () => {
    const limits = { panelsPerStory: 9, queuedPerMember: 1, queuedPerServer: 9 };
    const { studio, store } = await testStudio({ idle: true, limits });
    await studio.createCharacter(asker(), RUSTY);
    await expect(studio.createCharacter(OTHER, { ...RUSTY, name: 'RUSTY' })).rejects.toMatchObject({
      code: 'character-name-taken',
    });
    await expect(studio.createCharacter(asker(), { ...RUSTY, name: 'Bo' })).rejects.toMatchObject({
      code: 'queue-full-member',
      context: { limit: 1 },
    });
    expect(await store.characters.list(asker().scope)).toHaveLength(1);
    expect(await store.jobs.list({})).toHaveLength(1);
  });

  test.each(['a|b', 'a@b', 'a\nb', 'a<b', '*a*', 'a:b'])('given the name %j, then it is refused', async (name) => {
    const { studio } = await testStudio({ idle: true });
    const refused = studio.createCharacter(asker(), { name, looks: RUSTY.looks });
    await expect(refused).rejects.toMatchObject({ code: 'character-name-unusable' });
  });

  test('given looks without a subject, then they are refused with what to do', async () => {
    const { studio } = await testStudio({ idle: true });
    const unclear = studio.createCharacter(asker(), { name: 'X', looks: 'a' });
    await expect(unclear).rejects.toMatchObject({ code: 'subject-unclear' });
  });
});

describe('changing a character', () => {
  test('given somebody else, then only a moderator may; in another server the character is not there', async () => {
    const { studio, cast } = await testStudio();
    const { id } = await cast('Rusty', RUSTY.looks);
    for (const refused of [
      () => studio.editCharacter(OTHER, id, { name: 'Mine' }),
      () => studio.retireCharacter(OTHER, id),
      () => studio.recast(OTHER, id),
    ]) {
      await expect(refused()).rejects.toMatchObject({ code: 'character-not-yours', context: { name: 'Rusty' } });
    }
    const elsewhere = asker({ isModerator: true, scope: { kind: 'guild', guildId: '2' } });
    await expect(studio.retireCharacter(elsewhere, id)).rejects.toMatchObject({ code: 'character-not-found' });
    expect(await studio.editCharacter(MODERATOR, id, { name: '@Red' })).toMatchObject({ name: 'Red' });
    expect(await studio.retireCharacter(MODERATOR, id)).toMatchObject({ status: 'retired' });
    await expect(studio.recast(asker(), id)).rejects.toMatchObject({ code: 'character-retired' });
  });

  test('given a canon, then looks may change but not what the character is', async () => {
    const { studio, cast, ended } = await testStudio();
    const { id } = await cast('Rusty', RUSTY.looks);
    expect(await studio.editCharacter(asker(), id, { looks: 'a small fox in a hat' })).toMatchObject({
      looks: 'a small fox in a hat',
      subjectWords: ['fox'],
    });
    await expect(studio.editCharacter(asker(), id, { looks: 'a wolf' })).rejects.toMatchObject({
      code: 'character-subject-fixed',
      context: { subject: 'fox' },
    });
    const { character } = await ended(studio.createCharacter(asker(), { name: 'Bo', looks: 'a bear' }));
    expect(await studio.editCharacter(asker(), character.id, { looks: 'a *polar bear* cub' })).toMatchObject({
      subjectWords: ['polar', 'bear'],
    });
  });
});

describe('a character from a picture', () => {
  const brought = () =>
    encodePng(solidPanel(0, 200, 100)).then((bytes) => ({ ...RUSTY, picture: new Uint8Array(bytes) }));

  test('given a picture, then it is the first candidate as it is, with a canon of it; the others are drawn', async () => {
    const { studio, store, blobs, ended, engine } = await testStudio();
    const { character } = await ended(studio.createCharacter(asker(), await brought()));
    const [first, ...others] = await store.castings.sheet(character.id);
    const shown = await decodePicture((await blobs.get(first?.pictureHash as string)).bytes);
    expect([shown.width, shown.height]).toEqual([128, 128]);
    expect([...shown.rgb.subarray(0, 3)]).toEqual([...panelColour(0)]);
    expect(new Set(others.map(({ pictureHash }) => pictureHash)).size).toBe(3);
    const canon = decodeCanon((await blobs.get(first?.canonBlobHash as string)).bytes, 'Rusty');
    expect(canon.anchors.map(({ given }) => given)).toEqual([true]);
    for (const { canonBlobHash } of others) {
      expect(decodeCanon((await blobs.get(canonBlobHash)).bytes, 'Rusty').anchors[0]?.given).toBeUndefined();
    }
    // Stories don't draw it again: they are given what the model saw of it.
    await studio.pickCandidate(asker(), first?.id as string);
    await ended(studio.createStory(asker(), newStory('Rusty in the forest')));
    const [anchor, panel] = (engine as FakeEngine).calls.at(-1)?.story.panels ?? [];
    expect(anchor?.given).toEqual(canon.anchors[0]?.latents);
    expect(panel?.given).toBeUndefined();
    // A recast is of the looks.
    await ended(studio.recast(asker(), character.id));
    const recast = await store.castings.sheet(character.id);
    expect(recast.map(({ pictureHash }) => pictureHash)).not.toContain(first?.pictureHash);
  });

  test('given that nothing has been drawn yet, then the picture is stored and in use, until its member is erased', async () => {
    const { studio, store, blobs } = await testStudio({ idle: true });
    const { job } = await studio.createCharacter(asker(), await brought());
    const { pictureHash } = job.payload as { pictureHash: string };
    expect((await blobs.get(pictureHash)).mediaType).toBe('image/png');
    expect(await store.blobReferences()).toEqual(new Set([pictureHash]));
    expect((await store.privacy.erase(asker().memberId)).blobHashes).toEqual([pictureHash]);
  });

  test('given a file that is none, then it is refused, and neither character nor job is stored', async () => {
    const { studio, store } = await testStudio({ idle: true });
    const refused = studio.createCharacter(asker(), { ...RUSTY, picture: new Uint8Array(9) });
    await expect(refused).rejects.toMatchObject({ code: 'picture-unreadable' });
    expect(await store.characters.list(asker().scope)).toEqual([]);
    expect(await store.jobs.list({})).toEqual([]);
  });
});
