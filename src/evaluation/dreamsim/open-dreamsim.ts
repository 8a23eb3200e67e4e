import fs from 'node:fs';
import path from 'node:path';
import { buildDreamSimBranch, parseDreamSimConfig } from '../../engine/graph/dreamsim-branch.ts';
import type { RasterImage } from '../../engine/raster-image.ts';
import { OnnxSession } from '../../engine/runtime/onnx-session.ts';
import type { TensorOf } from '../../engine/runtime/tensor-value.ts';
import { openCheckpoint } from '../../engine/weights/checkpoint.ts';
import { ANY_OBJECT, readJson } from '../../engine/weights/read-json.ts';
import { normalPixels } from '../pictures/normal-pixels.ts';
import { pillowResize } from '../pictures/pillow-resize.ts';

/** DreamSim, for how alike people would find two pictures (Fu et al. 2023, arXiv 2306.09344). */
export interface DreamSim {
  /** Of length 1 and mean 0: the distance of two pictures is 1 - cosine. */
  embedPicture(picture: RasterImage): Promise<Float32Array>;
  /** Frees the native memory. */
  release(): Promise<void>;
}

/**
 * Opens a DreamSim, single or an ensemble, as scripts/dreamsim_to_safetensors.py writes it.
 * @throws UserError for files that are missing or not understood
 */
export async function openDreamSim(folder: string, { threads }: { readonly threads: number }): Promise<DreamSim> {
  const root = fs.realpathSync(folder);
  const config = parseDreamSimConfig(readJson(path.join(root, 'config.json'), ANY_OBJECT));
  const weights = openCheckpoint(root, 'model');
  const { branches, image_size: size } = config;
  const sessions: OnnxSession[] = [];
  const release = async () => {
    for (const session of sessions) await session.release();
  };
  try {
    for (const branch of branches.keys()) {
      const graph = buildDreamSimBranch({ config, branch, weights, root });
      sessions.push(await OnnxSession.create(graph, { weightsFolder: root, providers: ['cpu'], threads }));
    }
  } catch (error) {
    await release();
    throw error;
  }
  return {
    embedPicture: async (picture) => {
      // the whole picture as a square, whatever its shape: so the package prepares it
      const square = pillowResize(picture, size, size, 'bicubic');
      const features: number[] = [];
      for (const [i, { image_mean: mean, image_std: deviation }] of branches.entries()) {
        const feeds = { pixel_values: normalPixels(square, { mean, deviation }) };
        const found = await (sessions[i] as OnnxSession).run(feeds, ['features']);
        features.push(...(found.features as TensorOf<'float32'>).data);
      }
      return centred(Float32Array.from(features));
    },
    release,
  };
}

/** `normalize_embedding` of the package */
function centred(features: Float32Array): Float32Array {
  const mean = features.reduce((sum, value) => sum + value, 0) / features.length;
  const deviations = features.map((value) => value - mean);
  const length = Math.hypot(...deviations);
  return deviations.map((value) => value / length);
}
