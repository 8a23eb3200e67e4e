import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../../errors/user-error.ts';
import { writeFileAtomically } from '../../files/write-atomically.ts';
import type { Section } from '../report/blocks.ts';
import { collectSections } from '../report/collect-sections.ts';
import { reportHtml } from '../report/report-html.ts';
import { type Circumstances, circumstances, ROOT } from './circumstances.ts';

export const REPORT_USAGE = `npm run evaluate -- --report [--results FOLDER] [--html FILE]

  One page of all results that lie in the folder (default: docs/results): tables, charts and pictures, with nothing
  beside it. Default: report.html in the folder.
`;

const BYTES_PER_MB = 1e6;

/** @throws UserError `evaluation-options`, `no-results` */
export async function writeReport(args: readonly string[]): Promise<void> {
  const { results, html } = readOptions(args);
  await assembleReport(results, html ?? path.join(results, 'report.html'), circumstances(args));
}

/**
 * Writes the page of all results in a folder.
 * @throws UserError `no-results`
 */
export async function assembleReport(folder: string, file: string, made: Circumstances): Promise<void> {
  const sections = await collectSections(folder, path.join(ROOT, 'docs/pictures'));
  if (sections.length === 0) {
    throw new UserError('no-results', {
      expected: 'a folder with results of npm run evaluate or npm run bench',
      got: `none in ${folder}`,
      todo: 'Run npm run evaluate -- --quick first, or name another folder after --results.',
    });
  }
  await writePage(file, sections, made);
}

/** Writes sections as one page. */
export async function writePage(
  file: string,
  sections: readonly Section[],
  { command, code, machine, date }: Circumstances,
): Promise<void> {
  const version = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8')).version as string;
  const page = await reportHtml(
    {
      title: 'Troupe: the evidence',
      about:
        'ConsiStory’s experiments on this machine’s models: whether the method works, where it fails, and what it costs. Each section names the command that made it.',
      facts: [
        ['put together by', `\`${command}\``],
        ['code', `Troupe ${version}, ${code}`],
        ['machine', machine],
        ['date', date],
      ],
    },
    sections,
  );
  await writeFileAtomically(file, page);
  const size = (Buffer.byteLength(page) / BYTES_PER_MB).toFixed(2);
  console.error(`${file}, ${size} MB: ${sections.map(({ title }) => title).join('; ')}`);
}

function readOptions(args: readonly string[]): { readonly results: string; readonly html: string | undefined } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { report: { type: 'boolean' }, results: { type: 'string' }, html: { type: 'string' } },
      strict: true,
    });
    return { results: values.results ?? path.join(ROOT, 'docs/results'), html: values.html };
  } catch (cause) {
    throw new UserError(
      'evaluation-options',
      { expected: REPORT_USAGE, got: (cause as Error).message, todo: 'Correct them and try again.' },
      { cause },
    );
  }
}
