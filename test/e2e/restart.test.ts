import { createClient } from '@libsql/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SeenMessage } from '../../src/rehearsal/index.ts';
import { openStore } from '../../src/store/store.ts';
import { TestTroupe } from '../support/bots.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { Gate } from '../support/gate.ts';
import { finishedStory, isDone, menuOf } from '../support/story-messages.ts';

const titled = (title: string) => (message: SeenMessage) => message.text.includes(`## ${title}\n`);
const PANELS = 'a red fox standing in the forest | a red fox reading a book';

async function startTroupe(gate?: Gate): Promise<TestTroupe> {
  const troupe = await TestTroupe.start(new FakeEngine(gate && { between: gate.between }));
  onTestFinished(async () => {
    gate?.release();
    await troupe.stop();
    expect(troupe.errors).toEqual([]);
  });
  return troupe;
}

const generate = async ({ room }: TestTroupe, title: string) =>
  (await room.as('alex').slash('/story generate', { title, panels: PANELS })).settled();

describe('a restart', () => {
  test('given one in the middle of a drawing, then the channel is told, and the same message becomes the page', async () => {
    const gate = new Gate();
    const troupe = await startTroupe(gate);
    const { room } = troupe;
    const reached = gate.hold(({ phase }) => phase === 'inject');
    await generate(troupe, 'Interrupted');
    await reached;
    await generate(troupe, 'Waiting');
    const message = await room.untilMessage(titled('Interrupted'));
    const closed = troupe.close();
    setImmediate(() => gate.release());
    await closed;
    expect(message.text).toContain('The bot is restarting; the drawing goes on after it.');
    await troupe.open(new FakeEngine());
    await room.until(() => isDone(message));
    await finishedStory(room, 'Waiting');
    expect(room.messages().filter(titled('Interrupted'))).toHaveLength(1);
    expect(room.messages().filter(titled('Waiting'))).toHaveLength(1);
  });

  test('given a kill between a member’s rows and messages, then the messages are deleted at the next start', async () => {
    const troupe = await startTroupe();
    const { room } = troupe;
    await generate(troupe, 'To be erased');
    const message = await finishedStory(room, 'To be erased');
    await (await room.as('mira').slash('/story generate', { title: 'To stay', panels: PANELS })).settled();
    await finishedStory(room, 'To stay');
    await troupe.close();
    const store = await openStore({ databaseUrl: troupe.databaseUrl, clock: Date });
    expect((await store.privacy.erase(room.person('alex').id)).messages).toHaveLength(1);
    expect(room.messages().filter(titled('To be erased'))).toHaveLength(1);
    await troupe.open(new FakeEngine());
    await room.until(() => !room.messages().some(({ id }) => id === message.id));
    expect(room.messages().filter(titled('To stay'))).toHaveLength(1);
    await troupe.close();
    expect(await store.deletions.list()).toEqual([]);
    await store.close();
  });

  test('given messages from before, then reactions and buttons on them still work', async () => {
    const troupe = await startTroupe();
    const { room } = troupe;
    await generate(troupe, 'Old');
    const message = await finishedStory(room, 'Old');
    await room.until(() => message.reactions.size === 2);
    await troupe.close();
    await troupe.open(new FakeEngine());
    const first = message.attachments[0]?.url;
    room.as('nova').react(message, '2️⃣');
    await room.until(() => message.attachments[0]?.url !== first && isDone(message));
    const second = message.attachments[0]?.url;
    await (await room.as('alex').select(message, menuOf(message, 'redraw'), '1')).settled();
    await room.until(() => message.attachments[0]?.url !== second && isDone(message));
    expect(room.messages().filter(titled('Old'))).toHaveLength(1);
  });
});

describe('what a kill leaves', () => {
  /** Changes the database while the bot is down, as a kill at that moment would have left it. */
  async function rewind(troupe: TestTroupe, sql: string, args: string[] = []): Promise<void> {
    const client = createClient({ url: troupe.databaseUrl });
    const { rowsAffected } = await client.execute({ sql, args });
    client.close();
    expect(rowsAffected).toBe(1);
  }

  test('given a message that was sent but not noted, then it is found in the channel and not sent again', async () => {
    const troupe = await startTroupe();
    const { room } = troupe;
    await generate(troupe, 'Sent');
    const message = await finishedStory(room, 'Sent');
    await troupe.close();
    for (let each = 0; each < 120; each++) room.as('nova').say(`chatter ${each}`);
    const sql = `UPDATE "PostedMessage" SET "status" = 'intended', "messageId" = NULL, "postedAt" = NULL WHERE "messageId" = ?`;
    await rewind(troupe, sql, [message.id]);
    await troupe.open(new FakeEngine());
    await troupe.app.bot.board.idle();
    expect(
      room
        .messages()
        .filter(titled('Sent'))
        .map(({ id }) => id),
    ).toEqual([message.id]);
    const first = message.attachments[0]?.url;
    room.as('nova').react(message, '1️⃣');
    await room.until(() => message.attachments[0]?.url !== first && isDone(message));
  });

  test('given a story that was stored but never announced, then it is posted, once', async () => {
    const troupe = await startTroupe();
    const { room } = troupe;
    await generate(troupe, 'First');
    const story = await finishedStory(room, 'First');
    await troupe.close();
    room.trouble.deleteMessage(story);
    await rewind(troupe, 'DELETE FROM "PostedMessage"');
    await troupe.open(new FakeEngine());
    await finishedStory(room, 'First');
    await troupe.app.bot.board.idle();
    expect(room.messages().filter(titled('First'))).toHaveLength(1);
  });
});
