import { drawAndMeasure } from '../../src/operations/measure-drawing.ts';

/** Draws a task of src/operations/measure-drawing.ts in this process and writes what it took. */
const [, , task] = process.argv;
try {
  process.stdout.write(JSON.stringify(await drawAndMeasure(JSON.parse(task ?? '{}'))));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
