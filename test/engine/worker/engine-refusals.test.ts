import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoryRequest } from '../../../src/engine/draw-story.ts';
import { planFor } from '../../../src/engine/pipeline/memory-estimate.ts';
import { openModelFolder } from '../../../src/engine/weights/model-folder.ts';
import { type Engine, startEngine } from '../../../src/engine/worker/engine-client.ts';
import type { EngineProgress } from '../../../src/engine/worker/messages.ts';
import { UserError } from '../../../src/errors/user-error.ts';
import { MODEL, NO_EXTRAS, OPTIONS, rejection, STORY, withEngine } from '../../support/engine-thread.ts';
import { POCKET } from '../../support/fixtures.ts';
import { foxPanel, foxStory, SMALL } from '../../support/pocket-stories.ts';

let engine: Engine;
let scratch: string;
beforeAll(() => {
  engine = startEngine(OPTIONS);
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-engine-'));
});
afterAll(async () => {
  await engine.close();
  fs.rmSync(scratch, { recursive: true });
});

/** A copy of the pocket model with one file written anew. */
function brokenModel(name: string, file: string, text: string): string {
  const folder = path.join(scratch, name);
  fs.cpSync(POCKET, folder, { recursive: true });
  fs.writeFileSync(path.join(folder, file), text);
  return folder;
}

describe('given what can not be drawn', () => {
  it.each([
    ['a subject that a prompt lacks', MODEL, foxStory([foxPanel(0, { prompt: 'a bear' })]), 'subject-not-in-prompt'],
    [
      'a size that the model has no grid for',
      { folder: POCKET, size: { width: 66, height: 64 } },
      STORY,
      'picture-size',
    ],
    ['a folder without a model', { folder: os.tmpdir(), size: SMALL }, STORY, 'model-folder'],
  ])('%s, then the refusal crosses whole', async (_, model, story, code) => {
    const error = await rejection(engine.draw(model, story, NO_EXTRAS));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code, context: { expected: expect.any(String), todo: expect.any(String) } });
  });

  it('a model whose config has an unknown field, then no other provider is tried', async () => {
    const config = JSON.parse(fs.readFileSync(path.join(POCKET, 'unet/config.json'), 'utf8'));
    const folder = brokenModel('config', 'unet/config.json', JSON.stringify({ ...config, act_fn: 'mystery' }));
    const error = await rejection(engine.draw({ folder, size: SMALL }, STORY, NO_EXTRAS));
    expect(error).toMatchObject({ code: 'config-unsupported' });
  });

  it("something that is the engine's own fault, then message and stack cross", async () => {
    const story = foxStory([foxPanel(-1)]); // ids are uint32
    const error = await rejection(engine.draw(MODEL, story, NO_EXTRAS));
    expect(error).not.toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: expect.stringContaining('panel'),
      stack: expect.stringContaining('random-stream'),
    });
  });

  it('afterwards, the thread still draws', async () => {
    expect((await engine.draw(MODEL, STORY, NO_EXTRAS)).panels.length).toBe(2);
  });
});

describe('given a provider that is unknown', () => {
  it('then the story is refused', async () => {
    const error = await withEngine({ provider: 'abacus' }, (other) => rejection(other.draw(MODEL, STORY, NO_EXTRAS)));
    expect(error).toMatchObject({ code: 'provider-unknown', context: { provider: 'abacus' } });
  });
});

describe('given a memory limit', () => {
  it('then a model that needs more is refused before it is loaded', async () => {
    const seen: EngineProgress[] = [];
    const hooks = {
      progress: (progress: EngineProgress) => void seen.push(progress),
      loaded: () => expect.unreachable('a model was loaded'),
    };
    const error = await withEngine({ maxMemory: 100e6 }, (other) =>
      rejection(other.draw(MODEL, STORY, NO_EXTRAS, hooks)),
    );
    expect(error).toMatchObject({ code: 'memory-limit', context: { limit: 100e6 } });
    expect((error as UserError).context.needed).toBeGreaterThan(100e6);
    expect(seen).toEqual([{ phase: 'load', done: 0, total: 1 }]);
  });

  it('then a story that needs more is refused by a model that is loaded already, too', async () => {
    const many = foxStory(Array.from({ length: 12 }, (_, id) => foxPanel(id)));
    const needed = (story: StoryRequest) =>
      planFor(openModelFolder(MODEL.folder), { size: MODEL.size, panels: story.panels.length }, { limit: 0 }).needed;
    const between = (needed(STORY) + needed(many)) / 2;
    const outcome = await withEngine({ maxMemory: between }, async (other) => {
      const drawn = await other.draw(MODEL, STORY, NO_EXTRAS);
      return { drawn, error: await rejection(other.draw(MODEL, many, NO_EXTRAS)) };
    });
    expect(outcome.drawn.panels.length).toBe(2);
    expect(outcome.error).toMatchObject({ code: 'memory-limit' });
  });
});
