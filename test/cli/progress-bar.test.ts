import { describe, expect, it } from 'vitest';
import { ProgressBars } from '../../src/cli/progress-bar.ts';

function barsOn(isTTY: boolean) {
  const written: string[] = [];
  const clock = { now: 0 };
  const bars = new ProgressBars({ isTTY, write: (text) => written.push(text) }, () => clock.now);
  return { bars, written, clock };
}
const ERASE = '\r\u001b[2K';
const full = '█'.repeat(28);

describe('ProgressBars in a terminal', () => {
  it('given steps of a phase, then one line grows, tells the time left, and ends', () => {
    const { bars, written, clock } = barsOn(true);
    bars.show('Drawing', 0, 4);
    clock.now = 500;
    bars.show('Drawing', 1, 4);
    clock.now = 2000;
    bars.show('Drawing', 4, 4);
    expect(written).toEqual([
      `${ERASE}Drawing            ${'░'.repeat(28)} 0/4  0.0 s`,
      `${ERASE}Drawing            ${'█'.repeat(7)}${'░'.repeat(21)} 1/4  0.5 s, 2 s left`,
      `${ERASE}Drawing            ${full} 4/4  2.0 s\n`,
    ]);
  });

  it('given another phase, then its time starts anew', () => {
    const { bars, written, clock } = barsOn(true);
    bars.show('Drawing', 1, 1);
    clock.now = 9000;
    bars.show('Aligning', 0, 1);
    clock.now = 10_000;
    bars.show('Aligning', 1, 1);
    expect(written.at(-1)).toBe(`${ERASE}Aligning           ${full} 1/1  1.0 s\n`);
  });

  it('given the longest name, then the bars stay in line within 80 columns', () => {
    const { bars, written, clock } = barsOn(true);
    clock.now = 99_000;
    for (const phase of ['Drawing', 'Drawing consistent']) bars.show(phase, 499, 500);
    const [short = '', long = ''] = written.map((line) => line.replace(ERASE, ''));
    expect(long.indexOf('█')).toBe(short.indexOf('█'));
    expect(long.length).toBeLessThanOrEqual(80);
  });

  it('given an interruption, then what follows has a line of its own, once', () => {
    const { bars, written } = barsOn(true);
    bars.show('Drawing', 1, 4);
    bars.interrupt();
    bars.interrupt();
    expect(written.slice(1)).toEqual(['\n']);
  });

  it('given an interruption between phases, then no empty line is written', () => {
    const { bars, written } = barsOn(true);
    bars.interrupt();
    bars.show('Drawing', 4, 4);
    bars.interrupt();
    expect(written).toHaveLength(1);
  });

  it('given no steps at all, or more than all, then the bar is full', () => {
    const { bars, written } = barsOn(true);
    bars.show('Matching', 0, 0);
    bars.show('Drawing', 5, 4);
    expect(written.map((line) => line.includes(full))).toEqual([true, true]);
  });
});

describe('ProgressBars in a log', () => {
  it('given steps of a phase, then only the finished line is written, without control characters', () => {
    const { bars, written, clock } = barsOn(false);
    bars.show('Drawing', 1, 2);
    clock.now = 1500;
    bars.interrupt();
    bars.show('Drawing', 1, 2);
    bars.show('Drawing', 2, 2);
    expect(written).toEqual([`Drawing            ${full} 2/2  0.0 s\n`]);
  });
});
