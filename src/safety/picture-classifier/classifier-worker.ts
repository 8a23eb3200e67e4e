import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { OnnxSession } from '../../engine/runtime/onnx-session.ts';
import { float32Tensor } from '../../engine/runtime/tensor-value.ts';
import type { ClassifierAnswer, ClassifierQuestion, ClassifierSetup } from './messages.ts';

/** The classifier's thread: onnxruntime blocks the thread that it runs on, and that must not be the bot's. */
const port = parentPort;
if (!port) throw new Error('classifier-worker.ts is a worker thread');
const { modelFile, card, threads } = workerData as ClassifierSetup;
const CHANNELS = 3;

const session = OnnxSession.create(await readFile(modelFile), {
  weightsFolder: path.dirname(modelFile),
  // Small models: moving them to a GPU that the engine fills would gain nothing.
  providers: ['cpu'],
  threads,
});
session.catch(() => {}); // told to whoever asks

port.on('message', async ({ id, rgb }: ClassifierQuestion) => {
  const answer: ClassifierAnswer = await classify(rgb).then(
    (probabilities) => ({ id, probabilities }),
    (error: unknown) => ({ id, error: error instanceof Error ? error.message : String(error) }),
  );
  port.postMessage(answer);
});

async function classify(rgb: Uint8Array): Promise<number[]> {
  const { inputNames, outputNames, run } = await bound();
  const [input, output] = [inputNames[0], outputNames[0]];
  if (inputNames.length !== 1 || input === undefined || output === undefined) {
    throw new Error(`the model has the inputs ${inputNames.join(', ')}, but has to have one`);
  }
  const { [output]: result } = await run({ [input]: float32Tensor(pixels(rgb), [1, CHANNELS, card.size, card.size]) }, [
    output,
  ]);
  if (result?.type !== 'float32' || result.data.length !== card.labels.length) {
    throw new Error(
      `the model gives ${result?.type} [${result?.shape.join(', ')}] for ${card.labels.length} labels, not float32 [1, ${card.labels.length}]`,
    );
  }
  return activate([...result.data]);
}

async function bound() {
  const model = await session;
  return { inputNames: model.inputNames, outputNames: model.outputNames, run: model.run.bind(model) };
}

/** [H, W, 3] bytes -> [3, H, W] as the model was trained on. */
function pixels(rgb: Uint8Array): Float32Array {
  const plane = card.size ** 2;
  const values = new Float32Array(CHANNELS * plane);
  for (let channel = 0; channel < CHANNELS; channel++) {
    const [mean = 0, std = 1] = [card.mean[channel], card.std[channel]];
    for (let at = 0; at < plane; at++) {
      values[channel * plane + at] = ((rgb[at * CHANNELS + channel] ?? 0) / 255 - mean) / std;
    }
  }
  return values;
}

function activate(values: readonly number[]): number[] {
  if (card.activation === 'none') return [...values];
  if (card.activation === 'sigmoid') return values.map((value) => 1 / (1 + Math.exp(-value)));
  const highest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
