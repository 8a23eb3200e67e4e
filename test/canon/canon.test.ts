import { describe, expect, it } from 'vitest';
import { anchorDrift, assertCanonFits, canonAnchors, makeCanon } from '../../src/canon/canon.ts';
import type { StoryRequest } from '../../src/engine/draw-story.ts';
import { planStory } from '../../src/story/plan-story.ts';
import { readStory } from '../../src/story/story-script.ts';
import {
  canonOf,
  character,
  drawnFor,
  LATENT_SHAPE,
  MASK_GRID,
  MODEL,
  panel,
  requestOf,
  SIZE,
  stored,
} from '../support/canons.ts';
import { refusal } from '../support/refusal.ts';

const places = (request: StoryRequest) => canonAnchors(request).map(({ place, concepts }) => [place, ...concepts]);
const make = (request: StoryRequest, names: readonly string[]) =>
  makeCanon({
    request,
    drawn: drawnFor(request),
    characters: names.map(character),
    model: MODEL,
    size: SIZE,
    latentShape: LATENT_SHAPE,
    maskGrid: MASK_GRID,
  });

describe('canonAnchors', () => {
  it('given one character, then the anchors are the panels that all others looked at', () => {
    const four = [1, 2, 3, 4].map((id) => panel(id, ['Rusty']));
    expect(places(requestOf(four, 2))).toEqual([
      [0, 'Rusty'],
      [1, 'Rusty'],
    ]);
    expect(places(requestOf(four, 1))).toEqual([[0, 'Rusty']]);
    expect(places(requestOf(four, 'all'))).toHaveLength(4);
  });

  it('given a story of one panel, then it is the anchor', () => {
    expect(places(requestOf([panel(1, ['Rusty'])]))).toEqual([[0, 'Rusty']]);
  });

  it('given panels without anybody, then they are no anchors', () => {
    expect(places(requestOf([panel(1, []), panel(2, ['Rusty']), panel(3, ['Rusty'])]))).toEqual([
      [1, 'Rusty'],
      [2, 'Rusty'],
    ]);
  });

  it('given two characters, then the anchors of both, and what these looked at', () => {
    const request = requestOf([panel(1, ['Bo']), panel(2, ['Bo']), panel(3, ['Rusty', 'Bo']), panel(4, ['Rusty'])]);
    // 3 is an anchor of Rusty, and looks at Bo's
    expect(places(request)).toEqual([
      [0, 'Bo'],
      [1, 'Bo'],
      [2, 'Rusty', 'Bo'],
      [3, 'Rusty'],
    ]);
  });

  it('given somebody who is in one panel only, then that panel is an anchor too', () => {
    expect(places(requestOf([panel(1, ['Bo']), panel(2, ['Rusty']), panel(3, ['Rusty'])]))).toEqual([
      [0, 'Bo'],
      [1, 'Rusty'],
      [2, 'Rusty'],
    ]);
  });

  it("given another canon in the story, then only the story's own characters are in its canon", () => {
    const request = requestOf([
      panel(1, ['Rusty'], 'canon a'),
      panel(1, ['Rusty', 'Bo']),
      panel(2, ['Rusty']),
      panel(3, ['Bo']),
    ]);
    expect(places(request)).toEqual([
      [1, 'Bo'],
      [3, 'Bo'],
    ]);
  });

  it('given nobody of its own, then it is refused and says why', () => {
    const nobody = refusal(() => canonAnchors(requestOf([panel(1, [])])));
    expect(nobody.code).toBe('canon-empty');
    expect(nobody.message).toContain('--character');
    const known = refusal(() => canonAnchors(requestOf([panel(1, ['Rusty'], 'a'), panel(1, ['Rusty'])])));
    expect(known.code).toBe('canon-empty');
    expect(known.message).toContain('Rusty');
  });
});

describe('makeCanon', () => {
  it('given a story, then the anchors have all that is needed to draw them again', () => {
    const request = requestOf([panel(1, ['Rusty']), panel(2, ['Rusty']), panel(3, ['Rusty'])]);
    const drawn = drawnFor(request);
    const canon = make(request, ['Rusty']);
    expect(canon).toMatchObject({ steps: 3, guidance: 4.5, settings: request.settings, model: MODEL, size: SIZE });
    expect(canon.anchors.map(({ latents, masks, ...rest }) => rest)).toEqual(
      request.panels.slice(0, 2).map(({ ...rest }) => rest),
    );
    expect(canon.anchors.map((anchor) => anchor.latents)).toEqual(drawn.panels.slice(0, 2).map((p) => p.latents));
    expect(canon.anchors.map((anchor) => anchor.masks)).toEqual(drawn.panels.slice(0, 2).map((p) => p.masks));
  });

  it('given characters of other canons, or in no panel, then they are not in it', () => {
    const request = requestOf([panel(1, ['Rusty'], 'a'), panel(1, ['Rusty', 'Bo'])]);
    const canon = make(request, ['Rusty', 'Bo', 'Nobody']);
    expect(canon.characters).toEqual([character('Bo')]);
    expect(canon.anchors.map((anchor) => anchor.concepts)).toEqual([['Bo']]);
    expect(Object.keys(canon.anchors[0]?.masks ?? {})).toEqual(['Bo']);
  });
});

describe('assertCanonFits', () => {
  const canon = stored(canonOf());

  it('given the same model and size, then it fits', () => {
    expect(() => assertCanonFits(canon, MODEL, SIZE, 'a.canon')).not.toThrow();
    expect(() => assertCanonFits(canon, { ...MODEL, name: 'renamed' }, SIZE, 'a.canon')).not.toThrow();
  });

  it('given another model or size, then it names both and what to do', () => {
    const model = refusal(() => assertCanonFits(canon, { name: 'sdxl', hash: 'cd'.repeat(32) }, SIZE, 'a.canon'));
    expect(model.code).toBe('canon-model');
    for (const part of ['a.canon', 'sdxl', 'pocket', 'cdcdcdcdcdcd', 'abababababab', '--model']) {
      expect(model.message).toContain(part);
    }
    const size = refusal(() => assertCanonFits(canon, MODEL, { width: 16, height: 32 }, 'a.canon'));
    expect(size.code).toBe('canon-size');
    expect(size.message).toContain('16 x 32');
    expect(size.message).toContain('32 x 16');
  });
});

describe('anchorDrift', () => {
  it('given a later story, then it finds the anchors among its panels and the largest difference', () => {
    const [a, b] = [stored(canonOf(['Rusty'])), stored(canonOf(['Bo'], 3))];
    const script = readStory(undefined, [...a.characters, ...b.characters], ['Rusty runs', 'Bo runs']);
    const choices = { seed: 1n, steps: 3, guidance: 1, promptPrefix: '', negativePrompt: '', settings: a.settings };
    const { request } = planStory(script, { ...choices, canons: [a, b] });
    const drawn = drawnFor(request);
    const redrawn = {
      ...drawn,
      panels: drawn.panels.map((each, i) => ({
        ...each,
        latents: [...a.anchors, ...b.anchors][i]?.latents ?? each.latents,
      })),
    };
    expect(anchorDrift(a, request, redrawn)).toBe(0);
    expect(anchorDrift(b, request, redrawn)).toBe(0);
    const second = Float32Array.from(a.anchors[1]?.latents ?? []);
    second[5] = (second[5] as number) - 0.25;
    const panels = redrawn.panels.map((each, i) => (i === 1 ? { ...each, latents: second } : each));
    expect(anchorDrift(a, request, { ...redrawn, panels })).toBeCloseTo(0.25, 6);
    expect(anchorDrift(b, request, { ...redrawn, panels })).toBe(0);
  });
});
