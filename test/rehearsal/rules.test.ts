import { AttachmentBuilder, type Message, type MessageCreateOptions } from 'discord.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Rehearsal } from '../../src/rehearsal/index.ts';
import { openRuleRoom, type RuleRoom } from './rule-room.ts';
import { PIXEL } from './test-bot.ts';

const MINUTE = 60_000;

let close: RuleRoom['close'];
let clock: RuleRoom['clock'];
let room: RuleRoom['room'];
let bot: RuleRoom['bot'];
let channel: RuleRoom['channel'];
beforeEach(async () => {
  ({ clock, room, bot, channel, close } = await openRuleRoom());
});
afterEach(() => close());

describe('messages', () => {
  test('given the same nonce to be enforced, then one message is posted, until minutes have passed', async () => {
    const send = (content: string) => channel.send({ content, nonce: 'job-7', enforceNonce: true });
    const first = await send('grid');
    expect((await send('grid again')).id).toBe(first.id);
    clock.advance(6 * MINUTE);
    expect((await send('grid')).id).not.toBe(first.id);
  });

  test('given uploads, then edits keep, drop and add attachments as asked', async () => {
    const file = (name: string) => new AttachmentBuilder(PIXEL, { name });
    const message = await channel.send({ files: [file('a.png'), file('b.png')] });
    const names = () =>
      room
        .messages()
        .at(-1)
        ?.attachments.map(({ filename }) => filename);
    const [a, b] = [...message.attachments.values()];
    if (!a || !b) throw new Error('attachments are missing');
    await message.edit({ attachments: [a, b], files: [file('c.png')] });
    expect(names()).toEqual(['a.png', 'b.png', 'c.png']);
    await message.edit('words alone');
    expect(names()).toEqual(['a.png', 'b.png', 'c.png']);
    await message.edit({ attachments: [b], files: [file('d.png')] });
    expect(names()).toEqual(['b.png', 'd.png']);
    // API v10: the list names everything that stays, and discord.js lists only what is new.
    await message.edit({ files: [file('e.png')] });
    expect(names()).toEqual(['e.png']);
    expect((await fetch(a.url)).status).toBe(404);
  });

  test('given pages of messages, then they come as asked, newest first', async () => {
    const sent: Message[] = [];
    for (const content of ['one', 'two', 'three', 'four']) sent.push(await channel.send(content));
    const list = async (options: object) =>
      [...(await channel.messages.fetch(options)).values()].map(({ content }) => content);
    expect(await list({ limit: 2 })).toEqual(['four', 'three']);
    expect(await list({ before: sent[2]?.id, limit: 2 })).toEqual(['two', 'one']);
    expect(await list({ after: sent[1]?.id })).toEqual(['four', 'three']);
    expect(await list({ around: sent[1]?.id, limit: 3 })).toEqual(['three', 'two', 'one']);
    await expect(channel.messages.fetch({ limit: 101 })).rejects.toMatchObject({ code: 50035 });
  });

  test('given words of a member, then the bot may not edit them, and deletes them only as a manager', async () => {
    const said = room.as('alex').say('mine');
    const message = await channel.messages.fetch(said.id);
    await expect(channel.messages.edit(message.id, 'yours')).rejects.toMatchObject({ code: 50005 });
    room.trouble.forbid('ManageMessages');
    await expect(message.delete()).rejects.toMatchObject({ code: 50013 });
  });

  test('given user text with mentions, then allowed_mentions decides who is pinged', async () => {
    const text = `@everyone <@${room.person('alex').id}>`;
    await channel.send(text);
    expect(room.messages().at(-1)?.stored.wire).toMatchObject({
      mention_everyone: true,
      mentions: [{ username: 'alex' }],
    });
    await channel.send({ content: text, allowedMentions: { parse: [] } });
    expect(room.messages().at(-1)?.stored.wire).toMatchObject({ mention_everyone: false, mentions: [] });
  });
});

describe('permissions', () => {
  const cases: [Parameters<Rehearsal['trouble']['forbid']>[0], MessageCreateOptions, number][] = [
    ['SendMessages', { content: 'x' }, 50013],
    ['ViewChannel', { content: 'x' }, 50001],
    ['AttachFiles', { files: [new AttachmentBuilder(PIXEL, { name: 'a.png' })] }, 50013],
    ['EmbedLinks', { embeds: [{ title: 'x' }] }, 50013],
  ];
  test.each(cases)(
    'given %s is taken away, then sending is refused; given back, it works',
    async (permission, body, code) => {
      room.trouble.forbid(permission);
      await expect(channel.send(body)).rejects.toMatchObject({ code, status: 403 });
      expect(channel.permissionsFor(bot.client.user)?.has(permission)).toBe(false);
      room.trouble.allow(permission);
      await expect(channel.send(body)).resolves.toBeTruthy();
    },
  );

  test('given no AddReactions, then new emoji are refused and present ones are not', async () => {
    const said = room.as('alex').say('hello');
    room.as('alex').react(said, '🔁');
    const message = await channel.messages.fetch(said.id);
    room.trouble.forbid('AddReactions');
    await expect(message.react('1️⃣')).rejects.toMatchObject({ code: 50013 });
    await message.react('🔁');
    expect(said.reactions.get('🔁')?.size).toBe(2);
    await message.reactions.resolve('🔁')?.users.remove(room.person('alex').id);
    expect(said.reactions.get('🔁')?.size).toBe(1);
    room.trouble.forbid('ManageMessages');
    await expect(message.reactions.removeAll()).rejects.toMatchObject({ code: 50013 });
    await expect(message.react('rusty')).rejects.toThrow();
  });

  test('given closed direct messages, then 50007', async () => {
    const user = await bot.client.users.fetch(room.person('nova').id);
    await user.send('hello');
    room.trouble.closeDirectMessages(room.person('nova'));
    await expect(user.send('hello?')).rejects.toMatchObject({ code: 50007 });
  });

  test('given a deleted message and channel, then 10008 and 10003', async () => {
    const message = await channel.send('soon gone');
    room.trouble.deleteMessage(message);
    await expect(message.edit('still here?')).rejects.toMatchObject({ code: 10008 });
    const doomed = room.addChannel('doomed');
    room.trouble.deleteChannel(doomed);
    await expect(bot.client.channels.fetch(doomed.id, { force: true })).rejects.toMatchObject({ code: 10003 });
  });
});
