import path from 'node:path';
import { openModel } from '../engine/weights/open-model.ts';
import { findModel } from '../models/models-folder.ts';
import { readParts, writeParts } from './bench-file.ts';
import { MODES } from './benchmark-story.ts';
import { underCircumstances } from './circumstances.ts';
import { measureMemory } from './memory.ts';
import type { BenchOptions } from './options.ts';
import { type BenchParts, type MeasuredParts, type PartName, SDXL_SIZES, type SdxlPart } from './parts.ts';
import { findPython } from './python.ts';
import { race } from './race.ts';
import { type Verdict, verdictsOf } from './report/targets.ts';
import { measureScaling } from './scaling.ts';
import { measureSdxl } from './sdxl/sdxl.ts';
import { profileSteps } from './steps.ts';
import type { Tell } from './tell.ts';

const PANELS = 4;
/** Runs of one step are short: more of them, for minima that can be trusted. */
const STEP_ROUNDS_PER_ROUND = 5;
const SCALING_STEPS = 20;
/** Its many points cost the most, and ratios of neighbours tell whether one was disturbed: a third of the rounds. */
const SCALING_ROUNDS = 3;
const QUICK_STEPS = 10;
/** A step at 1024 pixels takes minutes. */
const SDXL_ROUNDS: Readonly<Record<SdxlPart, number>> = { sdxl512: 2, sdxl1024: 1 };

/** Where what is measured hardly differs from round to round, or where a round takes long. */
const fewer = (rounds: number): number => Math.max(1, rounds - 1);

/**
 * Measures the parts that were asked for, and writes the files after each, so that nothing is lost.
 * @param wishedPython one with torch and diffusers; where there is one by default, it is found
 * @returns targets and what was measured, of all parts in the files
 */
export async function measureParts(
  options: BenchOptions,
  wishedPython: string | undefined,
  tell: Tell,
): Promise<Verdict[]> {
  const model = openModel(findModel(options.model));
  const { rounds, quick, out, threads } = options;
  const steps = quick ? QUICK_STEPS : model.card.steps;
  const python = findPython(wishedPython);
  if (python === undefined) tell('No Python with torch and diffusers ($PYTHON): not compared with PyTorch.');
  const shape = { panels: PANELS, steps };
  const racing = { ...shape, threads, rounds, python };
  const eager = [
    { dtype: 'float32', compile: false },
    { dtype: 'bfloat16', compile: false },
  ] as const;
  const sdxl = (part: SdxlPart) => () => {
    if (options.sdxl === undefined) throw new Error('no folder of SDXL');
    const task = {
      model: path.resolve(options.sdxl),
      size: SDXL_SIZES[part],
      threads,
      rounds: SDXL_ROUNDS[part],
      python,
    };
    return measureSdxl(task, tell);
  };
  const compiled = [{ dtype: 'float32', compile: true }] as const;

  const measure: { readonly [Name in PartName]: () => Promise<BenchParts[Name]> } = {
    race: () => race(model, { ...racing, modes: MODES, redraw: true, rivals: eager }, tell),
    compiled: () =>
      race(
        model,
        { ...racing, rounds: fewer(rounds), modes: ['plain', 'exact'], redraw: false, rivals: compiled },
        tell,
      ),
    memory: () => measureMemory(model, shape, fewer(rounds), tell),
    steps: () => profileSteps(model, { ...shape, python, threads, rounds: rounds * STEP_ROUNDS_PER_ROUND }, tell),
    scaling: () =>
      measureScaling(model, { steps: SCALING_STEPS, rounds: Math.ceil(rounds / SCALING_ROUNDS), quick }, tell),
    sdxl512: sdxl('sdxl512'),
    sdxl1024: sdxl('sdxl1024'),
  };

  const command = ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ');
  let parts: MeasuredParts = await readParts(out, model.card.name);
  for (const name of options.parts) {
    if (options.resume && parts[name]) {
      tell(`${name}: already there`);
      continue;
    }
    if (name === 'compiled' && python === undefined) continue;
    const work: () => Promise<BenchParts[PartName]> = measure[name];
    parts = { ...parts, [name]: await underCircumstances(command, work) };
    await writeParts(out, model.card.name, parts);
  }
  return verdictsOf(parts);
}
