import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readProfile } from '../../src/bench/ort-profile.ts';
import { Graph } from '../../src/engine/graph/graph.ts';
import { OnnxSession } from '../../src/engine/runtime/onnx-session.ts';
import { float32Tensor } from '../../src/engine/runtime/tensor-value.ts';

const [IN, OUT] = [24, 8];

describe('onnxruntime’s profile', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'troupe-profile-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function profileOf(rows: readonly number[]): Promise<string> {
    const g = new Graph({ compute: 'float32' });
    const x = g.input('x', 'float32', ['rows', IN]);
    const weight = g.floats(new Float32Array(OUT * IN).fill(0.1), [OUT, IN], 'weight');
    g.output('y', g.softmax(g.gemm(x, weight)));
    const options = { weightsFolder: folder, providers: ['cpu'], threads: 1, profile: path.join(folder, 'profile') };
    const session = await OnnxSession.create(g.encode(), options);
    for (const count of rows) {
      await session.run({ x: float32Tensor(new Float32Array(count * IN), [count, IN]) }, ['y']);
    }
    await session.release();
    const [file = ''] = await readdir(folder);
    return readFile(path.join(folder, file), 'utf8');
  }

  it('given a session that ran twice, then each run has its operators and what they multiplied', async () => {
    const runs = readProfile(await profileOf([5, 50]));
    expect(runs).toHaveLength(2);
    expect(runs.map(({ operators }) => operators.find(({ operator }) => operator === 'Gemm')?.flops)).toEqual([
      2 * 5 * IN * OUT,
      2 * 50 * IN * OUT,
    ]);
    for (const { time, operators } of runs) {
      expect(operators.map(({ operator }) => operator)).toContain('Softmax');
      const spent = operators.reduce((sum, share) => sum + share.time, 0);
      expect(spent).toBeGreaterThan(0);
      expect(spent).toBeLessThanOrEqual(time);
    }
  });

  it('given operators of one kind, then their times are added up, the largest first', () => {
    const kernel = (op: string, ts: number, dur: number) => ({
      cat: 'Node',
      name: `${op}_${ts}_kernel_time`,
      ts,
      dur,
      args: { op_name: op },
    });
    const events = [
      { cat: 'Session', name: 'model_run', ts: 100, dur: 900, args: {} },
      kernel('Add', 110, 20),
      kernel('Mul', 150, 100),
      kernel('Add', 300, 30),
      kernel('Add', 2000, 7000), // of another run, which the profile lacks
      { ph: 'M' },
    ];
    expect(readProfile(JSON.stringify(events))).toEqual([
      {
        time: 0.9,
        operators: [
          { operator: 'Mul', count: 1, time: 0.1, flops: 0 },
          { operator: 'Add', count: 2, time: 0.05, flops: 0 },
        ],
      },
    ]);
  });
});
