import { UserError } from '../errors/user-error.ts';
import { addFromDisk } from '../models/add-from-disk.ts';
import { type AddParts, addFromHub } from '../models/add-from-hub.ts';
import { addPreview } from '../models/add-preview.ts';
import type { HubOptions } from '../models/hub.ts';
import { openHub } from '../models/hub.ts';
import { findInstalled, listModels, removeModel, verifyModel } from '../models/installed-models.ts';
import { openInstalled } from '../models/open-installed.ts';
import type { AddHooks } from '../models/progress.ts';
import type { Variant } from '../models/select-files.ts';
import { bytesText, DownloadProgress } from './download-progress.ts';
import { MODEL_USAGE, type ModelAction, parseModelOptions } from './model-options.ts';
import { addedText, listText, showText } from './model-texts.ts';
import type { ProgressOutput } from './progress-bar.ts';
import { EXIT_CODES } from './run-story.ts';

/** What `npm run model` needs of its process. */
export interface ModelProcess extends AddParts {
  readonly stdout: ProgressOutput;
  readonly stderr: ProgressOutput;
  /** aborts when the person interrupts */
  readonly interrupted: AbortSignal;
  readonly hub: HubOptions;
  /** PROVIDER of the configuration */
  readonly provider: string;
}

/** Providers that compute in half precision. */
const HALF_PROVIDERS = new Set(['cuda', 'webgpu', 'coreml', 'dml']);

/**
 * `npm run model`, from its arguments to its exit code.
 * @throws Error for what no person can mend
 */
export async function runModel(args: readonly string[], process: ModelProcess): Promise<number> {
  const { stdout, stderr, interrupted } = process;
  const progress = new DownloadProgress(stderr, () => performance.now());
  const hooks: AddHooks = {
    signal: interrupted,
    progress: (each) => progress.show(each),
    notice: (text) => {
      progress.interrupt();
      stderr.write(`${text}\n`);
    },
  };
  try {
    const options = parseModelOptions(args);
    switch (options.action) {
      case 'help':
        stdout.write(MODEL_USAGE);
        break;
      case 'list':
        stdout.write(listText(await listModels(process.models)));
        break;
      case 'show':
        stdout.write(showText(await findInstalled(process.models, options.name)));
        break;
      case 'add':
        stdout.write(await add(options, process, hooks));
        break;
      case 'verify': {
        const tell = (file: string, done: number, size: number) => {
          if (done === size) hooks.notice(`${file}: read`);
        };
        const files = await verifyModel(process.models, options.name, { signal: interrupted, progress: tell });
        stdout.write(`${options.name}: all ${files} files are as they were fetched.\n`);
        break;
      }
      case 'remove':
        stdout.write(`Removed ${options.name}: ${bytesText(await removeModel(process.models, options.name))}.\n`);
    }
    return EXIT_CODES.done;
  } catch (error) {
    progress.interrupt();
    if (interrupted.aborted) {
      stderr.write('Interrupted; the same command goes on from here.\n');
      return EXIT_CODES.interrupted;
    }
    if (!(error instanceof UserError)) throw error;
    stderr.write(`${error.message}\n`);
    return EXIT_CODES.userError;
  }
}

async function add(
  options: Extract<ModelAction, { action: 'add' }>,
  process: ModelProcess,
  hooks: AddHooks,
): Promise<string> {
  const { model, from, revision, file, name, token, previewOf } = options;
  const hub = () => openHub({ ...process.hub, ...(token !== undefined && { token }) });
  if (previewOf !== undefined) {
    const at = await addPreview(hub(), { repo: model, revision, of: previewOf }, process, hooks);
    return `${at}\nIt shows what ${previewOf} is drawing from now on.\n`;
  }
  const variant: Variant = options.variant ?? (HALF_PROVIDERS.has(process.provider) ? 'fp16' : 'full');
  const folder =
    from === undefined
      ? await addFromHub(hub(), { repo: model, revision, variant, file, name }, process, hooks)
      : await addFromDisk({ from, variant, name }, process, hooks);
  const added = openInstalled(folder, process.singleFile);
  if (added instanceof UserError) hooks.notice(added.message);
  return addedText(folder, name, added);
}
