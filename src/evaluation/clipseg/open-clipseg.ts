import fs from 'node:fs';
import path from 'node:path';
import type { Grid } from '../../engine/consistory/subject-mask.ts';
import { buildClipSeg, clipOfClipSeg } from '../../engine/graph/clipseg.ts';
import { parseClipSegConfig } from '../../engine/graph/clipseg-config.ts';
import type { RasterImage } from '../../engine/raster-image.ts';
import { OnnxSession } from '../../engine/runtime/onnx-session.ts';
import { float32Tensor } from '../../engine/runtime/tensor-value.ts';
import { openCheckpoint } from '../../engine/weights/checkpoint.ts';
import { ANY_OBJECT, readJson } from '../../engine/weights/read-json.ts';
import { openClipTexts } from '../clip/clip-texts.ts';
import { clipSegPixels, PREPARATION } from './clipseg-pixels.ts';

/** CLIPSeg, for where in a picture something is that a phrase tells (arXiv 2112.10003). */
export interface ClipSeg {
  /** of its maps: over the whole picture, whatever its shape */
  readonly grid: Grid;
  /** @returns for each phrase and each cell of the grid, rows from the top, a probability */
  locate(picture: RasterImage, phrases: readonly string[]): Promise<readonly Float32Array[]>;
  /** Frees the native memory. */
  release(): Promise<void>;
}

/**
 * Opens a CLIPSeg as transformers saves it, such as CIDAS/clipseg-rd64-refined: config.json, preprocessor_config.json,
 * the weights and the tokenizer's files in one folder. It blocks the thread that it is called on while it looks.
 * @throws UserError for files that are missing or not understood
 */
export async function openClipSeg(folder: string, { threads }: { readonly threads: number }): Promise<ClipSeg> {
  const root = fs.realpathSync(folder);
  const config = readJson(path.join(root, 'config.json'), ANY_OBJECT);
  const preparation = readJson(path.join(root, 'preprocessor_config.json'), PREPARATION);
  const weights = openCheckpoint(root, 'model');
  const graph = buildClipSeg({ config, weights, root, compute: 'float32', imageSize: preparation.size });
  const { text } = parseClipSegConfig(config);
  const texts = await openClipTexts({ root, weights: clipOfClipSeg(weights), config: text, threads });
  const options = { weightsFolder: root, providers: ['cpu'], threads };
  const session = await OnnxSession.create(graph.model, options).catch(async (error: unknown) => {
    await texts.release();
    throw error;
  });
  const { mapSize: side, projectionDim: width } = graph;
  return {
    grid: { height: side, width: side },
    locate: async (picture, phrases) => {
      if (phrases.length === 0) return [];
      const embeddings = new Float32Array(phrases.length * width);
      for (const [i, phrase] of phrases.entries()) embeddings.set(await texts.embed(phrase), i * width);
      const feeds = {
        pixel_values: clipSegPixels(picture, preparation),
        text_embeds: float32Tensor(embeddings, [phrases.length, width]),
      };
      const logits = (await session.run(feeds, ['logits'])).logits?.data as Float32Array;
      return phrases.map((_, i) => logits.subarray(i * side ** 2, (i + 1) * side ** 2).map(sigmoid));
    },
    release: async () => {
      await session.release();
      await texts.release();
    },
  };
}

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));
