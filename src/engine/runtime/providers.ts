import { UserError } from '../../errors/user-error.ts';
import type { Provider } from './onnx-session.ts';

/** What a person may ask for: a provider, or the best that is there. */
export type ProviderChoice = 'auto' | Provider;

/**
 * What `auto` tries, fastest first: those whose pictures were compared with the CPU's, or that somebody set up on
 * purpose. WebGPU, CoreML and DirectML are tried when asked for by name (docs/operations.md, "Providers").
 */
const PREFERENCE: readonly Provider[] = ['cuda', 'cpu'];
const ALWAYS_THERE = 'cpu';

/**
 * The lists of providers to try, best first. onnxruntime may list a provider whose hardware or libraries are missing;
 * that shows when a session is created, and then the next list is for it.
 * @param available what this build of onnxruntime brings
 * @throws UserError `provider-unknown` for one that this build lacks
 */
export function providerCandidates(choice: ProviderChoice, available: readonly Provider[]): Provider[] {
  if (choice === 'auto') return PREFERENCE.filter((provider) => available.includes(provider));
  if (!available.includes(choice)) {
    throw new UserError('provider-unknown', {
      expected: `a provider among auto, ${available.join(', ')}`,
      got: choice,
      todo:
        choice === 'cuda'
          ? 'Run `npm run setup:cuda` once on a machine with an NVIDIA GPU, or choose another provider.'
          : 'Choose one of these; this build of onnxruntime brings no others on this platform.',
      provider: choice,
    });
  }
  return choice === ALWAYS_THERE ? [choice] : [choice, ALWAYS_THERE];
}

/** A provider that was to be used and can't be. */
export interface ProviderFallback {
  readonly provider: Provider;
  readonly reason: string;
}

/**
 * Opens something with the first provider that works, and says which were tried in vain.
 * @throws what the last one threw
 */
export async function withFallback<T>(
  candidates: readonly Provider[],
  open: (providers: readonly Provider[]) => Promise<T>,
): Promise<{ readonly value: T; readonly provider: Provider; readonly fallbacks: readonly ProviderFallback[] }> {
  const fallbacks: ProviderFallback[] = [];
  for (const [i, provider] of candidates.entries()) {
    try {
      const providers = provider === ALWAYS_THERE ? [provider] : [provider, ALWAYS_THERE];
      return { value: await open(providers), provider, fallbacks };
    } catch (error) {
      // a model that can't be used can't be used by any provider
      if (error instanceof UserError || i === candidates.length - 1) throw error;
      fallbacks.push({ provider, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  throw new Error('no provider to try');
}
