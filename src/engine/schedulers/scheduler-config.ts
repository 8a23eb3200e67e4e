import { z } from 'zod';
import { UserError } from '../../errors/user-error.ts';
import { TIMESTEP_SPACINGS } from './timestep-spacing.ts';

const BETA_SCHEDULES = ['linear', 'scaled_linear', 'squaredcos_cap_v2'] as const;
export const PREDICTION_TYPES = ['epsilon', 'v_prediction', 'sample'] as const;

/** what the U-Net's output stands for: the noise, the velocity (Salimans and Ho 2022) or the finished latents */
export type PredictionType = (typeof PREDICTION_TYPES)[number];

/** diffusers writes flags as true, false or null */
export const flag = (fallback: boolean) =>
  z
    .boolean()
    .nullable()
    .default(fallback)
    .transform((value) => value === true);
/** a feature that exists in diffusers and not here: only its absence is accepted */
export const absent = z.literal([false, null]).default(false);
/** a field that published configs of this class carry from other samplers; without meaning here, whatever its value */
export const inert = z.unknown().optional();

/**
 * The fields of scheduler_config.json that every sampler here has, with diffusers' defaults. Spread them into a
 * `z.strictObject`, so that a field nobody understands is refused.
 */
export const COMMON_FIELDS = {
  _class_name: z.string(),
  _diffusers_version: z.string().optional(),
  num_train_timesteps: z.int().min(2).default(1000),
  beta_start: z.number().gt(0).lt(1).default(0.0001),
  beta_end: z.number().gt(0).lt(1).default(0.02),
  beta_schedule: z.enum(BETA_SCHEDULES).default('linear'),
  /** [T], in place of the three above */
  trained_betas: z.array(z.number().gt(0).lt(1)).nullable().default(null),
  prediction_type: z.enum(PREDICTION_TYPES).default('epsilon'),
  steps_offset: z.int().nonnegative().default(0),
  rescale_betas_zero_snr: flag(false),
  thresholding: absent,
  /** of PNDM, in the published configs of SD 2.1 and SDXL */
  skip_prk_steps: inert,
} as const;

export const timestepSpacing = z.enum(TIMESTEP_SPACINGS);

const noiseScheduleConfig = z.object(COMMON_FIELDS);
export type NoiseScheduleConfig = z.output<typeof noiseScheduleConfig>;

/**
 * Reads a scheduler_config.json by the schema of its class.
 * @throws UserError `scheduler-config-invalid`, which names each field that is unknown or has an unsupported value
 */
export function parseSchedulerConfig<Schema extends z.ZodType<NoiseScheduleConfig>>(
  schema: Schema,
  config: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(config, { reportInput: true });
  if (!parsed.success) throw configError(parsed.error.issues.map(describeIssue));
  const { trained_betas: betas, num_train_timesteps: count } = parsed.data;
  if (betas !== null && betas.length !== count) {
    throw configError([
      { field: 'trained_betas', expected: `"trained_betas" to have ${count} numbers`, got: `${betas.length} numbers` },
    ]);
  }
  return parsed.data;
}

interface FieldProblem {
  readonly field: string;
  readonly expected: string;
  readonly got: string;
}

function describeIssue(issue: z.core.$ZodIssue): FieldProblem {
  if (issue.code === 'unrecognized_keys') {
    const field = issue.keys.join(', ');
    return { field, expected: 'only fields that Troupe understands', got: `also "${issue.keys.join('", "')}"` };
  }
  const field = issue.path.join('.');
  return { field, expected: `"${field}" to be ${wanted(issue)}`, got: JSON.stringify(issue.input) ?? 'nothing' };
}

function wanted(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ');
    case 'invalid_type':
      return `of type ${issue.expected}`;
    case 'too_small':
      return `${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return `${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
    default:
      return `valid (${issue.message})`;
  }
}

export function configError(problems: readonly FieldProblem[]): UserError {
  return new UserError('scheduler-config-invalid', {
    expected: `in scheduler_config.json ${problems.map((problem) => problem.expected).join('; ')}`,
    got: problems.map((problem) => problem.got).join('; '),
    todo: 'Choose another sampler (--sampler) or model, or mend its scheduler_config.json.',
    fields: problems.map((problem) => problem.field),
  });
}
