import { DIFT_TIMESTEP } from '../../../engine/consistory/dift.ts';
import type { PictureProbe, ProbeResult } from '../../../engine/probe-pictures.ts';
import type { DrawnShot } from '../drawn-shots.ts';

export interface FeatureLooking {
  /** the U-Net's features of finished pictures */
  readonly features: (probes: readonly PictureProbe[]) => Promise<ProbeResult>;
  /** words before every scene */
  readonly promptPrefix: string;
}

/** Pictures get the same noise, so that they are compared with as little chance as possible. */
const PROBE_SEED = 0n;

/** The U-Net's DIFT features of pictures. No prompt of a shot: it would put its own words into them. */
export const shotFeatures = (
  shots: readonly Pick<DrawnShot, 'latents'>[],
  { features, promptPrefix }: FeatureLooking,
): Promise<ProbeResult> =>
  features(
    shots.map(({ latents }) => ({
      latents,
      prompt: promptPrefix,
      timestep: DIFT_TIMESTEP,
      seed: PROBE_SEED,
      panel: 0,
    })),
  );
