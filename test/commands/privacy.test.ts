import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { command } from '../../commands/privacy.ts';
import type { SeenMessage } from '../../src/rehearsal/index.ts';
import type { PanelDraft } from '../../src/store/stories.ts';
import { panelDraft, RUSTY, storyDraft, takeDraft } from '../store/support/samples.ts';
import { commandRoom } from './support/command-room.ts';

const LIMITS = { perMember: 100, perScope: 100 };

/** Alex has a character, a story with a picture and a message, and a drawing that waits; Mira a story of her own. */
async function furnishedRoom() {
  const { room, store, blobs, scope, ...rest } = await commandRoom([command]);
  const alex = room.person('alex').id;
  const mira = room.person('mira').id;
  const channelId = room.channel('stories').id;
  await store.characters.create(scope, alex, RUSTY);
  const tell = async (authorId: string, text: string, drafts: PanelDraft[]) => {
    const story = await store.stories.create(storyDraft({ scope, authorId, channelId }), drafts);
    const pictureHash = await blobs.put(new TextEncoder().encode(`picture ${text}`), 'image/png');
    const panelId = story.panels[0]?.id ?? '';
    const revision = await store.takes.reserveRevision(panelId);
    await store.takes.add(takeDraft(panelId, revision, { createdById: authorId, pictureHash }));
    return { story, pictureHash };
  };
  const own = await tell(alex, 'of alex', [panelDraft('Rusty standing')]);
  const others = await tell(mira, 'of mira', [panelDraft('a cat sleeping')]);
  const { job } = await store.jobs.enqueue(
    { kind: 'draw-story', payload: {}, memberId: alex, scope, channelId, storyId: own.story.id },
    LIMITS,
  );
  return { room, store, blobs, scope, alex, mira, own, others, job, ...rest };
}

async function contentsOf(message: SeenMessage): Promise<Record<string, Uint8Array>> {
  const [file] = message.attachments;
  const response = await fetch(file?.url ?? '');
  return unzipSync(new Uint8Array(await response.arrayBuffer()));
}

test('given /privacy export, then one alone gets a ZIP of all that is theirs, pictures included, and nothing else', async () => {
  const { room, alex, mira, own, others } = await furnishedRoom();
  const message = await (await room.as('alex').slash('/privacy export')).settled();
  expect(message.onlyFor).toBe(alex);
  const files = await contentsOf(message);
  const text = Buffer.from(files['data.json'] ?? []).toString('utf8');
  expect(JSON.parse(text)).toMatchObject({
    memberId: alex,
    characters: [{ name: 'Rusty' }],
    stories: [{ id: own.story.id, seed: '18446744073709551615' }],
    jobs: [{ status: 'queued' }],
  });
  expect(text).not.toContain(mira);
  expect(Buffer.from(files[`files/${own.pictureHash}.png`] ?? []).toString()).toBe('picture of alex');
  expect(Object.keys(files)).not.toContain(`files/${others.pictureHash}.png`);
});

test('given a picture that is missing, then the export says so and holds the rest', async () => {
  const { room, blobs, own } = await furnishedRoom();
  await blobs.delete(own.pictureHash);
  const message = await (await room.as('alex').slash('/privacy export')).settled();
  expect(message.text).toContain('left-out.txt');
  const files = await contentsOf(message);
  expect(Buffer.from(files['left-out.txt'] ?? []).toString()).toContain(own.pictureHash);
  expect(files).toHaveProperty(['data.json']);
});

test('given a part that there is not, then the answer says where to begin', async () => {
  const { room } = await furnishedRoom();
  const message = await (await room.as('nova').slash('/privacy export', { part: 7 })).settled();
  expect(message.text).toContain('Einen Teil 7 gibt es nicht');
});

test('given /privacy erase, then it tells what will go and does nothing before the button', async () => {
  const { room, store, alex } = await furnishedRoom();
  const person = room.as('alex');
  const question = await (await person.slash('/privacy erase')).settled();
  expect(question.onlyFor).toBe(alex);
  for (const line of ['1 character ', '1 story ', '1 drawing that waits']) expect(question.text).toContain(line);
  await person.click(question, 'Keep it');
  await room.until(() => question.text.includes('Nothing was deleted'));
  expect(question.buttons).toEqual([]);
  expect((await store.privacy.export(alex)).stories).toHaveLength(1);
});

test('given the button, then rows, blobs, messages and waiting jobs are gone, and nothing of others', async () => {
  const { room, store, scope, blobs, alex, mira, own, others, job, cancelled, errors } = await furnishedRoom();
  // a message of the bot about the story, known to the store
  const posted = await postAsBot(room);
  const about = { purpose: 'story', subject: own.story.id, scope, storyId: own.story.id, jobId: null, memberId: alex };
  const { id } = await store.messages.intend({ ...about, channelId: room.channel('stories').id });
  await store.messages.markPosted(id, posted.id, 'stale');
  const person = room.as('alex');
  const question = await (await person.slash('/privacy erase')).settled();
  await person.click(question, 'Erase everything');
  await room.until(() => question.text.startsWith('Erased'));
  expect(question.text).toBe(
    'Erased: 1 characters, 1 stories, 1 pictures. Backups of whoever runs this bot may hold them for a while.',
  );
  expect(cancelled).toEqual([job.id]);
  expect(await store.privacy.export(alex)).toMatchObject({ characters: [], stories: [], jobs: [], messages: [] });
  expect([await blobs.has(own.pictureHash), await blobs.has(others.pictureHash)]).toEqual([false, true]);
  expect(room.messages('stories').map((message) => message.id)).not.toContain(posted.id);
  expect(await store.deletions.list()).toEqual([]);
  expect((await store.privacy.export(mira)).stories).toHaveLength(1);
  expect(await store.checkIntegrity()).toEqual([]);
  expect(errors).toEqual([]);
});

test('given somebody of whom nothing is stored, then there is nothing to press', async () => {
  const { room } = await furnishedRoom();
  const message = await (await room.as('nova', 'dm').slash('/privacy erase')).settled();
  expect(message.text).toBe('Über dich ist nichts gespeichert.');
  expect(message.buttons).toEqual([]);
});

async function postAsBot(room: Awaited<ReturnType<typeof furnishedRoom>>['room']) {
  const response = await fetch(`${room.api}/v10/channels/${room.channel('stories').id}/messages`, {
    method: 'POST',
    headers: { authorization: `Bot ${room.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ content: 'the story of Alex' }),
  });
  return (await response.json()) as { readonly id: string };
}
