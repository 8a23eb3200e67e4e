import { type DrawingMemory, rowsOfPanels } from '../engine/pipeline/memory-estimate.ts';
import { planThatFits } from '../engine/pipeline/plan-that-fits.ts';
import { createScheduler } from '../engine/schedulers/create-scheduler.ts';
import { UserError } from '../errors/user-error.ts';
import type { ChosenLora } from './loras.ts';
import type { StudioModel } from './models.ts';
import type { Drawing } from './recipe.ts';

/**
 * Refuses now what the engine would refuse when the job's turn comes.
 * @param rows pictures in one batch, anchors included
 * @param memory that the engine has
 * @throws UserError `sampler-unsuited`, `memory-limit`
 */
export function assertDrawable(
  model: StudioModel,
  drawing: Omit<Drawing, 'loras'>,
  rows: number,
  loras: readonly ChosenLora[],
  memory: DrawingMemory,
): void {
  assertSamplerSuits(model, drawing);
  const { size, guidance, consistency } = drawing;
  const workload = { size, panels: rows, ...rowsOfPanels({ guidance, settings: consistency }) };
  planThatFits(model.opened, workload, { ...memory, loras: loras.map(({ lora }) => lora) });
}

/** @throws UserError `sampler-unsuited` */
function assertSamplerSuits({ name, opened }: StudioModel, { steps, sampler }: Pick<Drawing, 'steps' | 'sampler'>) {
  try {
    createScheduler(opened.scheduler.config, steps, sampler);
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause;
    const { expected, got } = cause.context;
    throw new UserError(
      'sampler-unsuited',
      {
        expected: `a sampler and steps that ${name} can be drawn with (${expected})`,
        got: `${sampler ?? "the model's own"} with ${steps} steps (${got})`,
        todo: 'Set another sampler, other steps or another model in /settings.',
        sampler: sampler ?? '',
        steps,
        model: name,
        problem: cause.code,
      },
      { cause },
    );
  }
}
