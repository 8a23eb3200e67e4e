import { planFor } from '../engine/pipeline/memory-estimate.ts';
import { elementCount } from '../engine/runtime/tensor-value.ts';
import type { MeasuringModel } from '../engine/weights/measuring-model.ts';
import { UserError } from '../errors/user-error.ts';
import type { InstalledModel } from '../models/installed-models.ts';
import { measures } from '../models/open-installed.ts';
import { bytesText } from './download-progress.ts';

/** What `npm run model -- list` writes. */
export function listText(models: readonly InstalledModel[]): string {
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

/** What `npm run model -- show` writes. */
export function showText({ name, path, size, receipt, model }: InstalledModel): string {
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
  else if (measures(model)) {
    lines.push(['kind', kindOf(model)], ['measures', model.kind.measures], ['with', useOf(model, name)]);
    lines.push(['memory', `about ${bytesText(inMemory(model))}`]);
  } else {
    const { card, scheduler } = model;
    lines.push(['kind', kindOf(model)], ['sampler', scheduler.className]);
    lines.push(['draws', `${card.width} x ${card.height} pixels, ${card.steps} steps, guidance ${card.guidance}`]);
    const needs = (panels: number, limit?: number) =>
      bytesText(planFor(model, { size: card, panels }, { limit }).needed);
    lines.push(['memory', `about ${needs(1)} for one panel, ${needs(4)} for four, all of the model in memory`]);
    lines.push(['', `${needs(1, 0)} and ${needs(4, 0)} at least, its parts loaded one after the other (on a CPU)`]);
    const gpu = planFor(model, { size: card, panels: 1 }, { provider: 'cuda' });
    const least = planFor(model, { size: card, panels: 1 }, { provider: 'cuda', limit: 0, deviceLimit: 0 });
    const [most, few] = [gpu, least].map(({ onDevice }) => bytesText(onDevice));
    const beside = bytesText(gpu.needed);
    lines.push([
      '',
      `on a GPU ${most} of its memory for one panel, ${few} at least; ${beside} of the machine's to load it`,
    ]);
  }
  const width = Math.max(...lines.map(([label]) => label.length));
  return lines.map(([label, text]) => `${label.padEnd(width)}  ${text}\n`).join('');
}

/** What `npm run model -- add` ends with: where it is, and how to use it. */
export function addedText(folder: string, name: string, model: InstalledModel['model']): string {
  const use =
    model instanceof UserError || !measures(model)
      ? `Draw with it: npm run story -- --model ${name} …, or MODELS=${name} in .env.`
      : `It measures ${model.kind.measures}: ${useOf(model, name)}`;
  return `${folder}\n${use}\n`;
}

const useOf = ({ kind }: MeasuringModel, name: string): string => `npm run evaluate -- ${kind.option} ${name}`;

const BYTES_PER_FLOAT32 = 4;

/** Of its weights in single precision, in which it is computed; what one picture takes is little beside them. */
const inMemory = ({ weights }: MeasuringModel): number =>
  [...weights.values()].reduce((sum, { shape }) => sum + elementCount(shape), 0) * BYTES_PER_FLOAT32;

function kindOf(model: Exclude<InstalledModel['model'], UserError>): string {
  const { weights } = measures(model) ? model : model.unet;
  const types = [...new Set([...weights.values()].map(({ type }) => type))].sort().join('+');
  if (measures(model)) return `measures (${model.kind.name}), ${types}`;
  const family = model.pipeline === 'StableDiffusionXLPipeline' ? 'SDXL' : 'Stable Diffusion';
  return `${family}, ${types}, ${model.path === model.dir ? 'folder' : 'single file'}`;
}
