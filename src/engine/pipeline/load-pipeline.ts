import { UserError } from '../../errors/user-error.ts';
import type { MatchPatches } from '../consistory/correspondence.ts';
import type { ConsistoryUnet } from '../consistory/unet-rows.ts';
import { buildKlDecoder, buildKlEncoder } from '../graph/autoencoder-kl.ts';
import { buildTinyDecoder, buildTinyEncoder } from '../graph/autoencoder-tiny.ts';
import { buildClipTextEncoder } from '../graph/clip-text-encoder.ts';
import { buildCorrespondence } from '../graph/correspondence.ts';
import type { ComputeType } from '../graph/element-type.ts';
import type { LoraUpdates } from '../graph/lora-updates.ts';
import { buildUnet } from '../graph/unet/unet.ts';
import type { RasterImage } from '../raster-image.ts';
import { OnnxSession, type Provider } from '../runtime/onnx-session.ts';
import { createScheduler } from '../schedulers/create-scheduler.ts';
import type { SamplerName } from '../schedulers/sampler-names.ts';
import type { Scheduler } from '../schedulers/scheduler.ts';
import { ClipTokenizer } from '../tokenizer/clip-tokenizer.ts';
import type { Lora } from '../weights/lora.ts';
import type { AdaptedPart } from '../weights/lora-targets.ts';
import type { ModelFolder, ModelPart, TokenizerSource } from '../weights/model-folder.ts';
import { encoderActivationBytes, pieceThatFits } from './autoencoder-memory.ts';
import { decodeImage, encodeImage, latentSpaceOf } from './image-codec.ts';
import { previewOf } from './latent-preview.ts';
import { withLoraWeights } from './lora-feeds.ts';
import { patchMatcher } from './patch-matcher.ts';
import { type EncodedPrompt, encodePrompts, type TextEncoder, zerosIfEmpty } from './text-encoding.ts';
import { type PictureSize, UnetSession } from './unet-session.ts';

export interface PipelineOptions {
  /** in order of preference; `cpu` last */
  readonly providers: readonly Provider[];
  /** 0: all cores */
  readonly threads: number;
  readonly compute: ComputeType;
  readonly size: PictureSize;
  /** in place of the model's own (UNetOptions) */
  readonly maskResolution?: number | undefined;
  /** opened for this model */
  readonly loras?: readonly Lora[];
  /** bytes that the autoencoder's work may take; for pictures that need more it works in tiles. Any by default. */
  readonly autoencoderMemory?: number;
}

/** A model that is ready to draw pictures of one size. */
export interface Pipeline {
  readonly size: PictureSize;
  readonly unet: ConsistoryUnet;
  readonly match: MatchPatches;
  encode(prompts: readonly string[]): Promise<EncodedPrompt[]>;
  /** what guidance leads away from; an empty one means that there is none, which some models know as zeros */
  encodeNegatives(prompts: readonly string[]): Promise<EncodedPrompt[]>;
  decode(latents: Float32Array): Promise<RasterImage>;
  /** about what latents look like that are not finished: quickly made, and perhaps smaller (latent-preview.ts) */
  preview(latents: Float32Array): Promise<RasterImage>;
  /** finished latents of a picture of the pipeline's size; the encoder is loaded when it is first needed */
  encodeImage(image: RasterImage): Promise<Float32Array>;
  /** @param sampler in place of the model's own */
  scheduler(steps: number, sampler?: SamplerName): Scheduler;
  /** The same model with so much of each of its LoRAs, in their order; 1 each unless told. Released with this one. */
  withLoraWeights(weights: readonly number[]): Pipeline;
  release(): Promise<void>;
}

/**
 * Writes the graphs of a model and creates their sessions. Blocks its thread for as long as onnxruntime takes.
 * @throws UserError if the model's configuration or weights are not what the graphs understand
 */
export async function loadPipeline(model: ModelFolder, options: PipelineOptions): Promise<Pipeline> {
  const { size, compute, loras = [], autoencoderMemory = Number.POSITIVE_INFINITY } = options;
  const sessions: OnnxSession[] = [];
  const borrow = (graph: { readonly model: Uint8Array }) => {
    const { providers, threads } = options;
    return OnnxSession.create(graph.model, { weightsFolder: model.dir, providers, threads });
  };
  const open = async (graph: { readonly model: Uint8Array }) => {
    const session = await borrow(graph);
    sessions.push(session);
    return session;
  };
  const release = async () => {
    for (const session of sessions.splice(0)) await session.release();
  };
  const part = ({ name, config, weights }: ModelPart) => {
    const updates = loras.map((lora) => lora.updates[name as AdaptedPart] ?? new Map());
    return { config, weights, root: model.dir, compute, loras: updates };
  };

  try {
    const encoders = await loadEncoders(model, part, open);
    const tokens = encoders[0]?.graph.maxLength as number;

    // the decoder runs in float32: half precision overflows in SDXL's, and it runs once per picture
    const latents = latentSize(size, latentSpaceOf(model.vae).downscale);
    const buildDecoder = model.vae.className === 'AutoencoderTiny' ? buildTinyDecoder : buildKlDecoder;
    const piece = pieceThatFits(model.vae, size, autoencoderMemory);
    const pieceLatents = latentSize(piece, latentSpaceOf(model.vae).downscale);
    const decoderGraph = buildDecoder({ ...part(model.vae), ...pieceLatents, compute: 'float32' });
    const decoder = await open(decoderGraph);

    const openImageEncoder = async () => {
      const build = model.vae.className === 'AutoencoderTiny' ? buildTinyEncoder : buildKlEncoder;
      const encoded = pieceThatFits(model.vae, size, autoencoderMemory, encoderActivationBytes);
      const graph = build({ ...part(model.vae), ...encoded, compute: 'float32' });
      return { graph, session: await open(graph) };
    };
    let imageEncoder: ReturnType<typeof openImageEncoder> | undefined;

    const unetGraph = buildUnet({ ...part(model.unet), ...latents, tokens, maskResolution: options.maskResolution });
    const unetSession = await open(unetGraph);
    const matcher = await open({ model: buildCorrespondence() });

    const adapted = (weights: readonly number[]): Pick<Pipeline, 'unet' | 'encode' | 'encodeNegatives'> => {
      const session = withLoraWeights(unetSession, weights, compute);
      const adaptedEncoders = encoders.map((encoder) => {
        return { ...encoder, session: withLoraWeights(encoder.session, weights, 'float32') };
      });
      return {
        unet: new UnetSession(session, unetGraph, compute, [latents.height, latents.width], size),
        encode: (prompts) => encodePrompts(adaptedEncoders, prompts),
        encodeNegatives: async (prompts) => {
          const encoded = await encodePrompts(adaptedEncoders, prompts);
          return model.forceZerosForEmptyPrompt ? encoded.map(zerosIfEmpty) : encoded;
        },
      };
    };
    const decode = (finished: Float32Array) => decodeImage(decoder, decoderGraph, finished, size);
    const pipeline: Pipeline = {
      ...adapted(loras.map(() => 1)),
      size,
      match: patchMatcher(matcher),
      withLoraWeights: (weights) => {
        if (weights.length !== loras.length) throw new Error(`${weights.length} weights for ${loras.length} LoRAs`);
        return { ...pipeline, ...adapted(weights) };
      },
      encodeImage: async (image) => {
        if (image.width !== size.width || image.height !== size.height) {
          throw new Error(`a picture of ${image.width} x ${image.height} pixels for ${size.width} x ${size.height}`);
        }
        imageEncoder ??= openImageEncoder();
        const { graph, session } = await imageEncoder;
        return encodeImage(session, graph, image);
      },
      decode,
      preview: previewOf(model, { size, decode, open, borrow }),
      scheduler: (steps, sampler) => createScheduler(model.scheduler.config, steps, sampler),
      release,
    };
    return pipeline;
  } catch (error) {
    await release();
    throw error;
  }
}

type PartOptions = {
  config: unknown;
  weights: ModelPart['weights'];
  root: string;
  compute: ComputeType;
  loras: readonly LoraUpdates[];
};

/** SDXL conditions on both encoders' penultimate states, the others on the last states of their only one. */
async function loadEncoders(
  model: ModelFolder,
  part: (part: ModelPart) => PartOptions,
  open: (graph: { readonly model: Uint8Array }) => Promise<OnnxSession>,
): Promise<TextEncoder[]> {
  const hiddenState = model.pipeline === 'StableDiffusionXLPipeline' ? 'penultimate' : 'last';
  const load = async (encoder: ModelPart, { folder, pad }: TokenizerSource): Promise<TextEncoder> => {
    const tokenizer = ClipTokenizer.open(folder, pad);
    // run once per story, and small: float32 whatever the U-Net computes in
    const options = { ...part(encoder), compute: 'float32' as const };
    const graph = buildClipTextEncoder({ ...options, hiddenState, tokens: tokenizer.maxLength });
    return { tokenizer, graph, session: await open(graph) };
  };
  const encoders = [await load(model.textEncoder, model.tokenizer)];
  if (model.textEncoder2 && model.tokenizer2) encoders.push(await load(model.textEncoder2, model.tokenizer2));
  return encoders;
}

function latentSize({ width, height }: PictureSize, downscale: number): { height: number; width: number } {
  if (width % downscale !== 0 || height % downscale !== 0) {
    throw new UserError('picture-size', {
      expected: `a width and height that ${downscale} divides`,
      got: `${width} x ${height}`,
      todo: 'Choose a size that is a multiple of it.',
    });
  }
  return { height: height / downscale, width: width / downscale };
}
