import { describe, expect, onTestFinished, test } from 'vitest';
import type { Rehearsal, SeenMessage } from '../../src/rehearsal/index.ts';
import { TestTroupe } from '../support/bots.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { Gate } from '../support/gate.ts';
import { finishedStory, isDone, menuOf } from '../support/story-messages.ts';

const titled = (title: string) => (message: SeenMessage) => message.text.includes(`## ${title}\n`);

async function start(gate?: Gate): Promise<TestTroupe> {
  const troupe = await TestTroupe.start(new FakeEngine(gate && { between: gate.between }));
  onTestFinished(async () => {
    gate?.release();
    troupe.room.trouble.clear();
    await troupe.stop();
  });
  return troupe;
}

const generate = async (room: Rehearsal, title: string, channel = 'stories') => {
  const panels = 'a red fox standing in the forest | a red fox reading a book';
  return (await room.as('alex', channel).slash('/story generate', { title, panels })).settled();
};

describe('missing permissions', () => {
  test('given none to post, then that is said before anything is drawn, with what was typed', async () => {
    const { room } = await start();
    room.trouble.forbid('SendMessages');
    const refused = await generate(room, 'Silent');
    expect(refused.content).toContain('I miss the permission to send messages');
    expect(refused.content).toContain('title:Silent');
    room.trouble.allow('SendMessages');
    expect((await (await room.as('alex').slash('/story list')).settled()).content).toContain('No stories yet');
  });

  test('given none to add reactions, then the message says to use the menu, which works', async () => {
    const { room } = await start();
    room.trouble.forbid('AddReactions');
    await generate(room, 'By menu only');
    const message = await finishedStory(room, 'By menu only');
    expect(message.text).toContain('I may not add reactions here');
    expect(message.reactions.size).toBe(0);
    const before = message.attachments[0]?.url;
    await (await room.as('alex').select(message, menuOf(message, 'redraw'), '1')).settled();
    await room.until(() => message.attachments[0]?.url !== before && isDone(message));
  });

  test('given none to take reactions away, then that is said, and a reaction draws all the same', async () => {
    const { room } = await start();
    room.trouble.forbid('ManageMessages');
    await generate(room, 'Reactions stay');
    const message = await finishedStory(room, 'Reactions stay');
    expect(message.text).toContain('I may not take reactions away here');
    await room.until(() => message.reactions.size === 2);
    const before = message.attachments[0]?.url;
    room.as('nova').react(message, '1️⃣');
    await room.until(() => message.attachments[0]?.url !== before && isDone(message));
    expect(message.reactions.get('1️⃣')).toContain(room.person('nova').id);
  });

  test('given the permission to post taken while it waits, then its author is told in private where it can be seen', async () => {
    const gate = new Gate();
    const { room } = await start(gate);
    const reached = gate.hold(({ phase }) => phase === 'load');
    room.trouble.slowRest(0);
    room.trouble.answerNext(500, 4, 'POST /channels/:channel/messages');
    await generate(room, 'Locked out');
    await reached;
    room.trouble.clear();
    room.trouble.forbid('SendMessages');
    gate.release();
    const told = await room.untilMessage(
      ({ text, stored }) => text.includes('“Locked out” is drawn') && !stored.onlyFor,
    );
    expect(told.channelId).toBe(room.as('alex', 'dm').channel.id);
    expect(told.text).toContain('I miss the permission to send messages');
    room.trouble.allow('SendMessages');
    const again = await (await room.as('alex').slash('/story show', { story: 'Locked out', post: true })).settled();
    expect(again.content).toContain('Its message is here');
    await finishedStory(room, 'Locked out');
  });

  test('given a reaction by somebody who may not redraw, then the message says why, and nothing is drawn', async () => {
    const { room } = await start();
    await generate(room, 'Mine');
    const message = await finishedStory(room, 'Mine');
    await room.until(() => message.reactions.size === 2);
    await (await room.as('mira').slash('/settings set', { setting: 'redrawing', value: 'author' })).settled();
    const nova = room.person('nova').id;
    room.as('nova').react(message, '1️⃣');
    await room.until(() => message.text.includes(`<@${nova}>: Only whoever made it, or a moderator, may do that.`));
    expect(isDone(message)).toBe(true);
    await room.until(() => !message.reactions.get('1️⃣')?.has(nova));
    room.as('mira').react(message, '1️⃣');
    await room.until(() => !message.text.includes(`<@${nova}>`) && isDone(message));
    const takes = await (await room.as('alex').slash('/story takes', { story: 'Mine', panel: 1 })).settled();
    expect(takes.text).toContain('take 2 of 2');
  });
});

describe('what people delete', () => {
  test('given the message deleted while it is drawn, then the story is drawn and can be posted anew', async () => {
    const gate = new Gate();
    const { room } = await start(gate);
    const reached = gate.hold(({ phase }) => phase === 'sample');
    await generate(room, 'Deleted');
    await reached;
    room.trouble.deleteMessage(await room.untilMessage(titled('Deleted')));
    gate.release();
    const alex = room.as('alex', 'casting');
    await room.until(() => !room.messages().some(titled('Deleted')));
    const shown = await (await alex.slash('/story show', { story: 'Deleted' })).settled();
    expect(shown.text).toContain('## Deleted');
    expect(room.messages('casting').some(titled('Deleted'))).toBe(false);
    const nova = room.as('nova');
    const again = { show: { post: true }, redraw: { panel: 1 }, add: { panel: 'a fox' } };
    for (const [command, values] of Object.entries(again)) {
      const refused = await (await nova.slash(`/story ${command}`, { story: 'Deleted', ...values })).settled();
      expect(refused.content).toContain('wer es gemacht hat');
    }
    await (await alex.slash('/story show', { story: 'Deleted', post: true })).settled();
    const message = await finishedStory(room, 'Deleted');
    expect(message.channelId).toBe(alex.channel.id);
  });

  test('given the channel deleted while it is drawn, then the bot stays up, and the story is found elsewhere', async () => {
    const gate = new Gate();
    const { room, errors } = await start(gate);
    const reached = gate.hold(({ phase }) => phase === 'sample');
    await generate(room, 'Homeless', 'casting');
    await reached;
    await room.untilMessage(titled('Homeless'));
    room.trouble.deleteChannel(room.channel('casting'));
    gate.release();
    await generate(room, 'Next');
    await finishedStory(room, 'Next');
    const shown = await (await room.as('alex').slash('/story show', { story: 'Homeless' })).settled();
    expect(shown.attachments).toHaveLength(1);
    expect(errors).toEqual([]);
  });
});

describe('a troubled Discord', () => {
  test('given a storm of 429s and 500s on edits, then they are ridden out, and the page is there at the end', async () => {
    const { room } = await start();
    room.trouble.answerNext(429, 5, 'PATCH /channels');
    room.trouble.answerNext(500, 2, 'POST /channels/:channel/messages');
    await generate(room, 'Stormy');
    await finishedStory(room, 'Stormy');
    expect(room.messages().filter(titled('Stormy'))).toHaveLength(1);
  });

  test('given a dropped gateway, then what was asked meanwhile is answered', async () => {
    const { room } = await start();
    await generate(room, 'Before');
    const message = await finishedStory(room, 'Before');
    await room.until(() => message.reactions.size === 2);
    room.trouble.dropGateway();
    const first = message.attachments[0]?.url;
    room.as('nova').react(message, '1️⃣');
    await room.until(() => message.attachments[0]?.url !== first && isDone(message));
  });

  test('given the rates that Discord keeps, then edits hold to them and are at the page at the end', async () => {
    const { room } = await start();
    room.trouble.enforceRateLimits(true);
    await generate(room, 'Slowly');
    await finishedStory(room, 'Slowly');
    const tooMany = room.calls.filter(({ status }) => status === 429);
    expect(tooMany.length).toBeLessThan(3);
  });
});
