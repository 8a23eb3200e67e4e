import { describe, expect, it } from 'vitest';
import { asksForStoryBenchmark, parseStoryOptions } from '../../../src/evaluation/story-benchmark/story-options.ts';
import { refusal } from '../../support/refusal.ts';

describe('options of the story benchmark', () => {
  it('given a place after --stories, then it is asked for; given a number, then that is how many of the others', () => {
    expect(asksForStoryBenchmark(['--stories', 'test/stories'])).toBe(true);
    expect(asksForStoryBenchmark(['--stories=my.json', '--quick'])).toBe(true);
    expect(asksForStoryBenchmark(['--stories', '4'])).toBe(false);
    expect(asksForStoryBenchmark(['--quick'])).toBe(false);
    expect(asksForStoryBenchmark(['--stories'])).toBe(false);
  });

  it('given the committed stories, then the report goes to docs/results; anything else goes to the out folder', () => {
    expect(parseStoryOptions(['--stories', 'test/stories/', '--steps', '20'])).toMatchObject({
      report: 'docs/results/stories.md',
      steps: 20,
      count: undefined,
    });
    expect(parseStoryOptions(['--stories', 'test/stories', '--quick'])).toMatchObject({
      report: 'out/stories/stories.md',
      count: 4,
    });
    expect(parseStoryOptions(['--stories', 'a.json', '--out', 'o']).report).toBe('o/stories.md');
  });

  it('given variants, then those that share something draw with canons', () => {
    const { variants } = parseStoryOptions(['--stories', 'a', '--variants', 'all,spelled-out,shared']);
    expect(variants.map(({ name, withCanons }) => [name, withCanons])).toEqual([
      ['plain', false],
      ['all', true],
      ['spelled-out', false],
      ['shared', true],
    ]);
  });

  it('given what is no option, then it is refused', () => {
    expect(refusal(() => parseStoryOptions(['--stories', 'a', '--runs', '3'])).code).toBe('evaluation-options');
    expect(refusal(() => parseStoryOptions(['--stories', 'a', '--steps', 'many'])).code).toBe('evaluation-options');
    expect(refusal(() => parseStoryOptions(['--stories', 'a', '--variants', 'magic'])).code).toBe('evaluation-variant');
  });
});
