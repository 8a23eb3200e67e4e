import path from 'node:path';
import type { TensorValue } from '../../src/engine/runtime/tensor-value.ts';
import { readSafetensorsHeader, readTensor } from '../../src/engine/weights/safetensors.ts';
import type { TensorEntry } from '../../src/engine/weights/tensor-index.ts';
import { openDreamSim } from '../../src/evaluation/dreamsim/open-dreamsim.ts';

/** Compares our DreamSim with what `scripts/oracle/dreamsim_oracle.py --full FOLDER` wrote: see there. */
const [, , folder = '/tmp/dreamsim-full'] = process.argv;

const expected = readSafetensorsHeader(path.join(folder, 'expected.safetensors'));
const numbers = (name: string) => readTensor(expected.get(name) as TensorEntry) as TensorValue;
const dreamSim = await openDreamSim(folder, { threads: 0 });
const embeddings: Float32Array[] = [];
for (const picture of [0, 1]) {
  const { shape, data } = numbers(`picture_${picture}`);
  const started = performance.now();
  const embedding = await dreamSim.embedPicture({
    width: shape[1] as number,
    height: shape[0] as number,
    rgb: Uint8Array.from(data, Number),
  });
  const seconds = (performance.now() - started) / 1000;
  const wanted = Array.from(numbers(`embedding_${picture}`).data, Number);
  const most = Math.max(...wanted.map((value, i) => Math.abs(value - (embedding[i] as number))));
  const largest = Math.max(...wanted.map(Math.abs));
  process.stdout.write(
    `embedding of ${wanted.length}: differs by ${most.toExponential(1)} of ${largest.toFixed(2)}; ${seconds.toFixed(2)} s\n`,
  );
  embeddings.push(embedding);
}
await dreamSim.release();
const [one, other] = embeddings as [Float32Array, Float32Array];
const distance = 1 - one.reduce((sum, value, i) => sum + value * (other[i] as number), 0);
process.stdout.write(
  `distance ${distance.toFixed(6)}, the package's ${Number(numbers('distance').data[0]).toFixed(6)}\n`,
);
