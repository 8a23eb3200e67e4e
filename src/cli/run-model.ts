import { planFor } from '../engine/pipeline/memory-estimate.ts';
import { UserError } from '../errors/user-error.ts';
import { addFromDisk } from '../models/add-from-disk.ts';
import { type AddParts, addFromHub } from '../models/add-from-hub.ts';
import { addPreview } from '../models/add-preview.ts';
import { openProblem } from '../models/assert-opens.ts';
import type { HubOptions } from '../models/hub.ts';
import { openHub } from '../models/hub.ts';
import {
  findInstalled,
  type InstalledModel,
  listModels,
  removeModel,
  verifyModel,
} from '../models/installed-models.ts';
import type { AddHooks } from '../models/progress.ts';
import type { Variant } from '../models/select-files.ts';
import { bytesText, DownloadProgress } from './download-progress.ts';
import { MODEL_USAGE, type ModelAction, parseModelOptions } from './model-options.ts';
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
  const problem = openProblem(folder, process.singleFile);
  if (problem !== undefined) hooks.notice(problem.message);
  return `${folder}\nDraw with it: npm run story -- --model ${name} …, or MODELS=${name} in .env.\n`;
}

function listText(models: readonly InstalledModel[]): string {
  if (models.length === 0) return 'No models. Add one: npm run model -- add owner/name\n';
  const rows = models.map(({ name, size, receipt, model }) => [
    name,
    bytesText(size),
    model instanceof UserError ? `can't be used (${model.code})` : kindOf(model),
    receipt?.source ?? '',
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function showText({ name, path, size, receipt, model }: InstalledModel): string {
  const lines: [string, string][] = [
    ['name', name],
    ['where', path],
    ['size on disk', bytesText(size)],
  ];
  if (receipt !== undefined) {
    lines.push(['from', `${receipt.source}${receipt.commit === undefined ? '' : `, commit ${receipt.commit}`}`]);
    lines.push(['licence', receipt.license ?? 'see the page of the model'], ['added', receipt.added]);
  }
  if (model instanceof UserError) lines.push(["can't be used", model.message]);
  else {
    const { card, scheduler } = model;
    lines.push(['kind', kindOf(model)], ['sampler', scheduler.className]);
    lines.push(['draws', `${card.width} x ${card.height} pixels, ${card.steps} steps, guidance ${card.guidance}`]);
    const needs = (panels: number, limit?: number) =>
      bytesText(planFor(model, { size: card, panels }, { limit }).needed);
    lines.push(['memory', `about ${needs(1)} for one panel, ${needs(4)} for four, all of the model in memory`]);
    lines.push(['', `${needs(1, 0)} and ${needs(4, 0)} at least, its parts loaded one after the other (on a CPU)`]);
  }
  const width = Math.max(...lines.map(([label]) => label.length));
  return lines.map(([label, text]) => `${label.padEnd(width)}  ${text}\n`).join('');
}

function kindOf(model: Exclude<InstalledModel['model'], UserError>): string {
  const types = [...new Set([...model.unet.weights.values()].map(({ type }) => type))].sort().join('+');
  const family = model.pipeline === 'StableDiffusionXLPipeline' ? 'SDXL' : 'Stable Diffusion';
  return `${family}, ${types}, ${model.path === model.dir ? 'folder' : 'single file'}`;
}
