import { parseArgs } from 'node:util';
import type { ComputeType } from '../engine/graph/element-type.ts';
import type { Provider } from '../engine/runtime/onnx-session.ts';
import { UserError } from '../errors/user-error.ts';
import { needsOf, preferredOf, whyUnavailable } from './availability.ts';
import { type Bench, type Check, type Outcome, passes } from './check.ts';
import { placeNodes } from './node-placement.ts';
import { AUTOENCODERS, CORRESPONDENCE, TEXT_ENCODERS } from './other-checks.ts';
import { type StepTimes, TIMED, timeSteps } from './step-times.ts';
import { STORY } from './story-check.ts';
import { OPERATION_CHECKS, PLAIN_UNETS } from './unet-checks.ts';

export const GPU_CHECK_USAGE = `Compares what a GPU computes with committed answers of diffusers and transformers, and prints how fast it is.

npm run gpu-check -- [options]

  --provider <name>  cuda, webgpu, dml, coreml or cpu (default: the first of them that this installation has)
  --only <words>     checks whose names have these words, without timings
  --quick            without the story and without timings
  --threads <n>      of the CPU (default: all cores)

Exit code 0: all agree; 1: something differs by more than it may, or fails; 2: the provider can't be used.
The answers are in test/fixtures, so it runs in a clone of the repository. What it means: docs/gpu.md.
`;

/** Those of `npm run gpu-check`. */
export const ALL_CHECKS: readonly Check[] = [
  ...PLAIN_UNETS,
  ...OPERATION_CHECKS,
  ...TEXT_ENCODERS,
  ...AUTOENCODERS,
  CORRESPONDENCE,
  STORY,
];
const COMPUTES: readonly ComputeType[] = ['float32', 'float16'];

export interface GpuCheckProcess {
  readonly write: (text: string) => void;
  /** what this build of onnxruntime brings */
  readonly available: readonly Provider[];
  /** onnxruntime's version, the machine's name */
  readonly machine: string;
  readonly whyUnavailable?: typeof whyUnavailable;
}

interface Options {
  readonly provider: Provider;
  readonly threads: number;
  readonly checks: readonly Check[];
  readonly timed: boolean;
}

/**
 * `npm run gpu-check`.
 * @returns the exit code
 * @throws UserError `option-unknown`, `option-invalid`
 */
export async function runGpuCheck(
  args: readonly string[],
  parts: GpuCheckProcess,
  all: readonly Check[] = ALL_CHECKS,
): Promise<0 | 1 | 2> {
  const { write, available, machine } = parts;
  const options = readOptions(args, available, all);
  if (options === 'help') {
    write(GPU_CHECK_USAGE);
    return 0;
  }
  const { provider, threads, checks, timed } = options;
  write(`${provider}: ${machine}\n`);
  const reason = await (parts.whyUnavailable ?? whyUnavailable)(provider, available);
  if (reason !== undefined) {
    write(`${provider} can't be used: ${reason}\n${needsOf(provider)}\n`);
    return 2;
  }
  const failed: string[] = [];
  for (const check of checks) {
    for (const compute of COMPUTES) {
      if (compute === 'float16' && !check.inHalf) continue;
      const { text, isGood } = await describe(check, { provider, compute, threads });
      write(text);
      if (!isGood) failed.push(`${check.name} in ${compute}`);
    }
  }
  if (timed) await tellTimes({ provider, threads }, write);
  write(failed.length === 0 ? '\nAll agree.\n' : `\n${failed.length} differ: ${failed.join('; ')}\n`);
  return failed.length === 0 ? 0 : 1;
}

const NAME_WIDTH = 36;

async function describe(check: Check, bench: Bench): Promise<{ text: string; isGood: boolean }> {
  const label = `${check.name.padEnd(NAME_WIDTH)} ${bench.compute}`;
  let outcomes: readonly Outcome[];
  try {
    outcomes = await check.run(bench);
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).trim().split('\n');
    return { text: `✖ ${label}  ${line}\n`, isGood: false };
  }
  const isGood = outcomes.every(passes);
  const shown = outcomes.map(({ name, difference, tolerance, note }) => {
    const about = note === undefined ? '' : ` (${note})`;
    return `${name} ${short(difference)} of ${short(tolerance)}${about}`;
  });
  return { text: `${isGood ? '✔' : '✖'} ${label}  ${shown.join(', ')}\n`, isGood };
}

const short = (value: number): string => (value === 0 ? '0' : value.toExponential(1));

async function tellTimes({ provider, threads }: Pick<Bench, 'provider' | 'threads'>, write: (text: string) => void) {
  write('\n');
  const benches = COMPUTES.map((compute): Bench => ({ provider, compute, threads }));
  for (const bench of benches) {
    const placed = await attempt(() => placeNodes(bench));
    const counts =
      typeof placed === 'string'
        ? placed
        : Object.entries(placed)
            .map(([on, nodes]) => `${nodes} on ${on}`)
            .join(', ');
    write(`nodes of the U-Net in ${bench.compute}: ${counts}\n`);
  }
  write(`\nmilliseconds per step, ${TIMED}\n`);
  const rivals: Bench[] = provider === 'cpu' ? [] : [{ provider: 'cpu', compute: 'float32', threads }];
  for (const bench of [...benches, ...rivals]) {
    const times = await attempt(() => timeSteps(bench));
    write(
      `  ${`${bench.provider} ${bench.compute}`.padEnd(NAME_WIDTH)} ${typeof times === 'string' ? times : told(times)}\n`,
    );
  }
}

const told = ({ plain, shared }: StepTimes): string => `plain ${plain.toFixed(0)}, shared ${shared.toFixed(0)}`;

/** The result, or why there is none. */
async function attempt<T>(work: () => Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    return `failed: ${(error instanceof Error ? error.message : String(error)).trim().split('\n')[0]}`;
  }
}

function readOptions(args: readonly string[], available: readonly Provider[], all: readonly Check[]): Options | 'help' {
  const text = { type: 'string' } as const;
  let values: { provider?: string; only?: string; quick?: boolean; threads?: string; help?: boolean };
  try {
    const quick = { type: 'boolean' } as const;
    const options = { provider: text, only: text, quick, threads: text, help: quick };
    values = parseArgs({ args: [...args], strict: true, options }).values;
  } catch (error) {
    throw new UserError('option-unknown', {
      expected: 'options that --help lists',
      got: error instanceof Error ? (error.message.split(/\.\s/u)[0] as string) : String(error),
      todo: 'See `npm run gpu-check -- --help`.',
    });
  }
  if (values.help) return 'help';
  const { provider = preferredOf(available), only, quick = false, threads = '0' } = values;
  if (!/^\d{1,3}$/.test(threads)) throw invalid('a number of threads', threads);
  const checks = all.filter((check) => check.name.includes(only ?? '') && !(quick && check === STORY));
  if (checks.length === 0) throw invalid('words of a check such as "sdxl" or "story"', only ?? '');
  return { provider, threads: Number(threads), checks, timed: !quick && only === undefined };
}

function invalid(expected: string, got: string): UserError {
  return new UserError('option-invalid', { expected, got: `"${got}"`, todo: 'See `npm run gpu-check -- --help`.' });
}
