import path from 'node:path';
import { z } from 'zod';
import type { RasterImage } from '../../engine/raster-image.ts';
import { OnnxSession } from '../../engine/runtime/onnx-session.ts';
import { float32Tensor } from '../../engine/runtime/tensor-value.ts';
import { readJson } from '../../engine/weights/read-json.ts';
import { readSafetensorsHeader } from '../../engine/weights/safetensors.ts';
import { UserError } from '../../errors/user-error.ts';
import { buildJudgeGraph, PICTURE_SIDE } from './judge-graph.ts';
import { type Judgement, PLACES, TIMES } from './judgement.ts';
import { ATTRIBUTE_WORDS, readJudgement } from './read-judgement.ts';

/** The folder of judge.safetensors and judge.json (scripts/train-judge/). */
const FOLDER = path.join(import.meta.dirname, 'weights');
const CHANNELS = 3;

/** A small net that sees in pictures of the pocket's world who is where, and what it is. */
export interface Judge {
  /**
   * @param picture 128 x 128, as the pocket draws
   * @throws UserError `judge-picture-size`
   */
  judge(picture: RasterImage): Promise<Judgement>;
  /** Frees the native memory. */
  release(): Promise<void>;
}

export interface JudgeOptions {
  /** threads within an operator; 0 takes every core */
  readonly threads?: number;
}

/**
 * Opens the judge. It blocks the thread that it is called on for some milliseconds per picture.
 * @throws UserError for a file that is missing, damaged or of another recipe
 */
export async function openJudge({ threads = 0 }: JudgeOptions = {}): Promise<Judge> {
  checkWords();
  const weights = readSafetensorsHeader(path.join(FOLDER, 'judge.safetensors'));
  const model = buildJudgeGraph({ weights, root: FOLDER });
  const session = await OnnxSession.create(model, { weightsFolder: FOLDER, providers: ['cpu'], threads });
  return {
    judge: async (picture) => {
      const { map, attributes, scene } = await session.run({ picture: pictureTensor(picture) }, [
        'map',
        'attributes',
        'scene',
      ]);
      return readJudgement({
        map: map?.data as Float32Array,
        attributes: attributes?.data as Float32Array,
        scene: scene?.data as Float32Array,
      });
    },
    release: () => session.release(),
  };
}

/** bytes -> [1, 3, 128, 128] in [-1, 1] */
function pictureTensor({ width, height, rgb }: RasterImage) {
  if (width !== PICTURE_SIDE || height !== PICTURE_SIDE) {
    throw new UserError('judge-picture-size', {
      expected: `a picture of ${PICTURE_SIDE} x ${PICTURE_SIDE} pixels, as the pocket model draws`,
      got: `${width} x ${height}`,
      todo: 'The judge knows the pocket model’s world only: leave it out for other models.',
    });
  }
  const area = width * height;
  const data = new Float32Array(rgb.length).map((_, i) => {
    const [channel, pixel] = [Math.floor(i / area), i % area];
    return (rgb[pixel * CHANNELS + channel] as number) / 127.5 - 1;
  });
  return float32Tensor(data, [1, CHANNELS, height, width]);
}

const ERRORS = z.object({
  pictures: z.number(),
  creatures: z.number(),
  /** share of creatures that no creature of the judge's overlaps by an IoU of 0.5 */
  missed: z.number(),
  /** creatures of the judge's that aren't there, per creature that is */
  falseAlarms: z.number(),
  /** mean over the creatures that it finds */
  maskIou: z.number(),
  /** shares that are right, of the creatures that it finds, and of pictures (count, place, time) */
  accuracy: z.record(z.string(), z.number()),
});

const CARD = z.object({
  recipe: z.string(),
  attributes: z.record(z.string(), z.array(z.string())),
  places: z.array(z.string()),
  times: z.array(z.string()),
  heldOut: z.object({ scenes: ERRORS, throughVae: ERRORS, redrawn: ERRORS }),
});

/** How wrong the judge is on a kind of picture that it was not trained on. */
export type JudgeErrors = z.infer<typeof ERRORS>;

const readCard = () => readJson(path.join(FOLDER, 'judge.json'), CARD);

/**
 * The judge's errors on scenes of the recipe that it was not trained on: as they are, through the pocket's VAE, and as
 * the pocket draws them back from some noise.
 */
export const judgeErrors = (): Readonly<Record<'scenes' | 'throughVae' | 'redrawn', JudgeErrors>> => readCard().heldOut;

/** The order of the words is what the weights were trained for. */
function checkWords(): void {
  const { attributes, places, times } = readCard();
  const ours = JSON.stringify([ATTRIBUTE_WORDS, PLACES, TIMES]);
  const theirs = JSON.stringify([attributes, places, times]);
  if (ours !== theirs) throw new Error(`judge.json has other words than judgement.ts: ${theirs}`);
}
