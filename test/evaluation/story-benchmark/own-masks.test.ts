import { describe, expect, it } from 'vitest';
import type { ClipSeg } from '../../../src/evaluation/clipseg/open-clipseg.ts';
import { pastedShots } from '../../../src/evaluation/story-benchmark/copy-paste-baseline.ts';
import { cosine } from '../../../src/evaluation/story-benchmark/looking/cosine.ts';
import { maskMeasures } from '../../../src/evaluation/story-benchmark/own-masks/mask-measure-names.ts';
import {
  figureVector,
  lookByMasks,
  type MaskSighting,
} from '../../../src/evaluation/story-benchmark/own-masks/mask-sightings.ts';
import { measureByMasks } from '../../../src/evaluation/story-benchmark/own-masks/measure-by-masks.ts';
import { figuresByLooks } from '../../../src/evaluation/story-benchmark/own-masks/segment-figures.ts';
import { chanceOf, shotChoices } from '../../../src/evaluation/story-benchmark/own-masks/text-choices.ts';
import { parseStory } from '../../../src/evaluation/story-benchmark/story-file.ts';
import { STORY_MEASURE_NAMES } from '../../../src/evaluation/story-benchmark/story-measure-names.ts';
import { solidPanel } from '../../support/solid-panels.ts';

const shot = (description: string, setting: string, ...onStage: string[]) => ({
  'Static Shot Description': description,
  'Setting Description': setting,
  'Characters Appearing': onStage,
});

const STORY = parseStory(
  JSON.stringify({
    Characters: { Rusty: { prompt_en: 'a red fox' }, Bella: { prompt_en: 'a bear' } },
    Shots: [
      shot('Rusty standing', 'in the forest', 'Rusty'),
      shot('Rusty cooking soup', 'in a kitchen', 'Rusty'),
      shot('Rusty and Bella fishing', 'at a lake', 'Rusty', 'Bella'),
    ],
  }),
  'tale.json',
);

describe("a shot's texts, and those of the story's other shots", () => {
  it('then its setting, what the same do elsewhere, and who else could be there', () => {
    const [first, , last] = shotChoices(STORY);
    expect(first).toEqual({
      scene: { own: 'in the forest', others: ['in a kitchen', 'at a lake'] },
      actions: { own: 'a red fox standing', others: ['a red fox cooking soup'] },
      interaction: null,
      who: { own: 'a red fox', others: ['a red fox and a bear'] },
    });
    // nobody else is together in this story
    expect(last).toMatchObject({ actions: null, interaction: null, who: { own: 'a red fox and a bear' } });
    expect(chanceOf(shotChoices(STORY).map(({ scene }) => scene))).toBeCloseTo(1 / 3, 12);
    expect(chanceOf([null])).toBeNull();
  });
});

describe('a story by its masks', () => {
  const seen = (identity: number[], picture: number[] | null = null): MaskSighting => ({
    figures: { Rusty: { identity, outline: [...identity].reverse() } },
    style: [1, 0],
    picture,
  });
  const script = {
    onStage: [['Rusty'], ['Rusty'], ['Rusty', 'Bella']],
    choices: shotChoices(STORY),
    standing: [['Rusty'], [], []],
  };
  const cast = {
    references: new Map([
      ['Rusty', seen([1, 0])],
      ['Bella', { ...seen([0, 1]), figures: {} }],
    ]),
    further: new Map([['Rusty', [seen([0, 1])]]]),
  };

  it('given pictures alone, then identity, style and copying; what nobody names is null, and never 0', async () => {
    const sightings = [seen([1, 0]), seen([0, 1]), seen([1, 0])];
    const { measures, characters, shots } = await measureByMasks(script, sightings, cast, undefined);
    expect(measures.cidsCross).toBeCloseTo(2 / 3, 12);
    expect(measures.cidsSelf).toBeCloseTo(1 / 3, 12);
    expect(measures.csdSelf).toBeCloseTo(1, 12);
    // the shot in which it should stand is left out: of the others one is the canon's, one is not
    expect(measures.copyPaste).toBeCloseTo(1 / 2, 6);
    expect(characters.map(({ character }) => character)).toEqual(['Rusty']); // Bella's canon has no mask
    const infos = maskMeasures(undefined);
    for (const name of STORY_MEASURE_NAMES.filter((each) => each !== 'found'))
      expect(measures[name] === null).toBe(infos[name].notMeasured !== undefined);
    expect(measures.found).toBe(3 / 4); // the reader tells it where masks may be without anybody
    expect(shots[2]).toMatchObject({ occm: null, detected: null, expected: 2, scene: null });
  });

  it('given a reader of texts, then each part is the share of shots whose own text is the nearest', async () => {
    const embedText = async (text: string) => [Number(text.includes('kitchen') || text.includes('cooking')), 1];
    const sightings = [seen([1, 0], [0, 1]), seen([1, 0], [1, 1]), seen([1, 0], [1, 1])];
    const { measures, shots } = await measureByMasks(script, sightings, cast, embedText);
    // "in the forest" and "at a lake" are one to this reader: a tie is no win
    expect(shots.map(({ scene }) => scene)).toEqual([0, 1, 0]);
    expect(shots.map(({ actions }) => actions)).toEqual([1, 1, null]);
    expect(measures).toMatchObject({ actions: 1, interaction: null, occm: null, canonPose: null });
    expect(measures.scene).toBeCloseTo(1 / 3, 12);
    expect(measures.alignment).toBeCloseTo(2 / 3, 12);
    // CLIP's features of the figure, in place of the outline
    expect(measures.copyPaste).toBeCloseTo(1, 6);
  });
});

describe('what the measures are', () => {
  it('given a CLIP, then what it would be right in by chance; what no shots differ in is not measured', () => {
    const { scene, interaction, occm } = maskMeasures({ clip: 'tiny-clip', choices: shotChoices(STORY) });
    expect(scene.standIn).toContain('tiny-clip, right (1) or wrong (0); by chance 0.33');
    expect(interaction.notMeasured).toContain('stories whose shots differ');
    expect(occm.notMeasured).toContain('detector');
  });
});

describe('looking by masks', () => {
  const grid = { height: 2, width: 2 };
  const features = async () => ({ grid, found: [Float32Array.of(1, 0, 1, 0, 5, 5, 5, 5)] });
  const drawn = { prompt: '', image: solidPanel(3, 8), latents: new Float32Array(4), masks: {} };
  const left = Uint8Array.of(1, 0, 1, 0);

  it('given a mask, then its figure is what sets it apart from the picture; given an empty one, then nobody', async () => {
    const masks = { Rusty: left, Bella: new Uint8Array(4) };
    const [found] = await lookByMasks([{ ...drawn, masks }], grid, { features, promptPrefix: '', clip: undefined });
    expect(Object.keys(found?.figures ?? {})).toEqual(['Rusty']);
    expect(found?.picture).toBeNull();
    // channel 0 is its own, channel 1 is all over the picture
    expect([...figureVector((await features()).found[0] as Float32Array, left, undefined)]).toEqual([1, 0]);
    const other = figureVector(Float32Array.of(0, 1, 0, 1, 5, 5, 5, 5), left, undefined);
    expect(cosine([1, 0], other)).toBeCloseTo(-1, 12);
  });

  it('given a CLIP, then it sees the figure cut out, and the whole picture', async () => {
    const sizes: number[] = [];
    const clip = {
      embedPicture: async ({ width }: { width: number }) => {
        sizes.push(width);
        return Float32Array.of(1, 0);
      },
    };
    const corner = Uint8Array.of(1, 0, 0, 0);
    const shots = [{ ...drawn, masks: { Rusty: corner } }];
    const [found] = await lookByMasks(shots, grid, { features, promptPrefix: '', clip });
    expect(sizes).toEqual([4, 8]);
    expect(found).toMatchObject({ figures: { Rusty: { identity: [1, 0] } }, picture: [1, 0] });
  });
});

describe('figures that a CLIPSeg finds', () => {
  const [here, there] = [Float32Array.of(0.9, 0.1, 0, 0), Float32Array.of(0, 0.1, 0.2, 0.8)];
  const clipSegOf = (maps: Readonly<Record<string, Float32Array>>): ClipSeg => ({
    grid: { height: 2, width: 2 },
    locate: async (_, phrases) => phrases.map((phrase) => maps[phrase] as Float32Array),
    release: async () => undefined,
  });
  const names = ['Rusty', 'Bella'];
  const find = (maps: Readonly<Record<string, Float32Array>>) =>
    figuresByLooks(clipSegOf(maps), STORY.characters)(solidPanel(3, 8), names);

  it('then each by its looks, from the threshold on', async () => {
    const { masks } = await find({ 'a red fox': here, 'a bear': there });
    expect(masks).toEqual({ Rusty: Uint8Array.of(1, 0, 0, 0), Bella: Uint8Array.of(0, 0, 0, 1) });
  });

  it('given two in one place, or nobody, then they are not found, and in no figure', async () => {
    expect((await find({ 'a red fox': here, 'a bear': here })).masks).toEqual({});
    const segment = figuresByLooks(clipSegOf({ 'a red fox': here, 'a bear': new Float32Array(4) }), STORY.characters);
    const grid = { height: 2, width: 2 };
    const features = async () => ({ grid, found: [new Float32Array(4).fill(1)] });
    const masks = Object.fromEntries(names.map((name) => [name, new Uint8Array(4).fill(1)]));
    const shots = [{ prompt: '', image: solidPanel(3, 8), latents: new Float32Array(4), masks }];
    const [found] = await lookByMasks(shots, grid, { features, promptPrefix: '', clip: undefined, segment });
    expect(Object.keys(found?.figures ?? {})).toEqual(['Rusty']);
    expect(maskMeasures(undefined, 'tiny-clipseg').found).toMatchObject({
      standIn: expect.stringContaining('tiny-clipseg'),
    });
    expect(maskMeasures(undefined, 'tiny-clipseg').found.notMeasured).toBeUndefined();
  });
});

it('given pasted canons, then each character’s mask lies in its own strip', () => {
  const canon = (name: string) => ({
    prompt: name,
    image: solidPanel(1, 4),
    latents: new Float32Array(4 * 4),
    masks: { [name]: Uint8Array.of(0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0) },
  });
  const canons = {
    shots: [canon('Rusty'), canon('Bella')],
    latentShape: [4, 2, 2] as const,
    maskGrid: { height: 4, width: 4 },
    took: 0,
  };
  const { shots } = pastedShots(STORY, canons);
  expect(shots[0]?.masks.Rusty).toEqual(canons.shots[0]?.masks.Rusty);
  const together = shots[2]?.masks;
  expect([...(together?.Rusty ?? [])].slice(0, 4)).toEqual([1, 1, 0, 0]);
  expect([...(together?.Bella ?? [])].slice(0, 4)).toEqual([0, 0, 1, 1]);
});
