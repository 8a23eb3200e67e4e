import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { UserError } from '../../errors/user-error.ts';

const triple = z.tuple([z.number(), z.number(), z.number()]);

/**
 * How to use a classifier: `<model>.json` beside `<model>.onnx`. The model has one input, float32 [1, 3, size, size]
 * (RGB, (value / 255 - mean) / std), and its first output is float32 [1, labels]. Image classifiers that Hugging Face's
 * optimum exports are like this: size, mean and std are in their preprocessor_config.json, labels in config.json.
 */
const cardSchema = z
  .strictObject({
    /** pixels */
    size: z.int().min(8).max(1024),
    mean: triple.default([0.5, 0.5, 0.5]),
    std: triple.default([0.5, 0.5, 0.5]).refine((std) => std.every((value) => value > 0), 'has to be above 0'),
    /** What makes probabilities of the output. */
    activation: z.enum(['softmax', 'sigmoid', 'none']).default('softmax'),
    labels: z.array(z.string().min(1)).min(1),
    /** Labels that a picture is flagged for. */
    flagged: z.array(z.string()).min(1),
    /** From this probability on. */
    threshold: z.number().min(0).max(1).default(0.5),
  })
  .refine(({ labels, flagged }) => flagged.every((label) => labels.includes(label)), 'flagged has an unknown label');

export type ClassifierCard = Readonly<z.infer<typeof cardSchema>>;

/** @throws UserError `picture-filter-card` */
export async function readClassifierCard(modelFile: string): Promise<ClassifierCard> {
  const file = modelFile.replace(/\.onnx$/u, '.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined || file === modelFile) throw badCard(file, 'no such file');
  const parsed = cardSchema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badCard(file, `${issue?.path.join('.') || 'the whole'}: ${issue?.message}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function badCard(file: string, got: string): UserError {
  return new UserError('picture-filter-card', {
    expected: `${file} to say how the picture filter's model is used`,
    got,
    todo: 'Write it as docs/operations.md has it under "Picture filter".',
    file,
  });
}
