import { describe, expect, it } from 'vitest';
import type { RasterImage } from '../../src/engine/raster-image.ts';
import { compositionLikeness } from '../../src/inspection/composition-likeness.ts';
import { inspectStory, signatureScores } from '../../src/inspection/inspect-story.ts';
import { smudgedShare } from '../../src/inspection/picture-detail.ts';
import { settingOf } from '../../src/inspection/prompt-setting.ts';
import { reducePicture } from '../../src/inspection/reduce-picture.ts';
import type { InspectedPanel, Signature } from '../../src/inspection/warning.ts';

type Rgb = readonly [number, number, number];

const SIDE = 32;
const GRID = { height: 8, width: 8 };
const RED: Rgb = [214, 64, 58];
const BLUE: Rgb = [74, 134, 216];
const SAND: Rgb = [236, 210, 150];
const GRASS: Rgb = [110, 160, 90];
const SKY: Rgb = [190, 220, 240];

function picture(colourAt: (x: number, y: number) => Rgb): RasterImage {
  const rgb = new Uint8Array(SIDE * SIDE * 3);
  for (let i = 0; i < SIDE * SIDE; i++) rgb.set(colourAt(i % SIDE, Math.floor(i / SIDE)), i * 3);
  return { width: SIDE, height: SIDE, rgb };
}

/** A square creature, two cells of the mask grid wide and high, on a plain ground. */
function panel(id: number, coat: Rgb, ground: Rgb, cell: readonly [number, number]): InspectedPanel {
  const isIn = (x: number, y: number) => Math.abs(x - cell[0] - 0.5) <= 0.5 && Math.abs(y - cell[1] - 0.5) <= 0.5;
  const mask = Uint8Array.from({ length: 64 }, (_, i) => Number(isIn(i % 8, Math.floor(i / 8))));
  return {
    id,
    image: picture((x, y) => (isIn(Math.floor(x / 4), Math.floor(y / 4)) ? coat : ground)),
    // the creature in the first channel, on grounds that differ in the others
    latents: Float32Array.from({ length: 4 * 64 }, (_, i) => (i < 64 ? 3 * (mask[i] as number) : id)),
    masks: { fox: mask },
  };
}

const GOOD = [panel(1, RED, SAND, [1, 1]), panel(2, RED, GRASS, [5, 3]), panel(3, RED, SKY, [2, 5])];

const warned = (panels: readonly InspectedPanel[], prompts?: readonly string[]): Signature[] =>
  inspectStory({ panels, maskGrid: GRID }, { prompts }).map(({ signature }) => signature);

const scoreOf = (panels: readonly InspectedPanel[], signature: Signature) =>
  signatureScores({ panels, maskGrid: GRID }).find((found) => found.signature === signature);

describe('inspectStory', () => {
  it('given the same creature in places of its own, then nothing is warned of', () => {
    expect(warned(GOOD)).toEqual([]);
  });

  it('given one panel with another coat, then the subject is inconsistent and that panel is in front', () => {
    const panels = [...GOOD.slice(0, 2), panel(3, BLUE, SKY, [2, 5])];
    const [warning, ...others] = inspectStory({ panels, maskGrid: GRID });
    expect(others).toEqual([]);
    expect(warning).toMatchObject({ signature: 'inconsistent-subject', concept: 'fox' });
    expect(warning?.panels[0]).toBe(3);
    expect(warning?.score).toBeGreaterThan(0.9);
  });

  it('given a coat darkened by the night that its prompt names, then only with the pocket’s daylight is it the same', () => {
    const veiled = RED.map((value, i) => Math.round(0.72 * value + 0.28 * ([26, 30, 80][i] as number)));
    const panels = [GOOD[0], GOOD[1], panel(3, veiled as unknown as Rgb, SKY, [2, 5])] as InspectedPanel[];
    const prompts = ['a fox in the forest', 'a fox on a farm', 'a fox on the beach at night'];
    const story = { panels, maskGrid: GRID };
    const isWarned = (context: object) =>
      inspectStory(story, context).some(({ signature }) => signature === 'inconsistent-subject');
    expect(isWarned({ prompts })).toBe(true);
    expect(isWarned({ prompts, pocketDaylight: true })).toBe(false);
  });

  it('given all creatures in one place, then the layout has collapsed', () => {
    const panels = GOOD.map(({ id }, i) => panel(id, RED, [SAND, GRASS, SKY][i] as Rgb, [3, 3]));
    expect(warned(panels)).toEqual(['layout-collapse']);
    expect(scoreOf(panels, 'layout-collapse')?.score).toBeCloseTo(1, 12);
  });

  it('given backgrounds alike, then they leak, unless the prompts ask for one setting', () => {
    const grounds = [SAND, SAND, SAND, SAND, SKY];
    const panels = grounds.map((ground, i) => panel(i + 1, RED, ground, [1 + i, 1 + 2 * (i % 3)]));
    expect(warned(panels)).toEqual(['background-leakage']);
    expect(inspectStory({ panels, maskGrid: GRID })[0]?.panels.at(-1)).toBe(5);
    const beach = ['standing', 'dancing', 'sitting', 'waving'].map((action) => `a fox ${action} on the beach`);
    expect(warned(panels, [...beach, 'a fox in the snow'])).toEqual([]);
  });

  it('given blotches in place of surfaces, then details are poor', () => {
    const blotched = GOOD.map((good) => ({
      ...good,
      image: {
        ...good.image,
        rgb: good.image.rgb.map((value, i) => Math.min(255, value + 12 * (Math.floor(i / 6) % 3))),
      },
    }));
    expect(scoreOf(GOOD, 'poor-details')?.score).toBeLessThan(0.05);
    expect(warned(blotched)).toContain('poor-details');
  });

  it('given a concept that one panel shows, or masks that are empty, then nothing is said of the subject', () => {
    const alone = [GOOD[0], { ...GOOD[1], masks: {} }] as InspectedPanel[];
    expect(scoreOf(alone, 'inconsistent-subject')).toBeUndefined();
    const unseen = GOOD.map((good) => ({ ...good, masks: { fox: new Uint8Array(64) } }));
    expect(scoreOf(unseen, 'inconsistent-subject')).toBeUndefined();
  });

  it('given a single panel, then only its details are looked at', () => {
    expect(signatureScores({ panels: GOOD.slice(0, 1), maskGrid: GRID }).map(({ signature }) => signature)).toEqual([
      'poor-details',
    ]);
  });

  it('given a concept called like a property of every object, then it is one like any other', () => {
    const panels = GOOD.map(({ masks, ...rest }) => ({ ...rest, masks: { constructor: masks.fox as Uint8Array } }));
    expect(signatureScores({ panels, maskGrid: GRID })[0]?.concept).toBe('constructor');
    const without = [...panels.slice(0, 2), { ...(panels[2] as InspectedPanel), masks: {} }];
    expect(signatureScores({ panels: without, maskGrid: GRID })[0]?.panels).toHaveLength(2);
  });
});

describe('what it stands on', () => {
  it('given latents that differ in light alone, then the composition is the same; given noise, then it is not', () => {
    const one = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i * i));
    expect(
      compositionLikeness(
        one,
        one.map((value, i) => 2 * value + Math.floor(i / 16)),
      ),
    ).toBeCloseTo(1, 6);
    expect(
      Math.abs(
        compositionLikeness(
          one,
          one.map((_, i) => Math.sin(i * i + i)),
        ),
      ),
    ).toBeLessThan(0.3);
    expect(compositionLikeness(one, new Float32Array(64))).toBe(0);
  });

  it.each([
    ['a storybook drawing of a fox reading a book in a bedroom at night', 'in a bedroom at night'],
    ['A Fox On The Moon', 'on the moon'],
    ['a fox dancing', undefined],
  ])('given "%s", then its setting is %s', (prompt, setting) => {
    expect(settingOf(prompt)).toBe(setting);
  });

  it('given a picture twice as wide, then halved boxes are means; given a smaller one, then it is left alone', () => {
    const large = picture((x) => (x % 2 ? [100, 0, 0] : [200, 0, 0]));
    const small = reducePicture(large, SIDE / 2);
    expect([small.width, small.height, ...small.rgb.subarray(0, 3)]).toEqual([SIDE / 2, SIDE / 2, 150, 0, 0]);
    expect(reducePicture(large, SIDE)).toBe(large);
    expect(reducePicture(large, SIDE - 1)).toBe(large);
  });

  it('given flat colour or black on white, then nothing is smudged; given a soft ramp, then all of it is', () => {
    expect(smudgedShare(picture(() => SAND))).toBe(0);
    expect(smudgedShare(picture((x) => (x < SIDE / 2 ? [0, 0, 0] : [255, 255, 255])))).toBe(0);
    expect(smudgedShare(picture((x) => [4 * x + 60, 4 * x + 60, 4 * x + 60]))).toBeGreaterThan(0.9);
  });
});
