import { parseUNetConfig } from '../../graph/unet/unet-config.ts';
import { kindError, refuseOtherInputs } from '../model-kinds.ts';
import type { TensorIndex } from '../tensor-index.ts';
import type { CheckpointFamily } from './families.ts';
import { refuseOtherKinds } from './identify.ts';

/**
 * The family of a checkpoint, by its header alone.
 * @throws UserError `model-kind`
 */
export function familyOf(tensors: TensorIndex, families: readonly CheckpointFamily[], file: string): CheckpointFamily {
  const first = tensors.get('model.diffusion_model.input_blocks.0.0.weight');
  if (first === undefined) {
    refuseOtherKinds(tensors, file);
    throw kindError(file, `${tensors.size} tensors of a model that Troupe doesn't know`, 'Choose another model.');
  }
  refuseOtherInputs({ in_channels: first.shape[1] }, file);
  refuseOtherKinds(tensors, file);
  if (tensors.has('edm_mean'))
    throw kindError(file, 'Playground 2.5, which has noise levels of its own', 'Choose SDXL.');
  const family = families.find((each) => isOf(tensors, each));
  if (family === undefined) {
    throw kindError(
      file,
      `a U-Net of another family (${first.shape[0]} channels, text of width ${textWidth(tensors) ?? 'unknown'})`,
      'Choose a model of SDXL or of Stable Diffusion 1.x or 2.x.',
    );
  }
  let count = 0;
  for (const name of tensors.keys()) if (name.startsWith(family.unet.prefix)) count++;
  if (count !== family.unetTensors) {
    throw kindError(
      file,
      `a U-Net like ${family.name}'s with ${count} tensors instead of ${family.unetTensors}, cut down or built on`,
      'Use it in diffusers layout if there is such a folder of it, or choose another model.',
    );
  }
  return family;
}

function isOf(tensors: TensorIndex, { unet }: CheckpointFamily): boolean {
  const { levels, textWidth: width, added } = parseUNetConfig(unet.config);
  const first = tensors.get(`${unet.prefix}input_blocks.0.0.weight`);
  const hasAdded = tensors.has(`${unet.prefix}label_emb.0.0.weight`);
  return first?.shape[0] === levels[0]?.channels && textWidth(tensors) === width && hasAdded === (added !== undefined);
}

/** Width of the text that the U-Net's first cross-attention reads. */
function textWidth(tensors: TensorIndex): number | undefined {
  for (const [name, { shape }] of tensors) if (name.endsWith('.attn2.to_k.weight')) return shape[1];
  return undefined;
}
