import { planFor } from '../../engine/pipeline/memory-estimate.ts';
import type { MemoryPlan } from '../../engine/pipeline/memory-plan.ts';
import type { ModelFolder } from '../../engine/weights/model-folder.ts';
import { modelHash } from '../../engine/weights/model-hash.ts';
import { openModel } from '../../engine/weights/open-model.ts';
import { findModel } from '../../models/models-folder.ts';
import { openPictureFilter } from '../../safety/picture-classifier/onnx-picture-filter.ts';
import { measureDrawing } from '../measure-drawing.ts';
import { workingProvider } from './examine-machine.ts';
import { bad, examine, type Finding, gigabytes, warning, well } from './finding.ts';

const HASH_SHOWN = 12;

export interface ModelsExam {
  readonly folders: readonly string[];
  /** bytes */
  readonly maxMemory: number;
  /** of a GPU's own memory, bytes */
  readonly deviceMemory: number;
  /** of the largest story */
  readonly panels: number;
  /** Also draws one step with each model, and tells what that took beside what was foreseen. */
  readonly measures: boolean;
  readonly provider: string;
  /** 0: all cores */
  readonly threads: number;
}

/** Reads every byte of the weights, which takes some seconds a gigabyte. */
export async function examineModels(exam: ModelsExam): Promise<Finding[]> {
  const { folders, panels } = exam;
  // one that there is not has been told of before (examineProvider)
  const provider = await workingProvider(exam.provider).then(
    (found) => found.provider,
    () => 'cpu',
  );
  const findings = await Promise.all(
    folders.map((folder) =>
      examine(`model ${folder}`, async () => {
        const model = openModel(findModel(folder));
        const hash = await modelHash(model);
        return [
          well(`model ${folder}`, `${model.card.name}, sha256 ${hash.slice(0, HASH_SHOWN)}…`),
          fits(model, folder),
        ];
      }),
    ),
  );
  const measured: Finding[] = [];
  // one after the other: two at once would measure each other
  for (const folder of exam.measures ? folders : []) {
    measured.push(...(await examine(`measured with ${folder}`, () => measure(exam, folder))));
  }
  return [...findings.flat(), ...measured];

  function fits(model: ModelFolder, folder: string): Finding {
    const { maxMemory: limit, deviceMemory: deviceLimit } = exam;
    const plan = (count: number) =>
      planFor(model, { size: model.card, panels: count }, { provider, limit, deviceLimit });
    const [one, all] = [plan(1), plan(panels)];
    const fits = ({ needed, onDevice }: MemoryPlan) => needed <= limit && onDevice <= deviceLimit;
    const about = `memory for ${folder}`;
    const fix = `Raise ${all.onDevice > deviceLimit ? 'DEVICE_MEMORY_GB if the GPU' : 'MAX_MEMORY_GB if the machine'} has more, or use a smaller model.`;
    if (!fits(one)) return bad(about, `${needs(one)} for a single panel, above the limit`, fix);
    const most = `${needs(all)} for ${panels} panels (${inWords(all)})`;
    return fits(all) ? well(about, most) : warning(about, `${most}, above the limit`, fix);
  }
}

/** "0.4 GB, and 11.2 GB of the GPU's," where the model is on one. */
const needs = ({ needed, onDevice }: MemoryPlan): string =>
  onDevice > 0 ? `${gigabytes(needed)}, and ${gigabytes(onDevice)} of the GPU's,` : gigabytes(needed);

function inWords({ stages, mapped }: MemoryPlan): string {
  const parts = stages.length === 1 ? 'all of it in memory' : 'its parts loaded one after the other';
  return mapped.includes('unet') ? `${parts}, weights used as they lie in the file` : parts;
}

async function measure({ maxMemory, deviceMemory, provider, threads }: ModelsExam, folder: string): Promise<Finding[]> {
  const model = findModel(folder);
  const where = { maxMemory, deviceMemory, provider, threads };
  const drawn = await measureDrawing({ model, panels: 1, steps: 1, consistent: false, ...where });
  const { peak, needed, toFirstStep, sampling } = drawn;
  const times = `${seconds(toFirstStep)} until the first step, ${seconds(sampling)} for it`;
  const found = `${gigabytes(peak)} for one panel, ${gigabytes(needed)} foreseen; ${times}`;
  const about = `measured with ${folder}`;
  if (!drawn.finite) return [bad(about, 'what it draws is not numbers', 'Fetch the model again, or choose another.')];
  if (peak <= maxMemory) return [well(about, found)];
  return [warning(about, `${found}, above the limit`, 'Raise MAX_MEMORY_GB if the machine has more.')];
}

const seconds = (ms: number): string => `${(ms / 1e3).toFixed(1)} s`;

export async function examinePictureFilter(modelFile: string | undefined): Promise<Finding[]> {
  if (modelFile === undefined) return [well('picture filter', 'none is configured')];
  const filter = await openPictureFilter(modelFile);
  await filter.close();
  return [well('picture filter', `${modelFile} works`)];
}
