import { Client, Events, GatewayIntentBits } from 'discord.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Rehearsal, RehearsalServer } from '../../src/rehearsal/index.ts';
import { startTestBot, type TestBot } from './test-bot.ts';

let room: Rehearsal;
let bot: TestBot;
beforeEach(async () => {
  room = await RehearsalServer.start();
  bot = await startTestBot(room);
});
afterEach(async () => {
  await bot.stop();
  await room.stop();
  expect(bot.errors).toEqual([]);
});

const next = (client: Client, event: string) =>
  new Promise<unknown[]>((resolve) => client.once(event, (...args: unknown[]) => resolve(args)));

test('given a login, then the bot knows its server, its channels and itself', () => {
  const guild = bot.client.guilds.cache.get(room.guild.id);
  expect(guild?.name).toBe('The Rehearsal Room');
  expect([...(guild?.channels.cache.values() ?? [])].map(({ name }) => name).sort()).toEqual(
    ['Winter tale', 'casting', 'late-night', 'stories'].sort(),
  );
  expect(guild?.members.me?.permissions.has('ManageMessages')).toBe(true);
  expect(bot.client.user.username).toBe('Troupe');
});

test('given a dropped connection, then the bot resumes and receives what happened meanwhile, once', async () => {
  const seen: string[] = [];
  bot.client.on(Events.MessageCreate, (message) => seen.push(message.id));
  room.trouble.openGateway(false);
  room.trouble.dropGateway();
  await room.until(() => !room.botConnected);
  const said = room.as('alex').say('while you were away');
  const resumed = next(bot.client, Events.ShardResume);
  room.trouble.openGateway(true);
  await resumed;
  expect(room.gateway.resumes).toBe(1);
  await room.as('alex').slash('/secret');
  expect(seen.filter((id) => id === said.id)).toHaveLength(1);
});

test('given a forgotten session, then the bot identifies anew and works', async () => {
  const ready = next(bot.client, Events.ShardReady);
  room.trouble.dropGateway({ resumable: false });
  await ready;
  expect(room.gateway.resumes).toBe(0);
  expect((await room.as('alex').slash('/secret')).message.content).toBe('only for you');
});

test('given a request to reconnect, then the bot does and resumes', async () => {
  const resumed = next(bot.client, Events.ShardResume);
  room.trouble.askToReconnect();
  await resumed;
  expect((await room.as('alex').slash('/secret')).message.content).toBe('only for you');
});

test('given reactions and deletions, then the bot hears of them', async () => {
  const message = room.as('mira').say('react to me');
  const added = next(bot.client, Events.MessageReactionAdd);
  room.as('alex').react(message, '1️⃣');
  const [reaction, user] = (await added) as [{ emoji: { name: string } }, { id: string }];
  expect(reaction.emoji.name).toBe('1️⃣');
  expect(user.id).toBe(room.person('alex').id);
  const removed = next(bot.client, Events.MessageReactionRemove);
  room.as('alex').unreact(message, '1️⃣');
  await removed;
  const deleted = next(bot.client, Events.MessageDelete);
  room.trouble.deleteMessage(message);
  expect(((await deleted)[0] as { id: string }).id).toBe(message.id);
});

test('given no MessageContent intent, then words of others are not sent, except to the bot', async () => {
  const first = next(bot.client, Events.MessageCreate);
  room.as('alex').say('none of your business');
  expect(((await first)[0] as { content: string }).content).toBe('');
  const second = next(bot.client, Events.MessageCreate);
  room.as('alex').say(`<@${bot.client.user.id}> hello`);
  expect(((await second)[0] as { content: string }).content).toContain('hello');
});

test('given a wrong token or an intent not granted, then the door stays shut', async () => {
  const stranger = new Client({ intents: [GatewayIntentBits.Guilds], rest: { api: room.api } });
  await expect(stranger.login('wrong.token.here')).rejects.toThrow(/invalid token/i);
  const nosy = new Client({ intents: [GatewayIntentBits.GuildMembers], rest: { api: room.api } });
  await expect(nosy.login(room.token)).rejects.toThrow(/disallowed intents/i);
  await nosy.destroy();
});

test('given two servers, then each one sends its interactions with its own place', async () => {
  const guild = room.addGuild({ name: 'Elsewhere', channels: ['stories'] });
  room.addMember({ key: 'zoe', guild });
  const zoe = room.as('zoe');
  expect(zoe.channel.guildId).toBe(guild.id);
  expect((await zoe.slash('/secret')).message.content).toBe('only for you');
  expect(bot.client.guilds.cache.has(guild.id)).toBe(true);
});
