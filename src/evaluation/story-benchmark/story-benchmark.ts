import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ModelFolder } from '../../engine/weights/model-folder.ts';
import { openModel } from '../../engine/weights/open-model.ts';
import type { Engine } from '../../engine/worker/engine-client.ts';
import { ensureWritable, writeFileAtomically } from '../../files/write-atomically.ts';
import { findModel } from '../../models/models-folder.ts';
import { circumstances, ROOT } from '../command/circumstances.ts';
import { sourceKey } from '../content-key.ts';
import { evaluationEngine } from '../evaluation-engine.ts';
import { type Judge, openJudge } from '../judge/judge.ts';
import type { Sampling } from '../panel-prompts.ts';
import { sectionMarkdown } from '../report/section-markdown.ts';
import { storiesSection } from '../report/sections/stories.ts';
import { ResultCache } from '../result-cache.ts';
import { engineSignatures } from './engine-signature.ts';
import { type BenchmarkedStory, runStories, type StoryBenchmarkDeps, type StoryBenchmarkPlan } from './run-stories.ts';
import { readStories } from './story-file.ts';
import { parseStoryOptions, type StoryOptions } from './story-options.ts';
import { type StoryBenchmarkResults, type StoryProvenance, storyResults } from './story-results.ts';
import { storySheet } from './story-sheet.ts';

/** Whose best and worst story are shown: the last that draws with canons. */
const judgedOf = ({ variants }: Pick<StoryOptions, 'variants'>): string =>
  (variants.findLast(({ withCanons }) => withCanons) ?? variants.at(-1))?.name ?? '';

/** `npm run evaluate -- --stories PLACE`. */
export async function storyBenchmark(args: readonly string[]): Promise<void> {
  const options = parseStoryOptions(args);
  const made = circumstances(args);
  const stories = (await readStories(options.stories)).slice(0, options.count);
  const model = openModel(findModel(options.model));
  const sampling = {
    promptPrefix: model.card.promptPrefix,
    steps: options.steps ?? model.card.steps,
    guidance: options.guidance ?? model.card.guidance,
  };
  await mkdir(path.dirname(options.report), { recursive: true });
  await ensureWritable(options.report);
  const { provider, threads } = options;
  const engine = evaluationEngine(provider, threads);
  const judge = await openJudge({ threads });
  try {
    const deps = await dependencies(options, model, engine, judge, sampling);
    const provenance = {
      ...made,
      machine: `${made.machine}; provider ${provider}, threads ${threads || 'as many as cores'}`,
      model: model.card.name,
      modelHash: deps.model.hash,
      steps: sampling.steps,
      guidance: sampling.guidance,
      asked: stories.length,
    };
    await runAndReport({ stories, variants: options.variants, sampling }, deps, options, provenance);
  } finally {
    await judge.release();
    await engine.close();
  }
}

async function dependencies(
  { out }: StoryOptions,
  { path: folder, card }: ModelFolder,
  engine: Engine,
  judge: Judge,
  sampling: Sampling,
): Promise<StoryBenchmarkDeps> {
  const looking = ['src/evaluation/judge', 'src/evaluation/story-benchmark/looking', 'src/inspection'];
  const [hash, ...seenBy] = await Promise.all([
    engine.modelHash(folder),
    judgeHash(),
    ...looking.map((sources) => sourceKey(path.join(ROOT, sources))),
  ]);
  const model = { folder, size: { width: card.width, height: card.height }, name: card.name, hash };
  const drawnBy = engineSignatures(sampling, { engine, model });
  return { engine, model, judge, cache: new ResultCache(path.join(out, 'cells')), drawnBy, seenBy };
}

/** The judge's weights by their sha256. */
const judgeHash = async (): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path.join(ROOT, 'src/evaluation/judge/weights/judge.safetensors')))
    .digest('hex');

/** The report is written after every story: one that was stopped says how far it came. */
async function runAndReport(
  plan: StoryBenchmarkPlan,
  deps: StoryBenchmarkDeps,
  options: StoryOptions,
  provenance: StoryProvenance,
): Promise<void> {
  const started = performance.now();
  const total = plan.stories.length;
  const done: BenchmarkedStory[] = [];
  await runStories(plan, deps, {
    progress: ({ id }, variant, took) =>
      console.error(`${done.length + 1}/${total} ${id}, ${variant} (drawn in ${took.toFixed(1)} s)`),
    finished: async (story) => {
      done.push(story);
      await writeReport(options, storyResults(done, judgedOf(options), provenance));
      const each = (performance.now() - started) / 60_000 / done.length;
      console.error(
        `${done.length} of ${total} stories; about ${(each * (total - done.length)).toFixed(1)} minutes left`,
      );
    },
  });
  await writeExtremes(options, storyResults(done, judgedOf(options), provenance), done);
  console.error(`${options.report}, and beside it a JSON file and the sheets of the best and the worst story`);
}

async function writeReport({ report }: StoryOptions, results: StoryBenchmarkResults): Promise<void> {
  await writeFileAtomically(report, sectionMarkdown(storiesSection(results, path.dirname(report))));
  await writeFileAtomically(report.replace(/(\.md)?$/u, '.json'), `${JSON.stringify(results)}\n`);
}

async function writeExtremes(
  { report }: StoryOptions,
  { best, worst }: StoryBenchmarkResults,
  done: readonly BenchmarkedStory[],
): Promise<void> {
  const folder = path.dirname(report);
  for (const story of done.filter(({ story }) => story.id === best || story.id === worst)) {
    await writeFileAtomically(path.join(folder, `stories-${story.story.id}.webp`), await storySheet(story));
  }
}
