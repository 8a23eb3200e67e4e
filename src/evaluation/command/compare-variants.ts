import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Provider } from '../../engine/runtime/onnx-session.ts';
import type { ProviderChoice } from '../../engine/runtime/providers.ts';
import { ensureWritable, writeFileAtomically } from '../../files/write-atomically.ts';
import { coatCalibration } from '../coat-calibration.ts';
import { contactSheet, methodSheet } from '../contact-sheet.ts';
import { drawingSignatures } from '../drawing-signature.ts';
import { openEvaluated } from '../evaluated-model.ts';
import { evaluationEngine, evaluationMemory } from '../evaluation-engine.ts';
import { openJudge } from '../judge/judge.ts';
import { notMeasured } from '../not-measured.ts';
import type { EvaluationOptions } from '../options.ts';
import { refuseTooLarge } from '../panels-that-fit.ts';
import { sectionMarkdown } from '../report/section-markdown.ts';
import { meansSection } from '../report/sections/means.ts';
import { sweepSection } from '../report/sections/sweep.ts';
import { reportMarkdown } from '../report-markdown.ts';
import { ResultCache } from '../result-cache.ts';
import type { EvaluationResults } from '../results.ts';
import { type EvaluationHooks, type EvaluationPlan, runEvaluation, storySeed } from '../run-evaluation.ts';
import { type ProgressConsole, RunProgress, TERMINAL } from '../run-progress.ts';
import { summarize } from '../summary.ts';
import { circumstances, engineSources, judgeAccuracies, judgeName, measureSources } from './circumstances.ts';
import { openMeasuring } from './open-measuring.ts';
import { assembleReport, RESULTS, writePage } from './write-report.ts';

/** Where prompts differ in the picture's large parts and in its smaller ones; more noise tells hardly any apart. */
const QUICK_TIMESTEPS = [500, 800];
const FULL_TIMESTEPS = [300, 500, 700, 900];

/** Draws stories in variants, measures them, and writes Markdown, JSON and contact sheets. */
export async function compareVariants(
  options: EvaluationOptions,
  args: readonly string[],
  console: ProgressConsole = TERMINAL,
  startEngine: typeof evaluationEngine = evaluationEngine,
): Promise<void> {
  const started = console.now();
  const made = circumstances(args);
  const sources = await engineSources();
  const evaluated = openEvaluated(options, options.mostSteps);
  const { sampling, choice, isPocketWorld } = evaluated;
  const plan: EvaluationPlan = {
    stories: options.stories,
    runs: options.runs,
    variants: options.variants,
    sampling,
    timesteps: timestepsOf(options),
    pocketDaylight: isPocketWorld,
  };
  const panels = Math.max(...plan.stories.map((story) => story.panels.length));
  const refuse = (provider: ProviderChoice) =>
    refuseTooLarge(evaluated, plan.variants, panels, evaluationMemory({ ...options, provider }));
  refuse(options.provider);
  const sheets = path.join(options.out, 'sheets');
  await mkdir(sheets, { recursive: true });
  await mkdir(path.dirname(options.report), { recursive: true });
  await ensureWritable(options.report);
  const measuring = await openMeasuring(options, console.write);
  const progress = new RunProgress(plan.stories.length * plan.runs * plan.variants.length, console);
  let provider: ProviderChoice = options.provider;
  const engine = startEngine(options);
  const judge = isPocketWorld ? await openJudge({ threads: 1 }) : undefined;
  try {
    const modelHash = await engine.modelHash(choice.folder);
    const engineHooks = {
      progress: progress.engine,
      loaded: (event: { readonly provider: Provider }) => {
        provider = event.provider;
      },
    };
    const deps = {
      engine,
      model: choice,
      engineHooks,
      looking: (pictures: number) => progress.doing(`asking the U-Net about ${pictures} pictures`),
      cache: new ResultCache(path.join(options.out, 'cells')),
      drawnBy: drawingSignatures(engine, choice, modelHash, engineHooks),
      measuredBy: await measureSources(),
      ...(judge ? { judge: { judge, name: await judgeName() } } : {}),
      ...measuring,
    };
    const cells = await runEvaluation(plan, deps, {
      signed: () => {
        refuse(provider); // another one than was foreseen may have taken over
        progress.prepared(`Drawing with ${evaluated.opened.card.name} on ${provider}`);
      },
      progress: (_done, _total, { story, seed, variant, took }) =>
        progress.unitDone(`${story}, seed ${seed}, ${variant} (drawn in ${took.toFixed(1)} s)`),
      drawn: sheetWriter(sheets),
    });
    const results: EvaluationResults = {
      ...made,
      machine: `${made.machine}; provider ${provider}, threads ${options.threads || 'as many as cores'}`,
      code: `${made.code}, engine sources \`${sources}\``,
      model: evaluated.opened.card.name,
      modelHash,
      stories: plan.stories.map((story) => story.subject),
      seeds: Array.from({ length: plan.runs }, (_, run) =>
        plan.stories.map((_, story) => storySeed(story, run + 1).toString()),
      ),
      panels: plan.stories[0]?.panels.length ?? 0,
      steps: plan.sampling.steps,
      guidance: plan.sampling.guidance,
      timesteps: plan.timesteps,
      pocketDaylight: plan.pocketDaylight,
      ...(isPocketWorld ? { coats: coatCalibration(cells, plan.stories) } : {}),
      ...(judge ? { judge: await judgeAccuracies() } : {}),
      measuredWith: measuring.measuredWith,
      notMeasured: notMeasured({
        pocketWorld: isPocketWorld,
        clip: measuring.clip !== undefined,
        dreamSim: measuring.dreamSim !== undefined,
      }),
      summaries: summarize(cells),
      cells,
    };
    const { sweep } = options;
    const section = sweep ? sweepSection(sweep, results) : meansSection(results);
    const json = options.report.replace(/(\.md)?$/, '.json');
    await writeFileAtomically(
      options.report,
      sweep ? sectionMarkdown(section) : reportMarkdown(results, results.summaries),
    );
    await writeFileAtomically(json, `${JSON.stringify(results)}\n`);
    const folder = path.dirname(options.report);
    // a page of its own for an experiment, and the page of all for what is committed
    if (path.resolve(folder) === RESULTS) await assembleReport(folder, path.join(folder, 'report.html'), made);
    else await writePage(options.report.replace(/(\.md)?$/, '.html'), [section], made);
    const minutes = (console.now() - started) / 60_000;
    console.write(`${options.report}, ${json} and ${sheets}/*.png, in ${minutes.toFixed(1)} minutes`);
  } finally {
    await judge?.release();
    await measuring.release();
    await engine.close();
  }
}

/** Sweeps do not ask what the model reads in its pictures: that would take longer than drawing them. */
function timestepsOf({ sweep, quick }: EvaluationOptions): readonly number[] {
  if (sweep) return [];
  return quick ? QUICK_TIMESTEPS : FULL_TIMESTEPS;
}

function sheetWriter(folder: string): EvaluationHooks['drawn'] {
  return async (story, seed, drawings) => {
    const title = `${story.subject}, seed ${seed}`;
    const file = path.join(folder, `${story.subject}-${seed}`);
    const last = [...drawings.keys()].at(-1) ?? '';
    const masksOf = drawings.has('all') ? 'all' : last;
    await writeFileAtomically(`${file}-variants.png`, await contactSheet(title, story, drawings, masksOf));
    const method = await methodSheet(title, story, drawings);
    if (method) await writeFileAtomically(`${file}.png`, method);
  };
}
