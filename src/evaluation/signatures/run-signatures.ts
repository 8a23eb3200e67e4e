import type { Engine, EngineHooks } from '../../engine/worker/engine-client.ts';
import type { ModelChoice } from '../../engine/worker/messages.ts';
import { signatureScores } from '../../inspection/inspect-story.ts';
import { SIGNATURES, type Signature } from '../../inspection/warning.ts';
import { contentKey } from '../content-key.ts';
import { type Drawing, drawVariant } from '../drawing.ts';
import { type DrawingSignature, signAll } from '../drawing-signature.ts';
import type { Judge } from '../judge/judge.ts';
import { judgedSubject } from '../measures/attribute-agreement.ts';
import type { Sampling } from '../panel-prompts.ts';
import type { ResultCache } from '../result-cache.ts';
import type { EvaluationStory } from '../stories.ts';
import type { Observation } from './calibration.ts';
import { PROVOCATIONS, type Provocation, provokedRequest } from './provocations.ts';

export interface SignaturePlan {
  /** every other one, from the first, is of the half that thresholds are chosen on */
  readonly stories: readonly EvaluationStory[];
  readonly sampling: Sampling;
  /** the usual ones, unless told */
  readonly provocations?: readonly Provocation[];
  readonly pocketDaylight: boolean;
}

export interface SignatureDeps {
  readonly engine: Engine;
  readonly model: ModelChoice;
  readonly engineHooks?: Pick<EngineHooks, 'loaded' | 'progress'>;
  readonly cache: ResultCache;
  readonly drawnBy: DrawingSignature;
  /** only for pictures of the pocket's world */
  readonly judge?: Judge;
}

export interface SignatureHooks {
  /** What the engine draws with all settings is known: what comes now is drawn or read from the cache. */
  readonly signed?: () => void;
  readonly progress: (done: number, total: number, observation: Observation) => void;
  /** A story in all the ways it was drawn. */
  readonly drawn: (story: EvaluationStory, seed: bigint, drawings: ReadonlyMap<string, Drawing>) => Promise<void>;
}

/** Not those of the other evaluations, so that thresholds have not seen their stories' noise. */
const FIRST_SEED = 701n;

/** Between the seeds of one story: more than there are stories. */
const SEED_STRIDE = 100n;

export const signatureSeed = (story: number, take = 0): bigint =>
  FIRST_SEED + BigInt(story) + SEED_STRIDE * BigInt(take);

/** Draws each story in every way, and has the detectors look at it. */
export async function runSignatures(
  { stories, sampling, pocketDaylight, provocations = PROVOCATIONS }: SignaturePlan,
  { engine, model, engineHooks, cache, drawnBy, judge }: SignatureDeps,
  hooks: SignatureHooks,
): Promise<Observation[]> {
  const ways = provocations.flatMap((provocation) =>
    Array.from({ length: provocation.seeds ?? 1 }, (_, take) => ({ provocation, take })),
  );
  await signAll(
    drawnBy,
    provocations.map(({ settings }) => settings),
  );
  hooks.signed?.();
  const observations: Observation[] = [];
  for (const [s, story] of stories.entries()) {
    const drawings = new Map<string, Drawing>();
    for (const { provocation, take } of ways) {
      const seed = signatureSeed(s, take);
      const request = provokedRequest(story, provocation, seed, sampling);
      const key = contentKey({ drawnBy: await drawnBy(request.settings), size: model.size, request });
      const drawing = await cache.drawing(key, () => drawVariant(engine, model, request, engineHooks));
      if (take === 0) drawings.set(provocation.name, drawing);
      const observation: Observation = {
        story: story.subject,
        seed: seed.toString(),
        half: s % 2 === 0 ? 'choosing' : 'testing',
        drawn: provocation.name,
        scores: scoresOf(drawing, story.subject, pocketDaylight),
        ...(judge ? { coats: await coatsOf(judge, drawing, story.subject) } : {}),
      };
      observations.push(observation);
      hooks.progress(observations.length, stories.length * ways.length, observation);
    }
    await hooks.drawn(story, signatureSeed(s), drawings);
  }
  return observations;
}

async function coatsOf(judge: Judge, { panels }: Drawing, subject: string): Promise<(string | null)[]> {
  const coats: (string | null)[] = [];
  for (const { image } of panels) coats.push(judgedSubject(await judge.judge(image), subject)?.colour ?? null);
  return coats;
}

/** What the bot would be told of the drawing. */
function scoresOf({ panels, maskGrid }: Drawing, subject: string, pocketDaylight: boolean): Observation['scores'] {
  const found = signatureScores(
    {
      panels: panels.map(({ image, latents, mask }, i) => ({ id: i, image, latents, masks: { [subject]: mask } })),
      maskGrid,
    },
    { prompts: panels.map(({ prompt }) => prompt), pocketDaylight },
  );
  const worst = (signature: Signature) => {
    const scores = found.filter((score) => score.signature === signature).map(({ score }) => score);
    return scores.length > 0 ? Math.max(...scores) : null;
  };
  return Object.fromEntries(SIGNATURES.map((name) => [name, worst(name)])) as Record<Signature, number | null>;
}
