import { UserError } from '../../errors/user-error.ts';
import { buildKlDecoder, buildKlEncoder } from '../graph/autoencoder-kl.ts';
import { buildTinyDecoder, buildTinyEncoder } from '../graph/autoencoder-tiny.ts';
import { buildClipTextEncoder, type ClipTextEncoderGraph } from '../graph/clip-text-encoder.ts';
import type { ComputeType } from '../graph/element-type.ts';
import type { AutoencoderGraph } from '../graph/latent-space.ts';
import { buildUnet, type UNetGraph } from '../graph/unet/unet.ts';
import { ClipTokenizer } from '../tokenizer/clip-tokenizer.ts';
import type { Lora } from '../weights/lora.ts';
import type { AdaptedPart } from '../weights/lora-targets.ts';
import type { ModelFolder, ModelPart, TokenizerSource } from '../weights/model-folder.ts';
import { encoderActivationBytes, pieceThatFits } from './autoencoder-memory.ts';
import { latentSpaceOf } from './image-codec.ts';
import type { PictureSize } from './unet-session.ts';

export interface GraphChoices {
  readonly compute: ComputeType;
  readonly size: PictureSize;
  /** in place of the model's own (UNetOptions) */
  readonly maskResolution?: number | undefined;
  readonly loras: readonly Lora[];
  /** bytes that the autoencoder's work may take */
  readonly autoencoderMemory: number;
}

/** All graphs of a model, written for pictures of one size. Weights stay in their files. */
export interface ModelGraphs {
  /** sides of the pictures' latents */
  readonly latents: { readonly height: number; readonly width: number };
  readonly textEncoders: readonly { readonly tokenizer: ClipTokenizer; readonly graph: ClipTextEncoderGraph }[];
  readonly unet: UNetGraph;
  readonly decoder: AutoencoderGraph;
  /** written when it is first asked for: most stories have no pictures to look at */
  readonly imageEncoder: () => AutoencoderGraph;
}

/** @throws UserError if the model's configuration or weights are not what the graphs understand */
export function writeGraphs(model: ModelFolder, choices: GraphChoices): ModelGraphs {
  const { size, compute, loras, autoencoderMemory } = choices;
  const part = ({ name, config, weights }: ModelPart) => {
    const updates = loras.map((lora) => lora.updates[name as AdaptedPart] ?? new Map());
    return { config, weights, root: model.dir, compute, loras: updates };
  };
  // run once per story, and small: float32 whatever the U-Net computes in; the autoencoder too, because half precision
  // overflows in SDXL's
  const inFloat32 = (of: ModelPart) => ({ ...part(of), compute: 'float32' as const });

  // SDXL conditions on both encoders' penultimate states, the others on the last states of their only one
  const hiddenState = model.pipeline === 'StableDiffusionXLPipeline' ? 'penultimate' : 'last';
  const encoderOf = (of: ModelPart, { folder, pad }: TokenizerSource) => {
    const tokenizer = ClipTokenizer.open(folder, pad);
    return { tokenizer, graph: buildClipTextEncoder({ ...inFloat32(of), hiddenState, tokens: tokenizer.maxLength }) };
  };
  const first = encoderOf(model.textEncoder, model.tokenizer);
  const textEncoders =
    model.textEncoder2 && model.tokenizer2 ? [first, encoderOf(model.textEncoder2, model.tokenizer2)] : [first];

  const { downscale } = latentSpaceOf(model.vae);
  const latents = latentSize(size, downscale);
  const isTiny = model.vae.className === 'AutoencoderTiny';
  const piece = latentSize(pieceThatFits(model.vae, size, autoencoderMemory), downscale);
  const buildDecoder = isTiny ? buildTinyDecoder : buildKlDecoder;
  const buildEncoder = isTiny ? buildTinyEncoder : buildKlEncoder;
  return {
    latents,
    textEncoders,
    decoder: buildDecoder({ ...inFloat32(model.vae), ...piece }),
    imageEncoder: once(() => {
      const encoded = pieceThatFits(model.vae, size, autoencoderMemory, encoderActivationBytes);
      return buildEncoder({ ...inFloat32(model.vae), ...encoded });
    }),
    unet: buildUnet({
      ...part(model.unet),
      ...latents,
      tokens: first.graph.maxLength,
      maskResolution: choices.maskResolution,
    }),
  };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
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
