/** An operator as it ran, with the shapes of its inputs and outputs. */
export interface RanOperator {
  readonly operator: string;
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
}

/** A product and a sum. */
const PER_MULTIPLY_ADD = 2;

const count = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1);

/**
 * Floating point operations of an operator's products, from the shapes it ran with; 0 for operators without products.
 * Element-wise work (norms, activations, softmax) is not counted, as is usual: it takes time, but no multiplier.
 * Weights that onnxruntime has packed away are missing from the inputs; their size follows from the output's.
 */
export function flopsOf({ operator, inputs, outputs }: RanOperator): number {
  const [a = [], b = [], c = []] = inputs;
  const [out = []] = outputs;
  switch (operator) {
    case 'Conv':
    case 'FusedConv':
      // weight [N, C, kh, kw]: each output element is a product over all but its first axis
      return PER_MULTIPLY_ADD * count(out) * count(b.slice(1));
    case 'Gemm':
    case 'FusedGemm':
    case 'MatMul':
    case 'FusedMatMul':
      // no product is transposed on its left side
      return PER_MULTIPLY_ADD * count(out) * (a.at(-1) ?? 0);
    case 'MultiHeadAttention': {
      // q [B, S, C'], k [B, T, C'], v [B, T, C]: the scores and the weighted sum
      const [batch = 0, queries = 0, width = 0] = a;
      return PER_MULTIPLY_ADD * batch * queries * (b[1] ?? 0) * (width + (c[2] ?? 0));
    }
    default:
      return 0;
  }
}
