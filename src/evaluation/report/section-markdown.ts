import type { Block, Section, Table } from './blocks.ts';

/** A section as Markdown; charts and pictures are in the HTML report only. */
export function sectionMarkdown({ title, blocks }: Section): string {
  return `${[`# ${title}`, ...blocks.flatMap(blockMarkdown)].join('\n\n')}\n`;
}

function blockMarkdown(block: Block): string[] {
  if (block.kind === 'prose') return [block.markdown.trim()];
  if (block.kind === 'table') return [block.caption, tableMarkdown(block)];
  return [];
}

export function tableMarkdown({ head, rows }: Pick<Table, 'head' | 'rows'>): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
