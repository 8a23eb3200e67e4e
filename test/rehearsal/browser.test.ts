import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ManualClock, Rehearsal } from '../../src/rehearsal/index.ts';
import { mayGoWithoutBrowser, type OpenBrowser, openBrowser } from './chromium.ts';
import { PageSession } from './page-session.ts';
import type { TestBot } from './test-bot.ts';

describe.skipIf(mayGoWithoutBrowser())('the page', () => {
  let clock: ManualClock;
  let room: Rehearsal;
  let bot: TestBot;
  let page: Page;
  let browser: OpenBrowser;
  let session: PageSession;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    session = await PageSession.open(browser);
    ({ clock, room, bot, page } = session);
  });
  afterEach(async () => {
    await session.close();
    expect(session.problems).toEqual([]);
  });

  test('given an empty channel, then it says what to try, and a click begins it with an example', async () => {
    await page.getByRole('heading', { name: 'The same fox in every picture' }).waitFor();
    // The test bot has no characters: a command that is not there can't be begun.
    expect(await page.getByRole('button', { name: /^\/character create/ }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: /^\/story generate/ }).click();
    const title = page.getByRole('textbox', { name: 'title' });
    expect(await title.inputValue()).toBe("Rusty's day");
  });

  test('given the keyboard alone, then a command is found, filled in with help of the bot, and sent', async () => {
    await session.composer.focus();
    await page.keyboard.type('/gen');
    await page.getByRole('option', { name: /story generate/ }).waitFor();
    await page.keyboard.press('Tab');
    await page.getByRole('textbox', { name: 'title' }).waitFor();
    await page.keyboard.type('A day');
    await page.getByRole('button', { name: '+ hero' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('bru');
    await page.getByRole('option', { name: 'Bruno the bear' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: '+ panels' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('12');
    await page.keyboard.press('Enter');
    await page.getByText('panels must be at most 9.').waitFor();
    expect(room.world.messages.size).toBe(0);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('4');
    await page.keyboard.press('Enter');
    await session.said('A day Bruno the bear x4 null', false).waitFor();
    expect(room.messages().at(0)?.content).toBe('A day Bruno the bear x4 null');
  });

  test('given a story, then picture, alt text, edits and reactions are shown as the room has them', async () => {
    const message = await session.drawStory();
    await message.getByText('(edited)').waitFor();
    await message.getByText('Alex used').waitFor();
    await message.getByRole('button', { name: 'Alt: One pixel. Open large' }).click();
    const dialog = page.getByRole('dialog', { name: 'Picture' });
    await dialog.getByText('One pixel').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    const [stored] = room.messages();
    if (!stored) throw new Error('no message');
    room.as('mira').react(stored, '1️⃣');
    const reaction = message.getByRole('button', { name: /^1️⃣, 1, from Mira/ });
    expect(await reaction.getAttribute('aria-pressed')).toBe('false');
    await reaction.click();
    await message.getByRole('button', { name: /^1️⃣, 2, from Mira, Alex/, pressed: true }).waitFor();
    expect(stored.reactions.get('1️⃣')?.size).toBe(2);
    await message.getByRole('button', { name: /^1️⃣/ }).click();
    await message.getByRole('button', { name: /^1️⃣, 1, from Mira/, pressed: false }).waitFor();
    await message.getByRole('button', { name: 'Add a reaction' }).click();
    await page.getByRole('dialog', { name: 'Choose a reaction' }).getByRole('button', { name: '🦊' }).click();
    await message.getByRole('button', { name: /^🦊, 1, from Alex/ }).waitFor();
  });

  test('given buttons and menus, then they work by mouse and keyboard and keep the focus', async () => {
    const message = await session.drawStory();
    await message.getByRole('button', { name: 'Choose' }).first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('listbox', { name: 'Choose' }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Done' }).click();
    await session.said('chose 1 and 2').waitFor();
    await message.getByRole('button', { name: 'Choose' }).last().click();
    await page.getByRole('option', { name: /^Nova/ }).click();
    await session.said('chose Nova').waitFor();
    await message.getByRole('button', { name: 'Silently' }).focus();
    await page.keyboard.press('Enter');
    await session.said('edited after deferUpdate', false).waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Silently');
    expect(await message.getByRole('button', { name: 'Off' }).isDisabled()).toBe(true);
    await message.getByRole('button', { name: 'Update' }).click();
    await message.getByText('updated').waitFor();
    expect(await message.getByRole('button', { name: 'Again' }).count()).toBe(0);
  });

  test('given an answer to one person, then another does not see it, and it can be dismissed', async () => {
    await session.command('/secret');
    await page.keyboard.press('Enter');
    await page.getByText('Only you see this').waitFor();
    await page.getByRole('radio', { name: /^Mira/ }).check({ force: true });
    await session.said('only for you').waitFor({ state: 'detached' });
    await page.getByRole('radio', { name: /^Alex/ }).check({ force: true });
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await session.said('only for you').waitFor({ state: 'detached' });
    expect(room.as('alex').messages()).toEqual([]);
  });

  test('given a modal, then it is checked, what is typed outlives closing it, and it is sent', async () => {
    const open = async () => {
      await session.command('/form');
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: 'Your script' });
      await dialog.waitFor();
      return dialog;
    };
    let dialog = await open();
    await page.keyboard.type('ab');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await dialog.getByText('At least 3 characters').waitFor();
    await page.keyboard.press('Escape');
    dialog = await open();
    expect(await dialog.getByRole('textbox').inputValue()).toBe('ab');
    await page.keyboard.press('End');
    await page.keyboard.type(' fox');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await session.said('script: ab fox').waitFor();
  });

  test('given a bot that does not answer, then the command stays as it was typed', async () => {
    const form = await session.command('/silent');
    await page.keyboard.press('Enter');
    await room.until(() => room.world.interactions.size === 1);
    clock.advance(3_000);
    await page.getByText('The bot did not answer in three seconds').waitFor();
    expect(await form.isVisible()).toBe(true);
  });

  test('given text with markup, then Discord’s markdown is shown and HTML is not', async () => {
    await session.composer.fill(
      '**bold** `<img src=x onerror=alert(1)>` <b>raw</b> ||hidden|| \\*plain\\* <t:1700000000:D>\n- one\n- two',
    );
    await session.composer.press('Enter');
    const prose = page.locator('.prose').first();
    await prose.waitFor();
    expect(await prose.locator('strong').textContent()).toBe('bold');
    expect(await prose.locator('img, b').count()).toBe(0);
    expect(await prose.textContent()).toContain('<b>raw</b>');
    expect(await prose.textContent()).toContain('*plain*');
    expect(await prose.locator('li').allTextContents()).toEqual(['one', 'two']);
    expect(await prose.locator('time').textContent()).toBe('November 14, 2023');
    await prose.getByRole('button', { name: /Spoiler/ }).click();
    expect(await prose.locator('.spoiler.shown').textContent()).toBe('hidden');
  });

  test('given a German newcomer, threads and direct messages, then places and words follow the person', async () => {
    await page.getByRole('radio', { name: /^Nova Newcomer · German/ }).check({ force: true });
    await page.getByRole('button', { name: 'Winter tale' }).click();
    await page.getByRole('heading', { name: 'Winter tale' }).first().waitFor();
    await page.getByRole('navigation').getByRole('button', { name: 'Troupe' }).click();
    await session.composer.fill('/geheim');
    await page.getByText('Antwortet dir allein').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('form', { name: '/geheim' }).waitFor();
    await page.keyboard.press('Enter');
    await session.said('only for you').waitFor();
    expect(
      room
        .as('nova', 'dm')
        .messages()
        .map(({ content }) => content),
    ).toEqual(['only for you']);
  });

  test('given trouble, then the page shows the bot leave and return, and what was refused', async () => {
    await page.getByRole('button', { name: 'Trouble', exact: true }).click();
    await page.getByRole('switch', { name: 'Nobody can connect' }).check();
    await page.getByRole('button', { name: 'Drop it' }).click();
    await page.getByText('Bot away').waitFor();
    await page.getByRole('switch', { name: 'Nobody can connect' }).uncheck();
    await page.getByText('Bot here').waitFor();
    await page.getByRole('switch', { name: 'Send messages' }).check();
    const channel = await bot.client.channels.fetch(room.channel('stories').id);
    if (!channel?.isSendable()) throw new Error('not sendable');
    await expect(channel.send('x')).rejects.toMatchObject({ code: 50013 });
    await page.getByText('Missing Permissions').waitFor();
    await page.getByRole('button', { name: 'Make all well' }).click();
    await expect(channel.send('x'.repeat(2001))).rejects.toMatchObject({ code: 50035 });
    await page.getByText('content: Must be 2000 or fewer in length.').waitFor();
    expect(room.trouble.state().forbidden).toEqual([]);
  });
});
