import type { Provider } from '../runtime/onnx-session.ts';

/**
 * Where a model's weights and its work are: in the machine's memory (`host`), in a GPU's own (`device`), or in the
 * machine's because the GPU has no other (`shared`).
 */
export type Residence = 'host' | 'device' | 'shared';

/**
 * Where they are with a provider. onnxruntime doesn't tell its Node binding what kind of a GPU it has, so this goes by
 * the platform: CoreML and WebGPU on a Mac share its memory. Any other GPU counts as one with memory of its own; where
 * it has none, both limits together are what is taken (docs/operations.md, "Memory").
 */
export function residenceOf(provider: Provider, platform: NodeJS.Platform = process.platform): Residence {
  if (provider === 'cpu') return 'host';
  return provider === 'coreml' || platform === 'darwin' ? 'shared' : 'device';
}
