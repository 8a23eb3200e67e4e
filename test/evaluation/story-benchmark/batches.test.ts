import { describe, expect, it } from 'vitest';
import { contentKey } from '../../../src/evaluation/content-key.ts';
import { drawBenchmarkStory } from '../../../src/evaluation/story-benchmark/draw-benchmark-story.ts';
import { parseStory } from '../../../src/evaluation/story-benchmark/story-file.ts';
import { storyVariants } from '../../../src/evaluation/story-benchmark/story-variants.ts';
import { FakeEngine } from '../../support/fake-engine.ts';

const STORY = parseStory(
  JSON.stringify({
    Characters: { Rusty: { prompt_en: 'a fox' }, Bella: { prompt_en: 'a bear' } },
    Shots: [1, 2, 3, 4, 5].map((shot) => ({
      'Static Shot Description': shot === 3 ? 'Rusty and Bella waving' : 'Rusty sitting',
      'Setting Description': `on farm ${shot}`,
      'Characters Appearing': shot === 3 ? ['Rusty', 'Bella'] : ['Rusty'],
    })),
  }),
  'tale.json',
);
const SIZE = { width: 16, height: 16 };
const MODEL = { folder: 'models/tiny', size: SIZE, name: 'tiny', hash: 'ab'.repeat(32) };

/** A story drawn with room for so many pictures at once, and what was drawn together. */
async function drawn(most: number, kept = new Map<string, unknown>()) {
  const engine = new FakeEngine({ side: 16 });
  const cache = {
    measured: async <Value>(key: string, compute: () => Promise<Value>) => {
      if (!kept.has(key)) kept.set(key, await compute());
      return kept.get(key) as Value;
    },
  };
  const story = await drawBenchmarkStory(
    STORY,
    storyVariants('plain,all'),
    { promptPrefix: '', steps: 1, guidance: 4 },
    {
      engine,
      model: MODEL,
      cache,
      drawnBy: async (settings) => contentKey(settings),
      atOnce: (wanted) => Math.min(wanted, most),
    },
    () => undefined,
  );
  return { story, batches: engine.calls.map((call) => call.story.panels.map(({ prompt }) => prompt)) };
}

describe('a story of which few pictures fit in memory at once', () => {
  it('then as many shots are drawn together as fit beside the anchors, and the story is the same', async () => {
    const [whole, parts] = [await drawn(100), await drawn(4)];
    expect(whole.batches.map(({ length }) => length)).toEqual([2, 5, 7]);
    // the casting; plain; the anchors of those on stage before two shots at a time
    expect(parts.batches.map(({ length }) => length)).toEqual([2, 4, 1, 3, 4, 2]);
    for (const [name, { shots }] of whole.story.drawn)
      expect(parts.story.drawn.get(name)?.shots.map(({ prompt, image }) => [prompt, image])).toEqual(
        shots.map(({ prompt, image }) => [prompt, image]),
      );
  });

  it('given one that was stopped, then only the batches that are missing are drawn', async () => {
    const kept = new Map<string, unknown>();
    await drawn(4, kept);
    const last = [...kept.keys()].at(-1) as string;
    kept.delete(last);
    expect((await drawn(4, kept)).batches.map(({ length }) => length)).toEqual([2]);
  });
});
