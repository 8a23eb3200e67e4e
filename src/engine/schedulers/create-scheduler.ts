import { z } from 'zod';
import { UserError } from '../../errors/user-error.ts';
import { createDdimScheduler } from './ddim.ts';
import { createDpmSolverScheduler } from './dpm-solver.ts';
import { createEulerScheduler } from './euler.ts';
import { createEulerAncestralScheduler } from './euler-ancestral.ts';
import { createLcmScheduler } from './lcm.ts';
import { createPndmScheduler } from './pndm.ts';
import { SAMPLERS, type SamplerName } from './sampler-names.ts';
import { withSampler } from './samplers.ts';
import type { Scheduler } from './scheduler.ts';

type SchedulerFactory = (config: unknown, steps: number) => Scheduler;

/** By the `_class_name` of scheduler_config.json. A new sampler is one file and one line here. */
const FACTORIES: ReadonlyMap<string, SchedulerFactory> = new Map([
  ['DDIMScheduler', createDdimScheduler],
  ['DPMSolverMultistepScheduler', createDpmSolverScheduler],
  ['EulerAncestralDiscreteScheduler', createEulerAncestralScheduler],
  ['EulerDiscreteScheduler', createEulerScheduler],
  ['LCMScheduler', createLcmScheduler],
  ['PNDMScheduler', createPndmScheduler],
]);

const namedConfig = z.looseObject({ _class_name: z.string() });

/**
 * The sampler that a model's scheduler_config.json (parsed JSON) asks for, with `steps` sampling steps.
 * @param sampler in place of the model's own; betas and prediction type stay the model's
 * @throws UserError `scheduler-unsupported` if Troupe hasn't that class, `scheduler-config-invalid` if a field is
 *   unknown or has an unsupported value, `sampling-steps-invalid`
 */
export function createScheduler(config: unknown, steps: number, sampler?: SamplerName): Scheduler {
  const chosen = sampler === undefined ? config : withSampler(config, sampler);
  const named = namedConfig.safeParse(chosen);
  const create = named.success ? FACTORIES.get(named.data._class_name) : undefined;
  if (create === undefined) {
    const supported = [...FACTORIES.keys()];
    throw new UserError('scheduler-unsupported', {
      expected: `"_class_name" in scheduler_config.json to be ${supported.join(' or ')}`,
      got: named.success ? named.data._class_name : 'no class name',
      todo: `Choose another sampler (--sampler ${SAMPLERS.join(', ')}), or name a supported class in the model's scheduler_config.json, keeping its betas and prediction_type.`,
      supported,
    });
  }
  return create(chosen, steps);
}
