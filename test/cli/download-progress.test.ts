import { describe, expect, it } from 'vitest';
import { bytesText, DownloadProgress } from '../../src/cli/download-progress.ts';

const FILE = 'unet/diffusion_pytorch_model.fp16.safetensors';

function progress(isTTY: boolean) {
  const written: string[] = [];
  const clock = { now: 0 };
  const shown = new DownloadProgress({ isTTY, write: (text) => written.push(text) }, () => clock.now);
  const show = (done: number, number = 1) =>
    shown.show({ file: FILE, done, size: 4e9, number, files: 2, allDone: (number - 1) * 4e9 + done, allSize: 8e9 });
  return { written, clock, show, shown };
}

describe('given a terminal', () => {
  it('then one line grows, tells the speed and what is left, and is not drawn for every byte', () => {
    const { written, clock, show } = progress(true);
    show(0);
    for (let i = 1; i <= 100; i++) {
      clock.now = i;
      show(i * 1e5);
    }
    expect(written).toHaveLength(2);
    clock.now = 10_000;
    show(1e9);
    expect(written.at(-1)).toBe(
      '\r\u001b[2K 1/2 …on_pytorch_model.fp16.safetensors █████░░░░░░░░░░░░░░░ 1.00 GB  all 1.00 GB of 8.00 GB, 100.0 MB/s, 70 s left',
    );
    clock.now = 40_000;
    show(4e9);
    expect(written.at(-1)).toMatch(/████████████████████ 4\.00 GB.*\n$/);
  });

  it('then what an earlier run fetched does not count as speed', () => {
    const { written, clock, show } = progress(true);
    show(3e9);
    clock.now = 10_000;
    show(3.5e9);
    expect(written.at(-1)).toContain('50.0 MB/s, 90 s left'.replace('90 s', '2 min'));
  });

  it('when something else is to be said, then the line is ended', () => {
    const { written, show, shown } = progress(true);
    show(1);
    shown.interrupt();
    shown.interrupt();
    expect(written.filter((text) => text === '\n')).toHaveLength(1);
  });
});

describe('given a log', () => {
  it('then it has one line for each finished file', () => {
    const { written, show, shown } = progress(false);
    for (const done of [0, 1e9, 4e9, 4e9]) show(done);
    for (const done of [0, 4e9]) show(done, 2);
    shown.interrupt();
    expect(written.map((line) => line.slice(0, 5))).toEqual([' 1/2 ', ' 2/2 ']);
  });
});

describe('given bytes', () => {
  it.each([
    [999, '1.0 kB'],
    [2_500_000, '2.5 MB'],
    [6_940_000_000, '6.94 GB'],
  ])('%i, then people read %s', (bytes, text) => expect(bytesText(bytes)).toBe(text));
});
