import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { Graph } from '../engine/graph/graph.ts';
import { OnnxSession } from '../engine/runtime/onnx-session.ts';
import { float32Tensor } from '../engine/runtime/tensor-value.ts';
import { benchScript } from './bench-script.ts';
import { flopsOf } from './flops.ts';

/** Rows and columns: the product is long enough for threads to start, its matrices too large for the cache. */
const SIDE = 2048;

const run = promisify(execFile);

/** A large matrix product through onnxruntime; how many floating point operations a second it does. */
export class GemmPeak {
  private readonly session: OnnxSession;
  private readonly x: Float32Array;

  private constructor(session: OnnxSession) {
    this.session = session;
    this.x = new Float32Array(SIDE * SIDE).map(wave);
  }

  /** @param threads 0: all cores */
  static async open(threads: number): Promise<GemmPeak> {
    const g = new Graph({ compute: 'float32' });
    const x = g.input('x', 'float32', [SIDE, SIDE]);
    // a constant, so that onnxruntime lays it out as it likes best
    const weight = g.floats(new Float32Array(SIDE * SIDE).map(wave), [SIDE, SIDE], 'weight');
    const y = g.gemm(x, weight);
    g.output('y', g.reduceMax(y, 1)); // a short answer: copying a long one would count
    return new GemmPeak(await OnnxSession.create(g.encode(), { weightsFolder: '/', providers: ['cpu'], threads }));
  }

  /** operations per second */
  async measure(): Promise<number> {
    const started = performance.now();
    await this.session.run({ x: float32Tensor(this.x, [SIDE, SIDE]) }, ['y']);
    const seconds = (performance.now() - started) / 1e3;
    const square = [SIDE, SIDE];
    return flopsOf({ operator: 'Gemm', inputs: [square], outputs: [square] }) / seconds;
  }

  release(): Promise<void> {
    return this.session.release();
  }
}

const wave = (_: number, i: number): number => Math.sin(i);

/** PyTorch's products of the same size, in operations per second, by type. */
export async function torchGemmPeak(python: string, threads: number): Promise<Readonly<Record<string, number>>> {
  const { stdout } = await run(python, [benchScript('gemm_peak.py'), String(SIDE), String(threads)]);
  return z.record(z.string(), z.number()).parse(JSON.parse(stdout));
}
