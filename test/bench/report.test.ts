import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readParts, writeParts } from '../../src/bench/bench-file.ts';
import type { MeasuredParts } from '../../src/bench/parts.ts';
import type { RaceResult } from '../../src/bench/race.ts';
import type { RivalResult } from '../../src/bench/racing-rival.ts';
import { scalingSection } from '../../src/bench/report/scaling-section.ts';
import { verdictsOf } from '../../src/bench/report/targets.ts';
import type { TimedDrawing } from '../../src/bench/timed-drawing.ts';

const drawing = (wall: number): TimedDrawing => {
  return { wall, cpu: 2 * wall, sampling: wall - 10, phases: { sample: wall - 10 }, loop: { p50: 1, p99: 2, max: 9 } };
};
const same = { latents: 1e-5, relative: 1e-6, levels: { mean: 0, greatest: 0 }, masks: 1 };
const RIVAL: RivalResult = {
  dtype: 'float32',
  compile: false,
  versions: { torch: '2' },
  times: { plain: [drawing(118)], consistory: [drawing(400)] },
  first: { plain: 130, consistory: 410 },
  loaded: 4e8,
  peak: { plain: 5e8, consistory: 6e8 },
  agreement: { plain: same, consistory: same },
};
const RACE: RaceResult = {
  panels: 4,
  steps: 30,
  threads: 2,
  ours: {
    plain: [drawing(110), drawing(110)],
    exact: [drawing(900), drawing(297)],
    onepass: [drawing(154), drawing(170)],
  },
  one: { panel: [drawing(40)], redraw: [drawing(90)], remembered: [drawing(50)] },
  rivals: [RIVAL],
};
const circumstances = {
  command: 'npm run bench',
  date: '2026-11-24T11:00',
  code: 'commit abc',
  processor: 'a processor',
  cores: 2,
  memory: 1e10,
  versions: {},
  load: [0, 1],
} as const;
const PARTS: MeasuredParts = { race: { circumstances, result: RACE } };

describe('targets', () => {
  const verdict = (what: string) => verdictsOf(PARTS).find((v) => v.what.startsWith(what));

  it('given a round that something disturbed, then the best round decides', () => {
    expect(verdict('exact, time')).toMatchObject({ measured: '2.70 × (medians 5.44 ×)', met: false });
    expect(verdict('onepass, time')).toMatchObject({ measured: '1.40 × (medians 1.47 ×)', met: true });
  });

  it('given another take of one panel, then it is compared with one plain panel', () => {
    expect(verdict('another take')).toMatchObject({ measured: '1.25 × (medians 1.25 ×)', met: true });
  });

  it('given a rival that only samples, then its time is compared with our sampling', () => {
    expect(verdict('plain sampling against diffusers')).toMatchObject({
      measured: '1.08 × (medians 1.08 ×)',
      met: false,
    });
  });
});

describe('scaling', () => {
  it('given fewer steps than elsewhere and one round, then it says so before its ratios', () => {
    const times = { plain: [drawing(400)], onepass: [drawing(580)] };
    const point = {
      panels: 4,
      steps: 15,
      size: { width: 128, height: 128 },
      times,
      peak: { plain: 3e8, onepass: 3e8 },
    };
    const [how, , byPanels] = scalingSection({ panels: [point], sizes: [], anchors: [] });
    expect(how).toContain('15 steps, measured once.');
    expect(byPanels).toContain('| 4 | 100 ms | 145 ms | 1.45 × |');
  });
});

describe('the files of a benchmark', () => {
  it('given parts, then they are read back, and told and drawn', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'troupe-bench-'));
    try {
      await writeParts(folder, 'pocket', PARTS);
      expect(await readParts(folder, 'pocket')).toEqual(PARTS);
      expect(await readParts(folder, 'another')).toEqual({});
      const page = await readFile(path.join(folder, 'bench.md'), 'utf8');
      expect(page).toContain('| PyTorch eager float32 | 118 ms | 1.18 × | 400 ms | 1.39 × |');
      const { charts } = JSON.parse(await readFile(path.join(folder, 'bench.json'), 'utf8'));
      expect(charts[0].chart.bars).toContainEqual({ name: 'Troupe onepass', value: 1.44 });
      await writeFile(path.join(folder, 'bench.json'), '{"drawing": {}}'); // as older versions wrote it
      expect(await readParts(folder, 'pocket')).toEqual({});
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
