import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Engine } from '../../engine/worker/engine-client.ts';
import { UserError } from '../../errors/user-error.ts';
import { findMeasuring, NONE } from '../../models/find-measuring.ts';
import { openClipSeg } from '../clipseg/open-clipseg.ts';
import { ROOT } from '../command/circumstances.ts';
import { openMeasuring } from '../command/open-measuring.ts';
import { sourceKey } from '../content-key.ts';
import type { EvaluatedModel } from '../evaluated-model.ts';
import { openJudge } from '../judge/judge.ts';
import { measuredWith } from '../measured-with.ts';
import type { RunProgress } from '../run-progress.ts';
import type { DrawingDeps } from './draw-benchmark-story.ts';
import { judgeReader } from './judge-reader.ts';
import { maskReader } from './own-masks/mask-reader.ts';
import type { BenchmarkStory } from './story-file.ts';
import type { StoryOptions } from './story-options.ts';
import type { StoryReader } from './story-reader.ts';
import type { StoryProvenance } from './story-results.ts';

export interface OpenedReader extends StoryReader {
  /** who read, for the report */
  readonly provenance: Pick<StoryProvenance, 'reader' | 'measuredWith'>;
  /** Frees the native memory. */
  release(): Promise<void>;
}

type ReaderDeps = Pick<DrawingDeps, 'model' | 'cache'> & {
  readonly engine: Pick<Engine, 'probe'>;
  readonly stories: readonly BenchmarkStory[];
};

/**
 * Who reads a model's pictures: the judge where it knows their world, else the masks of attention.
 * @throws UserError `judge-world` where the judge is asked for and doesn't know the model's world; those of openMeasuring
 */
export async function openReader(
  { reader, clip, clipseg, threads }: Pick<StoryOptions, 'reader' | 'clip' | 'clipseg' | 'threads'>,
  { isPocketWorld, opened, sampling: { promptPrefix } }: EvaluatedModel,
  deps: ReaderDeps,
  progress: RunProgress,
): Promise<OpenedReader> {
  if (reader === 'judge' && !isPocketWorld) {
    throw new UserError('judge-world', {
      expected: "a model of the pocket's world, in its size, for the judge to read",
      got: opened.card.name,
      todo: 'Leave --reader out: masks of attention are read then, with a CLIP where one is installed.',
    });
  }
  const { probe } = deps.engine;
  const engine: ReaderDeps['engine'] = {
    probe: (model, request, hooks) => {
      progress.doing(`asking the U-Net about ${request.probes.length} pictures`);
      return probe.call(deps.engine, model, request, hooks);
    },
  };
  const opening = { ...deps, engine, promptPrefix };
  const notice = (text: string) => progress.prepared(text);
  if (reader === 'masks' || !isPocketWorld) return openMaskReader({ clip, clipseg, threads }, opening, notice);
  if ((clip ?? clipseg ?? NONE) !== NONE)
    notice('The judge reads these pictures; --clip and --clipseg are for --reader masks.');
  return openJudgeReader(threads, opening);
}

type OpeningDeps = ReaderDeps & { readonly promptPrefix: string };

async function openJudgeReader(threads: number, deps: OpeningDeps): Promise<OpenedReader> {
  const judge = await openJudge({ threads });
  const seenBy = [await judgeHash(), ...(await sourcesOf('judge', 'story-benchmark/looking', '../inspection'))];
  return { ...judgeReader({ ...deps, judge, seenBy }), provenance: {}, release: () => judge.release() };
}

async function openMaskReader(
  { clip, clipseg, threads }: Pick<StoryOptions, 'clip' | 'clipseg' | 'threads'>,
  deps: OpeningDeps,
  notice: (text: string) => void,
): Promise<OpenedReader> {
  const found = findMeasuring('CLIPSeg', clipseg, notice);
  const measuring = await openMeasuring({ clip, dreamsim: NONE, threads }, notice);
  const [by] = measuring.measuredWith;
  const reading = measuring.clip && { clip: measuring.clip.clip, name: by?.name ?? '', hash: measuring.clip.name };
  const segmentedBy = found && (await measuredWith(found));
  const clipSeg = found && (await openClipSeg(found.folder, { threads }));
  const folders = ['story-benchmark/looking', 'story-benchmark/own-masks', '../inspection'];
  const seenBy = await sourcesOf(...folders, ...(clipSeg ? ['clipseg', 'localisation'] : []));
  const finding = clipSeg && segmentedBy && { clipSeg, name: segmentedBy.name, hash: segmentedBy.hash };
  return {
    ...maskReader({ ...deps, clip: reading, clipSeg: finding, seenBy }),
    provenance: {
      reader: `masks of ${clipSeg ? 'CLIPSeg' : 'attention'}, each character's own, and the U-Net's features`,
      measuredWith: [...measuring.measuredWith, ...(segmentedBy ? [segmentedBy] : [])],
    },
    release: async () => {
      await measuring.release();
      await clipSeg?.release();
    },
  };
}

/** Names of the code below folders of src/evaluation. */
const sourcesOf = (...folders: readonly string[]): Promise<string[]> =>
  Promise.all(folders.map((folder) => sourceKey(path.join(ROOT, 'src/evaluation', folder))));

/** The judge's weights by their sha256. */
const judgeHash = async (): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path.join(ROOT, 'src/evaluation/judge/weights/judge.safetensors')))
    .digest('hex');
