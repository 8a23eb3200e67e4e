import { parseArgs } from 'node:util';
import { FolderBlobStore } from '../../blobs/folder-blob-store.ts';
import { type Config, readConfig } from '../../config.ts';
import type { Command } from '../../discord/command.ts';
import { UserError } from '../../errors/user-error.ts';
import { examineDiscord } from './examine-discord.ts';
import {
  dataFolders,
  examineDisk,
  examineMemory,
  examineNode,
  examineProvider,
  type Machine,
} from './examine-machine.ts';
import { examineModels, examinePictureFilter } from './examine-models.ts';
import { examineBlobsFolder, examineDatabase } from './examine-storage.ts';
import { examine, type Finding, type Health } from './finding.ts';

export const DOCTOR_USAGE = `Looks whether everything is there that Troupe needs, and says how to mend what isn't.

npm run doctor -- [options]

  --server <id>  also looks at the bot's permissions in this server
  --measure      also draws one step with each model: what it takes beside what was foreseen

It works without a token. It brings the database up to date, as a start would, and changes nothing else.
Exit code 0: nothing must be mended; 1: something must; 2: it could not look.
`;

const SIGNS: Readonly<Record<Health, string>> = { well: '✔', warning: '!', bad: '✖' };

export interface DoctorProcess {
  readonly write: (text: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly machine: Machine;
  readonly commands: readonly Command[];
  /** Another address than Discord's: the rehearsal room's. */
  readonly api?: string;
}

/**
 * `npm run doctor`.
 * @returns the exit code: 1 if something must be mended
 * @throws UserError `option-unknown`
 */
export async function runDoctor(args: readonly string[], process: DoctorProcess): Promise<0 | 1> {
  const options = readOptions(args);
  if (options.help) {
    process.write(DOCTOR_USAGE);
    return 0;
  }
  const healths: Health[] = [];
  const tell = (findings: readonly Finding[]) => {
    for (const { health, about, found, fix } of findings) {
      healths.push(health);
      process.write(`${SIGNS[health]} ${about}: ${found}\n${fix === undefined ? '' : `    Fix: ${fix}\n`}`);
    }
  };
  tell([examineNode(process.machine)]);
  let config: Config | undefined;
  tell(
    await examine('configuration', async () => {
      config = readConfig(process.environment);
      return [{ about: 'configuration', health: 'well', found: 'can be read' }];
    }),
  );
  if (config) for await (const findings of examinations(config, process, options)) tell(findings);
  const count = (health: Health) => healths.filter((each) => each === health).length;
  const [toMend, warnings] = [count('bad'), count('warning')];
  process.write(`\n${toMend === 0 ? 'Nothing must be mended' : `${toMend} to be mended`}, ${warnings} warnings.\n`);
  return toMend === 0 ? 0 : 1;
}

/** One after the other, the quick ones first, so that each is told as soon as it is known. */
async function* examinations(config: Config, { machine, commands, api }: DoctorProcess, options: Options) {
  const { server, measure: measures } = options;
  const { databaseUrl, blobsFolder, maxMemory, discordToken: token } = config;
  yield [examineMemory(machine, maxMemory)];
  yield await examine('disk', async () => examineDisk(machine, dataFolders(databaseUrl, blobsFolder)));
  yield await examine('blobs folder', () => examineBlobsFolder(blobsFolder));
  yield await examine('database', () => examineDatabase(databaseUrl, new FolderBlobStore(blobsFolder, Date)));
  yield await examine('provider', async () => [await examineProvider(config.provider)]);
  yield await examine('picture filter', () => examinePictureFilter(config.pictureFilterModel));
  const { modelFolders: folders, limits } = config;
  yield await examineModels({ ...config, folders, panels: limits.panelsPerStory, measures });
  yield await examine('Discord', () => examineDiscord({ token, api, server, commands }));
}

type Options = ReturnType<typeof readOptions>;

function readOptions(args: readonly string[]) {
  try {
    const options = {
      server: { type: 'string' },
      measure: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UserError('option-unknown', {
      expected: 'options as --help has them',
      got: error instanceof Error ? error.message : String(error),
      todo: 'See npm run doctor -- --help.',
    });
  }
}
