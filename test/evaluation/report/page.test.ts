import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectSections } from '../../../src/evaluation/report/collect-sections.ts';
import { reportHtml } from '../../../src/evaluation/report/report-html.ts';
import { mayGoWithoutBrowser, type OpenBrowser, openBrowser } from '../../rehearsal/chromium.ts';

const DOCS = path.resolve(import.meta.dirname, '../../../docs');
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** A page that is committed, and that people open from a repository's web view. */
const MAX_BYTES = 3e6;
const NARROW = 390;

const openSections = () => collectSections(path.join(DOCS, 'results'), path.join(DOCS, 'pictures'));

const committedPage = async () =>
  reportHtml({ title: 'Results', about: 'All.', facts: [['date', 'today']] }, await openSections());

describe('the report of the committed results', () => {
  it('given results of every kind, then each has its section, every value is one, and no id is used twice', async () => {
    const titles = (await openSections()).map(({ title }) => title);
    expect(titles).toContain('Does the method work?');
    expect(titles).toContain('Speed and memory');
    const page = await committedPage();
    expect(page).not.toMatch(/\bNaN\b|\bundefined\b|\[object/);
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toEqual([...new Set(ids)]);
    expect(Buffer.byteLength(page)).toBeLessThan(MAX_BYTES);
  });

  it('given a folder without results, then there is nothing to tell', async () => {
    expect(await collectSections('/no/such/folder', '/no/such/folder')).toEqual([]);
  });
});

describe.skipIf(mayGoWithoutBrowser())('the report in a browser', () => {
  let folder: string;
  let browser: OpenBrowser;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'troupe-report-page-'));
    await writeFile(path.join(folder, 'report.html'), await committedPage());
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(['light', 'dark'] as const)(
    'given a narrow %s page, then axe finds nothing against WCAG 2.2 AA, and only tables are wider than it',
    async (colorScheme) => {
      const tab = await browser.context.newPage();
      await tab.emulateMedia({ colorScheme });
      await tab.setViewportSize({ width: NARROW, height: 800 });
      await tab.goto(pathToFileURL(path.join(folder, 'report.html')).href);
      expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(NARROW);
      await tab.evaluate(await readFile(AXE, 'utf8'));
      const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];
      const found = (await tab.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(tags)} })`)) as AxeResults;
      expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      await tab.close();
    },
  );
});
