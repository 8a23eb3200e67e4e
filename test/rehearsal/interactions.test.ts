import { Routes } from 'discord.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Rehearsal, RehearsalServer } from '../../src/rehearsal/index.ts';
import { COMMANDS, NAMES, PIXEL, startTestBot, type TestBot } from './test-bot.ts';

let room: Rehearsal;
let bot: TestBot;
beforeAll(async () => {
  room = await RehearsalServer.start();
  bot = await startTestBot(room);
});
afterAll(async () => {
  await bot.stop();
  await room.stop();
  expect(bot.errors).toEqual([]);
});

const draw = async (who = 'alex') =>
  room.as(who).slash('/story generate', {
    title: 'A day',
    hero: 'Rusty',
    panels: 4,
    spoiler: true,
    friend: 'nova',
    picture: { name: 'fox.png', contentType: 'image/png', bytes: PIXEL },
  });

describe('commands', () => {
  test('given registered commands, then the bot reads them back and the menu lists them by permission', async () => {
    const registered = await bot.client.application.commands.fetch();
    expect(registered.map(({ name }) => name).sort()).toEqual(COMMANDS.map(({ name }) => name).sort());
    const route = Routes.applicationCommands(bot.client.application.id);
    const names = async (query: URLSearchParams) => JSON.stringify(await bot.client.rest.get(route, { query }));
    expect(await names(new URLSearchParams())).not.toContain('geheim');
    expect(await names(new URLSearchParams({ with_localizations: 'true' }))).toContain('geheim');
    const offered = (who: string) =>
      room
        .as(who)
        .commands()
        .map(({ words }) => words.join(' '));
    expect(offered('alex')).toContain('story generate');
    expect(offered('alex')).not.toContain('guard');
    expect(offered('mira')).toContain('guard');
    await expect(room.as('alex').slash('/guard')).rejects.toMatchObject({ code: 'unknown-command' });
  });

  test('given every kind of option, then they arrive, and the deferred answer is edited and followed up', async () => {
    const reply = await draw();
    expect(reply.kind).toBe('thinking');
    await room.until(() => reply.followups.length > 0);
    const message = await reply.settled();
    expect(message.content).toBe('A day Rusty x4 true');
    expect(message.text).toContain('for Nova, after fox.png (1 px)');
    expect(message.attachments[0]).toMatchObject({
      filename: 'grid.png',
      description: 'One pixel',
      width: 1,
      height: 1,
    });
    expect(message.embeds[0]?.image?.url).toBe(message.attachments[0]?.url);
    const served = await fetch(message.attachments[0]?.url ?? '');
    expect(Buffer.from(await served.arrayBuffer()).equals(PIXEL)).toBe(true);
    expect(reply.followups.map(({ content }) => content)).toEqual(['and done']);
  });

  test('given a value that breaks a rule of the command, then the person is told before anything is sent', async () => {
    const alex = room.as('alex');
    await expect(alex.slash('/story generate', {})).rejects.toMatchObject({ code: 'missing-option' });
    await expect(alex.slash('/story generate', { title: 'x', panels: 10 })).rejects.toThrow('at most 9');
    await expect(alex.slash('/story generate', { title: 'x', layout: 'heap' })).rejects.toThrow('one of row, grid');
    await expect(alex.slash('/story generate', { title: 'x'.repeat(41) })).rejects.toThrow('0 to 40 characters');
    await expect(alex.slash('/story generate', { title: 'x', colour: 'red' })).rejects.toMatchObject({
      code: 'unknown-option',
    });
  });

  test('given a beginning, then the bot completes it', async () => {
    const choices = await room.as('alex').autocomplete('/story generate', { title: '', hero: 'b' });
    expect(choices).toEqual([{ name: NAMES[1], value: NAMES[1] }]);
  });

  test('given direct messages, then commands work there too', async () => {
    const reply = await room.as('nova', 'dm').slash('/secret');
    expect(reply.message.content).toBe('only for you');
  });
});

describe('components', () => {
  test('given a button, then answers, updates and silent updates arrive', async () => {
    const message = await (await draw()).settled();
    await room.until(() => message.buttons.length === 5);
    const alex = room.as('alex');
    const pressed = await alex.click(message, 'again');
    expect(pressed.message.content).toBe('pressed again');
    await expect(alex.click(message, 'off')).rejects.toMatchObject({ code: 'no-such-button' });
    const silent = await alex.click(message, 'Silently');
    expect(silent.kind).toBe('acknowledged');
    await room.until(() => message.content === 'edited after deferUpdate');
    expect((await alex.click(message, 'Update')).kind).toBe('update');
    expect(message.content).toBe('updated');
    expect(message.buttons).toEqual([]);
  });

  test('given select menus, then the chosen values and people arrive', async () => {
    const message = await (await draw()).settled();
    await room.until(() => message.selects.length === 2);
    const chosen = await room.as('mira').select(message, 'panel', '1', '2');
    expect(chosen.message.content).toBe('chose 1 and 2');
    expect((await room.as('mira').select(message, 'who', 'nova')).message.content).toBe('chose Nova');
    await expect(room.as('mira').select(message, 'panel', '7')).rejects.toMatchObject({ code: 'not-an-option' });
  });

  test('given a modal from a command and from a button, then it is filled in by its rules and sent', async () => {
    const alex = room.as('alex');
    const asked = await alex.slash('/form');
    expect(asked.modal.title).toBe('Your script');
    await expect(alex.submitModal(asked, { script: 'ab' })).rejects.toMatchObject({ code: 'wrong-input-length' });
    expect((await alex.submitModal(asked, { script: 'a fox' })).message.content).toBe('script: a fox');
    const message = await (await draw()).settled();
    await room.until(() => message.buttons.length === 5);
    const again = await alex.click(message, 'Ask');
    expect((await alex.submitModal(again, { script: 'a bear' })).message.content).toBe('script: a bear');
  });

  test('given Components V2, then their media point to the attachment and their words are read', async () => {
    const { message } = await room.as('alex').slash('/gallery');
    expect(message.text).toContain('A day');
    expect(JSON.stringify(message.components)).toContain(message.attachments[0]?.url);
    expect((await room.as('alex').click(message, 'again')).message.content).toBe('pressed again');
  });
});

describe('ephemeral messages', () => {
  test('given an answer for one person, then only they see it, and channel routes do not know it', async () => {
    const { message } = await room.as('alex').slash('/secret');
    expect(
      room
        .as('alex')
        .messages()
        .map(({ id }) => id),
    ).toContain(message.id);
    expect(
      room
        .as('mira')
        .messages()
        .map(({ id }) => id),
    ).not.toContain(message.id);
    const channel = await bot.client.channels.fetch(message.channelId);
    if (!channel?.isTextBased()) throw new Error('no text channel');
    await expect(channel.messages.fetch(message.id)).rejects.toMatchObject({ code: 10008, status: 404 });
    expect((await channel.messages.fetch()).has(message.id)).toBe(false);
    room.as('alex').dismiss(message);
    expect(
      room
        .as('alex')
        .messages()
        .map(({ id }) => id),
    ).not.toContain(message.id);
  });
});
