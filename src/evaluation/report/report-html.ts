import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Block, ChartBlock, Picture, Section, Table } from './blocks.ts';
import { chartSvg } from './charts.ts';
import { inlinePicture } from './inline-picture.ts';
import { escapeHtml, inlineHtml, markdownHtml, tableMarkup } from './markdown-html.ts';

export interface ReportFacts {
  readonly title: string;
  /** what it is, in a sentence or two; Markdown */
  readonly about: string;
  /** what a reader needs to make it again: names and values, Markdown */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

/** The report as one page that needs nothing beside itself: no script, no address, no font. */
export async function reportHtml({ title, about, facts }: ReportFacts, sections: readonly Section[]): Promise<string> {
  const bodies: string[] = [];
  for (const section of sections) bodies.push(await sectionHtml(section));
  const style = await readFile(path.join(import.meta.dirname, 'report.css'), 'utf8');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>
${style}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the results</a>
<header>
<h1>${escapeHtml(title)}</h1>
${markdownHtml(about)}
<dl>
${facts.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${inlineHtml(value)}</dd></div>`).join('\n')}
</dl>
<nav aria-label="Contents"><ol>
${sections.map((section) => `<li><a href="#${section.id}">${escapeHtml(section.title)}</a></li>`).join('\n')}
</ol></nav>
</header>
<main id="content">
${bodies.join('\n')}
</main>
</body>
</html>
`;
}

async function sectionHtml({ id, title, blocks }: Section): Promise<string> {
  const parts: string[] = [];
  for (const block of blocks) parts.push(await blockHtml(block));
  return `<section id="${id}" aria-labelledby="${id}-title">\n<h2 id="${id}-title">${escapeHtml(title)}</h2>\n${parts.join('\n')}\n</section>`;
}

async function blockHtml(block: Block): Promise<string> {
  if (block.kind === 'prose') return markdownHtml(block.markdown);
  if (block.kind === 'table') return tableHtml(block);
  return block.kind === 'chart' ? chartHtml(block) : pictureHtml(block);
}

function tableHtml({ caption, head, rows }: Table): string {
  return tableMarkup({
    name: caption,
    caption: inlineHtml(caption),
    head: head.map(inlineHtml),
    rows: rows.map((row) => row.map(inlineHtml)),
  });
}

function chartHtml({ caption, alt, chart }: ChartBlock): string {
  return `<figure><div class="chart" role="img" aria-label="${escapeHtml(alt)}"><div aria-hidden="true">${chartSvg(chart)}</div></div><figcaption>${inlineHtml(caption)}</figcaption></figure>`;
}

async function pictureHtml({ file, alt, caption }: Picture): Promise<string> {
  const picture = await inlinePicture(file);
  // results of a run that goes on, or that was stopped, have none yet
  if (!picture) return `<p>(The picture ${escapeHtml(path.basename(file))} is not beside the results.)</p>`;
  const { width, height, source } = picture;
  return `<figure><img src="${source}" width="${width}" height="${height}" alt="${escapeHtml(alt)}"><figcaption>${inlineHtml(caption)}</figcaption></figure>`;
}
