import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type ConsistencySettings, PLAIN_SETTINGS } from '../../engine/consistory/settings.ts';
import type { Provider } from '../../engine/runtime/onnx-session.ts';
import type { ProviderChoice } from '../../engine/runtime/providers.ts';
import type { Engine } from '../../engine/worker/engine-client.ts';
import { ensureWritable, writeFileAtomically } from '../../files/write-atomically.ts';
import { MAX_PANELS } from '../../story/story-script.ts';
import { circumstances } from '../command/circumstances.ts';
import { signAll } from '../drawing-signature.ts';
import { type EvaluatedModel, openEvaluated } from '../evaluated-model.ts';
import { evaluationEngine, evaluationMemory } from '../evaluation-engine.ts';
import { panelsThatFit } from '../panels-that-fit.ts';
import { sectionMarkdown } from '../report/section-markdown.ts';
import { storiesSection } from '../report/sections/stories.ts';
import { ResultCache } from '../result-cache.ts';
import { type ProgressConsole, RunProgress, TERMINAL } from '../run-progress.ts';
import { engineSignatures } from './engine-signature.ts';
import { openReader } from './open-reader.ts';
import {
  type BenchmarkedStory,
  runStories,
  type StoryBenchmarkDeps,
  type StoryBenchmarkPlan,
  withoutPictures,
} from './run-stories.ts';
import { type BenchmarkStory, readStories } from './story-file.ts';
import { parseStoryOptions, type StoryOptions } from './story-options.ts';
import { type StoryBenchmarkResults, type StoryProvenance, storyResults } from './story-results.ts';
import { storySheet } from './story-sheet.ts';
import type { StoryVariant } from './story-variants.ts';

/** Whose best and worst story are shown: the last that draws with canons. */
const judgedOf = ({ variants }: Pick<StoryOptions, 'variants'>): string =>
  (variants.findLast(({ withCanons }) => withCanons) ?? variants.at(-1))?.name ?? '';

/** `npm run evaluate -- --stories PLACE`. */
export async function storyBenchmark(
  args: readonly string[],
  console: ProgressConsole = TERMINAL,
  startEngine: typeof evaluationEngine = evaluationEngine,
): Promise<void> {
  const options = parseStoryOptions(args);
  const made = circumstances(args);
  const stories = (await readStories(options.stories)).slice(0, options.count);
  const model = openEvaluated(options);
  const { sampling } = model;
  picturesAtOnce(options, model, stories); // refused now, not after hours
  await mkdir(path.dirname(options.report), { recursive: true });
  await ensureWritable(options.report);
  const progress = new RunProgress(stories.length * options.variants.length, console);
  const engine = startEngine(options);
  const cache = new ResultCache(path.join(options.out, 'cells'));
  try {
    const used = await usedModel(engine, model);
    const reader = await openReader(options, model, { engine, model: used, cache, stories }, progress);
    try {
      let provider: ProviderChoice = options.provider;
      const engineHooks = {
        progress: progress.engine,
        loaded: (event: { readonly provider: Provider }) => {
          provider = event.provider;
        },
      };
      const drawnBy = engineSignatures(sampling, { engine, model: used, engineHooks });
      const settings = [PLAIN_SETTINGS, ...options.variants.map((variant) => variant.settings)];
      await signAll(drawnBy, settings);
      // another provider than was foreseen may have taken over
      const atOnce = picturesAtOnce({ ...options, provider }, model, stories);
      progress.prepared(`Drawing with ${model.opened.card.name} on ${provider}`);
      await runAndReport(
        { stories, variants: options.variants, sampling },
        { engine, model: used, reader, cache, drawnBy, engineHooks, atOnce },
        options,
        {
          ...made,
          machine: `${made.machine}; provider ${provider}, threads ${options.threads || 'as many as cores'}`,
          model: used.name,
          modelHash: used.hash,
          steps: sampling.steps,
          guidance: sampling.guidance,
          asked: stories.length,
          ...reader.provenance,
        },
        progress,
      );
      console.write(`${options.report}, and beside it a JSON file and the sheets of the best and the worst story`);
    } finally {
      await reader.release();
    }
  } finally {
    await engine.close();
  }
}

async function usedModel(engine: Engine, { opened, choice }: EvaluatedModel): Promise<StoryBenchmarkDeps['model']> {
  return { ...choice, name: opened.card.name, hash: await engine.modelHash(opened.path) };
}

/**
 * How many pictures are drawn at once: all, or as many as fit.
 * @throws UserError `memory-limit` if a shot doesn't fit beside the anchors of a story's characters
 */
function picturesAtOnce(
  options: Omit<StoryOptions, 'provider'> & { readonly provider: ProviderChoice },
  model: EvaluatedModel,
  stories: readonly BenchmarkStory[],
): (wanted: number, settings: ConsistencySettings) => number {
  const memory = evaluationMemory(options);
  const cast = Math.max(...stories.map(({ characters }) => characters.length));
  const fitting = new Map<string, number>();
  const most = ({ settings, withCanons }: Pick<StoryVariant, 'settings' | 'withCanons'>) => {
    const anchors = withCanons ? cast : 0;
    return panelsThatFit(model, settings, memory, { most: anchors + MAX_PANELS, least: anchors + 1 });
  };
  for (const variant of options.variants) fitting.set(JSON.stringify(variant.settings), most(variant));
  const plain = most({ settings: PLAIN_SETTINGS, withCanons: false });
  return (wanted, settings) => Math.min(wanted, fitting.get(JSON.stringify(settings)) ?? plain);
}

/** The report is written after every story: one that was stopped says how far it came. */
async function runAndReport(
  plan: StoryBenchmarkPlan,
  deps: StoryBenchmarkDeps,
  options: StoryOptions,
  provenance: StoryProvenance,
  progress: RunProgress,
): Promise<void> {
  const { infos } = deps.reader;
  const done: BenchmarkedStory[] = [];
  let extremes: readonly BenchmarkedStory[] = [];
  await runStories(plan, deps, {
    progress: ({ id }, variant, took) => progress.unitDone(`${id}, ${variant} (drawn in ${took.toFixed(1)} s)`),
    finished: async (story) => {
      done.push(withoutPictures(story));
      const results = storyResults(done, judgedOf(options), provenance, infos);
      // who is neither the best nor the worst will never be
      extremes = [...extremes, story].filter(({ story: { id } }) => id === results.best || id === results.worst);
      await writeReport(options, results);
    },
  });
  const folder = path.dirname(options.report);
  for (const extreme of extremes)
    await writeFileAtomically(path.join(folder, `stories-${extreme.story.id}.webp`), await storySheet(extreme));
}

async function writeReport({ report }: StoryOptions, results: StoryBenchmarkResults): Promise<void> {
  await writeFileAtomically(report, sectionMarkdown(storiesSection(results, path.dirname(report))));
  await writeFileAtomically(report.replace(/(\.md)?$/u, '.json'), `${JSON.stringify(results)}\n`);
}
