import type { MatchPatches } from '../consistory/correspondence.ts';
import type { ConsistoryUnet } from '../consistory/unet-rows.ts';
import { buildCorrespondence } from '../graph/correspondence.ts';
import type { ComputeType } from '../graph/element-type.ts';
import type { RasterImage } from '../raster-image.ts';
import { OnnxSession, type Provider, type Runnable } from '../runtime/onnx-session.ts';
import { createScheduler } from '../schedulers/create-scheduler.ts';
import type { SamplerName } from '../schedulers/sampler-names.ts';
import type { Scheduler } from '../schedulers/scheduler.ts';
import type { Lora } from '../weights/lora.ts';
import type { ModelFolder } from '../weights/model-folder.ts';
import { decodeImage, encodeImage } from './image-codec.ts';
import { previewOf } from './latent-preview.ts';
import { withLoraWeights } from './lora-feeds.ts';
import { EVERYTHING_AT_ONCE, type MemoryPart, type MemoryPlan } from './memory-plan.ts';
import { writeGraphs } from './model-graphs.ts';
import { PartShelf, type ShelfPart } from './part-shelf.ts';
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
  /** what is in memory when; everything at once by default */
  readonly memory?: MemoryPlan;
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
 * Writes the graphs of a model and creates the sessions of its first stage, which are all of them where everything is
 * in memory at once. Blocks its thread for as long as onnxruntime takes.
 * @throws UserError if the model's configuration or weights are not what the graphs understand
 */
export async function loadPipeline(model: ModelFolder, options: PipelineOptions): Promise<Pipeline> {
  const { size, compute, loras = [], memory = EVERYTHING_AT_ONCE } = options;
  const graphs = writeGraphs(model, { ...options, loras, autoencoderMemory: memory.autoencoderMemory });
  const shelf = new PartShelf();
  const create = (graph: { readonly model: Uint8Array }, mapWeights = false) => {
    const { providers, threads } = options;
    return OnnxSession.create(graph.model, { weightsFolder: model.dir, providers, threads, mapWeights });
  };
  const add = (part: MemoryPart, graph: () => { readonly model: Uint8Array }): ShelfPart => {
    const stage = memory.stages.findIndex((parts) => parts.includes(part));
    return shelf.add(stage, () => create(graph(), memory.mapped.includes(part)));
  };

  const textEncoders = graphs.textEncoders.map((encoder) => ({ ...encoder, part: add('text', () => encoder.graph) }));
  const decoder = add('vae', () => graphs.decoder);
  const imageEncoder = add('vae', () => graphs.imageEncoder());
  const unet = add('unet', () => graphs.unet);
  const matcher = add('unet', () => ({ model: buildCorrespondence() }));

  const adapted = (weights: readonly number[]): Pick<Pipeline, 'unet' | 'encode' | 'encodeNegatives'> => {
    const unetRuns: Runnable = {
      run: (feeds, outputs) => unet.use((session) => withLoraWeights(session, weights, compute).run(feeds, outputs)),
    };
    const encoders = textEncoders.map(({ part, ...encoder }): TextEncoder => {
      const use: TextEncoder['use'] = (work) =>
        part.use((session) => work(withLoraWeights(session, weights, 'float32')));
      return { ...encoder, use };
    });
    return {
      unet: new UnetSession(unetRuns, graphs.unet, compute, [graphs.latents.height, graphs.latents.width], size),
      encode: (prompts) => encodePrompts(encoders, prompts),
      encodeNegatives: async (prompts) => {
        const encoded = await encodePrompts(encoders, prompts);
        return model.forceZerosForEmptyPrompt ? encoded.map(zerosIfEmpty) : encoded;
      },
    };
  };
  const decode = (finished: Float32Array) => decodeImage(decoder, graphs.decoder, finished, size);
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
      return imageEncoder.use((session) => encodeImage(session, graphs.imageEncoder(), image));
    },
    decode,
    preview: previewOf(model, { size, decode, open: (graph) => add('unet', () => graph), borrow: create }),
    scheduler: (steps, sampler) => createScheduler(model.scheduler.config, steps, sampler),
    release: () => shelf.release(),
  };

  const inOrder = [...textEncoders.map(({ part }) => part), decoder, unet, matcher];
  try {
    for (const part of inOrder) if (part.stage === 0) await part.load();
  } catch (error) {
    await shelf.release();
    throw error;
  }
  return pipeline;
}
