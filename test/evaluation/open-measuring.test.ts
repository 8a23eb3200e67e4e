import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openMeasuring } from '../../src/evaluation/command/open-measuring.ts';
import { measuredWithText } from '../../src/evaluation/measured-with.ts';
import { fixturePath } from '../support/fixtures.ts';
import { solidPanel } from '../support/solid-panels.ts';

const DREAMSIM = fixturePath('dreamsim');
const none = (text: string) => expect(text).toBe('nothing to tell');

describe('models that measure, by what a person said', () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-measuring-'));
    fs.cpSync(DREAMSIM, folder, { recursive: true });
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  test('given a DreamSim alone, then it is opened, and named by its bytes', async () => {
    const opened = await openMeasuring({ clip: 'none', dreamsim: DREAMSIM, threads: 1 }, none);
    expect(opened.clip).toBeUndefined();
    expect((await opened.dreamSim?.dreamSim.embedPicture(solidPanel(1, 8)))?.length).toBe(8 + 6 + 6);
    const [by] = opened.measuredWith;
    expect(by).toMatchObject({ kind: 'DreamSim', name: DREAMSIM, onlyOne: false });
    expect(by && measuredWithText(by)).toBe(`DreamSim: ${DREAMSIM}, \`${by?.hash}\``);
    await opened.release();
    const config = path.join(folder, 'config.json');
    fs.writeFileSync(config, fs.readFileSync(config, 'utf8').replace('"quick_gelu"', '"gelu"'));
    const other = await openMeasuring({ clip: 'none', dreamsim: folder, threads: 1 }, none);
    expect(other.dreamSim?.name).not.toBe(opened.dreamSim?.name);
    expect(other.measuredWith[0]?.hash).not.toBe(by?.hash);
    await other.release();
  });

  test('given none, then none', async () => {
    const opened = await openMeasuring({ clip: 'none', dreamsim: 'none', threads: 1 }, none);
    expect(opened).toMatchObject({ measuredWith: [] });
    expect([opened.clip, opened.dreamSim]).toEqual([undefined, undefined]);
    await opened.release();
  });

  test('given a model of another kind, then it is refused with what it is', async () => {
    await expect(openMeasuring({ clip: DREAMSIM, dreamsim: 'none', threads: 1 }, none)).rejects.toThrow(
      /"model_type": "clip".*a DreamSim/,
    );
  });
});
