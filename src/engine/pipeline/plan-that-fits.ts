import { UserError } from '../../errors/user-error.ts';
import type { ModelFolder } from '../weights/model-folder.ts';
import { type DrawingMemory, type PlanOptions, planFor, type Workload } from './memory-estimate.ts';
import type { MemoryPlan } from './memory-plan.ts';

/** What a picture's side may be made smaller to, in parts of what was asked for. */
const SMALLER = [3 / 4, 1 / 2, 1 / 4] as const;
/** Sides are multiples of it: every model's latents and levels divide. */
const SIDE_STEP = 64;

/**
 * The plan for a story.
 * @throws UserError `memory-limit` with the numbers and with what would fit, before anything is loaded
 */
export function planThatFits(model: ModelFolder, workload: Workload, options: PlanOptions): MemoryPlan {
  const plan = planFor(model, workload, options);
  if (fits(plan, options)) return plan;
  const { limit = Number.POSITIVE_INFINITY, deviceLimit = Number.POSITIVE_INFINITY, provider } = options;
  const { panels, size } = workload;
  const least = planFor(model, workload, { ...options, limit: 0, deviceLimit: 0 });
  const onDevice = least.onDevice > deviceLimit;
  const [needed, allowed] = onDevice ? [least.onDevice, deviceLimit] : [least.needed, limit];
  const memory = onDevice ? " of the GPU's memory" : '';
  const raise = onDevice
    ? `raise the limit of the GPU's memory to ${roundedUp(needed)} or more if it has more, or draw with the provider cpu`
    : `raise the memory limit to ${roundedUp(needed)} or more if the machine has it`;
  throw new UserError('memory-limit', {
    expected: `a story that needs at most ${gigabytes(allowed)}${memory}`,
    got: `one of ${panels} panels of ${size.width} x ${size.height} pixels with ${model.card.name}, which needs about ${gigabytes(needed)}, its parts loaded one after the other`,
    todo: `${whatFits(model, workload, options)}Choose a smaller model, or ${raise}.`,
    needed,
    limit: allowed,
    ...(onDevice && { provider }),
  });
}

function fits({ needed, onDevice }: MemoryPlan, options: DrawingMemory): boolean {
  const { limit = Number.POSITIVE_INFINITY, deviceLimit = Number.POSITIVE_INFINITY } = options;
  return needed <= limit && onDevice <= deviceLimit;
}

/**
 * The first workload that fits, with its plan; rather one whose plan is that of what is loaded already.
 * @param workloads best first
 * @throws UserError `memory-limit`, as planThatFits for the last
 */
export function firstThatFits(
  model: ModelFolder,
  workloads: readonly [Workload, ...Workload[]],
  options: PlanOptions,
  isLoaded: (plan: MemoryPlan) => boolean = () => false,
): { readonly workload: Workload; readonly plan: MemoryPlan } {
  const fitting = workloads
    .map((workload) => ({ workload, plan: planFor(model, workload, options) }))
    .filter(({ plan }) => fits(plan, options));
  const found = fitting.find(({ plan }) => isLoaded(plan)) ?? fitting[0];
  if (found) return found;
  const last = workloads.at(-1) as Workload;
  return { workload: last, plan: planThatFits(model, last, options) };
}

/** "Draw at most 2 panels of this size, or 4 panels of 512 x 512 pixels. ", or nothing if nothing smaller fits. */
function whatFits(model: ModelFolder, workload: Workload, options: PlanOptions): string {
  const wouldFit = (other: Partial<Workload>) => fits(planFor(model, { ...workload, ...other }, options), options);
  const { panels, size } = workload;
  const fewer = Array.from({ length: panels - 1 }, (_, i) => panels - 1 - i).find((count) =>
    wouldFit({ panels: count }),
  );
  const smaller = SMALLER.map((part) => ({ width: side(size.width * part), height: side(size.height * part) })).find(
    (each) => each.width > 0 && each.height > 0 && wouldFit({ size: each }),
  );
  const choices = [
    ...(fewer === undefined ? [] : [`at most ${fewer} ${fewer === 1 ? 'panel' : 'panels'} of this size`]),
    ...(smaller === undefined ? [] : [`panels of ${smaller.width} x ${smaller.height} pixels`]),
  ];
  return choices.length === 0 ? '' : `Draw ${choices.join(', or ')}. `;
}

const side = (pixels: number): number => Math.floor(pixels / SIDE_STEP) * SIDE_STEP;

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(digits(bytes))} GB`;
/** A limit that is raised to this is enough. */
const roundedUp = (bytes: number): string =>
  gigabytes(Math.ceil(bytes / 10 ** (9 - digits(bytes))) * 10 ** (9 - digits(bytes)));
const digits = (bytes: number): number => (bytes < 1e9 ? 3 : 1);
