import { UserError } from '../../../errors/user-error.ts';
import { parseUNetConfig } from '../../graph/unet/unet-config.ts';
import type { TensorEntry, TensorIndex } from '../tensor-index.ts';
import type { CheckpointFamily, CheckpointPart } from './families.ts';
import { openClipViews } from './open-clip-names.ts';
import { unetName } from './unet-names.ts';
import { vaeName } from './vae-names.ts';
import type { Rename } from './views.ts';

/** In the files of trainers, and of no use for drawing: averages of the weights, the noise schedule, the loss. */
const NOT_NEEDED =
  /^(model_ema|first_stage_model\.loss|denoiser)\.|^(betas|alphas_cumprod|alphas_cumprod_prev|sqrt_\w+|log_one_minus_\w+|posterior_\w+|lvlb_weights|logvar|global_step|scale_factor|v_pred|ztsnr)$|^cond_stage_model\.logit_scale$|\.transformer\.text_projection\.weight$/;

/**
 * The tensors of each part, by the names that its graph asks for.
 * @throws UserError `tensors-unused` for tensors that no part has a place for
 */
export function sortByPart(
  tensors: TensorIndex,
  family: CheckpointFamily,
  file: string,
): ReadonlyMap<string, ReadonlyMap<string, TensorEntry>> {
  const { unet, vae, textEncoder, textEncoder2 } = family;
  const parts = Object.entries({ unet, vae, text_encoder: textEncoder, text_encoder_2: textEncoder2 }).flatMap(
    ([name, part]) =>
      part === undefined ? [] : [{ name, part, rename: renameOf(part), weights: new Map<string, TensorEntry>() }],
  );
  const unknown: string[] = [];
  for (const [name, entry] of tensors) {
    if (NOT_NEEDED.test(name)) continue;
    const owner = parts.find(({ part }) => name.startsWith(part.prefix));
    const views = owner?.rename(name.slice(owner.part.prefix.length), entry);
    // two tensors for one place: neither is known to be the right one
    if (owner === undefined || views?.every(([own]) => !owner.weights.has(own)) !== true) unknown.push(name);
    else for (const [own, view] of views) owner.weights.set(own, view);
  }
  if (unknown.length > 0) throw unused(file, unknown, family);
  return new Map(parts.map(({ name, weights }) => [name, weights]));
}

function renameOf({ names, config }: CheckpointPart): Rename {
  switch (names) {
    case 'ldm-unet': {
      const [level] = parseUNetConfig(config).levels;
      return one((name) => unetName(name, level?.layers ?? 0));
    }
    case 'ldm-vae': {
      const levels = (config.block_out_channels as readonly number[]).length;
      return one((name) => vaeName(name, levels));
    }
    case 'clip':
      return one((name) => name);
    case 'open-clip': {
      const projected = (config.architectures as readonly string[])[0] === 'CLIPTextModelWithProjection';
      return (name, entry) => openClipViews(name, entry, { layers: config.num_hidden_layers as number, projected });
    }
  }
}

const one =
  (rename: (name: string) => string | undefined): Rename =>
  (name, entry) => {
    const own = rename(name);
    return own === undefined ? undefined : [[own, entry]];
  };

const SHOWN = 5;

function unused(file: string, names: readonly string[], family: CheckpointFamily): UserError {
  return new UserError('tensors-unused', {
    expected: `only tensors of a model of ${family.name} in ${file}`,
    got: `${names.length} with no place in it: ${names.slice(0, SHOWN).join(', ')}${names.length > SHOWN ? ', …' : ''}`,
    todo: 'Choose another version of the model.',
    tensors: names,
  });
}
