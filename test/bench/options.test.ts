import { describe, expect, it } from 'vitest';
import { parseBenchOptions } from '../../src/bench/options.ts';
import { UserError } from '../../src/errors/user-error.ts';

const partsOf = (...args: string[]) => parseBenchOptions(args)?.parts;

describe('npm run bench’s options', () => {
  it('given none, then drawing and memory are measured', () => {
    expect(partsOf()).toEqual(['race', 'memory']);
  });

  it('given parts, then only these', () => {
    expect(partsOf('--profile', '--scaling')).toEqual(['steps', 'scaling']);
  });

  it('given --all, then SDXL is left out unless its folder is named', () => {
    expect(partsOf('--all')).toEqual(['race', 'memory', 'steps', 'scaling', 'compiled']);
    expect(partsOf('--all', '--sdxl', '/tmp/sdxl')).toContain('sdxl1024');
  });

  it('given one size of SDXL, then the other is not measured', () => {
    expect(partsOf('--sdxl', '/tmp/sdxl', '--sdxl-size', '512')).toEqual(['sdxl512']);
  });

  it('given --quick, then there is one round, whatever was asked', () => {
    expect(parseBenchOptions(['--quick', '--rounds', '9'])?.rounds).toBe(1);
  });

  it.each([['--rounds', '0'], ['--threads', 'two'], ['--sdxl', '/tmp/sdxl', '--sdxl-size', '700'], ['--what']])(
    'given %s %s, then it is refused',
    (...args) => {
      expect(() => parseBenchOptions(args.filter((arg) => arg !== undefined))).toThrow(UserError);
    },
  );

  it('given --help, then there is nothing to do', () => {
    expect(parseBenchOptions(['--help'])).toBeUndefined();
  });
});
