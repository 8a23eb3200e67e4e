import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rehearsal } from '../../src/rehearsal/index.ts';
import { TestTroupe } from '../support/bots.ts';
import { cast, finishedStory, isDone, menuOf, optionOf } from '../support/story-messages.ts';

let troupe: TestTroupe;
let room: Rehearsal;
beforeAll(async () => {
  troupe = await TestTroupe.start();
  room = troupe.room;
  await cast(room, room.as('alex'), 'Rusty', 'a red fox wearing a scarf');
});
afterAll(async () => {
  await troupe.stop();
  expect(troupe.errors).toEqual([]);
  expect(room.refusals).toEqual([]);
});

const DAY = 'Rusty standing in the forest | Rusty reading a book | Rusty dancing on the beach at night';

async function draw(title: string, panels = DAY, channel = 'stories') {
  const reply = await room.as('alex', channel).slash('/story generate', { title, panels });
  return { reply: await reply.settled(), message: await finishedStory(room, title) };
}

describe('a character', () => {
  test('given a new one, then candidates are posted with alt text, and the one picked is the canon', async () => {
    const mira = room.as('mira', 'casting');
    const reply = await mira.slash('/character create', { name: 'Bruno', looks: 'a brown bear wearing a hat' });
    expect((await reply.settled()).content).toContain('Bruno is being cast');
    const sheet = await room.untilMessage((seen) => seen.text.includes('Who is Bruno?') && seen.buttons.length > 4);
    expect(sheet.channelId).toBe(room.channel('casting').id);
    expect(sheet.attachments[0]?.description).toContain('Bruno');
    const picked = await mira.click(sheet, 'Number 2');
    expect((await picked.settled()).content).toContain('Bruno is cast');
    await room.until(() => sheet.text.includes('Number 2 is Bruno from now on.'));
    const shown = await (await mira.slash('/character show', { name: 'bruno' })).settled();
    expect(shown.text).toContain('Seed of the canon');
    expect(shown.attachments).toHaveLength(1);
    const other = await (await room.as('alex', 'casting').click(sheet, 'Number 1')).settled();
    expect(other.content).toContain('Bruno');
    expect(sheet.text).toContain('Number 2 is Bruno');
  });

  test('given edit, recast, retire and list, then each says what it did', async () => {
    const mira = room.as('mira', 'casting');
    await cast(room, mira, 'Pip', 'a blue penguin wearing a hat');
    const edited = await (await mira.slash('/character edit', { name: 'Pip', rename: 'Pippa' })).settled();
    expect(edited.content).toContain('Pippa is changed');
    expect((await (await mira.slash('/character list', {})).settled()).content).toContain('**Pippa** · a blue penguin');
    expect((await (await mira.slash('/character recast', { name: 'Pippa' })).settled()).content).toContain(
      'being cast',
    );
    await room.untilMessage((seen) => seen.text.includes('Who is Pippa?') && seen.buttons.length > 4);
    expect((await (await mira.slash('/character retire', { name: 'Pippa' })).settled()).content).toContain('retired');
    const gone = await (await mira.slash('/character show', { name: 'Pippa' })).settled();
    expect(gone.content).toContain('retired');
  });
});

describe('a story', () => {
  test('given a script, then its page is posted once with alt text, numbers and buttons, where the answer said', async () => {
    const { reply, message } = await draw('A day');
    expect(reply.content).toContain(`<#${room.channel('stories').id}>`);
    expect(message.attachments).toMatchObject([{ filename: 'page.png' }]);
    expect(message.attachments[0]?.description).toContain('Rusty reading a book');
    expect(message.text).toContain('with Rusty');
    expect(message.buttons.map(({ label }) => label)).toEqual(['Vary', 'Add panel', 'Takes', 'Export']);
    await room.until(() => message.reactions.size === 3);
    expect([...message.reactions.keys()]).toEqual(['1️⃣', '2️⃣', '3️⃣']);
    expect(room.messages().filter(({ text }) => text.includes('## A day\n'))).toHaveLength(1);
  });

  test('given no title, then the story goes by what happens first, in its message, the list and commands', async () => {
    const alex = room.as('alex');
    await (await alex.slash('/story generate', { panels: 'a cat waving in a garden | a cat sleeping' })).settled();
    const name = 'a cat waving in a garden';
    await finishedStory(room, name);
    expect((await (await alex.slash('/story list', {})).settled()).content).toContain(`**${name}**`);
    expect((await (await alex.slash('/story show', { story: name })).settled()).text).toContain(`## ${name}\n`);
  });

  test('given a number as a reaction by anybody, then that panel alone is drawn anew, and the reaction is taken away', async () => {
    const { message } = await draw('By reaction');
    await room.until(() => message.reactions.size === 3);
    const before = message.attachments[0]?.url;
    room.as('nova').react(message, '2️⃣');
    await room.until(() => message.attachments[0]?.url !== before && isDone(message));
    const nova = room.person('nova').id;
    await room.until(() => !message.reactions.get('2️⃣')?.has(nova));
    const takes = await (await room.as('alex').click(message, 'Takes')).settled();
    expect(takes.text).toContain('Panel 1: take 1 of 1 is on the page.');
    await room.as('alex').select(takes, menuOf(takes, 'takes-panel'), '2');
    await room.until(() => takes.text.includes('Panel 2: take 2 of 2 is on the page.'));
    expect(takes.attachments).toHaveLength(2);
  });

  test('given the menu, then that panel is drawn anew, and its older take can be brought back', async () => {
    const { message } = await draw('By menu');
    const alex = room.as('alex');
    const first = message.attachments[0]?.url;
    const answer = await (await alex.select(message, menuOf(message, 'redraw'), '3')).settled();
    expect(answer.content).toContain('Panel 3 is drawn anew');
    await room.until(() => message.attachments[0]?.url !== first && isDone(message));
    const second = message.attachments[0]?.url;
    const takes = await (await alex.slash('/story takes', { story: 'By menu', panel: 3 })).settled();
    const menu = menuOf(takes, 'take-show');
    await alex.select(takes, menu, optionOf(takes, menu, 'Take 1'));
    await room.until(() => takes.text.includes('take 1 of 2 is on the page'));
    await room.until(() => message.attachments[0]?.url !== second);
  });

  test('given one more panel by button and by command, then the page and the numbers grow', async () => {
    const { message } = await draw('Longer', 'Rusty standing in the forest');
    const alex = room.as('alex');
    const form = await alex.click(message, 'Add panel');
    const added = await (await alex.submitModal(form, { text: 'Rusty sleeping in the snow' })).settled();
    expect(added.content).toContain('The new panel is');
    await room.until(() => message.text.includes('2 panels') && isDone(message));
    await (await alex.slash('/story add', { story: 'Longer', panel: 'Rusty eating an apple' })).settled();
    await room.until(() => message.text.includes('3 panels') && isDone(message) && message.reactions.size === 3);
    expect(message.attachments[0]?.description).toContain('Rusty eating an apple');
  });

  test('given Vary and replay, then new stories are posted: one with another seed, one with the same page', async () => {
    const { message } = await draw('Again', 'Rusty standing in the forest');
    const seedOf = (text: string) => /seed (\d+)/.exec(text)?.[1];
    const others = () => room.messages().filter(({ id, text }) => id !== message.id && text.includes('## Again\n'));
    await (await room.as('mira').click(message, 'Vary')).settled();
    await room.until(() => others().length === 1 && others().every(isDone));
    expect(seedOf(others()[0]?.text ?? '')).not.toBe(seedOf(message.text));
    await (
      await room.as('mira').slash('/story replay', { story: message.text ? await storyId(message.id) : '' })
    ).settled();
    await room.until(() => others().length === 2 && others().every(isDone));
    expect(seedOf(others()[1]?.text ?? '')).toBe(seedOf(message.text));
    const page = async (url = '') => Buffer.from(await (await fetch(url)).arrayBuffer());
    const [a, b] = [await page(message.attachments[0]?.url), await page(others()[1]?.attachments[0]?.url)];
    expect(a.equals(b)).toBe(true);
  });

  test('given Export, then PNG, ZIP and PDF come as files to whoever asked', async () => {
    const { message } = await draw('To keep', 'Rusty standing in the forest');
    const choice = await (await room.as('nova').click(message, 'Export')).settled();
    const png = await (await room.as('nova').click(choice, 'Bild (PNG)')).settled();
    expect(png.attachments[0]?.filename).toMatch(/\.png$/);
    for (const format of ['zip', 'pdf']) {
      const reply = await (await room.as('alex').slash('/story export', { story: 'To keep', format })).settled();
      expect(reply.attachments[0]?.filename).toMatch(new RegExp(`\\.${format}$`));
      expect(reply.onlyFor).toBe(room.person('alex').id);
    }
  });

  test('given no panels, then a form asks for them with what was given filled in', async () => {
    const alex = room.as('alex');
    const form = await alex.slash('/story generate', { title: 'By form', layout: 'row' });
    expect(form.kind).toBe('modal');
    const panels = 'Rusty standing in the forest\nRusty reading a book';
    const reply = await (await alex.submitModal(form, { panels })).settled();
    expect(reply.content).toContain('Your story is');
    const message = await finishedStory(room, 'By form');
    expect(message.attachments[0]?.width).toBeGreaterThan(message.attachments[0]?.height ?? 0);
  });

  test('given list and show, then the story is found by title, whoever asks, with working buttons', async () => {
    const { message } = await draw('To be found', 'Rusty standing in the forest');
    const nova = room.as('mira');
    const list = await (await nova.slash('/story list', { character: 'Rusty' })).settled();
    expect(list.content).toContain('**To be found**');
    expect(list.content).toContain(message.id);
    const choices = await nova.autocomplete('/story show', { story: 'to be f' });
    expect(choices).toMatchObject([{ name: 'To be found · 1' }]);
    const shown = await (await nova.slash('/story show', { story: String(choices[0]?.value) })).settled();
    expect(shown.onlyFor).toBe(nova.person.id);
    expect(shown.attachments).toHaveLength(1);
    const answer = await (await nova.select(shown, menuOf(shown, 'redraw'), '1')).settled();
    expect(answer.content).toContain(message.id);
  });

  test('given a thread and direct messages, then stories are drawn there too', async () => {
    const { message } = await draw('In a thread', 'Rusty standing in the forest', 'Winter tale');
    expect(message.channelId).toBe(room.channel('Winter tale').id);
    const dm = room.as('alex', 'dm');
    await cast(room, dm, 'Momo', 'a grey mouse wearing a bow');
    await (await dm.slash('/story generate', { title: 'Between us', panels: 'Momo reading a book' })).settled();
    const secret = await finishedStory(room, 'Between us');
    expect(secret.channelId).toBe(dm.channel.id);
    const before = secret.attachments[0]?.url;
    dm.react(secret, '1️⃣');
    await room.until(() => secret.attachments[0]?.url !== before && isDone(secret));
    const elsewhere = await (await room.as('alex').slash('/story show', { story: 'Between us' })).settled();
    expect(elsewhere.content).toContain('no story called');
  });
});

async function storyId(messageId: string): Promise<string> {
  const message = room.messages().find(({ id }) => id === messageId);
  return message ? (menuOf(message, 'redraw').split('|')[3] ?? '') : '';
}
