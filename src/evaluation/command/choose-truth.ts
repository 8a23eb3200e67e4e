import { UserError } from '../../errors/user-error.ts';
import { findMeasuring, NONE } from '../../models/find-measuring.ts';
import { MODELS_FOLDER } from '../../models/models-folder.ts';
import { openClipSeg } from '../clipseg/open-clipseg.ts';
import { judgeErrors, openJudge } from '../judge/judge.ts';
import { CLIPSEG_THRESHOLD, clipSegTruths, OTHER_THRESHOLDS } from '../localisation/clipseg-truth.ts';
import { judgeTruth } from '../localisation/judge-truth.ts';
import type { LocalisationResults } from '../localisation/results.ts';
import type { SubjectTruth } from '../localisation/truth.ts';
import { measuredWith } from '../measured-with.ts';

export const TELLERS = ['judge', 'clipseg'] as const;
type Teller = (typeof TELLERS)[number];

export interface TruthOptions {
  /** undefined: the judge, where it knows the model's world */
  readonly truth?: Teller | undefined;
  /** name or folder; undefined: the only one installed, where a CLIPSeg is needed */
  readonly clipseg?: string | undefined;
  readonly threads: number;
}

export interface ChosenTruth {
  readonly truth: SubjectTruth;
  /** to compare with it */
  readonly others: readonly SubjectTruth[];
  /** what the report says of it */
  readonly said: Pick<LocalisationResults, 'truth' | 'judge' | 'clipSeg'>;
  /** Frees the native memory. */
  release(): Promise<void>;
}

/**
 * Who says where subjects are: the judge in the pocket's world, a CLIPSeg for all other models. On the pocket both can,
 * and are compared if a CLIPSeg is asked for.
 * @param notice is told if several CLIPSegs are installed and none is named
 * @throws UserError `judge-picture-size`, `clipseg-missing`, those of findMeasuring, and for files not understood
 */
export async function chooseTruth(
  { truth, clipseg, threads }: TruthOptions,
  { isPocketWorld, name }: { readonly isPocketWorld: boolean; readonly name: string },
  notice: (text: string) => void,
  models: string = MODELS_FOLDER,
): Promise<ChosenTruth> {
  const chosen: Teller = truth ?? (isPocketWorld ? 'judge' : 'clipseg');
  if (chosen === 'judge' && !isPocketWorld) throw otherWorld(name);
  const asksClipSeg = chosen === 'clipseg' || clipseg !== undefined;
  const found = asksClipSeg ? findMeasuring('CLIPSeg', clipseg, notice, models) : undefined;
  if (chosen === 'clipseg' && !found) throw clipSegMissing(name, clipseg);
  const clipSeg = found && (await openClipSeg(found.folder, { threads }));
  const judge = isPocketWorld ? await openJudge({ threads }) : undefined;
  const byJudge = judge ? [judgeTruth(judge)] : [];
  const byClipSeg = clipSeg ? clipSegTruths(clipSeg, [CLIPSEG_THRESHOLD, ...OTHER_THRESHOLDS]) : [];
  const [first, ...others] = chosen === 'judge' ? [...byJudge, ...byClipSeg] : [...byClipSeg, ...byJudge];
  return {
    truth: first as SubjectTruth,
    others,
    said: {
      truth: chosen,
      ...(judge ? { judge: judgeErrors().redrawn } : {}),
      ...(found ? { clipSeg: { ...(await measuredWith(found)), threshold: CLIPSEG_THRESHOLD } } : {}),
    },
    release: async () => {
      await judge?.release();
      await clipSeg?.release();
    },
  };
}

function otherWorld(name: string): UserError {
  return new UserError('judge-picture-size', {
    expected: "a model of the pocket's world, which the judge knows",
    got: name,
    todo: 'Leave --truth out: a CLIPSeg tells where subjects are in other pictures.',
  });
}

function clipSegMissing(name: string, named: string | undefined): UserError {
  return new UserError('clipseg-missing', {
    expected: `a CLIPSeg, which tells where subjects are in the pictures of ${name}`,
    got: named === NONE ? '--clipseg none' : 'none installed, or several and none named',
    todo: 'Add one with `npm run model -- add CIDAS/clipseg-rd64-refined` (0.6 GB), or name one with --clipseg NAME-OR-FOLDER.',
  });
}
