import { UserError } from '../src/errors/user-error.ts';
import { compareVariants } from '../src/evaluation/command/compare-variants.ts';
import { LOCALISATION_USAGE, localise } from '../src/evaluation/command/localise.ts';
import { FAILURES_USAGE, provokeFailures } from '../src/evaluation/command/provoke-failures.ts';
import { REPORT_USAGE, writeReport } from '../src/evaluation/command/write-report.ts';
import { parseOptions, USAGE } from '../src/evaluation/options.ts';
import { storyBenchmark } from '../src/evaluation/story-benchmark/story-benchmark.ts';
import { asksForStoryBenchmark, STORY_USAGE } from '../src/evaluation/story-benchmark/story-options.ts';

/** What evaluates something else than variants; each reads its own options. */
const MODES: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  '--report': writeReport,
  '--localisation': localise,
  '--signatures': provokeFailures,
};

/** `--report` is a mode by itself, and with a value an option of the others. */
const isFlag = (args: readonly string[], flag: string): boolean =>
  args.some((arg, i) => arg === flag && (args[i + 1] ?? '--').startsWith('--'));

const args = process.argv.slice(2);
try {
  const [, named] = Object.entries(MODES).find(([flag]) => isFlag(args, flag)) ?? [];
  const mode = asksForStoryBenchmark(args) ? storyBenchmark : named;
  const options = mode ? undefined : parseOptions(args);
  if (mode) await mode(args);
  else if (options) await compareVariants(options, args);
  else console.log([USAGE, LOCALISATION_USAGE, FAILURES_USAGE, STORY_USAGE, REPORT_USAGE].join('\n'));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
