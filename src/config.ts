import { config as loadEnvFile } from 'dotenv';
import { z } from 'zod';
import { list, number, optionalText, text, whole, yesNo } from './config-values.ts';
import { UserError } from './errors/user-error.ts';
import { MODELS_FOLDER } from './models/models-folder.ts';

/** share of the memory; the model needs the rest */
const MOST_FOR_ANCHORS = 1 / 4;
const BYTES_PER_MB = 1e6;
const BYTES_PER_GB = 1e9;
const MS_PER_SECOND = 1000;

interface Variable<S extends z.ZodType> {
  readonly schema: S;
  /** For .env.example. */
  readonly about: string;
  /** As it is if left out. */
  readonly example: string;
  readonly section: 'Discord' | 'Storage' | 'Drawing' | 'Limits' | 'Rehearsal room';
}

function variable<S extends z.ZodType>(
  section: Variable<S>['section'],
  schema: S,
  example: string,
  about: string,
): Variable<S> {
  return { section, schema, example, about };
}

/** Every environment variable that Troupe reads, in the order of .env.example. */
export const VARIABLES = {
  DISCORD_TOKEN: variable(
    'Discord',
    optionalText(),
    '',
    "The bot's token. Without it `npm start` opens the rehearsal room instead of Discord.",
  ),
  REGISTER_COMMANDS: variable(
    'Discord',
    yesNo(true),
    'yes',
    'Registers the slash commands at every start. With no, `npm run register-commands` does.',
  ),
  EDIT_INTERVAL_SECONDS: variable(
    'Discord',
    number(2.5, 0, 60),
    '2.5',
    'Between two edits of one message while something is drawn.',
  ),
  DATABASE_URL: variable(
    'Storage',
    text('file:./data/troupe.db'),
    'file:./data/troupe.db',
    'SQLite (file:<path>), or PostgreSQL (postgresql://user:password@host/database).',
  ),
  BLOBS_FOLDER: variable('Storage', text('./data/blobs'), './data/blobs', 'Where pictures and canons are kept.'),
  MODELS: variable(
    'Drawing',
    list('models/pocket'),
    'models/pocket',
    'Models, separated by commas: names of installed ones, folders, or .safetensors files. The first is the default.',
  ),
  OFFER_INSTALLED_MODELS: variable(
    'Drawing',
    yesNo(true),
    'yes',
    'Servers may choose every model in models/, also one that is added while the bot runs. With no: those in MODELS only.',
  ),
  LORAS_FOLDER: variable(
    'Drawing',
    text('./loras'),
    './loras',
    'LoRAs that members may choose by name: .safetensors files in this folder.',
  ),
  HF_ENDPOINT: variable(
    'Drawing',
    text('https://huggingface.co'),
    'https://huggingface.co',
    'Where `npm run model` fetches models from: Hugging Face, or a mirror of it.',
  ),
  HF_TOKEN: variable(
    'Drawing',
    optionalText(),
    '',
    'Token of Hugging Face, for models that ask who you are (https://huggingface.co/settings/tokens).',
  ),
  PROVIDER: variable(
    'Drawing',
    text('auto'),
    'auto',
    'auto, cpu, cuda, webgpu, coreml or dml. For cuda run `npm run setup:cuda` once.',
  ),
  THREADS: variable('Drawing', whole(0, 0, 1024), '0', 'Threads of the CPU provider; 0: all cores.'),
  MAX_MEMORY_GB: variable(
    'Drawing',
    number(12, 0.1, 10_000),
    '12',
    "What a model and its work may take of the machine's memory; a story that would take more is refused.",
  ),
  ANCHOR_MEMORY_MB: variable(
    'Drawing',
    whole(512, 0, 1_000_000),
    '512',
    'Of that, at most a quarter, for anchors of the last stories: with them a redraw costs about one panel. 0: none.',
  ),
  DEVICE_MEMORY_GB: variable(
    'Drawing',
    number(12, 0.1, 10_000),
    '12',
    "What a model and its work may take of a GPU's own memory (cuda, dml, webgpu). On a Mac there is one memory: MAX_MEMORY_GB.",
  ),
  PREVIEW_EVERY: variable('Drawing', whole(5, 0, 1000), '5', 'Sampling steps between previews; 0: none.'),
  PICTURE_FILTER_MODEL: variable(
    'Drawing',
    optionalText(),
    '',
    'An ONNX classifier that looks at pictures before they are posted (docs/operations.md).',
  ),
  PANELS_PER_STORY: variable(
    'Limits',
    whole(9, 1, 12),
    '9',
    'Of one story. Servers may set lower limits with /settings, never higher ones.',
  ),
  QUEUED_PER_MEMBER: variable('Limits', whole(5, 1, 1000), '5', 'Drawings of one member that may wait.'),
  QUEUED_PER_SERVER: variable('Limits', whole(50, 1, 1000), '50', 'Drawings of one server that may wait.'),
  STOP_WITHIN_SECONDS: variable(
    'Limits',
    number(10, 0, 3600),
    '10',
    'How long a stop waits for what is being drawn; then it goes on at the next start.',
  ),
  REHEARSAL_PORT: variable(
    'Rehearsal room',
    whole(8787, 0, 65_535),
    '8787',
    'Where the rehearsal room is, on this machine only; 0: any free port.',
  ),
} as const;

type Variables = typeof VARIABLES;
type Values = { readonly [K in keyof Variables]: z.output<Variables[K]['schema']> };

/** How this process is to run. */
export interface Config {
  readonly discordToken: string | undefined;
  readonly registersCommands: boolean;
  readonly editIntervalMs: number;
  readonly databaseUrl: string;
  readonly blobsFolder: string;
  /** at least one */
  readonly modelFolders: readonly string[];
  /** where models are installed that servers may choose too; undefined: they may not */
  readonly installedModels: string | undefined;
  readonly lorasFolder: string;
  readonly hub: { readonly address: string; readonly token: string | undefined };
  readonly provider: string;
  /** 0: all cores */
  readonly threads: number;
  /** bytes */
  readonly maxMemory: number;
  /** of a GPU's own memory, bytes */
  readonly deviceMemory: number;
  /** bytes beside it for anchors of the last stories */
  readonly anchorMemory: number;
  readonly previewEvery: number;
  readonly pictureFilterModel: string | undefined;
  readonly limits: {
    readonly panelsPerStory: number;
    readonly queuedPerMember: number;
    readonly queuedPerServer: number;
  };
  readonly stopWithinMs: number;
  readonly rehearsalPort: number;
}

/** The environment of this process, with what `.env` adds to it. The only reader of process.env. */
export function processEnvironment(): NodeJS.ProcessEnv {
  loadEnvFile({ quiet: true });
  return process.env;
}

/** @throws UserError `config-invalid`, which names every variable that is wrong and never shows a secret */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const schema = z.object(Object.fromEntries(Object.entries(VARIABLES).map(([name, { schema }]) => [name, schema])));
  const parsed = schema.safeParse(environment);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new UserError('config-invalid', {
      expected: 'environment variables as .env.example explains them',
      got: problems.join('; '),
      todo: 'Correct them in the environment or in .env.',
      variables: parsed.error.issues.map(({ path }) => path.join('.')),
    });
  }
  const values = parsed.data as Values;
  if (values.MODELS.length === 0) throw noModels();
  const memory = values.MAX_MEMORY_GB * BYTES_PER_GB;
  const anchorMemory = Math.min(values.ANCHOR_MEMORY_MB * BYTES_PER_MB, memory * MOST_FOR_ANCHORS);
  return {
    discordToken: values.DISCORD_TOKEN,
    registersCommands: values.REGISTER_COMMANDS,
    editIntervalMs: values.EDIT_INTERVAL_SECONDS * MS_PER_SECOND,
    databaseUrl: values.DATABASE_URL,
    blobsFolder: values.BLOBS_FOLDER,
    modelFolders: values.MODELS,
    installedModels: values.OFFER_INSTALLED_MODELS ? MODELS_FOLDER : undefined,
    lorasFolder: values.LORAS_FOLDER,
    hub: { address: values.HF_ENDPOINT, token: values.HF_TOKEN },
    provider: values.PROVIDER,
    threads: values.THREADS,
    maxMemory: memory - anchorMemory,
    deviceMemory: values.DEVICE_MEMORY_GB * BYTES_PER_GB,
    anchorMemory,
    previewEvery: values.PREVIEW_EVERY,
    pictureFilterModel: values.PICTURE_FILTER_MODEL,
    limits: {
      panelsPerStory: values.PANELS_PER_STORY,
      queuedPerMember: values.QUEUED_PER_MEMBER,
      queuedPerServer: values.QUEUED_PER_SERVER,
    },
    stopWithinMs: values.STOP_WITHIN_SECONDS * MS_PER_SECOND,
    rehearsalPort: values.REHEARSAL_PORT,
  };
}

function noModels(): UserError {
  return new UserError('config-invalid', {
    expected: 'at least one folder in MODELS',
    got: 'none',
    todo: 'Name one, or leave MODELS out for the model that comes with Troupe.',
    variables: ['MODELS'],
  });
}
