import path from 'node:path';
import { buildClipSeg } from '../../src/engine/graph/clipseg.ts';
import { OnnxSession } from '../../src/engine/runtime/onnx-session.ts';
import type { TensorOf } from '../../src/engine/runtime/tensor-value.ts';
import { ANY_OBJECT, readJson } from '../../src/engine/weights/read-json.ts';
import { readSafetensorsHeader, readTensor } from '../../src/engine/weights/safetensors.ts';
import type { TensorEntry } from '../../src/engine/weights/tensor-index.ts';

/** Compares our graph with what `scripts/oracle/clipseg.py --full FOLDER` wrote: see there. */
const [, , folder = '/tmp/full-clipseg'] = process.argv;

const expected = readSafetensorsHeader(path.join(folder, 'expected.safetensors'));
const tensor = (name: string) => readTensor(expected.get(name) as TensorEntry) as TensorOf<'float32'>;
const pixels = tensor('pixel_values');
const { model, mapSize } = buildClipSeg({
  config: readJson(path.join(folder, 'config.json'), ANY_OBJECT),
  weights: readSafetensorsHeader(path.join(folder, 'model.safetensors')),
  root: folder,
  compute: 'float32',
  imageSize: pixels.shape.at(-1) as number,
});
const session = await OnnxSession.create(model, { weightsFolder: folder, providers: ['cpu'], threads: 0 });
const started = performance.now();
const { logits } = await session.run({ pixel_values: pixels, text_embeds: tensor('text_embeds') }, ['logits']);
const seconds = (performance.now() - started) / 1000;
await session.release();

const wanted = tensor('logits').data as Float32Array;
const got = logits?.data as Float32Array;
if (got.length !== wanted.length) throw new Error(`${got.length} numbers, not ${wanted.length}`);
let [most, largest] = [0, 0];
for (const [i, value] of wanted.entries()) {
  most = Math.max(most, Math.abs((got[i] as number) - value));
  largest = Math.max(largest, Math.abs(value));
}
const size = `${mapSize} x ${mapSize}`;
process.stdout.write(
  `logits of ${size}: differ by ${most.toExponential(1)} of ${largest.toFixed(1)}; ${seconds.toFixed(2)} s\n`,
);
