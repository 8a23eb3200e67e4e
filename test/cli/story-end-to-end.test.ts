import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anchorDrift } from '../../src/canon/canon.ts';
import { decodeCanon } from '../../src/canon/canon-file.ts';
import { type Engine, startEngine } from '../../src/engine/worker/engine-client.ts';
import type { EngineOptions } from '../../src/engine/worker/messages.ts';
import { decodePicture } from '../../src/render/canvas.ts';
import { readStoryMetadata } from '../../src/render/story-metadata.ts';
import { type Outcome, runHere, temporaryFolder } from '../support/story-runs.ts';

/** `npm run story` as people run it: a process of its own, the real engine, the embedded model, few steps. */

const ROOT = path.resolve(import.meta.dirname, '../..');
let place: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  place = temporaryFolder();
});
afterAll(() => place.remove());

/** @param onOutput sees stderr as it comes, and the process */
function story(
  args: readonly string[],
  onOutput: (stderr: string, kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/story.ts', '--provider', 'cpu', ...args], {
      cwd: ROOT,
    });
    const written = { stdout: '', stderr: '' };
    child.stdout.on('data', (data) => {
      written.stdout += data;
    });
    child.stderr.on('data', (data) => {
      written.stderr += data;
      onOutput(written.stderr, (signal) => child.kill(signal));
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, ...written }));
  });
}

const FOX = ['--character', 'a fox wearing a scarf', '--panel', 'standing in the forest', '--panel', 'reading a book'];
const read = (name: string) => fs.readFileSync(place.at(name));

describe("given the README's command with few steps", () => {
  let first: Outcome;
  let again: Outcome;
  beforeAll(async () => {
    const run = (name: string, ...args: string[]) => {
      const files = ['--out', place.at(`${name}.png`), '--save-canon', place.at(`${name}.canon`)];
      return story([...FOX, '--steps', '2', '--seed', '7', ...files, ...args]);
    };
    [first, again] = await Promise.all([run('a', '--debug', place.at('debug')), run('b')]);
  });

  it('then it ends well and tells the seed, the time of each phase and where everything is', () => {
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/^Seed 7\. consistent: \d+\.\d s \(.*drawing \d.*aligning \d.*developing \d.*\)\.$/mu);
    for (const file of ['a.png', 'a.canon', 'debug']) expect(first.stdout).toContain(place.at(file));
    for (const phase of ['Loading model', 'Drawing', 'Matching', 'Aligning', 'Developing']) {
      expect(first.stderr).toContain(phase);
    }
    expect(first.stderr).not.toContain('\u001b'); // a log, not a terminal
  });

  it('then the picture can be decoded and says how it came to be', async () => {
    const { width, height } = await decodePicture(read('a.png'));
    expect(width).toBeGreaterThan(height); // two panels side by side
    const metadata = readStoryMetadata(read('a.png'));
    expect(metadata?.seed).toBe('7');
    expect(metadata?.panels.map((panel) => panel.caption)).toEqual(['standing in the forest', 'reading a book']);
  });

  it('then every debug picture is there and can be decoded', async () => {
    const files = fs.readdirSync(place.at('debug')).sort();
    const ofPanel = (n: number) =>
      ['attention-fox-word-1', 'first-pass', 'injected', 'last-pass', 'mask-fox', 'mask-fox-first-pass'].map(
        (what) => `panel-${n}-${what}.png`,
      );
    const matches = ['1-to-2', '2-to-1'].flatMap((pair) => [
      `match-${pair}-fox.png`,
      `match-${pair}-fox-similarity.png`,
    ]);
    expect(files).toEqual([...matches, ...ofPanel(1), ...ofPanel(2)].sort());
    for (const file of files) expect((await decodePicture(read(path.join('debug', file)))).width).toBeGreaterThan(100);
  });

  it('then the same command gives the same picture and the same canon, byte for byte', () => {
    expect(again.code, again.stderr).toBe(0);
    expect(read('b.png').equals(read('a.png'))).toBe(true);
    expect(read('b.canon').equals(read('a.canon'))).toBe(true);
  });

  it('then a later story draws its canon again bit for bit, among other panels and with another seed', async () => {
    let drift: number | undefined;
    const canon = decodeCanon(read('a.canon'), 'a.canon');
    const measured = (options: EngineOptions): Engine => {
      const engine = startEngine(options);
      return {
        draw: async (model, request, ...rest) => {
          const drawn = await engine.draw(model, request, ...rest);
          drift = anchorDrift(canon, request, drawn);
          return drawn;
        },
        probe: (...args) => engine.probe(...args),
        modelHash: (...args) => engine.modelHash(...args),
        close: () => engine.close(),
      };
    };
    const panels = ['--panel', 'a fox sleeping', '--panel', 'in the snow', '--panel', 'dancing'];
    const args = ['--provider', 'cpu', '--canon', place.at('a.canon'), ...panels, '--seed', '8'];
    const later = await runHere([...args, '--out', place.at('later.png')], measured);
    expect(later.code, later.stderr).toBe(0);
    expect(drift).toBe(0);
    expect(later.stderr).not.toContain('differently');
    expect(readStoryMetadata(read('later.png'))?.panels).toHaveLength(3);
  });
});

it('given two characters and --compare, then both rows are drawn', async () => {
  const cast = ['--character', 'Rusty: a fox', '--character', 'Bo: a bear wearing a hat'];
  const panels = ['--panel', 'Rusty and Bo in the garden', '--panel', 'Bo sleeping'];
  const { code, stdout, stderr } = await story([
    ...cast,
    ...panels,
    ...['--compare', '--steps', '2', '--seed', '7', '--out', place.at('two.png')],
  ]);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/plain: .* consistent: /u);
  expect(stderr).toContain('Drawing plain');
  const metadata = readStoryMetadata(read('two.png'));
  expect(metadata?.settings.mode).toBe('plain and consistent');
  expect(metadata?.panels[0]?.prompt).toContain('a fox and a bear wearing a hat in the garden');
});

it('given Ctrl+C while it draws, then it ends with 130 and leaves nothing', async () => {
  const before = place.list();
  const files = ['--out', place.at('c.png'), '--save-canon', place.at('c.canon'), '--debug', place.at('c')];
  let sent = false;
  const { code, stdout, stderr } = await story([...FOX, '--steps', '400', ...files], (output, kill) => {
    if (!sent && output.includes('Reading prompts')) kill('SIGINT');
    sent ||= output.includes('Reading prompts');
  });
  expect([sent, code, stdout]).toEqual([true, 130, '']);
  expect(stderr).toContain('Interrupted; nothing was written.');
  expect(place.list()).toEqual(before);
});

it('given a mistake, then it ends with 2 and one line that says what to do', async () => {
  const before = place.list();
  const { code, stdout, stderr } = await story(['--character', 'a fox', '--out', place.at('d.png')]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^Expected 1 to 12 panels, but got none\. Add at least one panel.*\n$/u);
  expect(place.list()).toEqual(before);
});
