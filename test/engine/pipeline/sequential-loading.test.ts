import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { drawStory } from '../../../src/engine/draw-story.ts';
import { loadPipeline, type Pipeline } from '../../../src/engine/pipeline/load-pipeline.ts';
import { EVERYTHING_AT_ONCE, type MemoryPlan } from '../../../src/engine/pipeline/memory-plan.ts';
import { PartShelf } from '../../../src/engine/pipeline/part-shelf.ts';
import { probePictures } from '../../../src/engine/probe-pictures.ts';
import { OnnxSession } from '../../../src/engine/runtime/onnx-session.ts';
import { openLora } from '../../../src/engine/weights/lora.ts';
import { adaptedWeights } from '../../../src/engine/weights/lora-targets.ts';
import { openModelFolder } from '../../../src/engine/weights/model-folder.ts';
import { POCKET } from '../../support/fixtures.ts';
import { foxPanel, foxStory, latentDifference, SMALL } from '../../support/pocket-stories.ts';
import { temporaryFolder } from '../../support/story-runs.ts';
import { toyLora, writeTensors } from '../../support/toy-loras.ts';

const TEXT_FIRST: Partial<MemoryPlan> = { stages: [['text'], ['unet', 'vae']] };
const ALL_APART: Partial<MemoryPlan> = { stages: [['text'], ['unet'], ['vae']] };
const STORY = foxStory([foxPanel(0), foxPanel(1), foxPanel(2)], { steps: 3 });
/** Latents spread by about 1; kernels for weights as they lie round differently. */
const ROUNDING = 1e-4;

const place = temporaryFolder();
const model = openModelFolder(POCKET);
const opened: Pipeline[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const pipeline of opened.splice(0)) await pipeline.release();
});
afterAll(() => place.remove());

async function pocket(plan: Partial<MemoryPlan>, lora?: string): Promise<Pipeline> {
  const loras = lora === undefined ? [] : [openLora(lora, adaptedWeights(model))];
  const memory = { ...EVERYTHING_AT_ONCE, ...plan };
  const options = { providers: ['cpu'], threads: 1, compute: 'float32', size: SMALL, loras, memory } as const;
  const pipeline = await loadPipeline(model, options);
  opened.push(pipeline);
  return pipeline;
}

describe('given a plan that keeps parts of a model apart', () => {
  it.each([
    ['text encoders before the rest', TEXT_FIRST, { previewEvery: 2 }],
    ['all parts one after the other', ALL_APART, {}],
  ])('%s, then a story is the same bit for bit, and each part is loaded once for it', async (_, plan, hooks) => {
    const [together, apart] = [await pocket({}), await pocket(plan)];
    const previews: unknown[] = [];
    const preview = (images: unknown) => void previews.push(images);
    const expected = await drawStory(together, STORY, { ...hooks, preview });
    const seen = previews.splice(0);
    const create = vi.spyOn(OnnxSession, 'create');
    const drawn = await drawStory(apart, STORY, { ...hooks, preview });
    expect({ ...drawn, timings: {} }).toEqual({ ...expected, timings: {} });
    expect(previews).toEqual(seen);
    // the text encoder was loaded with the pipeline: U-Net, matcher and decoder are left
    expect(create).toHaveBeenCalledTimes(3);
  });

  it('then pictures to look at, LoRAs and probes work as they do together', async () => {
    const lora = writeTensors(place.at('noir.safetensors'), toyLora(model));
    const [together, apart] = [await pocket({}, lora), await pocket(ALL_APART, lora)];
    const [half, other] = [together.withLoraWeights([0.5]), apart.withLoraWeights([0.5])];
    const picture = (await drawStory(half, foxStory([foxPanel(0)], { steps: 1 }))).panels[0]?.image;
    if (!picture) throw new Error('nothing was drawn');
    const story = foxStory([foxPanel(0, { picture }), foxPanel(1)], { steps: 2 });
    const [a, b] = [await drawStory(half, story), await drawStory(other, story)];
    expect(b.panels).toEqual(a.panels);
    const { latents } = a.panels[1] as (typeof a.panels)[number];
    const probe = { latents, prompt: 'a fox', timestep: 261, seed: 3n, panel: 0 };
    const request = { look: 'features', probes: [probe] } as const;
    const wait = async () => {};
    expect(await probePictures(other, request, wait)).toEqual(await probePictures(half, request, wait));
  });

  it('with weights as they lie, then what is drawn differs by rounding only', async () => {
    const [copied, mapped] = [await pocket({}), await pocket({ ...TEXT_FIRST, mapped: ['text', 'unet'] })];
    const [a, b] = [await drawStory(copied, STORY), await drawStory(mapped, STORY)];
    const difference = latentDifference(a, b, 1);
    console.info(`weights as they lie: latents differ by ${difference.toExponential(1)}`);
    expect(difference).toBeLessThan(ROUNDING);
    expect(difference).toBeGreaterThan(0); // else the option would have done nothing
  });
});

describe('given a shelf of parts', () => {
  /** Sessions that do nothing but tell when they come and go. */
  function shelfOf(stages: Readonly<Record<string, number>>) {
    const log: string[] = [];
    const shelf = new PartShelf();
    const parts = Object.entries(stages).map(([name, stage]) => {
      const open = async () => {
        log.push(`+${name}`);
        return { release: async () => void log.push(`-${name}`) } as OnnxSession;
      };
      return [name, shelf.add(stage, open)] as const;
    });
    return { log, shelf, parts: Object.fromEntries(parts) };
  }

  it('then one of another stage is loaded when those of the last are released, and not before they are done', async () => {
    const { log, shelf, parts } = shelfOf({ a: 0, b: 0, c: 1 });
    const work = (name: string) =>
      parts[name]?.use(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        log.push(name);
      });
    await Promise.all([work('a'), work('b'), work('a'), work('c'), work('c'), work('a')]);
    await shelf.release();
    expect(log.join(' ')).toBe('+a a +b b a -a -b +c c c -c +a a -a');
  });

  it('and a part that can not be loaded, then the next use tries again', async () => {
    const shelf = new PartShelf();
    let tries = 0;
    const part = shelf.add(0, async () => {
      tries += 1;
      throw new Error(`no. ${tries}`);
    });
    await expect(part.load()).rejects.toThrow('no. 1');
    await expect(part.load()).rejects.toThrow('no. 2');
    await shelf.release();
  });
});
