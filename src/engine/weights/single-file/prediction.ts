import { UserError } from '../../../errors/user-error.ts';
import type { PredictionType } from '../../schedulers/scheduler-config.ts';
import type { SafetensorsHeader } from '../safetensors-header.ts';
import type { CheckpointFamily } from './families.ts';

/** By the words of Stability's ModelSpec (github.com/Stability-AI/ModelSpec), which trainers write into their files. */
const MODEL_SPEC: ReadonlyMap<string, PredictionType> = new Map([
  ['epsilon', 'epsilon'],
  ['v', 'v_prediction'],
  ['v_prediction', 'v_prediction'],
]);

/**
 * What the U-Net of a single file tells (noise or velocity), as fields of its scheduler's configuration. Its weights
 * don't show it; the card, the file's metadata, or an empty tensor named `v_pred` (and `ztsnr`), as trainers of SDXL
 * models put there, do.
 * @throws UserError `model-prediction` where nothing tells and models of the family differ
 */
export function predictionOf(
  file: string,
  family: CheckpointFamily,
  { tensors, metadata }: SafetensorsHeader,
  told: PredictionType | undefined,
): Readonly<Record<string, unknown>> {
  const spec = MODEL_SPEC.get(metadata['modelspec.prediction_type']?.toLowerCase() ?? '');
  const marked = tensors.has('v_pred') ? ('v_prediction' as const) : undefined;
  const prediction = told ?? marked ?? spec;
  if (prediction === undefined && family.predictionUncertain) throw uncertain(file, family);
  return {
    prediction_type: prediction ?? 'epsilon',
    ...(tensors.has('ztsnr') && { rescale_betas_zero_snr: true, timestep_spacing: 'trailing' }),
  };
}

function uncertain(file: string, { name }: CheckpointFamily): UserError {
  const card = `${file.replace(/\.safetensors$/i, '')}.troupe.json`;
  return new UserError('model-prediction', {
    expected: `to know what the U-Net of ${file} predicts`,
    got: `a model of ${name}, of which there are two kinds that look the same`,
    todo:
      `Write {"prediction": "v_prediction", "width": 768, "height": 768} into ${card} if it was made from the ` +
      '768-pixel model (2.0-v, 2.1), or {"prediction": "epsilon", "width": 512, "height": 512} if from the 512-pixel base.',
    file,
    card,
  });
}
