import { AttachmentBuilder, type Message, type MessageCreateOptions, type TextChannel } from 'discord.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock, type Rehearsal, RehearsalServer } from '../../src/rehearsal/index.ts';
import { PIXEL, startTestBot, type TestBot } from './test-bot.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let clock: ManualClock;
let room: Rehearsal;
let bot: TestBot;
let channel: TextChannel;
beforeEach(async () => {
  clock = new ManualClock();
  room = await RehearsalServer.start({ clock });
  bot = await startTestBot(room);
  channel = (await bot.client.channels.fetch(room.channel('stories').id)) as TextChannel;
});
afterEach(async () => {
  await bot.stop();
  await room.stop();
});

describe('time', () => {
  test('given no answer within three seconds, then the person is told and the answer comes too late', async () => {
    const asked = room.as('alex').slash('/silent');
    const failed = expect(asked).rejects.toMatchObject({ code: 'no-answer' });
    clock.advance(3 * SECOND);
    await failed;
    const [interaction] = [...room.world.interactions.values()];
    const { status, body } = await callback(interaction?.id, interaction?.token, {
      type: 4,
      data: { content: 'late' },
    });
    expect([status, body.code]).toEqual([404, 10062]);
  });

  test('given an answer in 2.9 seconds, then it is in time, and a second one is refused', async () => {
    const asked = room.as('alex').slash('/silent');
    clock.advance(2_900);
    const [interaction] = [...room.world.interactions.values()];
    expect((await callback(interaction?.id, interaction?.token, { type: 4, data: { content: 'hi' } })).status).toBe(
      204,
    );
    expect((await asked).message.content).toBe('hi');
    const { status, body } = await callback(interaction?.id, interaction?.token, {
      type: 4,
      data: { content: 'again' },
    });
    expect([status, body.code]).toEqual([400, 40060]);
  });

  test('given fifteen minutes, then the token is dead but the message can be edited by the channel', async () => {
    const reply = await room.as('alex').slash('/gallery');
    clock.advance(15 * MINUTE - 1);
    const webhook = `${room.api}/v10/webhooks/${bot.client.application.id}/${reply.interaction.token}/messages/@original`;
    expect((await fetch(webhook)).status).toBe(200);
    clock.advance(1);
    const dead = await fetch(webhook);
    expect([dead.status, ((await dead.json()) as { code: number }).code]).toEqual([401, 50027]);
    const message = await channel.messages.fetch(reply.message.id);
    await message.delete();
    expect(room.messages().map(({ id }) => id)).not.toContain(reply.message.id);
  });

  test('given a token expired on request, then discord.js gets 50027', async () => {
    const reply = await room.as('alex').slash('/secret');
    room.trouble.expireToken(reply);
    const response = await fetch(`${room.api}/v10/webhooks/${bot.client.application.id}/${reply.interaction.token}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ content: 'more' }),
    });
    expect(((await response.json()) as { code: number }).code).toBe(50027);
  });
});

async function callback(id = '', token = '', body: unknown = {}) {
  const response = await fetch(`${room.api}/v10/interactions/${id}/${token}/callback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: (text ? JSON.parse(text) : {}) as { code?: number } };
}

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

describe('limits and outages', () => {
  test('given staged 429s and 500s, then discord.js rides them out and the log says that they were staged', async () => {
    room.trouble.answerNext(429, 2, 'POST /channels', { retryAfter: 0.001 });
    room.trouble.answerNext(500, 2, 'POST /channels');
    await expect(channel.send('at last')).resolves.toMatchObject({ content: 'at last' });
    expect(room.refusals.map(({ status, staged }) => [status, staged])).toEqual([
      [429, true],
      [429, true],
      [500, true],
      [500, true],
    ]);
  });

  test('given enforced rates, then the sixth message in five seconds waits for its bucket', async () => {
    room.trouble.enforceRateLimits(true);
    const send = (content: string) =>
      fetch(`${room.api}/v10/channels/${channel.id}/messages`, {
        method: 'POST',
        headers: { authorization: `Bot ${room.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ content }),
      });
    const answers: Response[] = [];
    for (let n = 0; n < 6; n++) answers.push(await send(`${n}`));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(answers[0]?.headers.get('x-ratelimit-remaining')).toBe('4');
    expect(answers[0]?.headers.get('x-ratelimit-reset-after')).toBe('5.000');
    expect(await answers[5]?.json()).toMatchObject({ retry_after: 5, global: false });
    clock.advance(5 * SECOND);
    expect((await send('7')).status).toBe(200);
  });

  test('given slow REST, then the bot waits by the clock and loses nothing', async () => {
    room.trouble.slowRest(2 * SECOND);
    const asked = room.as('alex').slash('/secret');
    await room.until(() => room.rest.trouble.held > 0);
    clock.advance(2 * SECOND);
    await expect(asked).resolves.toMatchObject({ kind: 'message' });
  });

  test('given a file over the limit, then 40005, and with a boosted server it fits', async () => {
    const big = new AttachmentBuilder(Buffer.alloc(10 * 1024 * 1024 + 1), { name: 'big.bin' });
    await expect(channel.send({ files: [big] })).rejects.toMatchObject({ status: 413, code: 40005 });
    room.guild.premiumTier = 2;
    await expect(channel.send({ files: [big] })).resolves.toBeTruthy();
  });

  test('given a path that the room does not know, then 404, and the log has it', async () => {
    const response = await fetch(`${room.api}/v10/guilds/1/unheard-of`, {
      headers: { authorization: `Bot ${room.token}` },
    });
    expect(response.status).toBe(404);
    expect(room.refusals.at(-1)?.request).toBe('GET /guilds/1/unheard-of');
    const stranger = await fetch(`${room.api}/v10/users/@me`);
    expect(stranger.status).toBe(401);
  });
});
