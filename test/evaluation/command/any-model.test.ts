import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/worker/engine-client.ts';
import { compareVariants } from '../../../src/evaluation/command/compare-variants.ts';
import { provokeFailures } from '../../../src/evaluation/command/provoke-failures.ts';
import { evaluationEngine } from '../../../src/evaluation/evaluation-engine.ts';
import { MEASURE_NAMES, MEASURES } from '../../../src/evaluation/measures/measure-names.ts';
import { type EvaluationOptions, parseOptions } from '../../../src/evaluation/options.ts';
import { collectSections } from '../../../src/evaluation/report/collect-sections.ts';
import { storyBenchmark } from '../../../src/evaluation/story-benchmark/story-benchmark.ts';
import { copyTinyClip } from '../../support/clip-folder.ts';
import { temporaryFolder } from '../../support/story-runs.ts';
import { installTiny } from '../../support/tiny-models.ts';

/** A model of another world and another size than the pocket's, and not square. */
const CARD = { name: 'tiny', width: 64, height: 128, steps: 2, guidance: 1 };
const STORY = {
  Characters: { Rusty: { prompt_en: 'a red fox' }, Bella: { prompt_en: 'a bear' } },
  Shots: [
    { 'Static Shot Description': 'Rusty cooking', 'Setting Description': 'at home', 'Characters Appearing': ['Rusty'] },
    {
      'Static Shot Description': 'Rusty and Bella fishing',
      'Setting Description': 'at a lake',
      'Characters Appearing': ['Rusty', 'Bella'],
    },
  ],
};

/** Where lines of a run go; by the one that says so the person loses patience. */
function consoleUntil(stop?: RegExp) {
  const lines: string[] = [];
  const write = (line: string) => {
    lines.push(line);
    if (stop?.test(line)) throw new Error('stopped');
  };
  return { lines, write, now: () => 0 };
}

describe('given an installed model that the judge knows nothing of', () => {
  const place = temporaryFolder();
  let model: string;
  let engine: Engine;
  /** one for all commands, each of which would have its own */
  const startEngine = (): Engine => ({
    draw: (...args) => engine.draw(...args),
    probe: (...args) => engine.probe(...args),
    modelHash: (...args) => engine.modelHash(...args),
    close: () => Promise.resolve(),
  });
  beforeAll(() => {
    engine = evaluationEngine({ provider: 'cpu', threads: 1 });
    model = installTiny('tiny-sd1', place.at('models', 'tiny'), CARD);
    fs.writeFileSync(place.at('tale.json'), JSON.stringify(STORY));
  });
  afterAll(async () => {
    await engine.close();
    place.remove();
  });

  const read = (...parts: string[]) => fs.readFileSync(place.at(...parts), 'utf8');
  const stamps = (folder: string) => {
    const files = fs.readdirSync(place.at(folder, 'cells'));
    return new Map(files.map((file) => [file, fs.statSync(place.at(folder, 'cells', file)).mtimeMs]));
  };
  const common = () => ['--model', model, '--threads', '1', '--provider', 'cpu'];

  it('then variants are compared by all that needs no judge, in its own size and steps, and the report says what is missing', async () => {
    const args = ['--quick', ...common(), '--stories', '1', '--panels', '2', '--runs', '1'];
    const more = ['--variants', 'all', '--clip', 'none', '--dreamsim', 'none', '--out', place.at('variants')];
    const options = parseOptions([...args, ...more]) as EvaluationOptions;
    const { lines, ...output } = consoleUntil();
    await compareVariants(options, args, output, startEngine);
    const results = JSON.parse(read('variants/report.json'));
    expect(results).toMatchObject({ model: 'tiny', steps: 2, guidance: 1, panels: 2, pocketDaylight: false });
    expect(results.coats).toBeUndefined();
    const [plain] = results.summaries;
    const missing: string[] = results.notMeasured.map(({ title }: { title: string }) => title);
    expect(missing).toContain(MEASURES.coatNames.title);
    for (const name of MEASURE_NAMES)
      expect([name, plain.byMeasure[name].mean === null]).toEqual([name, missing.includes(MEASURES[name].title)]);
    const report = read('variants/report.md');
    expect(report).toContain('- same coat, species seen');
    expect(report).toContain('needs an installed CLIP');
    expect(report).toContain('provider cpu');
    expect(report).not.toMatch(/NaN|undefined/);
    expect(lines).toContainEqual('Drawing with tiny on cpu');
    expect(lines).toContainEqual(expect.stringMatching(/^2\/2 fox, seed 101, all \(drawn in /));
  });

  it('then the story benchmark reads by masks and by CLIP; one that was stopped goes on where it was', async () => {
    const clip = copyTinyClip(place.at('models', 'clip'));
    const args = [
      '--stories',
      place.at('tale.json'),
      ...common(),
      '--clip',
      clip,
      '--clipseg',
      'none',
      '--out',
      place.at('stories'),
      '--variants',
      'all',
      '--size',
      '64x64',
    ];
    await expect(storyBenchmark(args, consoleUntil(/^1\/2 /), startEngine)).rejects.toThrow('stopped');
    const before = stamps('stories');
    expect(before.size).toBe(2); // the casting and one of two variants
    await storyBenchmark(args, consoleUntil(), startEngine);
    const after = stamps('stories');
    for (const [file, stamp] of before) expect(after.get(file)).toBe(stamp);
    const results = JSON.parse(read('stories/stories.json'));
    expect(results.measuredWith).toMatchObject([{ kind: 'CLIP', name: clip }]);
    for (const { variant, byMeasure } of results.variants) {
      for (const [name, { mean }] of Object.entries<{ mean: number | null }>(byMeasure)) {
        const isMissing = results.infos[name].notMeasured !== undefined;
        expect([variant, name, typeof mean]).toEqual([variant, name, isMissing ? 'object' : 'number']);
      }
    }
    expect(results.variants.at(-1)).toMatchObject({
      variant: 'copy-paste',
      byMeasure: { cidsCross: { mean: expect.any(Number) } },
    });
    const report = read('stories/stories.md');
    expect(report).toContain('Not measured: it needs a detector of figures.');
    expect(report).toContain('stories drawn by tiny');
    expect(report).not.toMatch(/NaN|undefined/);
  });

  it('then the page of its results shows its own pictures, and none of the pocket’s', async () => {
    const results = place.at('page');
    fs.cpSync(place.at('variants', 'report.json'), path.join(results, 'quick.json'));
    fs.mkdirSync(path.join(results, 'sheets'));
    for (const name of ['fox-101.png', 'fox-101-variants.png', 'signatures-fox-701.png'])
      fs.writeFileSync(path.join(results, 'sheets', name), '');
    const [section] = await collectSections(results);
    const pictures = section?.blocks.filter(({ kind }) => kind === 'picture');
    expect(pictures).toMatchObject([
      { file: path.join(results, 'sheets', 'fox-101.png'), caption: 'Story “fox”, seed 101.' },
    ]);
  });

  it('then what does not fit in memory is refused before anything is drawn or written', async () => {
    const tight = [...common(), '--size', '1024x1024', '--max-memory', '0.2'];
    const options = parseOptions(['--quick', ...tight, '--out', place.at('none')]) as EvaluationOptions;
    const refused = { code: 'memory-limit', message: expect.stringMatching(/1024 x 1024.*--size/) };
    await expect(compareVariants(options, [], consoleUntil())).rejects.toMatchObject(refused);
    const stories = ['--stories', place.at('tale.json'), ...tight, '--out', place.at('none')];
    await expect(storyBenchmark(stories, consoleUntil())).rejects.toMatchObject({ code: 'memory-limit' });
    const signatures = ['--signatures', ...tight, '--out', place.at('none')];
    await expect(provokeFailures(signatures, consoleUntil())).rejects.toMatchObject(refused);
    expect(fs.existsSync(place.at('none'))).toBe(false);
  });
});
