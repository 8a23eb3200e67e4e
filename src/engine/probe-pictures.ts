import type { Grid } from './consistory/subject-mask.ts';
import type { UnetRow } from './consistory/unet-rows.ts';
import type { Pipeline } from './pipeline/load-pipeline.ts';
import type { EncodedPrompt } from './pipeline/text-encoding.ts';
import { normalNoise, randomStream } from './random/random-stream.ts';

/** Bounds the memory of a run; a model of which fewer fit is asked fewer at a time. */
export const PROBES_PER_RUN = 16;
/** Probing visits training timesteps, whatever steps a sampler would take. */
const ANY_NUMBER_OF_STEPS = 1;

/** A finished picture with some noise put back, and what it is said to show. */
export interface PictureProbe {
  /** finished, [C, H, W] */
  readonly latents: Float32Array;
  readonly prompt: string;
  /** training timestep, whole, from 0: how much noise is put back */
  readonly timestep: number;
  /** uint64 and uint32: equal ones get the same noise */
  readonly seed: bigint;
  readonly panel: number;
}

export interface ProbeRequest {
  /**
   * `features`: the DIFT features (up block 0); `foreseen`: the finished latents that the U-Net, without guidance,
   * foresees from the noised ones.
   */
  readonly look: 'features' | 'foreseen';
  readonly probes: readonly PictureProbe[];
}

export interface ProbeResult {
  /** of the features' patches, or of the latents */
  readonly grid: Grid;
  /** per probe, [channels, height * width] */
  readonly found: readonly Float32Array[];
}

/**
 * Asks the U-Net about finished pictures. Nothing is shared between probes.
 * @param betweenRuns the next run waits for it; throwing ends the probing
 * @param atOnce rows of a run
 */
export async function probePictures(
  { unet, scheduler: schedulerOf, encode }: Pipeline,
  { look, probes }: ProbeRequest,
  betweenRuns: () => Promise<void>,
  atOnce = PROBES_PER_RUN,
): Promise<ProbeResult> {
  const scheduler = schedulerOf(ANY_NUMBER_OF_STEPS);
  const prompts = [...new Set(probes.map((probe) => probe.prompt))];
  const encoded = new Map<string, EncodedPrompt>();
  for (let start = 0; start < prompts.length; start += PROBES_PER_RUN) {
    const some = prompts.slice(start, start + PROBES_PER_RUN);
    for (const [i, text] of (await encode(some)).entries()) encoded.set(some[i] as string, text);
  }
  const found: Float32Array[] = [];
  for (let start = 0; start < probes.length; start += atOnce) {
    await betweenRuns();
    const rows = probes.slice(start, start + atOnce).map(({ latents, prompt, timestep, seed, panel }) => {
      const noise = normalNoise(randomStream({ seed, purpose: 'probe', panel }), latents.length);
      const noised = scheduler.addNoise(latents, noise, timestep);
      return { latents: noised, timestep, text: encoded.get(prompt), columns: [] } as UnetRow;
    });
    if (look === 'features') {
      found.push(...(await unet.features(rows)));
    } else {
      const { noise } = await unet.run(rows);
      found.push(
        ...rows.map(({ latents, timestep }, i) => scheduler.foresee(noise[i] as Float32Array, latents, timestep)),
      );
    }
  }
  const [, height, width] = unet.latentShape;
  return { grid: look === 'features' ? copyOf(unet.diftGrid) : { height, width }, found };
}

/** Grids of a graph carry more than the boundary between threads lets through. */
const copyOf = ({ height, width }: Grid): Grid => ({ height, width });
