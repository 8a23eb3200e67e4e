import type { Graph } from './graph.ts';
import type { Value } from './graph-builder.ts';
import { loraWeightInput } from './lora-updates.ts';

/**
 * LoRAs are added where their module's result is made: y + weight * (alpha / r) * up(down(x)). The weight is an input,
 * so that one session draws with any. At SDXL's widths a rank of 32 takes 6 to 9 % of a linear layer's time on the CPU
 * (medians of 16 runs of one layer with and without); merging it would need a copy of the weights for every weight.
 */

/** y [R, N] of a linear layer, with the updates of its module. x [R, C]; `rows` of the weight, if y is of these only. */
export function adaptLinear(g: Graph, x: Value, y: Value, module: string, rows?: readonly [number, number]): Value {
  return g.loras.of(module).reduce((sum, { lora, scale, down, up }) => {
    const name = `${module}.lora_${lora}`;
    const [rank = 0, into = 0] = down.shape;
    // once: the halves of a GEGLU have one `down` and the same x
    const inner = g.once(`${name}.inner(${x.name})`, () => {
      const lowered = g.gemm(x, g.embed(`${name}.down`, down, { shape: [rank, into] })); // [R, r]
      return g.mul(lowered, loraWeight(g, lora, scale));
    });
    const out = y.shape[1] as number;
    return g.gemm(inner, g.embed(`${name}.up`, up, { shape: [out, rank], rows }), sum);
  }, y);
}

/** y [B, N, H', W'] of a convolution, with the updates of its module; `lower` runs a kernel [r, C, k, k] as the layer runs its own. */
export function adaptConv(g: Graph, y: Value, module: string, lower: (kernel: Value) => Value): Value {
  const [, out, ...sides] = y.shape as readonly [unknown, number, number, number];
  return g.loras.of(module).reduce((sum, { lora, scale, down, up }) => {
    const name = `${module}.lora_${lora}`;
    const [rank = 0, into = 0, height = 1, width = 1] = down.shape;
    const lowered = lower(g.embed(`${name}.down`, down, { shape: [rank, into, height, width] })); // [B, r, H', W']
    const inner = g.mul(lowered, loraWeight(g, lora, scale));
    const raised = g.conv(inner, g.embed(`${name}.up`, up, { shape: [out, rank, 1, 1] }), undefined);
    if (raised.shape.slice(2).join() !== sides.join()) throw new Error(`${name}: ${raised.shape} for ${y.shape}`);
    return g.add(sum, raised);
  }, y);
}

/** [1] */
function loraWeight(g: Graph, lora: number, scale: number): Value {
  const input = g.once(loraWeightInput(lora), (name) => g.input(name, g.compute, [1]));
  return g.once(`${input.name} * ${scale}`, () => g.mul(input, g.floats([scale], [1])));
}
