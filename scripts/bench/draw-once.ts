import { drawAndMeasure, type FreshDrawingTask } from '../../src/bench/fresh-process.ts';

/** `draw-once.ts TASK`: draws one story and prints what it took; started by `npm run bench`. */
const task = JSON.parse(process.argv[2] ?? '{}') as FreshDrawingTask;
process.stdout.write(JSON.stringify(await drawAndMeasure(task)));
