import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { UserError } from '../errors/user-error.ts';
import { type PartName, SDXL_SIZES, type SdxlPart, SMALL_PARTS } from './parts.ts';

export interface BenchOptions {
  readonly parts: readonly PartName[];
  readonly model: string;
  readonly out: string;
  readonly rounds: number;
  readonly quick: boolean;
  /** leave out what the out folder has already */
  readonly resume: boolean;
  /** of what is timed; memory and scaling are measured with all cores */
  readonly threads: number;
  /** folder with the U-Net of the parts about SDXL; undefined: not measured */
  readonly sdxl: string | undefined;
}

const DEFAULT_PARTS: readonly PartName[] = ['race', 'memory'];
const DEFAULT_ROUNDS = 3;

export const USAGE = `npm run bench -- [options]
Measures speed and memory on this machine, and writes bench.md and bench.json. With a Python that has torch and diffusers
($PYTHON, or /tmp/venv) the same is done by PyTorch. Parts that aren't measured stay in the files as they are.

  (no part)         time of plain, exact and one-pass drawing and of another take of a panel, against PyTorch eager
                    (float32 and bfloat16); peak memory; start to the first step
  --profile         the U-Net's steps by operator, and against what this CPU can multiply
  --compiled        against torch.compile, whose compilation takes minutes
  --scaling         time and memory by the number of panels, the size of pictures and the number of anchors
  --all             all of these
  --sdxl DIR        one step of SDXL's U-Net, plain and with everything of ConsiStory on, at 512 and 1024 pixels, against
                    PyTorch eager float32: half an hour on two cores, 20 GB of memory. DIR/unet is in diffusers
                    layout; scripts/bench/write_sdxl.py makes one of random weights
  --sdxl-size N     only at this size, 512 or 1024
  --threads N       default: all cores
  --resume          leave out parts that the out folder has already
  --rounds N        default: ${DEFAULT_ROUNDS}
  --model FOLDER    default: models/pocket
  --out FOLDER      default: out/bench
  --quick           one round and fewer steps, to see that it runs
`;

const OPTIONS = {
  all: { type: 'boolean', default: false },
  profile: { type: 'boolean', default: false },
  compiled: { type: 'boolean', default: false },
  scaling: { type: 'boolean', default: false },
  resume: { type: 'boolean', default: false },
  quick: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  rounds: { type: 'string', default: String(DEFAULT_ROUNDS) },
  threads: { type: 'string', default: String(availableParallelism()) },
  sdxl: { type: 'string' },
  'sdxl-size': { type: 'string' },
  model: { type: 'string', default: 'models/pocket' },
  out: { type: 'string', default: 'out/bench' },
} as const;

/**
 * @returns undefined if help was asked for
 * @throws UserError `option-invalid`
 */
export function parseBenchOptions(args: readonly string[]): BenchOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const [rounds, threads] = [count('rounds', values.rounds), count('threads', values.threads)];
  const { profile, compiled, scaling, all, sdxl, model, out, quick, resume } = values;
  const chosen: PartName[] = [
    ...(profile ? (['steps'] as const) : []),
    ...(compiled ? (['compiled'] as const) : []),
    ...(scaling ? (['scaling'] as const) : []),
    ...(sdxl === undefined ? [] : sdxlParts(values['sdxl-size'])),
  ];
  const parts = all ? [...SMALL_PARTS, ...chosen.filter(isSdxl)] : chosen.length > 0 ? chosen : DEFAULT_PARTS;
  return { parts, model, out, quick, resume, threads, sdxl, rounds: quick ? 1 : rounds };
}

const isSdxl = (part: PartName): part is SdxlPart => part in SDXL_SIZES;

function sdxlParts(size: string | undefined): SdxlPart[] {
  const parts = (Object.keys(SDXL_SIZES) as SdxlPart[]).filter(
    (part) => size === undefined || size === String(SDXL_SIZES[part]),
  );
  if (parts.length === 0) throw invalid(`--sdxl-size to be one of ${Object.values(SDXL_SIZES).join(', ')}`, size ?? '');
  return parts;
}

function count(name: string, value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw invalid(`--${name} to be a whole number from 1 on`, value);
  return number;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw invalid('options that --help lists', error instanceof Error ? error.message : String(error));
  }
}

function invalid(expected: string, got: string): UserError {
  return new UserError('option-invalid', { expected, got, todo: 'See `npm run bench -- --help`.' });
}
