import { describe, expect, it } from 'vitest';
import type { Anchor } from '../../src/canon/canon.ts';
import { PAPER_SETTINGS } from '../../src/engine/consistory/settings.ts';
import { sharingEdges } from '../../src/engine/consistory/stage.ts';
import { createCharacter } from '../../src/story/character.ts';
import { canonsIn, type DrawingChoices, planStory, unknownWords } from '../../src/story/plan-story.ts';
import { readStory } from '../../src/story/story-script.ts';
import { canonOf, stored } from '../support/canons.ts';

const choices: DrawingChoices = {
  seed: 9n,
  steps: 5,
  guidance: 3,
  promptPrefix: 'a drawing of',
  negativePrompt: 'blurry',
  settings: PAPER_SETTINGS,
  canons: [],
};
const rusty = createCharacter('Rusty', 'a fox wearing a scarf');

describe('planStory', () => {
  it('given a script, then the panels are asked for with ids from 1, style and negative prompt', () => {
    const { request, panels } = planStory(readStory(undefined, [rusty], ['Rusty runs', 'sleeping']), choices);
    expect(panels).toEqual([0, 1]);
    expect(request.panels).toEqual([
      {
        id: 1,
        revision: 0,
        seed: 9n,
        prompt: 'a drawing of a fox wearing a scarf runs',
        negativePrompt: 'blurry',
        concepts: ['Rusty'],
      },
      {
        id: 2,
        revision: 0,
        seed: 9n,
        prompt: 'a drawing of a fox wearing a scarf sleeping',
        negativePrompt: 'blurry',
        concepts: ['Rusty'],
      },
    ]);
    expect(request.concepts).toEqual([{ name: 'Rusty', words: 'fox', looks: rusty.looks }]);
    expect(request).toMatchObject({ steps: 5, guidance: 3, settings: PAPER_SETTINGS });
  });

  it('given no style, then the prompt is the scene without a space before it', () => {
    const { request } = planStory(readStory(undefined, [], ['a tree']), { ...choices, promptPrefix: '' });
    expect(request.panels[0]?.prompt).toBe('a tree');
  });

  it('given canons, then their anchors come first, as they were drawn, and who shows them looks at them', () => {
    const [a, b] = [stored(canonOf(['Rusty'], 2)), stored(canonOf(['Bo'], 3))];
    const script = readStory(undefined, [...a.characters, ...b.characters], ['Rusty runs', 'Bo and Rusty']);
    const { request, panels } = planStory(script, { ...choices, canons: [a, b] });
    expect(panels).toEqual([5, 6]);
    request.panels.slice(0, 2).forEach((panel, i) => {
      const { id, revision, seed, prompt, negativePrompt, concepts } = a.anchors[i] as (typeof a.anchors)[number];
      expect(panel).toEqual({ id, revision, seed, prompt, negativePrompt, concepts, canon: a.id });
    });
    expect(request.panels.slice(2, 5).map((panel) => panel.canon)).toEqual([b.id, b.id, b.id]);
    expect(request.panels.slice(5).every((panel) => panel.canon === undefined)).toBe(true);

    const edges = sharingEdges(request.panels, 2);
    const seenBy = (viewer: number) => edges.filter((edge) => edge.viewer === viewer).map((edge) => edge.source);
    expect(seenBy(5).sort()).toEqual([0, 1]);
    expect(seenBy(6).sort()).toEqual([0, 1, 2, 3]);
    // an anchor looks at its own kind only: that is why it comes out as it did
    expect(seenBy(0)).toEqual([1]);
    expect(seenBy(1)).toEqual([0]);
    expect(seenBy(4).sort()).toEqual([2, 3]);
  });

  it('given a canon of somebody whom no panel shows, then its anchors are left out', () => {
    const [a, b] = [stored(canonOf(['Rusty'], 2)), stored(canonOf(['Bo', 'Al'], 3))];
    const script = readStory(undefined, [...a.characters, ...b.characters], ['Bo runs', 'Bo sleeps']);
    const { request, panels } = planStory(script, { ...choices, canons: [a, b] });
    expect(request.panels.map(({ canon }) => canon)).toEqual([b.id, b.id, b.id, undefined, undefined]);
    expect(panels).toEqual([3, 4]);
    expect(canonsIn(script, [a, b])).toEqual([b]);
  });

  it('given an anchor that is a picture somebody brought, then it is there and need not be drawn', () => {
    const canon = canonOf(['Rusty'], 2);
    const [first, second] = canon.anchors as [Anchor, Anchor];
    const brought = stored({ ...canon, anchors: [{ ...first, given: true }, second] });
    const rows = planStory(readStory(undefined, brought.characters, ['sitting']), { ...choices, canons: [brought] });
    expect(rows.request.panels.map(({ given }) => given)).toEqual([first.latents, undefined, undefined]);
  });
});

describe('unknownWords', () => {
  const vocabulary = ['a', 'fox', 'in', 'the', 'forest', 'bär'];

  it('given prompts, then each word that the model was not taught is told once', () => {
    expect(unknownWords(['A fox in the FOREST', 'a fox-dragon, in 2 castles', 'a Castles'], vocabulary)).toEqual([
      'dragon',
      '2',
      'castles',
    ]);
    expect(unknownWords(['a Bär', '狐狸', '🦊 !'], vocabulary)).toEqual(['狐狸']);
  });

  it('given a model that knows a language, then no word is unknown', () => {
    expect(unknownWords(['anything at all'], undefined)).toEqual([]);
  });
});
