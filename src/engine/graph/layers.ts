import { type Dim, times } from './dim.ts';
import type { Graph } from './graph.ts';
import type { Value } from './graph-builder.ts';
import { adaptConv, adaptLinear } from './lora.ts';

/** Layers of PyTorch by the names of their weights. `name` is the module's path in the checkpoint. */

export interface LinearOptions {
  readonly bias?: boolean;
  /** only these output rows of the weight, [from, to) */
  readonly rows?: readonly [number, number];
}

/** nn.Linear, or a 1x1 nn.Conv2d, whose bytes are the same matrix. x [R, C] -> [R, N]. */
export function linear(g: Graph, x: Value, name: string, { bias, rows }: LinearOptions = {}): Value {
  const [out = 0, into = 0] = g.weightShape(`${name}.weight`);
  const shape = [rows ? rows[1] - rows[0] : out, into];
  const weight = g.weight(`${name}.weight`, { shape, rows });
  const biased = bias ?? g.hasWeight(`${name}.bias`);
  const y = g.gemm(x, weight, biased ? g.weight(`${name}.bias`, { rows }) : undefined);
  return adaptLinear(g, x, y, name, rows);
}

export interface ConvOptions {
  readonly stride?: number;
  /** all sides, or top, left, bottom, right; by default what keeps the size at stride 1 */
  readonly padding?: number | readonly [number, number, number, number];
  readonly bias?: boolean;
}

/** nn.Conv2d. x [B, C, H, W] */
export function conv2d(g: Graph, x: Value, name: string, { stride = 1, padding, bias }: ConvOptions = {}): Value {
  const kernel = g.weightShape(`${name}.weight`)[2] ?? 1;
  const pad = padding ?? (kernel - 1) / 2;
  const biased = bias ?? g.hasWeight(`${name}.bias`);
  const pads = typeof pad === 'number' ? ([pad, pad, pad, pad] as const) : pad;
  const convolve = (weight: Value, bias?: Value) => g.conv(x, weight, bias, { stride, pads });
  const y = convolve(g.weight(`${name}.weight`), biased ? g.weight(`${name}.bias`) : undefined);
  return adaptConv(g, y, name, convolve);
}

/** nn.Embedding. ids int64 [R] -> [R, C] */
export function embedding(g: Graph, ids: Value, name: string): Value {
  return g.cast(g.gather(g.weight(`${name}.weight`, { asStored: true }), ids), g.compute);
}

/** nn.LayerNorm over the last axis. */
export function layerNorm(g: Graph, x: Value, name: string, epsilon: number): Value {
  return g.layerNormalization(x, g.weight(`${name}.weight`), g.weight(`${name}.bias`), epsilon);
}

/**
 * Elements of a group above which its mean is taken in two steps. onnxruntime's normalization kernels add a group up in
 * one float32: at 2^20 elements they are off by 4e-5, at the 2^23 of SDXL's VAE by 1e-3; in two steps it is 1e-6.
 */
const LARGE_GROUP = 2 ** 18;

/** nn.GroupNorm. x [B, C, H, W] */
export function groupNorm(g: Graph, x: Value, name: string, groups: number, epsilon: number): Value {
  const [batch, channels, height, width] = x.shape as readonly [Dim, number, number, number];
  const rows = times(batch, groups);
  const lines = (channels / groups) * height;
  const size = lines * width;
  // kernels add half precision up in single; the two steps would not
  const large = size >= LARGE_GROUP && g.compute === 'float32';
  const normal = large
    ? standardizeInSteps(g, g.reshape(x, [rows, lines, width]), epsilon)
    : standardize(g, g.reshape(x, [rows, size]), epsilon);
  const perChannel = { shape: [channels, 1, 1] };
  const scaled = g.mul(g.reshape(normal, x.shape), g.weight(`${name}.weight`, perChannel));
  return g.add(scaled, g.weight(`${name}.bias`, perChannel));
}

/**
 * A group of one picture is one row of a LayerNormalization: onnxruntime's kernel for that runs on all threads, its
 * InstanceNormalization and GroupNormalization don't (measured by the prototype). x [R, N]
 */
function standardize(g: Graph, x: Value, epsilon: number): Value {
  const size = x.shape[1] as number;
  return g.layerNormalization(x, g.floats(new Float32Array(size).fill(1), [size], 'ones'), undefined, epsilon);
}

/** x [R, L, W] to mean 0 and variance 1 in each row */
function standardizeInSteps(g: Graph, x: Value, epsilon: number): Value {
  const mean = (t: Value) => g.unsqueeze(g.reduceMean(g.reduceMean(t, 2), 1), [1, 2]); // [R, 1, 1]
  const centered = g.sub(x, mean(x));
  const variance = mean(g.mul(centered, centered));
  return g.div(centered, g.unary('Sqrt', g.add(variance, g.scalar(epsilon))));
}
