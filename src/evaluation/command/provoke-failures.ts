import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Provider } from '../../engine/runtime/onnx-session.ts';
import type { ProviderChoice } from '../../engine/runtime/providers.ts';
import { ensureWritable, writeFileAtomically } from '../../files/write-atomically.ts';
import { contactSheet } from '../contact-sheet.ts';
import { COUNT, DRAWING_OPTIONS, DRAWING_USAGE } from '../drawing-options.ts';
import { drawingSignatures } from '../drawing-signature.ts';
import { openEvaluated } from '../evaluated-model.ts';
import { evaluationEngine, evaluationMemory } from '../evaluation-engine.ts';
import { openJudge } from '../judge/judge.ts';
import { refuseTooLarge } from '../panels-that-fit.ts';
import { readArguments } from '../read-arguments.ts';
import { sectionMarkdown } from '../report/section-markdown.ts';
import { failuresSection } from '../report/sections/failures.ts';
import { ResultCache } from '../result-cache.ts';
import { type ProgressConsole, RunProgress, TERMINAL } from '../run-progress.ts';
import { calibrate } from '../signatures/calibration.ts';
import { NORMAL, provocationsFor, SIGNATURE_STORIES } from '../signatures/provocations.ts';
import { runSignatures } from '../signatures/run-signatures.ts';
import type { SignatureResults } from '../signatures/signature-results.ts';
import { circumstances, engineSources, ROOT } from './circumstances.ts';

/** Where the model's own are more. */
const MOST_STEPS = 20;

export const FAILURES_USAGE = `npm run evaluate -- --signatures [--stories N] [--panels N] [options] [--out FOLDER] [--report FILE]

  Provokes each failure of the method on purpose in ${SIGNATURE_STORIES.length} stories, chooses the detectors' thresholds on half of them and
  tests them on the others. ${MOST_STEPS} steps, or the model's own if these are fewer. Default report:
  docs/results/signatures.md, and OUT/signatures.md where it would not be that of all stories of the pocket.

${DRAWING_USAGE}
`;

const OPTIONS = z.strictObject({
  signatures: z.literal(true),
  stories: z.coerce.number().int().min(2).max(SIGNATURE_STORIES.length).optional(),
  panels: COUNT.min(2).optional(),
  ...DRAWING_OPTIONS,
  out: z.string().min(1).default('out/evaluate'),
  report: z.string().min(1).optional(),
});

/** @throws UserError `evaluation-options`, `memory-limit`, and those of openEvaluated */
export async function provokeFailures(
  args: readonly string[],
  console: ProgressConsole = TERMINAL,
  startEngine: typeof evaluationEngine = evaluationEngine,
): Promise<void> {
  const options = readArguments(args, OPTIONS, ['signatures'], FAILURES_USAGE);
  const { stories: count, panels, model, steps, guidance, size, threads, out } = options;
  const isUsual = [count, panels, model, steps, guidance, size].every((option) => option === undefined);
  const report =
    options.report ?? (isUsual ? path.join(ROOT, 'docs/results/signatures.md') : path.join(out, 'signatures.md'));
  const made = circumstances(args);
  const sources = await engineSources();
  const evaluated = openEvaluated(options, MOST_STEPS);
  const { choice, sampling, isPocketWorld } = evaluated;
  const stories = SIGNATURE_STORIES.slice(0, count).map((story) => ({
    ...story,
    panels: story.panels.slice(0, panels),
  }));
  const provocations = provocationsFor(sampling.steps);
  const most = Math.max(...stories.map((story) => story.panels.length));
  const refuse = (provider: ProviderChoice) =>
    refuseTooLarge(evaluated, provocations, most, evaluationMemory({ ...options, provider }));
  refuse(options.provider);
  await mkdir(path.join(out, 'sheets'), { recursive: true });
  await ensureWritable(report);
  const drawings = provocations.reduce((sum, { seeds = 1 }) => sum + seeds, 0);
  const progress = new RunProgress(stories.length * drawings, console);
  let provider: ProviderChoice = options.provider;
  const engineHooks = {
    progress: progress.engine,
    loaded: (event: { readonly provider: Provider }) => {
      provider = event.provider;
    },
  };
  const engine = startEngine(options);
  const judge = isPocketWorld ? await openJudge({ threads: 1 }) : undefined;
  try {
    const modelHash = await engine.modelHash(choice.folder);
    const observations = await runSignatures(
      { stories, sampling, provocations, pocketDaylight: isPocketWorld },
      {
        engine,
        model: choice,
        engineHooks,
        cache: new ResultCache(path.join(out, 'cells')),
        drawnBy: drawingSignatures(engine, choice, modelHash, engineHooks),
        judge,
      },
      {
        signed: () => {
          refuse(provider); // another one than was foreseen may have taken over
          progress.prepared(`Drawing with ${evaluated.opened.card.name} on ${provider}`);
        },
        progress: (_done, _total, { story, drawn }) => progress.unitDone(`${story}, ${drawn}`),
        drawn: async (story, seed, drawings) => {
          const file = path.join(out, 'sheets', `signatures-${story.subject}-${seed}.png`);
          await writeFileAtomically(file, await contactSheet(`${story.subject}, ${seed}`, story, drawings, NORMAL));
        },
      },
    );
    const results: SignatureResults = {
      ...made,
      machine: `${made.machine}; provider ${provider}, threads ${threads || 'as many as cores'}`,
      code: `${made.code}, engine sources \`${sources}\``,
      model: evaluated.opened.card.name,
      modelHash,
      steps: sampling.steps,
      provocations: provocations.map(({ name, provokes, about }) => ({ name, provokes, about })),
      detectors: calibrate(observations, provocations),
      observations,
    };
    await writeFileAtomically(report, sectionMarkdown(failuresSection(results)));
    const json = report.replace(/(\.md)?$/, '.json');
    await writeFileAtomically(json, `${JSON.stringify(results)}\n`);
    console.write(`${report} and ${json}`);
  } finally {
    await judge?.release();
    await engine.close();
  }
}
