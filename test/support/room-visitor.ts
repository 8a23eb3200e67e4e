import type { Locator, Page } from 'playwright-core';
import type { RasterImage } from '../../src/engine/raster-image.ts';
import { decodePicture } from '../../src/render/canvas.ts';
import type { OpenBrowser } from '../rehearsal/chromium.ts';

/** What the room's messages have shown, however shortly: alt texts of pictures, and the words of progress bars. */
const WITNESS = `
  globalThis.witnessed = new Set();
  const look = () => {
    for (const { alt } of document.querySelectorAll('#messages img')) globalThis.witnessed.add(alt);
    for (const { textContent } of document.querySelectorAll('#messages .prose')) globalThis.witnessed.add(textContent);
  };
  addEventListener('DOMContentLoaded', () =>
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true }));
`;

/** Drawing on a busy machine takes its time. */
const PATIENCE_MS = 60_000;

/** Somebody at the room's page, with a mouse and a keyboard. */
export class RoomVisitor {
  readonly page: Page;
  /** What the page complained about in its console. */
  readonly problems: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => message.type() === 'error' && this.problems.push(message.text()));
  }

  /** @param now the time at the visitor's, in ms since 1970, if it isn't this machine's */
  static async enter({ context }: OpenBrowser, url: string, now?: number): Promise<RoomVisitor> {
    const visitor = new RoomVisitor(await context.newPage());
    if (now !== undefined) await visitor.page.clock.install({ time: now });
    await visitor.page.addInitScript(WITNESS);
    await visitor.page.goto(url);
    await visitor.page.getByText('Bot here').waitFor();
    return visitor;
  }

  /** Plays another person. */
  async become(name: string): Promise<void> {
    await this.page.getByRole('radio', { name: new RegExp(`^${name}`) }).check({ force: true });
  }

  /** Finds a command in the menu, fills it in, and sends it. */
  async call(command: string, values: Readonly<Record<string, string>>): Promise<void> {
    const { page } = this;
    const composer = page.getByRole('textbox', { name: 'Message', exact: true });
    await composer.fill(command);
    await page.getByRole('listbox', { name: 'Commands' }).getByRole('option').first().waitFor();
    await composer.press('Enter');
    const form = page.getByRole('form', { name: command });
    for (const [name, value] of Object.entries(values)) {
      const more = form.getByRole('button', { name: `+ ${name}`, exact: true });
      if (await more.isVisible()) await more.click();
      const field = form.getByLabel(name, { exact: true });
      if ((await field.and(page.locator('select')).count()) > 0) await field.selectOption(value);
      else await field.fill(value);
    }
    await this.send(form);
  }

  /** Sends a command that is filled in. */
  async send(form: Locator): Promise<void> {
    await form.getByRole('button', { name: 'Send' }).click();
    await form.waitFor({ state: 'detached' });
  }

  /** The messages that everybody sees and that have this text. */
  message(text: string): Locator {
    return this.page.locator('#messages > li.message:not(.private)').filter({ hasText: text });
  }

  /** The last answer that nobody else sees. */
  get answer(): Locator {
    return this.page.locator('#messages > li.message.private').last();
  }

  /** Opens a menu of a message, by its accessible name, and chooses. */
  async choose(message: Locator, name: string, option: RegExp): Promise<void> {
    await message.getByRole('button', { name, exact: true }).click();
    await this.page.getByRole('listbox').getByRole('option', { name: option }).click();
  }

  /** The address of a message's picture. */
  async pictureUrl(message: Locator): Promise<string> {
    return (await message.locator('.gallery img').first().getAttribute('src')) ?? '';
  }

  async picture(message: Locator): Promise<RasterImage> {
    return decodePicture(await this.bytes(await this.pictureUrl(message)));
  }

  /** What the browser gets at an address of the room. */
  async bytes(url: string): Promise<Buffer> {
    return (await this.page.context().request.get(url)).body();
  }

  /** Waits until a message's picture is another one and nothing of it is being drawn. */
  async redrawn(message: Locator, before: string): Promise<void> {
    await message.locator(`.gallery img:not([src="${before}"])`).waitFor();
    await message.getByRole('button', { name: 'Cancel' }).waitFor({ state: 'detached' });
  }

  /** Everything that was shown so far, be it for a moment. */
  witnessed(): Promise<string[]> {
    return this.page.evaluate('[...globalThis.witnessed]');
  }
}
