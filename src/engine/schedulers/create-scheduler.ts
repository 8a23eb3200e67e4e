import { z } from 'zod';
import { UserError } from '../../errors/user-error.ts';
import { createDdimScheduler } from './ddim.ts';
import { createEulerScheduler } from './euler.ts';
import type { Scheduler } from './scheduler.ts';

type SchedulerFactory = (config: unknown, steps: number) => Scheduler;

/** By the `_class_name` of scheduler_config.json. A new sampler is one file and one line here. */
const FACTORIES: ReadonlyMap<string, SchedulerFactory> = new Map([
  ['DDIMScheduler', createDdimScheduler],
  ['EulerDiscreteScheduler', createEulerScheduler],
]);

const namedConfig = z.looseObject({ _class_name: z.string() });

/**
 * The sampler that a model's scheduler_config.json (parsed JSON) asks for, with `steps` sampling steps.
 * @throws UserError `scheduler-unsupported` if Troupe hasn't that class, `scheduler-config-invalid` if a field is
 *   unknown or has an unsupported value, `sampling-steps-invalid`
 */
export function createScheduler(config: unknown, steps: number): Scheduler {
  const named = namedConfig.safeParse(config);
  const create = named.success ? FACTORIES.get(named.data._class_name) : undefined;
  if (create === undefined) {
    const supported = [...FACTORIES.keys()];
    throw new UserError('scheduler-unsupported', {
      expected: `"_class_name" in scheduler_config.json to be ${supported.join(' or ')}`,
      got: named.success ? named.data._class_name : 'no class name',
      todo: "Replace the model's scheduler_config.json with one of a supported class, keeping its betas and prediction_type.",
      supported,
    });
  }
  return create(config, steps);
}
