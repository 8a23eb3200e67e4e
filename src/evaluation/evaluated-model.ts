import { createScheduler } from '../engine/schedulers/create-scheduler.ts';
import type { ModelFolder } from '../engine/weights/model-folder.ts';
import { openModel } from '../engine/weights/open-model.ts';
import type { ModelChoice } from '../engine/worker/messages.ts';
import { findModel } from '../models/models-folder.ts';
import { type DrawingOptions, POCKET } from './drawing-options.ts';
import { PICTURE_SIDE } from './judge/judge-graph.ts';
import type { Sampling } from './panel-prompts.ts';

/** A model that is to be evaluated, and how it draws unless told otherwise. */
export interface EvaluatedModel {
  readonly opened: ModelFolder;
  readonly choice: ModelChoice;
  readonly sampling: Sampling;
  /** its pictures are of the world that the judge knows, in the judge's size */
  readonly isPocketWorld: boolean;
}

/**
 * @param most steps, where the options name none: a quick evaluation takes fewer than the model's own
 * @throws UserError those of findModel, openModel and createScheduler
 */
export function openEvaluated(options: Partial<DrawingOptions>, most = Number.POSITIVE_INFINITY): EvaluatedModel {
  const opened = openModel(findModel(options.model ?? POCKET));
  const { card } = opened;
  const size = options.size ?? { width: card.width, height: card.height };
  const sampling = {
    promptPrefix: card.promptPrefix,
    steps: options.steps ?? Math.min(card.steps, most),
    guidance: options.guidance ?? card.guidance,
  };
  createScheduler(opened.scheduler.config, sampling.steps); // refused now, not when all is loaded
  return {
    opened,
    choice: { folder: opened.path, size },
    sampling,
    isPocketWorld: card.name === 'pocket' && size.width === PICTURE_SIDE && size.height === PICTURE_SIDE,
  };
}
