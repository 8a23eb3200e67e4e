import type { Graph } from './graph.ts';
import type { Value } from './graph-builder.ts';
import { conv2d } from './layers.ts';
import { adaptConv } from './lora.ts';

const KERNEL = 3;
/** of the kernels that the sums below give */
const HALVED = 2;
const PHASES = [0, 1] as const;
type Phase = (typeof PHASES)[number];

/**
 * An image with sides `factor` times as long, each pixel repeated, and then nn.Conv2d (3x3, padding 1).
 * x [B, C, H, W] -> [B, N, factor H, factor W]
 *
 * Where pixels repeat twice, neighbouring taps of the kernel meet the same pixel, and their sum can be taken beforehand:
 * each of the four pixels that come from one has a 2x2 kernel of its own on the small image. That is 16 products in
 * place of 36, and the large image is never made. onnxruntime folds the sums when it loads the graph. In half precision
 * (on GPUs) the plain way stays: summed taps would be rounded, and what it costs there was not measured.
 */
export function upsampleConv(g: Graph, x: Value, name: string, factor = HALVED): Value {
  const [out = 0, into = 0, kernel] = g.weightShape(`${name}.weight`);
  if (factor !== HALVED || kernel !== KERNEL || g.compute !== 'float32') {
    return conv2d(g, g.upsampleNearest(x, factor), name);
  }
  const bias = g.hasWeight(`${name}.bias`) ? g.weight(`${name}.bias`) : undefined;
  const y = inPhases(g, x, g.weight(`${name}.weight`, { shape: [out * into, KERNEL * KERNEL] }), bias);
  return adaptConv(g, y, name, (kernel) => {
    const [rank = 0] = kernel.shape as number[];
    return inPhases(g, x, g.reshape(kernel, [rank * into, KERNEL * KERNEL]));
  });
}

/** The four kernels of 2x2 on the small image, from the taps [N * C, 9] of the kernel on the large one. */
function inPhases(g: Graph, x: Value, taps: Value, bias?: Value): Value {
  const into = x.shape[1] as number;
  const out = (taps.shape[0] as number) / into;
  const phases = PHASES.flatMap((row) =>
    PHASES.map((column) => {
      const sums = g.floats(tapSums(row, column), [KERNEL * KERNEL, HALVED * HALVED]);
      const weight = g.reshape(g.matmul(taps, sums), [out, into, HALVED, HALVED]);
      return g.conv(x, weight, bias, { pads: [1 - row, 1 - column, row, column] });
    }),
  );
  return g.depthToSpace(g.concat(phases, 1), HALVED);
}

/** [9, 4]: 1 where a tap of the 3x3 kernel belongs to a tap of the 2x2 kernel of the pixels in these rows and columns. */
function tapSums(row: Phase, column: Phase): Float32Array {
  const sums = new Float32Array(KERNEL * KERNEL * HALVED * HALVED);
  for (let y = 0; y < KERNEL; y++) {
    for (let x = 0; x < KERNEL; x++) {
      sums[(y * KERNEL + x) * HALVED * HALVED + meets(y, row) * HALVED + meets(x, column)] = 1;
    }
  }
  return sums;
}

/**
 * Which of the two small pixels that a large one sees along an axis a tap meets. A large pixel 2i + phase sees
 * 2i + phase - 1 to 2i + phase + 1: the small pixels i - 1, i, i of phase 0 and i, i, i + 1 of phase 1.
 */
const meets = (tap: number, phase: Phase): number => (tap > phase ? 1 : 0);
