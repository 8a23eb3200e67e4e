import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openModel } from '../src/engine/weights/open-model.ts';
import { startEngine } from '../src/engine/worker/engine-client.ts';
import { UserError } from '../src/errors/user-error.ts';
import { coatCalibration } from '../src/evaluation/coat-calibration.ts';
import { contactSheet, methodSheet } from '../src/evaluation/contact-sheet.ts';
import { sourceKey } from '../src/evaluation/content-key.ts';
import { type EvaluationOptions, parseOptions, USAGE } from '../src/evaluation/options.ts';
import { reportMarkdown } from '../src/evaluation/report-markdown.ts';
import { ResultCache } from '../src/evaluation/result-cache.ts';
import { type EvaluationPlan, runEvaluation, storySeed } from '../src/evaluation/run-evaluation.ts';
import { STORIES } from '../src/evaluation/stories.ts';
import { summarize } from '../src/evaluation/summary.ts';
import { ensureWritable, writeFileAtomically } from '../src/files/write-atomically.ts';
import { findModel } from '../src/models/models-folder.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
/** Where prompts differ in the picture's large parts and in its smaller ones; more noise tells hardly any apart. */
const QUICK_TIMESTEPS = [500, 800];
const FULL_TIMESTEPS = [300, 500, 700, 900];
const MEMORY_SHARE = 0.8;

async function evaluate(options: EvaluationOptions, args: readonly string[]): Promise<void> {
  const started = performance.now();
  const code = describeCode(); // now: others may commit while it runs
  const engineSources = await sourceKey(path.join(ROOT, 'src/engine'));
  const model = openModel(findModel(options.model));
  const { card } = model;
  const plan: EvaluationPlan = {
    stories: STORIES.slice(0, options.stories),
    runs: options.runs,
    variants: options.variants,
    sampling: {
      promptPrefix: card.promptPrefix,
      steps: options.steps ?? card.steps,
      guidance: options.guidance ?? card.guidance,
    },
    timesteps: options.quick ? QUICK_TIMESTEPS : FULL_TIMESTEPS,
    pocketDaylight: card.name === 'pocket',
  };
  const sheets = path.join(options.out, 'sheets');
  await mkdir(sheets, { recursive: true });
  await mkdir(path.dirname(options.report), { recursive: true });
  await ensureWritable(options.report);
  let provider = 'not loaded: all pictures were there';
  const engine = startEngine({
    provider: options.provider,
    threads: options.threads,
    maxMemory: os.totalmem() * MEMORY_SHARE,
  });
  try {
    const modelHash = await engine.modelHash(options.model);
    const cells = await runEvaluation(
      plan,
      {
        engine,
        model: { folder: options.model, size: { width: card.width, height: card.height } },
        engineHooks: {
          loaded: (event) => {
            provider = event.provider;
          },
        },
        cache: new ResultCache(path.join(options.out, 'cells')),
        drawnBy: [modelHash, engineSources],
        measuredBy: await measureSources(),
      },
      {
        progress: (done, total, { story, seed, variant, took }) =>
          console.error(`${done}/${total} ${story}, seed ${seed}, ${variant} (drawn in ${took.toFixed(1)} s)`),
        drawn: async (story, seed, drawings) => {
          const title = `${story.subject}, seed ${seed}`;
          const file = path.join(sheets, `${story.subject}-${seed}`);
          const last = [...drawings.keys()].at(-1) ?? '';
          const masksOf = drawings.has('all') ? 'all' : last;
          await writeFileAtomically(`${file}-variants.png`, await contactSheet(title, story, drawings, masksOf));
          const method = await methodSheet(title, story, drawings);
          if (method) await writeFileAtomically(`${file}.png`, method);
        },
      },
    );
    const summaries = summarize(cells);
    const provenance = {
      command: ['npm run evaluate', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
      model: card.name,
      modelHash,
      machine: `${describeMachine()}; provider ${provider}, threads ${options.threads || 'as many as cores'}`,
      date: new Date().toISOString(),
      code: `${code}, engine sources \`${engineSources}\``,
      stories: plan.stories.map((story) => story.subject),
      seeds: Array.from({ length: plan.runs }, (_, run) =>
        plan.stories.map((_, story) => storySeed(story, run + 1).toString()),
      ),
      panels: plan.stories[0]?.panels.length ?? 0,
      steps: plan.sampling.steps,
      guidance: plan.sampling.guidance,
      timesteps: plan.timesteps,
      pocketDaylight: plan.pocketDaylight,
      coats: coatCalibration(cells, plan.stories),
    };
    const json = options.report.replace(/(\.md)?$/, '.json');
    await writeFileAtomically(options.report, reportMarkdown(provenance, summaries));
    await writeFileAtomically(json, `${JSON.stringify({ ...provenance, summaries, cells })}\n`);
    const minutes = (performance.now() - started) / 60_000;
    console.error(`${options.report}, ${json} and ${sheets}/*.png, in ${minutes.toFixed(1)} minutes`);
  } finally {
    await engine.close();
  }
}

/** Measures stand on what the inspection knows of pictures. */
async function measureSources(): Promise<string> {
  const folders = ['src/evaluation/measures', 'src/inspection'];
  return (await Promise.all(folders.map((folder) => sourceKey(path.join(ROOT, folder))))).join(' ');
}

function describeMachine(): string {
  const [cpu] = os.cpus();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return `${os.availableParallelism()} cores of ${cpu?.model.trim() ?? 'an unknown processor'}, ${memory} GiB, ${os.type()} ${os.arch()}, Node ${process.versions.node}`;
}

function describeCode(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' }).trim();
  try {
    const changed = git('status', '--porcelain', '--', 'src/engine', 'src/evaluation') !== '';
    return `commit ${git('rev-parse', '--short', 'HEAD')}${changed ? ' with changes' : ''}`;
  } catch {
    return 'unknown commit (no git here)';
  }
}

const args = process.argv.slice(2);
try {
  const options = parseOptions(args);
  if (options) await evaluate(options, args);
  else console.log(USAGE);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
