import { listProviders } from '../runtime/onnx-session.ts';
import { type ProviderChoice, providerCandidates } from '../runtime/providers.ts';
import type { DrawingMemory } from './memory-estimate.ts';

/**
 * What there is to draw with, for those who have to foresee outside the engine's thread what it will refuse. The
 * provider is the one that is tried first: whether it starts is known when something is drawn.
 * @throws UserError `provider-unknown`
 */
export function drawingMemory(of: {
  readonly provider: ProviderChoice;
  readonly maxMemory: number;
  readonly deviceMemory?: number;
}): DrawingMemory {
  const [provider] = providerCandidates(of.provider, listProviders());
  return {
    ...(provider !== undefined && { provider }),
    limit: of.maxMemory,
    ...(of.deviceMemory !== undefined && { deviceLimit: of.deviceMemory }),
  };
}
