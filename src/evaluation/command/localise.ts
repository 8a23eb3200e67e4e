import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { DEFAULT_SETTINGS } from '../../engine/consistory/settings.ts';
import { openModel } from '../../engine/weights/open-model.ts';
import { UserError } from '../../errors/user-error.ts';
import { ensureWritable, writeFileAtomically } from '../../files/write-atomically.ts';
import { findModel } from '../../models/models-folder.ts';
import { evaluationEngine } from '../evaluation-engine.ts';
import { judgeErrors, openJudge } from '../judge/judge.ts';
import { PICTURE_SIDE } from '../judge/judge-graph.ts';
import { localisationPrompts, PROMPT_COUNTS } from '../localisation/prompts.ts';
import type { LocalisationResults } from '../localisation/results.ts';
import { runLocalisation } from '../localisation/run-localisation.ts';
import { summarizeLocalisation } from '../localisation/summary.ts';
import { worstSheet } from '../localisation/worst-sheet.ts';
import { readArguments } from '../read-arguments.ts';
import { sectionMarkdown } from '../report/section-markdown.ts';
import { localisationSection } from '../report/sections/localisation.ts';
import { ResultCache } from '../result-cache.ts';
import { circumstances, engineSources, ROOT } from './circumstances.ts';

const STEPS = 20;
const SEED = 7000n;
const EACH = Object.values(PROMPT_COUNTS).join(', ');

export const LOCALISATION_USAGE = `npm run evaluate -- --localisation [--prompts N] [--steps N] [--model FOLDER] [--threads N] [--out FOLDER] [--report FILE]

  How well attention finds its subjects: ${EACH} prompts of one, two and three, by step, window, threshold and
  resolution, against where a small net of our own sees them. It knows pictures of the pocket's world only.
  --prompts N: of each number of subjects at most. Default report: docs/results/localisation.md, and
  OUT/localisation.md where --prompts, --steps or --model was given.
`;

const COUNT = z.coerce.number().int().positive();
const OPTIONS = z.strictObject({
  localisation: z.literal(true),
  prompts: COUNT.optional(),
  steps: COUNT.max(1000).optional(),
  model: z.string().min(1).optional(),
  threads: z.coerce.number().int().nonnegative().default(0),
  out: z.string().min(1).default('out/evaluate'),
  report: z.string().min(1).optional(),
});

/** @throws UserError `evaluation-options`, `judge-picture-size` */
export async function localise(args: readonly string[]): Promise<void> {
  const options = readArguments(args, OPTIONS, ['localisation'], LOCALISATION_USAGE);
  const { prompts: most, steps = STEPS, model = 'models/pocket', threads, out } = options;
  const isUsual = [most, options.steps, options.model].every((option) => option === undefined);
  const folder = isUsual ? path.join(ROOT, 'docs/results') : out;
  const report = options.report ?? path.join(folder, 'localisation.md');
  const made = circumstances(args);
  const sources = await engineSources();
  const { card } = openModel(findModel(model));
  refuseOtherWorlds(card);
  await mkdir(path.dirname(report), { recursive: true });
  await ensureWritable(report);
  const counts = Object.entries(PROMPT_COUNTS).map(([size, count]) => [size, Math.min(count, most ?? count)]);
  const engine = evaluationEngine({ provider: 'auto', threads });
  const judge = await openJudge({ threads });
  try {
    const modelHash = await engine.modelHash(model);
    const found = await runLocalisation(
      {
        prompts: localisationPrompts(card.promptPrefix, Object.fromEntries(counts)),
        seed: SEED,
        steps,
        guidance: card.guidance,
        window: DEFAULT_SETTINGS.maskWindow,
      },
      {
        engine,
        model: { folder: model, size: { width: card.width, height: card.height } },
        judge,
        cache: new ResultCache(path.join(out, 'cells')),
        drawnBy: [modelHash, sources],
        progress: (done, total, resolution) =>
          console.error(`${done}/${total} pictures with attention at ${resolution} x ${resolution}`),
      },
    );
    const results: LocalisationResults = {
      ...made,
      code: `${made.code}, engine sources \`${sources}\``,
      model: card.name,
      modelHash,
      steps,
      guidance: card.guidance,
      grids: found.grids,
      conditions: found.conditions,
      judge: judgeErrors().redrawn,
      summary: summarizeLocalisation(found.scores, found.conditions),
      pictures: found.pictures,
    };
    const stem = report.replace(/\.md$/, '');
    await writeFileAtomically(report, sectionMarkdown(localisationSection(results)));
    await writeFileAtomically(`${stem}.json`, `${JSON.stringify(results)}\n`);
    await writeFileAtomically(`${stem}-worst.png`, await worstSheet(found.subjects));
    console.error(`${report}, ${stem}.json, ${stem}-worst.png`);
  } finally {
    await engine.close();
    await judge.release();
  }
}

/** Before anything is drawn. */
function refuseOtherWorlds({ name, width, height }: { name: string; width: number; height: number }): void {
  if (width === PICTURE_SIDE && height === PICTURE_SIDE) return;
  throw new UserError('judge-picture-size', {
    expected: `a model of the pocket's world, which draws ${PICTURE_SIDE} x ${PICTURE_SIDE} pixels`,
    got: `${name}, which draws ${width} x ${height}`,
    todo: 'The ground truth comes from a net that knows only that world; leave --model out.',
  });
}
