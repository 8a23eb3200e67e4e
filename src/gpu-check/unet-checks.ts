import path from 'node:path';
import type { ComputeType } from '../engine/graph/element-type.ts';
import { buildUnet, type UNetGraph } from '../engine/graph/unet/unet.ts';
import { nothingShared as emptyOperations } from '../engine/pipeline/nothing-shared.ts';
import { int64Tensor } from '../engine/runtime/tensor-value.ts';
import { type Check, compare, runOn } from './check.ts';
import { fixturePath, POCKET, readFixture, readModelPart, type Tensors, tensorOf } from './oracle-fixtures.ts';

const MODEL_INPUTS = ['sample', 'timestep', 'encoder_hidden_states', 'text_embeds', 'time_ids'];

/** Which of ConsiStory's operations a mode of the oracle has (scripts/oracle/consistory_operations.py). */
const OPERATIONS = {
  vanilla: [],
  sdsa: ['bank_'],
  query: ['bank_', 'query_'],
  inject: ['inject_'],
  all: ['bank_', 'query_', 'inject_'],
  owners: ['bank_'],
  parts: [],
  apart: ['bank_', 'query_', 'inject_'],
} as const satisfies Record<string, readonly string[]>;
export type Mode = keyof typeof OPERATIONS;

const WORDS: Record<Mode, string> = {
  vanilla: 'maps and features',
  sdsa: 'shared attention',
  query: 'and blended queries',
  inject: 'injection',
  all: 'all operations',
  owners: 'shared attention of owned tokens',
  parts: 'prompts for parts of pictures',
  apart: 'all operations, owned tokens and prompts for parts',
};

/** The U-Nets of each family and the pocket model's, with nothing shared. */
export const PLAIN_UNETS: readonly Check[] = ['sdxl', 'sd15', 'sd21', 'pocket'].map((model) => ({
  name: `U-Net ${model}, plain`,
  inHalf: true,
  run: async (bench) => {
    const { graph, weightsFolder, feeds, noise } = plainUnet(model, bench.compute);
    const answer = await runOn(bench, graph, weightsFolder, feeds, ['noise']);
    return [compare('noise', answer.noise, noise, bench)];
  },
}));

/** A U-Net's graph with inputs of its plain pass, and the noise that it has to predict. */
export function plainUnet(model: string, compute: ComputeType) {
  const fixture = readFixture('unet', model, 'plain.safetensors');
  const { graph, folder } = unetOf(model, fixture, compute);
  const rows = tensorOf(fixture, 'sample').shape[0] as number;
  const feeds = { ...modelInputs(fixture), ...nothingShared(graph, rows) };
  return { graph, weightsFolder: folder, feeds, noise: tensorOf(fixture, 'noise') };
}

/** One step with each of ConsiStory's operations, and with all of them. */
export const OPERATION_CHECKS: readonly Check[] = (
  [
    ['sdxl', 8, ['vanilla', 'sdsa', 'query', 'inject', 'all', 'owners', 'parts']],
    ['sd15', 4, ['all']],
    ['sd21', 8, ['all', 'apart']],
  ] as const
).flatMap(([model, maskResolution, modes]) =>
  modes.map(
    (mode): Check => ({
      name: `U-Net ${model}, ${WORDS[mode]}`,
      inHalf: true,
      run: async (bench) => {
        const fixture = readFixture('consistory', `operations-${model}.safetensors`);
        const { graph, folder } = unetOf(model, fixture, bench.compute, maskResolution);
        const answer = await runOn(bench, graph, folder, operationFeeds(fixture, graph, mode));
        const wanted = { noise: 'noise', attention: `attention_${maskResolution}`, dift: 'dift' };
        return Object.entries(wanted).flatMap(([output, stored]) => {
          const value = fixture[`${mode}.${stored}`];
          return value ? [compare(output, answer[output], value, bench)] : [];
        });
      },
    }),
  ),
);

function unetOf(model: string, fixture: Tensors, compute: ComputeType, maskResolution?: number) {
  const folder = model === 'pocket' ? path.join(POCKET, 'unet') : fixturePath('unet', model);
  const [, , height, width] = tensorOf(fixture, 'sample').shape as [number, number, number, number];
  const tokens = tensorOf(fixture, 'encoder_hidden_states').shape[1] as number;
  const source = readModelPart(folder, 'diffusion_pytorch_model');
  return { folder, graph: buildUnet({ ...source, compute, height, width, tokens, maskResolution }) };
}

/** What the plain U-Net takes, out of a fixture. */
export const modelInputs = (fixture: Tensors): Tensors =>
  Object.fromEntries(Object.entries(fixture).filter(([name]) => MODEL_INPUTS.includes(name)));

/** A mode's inputs: those of its operations out of the fixture, some in a form of its own, the empty form of the others. */
export function operationFeeds(fixture: Tensors, graph: UNetGraph, mode: Mode): Tensors {
  const prefixes: readonly string[] = ['concept_columns', ...OPERATIONS[mode]];
  const empty = nothingShared(graph, tensorOf(fixture, 'sample').shape[0] as number);
  const switched = Object.keys(empty).filter((name) => prefixes.some((prefix) => name.startsWith(prefix)));
  const taken = Object.fromEntries(switched.map((name) => [name, tensorOf(fixture, name)]));
  const own = [...Object.keys(empty), 'encoder_hidden_states'].flatMap((name) => {
    const value = fixture[`${mode}.${name}`];
    return value ? [[name, value] as const] : [];
  });
  return { ...modelInputs(fixture), ...empty, ...taken, ...Object.fromEntries(own) };
}

/** Inputs with which ConsiStory's operations do nothing: no bank, queries of one's own, no injection, column 0. */
export const nothingShared = (graph: UNetGraph, rows: number): Tensors => ({
  ...emptyOperations(graph, rows),
  concept_columns: int64Tensor(new Array(rows).fill(0), [rows, 1]),
});
