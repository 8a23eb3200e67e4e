import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { whyUnavailable } from '../../src/gpu-check/availability.ts';
import type { Check } from '../../src/gpu-check/check.ts';
import { ALL_CHECKS, runGpuCheck } from '../../src/gpu-check/run-gpu-check.ts';

async function run(args: readonly string[], checks?: readonly Check[], available = ['cpu'], why = whyUnavailable) {
  let out = '';
  const write = (text: string) => {
    out += text;
  };
  const code = await runGpuCheck(args, { write, available, machine: 'a machine', whyUnavailable: why }, checks);
  return { code, out };
}

const check = (name: string, difference: number, inHalf = true): Check => ({
  name,
  inHalf,
  run: async () => [{ name: 'noise', difference, tolerance: 1e-3 }],
});

describe('given the CPU', () => {
  it('then its own checks agree, in both precisions, and the exit code is 0', async () => {
    const { code, out } = await run(['--provider', 'cpu', '--threads', '1', '--only', 'U-Net sdxl, all operations']);
    console.info(out);
    expect(code).toBe(0);
    expect(out).toMatch(/✔ U-Net sdxl, all operations +float32 {2}noise .*dift/u);
    expect(out).toMatch(/✔ U-Net sdxl, all operations +float16/u);
    expect(out).toContain('All agree.');
  });

  it('then parts that the engine runs in single precision only are checked in that', async () => {
    const { code, out } = await run(['--threads', '1', '--only', 'correspondence']);
    expect(code).toBe(0);
    expect(out).not.toContain('float16');
  });
});

describe('given all checks', () => {
  it('then every operation, every part of a model and a story are among them, each by a name of its own', () => {
    const names = ALL_CHECKS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const part of ['plain', 'shared attention', 'blended queries', 'injection', 'text encoder', 'autoencoder']) {
      expect(names.some((name) => name.includes(part))).toBe(true);
    }
    expect(names).toContain('correspondence');
    expect(names).toContain('a story, both passes');
  });
});

describe('given an answer that is too far off', () => {
  it.each([
    ['a large difference', 0.5],
    ['no number at all', Number.NaN],
    ['an endless one', Number.POSITIVE_INFINITY],
  ])('by %s, then it is named and the exit code is 1', async (_, difference) => {
    const { code, out } = await run(['--quick'], [check('good', 1e-4), check('bad', difference, false)]);
    expect(code).toBe(1);
    expect(out).toContain('✔ good');
    expect(out).toContain('✖ bad');
    expect(out).toContain('1 differ: bad in float32');
  });
});

describe('given a check that fails', () => {
  it('then the first line of the reason is told, the others go on, and the exit code is 1', async () => {
    const failing = { ...check('failing', 0), run: async () => Promise.reject(new Error('no kernel\nfor Gelu')) };
    const { code, out } = await run(['--quick'], [failing, check('good', 0)]);
    expect(code).toBe(1);
    expect(out).toMatch(/✖ failing +float32 {2}no kernel\n/u);
    expect(out).toContain('✔ good');
  });
});

describe('given a provider that is not there', () => {
  it('in this build, then what it needs is told, and the exit code is 2', async () => {
    const { code, out } = await run(['--provider', 'cuda'], [check('good', 0)]);
    expect(code).toBe(2);
    expect(out).toContain('this installation has cpu only');
    expect(out).toContain('npm run setup:cuda');
    expect(out).not.toContain('good');
  });

  it('on this machine, then the reason is told, and the exit code is 2', async () => {
    const why = async () => 'Failed to load shared library';
    const { code, out } = await run(['--provider', 'cuda'], [check('good', 0)], ['cpu', 'cuda'], why);
    expect(code).toBe(2);
    expect(out).toContain("cuda can't be used: Failed to load shared library");
    expect(await whyUnavailable('cpu', ['cpu'])).toBeUndefined();
  });
});

describe('given options that are none', () => {
  it.each([
    [['--provider'], 'option-unknown'],
    [['--fast'], 'option-unknown'],
    [['--threads', 'many'], 'option-invalid'],
    [['--only', 'nothing that there is'], 'option-invalid'],
  ])('%j, then it is refused', async (args, code) => {
    await expect(run(args)).rejects.toMatchObject({ name: 'UserError', code });
  });

  it('then the script tells what was wrong and ends with 2', async () => {
    const root = path.resolve(import.meta.dirname, '../..');
    const script = promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/gpu-check.ts', '--fast'], {
      cwd: root,
    });
    await expect(script).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('--help') });
  });
});
