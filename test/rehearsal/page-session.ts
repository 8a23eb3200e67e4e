import type { Locator, Page } from 'playwright-core';
import { ManualClock, type Rehearsal, RehearsalServer } from '../../src/rehearsal/index.ts';
import type { OpenBrowser } from './chromium.ts';
import { startTestBot, type TestBot } from './test-bot.ts';

/** A room whose time stands still, the test bot in it, and its page in the browser. */
export class PageSession {
  readonly clock: ManualClock;
  readonly room: Rehearsal;
  readonly bot: TestBot;
  readonly page: Page;
  /** What the page complained about in its console. */
  readonly problems: string[] = [];

  private constructor(clock: ManualClock, room: Rehearsal, bot: TestBot, page: Page) {
    this.clock = clock;
    this.room = room;
    this.bot = bot;
    this.page = page;
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => message.type() === 'error' && this.problems.push(message.text()));
  }

  static async open({ context }: OpenBrowser): Promise<PageSession> {
    const clock = new ManualClock();
    const room = await RehearsalServer.start({ clock });
    const bot = await startTestBot(room);
    const session = new PageSession(clock, room, bot, await context.newPage());
    await session.page.goto(room.url);
    await session.page.getByText('Bot here').waitFor();
    return session;
  }

  async close(): Promise<void> {
    await this.page.close();
    await this.bot.stop();
    await this.room.stop();
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: 'Message', exact: true });
  }

  /** Words in the timeline, not those that a screen reader is told. */
  said(text: string, exact = true): Locator {
    return this.page.locator('#messages').getByText(text, { exact });
  }

  /** Takes a command from the menu; returns its form. */
  async command(call: string): Promise<Locator> {
    await this.composer.fill(call);
    await this.page.getByRole('listbox', { name: 'Commands' }).waitFor();
    await this.composer.press('Enter');
    const form = this.page.getByRole('form', { name: call });
    await form.waitFor();
    return form;
  }

  /** Runs the test bot's story command to its end; returns its message. */
  async drawStory(): Promise<Locator> {
    const form = await this.command('/story generate');
    await form.getByRole('textbox', { name: 'title' }).fill('A day');
    await form.getByRole('textbox', { name: 'title' }).press('Enter');
    await this.page.getByRole('button', { name: 'Again' }).waitFor();
    return this.page.locator('#messages > li.message').first();
  }
}
