import { estimateMemory } from '../../engine/pipeline/memory-estimate.ts';
import type { ModelFolder } from '../../engine/weights/model-folder.ts';
import { modelHash } from '../../engine/weights/model-hash.ts';
import { openModel } from '../../engine/weights/open-model.ts';
import { findModel } from '../../models/models-folder.ts';
import { openPictureFilter } from '../../safety/picture-classifier/onnx-picture-filter.ts';
import { bad, examine, type Finding, gigabytes, warning, well } from './finding.ts';

const HASH_SHOWN = 12;

/** Reads every byte of the weights, which takes some seconds a gigabyte. */
export async function examineModels(folders: readonly string[], maxMemory: number, panels: number): Promise<Finding[]> {
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
  return findings.flat();

  function fits(model: ModelFolder, folder: string): Finding {
    const needs = (count: number) => estimateMemory(model, model.card, count);
    const about = `memory for ${folder}`;
    const fix = 'Raise MAX_MEMORY_GB if the machine has more, or use a smaller model.';
    if (needs(1) > maxMemory) return bad(about, `${gigabytes(needs(1))} for a single panel, above the limit`, fix);
    const most = `${gigabytes(needs(panels))} for ${panels} panels`;
    return needs(panels) > maxMemory ? warning(about, `${most}, above the limit`, fix) : well(about, most);
  }
}

export async function examinePictureFilter(modelFile: string | undefined): Promise<Finding[]> {
  if (modelFile === undefined) return [well('picture filter', 'none is configured')];
  const filter = await openPictureFilter(modelFile);
  await filter.close();
  return [well('picture filter', `${modelFile} works`)];
}
