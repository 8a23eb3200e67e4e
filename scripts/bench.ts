import path from 'node:path';
import { measureParts } from '../src/bench/measure-parts.ts';
import { type BenchOptions, parseBenchOptions, USAGE } from '../src/bench/options.ts';
import { UserError } from '../src/errors/user-error.ts';

async function main(options: BenchOptions | undefined): Promise<void> {
  if (!options) {
    process.stdout.write(USAGE);
    return;
  }
  const verdicts = await measureParts(options, process.env.PYTHON, (text) => process.stderr.write(`${text}\n`));
  for (const { what, target, measured, met } of verdicts) {
    process.stdout.write(`${met ? 'met    ' : 'NOT MET'}  ${what}: ${measured}, target ${target}\n`);
  }
  process.stdout.write(`Report: ${path.resolve(options.out, 'bench.md')}\n`);
}

try {
  await main(parseBenchOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
