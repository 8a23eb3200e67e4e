import { expect, test } from 'vitest';
import { command } from '../../commands/settings.ts';
import type { Rehearsal } from '../../src/rehearsal/index.ts';
import { commandRoom } from './support/command-room.ts';

async function said(room: Rehearsal, call: string, values: Record<string, string> = {}, who = 'mira') {
  const reply = await room.as(who).slash(call, values);
  return reply.settled();
}

test('given settings changed by a moderator, then they are stored, shown, and taken back by reset', async () => {
  const { room, store, scope } = await commandRoom([command]);
  const set = await said(room, '/settings set', { setting: 'steps', value: ' 25 ' });
  expect(set.onlyFor).toBe(room.person('mira').id);
  expect(set.text).toContain('sampling steps** is now: 25');
  await said(room, '/settings set', { setting: 'promptFilter', value: 'strict: cruelty too' });
  await said(room, '/settings set', { setting: 'style', value: '**ink** and wash' });
  await said(room, '/settings set', { setting: 'locale', value: 'Deutsch' });
  expect(await store.settings.get(scope)).toEqual({
    steps: 25,
    promptFilter: 'strict',
    style: '**ink** and wash',
    locale: 'de',
  });
  const shown = (await said(room, '/settings show')).text;
  expect(shown).toContain('**filter of texts**: strict');
  expect(shown).toContain('**default style**: \\*\\*ink\\*\\* and wash');
  expect(shown).toContain('**filter of texts in age-gated channels**: slurs only (not set)');
  expect(shown).toContain('**model**: pocket (not set)');
  expect(shown).toContain('**sampler**: the model’s own (not set)');
  expect(shown).toContain('**layout of pages**: as it fits best (not set)');
  expect(shown).toContain('**most panels in a story**: 9 (not set)');
  expect((await said(room, '/settings reset', { setting: 'steps' })).text).toContain('not set');
  expect(await store.settings.get(scope)).not.toHaveProperty('steps');
});

test('given values that are not possible, then the answer says what is and gives back what was typed', async () => {
  const { room, store, scope } = await commandRoom([command]);
  for (const [setting, value, possible] of [
    ['steps', '0', '1–150'],
    ['steps', '1e2', '1–150'],
    ['steps', '0x10', '1–150'],
    ['panelsPerStory', '2.5', '1–9'],
    ['guidance', '-1', '0–30'],
    ['guidance', '1e1', '0–30'],
    ['sampler', 'euler-magic', 'ddim, euler'],
    ['spoilers', 'sometimes', 'flagged, always'],
    ['locale', 'tlh', 'en, de'],
    ['layout', 'circle', 'auto, row, column, square'],
  ] as const) {
    const { text } = await said(room, '/settings set', { setting, value });
    expect(text).toContain(`Possible: ${possible}`);
    expect(text).toContain(`value:${value}`);
  }
  expect(await store.settings.get(scope)).toEqual({});
});

test('given somebody who may not manage the server, then neither menu nor command lets them', async () => {
  const { room, store, scope } = await commandRoom([command]);
  const offered = (who: string, where?: string) =>
    room
      .as(who, where)
      .commands()
      .some(({ words }) => words[0] === 'settings');
  expect([offered('mira'), offered('alex'), offered('mira', 'dm')]).toEqual([true, false, false]);
  // a server's admins may show the command to everyone: then the bot itself refuses
  for (const registered of room.world.commands.values()) registered.default_member_permissions = null;
  for (const [call, values] of [
    ['/settings set', { setting: 'steps', value: '2' }],
    ['/settings words', { list: 'blocked', add: 'fox' }],
    ['/settings show', {}],
  ] as const) {
    expect((await said(room, call, values, 'alex')).text).toContain('Only moderators may do that.');
  }
  expect(await store.settings.get(scope)).toEqual({});
});

test('given words to refuse and to allow, then the lists grow and shrink, whatever way they are written', async () => {
  const { room, store, scope } = await commandRoom([command]);
  await said(room, '/settings words', { list: 'blocked', add: 'Vampir*, ice  pick,\u00a0fox ' });
  await said(room, '/settings words', { list: 'allowed', add: 'great tit' });
  expect(await store.settings.get(scope)).toEqual({
    blockedWords: ['fox', 'ice pick', 'Vampir*'],
    allowedWords: ['great tit'],
  });
  const removed = await said(room, '/settings words', { list: 'blocked', remove: 'FOX, vampir*' });
  expect(removed.text).toContain('||ice pick||');
  await said(room, '/settings words', { list: 'allowed', remove: 'great tit' });
  expect(await store.settings.get(scope)).toEqual({ blockedWords: ['ice pick'] });
  const refused = await said(room, '/settings words', { list: 'blocked', add: 'wolf, a*' });
  expect(refused.text).toContain('before a * at least 3');
  expect(await store.settings.get(scope)).toEqual({ blockedWords: ['ice pick'] });
});

test('given a list longer than a message, then it comes as a hidden file', async () => {
  const { room, store, scope } = await commandRoom([command]);
  await store.settings.update(scope, { blockedWords: Array.from({ length: 900 }, (_, at) => `word${at}`) });
  const { attachments, text } = await said(room, '/settings words', { list: 'blocked' });
  expect(text).toContain('900');
  expect(attachments.map(({ filename }) => filename)).toEqual(['SPOILER_blocked-words.txt']);
});

test('given roles, then they are named once, and creating by roles without one is remarked upon', async () => {
  const { room, store, scope } = await commandRoom([command]);
  const lonely = await said(room, '/settings set', { setting: 'creating', value: 'roles' });
  expect(lonely.text).toContain('No role is named yet');
  const role = [...room.guild.roles.values()].find(({ name }) => name === 'Moderator');
  const id = role?.id ?? '';
  await said(room, '/settings roles', { who: 'creatorRoles', add: 'Moderator' });
  const page = await said(room, '/settings roles', { who: 'creatorRoles', add: 'Moderator' });
  expect(page.text).toContain(`may create: <@&${id}>`);
  expect(await store.settings.get(scope)).toEqual({ creating: 'roles', creatorRoles: [id] });
  await said(room, '/settings roles', { who: 'creatorRoles', remove: 'Moderator' });
  expect(await store.settings.get(scope)).toEqual({ creating: 'roles' });
});

test('given a setting that is chosen, then its values are offered, models among them', async () => {
  const { room, errors } = await commandRoom([command]);
  const mira = room.as('mira');
  const offered = async (setting: string, value: string) =>
    (await mira.autocomplete('/settings set', { setting, value })).map((choice) => choice.value);
  expect(await offered('model', 'SD')).toEqual(['sdxl-base']);
  const told = (await mira.autocomplete('/settings set', { setting: 'model', value: '' })).map(({ name }) => name);
  expect(told).toEqual([
    'pocket · recommended · 1024 × 1024 · 30 steps · 9.3 GB of memory',
    'sdxl-base · SDXL · 1024 × 1024 · 30 steps · 9.3 GB of memory',
    'broken · can’t be used now',
  ]);
  expect(await offered('sampler', 'eul')).toEqual(['euler', 'euler-trailing', 'euler-ancestral']);
  expect(await offered('promptFilter', '')).toEqual(['off', 'slurs', 'standard', 'strict']);
  expect(await offered('redrawing', 'mod')).toEqual(['moderators']);
  expect(await offered('steps', '')).toEqual(['1']);
  expect(await offered('style', 'in')).toEqual([]);
  expect((await said(room, '/settings set', { setting: 'model', value: 'dall-e' })).text).toContain(
    'pocket, sdxl-base',
  );
  expect(errors).toEqual([]);
});

test('given a German moderator, then the answers are German', async () => {
  const { room } = await commandRoom([command]);
  room.addMember({ key: 'greta', moderator: true, locale: 'de' });
  const { text } = await said(room, '/settings set', { setting: 'promptFilter', value: 'strict' }, 'greta');
  expect(text).toContain('**Filter für Texte** ist jetzt: streng');
});

test('given numbers beyond what whoever runs the bot allows, then they are refused, and older ones are told of', async () => {
  const { room, store, scope } = await commandRoom([command]);
  const refused = await said(room, '/settings set', { setting: 'panelsPerStory', value: '10' });
  expect(refused.text).toContain('allows at most 9');
  expect(await store.settings.get(scope)).toEqual({});
  await said(room, '/settings set', { setting: 'panelsPerStory', value: '9' });
  await store.settings.update(scope, { queuedPerMember: 40 });
  const { text } = await said(room, '/settings show');
  expect(text).toContain('**most panels in a story**: 9\n');
  expect(text).toContain('**most waiting drawings of a member**: 40, but whoever runs this bot allows 5');
});

test('given settings that no story could be drawn with, then they are refused and nothing is stored', async () => {
  const { room, store, scope } = await commandRoom([command]);
  expect((await said(room, '/settings set', { setting: 'model', value: 'broken' })).text).toContain(
    'can’t be used now',
  );
  expect((await said(room, '/settings set', { setting: 'sampler', value: 'lcm' })).text).toContain(
    'can’t be drawn with',
  );
  expect(await store.settings.get(scope)).toEqual({});
  const model = await said(room, '/settings set', { setting: 'model', value: 'sdxl-base' });
  expect(model.text).toContain('a canon for each model');
  const guidance = await said(room, '/settings set', { setting: 'guidance', value: '6,5' });
  expect(guidance.text).toContain('is now: 6.5');
  expect(guidance.text).toContain('until they are recast');
  await said(room, '/settings set', { setting: 'sampler', value: 'dpm++-2m-karras' });
  expect(await store.settings.get(scope)).toEqual({ model: 'sdxl-base', guidance: 6.5, sampler: 'dpm++-2m-karras' });
  const back = await said(room, '/settings set', { setting: 'model', value: 'pocket' });
  expect(back.text).toContain('for this model too: sampler dpm++-2m-karras and guidance');
});
