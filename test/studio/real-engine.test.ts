import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anchorDrift } from '../../src/canon/canon.ts';
import type { DrawnStory, StoryRequest } from '../../src/engine/draw-story.ts';
import type { RasterImage } from '../../src/engine/raster-image.ts';
import { openModel } from '../../src/engine/weights/open-model.ts';
import { type Engine, type EngineHooks, startEngine } from '../../src/engine/worker/engine-client.ts';
import { encodePng } from '../../src/render/canvas.ts';
import { loadCanons } from '../../src/studio/canon-shelf.ts';
import { parseRecipe } from '../../src/studio/recipe.ts';
import type { NewStory } from '../../src/studio/studio.ts';
import { POCKET } from '../support/fixtures.ts';
import { nextEvent } from '../support/job-queues.ts';
import { copyPocket, ownFolder } from '../support/model-copies.ts';
import { asker, newStory, SERVER } from '../support/people.ts';
import { foxPanel, foxStory } from '../support/pocket-stories.ts';
import { type TestStudio, type TestStudioOptions, testStudio } from '../support/studios.ts';
import { toyLora, writeTensors } from '../support/toy-loras.ts';

const STEPS = 4;
/** Other batch sizes may add up in another order; that is all that may differ. */
const ROUNDING = 1e-4;

let engine: Engine;
/** Sampling steps that the engine has told, of all drawings. */
let stepsDone = 0;
/** What the engine drew, of everything that was asked. */
const drawings: { readonly request: StoryRequest; readonly drawn: DrawnStory }[] = [];

beforeAll(() => {
  const real = startEngine({ provider: 'cpu', threads: 1, maxMemory: 4e9 });
  engine = {
    draw: async (model, request, options, hooks) => {
      const progress: EngineHooks['progress'] = (at) => {
        if (at.phase === 'sample' && at.done > 0) stepsDone++;
        hooks?.progress?.(at);
      };
      const drawn = await real.draw(model, request, options, { ...hooks, progress });
      drawings.push({ request, drawn });
      return drawn;
    },
    probe: (...args) => real.probe(...args),
    modelHash: (...args) => real.modelHash(...args),
    close: () => real.close(),
  };
});
afterAll(() => engine.close());

async function realStudio(options: TestStudioOptions = {}): Promise<TestStudio> {
  const test = await testStudio({ engine, ...options });
  await test.store.settings.update(SERVER, { steps: STEPS });
  return test;
}

const takesOf = async ({ store }: TestStudio, storyId: string) => {
  const { panels } = await store.stories.get(storyId);
  return Promise.all(panels.map(({ id }) => store.takes.ofPanel(id)));
};

describe('on the pocket model', () => {
  test('given a cast character, then its anchor comes out as it was cast, in stories and redraws, and a replay is the same', async () => {
    const test = await realStudio();
    const rusty = await test.cast('Rusty', 'a fox wearing a scarf', asker(), 1);
    const { story, end } = await test.ended(
      test.studio.createStory(asker(), newStory('Rusty in the forest | sleeping')),
    );
    expect(end.job).toMatchObject({
      status: 'finished',
      result: { unknownWords: [], truncatedWords: {}, drifted: [] },
    });
    const { cast } = parseRecipe(story.settings);
    const canons = await loadCanons(test.store.castings, test.blobs, cast);
    const [{ canon } = { canon: undefined }] = canons;
    if (!canon) throw new Error('no canon');
    expect(canon.anchors[0]?.masks[rusty.id]?.some((covered) => covered === 1)).toBe(true);
    await test.ended(test.studio.redrawPanel(asker(), story.id, 2));
    for (const { request, drawn } of drawings.slice(-2)) {
      const drift = anchorDrift(canon, request, drawn);
      console.info(`anchor of the canon beside ${request.panels.length - 1} panels: drift ${drift}`);
      expect(drift).toBeLessThan(ROUNDING);
    }
    const { story: replay } = await test.ended(test.studio.replayStory(asker(), story.id));
    const first = (await takesOf(test, story.id)).map(([take]) => take?.pictureHash);
    expect((await takesOf(test, replay.id)).map(([take]) => take?.pictureHash)).toEqual(first);
    const [, [, redrawn] = []] = await takesOf(test, story.id);
    expect(first).not.toContain(redrawn?.pictureHash);
  });

  test('given a character from a picture, then stories look at what the model saw of it, bit for bit', async () => {
    const test = await realStudio();
    const drawn = await engine.draw(
      { folder: POCKET, size: { width: 128, height: 128 } },
      foxStory([foxPanel(0, { seed: 99n })]),
      { trace: false, previewEvery: 0 },
    );
    const picture = await encodePng(drawn.panels[0]?.image as RasterImage);
    const looks = 'a fox wearing a scarf';
    const { character } = await test.ended(test.studio.createCharacter(asker(), { name: 'Rusty', looks, picture }));
    const [first] = await test.store.castings.sheet(character.id);
    await test.studio.pickCandidate(asker(), first?.id as string);
    const { story } = await test.ended(test.studio.createStory(asker(), newStory('Rusty in the forest | sleeping')));
    const [{ canon } = { canon: undefined }] = await loadCanons(
      test.store.castings,
      test.blobs,
      parseRecipe(story.settings).cast,
    );
    if (!canon) throw new Error('no canon');
    await test.ended(test.studio.redrawPanel(asker(), story.id, 2));
    for (const { request, drawn: story } of drawings.slice(-2)) expect(anchorDrift(canon, request, story)).toBe(0);
    const [anchor] = drawings.at(-2)?.drawn.panels ?? [];
    const covered = Object.values(anchor?.masks ?? {}).map((mask) => mask.reduce((sum, c) => sum + c, 0) / mask.length);
    console.info(`masks of the picture cover ${covered.map((share) => share.toFixed(2))}`);
    expect(covered).toHaveLength(1);
    expect(covered[0]).toBeGreaterThan(0.02);
    expect(covered[0]).toBeLessThan(0.6);
  });

  test('given no canon, then the story’s own anchors come out beside a redrawn panel as they were drawn first', async () => {
    const test = await realStudio();
    await test.ended(test.studio.createCharacter(asker(), { name: 'Rusty', looks: 'a fox' }));
    const { story } = await test.ended(
      test.studio.createStory(asker(), newStory('Rusty in the forest | in the snow | at night')),
    );
    const first = drawings.at(-1)?.drawn.panels;
    await test.ended(test.studio.redrawPanel(asker(), story.id, 1));
    const beside = drawings.at(-1)?.drawn.panels;
    let drift = 0;
    for (const place of [0, 1]) {
      const [was, is] = [first?.[place]?.latents as Float32Array, beside?.[place]?.latents as Float32Array];
      for (const [i, value] of was.entries()) drift = Math.max(drift, Math.abs(value - (is[i] as number)));
    }
    console.info(`the story's anchors beside the redrawn panel: drift ${drift}`);
    expect(beside).toHaveLength(3);
    expect(drift).toBeLessThan(ROUNDING);
  });

  test('given progress, then phases come in their order, with previews of the story’s panels and a time', async () => {
    const test = await realStudio();
    await test.store.settings.update(SERVER, { steps: 10 });
    const told: { phase: string; share: number; remainingMs: number | undefined; strip: boolean }[] = [];
    test.queue.feed.subscribe((event) => {
      if (event.type === 'progress') told.push({ ...event.progress, strip: event.progress.strip !== undefined });
    });
    await test.ended(test.studio.createStory(asker(), newStory('a fox in the forest | a fox in the snow')));
    const phases = [...new Set(told.map(({ phase }) => phase))];
    expect(phases).toEqual(['load', 'encode', 'sample', 'decode']);
    expect(told.some(({ strip }) => strip)).toBe(true);
    expect(told.filter(({ phase }) => phase === 'decode').every(({ remainingMs }) => remainingMs !== undefined)).toBe(
      true,
    );
    const shares = told.map(({ share }) => share);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
  });

  test('given a cancelled drawing, then the engine stops within a step and draws the next story', async () => {
    const test = await realStudio();
    await test.store.settings.update(SERVER, { steps: 150 });
    const { story, job } = await test.studio.createStory(asker(), newStory('a fox'));
    await nextEvent(test.queue.feed, (event) => event.type === 'progress' && event.progress.phase === 'sample');
    const ended = nextEvent(test.queue.feed, ({ type }) => type === 'cancelled');
    expect(await test.studio.cancel(asker(), job.id)).toBe('stopping');
    const before = stepsDone;
    await ended;
    console.info(`steps between the request to cancel and the end: ${stepsDone - before} of 150`);
    // The one that is at work, and one whose message is on its way.
    expect(stepsDone - before).toBeLessThanOrEqual(2);
    expect((await test.store.stories.get(story.id)).status).toBe('cancelled');
    await test.store.settings.update(SERVER, { steps: 2 });
    expect((await test.ended(test.studio.createStory(asker(), newStory('a fox')))).end.type).toBe('finished');
  });

  test('given another model and a LoRA in between, then the first model draws the same again, bit for bit', async () => {
    const [folder, lorasFolder] = [ownFolder(), ownFolder()];
    writeTensors(path.join(lorasFolder, 'noir.safetensors'), toyLora(openModel(POCKET)));
    const sketch = copyPocket(folder, 'sketch', { other: true });
    const test = await realStudio({ models: [POCKET, sketch], lorasFolder });
    await test.store.settings.update(SERVER, { steps: 2 });
    const draw = async (panels: string, change: Partial<NewStory> = {}) => {
      const { story, end } = await test.ended(test.studio.createStory(asker(), newStory(panels, change)));
      expect(end.type).toBe('finished');
      return (await test.store.takes.shownOf(story.id)).map(({ pictureHash }) => pictureHash);
    };
    const { id } = await test.cast('Rusty', 'a fox wearing a scarf');
    const before = await draw('Rusty in the forest');
    const plain = await draw('a fox in the forest');
    const lora = { name: 'noir', weight: 1 };
    const adapted = await draw('a fox in the forest', { lora });
    expect(adapted).not.toEqual(plain);
    expect(await draw('a fox in the forest', { lora: { ...lora, weight: 0.5 } })).not.toEqual(adapted);
    await test.store.settings.update(SERVER, { model: 'sketch' });
    await test.ended(test.studio.recast(asker(), id));
    await test.studio.pickCandidate(asker(), (await test.store.castings.sheet(id))[1]?.id as string);
    expect(await draw('Rusty in the forest')).not.toEqual(before);
    await test.store.settings.update(SERVER, { model: null });
    expect(await draw('Rusty in the forest')).toEqual(before);
  });
});
