import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chart, type Section, table } from '../../../src/evaluation/report/blocks.ts';
import { chartSvg } from '../../../src/evaluation/report/charts.ts';
import { inlineHtml, markdownHtml } from '../../../src/evaluation/report/markdown-html.ts';
import { reportHtml } from '../../../src/evaluation/report/report-html.ts';
import { sectionMarkdown } from '../../../src/evaluation/report/section-markdown.ts';
import { encodePng } from '../../../src/render/canvas.ts';

const FACTS = { title: 'Results & more', about: 'Of *two* things.', facts: [['command', '`npm run x`']] } as const;

describe('the HTML report', () => {
  let folder: string;
  let page: string;
  let section: Section;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'troupe-report-'));
    const file = path.join(folder, 'picture.png');
    await writeFile(file, await encodePng({ width: 2, height: 1, rgb: Uint8Array.of(255, 0, 0, 0, 0, 255) }));
    section = {
      id: 'one',
      title: 'One <thing>',
      blocks: [
        {
          kind: 'prose',
          markdown: '# Left out\n\n## Kept\n\n| a | b |\n|---|---|\n| x | 1 |\n\n<script>alert(1)</script>',
        },
        table('Caption of `it`', ['name', 'value'], [['first', '0.5']]),
        chart('**Seen**', 'Said: a 1', { type: 'bars', valueLabel: 'v', bars: [{ name: 'a', value: 1 }] }),
        { kind: 'picture', file, alt: 'Red beside "blue"', caption: 'Two pixels' },
      ],
    };
    page = await reportHtml(FACTS, [section]);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('given all kinds of blocks, then each is on the page, and nothing is fetched from elsewhere', () => {
    expect(page).toContain('<h2 id="one-title">One &lt;thing&gt;</h2>');
    expect(page).toContain('<a href="#one">One &lt;thing&gt;</a>');
    expect(page).toContain('<caption>Caption of <code>it</code></caption>');
    expect(page).toContain('aria-label="Said: a 1"');
    expect(page).toMatch(
      /<img src="data:image\/webp;base64,[^"]+" width="2" height="1" alt="Red beside &quot;blue&quot;"/,
    );
    expect(page).not.toMatch(/(?:src|href)="(?!data:|#)/);
    expect(page).not.toContain('<script');
    expect(page).toContain('prefers-color-scheme: dark');
  });

  it('given a Markdown file with a title, then the title is left out and its headings lie below the section’s', () => {
    expect(page).not.toContain('Left out');
    expect(page).toContain('<h3>Kept</h3>');
    expect(page).toContain('<th scope="row">x</th><td>1</td>');
  });

  it('given a column of words, then it is read from its start; numbers stand below each other at their end', () => {
    const html = markdownHtml('| a | says | b |\n|---|---|---|\n| x | `yes`, so | 1 |\n| y | | –2 |');
    expect(html).toContain('<th scope="col" class="words">says</th><th scope="col">b</th>');
    expect(html).toContain('<td class="words"><code>yes</code>, so</td><td>1</td>');
  });

  it('given links, then those to files beside the results are words: the page lies elsewhere', () => {
    expect(inlineHtml('[best](stories-1.webp)')).toBe('best');
    expect(inlineHtml('[the *paper*](https://arxiv.org/abs/2402.03286)')).toBe(
      '<a href="https://arxiv.org/abs/2402.03286">the <em>paper</em></a>',
    );
  });

  it('given the same section as Markdown, then tables stay, and charts and pictures are left to the page', () => {
    const markdown = sectionMarkdown(section);
    expect(markdown).toContain('# One <thing>');
    expect(markdown).toContain('| first | 0.5 |');
    expect(markdown).not.toContain('Two pixels');
  });

  it('given a picture that isn’t there, then the page says so, and which', async () => {
    const blocks: Section['blocks'] = [{ kind: 'picture', file: `${folder}/no.png`, alt: 'a', caption: 'b' }];
    const lacking = await reportHtml(FACTS, [{ ...section, blocks }]);
    expect(lacking).toContain('The picture no.png is not beside the results.');
    expect(lacking).not.toContain('<img');
  });
});

describe('charts', () => {
  it('given three bars, then there is one rectangle for each, as long as its value', () => {
    const bars = [1, 2, 4].map((value) => ({ name: `bar ${value}`, value }));
    const svg = chartSvg({ type: 'bars', valueLabel: 'seconds', bars });
    const widths = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
    expect(widths).toHaveLength(3);
    expect((widths[2] as number) / (widths[0] as number)).toBeCloseTo(4, 6);
    expect(svg).toContain('bar 4');
  });

  it('given two series, then two lines that differ in more than colour, each with its name', () => {
    const points = ['on', 'off'].flatMap((series, s) => [0, 1].map((x) => ({ series, x, y: x + s })));
    const svg = chartSvg({ type: 'lines', xLabel: 'p', yLabel: 'overlap', points });
    expect(svg).toContain('var(--series-1)');
    expect(svg).toMatch(/stroke-dasharray="6 ?3"|stroke-dasharray="6,3"/);
    expect(svg).toMatch(/>on<[\s\S]*>off</);
  });

  it('given lines that end in one point, then their names lie apart', () => {
    const points = ['one', 'two'].flatMap((series) => [0, 1].map((x) => ({ series, x, y: x })));
    const svg = chartSvg({ type: 'lines', xLabel: 'x', yLabel: 'y', points });
    const places = [...svg.matchAll(/translate\([\d.]+,([\d.]+)\)"[^>]*>(?:one|two)</g)].map(([, y]) => Number(y));
    expect(places).toHaveLength(2);
    expect(Math.abs((places[0] as number) - (places[1] as number))).toBeGreaterThan(10);
  });

  it('given a long name, then there is room for all of it', () => {
    const startOf = (name: string) => {
      const svg = chartSvg({ type: 'bars', valueLabel: 'v', bars: [{ name, value: 1 }] });
      return Number(/<rect [^>]*\bx="([\d.]+)"/.exec(svg)?.[1]);
    };
    expect(startOf('m'.repeat(40)) - startOf('m'.repeat(30))).toBeGreaterThan(10 * 5);
    expect(startOf('m')).toBeGreaterThan(50);
  });

  it('given intervals, then zero is among them, for it is what they are compared with', () => {
    const svg = chartSvg({
      type: 'intervals',
      valueLabel: 'd',
      points: [{ name: 'all', value: 0.5, low: 0.4, high: 0.6 }],
    });
    expect(svg).toContain('0.0');
    expect(svg).toContain('all');
  });
});

describe('Markdown in the report', () => {
  it('given tags, then they are shown and not obeyed', () => {
    expect(inlineHtml('<img src=x onerror=y>')).toBe('&lt;img src=x onerror=y&gt;');
    expect(markdownHtml('<div onclick="x">a</div>')).not.toContain('<div');
    expect(markdownHtml('![a fox](fox.png)')).not.toContain('<img');
  });
});
