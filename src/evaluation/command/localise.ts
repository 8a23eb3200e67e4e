import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { DEFAULT_SETTINGS, PLAIN_SETTINGS } from '../../engine/consistory/settings.ts';
import { ensureWritable, writeFileAtomically } from '../../files/write-atomically.ts';
import { COUNT, DRAWING_OPTIONS, DRAWING_USAGE } from '../drawing-options.ts';
import { type EvaluatedModel, openEvaluated } from '../evaluated-model.ts';
import { evaluationEngine, evaluationMemory } from '../evaluation-engine.ts';
import { attentionSignature } from '../localisation/draw-attention.ts';
import { type LocalisationPlan, picturesAtOnce } from '../localisation/draw-prompts.ts';
import { localisationPrompts, PROMPT_COUNTS, promptWordsFor } from '../localisation/prompts.ts';
import type { LocalisationResults } from '../localisation/results.ts';
import { type Localisation, runLocalisation } from '../localisation/run-localisation.ts';
import { summarizeLocalisation } from '../localisation/summary.ts';
import { worstSheet } from '../localisation/worst-sheet.ts';
import { panelsThatFit } from '../panels-that-fit.ts';
import { readArguments } from '../read-arguments.ts';
import { sectionMarkdown } from '../report/section-markdown.ts';
import { localisationSection, tellerOf } from '../report/sections/localisation.ts';
import { ResultCache } from '../result-cache.ts';
import { type ProgressConsole, RunProgress, TERMINAL } from '../run-progress.ts';
import { chooseTruth, TELLERS } from './choose-truth.ts';
import { circumstances, engineSources, ROOT } from './circumstances.ts';

/** Of the pocket, whose committed results are of so many; other models draw with their own. */
const POCKET_STEPS = 20;
const SEED = 7000n;
const EACH = Object.values(PROMPT_COUNTS).join(', ');

export const LOCALISATION_USAGE = `npm run evaluate -- --localisation [--prompts N] [--own-resolution] [options] [--out FOLDER] [--report FILE]

  How well attention finds its subjects: ${EACH} prompts of one, two and three, by step, window, threshold and
  resolution, against where they are in the finished pictures. In the pocket's world a small net of our own says so;
  for other models a CLIPSeg does (\`npm run model -- add CIDAS/clipseg-rd64-refined\`).
  --truth NAME       ${TELLERS.join(' or ')}; on the pocket, clipseg is compared with the judge on the same pictures
  --clipseg NAME     an installed one, or a folder; default: the only one installed
  --prompts N        of each number of subjects at most
  --own-resolution   attention where the engine reads masks only: every other resolution draws all pictures again
  Default report: docs/results/localisation.md for the pocket, and OUT/localisation.md with other options than these.
  Steps: ${POCKET_STEPS} for the pocket, where no others are named.

${DRAWING_USAGE}
`;

const OPTIONS = z.strictObject({
  localisation: z.literal(true),
  prompts: COUNT.optional(),
  truth: z.enum(TELLERS).optional(),
  clipseg: z.string().min(1).optional(),
  'own-resolution': z.boolean().default(false),
  ...DRAWING_OPTIONS,
  out: z.string().min(1).default('out/evaluate'),
  report: z.string().min(1).optional(),
});
type Options = z.output<typeof OPTIONS>;

/** @throws UserError `evaluation-options`, `memory-limit`, those of openEvaluated and chooseTruth */
export async function localise(args: readonly string[], console: ProgressConsole = TERMINAL): Promise<void> {
  const options = readArguments(args, OPTIONS, ['localisation', 'own-resolution'], LOCALISATION_USAGE);
  const report = options.report ?? path.join(reportFolder(options), 'localisation.md');
  const made = circumstances(args);
  const sources = await engineSources();
  const evaluated = openEvaluated(options);
  const { opened, choice } = evaluated;
  const plan = planOf(options, evaluated);
  await mkdir(path.dirname(report), { recursive: true });
  await ensureWritable(report);
  const about = { isPocketWorld: evaluated.isPocketWorld, name: opened.card.name };
  const chosen = await chooseTruth(options, about, console.write);
  const progress = new RunProgress(0, console);
  const engine = evaluationEngine(options);
  try {
    const modelHash = await engine.modelHash(choice.folder);
    const drawnBy = await attentionSignature(engine, choice, modelHash, plan, progress.engine);
    progress.prepared(`${opened.card.name}, ${choice.size.width} x ${choice.size.height}, ${plan.steps} steps`);
    const found = await runLocalisation(plan, {
      engine,
      model: choice,
      truth: chosen.truth,
      others: chosen.others,
      cache: new ResultCache(path.join(options.out, 'cells')),
      drawnBy,
      progress: {
        planned: (batches) => progress.expect(batches),
        drawn: (what) => progress.unitDone(what),
        engine: progress.engine,
      },
      told: (done, total) => progress.doing(`looking for the subjects, picture ${done} of ${total}`),
    });
    const results: LocalisationResults = {
      ...made,
      code: `${made.code}, engine sources \`${sources}\``,
      model: opened.card.name,
      size: choice.size,
      modelHash,
      steps: plan.steps,
      guidance: plan.guidance,
      grids: found.grids,
      conditions: found.conditions,
      ...chosen.said,
      compared: found.compared,
      summary: summarizeLocalisation(found.scores, found.conditions),
      pictures: found.pictures,
    };
    console.write((await writeResults(report, results, found)).join(', '));
  } finally {
    await engine.close();
    await chosen.release();
  }
}

/** Only what is asked for without options is committed. */
function reportFolder({ out, report: _, localisation: __, threads: ___, provider: ____, ...others }: Options): string {
  const isUsual = Object.values(others).every((option) => option === undefined || option === false);
  return isUsual ? path.join(ROOT, 'docs/results') : out;
}

/** @throws UserError `memory-limit` */
function planOf(options: Options, evaluated: EvaluatedModel): LocalisationPlan {
  const { opened, choice, sampling, isPocketWorld } = evaluated;
  const counts = Object.entries(PROMPT_COUNTS).map(([size, all]) => [size, Math.min(all, options.prompts ?? all)]);
  const { prefix, words } = promptWordsFor(opened.card);
  const most = picturesAtOnce(choice.size);
  return {
    prompts: localisationPrompts(prefix, Object.fromEntries(counts), words),
    seed: SEED,
    steps: options.steps ?? (isPocketWorld ? POCKET_STEPS : sampling.steps),
    guidance: sampling.guidance,
    window: DEFAULT_SETTINGS.maskWindow,
    atOnce: panelsThatFit(evaluated, PLAIN_SETTINGS, evaluationMemory(options), { most, least: 1 }),
    resolutions: options['own-resolution'] ? 'own' : 'all',
  };
}

/** @returns the files */
async function writeResults(
  report: string,
  results: LocalisationResults,
  { subjects }: Localisation,
): Promise<string[]> {
  const stem = report.replace(/\.md$/, '');
  const sheet = await worstSheet(subjects, tellerOf(results));
  await writeFileAtomically(report, sectionMarkdown(localisationSection(results)));
  await writeFileAtomically(`${stem}.json`, `${JSON.stringify(results)}\n`);
  if (sheet) await writeFileAtomically(`${stem}-worst.png`, sheet);
  return [report, `${stem}.json`, ...(sheet ? [`${stem}-worst.png`] : [])];
}
