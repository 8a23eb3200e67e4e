import type { ComputeType } from '../graph/element-type.ts';
import type { Provider } from '../runtime/onnx-session.ts';
import type { ModelPart } from '../weights/model-folder.ts';

/**
 * What the U-Net computes in. On the CPU float32: its kernels have nothing faster. On a GPU half precision where most of
 * the weights are stored in it, as `npm run model -- add` fetches them for a GPU; whoever wants float32 there takes the
 * model in full precision. bfloat16 has a range that half precision lacks, so its models are computed in float32.
 * Text encoders and the autoencoder are in float32 everywhere (model-graphs.ts).
 * @param providers in order of preference
 */
export function computeTypeFor(providers: readonly Provider[], { weights }: Pick<ModelPart, 'weights'>): ComputeType {
  if (providers[0] === undefined || providers[0] === 'cpu') return 'float32';
  const entries = [...weights.values()];
  const bytes = (of: typeof entries) => of.reduce((sum, { length }) => sum + length, 0);
  return 2 * bytes(entries.filter(({ type }) => type === 'float16')) > bytes(entries) ? 'float16' : 'float32';
}
