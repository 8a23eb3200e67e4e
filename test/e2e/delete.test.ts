import { join } from 'node:path';
import { RESTJSONErrorCodes } from 'discord.js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { FolderBlobStore } from '../../src/blobs/folder-blob-store.ts';
import type { Rehearsal, SeenMessage } from '../../src/rehearsal/index.ts';
import { TestTroupe } from '../support/bots.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { Gate } from '../support/gate.ts';
import { cast, finishedStory, isDone, menuOf } from '../support/story-messages.ts';

const gate = new Gate();
const engine = new FakeEngine({ between: gate.between });
let troupe: TestTroupe;
let room: Rehearsal;
beforeAll(async () => {
  troupe = await TestTroupe.start(engine);
  room = troupe.room;
});
afterEach(() => gate.release());
afterAll(async () => {
  await troupe.stop();
  expect(troupe.errors).toEqual([]);
  // A message may be edited in the moment in which it is deleted.
  const refused = room.refusals.filter(({ code, staged }) => code !== RESTJSONErrorCodes.UnknownMessage && !staged);
  expect(refused).toEqual([]);
});

const PANELS = 'a red fox standing in the forest | a red fox reading a book';
const titled = (title: string) => (message: SeenMessage) => message.text.includes(`## ${title}\n`);
const posted = (title: string) => room.messages().filter(titled(title));
const generate = async (title: string, panels = PANELS, who = 'alex') =>
  (await room.as(who).slash('/story generate', { title, panels })).settled();
const ask = async (call: string, values: Record<string, string>, who = 'alex') =>
  (await room.as(who).slash(call, values)).settled();

async function drawn(title: string, panels?: string): Promise<SeenMessage> {
  await generate(title, panels);
  return finishedStory(room, title);
}

/** Asks and presses the button. @returns what is said then */
async function remove(call: string, values: Record<string, string>, label: string, who = 'alex'): Promise<string> {
  const question = await ask(call, values, who);
  await room.as(who).click(question, label);
  await room.until(() => question.buttons.length === 0);
  return question.content;
}

async function blobs(): Promise<Set<string>> {
  const hashes = new Set<string>();
  for await (const { hash } of new FolderBlobStore(join(troupe.folder, 'blobs'), Date).list()) hashes.add(hash);
  return hashes;
}

describe('/story delete', () => {
  test('given its author, then nothing goes before the button; then message, pictures and story do, and no other', async () => {
    const kept = await drawn('To stay', 'a cat sleeping');
    const before = await blobs();
    const message = await drawn('To go');
    await (await room.as('nova').select(message, menuOf(message, 'redraw'), '2')).settled();
    await room.until(() => isDone(message) && message.reactions.size === 2);
    const exported = await ask('/story export', { story: 'To go', format: 'png' }, 'nova');

    const question = await ask('/story delete', { story: 'To go' });
    expect(question.onlyFor).toBe(room.person('alex').id);
    expect(question.content).toContain('“To go” goes for good: its 2 panels, 3 pictures and its message.');
    await room.as('alex').click(question, 'Keep it');
    await room.until(() => question.content === 'Nothing was deleted.');
    expect(posted('To go')).toHaveLength(1);

    const [{ value } = { value: '' }] = await room.as('alex').autocomplete('/story delete', { story: 'to g' });
    const said = await remove('/story delete', { story: String(value) }, 'Delete the story');
    expect(said).toBe('“To go” is deleted. Backups of whoever runs this bot may hold it for a while.');
    expect(posted('To go')).toEqual([]);
    expect(await blobs()).toEqual(before);
    expect((await ask('/story list', {})).content).not.toContain('To go');
    expect((await ask('/story show', { story: String(value) })).content).toContain('This story is no more');
    expect(posted('To stay').map(({ id }) => id)).toEqual([kept.id]);
    expect(room.messages().map(({ id }) => id)).not.toContain(message.id);
    expect(exported.attachments).toHaveLength(1);
  });

  test('given somebody else, then it is refused before it is asked; a moderator may, and is told in their language', async () => {
    await drawn('Not theirs');
    const refused = await ask('/story delete', { story: 'Not theirs' }, 'nova');
    expect([refused.content, refused.buttons]).toEqual([expect.stringContaining('Das darf nur'), []]);
    expect(posted('Not theirs')).toHaveLength(1);
    expect(await remove('/story delete', { story: 'Not theirs' }, 'Delete the story', 'mira')).toContain('is deleted');
    expect(posted('Not theirs')).toEqual([]);
    await generate('Novas', PANELS, 'nova');
    await finishedStory(room, 'Novas');
    expect(await remove('/story delete', { story: 'Novas' }, 'Geschichte löschen', 'nova')).toContain('ist gelöscht');
  });

  test('given one that is drawn and one that waits, then the work stops, the rest of the queue goes on', async () => {
    const begun = engine.calls.length;
    const reached = gate.hold(({ phase }) => phase === 'sample');
    await generate('Drawn now');
    await reached;
    await generate('Waits');
    await generate('Comes after');
    await room.untilMessage(titled('Drawn now'));
    await room.untilMessage(titled('Waits'));
    expect((await ask('/story delete', { story: 'Waits' })).content).toContain('What is being drawn of it stops.');
    expect(await remove('/story delete', { story: 'Waits' }, 'Delete the story')).toContain('is deleted');
    expect(await remove('/story delete', { story: 'Drawn now' }, 'Delete the story')).toContain('is deleted');
    expect(engine.calls.at(-1)?.signal?.aborted).toBe(true);
    gate.release();
    await finishedStory(room, 'Comes after');
    await troupe.app.bot.board.idle();
    expect([...posted('Drawn now'), ...posted('Waits')]).toEqual([]);
    expect((await ask('/queue', {})).content).toContain('nothing waits');
    // The one that waited was never begun.
    expect(engine.calls.slice(begun).map(({ signal }) => signal?.aborted)).toEqual([true, false]);
  });

  test('given a message that is gone, then that is no matter; one that the bot no longer sees is counted', async () => {
    room.trouble.deleteMessage(await drawn('Gone before'));
    expect(await remove('/story delete', { story: 'Gone before' }, 'Delete the story')).not.toContain('message');
    await drawn('Out of reach');
    const question = await ask('/story delete', { story: 'Out of reach' });
    room.trouble.answerNext(403, 1, 'DELETE /channels');
    await room.as('alex').click(question, 'Delete the story');
    await room.until(() => question.content.includes('1 message could not be deleted'));
    expect((await ask('/story list', {})).content).not.toContain('Out of reach');
  });

  test('given two presses, then the second is told that the story is no more', async () => {
    await drawn('Twice');
    const questions = [await ask('/story delete', { story: 'Twice' }), await ask('/story delete', { story: 'Twice' })];
    const [first, second] = questions as [SeenMessage, SeenMessage];
    await room.as('alex').click(first, 'Delete the story');
    await room.until(() => first.content.includes('is deleted'));
    await room.as('alex').click(second, 'Delete the story');
    await room.untilMessage(({ content, id }) => content.includes('This story is no more') && id > second.id);
  });
});

describe('/character delete', () => {
  test('given one that plays or is needed by a story, then it says why not; when nothing needs it, all of it goes', async () => {
    const before = await blobs();
    const alex = room.as('alex', 'casting');
    await cast(room, alex, 'Rusty', 'a red fox wearing a scarf');
    const sheet = room.messages('casting').find(({ text }) => text.includes('## Who is Rusty?'));
    await drawn('With Rusty', 'Rusty standing in the forest');
    expect((await ask('/character delete', { name: 'Rusty' })).content).toContain('Rusty still plays');
    const retired = await ask('/character retire', { name: 'Rusty' });
    expect(retired.content).toContain('`/character delete` removes the character for good');
    expect((await ask('/character delete', { name: 'Rusty' }, 'nova')).content).toContain('gehört');

    const [offered] = await alex.autocomplete('/character delete', { name: 'rus' });
    expect(offered?.name).toBe('Rusty · a red fox wearing a scarf');
    expect(await room.as('nova').autocomplete('/character delete', { name: 'rus' })).toEqual([]);
    const refused = await ask('/character delete', { name: String(offered?.value) });
    expect(refused.content).toContain('a story is drawn by its canon');
    expect(refused.content).toContain('(With Rusty)');
    expect(refused.buttons).toEqual([]);
    const story = room.messages().find(titled('With Rusty')) as SeenMessage;
    await (await room.as('alex').select(story, menuOf(story, 'redraw'), '1')).settled();
    await room.until(() => isDone(story));

    // Somebody who has the name by now is not meant.
    await alex.slash('/character create', { name: 'Rusty', looks: 'a red fox wearing a hat' });
    const other = await room.untilMessage(({ text, buttons }) => text.includes('wearing a hat') && buttons.length > 4);
    await remove('/story delete', { story: 'With Rusty' }, 'Delete the story');
    const said = await remove('/character delete', { name: 'Rusty' }, 'Delete the character');
    expect(said).toContain('Rusty is deleted.');
    const sheets = room.messages('casting').map(({ id }) => id);
    expect(sheets).toContain(other.id);
    expect(sheets).not.toContain(sheet?.id);
    expect((await ask('/character show', { name: 'Rusty' })).text).toContain('wearing a hat');
    await ask('/character retire', { name: 'Rusty' });
    await remove('/character delete', { name: 'Rusty' }, 'Delete the character', 'mira');
    expect(await blobs()).toEqual(before);
    expect((await ask('/character show', { name: 'Rusty' })).content).toContain('Nobody here is called');
  });

  test('given one that is being cast, then the casting stops and its message goes', async () => {
    const reached = gate.hold(({ phase }) => phase === 'sample');
    await ask('/character create', { name: 'Ida', looks: 'a grey cat' });
    await reached;
    await room.untilMessage((message) => message.text.includes('## Who is Ida?'));
    await ask('/character retire', { name: 'Ida' });
    expect(await remove('/character delete', { name: 'Ida' }, 'Delete the character')).toContain('Ida is deleted.');
    expect(engine.calls.at(-1)?.signal?.aborted).toBe(true);
    gate.release();
    await drawn('After Ida');
    await troupe.app.bot.board.idle();
    expect(room.messages().filter((message) => message.text.includes('Ida?'))).toEqual([]);
  });
});
