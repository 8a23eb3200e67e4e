import { mkdir, readFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { MOST_PANELS } from '../src/bench/benchmark-story.ts';
import { findPython } from '../src/bench/diffusers-rival.ts';
import { measureDrawing, measureFirstStep, measureMemory, raceDiffusers } from '../src/bench/measurements.ts';
import { type BenchResults, type Circumstances, type PanelsRow, renderReport, verdicts } from '../src/bench/report.ts';
import { openModel } from '../src/engine/weights/open-model.ts';
import { writeFileAtomically } from '../src/files/write-atomically.ts';
import { findModel } from '../src/models/models-folder.ts';

const USAGE = `npm run bench -- [--rounds 5] [--model models/pocket] [--out out/bench] [--quick]
Measures speed and memory, exact against plain and (with a Python that has torch and diffusers, $PYTHON) against
diffusers, and writes bench.md and bench.json. --quick: fewer steps and rounds, to see that it runs.
`;

const PANELS = 4;
/** As the target is stated. */
const RACE_THREADS = 2;
const MEMORY_ROUNDS = 3;
/** Time per step and peak memory do not depend on the number of steps, if queries are blended in one of them. */
const STEPS_BY_PANELS = 20;
const ROUNDS_BY_PANELS = 2;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    model: { type: 'string', default: 'models/pocket' },
    out: { type: 'string', default: 'out/bench' },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const tell = (text: string) => process.stderr.write(`${text}\n`);

async function bench(): Promise<BenchResults> {
  const model = openModel(findModel(values.model));
  const rounds = values.quick ? 1 : Number(values.rounds);
  const steps = values.quick ? STEPS_BY_PANELS : model.card.steps;
  const few = values.quick ? 1 : MEMORY_ROUNDS;
  const before = loadavg()[0] as number;
  const drawing = await measureDrawing(model, { panels: PANELS, steps }, rounds, tell);
  const memory = await measureMemory(model, PANELS, steps, few, tell);
  const firstStep = await measureFirstStep(model, rounds, tell);
  const python = findPython(process.env.PYTHON);
  if (python === undefined) tell('No Python with torch and diffusers ($PYTHON): not compared with diffusers.');
  const raceWith = async (task: Parameters<typeof raceDiffusers>[2], times: number) =>
    python === undefined ? undefined : raceDiffusers(model, python, task, times, tell);
  const race = await raceWith({ panels: PANELS, steps, threads: RACE_THREADS }, rounds);
  const alone = { panels: PANELS, steps: STEPS_BY_PANELS, threads: 1 };
  const oneThread = {
    steps: STEPS_BY_PANELS,
    drawing: await measureDrawing(model, alone, few, tell),
    race: await raceWith(alone, few),
  };
  const byPanels: PanelsRow[] = [];
  for (const panels of values.quick ? [2] : [2, 4, 8, MOST_PANELS]) {
    byPanels.push({
      panels,
      steps: STEPS_BY_PANELS,
      drawing: await measureDrawing(model, { panels, steps: STEPS_BY_PANELS }, ROUNDS_BY_PANELS, tell),
      memory: await measureMemory(model, panels, STEPS_BY_PANELS, 1, tell),
    });
  }
  return {
    circumstances: await circumstances(before),
    model: model.card.name,
    panels: PANELS,
    steps,
    drawing,
    memory,
    firstStep,
    race,
    oneThread,
    byPanels,
  };
}

async function circumstances(loadBefore: number): Promise<Circumstances> {
  const manifest = JSON.parse(await readFile('package.json', 'utf8')) as { dependencies: Record<string, string> };
  const [first] = cpus();
  return {
    command: ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
    date: new Date().toISOString().slice(0, 10),
    processor: first?.model ?? 'unknown processor',
    cores: cpus().length,
    memory: totalmem(),
    versions: {
      Node: process.versions.node,
      'onnxruntime-node': manifest.dependencies['onnxruntime-node'] ?? 'unknown',
    },
    load: [loadBefore, loadavg()[0] as number],
  };
}

async function main(): Promise<void> {
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const results = await bench();
  await mkdir(values.out, { recursive: true });
  await writeFileAtomically(path.join(values.out, 'bench.json'), `${JSON.stringify(results, null, 1)}\n`);
  await writeFileAtomically(path.join(values.out, 'bench.md'), renderReport(results));
  for (const { what, target, measured, met } of verdicts(results)) {
    process.stdout.write(`${met ? 'met    ' : 'NOT MET'}  ${what}: ${measured}, target ${target}\n`);
  }
  process.stdout.write(`Report: ${path.resolve(values.out, 'bench.md')}\n`);
}

await main();
