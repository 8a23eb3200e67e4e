import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OptionValues, Rehearsal } from '../../src/rehearsal/index.ts';
import { TestTroupe } from '../support/bots.ts';
import { cast, finishedStory, menuOf } from '../support/story-messages.ts';

let troupe: TestTroupe;
let room: Rehearsal;
const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeAll(async () => {
  process.on('unhandledRejection', note);
  troupe = await TestTroupe.start();
  room = troupe.room;
  await cast(room, room.as('alex'), 'Rusty', 'a red fox wearing a scarf');
});
afterAll(async () => {
  await troupe.stop();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
  expect(troupe.errors).toEqual([]);
});

async function ask(who: string, call: string, values: OptionValues) {
  return (await room.as(who).slash(call, values)).settled();
}

describe('mistakes', () => {
  test('given a name that nobody has, then close ones are offered, to that person alone, with what was typed', async () => {
    const refused = await ask('alex', '/story generate', { title: 'Oops', panels: '@Rusti standing in the forest' });
    expect(refused.content).toContain('Nobody here is called “Rusti”. Did you mean Rusty?');
    expect(refused.content).toContain('/story generate panels:@Rusti standing in the forest title:Oops');
    expect(refused.onlyFor).toBe(room.person('alex').id);
    expect((await ask('alex', '/character show', { name: 'Rust' })).content).toContain('Did you mean Rusty?');
    expect((await ask('alex', '/character retire', { name: 'Zebulon' })).content).toContain('`/character list` shows');
  });

  test('given words that the model was not taught, then story and casting are drawn, and say which', async () => {
    await ask('alex', '/story generate', { title: 'Odd words', panels: 'Rusty on a unicycle | Rusty and a *wizard*' });
    const story = await finishedStory(room, 'Odd words');
    expect(story.text).toContain('-# The model was not taught: unicycle, wizard. It draws around these words.');
    await ask('alex', '/character create', { name: 'Merl', looks: 'an old fox with a beard' });
    await room.untilMessage(({ text }) => text.includes('Merl') && text.includes('not taught: old, with, beard.'));
    await ask('alex', '/story generate', { title: 'Its own words', panels: 'Rusty standing in the forest' });
    expect((await finishedStory(room, 'Its own words')).text).not.toContain('not taught');
  });

  test('given characters that were cast with other steps, then a story of both says who may look different', async () => {
    await ask('mira', '/settings set', { setting: 'steps', value: '12' });
    await cast(room, room.as('alex'), 'Bruno', 'a brown bear');
    await ask('mira', '/settings reset', { setting: 'steps' });
    await ask('alex', '/story generate', { title: 'Both', panels: 'Rusty and Bruno sitting | Bruno standing' });
    const told = (await finishedStory(room, 'Both')).text;
    expect(told).toMatch(/-# (Rusty|Bruno) may look a little different here/);
    await ask('alex', '/story generate', { title: 'Alone', panels: 'Bruno standing in the forest' });
    expect((await finishedStory(room, 'Alone')).text).not.toContain('a little different');
  });

  test('given a German, then commands, answers and mistakes are German', async () => {
    const nova = room.as('nova');
    const generate = nova.commands().find(({ words }) => words.join(' ') === 'story generate');
    expect(generate?.names.map(({ name_localizations }) => name_localizations?.de)).toEqual(['geschichte', 'zeichnen']);
    expect((await ask('nova', '/character show', { name: 'Rusti' })).content).toContain('Hier heißt niemand „Rusti“');
    expect((await ask('nova', '/story generate', { panels: 'Rusty standing', seed: 'twelve' })).content).toContain(
      'Ein Startwert ist eine ganze Zahl',
    );
    const answer = await ask('nova', '/story generate', {
      title: 'Auf Deutsch',
      panels: 'Rusty standing in the forest',
    });
    expect(answer.content).toContain('Deine Geschichte ist als Nächstes an der Reihe.');
    // What everybody reads is in the server's language.
    expect((await finishedStory(room, 'Auf Deutsch')).buttons.map(({ label }) => label)).toContain('Add panel');
    expect((await ask('nova', '/help', {})).content).toContain('Besetze jemanden');
  });

  test('given a server that speaks German, then its messages do', async () => {
    const guild = room.addGuild({ name: 'Berlin', channels: ['geschichten'], locale: 'de' });
    room.addMember({ key: 'lena', guild, locale: 'de' });
    const lena = room.as('lena', 'geschichten');
    await (await lena.slash('/story generate', { title: 'Berlin', panels: 'a red fox in the snow' })).settled();
    const message = await finishedStory(room, 'Berlin');
    expect(message.buttons.map(({ label }) => label)).toEqual([
      'Abwandeln',
      'Feld anfügen',
      'Fassungen',
      'Exportieren',
    ]);
  });

  test('given words that are not welcome, then nothing is drawn, the words are not repeated in public, nothing is lost', async () => {
    await (await room.as('mira').slash('/settings words', { list: 'blocked', add: 'turnip' })).settled();
    const refused = await ask('alex', '/story generate', { title: 'Veg', panels: 'Rusty eating a turnip' });
    expect(refused.onlyFor).toBe(room.person('alex').id);
    expect(refused.content).toContain('panels:Rusty eating a turnip');
    expect(room.messages().some(({ text }) => text.includes('turnip'))).toBe(false);
    await ask('alex', '/story generate', { title: 'Clean', panels: 'Rusty standing in the forest' });
    const message = await finishedStory(room, 'Clean');
    const form = await room.as('alex').click(message, 'Add panel');
    const again = await (await room.as('alex').submitModal(form, { text: 'Rusty and a turnip' })).settled();
    expect(again.text).toContain('Rusty and a turnip');
    expect(again.onlyFor).toBe(room.person('alex').id);
  });

  test('given words that are harmless apart, then a panel is judged with the whole story and the looks in it', async () => {
    const mira = room.as('mira');
    const made = await (await mira.slash('/character create', { name: 'Lotte', looks: 'a little girl' })).settled();
    expect(made.content).toContain('Lotte');
    await (await mira.slash('/settings set', { setting: 'promptFilter', value: 'off' })).settled();
    await (await mira.slash('/story generate', { title: 'Apart', panels: 'Lotte in the forest' })).settled();
    const message = await finishedStory(room, 'Apart');
    const form = await mira.click(message, 'Add panel');
    const refused = await (await mira.submitModal(form, { text: 'undressing' })).settled();
    expect(refused.text).toContain('may be a minor');
    const whole = await (await mira.slash('/story generate', { panels: 'Lotte in the forest | undressing' })).settled();
    expect(whole.text).toContain('may be a minor');
    await (await mira.slash('/settings reset', { setting: 'promptFilter' })).settled();
  });

  test('given panels that are not there, then the numbers are told', async () => {
    const refused = await ask('alex', '/story redraw', { story: 'Clean', panel: 7 });
    expect(refused.content).toContain('There is no panel 7: the story has 1.');
    expect((await ask('alex', '/story show', { story: 'Claen' })).content).toContain('Did you mean Clean?');
    const takes = await ask('alex', '/story takes', { story: 'Clean', panel: 1 });
    expect(menuOf(takes, 'take-show')).not.toBe('');
  });

  test('given a script too long for a message, then it comes back as a file', async () => {
    const panels = Array.from({ length: 30 }, (_, i) => `Rusty number ${i} ${'standing '.repeat(8)}`).join('|');
    const refused = await ask('alex', '/story generate', { title: 'Long', panels });
    expect(refused.content).toContain('What you typed is in the file');
    const [file] = refused.attachments;
    expect(await (await fetch(file?.url ?? '')).text()).toContain(panels.trim());
  });
});

describe('any input', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom(
      '|',
      '@Rusty',
      '@everyone <@1>',
      '```',
      '**_~',
      '||spoiler||',
      '../../etc',
      '﷽'.repeat(40),
      '{name}',
      "'; --",
    ),
    fc
      .array(fc.constantFrom('Rusty', '@Rusti', 'standing', '|', 'in the forest', '🦊', '`'), { maxLength: 20 })
      .map((words) => words.join(' ')),
  );
  const calls: [call: string, options: readonly string[]][] = [
    ['/story generate', ['panels', 'title', 'characters', 'style']],
    ['/character create', ['name', 'looks']],
    ['/character edit', ['name', 'rename', 'looks']],
    ['/character show', ['name']],
    ['/story show', ['story']],
    ['/story add', ['story', 'panel']],
    ['/story list', ['character']],
  ];
  const call = fc.constantFrom(...calls).chain(([name, options]) =>
    fc.record({
      name: fc.constant(name),
      values: fc.record(Object.fromEntries(options.map((option) => [option, text]))),
    }),
  );

  test('given any text in any option, then it is answered in time, refused by our rules alone, and given back', async () => {
    const before = room.refusals.length;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(call, async ({ name, values }) => {
        // What Discord's own form sends: no empty texts, no characters that can't be encoded.
        const given = Object.fromEntries(
          Object.entries(values).map(
            ([key, value]) =>
              [
                key,
                value
                  .replace(/\p{Cs}/gu, '')
                  .replaceAll('\0', '')
                  .trim() || 'x',
              ] as const,
          ),
        );
        const reply = await room.as('nova').slash(name, given);
        const answer = await reply.settled();
        expect(answer.text).not.toMatch(/log under|Protokoll unter/u);
        if (!answer.text.includes('nichts verloren geht')) return;
        refused++;
        const [file] = answer.attachments;
        const back = file ? await (await fetch(file.url)).text() : answer.content;
        for (const value of Object.values(given)) expect(back).toContain(value);
      }),
      { numRuns: 60 },
    );
    expect(room.refusals.slice(before)).toEqual([]);
    expect(refused).toBeGreaterThan(10);
  });

  test('given any beginning, then it is completed within the limits', async () => {
    const typed = fc.constantFrom<[string, string]>(
      ['/character show', 'name'],
      ['/story show', 'story'],
      ['/story generate', 'characters'],
    );
    await fc.assert(
      fc.asyncProperty(typed, text, async ([name, option], value) => {
        const choices = await room.as('alex').autocomplete(name, { [option]: value.replace(/\p{Cs}/gu, '') });
        expect(choices.length).toBeLessThanOrEqual(25);
      }),
      { numRuns: 40 },
    );
  });
});
