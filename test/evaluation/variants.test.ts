import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, PLAIN_SETTINGS } from '../../src/engine/consistory/settings.ts';
import { MEASURE_NAMES } from '../../src/evaluation/measures/measure-names.ts';
import { parseOptions } from '../../src/evaluation/options.ts';
import { panelPrompt, storyRequest } from '../../src/evaluation/panel-prompts.ts';
import { storySeed } from '../../src/evaluation/run-evaluation.ts';
import { OVERRIDES } from '../../src/evaluation/setting-overrides.ts';
import { EXTREME_STORIES, STORIES } from '../../src/evaluation/stories.ts';
import { SWEEPS } from '../../src/evaluation/sweeps.ts';
import { FULL_VARIANTS, parseVariants, type Variant } from '../../src/evaluation/variants.ts';
import { refusal } from '../support/refusal.ts';

const only = (text: string): Variant => parseVariants(text).at(-1) as Variant;
const SAMPLING = { promptPrefix: 'a storybook drawing of', steps: 4, guidance: 4 };

describe('variants', () => {
  it('given any list, then plain comes first and nothing comes twice', () => {
    expect(parseVariants('all, shared,all').map((v) => v.name)).toEqual(['plain', 'all', 'shared']);
    expect(parseVariants(FULL_VARIANTS).map((v) => v.name)).toEqual(FULL_VARIANTS.split(','));
  });

  it('given overrides, then these settings change and no others', () => {
    expect(only('all+anchors=all+dropout=0.25+strength=1').settings).toEqual({
      ...DEFAULT_SETTINGS,
      anchors: 'all',
      maskDropout: 0.25,
      featureInjection: { ...DEFAULT_SETTINGS.featureInjection, strength: 1 },
    });
    expect(only('all+blending=off').settings.queryBlending).toBeUndefined();
  });

  it('given a value of a part that is off, then the part is on with the paper’s other values', () => {
    expect(only('plain+blendUntil=0.2').settings).toEqual({
      ...PLAIN_SETTINGS,
      queryBlending: { ...DEFAULT_SETTINGS.queryBlending, until: 0.2 },
    });
  });

  it('given every setting, then an unusable value is refused with what it takes', () => {
    for (const { name, takes } of OVERRIDES) {
      for (const value of ['', 'x', '-7', 'NaN']) {
        const error = refusal(() => parseVariants(`all+${name}=${value}`));
        expect(error.code).toBe('evaluation-override');
        expect(error.message).toContain(takes);
      }
    }
  });

  it.each([
    ['al', 'evaluation-variant'],
    ['constructor', 'evaluation-variant'],
    ['', 'evaluation-variant'],
    ['all+ancors=2', 'evaluation-override'],
    ['all+dropout', 'evaluation-override'],
    ['all+', 'evaluation-override'],
  ])('given "%s", then it is refused', (text, code) => {
    expect(refusal(() => parseVariants(text)).code).toBe(code);
  });
});

describe('options', () => {
  it('given --quick alone, then the report is the committed one; given other variants, then it is not', () => {
    expect(parseOptions(['--quick'])?.report).toBe('docs/results/quick.md');
    expect(parseOptions([])?.report).toBe('docs/results/full.md');
    expect(parseOptions(['--quick', '--variants', 'all', '--out', 'x'])?.report).toBe('x/report.md');
    expect(parseOptions(['--quick', '--model', 'sdxl', '--out', 'x'])?.report).toBe('x/quick.md');
    expect(parseOptions(['--help'])).toBeUndefined();
  });

  it.each([['--quik'], ['--runs', '0'], ['--runs', 'two'], ['--stories', '99'], ['--guidance', 'none'], ['stray']])(
    'given %s %s, then it is refused',
    (...args) => {
      expect(refusal(() => parseOptions(args)).code).toBe('evaluation-options');
    },
  );
});

describe('sweeps', () => {
  it.each(SWEEPS)(
    'given the sweep $name, then its variants can be drawn, and every point of a line is among them',
    (sweep) => {
      const variants = parseVariants(sweep.variants.join()).map(({ name }) => name);
      expect(variants).toEqual(['plain', ...sweep.variants]);
      for (const { points } of sweep.lines) {
        for (const { variant } of points) expect(variants).toContain(variant);
      }
      for (const measure of sweep.measures) expect(MEASURE_NAMES).toContain(measure);
    },
  );

  it('given --sweep, then its variants and stories are taken, and the committed report is written', () => {
    const options = parseOptions(['--sweep', 'poses']);
    expect(options?.report).toBe('docs/results/sweep-poses.md');
    expect(options?.stories).toEqual(EXTREME_STORIES);
    expect(options?.variants.map(({ name }) => name)).toEqual(['plain', 'shared', 'all']);
    expect(parseOptions(['--sweep', 'layout', '--stories', '2', '--out', 'x'])).toMatchObject({
      report: 'x/sweep-layout.md',
      runs: 1,
      stories: STORIES.slice(0, 2),
    });
  });

  it('given an unknown sweep, then those that there are', () => {
    const error = refusal(() => parseOptions(['--sweep', 'all']));
    expect(error.code).toBe('evaluation-sweep');
    expect(error.message).toContain('layout, injection, poses');
  });
});

describe('stories', () => {
  it.each(STORIES)(
    'given $subject, then every mix of its actions and places is another prompt',
    ({ subject, panels }) => {
      const prompts = panels.flatMap(({ action }) =>
        panels.map(({ place }) => panelPrompt('', subject, { action, place })),
      );
      expect(panels).toHaveLength(4);
      expect(new Set(prompts).size).toBe(16);
    },
  );

  it('given stories and runs, then no two share a seed', () => {
    const seeds = [1, 2, 3].flatMap((run) => STORIES.map((_, story) => storySeed(story, run)));
    expect(new Set(seeds).size).toBe(3 * STORIES.length);
  });

  it('given a variant, then only what it is about changes in the requests', () => {
    const [owl] = STORIES.filter((story) => story.subject === 'owl');
    if (!owl) throw new Error('no owl');
    const plain = storyRequest(owl, only('plain'), 7n, SAMPLING);
    const all = storyRequest(owl, only('all'), 7n, SAMPLING);
    expect(plain.panels[0]?.prompt).toBe('a storybook drawing of an owl standing in a garden at night');
    expect(all).toEqual({ ...plain, settings: DEFAULT_SETTINGS });
    const spelled = storyRequest(owl, only('spelled-out'), 7n, SAMPLING);
    expect(spelled.panels[0]?.prompt).toBe(
      'a storybook drawing of a blue owl wearing yellow glasses standing in a garden at night',
    );
    const same = storyRequest(owl, only('same-noise'), 7n, SAMPLING);
    expect(same.panels.map(({ id, noiseOf }) => [id, noiseOf])).toEqual([1, 2, 3, 4].map((id) => [id, 1]));
  });
});
