import { z } from 'zod';
import { UserError } from '../../errors/user-error.ts';

/** Fields that say where a config came from, and nothing about the model. */
export const PROVENANCE = {
  _class_name: z.string().optional(),
  _diffusers_version: z.string().optional(),
  _name_or_path: z.string().optional(),
};

/** A field that only training uses. */
export const trainingOnly = z.unknown().optional();

/** A field of which the graph knows certain values only; left out, it means `values[0]`. */
export function only<const T extends string | number | boolean | null>(...values: readonly [T, ...T[]]) {
  return z.literal(values).default(values[0] as never);
}

/**
 * A config.json checked against what a graph understands. Schemas are strict, so a field or value that the graph would
 * have to ignore is refused by name: it could change what the model draws.
 * @throws UserError `config-unsupported`
 */
export function parseConfig<Schema extends z.ZodType>(schema: Schema, config: unknown, part: string): z.output<Schema> {
  const result = schema.safeParse(config);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    if (issue.code === 'unrecognized_keys') return `unknown field ${issue.keys.join(', ')}`;
    const value = issue.path.reduce<unknown>(
      (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key as PropertyKey],
      config,
    );
    return `${issue.path.join('.') || 'config'} = ${JSON.stringify(value)}: ${issue.message}`;
  });
  throw new UserError('config-unsupported', {
    expected: `a ${part} configuration that Troupe understands`,
    got: problems.join('; '),
    todo: 'Use a model of a supported family (see models/README.md), or open an issue that names it.',
    part,
    problems,
  });
}
