import path from 'node:path';
import { eosIndex } from '../../src/engine/graph/clip-text-config.ts';
import { buildClipTextEncoder } from '../../src/engine/graph/clip-text-encoder.ts';
import { OnnxSession } from '../../src/engine/runtime/onnx-session.ts';
import { int64Tensor } from '../../src/engine/runtime/tensor-value.ts';
import { openCheckpoint } from '../../src/engine/weights/checkpoint.ts';
import { ANY_OBJECT, readJson } from '../../src/engine/weights/read-json.ts';
import { readSafetensorsHeader, readTensor } from '../../src/engine/weights/safetensors.ts';
import type { TensorEntry } from '../../src/engine/weights/tensor-index.ts';

/** Compares our graphs with what scripts/oracle/text_encoders_full.py wrote: see there. */
const [, , root = '/tmp/full-text'] = process.argv;

for (const name of ['clip-l', 'open-clip-g']) {
  const folder = path.join(root, name);
  const expected = readSafetensorsHeader(path.join(folder, 'expected.safetensors'));
  const numbers = (tensor: string) => readTensor(expected.get(tensor) as TensorEntry);
  const { shape, data } = numbers('input_ids');
  const [rows = 0, tokens = 0] = shape;
  const ids = Array.from(data, Number);
  for (const mapWeights of [true, false]) {
    const graph = buildClipTextEncoder({
      config: readJson(path.join(folder, 'config.json'), ANY_OBJECT),
      weights: openCheckpoint(folder, 'model'),
      root: folder,
      compute: 'float32',
      hiddenState: 'penultimate',
    });
    const options = { weightsFolder: folder, providers: ['cpu'], threads: 0, mapWeights };
    const session = await OnnxSession.create(graph.model, options);
    const isPooled = session.outputNames.includes('text_embeds');
    const ends = Array.from({ length: rows }, (_, row) =>
      eosIndex(ids.slice(row * tokens, (row + 1) * tokens), graph.eosTokenId),
    );
    const feeds = { input_ids: int64Tensor(ids, [rows, tokens]), ...(isPooled && { eos_index: int64Tensor(ends) }) };
    const got = await session.run(feeds, isPooled ? ['hidden_states', 'text_embeds'] : ['hidden_states']);
    await session.release();
    for (const [output, reference] of [
      ['hidden_states', 'penultimate'],
      ['text_embeds', 'text_embeds'],
    ] as const) {
      if (!got[output]) continue;
      const wanted = numbers(reference).data as Float32Array;
      const [most, largest] = differences(got[output].data as Float32Array, wanted);
      const how = mapWeights ? 'as they lie' : 'copied';
      process.stdout.write(
        `${name} ${output}, weights ${how}: differs by ${most.toExponential(1)} of ${largest.toFixed(1)}\n`,
      );
    }
  }
}

/** the largest difference, and the largest number */
function differences(got: Float32Array, wanted: Float32Array): [number, number] {
  if (got.length !== wanted.length) throw new Error(`${got.length} numbers, not ${wanted.length}`);
  let [most, largest] = [0, 0];
  for (const [i, value] of wanted.entries()) {
    most = Math.max(most, Math.abs((got[i] as number) - value));
    largest = Math.max(largest, Math.abs(value));
  }
  return [most, largest];
}
