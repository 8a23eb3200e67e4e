import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../../errors/user-error.ts';
import { writeFileAtomically } from '../../files/write-atomically.ts';
import { readArguments } from '../read-arguments.ts';
import type { Section } from '../report/blocks.ts';
import { collectSections } from '../report/collect-sections.ts';
import { reportHtml } from '../report/report-html.ts';
import { type Circumstances, circumstances, ROOT } from './circumstances.ts';

export const REPORT_USAGE = `npm run evaluate -- --report [--results FOLDER] [--html FILE]

  One page of all results that lie in the folder (default: docs/results): tables, charts and pictures, with nothing
  beside it. Default: report.html in the folder. The out folder of another model's evaluations is such a folder.
`;

/** What is committed, of the pocket. */
export const RESULTS = path.join(ROOT, 'docs/results');

const OPTIONS = z.strictObject({
  report: z.literal(true),
  results: z.string().min(1).default(RESULTS),
  html: z.string().min(1).optional(),
});

const BYTES_PER_MB = 1e6;

/** @throws UserError `evaluation-options`, `no-results` */
export async function writeReport(args: readonly string[]): Promise<void> {
  const { results, html } = readArguments(args, OPTIONS, ['report'], REPORT_USAGE);
  await assembleReport(results, html ?? path.join(results, 'report.html'), circumstances(args));
}

/**
 * Writes the page of all results in a folder.
 * @throws UserError `no-results`
 */
export async function assembleReport(folder: string, file: string, made: Circumstances): Promise<void> {
  const isCommitted = path.resolve(folder) === RESULTS;
  const sections = await collectSections(folder, isCommitted ? path.join(ROOT, 'docs/pictures') : undefined);
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
