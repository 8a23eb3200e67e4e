import { ComponentType } from 'discord.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rehearsal } from '../../src/rehearsal/index.ts';
import { TestTroupe } from '../support/bots.ts';
import { finishedStory } from '../support/story-messages.ts';

let troupe: TestTroupe;
let room: Rehearsal;
beforeAll(async () => {
  troupe = await TestTroupe.start();
  room = troupe.room;
});
afterAll(async () => {
  await troupe.stop();
  expect(troupe.errors).toEqual([]);
});

const generate = async (title: string, channel = 'stories', panels = 'a red fox in the snow') =>
  (await room.as('alex', channel).slash('/story generate', { title, panels })).settled();

describe("a server's rules", () => {
  test('given spoilers for all pictures, then the page is behind one', async () => {
    const isSpoiler = async (title: string) => {
      await generate(title);
      const message = await finishedStory(room, title);
      return JSON.stringify(message.components).includes(`"type":${ComponentType.MediaGallery}`)
        ? JSON.stringify(message.components).includes('"spoiler":true')
        : undefined;
    };
    expect(await isSpoiler('Open')).toBe(false);
    await (await room.as('mira').slash('/settings set', { setting: 'spoilers', value: 'always' })).settled();
    expect(await isSpoiler('Hidden')).toBe(true);
    await (await room.as('mira').slash('/settings reset', { setting: 'spoilers' })).settled();
  });

  test('given an age-gated channel, then words that are coarse elsewhere are let through there', async () => {
    const panels = 'a damn shitty red fox in the snow';
    expect((await generate('Coarse', 'stories', panels)).content).toContain('Coarse');
    expect(room.messages().some(({ text }) => text.includes('## Coarse'))).toBe(false);
    expect((await generate('Coarse', 'late-night', panels)).content).toContain('Your story is');
    const message = await finishedStory(room, 'Coarse');
    expect(message.channelId).toBe(room.channel('late-night').id);
    room.trouble.deleteMessage(message);
    const elsewhere = { story: 'Coarse', post: true };
    const again = await (await room.as('alex', 'stories').slash('/story show', elsewhere)).settled();
    expect(again.content).toContain('isn’t welcome here');
  });

  test('given creating for moderators only, then others are refused before anything is stored', async () => {
    await (await room.as('mira').slash('/settings set', { setting: 'creating', value: 'moderators' })).settled();
    expect((await generate('Not mine')).content).toContain('Only moderators may do that');
    const looks = { name: 'Nobody', looks: 'a red fox' };
    expect((await (await room.as('alex').slash('/character create', looks)).settled()).content).toContain(
      'Only moderators',
    );
    await (await room.as('mira').slash('/settings reset', { setting: 'creating' })).settled();
  });

  test('given mentions in what is typed, then nobody is pinged by any message', async () => {
    await generate('@everyone @here <@&1>');
    await room.untilMessage(({ text }) => text.includes('@here'));
    for (const { stored } of room.messages()) {
      expect(stored.wire.mention_everyone).toBe(false);
      expect(stored.wire.mention_roles).toEqual([]);
    }
  });
});

describe("Discord's rules", () => {
  test('given a token that dies before the answer, then nothing is logged as an error, and the bot goes on', async () => {
    const alex = room.as('alex');
    const stop = room.onEvent((event) => {
      if (event.type === 'interactionChanged' && event.interaction.answer) room.trouble.expireToken();
    });
    expect((await alex.slash('/story list')).kind).toBe('thinking');
    stop();
    const next = await (await alex.slash('/story list')).settled();
    expect(next.content).toContain('## Stories');
  });

  test('given a button of another version, then that is said', async () => {
    const guild = room.addGuild({ name: 'Other' });
    room.addMember({ key: 'zoe', guild });
    const { channel } = room.as('zoe', [...room.world.channels.values()].find((each) => each.guildId === guild.id)?.id);
    const client = troupe.app.bot.client;
    const place = await client.channels.fetch(channel.id);
    if (!place?.isSendable()) throw new Error('no channel');
    const components = [{ type: 1, components: [{ type: 2, style: 1, label: 'Old', custom_id: 't0|redraw||1' }] }];
    const message = await place.send({ content: 'old', components });
    const answer = await room.as('zoe', channel.id).click(message.id, 'Old');
    expect(answer.message.content).toContain('from a version of the bot that is no more');
  });
});
