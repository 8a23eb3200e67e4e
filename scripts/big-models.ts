import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type DrawingTask, measureDrawing } from '../src/operations/measure-drawing.ts';
import { BIG_MODELS, type BigModel, type StoredType, writeCheckpoint } from './big-models/write-checkpoint.ts';

const USAGE = `Draws one step by models of real size and random weights, and tells what it takes.

npm run big-models -- [options]

  --model <sd1|sd2|sdxl>       which; sd1 by default
  --type <float16|float32>     how the weights are stored; float16 by default
  --fill <random|zeros>        zeros take no room on disk; random by default
  --file <path>                the checkpoint; written if it isn't there
  --sizes <256,1024>           pixels of a side
  --panels <1>                 panels of the story
  --steps <1>                  sampling steps
  --consistent                 with everything of ConsiStory on
  --memory <12>                the limit in GB
`;

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'sd1' },
    type: { type: 'string', default: 'float16' },
    fill: { type: 'string', default: 'random' },
    file: { type: 'string' },
    sizes: { type: 'string', default: '256,1024' },
    panels: { type: 'string', default: '1' },
    steps: { type: 'string', default: '1' },
    consistent: { type: 'boolean', default: false },
    memory: { type: 'string', default: '12' },
    help: { type: 'boolean', default: false },
  },
});
const model = BIG_MODELS.find((name) => name === values.model);
if (values.help || !model) {
  process.stdout.write(USAGE);
  process.exit(values.help ? 0 : 2);
}

const file = values.file ?? path.join(os.tmpdir(), `troupe-${model}-${values.type}-${values.fill}.safetensors`);
if (!fs.existsSync(file)) {
  process.stdout.write(`Writing ${file}\n`);
  writeCheckpoint(file, model satisfies BigModel, values.type as StoredType, values.fill as 'random' | 'zeros');
}
// what a model of the 2.x family predicts shows in no weight
if (model === 'sd2') fs.writeFileSync(file.replace(/\.safetensors$/, '.troupe.json'), '{"prediction":"epsilon"}');

const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(2);
const seconds = (ms: number) => (ms / 1e3).toFixed(1);
process.stdout.write(
  '| model | pixels | panels | plan | estimate, GB | peak, GB | to first step, s | sampling, s | decoding, s | finite |\n',
);
process.stdout.write(`|${'---|'.repeat(10)}\n`);
for (const size of values.sizes.split(',').map(Number)) {
  const task: DrawingTask = {
    model: file,
    size: { width: size, height: size },
    panels: Number(values.panels),
    steps: Number(values.steps),
    consistent: values.consistent,
    provider: 'cpu',
    threads: 0,
    maxMemory: Number(values.memory) * 1e9,
  };
  const cells = await measureDrawing(task).then(
    (m) => [
      m.plan,
      gigabytes(m.needed),
      gigabytes(m.peak),
      ...[m.toFirstStep, m.sampling, m.decoding].map(seconds),
      m.finite,
    ],
    (error: unknown) => [String(error instanceof Error ? error.message : error)],
  );
  const name = `${model} ${values.type}${values.consistent ? ', consistent' : ''}`;
  process.stdout.write(`| ${[name, size, values.panels, ...cells].join(' | ')} |\n`);
}
