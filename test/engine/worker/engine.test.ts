import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawStory } from '../../../src/engine/draw-story.ts';
import { openModelFolder } from '../../../src/engine/weights/model-folder.ts';
import { modelHash } from '../../../src/engine/weights/model-hash.ts';
import { type Engine, startEngine } from '../../../src/engine/worker/engine-client.ts';
import type { EngineProgress } from '../../../src/engine/worker/messages.ts';
import { MODEL, NO_EXTRAS, OPTIONS, rejection, STORY } from '../../support/engine-thread.ts';
import { POCKET } from '../../support/fixtures.ts';
import { foxPanel, foxStory, pocketPipeline } from '../../support/pocket-stories.ts';

/** Of so many steps that what is to happen while it is drawn happens long before its end. */
const LONG_STORY = foxStory([foxPanel(0), foxPanel(1)], { steps: 40 });

let engine: Engine;
beforeAll(() => {
  engine = startEngine(OPTIONS);
});
afterAll(() => engine.close());

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
