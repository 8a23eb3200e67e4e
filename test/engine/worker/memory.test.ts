import fs from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { assertStarts } from '../../../src/engine/pipeline/assert-starts.ts';
import { PROCESS_MEMORY, planFor } from '../../../src/engine/pipeline/memory-estimate.ts';
import type { MemoryPlan } from '../../../src/engine/pipeline/memory-plan.ts';
import type { PictureProbe } from '../../../src/engine/probe-pictures.ts';
import { openModelFolder } from '../../../src/engine/weights/model-folder.ts';
import type { Engine } from '../../../src/engine/worker/engine-client.ts';
import type { ModelChoice } from '../../../src/engine/worker/messages.ts';
import type { UserError } from '../../../src/errors/user-error.ts';
import { showPlan } from '../../../src/operations/measure-drawing.ts';
import { MODEL, NO_EXTRAS, rejection, withEngine } from '../../support/engine-thread.ts';
import { POCKET } from '../../support/fixtures.ts';
import { foxPanel, foxStory, latentDifference, SMALL } from '../../support/pocket-stories.ts';
import { temporaryFolder } from '../../support/story-runs.ts';

const place = temporaryFolder();
afterAll(() => place.remove());

const STORY = foxStory([foxPanel(0), foxPanel(1)], { steps: 1 });
const workload = { size: SMALL, panels: STORY.panels.length };
const pocket = openModelFolder(POCKET);
const needed = (limit?: number) => planFor(pocket, workload, { limit }).needed;
const webgpuStarts = await assertStarts(['webgpu', 'cpu']).then(
  () => true,
  () => false,
);

/** @returns what the story was drawn with */
async function loadedBy(engine: Engine): Promise<{ provider: string; plan: MemoryPlan }> {
  let loaded: { provider: string; plan: MemoryPlan } | undefined;
  await engine.draw(MODEL, STORY, NO_EXTRAS, {
    loaded: ({ provider, plan }) => {
      loaded = { provider, plan };
    },
  });
  if (!loaded) throw new Error('nothing was loaded');
  return loaded;
}

/** @returns what was drawn, and the plans that models were loaded by for it */
async function draw(engine: Engine, model: ModelChoice, story = STORY) {
  const plans: MemoryPlan[] = [];
  const drawn = await engine.draw(model, story, NO_EXTRAS, { loaded: ({ plan }) => void plans.push(plan) });
  return { drawn, plans };
}

/** The same picture, asked about in so many noises. */
const probesOf = (latents: Float32Array, count: number): PictureProbe[] =>
  Array.from({ length: count }, (_, i) => ({ latents, prompt: 'a fox', timestep: 261, seed: BigInt(i), panel: 0 }));

describe('given less memory than everything at once takes', () => {
  it('then parts are loaded one after the other, and what is drawn differs by rounding only', async () => {
    const [roomy, tight] = await Promise.all(
      [2e9, needed(0)].map((maxMemory) => withEngine({ maxMemory }, (engine) => draw(engine, MODEL))),
    );
    expect(roomy?.plans[0]).toMatchObject({ stages: [['text', 'unet', 'vae']], mapped: [] });
    expect(tight?.plans[0]).toMatchObject({ stages: [['text'], ['unet', 'vae']], mapped: ['text', 'unet'] });
    if (roomy && tight) expect(latentDifference(roomy.drawn, tight.drawn, 1)).toBeLessThan(1e-4);
  });

  it('then a larger story by the same model is loaded anew where it needs another plan, once', async () => {
    const twelve = foxStory(
      Array.from({ length: 4 }, (_, id) => foxPanel(id)),
      { steps: 1 },
    );
    await withEngine({ maxMemory: needed() }, async (engine) => {
      const stories = [STORY, STORY, twelve, twelve, STORY];
      const loads: number[] = [];
      for (const story of stories) loads.push((await draw(engine, MODEL, story)).plans.length);
      expect(loads).toEqual([1, 0, 1, 0, 1]);
    });
  });

  it('then pictures are asked about as many at a time as fit beside what is loaded, with the same answers', async () => {
    const probes = async (engine: Engine) => {
      const { drawn } = await draw(engine, MODEL);
      const look = { look: 'features', probes: probesOf(drawn.panels[0]?.latents as Float32Array, 9) } as const;
      const phases: string[] = [];
      const { found } = await engine.probe(MODEL, look, { progress: ({ phase }) => void phases.push(phase) });
      return { found, phases };
    };
    const [roomy, tight] = await Promise.all([2e9, needed()].map((maxMemory) => withEngine({ maxMemory }, probes)));
    expect(planFor(pocket, { size: SMALL, panels: 16, guided: false, twins: false }).needed).toBeGreaterThan(needed());
    expect(tight?.phases).toEqual([]); // not loaded again
    expect(tight?.found).toHaveLength(9);
    const difference = (one: Float32Array, other: Float32Array) =>
      one.reduce((most, value, i) => Math.max(most, Math.abs(value - (other[i] as number))), 0);
    for (const [i, one] of (roomy?.found ?? []).entries())
      expect(difference(one, tight?.found[i] as Float32Array)).toBeLessThan(1e-4);
  });

  it('then a story that fits in no way is refused with what would fit', async () => {
    const many = foxStory(Array.from({ length: 12 }, (_, id) => foxPanel(id)));
    const error = await withEngine({ maxMemory: needed(0) }, (engine) =>
      rejection(engine.draw(MODEL, many, NO_EXTRAS)),
    );
    expect(error).toMatchObject({ code: 'memory-limit', message: expect.stringContaining('at most 2 panels') });
  });
});

describe('given a GPU that can not be used, or one that can', () => {
  it('then the plan is made for what draws, and not for what was asked for', async () => {
    // on the CPU too little for weights in copies, with a GPU enough for everything at once
    const limit = needed(0);
    const { provider, plan } = await withEngine({ provider: 'webgpu', maxMemory: limit, deviceMemory: 1e9 }, (engine) =>
      loadedBy(engine),
    );
    expect(plan).toEqual(planFor(pocket, workload, { provider, limit, deviceLimit: 1e9 }));
    console.info(`drawn with ${provider}: ${showPlan(plan)}`);
  });

  it('then what the GPU lacks is no reason to refuse a story that the CPU draws in its place', async () => {
    const drawing = withEngine({ provider: 'webgpu', deviceMemory: 1 }, (engine) => loadedBy(engine));
    const outcome = await drawing.then(
      ({ provider }) => provider,
      (error: unknown) => (error as UserError).context.provider,
    );
    expect(outcome).toBe(webgpuStarts ? 'webgpu' : 'cpu');
  });
});

describe('given two models in turn', () => {
  it.each([
    ['memory for both, then both stay loaded', 2, [1, 1, 0, 0]],
    ['memory for one, then each is released for the other', 1.5, [1, 1, 1, 1]],
  ])('and %s', async (_, share, expected) => {
    const folder = place.at('twin');
    fs.cpSync(POCKET, folder, { recursive: true });
    const twin = { folder, size: SMALL };
    await withEngine({ maxMemory: PROCESS_MEMORY + share * (needed() - PROCESS_MEMORY) }, async (engine) => {
      const loads: number[] = [];
      for (const model of [MODEL, twin, MODEL, twin]) loads.push((await draw(engine, model)).plans.length);
      expect(loads).toEqual(expected);
    });
  });
});

describe('given a model that is replaced under its name', () => {
  it('then the next story is by the new one, and none is loaded twice', async () => {
    const [folder, other] = [place.at('replaced'), place.at('replacement')];
    fs.cpSync(POCKET, folder, { recursive: true });
    fs.cpSync(POCKET, other, { recursive: true });
    const weights = place.at('replacement/unet/diffusion_pytorch_model.safetensors');
    const bytes = fs.readFileSync(weights);
    // the last tensor's end: zeros are another model
    fs.writeFileSync(weights, bytes.fill(0, bytes.length - 20_000));
    const replaced = { folder, size: SMALL };
    await withEngine({}, async (engine) => {
      const before = await draw(engine, replaced);
      expect((await draw(engine, replaced)).plans).toEqual([]);
      fs.renameSync(folder, place.at('replaced.removed-1'));
      fs.renameSync(other, folder);
      const after = await draw(engine, replaced);
      expect(after.plans).toHaveLength(1);
      expect(after.drawn.panels[0]?.latents).not.toEqual(before.drawn.panels[0]?.latents);
    });
  });
});
