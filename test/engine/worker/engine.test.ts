import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawStory } from '../../../src/engine/draw-story.ts';
import { openModelFolder } from '../../../src/engine/weights/model-folder.ts';
import { modelHash } from '../../../src/engine/weights/model-hash.ts';
import { type Engine, startEngine } from '../../../src/engine/worker/engine-client.ts';
import type { EngineOptions, EngineProgress } from '../../../src/engine/worker/messages.ts';
import { UserError } from '../../../src/errors/user-error.ts';
import { POCKET } from '../../support/fixtures.ts';
import { foxPanel, foxStory, pocketPipeline, SMALL } from '../../support/pocket-stories.ts';

const OPTIONS: EngineOptions = { provider: 'cpu', threads: 1, maxMemory: 2e9 };
const MODEL = { folder: POCKET, size: SMALL };
const NO_EXTRAS = { trace: false, previewEvery: 0 };
const STORY = foxStory([foxPanel(0), foxPanel(1)]);
/** Of so many steps that what is to happen while it is drawn happens long before its end. */
const LONG_STORY = foxStory([foxPanel(0), foxPanel(1)], { steps: 40 });

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

async function withEngine<T>(options: Partial<EngineOptions>, use: (engine: Engine) => Promise<T>): Promise<T> {
  const other = startEngine({ ...OPTIONS, ...options });
  try {
    return await use(other);
  } finally {
    await other.close();
  }
}

/** What a promise rejects with. */
async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`was not rejected, but is ${value}`);
}

/** A copy of the pocket model with one file written anew. */
function brokenModel(name: string, file: string, text: string): string {
  const folder = path.join(scratch, name);
  fs.cpSync(POCKET, folder, { recursive: true });
  fs.writeFileSync(path.join(folder, file), text);
  return folder;
}

describe('given a story', () => {
  it("then the engine's thread draws what this thread draws, byte for byte, with its trace", async () => {
    const pipeline = await pocketPipeline();
    const here = await drawStory(pipeline, STORY, { trace: true });
    await pipeline.release();
    const there = await engine.draw(MODEL, STORY, { trace: true, previewEvery: 0 });
    expect(there.panels).toEqual(here.panels);
    expect(there.trace).toEqual(here.trace);
  });

  it('then the event loop of this thread goes on turning while it is drawn', async () => {
    let turns = 0;
    let drawn = false;
    const loop = () => {
      turns += 1;
      if (!drawn) setImmediate(loop);
    };
    setImmediate(loop);
    await engine.draw(MODEL, STORY, NO_EXTRAS);
    drawn = true;
    console.info(`turns of the event loop while a story was drawn: ${turns}`);
    // a blocked thread would turn a few times for each message
    expect(turns).toBeGreaterThan(1000);
  });

  it('then previews come every so many steps', async () => {
    const previews: number[] = [];
    await engine.draw(
      MODEL,
      STORY,
      { trace: false, previewEvery: 2 },
      { preview: (images) => void previews.push(images.length) },
    );
    expect(previews).toEqual([2, 2, 2, 2]);
  });
});

describe('given two stories at once', () => {
  it('then the second begins when the first is done, and each gets its own', async () => {
    const log: string[] = [];
    const draw = async (name: string, seed: bigint) => {
      const story = foxStory([foxPanel(0, { seed }), foxPanel(1, { seed })]);
      const drawn = await engine.draw(MODEL, story, NO_EXTRAS, { progress: () => void log.push(name) });
      return drawn.panels[0]?.latents;
    };
    const [a, b] = await Promise.all([draw('a', 1n), draw('b', 2n)]);
    expect(log).toEqual([...log].sort());
    expect(new Set(log)).toEqual(new Set(['a', 'b']));
    expect(a).not.toEqual(b);
  });
});

describe('given an abort', () => {
  const reason = new Error('changed my mind');

  it.each([
    ['sample', 'match'],
    ['inject', 'decode'],
  ])(
    'in the phase %s, then the draw rejects with its reason before the phase %s, and the next story is drawn',
    async (phase, next) => {
      const abort = new AbortController();
      const phases = new Set<string>();
      const drawing = engine.draw(MODEL, LONG_STORY, NO_EXTRAS, {
        signal: abort.signal,
        progress: (progress) => {
          phases.add(progress.phase);
          if (progress.phase === phase) abort.abort(reason);
        },
      });
      expect(await rejection(drawing)).toBe(reason);
      expect(phases).toContain(phase);
      expect(phases).not.toContain(next);
      expect((await engine.draw(MODEL, STORY, NO_EXTRAS)).panels.length).toBe(2);
    },
  );

  it('before the start, then nothing is sent to the thread', async () => {
    const progress: EngineProgress[] = [];
    const hooks = { signal: AbortSignal.abort(reason), progress: (p: EngineProgress) => void progress.push(p) };
    expect(await rejection(engine.draw(MODEL, STORY, NO_EXTRAS, hooks))).toBe(reason);
    expect(progress).toEqual([]);
  });

  it('of a story that waits, then it is answered while the other is still drawn', async () => {
    const abort = new AbortController();
    const order: string[] = [];
    const first = engine.draw(MODEL, LONG_STORY, NO_EXTRAS, {
      progress: ({ phase }) => {
        if (phase === 'sample') abort.abort(reason);
      },
    });
    const second = rejection(engine.draw(MODEL, STORY, NO_EXTRAS, { signal: abort.signal }));
    await Promise.all([first.then(() => order.push('first')), second.then(() => order.push('second'))]);
    expect(await second).toBe(reason);
    expect(order).toEqual(['second', 'first']);
  });

  it('of a hash, then it rejects with its reason', async () => {
    const abort = new AbortController();
    const hashing = rejection(engine.modelHash(POCKET, { signal: abort.signal }));
    abort.abort(reason);
    expect(await hashing).toBe(reason);
  });
});

describe('given a hook that throws', () => {
  it('then its story ends with what it threw, and the next one is drawn', async () => {
    const fault = new Error('the hook is broken');
    const progress = () => {
      throw fault;
    };
    expect(await rejection(engine.draw(MODEL, STORY, NO_EXTRAS, { progress }))).toBe(fault);
    expect((await engine.draw(MODEL, STORY, NO_EXTRAS)).panels.length).toBe(2);
  });
});

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
    const outcome = await withEngine({ maxMemory: 260e6 }, async (other) => {
      const drawn = await other.draw(MODEL, STORY, NO_EXTRAS);
      const many = foxStory(Array.from({ length: 12 }, (_, id) => foxPanel(id)));
      return { drawn, error: await rejection(other.draw(MODEL, many, NO_EXTRAS)) };
    });
    expect(outcome.drawn.panels.length).toBe(2);
    expect(outcome.error).toMatchObject({ code: 'memory-limit' });
  });
});

describe('given an engine that is closed', () => {
  it('then running and waiting stories are rejected, and the thread ends', async () => {
    const other = startEngine(OPTIONS);
    let started: () => void;
    const running = new Promise<void>((resolve) => {
      started = resolve;
    });
    const first = rejection(
      other.draw(MODEL, STORY, NO_EXTRAS, { progress: ({ phase }) => void (phase === 'sample' && started()) }),
    );
    const second = rejection(other.draw(MODEL, STORY, NO_EXTRAS));
    await running;
    await other.close();
    for (const error of [await first, await second])
      expect(error).toMatchObject({ message: expect.stringContaining('closed') });
    expect(await rejection(other.draw(MODEL, STORY, NO_EXTRAS))).toMatchObject({
      message: expect.stringContaining('ended'),
    });
    await other.close();
  });
});

describe('modelHash', () => {
  it('given a folder, then it is what this thread makes of it', async () => {
    expect(await engine.modelHash(POCKET)).toBe(await modelHash(openModelFolder(POCKET)));
  });
});
