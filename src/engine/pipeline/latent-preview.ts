import { buildKlEncoder } from '../graph/autoencoder-kl.ts';
import { buildTinyDecoder } from '../graph/autoencoder-tiny.ts';
import type { AutoencoderGraph, AutoencoderOptions } from '../graph/latent-space.ts';
import type { RasterImage } from '../raster-image.ts';
import type { OnnxSession, Runnable } from '../runtime/onnx-session.ts';
import type { ModelFolder, ModelPart } from '../weights/model-folder.ts';
import { decodeImage, encodeImage, latentSpaceOf } from './image-codec.ts';
import {
  CALIBRATION_SIDE,
  calibrationPicture,
  estimateColours,
  fitColours,
  type LatentColours,
} from './linear-preview.ts';
import type { PictureSize } from './unet-session.ts';

/** Latents [C, H, W] of a story that is being drawn -> about what they look like, large or small. */
export type Preview = (latents: Float32Array) => Promise<RasterImage>;

export interface PreviewParts {
  readonly size: PictureSize;
  /** the model's own decoder */
  readonly decode: Preview;
  /** what runs the graph, as long as the pipeline lives; it is loaded when it is first run */
  readonly open: (graph: AutoencoderGraph) => Runnable;
  /** a session that the caller releases */
  readonly borrow: (graph: AutoencoderGraph) => Promise<OnnxSession>;
}

/**
 * How a model's previews are made: by its own decoder where that is a tiny one; by the tiny decoder beside it (TAESD, in
 * `taesd/` or `vae_preview/`); else by a linear estimate of the colours, a pixel per latent, for which the autoencoder's
 * own encoder is asked once. Nothing is loaded before the first preview.
 */
export function previewOf(model: ModelFolder, parts: PreviewParts): Preview {
  if (model.vae.className === 'AutoencoderTiny') return parts.decode;
  return model.preview === undefined ? linear(model, parts) : tiny(model, model.preview, parts);
}

function tiny(model: ModelFolder, preview: ModelPart, { size, open }: PreviewParts): Preview {
  const load = () => {
    const graph = buildTinyDecoder(optionsOf(model, preview, latentGrid(size, preview)));
    return { graph, session: open(graph) };
  };
  let loaded: ReturnType<typeof load> | undefined;
  return (latents) => {
    loaded ??= load();
    return decodeImage(loaded.session, loaded.graph, latents, size);
  };
}

function linear(model: ModelFolder, { size, borrow }: PreviewParts): Preview {
  let colours: Promise<LatentColours> | undefined;
  return async (latents) => {
    colours ??= learnColours(model, borrow);
    return estimateColours(await colours, latents, latentGrid(size, model.vae));
  };
}

async function learnColours(model: ModelFolder, borrow: PreviewParts['borrow']): Promise<LatentColours> {
  const { downscale } = latentSpaceOf(model.vae);
  const picture = calibrationPicture(downscale);
  const side = CALIBRATION_SIDE * downscale;
  const graph = buildKlEncoder(optionsOf(model, model.vae, { height: side, width: side }));
  const session = await borrow(graph);
  try {
    return fitColours(await encodeImage(session, graph, picture), picture, downscale);
  } finally {
    await session.release();
  }
}

const optionsOf = (
  { dir }: ModelFolder,
  { config, weights }: ModelPart,
  input: { readonly height: number; readonly width: number },
): AutoencoderOptions => ({ config, weights, root: dir, compute: 'float32', ...input });

function latentGrid({ width, height }: PictureSize, part: ModelPart): { height: number; width: number } {
  const { downscale } = latentSpaceOf(part);
  return { height: height / downscale, width: width / downscale };
}
