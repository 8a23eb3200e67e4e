import type { ConsistencySettings } from '../engine/consistory/settings.ts';
import { type PlanOptions, rowsOfPanels } from '../engine/pipeline/memory-estimate.ts';
import { firstThatFits } from '../engine/pipeline/plan-that-fits.ts';
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
  const workload = { size: choice.size, ...rowsOfPanels({ guidance: sampling.guidance, settings }) };
  const fewer = Array.from({ length: most - least }, (_, i) => ({ ...workload, panels: most - 1 - i }));
  return firstThatFits(opened, [{ ...workload, panels: most }, ...fewer], memory).workload.panels;
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
