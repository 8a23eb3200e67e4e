import { parseArgs } from 'node:util';
import { UserError } from '../errors/user-error.ts';
import { PART_NAMES, type PartName } from './bench-file.ts';

export interface BenchOptions {
  readonly parts: readonly PartName[];
  readonly model: string;
  readonly out: string;
  readonly rounds: number;
  readonly quick: boolean;
  /** leave out what the out folder has already */
  readonly resume: boolean;
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
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw invalid('--rounds to be a whole number from 1 on', values.rounds);
  const { profile, compiled, scaling, all, model, out, quick, resume } = values;
  const chosen: PartName[] = [
    ...(profile ? (['steps'] as const) : []),
    ...(compiled ? (['compiled'] as const) : []),
    ...(scaling ? (['scaling'] as const) : []),
  ];
  const parts = all ? PART_NAMES : chosen.length > 0 ? chosen : DEFAULT_PARTS;
  return { parts, model, out, quick, resume, rounds: quick ? 1 : rounds };
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
