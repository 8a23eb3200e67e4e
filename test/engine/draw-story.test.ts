import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLAIN_SETTINGS } from '../../src/engine/consistory/settings.ts';
import { closure, sharingEdges } from '../../src/engine/consistory/stage.ts';
import { type DrawnStory, drawStory, type Progress } from '../../src/engine/draw-story.ts';
import type { Pipeline } from '../../src/engine/pipeline/load-pipeline.ts';
import { bearPanel, foxPanel, foxStory, latentDifference, pocketPipeline } from '../support/pocket-stories.ts';

/**
 * Rows of a batch are independent, but a kernel may add up in another order when the batch is of another size: such
 * differences are told and have to stay below this. Latents are of order 1.
 */
const ROUNDING = 1e-3;
/** What anything that is meant to have an effect changes at least. */
const VISIBLE = 1e-2;

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await pocketPipeline();
});
afterAll(() => pipeline.release());

const draw = (...args: Parameters<typeof foxStory>) => drawStory(pipeline, foxStory(...args));

function expectSame(what: string, a: DrawnStory, b: DrawnStory, ids: readonly number[]): void {
  const largest = Math.max(...ids.map((id) => latentDifference(a, b, id)));
  console.info(`${what}: maximal difference of latents ${largest.toExponential(2)}`);
  expect(largest).toBeLessThan(ROUNDING);
}

const four = [0, 1, 2, 3].map((id) => foxPanel(id));

describe('given a story of four panels with one fox', () => {
  let story: DrawnStory;
  beforeAll(async () => {
    story = await drawStory(pipeline, foxStory(four), { trace: true });
  });

  it('then it is drawn again byte for byte', async () => {
    const again = await draw(four);
    expect(again.panels).toEqual(story.panels);
  });

  it('then another seed draws another', async () => {
    const other = await draw(four.map((panel) => ({ ...panel, seed: 8n })));
    expect(latentDifference(story, other, 0)).toBeGreaterThan(VISIBLE);
  });

  it('then features were injected, and only within the masks of the first pass and from panels that are looked at', () => {
    const { trace } = story;
    const edges = sharingEdges(four, 2);
    expect(trace?.injected.length).toBeGreaterThan(0);
    for (const { panel, token, source } of trace?.injected ?? []) {
      expect(trace?.panels[panel]?.firstMasks.rusty?.[token]).toBe(1);
      expect(edges.some((edge) => edge.viewer === panel && edge.source === source)).toBe(true);
    }
  });

  it('then the trace has what was seen on the way: grids, maps by word, both passes', () => {
    const { trace } = story;
    expect(trace?.maskGrid).toEqual({ height: 8, width: 8 });
    expect(trace?.panels.map(({ id }) => id)).toEqual([0, 1, 2, 3]);
    trace?.panels.forEach(({ attention, firstImage }, i) => {
      expect(attention.rusty?.map((map) => map.length)).toEqual([64]); // one word, fox
      expect(firstImage.rgb).not.toEqual(story.panels[i]?.image.rgb);
    });
    for (const { viewer, source, nearest, similarity, sourceMask } of trace?.correspondences ?? []) {
      expect(viewer).not.toBe(source);
      expect(nearest.every((patch) => sourceMask[patch] === 1)).toBe(true);
      expect(similarity.every((value) => Math.abs(value) <= 1 + 1e-5)).toBe(true);
    }
  });

  it('then sharing and injection change the pictures', async () => {
    const plain = await draw(four, { settings: PLAIN_SETTINGS });
    const shared = await draw(four, { settings: { ...foxStory(four).settings, featureInjection: undefined } });
    for (const { id } of four) {
      expect(latentDifference(story, shared, id)).toBeGreaterThan(VISIBLE);
      expect(latentDifference(shared, plain, id)).toBeGreaterThan(VISIBLE);
    }
  });

  it('then in another order the same panels come out', async () => {
    const order = [2, 0, 3, 1];
    const permuted = await draw(order.map((id) => foxPanel(id)));
    expect(permuted.panels.map(({ id }) => id)).toEqual(order);
    expectSame('permuted panels', permuted, story, order);
  });

  it('then what its anchors depend on is the anchors, which drawn alone are the same', async () => {
    const anchors = closure(sharingEdges(four, 2), [0, 1]);
    expect(anchors).toEqual([0, 1]);
    const alone = await draw(anchors.map((at) => foxPanel(at)));
    expectSame('anchors redrawn alone', alone, story, [0, 1]);
  });

  it('then a panel redrawn with its anchors alone is the same, and a canon of these anchors gives it too', async () => {
    const redrawn = await draw([0, 1, 3].map((id) => foxPanel(id)));
    expectSame('a panel redrawn with its anchors', redrawn, story, [0, 1, 3]);
    const canon = await draw([foxPanel(0, { canon: 'rusty' }), foxPanel(1, { canon: 'rusty' }), foxPanel(3)]);
    expectSame('a panel drawn to a canon', canon, story, [0, 1, 3]);
  });

  it('then another take of a panel that is no anchor leaves the others as they were', async () => {
    const retaken = await draw([...four.slice(0, 3), foxPanel(3, { revision: 1 })]);
    for (const id of [0, 1, 2]) expect(latentDifference(retaken, story, id)).toBe(0);
    expect(latentDifference(retaken, story, 3)).toBeGreaterThan(VISIBLE);
  });

  it('then another take of an anchor changes those who look at it', async () => {
    const retaken = await draw([foxPanel(0, { revision: 1 }), ...four.slice(1)]);
    for (const id of [0, 1, 2, 3]) expect(latentDifference(retaken, story, id)).toBeGreaterThan(VISIBLE);
  });
});

describe('given nothing to share', () => {
  it('then a panel in a batch is the panel alone', async () => {
    const settings = PLAIN_SETTINGS;
    const batch = await draw(four, { settings });
    const alone = await draw([foxPanel(2)], { settings });
    expectSame('a plain panel alone', alone, batch, [2]);
  });

  it('then panels without concepts are drawn plainly, bit for bit, whatever the settings', async () => {
    const nobody = four.map((panel) => ({ ...panel, concepts: [] }));
    const [shared, plain] = [await draw(nobody), await draw(nobody, { settings: PLAIN_SETTINGS })];
    expect(shared.panels).toEqual(plain.panels);
  });

  it('then panels of one character each are drawn plainly, bit for bit', async () => {
    const two = [foxPanel(0), bearPanel(1)];
    const [shared, plain] = [await draw(two), await draw(two, { settings: PLAIN_SETTINGS })];
    expect(shared.panels).toEqual(plain.panels);
  });
});

describe('given foxes and bears that never meet', () => {
  it('then another bear changes no fox', async () => {
    const foxes = [foxPanel(0), foxPanel(1)];
    const story = await draw([...foxes, bearPanel(2), bearPanel(3)]);
    const other = await draw([...foxes, { ...bearPanel(2), revision: 1 }, bearPanel(3)]);
    for (const id of [0, 1]) expect(latentDifference(other, story, id)).toBe(0);
    for (const id of [2, 3]) expect(latentDifference(other, story, id)).toBeGreaterThan(VISIBLE);
  });
});

describe('given hooks', () => {
  it('then progress counts each phase up to its total, previews are pictures, and times are told', async () => {
    const seen: Progress[] = [];
    let previews = 0;
    const story = await drawStory(pipeline, foxStory([foxPanel(0), foxPanel(1)]), {
      progress: (progress) => void seen.push(progress),
      preview: (images) => {
        previews += 1;
        expect(images.map(({ rgb }) => rgb.length)).toEqual([64 * 64 * 3, 64 * 64 * 3]);
      },
      previewEvery: 2,
    });
    expect([...new Set(seen.map(({ phase }) => phase))]).toEqual(['encode', 'sample', 'match', 'inject', 'decode']);
    for (const phase of ['encode', 'sample', 'match', 'inject', 'decode'] as const) {
      const ofPhase = seen.filter((progress) => progress.phase === phase);
      expect(new Set(ofPhase.map(({ total }) => total)).size).toBe(1);
      expect(ofPhase.map(({ done }) => done)).toEqual([...ofPhase.map(({ done }) => done)].sort((a, b) => a - b));
      expect(ofPhase.at(-1)?.done).toBe(ofPhase.at(-1)?.total);
      expect(story.timings[phase]).toBeGreaterThan(0);
    }
    expect(previews).toBe(4); // steps 2 and 4 of both passes
  });

  it.each([0, 1, 2, 4])(
    'given an abort after %d calls of progress, then its reason comes before the next',
    async (calls) => {
      const abort = new AbortController();
      const reason = new Error('enough');
      let seen = 0;
      if (calls === 0) abort.abort(reason);
      const drawing = drawStory(pipeline, foxStory([foxPanel(0)]), {
        signal: abort.signal,
        progress: () => {
          seen += 1;
          if (seen === calls) abort.abort(reason);
        },
      });
      await expect(drawing).rejects.toBe(reason);
      expect(seen).toBe(calls);
    },
  );
});

describe('given a subject that a prompt lacks', () => {
  it('then it is refused before sampling, and names the prompt', async () => {
    const story = draw([foxPanel(0), foxPanel(1, { prompt: 'a storybook drawing of a bear' })]);
    await expect(story).rejects.toMatchObject({
      code: 'subject-not-in-prompt',
      context: { prompt: 'a storybook drawing of a bear' },
    });
  });
});
