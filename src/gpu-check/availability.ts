import { assertStarts } from '../engine/pipeline/assert-starts.ts';
import type { Provider } from '../engine/runtime/onnx-session.ts';
import { providersOf } from './check.ts';

/** What each provider needs (docs/gpu.md). */
const NEEDS: Readonly<Record<string, string>> = {
  cuda: 'On Linux x64 with an NVIDIA driver: CUDA 12 and cuDNN 9 where the loader finds them (LD_LIBRARY_PATH), and once `npm run setup:cuda`.',
  webgpu:
    'On Linux: a Vulkan driver and its loader (libvulkan.so.1; Debian: libvulkan1 and mesa-vulkan-drivers). Windows and macOS bring what it needs.',
  dml: 'DirectML is in the builds for Windows, which need a GPU with DirectX 12.',
  coreml: 'CoreML is in the builds for macOS.',
};

export const needsOf = (provider: Provider): string =>
  NEEDS[provider] ?? 'Choose cuda, webgpu, dml, coreml or cpu with --provider.';

/** Faster ones first; `cpu` where there is no other. */
const PREFERENCE: readonly Provider[] = ['cuda', 'dml', 'coreml', 'webgpu', 'cpu'];

/** What is checked if nobody says. */
export const preferredOf = (available: readonly Provider[]): Provider =>
  PREFERENCE.find((provider) => available.includes(provider)) ?? 'cpu';

/**
 * Why a provider can't be used, or nothing if it can.
 * @param available what this build of onnxruntime brings: others it would leave out without a word
 */
export async function whyUnavailable(provider: Provider, available: readonly Provider[]): Promise<string | undefined> {
  if (!available.includes(provider)) return `this installation has ${available.join(', ')} only`;
  try {
    await assertStarts(providersOf(provider));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error);
  }
}
