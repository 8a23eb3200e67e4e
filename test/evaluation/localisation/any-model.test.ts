import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RasterImage } from '../../../src/engine/raster-image.ts';
import { chooseTruth } from '../../../src/evaluation/command/choose-truth.ts';
import { localise } from '../../../src/evaluation/command/localise.ts';
import type { LocalisationResults } from '../../../src/evaluation/localisation/results.ts';
import { copyTinyClipSeg } from '../../support/clipseg-folder.ts';
import { copyPocket } from '../../support/model-copies.ts';
import { solidPanel } from '../../support/solid-panels.ts';

const folder = fs.mkdtempSync('/tmp/localise-');
/** Of another size, and of a world that the judge is not told to know. */
const card = { width: 96, height: 64 };
let model: string;
let clipseg: string;
beforeAll(() => {
  model = copyPocket(folder, 'stranger', { card, other: true });
  clipseg = copyTinyClipSeg(path.join(folder, 'clipseg'));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

async function run(...options: string[]): Promise<string[]> {
  const lines: string[] = [];
  const few = ['--localisation', '--prompts', '1', '--steps', '2', '--threads', '1'];
  await localise([...few, '--model', model, '--out', path.join(folder, 'out'), ...options], {
    write: (line) => lines.push(line),
    now: () => 0,
  });
  return lines;
}
const written = (name: string) => fs.readFileSync(path.join(folder, 'out', name), 'utf8');

describe('given a model of another size, and a CLIPSeg', () => {
  test('then the report has scores, and says whose truth they stand on', async () => {
    const lines = await run('--clipseg', clipseg);
    expect(lines.slice(0, 2)).toEqual([
      'stranger, 96 x 64, 2 steps',
      expect.stringMatching(/^1\/2 pictures 3 of 3 with attention at 12 x 8/),
    ]);
    const results = JSON.parse(written('localisation.json')) as LocalisationResults;
    expect(results).toMatchObject({ model: 'stranger', truth: 'clipseg', size: card, clipSeg: { threshold: 0.3 } });
    const scores = results.pictures.flatMap(({ subjects }) => subjects.map(({ score }) => score));
    expect(scores.length).toBeGreaterThan(0);
    for (const score of scores.flatMap((each) => Object.values(each))) {
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(1);
    }
    expect(results.compared?.map(({ name }) => name)).toEqual([0.2, 0.4, 0.5].map((t) => `CLIPSeg from ${t}`));
    const report = written('localisation.md');
    expect(report).toContain('can be told in the finished pictures by CLIPSeg');
    expect(report).not.toMatch(/judge's 64 x 64|NaN|undefined/);
    expect(fs.existsSync(path.join(folder, 'out/localisation-worst.png'))).toBe(true);
  });

  test('with no CLIPSeg, or the judge for a world that it does not know, then it is refused before drawing', async () => {
    await expect(run('--clipseg', 'none')).rejects.toThrow(/npm run model -- add CIDAS\/clipseg-rd64-refined/);
    await expect(run('--truth', 'judge')).rejects.toThrow(/world, which the judge knows, but got stranger/);
    await expect(run('--clipseg', model)).rejects.toThrow(/"model_type": "clipseg"/);
  });
});

describe('given the pocket', () => {
  const about = { isPocketWorld: true, name: 'pocket' };
  const choose = (options: object) => chooseTruth({ threads: 1, ...options }, about, () => {}, folder);
  const picture: RasterImage = solidPanel(3, 128);

  test('then the judge tells the truth, and no CLIPSeg that happens to be installed', async () => {
    const chosen = await choose({});
    expect([chosen.truth.name, chosen.others, chosen.said.truth]).toEqual(['the judge', [], 'judge']);
    expect((await chosen.truth.tell(picture, ['fox'])).grid).toEqual({ height: 64, width: 64 });
    await chosen.release();
  });

  test('with CLIPSeg for the truth, then the judge is compared with it, and the other way round', async () => {
    const bySeg = await choose({ truth: 'clipseg' });
    expect([bySeg.truth.name, bySeg.others.at(-1)?.name]).toEqual(['CLIPSeg from 0.3', 'the judge']);
    expect((await bySeg.truth.tell(picture, ['fox'])).seen).toBeNull();
    await bySeg.release();
    const byJudge = await choose({ clipseg });
    expect([byJudge.truth.name, byJudge.others[0]?.name]).toEqual(['the judge', 'CLIPSeg from 0.3']);
    await byJudge.release();
  });
});
