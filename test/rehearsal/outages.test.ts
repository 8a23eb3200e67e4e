import { AttachmentBuilder } from 'discord.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRuleRoom, type RuleRoom } from './rule-room.ts';

const SECOND = 1_000;

let close: RuleRoom['close'];
let clock: RuleRoom['clock'];
let room: RuleRoom['room'];
let channel: RuleRoom['channel'];
beforeEach(async () => {
  ({ clock, room, channel, close } = await openRuleRoom());
});
afterEach(() => close());

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
