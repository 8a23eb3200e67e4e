import { UserError } from '../src/errors/user-error.ts';
import { compareVariants } from '../src/evaluation/command/compare-variants.ts';
import { REPORT_USAGE, writeReport } from '../src/evaluation/command/write-report.ts';
import { parseOptions, USAGE } from '../src/evaluation/options.ts';

/** What evaluates something else than variants; each reads its own options. */
const MODES: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  '--report': writeReport,
};

const args = process.argv.slice(2);
try {
  const [, mode] = Object.entries(MODES).find(([flag]) => args.includes(flag)) ?? [];
  const options = mode ? undefined : parseOptions(args);
  if (mode) await mode(args);
  else if (options) await compareVariants(options, args);
  else console.log([USAGE, REPORT_USAGE].join('\n'));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
