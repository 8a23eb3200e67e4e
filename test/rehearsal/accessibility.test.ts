import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { mayGoWithoutBrowser, type OpenBrowser, openBrowser } from './chromium.ts';
import { PageSession } from './page-session.ts';

describe.skipIf(mayGoWithoutBrowser())('the page', () => {
  let browser: OpenBrowser;
  let session: PageSession;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    session = await PageSession.open(browser);
  });
  afterEach(async () => {
    await session.close();
    expect(session.problems).toEqual([]);
  });

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
    ['dark', 390],
  ] as const)(
    'given the %s page %i pixels wide, then axe finds nothing against WCAG 2.2 AA, and it fits the window',
    async (colorScheme, width) => {
      const { page } = session;
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await session.drawStory();
      await session.command('/gallery');
      await page.keyboard.press('Enter');
      await session.said('of Rusty', false).waitFor();
      await session.command('/secret');
      await page.keyboard.press('Enter');
      await page.getByText('Only you see this').waitFor();
      await page.setViewportSize({ width, height: 860 });
      expect(await axe(page)).toEqual([]);
      await session.command('/story generate');
      expect(await axe(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Trouble', exact: true }).click();
      expect(await axe(page)).toEqual([]);
      const root = 'document.documentElement';
      expect(await page.evaluate(`${root}.scrollWidth - innerWidth`)).toBeLessThanOrEqual(0);
      expect(await page.evaluate(`${root}.scrollHeight - innerHeight`)).toBeLessThanOrEqual(0);
    },
  );
});

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Violations as `rule: element`. */
async function axe(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = (await page.evaluate(
    "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })",
  )) as AxeResults;
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
  );
}
