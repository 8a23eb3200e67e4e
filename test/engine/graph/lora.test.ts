import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { eosIndex } from '../../../src/engine/graph/clip-text-config.ts';
import { buildClipTextEncoder } from '../../../src/engine/graph/clip-text-encoder.ts';
import { fromFloat16Bits, toFloat16Bits } from '../../../src/engine/graph/element-type.ts';
import { Graph } from '../../../src/engine/graph/graph.ts';
import { linear } from '../../../src/engine/graph/layers.ts';
import { buildUnet } from '../../../src/engine/graph/unet/unet.ts';
import { float32Tensor, int64Tensor, type TensorValue } from '../../../src/engine/runtime/tensor-value.ts';
import { openLora } from '../../../src/engine/weights/lora.ts';
import type { AdaptedPart } from '../../../src/engine/weights/lora-targets.ts';
import { encodeSafetensors, readSafetensorsHeader } from '../../../src/engine/weights/safetensors.ts';
import type { TensorEntry } from '../../../src/engine/weights/tensor-index.ts';
import { expectClose, fixturePath, readFixture, readModelPart } from '../../support/fixtures.ts';
import { refusal } from '../../support/refusal.ts';
import { runGraph } from '../../support/run-graph.ts';
import {
  maximalDifference,
  modelInputs,
  nothingShared,
  sizesOf,
  type Tensors,
  tensor,
} from '../../support/unet-fixture.ts';

/** absolute, float32 against float64 */
const TOLERANCE = 2e-5;
const ROWS = 2;
const FILES = ['kohya', 'peft'] as const;
/** of the oracle's fixture `both` */
const WEIGHTS = [0.7, -0.45];

const weightsOf = (...weights: readonly (readonly [lora: number, weight: number])[]): Tensors =>
  Object.fromEntries(
    weights.map(([lora, weight]) => [`lora_weight_${lora}`, float32Tensor(Float32Array.of(weight), [1])]),
  );

describe.each([
  ['sdxl', "kohya's names of the original code, and diffusers'"],
  ['sd15', '1x1 convolutions for projections, and kohya by diffusers’ names'],
  ['sd21', 'float32 weights, two layers a block, oblong latents'],
])('given the U-Net %s (%s) and two LoRAs of it', (name) => {
  const root = fixturePath('unet', name);
  const part = readModelPart(root, 'diffusion_pytorch_model');
  const fixture = readFixture('unet', name, 'plain.safetensors');
  const expected = readFixture('lora', name, 'expected.safetensors');
  const loras = FILES.map(
    (file) => openLora(fixturePath('lora', name, `${file}.safetensors`), { unet: part.weights }).updates.unet,
  );
  const build = (compute: 'float32' | 'float16' = 'float32', adapters = loras) =>
    buildUnet({ ...part, compute, ...sizesOf(fixture), loras: adapters });
  const inputs = (graph: ReturnType<typeof build>) => ({ ...modelInputs(fixture), ...nothingShared(graph, ROWS) });

  it('then one session gives the noise of either alone, of both by their weights, and of none', async () => {
    const graph = build();
    const noise = async (first: number, second: number) => {
      const feeds = { ...inputs(graph), ...weightsOf([0, first], [1, second]) };
      return (await runGraph(graph.model, root, feeds, ['noise'])).noise;
    };
    expectClose(`${name} kohya`, await noise(1, 0), expected.kohya, TOLERANCE);
    expectClose(`${name} peft`, await noise(0, 1), expected.peft, TOLERANCE);
    expectClose(`${name} both`, await noise(WEIGHTS[0] as number, WEIGHTS[1] as number), expected.both, TOLERANCE);
    expectClose(`${name} none`, await noise(0, 0), fixture.noise, TOLERANCE);
    for (const other of ['kohya', 'peft', 'both']) {
      const changed = maximalDifference(tensor(expected, other), tensor(fixture, 'noise'));
      expect(changed, other).toBeGreaterThan(1000 * TOLERANCE);
    }
  });

  it('then in half precision it is the same within its precision', async () => {
    const graph = build('float16');
    const half = (value: TensorValue): TensorValue =>
      value.type === 'float32'
        ? { ...value, type: 'float16', data: Uint16Array.from(value.data, toFloat16Bits) }
        : value;
    const feeds = Object.fromEntries(
      Object.entries({ ...inputs(graph), ...weightsOf([0, 1], [1, 0]) }).map(([input, value]) => [
        input,
        ['timestep', 'time_ids'].includes(input) ? value : half(value),
      ]),
    );
    const { noise } = await runGraph(graph.model, root, feeds, ['noise']);
    if (noise?.type !== 'float16') throw new Error(`got ${noise?.type}`);
    expectClose(
      `${name} float16`,
      { ...noise, type: 'float32', data: Float32Array.from(noise.data, fromFloat16Bits) },
      expected.kohya,
      0.1,
    );
  });
});

describe.each([
  ['clip-l', 'text_encoder'],
  ['open-clip-g', 'text_encoder_2'],
] as const)('given the text encoder %s and LoRAs of it', (name, partName: AdaptedPart) => {
  const root = fixturePath('text-encoders', name);
  const part = readModelPart(root, 'model');
  const ids = readFixture('text-encoders', name, 'expected.safetensors').input_ids as TensorValue;
  const expected = readFixture('lora', name, 'expected.safetensors');

  it.each(FILES)('then its states with %s are those of transformers with the merged weights', async (file) => {
    const lora = openLora(fixturePath('lora', name, `${file}.safetensors`), { [partName]: part.weights });
    const loras = [lora.updates[partName]];
    for (const hiddenState of ['penultimate', 'last'] as const) {
      const graph = buildClipTextEncoder({ ...part, compute: 'float32', hiddenState, loras });
      const rows = Array.from({ length: ROWS }, (_, row) => {
        const length = ids.shape[1] as number;
        return [...ids.data.slice(row * length, (row + 1) * length)].map(Number);
      });
      const eos = int64Tensor(rows.map((row) => eosIndex(row, graph.eosTokenId)));
      const pooled: Tensors = graph.projectionDim === undefined ? {} : { eos_index: eos };
      const got = await runGraph(graph.model, root, { input_ids: ids, ...pooled, ...weightsOf([0, 1]) });
      expectClose(`${name} ${file} ${hiddenState}`, got.hidden_states, expected[`${file}.${hiddenState}`], TOLERANCE);
      const projected = expected[`${file}.text_embeds`];
      if (projected) expectClose(`${name} ${file} text_embeds`, got.text_embeds, projected, TOLERANCE);
    }
  });
});

describe('given a LoRA stored in another type than the graph computes in', () => {
  // whole numbers below 256: every type holds them
  const numbers = (count: number) => Float32Array.from({ length: count }, (_, i) => ((i * 7) % 11) - 5);
  const stored = (type: 'float64' | 'float32' | 'float16' | 'bfloat16', values: Float32Array, shape: number[]) => {
    const data = {
      float64: () => Float64Array.from(values),
      float32: () => values,
      float16: () => Uint16Array.from(values, toFloat16Bits),
      bfloat16: () => Uint16Array.from(new Uint32Array(values.buffer), (bits) => bits >>> 16),
    }[type]();
    return { type, shape, data };
  };

  it.each(['float64', 'float32', 'float16', 'bfloat16'] as const)(
    '%s, then rows of a layer get their rows of it, and no others',
    async (type) => {
      const folder = fs.mkdtempSync('/tmp/troupe-lora-');
      try {
        const [down, up, x] = [numbers(6), numbers(8), numbers(3)];
        const file = path.join(folder, 'x.safetensors');
        const zeros = { type: 'float32', shape: [4, 3], data: new Float32Array(12) } as const;
        const tensors = { 'a.weight': zeros, down: stored(type, down, [2, 3]), up: stored(type, up, [4, 2]) };
        fs.writeFileSync(file, encodeSafetensors(tensors));
        const weights = readSafetensorsHeader(file);
        const [lower, upper] = [weights.get('down'), weights.get('up')] as [TensorEntry, TensorEntry];
        const own = new Map([['a.weight', weights.get('a.weight') as TensorEntry]]);
        const loras = [new Map([['a', { down: lower, up: upper, scale: 3 }]])];
        const g = new Graph({ compute: 'float32', weights: own, root: folder, loras });
        const input = g.input('x', 'float32', [1, 3]);
        g.output('first', linear(g, input, 'a', { bias: false, rows: [0, 1] }));
        g.output('rest', linear(g, input, 'a', { bias: false, rows: [1, 4] }));
        const got = await runGraph(g.encode(), folder, { x: float32Tensor(x, [1, 3]), ...weightsOf([0, 0.5]) });
        const dot = (a: Float32Array, b: Float32Array) =>
          a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
        const inner = Float32Array.of(dot(down.slice(0, 3), x), dot(down.slice(3), x));
        const wanted = Array.from({ length: 4 }, (_, row) => 1.5 * dot(up.slice(2 * row, 2 * row + 2), inner));
        expect([...(got.first?.data ?? []), ...(got.rest?.data ?? [])]).toEqual(wanted);
      } finally {
        fs.rmSync(folder, { recursive: true });
      }
    },
  );
});

describe('given an update of a layer that the graph adapts nothing of', () => {
  it('then it is named', () => {
    const part = readModelPart(fixturePath('text-encoders', 'clip-l'), 'model');
    const [shape] = [part.weights.get('embeddings.token_embedding.weight')?.shape as [number, number]];
    const lora = openLora(fixturePath('lora', 'clip-l', 'peft.safetensors'), { text_encoder: part.weights });
    const [update] = lora.updates.text_encoder.values();
    const loras = [new Map([['embeddings.token_embedding', update as NonNullable<typeof update>]])];
    expect(shape).toHaveLength(2);
    const error = refusal(() => buildClipTextEncoder({ ...part, compute: 'float32', hiddenState: 'last', loras }));
    expect(error.code).toBe('lora-unmatched');
    expect(error.message).toContain('embeddings.token_embedding');
  });
});

describe('given LoRAs of more bytes than a graph can hold', () => {
  it('then they are refused before a byte is read', () => {
    const folder = fs.mkdtempSync('/tmp/troupe-lora-');
    try {
      const entry = {
        type: 'float32',
        shape: [2, 4],
        file: path.join(folder, 'none'),
        offset: 0,
        length: 2e9,
      } as const;
      const weights = new Map([['layer.weight', { ...entry, shape: [3, 4] }]]);
      const loras = [new Map([['layer', { down: entry, up: { ...entry, shape: [3, 2] }, scale: 1 }]])];
      const g = new Graph({ compute: 'float32', weights, root: folder, loras });
      const x = g.input('x', 'float32', ['batch', 4]);
      expect(refusal(() => linear(g, x, 'layer', { bias: false })).code).toBe('lora-size');
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
