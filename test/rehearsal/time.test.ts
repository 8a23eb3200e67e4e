import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRuleRoom, type RuleRoom } from './rule-room.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let close: RuleRoom['close'];
let clock: RuleRoom['clock'];
let room: RuleRoom['room'];
let bot: RuleRoom['bot'];
let channel: RuleRoom['channel'];
beforeEach(async () => {
  ({ clock, room, bot, channel, close } = await openRuleRoom());
});
afterEach(() => close());

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
