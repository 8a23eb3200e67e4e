import { describe, expect, it } from 'vitest';
import { eosIndex } from '../../../src/engine/graph/clip-text-config.ts';
import { buildClipTextEncoder } from '../../../src/engine/graph/clip-text-encoder.ts';
import { int64Tensor, type TensorValue } from '../../../src/engine/runtime/tensor-value.ts';
import { toFloat32 } from '../../../src/engine/weights/tensor-data.ts';
import { type Bench, farthest, passes, runOn } from '../../../src/gpu-check/check.ts';
import { STORY } from '../../../src/gpu-check/story-check.ts';
import { OPERATION_CHECKS, PLAIN_UNETS } from '../../../src/gpu-check/unet-checks.ts';
import { fixturePath, readFixture, readModelPart } from '../../support/fixtures.ts';

const HALF: Bench = { provider: 'cpu', compute: 'float16', threads: 1 };

/** How far diffusers or transformers are from float64 in half precision (scripts/oracle/half_precision.py). */
const theirs = (half: TensorValue | undefined, exact: TensorValue | undefined): number =>
  farthest(toFloat32(half as TensorValue), toFloat32(exact as TensorValue));

describe.each(['sdxl', 'sd15', 'sd21', 'pocket'])('given the U-Net %s in half precision', (name) => {
  it('then it is no farther from the answer in float64 than diffusers in half precision', async () => {
    const check = PLAIN_UNETS.find((each) => each.name === `U-Net ${name}, plain`);
    const [outcome] = (await check?.run(HALF)) ?? [];
    const { noise } = readFixture('unet', name, 'plain.safetensors');
    const limit = theirs(readFixture('unet', name, 'half.safetensors').noise, noise);
    const difference = outcome?.difference as number;
    console.info(`${name} in half precision: ours ${difference.toExponential(1)}, diffusers ${limit.toExponential(1)}`);
    expect(difference).toBeLessThanOrEqual(limit);
    expect(difference).toBeGreaterThan(1e-4); // it is computed in half precision indeed
  });
});

describe.each(OPERATION_CHECKS)('given $name, in half precision', (check) => {
  it('then the graph answers within a hundredth of the largest value', async () => {
    for (const outcome of await check.run(HALF)) {
      console.info(`${check.name}, ${outcome.name}: maximal difference ${outcome.difference.toExponential(1)}`);
      expect(outcome.tolerance).toBeLessThan(0.1);
      expect(passes(outcome), `${outcome.name} ${outcome.difference}`).toBe(true);
    }
  });
});

describe.each(['clip-l', 'open-clip-g'])('given the text encoder %s in half precision', (name) => {
  it('then it is no farther from the answer in float64 than transformers in half precision', async () => {
    const folder = fixturePath('text-encoders', name);
    const { input_ids: ids, penultimate } = readFixture('text-encoders', name, 'expected.safetensors');
    const graph = buildClipTextEncoder({
      ...readModelPart(folder, 'model'),
      compute: 'float16',
      hiddenState: 'penultimate',
      pooled: true,
    });
    const [rows = 0, length = 0] = ids?.shape ?? [];
    const prompts = Array.from({ length: rows }, (_, i) =>
      Array.from(ids?.data.slice(i * length, (i + 1) * length) ?? [], Number),
    );
    const eos = int64Tensor(prompts.map((prompt) => eosIndex(prompt, graph.eosTokenId)));
    const got = await runOn(HALF, graph, folder, { input_ids: ids as TensorValue, eos_index: eos }, ['hidden_states']);
    const limit = theirs(readFixture('text-encoders', name, 'half.safetensors').penultimate, penultimate);
    const difference = theirs(got.hidden_states, penultimate);
    console.info(
      `${name} in half precision: ours ${difference.toExponential(1)}, transformers ${limit.toExponential(1)}`,
    );
    expect(difference).toBeLessThanOrEqual(limit);
  });
});

describe('given a story in half precision', () => {
  it('then it is the same story: its latents near those of float64, its masks the same', async () => {
    const outcomes = await STORY.run(HALF);
    for (const { name, difference, note } of outcomes)
      console.info(`${name}: ${difference.toExponential(1)} (${note})`);
    expect(outcomes.map(({ name }) => name)).toEqual(['latents, mean', 'masks']);
    expect(outcomes.filter((outcome) => !passes(outcome))).toEqual([]);
  });
});
