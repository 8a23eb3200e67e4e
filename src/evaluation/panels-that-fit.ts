import { isGuided } from '../engine/consistory/row-layout.ts';
import type { ConsistencySettings } from '../engine/consistory/settings.ts';
import type { PlanOptions } from '../engine/pipeline/memory-estimate.ts';
import { planThatFits } from '../engine/pipeline/plan-that-fits.ts';
import { UserError } from '../errors/user-error.ts';
import type { EvaluatedModel } from './evaluated-model.ts';

/**
 * How many panels a model can draw at once, of those that are wanted.
 * @param least fewer are of no use
 * @throws UserError `memory-limit` if not even the least fit, before anything is loaded
 */
export function panelsThatFit(
  { opened, choice, sampling }: Pick<EvaluatedModel, 'opened' | 'choice' | 'sampling'>,
  settings: Pick<ConsistencySettings, 'queryBlending'>,
  memory: PlanOptions,
  { most, least }: { readonly most: number; readonly least: number },
): number {
  const workload = {
    size: choice.size,
    guided: isGuided(sampling.guidance),
    twins: settings.queryBlending !== undefined,
  };
  for (let panels = most; panels > least; panels--) {
    try {
      planThatFits(opened, { ...workload, panels }, memory);
      return panels;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  planThatFits(opened, { ...workload, panels: least }, memory);
  return least;
}

/**
 * Refuses, before anything is drawn, what would be refused after hours otherwise.
 * @param drawn the ways in which the panels are drawn
 * @throws UserError `memory-limit`
 */
export function refuseTooLarge(
  model: Pick<EvaluatedModel, 'opened' | 'choice' | 'sampling'>,
  drawn: readonly { readonly settings: Pick<ConsistencySettings, 'queryBlending'> }[],
  panels: number,
  memory: PlanOptions,
): void {
  for (const { settings } of drawn) {
    try {
      panelsThatFit(model, settings, memory, { most: panels, least: panels });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const todo = `${error.context.todo} The options are --panels, --size and --max-memory.`;
      throw new UserError(error.code, { ...error.context, todo }, { cause: error });
    }
  }
}
