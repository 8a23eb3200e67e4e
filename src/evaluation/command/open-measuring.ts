import path from 'node:path';
import { type FoundMeasuring, findMeasuring } from '../../models/find-measuring.ts';
import { openClip } from '../clip/open-clip.ts';
import { contentKey, sourceKey } from '../content-key.ts';
import { openDreamSim } from '../dreamsim/open-dreamsim.ts';
import { type MeasuredWith, measuredWith } from '../measured-with.ts';
import type { EvaluationDeps } from '../run-evaluation.ts';
import { ROOT } from './circumstances.ts';

export interface MeasuringModels extends Pick<EvaluationDeps, 'clip' | 'dreamSim'> {
  /** for whoever reads the numbers */
  readonly measuredWith: readonly MeasuredWith[];
  /** Frees the native memory. */
  release(): Promise<void>;
}

export interface MeasuringOptions {
  /** names or folders, `none`, or undefined: the only one installed */
  readonly clip: string | undefined;
  readonly dreamsim: string | undefined;
  readonly threads: number;
}

interface Releasable {
  release(): Promise<void>;
}

/**
 * Opens the models that measure pictures: those that are named, and those of which one alone is installed.
 * @param notice is told of kinds of which several are installed and none is named
 * @throws UserError those of `findMeasuring`, before any is opened, and for files that are not understood
 */
export async function openMeasuring(
  { clip, dreamsim, threads }: MeasuringOptions,
  notice: (text: string) => void,
): Promise<MeasuringModels> {
  const foundClip = findMeasuring('CLIP', clip, notice);
  const foundDreamSim = findMeasuring('DreamSim', dreamsim, notice);
  const by: MeasuredWith[] = [];
  const opened: Releasable[] = [];
  const release = async () => {
    for (const model of opened) await model.release();
  };
  const open = async <Model extends Releasable>(found: FoundMeasuring, code: string, opening: Promise<Model>) => {
    const model = await opening;
    opened.push(model);
    const told = await measuredWith(found);
    by.push(told);
    // other code that prepares pictures measures otherwise, too
    const sources = ['pictures', code].map((folder) => sourceKey(path.join(ROOT, 'src/evaluation', folder)));
    return { model, name: contentKey([told.hash, await Promise.all(sources)]) };
  };
  try {
    const clips = foundClip && (await open(foundClip, 'clip', openClip(foundClip.folder, { threads })));
    const dreams =
      foundDreamSim && (await open(foundDreamSim, 'dreamsim', openDreamSim(foundDreamSim.folder, { threads })));
    return {
      ...(clips ? { clip: { clip: clips.model, name: clips.name } } : {}),
      ...(dreams ? { dreamSim: { dreamSim: dreams.model, name: dreams.name } } : {}),
      measuredWith: by,
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}
